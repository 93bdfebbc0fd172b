"""The append-only file: what was acknowledged is there after a crash, redis-server reads the directory,
and no disk, full, broken or slow, takes the node's answers to reads."""

import os
import re
import shutil
import signal
import threading
import time

import pytest
import redis
from loading import describe, make_all
from servers import LIMIT_FACTOR, encode_command, wait_until

ON = {"appendonly": True, "save": "", "enable_debug_command": True}


def manifest(node):
    """[(name, sequence, type)] as the manifest lists them."""
    text = (node.directory / "appendonlydir" / "appendonly.aof.manifest").read_text()
    return re.findall(r"^file (\S+) seq (\d+) type ([bhi])$", text, re.MULTILINE)


def aof(node):
    return node.info("persistence")


def fault(client, *words):
    assert client.execute_command("DEBUG", "FILE-FAULT", *words) == b"OK"


def wait_rewritten(node, count):
    def over():
        info = aof(node)
        return info["aof_rewrites"] >= count and info["aof_rewrite_in_progress"] == 0

    wait_until(over, 20, "the rewrite is over")
    assert aof(node)["aof_last_bgrewrite_status"] == "ok"


def same(first, second):
    assert first.keys() == second.keys()
    for name in first:
        assert first[name] == second[name], name


def load_in_redis(node, start_redis, tmp_path):
    """redis-server with a copy of the node's directory."""
    directory = tmp_path / f"copy{time.monotonic_ns()}"
    directory.mkdir()
    shutil.copytree(node.directory / "appendonlydir", directory / "appendonlydir")
    return start_redis(dir=directory, appendonly=True)


# ---- What is in it ----


@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize("appendfsync", ["always", "everysec", "no"])
def test_acknowledged_writes_survive_a_kill(start_tessera, shards, appendfsync):
    node = start_tessera(shards=shards, appendfsync=appendfsync, **ON)
    with node.client(single_connection_client=True) as client:
        for i in range(300):
            client.set(f"key{i}", i)
            client.rpush(f"list{i % 7}", i)
        client.mset({f"many{i}": i for i in range(20)})
        assert client.execute_command("WAITAOF", 1, 0, 0) == [1, 0]
        before = client.execute_command("DEBUG", "DIGEST")
    node.kill()
    node.start()
    with node.client() as client:
        assert client.execute_command("DEBUG", "DIGEST") == before
        assert client.dbsize() == 327


def count_up(node, names, counts):
    """Raises counters until the node has gone; what was answered last is in `counts`."""
    try:
        with node.raw() as connection:
            while True:
                connection.send(b"".join(encode_command("INCR", name) for name in names))
                for name in names:
                    counts[name] = connection.read_reply()
    except OSError:
        pass


def test_acknowledged_writes_survive_a_stop(start_tessera):
    node = start_tessera(shards=2, appendfsync="always", **ON)
    counts = {}
    for attempt in range(8):
        names = [[f"counter{writer}:{i}" for i in range(50)] for writer in range(6)]
        writers = [threading.Thread(target=count_up, args=(node, own, counts)) for own in names]
        for writer in writers:
            writer.start()
        start = counts.copy()
        wait_until(lambda: all(counts.get(own[-1]) != start.get(own[-1]) for own in names), 20, "they write")
        node.stop()
        for writer in writers:
            writer.join()
        node.start()
        with node.client() as client:
            there = {name: int(client.get(name)) for name in counts}
        lost = {name: (counts[name], there[name]) for name in counts if there[name] < counts[name]}
        assert not lost, f"attempt {attempt}: answered and there"


@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize("preamble", [True, False])
def test_redis_loads_the_directory(start_tessera, start_redis, tmp_path, shards, preamble):
    node = start_tessera(shards=shards, rdb_version=10, aof_use_rdb_preamble=preamble,
                         aof_timestamp_enabled=True, **ON)
    with node.client(single_connection_client=True) as client:
        make_all(client)
        client.bgrewriteaof()
        wait_rewritten(node, 1)
        client.rename("many0" if client.exists("many0") else client.randomkey(), "renamed")
        client.mset({f"after{i}": i for i in range(30)})
        client.execute_command("SELECT", 3)
        client.set("elsewhere", 1, ex=1000)
        client.execute_command("SELECT", 0)
        with client.pipeline() as transaction:
            for i in range(10):
                transaction.set(f"together{i}", i)
            transaction.execute()
    expected = describe(node)
    node.stop()
    same(expected, describe(load_in_redis(node, start_redis, tmp_path)))
    node.start()
    same(expected, describe(node))


@pytest.mark.parametrize("shards", [1, 3])
def test_flushes_are_in_order(start_tessera, start_redis, tmp_path, shards):
    node = start_tessera(shards=shards, appendfsync="always", rdb_version=10, **ON)
    with node.client(single_connection_client=True) as client:
        for turn in range(8):
            for i in range(30):
                client.set(f"key{i}", turn)
            client.flushall() if turn % 2 == 0 else client.flushdb()
            client.flushall()
            client.set(f"left{turn}", turn)
        client.set("last", 1)
    expected = describe(node)
    node.kill()
    same(expected, describe(load_in_redis(node, start_redis, tmp_path)))
    node.start()
    same(expected, describe(node))
    assert node.client().keys("*") and node.client().exists("left7", "last") == 2


def test_directory_of_redis_is_continued(start_redis, start_tessera):
    server = start_redis(appendonly=True)
    with server.client(single_connection_client=True) as client:
        make_all(client)
    expected = describe(server)
    server.stop()
    node = start_tessera(dir=server.directory, rdb_version=10, **ON)
    same(expected, describe(node))
    node.client().set("more", 1)
    node.stop()
    server.start()
    assert server.client().get("more") == b"1"


def test_single_file_moves_in(start_tessera, tmp_path):
    (tmp_path / "appendonly.aof").write_bytes(b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n")
    node = start_tessera(dir=tmp_path, **ON)
    assert node.client().get("a") == b"b"
    assert not (tmp_path / "appendonly.aof").exists()
    node.client().set("c", "d")
    node.restart()
    assert node.client().get("a") == b"b"
    assert node.client().get("c") == b"d"


def test_move_of_a_single_file_that_was_interrupted(start_tessera, tmp_path):
    """The manifest names the file already, but it has not been moved."""
    (tmp_path / "appendonly.aof").write_bytes(b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\nb\r\n")
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text(
        "file appendonly.aof seq 1 type b\n"
    )
    node = start_tessera(dir=tmp_path, **ON)
    assert node.client().get("a") == b"b"
    assert not (tmp_path / "appendonly.aof").exists()
    assert (tmp_path / "appendonlydir" / "appendonly.aof").exists()
    node.restart()
    assert node.client().get("a") == b"b"


def test_names_with_spaces(start_tessera):
    node = start_tessera(appendfilename="a log.aof", appenddirname="of \"writes\"", **ON)
    node.client().set("a", "b")
    node.restart()
    assert node.client().get("a") == b"b"


# ---- Rewrites ----


@pytest.mark.parametrize("shards", [1, 2])
def test_rewrite_under_load(start_tessera, shards):
    node = start_tessera(shards=shards, appendfsync="everysec", **ON)
    stop = threading.Event()
    counts = []

    def write(number):
        with node.client(single_connection_client=True) as client:
            i = 0
            while not stop.is_set():
                client.incr(f"count{number}")
                client.set(f"key{number}:{i % 1000}", i)
                i += 1
            counts.append(i)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for rewrite in range(3):
        wait_until(lambda: node.client().dbsize() > 300, 10, "there is something to rewrite")
        node.client().bgrewriteaof()
        wait_rewritten(node, rewrite + 1)
    stop.set()
    for thread in threads:
        thread.join()
    with node.client(single_connection_client=True) as client:
        client.set("last", 1)
        assert client.execute_command("WAITAOF", 1, 0, 0) == [1, 0]
        before = client.execute_command("DEBUG", "DIGEST")
        total = sum(int(client.get(f"count{number}")) for number in range(3))
    assert total == sum(counts)
    wait_until(lambda: not any(kind == "h" for _, _, kind in manifest(node)), 10, "no history")
    listed = {name for name, _, _ in manifest(node)}
    assert set(os.listdir(node.directory / "appendonlydir")) - {"appendonly.aof.manifest"} == listed
    assert [kind for _, _, kind in manifest(node)][0] == "b"
    node.kill()
    node.start()
    assert node.client().execute_command("DEBUG", "DIGEST") == before


def test_rewrite_by_itself(start_tessera):
    node = start_tessera(auto_aof_rewrite_min_size=20000, auto_aof_rewrite_percentage=100, **ON)
    with node.client(single_connection_client=True) as client:
        for i in range(2000):
            client.set("same", f"{i:020}")
    wait_rewritten(node, 1)
    node.restart()
    assert node.client().get("same") == b"00000000000000001999"


def test_history_can_be_kept(start_tessera):
    node = start_tessera(aof_disable_auto_gc=True, **ON)
    node.client().set("a", "b")
    node.client().bgrewriteaof()
    wait_rewritten(node, 1)
    kept = [name for name, _, kind in manifest(node) if kind == "h"]
    assert kept and all((node.directory / "appendonlydir" / name).exists() for name in kept)
    assert node.client().config_set("aof-disable-auto-gc", "no")
    wait_until(lambda: not any(kind == "h" for _, _, kind in manifest(node)), 10, "history goes")


def test_rewrite_that_fails_changes_nothing(start_tessera):
    node = start_tessera(shards=1, **ON)
    with node.client(single_connection_client=True) as client:
        client.set("a", "b")
        fault(client, "rename", 1000, "ERROR", 5)
        client.bgrewriteaof()
        wait_until(lambda: aof(node)["aof_last_bgrewrite_status"] == "err", 10, "it has failed")
        fault(client, "rename", 0)
        client.set("c", "d")
        client.execute_command("WAITAOF", 1, 0, 0)
    node.kill()
    node.start()
    assert node.client().mget("a", "c") == [b"b", b"d"]
    node.client().bgrewriteaof()
    wait_rewritten(node, 1)


# ---- On and off ----


@pytest.mark.parametrize("shards", [1, 2])
def test_switched_on_and_off(start_tessera, shards):
    node = start_tessera(shards=shards, save="", enable_debug_command=True)
    with node.client(single_connection_client=True) as client:
        client.mset({f"before{i}": i for i in range(50)})
        assert aof(node)["aof_enabled"] == 0
        client.config_set("appendonly", "yes")
        wait_rewritten(node, 1)
        client.set("logged", 1)
        assert client.execute_command("WAITAOF", 1, 0, 0) == [1, 0]
        client.config_set("appendonly", "no")
        wait_until(lambda: aof(node)["aof_enabled"] == 0, 10, "it is off")
        client.set("not logged", 1)
        client.config_set("appendonly", "yes")
        wait_rewritten(node, 2)
        client.set("logged again", 1)
        assert client.execute_command("WAITAOF", 1, 0, 0) == [1, 0]
        before = client.execute_command("DEBUG", "DIGEST")
    node.kill()
    node.directives["appendonly"] = True
    node.start()
    assert node.client().execute_command("DEBUG", "DIGEST") == before


@pytest.mark.parametrize("shards", [1, 3])
def test_switched_in_quick_succession(start_tessera, shards):
    """While the first rewrite, or another one, is under way: in the end it is as was said last."""
    node = start_tessera(shards=shards, save="", enable_debug_command=True)
    raw = node.raw(limit=60)
    switch = {word: encode_command("CONFIG", "SET", "appendonly", word) for word in ("yes", "no")}
    between = [[], ["BGREWRITEAOF"], ["FLUSHALL"], ["SWAPDB", "0", "1"], ["SET", "key", "value"]]
    with node.client(single_connection_client=True) as client:
        for turn in range(100):
            words = [switch["yes"], switch["no"], switch["yes"], switch["no"]]
            if between[turn % 5]:
                words.insert(1 + turn // 5 % 3, encode_command(*between[turn % 5]))
            raw.send(b"".join(words))
            for answer in [raw.read_reply() for _ in words]:
                assert answer == "OK" or "rewriting" in str(answer)
        wait_until(lambda: aof(node)["aof_enabled"] == 0, 20, "it is off")
        client.config_set("appendonly", "yes")
        wait_until(lambda: aof(node)["aof_enabled"] == 1, 20, "it is on")
        wait_rewritten(node, 1)
        client.set("logged", 1)
        client.flushall()
        client.mset({f"logged{i}": i for i in range(50)})
        assert client.execute_command("WAITAOF", 1, 0, 0) == [1, 0]
        before = client.execute_command("DEBUG", "DIGEST")
        node.kill()
        node.directives["appendonly"] = True
        node.start()
        assert node.client().execute_command("DEBUG", "DIGEST") == before


@pytest.mark.parametrize("last", ["yes", "no"])
@pytest.mark.parametrize("shards", [1, 3])
def test_end_in_the_middle_of_switching(start_tessera, shards, last):
    node = start_tessera(shards=shards, save="")
    for _ in range(5):
        raw = node.raw()
        words = ["yes", "no"] * 3 + (["yes"] if last == "yes" else [])
        raw.send(b"".join(encode_command("CONFIG", "SET", "appendonly", word) for word in words))
        assert [raw.read_reply() for _ in words] == ["OK"] * len(words)
        node.process.send_signal(signal.SIGTERM)
        assert node.wait_exit() == 0
        assert "did not end in time" not in node.log_text()
        node.start()


def test_no_end_before_the_first_base(start_tessera):
    """Data that are to be in a log which is not there yet would be nowhere."""
    node = start_tessera(save="", rdb_key_save_delay=1_000_000)
    client = node.client()
    client.mset({f"key{i}": i for i in range(100)})
    client.config_set("appendonly", "yes")
    with pytest.raises(redis.ResponseError, match="Errors trying to SHUTDOWN"):
        client.execute_command("SHUTDOWN")
    node.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "has its first base" in node.log_text(), 20, "the signal is put off")
    client.config_set("rdb-key-save-delay", 0)
    assert node.wait_exit() == 0
    node.directives["appendonly"] = True
    node.start()
    assert node.client().dbsize() == 100


# ---- Broken and full disks ----


@pytest.mark.parametrize("appendfsync", ["always", "everysec"])
@pytest.mark.parametrize("kind", ["write", "sync"])
def test_writes_are_refused_while_the_disk_fails(start_tessera, appendfsync, kind):
    node = start_tessera(shards=2, appendfsync=appendfsync, **ON)
    with node.client(single_connection_client=True) as client:
        client.set("a", "before")
        fault(client, kind, 1000000, "ERROR", 28, *(["LENGTH", 7] if kind == "write" else []))

        def refused():
            try:
                with node.client(single_connection_client=True) as other:
                    other.set("b", "1")
                return False
            except redis.exceptions.RedisError as error:
                return "MISCONF Errors writing to the AOF file: No space left" in str(error)

        wait_until(refused, 10, "writes are refused")
        assert client.get("a") == b"before"
        assert aof(node)["aof_last_write_status"] == "err"
        with pytest.raises(redis.exceptions.ResponseError, match="MISCONF"):
            client.eval("return redis.call('set', 'c', 1)", 0)
        fault(client, kind, 0)

        def accepted():
            try:
                return client.set("d", "after")
            except redis.exceptions.RedisError:
                return False

        wait_until(accepted, 10, "writes are accepted again")
        wait_until(lambda: aof(node)["aof_last_write_status"] == "ok", 10, "the status is fine")
        assert client.set("e", "after") and client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1
        before = client.execute_command("DEBUG", "DIGEST")
    node.kill()
    node.start()
    assert node.client().execute_command("DEBUG", "DIGEST") == before


def test_nothing_unwritten_is_acknowledged(start_tessera):
    """Under always, what meets the failing disk hears of it; at no time does it hear OK."""
    node = start_tessera(shards=2, appendfsync="always", **ON)
    fault(node.client(), "write", 1000000, "ERROR", 5)
    for name in ("x", "y", "z"):
        with node.client(single_connection_client=True) as client:
            with pytest.raises(redis.exceptions.RedisError, match="MISCONF"):
                client.set(name, 1)
    node.kill()
    node.start()
    assert node.client().dbsize() == 0


def test_short_writes_are_continued(start_tessera):
    node = start_tessera(shards=1, appendfsync="always", **ON)
    with node.client(single_connection_client=True) as client:
        fault(client, "write", 50, "LENGTH", 5)
        for i in range(60):
            client.set(f"key{i}", i)
        before = client.execute_command("DEBUG", "DIGEST")
    node.kill()
    node.start()
    assert node.client().execute_command("DEBUG", "DIGEST") == before


def test_full_disk_by_limit(start_tessera):
    node = start_tessera(shards=1, appendfsync="everysec", prefix=["prlimit", "--fsize=65536"], **ON)
    with node.client() as client:
        value = "x" * 1000

        def refused():
            try:
                for i in range(20):
                    client.set(f"key{i}", value)
                return False
            except redis.exceptions.ResponseError as error:
                return "MISCONF Errors writing to the AOF file" in str(error)

        wait_until(refused, 10, "writes are refused")
        assert client.get("key0") == value.encode()
        # A rewrite makes room.
        assert client.bgrewriteaof()
        wait_until(lambda: aof(node)["aof_rewrite_in_progress"] == 0, 10, "the rewrite is over")


# ---- A slow disk ----


def test_stalled_disk_keeps_nobody_waiting(start_tessera):
    """everysec: five seconds of a sync that does not end are nobody's but the disk's."""
    node = start_tessera(shards=2, appendfsync="everysec", **ON)
    with node.client(single_connection_client=True) as client:
        fault(client, "sync", 1000, "DELAY", 5000)
        client.set("a", "b")
        wait_until(lambda: aof(node)["aof_pending_bio_fsync"] > 0, 10, "a sync is under way")
        for i in range(200):
            client.set(f"key{i}", i)
        assert aof(node)["aof_pending_bio_fsync"] > 0
        wait_until(lambda: aof(node)["aof_delayed_fsync"] > 0, 10, "the delay is counted")
        fault(client, "sync", 0)


def test_reads_go_on_while_writes_wait(start_tessera):
    node = start_tessera(shards=1, appendfsync="always", **ON)
    with node.client(single_connection_client=True) as client, node.raw() as writer:
        client.set("a", "b")
        fault(client, "sync", 1, "DELAY", int(500 + 1500 * LIMIT_FACTOR))
        writer.send_command("SET", "a", "c")
        wait_until(lambda: client.get("a") == b"c", 5, "the write is done")
        writer.send_command("GET", "a")
        start = time.monotonic()
        for _ in range(20):
            assert client.get("a") == b"c"
        reads = time.monotonic() - start
        writer.read_reply()
        assert writer.read_reply() == b"c"
        assert time.monotonic() - start > 2 * reads


@pytest.mark.parametrize("shards", [1, 2])
def test_all_ways_of_writing_wait(start_tessera, shards):
    """Whatever has written, the answer comes when the disk has it."""
    node = start_tessera(shards=shards, appendfsync="always", **ON)
    ways = [
        ("SET", "a", 1),
        ("MSET", *[word for i in range(8) for word in (f"m{i}", i)]),
        ("EVAL", "return redis.call('set', KEYS[1], 1)", 1, "e"),
        ("FLUSHALL",),
        ("RPUSH", "served", 1),
    ]
    with node.client(single_connection_client=True) as client:
        for way in ways:
            with node.raw() as blocked, node.raw() as writer:
                if way[0] == "RPUSH":
                    blocked.send_command("BLPOP", "served", 0)
                    wait_until(lambda: node.info("clients")["blocked_clients"] == 1, 5, "it waits")
                fault(client, "sync", 100, "DELAY", 300)
                start = time.monotonic()
                writer.send_command(*way)
                writer.read_reply()
                assert time.monotonic() - start > 0.29, way
                if way[0] == "RPUSH":
                    assert blocked.read_reply() == [b"served", b"1"]
                    assert time.monotonic() - start > 0.29
                fault(client, "sync", 0)
        with node.raw() as writer:
            fault(client, "sync", 100, "DELAY", 300)
            start = time.monotonic()
            for words in (("MULTI",), *[("SET", f"t{i}", i) for i in range(6)], ("EXEC",)):
                writer.send_command(*words)
            for _ in range(7):
                writer.read_reply()
            writer.read_reply()
            assert time.monotonic() - start > 0.29
            fault(client, "sync", 0)


# ---- WAITAOF ----


def test_waitaof(start_tessera):
    node = start_tessera(shards=2, save="")
    with node.client(single_connection_client=True) as client:
        def error(*words):
            with pytest.raises(redis.exceptions.ResponseError) as caught:
                client.execute_command("WAITAOF", *words)
            return str(caught.value)

        assert error(1, 0, 10) == (
            "WAITAOF cannot be used when numlocal is set but appendonly is disabled.")
        assert error(2, 0, 10) == "value is out of range, value must between 0 and 1"
        assert error("x", 0, 10) == "value is not an integer or out of range"
        assert error(0, -1, 10) == "value is out of range, must be positive"
        assert error(0, 0, -1) == "timeout is negative"
        assert error(0, 0, "x") == "timeout is not an integer or out of range"
        assert client.execute_command("WAITAOF", 0, 0, 10) == [0, 0]
        client.config_set("appendonly", "yes")
        wait_rewritten(node, 1)
        for policy in ("everysec", "no", "always"):
            client.config_set("appendfsync", policy)
            client.set("a", policy)
            assert client.execute_command("WAITAOF", 1, 0, 0) == [1, 0]
            assert client.execute_command("WAITAOF", 1, 1, 10) == [1, 0]
        client.config_set("appendfsync", "everysec")
        client.set("a", "b")
        with client.pipeline() as transaction:
            transaction.set("a", "c")
            transaction.execute_command("WAITAOF", 1, 0, 0)
            assert transaction.execute()[1][1] == 0


def test_waitaof_ends_with_its_client(start_tessera):
    node = start_tessera(shards=1, appendfsync="everysec", **ON)
    with node.client(single_connection_client=True) as client:
        fault(client, "sync", 1000, "DELAY", 2000)
        for _ in range(3):
            raw = node.raw()
            raw.send_command("SET", "a", "b")
            raw.send_command("WAITAOF", 1, 0, 0)
            raw.read_reply()
            raw.close()
        wait_until(lambda: node.info("clients")["connected_clients"] <= 2, 10, "they are gone")
        fault(client, "sync", 0)


def test_shutdown_flushes(start_tessera):
    node = start_tessera(shards=2, appendfsync="no", **ON)
    with node.client(single_connection_client=True) as client:
        for i in range(500):
            client.set(f"key{i}", i)
    node.restart()
    assert node.client().dbsize() == 500


def test_settings_change_at_run_time(start_tessera):
    node = start_tessera(shards=2, appendfsync="no", **ON)
    with node.client(single_connection_client=True) as client:
        for turn, policy in enumerate(("always", "everysec", "no", "always", "no", "everysec")):
            for i in range(50):
                client.set(f"key{i}", turn)
            client.config_set("appendfsync", policy)
        assert client.execute_command("WAITAOF", 1, 0, 0) == [1, 0]
        before = client.execute_command("DEBUG", "DIGEST")
    node.process.send_signal(signal.SIGKILL)
    node.kill()
    node.start()
    assert node.client().execute_command("DEBUG", "DIGEST") == before


@pytest.mark.parametrize("appendfsync", ["always", "everysec"])
@pytest.mark.parametrize("end", ["stop", "kill"])
def test_cuts_in_quick_succession(start_tessera, end, appendfsync):
    """Commands for the whole node begin new files, which come later than what is to be written to them."""
    server = start_tessera(shards=3, appendonly=True, appendfsync=appendfsync)
    connection = server.raw()
    for number in range(20):
        connection.send_command("SET", f"a:{number}", "v")
        connection.send_command("RENAME", f"a:{number}", f"b:{number}")
        connection.send_command("SWAPDB", 0, 1)
        connection.send_command("SWAPDB", 0, 1)
    connection.expect(b"+OK\r\n" * 80)
    if end == "kill":
        wait_until(lambda: server.info("persistence")["aof_buffer_length"] == 0, 30)
        server.kill()
    else:
        assert server.stop() == 0
        assert "did not end in time" not in server.log_text()
    server.expected_exit = 0
    server.start()
    assert server.raw().command("DBSIZE") == 20
