"""Settings of the site that browsers visit: as in the tests, on a Thursday 42 minutes before cutoff."""

import os
from datetime import datetime

from bench import clock
from tests.settings import *  # noqa: F403

CACHES["default"]["KEY_PREFIX"] = os.environ["SHOPOPS_E2E_NAME"]  # noqa: F405  (one for all its processes)
WHITENOISE_AUTOREFRESH = False

clock.run_from(clock.AFTERNOON, started=datetime.fromisoformat(os.environ["SHOPOPS_E2E_STARTED"]))
