"""DUMP and RESTORE: between Tessera and redis-server in both directions, and back into Tessera."""

import random
import struct

import pytest
import redis
from differential import new_seed

SEED = new_seed()


def word(source, longest):
    """Text, integers, binary: what is stored in different ways."""
    kind = source.randrange(4)
    if kind == 0:
        return str(source.choice([0, 1, -1, 127, -129, 32768, 2**31, -(2**63), source.randrange(10**6)])).encode()
    if kind == 1:
        return b"x" * source.randrange(longest)
    return source.randbytes(source.randrange(longest))


def members(source, count, longest):
    return sorted({word(source, longest) for _ in range(count)} | {b"always"})


def make_strings(source):
    for value in [b"", b"0", b"-1", b"12345", b"2147483648", b"007", b"x" * 44, b"x" * 45, b"y" * 100000]:
        yield [["SET", value]]
    for length in (1, 20, 21, 1000, 20000, 300000):
        yield [["SET", source.randbytes(length)]]
    yield [["SET", b"x" * 100], ["APPEND", b"def"]]


def make_lists(source):
    for count, longest in ((1, 5), (10, 30), (100, 20), (600, 10), (3000, 50), (5, 9000), (3, 200000)):
        yield [["RPUSH", *(word(source, longest) for _ in range(count))]]
    yield [["RPUSH", *range(2000)]]


def make_sets(source):
    for numbers in (range(3), range(-40000, 40000, 1000), [2**40, -(2**40), 5], range(512), range(513)):
        yield [["SADD", *numbers]]
    for count, longest in ((1, 5), (20, 30), (128, 10), (129, 10), (5, 300), (3000, 20)):
        yield [["SADD", *members(source, count, longest)]]


def make_sorted_sets(source):
    def score():
        return source.choice([0, 1, -1, 1.5, -0.1, 1e300, "inf", "-inf", source.random(), source.randrange(10**9)])

    for count, longest in ((1, 5), (20, 30), (128, 10), (129, 10), (5, 300), (3000, 20)):
        yield [["ZADD", *(part for name in members(source, count, longest) for part in (score(), name))]]
    yield [["ZADD", *(part for name in range(300) for part in (7, name))]]


def make_hashes(source):
    for count, longest in ((1, 5), (20, 30), (500, 10), (600, 10), (5, 300), (3000, 20)):
        yield [["HSET", *(part for name in members(source, count, longest) for part in (name, word(source, longest)))]]


def make_streams(source):
    yield [["XADD", "1-1", "f", "v"]]
    yield [["XADD", "1-1", "f", "v"], ["XDEL", "1-1"]]
    yield [["XGROUP CREATE", "group", "0", "MKSTREAM"]]
    many = [["XADD", f"{i}-{i % 3}", "field", word(source, 30), *([] if i % 5 else ["other", "x"])] for i in range(1, 400)]
    yield many
    yield [
        *many,
        ["XDEL", *(f"{i}-{i % 3}" for i in range(5, 200, 7))],
        ["XGROUP CREATE", "first", "0"],
        ["XGROUP CREATE", "second", "100-0"],
        ["XGROUP CREATECONSUMER", "first", "idle"],
        ["XREADGROUP", "first", "alice", 50],
        ["XREADGROUP", "first", "bob", 30],
        ["XREADGROUP", "second", "alice", 5],
        ["XACK", "first", *(f"{i}-{i % 3}" for i in range(1, 60, 2))],
        ["XTRIM", "MAXLEN", "=", 300],
    ]


MAKERS = {
    "string": make_strings,
    "list": make_lists,
    "set": make_sets,
    "zset": make_sorted_sets,
    "hash": make_hashes,
    "stream": make_streams,
}


def run(client, key, words):
    name, *arguments = words
    if name == "XREADGROUP":
        group, consumer, count = arguments
        return client.execute_command(name, "GROUP", group, consumer, "COUNT", count, "STREAMS", key, ">")
    if name == "XACK":
        return client.execute_command(name, key, *arguments)
    if " " in name:
        first, second = name.split()
        return client.execute_command(first, second, key, *arguments)
    return client.execute_command(name, key, *arguments)


def raw_client(server):
    """No callbacks: replies as they came."""
    client = server.client()
    client.response_callbacks.clear()
    return client


def pairs(flat):
    return dict(zip(flat[::2], flat[1::2]))


def stream_state(client, key):
    info = pairs(client.execute_command("XINFO", "STREAM", key, "FULL", "COUNT", 0))
    info.pop(b"radix-tree-keys", None), info.pop(b"radix-tree-nodes", None)
    groups = []
    for group in info.pop(b"groups"):
        group = pairs(group)
        consumers = [pairs(consumer) for consumer in group.pop(b"consumers")]
        for consumer in consumers:
            consumer.pop(b"active-time", None)
        groups.append((group, consumers))
    return info, groups


def contents(client, key):
    kind = client.execute_command("TYPE", key)
    encoding = client.execute_command("OBJECT", "ENCODING", key)
    if kind == b"string":
        value = client.execute_command("GET", key)
    elif kind == b"list":
        value = client.execute_command("LRANGE", key, 0, -1)
    elif kind == b"set":
        value = sorted(client.execute_command("SMEMBERS", key))
    elif kind == b"zset":
        value = client.execute_command("ZRANGE", key, 0, -1, "WITHSCORES")
        value[1::2] = map(float, value[1::2])
    elif kind == b"hash":
        value = sorted(pairs(client.execute_command("HGETALL", key)).items())
    else:
        assert kind == b"stream"
        value = stream_state(client, key)
    return kind, encoding, value


def same(one, other):
    """The same contents, and the same encoding where Redis 7.0 has the same ones as 7.2."""
    if one[0] in (b"list", b"set") and one[1] != other[1]:
        one, other = ((kind, None, value) for kind, _, value in (one, other))
    return one == other


def make_keys(client, kind):
    source = random.Random(SEED)
    keys = []
    for index, commands in enumerate(MAKERS[kind](source)):
        key = f"{kind}:{index}"
        keys.append(key)
        for words in commands:
            run(client, key, words)
    assert keys
    return keys


@pytest.fixture
def ours(start_tessera):
    print(f"TESSERA_SEED={SEED}")
    return raw_client(start_tessera(enable_debug_command="yes"))


@pytest.fixture
def theirs(start_redis):
    return raw_client(start_redis(sanitize_dump_payload="yes", enable_debug_command="yes"))


@pytest.mark.parametrize("kind", MAKERS)
def test_from_redis(ours, theirs, kind):
    for key in make_keys(theirs, kind):
        payload = theirs.execute_command("DUMP", key)
        assert ours.execute_command("RESTORE", key, 0, payload) == b"OK", key
        assert same(contents(ours, key), contents(theirs, key)), key


@pytest.mark.parametrize("kind", MAKERS)
def test_to_redis(ours, theirs, kind):
    """In the version that Redis 7.0 knows."""
    ours.execute_command("CONFIG", "SET", "rdb-version", 10)
    for key in make_keys(ours, kind):
        payload = ours.execute_command("DUMP", key)
        assert payload[-10:-8] == b"\x0a\0"
        assert theirs.execute_command("RESTORE", key, 0, payload) == b"OK", key
        assert same(contents(ours, key), contents(theirs, key)), key


@pytest.mark.parametrize("compression", ["yes", "no"])
@pytest.mark.parametrize("kind", MAKERS)
def test_to_itself(ours, kind, compression):
    """In the usual version; the digests say that nothing is lost."""
    ours.execute_command("CONFIG", "SET", "rdbcompression", compression)
    for key in make_keys(ours, kind):
        payload = ours.execute_command("DUMP", key)
        assert payload[-10:-8] == b"\x0b\0"
        assert ours.execute_command("RESTORE", "copy", 0, payload, "REPLACE") == b"OK", key
        assert contents(ours, "copy") == contents(ours, key), key
        assert ours.execute_command("COPY", key, "other", "REPLACE") == 1
        digests = ours.execute_command("DEBUG", "DIGEST-VALUE", "copy", "other", key)
        assert len(set(digests)) == 1, key


def test_bloom_filter(ours):
    ours.execute_command("BF.RESERVE", "key", 0.01, 100)
    ours.execute_command("BF.MADD", "key", *range(300))
    payload = ours.execute_command("DUMP", "key")
    assert ours.execute_command("RESTORE", "copy", 0, payload) == b"OK"
    assert ours.execute_command("BF.INFO", "copy") == ours.execute_command("BF.INFO", "key")
    digests = ours.execute_command("DEBUG", "DIGEST-VALUE", "copy", "key")
    assert digests[0] == digests[1]


def test_whole_data_set(start_tessera):
    """Moved key by key to a node with another number of shards: the same digest."""
    one = raw_client(start_tessera(shards=1, enable_debug_command="yes"))
    three = raw_client(start_tessera(shards=3, enable_debug_command="yes"))
    for kind in MAKERS:
        for index, key in enumerate(make_keys(one, kind)):
            if index % 3 == 0:
                one.execute_command("PEXPIREAT", key, 2**42 + index)
            time = max(one.execute_command("PEXPIRETIME", key), 0)
            payload = one.execute_command("DUMP", key)
            assert three.execute_command("RESTORE", key, time, payload, "ABSTTL") == b"OK"
    assert one.execute_command("DEBUG", "DIGEST") == three.execute_command("DEBUG", "DIGEST")


def test_same_bytes(ours, theirs):
    """What has one form only is dumped byte for byte as Redis 7.0 does."""
    ours.execute_command("CONFIG", "SET", "rdb-version", 10)
    for words in (
        ["SET", "hello"], ["SET", "12"], ["SET", "70000"], ["RPUSH", "a", "b", "12"], ["HSET", "f", "v", "g", "12"],
        ["ZADD", 1.5, "m", 2, "n"], ["SADD", 1, 2, 3], ["SADD", 1, 2**40], ["RPUSH", *"x" * 100],
    ):
        for client in (ours, theirs):
            client.execute_command("DEL", "key")
            run(client, "key", words)
        assert ours.execute_command("DUMP", "key") == theirs.execute_command("DUMP", "key"), words


def both_answer(ours, theirs, *words):
    replies = []
    for client in (ours, theirs):
        try:
            replies.append(client.execute_command(*words))
        except redis.ResponseError as error:
            replies.append(str(error))
    assert replies[0] == replies[1], words
    return replies[0]


def test_options(ours, theirs):
    theirs.execute_command("SET", "there", "x")
    payload = theirs.execute_command("DUMP", "there")
    ours.execute_command("SET", "there", "x")
    assert both_answer(ours, theirs, "DUMP", "nothing") is None
    for words in (
        ["there", 0, payload], ["there", -1, payload], ["new", -1, payload], ["new", "x", payload], ["there", 0, b"xx"],
        ["new", 0, b"xx"], ["new", 0, payload[:-1]], ["new", 0, payload + b"x"], ["new", 0, b""], ["new", 0],
        ["new", 0, payload, "REPLACE", "FOO"], ["new", 0, payload, "IDLETIME"], ["new", 0, payload, "IDLETIME", "x"],
        ["new", 0, payload, "IDLETIME", -1], ["new", 0, payload, "FREQ", 256], ["new", 0, payload, "FREQ", -1],
        ["new", 0, payload, "FREQ", 3, "IDLETIME", 3], ["new", 0, payload, "IDLETIME", 3, "FREQ", 3],
        ["new", 0, payload, "REPLACE", "ABSTTL", "IDLETIME", 1000], ["new", 1000, payload, "replace", "absttl"],
        ["gone", 1000, payload, "ABSTTL"], ["new", 1000000, payload], ["old", 2**41, payload, "ABSTTL"],
        ["new", 0, payload, "REPLACE", "REPLACE", "IDLETIME", 1, "IDLETIME", 2],
    ):
        both_answer(ours, theirs, "RESTORE", *words)
        for key in ("there", "new", "gone", "old"):
            both_answer(ours, theirs, "EXISTS", key)
            times = [client.execute_command("TTL", key) for client in (ours, theirs)]
            assert abs(times[0] - times[1]) <= 1
    with pytest.raises(redis.ResponseError, match="Invalid TTL value"):
        ours.execute_command("RESTORE", "never", 2**63 - 1, payload)


def test_accesses(start_tessera):
    client = raw_client(start_tessera())
    client.execute_command("SET", "key", "value")
    payload = client.execute_command("DUMP", "key")
    client.execute_command("RESTORE", "key", 0, payload, "REPLACE", "IDLETIME", 1000)
    assert 1000 <= client.execute_command("OBJECT", "IDLETIME", "key") <= 1060
    client.execute_command("RESTORE", "key", 0, payload, "REPLACE", "FREQ", 100)
    assert client.execute_command("OBJECT", "IDLETIME", "key") <= 60
    client.execute_command("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu")
    client.execute_command("RESTORE", "key", 0, payload, "REPLACE", "FREQ", 100)
    assert client.execute_command("OBJECT", "FREQ", "key") == 100


def test_replaced_only_by_what_is_sound(ours):
    """A payload that cannot be read leaves the key, its value and its time."""
    ours.execute_command("SET", "key", "value", "PX", 1000000)
    ours.execute_command("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", 1)
    for value in (b"\x01\x02\x01a", b"\x04\x01\x01a", b"\x00", b"\x02\x02\x01a\x01a", b"\x63\x01\x01", b"\x12\x01\x01\x00"):
        with pytest.raises(redis.ResponseError, match="Bad data format"):
            ours.execute_command("RESTORE", "key", 0, value + struct.pack("<HQ", 11, 0), "REPLACE")
    assert ours.execute_command("GET", "key") == b"value"
    assert ours.execute_command("PTTL", "key") > 0
    ours.execute_command("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", 0)
    with pytest.raises(redis.ResponseError, match="checksum"):
        ours.execute_command("RESTORE", "key", 0, b"\x00\x01a" + struct.pack("<HQ", 11, 0), "REPLACE")


def test_fields_that_expire(ours):
    """Written as Valkey 9 does; what has expired does not come back."""
    ours.execute_command("HSET", "key", "stays", 1, "goes", 2, "later", 3)
    ours.execute_command("HPEXPIRE", "key", 1000000, "FIELDS", 1, "later")
    now = ours.execute_command("TIME")
    soon = (int(now[0]) * 1000) + 1000000
    ours.execute_command("HPEXPIREAT", "key", soon, "FIELDS", 1, "goes")
    payload = ours.execute_command("DUMP", "key")
    assert payload[0] == 22
    assert payload[-10:-8] == b"\x50\0"
    assert ours.execute_command("RESTORE", "copy", 0, payload) == b"OK"
    assert ours.execute_command("HPEXPIRETIME", "copy", "FIELDS", 2, "goes", "stays") == [soon, -1]
    assert ours.execute_command("HGET", "copy", "later") == b"3"
    ours.execute_command("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", 1)
    past = payload.replace(struct.pack("<q", soon), struct.pack("<q", 1))
    assert past != payload
    assert ours.execute_command("RESTORE", "copy", 0, past, "REPLACE") == b"OK"
    assert ours.execute_command("HLEN", "copy") == 2
    assert ours.execute_command("HEXISTS", "copy", "goes") == 0


def test_cluster(start_tessera):
    """Keys of any shard, and RESTORE-ASKING, which MIGRATE sends."""
    server = start_tessera(shards=3, cluster_enabled=True, cluster_claim_all_slots=True)
    client = raw_client(server)
    for index in range(30):
        client.execute_command("SADD", f"key:{index}", *range(index + 1), "word")
        payload = client.execute_command("DUMP", f"key:{index}")
        command = ("RESTORE", "RESTORE-ASKING")[index % 2]
        assert client.execute_command(command, f"copy:{index}", 0, payload) == b"OK"
        assert client.execute_command("SCARD", f"copy:{index}") == index + 2
