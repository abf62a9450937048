"""Orders with their buyers, lines, parcels and refunds.

Column order within a table goes from wide fixed types to text, which keeps ten million rows about
8 % smaller.
"""

from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Right

from orders.choices import (
    OPEN_REFUND_STATUSES,
    OPEN_STAGES,
    Device,
    Flag,
    PlatformStatus,
    RefundStatus,
    RefundType,
    Stage,
)
from shopops.lib.columns import money


class Buyer(models.Model):
    """Who paid. The key is the platform's open uid, else the member name. A masked nick is nobody."""

    key = models.CharField(max_length=80, unique=True, db_collation="C")
    nick = models.CharField(max_length=80)
    first_order_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Search by part of a member name (three characters and more).
            GinIndex(OpClass(F("nick"), name="gin_trgm_ops"), name="buyer_nick_trgm_idx"),
        ]

    def __str__(self) -> str:
        return self.nick


class OrderQuerySet(models.QuerySet["Order"]):
    """Business sets of orders."""

    def open(self) -> "OrderQuerySet":
        """Paid and not handed over."""
        return self.filter(stage__in=OPEN_STAGES)

    def awaiting_audit(self) -> "OrderQuerySet":
        return self.filter(stage=Stage.AWAITING_AUDIT)

    def held(self) -> "OrderQuerySet":
        return self.filter(stage=Stage.HELD)

    def awaiting_pickup(self) -> "OrderQuerySet":
        """Handed over by us, not yet scanned by the carrier."""
        return self.filter(stage=Stage.HANDED_OVER)

    def with_open_refund(self) -> "OrderQuerySet":
        return self.filter(has_open_refund=True)


OrderManager = models.Manager.from_queryset(OrderQuerySet)


class Order(models.Model):
    """One checkout."""

    # --- fixed width
    buyer = models.ForeignKey(
        Buyer, null=True, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    first_batch_id = models.BigIntegerField(null=True)
    last_batch_id = models.BigIntegerField(null=True)
    # Hash of the cleaned row that was merged last, per file kind: an equal hash is an unchanged row.
    list_hash = models.BigIntegerField(null=True)
    items_hash = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    consigned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # When the platform wrote the file (or answered the call) that these values come from.
    exported_at = models.DateTimeField(null=True)
    ship_due_at = models.DateTimeField(null=True)
    shop_due_at = models.DateTimeField(null=True)
    platform_due_at = models.DateTimeField(null=True)
    agreed_ship_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    picked_up_at = models.DateTimeField(null=True)
    # The carrier's last word of that of its parcels which is silent the longest, signed ones left
    # out; null: none was heard.
    last_trace_at = models.DateTimeField(null=True)
    # Orders that could travel together share it: `orders.rules.merging`. Null: nobody to travel with.
    merge_key = models.BigIntegerField(null=True)
    ship_by_rule = models.ForeignKey(
        "RuleRow", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    # Shanghai dates of created_at and paid_at, stored once so that no report derives them again.
    created_date = models.DateField(null=True)
    paid_date = models.DateField(null=True)
    promised_date = models.DateField(null=True)
    version = models.IntegerField(default=1)
    piece_count = models.IntegerField(default=0)
    kind_count = models.SmallIntegerField(default=0)
    promise_hours = models.SmallIntegerField(null=True)
    flag = models.SmallIntegerField(choices=Flag.choices, default=0)
    has_open_refund = models.BooleanField(default=False)
    is_presale = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    is_time_rough = models.BooleanField(default=False)  # seconds were lost in Excel
    is_memo_by_hand = models.BooleanField(default=False)  # imports leave the memo alone
    # --- money
    goods_amount = money(default=0)
    postage_amount = money(default=0)
    total_amount = money(default=0)
    # As charged to the buyer, postage included, not reduced by later refunds; 0 while unpaid.
    paid_amount = money(default=0)
    refund_amount = money(default=0)
    # --- text
    tid = models.CharField(max_length=32, unique=True, db_collation="C")
    status = models.CharField(max_length=28, choices=PlatformStatus.choices)
    stage = models.CharField(max_length=16, choices=Stage.choices)
    # Code and parts of the due time, e.g. "after_cutoff|shop|rule|48|16:00"; words at display.
    due_reason = models.CharField(max_length=120, blank=True, default="")
    buyer_nick = models.CharField(max_length=80, blank=True, default="")
    title = models.TextField(blank=True, default="")
    receiver_name = models.CharField(max_length=80, blank=True, default="")  # masked
    receiver_phone = models.CharField(max_length=40, blank=True, default="")  # masked
    receiver_province = models.CharField(max_length=20, blank=True, default="")
    receiver_city = models.CharField(max_length=40, blank=True, default="")
    receiver_district = models.CharField(max_length=40, blank=True, default="")
    receiver_address = models.TextField(blank=True, default="")  # masked street
    buyer_message = models.TextField(blank=True, default="")
    seller_memo = models.TextField(blank=True, default="")
    close_reason = models.CharField(max_length=80, blank=True, default="")
    shipping_text = models.CharField(max_length=40, blank=True, default="")
    # The courier that message or memo asks for, as a keyword rule understood it.
    requested_courier = models.CharField(max_length=40, blank=True, default="", db_default="")
    # What it was ordered on; empty: no file told.
    device = models.CharField(
        max_length=8, choices=Device.choices, blank=True, default="", db_default=""
    )

    objects = OrderManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total_amount__gte=0, paid_amount__gte=0, refund_amount__gte=0),
                name="order_amounts_are_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(stage__in=["awaiting_payment", "cancelled"]) | Q(paid_at__isnull=False),
                name="an_order_in_work_was_paid",
            ),
        ]
        indexes = [
            # Queues of one stage, by due time.
            models.Index(
                fields=["stage", "ship_due_at", "id"],
                name="order_stage_due_idx",
                condition=Q(stage__in=OPEN_STAGES),
            ),
            # Handed over by us and not picked up, by hand-over.
            models.Index(
                fields=["handed_over_at", "id"],
                name="order_unpicked_idx",
                condition=Q(stage=Stage.HANDED_OVER, handed_over_at__isnull=False),
            ),
            # Past due, due today: all open stages together, by due time.
            models.Index(
                fields=["ship_due_at", "id"],
                name="order_open_due_idx",
                condition=Q(stage__in=OPEN_STAGES),
            ),
            # Urgent ones, by due time.
            models.Index(
                fields=["ship_due_at", "id"],
                name="order_urgent_idx",
                condition=Q(stage__in=OPEN_STAGES, is_urgent=True),
            ),
            # Those that could travel together, by due time.
            models.Index(
                fields=["ship_due_at", "id"],
                name="order_mergeable_idx",
                condition=Q(stage__in=OPEN_STAGES, merge_key__isnull=False),
            ),
            models.Index(
                fields=["merge_key"],
                name="order_merge_key_idx",
                condition=Q(stage__in=OPEN_STAGES, merge_key__isnull=False),
            ),
            # On the road, the longest silent first.
            models.Index(
                fields=["last_trace_at", "id"],
                name="order_trace_idx",
                condition=Q(
                    stage__in=[Stage.PICKED_UP, Stage.IN_TRANSIT], last_trace_at__isnull=False
                ),
            ),
            # Refund open, by due time.
            models.Index(
                Coalesce("ship_due_at", "created_at"),
                "id",
                name="order_refund_due_idx",
                condition=Q(has_open_refund=True),
            ),
            # "All": due time, or the time placed where nothing is due; newest first.
            models.Index(
                Coalesce("ship_due_at", "created_at").desc(), F("id").desc(), name="order_all_idx"
            ),
            # Rollup of one dirty day, by creation and by payment.
            models.Index(fields=["created_date"], name="order_created_date_idx"),
            models.Index(
                fields=["paid_date"],
                name="order_paid_date_idx",
                condition=Q(paid_date__isnull=False),
            ),
            # A buyer's orders; search by member name goes through the buyer. Whether they paid in the
            # year before a day.
            models.Index(
                fields=["buyer", "paid_date"],
                name="order_buyer_paid_idx",
                condition=Q(buyer__isnull=False),
            ),
            # Search by the last six digits.
            models.Index(Right("tid", 6), name="order_tid_tail_idx"),
            # Search by the phone's last four, where it was not erased.
            models.Index(
                Right("receiver_phone", 4),
                name="order_phone_tail_idx",
                condition=~Q(receiver_phone=""),
            ),
            # Undo of a batch: its rows lie together on disk.
            BrinIndex(fields=["first_batch_id"], name="order_first_batch_brin"),
        ]

    def __str__(self) -> str:
        return self.tid


class OrderContact(models.Model):
    """Receiver data that arrived in plain text: encrypted, erased when its time is over.

    `sealed` is AES-GCM over a JSON of name, phone, address with the key's version in front.
    """

    order = models.OneToOneField(
        Order, primary_key=True, on_delete=models.CASCADE, related_name="contact"
    )
    sealed = models.BinaryField()
    # Keyed HMAC of the normalised phone, for exact search.
    phone_index = models.BinaryField(max_length=16, null=True)

    class Meta:
        indexes = [models.Index(fields=["phone_index"], name="contact_phone_idx")]

    def __str__(self) -> str:
        return f"contact of {self.order_id}"


class OrderLine(models.Model):
    """One SKU in an order. `line_key` is the platform's sub-order number, else `tid-position`."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    first_batch_id = models.BigIntegerField(null=True)
    last_batch_id = models.BigIntegerField(null=True)
    row_hash = models.BigIntegerField(null=True)
    consigned_at = models.DateTimeField(null=True)
    position = models.SmallIntegerField()
    quantity = models.IntegerField()
    list_price_amount = money(default=0)
    # The line's part of what the buyer paid, postage excluded; null where the file does not say.
    paid_amount = money(null=True)
    refund_amount = money(default=0)
    line_key = models.CharField(max_length=40, unique=True, db_collation="C")
    sku_code = models.CharField(max_length=80, blank=True, default="", db_collation="C")
    item_code = models.CharField(max_length=80, blank=True, default="")
    item_no = models.CharField(max_length=32, blank=True, default="")  # 商品ID
    title = models.TextField(blank=True, default="")
    spec = models.TextField(blank=True, default="")
    status = models.CharField(max_length=28, choices=PlatformStatus.choices)
    refund_status = models.CharField(
        max_length=28, choices=RefundStatus.choices, blank=True, default=""
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quantity__gt=0), name="a_line_has_at_least_one_piece"
            ),
        ]
        indexes = [
            # Search and reports by merchant code.
            models.Index(fields=["sku_code"], name="line_sku_code_idx", condition=~Q(sku_code="")),
            BrinIndex(fields=["first_batch_id"], name="line_first_batch_brin"),
        ]

    def __str__(self) -> str:
        return self.line_key


class Shipment(models.Model):
    """A parcel: carrier and waybill, and when it reached which stage."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="shipments")
    first_batch_id = models.BigIntegerField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    picked_up_at = models.DateTimeField(null=True)
    first_trace_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    last_trace_at = models.DateTimeField(null=True)
    # The warehouse's parcel; null for what only a file tells of.
    parcel = models.ForeignKey(
        "Parcel", null=True, on_delete=models.SET_NULL, related_name="shipments", db_index=False
    )
    carrier = models.CharField(max_length=40, blank=True, default="")
    waybill_no = models.CharField(max_length=60, db_collation="C")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "waybill_no"], name="a_waybill_stands_once_in_an_order"
            ),
        ]
        indexes = [
            models.Index(fields=["waybill_no"], name="shipment_waybill_idx"),
            models.Index(
                fields=["parcel"], name="shipment_parcel_idx", condition=Q(parcel__isnull=False)
            ),
            # What left the house in a period, for the score of carriers.
            models.Index(
                Coalesce("handed_over_at", "picked_up_at"),
                name="shipment_left_idx",
                condition=Q(handed_over_at__isnull=False) | Q(picked_up_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.waybill_no


class Refund(models.Model):
    """Money back, as the platform's refund file tells it. Three dates, never mixed."""

    order = models.ForeignKey(Order, null=True, on_delete=models.SET_NULL, related_name="refunds")
    first_batch_id = models.BigIntegerField(null=True)
    last_batch_id = models.BigIntegerField(null=True)
    row_hash = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    order_paid_at = models.DateTimeField(null=True)
    timeout_at = models.DateTimeField(null=True)
    exported_at = models.DateTimeField(null=True)
    refund_amount = money(default=0)
    refund_no = models.CharField(max_length=32, unique=True, db_collation="C")
    # Kept as text too: a refund may arrive before its order.
    tid = models.CharField(max_length=32, db_collation="C")
    status = models.CharField(max_length=28, choices=RefundStatus.choices)
    type = models.CharField(max_length=20, choices=RefundType.choices, blank=True, default="")
    phase = models.CharField(max_length=12, blank=True, default="")
    is_full = models.BooleanField(null=True)
    goods_status = models.CharField(max_length=40, blank=True, default="")
    reason = models.CharField(max_length=200, blank=True, default="")
    explanation = models.TextField(blank=True, default="")
    responsible = models.CharField(max_length=40, blank=True, default="")
    title = models.TextField(blank=True, default="")
    sku_code = models.CharField(max_length=200, blank=True, default="")
    return_carrier = models.CharField(max_length=40, blank=True, default="")
    return_waybill_no = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        indexes = [
            # An order's refunds; also joins refunds that came before their order.
            models.Index(fields=["tid"], name="refund_tid_idx"),
            # Money given back in a period.
            models.Index(
                fields=["finished_at"],
                name="refund_finished_idx",
                condition=Q(status=RefundStatus.SUCCESS),
            ),
            # Open ones, of which each has an after-sales case.
            models.Index(
                fields=["order"],
                name="refund_open_idx",
                condition=Q(status__in=OPEN_REFUND_STATUSES),
            ),
        ]

    def __str__(self) -> str:
        return self.refund_no
