"""Addresses of static files where nothing was collected: the embedded mode."""

from functools import cache
from hashlib import sha256
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class VersionedStaticFilesStorage(StaticFilesStorage):
    """Puts a file's content into its address, so that browsers may keep it for good.

    Fonts have none: the stylesheet that names them cannot say it, and the page's hint to load them
    early must name the same address. They are kept as long as other files without a version.
    """

    def url(self, name: str | None) -> str:
        plain = super().url(name)
        version = _version(name) if name and not name.endswith(".woff2") else ""
        return f"{plain}?v={version}" if version else plain


@cache  # a process serves the files that it found when it began
def _version(name: str) -> str:
    found = finders.find(name)
    return sha256(Path(found).read_bytes()).hexdigest()[:12] if isinstance(found, str) else ""
