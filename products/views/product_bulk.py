"""What the list of products does with many at once: changes them, or writes them into a file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from products.actions import bulk
from products.actions.exports import KIND, export_path, request_export
from products.choices import ProductStatus
from products.forms.catalogue import BulkRoleForm, BulkStatusForm, ListFilterForm
from products.models import Product
from products.queries.catalogue_list import ProductRow
from products.views.filtering import filters_of, sort_of, tab_of
from shopops.lib.words import listed
from shopops.staff import operations
from shopops.staff.access import requires
from shopops.staff.models import User
from shopops.work.choices import RunState
from shopops.work.models import Run

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class BulkAct:
    """One act that the list offers, and which rows it changes."""

    code: str
    label: str | Promise
    can: Callable[[ProductRow], bool]
    form: type[forms.Form] | None = None
    values: tuple[tuple[str, Any], ...] = ()


ACTS: dict[str, BulkAct] = {
    act.code: act
    for act in (
        BulkAct(
            "main",
            gettext_lazy("标为主推"),
            lambda row: not row.is_main,
            values=(("is_main", True),),
        ),
        BulkAct(
            "unmain",
            gettext_lazy("取消主推"),
            lambda row: row.is_main,
            values=(("is_main", False),),
        ),
        BulkAct("role", gettext_lazy("改角色"), lambda _row: True, form=BulkRoleForm),
        BulkAct(
            "status",
            gettext_lazy("改状态"),
            lambda row: row.status != ProductStatus.FORBIDDEN,
            form=BulkStatusForm,
        ),
    )
}


def can_of(row: ProductRow) -> str:
    """Say which acts change a row."""
    return " ".join(act.code for act in ACTS.values() if act.can(row))


def bulk_bar() -> SafeString:
    """Write the bar with the acts."""
    acts = [
        {
            "code": act.code,
            "label": act.label,
            "form": act.form(prefix=act.code) if act.form else None,
        }
        for act in ACTS.values()
    ]
    return render_to_string("components/_bulk.html", {"acts": acts, "unit": _("个")})


@require_POST
@requires("products.edit")
def change(request: HttpRequest) -> HttpResponse:
    """Change the chosen products; say how many, and which not and why."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    back = _back(request)
    values = dict(act.values)
    if act.form is not None:
        form = act.form(request.POST, prefix=act.code)
        if not form.is_valid():
            messages.error(request, _("没有选要改成什么，一个都没有动。"))
            return redirect(back)
        values = form.cleaned_data
    versions = _versions(request)
    if not versions:
        messages.error(request, _("先在左边勾选商品。"))
        return redirect(back)
    assert isinstance(request.user, User)  # noqa: S101
    done = bulk.edit_products(versions=versions, values=values, by=request.user, now=timezone.now())
    _say(request, done)
    return redirect(back)


def _versions(request: HttpRequest) -> dict[int, int]:
    sent = request.POST
    found = {}
    for text in sent.getlist("tid")[: bulk.MOST]:
        version = sent.get(f"version_{text}", "")
        if text.isdecimal() and version.isdecimal() and len(text) < 18 and len(version) < 10:
            found[int(text)] = int(version)
    return found


def _say(request: HttpRequest, done: bulk.BulkDone) -> None:
    if done.changed:
        messages.success(request, _("改好了 %(n)d 个商品。") % {"n": len(done.changed)})
    if done.same:
        messages.info(request, _("%(n)d 个本来就是这样。") % {"n": len(done.same)})
    if done.stale:
        words = _("%(n)d 个在你打开之后被同事改过，没有动，看一下再改：%(names)s")
        messages.error(request, words % {"n": len(done.stale), "names": _names(done.stale)})
    for words in dict.fromkeys(words for _product, words in done.refused):
        kept = [product for product, why in done.refused if why == words]
        messages.error(request, f"{_names(kept)}: {words}")
    if done.gone:
        messages.error(request, _("%(n)d 个已经不在了。") % {"n": done.gone})


def _names(products: list[Product]) -> str:
    names = [str(one)[:20] or one.item_code for one in products[:MOST_NAMED]]
    return listed(names) + ("…" if len(products) > MOST_NAMED else "")


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("products:list")


# --- export ---


@require_POST
@requires("products.export")
def ask(request: HttpRequest) -> HttpResponse:
    """Start an export of the list as it is narrowed and sorted now."""
    assert isinstance(request.user, User)  # noqa: S101
    run = request_export(
        tab=tab_of(request).code,
        filters=filters_of(ListFilterForm(request.GET)),
        sort=sort.code if (sort := sort_of(request)) else "",
        by=request.user,
        now=timezone.now(),
    )
    messages.success(request, _("开始导出，做完了会提醒你下载。"))
    if request.user.has_perm("work.view"):
        return redirect("work:run", run.pk)
    return redirect(f"{reverse('products:list')}?{request.GET.urlencode()}")


@require_GET
@never_cache
@requires("products.export")
def download(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """Hand out a finished export to who asked for it; each fetch is logged."""
    run = Run.objects.filter(pk=run_id, kind=KIND, state=RunState.DONE).first()
    path = export_path(run_id)
    assert isinstance(request.user, User)  # noqa: S101
    if run is None or run.created_by_id != request.user.pk or not path.exists():
        raise Http404
    operations.record(
        name="products.list.export_fetched",
        by=request.user,
        now=timezone.now(),
        object_type="run",
        object_key=str(run_id),
    )
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
