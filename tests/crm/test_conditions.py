"""Conditions of segments: read from JSON, said as a sentence, as rows of a form, and asked of the database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crm.models import (
    Campaign,
    CampaignMember,
    CustomerTag,
    OptOut,
    Outlook,
    PointBalance,
    Tag,
    TierLevel,
    TierState,
)
from crm.queries import segments
from crm.queries.segments import birthdays, count_people, sample_people
from crm.rules.conditions import (
    ConditionError,
    Joined,
    Leaf,
    Not,
    as_json,
    from_groups,
    parse,
    to_groups,
)
from crm.wording.segments import error_words, sentence
from orders.models import AfterSalesCase, BlackListEntry
from products.models import Product
from tests.factories import campaigns as made
from tests.factories.goods import ProductFactory, SkuFactory
from tests.factories.orders import OrderFactory, OrderLineFactory
from tests.times import NOW

TODAY = NOW.date()


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (
            {
                "all": [
                    {"fact": "last_paid", "op": "within", "a": 90},
                    {"fact": "paid", "op": "least", "a": "200"},
                    {"not": {"fact": "consent", "side": "sms"}},
                ]
            },
            "最近 90 天买过、累计实付满 200 元、没同意短信的人",
        ),
        (
            {
                "all": [
                    {"fact": "province", "values": ["浙江省", "江苏省"]},
                    {"any": [{"fact": "black_list"}, {"fact": "open_case"}]},
                ]
            },
            "省份是浙江省、江苏省、（在黑名单，或者有没完的售后或退款）的人",
        ),
        (
            {"fact": "last_paid", "op": "between", "a": 120, "b": 300},
            "最近一次购买在 120 到 300 天前的人",
        ),
        ({"fact": "life_stage", "values": ["asleep"]}, "生命周期是沉睡的人"),
        (
            {"not": {"fact": "bought", "side": "category", "values": ["四件套"], "a": 365}},
            "最近 365 天没买过（类目：四件套）的人",
        ),
        ({"fact": "average", "op": "most", "a": "99.50"}, "平均一单不超过 99.50 元的人"),
        ({"fact": "birthday", "a": 7}, "7 天内过生日的人"),
        ({"fact": "due", "a": 7}, "该再买的日子在前后 7 天里的人"),
        ({"not": {"fact": "points", "op": "least", "a": 100}}, "积分不满 100 分的人"),
        ({"fact": "expected", "op": "least", "a": "300"}, "一年预期净额满 300 元的人"),
    ],
)
def test_conditions_read_as_a_sentence(document, words):
    assert sentence(parse(document)) == words


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"all": []}, "至少要有一个条件。"),
        ({"fact": "shoe_size"}, "第 1 个条件：没有「shoe_size」这种条件。"),
        ({"fact": "last_paid"}, "第 1 个条件：「最近一次购买」要填数字。"),
        ({"fact": "last_paid", "a": "九十"}, "第 1 个条件：「最近一次购买」里的「九十」不是数字。"),
        ({"fact": "last_paid", "a": "1.5"}, "第 1 个条件：「最近一次购买」要填整数，「1.5」不是。"),
        ({"fact": "last_paid", "a": "9999"}, "第 1 个条件：「最近一次购买」要在 0–3650 之间。"),
        (
            {"fact": "paid", "a": "1.005"},
            "第 1 个条件：「累计实付」里的「1.005」不是金额，最多到分。",
        ),
        ({"fact": "paid", "a": "NaN"}, "第 1 个条件：「累计实付」里的「NaN」不是数字。"),
        (
            {"all": [{"fact": "black_list"}, {"fact": "paid", "op": "between", "a": 9, "b": 2}]},
            "第 2 个条件：「累计实付」前面的数要比后面的小。",
        ),
        ({"fact": "province", "values": []}, "第 1 个条件：「省份」要选或填至少一个。"),
        ({"fact": "consent", "side": "smoke"}, "第 1 个条件：「同意接收」不认识「smoke」。"),
        ("everybody", "看不懂这个条件：everybody"),
        ({"any": [{"fact": "black_list"}] * 31}, "条件太多，最多 30 个。"),
    ],
)
def test_what_cannot_be_read_is_said_in_the_words_of_the_form(document, words):
    with pytest.raises(ConditionError) as refusal:
        parse(document)

    assert error_words(refusal.value) == words


_LEAVES = some.one_of(
    some.builds(Leaf, some.just("last_paid"), some.just("within"), some.integers(0, 400)),
    some.builds(Leaf, some.just("paid"), some.just("least"), some.integers(0, 90_000)),
    some.just(Leaf("consent", "is", side="sms")),
    some.just(Leaf("black_list", "is")),
)
_NODES = some.recursive(
    _LEAVES,
    lambda inner: some.one_of(
        some.builds(Not, inner),
        some.builds(
            Joined,
            some.sampled_from(["all", "any"]),
            some.lists(inner, min_size=2, max_size=3).map(tuple),
        ),
    ),
    max_leaves=5,
)


def _holds(node, truth):
    if isinstance(node, Leaf):
        return truth[node]
    if isinstance(node, Not):
        return not _holds(node.part, truth)
    join = all if node.how == "all" else any
    return join(_holds(part, truth) for part in node.parts)


@given(_NODES, some.randoms())
def test_rows_of_the_form_mean_the_same_as_the_conditions_they_show(node, dice):
    groups = to_groups(node)
    if groups is None:  # too many for rows
        return
    back = from_groups(groups)
    found = {}
    for leaf in _all_leaves(node):
        found.setdefault(leaf, dice.random() < 0.5)

    assert _holds(back, found) == _holds(node, found)


@given(_NODES)
def test_what_is_stored_is_read_back_to_the_same(node):
    assert sentence(parse(as_json(node))) == sentence(node)


def _all_leaves(node):
    if isinstance(node, Leaf):
        return [node]
    parts = [node.part] if isinstance(node, Not) else node.parts
    return [leaf for part in parts for leaf in _all_leaves(part)]


def test_a_birthday_of_the_29th_of_february_is_kept_in_years_without_one():
    assert 229 in birthdays(date(2027, 2, 27), 3)
    assert birthdays(date(2028, 2, 28), 1) == [228, 229]


def names(document):
    rows = sample_people(parse(document), today=TODAY)
    assert count_people(parse(document), today=TODAY).size == len(rows)
    return {row.name for row in rows}


@pytest.fixture
def two(db):
    """One who meets most conditions, one who never paid and has nothing."""
    both = (
        made.customer(
            "甲",
            last_paid_date=TODAY - timedelta(days=30),
            first_paid_date=TODAY - timedelta(days=200),
            paid_orders=4,
            paid_fen=80_000,
            refund_fen=10_000,
            recency=5,
            frequency=3,
            monetary=4,
            life_stage="active",
            segment="重要价值",
            birth_month=9,
            birth_day=20,
        ),
        made.customer(
            "乙",
            consents=(),
            first_paid_date=None,
            last_paid_date=None,
            paid_orders=0,
            paid_fen=0,
            province="",
        ),
    )
    # What other topics keep of the first: when to come again, what to expect, points.
    Outlook.objects.create(customer=both[0], due_date=TODAY + timedelta(days=5), value_fen=20_000)
    PointBalance.objects.create(customer=both[0], balance=88)
    return both


@pytest.mark.parametrize(
    "document",
    [
        {"fact": "last_paid", "op": "within", "a": 30},
        {"fact": "first_paid", "op": "over", "a": 199},
        {"fact": "last_paid", "op": "between", "a": 30, "b": 30},
        {"fact": "paid_orders", "op": "between", "a": 1, "b": 4},
        {"fact": "paid", "op": "least", "a": "800"},
        {"fact": "net", "op": "least", "a": "700"},
        {"fact": "average", "op": "least", "a": "200"},
        {"fact": "recency", "op": "least", "a": 5},
        {"fact": "monetary", "op": "most", "a": 4},
        {"fact": "life_stage", "values": ["active"]},
        {"fact": "segment", "values": ["重要价值"]},
        {"fact": "province", "values": ["浙江省"]},
        {"fact": "consent", "side": "sms"},
        {"fact": "birthday", "a": 3},
        {"fact": "due", "a": 5},
        {"fact": "points", "op": "least", "a": 88},
        {"fact": "expected", "op": "between", "a": "100", "b": "300"},
    ],
)
def test_a_condition_finds_who_meets_it_and_its_opposite_everybody_else(document, two):
    assert names(document) == {"甲"}
    assert names({"not": document}) == {"乙"}


def test_conditions_on_what_happened_find_who_it_happened_to(two, manager, now):
    person, _other = two
    product = ProductFactory(category="四件套", title="全棉四件套")
    SkuFactory(code="SJT-1", product=product, title="全棉四件套 1.5m")
    order = OrderFactory(
        buyer=person.identities.get().buyer, paid_at=now - timedelta(days=10), has_open_refund=True
    )
    OrderLineFactory(order=order, sku_code="SJT-1")
    BlackListEntry.objects.create(buyer=order.buyer, reason="恶意", added_at=now)
    CustomerTag.objects.create(customer=person, tag=Tag.objects.create(name="宝妈"), at=now)
    OptOut.objects.create(
        customer=person, at=now, recorded_at=now, channel="phone", words="退", source="x"
    )
    for document in (
        {"fact": "bought", "side": "sku", "values": ["SJT-1"], "a": 30},
        {"fact": "bought", "side": "category", "values": ["四件套"], "a": 30},
        {"fact": "bought", "side": "words", "values": ["四件套"], "a": 30},
        {"fact": "open_case"},
        {"fact": "black_list"},
        {"fact": "tag", "values": ["宝妈"]},
        {"fact": "opted_out", "side": "phone"},
    ):
        assert names(document) == {"甲"}, document
        assert names({"not": document}) == {"乙"}, document
    assert names({"fact": "bought", "side": "sku", "values": ["SJT-1"], "a": 5}) == set()
    assert (Product.objects.count(), AfterSalesCase.objects.count()) == (1, 0)


def test_who_was_written_to_lately_is_known_whatever_came_of_the_message(two, manager, now, rule):
    person, _other = two
    row = made.approved(manager, holdout_percent=0)
    CampaignMember.objects.filter(campaign=row, customer=person).update(
        state="unknown", claimed_at=now - timedelta(days=3)
    )

    assert names({"fact": "messaged", "a": 3}) == {"甲"}
    assert names({"fact": "messaged", "a": 2}) == set()
    assert Campaign.objects.count() == 1


def test_a_fact_that_no_topic_keeps_yet_is_refused_in_words(db, monkeypatch):
    monkeypatch.delitem(segments._extra, "tier")

    with pytest.raises(ConditionError) as refusal:
        count_people(parse({"fact": "tier", "values": ["vip"]}), today=TODAY)

    assert error_words(refusal.value) in ("「会员等级」还没有启用，不能当条件。",)


def test_a_tier_is_asked_by_its_number_and_said_by_its_name(db):
    level = TierLevel.objects.order_by("-plan__valid_from", "level").first()
    member, _other = made.customer("员"), made.customer("客")
    TierState.objects.create(
        customer=member, level=level.level, since=TODAY, until=TODAY, why="one_order"
    )
    asked = {"fact": "tier", "values": [str(level.level)]}

    assert names(asked) == {"员"}
    assert names({"not": asked}) == {"客"}
    assert names({"fact": "tier", "values": ["vip"]}) == set()
    assert (str(level.level), level.name) in segments.options("tier")
    assert sentence(parse(asked)) == f"会员等级是{level.name}的人"


def test_a_province_is_found_however_a_file_writes_it(db):
    made.customer("京", province="北京")
    made.customer("蒙", province="内蒙古自治区")

    assert names({"fact": "province", "values": ["北京市"]}) == {"京"}
    assert names({"fact": "province", "values": ["内蒙古"]}) == {"蒙"}
