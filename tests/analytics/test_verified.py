"""Whatever comes in, in whatever order, is taken back or comes again: the rollup is what the orders say."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.actions import months, rollup, settling
from analytics.choices import BASES, ROLLED
from analytics.models import DayBuyers, DayRollup, SkuCost
from analytics.queries import metrics, sums
from analytics.queries.month_proof import month_differences
from orders.models import DirtyDay, Order, OrderLine
from products.choices import PriceChangeState, PriceKind
from products.models import PriceChange, Sku, SkuDay
from shopops.intake.models import Batch
from shopops.lib.business_time import SHANGHAI
from tests.orders.importing.harness import NOW, bring, dicts, undo
from tests.orders.importing.test_merging import new_item, order, refund

pytestmark = pytest.mark.django_db

# Days within and beyond a year of each other.
DAYS = (date(2017, 7, 8), date(2017, 7, 10), date(2018, 7, 7), date(2018, 7, 8), date(2018, 7, 9))
CODES = ("PAN", "LID")
PAID, CLOSED = "买家已付款，等待卖家发货", "交易关闭"


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, 5, tzinfo=SHANGHAI)


def text(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def order_row(values: tuple[Any, ...]) -> dict[str, str | None]:
    tid, buyer, day, hour, pays, fen, back, device, place = values
    created = at(DAYS[day], hour)
    paid = created + timedelta(hours=1) if pays else None
    amount = Decimal(fen) / 100
    refunded = (amount * back / 100).quantize(Decimal("0.01")) if pays else Decimal(0)
    return order(
        str(tid),
        **{
            "买家会员名": buyer,
            "订单创建时间": text(created),
            "订单付款时间 ": text(paid),
            "总金额": str(amount),
            "买家应付货款": str(amount),
            "买家应付邮费": "0.00",
            "买家实际支付金额": str(amount if pays else 0),
            "退款金额": str(refunded),
            "订单状态": PAID if pays else "等待买家付款",
            "是否手机订单": device,
            "收货地址 ": place,
        },
    )


def line_row(values: tuple[Any, ...]) -> dict[str, str | None]:
    tid, place, day, code, quantity, fen = values
    created = at(DAYS[day], 10)
    return new_item(
        f"{tid}{place}",
        str(tid),
        商家编码=code,
        购买数量=str(quantity),
        买家实付金额=str(Decimal(fen) / 100),
        买家应付货款=str(Decimal(fen) / 100),
        订单创建时间=text(created),
        订单付款时间=text(created + timedelta(hours=1)),
    )


def refund_row(values: tuple[Any, ...]) -> dict[str, str | None]:
    number, tid, day, fen, is_over = values
    return refund(
        str(number),
        str(tid),
        退款总额=str(Decimal(fen) / 100),
        退款申请时间=text(at(DAYS[day], 9)),
        退款完结时间=text(at(DAYS[day], 20)) if is_over else "",
        退款状态="退款成功" if is_over else "买家已经申请退款，等待卖家同意",
    )


tids, days = st.integers(1, 5), st.integers(0, len(DAYS) - 1)
orders = st.lists(
    st.tuples(
        tids,
        st.sampled_from(["甲", "乙", "丙"]),
        days,
        st.sampled_from([0, 10, 23]),
        st.booleans(),
        st.integers(1, 60_000),
        st.sampled_from([0, 0, 30, 100]),
        st.sampled_from(["手机订单", ""]),
        st.sampled_from(["浙江省 杭州市 西湖区 路(310000)", "上海 上海市 长宁区 路(200000)"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[0],
).map(lambda rows: ("file", [order_row(row) for row in rows]))
lines = st.lists(
    st.tuples(tids, st.integers(1, 2), days, st.sampled_from([*CODES, ""]), st.integers(1, 3),
              st.integers(0, 30_000)),
    min_size=1,
    max_size=4,
    unique_by=lambda row: row[:2],
).map(lambda rows: ("file", [line_row(row) for row in rows]))  # fmt: skip
refunds = st.lists(
    st.tuples(st.integers(1, 4), tids, days, st.integers(1, 30_000), st.booleans()),
    min_size=1,
    max_size=3,
    unique_by=lambda row: row[0],
).map(lambda rows: ("file", [refund_row(row) for row in rows]))
undone = st.tuples(st.just("undo"), st.integers(0, 9))
again = st.tuples(st.just("again"), st.integers(0, 9))
costs = st.tuples(
    st.just("cost"), st.sampled_from(CODES), days, st.sampled_from([None, 500, 1_234, 9_000])
)
rolls = st.tuples(st.just("roll"), st.integers(1, 3))
mixtures = st.lists(
    st.one_of(orders, orders, lines, refunds, undone, again, costs, rolls), min_size=2, max_size=9
)


class Shop:
    """What happened so far: files that stand, and the clock of the exports."""

    def __init__(self) -> None:
        self.files: list[list[dict[str, str | None]]] = []
        self.batches: list[Batch] = []
        self.clock = NOW

    def act(self, act: tuple[Any, ...]) -> None:
        name, *values = act
        getattr(self, name)(*values)

    def file(self, rows: list[dict[str, str | None]]) -> None:
        self.clock += timedelta(minutes=1)
        batch, _preview, _counts = bring(dicts(rows), exported_at=self.clock)
        self.files.append(rows)
        self.batches.append(batch)

    def undo(self, number: int) -> None:
        if self.batches:
            undo(self.batches.pop(number % len(self.batches)))

    def again(self, number: int) -> None:
        if self.files:
            self.file(self.files[number % len(self.files)])

    def cost(self, code: str, day: int, fen: int | None) -> None:
        sku, _is_new = Sku.objects.get_or_create(code=code, defaults={"changed_at": NOW})
        amount = None if fen is None else Decimal(fen) / 100
        if sku.cost_amount is not None and amount is not None:
            moment = at(DAYS[day], 12)
            PriceChange.objects.create(
                sku=sku, asked_at=moment, decided_at=moment, kind=PriceKind.COST,
                state=PriceChangeState.APPLIED, old_amount=sku.cost_amount, new_amount=amount,
            )  # fmt: skip
        Sku.objects.filter(pk=sku.pk).update(cost_amount=amount)

    def roll(self, limit: int) -> None:
        """Take one step and lose it with the process, then take one that stays."""
        with transaction.atomic():
            rollup.roll_some(now=NOW, limit=limit)
            transaction.set_rollback(True)
        rollup.roll_some(now=NOW, limit=limit)


def roll_all() -> int:
    steps = 0
    settling.settle(now=NOW)
    while rollup.roll_some(now=NOW, limit=2):
        steps += 1
        assert steps < 200, "it never comes to rest"
    return steps


def differences() -> list[metrics.Difference]:
    return [
        one
        for basis in ROLLED
        for one in metrics.differences(
            basis=basis, days=metrics.days_with_anything(basis=basis, since=None, until=None)
        )
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(mixture=mixtures)
def test_any_mixture_of_imports_refunds_undo_and_costs_leaves_no_difference(
    db: None, mixture: list[tuple[Any, ...]]
) -> None:
    with transaction.atomic():
        shop = Shop()
        for act in mixture:
            shop.act(act)
        roll_all()

        assert differences() == []
        assert roll_all() == 0
        check_months()
        check_sold_of_codes()
        check_kinds_by_hand()
        check_costs_by_hand()
        transaction.set_rollback(True)


def check_months() -> None:
    """Hold the months against their days, at a time when all of them are over."""
    later = NOW + timedelta(days=62)
    months.sum_all(now=later)
    assert not months.is_waiting(later)
    assert month_differences(since=None, until=None) == []


def check_sold_of_codes() -> None:
    """Hold the pieces of each code and day, taken from cells, against those of the orders themselves."""
    kept = set(SkuDay.objects.values_list("date", "sku_code", "pieces", "order_count"))
    found: dict[tuple[date, str], tuple[int, set[int]]] = {}
    for line in OrderLine.objects.exclude(sku_code="").filter(order__paid_date__isnull=False):
        day = line.order.paid_date
        assert day is not None
        key = day, line.sku_code
        pieces, ids = found.get(key, (0, set()))
        found[key] = pieces + line.quantity, ids | {line.order_id}
    assert kept == {(*key, pieces, len(ids)) for key, (pieces, ids) in found.items()}


def check_kinds_by_hand() -> None:
    """Hold the kinds of buyers against the rule, written once more in Python."""
    rows = list(Order.objects.exclude(buyer=None))
    paid = {(o.buyer_id, o.paid_date) for o in rows if o.paid_date}
    for basis in BASES:
        for day in {getattr(o, f"{basis}_date") for o in rows} - {None}:
            here = {o.buyer_id for o in rows if getattr(o, f"{basis}_date") == day}
            old = {
                buyer
                for buyer in here
                if any(b == buyer and 1 <= (day - d).days <= 365 for b, d in paid)
            }
            kept = DayBuyers.objects.get(basis=basis, date=day)
            assert (set(kept.new_ids), set(kept.old_ids)) == (here - old, old)
            cells = sums.by_day(basis=basis, dim="buyer_kind", since=day, until=day)[day]
            counted = {key: cell.ordered_buyers for key, cell in cells.items() if key}
            assert counted == {
                key: len(ids) for key, ids in (("new", here - old), ("old", old)) if ids
            }


def check_costs_by_hand() -> None:
    """Hold the cost of all kept pieces against the history of each SKU, by hand."""
    for day, cells in sums.by_day(
        basis="created", dim="sku", since=DAYS[0], until=DAYS[-1]
    ).items():
        for code, cell in cells.items():
            steps = list(SkuCost.objects.filter(code=code).order_by("since"))
            if not steps:
                assert (cell.costed_pieces, cell.cost_fen) == (0, 0)
            else:
                assert cell.costed_pieces == cell.kept_pieces, (day, code)


# --- which days an event touches ---


def marked() -> set[tuple[str, date]]:
    return set(DirtyDay.objects.values_list("basis", "date"))


def one_order(tid: int, day: int, *, buyer: str = "甲", fen: int = 10_000) -> None:
    row = order_row(
        (tid, buyer, day, 10, True, fen, 0, "手机订单", "浙江省 杭州市 西湖区 路(310000)")
    )
    bring(dicts([row]))


def test_an_earlier_order_makes_the_buyer_old_on_a_later_day_and_marks_only_that_day() -> None:
    one_order(1, 2)
    one_order(2, 4, buyer="乙")
    roll_all()
    assert kind_counts(DAYS[2]) == {"new": 1}

    one_order(3, 1)
    while rollup.roll_marked(now=NOW, limit=9):
        pass
    settling.settle(now=NOW)

    assert marked() == {("created", DAYS[2]), ("paid", DAYS[2])}
    roll_all()
    assert kind_counts(DAYS[2]) == {"old": 1}
    assert differences() == []


def test_366_days_make_a_buyer_new_again() -> None:
    one_order(1, 0)
    one_order(2, 3)
    one_order(3, 4, buyer="乙")
    one_order(4, 0, buyer="乙")
    roll_all()

    assert (DAYS[3] - DAYS[0]).days == 365
    assert kind_counts(DAYS[3]) == {"old": 1}
    assert kind_counts(DAYS[4]) == {"new": 1}


def kind_counts(day: date) -> dict[str, int | None]:
    cells = sums.by_day(basis="paid", dim="buyer_kind", since=day, until=day)[day]
    return {key: cell.buyers for key, cell in cells.items()}


def test_a_refund_stands_on_the_day_of_payment_and_on_the_day_it_was_finished() -> None:
    one_order(1, 0)
    bring(dicts([refund_row((9, 1, 1, 2_500, True))]))
    roll_all()

    paid = sums.by_day(basis="paid", dim="total", since=DAYS[0], until=DAYS[0])[DAYS[0]][""]
    back = sums.by_day(basis="refunded", dim="province", since=DAYS[0], until=DAYS[1])
    assert paid.refund_amount == Decimal("25.00")
    assert {
        day: {key: cell.refund_fen for key, cell in cells.items()} for day, cells in back.items()
    } == {DAYS[1]: {"浙江省": 2_500}}


def test_a_cost_that_changes_marks_only_days_on_which_the_goods_were_sold_since() -> None:
    Sku.objects.create(code="PAN", changed_at=NOW, cost_amount="40.00")
    for tid, day in ((1, 0), (2, 1)):
        one_order(tid, day)
        bring(dicts([line_row((tid, 1, day, "PAN", 2, 10_000))]))
    one_order(3, 3)
    roll_all()
    cell = sums.total(basis="paid", since=DAYS[0], until=DAYS[4])
    assert cell is not None
    assert (cell.cost_amount, cell.margin_amount) == (Decimal("160.00"), Decimal("40.00"))
    assert cell.known_cost_rate == Decimal(4) / cell.kept_pieces

    Shop().cost("PAN", 1, 5_000)  # at noon; the order came at ten
    settling.settle(now=NOW)
    assert marked() == {("created", DAYS[1]), ("paid", DAYS[1])}
    roll_all()

    assert DayRollup.objects.get(basis="paid", dim="sku", key="PAN", date=DAYS[1]).cost_fen == 8_000
    assert differences() == []


def test_the_device_is_what_the_file_says() -> None:
    rows = [
        order_row((1, "甲", 0, 10, True, 100, 0, "手机订单", "")),
        order_row((2, "乙", 0, 10, True, 200, 0, "", "")),
    ]
    bring(dicts(rows))
    silent = order_row((3, "丙", 0, 10, True, 300, 0, "", ""))
    del silent["是否手机订单"]
    bring(dicts([silent]))
    roll_all()

    cells = sums.by_day(basis="paid", dim="device", since=DAYS[0], until=DAYS[0])[DAYS[0]]
    assert {key: cell.gross_fen for key, cell in cells.items()} == {
        "mobile": 100,
        "pc": 200,
        "": 300,
    }


def test_a_basis_without_the_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match="is not summed by"):
        sums.sums(basis="refunded", dim="buyer_kind", since=DAYS[0], until=DAYS[1])


def test_a_code_that_specs_share_costs_what_the_spec_means_else_it_is_unknown() -> None:
    for spec, cost in (("黑色", "10.00"), ("白色", "30.00")):
        Sku.objects.create(
            code=f"4214#{spec}",
            merchant_code="4214",
            spec=f"颜色:{spec}",
            cost_amount=cost,
            changed_at=NOW,
        )
    one_order(1, 0)
    bring(dicts([line_row((1, place, 0, "4214", 2, 5_000)) for place in (1, 2)]))
    OrderLine.objects.filter(line_key="11").update(spec="颜色:白色")
    OrderLine.objects.filter(line_key="12").update(spec="颜色:红色")
    roll_all()

    cell = DayRollup.objects.get(basis="paid", dim="sku", key="4214", date=DAYS[0])
    assert (cell.kept_pieces, cell.costed_pieces, cell.cost_fen) == (4, 2, 6_000)
