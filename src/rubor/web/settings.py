"""Django's settings, all from the environment, so that one code serves a person and a clinic.

`rubor serve` fills the environment; whoever runs the app under a server of their own does it:

    RUBOR_DATA          folder of everything that is stored; the usual place of the system without it
    RUBOR_SECRET_KEY    signs cookies; needed
    DATABASE_URL        such as postgres://user@host/rubor; SQLite in the data folder without it
    RUBOR_HOSTS         names under which the app answers, separated by commas; loopback without it
    RUBOR_HTTPS         1 where a proxy in front speaks HTTPS: cookies and redirects are for HTTPS only
    RUBOR_LAN           1 where devices in the house may hand in files
    RUBOR_KEY_FILE      file of the master key; the system's keyring, or a file in the data folder
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import dj_database_url
import platformdirs
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from rubor.web.access.static_headers import for_own_pages_only

_HERE: Final = Path(__file__).resolve().parent

RUBOR_DATA: Final = Path(
    os.environ.get("RUBOR_DATA") or platformdirs.user_data_path("rubor", appauthor=False)
)

# Without one Django refuses to sign anything.
SECRET_KEY = os.environ.get("RUBOR_SECRET_KEY", "")

DEBUG = False
LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
ALLOWED_HOSTS = [
    name.strip() for name in os.environ.get("RUBOR_HOSTS", ",".join(LOOPBACK)).split(",")
]
ROOT_URLCONF = "rubor.web.urls"
WSGI_APPLICATION = "rubor.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "csp",
    "rubor.web.access",
    "rubor.web.people",
    "rubor.web.suitability",
    "rubor.web.jobs",
    "rubor.web.recordings",
    "rubor.web.trials",
    "rubor.web.treatments",
    "rubor.web.diary",
    "rubor.web.archive",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "rubor.web.people.middleware.CurrentPerson",
    "rubor.web.access.middleware.OpenedByToken",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "rubor.web.people.context.person",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- storage ------------------------------------------------------------------------------------

DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{RUBOR_DATA / 'rubor.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,  # a database server that was started anew costs no request
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        # Two writers wait for each other and do not fail in the middle of a transaction.
        "transaction_mode": "IMMEDIATE",
        # What was deleted is overwritten, and what was said to be stored outlives a power cut.
        "init_command": (
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
        ),
    }
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# Work in the background: kind to the code that does it (`rubor.web.jobs.kinds`).
RUBOR_JOB_KINDS = {
    "measure": "rubor.web.recordings.measuring:run",
    "smile": "rubor.web.treatments.smile_job:run",
    "demo": "rubor.web.people.demo_job:run",
    "import": "rubor.web.archive.import_job:run",
}

# A piece of an upload comes as one request; Django must neither refuse nor put it on the disk.
RUBOR_CHUNK_BYTES: Final = 4 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = RUBOR_CHUNK_BYTES + 64 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
RUBOR_MOST_UPLOAD_BYTES: Final = 4 * 1024**3
# Whether devices in the house may reach the page for handing in files (`rubor serve --lan`).
RUBOR_LAN: Final = os.environ.get("RUBOR_LAN") == "1"

# --- languages and times ------------------------------------------------------------------------

USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # of what is stored; pages show the person's own
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sv", _("Swedish"))]
LOCALE_PATHS = [_HERE / "locale"]
FORMAT_MODULE_PATH = ["rubor.web.formats"]

# --- static files -------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [_HERE / "static"]
WHITENOISE_USE_FINDERS = True
# Otherwise every page of the web could read from them that Rubor runs on this machine.
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_ADD_HEADERS_FUNCTION = for_own_pages_only

# --- safety -------------------------------------------------------------------------------------

_HTTPS = os.environ.get("RUBOR_HTTPS") == "1"
SESSION_COOKIE_NAME = "rubor"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_SECURE = _HTTPS
# No second cookie: the token lies in the session, and pages hand it to their scripts.
CSRF_USE_SESSIONS = True
CSRF_COOKIE_SECURE = _HTTPS
CSRF_FAILURE_VIEW = "rubor.web.access.views.csrf_failure"
SECURE_SSL_REDIRECT = _HTTPS
SECURE_HSTS_SECONDS = 31536000 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _HTTPS
SECURE_HSTS_PRELOAD = _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
# With "no-referrer" browsers send `Origin: null` along with forms, and no form would get through.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"secrets_left_out": {"()": "rubor.web.access.quiet_log.SecretsLeftOut"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "filters": ["secrets_left_out"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
