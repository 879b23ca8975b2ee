"""From one recording to what happened in it: episodes, their kind, and the response to compare."""

from rubor.response.blush_or_flush import BlushOrFlush, Evidence, blush_or_flush
from rubor.response.episodes import Episode, Episodes, find_episodes
from rubor.response.felt_and_seen import FeltAndSeen, FeltPress, Share, events_of, felt_and_seen
from rubor.response.kinetics import Estimate
from rubor.response.protocol import NextTask, Protocol, next_task, protocol
from rubor.response.provoked_response import ProvokedResponse, SideResponse, provoked_response
from rubor.response.visibility import Visibility, visibility

__all__ = [
    "BlushOrFlush",
    "Episode",
    "Episodes",
    "Estimate",
    "Evidence",
    "FeltAndSeen",
    "FeltPress",
    "NextTask",
    "Protocol",
    "ProvokedResponse",
    "Share",
    "SideResponse",
    "Visibility",
    "blush_or_flush",
    "events_of",
    "felt_and_seen",
    "find_episodes",
    "next_task",
    "protocol",
    "provoked_response",
    "visibility",
]
