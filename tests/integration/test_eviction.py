"""The limit on memory: what each policy evicts, and what it does not; who is told; what is refused."""

import threading

import pytest
import redis

from conftest import TESSERA_SERVER, wait_until
from servers import encode_command, is_sanitized

LIMIT = 8 * 1024 * 1024
VALUE = b"x" * 500
SHARDS = [1, 2]
POLICIES = [
    "allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-lfu", "volatile-random",
    "volatile-ttl",
]


def fill(client, names, **options):
    pipe = client.pipeline(transaction=False)
    for number, name in enumerate(names):
        pipe.set(name, VALUE, **options)
        if number % 200 == 199:
            pipe.execute()
    pipe.execute()


def present(client, names):
    names = list(names)
    answers = []
    for start in range(0, len(names), 1000):
        pipe = client.pipeline(transaction=False)
        for name in names[start : start + 1000]:
            pipe.exists(name)
        answers += pipe.execute()
    return sum(answers)


def used(client):
    return client.info("memory")["used_memory"]


def is_within(client, limit=LIMIT):
    return used(client) <= limit + 8192


@pytest.mark.parametrize("shards", SHARDS)
@pytest.mark.parametrize("policy", POLICIES)
def test_policies(start_tessera, policy, shards):
    """Twice as much as fits: the limit holds, and what may not go stays."""
    client = start_tessera(shards=shards, maxmemory=LIMIT, maxmemory_policy=policy).client()
    persistent = [f"stay:{number}" for number in range(3000)]
    volatile = [f"go:{number}" for number in range(20000)]
    fill(client, persistent)
    fill(client, volatile, ex=10000)
    wait_until(lambda: is_within(client))
    info = client.info()
    assert info["evicted_keys"] > 5000
    assert info["db0"]["keys"] == client.dbsize() == 23000 - info["evicted_keys"]
    assert used(client) > LIMIT * 0.95
    if policy.startswith("volatile"):
        assert present(client, persistent) == len(persistent)
    else:
        assert present(client, persistent) < len(persistent)


@pytest.mark.parametrize("shards", SHARDS)
def test_soonest_goes_first(start_tessera, shards):
    client = start_tessera(shards=shards, maxmemory=LIMIT, maxmemory_policy="volatile-ttl").client()
    fill(client, (f"late:{number}" for number in range(6000)), ex=100000)
    fill(client, (f"soon:{number}" for number in range(6000)), ex=1000)
    fill(client, (f"later:{number}" for number in range(8000)), ex=200000)
    wait_until(lambda: is_within(client))
    assert present(client, (f"soon:{number}" for number in range(6000))) < 300
    assert present(client, (f"later:{number}" for number in range(8000))) == 8000


@pytest.mark.parametrize("shards", SHARDS)
def test_what_is_asked_for_stays(start_tessera, shards):
    """LFU: keys that are read often outlive those that nobody reads."""
    client = start_tessera(
        shards=shards, maxmemory=LIMIT, maxmemory_policy="allkeys-lfu", lfu_log_factor=1
    ).client()
    popular = [f"popular:{number}" for number in range(2000)]
    fill(client, popular)
    for _ in range(6):
        assert present(client, popular) == 2000
        pipe = client.pipeline(transaction=False)
        for name in popular:
            pipe.get(name)
        pipe.execute()
    fill(client, (f"other:{number}" for number in range(20000)))
    wait_until(lambda: is_within(client))
    assert present(client, popular) > 1950


@pytest.mark.parametrize("shards", SHARDS)
def test_lowering_the_limit_evicts(start_tessera, shards):
    """Nobody needs to write for it, and shards that sleep do their part."""
    server = start_tessera(shards=shards, maxmemory_policy="allkeys-lru")
    client = server.client()
    fill(client, (f"key:{number}" for number in range(20000)))
    client.config_set("maxmemory", LIMIT)
    wait_until(lambda: is_within(client))
    assert used(client) > LIMIT * 0.9
    client.config_set("maxmemory", 0)
    before = client.dbsize()
    fill(client, (f"more:{number}" for number in range(5000)))
    assert client.dbsize() == before + 5000


def test_large_values_go_in_slices(start_tessera):
    """A value of a million elements is one key; nothing else need go for it."""
    client = start_tessera(maxmemory_policy="volatile-lru").client()
    for start in range(0, 300000, 10000):
        client.sadd("large", *(f"member:{number}" for number in range(start, start + 10000)))
    client.expire("large", 10000)
    fill(client, (f"key:{number}" for number in range(1000)))
    client.config_set("maxmemory", 4 * 1024 * 1024)
    wait_until(lambda: is_within(client, 4 * 1024 * 1024))
    assert client.exists("large") == 0
    assert client.dbsize() == 1000
    assert client.set("one more", "x")


def test_who_is_told(start_tessera):
    """Keyspace events, invalidations, watchers."""
    server = start_tessera(maxmemory_policy="allkeys-random", notify_keyspace_events="Ee")
    client = server.client(decode_responses=True)
    watcher = server.client(decode_responses=True)
    client.set("key", "x" * 1000)
    listener = server.client(decode_responses=True).pubsub()
    listener.subscribe("__keyevent@0__:evicted")
    assert listener.get_message(timeout=5)["type"] == "subscribe"
    tracking = server.raw()
    tracking.send_command("HELLO", "3")
    tracking.read_reply()
    tracking.send_command("CLIENT", "TRACKING", "ON")
    tracking.read_reply()
    tracking.send_command("GET", "key")
    tracking.read_reply()
    with watcher.pipeline() as pipe:
        pipe.watch("key")
        pipe.multi()
        pipe.get("key")
        client.config_set("maxmemory", 1)
        wait_until(lambda: client.info("stats")["evicted_keys"] == 1)
        client.config_set("maxmemory", 0)
        with pytest.raises(redis.WatchError):
            pipe.execute()
    message = listener.get_message(timeout=5)
    assert (message["channel"], message["data"]) == ("__keyevent@0__:evicted", "key")
    assert tracking.read_reply() == [b"invalidate", [b"key"]]


def refusals(client):
    """What a node without room says to each kind of command."""
    answers = []

    def ask(*arguments):
        try:
            answers.append((arguments, client.execute_command(*arguments)))
        except redis.RedisError as error:
            answers.append((arguments, type(error).__name__ + str(error)))

    library = (
        "#!lua name=lib\n"
        "redis.register_function('plain', function() return redis.call('set', 'x', '1') end)\n"
        "redis.register_function{function_name='allowed', callback=function() return redis.call('set', "
        "'x', '1') end, flags={'allow-oom'}}\n"
        "redis.register_function{function_name='reads', callback=function() return redis.call('get', "
        "'x') end, flags={'no-writes'}}"
    )
    ask("SET", "a", "1")
    ask("FUNCTION", "LOAD", library)
    ask("CONFIG", "SET", "maxmemory", "1")
    for command in (
        "SET b 1", "GET a", "DEL l", "INCR a", "EXPIRE a 1000", "APPEND a 1", "LPOP nl", "PUBLISH x 1", "PING",
        "SORT a STORE q", "PFADD pf 1", "COPY a b", "RENAME x y", "XADD s * a b", "SETRANGE a 0 x",
        "FCALL plain 0", "FCALL allowed 0", "FCALL reads 0", "FCALL_RO plain 0", "FCALL_RO reads 0",
        "BITCOUNT a", "GETEX a EX 10", "FUNCTION RESTORE xx", "FUNCTION DELETE lib", "FUNCTION FLUSH",
    ):
        ask(*command.split())
    ask("FUNCTION", "LOAD", library)
    for script in (
        "return redis.call('set','x','1')", "return redis.pcall('set','x','1').err", "return redis.call('get','x')",
        "redis.call('del','x'); return redis.call('set','x','1')", "#!lua\nreturn 1",
        "#!lua flags=no-writes\nreturn redis.call('get','x')",
        "#!lua flags=allow-oom\nreturn redis.call('set','x','1')",
    ):
        ask("EVAL", script, "0")
        ask("EVAL_RO", script, "0")
    ask("FLUSHALL")
    ask("CONFIG", "SET", "maxmemory", "0")
    ask("SET", "b", "1")
    return answers


def transactions(server):
    """The same inside of MULTI; the limit comes before, in the middle, or at the end."""
    raw = server.raw()
    answers = []
    for limit in (0, 1):
        for commands in (
            ["MULTI", "GET a", "SET x 1", "EXEC"], ["MULTI", "PING", "DISCARD"], ["MULTI", "EXEC"],
            ["MULTI", "SET x 1", "UNWATCH", "RESET"], ["WATCH a", "MULTI", "WATCH a", "EXEC", "EXEC"],
        ):
            server.client().config_set("maxmemory", limit)
            for command in commands:
                raw.send_command(*command.split())
                answers.append((limit, command, raw.read_reply()))
        server.client().config_set("maxmemory", 0)
        for command in ("MULTI", "SET x 1"):
            raw.send_command(*command.split())
            raw.read_reply()
        server.client().config_set("maxmemory", 1)
        raw.send_command("EXEC")
        answers.append((limit, "EXEC", raw.read_reply()))
    return answers


@pytest.mark.parametrize("shards", SHARDS)
def test_refusals(start_tessera, start_redis, shards):
    """Nothing may go: who is refused, and with which words, in every context."""
    here, there = start_tessera(shards=shards), start_redis()
    assert refusals(here.client()) == refusals(there.client())
    assert [str(answer) for answer in transactions(here)] == [str(answer) for answer in transactions(there)]


def test_room_again(start_tessera):
    """A command that makes room lets the next one in, even in the same pipeline."""
    client = start_tessera(shards=1, maxmemory_policy="noeviction").client()
    client.set("large", "x" * 1000000)
    client.config_set("maxmemory", 500000)
    with pytest.raises(redis.ResponseError, match="OOM command not allowed"):
        client.set("key", "value")
    pipe = client.pipeline(transaction=False)
    pipe.set("key", "value")
    pipe.delete("large")
    pipe.set("key", "value")
    answers = pipe.execute(raise_on_error=False)
    assert isinstance(answers[0], redis.ResponseError)
    assert answers[1:] == [1, True]


@pytest.mark.parametrize("shards", SHARDS)
@pytest.mark.parametrize("tenacity", [10, 0])
def test_storm(start_tessera, shards, tenacity):
    """Several clients write as fast as they can, sizes change: the limit holds all the time, if need
    be by writers that wait. With hardly any time for evictions they must."""
    limit = 24 * 1024 * 1024
    server = start_tessera(
        shards=shards, maxmemory=limit, maxmemory_policy="allkeys-lru", maxmemory_eviction_tenacity=tenacity
    )
    writers, commands, largest = 4, 200, 2000
    empty = server.client().info("memory")["used_memory_rss"]
    peaks = []

    def request(seed, turn, number):
        value = b"x" * (20 + (number * 37 + turn * 53) % largest)
        return encode_command("SET", f"key:{seed}:{turn}:{number}", value)

    def write(pipelines):
        client, raw = server.client(), server.raw(limit=60)
        for turn, pipeline in enumerate(pipelines):
            raw.send(pipeline)
            raw.expect(b"+OK\r\n" * commands)
            if turn % 10 == 0:
                peaks.append(used(client))

    all_pipelines = [
        [b"".join(request(seed, turn, number) for number in range(commands)) for turn in range(60)]
        for seed in range(writers)
    ]
    threads = [threading.Thread(target=write, args=(pipelines,)) for pipelines in all_pipelines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # From one part in twenty above the limit writers wait; what they have sent by then takes memory, too.
    assert len(peaks) == 6 * writers
    assert max(peaks) < limit * 1.05 + writers * commands * largest
    client = server.client()
    wait_until(lambda: is_within(client, limit))
    # Receive buffers, and what is kept at hand, are the same whatever the limit is.
    fixed = 12 * 1024 * 1024 * shards
    if is_sanitized(TESSERA_SERVER):
        return
    wait_until(lambda: client.info("memory")["used_memory_rss"] - empty < limit * 1.1 + fixed)


def queued_commands():
    yield ("MULTI",), "OK"
    for number in range(100):
        yield ("SET", f"key:{number}", "x" * 100000), "QUEUED"


def tracked_prefixes():
    for number in range(1000):
        yield ("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", f"{number:010000}"), "OK"


@pytest.mark.parametrize("greed", [queued_commands, tracked_prefixes])
@pytest.mark.parametrize("shards", SHARDS)
def test_client_eviction(start_tessera, shards, greed):
    """The client that takes most goes; one that asked to stay does not count among them."""
    server = start_tessera(shards=shards)
    client = server.client()
    client.client_no_evict("ON")
    client.config_set("maxmemory-clients", 3000000)
    modest = server.client()
    modest.set("key", "value")
    greedy = server.raw()
    greedy.send_command("CLIENT", "SETNAME", "greedy")
    greedy.read_reply()
    with pytest.raises((ConnectionError, OSError, EOFError)):
        for words, expected in greed():
            greedy.send_command(*words)
            assert greedy.read_reply() == expected
        greedy.read_until_closed()
        raise ConnectionError
    wait_until(lambda: client.info("stats")["evicted_clients"] == 1)
    assert not [one for one in client.client_list() if one["name"] == "greedy"]
    assert modest.get("key") == b"value"
    client.config_set("maxmemory-clients", "0")


@pytest.mark.parametrize("shards", SHARDS)
def test_holes_go_back(start_tessera, shards):
    """After most keys have gone at random, the memory between the others is given back."""
    server = start_tessera(shards=shards, active_defrag_ignore_bytes="1mb", active_defrag_cycle_max=75)
    client = server.client()
    fill(client, (f"key:{number}" for number in range(60000)))
    for number in range(300):
        client.hset(f"hash:{number}", mapping={f"field:{field}": "v" * 20 for field in range(200)})
    for start in range(0, 60000, 500):
        client.delete(*(f"key:{number}" for number in range(start, start + 500) if number * 7919 % 10 > 1))
    client.delete(*(f"hash:{number}" for number in range(300) if number % 5 > 0))
    # Each shard keeps a megabyte at hand.
    wait_until(lambda: client.info("memory")["allocator_frag_ratio"] < 1.2 + 0.15 * shards)
    # The ratio may have been low already when the keys went; the moving of what is left follows.
    wait_until(lambda: client.info("stats")["active_defrag_hits"] > 1000)
    wait_until(lambda: client.info("stats")["active_defrag_key_hits"] > 1000)
    for number in range(60000):
        if number * 7919 % 10 <= 1 and number % 97 == 0:
            assert client.get(f"key:{number}") == VALUE
    for number in range(0, 300, 5):
        assert client.hlen(f"hash:{number}") == 200
        assert client.hget(f"hash:{number}", "field:7") == b"v" * 20
