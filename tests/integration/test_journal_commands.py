"""What single commands leave in the journal, beside what redis-server 7.0.15 leaves in its append-only log.

A row is what makes the keys, the command, and what both record of it: times that are absolute are written TIME, ids and
members that the server chose are written ID and MEMBER. Where the two differ on purpose a row says what Redis records,
and why that is not done here.
"""

import re

from journal import Journal, split
from servers import ErrorReply


NOTHING = None


class Row:
    def __init__(self, command, *recorded, before=(), redis=None, why=None):
        self.command = command
        self.recorded = () if recorded == (NOTHING,) else recorded or (command,)
        self.before = before
        self.redis = self.recorded if redis is None else redis
        self.why = why
        assert (redis is None) == (why is None)

    def __str__(self):
        return self.command


STREAM = ("XADD s 1-1 f v", "XADD s 2-1 f v", "XADD s 3-1 f v", "XGROUP CREATE s g 0")
PENDING = (*STREAM, "XREADGROUP GROUP g c COUNT 2 STREAMS s >")
PLAIN = "an option that asks about what was there tells nothing to who repeats it, and later options are unknown to others"
ONE_CLAIM = "one XCLAIM may name all ids that were delivered at the same time"
POSITION = "Redis 7.2 makes the consumer, and says how many entries the group has read, in commands of their own as well"
LENGTH = "the length that is left says what was trimmed, however it was asked for"

ROWS = [
    # ---- As it was sent ----
    Row("SET k v"), Row("SETNX k v"), Row("APPEND k v"), Row("SETRANGE k 3 v"), Row("INCR k"), Row("DECRBY k 3"),
    Row("MSET k 1 j 2"), Row("MSETNX k 1 j 2"), Row("SETBIT k 7 1"), Row("BITFIELD k SET u8 0 5"),
    Row("DEL k j", before=("SET k v",)), Row("UNLINK k", before=("SET k v",)), Row("PERSIST k", before=("SET k v EX 100",)),
    Row("RENAME k j", before=("SET k v",)), Row("COPY k j", before=("SET k v",)), Row("MOVE k 1", before=("SET k v",)),
    Row("LPUSH l a b"), Row("LPOP l", before=("RPUSH l a b",)), Row("LREM l 0 a", before=("RPUSH l a b",)),
    Row("LMOVE l m LEFT RIGHT", before=("RPUSH l a b",)), Row("RPOPLPUSH l m", before=("RPUSH l a b",)),
    Row("SADD s a b"), Row("SREM s a", before=("SADD s a b",)), Row("SMOVE s t a", before=("SADD s a b",)),
    Row("SUNIONSTORE d s t", before=("SADD s a b",)),
    Row("ZADD z 1 a 2 b"), Row("ZADD z INCR 1 a"), Row("ZINCRBY z 1.5 a"), Row("ZPOPMIN z 1", before=("ZADD z 1 a 2 b",)),
    Row("ZRANGESTORE d z 0 -1", before=("ZADD z 1 a",)), Row("ZUNIONSTORE d 1 z", before=("ZADD z 1 a",)),
    Row("GEOADD g 1 2 a", redis=("ZADD g 3378080408407459 a",), why="places become the same scores everywhere"), Row("GEOSEARCHSTORE d g FROMMEMBER a BYRADIUS 1 km", before=("GEOADD g 1 2 a",)),
    Row("HSET h f v"), Row("HINCRBY h f 3"), Row("HDEL h f", before=("HSET h f v e v",)), Row("HSETNX h f v"),
    Row("SORT l ALPHA STORE d", before=("RPUSH l b a",)), Row("PFADD p a b"), Row("PFMERGE d p", before=("PFADD p a",)),
    Row("PFCOUNT p", before=("PFADD p a",)), Row("XADD s 5-1 f v"), Row("XDEL s 1-1", before=STREAM), Row("XSETID s 9-1", before=STREAM),
    Row("XGROUP CREATE s2 g $ MKSTREAM"), Row("XGROUP SETID s g 2-1", before=STREAM), Row("XGROUP DESTROY s g", before=STREAM),
    Row("XGROUP CREATECONSUMER s g c", before=STREAM), Row("XGROUP DELCONSUMER s g c", before=PENDING), Row("XACK s g 1-1", before=PENDING),
    Row("FLUSHDB"), Row("FLUSHALL"), Row("SWAPDB 0 1"),
    # ---- Times ----
    Row("SET k v EX 100", "SET k v PXAT TIME"), Row("SET k v PX 100000", "SET k v PXAT TIME"), Row("SETEX k 100 v", "SET k v PXAT TIME"),
    Row("PSETEX k 100000 v", "SET k v PXAT TIME"), Row("SET k v EXAT 4000000000", "SET k v PXAT TIME"),
    Row("SET k v PXAT 1", "DEL k", before=("SET k w",), redis=("SET k v PXAT 1",), why="what is over already is gone"),
    Row("EXPIRE k 100", "PEXPIREAT k TIME", before=("SET k v",)), Row("PEXPIRE k 100000 NX", "PEXPIREAT k TIME", before=("SET k v",), redis=("PEXPIREAT k TIME NX",), why=PLAIN),
    Row("EXPIREAT k 4000000000", "PEXPIREAT k TIME", before=("SET k v",)), Row("EXPIRE k -1", "DEL k", before=("SET k v",)),
    Row("PEXPIREAT k 4000000000000 XX", "PEXPIREAT k TIME", before=("SET k v EX 100",), redis=("PEXPIREAT k TIME XX",), why=PLAIN),
    Row("GETEX k EX 100", "PEXPIREAT k TIME", before=("SET k v",)), Row("GETEX k PERSIST", "PERSIST k", before=("SET k v EX 100",)),
    Row("GETEX k EXAT 1", "DEL k", before=("SET k v",)),
    Row("RESTORE k 100000 DUMP", "RESTORE k TIME DUMP REPLACE ABSTTL", redis=("RESTORE k TIME DUMP ABSTTL",), why=PLAIN),
    Row("RESTORE k 0 DUMP REPLACE IDLETIME 100", "RESTORE k 0 DUMP REPLACE IDLETIME 100", before=("SET k w",)),
    # ---- What was there, and what the server chose ----
    Row("SET k v XX KEEPTTL", "SET k v KEEPTTL", before=("SET k w EX 100",), redis=("SET k v XX KEEPTTL",), why=PLAIN),
    Row("SET k v XX GET", "SET k v", before=("SET k w",), redis=("SET k v XX",), why=PLAIN),
    Row("SET k v NX", "SET k v", redis=("SET k v NX",), why=PLAIN),
    Row("GETSET k v", "SET k v", before=("SET k w",)), Row("GETDEL k", "DEL k", before=("SET k v",)),
    Row("INCRBYFLOAT k 0.5", "SET k 0.5 KEEPTTL"), Row("HINCRBYFLOAT h f 0.5", "HSET h f 0.5"),
    Row("SPOP s", "SREM s MEMBER", before=("SADD s a b",)),
    Row("SPOP s 2", "SREM s MEMBER MEMBER", before=("SADD s a b c",), redis=("SREM s MEMBER", "SREM s MEMBER"), why="one SREM may name all"),
    Row("SPOP s 5", "DEL s", before=("SADD s a b",)), Row("SPOP s", "SREM s a", before=("SADD s a",)),
    Row("LMPOP 2 k l LEFT COUNT 2", "LPOP l 2", before=("RPUSH l a b c",)), Row("LMPOP 1 l RIGHT", "RPOP l 1", before=("RPUSH l a b",)),
    Row("ZMPOP 1 z MAX COUNT 2", "ZPOPMAX z 2", before=("ZADD z 1 a 2 b",)),
    Row("BLPOP k l 0", "LPOP l", before=("RPUSH l a",)), Row("BRPOP l 0", "RPOP l", before=("RPUSH l a",)),
    Row("BLMOVE l m LEFT RIGHT 0", "LMOVE l m LEFT RIGHT", before=("RPUSH l a",)),
    Row("BRPOPLPUSH l m 0", "RPOPLPUSH l m", before=("RPUSH l a",)), Row("BLMPOP 0 1 l LEFT", "LPOP l 1", before=("RPUSH l a",)),
    Row("BZPOPMIN k z 0", "ZPOPMIN z", before=("ZADD z 1 a",)), Row("BZMPOP 0 1 z MIN", "ZPOPMIN z 1", before=("ZADD z 1 a",)),
    # ---- Streams ----
    Row("XADD s * f v", "XADD s ID f v"), Row("XADD s 7-* f v", "XADD s 7-0 f v"),
    Row("XADD s NOMKSTREAM MAXLEN ~ 1 * f v", "XADD s ID f v", before=STREAM,
        redis=("XADD s NOMKSTREAM MAXLEN = 4 ID f v",), why="where nothing was trimmed there is nothing to tell"),
    Row("XADD s MAXLEN = 2 9-1 f v", "XADD s MAXLEN = 2 9-1 f v", before=STREAM),
    Row("XADD s MAXLEN 2 9-1 f v", "XADD s MAXLEN = 2 9-1 f v", before=STREAM, redis=("XADD s MAXLEN 2 9-1 f v",), why=LENGTH),
    Row("XADD s MINID 3 9-1 f v", "XADD s MAXLEN = 2 9-1 f v", before=STREAM, redis=("XADD s MINID 3 9-1 f v",), why=LENGTH),
    Row("XTRIM s MAXLEN = 1", before=STREAM),
    Row("XTRIM s MINID 3-0", "XTRIM s MAXLEN = 1", before=STREAM, redis=("XTRIM s MINID 3-0",), why=LENGTH),
    Row("XREADGROUP GROUP g c COUNT 1 STREAMS s >", "XGROUP CREATECONSUMER s g c",
        "XCLAIM s g c 0 1-1 TIME TIME RETRYCOUNT 1 FORCE JUSTID LASTID 1-1", "XGROUP SETID s g 1-1 ENTRIESREAD 1", before=STREAM,
        redis=("XCLAIM s g c 0 1-1 TIME TIME RETRYCOUNT 1 FORCE JUSTID LASTID 1-1",), why=POSITION),
    Row("XREADGROUP GROUP g c COUNT 2 STREAMS s >", "XGROUP CREATECONSUMER s g c",
        "XCLAIM s g c 0 1-1 2-1 TIME TIME RETRYCOUNT 1 FORCE JUSTID LASTID 2-1", "XGROUP SETID s g 2-1 ENTRIESREAD 2",
        before=STREAM, why=ONE_CLAIM + "; " + POSITION, redis=(
            "XCLAIM s g c 0 1-1 TIME TIME RETRYCOUNT 1 FORCE JUSTID LASTID 1-1",
            "XCLAIM s g c 0 2-1 TIME TIME RETRYCOUNT 1 FORCE JUSTID LASTID 2-1")),
    Row("XREADGROUP GROUP g c COUNT 1 NOACK STREAMS s >", "XGROUP CREATECONSUMER s g c", "XGROUP SETID s g 1-1 ENTRIESREAD 1", before=STREAM),
    Row("XREADGROUP GROUP g c STREAMS s 0", "XCLAIM s g c 0 1-1 2-1 TIME TIME RETRYCOUNT 2 FORCE JUSTID LASTID 2-1", before=PENDING,
        redis=(), why="who reads again what is pending changes how often it was delivered: Redis forgets that"),
    Row("XCLAIM s g d 0 1-1", "XGROUP CREATECONSUMER s g d", "XCLAIM s g d 0 1-1 TIME TIME RETRYCOUNT 2 FORCE JUSTID LASTID 2-1",
        before=PENDING, redis=("XCLAIM s g d 0 1-1 TIME TIME RETRYCOUNT 2 FORCE JUSTID LASTID 2-1",), why=POSITION),
    Row("XCLAIM s g c 0 1-1 IDLE 100 RETRYCOUNT 7", "XCLAIM s g c 0 1-1 TIME TIME RETRYCOUNT 7 FORCE JUSTID LASTID 2-1", before=PENDING),
    Row("XAUTOCLAIM s g c 0 0 COUNT 1", "XCLAIM s g c 0 1-1 TIME TIME RETRYCOUNT 2 FORCE JUSTID LASTID 2-1", before=PENDING),
    Row("XAUTOCLAIM s g c 0 0 COUNT 1", "XACK s g 1-1", before=(*PENDING, "XDEL s 1-1"),
        redis=("XCLAIM s g c 0 1-1 TIME TIME RETRYCOUNT 1 FORCE JUSTID LASTID 2-1",),
        why="Redis has the claim of an entry that is gone end what was pending; XACK says what is meant"),
    # ---- Nothing ----
    Row("GET k", NOTHING, before=("SET k v",)), Row("SET k v NX", NOTHING, before=("SET k v",)), Row("DEL k", NOTHING),
    Row("PUBLISH c x", redis=(), why="it is for replicas alone, not for the log"), Row("SADD s a", NOTHING, before=("SADD s a",)), Row("EXPIRE k 100", NOTHING),
]  # fmt: skip

# Commands that Redis 7.0 does not have. Fields with times of their own are for Redis 7.4 and later, and Valkey 9: an older
# one refuses such a log, as it could not hold the data.
HASH = ("HSET h a 1 b 2", "HPEXPIREAT h 4000000000000 FIELDS 1 a")
OWN_ROWS = [
    Row("HEXPIRE h 100 NX FIELDS 3 a b c", "HPEXPIREAT h TIME FIELDS 1 b", before=HASH),
    Row("HPEXPIRE h 100000 FIELDS 2 a b", "HPEXPIREAT h TIME FIELDS 2 a b", before=HASH),
    Row("HEXPIREAT h 1 FIELDS 2 a c", "HDEL h a", before=HASH), Row("HPERSIST h FIELDS 3 a b c", "HPERSIST h FIELDS 1 a", before=HASH),
    Row("HGETEX h EX 100 FIELDS 2 b c", "HPEXPIREAT h TIME FIELDS 1 b", before=HASH),
    Row("HGETEX h PERSIST FIELDS 2 a b", "HPERSIST h FIELDS 1 a", before=HASH), Row("HGETDEL h FIELDS 2 a c", "HDEL h a", before=HASH),
    Row("HSETEX h EX 100 FIELDS 2 b 3 c 4", "HSET h b 3 c 4", "HPEXPIREAT h TIME FIELDS 2 b c", before=HASH),
    Row("HSETEX h FIELDS 1 b 3", "HSET h b 3", before=HASH),
    Row("HSETEX h KEEPTTL FIELDS 2 a 3 b 4", "HSET h a 3 b 4", "HPEXPIREAT h TIME FIELDS 1 a", before=HASH),
    Row("HSETEX h EXAT 1 FIELDS 2 a 3 c 4", "HDEL h a", before=HASH),
    Row("HINCRBYFLOAT h a 0.5", "HSET h a 1.5", "HPEXPIREAT h TIME FIELDS 1 a", before=HASH), Row("HINCRBY h a 5", before=HASH),
    Row("MSETEX 2 k 1 j 2 EX 100", "SET k 1 PXAT TIME", "SET j 2 PXAT TIME"),
    Row("SET k v IFEQ w EX 100", "SET k v PXAT TIME", before=("SET k w",)), Row("DELIFEQ k v", "DEL k", before=("SET k v",)),
    Row("BF.ADD b x", "BF.RESERVE b 0.01 100 EXPANSION 2", "BF.MADD b x"), Row("BF.ADD b y", "BF.MADD b y", before=("BF.ADD b x",)),
    Row("BF.INSERT b CAPACITY 50 ERROR 0.001 NONSCALING ITEMS x y", "BF.RESERVE b 0.001 50 NONSCALING", "BF.MADD b x y"),
]  # fmt: skip


def words_of(text, dump):
    return [dump if word == "DUMP" else word.encode() for word in text.split()]


def normal(words, dump):
    """Without what another run would have otherwise."""
    name = words[0].upper()
    text = [name.decode()]
    for index, word in enumerate(words[1:], 1):
        if word == dump:
            text.append("DUMP")
        elif re.fullmatch(rb"[1-9]\d{12}", word):
            text.append("TIME")
        elif re.fullmatch(rb"[1-9]\d{12}-\d+", word):
            text.append("ID")
        else:
            text.append(word.decode(errors="replace"))
    return " ".join(text)


def same(recorded, expected):
    """MEMBER stands for any."""
    if len(recorded) != len(expected):
        return False
    for one, other in zip(recorded, expected):
        pattern = re.sub(r"\bMEMBER\b", "[abc]", re.escape(other))
        if not re.fullmatch(pattern, one):
            return False
    return True


class LogOfRedis:
    """What redis-server writes into its log."""

    def __init__(self, server):
        self.server = server
        self.connection = server.raw(limit=60)
        self.seen = 0

    def take(self):
        """What was written since the last time: each command is on disk when it is answered."""
        paths = sorted((self.server.directory / "appendonlydir").glob("*.incr.aof"))
        commands = split(b"".join(path.read_bytes() for path in paths))
        fresh = commands[self.seen :]
        self.seen = len(commands)
        return [words for words in fresh if words[0].upper() not in (b"MULTI", b"EXEC", b"SELECT")]


def prepare(connection, row, dump):
    assert connection.command("FLUSHALL") == "OK"
    for text in row.before:
        reply = connection.command(*words_of(text, dump))
        assert not isinstance(reply, ErrorReply), f"{text}: {reply}"


def run(connection, row, dump):
    reply = connection.command(*words_of(row.command, dump))
    assert not isinstance(reply, ErrorReply), f"{row}: {reply}"


def check(rows, connection, take, expected_of):
    # What is over goes when somebody asks for it.
    assert connection.command("DEBUG", "SET-ACTIVE-EXPIRE", 0) == "OK"
    connection.command("SET", "dumped", "value")
    dump = connection.command("DUMP", "dumped")
    wrong = []
    for row in rows:
        prepare(connection, row, dump)
        take()
        run(connection, row, dump)
        recorded = [normal(words, dump) for words in take()]
        expected = list(expected_of(row))
        if not same(recorded, expected):
            wrong.append(f"{row}\n    {recorded}\n    {expected}")
    assert not wrong, "\n" + "\n".join(wrong)


def take_from(journal):
    def take():
        journal.take()
        commands = [words for words in journal.commands() if words[0].upper() != b"SELECT"]
        journal.forget()
        return commands

    return take


def test_what_is_recorded(start_tessera):
    server = start_tessera(shards=1, enable_debug_command="yes")
    check(ROWS + OWN_ROWS, server.raw(limit=60), take_from(Journal(server)), lambda row: row.recorded)


def test_what_redis_records(start_redis):
    server = start_redis(appendonly="yes", enable_debug_command="yes", appendfsync="always", aof_use_rdb_preamble="no")
    log = LogOfRedis(server)
    check(ROWS, log.connection, log.take, lambda row: row.redis)
