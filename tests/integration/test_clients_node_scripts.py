"""Node.js libraries that live on scripts: their usual flows, against a cluster with hash tags and a single node."""

import json
import shutil
import subprocess

import pytest
from servers import HOST, LIMIT_FACTOR
from test_clients_node import COMPAT, libraries  # noqa: F401

MODES = {
    "cluster": {"cluster_enabled": True, "cluster_claim_all_slots": True, "cluster_announce_shards": True},
    "single": {},
}


@pytest.mark.limit(200)
@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("library", ["bullmq", "redlock", "rate-limiter-flexible"])
def test_flows(libraries, start_tessera, library, mode, shards):  # noqa: F811
    node = start_tessera(shards=shards, **MODES[mode])
    result = subprocess.run(
        [shutil.which("node"), str(COMPAT / f"{library}.js"), HOST, str(node.port), mode], cwd=COMPAT, text=True,
        capture_output=True, timeout=120 * LIMIT_FACTOR,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    assert json.loads(result.stdout.splitlines()[-1]) == {"done": True}
