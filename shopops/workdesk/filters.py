"""The filter of the list of runs: what the URL says, and the links that change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from shopops.work import registry
from shopops.work.choices import RunState


@dataclass(frozen=True, slots=True)
class Choice:
    """One link that sets one filter."""

    code: str
    label: str
    url: str
    current: bool
    count: int | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is set, with the link that takes it away."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What is filtered, and what could be."""

    state: str
    kind: str
    states: list[Choice]
    kinds: list[Choice]
    chips: list[Chip]


def filters_of(query: Mapping[str, str], *, path: str) -> Filters:
    """Read the filter from URL parameters; values that mean nothing are ignored."""
    state_names = {str(code): str(label) for code, label in RunState.choices}
    kind_names = {spec.code: str(spec.label) for spec in registry.kinds()}
    state = _known(query.get("state", ""), state_names)
    kind = _known(query.get("kind", ""), kind_names)

    def link(state: str, kind: str) -> str:
        chosen = urlencode({k: v for k, v in (("state", state), ("kind", kind)) if v})
        return f"{path}?{chosen}" if chosen else path

    everything = {"": _("全部")}
    chips = []
    if state:
        chips.append(Chip(_("状态"), state_names[state], link("", kind)))
    if kind:
        chips.append(Chip(_("种类"), kind_names[kind], link(state, "")))
    return Filters(
        state=state,
        kind=kind,
        states=[
            Choice(code, label, link(code, kind), current=code == state)
            for code, label in (everything | state_names).items()
        ],
        kinds=[
            Choice(code, label, link(state, code), current=code == kind)
            for code, label in (everything | kind_names).items()
        ],
        chips=chips,
    )


def _known(value: str, names: Mapping[str, str]) -> str:
    return value if value in names else ""
