"""Is this file from our shop? The first file tells who we are; later ones are compared."""

from dataclasses import dataclass

from shopops.intake.models import Batch
from shopops.intake.spec import FACT_SHOP_NAME, FACT_SHOP_NO
from shopops.staff.models import Shop


@dataclass(frozen=True, slots=True)
class ShopDifference:
    """The shop that is known and the one that the file names."""

    known: str
    found: str


def shop_difference(batch: Batch) -> ShopDifference | None:
    """Compare the file's shop number, or where there is none its name, with the known shop's."""
    shop = Shop.objects.order_by("pk").first()
    if shop is None:
        return None
    pairs = (
        (shop.platform_shop_no, batch.facts.get(FACT_SHOP_NO)),
        (shop.platform_shop_name, batch.facts.get(FACT_SHOP_NAME)),
    )
    for known, found in pairs:
        texts = _texts(found or "")
        if known and texts:
            return None if texts == {known} else ShopDifference(known, "、".join(sorted(texts)))
    return None


def learn_shop(batch: Batch) -> None:
    """Remember the shop that the first written file names. Locks the shop's row."""
    shop = Shop.objects.select_for_update().order_by("pk").first()
    if shop is None:
        return
    for column, fact in (
        ("platform_shop_no", FACT_SHOP_NO),
        ("platform_shop_name", FACT_SHOP_NAME),
    ):
        found = _texts(batch.facts.get(fact, ""))
        if len(found) == 1 and not getattr(shop, column):
            setattr(shop, column, found.pop())
            shop.save(update_fields=[column])


def _texts(joined: object) -> set[str]:
    # "0" is what the platform writes where it has no shop number.
    return {part.strip() for part in str(joined).split(",")} - {"", "0"}
