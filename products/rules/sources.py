"""Which of two sources a field believes. Pure; `verdict` is also written as SQL, and a test holds both together.

Sources are file kinds. Those of one family speak with one voice: what the platform exports today is
newer than what it exported yesterday, whatever the file. Families may disagree, and then a person
decides. What a person set is never overwritten by a file.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

ORDERS = "orders"
HAND = "hand"


class Policy(StrEnum):
    """How a field takes what another source says."""

    LATEST = "latest"  # the newest file wins, whichever it is
    FAMILY = "family"  # the newest of a family wins; families that disagree are a conflict
    AGREE = "agree"  # any two sources that disagree are a conflict
    FILL = "fill"  # another source only fills what is empty
    ASK = "ask"  # whatever differs from what stands is a conflict, be it of the same source


class Verdict(StrEnum):
    """What becomes of a value that a file brings."""

    SAME = "same"
    TAKE = "take"
    KEEP = "keep"
    CONFLICT = "conflict"


FAMILIES: dict[str, str] = {
    "products.sku_template": "platform",
    "products.product_days": "platform",
    "products.shop_products": "platform",
    "products.item_file": "platform",
    "products.cost_table": "own",
    ORDERS: ORDERS,
    HAND: HAND,
}
PRODUCT_POLICIES: dict[str, Policy] = {
    "item_no": Policy.FILL,
    "title": Policy.LATEST,
    "category": Policy.LATEST,
    "status": Policy.LATEST,
    "listed_at": Policy.LATEST,
    "in_showcase": Policy.LATEST,
    "attributes": Policy.LATEST,
    "brand": Policy.AGREE,
    "item_code": Policy.AGREE,
}
SKU_POLICIES: dict[str, Policy] = {
    # One merchant code in two products is never moved from one to the other by a file.
    "product_id": Policy.ASK,
    "title": Policy.FILL,
    "spec": Policy.FILL,
    "shelf_quantity": Policy.LATEST,
    "is_on": Policy.LATEST,
    "barcode": Policy.AGREE,
    "list_amount": Policy.FAMILY,
    "cost_amount": Policy.AGREE,
    "purchase_amount": Policy.AGREE,
    "tag_amount": Policy.AGREE,
}
# A new row has something here before anybody said it.
DEFAULTED = frozenset({"status", "in_showcase", "attributes", "is_on"})


@dataclass(frozen=True, slots=True)
class Said:
    """Who said a value last, and when the file was written."""

    source: str
    at: datetime | None

    @staticmethod
    def parse(text: str | None) -> "Said | None":
        """Read what `said_by` keeps: `source|instant`."""
        if not text:
            return None
        source, _, at = text.partition("|")
        return Said(source, datetime.fromisoformat(at) if at else None)


def family_of(source: str) -> str:
    """Give the family of a source."""
    return FAMILIES.get(source, source)


def verdict(  # noqa: PLR0913
    field: str,
    *,
    policy: Policy,
    stored: object,
    brought: object,
    said: Said | None,
    source: str,
    at: datetime,
) -> Verdict:
    """Decide what becomes of `brought`, which a file of `source`, written at `at`, says of `field`."""
    if brought in (None, "", "{}") or brought == stored:
        return Verdict.SAME
    if stored in (None, "") or (field in DEFAULTED and said is None):
        return Verdict.TAKE
    if said is None or said.source == HAND:
        return Verdict.KEEP if policy == Policy.FILL else Verdict.CONFLICT
    if said.source == ORDERS:
        return Verdict.TAKE
    newer = said.at is None or at >= said.at
    if policy != Policy.ASK and _one_voice(policy, said.source, source):
        return Verdict.TAKE if newer else Verdict.KEEP
    return Verdict.KEEP if policy == Policy.FILL else Verdict.CONFLICT


def _one_voice(policy: Policy, one: str, other: str) -> bool:
    if one == other or policy == Policy.LATEST:
        return True
    return policy == Policy.FAMILY and family_of(one) == family_of(other)


def verdict_sql(
    field: str, *, policy: Policy, stored: str, brought: str, is_text: bool, source: str
) -> str:
    """Write `verdict` as an SQL expression over o (the stored row); `%(at)s` is the file's time."""
    said = f"split_part(coalesce(o.said_by ->> '{field}', ''), '|', 1)"
    said_at = f"nullif(split_part(coalesce(o.said_by ->> '{field}', ''), '|', 2), '')::timestamptz"
    blank = f"{stored} IS NULL" + (f" OR {stored} = ''" if is_text else "")
    if field in DEFAULTED:
        blank += f" OR {said} = ''"
    nothing = f"{brought} IS NULL" + (f" OR {brought} = ''" if is_text else "")
    else_ = "keep" if policy == Policy.FILL else "conflict"
    voices = sorted(
        name for name in FAMILIES if policy != Policy.ASK and _one_voice(policy, name, source)
    )
    listed = ", ".join(f"'{name}'" for name in voices) or "NULL"
    return (
        f"CASE WHEN {nothing} OR {brought} IS NOT DISTINCT FROM {stored} THEN 'same'"
        f" WHEN {blank} THEN 'take'"
        f" WHEN {said} IN ('', '{HAND}') THEN '{else_}'"
        f" WHEN {said} = '{ORDERS}' THEN 'take'"
        f" WHEN {said} IN ({listed})"
        f" THEN CASE WHEN {said_at} IS NULL OR %(at)s >= {said_at} THEN 'take' ELSE 'keep' END"
        f" ELSE '{else_}' END"
    )
