"""The same random stream commands on Tessera and on redis-server: the same replies, and the same bytes of nodes.

What may differ: ids that the servers choose, times and idle times, the size of a radix tree that only Redis has, and
what Redis 7.2 tells beyond the reference: how long a consumer has been inactive. Consumers always exist here before they
read, since 7.2 makes them where the reference does not.
"""

import collections
import random

import pytest
from differential import commands_to_run, new_seed, parse_raw, raw_connections, run, spoil

INTEGER_MAX = 2**63 - 1
UNSIGNED_MAX = 2**64 - 1
GROUPS = (b"group", b"other", b"")
CONSUMERS = (b"alice", b"bob", b"carol")
TIME_TOLERANCE_MS = 60000
# Far apart, so that the speed of a run decides nothing.
IDLE_SET = (b"0", b"5000000", b"500000000")
IDLE_ASKED = (b"0", b"0", b"1000000", b"50000000", b"-5")


class StreamGenerator:
    """Random stream commands over a few keys: ids of low numbers, ids that the servers choose, a few of other types."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = [b"stream:%d" % i for i in range(6)] + [b"{stream}:%d" % i for i in range(3)]
        self.auto_keys = [b"auto:%d" % i for i in range(2)]
        self.other_keys = [b"string:1", b"absent:1", b"list:1"]
        self.highest = collections.defaultdict(lambda: 1)  # milliseconds, by key
        self.due = []
        self.makers = [
            (24, self.add), (4, self.add_auto), (5, self.trim), (5, self.delete), (8, self.range), (2, self.length),
            (2, self.set_id), (6, self.read), (12, self.read_group), (6, self.acknowledge), (6, self.claim),
            (4, self.auto_claim), (6, self.pending), (5, self.group), (5, self.info), (1, self.generic),
            (1, self.other_type),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in self.makers]

    def command(self):
        if self.due:
            return self.due.pop()
        return spoil(self, self.random.choices(self.makers, self.weights)[0][1](), self.junk)

    def chance(self, probability):
        return self.random.random() < probability

    def junk(self):
        return self.random.choice((b"", b"junk", b"1", b"COUNT", b"1-1", b"MKSTREAM", b"JUSTID", b"LIMIT", b"~", b"MAXLEN"))

    def key(self):
        if self.chance(0.03):
            return self.random.choice(self.other_keys)
        return self.random.choice(self.keys)

    def any_key(self):
        return self.random.choice(self.auto_keys) if self.chance(0.1) else self.key()

    def name(self):
        return b"nogroup" if self.chance(0.03) else self.random.choice(GROUPS)

    def number(self, usual):
        if self.chance(0.05):
            return self.random.choice(
                (b"-1", b"0", b"x", b"", b"1.5", b" 1", b"01", b"%d" % INTEGER_MAX, b"%d" % -(2**63), b"%d" % 2**63)
            )  # fmt: skip
        return b"%d" % self.random.choice(usual)

    def extreme_id(self):
        most = b"%d" % UNSIGNED_MAX
        valid = (most, most + b"-" + most, b"0-" + most, b"%d-1" % INTEGER_MAX)
        return self.random.choice(valid) if self.chance(0.2) else self.odd_id()

    def odd_id(self):
        """Low, or no id at all."""
        return self.random.choice(
            (b"0-0", b"0", b"-", b"+", b"$", b">", b"x", b"", b"1-x", b"x-1", b"1-2-3", b"-1", b"1-", b"-1-1", b"1--1",
             b"%d" % (UNSIGNED_MAX + 1), b"01-02", b"+1-1", b" 1-1", b"1-1 ", b"1-1\0x", b"(1", b"((1", b"(", b"5-*",
             b"0-1", b"1" * 130, b"1.5-1", b"\xff-1", b"1 -1", b"1- 1")
        )  # fmt: skip

    def id(self, key):
        """An id that is often one of an entry: milliseconds with a few sequence numbers each."""
        if self.chance(0.04):
            return self.extreme_id()
        milliseconds = max(0, self.highest[key] - self.random.choice((0, 1, 2, 5, 20, 60, 200)))
        if self.chance(0.15):
            return b"%d" % milliseconds
        return b"%d-%d" % (milliseconds, self.random.randrange(4))

    def bound(self, key):
        if self.chance(0.3):
            return self.random.choice((b"-", b"+"))
        return (b"(" if self.chance(0.15) else b"") + self.id(key)

    def value(self):
        pick = self.random
        kind = pick.randrange(20)
        if kind < 8:
            return b"%d" % pick.randrange(-(10 ** pick.randrange(1, 19)), 10 ** pick.randrange(1, 19))
        if kind == 8:
            return pick.randbytes(pick.randrange(300))
        if kind == 9:
            return bytes(pick.choices(b"ab\r\n\0", k=pick.choice((0, 63, 64, 65, 127, 4095, 4096, 5000))))
        return b"v" * pick.randrange(12)

    def pairs(self):
        if self.chance(0.6):
            fields = [b"name", b"1"]
        else:
            fields = [self.random.choice((b"name", b"2", b"", b"longer" * 5)) for _ in range(self.random.randrange(1, 5))]
        return [word for field in fields for word in (field, self.value())]

    def trimming(self, key, approximate=True):
        pick = self.random
        sign = pick.choice(([], [b"="], [b"~"], [b"~"])) if approximate else pick.choice(([], [b"="]))
        if self.chance(0.6):
            words = [b"MAXLEN", *sign, self.number((0, 1, 5, 50, 120, 150, 300))]
        else:
            words = [b"MINID", *sign, self.id(key)]
        if self.chance(0.3):
            words += [b"LIMIT", self.number((0, 1, 10, 100, 150, 1000))]
        return words

    # ---- One method per group of commands ----

    def add(self):
        pick = self.random
        key = self.key()
        words = [b"XADD", key]
        if self.chance(0.05):
            words.append(b"NOMKSTREAM")
        if self.chance(0.08):
            words += self.trimming(key)
        if self.chance(0.05):
            entry = self.odd_id()
        else:
            far = pick.choice((1000, 1000, 2**33)) if self.chance(0.01) else 1
            milliseconds = self.highest[key] + pick.choice((0, 1, 1, 1, 2, far))
            self.highest[key] = milliseconds
            sequence = b"%d" % pick.choice((2**64 - 2, 2**63, 2**40)) if self.chance(0.02) else b"*"
            entry = b"%d-%s" % (milliseconds, pick.choice((b"0", b"1", b"2", b"3", b"*", sequence)))
        return [*words, entry, *self.pairs()]

    def add_auto(self):
        words = [b"XADD", self.random.choice(self.auto_keys)]
        if self.chance(0.2):
            words += [b"MAXLEN", b"%d" % self.random.randrange(200)]
        return [*words, b"*", *self.pairs()]

    def trim(self):
        key = self.key()
        words = [b"XTRIM", key]
        if not self.chance(0.02):
            words += self.trimming(key)
        if self.chance(0.02):
            words += self.trimming(key)
        return words

    def delete(self):
        key = self.any_key()
        return [b"XDEL", key, *(self.id(key) for _ in range(self.random.choice((1, 1, 2, 5))))]

    def range(self):
        key = self.any_key()
        name = self.random.choice((b"XRANGE", b"XREVRANGE"))
        bounds = [self.bound(key), self.bound(key)]
        if name == b"XRANGE" and self.chance(0.4):
            bounds = [b"-", b"+"]
        if name == b"XREVRANGE" and self.chance(0.4):
            bounds = [b"+", b"-"]
        return [name, key, *bounds, *([b"COUNT", self.number((0, 1, 3, 10, 1000))] if self.chance(0.6) else [])]

    def length(self):
        return [b"XLEN", self.any_key()]

    def set_id(self):
        key = self.key()
        # The reference lets it go back behind what was deleted, so it is beyond whatever may have got to this key.
        milliseconds = max([1, *self.highest.values()]) + 1
        words = [b"XSETID", key, b"%d-%d" % (milliseconds, self.random.randrange(3))]
        if self.chance(0.1):
            words[2] = self.random.choice((b"x", b"", b"-", b"+", b"*", b"1-*", b"$", b"(1"))
        else:
            self.highest[key] = milliseconds
        if self.chance(0.3):
            words += [b"ENTRIESADDED", self.number((0, 10, 500, 5000, 100000))]
        if self.chance(0.3):
            words += [b"MAXDELETEDID", b"%d-1" % max(0, milliseconds - 1 - self.random.randrange(30))]
        return words

    def read_options(self, keys):
        words = []
        if self.chance(0.7):
            words += [b"COUNT", self.number((0, 1, 3, 10, 40))]
        if self.chance(0.04):
            words += [b"BLOCK", self.random.choice((b"1", b"-1", b"x", b""))]
        if self.chance(0.01):
            words += self.random.choice(([b"NOACK"], [b"GROUP", b"group", b"alice"], [b"junk"]))
        return [*words, b"STREAMS", *keys]

    def read(self):
        keys = [self.any_key() for _ in range(self.random.choice((1, 1, 2, 3)))]
        ids = [self.random.choice((b"0", b"$", self.id(key), self.id(key))) for key in keys]
        # Redis 7.4 gave that one a meaning.
        ids = [b"$" if entry == b"+" else entry for entry in ids]
        return [b"XREAD", *self.read_options(keys), *ids]

    def read_group(self):
        keys = [self.any_key() for _ in range(self.random.choice((1, 1, 1, 2)))]
        words = [b"XREADGROUP", b"GROUP", self.name(), self.random.choice(CONSUMERS)]
        if self.chance(0.1):
            words.append(b"NOACK")
        ids = [self.random.choice((b">", b">", b">", b"0", self.id(key))) for key in keys]
        ids = [b">" if entry == b"+" else entry for entry in ids]
        return [*words, *self.read_options(keys), *ids]

    def acknowledge(self):
        key = self.any_key()
        return [b"XACK", key, self.name(), *(self.id(key) for _ in range(self.random.choice((1, 2, 5))))]

    def claim(self):
        key = self.any_key()
        ids = [self.id(key) for _ in range(self.random.choice((1, 2, 5)))]
        words = [b"XCLAIM", key, self.name(), self.random.choice(CONSUMERS), self.idle(), *ids]
        options = (
            [b"IDLE", self.random.choice(IDLE_SET)], [b"TIME", b"1600000000000"], [b"TIME", self.number((1, 5))],
            [b"RETRYCOUNT", self.number((0, 1, 7))], [b"FORCE"], [b"FORCE"], [b"JUSTID"], [b"LASTID", self.id(key)],
            [b"junk"] if self.chance(0.1) else [],
        )  # fmt: skip
        for option in self.random.sample(options, self.random.choice((0, 1, 1, 2, 3))):
            words += option
        return words

    def idle(self):
        return self.random.choice((b"x", b"")) if self.chance(0.02) else self.random.choice(IDLE_ASKED)

    def auto_claim(self):
        key = self.any_key()
        start = b"0" if self.chance(0.5) else self.bound(key)
        words = [b"XAUTOCLAIM", key, self.name(), self.random.choice(CONSUMERS), self.idle(), start]
        if self.chance(0.5):
            words += [b"COUNT", self.number((1, 3, 10, 100))]
        # The reference says that so many ids do not fit into its memory.
            if words[-1] == b"%d" % (INTEGER_MAX // 16):
                words[-1] = b"1"
        return [*words, *([b"JUSTID"] if self.chance(0.3) else [])]

    def pending(self):
        key = self.any_key()
        words = [b"XPENDING", key, self.name()]
        if self.chance(0.3):
            return words
        if self.chance(0.3):
            words += [b"IDLE", self.idle()]
        words += [self.bound(key), self.bound(key)] if self.chance(0.4) else [b"-", b"+"]
        words.append(self.number((0, 1, 5, 100)))
        if self.chance(0.3):
            words.append(b"nobody" if self.chance(0.1) else self.random.choice(CONSUMERS))
        return words

    def group(self):
        pick = self.random
        # Some without groups, whose bytes can be compared.
        key = pick.choice((*self.keys[:6], *self.auto_keys, *self.other_keys))
        name = self.name()
        start = pick.choice((b"$", b"0", b"0", self.id(key)))
        entries = [b"ENTRIESREAD", self.number((0, 5, 100, -1))] if self.chance(0.3) else []
        kind = pick.randrange(20)
        if kind < 9:
            make = [b"MKSTREAM"] if self.chance(0.5) else []
            self.due = [[b"XGROUP", b"CREATECONSUMER", key, name, consumer] for consumer in CONSUMERS]
            return [b"XGROUP", b"CREATE", key, name, start, *make, *entries]
        if kind < 14:
            return [b"XGROUP", b"SETID", key, name, start, *entries]
        if kind < 16:
            return [b"XGROUP", b"DESTROY", key, name]
        consumer = pick.choice(CONSUMERS)
        if kind < 18:
            return [b"XGROUP", b"CREATECONSUMER", key, name, consumer]
        self.due = [[b"XGROUP", b"CREATECONSUMER", key, name, consumer]]
        return [b"XGROUP", b"DELCONSUMER", key, name, consumer]

    def info(self):
        key = self.any_key()
        count = [b"COUNT", self.number((0, 1, 5))] if self.chance(0.5) else []
        return [b"XINFO"] + self.random.choice(
            ([b"STREAM", key], [b"STREAM", key, b"FULL", *count], [b"GROUPS", key], [b"CONSUMERS", key, self.name()],
             [b"STREAM", key, b"junk"])
        )  # fmt: skip

    def generic(self):
        pick = self.random
        key, other = pick.choice(self.keys), pick.choice(self.keys)
        kind = pick.randrange(12)
        if kind < 3:
            self.highest[other] = max(self.highest[key], self.highest[other])
            return [b"COPY", key, other, b"REPLACE"]
        if kind < 5:
            self.highest[other] = max(self.highest[key], self.highest[other])
            return [b"RENAME", key, other]
        if kind < 7:
            return [b"DEL", key]
        if kind == 7:
            return [b"UNLINK", pick.choice(self.auto_keys)]
        return [pick.choice((b"TYPE", b"EXISTS", b"PERSIST", b"TTL")), key] if kind < 11 else [b"OBJECT", b"ENCODING", key]

    def other_type(self):
        return self.random.choice(
            ([b"SET", b"string:1", b"x"], [b"GET", self.key()], [b"APPEND", self.key(), b""], [b"STRLEN", self.key()])
        )


# ---- Comparing ----

OURS_ALONE = (b"inactive", b"active-time")
EACH_OWN = (b"radix-tree-nodes", b"seen-time", b"idle")


def named_parts(reply, different):
    """The pairs of XINFO, whether they came as a map or as an array; without those of these names."""
    if isinstance(reply, bytes):
        return reply
    if reply and len(reply) % 2 == 0 and reply[0] in (b"length", b"name"):
        pairs = zip(reply[::2], reply[1::2], strict=True)
        return {name: named_parts(value, different) for name, value in pairs if name not in different}
    return [named_parts(part, different) for part in reply]


def is_chosen_id(text):
    """An id made of the time of day."""
    milliseconds, dash, sequence = text.partition(b"-")
    return dash == b"-" and len(milliseconds) == 13 and milliseconds.isdigit() and sequence.isdigit()


def alike(mine, other):
    """The same, apart from the ids that servers choose, and times."""
    if type(mine) is not type(other):
        return False
    if isinstance(mine, dict):
        return mine.keys() == other.keys() and all(alike(mine[name], other[name]) for name in mine)
    if not isinstance(mine, bytes):
        return len(mine) == len(other) and all(map(alike, mine, other))
    if mine == other or (is_chosen_id(mine) and is_chosen_id(other)):
        return True
    if mine[:1] == other[:1] == b":":
        return abs(int(mine[1:]) - int(other[1:])) < TIME_TOLERANCE_MS and int(mine[1:]) > 1000000000
    return False


def same_reply(words, ours, theirs):
    """Whether replies that differ as bytes say the same."""
    name = words[0].upper()
    if ours[:1] != theirs[:1]:
        return False
    # Said better since 7.2.
    if ours.startswith(b"-ERR Unbalanced") and theirs.startswith(b"-ERR Unbalanced"):
        return name.lower() in ours
    # Behind the last of a millisecond's ids the reference says what an earlier failure was about.
    if name == b"XADD" and theirs == b"-ERR Elements are too large to be stored\r\n":
        return b"equal or smaller" in ours
    mine, other = parse_raw(ours), parse_raw(theirs)
    if name == b"XPENDING" and len(words) > 3 and isinstance(mine, list) and isinstance(other, list):
        for row in (*mine, *other):
            row[2] = b"%d" % (int(row[2][1:]) // TIME_TOLERANCE_MS // 10)
        return alike(mine, other)
    if name == b"XINFO":
        # How much fits into a node depends on the ids.
        chosen = (b"radix-tree-keys",) if words[2].startswith(b"auto") else ()
        mine, other = (named_parts(reply, OURS_ALONE + EACH_OWN + chosen) for reply in (mine, other))
    return alike(mine, other)


def data_set(connection):
    """All streams by their nodes' bytes and by what XINFO tells."""
    found = {}
    for key in connection.command("KEYS", "*"):
        if connection.command("TYPE", key) != "stream":
            found[key] = None, connection.command("TYPE", key)
            continue
        groups = connection.command("XINFO", "GROUPS", key)
        nodes = connection.command("DUMP", key) if not groups and not key.startswith(b"auto") else None
        assert nodes is None or isinstance(nodes, bytes)
        # The type differs where consumers are told more about, version and checksum at the end follow.
        found[key] = nodes and nodes[1:-10], len(groups)
    return found


@pytest.mark.limit(600)
@pytest.mark.parametrize("protocol, shards", [(2, 2), (3, 1)])
def test_random_commands(start_tessera, start_redis, protocol, shards):
    servers = start_tessera(shards=shards, rdbcompression="no"), start_redis(rdbcompression="no")
    connections = raw_connections(servers, protocol)
    generator = StreamGenerator(f"{new_seed()}/{protocol}/{shards}")

    def compare():
        ours, theirs = (data_set(server.raw(limit=60)) for server in servers)
        assert ours == theirs
        compared.append(sum(nodes is not None for nodes, *_ in ours.values()))

    compared = []
    run(connections, generator, commands_to_run(100000) // 2, same_reply, compare)
    assert any(compared)
