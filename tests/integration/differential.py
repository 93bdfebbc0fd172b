"""What differential tests share: the same commands for two servers, replies compared as bytes.

A test brings a generator with `command()` (the words of the next command, as bytes), a function
`same(words, ours, theirs)` for replies that may differ within limits, and one that reads a whole
data set.

Environment:
  TESSERA_SEED                   what a run begins from: a number, or "random", which prints the one it took;
                                 the same for every run without it, so that a change alone decides whether tests pass
  TESSERA_DIFFERENTIAL_COMMANDS  how many commands, instead of each test's own number
"""

import collections
import os
import random
import re

import pytest
from servers import encode_command

BATCH = 100
DATA_SET_EVERY = 5000
HISTORY = 2000


def commands_to_run(default):
    return int(os.environ.get("TESSERA_DIFFERENTIAL_COMMANDS", default))


def new_seed():
    given = os.environ.get("TESSERA_SEED", "1")
    seed = random.SystemRandom().randrange(2**32) if given == "random" else int(given)
    print(f"TESSERA_SEED={seed}")
    return seed


def read_raw(connection):
    """The bytes of one reply."""
    line = connection.read_line()
    raw = line + b"\r\n"
    kind = line[:1]
    if kind in b"$!=" and line[1:2] != b"-":
        return raw + connection.read_bytes(int(line[1:]) + 2)
    if kind in b"*~>%" and line[1:2] != b"-":
        count = int(line[1:]) * (2 if kind == b"%" else 1)
        return raw + b"".join(read_raw(connection) for _ in range(count))
    return raw


def parse_raw(raw):
    """One reply from its bytes: lists for arrays, tuples for what has no order, bytes for the rest."""
    value, rest = _parse(raw)
    assert rest == b""
    return value


def _parse(raw):
    line, _, rest = raw.partition(b"\r\n")
    kind = line[:1]
    if kind in b"$!=" and line[1:2] != b"-":
        length = int(line[1:])
        return rest[:length], rest[length + 2 :]
    if kind in b"*~>%" and line[1:2] != b"-":
        count = int(line[1:]) * (2 if kind == b"%" else 1)
        values = []
        for _ in range(count):
            value, rest = _parse(rest)
            values.append(value)
        return (tuple(values) if kind in b"~%" else values), rest
    return line, rest


def integer_of(raw):
    match = re.fullmatch(rb":(-?\d+)\r\n", raw)
    return int(match.group(1)) if match else None


def spoil(generator, words, stray):
    """The words as a client may send them: in any case, now and then with too few or, by `stray()`, too many."""
    pick = generator.random
    chance = pick.random()
    if chance < 0.02:
        words = words[: pick.randrange(1, len(words) + 1)]
    elif chance < 0.04:
        words = [*words, stray()]
    return in_any_case(generator, words)


def in_any_case(generator, words):
    name = words[0]
    return [generator.random.choice((name, name, name.lower(), name.title())), *words[1:]]


def shorten(thing):
    return thing if len(thing) <= 300 else thing[:300] + b"... (%d bytes)" % len(thing)


def run_batch(connections, batch, history, same):
    data = b"".join(encode_command(*words) for words in batch)
    for connection in connections:
        connection.send(data)
    for words in batch:
        ours, theirs = (read_raw(connection) for connection in connections)
        history.append(words)
        if ours == theirs or same(words, ours, theirs):
            continue
        related = [past for past in history if set(past[1:]) & set(words[1:])]
        lines = "\n".join(f"  {[shorten(word) for word in past]}" for past in related)
        pytest.fail(
            f"{[shorten(word) for word in words]}\n  Tessera {shorten(ours)!r}\n"
            f"  Redis   {shorten(theirs)!r}\nbefore and with it:\n{lines}",
            pytrace=False,
        )


def run(connections, generator, commands, same, compare):
    """So many commands of the generator on both; `compare()` looks at the whole data from time to time."""
    history = collections.deque(maxlen=HISTORY)
    done = 0
    while done < commands:
        batch = [generator.command() for _ in range(generator.random.choice((1, 10, BATCH)))]
        run_batch(connections, batch, history, same)
        due = done // DATA_SET_EVERY != (done + len(batch)) // DATA_SET_EVERY
        done += len(batch)
        if due:
            compare()
    compare()


def raw_connections(servers, protocol, **directives):
    """A connection to each of the servers, whose directives have been set."""
    connections = [server.raw(limit=60) for server in servers]
    for connection in connections:
        assert connection.command("HELLO", protocol)
        for name, value in directives.items():
            assert connection.command("CONFIG", "SET", name.replace("_", "-"), value) == "OK"
    return connections


def run_on_servers(servers, protocol, generator, commands, same, data_set, **directives):
    """`run` on two servers; `data_set(connection)` must find the same in both."""

    def compare():
        ours, theirs = (data_set(server.raw(limit=60)) for server in servers)
        assert ours == theirs

    run(raw_connections(servers, protocol, **directives), generator, commands, same, compare)
