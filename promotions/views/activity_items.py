"""An activity's items as a list that is pasted or edited; every bad line is named, nothing is lost."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from products.actions.errors import GoodsRefusedError
from products.views.acting import Asked
from promotions.actions.activity_items import BadItemsError, put_items
from promotions.actions.check import QUICK_ITEMS, check_activity, request_check
from promotions.forms.activities import ItemsForm
from promotions.importers.item_list import MOST_LINES, read_items, written
from promotions.models import Activity
from promotions.queries.activity_list import item_lines
from promotions.rules.activities import BadLine, WantedItem
from promotions.views.activity_parts import Data
from promotions.wording.activities import bad_line_words, beside_words
from shopops.staff.access import requires
from shopops.staff.models import User

SHOWN_ERRORS = 200


@require_http_methods(["GET", "POST"])
@requires("promotions.edit")
def items(request: HttpRequest, activity_id: int) -> HttpResponse:
    """Show the list of items to edit, or put in what was pasted."""
    row = get_object_or_404(Activity, pk=activity_id)
    if request.method != "POST":
        lines = item_lines(row.pk) if request.GET.get("all") else []
        text = written(lines) if lines else ""  # type: ignore[arg-type]
        return _page(request, row, ItemsForm(initial={"text": text}))
    form = ItemsForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    assert isinstance(request.user, User)  # noqa: S101
    back = reverse("promotions:activity", args=[row.pk])
    return _put(Asked(request, request.user, timezone.now(), back), row, form)


def _put(asked: Asked, row: Activity, form: ItemsForm) -> HttpResponse:
    read = read_items(form.cleaned_data["text"])
    if len(read.items) > MOST_LINES:
        form.add_error("text", _("一次最多 %(n)s 行，分几次贴。") % {"n": MOST_LINES})
        return _page(asked.request, row, form)
    if read.errors:
        return _page(asked.request, row, form, errors=read.errors)
    try:
        return taken_in(asked, row, read.items)
    except BadItemsError as bad:
        return _page(asked.request, row, form, errors=bad.lines)
    except GoodsRefusedError as refusal:
        form.add_error("text", refusal.message)
        return _page(asked.request, row, form)


def taken_in(asked: Asked, row: Activity, lines: Sequence[WantedItem]) -> HttpResponse:
    """Put lines into an activity, check it, and go back to it.

    :raises GoodsRefusedError: as `put_items`
    """
    done = put_items(
        activity_id=row.pk, lines=lines, version=asked.number("version"), by=asked.by, now=asked.now
    )
    if row.items.count() <= QUICK_ITEMS:
        check_activity(activity_id=row.pk, by=asked.by, now=asked.now)
    else:
        request_check(activity_id=row.pk, now=asked.now, by=asked.by)
    if done.beside:
        messages.warning(asked.request, beside_words(done.beside))
    return asked.done(
        _("新放进 %(added)s 个，改了 %(changed)s 个，没变 %(same)s 个。")
        % {"added": done.added, "changed": done.changed, "same": done.same}
    )


def _page(
    request: HttpRequest, row: Activity, form: ItemsForm, *, errors: tuple[BadLine, ...] = ()
) -> HttpResponse:
    row.refresh_from_db(fields=["version"])
    context: Data = {
        "activity": row,
        "form": form,
        "errors": [
            {"line": one.line, "code": one.code, "words": bad_line_words(one.reason)}
            for one in errors[:SHOWN_ERRORS]
        ],
        "error_count": len(errors),
        "version": row.version,
        "now": timezone.now(),
    }
    status = 422 if form.errors or errors else 200
    return render(request, "promotions/activity_items.html", context, status=status)
