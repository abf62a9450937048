"""Evidence files: kept encrypted in the vault, opened one at a time with a row in the log."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext as _

from orders.actions.cases.locks import locked_case
from orders.actions.cases.saving import log, save_case
from orders.actions.errors import EvidenceRefusedError
from orders.models import AfterSalesCase, Evidence
from orders.rules.evidence import LARGEST_BYTES, sniff, tidy_name
from shopops.lib import vault
from shopops.staff.models import User

MOST_FILES = 30


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it was sent; `name` is only shown, never used as a path."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file being given out, decrypted piece by piece."""

    evidence: Evidence
    pieces: Iterator[bytes]


def add_evidence(*, case_id: int, file: SentFile, by: User, now: datetime) -> Evidence:
    """Keep a file with a case. The same file is kept once. Locks order and case.

    :raises AfterSalesCase.DoesNotExist: if there is no such case
    :raises EvidenceRefusedError: if it is empty, too big, or no picture, video or PDF by its content
    """
    kind = sniff(file.data[:64])
    if not file.data:
        raise EvidenceRefusedError(_("文件是空的。"))
    if len(file.data) > LARGEST_BYTES:
        raise EvidenceRefusedError(
            _("「%(name)s」超过 %(mb)d MB，没有收下。")
            % {"name": file.name[:80], "mb": LARGEST_BYTES >> 20}
        )
    if kind is None:
        raise EvidenceRefusedError(
            _("「%(name)s」的内容不是图片、视频或 PDF，没有收下；改扩展名没有用。")
            % {"name": file.name[:80]}
        )
    stored = vault.store(io.BytesIO(file.data))
    try:
        return _keep(case_id, stored, tidy_name(file.name, kind), kind.content_type, by, now)
    except BaseException:
        vault.remove(stored.name)
        raise


@transaction.atomic
def _keep(
    case_id: int, stored: vault.Stored, name: str, content_type: str, by: User, now: datetime
) -> Evidence:
    _order, case = locked_case(case_id=case_id, version=None)
    if case.evidence.filter(sha256=stored.sha256).exists():
        raise EvidenceRefusedError(_("这张售后单里已经有这个文件。"))
    if case.evidence.count() >= MOST_FILES:
        raise EvidenceRefusedError(_("一张售后单最多 %(n)d 个文件。") % {"n": MOST_FILES})
    kept = Evidence.objects.create(
        case=case,
        added_at=now,
        added_by=by,
        size=stored.size_bytes,
        sha256=stored.sha256,
        content_type=content_type,
        name=name,
        path=stored.name,
    )
    save_case(case)
    log("orders.evidence.added", case, by=by, now=now, new={"evidence": kept.pk, "file": name})
    return kept


@transaction.atomic
def open_evidence(*, evidence_id: int, by: User, now: datetime) -> OpenedFile:
    """Give a file out; who opened it stands in the log.

    :raises Evidence.DoesNotExist: if there is none
    """
    kept = Evidence.objects.select_related("case__order").get(pk=evidence_id)
    log("orders.evidence.opened", kept.case, by=by, now=now, new={"evidence": kept.pk})
    return OpenedFile(kept, vault.chunks(kept.path))


@transaction.atomic
def remove_evidence(*, evidence_id: int, reason: str, by: User, now: datetime) -> AfterSalesCase:
    """Take a file away that was kept by mistake. Locks order and case.

    :raises Evidence.DoesNotExist: if there is none
    :raises EvidenceRefusedError: if no reason is given
    """
    if not reason.strip():
        raise EvidenceRefusedError(_("写下为什么删掉这个文件。"))
    case_id = Evidence.objects.values_list("case_id", flat=True).get(pk=evidence_id)
    _order, case = locked_case(case_id=case_id, version=None)
    kept = case.evidence.get(pk=evidence_id)
    transaction.on_commit(partial(vault.remove, kept.path))
    kept.delete()
    save_case(case)
    log("orders.evidence.removed", case, by=by, now=now, reason=reason)
    return case


def kept_names(names: Iterable[str]) -> set[str]:
    """Say which of some names in the vault are evidence: the sweeper of lost files asks."""
    return set(Evidence.objects.filter(path__in=list(names)).values_list("path", flat=True))
