"""All nodes of a cluster are stopped and come back elsewhere, with their data and their nodes.conf: they find each other."""

import pytest
from cluster_nodes import LIMIT, Node, directives, follow, key_of, meet, share_slots, tessera_nodes, wait_agreed, wait_ok
from servers import free_port, wait_until

pytestmark = pytest.mark.limit(240)
FIRST = (0, 16384 // 3 - 1)


def form(nodes):
    """Three primaries, each with a replica, and a key; the key."""
    meet(nodes)
    share_slots(nodes[:3])
    wait_ok(nodes)
    for primary, replica in zip(nodes[:3], nodes[3:]):
        follow(replica, primary)
    wait_agreed(nodes)
    key = key_of(nodes[0], FIRST)
    assert nodes[0]("SET", key, "kept") == "OK"
    assert nodes[0]("WAIT", 1, 0) == 1
    return key


def kill_all(nodes):
    for node in nodes:
        node.server.kill()
        node.connection = None


def serves(nodes, key):
    """Some node has the key, and every replica is in step."""
    return any(node("GET", key) == b"kept" for node in nodes) and all(
        b"role:master" in text or b"master_link_status:up" in text for text in (node("INFO", "replication") or b"" for node in nodes)
    )


def introduce(first, others, names):
    """Those that it has not found; an introduction is good for a node timeout. True when it has found all."""
    known = first.nodes()
    lost = [node for node in others if known[names[node]][3] != "connected" or "fail" in known[names[node]][0]]
    for node in lost:
        assert first("CLUSTER", "MEET", *node.address()) == "OK"
    return not lost


def test_names_lead_to_other_addresses(start_tessera):
    """Nobody is told anything: what they announce as their name has other addresses now."""
    hosts = [f"127.0.0.{number}" for number in range(2, 8)]
    nodes = []
    for host in hosts:
        options = directives(cluster_announce_hostname="localhost", appendonly="yes", appendfsync="always")
        options.update(cluster_announce_ip="", bind=[host, "127.0.0.1"], bind_source_addr=host, shards=2)
        nodes.append(Node(start_tessera(**options)))
    for node, host in zip(nodes, hosts):
        node.address = lambda node=node, host=host: (host, node.server.port, int(node.server.directives["cluster_port"]))
    key = form(nodes)
    kill_all(nodes)
    for node in nodes:
        node.server.directives.update(bind="127.0.0.1", bind_source_addr="")
        node.server.start()
    wait_ok(nodes)
    wait_agreed(nodes)
    wait_until(lambda: serves(nodes, key), LIMIT, "the data are there, and replicas in step")
    for node in nodes:
        wait_until(lambda n=node: not any(f"{host}:".encode() in n("CLUSTER", "NODES") for host in hosts), LIMIT, "new addresses")


def test_one_word_after_other_ports(start_tessera):
    """Ports are in no name: somebody has to introduce them again, all to one of them."""
    nodes = tessera_nodes(start_tessera, 6, appendonly="yes", appendfsync="always")
    key = form(nodes)
    ids = {node.id for node in nodes}
    kill_all(nodes)
    for node in nodes:
        node.server.directives.update(port=free_port(), cluster_port=free_port())
    for node in nodes:
        node.server.start()
    names = {node: node.id for node in nodes}
    wait_until(lambda: introduce(nodes[0], nodes[1:], names), LIMIT, "the first one has found all others")
    wait_ok(nodes)
    wait_agreed(nodes)
    wait_until(lambda: serves(nodes, key), LIMIT, "the data are there, and replicas in step")
    assert all(set(node.nodes()) == ids for node in nodes)
