from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    name = "shopops.intake"
    label = "intake"

    def ready(self) -> None:
        from shopops.intake import actions, freshness, inbox, retention, runs, warm
        from shopops.staff.operations import name_operations
        from shopops.staff.queries import ask_along
        from shopops.work.registry import KindSpec, register_kind
        from shopops.work.schedule import register_tick

        kinds = (
            (actions.PARSE, _("读取文件"), runs.perform_parse, runs.parse_ended),
            (actions.MERGE, _("写入文件"), runs.perform_merge, runs.merge_ended),
            (actions.UNDO, _("撤回文件"), runs.perform_undo, runs.undo_ended),
        )
        for code, label, perform, at_end in kinds:
            register_kind(
                KindSpec(
                    code=code,
                    label=label,
                    queue="imports",
                    perform=perform,
                    right="intake.view",
                    at_end=at_end,
                )
            )
        name_operations(OPERATIONS)
        ask_along("file_sources", freshness.ALL_SOURCES)
        register_tick("inbox", every=timedelta(seconds=5), run=inbox.tick)
        register_tick("intake.retention", every=timedelta(hours=1), run=retention.tick)
        warm.follow_workers()


OPERATIONS = {
    "intake.batch.received": _("收到文件"),
    "intake.batch.committed": _("确认写入文件"),
    "intake.batch.merged": _("写入了文件"),
    "intake.batch.discarded": _("放弃文件"),
    "intake.batch.refused": _("拒绝文件"),
    "intake.batch.undo_requested": _("要求撤回文件"),
    "intake.batch.undone": _("撤回了文件"),
    "intake.batch.errors_downloaded": _("下载退回的行"),
}
