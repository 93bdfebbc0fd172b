"""Who takes over: several primaries lost at once, replicas that are behind, or are Redis, and the ways of asking for it."""

import signal
import threading

import pytest
from cluster_nodes import (
    LIMIT, Node, directives, follow, is_primary, key_of, kill, make, meet, one_with_replicas, share_slots, start_again, tessera_nodes,
    wait_agreed, wait_ok,
)  # fmt: skip
from servers import LIMIT_FACTOR, wait_until

pytestmark = pytest.mark.limit(240)
FIRST = (0, 16384 // 3 - 1)
MEGABYTE = "x" * (1 << 20)


def test_a_third_of_the_primaries_at_once(start_tessera):
    nodes = tessera_nodes(start_tessera, 8, cluster_replica_validity_factor=0)
    primaries, replicas = nodes[:6], nodes[6:]
    meet(nodes)
    share_slots(primaries)
    wait_ok(nodes)
    for replica, primary in zip(replicas, primaries):
        follow(replica, primary)
    each = 16384 // 6
    keys = [key_of(primary, (index * each, (index + 1) * each - 1)) for index, primary in enumerate(primaries[:2])]
    for primary, key in zip(primaries, keys):
        assert primary("SET", key, "kept") == "OK"
        assert primary("WAIT", 1, 0) == 1
    wait_agreed(nodes)
    for primary in primaries[:2]:
        primary.server.process.send_signal(signal.SIGKILL)
    for primary in primaries[:2]:
        kill(primary)
    wait_until(lambda: all(map(is_primary, replicas)), LIMIT, "both replicas have taken over")
    wait_ok(nodes[2:])
    for replica, key in zip(replicas, keys):
        assert replica("GET", key) == b"kept"
        wait_until(lambda r=replica, k=key: r("SET", k, "new") == "OK", LIMIT, "it serves")
    epochs = [replica.nodes()[replica.id][2] for replica in replicas]
    assert epochs[0] != epochs[1]
    for primary in primaries[:2]:
        start_again(primary)
    wait_until(lambda: not any(map(is_primary, primaries[:2])), LIMIT, "the lost ones follow")
    wait_agreed(nodes)


def test_the_replica_with_more_wins(start_tessera):
    """One has slept while much was written, more than lies in the buffers on its way."""
    primaries, (behind, ahead) = one_with_replicas(start_tessera, 2, client_output_buffer_limit=["replica", 0, 0, 0])
    old = primaries[0]
    key = key_of(old, FIRST)
    behind.server.freeze()
    for number in range(40):
        assert old("SET", f"{{{key}}}{number}", MEGABYTE) == "OK"
    assert old("WAIT", 1, 0) == 1
    old.server.process.send_signal(signal.SIGKILL)
    behind.server.thaw()
    kill(old)
    wait_until(lambda: is_primary(ahead) or is_primary(behind), LIMIT, "one has taken over")
    assert is_primary(ahead)
    wait_ok([*primaries[1:], behind, ahead])
    assert ahead("DBSIZE") == 40
    wait_until(lambda: behind("DBSIZE") == 40 and b"master_link_status:up" in behind("INFO", "replication"), LIMIT, "the other one follows")


@pytest.mark.parametrize("words", [("FORCE",), ("TAKEOVER",)])
def test_asked_for_while_the_primary_sleeps(start_tessera, words):
    """Neither asks the primary. Before anybody has found it failed, FORCE is voted for, and TAKEOVER asks nobody."""
    primaries, (new,) = one_with_replicas(start_tessera, 1, cluster_node_timeout=int(3000 * LIMIT_FACTOR))
    old = primaries[0]
    key = key_of(old, FIRST)
    assert old("SET", key, "kept") == "OK"
    assert old("WAIT", 1, 0) == 1
    old.server.freeze()
    assert new("CLUSTER", "FAILOVER", *words) == "OK"
    wait_until(lambda: is_primary(new), LIMIT, "it has taken over")
    wait_until(lambda: new("SET", key, "new") == "OK", LIMIT, "it serves")
    old.server.thaw()
    wait_until(lambda: not is_primary(old), LIMIT, "the other one follows")
    wait_agreed([*primaries, new])
    wait_ok([*primaries, new])


def test_a_planned_stop_hands_over_to_redis(start_tessera, start_redis):
    """The only replica is a redis-server; clients see redirects and nothing else, and no acknowledged write is lost."""
    nodes = tessera_nodes(start_tessera, 3, rdb_version=10)
    replica = Node(start_redis(**directives(cluster_replica_validity_factor=0)))
    make(nodes)
    meet([*nodes, replica])
    follow(replica, nodes[0])
    wait_agreed([*nodes, replica])
    old = nodes[0]
    key = key_of(old, FIRST)
    assert old("SET", key, "kept") == "OK"
    counts, strange = count_while(old, key, old.server.process.terminate)
    old.server.wait_exit()
    assert strange == []
    wait_until(lambda: is_primary(replica), LIMIT, "the replica has taken over")
    wait_ok([*nodes[1:], replica])
    assert replica("GET", key) == b"kept"
    assert int(replica("GET", f"{{{key}}}count") or 0) == counts


def test_all_primaries_stop_at_once(start_tessera):
    """Their replicas ask for votes at the same moment, so that nobody may win; they ask again until all have taken over."""
    nodes = tessera_nodes(start_tessera, 6, cluster_manual_failover_timeout=int(40000 * LIMIT_FACTOR))
    primaries, replicas = nodes[:3], nodes[3:]
    meet(nodes)
    share_slots(primaries)
    wait_ok(nodes)
    for replica, primary in zip(replicas, primaries):
        follow(replica, primary)
    wait_agreed(nodes)
    for primary in primaries:
        primary.server.process.terminate()
    for primary in primaries:
        primary.server.wait_exit(LIMIT)
        assert "a replica has taken over" in primary.server.log_text()
    assert all(map(is_primary, replicas))
    wait_ok(replicas)


def count_while(node, key, action):
    """Increments until the node is gone or sends elsewhere; the last count that was answered, and strange answers."""
    counts, strange, begun = [0], [], threading.Event()

    def count():
        while True:
            reply = node("INCR", f"{{{key}}}count")
            if isinstance(reply, int):
                counts.append(reply)
                begun.set()
            elif reply is None or str(reply).startswith("MOVED"):
                return
            else:
                strange.append(str(reply))

    counting = threading.Thread(target=count)
    counting.start()
    begun.wait(LIMIT)
    action()
    counting.join(LIMIT * LIMIT_FACTOR)
    assert not counting.is_alive()
    return counts[-1], strange
