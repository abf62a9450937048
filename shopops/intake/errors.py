"""Refusals of the imports actions."""


class IntakeError(Exception):
    """What was asked of a batch cannot be done."""


class UnableToMoveError(IntakeError):
    """The batch is not in a state from which this can follow."""

    def __init__(self, state: str, wanted: str) -> None:
        self.state, self.wanted = state, wanted
        super().__init__(f"a batch that is {state} cannot become {wanted}")


class OtherShopError(IntakeError):
    """The file is from another shop than the one known; a person must confirm."""

    def __init__(self, known: str, found: str) -> None:
        self.known, self.found = known, found
        super().__init__(f"the file is of shop {found}, this is {known}")
