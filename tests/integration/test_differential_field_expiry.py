"""The same random commands about fields that expire on Tessera and on Valkey 9.

Only where REDIS_SERVER names a server that has them. Times are absolute and far away, in the past or in the future, so
that replies do not depend on when they are given.
"""

import random

import pytest
from differential import commands_to_run, new_seed, run
from test_differential_hashes import same_reply as same_hash_reply
from test_differential_hashes import sorted_pairs

FUTURE = (4_000_000_000, 4_000_000_001, 4_100_000_000)
PAST = (0, 1, 1_000_000)
# Valkey does not look whether FIELDS stands where it must stand.
FIXED_SYNTAX = (b"HEXPIRETIME", b"HPEXPIRETIME", b"HPERSIST", b"HGETDEL")
STRAY_WORDS = (b"FIELDS", b"NX", b"XX", b"GT", b"FNX", b"EX", b"PERSIST", b"KEEPTTL", b"f:1", b"1")


class FieldExpiryGenerator:
    """Random commands about a few fields of a few hashes; some keys hold strings."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = [b"hash:%d" % i for i in range(8)]
        self.makers = [
            (4, self.set), (2, self.change), (2, self.read), (6, self.expire), (5, self.ask_expiry), (3, self.persist),
            (5, self.get_and_expire), (6, self.set_and_expire), (3, self.get_and_delete), (1, self.generic),
            (1, self.other_type),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in self.makers]

    def command(self):
        words = self.random.choices(self.makers, self.weights)[0][1]()
        chance = self.random.random()
        if chance < 0.03:
            words = words[: self.random.randrange(1, len(words) + 1)]
        elif chance < 0.06:
            # Not behind the fields: Tessera takes options there, too, as Redis 8 does.
            place = self.random.randrange(2, words.index(b"FIELDS") + 1 if b"FIELDS" in words else 3)
            words.insert(place, self.random.choice(STRAY_WORDS))
        return words

    def key(self):
        return self.random.choice(self.keys)

    def field(self):
        return b"f:%d" % self.random.randrange(25)

    def value(self):
        return self.random.choice((b"1", b"x", b"v" * 100, b"%d" % self.random.randrange(1000)))

    def seconds(self):
        return self.random.choice(FUTURE if self.random.random() < 0.8 else PAST)

    def number(self, count):
        return self.random.choice((b"0", b"-1", b"x", b"7")) if self.random.random() < 0.03 else b"%d" % count

    def fields(self):
        names = [self.field() for _ in range(self.random.choice((1, 1, 2, 3, 8)))]
        return [b"FIELDS", self.number(len(names)), *names]

    def time(self):
        """A time as HGETEX and HSETEX want it."""
        words = [b"EXAT", b"%d" % self.seconds()]
        if self.random.random() < 0.5:
            words = [b"PXAT", b"%d" % (self.seconds() * 1000)]
        if self.random.random() < 0.05:
            words[1] = self.random.choice((b"x", b"-1", b"9223372036854770000"))
        return words

    # ---- One method per group of commands ----

    def set(self):
        pairs = [word for _ in range(self.random.randrange(1, 8)) for word in (self.field(), self.value())]
        return [b"HSET", self.key(), *pairs]

    def change(self):
        return self.random.choice(
            (
                [b"HINCRBY", self.key(), self.field(), b"1"],
                [b"HINCRBYFLOAT", self.key(), self.field(), b"0.5"],
                [b"HSETNX", self.key(), self.field(), self.value()],
                [b"HDEL", self.key(), self.field(), self.field()],
            )
        )

    def read(self):
        return self.random.choice(
            ([b"HGETALL", self.key()], [b"HLEN", self.key()], [b"HKEYS", self.key()], [b"HGET", self.key(), self.field()])
        )

    def expire(self):
        name = self.random.choice((b"HEXPIREAT", b"HPEXPIREAT", b"HEXPIREAT", b"HPEXPIREAT", b"HEXPIRE", b"HPEXPIRE"))
        when = b"%d" % (self.seconds() * (1000 if name == b"HPEXPIREAT" else 1))
        if not name.endswith(b"AT"):
            when = self.random.choice((b"0", b"-1", b"x", b"9223372036854770000"))
        conditions = self.random.choice(([], [], [], [b"NX"], [b"XX"], [b"GT"], [b"LT"], [b"XX", b"GT"], [b"what"]))
        return [name, self.key(), when, *conditions, *self.fields()]

    def ask_expiry(self):
        # What is left of a time is not the same for two askers.
        return [self.random.choice((b"HEXPIRETIME", b"HPEXPIRETIME")), self.key(), *self.fields()]

    def persist(self):
        return [b"HPERSIST", self.key(), *self.fields()]

    def get_and_expire(self):
        options = self.random.choice((self.time(), self.time(), [b"PERSIST"], [], [b"EX", b"0"], [b"KEEPTTL"]))
        return [b"HGETEX", self.key(), *options, *self.fields()]

    def set_and_expire(self):
        names = [self.field() for _ in range(self.random.choice((1, 1, 2, 3)))]
        options = [
            word
            for some in (([b"NX"], [b"XX"]), ([b"FNX"], [b"FXX"]), (self.time(), [b"KEEPTTL"], self.time()))
            for word in (self.random.choice(some) if self.random.random() < 0.4 else [])
        ]
        pairs = [word for name in names for word in (name, self.value())]
        return [b"HSETEX", self.key(), *options, b"FIELDS", self.number(len(names)), *pairs]

    def get_and_delete(self):
        return [b"HGETDEL", self.key(), *self.fields()]

    def generic(self):
        name = self.random.choice((b"DEL", b"EXISTS", b"RENAME", b"COPY", b"TYPE"))
        return [name, self.key(), *([self.key()] if name in (b"RENAME", b"COPY") else [])]

    def other_type(self):
        return self.random.choice(([b"SET", self.key(), b"text"], [b"GET", self.key()]))


def same_reply(words, ours, theirs):
    """Whether replies that differ as bytes say the same."""
    if words[0] in FIXED_SYNTAX and words[2:3] != [b"FIELDS"]:
        return ours[:1] == theirs[:1] == b"-"
    return same_hash_reply(words, ours, theirs)


def data_set(connection):
    found = {}
    for key in connection.command("KEYS", "*"):
        if connection.command("TYPE", key) == "hash":
            pairs = sorted_pairs(connection.command("HGETALL", key))
            times = [connection.command("HPEXPIRETIME", key, "FIELDS", 1, name) for name, _ in pairs]
            found[key] = pairs, times
        else:
            found[key] = connection.command("GET", key)
    return found


@pytest.mark.limit(600)
def test_random_commands(start_tessera, start_redis):
    servers = start_tessera(shards=1), start_redis()
    connections = [server.raw(limit=60) for server in servers]
    if not connections[1].command("COMMAND", "INFO", "HGETDEL")[0]:
        pytest.skip("REDIS_SERVER has no fields that expire")
    generator = FieldExpiryGenerator(new_seed())

    def compare():
        ours, theirs = (data_set(server.raw(limit=60)) for server in servers)
        assert ours == theirs

    run(connections, generator, commands_to_run(20000), same_reply, compare)
