"""One stored file into its staging table: the child reads, Postgres copies."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from shopops.intake import feeding, registry, stages
from shopops.intake.feeding import Allowance, ChildDiedError, Event, Reading
from shopops.intake.reading.refusals import FileRefusedError
from shopops.intake.spec import CellError
from shopops.lib.vault import VaultBrokenError

# More rejected rows than these are counted, not kept: such a file is to be exported anew.
KEPT_ERRORS = 100_000
TRIES = 3
_UTF8, _GB18030 = "utf-8-sig", "gb18030"

# Called with the rows read and the bytes fed so far.
type OnRows = Callable[[int, int], None]


@dataclass(slots=True)
class Parsed:
    """What came out of a file."""

    kind: str
    layout: str
    container: str
    encoding: str
    columns: list[str]
    notes: list[str]
    read: int = 0
    staged: int = 0
    totals: int = 0
    error_count: int = 0
    errors: list[CellError] = field(default_factory=list)
    facts: dict[str, int | str] = field(default_factory=dict)


class _WrongEncodingError(Exception):
    def __init__(self, event: Event) -> None:
        self.offset, self.line = int(event["offset"]), int(event["line"])
        super().__init__()


def allowance() -> Allowance:
    """Give what the child may use, from the settings."""
    # A CSV of the allowed size at 20 MB a second; never less than two minutes.
    seconds = max(120, settings.IMPORT_CSV_MAX_MB // 3)
    return Allowance(
        cpu_seconds=seconds,
        wall_seconds=seconds * 3,
        workbook_bytes=settings.IMPORT_XLSX_MAX_MB << 20,
        workbook_rows=settings.IMPORT_XLSX_MAX_ROWS,
    )


def parse_into(
    stage: str, stored_name: str, *, wanted: str | None, on_rows: OnRows, limits: Allowance
) -> Parsed:
    """Fill a staging table from a stored file, in one transaction; a repeat starts from nothing.

    :raises FileRefusedError: if the file cannot be read; nothing is staged then
    """
    for tries in range(1, TRIES + 1):
        try:
            return _parse(stage, stored_name, wanted=wanted, on_rows=on_rows, limits=limits)
        except VaultBrokenError as error:
            raise FileRefusedError("vault") from error
        except ChildDiedError as death:
            if death.how == "timeout" or tries == TRIES:
                raise FileRefusedError(death.how, tries) from death
    raise AssertionError("unreachable")


def _parse(
    stage: str, stored_name: str, *, wanted: str | None, on_rows: OnRows, limits: Allowance
) -> Parsed:
    encoding = feeding.probable_encoding(stored_name)
    attempt = _Attempt(stage, stored_name, wanted=wanted, on_rows=on_rows, limits=limits)
    if encoding == _UTF8:
        try:
            return attempt.run(_UTF8)
        except _WrongEncodingError as error:
            utf8 = error
    else:
        utf8 = None
    try:
        return attempt.run(_GB18030)
    except _WrongEncodingError as error:
        # The attempt that came further was the right one.
        worst = max((e for e in (utf8, error) if e), key=lambda e: e.offset)
        raise FileRefusedError("encoding", worst.line, worst.offset + 1) from error
    except FileRefusedError as refusal:
        if utf8 is not None and refusal.reason.startswith("unknown_header"):
            raise FileRefusedError("encoding", utf8.line, utf8.offset + 1) from refusal
        raise


class _Attempt:
    """One pass over the file in one encoding."""

    def __init__(
        self,
        stage: str,
        stored_name: str,
        *,
        wanted: str | None,
        on_rows: OnRows,
        limits: Allowance,
    ) -> None:
        self._stage, self._stored_name, self._wanted = stage, stored_name, wanted
        self._on_rows, self._limits = on_rows, limits
        self._last: Event | None = None

    def run(self, encoding: str) -> Parsed:
        reading = Reading(
            self._stored_name,
            importers=[kind.importer for kind in registry.file_kinds()],
            encoding=encoding,
            wanted=self._wanted,
            field_keys=settings.FIELD_KEYS,
            allowance=self._limits,
        )
        with reading, transaction.atomic():
            parsed = _parsed_of(_checked(reading, reading.first_event()))
            kind = registry.file_kind(parsed.kind)
            stages.create_stage(self._stage, registry.importer_of(kind).STAGE_COLUMNS)
            with connection.cursor() as cursor:
                copying = cursor.copy(stages.copy_statement(self._stage))
                with copying as copy:
                    for data in reading.rows():
                        copy.write(data)
                        self._take(parsed, reading, reading.events_so_far())
            self._take(parsed, reading, reading.events())
            reading.check_end(self._last)
            stages.analyze_stage(self._stage)
        return parsed

    def _take(self, parsed: Parsed, reading: Reading, events: Iterable[Event]) -> None:
        for event in events:
            self._last = _checked(reading, event)
            _note(parsed, event)
        self._on_rows(parsed.read, reading.fed_bytes)


def _checked(reading: Reading, event: Event) -> Event:
    """Turn the child's bad news into errors."""
    if event["event"] == "refused":
        raise FileRefusedError(*str(event["reason"]).split("|"))
    if event["event"] == "encoding":
        raise _WrongEncodingError(event)
    if event["event"] == "crashed":
        reading.kill()
        raise ChildDiedError("crashed")
    return event


def _parsed_of(event: Event) -> Parsed:
    return Parsed(
        kind=str(event["kind"]),
        layout=str(event["layout"]),
        container=str(event["container"]),
        encoding=str(event["encoding"]),
        columns=[str(name) for name in event["columns"]],
        notes=[str(note) for note in event["notes"]],
        facts=dict(event["facts"]),
    )


def _note(parsed: Parsed, event: Event) -> None:
    if event["event"] == "block":
        parsed.read += int(event["read"])
        parsed.staged += int(event["staged"])
        parsed.totals += int(event["totals"])
        add_facts(parsed.facts, event["facts"])
    elif event["event"] == "errors":
        parsed.error_count += len(event["errors"])
        room = KEPT_ERRORS - len(parsed.errors)
        parsed.errors += [_error(row) for row in event["errors"][: max(room, 0)]]


def _error(row: dict[str, Any]) -> CellError:
    return CellError(int(row["line"]), str(row["column"]), str(row["value"]), str(row["reason"]))


def add_facts(facts: dict[str, int | str], more: dict[str, int | str]) -> None:
    """Add a block's facts: whole numbers up, texts as a list without repeats, joined by ","."""
    for name, value in more.items():
        known = facts.get(name)
        if known is None:
            facts[name] = value
        elif isinstance(known, int) and isinstance(value, int):
            facts[name] = known + value
        else:
            both = dict.fromkeys(part for part in f"{known},{value}".split(",") if part)
            facts[name] = ",".join(both)
