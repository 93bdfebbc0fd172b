"""MIGRATE: to Tessera nodes and redis-servers and back, with what goes wrong on the way."""

import os
import socket
import threading

import pytest
from journal import Journal
from servers import HOST, LIMIT_FACTOR, ErrorReply, RawConnection, wait_until

NOT_CONNECTED = ErrorReply("IOERR error or timeout connecting to the client")
NOT_READ = ErrorReply("IOERR error or timeout reading to target instance")
NOT_WRITTEN = ErrorReply("IOERR error or timeout writing to target instance")
BUSY = ErrorReply("ERR Target instance replied with error: BUSYKEY Target key name already exists.")


@pytest.fixture
def source(start_tessera):
    return start_tessera(shards=3, enable_debug_command="yes")


@pytest.fixture(params=["tessera", "redis"])
def target(request, start_tessera, start_redis):
    return start_tessera(shards=2) if request.param == "tessera" else start_redis()


def fill(client):
    """One key of each type, small and large, with and without a time."""
    client.set("string", "value")
    client.set("number", 12345)
    client.set("timed", "value", px=100_000)
    client.set("long", b"\0\r\n" * 300_000)
    client.rpush("list", *range(100))
    client.rpush("long-list", *range(20_000))
    client.sadd("integers", *range(100))
    client.sadd("words", *(f"w{i}" for i in range(50)))
    client.sadd("many-words", *(f"w{i}" for i in range(5000)))
    client.hset("hash", mapping={"a": 1, "b": "x" * 500})
    client.hset("large-hash", mapping={f"f{i}": i for i in range(5000)})
    client.zadd("scores", {"a": 1.5, "b": -3})
    client.zadd("many-scores", {f"m{i}": i / 7 for i in range(5000)})
    client.xadd("stream", {"f": "v"}, id="5-1")
    client.xgroup_create("stream", "g", "0")
    client.xreadgroup("g", "c", {"stream": ">"})
    client.pfadd("estimate", *range(1000))
    return sorted(client.keys())


def contents(client):
    """What the keys hold, whatever it is encoded as."""
    readers = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": lambda key: sorted(client.smembers(key)),
        b"hash": lambda key: sorted(client.hgetall(key).items()),
        b"zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        b"stream": lambda key: (client.xrange(key), client.xpending(key, "g")),
    }
    return {key: readers[client.type(key)](key) for key in client.keys()}


def test_there_and_back(source, target):
    here, there = source.client(), target.client()
    keys = fill(here)
    before = contents(here)
    migrate = source.raw(limit=30)
    assert migrate.command("MIGRATE", HOST, target.port, "", 0, 10_000, "KEYS", *keys, "nosuch") == "OK"
    assert here.dbsize() == 0
    assert contents(there) == before
    assert 90_000 < there.pttl("timed") <= 100_000
    assert there.ttl("string") == -1
    back = target.raw(limit=30)
    assert back.command("MIGRATE", HOST, source.port, "", 0, 10_000, "KEYS", *keys) == "OK"
    assert there.dbsize() == 0
    assert contents(here) == before
    assert 80_000 < here.pttl("timed") <= 100_000


def test_options(source, target):
    migrate = source.raw()
    here, there = source.client(), target.client()
    other = target.client(db=3)
    move = ("MIGRATE", HOST, target.port)
    assert migrate.command(*move, "nosuch", 0, 1000) == "NOKEY"
    assert migrate.command(*move, "", 0, 1000, "KEYS", "no", "such") == "NOKEY"
    here.set("k", "1")
    assert migrate.command(*move, "k", 0, 1000, "COPY") == "OK"
    assert (here.get("k"), there.get("k")) == (b"1", b"1")
    here.set("k", "2")
    assert migrate.command(*move, "k", 0, 1000) == BUSY
    assert (here.get("k"), there.get("k")) == (b"2", b"1")
    assert migrate.command(*move, "k", 0, 1000, "COPY", "REPLACE") == "OK"
    assert migrate.command(*move, "k", 3, 1000, "replace") == "OK"
    assert (here.get("k"), there.get("k"), other.get("k")) == (None, b"2", b"2")
    # Of several, those that can go do.
    here.mset({"j": "1", "k": "3", "l": "1"})
    assert migrate.command(*move, "", 3, 1000, "KEYS", "j", "k", "l") == BUSY
    assert sorted(here.keys()) == [b"k"]
    assert other.mget("j", "k", "l") == [b"1", b"2", b"1"]


def test_databases(source, target):
    """The keys come from the database that is selected here."""
    here = source.client(db=5)
    migrate = source.raw()
    here.set("k", "five")
    source.client().set("k", "none")
    assert migrate.command("SELECT", 5) == "OK"
    for database in (0, 7):
        assert migrate.command("MIGRATE", HOST, target.port, "k", database, 1000, "COPY") == "OK"
        assert target.client(db=database).get("k") == b"five"
    assert migrate.command("MIGRATE", HOST, target.port, "k", 1, 0) == "OK"
    assert source.client().get("k") == b"none"
    assert not here.exists("k")


def test_passwords(source, start_tessera, start_redis):
    migrate = source.raw()
    here = source.client()
    for target in (start_tessera(requirepass="secret"), start_redis(requirepass="secret")):
        admin = target.raw()
        assert admin.command("AUTH", "secret") == "OK"
        assert admin.command("ACL", "SETUSER", "mover", "on", ">other", "~*", "+restore", "+select") == "OK"
        here.set("k", "v")
        move = ("MIGRATE", HOST, target.port, "k", 0, 1000)
        assert migrate.command(*move) == ErrorReply(
            "ERR Target instance replied with error: NOAUTH Authentication required.")
        wrong = migrate.command(*move, "AUTH", "wrong")
        assert str(wrong).startswith("ERR Target instance replied with error: WRONGPASS ")
        assert here.get("k") == b"v"
        assert migrate.command(*move, "COPY", "AUTH", "secret") == "OK"
        assert migrate.command(*move, "REPLACE", "AUTH2", "mover", "other") == "OK"
        assert not here.exists("k")
        assert admin.command("GET", "k") == b"v"


REFUSED = """
MIGRATE h 1 k x 100
MIGRATE h 1 k 0 x
MIGRATE h 1 k 0 100 NOSUCH
MIGRATE h 1 k 0 100 AUTH
MIGRATE h 1 k 0 100 AUTH2 a
MIGRATE h 1 k 0 100 KEYS k
MIGRATE h 1 k 0 100 COPY KEYS k
MIGRATE h 1 k 0
MIGRATE 127.0.0.1 1 k 0 100
MIGRATE 127.0.0.1 nosuch k 0 100
MIGRATE nosuch.invalid 1 k 0 100
"""


def test_refusals_have_the_same_words(source, start_redis):
    sides = source.raw(), start_redis().raw(limit=60)
    for side in sides:
        side.command("SET", "k", "v")
    for line in REFUSED.strip().splitlines():
        ours, theirs = (side.command(*line.split()) for side in sides)
        assert ours == theirs, line


def test_thousands_of_keys(source, target):
    here, there = source.client(), target.client()
    keys = [f"key:{i}" for i in range(5000)]
    here.mset({key: key * 20 for key in keys})
    for key in keys[::2]:
        here.pexpire(key, 1_000_000)
    migrate = source.raw(limit=60)
    assert migrate.command("MIGRATE", HOST, target.port, "", 0, 30_000, "KEYS", *keys) == "OK"
    assert here.dbsize() == 0
    assert there.dbsize() == len(keys)
    assert there.mget(keys) == [(key * 20).encode() for key in keys]
    assert there.pttl(keys[0]) > 0 > there.pttl(keys[1])


def test_what_is_recorded(source, target):
    here = source.client()
    here.mset({f"k{i}": i for i in range(10)})
    journal = Journal(source)
    migrate = source.raw()
    keys = [f"k{i}" for i in range(10)]
    assert migrate.command("MIGRATE", HOST, target.port, "", 0, 1000, "COPY", "KEYS", *keys) == "OK"
    journal.take()
    assert journal.commands() == []
    assert migrate.command("MIGRATE", HOST, target.port, "", 0, 1000, "REPLACE", "KEYS", *keys) == "OK"
    journal.take()
    assert {words[0] for words in journal.commands()} == {b"DEL"}
    assert sorted(name for words in journal.commands() for name in words[1:]) == sorted(key.encode() for key in keys)


def test_in_a_transaction(source, target):
    client = source.raw()
    assert client.command("SET", "k", "v") == client.command("MULTI") == "OK"
    for command in (("GET", "k"), ("MIGRATE", HOST, target.port, "k", 0, 1000), ("MIGRATE", HOST, 1, "k", 0, 100)):
        assert client.command(*command) == "QUEUED"
    assert client.command("EXEC") == [b"v", "OK", "NOKEY"]
    assert (source.client().get("k"), target.client().get("k")) == (None, b"v")


def test_not_in_scripts(source):
    client = source.raw()
    reply = client.command("EVAL", f"return redis.call('migrate', '{HOST}', 1, KEYS[1], 0, 100)", 1, "k")
    assert isinstance(reply, ErrorReply)


# ---- Targets that are played ----


class Target:
    """Accepts connections and lets the test say what happens on them."""

    def __init__(self):
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.listener.settimeout(30)

    def accept(self):
        connection, _ = self.listener.accept()
        connection.settimeout(30)
        return connection

    def close(self):
        self.listener.close()


@pytest.fixture
def played():
    target = Target()
    yield target
    target.close()


def read_restore(connection):
    """What is asked, up to a RESTORE that is there as a whole."""
    data = b""
    while b"RESTORE" not in data or not data.endswith(b"\r\n"):
        chunk = connection.recv(1 << 16)
        assert chunk, data
        data += chunk
    return data


def one_more(key):
    """Another key of the same slot, and one of another."""
    return f"{{{key}}}more", f"{key}other"


def test_a_silent_target(source, played):
    """Others go on, but for writes to the slot; when the time is over all is as before."""
    here = source.client()
    same, other = one_more("k")
    here.mset({"k": "v", same: "v", other: "v"})
    migrate, writer = source.raw(limit=30), source.raw(limit=30)
    migrate.send_command("MIGRATE", HOST, played.port, "k", 0, 3000)
    connection = played.accept()
    read_restore(connection)
    writer.send_command("APPEND", same, "w")
    assert here.get("k") == b"v"
    assert here.append(other, "w") == 2
    assert here.get(same) == b"v"  # the writer waits
    assert migrate.read_reply() == NOT_READ
    assert writer.read_reply() == 2
    assert here.get("k") == b"v"
    connection.close()


def test_writes_come_after_the_move(source, played):
    """What was asked for while the key was under way finds it gone."""
    here = source.client()
    here.set("k", "old")
    migrate = source.raw(limit=30)
    writers = [source.raw(limit=30) for _ in range(5)]
    migrate.send_command("MIGRATE", HOST, played.port, "k", 0, 30_000)
    connection = played.accept()
    read_restore(connection)
    commands = [("SETNX", "k", "new"), ("INCR", "{k}n"), ("EVAL", "return redis.call('get', 'k') or 'none'", 0),
                ("MSET", "k", "b", "x", "c"), ("FLUSHALL",)]
    for writer, command in zip(writers, commands):
        writer.send_command(*command)
    assert here.get("k") == b"old"
    connection.sendall(b"+OK\r\n+OK\r\n")
    assert migrate.read_reply() == "OK"
    replies = [writer.read_reply() for writer in writers]
    assert replies[1] == 1 and replies[3] == replies[4] == "OK"
    assert replies[2] in (b"none", b"new", b"b")  # never what has been moved
    connection.close()


@pytest.mark.parametrize("answer, error", [
    (b"", NOT_READ), (b"+OK\r\n", NOT_READ), (b"+OK\r\n+O", NOT_READ), (b"nonsense\r\n", NOT_READ),
    (b"x" * 100_000, NOT_READ),
    (b"-ERR no database\r\n+OK\r\n", ErrorReply("ERR Target instance replied with error: ERR no database")),
    (b"+OK\r\n-OOM no memory\r\n", ErrorReply("ERR Target instance replied with error: OOM no memory")),
])  # fmt: skip
def test_a_target_that_dies(source, played, answer, error):
    here = source.client()
    here.set("k", "v")
    migrate = source.raw(limit=30)
    migrate.send_command("MIGRATE", HOST, played.port, "k", 0, 20_000)
    connection = played.accept()
    read_restore(connection)
    connection.sendall(answer)
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()
    assert migrate.read_reply() == error
    assert here.get("k") == b"v"


def test_a_target_that_dies_in_the_middle(source, played):
    """What it has acknowledged is gone, what it has not is here."""
    here = source.client()
    keys = [f"{{k}}{i}" for i in range(100)]
    here.mset({key: "v" for key in keys})
    migrate = source.raw(limit=30)
    migrate.send_command("MIGRATE", HOST, played.port, "", 0, 20_000, "KEYS", *keys)
    connection = played.accept()
    connection.recv(1 << 16)
    connection.sendall(b"+OK\r\n" + b"+OK\r\n" * 40)
    wait_until(lambda: here.dbsize() == 60, what="40 keys have been deleted")
    connection.close()
    assert migrate.read_reply() == NOT_READ
    assert here.mget(keys) == [None] * 40 + [b"v"] * 60


def test_a_target_that_does_not_read(source, played):
    here = source.client()
    here.set("k", os.urandom(1_000_000) * 30)
    migrate = source.raw(limit=60)
    migrate.send_command("MIGRATE", HOST, played.port, "k", 0, 300)
    connection = played.accept()
    assert migrate.read_reply() == NOT_WRITTEN
    assert here.strlen("k") == 30_000_000
    connection.close()


def test_links_are_kept(source, played):
    """One connection for one after the other; one that has been closed meanwhile is replaced."""
    here = source.client()
    migrate = source.raw(limit=30)
    here.mset({"{k}1": 1, "{k}2": 2, "{k}3": 3})
    migrate.send_command("MIGRATE", HOST, played.port, "{k}1", 0, 20_000)
    connection = played.accept()
    assert b"SELECT" in read_restore(connection)
    connection.sendall(b"+OK\r\n+OK\r\n")
    assert migrate.read_reply() == "OK"
    migrate.send_command("MIGRATE", HOST, played.port, "{k}2", 0, 20_000)
    assert b"SELECT" not in read_restore(connection)
    connection.sendall(b"+OK\r\n")
    assert migrate.read_reply() == "OK"
    migrate.send_command("MIGRATE", HOST, played.port, "{k}3", 0, 20_000)
    connection.recv(1 << 16)
    connection.close()
    connection = played.accept()
    assert b"SELECT" in read_restore(connection)
    connection.sendall(b"+OK\r\n+OK\r\n")
    assert migrate.read_reply() == "OK"
    assert here.dbsize() == 0
    connection.close()


def test_a_client_that_leaves(source, played):
    here = source.client()
    here.set("k", "v")
    migrate = source.raw(limit=30)
    migrate.send_command("MIGRATE", HOST, played.port, "k", 0, 20_000)
    connection = played.accept()
    read_restore(connection)
    migrate.close()
    connection.sendall(b"+OK\r\n+OK\r\n")
    wait_until(lambda: not here.exists("k"), what="the key is moved all the same")
    connection.close()


def test_the_node_stops_meanwhile(source, played):
    here = source.client()
    here.set("k", "v")
    migrate = source.raw(limit=30)
    migrate.send_command("MIGRATE", HOST, played.port, "k", 0, 60_000)
    connection = played.accept()
    read_restore(connection)
    assert source.stop() == 0
    connection.close()


def test_a_key_that_expires_on_the_way(source, played):
    here = source.client()
    migrate = source.raw(limit=30)
    here.set("k", "v", px=int(1000 * LIMIT_FACTOR))
    migrate.send_command("MIGRATE", HOST, played.port, "k", 0, 20_000)
    connection = played.accept()
    read_restore(connection)
    wait_until(lambda: not here.exists("k"), what="it expires here as well")
    connection.sendall(b"+OK\r\n+OK\r\n")
    assert migrate.read_reply() == "OK"
    connection.close()


def test_many_at_once(source, start_tessera):
    """Keys of a slot from several clients, with writers to the same slot: each is somewhere, once."""
    target = start_tessera(shards=2)
    count = 400
    here, there = source.client(), target.client()
    for i in range(count):
        here.set(f"{{k}}{i}", 0)
    stop = threading.Event()
    written = {}

    def write():
        with RawConnection((HOST, source.port), 30) as connection:
            while not stop.is_set():
                for i in range(count):
                    if connection.command("SET", f"{{k}}{i}", written.get(i, 0) + 1, "XX") == "OK":
                        written[i] = written.get(i, 0) + 1

    def move(first):
        with RawConnection((HOST, source.port), 30) as connection:
            for i in range(first, count, 4):
                assert connection.command("MIGRATE", HOST, target.port, f"{{k}}{i}", 0, 20_000) == "OK"

    writer = threading.Thread(target=write)
    movers = [threading.Thread(target=move, args=(first,)) for first in range(4)]
    writer.start()
    for mover in movers:
        mover.start()
    for mover in movers:
        mover.join()
    stop.set()
    writer.join()
    assert here.dbsize() == 0
    assert {i: int(there.get(f"{{k}}{i}")) for i in range(count)} == {i: written.get(i, 0) for i in range(count)}
