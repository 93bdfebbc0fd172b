"""EVAL, EVALSHA and SCRIPT over shards and in cluster mode."""

import hashlib
import re

import pytest
import redis

from servers import wait_until

LOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end"


def sha1(text):
    return hashlib.sha1(text.encode()).hexdigest()


@pytest.fixture
def cluster(start_tessera):
    server = start_tessera(cluster_enabled=True, shards=2)
    client = server.client()
    client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: "cluster_state:ok" in str(client.execute_command("CLUSTER", "INFO")), what="a cluster")
    return server


@pytest.mark.parametrize("shards", [1, 2, 3])
def test_any_key_with_cluster_mode_off(start_tessera, shards):
    client = start_tessera(shards=shards).client()
    script = "for i = 1, 200 do redis.call('SET', 'key:' .. i, i) end return redis.call('DBSIZE')"
    assert client.eval(script, 0) == 200
    assert client.eval("local s = 0 for i = 1, 200 do s = s + redis.call('GET', 'key:' .. i) end return s", 0) == 20100
    assert client.eval("return redis.call('MGET', 'key:1', 'key:2', 'key:3')", 1, "key:77") == [b"1", b"2", b"3"]
    assert client.eval("redis.call('FLUSHALL') return redis.call('DBSIZE')", 0) == 0
    assert client.dbsize() == 0


def test_a_script_is_known_everywhere(start_tessera):
    server = start_tessera(shards=4)
    clients = [server.client() for _ in range(16)]
    name = clients[0].script_load("return ARGV[1]")
    assert name == sha1("return ARGV[1]")
    for client in clients:
        assert client.script_exists(name, "0" * 40) == [True, False]
        assert client.evalsha(name, 1, "k", "x") == b"x"
        assert client.evalsha(name.upper(), 1, "k", "y") == b"y"
    assert clients[3].execute_command("SCRIPT", "SHOW", name) == b"return ARGV[1]"
    assert clients[5].script_flush()
    for client in clients:
        assert client.script_exists(name) == [False]
        with pytest.raises(redis.exceptions.NoScriptError):
            client.evalsha(name, 1, "k", "x")
    assert clients[7].eval("return ARGV[1]", 0, "z") == b"z"
    assert all(client.evalsha(name, 0, "z") == b"z" for client in clients)


def test_scripts_that_came_by_eval_are_evicted(start_tessera):
    client = start_tessera(shards=2).client()
    kept = client.script_load("return 'kept'")
    for i in range(500):
        client.eval(f"return {i}", 0)
    client.eval("return 0", 0)
    for i in range(500, 600):
        client.eval(f"return {i}", 0)
    names = [sha1(f"return {i}") for i in range(600)]
    known = client.script_exists(*names)
    assert known[0] and not any(known[1:101]) and all(known[101:])
    assert client.script_exists(kept) == [True]
    assert client.info("stats")["evicted_scripts"] == 100
    assert client.info("memory")["number_of_cached_scripts"] == 501


def test_patterns(start_tessera):
    client = start_tessera(shards=2).client()
    lock = client.register_script(LOCK)
    client.set("lock", "me")
    assert lock(keys=["lock"], args=["you"]) == 0
    assert lock(keys=["lock"], args=["me"]) == 1
    held = client.lock("resource", timeout=10)
    assert held.acquire(blocking=False)
    assert not client.lock("resource", timeout=10).acquire(blocking=False)
    assert held.extend(10) and held.reacquire()
    held.release()
    assert client.get("resource") is None


def test_keys_in_cluster_mode(cluster):
    client = cluster.client()
    assert client.eval("return redis.call('SET', KEYS[1], ARGV[1])", 1, "a", "1") == b"OK"
    with pytest.raises(redis.RedisError, match="CROSSSLOT"):
        client.eval("return 1", 2, "a", "b")
    assert client.eval("return redis.call('MGET', KEYS[1], KEYS[2])", 2, "{t}a", "{t}b") == [None, None]
    # Keys that were not named: refused when they are another shard's; of one slot with a first line.
    errors = set()
    for i in range(64):
        try:
            client.eval(f"return redis.call('GET', 'key:{i}')", 1, "a")
        except redis.RedisError as error:
            errors.add(str(error).split(" script:")[0])
    assert errors == {"Script attempted to access a non local key in a cluster node"}
    slots = {}
    for i in range(64):
        try:
            client.eval(f"#!lua\nreturn redis.call('GET', 'key:{i}')", 1, "a")
        except redis.RedisError as error:
            slots[str(error).split(" script:")[0]] = i
    assert set(slots) == {
        "Script attempted to access a non local key in a cluster node",
        "Script attempted to access keys that do not hash to the same slot",
    }
    with pytest.raises(redis.RedisError, match="no-cluster"):
        client.eval("#!lua flags=no-cluster\nreturn 1", 0)
    with pytest.raises(redis.RedisError, match="all shards"):
        client.eval("return redis.call('DBSIZE')", 0)


@pytest.mark.parametrize("directives", [{"shards": 1}, {"shards": 3}])
def test_in_a_transaction(start_tessera, directives):
    server = start_tessera(**directives)
    client = server.client()
    pipe = client.pipeline()
    pipe.set("a", "1")
    pipe.eval("redis.call('INCR', KEYS[1]) redis.call('SELECT', 5) redis.call('SET', 'b', 'x') return redis.call('GET', 'b')", 1, "a")
    pipe.get("a")
    pipe.eval("return redis.call('NOSUCH')", 0)
    pipe.get("b")
    answers = pipe.execute(raise_on_error=False)
    assert answers[:3] == [True, b"x", b"2"]
    assert "Unknown Redis command" in str(answers[3])
    assert answers[4] is None
    assert server.client(db=5).get("b") == b"x"


def test_watch_and_waiting_clients_see_what_scripts_do(start_tessera):
    server = start_tessera(shards=2)
    client, other, raw = server.client(), server.client(), server.raw()
    pipe = client.pipeline()
    pipe.watch("w")
    other.eval("return redis.call('SET', KEYS[1], '1')", 1, "w")
    pipe.multi()
    pipe.get("w")
    with pytest.raises(redis.WatchError):
        pipe.execute()
    raw.send_command("BLPOP", "list", "0")
    wait_until(lambda: other.info("clients")["blocked_clients"] == 1, what="a waiting client")
    other.eval("redis.call('RPUSH', KEYS[1], 'a') return redis.call('RPUSH', KEYS[1], 'b')", 1, "list")
    assert raw.read_reply() == [b"list", b"a"]
    assert other.eval("return redis.call('BLPOP', KEYS[1], 0)", 1, "list") == [b"list", b"b"]
    assert other.eval("return redis.call('BLPOP', KEYS[1], 0)", 1, "list") is None


def test_what_is_counted(start_tessera):
    server = start_tessera(shards=1, slowlog_log_slower_than=0)
    client = server.client()
    client.config_resetstat()
    client.eval("redis.call('SET', KEYS[1], 1) redis.pcall('LPUSH', KEYS[1], 1) return 1", 1, "k")
    with pytest.raises(redis.RedisError):
        client.eval("return redis.call('LPUSH', KEYS[1], 1)", 1, "k")
    text = server.raw().command("INFO", "commandstats", "errorstats").decode()
    assert "cmdstat_set:calls=1," in text
    assert "cmdstat_eval:calls=2," in text
    assert re.search(r"cmdstat_lpush:calls=2,.*failed_calls=2", text)
    assert "errorstat_WRONGTYPE:count=2" in text
    names = [entry["command"].split()[0] for entry in client.slowlog_get(10)]
    assert b"EVAL" in names and b"LPUSH" not in names


def test_large_values(start_tessera):
    client = start_tessera(shards=2).client()
    value = bytes(range(256)) * 40000
    client.set("large", value)
    assert client.eval("return redis.call('GET', KEYS[1])", 1, "large") == value
    assert client.eval("return #redis.call('GET', KEYS[1])", 1, "large") == len(value)
    assert client.eval("redis.call('SET', 'copy', redis.call('GET', KEYS[1]) .. 'x') return redis.call('STRLEN', 'copy')", 1, "large") == len(value) + 1
    many = ["v%d" % i for i in range(3000)]
    assert client.eval("redis.call('RPUSH', KEYS[1], unpack(ARGV)) return redis.call('LRANGE', KEYS[1], 0, -1)", 1, "l", *many) == [
        text.encode() for text in many
    ]


def test_globals_do_not_last(start_tessera):
    client = start_tessera(shards=1).client()
    client.eval("return KEYS[1]", 1, "secret")
    assert client.eval("return #KEYS + #ARGV", 0) == 0
    for script in ("x = 1", "redis.call = nil", "string.format = nil", "math.x = 1", "getmetatable('').__index = {}",
                   "rawset(_G, 'x', 1)", "rawset(redis, 'x', 1)", "setmetatable(_G, {})", "setmetatable(string, nil)",
                   "table.insert(redis, 1)", "table.sort(_G)", "cjson.encode = nil", "KEYS = {}"):  # fmt: skip
        with pytest.raises(redis.RedisError, match="readonly table"):
            client.eval(script, 0)
    for name in ("os.execute", "io", "require", "package", "dofile", "loadfile", "print", "debug", "getfenv", "setfenv",
                 "newproxy", "module"):  # fmt: skip
        with pytest.raises(redis.RedisError, match="nonexistent global|attempt to call"):
            client.eval(f"return {name}()", 0)
    # What pairs, next and rawget show of them cannot be written to either.
    with pytest.raises(redis.RedisError, match="readonly table"):
        client.eval("local f, t = pairs(redis) t.call = nil", 0)
    assert client.eval("local n = 0 for k, v in pairs(redis) do n = n + 1 end return n > 10", 0) == 1
    assert client.eval("return rawget(_G, 'nosuch') == nil and rawget(redis, 'call') == redis.call", 0) == 1
    assert client.eval("for k, v in pairs(_G) do if type(v) == 'table' and k ~= 'KEYS' and k ~= 'ARGV' then "
                       "if pcall(function() v.x = 1 end) then return k end end end return 'none'", 0) == b"none"  # fmt: skip


@pytest.mark.parametrize("shards", [1, 2])
def test_what_the_user_may_not_do(start_tessera, shards):
    server = start_tessera(shards=shards)
    admin = server.client()
    admin.execute_command("ACL", "SETUSER", "bob", "on", ">secret", "+@scripting", "+set", "~x*")
    bob = server.client(username="bob", password="secret")
    assert bob.eval("return redis.call('SET', 'xx', 1)", 0) == b"OK"
    with pytest.raises(redis.RedisError, match="can't access at least one of the keys"):
        bob.eval("return redis.call('SET', 'yy', 1)", 0)
    with pytest.raises(redis.RedisError, match="can't run this command or subcommand"):
        bob.eval("return redis.call('GET', 'xx')", 0)
    script = "return {tostring(redis.acl_check_cmd('SET', 'xx', 1)), tostring(redis.acl_check_cmd('SET', 'yy', 1))}"
    assert bob.eval(script, 0) == [b"true", b"false"]
    contexts = [entry["context"] for entry in admin.acl_log()]
    assert contexts.count("lua") == 2
    admin.execute_command("ACL", "DELUSER", "bob")


def test_scripts_that_promise_to_write_nothing(start_tessera):
    client = start_tessera().client()
    for call in ("'SET', KEYS[1], 1", "'PFCOUNT', KEYS[1]", "'PUBLISH', 'c', 'm'", "'SPUBLISH', KEYS[1], 'm'"):
        for command, first_line in (("EVAL_RO", ""), ("EVAL", "#!lua flags=no-writes\n")):
            with pytest.raises(redis.ResponseError, match="^Write commands are not allowed from read-only scripts"):
                client.execute_command(command, f"{first_line}return redis.call({call})", 1, "key")
        assert client.eval(f"return redis.call({call})", 1, "key") is not None
        client.delete("key")


def test_scripts_that_nobody_calls_cost_no_more_than_their_text(start_tessera):
    client = start_tessera(shards=1).client()
    client.eval("return 1", 0)
    before = client.info("memory")["used_memory_vm_eval"]
    names = [client.script_load(f"local t = {{{i}, 'a', 'b'}} if #KEYS > {i} then return t[1] end return {i}") for i in range(5000)]
    # They would be 15 MB.
    assert client.info("memory")["used_memory_vm_eval"] < before + (1 << 20)
    assert client.info("memory")["number_of_cached_scripts"] == 5001
    assert [client.evalsha(name, 0) for name in names[::500]] == list(range(0, 5000, 500))


def test_monitor_shows_what_scripts_run(start_tessera):
    server = start_tessera(shards=2)
    with server.raw() as monitor, server.raw() as client:
        assert monitor.command("MONITOR") == "OK"
        client.command("SELECT", 3)
        client.command("EVAL", "redis.call('SET', KEYS[1], 1.5) redis.pcall('CONFIG', 'GET', 'port') return redis.call('get', KEYS[1])", 1, "k")
        lines = [monitor.read_reply().split(" ", 1)[1] for _ in range(4)]
        assert '"SELECT" "3"' in lines[0] and '"EVAL"' in lines[1]
        assert lines[2:] == ['[3 lua] "SET" "k" "1.5"', '[3 lua] "get" "k"']
