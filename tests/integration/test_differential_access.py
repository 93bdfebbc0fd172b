"""Users compared with redis-server: random rules make users that may do the same.

How commands are listed differs: redis-server 7.0 works out a list from what is allowed, where later
versions, and Tessera, keep the rules as they were given. What the list says must mean the same.
"""

import random

import pytest
import redis

SEED = 20240811
ROUNDS = 600

COMMANDS = ["get", "set", "del", "mget", "hset", "lpush", "sort", "eval", "publish", "subscribe", "psubscribe", "ping",
            "select", "config|get", "config|set", "client|kill", "client", "config", "multi", "copy", "xread", "zunionstore",
            "GeoRadius", "bitfield", "nosuch", "config|nosuch", "object|freq", "object"]
CATEGORIES = ["read", "write", "string", "hash", "slow", "fast", "dangerous", "admin", "pubsub", "keyspace", "KeySpace",
              "transaction", "scripting", "connection", "nosuch", "geo", "sortedset", "list", "blocking"]
KEYS = ["a", "b", "ab", "xyz", "k:1", "x*"]
PATTERNS = ["a*", "b", "*", "[ab]*", "k:?", "", "x\\*", "a b"]
LINES = ["GET {k}", "SET {k} 1", "SET {k} 1 GET", "MGET {k} {k}", "DEL {k}", "COPY {k} {k}", "SORT {k}", "SORT {k} STORE {k}",
         "LPUSH {k} 1", "HSET {k} f v", "TYPE {k}", "XREAD STREAMS {k} {k} 0 0", "ZUNIONSTORE {k} 2 {k} {k}",
         "ZUNIONSTORE {k} 9 {k}", "GEORADIUS {k} 0 0 1 km STORE {k}", "GEORADIUS {k} 0 0 1 km STOREDIST {k}",
         "BITFIELD {k} GET u4 0", "BITFIELD {k} SET u4 0 1", "EVAL x 1 {k}", "EVAL x 0 {k}", "PUBLISH {k} m",
         "SUBSCRIBE {k} {k}", "PSUBSCRIBE {k}*", "UNSUBSCRIBE {k}", "PING", "SELECT 0", "SELECT 1", "CONFIG GET x",
         "CONFIG SET x y", "CLIENT KILL a", "CLIENT ID", "MULTI", "AUTH x", "OBJECT FREQ {k}", "LMPOP 2 {k} {k} LEFT",
         "BLPOP {k} {k} 0", "RENAME {k} {k}", "BITOP AND {k} {k} {k}", "SPUBLISH {k} m", "HELLO", "CONFIG", "NOSUCH x"]


def selector_rule(rng):
    kind = rng.randrange(12)
    if kind < 3:
        return rng.choice("+-") + rng.choice(COMMANDS)
    if kind < 5:
        return rng.choice("+-") + "@" + rng.choice(CATEGORIES)
    if kind == 5:
        return rng.choice(["+@all", "-@all", "allcommands", "nocommands", "+select|0", "+get|a"])
    if kind < 9:
        sign = rng.choice(["~", "%R~", "%W~", "%RW~", "%rw~", "%~", "%X~", "%W", "%RW"])
        if "~" not in sign:
            return sign
        # "*" to read and to write is described as ~* there, which that server itself refuses in a file.
        return sign + rng.choice([pattern for pattern in PATTERNS if sign == "~" or pattern != "*"])
    if kind == 9:
        return rng.choice(["allkeys", "resetkeys", "allchannels", "resetchannels"])
    return "&" + rng.choice(PATTERNS)


def rule(rng):
    kind = rng.randrange(14)
    if kind == 0:
        return rng.choice(["on", "off", "nopass", "resetpass", "clearselectors", "reset", "nosuch"])
    if kind == 1:
        return rng.choice("><") + rng.choice(["one", "two"])
    if kind == 2:
        return "(" + " ".join(selector_rule(rng) for _ in range(rng.randrange(4))) + ")"
    return selector_rule(rng)


def run(server, *words):
    try:
        return server.execute_command(*words)
    except redis.exceptions.ResponseError as error:
        return f"error {error}"


def permission(server, line):
    reply = run(server, "ACL", "DRYRUN", "u", *line.split(" "))
    if isinstance(reply, bytes):
        reply = reply.decode()
    # The name of the user is in it, or "This user".
    return str(reply).replace("User u has", "This user has").replace("True", "OK")


def shown(server):
    reply = run(server, "ACL", "GETUSER", "u")
    if reply is None:
        return None
    if isinstance(reply, dict):
        reply = [item for pair in reply.items() for item in pair]
    fields = {bytes(k) if isinstance(k, bytes) else k: v for k, v in zip(reply[::2], reply[1::2])}
    fields[b"flags"] = [flag for flag in fields[b"flags"] if flag != b"sanitize-payload"]
    selectors = [dict(zip(s[::2], s[1::2])) for s in fields.pop(b"selectors")]
    fields.pop(b"commands")
    return fields, [(s[b"keys"], s[b"channels"]) for s in selectors]


@pytest.mark.limit(240)
def test_random_rules(start_tessera, start_redis):
    ours, theirs = start_tessera(), start_redis()
    # No callbacks of redis-py: replies as they are.
    a, b = redis.Redis(port=ours.port), redis.Redis(port=theirs.port)
    for connection in (a, b):
        connection.response_callbacks.clear()
    rng = random.Random(SEED)
    print("seed", SEED)
    for _ in range(ROUNDS):
        for connection in (a, b):
            run(connection, "ACL", "DELUSER", "u")
        history = []
        for _ in range(rng.randrange(1, 6)):
            rules = [rule(rng) for _ in range(rng.randrange(1, 5))]
            history.append(rules)
            replies = [run(connection, "ACL", "SETUSER", "u", *rules) for connection in (a, b)]
            assert replies[0] == replies[1], history
        assert shown(a) == shown(b), history
        if shown(a) is None:
            continue
        for _ in range(60):
            line = rng.choice(LINES).format(k="{}")
            line = line.format(*[rng.choice(KEYS) for _ in range(4)])
            assert permission(a, line) == permission(b, line), (line, history)
        # What describes our user makes the same one there.
        described = next(line for line in a.execute_command("ACL", "LIST") if line.startswith(b"user u "))
        run(b, "ACL", "SETUSER", "u", "reset", *described.split(b" ")[2:])
        for line in LINES:
            line = line.format(k="ab")
            assert permission(a, line) == permission(b, line), (line, described)
