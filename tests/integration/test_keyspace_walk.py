"""SCAN, KEYS, RANDOMKEY, DBSIZE, FLUSHDB, FLUSHALL, SWAPDB: over all shards."""

import random
import threading

import pytest

from servers import HOST, ErrorReply, RawConnection, wait_until


@pytest.fixture(params=[(1, False), (3, False), (5, True)], ids=["1 shard", "3 shards", "cluster, 5 shards"])
def node(request, start_tessera):
    shards, cluster = request.param
    directives = {"cluster_enabled": True, "cluster_claim_all_slots": True} if cluster else {}
    server = start_tessera(shards=shards, enable_debug_command="yes", **directives)
    server.cluster = cluster
    if cluster:
        with connect(server) as client:
            wait_until(lambda: client.command("GET", "a") is None)
    return server


def connect(server):
    return RawConnection((HOST, server.port))


def scan(client, *options):
    """All keys of a whole scan, as often as they came."""
    keys, cursor, calls = [], b"0", 0
    while True:
        cursor, page = client.command("SCAN", cursor, *options)
        keys += page
        calls += 1
        assert calls < 100000
        if cursor == b"0":
            return keys


def fill(client, names):
    client.send(b"".join(b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$1\r\nx\r\n" % (len(name), name) for name in names))
    client.expect(b"+OK\r\n" * len(names))


@pytest.mark.parametrize("count", [0, 1, 2, 500, 20000])
def test_scan_returns_each_key_once(node, count):
    names = [b"key:%d" % number for number in range(count)]
    with connect(node) as client:
        fill(client, names)
        for options in ((), ("COUNT", 1), ("COUNT", 1000), ("COUNT", 10**9)):
            if count == 20000 and options == ("COUNT", 1):
                continue
            assert sorted(scan(client, *options)) == sorted(names)
        assert sorted(client.command("KEYS", "*")) == sorted(names)
        assert client.command("DBSIZE") == count


def test_scan_while_keys_come_and_go(node):
    stable = [b"stable:%d" % number for number in range(3000)]
    stop = threading.Event()

    def change():
        generator = random.Random(7)
        with connect(node) as client:
            while not stop.is_set():
                start = generator.randrange(100000)
                names = [b"other:%d" % number for number in range(start, start + 500)]
                fill(client, names)
                for name in names:
                    client.send_command("DEL", name)
                for _ in names:
                    client.read_reply()

    with connect(node) as client:
        fill(client, stable)
        thread = threading.Thread(target=change)
        thread.start()
        try:
            for _ in range(5):
                assert set(stable) <= set(scan(client, "COUNT", 50))
        finally:
            stop.set()
            thread.join()


def test_scan_options(node, start_redis):
    names = [b"a:%d" % number for number in range(300)] + [b"b:%d" % number for number in range(300)]
    with connect(node) as client, connect(start_redis()) as redis:
        fill(client, names)
        assert sorted(scan(client, "MATCH", "a:1*")) == sorted(n for n in names if n.startswith(b"a:1"))
        assert sorted(scan(client, "TYPE", "STRING", "MATCH", "b*")) == sorted(n for n in names if n[:1] == b"b")
        assert scan(client, "TYPE", "list") == []
        assert scan(client, "TYPE", "no-such-type") == []
        for bad in (("x",), ("1.5",), ("99999999999999999999999",), ("0", "COUNT", "0"), ("0", "COUNT", "x"),
                    ("0", "COUNT"), ("0", "FOO"), ("0", "FOO", "1"), ("0", "TYPE"), ()):
            assert client.command("SCAN", *bad) == redis.command("SCAN", *bad), bad
        generator = random.Random(3)
        for _ in range(500):
            # Any number is a cursor.
            cursor, page = client.command("SCAN", generator.getrandbits(generator.randrange(1, 64)))
            assert int(cursor) >= 0 and set(page) <= set(names)


def test_expired_keys_do_not_appear(node):
    with connect(node) as client:
        client.command("DEBUG", "SET-ACTIVE-EXPIRE", "0")
        for number in range(200):
            client.command("SET", f"key:{number}", "x", *(("PX", 1) if number % 2 else ()))
        wait_until(lambda: client.command("EXISTS", "key:199") == 0)
        alive = sorted(b"key:%d" % number for number in range(0, 200, 2))
        assert client.command("KEYS", "key:7") == []
        assert sorted(scan(client)) == alive
        assert sorted(client.command("KEYS", "*")) == alive
        assert client.command("DBSIZE") == 100, "a scan removes what has expired"
        assert client.command("RANDOMKEY") in alive


PATTERNS = ["*", "?", "key:1", "key:*9", "k[de]y:1", "k[^x]y:1?", r"key:\1", "nothing", "", "{tag}*", "{tag}:1",
            "x{tag}*", "*{tag}", "{tag", "tag}*", "{}*", "{*}*", "{t?g}*", r"{\tag}*", "{a}{tag}*", "[{]tag}*", "{[t]ag}*"]


def test_keys(node, start_redis):
    names = [f"key:{number}".encode() for number in range(100)]
    names += [f"{prefix}:{n}".encode() for prefix in ("{tag}", "x{tag}", "{}", "{a}{tag}", "{tag") for n in range(5)]
    with connect(node) as client, connect(start_redis()) as redis:
        for connection in (client, redis):
            fill(connection, names)
        for pattern in PATTERNS:
            assert sorted(client.command("KEYS", pattern)) == sorted(redis.command("KEYS", pattern)), pattern


def test_random_key(node):
    names = [b"key:%d" % number for number in range(50)]
    with connect(node) as client:
        assert client.command("RANDOMKEY") is None
        fill(client, names)
        seen = {client.command("RANDOMKEY") for _ in range(2000)}
        assert seen == set(names)


def test_flush(node):
    with connect(node) as client:
        for options in ((), ("SYNC",), ("async",)):
            for command in ("FLUSHDB", "FLUSHALL"):
                fill(client, [b"key:%d" % number for number in range(1000)])
                if not node.cluster:
                    client.command("SELECT", "1")
                    client.command("SET", "other", "1")
                    client.command("SELECT", "0")
                assert client.command(command, *options) == "OK"
                assert client.command("DBSIZE") == 0
                assert client.command("GET", "key:1") is None
                if not node.cluster:
                    client.command("SELECT", "1")
                    assert client.command("DBSIZE") == (1 if command == "FLUSHDB" else 0)
                    client.command("SELECT", "0")
        assert client.command("FLUSHALL", "x") == ErrorReply("ERR syntax error")
        assert client.command("FLUSHDB", "SYNC", "ASYNC") == ErrorReply("ERR syntax error")


def test_flush_under_load(node):
    """What was written before a flush is gone behind it, on every shard at once."""
    failures = []

    def write(number):
        with connect(node) as client:
            for round in range(200):
                fill(client, [b"%d:%d" % (number, key) for key in range(20)])
                if number == 0 and round % 10 == 0 and client.command("FLUSHALL") != "OK":
                    failures.append(round)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with connect(node) as client:
        assert client.command("FLUSHALL") == "OK"
        assert client.command("DBSIZE") == 0 and scan(client) == []


def test_swap_databases(node, start_redis):
    bad = [("a", "b"), ("0", "x"), ("0", "99"), ("-1", "0"), ("99999999999", "0"), ("0", "16")]
    with connect(node) as client, connect(start_redis()) as redis:
        if node.cluster:
            assert client.command("SWAPDB", "0", "1") == ErrorReply("ERR SWAPDB is not allowed in cluster mode")
            assert client.command("SELECT", "1") == ErrorReply("ERR SELECT is not allowed in cluster mode")
            assert client.command("SELECT", "0") == "OK"
            return
        for pair in bad:
            assert client.command("SWAPDB", *pair) == redis.command("SWAPDB", *pair), pair
        fill(client, [b"zero:%d" % number for number in range(100)])
        client.command("SELECT", "5")
        fill(client, [b"five:%d" % number for number in range(7)])
        assert client.command("SWAPDB", "0", "5") == "OK"
        assert client.command("DBSIZE") == 100
        assert client.command("SWAPDB", "5", "5") == "OK"
        client.command("SELECT", "0")
        assert sorted(scan(client)) == [b"five:%d" % number for number in range(7)]
        assert client.command("GET", "five:3") == b"x"
