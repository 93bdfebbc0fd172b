"""Where a cluster node sends its clients, beside a redis-server in the same state.

Both are given the same nodes.conf: half of the slots belong to another node, which is not there, and
one slot is on its way to it, one on its way from it.
"""

import itertools

import pytest
from servers import ErrorReply, wait_until

MYSELF, OTHER = "a" * 40, "b" * 40
OTHER_PORT = 7999
HALF = 8192


def slot_of(key):
    name = key.encode()
    start = name.find(b"{")
    end = name.find(b"}", start + 1)
    if start >= 0 and end > start + 1:
        name = name[start + 1 : end]
    crc = 0
    for byte in name:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc % 16384


def tags(fits):
    return (tag for tag in (f"t{i}" for i in itertools.count()) if fits(slot_of(tag)))


_mine = tags(lambda slot: slot < HALF)
_others = tags(lambda slot: slot >= HALF)
PLAIN, MIGRATING = next(_mine), next(_mine)
FOREIGN, IMPORTING = next(_others), next(_others)


def nodes_conf(port, role="master - ", slots=f"0-{HALF - 1} [{slot_of(MIGRATING)}->-{OTHER}] [{slot_of(IMPORTING)}-<-{OTHER}]"):
    return (
        f"{MYSELF} 127.0.0.1:{port}@{port + 10000} myself,{role}0 0 1 connected {slots}\n"
        f"{OTHER} 127.0.0.1:{OTHER_PORT}@17999 master - 0 0 2 connected {HALF}-16383\n"
        "vars currentEpoch 2 lastVoteEpoch 0\n"
    )


def begin(start, **directives):
    """A node with that file; the other one is not missed for long."""
    node = start(cluster_enabled=True, cluster_node_timeout=600_000, **directives)
    node.stop()
    (node.directory / "nodes.conf").write_text(nodes_conf(node.port))
    node.start()
    with node.raw() as connection:
        wait_until(lambda: b"cluster_state:ok" in connection.command("CLUSTER", "INFO"), 20, "the cluster is ok")
    return node


@pytest.fixture(params=[1, 3], ids=["1 shard", "3 shards"])
def both(request, start_tessera, start_redis):
    """Connections to the two."""
    options = {"cluster_announce_shards": "no", "shards": request.param}
    nodes = begin(start_tessera, **options), begin(start_redis)
    return [node.raw() for node in nodes]


def words_of(line):
    for name, tag in (("P:", PLAIN), ("M:", MIGRATING), ("I:", IMPORTING), ("F:", FOREIGN)):
        line = line.replace(name, f"{{{tag}}}")
    return line.split("|") if "|" in line else line.split()


def same(both, lines):
    for line in lines.strip().splitlines():
        ours, theirs = (connection.command(*words_of(line)) for connection in both)
        assert ours == theirs, line
    return ours


KEYS_THAT_ARE_HERE = """
SET P:k 1
MSET P:a 1 P:b 2
ASKING
SET I:here 1
ASKING
RPUSH I:list a b c
"""

PLAIN_LINES = """
GET P:k
GET F:k
SET F:k 1
MGET P:k F:k
MGET F:k P:k
GET I:here
SET I:new 1
DEL I:here
EVAL|return redis.call('get', KEYS[1])|1|F:k
EVAL|return redis.call('get', 'F:k')|0
EVAL|return redis.call('get', 'I:here')|0
SPUBLISH F:c m
SPUBLISH P:c m
SSUBSCRIBE P:c F:c
SSUBSCRIBE F:c
WATCH F:k
BLPOP F:k 0
XREAD BLOCK 0 STREAMS F:k $
RESTORE-ASKING F:k 0 x
MIGRATE 127.0.0.1 1 F:k 0 100
MIGRATE|127.0.0.1|1||0|100|KEYS|P:k|F:k
DEBUG OBJECT nosuch
"""

MIGRATING_LINES = """
GET M:k
MGET M:k M:j
MGET M:k M:k
SET M:k 1
EXISTS M:k
BLPOP M:k 0
BLPOP M:k M:j 0
XREAD BLOCK 0 STREAMS M:k $
EVAL|return redis.call('get', KEYS[1])|1|M:k
EVAL|return 1|2|M:k|M:j
SORT M:k
OBJECT ENCODING M:k
SPUBLISH M:c m
ASKING
GET M:k
MIGRATE 127.0.0.1 1 M:k 0 100
READONLY
GET M:k
READWRITE
CLUSTER COUNTKEYSINSLOT 5
"""

IMPORTING_LINES = """
ASKING
GET I:here
GET I:here
ASKING
GET I:nosuch
ASKING
MGET I:here I:nosuch
ASKING
MGET I:nosuch I:nosuch
ASKING
MGET I:here I:here
ASKING
MGET I:here I:list
ASKING
DEL I:nosuch I:here2
ASKING
SET I:new x
ASKING
EVAL|return redis.call('get', KEYS[1])|1|I:here
ASKING
EVAL|return redis.call('get', KEYS[1])|2|I:here|I:nosuch
ASKING
EVAL|return redis.call('get', 'I:nosuch')|1|I:here
ASKING
EVAL|return redis.call('mget', KEYS[1], 'I:nosuch')|1|I:here
ASKING
GET F:k
ASKING
GET P:k
ASKING
PING
GET I:here
ASKING
MULTI
GET I:here
SET I:in-transaction 1
EXEC
GET I:here
ASKING
MULTI
GET I:here
GET I:nosuch
EXEC
MULTI
GET I:here
EXEC
ASKING
SPUBLISH I:c m
SPUBLISH I:c m
ASKING
LPOP I:list
ASKING
BLPOP I:list 0
MIGRATE 127.0.0.1 1 I:nosuch 0 100
RESTORE I:r 0 x
RESTORE-ASKING I:r 0 x
RESTORE-ASKING I:here 0 x
READONLY
GET I:here
GET F:k
"""


def test_the_same_words(both):
    same(both, KEYS_THAT_ARE_HERE)
    for lines in (PLAIN_LINES, MIGRATING_LINES, IMPORTING_LINES):
        same(both, lines)
    for connection in both:
        connection.command("CONFIG", "RESETSTAT")
        connection.command(*words_of("GET M:k"))
        connection.command(*words_of("GET F:k"))
    same_statistics(both)


def same_statistics(both):
    ours, theirs = (connection.command("INFO", "errorstats") for connection in both)
    assert ours.split() == theirs.split()
    ours, theirs = (
        [line.partition(b"rejected_calls")[2] for line in connection.command("INFO", "commandstats").split()
         if line.startswith(b"cmdstat_get:")] for connection in both)
    assert ours == theirs


FILLED_LINES = """
GET M:here
GET M:gone
MGET M:here M:here2
MGET M:here M:gone
MGET M:gone M:here
MGET M:gone M:gone2
SET M:here 3
SET M:gone 3
DEL M:here2 M:gone
SINTERSTORE M:gone M:set M:set
SINTERSTORE M:set M:set M:set
LMOVE M:list M:gone LEFT RIGHT
LMOVE M:list M:list LEFT RIGHT
EVAL|return redis.call('get', KEYS[1])|1|M:here
EVAL|return redis.call('get', 'M:gone')|1|M:here
EVAL|return redis.call('set', 'M:gone', 1)|1|M:here
EVAL|redis.call('del', KEYS[1]) return redis.call('get', KEYS[1])|1|M:here2
BLPOP M:list M:gone 0
BLPOP M:list 0
EXPIRE M:here 100
RENAME M:here M:gone
COPY M:here M:gone
OBJECT ENCODING M:here
TTL M:gone
MULTI
GET M:here
SET M:here 4
EXEC
DEL M:here
GET M:here
"""


def test_a_slot_with_some_of_its_keys(both):
    if not has_setslot(both[0]):
        pytest.skip("CLUSTER SETSLOT is not there yet")
    for connection in both:
        fill(connection)
    same(both, FILLED_LINES)


def has_setslot(connection):
    return connection.command("CLUSTER", "SETSLOT", 1, "STABLE") == "OK"


def fill(connection):
    assert connection.command("CLUSTER", "SETSLOT", slot_of(MIGRATING), "STABLE") == "OK"
    for line in ("SET M:here 1", "SET M:here2 2", "RPUSH M:list a b", "SADD M:set 1 2"):
        connection.command(*words_of(line))
    assert connection.command("CLUSTER", "SETSLOT", slot_of(MIGRATING), "MIGRATING", OTHER) == "OK"


@pytest.mark.parametrize("shards", [1, 3])
def test_a_transaction_finds_out_when_it_runs(start_tessera, shards):
    """Keys of a transaction are looked at by EXEC; redis-server looks at each command's before that as well."""
    ours = begin(start_tessera, cluster_announce_shards="no", shards=shards).raw()
    ask = ErrorReply(f"ASK {slot_of(MIGRATING)} 127.0.0.1:{OTHER_PORT}")
    assert ours.command("MULTI") == "OK"
    assert ours.command(*words_of("GET M:k")) == "QUEUED"
    assert ours.command("EXEC") == ask
    assert ours.command("EXEC") == ErrorReply("ERR EXEC without MULTI")
    # What is watched counts.
    assert ours.command(*words_of("WATCH M:k")) == "OK"
    assert ours.command("MULTI") == "OK"
    assert ours.command(*words_of("GET M:k")) == "QUEUED"
    assert ours.command("EXEC") == ask
