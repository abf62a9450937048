"""Why a run stops before its end. None of these is an error of the work."""


class RunInterrupted(BaseException):
    """The run stops at a checkpoint. Not an `Exception`, lest a kind swallow it by accident."""


class RunPaused(RunInterrupted):
    """A person asked for a pause."""


class RunCancelled(RunInterrupted):
    """A person cancelled the run."""


class RunHandedBack(RunInterrupted):
    """The process is to end: the run waits again, without a strike."""


class LeaseLost(RunInterrupted):
    """Another process took the run over; nothing of ours may be written any more."""


class RunRefusedError(Exception):
    """The work can never succeed as asked. Raised by a kind: no retries, quarantined at once."""


class RunTimedOutError(Exception):
    """The run went over the time limit of its kind."""
