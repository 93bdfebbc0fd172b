"""Clusters of redis-servers and Tessera nodes: slots move from one kind to the other and back, under a
workload of which every acknowledged write is accounted for.

TESSERA_MIXED_SLOTS says how many slots are moved (30).
"""

import os
import threading

import pytest
from clusters import Cluster, address, node_directives, succeed
from servers import HOST, ErrorReply, RawConnection, wait_until
from test_cluster_routing import slot_of

SLOTS = int(os.environ.get("TESSERA_MIXED_SLOTS", "30"))


class Client:
    """Follows MOVED, ASK and TRYAGAIN."""

    def __init__(self, port):
        self.connections = {}
        self.ports = {}
        self.first = port
        self.redirections = {"MOVED": 0, "ASK": 0, "TRYAGAIN": 0}

    def connection(self, port):
        if port not in self.connections:
            self.connections[port] = RawConnection((HOST, port), 30)
        return self.connections[port]

    def command(self, key, *words):
        slot = slot_of(key)
        port, asking = self.ports.get(slot, self.first), False
        while True:
            connection = self.connection(port)
            if asking:
                assert connection.command("ASKING") == "OK"
            reply = connection.command(*words)
            word, _, rest = str(reply).partition(" ") if isinstance(reply, ErrorReply) else ("", "", "")
            if word not in self.redirections:
                return reply
            self.redirections[word] += 1
            asking = word == "ASK"
            if word == "TRYAGAIN":
                port = self.ports.get(slot, self.first)
            else:
                port = int(rest.rpartition(":")[2])
            if word == "MOVED":
                self.ports[slot] = port

    def close(self):
        for connection in self.connections.values():
            connection.close()


class Worker(threading.Thread):
    """Writes keys of its own, of several types, and reads what it has written."""

    def __init__(self, number, port, tags, stop):
        super().__init__()
        self.client = Client(port)
        self.keys = [f"{{{tag}}}{number}" for tag in tags]
        self.stop = stop
        self.rounds = 0
        self.problems = []

    def run(self):
        try:
            while not self.stop.is_set():
                self.rounds += 1
                for key in self.keys:
                    self.work(key)
        except Exception as error:  # noqa: BLE001 (a thread tells of all that has happened)
            self.problems.append(repr(error))

    def expect(self, key, expected, *words):
        reply = self.client.command(key, *words)
        if reply != expected:
            self.problems.append((words, reply, expected))

    def work(self, key):
        self.expect(key, self.rounds, "INCR", key + ":n")
        self.expect(key, self.rounds, "RPUSH", key + ":l", self.rounds)
        self.expect(key, 1, "HSET", key + ":h", self.rounds, "x" * 50)
        self.expect(key, "OK", "SET", key + ":t", self.rounds, "EX", 1000)
        self.expect(key, str(self.rounds).encode(), "GET", key + ":n")

    def check(self, client):
        """After the end: all that was acknowledged is there, once and in order."""
        for key in self.keys:
            last = int(client.command(key, "GET", key + ":n"))
            assert last in (self.rounds, self.rounds - 1)
            numbers = [str(i).encode() for i in range(1, self.rounds + 1)]
            assert client.command(key, "LRANGE", key + ":l", 0, -1) == numbers[:last]
            assert client.command(key, "HLEN", key + ":h") == last
            assert client.command(key, "TTL", key + ":t") > 0


def tags_in(first, last):
    """A tag for each of these slots."""
    found = {}
    number = 0
    while len(found) < last - first + 1:
        slot = slot_of(str(number))
        if first <= slot <= last:
            found.setdefault(slot, str(number))
        number += 1
    return list(found.values())


@pytest.mark.limit(300)
def test_slots_there_and_back(start_tessera, start_redis):
    servers = [start_redis(**node_directives()), start_tessera(shards=3, **node_directives(cluster_announce_shards="no")),
               start_redis(**node_directives())]  # fmt: skip
    cluster = Cluster(servers)
    cluster.create()
    redis_id, tessera_id, other_id = (cluster.id_of(i) for i in range(3))
    stop = threading.Event()
    # Slots that stay, and those that go.
    tags = tags_in(0, 11) + tags_in(SLOTS + 5, SLOTS + 6)
    workers = [Worker(number, servers[number].port, tags, stop) for number in range(3)]
    for worker in workers:
        worker.start()
    try:
        for source, target in ((redis_id, tessera_id), (tessera_id, other_id), (other_id, tessera_id), (tessera_id, redis_id)):
            succeed("reshard", cluster.first, "--cluster-from", source, "--cluster-to", target, "--cluster-slots", SLOTS,
                    "--cluster-yes", limit=200)  # fmt: skip
            cluster.wait()
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert [worker.problems[:3] for worker in workers] == [[], [], []]
    assert all(worker.rounds > 3 for worker in workers)
    assert sum(worker.client.redirections["MOVED"] for worker in workers) > 0
    client = Client(servers[0].port)
    for worker in workers:
        worker.check(client)
        worker.client.close()
    client.close()
    assert "[OK] All 16384 slots covered." in succeed("check", cluster.first)
    assert cluster.open_slots() == []


@pytest.mark.limit(300)
def test_replicas_of_the_other_kind(start_tessera, start_redis):
    """They serve who says READONLY, and send everybody else to their primary."""
    options = node_directives()
    plain = {"shards": 2, "cluster_announce_shards": "no", "rdb_version": 10}
    cluster = Cluster([start_redis(**options), start_tessera(**plain, **options), start_redis(**options)])
    cluster.create()
    cluster.add(start_tessera(**plain, **options))
    cluster.add(start_redis(**options))
    for replica, primary in ((3, 0), (4, 1)):
        succeed("add-node", address(cluster.servers[replica]), cluster.first, "--cluster-slave", "--cluster-master-id",
                cluster.id_of(primary))  # fmt: skip
        wait_until(lambda: b"master_link_status:up" in cluster.connections[replica].command("INFO", "replication"), 60, "the link is up")
    cluster.wait()
    client = Client(cluster.servers[0].port)
    tags = {0: tags_in(0, 5), 1: tags_in(5461, 5466)}
    for tag in tags[0] + tags[1]:
        assert client.command(tag, "SET", tag, "v") == "OK"
    for replica, primary in ((3, 0), (4, 1)):
        tag = tags[primary][0]
        reader = cluster.servers[replica].raw()
        moved = ErrorReply(f"MOVED {slot_of(tag)} {address(cluster.servers[primary])}")
        assert reader.command("GET", tag) == moved
        assert reader.command("READONLY") == "OK"
        wait_until(lambda: reader.command("GET", tag) == b"v", 30, "the replica has it")
        assert reader.command("SET", tag, "w") == moved
        other = tags[1 - primary][0]
        assert str(reader.command("GET", other)).startswith("MOVED ")
        assert reader.command("READWRITE") == "OK"
        assert reader.command("GET", tag) == moved
    client.close()
