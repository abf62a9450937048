"""Gift rules as their pages show them: what was given, what is left, what buyers complained about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from orders.models import AfterSalesCase
from products.queries.stock_facts import free_pieces
from promotions.choices import ActivityState, GrantState
from promotions.models import Activity, GiftGrant, GiftRule
from promotions.queries.gifts import GIVING_STATES, as_terms
from promotions.wording.gifts import rule_sentence

if TYPE_CHECKING:
    from products.rules.stock import Catalogue

PAGE_SIZE = 50
# A rule is nearly out when this part of its quota is left, or less stock than this many days give.
NEARLY_OUT_RATE = Decimal("0.10")
NEARLY_OUT_DAYS = 2


@dataclass(frozen=True, slots=True)
class GiftRow:
    """One rule in a list. `free_pieces` None: nobody keeps the gift's stock."""

    rule: GiftRule
    words: str
    phase: str
    goods_count: int
    free_pieces: int | None
    case_count: int
    given_lately: int

    @property
    def quota_left(self) -> int | None:
        """Give the pieces that the quota leaves; None where there is none."""
        return None if self.rule.quota is None else self.rule.quota - self.rule.used_pieces

    @property
    def left_pieces(self) -> int | None:
        """Give the pieces that can still be given, by quota and by stock; None: no limit is known."""
        known = [one for one in (self.quota_left, self.free_pieces) if one is not None]
        return max(min(known), 0) if known else None

    @property
    def is_nearly_out(self) -> bool:
        """Say whether it is about to end before its time: quota, or stock at the pace of late."""
        rule, left, free = self.rule, self.quota_left, self.free_pieces
        if left is not None and rule.quota and left <= rule.quota * NEARLY_OUT_RATE:
            return True
        if left is not None and free is not None and left <= free:
            return False
        return free is not None and free <= max(
            self.given_lately * NEARLY_OUT_DAYS // _PACE_DAYS, rule.pieces - 1
        )


_PACE_DAYS = 7


def phase_of(rule: GiftRule, *, now: datetime) -> str:
    """Say where a rule stands: off, ahead, over, waiting (for its activity) or on."""
    if now >= rule.ends_at:
        return "over"
    if not rule.is_on:
        return "off"
    if now < rule.starts_at:
        return "ahead"
    if rule.activity is not None and rule.activity.state not in GIVING_STATES:
        return "waiting"
    return "on"


def rules_of_tab(tab: str, *, now: datetime) -> "QuerySet[GiftRule]":
    """Give the rules of a tab: current (not over), over, or all; the newest first."""
    rows = GiftRule.objects.select_related("gift_sku", "activity", "changed_by")
    if tab == "current":
        rows = rows.filter(ends_at__gt=now)
    elif tab == "over":
        rows = rows.filter(ends_at__lte=now)
    return rows.order_by("-pk")


def tab_counts(*, now: datetime) -> dict[str, int]:
    """Count the tabs. One query over few rows."""
    return GiftRule.objects.aggregate(
        current=Count("pk", filter=Q(ends_at__gt=now)),
        over=Count("pk", filter=Q(ends_at__lte=now)),
        all=Count("pk"),
    )


def gift_rows(rules: Sequence[GiftRule], *, now: datetime) -> list[GiftRow]:
    """Give rules with what is left and how they fare. Eight queries, however many rules."""
    ids = [rule.pk for rule in rules]
    catalogue, free = free_pieces({rule.gift_sku.code for rule in rules})
    goods = _goods_counts(ids)
    cases = case_counts(ids)
    lately = _given_since(ids, now - timedelta(days=_PACE_DAYS))
    return [
        GiftRow(
            rule=rule,
            words=rule_sentence(as_terms(rule, frozenset())),
            phase=phase_of(rule, now=now),
            goods_count=goods.get(rule.pk, 0),
            free_pieces=_free(rule.gift_sku.code, catalogue, free),
            case_count=cases.get(rule.pk, 0),
            given_lately=lately.get(rule.pk, 0),
        )
        for rule in rules
    ]


def _free(code: str, catalogue: "Catalogue", free: dict[int, int]) -> int | None:
    parts = [part for part in catalogue.parts.get(code, ()) if part.sku_id in free]
    return min((max(free[p.sku_id], 0) // p.quantity for p in parts), default=None)


def _goods_counts(ids: Collection[int]) -> dict[int, int]:
    rows = (
        GiftRule.objects.filter(pk__in=list(ids))
        .order_by()
        .annotate(
            n=Count("skus", distinct=True) + Count("products", distinct=True),
        )
    )
    return dict(rows.values_list("pk", "n"))


def _given_since(ids: Collection[int], since: datetime) -> dict[int, int]:
    rows = GiftGrant.objects.filter(
        rule__in=list(ids), state=GrantState.GIVEN, given_at__gte=since
    ).order_by()
    found: dict[int, int] = {}
    for rule_id, pieces in rows.values_list("rule_id", "pieces"):
        found[rule_id] = found.get(rule_id, 0) + pieces
    return found


# --- complaints ---------------------------------------------------------------------------------


def cases_about(rule: GiftRule) -> "QuerySet[AfterSalesCase]":
    """Give the after-sales cases about a rule's gift: of orders that got it, about its code."""
    return _cases([rule.pk]).distinct()


def case_counts(ids: Collection[int]) -> dict[int, int]:
    """Count cases about gifts, by rule. One query."""
    rows = _cases(ids).order_by().values_list("order__gift_grants__rule")
    return dict(rows.annotate(n=Count("pk", distinct=True)))


def _cases(ids: Collection[int]) -> "QuerySet[AfterSalesCase]":
    """Give cases about no line but about the gift that one of these rules gave the order."""
    return AfterSalesCase.objects.filter(
        line__isnull=True,
        sku_code=F("order__gift_grants__rule__gift_sku__code"),
        order__gift_grants__state=GrantState.GIVEN,
        order__gift_grants__rule__in=list(ids),
    )


# --- one rule -----------------------------------------------------------------------------------


def grants_page(rule: GiftRule, *, state: str = "", before: int = 0) -> tuple[list[GiftGrant], int]:
    """Give a page of a rule's grants, newest first, and the key of the next page (0: none). One query."""
    rows = rule.grants.select_related("order").order_by("-pk")
    if state in GrantState.values:
        rows = rows.filter(state=state)
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE_SIZE + 1])
    return found[:PAGE_SIZE], found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else 0


def grant_counts(rule: GiftRule) -> dict[str, int]:
    """Count a rule's grants by state. One query."""
    rows = rule.grants.order_by().values_list("state")
    return dict(rows.annotate(n=Count("pk")))


# --- what is wrong ------------------------------------------------------------------------------


def running_rows(*, now: datetime) -> list[GiftRow]:
    """Give the rules that give now. Nine queries."""
    rows = GiftRule.objects.select_related("gift_sku", "activity").filter(
        is_on=True, starts_at__lte=now, ends_at__gt=now
    )
    found = gift_rows(list(rows.order_by("pk")), now=now)
    return [row for row in found if row.phase == "on"]


@dataclass(frozen=True, slots=True)
class Promised:
    """A running activity whose gift rule gives no more."""

    activity: Activity
    rule: GiftRule
    why: str


def promised_and_over(*, now: datetime) -> list[Promised]:
    """Give running activities with a gift rule that is over, off or used up. One query."""
    rules = GiftRule.objects.select_related("gift_sku", "activity").filter(
        activity__state=ActivityState.RUNNING, activity__ends_at__gt=now
    )
    found = []
    for rule in rules.order_by("pk"):
        why = _why_over(rule, now=now)
        if why and rule.activity is not None:
            found.append(Promised(rule.activity, rule, why))
    return found


def _why_over(rule: GiftRule, *, now: datetime) -> str:
    if rule.ends_at <= now:
        return "over"
    if not rule.is_on:
        return "off"
    if rule.quota is not None and rule.quota - rule.used_pieces < rule.pieces:
        return "quota"
    is_full = rule.first_orders is not None and rule.used_orders >= rule.first_orders
    return "quota" if is_full else ""


def miscounted() -> list[tuple[GiftRule, int]]:
    """Give rules whose count is not the sum of their grants, with that sum. One query over all grants."""
    given = (
        GiftGrant.objects.filter(rule=OuterRef("pk"), state=GrantState.GIVEN)
        .order_by()
        .values("rule")
        .annotate(n=Sum("pieces"))
        .values("n")
    )
    rows = GiftRule.objects.annotate(given=Coalesce(Subquery(given), Value(0)))
    return [(rule, rule.given) for rule in rows.order_by("pk") if rule.given != rule.used_pieces]
