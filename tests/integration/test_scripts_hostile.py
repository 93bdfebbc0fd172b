"""Scripts that want to harm: each may fail, none may end the node or keep it from its other clients."""

import pytest
import redis

from servers import wait_until

# What has once brought a server down, or let a script out of its box, and near relatives.
SCRIPTS = [
    "return unpack({1, 2}, -2147483648, 2147483647)",
    "return unpack({1}, 0, 2147483647)",
    "return unpack({1}, 2147483647, -2147483648)",
    "return {unpack({}, 1, 7900)}",
    "return #{unpack({}, 1, 100000)}",
    "local t = {} for i = 1, 200000 do t = {t} end return t",
    "local t = {} t[1] = t return t",
    "local t = {} t.map = t return t",
    "local t = {} t.set = {[t] = true} return t",
    "local t = {} for i = 1, 30 do t = {t, t} end return t",
    "return {err = ('x'):rep(1000000)}",
    "return {ok = 'a\\r\\nb\\0c'}",
    "return {err = '-'}",
    "return {err = ''}",
    "return {err = '-ERR a\\r\\n+OK\\r\\n'}",
    "return {big_number = '1\\r\\n+OK'}",
    "return {verbatim_string = {string = 'x', format = 'toolong'}}",
    "return redis.error_reply('-')",
    "return redis.error_reply('a\\r\\n+OK')",
    "return redis.status_reply('a\\r\\n+OK')",
    "error({err = 'x\\r\\n+OK'})",
    "error({})",
    "error({err = {}})",
    "error(nil)",
    "error(setmetatable({}, {__tostring = function() error('y') end}))",
    "return setmetatable({}, {__index = function() error('z') end})",
    "local s = ('x'):rep(1000000000) return #s",
    "local s = 'x' while true do s = s .. s end",
    "local t = {} while true do t[#t + 1] = ('x'):rep(1000000) .. #t end",
    "return ('x'):rep(2147483647):rep(2147483647)",
    "return (''):rep(2147483647)",
    "return ('x'):rep(-1)",
    "return ('x'):rep(1e300)",
    "return string.format('%99.99f', -1e308)",
    "return string.format('%1000d', 1)",
    "return string.format(('%d'):rep(1000), 1)",
    "return string.format('%' .. ('0'):rep(10000) .. 'd', 1)",
    "return ('a'):rep(100000):find(('a?'):rep(100000) .. ('a'):rep(100000))",
    "return ('a'):rep(1000000):find(('.-'):rep(5000) .. 'b')",
    "return ('x'):rep(300000):gsub('.', '%0%0%0%0%0%0%0%0')",
    "return ('a'):gsub('a', '%9')",
    "return ('a'):find('[a')",
    "return ('a'):find('%')",
    "return ('a'):find(('('):rep(100))",
    "return string.rep('(', 100):find(string.rep('(', 40), 1, true)",
    "return loadstring(('('):rep(100000))",
    "return loadstring(('a='):rep(100000))",
    "return loadstring('return ' .. ('-'):rep(1000000) .. '1')",
    "return loadstring('return ' .. ('{'):rep(100000))",
    "return loadstring('[' .. ('='):rep(1000000))",
    "return loadstring('--[' .. ('='):rep(1000000) .. '[')",
    "return loadstring(string.dump(function() end))",
    "return load(function() return string.dump(function() end) end)",
    "local n = 0 return load(function() n = n + 1 if n < 20 then return '\\27Lua' end end)",
    "local d = string.dump(function() end) return loadstring(d:sub(1, 12))",
    "local f = load(function() collectgarbage() return nil end, ('x'):rep(1000)) return f()",
    "for i = 1, 100 do local n = ('n'):rep(50) .. i loadstring('x = {' .. ('1,'):rep(20000) .. '}', n) collectgarbage() end",
    "local function f() return f() + 1 end return f()",
    "local function f() return pcall(f) end return f()",
    "return pcall(pcall, pcall, pcall, error)",
    "local f f = coroutine.wrap(function() return f() end) return f()",
    "local function f() return coroutine.wrap(f)() end return f()",
    "local c = coroutine.create(function() redis.call('SET', 'a', '1') coroutine.yield() end) coroutine.resume(c) return 1",
    "return coroutine.yield()",
    "table.sort({3, 2, 1, 5, 4}, function() return true end)",
    "local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function(a, b) return math.random() < 0.5 end)",
    "table.insert({}, 2147483647, 1)",
    "table.insert({}, -2147483648, 1)",
    "return table.concat({}, 'x', 1, 2147483647)",
    "return table.concat({('x'):rep(1000000)}, '', 1, 1):len()",
    "return #redis.call('KEYS', ('*'):rep(1000))",
    "return redis.call(unpack({'MGET', 'a', 'b'}))",
    "local t = {} for i = 1, 7000 do t[i] = 'k' .. i end return #redis.call('MGET', unpack(t))",
    "local t = {} for i = 1, 7000 do t[i] = i end return redis.call('RPUSH', 'list', unpack(t))",
    "collectgarbage('stop') local t = {} for i = 1, 1000000 do t = {} end return 1",
    "collectgarbage('setpause', 2147483647) return 1",
    "return bit.tohex(1, -2147483648)",
    "return bit.tohex(65535, 2147483647)",
    "return cjson.encode(setmetatable({}, {__len = function() return 1e9 end}))",
    "return cjson.decode(('['):rep(100000))",
    "return cjson.encode({[2147483647] = 1})",
    "return cmsgpack.unpack('\\221\\255\\255\\255\\255')",
    "return cmsgpack.unpack(('\\145'):rep(100000))",
    "return cmsgpack.pack(unpack({}, 1, 5000))",
    "return struct.pack('>I2147483648', 1)",
    "return struct.unpack('>I4', 'abcd', 2147483647)",
    "return struct.unpack('s', 'abc', 4294967295)",
    "redis.setresp(3) redis.setresp(2) redis.setresp(3) return redis.call('PING')",
    "return redis.call('CLIENT', 'KILL', 'ID', '1')",
    "return redis.call('SHUTDOWN')",
    "return redis.call('QUIT')",
    "return redis.call('RESET')",
    "return redis.call('MONITOR')",
    "return redis.call('SUBSCRIBE', 'a')",
    "return redis.call('WATCH', 'a')",
    "return redis.call('EXEC')",
    "return redis.call('SCRIPT', 'FLUSH')",
    "return redis.call('CONFIG', 'SET', 'maxclients', '1')",
    "return redis.call('DEBUG', 'SEGFAULT')",
    "return redis.call('HELLO', '3')",
    "return redis.call('COMMAND')",
    "return redis.call('COMMAND', 'DOCS', 'get')",
    "return redis.call('CLUSTER', 'NODES')",
    "return redis.call('CLUSTER', 'RESET')",
    "return #redis.call('INFO')",
    "return redis.call('SCAN', '0')",
    "return redis.call('RANDOMKEY')",
    "return redis.call('ACL', 'WHOAMI')",
    "return redis.call('FUNCTION', 'LIST')",
    "return redis.call('PUBLISH', 'a', 'b')",
    "return redis.log(redis.LOG_WARNING, ('%s%n'):rep(100))",
    "return redis.sha1hex(('x'):rep(1000000))",
    "return redis.acl_check_cmd('SET', 'a')",
    "return _G",
    "return redis",
    "return getmetatable(_G)",
    "return tostring(KEYS):len()",
]  # fmt: skip

NOT_LUA = [b"\x1bLua", b"\x1bLuaQ\x00\x01\x04\x08\x04\x08\x00" + b"\xff" * 200, b"\0" * 100, b"#!", b"#!lua", b"#!lua \n",
           b"#!lua flags=\n return 1", b"#!lua flags=,\n return 1", b"#!lua flags=no-writes,\n return 1", b"#!\n",
           b"#!lua" + b" " * 10000 + b"\nreturn 1", b"#!" + b"x" * 100000 + b"\n", b"--[" + b"=" * 1000000,
           b"return " + b"'" * 99999, b"return \"\\999\"", b"goto x", b"a" * 1000000]  # fmt: skip


@pytest.mark.limit(300)
@pytest.mark.parametrize("shards", [1, 2])
def test_no_script_does_harm(start_tessera, shards):
    server = start_tessera(shards=shards, busy_reply_threshold=2000)
    client = server.client(socket_timeout=100)
    for script in [*SCRIPTS, *NOT_LUA]:
        for protocol in ("2", "3")[len(script) % 2 :][:1]:
            raw = server.raw(limit=100)
            raw.send_command("HELLO", protocol)
            raw.read_reply()
            raw.send_command("EVAL", script, "0")
            watcher = server.client()
            try:
                _answer_or_kill(raw, watcher)
            finally:
                raw.close()
            assert server.is_running(), script
        assert client.eval("return 'still ' .. #KEYS", 0) == b"still 0", script
    assert client.ping()


def _answer_or_kill(raw, watcher):
    """Reads the bytes of an answer; a script that runs for too long is killed."""
    raw.send_command("ECHO", "behind")
    raw.socket.settimeout(0.2)
    seen = b""

    def done():
        nonlocal seen
        try:
            seen = (seen + raw.socket.recv(1 << 20))[-64:]
        except OSError:
            try:
                watcher.execute_command("SCRIPT", "KILL")
            except redis.RedisError:
                pass
        return seen.endswith(b"$6\r\nbehind\r\n")

    wait_until(done, 60, what="an answer")


def test_memory_of_a_script_that_failed_is_given_back(start_tessera):
    client = start_tessera(shards=1).client()
    client.eval("return 1", 0)
    before = client.info("memory")["used_memory"]
    with pytest.raises(redis.RedisError, match="not enough memory|too large"):
        client.eval("local t = {} for i = 1, 100 do t[i] = ('x'):rep(1000000000) .. i end", 0)
    assert client.eval("collectgarbage() return 1", 0) == 1
    wait_until(lambda: client.info("memory")["used_memory"] < before + 100 * 1024 * 1024, what="memory")
