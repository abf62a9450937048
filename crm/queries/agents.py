"""Who works at the service desk, what is known of their days, and by which targets they are judged."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Max, Min, QuerySet

from crm.models import AgentDay, AgentDoubt, AgentName, ServiceScore, ServiceTarget
from crm.rules import agents as rules
from crm.rules.agents import FIGURES, Day, Total
from shopops.staff.models import Role, User

OWN, LEAD = "crm.view_own_figures", "crm.lead_service"
# Who runs the shop holds every right and serves nobody.
_RUNS_SHOP = "staff.manage_shop"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `since` to `until`, both included."""

    since: date
    until: date

    @property
    def length(self) -> int:
        """Count its days."""
        return (self.until - self.since).days + 1

    @property
    def days(self) -> list[date]:
        """Give its days in order."""
        return [self.since + timedelta(days=n) for n in range(self.length)]

    def before(self) -> "Span":
        """Give the span of the same length before it."""
        return Span(self.since - timedelta(days=self.length), self.since - timedelta(days=1))


def agents() -> QuerySet[User]:
    """Give who works at the desk now: holders of the right to see own figures who don't run the shop."""
    roles = Role.objects.filter(rights__contains=[OWN])
    running = Role.objects.filter(rights__contains=[_RUNS_SHOP])
    return (
        User.objects.filter(is_active=True, roles__in=roles)
        .exclude(roles__in=running)
        .distinct()
        .order_by("name", "pk")
    )


def days_of(span: Span, *, agent_id: int | None = None) -> dict[int, list[Day]]:
    """Give the days that count, by agent; only one agent's where asked. One query."""
    rows = AgentDay.objects.filter(
        is_current=True, agent__isnull=False, date__gte=span.since, date__lte=span.until
    )
    if agent_id is not None:
        rows = rows.filter(agent_id=agent_id)
    found: dict[int, list[Day]] = defaultdict(list)
    for row in rows.order_by("date", "pk").values("agent_id", "date", *FIGURES):
        found[row.pop("agent_id")].append(Day(**row))
    return dict(found)


def words_of(agent_id: int, day: date) -> QuerySet[AgentDay]:
    """Give all that was said of an agent's day, the latest first."""
    return (
        AgentDay.objects.filter(agent_id=agent_id, date=day)
        .select_related("name", "said_by")
        .order_by("-said_at", "-pk")
    )


def last_word(agent_id: int, day: date) -> int:
    """Name the latest word about an agent's day: what a form carries. 0 where there is none."""
    row = words_of(agent_id, day).values_list("pk", flat=True).first()
    return row or 0


def reach() -> tuple[date, date] | None:
    """Give the first and the last day of which anything is known; None where nothing is."""
    ends = AgentDay.objects.filter(is_current=True, agent__isnull=False).aggregate(
        first=Min("date"), last=Max("date")
    )
    return (ends["first"], ends["last"]) if ends["first"] else None


def totals(days: Mapping[int, Sequence[Day]], span: Span) -> dict[int, Total]:
    """Sum each agent's days within a span."""
    return {
        agent_id: rules.total(one for one in known if span.since <= one.date <= span.until)
        for agent_id, known in days.items()
    }


def team(days: Mapping[int, Sequence[Day]], span: Span) -> Total:
    """Sum the whole desk."""
    return rules.total(
        one for known in days.values() for one in known if span.since <= one.date <= span.until
    )


type Targets = dict[str, list[tuple[date, Decimal | None]]]


def target_rows() -> Targets:
    """Give the dated targets of each measure."""
    found: Targets = defaultdict(list)
    for row in ServiceTarget.objects.order_by("valid_from", "pk"):
        found[row.measure].append((row.valid_from, row.value))
    return found


def targets_on(day: date, rows: Targets) -> dict[str, Decimal | None]:
    """Give what is in force on a day."""
    return {code: rules.target_on(dated, day) for code, dated in rows.items()}


def target_history() -> QuerySet[ServiceTarget]:
    """Give all rows, the newest first."""
    return ServiceTarget.objects.select_related("changed_by").order_by("-valid_from", "measure")


def names() -> QuerySet[AgentName]:
    """Give the names of chat tools, those that nobody mapped first."""
    return AgentName.objects.select_related("agent", "mapped_by").order_by(
        "mapped_at", "name", "pk"
    )


def unmapped() -> QuerySet[AgentName]:
    """Give the names of which nobody said who they are."""
    return AgentName.objects.filter(agent__isnull=True, is_nobody=False).order_by("name", "pk")


def doubts(limit: int) -> list[AgentDoubt]:
    """Give the figures of files that do not follow from their own counts, the newest files first."""
    return list(AgentDoubt.objects.order_by("-batch_id", "line", "pk")[:limit])


def score_on(day: date) -> ServiceScore | None:
    """Give the shop's service score as last noted by a day."""
    return ServiceScore.objects.filter(date__lte=day).order_by("-date").first()


def scores(limit: int) -> list[ServiceScore]:
    """Give the noted scores, the newest first."""
    return list(ServiceScore.objects.select_related("noted_by").order_by("-date")[:limit])


def people(keys: Iterable[int]) -> dict[int, User]:
    """Give people by key, those who left too."""
    return User.objects.in_bulk(set(keys))
