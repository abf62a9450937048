"""Paid channels for other programs: days, plans, items, and what people keep beside them."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from promotions.actions import channels as acts
from promotions.choices import Channel
from promotions.queries import ad_margins, traffic
from promotions.queries.traffic import Span
from promotions.rules.traffic import NAMES, Traffic, profit_after_ads
from shopops.lib.business_time import business_date
from shopops.staff.models import User

CHANNELS = "promotions.channels"
LONGEST = 370
type Data = dict[str, Any]


class TrafficSerializer(serializers.Serializer[Data]):
    """Counts and amounts as stored, ratios derived from their sums; null is unknown."""

    shown = serializers.IntegerField(allow_null=True)
    clicks = serializers.IntegerField(allow_null=True)
    carts = serializers.IntegerField(allow_null=True)
    deals = serializers.IntegerField(allow_null=True)
    spend_amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    deal_amount = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    click_rate = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    click_cost = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)
    roas = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)


class ChannelDaySerializer(TrafficSerializer):
    """One channel's day. A day that is missing has no report: its figures are unknown."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    date = serializers.DateField()


class PlanTrafficSerializer(TrafficSerializer):
    """One plan over the span."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    key = serializers.CharField()
    name = serializers.CharField()


class ItemTrafficSerializer(TrafficSerializer):
    """One item over the span; the last two only for whoever may see costs."""

    item_no = serializers.CharField()
    title = serializers.CharField()
    is_known = serializers.BooleanField()
    break_even = serializers.DecimalField(
        max_digits=12, decimal_places=4, allow_null=True, required=False
    )
    profit_amount = serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True, required=False
    )


class ChannelBalanceSerializer(serializers.Serializer[Data]):
    """A balance to note. `version` of that day's note is what the caller saw, 0 if none."""

    channel = serializers.ChoiceField(choices=Channel.choices)
    day = serializers.DateField()
    amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    version = serializers.IntegerField(default=0)


_SPAN = [
    OpenApiParameter("since", date, description="First day; default: seven days ago"),
    OpenApiParameter("until", date, description="Last day; default: yesterday"),
]


def _span(request: Request) -> Span:
    today = business_date(timezone.now())
    given = {
        "since": today - timedelta(days=7),
        "until": today - timedelta(days=1),
    }
    for name in given:
        text = request.query_params.get(name)
        if text:
            try:
                given[name] = date.fromisoformat(text)
            except ValueError as error:
                raise ValidationError({name: "2026-06-18"}) from error
    span = Span(given["since"], given["until"])
    if not 1 <= span.length <= LONGEST:
        raise ValidationError({"since": f"1…{LONGEST}"})
    return span


def _figures(one: Traffic) -> Data:
    ratios = {name: getattr(one, name) for name in ("click_rate", "click_cost", "roas")}
    return {name: getattr(one, name) for name in NAMES} | {
        name: None if value is None else round(value, 6 if name == "click_rate" else 4)
        for name, value in ratios.items()
    }


class ChannelDays(APIView):
    """The days of all channels."""

    required_right = CHANNELS

    @extend_schema(parameters=_SPAN, responses=ChannelDaySerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the days that some report tells of, one level a day."""
        found = traffic.channel_days(_span(request))
        rows = [
            {"channel": channel, "date": day, **_figures(one)}
            for channel, days in sorted(found.items())
            for day, one in sorted(days.items())
        ]
        return Response(ChannelDaySerializer(rows, many=True).data)  # type: ignore[arg-type]


class Plans(APIView):
    """The plans of a span."""

    required_right = CHANNELS

    @extend_schema(parameters=_SPAN, responses=PlanTrafficSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the plans that ran."""
        sums = traffic.plan_sums(_span(request))
        named = traffic.plans(sums)
        rows = [
            {
                "channel": key[0],
                "key": key[1],
                "name": named[key].name if key in named else "",
                **_figures(one),
            }
            for key, one in sorted(sums.items())
        ]
        return Response(PlanTrafficSerializer(rows, many=True).data)  # type: ignore[arg-type]


class Items(APIView):
    """The items of a span."""

    required_right = CHANNELS

    @extend_schema(parameters=_SPAN, responses=ItemTrafficSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the items that ads ran for."""
        span = _span(request)
        sums = traffic.item_sums(span)
        names = traffic.item_names(sorted(sums))
        known = ad_margins.margins(
            sorted(sums), until=span.until, settings=ad_margins.settings_on(span.until)
        )
        with_cost = request.user.has_perm("products.view_cost")
        rows = []
        for item_no, one in sorted(sums.items()):
            name, margin = names.get(item_no), known.get(item_no)
            row: Data = {
                "item_no": item_no,
                "title": name.title if name else "",
                "is_known": bool(name and name.product_id),
                **_figures(one),
            }
            if with_cost:
                line = margin.line if margin else None
                profit = profit_after_ads(one, margin.rate if margin else None)
                row["break_even"] = None if line is None else round(line, 4)
                row["profit_amount"] = None if profit is None else round(profit, 2)
            rows.append(row)
        return Response(ItemTrafficSerializer(rows, many=True).data)  # type: ignore[arg-type]


class NoteBalance(APIView):
    """Noting a balance."""

    required_right = CHANNELS

    @extend_schema(request=ChannelBalanceSerializer, responses=ChannelBalanceSerializer)
    def post(self, request: Request) -> Response:
        """Note what stands on a channel's account on a day."""
        asked = ChannelBalanceSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        assert isinstance(request.user, User)  # noqa: S101
        try:
            row = acts.note_balance(
                channel=Channel(data["channel"]),
                day=data["day"],
                amount=data["amount"],
                version=data["version"],
                by=request.user,
                now=timezone.now(),
            )
        except GoodsRefusedError as refusal:
            code = "stale" if isinstance(refusal, StaleGoodsError) else "refused"
            detail = {"code": code, "detail": refusal.message}
            return Response(detail, status=status.HTTP_409_CONFLICT)
        shown = {
            "channel": row.channel,
            "day": row.date,
            "amount": row.balance_amount,
            "version": row.version,
        }
        return Response(ChannelBalanceSerializer(shown).data)
