"""The benchmark runs from beginning to end and prints its table; what it measures is nobody's verdict here."""

import re
import subprocess
import sys

import pytest
from servers import LIMIT_FACTOR, REPOSITORY


@pytest.mark.parametrize("options", [[], ["--cluster", "--shards", "2"]])
def test_bench_prints_a_table(options):
    result = subprocess.run(
        [sys.executable, str(REPOSITORY / "tests" / "perf" / "bench.py"), "--rounds", "1", "--seconds", "1",
         "--keys", "2000", "--load", "pipeline-10", *options],
        capture_output=True, text=True, timeout=60 * LIMIT_FACTOR,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    for server in ("redis", "tessera"):
        row = re.search(rf"^pipeline-10 +{server} +(.*)$", result.stdout, re.MULTILINE)
        figures = [float(word) for word in row.group(1).split() if not word.startswith("(")]
        assert len(figures) == 4
        assert all(figure > 0 for figure in figures)
        assert re.search(rf"^bytes per key +{server} +-?\d", result.stdout, re.MULTILINE)
