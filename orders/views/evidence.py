"""Evidence files in and out. Nothing of them lies on a disk in plain text."""

from itertools import chain

from django.contrib import messages
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from orders.actions.cases import evidence
from orders.actions.errors import OrderRefusedError
from orders.forms.cases import ReasonForm
from orders.models import AfterSalesCase, Evidence
from orders.rules.evidence import LARGEST_BYTES
from orders.views.cases import person_of
from orders.views.cases_rows import case_url
from shopops.lib.vault import VaultBrokenError
from shopops.staff.access import requires


class EvidenceUploadHandler(FileUploadHandler):
    """Keeps a file in memory up to the limit; a bigger one is dropped and named in `refused`."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refused: list[str] = []
        self._data: bytearray | None = None

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self._data = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._data is None:
            return
        if start + len(raw_data) > LARGEST_BYTES:
            self.refused.append(self.file_name or "")
            self._data = None
            raise SkipFile
        self._data += raw_data

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        if self._data is None:
            return None
        data, self._data = bytes(self._data), None
        return UploadedFile(ContentFile(data), name=self.file_name, size=len(data))


@csrf_exempt  # `_add` checks it: first comes the right, lest anybody fill the memory
@requires("orders.handle_case")
@require_POST
def add(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep the files that were sent with a case."""
    handler = EvidenceUploadHandler(request)
    request.upload_handlers = [handler]
    return _add(request, case_id, handler)


@csrf_protect
def _add(request: HttpRequest, case_id: int, handler: EvidenceUploadHandler) -> HttpResponse:
    if not AfterSalesCase.objects.filter(pk=case_id).exists():
        raise Http404(str(case_id))
    files = request.FILES.getlist("files")
    for name in handler.refused:
        messages.error(
            request,
            _("「%(name)s」超过 %(mb)d MB，没有收下。")
            % {"name": name[:80], "mb": LARGEST_BYTES >> 20},
        )
    if not files and not handler.refused:
        messages.error(request, _("没有选文件。"))
    kept = 0
    for file in files:
        sent = evidence.SentFile(name=file.name or "", data=file.read())
        try:
            evidence.add_evidence(
                case_id=case_id, file=sent, by=person_of(request), now=timezone.now()
            )
            kept += 1
        except OrderRefusedError as refusal:
            messages.error(request, refusal.message)
    if kept:
        messages.success(request, _("收下 %(n)d 个文件。") % {"n": kept})
    return redirect(case_url(case_id))


@require_GET
@requires("orders.handle_case")
def download(request: HttpRequest, evidence_id: int) -> StreamingHttpResponse:
    """Give a file out as a download, never to be shown in place; who took it is logged."""
    try:
        opened = evidence.open_evidence(
            evidence_id=evidence_id, by=person_of(request), now=timezone.now()
        )
        first = next(opened.pieces, b"")
    except (Evidence.DoesNotExist, VaultBrokenError) as error:
        raise Http404(str(evidence_id)) from error

    response = StreamingHttpResponse(
        chain([first], opened.pieces), content_type=opened.evidence.content_type
    )
    response["Content-Disposition"] = _attachment(opened.evidence.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _attachment(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


@require_POST
@requires("orders.handle_case")
def remove(request: HttpRequest, evidence_id: int) -> HttpResponse:
    """Take a file away that was kept by mistake."""
    kept = Evidence.objects.filter(pk=evidence_id).first()
    if kept is None:
        raise Http404(str(evidence_id))
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        evidence.remove_evidence(
            evidence_id=evidence_id, reason=reason, by=person_of(request), now=timezone.now()
        )
    except OrderRefusedError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("文件已删掉。"))
    return redirect(case_url(kept.case_id))
