"""Segments, campaigns with their people, what was refused, and the rules of writing to people.

Column order within a table goes from wide fixed types to text: members are many.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from crm.choices import Backend, CampaignState, Channel, LeftOut, MemberState
from crm.models.customer import Customer
from shopops.lib.columns import money


class Segment(models.Model):
    """Conditions on customers, never customers. `size` is what was counted last."""

    conditions = models.JSONField()
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    counted_at = models.DateTimeField(null=True)
    size = models.IntegerField(null=True)
    count_ms = models.IntegerField(null=True)
    version = models.IntegerField(default=1)
    is_on = models.BooleanField(default=True)
    name = models.CharField(max_length=60, unique=True)
    note = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.name


class MessageRule(models.Model):
    """How people may be written to, since a day: caps, quiet hours, what a message costs and carries."""

    valid_from = models.DateField(unique=True)
    # Nobody gets more than `cap_count` messages in `cap_days` days, all campaigns together.
    cap_count = models.SmallIntegerField(default=2)
    cap_days = models.SmallIntegerField(default=30)
    # No message from this hour (Shanghai) to that one, over midnight.
    quiet_from = models.SmallIntegerField(default=20)
    quiet_to = models.SmallIntegerField(default=10)
    # A text may be carried as so many messages at most.
    most_parts = models.SmallIntegerField(default=3)
    price_amount = models.DecimalField(max_digits=7, decimal_places=4, default="0.0450")
    signature = models.CharField(max_length=20, blank=True, default="")
    opt_out_words = models.CharField(max_length=20, default="拒收请回复R")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(cap_count__gte=1, cap_days__gte=1, most_parts__gte=1),
                name="message_rules_allow_something",
            ),
            models.CheckConstraint(
                condition=Q(
                    quiet_from__gte=0, quiet_from__lte=23, quiet_to__gte=0, quiet_to__lte=23
                ),
                name="quiet_hours_are_hours",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.valid_from}"


class Campaign(models.Model):
    """One message to a segment, with a group held out, and what came of it."""

    segment = models.ForeignKey(Segment, on_delete=models.PROTECT, related_name="campaigns")
    # The segment's conditions as they were when the people were drawn.
    conditions = models.JSONField(default=dict, blank=True)
    # How the segment came down to those drawn: people by reason.
    funnel = models.JSONField(default=dict, blank=True)
    # The rules that held when it was prepared: signature, opt-out words, price.
    rule = models.JSONField(default=dict, blank=True)
    # What every draw of this campaign is made from; kept, so that anybody can draw again.
    seed = models.BigIntegerField()
    created_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    # The instant from which everybody's purchases count, held out or not.
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    holdout_percent = models.SmallIntegerField(default=20)
    window_days = models.SmallIntegerField(default=7)
    state = models.CharField(
        max_length=12, choices=CampaignState.choices, default=CampaignState.DRAFT
    )
    channel = models.CharField(max_length=8, choices=Channel.choices)
    backend = models.CharField(max_length=8, choices=Backend.choices)
    name = models.CharField(max_length=60)
    goal = models.CharField(max_length=200, blank=True, default="")
    state_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(holdout_percent__gte=0, holdout_percent__lte=50),
                name="at_most_half_is_held_out",
            ),
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=90),
                name="a_result_has_a_window",
            ),
        ]
        # The list, newest first, and what is due to be sent.
        indexes = [models.Index(F("starts_at").desc(), F("id").desc(), name="campaign_starts_idx")]

    def __str__(self) -> str:
        return self.name


class CampaignArm(models.Model):
    """One text with one benefit of a campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="arms")
    # What the benefit costs an order that uses it; what was paid is net of it already.
    benefit_amount = money(default=0)
    position = models.SmallIntegerField()
    weight = models.SmallIntegerField(default=1)
    name = models.CharField(max_length=20)
    benefit = models.CharField(max_length=60, blank=True, default="")
    text = models.CharField(max_length=500)
    overruled_words = models.CharField(max_length=60, blank=True, default="")
    overrule_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "position"], name="arms_stand_in_a_row"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="an_arm_has_people"),
        ]

    def __str__(self) -> str:
        return self.name


class CampaignMember(models.Model):
    """One person of a campaign: drawn once, claimed before the message is handed over, settled after.

    The message's key is `crm-<campaign>-<customer>`. `arm` is null for whoever is held out, and for
    whoever was left out before the draw.
    """

    campaign = models.ForeignKey(
        Campaign, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="campaigns")
    arm = models.ForeignKey(
        CampaignArm, null=True, on_delete=models.CASCADE, related_name="members", db_index=False
    )
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    # Who claimed it: an attempt of the sending run.
    claim = models.UUIDField(null=True)
    parts = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=8, choices=MemberState.choices)
    reason = models.CharField(max_length=12, choices=LeftOut.choices, blank=True, default="")
    # The blind index of the phone, so that one phone gets one message; empty where none is used.
    address_index = models.BinaryField(max_length=16, null=True)
    # What a back-end called it, or the words of its refusal.
    answer = models.CharField(max_length=120, blank=True, default="")
    text = models.CharField(max_length=700, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "customer"], name="a_campaign_has_a_person_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["claimed", "sent", "unknown"])
                | Q(claimed_at__isnull=False, arm__isnull=False),
                name="what_was_handed_over_was_claimed",
            ),
        ]
        indexes = [
            # The next to be sent, and the page of a campaign's people by state.
            models.Index(fields=["campaign", "state", "id"], name="member_state_idx"),
            # How many messages did this person get lately?
            models.Index(
                fields=["customer", "claimed_at"],
                name="member_cap_idx",
                condition=Q(claimed_at__isnull=False),
            ),
            # Is a message of anybody unsettled?
            models.Index(
                fields=["claimed_at"],
                name="member_unsettled_idx",
                condition=Q(state__in=["claimed", "unknown"]),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """Give the key under which the message is handed over, the same however often."""
        return message_key(self.campaign_id, self.customer_id)


def message_key(campaign_id: int, customer_id: int) -> str:
    """Give the key of a message."""
    return f"crm-{campaign_id}-{customer_id}"


class OptOut(models.Model):
    """That a person refused a channel by words of their own. It is for good: no consent undoes it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="opt_outs")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    # The campaign whose message they answered, as far as it is known.
    campaign = models.ForeignKey(
        Campaign, null=True, on_delete=models.SET_NULL, related_name="opt_outs"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices)
    words = models.CharField(max_length=100)
    source = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel"], name="a_person_opts_out_once_a_channel"
            ),
        ]
        # Newest refusals, on their page.
        indexes = [models.Index(F("recorded_at").desc(), F("id").desc(), name="opt_out_idx")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.channel}"


class TestMessage(models.Model):
    """What the test back-end was handed: it records, it does not send. A key twice is a fault to see."""

    __test__ = False  # for pytest: no test case

    at = models.DateTimeField()
    key = models.CharField(max_length=60)
    text = models.CharField(max_length=700)

    class Meta:
        indexes = [models.Index(fields=["key"], name="test_message_key_idx")]

    def __str__(self) -> str:
        return self.key
