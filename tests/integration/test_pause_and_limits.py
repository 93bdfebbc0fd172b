"""What holds clients back or sends them away: CLIENT PAUSE, and the limits of the configuration."""

import contextlib
import re
import socket
import threading
import time

import pytest
from servers import LIMIT_FACTOR, ErrorReply, encode_command, wait_until

SHARDS = [1, 2, 4]
MEGABYTE = 1 << 20


def is_silent(connection):
    """Nothing has come for it, and nothing comes within a moment."""
    limit = connection.socket.gettimeout()
    connection.socket.settimeout(0.2)
    try:
        return connection.socket.recv(1, socket.MSG_PEEK) is None
    except TimeoutError:
        return True
    finally:
        connection.socket.settimeout(limit)


def count_clients(connection):
    return len(connection.command("CLIENT", "LIST").splitlines())


def keys_everywhere(count=40):
    return [f"k:{number}" for number in range(count)]


def sets(keys, value="v"):
    return b"".join(encode_command("SET", key, value) for key in keys)


# ---- CLIENT PAUSE ----


@pytest.mark.parametrize("shards", SHARDS)
@pytest.mark.parametrize("mode", ["ALL", "WRITE"])
def test_pause_and_unpause(start_tessera, shards, mode):
    """Commands that came meanwhile wait, and then all run, in order."""
    server = start_tessera(shards=shards)
    admin = server.raw()
    clients = [server.raw() for _ in range(8)]
    keys = keys_everywhere()
    assert admin.command("SET", "k:0", "before") == "OK"
    assert admin.command("CLIENT", "PAUSE", 1_000_000, mode) == "OK"
    pairs = [word for key in keys for word in (key, "many")]
    for client in clients:
        client.send(encode_command("GET", "k:0"))
        if mode == "WRITE":
            assert client.read_reply() == b"before"
        client.send(sets(keys) + b"PING\r\n" + encode_command("MSET", *pairs) + encode_command("GET", "k:7"))
    for client in clients:
        assert is_silent(client)
    if mode == "WRITE":
        assert admin.command("DBSIZE") == 1
    assert admin.command("CLIENT", "UNPAUSE") == "OK"
    for client in clients:
        if mode == "ALL":
            assert client.read_reply() in (b"before", b"v", b"many")
        client.expect(b"+OK\r\n" * len(keys) + b"+PONG\r\n+OK\r\n")
        assert client.read_reply() in (b"v", b"many")
    assert admin.command("DBSIZE") == len(keys)


@pytest.mark.parametrize("shards", SHARDS)
@pytest.mark.parametrize("mode", ["ALL", "WRITE"])
def test_pause_ends_by_itself(start_tessera, shards, mode):
    """Also while other clients keep the shards busy."""
    server = start_tessera(shards=shards)
    stop = threading.Event()
    problems = []

    def busy():
        connection = server.raw(limit=60)
        try:
            while not stop.is_set():
                connection.send(b"PING\r\n" + encode_command("GET", "k:1"))
                connection.expect("+PONG\r\n")
                connection.read_reply()
        except Exception as error:  # noqa: BLE001 (looked at below)
            problems.append(error)

    threads = [threading.Thread(target=busy) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        writers = [server.raw() for _ in range(6)]
        admin = server.raw()
        for _ in range(5):
            assert admin.command("CLIENT", "PAUSE", 150, mode) == "OK"
            for writer in writers:
                writer.send(sets(keys_everywhere(10)))
            for writer in writers:
                writer.expect(b"+OK\r\n" * 10)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []


@pytest.mark.parametrize("shards", [1, 4])
def test_pause_with_commands_of_several_shards(start_tessera, shards):
    """Hops that are under way when the pause begins still end; sections wait."""
    server = start_tessera(shards=shards)
    admin = server.raw()
    writers = [server.raw() for _ in range(10)]
    keys = keys_everywhere(200)
    for round_number in range(10):
        for writer in writers:
            writer.send(b"".join(encode_command("INCR", key) for key in keys))
        assert admin.command("CLIENT", "PAUSE", 1_000_000, "WRITE") == "OK"
        assert admin.command("CLIENT", "UNPAUSE") == "OK"
        for writer in writers:
            values = [writer.read_reply() for _ in keys]
            assert all(10 * round_number < value <= 10 * (round_number + 1) for value in values)
    assert admin.command("MGET", *keys) == [b"100"] * len(keys)


def test_paused_clients_that_leave(start_tessera):
    server = start_tessera(shards=4)
    admin = server.raw()
    assert admin.command("CLIENT", "PAUSE", 1_000_000, "WRITE") == "OK"
    for number in range(60):
        client = server.raw()
        client.send(sets(keys_everywhere(30)))
        client.reset() if number % 2 else client.close()
    # Those that were reset may go at once; those that only ended are still owed their answers.
    wait_until(lambda: 31 <= count_clients(admin) < 61)
    assert admin.command("DBSIZE") == 0
    assert admin.command("CLIENT", "UNPAUSE") == "OK"
    wait_until(lambda: count_clients(admin) == 1)


@pytest.mark.parametrize("shards", SHARDS)
def test_pause_keeps_the_data(start_tessera, shards):
    """Nothing goes because of its time, and nothing is evicted, before its end."""
    server = start_tessera(shards=shards, maxmemory_policy="allkeys-random")
    admin, reader = server.raw(), server.raw()
    keys = keys_everywhere()
    admin.send(sets(keys, "v" * 1000))
    assert [admin.read_reply() for _ in keys] == ["OK"] * len(keys)
    assert admin.command("HSET", "hash", "a", 1, "b", 2) == 2
    # The pause is there before their time has come.
    commands = [("PEXPIRE", key, 50) for key in keys[::2]] + [("HPEXPIRE", "hash", 50, "FIELDS", 1, "a")]
    commands = [("MULTI",), *commands, ("CLIENT", "PAUSE", 1_000_000, "WRITE"), ("EXEC",)]
    admin.send(b"".join(encode_command(*words) for words in commands))
    end = time.monotonic() + 0.2
    assert [admin.read_reply() for _ in commands][-1][-1] == "OK"
    assert admin.command("CONFIG", "SET", "maxmemory", 1000) == "OK"
    wait_until(lambda: time.monotonic() > end)
    assert reader.command("DBSIZE") == len(keys) + 1
    assert reader.command("HLEN", "hash") == 2
    assert admin.command("CLIENT", "UNPAUSE") == "OK"
    wait_until(lambda: reader.command("DBSIZE") == 0)


def test_longest_and_strictest_pause_wins(start_tessera):
    server = start_tessera(shards=2)
    admin, client = server.raw(), server.raw()
    assert admin.command("CLIENT", "PAUSE", 1_000_000, "WRITE") == "OK"
    assert admin.command("CLIENT", "PAUSE", 1, "ALL") == "OK"
    client.send_command("GET", "k")
    assert is_silent(client)
    assert admin.command("CLIENT", "UNPAUSE") == "OK"
    assert client.read_reply() is None


@pytest.mark.parametrize(
    "arguments, error",
    [
        (("x",), "ERR timeout is not an integer or out of range"),
        (("-1",), "ERR timeout is negative"),
        (("1", "SOME"), "ERR CLIENT PAUSE mode must be WRITE or ALL"),
    ],
)
def test_pause_errors(tessera, arguments, error):
    assert tessera.raw().command("CLIENT", "PAUSE", *arguments) == ErrorReply(error)


@pytest.mark.parametrize("shards", SHARDS)
def test_what_may_write_waits_while_writes_are_paused(start_tessera, shards):
    server = start_tessera(shards=shards)
    admin = server.raw()
    harmless = "#!lua flags=no-writes\nreturn 1"
    library = (
        "#!lua name=l\n"
        "redis.register_function('w', function() return 1 end)\n"
        "redis.register_function{function_name='r', callback=function() return 1 end, flags={'no-writes'}}"
    )
    assert admin.command("FUNCTION", "LOAD", library) == b"l"
    loaded = admin.command("SCRIPT", "LOAD", "return 1"), admin.command("SCRIPT", "LOAD", harmless)
    paused = [
        ("PFCOUNT", "k"), ("PUBLISH", "c", "m"), ("EVAL", "return 1", 0), ("EVAL", "#!lua\nreturn 1", 0),
        ("EVALSHA", loaded[0], 0), ("FCALL", "w", 0),
    ]  # fmt: skip
    allowed = [
        ("EVAL", harmless, 0), ("EVALSHA", loaded[1], 0), ("EVAL_RO", "return 1", 0), ("FCALL", "r", 0),
        ("FCALL_RO", "r", 0),
    ]  # fmt: skip
    clients = [server.raw() for _ in paused]
    other = server.raw()
    assert admin.command("CLIENT", "PAUSE", 1_000_000, "WRITE") == "OK"
    for client, command in zip(clients, paused):
        client.send_command(*command)
    for command in allowed:
        assert other.command(*command) == 1
    for wrong in (("SET", "k"), ("EVAL",), ("NO-SUCH-COMMAND",)):
        assert str(other.command(*wrong)).startswith("ERR ")
    # So it is with transactions, whatever is in them.
    assert other.command("MULTI") == "OK"
    for command in allowed:
        assert other.command(*command) == "QUEUED"
    assert other.command("EXEC") == [1] * len(allowed)
    transaction = server.raw()
    for command in (("MULTI",), ("GET", "k"), allowed[0], paused[2]):
        assert transaction.command(*command) in ("OK", "QUEUED")
    transaction.send_command("EXEC")
    for client in [*clients, transaction]:
        assert is_silent(client)
    assert admin.command("CLIENT", "UNPAUSE") == "OK"
    assert [client.read_reply() for client in clients] == [0, 0, 1, 1, 1, 1]
    assert transaction.read_reply() == [None, 1, 1]


# ---- Limits ----


@pytest.mark.parametrize("shards", SHARDS)
def test_maxclients(start_tessera, shards):
    """The node's clients count together, whichever shard has accepted them."""
    server = start_tessera(shards=shards, maxclients=10)
    wait_until(lambda: server.raw().command("PING") == "PONG")
    for connection in server._open:
        connection.close()
    first = server.raw()
    wait_until(lambda: count_clients(first) == 1)
    clients = [first] + [server.raw() for _ in range(9)]
    for client in clients:
        assert client.command("PING") == "PONG"
    for _ in range(20):
        refused = server.raw()
        assert refused.read_until_closed() == b"-ERR max number of clients reached\r\n"
    clients.pop().close()

    def there_is_room():
        with contextlib.suppress(ConnectionError):
            return server.raw().command("PING") == "PONG"

    wait_until(there_is_room)
    assert re.search(r"rejected_connections:(\d+)", first.command("INFO", "stats").decode())[1] >= "20"
    assert first.command("CONFIG", "SET", "maxclients", 20) == "OK"
    assert [server.raw().command("PING") for _ in range(5)] == ["PONG"] * 5


@pytest.mark.parametrize("shards", [1, 4])
def test_idle_clients_are_closed_everywhere(start_tessera, shards):
    server = start_tessera(shards=shards)
    idle = [server.raw(limit=30) for _ in range(20)]
    for client in idle:
        assert client.command("PING") == "PONG"
    admin = server.raw()
    assert admin.command("CONFIG", "SET", "timeout", 1) == "OK"
    monitor = server.raw()
    assert monitor.command("MONITOR") == "OK"
    for client in idle:
        while count_clients(admin) > 2:
            monitor.buffer.clear()
        assert client.read_until_closed() == b""
    assert admin.command("PING") == "PONG"


def closed_for_output(server):
    return server.info("stats")["client_output_buffer_limit_disconnections"]


@pytest.mark.parametrize("shards", [1, 4])
def test_hard_output_limit(start_tessera, shards):
    server = start_tessera(shards=shards, client_output_buffer_limit=["normal", "4mb", "0", "0"])
    admin = server.raw()
    assert admin.command("SET", "big", "x" * MEGABYTE) == "OK"
    modest, greedy = server.raw(), server.raw()
    modest.send(encode_command("GET", "big") * 2)
    greedy.send(encode_command("GET", "big") * 100)
    assert wait_until(lambda: closed_for_output(server)) == 1
    assert len(greedy.read_until_closed()) < 100 * MEGABYTE
    assert modest.read_reply() == modest.read_reply() == b"x" * MEGABYTE
    assert "too many replies unread" in server.log_text()
    assert admin.command("PING") == "PONG"


@pytest.mark.parametrize("shards", [1, 4])
def test_soft_output_limit(start_tessera, shards):
    """Passed for some time, not for a moment."""
    server = start_tessera(shards=shards, client_output_buffer_limit=["normal", "0", "1mb", int(2 * LIMIT_FACTOR)])
    admin = server.raw()
    assert admin.command("SET", "big", "x" * MEGABYTE) == "OK"
    quick, slow = server.raw(), server.raw()
    for _ in range(5):
        quick.send(encode_command("GET", "big") * 8)
        for _ in range(8):
            assert quick.read_reply() == b"x" * MEGABYTE
    assert closed_for_output(server) == 0
    slow.send(encode_command("GET", "big") * 20)
    assert wait_until(lambda: closed_for_output(server), limit=20) == 1
    assert len(slow.read_until_closed()) < 20 * MEGABYTE
    assert quick.command("PING") == "PONG"


@pytest.mark.parametrize("shards", [1, 4])
def test_query_buffer_limit_of_a_stuck_client(start_tessera, shards):
    """A request that is too long for the limit, and pipelines that are not."""
    server = start_tessera(shards=shards, client_query_buffer_limit="1mb")
    connection = server.raw()
    connection.send(sets(keys_everywhere(1000), "v" * 3000))
    connection.expect(b"+OK\r\n" * 1000)
    assert connection.command("SET", "k", "x" * 900_000) == "OK"
    with contextlib.suppress(ConnectionError):
        connection.send_command("SET", "k", "x" * 5_000_000)
    assert connection.read_until_closed() == b""
    assert server.info("stats")["client_query_buffer_limit_disconnections"] == 1
    assert server.raw().command("STRLEN", "k") == 900_000


@pytest.mark.parametrize("shards", [1, 4])
def test_query_buffer_limit_spares_who_waits(start_tessera, shards):
    """What piles up behind a request that waits for the server is not the client's fault."""
    server = start_tessera(shards=shards, client_query_buffer_limit="1mb")
    admin = server.raw()
    clients = [server.raw() for _ in range(8)]
    assert admin.command("CLIENT", "PAUSE", 1_000_000, "WRITE") == "OK"
    pipeline = sets(keys_everywhere(1000), "v" * 3000)
    senders = [threading.Thread(target=client.send, args=(pipeline,)) for client in clients]
    for sender in senders:
        sender.start()
    wait_until(lambda: server.info("stats")["total_net_input_bytes"] > MEGABYTE)
    assert admin.command("CLIENT", "UNPAUSE") == "OK"
    for client in clients:
        client.expect(b"+OK\r\n" * 1000)
    for sender in senders:
        sender.join()
    assert server.info("stats")["client_query_buffer_limit_disconnections"] == 0


@pytest.mark.parametrize("shards", [1, 4])
def test_nothing_without_the_password(start_tessera, shards):
    server = start_tessera(shards=shards, requirepass="secret")
    no = ErrorReply("NOAUTH Authentication required.")
    connection = server.raw()
    connection.send(sets(keys_everywhere(20)) + encode_command("MGET", "k:1", "k:2") + encode_command("PING"))
    assert [connection.read_reply() for _ in range(22)] == [no] * 22
    for words in [("AUTH", "wrong"), ("AUTH", "default", "wrong"), ("AUTH", "somebody", "secret")]:
        assert str(connection.command(*words)).startswith("WRONGPASS")
    assert connection.command("GET", "k:1") == no
    # In one pipeline: what comes behind AUTH is served, on all shards.
    connection.send(encode_command("AUTH", "secret") + sets(keys_everywhere(20)) + encode_command("DBSIZE"))
    connection.expect(b"+OK\r\n" * 21 + b":20\r\n")
    assert connection.command("RESET") == "RESET"
    assert connection.command("GET", "k:1") == no
    # Requests that would cost much are not read before.
    for request in (b"*11\r\n", b"*2\r\n$3\r\nGET\r\n$16385\r\n"):
        stranger = server.raw()
        stranger.send(request)
        assert stranger.read_until_closed().startswith(b"-ERR Protocol error: unauthenticated")
    assert server.raw().command("HELLO", 3, "AUTH", "default", "secret")[b"proto"] == 3
