"""Segments: the list, and one as a form that reads as a sentence, with size and sample at once."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.actions import segments as acts
from crm.actions.campaign_errors import CampaignRefusedError, StaleCampaignError
from crm.forms.segments import Builder
from crm.models import Segment
from crm.queries.segments import count_people, sample_people
from crm.rules.conditions import ConditionError, parse, to_groups
from crm.views.campaign_parts import Asked, Data, Names, asked_of, attempt, conflict
from crm.wording.segments import error_words, sentence
from shopops.lib.business_time import business_date
from shopops.staff.access import requires


@require_GET
@requires("crm.campaign")
def segments(request: HttpRequest) -> HttpResponse:
    """List the segments in use, or those put away."""
    away = request.GET.get("away") == "1"
    rows = Segment.objects.filter(is_on=not away).select_related("created_by")
    context = {
        "now": timezone.now(),
        "away": away,
        "rows": [_row(row) for row in rows.order_by("name", "pk")],
    }
    return render(request, "crm/segments.html", context)


def _row(row: Segment) -> Data:
    return {
        "url": reverse("crm:segment", args=[row.pk]),
        "name": row.name,
        "words": sentence(parse(row.conditions)),
        "size": row.size,
        "counted_at": row.counted_at,
        "note": row.note,
        "by": row.created_by.name if row.created_by else "",
    }


@require_http_methods(["GET", "POST"])
@requires("crm.campaign")
def new_segment(request: HttpRequest) -> HttpResponse:
    """Make a segment."""
    return _page(request, None)


@require_http_methods(["GET", "POST"])
@requires("crm.campaign")
def segment(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Show or change one segment."""
    return _page(request, get_object_or_404(Segment, pk=segment_id))


def _page(request: HttpRequest, row: Segment | None) -> HttpResponse:
    asked, fault = asked_of(request), None
    builder: Builder | None
    if request.method == "POST":
        builder = sent = Builder.sent(request.POST)
        if do := request.POST.get("do", ""):
            sent.do(do)
        else:
            try:
                return _save(asked, row, sent)
            except StaleCampaignError as stale:
                return _conflict(asked, stale, row, sent)
            except CampaignRefusedError as refusal:
                fault = refusal
    else:
        builder = _stored(row)
    typed = request.POST if request.method == "POST" else {}
    context = {
        "now": asked.now,
        "segment": row,
        "name": typed.get("name", row.name if row else ""),
        "note": typed.get("note", row.note if row else ""),
        "version": typed.get("version", row.version if row else 0),
        "errors": dict(fault.errors) if fault else {},
        "campaigns": row.campaigns.order_by("-starts_at", "-pk")[:10] if row else (),
        "by_api": builder is None,
        **_live(builder, row, Names.of(asked.request), now=asked.now),
    }
    return render(request, "crm/segment.html", context, status=422 if fault else 200)


def _stored(row: Segment | None) -> Builder | None:
    """Give the rows of a segment; None where its conditions are too tangled for rows."""
    if row is None:
        return Builder.new()
    groups = to_groups(parse(row.conditions))
    return Builder.of(groups) if groups else None


def _save(asked: Asked, row: Segment | None, builder: Builder) -> HttpResponse:
    saved = acts.save_segment(
        segment_id=row.pk if row else None,
        name=asked.data.get("name", ""),
        note=asked.data.get("note", ""),
        conditions=builder.document(),
        version=asked.number("version"),
        by=asked.by,
        now=asked.now,
    )
    words = _("已存，现在 %(count)s 人。") % {"count": f"{saved.size or 0:,}"}
    messages.success(asked.request, words)
    return redirect("crm:segment", saved.pk)


def _conflict(
    asked: Asked, stale: StaleCampaignError, row: Segment | None, builder: Builder
) -> HttpResponse:
    assert row is not None  # noqa: S101
    row.refresh_from_db()
    try:
        mine = sentence(parse(builder.document()))
    except ConditionError as error:
        mine = error_words(error)
    rows = [
        (_("名字"), row.name, asked.data.get("name", "")),
        (_("条件"), sentence(parse(row.conditions)), mine),
        (_("备注"), row.note, asked.data.get("note", "")),
    ]
    back = reverse("crm:segment", args=[row.pk])
    return conflict(asked, stale, key=(acts.OBJECT, str(row.pk)), rows=rows, back=back)


@require_POST
@requires("crm.campaign")
def live(request: HttpRequest) -> HttpResponse:
    """Give the rows again with sentence, size and sample, for HTMX; stores nothing."""
    builder = Builder.sent(request.POST)
    builder.do(request.POST.get("do", ""))
    context = {"now": timezone.now(), **_live(builder, None, Names.of(request), now=timezone.now())}
    response = render(request, "crm/_segment.html", context)
    response["Vary"] = "HX-Request"
    return response


def _live(
    builder: Builder | None, row: Segment | None, names: Names, *, now: datetime
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "groups": builder.shown() if builder else [],
        "keys": builder.keys if builder else "",
    }
    try:
        node = parse(builder.document() if builder else row.conditions if row else {})
        today = business_date(now)
        counted = count_people(node, today=today)
        return {
            **context,
            "words": sentence(node),
            "size": counted.size,
            "seconds": f"{counted.milliseconds / 1000:.1f}",
            "sample": [
                replace(one, name=names.name(one.name)) for one in sample_people(node, today=today)
            ],
        }
    except ConditionError as error:
        return {**context, "fault": error_words(error)}


@require_POST
@requires("crm.campaign")
def put_away(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Take a segment out of use, or back."""
    asked = asked_of(request)
    is_on = request.POST.get("on") == "1"
    get_object_or_404(Segment, pk=segment_id)
    return attempt(
        asked,
        lambda: acts.put_away(
            segment_id=segment_id,
            version=asked.number("version"),
            is_on=is_on,
            by=asked.by,
            now=asked.now,
        ),
        done=_("已放回来。") if is_on else _("已收起。"),
        url=reverse("crm:segments") if not is_on else reverse("crm:segment", args=[segment_id]),
    )
