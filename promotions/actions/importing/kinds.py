"""The kinds of files that speak of paid channels."""

from datetime import timedelta

from promotions.actions.importing import facts
from promotions.actions.importing.affiliates import REFUNDS, SETTLEMENTS
from promotions.importers import (
    sms,
    tbk_refunds,
    tbk_settlements,
    wxt_2022,
    wxt_items,
    wxt_plans,
    ylmf,
    ztc,
)
from promotions.wording.channels import figure_words
from shopops.intake.registry import register_file_kind
from shopops.intake.spec import FileKind

# What still comes daily; the older tools' files are brought in once.
_REPORTS = (
    (wxt_items, timedelta(days=1)),
    (wxt_plans, timedelta(days=1)),
    (ztc, timedelta(days=365)),
    (ylmf, timedelta(days=365)),
    (wxt_2022, timedelta(days=365)),
    (sms, timedelta(days=90)),
)
_CLAIMS = ((tbk_settlements, SETTLEMENTS), (tbk_refunds, REFUNDS))
DAILY_KINDS = (wxt_items.KIND, wxt_plans.KIND)


def file_kinds() -> list[FileKind]:
    """Give the kinds."""
    reports = [
        FileKind(
            code=importer.KIND,
            label=importer.LABEL,
            importer=importer.__name__,
            preview=facts.preview,
            merge=facts.merge,
            undo=facts.undo,
            every=every,
            column_words=figure_words,
        )
        for importer, every in _REPORTS
    ]
    claims = [
        FileKind(
            code=importer.KIND,
            label=importer.LABEL,
            importer=importer.__name__,
            preview=stored.preview,
            merge=stored.merge,
            undo=stored.undo,
            every=timedelta(days=30),
        )
        for importer, stored in _CLAIMS
    ]
    return [*reports, *claims]


def register() -> None:
    """Make the kinds known to the intake."""
    for kind in file_kinds():
        register_file_kind(kind)
