"""Atomic slot migration: CLUSTER MIGRATESLOTS between nodes, with clients that go on meanwhile.

TESSERA_MIGRATION_FIELDS  fields of the large hash (default 200000)
TESSERA_MIGRATION_KILLS   how often a node is killed in the middle (default 2)
"""

import os
import random
import shutil
import threading
import time

import pytest
import redis
import redis.crc

from servers import HOST, LIMIT_FACTOR, ErrorReply, wait_until

FIELDS = int(os.environ.get("TESSERA_MIGRATION_FIELDS", "200000"))
KILLS = int(os.environ.get("TESSERA_MIGRATION_KILLS", "2"))
SLOTS = 16384


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def node_id(server):
    return text(server.client().execute_command("CLUSTER", "MYID"))


def migrations(server):
    listed = server.client().execute_command("CLUSTER", "GETSLOTMIGRATIONS")
    return [dict(zip(map(text, job[::2]), job[1::2])) for job in listed]


def state(server):
    listed = migrations(server)
    return text(listed[-1]["state"]) if listed else None


def owner_of(server, slot):
    """The id of the slot's owner, as this node sees it."""
    for line in text_nodes(server):
        for part in line.split()[8:]:
            first, _, last = part.partition("-")
            if first.isdigit() and int(first) <= slot <= int(last or first):
                return line.split()[0]
    return None


def text_nodes(server):
    return when_loaded(server, "CLUSTER", "NODES").decode().splitlines()


def is_ok(server):
    return b"cluster_state:ok" in when_loaded(server, "CLUSTER", "INFO")


def when_loaded(server, *words):
    """The reply of a node that may load its primary's data, once it has them."""

    def reply():
        with server.raw() as connection:
            answer = connection.command(*words)
        return None if isinstance(answer, ErrorReply) and str(answer).startswith("LOADING") else answer

    return wait_until(reply, 30, f"{server.name} has its data")


def migrate(source, target, *ranges):
    words = [word for pair in ranges for word in pair]
    return source.client().execute_command(
        "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", *words, "NODE", node_id(target))


def wait_over(source, limit=30):
    wait_until(lambda: state(source) in ("success", "failed", "cancelled"), limit, "it is over")
    return state(source)


@pytest.fixture
def cluster(start_tessera):
    """Factory of a cluster whose first node has all slots: cluster(shards=[1, 2], ...)."""

    def start(shards=(2, 2), **directives):
        options = {"cluster_enabled": "yes", "cluster_node_timeout": 2000,
                   "cluster_require_full_coverage": "no", "enable_debug_command": "local",
                   "cluster_allow_replica_migration": "no", **directives}
        nodes = [start_tessera(shards=count, cluster_claim_all_slots=index == 0, **options)
                 for index, count in enumerate(shards)]
        for node in nodes[1:]:
            node.client().execute_command("CLUSTER", "MEET", HOST, nodes[0].port,
                                          nodes[0].directives["cluster_port"])
        for node in nodes:
            wait_until(lambda n=node: len(text_nodes(n)) == len(nodes) and is_ok(n), 30, "they met")
            wait_until(lambda n=node: not any("handshake" in line for line in text_nodes(n)), 30)
            wait_until(lambda n=node: owner_of(n, 0) == node_id(nodes[0]), 30, "all know the owner")
        return nodes

    return start


# ---- A checked workload ----


class Writer(threading.Thread):
    """Counts and appends on keys of its own, and knows what was acknowledged.

    It follows MOVED by itself and asks again when a connection breaks; of a write whose answer is
    lost it remembers that it may have happened once.
    """

    def __init__(self, nodes, number, keys=40):
        super().__init__(daemon=True)
        self.nodes = {node.port: node for node in nodes}
        self.home = nodes[0].port
        self.number = number
        self.keys = keys
        self.stopping = threading.Event()
        self.counts = {}  # key: acknowledged
        self.maybe = {}  # key: unknown
        self.lists = {}  # key: values, in order; None: nobody knows whether
        self.longest = 0.0
        self.errors = []
        self.clients = {}
        self.writes = 0

    def client(self, port):
        if port not in self.clients:
            self.clients[port] = redis.Redis(host=HOST, port=port, socket_timeout=20 * LIMIT_FACTOR,
                                             retry_on_timeout=False)
        return self.clients[port]

    def run_command(self, *words):
        """The answer, or None when nobody knows whether it was done."""
        port = self.home
        while not self.stopping.is_set():
            try:
                return self.client(port).execute_command(*words)
            except redis.exceptions.ResponseError as error:
                message = str(error)
                if message.startswith("MOVED"):
                    port = int(message.rsplit(":", 1)[1])
                elif message.startswith(("CLUSTERDOWN", "LOADING", "TRYAGAIN")):
                    time.sleep(0.01)
                else:
                    self.errors.append(message)
                    return None
            except redis.exceptions.ConnectionError as error:
                self.clients.pop(port, None)
                if "refused" not in str(error).lower():
                    return None
                port = random.choice(list(self.nodes))
                time.sleep(0.02)
            except redis.exceptions.TimeoutError:
                self.clients.pop(port, None)
                return None
        return None

    def run(self):
        chance = random.Random(self.number)
        while not self.stopping.is_set():
            key = f"w{self.number}:{chance.randrange(self.keys)}"
            begun = time.monotonic()
            if chance.random() < 0.5:
                if self.run_command("INCR", "count:" + key) is None:
                    self.maybe[key] = self.maybe.get(key, 0) + 1
                else:
                    self.counts[key] = self.counts.get(key, 0) + 1
            else:
                value = f"{self.number}.{self.writes}"
                done = self.run_command("RPUSH", "list:" + key, value) is not None
                self.lists.setdefault(key, []).append((value, done))
            self.writes += 1
            self.longest = max(self.longest, time.monotonic() - begun)

    def stop(self):
        self.stopping.set()
        self.join()
        self.stopping.clear()
        assert self.errors == []

    def check(self):
        for key in {**self.counts, **self.maybe}:
            count = int(self.run_command("GET", "count:" + key) or 0)
            sure = self.counts.get(key, 0)
            assert sure <= count <= sure + self.maybe.get(key, 0), key
        for key, values in self.lists.items():
            found = [text(v) for v in self.run_command("LRANGE", "list:" + key, 0, -1)]
            assert len(found) == len(set(found)), key
            known = [value for value, done in values if done]
            assert [value for value in found if value in set(known)] == known, key
            assert set(found) <= {value for value, _ in values}, key


def write_during(nodes, work, writers=4):
    threads = [Writer(nodes, number) for number in range(writers)]
    for thread in threads:
        thread.start()
    try:
        work()
    finally:
        for thread in threads:
            thread.stop()
    for thread in threads:
        thread.check()
    return threads


def fill(node, count=3000):
    client = node.client()
    pipe = client.pipeline(transaction=False)
    for number in range(count):
        pipe.set(f"s{number}", f"value {number}")
        if number % 10 == 0:
            pipe.rpush(f"l{number}", *range(number % 700 + 1))
            pipe.hset(f"h{number}", mapping={f"f{field}": field for field in range(number % 500 + 1)})
            pipe.zadd(f"z{number}", {f"m{member}": member for member in range(number % 300 + 1)})
            pipe.sadd(f"e{number}", *range(number % 400 + 1))
            pipe.xadd(f"x{number}", {"field": number})
            pipe.set(f"t{number}", number, px=10 ** 7)
    pipe.execute()


def digests(nodes):
    """Key: (digest, has a time to live), over all nodes."""
    found = {}
    for node in nodes:
        client = node.client()
        for key in client.scan_iter(count=1000):
            value = client.execute_command("DEBUG", "DIGEST-VALUE", key)[0], client.pttl(key) > 0
            found[key] = value if key not in found else "on two nodes"
    return found


# ---- Arguments ----


def refused(node, *words):
    with pytest.raises(redis.exceptions.ResponseError) as caught:
        node.client().execute_command("CLUSTER", *words)
    return str(caught.value)


def test_arguments_are_checked_as_valkey_does(cluster):
    nodes = cluster((1, 1))
    me, other = map(node_id, nodes)

    def says(*words):
        return refused(nodes[0], "MIGRATESLOTS", *words)

    assert says("a", "b", "c", "d") == "syntax error"
    assert says("SLOTSRANGE", 0, 10, "NODE") == "syntax error"
    assert says("SLOTSRANGE", 0, 10, "NODEX", other) == "syntax error"
    assert says("SLOTSRANGE", 0, "NODE", other) == "Invalid or out of range slot"
    assert says("SLOTSRANGE", 0, 16384, "NODE", other) == "Invalid or out of range slot"
    assert says("SLOTSRANGE", -1, 0, "NODE", other) == "Invalid or out of range slot"
    assert says("SLOTSRANGE", 10, 0, "NODE", other) == \
        "Start slot number 10 is greater than end slot number 0."
    assert says("SLOTSRANGE", 0, 10, "NODE", me) == "Target node can not be this node."
    assert says("SLOTSRANGE", 0, 10, "NODE", "zz") == "Invalid node name: zz"
    assert says("SLOTSRANGE", 0, 10, "NODE", "0" * 40) == f"Unknown node name: {'0' * 40}"
    assert says("SLOTSRANGE", 0, 10, 5, 6, "NODE", other) == \
        "Slot range 5-6 overlaps with previous range 0-10."
    assert says("SLOTSRANGE", 0, 10, "NODE", other, "SLOTSRANGE", 5, 6, "NODE", other) == \
        "Slot ranges in migrations overlap"
    assert says("SLOTSRANGE", 0, 10, 20, "NODE", other) == "Invalid or out of range slot"
    assert says("SLOTSRANGE", 0, 10, "NODE", other, "SLOTSRANGE") == "No slot ranges specified"
    assert says("SLOTSRANGE", 0, 10, "NODE", other, "SLOTSRANGE", 1) == \
        "No end slot for final slot range"
    assert refused(nodes[1], "MIGRATESLOTS", "SLOTSRANGE", 0, 1, "NODE", me) == \
        "Slots are not served by this node."
    assert refused(nodes[0], "CANCELSLOTMIGRATIONS") == "No migrations ongoing"
    assert migrations(nodes[0]) == []


def test_transactions_and_scripts_do_not_end_the_node(cluster):
    source, target = cluster((2, 1))
    for node in (source, target):
        client = node.client()
        pipe = client.pipeline(transaction=True)
        pipe.execute_command("CLUSTER", "GETSLOTMIGRATIONS")
        pipe.execute_command("CLUSTER", "CANCELSLOTMIGRATIONS")
        pipe.execute_command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", 1, 2, "NODE", "zz")
        pipe.execute_command("CLUSTER", "SYNCSLOTS", "KEEPALIVE", "0" * 40)
        answers = pipe.execute(raise_on_error=False)
        assert answers[0] == []
        assert [str(answer) for answer in answers[1:3]] == \
            ["No migrations ongoing", "Invalid node name: zz"]
        assert "not possible in transactions" in str(answers[3])
        for words in (("getslotmigrations",), ("syncslots", "apply")):
            with pytest.raises(redis.exceptions.ResponseError):
                client.eval("return redis.call('cluster', unpack(ARGV))", 0, *words)
        assert client.ping()


def test_slots_are_not_handed_over_in_two_ways(cluster):
    source, target = cluster((1, 1))
    me, other = map(node_id, (source, target))
    fill(source, 2000)
    source.client().config_set("slot-migration-rate", 20000)
    migrate(source, target, (0, 8000))
    wait_until(lambda: state(source) == "snapshotting")
    expected = "Slot 5 is part of a slot migration, see CLUSTER CANCELSLOTMIGRATIONS"
    for words in (("MIGRATING", other), ("NODE", other), ("STABLE",)):
        assert refused(source, "SETSLOT", 5, *words) == expected
    assert refused(target, "SETSLOT", 5, "IMPORTING", me) == expected
    assert source.client().execute_command("CLUSTER", "SETSLOT", 9000, "MIGRATING", other) == b"OK"
    assert source.client().execute_command("CLUSTER", "CANCELSLOTMIGRATIONS") == b"OK"
    wait_until(lambda: state(source) == "cancelled" and state(target) == "cancelled")
    assert refused(source, "MIGRATESLOTS", "SLOTSRANGE", 8999, 9001, "NODE", other) == \
        "Slot 9000 is being migrated by SETSLOT."
    # A key that has come by MIGRATE is not dropped by another way of moving its slot.
    assert target.client().execute_command("CLUSTER", "SETSLOT", 9000, "IMPORTING", me) == b"OK"
    assert refused(target, "SYNCSLOTS", "ESTABLISH", "a" * 40, "TESSERA", 1, me, 9000, 9000) == \
        "A slot is being imported or migrated by SETSLOT"


def test_a_target_does_not_take_what_it_was_not_prepared_for(cluster):
    source, target = cluster((1, 1))
    me = node_id(source)
    client = target.client()

    def sync(*words):
        return client.execute_command("CLUSTER", "SYNCSLOTS", *words)

    assert refused(target, "SYNCSLOTS", "ESTABLISH", "b" * 40, "TESSERA", 1, me, 1, 3, 2, 2) == \
        "Invalid or out of range slot"
    assert sync("ESTABLISH", "a" * 40, "TESSERA", 1, me, 1, 3, 5, 5) == b"OK"
    assert refused(target, "SYNCSLOTS", "TAKE", "a" * 40, 1000) == "It is too late for that"
    epoch = sync("PREPARE", "a" * 40)
    assert refused(target, "SYNCSLOTS", "TAKE", "a" * 40, epoch - 1) == "Invalid epoch"
    assert owner_of(target, 1) == me
    assert sync("CANCEL", "a" * 40, 1) == b"OK"
    assert refused(target, "SYNCSLOTS", "TAKE", "a" * 40, epoch) == "There is no such import"
    assert refused(source, "SYNCSLOTS", "CANCEL", "a" * 40, 1) == "TAKEN The slots are this node's"


def keys_held(node, slots):
    """What a node has in its memory of these slots, hidden or not."""
    pipe = node.client().pipeline(transaction=False)
    for slot in slots:
        pipe.execute_command("CLUSTER", "COUNTKEYSINSLOT", slot)
    return sum(pipe.execute())


def test_what_a_start_drops_of_others_slots_does_not_come_back_with_the_log(cluster):
    owner, other = cluster((1, 2), appendonly="yes", appendfsync="always")
    fill(owner)
    slots = {redis.crc.key_slot(name) for name in owner.client().scan_iter(count=1000)}
    other.kill()
    shutil.rmtree(other.directory / "appendonlydir")
    shutil.copytree(owner.directory / "appendonlydir", other.directory / "appendonlydir")
    other.start()
    # Hidden at once, they are deleted little by little.
    wait_until(lambda: keys_held(other, slots) == 0, 60, "the keys of others' slots are gone")
    other.restart()
    assert keys_held(other, slots) == 0
    assert other.log_tail(400).count("that are other nodes': they are dropped") == 1


# ---- Migrations ----


@pytest.mark.parametrize("shards", [(1, 1), (2, 1), (1, 2)])
def test_everything_goes_over_and_back(cluster, shards):
    source, target = nodes = cluster(shards)
    fill(source)
    before = digests(nodes)
    assert migrate(source, target, (0, 5000), (9000, 12000)) == b"OK"
    assert wait_over(source) == "success"
    job = migrations(source)[-1]
    assert (job["operation"], job["slot_ranges"]) == (b"EXPORT", b"0-5000 9000-12000")
    assert text(migrations(target)[-1]["state"]) == "success"
    assert owner_of(source, 9500) == owner_of(target, 9500) == node_id(target)
    wait_until(lambda: source.client().dbsize() + target.client().dbsize() == len(before))
    assert digests(nodes) == before
    assert target.client().dbsize() > 0
    assert migrate(target, source, (0, 5000), (9000, 12000)) == b"OK"
    assert wait_over(target) == "success"
    wait_until(lambda: (source.client().dbsize(), target.client().dbsize()) == (len(before), 0))
    assert digests(nodes) == before


@pytest.mark.parametrize("shards", [(1, 1), (2, 2)])
def test_nothing_is_lost_or_doubled_under_writes(cluster, shards):
    nodes = cluster(shards)
    fill(nodes[0])

    def work():
        for turn in range(6):
            source, target = nodes[turn % 2], nodes[(turn + 1) % 2]
            first = 0 if turn < 2 else 4000
            migrate(source, target, (first, 12000))
            assert wait_over(source) == "success", migrations(source)[-1]
            if turn % 2 == 1:
                wait_until(lambda: nodes[0].client().dbsize() > 0)

    threads = write_during(nodes, work)
    assert sum(thread.writes for thread in threads) > 0
    for thread in threads:
        print(f"writer {thread.number}: {thread.writes} writes, longest {thread.longest * 1000:.1f} ms")


def test_a_large_hash_goes_over_without_a_failover(cluster):
    source, target, third = nodes = cluster((1, 1, 1), cluster_node_timeout=int(1000 * LIMIT_FACTOR))
    client = source.client()
    for first in range(0, FIELDS, 10000):
        client.hset("big{x}", mapping={f"field{number}": number
                                       for number in range(first, min(FIELDS, first + 10000))})
    slot = redis.crc.key_slot(b"x")
    epochs = [line.split()[6] for line in sorted(text_nodes(third))]

    def work():
        migrate(source, target, (slot, slot))
        assert wait_over(source, 60) == "success", migrations(source)[-1]

    write_during(nodes, work, writers=2)
    assert target.client().hlen("big{x}") == FIELDS
    assert all("fail" not in line for node in nodes for line in text_nodes(node))
    after = [line.split()[6] for line in sorted(text_nodes(third))]
    assert sum(a != b for a, b in zip(epochs, after)) <= 1


def test_what_is_imported_is_not_seen_before(cluster):
    source, target = cluster((2, 2))
    fill(source, 2000)
    target.client().config_set("slot-migration-rate", 0)
    source.client().config_set("slot-migration-rate", 20000)
    migrate(source, target, (0, 8000))
    wait_until(lambda: state(source) == "snapshotting")
    wait_until(lambda: target.client().info("memory")["used_memory"] > 0)
    for _ in range(20):
        client = target.client()
        assert client.dbsize() == 0
        assert list(client.scan_iter(count=1000)) == []
        assert client.randomkey() is None
    assert source.client().execute_command("CLUSTER", "CANCELSLOTMIGRATIONS") == b"OK"
    wait_until(lambda: state(source) == "cancelled" and state(target) == "cancelled")
    assert owner_of(source, 5) == node_id(source)
    # What had come is gone: another migration begins with nothing.
    source.client().config_set("slot-migration-rate", 0)
    keys = source.client().dbsize()
    migrate(source, target, (0, 8000))
    assert wait_over(source) == "success"
    wait_until(lambda: source.client().dbsize() + target.client().dbsize() == keys)


def test_flushing_ends_it(cluster):
    for flushed in (0, 1):
        nodes = cluster((2, 1))
        fill(nodes[0], 2000)
        nodes[0].client().config_set("slot-migration-rate", 20000)
        migrate(nodes[0], nodes[1], (0, 8000))
        wait_until(lambda: state(nodes[0]) == "snapshotting")
        nodes[flushed].client().flushall()
        assert wait_over(nodes[0]) == "failed"
        assert migrations(nodes[0])[-1]["message"] == (b"ERR There is no such import" if flushed else b"Data was flushed")
        assert owner_of(nodes[0], 5) == node_id(nodes[0])


def test_a_snapshot_goes_before_and_the_walk_begins_again(cluster):
    source, target = nodes = cluster((1, 1))
    fill(source)
    before = digests(nodes)
    source.client().config_set("slot-migration-rate", 500000)
    migrate(source, target, (0, 16383))
    wait_until(lambda: state(source) == "snapshotting")
    for _ in range(5):
        source.client().bgsave()
        wait_until(lambda: source.info("persistence")["rdb_bgsave_in_progress"] == 0)
    source.client().config_set("slot-migration-rate", 0)
    assert wait_over(source, 60) == "success", migrations(source)[-1]
    wait_until(lambda: (source.client().dbsize(), target.client().dbsize()) == (0, len(before)))
    assert digests([target]) == before


@pytest.mark.parametrize("victim", ["source", "target"])
def test_killed_nodes_lose_nothing(cluster, victim):
    nodes = cluster((2, 2), appendonly="yes", appendfsync="always", save="")
    source, target = nodes
    fill(source, 1000)
    killed = nodes[victim == "target"]

    def work():
        for turn in range(KILLS):
            owner = owner_of(source, 100)
            giver = source if owner == node_id(source) else target
            taker = target if giver is source else source
            migrate(giver, taker, (0, 8000))
            time.sleep(random.Random(turn).random() * 0.1)
            killed.kill()
            killed.start()
            wait_until(lambda: is_ok(source) and is_ok(target), 60, "the cluster is well")
            wait_until(lambda: owner_of(source, 100) == owner_of(target, 100), 60, "they agree")
            wait_until(lambda: not any(text(job["state"]) not in ("success", "failed", "cancelled")
                                       for node in nodes for job in migrations(node)), 60, "it is over")

    write_during(nodes, work, writers=3)
