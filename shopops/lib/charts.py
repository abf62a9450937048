"""Small pictures drawn on the server as inline SVG.

Plain text in, plain SVG text out: no Django, no clock. Sizes and places are attributes and colours
are classes of the sheet, so the page's content security policy needs no inline style. Every
picture either carries words for a screen reader (`label`) or is hidden from it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from html import escape

Number = int | float

DAY_TOP_HOUR = 8
DAY_HEIGHT = 276
PIXELS_PER_HOUR = 23


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of a stacked bar; `tone` is one of us, us2, us3, us4, late, soon, wait, done."""

    label: str
    count: int
    tone: str = "us"


@dataclass(frozen=True, slots=True)
class Pickup:
    """A carrier that comes to the door at a time of day."""

    carrier: str
    at: time


def _hidden_or_labelled(label: str) -> str:
    if label:
        return f'role="img" aria-label="{escape(label)}"'
    return 'aria-hidden="true"'


def percent(value: Number, total: Number) -> float:
    """Share of `total` in percent, held between 0 and 100; 0 where there is no total."""
    if not total:
        return 0.0
    return round(max(0.0, min(100.0, float(value) / float(total) * 100)), 1)


def bar(value: Number, total: Number, tone: str = "us", label: str = "") -> str:
    """Draw a horizontal bar filled to `value` of `total`."""
    return (
        f'<svg class="so-bar" {_hidden_or_labelled(label)}>'
        f'<rect class="f-{escape(tone)}" width="{percent(value, total)}%" height="20"/></svg>'
    )


def stacked_bar(segments: Sequence[Segment], label: str = "") -> str:
    """Draw the segments after one another across the full width, in the order given."""
    total = sum(segment.count for segment in segments)
    drawn, x = [], 0.0
    for segment in segments:
        width = percent(segment.count, total)
        drawn.append(
            f'<rect class="f-{escape(segment.tone)}" x="{x:.1f}%" width="{width}%" height="8"/>'
        )
        x += width
    return f'<svg class="so-stack" {_hidden_or_labelled(label)}>{"".join(drawn)}</svg>'


def sparkline(
    values: Sequence[Number | None],
    *,
    band: tuple[Number, Number] | None = None,
    tone: str = "us",
    label: str = "",
) -> str:
    """Draw a line 76 by 28 px with a dot on its last known value.

    A `None` breaks the line: an unknown day is a gap, not a zero. `band` is the usual range
    (low, high) of the last value, shaded behind the line.
    """
    known = [float(v) for v in values if v is not None]
    if not known:
        return ""
    low = min([*known, *(float(b) for b in band or ())])
    span = max([*known, *(float(b) for b in band or ())]) - low or 1.0
    step = 71 / max(len(values) - 1, 1)

    def y(value: Number) -> float:
        return 23 - (float(value) - low) / span * 20

    shapes = [_band(y(band[1]), y(band[0]))] if band else []
    points = [(2 + i * step, y(v)) if v is not None else None for i, v in enumerate(values)]
    shapes += [_polyline(run) for run in _runs(points)]
    last_x, last_y = [p for p in points if p][-1]
    shapes.append(
        f'<circle class="sp-d sp-d--{escape(tone)}" cx="{last_x:.1f}" cy="{last_y:.1f}" r="3.2"/>'
    )
    return (
        f'<svg class="so-spark" width="76" height="28" viewBox="0 0 76 28" '
        f"{_hidden_or_labelled(label)}>{''.join(shapes)}</svg>"
    )


def _band(top: float, bottom: float) -> str:
    height = max(bottom - top, 1)
    return f'<rect class="sp-b" x="0" y="{top:.1f}" width="76" height="{height:.1f}"/>'


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _polyline(run: Sequence[tuple[float, float]]) -> str:
    if len(run) == 1:
        x, y = run[0]
        return f'<circle class="sp-p" cx="{x:.1f}" cy="{y:.1f}" r="1"/>'
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
    return f'<polyline class="sp-l" points="{points}"/>'


def scale(value: Number, peer: Number | None, *, low: Number, high: Number, label: str) -> str:
    """Draw a value as a bar on a scale from `low` to `high`, the peer's value as a mark on it."""
    filled = percent(float(value) - float(low), float(high) - float(low))
    shapes = [
        '<rect class="sc-t" x="0" y="5" width="100%" height="4" rx="2"/>',
        f'<rect class="sc-v" x="0" y="5" width="{filled}%" height="4" rx="2"/>',
    ]
    if peer is not None:
        at = percent(float(peer) - float(low), float(high) - float(low))
        shapes.append(f'<rect class="sc-p" x="{at}%" y="1" width="2" height="12"/>')
    return f'<svg class="so-scale" {_hidden_or_labelled(label)}>{"".join(shapes)}</svg>'


def _height_of(at: time) -> float:
    hours = at.hour + at.minute / 60 - DAY_TOP_HOUR
    return round(max(0.0, min(float(DAY_HEIGHT), hours * PIXELS_PER_HOUR)), 1)


def _rule(kind: str, y: float) -> str:
    return f'<line class="k-{kind}" x1="0" x2="100%" y1="{y}" y2="{y}"/>'


def _word(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="k-{kind}" x="{x}" y="{y:.1f}">{escape(text)}</text>'


def day_axis() -> str:
    """Draw the hours at the left of the week, every second one."""
    labels = "".join(
        f'<text x="36" y="{_height_of(time(hour)) + (12 if hour == DAY_TOP_HOUR else 4):.1f}" '
        f'text-anchor="end">{hour:02d}:00</text>'
        for hour in range(DAY_TOP_HOUR, 20, 2)
    )
    return f'<svg aria-hidden="true">{labels}</svg>'


def day_column(
    *,
    cutoff: time | None,
    handover: time | None,
    pickups: Sequence[Pickup] = (),
    now: time | None = None,
    words: tuple[str, str, str],
    label: str = "",
) -> str:
    """Draw one day of the week calendar: what still leaves today, packing, cutoff, hand-over.

    `cutoff` None means that nothing is shipped that day. `now` is drawn only where given. `words`
    name cutoff, hand-over and now.
    """
    if cutoff is None or handover is None:
        shapes = [f'<rect class="k-off" width="100%" y="0" height="{DAY_HEIGHT}"/>']
    else:
        shapes = _working_day(cutoff, handover, words)
        shapes += [_pickup(p, handover=handover, cutoff=cutoff) for p in _apart(pickups)]
    if now is not None:
        y = _height_of(now)
        shapes += [_rule("now", y), f'<circle class="k-nowd" cx="0" cy="{y}" r="4"/>']
        shapes.append(_word("n", 8, max(y - 6, 12), f"{words[2]} {now:%H:%M}"))
    return f"<svg {_hidden_or_labelled(label)}>{''.join(shapes)}</svg>"


def _working_day(cutoff: time, handover: time, words: tuple[str, str, str]) -> list[str]:
    cut, hand = _height_of(cutoff), _height_of(handover)
    shapes = [
        f'<rect class="k-take" width="100%" y="0" height="{cut}"/>',
        f'<rect class="k-pack" width="100%" y="{cut}" height="{max(hand - cut, 0):.1f}"/>',
    ]
    shapes += [_rule("grid", _height_of(time(hour))) for hour in range(10, 20, 2)]
    shapes += [_rule("cut", cut), _word("t", 8, min(cut + 14, 270), f"{words[0]} {cutoff:%H:%M}")]
    shapes += [
        _rule("hand", hand),
        _word("h", 8, min(hand + 14, 272), f"{words[1]} {handover:%H:%M}"),
    ]
    return shapes


def _apart(pickups: Sequence[Pickup]) -> list[Pickup]:
    """Join pickups at the same minute, so that their words do not lie over one another."""
    by_time: dict[time, list[str]] = {}
    for pickup in pickups:
        by_time.setdefault(pickup.at, []).append(pickup.carrier)
    return [Pickup(" ".join(names), at) for at, names in sorted(by_time.items())]


def _pickup(pickup: Pickup, *, cutoff: time, handover: time) -> str:
    y = _height_of(pickup.at)
    kind = "p" if cutoff <= pickup.at <= handover else "m"
    return f'<circle class="k-pick" cx="13" cy="{y}" r="4"/>' + _word(
        kind, 22, y + 4, f"{pickup.carrier} {pickup.at:%H:%M}"
    )
