"""What people fill in about price protection."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.forms.fields import MomentField
from promotions.actions.protection import EventGiven

MOST_LABELS = 20_000


class EventForm(forms.Form):
    """What an event promises."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=120)
    since = MomentField(label=gettext_lazy("付款从"))
    until = MomentField(label=gettext_lazy("付款到（不含）"))
    days = forms.IntegerField(label=gettext_lazy("保几天"), min_value=1, max_value=400)
    counted = forms.ChoiceField(
        label=gettext_lazy("从哪天起数"),
        choices=[("paid", gettext_lazy("付款那天")), ("event", gettext_lazy("活动结束那天"))],
    )
    source = forms.CharField(
        label=gettext_lazy("出处"), max_length=200, help_text=gettext_lazy("哪篇公告，几号看的")
    )
    is_read = forms.BooleanField(
        label=gettext_lazy("看过活动原文"),
        required=False,
        help_text=gettext_lazy("没看过的，不会比默认天数短"),
    )

    def given(self) -> EventGiven:
        """Give what was entered as the actions take it."""
        data = dict(self.cleaned_data)
        is_after_event = data.pop("counted") == "event"
        return EventGiven(**data, is_after_event=is_after_event)


class LabelsForm(forms.Form):
    """Labels of orders, pasted."""

    labels = forms.CharField(
        label=gettext_lazy("订单号和标签，一行一个"),
        max_length=2_000_000,
        widget=forms.Textarea(
            attrs={"rows": 6, "spellcheck": "false", "placeholder": "4332746283359679776 15天价保"}
        ),
    )

    def clean_labels(self) -> dict[str, str]:
        """Read order numbers with their labels."""
        found: dict[str, str] = {}
        for number, line in enumerate(self.cleaned_data["labels"].splitlines(), start=1):
            parts = line.replace(",", " ").replace("，", " ").strip(' =\t"').split(None, 1)
            if not parts:
                continue
            tid = parts[0].strip("=\"'")
            if len(parts) < 2 or not (tid.isascii() and tid.isdigit() and len(tid) <= 32):
                raise forms.ValidationError(
                    _("第 %(line)s 行：写“订单号 标签”，比如 4332746283359679776 15天价保"),
                    params={"line": number},
                )
            found[tid] = "".join(parts[1].split())[:20]
        if len(found) > MOST_LABELS:
            raise forms.ValidationError(_("一次最多贴 %(n)s 行。"), params={"n": MOST_LABELS})
        return found
