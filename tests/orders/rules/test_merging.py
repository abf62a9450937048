"""Who may travel together, and how risky it is."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from orders.choices import MergeRisk
from orders.rules.merging import (
    MERGE_KEY_SQL,
    RECEIVER_COLUMNS,
    MergeFacts,
    NothingInCommonError,
    differing,
    merge_key,
    merge_risk,
)
from orders.rules.splitting import (
    Piece,
    TooHeavyError,
    UnknownWeightError,
    by_stock,
    by_weight,
)

HOME = ("张**", "*******5552", "浙江省", "杭州市", "西湖区", "文三路***")
OFFICE = ("张**", "*******5552", "浙江省", "杭州市", "滨江区", "江南大道***")


def order(tid="1", buyer=1, receiver=HOME, *, paid=True):
    return MergeFacts(tid=tid, buyer_id=buyer, receiver=receiver, is_paid=paid)


@pytest.mark.parametrize(
    ("other", "risk"),
    [
        (order("2"), MergeRisk.LOW),
        (order("2", receiver=OFFICE), MergeRisk.MIDDLE),
        (order("2", buyer=2), MergeRisk.MIDDLE),
        (order("2", paid=False), MergeRisk.HIGH),
        (order("2", receiver=OFFICE, paid=False), MergeRisk.HIGH),
    ],
)
def test_a_merge_is_as_risky_as_what_differs(other, risk):
    assert merge_risk([order(), other]) == risk


@pytest.mark.parametrize(
    "pair",
    [
        (order(), order("2", buyer=2, receiver=OFFICE)),
        (order(buyer=None), order("2", buyer=None, receiver=OFFICE)),
        (order(buyer=1, receiver=("",) * 6), order("2", buyer=2, receiver=("",) * 6)),
    ],
)
def test_orders_with_nothing_in_common_are_not_merged(pair):
    with pytest.raises(NothingInCommonError):
        merge_risk(pair)


def test_what_differs_is_named():
    assert differing([order(), order("2", receiver=OFFICE)]) == (
        "receiver_district",
        "receiver_address",
    )


def test_blanks_and_full_width_letters_make_no_other_address():
    spaced = (*HOME[:5], " 文三路 ***")

    assert merge_key(1, HOME) == merge_key(1, spaced)
    assert merge_key(1, HOME) != merge_key(2, HOME)


@pytest.mark.parametrize(("buyer", "address"), [(None, "文三路***"), (1, ""), (1, "  ")])
def test_without_buyer_or_address_there_is_no_key(buyer, address):
    assert merge_key(buyer, (*HOME[:5], address)) is None


@pytest.mark.django_db
@given(
    st.one_of(st.none(), st.integers(1, 2**40)),
    st.tuples(
        *(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
            for _ in range(6)
        )
    ),
)
def test_rule_and_database_give_the_same_key(buyer, receiver):
    columns = ", ".join(("buyer_id", *RECEIVER_COLUMNS))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {MERGE_KEY_SQL} FROM (VALUES (%s::bigint, %s, %s, %s, %s, %s, %s))"
            f" AS o ({columns})",
            [buyer, *receiver],
        )
        assert cursor.fetchone()[0] == merge_key(buyer, receiver)


PIECES = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.integers(1, 9)), min_size=1, max_size=8
).map(lambda found: [Piece(key, code, count) for key, (code, count) in enumerate(found)])


@given(
    PIECES, st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 900)), st.integers(900, 3000)
)
def test_no_parcel_is_too_heavy_and_no_piece_is_lost(pieces, known, most):
    grams = {code: known.get(code, 100) for code in "ABCD"}
    code_of = {one.key: one.sku_code for one in pieces}

    portions = by_weight(pieces, grams=grams, most_grams=most)

    for portion in portions:
        assert sum(grams[code_of[key]] * count for key, count in portion.items()) <= most
    for one in pieces:
        assert sum(portion.get(one.key, 0) for portion in portions) == one.quantity


def test_every_unknown_weight_is_named():
    with pytest.raises(UnknownWeightError) as refused:
        by_weight(
            [Piece(1, "B", 1), Piece(2, "A", 1), Piece(3, "C", 1)],
            grams={"C": 5, "A": None},
            most_grams=100,
        )

    assert refused.value.sku_codes == ("A", "B")


def test_a_piece_over_the_limit_cannot_be_split():
    with pytest.raises(TooHeavyError):
        by_weight([Piece(1, "A", 1)], grams={"A": 101}, most_grams=100)


def test_stock_is_given_to_the_first_lines_and_never_twice():
    pieces = [Piece(1, "A", 2), Piece(2, "A", 2), Piece(3, "B", 1)]

    assert by_stock(pieces, at_hand={"A": 3}) == ({1: 2, 2: 1}, {2: 1, 3: 1})
