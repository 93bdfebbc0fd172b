"""memtier_benchmark, where it is installed: plain, and following the cluster."""

import json
import shutil
import subprocess

import pytest
from servers import HOST, LIMIT_FACTOR

MEMTIER = shutil.which("memtier_benchmark")
pytestmark = pytest.mark.skipif(MEMTIER is None, reason="memtier_benchmark is not installed")
REQUESTS = 2000


def memtier(server, directory, *arguments):
    """Runs it against a server; returns its totals."""
    report = directory / "report.json"
    subprocess.run(
        [MEMTIER, "-s", HOST, "-p", str(server.port), "--hide-histogram", "-t", "1", "-c", "4",
         "-n", str(REQUESTS), "--pipeline", "10", "--ratio", "1:1", "-d", "64",
         "--key-maximum", "10000", "--json-out-file", str(report), *arguments],
        check=True, capture_output=True, timeout=60 * LIMIT_FACTOR,
    )
    stats = json.loads(report.read_text())["ALL STATS"]
    assert stats["Totals"].get("Connection Errors", 0) == 0
    return stats


def test_plain(start_tessera, tmp_path):
    server = start_tessera(shards=2)
    stats = memtier(server, tmp_path)
    assert stats["Totals"]["Count"] == 4 * REQUESTS
    assert server.client().dbsize() > 0


def test_cluster_mode_never_hops(start_tessera, tmp_path):
    server = start_tessera(
        cluster_enabled=True, cluster_claim_all_slots=True, cluster_announce_shards=True, shards=2
    )
    stats = memtier(server, tmp_path, "--cluster-mode")
    assert stats["Totals"]["Count"] >= 4 * REQUESTS
    assert stats["Sets"].get("MOVED/sec", 0) == 0
    assert server.hops() == 0
    assert int(server.info("stats")["total_commands_processed"]) >= 4 * REQUESTS
