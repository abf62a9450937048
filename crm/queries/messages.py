"""The rules of writing to people, and who may be written to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from crm.models import MessageRule
from crm.queries.segments import BLACK_LISTED, CONSENTED, MESSAGED, OPEN_CASE, OPTED_OUT
from shopops.lib.business_time import business_date
from shopops.staff.queries import current_shop


@dataclass(frozen=True, slots=True)
class Rule:
    """The rules of a day."""

    cap_count: int
    cap_days: int
    quiet_from: int
    quiet_to: int
    most_parts: int
    price: Decimal
    signature: str
    opt_out_words: str

    def as_json(self) -> dict[str, Any]:
        """Give them as a campaign keeps them."""
        return {name: str(getattr(self, name)) for name in self.__slots__}


def rule_row(day: date) -> MessageRule | None:
    """Give the row in force on a day; None if nobody wrote one yet."""
    return MessageRule.objects.filter(valid_from__lte=day).order_by("-valid_from").first()


def rule_of(day: date) -> Rule:
    """Give the rules in force on a day; the usual ones where nobody wrote any."""
    row = rule_row(day) or MessageRule(valid_from=day)
    return Rule(
        cap_count=row.cap_count,
        cap_days=row.cap_days,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        most_parts=row.most_parts,
        price=Decimal(str(row.price_amount)),
        signature=row.signature or (shop.name if (shop := current_shop()) else ""),
        opt_out_words=row.opt_out_words,
    )


# Why somebody gets no message, the first that applies; over alias s with channel, cap values.
_WHY = f"""CASE
  WHEN {OPTED_OUT.format(side="%(channel)s")} THEN 'opted_out'
  WHEN NOT {CONSENTED.format(side="%(channel)s")} THEN 'no_consent'
  WHEN {BLACK_LISTED.format(today="%(today)s")} THEN 'black_list'
  WHEN {OPEN_CASE} THEN 'open_case'
  WHEN {{capped}} THEN 'capped'
  ELSE '' END"""
_CAPPED = (
    "(SELECT count(*) FROM crm_campaignmember m WHERE m.customer_id = s.customer_id"
    " AND m.claimed_at >= %(since)s AND m.state IN ('claimed', 'sent', 'unknown')"
    " AND m.campaign_id <> %(campaign)s) >= %(cap)s"
)
# Those whom nobody wrote to need no count.
WHY_NOT = _WHY.format(capped=f"{MESSAGED.format(since='%(since)s')} AND {_CAPPED}")


def why_values(*, campaign_id: int, channel: str, rule: Rule, now: datetime) -> dict[str, Any]:
    """Give the values of `WHY_NOT`."""
    return {
        "campaign": campaign_id,
        "channel": channel,
        "cap": rule.cap_count,
        "since": now - timedelta(days=rule.cap_days),
        "today": business_date(now),
    }


def why_not(
    customer_ids: Sequence[int], *, campaign_id: int, channel: str, now: datetime
) -> dict[int, str]:
    """Say who of these may not be written to now, and why; who is not named may. One statement.

    Whoever has no figures any more (merged, erased) is `gone`.
    """
    values = why_values(
        campaign_id=campaign_id, channel=channel, rule=rule_of(business_date(now)), now=now
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT g.id, CASE WHEN s.customer_id IS NULL THEN 'gone' ELSE {WHY_NOT} END"
            " FROM unnest(%(ids)s::bigint[]) AS g(id)"
            " LEFT JOIN crm_customerstat s ON s.customer_id = g.id",
            {**values, "ids": list(customer_ids)},
        )
        return {row[0]: row[1] for row in cursor.fetchall() if row[1]}
