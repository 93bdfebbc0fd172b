"""Scripts that run long: -BUSY, SCRIPT KILL from anywhere, and shards that go on serving."""

import contextlib
import threading

import pytest
import redis

from servers import LIMIT_FACTOR, encode_command, wait_until

LOOP = "while true do end"
WRITE_AND_LOOP = "redis.call('SET', KEYS[1], 'x') while true do end"
# Catches what ends it.
STUBBORN = "while true do pcall(function() while true do end end) end"

class Runner(threading.Thread):
    """A client in a thread of its own, which waits for the answer to one command."""

    def __init__(self, server, *command):
        super().__init__(daemon=True)
        self.client = server.client(socket_timeout=100 * LIMIT_FACTOR)
        self.command = command
        self.answer = None
        self.start()

    def run(self):
        try:
            self.answer = self.client.execute_command(*self.command)
        except redis.RedisError as error:
            self.answer = error

    def result(self, limit=30):
        self.join(limit * LIMIT_FACTOR)
        assert not self.is_alive(), "no answer"
        return self.answer

def wait_busy(server, times=1):
    """A probe that arrived together with the script would wait for its end: the log tells."""
    wait_until(lambda: server.log_text().count("SCRIPT KILL would end it") >= times, 60, "busy")


def is_busy(client):
    try:
        client.execute_command("GET", "probe")
        return False
    except redis.RedisError as error:
        return "BUSY" in str(error)

# Long within a single function of a library, or a few instructions that take long each.
LONG_FUNCTIONS = [
    "return string.find(('a'):rep(40), ('a*'):rep(30) .. 'b')",
    "return ('a'):rep(40):match(('a?'):rep(40) .. ('a'):rep(40) .. 'b')",
    "return ('a'):rep(5000):gsub(('.-'):rep(10) .. 'b', '')",
    "for x in string.gmatch(('a'):rep(5000), ('.-'):rep(10) .. 'b') do end",
    "return coroutine.wrap(function() return ('a'):rep(5000):find(('.-'):rep(10) .. 'b') end)()",
    "while true do pcall(string.find, ('a'):rep(5000), ('.-'):rep(10) .. 'b') end",
    # Not seconds between two of them, whatever they do.
    "local a, b = ('x'):rep(2e8) .. 'a', ('x'):rep(2e8) .. 'b' while a < b do end",
    "local s = ('x'):rep(2e8) while true do local t = s .. 'y' end",
    "local a, b = ('x'):rep(2e8) .. 'a', ('x'):rep(2e8) .. 'b' coroutine.wrap(function() while a < b do end end)()",
    "coroutine.wrap(function() local a, b = ('x'):rep(2e8) .. 'a', ('x'):rep(2e8) .. 'b' while a < b do end end)()",
    "local s, t = ('x'):rep(2e8), {} for i = 1, 3e3 do t[i] = s end table.sort(t)",
    "local t = {} for i = 1, 200 do t = {t, t} end while true do pcall(cjson.encode, t) end",
    "local t = {} for i = 1, 200 do t = {t, t} end cjson.encode_max_depth(1000) return cjson.encode(t)",
]

@pytest.mark.parametrize("script", LONG_FUNCTIONS)
def test_kill_within_a_function(start_tessera, script):
    server = start_tessera(busy_reply_threshold=100, shards=2)
    client = server.client()
    client.ping()
    runner = Runner(server, "EVAL", script, 0)
    wait_busy(server)
    with pytest.raises(redis.RedisError, match="BUSY"):
        client.execute_command("GET", "a")
    assert client.execute_command("SCRIPT", "KILL")
    assert "Script killed by user with SCRIPT KILL" in str(runner.result())
    client.set("a", "b")

def kill_when_busy(client):
    def killed():
        try:
            return client.execute_command("SCRIPT", "KILL")
        except redis.RedisError as error:
            assert "NOTBUSY" in str(error)
            return False

    wait_until(killed, what="a script to kill")

MODES = [
    pytest.param({"shards": 1}, id="one"),
    pytest.param({"shards": 2}, id="two"),
    pytest.param({"shards": 4}, id="four"),
]

@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("script", [LOOP, STUBBORN])
def test_kill(start_tessera, mode, script):
    server = start_tessera(busy_reply_threshold=100, **mode)
    clients = [server.client() for _ in range(8)]
    for client in clients:
        client.ping()
    runner = Runner(server, "EVAL", script, 0)
    wait_busy(server)
    for client in clients:
        with pytest.raises(redis.RedisError, match="BUSY Redis is busy running a script"):
            client.execute_command("SET", "a", "b")
        with pytest.raises(redis.RedisError, match="BUSY"):
            client.execute_command("INFO")
    fresh = server.client()
    with pytest.raises(redis.RedisError, match="BUSY"):
        fresh.execute_command("PING")
    assert clients[3].execute_command("SCRIPT", "KILL")
    assert "Script killed by user with SCRIPT KILL" in str(runner.result())
    for client in clients + [fresh]:
        wait_until(lambda client=client: not is_busy(client), what="service")
        client.set("a", "b")
    with pytest.raises(redis.RedisError, match="NOTBUSY"):
        fresh.execute_command("SCRIPT", "KILL")
    assert fresh.eval("return 1", 0) == 1

@pytest.mark.parametrize("mode", MODES)
def test_unkillable(start_tessera, mode):
    server = start_tessera(busy_reply_threshold=100, **mode)
    client = server.client()
    stop = "redis.call('SET', KEYS[1], 'x') local n = 0 while n < 300000000 do n = n + 1 end return n"
    runner = Runner(server, "EVAL", stop, 1, "k")
    wait_busy(server)
    with pytest.raises(redis.RedisError, match="UNKILLABLE"):
        client.execute_command("SCRIPT", "KILL")
    assert runner.result(100) == 300000000
    assert client.get("k") == b"x"

def test_shutdown_ends_a_script_that_wrote(start_tessera):
    server = start_tessera(busy_reply_threshold=100, shards=2)
    client = server.client()
    runner = Runner(server, "EVAL", WRITE_AND_LOOP, 1, "k")
    wait_busy(server)
    try:
        client.execute_command("SHUTDOWN", "NOSAVE")
    except redis.RedisError:
        pass
    wait_until(lambda: not server.is_running(), what="the end")
    runner.result()

def keys_by_shard(client, shards):
    """A key of each shard: whether one can be read while another one's script runs tells."""
    return [f"key:{i}" for i in range(64 * shards)]

def test_other_shards_serve(start_tessera):
    server = start_tessera(cluster_enabled=True, busy_reply_threshold=100, shards=2)
    setup = server.client()
    setup.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: "cluster_state:ok" in str(setup.execute_command("CLUSTER", "INFO")), what="ok")
    keys = keys_by_shard(setup, 2)
    for key in keys:
        setup.set(key, key)
    runner = Runner(server, "EVAL", LOOP, 1, keys[0])
    # So many that some of them are with each shard.
    clients = [server.client() for _ in range(30)]
    wait_busy(server)

    def served(client):
        count = 0
        for key in keys:
            try:
                count += client.get(key) == key.encode()
            except redis.RedisError as error:
                assert "BUSY" in str(error)
        return count

    wait_until(lambda: max(served(client) for client in clients) < len(keys), what="busy")
    # Those with a connection to the other shard are served there, and only told no about this one's.
    assert max(served(client) for client in clients) > len(keys) / 4
    # A transaction with a script on the busy shard waits or is refused; nothing hangs.
    with pytest.raises(redis.RedisError, match="BUSY"):
        clients[0].execute_command("FLUSHALL")
    kill_when_busy(clients[5])
    assert "killed" in str(runner.result())
    assert served(clients[0]) == len(keys)
    setup.flushall()

def test_pipeline_behind_and_before(start_tessera):
    server = start_tessera(busy_reply_threshold=100, shards=2)
    raw = server.raw()
    other = server.client()
    for i in range(20):
        raw.send_command("SET", f"k{i}", str(i))
    raw.send_command("EVAL", LOOP, "0")
    for i in range(20):
        raw.send_command("GET", f"k{i}")
    wait_busy(server)
    kill_when_busy(other)
    for _ in range(20):
        assert raw.read_reply() == "OK"
    assert "killed" in str(raw.read_reply())
    for i in range(20):
        assert raw.read_reply() == str(i).encode()

def test_clients_that_leave_meanwhile(start_tessera):
    server = start_tessera(busy_reply_threshold=50, shards=2)
    for times in range(1, 6):
        killer = server.client()
        killer.ping()
        raws = [server.raw() for _ in range(10)]
        raws[0].send_command("EVAL", LOOP, "0")
        for raw in raws[1:]:
            raw.send_command("GET", "a")
        wait_busy(server, times)
        for raw in raws[:8]:
            raw.send_command("GET", "a" * 1000)
            raw.close()
        kill_when_busy(killer)
        wait_until(lambda: not is_busy(killer), what="service")
        for raw in raws[8:]:
            raw.close()

def test_in_a_transaction(start_tessera):
    server = start_tessera(busy_reply_threshold=50, shards=2)
    raw = server.raw()
    other = server.client()
    other.ping()
    for command in (["MULTI"], ["SET", "a", "1"], ["EVAL", "while true do end", "0"], ["SET", "b", "2"],
                    ["EXEC"]):
        raw.send_command(*command)
    wait_busy(server)
    kill_when_busy(other)
    answers = [raw.read_reply() for _ in range(5)]
    assert len(answers[4]) == 3
    assert "killed" in str(answers[4][1])
    assert other.get("b") == b"2"

@contextlib.contextmanager
def stopped(server):
    """What is sent meanwhile arrives all at once."""
    server.freeze()
    try:
        yield
    finally:
        server.thaw()

@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize("cluster_mode", [False, True])
@pytest.mark.parametrize("calm", [False, True])
def test_commands_that_arrive_together_with_the_script(start_tessera, shards, cluster_mode, calm):
    """In the same turn as the script, behind it or before, here or by a hop: answered all the same. After many short
    scripts too, when they run together with other commands."""
    if calm and shards == 2:
        pytest.skip("what has gone with the script in one hop waits")
    server = start_tessera(busy_reply_threshold=50, shards=shards, cluster_enabled=cluster_mode)
    killer = server.client()
    if cluster_mode:
        killer.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        wait_until(lambda: "cluster_state:ok" in str(killer.execute_command("CLUSTER", "INFO")), what="ok")
    for times in range(1, 6):
        for _ in range(1200 if calm else 0):
            killer.eval("return 1", 1, "{same}1")
        raws = [server.raw() for _ in range(24)]
        for raw in raws:
            raw.send_command("PING")
            raw.read_reply()
        with stopped(server):
            for i, raw in enumerate(raws):
                if i == 12:
                    raw.send_command("EVAL", LOOP, "1", "{same}1")
                elif i % 3 == 0 and not calm:
                    raw.send_command("PING")
                else:
                    raw.send_command("GET", "{same}2")
        for i, raw in enumerate(raws):
            if i != 12:
                answer = raw.read_reply()
                assert answer in (None, "PONG") or "BUSY" in str(answer)
        wait_busy(server, times)
        for raw in raws[:12] + raws[13:]:
            raw.send_command("GET", "{same}3")
            answer = raw.read_reply()
            assert answer is None or "BUSY" in str(answer)
        kill_when_busy(killer)
        assert "killed" in str(raws[12].read_reply())
        for raw in raws:
            raw.close()

def test_what_waits_for_a_section_is_refused(start_tessera):
    """It came before the script that began ran long."""
    server = start_tessera(busy_reply_threshold=300, shards=2)
    killer = server.client()
    keys = keys_by_shard(killer, 2)
    raws = [server.raw() for _ in range(20)]
    looping = server.raw()
    looping.send_command("EVAL", "redis.log(redis.LOG_WARNING, 'begun') " + LOOP, "0")
    wait_until(lambda: "begun" in server.log_text(), what="the script's beginning")
    for raw in raws[:10]:
        raw.send_command("MGET", *keys)
    for raw in raws[10:]:
        raw.send_command("MULTI")
        raw.send_command("MGET", *keys)
        raw.send_command("EXEC")
    for raw in raws[:10]:
        assert "BUSY" in str(raw.read_reply())
    for raw in raws[10:]:
        answers = [raw.read_reply() for _ in range(3)]
        assert "EXECABORT" in str(answers[2]) and "BUSY" in str(answers[2])
    kill_when_busy(killer)
    assert "killed" in str(looping.read_reply())
    for raw in raws:
        raw.send_command("MGET", *keys)
        assert raw.read_reply() == [None] * len(keys)

@pytest.mark.parametrize("mode", MODES)
def test_exec_while_busy(start_tessera, mode):
    server = start_tessera(busy_reply_threshold=50, **mode)
    killer = server.client()
    keys = keys_by_shard(killer, 2)
    queued = [server.raw() for _ in range(4)]
    for raw in queued:
        raw.send_command("MULTI")
        raw.send_command("MGET", *keys)
        assert [raw.read_reply(), raw.read_reply()] == ["OK", "QUEUED"]
    looping = server.raw()
    looping.send_command("EVAL", LOOP, "0")
    wait_busy(server)
    for raw in queued:
        raw.send_command("EXEC")
        answer = str(raw.read_reply())
        assert "EXECABORT Transaction discarded because of: BUSY" in answer
    kill_when_busy(killer)
    assert "killed" in str(looping.read_reply())
    for raw in queued:
        raw.send_command("EXEC")
        assert "EXEC without MULTI" in str(raw.read_reply())

def queued_by_watchers(server, keys, *command):
    """Connections with a transaction each, and a watched key."""
    connections = []
    for key in keys:
        connections.append(server.raw())
        for words in (("WATCH", key), ("MULTI",), (*command, key)):
            assert connections[-1].command(*words) in ("OK", "QUEUED")
    return connections

def assert_nobody_watches(client, connections, keys):
    for raw, key in zip(connections, keys):
        client.set(key, "new")
        raw.send_command("MULTI")
        raw.send_command("GET", key)
        raw.send_command("EXEC")
        assert [raw.read_reply() for _ in range(3)] == ["OK", "QUEUED", [b"new"]]
    wait_until(lambda: client.info("clients")["total_watched_keys"] == 0, what="nothing is watched")

@pytest.mark.parametrize("shards", [1, 2])
def test_exec_of_who_watches_while_busy(start_tessera, shards):
    """It is refused at once, by whichever shard runs the script, and nothing is watched any more."""
    server = start_tessera(cluster_enabled=True, busy_reply_threshold=50, shards=shards)
    client = server.client()
    client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: "cluster_state:ok" in str(client.execute_command("CLUSTER", "INFO")), what="ok")
    keys = keys_by_shard(client, 1)
    watchers = queued_by_watchers(server, keys, "GET")
    looping = server.raw()
    looping.send_command("EVAL", LOOP, 1, keys[0])
    wait_busy(server)
    for raw in watchers:
        raw.send_command("EXEC")
    answers = [raw.read_reply() for raw in watchers]
    refused = ["because of: BUSY" in str(answer) for answer in answers]
    assert all(answer == [None] or busy for answer, busy in zip(answers, refused))
    assert refused[0] and (shards > 1 or all(refused))
    kill_when_busy(client)
    assert "killed" in str(looping.read_reply())
    assert_nobody_watches(client, watchers, keys)

def test_exec_of_who_watches_in_line(start_tessera):
    """Those that wait for a section when the script begins."""
    server = start_tessera(busy_reply_threshold=50, shards=2)
    client = server.client()
    keys = keys_by_shard(client, 1)[:24]
    for times in range(1, 4):
        watchers = queued_by_watchers(server, keys, "MGET", *keys)
        looping = server.raw()
        looping.command("PING")
        with stopped(server):
            for raw in watchers[:4]:
                raw.send_command("EXEC")
            looping.send_command("EVAL", LOOP, "0")
            for raw in watchers[4:]:
                raw.send_command("EXEC")
        for raw in watchers:
            answer = raw.read_reply()
            assert "because of: BUSY" in str(answer) or len(answer[0]) == len(keys) + 1
        wait_busy(server, times)
        kill_when_busy(client)
        assert "killed" in str(looping.read_reply())
        assert_nobody_watches(client, watchers, keys)

@pytest.mark.parametrize("mode", MODES)
def test_who_waits_for_a_key_sees_all_of_the_script(start_tessera, mode):
    """Nobody is served in the middle of it, whatever runs in its pauses."""
    server = start_tessera(busy_reply_threshold=50, enable_debug_command=True, **mode)
    client = server.client()
    client.execute_command("DEBUG", "SET-DISABLE-DENY-SCRIPTS", "1")
    waiting, running, other = server.raw(), server.raw(), server.raw()
    waiting.send_command("BLPOP", "list", "0")
    wait_until(lambda: client.info("clients")["blocked_clients"] == 1, what="it waits")
    script = """
        redis.call('RPUSH', KEYS[1], 'first')
        while not string.find(redis.call('CLIENT', 'LIST'), 'enough') do end
        redis.call('LPUSH', KEYS[1], 'last')
    """
    running.send_command("EVAL", script, 1, "list")
    wait_busy(server)
    assert other.command("HELLO", 2)[0] == b"server"
    other.send_command("HELLO", 2, "SETNAME", "enough")
    assert waiting.read_reply() == [b"list", b"last"]
    assert running.read_reply() is None
    assert client.lrange("list", 0, -1) == [b"first"]

@pytest.mark.parametrize("mode", MODES)
def test_function_stats_while_a_script_is_busy(start_tessera, mode):
    server = start_tessera(busy_reply_threshold=50, **mode)
    client = server.client()
    raw = server.raw()
    raw.send_command("EVAL", LOOP, "0")
    wait_busy(server)
    with pytest.raises(redis.RedisError, match="BUSY .* SCRIPT KILL"):
        client.execute_command("FUNCTION", "STATS")
    kill_when_busy(client)
    assert "killed" in str(raw.read_reply())
    assert client.execute_command("FUNCTION", "STATS")[1] is None

def commands_of_others(description, own):
    """How many commands each client but one has had run, as CLIENT LIST tells."""
    clients = [dict(word.split("=", 1) for word in line.split()) for line in description.decode().splitlines()]
    return {client["id"]: client["tot-cmds"] for client in clients if client["id"] != str(own)}

def test_a_section_that_waited_for_a_busy_script(start_tessera):
    """Shards that were parked for it already have served their clients meanwhile. From its beginning on they do not."""
    server = start_tessera(cluster_enabled=True, cluster_claim_all_slots="yes", busy_reply_threshold=200, shards=3)
    wait_until(lambda: "cluster_state:ok" in str(server.client().execute_command("CLUSTER", "INFO")), what="ok")
    watched = [server.raw() for _ in range(30)]
    for times in range(1, 11):
        looping = server.raw()
        looking = server.raw()
        own = looking.command("CLIENT", "ID")
        looking.command("MULTI")
        for _ in range(100):
            looking.command("CLIENT", "LIST")
        with stopped(server):
            looping.send_command("EVAL", LOOP, "1", f"key:{times}")
            looking.send_command("EXEC")
        wait_busy(server, times)
        for raw in watched:
            raw.send(encode_command("SCRIPT", "KILL") * 1000)
        looks = looking.read_reply()
        assert "killed" in str(looping.read_reply())
        for raw in watched:
            for _ in range(1000):
                raw.read_reply()
        looping.close()
        looking.close()
        # Refused: the script was busy first.
        if isinstance(looks, list):
            assert all(commands_of_others(look, own) == commands_of_others(looks[0], own) for look in looks)
