"""Shapes of the API of partners, tests and material. Fields are named one by one."""

from typing import Any

from rest_framework import serializers

from promotions.choices import DistributorState, ExchangeSide, FestivalKind
from promotions.models import Distributor, Material, Partner, SeenPrice, Subscription, Trial

type Data = dict[str, Any]
_AMOUNT: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}


class DistributorSerializer(serializers.ModelSerializer[Distributor]):
    """One distributor."""

    owner_name = serializers.CharField(source="owner.name", default="")

    class Meta:
        model = Distributor
        fields = (
            "id", "version", "name", "shop", "contact", "owner_name", "state", "state_since",
            "follow_up_on", "note", "ended_reason",
        )  # fmt: skip
        read_only_fields = fields


class SeenPriceSerializer(serializers.ModelSerializer[SeenPrice]):
    """A price that was seen, judged as things stood then."""

    sku_code = serializers.CharField(source="sku.code")

    class Meta:
        model = SeenPrice
        fields = (
            "id", "sku_code", "amount", "agreed_amount", "seen_at", "place", "note", "breach",
            "warned_at",
        )  # fmt: skip
        read_only_fields = fields


class SeeSerializer(serializers.Serializer[Data]):
    """A price to record."""

    sku_code = serializers.CharField(max_length=80)
    amount = serializers.DecimalField(min_value=0, **_AMOUNT)
    seen_at = serializers.DateTimeField()
    place = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")


class MoveDistributorSerializer(serializers.Serializer[Data]):
    """A step. `version` is what the caller saw; a newer one refuses with 409."""

    state = serializers.ChoiceField(choices=DistributorState.choices)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class ContactNoteSerializer(serializers.Serializer[Data]):
    """What was said, and when to ask again."""

    text = serializers.CharField(max_length=400)
    next_on = serializers.DateField(allow_null=True, default=None)


class AgreeSerializer(serializers.Serializer[Data]):
    """A price to agree from a day on."""

    sku_code = serializers.CharField(max_length=80)
    amount = serializers.DecimalField(min_value=0, **_AMOUNT)
    valid_from = serializers.DateField()


class PartnerSerializer(serializers.ModelSerializer[Partner]):
    """One exchange partner."""

    class Meta:
        model = Partner
        fields = ("id", "version", "name", "sells", "contact", "follow_up_on", "note", "is_on")
        read_only_fields = fields


class SideSerializer(serializers.Serializer[Data]):
    """What one side of an exchange brought; null is unknown."""

    shown = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    clicks = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    coupons_given = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    coupons_used = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    orders = serializers.IntegerField(min_value=0, allow_null=True, default=None)
    amount = serializers.DecimalField(min_value=0, allow_null=True, default=None, **_AMOUNT)


class BalanceSerializer(serializers.Serializer[Data]):
    """What was got less what was given; null where a side is unknown, negative where more was given."""

    shown = serializers.IntegerField(allow_null=True)
    clicks = serializers.IntegerField(allow_null=True)
    coupons_given = serializers.IntegerField(allow_null=True)
    coupons_used = serializers.IntegerField(allow_null=True)
    orders = serializers.IntegerField(allow_null=True)
    amount = serializers.DecimalField(allow_null=True, **_AMOUNT)


class ExchangeSerializer(serializers.Serializer[Any]):
    """An exchange with both sides and their balance."""

    id = serializers.IntegerField(source="exchange.pk")
    version = serializers.IntegerField(source="exchange.version")
    name = serializers.CharField(source="exchange.name")
    starts_on = serializers.DateField(source="exchange.starts_on")
    ends_on = serializers.DateField(source="exchange.ends_on")
    gave = SideSerializer()
    got = SideSerializer()
    balance = BalanceSerializer()


class FiguresSerializer(SideSerializer):
    """A side's figures to set."""

    side = serializers.ChoiceField(choices=ExchangeSide.choices)
    version = serializers.IntegerField()


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    """One tool; money of one cycle."""

    class Meta:
        model = Subscription
        fields = (
            "id", "version", "name", "purpose", "cost_amount", "cycle", "renews_on",
            "notice_days", "is_automatic", "cancelled_on",
        )  # fmt: skip
        read_only_fields = fields


class SubscriptionRowSerializer(serializers.Serializer[Any]):
    """A tool with what it comes to."""

    tool = SubscriptionSerializer(source="row")
    monthly = serializers.DecimalField(**_AMOUNT)
    yearly = serializers.DecimalField(**_AMOUNT)
    is_unused = serializers.BooleanField()


class SubscriptionsSerializer(serializers.Serializer[Any]):
    """All tools with the sums of those that go on."""

    monthly = serializers.DecimalField(**_AMOUNT)
    yearly = serializers.DecimalField(**_AMOUNT)
    rows = SubscriptionRowSerializer(many=True)


class TrialSerializer(serializers.ModelSerializer[Trial]):
    """One test; `result` as it stood when it was decided."""

    class Meta:
        model = Trial
        fields = (
            "id", "version", "name", "subject", "split", "measure", "state", "starts_on",
            "planned_people", "planned_days", "baseline", "smallest_lift", "lesson", "result",
        )  # fmt: skip
        read_only_fields = fields


class SpanSerializer(serializers.Serializer[Any]):
    """A value with its interval."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class FormReadSerializer(serializers.Serializer[Any]):
    """One form up to the day of reading."""

    people = serializers.IntegerField()
    hits = serializers.IntegerField()
    missing_people = serializers.IntegerField()
    span = SpanSerializer()


class ContrastSerializer(serializers.Serializer[Any]):
    """One form against the first."""

    form = serializers.IntegerField()
    difference = SpanSerializer()
    verdict = serializers.CharField()


class ReadingSerializer(serializers.Serializer[Any]):
    """What a test says; `status` short, skewed or read. No contrasts and no winner before it is read."""

    status = serializers.CharField()
    read_on = serializers.DateField(allow_null=True)
    days = serializers.IntegerField()
    missing_days = serializers.IntegerField()
    forms = FormReadSerializer(many=True)
    contrasts = ContrastSerializer(many=True)
    winner = serializers.IntegerField(allow_null=True)
    skew_p = serializers.FloatField(allow_null=True)


class DayFiguresSerializer(serializers.Serializer[Data]):
    """One form's figures of a day; `form` counts from 0, what there is now."""

    form = serializers.IntegerField(min_value=0)
    people = serializers.IntegerField(min_value=0)
    hits = serializers.IntegerField(min_value=0)
    amount = serializers.DecimalField(min_value=0, allow_null=True, default=None, **_AMOUNT)


class TrialDaySerializer(serializers.Serializer[Data]):
    """A day's figures to keep."""

    date = serializers.DateField()
    forms = DayFiguresSerializer(many=True, allow_empty=False)


class MaterialSerializer(serializers.ModelSerializer[Material]):
    """One piece of material."""

    class Meta:
        model = Material
        fields = ("id", "version", "kind", "title", "text", "tags", "is_on", "changed_at")
        read_only_fields = fields


class FestivalSerializer(serializers.Serializer[Any]):
    """One festival; both days are included."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=FestivalKind.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    is_certain = serializers.BooleanField()
    note = serializers.CharField()
