"""The rows of the page on which a segment's conditions are put together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.queries.segments import is_known, options
from crm.rules.conditions import FACTS, Groups, Leaf, yuan
from crm.wording.segments import FACT_WORDS, OP_WORDS, SIDE_WORDS

_SPLIT = re.compile(r"[\n,，、;；]+")
MOST_ROWS = 30
FIRST = "last_paid"


@dataclass(slots=True)
class Row:
    """One condition as typed."""

    fact: str = FIRST
    op: str = ""
    a: str = ""
    b: str = ""
    values: list[str] = field(default_factory=list)
    side: str = ""
    is_not: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give it as conditions are stored, unchecked."""
        leaf = {
            "fact": self.fact,
            "op": self.op,
            "a": self.a,
            "b": self.b,
            "values": self.values,
            "side": self.side,
        }
        return {"not": leaf} if self.is_not else leaf


@dataclass(slots=True)
class Builder:
    """All rows: groups joined by or, rows of a group joined by and."""

    groups: list[list[Row]]

    @classmethod
    def new(cls) -> "Builder":
        """Begin with the condition that most segments have."""
        return cls([[Row(a="90")]])

    @classmethod
    def of(cls, groups: Groups) -> "Builder":
        """Show stored conditions."""
        return cls([[_row(term.leaf, is_not=term.is_not) for term in group] for group in groups])

    @classmethod
    def sent(cls, data: Any) -> "Builder":  # noqa: ANN401
        """Read what was sent, as it is; the rows are named by `rows`."""
        groups: dict[str, list[Row]] = {}
        for key in str(data.get("rows", "")).split(",")[:MOST_ROWS]:
            group, _, _place = key.partition("-")
            if group.isdecimal():
                groups.setdefault(group, []).append(_sent_row(data, key))
        return cls(list(groups.values()) or [[Row()]])

    def do(self, act: str) -> None:
        """Add a row, add a group, or drop a row: `add:0`, `or`, `drop:0-1`."""
        name, _, place = act.partition(":")
        group, _, row = place.partition("-")
        if name == "or":
            self.groups.append([Row()])
        elif name == "add" and group.isdecimal() and int(group) < len(self.groups):
            self.groups[int(group)].append(Row(fact="paid"))
        elif name == "drop" and group.isdecimal() and row.isdecimal():
            self._drop(int(group), int(row))

    def _drop(self, group: int, row: int) -> None:
        if group < len(self.groups) and row < len(self.groups[group]):
            del self.groups[group][row]
        self.groups = [rows for rows in self.groups if rows] or [[Row()]]

    def document(self) -> dict[str, Any]:
        """Give the conditions as JSON, unchecked."""
        return {"any": [{"all": [row.as_json() for row in rows]} for rows in self.groups]}

    def shown(self) -> list[list[dict[str, Any]]]:
        """Give the rows as the template takes them."""
        return [
            [_shown(row, f"{at}-{place}") for place, row in enumerate(rows)]
            for at, rows in enumerate(self.groups)
        ]

    @property
    def keys(self) -> str:
        """Name the rows, in order."""
        return ",".join(
            f"{at}-{place}" for at, rows in enumerate(self.groups) for place in range(len(rows))
        )


def _row(leaf: Leaf, *, is_not: bool) -> Row:
    def shown(number: int) -> str:
        if number < 0:
            return ""
        return yuan(number) if leaf.kind == "amount" else str(number)

    return Row(
        leaf.fact, leaf.op, shown(leaf.a), shown(leaf.b), list(leaf.values), leaf.side, is_not
    )


def _sent_row(data: Any, key: str) -> Row:  # noqa: ANN401
    def text(name: str) -> str:
        return str(data.get(f"{name}-{key}", "")).strip()[:200]

    fact = FACTS.get(text("fact")) or FACTS[FIRST]
    values = data.getlist(f"values-{key}")
    if len(values) == 1:
        values = _SPLIT.split(values[0])
    row = Row(
        fact=fact.code,
        op=text("op") if text("op") in fact.ops else fact.ops[0],
        a=text("a"),
        b=text("b"),
        values=[value.strip() for value in values if value.strip()],
        side=text("side") if text("side") in fact.sides else (fact.sides or ("",))[0],
        is_not=text("not") == "1",
    )
    # The field of another condition says nothing about this one.
    if text("was") and text("was") != fact.code:
        row.a, row.b, row.values = "", "", []
    return row


def _shown(row: Row, key: str) -> dict[str, Any]:
    fact = FACTS[row.fact]
    ops: Mapping[str, Any] = OP_WORDS.get("days" if fact.kind == "days" else "number", {})
    choices = options(row.fact) if fact.kind == "choice" else []
    return {
        "key": key,
        "fact": row.fact,
        "label": FACT_WORDS[row.fact],
        "facts": [(code, FACT_WORDS[code]) for code in FACTS if is_known(code)],
        "is_not": row.is_not,
        "kind": fact.kind,
        "op": row.op or fact.ops[0],
        "ops": [(op, ops[op]) for op in fact.ops] if len(fact.ops) > 1 else [],
        "a": row.a,
        "b": row.b,
        "has_number": fact.kind not in ("choice", "flag"),
        "has_two": row.op == "between",
        "unit": _unit(fact.kind),
        "sides": [(side, SIDE_WORDS[side]) for side in fact.sides],
        "side": row.side or (fact.sides or ("",))[0],
        "choices": choices,
        "values": row.values,
        "text": "、".join(row.values),
        "has_text": fact.kind == "bought" or (fact.kind == "choice" and not choices),
    }


def _unit(kind: str) -> str:
    return {"days": "days", "window": "days", "bought": "days", "amount": "yuan"}.get(kind, "")
