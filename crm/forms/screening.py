"""A mixin for every form with a text that is said to buyers: refused words become errors of their field."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.actions.screening import screen
from orders.actions.overruling import RIGHT, SHORTEST_REASON
from shopops.staff.models import User


class ScreenedForm(forms.Form):
    """A form whose `screened_fields` are screened when it is cleaned.

    Who holds `crm.overrule_words` is offered a field for the reason once something was refused; with a
    reason the form is valid, and the action (`crm.actions.screening.refuse_words`) writes it into the
    log. The form only shows; the action decides. Pass `by`, the person who fills it in.
    """

    screened_fields: tuple[str, ...] = ()
    no_begging = False

    def __init__(self, *args: Any, by: User | None = None, **options: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **options)
        self.by = by
        self.fields["overrule_reason"] = forms.CharField(
            label=_("放行的理由"), max_length=300, required=False, widget=forms.HiddenInput()
        )

    def clean(self) -> dict[str, Any]:
        """Screen the texts; name word, place and law at the field."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        refused = False
        reason = str(data.get("overrule_reason", "")).strip()
        may = self.by is not None and self.by.has_perm(RIGHT)
        for name in self.screened_fields:
            label = str(self.fields[name].label or name)
            for one in screen(str(data.get(name, "")), place=label, no_begging=self.no_begging):
                refused = True
                if not (may and len(reason) >= SHORTEST_REASON):
                    self.add_error(name, one.sentence)
        if refused and may:
            field = self.fields["overrule_reason"]
            field.widget = forms.TextInput(attrs={"maxlength": 300})
            field.help_text = str(_("判断有误才放行；理由和你的名字会记入操作记录。"))
            # The bound field was made before it was known that there is something to say.
            self["overrule_reason"].help_text = field.help_text
        return data
