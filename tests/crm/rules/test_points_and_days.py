"""Points, days of the year, draws: pure laws."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.rules import draws
from crm.rules.draws import Entry, Published
from crm.rules.occasions import day_told, days_kept
from crm.rules.points import (
    Change,
    NotEnoughPointsError,
    Purse,
    after,
    earned_points,
    expired,
    gain,
    spend,
    take_back,
)

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("fen", "per", "points"),
    [
        (9_999, "1", 99),
        (10_000, "1", 100),
        (199, "0.5", 0),
        (200, "0.5", 1),
        (-5, "1", 0),
        (0, "9", 0),
    ],
)
def test_points_are_earned_by_whole_points_rounded_down(fen, per, points):
    assert earned_points(fen, Decimal(per)) == points


def test_what_was_spent_before_a_refund_is_owed_and_paid_by_what_comes():
    purse = after(Purse(30), take_back(Purse(30), 100))
    assert purse == Purse(0, 70)

    assert gain(purse, 50) == Change(0, -50)
    assert after(purse, gain(purse, 100)) == Purse(30, 0)


def test_more_than_there_is_cannot_be_spent():
    assert spend(Purse(10), 10) == Change(-10)
    with pytest.raises(NotEnoughPointsError):
        spend(Purse(10), 11)


@given(
    st.integers(0, 99),
    st.lists(st.tuples(st.sampled_from([gain, take_back]), st.integers(1, 50)), max_size=12),
)
def test_nobody_has_points_and_owes_some(start, acts):
    purse = Purse(start)
    for act, points in acts:
        purse = after(purse, act(purse, points))
        assert purse.balance >= 0
        assert purse.owed >= 0
        assert 0 in (purse.balance, purse.owed)


@pytest.mark.parametrize(
    ("lots", "used", "over"),
    [
        ([(100, DAY)], 0, 0),  # its last day
        ([(100, date(2026, 2, 28))], 0, 100),
        ([(100, date(2026, 2, 28)), (50, None)], 30, 70),
        ([(100, date(2026, 2, 28))], 100, 0),
        ([(50, None)], 0, 0),
    ],
)
def test_points_are_over_after_their_last_day_less_what_was_used_first(lots, used, over):
    assert expired(lots, used, DAY) == over


@pytest.mark.parametrize(
    ("on", "kept"),
    [
        (date(2027, 2, 28), [(2, 28), (2, 29)]),
        (date(2028, 2, 28), [(2, 28)]),
        (date(2028, 2, 29), [(2, 29)]),
        (date(2027, 3, 1), [(3, 1)]),
        (date(2100, 2, 28), [(2, 28), (2, 29)]),
    ],
)
def test_a_birthday_on_29_february_is_kept_on_the_28th_where_there_is_none(on, kept):
    assert days_kept(on) == kept


def test_one_writes_so_many_days_before_over_the_end_of_a_month():
    assert day_told(date(2026, 3, 1), 3) == date(2026, 2, 26)


ENTRIES = [Entry(n, f"{n:016x}") for n in range(1, 21)]
SEED = "ab" * 32


def published(**changes):
    won = [one.number for one in draws.draw(SEED, "407", ENTRIES, 3)]
    values = {
        "seed": SEED, "seed_hash": draws.commitment(SEED), "entries_hash": draws.entries_hash(ENTRIES),
        "word": "407", "entries": ENTRIES, "winners": won,
    }  # fmt: skip
    return Published(**(values | changes))


def test_a_draw_comes_out_again_whatever_the_order_of_entries():
    assert draws.disagreements(published()) == []
    assert draws.disagreements(published(entries=ENTRIES[::-1])) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"seed": "cd" * 32}, {"seed_hash", "winners"}),
        ({"entries": ENTRIES[:-1]}, {"entries_hash"}),
        ({"winners": [1, 2, 3]}, {"winners"}),
        ({"word": "408"}, {"winners"}),
    ],
)
def test_a_draw_that_was_tampered_with_does_not(changes, found):
    assert found <= set(draws.disagreements(published(**changes)))


def test_the_algorithm_is_the_one_that_is_written_down():
    """By hand, with sha256sum: another language gives the same."""
    from hashlib import sha256

    among = sha256(b"1 a\n2 b\n").hexdigest()
    scores = {
        n: sha256(f"s:{among}:w:{n} {t}".encode()).hexdigest() for n, t in ((1, "a"), (2, "b"))
    }

    won = draws.draw("s", "w", [Entry(2, "b"), Entry(1, "a")], 1)

    assert won[0].number == min(scores, key=lambda n: scores[n])
