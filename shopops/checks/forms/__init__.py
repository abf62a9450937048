"""What people fill in about issues and lists."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shopops.checks.models import ProjectTemplate
from shopops.checks.registry import checks
from shopops.staff.models import User
from shopops.staff.queries import people_who_may, role_names

__all__ = [
    "AddLineForm",
    "AssignForm",
    "CloseForm",
    "FilterForm",
    "LineForm",
    "LookForm",
    "NoteForm",
    "OpenProjectForm",
    "RuleForm",
    "SettleForm",
    "SignForm",
    "TaskForm",
    "TemplateLineForm",
    "TickForm",
]


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Somebody who sees issues and lists, by name."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(queryset=User.objects.none(), **options)

    def label_from_instance(self, obj: Any) -> str:  # noqa: ANN401
        """Show the name."""
        return str(obj.name)


class _WithPeople(forms.Form):
    """A form that names people; they are read when it is made."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        for field in self.fields.values():
            if isinstance(field, PersonField):
                field.queryset = people_who_may("checks.view")


class _WithRoles(forms.Form):
    """A form that names a role."""

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = list(role_names().items())


# --- issues


class AssignForm(_WithPeople):
    """To whom issues go."""

    to = PersonField(label=_("交给"), required=False, empty_label=_("退回岗位，谁有空谁做"))
    reason = forms.CharField(label=_("说明"), required=False, max_length=200)


class NoteForm(forms.Form):
    """What is known or was done."""

    text = forms.CharField(
        label=_("备注"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class LookForm(forms.Form):
    """The day on which to look again."""

    look_on = forms.DateField(
        label=_("哪天再看"),
        required=False,
        widget=_day(),
        help_text=_("到那天它会在「今天再看」里；不填就是不用再看"),
    )


class FilterForm(forms.Form):
    """What the list is narrowed to."""

    severity = forms.ChoiceField(
        label=_("轻重"),
        required=False,
        choices=[("", _("全部")), ("late", _("红")), ("soon", _("黄")), ("us", _("要看"))],
    )
    check = forms.ChoiceField(label=_("检查"), required=False)
    role = forms.ChoiceField(label=_("岗位"), required=False)

    def __init__(self, *args: Any, codes: list[tuple[str, str]], **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        everything = [("", _("全部"))]
        for name, choices in (("check", codes), ("role", list(role_names().items()))):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101
            field.choices = [*everything, *choices]


# --- daily lists


class TickForm(forms.Form):
    """A line that is done, with what proves it."""

    note = forms.CharField(label=_("备注"), required=False, max_length=300)
    # What a picture is, the action decides: it reads and rewrites it.
    picture = forms.FileField(
        label=_("截图"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class SignForm(forms.Form):
    """The word of whoever signs."""

    words = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=300,
        help_text=_("有没做好的，写一句为什么；它们会到明天的清单上"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RuleForm(forms.Form):
    """A line of a role's template."""

    text = forms.CharField(label=_("做什么"), max_length=200)
    checks = forms.MultipleChoiceField(
        label=_("由这些检查算出来"),
        required=False,
        help_text=_("一个都不选，就由人打勾"),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )
    needs_picture = forms.BooleanField(label=_("打勾要附截图"), required=False)
    position = forms.IntegerField(label=_("第几项"), min_value=1, max_value=99)

    def __init__(self, *args: Any, more: tuple[str, ...] = (), **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        field = self.fields["checks"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101
        known = [(check.code, str(check.name)) for check in checks()]
        # What the line already names stays, also where this release has no such check (yet).
        others = [(code, code) for code in more if code not in dict(known)]
        field.choices = [*known, *others]


# --- one-off lists


class OpenProjectForm(_WithPeople):
    """A new one-off list."""

    template = forms.ModelChoiceField(
        label=_("照哪个模板"), queryset=ProjectTemplate.objects.order_by("pk"), empty_label=None
    )
    name = forms.CharField(label=_("叫什么"), max_length=80)
    starts_on = forms.DateField(label=_("从哪天算起"), widget=_day())
    owner = PersonField(label=_("谁负责"))


class SettleForm(forms.Form):
    """A line that is done or does not apply."""

    note = forms.CharField(label=_("备注"), required=False, max_length=300)
    picture = forms.FileField(
        label=_("凭证图片"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class LineForm(_WithPeople):
    """Who does a line, until when."""

    text = forms.CharField(label=_("做什么"), max_length=200)
    owner = PersonField(label=_("谁做"), required=False, empty_label=_("岗位里谁有空谁做"))
    due_on = forms.DateField(label=_("哪天前"), widget=_day())
    needs_proof = forms.BooleanField(label=_("要附凭证"), required=False)


class AddLineForm(LineForm, _WithRoles):
    """A line of one's own."""

    section = forms.CharField(label=_("哪一段"), required=False, max_length=40)
    role = forms.ChoiceField(label=_("岗位"))


class TaskForm(_WithPeople, _WithRoles):
    """Something to do about a part of a page's subject. `parts`: code and name of each."""

    about = forms.ChoiceField(label=_("为了哪个原因"), required=False)
    text = forms.CharField(label=_("做什么"), max_length=200)
    role = forms.ChoiceField(label=_("岗位"))
    owner = PersonField(label=_("谁做"), required=False, empty_label=_("岗位里谁有空谁做"))
    due_on = forms.DateField(label=_("哪天前"), widget=_day())
    note = forms.CharField(
        label=_("备注"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, parts: list[tuple[str, str]], **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = [("", _("不为哪一个")), *parts]


class CloseForm(forms.Form):
    """Why a list ends while lines are open."""

    why = forms.CharField(
        label=_("说明"),
        required=False,
        max_length=200,
        help_text=_("还有没做的，写为什么不做了"),
    )


class TemplateLineForm(_WithRoles):
    """A line of a one-off template."""

    section = forms.CharField(label=_("哪一段"), required=False, max_length=40)
    text = forms.CharField(label=_("做什么"), max_length=200)
    role = forms.ChoiceField(label=_("岗位"))
    due_days = forms.IntegerField(
        label=_("第几天到期"),
        min_value=-365,
        max_value=365,
        help_text=_("从开始那天算；提前的写负数"),
    )
    needs_proof = forms.BooleanField(label=_("要附凭证"), required=False)
