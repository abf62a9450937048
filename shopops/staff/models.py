"""People, roles, the shop itself, and the append-only operation log."""

from decimal import Decimal

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from shopops.lib import words


class Shop(models.Model):
    """The one shop of this installation. There is one row, with id 1."""

    class Platform(models.TextChoices):
        TAOBAO = "taobao", _("淘宝")
        TMALL = "tmall", _("天猫")

    name = models.CharField(max_length=60)
    platform = models.CharField(max_length=8, choices=Platform.choices, default=Platform.TMALL)
    # 店铺Id / 店铺名称 as in the platform's files; filled by the first import, then compared.
    platform_shop_no = models.CharField(max_length=40, blank=True, default="")
    platform_shop_name = models.CharField(max_length=60, blank=True, default="")
    packing_hands = models.PositiveSmallIntegerField(default=2)
    packing_minutes = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal("2.5"))
    # How many contacts one person may reveal on one Shanghai day.
    reveal_daily_quota = models.PositiveSmallIntegerField(default=100)
    # A shop of made-up data: no second factor is asked there, and every page may say so.
    is_demo = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="an_installation_has_one_shop"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A named set of rights. Start rows come from `staff.rights.ROLES`; copies may be edited."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    rights = models.JSONField(default=list)
    is_built_in = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language, as long as it is one of the start roles' names."""
        return words.stored(self.name)


class User(AbstractUser):
    """A person who works in the shop. A person may hold several roles."""

    name = models.CharField(_("姓名"), max_length=40)
    roles = models.ManyToManyField(Role, blank=True, related_name="people")
    must_change_password = models.BooleanField(default=False)
    language = models.CharField(max_length=10, blank=True, default="")
    # Kept per person: chosen columns and saved views of each list page.
    preferences = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.name or self.username


class Invitation(models.Model):
    """A one-time link by which a new person sets an own password. Only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"invitation of {self.user}"


class ApiToken(models.Model):
    """A token of a person or an integration with scopes; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Operation(models.Model):
    """One act, by whom, on what, from where. A trigger refuses update and delete."""

    at = models.DateTimeField()
    # Null: the system itself (a scheduled run).
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="operations")
    actor_name = models.CharField(max_length=40, blank=True, default="")
    # Dotted name, e.g. "orders.order.shipped".
    name = models.CharField(max_length=80)
    # What it was done to, e.g. ("order", "4827339102651184273"); empty for the shop as a whole.
    object_type = models.CharField(max_length=40, blank=True, default="")
    object_key = models.CharField(max_length=80, blank=True, default="")
    old = models.JSONField(default=dict)
    new = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True, default="")
    batch_id = models.BigIntegerField(null=True, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        indexes = [
            # An object's time-line.
            models.Index("object_type", "object_key", F("id").desc(), name="operation_object_idx"),
            # The log page, by person.
            models.Index("actor", F("id").desc(), name="operation_actor_idx"),
            # The log page, by time.
            models.Index(fields=["at"], name="operation_at_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.object_type}:{self.object_key}"
