"""What pages about people read from their forms."""

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shopops.staff.models import Role, Shop, User
from shopops.staff.operations import known_names
from shopops.staff.rights import RIGHTS, Right


class PasswordFields(forms.Form):
    """A new password, typed twice. How strong it is, the action decides."""

    password = forms.CharField(
        label=_("密码"),
        strip=False,
        max_length=128,
        help_text=_("至少 12 位，不用最常见的密码"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("再输一遍密码"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("password") != data.get("password_again"):
            raise ValidationError({"password_again": _("两遍密码不一样")})
        return data


class AcceptForm(PasswordFields):
    """An invited person's own password."""


class SetupForm(PasswordFields):
    """The first visit."""

    shop_name = forms.CharField(label=_("店铺名称"), max_length=60)
    platform = forms.ChoiceField(
        label=_("平台"), choices=Shop.Platform.choices, widget=forms.RadioSelect, initial="tmall"
    )
    name = forms.CharField(label=_("你的姓名"), max_length=40)
    username = forms.CharField(
        label=_("登录名"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    field_order = ["shop_name", "platform", "name", "username", "password", "password_again"]


class InviteForm(forms.Form):
    """A new person."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    username = forms.CharField(
        label=_("登录名"), max_length=150, validators=[UnicodeUsernameValidator()]
    )
    roles = forms.ModelMultipleChoiceField(
        label=_("角色"),
        queryset=Role.objects.order_by("-is_built_in", "pk"),
        widget=forms.CheckboxSelectMultiple,
    )


class PersonForm(forms.Form):
    """What can be changed about a person."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    roles = forms.ModelMultipleChoiceField(
        label=_("角色"),
        queryset=Role.objects.order_by("-is_built_in", "pk"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    is_active = forms.BooleanField(label=_("在用（不勾就停用，立刻退出所有登录）"), required=False)


def _choices(rights: tuple[Right, ...] | list[Right]) -> list[tuple[str, Any]]:
    return [(right.code, right.name) for right in rights]


class RoleForm(forms.Form):
    """Name and rights of a role of the shop's own."""

    name = forms.CharField(label=_("名称"), max_length=40)
    rights = forms.MultipleChoiceField(
        label=_("权限"),
        choices=_choices(RIGHTS),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class CopyRoleForm(forms.Form):
    """The name of a copy."""

    name = forms.CharField(label=_("新角色名称"), max_length=40)


class ShopForm(forms.Form):
    """The shop's own data."""

    name = forms.CharField(label=_("店铺名称"), max_length=60)
    platform = forms.ChoiceField(
        label=_("平台"), choices=Shop.Platform.choices, widget=forms.RadioSelect
    )
    packing_hands = forms.IntegerField(label=_("打包人手"), min_value=1, max_value=200)
    packing_minutes = forms.DecimalField(
        label=_("每单打包分钟"), min_value=0, max_value=120, max_digits=4, decimal_places=1
    )
    reveal_daily_quota = forms.IntegerField(
        label=_("每人每天查看收货人明文上限"), min_value=0, max_value=10_000
    )


class TokenForm(forms.Form):
    """A new API token; offers only the person's own rights."""

    name = forms.CharField(label=_("用途"), max_length=60)
    scopes = forms.MultipleChoiceField(label=_("权限"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, rights: frozenset[str], **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        offered = [right for right in RIGHTS if right.code in rights]
        self.fields["scopes"].choices = _choices(offered)  # type: ignore[attr-defined]


class LogForm(forms.Form):
    """Which part of the operation log is wanted. Kept in the address."""

    person = forms.ModelChoiceField(
        label=_("人员"), queryset=User.objects.order_by("name", "pk"), required=False
    )
    name = forms.ChoiceField(label=_("操作"), required=False)
    type = forms.CharField(label=_("对象种类"), max_length=40, required=False)
    key = forms.CharField(label=_("对象编号"), max_length=80, required=False)
    since = forms.DateField(
        label=_("从"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("到"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        field: Any = self.fields["name"]
        field.choices = [("", _("全部")), *known_names()]
