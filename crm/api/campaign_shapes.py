"""What the API of segments and campaigns takes and gives."""

from rest_framework import serializers

from crm.choices import Backend, CampaignState, Channel
from crm.models import Campaign, Segment


class PeopleSegmentSerializer(serializers.ModelSerializer[Segment]):
    """A segment; `words` is what its conditions mean."""

    words = serializers.CharField(read_only=True)

    class Meta:
        model = Segment
        fields = (
            "id",
            "name",
            "note",
            "conditions",
            "words",
            "size",
            "counted_at",
            "version",
            "is_on",
        )


class SegmentActSerializer(serializers.Serializer[object]):
    """A segment to be made or changed."""

    name = serializers.CharField(max_length=60)
    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    conditions = serializers.JSONField(
        help_text='{"all": [...]}, {"any": [...]}, {"not": ...} or a fact'
    )
    version = serializers.IntegerField(required=False, default=0)


class ConditionsSerializer(serializers.Serializer[object]):
    """Conditions to be counted."""

    conditions = serializers.JSONField()


class CountSerializer(serializers.Serializer[object]):
    """How many people meet conditions, and what they mean in words."""

    words = serializers.CharField()
    size = serializers.IntegerField()
    milliseconds = serializers.IntegerField()


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    """A campaign."""

    state = serializers.ChoiceField(choices=CampaignState.choices)
    channel = serializers.ChoiceField(choices=Channel.choices)
    backend = serializers.ChoiceField(choices=Backend.choices)

    class Meta:
        model = Campaign
        fields = (
            "id",
            "name",
            "segment",
            "state",
            "channel",
            "backend",
            "starts_at",
            "started_at",
            "ended_at",
            "holdout_percent",
            "window_days",
            "seed",
            "funnel",
            "version",
        )


class IntervalSerializer(serializers.Serializer[object]):
    """A difference with its 95 % interval; shares as fractions, profit in fen."""

    value = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class GroupSerializer(serializers.Serializer[object]):
    """What one text with one benefit brought; the differences are null while nothing can be said."""

    text = serializers.CharField()
    benefit = serializers.CharField()
    people = serializers.IntegerField()
    reached = serializers.IntegerField()
    buyers = serializers.IntegerField()
    opt_outs = serializers.IntegerField()
    lift = IntervalSerializer(allow_null=True)
    extra_profit = IntervalSerializer(allow_null=True)


class ResultSerializer(serializers.Serializer[object]):
    """What a campaign brought; `why_not`: early, unstarted, no_holdout or empty."""

    why_not = serializers.CharField()
    held_out_people = serializers.IntegerField()
    held_out_buyers = serializers.IntegerField()
    groups = GroupSerializer(many=True)


class ReplySerializer(serializers.Serializer[object]):
    """An answer of a person, as an SMS provider pushes it: a phone or a member name, and the words."""

    phone = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    nick = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    words = serializers.CharField(max_length=100)
    channel = serializers.ChoiceField(choices=Channel.choices, default=Channel.SMS)


class HeardSerializer(serializers.Serializer[object]):
    """What came of an answer."""

    refused = serializers.IntegerField()
    already = serializers.IntegerField()
    other = serializers.IntegerField()
    unknown = serializers.IntegerField()


class ReasonSerializer(serializers.Serializer[object]):
    """Why a campaign is held or ended."""

    reason = serializers.CharField(max_length=200)
