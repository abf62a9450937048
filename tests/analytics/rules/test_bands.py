"""Where a figure usually lies: the same weekdays, robust, without the days known to be unlike."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.rules.bands import FEWEST, usual

DAY = date(2026, 9, 16)


def wednesdays(*values: object) -> dict[date, Decimal | None]:
    """Give values of the Wednesdays before the day, the last one last; None is unknown."""
    return {
        DAY - timedelta(days=7 * number): None if value is None else Decimal(str(value))
        for number, value in zip(range(len(values), 0, -1), values, strict=True)
    }


def test_other_weekdays_do_not_count():
    history = wednesdays(10, 11, 10, 9, 10, 10)
    history |= {one - timedelta(days=1): Decimal(500) for one in history}
    band = usual(history, DAY)

    assert band is not None
    assert band.middle == 10
    assert band.side(Decimal(500)) == 1


def test_one_mad_day_neither_widens_the_band_nor_moves_it():
    calm = usual(wednesdays(10, 12, 11, 10, 12, 11, 11), DAY)
    mad = usual(wednesdays(10, 12, 11, 10, 12, 11, 900), DAY)

    assert calm is not None
    assert mad is not None
    assert mad.high < 20
    assert (mad.middle, calm.middle) == (11, 11)


def test_a_day_left_out_is_as_if_unknown():
    history = wednesdays(10, 12, 11, 10, 12, 50)
    last = max(history)
    band = usual(history, DAY, without=[last])

    assert band == usual(wednesdays(10, 12, 11, 10, 12, None), DAY)


@pytest.mark.parametrize("known", range(FEWEST))
def test_little_history_makes_no_band(known):
    assert usual(wednesdays(*[10] * known, *[None] * (12 - known)), DAY) is None


def test_a_history_without_spread_still_has_some_width():
    band = usual(wednesdays(*[100] * 8), DAY)

    assert band is not None
    assert band.side(Decimal("101.9")) == 0
    assert band.side(Decimal("102.1")) == 1
    assert band.side(Decimal("97.9")) == -1


def test_only_the_last_twelve_known_days_count():
    history = wednesdays(*[1000] * 14, *[10] * 12)
    band = usual(history, DAY)

    assert band is not None
    assert band.middle == 10


@given(st.lists(st.integers(0, 10**9), min_size=5, max_size=12))
def test_the_middle_lies_in_the_band_and_the_band_not_under_zero(values):
    band = usual(wednesdays(*values), DAY)

    assert band is not None
    assert 0 <= band.low <= band.middle <= band.high
    assert band.side(Decimal(str(band.middle))) == 0


def test_days_left_out_are_made_up_for_by_earlier_ones():
    history = wednesdays(*[7] * 20)
    without = sorted(history)[-8:]
    band = usual(history, DAY, without=without)

    assert band is not None
    assert len(band.days) == 12
    assert max(band.days) < min(without)


def test_what_lies_over_half_a_year_back_is_forgotten():
    assert usual(wednesdays(*[10] * 6, *[None] * 26), DAY) is None
