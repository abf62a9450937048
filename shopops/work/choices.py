"""States of a run and what may follow what."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    WAITING = "waiting", _("等待")
    RUNNING = "running", _("进行中")
    PAUSED = "paused", _("已暂停")
    DONE = "done", _("完成")
    FAILED = "failed", _("失败，将重试")
    QUARANTINED = "quarantined", _("隔离，等人处理")
    CANCELLED = "cancelled", _("已取消")


class RunWish(models.TextChoices):
    """What a person asked of a run; the worker obeys at its next checkpoint."""

    NONE = "", _("无")
    PAUSE = "pause", _("请求暂停")
    CANCEL = "cancel", _("请求取消")


RUN_TRANSITIONS: dict[str, set[str]] = {
    RunState.WAITING: {RunState.RUNNING, RunState.PAUSED, RunState.CANCELLED},
    RunState.RUNNING: {
        RunState.DONE,
        RunState.FAILED,
        RunState.QUARANTINED,
        RunState.PAUSED,
        RunState.CANCELLED,
        RunState.WAITING,  # a soft shutdown hands the run back
        RunState.RUNNING,  # taken over after the lease ran out
    },
    RunState.PAUSED: {RunState.WAITING, RunState.CANCELLED},
    RunState.FAILED: {RunState.RUNNING, RunState.WAITING, RunState.PAUSED, RunState.CANCELLED},
    RunState.QUARANTINED: {RunState.WAITING, RunState.CANCELLED},
    RunState.DONE: {RunState.WAITING},  # asked to be done again, e.g. a recomputation
    RunState.CANCELLED: {RunState.WAITING},
}

ENDED_STATES = (RunState.DONE, RunState.CANCELLED, RunState.QUARANTINED)
DUE_STATES = (RunState.WAITING, RunState.FAILED)
