"""Distributors and exchange partners: acts, refusals, what the daily checks say."""

import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from PIL import Image

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from promotions.actions import distributors, partners
from promotions.actions.refusals import PartnerRefusedError
from promotions.checks.partners import (
    agreed_prices_are_kept,
    partners_are_followed,
)
from promotions.choices import Breach, DistributorState, ExchangeSide
from promotions.models import Distributor, ExchangeFigures, Partner, SeenPrice
from promotions.queries import partners as queries
from promotions.queries.material import stored_names
from shopops.lib import vault
from shopops.lib.business_time import business_date
from shopops.staff.models import Operation
from tests.factories.listing import SkuFactory


def made(manager, now, **values):
    return distributors.add_distributor(
        values={"name": "棉田优选", "follow_up_on": business_date(now), **values},
        by=manager,
        now=now - timedelta(days=30),
    )


def agreed(row, manager, now, amount="80.00", **changes):
    sku = SkuFactory(code="MY-1")
    values = {"sku_code": sku.code, "amount": Decimal(amount), "valid_from": business_date(now)}
    distributors.agree_price(
        distributor_id=row.pk,
        **{**values, "valid_from": business_date(now) - timedelta(days=20), **changes},
        by=manager,
        now=now,
    )


def see(row, manager, now, amount, *, days_ago=0, code="MY-1", place="直播间", picture=b""):
    seen = distributors.Seen(
        sku_code=code,
        amount=Decimal(amount),
        seen_at=now - timedelta(days=days_ago),
        place=place,
        picture=picture,
    )
    return distributors.record_seen(distributor_id=row.pk, seen=seen, by=manager, now=now)


def move(row, state, manager, now, *, reason="", version=None):
    return distributors.move_distributor(
        distributor_id=row.pk, state=state, reason=reason, version=version, by=manager, now=now
    )


def test_a_distributor_moves_step_by_step_and_the_log_says_so(manager, now):
    row = made(manager, now)

    for state in ("data_sent", "listed", "selling"):
        row = move(row, DistributorState(state), manager, now)

    assert row.state == DistributorState.SELLING
    last = Operation.objects.filter(name="promotions.distributor.moved").latest("pk")
    assert (last.old, last.new) == (
        {"distributor_state": "listed"},
        {"distributor_state": "selling"},
    )


def test_a_step_cannot_be_left_out(manager, now):
    row = made(manager, now)

    with pytest.raises(PartnerRefusedError, match="不能一步到"):
        move(row, DistributorState.SELLING, manager, now)


def test_ending_needs_a_reason_and_stops_the_following(manager, now):
    row = made(manager, now)

    with pytest.raises(PartnerRefusedError, match="为什么结束"):
        move(row, DistributorState.ENDED, manager, now)
    ended = move(row, DistributorState.ENDED, manager, now, reason="一直破价")

    assert (ended.ended_reason, ended.follow_up_on) == ("一直破价", None)


def test_two_distributors_of_one_name_are_refused(manager, now):
    made(manager, now)

    with pytest.raises(PartnerRefusedError, match="这个名字"):
        made(manager, now)


def test_a_stale_edit_is_refused(manager, now):
    row = made(manager, now)
    move(row, DistributorState.DATA_SENT, manager, now)

    with pytest.raises(StaleGoodsError):
        distributors.edit_distributor(
            distributor_id=row.pk, values={"name": "新名"}, version=1, by=manager, now=now
        )


def test_the_first_price_under_the_agreed_one_is_a_warning_the_next_one_proposes_the_end(
    manager, now
):
    row = made(manager, now)
    agreed(row, manager, now)

    first = see(row, manager, now, "79.99", days_ago=3)
    same_day = see(row, manager, now, "70.00", days_ago=3, place="橱窗")
    second = see(row, manager, now, "79.00", days_ago=1)

    assert [first.breach, same_day.breach, second.breach] == ["warning", "warning", "ending"]
    findings = agreed_prices_are_kept(business_date(now), now).findings
    assert [one.severity for one in findings] == ["late"]
    assert "建议终止" in findings[0].title


def test_the_agreed_price_itself_is_no_breach(manager, now):
    row = made(manager, now)
    agreed(row, manager, now)

    assert see(row, manager, now, "80.00").breach == Breach.NONE
    assert agreed_prices_are_kept(business_date(now), now).findings == []


def test_a_price_is_judged_by_what_was_agreed_on_its_day(manager, now):
    row = made(manager, now)
    agreed(row, manager, now)
    distributors.agree_price(
        distributor_id=row.pk,
        sku_code="MY-1",
        amount=Decimal("60.00"),
        valid_from=business_date(now) - timedelta(days=2),
        by=manager,
        now=now,
    )

    assert see(row, manager, now, "70.00", days_ago=5).breach == Breach.WARNING
    assert see(row, manager, now, "70.00", days_ago=1).breach == Breach.NONE
    assert see(row, manager, now, "70.00", days_ago=25).breach == Breach.UNKNOWN


def test_a_breach_is_found_until_somebody_warned(manager, now):
    row = made(manager, now)
    agreed(row, manager, now)
    seen = see(row, manager, now, "70.00", days_ago=1)
    assert len(agreed_prices_are_kept(business_date(now), now).findings) == 1

    distributors.warn_distributor(seen_id=seen.pk, words="电话说过", by=manager, now=now)

    assert agreed_prices_are_kept(business_date(now), now).findings == []
    with pytest.raises(PartnerRefusedError, match="已经警告过"):
        distributors.warn_distributor(seen_id=seen.pk, words="再说", by=manager, now=now)


def test_a_fair_price_needs_no_warning(manager, now):
    row = made(manager, now)
    agreed(row, manager, now)
    seen = see(row, manager, now, "90.00")

    with pytest.raises(PartnerRefusedError, match="没有破价"):
        distributors.warn_distributor(seen_id=seen.pk, words="说过", by=manager, now=now)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"code": "没有"}, "没有商家编码"),
        ({"amount": "0"}, "大于零"),
        ({"days_ago": -1}, "在以后"),
    ],
)
def test_a_seen_price_that_cannot_be_is_refused(changes, words, manager, now):
    row = made(manager, now)
    agreed(row, manager, now)

    with pytest.raises(PartnerRefusedError, match=words):
        see(row, manager, now, **{"amount": "70.00", **changes})


def test_the_same_look_is_kept_once(manager, now):
    row = made(manager, now)
    agreed(row, manager, now)
    see(row, manager, now, "70.00")

    with pytest.raises(PartnerRefusedError, match="记过"):
        see(row, manager, now, "70.00")


def test_a_screenshot_is_rewritten_into_the_vault_and_kept_from_the_sweep(manager, now):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (200, 30, 30)).save(out, "PNG")
    row = made(manager, now)
    agreed(row, manager, now)

    seen = see(row, manager, now, "70.00", picture=out.getvalue())

    kind, whole, small, size = seen.image_path.split("|")
    assert (kind, size) == ("PNG", "60x40")
    assert stored_names([whole, small, "0" * 40]) == {whole, small}
    assert b"".join(vault.chunks(small)).startswith(b"\xff\xd8")


def test_a_screenshot_of_a_refused_look_is_not_kept(manager, now, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    out = io.BytesIO()
    Image.new("RGB", (20, 20)).save(out, "PNG")
    row = made(manager, now)

    with pytest.raises(PartnerRefusedError):
        see(row, manager, now, "70.00", code="没有", picture=out.getvalue())

    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


def test_a_text_file_is_no_screenshot(manager, now):
    row = made(manager, now)
    agreed(row, manager, now)

    with pytest.raises(GoodsRefusedError, match="不是能打开的图片"):
        see(row, manager, now, "70.00", picture=b"<svg onload=alert(1)>")
    assert not SeenPrice.objects.exists()


def test_who_was_to_be_asked_is_found_and_a_note_moves_the_day(manager, now):
    row = made(manager, now)
    today = business_date(now)
    assert [one.severity for one in partners_are_followed(today, now).findings] == ["us"]

    distributors.note_distributor(
        distributor_id=row.pk,
        text="等样品",
        next_on=today + timedelta(days=3),
        by=manager,
        now=now,
    )

    assert partners_are_followed(today, now).findings == []


def test_a_distributor_nobody_follows_up_is_found(manager, now):
    row = made(manager, now, follow_up_on=None)

    findings = partners_are_followed(business_date(now), now).findings

    assert row.name in findings[0].evidence


@pytest.mark.parametrize(
    ("text", "days", "words"), [(" ", 1, "写下说了什么"), ("说了", -1, "已经过去")]
)
def test_a_note_without_words_or_in_the_past_is_refused(text, days, words, manager, now):
    row = made(manager, now)

    with pytest.raises(PartnerRefusedError, match=words):
        distributors.note_distributor(
            distributor_id=row.pk,
            text=text,
            next_on=business_date(now) + timedelta(days=days),
            by=manager,
            now=now,
        )


def exchanged(manager, now):
    row = partners.add_partner(values={"name": "一盏灯饰"}, by=manager, now=now)
    today = business_date(now)
    return partners.add_exchange(
        partner_id=row.pk,
        values={"name": "互发券", "kind": "coupon", "starts_on": today, "ends_on": today},
        by=manager,
        now=now,
    )


def figures(exchange, side, manager, now, *, version, **values):
    return partners.set_figures(
        exchange_id=exchange.pk,
        side=side,
        figures=values,
        version=version,
        by=manager,
        now=now,
    )


def test_the_balance_of_an_exchange_is_what_was_got_less_what_was_given(manager, now):
    one = exchanged(manager, now)
    figures(one, ExchangeSide.GAVE, manager, now, version=1, clicks=100, orders=9)
    figures(one, ExchangeSide.GOT, manager, now, version=2, clicks=80, amount=Decimal("50.00"))

    row = queries.exchanges([one.partner_id])[one.partner_id][0]

    assert (row.balance["clicks"], row.balance["orders"], row.balance["amount"]) == (
        -20,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"shown": 10, "clicks": 11}, "点击不会多过展现"),
        ({"coupons_given": 1, "coupons_used": 2}, "券不会多过"),
    ],
)
def test_figures_that_contradict_are_refused(values, words, manager, now):
    one = exchanged(manager, now)

    with pytest.raises(PartnerRefusedError, match=words):
        figures(one, ExchangeSide.GOT, manager, now, version=1, **values)
    assert not ExchangeFigures.objects.exists()


def test_figures_over_a_colleagues_are_refused(manager, now):
    one = exchanged(manager, now)
    figures(one, ExchangeSide.GOT, manager, now, version=1, clicks=1)

    with pytest.raises(StaleGoodsError):
        figures(one, ExchangeSide.GOT, manager, now, version=1, clicks=2)


def test_an_exchange_that_ends_before_it_begins_is_refused(manager, now):
    row = partners.add_partner(values={"name": "一盏灯饰"}, by=manager, now=now)

    with pytest.raises(PartnerRefusedError, match="早于"):
        partners.add_exchange(
            partner_id=row.pk,
            values={
                "name": "互发券",
                "kind": "coupon",
                "starts_on": date(2026, 3, 2),
                "ends_on": date(2026, 3, 1),
            },
            by=manager,
            now=now,
        )
    assert Partner.objects.get().exchanges.count() == 0


def test_the_board_asks_one_question_however_many_there_are(
    manager, now, django_assert_num_queries
):
    for n in range(3):
        made(manager, now, name=f"分销{n}", owner=manager)

    with django_assert_num_queries(1):
        lanes = queries.board()
        assert [one.owner.name for one in lanes[0].rows] == [manager.name] * 3
    assert Distributor.objects.count() == 3
