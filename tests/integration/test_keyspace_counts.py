"""Which commands count a hit or a miss, as redis-server does.

Every case starts with the keys a and b present, `absent` absent.
"""

import pytest
import redis

COMMANDS = [
    "GET a", "GET absent", "GETEX a", "GETEX a EX 100", "GETEX absent", "GETDEL a", "GETDEL absent",
    "MGET a absent b", "STRLEN a", "STRLEN absent", "GETRANGE a 0 1", "SUBSTR absent 0 1",
    "EXISTS a a absent", "TYPE a", "TYPE absent", "TTL a", "PTTL absent", "EXPIRETIME a", "PEXPIRETIME absent",
    "OBJECT ENCODING a", "OBJECT ENCODING absent", "OBJECT IDLETIME a", "OBJECT REFCOUNT absent", "OBJECT FREQ a",
    "MEMORY USAGE a", "MEMORY USAGE absent", "TOUCH a absent", "LCS a b", "LCS a absent",
    "SET a 1", "SET a 1 NX", "SET absent 1 XX", "SET a 1 GET", "SET absent 1 GET", "SET absent 1 XX GET",
    "SET a 1 KEEPTTL", "SETNX a 1", "SETEX a 10 1", "GETSET a 1", "GETSET absent 1", "INCR a", "INCR absent",
    "INCRBYFLOAT a 1.5", "APPEND a x", "SETRANGE a 1 x", "MSET a 1 absent 2", "MSETNX a 1 absent 2",
    "DEL a absent", "UNLINK absent", "EXPIRE a 100", "EXPIRE absent 100", "PERSIST a", "RENAME a b", "RENAME absent b",
    "RENAMENX a b", "COPY a absent", "COPY a b", "COPY a b REPLACE", "COPY absent b", "MOVE a 3", "MOVE absent 3",
    "KEYS *", "KEYS a", "SCAN 0 COUNT 100", "RANDOMKEY", "DBSIZE",
]  # fmt: skip


def run(client, command):
    try:
        client.execute_command(*command.split(" "))
    except redis.ResponseError:
        pass


def counts(server, command):
    client = server.client()
    client.response_callbacks = {}
    client.execute_command("FLUSHALL")
    client.execute_command("MSET", "a", "100000", "b", "200000")
    client.execute_command("CONFIG", "RESETSTAT")
    run(client, command)
    stats = server.info("stats")
    return stats["keyspace_hits"], stats["keyspace_misses"]


@pytest.fixture
def both(start_tessera, start_redis):
    return start_tessera(), start_redis()


def test_hits_and_misses(both):
    ours, theirs = both
    found = {command: (counts(ours, command), counts(theirs, command)) for command in COMMANDS}
    assert {command: pair for command, pair in found.items() if pair[0] != pair[1]} == {}


def test_no_touch_still_counts(start_tessera):
    server = start_tessera()
    client = server.client()
    client.execute_command("SET", "a", "1")
    client.execute_command("CLIENT", "NO-TOUCH", "ON")
    client.execute_command("CONFIG", "RESETSTAT")
    client.execute_command("GET", "a")
    client.execute_command("GET", "absent")
    stats = server.info("stats")
    assert (stats["keyspace_hits"], stats["keyspace_misses"]) == (1, 1)


def test_fresh_key_is_not_idle(start_tessera):
    """A key that is set before anything was looked up is as young as any other."""
    client = start_tessera().client()
    client.response_callbacks = {}
    for i in range(20):
        client.execute_command("SET", f"key{i}", "value")
        assert client.execute_command("OBJECT", "IDLETIME", f"key{i}") <= 60
