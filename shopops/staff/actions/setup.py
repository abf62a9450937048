"""The first visit, and the shop's own data."""

from datetime import datetime
from decimal import Decimal

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shopops.staff import locks
from shopops.staff.actions.people import add_person
from shopops.staff.errors import Difference, RefusedError, StaleError
from shopops.staff.models import Shop, User
from shopops.staff.operations import record

_LABELS = {
    "name": _("店铺名称"),
    "platform": _("平台"),
    "packing_hands": _("打包人手"),
    "packing_minutes": _("每单打包分钟"),
    "reveal_daily_quota": _("每人每天查看明文上限"),
}


@transaction.atomic
def set_up_shop(  # noqa: PLR0913
    *,
    shop_name: str,
    platform: str,
    username: str,
    name: str,
    password: str,
    now: datetime,
    is_demo: bool = False,
) -> User:
    """Create the shop and its first administrator. Possible once, however many try at once.

    :raises RefusedError: if the shop has people already
    :raises ValidationError: if the password is too weak
    """
    locks.hold(locks.SETUP)
    if User.objects.exists():
        raise RefusedError(_("这家店已经设置过了，请登录"))
    validate_password(password, User(username=username, name=name))
    shop, _created = Shop.objects.update_or_create(
        id=1,
        defaults={"name": shop_name, "platform": platform, "is_demo": is_demo},
        create_defaults={
            "name": shop_name,
            "platform": platform,
            "is_demo": is_demo,
            "created_at": now,
        },
    )
    person = add_person(
        username=username, name=name, roles=["administrator"], password=password, by=None, now=now
    )
    record(
        name="staff.shop.set_up",
        by=person,
        now=now,
        object_type="shop",
        object_key=str(shop.pk),
        new={"name": shop_name, "platform": platform, "is_demo": is_demo},
    )
    return person


@transaction.atomic
def change_shop(  # noqa: PLR0913
    *,
    name: str,
    platform: str,
    packing_hands: int,
    packing_minutes: Decimal,
    reveal_daily_quota: int,
    version: int,
    by: User,
    now: datetime,
) -> Shop:
    """Change the shop's own data.

    :raises Shop.DoesNotExist: before the first visit
    :raises StaleError: if somebody changed it after `version` was read
    """
    shop = locks.locked_shop()
    old = _facts(shop)
    new = {
        "name": name,
        "platform": platform,
        "packing_hands": packing_hands,
        "packing_minutes": str(packing_minutes),
        "reveal_daily_quota": reveal_daily_quota,
    }
    if shop.version != version:
        rows = [Difference(label, str(old[key]), str(new[key])) for key, label in _LABELS.items()]
        raise StaleError(_("店铺资料"), version=shop.version, rows=rows)
    shop.name, shop.platform = name, platform
    shop.packing_hands, shop.packing_minutes = packing_hands, packing_minutes
    shop.reveal_daily_quota, shop.version = reveal_daily_quota, version + 1
    shop.save(update_fields=[*_LABELS, "version"])
    if old != new:
        record(
            name="staff.shop.changed",
            by=by,
            now=now,
            object_type="shop",
            object_key="1",
            old=old,
            new=new,
        )
    return shop


def _facts(shop: Shop) -> dict[str, object]:
    values = {field: getattr(shop, field) for field in _LABELS}
    return {**values, "packing_minutes": str(shop.packing_minutes)}
