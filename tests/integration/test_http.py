"""The HTTP port: health, metrics, and clients that do not behave."""

import contextlib
import shutil
import socket
import subprocess
import threading
import time

import pytest
from http_client import Metrics, get, metrics, metrics_now, start_with_port, text
from servers import HOST, LIMIT_FACTOR, RawConnection, encode_command, free_port, wait_until


@pytest.fixture
def node(start_tessera):
    return start_with_port(start_tessera, shards=2)


def raw(port):
    return RawConnection((HOST, port), limit=30)


def read_answer(connection):
    """Status, headers and body of the next answer."""
    status = int(connection.read_line().split()[1])
    headers = {}
    while line := connection.read_line():
        name, value = line.decode().split(": ", 1)
        headers[name.lower()] = value
    return status, headers, connection.read_bytes(int(headers["content-length"]))


def promtool(*arguments, given=None):
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (Debian's prometheus)")
    return subprocess.run(["promtool", *arguments], input=given, text=True, check=False, timeout=60 * LIMIT_FACTOR,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip


# ---- Health ----


def test_health(node):
    _, port = node
    assert text(port, "/healthz") == (200, "ok\n")
    assert text(port, "/readyz") == (200, "ok\n")


def test_not_ready_without_cluster(start_tessera):
    server, port = start_with_port(start_tessera, cluster_enabled=True)
    assert text(port, "/healthz") == (200, "ok\n")
    status, reasons = text(port, "/readyz")
    assert status == 503
    assert "cluster" in reasons
    server.client().execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: text(port, "/readyz")[0] == 200, 30)


def test_not_ready_without_primary(start_tessera):
    primary = start_tessera()
    server, port = start_with_port(start_tessera)
    nobody = free_port()
    client = server.client()
    client.execute_command("REPLICAOF", HOST, nobody)
    wait_until(lambda: text(port, "/readyz")[0] == 503, 30)
    assert "primary" in text(port, "/readyz")[1]
    client.execute_command("REPLICAOF", HOST, primary.port)
    wait_until(lambda: text(port, "/readyz")[0] == 200, 30)
    found = metrics(port)
    assert found("redis_master_link_up", master_host=HOST, master_port=str(primary.port)) == 1


def test_answers_beside_a_hung_shard(start_tessera):
    """One shard sleeps in a command: the port answers, tells of it, and shows what it knew before."""
    server, port = start_with_port(start_tessera, shards=2, watchdog_stall_ms=200, cluster_hung_shard_timeout=1000,
                                   enable_debug_command=True)  # fmt: skip
    client = server.client()
    client.set("key", "value")
    assert metrics(port)("redis_db_keys", db="db0") == 1
    sleeper = server.raw(limit=60)
    sleeper.send_command("DEBUG", "SLEEP", str(3 * LIMIT_FACTOR))
    wait_until(lambda: metrics_now(port)("tessera_watchdog_stalled_shards") == 1, 20)
    found = metrics_now(port)
    assert found("redis_db_keys", db="db0") == 1
    assert max(found("tessera_shard_figures_age_seconds", shard=str(i)) for i in range(2)) > 0.1
    refusals = []

    def is_refused():
        refusals.append(text(port, "/healthz"))
        return refusals[-1][0] == 503

    wait_until(is_refused, 20)
    assert "hangs" in refusals[-1][1]
    assert sleeper.read_reply() == "OK"
    wait_until(lambda: text(port, "/healthz")[0] == 200, 20)


# ---- Metrics ----


def test_metrics_are_those_of_info(node):
    server, port = node
    client = server.client()
    for i in range(100):
        client.set(f"key{i}", "value")
        client.get(f"key{i}")
    client.get("nothing")
    client.setex("short", 1000, "value")
    with pytest.raises(Exception, match="WRONGTYPE"):
        client.lpush("key0", "x")
    found, info = metrics(port), client.info()
    assert found("redis_up") == 1
    for field, name in (
        ("connected_clients", "redis_connected_clients"),
        ("maxclients", "redis_max_clients"),
        ("keyspace_hits", "redis_keyspace_hits_total"),
        ("keyspace_misses", "redis_keyspace_misses_total"),
        ("total_error_replies", "redis_total_error_replies"),
        ("process_id", "redis_process_id"),
    ):
        assert found(name) == info[field], name
    assert found("redis_keyspace_misses_total") == 1
    assert found("redis_db_keys", db="db0") == 101
    assert found("redis_db_keys_expiring", db="db0") == 1
    assert found("redis_commands_total", cmd="set") == 100
    assert found("redis_commands_failed_calls_total", cmd="lpush") == 1
    assert found("redis_errors_total", err="WRONGTYPE") == 1
    assert found.sum("tessera_shard_keys") == 101
    assert found.sum("tessera_command_response_seconds_count", cmd="get") == 101
    assert found.sum("tessera_command_response_seconds_bucket", cmd="get", le="+Inf") == 101
    assert found.sum("tessera_command_response_seconds_sum", cmd="get") > 0


def test_response_includes_queueing(start_tessera):
    """Commands that wait behind a slow one of the same shard took as long as it did."""
    server, port = start_with_port(start_tessera, shards=1, watchdog_stall_ms=100, enable_debug_command=True)
    slow, fast = server.raw(limit=60), server.raw(limit=60)
    slow.send_command("DEBUG", "SLEEP", str(3 * LIMIT_FACTOR))
    wait_until(lambda: metrics_now(port)("tessera_watchdog_stalled_shards") == 1, 20)
    fast.send_command("GET", "key")
    assert slow.read_reply() == "OK"
    assert fast.read_reply() is None
    found = metrics(port)
    assert found("tessera_command_response_seconds_count", cmd="get", shard="0") == 1
    waited = found("tessera_command_response_seconds_sum", cmd="get", shard="0")
    assert waited > 0.1
    assert found("redis_commands_duration_seconds_total", cmd="get") < waited / 2


def test_slots_on_request(start_tessera):
    server, port = start_with_port(start_tessera, shards=2, cluster_enabled=True)
    client = server.client()
    client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: text(port, "/readyz")[0] == 200, 30)
    for _ in range(3):
        client.set("foo", "bar")
    slot = str(client.execute_command("CLUSTER", "KEYSLOT", "foo"))
    assert "tessera_slot_keys" not in metrics(port).names
    found = metrics(port, "/metrics?slots=1")
    assert found("tessera_slot_keys", slot=slot) == 1
    assert found("tessera_slot_commands_total", slot=slot) == 3
    assert found("redis_cluster_state") == 1
    assert found("redis_cluster_slots_assigned") == 16384
    assert found("tessera_cluster_slots_owned") == 16384


def test_open_metrics(node):
    _, port = node
    status, headers, body = get(port, "/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"})
    assert status == 200
    assert headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert body.endswith(b"\n# EOF\n")
    assert b"# TYPE redis_commands_processed counter\n" in body
    assert b"\nredis_commands_processed_total " in body
    status, headers, body = get(port, "/metrics")
    assert headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b"# TYPE redis_commands_processed_total counter\n" in body
    assert b"EOF" not in body


def test_promtool_likes_the_metrics(node):
    server, port = node
    server.client().set("key", "value")
    with server.raw() as connection:
        connection.send_command("EVAL", r"return redis.error_reply('\255\1\195X\"\\ of no alphabet')", 0)
        assert connection.read_line().startswith(b"-\xff\x01")
    _, _, body = get(port, "/metrics?slots=1")
    assert rb'redis_errors_total{err="???X\"\\"} 1' in body
    checked = promtool("check", "metrics", given=body.decode())
    assert (checked.returncode, checked.stdout) == (0, "")


def test_data_that_a_script_has_borrowed_are_not_looked_at(start_tessera):
    """A script with keys of both shards runs on one of them, which tells of itself in the script's pauses."""
    server, port = start_with_port(start_tessera, shards=2, busy_reply_threshold=50)
    keys = [f"key{i}" for i in range(20)]
    script = "local n = 0 while true do redis.call('GET', KEYS[n % #KEYS + 1]) n = n + 1 end"

    def ages():
        found = metrics_now(port)
        return sorted(found("tessera_shard_figures_age_seconds", shard=str(i)) for i in range(2))

    with server.raw(limit=60) as connection, server.raw() as other:
        connection.send_command("EVAL", script, len(keys), *keys)
        wait_until(lambda: ages()[0] < 0.5 and ages()[1] > 1, 30)
        assert other.command("SCRIPT", "KILL") == "OK"
        assert b"Script killed by user" in connection.read_line()
    wait_until(lambda: ages()[1] < 0.5, 30)


# ---- The protocol ----


def test_keep_alive_and_pipelining(node):
    _, port = node
    request = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    with raw(port) as connection:
        connection.send(request * 3 + request[:10])
        for _ in range(3):
            assert read_answer(connection)[::2] == (200, b"ok\n")
        connection.send(request[10:] + b"HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert read_answer(connection)[0] == 200
        answer = connection.read_until_closed()
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"\r\nContent-Length: 3\r\n" in answer
        assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"GET /healthz/ HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"POST /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        (b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", 413),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"*1\r\n$4\r\nPING\r\n\r\n", 400),
        (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        (b"G" * 8192, 414),
        (b"GET / HTTP/1.1\r\nX: " + b"y" * 9000, 431),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "request",
)
def test_errors(node, request_bytes, status):
    _, port = node
    with raw(port) as connection:
        connection.send(request_bytes)
        found, headers, _ = read_answer(connection)
        assert found == status
        if status != 404:
            assert headers["connection"] == "close"
            connection.read_until_closed()
    assert text(port, "/healthz")[0] == 200


def test_security_headers(node):
    _, port = node
    _, headers, _ = get(port, "/metrics")
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


HALF_HEAD = b"GET /healthz HTTP/1.1\r\n"
UNREAD = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 240
CONNECTIONS_MAX = 128


@pytest.mark.parametrize("sent", [b"", HALF_HEAD, UNREAD], ids=["idle", "half", "unread"])
def test_many_connections(node, sent):
    """Clients that take all the room there is, and keep it: whoever comes displaces the oldest, and is served."""
    _, port = node
    clients = []
    try:
        for i in range(CONNECTIONS_MAX + 72):
            clients.append(socket.create_connection((HOST, port), timeout=30 * LIMIT_FACTOR))
            clients[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            with contextlib.suppress(ConnectionError):
                clients[-1].sendall(sent)
            assert i < CONNECTIONS_MAX - 2 or text(port, "/healthz") == (200, "ok\n")
        found = metrics(port)
        assert found("tessera_http_connections") <= CONNECTIONS_MAX
        assert (found("tessera_http_refused_total") == 0) == (sent == b"")
    finally:
        for client in clients:
            client.close()
    wait_until(lambda: metrics(port)("tessera_http_connections") == 1, 20)


def test_slow_readers_are_bounded(node):
    """Clients that ask and do not read: their answers are made one at a time."""
    server, port = node
    before = server.resident_bytes()
    request = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    clients = []
    for _ in range(64):
        client = socket.create_connection((HOST, port))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.sendall(request * 200)
        clients.append(client)
    assert text(port, "/healthz")[0] == 200
    assert server.resident_bytes() - before < 64 * 1024 * 1024
    for client in clients:
        client.close()


def test_slow_readers_of_long_answers(start_tessera):
    """Answers of megabytes are not kept for as many as ask: while some do not read theirs, others are told 503."""
    server, port = start_with_port(start_tessera, shards=2, enable_debug_command=True)
    assert server.client().execute_command("DEBUG", "POPULATE", 200000)
    assert len(get(port, "/metrics?slots=1")[2]) > 3_000_000
    clients = []
    try:
        # More than one each: the kernel takes some of it, too.
        for _ in range(12):
            clients.append(raw(port))
            clients[-1].send(b"GET /metrics?slots=1 HTTP/1.1\r\nHost: a\r\n\r\n" * 20)
        wait_until(lambda: text(port, "/metrics")[0] == 503, 30)
        assert text(port, "/healthz") == (200, "ok\n")
    finally:
        for client in clients:
            client.close()
    wait_until(lambda: text(port, "/metrics")[0] == 200, 30)


def test_beside_load(node):
    """Scraped while clients are at work: counters never go down."""
    server, port = node
    stop = threading.Event()

    def load():
        with server.raw(limit=60) as connection:
            while not stop.is_set():
                connection.send(b"".join(encode_command("INCR", f"key{i}") for i in range(50)))
                for _ in range(50):
                    connection.read_reply()

    worker = threading.Thread(target=load)
    worker.start()
    try:
        before = Metrics("")
        for _ in range(20):
            after = metrics(port)
            for (name, labels), value in before.samples.items():
                if name.endswith(("_total", "_bucket", "_count")):
                    assert after.samples[name, labels] >= value, name
            before = after
    finally:
        stop.set()
        worker.join()
