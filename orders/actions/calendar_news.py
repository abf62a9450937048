"""Telling that a year of the business calendar is still guessed from the weekday."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_noop

from shopops.lib.business_time import business_date
from shopops.notices.actions import News, tell
from shopops.notices.models import Notice
from shopops.work import calendar

# As far ahead as promises reach: the daily check of the calendar looks as far.
AHEAD = timedelta(days=45)
UNCONFIRMED = gettext_noop("{year} 年的节假日安排还没有确认")
WHY = gettext_noop("国务院公布后，在截单设置里确认；没有确认时，承诺发货时间可能不准")
IN_CHARGE = ("administrator", "manager")


def tell_of_guesses(now: datetime) -> None:
    """Tell once per year that days which promises soon reach are guesses. A tick; one small query."""
    today = business_date(now)
    until = calendar.confirmed_until(since=today)
    first_guess = today if until is None else until + timedelta(days=1)
    if first_guess > today + AHEAD:
        return
    news = News(
        key=f"calendar.unconfirmed:{first_guess.year}",
        tone=Notice.Tone.SOON,
        text=UNCONFIRMED.format(year=first_guess.year),
        sub=WHY,
        url=reverse("orders:cutoff"),
    )
    tell(news, roles=IN_CHARGE, now=now)
