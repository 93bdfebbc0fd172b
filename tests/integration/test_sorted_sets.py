"""Sorted sets over sockets: waiting pops, and scans while the set changes."""

import random

import pytest
import redis
from conftest import wait_until


def blocked(client):
    return client.info("clients")["blocked_clients"]


@pytest.mark.parametrize("shards", [1, 2])
def test_waiting_pops(start_tessera, shards):
    server = start_tessera(shards=shards)
    client = redis.Redis(port=server.port)
    first, second, third = (server.raw() for _ in range(3))
    first.send_command("BZPOPMIN", "none", "z", 0)
    wait_until(lambda: blocked(client) == 1)
    second.send_command("BZMPOP", 0, 2, "z", "y", "MAX", "COUNT", 2)
    wait_until(lambda: blocked(client) == 2)
    third.send_command("BZPOPMAX", "z", 0)
    wait_until(lambda: blocked(client) == 3)
    # In the order of their coming; each takes what is there when its turn comes.
    assert client.zadd("z", {"a": 1, "b": 2, "c": 3}) == 3
    assert first.read_reply() == [b"z", b"a", b"1"]
    assert second.read_reply() == [b"z", [[b"c", b"3"], [b"b", b"2"]]]
    assert blocked(client) == 1
    # Another type does not wake; the result of a command that stores does.
    client.sadd("z", "m")
    client.delete("z")
    client.zadd("{z}src", {"s": 5})
    client.execute_command("COPY", "{z}src", "z")
    assert third.read_reply() == [b"z", b"s", b"5"]
    assert client.exists("z") == 0


def test_timeouts_and_transactions(tessera):
    connection = tessera.raw()
    assert connection.command("BZPOPMIN", "z", 0.01) is None
    assert connection.command("BZMPOP", 0.01, 1, "z", "MIN") is None
    assert connection.command("MULTI") == "OK"
    connection.command("BZPOPMIN", "z", 0)
    connection.command("ZADD", "z", 1, "a")
    connection.command("BZPOPMIN", "z", 0)
    assert connection.command("EXEC") == [None, 1, [b"z", b"a", b"1"]]


@pytest.mark.parametrize("members", [50, 20000])
def test_scan_sees_what_stays(tessera, members):
    """Members that are there all the time are shown, though scores change and others come and go."""
    client = redis.Redis(port=tessera.port, decode_responses=True)
    pick = random.Random(1)
    stay = {f"stay:{i}": pick.random() for i in range(members)}
    client.zadd("z", stay)
    seen = set()
    cursor, calls = None, 0
    while cursor != 0:
        cursor, some = client.zscan("z", cursor or 0, count=100)
        seen.update(member for member, _ in some)
        calls += 1
        pipeline = client.pipeline(transaction=False)
        for i in range(60):
            pipeline.zadd("z", {f"stay:{pick.randrange(members)}": pick.random()})
            pipeline.zadd("z", {f"new:{calls}:{i}": pick.random()})
            pipeline.zrem("z", f"new:{pick.randrange(calls) + 1}:{i}")
        pipeline.execute()
    assert set(stay) <= seen
    assert members < 1000 or calls > 20


def test_very_many_keys(tessera):
    """Commands over 50000 keys take no longer than the keys are many."""
    client = redis.Redis(port=tessera.port)
    pipeline = client.pipeline(transaction=False)
    for i in range(200):
        pipeline.zadd(f"z:{i}", {f"m:{j}": 1 for j in range(i % 30 + 1)})
        pipeline.sadd(f"s:{i}", *(f"m:{j}" for j in range(i % 30 + 1)))
    pipeline.execute()
    sorted_sets = [f"z:{i * 7919 % 200}" for i in range(50000)]
    sets = [f"s:{i * 7919 % 200}" for i in range(50000)]
    assert client.execute_command("ZUNIONSTORE", "to", len(sorted_sets), *sorted_sets) == 30
    assert client.zscore("to", "m:0") == 50000
    assert client.zintercard(len(sorted_sets), sorted_sets) == 1
    assert client.sinter(*sets) == {b"m:0"}
