"""Days and hours of the tests of reports."""

from datetime import date, time, timedelta

from shopops.lib.business_time import at_local

THURSDAY = date(2026, 9, 17)


YESTERDAY = THURSDAY - timedelta(days=1)


NINE = at_local(THURSDAY, time(9))
