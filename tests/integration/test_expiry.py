"""Keys that expire: never seen again after their time, and soon gone, however many there are."""

import time

import pytest
from servers import LIMIT_FACTOR, TESSERA_SERVER, encode_command, is_sanitized, wait_until

SANITIZED = is_sanitized(TESSERA_SERVER)
KEYS = 200_000 if SANITIZED else 1_000_000
BATCH = 10_000
# All that is asked for before keys expire has been done by then.
TIME_TO_ASK_MS = int(1500 * LIMIT_FACTOR)


def set_many(connection, first, last, deadline_of):
    """SET key:i with a deadline of its own (Unix milliseconds), for all i in [first, last)."""
    for start in range(first, last, BATCH):
        numbers = range(start, min(start + BATCH, last))
        connection.send(
            b"".join(encode_command("SET", b"key:%d" % i, "v", "PXAT", deadline_of(i)) for i in numbers)
        )
        connection.expect(b"+OK\r\n" * len(numbers))


def server_time_ms(connection):
    seconds, microseconds = connection.command("TIME")
    return int(seconds) * 1000 + int(microseconds) // 1000


def scan_step(connection, cursor, count=1000):
    cursor, keys = connection.command("SCAN", cursor, "COUNT", count)
    return int(cursor), keys


@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.limit(240)
def test_a_million_keys_expire_within_a_second(start_tessera, shards, record_property):
    """SCAN goes on all the while and returns nothing that had expired when it was asked."""
    server = start_tessera(shards=shards)
    connection = server.raw(limit=60)
    # The deadlines of one second, some time ahead: all keys must be there before the first.
    started = server_time_ms(connection)
    first_deadline = started + 100_000
    last_deadline = first_deadline + 999
    set_many(connection, 0, KEYS, lambda i: first_deadline + i % 1000)
    loaded = server_time_ms(connection)
    assert loaded < first_deadline, "too slow to load"
    assert connection.command("DBSIZE") == KEYS
    # Brought near, instead of waited for: the same deadlines, earlier.
    shift = first_deadline - loaded - 2 * (loaded - started) - 1000
    first_deadline, last_deadline = first_deadline - shift, last_deadline - shift
    set_many(connection, 0, KEYS, lambda i: first_deadline + i % 1000)
    assert server_time_ms(connection) < first_deadline, "too slow to load"
    assert connection.command("DBSIZE") == KEYS

    cursor = returned = 0
    stale_most = 0
    while server_time_ms(connection) <= last_deadline:
        asked = server_time_ms(connection)
        cursor, keys = scan_step(connection, cursor)
        returned += len(keys)
        for key in keys:
            assert first_deadline + int(key[4:]) % 1000 > asked, f"SCAN at {asked} returned {key}"
        alive = max(0, min(KEYS, KEYS * (last_deadline - server_time_ms(connection)) // 1000))
        stale_most = max(stale_most, connection.command("DBSIZE") - alive)
    wait_until(lambda: connection.command("DBSIZE") == 0, limit=20)
    gone = server_time_ms(connection) - last_deadline
    numbers = {
        "keys": KEYS, "returned_by_scan": returned, "stale_most": stale_most,
        "stale_most_percent": round(100 * stale_most / KEYS, 2), "empty_after_ms": gone,
    }
    print(numbers)
    for name, value in numbers.items():
        record_property(name, value)
    assert returned > 0
    assert scan_step(connection, 0)[1] == []
    assert server.info("stats")["expired_keys"] == KEYS
    assert "db0" not in server.info("keyspace")


@pytest.mark.parametrize("shards", [1, 4])
def test_lazy_expiry_alone(start_tessera, shards):
    """With active expiry off, a key stays until somebody asks for it, and is never seen."""
    server = start_tessera(shards=shards, enable_debug_command="local")
    connection = server.raw()
    assert connection.command("DEBUG", "SET-ACTIVE-EXPIRE", "0") == "OK"
    deadline = server_time_ms(connection) + TIME_TO_ASK_MS
    set_many(connection, 0, 1000, lambda _i: deadline)
    wait_until(lambda: server_time_ms(connection) > deadline)
    # Time enough for whole ticks of housekeeping: nothing may go.
    turned = server_time_ms(connection) + 500
    wait_until(lambda: server_time_ms(connection) > turned)
    assert connection.command("DBSIZE") == 1000
    assert scan_step(connection, 0, 2000)[1] == []
    for i in range(0, 100, 5):
        assert connection.command("GET", f"key:{i}") is None
        assert connection.command("TTL", f"key:{i + 1}") == -2
        assert connection.command("EXISTS", f"key:{i + 2}") == 0
        assert connection.command("DEL", f"key:{i + 3}") == 0
        assert connection.command("APPEND", f"key:{i + 4}", "new") == 3
        assert connection.command("TTL", f"key:{i + 4}") == -1
    assert connection.command("RANDOMKEY") in [b"key:%d" % i for i in range(4, 100, 5)]
    assert server.info("stats")["expired_keys"] >= 100
    assert connection.command("DEBUG", "SET-ACTIVE-EXPIRE", "1") == "OK"
    wait_until(lambda: connection.command("DBSIZE") == 20, what="active expiry takes the rest")
    assert server.info("stats")["expired_keys"] == 1000


@pytest.mark.parametrize("shards", [1, 4])
def test_active_expiry_in_all_databases(start_tessera, shards):
    """Nobody asks for the keys; those without a deadline stay."""
    server = start_tessera(shards=shards)
    connection = server.raw()
    deadline = server_time_ms(connection) + TIME_TO_ASK_MS
    for database in (0, 5, 15):
        assert connection.command("SELECT", database) == "OK"
        set_many(connection, 0, 500, lambda _i: deadline)
        assert connection.command("SET", "stays", "here") == "OK"
        assert connection.command("SET", "later", "here", "EX", 1000) == "OK"
    for database in (0, 5, 15):
        assert connection.command("SELECT", database) == "OK"
        wait_until(lambda: connection.command("DBSIZE") == 2)
        assert connection.command("MGET", "stays", "later") == [b"here", b"here"]
    assert server_time_ms(connection) >= deadline
    assert server.info("stats")["expired_keys"] == 1500


@pytest.mark.parametrize("shards", [1, 2])
def test_average_ttl(start_tessera, shards):
    server = start_tessera(shards=shards)
    connection = server.raw()
    for i in range(200):
        assert connection.command("SET", f"key:{i}", "v", "EX", 1000 if i % 2 else 3000) == "OK"
        assert connection.command("SET", f"plain:{i}", "v") == "OK"

    def average():
        database = server.info("keyspace")["db0"]
        assert (database["keys"], database["expires"]) == (400, 200)
        return database["avg_ttl"]

    # An estimate, or measured now and then.
    wait_until(lambda: 1_000_000 < average() < 3_000_000, what="an average between both deadlines")
    for i in range(200):
        connection.command("PERSIST", f"key:{i}")
    none = {"keys": 400, "expires": 0, "avg_ttl": 0, "keys_with_volatile_items": 0}
    wait_until(lambda: server.info("keyspace")["db0"] == none)


def test_deadlines_that_change(start_tessera):
    """Only the last deadline counts, on every shard."""
    server = start_tessera(shards=4)
    connection = server.raw()
    now = server_time_ms(connection)
    set_many(connection, 0, 400, lambda _i: now + TIME_TO_ASK_MS)
    for i in range(0, 400, 4):
        assert connection.command("PERSIST", f"key:{i}") == 1
        assert connection.command("PEXPIRE", f"key:{i + 1}", 1_000_000) == 1
        assert connection.command("SET", f"key:{i + 2}", "anew") == "OK"
    wait_until(lambda: server_time_ms(connection) > now + TIME_TO_ASK_MS)
    wait_until(lambda: connection.command("DBSIZE") == 300)
    for i in range(0, 400, 4):
        assert connection.command("TTL", f"key:{i}") == -1
        assert connection.command("TTL", f"key:{i + 1}") > 500
        assert connection.command("GET", f"key:{i + 2}") == b"anew"
        assert connection.command("GET", f"key:{i + 3}") is None
    # A deadline that is over already is a deletion.
    assert connection.command("PEXPIREAT", "key:0", 1) == 1
    assert connection.command("DBSIZE") == 299


def test_commands_are_served_while_much_expires(start_tessera):
    """Expiry takes slices of time: each turn serves clients as well."""
    server = start_tessera(shards=1)
    connection = server.raw(limit=60)
    count = KEYS // 5
    deadline = server_time_ms(connection) + (30_000 if SANITIZED else 8_000)
    set_many(connection, 0, count, lambda _i: deadline)
    while server_time_ms(connection) < deadline:
        time.sleep(0.001)
    sizes = []
    while not sizes or sizes[-1] > 0:
        sizes.append(connection.command("DBSIZE"))
        assert connection.command("PING") == "PONG"
    # Somebody was answered in the middle of it.
    assert any(0 < size < count for size in sizes), sizes[:3]
    assert sizes == sorted(sizes, reverse=True)
