"""Activities for programs: the same acts as on their pages."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from promotions.actions import activities as acts
from promotions.actions import publishing
from promotions.actions.activity_items import BadItemsError, put_items
from promotions.actions.check import check_activity, request_check
from promotions.api import activity_shapes as shapes
from promotions.choices import ActivityState
from promotions.models import Activity, ActivityCheck
from promotions.queries.preparation import is_green
from promotions.rules.activities import WantedItem
from promotions.wording.activities import bad_line_words, point_words
from shopops.staff.models import User

MOST = 500


def _person(request: Request) -> User:
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _valid(shape: Any, request: Request) -> dict[str, Any]:  # noqa: ANN401
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _attempt(act: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Do something; a refusal is 409 with its words, with its lines where it has some."""
    try:
        return act()
    except Activity.DoesNotExist as error:
        raise NotFound from error
    except GoodsRefusedError as refusal:
        code = "stale" if isinstance(refusal, StaleGoodsError) else "refused"
        answer: dict[str, Any] = {"code": code, "detail": refusal.message}
        if isinstance(refusal, BadItemsError):
            answer["lines"] = [
                {"line": one.line, "sku_code": one.code, "reason": bad_line_words(one.reason)}
                for one in refusal.lines
            ]
        return Response(answer, status=status.HTTP_409_CONFLICT)


def _shown(found: Any) -> Response:  # noqa: ANN401
    if isinstance(found, Response):
        return found
    return Response(shapes.ActivitySerializer(found).data)


class Activities(APIView):
    """Activities, the newest start first."""

    required_right = "promotions.view"

    @extend_schema(responses=shapes.ActivitySerializer(many=True))
    def get(self, request: Request) -> Response:
        """List activities, at most 500."""
        rows = Activity.objects.select_related("owner").order_by("-starts_at", "-pk")[:MOST]
        return Response(shapes.ActivitySerializer(rows, many=True).data)


@extend_schema(request=shapes.WriteActivitySerializer, responses=shapes.ActivitySerializer)
class NewActivity(APIView):
    """Writing an activity down."""

    required_right = "promotions.edit"

    def post(self, request: Request) -> Response:
        """Write one down as an idea, owned by the caller."""
        data, by = _valid(shapes.WriteActivitySerializer, request), _person(request)
        values = acts.ActivityValues(**data, owner_id=by.pk)
        return _shown(
            _attempt(lambda: acts.create_activity(values=values, by=by, now=timezone.now()))
        )


class OneActivity(APIView):
    """One activity."""

    required_right = "promotions.view"

    @extend_schema(responses=shapes.ActivitySerializer)
    def get(self, request: Request, activity_id: int) -> Response:
        """Give one activity."""
        row = Activity.objects.select_related("owner").filter(pk=activity_id).first()
        if row is None:
            raise NotFound
        return _shown(row)


@extend_schema(request=shapes.MoveActivitySerializer, responses=shapes.ActivitySerializer)
class MoveActivity(APIView):
    """Moving an activity along its states."""

    required_right = "promotions.edit"

    def post(self, request: Request, activity_id: int) -> Response:
        """Move it."""
        data, by, now = (
            _valid(shapes.MoveActivitySerializer, request),
            _person(request),
            timezone.now(),
        )
        version = data.pop("version")
        move = acts.Move(ActivityState(data.pop("to")), **data)
        return _shown(
            _attempt(
                lambda: acts.move_activity(
                    activity_id=activity_id, move=move, version=version, by=by, now=now
                )
            )
        )


@extend_schema(request=shapes.ActivitySpanSerializer, responses=shapes.ActivitySerializer)
class MoveDates(APIView):
    """Putting an activity on other days; it is checked again."""

    required_right = "promotions.edit"

    def post(self, request: Request, activity_id: int) -> Response:
        """Move it in time."""
        data, by, now = (
            _valid(shapes.ActivitySpanSerializer, request),
            _person(request),
            timezone.now(),
        )
        found = _attempt(lambda: acts.move_dates(activity_id=activity_id, **data, by=by, now=now))
        if not isinstance(found, Response):
            request_check(activity_id=activity_id, now=now, by=by)
        return _shown(found)


@extend_schema(request=shapes.PutItemsSerializer, responses=shapes.PutResultSerializer)
class PutItems(APIView):
    """Items of an activity."""

    required_right = "promotions.edit"

    def post(self, request: Request, activity_id: int) -> Response:
        """Put items in or change them; all or none."""
        data, by, now = _valid(shapes.PutItemsSerializer, request), _person(request), timezone.now()
        lines = [
            WantedItem(place, one["sku_code"], one["price"], one["was"], one["promised"])
            for place, one in enumerate(data["items"], start=1)
        ]
        found = _attempt(
            lambda: put_items(
                activity_id=activity_id, lines=lines, version=data["version"], by=by, now=now
            )
        )
        if isinstance(found, Response):
            return found
        request_check(activity_id=activity_id, now=now, by=by)
        return Response(shapes.PutResultSerializer(found).data)


@extend_schema(request=None, responses=shapes.PriceCheckSerializer)
class CheckActivity(APIView):
    """The price check."""

    required_right = "promotions.edit"

    def post(self, request: Request, activity_id: int) -> Response:
        """Check an activity now."""
        found = _attempt(
            lambda: check_activity(activity_id=activity_id, by=_person(request), now=timezone.now())
        )
        return found if isinstance(found, Response) else Response(_check(request, found))


def _check(request: Request, check: ActivityCheck) -> dict[str, Any]:
    sees_cost = request.user.has_perm("products.view_cost")
    return {
        "id": check.pk,
        "checked_at": check.checked_at,
        "failed": check.failed_count,
        "unknown": check.unknown_count,
        "blocked": not is_green(check),
        "points": [
            {
                "sku": point["sku"],
                "code": point["code"],
                "outcome": point["outcome"],
                "text": point_words(point["evidence"], with_cost=sees_cost),
            }
            for point in check.points
        ],
    }


@extend_schema(request=shapes.SeenVersionSerializer, responses=shapes.ActivitySerializer)
class PublishActivity(APIView):
    """Publishing."""

    required_right = "promotions.edit"

    def post(self, request: Request, activity_id: int) -> Response:
        """Publish, if the check lets it."""
        data, by = _valid(shapes.SeenVersionSerializer, request), _person(request)
        return _shown(
            _attempt(
                lambda: publishing.publish_activity(
                    activity_id=activity_id, version=data["version"], by=by, now=timezone.now()
                )
            )
        )


@extend_schema(request=shapes.ApproveActivitySerializer, responses=shapes.ActivitySerializer)
class ApproveActivity(APIView):
    """A named person's reason to publish all the same."""

    required_right = "promotions.approve"

    def post(self, request: Request, activity_id: int) -> Response:
        """Approve the facts of one check."""
        data, by = _valid(shapes.ApproveActivitySerializer, request), _person(request)
        found = _attempt(
            lambda: publishing.approve_activity(
                activity_id=activity_id, **data, by=by, now=timezone.now()
            )
        )
        return found if isinstance(found, Response) else _shown(found.activity)
