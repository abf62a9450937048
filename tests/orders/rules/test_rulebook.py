from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from orders.choices import Platform
from orders.rules import (
    START_RULES,
    UNRECORDED,
    RuleParameterError,
    RuleRow,
    penalty_rules,
    promise_rules,
    rules_in_force,
)
from orders.rules.rulebook import penalty_rules_of, promise_rule


def row(code, **parameters):
    return RuleRow(code, "taobao", date(2026, 1, 1), None, parameters, "", id=7)


def test_every_start_row_can_be_read_and_names_its_source():
    promises, penalties = promise_rules(START_RULES), penalty_rules(START_RULES)

    assert len(promises) == 6
    assert len(penalties) == 17  # one row has two rates
    assert all("用前请核对" in row.source_note for row in START_RULES)
    assert {row.platform for row in START_RULES} == set(Platform.values)


def test_no_two_start_rows_share_code_platform_and_start():
    keys = [(row.code, row.platform, row.valid_from) for row in START_RULES]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("code", "platform", "on", "starts"),
    [
        ("ship_by", "tmall", "2017-05-30", [UNRECORDED]),
        ("ship_by", "tmall", "2017-05-31", [date(2017, 5, 31)]),
        ("ship_by_event", "tmall", "2021-11-12", [date(2021, 11, 11)]),
        ("ship_by_event", "tmall", "2026-11-12", []),
        ("tracking_anomaly", "taobao", "2025-09-04", [UNRECORDED]),
        ("tracking_anomaly", "taobao", "2025-09-05", []),
        ("tracking_timeout", "tmall", "2025-09-05", [date(2025, 9, 5)]),
        ("stock_out", "taobao", "2025-01-01", [date(2025, 1, 1)]),
        ("late", "taobao", "2015-10-28", [UNRECORDED]),
        ("late", "taobao", "2021-01-01", [UNRECORDED, date(2015, 10, 29)]),
        ("late", "tmall", "2019-12-31", []),
    ],
)
def test_rows_in_force_depend_on_the_date(code, platform, on, starts):
    found = rules_in_force(START_RULES, code, platform, date.fromisoformat(on))

    assert [row.valid_from for row in found] == starts


def test_a_row_that_begins_later_replaces_the_open_one_before():
    older = row("late", rate="0.05")
    newer = replace(older, valid_from=date(2026, 6, 1))

    assert rules_in_force([newer, older], "late", "taobao", date(2026, 6, 1)) == [newer]
    assert rules_in_force([newer, older], "late", "taobao", date(2026, 5, 31)) == [older]


@pytest.mark.parametrize(
    ("key", "code", "parameters"),
    [
        ("hours", "ship_by", {}),
        ("hours", "ship_by", {"hours": "two days"}),
        ("hours", "ship_by", {"hours": -1}),
        ("hours", "ship_by", {"hours": True}),
        ("hours", "ship_by", {"hours": 0}),
        ("until", "ship_by_event", {"until": "soon"}),
        ("until", "ship_by_event", {"hours": 48, "until": "2026-01-09 00:00:00"}),
        ("paid_from", "ship_by_event", {"hours": 48, "paid_from": 5}),
        ("days", "ship_by", {"hours": 48, "days": 2}),
    ],
)
def test_a_bad_promise_parameter_is_named(key, code, parameters):
    with pytest.raises(RuleParameterError) as refused:
        promise_rule(row(code, **parameters))

    assert refused.value.key == key


@pytest.mark.parametrize(
    ("key", "parameters"),
    [
        ("rate", {}),
        ("rate", {"rate": "5%"}),
        ("rate", {"rate": "1.5"}),
        ("rate", {"rate": "NaN"}),
        ("rate", {"rate": 0.05}),
        ("rate", {"rate": "０.05"}),
        ("minimum", {"rate": "0.05", "minimum": "-5"}),
        ("maximum", {"rate": "0.05", "minimum": "5", "maximum": "4"}),
        ("long_promise_rate", {"rate": "0.05", "long_promise_over_hours": 48}),
        ("long_promise_over_hours", {"rate": "0.05", "long_promise_rate": "0.1"}),
        ("max", {"rate": "0.05", "max": "4"}),
    ],
)
def test_a_bad_penalty_parameter_is_named(key, parameters):
    with pytest.raises(RuleParameterError) as refused:
        penalty_rules_of(row("late", **parameters))

    assert refused.value.key == key


def test_a_read_rule_keeps_its_row_number():
    assert promise_rule(row("ship_by", hours="24")).id == 7
    assert penalty_rules_of(row("late", rate="0.05"))[0].rate == Decimal("0.05")
