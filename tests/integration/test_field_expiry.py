"""Fields of hashes that expire: never seen after their time, soon gone, wherever their hash has gone meanwhile."""

import pytest
from servers import LIMIT_FACTOR, encode_command, wait_until

FIELDS = 30_000
BATCH = 1000


def server_time_ms(connection):
    seconds, microseconds = connection.command("TIME")
    return int(seconds) * 1000 + int(microseconds) // 1000


def memory_of(connection, key):
    return connection.command("MEMORY", "USAGE", key, "SAMPLES", 0) or 0


@pytest.fixture(params=[1, 2])
def server(request, start_tessera):
    return start_tessera(shards=request.param)


def test_fields_and_keys_go_without_being_asked_for(server):
    connection = server.raw()
    for i in range(50):
        connection.command("HSETEX", f"all:{i}", "PX", int(2000 * LIMIT_FACTOR), "FIELDS", 2, "a", 1, "b", 2)
        connection.command("HSET", f"some:{i}", "a", 1, "b", 2)
        connection.command("HPEXPIRE", f"some:{i}", int(2000 * LIMIT_FACTOR), "FIELDS", 1, "a")
    assert connection.command("DBSIZE") == 100
    wait_until(lambda: connection.command("DBSIZE") == 50, what="keys go with their last field")
    for i in range(50):
        assert connection.command("HGETALL", f"some:{i}") == [b"b", b"2"]
        assert connection.command("EXISTS", f"all:{i}") == 0


def test_no_reply_has_an_expired_field(server):
    """Fields that expire one after the other, read all the time."""
    connection = server.raw(limit=30)
    start = server_time_ms(connection) + 300
    for i in range(500):
        connection.command("HSETEX", "hash", "PXAT", start + i, "FIELDS", 1, f"f:{i}", "v")
    connection.command("HSET", "hash", "stays", "v")
    while True:
        asked = server_time_ms(connection)
        fields = connection.command("HKEYS", "hash")
        left = [int(field[2:]) for field in fields if field != b"stays"]
        assert all(start + i > asked for i in left), (asked - start, sorted(left)[:5])
        if not left:
            break
    assert fields == [b"stays"]
    # HLEN alone counts what is still held, which is not for long.
    wait_until(lambda: connection.command("HLEN", "hash") == 1)


def test_many_fields_of_one_hash(server):
    """Others are served while a hash loses very many fields at a time."""
    connection = server.raw(limit=60)
    deadline = server_time_ms(connection) + 600_000
    for first in range(0, FIELDS, BATCH):
        words = [word for i in range(first, first + BATCH) for word in (b"field:%d" % i, b"value")]
        connection.send(encode_command("HSETEX", "hash", "PXAT", deadline, "FIELDS", BATCH, *words))
        connection.expect(b":1\r\n")
    connection.command("HSET", "hash", "stays", "v")
    full = memory_of(connection, "hash")
    assert full > FIELDS * 15
    deadline = server_time_ms(connection) + 300
    for first in range(0, FIELDS, BATCH):
        words = [b"field:%d" % i for i in range(first, first + BATCH)]
        connection.send(encode_command("HPEXPIREAT", "hash", deadline, "FIELDS", BATCH, *words))
        # Those whose time has come are deleted at once (2), or are gone (-2).
        for _ in connection.read_reply():
            pass
    wait_until(lambda: server_time_ms(connection) >= deadline, what="the time comes")
    wait_until(lambda: connection.command("HLEN", "hash") == 1, 30)
    wait_until(lambda: memory_of(connection, "hash") < full / 20, what="the memory of the fields is given up")
    assert connection.command("HGETALL", "hash") == [b"stays", b"v"]


def test_hashes_that_move(server):
    """RENAME, COPY, MOVE, SWAPDB, and SET over it: the fields expire where they are then, and nowhere else."""
    connection = server.raw()
    for name in ("renamed", "copied", "moved", "swapped", "overwritten", "deleted"):
        connection.command("HSETEX", name, "PX", 400, "FIELDS", 1, "f", "v")
        connection.command("HSET", name, "stays", "v")
    connection.command("RENAME", "renamed", "elsewhere")
    connection.command("COPY", "copied", "copy")
    connection.command("MOVE", "moved", 1)
    connection.command("SET", "overwritten", "text")
    connection.command("DEL", "deleted")
    connection.command("HSETEX", "deleted", "PX", 600_000, "FIELDS", 1, "f", "v")
    connection.command("SWAPDB", 0, 2)
    places = [(2, name) for name in ("elsewhere", "copied", "copy", "swapped")] + [(1, "moved")]

    def all_gone():
        found = []
        for database, name in places:
            connection.command("SELECT", database)
            found.append(connection.command("HGETALL", name))
        return all(fields == [b"stays", b"v"] for fields in found)

    wait_until(all_gone)
    connection.command("SELECT", 2)
    assert connection.command("GET", "overwritten") == b"text"
    assert connection.command("HGET", "deleted", "f") == b"v"
    connection.command("FLUSHALL")
    assert connection.command("DBSIZE") == 0


def test_watched_hash(server):
    """A field that expires changes its hash for WATCH."""
    watcher, other = server.raw(), server.raw()
    other.command("HSETEX", "hash", "PX", int(1000 * LIMIT_FACTOR), "FIELDS", 1, "f", "v" * 200)
    other.command("HSET", "hash", "stays", "v")
    full = memory_of(other, "hash")
    watcher.command("WATCH", "hash")
    # Until it is gone for good, and not only hidden.
    wait_until(lambda: memory_of(other, "hash") < full - 200)
    watcher.command("MULTI")
    watcher.command("PING")
    assert watcher.command("EXEC") is None


def test_set_into_the_past_tells_of_all_its_steps(start_tessera):
    server = start_tessera(shards=1, notify_keyspace_events="EA")
    connection, listener = server.raw(), server.raw()
    connection.command("HSET", "hash", "f", "v")
    listener.command("PSUBSCRIBE", "__keyevent@0__:*")
    assert connection.command("HSETEX", "hash", "EX", 0, "FIELDS", 2, "f", "v", "g", "v") == 1
    told = [listener.read_reply()[2].rpartition(b":")[2] for _ in range(4)]
    assert told == [b"hset", b"hexpire", b"hexpired", b"del"]
    assert connection.command("EXISTS", "hash") == 0


def test_count_of_keys_with_fields_that_expire(start_tessera):
    server = start_tessera(shards=2)
    connection = server.raw()

    def counted(database):
        return server.info("keyspace")[f"db{database}"]["keys_with_volatile_items"]

    for i in range(20):
        connection.command("HSETEX", f"hash:{i}", "EX", 1000, "FIELDS", 2, "f", "v", "g", "v")
    assert counted(0) == 20
    connection.command("HPERSIST", "hash:0", "FIELDS", 1, "f")
    assert counted(0) == 20
    connection.command("HPERSIST", "hash:0", "FIELDS", 1, "g")
    connection.command("HSET", "hash:1", "f", "v", "g", "v")
    connection.command("HDEL", "hash:2", "f", "g")
    connection.command("SET", "hash:3", "v")
    connection.command("RENAME", "hash:4", "renamed")
    connection.command("COPY", "hash:5", "copied")
    assert counted(0) == 17
    assert connection.command("MOVE", "hash:6", 3) == 1
    assert (counted(0), counted(3)) == (16, 1)
