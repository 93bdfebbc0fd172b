"""Commands whose clients wait for keys: order, timeouts, and everything that ends a wait."""

import re

import nodes
import pytest
from servers import ErrorReply, encode_command, wait_until

# Shards, cluster mode.
NODES = [(1, False), (3, False), (1, True), (3, True)]
UNBLOCKED = ErrorReply("UNBLOCKED client unblocked via CLIENT UNBLOCK")
WRONGTYPE = ErrorReply("WRONGTYPE Operation against a key holding the wrong kind of value")


class Node(nodes.Node):
    """A node, and clients of it that wait."""

    def blocked(self):
        return int(re.search(rb"blocked_clients:(\d+)", self("INFO", "clients"))[1])

    def wait_blocked(self, count):
        wait_until(lambda: self.blocked() == count, limit=30, what=f"{count} blocked clients")

    def block(self, *command, client=None):
        """A client that waits in this command, behind all that wait already."""
        before = self.blocked()
        client = client or self.server.raw(limit=30)
        client.send_command(*command)
        self.wait_blocked(before + 1)
        return client

    def client_ids(self, flag):
        lines = self("CLIENT", "LIST").decode().splitlines()
        found = [re.search(r"id=(\d+) .*flags=(\S+) ", line).groups() for line in lines]
        return [int(number) for number, flags in found if flag in flags]


@pytest.fixture(params=NODES, ids=lambda node: f"{node[0]}-{'cluster' if node[1] else 'alone'}")
def node(request, start_tessera):
    shards, cluster = request.param
    return Node(start_tessera(shards=shards, cluster_enabled=cluster), cluster)


@pytest.fixture(params=[1, 3])
def lone(request, start_tessera):
    """With cluster mode off: keys of one command may be on several shards."""
    return Node(start_tessera(shards=request.param))


# ---- Being served ----


def test_order_of_arrival(node):
    for key in node.keys(4):
        clients = [node.block("BLPOP", key, 0) for _ in range(9)]
        assert node("RPUSH", key, "v0") == 1
        assert clients[0].read_reply() == [key.encode(), b"v0"]
        assert node("RPUSH", key, *[f"v{number}" for number in range(1, 12)]) == 11
        for number, client in enumerate(clients[1:], 1):
            assert client.read_reply() == [key.encode(), b"v%d" % number]
        assert node("LRANGE", key, 0, -1) == [b"v9", b"v10", b"v11"]
        assert node.blocked() == 0


def test_order_of_those_who_wait_for_one_and_for_several(lone):
    """Also where the others' keys are on other shards."""
    keys = lone.keys(8)
    for key in keys:
        clients = [
            lone.block("BLPOP", *(keys if several else [key]), 0)
            for several in (True, False, False, True, True, False, True, False)
        ]
        assert lone("RPUSH", key, *range(10)) == 10
        for number, client in enumerate(clients):
            assert client.read_reply() == [key.encode(), b"%d" % number]
        assert lone("LPOP", key, 10) == [b"8", b"9"]


def test_what_is_there_is_taken_at_once(node):
    first, second, third = node.keys(3)
    assert node("RPUSH", second, "a", "b") == 2
    assert node("RPUSH", third, "c") == 1
    assert node("BLPOP", first, second, third, 0) == [second.encode(), b"a"]
    assert node("BRPOP", first, second, third, 1) == [second.encode(), b"b"]
    assert node("BLMPOP", 0, 3, first, second, third, "LEFT") == [third.encode(), [b"c"]]
    assert node("EXISTS", first, second, third) == 0


def test_one_element_for_one_of_several_keys(node):
    keys = node.keys(8)
    clients = [node.block("BLPOP", *keys, 0) for _ in range(4)]
    for number, client in enumerate(clients):
        assert node("RPUSH", keys[2 * number], "v") == 1
        assert client.read_reply() == [keys[2 * number].encode(), b"v"]
    assert node.blocked() == 0
    assert node("EXISTS", *keys) == 0


def test_the_same_key_several_times(node):
    first, second = node.keys(2)
    client = node.block("BLPOP", first, first, second, first, 0)
    assert node("RPUSH", first, "a", "b") == 2
    assert client.read_reply() == [first.encode(), b"a"]
    assert node("LRANGE", first, 0, -1) == [b"b"]


def test_pipelines_around_a_wait(node):
    """What comes before is answered, what comes behind waits."""
    keys = node.keys(6)
    client = node.server.raw()
    before = b"".join(encode_command("SET", key, key) + encode_command("GET", key) for key in keys)
    behind = encode_command("GET", keys[0]) + encode_command("DEL", *keys) + encode_command("PING")
    queue = node.key("queue")
    client.send(before + encode_command("BLPOP", queue, 0) + behind)
    for key in keys:
        assert client.read_reply() == "OK"
        assert client.read_reply() == key.encode()
    node.wait_blocked(1)
    assert node("EXISTS", *keys) == 6
    assert node("RPUSH", queue, "v") == 1
    assert client.read_reply() == [queue.encode(), b"v"]
    assert client.read_reply() == keys[0].encode()
    assert client.read_reply() == 6
    assert client.read_reply() == "PONG"


def test_many_waits_in_one_pipeline(node):
    keys = node.keys(5)
    client = node.server.raw()
    client.send(b"".join(encode_command("BLPOP", key, 0) for key in keys) + b"PING\r\n")
    for key in keys:
        node.wait_blocked(1)
        assert node("RPUSH", key, "v") == 1
        assert client.read_reply() == [key.encode(), b"v"]
    assert client.read_reply() == "PONG"


def test_chains(node):
    """What one takes feeds the next, within one command."""
    a, b, c, d = (node.key(name) for name in "abcd")
    movers = [
        node.block("BLMOVE", a, b, "LEFT", "RIGHT", 0),
        node.block("BRPOPLPUSH", b, c, 0),
        node.block("BLMOVE", c, d, "RIGHT", "LEFT", 0),
        node.block("BLPOP", d, 0),
    ]
    assert node("RPUSH", a, "v") == 1
    assert [mover.read_reply() for mover in movers] == [b"v", b"v", b"v", [d.encode(), b"v"]]
    assert node("EXISTS", a, b, c, d) == 0
    assert node.blocked() == 0


def test_a_circle(node):
    a, b = node.key("a"), node.key("b")
    there, back = node.block("BLMOVE", a, b, "LEFT", "LEFT", 0), node.block("BLMOVE", b, a, "LEFT", "LEFT", 0)
    itself = node.block("BLMOVE", a, a, "LEFT", "RIGHT", 0)
    assert node("RPUSH", a, "v") == 1
    assert there.read_reply() == back.read_reply() == itself.read_reply() == b"v"
    wait_until(lambda: node("LRANGE", a, 0, -1) == [b"v"])
    assert node("EXISTS", b) == 0


def test_another_type_is_waited_out(node):
    key, other = node.keys(2)
    client = node.block("BLPOP", key, 0)
    mover = node.block("BLMOVE", other, key, "LEFT", "LEFT", 0)
    assert node("SET", key, "text") == "OK"
    assert node.blocked() == 2
    # The destination is looked at when there is something to move.
    assert node("RPUSH", other, "v") == 1
    assert mover.read_reply() == WRONGTYPE
    assert node("LRANGE", other, 0, -1) == [b"v"]
    assert node("DEL", key) == 1
    assert node("LPUSH", key, "w") == 1
    assert client.read_reply() == [key.encode(), b"w"]


def test_sorted_sets_and_lists_at_one_key(node):
    """Each waits for its own type, in a queue of its own order."""
    key, other = node.keys(2)
    lists = [node.block("BLPOP", key, 0), node.block("BLMOVE", key, other, "LEFT", "LEFT", 0)]
    sets = [node.block("BZPOPMIN", other, key, 0), node.block("BZMPOP", 0, 2, key, other, "MAX", "COUNT", 2)]
    sets.append(node.block("BZPOPMAX", key, 0))
    assert node("ZADD", key, 1, "a", 2, "b", 3, "c", 4, "d", 5, "e") == 5
    assert sets[0].read_reply() == [key.encode(), b"a", b"1"]
    assert sets[1].read_reply() == [key.encode(), [[b"e", b"5"], [b"d", b"4"]]]
    assert sets[2].read_reply() == [key.encode(), b"c", b"3"]
    assert node.blocked() == 2
    assert node("RPUSH", node.key("list"), "x", "y") == 2
    assert node("RENAME", node.key("list"), key) == "OK"
    assert lists[0].read_reply() == [key.encode(), b"x"]
    assert lists[1].read_reply() == b"y"
    assert node("LRANGE", other, 0, -1) == [b"y"]
    assert node("BZPOPMIN", other, 0) == WRONGTYPE
    assert node("DEL", other) == 1
    last = node.block("BZPOPMIN", other, 0)
    assert node("ZADD", key, 7, "z") == 1
    assert node("ZUNIONSTORE", other, 1, key) == 1
    assert last.read_reply() == [other.encode(), b"z", b"7"]


def test_lists_that_appear_otherwise(node):
    source, key = node.keys(2)
    arrivals = [("RENAME", source, key), ("COPY", source, key), ("RENAMENX", source, key)]
    arrivals += [("LMOVE", source, key, "LEFT", "LEFT"), ("SORT", source, "ALPHA", "STORE", key)]
    for arrive in arrivals:
        client = node.block("BLPOP", key, 0)
        assert node("DEL", source) in (0, 1)
        assert node("RPUSH", source, "v") == 1
        assert node(*arrive) in ("OK", 1, b"v")
        assert client.read_reply() == [key.encode(), b"v"]


def test_lists_from_other_databases(lone):
    client, other = (lone.block("BLPOP", "k", "j", 0) for _ in range(2))
    mover = lone.server.raw()
    assert mover.command("SELECT", 1) == "OK"
    assert mover.command("RPUSH", "k", "v") == 1
    assert lone.blocked() == 2
    assert mover.command("MOVE", "k", 0) == 1
    assert client.read_reply() == [b"k", b"v"]
    assert mover.command("RPUSH", "j", "w") == 1
    assert lone("SWAPDB", 0, 1) == "OK"
    assert other.read_reply() == [b"j", b"w"]


def test_transactions(node):
    key = node.key("k")
    client = node.block("BLPOP", key, 0)
    writer = node.server.raw()

    def run(*commands):
        assert writer.command("MULTI") == "OK"
        for command in commands:
            assert writer.command(*command) == "QUEUED"
        return writer.command("EXEC")

    # Nobody is served before the end, and nobody is kept waiting in between.
    assert run(("BLPOP", key, 0), ("RPUSH", key, "a"), ("BLPOP", key, 0), ("BLMOVE", key, key, "LEFT", "LEFT", 0)) == [
        None,
        1,
        [key.encode(), b"a"],
        None,
    ]
    assert node.blocked() == 1
    assert run(("RPUSH", key, "a", "b"), ("DEL", key), ("LPUSH", key, "c"), ("LPUSH", key, "d")) == [2, 1, 1, 2]
    assert client.read_reply() == [key.encode(), b"d"]
    assert node("LRANGE", key, 0, -1) == [b"c"]


def test_transactions_over_several_shards(lone):
    keys = lone.keys(6)
    clients = [lone.block("BLPOP", key, 0) for key in keys]
    both = lone.block("BRPOP", *keys, 0)
    writer = lone.server.raw()
    writer.send(encode_command("MULTI") + b"".join(encode_command("RPUSH", key, "v", "w") for key in keys))
    assert [writer.read_reply() for _ in range(7)] == ["OK"] + ["QUEUED"] * 6
    assert lone.blocked() == 7
    assert writer.command("EXEC") == [2] * 6
    for key, client in zip(keys, clients):
        assert client.read_reply() == [key.encode(), b"v"]
    assert both.read_reply()[1] == b"w"
    wait_until(lambda: sum(lone("LLEN", key) for key in keys) == 5)


def test_protocols_and_reply_modes(node):
    key = node.key("k")
    client = node.server.raw()
    client.send(encode_command("HELLO", 3))
    client.read_reply()
    client.send(encode_command("BLPOP", key, "0.01"))
    client.expect("_\r\n")
    client.send(encode_command("BLMOVE", key, key, "LEFT", "LEFT", "0.01"))
    client.expect("_\r\n")
    node.block("BLPOP", key, 0, client=client)
    assert node("RPUSH", key, "v") == 1
    assert client.read_reply() == [key.encode(), b"v"]
    assert node("RPUSH", key, "a") == 1
    client.send(encode_command("CLIENT", "REPLY", "SKIP") + encode_command("BLPOP", key, 0) + b"PING\r\n")
    client.expect("+PONG\r\n")
    client.send(encode_command("CLIENT", "REPLY", "OFF"))
    node.block("BLPOP", key, 0, client=client)
    assert node("RPUSH", key, "b") == 1
    node.wait_blocked(0)
    client.send(encode_command("CLIENT", "REPLY", "ON"))
    client.expect("+OK\r\n")


# ---- Ends ----


def test_timeouts(node):
    key = node.key("k")
    clients = {number: node.server.raw() for number in range(1, 9)}
    for number in (3, 1, 8, 2, 7, 4, 6, 5):
        clients[number].send_command("BLPOP" if number % 2 else "BRPOP", key, number / 50)
    for number in range(1, 9):
        clients[number].expect("*-1\r\n")
    client = clients[1]
    client.send_command("BLMOVE", key, node.key("j"), "LEFT", "LEFT", "0.02")
    client.expect("*-1\r\n")
    client.send_command("BLMPOP", "0.02", 2, key, node.key("j"), "LEFT")
    client.expect("*-1\r\n")
    assert node.blocked() == 0
    assert node("RPUSH", key, "v") == 1
    assert node("LLEN", key) == 1


def test_client_unblock(node):
    keys = node.keys(6)
    # On each of the shards there are keys and connections.
    for key in keys:
        client = node.block("BLPOP", key, 0)
        (number,) = node.client_ids("b")
        assert node("CLIENT", "UNBLOCK", number) == 1
        client.expect("*-1\r\n")
        node.wait_blocked(0)
        assert node("CLIENT", "UNBLOCK", number) == 0
        node.block("BLMOVE", key, keys[0], "LEFT", "LEFT", 0, client=client)
        assert node("CLIENT", "UNBLOCK", number, "ERROR") == 1
        assert client.read_reply() == UNBLOCKED
        node.block("BLPOP", *keys, 0, client=client)
        assert node("CLIENT", "UNBLOCK", number, "TIMEOUT") == 1
        client.expect("*-1\r\n")
        assert client.command("PING") == "PONG"
    assert node("CLIENT", "UNBLOCK", 987654321) == 0
    assert node("RPUSH", keys[0], "v") == 1
    assert node("EXISTS", *keys) == 1
    client = node.block("BLPOP", keys[1], 0)
    (number,) = node.client_ids("b")
    assert node("MULTI") == "OK"
    assert node("CLIENT", "UNBLOCK", number) == "QUEUED"
    assert node("EXEC") == [1]
    client.expect("*-1\r\n")


def test_clients_that_vanish(node):
    keys = node.keys(6)
    for ending in ("close", "reset", "half", "kill"):
        clients = [node.block("BLPOP", key, 0) for key in keys]
        clients += [node.block("BLMOVE", keys[0], keys[1], "LEFT", "LEFT", 0), node.block("BRPOP", *keys, 0)]
        if ending == "kill":
            for number in node.client_ids("b"):
                assert node("CLIENT", "KILL", "ID", number) == 1
        for client in clients:
            if ending == "close":
                client.close()
            elif ending == "reset":
                client.reset()
            elif ending == "half":
                client.socket.shutdown(1)
                assert client.read_until_closed() == b""
            else:
                assert client.read_until_closed() == b""
        node.wait_blocked(0)
        for key in keys:
            assert node("RPUSH", key, "v") == 1
        assert [node("LPOP", key) for key in keys] == [b"v"] * 6
    wait_until(lambda: len(node.client_ids("")) == 1)


def test_a_dead_client_lets_others_pass(node):
    key = node.key("k")
    dead = node.block("BLPOP", key, node.key("j"), 0)
    living = node.block("BLPOP", key, 0)
    dead.close()
    node.wait_blocked(1)
    assert node("RPUSH", key, "v") == 1
    assert living.read_reply() == [key.encode(), b"v"]


def test_half_closed_behind_a_wait(node):
    """Who says nothing more is gone: it takes no element along."""
    key = node.key("k")
    client = node.server.raw()
    client.send(encode_command("PING") + encode_command("BLPOP", key, 0) + encode_command("PING") * 3)
    client.socket.shutdown(1)
    assert client.read_until_closed() in (b"", b"+PONG\r\n")
    node.wait_blocked(0)
    assert node("RPUSH", key, "v") == 1
    assert node("LLEN", key) == 1


def test_pause(node):
    key = node.key("k")
    client = node.block("BLPOP", key, 0)
    brief = node.block("BLPOP", key, "1")
    writer = node.server.raw()
    assert node("CLIENT", "PAUSE", 1_000_000, "WRITE") == "OK"
    writer.send_command("RPUSH", key, "v")
    late = node.server.raw()
    late.send_command("BLPOP", key, "0.1")
    brief.expect("*-1\r\n")
    node.wait_blocked(3)  # the first one, the writer and the late one
    assert node("EXISTS", key) == 0
    assert node("CLIENT", "UNPAUSE") == "OK"
    assert writer.read_reply() == 1
    assert client.read_reply() == [key.encode(), b"v"]
    assert late.read_reply() is None


@pytest.mark.parametrize("shards", [1, 3])
def test_stop_with_waiting_clients(start_tessera, shards):
    node = Node(start_tessera(shards=shards))
    keys = node.keys(10)
    clients = [node.block("BLPOP", key, 100) for key in keys]
    clients += [node.block("BRPOP", *keys, 0) for _ in range(3)]
    assert node.server.stop() == 0
    for client in clients:
        assert client.read_until_closed() == b""


@pytest.mark.parametrize("shards", [1, 3])
def test_slots_that_leave(start_tessera, shards):
    node = Node(start_tessera(shards=shards, cluster_enabled=True), True)
    client, other = node.block("BLPOP", "{a}k", "{a}j", 0), node.block("BLPOP", "{b}k", 0)
    assert node("CLUSTER", "DELSLOTS", node("CLUSTER", "KEYSLOT", "{a}k")) == "OK"
    assert client.read_reply() == ErrorReply("CLUSTERDOWN The cluster is down")
    assert other.read_reply() == ErrorReply("CLUSTERDOWN The cluster is down")
    node.wait_blocked(0)


# ---- What is told of it ----


def test_statistics(node):
    key = node.key("k")
    assert node("CONFIG", "SET", "slowlog-log-slower-than", 500_000, "latency-monitor-threshold", 500) == "OK"
    assert node("CONFIG", "RESETSTAT") == node("SLOWLOG", "RESET") == "OK"
    client = node.block("BLPOP", key, 0)
    line = next(line for line in node("CLIENT", "LIST").decode().splitlines() if "cmd=blpop" in line)
    assert " flags=b " in line
    client.socket.settimeout(0.7)
    with pytest.raises(TimeoutError):
        client.read_reply()
    client.socket.settimeout(30)
    assert node("RPUSH", key, "v") == 1
    assert client.read_reply() == [key.encode(), b"v"]
    node.block("BLPOP", key, 0, client=client)
    (number,) = node.client_ids("b")
    assert node("CLIENT", "UNBLOCK", number, "ERROR") == 1
    assert client.read_reply() == UNBLOCKED
    text = node("INFO", "commandstats", "errorstats").decode()
    assert re.search(r"cmdstat_blpop:calls=2,.*rejected_calls=0,failed_calls=1\r", text)
    assert "errorstat_UNBLOCKED:count=1\r" in text
    assert node("SLOWLOG", "LEN") == 0
    assert node("LATENCY", "LATEST") == []


def test_info_clients(node):
    keys = node.keys(3)

    def fields():
        text = node("INFO", "clients").decode()
        return [int(re.search(rf"{name}:(\d+)", text)[1]) for name in names]

    names = ["blocked_clients", "clients_in_timeout_table", "total_blocking_keys"]
    clients = [node.block("BLPOP", *keys, 0), node.block("BLPOP", keys[0], 100), node.block("BLPOP", keys[1], 50)]
    wait_until(lambda: fields() == [3, 2, 3])
    for client in clients:
        client.close()
    wait_until(lambda: fields() == [0, 0, 0])


def test_monitor_shows_it_once(node):
    key = node.key("k")
    monitor = node.server.raw()
    assert monitor.command("MONITOR") == "OK"
    client = node.block("BLPOP", key, 0)
    assert node("RPUSH", key, "v") == 1
    assert client.read_reply() == [key.encode(), b"v"]
    assert node("ECHO", "the end") == b"the end"
    seen = b""
    while b"the end" not in seen:
        seen += monitor.read_line()
    assert seen.lower().count(b'"blpop"') == 1


def differential(node):
    """Replies, as bytes, of what ends in an error or by itself."""
    client = node.server.raw()
    replies = []

    def run(*command):
        client.send_command(*command)
        kind = client.read_line()
        if kind[:1] in b"$*" and int(kind[1:]) >= 0:
            rest = int(kind[1:]) if kind[:1] == b"*" else 1
            kind = [kind] + [client.read_line() for _ in range(2 * rest if kind[:1] == b"*" else 1)]
        replies.append((command, kind))

    run("SET", "{t}s", "x")
    for timeout in ("x", "-1", "-0.5", "nan", "", " 1", "1 ", "0x1p-9", "1e-3", "0.0001"):
        run("BLPOP", "{t}k", timeout)
        run("BLMOVE", "{t}k", "{t}j", "LEFT", "RIGHT", timeout)
    run("BLPOP", "{t}s", 0)
    run("BLPOP", "{t}k", "{t}s", 0)
    run("BLMOVE", "{t}s", "{t}k", "LEFT", "RIGHT", 0)
    run("BLMOVE", "{t}k", "{t}j", "LEFT", "MIDDLE", 0)
    run("BRPOPLPUSH", "{t}k", "{t}s", "0.01")
    run("BLMPOP", "0.01", 1, "{t}k", "LEFT")
    run("BLMPOP", "0.01", 1, "{t}k", "LEFT", "COUNT", 0)
    run("BLMPOP", "x", 1, "{t}k", "LEFT")
    run("BLMPOP", "0.01", 0, "{t}k", "LEFT")
    for words in (("abc",), ("1", "x"), ("1", "ERROR", "x"), ("-1",), ("18446744073709551615",), ("123456",)):
        run("CLIENT", "UNBLOCK", *words)
    return replies


@pytest.mark.parametrize("shards", [1, 3])
def test_replies_are_those_of_redis(start_tessera, start_redis, shards):
    ours = differential(Node(start_tessera(shards=shards)))
    theirs = differential(Node(start_redis()))
    for (command, reply), (_, expected) in zip(ours, theirs):
        assert reply == expected, command
