"""The same random list commands on Tessera and on redis-server: the same replies.

Blocking commands are sent inside MULTI, where they do not wait, and for so many keys that one of them has something.
"""

import random

import pytest
from differential import commands_to_run, in_any_case, new_seed, run_on_servers, spoil

INTEGER_MAX = 2**63 - 1
INTEGER_MIN = -(2**63)
ENDS = (b"LEFT", b"RIGHT", b"left", b"Right")


class ListGenerator:
    """Random list commands over a few keys; some of these hold strings."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = [b"list:%d" % i for i in range(6)] + [b"{tag}:%d" % i for i in range(4)] + [b"", b"a\0b"]
        self.queued = []
        self.makers = [
            (14, self.push), (4, self.push_present), (8, self.pop), (3, self.length), (6, self.index),
            (8, self.range), (6, self.insert), (6, self.set), (4, self.remove), (2, self.trim),
            (6, self.position), (5, self.move), (4, self.pop_several), (2, self.blocking),
            (2, self.generic), (1, self.other_type), (1, self.transaction),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in self.makers]

    def command(self):
        if self.queued:
            return self.queued.pop(0)
        words = self.random.choices(self.makers, self.weights)[0][1]()
        # With other arguments a blocking command might wait, or run outside of the transaction.
        if words[0].startswith(b"B") or words[0] == b"MULTI":
            return in_any_case(self, words)
        return spoil(self, words, self.element)

    def key(self):
        return self.random.choice(self.keys)

    def element(self):
        pick = self.random
        kind = pick.randrange(24)
        if kind < 8:
            return b"%d" % pick.randrange(-4, 20)
        if kind < 14:
            return b"item:%d" % pick.randrange(12)
        if kind == 14:
            bits = pick.choice((7, 12, 13, 15, 16, 23, 24, 31, 32, 63))
            return b"%d" % ((1 << bits) * pick.choice((1, -1)) + pick.randrange(-1, 2))
        if kind == 15:
            return pick.choice((b"", b"01", b"-0", b"+1", b" 1", b"1.0", b"\r\n", b"\xff\0\xff", b"9" * 30))
        if kind == 16:
            return pick.randbytes(pick.randrange(1, 300))
        if kind == 17:
            return bytes(pick.choices(b"ab", k=1)) * pick.choice((63, 64, 65, 125, 126, 4095, 4096))
        if kind == 18 and pick.random() < 0.1:
            return b"x" * pick.choice((8180, 8192, 8200, 16378, 20000, 70000))
        return b"%x" % pick.randrange(40)

    def elements(self):
        count = self.random.choice((1, 1, 1, 2, 3, 5, 20, 100))
        return [self.element() for _ in range(count)]

    def number(self):
        """An index or a count, mostly a sensible one."""
        pick = self.random
        kind = pick.randrange(20)
        if kind == 0:
            return b"%d" % pick.choice((INTEGER_MAX, INTEGER_MIN, INTEGER_MAX - 1, INTEGER_MIN + 1, 2**31, 2**32))
        if kind == 1:
            return pick.choice((b"x", b"", b"1.5", b"01", b"+1", b" 1", b"9223372036854775808", b"-", b"1\0"))
        if kind < 6:
            return b"%d" % pick.randrange(-2000, 2000)
        return b"%d" % pick.randrange(-12, 12)

    def end(self):
        return self.random.choice(ENDS) if self.random.random() < 0.97 else b"middle"

    # ---- One method per group of commands ----

    def push(self):
        return [self.random.choice((b"LPUSH", b"RPUSH")), self.key(), *self.elements()]

    def push_present(self):
        return [self.random.choice((b"LPUSHX", b"RPUSHX")), self.key(), *self.elements()]

    def pop(self):
        count = [self.number()] if self.random.random() < 0.3 else []
        return [self.random.choice((b"LPOP", b"RPOP")), self.key(), *count]

    def length(self):
        return [b"LLEN", self.key()]

    def index(self):
        return [b"LINDEX", self.key(), self.number()]

    def range(self):
        if self.random.random() < 0.2:
            return [b"LRANGE", self.key(), b"0", b"-1"]
        return [b"LRANGE", self.key(), self.number(), self.number()]

    def insert(self):
        where = self.random.choice((b"BEFORE", b"AFTER", b"before", b"After"))
        if self.random.random() < 0.03:
            where = b"BESIDE"
        return [b"LINSERT", self.key(), where, self.element(), self.element()]

    def set(self):
        return [b"LSET", self.key(), self.number(), self.element()]

    def remove(self):
        count = self.number() if self.random.random() < 0.5 else b"%d" % self.random.choice((1, -1, 2, -2))
        return [b"LREM", self.key(), count, self.element()]

    def trim(self):
        if self.random.random() < 0.7:
            return [b"LTRIM", self.key(), b"%d" % self.random.randrange(30), b"%d" % -self.random.randrange(1, 30)]
        return [b"LTRIM", self.key(), self.number(), self.number()]

    def position(self):
        words = [b"LPOS", self.key(), self.element()]
        names = (b"RANK", b"COUNT", b"MAXLEN", b"rank", b"Count", b"maxlen")
        for name in self.random.sample(names, self.random.choice((0, 0, 1, 1, 2, 3))):
            words += [name, self.number()]
        return words[:-1] if self.random.random() < 0.02 else words

    def move(self):
        if self.random.random() < 0.4:
            return [b"RPOPLPUSH", self.key(), self.key()]
        return [b"LMOVE", self.key(), self.key(), self.end(), self.end()]

    def several(self):
        keys = [self.key() for _ in range(self.random.choice((1, 1, 2, 3)))]
        number = b"%d" % len(keys) if self.random.random() < 0.95 else self.number()
        words = [number, *keys, self.end()]
        if self.random.random() < 0.5:
            words += [self.random.choice((b"COUNT", b"count")), self.number()]
        return words

    def pop_several(self):
        return [b"LMPOP", *self.several()]

    def timeout(self):
        return self.random.choice((b"0", b"1", b"0.5", b"1e1", b"-1", b"x", b"", b"nan", b"1000000"))

    def blocking(self):
        """For all keys: hardly ever all of them are empty."""
        if self.random.random() < 0.5:
            return [b"BLMPOP", b"0.01", b"%d" % len(self.keys), *self.keys, self.end(), b"COUNT", b"2"]
        return [self.random.choice((b"BLPOP", b"BRPOP")), *self.keys, b"0.01"]

    def transaction(self):
        pick = self.random
        self.queued = pick.choices(
            (
                [b"BLPOP", self.key(), self.key(), self.timeout()],
                [b"BRPOP", self.key(), self.timeout()],
                [b"BLMOVE", self.key(), self.key(), self.end(), self.end(), self.timeout()],
                [b"BRPOPLPUSH", self.key(), self.key(), self.timeout()],
                [b"BLMPOP", self.timeout(), *self.several()],
                self.push(),
            ),
            k=pick.randrange(1, 6),
        )
        self.queued.append([b"EXEC"])
        return [b"MULTI"]

    def generic(self):
        name = self.random.choice((b"DEL", b"UNLINK", b"TYPE", b"EXISTS", b"RENAME", b"COPY", b"OBJECT"))
        if name in (b"RENAME", b"COPY"):
            return [name, self.key(), self.key()]
        return [name, *([b"ENCODING"] if name == b"OBJECT" else []), self.key()]

    def other_type(self):
        return self.random.choice(([b"SET", self.key(), b"text"], [b"GET", self.key()], [b"APPEND", self.key(), b"x"]))


def same_reply(words, ours, theirs):
    """Whether replies that differ as bytes say the same."""
    name = words[0].upper()
    # Redis 7.2 and later have listpacks for small lists.
    if name == b"OBJECT":
        return ours == b"$8\r\nlistpack\r\n" and theirs == b"$9\r\nquicklist\r\n"
    # Redis 7.2 and later refuse the rank that has no opposite.
    if name == b"LPOS":
        return b"%d" % INTEGER_MIN in words and ours.startswith(b"-ERR value is out of range, value must between")
    return False


def data_set(connection):
    found = {}
    for key in connection.command("KEYS", "*"):
        kind = connection.command("TYPE", key)
        words = ("LRANGE", key, 0, -1) if kind == "list" else ("GET", key)
        found[key] = connection.command(*words)
    return found


@pytest.mark.limit(300)
@pytest.mark.parametrize("protocol, shards, size", [(2, 1, -2), (3, 2, 3), (2, 1, -1)])
def test_random_list_commands(start_tessera, start_redis, protocol, shards, size):
    generator = ListGenerator(f"{new_seed()}/{protocol}/{shards}/{size}")
    servers = start_tessera(shards=shards), start_redis()
    commands = commands_to_run(150000) // 3
    run_on_servers(servers, protocol, generator, commands, same_reply, data_set, list_max_listpack_size=size)
