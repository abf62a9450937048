"""`manage.py catalogue`: bring the English catalogue in step with the code, keeping translations."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from shopops.lib import catalogue
from shopops.lib.commands import JsonCommand


class Command(JsonCommand):
    """Rewrite the catalogue, or only judge it with `--check`; status 1 while anything is missing."""

    help = "update shopops/locale/en and list what has no English; --check changes nothing"
    requires_system_checks = ()

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, only judge")

    def answer(self, *, check: bool, **_options: Any) -> dict[str, Any]:  # noqa: ANN401
        root = settings.BASE_DIR
        path = catalogue.po_path(root)
        texts = catalogue.texts_of(root)
        catalog = catalogue.updated(catalogue.read(path), texts)
        if not check:
            catalogue.write(path, catalog)
        faults = catalogue.faults(catalog, texts.places)
        return {"texts": len(texts.places), "faults": faults, "failed": bool(faults)}
