"""Become a server: die with the parent, drop root, then exec. Runs as a script of its own.

A separate program and not a `preexec_fn`, which is unsafe beside threads. Linux only; it imports
nothing of ours, so that it starts in a few milliseconds with `-I -S`.

    launcher.py --parent PID --signal N [--uid U --gid G [--capability C]] -- PROGRAM ARG…

`--capability` keeps one capability over the drop. It is given when the project lies in a folder
that the unprivileged user may not enter (a clone in root's home): Linux then lets the server walk
to its own files without opening that folder to everyone.
"""

import argparse
import ctypes
import os
import signal
import struct
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 47, 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAPABILITY_VERSION_3 = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def prctl(*values: int) -> None:
    words = [ctypes.c_ulong(value) for value in values]
    words += [ctypes.c_ulong(0)] * (5 - len(words))
    if libc.prctl(*words) != 0:
        raise OSError(ctypes.get_errno(), f"prctl{values} refused")


def drop_root(uid: int, gid: int, capability: int) -> None:
    if capability >= 0:
        # Without this bit access(2) ignores capabilities of a non-root user, and Postgres asks
        # access(2) whether it can find its own program.
        prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if capability >= 0:
        mask = 1 << capability
        header = struct.pack("Ii", CAPABILITY_VERSION_3, 0)
        if libc.capset(header, struct.pack("6I", mask, mask, mask, 0, 0, 0)) != 0:
            raise OSError(ctypes.get_errno(), "capset refused")
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--capability", type=int, default=-1)
    parser.add_argument("program", nargs="+")
    options = parser.parse_args()
    if options.uid is not None:
        drop_root(options.uid, options.gid, options.capability)
    prctl(PR_SET_PDEATHSIG, options.signal)  # after the drop, which clears it
    if os.getppid() != options.parent:
        sys.exit("the parent is gone")
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.execv(options.program[0], options.program)  # noqa: S606


if __name__ == "__main__":
    main()
