"""Clusters of several processes: making them, asking all nodes, waiting until they agree."""

import re

from servers import LIMIT_FACTOR, ErrorReply, wait_until

# Nobody is doubted because the machine is slow.
NODE_TIMEOUT = 1000 if LIMIT_FACTOR == 1 else 2000
SLOTS = 16384
# The longest that anything may take that depends on a node timeout.
LIMIT = 40


class Node:
    """One server with a connection that is made anew when it was lost."""

    def __init__(self, server):
        self.server = server
        self.connection = None

    def __call__(self, *words):
        """The reply, after what is being loaded; None when the server cannot be asked now."""
        reply = None

        def is_answered():
            nonlocal reply
            reply = self.connection.command(*words)
            return not (isinstance(reply, ErrorReply) and str(reply).startswith("LOADING"))

        try:
            if self.connection is None:
                self.connection = self.server.raw()
            wait_until(is_answered, 30, "its data are loaded")
            return reply
        except OSError:
            self.connection = None
            return None

    @property
    def id(self):
        return self("CLUSTER", "MYID").decode()

    def address(self):
        return "127.0.0.1", self.server.port, int(self.server.directives["cluster_port"])

    def nodes(self):
        """CLUSTER NODES: {id: (flags, primary, epoch, state, slots)}."""
        reply = self("CLUSTER", "NODES")
        table = {}
        for line in reply.decode().splitlines() if reply is not None else []:
            words = line.split()
            table[words[0]] = (set(words[2].split(",")) - {"myself"}, words[3], int(words[6]), words[7], " ".join(words[8:]))
        return table

    def info(self):
        text = self("CLUSTER", "INFO")
        return dict(line.split(":") for line in text.decode().split("\r\n") if line) if text is not None else {}

    def flags_of(self, other_id):
        return self.nodes().get(other_id, (set(),))[0]


def directives(**more):
    return {
        "cluster_enabled": True,
        "cluster_node_timeout": NODE_TIMEOUT,
        "cluster_announce_ip": "127.0.0.1",
        "repl_diskless_sync_delay": 0,
        **more,
    }


def tessera_nodes(start_tessera, count, **more):
    return [
        Node(start_tessera(shards=2, cluster_announce_shards="no", **directives(**more))) for _ in range(count)
    ]


def meet(nodes):
    for node in nodes[1:]:
        assert nodes[0]("CLUSTER", "MEET", *node.address()) == "OK"
    ids = {node.id for node in nodes}
    wait_until(lambda: all(set(node.nodes()) == ids for node in nodes), LIMIT, "all nodes know each other")


def share_slots(primaries):
    """Every node of them gets as many slots."""
    each = SLOTS // len(primaries)
    for index, node in enumerate(primaries):
        last = SLOTS - 1 if index == len(primaries) - 1 else (index + 1) * each - 1
        assert node("CLUSTER", "ADDSLOTSRANGE", index * each, last) == "OK"


def wait_ok(nodes):
    wait_until(
        lambda: all(node.info().get("cluster_state") == "ok" for node in nodes)
        and all(node.info().get("cluster_slots_ok") == str(SLOTS) for node in nodes),
        LIMIT,
        "the cluster is ok for all nodes",
    )


def picture(node):
    """What all nodes must agree on: roles, primaries, epochs and slots."""
    return {
        name: (flags & {"master", "slave", "fail"}, primary, epoch, re.sub(r" ?\[.*?\]", "", slots))
        for name, (flags, primary, epoch, _, slots) in node.nodes().items()
    }


def wait_agreed(nodes):
    def agreed():
        pictures = [picture(node) for node in nodes]
        return len(pictures[0]) > 0 and all(one == pictures[0] for one in pictures)

    wait_until(agreed, LIMIT, "all nodes agree")


def make(nodes):
    """All of these are primaries of one cluster."""
    meet(nodes)
    share_slots(nodes)
    wait_ok(nodes)
    wait_agreed(nodes)


def key_of(node, primaries_slots):
    """A key in the range (first, last)."""
    first, last = primaries_slots
    for number in range(100000):
        key = f"key:{number}"
        if first <= node("CLUSTER", "KEYSLOT", key) <= last:
            return key
    raise AssertionError("no key found")


def follow(replica, primary):
    wait_until(lambda: replica("CLUSTER", "REPLICATE", primary.id) == "OK", LIMIT, "CLUSTER REPLICATE")
    wait_until(
        lambda: b"master_link_status:up" in (replica("INFO", "replication") or b""), LIMIT, "the replica is in step"
    )


def is_in_step(replica, primary):
    """Does the replica have all that its primary has?"""
    text = (replica("INFO", "replication") or b"").decode()
    return "master_link_status:up" in text and replica("DBSIZE") == primary("DBSIZE")


def is_error(reply):
    return isinstance(reply, ErrorReply)


def is_primary(node):
    return node.server.is_running() and "master" in node.flags_of(node.id)


def kill(node):
    node.server.kill()
    node.connection = None


def start_again(node):
    node.connection = None
    node.server.start()


def one_with_replicas(start, count, **more):
    """Three primaries; the first one has so many replicas."""
    nodes = tessera_nodes(start, 3 + count, cluster_replica_validity_factor=0, **more)
    make(nodes[:3])
    meet(nodes)
    for replica in nodes[3:]:
        follow(replica, nodes[0])
    wait_agreed(nodes)
    return nodes[:3], nodes[3:]
