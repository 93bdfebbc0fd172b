"""A Tessera node as the primary of redis-server 7.0: the whole data sets are the same, whatever happens on the way."""

import os
import random
import re
import socket
import subprocess
import threading

import pytest
from differential import commands_to_run, new_seed, read_raw
from replication import Proxy, catch_up, check_same_data, is_linked, offset
from servers import encode_command, wait_until
from test_journal import BATCH, Everything, nothing_is_about_to_expire, run_random_commands

VALKEY = os.environ.get("VALKEY_SERVER", "/nonexistent")


@pytest.fixture
def start_primary(start_tessera):
    """A node that begins a full synchronisation at once."""

    def start(**directives):
        directives.setdefault("repl_diskless_sync_delay", 0)
        directives.setdefault("enable_debug_command", "yes")
        return start_tessera(**directives)

    return start


@pytest.fixture
def start_replica(start_redis):
    """redis-server that follows a node, or the port of a way to it."""

    def start(port, linked=True, **directives):
        replica = start_redis(replicaof=["127.0.0.1", port], enable_debug_command="yes", **directives)
        if linked:
            wait_until(lambda: is_linked(replica), 60, "the replica is linked")
        return replica

    return start


def full_syncs(server):
    return server.log_text().count("a full synchronisation of")


@pytest.mark.limit(300)
@pytest.mark.parametrize("shards", [1, 2])
def test_random_commands(start_primary, start_replica, shards):
    """Half of the commands run before the replica comes, half of them while it follows."""
    primary = start_primary(shards=shards)
    generator = Everything(f"{new_seed()}/{shards}", own=False)
    commands = commands_to_run(12000) // 4
    run_random_commands(primary, generator, commands)
    replica = start_replica(primary.port)
    run_random_commands(primary, generator, commands)
    nothing_is_about_to_expire(primary)
    check_same_data(primary, replica)
    assert full_syncs(primary) == 1


@pytest.mark.limit(300)
@pytest.mark.parametrize("shards", [1, 2])
def test_cut_links(start_primary, start_replica, shards):
    """The link is cut again and again in the middle; the stream goes on each time where it was."""
    seed = new_seed()
    chance = random.Random(seed)
    primary = start_primary(shards=shards, repl_backlog_size=64 * 1024 * 1024)
    way = Proxy(primary.port)
    replica = start_replica(way.port)
    generator = Everything(f"{seed}/{shards}", own=False)
    for _ in range(8):
        way.cut_after(chance.randrange(1, 40000))
        run_random_commands(primary, generator, 4 * BATCH)
    wait_until(lambda: is_linked(replica), 60, "the replica is linked again")
    nothing_is_about_to_expire(primary)
    check_same_data(primary, replica)
    assert full_syncs(primary) == 1
    assert " goes on at offset " in primary.log_text()
    way.close()


class Writer(threading.Thread):
    """Writes as fast as it is answered, until it is told to end."""

    def __init__(self, server, number, keys=2000, size=100):
        super().__init__(daemon=True)
        self.connection = server.raw(limit=60)
        self.random = random.Random(number)
        self.keys, self.size = keys, size
        self.over = threading.Event()
        self.count = 0
        self.error = None

    def run(self):
        try:
            while not self.over.is_set():
                batch = [self._words() for _ in range(20)]
                self.connection.send(b"".join(encode_command(*words) for words in batch))
                for _ in batch:
                    read_raw(self.connection)
                self.count += len(batch)
        except BaseException as error:  # noqa: BLE001 (told by `end`)
            self.error = error

    def _words(self):
        key = b"w:%d" % self.random.randrange(self.keys)
        return self.random.choice((
            (b"SET", key, b"x" * self.random.randrange(self.size)), (b"APPEND", b"a" + key, b"y"), (b"INCR", b"n" + key),
            (b"RPUSH", b"l" + key, b"%d" % self.count), (b"MSET", key, b"1", b"m" + key, b"2", b"o" + key, b"3"),
            (b"HSET", b"h:%d" % self.random.randrange(3), key, b"v" * 50), (b"DEL", key),
        ))  # fmt: skip

    def end(self):
        self.over.set()
        self.join()
        if self.error:
            raise self.error


def fill(server, keys, size=100):
    connection = server.raw(limit=60)
    for start in range(0, keys, 1000):
        count = min(1000, keys - start)
        connection.send(b"".join(encode_command("SET", b"fill:%d" % (start + i), b"z" * size) for i in range(count)))
        for _ in range(count):
            read_raw(connection)


@pytest.mark.limit(300)
@pytest.mark.parametrize("shards, diskless", [(1, "yes"), (2, "yes"), (2, "no")])
def test_synchronisation_under_writes(start_primary, start_replica, shards, diskless):
    primary = start_primary(shards=shards, repl_diskless_sync=diskless)
    fill(primary, 50000)
    writers = [Writer(primary, i) for i in range(3)]
    for writer in writers:
        writer.start()
    wait_until(lambda: all(writer.count > 1000 for writer in writers), 30)
    replica = start_replica(primary.port)
    wait_until(lambda: all(writer.count > 5000 for writer in writers), 60)
    for writer in writers:
        writer.end()
    check_same_data(primary, replica)


@pytest.mark.limit(300)
def test_several_share_a_walk(start_primary, start_replica):
    primary = start_primary(shards=2, repl_diskless_sync_delay=60, repl_diskless_sync_max_replicas=3)
    fill(primary, 20000)
    writer = Writer(primary, 1)
    writer.start()
    replicas = [start_replica(primary.port, linked=False) for _ in range(3)]
    wait_until(lambda: all(is_linked(replica) for replica in replicas), 60)
    writer.end()
    for replica in replicas:
        check_same_data(primary, replica)
    assert full_syncs(primary) == 1
    assert primary.info("replication")["connected_slaves"] == 3


@pytest.mark.limit(300)
def test_killed_in_the_middle(start_primary, start_replica):
    """A replica dies while it is sent the data, another one gets them nevertheless."""
    primary = start_primary(shards=2, repl_diskless_sync_delay=60, repl_diskless_sync_max_replicas=2)
    fill(primary, 30000, 500)
    way = Proxy(primary.port)
    dying = start_replica(way.port, linked=False)
    way.cut_after(1000000)
    wait_until(lambda: "asks for" in primary.log_text(), 30)
    staying = start_replica(primary.port)
    dying.kill()
    way.close()
    wait_until(lambda: primary.info("replication")["connected_slaves"] == 1, 30)
    primary.client().set("after", 1)
    check_same_data(primary, staying)


@pytest.mark.limit(300)
def test_slow_replica(start_primary, start_replica):
    """A replica that takes nothing for a while holds the walk up, is not thrown out, and gets all, however much is
    written meanwhile."""
    primary = start_primary(shards=2, repl_backlog_size=16384, client_output_buffer_limit=["replica", "1mb", "1mb", 1])
    fill(primary, 30000, 500)
    way = Proxy(primary.port)
    way.flowing.clear()
    replica = start_replica(way.port, linked=False)
    wait_until(lambda: primary.info("replication")["connected_slaves"] == 0, 30)
    way.flowing.set()
    wait_until(lambda: primary.info("replication").get("slave0", {}).get("state") == "send_bulk", 60)
    way.flowing.clear()
    before = way.passed
    writer = Writer(primary, 1)
    writer.start()
    wait_until(lambda: writer.count > 3000, 60)
    fill(primary, 20000, 500)
    assert way.passed - before < 1000000
    assert primary.info("replication")["repl_backlog_histlen"] > 10000000
    way.flowing.set()
    wait_until(lambda: is_linked(replica), 60)
    writer.end()
    check_same_data(primary, replica)
    assert full_syncs(primary) == 1
    way.close()


@pytest.mark.limit(300)
def test_slow_replica_costs_no_keys(start_primary, start_replica):
    """What is on its way to a replica does not count against the limit on memory."""
    primary = start_primary(shards=1, maxmemory_policy="allkeys-random")
    fill(primary, 100, 100000)
    way = Proxy(primary.port)
    start_replica(way.port)
    way.flowing.clear()
    primary.client().config_set("maxmemory", primary.info("memory")["used_memory"] + 500000)
    with primary.client(single_connection_client=True) as client:
        for number in range(300):
            client.setrange("key", 0, b"%d" % number * 30000)
    wait_until(lambda: primary.info("memory")["mem_clients_slaves"] > 4000000)
    assert primary.info("stats")["evicted_keys"] == 0
    primary.client().execute_command("CLIENT", "KILL", "TYPE", "replica")
    wait_until(lambda: primary.info("memory")["mem_clients_slaves"] == 0)
    way.flowing.set()
    way.close()


def ask_for_everything(server, buffer=None):
    connection = server.raw(limit=60)
    if buffer is not None:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    connection.send("REPLCONF capa eof\r\nPSYNC ? -1\r\n")
    assert connection.read_line() == b"+OK"
    return connection


def test_stuck_replica_goes_alone(start_primary):
    """Who takes nothing holds the walk up until it is thrown out; who shares the walk with it is not."""
    primary = start_primary(shards=2, repl_diskless_sync_delay=1, repl_timeout=3, rdbcompression="no")
    fill(primary, 30000, 1000)
    taker = ask_for_everything(primary)
    ask_for_everything(primary, buffer=4096)
    while not (line := taker.read_line()).startswith(b"$EOF:"):
        pass
    mark = line[5:]
    taken = taker.buffer
    while not taken.endswith(mark):
        data = taker.socket.recv(1 << 16)
        assert data, "it was thrown out as well"
        taken += data
    assert full_syncs(primary) == 1
    assert "were sent to 1 replicas" in primary.log_text()


def test_cluster_mode(start_primary, start_redis):
    """In cluster mode replicas are the bus's matter; here the stream of a node with slots is read as it is."""
    primary = start_primary(shards=2, cluster_enabled=True)
    primary.client().execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: primary.client().cluster("INFO")["cluster_state"] == "ok", 30)
    replica = start_redis(replicaof=["127.0.0.1", primary.port])
    wait_until(lambda: is_linked(replica), 60)
    writer = Writer(primary, 5)
    writer._words = lambda: (b"SET", b"k:%d" % writer.random.randrange(1000), b"%d" % writer.count)
    writer.start()
    wait_until(lambda: writer.count > 2000, 30)
    writer.end()
    check_same_data(primary, replica, databases=1)


def test_transactions_are_blocks(start_primary):
    """What runs over several shards at one moment is one block in the stream, whatever else is written."""
    primary = start_primary(shards=2)
    follower = primary.raw(limit=60)
    follower.send("SYNC\r\n")
    wait_until(lambda: primary.info("replication").get("slave0", {}).get("state") == "online", 30)
    client = primary.client()
    writer = Writer(primary, 7)
    writer.start()
    for number in range(200):
        client.mset({f"t:{i}": number for i in range(10)})
        with client.pipeline(transaction=True) as pipe:
            for i in range(5):
                pipe.set(f"u:{i}", number)
            pipe.execute()
        if number % 50 == 0:
            client.flushall()
    writer.end()
    client.set("the end", "of it")
    stream = b""
    while b"of it" not in stream:
        stream += follower.socket.recv(1 << 16)
    check_blocks(stream[stream.index(b"*2\r\n$6\r\nSELECT") :])


def check_blocks(stream):
    """Within MULTI and EXEC all that was set together has the same value; outside nothing of it comes."""
    from journal import split

    block = None
    blocks = 0
    for words in split(stream):
        if words == [b"MULTI"]:
            assert block is None
            block = {}
        elif words == [b"EXEC"]:
            for letter, count in ((b"t", 10), (b"u", 5)):
                values = [value for key, value in block.items() if key.startswith(letter + b":")]
                assert len(values) in (0, count) and len(set(values)) <= 1, block
                blocks += len(values) > 0
            block = None
        elif words[0] in (b"SET", b"MSET") and words[1][:2] in (b"t:", b"u:"):
            assert block is not None, words
            block.update(zip(words[1::2], words[2::2]))
    assert blocks == 400


def test_expiry_and_eviction(start_primary, start_replica):
    """What goes by itself goes on the replica because it is told so."""
    primary = start_primary(shards=2, maxmemory=0)
    replica = start_replica(primary.port)
    client = primary.client()
    for i in range(500):
        client.set(f"short:{i}", i, px=1)
    wait_until(lambda: client.dbsize() == 0, 30)
    check_same_data(primary, replica)
    assert "DEL" in str(replica.info("commandstats")).upper()
    fill(primary, 20000, 1000)
    client.config_set("maxmemory-policy", "allkeys-lru")
    client.config_set("maxmemory", 10 * 1024 * 1024)
    fill(primary, 20000, 1000)
    client.config_set("maxmemory", 0)
    assert client.info("stats")["evicted_keys"] > 0
    check_same_data(primary, replica)


def test_wait(start_primary, start_replica):
    primary = start_primary(shards=2)
    client = primary.client()
    assert client.wait(0, 10) == 0
    assert client.wait(1, 50) == 0
    replica = start_replica(primary.port)
    for i in range(50):
        client.set(f"k:{i}", i)
        assert client.wait(1, 60000) == 1
        assert replica.client().get(f"k:{i}") == b"%d" % i
    blocked = primary.raw(limit=60)
    blocked.send_command("WAIT", 2, 0)
    wait_until(lambda: primary.info("clients")["blocked_clients"] == 1, 30)
    second = start_replica(primary.port)
    assert blocked.read_reply() == 2
    assert is_linked(second)
    for reason, reply in (("TIMEOUT", "[0-2]"), ("ERROR", "UNBLOCKED client unblocked via CLIENT UNBLOCK")):
        number = blocked.command("CLIENT", "ID")
        blocked.send_command("WAIT", 3, 0)
        wait_until(lambda: client.execute_command("CLIENT", "UNBLOCK", number, reason), 30)
        assert re.fullmatch(reply, str(blocked.read_reply()))
    blocked.send_command("WAIT", 3, 0)
    wait_until(lambda: primary.info("clients")["blocked_clients"] == 1, 30)
    blocked.close()
    wait_until(lambda: primary.info("clients")["blocked_clients"] == 0, 30)
    with client.pipeline(transaction=True) as pipe:
        pipe.set("in", 1)
        pipe.execute_command("WAIT", 5, 0)
        assert pipe.execute()[1] <= 2


def test_wait_is_for_what_the_client_wrote(start_primary, start_replica):
    """What others write keeps nobody waiting."""
    primary = start_primary(shards=2)
    replica = start_replica(primary.port)
    reader, writer, other = (primary.raw(limit=60) for _ in range(3))
    for number in range(8):
        assert writer.command("SET", f"mine:{number}", 1) == "OK"
    assert writer.command("WAIT", 1, 0) == 1
    replica.freeze()
    try:
        for number in range(8):
            assert other.command("SET", f"k:{number}", 1) == "OK"
        assert reader.command("GET", "k:1") == b"1"
        assert reader.command("WAIT", 1, 0) == 1
        assert writer.command("WAIT", 1, 0) == 1
        assert other.command("WAIT", 1, 50) == 0
        assert other.command("WAIT", 1, 50) == 0
        assert reader.command("EVAL", "redis.call('SET', KEYS[1], 1)", 1, "k:1") is None
        assert reader.command("WAIT", 1, 50) == 0
        assert writer.command("MULTI") == "OK"
        assert writer.command("SET", "k:2", 2) == "QUEUED"
        assert writer.command("EXEC") == ["OK"]
        assert writer.command("WAIT", 1, 50) == 0
    finally:
        replica.thaw()
    for connection in (reader, writer, other):
        assert connection.command("WAIT", 1, 0) == 1


def test_min_replicas(start_primary, start_replica):
    primary = start_primary(min_replicas_to_write=1, min_replicas_max_lag=2)
    raw = primary.raw(limit=30)
    wait_until(lambda: str(raw.command("SET", "a", 1)).startswith("NOREPLICAS"), 30)
    assert str(raw.command("SET", "a", 1)) == "NOREPLICAS Not enough good replicas to write."
    replica = start_replica(primary.port)
    wait_until(lambda: raw.command("SET", "a", 1) == "OK", 30)
    assert primary.info("replication")["min_slaves_good_slaves"] == 1
    replica.client().replicaof("NO", "ONE")
    wait_until(lambda: str(raw.command("SET", "a", 1)).startswith("NOREPLICAS"), 30)
    raw.command("CONFIG", "SET", "min-replicas-to-write", 0)
    wait_until(lambda: raw.command("SET", "a", 1) == "OK", 30)


def test_clients_see_replicas(start_primary, start_replica):
    primary = start_primary()
    replica = start_replica(primary.port)
    catch_up(primary, replica)
    client = primary.client()
    listed = client.execute_command("CLIENT", "LIST", "TYPE", "replica")
    assert listed.count(b"flags=S") == 1 if isinstance(listed, bytes) else len(listed) == 1
    role = client.execute_command("ROLE")
    assert role[0] == b"master" and role[2][0][1] == b"%d" % replica.port
    assert client.execute_command("CLIENT", "KILL", "TYPE", "replica") == 1
    wait_until(lambda: "goes on at offset" in primary.log_text(), 60)
    catch_up(primary, replica)
    assert full_syncs(primary) == 1


def test_backlog_is_given_up(start_primary, start_replica):
    primary = start_primary(shards=2, repl_backlog_ttl=1)
    replica = start_replica(primary.port)
    before = primary.info("replication")
    assert before["repl_backlog_active"] == 1
    replica.stop()
    wait_until(lambda: primary.info("replication")["repl_backlog_active"] == 0, 60)
    assert primary.info("replication")["master_replid"] != before["master_replid"]
    primary.client().set("meanwhile", 1)
    replica.start()
    wait_until(lambda: is_linked(replica), 60)
    check_same_data(primary, replica)


@pytest.mark.parametrize("words, found", [
    (["--rdb"], b"fill:"), (["--functions-rdb"], b"redis.register_function"),
])  # fmt: skip
def test_redis_cli_takes_a_file(start_primary, tmp_path, words, found):
    primary = start_primary(shards=2)
    fill(primary, 1000)
    primary.client().function_load("#!lua name=lib\nredis.register_function('f', function() return 1 end)")
    path = tmp_path / "copy.rdb"
    subprocess.run(["redis-cli", "-p", str(primary.port), *words, str(path)], check=True, timeout=60, capture_output=True)
    content = path.read_bytes()
    assert content.startswith(b"REDIS0010") and found in content
    assert (b"fill:" in content) == (words == ["--rdb"])
    subprocess.run(["redis-check-rdb", str(path)], check=True, timeout=60, capture_output=True)


def test_redis_cli_follows(start_primary):
    primary = start_primary(shards=2)
    fill(primary, 100)
    follower = subprocess.Popen(["redis-cli", "-p", str(primary.port), "--replica"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: primary.info("replication").get("slave0", {}).get("state") == "online", 30)
        primary.client().set("seen", "there")
        lines = b""
        while b"there" not in lines:
            lines += follower.stdout.readline()
    finally:
        follower.kill()
        follower.wait()


def test_old_protocol(start_primary):
    """SYNC without capabilities: a length, the data, the stream."""
    primary = start_primary(shards=2)
    fill(primary, 1000)
    follower = primary.raw(limit=60)
    follower.send("SYNC\r\n")
    line = follower.read_line().lstrip(b"\n")
    assert line.startswith(b"$")
    data = follower.read_bytes(int(line[1:]))
    assert data.startswith(b"REDIS0010") and b"fill:" in data
    primary.client().set("a", 1)
    follower.expect(b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n")
    follower.expect(encode_command("SET", "a", 1))


@pytest.mark.skipif(not os.path.exists(VALKEY), reason="needs VALKEY_SERVER, a Valkey server's binary")
@pytest.mark.limit(300)
def test_valkey_follows(start_primary, start_redis):
    """With what Redis 7.0 does not have, fields that expire among it."""
    from servers import Server

    primary = start_primary(shards=2)
    generator = Everything(new_seed(), own=False)
    run_random_commands(primary, generator, 2000)
    replica = Server("valkey", VALKEY, {"replicaof": ["127.0.0.1", primary.port], "save": ""}).start()
    try:
        wait_until(lambda: is_linked(replica), 60)
        run_random_commands(primary, generator, 2000)
        nothing_is_about_to_expire(primary)
        check_same_data(primary, replica)
    finally:
        assert replica.finish() is None


def test_offsets_count_every_byte(start_primary, start_replica):
    primary = start_primary(shards=2, repl_ping_replica_period=1)
    replica = start_replica(primary.port)
    start = offset(primary)
    wait_until(lambda: offset(primary) > start, 30, "a PING moves the offset")
    catch_up(primary, replica)
    info = primary.info("replication")
    assert info["repl_backlog_first_byte_offset"] + info["repl_backlog_histlen"] == info["master_repl_offset"] + 1


def test_published_messages_reach_replicas(start_primary, start_replica):
    primary = start_primary(shards=2)
    replica = start_replica(primary.port)
    listener = replica.raw(limit=60)
    listener.send_command("SUBSCRIBE", "news")
    listener.read_reply()
    client = primary.client()
    client.publish("news", "plain")
    client.eval("redis.call('SET', KEYS[1], 'x') return redis.call('PUBLISH', 'news', 'script')", 1, "k")
    with client.pipeline(transaction=True) as pipe:
        pipe.set("a", 1).publish("news", "transaction").execute()
    assert [listener.read_reply()[2] for _ in range(3)] == [b"plain", b"script", b"transaction"]
    check_same_data(primary, replica)


def test_waitaof_counts_replicas(start_primary, start_replica):
    """redis-server 7.0 says nothing of its log."""
    primary = start_primary(shards=2, appendonly="yes")
    replica = start_replica(primary.port)
    client = primary.client()
    client.set("a", 1)
    assert client.execute_command("WAITAOF", 1, 0, 0) == [1, 0]
    assert client.execute_command("WAITAOF", 1, 1, 50) == [1, 0]
    catch_up(primary, replica)
