"""The material library: found by words and tags, one piece with where it is used; the festivals ahead."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from products.views.acting import Asked, Data
from promotions.actions import festivals as festival_actions
from promotions.actions import material as actions
from promotions.choices import MaterialKind
from promotions.forms.partners import NoFields
from promotions.forms.trials import FestivalForm, MaterialEditForm, MaterialForm, UseForm
from promotions.models import Material, MaterialUse
from promotions.queries import material as queries
from promotions.queries.festivals import FestivalRow, festivals_between
from promotions.views.panels import (
    Panel,
    answer,
    events_of,
    picture,
    read_file,
    shown,
    version_sent,
)
from promotions.wording.partners import objection_words
from shopops.lib.business_time import business_date
from shopops.staff.access import requires

VIEW, EDIT = "promotions.view", "promotions.edit"
MOST = 60
AHEAD_DAYS = 90
FIELDS = ("kind", "title", "text", "tags", "is_on")
FESTIVAL_FIELDS = ("name", "kind", "starts_on", "ends_on", "is_certain", "note")


@require_http_methods(["GET", "POST"])
@requires(VIEW)
def material(request: HttpRequest) -> HttpResponse:
    """Show the material that fits a search; a POST adds a piece."""
    panels = [
        Panel(
            code="add",
            title=gettext_lazy("加一份素材"),
            button=gettext_lazy("加上"),
            make=MaterialForm,
            act=_add,
            icon="plus",
            is_file=True,
            is_two=True,
        )
    ]
    sent = answer(request, panels, right=EDIT, back=reverse("promotions:material"))
    if isinstance(sent, HttpResponse):
        return sent
    now = timezone.now()
    today = business_date(now)
    wish = queries.Wish(
        words=request.GET.get("q", "")[:60],
        tag=request.GET.get("tag", "")[:20],
        kind=request.GET.get("kind", ""),
        with_retired=request.GET.get("retired") == "1",
    )
    found = list(queries.materials(wish)[: MOST + 1])
    wrong = queries.objections(found, day=today)
    context = {
        "now": now,
        "rows": [_card(one, wrong[one.pk]) for one in found[:MOST]],
        "has_more": len(found) > MOST,
        "wish": wish,
        "chips": _chips(wish),
        "tags": [
            {"name": name, "count": count, "url": _url(wish, tag="" if name == wish.tag else name)}
            for name, count in queries.tags_in_use()
        ],
        "tabs": _tabs(wish),
        "festivals": [
            _festival(one, today)
            for one in festivals_between(today, today + timedelta(days=AHEAD_DAYS))
        ],
        "panels": shown(panels, sent) if request.user.has_perm(EDIT) else [],
    }
    return render(request, "promotions/material.html", context, status=422 if sent else 200)


def _url(wish: queries.Wish, **changes: str) -> str:
    values = {"q": wish.words, "tag": wish.tag, "kind": wish.kind, **changes}
    if wish.with_retired and "retired" not in changes:
        values["retired"] = "1"
    query = urlencode({name: value for name, value in values.items() if value})
    here = reverse("promotions:material")
    return f"{here}?{query}" if query else here


def _chips(wish: queries.Wish) -> list[Data]:
    found = []
    if wish.words:
        found.append({"label": _("词"), "value": wish.words, "remove_url": _url(wish, q="")})
    if wish.tag:
        found.append({"label": _("标签"), "value": wish.tag, "remove_url": _url(wish, tag="")})
    if wish.with_retired:
        url = _url(wish, retired="")
        found.append({"label": _("停用的"), "value": _("也看"), "remove_url": url})
    return found


def _tabs(wish: queries.Wish) -> list[Data]:
    choices = [("", _("全部")), *((one.value, str(one.label)) for one in MaterialKind)]
    return [
        {
            "label": label,
            "url": _url(wish, kind=code),
            "count": None,
            "tone": "",
            "current": code == wish.kind,
        }
        for code, label in choices
    ]


def _card(one: Any, wrong: list[Any]) -> Data:  # noqa: ANN401
    has_picture = bool(one.image_path)
    image = reverse("promotions:material_image", kwargs={"material_id": one.pk})
    return {
        "url": reverse("promotions:material_one", kwargs={"material_id": one.pk}),
        "kind": one.get_kind_display(),
        "title": one.title,
        "text": one.text,
        "tags": one.tags,
        "image": f"{image}?s=small" if has_picture else "",
        "uses": one.use_count,
        "is_on": one.is_on,
        "wrong": [objection_words(each) for each in wrong],
    }


def _festival(one: FestivalRow, today: date) -> Data:
    return {"row": one, "left": (one.starts_on - today).days}


def _add(form: MaterialForm, asked: Asked) -> str:
    values = {name: value for name, value in form.cleaned_data.items() if name != "image"}
    row = actions.add_material(values=values, picture=read_file(form), by=asked.by, now=asked.now)
    wrong = queries.objections([row], day=business_date(asked.now))[row.pk]
    if wrong:
        return _("存下了，但是有不能用的词：%(why)s") % {"why": objection_words(wrong[0])}
    return _("加上了。")


@require_http_methods(["GET", "POST"])
@requires(VIEW)
def material_one(request: HttpRequest, material_id: int) -> HttpResponse:
    """Show one piece; a POST of a panel links it, takes a link away, or changes it."""
    row = get_object_or_404(Material, pk=material_id)
    uses = queries.uses(row)
    panels = [*_panels(row), *_drop_panels(uses)]
    here = reverse("promotions:material_one", kwargs={"material_id": row.pk})
    sent = answer(request, panels, right=EDIT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    now = timezone.now()
    can_edit = request.user.has_perm(EDIT)
    parts = {str(one["code"]): one for one in shown(panels, sent)} if can_edit else {}
    wrong = queries.objections([row], day=business_date(now))[row.pk]
    context = {
        "now": now,
        "row": row,
        "image": reverse("promotions:material_image", kwargs={"material_id": row.pk})
        if row.image_path
        else "",
        "size": row.image_path.rsplit("|", 1)[-1].replace("x", " × ") if row.image_path else "",
        "wrong": [objection_words(one) for one in wrong],
        "uses": [_use(one, parts) for one in uses],
        "events": events_of("material", row.pk),
        "panels": [parts[code] for code in ("use", "edit") if code in parts],
    }
    return render(request, "promotions/material_one.html", context, status=422 if sent else 200)


def _use(one: MaterialUse, parts: dict[str, Data]) -> Data:
    if one.product is not None:
        kind, words = _("商品"), one.product.title or one.product.item_code
        url = reverse("products:product", kwargs={"product_id": one.product.pk})
    elif one.trial is not None:
        kind, words = _("测试"), one.trial.name
        url = reverse("promotions:test", kwargs={"trial_id": one.trial.pk})
    else:
        kind, words, url = _("活动"), one.activity.name if one.activity else "", ""
    return {
        "kind": kind,
        "words": words,
        "url": url,
        "by": one.by.name if one.by else "",
        "at": one.at,
        "drop": parts.get(f"drop{one.pk}"),
    }


def _panels(row: Material) -> list[Panel]:
    stored = {name: getattr(row, name) for name in FIELDS}
    return [
        Panel(
            code="use",
            title=gettext_lazy("用到一个地方"),
            button=gettext_lazy("用上"),
            make=UseForm,
            act=partial(_link, row),
            icon="plus",
            is_open=True,
        ),
        Panel(
            code="edit",
            title=gettext_lazy("改这份素材"),
            button=gettext_lazy("保存"),
            make=MaterialEditForm,
            act=partial(_edit, row),
            initial=stored,
            version=row.version,
            stored=stored,
            key=("material", str(row.pk)),
            is_file=True,
        ),
    ]


def _drop_panels(uses: list[MaterialUse]) -> list[Panel]:
    return [
        Panel(
            code=f"drop{one.pk}",
            title=gettext_lazy("取下"),
            button=gettext_lazy("取下"),
            make=NoFields,
            act=partial(_drop, one),
        )
        for one in uses
    ]


def _link(row: Material, form: UseForm, asked: Asked) -> str:
    data = form.cleaned_data
    place: actions.Place = "product"
    place_id = data["product_id"]
    if data["activity"] is not None:
        place, place_id = "activity", data["activity"].pk
    elif data["trial"] is not None:
        place, place_id = "trial", data["trial"].pk
    actions.use_material(
        material_id=row.pk, place=place, place_id=place_id, by=asked.by, now=asked.now
    )
    return _("用上了。")


def _drop(one: MaterialUse, form: NoFields, asked: Asked) -> str:
    actions.drop_use(use_id=one.pk, by=asked.by, now=asked.now)
    return _("取下了。")


def _edit(row: Material, form: MaterialEditForm, asked: Asked) -> str:
    values = {name: value for name, value in form.cleaned_data.items() if name != "image"}
    actions.edit_material(
        material_id=row.pk,
        values=values,
        picture=read_file(form),
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")


@require_GET
@requires(VIEW)
def material_image(request: HttpRequest, material_id: int) -> HttpResponse:
    """Give a piece's picture."""
    row = get_object_or_404(Material.objects.only("image_path"), pk=material_id)
    return picture(request, row.image_path)


@require_http_methods(["GET", "POST"])
@requires(VIEW)
def festivals(request: HttpRequest) -> HttpResponse:
    """Show a year's festivals; a POST adds, corrects or takes one away."""
    now = timezone.now()
    today = business_date(now)
    text = request.GET.get("year", "")
    year = int(text) if text.isdecimal() and len(text) == 4 and text > "2000" else today.year
    rows = festivals_between(date(year, 1, 1), date(year, 12, 31))
    panels = [_new_festival(), *(one for row in rows for one in _festival_panels(row))]
    here = f"{reverse('promotions:festivals')}?year={year}"
    sent = answer(request, panels, right=EDIT, back=here)
    if isinstance(sent, HttpResponse):
        return sent
    can_edit = request.user.has_perm(EDIT)
    parts = {str(one["code"]): one for one in shown(panels, sent)} if can_edit else {}
    context = {
        "now": now,
        "year": year,
        "years": [
            {
                "label": str(one),
                "url": f"?year={one}",
                "count": None,
                "tone": "",
                "current": one == year,
            }
            for one in range(today.year, today.year + 3)
        ],
        "rows": [
            {
                **_festival(one, today),
                "edit": parts.get(f"edit{one.id}"),
                "remove": parts.get(f"remove{one.id}"),
            }
            for one in rows
        ],
        "uncertain": sum(not one.is_certain for one in rows),
        "panels": [parts["add"]] if parts else [],
    }
    return render(request, "promotions/festivals.html", context, status=422 if sent else 200)


def _new_festival() -> Panel:
    return Panel(
        code="add",
        title=gettext_lazy("加一个节日"),
        button=gettext_lazy("加上"),
        make=FestivalForm,
        act=_add_festival,
        icon="plus",
        is_two=True,
    )


def _festival_panels(row: FestivalRow) -> list[Panel]:
    stored = {name: getattr(row, name) for name in FESTIVAL_FIELDS}
    return [
        Panel(
            code=f"edit{row.id}",
            title=gettext_lazy("改"),
            button=gettext_lazy("保存"),
            make=FestivalForm,
            act=partial(_edit_festival, row),
            initial=stored,
            version=row.version,
            stored=stored,
            key=("festival", str(row.id)),
            is_two=True,
        ),
        Panel(
            code=f"remove{row.id}",
            title=gettext_lazy("去掉"),
            button=gettext_lazy("去掉"),
            make=NoFields,
            act=partial(_remove_festival, row),
            version=row.version,
            is_danger=True,
        ),
    ]


def _add_festival(form: FestivalForm, asked: Asked) -> str:
    festival_actions.add_festival(values=form.cleaned_data, by=asked.by, now=asked.now)
    return _("加上了。")


def _edit_festival(row: FestivalRow, form: FestivalForm, asked: Asked) -> str:
    festival_actions.edit_festival(
        festival_id=row.id,
        values=form.cleaned_data,
        version=version_sent(asked),
        by=asked.by,
        now=asked.now,
    )
    return _("存好了。")


def _remove_festival(row: FestivalRow, form: NoFields, asked: Asked) -> str:
    festival_actions.remove_festival(
        festival_id=row.id, version=version_sent(asked), by=asked.by, now=asked.now
    )
    return _("去掉了。")
