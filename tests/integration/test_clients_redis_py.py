"""redis-py, plain and cluster, against a node whose shards announce ports of their own."""

import random

import pytest
import redis
from redis.cluster import ClusterNode, RedisCluster
from servers import HOST

SHARDS = 2


@pytest.fixture
def node(start_tessera):
    return start_tessera(
        cluster_enabled=True, cluster_claim_all_slots=True, cluster_announce_shards=True, shards=SHARDS
    )


@pytest.fixture
def cluster(node):
    client = RedisCluster(host=HOST, port=node.port)
    yield client
    client.close()


def slot_ports(node):
    """The ports that CLUSTER SLOTS names."""
    return {entry[2][1] for entry in node.raw().command("CLUSTER", "SLOTS")}


def client_ports(node):
    """The ports of this server that clients are connected to, with how many on each."""
    ports = {}
    for client in node.client().client_list():
        port = int(client["laddr"].rsplit(":", 1)[1])
        ports[port] = ports.get(port, 0) + 1
    return ports


def test_plain_client(start_tessera):
    client = start_tessera().client(decode_responses=True)
    assert client.set("key", "value") is True
    assert client.get("key") == "value"
    assert client.set("key", "other", nx=True) is None
    assert client.mset({f"key:{i}": i for i in range(100)}) is True
    assert client.mget([f"key:{i}" for i in range(100)]) == [str(i) for i in range(100)]
    assert client.incrby("counter", 41) == 41
    assert client.incr("counter") == 42
    assert client.expire("counter", 100) is True
    assert 0 < client.ttl("counter") <= 100
    assert client.dbsize() == 102
    assert sorted(client.scan_iter(count=7)) == sorted(client.keys("*"))
    with pytest.raises(redis.ResponseError, match="value is not an integer or out of range"):
        client.incr("key")
    assert client.flushall() is True
    assert client.dbsize() == 0


def test_plain_client_selects_databases(start_tessera):
    server = start_tessera()
    server.client(db=3).set("key", "in 3")
    assert server.client(db=3).get("key") == b"in 3"
    assert server.client(db=0).get("key") is None
    assert server.info("keyspace")["db3"]["keys"] == 1


def test_plain_client_pipelines_without_transaction(start_tessera):
    client = start_tessera(shards=SHARDS).client()
    pipeline = client.pipeline(transaction=False)
    for i in range(5000):
        pipeline.set(f"key:{i}", i)
        pipeline.get(f"key:{i}")
    assert pipeline.execute() == [x for i in range(5000) for x in (True, b"%d" % i)]


def test_plain_client_authenticates(start_tessera):
    server = start_tessera(requirepass="secret")
    with pytest.raises(redis.AuthenticationError):
        server.client().ping()
    with pytest.raises(redis.RedisError, match="invalid username-password pair"):
        server.client(password="wrong").ping()
    assert server.client(password="secret").ping() is True
    assert server.client(username="default", password="secret").ping() is True


def test_cluster_slots_name_every_shard(node):
    entries = node.raw().command("CLUSTER", "SLOTS")
    ports = {entry[2][1] for entry in entries}
    assert len(ports) == SHARDS
    slots = [slot for first, last, *_ in entries for slot in range(first, last + 1)]
    assert sorted(slots) == list(range(16384))


def test_cluster_client_commands(cluster):
    assert cluster.set("key", "value") is True
    assert cluster.get("key") == b"value"
    assert cluster.set("key", "new", xx=True, ex=100) is True
    assert 0 < cluster.ttl("key") <= 100
    assert cluster.append("key", "er") == 5
    assert cluster.getrange("key", 0, 2) == b"new"
    assert cluster.incrby("number", 7) == 7
    assert cluster.mset({"{tag}:1": "a", "{tag}:2": "b"}) is True
    assert cluster.mget("{tag}:1", "{tag}:2") == [b"a", b"b"]
    assert cluster.mset_nonatomic({"one": 1, "two": 2, "three": 3})
    assert cluster.mget_nonatomic("one", "two", "three") == [b"1", b"2", b"3"]
    assert cluster.exists("one", "two", "absent") == 2
    assert cluster.rename("{tag}:1", "{tag}:3") is True
    assert cluster.delete("one", "two", "three") == 3
    assert cluster.type("key") == b"string"
    assert cluster.getdel("key") == b"newer"
    with pytest.raises(redis.ResponseError, match="same slot"):
        cluster.execute_command("MSET", "one", 1, "two", 2, target_nodes=cluster.get_random_node())


def test_cluster_client_uses_every_shard_and_never_hops(node, cluster):
    before = node.hops()
    numbers = random.Random(1)
    for i in range(2000):
        key = f"key:{numbers.randrange(500)}"
        cluster.set(key, i)
        assert cluster.get(key) == b"%d" % i
    ports = client_ports(node)
    assert slot_ports(node) <= set(ports)
    assert node.hops() - before == 0


def test_cluster_client_pipelines_and_never_hops(node, cluster):
    before = node.hops()
    pipeline = cluster.pipeline()
    for i in range(1000):
        pipeline.set(f"key:{i}", i)
    assert all(pipeline.execute())
    pipeline = cluster.pipeline()
    for i in range(1000):
        pipeline.get(f"key:{i}")
    assert pipeline.execute() == [b"%d" % i for i in range(1000)]
    assert node.hops() - before == 0


def test_wrong_shard_serves_by_a_hop(node):
    """A command at the wrong shard of the right node is answered, not redirected, and counted."""
    before = node.hops()
    for port in slot_ports(node):
        connection = node.raw(port)
        for i in range(100):
            assert connection.command("SET", f"key:{i}", port) == "OK"
            assert connection.command("GET", f"key:{i}") == b"%d" % port
    assert node.hops() - before > 0


def test_every_client_finds_the_cluster_by_a_shard_port(node):
    for port in slot_ports(node):
        client = RedisCluster(startup_nodes=[ClusterNode(HOST, port)])
        assert client.set("key", port) is True
        client.close()


def test_keys_counted_over_shards(node, cluster):
    for i in range(1000):
        cluster.set(f"key:{i}", i)
    connection = node.raw()
    assert connection.command("DBSIZE") == 1000
    slot = connection.command("CLUSTER", "KEYSLOT", "key:1")
    assert connection.command("CLUSTER", "COUNTKEYSINSLOT", slot) >= 1
    assert b"key:1" in connection.command("CLUSTER", "GETKEYSINSLOT", slot, 100)
