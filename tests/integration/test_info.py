"""INFO, MEMORY, TIME, LOLWUT, CONFIG RESETSTAT."""

import re
import time

import pytest

from servers import HOST, ErrorReply, RawConnection, resident_bytes, wait_until

# What redis-server 7.0 has and this server cannot have.
ABSENT = set()


def sections(text):
    """{section: {field: value}} of a reply to INFO."""
    found = {}
    text = text.decode()
    assert "\n" not in text.replace("\r\n", "")
    for line in text.split("\r\n"):
        if line.startswith("# "):
            current = found.setdefault(line[2:], {})
        elif line:
            name, value = line.split(":", 1)
            assert name not in current, f"{name} twice"
            current[name] = value
    return found


def connect(server):
    return RawConnection((HOST, server.port))


def info(connection, *names):
    return sections(connection.command("INFO", *names))


@pytest.fixture(params=[1, 3])
def node(request, start_tessera):
    return start_tessera(shards=request.param)


def is_subsequence(short, long):
    rest = iter(long)
    return all(item in rest for item in short)


def test_has_all_that_redis_has_in_its_order(node, start_redis):
    with connect(node) as ours, connect(start_redis()) as theirs:
        for names in ((), ("all",), ("everything",), ("default",), ("cpu", "memory")):
            for connection in (ours, theirs):
                connection.command("SETEX", "a", "1000", "1")
                connection.command("NONSENSE")
            mine, other = info(ours, *names), info(theirs, *names)
            shared = [name for name in mine if name != "Shards"]
            assert shared == list(other)
            assert ("Shards" in mine) == (len(names) < 2)
            for name in other:
                if name in ("Commandstats", "Latencystats"):
                    continue
                missing = [field for field in other[name] if field not in mine[name]]
                assert set(missing) <= ABSENT, name
                assert is_subsequence([f for f in other[name] if f not in ABSENT], mine[name]), name


def test_sections_by_name(node):
    with connect(node) as client:
        assert list(info(client, "commandSTATS")) == ["Commandstats"]
        assert list(info(client, "cpu", "nonsense", "CPU")) == ["CPU"]
        assert client.command("INFO", "nonsense") == b""
        assert "Commandstats" not in info(client, "default")
        assert client.command("INFO", "server").startswith(b"# Server\r\nredis_version:7.2.4\r\n")
        client.send_command("HELLO", "3")
        client.read_reply()
        client.send_command("INFO", "cluster")
        client.expect(b"=34\r\ntxt:# Cluster\r\ncluster_enabled:0\r\n\r\n")


def test_real_values(node):
    clients = [connect(node) for _ in range(6)]
    client = clients[0]
    for number in range(100):
        clients[number % 6].command("SET", f"key{number}", "x" * 100)
    for number in range(30):
        clients[number % 6].command("PEXPIRE", f"key{number}", 1000000)
    for number in range(20):
        clients[number % 6].command("GET", f"key{number}")
        clients[number % 6].command("GET", f"absent{number}")
    clients[1].command("SELECT", "7")
    clients[1].command("SET", "other", "1")
    all_of = info(client, "everything")
    assert all_of["Clients"]["connected_clients"] == "6"
    assert all_of["Clients"]["maxclients"] == "10000"
    database = re.fullmatch(r"keys=100,expires=30,avg_ttl=(\d+),keys_with_volatile_items=0", all_of["Keyspace"]["db0"])
    assert 0 < int(database[1]) <= 1000000
    assert all_of["Keyspace"]["db7"] == "keys=1,expires=0,avg_ttl=0,keys_with_volatile_items=0"
    assert "db1" not in all_of["Keyspace"]
    statistics = all_of["Stats"]
    assert (statistics["keyspace_hits"], statistics["keyspace_misses"]) == ("20", "20")
    assert int(statistics["total_commands_processed"]) >= 172
    assert int(statistics["total_net_input_bytes"]) > 100 * 120
    assert int(all_of["Persistence"]["rdb_changes_since_last_save"]) == 131
    assert all_of["Persistence"]["loading"] == "0"
    assert re.fullmatch(r"calls=101,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=0,failed_calls=0",
                        all_of["Commandstats"]["cmdstat_set"])
    assert re.fullmatch(r"p50=\d+\.\d{3},p99=\d+\.\d{3},p99\.9=\d+\.\d{3}",
                        all_of["Latencystats"]["latency_percentiles_usec_set"])
    memory = all_of["Memory"]
    assert int(memory["used_memory"]) > 100 * 100
    assert int(memory["used_memory_peak"]) >= int(memory["used_memory"])
    assert memory["maxmemory_policy"] == "noeviction"
    assert int(all_of["Server"]["process_id"]) == node.pid
    assert int(all_of["Server"]["tcp_port"]) == node.port
    assert re.fullmatch("[0-9a-f]{40}", all_of["Server"]["run_id"])
    wait_until(lambda: abs(int(info(client, "memory")["Memory"]["used_memory_rss"]) / resident_bytes(node.pid) - 1) < 0.5)


def test_shards(node):
    with connect(node) as client:
        for number in range(300):
            client.command("SET", f"key{number}", "x")
        shards = info(client, "shards")["Shards"]
        count = int(shards["shards"])
        rows = [dict(pair.split("=") for pair in shards[f"shard{i}"].split(",")) for i in range(count)]
        assert sum(int(row["keys"]) for row in rows) == 300
        assert sum(int(row["connections"]) for row in rows) == 1
        assert all(int(row["keys"]) > 0 for row in rows)
        assert {row["port"] for row in rows} == {"0"}, "without a cluster, shards have no ports"
        hops = sum(int(row["hops_sent"]) for row in rows)
        assert hops == int(shards["hops_total"]) == sum(int(row["hops_served"]) for row in rows)
        assert (hops > 0) == (count > 1)


def test_errors_and_reset(node):
    with connect(node) as client:
        client.command("SET", "text", "x")
        for _ in range(3):
            client.command("INCR", "text")
        client.command("NONSENSE")
        client.command("GET")
        client.command("AUTH", "a", "b")
        found = info(client, "all")
        assert found["Errorstats"]["errorstat_ERR"] == "count=5"
        assert found["Errorstats"]["errorstat_WRONGPASS"] == "count=1"
        assert found["Stats"]["total_error_replies"] == "6"
        assert found["Stats"]["acl_access_denied_auth"] == "1"
        assert ",rejected_calls=0,failed_calls=3" in found["Commandstats"]["cmdstat_incr"]
        assert found["Commandstats"]["cmdstat_get"].endswith("rejected_calls=1,failed_calls=0")
        assert client.command("CONFIG", "RESETSTAT") == "OK"
        found = info(client, "all")
        assert found["Errorstats"] == {}
        assert list(found["Commandstats"]) == ["cmdstat_config|resetstat"]
        assert found["Stats"]["total_error_replies"] == "0"
        assert found["Stats"]["keyspace_hits"] == "0"
        assert int(found["Persistence"]["rdb_changes_since_last_save"]) == 1


def test_rate(node):
    with connect(node) as client:

        def busy():
            for _ in range(100):
                client.command("PING")
            return int(info(client, "stats")["Stats"]["instantaneous_ops_per_sec"]) > 10

        wait_until(busy)


def as_map(reply):
    return dict(zip(reply[::2], reply[1::2]))


def test_memory(node, start_redis):
    with connect(node) as ours, connect(start_redis()) as theirs:
        for connection in (ours, theirs):
            connection.command("SET", "key", "x" * 1000)
        mine, other = as_map(ours.command("MEMORY", "STATS")), as_map(theirs.command("MEMORY", "STATS"))
        assert [name for name in mine if name in other] == list(other)
        assert set(as_map(other[b"db.0"])) == set(as_map(mine[b"db.0"]))
        assert mine[b"keys.count"] == 1
        assert mine[b"dataset.bytes"] > 1000
        for connection in (ours, theirs):
            connection.command("HELLO", "3")
        mine, other = ours.command("MEMORY", "STATS"), theirs.command("MEMORY", "STATS")
        assert {name: type(mine[name]) for name in other} == {name: type(other[name]) for name in other}
        assert len(ours.command("MEMORY", "DOCTOR")) > 0
        assert ours.command("MEMORY", "PURGE") == "OK"
        assert len(ours.command("MEMORY", "MALLOC-STATS")) > 0


def test_time_and_lolwut(node):
    with connect(node) as client:
        before = time.time()
        seconds, microseconds = map(int, client.command("TIME"))
        assert before - 1 < seconds + microseconds / 1e6 < time.time() + 1
        assert 0 <= microseconds < 1000000
        for arguments in ((), ("VERSION", "5", "1", "1"), ("VERSION", "99"), ("VERSION", "5", "-4", "100000")):
            picture = client.command("LOLWUT", *arguments)
            assert b"Redis ver. 7.2.4" in picture
            assert len(picture) < 500000
        assert client.command("LOLWUT", "VERSION", "x") == ErrorReply("ERR value is not an integer or out of range")
