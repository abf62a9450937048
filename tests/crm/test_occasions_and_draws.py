"""Whom one writes to on a day; draws that are bound before, come out again after, and pay for no praise."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from crm.actions import draws, member_persons, occasions
from crm.actions.draws import DrawValues
from crm.actions.member_errors import MemberRefusedError, StaleMemberError
from crm.actions.occasions import OccasionValues
from crm.models import Customer, CustomerStat, DrawEntry, Identity, Occasion, TierState
from crm.queries import draws as draw_queries
from crm.queries import occasions as queries
from crm.rules.draws import commitment
from orders.registry import ForgottenPerson
from shopops.lib.business_time import SHANGHAI
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.orders import BuyerFactory, OrderFactory, OrderLineFactory
from tests.times import NOW

pytestmark = pytest.mark.django_db
START = datetime(2026, 9, 10, 9, 0, tzinfo=SHANGHAI)
END = START + timedelta(days=3)


def person(name="甲", level=0, **columns):
    row = Customer.objects.create(name=name, created_at=NOW, **columns)
    Identity.objects.create(buyer=BuyerFactory.create(nick=name), customer=row, since=NOW)
    if level:
        day = date(2026, 1, 1)
        TierState.objects.create(customer=row, level=level, since=day, until=day, why="one_order")
    return row


def occasion(by, kind="birthday", **values):
    asked = OccasionValues(
        **{"kind": kind, "name": "节点", "what": "送一张券", "channel": "platform", **values}
    )
    return occasions.add_occasion(values=asked, by=by, now=NOW)


def names(on, days=1):
    return [one.name for found in queries.due(on, days=days) for one in found.customers]


def test_a_birthday_is_told_days_before_and_on_28_february_where_there_is_no_29th(manager):
    person("闰", birth_month=2, birth_day=29)
    person("别天", birth_month=3, birth_day=1)
    occasion(manager, days_before=3)

    assert names(date(2027, 2, 25)) == ["闰"]
    assert names(date(2028, 2, 25)) == []
    assert names(date(2028, 2, 26)) == ["闰", "别天"][:1]
    assert names(date(2027, 2, 24), days=3) == ["闰", "别天"]


def test_an_anniversary_is_none_in_the_year_itself(manager):
    row = person()
    CustomerStat.objects.create(customer=row, first_paid_date=date(2026, 5, 4))
    occasion(manager, kind="first_order")

    assert names(date(2026, 5, 4)) == []
    assert names(date(2027, 5, 4)) == ["甲"]


def test_members_goods_are_for_members_and_somebody_merged_is_nobody(manager):
    kept = person("会员", level=2)
    person("低", level=1)
    gone = person("并走", level=3)
    gone.identities.all().delete()
    Customer.objects.filter(pk=gone.pk).update(merged_into=kept)
    occasion(manager, kind="members_only", date=date(2026, 10, 1), days_before=1, from_level=2)

    assert names(date(2026, 9, 30)) == ["会员"]
    assert names(date(2026, 10, 1)) == []


def test_a_follow_up_is_for_those_who_bought_the_goods_that_day(manager):
    row = person()
    order = OrderFactory.create(buyer=row.identities.get().buyer, paid_date=date(2026, 9, 10))
    OrderLineFactory.create(order=order, sku_code="A")
    occasion(manager, kind="follow_up", after_days=7, goods=("A",))
    occasion(manager, kind="follow_up", after_days=7, goods=("B",))

    assert names(date(2026, 9, 17)) == ["甲"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "festival"}, "哪一天"),
        ({"kind": "follow_up"}, "几天后"),
        ({"kind": "members_only", "date": date(2026, 10, 1)}, "哪一级"),
        ({"what": "五星好评送 5 元红包"}, "换好评"),
    ],
)
def test_an_occasion_that_cannot_be_so_is_refused(manager, values, words):
    with pytest.raises(MemberRefusedError, match=words):
        occasion(manager, **values)


def test_refused_words_pass_for_a_person_who_may_with_a_reason_that_is_logged(manager):
    asked = OccasionValues("birthday", "生日", "说明：不搞好评返现", "platform")

    occasions.add_occasion(values=asked, overrule_reason="是告诉客户我们不做", by=manager, now=NOW)

    logged = Operation.objects.get(name="crm.words.overruled")
    assert (logged.reason, logged.object_type) == ("是告诉客户我们不做", "occasion")
    assert Occasion.objects.filter(pk=logged.object_key).exists()


def test_a_colleagues_change_of_an_occasion_is_not_overwritten(manager):
    row = occasion(manager)
    asked = OccasionValues("birthday", "生日", "送一张券", "platform")
    change = {
        "occasion_id": row.pk, "version": 1, "values": asked, "by": manager, "now": NOW,
    }  # fmt: skip
    occasions.change_occasion(**change)

    with pytest.raises(StaleMemberError):
        occasions.change_occasion(**change)
    assert Occasion.objects.get().version == 2


# --- draws ----------------------------------------------------------------------------------------


def begin(by, **changes):
    values: dict[str, Any] = {
        "kind": "monthly", "name": "九月抽奖", "prize": "香包", "rules": "报名即可", "winners": 2,
        "starts_at": START, "ends_at": END,
    }  # fmt: skip
    asked = DrawValues(**(values | changes))
    return draws.make_draw(values=asked, by=by, now=START)


def entered(row, by, count=5):
    for n in range(count):
        draws.enter(draw_id=row.pk, customer_id=person(f"客{n}").pk, text="参加", by=by, now=START)


def drawn(row, by, word="", now=END):
    return draws.draw_winners(draw_id=row.pk, word=word, version=row.version, by=by, now=now)


def test_a_draw_is_bound_before_shown_after_and_comes_out_again(manager, capsys, tmp_path):
    row = begin(manager)
    entered(row, manager)
    assert "seed" not in draw_queries.document(row)

    row = drawn(row, manager)

    assert commitment(row.seed) == row.seed_hash
    assert DrawEntry.objects.filter(place__isnull=False).count() == 2
    call_command("draw_check", str(row.pk), "--json")
    assert json.loads(capsys.readouterr().out)["differences"] == []
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(draw_queries.document(row)))
    call_command("draw_check", str(file), "--json")
    assert json.loads(capsys.readouterr().out)["entries"] == 5


def test_a_winner_who_was_put_there_is_found(manager, capsys):
    row = begin(manager)
    entered(row, manager)
    row = drawn(row, manager)
    loser = DrawEntry.objects.filter(place__isnull=True).first()
    DrawEntry.objects.filter(place=1).update(place=None)
    DrawEntry.objects.filter(pk=loser.pk).update(place=1)

    with pytest.raises(SystemExit):
        call_command("draw_check", str(row.pk), "--json")

    assert json.loads(capsys.readouterr().out)["differences"] == ["winners"]
    assert [one.what for one in draw_queries.wrong_draws()] == [["winners"]]


def test_nobody_is_drawn_before_the_end_without_entries_or_twice(manager):
    row = begin(manager)
    with pytest.raises(MemberRefusedError, match="没有人"):
        drawn(row, manager)
    entered(row, manager, 1)
    with pytest.raises(MemberRefusedError, match="还没结束"):
        drawn(row, manager, now=START)

    drawn(row, manager)

    with pytest.raises(StaleMemberError):
        drawn(row, manager)


def test_a_draw_by_an_outside_number_wants_it(manager):
    row = begin(manager, word_from="次日福彩 3D")
    entered(row, manager)

    with pytest.raises(MemberRefusedError, match="次日福彩"):
        drawn(row, manager)

    assert drawn(row, manager, word="407").word == "407"


def test_who_is_struck_out_does_not_win_and_only_before_the_draw(manager):
    row = begin(manager, winners=5)
    entered(row, manager, 2)
    with pytest.raises(MemberRefusedError, match="为什么"):
        draws.strike(draw_id=row.pk, number=1, reason="", by=manager, now=START)
    draws.strike(draw_id=row.pk, number=1, reason="是同事", by=manager, now=START)

    row = drawn(row, manager)

    assert [one.number for one in draw_queries.winners(row)] == [2]
    with pytest.raises(MemberRefusedError, match="抽过了"):
        draws.strike(draw_id=row.pk, number=2, reason="x", by=manager, now=END)


def test_one_takes_part_once_in_time_and_in_ones_tier(manager):
    row = begin(manager, from_level=2)
    member, other = person("高", level=2), person("低", level=1)
    draws.enter(draw_id=row.pk, customer_id=member.pk, text="", by=manager, now=START)

    for who, now, words in (
        (member, START, "报过名"),
        (other, START, "等级不够"),
        (other, END, "时间"),
    ):
        with pytest.raises(MemberRefusedError, match=words):
            draws.enter(draw_id=row.pk, customer_id=who.pk, text="", by=manager, now=now)


@pytest.mark.parametrize(
    "changes", [{"rules": "晒图好评有奖"}, {"prize": "五星好评返现 5 元"}, {"name": "刷单抽奖"}]
)
def test_an_activity_pays_for_no_praise(manager, changes):
    with pytest.raises(MemberRefusedError, match="反不正当竞争法"):
        begin(manager, **changes)


def test_a_draw_still_comes_out_when_somebody_was_erased(manager):
    row = begin(manager)
    entered(row, manager)
    row = drawn(row, manager)
    winner = DrawEntry.objects.get(place=1)
    buyer = winner.customer.identities.get().pk

    member_persons.erase(ForgottenPerson(buyer, [], [], "已删除-1", NOW))

    winner.refresh_from_db()
    assert (winner.customer, winner.text, winner.place) == (None, "", 1)
    assert draw_queries.wrong_draws() == []


def test_the_pages_take_part_and_show_the_published_file(manager):
    client = browser_of(manager)
    row = begin(manager, ends_at=NOW + timedelta(days=3650))
    person("网页客")

    sent = client.post(f"/crm/draws/{row.pk}/", {"part": "enter", "customer": "网页客", "text": ""})

    assert sent.status_code == 302
    assert DrawEntry.objects.get().customer.name == "网页客"
    again = client.post(
        f"/crm/draws/{row.pk}/", {"part": "enter", "customer": "没有", "text": "留着"}
    )
    assert again.status_code == 422
    assert "留着" in again.content.decode()
    assert client.get(f"/crm/draws/{row.pk}/proof/").json()["seed_hash"] == row.seed_hash
