"""What every page shows around itself."""

from typing import Any

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give navigation and top bar to templates."""
    return {}
