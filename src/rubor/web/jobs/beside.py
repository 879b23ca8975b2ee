"""`python -m rubor.web.jobs.beside`: the worker beside a server, which ends with it.

The server starts it with a pipe as standard input (`subprocess.PIPE`) and leaves it open: where the
server dies, even of `kill -9`, the worker ends too, and the job it was at waits again.
"""

from __future__ import annotations

from rubor.web.jobs.parent import when_parent_ends

if __name__ == "__main__":
    import django

    django.setup()

    from rubor.web.jobs.worker import Worker

    worker = Worker()
    when_parent_ends(worker.stop)
    worker.run()
