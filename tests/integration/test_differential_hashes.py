"""The same random hash commands on Tessera and on redis-server: the same replies.

Fields have an order while a hash is small in Redis, and none here beyond the size of an entry: replies with many are
compared sorted. What chance picks is compared in its shape, and must be what the hash holds.
"""

import random

import pytest
from differential import commands_to_run, new_seed, parse_raw, run_on_servers, spoil

INTEGERS = (b"1", b"-1", b"10", b"9223372036854775807", b"-9223372036854775808", b"01", b"1.5", b"", b"x", b" 1")
FLOATS = (b"1", b"-1.5", b"0.1", b"1e10", b"5.0e3", b"3.0", b"inf", b"-inf", b"nan", b"x", b"", b" 1", b"1e400")
PAIRS = (b"HGETALL", b"HSCAN")


class HashGenerator:
    """Random hash commands over a few keys; some of these hold strings."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = [b"hash:%d" % i for i in range(12)] + [b"{tag}:%d" % i for i in range(4)] + [b"", b"a\0b"]
        self.makers = [
            (10, self.set), (3, self.set_new), (5, self.get), (4, self.get_many), (5, self.delete),
            (3, self.ask), (3, self.whole), (4, self.add), (3, self.add_float), (3, self.draw), (2, self.scan),
            (3, self.generic), (1, self.other_type),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in self.makers]

    def command(self):
        return spoil(self, self.random.choices(self.makers, self.weights)[0][1](), self.field)

    def key(self):
        return self.random.choice(self.keys)

    def field(self):
        pick = self.random
        kind = pick.randrange(10)
        if kind < 2:
            return b"%d" % pick.randrange(-20, 200)
        if kind == 2:
            return pick.choice((b"", b"01", b"-0", b"\xff\0", b"x" * 64, b"x" * 65, b"y" * 600, b"z" * 3000))
        return b"f:%d" % pick.randrange(300)

    def value(self):
        pick = self.random
        kind = pick.randrange(12)
        if kind < 5:
            return b"%d" % pick.randrange(-1000, 100000)
        if kind == 5:
            return b"%.3f" % pick.uniform(-10, 10)
        if kind == 6:
            return pick.choice((b"v" * 63, b"v" * 64, b"v" * 65, b"v" * 255, b"v" * 300, b"v" * 5000, b"\r\n\0"))
        if kind == 7:
            return pick.choice(INTEGERS + FLOATS)
        return b"value:%d" % pick.randrange(10**6)

    def pairs(self):
        count = self.random.choice((1, 1, 1, 2, 3, 5, 20, 20, 150))
        return [word for _ in range(count) for word in (self.field(), self.value())]

    # ---- One method per group of commands ----

    def set(self):
        return [self.random.choice((b"HSET", b"HSET", b"HMSET")), self.key(), *self.pairs()]

    def set_new(self):
        return [b"HSETNX", self.key(), self.field(), self.value()]

    def get(self):
        return [b"HGET", self.key(), self.field()]

    def get_many(self):
        return [b"HMGET", self.key(), *(self.field() for _ in range(self.random.randrange(1, 6)))]

    def delete(self):
        return [b"HDEL", self.key(), *(self.field() for _ in range(self.random.choice((1, 1, 2, 10, 100))))]

    def ask(self):
        return [self.random.choice((b"HEXISTS", b"HSTRLEN")), self.key(), self.field()]

    def whole(self):
        return [self.random.choice((b"HGETALL", b"HKEYS", b"HVALS", b"HLEN")), self.key()]

    def add(self):
        amount = self.random.choice(INTEGERS) if self.random.random() < 0.4 else b"%d" % self.random.randrange(-99, 99)
        return [b"HINCRBY", self.key(), self.field(), amount]

    def add_float(self):
        amount = self.random.choice(FLOATS) if self.random.random() < 0.4 else b"%.2f" % self.random.uniform(-9, 9)
        return [b"HINCRBYFLOAT", self.key(), self.field(), amount]

    def draw(self):
        counts = (b"0", b"1", b"3", b"10", b"1000", b"-1", b"-5", b"-200", b"x", b"9223372036854775807",
                  b"-9223372036854775808", b"4611686018427387904")  # fmt: skip
        words = [b"HRANDFIELD", self.key()]
        if self.random.random() < 0.7:
            words.append(self.random.choice(counts))
            if self.random.random() < 0.5:
                words.append(self.random.choice((b"WITHVALUES", b"withvalues", b"WITHSCORES")))
        return words

    def scan(self):
        words = [b"HSCAN", self.key(), self.random.choice((b"0", b"0", b"0", b"x", b"-1x"))]
        for option in self.random.sample(
            ([b"MATCH", b"f:*"], [b"MATCH", b"*1*"], [b"COUNT", b"100000"], [b"COUNT", b"0"], [b"junk"], [b"MATCH"]), 2
        ):
            words += option if self.random.random() < 0.4 else []
        return [*words, b"COUNT", b"100000"]

    def generic(self):
        name = self.random.choice((b"DEL", b"TYPE", b"EXISTS", b"RENAME", b"COPY", b"OBJECT", b"OBJECT"))
        if name in (b"RENAME", b"COPY"):
            return [name, self.key(), self.key()]
        return [name, *([b"ENCODING"] if name == b"OBJECT" else []), self.key()]

    def other_type(self):
        return self.random.choice(([b"SET", self.key(), b"text"], [b"GET", self.key()], [b"APPEND", self.key(), b"x"]))


def sorted_pairs(flat):
    return sorted(zip(flat[::2], flat[1::2]))


def same_reply(words, ours, theirs):
    """Whether replies that differ as bytes say the same."""
    name = words[0].upper()
    mine, other = parse_raw(ours), parse_raw(theirs)
    if type(mine) is not type(other) or isinstance(mine, bytes):
        return name == b"HRANDFIELD" and ours[:1] == theirs[:1] == b"$" and (ours[:2] == b"$-") == (theirs[:2] == b"$-")
    if ours[:1] != theirs[:1]:
        return False
    if name in (b"HKEYS", b"HVALS"):
        return sorted(mine) == sorted(other)
    if name == b"HGETALL":
        return sorted_pairs(mine) == sorted_pairs(other)
    if name == b"HSCAN":
        # Cursors are each server's own; a scan that needs several calls shows what it likes in each.
        return b"0" != mine[0] or b"0" != other[0] or sorted_pairs(mine[1]) == sorted_pairs(other[1])
    if name == b"HRANDFIELD":
        shapes = [sorted({type(element).__name__ for element in reply}) for reply in (mine, other)]
        return len(mine) == len(other) and shapes[0] == shapes[1]
    return False


def data_set(connection):
    found = {}
    for key in connection.command("KEYS", "*"):
        if connection.command("TYPE", key) == "hash":
            found[key] = sorted_pairs(connection.command("HGETALL", key)), connection.command("OBJECT", "ENCODING", key)
        else:
            found[key] = connection.command("GET", key)
    return found


@pytest.mark.limit(600)
@pytest.mark.parametrize("protocol, shards", [(2, 2), (3, 1)])
def test_random_commands(start_tessera, start_redis, protocol, shards):
    servers = start_tessera(shards=shards), start_redis()
    generator = HashGenerator(f"{new_seed()}/{protocol}/{shards}")
    run_on_servers(servers, protocol, generator, commands_to_run(130000) // 2, same_reply, data_set)
