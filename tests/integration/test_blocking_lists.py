"""List commands that wait: what they answer and leave behind, beside a redis-server.

Of several lists that get elements in one transaction, Redis 7.2 and later take the first of the arguments, as Tessera
does; Redis 7.0 took the one that was pushed to first. That is not compared.
"""

import pytest
from test_blocking import Node

WAITS = (
    ("BLPOP", "{t}l", "{t}m", 0),
    ("BRPOP", "{t}m", "{t}l", 0),
    ("BLMOVE", "{t}l", "{t}d", "LEFT", "RIGHT", 0),
    ("BLMOVE", "{t}l", "{t}l", "RIGHT", "LEFT", "0.0"),
    ("BRPOPLPUSH", "{t}l", "{t}d", 0),
    ("BLMPOP", 0, 2, "{t}l", "{t}m", "LEFT", "COUNT", 2),
    ("BLMPOP", 0, 2, "{t}m", "{t}l", "RIGHT"),
)
EVENTS = {
    "pushed": [("RPUSH", "{t}l", "a", "12", "c")],
    "pushed at the head": [("LPUSH", "{t}l", "a", "b" * 5000, "c")],
    "many": [("RPUSH", "{t}l", *range(2000))],
    "destination there": [("RPUSH", "{t}d", "x"), ("RPUSH", "{t}l", "a")],
    "another type first": [("SET", "{t}l", "x"), ("DEL", "{t}l"), ("RPUSH", "{t}l", "a")],
    "renamed": [("RPUSH", "{t}other", "a", "b"), ("RENAME", "{t}other", "{t}l")],
    "copied": [("RPUSH", "{t}other", "a", "b"), ("COPY", "{t}other", "{t}l")],
    "sorted": [("RPUSH", "{t}other", 3, 1, 2), ("SORT", "{t}other", "STORE", "{t}l")],
    "moved": [("RPUSH", "{t}other", "a", "b"), ("LMOVE", "{t}other", "{t}l", "LEFT", "LEFT")],
    "in a transaction": [("MULTI",), ("RPUSH", "{t}l", "a"), ("RPUSH", "{t}l", "b"), ("EXEC",)],
    "gone before the end": [
        ("MULTI",), ("RPUSH", "{t}l", "a"), ("DEL", "{t}l"), ("RPUSH", "{t}l", "b"), ("EXEC",),
    ],
}  # fmt: skip


def outcome(node, wait, events):
    node("FLUSHALL")
    client = node.block(*wait)
    for event in events:
        node(*event)
    reply = client.read_reply()
    client.close()
    left = {key: node("LRANGE", key, 0, -1) for key in ("{t}l", "{t}m", "{t}d")}
    return reply, left, node("EXISTS", "{t}l", "{t}m", "{t}d")


def wrong_destination(node, wait):
    """An element comes, and cannot go where it should: it stays."""
    node("FLUSHALL")
    client = node.block(*wait)
    node("SET", "{t}d", "text")
    node("RPUSH", "{t}l", "a")
    reply = client.read_line()
    client.close()
    return reply, node("LRANGE", "{t}l", 0, -1), node("GET", "{t}d")


def timed_out(node, wait, position):
    wait = [*wait[:position], "0.01", *wait[position + 1 :]]
    node("FLUSHALL")
    client = node.server.raw()
    client.send_command(*wait)
    reply = client.read_line()
    client.close()
    return reply


@pytest.mark.parametrize("shards, cluster", [(1, False), (3, False), (2, True)])
def test_waits_for_lists(start_tessera, start_redis, shards, cluster):
    ours = Node(start_tessera(shards=shards, cluster_enabled=cluster), cluster)
    theirs = Node(start_redis())
    for wait in WAITS:
        for name, events in EVENTS.items():
            assert outcome(ours, wait, events) == outcome(theirs, wait, events), (wait, name)
        position = 1 if wait[0] == "BLMPOP" else len(wait) - 1
        assert timed_out(ours, wait, position) == timed_out(theirs, wait, position), wait
        if "{t}d" in wait:
            assert wrong_destination(ours, wait) == wrong_destination(theirs, wait), wait
