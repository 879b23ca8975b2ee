"""Run the app on this machine: database brought up to date, one worker beside it, a page opened."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final

from rubor.errors import InputError
from rubor.web.environment import prepare
from rubor.web.running_server import ServerRunningError, one_server, running_address

__all__ = ["USUAL_PORT", "serve"]

USUAL_PORT: Final = 8765
_PORTS_TRIED: Final = 20
_LOOPBACK: Final = "127.0.0.1"
# A piece of an upload is held in memory whole: it must not touch the disk before it is sealed.
_BODY_IN_MEMORY_BYTES: Final = 8 * 1024 * 1024
# Nor must an answer, while the browser is slow to take it. The server pauses a view at half of this.
_ANSWER_IN_MEMORY_BYTES: Final = 32 * 1024 * 1024
_THREADS: Final = 8
_WORKER_PAUSE_S: Final = 2.0


def serve(
    data: Path | None = None,
    *,
    port: int | None = None,
    lan: bool = False,
    browser: bool = True,
    demo: Path | None = None,
    tell: Callable[[str], None] = print,
) -> None:
    """Serve until Ctrl-C or a signal to end.

    Args:
        data: folder of everything that is stored; None for the usual one.
        port: None takes 8765 or the next free one.
        lan: devices in the house may reach the page for handing in files.
        browser: open the page in the browser of this machine.
        demo: load the simulated person, from this folder of `rubor demo` where it is there.
        tell: shows a line to whoever started it.

    Raises:
        InputError: the folder or the port cannot be used.
        VaultError: the key of the stored data is not there.
    """
    folder = prepare(data)
    os.environ["RUBOR_LAN"] = "1" if lan else "0"
    own_address = _own_address() if lan else None
    if own_address is not None:
        os.environ["RUBOR_HOSTS"] = f"127.0.0.1,localhost,[::1],{own_address}"
    try:
        with one_server(folder) as place:
            _run(folder, place, port, own_address, browser, demo, tell)
    except ServerRunningError:
        address = running_address(folder)
        if address is None:
            raise
        _set_up_django()
        tell(f"Rubor is running already; this opens another page of it. Data: {folder}")
        _show(address, browser, tell)


def _run(
    folder: Path,
    place: Path,
    port: int | None,
    own_address: str | None,
    browser: bool,
    demo: Path | None,
    tell: Callable[[str], None],
) -> None:
    from waitress.server import create_server

    from rubor.web.vault import master_key

    master_key(folder)  # a missing key is told now and not at the first upload
    _set_up_django()
    _bring_up_to_date()
    if demo is not None:
        from rubor.web.people.demo_job import ask_for_demo

        ask_for_demo(demo)
    from rubor.web.wsgi import application

    # Not every address of this machine: it may be in other networks than the one of the house.
    listeners = _listeners([_LOOPBACK, own_address] if own_address else [_LOOPBACK], port)
    server = create_server(
        application,
        sockets=listeners,
        threads=_THREADS,
        inbuf_overflow=_BODY_IN_MEMORY_BYTES,
        outbuf_overflow=_ANSWER_IN_MEMORY_BYTES,
        outbuf_high_watermark=_ANSWER_IN_MEMORY_BYTES // 2,
        max_request_body_size=_BODY_IN_MEMORY_BYTES,
        ident=None,
    )
    address = f"http://{_LOOPBACK}:{listeners[0].getsockname()[1]}"
    place.write_text(json.dumps({"address": address, "pid": os.getpid()}), encoding="utf-8")
    ended = threading.Event()
    worker = threading.Thread(target=_keep_worker, args=(ended,), daemon=True)
    worker.start()
    tell(f"Data: {folder}")
    if own_address is not None:
        tell(
            f"Devices in this house hand in files through {own_address}; see Recordings, From a phone."
        )
    _show(address, browser, tell)
    tell("End with Ctrl-C.")

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        ended.set()
        server.close()
        worker.join(timeout=15.0)
        tell("Ended. What was stored is kept.")


def _show(address: str, browser: bool, tell: Callable[[str], None]) -> None:
    """Hand out a token and open the page, or say the address."""
    from rubor.web.access.tokens import hand_out

    page = f"{address}/open/{hand_out('open')}/"
    opened = False
    if browser:
        with suppress(webbrowser.Error):
            opened = webbrowser.open(page)
    tell(
        f"Rubor is open in your browser. If not, go to {page}"
        if opened
        else f"Open this address, which works once: {page}"
    )


def _set_up_django() -> None:
    import django

    django.setup()


def _bring_up_to_date() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("clearsessions", verbosity=0)


def _keep_worker(ended: threading.Event) -> None:
    """Run a worker beside the server and start it anew should it die."""
    while not ended.is_set():
        process = subprocess.Popen(
            [sys.executable, "-m", "rubor.web.jobs.beside"],
            # It ends when this pipe does, so that it never outlives a server that was killed.
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            # Ctrl-C goes to the whole group of the terminal; the worker is told by us, in order.
            start_new_session=True,
        )
        while process.poll() is None and not ended.wait(0.5):
            pass
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=10.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        ended.wait(_WORKER_PAUSE_S)


def _listeners(hosts: list[str], port: int | None) -> list[socket.socket]:
    """Sockets on the port that is asked for, else on the first free one from the usual on."""
    candidates = range(USUAL_PORT, USUAL_PORT + _PORTS_TRIED) if port is None else [port]
    for candidate in candidates:
        listeners = []
        try:
            for host in hosts:
                listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                listeners.append(listener)
                if os.name == "posix":  # on Windows this would let two programs share the port
                    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((host, candidate))
        except OSError:
            for listener in listeners:
                listener.close()
            continue
        return listeners
    raise InputError(
        f"Port {candidates[0]} is in use." if port is not None else "No port is free.",
        "Choose another one with --port.",
    )


def _own_address() -> str:
    """The address of this machine in the house. Nothing is sent: a datagram socket only looks it up.

    Raises:
        InputError: it is in no network.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that exists nowhere (RFC 5737)
            return str(probe.getsockname()[0])
        except OSError as error:
            raise InputError(
                "This machine is in no network, so that no phone can reach it.",
                "Join the network of the house, or copy the file by cable.",
            ) from error
