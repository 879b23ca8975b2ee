"""The app for a server of one's own (PEP 3333)."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rubor.web.settings")

application = get_wsgi_application()
