"""Malicious reviews: the list, one file with its evidence, and the file as PDF or ZIP for the platform."""

from itertools import chain

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from crm.actions.desk_errors import StaleServiceError
from crm.actions.reviews import malice
from crm.forms.desk import MoveForm, ProofForm
from crm.models import MaliceFile, MaliceProof
from crm.queries.seeking import Sorting, seek
from crm.review_choices import MALICE_TRANSITIONS, MaliceState
from crm.views.malice_papers import as_pdf, as_zip
from crm.views.serving import Asked, answer_part, events, pager_of, person_of
from products.views.acting import conflict
from shopops.lib import vault
from shopops.staff.access import requires

SHOWN = {"": gettext_lazy("没有结果的"), "all": gettext_lazy("全部")}
TONES = {
    MaliceState.COLLECTING: "us",
    MaliceState.COMPLAINED: "wait",
    MaliceState.UPHELD: "done",
    MaliceState.REJECTED: "late",
    MaliceState.DROPPED: "",
}


@require_GET
@requires("crm.reviews")
def malice_files(request: HttpRequest) -> HttpResponse:
    """List the files against malicious reviews: those without an ending, or all."""
    show = request.GET.get("show", "")
    if show not in SHOWN:
        raise Http404(show)
    rows = MaliceFile.objects.select_related("review")
    rows = rows.filter(ended_at__isnull=True) if not show else rows
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    try:
        page = seek(
            rows, Sorting("opened_at", lambda row: row.opened_at), after=after, before=before
        )
    except ValueError as error:
        raise Http404(show) from error
    here = reverse("crm:malice_files")
    context = {
        "now": timezone.now(),
        "tabs": [
            {
                "label": label,
                "url": f"{here}?show={code}" if code else here,
                "count": None,
                "current": code == show,
            }
            for code, label in SHOWN.items()
        ],
        "show": show,
        "rows": [
            {
                "url": reverse("crm:malice_file", kwargs={"file_id": row.pk}),
                "file": row,
                "state": row.get_state_display(),
                "tone": TONES[MaliceState(row.state)],
            }
            for row in page.rows
        ],
        "page": pager_of(page, f"{here}?show={show}" if show else here),
    }
    return render(request, "crm/malice_files.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@requires("crm.reviews")
def malice_file(request: HttpRequest, file_id: int) -> HttpResponse:
    """Show one file; a POST of one part adds evidence or moves the complaint."""
    row = get_object_or_404(MaliceFile.objects.select_related("review__order"), pk=file_id)
    if request.method == "POST":
        parts = {
            "proof": ("crm.reviews", lambda asked: _proof(asked, row.pk)),
            "move": ("crm.reviews", lambda asked: _move(asked, row.pk)),
        }
        back = reverse("crm:malice_file", kwargs={"file_id": row.pk})
        done = answer_part(request, parts, back=back)
        if done is not None:
            return done
    context = {
        "now": timezone.now(),
        "file": row,
        "review": row.review,
        "state": row.get_state_display(),
        "tone": TONES[MaliceState(row.state)],
        "proofs": row.proofs.select_related("added_by").order_by("happened_at", "pk"),
        "proof_form": ProofForm(),
        "move_form": MoveForm(auto_id="id_move_%s"),
        "moves": [
            {"value": one.value, "label": one.label}
            for one in MaliceState
            if one in MALICE_TRANSITIONS[MaliceState(row.state)]
        ],
        "is_collecting": row.state == MaliceState.COLLECTING,
        "events": events("malice_file", row.pk),
    }
    return render(request, "crm/malice_file.html", context)


def _proof(asked: Asked, file_id: int) -> HttpResponse:
    form = ProofForm(asked.data, asked.request.FILES)
    if not form.is_valid():
        return asked.say_errors(form)
    data, file = form.cleaned_data, form.cleaned_data["file"]
    proof = malice.Proof(
        data["kind"],
        data["happened_at"],
        data["words"],
        file.name if file else "",
        file.read() if file else b"",
    )
    malice.add_proof(file_id=file_id, proof=proof, by=asked.by, now=asked.now)
    return asked.done(_("证据已收下。"))


def _move(asked: Asked, file_id: int) -> HttpResponse:
    form = MoveForm(asked.data)
    if not form.is_valid():
        return asked.say_errors(form)
    state, words = str(asked.data.get("state", "")), form.cleaned_data["words"]
    try:
        malice.move_file(
            file_id=file_id,
            state=state,
            words=words,
            version=asked.number("version"),
            by=asked.by,
            now=asked.now,
        )
    except StaleServiceError as stale:
        return _both(asked, stale, file_id, state, words)
    return asked.done(_("已改状态。"))


def _both(
    asked: Asked, stale: StaleServiceError, file_id: int, state: str, words: str
) -> HttpResponse:
    row = MaliceFile.objects.get(pk=file_id)
    wanted = MaliceState(state) if state in MaliceState else None
    can_go = wanted in MALICE_TRANSITIONS[MaliceState(row.state)]
    rows = [
        (_("状态"), row.get_state_display(), wanted.label if wanted else ""),
        (_("投诉编号"), row.complaint_no, words if wanted == MaliceState.COMPLAINED else row.complaint_no),
        (_("结果"), row.ending, words if wanted != MaliceState.COMPLAINED else row.ending),
    ]  # fmt: skip
    return conflict(
        asked,
        stale,
        key=(malice.OBJECT, str(file_id)),
        rows=rows,
        version=row.version,
        final="" if can_go else _("现在的状态不能再这样改。"),
    )


@require_GET
@requires("crm.reviews")
def malice_export(request: HttpRequest, file_id: int, form: str) -> HttpResponse:
    """Give the file as one PDF, or as a ZIP with the pictures beside it; who took it is logged."""
    row = get_object_or_404(MaliceFile.objects.select_related("review__order"), pk=file_id)
    if form not in ("pdf", "zip"):
        raise Http404(form)
    malice.log_export(row=row, form=form, by=person_of(request), now=timezone.now())
    body = as_pdf(row) if form == "pdf" else as_zip(row)
    response = HttpResponse(body, content_type=f"application/{form}")
    response["Content-Disposition"] = str(
        content_disposition_header(
            as_attachment=True, filename=f"{_('恶意评价证据')}-{row.pk}.{form}"
        )
    )
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@requires("crm.reviews")
def malice_proof(request: HttpRequest, proof_id: int) -> StreamingHttpResponse:
    """Give one file of the evidence out as a download, never shown in place."""
    kept = get_object_or_404(MaliceProof.objects.select_related("file"), pk=proof_id)
    if not kept.path:
        raise Http404(str(proof_id))
    malice.log_export(row=kept.file, form=kept.name, by=person_of(request), now=timezone.now())
    try:
        pieces = vault.chunks(kept.path)
        first = next(pieces, b"")
    except vault.VaultBrokenError as error:
        raise Http404(str(proof_id)) from error
    response = StreamingHttpResponse(chain([first], pieces), content_type=kept.content_type)
    response["Content-Disposition"] = str(
        content_disposition_header(as_attachment=True, filename=kept.name)
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
