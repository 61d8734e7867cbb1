"""Become another program, as another user if asked, that ends when its parent does.

Run as a script: ``python -I -S child.py PARENT UID GID PROGRAM [ARGUMENT ...]``; a UID of -1 keeps the user.
A script of its own, because code between fork and exec is unsafe once numpy's threads run.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Replace this program by `command`; return only if `parent` is gone already."""
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After setuid, which would clear it. Elsewhere than on Linux the next start ends what was left behind.
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGINT):
        raise OSError(ctypes.get_errno(), "prctl")
    if os.getppid() != parent:  # it died before prctl, so no signal will come
        return
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and exec would hand that on
        signal.signal(ignored, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
