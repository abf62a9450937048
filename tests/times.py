"""The instant at which tests take place: a Thursday, 42 minutes before the cutoff."""

from datetime import datetime

from shopops.lib.business_time import SHANGHAI

NOW = datetime(2026, 9, 17, 15, 18, tzinfo=SHANGHAI)
