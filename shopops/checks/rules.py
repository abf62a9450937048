"""What a computed line of a list is, from what its checks said. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

PASSED, FAILED, UNKNOWN = "passed", "failed", "unknown"
DONE_STATES = frozenset({"done", "skipped", "passed"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a computed line stands, with how many issues are open."""

    state: str
    issues: int = 0


def matches(code: str, wanted: Iterable[str]) -> bool:
    """Tell whether a check belongs to a line: by its code, or by the beginning of it that ends in a dot."""
    return any(code == one or (one.endswith(".") and code.startswith(one)) for one in wanted)


def codes_of(wanted: Sequence[str], known: Iterable[str]) -> list[str]:
    """Give the checks that a line is computed from."""
    return [code for code in known if matches(code, wanted)]


def standing(
    codes: Collection[str], *, said: dict[str, str], open_issues: dict[str, int]
) -> Standing:
    """Give how a line stands. An open issue outweighs all; what did not speak is unknown, never passed."""
    issues = sum(open_issues.get(code, 0) for code in codes)
    if issues:
        return Standing(FAILED, issues)
    states = {said.get(code, UNKNOWN) for code in codes}
    if FAILED in states:
        return Standing(FAILED)
    return Standing(PASSED if states == {PASSED} else UNKNOWN)
