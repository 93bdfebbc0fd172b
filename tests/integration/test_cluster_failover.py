"""Replicas take over: when they are asked to, and when their primary is lost."""

import select

import pytest
from cluster_nodes import LIMIT, follow, is_error, is_in_step, is_primary, key_of, make, meet, tessera_nodes, wait_agreed, wait_ok
from servers import LIMIT_FACTOR, free_port, wait_until

pytestmark = pytest.mark.limit(240)
FIRST = (0, 16384 // 3 - 1)


@pytest.fixture
def cluster(start_tessera):
    """Three primaries, and a replica of the first one."""
    nodes = tessera_nodes(start_tessera, 4, cluster_replica_validity_factor=0)
    primaries, replica = nodes[:3], nodes[3]
    make(primaries)
    meet(nodes)
    follow(replica, primaries[0])
    wait_agreed(nodes)
    return nodes


def write_some(node):
    key = key_of(node, FIRST)
    for value in range(100):
        assert node("SET", key, value) == "OK"
        assert node("RPUSH", f"{{{key}}}list", value) == value + 1
    return key


def check(node, key):
    assert node("GET", key) == b"99"
    assert node("LLEN", f"{{{key}}}list") == 100
    assert node("SET", key, "after") == "OK"


def test_manual(cluster):
    old, _, _, new = cluster
    key = write_some(old)
    assert new("CLUSTER", "FAILOVER") == "OK"
    wait_until(lambda: is_primary(new) and not is_primary(old), LIMIT, "the roles are exchanged")
    wait_ok(cluster)
    wait_agreed(cluster)
    check(new, key)
    # The one that was the primary follows, and may take over in turn.
    wait_until(lambda: is_in_step(old, new), LIMIT, "the other one follows")
    assert old("CLUSTER", "FAILOVER") == "OK"
    wait_until(lambda: is_primary(old) and not is_primary(new), LIMIT, "the roles are as before")
    wait_until(lambda: old("SET", key, "again") == "OK", LIMIT, "it serves again")


def test_manual_at_once(start_tessera):
    """It is asked for when the replica has just come into step: the others may not know yet that it is one."""
    nodes = tessera_nodes(start_tessera, 4, cluster_manual_failover_timeout=int(60000 * LIMIT_FACTOR))
    primaries, new = nodes[:3], nodes[3]
    make(primaries)
    meet(nodes)
    follow(new, primaries[0])
    assert new("CLUSTER", "FAILOVER") == "OK"
    wait_until(lambda: is_primary(new) and not is_primary(primaries[0]), LIMIT, "the roles are exchanged")
    wait_ok(nodes)


def test_takeover(cluster):
    old, _, _, new = cluster
    key = write_some(old)
    assert old("WAIT", 1, 0) == 1
    assert is_error(old("CLUSTER", "FAILOVER", "TAKEOVER"))
    assert new("CLUSTER", "FAILOVER", "TAKEOVER") == "OK"
    wait_until(lambda: is_primary(new), LIMIT, "it is a primary")
    wait_ok(cluster)
    wait_agreed(cluster)
    check(new, key)


def test_kill(cluster):
    old, second, third, new = cluster
    key = write_some(old)
    assert old("WAIT", 1, 0) == 1
    lost = old.id
    old.server.process.kill()
    old.server.process.wait()
    wait_until(lambda: new("SET", f"{{{key}}}other", "x") == "OK", LIMIT, "the replica serves")
    check(new, key)
    wait_ok([second, third, new])
    assert "fail" in second.flags_of(lost)
    # It comes back as a replica of the one that has taken over, with nothing of its own.
    old.server.start()
    old.connection = None
    wait_until(lambda: "slave" in old.flags_of(lost), LIMIT, "it has become a replica")
    wait_until(lambda: is_in_step(old, new), LIMIT, "it follows")
    wait_agreed(cluster)


def test_empty_primary_does_not_win(cluster):
    """A primary that comes back at once, without its data, serves nothing and wipes nobody."""
    old, _, _, new = cluster
    key = write_some(old)
    assert old("WAIT", 1, 0) == 1
    old.server.process.kill()
    old.server.process.wait()
    old.server.start()
    old.connection = None
    wait_until(lambda: is_primary(new), LIMIT, "the replica with the data has taken over")
    wait_until(lambda: new("SET", f"{{{key}}}other", "x") == "OK", LIMIT, "it serves")
    check(new, key)


def test_planned_stop_hands_over(cluster):
    """SIGTERM: clients see redirects and nothing else, and no acknowledged write is lost."""
    old, second, third, new = cluster
    key = write_some(old)
    acknowledged, strange = 0, []
    old.server.process.terminate()
    while True:
        reply = old("INCR", f"{{{key}}}count")
        if isinstance(reply, int):
            acknowledged = reply
        elif reply is None or str(reply).startswith("MOVED"):
            break
        else:
            strange.append(str(reply))
    assert strange == []
    old.server.wait_exit()
    assert is_primary(new)
    wait_ok([second, third, new])
    check(new, key)
    assert int(new("GET", f"{{{key}}}count") or 0) == acknowledged
    assert "a replica has taken over" in old.server.log_text()


def test_shutdown_hands_over(cluster):
    """SHUTDOWN FAILOVER does the same as SIGTERM; SHUTDOWN alone does not."""
    old, second, third, new = cluster
    key = write_some(old)
    wait_until(lambda: is_in_step(new, old), LIMIT, "the replica has it all")
    with old.server.raw() as connection:
        connection.send_command("SHUTDOWN", "NOSAVE", "FAILOVER")
        old.server.wait_exit()
    assert is_primary(new)
    wait_ok([second, third, new])
    check(new, key)
    assert "a replica has taken over" in old.server.log_text()


def test_planned_stop_is_aborted(start_tessera):
    """SHUTDOWN ABORT while a replica is to take over: it may, and the node goes on as its replica."""
    old, new = tessera_nodes(
        start_tessera, 2, cluster_node_timeout=60000, cluster_manual_failover_timeout=int(60000 * LIMIT_FACTOR)
    )
    make([old])
    meet([old, new])
    follow(new, old)
    wait_agreed([old, new])
    new.server.freeze()
    old.server.process.terminate()
    wait_until(lambda: "is asked to take over" in old.server.log_text(), LIMIT, "a hand-over that waits")
    assert old("SHUTDOWN", "ABORT") == "OK"
    assert is_error(old("SHUTDOWN", "ABORT"))
    new.server.thaw()
    wait_until(lambda: is_primary(new) and not is_primary(old), LIMIT, "the roles are exchanged")
    wait_until(lambda: is_in_step(old, new), LIMIT, "the other one follows")
    assert old.server.is_running()
    assert "the node has stopped" not in old.server.log_text()


def connection_that_answers(server):
    """While a shard sleeps: one of another shard."""
    asked = {}
    for _ in range(32):
        connection = server.raw(limit=LIMIT)
        connection.send_command("PING")
        asked[connection.socket] = connection
    ready, _, _ = select.select(list(asked), [], [], LIMIT)
    assert asked[ready[0]].read_reply() == "PONG"
    return asked[ready[0]]


def test_takeover_before_it_has_followed(start_tessera):
    """A shard is late with the view by which the node is to follow elsewhere; by then it takes over."""
    primary, node = tessera_nodes(
        start_tessera,
        2,
        enable_debug_command=True,
        cluster_node_timeout=60000,
        cluster_replica_validity_factor=0,
        cluster_hung_shard_timeout=0,
    )
    make([primary])
    meet([primary, node])
    follow(node, primary)
    sleeper = node.server.raw(limit=LIMIT)
    sleeper.send_command("DEBUG", "SLEEP", 6 * LIMIT_FACTOR)
    takeover = connection_that_answers(node.server)
    port = free_port()
    assert primary("CONFIG", "SET", "cluster-announce-port", port) == "OK"
    there = f"127.0.0.1:{port}@".encode()
    wait_until(lambda: there in takeover.command("CLUSTER", "NODES"), LIMIT, "its primary is elsewhere")
    assert takeover.command("CLUSTER", "FAILOVER", "TAKEOVER") == "OK"
    assert sleeper.read_reply() == "OK"
    assert is_primary(node)
    assert node("ROLE")[0] == b"master"
    wait_agreed([primary, node])
