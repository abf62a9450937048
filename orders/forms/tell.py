"""What people fill in about telling buyers, and the templates for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.choices import BuyerAnswer, HoldKind, ToldChannel
from orders.forms.overruling import OverrulableForm

WORDS_LENGTH = 500


@dataclass(frozen=True, slots=True)
class OfferedWords:
    """A template that a form offers; `words` as they would be said."""

    template_id: int
    name: str
    words: str


class _WordsSelect(forms.Select):
    """A choice whose options carry the words that a script puts into the field `fills`."""

    def __init__(self, words: dict[str, str], fills: str) -> None:
        super().__init__(attrs={"data-fills": fills})
        self.words = words

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        """Give an option with its words."""
        option = super().create_option(name, value, *args, **options)
        option["attrs"]["data-words"] = self.words.get(str(value), "")
        return option


class ToldForm(forms.Form):
    """That the buyer was told, and what the buyer said."""

    template = forms.ChoiceField(label=_("话术"), required=False)
    channel = forms.ChoiceField(label=_("怎么告诉的"), choices=ToldChannel.choices)
    words = forms.CharField(
        label=_("告诉买家的话"),
        max_length=WORDS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("空着就用选的话术"),
    )
    answer = forms.ChoiceField(label=_("买家的回答"), choices=BuyerAnswer.choices)

    def __init__(self, *args: Any, offered: Sequence[OfferedWords] = (), **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self._words = {str(one.template_id): one.words for one in offered}
        self.fields["words"].copyable = True  # type: ignore[attr-defined]
        if not offered:
            del self.fields["template"]
            self.fields["words"].help_text = ""
            return
        choices = [("", _("自己写")), *((str(one.template_id), one.name) for one in offered)]
        field = self.fields["template"]
        field.widget = _WordsSelect(self._words, "words")
        field.choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Take the words of the template where nothing was written."""
        data = super().clean() or {}
        words = data.get("words") or self._words.get(data.get("template") or "", "")
        if not words:
            self.add_error("words", _("写下告诉买家的话，否则以后没法证明。"))
        data["words"] = words[:WORDS_LENGTH]
        return data


class TellTemplateForm(OverrulableForm):
    """A template of what a buyer is told."""

    kind = forms.ChoiceField(
        label=_("说的是哪种挂起"), required=False, choices=[("", _("都能用")), *HoldKind.choices]
    )
    name = forms.CharField(label=_("叫什么"), max_length=40)
    words = forms.CharField(
        label=_("话术"),
        max_length=WORDS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "会自动填：{tid} 订单号、{receiver} 收货人（打码）、{item} 商品、{ship_time} 发货时限"
        ),
    )
    is_on = forms.BooleanField(label=_("启用"), required=False, initial=True)
