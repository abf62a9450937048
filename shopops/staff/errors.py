"""Why an act on people, roles or the shop was refused. The text is for the person who tried."""

from dataclasses import dataclass

from django.utils.functional import Promise


class RefusedError(Exception):
    """The act is not possible now. `str()` says why, in the reader's language."""

    def __init__(self, why: str | Promise) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that two people changed: what stands now, and what was about to be written."""

    label: str | Promise
    theirs: str
    mine: str

    @property
    def differs(self) -> bool:
        """Tell whether the two would really differ."""
        return self.theirs != self.mine


class StaleError(RefusedError):
    """Somebody else saved in between."""

    def __init__(self, why: str | Promise, *, version: int, rows: list[Difference]) -> None:
        super().__init__(why)
        self.version = version
        self.rows = rows


class QuotaError(RefusedError):
    """The person has revealed as many contacts today as one may."""
