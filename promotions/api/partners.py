"""Distributors, partners, tools, tests, material and festivals for other programs: the pages' own acts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products.actions.errors import GoodsRefusedError
from products.api.listing import person, refused
from promotions.actions import distributors, partners, trials
from promotions.api import partner_shapes as shapes
from promotions.choices import DistributorState, ExchangeSide
from promotions.models import Distributor, Partner, Trial
from promotions.queries import material as material_queries
from promotions.queries import partners as queries
from promotions.queries import trials as trial_queries
from promotions.queries.festivals import festivals_between
from shopops.lib.business_time import business_date

MOST = 200
MOST_FESTIVAL_DAYS = 1100


def _valid(shape: Any, request: Request) -> dict[str, Any]:  # noqa: ANN401
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _answer(act: Callable[[], Any], shape: Any | None = None) -> Response:  # noqa: ANN401
    """Do it and show what came of it; refusals are 409, what is not there is 404."""
    try:
        done = act()
    except ObjectDoesNotExist as error:
        raise NotFound from error
    except GoodsRefusedError as refusal:
        return refused(refusal)
    return Response(shape(done).data if shape else {})


class Distributors(APIView):
    """Distributors, those to be asked first in front."""

    required_right = "promotions.partners"

    @extend_schema(responses=shapes.DistributorSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List distributors, at most 200."""
        return Response(shapes.DistributorSerializer(queries.distributors()[:MOST], many=True).data)


@extend_schema(request=shapes.MoveDistributorSerializer, responses=shapes.DistributorSerializer)
class MoveDistributor(APIView):
    """Moving a distributor one step."""

    required_right = "promotions.partners"

    def post(self, request: Request, distributor_id: int) -> Response:
        """Move it."""
        data = _valid(shapes.MoveDistributorSerializer, request)
        state = DistributorState(data.pop("state"))
        return _answer(
            lambda: distributors.move_distributor(
                distributor_id=distributor_id,
                state=state,
                **data,
                by=person(request),
                now=timezone.now(),
            ),
            shapes.DistributorSerializer,
        )


@extend_schema(request=shapes.ContactNoteSerializer, responses={200: None})
class NoteDistributor(APIView):
    """Keeping what was said."""

    required_right = "promotions.partners"

    def post(self, request: Request, distributor_id: int) -> Response:
        """Keep a note."""
        data = _valid(shapes.ContactNoteSerializer, request)
        return _answer(
            lambda: distributors.note_distributor(
                distributor_id=distributor_id, **data, by=person(request), now=timezone.now()
            )
        )


@extend_schema(request=shapes.AgreeSerializer, responses={200: None})
class AgreePrice(APIView):
    """Agreeing a price from a day on."""

    required_right = "promotions.partners"

    def post(self, request: Request, distributor_id: int) -> Response:
        """Agree a price."""
        data = _valid(shapes.AgreeSerializer, request)
        return _answer(
            lambda: distributors.agree_price(
                distributor_id=distributor_id, **data, by=person(request), now=timezone.now()
            )
        )


class SeenPrices(APIView):
    """Prices at which a distributor was seen selling."""

    required_right = "promotions.partners"

    @extend_schema(responses=shapes.SeenPriceSerializer(many=True))
    def get(self, request: Request, distributor_id: int) -> Response:
        """List them, the newest first, at most 200."""
        row = Distributor.objects.filter(pk=distributor_id).first()
        if row is None:
            raise NotFound
        rows = queries.seen_prices(row, limit=MOST)
        return Response(shapes.SeenPriceSerializer(rows, many=True).data)

    @extend_schema(request=shapes.SeeSerializer, responses=shapes.SeenPriceSerializer)
    def post(self, request: Request, distributor_id: int) -> Response:
        """Record one; the answer says what it means."""
        seen = distributors.Seen(**_valid(shapes.SeeSerializer, request))
        return _answer(
            lambda: distributors.record_seen(
                distributor_id=distributor_id, seen=seen, by=person(request), now=timezone.now()
            ),
            shapes.SeenPriceSerializer,
        )


class Partners(APIView):
    """Exchange partners."""

    required_right = "promotions.partners"

    @extend_schema(responses=shapes.PartnerSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List partners, those to be asked first in front, at most 200."""
        rows = queries.partners(with_ended=True)[:MOST]
        return Response(shapes.PartnerSerializer(rows, many=True).data)


class Exchanges(APIView):
    """A partner's exchanges."""

    required_right = "promotions.partners"

    @extend_schema(responses=shapes.ExchangeSerializer(many=True))
    def get(self, request: Request, partner_id: int) -> Response:
        """List them with both sides and the balance, the newest first."""
        if not Partner.objects.filter(pk=partner_id).exists():
            raise NotFound
        rows = queries.exchanges([partner_id])[partner_id]
        return Response(shapes.ExchangeSerializer(rows, many=True).data)


@extend_schema(request=shapes.FiguresSerializer, responses={200: None})
class ExchangeFigures(APIView):
    """Setting what one side of an exchange brought."""

    required_right = "promotions.partners"

    def post(self, request: Request, exchange_id: int) -> Response:
        """Set a side's figures."""
        data = _valid(shapes.FiguresSerializer, request)
        side, version = ExchangeSide(data.pop("side")), data.pop("version")
        return _answer(
            lambda: partners.set_figures(
                exchange_id=exchange_id,
                side=side,
                figures=data,
                version=version,
                by=person(request),
                now=timezone.now(),
            )
        )


class Subscriptions(APIView):
    """Tools that are paid for."""

    required_right = "promotions.partners"

    @extend_schema(responses=shapes.SubscriptionsSerializer)
    def get(self, request: Request) -> Response:
        """List tools, the next renewal first, with what they come to a month and a year."""
        found = queries.subscriptions(today=business_date(timezone.now()))
        return Response(shapes.SubscriptionsSerializer(found).data)


class Trials(APIView):
    """A/B tests."""

    required_right = "promotions.view"

    @extend_schema(responses=shapes.TrialSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List tests, the newest first, at most 200."""
        return Response(shapes.TrialSerializer(trial_queries.trials()[:MOST], many=True).data)


class TrialReading(APIView):
    """What a test says so far."""

    required_right = "promotions.view"

    @extend_schema(responses=shapes.ReadingSerializer)
    def get(self, request: Request, trial_id: int) -> Response:
        """Read a test; before its planned size there is no winner."""
        return _answer(
            lambda: trial_queries.read_trial(Trial.objects.get(pk=trial_id)).reading,
            shapes.ReadingSerializer,
        )


@extend_schema(request=shapes.TrialDaySerializer, responses={200: None})
class EnterTrialDay(APIView):
    """Keeping a day's figures of a test."""

    required_right = "promotions.edit"

    def post(self, request: Request, trial_id: int) -> Response:
        """Keep a day, in place of what was entered before."""
        data = _valid(shapes.TrialDaySerializer, request)
        variants = list(
            Trial.objects.filter(pk=trial_id)
            .order_by("variants__position")
            .values_list("variants__pk", flat=True)
        )
        if not variants:
            raise NotFound
        if any(one["form"] >= len(variants) for one in data["forms"]):
            raise ValidationError({"form": _("这个测试没有这种方案。")})
        given = [
            trials.DayGiven(variants[one["form"]], one["people"], one["hits"], one["amount"])
            for one in data["forms"]
        ]
        return _answer(
            lambda: trials.enter_day(
                trial_id=trial_id,
                day=data["date"],
                given=given,
                by=person(request),
                now=timezone.now(),
            )
        )


class Materials(APIView):
    """The material library."""

    required_right = "promotions.view"

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="words of title, text or tags"),
            OpenApiParameter("tag", str),
        ],
        responses=shapes.MaterialSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Find material, the newest first, at most 200."""
        wish = material_queries.Wish(
            words=request.query_params.get("q", "")[:60],
            tag=request.query_params.get("tag", "")[:20],
        )
        rows = material_queries.materials(wish)[:MOST]
        return Response(shapes.MaterialSerializer(rows, many=True).data)


class Festivals(APIView):
    """The festivals of a span of days."""

    required_right = "promotions.view"

    @extend_schema(
        parameters=[OpenApiParameter("since", date), OpenApiParameter("until", date)],
        responses=shapes.FestivalSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """List festivals; without days, those of the 90 days ahead."""
        today = business_date(timezone.now())
        since = _day(request, "since", today)
        until = _day(request, "until", since + timedelta(days=90))
        if not 0 <= (until - since).days <= MOST_FESTIVAL_DAYS:
            raise ValidationError({"until": _("结束的日子早于开始的日子，或者隔得太远。")})
        return Response(shapes.FestivalSerializer(festivals_between(since, until), many=True).data)


def _day(request: Request, name: str, otherwise: date) -> date:
    text = request.query_params.get(name, "")
    if not text:
        return otherwise
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValidationError({name: _("写成 2026-03-01 这样")}) from error
