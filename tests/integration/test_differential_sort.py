"""The same random SORT commands on Tessera and on redis-server: the same replies, the same lists stored."""

import random

import pytest
from differential import commands_to_run, new_seed, parse_raw, run_on_servers


class SortGenerator:
    """Lists, sets and sorted sets of numbers and of words; strings and hashes to sort them by."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.sources = [b"%s:%d" % (kind, i) for kind in (b"list", b"words", b"set", b"zset", b"stored") for i in range(3)]

    def command(self):
        makers = (self.sort, self.fill, self.weigh, self.look)
        return self.random.choices(makers, (8, 3, 2, 2))[0]()

    def number(self):
        return self.random.choice((b"%d", b"%d", b"%d.5", b" %d", b"-%d", b"%de1")) % self.random.randrange(60)

    def fill(self):
        name = self.random.choice((b"list", b"words", b"set", b"zset"))
        key = b"%s:%d" % (name, self.random.randrange(3))
        if name == b"words":
            return [b"RPUSH", key, bytes(self.random.choices(b"abcd", k=self.random.randrange(4)))]
        if name == b"zset":
            return [b"ZADD", key, b"%d" % self.random.randrange(9), self.number()]
        if self.random.random() < 0.03:
            return [b"DEL", key]
        return [b"RPUSH" if name == b"list" else b"SADD", key, *(self.number() for _ in range(3))]

    def weigh(self):
        key = b"_%d" % self.random.randrange(60)
        value = self.random.choice((self.number(), self.number(), self.number(), b"text", b""))
        if self.random.random() < 0.5:
            return [b"SET", b"weight" + key, value]
        return [b"HSET", b"hash" + key, b"field", value, b"other", b"x" * self.random.randrange(3)]

    def sort(self):
        words = [self.random.choice((b"SORT", b"SORT", b"SORT", b"SORT_RO")), self.random.choice(self.sources)]
        options = (
            [b"BY", b"weight_*"], [b"BY", b"hash_*->field"], [b"BY", b"nosort"], [b"ALPHA"], [b"DESC"], [b"ASC"],
            [b"LIMIT", b"2", b"7"], [b"LIMIT", b"-1", b"3"], [b"LIMIT", b"5", b"-1"], [b"LIMIT", b"100", b"5"],
            [b"LIMIT", b"x", b"1"], [b"GET", b"#"], [b"GET", b"weight_*"], [b"GET", b"hash_*->other"],
            [b"GET", b"nothing"], [b"STORE", b"stored:%d" % self.random.randrange(3)], [b"junk"], [b"GET"],
        )  # fmt: skip
        for option in self.random.sample(options, self.random.randrange(5)):
            words += option
        # Which of two equal weights comes first is up to each server, unless they are numbers.
        if b"ALPHA" in words and any(word.startswith((b"weight", b"hash")) for word in words):
            words.remove(b"ALPHA")
        return words

    def look(self):
        key = b"stored:%d" % self.random.randrange(3)
        return self.random.choice(([b"LRANGE", key, b"0", b"-1"], [b"TYPE", key]))


def same_reply(words, ours, theirs):
    """Sets that are not sorted keep each server's own order."""
    mine, other = parse_raw(ours), parse_raw(theirs)
    if b"nosort" not in words or not words[1].startswith(b"set") or not isinstance(mine, list):
        return False
    return b"LIMIT" in words or sorted(mine) == sorted(other)


def data_set(connection):
    return {key: connection.command("LRANGE", key, 0, -1) for key in (b"stored:0", b"stored:1", b"stored:2")}


@pytest.mark.limit(600)
@pytest.mark.parametrize("protocol, shards", [(2, 2), (3, 1)])
def test_random_commands(start_tessera, start_redis, protocol, shards):
    servers = start_tessera(shards=shards), start_redis()
    generator = SortGenerator(f"{new_seed()}/{protocol}/{shards}")
    run_on_servers(servers, protocol, generator, commands_to_run(40000) // 2, same_reply, data_set)
