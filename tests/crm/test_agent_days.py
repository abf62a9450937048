"""Agents' days: files of chat tools, words by hand, which of them counts, whose name is whose."""

import csv
import io
import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from crm.actions import agents as actions
from crm.actions.service_errors import ServiceRefusedError
from crm.importers.agent_days import expected_of, match, seconds_of
from crm.models import AgentDay, AgentDoubt, AgentName
from crm.queries import agents as queries
from crm.queries.agents import Span
from crm.rules.agents import Day, meets, missed_in_a_row, total
from crm.service_choices import Measure
from products.actions.errors import StaleGoodsError
from shopops.intake.cells import BadCellError
from shopops.intake.models import RowError
from shopops.staff.models import Operation
from tests.factories.staff import PersonFactory
from tests.products.harness import NOW, bring, take_back

HEAD = ["日期", "客服昵称", "咨询人数", "接待人数", "3分钟回复人数", "3分钟回复率", "首次响应(秒)",
        "平均响应(秒)", "询单人数", "下单人数", "付款人数", "询单转化率", "付款金额", "客单价",
        "中评数", "差评数"]  # fmt: skip
DAY = date(2026, 3, 8)


def line(**given):
    row = {
        "日期": "2026-03-08", "客服昵称": "棉语家纺:小禾", "咨询人数": "60", "接待人数": "50",
        "3分钟回复人数": "54", "3分钟回复率": "90.00%", "首次响应(秒)": "24.5", "平均响应(秒)": "41",
        "询单人数": "40", "下单人数": "18", "付款人数": "16", "询单转化率": "40.00%",
        "付款金额": "2,400.00", "客单价": "150.00", "中评数": "1", "差评数": "0",
    }  # fmt: skip
    return [str({**row, **given}[name]) for name in HEAD]


def sheet(*rows):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([HEAD, *rows])
    return text.getvalue().encode("gb18030")


def days(agent):
    return queries.days_of(Span(DAY, DAY), agent_id=agent.pk).get(agent.pk, [])


def enter(agent, by, *, seen=None, now=NOW, **figures):
    last = queries.last_word(agent.pk, DAY) if seen is None else seen
    return actions.enter_day(agent=agent, day=DAY, figures=figures, seen=last, by=by, now=now)


@pytest.fixture
def agent(db):
    return PersonFactory(username="kf1", name="小禾", role_codes=["service"])


@pytest.fixture
def lead(db):
    return PersonFactory(username="zg", name="小岑", role_codes=["service_lead"])


class TestFiles:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_a_name_counts_for_nobody_until_somebody_says_once_who_it_is(self, agent, lead):
        batch = bring(sheet(line()), "绩效_20260309.csv")
        before = days(agent)
        name = AgentName.objects.get()

        actions.map_name(name_id=name.pk, agent=agent, version=1, by=lead, now=NOW)
        bring(sheet(line(日期="2026-03-09")), "绩效_20260310.csv")

        assert (batch.kind, batch.created_count, before) == ("crm.agent_days", 1, [])
        assert "agent_names|1" in batch.facts["notes"]
        assert days(agent)[0].paid == 16
        assert AgentDay.objects.get(date=date(2026, 3, 9)).agent == agent
        assert Operation.objects.get(name="crm.agent_name.mapped").new["agent"] == "小禾"

    def test_a_rate_that_does_not_follow_is_told_and_the_counts_are_taken(self, agent, lead):
        batch = bring(sheet(line(询单转化率="45.00%", 客单价="151.00")), "a.csv")

        found = AgentDoubt.objects.order_by("column").values_list("column", "value", "expected")
        assert list(found) == [("客单价", "151.00", "150.00"), ("询单转化率", "45.00%", "40.00%")]
        assert "agent_doubts|2" in batch.facts["notes"]
        assert AgentDay.objects.get().paid == 16

    def test_the_same_day_twice_keeps_both_and_the_later_export_counts(self, agent, lead):
        later, earlier = datetime(2026, 3, 9, 9, tzinfo=UTC), datetime(2026, 3, 9, 2, tzinfo=UTC)
        bring(
            sheet(line(付款人数="17", 询单转化率="42.50%", 客单价="141.18")),
            "b.csv",
            written_at=later,
        )
        bring(sheet(line()), "a.csv", written_at=earlier)

        assert AgentDay.objects.count() == 2
        assert AgentDay.objects.get(is_current=True).paid == 17

    def test_taking_a_file_back_lets_the_other_count_again(self, agent, lead):
        bring(sheet(line()), "a.csv", written_at=datetime(2026, 3, 9, 2, tzinfo=UTC))
        second = bring(
            sheet(line(咨询人数="61", **{"3分钟回复率": "88.52%"})), "b.csv",
            written_at=datetime(2026, 3, 9, 9, tzinfo=UTC),
        )  # fmt: skip

        take_back(second)

        assert [one.asked for one in AgentDay.objects.filter(is_current=True)] == [60]

    @pytest.mark.parametrize(
        ("column", "value", "reason"),
        [
            ("日期", "2026-03-01~2026-03-08", "不是一天的日期；请在导出时选“分天”，像 2026-06-18"),
            ("日期", "2026-02-30", "没有这个日期或时刻"),
            ("客服昵称", "", "这一行缺少客服昵称"),
            ("咨询人数", "很多", "不是整数"),
            ("3分钟回复人数", "61", "3 分钟回复的人比咨询的人还多"),
            ("付款人数", "41", "付款的人比询单的人还多"),
            ("首次响应(秒)", "很快", "不是时长，应当像 28.5、28秒 或 1分20秒"),
            ("付款金额", "-3", "金额不能是负数"),
        ],
    )
    def test_a_broken_cell_is_told_and_the_other_rows_come_in(self, column, value, reason):
        batch = bring(sheet(line(**{column: value}), line(日期="2026-03-09")), "a.csv")

        error = RowError.objects.get(batch=batch)
        assert (error.line, error.column, error.reason) == (2, column, reason)
        assert AgentDay.objects.count() == 1

    def test_two_people_who_enter_the_same_day_at_once_do_not_overwrite_each_other(
        self, agent, lead
    ):
        begin, outcomes = threading.Barrier(2), []

        def act(paid):
            begin.wait()
            try:
                enter(agent, lead, seen=0, inquired=40, paid=paid)
                outcomes.append("done")
            except StaleGoodsError:
                outcomes.append("stale")
            finally:
                connection.close()

        threads = [threading.Thread(target=act, args=(paid,)) for paid in (10, 11)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()

        assert sorted(outcomes) == ["done", "stale"]
        assert AgentDay.objects.count() == 1


@pytest.mark.django_db
class TestByHand:
    def test_a_word_by_hand_counts_alone_over_all_names_of_the_day(self, agent, lead):
        for name in ("a", "b"):
            AgentDay.objects.create(
                name=AgentName.objects.create(name=name, agent=agent, seen_at=NOW),
                agent=agent, date=DAY, said_at=NOW.replace(hour=1), is_current=True, paid=5,
            )  # fmt: skip

        enter(agent, lead, paid=7)

        assert [one.paid for one in days(agent)] == [7]
        assert AgentDay.objects.count() == 3
        assert Operation.objects.get(name="crm.agent_day.entered").new == {"paid": 7}

    @pytest.mark.parametrize(
        ("figures", "field"),
        [({}, ""), ({"asked": 3, "in_three_minutes": 4}, "in_three_minutes")],
    )
    def test_figures_that_cannot_be_are_refused(self, agent, lead, figures, field):
        with pytest.raises(ServiceRefusedError) as refusal:
            enter(agent, lead, **figures)

        assert list(refusal.value.errors) == [field]

    def test_a_day_to_come_is_refused(self, agent, lead):
        with pytest.raises(ServiceRefusedError):
            actions.enter_day(
                agent=agent, day=date(2026, 3, 11), figures={"paid": 1}, seen=0, by=lead, now=NOW
            )

    def test_a_name_that_a_colleague_mapped_since_is_not_mapped_again(self, agent, lead):
        name = AgentName.objects.create(name="a", seen_at=NOW)
        actions.map_name(name_id=name.pk, agent=agent, version=1, by=lead, now=NOW)

        with pytest.raises(StaleGoodsError):
            actions.map_name(name_id=name.pk, agent=None, version=1, by=lead, now=NOW)

    def test_a_target_cannot_begin_in_the_past(self, lead):
        with pytest.raises(ServiceRefusedError):
            actions.set_target(
                measure=Measure.FIRST_RESPONSE, value=Decimal(30), missed_days=3,
                valid_from=DAY, version="0", by=lead, now=NOW,
            )  # fmt: skip


def test_sums_come_before_rates():
    found = total([Day(DAY, inquired=10, paid=5), Day(date(2026, 3, 9), inquired=90, paid=9)])

    assert found.measure("pay_rate") == Decimal("0.140000")


def test_a_day_without_one_part_does_not_tilt_a_rate():
    found = total([Day(DAY, inquired=10, paid=5), Day(date(2026, 3, 9), inquired=90)])

    assert found.measure("pay_rate") == Decimal("0.500000")


def test_first_response_is_weighted_by_those_received():
    found = total(
        [
            Day(DAY, received=10, first_seconds=Decimal(10)),
            Day(date(2026, 3, 9), received=30, first_seconds=Decimal(50)),
        ]
    )

    assert found.measure("first_response") == Decimal(40)


@pytest.mark.parametrize(
    ("code", "value", "outcome"),
    [("first_response", "30", True), ("first_response", "30.01", False), ("pay_rate", "30", True)],
)
def test_just_meeting_a_target_meets_it(code, value, outcome):
    assert meets(code, Decimal(value), Decimal(30)) is outcome


def test_an_unknown_day_ends_a_row_of_missed_days():
    def slow(day):
        return Day(date(2026, 3, day), received=1, first_seconds=Decimal(40))

    known = [slow(4), slow(6), slow(7), slow(8)]

    assert (
        missed_in_a_row("first_response", known, [(date(2026, 1, 1), Decimal(30))], until=DAY) == 3
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("28.5", "28.50"),
        ("28秒", "28.00"),
        ("1分20秒", "80.00"),
        ("00:01:20", "80.00"),
        ("01:20", "80.00"),
    ],
)
def test_lengths_of_time_are_read_as_tools_write_them(text, seconds):
    assert seconds_of(text) == Decimal(seconds)


def test_a_length_of_time_over_a_day_is_refused():
    with pytest.raises(BadCellError):
        seconds_of("86401")


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("33.33%", None),
        ("33.3%", None),
        ("33%", None),
        ("33.34%", "33.33%"),
        ("0.33", None),
        ("0.34", "0.33"),
    ],
)
def test_a_rate_agrees_within_half_of_its_last_place(text, outcome):
    assert expected_of(text, Decimal(1), Decimal(3), per_cent=False) == outcome


def test_an_order_report_is_not_taken_for_figures_of_agents():
    assert match(["订单编号", "买家会员名", "总金额", "订单状态"]) is None
