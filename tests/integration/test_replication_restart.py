"""A planned restart costs no full synchronisation: id and offset are kept beside the data."""

import signal

import pytest
from replication import catch_up, check_same_data, is_linked, offset
from servers import wait_until
from test_replication_primary import fill, full_syncs, start_primary, start_replica  # noqa: F401 (fixtures)

KEPT = {"rdb": {"save": "3600 1"}, "log": {"appendonly": "yes"}}


def start_again(primary, replica):
    """The port may have been taken meanwhile."""
    port = primary.port
    primary.start()
    if primary.port != port:
        replica.client().replicaof("127.0.0.1", primary.port)


def syncs_of(replica):
    return replica.log_text().count("Full resync from master")


@pytest.mark.limit(240)
@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize("kept", KEPT)
def test_primary(start_primary, start_replica, shards, kept):  # noqa: F811
    primary = start_primary(shards=shards, **KEPT[kept])
    replica = start_replica(primary.port)
    for number in range(3):
        fill(primary, 2000)
        primary.client().set("round", number)
        primary.client().select(3)
        before = offset(primary)
        assert primary.stop() == 0
        start_again(primary, replica)
        assert offset(primary) >= before
        wait_until(lambda: is_linked(replica), 60)
        primary.client(db=number).set("after", number)
        check_same_data(primary, replica)
    assert full_syncs(primary) == 1 and syncs_of(replica) == 1


@pytest.mark.limit(240)
@pytest.mark.parametrize("kept", KEPT)
def test_crash_is_no_restart(start_primary, start_replica, kept):  # noqa: F811
    """What a crash leaves is not believed to be what the replica has."""
    primary = start_primary(shards=2, **KEPT[kept])
    replica = start_replica(primary.port)
    fill(primary, 1000)
    assert primary.stop() == 0
    start_again(primary, replica)
    wait_until(lambda: is_linked(replica), 60)
    primary.client().set("lost", "perhaps")
    catch_up(primary, replica)
    primary.kill()
    start_again(primary, replica)
    primary.client().set("other", "history")
    wait_until(lambda: is_linked(replica) and replica.client().get("other") == b"history", 60)
    check_same_data(primary, replica)
    assert syncs_of(replica) == 2


@pytest.mark.limit(240)
def test_replicas_get_the_last_writes(start_primary, start_replica):  # noqa: F811
    """Who has everything when the node ends need not be told anything when it is back."""
    primary = start_primary(shards=2, appendonly="yes", shutdown_timeout=60)
    replica = start_replica(primary.port)
    replica.freeze()
    fill(primary, 3000)
    primary.process.send_signal(signal.SIGTERM)
    wait_until(lambda: "1 replicas are to get" in primary.log_text(), 30)
    assert primary.is_running()
    replica.thaw()
    assert primary.wait_exit(60) == 0
    start_again(primary, replica)
    wait_until(lambda: is_linked(replica), 60)
    check_same_data(primary, replica)
    assert syncs_of(replica) == 1


def test_log_that_was_changed_is_another(start_primary, start_replica):  # noqa: F811
    primary = start_primary(appendonly="yes")
    replica = start_replica(primary.port)
    fill(primary, 100)
    primary.stop()
    [log] = [path for path in (primary.directory / "appendonlydir").glob("*.incr.aof") if path.stat().st_size > 0][-1:]
    with open(log, "ab") as file:
        file.write(b"*3\r\n$3\r\nSET\r\n$5\r\nadded\r\n$1\r\n1\r\n")
    start_again(primary, replica)
    wait_until(lambda: is_linked(replica) and replica.client().get("added") == b"1", 60)
    assert syncs_of(replica) == 2


def fact(name, value):
    return b"\xfa" + bytes([len(name)]) + name + bytes([len(value)]) + value


@pytest.mark.parametrize(
    "identity, offset_told",
    [(b"a" * 20 + b"\0" * 20, b"7"), (b"a" * 38 + b"\r\n", b"7"), (b"a" * 40, b"9223372036854775807")],
)
@pytest.mark.parametrize("is_replica", [False, True])
def test_hostile_origin(start_tessera, identity, offset_told, is_replica):
    """What a file says of the stream is not believed when it cannot be."""
    node = start_tessera(shards=2)
    assert node.stop() == 0
    data = b"REDIS0011" + fact(b"repl-id", identity) + fact(b"repl-offset", offset_told)
    (node.directory / "dump.rdb").write_bytes(data + b"\xfe\x00\x00\x01a\x011\xff" + bytes(8))
    if is_replica:
        node.directives["replicaof"] = ["127.0.0.1", 1]
    node.start()
    assert node.client().get("a") == b"1"
    assert offset(node) == 0
