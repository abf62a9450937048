"""Texts for people: variables, how long carriers count them to be, what refuses them, who is drawn. Pure.

A message of up to 70 characters is carried as one; a longer one in pieces of 67. Signature and opt-out
words are part of it. Characters are counted as the carriers do, in UTF-16 units.
"""

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from shopops.lib.business_time import SHANGHAI, at_local, business_date

ONE_MESSAGE, A_PIECE = 70, 67
# What a text may fill in for each person.
VARIABLES = ("name", "days", "item", "orders", "benefit", "shop")
_PLACE = re.compile(r"\{([^{}]*)\}")
_BRACE = re.compile(r"[{}]")
# What people answer who want no more; compared without blanks and signs, as carriers do.
_OPT_OUT = re.compile(
    r"(?:R|T|TD|N|退|退订|拒收|取消|不要发了?|别发了?|不要再发了?|别再发了?|停|退出|UNSUBSCRIBE|STOP)",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[\s，。！!?？.,~、:：;；【】\[\]()（）\"'“”]+")


def variables_of(text: str) -> list[str]:
    """Name the variables of a text, each once."""
    return list(dict.fromkeys(_PLACE.findall(text)))


def unknown_variables(text: str) -> list[str]:
    """Name what stands in braces and is no variable; a lone brace counts as one."""
    found = [name for name in variables_of(text) if name not in VARIABLES]
    return found or _BRACE.findall(_PLACE.sub("", text))[:1]


def missing_variables(text: str, values: Mapping[str, str]) -> list[str]:
    """Name the variables of a text for which a person has no value."""
    return [name for name in variables_of(text) if not values.get(name, "").strip()]


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put a person's values in; call it only when none is missing.

    :raises KeyError: if one is
    """
    return _PLACE.sub(lambda place: values[place[1]], text)


def whole(text: str, *, signature: str, opt_out_words: str) -> str:
    """Give the message as it is carried: signature in front, how to refuse at the end."""
    front = f"【{signature}】" if signature else ""
    end = ""
    if opt_out_words:
        end = opt_out_words if not text or text[-1] in "，。！？；,.!?;" else f"，{opt_out_words}"
    return f"{front}{text}{end}"


def units(text: str) -> int:
    """Count characters as carriers do: one outside the basic plane is two."""
    return len(text.encode("utf-16-le")) // 2


def parts(text: str) -> int:
    """Say as how many messages a text is carried and paid."""
    count = units(text)
    if count <= ONE_MESSAGE:
        return 1
    return math.ceil(count / A_PIECE)


def most_units(most_parts: int) -> int:
    """Give the longest text that is carried as so many messages."""
    return ONE_MESSAGE if most_parts <= 1 else A_PIECE * most_parts


def cost(part_count: int, price: Decimal) -> Decimal:
    """Give what so many messages cost, in yuan with two decimals."""
    return (price * part_count).quantize(Decimal("0.01"))


def is_opt_out(words: str) -> bool:
    """Say whether an answer refuses further messages: the bare words, whatever signs stand around."""
    return bool(_OPT_OUT.fullmatch(_SIGNS.sub("", words)))


def is_quiet(at: datetime, *, quiet_from: int, quiet_to: int) -> bool:
    """Say whether nobody may be written to at an instant; `quiet_from` = `quiet_to` is never quiet."""
    hour = at.astimezone(SHANGHAI).hour
    if quiet_from == quiet_to:
        return False
    if quiet_from < quiet_to:
        return quiet_from <= hour < quiet_to
    return hour >= quiet_from or hour < quiet_to


def next_open(at: datetime, *, quiet_from: int, quiet_to: int) -> datetime:
    """Give the first instant from `at` on at which people may be written to."""
    if not is_quiet(at, quiet_from=quiet_from, quiet_to=quiet_to):
        return at
    day = business_date(at)
    opens = at_local(day, time(quiet_to))
    return opens if opens > at else at_local(day + timedelta(days=1), time(quiet_to))


@dataclass(frozen=True, slots=True)
class Draw:
    """Who is held out, and who gets which arm (by its place)."""

    held_out: tuple[int, ...]
    arms: tuple[tuple[int, ...], ...]


def draw(ids: Iterable[int], *, seed: int, holdout_percent: int, weights: Sequence[int]) -> Draw:
    """Part people at random, the same for the same seed whoever draws, in whatever order they come.

    Each is placed by the SHA-256 of `seed:id`; the first `holdout_percent` (rounded down) are held
    out, the rest is cut into arms by weight.
    """
    placed = sorted(set(ids), key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())
    held = len(placed) * holdout_percent // 100
    rest, total, arms, begun, summed = placed[held:], sum(weights), [], 0, 0
    for weight in weights:
        summed += weight
        end = len(rest) * summed // total
        arms.append(tuple(rest[begun:end]))
        begun = end
    return Draw(tuple(placed[:held]), tuple(arms))
