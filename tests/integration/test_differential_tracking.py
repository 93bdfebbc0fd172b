"""The same random commands on Tessera and on redis-server, with one client that tracks: it is told of the same keys.

Half of the commands are the tracking client's own. What it is told is compared as a multiset: each key that it has
read and that has changed since, once per time; with prefixes, where Redis tells of each key once per turn of its
loop, as a set. Tessera must tell of all that Redis tells of; of a little more it may: of what changes in a way that
Redis keeps to itself (XGROUP CREATECONSUMER), and of keys of commands that were refused.
"""

import collections
import random

import pytest
from differential import commands_to_run, new_seed, shorten
from servers import encode_command
from test_differential_all import KEYS, MixedGenerator
from tracking import Client, Node

MODES = {
    "plain": (),
    "no-loop": ("NOLOOP",),
    "opt-in": ("OPTIN",),
    "opt-out": ("OPTOUT",),
    "everything": ("BCAST",),
    "prefixes": ("BCAST", "PREFIX", "key:1", "PREFIX", "{shared}", "PREFIX", "key:29"),
    "prefixes-no-loop": ("BCAST", "PREFIX", "key:", "NOLOOP"),
}
HISTORY = 300
# Redis notes the count in the value, and tells of that.
LEFT_OUT = (b"PFCOUNT", b"PFDEBUG")
# No changes to Redis. With NOLOOP nobody is told of one's own changes, and what was read counts as read no more.
LEFT_OUT_OF_NO_LOOP = (b"XGROUP", b"XSETID", b"BITFIELD")


class Side:
    """One of the two servers."""

    def __init__(self, server, is_tessera, options):
        self.node = Node(server) if is_tessera else None
        self.writer = server.raw(limit=60)
        self.options = options
        self.client = Client(server.raw(limit=60)).track(*options)

    def run(self, who, commands):
        if who == "client":
            self.client.pipeline(*commands)
            return
        self.writer.send(b"".join(encode_command(*command) for command in commands))
        for _ in commands:
            self.writer.read_reply()

    def told(self):
        if self.node:
            self.node.settle()
        messages = self.client.take()
        if self.node:
            messages = [message for message in messages if not self.node.is_of_sentinels(message)]
        keys = collections.Counter(key for message in messages for key in message[1] or [None])
        if self.node:
            # Between two of a turn's keys with a prefix there may be a sentinel.
            for key in self.node.sentinels:
                keys.pop(key.encode(), None)
        return keys

    def read_again(self, keys):
        """One side alone has forgotten that these were read."""
        for key in keys:
            if "OPTIN" in self.options:
                self.client("CLIENT", "CACHING", "YES")
            self.client("GET", key)


class TrackingGenerator:
    """Whose turn it is, and with what."""

    def __init__(self, seed, mode):
        self.random = random.Random(seed)
        self.mixed = MixedGenerator(seed)
        self.mode = mode

    def round(self):
        who = self.random.choice(("client", "writer"))
        commands = []
        wanted = self.random.choice((1, 5, 20))
        while len(commands) < wanted or self.mixed.inside:
            if who == "client" and self.mode.startswith("opt") and self.random.random() < 0.3:
                commands.append(["CLIENT", "CACHING", "YES" if self.mode == "opt-in" else "NO"])
            if who == "client" and not self.mixed.inside and self.random.random() < 0.1:
                commands.append(["MGET", *self.random.sample(KEYS, 5)])
            command = self.mixed.command()
            left_out = LEFT_OUT + (LEFT_OUT_OF_NO_LOOP if "no-loop" in self.mode else ())
            if command[0].upper() not in left_out:
                commands.append(command)
        if self.random.random() < 0.02:
            commands.append([self.random.choice(("FLUSHALL", "FLUSHDB"))])
        return who, commands


@pytest.mark.limit(300)
@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("mode", MODES)
def test_the_same_keys_are_told(start_tessera, start_redis, shards, mode):
    seed = new_seed()
    sides = [Side(start_tessera(shards=shards), True, MODES[mode]), Side(start_redis(), False, MODES[mode])]
    generator = TrackingGenerator(seed, mode)
    history = collections.deque(maxlen=HISTORY)
    total = unneeded = done = 0
    while done < commands_to_run(3000):
        who, commands = generator.round()
        for side in sides:
            side.run(who, commands)
        done += len(commands)
        history.extend((who, command) for command in commands)
        ours, theirs = (side.told() for side in sides)
        if "BCAST" in MODES[mode]:
            ours, theirs = set(ours), set(theirs)
        if theirs - ours:
            lines = "\n".join(f"  {name} {[shorten(bytes(word, 'utf8') if isinstance(word, str) else word) for word in words]}"
                              for name, words in history)  # fmt: skip
            pytest.fail(f"after\n{lines}\nnot told of {theirs - ours}", pytrace=False)
        more = set(ours - theirs)
        unneeded += len(more)
        for side in sides:
            side.read_again(more)
        total += len(ours)
    assert total > 30, "hardly anything has been told"
    assert unneeded <= 3 + total // 20
