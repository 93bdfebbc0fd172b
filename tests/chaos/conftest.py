"""The servers, limits and reports of the integration tests serve here too."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from limits import pytest_configure, pytest_runtest_call  # noqa: E402, F401 (hooks)
