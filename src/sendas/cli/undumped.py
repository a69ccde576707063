"""A process that holds a password leaves no image of its memory behind."""

import ctypes
import resource
import sys


_PR_SET_DUMPABLE = 4
"""prctl(2): without it no core is written, and no other process of the user reads our memory."""


def leave_no_core() -> None:
    """Let a crash write no core dump of this process; where the system knows no way, nothing.

    The limit alone is not enough: a core that is piped into a program obeys none (core(5)).
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
