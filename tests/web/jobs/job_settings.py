"""The app's settings, with kinds of work for tests."""

from rubor.web.settings import *  # noqa: F403

RUBOR_JOB_KINDS = {
    **RUBOR_JOB_KINDS,  # noqa: F405
    **{
        name: f"job_kinds:{name}"
        for name in ("until_told", "killed", "memory", "refused", "broken", "disk_full")
    },
    "killed_measuring": "measuring_kinds:killed_measuring",
}
