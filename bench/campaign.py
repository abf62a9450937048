"""How long a campaign of 100,000 messages takes to prepare, and a claim of fifty of them.

Run: `python -m bench.campaign`. A scratch database with 150,000 customers, 70 % of whom agreed; two texts
with variables. Baseline of the same run: the same rows written by one INSERT without any decision.
"""

import argparse
import json
import time
from datetime import UTC, datetime
from typing import Any

from bench.scratch import run, say, scratch_database
from bench.segments import fill_customers

CUSTOMERS, QUICK = 145_000, 10_000
NOW = datetime(2026, 9, 17, 4, 0, tzinfo=UTC)
LIMIT_SECONDS = 30.0


def main() -> None:
    """Measure and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    options = parser.parse_args()
    print(json.dumps(measure(customers=QUICK if options.quick else CUSTOMERS), indent=1))  # noqa: T201


def measure(*, customers: int) -> dict[str, Any]:
    """Make the customers, prepare a campaign to all who agreed."""
    with scratch_database("bench_campaign"):
        fill_customers(customers)
        return _prepare()


def _prepare() -> dict[str, Any]:
    from crm.actions.preparing import draw_people
    from crm.models import Campaign, CampaignArm, Segment
    from crm.queries.messages import why_not

    segment = Segment.objects.create(
        name="all",
        conditions={"fact": "paid_orders", "op": "least", "a": 1},
        created_at=NOW,
    )
    campaign = Campaign.objects.create(
        segment=segment,
        seed=7,
        created_at=NOW,
        starts_at=NOW,
        state="preparing",
        channel="sms",
        backend="test",
        name="bench",
        holdout_percent=1,
    )
    for place, text in enumerate(
        ("{name}，秋季新品到店", "{name}，{days} 天没见，买过 {orders} 单")
    ):
        CampaignArm.objects.create(campaign=campaign, position=place, name=str(place), text=text)
    begun = time.perf_counter()
    people = draw_people(campaign_id=campaign.pk, now=NOW)
    seconds = time.perf_counter() - begun
    say(f"prepared {people:,}")
    run("CREATE TABLE plain (LIKE crm_campaignmember INCLUDING ALL)")
    begun = time.perf_counter()
    run("INSERT INTO plain SELECT * FROM crm_campaignmember")
    plain = time.perf_counter() - begun
    run("VACUUM (ANALYZE) crm_campaignmember")
    batch = list(campaign.members.order_by("pk").values_list("customer_id", flat=True)[:50])
    begun = time.perf_counter()
    why_not(batch, campaign_id=campaign.pk, channel="sms", now=NOW)
    asked = time.perf_counter() - begun
    messages = campaign.members.filter(state="ready").count()
    return {
        "messages": messages,
        "people": people,
        "prepare_seconds": round(seconds, 2),
        "limit_seconds": LIMIT_SECONDS,
        "plain_insert_seconds": round(plain, 2),
        "ask_fifty_ms": round(asked * 1000, 1),
    }


def table(result: dict[str, Any]) -> str:
    """Write the result as a Markdown table."""
    return "\n".join(
        [
            f"{result['messages']:,} messages to {result['people']:,} people drawn;"
            f" aim {result['limit_seconds']:g} s.",
            "",
            "| prepared, s | the same rows inserted alone, s | asking fifty again at send time, ms |",
            "|---:|---:|---:|",
            f"| {result['prepare_seconds']} | {result['plain_insert_seconds']} | {result['ask_fifty_ms']} |",
        ]
    )


if __name__ == "__main__":
    main()
