"""Who must not take over, and when somebody must: replicas without data, shards that are busy, shards that hang."""

import pytest
from cluster_nodes import LIMIT, is_error, is_primary, key_of, kill, one_with_replicas, start_again, wait_agreed, wait_ok
from servers import LIMIT_FACTOR, wait_until

pytestmark = pytest.mark.limit(240)
FIRST = (0, 16384 // 3 - 1)


def no_failover(nodes):
    return all(not flags & {"fail", "fail?"} for node in nodes for flags, *_ in node.nodes().values())


def old_id(observer, lost):
    """Who listened there, as another node knows it."""
    there = f":{lost.server.port}@"
    return next(words.split()[0] for words in observer("CLUSTER", "NODES").decode().splitlines() if there in words)


def has_pinged(node, count):
    """A condition: the node has sent so many pings since; each of the others gets two in a node timeout."""
    begun = pings_of(node)
    return lambda: pings_of(node) - begun > count


def pings_of(node):
    return int(node.info()["cluster_stats_messages_ping_sent"])


def lose_data(node):
    for path in (node.server.directory / "appendonlydir").iterdir():
        path.unlink()


def test_an_empty_replica_does_not_win(start_tessera):
    """It is started anew without data while its primary is away: better nobody serves the slots than all is lost."""
    primaries, (replica,) = one_with_replicas(start_tessera, 1, appendonly="yes", appendfsync="always")
    old = primaries[0]
    key = key_of(old, FIRST)
    assert old("SET", key, "kept") == "OK"
    assert old("WAIT", 1, 0) == 1
    kill(old)
    kill(replica)
    lose_data(replica)
    start_again(replica)
    wait_until(lambda: "fail" in replica.flags_of(old_id(replica, old)), LIMIT, "its primary is known to have failed")
    epoch = primaries[1].info()["cluster_current_epoch"]
    wait_until(has_pinged(primaries[1], 14), LIMIT, "several node timeouts")
    assert not is_primary(replica)
    assert primaries[1].info()["cluster_current_epoch"] == epoch
    start_again(old)
    wait_ok([*primaries, replica])
    assert old("GET", key) == b"kept"
    assert is_primary(old)
    wait_until(lambda: b"master_link_status:up" in replica("INFO", "replication") and replica("DBSIZE") == 1, LIMIT, "it has the data")


def copy_of(node):
    """Whose copy it says in its file that it has."""
    words = (node.server.directory / "nodes.conf").read_text().split()
    return words[words.index("copyOf") + 1] if "copyOf" in words else None


def test_the_last_copy_takes_over(start_tessera):
    """The primary comes back without its data while its replica is away, whose data is then all that is left."""
    primaries, (replica,) = one_with_replicas(start_tessera, 1, appendonly="yes", appendfsync="always")
    for node in [*primaries, replica]:
        assert node("CONFIG", "SET", "cluster-replica-validity-factor", 1) == "OK"
    old = primaries[0]
    key = key_of(old, FIRST)
    assert old("SET", key, "kept") == "OK"
    assert old("WAITAOF", 0, 1, 0) == [1, 1]
    lost = old.id
    wait_until(lambda: copy_of(replica) == lost, LIMIT, "the replica's file says what it has")
    kill(replica)
    kill(old)
    lose_data(old)
    start_again(old)
    wait_until(lambda: "fail" in primaries[1].flags_of(lost), LIMIT, "it is empty, and is found failed")
    start_again(replica)
    wait_until(lambda: is_primary(replica), LIMIT, "the replica has taken over")
    wait_ok([*primaries, replica])
    assert replica("GET", key) == b"kept"
    assert copy_of(replica) is None
    wait_until(lambda: not is_primary(old) and old("DBSIZE") == 1, LIMIT, "the other one follows and has the data")
    wait_until(lambda: copy_of(old) == replica.id, LIMIT, "and knows it")
    wait_agreed([*primaries, replica])


def test_a_busy_shard_is_not_failed(start_tessera):
    """A script that runs for several node timeouts: nobody doubts the node, and nobody takes over."""
    primaries, (replica,) = one_with_replicas(
        start_tessera, 1, cluster_node_timeout=int(1000 + 1000 * LIMIT_FACTOR), cluster_hung_shard_timeout=1500, busy_reply_threshold=100
    )
    busy = primaries[0]
    key = key_of(busy, FIRST)
    epoch = primaries[1].info()["cluster_current_epoch"]
    worker = busy.server.raw(limit=60)
    worker.send_command("EVAL", "while true do end", 1, key)
    others = [*primaries[1:], replica]
    pinged = has_pinged(primaries[1], 10)

    def long_enough():
        assert no_failover(others)
        return pinged()

    try:
        wait_until(long_enough, LIMIT, "several node timeouts")
        assert not is_primary(replica)
        assert primaries[1].info()["cluster_current_epoch"] == epoch
    finally:
        assert busy("SCRIPT", "KILL") == "OK"
    assert is_error(worker.read_reply())
    assert busy("SET", key, "x") == "OK"


def test_a_hung_shard_is_failed(start_tessera):
    """It does not come back to its loop; the node says nothing to others any more, and its replica takes over."""
    primaries, (replica,) = one_with_replicas(
        start_tessera, 1, cluster_hung_shard_timeout=500, enable_debug_command=True, watchdog_stall_ms=200
    )
    hung = primaries[0]
    key = key_of(hung, FIRST)
    assert hung("SET", key, "kept") == "OK"
    assert hung("WAIT", 1, 0) == 1
    worker = hung.server.raw(limit=60)
    worker.send_command("DEBUG", "SLEEP", 6 * LIMIT_FACTOR)
    wait_until(lambda: is_primary(replica), LIMIT, "the replica has taken over")
    wait_until(lambda: replica("SET", key, "new") == "OK", LIMIT, "it serves")
    assert worker.read_reply() == "OK"
    hung.connection = None
    wait_until(lambda: not is_primary(hung), LIMIT, "the one that hung follows")
    wait_until(lambda: hung("CLUSTER", "COUNTKEYSINSLOT", hung("CLUSTER", "KEYSLOT", key)) == 1, LIMIT, "it has the data")
    wait_agreed([*primaries, replica])
