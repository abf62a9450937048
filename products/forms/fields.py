"""Fields that several forms of goods have: words in lines, pairs, times, pasted tables."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_SPLIT = re.compile(r"[\n,，、;；]+")
_PAIR = re.compile(r"[:：=\t]")


class WordsField(forms.CharField):
    """Several words, each on its own line or parted by commas."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        options.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401
        """Give the words as a list."""
        return [word.strip() for word in _SPLIT.split(str(value or "")) if word.strip()]

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401
        """Show a list one word a line."""
        return "\n".join(value) if isinstance(value, (list, tuple)) else value


class PairsField(forms.CharField):
    """Names and values, one pair a line: 材质：棉."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        options.setdefault("widget", forms.Textarea(attrs={"rows": 6}))
        super().__init__(**options)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401
        """Give the pairs as a mapping; a line without a sign between is refused."""
        pairs: dict[str, str] = {}
        for line in str(value or "").splitlines():
            if not line.strip():
                continue
            name, *rest = _PAIR.split(line, maxsplit=1)
            if not rest or not name.strip():
                raise forms.ValidationError(
                    _("「%(line)s」写成「名：值」，一行一项"), params={"line": line[:40]}
                )
            pairs[name.strip()[:40]] = rest[0].strip()
        return pairs

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401
        """Show a mapping one pair a line."""
        if isinstance(value, Mapping):
            return "\n".join(f"{name}：{text}" for name, text in value.items())
        return value


def date_input() -> forms.DateInput:
    """Give a date field's widget with the browser's calendar."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def moment_input() -> forms.DateTimeInput:
    """Give a date and time field's widget with the browser's calendar."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


_YEARS = range(2000, 2101)
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]


class MomentField(forms.DateTimeField):
    """A date and time of business; a year out of all reason is a slip of the finger."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        options.setdefault("widget", moment_input())
        options.setdefault("input_formats", MOMENTS)
        super().__init__(**options)

    def clean(self, value: Any) -> Any:  # noqa: ANN401
        """Refuse what no shop plans."""
        at = super().clean(value)
        if at is not None and at.year not in _YEARS:
            raise forms.ValidationError(_("年份不对，写 2000 到 2100 年之间的时间"))
        return at


class PasteForm(forms.Form):
    """A table, pasted or as a file."""

    text = forms.CharField(
        label=_("粘贴表格"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        max_length=2_000_000,
    )
    file = forms.FileField(
        label=_("或者选一个 CSV 文件"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("text", "").strip() and not data.get("file") and not self.errors:
            self.add_error("text", _("粘贴一张表，或者选一个文件。"))
        return data
