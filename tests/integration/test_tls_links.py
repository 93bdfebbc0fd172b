"""TLS between nodes: who follows whom by it, and who is not let in."""

import os

import pytest
import redis

from certificates import Authority
from servers import HOST, free_port, wait_until


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls-links"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    """A node's pair by an authority that nobody trusts."""
    return Authority(tmp_path_factory.mktemp("tls-links-other"), "stranger").issue("node-of-stranger")


@pytest.fixture(scope="module")
def pair(authority):
    return authority.issue("node")


@pytest.fixture
def directives(authority, pair):
    """Of a node whose TLS port lets in only whom the authority knows."""

    def make(**more):
        return {
            "tls_port": free_port(), "tls_cert_file": pair.certificate, "tls_key_file": pair.key,
            "tls_ca_cert_file": authority.pair.certificate, "tls_replication": True, "repl_diskless_sync_delay": 0,
            "loglevel": "verbose", **more,
        }

    return make


def start_by_tls(start, directives, **more):
    settings = directives(**more)
    node = start(**settings)
    node.tls_port = settings["tls_port"]
    return node


def is_linked(node):
    return node.info("replication").get("master_link_status") == "up"


def follow(replica, primary):
    replica.client().execute_command("REPLICAOF", HOST, primary.tls_port)
    wait_until(lambda: is_linked(replica), 30, "the replica is linked")


def check_following(replica, primary):
    """What is written before and while it follows arrives."""
    value = os.urandom(300_000)
    writer = primary.client()
    writer.set("before", value)
    writer.rpush("list", *[f"element {n}" * 20 for n in range(5000)])
    follow(replica, primary)
    for number in range(3000):
        writer.set(f"key:{number}", f"value {number}")
    writer.set("after", value)
    reader = replica.client()
    wait_until(lambda: reader.get("after") == value, 30, "what was written last")
    assert reader.get("before") == value
    assert reader.llen("list") == 5000
    assert reader.get("key:2999") == b"value 2999"
    assert reader.dbsize() == writer.dbsize() == 3003


def test_replica_of_tessera(start_tessera, directives):
    primary = start_by_tls(start_tessera, directives, shards=2)
    replica = start_by_tls(start_tessera, directives, shards=2)
    check_following(replica, primary)
    assert primary.info("stats")["tls_handshakes"] >= 1


def test_replica_of_redis(start_tessera, start_redis, directives):
    check_following(start_by_tls(start_tessera, directives), start_by_tls(start_redis, directives))


def test_redis_as_replica(start_tessera, start_redis, directives):
    primary = start_by_tls(start_tessera, directives, shards=2, rdb_version=10)
    check_following(start_by_tls(start_redis, directives), primary)


def test_strangers_are_not_followed(start_tessera, directives, stranger):
    """Neither does a node follow one that it does not know, nor is it let in where it is not known."""
    known = start_by_tls(start_tessera, directives)
    unknown = start_by_tls(
        start_tessera, directives, tls_cert_file=stranger.certificate, tls_key_file=stranger.key
    )
    for replica, primary, complaint in (
        (known, unknown, "certificate verify failed"), (unknown, known, "unknown ca"),
    ):
        replica.client().execute_command("REPLICAOF", HOST, primary.tls_port)
        wait_until(lambda: complaint in replica.log_text(), 30, f"{complaint} in the log")
        assert not is_linked(replica)
        replica.client().execute_command("REPLICAOF", "NO", "ONE")


def test_switched_on_while_it_runs(start_tessera, directives, authority, pair):
    """tls-replication needs certificates, and counts from the next link on."""
    primary = start_by_tls(start_tessera, directives)
    replica = start_tessera(repl_diskless_sync_delay=0)
    client = replica.client()
    with pytest.raises(Exception, match="Unable to update TLS configuration"):
        client.config_set("tls-replication", "yes")
    client.execute_command(
        "CONFIG", "SET", "tls-replication", "yes", "tls-cert-file", str(pair.certificate), "tls-key-file",
        str(pair.key), "tls-ca-cert-file", str(authority.pair.certificate),
    )
    check_following(replica, primary)


def test_authority_is_needed(start_tessera, pair):
    """Nodes that know no authority could not tell each other from strangers."""
    client = start_tessera().client()
    for name in ("tls-replication", "tls-cluster"):
        with pytest.raises(Exception, match="Unable to update TLS configuration"):
            client.execute_command(
                "CONFIG", "SET", name, "yes", "tls-auth-clients", "no", "tls-cert-file", str(pair.certificate),
                "tls-key-file", str(pair.key),
            )


def test_client_certificate(start_tessera, directives, authority, stranger):
    """tls-client-cert-file is shown where the node connects, tls-cert-file where others do."""
    client_pair = authority.issue("client-of-node")
    primary = start_by_tls(start_tessera, directives)
    replica = start_by_tls(
        start_tessera, directives, tls_cert_file=stranger.certificate, tls_key_file=stranger.key,
        tls_client_cert_file=client_pair.certificate, tls_client_key_file=client_pair.key,
    )
    check_following(replica, primary)


# ---- The bus ----


def cluster_node(start, directives, **more):
    return start_by_tls(
        start, directives, tls_cluster=True, cluster_enabled=True, cluster_port=free_port(), cluster_node_timeout=5000, **more
    )


def meet(node, other):
    node.client().execute_command("CLUSTER", "MEET", HOST, other.tls_port, other.directives["cluster_port"])


def links_up(node):
    """Names of the other nodes that it is linked with."""
    lines = node.client().execute_command("CLUSTER", "NODES").decode().splitlines()
    return {line.split()[0] for line in lines if "myself" not in line and line.split()[7] == "connected"}


def test_bus(start_tessera, start_redis, directives):
    """Nodes meet by TLS, those of Redis too, and clients are told the TLS ports."""
    nodes = [cluster_node(start, directives) for start in (start_tessera, start_tessera, start_redis)]
    for other in nodes[1:]:
        meet(nodes[0], other)
    for node in nodes:
        wait_until(lambda node=node: len(links_up(node)) == 2, 30, "everybody is linked with everybody")
    listener = nodes[1].client().pubsub()
    listener.subscribe("news")
    assert listener.get_message(timeout=10)["type"] == "subscribe"
    assert nodes[0].client().publish("news", "x" * 100_000) == 0
    assert listener.get_message(timeout=30)["data"] == b"x" * 100_000


def test_strangers_do_not_join(start_tessera, directives, stranger):
    known = cluster_node(start_tessera, directives)
    unknown = cluster_node(start_tessera, directives, tls_cert_file=stranger.certificate, tls_key_file=stranger.key)
    plain = start_tessera(cluster_enabled=True, cluster_port=free_port())
    plain.tls_port = plain.port
    for one, other in ((known, unknown), (unknown, known), (known, plain), (plain, known)):
        meet(one, other)
    wait_until(lambda: "certificate verify failed" in known.log_text(), 30, "a stranger is met")
    wait_until(lambda: "wrong version number" in known.log_text(), 30, "a node without TLS is met")
    assert not links_up(known) and not links_up(unknown)


# ---- Keys on the move ----


def test_migrate(start_tessera, start_redis, directives):
    """By tls-cluster keys go to the other's TLS port, of Redis too; without it they do not get through."""
    source = start_by_tls(start_tessera, directives, tls_cluster=True, rdb_version=10, shards=2)
    client = source.client()
    for target in (start_by_tls(start_tessera, directives), start_by_tls(start_redis, directives)):
        values = {f"key:{size}": os.urandom(size) for size in (1, 1000, 16384, 1_000_000)}
        client.mset(values)
        for key in values:
            assert client.execute_command("MIGRATE", HOST, target.tls_port, key, 0, 30000) == b"OK"
        assert client.dbsize() == 0
        reader = target.client()
        assert {key: reader.get(key) for key in values} == values
    client.set("stays", "here")
    client.config_set("tls-cluster", "no")
    with pytest.raises(redis.ResponseError, match="IOERR"):
        client.execute_command("MIGRATE", HOST, target.tls_port, "stays", 0, 2000)
    assert client.get("stays") == b"here"


def test_slot_migration(start_tessera, directives):
    """By tls-cluster slots go to the other's TLS port."""
    source = cluster_node(start_tessera, directives, cluster_claim_all_slots=True, shards=2)
    target = cluster_node(start_tessera, directives, shards=2)
    meet(source, target)
    for node in (source, target):
        wait_until(lambda node=node: len(links_up(node)) == 1, 30, "they are linked")
        wait_until(lambda node=node: b"cluster_state:ok" in node.raw().command("CLUSTER", "INFO"), 30, "all is well")
    values = {f"key{{a}}:{size}": os.urandom(size) for size in (1, 1000, 300_000)}
    source.client().mset(values)
    slot = source.client().cluster("KEYSLOT", "a")
    name = target.client().execute_command("CLUSTER", "MYID")
    before = target.info("stats")["tls_handshakes"]
    source.client().execute_command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", name)
    wait_until(lambda: target.client().cluster("COUNTKEYSINSLOT", slot) == len(values) and
               source.client().cluster("COUNTKEYSINSLOT", slot) == 0, 30, "the slot has gone over")
    assert {key: target.client().get(key) for key in values} == values
    # The control link, and one for each shard.
    assert target.info("stats")["tls_handshakes"] >= before + 3
