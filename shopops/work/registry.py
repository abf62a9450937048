"""Kinds of work: each app registers its own in `AppConfig.ready`; the engine knows no app."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.utils.functional import Promise

if TYPE_CHECKING:
    from shopops.work.context import RunContext
    from shopops.work.models import Run

type Queue = Literal["quick", "imports"]
type Perform = Callable[["RunContext"], dict[str, Any] | None]
type AtEnd = Callable[["Run", datetime], None]


class UnknownKindError(Exception):
    """No app registered this kind of work (in this release)."""


@dataclass(frozen=True, slots=True)
class KindSpec:
    """What the engine must know about one kind of work.

    `right` is what a person needs to see the payload and the result of such runs. `at_end` is
    called in the transaction that ends a run as done, cancelled or quarantined. With `in_order`, a
    run waits until those of earlier business dates are through. A run over `time_limit` fails at
    its next checkpoint; one without checkpoints loses its lease a little later. `link` gives the
    address of the page where a done run's outcome is seen.
    """

    code: str
    label: str | Promise
    queue: Queue
    perform: Perform
    right: str = "work.view"
    time_limit: timedelta = timedelta(hours=1, minutes=55)
    in_order: bool = False
    at_end: AtEnd | None = None
    link: Callable[["Run"], str] | None = None


_kinds: dict[str, KindSpec] = {}
_on_quarantine: list[AtEnd] = []


def register_kind(spec: KindSpec) -> None:
    """Add a kind of work.

    :raises ValueError: if another spec stands under this code
    """
    if _kinds.setdefault(spec.code, spec) is not spec:
        raise ValueError(f"kind of work registered twice: {spec.code}")


def on_quarantine(hear: AtEnd) -> None:
    """Have `hear(run, now)` called when a run of any kind is given up, in that transaction."""
    if hear not in _on_quarantine:
        _on_quarantine.append(hear)


def quarantine_hearers() -> Sequence[AtEnd]:
    """Give who wants to hear of runs that are given up."""
    return tuple(_on_quarantine)


def forget_kind(code: str) -> None:
    """Take a kind away again; for tests that bring their own."""
    _kinds.pop(code, None)


def kinds() -> Sequence[KindSpec]:
    """Give all kinds by code."""
    return [_kinds[code] for code in sorted(_kinds)]


def find_kind(code: str) -> KindSpec | None:
    """Give one kind, None if this release does not know it (its runs may be old ones)."""
    return _kinds.get(code)


def kind(code: str) -> KindSpec:
    """Give one kind.

    :raises UnknownKindError: if nobody registered it
    """
    spec = _kinds.get(code)
    if spec is None:
        raise UnknownKindError(f"unknown kind of work: {code}")
    return spec
