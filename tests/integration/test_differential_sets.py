"""The same random set commands on Tessera and on redis-server: the same replies.

Members have no order: replies with many are compared sorted. What is drawn by chance is compared in its shape; what
SPOP takes here is taken from Redis with SREM.
"""

import random

import pytest
from differential import commands_to_run, new_seed, parse_raw, raw_connections, read_raw, run, spoil
from servers import encode_command

UNORDERED = (b"SMEMBERS", b"SINTER", b"SUNION", b"SDIFF")
LIMITS = (0, 1, 2, 5, 100, 1000, 2**63 - 1)


class SetGenerator:
    """Random set commands over a few keys; some of these hold strings."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = [b"set:%d" % i for i in range(12)] + [b"{tag}:%d" % i for i in range(4)] + [b"", b"a\0b"]
        self.makers = [
            (12, self.add), (5, self.remove), (5, self.ask), (4, self.ask_many), (3, self.count),
            (3, self.members), (2, self.move), (4, self.algebra), (3, self.store), (3, self.count_common),
            (2, self.draw), (2, self.scan), (2, self.generic), (1, self.other_type),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in self.makers]

    def command(self):
        return spoil(self, self.random.choices(self.makers, self.weights)[0][1](), self.member)

    def key(self):
        return self.random.choice(self.keys)

    def member(self):
        pick = self.random
        kind = pick.randrange(12)
        if kind < 5:
            return b"%d" % pick.randrange(-50, 700)
        if kind == 5:
            return b"%d" % pick.choice((2**15, -(2**15) - 1, 2**31, 2**63 - 1, -(2**63), 2**63, 40000))
        if kind == 6:
            return pick.choice((b"", b"01", b"-0", b"+1", b" 1", b"1.0", b"\xff\0", b"x" * 64, b"x" * 65, b"y" * 5000))
        return b"m:%d" % pick.randrange(400)

    def members_to_add(self):
        count = self.random.choice((1, 1, 1, 2, 5, 5, 20, 200))
        kind = self.random.random()
        if kind < 0.3:
            start = self.random.randrange(700)
            return [b"%d" % (start + i) for i in range(count)]
        return [self.member() for _ in range(count)]

    # ---- One method per group of commands ----

    def add(self):
        return [b"SADD", self.key(), *self.members_to_add()]

    def remove(self):
        return [b"SREM", self.key(), *self.members_to_add()]

    def ask(self):
        return [b"SISMEMBER", self.key(), self.member()]

    def ask_many(self):
        return [b"SMISMEMBER", self.key(), *(self.member() for _ in range(self.random.randrange(1, 6)))]

    def count(self):
        return [b"SCARD", self.key()]

    def members(self):
        return [b"SMEMBERS", self.key()]

    def move(self):
        return [b"SMOVE", self.key(), self.key(), self.member()]

    def several(self):
        return [self.key() for _ in range(self.random.choice((1, 2, 2, 2, 3, 5, 20)))]

    def algebra(self):
        return [self.random.choice((b"SINTER", b"SUNION", b"SDIFF")), *self.several()]

    def store(self):
        name = self.random.choice((b"SINTERSTORE", b"SUNIONSTORE", b"SDIFFSTORE"))
        return [name, self.key(), *self.several()]

    def count_common(self):
        keys = self.several()
        number = b"%d" % len(keys)
        if self.random.random() < 0.1:
            number = self.random.choice((b"0", b"-1", b"x", b"100", b"1", b"2"))
        words = [b"SINTERCARD", number, *keys]
        if self.random.random() < 0.4:
            words += [b"LIMIT", self.random.choice((b"%d" % self.random.choice(LIMITS), b"-1", b"x"))]
        return words

    def draw(self):
        name = self.random.choice((b"SRANDMEMBER", b"SRANDMEMBER", b"SPOP"))
        count = self.random.choice((b"0", b"1", b"3", b"10", b"1000", b"x", b"9223372036854775807"))
        if name == b"SRANDMEMBER" and self.random.random() < 0.4:
            count = self.random.choice((b"-1", b"-5", b"-200"))
        return [name, self.key(), *([] if self.random.random() < 0.4 else [count])]

    def scan(self):
        words = [b"SSCAN", self.key(), b"0"]
        for option in self.random.sample(
            ([b"MATCH", b"m:*"], [b"MATCH", b"*1*"], [b"COUNT", b"100000"], [b"COUNT", b"0"], [b"junk"], [b"MATCH"]), 2
        ):
            words += option if self.random.random() < 0.4 else []
        return [*words, b"COUNT", b"100000"]

    def generic(self):
        name = self.random.choice((b"DEL", b"TYPE", b"EXISTS", b"RENAME", b"COPY", b"OBJECT"))
        if name in (b"RENAME", b"COPY"):
            return [name, self.key(), self.key()]
        return [name, *([b"ENCODING"] if name == b"OBJECT" else []), self.key()]

    def other_type(self):
        return self.random.choice(([b"SET", self.key(), b"text"], [b"GET", self.key()], [b"APPEND", self.key(), b"x"]))


def same_reply(words, ours, theirs):
    """Whether replies that differ as bytes say the same."""
    name = words[0].upper()
    mine, other = parse_raw(ours), parse_raw(theirs)
    if name in UNORDERED and not isinstance(mine, bytes) and not isinstance(other, bytes):
        return ours[:1] == theirs[:1] and sorted(mine) == sorted(other)
    if name == b"SSCAN" and isinstance(mine, list) and isinstance(other, list):
        # Cursors are each server's own; a scan that needs several calls shows what it likes in each.
        return b"0" != mine[0] or b"0" != other[0] or sorted(mine[1]) == sorted(other[1])
    if name == b"SRANDMEMBER":
        absent = ours.startswith((b"$-1", b"_")), theirs.startswith((b"$-1", b"_"))
        return ours[:1] == theirs[:1] and absent[0] == absent[1] and (ours[:1] != b"*" or len(mine) == len(other))
    # Redis 7.2 and later have listpacks for small sets of texts.
    if name == b"OBJECT":
        return b"$8\r\nlistpack\r\n" == ours and theirs == b"$9\r\nhashtable\r\n"
    return False


def ask(connection, words):
    connection.send(encode_command(*words))
    return read_raw(connection)


def same_pop(connections, words):
    """SPOP on ours; theirs must have what it gave, and loses it too."""
    ours, theirs = connections
    mine = ask(ours, words)
    if mine.startswith(b"-"):
        assert mine == ask(theirs, words), words
        return
    other = ask(theirs, [b"SRANDMEMBER", *words[1:]])
    popped = parse_raw(mine)
    if mine.startswith(b"$") and not mine.startswith(b"$-1"):
        popped = [popped]
    if isinstance(popped, (list, tuple)) and popped:
        assert theirs.command("SREM", words[1], *popped) == len(popped), words
    if len(words) > 2:
        assert len(popped) == len(parse_raw(other)), (words, mine, other)


class Pair:
    """The generator's commands, but for SPOP, which is played at once."""

    def __init__(self, generator, connections):
        self.generator, self.connections = generator, connections
        self.random = generator.random
        self.pops = []

    def command(self):
        while True:
            words = self.generator.command()
            if words[0].upper() != b"SPOP":
                return words
            self.pops.append(words)

    def play_pops(self):
        for words in self.pops:
            same_pop(self.connections, words)
        self.pops = []


def data_set(connection):
    found = {}
    for key in connection.command("KEYS", "*"):
        if connection.command("TYPE", key) == "set":
            found[key] = sorted(connection.command("SMEMBERS", key))
        else:
            found[key] = connection.command("GET", key)
    return found


@pytest.mark.limit(600)
@pytest.mark.parametrize("protocol, shards", [(2, 2), (3, 1)])
def test_random_commands(start_tessera, start_redis, protocol, shards):
    servers = start_tessera(shards=shards), start_redis()
    connections = raw_connections(servers, protocol)
    pair = Pair(SetGenerator(f"{new_seed()}/{protocol}/{shards}"), connections)

    def compare():
        pair.play_pops()
        ours, theirs = (data_set(server.raw(limit=60)) for server in servers)
        assert ours == theirs

    run(connections, pair, commands_to_run(80000) // 2, same_reply, compare)
