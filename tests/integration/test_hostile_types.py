"""Commands of the data types with arguments that mean harm: numbers at the ends of their ranges,
answers that would be far larger than what is there, values that are not what they seem.

The server lives on, others are served, and its memory stays bounded.
"""

import itertools

import pytest
from servers import TESSERA_SERVER, ErrorReply, encode_command, is_sanitized

MEGABYTE = 1 << 20

NUMBERS = [
    -(2**63), -(2**63) + 1, -(2**62), -(2**32), -(2**31) - 1, -1, 0, 1, 2, 2**31 - 1, 2**31, 2**32 - 1, 2**32,
    2**62, 2**63 - 1, 2**63, 2**64 - 1, "nan", "-inf", "1e400", "", "0x10", "1" * 400,
]

VALUES = [
    ["SET", "string", "12345678"],
    ["RPUSH", "list", *range(20)],
    ["SADD", "numbers", *range(20)],
    ["SADD", "set", "a", "b", "c"],
    ["ZADD", "zset", 1, "a", 2, "b", 3, "c"],
    ["ZADD", "ends", "-inf", "a", "inf", "b"],
    ["GEOADD", "geo", 13.36, 38.11, "Palermo", 15.08, 37.5, "Catania"],
    ["HSET", "hash", "a", 1, "b", "two", "c", 2**62],
    ["XADD", "stream", "1-1", "f", "v"],
    ["XADD", "stream", "2-1", "f", "v"],
    ["XADD", "stream", "3-1", "f", "v"],
    ["XGROUP", "CREATE", "stream", "group", 0],
    ["XREADGROUP", "GROUP", "group", "alice", "STREAMS", "stream", ">"],
    ["XDEL", "stream", "2-1"],
    ["BF.RESERVE", "bloom", "0.01", 100],
    ["PFADD", "hll", *range(20)],
]

# "#" is where a number goes; a few of each command's other arguments are at their usual values.
TEMPLATES = """
GETRANGE string # #|SUBSTR string # #|SETRANGE new # x|GETBIT string #|SETBIT new # 1|SETBIT string 1 #
BITCOUNT string # #|BITCOUNT string # # BIT|BITPOS string 1 # #|BITPOS string 0 # # BIT
BITFIELD new SET u8 # 1|BITFIELD new INCRBY i64 ## #|BITFIELD string GET u63 #|BITFIELD string GET u# 0|BITFIELD string OVERFLOW FAIL INCRBY i5 3 #
INCRBY string #|DECRBY string #|INCRBYFLOAT string #|LCS string string IDX MINMATCHLEN #
SET new v EX #|SET new v PX #|SET new v EXAT #|SET new v PXAT #|SETEX new # v|PSETEX new # v|GETEX string EX #|GETEX string PXAT #
EXPIRE string #|PEXPIRE string #|EXPIREAT string #|PEXPIREAT string #|HEXPIRE hash # FIELDS 1 a|HPEXPIRE hash # FIELDS 1 a|HPEXPIREAT hash # FIELDS # a
HGETEX hash EX # FIELDS # a|HSETEX hash PX # FIELDS # a b|HGETDEL hash FIELDS # a|HTTL hash FIELDS # a
LRANGE list # #|LTRIM list # #|LINDEX list #|LSET list # v|LREM list # 1|LPOS list 1 RANK #|LPOS list 1 COUNT # MAXLEN #|LPOP list #|RPOP list #
LMPOP # list LEFT|LMPOP 1 list LEFT COUNT #|BLMPOP 0.001 # list LEFT COUNT #|BLPOP list #
SRANDMEMBER set #|SRANDMEMBER numbers #|SPOP set #|SSCAN set # COUNT #|SINTERCARD # set set|SINTERCARD 2 set numbers LIMIT #
HRANDFIELD hash #|HRANDFIELD hash # WITHVALUES|HSCAN hash # COUNT #|HINCRBY hash c #|HINCRBYFLOAT hash a #
ZADD new # a|ZADD ends INCR # b|ZINCRBY ends # a|ZRANGE zset # #|ZRANGE zset # # BYSCORE|ZRANGE zset # # BYLEX|ZRANGEBYSCORE zset -inf +inf LIMIT # #
ZRANDMEMBER zset #|ZRANDMEMBER zset # WITHSCORES|ZPOPMIN zset #|ZPOPMAX zset #|ZMPOP # zset MIN|ZMPOP 1 zset MAX COUNT #|BZMPOP 0.001 # zset MIN COUNT #
ZCOUNT zset # #|ZLEXCOUNT zset # #|ZREMRANGEBYRANK zset # #|ZREMRANGEBYSCORE zset # #|ZRANGESTORE new zset # #|ZSCAN zset # COUNT #
ZUNIONSTORE new # zset ends|ZUNIONSTORE new 2 ends zset WEIGHTS # #|ZINTER 2 ends ends WEIGHTS # # WITHSCORES|ZDIFFSTORE new # zset|ZINTERCARD # zset ends|ZINTERCARD 2 zset ends LIMIT #
GEOADD new # # x|GEOPOS geo #|GEORADIUS geo 15 37 # km COUNT #|GEORADIUS geo # # 10 km|GEOSEARCH geo FROMLONLAT # # BYRADIUS 10 km
GEOSEARCH geo FROMLONLAT 15 37 BYBOX # # km COUNT #|GEOSEARCHSTORE new geo FROMMEMBER Palermo BYBOX # 1 m|GEOSEARCH geo FROMLONLAT 15 37 BYRADIUS # m ASC WITHDIST
SORT list LIMIT # #|SORT numbers BY nosort LIMIT # #|SORT list BY *# GET # GET *->#
XADD new # f v|XADD stream #-# f v|XADD stream MAXLEN # * f v|XADD stream MAXLEN ~ 1 LIMIT # * f v|XTRIM stream MAXLEN #|XTRIM stream MINID #-#|XTRIM stream MINID ~ 5 LIMIT #
XRANGE stream #-# + COUNT #|XRANGE stream (#-# (#-#|XREVRANGE stream + #-# COUNT #|XREAD COUNT # STREAMS stream #|XREAD BLOCK # STREAMS stream 0|XREADGROUP GROUP group bob COUNT # STREAMS stream #-#
XPENDING stream group - + #|XPENDING stream group IDLE # - + 10 alice|XPENDING stream group #-# + 10|XACK stream group #-#|XDEL stream #-#
XCLAIM stream group bob # 1-1 2-1|XCLAIM stream group bob 0 1-1 IDLE # RETRYCOUNT #|XCLAIM stream group bob 0 2-1 TIME # FORCE LASTID #-#
XAUTOCLAIM stream group bob # 0 COUNT #|XAUTOCLAIM stream group bob 0 #-# COUNT #|XAUTOCLAIM stream group bob 0 - COUNT # JUSTID
XSETID stream #-#|XSETID stream 9-9 ENTRIESADDED # MAXDELETEDID #-#|XGROUP CREATE stream new # ENTRIESREAD #|XGROUP SETID stream group #-# ENTRIESREAD #|XINFO STREAM stream FULL COUNT #
XACKDEL stream group IDS # 1-1|XDELEX stream IDS # 1-1
BF.RESERVE new # #|BF.RESERVE new 0.01 # EXPANSION #|BF.INSERT new CAPACITY # ERROR # ITEMS a|BF.SCANDUMP bloom #|BF.LOADCHUNK bloom # abc|BF.LOADCHUNK new # abc
SCAN # COUNT #|RESTORE new # abc|OBJECT FREQ #|COPY string new DB #|MOVE string #|MEMORY USAGE list SAMPLES #|SELECT #
COMMAND GETKEYS ZUNIONSTORE a # b c|COMMAND GETKEYSANDFLAGS ZUNIONSTORE a # b c|COMMAND GETKEYS LMPOP # a|COMMAND GETKEYS EVAL x # a|COMMAND GETKEYSANDFLAGS SORT a LIMIT # # STORE x|COMMAND GETKEYS XREAD COUNT # STREAMS a #
MSETEX # a b|MSETEX 1 a b EX #|DELIFEQ string #|PFADD hll #|PFDEBUG GETREG #|BITOP NOT new string #
"""


def filled(template):
    """The template with numbers in its holes: all of them in one hole; in several, each in turn, with a few in the rest."""
    holes = template.count("#")
    few = [-(2**63), -1, 1, 2**63 - 1]
    choices = set()
    for place in range(holes):
        rest = itertools.product(few, repeat=holes - 1) if holes < 3 else ([number] * (holes - 1) for number in few)
        for others, number in itertools.product(rest, NUMBERS):
            choices.add((*others[:place], number, *others[place:]))
    for numbers in sorted(choices, key=str):
        remaining = iter(numbers)
        yield ["".join(str(next(remaining)) if part == "#" else part for part in word.replace("#", " # ").split(" ")) for word in template.split(" ")]


def start_over(connection):
    connection.send(b"".join(encode_command(*words) for words in [["SELECT", 0], ["FLUSHALL"], *VALUES]))
    for words in [None, None, *VALUES]:
        reply = connection.read_reply()
        assert not isinstance(reply, ErrorReply), (words, reply)


def resident_bound(bound):
    """Sanitizers keep freed memory back."""
    return bound * 4 + 512 * MEGABYTE if is_sanitized(TESSERA_SERVER) else bound


@pytest.mark.parametrize("line", TEMPLATES.strip().split("\n"), ids=lambda line: line.split(" ")[0].lower())
def test_numbers_at_the_ends(start_tessera, line):
    server = start_tessera(shards=1, proto_max_bulk_len="1mb")
    connection = server.raw()
    before = server.resident_bytes()
    for template in line.split("|"):
        for words in filled(template):
            start_over(connection)
            connection.command(*words)
            assert connection.command("PING") == "PONG", words
    assert server.resident_bytes() - before < resident_bound(64 * MEGABYTE)


# ---- Short requests for long answers ----

OUT_OF_RANGE = ErrorReply("ERR value is out of range")
TOO_LONG = ErrorReply("ERR reply is too long")


@pytest.mark.parametrize("command", ["SRANDMEMBER set", "HRANDFIELD hash", "ZRANDMEMBER zset"])
def test_counts_that_repeat(tessera, command):
    """A few elements as often as asked for: neither a great number of them nor long ones take all memory."""
    connection = tessera.raw(limit=60)
    start_over(connection)
    before = tessera.resident_bytes()
    for count in (-(2**63) + 1, -(2**62), -(2**61), -(2**32), -(2**28)):
        assert connection.command(*command.split(" "), count) == OUT_OF_RANGE
    assert isinstance(connection.command(*command.split(" "), -(2**63)), ErrorReply)
    assert tessera.resident_bytes() - before < resident_bound(16 * MEGABYTE)
    long = "x" * 65536
    for words in (["SADD", "set", long], ["HSET", "hash", long, 1], ["ZADD", "zset", 1, long]):
        assert connection.command(*words) == 1
    assert connection.command(*command.split(" "), -(2**16)) == OUT_OF_RANGE
    assert len(connection.command(*command.split(" "), -5)) == 5
    assert tessera.resident_bytes() - before < resident_bound(600 * MEGABYTE)


REPEATED = {
    "HMGET": ["HMGET", "hash", *["f"] * 1200],
    "SORT": ["SORT", "list", *["GET", "weight_*"] * 1200],
    "SORT STORE": ["SORT", "list", *["GET", "weight_*"] * 1200, "STORE", "new"],
    "SORT BY": ["SORT", "many", "BY", "weight_*", "ALPHA", "LIMIT", 0, 1],
}


@pytest.mark.parametrize("name", list(REPEATED)[:1] if is_sanitized(TESSERA_SERVER) else REPEATED)
def test_the_same_large_value_many_times(tessera, name):
    connection = tessera.raw(limit=60)
    long = "x" * MEGABYTE
    for words in [
        ["HSET", "hash", "f", long], ["SET", "weight_1", long],
        ["RPUSH", "list", 1], ["RPUSH", "many", *[1] * 1200], ["SET", "new", "old"],
    ]:
        assert not isinstance(connection.command(*words), ErrorReply)
    assert connection.command(*REPEATED[name]) == TOO_LONG
    assert connection.command("GET", "new") == b"old"


def test_a_transaction_of_long_answers(tessera):
    """What no longer fits is left out; the transaction is carried out in whole."""
    connection = tessera.raw(limit=60)
    assert connection.command("HSET", "hash", *itertools.chain(*((field, "x" * 16 * MEGABYTE) for field in "abcd"))) == 4
    requests = [["MULTI"], *[["HVALS", "hash"]] * 17, ["INCR", "counter"], ["EXEC"]]
    connection.send(b"".join(encode_command(*words) for words in requests))
    assert connection.read_reply() == "OK"
    assert [connection.read_reply() for _ in requests[1:-1]] == ["QUEUED"] * 18
    replies = connection.read_reply()
    assert replies[-3:] == [TOO_LONG, TOO_LONG, 1]
    assert [len(reply) for reply in replies[:-3]] == [4] * 15


@pytest.mark.skipif(is_sanitized(TESSERA_SERVER), reason="too much memory")
def test_the_same_stream_many_times(tessera):
    """The streams that do not fit are left for the next call."""
    connection = tessera.raw(limit=60)
    connection.command("XADD", "stream", "1-1", "f", "x" * MEGABYTE)
    connection.send_command("XREAD", "STREAMS", *["stream"] * 1200, *["0"] * 1200)
    assert 1000 <= int(connection.read_line()[1:]) < 1100
    connection.reset()
    connection = tessera.raw(limit=60)
    connection.command("XGROUP", "CREATE", "stream", "group", 0)
    connection.send_command("XCLAIM", "stream", "group", "alice", 0, *["1-1"] * 1200, "FORCE")
    assert 1000 <= int(connection.read_line()[1:]) < 1100
    connection.reset()
    assert tessera.raw().command("PING") == "PONG"


@pytest.mark.skipif(is_sanitized(TESSERA_SERVER), reason="too slow")
def test_documentation_many_times(tessera):
    connection = tessera.raw(limit=60)
    assert connection.command("COMMAND", "DOCS", *["geosearch"] * 400000) == TOO_LONG
    assert connection.command("COMMAND", "INFO", "get", "none")[1] is None


# ---- Large values ----


def test_last_bytes_and_bits(tessera):
    """Strings end at 512 MB, however the place is told, and nothing is written behind that."""
    connection = tessera.raw(limit=60)
    last = 512 * MEGABYTE - 1
    refused = ErrorReply("ERR string exceeds maximum allowed size (proto-max-bulk-len)")
    for offset in (last + 1, 2**31 - 1, 2**32, 2**62, 2**63 - 1):
        assert connection.command("SETRANGE", "k", offset, "x") == refused
    assert connection.command("SETRANGE", "k", last - 1, "xyz") == refused
    for offset in (2**32, 2**35, 2**62, 2**63 - 1, -1, "#1"):
        assert connection.command("SETBIT", "k", offset, 1) == ErrorReply("ERR bit offset is not an integer or out of range")
    for offset in (f"#{2**29}", 2**32, "#2305843009213693952"):
        assert connection.command("BITFIELD", "k", "SET", "u8", offset, 1) == ErrorReply("ERR bit offset is not an integer or out of range")
    assert connection.command("EXISTS", "k") == 0
    if is_sanitized(TESSERA_SERVER):
        return
    assert connection.command("SETBIT", "k", 2**32 - 1, 1) == 0
    assert connection.command("STRLEN", "k") == last + 1
    assert connection.command("BITPOS", "k", 1) == 2**32 - 1
    assert connection.command("GETRANGE", "k", last, 2**63 - 1) == b"\x01"
    assert connection.command("BITFIELD", "k", "GET", "u8", f"#{2**29 - 1}", "INCRBY", "u8", f"#{2**29 - 1}", 255) == [1, 0]
    assert connection.command("APPEND", "k", "x") == refused
    # A field that begins inside may end behind.
    assert connection.command("BITFIELD", "k", "SET", "u16", 2**32 - 8, 1) == [0]
    assert connection.command("STRLEN", "k") == last + 2
    assert connection.command("BITFIELD", "k", "GET", "u16", 2**32 - 8) == [1]
    assert connection.command("DEL", "k") == 1
    assert connection.command("SETBIT", "k", 2**32 - 1, 0) == 0
    assert connection.command("BITOP", "NOT", "other", "k") == last + 1
    assert connection.command("BITCOUNT", "other") == 2**32


# ---- Arguments that combine badly ----

NO_CHANGE = """
MSETNX a 1 a 2
HINCRBYFLOAT hash a nan
HINCRBYFLOAT hash a inf
INCRBYFLOAT string inf
ZADD ends INCR -inf b
ZINCRBY ends inf a
EXPIRE string 9223372036854775807
PEXPIRE string 9223372036854775807
EXPIREAT string 9223372036854775807
SET string x EX 9223372036854775807
GETEX string PX 9223372036854775807
HPEXPIRE hash 9223372036854775807 FIELDS 1 a
RESTORE new 9223372036854775807 payload
RESTORE new -1 payload
XGROUP CREATE string g 0
XGROUP CREATECONSUMER list group c
XADD ended * f v
XADD ended 18446744073709551615-* f v
XADD stream 18446744073709551616-1 f v
ZUNIONSTORE new 1 zset WEIGHTS nan
ZUNIONSTORE new 4294967297 zset
ZUNIONSTORE new 9223372036854775807 zset
GEOADD geo nan 1 x
GEOADD geo inf 1 x
GEOSEARCH geo FROMLONLAT nan nan BYRADIUS 1 m
GEOSEARCH geo FROMLONLAT 1 1 BYBOX nan 1 m
GEOSEARCH geo FROMLONLAT 1 1 BYBOX -1 1 m
SINTERCARD 2147483648 set
ZMPOP 9223372036854775807 zset MIN
LMPOP 4294967297 list LEFT
LPOS list 1 RANK -9223372036854775808
BF.RESERVE new 0.01 9223372036854775807
BF.RESERVE new nan 100
BF.RESERVE new 0 100
EVAL x 4294967297 string
EVALSHA x 0
COMMAND GETKEYS ZUNIONSTORE a 2147483648 b
""".strip().split("\n")


def test_refused_without_a_change(start_tessera):
    server = start_tessera(shards=1, enable_debug_command="yes")
    connection = server.raw()
    start_over(connection)
    connection.command("XADD", "ended", f"{2**64 - 1}-{2**64 - 1}", "f", "v")
    payload = connection.command("DUMP", "list")
    before = connection.command("DEBUG", "DIGEST")
    for line in NO_CHANGE:
        reply = connection.command(*(payload if word == "payload" else word for word in line.split(" ")))
        assert isinstance(reply, ErrorReply) or (line.startswith("MSETNX") and reply == 1), (line, reply)
        connection.command("DEL", "a")
        assert connection.command("DEBUG", "DIGEST") == before, line
    assert all(connection.command("TTL", key) == -1 for key in ("string", "hash"))


def test_sort_patterns_without_end(tessera):
    """Patterns of 64 kB: one star counts, the rest are names of keys that are not there."""
    connection = tessera.raw()
    connection.command("RPUSH", "list", *range(1000))
    for pattern in ("*" * 65536, "x" * 65536 + "*", "*->" + "y" * 65536, "*" + "->" * 32768, "->" * 32768, "*->"):
        assert connection.command("SORT", "list", "BY", pattern, "LIMIT", 0, 1) == [b"0"]
        assert connection.command("SORT", "list", "GET", pattern, "LIMIT", 0, 2) == [None, None]
