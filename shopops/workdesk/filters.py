"""The filter of the list of runs: what the URL says, and the links that change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from shopops.work import registry
from shopops.work.choices import RunState

_LATE = (RunState.QUARANTINED,)
_SOON = (RunState.FAILED,)


@dataclass(frozen=True, slots=True)
class Tab:
    """One link that sets one filter, as `components/_tabs.html` and `_seg.html` take it."""

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
    tabs: list[Tab]
    kinds: list[Tab]
    chips: list[Chip]

    @property
    def chosen(self) -> dict[str, str]:
        """The parameters that keep this filter in a URL."""
        return {k: v for k, v in (("state", self.state), ("kind", self.kind)) if v}


def filters_of(query: Mapping[str, str], *, path: str, counts: Mapping[str, int]) -> Filters:
    """Read the filter from URL parameters; values that mean nothing are ignored."""
    state_names = {str(code): str(label) for code, label in RunState.choices}
    kind_names = {spec.code: str(spec.label) for spec in registry.kinds()}
    state, kind = _known(query, "state", state_names), _known(query, "kind", kind_names)

    def link(**chosen: str) -> str:
        kept = urlencode({name: value for name, value in chosen.items() if value})
        return f"{path}?{kept}" if kept else path

    everything = {"": _("全部")}
    return Filters(
        state=state,
        kind=kind,
        tabs=[
            Tab(
                code,
                label,
                link(state=code, kind=kind),
                current=code == state,
                count=_count(code, counts),
                tone=_tone(code, counts),
            )
            for code, label in (everything | state_names).items()
        ],
        kinds=[
            Tab(code, label, link(state=state, kind=code), current=code == kind)
            for code, label in (everything | kind_names).items()
        ],
        chips=_chips(kind, kind_names, link(state=state)),
    )


def _known(query: Mapping[str, str], name: str, names: Mapping[str, str]) -> str:
    value = query.get(name, "")
    return value if value in names else ""


def _count(state: str, counts: Mapping[str, int]) -> int | None:
    return None if state in ("", RunState.DONE, RunState.CANCELLED) else counts.get(state, 0)


def _tone(state: str, counts: Mapping[str, int]) -> str:
    if not counts.get(state):
        return ""
    return "late" if state in _LATE else "soon" if state in _SOON else ""


def _chips(kind: str, names: Mapping[str, str], remove_url: str) -> list[Chip]:
    return [Chip(_("种类"), names[kind], remove_url)] if kind else []
