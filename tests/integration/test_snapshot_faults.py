"""Snapshots that fail, and nodes that die or stop while they save: what was on disk before stays, nothing hangs."""

import errno
import os
import signal
import threading

import pytest
import redis
from servers import ErrorReply, RawConnection, wait_until
from snapshots import NAME, Writers, fault, persistence, wait_loaded, wait_saved

MISCONF = (
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that "
    "may modify the data set are disabled, because this instance is configured to report errors during writes if RDB "
    "snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB "
    "error."
)


def start(start_tessera, **directives):
    return start_tessera(shards=2, enable_debug_command="yes", **directives)


def fill(client, count=2000):
    client.mset({f"key:{number}": f"value:{number}" * 20 for number in range(count)})


def files(node):
    return sorted(path.name for path in node.directory.iterdir() if "rdb" in path.name)


FAULTS = [
    ("open", {"error": errno.EACCES}),
    ("write", {"error": errno.ENOSPC}),
    ("write", {"error": errno.ENOSPC, "length": 100}),
    ("sync", {"error": errno.EIO}),
    ("rename", {"error": errno.EACCES}),
]


@pytest.mark.parametrize("kind, options", FAULTS)
def test_a_failure_leaves_the_old_file(start_tessera, kind, options):
    node = start(start_tessera)
    client = node.client()
    client.set("old", 1)
    client.save()
    before = (node.directory / NAME).read_bytes()
    fill(client)
    fault(client, kind, 1, **options)
    with pytest.raises(redis.ResponseError):
        client.save()
    assert (node.directory / NAME).read_bytes() == before and files(node) == [NAME]
    assert os.strerror(options["error"]) in node.log_text()
    fault(client, kind, 1, **options)
    client.bgsave()
    found = wait_saved(client)
    assert found["rdb_last_bgsave_status"] == "err" and found["rdb_saves"] == 1
    assert (node.directory / NAME).read_bytes() == before and files(node) == [NAME]
    client.bgsave()
    found = wait_saved(client)
    assert found["rdb_last_bgsave_status"] == "ok" and found["rdb_saves"] == 2
    assert len((node.directory / NAME).read_bytes()) > len(before)


def test_short_writes_go_on(start_tessera):
    node = start(start_tessera, save="3600 1")
    client = node.client()
    fill(client)
    fault(client, "write", 20, length=1000)
    client.save()
    node.kill()
    node.start()
    assert wait_loaded(node).client().dbsize() == 2000


def test_writes_are_refused_until_it_works(start_tessera):
    node = start(start_tessera, save="3600 1000000")
    client = node.client()
    fill(client, 10)
    fault(client, "write", 1000, error=errno.ENOSPC)
    client.bgsave()
    wait_saved(client)
    with RawConnection(("127.0.0.1", node.port)) as connection:
        assert connection.command("SET", "key", 1) == ErrorReply(MISCONF)
        assert connection.command("GET", "key:1") is not None
        assert connection.command("MULTI") == "OK"
        assert connection.command("INCR", "key") == ErrorReply(MISCONF)
        assert str(connection.command("EXEC")).startswith("EXECABORT")
        assert connection.command("CONFIG", "SET", "stop-writes-on-bgsave-error", "no") == "OK"
        assert connection.command("SET", "key", 1) == "OK"
        assert connection.command("CONFIG", "SET", "stop-writes-on-bgsave-error", "yes") == "OK"
        assert connection.command("SET", "key", 1) == ErrorReply(MISCONF)
        fault(client, "write", 0)
        assert connection.command("SAVE") == "OK"
        assert connection.command("SET", "key", 2) == "OK"
    assert persistence(client)["rdb_last_bgsave_status"] == "ok"


def test_a_directory_that_is_gone(start_tessera, tmp_path):
    directory = tmp_path / "data"
    directory.mkdir()
    node = start(start_tessera, enable_protected_configs="yes")
    client = node.client()
    client.config_set("dir", str(directory))
    fill(client, 10)
    directory.rmdir()
    with pytest.raises(redis.ResponseError):
        client.save()
    directory.mkdir()
    client.save()
    assert (directory / NAME).exists()


def test_a_slow_disk_stalls_nobody(start_tessera):
    """The disk takes half a second for each piece; clients are served meanwhile."""
    node = start(start_tessera)
    client = node.client()
    client.mset({f"key:{number}": os.urandom(1000) for number in range(2000)})
    fault(client, "write", 4, delay=500)
    client.bgsave()
    served = 0
    while persistence(client)["rdb_bgsave_in_progress"]:
        client.set("key:1", served)
        served += 1
    assert served > 100
    assert persistence(client)["rdb_last_bgsave_status"] == "ok"


def test_killed_while_saving(start_tessera):
    node = start(start_tessera, rdb_key_save_delay=0)
    client = node.client()
    fill(client)
    client.save()
    before = (node.directory / NAME).read_bytes()
    client.mset({f"new:{number}": number for number in range(100)})
    client.config_set("rdb-key-save-delay", 1000)
    client.bgsave()
    wait_until(lambda: (node.directory / f"temp-{NAME}").exists(), 10, "the file is begun")
    node.kill()
    assert (node.directory / NAME).read_bytes() == before
    wait_loaded(node.start())
    assert node.client().dbsize() == 2000 and files(node) == [NAME]


# ---- The end of the node ----


def test_sigterm_saves_with_points(start_tessera):
    node = start(start_tessera, save="3600 1")
    fill(node.client(), 100)
    node.restart()
    assert wait_loaded(node).client().dbsize() == 100
    node.client().config_set("save", "")
    node.client().set("late", 1)
    node.restart()
    assert wait_loaded(node).client().dbsize() == 100


@pytest.mark.parametrize(
    "words, points, saved",
    [
        (["SHUTDOWN"], "3600 1", True),
        (["SHUTDOWN"], "", False),
        (["SHUTDOWN", "NOSAVE"], "3600 1", False),
        (["SHUTDOWN", "SAVE", "NOW"], "", True),
    ],
)
def test_shutdown(start_tessera, words, points, saved):
    node = start(start_tessera, save=points)
    fill(node.client(), 100)
    with RawConnection(("127.0.0.1", node.port)) as connection:
        connection.send_command(*words)
        assert connection.read_until_closed() == b""
    assert node.wait_exit() == 0
    node.start()
    assert wait_loaded(node).client().dbsize() == (100 if saved else 0)


def test_shutdown_on_signals_by_directive(start_tessera):
    node = start(start_tessera, save="3600 1", shutdown_on_sigterm="nosave", shutdown_on_sigint="save")
    fill(node.client(), 100)
    node.restart()
    assert wait_loaded(node).client().dbsize() == 0
    fill(node.client(), 50)
    node.client().config_set("save", "")
    node.process.send_signal(signal.SIGINT)
    assert node.wait_exit() == 0
    node.start()
    assert wait_loaded(node).client().dbsize() == 50


def test_shutdown_that_cannot_save(start_tessera):
    node = start(start_tessera, save="3600 1")
    client = node.client()
    fill(client, 100)
    fault(client, "write", 2, error=errno.ENOSPC)
    with RawConnection(("127.0.0.1", node.port)) as connection:
        assert connection.command("SHUTDOWN") == ErrorReply("ERR Errors trying to SHUTDOWN. Check logs.")
        assert connection.command("SET", "after", 1) == "OK"
    node.process.send_signal(signal.SIGTERM)
    wait_until(lambda: node.log_text().count("the node does not stop") == 2, 10, "the second failure is logged")
    assert client.set("after", 2)
    fault(client, "write", 100, error=errno.ENOSPC)
    with RawConnection(("127.0.0.1", node.port)) as connection:
        connection.send_command("SHUTDOWN", "FORCE")
        assert connection.read_until_closed() == b""
    assert node.wait_exit() == 0


def test_shutdown_holds_writes_and_can_be_aborted(start_tessera):
    node = start(start_tessera, save="3600 1", rdb_key_save_delay=0)
    client = node.client()
    fill(client, 100)
    client.config_set("rdb-key-save-delay", 1_000_000)
    with RawConnection(("127.0.0.1", node.port)) as ending, RawConnection(("127.0.0.1", node.port)) as writing:
        assert ending.command("SHUTDOWN", "ABORT") == ErrorReply("ERR No shutdown in progress.")
        ending.send_command("SHUTDOWN")
        wait_until(lambda: persistence(client)["current_save_keys_total"] == 100, 10, "the last save is under way")
        writing.send_command("SET", "late", 1)
        assert client.get("late") is None and client.get("key:1") is not None
        assert client.execute_command("SHUTDOWN", "ABORT")
        assert ending.read_reply() == ErrorReply("ERR Errors trying to SHUTDOWN. Check logs.")
        assert writing.read_reply() == "OK"
    assert client.get("late") == b"1"
    client.config_set("rdb-key-save-delay", 0)


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_what_is_answered_before_the_end_is_saved(start_tessera, shards):
    """Writers write on until the connection ends: whatever they were answered is in the file."""
    node = start_tessera(shards=shards, save="3600 1")
    answered = {}

    def write(number):
        with RawConnection(("127.0.0.1", node.port)) as connection:
            count = 0
            try:
                while True:
                    count += 1
                    assert connection.command("SET", f"count:{number}", count) == "OK"
                    answered[number] = count
            except (ConnectionError, OSError):
                pass

    threads = [threading.Thread(target=write, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(answered) == 16 and sum(answered.values()) > 2000, 30, "the writers write")
    node.process.send_signal(signal.SIGTERM)
    assert node.wait_exit() == 0
    for thread in threads:
        thread.join(30)
    node.start()
    client = wait_loaded(node).client()
    for number, count in answered.items():
        assert int(client.get(f"count:{number}")) in (count, count + 1)


def test_big_writers_and_many_saves(start_tessera):
    """Saves one after the other under writes, some of them cancelled."""
    node = start(start_tessera)
    client = node.client()
    fill(client)

    def write(connection, writer, count):
        connection.rpush(f"list:{writer}:{count % 50}", *range(30))
        connection.delete(f"list:{writer}:{(count + 25) % 50}")

    with Writers(node, 3, write):
        for number in range(30):
            try:
                client.bgsave()
                if number % 3 == 0:
                    client.execute_command("BGSAVE", "CANCEL")
            except redis.ResponseError as error:
                assert "in progress" in str(error)
            if number % 5 == 0:
                wait_saved(client)
    wait_saved(client)
    client.save()
    size = client.dbsize()
    node.restart()
    assert wait_loaded(node).client().dbsize() == size
