"""What an importer and a kind of file must offer. Pure: the child imports it without Django.

An importer is a module, named by its dotted path, with `KIND`, `LABEL`, `STAGE_COLUMNS`, `match`
and `clean` (see `Importer`). A kind of file ties it to what Postgres does with staged rows
(`FileKind`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from shopops.intake.models import Batch
    from shopops.work.engine import RunContext

# Column of a block that holds the physical line of a row's first line; the header of a file without
# preamble is line 1.
LINE_NO = "line_no"

# Rows of totals that an importer with READS_TOTALS got and left out itself.
KEPT_TOTALS = "kept_totals"
# Facts with a meaning here: which shop the file says it is from. Several values are joined by ",".
FACT_SHOP_NO = "shop_no"
FACT_SHOP_NAME = "shop_name"


@dataclass(frozen=True, slots=True)
class Match:
    """How well a header fits an importer.

    `missing` names needed columns that the header lacks; an importer gives them only when enough
    other columns are there to be sure of the kind.
    """

    layout: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CellError:
    """Why one row was rejected. `value` is already masked where the column holds a contact."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What `clean` makes of a block: `rows` has exactly the importer's `STAGE_COLUMNS`, in order.

    `facts`: whole numbers are added up over the blocks (money in fen), texts are collected.
    """

    rows: pa.Table
    errors: list[CellError]
    facts: dict[str, int | str]


class Seal(Protocol):
    """Encrypts contacts on their way into staging; None stays None."""

    def __call__(self, values: list[bytes | None]) -> list[bytes | None]:
        """Encrypt each value."""

    def blind(self, values: list[str | None]) -> list[bytes | None]:
        """Give the blind index of each value, for exact search."""


class Importer(Protocol):
    """The shape of an importer module."""

    KIND: str
    LABEL: str
    STAGE_COLUMNS: tuple[tuple[str, str], ...]  # name, Postgres type

    def match(self, headers: Sequence[str]) -> Match | None:
        """Say whether a header (stripped of blanks) is of this kind, and which layout."""

    # Optional: `read_preamble(rows) -> facts`, for what else stands above the header (a period, an item);
    # it may raise `FileRefusedError`. Time zone and shop are read there of every kind.

    def clean(self, block: pa.Table, *, seal: Seal) -> Cleaned:
        """Turn text into typed rows. Columns are strings, empty cells null, and `line_no` int32."""


@dataclass(slots=True)
class Preview:
    """What a merge would do. `sample`: dicts of "key" and "changes" ({"column", "old", "new"})."""

    created: int
    updated: int
    unchanged: int
    rejected: int
    period_from: datetime | None = None
    period_to: datetime | None = None
    sums: dict[str, str] = field(default_factory=dict)
    sample: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    extra_errors: list[CellError] = field(default_factory=list)


@dataclass(slots=True)
class Counts:
    """What a merge or an undo did, in rows."""

    created: int
    updated: int
    unchanged: int
    rejected: int


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file that can come in.

    `preview` may raise `FileRefusedError` for a file that cannot be taken as a whole.
    `merge` and `undo` are called inside one `RunContext.step`, that is, inside the transaction that
    also marks the batch; they open no step of their own and call `run.say` at most.
    """

    code: str
    label: str
    importer: str
    preview: Callable[["Batch", str], Preview]
    merge: Callable[["Batch", str, "RunContext", datetime], Counts]
    undo: Callable[["Batch", "RunContext", datetime], Counts]
    # How often a shop should bring one; the foot of the navigation says when it is overdue.
    every: timedelta = timedelta(days=1)
    # The right without which only who brought a file may read the cells that were rejected.
    cells_right: str = ""
    # For the page: the name of a changed column (empty: not shown), and a value of it in words.
    column_words: Callable[[str], str] = str
    value_words: Callable[[str, object], str] = lambda _column, value: (
        "" if value is None else str(value)
    )
