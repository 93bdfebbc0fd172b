"""Transactions with commands of the control thread in them: settings, users, snapshots."""

import pytest
from servers import ErrorReply, encode_command, wait_until

OK = "OK"
SETTING = b"slowlog-max-len"
KEYS = [f"key{number}" for number in range(16)]


@pytest.fixture(params=[1, 2])
def server(request, start_tessera):
    return start_tessera(shards=request.param, enable_debug_command=True)


def multi(connection, *commands):
    connection.send(b"".join(encode_command(*words) for words in [("MULTI",), *commands, ("EXEC",)]))
    assert connection.read_reply() == OK
    for words in commands:
        assert connection.read_reply() == "QUEUED", words
    return connection.read_reply()


def test_settings_and_data(server):
    """Every command sees what those before it have done."""
    connection = server.raw()
    answer = multi(
        connection,
        ("CONFIG", "SET", SETTING, 5),
        ("CONFIG", "GET", SETTING),
        ("MSET", *[word for key in KEYS for word in (key, 1)]),
        ("INCR", KEYS[0]),
        ("CONFIG", "SET", SETTING, 6),
        ("CONFIG", "GET", SETTING),
        ("PING",),
    )
    assert answer == [OK, [SETTING, b"5"], OK, 2, OK, [SETTING, b"6"], "PONG"]
    assert connection.command("MGET", *KEYS) == [b"2"] + [b"1"] * 15
    assert multi(connection, ("CONFIG", "SET", SETTING, 7)) == [OK]
    assert connection.command("CONFIG", "GET", SETTING) == [SETTING, b"7"]


def test_among_data(server):
    """What is about data stays together: the setting comes behind it."""
    connection = server.raw()
    answer = multi(
        connection,
        ("SET", KEYS[0], "a"),
        ("CONFIG", "SET", SETTING, 5),
        ("CONFIG", "SET", "no-such-setting", 5),
        ("SET", KEYS[1], "b"),
        ("DBSIZE",),
    )
    assert answer[:2] == [OK, OK]
    assert isinstance(answer[2], ErrorReply) and "no-such-setting" in str(answer[2])
    assert answer[3:] == [OK, 2]
    assert connection.command("CONFIG", "GET", SETTING) == [SETTING, b"5"]


def test_errors_of_the_handler(server):
    connection = server.raw()
    answer = multi(connection, ("CONFIG", "SET", SETTING, 1, 2), ("BGSAVE", "WHAT"), ("SET", "a", "b"))
    assert [type(one) for one in answer[:2]] == [ErrorReply, ErrorReply]
    assert answer[2] == OK


def test_watched(server):
    """A change of a watched key stops what the control thread would have done as well."""
    connection, other = server.raw(), server.raw()
    for touched in (False, True):
        for key in KEYS[:4]:
            assert connection.command("WATCH", key) == OK
        if touched:
            assert other.command("SET", KEYS[2], "x") == OK
        answer = multi(connection, ("CONFIG", "SET", SETTING, 50 + touched), ("SET", KEYS[0], touched))
        assert answer == (None if touched else [OK, OK])
        assert connection.command("CONFIG", "GET", SETTING) == [SETTING, b"50"]
    wait_until(lambda: server.info("clients")["total_watched_keys"] == 0)


def test_users(server):
    connection = server.raw()
    answer = multi(
        connection,
        ("ACL", "SETUSER", "anna", "on", ">secret", "+@all", "~*"),
        ("AUTH", "anna", "secret"),
        ("ACL", "WHOAMI"),
        ("SET", "a", "b"),
        ("ACL", "SETUSER", "anna", "-config"),
        ("CONFIG", "SET", SETTING, 9),
        ("ACL", "WHOAMI"),
    )
    assert answer[:5] == [OK, OK, b"anna", OK, OK]
    assert str(answer[5]).startswith("NOPERM")
    assert answer[6] == b"anna"
    assert connection.command("GET", "a") == b"b"


def test_snapshots(start_tessera):
    server = start_tessera(shards=2)
    connection = server.raw()
    answer = multi(connection, ("SET", "a", "1"), ("BGSAVE",), ("BGREWRITEAOF",))
    assert answer[:2] == [OK, "Background saving started"]
    assert "append only file rewriting" in answer[2]
    wait_until(lambda: server.info("persistence")["rdb_bgsave_in_progress"] == 0)
    assert connection.command("LASTSAVE") > 0


def test_append_only_on_and_off(start_tessera):
    server = start_tessera(shards=2, save="")
    connection = server.raw()
    answer = multi(
        connection,
        ("SET", KEYS[0], "1"),
        ("CONFIG", "SET", "appendonly", "yes"),
        ("INCR", KEYS[1]),
        ("CONFIG", "SET", "appendonly", "no"),
        ("CONFIG", "SET", "appendonly", "yes"),
    )
    assert answer == [OK, OK, 1, OK, OK]
    assert connection.command("INCR", KEYS[1]) == 2
    wait_until(lambda: server.info("persistence")["aof_rewrite_in_progress"] == 0)
    assert connection.command("WAITAOF", 1, 0, 0)[0] == 1
    server.kill()
    server.directives["appendonly"] = True
    server.start()
    assert server.raw().command("MGET", *KEYS[:2]) == [b"1", b"2"]


def test_clients_that_leave(server):
    """A client that does not wait for the answer: all is done, and nothing of it stays."""
    for round_number in range(20):
        with server.raw() as connection:
            words = [("MULTI",), ("INCR", KEYS[0]), ("CONFIG", "SET", SETTING, round_number), ("INCR", KEYS[1]), ("EXEC",)]
            connection.send(b"".join(encode_command(*word) for word in words))
    with server.raw() as connection:
        wait_until(lambda: connection.command("MGET", *KEYS[:2]) == [b"20", b"20"])


def test_transactions_at_once(server):
    """Many clients that change settings and data: none is lost, and data stay together."""
    connections = [server.raw() for _ in range(8)]
    for _ in range(5):
        for number, connection in enumerate(connections):
            words = [("MULTI",), ("INCR", KEYS[0]), ("CONFIG", "SET", SETTING, number), ("INCR", KEYS[1]), ("EXEC",)]
            connection.send(b"".join(encode_command(*word) for word in words))
        for connection in connections:
            assert [connection.read_reply() for _ in range(4)] == [OK] + ["QUEUED"] * 3
            first, setting, second = connection.read_reply()
            assert (first, setting) == (second, OK)
    assert connections[0].command("GET", KEYS[0]) == b"40"
