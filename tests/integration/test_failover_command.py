"""FAILOVER with cluster mode off: which replica, how long it is waited for, and what is done when that is over."""


import pytest
import redis
from replica import follow, is_up, replication, wait_same_offset
from servers import HOST, LIMIT_FACTOR, wait_until

LIMIT = 20
LONG_MS = int(100000 * LIMIT_FACTOR)


@pytest.fixture
def trio(start_tessera):
    """A primary and two replicas in step with it."""
    servers = [start_tessera(shards=2, repl_diskless_sync_delay=0) for _ in range(3)]
    primary, *replicas = servers
    for replica in replicas:
        follow(replica, primary)
    wait_until(lambda: replication(primary)["connected_slaves"] == 2, LIMIT)
    with primary.client() as client:
        for number in range(100):
            client.set(f"k{number}", number)
    for replica in replicas:
        wait_same_offset(primary, replica)
    return servers


def freeze(*servers):
    for server in servers:
        server.freeze()


def thaw(*servers):
    for server in servers:
        server.thaw()


def failover(server, *words):
    with server.client() as client:
        return client.execute_command("FAILOVER", *words)


def state(server):
    return replication(server)["master_failover_state"]


def write_later(server):
    """A write that is held; its connection."""
    connection = server.raw(limit=60)
    connection.send_command("SET", "late", "x")
    return connection


def test_without_a_target_the_one_that_has_everything(trio):
    primary, slow, quick = trio
    freeze(slow)
    try:
        with primary.client() as client:
            client.set("more", 1)
        assert failover(primary) == b"OK"
        wait_until(lambda: replication(quick)["role"] == "master", LIMIT, "the other one leads")
        wait_until(lambda: is_up(primary), LIMIT, "the old primary follows")
    finally:
        thaw(slow)
    with quick.client() as client:
        assert client.get("more") == b"1"
        assert client.set("after", 1)


def test_the_time_is_over(trio):
    """Nobody has everything: the primary goes on, and so do the writes that were held."""
    primary, *replicas = trio
    freeze(*replicas)
    try:
        with primary.client() as client:
            client.set("more", 1)
        assert failover(primary, "TIMEOUT", int(3000 * LIMIT_FACTOR)) == b"OK"
        assert state(primary) == "waiting-for-sync"
        with pytest.raises(redis.ResponseError, match="FAILOVER already in progress"):
            failover(primary)
        with write_later(primary) as held:
            assert held.read_reply() == "OK"
        assert state(primary) == "no-failover"
        assert replication(primary)["role"] == "master"
    finally:
        thaw(*replicas)
    for replica in replicas:
        wait_same_offset(primary, replica)


def test_abort(trio):
    primary, *replicas = trio
    freeze(*replicas)
    try:
        with primary.client() as client:
            client.set("more", 1)
        assert failover(primary, "TIMEOUT", LONG_MS) == b"OK"
        with write_later(primary) as held:
            assert state(primary) == "waiting-for-sync"
            assert failover(primary, "ABORT") == b"OK"
            assert held.read_reply() == "OK"
        assert state(primary) == "no-failover"
        with pytest.raises(redis.ResponseError, match="No failover in progress"):
            failover(primary, "ABORT")
    finally:
        thaw(*replicas)
    for replica in replicas:
        wait_same_offset(primary, replica)


def test_force_does_not_wait_longer(trio):
    """When the time is over the target is told to take over, though it has not said that it has everything."""
    primary, target, other = trio
    freeze(target)
    try:
        with primary.client() as client:
            client.set("more", 1)
        assert failover(primary, "TO", HOST, target.port, "FORCE", "TIMEOUT", int(300 * LIMIT_FACTOR)) == b"OK"
        wait_until(lambda: state(primary) == "failover-in-progress", LIMIT, "it is told")
    finally:
        thaw(target)
    wait_until(lambda: replication(target)["role"] == "master", LIMIT, "the target leads")
    wait_until(lambda: is_up(primary) and state(primary) == "no-failover", LIMIT, "the old primary follows")
    assert replication(other)["role"] == "slave"
    with target.client() as client:
        assert client.set("after", 1)


def test_what_is_refused(trio):
    primary, replica, _ = trio
    refused = {
        ("TO", HOST, replica.port, "FORCE"): "FAILOVER with force option requires both a timeout and target HOST and IP",
        ("FORCE", "TIMEOUT", 10): "FAILOVER with force option requires both a timeout and target HOST and IP",
        ("TIMEOUT", 0): "FAILOVER timeout must be greater than 0",
        ("ABORT", "FORCE"): "syntax error",
        ("TO", HOST): "syntax error",
    }
    for words, text in refused.items():
        with pytest.raises(redis.ResponseError, match=text):
            failover(primary, *words)
    with pytest.raises(redis.ResponseError, match="FAILOVER is not valid when server is a replica"):
        failover(replica)
    assert state(primary) == "no-failover"


def hand_over(source, target):
    wait_until(lambda: replication(source).get("slave0", {}).get("state") == "online", LIMIT, "the replica has its data")
    with source.client() as client:
        client.incr("turns")
    assert failover(source, "TO", HOST, target.port) == b"OK"
    wait_until(lambda: replication(target)["role"] == "master", LIMIT, "the other one leads")
    wait_until(lambda: is_up(source), LIMIT, "the old primary follows")


def test_to_a_redis_server_and_back(start_tessera, start_redis):
    """It answers GETACK with what came before the question."""
    primary, replica = start_tessera(shards=2, repl_diskless_sync_delay=0), start_redis()
    follow(replica, primary)
    hand_over(primary, replica)
    hand_over(replica, primary)
    wait_same_offset(primary, replica)
    with replica.client() as client:
        assert client.get("turns") == b"2"
