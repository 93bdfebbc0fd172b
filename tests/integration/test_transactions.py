"""MULTI, EXEC, DISCARD, WATCH and UNWATCH, wherever the keys and the connections are."""

import pytest
import redis
from servers import LIMIT_FACTOR, ErrorReply, encode_command, wait_until

OK = "OK"
QUEUED = "QUEUED"
ABORTED = ErrorReply("EXECABORT Transaction discarded because of previous errors.")
WITHOUT_MULTI = ErrorReply("ERR EXEC without MULTI")
CROSSSLOT = ErrorReply("CROSSSLOT Keys in request don't hash to the same slot")
NOT_ALLOWED = ErrorReply("ERR Command not allowed inside a transaction")
NOT_INTEGER = ErrorReply("ERR value is not an integer or out of range")
WRONGTYPE = ErrorReply("WRONGTYPE Operation against a key holding the wrong kind of value")
# In cluster mode every key of a transaction has this tag.
TAGS = [f"{{{number}}}" for number in range(8)]
MODES = [(1, False), (2, False), (4, False), (2, True), (4, True)]


def start(start_tessera, shards, cluster, **directives):
    server = start_tessera(shards=shards, cluster_enabled=cluster, enable_debug_command=True, **directives)
    if cluster:
        with server.raw() as connection:
            assert connection.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383) == OK
            wait_until(lambda: connection.command("SET", "probe", "x") == OK, what="the cluster is up")
            assert connection.command("DEL", "probe") == 1
    return server


@pytest.fixture(params=MODES, ids=lambda mode: f"{mode[0]}{'-cluster' if mode[1] else ''}")
def server(request, start_tessera):
    return start(start_tessera, *request.param)


def multi(connection, *commands):
    """Sends a transaction as one pipeline; the reply of EXEC."""
    connection.send(b"".join(encode_command(*words) for words in [("MULTI",), *commands, ("EXEC",)]))
    assert connection.read_reply() == OK
    for words in commands:
        assert connection.read_reply() == QUEUED, words
    return connection.read_reply()


def watchers(server):
    clients = server.info("clients")
    return clients["watching_clients"], clients["total_watched_keys"]


def nobody_watches(server):
    wait_until(lambda: watchers(server) == (0, 0), what="no key is watched any more")


# ---- Queueing and running ----


def test_basics(server):
    connection = server.raw()
    for tag in TAGS:
        assert connection.command("MULTI") == OK
        assert connection.command("SET", f"a{tag}", "1") == QUEUED
        assert connection.command("INCR", f"a{tag}") == QUEUED
        assert connection.command("GET", f"b{tag}") == QUEUED
        assert server.raw().command("GET", f"a{tag}") is None
        assert connection.command("EXEC") == [OK, 2, None]
        assert connection.command("EXEC") == WITHOUT_MULTI
        assert multi(connection, ("GET", f"a{tag}")) == [b"2"]
    assert multi(connection) == []


def test_pipelined_between_other_commands(server):
    """Answers come in the order of the requests, whatever runs elsewhere."""
    connection = server.raw()
    requests, expected = [], b""
    for number in range(200):
        tag = TAGS[number % len(TAGS)]
        requests += [
            ("SET", f"x{number}", number), ("MULTI",), ("INCR", f"n{tag}"), ("GET", f"x{tag}"),
            ("EXEC",), ("GET", f"x{number}"), ("PING",),
        ]  # fmt: skip
        count = b"%d" % (number // len(TAGS) + 1)
        value = b"%d" % number
        expected += b"+OK\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:%s\r\n$-1\r\n" % count
        expected += b"$%d\r\n%s\r\n+PONG\r\n" % (len(value), value)
    connection.send(b"".join(encode_command(*words) for words in requests))
    connection.expect(expected)


def test_errors_while_it_runs_end_nothing(server):
    connection = server.raw()
    for tag in TAGS:
        replies = multi(
            connection, ("SET", f"k{tag}", "text"), ("INCR", f"k{tag}"), ("SETRANGE", f"k{tag}", "x", "y"),
            ("APPEND", f"k{tag}", "!"),
        )  # fmt: skip
        assert replies == [OK, NOT_INTEGER, NOT_INTEGER, 5]


@pytest.mark.parametrize(
    "refused, error",
    [
        (("NOSUCH", "x"), "ERR unknown command 'NOSUCH', with args beginning with: 'x' "),
        (("CONFIG", "NOSUCH"), "ERR unknown subcommand 'NOSUCH'. Try CONFIG HELP."),
        (("GET",), "ERR wrong number of arguments for 'get' command"),
        (("MULTI", "x"), "ERR wrong number of arguments for 'multi' command"),
        (("DISCARD", "x"), "ERR wrong number of arguments for 'discard' command"),
        (("SHUTDOWN",), str(NOT_ALLOWED)),
        (("SAVE",), str(NOT_ALLOWED)),
    ],
)
@pytest.mark.parametrize("shards", [1, 4])
def test_refused_commands_abort(start_tessera, shards, refused, error):
    connection = start_tessera(shards=shards).raw()
    for tag in TAGS[:4]:
        assert connection.command("MULTI") == OK
        assert connection.command("SET", f"k{tag}", "1") == QUEUED
        assert connection.command(*refused) == ErrorReply(error)
        assert connection.command("GET", f"k{tag}") == QUEUED
        assert connection.command("EXEC") == ABORTED
        assert connection.command("EXEC") == WITHOUT_MULTI
        assert connection.command("GET", f"k{tag}") is None


def test_errors_that_do_not_abort(server):
    connection = server.raw()
    assert connection.command("MULTI") == OK
    assert connection.command("MULTI") == ErrorReply("ERR MULTI calls can not be nested")
    assert connection.command("WATCH", "x") == ErrorReply("ERR WATCH inside MULTI is not allowed")
    assert connection.command("SET", "k", "1") == QUEUED
    assert connection.command("EXEC") == [OK]
    assert connection.command("DISCARD") == ErrorReply("ERR DISCARD without MULTI")


def test_exec_refused(start_tessera):
    server = start_tessera(requirepass="secret")
    connection = server.raw()
    because = "EXECABORT Transaction discarded because of: "
    assert connection.command("EXEC") == ErrorReply(because + "NOAUTH Authentication required.")
    assert connection.command("MULTI") == ErrorReply("NOAUTH Authentication required.")
    assert connection.command("AUTH", "secret") == OK
    assert connection.command("MULTI") == OK
    assert connection.command("SET", "k", "1") == QUEUED
    error = ErrorReply(because + "wrong number of arguments for 'exec' command")
    assert connection.command("EXEC", "now") == error
    assert connection.command("EXEC") == WITHOUT_MULTI
    assert connection.command("GET", "k") is None


def test_discard_and_reset(server):
    connection = server.raw()
    for end, answer in (("DISCARD", OK), ("RESET", "RESET")):
        assert connection.command("WATCH", "k") == OK
        assert connection.command("MULTI") == OK
        assert connection.command("SET", "k", "1") == QUEUED
        assert connection.command(end) == answer
        assert connection.command("EXEC") == WITHOUT_MULTI
        assert connection.command("GET", "k") is None
        nobody_watches(server)
    assert connection.command("MULTI") == OK
    assert connection.command("QUIT") == OK
    assert connection.read_until_closed() == b""


def test_no_such_limit(server):
    """Thousands of commands in one transaction."""
    connection = server.raw()
    for tag in TAGS[:3]:
        replies = multi(connection, *[("INCR", f"n{tag}")] * 5000)
        assert replies == list(range(1, 5001))


def test_long_arguments(server):
    connection = server.raw()
    value = b"x" * 100_000
    for tag in TAGS[:4]:
        replies = multi(connection, ("SET", f"k{tag}", value), ("GET", f"k{tag}"), ("GET", f"k{tag}"),
                        ("STRLEN", f"k{tag}"))  # fmt: skip
        assert replies == [OK, value, value, len(value)]
        keys = [f"{number}{tag}" for number in range(2000)]
        assert multi(connection, ("MSET", *[word for key in keys for word in (key, key)]),
                     ("MGET", *keys)) == [OK, [key.encode() for key in keys]]  # fmt: skip


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_keys_of_several_shards(start_tessera, shards):
    connection = start_tessera(shards=shards).raw()
    keys = [f"k:{number}" for number in range(50)]
    commands = [("SET", key, key) for key in keys] + [("MGET", *keys), ("DEL", *keys), ("EXISTS", *keys)]
    replies = multi(connection, *commands)
    assert replies == [OK] * 50 + [[key.encode() for key in keys], 50, 0]
    # Large values are copied from the shards that own them.
    value = b"v" * 300_000
    replies = multi(connection, *[("SET", key, value) for key in keys[:6]], *[("GET", key) for key in keys[:6]])
    assert replies == [OK] * 6 + [value] * 6


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_commands_about_more_than_keys(start_tessera, shards):
    """Those about the connection and the node, among those about keys."""
    server = start_tessera(shards=shards)
    connection = server.raw()
    keys = [f"k:{number}" for number in range(20)]
    replies = multi(
        connection, *[("SET", key, "v") for key in keys], ("DBSIZE",), ("KEYS", "*"), ("SCAN", 0, "COUNT", 1000),
        ("RANDOMKEY",), ("INFO", "keyspace"), ("FLUSHALL",), ("DBSIZE",), ("SET", "k", "v"), ("DBSIZE",),
        ("PING",), ("ECHO", "x"), ("CLIENT", "SETNAME", "me"), ("CLIENT", "GETNAME"), ("CLIENT", "LIST"),
        ("CONFIG", "GET", "port"), ("MONITOR",), ("SLOWLOG", "LEN"), ("TIME",), ("DEBUG", "SLEEP", "x"),
    )[20:]  # fmt: skip
    size, found, scanned, random_key, info, flushed, empty, _, one, *session = replies
    assert (size, flushed, empty, one) == (20, OK, 0, 1)
    assert {key.decode() for key in found} == set(keys)
    assert {key.decode() for key in scanned[1]} <= set(keys)
    assert random_key.decode() in keys
    assert b"db0:keys=20" in info
    pong, echoed, named, name, clients, port, monitor, length, time, _ = session
    assert (pong, echoed, named, name) == ("PONG", b"x", OK, b"me")
    assert b"name=me" in clients and b"flags=x" in clients and b" multi=39" in clients
    assert port == [b"port", str(server.port).encode()]
    assert monitor == ErrorReply("ERR MONITOR isn't allowed for DENY BLOCKING client")
    assert isinstance(length, int) and len(time) == 2


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_databases(start_tessera, shards):
    server = start_tessera(shards=shards)
    connection = server.raw()
    for key in TAGS:
        replies = multi(connection, ("SET", key, "zero"), ("SELECT", 5), ("SET", key, "five"), ("GET", key),
                        ("SELECT", 99), ("GET", key), ("SWAPDB", 0, 5), ("GET", key))  # fmt: skip
        out_of_range = ErrorReply("ERR DB index is out of range")
        assert replies == [OK, OK, OK, b"five", out_of_range, b"five", OK, b"zero"]
        assert connection.command("GET", key) == b"zero"
        assert connection.command("SELECT", 0) == OK
        assert connection.command("GET", key) == b"five"
        assert connection.command("FLUSHALL") == OK


def test_resp3(server):
    connection = server.raw()
    assert connection.command("HELLO", 3)[b"proto"] == 3
    for tag in TAGS:
        assert multi(connection, ("GET", f"k{tag}"), ("SET", f"k{tag}", "v")) == [None, OK]
        connection.send(encode_command("MULTI") + encode_command("GET", f"none{tag}") + encode_command("EXEC"))
        connection.expect("+OK\r\n+QUEUED\r\n*1\r\n_\r\n")
        assert connection.command("WATCH", f"k{tag}") == OK
        assert server.raw().command("SET", f"k{tag}", "w") == OK
        connection.send(encode_command("MULTI") + encode_command("EXEC"))
        connection.expect("+OK\r\n_\r\n")


def test_protocol_changes_inside(server):
    connection = server.raw()
    connection.send(b"".join(encode_command(*words) for words in (
        ("MULTI",), ("GET", "none"), ("HELLO", 3), ("GET", "none"), ("EXEC",), ("GET", "none"))))  # fmt: skip
    connection.expect(b"+OK\r\n" + b"+QUEUED\r\n" * 3 + b"*3\r\n$-1\r\n%7\r\n")
    for _ in range(14):
        connection.read_reply()
    connection.expect("_\r\n_\r\n")


# ---- WATCH ----


def test_watch(server):
    connection, other = server.raw(), server.raw()
    for tag in TAGS:
        key, second = f"k{tag}", f"l{tag}"
        for before, change in (
            ((), ("SET", key, "x")), ((key,), ("SET", key, "y")), ((key,), ("DEL", key)), ((key,), ("GETDEL", key)),
            ((key,), ("EXPIRE", key, 100)), ((key,), ("APPEND", key, "z")), ((), ("SETRANGE", key, 3, "z")),
            ((key,), ("RENAME", key, second)), ((second,), ("RENAME", second, key)),
            ((second,), ("COPY", second, key)), ((), ("MSET", second, "x", key, "x")), ((), ("INCR", key)),
        ):  # fmt: skip
            other.command("DEL", key, second)
            if before:
                assert other.command("SET", *before, "value") == OK
            assert connection.command("WATCH", key) == OK
            assert other.command(*change) not in (0, None)
            assert multi(connection, ("SET", f"m{tag}", "m")) is None, change
            # Nothing is watched behind EXEC, whether it ran or not.
            assert other.command("SET", key, "again") == OK
            assert multi(connection, ("SET", f"m{tag}", "m")) == [OK]
            assert connection.command("WATCH", key) == OK
            assert multi(connection, ("ECHO", "x")) == [b"x"]
    nobody_watches(server)


def test_watch_reads_and_failures_change_nothing(server):
    connection, other = server.raw(), server.raw()
    for tag in TAGS:
        key = f"k{tag}"
        assert other.command("SET", key, "text") == OK
        assert connection.command("WATCH", key, f"none{tag}") == OK
        for harmless in (("GET", key), ("INCR", key), ("DEL", f"none{tag}"), ("EXPIRE", f"none{tag}", 100),
                         ("SET", key, "x", "NX"), ("PERSIST", key), ("SET", f"other{tag}", "x"),
                         ("TTL", key)):  # fmt: skip
            other.command(*harmless)
        assert multi(connection, ("GET", key)) == [b"text"]


def test_own_changes_count(server):
    connection = server.raw()
    for tag in TAGS:
        assert connection.command("WATCH", f"k{tag}") == OK
        assert connection.command("SET", f"k{tag}", "mine") == OK
        assert multi(connection, ("GET", f"k{tag}")) is None
        # Those of the transaction itself do not.
        assert connection.command("WATCH", f"k{tag}") == OK
        assert multi(connection, ("SET", f"k{tag}", "2"), ("INCR", f"k{tag}")) == [OK, 3]


def test_unwatch(server):
    connection, other = server.raw(), server.raw()
    for tag in TAGS:
        assert connection.command("WATCH", f"a{tag}", f"b{tag}") == OK
        assert connection.command("UNWATCH") == OK
        assert other.command("SET", f"a{tag}", "x") == OK
        assert multi(connection, ("PING",)) == ["PONG"]
        # Inside a transaction it comes too late.
        assert connection.command("WATCH", f"a{tag}") == OK
        assert other.command("SET", f"a{tag}", "y") == OK
        assert multi(connection, ("UNWATCH",)) is None
    nobody_watches(server)


def test_watch_twice(server):
    """The first look counts; a second WATCH of the same key changes nothing."""
    connection, other = server.raw(), server.raw()
    for tag in TAGS:
        assert connection.command("WATCH", f"k{tag}", f"k{tag}") == OK
        assert other.command("SET", f"k{tag}", "x") == OK
        assert connection.command("WATCH", f"l{tag}", f"k{tag}") == OK
        assert multi(connection, ("PING",)) is None
    nobody_watches(server)


def test_watch_and_expiry(server):
    connection, other = server.raw(), server.raw()
    assert other.command("DEBUG", "SET-ACTIVE-EXPIRE", 0) == OK
    for tag in TAGS[::3]:
        # It expires after WATCH: that is a change.
        assert other.command("SET", f"a{tag}", "x", "PX", int(200 * LIMIT_FACTOR)) == OK
        assert connection.command("WATCH", f"a{tag}") == OK
        wait_until(lambda tag=tag: is_over(other, f"a{tag}"))
        assert multi(connection, ("PING",)) is None
        # It has expired before, and went when somebody looked.
        assert other.command("SET", f"a{tag}", "x", "PX", 1) == OK
        assert other.command("SET", f"probe{tag}", "x", "PX", 2) == OK
        wait_until(lambda tag=tag: is_over(other, f"probe{tag}"))
        assert connection.command("WATCH", f"a{tag}") == OK
        assert other.command("DEL", f"a{tag}") == 0
        assert multi(connection, ("PING",)) == ["PONG"]


def is_over(connection, key):
    return connection.command("PEXPIRETIME", key) == -2


def test_expiry_is_found_at_exec(server):
    """Nobody asks for the key between its end and EXEC."""
    connection, other = server.raw(), server.raw()
    assert other.command("DEBUG", "SET-ACTIVE-EXPIRE", 0) == OK
    for tag in TAGS[:4]:
        assert other.command("SET", f"a{tag}", "x", "PX", int(200 * LIMIT_FACTOR)) == OK
        assert other.command("SET", f"probe{tag}", "x", "PX", int(220 * LIMIT_FACTOR)) == OK
        assert connection.command("WATCH", f"a{tag}") == OK
        wait_until(lambda tag=tag: is_over(other, f"probe{tag}"))
        assert multi(connection, ("PING",)) is None


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_watch_knows_databases(start_tessera, shards):
    server = start_tessera(shards=shards)
    connection, other = server.raw(), server.raw()
    assert other.command("SELECT", 1) == OK
    for key in TAGS:
        assert connection.command("WATCH", key) == OK
        assert other.command("SET", key, "elsewhere") == OK
        assert multi(connection, ("PING",)) == ["PONG"]
        assert connection.command("WATCH", key) == OK
        assert other.command("MOVE", key, 0) == 1
        assert multi(connection, ("PING",)) is None
        assert connection.command("SELECT", 1) == OK
        assert connection.command("WATCH", key) == OK
        assert connection.command("SELECT", 0) == OK
        assert other.command("SET", key, "here") == OK
        assert multi(connection, ("PING",)) is None
        assert connection.command("WATCH", key) == OK
        assert other.command("COPY", key, key, "DB", 0, "REPLACE") == 1
        assert multi(connection, ("PING",)) is None


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_watch_and_whole_databases(start_tessera, shards):
    """Of what is flushed or exchanged, only keys that are there, before or after, have changed."""
    server = start_tessera(shards=shards)
    connection, other = server.raw(), server.raw()
    for key in TAGS:
        for change in (("FLUSHALL",), ("FLUSHDB",), ("SWAPDB", 0, 1), ("SWAPDB", 1, 0)):
            assert connection.command("WATCH", "none", "none2") == OK
            assert other.command(*change) == OK
            assert multi(connection, ("PING",)) == ["PONG"], change
            assert other.command("SET", key, "x") == OK
            assert connection.command("WATCH", key) == OK
            assert other.command(*change) == OK
            assert multi(connection, ("PING",)) is None, change
        assert other.command("FLUSHALL") == OK
        assert connection.command("WATCH", key) == OK
        assert multi(other, ("SELECT", 1), ("SET", key, "x"), ("SELECT", 0), ("SWAPDB", 0, 1)) == [OK] * 4
        assert multi(connection, ("PING",)) is None


@pytest.mark.parametrize("shards", [2, 4])
def test_watch_on_several_shards(start_tessera, shards):
    server = start_tessera(shards=shards)
    connection, other = server.raw(), server.raw()
    keys = [f"k:{number}" for number in range(30)]
    for changed in [None, *keys]:
        assert connection.command("WATCH", *keys) == OK
        if changed:
            assert other.command("SET", changed, "x") == OK
        assert multi(connection, ("SET", "result", str(changed))) == (None if changed else [OK])
    assert connection.command("WATCH", *keys) == OK
    assert watchers(server) == (1, 30)
    assert other.command("WATCH", *keys[:10], "more") == OK
    assert watchers(server) == (2, 31)
    connection.close()
    wait_until(lambda: watchers(server) == (1, 11))
    other.reset()
    nobody_watches(server)


# ---- Cluster mode ----


def test_slots(start_tessera):
    server = start(start_tessera, 4, True)
    connection = server.raw()
    assert connection.command("MULTI") == OK
    assert connection.command("MSET", "a", "1", "b", "2") == CROSSSLOT
    assert connection.command("EXEC") == ABORTED
    assert connection.command("MULTI") == OK
    assert connection.command("SET", "a", "1") == QUEUED
    assert connection.command("SET", "b", "1") == QUEUED
    assert connection.command("EXEC") == CROSSSLOT
    assert connection.command("EXEC") == WITHOUT_MULTI
    assert connection.command("MGET", "a") == [None]
    assert connection.command("WATCH", "a", "b") == CROSSSLOT
    assert connection.command("WATCH", "a") == OK
    assert connection.command("WATCH", "b") == OK
    assert multi(connection, ("SET", "c", "1"), ("DBSIZE",), ("FLUSHALL",), ("DBSIZE",)) == [OK, 1, OK, 0]
    assert multi(connection, ("SELECT", 1), ("SET", "c", "1")) == [
        ErrorReply("ERR SELECT is not allowed in cluster mode"), OK]  # fmt: skip


def test_slots_that_go(start_tessera):
    server = start(start_tessera, 2, True, cluster_require_full_coverage=False)
    connection, other = server.raw(), server.raw()
    unserved = ErrorReply("CLUSTERDOWN Hash slot not served")
    slot = connection.command("CLUSTER", "KEYSLOT", "a")
    assert connection.command("WATCH", "a") == OK
    assert connection.command("MULTI") == OK
    assert connection.command("SET", "a", "1") == QUEUED
    assert other.command("CLUSTER", "DELSLOTS", slot) == OK
    wait_until(lambda: other.command("GET", "a") == unserved)
    wait_until(lambda: connection.command("SET", "a", "2") == unserved)
    assert connection.command("EXEC") == unserved
    assert connection.command("EXEC") == WITHOUT_MULTI
    assert connection.command("WATCH", "a") == unserved
    assert connection.command("MULTI") == OK
    assert connection.command("SET", "a", "1") == unserved
    assert connection.command("EXEC") == ABORTED
    assert multi(connection, ("PING",)) == ["PONG"]
    nobody_watches(server)


@pytest.mark.parametrize("shards", [2, 4])
def test_one_message_per_transaction(start_tessera, shards):
    """In cluster mode, a transaction on another shard costs one hop, and no section."""
    server = start(start_tessera, shards, True)
    connection = server.raw()
    before = server.hops()
    for tag in TAGS * 4:
        assert len(multi(connection, *[("SET", f"{number}{tag}", number) for number in range(20)])) == 20
    assert server.hops() - before <= 4 * len(TAGS)
    for number in range(shards):
        assert server.info("shards")[f"shard{number}"]["sections"] == 0


# ---- What others see of it ----


def test_statistics(server):
    connection = server.raw()
    assert connection.command("CONFIG", "RESETSTAT") == OK
    assert multi(connection, ("SET", "a", "x"), ("INCR", "a"), ("GET", "a")) == [OK, NOT_INTEGER, b"x"]
    connection.command("EXEC")
    connection.command("MULTI")
    connection.command("NOSUCH")
    connection.command("EXEC")
    calls = {name[8:]: value for name, value in server.info("commandstats").items()}
    counted = {name: (value["calls"], value["rejected_calls"], value["failed_calls"]) for name, value in calls.items()}
    assert counted["exec"] == (3, 0, 2)
    assert counted["multi"] == (2, 0, 0)
    assert counted["set"] == (1, 0, 0)
    assert counted["incr"] == (1, 0, 1)
    errors = server.info("errorstats")
    assert errors["errorstat_ERR"] == "count=3"
    assert errors["errorstat_EXECABORT"] == "count=1"
    statistics = server.info("stats")
    assert (statistics["keyspace_hits"], statistics["keyspace_misses"]) == (1, 0)


def test_monitor_and_slow_log(server):
    connection, monitor = server.raw(), server.raw()
    assert connection.command("CONFIG", "SET", "slowlog-log-slower-than", 0) == OK
    assert connection.command("SLOWLOG", "RESET") == OK
    assert monitor.command("MONITOR") == OK
    for tag in TAGS[:4]:
        assert connection.command("WATCH", f"k{tag}") == OK
        multi(connection, ("SET", f"k{tag}", "x"), ("GET", f"k{tag}"))
        shown = [monitor.read_line().decode().split("] ")[1] for _ in range(5)]
        assert shown == [f'"WATCH" "k{tag}"', '"MULTI"', f'"SET" "k{tag}" "x"', f'"GET" "k{tag}"', '"EXEC"']
    names = [entry[3][0] for entry in connection.command("SLOWLOG", "GET", 100)]
    for name, count in ((b"SET", 4), (b"GET", 4), (b"MULTI", 4), (b"WATCH", 4), (b"EXEC", 0)):
        assert names.count(name) == count, names


def test_client_list(server):
    connection, other = server.raw(), server.raw()

    def line():
        listed = other.command("CLIENT", "LIST", "ID", identity).decode().split()
        return dict(field.split("=", 1) for field in listed)

    identity = connection.command("CLIENT", "ID")
    assert (line()["multi"], line()["watch"], line()["flags"]) == ("-1", "0", "N")
    assert connection.command("WATCH", "a") == OK
    assert connection.command("WATCH", "b") == OK
    assert connection.command("WATCH", "a") == OK
    assert connection.command("MULTI") == OK
    assert connection.command("SET", "a", "x" * 10000) == QUEUED
    assert connection.command("GET", "a") == QUEUED
    assert (line()["multi"], line()["watch"], line()["flags"]) == ("2", "2", "x")
    assert 10000 < int(line()["multi-mem"]) < 40000 < int(line()["tot-mem"]) + 30000
    # What will not run is not kept.
    assert connection.command("NOSUCH") != QUEUED
    assert connection.command("GET", "a") == QUEUED
    assert line()["multi"] == "2"
    assert connection.command("DISCARD") == OK
    assert (line()["multi"], line()["watch"], line()["multi-mem"]) == ("-1", "0", "0")


@pytest.mark.parametrize("shards", [1, 2])
def test_client_reply_modes(start_tessera, shards):
    connection = start_tessera(shards=shards).raw()
    for key in TAGS:
        words = [("CLIENT", "REPLY", "OFF"), ("MULTI",), ("SET", key, "x"), ("GET", key), ("EXEC",),
                 ("CLIENT", "REPLY", "ON"), ("MULTI",), ("GET", key), ("EXEC",),
                 ("CLIENT", "REPLY", "SKIP"), ("MULTI",), ("GET", key), ("EXEC",)]  # fmt: skip
        connection.send(b"".join(encode_command(*command) for command in words))
        connection.expect("+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n$1\r\nx\r\n+QUEUED\r\n*1\r\n$1\r\nx\r\n")


@pytest.mark.parametrize("shards", [1, 2])
def test_pause(start_tessera, shards):
    """A transaction that writes waits as a write does; one that reads does not."""
    server = start_tessera(shards=shards)
    other = server.raw()
    for key in TAGS[:4]:
        writer, reader = server.raw(), server.raw()
        assert writer.command("MULTI") == OK
        assert writer.command("SET", key, "x") == QUEUED
        assert other.command("CLIENT", "PAUSE", 60000, "WRITE") == OK
        wait_until(lambda: other.command("CLIENT", "PAUSE", 60000, "WRITE") == OK)
        assert multi(reader, ("GET", key)) == [None]
        writer.send_command("EXEC")
        wait_until(lambda: server.info("clients")["blocked_clients"] == 1)
        assert other.command("GET", key) is None
        assert other.command("CLIENT", "UNPAUSE") == OK
        assert writer.read_reply() == [OK]


@pytest.mark.parametrize("shards", [1, 2])
def test_what_is_queued_is_bounded(start_tessera, shards):
    server = start_tessera(shards=shards, client_query_buffer_limit="1mb")
    bystander = server.raw()
    connection = server.raw()
    assert connection.command("MULTI") == OK
    request = encode_command("SET", "k", "x" * 10000)
    connection.socket.settimeout(5)
    try:
        for _ in range(400):
            connection.send(request)
    except OSError:
        pass
    connection.read_until_closed()
    assert bystander.command("GET", "k") is None
    wait_until(lambda: server.info("stats")["client_query_buffer_limit_disconnections"] == 1)
    # The same for names that are watched.
    connection = server.raw()
    try:
        for number in range(400):
            connection.send(encode_command("WATCH", "x" * 10000 + str(number)))
    except OSError:
        pass
    connection.read_until_closed()
    nobody_watches(server)
    assert multi(bystander, ("SET", "k", "1")) == [OK]


def test_client_library(server):
    """Optimistic locking as redis-py has it."""
    client = server.client()
    for tag in TAGS:
        key = f"counter{tag}"
        attempts = 0
        with client.pipeline() as pipeline:
            while True:
                try:
                    pipeline.watch(key)
                    value = int(pipeline.get(key) or 0)
                    if attempts == 0:
                        client.set(key, 41)
                    attempts += 1
                    pipeline.multi()
                    pipeline.set(key, value + 1)
                    pipeline.get(key)
                    assert pipeline.execute() == [True, b"42"]
                    break
                except redis.WatchError:
                    assert attempts == 1
        assert attempts == 2


# ---- Clients that wait for keys ----


def waits(server, count):
    wait_until(lambda: server.info("clients")["blocked_clients"] == count, what=f"{count} clients wait")


def test_nobody_waits_inside(server):
    connection = server.raw()
    for tag in TAGS:
        replies = multi(connection, ("BLPOP", f"l{tag}", 0), ("RPUSH", f"l{tag}", "a", "b"), ("BRPOP", f"l{tag}", 0),
                        ("BLMOVE", f"l{tag}", f"m{tag}", "LEFT", "LEFT", 0), ("BLPOP", f"l{tag}", 0))  # fmt: skip
        assert replies == [None, 2, [f"l{tag}".encode(), b"b"], b"a", None]


def test_waiters_are_served_behind_it(server):
    """They see what the whole transaction has left, not what was there in between."""
    connection = server.raw()
    for tag in TAGS:
        key = f"l{tag}"
        waiter = server.raw()
        waiter.send_command("BLPOP", key, 0)
        waits(server, 1)
        assert multi(connection, ("RPUSH", key, "a"), ("DEL", key)) == [1, 1]
        waits(server, 1)
        assert multi(connection, ("RPUSH", key, "a"), ("LPUSH", key, "b"), ("LLEN", key)) == [1, 2, 2]
        assert waiter.read_reply() == [key.encode(), b"b"]
        assert connection.command("LRANGE", key, 0, -1) == [b"a"]


@pytest.mark.parametrize("shards", [1, 2, 4])
def test_waiters_behind_a_section(start_tessera, shards):
    server = start_tessera(shards=shards)
    connection = server.raw()
    keys = [f"l{tag}" for tag in TAGS]
    waiters = [server.raw() for _ in keys]
    for waiter, key in zip(waiters, keys):
        waiter.send_command("BLPOP", key, "other", 0)
    waits(server, len(keys))
    assert multi(connection, *[("RPUSH", key, "x", "y") for key in keys], ("DBSIZE",))[-1] == len(keys)
    for waiter, key in zip(waiters, keys):
        assert waiter.read_reply() == [key.encode(), b"x"]
    # What waiters take is a change, too.
    assert connection.command("WATCH", keys[0]) == OK
    waiters[0].send_command("BLPOP", "none", keys[0], 0)
    assert waiters[0].read_reply() == [keys[0].encode(), b"y"]
    assert multi(connection, ("PING",)) is None
