"""Material: found by words and tags, with where it is used and what may not stand in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from django.db.models import Count, Q, QuerySet

from products.queries.goods_rules import word_rules, words_for
from promotions.choices import MaterialKind
from promotions.models import Material, MaterialUse, SeenPrice
from promotions.rules.material_words import Objection, screen


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for. Empty fields do not count."""

    words: str = ""
    tag: str = ""
    kind: str = ""
    with_retired: bool = False


def materials(wish: Wish) -> QuerySet[Material]:
    """Give material that has all words in title, text or tags, the newest first, with its uses counted."""
    rows = Material.objects.annotate(use_count=Count("uses")).order_by("-changed_at", "-pk")
    if not wish.with_retired:
        rows = rows.filter(is_on=True)
    if wish.kind in MaterialKind.values:
        rows = rows.filter(kind=wish.kind)
    if wish.tag:
        rows = rows.filter(tags__contains=[wish.tag])
    for word in wish.words.split()[:6]:
        rows = rows.filter(
            Q(title__icontains=word) | Q(text__icontains=word) | Q(tags__contains=[word])
        )
    return rows


def tags_in_use(*, limit: int = 30) -> list[tuple[str, int]]:
    """Give the tags of material that is in use with how much carries each, the most used first."""
    counts: dict[str, int] = {}
    for tags in Material.objects.filter(is_on=True).values_list("tags", flat=True):
        for tag in tags:
            counts[tag] = counts.get(tag, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]


def objections(rows: Sequence[Material], *, day: date) -> dict[int, list[Objection]]:
    """Give by material what may not stand in it by the words in force on a day. One query."""
    rules = words_for(word_rules(), category="", day=day)
    return {
        one.pk: screen({"title": one.title, "text": one.text, "tags": " ".join(one.tags)}, rules)
        for one in rows
    }


def uses(material: Material) -> list[MaterialUse]:
    """Give where a piece is used, the newest first."""
    rows = material.uses.select_related("activity", "product", "trial", "by")
    return list(rows.order_by("-at", "-pk"))


def material_of(
    *, activity_id: int | None = None, product_id: int | None = None, trial_id: int | None = None
) -> list[Material]:
    """Give the material that one activity, product or test uses, the newest first."""
    rows = Material.objects.filter(
        uses__activity=activity_id, uses__product=product_id, uses__trial=trial_id
    )
    return list(rows.order_by("-uses__at", "-pk"))


def stored_names(names: Iterable[str]) -> set[str]:
    """Give those among `names` that are pictures of material or screenshots of prices."""
    wanted = set(names)
    if not wanted:
        return set()
    paths = chain(
        Material.objects.exclude(image_path="").values_list("image_path", flat=True),
        SeenPrice.objects.exclude(image_path="").values_list("image_path", flat=True),
    )
    return {name for path in paths for name in path.split("|")[1:3] if name in wanted}
