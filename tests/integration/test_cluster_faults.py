"""Faults of the cluster bus that DEBUG makes, and what a cluster does about some."""

import pytest
from cluster_nodes import (
    LIMIT,
    follow,
    is_error,
    is_in_step,
    kill,
    make,
    meet,
    start_again,
    tessera_nodes,
    wait_agreed,
    wait_ok,
)
from servers import wait_until

pytestmark = pytest.mark.limit(240)
PUBLISH = 4


def two(start_tessera, **more):
    nodes = tessera_nodes(start_tessera, 2, enable_debug_command="yes", **more)
    make(nodes)
    return nodes


def links(node):
    rows = node("CLUSTER", "LINKS")
    return {row[1]: row[5] for row in rows}


def state_of(node, other):
    return node.nodes()[other.id][3]


def test_links_that_break_are_connected_again(start_tessera):
    first, second = two(start_tessera)
    wait_until(lambda: set(links(first)) == {b"to", b"from"}, LIMIT, "a link in each direction")
    before = links(first)
    assert first("DEBUG", "CLUSTERLINK", "KILL", "TO", second.id) == "OK"
    wait_until(lambda: links(first).get(b"to", before[b"to"]) > before[b"to"], LIMIT, "a new link")
    assert links(first)[b"from"] == before[b"from"]
    assert first("DEBUG", "CLUSTERLINK", "KILL", "ALL", second.id) == "OK"
    wait_until(lambda: links(first).get(b"from", before[b"from"]) > before[b"from"], LIMIT, "a new one from there")
    assert str(first("DEBUG", "CLUSTERLINK", "KILL", "ALL", "f" * 40)) == f"ERR Unknown node {'f' * 40}"
    assert is_error(first("DEBUG", "CLUSTERLINK", "KILL", "UP", second.id))


def test_links_that_cannot_be_connected(start_tessera):
    first, second = two(start_tessera)
    wait_until(lambda: state_of(first, second) == "connected", LIMIT, "connected")
    assert first("DEBUG", "DISABLE-CLUSTER-RECONNECTION", 1) == "OK"
    assert first("DEBUG", "CLUSTERLINK", "KILL", "TO", second.id) == "OK"
    wait_until(lambda: state_of(first, second) == "disconnected", LIMIT, "disconnected")
    assert set(links(first)) <= {b"from"}
    assert first("DEBUG", "DISABLE-CLUSTER-RECONNECTION", 0) == "OK"
    wait_until(lambda: state_of(first, second) == "connected", LIMIT, "connected again")
    wait_ok([first, second])


def test_messages_that_do_not_arrive(start_tessera):
    first, second = two(start_tessera)
    wait_until(lambda: set(links(second)) == {b"to", b"from"}, LIMIT, "a link in each direction")
    before = links(second)
    with second.server.raw() as subscriber:
        assert subscriber.command("SUBSCRIBE", "news") == [b"subscribe", b"news", 1]
        assert second("DEBUG", "DROP-CLUSTER-PACKET-FILTER", PUBLISH) == "OK"
        assert first("PUBLISH", "news", "lost") == 0
        assert second("DEBUG", "CLOSE-CLUSTER-LINK-ON-PACKET-DROP", 1) == "OK"
        assert first("PUBLISH", "news", "lost with its link") == 0
        wait_until(lambda: links(second).get(b"from", before[b"from"]) > before[b"from"], LIMIT, "a new link")
        assert second("DEBUG", "DROP-CLUSTER-PACKET-FILTER", -1) == "OK"
        wait_until(lambda: state_of(first, second) == "connected", LIMIT, "connected again")
        assert first("PUBLISH", "news", "heard") == 0
        assert subscriber.read_reply() == [b"message", b"news", b"heard"]


def test_all_restart_without_their_data(start_tessera):
    """Nobody keeps anything on disk: there is nothing to wait for, and the slots are served again."""
    nodes = tessera_nodes(start_tessera, 4, save="", appendonly="no")
    make(nodes[:2])
    meet(nodes)
    for primary, replica in zip(nodes[:2], nodes[2:]):
        follow(replica, primary)
    wait_agreed(nodes)
    for node in nodes:
        kill(node)
    for node in nodes:
        start_again(node)
    wait_ok(nodes)
    for primary, replica in zip(nodes[:2], nodes[2:]):
        wait_until(lambda pair=(replica, primary): is_in_step(*pair), LIMIT, "the replica follows")


def shard_channel(slot):
    """A channel of this slot."""
    from redis.crc import key_slot

    return next(f"channel:{number}" for number in range(10**6) if key_slot(f"channel:{number}".encode()) == slot)


def test_a_replicas_subscribers_stay_until_the_slot_goes(start_tessera):
    nodes = tessera_nodes(start_tessera, 3)
    make(nodes[:2])
    meet(nodes)
    first, second, replica = nodes
    follow(replica, first)
    wait_agreed(nodes)
    here, there = shard_channel(0), shard_channel(1)
    with replica.server.raw() as subscriber:
        for count, channel in enumerate((here, there), 1):
            assert subscriber.command("SSUBSCRIBE", channel) == [b"ssubscribe", channel.encode(), count]
        # The replica learns of another owner, which is a change of its view.
        assert second("CLUSTER", "SETSLOT", 1, "IMPORTING", first.id) == "OK"
        assert second("CLUSTER", "SETSLOT", 1, "NODE", second.id) == "OK"
        assert subscriber.read_reply() == [b"sunsubscribe", there.encode(), 1]
        wait_agreed(nodes)
        assert first("SPUBLISH", here, "still there") == 0
        assert subscriber.read_reply() == [b"smessage", here.encode(), b"still there"]
