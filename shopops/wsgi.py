"""WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopops.settings")

application = get_wsgi_application()

# What was loaded until now stays for good; a collection that walks it all costs a page 50 ms.
gc.collect()
gc.freeze()
