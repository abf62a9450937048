from datetime import date, timedelta

import pytest

from orders import wording
from orders.choices import Stage
from orders.rules import (
    START_RULES,
    OrderFacts,
    promise_rules,
    promise_windows,
    ship_due,
)
from tests.orders.rules.calendars import at, calendar

CALENDAR = calendar("2025-12-25", "2026-12-31")
WINDOWS = promise_windows(promise_rules(START_RULES), "taobao")
NOW = at("2026-03-09 15:58:30")


def sentence(paid, now=NOW, status="WAIT_SELLER_SEND_GOODS", **facts):
    order = OrderFacts(at(paid) if paid else None, status, **facts)
    due = ship_due(order, calendar=CALENDAR, windows=WINDOWS)
    return wording.due_sentence(
        due.reason,
        paid_at=order.paid_at,
        shop_due_at=due.shop_due_at,
        platform_due_at=due.platform_due_at,
        now=now,
    )


@pytest.mark.parametrize(
    ("paid", "words"),
    [
        (
            "2026-03-09 15:58:00",
            "15:58 付款，早于今天 16:00 截单：今天 19:00 前交接；平台时限 3月11日 15:58",
        ),
        (
            "2026-03-09 15:59:59",
            "15:59:59 付款，早于今天 16:00 截单：今天 19:00 前交接；平台时限 3月11日 15:59:59",
        ),
        (
            "2026-03-09 16:00:00",
            "16:00 付款，已到今天 16:00 截单：明天 19:00 前交接；平台时限 3月11日 16:00",
        ),
        (
            "2026-03-08 10:00:00",
            "昨天 10:00 付款，昨天不发货（这一天每周不发货）：今天 19:00 前交接；"
            "平台时限 明天 10:00",
        ),
        (
            "2026-10-01 10:00:00",
            "10月1日 10:00 付款，10月1日不发货（国庆节）：10月8日 19:00 前交接；"
            "平台时限 10月3日 10:00",
        ),
    ],
)
def test_a_due_time_is_told_in_one_sentence(paid, words):
    assert sentence(paid) == words


def test_each_kind_of_promise_has_its_own_words():
    paid = "2026-03-09 10:00:00"

    assert sentence(paid, promise_hours=24).endswith("商品承诺 24 小时，时限 明天 10:00")
    assert sentence(paid, agreed_at=at("2026-03-12 12:00:00")).endswith("与买家约定 3月12日 12:00")
    assert sentence(paid, promised_date=date(2026, 3, 20)) == (
        "10:00 付款，预售不早于承诺日：3月20日 19:00 前交接；预售承诺 3月20日 23:59:59"
    )


def test_what_is_not_due_is_said_to_be_so():
    assert sentence(None) == "还没付款，付款后才起算发货时限"
    assert "没有发货时限" in sentence("2026-03-09 10:00:00", status="TRADE_CLOSED")


def test_another_year_is_named():
    assert wording.day_words(date(2027, 1, 4), now=NOW) == "2027年1月4日"


def test_the_day_words_follow_the_shops_midnight():
    just_after = at("2026-03-10 00:00:00")

    assert wording.time_words(at("2026-03-09 23:59:00"), now=just_after) == "昨天 23:59"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=2, minutes=49), "剩 02:49"),
        (-timedelta(hours=20, minutes=18), "超 20:18"),
        (timedelta(days=3, hours=1), "剩 3 天"),
        (timedelta(0), "剩 00:00"),
    ],
)
def test_time_left_reads_as_on_a_pill(left, words):
    assert wording.due_time_left(NOW + left, now=NOW) == words


def why(stage=Stage.AWAITING_AUDIT, **changes):
    facts = {
        "stage": stage,
        "is_paid": True,
        "is_forbidden": False,
        "refund_since": None,
        "refund_waits_for": "小岑",
        "holds": (),
        "waits_for": "客服",
        "ship_due_at": at("2026-03-09 19:00:00"),
        "left_at": None,
    }
    return wording.why_not_shipped(wording.WhyFacts(**(facts | changes)), now=NOW)


def test_a_held_order_names_the_hold_the_thing_the_person_and_the_time():
    short = wording.HoldWords(
        "缺货", "枕套 雾蓝差 1 件", "老郑", at("2026-03-09 16:28:00"), must_tell=True, told_at=None
    )
    other = wording.HoldWords("买家留言", "", "小岑", None, must_tell=False, told_at=None)

    assert why(Stage.HELD, holds=(short, other)) == (
        "被「缺货」挂起：枕套 雾蓝差 1 件，等 老郑 处理，期限 今天 16:28；买家还没被告知；"
        "另有 1 项挂起"
    )
    assert why(Stage.HELD, holds=(other,)) == "被「买家留言」挂起，等 小岑 处理"


def test_the_strongest_reason_comes_first():
    refund = at("2026-03-09 09:00:00")

    assert why(is_paid=False, stage=Stage.AWAITING_PAYMENT) == "买家还没付款，付款后才审单"
    assert why(refund_since=refund, is_forbidden=True) == (
        "买家 今天 09:00 申请退款，退款没结束不能发货，等 小岑 处理"
    )
    assert why(is_forbidden=True) == "平台暂时禁止发货，等平台放行，由 客服 跟进"
    assert why() == "等 客服 审单，今天 19:00 前交接"
    assert why(ship_due_at=at("2026-03-09 12:00:00")) == ("等 客服 审单，已超过应出时间 今天 12:00")
    assert why(Stage.CANCELLED) == "订单已关闭，不发货"
    assert why(Stage.HANDED_OVER, left_at=refund) == "今天 09:00 已交接，不再等发货"
