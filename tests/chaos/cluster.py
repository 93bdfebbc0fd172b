"""The cluster under test: its processes, who replicates whom, and when it is whole."""

import contextlib
import shutil
import signal
import subprocess
import time

from clusters import succeed
from servers import LIMIT_FACTOR, TESSERA_SERVER, RawConnection, Server, wait_until

NODE_TIMEOUT = int(800 * LIMIT_FACTOR)
SLOTS = 16384
WHOLE_SECONDS = 60


class Node:
    """One process and how to ask it; at most one fault at a time is its own."""

    def __init__(self, index, server, network):
        self.index = index
        self.server = server
        self.network = network
        self.connection = None
        self.id = None
        self.group = None

    @property
    def name(self):
        return f"n{self.index}"

    @property
    def address(self):
        return self.network.announced(self.index, self.server)

    def __call__(self, *words, limit=2):
        """The reply; None when it cannot be asked now."""
        try:
            if self.connection is None:
                self.connection = RawConnection((self.server.host, self.server.port), limit)
            return self.connection.command(*words)
        except OSError:
            if self.connection is not None:
                self.connection.close()
            self.connection = None
            return None

    def text(self, *words):
        reply = self(*words)
        return reply.decode() if isinstance(reply, bytes) else ""

    def lines(self):
        return [line.split() for line in self.text("CLUSTER", "NODES").splitlines()]

    def picture(self):
        """What it says of all nodes: roles, primaries and slots; what is open or failed is told too."""
        return sorted(
            (words[0], tuple(sorted(set(words[2].split(",")) - {"myself"})), words[3], tuple(words[8:])) for words in self.lines()
        )

    def replication(self):
        pairs = (line.split(":", 1) for line in self.text("INFO", "replication").splitlines() if ":" in line)
        return dict(pairs)

    def is_primary(self):
        return self.replication().get("role") == "master"

    def send_signal(self, number):
        self.server.process.send_signal(number)

    def start(self):
        """Again, with what it has; it need not be ready when others are not there."""
        self.connection = None
        self.server.start(ready=False)
        wait_until(lambda: self("PING") is not None or not self.server.is_running(), 30, f"{self.name} listens")
        assert self.server.is_running(), f"{self.name} does not start:\n{self.server.log_tail()}"

    def kill(self):
        self.server.kill()
        self.connection = None

    def stacks(self):
        """What its threads are at, if there is a debugger to ask."""
        if shutil.which("gdb") is None:
            return ""
        command = ["gdb", "-p", str(self.server.pid), "-batch", "-ex", "thread apply all bt 12"]
        return subprocess.run(command, check=False, capture_output=True, text=True).stdout[-6000:]

    def wipe(self):
        """All data are gone; who it is it still knows."""
        for path in sorted(self.server.directory.rglob("*"), reverse=True):
            if path.name in ("nodes.conf", "output.log"):
                continue
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()

    def stop(self):
        """As an administrator does it: by SIGTERM."""
        self.send_signal(signal.SIGTERM)
        try:
            status = self.server.wait_exit(60)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.server.log_tail(200)}\n{self.stacks()}") from None
        assert status == 0, f"{self.name} exited with {status}:\n{self.server.log_report()}"
        self.connection = None


class Cluster:
    """`primaries` nodes with `replicas` each. A group is a primary with its replicas, whoever leads."""

    def __init__(self, network, primaries, replicas, shards, **directives):
        self.network = network
        self.nodes = []
        self.primaries = primaries
        self.replicas = replicas
        for index in range(primaries * (1 + replicas)):
            place, prefix, host = network.add()
            options = {
                "cluster_enabled": True, "cluster_node_timeout": NODE_TIMEOUT, "cluster_allow_replica_migration": "no",
                "cluster_replica_validity_factor": 0, "cluster_require_full_coverage": "no", "repl_diskless_sync_delay": 0, "enable_debug_command": "yes",
                "shards": shards[index % len(shards)], "save": "", **directives, **place,
            }  # fmt: skip
            server = Server(f"chaos-{index}", TESSERA_SERVER, options, prefix)
            server.host = host
            self.nodes.append(Node(index, server, network))

    def start(self):
        for node in self.nodes:
            node.server.start(ready=False)
        for node in self.nodes:
            node.server.wait_ready()
        succeed("create", *map(cli_address, self.nodes), "--cluster-replicas", self.replicas, "--cluster-yes")
        ids = {}
        for node in self.nodes:
            node.id = wait_until(lambda n=node: n.text("CLUSTER", "MYID"), 30, f"{node.name} tells its name")
            ids[node.id] = node
        for words in wait_until(lambda: self.all_known(), 30, "all know who follows whom"):
            ids[words[0]].group = ids[words[3]].index if words[3] != "-" else ids[words[0]].index
        self.wait_whole()

    def all_known(self):
        lines = self.nodes[0].lines()
        followers = sum(words[3] != "-" for words in lines)
        return lines if followers == self.primaries * self.replicas else None

    def groups(self):
        return sorted({node.group for node in self.nodes})

    def members(self, group):
        return [node for node in self.nodes if node.group == group]

    def leader(self, group):
        """The member that is a primary now, if exactly one says so."""
        leading = [node for node in self.members(group) if node.server.is_running() and node.is_primary()]
        return leading[0] if len(leading) == 1 else None

    def is_group_whole(self, group):
        """One leads, knows its replicas as such, and they have all that it had when it was asked."""
        leader = self.leader(group)
        if leader is None:
            return False
        state = leader.replication()
        online = sum("state=online" in value for name, value in state.items() if name.startswith("slave"))
        followers = [node for node in self.members(group) if node is not leader]
        offset = int(state.get("master_repl_offset", 0))
        return online == len(followers) and all(self.offset_reached(follower, offset) for follower in followers)

    @staticmethod
    def offset_reached(follower, offset):
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            state = follower.replication()
            if state.get("master_link_status") == "up" and int(state.get("slave_repl_offset", -1)) >= offset:
                return True
            time.sleep(0.01)
        return False

    def why_not_whole(self):
        """Nothing when all run, agree, own every slot once, and replicas are in step; or what is missing."""
        pictures = []
        for node in self.nodes:
            if not node.server.is_running():
                return f"{node.name} does not run"
            if "cluster_state:ok" not in node.text("CLUSTER", "INFO"):
                return f"the cluster is not well, says {node.name}"
            pictures.append(node.picture())
        if any(picture != pictures[0] for picture in pictures):
            return "not all agree: " + repr(pictures)
        words = [word for _, flags, _, slots in pictures[0] for word in (*flags, *slots)]
        if any("fail" in word or "[" in word or "handshake" in word for word in words):
            return f"somebody is failed, or slots are open: {words}"
        for group in self.groups():
            if not self.is_group_whole(group):
                return f"the replicas of group {group} are not in step"
        return None

    def wait_whole(self):
        last = [None]

        def whole():
            last[0] = self.why_not_whole()
            return last[0] is None

        try:
            wait_until(whole, WHOLE_SECONDS)
        except AssertionError:
            raise AssertionError(f"not whole after {WHOLE_SECONDS * LIMIT_FACTOR:g} s: {last[0]}") from None

    def owner_of(self, slot):
        for node in self.nodes:
            if node.server.is_running() and any("myself" in words[2] and owns(words[8:], slot) for words in node.lines()):
                return node
        return None

    def problems(self):
        """When nobody writes: replicas must have what their primaries have, and nobody what is not his."""
        problems = []
        for group in self.groups():
            leader = self.leader(group)
            for follower in self.members(group):
                if follower is leader:
                    continue
                try:
                    wait_until(lambda f=follower: f("DEBUG", "DIGEST") == leader("DEBUG", "DIGEST"), 10)
                except AssertionError:
                    problems.append(f"{follower.name} has other data than {leader.name}")
            problems += self._strays(leader)
        return problems

    def _strays(self, leader):
        own = next(words[8:] for words in leader.lines() if "myself" in words[2])
        keys = leader("KEYS", "*")
        strays = [key for key in keys if not owns(own, leader("CLUSTER", "KEYSLOT", key))]
        return [f"{leader.name} has keys of others' slots: {strays[:5]}"] if strays else []

    def finish(self):
        """Ends all; what was wrong with their ends."""
        running = [node for node in self.nodes if node.server.is_running()]
        for node in running:
            node.send_signal(signal.SIGCONT)
        for node in running:
            with contextlib.suppress(ConnectionError):
                node("SHUTDOWN", "NOSAVE", "NOW", limit=0.01)
        problems = [node.server.finish() for node in self.nodes if node.server.process is not None]
        return [problem for problem in problems if problem]


def owns(words, slot):
    for word in words:
        first, _, last = word.partition("-")
        if first.isdigit() and int(first) <= slot <= int(last or first):
            return True
    return False


def cli_address(node):
    host, port = node.address
    return f"{host}:{port}"
