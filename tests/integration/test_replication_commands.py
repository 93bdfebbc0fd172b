"""A node and its replica: whatever command writes, both have the same data."""

import pytest
import redis
from servers import ErrorReply, wait_until

MEMBERS = {str(number): number for number in range(40)}

# What needs keys that are there already: a string, lists, sets, sorted sets, a hash, a stream.
COMMANDS = """
ZUNIONSTORE new 2 sorted:1 sorted:2
ZINTERSTORE new 2 sorted:1 sorted:2 WEIGHTS 2 3
ZDIFFSTORE new 2 sorted:1 sorted:2
ZUNIONSTORE sorted:1 2 sorted:1 set:1 AGGREGATE MAX
ZINTERSTORE sorted:1 2 nothing sorted:2
ZRANGESTORE new sorted:1 0 5
ZRANGESTORE new sorted:2 5 20 BYSCORE LIMIT 1 3
SUNIONSTORE new set:1 set:2
SINTERSTORE new set:1 set:2
SDIFFSTORE set:1 set:1 set:2
SINTERSTORE set:2 set:1 nothing
SMOVE set:1 set:2 7
SPOP set:2 3
SORT list:1 BY nosort STORE new
SORT set:1 LIMIT 0 5 ALPHA DESC STORE list:2
SORT nothing STORE list:2
LMOVE list:1 list:2 LEFT RIGHT
RPOPLPUSH list:1 new
LMPOP 2 nothing list:1 LEFT COUNT 3
ZMPOP 2 nothing sorted:1 MAX COUNT 3
BLMPOP 1 2 nothing list:1 RIGHT COUNT 3
BZMPOP 1 2 nothing sorted:2 MIN COUNT 3
BLPOP nothing list:1 1
BZPOPMIN nothing sorted:1 1
BLMOVE list:1 list:2 LEFT LEFT 1
RENAME string new
RENAMENX list:1 fresh
COPY hash new REPLACE
COPY stream new REPLACE
MSET new 1 string 2
MSETNX fresh:1 1 fresh:2 2
BITOP XOR new string other
BITFIELD string SET u8 9 77 INCRBY i5 0 3 OVERFLOW SAT
PFMERGE new log:1 log:2
GEOADD new 13.36 38.11 a 15.08 37.50 b
GEOSEARCHSTORE near map FROMLONLAT 15 37 BYRADIUS 400 km
GEORADIUS map 15 37 400 km STORE near
GETDEL string
GETEX string EX 1000
SET string x KEEPTTL GET
SET string y EX 1000
INCRBYFLOAT number 0.1
HINCRBYFLOAT hash number 0.1
HPEXPIRE hash 1000000 FIELDS 1 1
XADD stream * a b
XTRIM stream MAXLEN 2
XREADGROUP GROUP group somebody COUNT 1 STREAMS stream >
XAUTOCLAIM stream group other 0 0
XGROUP CREATE stream second 0
EVAL "return redis.call('zunionstore',KEYS[1],2,KEYS[2],KEYS[3])" 3 new sorted:1 sorted:2
EVAL "redis.call('set',KEYS[1],1) return redis.call('spop',KEYS[2])" 2 new set:1
DEL nothing list:1 set:1
UNLINK hash nothing
FLUSHDB
SWAPDB 0 1
""".strip().splitlines()


def words_of(line):
    """By spaces, but for what is in quotes."""
    parts = line.split('"')
    return [word for index, part in enumerate(parts) for word in ([part] if index % 2 else part.split())]


def fill(client):
    client.flushall()
    client.mset({"string": "abcdefgh", "other": "xyz", "number": 5})
    client.rpush("list:1", *range(50))
    client.rpush("list:2", *range(5))
    client.sadd("set:1", *range(30))
    client.sadd("set:2", *range(20, 300))
    client.zadd("sorted:1", MEMBERS)
    client.zadd("sorted:2", {str(number): number / 3 for number in range(20, 400)})
    client.hset("hash", mapping=MEMBERS)
    client.geoadd("map", (13.36, 38.11, "a", 15.08, 37.50, "b"))
    client.pfadd("log:1", *range(100))
    client.pfadd("log:2", *range(50, 500))
    for number in range(5):
        client.xadd("stream", {"field": number})
    client.xgroup_create("stream", "group", 0)
    client.xreadgroup("group", "somebody", {"stream": ">"}, count=2)


@pytest.fixture(params=[(1, 1), (2, 1), (1, 3)], ids=str)
def pair(request, start_tessera):
    servers = [start_tessera(shards=shards, enable_debug_command=True, save="") for shards in request.param]
    primary, replica = [server.client() for server in servers]
    primary.config_set("repl-diskless-sync-delay", 0)
    port = primary.connection_pool.connection_kwargs["port"]
    assert replica.execute_command("REPLICAOF", "127.0.0.1", port)
    wait_until(lambda: replica.info("replication")["master_link_status"] == "up", limit=30)
    return primary, replica, servers[0].raw()


def check(primary, replica, what):
    offset = primary.info("replication")["master_repl_offset"]
    wait_until(lambda: replica.info("replication")["slave_repl_offset"] >= offset, limit=30)
    digests = [client.execute_command("DEBUG", "DIGEST") for client in (primary, replica)]
    assert digests[0] == digests[1], what


def test_each_command(pair):
    primary, replica, connection = pair
    for line in COMMANDS:
        fill(primary)
        assert not isinstance(connection.command(*words_of(line)), ErrorReply), line
        check(primary, replica, line)


def test_each_command_in_a_transaction(pair):
    primary, replica, connection = pair
    for number in range(0, len(COMMANDS), 5):
        fill(primary)
        for words in [["MULTI"], *map(words_of, COMMANDS[number : number + 5]), ["EXEC"]]:
            connection.send_command(*words)
        assert [connection.read_reply() for _ in range(6)] == ["OK"] + ["QUEUED"] * 5
        connection.read_reply()
        check(primary, replica, COMMANDS[number : number + 5])


def test_transaction_on_a_replica_that_is_out_of_date(pair):
    """What was queued while the data were good is refused when they are not: Redis's words."""
    primary, replica, _ = pair
    replica.config_set("replica-serve-stale-data", "no")
    with replica.client() as client:
        assert client.execute_command("MULTI")
        assert client.execute_command("GET", "a") == b"QUEUED"
        replica.execute_command("REPLICAOF", "127.0.0.1", 1)
        with pytest.raises(redis.exceptions.ExecAbortError, match="MASTERDOWN"):
            client.execute_command("EXEC")
        assert client.execute_command("MULTI")
        assert client.execute_command("CLIENT", "ID") == b"QUEUED"
        assert len(client.execute_command("EXEC")) == 1


def test_errors_of_wait(pair):
    """One answer each."""
    connection = pair[2]
    for words in ("1 x", "x 1", "x x", "1 -1", "1 9223372036854775807", "1 9223372036854775808"):
        assert isinstance(connection.command("WAIT", *words.split()), ErrorReply)
        assert connection.command("PING") == "PONG"
