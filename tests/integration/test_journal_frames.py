"""What is one record: transactions, scripts, what waited, what expired, and what several shards have parts of."""

import pytest
from journal import Journal, NO_SLOT, split
from servers import wait_until

FOR_LOG, FOR_ALL = 1, 3


class Node:
    """A node whose journal is read, and keys of each of its shards."""

    def __init__(self, server):
        self.server = server
        self.connection = server.raw(limit=30)
        self.journal = Journal(server)
        self.keys = [[] for _ in self.journal.pieces]
        number = 0
        while any(len(keys) < 4 for keys in self.keys):
            key = b"key:%d" % number
            number += 1
            self.run("SET", key, "x")
            [shard] = [i for i, records in enumerate(self.take()) if records]
            self.keys[shard].append(key)
        self.run("FLUSHALL")
        self.take()

    def run(self, *words):
        return self.connection.command(*words)

    def take(self):
        """The records of each shard since the last time, with None for a cut."""
        self.journal.take()
        self.journal.check()
        found = []
        for pieces in self.journal.pieces:
            found.append(list(pieces[0]))
            for piece in pieces[1:]:
                found[-1] += [None, *piece]
        self.journal.forget()
        return found

    def texts(self):
        """The same as texts, commands with "; " between."""
        return [[record and text_of(record) for record in records] for records in self.take()]


def text_of(record):
    return "; ".join(b" ".join(words).decode(errors="replace") for words in split(record.bytes))


@pytest.fixture
def one(start_tessera):
    return Node(start_tessera(shards=1, enable_debug_command="yes"))


@pytest.fixture
def two(start_tessera):
    return Node(start_tessera(shards=2, enable_debug_command="yes"))


def test_a_transaction_is_one_record(one):
    for words in (["MULTI"], ["SET", "a", 1], ["GET", "a"], ["SELECT", 2], ["INCR", "b"], ["SELECT", 0], ["LPUSH", "l", 1], ["EXEC"]):
        one.run(*words)
    assert one.texts() == [["MULTI; SET a 1; SELECT 2; INCR b; SELECT 0; LPUSH l 1; EXEC"]]


def test_one_write_needs_no_frame(one):
    for words in (["MULTI"], ["GET", "a"], ["SET", "a", 1], ["INCR", "l"], ["EXEC"]):
        one.run(*words)
    one.take()
    for words in (["MULTI"], ["GET", "a"], ["SET", "a", 1], ["EXEC"], ["MULTI"], ["GET", "a"], ["EXEC"], ["MULTI"], ["SET", "a", 2], ["DISCARD"]):
        one.run(*words)
    assert one.texts() == [["SET a 1"]]


def test_a_script_is_one_record(one):
    one.run("EVAL", "redis.call('SET', 'a', 1) redis.call('GET', 'a') redis.call('SET', 'b', 2, 'EX', 100) error('no')", 0)
    [[record]] = one.take()
    assert [words[0] for words in split(record.bytes)] == [b"MULTI", b"SET", b"SET", b"EXEC"]
    assert split(record.bytes)[2][3] == b"PXAT"
    one.run("EVAL", "return redis.call('SET', KEYS[1], 1)", 1, "a")
    one.run("MULTI")
    one.run("EVAL", "redis.call('SET', 'a', 1) return redis.call('SET', 'b', 2)", 0)
    one.run("INCR", "a")
    one.run("EXEC")
    one.run("EVAL", "return redis.call('GET', 'a')", 0)
    assert one.texts() == [["SET a 1", "MULTI; SET a 1; SET b 2; INCR a; EXEC"]]


def test_scripts_say_for_whom(one):
    one.run("EVAL", "redis.call('SET', 'a', 1) redis.set_repl(redis.REPL_NONE) redis.call('SET', 'b', 2) "
                    "redis.set_repl(redis.REPL_AOF) redis.call('SET', 'c', 3)", 0)  # fmt: skip
    one.run("EVAL", "return redis.call('SET', 'd', 4)", 0)
    [records] = one.take()
    assert [(text_of(record), record.audience) for record in records] == [
        ("SET a 1", FOR_ALL), ("SET c 3", FOR_LOG), ("SET d 4", FOR_ALL),
    ]  # fmt: skip


def test_functions(two):
    code = "#!lua name=lib\nredis.register_function('f', function(keys) return redis.call('INCR', keys[1]) end)"
    for words in (["LOAD", code], ["LOAD", code], ["DELETE", "nosuch"], ["DELETE", "lib"], ["FLUSH"], ["DUMP"], ["LIST"]):
        two.run("FUNCTION", *words)
    records, others = two.take()
    assert [split(record.bytes) for record in records] == [
        [[b"FUNCTION", b"LOAD", code.encode()]], [[b"FUNCTION", b"DELETE", b"lib"]], [[b"FUNCTION", b"FLUSH"]],
    ]  # fmt: skip
    assert {record.slot for record in records} == {NO_SLOT} and others == []
    assert b"errorstat_ERR:count=2" in two.run("INFO", "errorstats")


def test_what_expires_is_deleted(one):
    one.run("SET", "a", 1, "PX", 1)
    one.run("SELECT", 3)
    one.run("HSET", "h", "f", 1, "g", 2)
    one.run("HPEXPIRE", "h", 1, "FIELDS", 1, "f")
    wait_until(lambda: one.run("HLEN", "h") == 1)
    wait_until(lambda: one.run("DBSIZE") == 1)
    one.run("SELECT", 0)
    wait_until(lambda: one.run("DBSIZE") == 0)
    [records] = one.take()
    texts = {text_of(record): record.database for record in records}
    assert texts["DEL a"] == 0 and texts["HDEL h f"] == 3


def test_lazily_freed_keys_are_unlinked(one):
    one.run("CONFIG", "SET", "lazyfree-lazy-expire", "yes")
    one.run("DEBUG", "SET-ACTIVE-EXPIRE", 0)
    one.run("SET", "a", 1, "PX", 1)
    wait_until(lambda: one.run("GET", "a") is None)
    assert one.texts()[0][-1] == "UNLINK a"


def test_who_waited_is_told_behind_what_came(one):
    with one.server.raw() as waiting:
        waiting.send_command("BLMPOP", 0, 2, "l", "m", "LEFT", "COUNT", 2)
        wait_until(lambda: one.server.info("clients")["blocked_clients"] == 1)
        one.run("MULTI")
        one.run("RPUSH", "l", 1)
        one.run("RPUSH", "m", 2)
        one.run("EXEC")
        assert waiting.read_reply() == [b"l", [b"1"]]
    assert one.texts() == [["MULTI; RPUSH l 1; RPUSH m 2; EXEC", "LPOP l 2"]]


# ---- Several shards ----


def test_parts_have_what_they_need(two):
    (a, b, c), (p, q, _) = ([key.decode() for key in keys[:3]] for keys in two.keys)
    two.run("SADD", a, 1, 2)
    two.run("RPUSH", b, "x", "y")
    two.take()
    two.run("MSET", c, 1, q, 2)
    first, second = two.take()
    assert [text_of(record) for record in first + second] == [f"SET {c} 1", f"SET {q} 2"]
    assert first[0].transaction == second[0].transaction > 0 and first[0].parts == second[0].parts == 2
    two.run("SMOVE", a, p, 1)
    two.run("LMOVE", b, q, "LEFT", "RIGHT")
    two.run("DEL", q)
    two.run("LMOVE", b, q, "LEFT", "RIGHT")
    two.run("RENAME", c, p)
    two.run("COPY", p, c)
    assert two.texts() == [
        [f"SREM {a} 1", f"LPOP {b}", f"DEL {c}", f"SET {c} 1"], [f"SADD {p} 1", f"DEL {q}", f"RPUSH {q} x", f"SET {p} 1"],
    ]  # fmt: skip


def test_whole_values(two):
    a, p = (keys[0].decode() for keys in two.keys)
    two.run("ZADD", a, 1, "m")
    two.run("SET", p, "x", "EX", 100)
    two.take()
    two.run("ZUNIONSTORE", p, 2, a, p)
    two.run("RPUSH", a + "{" + p + "}", 1)
    two.run("DEL", p)
    two.take()
    two.run("ZUNIONSTORE", p, 1, a)
    two.run("EXPIRE", a, 100)
    two.take()
    two.run("RENAME", a, p)
    (gone,), (came,) = two.take()
    assert text_of(gone) == f"DEL {a}"
    [[name, key, expiry, _, *options]] = split(came.bytes)
    assert (name, key.decode(), options) == (b"RESTORE", p, [b"REPLACE", b"ABSTTL"])
    assert int(expiry) == two.run("PEXPIRETIME", p)


def test_a_transaction_over_shards(two):
    (a, b), (p, _) = ([key.decode() for key in keys[:2]] for keys in two.keys)
    for words in (["MULTI"], ["SET", a, 1], ["SET", p, 2], ["INCR", b], ["EXEC"]):
        two.run(*words)
    (first,), (second,) = two.take()
    assert [text_of(first), text_of(second)] == [f"MULTI; SET {a} 1; INCR {b}; EXEC", f"SET {p} 2"]
    assert first.transaction == second.transaction and first.parts == second.parts == 2
    two.run("EVAL", f"redis.call('SET', '{a}', 5) return redis.call('DEL', '{p}')", 0)
    two.run("EVAL", f"return redis.call('SET', '{a}', 6)", 0)
    (first, alone), (second,) = two.take()
    assert [text_of(first), text_of(second), text_of(alone)] == [f"SET {a} 5", f"DEL {p}", f"SET {a} 6"]
    assert first.transaction == second.transaction and (alone.parts, alone.transaction) == (0, 0)


@pytest.mark.parametrize("words", [("FLUSHALL",), ("FLUSHDB", "ASYNC"), ("SWAPDB", 0, 1)])
def test_a_cut_comes_before_what_concerns_all(two, words):
    two.run(*words)
    text = " ".join(map(str, words))
    assert two.texts() == [[None, text], [None]]
    a, p = (keys[0].decode() for keys in two.keys)
    for command in (["MULTI"], ["SET", a, 1], ["SET", p, 1], words, ["SET", p, 2], ["EXEC"]):
        two.run(*command)
    assert two.texts() == [[f"SET {a} 1", None, text], [f"SET {p} 1", None, f"SET {p} 2"]]


def test_nobody_reads(two):
    two.run("SET", "a", 1)
    two.run("DEBUG", "JOURNAL", "STOP")
    two.run("SET", "a", 2)
    two.run("DEBUG", "JOURNAL", "START")
    assert two.texts() == [[], []]


def test_slots_in_cluster_mode(start_tessera):
    server = start_tessera(cluster_enabled=True, shards=2, enable_debug_command="yes")
    connection = server.raw()
    connection.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: connection.command("SET", "foo", 1) == "OK")
    journal = Journal(server)
    connection.command("MSET", "{foo}1", 1, "{foo}2", 2)
    connection.command("EVAL", "redis.call('SET', KEYS[1], 1) return redis.call('LPUSH', KEYS[2], 1)", 2, "{foo}a", "{foo}b")
    connection.command("LMPOP", 1, "{foo}b", "LEFT")
    journal.take()
    assert [record.slot for record in journal.records()] == [12182] * 3
