"""The limit of time that every test has: hooks of pytest, for the conftest.py of a directory."""

import faulthandler
import signal

import pytest

from servers import LIMIT_FACTOR

TEST_LIMIT_SECONDS = 120


def pytest_configure(config):
    config.addinivalue_line("markers", f"limit(seconds): limit of a test, not {TEST_LIMIT_SECONDS} s")
    faulthandler.enable()


class TestLimit(Exception):
    """A test takes longer than any good run of it."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    marker = item.get_closest_marker("limit")
    seconds = (marker.args[0] if marker else TEST_LIMIT_SECONDS) * LIMIT_FACTOR

    def expired(_number, _frame):
        raise TestLimit(f"not finished within {seconds:g} s")

    previous = signal.signal(signal.SIGALRM, expired)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
