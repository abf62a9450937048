"""Why a whole file is refused: a code and figures; the page says it in the reader's language."""


class FileRefusedError(Exception):
    """The file cannot be read. `reason` is `code|figure|figure`; see `intake.wording`."""

    def __init__(self, code: str, *figures: object) -> None:
        self.reason = "|".join([code, *(str(figure).replace("|", "/") for figure in figures)])
        super().__init__(self.reason)
