"""The unprivileged user that the servers run as when we are root."""

from __future__ import annotations

import os
import pwd
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2


@dataclass(frozen=True, slots=True)
class Account:
    """A user and a group id, and whether the files in question are in its reach."""

    uid: int
    gid: int

    def own(self, folder: Path) -> None:
        """Create a folder that only this user enters, or take an existing one over."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        if folder.stat().st_uid == self.uid:
            return
        for root, _, files in os.walk(folder):
            os.chown(root, self.uid, self.gid)
            for name in files:
                os.chown(Path(root) / name, self.uid, self.gid, follow_symlinks=False)

    def can_reach(self, path: Path) -> bool:
        """Tell whether each folder above `path` lets this user through (access lists aside)."""
        return all(self._may_enter(folder.stat()) for folder in path.resolve().parents)

    def _may_enter(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def server_account() -> Account | None:
    """Return whom to become before running a server, or None when we are no root.

    `nobody` exists on every Linux and macOS; Postgres insists on a user that has a name.
    """
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def capability_for(account: Account, paths: list[Path]) -> int | None:
    """Return the capability that a server needs to reach its files, or None if it needs none.

    Containers usually lack the milder of the two, so the bounding set decides.
    """
    if all(account.can_reach(path) for path in paths) or not sys.platform.startswith("linux"):
        return None
    bounding = 0
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapBnd:"):
            bounding = int(line.split()[1], 16)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        if bounding >> capability & 1:
            return capability
    return None
