"""One customer: a person with one member name or several, what they bought, what they agreed to.

Column order within a table goes from wide fixed types to text: there are millions of rows.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from crm.choices import Channel, LifeStage
from orders.models import Buyer


class Customer(models.Model):
    """A person. Made of one `Buyer`; several are brought together by hand, and parted again."""

    created_at = models.DateTimeField()
    # Who looks after them at the service desk.
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Kept beside the birthday because a message goes by month and day.
    birth_month = models.SmallIntegerField(null=True, blank=True)
    birth_day = models.SmallIntegerField(null=True, blank=True)
    version = models.IntegerField(default=1)
    # The customer that this one was brought into; its identities are there. Null: a person of today.
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    # The member name shown; a masked nick is nobody and has no customer.
    name = models.CharField(max_length=80)
    note = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_month__isnull=True, birth_day__isnull=True)
                | Q(birth_month__gte=1, birth_month__lte=12, birth_day__gte=1, birth_day__lte=31),
                name="a_birthday_has_month_and_day",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
                name="a_customer_is_not_merged_into_itself",
            ),
        ]
        indexes = [
            models.Index(
                fields=["birth_month", "birth_day"],
                name="customer_birthday_idx",
                condition=Q(birth_month__isnull=False),
            ),
            models.Index(
                fields=["agent", "id"], name="customer_agent_idx", condition=Q(agent__isnull=False)
            ),
            models.Index(
                fields=["merged_into"],
                name="customer_merged_idx",
                condition=Q(merged_into__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """That a buyer is this person. `by` null: as it came, one buyer one person."""

    buyer = models.OneToOneField(
        Buyer, primary_key=True, on_delete=models.CASCADE, related_name="identity"
    )
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    since = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.buyer_id} is {self.customer_id}"


class CustomerStat(models.Model):
    """What is known of a customer's orders, in narrow columns; equal to a full recompute at any time.

    Money in whole fen. Paid orders only, but for `orders`. Dates are Shanghai days of payment.
    """

    customer = models.OneToOneField(
        Customer, primary_key=True, on_delete=models.CASCADE, related_name="stat"
    )
    paid_fen = models.BigIntegerField(default=0)
    refund_fen = models.BigIntegerField(default=0)
    first_paid_date = models.DateField(null=True)
    last_paid_date = models.DateField(null=True)
    orders = models.IntegerField(default=0)
    paid_orders = models.IntegerField(default=0)
    # Different days on which was paid: what intervals and repeat buying are counted by.
    paid_days = models.IntegerField(default=0)
    refunded_orders = models.IntegerField(default=0)
    pieces = models.IntegerField(default=0)
    # The value of RFM as last worked out, 1 to 5 each; null: not in its window.
    recency = models.SmallIntegerField(null=True)
    frequency = models.SmallIntegerField(null=True)
    monetary = models.SmallIntegerField(null=True)
    life_stage = models.CharField(max_length=8, choices=LifeStage.choices, blank=True, default="")
    segment = models.CharField(max_length=20, blank=True, default="", db_collation="C")
    province = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        indexes = [
            # The list, newest buyers first, and recency conditions of segments.
            models.Index(
                F("last_paid_date").desc(nulls_last=True),
                F("customer").desc(),
                name="stat_last_idx",
            ),
            models.Index(fields=["segment", "customer"], name="stat_segment_idx"),
            # The list, by what they paid.
            models.Index(F("paid_fen").desc(), F("customer").desc(), name="stat_paid_idx"),
            # The list, by the first day of payment; who first paid in a month.
            models.Index(
                F("first_paid_date").desc(nulls_last=True),
                F("customer").desc(),
                name="stat_first_idx",
            ),
            # Who is new since the last RFM.
            models.Index(fields=["customer"], name="stat_unstaged_idx", condition=Q(life_stage="")),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.paid_orders}"


class StaleCustomer(models.Model):
    """A buyer whose orders changed: whoever deletes the row recomputes the person's figures."""

    buyer = models.OneToOneField(
        Buyer, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    marked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.buyer_id}"


class Tag(models.Model):
    """A word that people or a rule put to customers."""

    name = models.CharField(max_length=30, unique=True)
    # Conditions as those of a segment; empty: by hand only.
    rule = models.JSONField(default=dict, blank=True)
    is_on = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class CustomerTag(models.Model):
    """That a customer has a tag. `by` null: its rule put it there, and may take it away again."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="customers")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "tag"], name="a_tag_is_put_once"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.tag_id}"


class Consent(models.Model):
    """That a person agreed to be written to by a channel, with the proof; and that they took it back.

    No row, or a withdrawn one, means no. The row stays: the proof is kept as long as it counts.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices)
    # Where the person said so: a file, a page, words in a chat.
    proof = models.CharField(max_length=200)
    withdrawn_by_words = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "channel"],
                condition=Q(withdrawn_at__isnull=True),
                name="a_consent_in_force_stands_once",
            ),
        ]
        indexes = [models.Index(fields=["customer"], name="consent_customer_idx")]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.channel}"
