"""The imports pages."""

from collections.abc import Callable
from typing import cast
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from shopops.intake import actions, error_file, queries, registry
from shopops.intake.choices import BatchSource
from shopops.intake.errors import IntakeError, OtherShopError, UnableToMoveError
from shopops.intake.models import Batch
from shopops.intake.uploads import VaultedFile, VaultUploadHandler
from shopops.intake.wording import limit_text
from shopops.lib.paging import Key, decode_key
from shopops.lib.requests import Request
from shopops.staff.access import passive, requires
from shopops.staff.models import User


def _person(request: HttpRequest) -> User:
    return cast(User, request.user)


def _key(request: HttpRequest, name: str) -> Key | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        return decode_key(text)
    except ValueError as error:
        raise Http404 from error


def _page_url(**cursor: str | None) -> str | None:
    (name, value) = next(iter(cursor.items()))
    return f"{reverse('intake:imports')}?{urlencode({name: value})}" if value else None


def _list_context(request: HttpRequest, *, upload_error: str = "") -> dict[str, object]:
    page = queries.page_of_batches(
        older_than=_key(request, "after"), newer_than=_key(request, "before")
    )
    may_import = _person(request).has_perm("intake.import")
    return {
        "can_upload": may_import,
        "upload_error": upload_error or None,
        "limit_text": limit_text(
            csv_mb=settings.IMPORT_CSV_MAX_MB,
            workbook_mb=settings.IMPORT_XLSX_MAX_MB,
            rows=settings.IMPORT_XLSX_MAX_ROWS,
        ),
        "batches": page.rows,
        "page": {
            "newer_url": _page_url(before=page.before),
            "older_url": _page_url(after=page.after),
            "text": "",
        },
        "kinds": queries.kind_rows(),
        "inbox_text": _("放进收件夹的文件会自动读入并写入，读不了的会退到 refused 文件夹。"),
        "now": timezone.now(),
    }


@requires("intake.view")
@require_GET
def imports(request: Request) -> HttpResponse:
    """List the files that came in, newest first, with the upload field."""
    part = "#rows" if request.htmx else ""
    response = render(request, f"intake/imports.html{part}", _list_context(request))
    patch_vary_headers(response, ["HX-Request"])
    return response


@csrf_exempt  # `_upload` checks it: first comes the right, lest anybody fill the disk
@requires("intake.import")
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Take files straight into the vault."""
    handler = VaultUploadHandler(request)
    request.upload_handlers = [handler]
    return _upload(request, handler)


@csrf_protect
def _upload(request: HttpRequest, handler: VaultUploadHandler) -> HttpResponse:
    files = [file for file in request.FILES.getlist("files") if isinstance(file, VaultedFile)]
    received = [
        actions.receive_file(
            stored=file.stored,
            file_name=file.name or "",
            source=BatchSource.UPLOAD,
            by=_person(request),
            now=timezone.now(),
            written_at=None,
            auto_commit=False,
        )
        for file in files
    ]
    for one in received:
        if one.seen_before:
            text = _("「{file}」和第 {pk} 批是同一个文件，再写一次也不会有变化。")
            messages.info(request, text.format(file=one.batch.file_name, pk=one.seen_before.pk))
    too_big = [
        _("「{file}」超过 {mb} MB，没有收下。").format(file=one.file_name, mb=one.limit_mb)
        for one in handler.refused
    ]
    if too_big or not received:
        error = " ".join(too_big) or _("没有选文件。")
        context = _list_context(request, upload_error=error)
        return render(request, "intake/imports.html", context, status=400)
    if len(received) == 1:
        return _to_batch(received[0].batch.pk)
    return HttpResponseRedirect(reverse("intake:imports"), status=303)


@requires("intake.view")
@require_GET
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show one batch: what would be written, or what was."""
    page = _or_404(lambda: queries.batch_page(batch_id=batch_id))
    person = _person(request)
    may_import, may_undo = person.has_perm("intake.import"), person.has_perm("intake.undo")
    may_read = not page.errors or _may_read_cells(person, batch_id)
    context = {
        "batch": page.batch,
        "facts": page.facts,
        "counts": page.counts,
        "sample": page.sample,
        "sample_total": page.sample_total,
        "errors": page.errors if may_read else [],
        "error_total": page.error_total,
        "errors_url": reverse("intake:errors", args=[batch_id]) if may_read else "",
        "undo": {"text": page.undo_text, "form": None} if page.can_undo and may_undo else None,
        "other_shop": page.other_shop,
        "can_commit": page.can_commit and may_import,
        "can_discard": page.can_discard and may_import,
        "can_undo": page.can_undo and may_undo,
        "commit_text": page.commit_text,
        "events": page.events,
        "now": timezone.now(),
    }
    return render(request, "intake/batch.html", context)


@passive
@requires("intake.view")
@require_GET
def progress(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Give the progress part of a batch; once it stands still, have the page loaded again."""
    row = _or_404(lambda: queries.progress_of(batch_id=batch_id))
    context = {"run": row.run, "url": row.progress_url}
    part = "components/_progress.html"
    response = HttpResponse() if row.run is None else render(request, part, context)
    if not row.running:
        response["HX-Refresh"] = "true"
    return response


@requires("intake.import")
@require_POST
def commit(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Have a previewed batch written."""
    return _act(
        request,
        batch_id,
        lambda: actions.commit_batch(
            batch_id=batch_id,
            by=_person(request),
            now=timezone.now(),
            confirm_other_shop=request.POST.get("confirm_other_shop") == "1",
        ),
    )


@requires("intake.import")
@require_POST
def discard(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Give a batch up before it was written."""
    return _act(
        request,
        batch_id,
        lambda: actions.discard_batch(batch_id=batch_id, by=_person(request), now=timezone.now()),
    )


@requires("intake.undo")
@require_POST
def undo(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Have a written batch taken back."""
    return _act(
        request,
        batch_id,
        lambda: actions.request_undo(batch_id=batch_id, by=_person(request), now=timezone.now()),
    )


@requires("intake.import")
@require_GET
def errors(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Give the rejected rows as a file of the same layout, to be mended and sent again."""
    if not _may_read_cells(_person(request), batch_id):
        raise PermissionDenied
    try:
        file = error_file.download_errors(
            batch_id=batch_id, by=_person(request), now=timezone.now()
        )
    except (Batch.DoesNotExist, error_file.NoErrorFileError) as error:
        raise Http404 from error
    response = HttpResponse(file.content, content_type=file.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    response["Cache-Control"] = "no-store"
    return response


def _may_read_cells(person: User, batch_id: int) -> bool:
    """Tell whether a person may read what stands in a file: costs are not for everybody who imports."""
    found = Batch.objects.filter(pk=batch_id).values_list("kind", "created_by_id").first()
    if found is None or not found[0]:
        return True
    try:
        right = registry.file_kind(found[0]).cells_right
    except LookupError:  # of an app that is gone
        return True
    return not right or found[1] == person.pk or person.has_perm(right)


def _act(request: HttpRequest, batch_id: int, act: Callable[[], object]) -> HttpResponse:
    try:
        _or_404(act)
    except OtherShopError as error:
        text = _("这个文件属于另一家店（{found}），本店是 {known}。确认后才能写入。")
        messages.error(request, text.format(found=error.found, known=error.known))
    except UnableToMoveError:
        messages.error(request, _("这一批的状态已经变了，没有改动。请看它现在的状态。"))
    except IntakeError as error:
        messages.error(request, str(error))
    return _to_batch(batch_id)


def _to_batch(batch_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("intake:batch", args=[batch_id]), status=303)


def _or_404[T](ask: Callable[[], T]) -> T:
    try:
        return ask()
    except Batch.DoesNotExist as error:
        raise Http404 from error
