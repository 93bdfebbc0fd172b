"""CLIENT TRACKING: who is told of which changes, in every mode, with clients and keys on any shard."""

import random
import threading

import pytest
from servers import LIMIT_FACTOR, ErrorReply, Push, encode_command, wait_until
from tracking import FORGET, Client, Node, invalidate

# Shards, cluster mode.
NODES = [(1, False), (3, False), (3, True)]
SYNTAX = ErrorReply("ERR syntax error")


@pytest.fixture(params=NODES, ids=lambda node: f"{node[0]}-{'cluster' if node[1] else 'alone'}")
def node(request, start_tessera):
    shards, cluster = request.param
    return Node(start_tessera(shards=shards, cluster_enabled=cluster, enable_debug_command="yes"), cluster)


@pytest.fixture
def node_alone(start_tessera):
    return Node(start_tessera(shards=3, enable_debug_command="yes"))


def prepare(node):
    node("SET", "string", "1")
    node("RPUSH", "list", "a", "b")
    node("HSET", "hash", "f", "1")
    node("SADD", "set", "a", "b")
    node("ZADD", "zset", 1, "a", 2, "b")
    node("XADD", "stream", "1-1", "f", "v")


# Reads of a key, and changes of it.
READS = {
    "string": [("GET", "string"), ("STRLEN", "string"), ("EXISTS", "string"), ("TTL", "string"), ("TYPE", "string")],
    "list": [("LRANGE", "list", 0, -1), ("LLEN", "list")],
    "hash": [("HGET", "hash", "f"), ("HGETALL", "hash"), ("GET", "hash")],
    "set": [("SMEMBERS", "set"), ("SINTERCARD", 1, "set"), ("SORT_RO", "set", "ALPHA")],
    "zset": [("ZRANGE", "zset", 0, -1), ("ZUNION", 1, "zset")],
    "stream": [("XRANGE", "stream", "-", "+"), ("XREAD", "STREAMS", "stream", 0)],
}
CHANGES = {
    "string": [("SET", "string", 2), ("INCR", "string"), ("APPEND", "string", "x"), ("EXPIRE", "string", 100),
               ("PERSIST", "string"), ("SETRANGE", "string", 0, "y"), ("GETDEL", "string"), ("GETEX", "n", "EX", 9)],
    "list": [("LPUSH", "list", "c"), ("LPOP", "list"), ("LSET", "list", 0, "z"), ("DEL", "list")],
    "hash": [("HSET", "hash", "g", 2), ("HINCRBY", "hash", "f", 2), ("HDEL", "hash", "f"), ("UNLINK", "hash")],
    "set": [("SADD", "set", "c"), ("SREM", "set", "c"), ("SPOP", "set")],
    "zset": [("ZADD", "zset", 3, "c"), ("ZINCRBY", "zset", 1, "a"), ("ZPOPMIN", "zset"), ("ZREM", "zset", "c")],
    "stream": [("XADD", "stream", "2-1", "f", "v"), ("XDEL", "stream", "1-1"), ("XTRIM", "stream", "MAXLEN", 0)],
}  # fmt: skip


def keys_of(news):
    return sorted(key for message in news for key in message[1])


def test_what_was_read_is_told_once(node):
    for shard in range(len(node.ports)):
        client = node.client(shard).track()
        for name, reads in READS.items():
            for read in reads:
                prepare(node)
                client(*read)
                client(*read)
                node("DEL", name)
                node("SET", name, 1)
                node("DEL", name)
                assert node.news(client) == [invalidate(name)], read
        assert node.news(client) == []


def test_every_change_is_told(node):
    client = node.client().track()
    prepare(node)
    node("SET", "n", 1)
    for name, changes in CHANGES.items():
        for change in changes:
            key = change[1]
            client("EXISTS", key)
            assert not isinstance(node(*change), ErrorReply)
            assert node.news(client) == [invalidate(key)], (name, change)


def test_nothing_is_told_of_what_does_not_change(node):
    client = node.client().track()
    prepare(node)
    for name in READS:
        client("EXISTS", name)
    client("EXISTS", "nothing")
    for command in (
        ("SETNX", "string", 9), ("SET", "nothing", 1, "XX"), ("DEL", "nothing"), ("LPUSHX", "nothing", 1),
        ("SREM", "set", "nobody"), ("PERSIST", "string"), ("GET", "string"), ("LPUSH", "string", 1),
        ("HDEL", "hash", "nothing"), ("ZADD", "zset", 1, "a"),
    ):  # fmt: skip
        node(*command)
    assert node.news(client) == []


def test_several_keys(node):
    keys = [f"{{t}}{number}" if node.cluster else f"key:{number}" for number in range(30)]
    client = node.client().track()
    assert client("MGET", *keys) == [None] * 30
    assert node.info("stats", "tracking_total_keys") == 30
    assert node.info("stats", "tracking_total_items") == 30
    node("MSET", *(word for key in keys for word in (key, 1)))
    assert sorted(node.news(client)) == sorted(invalidate(key) for key in keys)
    client("MGET", *keys)
    node("DEL", *keys[:20])
    assert sorted(node.news(client)) == sorted(invalidate(key) for key in keys[:20])
    assert node.info("stats", "tracking_total_keys") == 10


def test_own_changes_come_behind_their_answers(node):
    client = node.client().track()
    client("GET", "k")
    connection = client.connection
    connection.send(encode_command("SET", "k", 1))
    assert connection.read_reply() == "OK"
    assert connection.read_reply() == invalidate("k")
    client("GET", "k")
    client("MULTI")
    client("SET", "k", 2)
    client("GET", "k")
    connection.send(encode_command("EXEC"))
    assert connection.read_reply() == ["OK", b"2"]
    assert connection.read_reply() == invalidate("k")


def test_no_loop(node):
    client = node.client().track("NOLOOP")
    client("GET", "k")
    client("SET", "k", 1)
    assert node.news(client) == []
    # As in Redis: its own change ends what it had read.
    node("SET", "k", 2)
    assert node.news(client) == []
    client("GET", "k")
    node("SET", "k", 2)
    assert node.news(client) == [invalidate("k")]
    other = node.client().track()
    for _ in range(2):
        client("GET", "k")
        other("GET", "k")
        client("SET", "k", 3)
        assert node.news(other) == [invalidate("k")]
        assert node.news(client) == []


def test_opt_in(node):
    client = node.client().track("OPTIN")
    client("GET", "a")
    assert client("CLIENT", "CACHING", "YES") == "OK"
    assert client("CLIENT", "TRACKINGINFO")[b"flags"] == {b"on", b"optin", b"caching-yes"}
    client("GET", "b")
    assert client("CLIENT", "TRACKINGINFO")[b"flags"] == {b"on", b"optin"}
    client("GET", "c")
    client("CLIENT", "CACHING", "YES")
    client("NOSUCHCOMMAND")
    client("GET", "d")
    for key in "abcd":
        node("SET", key, 1)
    assert node.news(client) == [invalidate("b")]


def test_opt_in_for_a_transaction(node):
    client = node.client().track("OPTIN")
    keys = ["{t}a", "{t}b"]
    client("CLIENT", "CACHING", "YES")
    client("MULTI")
    for key in keys:
        client("GET", key)
    client("EXEC")
    client("GET", "{t}c")
    for key in (*keys, "{t}c"):
        node("SET", key, 1)
    assert node.news(client) == [invalidate(key) for key in keys]
    # Given within, it is for what follows within.
    client("MULTI")
    client("GET", "{t}a")
    client("CLIENT", "CACHING", "YES")
    client("GET", "{t}b")
    client("EXEC")
    client("GET", "{t}c")
    for key in (*keys, "{t}c"):
        node("SET", key, 1)
    assert node.news(client) == [invalidate("{t}b")]


def test_opt_in_for_a_transaction_over_shards(node_alone):
    client = node_alone.client(0).track("OPTIN")
    keys = [f"key:{number}" for number in range(20)]
    client("CLIENT", "CACHING", "YES")
    client("MULTI")
    for key in keys:
        client("GET", key)
    client("EXEC")
    client("GET", "other")
    for key in (*keys, "other"):
        node_alone("SET", key, 1)
    assert sorted(node_alone.news(client)) == sorted(invalidate(key) for key in keys)


def test_opt_out(node):
    client = node.client().track("OPTOUT")
    client("GET", "a")
    assert client("CLIENT", "CACHING", "NO") == "OK"
    client("GET", "b")
    client("GET", "c")
    for key in "abc":
        node("SET", key, 1)
    assert sorted(node.news(client)) == [invalidate("a"), invalidate("c")]


def test_prefixes(node):
    clients = {
        prefixes: node.client(number % len(node.ports)).track("BCAST", *(w for p in prefixes for w in ("PREFIX", p)))
        for number, prefixes in enumerate([("user:",), ("user:1", "post:"), (), ("x" * 300,), ("user:", "b\0"), ("",)])
    }
    assert node.info("stats", "tracking_total_prefixes") == 6
    assert node.info("clients", "tracking_clients") == 6 + len(node.probes)
    keys = ["user:1", "user:12", "user:2", "post:7", "posts", "us", "", "b\0c", "x" * 301, "x" * 299]
    for key in keys:
        node("SET", key, 1)
    node.settle()
    for prefixes, client in clients.items():
        told = [key.decode() for message in client.take() for key in message[1]]
        told = [key for key in told if key not in node.sentinels]
        expected = [key for key in keys if not prefixes or any(key.startswith(prefix) for prefix in prefixes)]
        assert sorted(told) == sorted(expected), prefixes
    for client in clients.values():
        client.connection.close()
    wait_until(lambda: node.info("stats", "tracking_total_prefixes") == 0)
    assert node.info("clients", "tracking_clients") == len(node.probes)


def test_prefixes_tell_each_key_once_per_turn(node):
    client = node.client().track("BCAST", "PREFIX", "{k}")
    keys = [f"{{k}}{number:03}" for number in range(100)]
    node("MSET", *(word for key in keys for word in (key, 1)))
    assert node.news(client) == [invalidate(*keys)]
    other = node.connection()
    other.command("MULTI")
    for key in ("{k}b", "{k}a", "{k}b"):
        other.command("SET", key, 1)
    other.command("EXEC")
    assert node.news(client) == [invalidate("{k}a", "{k}b")]


def test_prefixes_and_own_changes(node):
    quiet = node.client().track("BCAST", "PREFIX", "k", "NOLOOP")
    loud = node.client().track("BCAST", "PREFIX", "k")
    quiet("SET", "k1", 1)
    loud("SET", "k2", 1)
    assert node.news(quiet) == [invalidate("k2")]
    # In one turn or two.
    assert keys_of(loud.take()) == [b"k1", b"k2"]


def test_names_of_keys_that_may_not_be_read_are_not_told(node):
    assert node("ACL", "SETUSER", "some", "on", "nopass", "+@all", "%R~open:*", "%W~p*") == "OK"
    client = node.client()
    assert client("AUTH", "some", "x") == "OK"
    client.track("BCAST")
    for key in ("open:1", "private", "secret"):
        node("SET", key, 1)
    told = keys_of(node.news(client))
    assert [key for key in told if not key.startswith(b"sentinel")] == [b"open:1"]


def test_prefixes_by_reading_no_more(node):
    """A client that has read, and then asks for prefixes, hears of these alone."""
    client = node.client().track()
    client("GET", "read")
    assert client("CLIENT", "TRACKING", "OFF") == "OK"
    client.track("BCAST", "PREFIX", "p")
    node("SET", "read", 1)
    node("SET", "p1", 1)
    assert node.news(client) == [invalidate("p1")]
    assert client("CLIENT", "TRACKING", "OFF") == "OK"
    node("SET", "p1", 1)
    assert node.news(client) == []


def test_redirection(node):
    last = len(node.ports) - 1
    for source, target in ((0, 0), (0, last), (last, 0)):
        receiver = node.client(target)
        client = node.client(source).track("REDIRECT", receiver.id)
        assert client("CLIENT", "GETREDIR") == receiver.id
        client("GET", "k")
        client("GET", "l")
        node("SET", "k", 1)
        assert node.news(receiver) == [invalidate("k")]
        assert client.take() == []
        receiver.connection.close()
        wait_until(lambda receiver=receiver: b"id=%d " % receiver.id not in node("CLIENT", "LIST"))
        node("SET", "l", 1)
        assert node.news(client) == [[b"tracking-redir-broken", receiver.id]]
        info = client("CLIENT", "TRACKINGINFO")
        assert (info[b"flags"], info[b"redirect"]) == ({b"on", b"broken_redirect"}, receiver.id)
        assert b"flags=tR " in client("CLIENT", "INFO")
        assert b"redir=%d " % receiver.id in client("CLIENT", "INFO")
        client("GET", "k")
        node("SET", "k", 1)
        assert node.news(client) == [[b"tracking-redir-broken", receiver.id]]
        other = node.client()
        client.track("REDIRECT", other.id)
        assert client("CLIENT", "TRACKINGINFO")[b"flags"] == {b"on"}


def test_redirection_of_prefixes_and_flushes(node):
    receiver = node.client(0)
    clients = [node.client().track("BCAST", "PREFIX", prefix, "REDIRECT", receiver.id) for prefix in "ab"]
    node("SET", "a1", 1)
    node("SET", "b1", 1)
    assert sorted(node.news(receiver)) == [invalidate("a1"), invalidate("b1")]
    node("FLUSHALL")
    assert node.news(receiver) == [FORGET, FORGET]
    assert all(client.take() == [] for client in clients)


def test_redirection_to_a_subscriber_in_resp2(node):
    """As clients without RESP3 do it: one connection for data, one that listens."""
    last = len(node.ports) - 1
    for source, target in ((0, 0), (0, last), (last, 0)):
        receiver = node.connection(target)
        identity = receiver.command("CLIENT", "ID")
        client = Client(node.connection(source), protocol=2)
        assert client("CLIENT", "TRACKING", "ON", "REDIRECT", identity) == "OK"
        # Not a subscriber yet: nobody can be told.
        client("GET", "k")
        node("SET", "k", 1)
        node.settle()
        assert receiver.command("SUBSCRIBE", "__redis__:invalidate") == [b"subscribe", b"__redis__:invalidate", 1]
        client("MGET", "{k}1", "{k}2")
        node("MSET", "{k}1", 1, "{k}2", 1)
        for key in (b"{k}1", b"{k}2"):
            assert receiver.read_reply() == [b"message", b"__redis__:invalidate", [key]]
        node("FLUSHDB")
        assert receiver.read_reply() == [b"message", b"__redis__:invalidate", None]
        assert receiver.command("UNSUBSCRIBE")[0] == b"unsubscribe"
        client("GET", "k")
        node("SET", "k", 1)
        node.settle()
        assert receiver.command("PING") == "PONG"


@pytest.mark.parametrize("eval_command", ["EVAL", "EVAL_RO"])
def test_scripts(node, eval_command):
    """What a script reads is tracked; what it changes is told when it is over."""
    client = node.client().track()
    assert client(eval_command, "return redis.call('GET', KEYS[1])", 1, "k") is None
    node("SET", "k", 1)
    assert node.news(client) == [invalidate("k")]
    # Named, but not read.
    client(eval_command, "return 1", 1, "k")
    node("SET", "k", 1)
    assert node.news(client) == []
    client("MGET", "{k}1", "{k}2")
    client.connection.send_command("EVAL", "redis.call('SET', KEYS[1], 1) redis.call('SET', KEYS[2], 1) return 7",
                                   2, "{k}1", "{k}2")  # fmt: skip
    assert client.connection.read_reply() == 7
    assert node.news(client) == [invalidate("{k}1"), invalidate("{k}2")]


def test_flushes(node):
    clients = [node.client(shard).track(*options) for shard in range(len(node.ports))
               for options in ((), ("BCAST", "PREFIX", "zzz"), ("NOLOOP",), ("OPTIN",))]  # fmt: skip
    silent = [node.client(shard) for shard in range(len(node.ports))]
    clients[0]("MGET", *(["{t}a", "{t}b"]))
    for command in (("FLUSHALL",), ("FLUSHDB",), ("FLUSHALL", "ASYNC")):
        node(*command)
        assert node.info("stats", "tracking_total_keys") == 0
        node.settle()
        assert [client.take() for client in clients] == [[FORGET]] * len(clients)
    assert clients[0].connection.command("FLUSHALL") == "OK"
    assert clients[0].connection.read_reply() == FORGET
    assert all(client.take() == [] for client in silent)


def test_exchanged_databases(node_alone):
    client = node_alone.client(1).track()
    client("GET", "k")
    node_alone("SELECT", 5)
    node_alone("SET", "k", 1)
    # Names have no database.
    assert node_alone.news(client) == [invalidate("k")]
    node_alone("SWAPDB", 0, 5)
    assert node_alone.news(client) == [FORGET]


def test_keys_that_expire(node):
    client = node.client().track()
    for key in ("a", "b"):
        node("SET", key, 1, "PX", int(1000 * LIMIT_FACTOR))
        client("GET", key)
    broad = node.client().track("BCAST", "PREFIX", "a")
    client.wait_news(2)
    assert sorted(client.news) == [invalidate("a"), invalidate("b")]
    broad.wait_news(1)
    assert broad.news == [invalidate("a")]
    node("DEBUG", "SET-ACTIVE-EXPIRE", 0)
    client.take()
    node("SET", "c", 1, "PX", int(1000 * LIMIT_FACTOR))
    assert client("GET", "c") == b"1"
    # Found by its own read, which is tracked itself.
    wait_until(lambda: client("GET", "c") is None)
    assert node.news(client)[0] == invalidate("c")
    node("SET", "c", 1)
    assert node.news(client) == [invalidate("c")]


def test_fields_that_expire(node):
    client = node.client().track()
    node("HSET", "hash", "a", 1, "b", 2)
    assert node("DEBUG", "SET-ACTIVE-EXPIRE", 0) == "OK"  # the field goes behind the reading
    node("HPEXPIRE", "hash", 1, "FIELDS", 1, "a")
    client("HGETALL", "hash")
    assert node("DEBUG", "SET-ACTIVE-EXPIRE", 1) == "OK"
    client.wait_news(1)
    assert client.news == [invalidate("hash")]


def test_table_limit(node):
    keys = [f"key:{number}" for number in range(500)]

    def news():
        # What is waited for must not be what the limit takes.
        node("CONFIG", "SET", "tracking-table-max-keys", 0)
        told = node.news(client)
        node("CONFIG", "SET", "tracking-table-max-keys", 100)
        return told

    client = node.client().track()
    client.pipeline(*(("GET", key) for key in keys))
    assert node.info("stats", "tracking_total_keys") == 500
    node("CONFIG", "SET", "tracking-table-max-keys", 100)
    wait_until(lambda: node.info("stats", "tracking_total_keys") <= 100)
    told = [message[1][0].decode() for message in news()]
    assert len(told) == len(set(told)) and set(told) <= set(keys)
    left = [key for key in keys if key not in told]
    assert len(left) <= 100
    for key in keys:
        node("SET", key, 1)
    assert sorted(news()) == sorted(invalidate(key) for key in left)
    client.pipeline(*(("GET", key) for key in keys))
    assert node.info("stats", "tracking_total_keys") <= 100 + len(node.ports)
    node("CONFIG", "SET", "tracking-table-max-keys", 0)
    client.pipeline(*(("GET", key) for key in keys))
    assert node.info("stats", "tracking_total_keys") >= 500


def test_modes_that_do_not_go_together(node):
    client = node.client()
    overlap = "ERR Prefix '%s' overlaps with %s prefix '%s'. Prefixes for a single client must not overlap."
    switch = "switch BCAST mode on/off before disabling tracking for this client"

    def refused(text, *words):
        reply = client("CLIENT", "TRACKING", *words)
        assert isinstance(reply, ErrorReply) and text in str(reply), (words, reply)

    refused("ERR syntax error", "MAYBE")
    refused("ERR syntax error", "ON", "WHAT")
    refused("ERR syntax error", "ON", "REDIRECT")
    refused("ERR PREFIX option requires BCAST mode to be enabled", "ON", "PREFIX", "a")
    refused("ERR OPTIN and OPTOUT are not compatible with BCAST", "ON", "BCAST", "OPTIN")
    refused("ERR You can't specify both OPTIN mode and OPTOUT mode", "ON", "OPTIN", "OPTOUT")
    refused("The client ID you want redirect to does not exist", "ON", "REDIRECT", "999999")
    refused("The client ID you want redirect to does not exist", "ON", "REDIRECT", "999999", "WHAT")
    refused("The client ID you want redirect to does not exist", "ON", "REDIRECT", "-1")
    refused("ERR syntax error", "ON", "REDIRECT", client.id, "WHAT")
    refused("ERR A client can only redirect to a single", "ON", "REDIRECT", client.id, "REDIRECT", client.id)
    refused("ERR value is not an integer or out of range", "ON", "REDIRECT", "x")
    refused(overlap % ("a", "another provided", "ab"), "ON", "BCAST", "PREFIX", "a", "PREFIX", "ab")
    refused("ERR Prefix is too long", "ON", "BCAST", "PREFIX", "x" * 70000)
    assert node.info("stats", "tracking_total_prefixes") == 0
    assert client("CLIENT", "TRACKINGINFO") == {b"flags": {b"off"}, b"redirect": -1, b"prefixes": []}
    client.track("BCAST", "PREFIX", "b", "PREFIX", "a")
    refused(overlap % ("ax", "an existing", "a"), "ON", "BCAST", "PREFIX", "ax")
    refused(switch, "ON")
    refused("ERR OPTIN and OPTOUT", "ON", "BCAST", "OPTOUT")
    client.track("BCAST", "PREFIX", "c", "NOLOOP")
    assert client("CLIENT", "TRACKINGINFO") == {
        b"flags": {b"on", b"bcast", b"noloop"}, b"redirect": 0, b"prefixes": [b"a", b"b", b"c"]}  # fmt: skip
    assert b"flags=tB " in client("CLIENT", "INFO")
    assert client("RESET") == "RESET"
    client("HELLO", 3)
    client.track("OPTIN")
    refused("switch OPTIN/OPTOUT mode before disabling", "ON", "OPTOUT")
    refused(switch, "ON", "BCAST")
    assert "only valid when" in str(client("CLIENT", "CACHING", "NO"))
    assert client("CLIENT", "CACHING", "PERHAPS") == SYNTAX
    assert node.info("clients", "tracking_clients") == 1 + len(node.probes)


def test_very_many_prefixes(node):
    """What overlaps is found without comparing each with each; and a key is told by all of its prefixes' clients."""
    client = node.client()
    words = [word for number in range(50000) for word in ("PREFIX", f"p:{number:05}:")]
    assert client("CLIENT", "TRACKING", "ON", "BCAST", *words) == "OK"
    assert node.info("stats", "tracking_total_prefixes") == 50000
    reply = client("CLIENT", "TRACKING", "ON", "BCAST", *(word + "x" if word[0] == "p" else word for word in words))
    assert "overlaps" in str(reply)
    for number in (0, 777, 49999):
        node("SET", f"p:{number:05}:k", 1)
    node("SET", "p:x", 1)
    assert sorted(node.news(client)) == [invalidate(f"p:{number:05}:k") for number in (0, 777, 49999)]
    assert client("CLIENT", "TRACKING", "OFF") == "OK"
    wait_until(lambda: node.info("stats", "tracking_total_prefixes") == 0, limit=30)


def test_within_a_transaction(node):
    client = node.client()
    client("MULTI")
    client("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "p")
    client("CLIENT", "TRACKING", "OFF")
    client("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "q")
    client("CLIENT", "TRACKING", "OFF")
    client("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "p")
    client("SET", "p0", 1)
    assert client("EXEC") == ["OK"] * 6
    node("SET", "p1", 1)
    node("SET", "q1", 1)
    assert keys_of(node.news(client)) == [b"p0", b"p1"]
    assert node.info("stats", "tracking_total_prefixes") == 1


def test_news_for_a_client_that_waits(node):
    client = node.client().track()
    client("GET", "k")
    client.connection.send_command("BLPOP", "list", 0)
    wait_until(lambda: node.info("clients", "blocked_clients") == 1)
    node("SET", "k", 1)
    client.wait_news(1)
    assert client.news == [invalidate("k")]
    node("RPUSH", "list", "x")
    assert client._answer() == [b"list", b"x"]


def test_an_answer_to_a_wait_comes_before_news_of_what_changed_behind_it(node):
    """XREAD is told of the first entry; the second makes its copy stale."""
    for shard in range(len(node.ports)):
        client = node.client(shard).track()
        for number in range(20):
            key = f"stream:{shard}:{number}"
            client.connection.send_command("XREAD", "BLOCK", 0, "STREAMS", key, "$")
            wait_until(lambda: node.info("clients", "blocked_clients") == 1)
            node.admin.send(encode_command("XADD", key, "1-1", "f", 1) + encode_command("XADD", key, "1-2", "f", 2))
            # The first change may be told before the answer, which is newer.
            client._answer()
            node.admin.read_reply()
            node.admin.read_reply()
            before = len(client.news)
            assert before <= 1
            client("XLEN", key)
            node("DEL", key)
            assert node.news(client)[before:] != []


def test_reply_off(node):
    client = node.client().track()
    client("GET", "k")
    client.connection.send_command("CLIENT", "REPLY", "OFF")
    node("SET", "k", 1)
    client.wait_news(1)
    assert client.news == [invalidate("k")]


def test_resp2_hears_nothing_itself(node):
    client = Client(node.connection(), protocol=2)
    assert client("CLIENT", "TRACKING", "ON") == "OK"
    client("GET", "k")
    node("SET", "k", 1)
    node("FLUSHALL")
    assert node.news(client) == []
    client("GET", "k")
    client("HELLO", 3)
    node("SET", "k", 1)
    assert node.news(client) == [invalidate("k")]


def test_a_client_that_does_not_read_is_told_later_that_all_has_changed(start_tessera):
    node = Node(start_tessera(shards=2))
    client = node.client(0).track("BCAST", "PREFIX", "big")
    count = 60
    for number in range(count):
        node("SET", f"big:{number}:" + "x" * (1 << 20), 1)
    news = []
    while FORGET not in news:
        reply = client.connection.read_reply()
        assert isinstance(reply, Push)
        news.append(list(reply))
    assert len(news) < count
    node("SET", "big", 1)
    assert node.news(client) == [invalidate("big")]


def test_a_shard_that_is_stuck_is_told_later_that_all_has_changed(start_tessera):
    node = Node(start_tessera(shards=2, enable_debug_command="yes"))
    client = node.client(0).track("BCAST", "PREFIX", "big")
    stuck = node.connection(0)
    writer = node.connection(1)
    tag = next(f"{{{number}}}" for number in range(1000) if on_shard(node, f"{{{number}}}", 1))
    client("CLIENT", "TRACKING", "OFF")
    client.track("BCAST", "PREFIX", tag)
    count = 60
    stuck.send_command("DEBUG", "SLEEP", 2)
    for number in range(count):
        assert writer.command("SET", f"{tag}:{number}:" + "x" * (1 << 20), 1) == "OK"
    assert stuck.read_reply() == "OK"
    news = []
    while FORGET not in news:
        reply = client.connection.read_reply()
        assert isinstance(reply, Push)
        news.append(list(reply))
    assert len(news) < count
    node("SET", tag, 1)
    assert node.news(client)[-1] == invalidate(tag)


def on_shard(node, key, shard):
    before = node.keys_per_shard()
    node("SET", key, 1)
    after = node.keys_per_shard()
    node("DEL", key)
    return after[shard] > before[shard]


class Cache(threading.Thread):
    """A client that keeps what it reads until it is told to forget it."""

    def __init__(self, client, keys, seed, rounds, together):
        super().__init__()
        self.client = client
        self.keys = keys
        self.random = random.Random(seed)
        self.rounds = rounds
        self.together = together
        self.copies = {}
        self.failure = None

    def hear(self, message):
        if message[1] is None:
            self.copies.clear()
        for key in message[1] or ():
            self.copies.pop(key.decode(), None)

    def answer(self):
        while True:
            reply = self.client.connection.read_reply()
            if not isinstance(reply, Push):
                return reply
            self.hear(list(reply))

    def run(self):
        try:
            for _ in range(self.rounds):
                self.round()
        except Exception as failure:
            self.failure = failure

    def round(self):
        kind = self.random.random()
        keys = self.random.sample(self.keys, self.random.randrange(1, 8))
        if kind < 0.5:
            commands = [("GET", key) for key in keys]
        elif kind < 0.7 and self.together:
            commands = [("MGET", *keys)]
        elif kind < 0.85 and self.together:
            commands = [("MULTI",), *(("GET", key) for key in keys), ("EXEC",)]
        else:
            commands = [("GET", keys[0]), ("SET", keys[-1], self.random.randrange(10**9)), ("GET", keys[-1])]
        self.client.connection.send(b"".join(encode_command(*command) for command in commands))
        for command in commands:
            reply = self.answer()
            if command[0] == "GET" and reply != "QUEUED":
                self.copies[command[1]] = reply
            elif command[0] == "MGET":
                self.copies.update(zip(command[1:], reply))
            elif command[0] == "EXEC":
                self.copies.update(zip(keys, reply))


class Writer(threading.Thread):
    def __init__(self, connection, keys, seed, rounds, together):
        super().__init__()
        self.connection = connection
        self.keys = keys
        self.random = random.Random(seed)
        self.rounds = rounds
        self.together = together

    def run(self):
        for _ in range(self.rounds):
            value = self.random.randrange(10**9)
            key = self.random.choice(self.keys)
            several = [word for name in self.random.sample(self.keys, 3) for word in (name, value)]
            commands = [self.random.choice((
                ("SET", key, value), ("SET", key, value, "PX", 3), ("DEL", key), ("APPEND", key, 1),
                ("MSET", *several) if self.together else ("INCRBYFLOAT", key, 1),
                ("FLUSHALL",) if self.random.random() < 0.02 else ("SET", key, value),
            )) for _ in range(self.random.randrange(1, 6))]  # fmt: skip
            self.connection.send(b"".join(encode_command(*command) for command in commands))
            for _ in commands:
                self.connection.read_reply()


@pytest.mark.limit(240)
@pytest.mark.parametrize("redirected", [False, True], ids=["itself", "redirected"])
def test_copies_are_never_stale_in_the_end(node, redirected):
    """Clients that cache, and others that write, all at the same time; when all is quiet, what is cached is true."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    pick = random.Random(seed)
    keys = [f"{{{number % 3}}}:{number}" if node.cluster else f"key:{number}" for number in range(24)]
    shards = len(node.ports)
    caches = []
    for number in range(4):
        client = node.client(number % shards)
        client.track(*(("NOLOOP",) if number == 3 and not redirected else ()))
        caches.append(Cache(client, keys, pick.random(), 300, not node.cluster))
    receivers = []
    if redirected:
        for cache in caches:
            receivers.append(node.client(pick.randrange(shards)))
            cache.client.track("REDIRECT", receivers[-1].id)
    writers = [Writer(node.connection(number % shards), keys, pick.random(), 300, not node.cluster) for number in range(3)]
    for thread in (*caches, *writers):
        thread.start()
    for thread in (*caches, *writers):
        thread.join()
    assert [cache.failure for cache in caches] == [None] * 4
    # What expires last is gone.
    node("DEBUG", "SLEEP", "0.01")
    current = {key: node("GET", key) for key in keys}
    node.settle()
    if redirected:
        check_redirected(caches, receivers, current)
        return
    for cache in caches:
        assert cache.client("PING") == "PONG"
        for message in cache.client.news:
            cache.hear(message)
        assert {key: current[key] for key in cache.copies} == cache.copies


def check_redirected(caches, receivers, current):
    """The order between two connections is not known: whatever differs must have been told of."""
    for cache, receiver in zip(caches, receivers):
        told = {key for message in receiver.take() for key in message[1] or [key.encode() for key in current]}
        stale = {key for key, value in cache.copies.items() if current[key] != value}
        assert stale <= {key.decode() for key in told}
        assert cache.client.take() == []
