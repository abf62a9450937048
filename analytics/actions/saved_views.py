"""Views of pages of figures that a person keeps: a name for a period, a comparison and choices."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions.errors import GoodsRefusedError
from shopops.staff import locks
from shopops.staff.models import User
from shopops.staff.operations import record

MOST_VIEWS = 12
LONGEST_NAME, LONGEST_QUERY = 20, 300
KEPT = "views"


class ViewRefusedError(GoodsRefusedError):
    """This view cannot be kept; the message says why."""


def views_of(person: User, page: str) -> list[dict[str, str]]:
    """Give the kept views of a page, in the order in which they were kept: name, query."""
    kept = person.preferences.get(KEPT, {})
    return [one for one in kept.get(page, []) if isinstance(one, dict)]


@transaction.atomic
def keep_view(person: User, *, page: str, name: str, query: str, now: datetime) -> None:
    """Keep a view under a name; one of that name is replaced.

    :raises ViewRefusedError: without a name, or if there are too many
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise ViewRefusedError(_("名字写 1 到 %(n)s 个字。") % {"n": LONGEST_NAME}, field="name")
    if len(query) > LONGEST_QUERY:
        raise ViewRefusedError(_("条件太长，存不下。"), field="name")
    person = locks.locked_person(person.pk)
    others = [one for one in views_of(person, page) if one["name"] != name]
    if len(others) >= MOST_VIEWS:
        raise ViewRefusedError(
            _("一页最多存 %(n)s 个视图，先删一个。") % {"n": MOST_VIEWS}, field="name"
        )
    _write(person, page, [*others, {"name": name, "query": query}], now)


@transaction.atomic
def drop_view(person: User, *, page: str, name: str, now: datetime) -> None:
    """Forget a view; one that is not there is forgotten already."""
    person = locks.locked_person(person.pk)
    kept = views_of(person, page)
    left = [one for one in kept if one["name"] != name]
    if len(left) != len(kept):
        _write(person, page, left, now)


def _write(person: User, page: str, views: list[dict[str, str]], now: datetime) -> None:
    kept = dict(person.preferences.get(KEPT, {}))
    old = kept.pop(page, [])
    if views:
        kept[page] = views
    person.preferences = {**person.preferences, KEPT: kept}
    person.save(update_fields=["preferences"])
    record(
        name="analytics.views.kept",
        by=person,
        now=now,
        object_type="person",
        object_key=str(person.pk),
        old={page: [one["name"] for one in old]},
        new={page: [one["name"] for one in views]},
    )
