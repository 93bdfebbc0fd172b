#!/usr/bin/env python3
"""Runs a command to which the kernel refuses some system calls, as profiles for containers do.

usage: forbid_system_calls.py ERROR NUMBER[,NUMBER...] COMMAND [ARGUMENT...]

The calls are those that have the same number on every machine, which is all since number 424. ERROR
is a name: EPERM.
"""

import ctypes
import errno
import os
import struct
import sys

PR_SET_NO_NEW_PRIVS = 38
PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2

# Of classic BPF: load a word of what is looked at, compare it, return.
LOAD = 0x20
JUMP_IF_EQUAL = 0x15
RETURN = 0x06
ALLOW = 0x7FFF0000
FAIL = 0x00050000  # with an errno


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def instruction(code, value, if_true=0, if_false=0):
    return struct.pack("HBBI", code, if_true, if_false, value)


def program_of(numbers, error):
    """The number of the call comes first in what is looked at."""
    lines = [instruction(LOAD, 0)]
    for index, number in enumerate(numbers):
        lines.append(instruction(JUMP_IF_EQUAL, number, if_true=len(numbers) - index))
    return b"".join(lines + [instruction(RETURN, ALLOW), instruction(RETURN, FAIL | error)])


def forbid(numbers, error):
    libc = ctypes.CDLL(None, use_errno=True)
    text = program_of(numbers, error)
    memory = ctypes.create_string_buffer(text, len(text))
    program = Program(len(text) // 8, ctypes.cast(memory, ctypes.c_void_p))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or (
        libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0
    ):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter")


if __name__ == "__main__":
    forbid([int(number) for number in sys.argv[2].split(",")], getattr(errno, sys.argv[1]))
    os.execvp(sys.argv[3], sys.argv[3:])
