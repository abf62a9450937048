"""Processes: start one that dies with us, know it again later, stop it surely."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from shopops.embedded.account import capability_for, server_account

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

IS_LINUX = sys.platform.startswith("linux")
LAUNCHER = Path(__file__).with_name("launcher.py")
POLL_SECONDS = 0.05
MARKER = "SHOPOPS_CHILD_OF"  # in the environment of a supervisor's programs: the data folder


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A pid and what tells this process from a later one with the same number."""

    pid: int
    born: str

    def is_alive(self) -> bool:
        return mark_of(self.pid) == self


def mark_of(pid: int) -> ProcessMark | None:
    """Return the mark of a live process; None for a dead one and for a zombie."""
    born = _born_linux(pid) if IS_LINUX else _born_ps(pid)
    return ProcessMark(pid, born) if born else None


def _born_linux(pid: int) -> str:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def _born_ps(pid: int) -> str:
    shown = subprocess.run(  # noqa: S603
        ["/bin/ps", "-p", str(pid), "-o", "stat=,lstart="],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    state, _, born = shown.partition(" ")
    return "" if state.startswith("Z") else born.strip()


def working_in(folder: Path) -> list[int]:
    """Return the processes whose working folder is `folder` (Linux; elsewhere none are known)."""
    if not IS_LINUX:
        return []
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if (entry / "cwd").readlink() == folder and mark_of(int(entry.name)):
                found.append(int(entry.name))
        except OSError:
            continue  # gone meanwhile, or another user's
    return found


def marked(value: str) -> list[ProcessMark]:
    """Return the processes that were started with our marker in their environment (Linux).

    Their descendants are among them, also those whose parent is long gone.
    """
    if not IS_LINUX:
        return []
    line = f"{MARKER}={value}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            is_ours = line in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue  # gone meanwhile, or another user's
        mark = mark_of(int(entry.name)) if is_ours else None
        if mark:
            found.append(mark)
    return found


def start(
    argv: Sequence[str | Path],
    *,
    log: IO[bytes] | int,
    death_signal: signal.Signals,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    drop_for: Sequence[Path] | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program that gets `death_signal` when we die (Linux), with both outputs in `log`.

    `drop_for` lists the paths that it must reach; given, the program runs as the unprivileged
    user when we are root. Call from a thread that lives as long as the program should.
    """
    account = server_account() if drop_for is not None else None
    command = [str(part) for part in argv]
    user: dict[str, object] = {}
    if IS_LINUX:
        head = [sys.executable, "-I", "-S", str(LAUNCHER)]
        head += ["--parent", str(os.getpid()), "--signal", str(int(death_signal))]
        if account:
            head += ["--uid", str(account.uid), "--gid", str(account.gid)]
            capability = capability_for(account, list(drop_for or ()))
            head += ["--capability", str(capability)] if capability is not None else []
        command = [*head, "--", *command]
    elif account:
        user = {"user": account.uid, "group": account.gid, "extra_groups": []}
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # noqa: S603
        command,
        stdin=stdin,
        stdout=log,
        stderr=subprocess.STDOUT,
        env=dict(environment) if environment is not None else None,
        start_new_session=True,  # a Ctrl-C is for the supervisor alone, which stops in order
        **user,
    )


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Poll until `condition` holds; tell whether it did within `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(POLL_SECONDS)
    return True


def signal_quietly(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process that may be gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def stop_child(
    child: subprocess.Popen[bytes], steps: Iterable[tuple[signal.Signals, float]]
) -> None:
    """Stop a child by one signal after the other, each given its seconds to work."""
    for number, seconds in steps:
        if child.poll() is not None:
            return
        signal_quietly(child.pid, number)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)  # its own children as well: it leads a session
        child.wait()


def stop_strangers(marks: Sequence[ProcessMark], *, patience_seconds: float) -> None:
    """Ask processes to end, all at once; kill those that have not after a while."""
    for number, seconds in ((signal.SIGTERM, patience_seconds), (signal.SIGKILL, 5.0)):
        alive = [mark for mark in marks if mark.is_alive()]
        for mark in alive:
            signal_quietly(mark.pid, number)
        wait_until(lambda: not any(mark.is_alive() for mark in marks), seconds=seconds)


def stop_stranger(mark: ProcessMark, steps: Iterable[tuple[signal.Signals, float]]) -> None:
    """Stop a process that is not our child, as `stop_child` does."""
    for number, seconds in (*steps, (signal.SIGKILL, 5.0)):
        if not mark.is_alive():
            return
        signal_quietly(mark.pid, number)
        wait_until(lambda: not mark.is_alive(), seconds=seconds)


def belongs_to(pid: int, folder: Path) -> bool:
    """Tell whether a live process is the server of `folder`, and no stranger with its old pid."""
    if IS_LINUX:
        return pid in working_in(folder)
    shown = subprocess.run(  # noqa: S603
        ["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
    return str(folder) in shown.stdout
