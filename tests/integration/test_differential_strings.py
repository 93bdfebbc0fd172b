"""The same random string, generic and expiry commands on Tessera and on redis-server: the same replies.

Replies are compared as bytes. What must differ is named in `same_reply`: remaining times drift by the moment of
execution, sizes in memory are each server's own.
"""

import random
import time

import pytest
from differential import commands_to_run, integer_of, new_seed, run

DATABASES = (0, 0, 0, 1, 2)
# How far the clocks of the two may be apart when a busy machine runs one of them later.
DRIFT = {b"TTL": 60, b"EXPIRETIME": 60, b"PTTL": 60000, b"PEXPIRETIME": 60000}
INTEGER_MAX = 2**63 - 1
INTEGER_MIN = -(2**63)


class Generator:
    """Random commands over a small set of keys, most of them valid, many of them not."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.start = int(time.time())
        self.times = 0
        pick = self.random
        self.small_keys = [b"key:%d" % i for i in range(24)]
        self.small_keys += [b"{tag}:%d" % i for i in range(6)]
        self.small_keys += [b"", b" ", b"\r\n", b"{}", b"a\0b", b"\xff\xfe", bytes(range(256))]
        self.small_keys += [pick.randbytes(pick.randrange(1, 40)) for _ in range(3)]
        self.big_keys = [b"big:%d" % i for i in range(4)]
        self.makers = [
            (9, self.set), (6, self.get), (3, self.getex), (2, self.old_set), (2, self.getdel),
            (3, self.many), (3, self.append), (3, self.setrange), (4, self.getrange),
            (5, self.increment), (3, self.increment_float), (2, self.lcs), (3, self.on_keys),
            (6, self.expire), (6, self.remaining), (2, self.rename), (2, self.copy),
            (1, self.move), (2, self.object), (1, self.memory), (1, self.big), (1, self.select),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in self.makers]

    def command(self):
        maker = self.random.choices(self.makers, self.weights)[0][1]
        words = maker()
        chance = self.random.random()
        if chance < 0.02:
            words = words[: self.random.randrange(1, len(words) + 1)]
        elif chance < 0.04:
            words = [*words, self.word()]
        words[0] = self.cased(words[0])
        return words

    def cased(self, word):
        return self.random.choice((word, word, word, word.lower(), word.title()))

    def key(self):
        return self.random.choice(self.small_keys)

    def word(self):
        return self.random.choice(
            (b"", b"NX", b"XX", b"GET", b"EX", b"PERSIST", b"KEEPTTL", b"junk", b"1", b"DB", b"nxx")
        )

    def extreme(self):
        """A number at an edge, or something that only looks like one."""
        number = self.random.choice(
            (0, 1, -1, INTEGER_MAX, INTEGER_MIN, INTEGER_MAX + 1, INTEGER_MIN - 1, INTEGER_MAX - 1,
             2**31, 2**32, -(2**31), 2**64, 10**19, 10**30)
        )  # fmt: skip
        text = self.random.choice(
            (b"00", b"-0", b"+1", b" 1", b"1 ", b"", b"1.5", b"0x10", b"1e3", b"inf", b"nan",
             b"abc", b"-", b"1\0", b"\xb2", b"9" * 40)
        )  # fmt: skip
        return b"%d" % number if self.random.random() < 0.5 else text

    def integer(self):
        if self.random.random() < 0.15:
            return self.extreme()
        return b"%d" % self.random.randrange(-1000, 1000)

    def value(self):
        pick = self.random
        kind = pick.randrange(10)
        if kind < 3:
            return b"%d" % pick.randrange(-(10 ** pick.randrange(1, 19)), 10 ** pick.randrange(1, 19))
        if kind == 3:
            return self.extreme()
        if kind == 4:
            return b"%.*f" % (pick.randrange(8), pick.uniform(-1e6, 1e6))
        if kind == 5:
            return pick.randbytes(pick.randrange(0, 60))
        if kind == 6:
            return bytes(pick.choices(b"ab\r\n\0", k=pick.randrange(0, 600)))
        # Around the lengths at which the encoding changes.
        return bytes(pick.choices(b"abcd", k=pick.choice((1, 2, 3, 20, 43, 44, 45, 46, 63, 64, 200))))

    def distance(self):
        """Seconds to live, never given twice and far apart: comparisons must not depend on speed."""
        self.times += 1
        return (self.times * 7919 % 1000003 + 1) * 1000

    def expiry(self, relative, milliseconds):
        if self.random.random() < 0.12:
            return self.random.choice(
                (b"0", b"-1", b"x", b"", b"1.5", b"%d" % INTEGER_MIN, b"%d" % INTEGER_MAX,
                 b"9223372036854775", b"9223372036854776", b"9223372036854775808", b"-9999999999999")
            )  # fmt: skip
        seconds = self.distance() + (0 if relative else self.start)
        return b"%d" % (seconds * 1000 if milliseconds else seconds)

    def timed_option(self):
        option = self.random.choice((b"EX", b"PX", b"EXAT", b"PXAT"))
        return [self.cased(option), self.expiry(len(option) == 2, option.startswith(b"P"))]

    # ---- One method per group of commands ----

    def set(self):
        words = [b"SET", self.key(), self.value()]
        for _ in range(self.random.choice((0, 0, 0, 1, 1, 1, 2, 2, 3))):
            choice = self.random.randrange(8)
            if choice < 3:
                words += self.timed_option()
            elif choice == 7:
                words.append(self.word())
            else:
                words.append(self.cased((b"NX", b"XX", b"GET", b"KEEPTTL")[choice - 3]))
        return words

    def get(self):
        return [self.random.choice((b"GET", b"GET", b"STRLEN", b"TYPE")), self.key()]

    def getex(self):
        words = [b"GETEX", self.key()]
        for _ in range(self.random.choice((0, 1, 1, 1, 1, 2))):
            words += self.timed_option() if self.random.random() < 0.7 else [b"PERSIST"]
        return words

    def old_set(self):
        name = self.random.choice((b"SETNX", b"SETEX", b"PSETEX", b"GETSET"))
        time_word = [] if name in (b"SETNX", b"GETSET") else [self.expiry(True, name == b"PSETEX")]
        return [name, self.key(), *time_word, self.value()]

    def getdel(self):
        return [b"GETDEL", self.key()]

    def many(self):
        count = self.random.randrange(1, 6)
        name = self.random.choice((b"MSET", b"MSETNX", b"MGET"))
        if name == b"MGET":
            return [name, *(self.key() for _ in range(count))]
        pairs = [word for _ in range(count) for word in (self.key(), self.value())]
        return [name, *(pairs if self.random.random() < 0.9 else pairs[:-1])]

    def append(self):
        return [b"APPEND", self.key(), self.value()[:200]]

    def setrange(self):
        offset = self.random.choice((0, 1, 5, 50, 1000, 2000))
        text = self.extreme() if self.random.random() < 0.1 else b"%d" % offset
        return [b"SETRANGE", self.key(), text, self.value()[:200]]

    def getrange(self):
        def bound():
            return self.extreme() if self.random.random() < 0.2 else b"%d" % self.random.randrange(-70, 70)

        return [self.random.choice((b"GETRANGE", b"SUBSTR")), self.key(), bound(), bound()]

    def increment(self):
        name = self.random.choice((b"INCR", b"DECR", b"INCRBY", b"DECRBY"))
        return [name, self.key(), *([self.integer()] if name.endswith(b"BY") else [])]

    def increment_float(self):
        pick = self.random
        amount = pick.choice(
            (b"%.*f" % (pick.randrange(18), pick.uniform(-10, 10)), b"%.3e" % pick.uniform(-1e9, 1e9),
             self.integer(), b"1e4000", b"-1e4000", b"1e-400", b"1e5000", b"1e-5000", b"+inf", b"-inf",
             b"NaN", b"0x1p3", b".5", b"5.", b"1e", b"3.0e3", b"0.00000000000000001")
        )  # fmt: skip
        return [b"INCRBYFLOAT", self.key(), amount]

    def lcs(self):
        keys = [self.key(), self.key()]
        if self.random.random() < 0.05:
            keys = [self.random.choice(self.big_keys) for _ in range(2)]
        words = [b"LCS", *keys]
        shortest = self.random.choice((b"1", b"2", b"3", b"5", self.integer()))
        options = ([b"LEN"], [b"IDX"], [b"IDX"], [b"WITHMATCHLEN"], [b"MINMATCHLEN", shortest])
        for option in self.random.sample(options, self.random.randrange(4)):
            words += option
        return words

    def on_keys(self):
        name = self.random.choice((b"DEL", b"UNLINK", b"EXISTS", b"TOUCH", b"EXISTS", b"TOUCH"))
        return [name, *(self.key() for _ in range(self.random.choice((1, 1, 2, 3, 40))))]

    def expire(self):
        name = self.random.choice((b"EXPIRE", b"PEXPIRE", b"EXPIREAT", b"PEXPIREAT"))
        words = [name, self.key(), self.expiry(not name.endswith(b"AT"), name.startswith(b"P"))]
        options = (b"NX", b"XX", b"GT", b"LT", b"gt", b"Lt")
        for _ in range(self.random.choice((0, 0, 1, 1, 1, 2))):
            words.append(self.random.choice(options) if self.random.random() < 0.95 else self.word())
        return words

    def remaining(self):
        names = (b"TTL", b"PTTL", b"EXPIRETIME", b"PEXPIRETIME", b"PERSIST")
        return [self.random.choice(names), self.key()]

    def rename(self):
        return [self.random.choice((b"RENAME", b"RENAMENX")), self.key(), self.key()]

    def copy(self):
        words = [b"COPY", self.key(), self.key()]
        if self.random.random() < 0.3:
            words.append(b"REPLACE")
        if self.random.random() < 0.3:
            words += [b"DB", self.database()]
        return words

    def move(self):
        return [b"MOVE", self.key(), self.database()]

    def database(self):
        if self.random.random() < 0.2:
            return self.random.choice((b"-1", b"16", b"x", b"2147483648", b"9223372036854775808"))
        return b"%d" % self.random.choice(DATABASES)

    def select(self):
        return [b"SELECT", b"%d" % self.random.choice(DATABASES)]

    def object(self):
        names = (b"ENCODING", b"ENCODING", b"IDLETIME", b"REFCOUNT", b"FREQ", b"nosuch")
        return [b"OBJECT", self.random.choice(names), self.key()]

    def memory(self):
        options = ([], [b"SAMPLES", b"5"], [b"SAMPLES", b"0"], [b"SAMPLES", self.integer()], [b"SAMPLES"])
        return [b"MEMORY", b"USAGE", self.key(), *self.random.choice(options)]

    def big(self):
        """Values that are too large to be copied into a reply."""
        pick = self.random
        key = pick.choice(self.big_keys)
        length = pick.choice((16000, 16384, 32768, 65536, 70000))
        return pick.choice(
            ([b"SET", key, pick.randbytes(length)], [b"GET", key], [b"GET", key], [b"GETDEL", key],
             [b"APPEND", key, pick.randbytes(length)[:200]], [b"GETRANGE", key, b"-1000", b"-1"],
             [b"SETRANGE", key, b"%d" % length, b"tail"], [b"MGET", *self.big_keys],
             [b"SET", key, pick.randbytes(length), b"GET"], [b"RENAME", key, pick.choice(self.big_keys)],
             [b"COPY", key, pick.choice(self.big_keys), b"REPLACE"], [b"DEL", *self.big_keys])
        )  # fmt: skip


def same_reply(words, ours, theirs):
    name = words[0].upper()
    if name in (b"OBJECT", b"MEMORY") and len(words) > 1:
        name += b" " + words[1].upper()
    mine, other = integer_of(ours), integer_of(theirs)
    # Redis says how much memory a key takes that has expired and that nobody has looked up since.
    if name == b"MEMORY USAGE" and mine is None:
        return other is not None and ours in (b"$-1\r\n", b"_\r\n")
    if mine is None or other is None:
        return False
    # In Redis, rounding to seconds overflows at the end of time.
    if name == b"EXPIRETIME" and other < -2:
        return mine > INTEGER_MAX // 1001
    if name in DRIFT and mine > 0 and other > 0:
        return abs(mine - other) <= DRIFT[name]
    # Whether a small integer is shared depends on how it came about (a copy is not): nobody may rely on it.
    if name == b"OBJECT REFCOUNT":
        return {mine, other} == {1, 2**31 - 1}
    if name == b"OBJECT IDLETIME":
        return max(mine, other) <= 60
    return name == b"MEMORY USAGE" and mine > 0 and other > 0


def data_set(connection):
    """Every key of every database that commands touch, with value and time to live."""
    found = {}
    for database in sorted(set(DATABASES)):
        assert connection.command("SELECT", database) == "OK"
        keys = set()
        cursor = b"0"
        while True:
            cursor, some = connection.command("SCAN", cursor, "COUNT", 100)
            keys.update(some)
            if cursor == b"0":
                break
        for key in keys:
            value = connection.command("GET", key)
            # It may have expired between the two.
            if value is not None:
                found[database, key] = value, connection.command("PTTL", key)
    return found


def compare_data_sets(ours, theirs):
    assert ours.keys() == theirs.keys()
    for place, (value, remaining) in ours.items():
        other_value, other_remaining = theirs[place]
        assert value == other_value, f"the value of {place}"
        assert (remaining > 0) == (other_remaining > 0), f"the time to live of {place}"
        assert abs(remaining - other_remaining) <= DRIFT[b"PTTL"], f"the time to live of {place}"


@pytest.mark.limit(600)
@pytest.mark.parametrize("protocol, shards", [(2, 2), (3, 1), (3, 2)])
def test_random_commands(start_tessera, start_redis, protocol, shards):
    generator = Generator(f"{new_seed()}/{protocol}/{shards}")
    servers = start_tessera(shards=shards), start_redis()
    connections = [server.raw(limit=60) for server in servers]
    for connection in connections:
        assert connection.command("HELLO", protocol)

    def compare():
        compare_data_sets(*(data_set(server.raw(limit=60)) for server in servers))

    run(connections, generator, commands_to_run(200000) // 3, same_reply, compare)
