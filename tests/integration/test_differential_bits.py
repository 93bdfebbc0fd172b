"""The same random bit and HyperLogLog commands on Tessera and on redis-server: the same replies and bytes."""

import random
import re

import pytest
from differential import commands_to_run, new_seed, run_on_servers, spoil

INTEGER_MAX = 2**63 - 1
INTEGER_MIN = -(2**63)
# The least that a server takes: offsets may be tried up to the limit without much memory.
BULK_MAX = 1 << 20
HEADER = b"HYLL\1\0\0\0" + b"\0" * 7 + b"\x80"
DENSE_BYTES = 12288


class BitGenerator:
    """Random commands on bits: most of them valid, many of them not, a few keys of other types."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = [b"bits:%d" % i for i in range(10)] + [b"{tag}:%d" % i for i in range(4)] + [b"", b"a\0b"]
        self.queued = []
        self.makers = [
            (10, self.setbit), (6, self.getbit), (8, self.bitcount), (8, self.bitpos), (8, self.bitop),
            (14, self.bitfield), (4, self.bitfield_ro), (6, self.string), (2, self.generic), (1, self.other_type),
        ]  # fmt: skip

    def command(self):
        if self.queued:
            return self.queued.pop(0)
        words = self.random.choices(self.makers, [weight for weight, _ in self.makers])[0][1]()
        return spoil(self, words, self.extreme)

    def key(self):
        return self.random.choice(self.keys)

    def extreme(self):
        number = self.random.choice(
            (0, -1, INTEGER_MAX, INTEGER_MIN, INTEGER_MAX + 1, INTEGER_MIN - 1, 2**31, 2**32 - 1, 2**32, 2**64,
             8 * BULK_MAX - 1, 8 * BULK_MAX, -(2**31))
        )  # fmt: skip
        text = self.random.choice((b"00", b"-0", b"+1", b" 1", b"1 ", b"", b"1.5", b"abc", b"-", b"1\0", b"#1", b"##1"))
        return b"%d" % number if self.random.random() < 0.6 else text

    def integer(self, low, high):
        return self.extreme() if self.random.random() < 0.06 else b"%d" % self.random.randrange(low, high)

    def offset(self):
        # Rarely far away: those strings stay long.
        chance = self.random.random()
        if chance < 0.002:
            return b"%d" % (8 * BULK_MAX - self.random.randrange(1, 80))
        return self.integer(0, 64 if chance < 0.5 else 3000)

    def value(self):
        pick = self.random
        kind = pick.randrange(6)
        length = pick.choice((0, 1, 2, 7, 8, 9, 31, 32, 33, 63, 100, 500, 5000))
        if kind == 0:
            return b"%d" % pick.randrange(-(10**6), 10**12)
        if kind == 1:
            return bytes([pick.choice((0, 255))]) * length
        if kind == 2:
            runs = (bytes([pick.choice((0, 255, 1, 128))]) * pick.randrange(1, 60) for _ in range(pick.randrange(8)))
            return b"".join(runs)
        return pick.randbytes(length)

    def string(self):
        return self.random.choice(
            ([b"SET", self.key(), self.value()], [b"SET", self.key(), self.value()],
             [b"APPEND", self.key(), self.value()[:100]],
             [b"SETRANGE", self.key(), b"%d" % self.random.randrange(100), self.value()[:50]])
        )  # fmt: skip

    def setbit(self):
        return [b"SETBIT", self.key(), self.offset(), self.random.choice((b"0", b"1", b"1", b"1", b"2", b"-1", b"x"))]

    def getbit(self):
        return [b"GETBIT", self.key(), self.offset()]

    def range(self):
        """None, a start, two ends, or two ends and what they count."""
        high = self.random.choice((5, 50, 600))
        words = [self.integer(-high, high), self.integer(-high, high)]
        unit = self.random.choice((b"BIT", b"BYTE", b"bit", b"BYTES", b""))
        return self.random.choices(
            ([], words[:1], words, [*words, unit], [*words, self.random.choice((b"BIT", b"BYTE"))]), (2, 1, 3, 1, 6)
        )[0]

    def bitcount(self):
        return [b"BITCOUNT", self.key(), *self.range()]

    def bitpos(self):
        bit = self.random.choice((b"0", b"1", b"0", b"1", b"0", b"1", self.extreme()))
        return [b"BITPOS", self.key(), bit, *self.range()]

    def bitop(self):
        name = self.random.choice((b"AND", b"OR", b"XOR", b"NOT", b"and", b"Xor", b"NAND"))
        count = 1 if name == b"NOT" and self.random.random() < 0.9 else self.random.randrange(1, 8)
        return [b"BITOP", name, self.key(), *(self.key() for _ in range(count))]

    def field(self):
        pick = self.random
        kind = pick.choice((b"i", b"u"))
        width = pick.choice((1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 31, 32, 33, 48, 62, 63, 64))
        if pick.random() < 0.04:
            return pick.choice((b"u65", b"i65", b"u0", b"i", b"", b"x8", b"I8", b"u-1", b"i08", b"u8 "))
        return kind + b"%d" % width

    def field_offset(self):
        chance = self.random.random()
        if chance < 0.3:
            return b"#%d" % self.random.randrange(40)
        if chance < 0.32:
            return self.random.choice((b"#", b"#-1", b"#%d" % INTEGER_MAX, b"#%d" % BULK_MAX, b"#x"))
        return self.offset()

    def operand(self):
        pick = self.random
        bits = pick.randrange(64)
        number = pick.choice((pick.randrange(-300, 300), 2**bits, -(2**bits), 2**bits - 1, pick.randrange(2**62)))
        return self.extreme() if pick.random() < 0.03 else b"%d" % number

    def step(self, reads_only):
        pick = self.random
        kind = 0 if reads_only and pick.random() < 0.9 else pick.randrange(4)
        if kind == 0:
            return [b"GET", self.field(), self.field_offset()]
        if kind == 1:
            return [b"OVERFLOW", pick.choice((b"WRAP", b"SAT", b"FAIL", b"sat", b"NONE"))]
        name = pick.choice((b"SET", b"INCRBY", b"incrby"))
        operand = self.operand()
        # Redis takes the lowest numbers for too high ones: its difference to the field's highest overflows.
        if name == b"SET" and re.fullmatch(rb"-\d{19}", operand):
            operand = b"%d" % -(2**62)
        return [name, self.field(), self.field_offset(), operand]

    def bitfield(self):
        steps = (self.step(False) for _ in range(self.random.choice((0, 1, 1, 2, 3, 8))))
        return [b"BITFIELD", self.key(), *(word for step in steps for word in step)]

    def bitfield_ro(self):
        steps = (self.step(True) for _ in range(self.random.choice((0, 1, 2, 4))))
        return [b"BITFIELD_RO", self.key(), *(word for step in steps for word in step)]

    def generic(self):
        name = self.random.choice((b"DEL", b"GET", b"GET", b"STRLEN", b"OBJECT", b"PERSIST", b"EXPIRE", b"COPY"))
        words = {b"OBJECT": [name, b"ENCODING", self.key()], b"EXPIRE": [name, self.key(), b"1000"]}
        return [name, self.key(), self.key()] if name == b"COPY" else words.get(name, [name, self.key()])

    def other_type(self):
        key = self.key()
        self.queued = [self.random.choice((self.bitcount, self.bitop, self.bitfield))() for _ in range(3)]
        self.queued.append([b"DEL", key])
        return self.random.choice(([b"RPUSH", key, b"a"], [b"SADD", key, b"a"]))


class HyperLogLogGenerator(BitGenerator):
    """Random HyperLogLog commands, on whole values and on damaged ones; the bytes are looked at often."""

    def __init__(self, seed):
        super().__init__(seed)
        self.keys = [b"hll:%d" % i for i in range(8)] + [b"{tag}:%d" % i for i in range(3)] + [b""]
        self.makers = [
            (30, self.pfadd), (8, self.pfcount), (4, self.pfmerge), (4, self.pfdebug), (10, self.get),
            (2, self.damage), (1, self.made), (2, self.generic), (1, self.other_type), (1, self.string),
        ]  # fmt: skip

    def elements(self):
        pick = self.random
        space = pick.choice((4, 60, 1000, 30000, 10**9))
        count = pick.choice((0, 1, 1, 1, 2, 3, 10, 200))
        return [b"%d" % pick.randrange(space) if pick.random() < 0.9 else pick.randbytes(9) for _ in range(count)]

    def pfadd(self):
        return [b"PFADD", self.key(), *self.elements()]

    def pfcount(self):
        return [b"PFCOUNT", *(self.key() for _ in range(self.random.choice((1, 1, 1, 2, 4))))]

    def pfmerge(self):
        return [b"PFMERGE", *(self.key() for _ in range(self.random.choice((1, 2, 2, 3, 5))))]

    def pfdebug(self):
        names = (b"ENCODING", b"ENCODING", b"DECODE", b"DECODE", b"TODENSE", b"GETREG", b"NOSUCH")
        return [b"PFDEBUG", self.random.choice(names), self.key()]

    def get(self):
        return [b"GET", self.key()]

    def runs(self):
        """Runs of registers that are about as many as there should be."""
        pick = self.random
        bytes_, registers = bytearray(), 0
        wanted = pick.choice((16384, 16384, 16384, 16383, 16385, 100, 40000))
        while registers < wanted:
            kind = pick.randrange(3)
            left = wanted - registers
            if kind == 0:
                length = min(left, pick.randrange(1, 65))
                bytes_.append(length - 1)
            elif kind == 1:
                length = min(left, pick.choice((pick.randrange(1, 16385), pick.randrange(1, 400))))
                bytes_ += bytes([0x40 | (length - 1) >> 8, (length - 1) & 255])
            else:
                length = min(left, pick.randrange(1, 5))
                bytes_.append(0x80 | pick.randrange(32) << 2 | length - 1)
            registers += length
        return bytes(bytes_)

    def made(self):
        """A value that no PFADD has made, whole or nearly."""
        pick = self.random
        header = bytearray(HEADER)
        if pick.random() < 0.3:
            header[8:16] = pick.randbytes(8)
        body = self.runs()
        if pick.random() < 0.2:
            header[4] = 0
            body = pick.choice((pick.randbytes(DENSE_BYTES), b"\xff" * DENSE_BYTES, b"\0" * (DENSE_BYTES - 1)))
        if pick.random() < 0.1:
            header[pick.randrange(5)] = pick.randrange(256)
        return [b"SET", self.key(), bytes(header) + body]

    def string(self):
        """No HyperLogLog, or one with runs too many; but no half of a run at the end, behind which Redis reads on."""
        runs = bytes(self.random.choice((0, 7, 63, 0x80, 0x8F, 0xFF)) for _ in range(self.random.randrange(5)))
        return self.random.choice(([b"SET", self.key(), self.value()[:20]], [b"APPEND", self.key(), runs]))

    def damage(self):
        """Bytes of the header, which servers look at alike; runs are damaged by `made`."""
        return [b"SETRANGE", self.key(), b"%d" % self.random.randrange(5, 16), self.random.randbytes(1)]

    def other_type(self):
        key = self.key()
        self.queued = [[b"PFADD", key, b"a"], self.pfcount(), self.pfmerge(), [b"PFDEBUG", b"DECODE", key], [b"DEL", key]]
        return [b"RPUSH", key, b"a"]


def same_reply(words, ours, theirs):
    name = words[0].upper()
    # Redis 7.2 and later look at the range before they look at the key; Valkey 8 lets the end be left out.
    if name in (b"BITCOUNT", b"BITPOS"):
        return ours.startswith((b"-ERR syntax", b"-ERR value is not")) or (
            len(words) == 3 and theirs.startswith(b"-ERR syntax")
        )
    # Redis makes a short string "raw" before it looks whether there is anything to change.
    return name == b"OBJECT" and ours == b"$6\r\nembstr\r\n" and theirs == b"$3\r\nraw\r\n"


def data_set(connection):
    found = {}
    for key in connection.command("KEYS", "*"):
        kind = connection.command("TYPE", key)
        found[key] = kind, connection.command("GET", key) if kind == "string" else None
    return found


@pytest.mark.limit(300)
@pytest.mark.parametrize("protocol, shards", [(2, 2), (3, 1)])
def test_random_bit_commands(start_tessera, start_redis, protocol, shards):
    generator = BitGenerator(f"{new_seed()}/{protocol}/{shards}")
    servers = start_tessera(shards=shards), start_redis()
    commands = commands_to_run(80000) // 4
    run_on_servers(servers, protocol, generator, commands, same_reply, data_set, proto_max_bulk_len=BULK_MAX)


@pytest.mark.limit(300)
@pytest.mark.parametrize("protocol, shards, sparse_max", [(2, 2, 3000), (3, 1, 200), (2, 1, 20000)])
def test_random_hyperloglog_commands(start_tessera, start_redis, protocol, shards, sparse_max):
    generator = HyperLogLogGenerator(f"{new_seed()}/{protocol}/{shards}/{sparse_max}")
    servers = start_tessera(shards=shards), start_redis()
    commands = commands_to_run(80000) // 6
    run_on_servers(servers, protocol, generator, commands, same_reply, data_set, hll_sparse_max_bytes=sparse_max)
