"""How long texts are, when nobody is written to, what refuses a message, and how people are drawn."""

from collections import Counter
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crm.importers.replies import read_replies
from crm.rules import messages
from shopops.lib.business_time import SHANGHAI


@pytest.mark.parametrize(
    ("units", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)]
)
def test_seventy_characters_are_one_message_then_sixty_seven_each(units, parts):
    assert messages.parts("长" * units) == parts


def test_a_sign_outside_the_basic_plane_counts_as_two():
    assert messages.units("😀𠮷") == 4
    assert messages.parts("😀" * 36) == 2


def test_signature_and_opt_out_words_are_part_of_what_is_counted():
    text = messages.whole("秋季新品到店", signature="棉语家纺", opt_out_words="拒收请回复R")

    assert text == "【棉语家纺】秋季新品到店，拒收请回复R"
    assert messages.whole("到店。", signature="", opt_out_words="回R退") == "到店。回R退"


def test_a_missing_value_is_named_and_never_a_broken_text():
    values = {"name": "林小鹿", "item": " "}

    assert messages.missing_variables("{name}，您的{item}用了{days}天", values) == ["item", "days"]
    with pytest.raises(KeyError):
        messages.filled("{days}", values)


@pytest.mark.parametrize("words", ["R", "r", " td ", "退订！", "T。", "拒收", "不要再发了", "Stop"])
def test_words_of_refusal_are_understood(words):
    assert messages.is_opt_out(words)


@pytest.mark.parametrize("words", ["", "退货怎么弄", "好的", "RR", "请问 R 码", "我要退款"])
def test_other_words_refuse_nothing(words):
    assert not messages.is_opt_out(words)


@pytest.mark.parametrize(
    ("clock", "quiet", "opens"),
    [
        ("2026-09-17 19:59", False, "2026-09-17 19:59"),
        ("2026-09-17 20:00", True, "2026-09-18 10:00"),
        ("2026-09-17 23:59", True, "2026-09-18 10:00"),
        ("2026-09-17 00:30", True, "2026-09-17 10:00"),
        ("2026-09-17 10:00", False, "2026-09-17 10:00"),
    ],
)
def test_quiet_hours_reach_over_midnight_in_shanghai(clock, quiet, opens):
    at = datetime.fromisoformat(clock).replace(tzinfo=SHANGHAI)

    assert messages.is_quiet(at, quiet_from=20, quiet_to=10) is quiet
    assert messages.next_open(at, quiet_from=20, quiet_to=10) == datetime.fromisoformat(
        opens
    ).replace(tzinfo=SHANGHAI)


@given(
    some.sets(some.integers(1, 10**9), max_size=200),
    some.integers(0, 2**53),
    some.integers(0, 50),
    some.lists(some.integers(1, 5), min_size=1, max_size=4),
)
def test_a_draw_takes_everybody_once_and_the_same_seed_draws_the_same(ids, seed, percent, weights):
    one = messages.draw(ids, seed=seed, holdout_percent=percent, weights=weights)
    again = messages.draw(
        sorted(ids, reverse=True), seed=seed, holdout_percent=percent, weights=weights
    )

    everybody = [*one.held_out, *(customer for arm in one.arms for customer in arm)]
    assert one == again
    assert Counter(everybody) == Counter(ids)
    assert len(one.held_out) == len(ids) * percent // 100
    rest, total = len(ids) - len(one.held_out), sum(weights)
    for arm, weight in zip(one.arms, weights, strict=True):
        assert abs(len(arm) - rest * weight / total) < 1


def test_another_seed_draws_others():
    draws = {
        messages.draw(range(100), seed=seed, holdout_percent=20, weights=[1]).held_out
        for seed in range(5)
    }

    assert len(draws) == 5


def test_cost_is_parts_times_price():
    assert messages.cost(3, Decimal("0.045")) == Decimal("0.14")


def test_answers_are_read_with_and_without_a_head_and_bad_lines_are_named():
    text = "13900000001\tR\t2026/09/17 10:00\n\t退订\n小鹿\t退订\t昨天\n小鹿\t\n小鹿\t退订"

    replies, errors = read_replies(text)

    assert [(one.phone, one.nick, one.words) for one in replies] == [
        ("13900000001", "", "R"),
        ("", "小鹿", "退订"),
    ]
    assert [(one.line, one.code) for one in errors] == [
        (2, "no_who"),
        (3, "bad_time"),
        (4, "no_words"),
    ]
