"""The journal tells what happened: replayed elsewhere, it makes the same data.

Random commands of all kinds run on a node of one or two shards. Its journal is replayed into a fresh node with another
number of shards, and, where Redis 7.0 knows all commands, into redis-server as its append-only log.
"""

import collections
import random

import pytest
from differential import commands_to_run, new_seed, read_raw
from journal import Journal, data_set, differences, write_log
from servers import encode_command, wait_until
from test_differential_all import KEYS, MixedGenerator
from test_differential_bits import BULK_MAX
from test_differential_field_expiry import FieldExpiryGenerator
from test_differential_hashes import HashGenerator
from test_differential_lists import ListGenerator
from test_differential_scripts import ScriptGenerator
from test_differential_sets import SetGenerator
from test_differential_sort import SortGenerator
from test_differential_streams import StreamGenerator
from test_differential_strings import Generator as StringGenerator
from test_differential_transactions import TransactionGenerator
from test_differential_zsets import SortedSetGenerator

# They take the connection along, or would keep it waiting.
LEFT_OUT = {
    b"SHUTDOWN", b"MONITOR", b"RESET", b"BLPOP", b"BRPOP", b"BLMOVE", b"BRPOPLPUSH", b"BZPOPMIN", b"BZPOPMAX", b"BLMPOP",
    b"BZMPOP", b"CONFIG", b"DEBUG", b"CLIENT", b"HELLO",
}  # fmt: skip
WAITERS = 4
BATCH = 100


class PopGenerator:
    """What is chosen by chance, what takes from the first of several keys, and effects of scripts."""

    SCRIPTS = (
        b"redis.call('SET', KEYS[1], ARGV[1]) redis.call('APPEND', KEYS[2], ARGV[1]) return redis.call('INCR', KEYS[3])",
        b"redis.call('DEL', KEYS[1], KEYS[2]) redis.call('RPUSH', KEYS[1], 1, 2, 3) return redis.call('LMOVE', KEYS[1], KEYS[2], 'LEFT', 'LEFT')",
        b"redis.call('SADD', KEYS[1], 1, 2, 3, ARGV[1]) redis.call('SPOP', KEYS[1]) return redis.call('SPOP', KEYS[2], 2)",
        b"redis.call('SELECT', 1) redis.call('SET', KEYS[1], 'other') redis.call('SELECT', 0) redis.call('SET', KEYS[2], 'this')",
        b"for i = 1, 20 do redis.call('HSET', KEYS[1], i, ARGV[1]) end return redis.pcall('NOSUCH')",
        b"redis.call('SET', KEYS[1], 'v', 'PX', 10000000) redis.call('BLPOP', KEYS[2], 0) error('no')",
        b"redis.call('XADD', KEYS[1], '*', 'f', ARGV[1]) return redis.call('EXPIRE', KEYS[2], 100000)",
    )

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = KEYS
        self.dumps = []

    def key(self):
        return self.random.choice(self.keys)

    def some_keys(self):
        return [self.key() for _ in range(self.random.randrange(1, 4))]

    def members(self):
        return [b"%d" % self.random.randrange(40) for _ in range(self.random.randrange(1, 12))]

    def command(self):
        keys = self.some_keys()
        count = b"%d" % self.random.choice((0, 1, 2, 5, 100))
        several = [b"%d" % len(keys), *keys]
        return self.random.choice((
            lambda: [b"SADD", self.key(), *self.members()], lambda: [b"SPOP", self.key()],
            lambda: [b"SPOP", self.key(), count], lambda: [b"RPUSH", self.key(), *self.members()],
            lambda: [b"ZADD", self.key(), *(word for m in self.members() for word in (m, b"m" + m))],
            lambda: [b"LMPOP", *several, self.random.choice((b"LEFT", b"RIGHT")), b"COUNT", b"3"],
            lambda: [b"ZMPOP", *several, self.random.choice((b"MIN", b"MAX")), b"COUNT", b"2"],
            lambda: [b"ZPOPMAX", self.key(), count], lambda: [b"LMOVE", self.key(), self.key(), b"LEFT", b"RIGHT"],
            lambda: [b"RPOPLPUSH", self.key(), self.key()], lambda: [b"SMOVE", self.key(), self.key(), b"7"],
            lambda: [b"EVAL", self.random.choice(self.SCRIPTS), b"3", self.key(), self.key(), self.key(), count],
            lambda: [b"SET", self.key(), b"v", b"PX", b"%d" % self.random.randrange(1, 30)],
            lambda: [b"PEXPIRE", self.key(), b"%d" % self.random.randrange(1, 30)],
            lambda: [b"PFCOUNT", self.key()], lambda: [b"GETEX", self.key(), b"EX", b"100000"],
            lambda: [b"RENAME", self.key(), self.key()], lambda: [b"COPY", self.key(), self.key(), b"REPLACE"],
            lambda: [b"SUNIONSTORE", *keys, self.key()], lambda: [b"ZRANGESTORE", self.key(), self.key(), b"0", b"3"],
            lambda: [b"SORT", self.key(), b"BY", b"nosort", b"STORE", self.key()],
            lambda: [b"SORT", self.key(), b"ALPHA", b"GET", b"key:*", b"STORE", self.key()],
            lambda: [b"MSET", *(word for key in keys for word in (key, count))],
        ))()  # fmt: skip

    def blocking(self):
        """For a connection that can wait."""
        keys = self.some_keys()
        limit = b"%.3f" % self.random.choice((0.001, 0.01, 0.05))
        return self.random.choice((
            [self.random.choice((b"BLPOP", b"BRPOP", b"BZPOPMIN", b"BZPOPMAX")), *keys, limit],
            [b"BLMOVE", keys[0], self.key(), b"RIGHT", b"LEFT", limit], [b"BRPOPLPUSH", keys[0], self.key(), limit],
            [b"BLMPOP", limit, b"%d" % len(keys), *keys, b"RIGHT", b"COUNT", b"2"],
            [b"BZMPOP", limit, b"%d" % len(keys), *keys, b"MAX"],
        ))  # fmt: skip


class OwnGenerator:
    """Commands that Redis 7.0 does not have."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def key(self):
        return self.random.choice(KEYS)

    def field(self):
        return b"f:%d" % self.random.randrange(12)

    def time(self):
        return self.random.choice(([b"PX", b"%d" % self.random.randrange(1, 30)], [b"EX", b"100000"], [b"KEEPTTL"], []))

    def command(self):
        key, pick = self.key(), self.random
        bloom = b"bloom:%d" % pick.randrange(4)
        fields = [self.field() for _ in range(pick.randrange(1, 4))]
        named = [b"FIELDS", b"%d" % len(fields), *fields]
        pairs = [b"FIELDS", b"%d" % len(fields), *(word for field in fields for word in (field, b"%d" % pick.randrange(9)))]
        items = [b"%d" % pick.randrange(1000) for _ in range(pick.randrange(1, 5))]
        return pick.choice((
            lambda: [b"HSET", key, *pairs[2:]], lambda: [b"HSETEX", key, *self.time(), *pairs],
            lambda: [b"HPEXPIRE", key, b"%d" % pick.choice((0, 5, 20, 10**8)), pick.choice((b"NX", b"XX", b"GT", b"LT")), *named],
            lambda: [b"HPEXPIRE", key, b"%d" % pick.choice((0, 5, 20, 10**8)), *named],
            lambda: [b"HGETEX", key, pick.choice((b"PERSIST", b"PX")), *([b"10"] if pick.random() < 0.5 else []), *named],
            lambda: [b"HPERSIST", key, *named], lambda: [b"HGETDEL", key, *named], lambda: [b"HDEL", key, *fields],
            lambda: [b"HINCRBY", key, self.field(), b"3"], lambda: [b"HINCRBYFLOAT", key, self.field(), b"0.5"],
            lambda: [b"HSETNX", key, self.field(), b"nx"], lambda: [b"RENAME", key, self.key()],
            lambda: [b"COPY", key, self.key(), b"REPLACE"], lambda: [b"MSETEX", b"2", key, b"1", self.key(), b"2", *self.time()],
            lambda: [b"SET", key, b"v"], lambda: [b"SET", key, b"w", b"IFEQ", b"v"], lambda: [b"DELIFEQ", key, b"w"],
            lambda: [b"BF.ADD", bloom, *items[:1]], lambda: [b"BF.MADD", bloom, *items],
            lambda: [b"BF.INSERT", bloom, b"CAPACITY", b"10", b"EXPANSION", b"3", b"ITEMS", *items],
            lambda: [b"BF.RESERVE", bloom, b"0.001", b"20", *pick.choice(([], [b"NONSCALING"]))], lambda: [b"DEL", bloom],
            lambda: [b"SORT", key, b"BY", b"nosort", b"GET", b"key:*->f:1", b"STORE", self.key()],
            lambda: [b"FUNCTION", b"LOAD", b"REPLACE", b"#!lua name=lib%d\nredis.register_function('f%d', function(k) "
                     b"return redis.call('INCR', k[1]) end)" % (pick.randrange(3), pick.randrange(3))],
            lambda: [b"FUNCTION", b"DELETE", b"lib%d" % pick.randrange(3)],
            lambda: [b"FCALL", b"f%d" % pick.randrange(3), b"1", key],
        ))()  # fmt: skip


class Everything:
    """All generators in turns; a transaction of one is not mixed with others."""

    def __init__(self, seed, own):
        self.random = random.Random(seed)
        self.pops = PopGenerator(f"{seed}/pops")
        self.generators = [
            self.pops, MixedGenerator(f"{seed}/mixed"), MixedGenerator(f"{seed}/mixed more"), SortGenerator(f"{seed}/sort"),
            StringGenerator(f"{seed}/strings"), TransactionGenerator(f"{seed}/transactions"), ScriptGenerator(f"{seed}/scripts"),
        ]  # fmt: skip
        # With keys of their own, where less goes wrong.
        self.generators += [
            StreamGenerator(f"{seed}/streams"), StreamGenerator(f"{seed}/more streams"), ListGenerator(f"{seed}/lists"),
            HashGenerator(f"{seed}/hashes"), SetGenerator(f"{seed}/sets"), SortedSetGenerator(f"{seed}/sorted sets"),
        ]  # fmt: skip
        if own:
            self.generators += [OwnGenerator(f"{seed}/own")] * 2 + [FieldExpiryGenerator(f"{seed}/fields")]

    def command(self):
        while True:
            words = self.random.choice(self.generators).command()
            if words[0].upper().startswith(b"FLUSH") and self.random.random() < 0.9:
                continue
            if words[0].upper() not in LEFT_OUT and not any(word.upper() == b"BLOCK" for word in words):
                return words


class Waiters:
    """Connections whose commands wait for what the others bring."""

    def __init__(self, server, generator):
        self.generator = generator
        self.connections = [server.raw(limit=60) for _ in range(WAITERS)]
        self.busy = False

    def step(self):
        if self.busy:
            self.finish()
        for connection in self.connections:
            connection.send_command(*self.generator.blocking())
        self.busy = True

    def finish(self):
        for connection in self.connections:
            read_raw(connection)
        self.busy = False


def run_random_commands(server, generator, commands):
    connection = server.raw(limit=60)
    connection.command("CONFIG", "SET", "proto-max-bulk-len", BULK_MAX)
    waiters = Waiters(server, generator.pops)
    for _ in range(commands // BATCH):
        waiters.step()
        batch = [generator.command() for _ in range(BATCH)]
        connection.send(b"".join(encode_command(*words) for words in batch))
        for _ in batch:
            read_raw(connection)
    waiters.finish()
    for words in (["EXEC"], ["SELECT", 0]):
        connection.command(*words)


def nothing_is_about_to_expire(server):
    """Short times are over, and others are long."""

    def is_over():
        connection = server.raw(limit=60)
        for database in range(16):
            connection.command("SELECT", database)
            for key in connection.command("KEYS", "*"):
                if 0 <= connection.command("PTTL", key) < 60000:
                    return False
                if connection.command("TYPE", key) == "hash":
                    names = connection.command("HKEYS", key)
                    if any(0 <= t < 60000 for t in (connection.command("HPTTL", key, "FIELDS", len(names), *names) if names else [])):
                        return False
        return True

    wait_until(is_over, 30)


def check_equal(ours, theirs, journal):
    found = differences(ours, theirs)
    if not found:
        return
    place, (mine, other) = list(found.items())[-1]
    lines = [str([word[:60] for word in words][:30]) for words in journal.commands() if place[1] in words or words[0].startswith(b"FLUSH")]
    text = "\n".join([f"{len(found)} keys differ: {list(found)}", str(place), str(mine)[:2000], str(other)[:2000], *lines[-40:]])
    pytest.fail(text, pytrace=False)


@pytest.mark.limit(300)
@pytest.mark.parametrize("shards, own", [(1, False), (2, False), (2, True), (1, True)])
def test_random_commands(start_tessera, start_redis, tmp_path, shards, own):
    server = start_tessera(shards=shards, enable_debug_command="yes", rdb_version=10)
    journal = Journal(server)
    generator = Everything(f"{new_seed()}/{shards}/{own}", own)
    run_random_commands(server, generator, commands_to_run(16000) // 4)
    nothing_is_about_to_expire(server)
    journal.take()
    journal.check()
    expected = data_set(server)
    log = journal.log()
    for directory in ("tessera", "redis"):
        write_log(tmp_path / directory, log)
    if not own:
        redis = start_redis(appendonly="yes", dir=tmp_path / "redis")
        theirs = data_set(redis, field_times=False)
        check_equal(data_set(server, field_times=False), theirs, journal)
    print(len(expected), "keys", collections.Counter(words[0].upper() for words in journal.commands()).most_common())
    again = start_tessera(shards=3 - shards, appendonly="yes", dir=tmp_path / "tessera", rdb_version=10)
    check_equal(expected, data_set(again), journal)
