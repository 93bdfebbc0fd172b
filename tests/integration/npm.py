"""Packages of npm that tests use: what a directory's package-lock.json says, installed into it."""

import os
import shutil
import subprocess

import pytest


def install(directory):
    """Skips the test where npm is not there; so it does where no package can be had, but for CI."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node.js with npm is not installed")
    installed = directory / "node_modules" / ".package-lock.json"
    lock = directory / "package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    result = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300,
    )
    if result.returncode != 0 and not os.environ.get("CI"):
        pytest.skip(f"npm ci failed: {result.stderr[-500:]}")
    assert result.returncode == 0, result.stderr
