"""WSGI entry point."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopops.settings")

application = get_wsgi_application()

# What was loaded until now stays for good; a collection that walks it all costs a page 50 ms.
gc.collect()
gc.freeze()
# A page of figures makes some hundred thousand objects and leaves none: counting frees them. Looking for
# circles among them at every 2,000 costs such a page 40 ms now and then.
gc.set_threshold(50_000, 20, 50)
