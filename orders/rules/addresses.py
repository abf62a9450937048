"""Whether a receiver's address is another one, though each export masks it in its own way. Pure."""

import re
from collections.abc import Mapping

FIELDS = ("receiver_province", "receiver_city", "receiver_district", "receiver_address")
_BLANK = re.compile(r"\s+")
_MASK = re.compile(rf"[*{chr(0xFF0A)}]+")  # the full-width star, too


def is_other_address(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Say whether a parcel sent to `before` would miss `after`. Keys: `FIELDS`.

    An empty part says nothing. A masked part agrees with whatever fits into its gaps, so that two exports
    which mask differently are no change of address.
    """
    return any(_differs(before.get(name, ""), after.get(name, "")) for name in FIELDS)


def _differs(before: str, after: str) -> bool:
    old, new = _BLANK.sub("", before), _BLANK.sub("", after)
    return bool(old and new) and not (_fits(old, new) or _fits(new, old))


def _fits(masked: str, text: str) -> bool:
    """Say whether a text can be what a masked one hides; masked parts of the text fit any gap."""
    pattern = ".*".join(re.escape(part) for part in _MASK.split(masked))
    return re.fullmatch(pattern, text) is not None
