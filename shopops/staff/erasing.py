"""Letting the operation log forget a person: texts go, the acts stay what they were."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from shopops.staff.models import Operation

STARS = "***"
# Codes, dates and amounts stay: ASCII, and no run of digits that could be a number of somebody.
_CODE = re.compile(r"(?!.*\d{7})[A-Za-z0-9_|:.,+\- ]*")
_KEPT_FIELDS = {"waybill_no", "carrier"}
_TEXT_FIELDS = {"memo"}


@transaction.atomic
def forget_in_log(
    *, keys: Mapping[str, Sequence[str]], renamed: Mapping[str, str], texts: Sequence[str]
) -> int:
    """Blank what the log says in words about some objects, and give objects that bear a name another.

    `keys`: object keys by object type. `renamed`: keys that are names themselves, with what to put in
    their place. `texts`: what must not stand in the filters of exports either. Gives the number of rows.
    Cost: rows of the objects by index, and the log once for the filters. The trigger lets pass only
    this, and only inside this transaction; who, when and which act can never be changed.
    """
    wanted = Q(pk__in=[])
    for kind, names in keys.items():
        wanted |= Q(object_type=kind, object_key__in=list(names))
    for text in texts:
        wanted |= Q(name="orders.queue.exported", new__filters__icontains=text)
    changed = []
    for row in Operation.objects.filter(wanted).order_by("pk"):
        before = (row.object_key, row.old, row.new, row.reason)
        row.object_key = renamed.get(row.object_key, row.object_key)
        row.old, row.new = _without_words(row.old), _without_words(row.new)
        row.reason = STARS if row.reason else ""
        if (row.object_key, row.old, row.new, row.reason) != before:
            changed.append(row)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('shopops.erasing', 'on', true)")
        Operation.objects.bulk_update(
            changed, ["object_key", "old", "new", "reason"], batch_size=500
        )
        cursor.execute("SELECT set_config('shopops.erasing', 'off', true)")
    return len(changed)


def _without_words(value: Any, field: str = "") -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {name: _without_words(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_without_words(one, field) for one in value]
    if not isinstance(value, str) or not value or field in _KEPT_FIELDS:
        return value
    is_code = _CODE.fullmatch(value) is not None and field not in _TEXT_FIELDS
    return value if is_code else STARS
