"""Clusters of several nodes, of one kind or mixed, and redis-cli --cluster on them."""

import subprocess

from servers import HOST, LIMIT_FACTOR, ErrorReply, wait_until

NODE_TIMEOUT_MS = int(3000 * LIMIT_FACTOR)


def node_directives(**directives):
    return {
        "cluster_enabled": True, "cluster_node_timeout": NODE_TIMEOUT_MS, "repl_diskless_sync_delay": 0, **directives
    }  # fmt: skip


def address(server):
    return f"{HOST}:{server.port}"


def cli(*arguments, answers="", limit=60):
    """redis-cli --cluster; its result has returncode and output, both streams in one."""
    return subprocess.run(
        ["redis-cli", "--cluster", *map(str, arguments)], input=answers, text=True, check=False,
        timeout=limit * LIMIT_FACTOR, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip


def succeed(*arguments, answers="", limit=60):
    """The same where it must exit with 0; returns what it has printed."""
    result = cli(*arguments, answers=answers, limit=limit)
    assert result.returncode == 0, result.stdout
    return result.stdout


def text_of(reply):
    """The reply unless it is the error of a node that is loading."""
    if isinstance(reply, ErrorReply) and str(reply).startswith("LOADING"):
        return None
    return reply


def lines_of(connection):
    """CLUSTER NODES as lists of words, as soon as the node does not load its primary's data."""
    reply = wait_until(lambda: text_of(connection.command("CLUSTER", "NODES")), 30, "its data are loaded")
    return [line.split() for line in reply.decode().splitlines()]


def has_its_data(replication):
    return b"role:master" in replication or b"master_link_status:up" in replication


class Cluster:
    """Nodes that know each other, with a connection to each."""

    def __init__(self, servers):
        self.servers = list(servers)
        self.connections = [server.raw(limit=30) for server in servers]

    @property
    def first(self):
        return address(self.servers[0])

    def add(self, server):
        self.servers.append(server)
        self.connections.append(server.raw(limit=30))

    def id_of(self, index):
        return self.connections[index].command("CLUSTER", "MYID").decode()

    def create(self, replicas=0):
        text = succeed("create", *map(address, self.servers), "--cluster-replicas", replicas, "--cluster-yes")
        assert "[OK] All 16384 slots covered." in text
        self.wait()
        return text

    def opinions(self):
        """What each node thinks of the slots, without what is on its way; empty until all are connected."""
        opinions = set()
        for connection in self.connections:
            lines = lines_of(connection)
            if len(lines) != len(self.servers) or any(
                words[7] != "connected" or "handshake" in words[2] or "fail" in words[2] for words in lines
            ):
                return set()
            opinions.add(tuple(sorted((words[0], tuple(word for word in words[8:] if word[0] != "[")) for words in lines)))
        return opinions

    def wait(self):
        """Until all agree and serve: who still loads its primary's data would answer with an error."""
        wait_until(lambda: len(self.opinions()) == 1, 30, "the nodes agree")
        for connection in self.connections:
            wait_until(lambda: has_its_data(connection.command("INFO", "replication")), 30, "replicas have their data")
            wait_until(
                lambda: b"cluster_state:ok" in (text_of(connection.command("CLUSTER", "INFO")) or b""), 30, "its state is ok"
            )

    def slots_of(self, index):
        """How many slots this node has, as it says."""
        words = next(words for words in lines_of(self.connections[index]) if "myself" in words[2])
        ranges = [word.split("-") for word in words[8:] if word[0] != "["]
        return sum(int(ends[-1]) - int(ends[0]) + 1 for ends in ranges)

    def open_slots(self):
        return [word for connection in self.connections for words in lines_of(connection) for word in words[8:] if word[0] == "["]
