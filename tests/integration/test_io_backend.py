"""Which backend a node chooses, what it says of that, and that one without io_uring lacks nothing."""

import pathlib
import subprocess
import sys

import pytest
from servers import IO_BACKEND, TESSERA_SERVER, encode_command, wait_until

FORBID = str(pathlib.Path(__file__).with_name("forbid_system_calls.py"))
IO_URING_SETUP = 425
IO_URING_ENTER = 426
IO_URING_REGISTER = 427
EPOLL_PWAIT2 = 441

pytestmark = pytest.mark.skipif(bool(IO_BACKEND), reason="the nodes are told which backend to use")


def forbidding(error, *numbers):
    """What runs before a server to which these system calls are refused."""
    return [sys.executable, FORBID, error, ",".join(map(str, numbers))]


def can_filter():
    return subprocess.run([*forbidding("EPERM", IO_URING_SETUP), "true"], capture_output=True).returncode == 0


needs_filter = pytest.mark.skipif(not can_filter(), reason="the kernel takes no seccomp filter")


def backend_of(server):
    info = server.info("server")
    return info["io_backend"], info["io_backend_reason"]


def log_lines(server):
    return [line for line in server.log_text().splitlines() if "io-backend" in line]


@needs_filter
@pytest.mark.parametrize(
    "error, number, reason",
    [
        ("EPERM", IO_URING_SETUP, "io_uring_setup: Operation not permitted"),
        ("ENOSYS", IO_URING_SETUP, "io_uring_setup: Function not implemented"),
        ("EINVAL", IO_URING_SETUP, "io_uring_setup: Invalid argument (Linux 6.1 or newer is needed)"),
        ("ENOMEM", IO_URING_SETUP, "io_uring_setup: Cannot allocate memory"),
        ("EPERM", IO_URING_REGISTER, "io_uring_register of receive buffers: Operation not permitted"),
        ("EPERM", IO_URING_ENTER, "io_uring_enter: Operation not permitted"),
    ],
)
def test_what_is_forbidden_makes_it_epoll(start_tessera, error, number, reason):
    server = start_tessera(prefix=forbidding(error, number))
    backend, told = backend_of(server)
    # Where io_uring is refused by the test's own surroundings, they come first.
    assert backend == "epoll" and (told.startswith(reason) or "io_uring" in told)
    (line,) = log_lines(server)
    assert line.endswith(f"io-backend: epoll, since io_uring cannot be had: {told}")
    assert server.info("server")["multiplexing_api"] == "epoll"


@needs_filter
def test_uring_is_not_replaced_where_it_was_asked_for(tmp_path):
    command = [*forbidding("EPERM", IO_URING_SETUP), TESSERA_SERVER, "--port", "0", "--unixsocket",
               str(tmp_path / "socket"), "--dir", str(tmp_path), "--io-backend", "uring"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "io-backend uring cannot be had: io_uring_setup: Operation not permitted" in result.stdout


def test_what_was_asked_for_is_said(start_tessera):
    server = start_tessera(io_backend="epoll")
    assert backend_of(server) == ("epoll", "asked for")
    assert log_lines(server)[0].endswith("io-backend: epoll, asked for")
    with server.client() as client:
        assert client.config_get("io-backend") == {"io-backend": "epoll"}


def test_auto_takes_what_there_is(start_tessera):
    server = start_tessera()
    backend, reason = backend_of(server)
    assert backend in ("uring", "epoll") and reason
    assert len(log_lines(server)) == 1


@needs_filter
def test_all_of_a_node_works_by_epoll(start_tessera):
    """Clients with pipelines and large values, hops, a log that is synced, a snapshot, a restart; and all
    that without a wait finer than milliseconds, too."""
    server = start_tessera(
        prefix=forbidding("EPERM", IO_URING_SETUP, EPOLL_PWAIT2), shards=3, appendonly=True, appendfsync="always",
    )
    large = b"x" * 5_000_000
    with server.raw() as connection:
        count = 2000
        requests = b"".join(encode_command("SET", f"key:{i}", i) for i in range(count))
        connection.send(requests + encode_command("SET", "large", large) + encode_command("GET", "large"))
        for _ in range(count + 1):
            assert connection.read_reply() == "OK"
        assert connection.read_reply() == large
    with server.client() as client, server.client() as other:
        pipeline = client.pipeline(transaction=False)
        for i in range(count):
            pipeline.get(f"key:{i}")
        assert pipeline.execute() == [b"%d" % i for i in range(count)]
        assert client.bgsave() is True
        wait_until(lambda: client.info("persistence")["rdb_bgsave_in_progress"] == 0)
        assert client.info("persistence")["rdb_last_bgsave_status"] == "ok"
        subscriber = other.pubsub()
        subscriber.subscribe("news")
        assert subscriber.get_message(timeout=10)["type"] == "subscribe"
        client.publish("news", "hello")
        assert subscriber.get_message(timeout=10)["data"] == b"hello"
    server.restart()
    with server.client() as client:
        assert client.dbsize() == count + 1
        assert client.get("large") == large
    assert backend_of(server)[0] == "epoll"


@needs_filter
def test_a_cluster_of_both(start_tessera):
    """A primary by epoll and a replica by what there is: bus, replication and failover."""
    directives = {"cluster_enabled": True, "repl_diskless_sync_delay": 0}
    primary = start_tessera(prefix=forbidding("EPERM", IO_URING_SETUP), **directives)
    replica = start_tessera(**directives)
    with primary.client() as client, replica.client() as copy:
        client.execute_command("CLUSTER ADDSLOTSRANGE", 0, 16383)
        client.execute_command("CLUSTER MEET", "127.0.0.1", replica.port, replica.directives["cluster_port"])
        wait_until(lambda: copy.execute_command("CLUSTER INFO")["cluster_state"] == "ok", 30)
        client.set("key", "value")
        primary_id = client.execute_command("CLUSTER MYID").decode()
        copy.execute_command("CLUSTER REPLICATE", primary_id)
        wait_until(lambda: copy.info("replication").get("master_link_status") == "up", 30)
        assert client.execute_command("WAIT", 1, 10000) == 1
        # The primary does not stop for a replica that it has not heard of.
        wait_until(lambda: len(client.execute_command("CLUSTER REPLICAS", primary_id)) == 1, 30)
        copy.execute_command("CLUSTER FAILOVER")
        wait_until(lambda: client.info("replication")["role"] == "slave", 30)
        wait_until(lambda: client.info("replication").get("master_link_status") == "up", 30)
        assert copy.get("key") == b"value"
