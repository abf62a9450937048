"""Take a batch back, in this process."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from shopops.intake import actions
from shopops.intake.choices import BatchState
from shopops.intake.errors import UnableToMoveError
from shopops.intake.models import Batch
from shopops.lib.commands import JsonCommand, Refused
from shopops.work.engine import perform_inline
from shopops.work.terminal import TerminalProgress


class Command(JsonCommand):
    help = "Undo an import where nothing newer touched its rows."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("batch", type=int)

    def answer(self, **options: Any) -> dict[str, Any]:  # noqa: ANN401
        pk = options["batch"]
        try:
            run = actions.request_undo(batch_id=pk, by=None, now=timezone.now(), ring=False)
        except Batch.DoesNotExist as error:
            raise Refused(_("没有批次 %(pk)d") % {"pk": pk}) from error
        except UnableToMoveError as error:
            state = BatchState(error.state).label
            raise Refused(
                _("批次 %(pk)d 的状态是「%(state)s」，不能撤回") % {"pk": pk, "state": state}
            ) from error
        progress = TerminalProgress(_("批次 %(pk)d") % {"pk": pk})
        try:
            run = perform_inline(run, on_progress=progress)
        finally:
            progress.close()
        batch = Batch.objects.get(pk=pk)
        counts = batch.facts.get("undo", {})
        failed = batch.state != BatchState.UNDONE
        return {"batch": pk, "state": batch.state, **counts, "error": run.error, "failed": failed}
