"""Where reports go: addresses are sealed when they come in and opened only where something is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from analytics.actions.report_sending import handed_over, opened
from analytics.models import ReportAddress
from products.actions.errors import GoodsRefusedError, StaleGoodsError
from shopops.lib.sealing import seal
from shopops.notices import calling
from shopops.notices.calling import Fate
from shopops.staff import operations
from shopops.staff.models import User
from shopops.staff.queries import current_shop
from shopops.work.actions import request_run
from shopops.work.context import RunContext

TEST = "analytics.report_test"
_TESTED = {
    Fate.TAKEN: ReportAddress.Tested.TAKEN,
    Fate.REFUSED: ReportAddress.Tested.REFUSED,
    Fate.UNKNOWN: ReportAddress.Tested.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class AddressValues:
    """What a person says of an address. `address` empty: the one that is stored stays."""

    name: str
    address: str
    gets_daily: bool
    gets_weekly: bool


def locked_address(*, address_id: int) -> ReportAddress:
    """Lock one address that was not taken away.

    :raises ReportAddress.DoesNotExist: if there is none
    """
    rows = ReportAddress.objects.select_for_update(of=("self",)).order_by("pk")
    return rows.get(pk=address_id, removed_at=None)


def add_address(*, values: AddressValues, by: User, now: datetime) -> ReportAddress:
    """Add an address; it gets the reports that are made from now on.

    :raises GoodsRefusedError: if it is no address, or the name is taken
    """
    if not values.address.strip():
        raise GoodsRefusedError(_("填一下地址。"), field="address")
    row = ReportAddress(created_at=now, created_by=by)
    _fill(row, values)
    with transaction.atomic():
        _save(row)
        _log(row, "added", by=by, now=now, new=_told(row))
    return row


@transaction.atomic
def change_address(
    *, address_id: int, values: AddressValues, version: int, by: User, now: datetime
) -> ReportAddress:
    """Change an address.

    :raises StaleGoodsError: if a colleague changed it meanwhile
    :raises GoodsRefusedError: if it is no address, or the name is taken
    """
    row = _locked(address_id, version)
    old = _told(row)
    _fill(row, values)
    row.version += 1
    _save(row)
    _log(row, "changed", by=by, now=now, old=old, new=_told(row))
    return row


@transaction.atomic
def switch_address(
    *, address_id: int, is_on: bool, version: int, by: User, now: datetime
) -> ReportAddress:
    """Switch an address on or off; what waits for one that is off is left out.

    :raises StaleGoodsError: if a colleague changed it meanwhile
    """
    row = _locked(address_id, version)
    row.is_on = is_on
    row.version += 1
    row.save(update_fields=["is_on", "version"])
    _log(row, "switched", by=by, now=now, new={"is_on": is_on})
    return row


@transaction.atomic
def remove_address(*, address_id: int, version: int, by: User, now: datetime) -> None:
    """Take an address away: what went there stays in the lists, the address itself is forgotten.

    :raises StaleGoodsError: if a colleague changed it meanwhile
    """
    row = _locked(address_id, version)
    row.is_on, row.sealed, row.hint, row.removed_at = False, None, "", now
    row.version += 1
    row.save(update_fields=["is_on", "sealed", "hint", "removed_at", "version"])
    _log(row, "removed", by=by, now=now)


def _locked(address_id: int, version: int) -> ReportAddress:
    row = locked_address(address_id=address_id)
    if row.version != version:
        raise StaleGoodsError(row.name, seen=version, current=row.version)
    return row


def _fill(row: ReportAddress, values: AddressValues) -> None:
    row.name = values.name.strip()
    row.gets_daily, row.gets_weekly = values.gets_daily, values.gets_weekly
    address = values.address.strip()
    if not address:
        return
    try:
        service = calling.service_of(address)
    except calling.NotAnAddressError as error:
        words = _("认不出这个地址。照下面的写法填，或者直接贴机器人的 Webhook 网址。")
        raise GoodsRefusedError(words, field="address") from error
    row.sealed = seal(address.encode())
    row.schema, row.hint, row.takes_files = service.schema, service.hint, service.takes_files
    row.tested, row.tested_at, row.tested_words = ReportAddress.Tested.NEVER, None, ""


def _save(row: ReportAddress) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "an_address_of_reports_has_a_name_of_its_own" not in str(error):
            raise
        raise GoodsRefusedError(_("已经有一个叫这个名字的地址。"), field="name") from error


def _told(row: ReportAddress) -> dict[str, Any]:
    """Give what the log may know of an address."""
    return {
        "address": row.name,
        "service": row.schema,
        "gets_daily": row.gets_daily,
        "gets_weekly": row.gets_weekly,
    }


def _log(
    row: ReportAddress,
    what: str,
    *,
    by: User,
    now: datetime,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    operations.record(
        name=f"analytics.report_address.{what}",
        by=by,
        now=now,
        object_type="report_address",
        object_key=str(row.pk),
        old=old,
        new=new or {"address": row.name},
    )


# --- trying one out


@transaction.atomic
def ask_for_test(*, address_id: int, by: User, now: datetime) -> None:
    """Have a test message sent to an address; the page shows what the other side said.

    :raises ReportAddress.DoesNotExist: if there is none
    """
    row = locked_address(address_id=address_id)
    row.tested, row.tested_at, row.tested_words = ReportAddress.Tested.WAITING, now, ""
    row.save(update_fields=["tested", "tested_at", "tested_words"])
    _log(row, "tested", by=by, now=now)
    request_run(kind=TEST, key=str(row.pk), by=by, now=now, again=True)


def perform_test(run: RunContext) -> dict[str, Any]:
    """Do the work of a run that tries an address. After a crash the test message may come twice."""
    row = ReportAddress.objects.filter(pk=int(run.key), removed_at=None).order_by("pk").first()
    if row is None or row.tested != ReportAddress.Tested.WAITING:
        return {}
    shop = current_shop()
    with override(settings.LANGUAGE_CODE):
        answer = handed_over(
            opened(row),
            title=_("%(shop)s 试一下") % {"shop": shop.name if shop else "ShopOps"},
            body=_("这是 ShopOps 的测试消息。看到它，日报和周报就能发到这里。"),
            files=[],
        )
    with run.step():
        ReportAddress.objects.filter(pk=row.pk, sealed=row.sealed).update(
            tested=_TESTED[answer.fate],
            tested_at=run.clock(),
            tested_words=answer.words[:300],
        )
    return {"fate": answer.fate.value}
