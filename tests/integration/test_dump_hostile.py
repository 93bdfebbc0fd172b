"""Payloads that are bent at random: what RESTORE accepts can be worked with, and dumped again.

Environment: TESSERA_SEED repeats a run; TESSERA_PAYLOADS is how many payloads there are.
"""

import os
import random
import struct

import pytest
from differential import new_seed, read_raw
from servers import encode_command
from test_dump import MAKERS, make_keys, raw_client

PAYLOADS = int(os.environ.get("TESSERA_PAYLOADS", 1500))
LONGEST = 4000

WORK = {
    "string": [["GET", "k"], ["APPEND", "k", "x"], ["SETRANGE", "k", 5, "y"], ["INCR", "k"], ["BITCOUNT", "k"], ["PFCOUNT", "k"]],
    "list": [
        ["LRANGE", "k", 0, -1], ["LINDEX", "k", -1], ["LINSERT", "k", "BEFORE", "x", "y"], ["LSET", "k", 0, "z"],
        ["LREM", "k", 0, "x"], ["RPOPLPUSH", "k", "k"], ["LPUSH", "k", 1], ["LTRIM", "k", 1, -2], ["LPOS", "k", "12"], ["LPOP", "k", 2],
    ],
    "set": [
        ["SMEMBERS", "k"], ["SADD", "k", "x", 12, 2**40], ["SREM", "k", "x"], ["SPOP", "k"], ["SRANDMEMBER", "k", -5],
        ["SUNIONSTORE", "other", "k"], ["SINTER", "k", "other"], ["SSCAN", "k", 0],
    ],
    "zset": [
        ["ZRANGE", "k", 0, -1, "WITHSCORES"], ["ZADD", "k", 1, "x"], ["ZINCRBY", "k", 2.5, "12"], ["ZRANK", "k", "x"],
        ["ZRANGEBYSCORE", "k", 0, 10], ["ZPOPMIN", "k"], ["ZRANDMEMBER", "k", -5], ["ZUNIONSTORE", "other", 1, "k"], ["ZREM", "k", "x"],
    ],
    "hash": [
        ["HGETALL", "k"], ["HSET", "k", "x", "y"], ["HINCRBY", "k", "n", 2], ["HRANDFIELD", "k", -5, "WITHVALUES"],
        ["HDEL", "k", "x"], ["HSCAN", "k", 0], ["HPEXPIRE", "k", 100000, "FIELDS", 1, "n"], ["HLEN", "k"],
    ],
    "stream": [
        ["XRANGE", "k", "-", "+"], ["XREVRANGE", "k", "+", "-"], ["XADD", "k", "*", "field", "value"], ["XINFO", "STREAM", "k", "FULL"],
        ["XREADGROUP", "GROUP", "first", "alice", "STREAMS", "k", ">"], ["XAUTOCLAIM", "k", "first", "bob", 0, 0],
        ["XPENDING", "k", "first"], ["XACK", "k", "first", "1-1", "2-2"], ["XDEL", "k", "3-0", "7-1"], ["XTRIM", "k", "MAXLEN", 2],
        ["XGROUP", "DELCONSUMER", "k", "first", "alice"], ["XGROUP", "DESTROY", "k", "second"], ["XSETID", "k", "99999999999999-0"],
    ],
}


def bend(source, payload):
    """Some bytes changed, moved, taken out or doubled; the version stays."""
    value = bytearray(payload[:-10])
    for _ in range(source.choice((1, 1, 1, 2, 3, 6))):
        at = source.randrange(1, len(value))
        choice = source.randrange(6)
        if choice == 0:
            value[at] ^= 1 << source.randrange(8)
        elif choice == 1:
            value[at] = source.randrange(256)
        elif choice == 2:
            value[at] = source.choice((0, 1, 0x7F, 0x80, 0xC0, 0xFE, 0xFF))
        elif choice == 3 and len(value) > 2:
            del value[at : at + source.randrange(1, 4)]
        elif choice == 4:
            value[at:at] = value[at : at + source.randrange(1, 20)]
        else:
            value[at] = (value[at] + source.choice((-1, 1))) % 256
        if len(value) < 2:
            break
    return bytes(value) + payload[-10:-8] + struct.pack("<Q", 0)


@pytest.mark.parametrize("kind", MAKERS)
def test_bent_payloads(start_tessera, kind):
    source = random.Random(new_seed())
    server = start_tessera(shards=1, enable_debug_command="yes")
    client = raw_client(server)
    client.execute_command("CONFIG", "SET", "rdbcompression", "no")
    client.execute_command("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", 1)
    payloads = [client.execute_command("DUMP", key) for key in make_keys(client, kind)]
    payloads = [payload for payload in payloads if len(payload) < LONGEST]
    connection = server.raw()
    accepted = 0
    for _ in range(PAYLOADS):
        bent = bend(source, source.choice(payloads))
        commands = [["RESTORE", "k", 0, bent, "REPLACE"], *source.sample(WORK[kind], 5), ["DUMP", "k"], ["DEL", "k", "other"]]
        connection.send(b"".join(encode_command(*words) for words in commands))
        replies = [read_raw(connection) for _ in commands]
        if replies[0] == b"+OK\r\n":
            accepted += 1
        else:
            assert replies[0].startswith((b"-ERR Bad data format", b"-ERR DUMP payload version")), replies[0]
    print(f"{accepted} of {PAYLOADS} accepted")
    assert 0 < accepted < PAYLOADS
    assert client.execute_command("PING") in (b"PONG", True)
