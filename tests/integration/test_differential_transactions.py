"""The same random transactions of several clients on Tessera and on redis-server: the same replies.

The clients take turns, so that what each of them is told is certain: which EXEC runs, which meets a changed key.
"""

import random

import pytest
from differential import commands_to_run, new_seed, read_raw, shorten
from servers import encode_command

CLIENTS = 4
DATABASES = (0, 0, 0, 0, 1, 3)
HISTORY = 60
ALONE = (b"BLPOP", b"BRPOP", b"BLMOVE", b"BZPOPMIN", b"BLMPOP", b"XREAD", b"SHUTDOWN", b"MONITOR")


class TransactionGenerator:
    """Random sessions: every command on its own, in any state of its client."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = [b"k:%d" % i for i in range(10)] + [b"{tag}:%d" % i for i in range(4)] + [b"", b"a\r\nb"]
        self.makers = [
            (8, self.multi), (10, self.exec), (1, self.discard), (7, self.watch), (1, self.unwatch),
            (16, self.string), (12, self.string), (4, self.collection), (4, self.many), (5, self.on_keys),
            (3, self.expiry), (3, self.rename), (2, self.database), (1, self.whole), (2, self.session),
            (1, self.wrong), (1, self.wait),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in self.makers]

    def command(self):
        words = self.random.choices(self.makers, self.weights)[0][1]()
        if self.random.random() < 0.01:
            words = words[: self.random.randrange(1, len(words) + 1)]
        words[0] = self.random.choice((words[0], words[0], words[0].lower(), words[0].title()))
        return words

    def key(self):
        return self.random.choice(self.keys)

    def value(self):
        return self.random.choice((b"%d" % self.random.randrange(-100, 100), b"text", b"", b"x" * 200, b"y" * 20000))

    def multi(self):
        return [b"MULTI"]

    def exec(self):
        return [b"EXEC"]

    def discard(self):
        return [self.random.choice((b"DISCARD", b"DISCARD", b"RESET"))]

    def watch(self):
        return [b"WATCH", *(self.key() for _ in range(self.random.randrange(1, 5)))]

    def unwatch(self):
        return [b"UNWATCH"]

    def string(self):
        key, value = self.key(), self.value()
        return self.random.choice((
            [b"SET", key, value], [b"SET", key, value], [b"GET", key], [b"GET", key], [b"INCR", key],
            [b"INCRBY", key, value[:5]], [b"APPEND", key, value[:20]], [b"GETDEL", key], [b"SETNX", key, value],
            [b"SET", key, value, b"XX", b"GET"], [b"STRLEN", key], [b"SETRANGE", key, b"3", b"abc"],
            [b"GETRANGE", key, b"0", b"10"], [b"GETSET", key, value],
        ))  # fmt: skip

    def collection(self):
        key, value = self.key(), self.value()[:20]
        return self.random.choice((
            [b"LPUSH", key, value], [b"RPOP", key], [b"LRANGE", key, b"0", b"-1"], [b"LLEN", key], [b"RPUSHX", key, value],
            [b"HSET", key, b"f", value], [b"HGET", key, b"f"], [b"HDEL", key, b"f"], [b"HINCRBY", key, b"n", b"3"],
            [b"SADD", key, value], [b"SREM", key, value], [b"SCARD", key], [b"SISMEMBER", key, value],
            [b"ZADD", key, b"3", value], [b"ZINCRBY", key, b"2", b"m"], [b"ZREM", key, value], [b"ZPOPMIN", key],
            [b"ZRANGE", key, b"0", b"-1", b"WITHSCORES"], [b"XADD", key, b"NOMKSTREAM", b"1-*", b"f", value],
            [b"XADD", key, b"5-*", b"f", value], [b"XRANGE", key, b"-", b"+"], [b"XTRIM", key, b"MAXLEN", b"2"],
            [b"SETBIT", key, b"9", b"1"], [b"BITCOUNT", key], [b"PFADD", key, value],
        ))  # fmt: skip

    def many(self):
        keys = [self.key() for _ in range(self.random.randrange(1, 6))]
        if self.random.random() < 0.4:
            return self.random.choice((
                [b"SINTERSTORE", *keys, self.key()], [b"SUNION", keys[0]], [b"PFMERGE", *keys], [b"SMOVE", *keys[:2], b"x"],
                [b"ZUNIONSTORE", self.key(), b"%d" % len(keys), *keys], [b"BITOP", b"OR", self.key(), *keys],
                [b"LMPOP", b"%d" % len(keys), *keys, b"LEFT"], [b"ZMPOP", b"%d" % len(keys), *keys, b"MIN"],
                [b"LMOVE", keys[0], self.key(), b"LEFT", b"RIGHT"], [b"SORT", keys[0], b"ALPHA", b"STORE", self.key()],
                [b"SORT", keys[0], b"BY", b"k:*", b"GET", b"{tag}:*"], [b"LMPOP", b"x", *keys, b"LEFT"],
            ))  # fmt: skip
        name = self.random.choice((b"MSET", b"MSETNX", b"MGET"))
        return [name, *keys] if name == b"MGET" else [name, *[word for key in keys for word in (key, self.value())]]

    def on_keys(self):
        name = self.random.choice((b"DEL", b"UNLINK", b"EXISTS", b"TOUCH", b"TYPE"))
        return [name, *(self.key() for _ in range(1 if name == b"TYPE" else self.random.randrange(1, 4)))]

    def expiry(self):
        key = self.key()
        return self.random.choice(([b"EXPIRE", key, b"100000"], [b"PERSIST", key], [b"EXPIRE", key, b"-1"],
                                   [b"EXPIRE", key, b"100000", b"NX"], [b"SET", key, b"v", b"EX", b"100000"],
                                   [b"GETEX", key, b"PERSIST"]))  # fmt: skip

    def rename(self):
        key, other, number = self.key(), self.key(), b"%d" % self.random.choice(DATABASES)
        return self.random.choice(([b"RENAME", key, other], [b"RENAMENX", key, other], [b"COPY", key, other],
                                   [b"COPY", key, other, b"REPLACE"], [b"COPY", key, other, b"DB", number],
                                   [b"MOVE", key, number]))  # fmt: skip

    def database(self):
        return [b"SELECT", b"%d" % self.random.choice((*DATABASES, 99))]

    def whole(self):
        return self.random.choice(([b"FLUSHDB"], [b"FLUSHALL"], [b"SWAPDB", b"0", b"1"], [b"SWAPDB", b"1", b"3"],
                                   [b"SWAPDB", b"0", b"99"], [b"FLUSHALL", b"x"], [b"DBSIZE"], [b"DBSIZE"]))  # fmt: skip

    def session(self):
        return self.random.choice(([b"PING"], [b"ECHO", b"x"], [b"CLIENT", b"SETNAME", b"me"], [b"CLIENT", b"GETNAME"],
                                   [b"PING", b"a", b"b"], [b"CLIENT", b"SETNAME", b"a b"],
                                   [b"CLIENT", b"NO-EVICT", b"on"]))  # fmt: skip

    def wrong(self):
        return self.random.choice(([b"NOSUCH", b"x"], [b"GET"], [b"EXEC", b"x"], [b"MULTI", b"x"], [b"SHUTDOWN"],
                                   [b"CLIENT", b"NOSUCH"], [b"MONITOR"], [b"WATCH"], [b"DISCARD", b"x"]))  # fmt: skip

    def wait(self):
        """Inside a transaction these do not wait; outside of it they are not asked."""
        return self.random.choice(([b"BLPOP", self.key(), self.key(), b"0"], [b"BRPOP", self.key(), b"0"],
                                   [b"BLMOVE", self.key(), self.key(), b"LEFT", b"LEFT", b"0"],
                                   [b"BZPOPMIN", self.key(), b"0"], [b"BLMPOP", b"0", b"1", self.key(), b"LEFT"],
                                   [b"XREAD", b"BLOCK", b"0", b"STREAMS", self.key(), b"$"]))  # fmt: skip


class Client:
    """One client, on both servers, with what it is known to be doing."""

    def __init__(self, servers, protocol):
        self.connections = [server.raw(limit=60) for server in servers]
        self.protocol = protocol
        self.queues = False
        self.greet()

    def greet(self):
        for connection in self.connections:
            assert connection.command("HELLO", self.protocol)

    def may_send(self, words):
        """What would change who is asked, or wait, is for inside of a transaction."""
        return self.queues or words[0].upper() not in ALONE

    def note(self, words):
        name = words[0].upper()
        if name == b"MULTI" and len(words) == 1:
            self.queues = True
        elif name in (b"EXEC", b"RESET") or (name == b"DISCARD" and len(words) == 1):
            self.queues = False


def play(client, number, batch, history):
    """Sends some commands in one piece to both servers and compares what comes back."""
    data = b"".join(encode_command(*words) for words in batch)
    for connection in client.connections:
        connection.send(data)
    for words in batch:
        ours, theirs = (read_raw(connection) for connection in client.connections)
        history.append((number, words))
        # Later versions of Redis name the command as it was sent.
        if ours.replace(b"'xread' list", b"XREAD list") != theirs:
            lines = "\n".join(f"  {who}: {[shorten(word) for word in past]}" for who, past in history[-HISTORY:])
            pytest.fail(f"{number}: {words}\n  Tessera {shorten(ours)!r}\n  Redis   {shorten(theirs)!r}\nbefore:\n{lines}",
                        pytrace=False)  # fmt: skip
    if batch and batch[-1][0].upper() == b"RESET":
        client.greet()


def data_set(server):
    connection = server.raw(limit=60)
    found = {}
    for database in sorted(set(DATABASES)):
        assert connection.command("SELECT", database) == "OK"
        for key in connection.command("KEYS", "*"):
            found[database, key] = connection.command("DEBUG", "DIGEST-VALUE", key)
    return found


@pytest.mark.limit(600)
@pytest.mark.parametrize("protocol, shards", [(2, 1), (2, 2), (3, 4)])
def test_random_transactions(start_tessera, start_redis, protocol, shards):
    servers = [start_tessera(shards=shards, enable_debug_command=True), start_redis(enable_debug_command="yes")]
    clients = [Client(servers, protocol) for _ in range(CLIENTS)]
    generator = TransactionGenerator(f"{new_seed()}/{protocol}/{shards}")
    history = []
    done = 0
    while done < commands_to_run(60000) // 3:
        number = generator.random.randrange(CLIENTS)
        client = clients[number]
        batch = []
        for _ in range(generator.random.choice((1, 1, 2, 3, 5, 10))):
            words = generator.command()
            if client.may_send(words):
                client.note(words)
                batch.append(words)
            if words[0].upper() == b"RESET":
                break
        play(client, number, batch, history)
        done += len(batch)
    assert data_set(servers[0]).keys() == data_set(servers[1]).keys()
