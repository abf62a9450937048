"""The list of campaigns, and all of them side by side by group, text and benefit."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from crm.choices import CampaignState
from crm.models import Campaign
from crm.queries import campaigns as queries
from crm.views.campaign_parts import Data
from crm.views.campaign_result import Scale, arm_rows, csv_head, row_of
from shopops.lib.exports import csv_rows as as_csv
from shopops.staff.access import requires

TONES = {
    CampaignState.DRAFT: "wait",
    CampaignState.PREPARING: "us",
    CampaignState.PREPARED: "us",
    CampaignState.APPROVED: "soon",
    CampaignState.SENDING: "us",
    CampaignState.PAUSED: "late",
    CampaignState.DONE: "done",
    CampaignState.STOPPED: "late",
}
MOST = 200


@require_GET
@requires("crm.campaign")
def campaigns(request: HttpRequest) -> HttpResponse:
    """List campaigns, the newest first."""
    tab = request.GET.get("tab", "all")
    tab = tab if tab in queries.TABS else "all"
    counts, labels = queries.tab_counts(), _tab_labels()
    here = reverse("crm:campaigns")
    context = {
        "now": timezone.now(),
        "rows": [row_of_list(row) for row in queries.campaigns(tab=tab)[:MOST]],
        "tabs": [
            {
                "label": labels[code],
                "url": f"{here}?tab={code}",
                "count": counts[code],
                "current": code == tab,
            }
            for code in queries.TABS
        ],
    }
    return render(request, "crm/campaigns.html", context)


def _tab_labels() -> dict[str, str]:
    return {"all": _("全部"), "drafts": _("在写"), "going": _("在发"), "over": _("发完的")}


def row_of_list(row: Campaign) -> Data:
    """Give one campaign as lists show it."""
    return {
        "url": reverse("crm:campaign", args=[row.pk]),
        "name": row.name,
        "segment": row.segment.name,
        "segment_url": reverse("crm:segment", args=[row.segment_id]),
        "state": row.get_state_display(),
        "tone": TONES[CampaignState(row.state)],
        "channel": row.get_channel_display(),
        "starts_at": row.starts_at,
        "drawn": row.funnel.get("drawn"),
        "held_out": row.funnel.get("held_out"),
        "by": row.created_by.name if row.created_by else "",
    }


@require_GET
@requires("crm.campaign")
def compare(request: HttpRequest) -> HttpResponse:
    """Set all campaigns whose window is over side by side."""
    now = timezone.now()
    found = queries.ended_with_result(now=now)
    with_profit = request.user.has_perm("products.view_cost")
    outcomes = [arm.outcome for _row, result in found for arm in result.arms if arm.outcome]
    scale = Scale([one.lift for one in outcomes])
    groups: dict[str, list[Data]] = {}
    for campaign, result in found:
        for arm in result.arms:
            row = row_of(
                arm.sums,
                arm.outcome,
                scale,
                name=arm.arm.name,
                benefit=arm.arm.benefit,
                with_profit=with_profit,
            )
            row |= {"campaign": row_of_list(campaign), "text": arm.arm.text}
            groups.setdefault(campaign.segment.name, []).append(row)
    context = {
        "now": now,
        "groups": sorted(groups.items()),
        "axis": scale.axis,
        "with_profit": with_profit,
    }
    return render(request, "crm/campaign_compare.html", context)


@require_GET
@requires("crm.campaign")
def compare_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Give the comparison as a file: each row with its group and its campaign."""
    with_profit = request.user.has_perm("products.view_cost")
    rows: list[list[object]] = [[_("人群"), _("营销"), *csv_head(with_profit=with_profit)]]
    for campaign, result in queries.ended_with_result(now=timezone.now()):
        rows += [
            [campaign.segment.name, campaign.name, *row]
            for row in arm_rows(result, with_profit=with_profit)
        ]
    response = StreamingHttpResponse(
        as_csv(rows, encoding="utf-8-sig"), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="campaigns-compared.csv"'
    return response
