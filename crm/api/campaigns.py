"""Segments, campaigns and answers for other programs: the same acts and questions as the pages.

Releasing a campaign is not offered: it needs a person with a fresh second factor. Stopping is.
"""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.actions import campaigns as acts
from crm.actions import segments as segment_acts
from crm.actions.campaign_errors import CampaignRefusedError, StaleCampaignError
from crm.actions.opt_outs import hear_replies
from crm.api import campaign_shapes as shapes
from crm.importers.replies import Reply
from crm.metrics.campaign import Interval
from crm.models import Campaign, Segment
from crm.queries import campaigns as queries
from crm.queries.segments import count_people
from crm.rules.conditions import parse
from crm.wording.segments import sentence
from shopops.lib.business_time import business_date
from shopops.staff.models import User

MOST = 200


class Segments(APIView):
    """The segments of the shop."""

    required_right = "crm.campaign"

    @extend_schema(responses=shapes.PeopleSegmentSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """List them."""
        rows = Segment.objects.order_by("name", "pk")[:MOST]
        return Response({"segments": [_segment(row) for row in rows]})

    @extend_schema(request=shapes.SegmentActSerializer, responses=shapes.PeopleSegmentSerializer)
    def post(self, request: Request) -> Response:
        """Make one."""
        return _save_segment(request, None)


class OneSegment(APIView):
    """One segment."""

    required_right = "crm.campaign"

    @extend_schema(
        operation_id="segments_change",
        request=shapes.SegmentActSerializer,
        responses=shapes.PeopleSegmentSerializer,
    )
    def post(self, request: Request, segment_id: int) -> Response:
        """Change it."""
        return _save_segment(request, segment_id)


def _segment(row: Segment) -> dict[str, Any]:
    data = shapes.PeopleSegmentSerializer(row).data
    return {**data, "words": sentence(parse(row.conditions))}


def _save_segment(request: Request, segment_id: int | None) -> Response:
    shape = shapes.SegmentActSerializer(data=request.data)
    shape.is_valid(raise_exception=True)
    who: dict[str, Any] = {"by": _person(request), "now": timezone.now()}
    try:
        row = segment_acts.save_segment(segment_id=segment_id, **shape.validated_data, **who)
    except Segment.DoesNotExist as error:
        raise NotFound from error
    except CampaignRefusedError as refusal:
        return _refused(refusal)
    return Response(_segment(row), status=status.HTTP_200_OK if segment_id else 201)


class Count(APIView):
    """How many people meet conditions."""

    required_right = "crm.campaign"

    @extend_schema(request=shapes.ConditionsSerializer, responses=shapes.CountSerializer)
    def post(self, request: Request) -> Response:
        """Count them; nothing is stored."""
        shape = shapes.ConditionsSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        now = timezone.now()
        try:
            document = segment_acts.checked_conditions(shape.validated_data["conditions"], now=now)
        except CampaignRefusedError as refusal:
            return _refused(refusal)
        node = parse(document)
        found = count_people(node, today=business_date(now))
        return Response(
            {"words": sentence(node), "size": found.size, "milliseconds": found.milliseconds}
        )


class Campaigns(APIView):
    """The campaigns, the newest first."""

    required_right = "crm.campaign"

    @extend_schema(responses=shapes.CampaignSerializer(many=True))
    def get(self, _request: Request) -> Response:
        """List them."""
        rows = queries.campaigns(tab="all")[:MOST]
        return Response({"campaigns": shapes.CampaignSerializer(rows, many=True).data})


class OneResult(APIView):
    """What one campaign brought; profit only for those who may see costs."""

    required_right = "crm.campaign"

    @extend_schema(responses=shapes.ResultSerializer)
    def get(self, request: Request, campaign_id: int) -> Response:
        """Work it out."""
        row = _found(campaign_id)
        result = queries.result_of(row, now=timezone.now())
        with_profit = _person(request).has_perm("products.view_cost")
        groups = [
            {
                "text": one.arm.name,
                "benefit": one.arm.benefit,
                "people": one.sums.people,
                "reached": one.sums.reached,
                "buyers": one.sums.buyers,
                "opt_outs": one.sums.opt_outs,
                "lift": _interval(one.outcome.lift) if one.outcome else None,
                "extra_profit": _interval(one.outcome.extra_profit)
                if one.outcome and with_profit
                else None,
            }
            for one in result.arms
        ]
        return Response(
            {
                "why_not": result.why_not,
                "held_out_people": result.held_out.people,
                "held_out_buyers": result.held_out.buyers,
                "groups": groups,
            }
        )


def _interval(one: Interval) -> dict[str, float]:
    return {"value": one.value, "low": one.low, "high": one.high}


class Stop(APIView):
    """Ends a campaign for good."""

    required_right = "crm.campaign"

    @extend_schema(request=shapes.ReasonSerializer, responses=shapes.CampaignSerializer)
    def post(self, request: Request, campaign_id: int) -> Response:
        """Stop it."""
        shape = shapes.ReasonSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        _found(campaign_id)
        try:
            row = acts.stop(
                campaign_id=campaign_id,
                reason=shape.validated_data["reason"],
                by=_person(request),
                now=timezone.now(),
            )
        except CampaignRefusedError as refusal:
            return _refused(refusal)
        return Response(shapes.CampaignSerializer(row).data)


class Replies(APIView):
    """Answers of people; whoever refuses in them is out at once."""

    required_right = "crm.campaign"

    @extend_schema(request=shapes.ReplySerializer, responses=shapes.HeardSerializer)
    def post(self, request: Request) -> Response:
        """Take one answer in."""
        shape = shapes.ReplySerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        data, now = shape.validated_data, timezone.now()
        heard = hear_replies(
            replies=[Reply(1, data["words"], phone=data["phone"], nick=data["nick"], at=now)],
            channel=data["channel"],
            source="API",
            by=_person(request),
            now=now,
        )
        return Response(
            {
                "refused": heard.refused,
                "already": heard.already,
                "other": heard.other,
                "unknown": len(heard.unknown),
            }
        )


def _found(campaign_id: int) -> Campaign:
    row = Campaign.objects.filter(pk=campaign_id).first()
    if row is None:
        raise NotFound
    return row


def _person(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _refused(refusal: CampaignRefusedError) -> Response:
    code = "stale" if isinstance(refusal, StaleCampaignError) else "refused"
    return Response({"code": code, "detail": refusal.message}, status=status.HTTP_409_CONFLICT)
