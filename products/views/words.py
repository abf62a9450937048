"""The word list: what a listing may not carry, and what its title should."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions import goods_rules as actions
from products.actions.errors import StaleGoodsError
from products.forms.listing import WordChangeForm, WordForm
from products.models import ListingWord
from products.views.acting import Asked, Data, answer, conflict
from shopops.lib.business_time import business_date
from shopops.lib.words import listed
from shopops.staff.access import requires


@require_http_methods(["GET", "POST"])
@requires("products.view")
def words(request: HttpRequest) -> HttpResponse:
    """Show the list; a POST of one part adds, changes or ends a row."""
    if request.method == "POST":
        parts = {
            "add": ("products.set_rules", _add),
            "change": ("products.set_rules", _change),
            "end": ("products.set_rules", _end),
        }
        done = answer(request, parts, back=reverse("products:words"))
        if done is not None:
            return done
    now = timezone.now()
    with_ended = request.GET.get("ended") == "1"
    rows = ListingWord.objects.order_by("category", "pk")
    if not with_ended:
        rows = rows.filter(valid_to__isnull=True)
    shown = [_row(row) for row in rows]
    context = {
        "now": now,
        "forbidden": [row for row in shown if row["is_forbidden"]],
        "wanted": [row for row in shown if not row["is_forbidden"]],
        "with_ended": with_ended,
        "word_form": WordForm(initial={"valid_from": business_date(now)}, auto_id="id_new_%s"),
        "hidden": [{"name": "part", "value": "add"}],
        "can_edit": request.user.has_perm("products.set_rules"),
    }
    return render(request, "products/words.html", context)


def _row(row: ListingWord) -> Data:
    initial = {"reason": row.reason, "exemptions": row.exemptions}
    return {
        "id": row.pk,
        "word": row.word,
        "is_forbidden": row.is_forbidden,
        "category": row.category,
        "reason": row.reason,
        "exemptions": listed(row.exemptions),
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "source": row.source,
        "version": row.version,
        "form": WordChangeForm(initial=initial, auto_id=f"id_{row.pk}_%s"),
    }


def _add(asked: Asked) -> HttpResponse:
    form = WordForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    given: dict[str, Any] = form.cleaned_data
    actions.add_word(given=actions.Word(**given), by=asked.by, now=asked.now)
    return asked.done(_("已加上，下一次检查起按它看。"))


def _change(asked: Asked) -> HttpResponse:
    form = WordChangeForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    data = form.cleaned_data
    try:
        actions.change_word(
            word_id=asked.number("row"),
            reason=data["reason"],
            exemptions=data["exemptions"],
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleGoodsError as stale:
        current = ListingWord.objects.get(pk=asked.number("row"))
        return conflict(
            asked,
            stale,
            key=("listing_word", current.word),
            rows=[
                (_("为什么"), current.reason, data["reason"]),
                (_("这些说法里可以用"), listed(current.exemptions), listed(data["exemptions"])),
            ],
            version=current.version,
        )
    return asked.done(_("已保存。"))


def _end(asked: Asked) -> HttpResponse:
    actions.end_word(
        word_id=asked.number("row"), version=asked.number("version"), by=asked.by, now=asked.now
    )
    return asked.done(_("已停用，历史还在。"))
