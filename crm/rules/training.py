"""Exam sheets as people write them, and what an attempt is worth. Pure.

Questions are parted by an empty line. The first line is the question; each other line is an option:
right ones begin with `*` (or √), wrong ones with `-`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_RIGHT = re.compile(r"^[*＊√✓]\s*(.+)$")
_WRONG = re.compile(r"^[-－—×]\s*(.+)$")
_NUMBER = re.compile(r"^\d+\s*[.、．)）]\s*")
MOST_QUESTIONS = 100


class BadSheetError(ValueError):
    """A sheet that cannot be asked. `code` with `number` (of the question, from 1) says why."""

    def __init__(self, code: str, number: int = 0, text: str = "") -> None:
        super().__init__(code)
        self.code, self.number, self.text = code, number, text


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `right` are places in `options`."""

    text: str
    options: Sequence[str]
    right: frozenset[int]

    @property
    def is_many(self) -> bool:
        """Say whether several options are right."""
        return len(self.right) > 1


def parse_sheet(text: str) -> list[Question]:
    """Read the questions.

    :raises BadSheetError: empty, too_many, no_options, no_right, all_right, odd_line, twice
    """
    blocks = [block for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if block.strip()]
    if not blocks:
        raise BadSheetError("empty")
    if len(blocks) > MOST_QUESTIONS:
        raise BadSheetError("too_many", len(blocks))
    return [_question(block, number) for number, block in enumerate(blocks, 1)]


def _question(block: str, number: int) -> Question:
    first, *rest = [line.strip() for line in block.strip().splitlines()]
    options: list[str] = []
    right: set[int] = set()
    for line in rest:
        if good := _RIGHT.match(line):
            right.add(len(options))
            options.append(good.group(1).strip())
        elif bad := _WRONG.match(line):
            options.append(bad.group(1).strip())
        else:
            raise BadSheetError("odd_line", number, line)
    if len(options) < 2:
        raise BadSheetError("no_options", number, first)
    if len(set(options)) < len(options):
        raise BadSheetError("twice", number, first)
    if not right:
        raise BadSheetError("no_right", number, first)
    if len(right) == len(options):
        raise BadSheetError("all_right", number, first)
    return Question(_NUMBER.sub("", first), tuple(options), frozenset(right))


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attempt is worth, of a hundred, rounded down: just short of the mark is short."""

    right_count: int
    question_count: int
    mark: int
    has_passed: bool


def mark(
    questions: Sequence[Question], chosen: Mapping[int, frozenset[int]], *, pass_mark: int
) -> Attempt:
    """Mark an attempt: a question counts if exactly the right options are chosen."""
    right = sum(chosen.get(place, frozenset()) == one.right for place, one in enumerate(questions))
    worth = right * 100 // len(questions)
    return Attempt(right, len(questions), worth, worth >= pass_mark)


def due_on(*, passed_on: date | None, valid_days: int | None) -> date | None:
    """Give the day from which a sheet is to be taken (again): None while a pass holds for good.

    `date.min` where it was never passed.
    """
    if passed_on is None:
        return date.min
    return None if valid_days is None else passed_on + timedelta(days=valid_days)
