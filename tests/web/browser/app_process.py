"""The app as a process of its own, for tests with a real browser: a data folder, migrated, and a person.

Run with the data folder; writes one line of JSON to the standard output when it answers: its port, the
person and tokens that each open one browser. Ends when its standard input is closed.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from datetime import timedelta
from pathlib import Path

TOKENS = 60


def main() -> None:
    folder = Path(sys.argv[1])
    from rubor.web.environment import prepare

    os.environ["RUBOR_KEY_FILE"] = str(folder / "master.key")
    prepare(folder)
    import django

    django.setup()
    from django.core.management import call_command

    from rubor.web.access.tokens import hand_out
    from rubor.web.people.models import Person
    from rubor.web.wsgi import application

    call_command("migrate", verbosity=0)
    person = Person.objects.first() or Person.objects.create(name="Test", skin_tone="light")
    tokens = [hand_out("open", timedelta(hours=2)) for _ in range(TOKENS)]
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    listener = socket.create_server(("127.0.0.1", port))
    from waitress.server import create_server

    body = 8 * 1024 * 1024
    server = create_server(application, sockets=[listener], threads=8, inbuf_overflow=body)
    ready = {"port": listener.getsockname()[1], "person": str(person.pk), "tokens": tokens}
    print(json.dumps(ready), flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    server.run()


if __name__ == "__main__":
    main()
