"""The CLUSTER commands, and what a cluster's node says to data commands, beside redis-server: the same cluster of
three nodes on both sides (two primaries, one of them with a replica), the same lines, the same bytes."""

import re

import pytest
from cluster_nodes import LIMIT, Node, directives, follow, meet, tessera_nodes, wait_ok
from differential import read_raw
from servers import encode_command, wait_until

NOBODY = b"0" * 39 + b"1"

# Node and words. A has slots 0 to 8191, B the others, C is a replica of A; "foo" is of slot 12182, "bar" of 5061.
LINES = """
A CLUSTER
A CLUSTER NONSENSE
A CLUSTER MYID
A CLUSTER MYID x
A CLUSTER KEYSLOT foo
A CLUSTER KEYSLOT {foo}bar
A CLUSTER KEYSLOT
A CLUSTER NODES
A CLUSTER NODES x
C CLUSTER NODES
A CLUSTER SLOTS
C CLUSTER SLOTS
A CLUSTER SHARDS
B CLUSTER SHARDS
A CLUSTER LINKS x
A CLUSTER INFO x
A CLUSTER REPLICAS {A}
B CLUSTER SLAVES {A}
A CLUSTER REPLICAS {B}
A CLUSTER REPLICAS {C}
A CLUSTER REPLICAS {nobody}
A CLUSTER REPLICAS x
A CLUSTER COUNT-FAILURE-REPORTS {B}
A CLUSTER COUNT-FAILURE-REPORTS {nobody}
A CLUSTER COUNTKEYSINSLOT 5061
C CLUSTER COUNTKEYSINSLOT 5061
A CLUSTER COUNTKEYSINSLOT 16384
A CLUSTER COUNTKEYSINSLOT x
A CLUSTER GETKEYSINSLOT 5061 10
A CLUSTER GETKEYSINSLOT 5061 -1
A CLUSTER GETKEYSINSLOT 5061 x
A CLUSTER ADDSLOTS 1
A CLUSTER ADDSLOTS 12182
A CLUSTER ADDSLOTS 99999
A CLUSTER ADDSLOTSRANGE 1 2 3
A CLUSTER ADDSLOTSRANGE 5 1
A CLUSTER DELSLOTS 12182 12182
A CLUSTER DELSLOTSRANGE 5 1
A CLUSTER FLUSHSLOTS
A CLUSTER SET-CONFIG-EPOCH 7
A CLUSTER SET-CONFIG-EPOCH -1
A CLUSTER SET-CONFIG-EPOCH x
A CLUSTER MEET 127.0.0.1
A CLUSTER MEET nowhere 7000
A CLUSTER MEET 127.0.0.1 x
A CLUSTER MEET 127.0.0.1 70000
A CLUSTER MEET 127.0.0.1 7000 x
A CLUSTER FORGET {A}
A CLUSTER FORGET {nobody}
A CLUSTER FORGET x
C CLUSTER FORGET {A}
C CLUSTER FORGET {C}
A CLUSTER REPLICATE {A}
A CLUSTER REPLICATE {B}
A CLUSTER REPLICATE {C}
A CLUSTER REPLICATE {nobody}
A CLUSTER REPLICATE x
C CLUSTER REPLICATE {C}
C CLUSTER REPLICATE {nobody}
A CLUSTER FAILOVER
A CLUSTER FAILOVER FORCE
A CLUSTER FAILOVER nonsense
C CLUSTER FAILOVER nonsense
C CLUSTER FAILOVER FORCE x
A CLUSTER RESET
A CLUSTER RESET nonsense
A CLUSTER SAVECONFIG
A CLUSTER SAVECONFIG x
C CLUSTER SETSLOT 5061 STABLE
C CLUSTER SETSLOT 5061 NODE {A}
A CLUSTER SETSLOT
A CLUSTER SETSLOT 5061
A CLUSTER SETSLOT 5061 nonsense
A CLUSTER SETSLOT 16384 STABLE
A CLUSTER SETSLOT x STABLE
A CLUSTER SETSLOT 5061 MIGRATING
A CLUSTER SETSLOT 5061 MIGRATING x
A CLUSTER SETSLOT 5061 MIGRATING {nobody}
A CLUSTER SETSLOT 5061 MIGRATING {C}
A CLUSTER SETSLOT 12182 MIGRATING {B}
A CLUSTER SETSLOT 5061 IMPORTING {B}
A CLUSTER SETSLOT 12182 IMPORTING {nobody}
A CLUSTER SETSLOT 12182 IMPORTING {C}
A CLUSTER SETSLOT 5061 NODE {nobody}
A CLUSTER SETSLOT 5061 NODE {C}
A CLUSTER SETSLOT 5061 NODE {B}
A CLUSTER SETSLOT 5061 MIGRATING {B}
B CLUSTER SETSLOT 5061 IMPORTING {A}
A CLUSTER NODES
B CLUSTER NODES
A GET bar
A GET {bar}absent
A MGET bar {bar}absent
A EXISTS bar {bar}absent
B GET bar
B ASKING
B GET bar
B ASKING
B GET {bar}absent
B ASKING
B MGET bar {bar}absent
A CLUSTER SETSLOT 5061 STABLE
B CLUSTER SETSLOT 5061 STABLE
A GET foo
A SET foo x
B GET bar
A MGET foo bar
A GET bar
C GET bar
C READONLY
C GET bar
C SET bar x
C GET foo
C READWRITE
C GET bar
A READONLY x
A ASKING x
A SELECT 1
A SELECT 0
A SWAPDB 0 1
A MOVE bar 1
A COPY bar {bar}1 DB 1
A MULTI
A GET foo
A EXEC
A MULTI
A CLUSTER KEYSLOT foo
A EXEC
C MULTI
C READONLY
C GET bar
C EXEC
C READWRITE
C REPLICAOF NO ONE
A REPLICAOF 127.0.0.1 1
A EVAL return1 2 foo bar
A EVAL x 1 foo
A SPUBLISH foo x
A SSUBSCRIBE foo
A PUBSUB SHARDNUMSUB foo
A FAILOVER
""".strip().splitlines()

ALONE = [line[2:] for line in LINES if line.startswith("A CLUSTER") or "ASKING" in line or "READ" in line]


class Side:
    """One of the two clusters."""

    def __init__(self, nodes, protocol=2):
        self.nodes = dict(zip("ABC", nodes))
        self.ids = {name: node.id.encode() for name, node in self.nodes.items()}
        self.connections = {name: node.server.raw() for name, node in self.nodes.items()}
        if protocol == 3:
            for connection in self.connections.values():
                connection.command("HELLO", 3)

    def __call__(self, line):
        name, *words = line.split()
        for other, node_id in self.ids.items():
            words = [word.replace("{%s}" % other, node_id.decode()) for word in words]
        words = [word.replace("{nobody}", NOBODY.decode()) for word in words]
        connection = self.connections[name]
        connection.send(encode_command(*words))
        return self.neutral(read_raw(connection))

    def neutral(self, raw):
        """Without ids, ports, times and epochs, and without the lengths of texts that hold them."""
        for name, node_id in self.ids.items():
            raw = raw.replace(node_id, b"<%s>" % name.encode())
        for name, node in self.nodes.items():
            for port in node.address()[1:]:
                raw = re.sub(rb"(?<![0-9])%d(?![0-9])" % port, b"<port>", raw)
        # What CLUSTER NODES tells: times of pings, epochs; and the offset in CLUSTER SHARDS.
        raw = re.sub(rb" \d+ \d+ \d+ (connected|disconnected)", rb" <times> \1", raw)
        raw = re.sub(rb"(replication-offset\r\n):\d+", rb"\1:<offset>", raw)
        raw = re.sub(rb"[$=]\d+(?=\r\n(txt:)?<)", b"$<length>", raw)
        return in_order(raw)


def in_order(raw):
    """Lines of CLUSTER NODES, and entries of SLOTS, SHARDS and REPLICAS, stand in any order."""
    if b"<times>" in raw or b"<port>" in raw:
        return b"\r\n".join(sorted(re.split(rb"\r?\n(?:txt:)?", raw)))
    return raw


def make_side(nodes):
    first, second, replica = nodes
    meet(nodes)
    assert first("CLUSTER", "ADDSLOTSRANGE", 0, 8191) == "OK"
    assert second("CLUSTER", "ADDSLOTSRANGE", 8192, 16383) == "OK"
    follow(replica, first)
    wait_ok(nodes)
    first_id, replica_id = first.id, replica.id
    wait_until(
        lambda: all(node.nodes()[replica_id][1] == first_id for node in nodes), LIMIT, "all know whom it follows"
    )
    assert first("SET", "bar", "value") == "OK"
    wait_until(lambda: replica("DBSIZE") == 1, LIMIT, "the replica has it")
    # A replica is listed when others have heard how far it is.
    wait_until(
        lambda: all(sum(len(row) - 2 for row in node("CLUSTER", "SLOTS")) == 3 for node in nodes), LIMIT, "it is listed"
    )
    return nodes


@pytest.mark.limit(120)
def test_a_cluster_says_what_redis_says(start_tessera, start_redis):
    # Nobody is to find anybody failing in the middle of it.
    calm = {"cluster_node_timeout": 15000, "cluster_allow_replica_migration": "no"}
    ours = make_side(tessera_nodes(start_tessera, 3, **calm))
    theirs = make_side([Node(start_redis(**{**directives(), **calm})) for _ in range(3)])
    different = []
    for protocol in (2, 3):
        sides = [Side(ours, protocol), Side(theirs, protocol)]
        for line in LINES:
            here, there = (side(line) for side in sides)
            if here != there:
                different.append((protocol, line, here, there))
    assert not different, "\n".join(map(str, different))


@pytest.mark.parametrize("protocol", [2, 3])
def test_without_cluster_mode(start_tessera, start_redis, protocol):
    connections = [start_tessera(shards=2).raw(), start_redis().raw()]
    for connection in connections:
        if protocol == 3:
            connection.command("HELLO", 3)
    for line in ALONE:
        words = re.sub(r"\{(\w+)\}", NOBODY.decode(), line).split()
        replies = []
        for connection in connections:
            connection.send(encode_command(*words))
            replies.append(read_raw(connection))
        assert replies[0] == replies[1], line
