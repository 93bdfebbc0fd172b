"""FUNCTION and FCALL: the same calls to redis-server, dumps that go both ways, and libraries on all shards."""

import re
import threading

import pytest
import redis
from servers import wait_until

SHARDS = 2


def library(body, name="lib", engine="lua"):
    return f"#!{engine} name={name}\n{body}"


def reply(client, *words):
    try:
        return client.execute_command(*words)
    except redis.ResponseError as error:
        return f"-{error}"


def plain(value):
    """Without what differs between servers that know the same: the order of libraries and functions."""
    if isinstance(value, list) and len(value) > 1 and value and isinstance(value[0], list):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


@pytest.fixture
def pair(start_tessera, start_redis):
    """Clients of both servers."""
    clients = [start_tessera(shards=SHARDS).client(), start_redis().client()]
    for client in clients:
        client.set_response_callback("FUNCTION LIST", lambda raw, **_: raw)
    return clients


def check(pair, *words):
    ours, theirs = (reply(client, *words) for client in pair)
    if words[1:2] == ("RESTORE",):  # Whichever of several is found first.
        ours, theirs = (re.sub(r"Library \w+ already", "Library already", str(value)) for value in (ours, theirs))
    assert plain(ours) == plain(theirs), words
    return theirs


ONE = "redis.register_function('{0}', function(keys, args) return {1} end)"

HEADERS = [
    "", "abc", "#!", "#!lua name=x", "#! \n", "#!lua\nx", "#!lua name=\nx", "#!lua name=a-b\nx",
    "#!lua name=a b=c\nx", "#!lua foo\nx", "#!lua name=x name=y\nx", "#!bad name=x\nx", '#!lua name="x\nx',
    "#!lua name='a b'\nx", "#!LUA name=x\n bad bad", "#!lua NAME=x\nx", "\n#!lua name=x\nx", " #!lua name=x\nx",
    "#!lua   name=x   \n" + ONE.format("one", 1), "#!lua\tname=tab\n" + ONE.format("two", 2),
    "#!lua name=x\r\n" + ONE.format("three", 3), '#!lua name="quoted"\n' + ONE.format("four", 4),
    "#!lua name=" + "n" * 300 + "\n" + ONE.format("five", 5), "#!lua name=z\n\x1bLua" ,
]

BODIES = [
    "return 1", "error('boo')", "redis.foo()", "local a = nil a()", "redis.log(1)", "a = 1", "return a",
    "return tostring(1)", "return math.random()", "return redis.call('ping')", "redis.x = 1", "redis.REDIS_VERSION = 1",
    "_G.x = 1", "return setmetatable", "return KEYS", "return getmetatable(_G)",
    "redis.register_function()", "redis.register_function('a')", "redis.register_function(1)",
    "redis.register_function('a', 1)", "redis.register_function(nil, function() end)",
    "redis.register_function(1, function() end)", "redis.register_function('a', function() end, 1)",
    "redis.register_function('a b', function() end)", "redis.register_function('', function() end)",
    "redis.register_function('a\\0b', function() end)",
    "redis.register_function{}", "redis.register_function{function_name='a'}",
    "redis.register_function{callback=function() end}",
    "redis.register_function{function_name=1, callback=function() end}",
    "redis.register_function{function_name={}, callback=function() end}",
    "redis.register_function{function_name='a', callback=1}",
    "redis.register_function{function_name='a', callback=function() end, description=1}",
    "redis.register_function{function_name='a', callback=function() end, description={}}",
    "redis.register_function{function_name='a', callback=function() end, flags=1}",
    "redis.register_function{function_name='a', callback=function() end, flags={1}}",
    "redis.register_function{function_name='a', callback=function() end, flags={'x'}}",
    "redis.register_function{function_name='a', callback=function() end, flags={a='no-writes'}}",
    "redis.register_function{function_name='a', callback=function() end, flags={'no-writes', 'no-writes', 'allow-oom',"
    " 'allow-stale', 'no-cluster', 'allow-cross-slot-keys'}}",
    "redis.register_function{function_name='a', callback=function() end, x=1}",
    "redis.register_function{function_name='a', callback=function() end, [1]=1}",
    "redis.register_function{'a', function() end}", "redis.register_function{FUNCTION_NAME='a', callback=redis.log}",
    "redis.register_function('" + "a" * 300 + "', function() end)",
    "redis.register_function('a', function() end) redis.register_function('a', function() end)",
    "for k, v in redis do end", "return redis.register_function('a', function() end)",
]

FUNCTIONS = """
local n = 0
redis.register_function('count', function() n = n + 1 return n end)
redis.register_function('err', function() error('boo') end)
redis.register_function('err2', function() return redis.call('foo') end)
redis.register_function('err3', function() return {err='MY x'} end)
redis.register_function('err4', function() error({err='MY x'}) end)
redis.register_function('set_global', function() a = 1 end)
redis.register_function('keys_global', function() return KEYS end)
redis.register_function('register', function() return redis.register_function end)
redis.register_function('register2', function() return redis.register_function('x', function() end) end)
redis.register_function('arguments', function(k, a, x) return {k, a, x} end)
redis.register_function('select', function(...) return select('#', ...) end)
redis.register_function{function_name='ro', callback=function(k) return redis.call('set', k[1], 1) end,
    flags={'no-writes'}}
redis.register_function{function_name='read', callback=function(k) return redis.call('get', k[1]) end,
    flags={'no-writes'}, description='reads'}
redis.register_function{function_name='w', callback=function(k) return redis.call('set', k[1], 1) end}
redis.register_function{function_name='no_cluster', callback=function(k) return 5 end, flags={'no-cluster'}}
redis.register_function('globals', function() mt = getmetatable(_G) mt.__index['redis'] = 1 end)
redis.register_function('environment', function() return getfenv end)
redis.register_function('json', function(k, a) return cjson.encode(a) end)
"""


def test_the_first_line(pair):
    for code in HEADERS:
        check(pair, "FUNCTION", "LOAD", "REPLACE", code)
    check(pair, "FUNCTION", "LIST", "WITHCODE")


def test_what_is_registered(pair):
    for body in BODIES:
        check(pair, "FUNCTION", "LOAD", "REPLACE", library(body))
        check(pair, "FUNCTION", "LIST")
    for words in [(), ("x", "y"), ("REPLACE",), ("REPLACE", "REPLACE", "x")]:
        check(pair, "FUNCTION", "LOAD", *words)


def test_calls(pair):
    check(pair, "FUNCTION", "LOAD", library(FUNCTIONS))
    check(pair, "EVAL", "return KEYS[1]", 1, "k")
    names = [line.split("'")[1] for line in FUNCTIONS.splitlines() if "register_function" in line and "'" in line]
    assert len(names) > 15
    for name in [*names, "nosuch", "COUNT", "Read"]:
        for command in ("FCALL", "FCALL_RO"):
            check(pair, command, name, 0)
            check(pair, command, name, 1, "k")
            check(pair, command, name, 2, "{k}a", "{k}b", "c", "d")
            check(pair, command, name, 2, "k")
    for words in [("count", "-1"), ("count", "x"), ("nosuch", "x"), ("count",), ()]:
        check(pair, "FCALL", *words)
    check(pair, "FUNCTION", "STATS")
    check(pair, "FUNCTION", "KILL")
    check(pair, "FUNCTION", "LIST", "LIBRARYNAME", "L?b", "WITHCODE")
    for words in [("x",), ("LIBRARYNAME",), ("WITHCODE", "WITHCODE"), ("LIBRARYNAME", "a", "LIBRARYNAME", "b")]:
        check(pair, "FUNCTION", "LIST", *words)
    check(pair, "EVAL", "return redis.call('FUNCTION', 'LIST')", 0)
    check(pair, "EVAL", "return redis.call('FCALL', 'count', 0)", 0)


def test_libraries_and_names(pair):
    for name, body in [("lib", "f"), ("LIB", "f"), ("LIB", "F"), ("LIB", "g"), ("LIB", "h"), ("other", "F")]:
        check(pair, "FUNCTION", "LOAD", library(ONE.format(body, 1), name))
    for name in ["Lib", "LIB", "LIB", "nosuch"]:
        check(pair, "FUNCTION", "DELETE", name)
    check(pair, "FUNCTION", "LOAD", library(ONE.format("g", 1), "two"))
    # A load that fails leaves what was there.
    check(pair, "FUNCTION", "LOAD", "REPLACE", library(ONE.format("f", 2), "two"))
    check(pair, "FUNCTION", "LOAD", "REPLACE", library(ONE.format("g", 2) + " bad", "two"))
    check(pair, "FCALL", "g", 0)
    check(pair, "FUNCTION", "LIST")
    check(pair, "FLUSHALL")
    check(pair, "FCALL", "g", 0)
    for words in [("x",), ("SYNC", "x"), ("async",), ("SYNC",), ()]:
        check(pair, "FUNCTION", "FLUSH", *words)
        check(pair, "FUNCTION", "LIST")
    check(pair, "FCALL", "g", 0)


def test_dumps_go_both_ways(pair):
    ours, theirs = pair
    assert ours.execute_command("FUNCTION", "DUMP") == theirs.execute_command("FUNCTION", "DUMP")
    for number, client in enumerate(pair):
        client.execute_command("FUNCTION", "LOAD", library(FUNCTIONS, "many"))
        client.execute_command("FUNCTION", "LOAD", library(ONE.format("f", 10 + number), "few"))
    dumps = [client.execute_command("FUNCTION", "DUMP") for client in pair]
    for client, dump in zip(pair, reversed(dumps)):
        client.execute_command("FUNCTION", "RESTORE", dump, "FLUSH")
    assert (ours.fcall("f", 0), theirs.fcall("f", 0)) == (11, 10)
    for dump in dumps:
        for words in [("FLUSH",), (), ("APPEND",), ("REPLACE",), ("foo",), ("foo", "bar")]:
            check(pair, "FUNCTION", "RESTORE", dump, *words)
            check(pair, "FUNCTION", "LIST", "WITHCODE")
    check(pair, "FUNCTION", "LOAD", "REPLACE", library(ONE.format("zz", 1), "few"))
    check(pair, "FUNCTION", "LOAD", library(ONE.format("f", 1), "third"))
    check(pair, "FUNCTION", "RESTORE", dumps[0], "REPLACE")
    check(pair, "FUNCTION", "LIST")


def test_reload(start_tessera):
    client = start_tessera(shards=SHARDS, enable_debug_command=True).client()
    client.execute_command("FUNCTION", "LOAD", library(ONE.format("f", 5)))
    client.set("key", "value")
    for words in [(), ("NOSAVE",), ("NOFLUSH", "MERGE")]:
        assert client.execute_command("DEBUG", "RELOAD", *words) in (True, b"OK")
        assert (client.fcall("f", 0), client.get("key")) == (5, b"value")
    with pytest.raises(redis.ResponseError, match="Error trying to load the RDB"):
        client.execute_command("DEBUG", "RELOAD", "NOFLUSH")
    client.execute_command("FUNCTION", "FLUSH")
    client.flushall()
    assert client.execute_command("DEBUG", "RELOAD", "NOFLUSH") in (True, b"OK")


def test_dumps_that_are_none(pair):
    ours, theirs = pair
    check(pair, "FUNCTION", "LOAD", library(ONE.format("f", 1)))
    dump = theirs.execute_command("FUNCTION", "DUMP")
    for client in pair:
        client.set("k", "v")
    value = theirs.dump("k")
    for payload in [b"", b"x" * 9, value, dump[1:], dump + b"x", *(dump[:length] for length in range(len(dump)))]:
        check(pair, "FUNCTION", "RESTORE", payload, "REPLACE")
    for bit in range(0, len(dump) * 8, 7):
        broken = bytearray(dump)
        broken[bit // 8] ^= 1 << bit % 8
        check(pair, "FUNCTION", "RESTORE", bytes(broken), "REPLACE")
    assert reply(ours, "RESTORE", "k2", 0, dump) == reply(theirs, "RESTORE", "k2", 0, dump)
    assert ours.fcall("f", 0) == 1


def test_every_shard_has_them(start_tessera):
    server = start_tessera(shards=SHARDS, cluster_enabled=True, cluster_claim_all_slots=True)
    client = server.client()
    code = "redis.register_function('put', function(k, a) redis.call('set', k[1], a[1]) return {version} end)"
    keys = [f"key{number}" for number in range(40)]
    for version in range(1, 4):
        client.execute_command("FUNCTION", "LOAD", "REPLACE", library(code.replace("{version}", str(version))))
        # Sent at once, behind each other: what was loaded is there for the next, wherever its keys are.
        pipeline = client.pipeline(transaction=False)
        for key in keys:
            pipeline.fcall("put", 1, key, version)
        assert pipeline.execute() == [version] * len(keys)
    assert [client.get(key) for key in keys] == [b"3"] * len(keys)
    pipeline = client.pipeline(transaction=False)
    for key in keys:
        pipeline.fcall("put", 1, key, 4)
    pipeline.execute_command("FUNCTION", "FLUSH")
    for key in keys:
        pipeline.fcall("put", 1, key, 5)
    results = pipeline.execute(raise_on_error=False)
    assert results[: len(keys)] == [3] * len(keys)
    assert all("Function not found" in str(result) for result in results[len(keys) + 1 :])
    assert client.fcall is not None and [client.get(key) for key in keys] == [b"4"] * len(keys)


def test_cluster_mode(start_tessera):
    client = start_tessera(shards=SHARDS, cluster_enabled=True, cluster_claim_all_slots=True).client()
    client.execute_command(
        "FUNCTION", "LOAD",
        library(
            "redis.register_function('put', function(k, a) return redis.call('set', a[1], 1) end)"
            "redis.register_function{function_name='no', callback=function() return 1 end, flags={'no-cluster'}}"
        ),
    )
    assert client.fcall("put", 1, "{a}x", "{a}y") == b"OK"
    with pytest.raises(redis.ResponseError, match="access a non local key in a cluster node|same slot|cross-slot"):
        client.fcall("put", 1, "{a}x", "{b}y")
    with pytest.raises(redis.ResponseError, match="CROSSSLOT|same slot"):
        client.fcall("put", 2, "{a}x", "{b}y", "{a}z")
    with pytest.raises(redis.ResponseError, match="Can not run script on cluster, 'no-cluster' flag is set"):
        client.fcall("no", 0)


def test_functions_write_to_any_shard_with_cluster_mode_off(start_tessera):
    client = start_tessera(shards=SHARDS).client()
    client.execute_command(
        "FUNCTION", "LOAD",
        library("redis.register_function('spread', function(k, a)"
                " for i = 1, 100 do redis.call('set', 'key' .. i, i) end return redis.call('dbsize') end)"),
    )
    assert client.fcall("spread", 0) == 100
    assert client.get("key77") == b"77"
    with client.pipeline(transaction=True) as transaction:
        transaction.execute_command("FUNCTION", "LOAD", library(ONE.format("one", 1), "second"))
        transaction.fcall("one", 0)
        transaction.execute_command("FUNCTION", "DUMP")
        transaction.execute_command("FUNCTION", "DELETE", "second")
        assert transaction.execute()[:2] == [b"second", 1]
    with client.pipeline(transaction=True) as transaction:
        transaction.set("a", 1)
        transaction.fcall("spread", 0)
        transaction.execute_command("FUNCTION", "LIST")
        transaction.execute_command("FUNCTION", "DELETE", "lib")
        transaction.execute_command("FUNCTION", "LIST")
        results = transaction.execute()
    assert results[1] == 101 and len(results[2]) == 1 and results[4] == []


def test_a_load_that_does_not_end(start_tessera):
    client = start_tessera(shards=SHARDS).client()
    for body in ["while 1 do end", "local a = 1 while 1 do a = a + 1 end"]:
        with pytest.raises(redis.ResponseError, match="FUNCTION LOAD timeout"):
            client.execute_command("FUNCTION", "LOAD", library(body))
    assert client.execute_command("FUNCTION", "LIST") == []
    assert client.eval("local a = 0 for i = 1, 1000000 do a = a + 1 end return a", 0) == 1000000


def test_what_a_library_keeps_from_its_load_is_harmless(start_tessera):
    client = start_tessera(shards=SHARDS).client()
    client.execute_command(
        "FUNCTION", "LOAD",
        library(
            "local kept = redis\n"
            "redis.register_function('write', function() kept.math = math return 1 end)\n"
            "redis.register_function('register', function() kept.register_function('x', function() end) end)\n"
            "redis.register_function('raw', function() rawset(kept, 'call', 1) return 1 end)\n"
            "redis.register_function('meta', function() setmetatable(kept, {}) return 1 end)\n"
        ),
    )
    for name, message in [
        ("write", "Attempt to modify a readonly table"),
        ("register", "can only be called on FUNCTION LOAD command"),
        ("raw", "Attempt to modify a readonly table"),
        ("meta", "Attempt to modify a readonly table"),
    ]:
        with pytest.raises(redis.ResponseError, match=message):
            client.fcall(name, 0)
    # The server's own name for the same table, in errors, too.
    with pytest.raises(redis.ResponseError, match="wrong number of arguments to server.register_function"):
        client.execute_command("FUNCTION", "LOAD", library("server.register_function()", "x"))


def test_libraries_share_nothing(start_tessera):
    client = start_tessera(shards=1).client()
    body = "local n = 0 redis.register_function('{0}', function() n = n + 1 return n end)"
    for name in "ab":
        client.execute_command("FUNCTION", "LOAD", library(body.format(name), name))
    assert [client.fcall("a", 0), client.fcall("a", 0), client.fcall("b", 0)] == [1, 2, 1]
    client.execute_command("FUNCTION", "LOAD", "REPLACE", library(body.format("b"), "b"))
    assert [client.fcall("a", 0), client.fcall("b", 0)] == [3, 1]


def test_info_counts_them(start_tessera):
    client = start_tessera(shards=SHARDS).client()
    for number in range(3):
        client.execute_command(
            "FUNCTION", "LOAD", library(ONE.format(f"f{number}", 1) + ONE.format(f"g{number}", 1), f"lib{number}"))
    memory = client.info("memory")
    assert (memory["number_of_functions"], memory["number_of_libraries"]) == (6, 3)
    assert memory["used_memory_functions"] > 0


def test_loads_and_calls_at_the_same_time(start_tessera):
    """Libraries come, change and go while functions run on all shards."""
    server = start_tessera(shards=SHARDS, cluster_enabled=True, cluster_claim_all_slots=True)
    stop = threading.Event()
    unexpected = []

    def load(name):
        client = server.client()
        body = "redis.register_function('{0}', function(k) redis.call('incr', k[1]) return {1} end)"
        for number in range(150):
            client.execute_command("FUNCTION", "LOAD", "REPLACE", library(body.format(name, number), name))
            if number % 10 == 5:
                client.execute_command("FUNCTION", "DELETE", name)
            if number % 50 == 49:
                dump = client.execute_command("FUNCTION", "DUMP")
                reply(client, "FUNCTION", "RESTORE", dump, "REPLACE")
        stop.set()

    def call(name):
        client = server.client()
        number = 0
        while not stop.is_set():
            number += 1
            value = reply(client, "FCALL", name, 1, f"key{number % 50}")
            if not isinstance(value, int) and "Function not found" not in value:
                unexpected.append(value)

    threads = [threading.Thread(target=target, args=(name,)) for name in "ab" for target in (load, call, call)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert unexpected == []


def test_a_function_that_runs_long(start_tessera):
    server = start_tessera(shards=SHARDS, busy_reply_threshold=50)
    client = server.client()
    client.execute_command(
        "FUNCTION", "LOAD",
        library("redis.register_function('loop', function() while true do end end)"
                "redis.register_function('write', function(k) redis.call('set', 'x', 1) while true do end end)"),
    )
    other = server.raw()
    other.send_command("FCALL", "loop", 0, "an argument")
    killer = server.client()
    wait_until(lambda: "script loop runs for" in server.log_text())
    assert str(reply(killer, "PING")).startswith("-BUSY")
    running = killer.execute_command("FUNCTION", "STATS")[1]
    assert running[:4] == [b"name", b"loop", b"command", [b"FCALL", b"loop", b"0", b"an argument"]]
    assert running[4] == b"duration_ms" and running[5] >= 50
    assert str(reply(killer, "SCRIPT", "KILL")).startswith("-BUSY")
    assert killer.execute_command("FUNCTION", "KILL") == b"OK"
    assert "Script killed by user with FUNCTION KILL" in str(other.read_reply())
    wait_until(lambda: reply(killer, "PING") is True)
    assert killer.execute_command("FUNCTION", "STATS")[1] is None
    assert str(reply(killer, "FUNCTION", "KILL")).startswith("-NOTBUSY No scripts in execution")


def test_a_library_goes_while_its_function_runs(start_tessera):
    """Its code stays until the run is over, on whichever shard that is."""
    server = start_tessera(
        shards=SHARDS, cluster_enabled=True, cluster_claim_all_slots=True, busy_reply_threshold=20
    )
    code = library("redis.register_function('loop', function() while true do end end)"
                   "redis.register_function('short', function() return ('x'):rep(3) end)")
    seen = 0
    for words in [("DELETE", "lib"), ("FLUSH",), ("LOAD", "REPLACE", library(ONE.format("other", 1)))]:
        server.client().execute_command("FUNCTION", "LOAD", "REPLACE", code)
        runs = server.raw()
        runs.send_command("FCALL", "loop", 1, "key")
        # A command that came together with the call would wait for its end: ask only for what is running.
        wait_until(lambda: "script loop runs for" in server.log_text()[seen:])
        seen = len(server.log_text())

        def change(words=words):
            """By a shard that is not busy, sooner or later."""
            client = server.client()
            value = reply(client, "FUNCTION", *words)
            client.close()
            return "BUSY" not in str(value)

        wait_until(change)
        killer = server.client()
        assert killer.execute_command("FUNCTION", "KILL") == b"OK"
        assert "Script killed by user with FUNCTION KILL" in str(runs.read_reply())
        client = server.client()
        wait_until(lambda client=client: "BUSY" not in str(reply(client, "GET", "key")))
        for key in ("key", "a", "b", "c"):
            assert "Function not found" in str(reply(client, "FCALL", "short", 1, key))
        assert client.eval("return 1", 1, "key") == 1
