"""What a person's lines say about their habits. Pure."""

import re

_SIZE = re.compile(r"(?:尺码|尺寸|大小|规格)\s*[:：]\s*([^;；,，]+)")


def size_of(spec: str) -> str:
    """Give the size that a line's specification names; empty if it names none."""
    found = _SIZE.search(spec)
    return found.group(1).strip() if found else ""
