"""Slot migration to a node with replicas: what clients rely on is with one of them."""


import redis.crc
from servers import wait_until
from test_slot_migration import (cluster, digests, fill, is_ok, migrate, migrations, node_id, owner_of,  # noqa: F401
                                 state, text_nodes, wait_over)  # fmt: skip


def follow(replica, primary):
    wait_until(lambda: replica.raw().command("CLUSTER", "REPLICATE", node_id(primary)) == "OK", 30)
    wait_until(lambda: replica.info("replication").get("master_link_status") == "up", 30, "it follows")
    wait_until(lambda: primary.info("replication")["connected_slaves"] == 1, 30)


def offset_of(replica, node):
    """How far the replica is, as this node was told."""
    for shard in node.raw().command("CLUSTER", "SHARDS"):
        for member in dict(zip(shard[::2], shard[1::2]))[b"nodes"]:
            about = dict(zip(member[::2], member[1::2]))
            if about[b"id"].decode() == node_id(replica):
                return about[b"replication-offset"]
    return 0


def make(cluster, **directives):  # noqa: F811
    """Source, a second primary, the target and its replica."""
    source, other, target, replica = nodes = cluster((1, 1, 1, 1), cluster_node_timeout=1000, repl_diskless_sync_delay=0,
                                                    **directives)
    fill(source, 300)
    migrate(source, other, (16000, 16383))
    assert wait_over(source) == "success"
    migrate(source, target, (15000, 15999))
    assert wait_over(source) == "success"
    follow(replica, target)
    # Who has not told that it has all the data is not elected.
    wait_until(lambda: offset_of(replica, source) > 0, 30, "the replica has told how far it is")
    return nodes


def promoted(replica, slot):
    wait_until(lambda: owner_of(replica, slot) == node_id(replica), 40, "the replica has taken over")
    wait_until(lambda: is_ok(replica), 40)


def test_a_target_takes_slots_when_its_replica_has_them(cluster):  # noqa: F811
    source, other, target, replica = make(cluster)
    before = digests([source, other, target])
    replica.freeze()
    try:
        migrate(source, target, (0, 8000))
        assert wait_over(source) == "failed"
        assert b"replicas of the target do not keep up" in migrations(source)[-1]["message"]
        assert owner_of(source, 5) == node_id(source)
    finally:
        replica.thaw()
    wait_until(lambda: not any("fail" in line.split()[2] for line in text_nodes(source)), 40, "all are well")
    migrate(source, target, (0, 8000))
    assert wait_over(source) == "success", migrations(source)[-1]
    target.kill()
    promoted(replica, 5)
    wait_until(lambda: owner_of(source, 5) == node_id(replica), 40, "the source knows")
    wait_until(lambda: digests([source, other, replica]) == before, 20, "all is there")


def test_who_takes_over_drops_what_it_has_of_a_broken_import(cluster):  # noqa: F811
    source, other, target, replica = make(cluster, slot_migration_rate=100000)
    before = digests([source, other, target])
    migrate(source, target, (0, 8000))
    wait_until(lambda: sum(replica.client().execute_command("CLUSTER", "COUNTKEYSINSLOT", redis.crc.key_slot(
        b"s%d" % number)) for number in range(300)) > 5, 20, "some has come")
    target.kill()
    promoted(replica, 15500)
    assert owner_of(replica, 5) == node_id(source)
    wait_until(lambda: state(source) == "failed", 40)
    wait_until(lambda: sum(node.client().dbsize() for node in (source, other, replica)) == len(before), 40, "it is dropped")
    assert digests([source, other, replica]) == before
