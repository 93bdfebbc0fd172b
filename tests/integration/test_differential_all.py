"""The same random commands of all types on Tessera and on redis-server, on keys that they share.

Every generator meets the others' values: wrong types, keys that change their type, copies and renamed ones.
"""

import collections
import random

import pytest
from differential import commands_to_run, new_seed, parse_raw, run_on_servers
from test_differential_bits import BULK_MAX, BitGenerator, HyperLogLogGenerator
from test_differential_bits import same_reply as same_bit_reply
from test_differential_geo import GeoGenerator, same_geo_reply
from test_differential_hashes import HashGenerator
from test_differential_hashes import same_reply as same_hash_reply
from test_differential_lists import ListGenerator
from test_differential_lists import same_reply as same_list_reply
from test_differential_sets import SetGenerator
from test_differential_sets import same_reply as same_set_reply
from test_differential_streams import StreamGenerator
from test_differential_streams import same_reply as same_stream_reply
from test_differential_zsets import SortedSetGenerator
from test_differential_zsets import same_reply as same_sorted_set_reply

KEYS = [b"key:%d" % i for i in range(30)] + [b"{shared}:%d" % i for i in range(8)]
UNSHARED = (b"SPOP",)  # what they take out is up to each server
# Redis 7.2 has listpacks where 7.0 has none; the SORT of 7.0 turns a sorted set into a skip list for good.
ENCODINGS = (
    (b"listpack", b"quicklist"), (b"listpack", b"hashtable"), (b"listpack", b"skiplist"), (b"embstr", b"raw"),
)  # fmt: skip


class Words(list):
    """A command that knows how its replies are compared."""

    def __init__(self, words, same):
        super().__init__(words)
        self.same = same


class GenericGenerator:
    """Commands for keys of any type."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = KEYS

    def key(self):
        return self.random.choice(self.keys)

    def command(self):
        return self.random.choices((self.on_key, self.on_two, self.expire, self.sort), (6, 3, 2, 3))[0]()

    def on_key(self):
        name = self.random.choice((b"TYPE", b"EXISTS", b"DEL", b"UNLINK", b"TOUCH", b"ENCODING", b"PERSIST"))
        return [*([b"OBJECT"] if name == b"ENCODING" else []), name, self.key()]

    def on_two(self):
        name = self.random.choice((b"RENAME", b"RENAMENX", b"COPY", b"COPY"))
        return [name, self.key(), self.key(), *([b"REPLACE"] if self.random.random() < 0.2 else [])]

    def expire(self):
        return [b"EXPIRE", self.key(), b"%d" % self.random.randrange(10000, 1000000)]

    def sort(self):
        words = [self.random.choice((b"SORT", b"SORT_RO")), self.key()]
        options = (
            [b"ALPHA"], [b"DESC"], [b"ASC"], [b"BY", b"key:*"], [b"BY", b"nosort"], [b"GET", b"#"],
            [b"GET", b"key:*"], [b"GET", b"key:*->field:1"], [b"LIMIT", b"1", b"5"], [b"LIMIT", b"-1", b"0"],
            [b"junk"],
        )  # fmt: skip
        for option in self.random.sample(options, self.random.randrange(4)):
            words += option
        return words


def same_generic_reply(words, ours, theirs):
    name = words[0].upper()
    mine, other = parse_raw(ours), parse_raw(theirs)
    # Redis 7.0 takes an overflow that an earlier command met for one of its own.
    if name.startswith(b"SORT") and other == b"-ERR One or more scores can't be converted into double":
        return True
    if name.startswith(b"SORT") and isinstance(mine, list) and isinstance(other, list):
        # Sets have an order of their own, and so have elements that are as heavy as each other, and words in which Redis
        # looks no further than a zero byte.
        cut = b"ALPHA" in words and (b"GET" in words or any(b"\0" in word for word in mine + other))
        return (b"BY" in words or cut) and (b"LIMIT" in words or sorted(mine) == sorted(other))
    return False


class MixedGenerator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.generators = [
            (GenericGenerator(f"{seed}/generic"), same_generic_reply),
            (BitGenerator(f"{seed}/bits"), same_bit_reply),
            (HyperLogLogGenerator(f"{seed}/logs"), same_bit_reply),
            (GeoGenerator(f"{seed}/geo"), same_geo_reply),
            (HashGenerator(f"{seed}/hashes"), same_hash_reply),
            (ListGenerator(f"{seed}/lists"), same_list_reply),
            (SetGenerator(f"{seed}/sets"), same_set_reply),
            (StreamGenerator(f"{seed}/streams"), same_stream_reply),
            (SortedSetGenerator(f"{seed}/sorted sets"), same_sorted_set_reply),
        ]
        for generator, _ in self.generators:
            # Some keep their keys to themselves: what others write breaks a HyperLogLog, and how far that goes unnoticed is
            # up to each server; members that were not made as places are as far away as others, and have no order then.
            if isinstance(generator, HyperLogLogGenerator):
                generator.keys = [b"log:%d" % i for i in range(8)]
            elif not isinstance(generator, (BitGenerator, GeoGenerator)):
                generator.keys = KEYS
            # The stream generator's ids grow by key.
            if isinstance(generator, StreamGenerator):
                generator.highest = collections.defaultdict(lambda: 1)
        self.inside = None  # the generator that is in a transaction

    def command(self):
        while True:
            generator, same = self.inside or self.random.choice(self.generators)
            words = generator.command()
            name = words[0].upper()
            if name in UNSHARED:
                continue
            if name == b"MULTI":
                self.inside = generator, same
            elif name in (b"EXEC", b"DISCARD"):
                self.inside = None
            return Words(words, same)


def same_reply(words, ours, theirs):
    if words[0].upper() == b"OBJECT" and (parse_raw(ours), parse_raw(theirs)) in ENCODINGS:
        return True
    return words.same(words, ours, theirs)


READERS = {
    "string": (lambda key: ("GET", key), lambda value: value),
    "list": (lambda key: ("LRANGE", key, 0, -1), lambda value: value),
    "set": (lambda key: ("SMEMBERS", key), sorted),
    "hash": (lambda key: ("HGETALL", key), lambda flat: sorted(zip(flat[::2], flat[1::2]))),
    "zset": (lambda key: ("ZRANGE", key, 0, -1), lambda value: value),
    "stream": (lambda key: ("XRANGE", key, "-", "+"), lambda value: value),
}


def data_set(connection):
    found = {}
    for key in connection.command("KEYS", "*"):
        kind = connection.command("TYPE", key)
        words, normal = READERS[kind]
        found[key] = kind, normal(connection.command(*words(key))), connection.command("PTTL", key) > 0
    return found


def without_random_ids(connection):
    """The data set; streams, whose ids the servers chose, are compared by their length."""
    return {
        key: (kind, len(value) if kind == "stream" else value, expires)
        for key, (kind, value, expires) in data_set(connection).items()
    }


@pytest.mark.limit(600)
@pytest.mark.parametrize("protocol, shards", [(2, 2), (3, 1)])
def test_random_commands(start_tessera, start_redis, protocol, shards):
    servers = start_tessera(shards=shards), start_redis()
    generator = MixedGenerator(f"{new_seed()}/{protocol}/{shards}")
    commands = commands_to_run(100000) // 2
    run_on_servers(servers, protocol, generator, commands, same_reply, without_random_ids, proto_max_bulk_len=BULK_MAX)
