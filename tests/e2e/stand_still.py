"""Stops single threads of a process, as a lock or a disk that never answers would: Linux lets a tracer do so."""
import ctypes
import os
import pathlib

ATTACH, DETACH = 16, 17
WAIT_ALL = 0x40000000  # __WALL
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def threads(pid):
    """Number -> name of each."""
    return {int(task.name): (task / 'comm').read_text().strip() for task in pathlib.Path(f'/proc/{pid}/task').iterdir()}


def _ask(what, thread):
    if libc.ptrace(what, thread, None, None) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(thread))


def stop(thread):
    """To be let go by the same thread of ours."""
    _ask(ATTACH, thread)
    os.waitpid(thread, WAIT_ALL)


def go_on(thread):
    _ask(DETACH, thread)


def may_stop(pid):
    """Whether this user may stop threads of that process."""
    try:
        stop(pid)
    except OSError:
        return False
    go_on(pid)
    return True
