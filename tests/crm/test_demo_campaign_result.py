"""The demo shop's campaign with people held out: what its page says, against a computation of its own.

The campaign is built by the demo's function, over buyers who came in by files. Expected figures are worked out
from raw rows in plain Python and the closed forms of the papers; nothing of `crm.metrics` or `crm.queries` is used.
"""

import math
import re
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from scipy.stats import norm, t

from crm.actions import recompute
from crm.demo import campaigns as demo
from crm.demo.campaign_orders import Bought, write_orders
from crm.models import Campaign
from orders.demo.catalog import load_skus
from shopops.lib.business_time import at_local, business_date
from tests.factories.goods import SkuFactory
from tests.factories.staff import PersonFactory
from tests.times import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]
PEOPLE = 700


def bring(folder: Path, rows: list[Bought], *, stamp: datetime) -> None:
    files = write_orders(folder, rows, stamp=stamp)
    call_command("import_files", *map(str, files), source="demo", json=True)


@pytest.fixture
def campaign(tmp_path, settings):
    """Buyers of the months before, some of whom come again by themselves, and the demo's campaign to them."""
    settings.SHOPOPS_DATA = str(tmp_path)
    # Who is drawn and who buys goes by the customers' numbers: from one, as in a new shop, whatever ran before.
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('crm_customer', 'id'), 1, false)")
    codes = sorted(set(map(str, load_skus().code)))
    for number, code in enumerate(codes):
        # One kind of goods has no cost price: it is left out of profit in every group.
        SkuFactory.create(code=code, cost_amount=None if number == 0 else Decimal(20 + number))
    sent = at_local(
        business_date(NOW) - timedelta(days=demo.SENT_DAYS_AGO), NOW.replace(hour=10).time()
    )
    rows = [
        Bought(f"老客{n}", sent - timedelta(days=9 + n % 40, minutes=n), sku=n, off_fen=0)
        for n in range(PEOPLE)
    ]
    again = [
        Bought(f"老客{n}", sent + timedelta(hours=5 * n % 330 - 4), sku=n * 7, off_fen=n)
        for n in range(0, PEOPLE, 9)
    ]
    bring(tmp_path / "buyers", rows + again, stamp=NOW - timedelta(hours=1))
    recompute.recompute_all_marked(now=NOW)
    people = {
        "man": PersonFactory.create(username="man", role_codes=["promotion"]),
        "ning": PersonFactory.create(username="ning", role_codes=["manager"]),
    }
    demo.campaigns_life(people, NOW)
    return Campaign.objects.get(started_at__isnull=False)


def raw_people(campaign):
    """Read who was drawn into which group (None: held out), and whom their messages cost how many parts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT customer_id, arm_id, parts, state FROM crm_campaignmember WHERE campaign_id = %s",
            [campaign.pk],
        )
        return [row for row in cursor.fetchall() if row[1] is not None or row[3] == "held_out"]


def raw_purchases():
    """Read every paid order by person: when, how much stayed paid, the cost of its goods (None: unknown)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.customer_id, o.paid_at, o.paid_amount, o.refund_amount,"
            " array_agg(l.quantity), array_agg(k.cost_amount)"
            " FROM crm_identity i JOIN orders_order o ON o.buyer_id = i.buyer_id"
            " JOIN orders_orderline l ON l.order_id = o.id"
            " LEFT JOIN products_sku k ON k.code = l.sku_code"
            " WHERE o.paid_at IS NOT NULL GROUP BY i.customer_id, o.id"
        )
        found = defaultdict(list)
        for customer, at, paid, refund, quantities, costs in cursor.fetchall():
            cost = None
            if None not in costs:
                cost = sum(n * one for n, one in zip(quantities, costs, strict=True))
            found[customer].append((at, paid, refund, cost))
        return found


def expected(campaign):
    """Give by group: whether each person bought in the window, and the profit of their orders in yuan."""
    since = campaign.started_at
    until, bought = since + timedelta(days=campaign.window_days), raw_purchases()
    groups = defaultdict(list)
    for customer, arm, _parts, _state in raw_people(campaign):
        mine = [one for one in bought[customer] if since <= one[0] < until]
        profit = sum(
            float(paid - refund - (0 if refund >= paid else cost))
            for _at, paid, refund, cost in mine
            if cost is not None
        )
        groups[arm].append((bool(mine), profit))
    return groups


def wilson(x, n):
    z, p = norm.ppf(0.975), x / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    middle = p + z * z / (2 * n)
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def lift_of(group, held):
    """Give the difference of shares in points with Newcombe's interval (1998, method 10)."""
    x, n = sum(b for b, _p in group), len(group)
    y, m = sum(b for b, _p in held), len(held)
    (l1, u1), (l2, u2), value = wilson(x, n), wilson(y, m), x / n - y / m
    low = value - math.sqrt((x / n - l1) ** 2 + (u2 - y / m) ** 2)
    high = value + math.sqrt((u1 - x / n) ** 2 + (y / m - l2) ** 2)
    return [100 * one for one in (value, low, high)]


def profit_of(group, held, message_cost):
    """Give the group's extra profit over as many people held out, with half of Welch's interval."""

    def of(rows):
        values = [p for _b, p in rows]
        mean = sum(values) / len(values)
        return mean, sum((v - mean) ** 2 for v in values) / (len(values) - 1) / len(values)

    (m1, e1), (m2, e2) = of(group), of(held)
    freedom = (e1 + e2) ** 2 / (e1**2 / (len(group) - 1) + e2**2 / (len(held) - 1))
    half = t.ppf(0.975, freedom) * math.sqrt(e1 + e2)
    return (m1 - m2) * len(group) - message_cost, half * len(group)


def numbers(text):
    """Read the figures of a cell as a person does: full-width signs, thousands, money."""
    plain = text.replace("＋", "").replace("−", "-").replace(",", "").replace("¥", "")
    return [float(one) for one in re.findall(r"-?\d+(?:\.\d+)?", plain)]


def cells(page):
    """Give the rows of the result's table as they stand on the page: label to text."""
    table = page[page.index("so-res") :]
    table = table[: table.index("</table>")]
    rows = []
    for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)[1:]:
        found = re.findall(r'<td[^>]*data-l="([^"]+)"[^>]*>(.*?)</td>', row, re.DOTALL)
        rows.append({label: re.sub(r"<[^>]+>", " ", text) for label, text in found})
    return rows


def test_the_page_of_the_demo_campaign_says_what_an_independent_computation_says(
    campaign, as_manager
):
    groups = expected(campaign)
    held = groups.pop(None)
    parts = defaultdict(int)
    for _customer, arm, count, state in raw_people(campaign):
        parts[arm] += count if state == "sent" else 0
    price = Decimal(campaign.rule["price"])

    page = as_manager.get(reverse("crm:campaign", args=[campaign.pk])).content.decode()
    *rows, whole = cells(page)

    arms = list(campaign.arms.order_by("position").values_list("pk", flat=True))
    assert len(rows) == len(arms) == 2
    assert len(held) > 80
    assert sum(b for b, _p in held) > 0
    everybody = [one for arm in arms for one in groups[arm]]
    # A group's messages are paid in whole fen, and all of them together as the groups are.
    costs = [float(round(parts[arm] * price, 2)) for arm in arms]
    asked = [*((groups[arm], cost) for arm, cost in zip(arms, costs, strict=True))]
    for row, (group, cost) in zip([*rows, whole], [*asked, (everybody, sum(costs))], strict=True):
        value, low, high = lift_of(group, held)
        extra, half = profit_of(group, held, cost)
        assert numbers(row["抽到"]) == [len(group)]
        assert numbers(row["买"])[0] == sum(b for b, _p in group)
        assert numbers(row["多买"]) == pytest.approx([value], abs=0.0051)
        assert numbers(row["95%"]) == pytest.approx([low, high], abs=0.0051)
        assert numbers(row["多赚"]) == pytest.approx([extra, half], abs=0.51)
        assert numbers(row["多赚"])[0] == pytest.approx(extra, abs=0.0051)
    assert f"留出 {len(held)} 人，买 {sum(b for b, _p in held)}" in page
    assert sum(b for b, _p in groups[arms[1]]) > len(groups[arms[1]]) * sum(
        b for b, _p in held
    ) / len(held)
