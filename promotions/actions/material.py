"""Material: kept, changed, taken out of use, linked to where it is used."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Literal

from django.db import transaction
from django.utils.translation import gettext as _

from products.models import Product
from promotions.actions.distributors import drop_picture, keep_picture
from promotions.actions.keeping import change, locked_one, note, note_change
from promotions.actions.refusals import MaterialRefusedError
from promotions.choices import MaterialKind
from promotions.models import Activity, Material, MaterialUse, Trial
from promotions.queries.material import objections
from shopops.lib.business_time import business_date
from shopops.staff.models import User

type Place = Literal["activity", "product", "trial"]
_PLACES: Mapping[str, type[Activity] | type[Product] | type[Trial]] = {
    "activity": Activity,
    "product": Product,
    "trial": Trial,
}


def add_material(*, values: Mapping[str, Any], picture: bytes, by: User, now: datetime) -> Material:
    """Keep a piece of material. A text that may not stand is kept too, and says so.

    :raises MaterialRefusedError: if a picture has no picture, or a text no words
    :raises GoodsRefusedError: if the file is no picture
    """
    _refuse_empty(values, has_picture=bool(picture))
    path = keep_picture(picture) if picture else ""
    try:
        with transaction.atomic():
            row = Material.objects.create(
                **values, image_path=path, added_at=now, changed_at=now, changed_by=by
            )
            note("promotions.material.added", row, by=by, now=now, new={"name": row.title})
    except BaseException:
        drop_picture(path)
        raise
    return row


def _refuse_empty(values: Mapping[str, Any], *, has_picture: bool) -> None:
    if values["kind"] == MaterialKind.PICTURE and not has_picture:
        raise MaterialRefusedError(_("图片素材要选一张图片。"), field="image")
    if values["kind"] != MaterialKind.PICTURE and not values["text"].strip():
        raise MaterialRefusedError(_("写下创意或文案的内容。"), field="text")


def edit_material(
    *,
    material_id: int,
    values: Mapping[str, Any],
    picture: bytes,
    version: int,
    by: User,
    now: datetime,
) -> Material:
    """Change a piece of material; a new picture takes the old one's place. Locks it.

    :raises Material.DoesNotExist: if there is none
    :raises StaleGoodsError: if it changed since `version`
    :raises MaterialRefusedError: if a picture has no picture, or a text no words
    :raises GoodsRefusedError: if the file is no picture
    """
    path = keep_picture(picture) if picture else ""
    try:
        with transaction.atomic():
            row = locked_one(Material, material_id, version=version)
            _refuse_empty(values, has_picture=bool(path or row.image_path))
            old = row.image_path
            changed = change(row, {**values, "image_path": path or old}, now=now, by=by)
            told = {name: pair for name, pair in changed.items() if name != "image_path"}
            if "image_path" in changed:
                told["picture"] = ("", _("换了图"))
                transaction.on_commit(partial(drop_picture, old))
            if told:
                note_change("promotions.material.edited", row, told, by=by, now=now)
    except BaseException:
        drop_picture(path)
        raise
    return row


@transaction.atomic
def use_material(
    *, material_id: int, place: Place, place_id: int, by: User, now: datetime
) -> MaterialUse:
    """Link a piece to where it is used. Twice is once. Locks it.

    :raises Material.DoesNotExist: if there is none
    :raises MaterialRefusedError: if it is out of use, words in it may not stand, or there is no such place
    """
    row = locked_one(Material, material_id)
    if not row.is_on:
        raise MaterialRefusedError(_("这份素材已经停用。"))
    wrong = objections([row], day=business_date(now))[row.pk]
    if wrong:
        raise MaterialRefusedError(
            _("里面有不能用的词「%(word)s」，改了才能用。") % {"word": wrong[0].words}
        )
    found = _PLACES[place]._default_manager.filter(pk=place_id).first()
    if found is None:
        raise MaterialRefusedError(_("没有这个地方，刷新以后再选。"))
    use, made = MaterialUse.objects.get_or_create(
        material=row,
        **{place: found},
        defaults={"by": by, "at": now},
    )
    if made:
        note("promotions.material.used", row, by=by, now=now, new={"where": found})
    return use


@transaction.atomic
def drop_use(*, use_id: int, by: User, now: datetime) -> Material:
    """Take a link away. Locks the material.

    :raises MaterialUse.DoesNotExist: if there is no such link
    """
    use = MaterialUse.objects.select_related("activity", "product", "trial").get(pk=use_id)
    row = locked_one(Material, use.material_id)
    where = use.activity or use.product or use.trial
    MaterialUse.objects.filter(pk=use_id).delete()
    note("promotions.material.unused", row, by=by, now=now, new={"where": where})
    return row
