"""The second check at packing, as the quality of goods switches it; what a person set stays."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from orders.models import PackingStandard
from shopops.staff import operations

# What the quality of goods wrote as reason begins so: only that may be switched off by itself.
BY_QUALITY = "quality|"
_OWN = {"id", "sku_code", "needs_second_check", "second_check_reason", "version"}


@transaction.atomic
def switch_second_checks(reasons: Mapping[str, str], now: datetime) -> int:
    """Switch second checks by SKU code: on with a reason, off with an empty one. Locks the standards.

    A SKU without a standard of its own gets a copy of the one for all. Each real switch is one row of
    the operation log; one that stands as wanted, or that a person set, is left alone.
    """
    rows = {row.sku_code: row for row in _locked_standards(sorted({*reasons, ""}))}
    switched = 0
    for code, reason in sorted(reasons.items()):
        row = rows.get(code)
        if reason and (row is None or not row.needs_second_check):
            _switch(row or _copy(rows.get(""), code, now), reason, now)
            switched += 1
        elif reason and row is not None and row.second_check_reason.startswith(BY_QUALITY):
            PackingStandard.objects.filter(pk=row.pk).update(second_check_reason=reason)
        elif not reason and row is not None and _may_go(row):
            _switch(row, "", now)
            switched += 1
    return switched


def _may_go(row: PackingStandard) -> bool:
    return row.needs_second_check and row.second_check_reason.startswith(BY_QUALITY)


def _locked_standards(codes: Sequence[str]) -> list[PackingStandard]:
    standards = PackingStandard.objects.select_for_update()
    return list(standards.filter(sku_code__in=codes).order_by("pk"))


def _copy(common: PackingStandard | None, code: str, now: datetime) -> PackingStandard:
    """Make a standard like the one for all: a row of its own must not lose its steps."""
    fields = [field.attname for field in PackingStandard._meta.concrete_fields]
    kept = [name for name in fields if name not in _OWN] if common else []
    values = {name: getattr(common, name) for name in kept}
    return PackingStandard(**(values | {"sku_code": code, "changed_at": now, "changed_by": None}))


def _switch(row: PackingStandard, reason: str, now: datetime) -> None:
    why = reason or row.second_check_reason
    row.needs_second_check, row.second_check_reason = bool(reason), reason
    row.changed_at, row.changed_by = now, None
    row.version = row.version + 1 if row.pk else 1
    row.save()
    operations.record(
        name="orders.packing.second_check_on" if reason else "orders.packing.second_check_off",
        by=None,
        now=now,
        object_type="sku",
        object_key=row.sku_code,
        new={"second_check": bool(reason)},
        reason=why,
    )


def second_checks_on(codes: Sequence[str]) -> dict[str, str]:
    """Give the reason by SKU code where packing looks twice."""
    rows = PackingStandard.objects.filter(sku_code__in=codes, needs_second_check=True)
    return dict(rows.values_list("sku_code", "second_check_reason"))
