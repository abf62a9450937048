"""How long a paid order is protected: its label, the event's text, or the days that are assumed."""

from datetime import date, datetime

import pytest

from promotions.rules.final_price import RuleRow
from promotions.rules.protection import (
    ProtectedBy,
    earliest_paid,
    event_rows,
    is_label,
    label_days,
    protection,
)
from shopops.lib.business_time import SHANGHAI


def at(day, hour=12):
    return datetime(2026, 11, day, hour, tzinfo=SHANGHAI)


BEGIN, END = at(1, 0), at(11, 0)


def row(code="PP4", since=BEGIN, until=END, mark="R", is_on=True, **parameters):
    return RuleRow(code, f"活动 {code}", since, until, mark, "公告", parameters, is_on)


DEFAULT = RuleRow("PP2", "默认", at(1, 0), None, "S", "S1", {"days": 19})


def held(paid, label="", *events):
    return protection(paid, label=label, events=event_rows(events), default=DEFAULT)


def test_without_label_and_event_the_default_days_are_assumed_unconfirmed():
    found = held(at(5))

    assert (found.ends_on, found.by, found.is_confirmed) == (
        date(2026, 11, 24),
        ProtectedBy.DEFAULT,
        False,
    )


@pytest.mark.parametrize(("label", "day"), [("7天价保", 12), ("15天价保", 20), ("15 天 价保", 20)])
def test_a_label_with_days_counts_before_all_else(label, day):
    found = held(at(5), label, row(days=25))

    assert (found.ends_on, found.by, found.is_confirmed) == (
        date(2026, 11, day),
        ProtectedBy.LABEL,
        True,
    )


def test_an_events_days_count_for_who_paid_within_it():
    event = row(days=15)

    assert held(at(10, 23), "大促价保", event).ends_on == date(2026, 11, 25)
    assert held(at(11, 0), "", event).by == ProtectedBy.DEFAULT


def test_days_after_an_event_are_the_same_for_all_who_paid_within_it():
    event = row(days_after_event=15)

    assert {held(at(day), "", event).ends_on for day in (1, 5, 10)} == {date(2026, 11, 25)}


def test_a_text_that_nobody_read_never_shortens_what_is_assumed():
    unread = row(mark="G", days=7)

    assert held(at(5), "", unread).by == ProtectedBy.DEFAULT
    longer = held(at(5), "", row(mark="G", days=30))
    assert (longer.by, longer.is_confirmed) == (ProtectedBy.EVENT, False)
    assert held(at(5), "", row(days=7)).ends_on == date(2026, 11, 12)


def test_of_two_events_the_longer_one_counts():
    assert held(at(5), "", row(days=8), row("PP5", days=12)).ends_on == date(2026, 11, 17)


def test_rows_that_are_off_or_have_no_end_promise_nothing():
    assert event_rows([row(is_on=False, days=9), row(until=None, days_after_event=9)]) == []
    assert event_rows([DEFAULT, row("PP1", days=7), row("IT1", days=7)]) == []


def test_the_label_of_an_event_that_is_not_noted_is_unconfirmed():
    assert held(at(5), "大促价保").is_confirmed is False


@pytest.mark.parametrize(
    ("text", "days"), [("7天价保", 7), ("0天价保", None), ("大促价保", None), ("999天价保", None)]
)
def test_a_label_names_its_days(text, days):
    assert label_days(text) == days


@pytest.mark.parametrize(
    ("text", "known"), [("大促价保", True), ("15天价保", True), ("包邮", False)]
)
def test_only_labels_of_price_protection_are_labels(text, known):
    assert is_label(text) is known


def test_orders_are_looked_for_from_the_first_day_that_may_still_be_protected():
    today = date(2026, 11, 20)

    assert earliest_paid(today, [], DEFAULT) == date(2026, 11, 1)
    assert earliest_paid(today, event_rows([row(days=30)]), DEFAULT) == date(2026, 10, 21)
    over = row(days_after_event=5, since=at(1, 0))
    assert earliest_paid(today, event_rows([over]), DEFAULT) == date(2026, 11, 1)
