"""What the journal's tests share: taking the journal of a node, making a log of it, comparing data sets.

The journal is read through DEBUG JOURNAL, which keeps in memory what the shards record.
"""

import collections

from servers import encode_command

Record = collections.namedtuple("Record", "database slot parts transaction audience bytes")
NO_SLOT = 65535


class Journal:
    """What each shard of a node has recorded, cut into pieces: all of a piece comes before all of the next."""

    def __init__(self, server):
        self.connection = server.raw(limit=60)
        assert self.connection.command("DEBUG", "JOURNAL", "START") == "OK"
        self.pieces = [[] for _ in self.connection.command("DEBUG", "JOURNAL", "TAKE")]
        for shard in self.pieces:
            shard.append([])

    def take(self):
        for shard, items in zip(self.pieces, self.connection.command("DEBUG", "JOURNAL", "TAKE")):
            for item in items:
                if item:
                    shard[-1].append(Record(*item))
                else:
                    shard.append([])
        assert len({len(shard) for shard in self.pieces}) == 1, "every shard has the same cuts"

    def forget(self):
        """Goes on as if nothing had been taken so far."""
        self.pieces = [[[]] for _ in self.pieces]

    def records(self):
        """All records in an order in which they may be replayed: within a piece, shard by shard."""
        return [record for piece in zip(*self.pieces) for records in piece for record in records]

    def log(self):
        """An append-only log."""
        written = bytearray()
        database = None
        for record in self.records():
            if record.database != database:
                database = record.database
                written += encode_command("SELECT", database)
            written += record.bytes
        return bytes(written)

    def commands(self):
        """The commands of all records, without frames."""
        return [words for record in self.records() for words in split(record.bytes) if words not in ([b"MULTI"], [b"EXEC"])]

    def check(self):
        """Parts that belong together are all there; frames are whole."""
        parts = collections.Counter()
        expected = {}
        for shard in self.pieces:
            for record in (record for piece in shard for record in piece):
                words = split(record.bytes)
                assert (len(words) > 1) == (words[0] == [b"MULTI"]) == (words[-1] == [b"EXEC"])
                assert words.count([b"MULTI"]) <= 1
                if record.parts:
                    parts[record.transaction] += 1
                    expected[record.transaction] = record.parts
        assert parts == expected


def split(log):
    """The commands of a log, as lists of words."""
    commands = []
    place = 0

    def number(kind):
        nonlocal place
        end = log.index(b"\r\n", place)
        assert log[place : place + 1] == kind, log[place : place + 80]
        value = int(log[place + 1 : end])
        place = end + 2
        return value

    while place < len(log):
        words = []
        for _ in range(number(b"*")):
            length = number(b"$")
            words.append(log[place : place + length])
            place += length + 2
        commands.append(words)
    return commands


def write_log(directory, log):
    """Makes it the append-only log of a server that will be started in this directory."""
    directory = directory / "appendonlydir"
    directory.mkdir(parents=True)
    (directory / "appendonly.aof.1.incr.aof").write_bytes(log)
    (directory / "appendonly.aof.manifest").write_text("file appendonly.aof.1.incr.aof seq 1 type i\n")


# ---- Data sets ----

GROUP_TIMES = ("seen-time", "active-time", "idle", "inactive")


def _pairs(flat):
    return dict(zip((word.decode() for word in flat[::2]), flat[1::2]))


def _stream(flat):
    stream = {name: value for name, value in _pairs(flat).items() if not name.startswith("radix-tree")}
    groups = {}
    for group in map(_pairs, stream.get("groups", [])):
        group["consumers"] = {
            consumer["name"]: {name: value for name, value in consumer.items() if name not in GROUP_TIMES}
            for consumer in map(_pairs, group["consumers"])
        }
        groups[group["name"]] = group
    return {**stream, "groups": groups}


def _sorted_pairs(flat):
    return sorted(zip(flat[::2], flat[1::2]))


def _scores(flat):
    """As numbers: Redis 7.0 writes more digits than are needed."""
    return list(zip(flat[::2], map(float, flat[1::2])))


READERS = {
    "string": (lambda key: ("GET", key), lambda value: value),
    "list": (lambda key: ("LRANGE", key, 0, -1), lambda value: value),
    "set": (lambda key: ("SMEMBERS", key), sorted),
    "hash": (lambda key: ("HGETALL", key), _sorted_pairs),
    "zset": (lambda key: ("ZRANGE", key, 0, -1, "WITHSCORES"), _scores),
    "stream": (lambda key: ("XINFO", "STREAM", key, "FULL", "COUNT", 0), _stream),
    "MBbloom--": (lambda key: ("DUMP", key), lambda value: value),
}


def _field_times(connection, key, value):
    names = [name for name, _ in value]
    return connection.command("HPEXPIRETIME", key, "FIELDS", len(names), *names)


def data_set(server, databases=16, field_times=True):
    """Everything that a server holds, times included: {(database, key): (type, value, expiry, fields' expiries)}, and the functions."""
    connection = server.raw(limit=60)
    found = {"functions": sorted(map(repr, connection.command("FUNCTION", "LIST", "WITHCODE")))}
    for database in range(databases):
        connection.command("SELECT", database)
        for key in connection.command("KEYS", "*"):
            kind = connection.command("TYPE", key)
            words, normal = READERS[kind]
            value = normal(connection.command(*words(key)))
            times = _field_times(connection, key, value) if kind == "hash" and field_times and value else None
            found[database, key] = kind, value, connection.command("PEXPIRETIME", key), times
    return found


def differences(ours, theirs):
    """The keys that differ, with both values; empty when the data sets are equal."""
    return {
        place: (ours.get(place), theirs.get(place))
        for place in ours.keys() | theirs.keys()
        if ours.get(place) != theirs.get(place)
    }
