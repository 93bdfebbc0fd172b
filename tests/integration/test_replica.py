"""A node as a replica: of redis-server, of nodes, of replicas; what clients may do, and what happens when links break.

Environment:
  TESSERA_REPLICA_COMMANDS  how many random commands, instead of the short run's
"""

import contextlib
import os
import random
import subprocess

import pytest
import redis
from differential import new_seed
from replica import FakePrimary, Proxy, assert_same_data, follow, is_up, replication, wait_same_offset
from servers import HOST, LIMIT_FACTOR, REDIS_SERVER, encode_command, free_port, wait_until
from test_differential_all import MixedGenerator

COMMANDS = int(os.environ.get("TESSERA_REPLICA_COMMANDS", 1500))
NO_DELAY = {"repl_diskless_sync_delay": 0}


def run_random(server, generator, count):
    """Random commands on a primary, in batches."""
    with server.raw(limit=60) as connection:
        while count > 0:
            batch = [generator.command() for _ in range(min(count, 200))]
            connection.send(b"".join(encode_command(*words) for words in batch))
            for _ in batch:
                connection.read_reply()
            count -= len(batch)
        connection.command("DISCARD")


@pytest.mark.parametrize("shards", [1, 2])
def test_of_redis(start_tessera, start_redis, shards):
    """Random commands of all types on redis-server arrive in a replica, before and after it is one."""
    primary, node = start_redis(**NO_DELAY), start_tessera(shards=shards)
    generator = MixedGenerator(f"{new_seed()}/replica/{shards}")
    run_random(primary, generator, COMMANDS // 3)
    follow(node, primary)
    assert_same_data(primary, node)
    run_random(primary, generator, COMMANDS)
    assert_same_data(primary, node)
    # The primary's PINGs count as well.
    wait_until(lambda: replication(node)["master_repl_offset"] == replication(primary)["master_repl_offset"])


@pytest.mark.limit(240)
def test_cut_links(start_tessera, start_redis):
    """The link is cut in the middle of everything: what was missed comes by partial resynchronisation."""
    primary, node = start_redis(repl_backlog_size="64mb", **NO_DELAY), start_tessera(shards=2)
    proxy = Proxy(primary.port)
    generator = MixedGenerator(f"{new_seed()}/cut")
    pick = random.Random(new_seed())
    follow(node, primary, proxy.port)
    for _ in range(6):
        proxy.bytes_left = pick.randrange(1, 60000)
        run_random(primary, generator, COMMANDS // 12)
        proxy.cut()
    assert_same_data(primary, node)
    info = primary.info("stats")
    assert info["sync_full"] == 1
    assert info["sync_partial_ok"] >= 1
    proxy.close()


def test_torn_data(start_tessera, start_redis):
    """A full synchronisation that breaks leaves the old data as they are; the next one is tried."""
    primary, node = start_redis(**NO_DELAY), start_tessera(shards=2)
    proxy = Proxy(primary.port)
    with primary.client() as client, node.client() as own:
        own.set("own", "x")
        pipeline = client.pipeline(transaction=False)
        for i in range(2000):
            pipeline.set(f"key:{i}", os.urandom(300))
        pipeline.execute()
        for left in (300, 5000, 200000):
            proxy.bytes_left = left
            own.execute_command("REPLICAOF", HOST, proxy.port)
            wait_until(lambda: proxy.bytes_left is None, 20, "the link was cut")
            own.execute_command("REPLICAOF", "NO", "ONE")
            assert own.get("own") == b"x"
            assert own.dbsize() == 1
    follow(node, primary, proxy.port)
    assert_same_data(primary, node)
    proxy.close()


def test_reads_and_writes(start_tessera, start_redis):
    """Clients of a replica may read; writes are refused wherever they come from."""
    primary, node = start_redis(**NO_DELAY), start_tessera(shards=2)
    follow(node, primary)
    with primary.client() as client, node.client() as own:
        client.set("a", 1)
        client.mset({f"m{i}": i for i in range(20)})
        wait_same_offset(primary, node)
        assert own.get("a") == b"1"
        refusal = "You can't write against a read only replica"
        for words in (("SET", "a", 2), ("DEL", "a"), ("FLUSHALL",), ("BLPOP", "l", 1), ("MSET", "x", 1, "y", 2)):
            with pytest.raises(redis.ReadOnlyError, match=refusal):
                own.execute_command(*words)
        with pytest.raises(redis.ResponseError, match="READONLY|read only"):
            own.eval("return redis.call('set', KEYS[1], 1)", 1, "a")
        assert own.eval("return redis.call('get', KEYS[1])", 1, "a") == b"1"
        assert own.execute_command("EVAL", "#!lua flags=no-writes\nreturn redis.call('get', KEYS[1])", 1, "a") == b"1"
        with pytest.raises(redis.ResponseError, match="READONLY|read only"):
            own.execute_command("EVAL", "#!lua\nreturn 1", 0)
        connection = node.raw()
        assert connection.command("MULTI") == "OK"
        assert "READONLY" in str(connection.command("SET", "a", 2))
        assert "EXECABORT" in str(connection.command("EXEC"))
        with pytest.raises(redis.ResponseError, match="WAIT cannot be used with replica"):
            own.wait(0, 1)


def test_expiry(start_tessera, start_redis):
    """What has expired is hidden, and goes when the primary says so."""
    primary, node = start_redis(enable_debug_command="yes", **NO_DELAY), start_tessera(shards=2)
    follow(node, primary)
    with primary.client() as client, node.client() as own:
        client.debug_set_active_expire = client.execute_command("DEBUG", "SET-ACTIVE-EXPIRE", 0)
        client.set("a", 1, px=50)
        client.set("b", 1)
        wait_same_offset(primary, node)
        wait_until(lambda: own.get("a") is None, 10, "the key is hidden")
        assert own.exists("a") == 0
        assert own.ttl("a") == -2
        assert own.dbsize() == 2, "it is still there"
        assert client.get("a") is None
        wait_same_offset(primary, node)
        assert own.dbsize() == 1


def test_chains(start_tessera, start_redis):
    """redis -> node -> redis, and a node behind that; the same bytes for all."""
    top, middle = start_redis(**NO_DELAY), start_tessera(shards=2, rdb_version=10, **NO_DELAY)
    bottom, last = start_redis(), start_tessera(shards=1)
    generator = MixedGenerator(f"{new_seed()}/chain")
    run_random(top, generator, 500)
    follow(middle, top)
    follow(bottom, middle)
    follow(last, middle)
    run_random(top, generator, COMMANDS // 3)
    wait_same_offset(top, middle)
    assert_same_data(top, middle, bottom, last)
    assert replication(bottom)["master_replid"] == replication(top)["master_replid"]


def test_of_nodes(start_tessera):
    """node -> node -> node, with transactions over several shards, and what concerns all data."""
    top, middle, last = start_tessera(shards=2, **NO_DELAY), start_tessera(shards=1, **NO_DELAY), start_tessera(shards=2)
    follow(middle, top)
    follow(last, middle)
    generator = MixedGenerator(f"{new_seed()}/nodes")
    run_random(top, generator, COMMANDS // 3)
    with top.client() as client:
        for i in range(50):
            client.mset({f"x{i}": i, f"y{i}": i, f"z{i}": i})
            client.rename(f"x{i}", f"w{i}")
        client.execute_command("SELECT", 3)
        client.execute_command("SWAPDB", 0, 3)
        client.set("in three", 1)
        client.function_load("#!lua name=one\nredis.register_function('f', function() return 1 end)")
    assert_same_data(top, middle, last)
    with last.client() as client:
        assert len(client.function_list()) == 1
    with top.client() as client:
        client.flushall()
        client.set("after", 1)
    assert_same_data(top, middle, last)


def test_transactions_are_whole(start_tessera):
    """Whoever reads from a replica finds a transaction's writes all, or none."""
    primary, node = start_tessera(shards=2, **NO_DELAY), start_tessera(shards=2)
    follow(node, primary)
    keys = [f"k{i}" for i in range(16)]
    with primary.client() as client, node.client() as own:
        for round_number in range(200):
            pipeline = client.pipeline(transaction=True)
            for key in keys:
                pipeline.set(key, round_number)
            pipeline.execute()
            assert len(set(own.mget(keys))) == 1


def test_promotion(start_tessera, start_redis):
    """A replica becomes the primary; the others go on with it where they were."""
    options = {"shards": 2, "rdb_version": 10, "repl_ping_replica_period": 1000, **NO_DELAY}
    first, second, third = start_tessera(**options), start_tessera(**options), start_redis()
    follow(second, first)
    follow(third, second)
    with first.client() as client:
        for i in range(100):
            client.set(f"k{i}", i)
    wait_same_offset(first, second)
    wait_same_offset(second, third)
    before = replication(second)
    with second.client() as client:
        assert client.execute_command("REPLICAOF", "NO", "ONE") == b"OK"
        assert client.set("promoted", 1)
        after = replication(second)
        assert after["role"] == "master"
        assert after["master_replid2"] == before["master_replid"]
        assert after["second_repl_offset"] == before["master_repl_offset"] + 1
    follow(first, second)
    assert_same_data(second, first, third)
    # The one that was the primary has missed nothing but what came after.
    assert "Successful partial resynchronization" in first.log_text()


def test_waiting_clients_are_told(start_tessera, start_redis):
    """Who waits for a key when the node becomes a replica is told."""
    primary, node = start_redis(**NO_DELAY), start_tessera(shards=2)
    waiting = [node.raw() for _ in range(4)]
    for i, connection in enumerate(waiting):
        connection.send_command("BLPOP", f"list{i}", 0)
    with node.client() as own:
        wait_until(lambda: own.info("clients")["blocked_clients"] == 4, 10)
    follow(node, primary)
    for connection in waiting:
        assert "UNBLOCKED force unblock" in str(connection.read_reply())


def test_stale_data(start_tessera, start_redis):
    """Without a link, and with replica-serve-stale-data no, a replica answers nothing about data."""
    primary, node = start_redis(**NO_DELAY), start_tessera(shards=2, replica_serve_stale_data="no")
    with primary.client() as client:
        client.set("a", 1)
    follow(node, primary)
    with node.client() as own:
        assert own.get("a") == b"1"
        primary.kill()
        wait_until(lambda: not is_up(node), 10)
        with pytest.raises(redis.ResponseError, match="MASTERDOWN|Link with MASTER is down"):
            wait_until(lambda: own.get("a") is None, 5)
        assert own.info("replication")["role"] == "slave"
        # Nor does a script that may run all the same.
        script = "#!lua flags=allow-stale,no-writes\nreturn "
        assert own.eval(script + "redis.call('info', 'server')", 0).startswith(b"# Server")
        with pytest.raises(redis.ResponseError, match="^Can not execute the command on a stale replica"):
            own.eval(script + "redis.call('get', 'a')", 1, "a")
        own.config_set("replica-serve-stale-data", "yes")
        assert own.get("a") == b"1"


def is_rewritten(persistence):
    return persistence["aof_rewrite_in_progress"] == persistence["aof_rewrite_scheduled"] == 0


def test_log_of_a_replica(start_tessera, start_redis):
    """A replica's append-only file has the primary's data, also after a full synchronisation."""
    primary = start_redis(**NO_DELAY)
    node = start_tessera(shards=2, appendonly=True, appendfsync="always")
    generator = MixedGenerator(f"{new_seed()}/log")
    with node.client() as own:
        own.set("old", 1)
    run_random(primary, generator, 1000)
    follow(node, primary)
    run_random(primary, generator, 2000)
    assert_same_data(primary, node)
    with node.client() as own:
        wait_until(lambda: is_rewritten(own.info("persistence")), 20)
        own.execute_command("REPLICAOF", "NO", "ONE")
    node.kill()
    node.start()
    with node.client() as own, primary.client() as client:
        wait_until(lambda: own.info("persistence")["loading"] == 0, 20)
        assert own.dbsize() == client.dbsize()
        assert own.get("old") is None


PAYLOAD = b"REDIS0011\xfa\x09redis-ver\x057.2.4\xfe\x00\xfb\x01\x00\x00\x01a\x011\xff" + b"\0" * 8


@pytest.mark.parametrize("garbage", [
    b"$-1\r\n", b"$99999999999999999999\r\n", b"what\r\n", b"$20\r\nREDIS0011 and nothing", b"\n" * 5 + b"-ERR no\r\n",
    b"$EOF:" + b"e" * 40 + b"\r\n" + b"e" * 40, b"$EOF:short\r\n", b"x" * 5000,
    b"$%d\r\n" % len(PAYLOAD) + PAYLOAD[:-8] + b"\1" * 8,
])  # fmt: skip
def test_hostile_data(start_tessera, garbage):
    """What is no data set is refused, and the own data stay."""
    node = start_tessera(shards=2)
    primary = FakePrimary()
    with node.client() as own:
        own.set("own", 1)
        own.execute_command("REPLICAOF", HOST, primary.port)
        primary.accept()
        primary.send(b"+FULLRESYNC " + b"a" * 40 + b" 1\r\n" + garbage)
        primary.connection.close()
        assert primary.accept()[1:] == [b"?", b"-1"], "everything is asked for again"
        assert own.get("own") == b"1"
        assert not is_up(node)
    primary.close()


@pytest.mark.parametrize("garbage", [
    b"GET a\r\n", b"*1\r\n$-1\r\n", b"*99999999999\r\n", b"*2\r\n$6\r\nSELECT\r\n$2\r\n99\r\n", b"*0\r\n", b"$3\r\nabc\r\n",
])  # fmt: skip
def test_hostile_stream(start_tessera, garbage):
    """A stream of something else is not followed; commands before it have been applied."""
    node = start_tessera(shards=2)
    primary = FakePrimary()
    with node.client() as own:
        own.execute_command("REPLICAOF", HOST, primary.port)
        primary.accept()
        payload = b"$%d\r\n" % len(PAYLOAD) + PAYLOAD
        good = encode_command("SELECT", 0) + encode_command("SET", "b", 2) + b"\n" + encode_command("NONSENSE", 1)
        primary.send(b"+FULLRESYNC " + b"a" * 40 + b" 100\r\n" + payload)
        wait_until(lambda: is_up(node), 10)
        assert own.get("a") == b"1"
        primary.send(good + garbage)
        words = primary.read()
        while words[:2] == [b"REPLCONF", b"ACK"]:
            try:
                words = primary.read()
            except ConnectionError:
                break
        asked = primary.accept()
        assert asked[1:] == [b"a" * 40, b"%d" % (101 + len(good))]
        assert own.get("b") == b"2"
        primary.send(b"+CONTINUE " + b"b" * 40 + b"\r\n" + encode_command("SET", "c", 3))
        wait_until(lambda: own.get("c") == b"3", 10)
        info = replication(node)
        assert info["master_replid"] == "b" * 40
        assert info["master_replid2"] == "a" * 40
    primary.close()


@pytest.mark.parametrize("answer", [b"+CONTINUE\r\n", b"+CONTINUE " + b"c" * 40 + b"\r\n"])
def test_nothing_to_continue(start_tessera, answer):
    """Who asks for everything cannot be told to go on; and replicas without data rank behind all others."""
    node = start_tessera(shards=2)
    primary = FakePrimary()
    with node.client() as own:
        own.set("own", 1)
        own.execute_command("REPLICAOF", HOST, primary.port)
        assert primary.accept()[1:] == [b"?", b"-1"]
        primary.send(answer + encode_command("SET", "own", 2))
        primary.connection.close()
        assert primary.accept()[1:] == [b"?", b"-1"]
        assert own.get("own") == b"1"
        info = replication(node)
        assert info["master_link_status"] == "down"
        assert info["slave_repl_offset"] == info["slave_read_repl_offset"] == 1
    primary.close()


def test_endless_transaction(start_tessera):
    """A transaction that does not end is given up when it takes too much memory; when it comes again, all data are."""
    node = start_tessera(proto_max_bulk_len="1mb")
    primary = FakePrimary()
    with node.client() as own:
        own.execute_command("REPLICAOF", HOST, primary.port)
        primary.accept()
        primary.send(b"+FULLRESYNC " + b"a" * 40 + b" 100\r\n$%d\r\n" % len(PAYLOAD) + PAYLOAD)
        wait_until(lambda: is_up(node), 10)
        for asked in ([b"a" * 40, b"101"], [b"?", b"-1"]):
            with contextlib.suppress(OSError):
                primary.send(encode_command("MULTI"))
                for _ in range(20):
                    primary.send(encode_command("SET", "big", b"x" * 1000000))
            assert primary.accept()[1:] == asked, "it goes on before the transaction, or begins again"
            assert own.exists("big") == 0
            if asked[0] != b"?":
                primary.send(b"+CONTINUE\r\n")
    primary.close()


def test_answer_before_the_question(start_tessera):
    """While a shard is busy with the stream nothing is asked, and whoever answers all the same is left."""
    node = start_tessera(shards=1)
    primary = FakePrimary()
    with node.client() as own, node.client() as busy:
        own.execute_command("REPLICAOF", HOST, primary.port)
        primary.accept()
        primary.send(b"+FULLRESYNC " + b"a" * 40 + b" 100\r\n$%d\r\n" % len(PAYLOAD) + PAYLOAD)
        wait_until(lambda: is_up(node), 10)
        own.config_set("busy-reply-threshold", 1)
        busy.connection_pool.get_connection("EVAL").send_command("EVAL", "while true do end", 0)
        wait_until(lambda: is_busy(own), 10)
        primary.send(encode_command("SET", "b", 1) * 10)
        primary.connection.close()
        connection = primary.listener.accept()[0]
        connection.sendall(b"+PONG\r\n" + b"+OK\r\n" * 3 + b"+CONTINUE\r\n")
        while connection.recv(4096):
            pass
        connection.close()
        own.script_kill()
        assert primary.accept()[1] == b"a" * 40
        assert own.get("b") == b"1"
    primary.close()


def is_busy(client):
    try:
        client.ping()
    except redis.ResponseError as error:
        return "BUSY" in str(error)
    return False


def test_unfinished_transaction(start_tessera):
    """A transaction whose end is lost with the link is not applied, and comes again."""
    node = start_tessera(shards=2)
    primary = FakePrimary()
    with node.client() as own:
        own.execute_command("REPLICAOF", HOST, primary.port)
        primary.accept()
        primary.send(b"+FULLRESYNC " + b"a" * 40 + b" 0\r\n$%d\r\n" % len(PAYLOAD) + PAYLOAD)
        wait_until(lambda: is_up(node), 10)
        transaction = [encode_command("MULTI"), *(encode_command("SET", f"k{i}", i) for i in range(8)), encode_command("EXEC")]
        primary.send(encode_command("SET", "b", 1) + b"".join(transaction[:-1]))
        wait_until(lambda: own.get("b") == b"1", 10)
        primary.connection.close()
        begin = len(encode_command("SET", "b", 1)) + 1
        assert primary.accept()[2] == b"%d" % begin
        assert own.get("k0") is None
        primary.send(b"+CONTINUE\r\n" + b"".join(transaction))
        wait_until(lambda: own.get("k7") == b"7", 10)
        primary.send(encode_command("REPLCONF", "GETACK", "*"))
        end = begin - 1 + len(b"".join(transaction) + encode_command("REPLCONF", "GETACK", "*"))
        wait_until(lambda: primary.read() == [b"REPLCONF", b"ACK", b"%d" % end], 10)
    primary.close()


@pytest.mark.parametrize("other", ["node", "redis"])
def test_failover_by_command(start_tessera, start_redis, other):
    """FAILOVER: the two change places, nothing is lost, and both go on where they were."""
    options = {"shards": 2, "rdb_version": 10, **NO_DELAY}
    first = start_tessera(**options)
    second = start_tessera(**options) if other == "node" else start_redis(**NO_DELAY)
    with first.client() as client, second.client() as their:
        with pytest.raises(redis.ResponseError, match="requires connected replicas"):
            client.execute_command("FAILOVER")
        client.set("a", 1)
        follow(second, first)
        wait_until(lambda: replication(first)["connected_slaves"] == 1, 10)
        for i in range(100):
            client.set(f"k{i}", i)
        with pytest.raises(redis.ResponseError, match="is not a replica"):
            client.execute_command("FAILOVER", "TO", HOST, 1)
        with pytest.raises(redis.ResponseError, match="No failover in progress"):
            client.execute_command("FAILOVER", "ABORT")
        assert client.execute_command("FAILOVER", "TO", HOST, second.port) == b"OK"
        wait_until(lambda: replication(second)["role"] == "master" and is_up(first), 20, "they changed places")
        wait_until(lambda: replication(first)["master_failover_state"] == "no-failover")
        assert their.set("b", 2)
        wait_same_offset(second, first)
        assert client.get("b") == b"2"
        assert client.dbsize() == 102
        if other == "redis":
            their.execute_command("FAILOVER", "TO", HOST, first.port)
            wait_until(lambda: replication(first)["role"] == "master" and is_up(second), 20, "and back")
            assert client.set("c", 3)
            wait_same_offset(first, second)
            assert their.get("c") == b"3"


def follows(info, primary):
    return info.get("master_port") == primary.port and info["master_link_status"] == "up"


def told_by(server):
    """As replication(), while Sentinel closes the connections of whom it gives another role."""
    try:
        return replication(server)
    except redis.ConnectionError:
        return {}


def test_sentinel(start_tessera, start_redis, tmp_path):
    """Sentinel finds the replicas of a node, makes one the primary when it dies, and takes it back as a replica."""
    options = {"shards": 2, "rdb_version": 10, **NO_DELAY}
    nodes = [start_tessera(**options) for _ in range(2)]
    other = start_redis(replica_priority=200)
    first = nodes[0]
    follow(nodes[1], first)
    follow(other, first)
    port = free_port()
    configuration = tmp_path / "sentinel.conf"
    configuration.write_text(
        f"port {port}\nbind {HOST}\ndir {tmp_path}\nsentinel monitor group {HOST} {first.port} 1\n"
        "sentinel down-after-milliseconds group 3000\nsentinel failover-timeout group 5000\n"
    )
    process = subprocess.Popen(
        [REDIS_SERVER, str(configuration), "--sentinel"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        sentinel = redis.Redis(host=HOST, port=port, socket_timeout=10 * LIMIT_FACTOR)

        def ask(*words):
            try:
                return sentinel.execute_command("SENTINEL", *words)
            except (redis.ConnectionError, redis.TimeoutError, redis.ResponseError):
                return None

        wait_until(lambda: len(ask("REPLICAS", "group") or []) == 2, 30, "sentinel knows both replicas")
        with first.client() as client:
            client.set("kept", 1)
        wait_same_offset(first, nodes[1], other)
        first.kill()
        wait_until(lambda: told_by(nodes[1]).get("role") == "master", 40, "the node is the primary")
        wait_until(lambda: follows(told_by(other), nodes[1]), 40, "redis follows it")
        with nodes[1].client() as client:
            assert client.get("kept") == b"1"
            assert client.set("after", 1)

        def primary_port():
            words = ask("MASTER", "group") or [b"port", b"0"]
            return int(words[words.index(b"port") + 1])

        # Until its failover is over, Sentinel takes the old one for the primary, should it come back.
        wait_until(lambda: primary_port() == nodes[1].port, 40, "Sentinel's failover is over")
        first.start()

        # On a busy machine Sentinel may have seen reason for another failover meanwhile.
        def primary():
            return other if told_by(other).get("role") == "master" else nodes[1]

        wait_until(lambda: follows(told_by(first), primary()), 60, "the old one is a replica")
        rest = nodes[1] if primary() is other else other
        wait_until(lambda: follows(told_by(rest), primary()), 60, "so is the other one")
        assert_same_data(primary(), first, rest)
    finally:
        process.terminate()
        process.wait()
