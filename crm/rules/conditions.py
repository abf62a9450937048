"""Conditions on a customer, typed and joined with and, or, not. Pure.

As JSON: `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}` or a leaf such as
`{"fact": "last_paid", "op": "within", "a": 90}`. Amounts are yuan as text, days and counts whole numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product
from typing import Any, Literal

type Kind = Literal["days", "count", "amount", "score", "choice", "bought", "window", "flag"]

MOST_DAYS = 3650
MOST_BIRTHDAY_DAYS = 90
MOST_AMOUNT = Decimal("10000000")
MOST_LEAVES = 30
MOST_DEPTH = 6
MOST_VALUES = 50


class ConditionError(Exception):
    """A condition that says nothing that can be asked. `code` is worded by `crm.wording.segments`.

    `place` is the leaf's number from the left, 1 for the first; 0 for the whole.
    """

    def __init__(self, code: str, *, fact: str = "", value: object = "", place: int = 0) -> None:
        super().__init__(f"{code} {fact} {value}".strip())
        self.code, self.fact, self.value, self.place = code, fact, str(value), place


@dataclass(frozen=True, slots=True)
class Fact:
    """What can be asked of a customer. `ops` the first is the usual one."""

    code: str
    kind: Kind
    ops: tuple[str, ...]
    # A second choice beside the values: the channel, or by what goods are named.
    sides: tuple[str, ...] = ()


_DAYS = ("within", "over", "between")
_NUMBERS = ("least", "most", "between")
CHANNELS = ("sms", "platform", "wangwang", "phone")

FACTS: dict[str, Fact] = {
    fact.code: fact
    for fact in (
        Fact("last_paid", "days", _DAYS),
        Fact("first_paid", "days", _DAYS),
        Fact("paid_orders", "count", _NUMBERS),
        Fact("paid_days", "count", _NUMBERS),
        Fact("orders", "count", _NUMBERS),
        Fact("pieces", "count", _NUMBERS),
        Fact("refunded_orders", "count", _NUMBERS),
        Fact("paid", "amount", _NUMBERS),
        Fact("net", "amount", _NUMBERS),
        Fact("average", "amount", _NUMBERS),
        Fact("refund", "amount", _NUMBERS),
        Fact("recency", "score", _NUMBERS),
        Fact("frequency", "score", _NUMBERS),
        Fact("monetary", "score", _NUMBERS),
        Fact("segment", "choice", ("in",)),
        Fact("life_stage", "choice", ("in",)),
        Fact("province", "choice", ("in",)),
        Fact("tag", "choice", ("in",)),
        Fact("tier", "choice", ("in",)),
        Fact("agent", "choice", ("in",)),
        Fact("consent", "flag", ("is",), CHANNELS),
        Fact("opted_out", "flag", ("is",), CHANNELS),
        Fact("black_list", "flag", ("is",)),
        Fact("open_case", "flag", ("is",)),
        Fact("birthday", "window", ("within",)),
        Fact("messaged", "window", ("within",)),
        Fact("due", "window", ("within",)),
        Fact("expected", "amount", _NUMBERS),
        Fact("points", "count", _NUMBERS),
        Fact("bought", "bought", ("within",), ("sku", "category", "words")),
    )
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition. `a` and `b` are whole numbers: days, counts, scores, fen; -1: not said."""

    fact: str
    op: str
    a: int = -1
    b: int = -1
    values: tuple[str, ...] = ()
    side: str = ""

    @property
    def kind(self) -> Kind:
        return FACTS[self.fact].kind


@dataclass(frozen=True, slots=True)
class Joined:
    """Several conditions: all of them, or any of them."""

    how: Literal["all", "any"]
    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a condition."""

    part: "Node"


type Node = Leaf | Joined | Not


def parse(document: object) -> Node:
    """Read conditions from JSON.

    :raises ConditionError: naming what cannot be read, and which condition it is
    """
    reader = _Reader()
    node = reader.node(document, depth=0)
    if reader.leaves == 0:
        raise ConditionError("empty")
    return node


class _Reader:
    def __init__(self) -> None:
        self.leaves = 0

    def node(self, document: object, *, depth: int) -> Node:
        if depth > MOST_DEPTH:
            raise ConditionError("too_deep", value=MOST_DEPTH)
        if not isinstance(document, Mapping):
            raise ConditionError("not_a_condition", value=str(document)[:40])
        if "fact" in document:
            return self._leaf(document)
        if set(document) == {"not"}:
            return Not(self.node(document["not"], depth=depth + 1))
        if len(document) == 1 and (how := next(iter(document))) in ("all", "any"):
            return self._joined(how, document[how], depth)
        raise ConditionError("not_a_condition", value="、".join(map(str, document))[:40])

    def _joined(self, how: Any, parts: object, depth: int) -> Node:  # noqa: ANN401
        if not isinstance(parts, Sequence) or isinstance(parts, str) or not parts:
            raise ConditionError("empty")
        nodes = tuple(self.node(part, depth=depth + 1) for part in parts)
        return nodes[0] if len(nodes) == 1 else Joined(how, nodes)

    def _leaf(self, document: Mapping[Any, Any]) -> Leaf:
        self.leaves += 1
        if self.leaves > MOST_LEAVES:
            raise ConditionError("too_many", value=MOST_LEAVES)
        try:
            return leaf_of(document)
        except ConditionError as error:
            raise ConditionError(
                error.code, fact=error.fact, value=error.value, place=self.leaves
            ) from None


def leaf_of(document: Mapping[Any, Any]) -> Leaf:
    """Read one condition.

    :raises ConditionError: naming what cannot be read
    """
    code = str(document.get("fact", ""))
    fact = FACTS.get(code)
    if fact is None:
        raise ConditionError("unknown_fact", value=code[:40])
    op = str(document.get("op") or fact.ops[0])
    if op not in fact.ops:
        raise ConditionError("unknown_op", fact=code, value=op[:20])
    side = str(document.get("side") or (fact.sides[0] if fact.sides else ""))
    if fact.sides and side not in fact.sides:
        raise ConditionError("unknown_side", fact=code, value=side[:20])
    values = _values(fact, document.get("values"))
    a, b = _bounds(fact, op, document)
    return Leaf(code, op, a, b, values, side if fact.sides else "")


def _values(fact: Fact, given: object) -> tuple[str, ...]:
    if fact.kind not in ("choice", "bought"):
        return ()
    texts = [given] if isinstance(given, str) else given
    if not isinstance(texts, Iterable):
        raise ConditionError("no_values", fact=fact.code)
    values = tuple(dict.fromkeys(text for one in texts if (text := str(one).strip()[:80])))
    if not values:
        raise ConditionError("no_values", fact=fact.code)
    if len(values) > MOST_VALUES:
        raise ConditionError("many_values", fact=fact.code, value=MOST_VALUES)
    return values


def _bounds(fact: Fact, op: str, document: Mapping[Any, Any]) -> tuple[int, int]:
    if fact.kind in ("choice", "flag"):
        return -1, -1
    a = _number(fact, document.get("a"))
    b = _number(fact, document.get("b")) if op == "between" else -1
    if op == "between" and b < a:
        raise ConditionError("turned_round", fact=fact.code)
    return a, b


def _number(fact: Fact, given: object) -> int:
    text = "" if given is None else str(given).strip().replace(",", "").replace("，", "")
    if not text:
        raise ConditionError("no_number", fact=fact.code)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ConditionError("not_a_number", fact=fact.code, value=text[:20]) from None
    if not number.is_finite() or number < 0:
        raise ConditionError("not_a_number", fact=fact.code, value=text[:20])
    if fact.kind == "amount":
        return _fen(fact, number, text)
    if number != int(number):
        raise ConditionError("not_whole", fact=fact.code, value=text[:20])
    low, high = limits(fact)
    if not low <= number <= high:
        raise ConditionError("out_of_range", fact=fact.code, value=f"{low}–{high}")
    return int(number)


def _fen(fact: Fact, number: Decimal, text: str) -> int:
    if number > MOST_AMOUNT or number * 100 != int(number * 100):
        raise ConditionError("not_an_amount", fact=fact.code, value=text[:20])
    return int(number * 100)


def limits(fact: Fact) -> tuple[int, int]:
    """Give the least and the most a number of a fact may be."""
    if fact.code == "birthday":
        return 0, MOST_BIRTHDAY_DAYS
    if fact.kind == "score":
        return 1, 5
    return (0, MOST_DAYS) if fact.kind in ("days", "bought", "window") else (0, 1_000_000)


def as_json(node: Node) -> dict[str, Any]:
    """Give conditions as they are stored; `parse` reads it back to the same."""
    if isinstance(node, Not):
        return {"not": as_json(node.part)}
    if isinstance(node, Joined):
        return {node.how: [as_json(part) for part in node.parts]}
    document: dict[str, Any] = {"fact": node.fact, "op": node.op}
    for name in ("a", "b"):
        number = getattr(node, name)
        if number >= 0:
            document[name] = yuan(number) if node.kind == "amount" else number
    if node.values:
        document["values"] = list(node.values)
    if node.side:
        document["side"] = node.side
    return document


def yuan(fen: int) -> str:
    """Write fen as yuan, without noughts that say nothing."""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}"


@dataclass(frozen=True, slots=True)
class Term:
    """A condition or its opposite, as one row of the form."""

    leaf: Leaf
    is_not: bool = False


type Groups = tuple[tuple[Term, ...], ...]

MOST_GROUPS = 12


def to_groups(node: Node) -> Groups | None:
    """Give any conditions as groups joined by or, of terms joined by and; None if it takes too many."""
    groups = _groups(node, is_not=False)
    return None if groups is None or len(groups) > MOST_GROUPS else groups


def _groups(node: Node, *, is_not: bool) -> Groups | None:
    if isinstance(node, Leaf):
        return ((Term(node, is_not),),)
    if isinstance(node, Not):
        return _groups(node.part, is_not=not is_not)
    inner = [_groups(part, is_not=is_not) for part in node.parts]
    if any(one is None for one in inner):
        return None
    known = [one for one in inner if one is not None]
    if (node.how == "any") != is_not:
        return tuple(group for one in known for group in one)
    count = 1
    for one in known:
        count *= len(one)
    if count > MOST_GROUPS:
        return None
    return tuple(
        tuple(dict.fromkeys(term for group in picked for term in group))
        for picked in product(*known)
    )


def from_groups(groups: Iterable[Iterable[Term]]) -> Node:
    """Join the rows of the form.

    :raises ConditionError: if there is none
    """
    rows = [
        tuple(Not(term.leaf) if term.is_not else term.leaf for term in group) for group in groups
    ]
    rows = [row for row in rows if row]
    if not rows:
        raise ConditionError("empty")
    parts = [row[0] if len(row) == 1 else Joined("all", row) for row in rows]
    return parts[0] if len(parts) == 1 else Joined("any", tuple(parts))


def leaves(node: Node) -> list[Leaf]:
    """Give all conditions from the left."""
    if isinstance(node, Leaf):
        return [node]
    if isinstance(node, Not):
        return leaves(node.part)
    return [leaf for part in node.parts for leaf in leaves(part)]
