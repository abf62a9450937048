"""Parts of the pages of final prices: the sum as rows, piece counts side by side, rules, the chart."""

import re
from collections.abc import Mapping, Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _

from products.models import Sku
from products.views.acting import Data
from promotions.choices import RuleMark
from promotions.models import SkuLowest
from promotions.queries.freight import ShopFreight
from promotions.queries.offers import Offer
from promotions.queries.price_proof import Proof
from promotions.rules.final_price import PerkError, Quote, RuleSet, Step
from promotions.rules.freight import PROVINCES, province
from promotions.wording.price import step_words
from shopops.lib.money import from_fen
from shopops.lib.words import listed

_COUNT = re.compile(r"(.+?)[\s,，;；×*]+(\d+)")
MOST_LINES = 50


def step_rows(quote: Quote, offers: Mapping[str, Offer]) -> list[Data]:
    """Give the sum line by line; what does not count stands last and grey."""
    levels = {
        "list": _("一口价"),
        "item": _("单品级"),
        "shop": _("店铺级"),
        "cross": _("跨店级"),
        "asset": _("红包抵扣"),
        "freight": _("运费"),
        "unused": _("没计入"),
    }
    full = max((step.running_cents for step in quote.steps), default=0)
    rows = []
    for step in quote.steps:
        offer = offers.get(step.code)
        rows.append(
            {
                "level": levels[step.level],
                "name": offer.name if offer else _unnamed(step),
                "benefit_id": offer.benefit_id if offer else None,
                "words": step_words(step),
                "rule": step.rule,
                "unread": step.mark == RuleMark.GENERAL,
                "off": from_fen(-step.off_cents) if step.off_cents else None,
                "is_added": step.off_cents < 0,
                "running": from_fen(step.running_cents),
                "part": step.running_cents,
                "full": full,
                "unused": step.level == "unused",
            }
        )
    return rows


def _unnamed(step: Step) -> str:
    if step.level == "freight":
        return _("运费模板")
    return "" if step.code else _("商品页标价")


def pieces_rows(proof: Proof, chosen: int, query: QueryDict) -> list[Data]:
    """Give what 1 to N pieces cost, each with its address."""
    rows = []
    for one in proof.by_pieces:
        query["pieces"] = str(one.quantity)
        rows.append(
            {
                "quantity": one.quantity,
                "total": from_fen(one.quote.goods_cents),
                "each": from_fen(one.each_cents),
                "least": one.quantity == proof.lowest.quantity,
                "current": one.quantity == chosen,
                "url": f"?{query.urlencode()}",
            }
        )
    return rows


def rule_rows_of(quote: Quote, rules: RuleSet) -> list[Data]:
    """Give the rules that a price rests on, with how well each is known and where it was read."""
    return [
        {
            "code": code,
            "name": row.name,
            "source": row.source,
            "mark": row.mark,
            "mark_words": RuleMark(row.mark).label,
            "unread": row.mark == RuleMark.GENERAL,
        }
        for code in quote.rules
        if (row := rules.rows.get(code)) is not None
    ]


def chart(rows: Sequence[SkuLowest], sku: Sku, *, with_cost: bool) -> Data | None:
    """Draw the lowest and the one-piece price of the days ahead, with floor and cost to compare."""
    if not rows:
        return None
    labels = [f"{row.date:%m-%d}" for row in rows]
    lines = [
        (_("最低到手价"), [row.lowest_amount for row in rows], False),
        (_("1 件到手价"), [row.one_piece_amount for row in rows], False),
    ]
    if with_cost and sku.floor_amount is not None:
        lines.append((_("底价"), [sku.floor_amount] * len(rows), True))
    if with_cost and sku.cost_amount is not None:
        lines.append((_("成本"), [sku.cost_amount] * len(rows), True))
    series = [
        {
            "name": name,
            "values": [float(value) for value in values],
            "step": True,
            "joined": True,
            "dashed": dashed,
        }
        for name, values, dashed in lines
    ]
    return {
        "data": {"kind": "lines", "x": labels, "series": series, "unit": "¥"},
        "columns": [_("日期"), *(name for name, _values, _dashed in lines)],
        "rows": [
            [label, *(values[at] for _name, values, _dashed in lines)]
            for at, label in enumerate(labels)
        ],
    }


def basket_text(text: str) -> dict[str, int]:
    """Read `code pieces` lines; the same code twice adds up.

    :raises PerkError: evidence `bad_quantity|code|…`, `too_many_lines|…|…`
    """
    found: dict[str, int] = {}
    for line in (one.strip() for one in text.splitlines()):
        if not line:
            continue
        parts = _COUNT.fullmatch(line)
        code, count = parts.groups() if parts else (line, "1")
        if not 1 <= len(count) <= 3 or int(count) < 1:
            raise PerkError(f"bad_quantity|{code}|{count}")
        found[code] = found.get(code, 0) + int(count)
    if len(found) > MOST_LINES:
        raise PerkError(f"too_many_lines|{len(found)}|{MOST_LINES}")
    return found


def freight_context(quote: Quote, freight: ShopFreight, unmeasured: Sequence[str] = ()) -> Data:
    """Give what a page shows of freight: what is paid with it, by which templates, and where it is unknown."""
    return {
        "with_freight": from_fen(quote.total_cents),
        "freight": from_fen(quote.freight_cents),
        "has_templates": bool(freight.freight.templates),
        "regions": PROVINCES,
        "region": freight.freight.region,
        "unmeasured": listed(unmeasured),
    }


def region_of(query: QueryDict) -> str:
    """Read the province that a page is asked for; an unknown one counts as none."""
    name = province(query.get("region", "")[:20])
    return name if name in PROVINCES else ""
