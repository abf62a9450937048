"""Conditions as one SQL statement over narrow columns; sizes, samples and choices of segments.

A customer without figures (merged, erased) is nobody here. What has no value (never paid, no score)
meets no condition, and so meets the opposite of each.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from crm.choices import LifeStage
from crm.models import Tag
from crm.rules.conditions import ConditionError, Leaf, Node, Not
from crm.wording.segments import value_words
from orders.choices import OPEN_REFUND_STATUSES

SAMPLE = 20
# Enough to hash a million consents; only for the one statement.
_WORK_MEM = "128MB"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A WHERE clause over alias s (`crm_customerstat`) and its values."""

    where: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many people, and how long counting took."""

    size: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One person of a segment."""

    customer_id: int
    name: str
    province: str
    paid_orders: int
    paid_fen: int
    last_paid_date: date | None
    life_stage: str

    @property
    def paid(self) -> Decimal:
        """Give what they paid in all, in yuan."""
        return Decimal(self.paid_fen) / 100


# A fact whose table another topic keeps: a clause over s with %(values)s, and its choices.
@dataclass(frozen=True, slots=True)
class ExtraFact:
    """How a choice of another topic is asked."""

    clause: str
    options: Callable[[], Sequence[tuple[str, str]]]


_extra: dict[str, ExtraFact] = {}


def register_fact(code: str, extra: ExtraFact) -> None:
    """Make a choice known that another topic keeps, such as `tier`; once, when the apps are ready."""
    _extra[code] = extra


def is_known(fact: str) -> bool:
    """Say whether a fact can be asked for in this shop."""
    return fact != "tier" or fact in _extra


_COLUMNS = {
    "last_paid": "s.last_paid_date",
    "first_paid": "s.first_paid_date",
    "net": "(s.paid_fen - s.refund_fen)",
    "paid": "s.paid_fen",
    "refund": "s.refund_fen",
    # Nobody's points are unknown: who has no purse has none.
    "points": (
        "coalesce((SELECT p.balance FROM crm_pointbalance p"
        " WHERE p.customer_id = s.customer_id), 0)"
    ),
    "expected": ("(SELECT w.value_fen FROM crm_outlook w WHERE w.customer_id = s.customer_id)"),
}
_MEMBER_OF = "s.customer_id IN (SELECT i.customer_id FROM crm_identity i"
BLACK_LISTED = (
    f"{_MEMBER_OF} JOIN orders_blacklistentry b ON b.buyer_id = i.buyer_id"
    " WHERE b.removed_at IS NULL AND (b.until_date IS NULL OR b.until_date >= {today}))"
)
OPEN_CASE = (
    f"{_MEMBER_OF} JOIN orders_order o ON o.buyer_id = i.buyer_id WHERE o.has_open_refund"
    " UNION ALL SELECT i.customer_id FROM orders_aftersalescase k"
    " JOIN orders_order o ON o.id = k.order_id JOIN crm_identity i ON i.buyer_id = o.buyer_id"
    " WHERE k.closed_at IS NULL)"
)
CONSENTED = (
    "EXISTS (SELECT 1 FROM crm_consent k WHERE k.customer_id = s.customer_id"
    " AND k.channel = {side} AND k.withdrawn_at IS NULL)"
)
OPTED_OUT = (
    "EXISTS (SELECT 1 FROM crm_optout x WHERE x.customer_id = s.customer_id AND x.channel = {side})"
)
# What was handed over, or may have been, counts as a message.
MESSAGED = (
    "EXISTS (SELECT 1 FROM crm_campaignmember m WHERE m.customer_id = s.customer_id"
    " AND m.claimed_at >= {since} AND m.state IN ('claimed', 'sent', 'unknown'))"
)
assert OPEN_REFUND_STATUSES  # noqa: S101 - `has_open_refund` is kept from these


def compile_conditions(node: Node, *, today: date) -> Compiled:
    """Turn conditions into a WHERE clause. Pure but for facts that other topics registered.

    :raises ConditionError: if a fact is not in use in this shop
    """
    builder = _Builder(today)
    return Compiled(builder.clause(node), builder.values)


class _Builder:
    def __init__(self, today: date) -> None:
        self.today, self.values = today, {}  # type: tuple[date, dict[str, Any]]

    def clause(self, node: Node) -> str:
        if isinstance(node, Not):
            return f"NOT ({self.clause(node.part)})"
        if isinstance(node, Leaf):
            return getattr(self, f"_{node.kind}")(node)  # type: ignore[no-any-return]
        sign = " AND " if node.how == "all" else " OR "
        return "(" + sign.join(self.clause(part) for part in node.parts) + ")"

    def _value(self, value: object) -> str:
        name = f"v{len(self.values)}"
        self.values[name] = value
        return f"%({name})s"

    def _ago(self, days: int) -> str:
        return self._value(self.today - timedelta(days=days))

    def _days(self, leaf: Leaf) -> str:
        column = _COLUMNS[leaf.fact]
        if leaf.op == "within":
            return f"({column} >= {self._ago(leaf.a)}) IS TRUE"
        if leaf.op == "over":
            return f"({column} < {self._ago(leaf.a)}) IS TRUE"
        return f"({column} BETWEEN {self._ago(leaf.b)} AND {self._ago(leaf.a)}) IS TRUE"

    def _compare(self, column: str, leaf: Leaf) -> str:
        if leaf.op == "least":
            return f"({column} >= {self._value(leaf.a)}) IS TRUE"
        if leaf.op == "most":
            return f"({column} <= {self._value(leaf.a)}) IS TRUE"
        return f"({column} BETWEEN {self._value(leaf.a)} AND {self._value(leaf.b)}) IS TRUE"

    def _count(self, leaf: Leaf) -> str:
        return self._compare(_COLUMNS.get(leaf.fact, f"s.{leaf.fact}"), leaf)

    def _score(self, leaf: Leaf) -> str:
        return self._compare(f"s.{leaf.fact}", leaf)

    def _amount(self, leaf: Leaf) -> str:
        if leaf.fact == "average":
            return self._compare("(s.paid_fen / nullif(s.paid_orders, 0))", leaf)
        return self._compare(_COLUMNS[leaf.fact], leaf)

    def _choice(self, leaf: Leaf) -> str:
        given = provinces(leaf.values) if leaf.fact == "province" else leaf.values
        values = self._value(list(given))
        if leaf.fact in _extra:
            return _extra[leaf.fact].clause.format(values=values)
        if not is_known(leaf.fact):
            raise ConditionError("not_known_here", fact=leaf.fact)
        if leaf.fact == "tag":
            return (
                "EXISTS (SELECT 1 FROM crm_customertag t JOIN crm_tag g ON g.id = t.tag_id"
                f" WHERE t.customer_id = s.customer_id AND g.name = ANY({values}))"
            )
        if leaf.fact == "agent":
            return (
                "s.customer_id IN (SELECT c.id FROM crm_customer c JOIN staff_user u"
                f" ON u.id = c.agent_id WHERE u.name = ANY({values}))"
            )
        return f"s.{leaf.fact} = ANY({values})"

    def _flag(self, leaf: Leaf) -> str:
        if leaf.fact in ("consent", "opted_out"):
            clause = CONSENTED if leaf.fact == "consent" else OPTED_OUT
            return clause.format(side=self._value(leaf.side))
        if leaf.fact == "black_list":
            return BLACK_LISTED.format(today=self._value(self.today))
        return OPEN_CASE

    def _window(self, leaf: Leaf) -> str:
        if leaf.fact == "messaged":
            return MESSAGED.format(since=self._ago(leaf.a))
        if leaf.fact == "due":
            until = self._value(self.today + timedelta(days=leaf.a))
            return (
                "s.customer_id IN (SELECT w.customer_id FROM crm_outlook w"
                f" WHERE w.due_date BETWEEN {self._ago(leaf.a)} AND {until})"
            )
        days = self._value(birthdays(self.today, leaf.a))
        return (
            "s.customer_id IN (SELECT c.id FROM crm_customer c WHERE c.birth_month IS NOT NULL"
            f" AND c.birth_month * 100 + c.birth_day = ANY({days}))"
        )

    def _bought(self, leaf: Leaf) -> str:
        codes = {
            "sku": "l.sku_code = ANY({})",
            "category": "l.sku_code IN (SELECT k.code FROM products_sku k"
            " JOIN products_product p ON p.id = k.product_id WHERE p.category = ANY({}))",
            "words": "l.sku_code IN (SELECT k.code FROM products_sku k"
            " LEFT JOIN products_product p ON p.id = k.product_id"
            " WHERE k.title ILIKE ANY({0}) OR p.title ILIKE ANY({0}))",
        }[leaf.side]
        values = list(leaf.values)
        if leaf.side == "words":
            values = [f"%{_like(word)}%" for word in values]
        return (
            f"{_MEMBER_OF} JOIN orders_order o ON o.buyer_id = i.buyer_id"
            f" JOIN orders_orderline l ON l.order_id = o.id WHERE o.paid_date >= {self._ago(leaf.a)}"
            f" AND {codes.format(self._value(values))})"
        )


def _like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_SUFFIX = re.compile(r"(?:特别行政区|(?:壮族|回族|维吾尔)?自治区|省|市)$")


def provinces(given: Sequence[str]) -> list[str]:
    """Give every way in which files write these provinces: 北京市 and 北京, 内蒙古自治区 and 内蒙古."""
    bare = {_SUFFIX.sub("", name) for name in given}
    known = [name for name in PROVINCES if _SUFFIX.sub("", name) in bare]
    return sorted({*given, *bare, *known})


def birthdays(today: date, days: int) -> list[int]:
    """Give month and day (`month * 100 + day`) of the days from today on; 29 February is the 28th."""
    found = []
    for ahead in range(days + 1):
        day = today + timedelta(days=ahead)
        found.append(day.month * 100 + day.day)
        is_leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
        if (day.month, day.day) == (2, 28) and not is_leap:
            found.append(229)
    return found


def count_people(node: Node, *, today: date) -> Counted:
    """Count who meets the conditions; one statement."""
    compiled = compile_conditions(node, today=today)
    begun = time.perf_counter()
    rows = _asked(f"SELECT count(*) FROM crm_customerstat s WHERE {compiled.where}", compiled)
    return Counted(int(rows[0][0]), round((time.perf_counter() - begun) * 1000))


def sample_people(node: Node, *, today: date, size: int = SAMPLE) -> list[SampleRow]:
    """Give some who meet the conditions, those who bought last first; one statement."""
    compiled = compile_conditions(node, today=today)
    rows = _asked(
        "SELECT p.customer_id, c.name, p.province, p.paid_orders, p.paid_fen, p.last_paid_date,"
        f" p.life_stage FROM (SELECT s.* FROM crm_customerstat s WHERE {compiled.where}"
        f" ORDER BY s.last_paid_date DESC NULLS LAST, s.customer_id DESC LIMIT {int(size)}) p"
        " JOIN crm_customer c ON c.id = p.customer_id"
        " ORDER BY p.last_paid_date DESC NULLS LAST, p.customer_id DESC",
        compiled,
    )
    return [
        SampleRow(row[0], row[1], row[2], row[3], row[4], row[5], value_words("life_stage", row[6]))
        for row in rows
    ]


def _asked(statement: str, compiled: Compiled) -> list[tuple[Any, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL work_mem = '{_WORK_MEM}'")
        cursor.execute(statement, compiled.values)
        return list(cursor.fetchall())


# fmt: off
PROVINCES = [
    "北京市", "天津市", "河北省", "山西省", "内蒙古自治区", "辽宁省",
    "吉林省", "黑龙江省", "上海市", "江苏省", "浙江省", "安徽省",
    "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省",
    "广东省", "广西壮族自治区", "海南省", "重庆市", "四川省", "贵州省",
    "云南省", "西藏自治区", "陕西省", "甘肃省", "青海省", "宁夏回族自治区",
    "新疆维吾尔自治区", "香港特别行政区", "澳门特别行政区", "台湾省",
]
# fmt: on


def options(fact: str) -> list[tuple[str, str]]:
    """Give what can be chosen for a fact, as (value, label)."""
    if fact in _extra:
        return list(_extra[fact].options())
    if fact == "life_stage":
        return [(stage.value, str(stage.label)) for stage in LifeStage]
    if fact == "province":
        return [(name, name) for name in PROVINCES]
    if fact == "tag":
        names = Tag.objects.filter(is_on=True).order_by("name", "pk").values_list("name", flat=True)
        return [(name, name) for name in names]
    if fact in ("segment", "agent"):
        return [(name, name) for name in _found_values(fact)]
    return []


_VALUES = {
    # A walk over the index: one step a value, however many customers there are.
    "segment": "WITH RECURSIVE v(name) AS ((SELECT segment FROM crm_customerstat ORDER BY segment"
    " LIMIT 1) UNION ALL SELECT (SELECT s.segment FROM crm_customerstat s WHERE s.segment > v.name"
    " ORDER BY s.segment LIMIT 1) FROM v WHERE v.name IS NOT NULL)"
    " SELECT name FROM v WHERE name <> '' AND name IS NOT NULL",
    "agent": "SELECT name FROM staff_user WHERE is_active ORDER BY name, id LIMIT 200",
}


def _found_values(fact: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_VALUES[fact])
        return [row[0] for row in cursor.fetchall()]
