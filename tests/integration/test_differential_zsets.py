"""The same random sorted set commands on Tessera and on redis-server: the same replies.

Scores are compared as numbers: redis-server 7.0 writes all 17 digits, Tessera as few as read back exactly. What is
drawn by chance is compared in its shape.
"""

import random

import pytest
from differential import commands_to_run, new_seed, parse_raw, run_on_servers, spoil

LIMITS = (0, 1, 2, 5, 100, 1000, -1, 2**63 - 1)
EDGES = (
    b"inf", b"-inf", b"+inf", b"nan", b"-nan", b"-0", b"1e308", b"-1e308", b"1e400", b"1e-400", b"4.9e-324", b"abc",
    b"", b" 1", b"1 ", b"0x10", b"1e3", b"9007199254740993", b"-9223372036854775808", b"123456789012345678901234",
    b"1\0", b"Infinity", b"1.7976931348623157e308", b"2147483647", b"2147483648", b"-2147483649", b"4503599627370496",
)  # fmt: skip


class SortedSetGenerator:
    """Random sorted set commands over a few keys; some of these hold strings or plain sets."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = [b"z:%d" % i for i in range(8)] + [b"{tag}:%d" % i for i in range(4)] + [b"", b"a\0b"]
        self.keys += [b"big:%d" % i for i in range(3)]
        self.lexical = [b"lex:%d" % i for i in range(3)]
        self.plain = [b"set:%d" % i for i in range(2)]
        self.makers = [
            (14, self.add), (4, self.increment), (5, self.remove), (6, self.ask), (8, self.range_by_rank),
            (8, self.range_by_score), (5, self.range_by_lex), (3, self.count), (3, self.remove_range), (4, self.pop),
            (0.2, self.pop_waiting), (3, self.pop_several), (5, self.algebra), (5, self.algebra_store),
            (2, self.count_common), (3, self.store_range), (3, self.draw), (2, self.scan), (3, self.generic),
            (1, self.other_type), (3, self.lexical_change),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in self.makers]

    def command(self):
        return spoil(self, self.random.choices(self.makers, self.weights)[0][1](), self.stray)

    def stray(self):
        return self.random.choice((b"", b"junk", b"1", b"WITHSCORES", b"LIMIT", b"REV"))

    def key(self):
        return self.random.choice(self.keys)

    def chance(self, probability):
        return self.random.random() < probability

    def member(self):
        pick = self.random
        kind = pick.randrange(12)
        if kind == 0:
            return pick.choice((b"", b"01", b"-0", b"12", b"-7", b"\xff\0", b"x" * 64, b"x" * 65, b"y" * 300, b"\r\n"))
        if kind < 4:
            return b"%d" % pick.randrange(60)
        return b"m:%d" % pick.randrange(400)

    def score(self):
        pick = self.random
        kind = pick.randrange(12)
        if kind == 0:
            return pick.choice(EDGES)
        if kind < 3:
            return b"%.*f" % (pick.randrange(17), pick.uniform(-100, 100))
        if kind == 3:
            return b"%r" % pick.uniform(-1e-3, 1e20)
        return b"%d" % pick.randrange(-100, 100)

    def integer(self):
        pick = self.random
        if pick.random() < 0.08:
            return pick.choice((b"x", b"", b"1.5", b"9223372036854775807", b"-9223372036854775808", b"9223372036854775808"))
        return b"%d" % pick.randrange(-20, 60)

    def some(self, option, probability=0.3):
        return [option] if self.random.random() < probability else []

    # ---- Changes ----

    def add(self):
        pick = self.random
        key = self.key()
        options = []
        if self.chance(0.4):
            options = pick.choices((b"NX", b"XX", b"GT", b"LT", b"CH", b"INCR", b"ch", b"xx"), k=pick.randrange(1, 4))
        count = 1 if b"INCR" in options and self.chance(0.9) else pick.choice((1, 1, 2, 5, 20))
        if key.startswith(b"big") and self.chance(0.3):
            start = pick.randrange(1000)
            pairs = [(b"%d" % (start + i), b"m:%d" % ((start + i) % 700)) for i in range(pick.choice((100, 300)))]
        else:
            pairs = [(self.score(), self.member()) for _ in range(count)]
        return [b"ZADD", key, *options, *(word for pair in pairs for word in pair)]

    def increment(self):
        return [b"ZINCRBY", self.key(), self.score(), self.member()]

    def remove(self):
        return [b"ZREM", self.key(), *(self.member() for _ in range(self.random.choice((1, 2, 5))))]

    def lexical_change(self):
        key = self.random.choice(self.lexical)
        members = [self.lexical_member() for _ in range(self.random.choice((1, 5, 30)))]
        name = self.random.choice((b"ZADD", b"ZADD", b"ZREM", b"ZREMRANGEBYLEX"))
        if name == b"ZADD":
            return [name, key, *(word for member in members for word in (b"0", member))]
        return [name, key, *members] if name == b"ZREM" else [name, key, self.lexical_end(), self.lexical_end()]

    def lexical_member(self):
        return bytes(self.random.choices(b"abc\0\xff", k=self.random.randrange(1, 5)))

    def remove_range(self):
        name = self.random.choice((b"ZREMRANGEBYRANK", b"ZREMRANGEBYSCORE"))
        if name.endswith(b"RANK"):
            start = self.random.randrange(-5, 100)
            return [name, self.key(), b"%d" % start, b"%d" % (start + self.random.randrange(4))]
        return [name, self.key(), *sorted((self.score_end(), self.score_end()))]

    # ---- Questions ----

    def ask(self):
        name = self.random.choice((b"ZSCORE", b"ZRANK", b"ZREVRANK", b"ZCARD", b"ZMSCORE", b"ZMSCORE"))
        if name == b"ZCARD":
            return [name, self.key()]
        count = self.random.randrange(1, 5) if name == b"ZMSCORE" else 1
        return [name, self.key(), *(self.member() for _ in range(count))]

    def with_scores(self):
        return self.some(self.random.choice((b"WITHSCORES", b"withscores")), 0.5)

    def limit(self, probability=0.4):
        if not self.chance(probability):
            return []
        return [b"LIMIT", self.integer(), self.integer()]

    def range_by_rank(self):
        name = self.random.choice((b"ZRANGE", b"ZRANGE", b"ZREVRANGE"))
        options = [*self.with_scores(), *self.limit(0.03)]
        if name == b"ZRANGE":
            options += self.some(b"REV")
        self.random.shuffle(options)
        return [name, self.key(), self.integer(), self.integer(), *options]

    def score_end(self):
        text = self.score()
        return b"(" + text if self.chance(0.3) else text

    def range_by_score(self):
        name = self.random.choice((b"ZRANGE", b"ZRANGEBYSCORE", b"ZREVRANGEBYSCORE"))
        options = [*self.limit(), *self.with_scores()]
        if name == b"ZRANGE":
            options += [b"BYSCORE", *self.some(b"REV")]
        ends = [self.score_end(), self.score_end()]
        return [name, self.key(), *(ends if self.chance(0.5) else sorted(ends)), *options]

    def lexical_end(self):
        kind = self.random.randrange(8)
        if kind == 0:
            return self.random.choice((b"+", b"-", b"+x", b"-\0", b"", b"abc", b"(", b"["))
        if kind < 3:
            return self.random.choice((b"+", b"-"))
        return self.random.choice((b"(", b"[")) + self.lexical_member()

    def range_by_lex(self):
        name = self.random.choice((b"ZRANGE", b"ZRANGEBYLEX", b"ZREVRANGEBYLEX", b"ZLEXCOUNT"))
        options = [] if name == b"ZLEXCOUNT" else [*self.limit(), *self.some(b"WITHSCORES", 0.05)]
        if name == b"ZRANGE":
            options += [b"BYLEX", *self.some(b"REV")]
        return [name, self.random.choice(self.lexical), self.lexical_end(), self.lexical_end(), *options]

    def count(self):
        return [b"ZCOUNT", self.key(), self.score_end(), self.score_end()]

    # ---- Popping, chance ----

    def count_argument(self):
        return self.random.choice((b"0", b"1", b"2", b"5", b"300", b"-1", b"x", b"9223372036854775807"))

    def pop(self):
        name = self.random.choice((b"ZPOPMIN", b"ZPOPMAX"))
        return [name, self.key(), *([self.count_argument()] if self.chance(0.5) else [])]

    def pop_waiting(self):
        pick = self.random
        timeout = pick.choice((b"0.001", b"0.002", b"-1", b"x", b"1e-3", b"inf"))
        keys = [self.key() for _ in range(pick.randrange(1, 4))]
        if timeout == b"inf":
            timeout = b"-0.5"
        if pick.random() < 0.5:
            return [pick.choice((b"BZPOPMIN", b"BZPOPMAX")), *keys, timeout]
        return [b"BZMPOP", timeout, b"%d" % len(keys), *keys, pick.choice((b"MIN", b"MAX", b"min", b"x"))]

    def pop_several(self):
        pick = self.random
        keys = [self.key() for _ in range(pick.randrange(1, 4))]
        number = pick.choice((len(keys), len(keys), len(keys), 0, -1, len(keys) + 1, 2**63 - 1))
        options = [b"COUNT", self.count_argument()] if self.chance(0.5) else []
        return [b"ZMPOP", b"%d" % number, *keys, pick.choice((b"MIN", b"MAX", b"max", b"x")), *options]

    def draw(self):
        words = [b"ZRANDMEMBER", self.key()]
        if self.chance(0.8):
            words.append(self.random.choice((b"%d" % self.random.randrange(-20, 20), b"500", b"x", b"-9223372036854775808")))
            words += self.with_scores()
        return words

    def scan(self):
        words = [b"ZSCAN", self.key(), b"0", b"COUNT", self.random.choice((b"10000", b"10000", b"0", b"x"))]
        return [*words, b"MATCH", b"m:1*"] if self.chance(0.4) else words

    # ---- Several keys ----

    def source(self):
        return self.random.choice((*self.keys, *self.keys, *self.lexical, *self.plain))

    def sources(self):
        pick = self.random
        keys = [self.source() for _ in range(pick.choice((1, 2, 2, 3, 4)))]
        number = len(keys) if self.chance(0.95) else pick.choice((0, -1, len(keys) + 1, len(keys) + 5, 2**63))
        return [b"%d" % number, *keys], len(keys)

    def combination(self, name, count):
        options = []
        if self.chance(0.4):
            options += [b"WEIGHTS", *(self.score() for _ in range(count))]
        if self.chance(0.4):
            options += [b"AGGREGATE", self.random.choice((b"SUM", b"MIN", b"MAX", b"max", b"AVG"))]
        return options if b"DIFF" not in name or self.chance(0.05) else []

    def algebra(self):
        name = self.random.choice((b"ZUNION", b"ZINTER", b"ZDIFF"))
        sources, count = self.sources()
        return [name, *sources, *self.combination(name, count), *self.with_scores()]

    def algebra_store(self):
        name = self.random.choice((b"ZUNIONSTORE", b"ZINTERSTORE", b"ZDIFFSTORE"))
        sources, count = self.sources()
        return [name, self.key(), *sources, *self.combination(name, count), *self.some(b"WITHSCORES", 0.03)]

    def count_common(self):
        limit = [b"LIMIT", self.random.choice((b"0", b"1", b"3", b"100", b"-1", b"x"))] if self.chance(0.5) else []
        return [b"ZINTERCARD", *self.sources()[0], *limit]

    def store_range(self):
        pick = self.random
        kind = pick.randrange(3)
        if kind == 0:
            return [b"ZRANGESTORE", self.key(), self.key(), self.integer(), self.integer(), *self.some(b"REV")]
        if kind == 1:
            ends = [self.score_end(), self.score_end()]
            return [b"ZRANGESTORE", self.key(), self.key(), *ends, b"BYSCORE", *self.limit(), *self.some(b"REV")]
        ends = [self.lexical_end(), self.lexical_end()]
        source = pick.choice(self.lexical)
        return [b"ZRANGESTORE", pick.choice(self.lexical), source, *ends, b"BYLEX", *self.limit(), *self.some(b"REV")]

    # ---- Whole keys ----

    def generic(self):
        pick = self.random
        return pick.choice(
            ([b"OBJECT", b"ENCODING", self.key()], [b"OBJECT", b"ENCODING", self.key()], [b"TYPE", self.key()],
             [b"DEL", self.key()], [b"COPY", self.key(), self.key(), b"REPLACE"], [b"RENAME", self.key(), self.key()],
             [b"EXISTS", self.key()], [b"PERSIST", self.key()], [b"EXPIRE", self.key(), b"10000"], [b"GET", self.key()])
        )  # fmt: skip

    def other_type(self):
        pick = self.random
        if pick.random() < 0.6:
            return [b"SADD", pick.choice(self.plain), *(self.member() for _ in range(10))]
        return [b"SET", self.key(), b"value"] if pick.random() < 0.5 else [b"DEL", self.key()]


def as_number(text):
    try:
        return float(text.lstrip(b","))
    except ValueError:
        return None


def same_value(mine, other):
    if mine == other:
        return True
    if isinstance(mine, list) and isinstance(other, list):
        return len(mine) == len(other) and all(map(same_value, mine, other))
    if isinstance(mine, bytes) and isinstance(other, bytes):
        number = as_number(mine)
        return number is not None and number == as_number(other)
    return False


def same_reply(words, ours, theirs):
    """Whether replies that differ as bytes say the same."""
    name = words[0].upper()
    mine, other = parse_raw(ours), parse_raw(theirs)
    if name == b"ZSCAN" and isinstance(mine, list) and isinstance(other, list):
        pairs = [sorted(zip(found[::2], map(as_number, found[1::2]))) for found in (mine[1], other[1])]
        return mine[0] != b"0" or other[0] != b"0" or pairs[0] == pairs[1]
    if name == b"ZRANDMEMBER" and ours[:1] == theirs[:1] and ours[:1] in b"*$":
        return ours[:1] == b"$" or len(mine) == len(other)
    # Since 7.2 there may be one more word, WITHSCORE.
    if name in (b"ZRANK", b"ZREVRANK") and len(words) > 3 and theirs.startswith(b"-ERR wrong number"):
        return ours == b"-ERR syntax error\r\n"
    return ours[:1] == theirs[:1] and ours[:1] in b"*$," and same_value(mine, other)


def data_set(connection):
    found = {}
    for key in connection.command("KEYS", "*"):
        kind = connection.command("TYPE", key)
        if kind == "zset":
            flat = connection.command("ZRANGE", key, 0, -1, "WITHSCORES")
            if flat and isinstance(flat[0], list):
                flat = [word for pair in flat for word in pair]
            scores = [float(score) for score in flat[1::2]]
            expires = connection.command("PTTL", key) > 0
            found[key] = flat[::2], scores, connection.command("OBJECT", "ENCODING", key), expires
        else:
            found[key] = kind
    return found


@pytest.mark.limit(600)
@pytest.mark.parametrize("protocol, shards, entries, value", [(2, 2, 128, 64), (3, 1, 8, 10)])
def test_random_commands(start_tessera, start_redis, protocol, shards, entries, value):
    limits = {"zset_max_listpack_entries": entries, "zset_max_listpack_value": value}
    servers = start_tessera(shards=shards, **limits), start_redis(**limits)
    generator = SortedSetGenerator(f"{new_seed()}/{protocol}/{shards}")
    run_on_servers(servers, protocol, generator, commands_to_run(130000) // 2, same_reply, data_set)
