"""Loading at the start: files of redis-server, of every kind and setting, give the same data in any number of shards."""

import os
import shutil

import pytest
import redis
from loading import LIBRARY, describe, make_all
from servers import ErrorReply, Server, encode_command, wait_until

VALKEY_SERVER = os.environ.get("VALKEY_SERVER")


def fill(server):
    with server.client(single_connection_client=True) as client:
        make_all(client)


def same(first, second):
    assert first.keys() == second.keys()
    for name in first:
        assert first[name] == second[name], name


def in_copy(server, tmp_path, name="copy"):
    """A copy of the server's files, which it must not have changed meanwhile."""
    directory = tmp_path / name
    shutil.copytree(server.directory, directory, ignore=shutil.ignore_patterns("output.log"))
    return directory


@pytest.mark.parametrize("compression", ["yes", "no"])
def test_snapshot_of_redis(start_redis, start_tessera, tmp_path, compression):
    server = start_redis(rdbcompression=compression, rdbchecksum=compression)
    fill(server)
    server.client().save()
    before = describe(server)
    for shards in (1, 2, 3):
        node = start_tessera(shards=shards, dir=in_copy(server, tmp_path, f"rdb{shards}"))
        same(before, describe(node))
        persistence = node.info("persistence")
        assert persistence["loading"] == 0
        assert persistence["rdb_last_load_keys_loaded"] == len(before) - 1
        assert node.client().execute_command("FCALL", "double", 0, 4) == 8


@pytest.mark.skipif(VALKEY_SERVER is None, reason="VALKEY_SERVER names no binary")
def test_snapshot_of_valkey(start_tessera, tmp_path):
    server = Server("valkey", VALKEY_SERVER, {"save": ""})
    server.start()
    try:
        fill(server)
        with server.client() as client:
            client.execute_command("HSET", "fields expire", "a", 1, "b", 2)
            client.execute_command("HEXPIRE", "fields expire", 1000, "FIELDS", 1, "a")
            expiries = client.execute_command("HPEXPIRETIME", "fields expire", "FIELDS", 2, "a", "b")
            client.save()
        before = describe(server)
        for shards in (1, 2):
            node = start_tessera(shards=shards, dir=in_copy(server, tmp_path, f"valkey{shards}"))
            same(before, describe(node))
            client = node.client()
            assert client.execute_command("HPEXPIRETIME", "fields expire", "FIELDS", 2, "a", "b") == expiries
    finally:
        server.finish()


@pytest.mark.parametrize("preamble", ["yes", "no"])
@pytest.mark.parametrize("rewritten", [False, True])
def test_log_of_redis(start_redis, start_tessera, tmp_path, preamble, rewritten):
    server = start_redis(
        appendonly="yes", appendfsync="no", aof_use_rdb_preamble=preamble, aof_timestamp_enabled="yes"
    )
    fill(server)
    client = server.client()
    if rewritten:
        client.bgrewriteaof()
        wait_for_rewrite(server)
        client.set("behind", "the rewrite")
        client.rename("string:9", "renamed behind")
        client.flushdb() if preamble == "no" else None
        client.set("last", 1)
    before = describe(server)
    for shards in (1, 2, 4):
        node = start_tessera(shards=shards, appendonly="yes", dir=in_copy(server, tmp_path, f"log{shards}"))
        same(before, describe(node))


def wait_for_rewrite(server):
    def is_over():
        persistence = server.info("persistence")
        return persistence["aof_rewrite_in_progress"] == 0 and persistence["aof_rewrite_scheduled"] == 0

    wait_until(is_over, 20, "the rewrite is over")


@pytest.mark.parametrize("preamble", [True, False])
def test_single_file_of_before_manifests(start_redis, start_tessera, tmp_path, preamble):
    server = start_redis(appendonly="yes", appendfsync="no", aof_use_rdb_preamble="yes")
    client = server.client()
    client.set("a", 1)
    if preamble:
        client.bgrewriteaof()
        wait_for_rewrite(server)
    client.mset({"b": 2, "c": 3})
    before = describe(server)
    server.stop()
    log = server.directory / "appendonlydir"
    parts = sorted(log.glob("*.base.*")) + sorted(log.glob("*.incr.aof"))
    if not preamble:
        parts = parts[1:]
    for shards in (1, 2):
        directory = tmp_path / f"single{shards}"
        directory.mkdir()
        (directory / "appendonly.aof").write_bytes(b"".join(part.read_bytes() for part in parts))
        same(before, describe(start_tessera(shards=shards, appendonly="yes", dir=directory)))


def test_expired_keys(start_redis, start_tessera, tmp_path):
    """A snapshot drops what has expired; a log keeps it until it is over, as later commands may count on it."""
    server = start_redis(appendonly="yes", appendfsync="no")
    client = server.client()
    at_once = client.pipeline(transaction=False)
    at_once.set("kept", 5, px=1000).incr("kept").persist("kept").set("gone", 1, px=1000).set("stays", 1).save()
    at_once.execute()

    wait_until(lambda: client.execute_command("EXISTS", "gone") == 0, 5, "the key has expired")
    node = start_tessera(dir=in_copy(server, tmp_path, "rdb"))
    assert node.client().dbsize() == 2
    assert node.info("persistence")["rdb_last_load_keys_expired"] == 1
    node = start_tessera(dir=in_copy(server, tmp_path, "log"), appendonly="yes")
    assert node.client().get("kept") == b"6"
    assert node.client().get("gone") is None
    assert node.client().ttl("kept") == -1


def test_log_in_which_a_key_expired_meanwhile(start_tessera, tmp_path):
    """What is done again is done as it was then: the key had not expired yet."""

    log = encode_command("SELECT", 0)
    log += encode_command("SET", "k", 5, "PXAT", 1600000000000) + encode_command("INCR", "k")
    log += encode_command("PERSIST", "k")
    log += encode_command("HSET", "h", "f", 1) + encode_command("PEXPIREAT", "h", 1600000000000)
    log += encode_command("HSET", "h", "g", 1)
    log += encode_command("SET", "relative", 1, "EX", 1000) + encode_command("EXPIRE", "relative", 2000)
    (tmp_path / "appendonly.aof").write_bytes(log)
    for shards in (1, 2):
        node = start_tessera(shards=shards, appendonly="yes", dir=tmp_path)
        client = node.client()
        assert client.get("k") == b"6"
        assert client.ttl("k") == -1
        assert client.exists("h") == 0
        assert 1900 < client.ttl("relative") <= 2000
        assert client.object("idletime", "k") < 100
        assert node.stop() == 0


def test_functions_are_loaded_once(start_redis, start_tessera, tmp_path):
    server = start_redis()
    server.client().execute_command("FUNCTION", "LOAD", LIBRARY)
    server.client().save()
    node = start_tessera(shards=2, dir=in_copy(server, tmp_path))
    assert len(node.client().execute_command("FUNCTION", "LIST")) == 1


def test_neither_file_nor_log(start_tessera):
    node = start_tessera(shards=2)
    assert node.client().dbsize() == 0
    assert node.info("persistence")["loading"] == 0
    assert "loading_total_bytes" not in node.info("persistence")


def test_clients_are_told_of_loading(start_redis, start_tessera, tmp_path):
    """While data are loaded, clients have -LOADING; INFO tells how far it is; the node can be stopped."""
    server = start_redis()
    client = server.client()
    pipe = client.pipeline(transaction=False)
    for number in range(60):
        pipe.hset(f"h{number}", mapping={f"field{item}": "v" * 10 for item in range(5000)})
    pipe.execute()
    client.save()
    directory = in_copy(server, tmp_path)
    # The same keys many times over: another database each.
    snapshot = (directory / "dump.rdb").read_bytes()
    start = snapshot.index(b"\xfe\x00\xfb") + 2
    body = snapshot[start:-9]  # without the end's mark and the checksum
    copies = b"".join(b"\xfe" + bytes([database]) + body for database in range(16))
    (directory / "dump.rdb").write_bytes(snapshot[: start - 2] + copies + b"\xff" + bytes(8))
    node = start_tessera(shards=2, dir=directory, ready=False)
    refused = wait_for_loading(node)
    if refused is not None:
        assert refused == "LOADING Redis is loading the dataset in memory"
    node.wait_ready(60)
    assert node.info("persistence")["loading"] == 0
    assert node.info("keyspace")["db15"]["keys"] == 60


def wait_for_loading(node):
    """The refusal of a GET while the node loads; None when it was over too soon."""

    while True:
        try:
            connection = node.raw()
        except OSError:
            continue
        reply = connection.command("GET", "x")
        if not isinstance(reply, ErrorReply):
            return None
        persistence = connection.command("INFO", "persistence").decode()
        if "loading:1" not in persistence:
            return None
        assert "loading_total_bytes:" in persistence
        assert "loading_loaded_perc:" in persistence
        assert str(connection.command("EXEC")).startswith("ERR EXEC without MULTI")
        connection.command("MULTI")
        queued = connection.command("SET", "a", 1)
        # It may be over by now.
        if queued != "QUEUED":
            assert str(queued).startswith("LOADING")
            assert str(connection.command("EXEC")).startswith("EXECABORT")
        return str(reply)


@pytest.mark.parametrize("shards", [1, 2])
def test_debug_reload_and_loadaof(start_tessera, shards):
    """What is saved and loaded while the node runs is what was there."""
    node = start_tessera(shards=shards, appendonly="yes", enable_debug_command="yes")
    fill(node)
    before = describe(node)
    with node.raw() as client:
        assert client.command("DEBUG", "RELOAD") == "OK"
        same(before, describe(node))
        assert (node.directory / "dump.rdb").exists()
        assert client.command("DEBUG", "LOADAOF") == "OK"
        same(before, describe(node))
        failed = client.command("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH")
        assert str(failed) == "ERR Error trying to load the RDB dump, check server logs."
        assert client.command("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH", "MERGE") == "OK"
        same(before, describe(node))
        client.command("SET", "new", 1)
        client.command("DEL", "empty")
        assert client.command("DEBUG", "RELOAD", "NOSAVE") == "OK"
        assert client.command("EXISTS", "new", "empty") == 1
        (node.directory / "dump.rdb").unlink()
        assert isinstance(client.command("DEBUG", "RELOAD", "NOSAVE"), ErrorReply)
        # Nothing was deleted for a file that is not there; and the node goes on.
        same(before, describe(node))
        client.command("SET", "new", 2)
        assert client.command("DEBUG", "RELOAD") == "OK"
        assert client.command("GET", "new") == b"2"
    assert node.info("persistence")["loading"] == 0


@pytest.mark.parametrize("shards", [1, 2])
def test_log_of_tessera(start_tessera, start_redis, tmp_path, shards):
    """A log of this node's own, after a crash, in any number of shards, here and elsewhere."""
    node = start_tessera(shards=shards, appendonly="yes", appendfsync="always", rdb_version=10)
    fill(node)
    before = describe(node)
    node.kill()
    for number in (1, 2, 3):
        other = start_tessera(shards=number, appendonly="yes", dir=in_copy(node, tmp_path, f"own{number}"))
        same(before, describe(other))
    same(before, describe(start_redis(appendonly="yes", dir=in_copy(node, tmp_path, "redis"))))


@pytest.mark.parametrize("shards", [1, 2])
def test_what_concerns_the_whole_node_is_at_its_place(start_tessera, tmp_path, shards):
    """FLUSHALL and SWAPDB in the middle of a log that one thread wrote, loaded by several."""
    log = []
    for turn in range(30):
        log += [encode_command("SELECT", 0)]
        log += [encode_command("SET", f"key:{number}", turn) for number in range(50)]
        log += [encode_command("RENAME", f"key:{turn}", f"renamed:{turn}"), encode_command("SWAPDB", 0, 1)]
        log += [encode_command("MSET", *(part for number in range(20) for part in (f"in:{number}", turn)))]
        log += [encode_command("DEL", *(f"in:{number}" for number in range(0, 20, 2)))]
        if turn % 10 == 8:
            log += [encode_command("FLUSHALL")]
        log += [encode_command("SELECT", 1), encode_command("SET", f"turn:{turn}", turn)]
    (tmp_path / "appendonly.aof").write_bytes(b"".join(log))
    everything = []
    for number in (1, shards + 1):
        directory = tmp_path / f"{number}"
        directory.mkdir()
        shutil.copy(tmp_path / "appendonly.aof", directory)
        everything.append(describe(start_tessera(shards=number, appendonly="yes", dir=directory)))
    same(*everything)
    assert everything[0][1, b"turn:29"][2] == b"29"
    assert everything[0][0, b"in:1"][2] == b"29"
    assert (0, b"in:0") not in everything[0]


@pytest.mark.parametrize("shards", [1, 2])
def test_slots_of_loaded_keys_that_nobody_has(start_redis, start_tessera, tmp_path, shards):
    """In cluster mode a node that holds keys of slots without an owner takes these slots."""
    server = start_redis()
    server.client().mset({f"key:{number}": number for number in range(20)})
    server.client().save()
    node = start_tessera(shards=shards, cluster_enabled=True, dir=in_copy(server, tmp_path))
    with node.raw() as client:
        wait_until(lambda: b"cluster_slots_assigned:20\r\n" in client.command("CLUSTER", "INFO"), 10, "the slots are taken")
        slot = client.command("CLUSTER", "KEYSLOT", "key:7")
        assert client.command("CLUSTER", "GETKEYSINSLOT", slot, 10) == [b"key:7"]
        assert client.command("DBSIZE") == 20


def test_other_databases_are_refused_in_cluster_mode(start_redis, start_tessera, tmp_path):
    server = start_redis()
    server.client(db=3).set("a", 1)
    server.client().save()
    node = start_tessera(cluster_enabled=True, dir=in_copy(server, tmp_path), ready=False)
    node.expected_exit = None
    assert node.wait_exit() == 1
    assert "there are keys of database 3 in it" in node.log_text()


def test_reload_of_what_cannot_be_read(start_tessera):
    """The data stay when it is clear from the beginning that nothing can replace them."""
    server = start_tessera(shards=2, enable_debug_command=True)
    client = server.client()
    client.mset({f"key{number}": number for number in range(20)})
    for content in (b"REDIS0987" + bytes(20), b"what is this?"):
        (server.directory / "dump.rdb").write_bytes(content)
        with pytest.raises(redis.ResponseError):
            client.execute_command("DEBUG", "RELOAD", "NOSAVE")
        assert client.dbsize() == 20


def test_versions_of_the_future(start_tessera):
    """rdb-version-check: relaxed takes what is known from a file of a version that is not."""
    server = start_tessera(shards=2, enable_debug_command=True)
    client = server.client()
    client.mset({f"key{number}": number for number in range(20)})
    client.hset("hash", mapping={str(number): number for number in range(600)})
    client.save()
    path = server.directory / "dump.rdb"
    saved = path.read_bytes()
    for version in (b"REDIS0013", b"REDIS0987", b"VALKEY081"):
        # Without a checksum.
        path.write_bytes(version + saved[9:-8] + bytes(8))
        client.config_set("rdb-version-check", "strict")
        with pytest.raises(redis.ResponseError):
            client.execute_command("DEBUG", "RELOAD", "NOSAVE")
        client.config_set("rdb-version-check", "relaxed")
        assert client.execute_command("DEBUG", "RELOAD", "NOSAVE")
        assert (client.dbsize(), client.hlen("hash")) == (21, 600)


def test_loading_rests(start_tessera):
    """key-load-delay: long enough to look at a node that loads."""
    server = start_tessera(shards=2, enable_debug_command=True)
    server.client().execute_command("DEBUG", "POPULATE", 400)
    server.client().save()
    server.stop()
    server.directives["key-load-delay"] = 50_000
    server.start(ready=False)
    connection = wait_until(lambda: connected(server))
    assert str(connection.command("GET", "key:1")).startswith("LOADING")
    wait_until(lambda: connection.command("CONFIG", "SET", "key-load-delay", 0) == "OK")
    wait_until(lambda: connection.command("DBSIZE") == 400, limit=60)


def test_file_becomes_shorter_while_it_is_read(start_tessera):
    server = start_tessera(shards=2, enable_debug_command=True)
    server.client().execute_command("DEBUG", "POPULATE", 20000, "key", 300)
    server.client().save()
    server.stop()
    server.directives["key-load-delay"] = 50_000
    server.start(ready=False)
    connection = wait_until(lambda: connected(server))
    assert str(connection.command("GET", "key:1")).startswith("LOADING")
    os.truncate(server.directory / "dump.rdb", 8192)
    try:
        connection.command("CONFIG", "SET", "key-load-delay", 0)
    except (OSError, ConnectionError, EOFError):
        pass
    server.expected_exit = 1
    assert server.wait_exit(60) == 1
    assert "dump.rdb has become shorter while it was read" in server.log_text()


def connected(server):
    try:
        return server.raw()
    except OSError:
        return None
