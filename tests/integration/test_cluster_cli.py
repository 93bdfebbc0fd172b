"""redis-cli --cluster, one subcommand after the other, on a cluster of Tessera nodes."""

import json

import pytest
from clusters import Cluster, address, cli, node_directives, succeed
from servers import HOST, wait_until


@pytest.fixture
def start(start_tessera):
    return lambda **directives: start_tessera(shards=2, **node_directives(**directives))


@pytest.fixture
def three(start):
    cluster = Cluster([start() for _ in range(3)])
    cluster.create()
    return cluster


def client_of(cluster):
    import redis

    return redis.RedisCluster(host=HOST, port=cluster.servers[0].port)


def keys_of_slot(slot, count):
    from redis.crc import key_slot

    found, number = [], 0
    while len(found) < count:
        if key_slot(f"key:{number}".encode()) == slot:
            found.append(f"key:{number}")
        number += 1
    return found


def test_with_replicas(start):
    """create, check, info, add-node, del-node, call."""
    cluster = Cluster([start() for _ in range(6)])
    cluster.create(replicas=1)
    text = succeed("check", cluster.first)
    assert text.count("1 additional replica(s)") == 3
    assert "[OK] All nodes agree" in text
    assert "3 masters" in succeed("info", cluster.first)
    assert cli("create", *map(address, cluster.servers), "--cluster-yes").returncode == 1

    empty = start()
    assert "[OK] New node added correctly." in succeed("add-node", address(empty), cluster.first)
    cluster.add(empty)
    cluster.wait()
    replica = start()
    succeed("add-node", address(replica), cluster.first, "--cluster-slave", "--cluster-master-id", cluster.id_of(6))
    cluster.add(replica)
    cluster.wait()
    assert succeed("call", cluster.first, "PING").count("PONG") == 8

    assert cli("del-node", cluster.first, cluster.id_of(0)).returncode == 1  # it has slots
    for _ in range(2):
        succeed("del-node", cluster.first, cluster.id_of(len(cluster.servers) - 1))
        cluster.servers.pop()
        cluster.connections.pop()
        wait_until(lambda: len(cluster.opinions()) == 1, 30, "the nodes have forgotten it")
    assert "[OK] All 16384 slots covered." in succeed("check", cluster.first)


def test_moving_slots(three, start):
    """reshard, rebalance, with keys in the slots."""
    client = client_of(three)
    keys = {f"{{{i}}}k": str(i).encode() for i in range(300)}
    for slot in range(5):
        keys |= {key: b"v" for key in keys_of_slot(slot, 15)}
    for key, value in keys.items():
        client.set(key, value)
    before = three.slots_of(0)
    succeed("reshard", three.first, "--cluster-from", three.id_of(0), "--cluster-to", three.id_of(1),
            "--cluster-slots", 20, "--cluster-yes", "--cluster-pipeline", 4)  # fmt: skip
    assert (three.slots_of(0), three.slots_of(1)) == (before - 20, 5482)
    three.wait()
    assert three.open_slots() == []
    three.add(start())
    succeed("add-node", address(three.servers[3]), three.first)
    three.wait()
    few = f"{three.id_of(3)}=0.003"
    succeed("rebalance", three.first, "--cluster-use-empty-masters", "--cluster-threshold", "0.01", "--cluster-weight", few)
    assert 0 < three.slots_of(3) < 50
    three.wait()
    succeed("rebalance", three.first, "--cluster-weight", f"{three.id_of(3)}=0")
    three.wait()
    assert three.slots_of(3) == 0
    assert {key: client.get(key) for key in keys} == keys
    assert "[OK] All 16384 slots covered." in succeed("check", three.first)


def check_open_slot(cluster, slot, migrating, importing, moved):
    """fix, where moving a slot was broken off at one of its steps."""
    source, target = cluster.connections[:2]
    keys = keys_of_slot(slot, 6)
    for key in keys:
        assert source.command("SET", key, "v") == "OK"
    assert target.command("CLUSTER", "SETSLOT", slot, "IMPORTING", cluster.id_of(0)) == "OK"
    assert source.command("CLUSTER", "SETSLOT", slot, "MIGRATING", cluster.id_of(1)) == "OK"
    if moved:
        move = ("MIGRATE", HOST, cluster.servers[1].port, "", 0, 5000, "KEYS", *keys[:moved])
        assert source.command(*move) == "OK"
    for connection, open_there in ((source, migrating), (target, importing)):
        if not open_there:
            assert connection.command("CLUSTER", "SETSLOT", slot, "STABLE") == "OK"
    assert cli("check", cluster.first).returncode == 1
    succeed("fix", cluster.first)
    cluster.wait()
    assert cluster.open_slots() == []
    assert "[OK] All 16384 slots covered." in succeed("check", cluster.first)
    counts = [connection.command("CLUSTER", "COUNTKEYSINSLOT", slot) for connection in cluster.connections]
    assert sorted(counts) == [0, 0, 6]
    client = client_of(cluster)
    assert [client.get(key) for key in keys] == [b"v"] * len(keys)


def check_uncovered_slots(cluster):
    """fix, where nobody has some slots, of which one has keys."""
    keys = keys_of_slot(50, 3)
    for key in keys:
        assert cluster.connections[0].command("SET", key, "v") == "OK"
    for connection in cluster.connections:
        assert connection.command("CLUSTER", "DELSLOTS", 50, 51, 52) == "OK"
    assert "Not all 16384 slots are covered" in cli("check", cluster.first).stdout
    assert cli("fix", cluster.first, answers="no\nno\n").returncode == 1
    succeed("fix", cluster.first, answers="yes\n" * 4)
    cluster.wait()
    assert "[OK] All 16384 slots covered." in succeed("check", cluster.first)
    assert [cluster.connections[0].command("GET", key) for key in keys] == [b"v"] * 3


def check_slot_with_two_owners(cluster):
    """fix, where two nodes claim a slot."""
    other = cluster.connections[2]
    assert other.command("CLUSTER", "DELSLOTS", 100) == other.command("CLUSTER", "ADDSLOTS", 100) == "OK"
    # What the other node says may come between the commands of a transaction; then it is tried again.
    fix = ("fix", cluster.first, "--cluster-search-multiple-owners")
    wait_until(lambda: cli(*fix).returncode == 0, 30, "it is fixed")
    cluster.wait()
    assert "[OK] No multiple owners found." in succeed("check", *fix[1:])


def test_damage(three):
    # Where only the target says that it is open, redis-cli makes the target its owner before it moves what
    # else there is; so nothing else is there: what the source has could go first, here and with Redis.
    cases = [(True, False, 0), (False, True, 0), (True, True, 0), (True, True, 2), (True, True, 6), (False, True, 6)]
    for slot, case in enumerate(cases):
        check_open_slot(three, slot, *case)
    check_uncovered_slots(three)
    check_slot_with_two_owners(three)


def with_file(server):
    """The same node, started with a configuration file."""
    server.stop()
    path = server.directory / "tessera.conf"
    path.write_text("maxclients 5000\n")
    script = server.directory / "start"
    script.write_text(f'#!/bin/sh\nexec {server.binary} {path} "$@"\n')
    script.chmod(0o755)
    server.binary = str(script)
    return server.start()


def test_time_and_backup(start, tmp_path):
    """set-timeout, which wants configuration files, and backup."""
    servers = [with_file(start()) for _ in range(3)]
    cluster = Cluster(servers)
    cluster.create()
    client = client_of(cluster)
    for i in range(100):
        client.set(i, i)
    succeed("set-timeout", cluster.first, 4567)
    assert all(connection.command("CONFIG", "GET", "cluster-node-timeout")[1] == b"4567" for connection in cluster.connections)
    assert "[OK] Backup created" in succeed("backup", cluster.first, tmp_path)
    described = json.loads((tmp_path / "nodes.json").read_text())
    assert {node["name"] for node in described} == {cluster.id_of(i) for i in range(3)}
    assert len(list(tmp_path.glob("*.rdb"))) == 3
    assert all(path.read_bytes().startswith(b"REDIS00") for path in tmp_path.glob("*.rdb"))


def test_import(three, start_redis, start_tessera):
    cluster = client_of(three)
    for source in (start_redis(), start_tessera(shards=2)):
        check_import(three, cluster, source)
        for i in range(200):
            cluster.delete(f"k{i}")
        cluster.delete("list")


def check_import(three, cluster, source):
    with source.client() as client:
        client.mset({f"k{i}": i for i in range(200)})
        client.rpush("list", *range(1000))
    where = ("import", three.first, "--cluster-from", address(source))
    succeed(*where, "--cluster-copy")
    assert source.client().dbsize() == 201
    assert cluster.llen("list") == 1000
    cluster.set("k5", "other")
    result = cli(*where, "--cluster-copy")
    assert result.returncode == 1 and "BUSYKEY" in result.stdout
    succeed(*where, "--cluster-replace")
    assert source.client().dbsize() == 0
    assert sum(cluster.get(f"k{i}") == str(i).encode() for i in range(200)) == 200
