import base64
import io
import os

import pytest

from shopops.lib import sealing, vault
from shopops.lib.keys import KeyRing, SealBrokenError, Sealer

ONE = "1:" + base64.b64encode(b"a" * 32).decode()
TWO = "2:" + base64.b64encode(b"b" * 32).decode()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.FIELD_KEYS = ONE


def plain(name):
    return b"".join(vault.chunks(name))


def test_after_a_rotation_new_values_use_the_new_key_and_old_ones_still_open(settings):
    old = sealing.seal(b"secret")
    settings.FIELD_KEYS = f"{TWO},{ONE}"

    new = sealing.seal(b"secret")

    assert (old[:2], new[:2]) == (b"\x00\x01", b"\x00\x02")
    assert sealing.unseal(old) == sealing.unseal(new) == b"secret"
    assert not sealing.sealer().is_current(old)
    assert sealing.sealer().is_current(new)


def test_a_removed_key_or_a_changed_byte_opens_nothing(settings):
    sealed = sealing.seal(b"secret")

    with pytest.raises(SealBrokenError):
        sealing.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    settings.FIELD_KEYS = TWO
    with pytest.raises(SealBrokenError):
        sealing.unseal(sealed)


def test_blind_indexes_find_what_either_key_wrote():
    before = Sealer(KeyRing.parse(ONE)).blind_index("13800000001")
    ring = Sealer(KeyRing.parse(f"{TWO},{ONE}"))

    assert len(before) == 16
    assert before in ring.blind_indexes("13800000001")
    assert ring.blind_indexes("13800000001")[0] == ring.blind_index("13800000001") != before


@pytest.mark.parametrize("text", ["", "1:YQ==", "x:abc", f"{ONE},{ONE}", "1", "70000:" + ONE[2:]])
def test_keys_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match="FIELD_KEYS"):
        KeyRing.parse(text)


@pytest.mark.parametrize("size", [0, 1, vault.CHUNK_BYTES, vault.CHUNK_BYTES + 1, 3_500_000])
def test_a_stored_file_comes_back_to_the_byte(size):
    content = os.urandom(size)

    stored = vault.store(io.BytesIO(content))

    assert (plain(stored.name), stored.size_bytes) == (content, size)


def spoil(name, change):
    path = vault.path_of(name)
    path.write_bytes(change(path.read_bytes()))


HEADER, CHUNK = 26, vault.CHUNK_BYTES + vault.TAG_BYTES


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: HEADER + CHUNK],  # cut at the edge of a chunk
        lambda data: data[:-1],
        lambda data: data[:10],
        lambda data: (
            data[:HEADER]
            + data[HEADER + CHUNK : HEADER + 2 * CHUNK]
            + data[HEADER : HEADER + CHUNK]
            + data[HEADER + 2 * CHUNK :]
        ),  # two chunks swapped
        lambda data: data[: HEADER + CHUNK] + data[HEADER:],  # a chunk twice
        lambda data: data[:200] + b"\0" + data[201:],
        lambda data: data[:9] + b"\x07" + data[10:],  # another key version
    ],
)
def test_a_stored_file_that_was_touched_is_never_given_for_whole(change):
    stored = vault.store(io.BytesIO(os.urandom(3 * vault.CHUNK_BYTES)))
    spoil(stored.name, change)

    with pytest.raises(vault.VaultBrokenError):
        plain(stored.name)


def test_a_name_is_never_a_path():
    for name in ("../secret", "a/b", "", "a.part"):
        with pytest.raises(vault.VaultBrokenError):
            vault.path_of(name)


def test_a_broken_off_upload_leaves_nothing(tmp_path):
    writer = vault.VaultWriter()
    writer.write(b"half")

    writer.abort()

    assert list((tmp_path / "uploads").iterdir()) == []
