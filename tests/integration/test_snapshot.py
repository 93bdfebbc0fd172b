"""SAVE, BGSAVE, LASTSAVE and the file they write: what others load from it, when it is written, what is said of it."""

import os
import pathlib
import random
import time

import pytest
import redis
from servers import RawConnection, Server, wait_until
from snapshots import NAME, Writers, copy_to, persistence, wait_loaded, wait_saved
from test_dump import MAKERS, contents, raw_client, run

VALKEY_SERVER = os.environ.get("VALKEY_SERVER", "")
SEED = 20

LIBRARY = "#!lua name=numbers\nredis.register_function('twice', function(keys, arguments) return arguments[1] * 2 end)"


def make_data(client):
    """Keys of every type in two databases, some with an expiry."""
    source = random.Random(SEED)
    for name, maker in MAKERS.items():
        for number, commands in enumerate(maker(source)):
            for words in commands:
                run(client, f"{name}:{number}", words)
            if number % 3 == 0:
                client.execute_command("PEXPIREAT", f"{name}:{number}", int(time.time() + 5000) * 1000 + number)
    client.execute_command("FUNCTION", "LOAD", "REPLACE", LIBRARY)
    client.execute_command("SELECT", 9)
    for number in range(200):
        client.execute_command("SET", f"other:{number}", number)
    client.execute_command("SELECT", 0)


def state(client):
    """Everything, by key, as clients see it but for encodings, which others choose otherwise."""
    found = {}
    for database in (0, 9):
        client.execute_command("SELECT", database)
        for key in client.execute_command("KEYS", "*"):
            expiry = client.execute_command("PEXPIRETIME", key)
            kind, _encoding, value = contents(client, key)
            found[database, key] = (kind, value, expiry)
    client.execute_command("SELECT", 0)
    return found, client.execute_command("FCALL", "twice", 0, 21)


def own_client(server):
    """One connection with raw replies, so that SELECT stays."""
    client = redis.Redis(host="127.0.0.1", port=server.port, single_connection_client=True, socket_timeout=60)
    client.response_callbacks.clear()
    server._open.append(client)
    return client


def assert_same(found, expected):
    assert found[1] == expected[1]
    assert found[0].keys() == expected[0].keys()
    for key, value in expected[0].items():
        assert found[0][key] == value, key


@pytest.mark.parametrize("compression", ["yes", "no"])
@pytest.mark.parametrize("shards", [1, 2, 4])
def test_redis_loads_the_file(start_tessera, start_redis, shards, compression):
    node = start_tessera(shards=shards, rdb_version=10, rdbcompression=compression)
    client = own_client(node)
    make_data(client)
    expected = state(client)
    assert client.execute_command("SAVE") == b"OK"
    assert (node.directory / NAME).read_bytes()[:9] == b"REDIS0010"
    other = copy_to(node, start_redis)
    assert_same(state(own_client(other)), expected)
    assert "aof-base" not in other.log_text()


def test_redis_checks_the_file(start_tessera, start_redis):
    """The checksum counts: a byte that is changed is found. Without one the file says so."""
    node = start_tessera(shards=2, rdb_version=10)
    node.client().set("key", "value" * 100)
    node.client().save()
    data = bytearray((node.directory / NAME).read_bytes())
    assert data[-8:] != bytes(8)
    data[data.index(b"aof-base") + 9] ^= 1
    (node.directory / NAME).write_bytes(data)
    other = start_redis(ready=False)
    other.kill()
    (other.directory / NAME).write_bytes(data)
    other.start(ready=False)
    assert other.wait_exit() != 0
    other.expected_exit = None
    plain = start_tessera(shards=2, rdb_version=10, rdbchecksum="no")
    plain.client().set("key", "value")
    plain.client().save()
    assert (plain.directory / NAME).read_bytes()[-8:] == bytes(8)
    assert copy_to(plain, start_redis).client().get("key") == b"value"


@pytest.mark.skipif(not VALKEY_SERVER, reason="VALKEY_SERVER names no binary")
@pytest.mark.parametrize("fields", [False, True])
def test_valkey_loads_the_file(start_tessera, fields):
    """Version 11; or Valkey's own, where hashes have fields that expire."""
    node = start_tessera(shards=2)
    client = own_client(node)
    make_data(client)
    if fields:
        client.execute_command("HSET", "fields", "a", 1, "b", 2)
        client.execute_command("HEXPIRE", "fields", 5000, "FIELDS", 1, "a")
    expected = state(client)
    client.execute_command("SAVE")
    assert (node.directory / NAME).read_bytes()[:9] == (b"VALKEY080" if fields else b"REDIS0011")
    other = Server("valkey", VALKEY_SERVER, {"save": ""})
    try:
        other.port = 0
        other.start(ready=False)
        other.kill()
        (other.directory / NAME).write_bytes((node.directory / NAME).read_bytes())
        wait_loaded(other.start())
        assert_same(state(own_client(other)), expected)
        if fields:
            assert 4000 < other.client().execute_command("HTTL", "fields", "FIELDS", 1, "a")[0] <= 5000
    finally:
        other.finish()


def test_restart_has_the_data(start_tessera):
    """With another number of shards, too."""
    node = start_tessera(shards=2, save="3600 1")
    client = own_client(node)
    make_data(client)
    client.execute_command("HSET", "fields", "a", 1, "b", 2)
    client.execute_command("HEXPIRE", "fields", 5000, "FIELDS", 1, "a")
    expected = state(client)
    node.directives["shards"] = 3
    node.restart()
    wait_loaded(node)
    assert_same(state(own_client(node)), expected)
    assert 4000 < node.client().execute_command("HTTL", "fields", "FIELDS", 1, "a")[0] <= 5000


# ---- One moment ----


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_the_file_shows_one_moment(start_tessera, shards):
    """Two keys that always change together agree, on whatever shards they are; a counter that is incremented
    before another is never behind it."""
    node = start_tessera(shards=shards)
    client = node.client()
    keys = 400
    client.mset({f"{side}:{number}": "start" for side in ("left", "right") for number in range(keys)})
    client.mset({f"filler:{number}": "x" * 200 for number in range(20000)})

    def write(connection, writer, count):
        number = random.randrange(keys // 4) * 4 + writer % 4
        connection.mset({f"left:{number}": f"{writer}-{count}", f"right:{number}": f"{writer}-{count}"})
        connection.incr(f"first:{writer}")
        connection.incr(f"second:{writer}")

    for _ in range(3):
        with Writers(node, 4, write):
            client.bgsave()
            wait_saved(client)
        other = copy_to(node, start_tessera, shards=1)
        found = other.client()
        left = found.mget([f"left:{number}" for number in range(keys)])
        right = found.mget([f"right:{number}" for number in range(keys)])
        assert left == right and None not in left
        for writer in range(4):
            difference = int(found.get(f"first:{writer}") or 0) - int(found.get(f"second:{writer}") or 0)
            assert difference in (0, 1)
        assert 0 <= found.dbsize() - 2 * keys - 20000 <= 8


def test_big_values_go_on_changing(start_tessera):
    """Values that are walked in pieces are in the file as they were when BGSAVE was answered."""
    node = start_tessera(shards=2, rdb_key_save_delay=0)
    client = node.client()
    pipe = client.pipeline(transaction=False)
    for start in range(0, 60000, 1000):
        pipe.hset("hash", mapping={f"field:{number}": start for number in range(start, start + 1000)})
        pipe.rpush("list", *range(start, start + 1000))
        pipe.zadd("sorted", {f"member:{number}": number for number in range(start, start + 1000)})
        pipe.sadd("set", *(f"member:{number}" for number in range(start, start + 1000)))
    pipe.set("string", b"v" * 3_000_000)
    pipe.execute()

    def write(connection, _writer, count):
        connection.hset("hash", f"field:{random.randrange(60000)}", -1)
        connection.hset("hash", f"new:{count}", -1)
        connection.lset("list", random.randrange(50000), "changed")
        connection.rpush("list", "added")
        connection.lpop("list")
        connection.zadd("sorted", {f"member:{random.randrange(60000)}": -1})
        connection.zrem("sorted", f"member:{random.randrange(60000)}")
        connection.srem("set", f"member:{random.randrange(60000)}")
        connection.append("string", "w")

    client.config_set("rdb-key-save-delay", 300000)
    client.bgsave()
    with Writers(node, 2, write) as writers:
        before = writers.rounds
        wait_until(lambda: writers.rounds > before + 200 or writers.errors, 60, "many writes")
        client.config_set("rdb-key-save-delay", 0)
        wait_saved(client)
    found = copy_to(node, start_tessera, shards=1).client()
    assert found.hgetall("hash") == {f"field:{number}".encode(): b"%d" % (number // 1000 * 1000) for number in range(60000)}
    assert found.lrange("list", 0, -1) == [b"%d" % number for number in range(60000)]
    assert found.zcard("sorted") == 60000 and found.zscore("sorted", "member:59999") == 59999
    assert found.zrange("sorted", 0, 2) == [b"member:0", b"member:1", b"member:2"]
    assert found.scard("set") == 60000 and found.get("string") == b"v" * 3_000_000


# ---- What is said ----


def error_of(call, *arguments):
    with pytest.raises(redis.ResponseError) as caught:
        call(*arguments)
    return str(caught.value)


def test_only_one_at_a_time(start_tessera):
    node = start_tessera(shards=2, rdb_key_save_delay=1_000_000)
    client = node.client()
    client.mset({f"key:{number}": number for number in range(100)})
    assert raw_client(node).execute_command("BGSAVE") == b"Background saving started"
    assert error_of(client.execute_command, "SAVE") == "Background save already in progress"
    assert error_of(client.execute_command, "BGSAVE") == "Background save already in progress"
    assert error_of(client.execute_command, "BGSAVE", "SCHEDULE") == "Background save already in progress"
    assert error_of(client.execute_command, "BGSAVE", "other") == "syntax error"
    assert error_of(client.execute_command, "BGSAVE", "SCHEDULE", "other") == "syntax error"
    wait_until(lambda: persistence(client)["current_save_keys_total"] == 100, 10, "progress is shown")
    assert persistence(client)["rdb_bgsave_in_progress"] == 1
    assert persistence(client)["rdb_current_bgsave_time_sec"] >= 0
    assert raw_client(node).execute_command("BGSAVE", "CANCEL") == b"Background saving cancelled"
    found = wait_saved(client)
    assert found["rdb_last_bgsave_status"] == "ok" and found["rdb_saves"] == 0
    assert found["current_save_keys_total"] == 0 or wait_until(
        lambda: persistence(client)["current_save_keys_total"] == 0
    )
    assert [path.name for path in node.directory.iterdir() if "rdb" in path.name] == []
    assert (
        error_of(client.execute_command, "BGSAVE", "CANCEL")
        == "Background saving is currently not in progress or scheduled"
    )
    client.config_set("rdb-key-save-delay", 0)
    assert client.save()


def test_what_info_and_lastsave_say(start_tessera):
    node = start_tessera(shards=2)
    client = node.client()
    before = client.execute_command("LASTSAVE")
    client.mset({f"key:{number}": number for number in range(50)})
    assert persistence(client)["rdb_changes_since_last_save"] == 50
    assert persistence(client)["rdb_last_bgsave_time_sec"] == -1
    wait_until(lambda: time.time() > persistence(client)["rdb_last_save_time"] + 1.1, 5, "a second later")
    assert client.save()
    found = persistence(client)
    assert found["rdb_changes_since_last_save"] == 0 and found["rdb_saves"] == 1
    assert int(client.execute_command("LASTSAVE").timestamp() > before.timestamp())
    client.set("key:1", "changed")
    client.bgsave()
    found = wait_saved(client)
    assert found["rdb_saves"] == 2 and found["rdb_changes_since_last_save"] == 0
    assert found["rdb_last_bgsave_time_sec"] >= 0


def test_points_of_save(start_tessera):
    node = start_tessera(shards=2, save="1 100")
    client = node.client()
    client.mset({f"key:{number}": number for number in range(99)})
    wait_until(lambda: time.time() > client.execute_command("LASTSAVE").timestamp() + 2.5, 10, "time passes")
    assert persistence(client)["rdb_saves"] == 0
    client.set("key:99", 1)
    wait_until(lambda: persistence(client)["rdb_saves"] == 1, 10, "the point of save is reached")
    assert persistence(client)["rdb_changes_since_last_save"] == 0


def test_names_by_config_set(start_tessera, tmp_path):
    node = start_tessera(shards=2, enable_protected_configs="yes")
    client = node.client()
    client.set("key", 1)
    client.config_set("dbfilename", "other.rdb")
    client.save()
    assert (node.directory / "other.rdb").exists()
    client.config_set("dir", str(tmp_path))
    client.save()
    assert (tmp_path / "other.rdb").exists()
    assert not (node.directory / NAME).exists()


def test_leftovers_are_removed(start_tessera):
    node = start_tessera(shards=2)
    (node.directory / f"temp-{NAME}").write_bytes(b"half a file")
    node.restart()
    assert not (node.directory / f"temp-{NAME}").exists()
    assert list(pathlib.Path(node.directory).glob("temp-*")) == []


def test_flushall_empties_the_file(start_tessera):
    """With save points; and what is being saved is given up."""
    node = start_tessera(shards=2, save="3600 100000", rdb_key_save_delay=0)
    client = node.client()
    client.mset({f"key:{number}": "v" * 100 for number in range(1000)})
    client.save()
    size = (node.directory / NAME).stat().st_size
    client.config_set("rdb-key-save-delay", 1_000_000)
    client.bgsave()
    with RawConnection(("127.0.0.1", node.port)) as connection:
        assert connection.command("FLUSHALL") == "OK"
        assert (node.directory / NAME).stat().st_size < size / 10
        assert connection.command("SET", "key", "value") == "OK"
        assert connection.command("MULTI") == "OK"
        assert connection.command("FLUSHALL", "ASYNC") == "QUEUED"
        assert connection.command("PING") == "QUEUED"
        assert connection.command("EXEC") == ["OK", "PONG"]
    assert persistence(client)["rdb_bgsave_in_progress"] == 0
    client.config_set("save", "")
    client.config_set("rdb-key-save-delay", 0)
    client.set("key", "v" * 1000)
    client.save()
    client.flushall()
    assert (node.directory / NAME).stat().st_size > 100
    assert persistence(client)["rdb_changes_since_last_save"] > 0
    assert raw_client(node).execute_command("DBSIZE") == 0
    # Without points as well what has been deleted is not written any more.
    client.mset({f"key:{number}": "v" for number in range(100)})
    client.config_set("rdb-key-save-delay", 1_000_000)
    client.bgsave()
    client.flushall()
    assert wait_saved(client)["rdb_bgsave_in_progress"] == 0
    assert (node.directory / NAME).stat().st_size > 100
