"""Which festivals lie ahead."""

from dataclasses import dataclass
from datetime import date

from promotions.choices import FestivalKind
from promotions.models import Festival


@dataclass(frozen=True, slots=True)
class FestivalRow:
    """One festival as pages show it; both days are included."""

    id: int
    name: str
    kind: str
    kind_words: str
    starts_on: date
    ends_on: date
    is_certain: bool
    note: str
    version: int


def festivals_between(since: date, until: date) -> list[FestivalRow]:
    """Give the festivals that touch the days from `since` to `until`, both included. One query."""
    rows = Festival.objects.filter(ends_on__gte=since, starts_on__lte=until)
    return [_row(one) for one in rows.order_by("starts_on", "ends_on", "pk")]


def _row(one: Festival) -> FestivalRow:
    return FestivalRow(
        id=one.pk,
        name=one.name,
        kind=one.kind,
        kind_words=str(FestivalKind(one.kind).label),
        starts_on=one.starts_on,
        ends_on=one.ends_on,
        is_certain=one.is_certain,
        note=one.note,
        version=one.version,
    )
