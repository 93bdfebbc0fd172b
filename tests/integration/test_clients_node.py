"""The cluster clients of the Node.js libraries, unmodified, against a node with several shards.

Each finds every shard's port by itself, connects to it, and has no command hop between shards.
"""

import json
import subprocess

import npm
import pytest
from certificates import Authority, TlsConnection
from servers import HOST, LIMIT_FACTOR, REPOSITORY, free_port

COMPAT = REPOSITORY / "tests" / "compat"
SHARDS = 2


@pytest.fixture(scope="session")
def libraries():
    npm.install(COMPAT)


@pytest.fixture
def node(start_tessera):
    return start_tessera(
        cluster_enabled=True, cluster_claim_all_slots=True, cluster_announce_shards=True, shards=SHARDS
    )


def ports_with_clients(node):
    clients = node.client().client_list()
    return {int(client["laddr"].rsplit(":", 1)[1]) for client in clients}


@pytest.mark.limit(300)
@pytest.mark.parametrize("library", ["ioredis", "node-redis", "valkey-glide"])
def test_cluster_client(libraries, node, library):
    run_session(node, library, node.port)


@pytest.mark.limit(300)
@pytest.mark.parametrize("library", ["ioredis", "node-redis"])
def test_cluster_client_with_tls(libraries, start_tessera, tmp_path, library):
    authority = Authority(tmp_path)
    pair = authority.issue("server")
    port = free_port()
    node = start_tessera(
        cluster_enabled=True, cluster_claim_all_slots=True, cluster_announce_shards=True, shards=SHARDS,
        tls_port=port, tls_cert_file=pair.certificate, tls_key_file=pair.key, tls_auth_clients="no",
    )
    with TlsConnection(port, authority.client_context()) as asker:
        run_session(node, library, port, asker, authority.pair.certificate)


def run_session(node, library, port, asker=None, *authority):
    """Runs the library's session by this port; `asker` (or a plain connection) is told the same ports as it is."""
    hops_before = node.hops()
    process = subprocess.Popen(
        ["node", str(COMPAT / f"{library}.js"), HOST, str(port), *map(str, authority)], cwd=COMPAT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    try:
        # A library may print warnings of its own before.
        line = next((line for line in process.stdout if line.startswith("{")), None)
        assert line, process.communicate(timeout=30)[1]
        assert json.loads(line) == {"done": True}
        entries = (asker or node.raw()).command("CLUSTER", "SLOTS")
        shard_ports = {entry[2][1] for entry in entries}
        assert len(shard_ports) == SHARDS
        assert shard_ports <= ports_with_clients(node)
        assert node.hops() - hops_before == 0
        _, errors = process.communicate(timeout=60 * LIMIT_FACTOR)
        assert process.returncode == 0, errors
    finally:
        process.kill()
        process.wait()
