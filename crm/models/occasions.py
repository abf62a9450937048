"""Days on which one writes to customers, and activities in which they take part."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from crm.choices import Channel
from crm.models.customer import Customer
from crm.tier_choices import DrawKind, OccasionKind


class Occasion(models.Model):
    """A birthday, an anniversary, a festival, new or members' goods, a word after the parcel.

    `days_before` the day itself one writes (after a purchase: `after_days` later), to customers of
    `from_level` and above; 0: to all.
    """

    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The day of a festival or of new goods; birthdays and the like have each their own.
    date = models.DateField(null=True, blank=True)
    version = models.IntegerField(default=1)
    days_before = models.SmallIntegerField(default=0)
    after_days = models.SmallIntegerField(null=True, blank=True)
    from_level = models.SmallIntegerField(default=0)
    is_on = models.BooleanField(default=True)
    # Merchant codes or product numbers.
    goods = models.JSONField(default=list, blank=True)
    kind = models.CharField(max_length=12, choices=OccasionKind.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.PLATFORM)
    name = models.CharField(max_length=60)
    # What is said or given.
    what = models.CharField(max_length=400)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(days_before__gte=0, days_before__lte=90),
                name="an_occasion_is_told_at_most_90_days_before",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["festival", "new_goods", "members_only"])
                | Q(date__isnull=False),
                name="an_occasion_of_the_shop_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(kind="follow_up") | Q(after_days__gte=1, after_days__lte=365),
                name="a_follow_up_has_its_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Draw(models.Model):
    """An activity of customers with winners drawn by a seed that is bound before and shown after.

    `seed_hash` is published with the rules; `seed` is secret until it is drawn. `word` is a number of
    the outside world that nobody knows before (said in the rules where it comes from).
    """

    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    version = models.IntegerField(default=1)
    winners = models.SmallIntegerField()
    from_level = models.SmallIntegerField(default=0)
    kind = models.CharField(max_length=12, choices=DrawKind.choices)
    seed = models.CharField(max_length=64)
    seed_hash = models.CharField(max_length=64)
    entries_hash = models.CharField(max_length=64, blank=True, default="")
    word = models.CharField(max_length=80, blank=True, default="")
    word_from = models.CharField(max_length=120, blank=True, default="")
    name = models.CharField(max_length=60)
    prize = models.CharField(max_length=120)
    rules = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(winners__gte=1), name="a_draw_has_winners"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="a_draw_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(drawn_at__isnull=True) | ~Q(entries_hash=""),
                name="a_finished_draw_says_among_whom",
            ),
        ]
        indexes = [models.Index(fields=["-ends_at", "-id"], name="draw_end_idx")]

    def __str__(self) -> str:
        return self.name


class DrawEntry(models.Model):
    """One customer's part in a draw. `ticket` is told to them: a name that is nobody's."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="entries")
    # Null: the person was erased; number and ticket stay, for the draw to add up.
    customer = models.ForeignKey(
        Customer, null=True, on_delete=models.SET_NULL, related_name="draw_entries"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    number = models.IntegerField()
    place = models.SmallIntegerField(null=True)
    is_struck = models.BooleanField(default=False)
    ticket = models.CharField(max_length=16)
    text = models.CharField(max_length=400, blank=True, default="")
    struck_for = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="a_draw_has_a_number_once"),
            models.UniqueConstraint(
                fields=["draw", "customer"], name="a_customer_takes_part_in_a_draw_once"
            ),
            models.UniqueConstraint(
                fields=["draw", "place"],
                condition=Q(place__isnull=False),
                name="a_place_is_won_once",
            ),
            models.CheckConstraint(
                condition=Q(place__isnull=True) | Q(is_struck=False),
                name="who_was_struck_out_wins_nothing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id}: {self.number}"
