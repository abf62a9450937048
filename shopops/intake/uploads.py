"""Uploads go straight into the vault: no plain text on disk, size and hash known at the end."""

from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from shopops.intake.reading.archive import OLE_MAGIC, ZIP_MAGIC
from shopops.lib import vault

_MAGIC_BYTES = 8


@dataclass(frozen=True, slots=True)
class RefusedUpload:
    """A file that was not taken, with the limit that it passed."""

    file_name: str
    limit_mb: int


class VaultedFile(UploadedFile):  # type: ignore[type-arg]  # no subscripts at run time
    """An upload that lies in the vault already; there is nothing to read here."""

    def __init__(self, file_name: str, stored: vault.Stored) -> None:
        super().__init__(ContentFile(b""), name=file_name, size=stored.size_bytes)
        self.stored = stored


def limit_mb_for(head: bytes) -> int:
    """Give the size limit of a file by its first bytes, in MiB."""
    if head.startswith((ZIP_MAGIC, OLE_MAGIC)):
        return int(settings.IMPORT_XLSX_MAX_MB)
    return int(settings.IMPORT_CSV_MAX_MB)


class VaultUploadHandler(FileUploadHandler):
    """Streams each file into the vault; one over its limit is dropped and told in `refused`."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.refused: list[RefusedUpload] = []
        self._writer: vault.VaultWriter | None = None
        self._head = b""

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        self._writer, self._head = vault.VaultWriter(), b""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self._writer is None:
            return
        if len(self._head) < _MAGIC_BYTES:
            self._head += raw_data[:_MAGIC_BYTES]
        limit = limit_mb_for(self._head)
        if start + len(raw_data) > limit << 20:
            self.refused.append(RefusedUpload(self.file_name or "", limit))
            self.upload_interrupted()
            raise SkipFile
        self._writer.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes] | None":
        if self._writer is None:
            return None
        stored, self._writer = self._writer.finish(), None
        return VaultedFile(self.file_name or "", stored)

    def upload_interrupted(self) -> None:
        if self._writer is not None:
            self._writer.abort()
            self._writer = None
