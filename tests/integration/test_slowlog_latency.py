"""SLOWLOG and LATENCY: kept by each shard, shown as one."""

import pytest

from servers import HOST, ErrorReply, RawConnection


@pytest.fixture(params=[1, 3])
def node(request, start_tessera):
    return start_tessera(
        shards=request.param, enable_debug_command="yes", slowlog_log_slower_than=0, latency_monitor_threshold=20
    )


def connect(server):
    return RawConnection((HOST, server.port))


def test_slowlog_of_all_clients(node):
    clients = [connect(node) for _ in range(6)]
    admin = connect(node)
    for number, client in enumerate(clients):
        client.command("CLIENT", "SETNAME", f"client-{number}")
    assert admin.command("SLOWLOG", "RESET") == "OK"
    for number in range(30):
        clients[number % 6].command("SET", f"key{number}", number)
    entries = admin.command("SLOWLOG", "GET", "-1")
    ids = [entry[0] for entry in entries]
    assert ids == list(range(ids[0], ids[0] - len(ids), -1))
    sets = [entry for entry in entries if entry[3][0] == b"SET"]
    assert [entry[3] for entry in sets] == [[b"SET", b"key%d" % i, b"%d" % i] for i in range(29, -1, -1)]
    for number, entry in enumerate(reversed(sets)):
        client = clients[number % 6]
        assert entry[4] == b"%s:%d" % (HOST.encode(), client.socket.getsockname()[1])
        assert entry[5] == b"client-%d" % (number % 6)
        assert entry[1] > 1700000000 and entry[2] >= 0
    assert len(admin.command("SLOWLOG", "GET")) == 10
    assert admin.command("SLOWLOG", "GET", "0") == []
    assert len(admin.command("SLOWLOG", "GET", "1")) == 1
    assert admin.command("SLOWLOG", "LEN") > 30


def test_slowlog_is_as_long_as_said(start_tessera):
    node = start_tessera(shards=3, slowlog_log_slower_than=0, slowlog_max_len=10)
    clients = [connect(node) for _ in range(6)]
    for number in range(120):
        clients[number % 6].command("PING", number)
    assert clients[0].command("SLOWLOG", "LEN") == 10
    shown = [entry[3] for entry in clients[0].command("SLOWLOG", "GET", "-1")]
    assert shown == [[b"SLOWLOG", b"LEN"]] + [[b"PING", b"%d" % number] for number in range(119, 110, -1)]


def test_slowlog_cuts_and_redacts(node, start_redis):
    redis = start_redis(slowlog_log_slower_than=0, enable_debug_command="yes")
    with connect(node) as ours, connect(redis) as theirs:
        for connection in (ours, theirs):
            connection.command("SLOWLOG", "RESET")
            connection.command("MGET", *range(31))
            connection.command("MGET", *range(32))
            connection.command("MGET", *range(300))
            connection.command("GET", "A" * 128)
            connection.command("GET", "A" * 129)
            connection.command("GET", "A" * 100000)
            connection.command("AUTH", "user", "password")
            connection.command("CONFIG", "SET", "requirepass", "")
            connection.command("HELLO", "2", "AUTH", "default", "x", "SETNAME", "me")
        mine, other = (connection.command("SLOWLOG", "GET", "-1") for connection in (ours, theirs))
        assert len(other) > 9
        assert [entry[3] for entry in mine[:9]] == [entry[3] for entry in other[:9]]
        for bad in ("x", "-2"):
            assert ours.command("SLOWLOG", "GET", bad) == theirs.command("SLOWLOG", "GET", bad)


def test_latency_events(node):
    clients = [connect(node) for _ in range(6)]
    for client in clients:
        client.command("DEBUG", "SLEEP", "0.03")
    clients[3].command("DEBUG", "SLEEP", "0.08")
    admin = clients[0]
    # What else is slow because the machine is does not count.
    assert admin.command("CONFIG", "SET", "latency-monitor-threshold", 1_000_000) == "OK"

    def latest_of_commands():
        return [row for row in admin.command("LATENCY", "LATEST") if row[0] == b"command"]

    (latest,) = latest_of_commands()
    assert latest[3] >= 80
    history = admin.command("LATENCY", "HISTORY", "command")
    seconds = [second for second, _ in history]
    assert seconds == sorted(set(seconds)), "a second has one sample"
    assert max(latency for _, latency in history) == latest[3]
    assert history[-1] == latest[1:3]
    assert admin.command("LATENCY", "HISTORY", "nonsense") == []
    graph = admin.command("LATENCY", "GRAPH", "command").decode()
    assert graph.startswith(f"command - high {latest[3]} ms, low ")
    assert f"(all time high {latest[3]} ms)" in graph.splitlines()[0]
    assert graph.splitlines()[1] == "-" * 80
    assert admin.command("LATENCY", "GRAPH", "x") == ErrorReply("ERR No samples available for event 'x'")
    assert b"command: " in admin.command("LATENCY", "DOCTOR")
    assert admin.command("LATENCY", "RESET", "nonsense") == 0
    assert admin.command("LATENCY", "RESET", "command", "nonsense") == 1
    assert latest_of_commands() == []
    admin.command("LATENCY", "RESET")
    assert admin.command("LATENCY", "LATEST") == []
    assert admin.command("LATENCY", "RESET") == 0
    assert len(admin.command("LATENCY", "DOCTOR")) > 0


def as_map(reply):
    return dict(zip(reply[::2], reply[1::2]))


def test_histogram(node, start_redis):
    with connect(node) as ours, connect(start_redis()) as theirs:
        for connection in (ours, theirs):
            connection.command("CONFIG", "RESETSTAT")
            for number in range(200):
                connection.command("SET", f"key{number}", number)
            connection.command("GET", "key1")
            connection.command("CLIENT", "ID")
            connection.command("CLIENT", "INFO")
        for arguments in ((), ("set", "get"), ("SET", "nonsense"), ("client",), ("client|id",), ("nonsense",)):
            mine, other = (as_map(connection.command("LATENCY", "HISTOGRAM", *arguments)) for connection in (ours, theirs))
            assert set(mine) == set(other) | ({b"latency|histogram"} & set(mine))
            for name, entry in other.items():
                if name.startswith(b"latency"):
                    continue
                assert as_map(mine[name])[b"calls"] == as_map(entry)[b"calls"]
                steps = as_map(as_map(mine[name])[b"histogram_usec"])
                assert list(steps) == sorted(steps)
                assert list(steps.values()) == sorted(set(steps.values()))
                assert max(steps.values()) == as_map(entry)[b"calls"]
                # The steps of a power of two, as a histogram of two digits names them.
                assert set(steps) <= {((1024 << i) * 129 // 128 - 1) // 1000 for i in range(32)}
        ours.command("HELLO", "3")
        assert ours.command("LATENCY", "HISTOGRAM", "get")[b"get"][b"calls"] == 1
