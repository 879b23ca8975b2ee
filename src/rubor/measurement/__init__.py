"""From frames to a recording: the redness of every region over time, and its quality."""

from rubor.measurement.measure import measure
from rubor.measurement.recording import Recording
from rubor.measurement.write_recording import recording_files, write_recording

__all__ = ["Recording", "measure", "recording_files", "write_recording"]
