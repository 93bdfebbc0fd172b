"""Clients that mean harm, or are broken: the server's memory stays bounded and others are served.

Every test has a bystander, an ordinary client that must be answered while the others misbehave, and a
stated bound for the growth of resident memory.
"""

import contextlib
import random
import resource
import socket
import time

import pytest
from servers import HOST, TESSERA_SERVER, RawConnection, encode_command, is_sanitized, wait_until

MEGABYTE = 1 << 20
BIG_VALUE = MEGABYTE
PROTOCOL_ERROR = "-ERR Protocol error: "


class Bystander:
    """An ordinary client, and a record of the server's memory at the start."""

    def __init__(self, server, password=None):
        self.server = server
        self.connection = server.raw()
        if password:
            assert self.connection.command("AUTH", password) == "OK"
        assert self.connection.command("SET", "bystander", "here") == "OK"
        self.resident_before = server.resident_bytes()
        self.sanitized = is_sanitized(TESSERA_SERVER)

    def is_served(self):
        assert self.connection.command("PING") == "PONG"
        assert self.connection.command("GET", "bystander") == b"here"
        return True

    def memory_grew_less_than(self, bound):
        """Sanitizers keep freed memory back, so their builds get more room."""
        bound = bound * 4 + 512 * MEGABYTE if self.sanitized else bound
        growth = self.server.resident_bytes() - self.resident_before
        assert growth < bound, f"grew by {growth >> 20} MB, bound {bound >> 20} MB"

    def sees_clients(self, count):
        """Waits until the server has no more than `count` clients, this one included."""
        wait_until(
            lambda: len(self.connection.command("CLIENT", "LIST").splitlines()) <= count,
            limit=20, what=f"at most {count} clients left",
        )


def send_until_full(connection, data, most):
    """Sends copies of data without waiting, until the kernel takes no more for a second or the server
    closes; returns how many bytes were taken."""
    taken = 0
    connection.socket.settimeout(1)
    with contextlib.suppress(TimeoutError, ConnectionError):
        while taken < most:
            taken += connection.socket.send(data)
    return taken


@pytest.mark.parametrize("shards", [1, 2])
def test_slow_readers(start_tessera, shards):
    """Thousands of GETs of a big value whose replies nobody reads; then one is read after all."""
    server = start_tessera(shards=shards)
    bystander = Bystander(server)
    value = random.Random(1).randbytes(BIG_VALUE)
    assert bystander.connection.command("SET", "big", value) == "OK"
    readers = [server.raw() for _ in range(8)]
    for reader in readers:
        reader.send(encode_command("GET", "big") * 1000)
        bystander.is_served()
    reply = b"$%d\r\n%s\r\n" % (len(value), value)
    for _ in range(50):
        bystander.is_served()
    bystander.memory_grew_less_than(128 * MEGABYTE)
    for _ in range(20):
        assert readers[0].read_bytes(len(reply)) == reply
    bystander.is_served()
    bystander.memory_grew_less_than(128 * MEGABYTE)
    for reader in readers:
        reader.reset()
    bystander.sees_clients(1)


def test_requests_without_end_and_replies_unread(tessera):
    """A client that only ever sends: the server stops taking its requests."""
    bystander = Bystander(tessera)
    assert bystander.connection.command("SET", "big", "x" * 10000) == "OK"
    attacker = tessera.raw()
    send_until_full(attacker, encode_command("GET", "big") * 1000, most=400 * MEGABYTE)
    bystander.is_served()
    bystander.memory_grew_less_than(96 * MEGABYTE)


def test_half_requests(tessera):
    """Announced lengths cost nothing until the bytes come."""
    bystander = Bystander(tessera)
    halves = [
        b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000000\r\nabc",
        b"*1000000\r\n$4\r\nMGET\r\n$1\r\nk\r\n",
        b"*2\r\n$400000000\r\n",
        b"*2\r\n$3\r\nGE",
        b"SET key 'without an end",
        b"*",
    ]
    connections = []
    for i in range(600):
        connection = tessera.raw()
        connection.send(halves[i % len(halves)])
        connections.append(connection)
    bystander.is_served()
    bystander.memory_grew_less_than(64 * MEGABYTE)
    for connection in connections:
        connection.close()
    bystander.sees_clients(1)


def test_every_prefix_of_a_request(tessera):
    bystander = Bystander(tessera)
    request = encode_command("SET", "prefix", "value") + b"GET prefix\r\n"
    for end in range(len(request)):
        connection = tessera.raw()
        connection.send(request[:end])
        connection.close() if end % 2 else connection.reset()
    bystander.is_served()
    bystander.sees_clients(1)
    bystander.memory_grew_less_than(16 * MEGABYTE)


def test_headers_of_a_billion(tessera):
    bystander = Bystander(tessera)
    connections = []
    for _ in range(200):
        connection = tessera.raw()
        connection.send(b"*1000000000\r\n" + b"$1\r\nx\r\n" * 100)
        connections.append(connection)
    bystander.is_served()
    bystander.memory_grew_less_than(64 * MEGABYTE)


@pytest.mark.parametrize(
    "request_bytes, error",
    [
        (b"*2147483648\r\n", "invalid multibulk length"),
        (b"*9223372036854775808\r\n", "invalid multibulk length"),
        (b"*abc\r\n", "invalid multibulk length"),
        (b"*1\r\n$-5\r\n", "invalid bulk length"),
        (b"*1\r\n$536870913\r\n", "invalid bulk length"),
        (b"*1\r\n$9223372036854775808\r\n", "invalid bulk length"),
        (b"*1\r\n$abc\r\n", "invalid bulk length"),
        (b"*1\r\nPING\r\n", "expected '$', got 'P'"),
        (b"A" * 70000, "too big inline request"),
        (b"*" + b"1" * 70000, "too big mbulk count string"),
        (b"*1\r\n$" + b"1" * 70000, "too big bulk count string"),
        (b"GET 'open\r\n", "unbalanced quotes in request"),
    ],
)
def test_protocol_errors(tessera, request_bytes, error):
    """Each is answered by its error, then the connection is closed; requests before it are served."""
    bystander = Bystander(tessera)
    connection = tessera.raw()
    connection.send(encode_command("PING"))
    connection.expect("+PONG\r\n")
    connection.send(request_bytes)
    assert connection.read_until_closed() == f"{PROTOCOL_ERROR}{error}\r\n".encode()
    bystander.is_served()
    bystander.memory_grew_less_than(16 * MEGABYTE)


def test_empty_requests(tessera):
    bystander = Bystander(tessera)
    connection = tessera.raw()
    connection.send(b"*0\r\n*-1\r\n\r\n\n*0\r\n" * 1000 + encode_command("PING"))
    connection.expect("+PONG\r\n")
    connection.send(b"*0\r\n" + b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n" + b"*0\r\nPING\r\n")
    connection.expect("+OK\r\n+PONG\r\n")
    bystander.is_served()


def test_many_arguments(tessera):
    bystander = Bystander(tessera)
    connection = tessera.raw()
    connection.send(encode_command("DEL", *(f"key:{i}" for i in range(200000))))
    connection.expect(":0\r\n")
    connection.send(encode_command("GET", *["key"] * 200000))
    connection.expect("-ERR wrong number of arguments for 'get' command\r\n")
    bystander.is_served()
    bystander.memory_grew_less_than(128 * MEGABYTE)


def test_inline_lines_of_64_kilobytes(tessera):
    """Just short enough is served; without an end they are cut off, be they many."""
    bystander = Bystander(tessera)
    connection = tessera.raw()
    connection.send(b"SET inline " + b"v" * 60000 + b"\r\n")
    connection.expect("+OK\r\n")
    assert len(bystander.connection.command("GET", "inline")) == 60000
    lines = [tessera.raw() for _ in range(200)]
    for line in lines:
        line.send(b"A" * 65000)
    bystander.is_served()
    bystander.memory_grew_less_than(64 * MEGABYTE)
    for line in lines:
        line.send(b"A" * 2000)
        assert line.read_until_closed().startswith(PROTOCOL_ERROR.encode())
    bystander.sees_clients(2)


def test_resets_in_the_middle_of_replies(tessera):
    bystander = Bystander(tessera)
    assert bystander.connection.command("SET", "big", "x" * BIG_VALUE) == "OK"
    numbers = random.Random(2)
    for _ in range(200):
        connection = tessera.raw()
        connection.send(encode_command("GET", "big") * 20)
        if numbers.random() < 0.7:
            connection.read_bytes(numbers.randrange(1, 3 * BIG_VALUE))
        connection.reset()
    bystander.is_served()
    bystander.sees_clients(1)
    bystander.memory_grew_less_than(96 * MEGABYTE)


def test_resets_with_hops_in_flight(start_tessera):
    """Pipelines over all shards, reset before their replies: nothing is lost, freed twice or kept."""
    server = start_tessera(shards=2)
    bystander = Bystander(server)
    numbers = random.Random(3)
    for round_number in range(200):
        connection = server.raw()
        connection.send(b"".join(
            encode_command("SET", f"key:{numbers.randrange(1000)}", "v" * numbers.randrange(2000))
            + encode_command("GET", f"key:{numbers.randrange(1000)}")
            for _ in range(200)
        ))
        if round_number % 3 == 0:
            connection.read_reply()
        connection.reset() if round_number % 2 else connection.close()
    bystander.is_served()
    bystander.sees_clients(1)
    bystander.memory_grew_less_than(64 * MEGABYTE)


def test_value_replaced_while_it_is_being_sent(start_tessera):
    """What a slow reader was promised is what it gets, whatever becomes of the key meanwhile."""
    server = start_tessera(shards=2)
    bystander = Bystander(server)
    slow = server.raw()
    for letter in b"abc":
        assert bystander.connection.command("SET", "big", bytes([letter]) * BIG_VALUE) == "OK"
        slow.send_command("STRLEN", "big")
        slow.expect(f":{BIG_VALUE}\r\n")
        slow.send_command("GET", "big")
        wait_until(lambda: slow.socket.recv(1, socket.MSG_PEEK), what="the first byte of the reply")
        assert bystander.connection.command("SET", "big", "z" * BIG_VALUE) == "OK"
        assert bystander.connection.command("DEL", "big") == 1
        assert slow.read_reply() == bytes([letter]) * BIG_VALUE
    bystander.is_served()


@pytest.fixture
def many_files():
    """Room for 10,000 sockets in this process, and in a server started by it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 11000
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"at most {hard} open files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.limit(300)
def test_10000_connections_open_and_close(many_files, start_tessera):
    server = start_tessera(shards=2)
    bystander = Bystander(server)
    for _ in range(10):
        connections = [RawConnection((HOST, server.port)) for _ in range(1000)]
        for connection in connections[::3]:
            connection.send("PING\r\n")
        for connection in connections[::6]:
            connection.expect("+PONG\r\n")
        for number, connection in enumerate(connections):
            connection.reset() if number % 4 == 0 else connection.close()
        bystander.is_served()
    bystander.sees_clients(1)
    bystander.memory_grew_less_than(64 * MEGABYTE)


@pytest.mark.limit(300)
def test_10000_connections_at_once(many_files, start_tessera):
    server = start_tessera(shards=2, maxclients=10001)
    bystander = Bystander(server)
    connections = [RawConnection((HOST, server.port)) for _ in range(10000)]
    for number, connection in enumerate(connections):
        connection.send(encode_command("SET", f"key:{number}", number))
    for connection in connections:
        connection.expect("+OK\r\n")
    with RawConnection((HOST, server.port)) as refused:
        assert refused.read_until_closed() == b"-ERR max number of clients reached\r\n"
    bystander.is_served()
    bystander.memory_grew_less_than(256 * MEGABYTE)
    for connection in connections:
        connection.close()
    bystander.sees_clients(1)
    assert bystander.connection.command("DBSIZE") == 10001


def test_limits_before_authentication(start_tessera):
    server = start_tessera(requirepass="secret")
    bystander = Bystander(server, "secret")
    for request, error in [
        (b"*11\r\n", "unauthenticated multibulk length"),
        (b"*2\r\n$16385\r\n", "unauthenticated bulk length"),
    ]:
        connection = server.raw()
        connection.send(request)
        assert connection.read_until_closed() == f"{PROTOCOL_ERROR}{error}\r\n".encode()
    connection = server.raw()
    connection.send_command("GET", "bystander")
    connection.expect("-NOAUTH Authentication required.\r\n")
    connection.send_command("AUTH", "secret")
    connection.expect("+OK\r\n")
    connection.send_command("GET", "bystander")
    connection.expect("$4\r\nhere\r\n")
    bystander.is_served()


def test_unread_errors_before_authentication(start_tessera):
    """Replies that say no are limited too."""
    server = start_tessera(requirepass="secret")
    bystander = Bystander(server, "secret")
    for _ in range(4):
        attacker = server.raw()
        send_until_full(attacker, b"GET bystander\r\n" * 1000, most=64 * MEGABYTE)
    bystander.is_served()
    bystander.memory_grew_less_than(32 * MEGABYTE)


@pytest.mark.parametrize("first", ["POST / HTTP/1.1", "Host: 127.0.0.1"])
def test_http_is_refused(tessera, first):
    """A browser lured into posting commands gets nothing done."""
    bystander = Bystander(tessera)
    connection = tessera.raw()
    connection.send(f"{first}\r\nContent-Type: text/plain\r\n\r\nSET injected yes\r\n")
    assert connection.read_until_closed() == b""
    assert bystander.connection.command("EXISTS", "injected") == 0
    wait_until(lambda: "HTTP" in tessera.log_text(), what="a line about it in the log")
    bystander.is_served()


@pytest.mark.parametrize("password", [None, "secret"])
def test_flood_of_protocol_errors(start_tessera, password):
    """Neither the log nor the memory grows with it."""
    server = start_tessera(**({"requirepass": password} if password else {}))
    bystander = Bystander(server, password)
    log_before = len(server.log_text())
    for number in range(3000):
        connection = server.raw()
        connection.send(b"*1\r\nnot a length\r\n" if number % 2 else b"*-x\r\n")
        assert connection.read_until_closed().startswith(PROTOCOL_ERROR.encode())
        connection.close()
    bystander.is_served()
    bystander.memory_grew_less_than(32 * MEGABYTE)
    assert len(server.log_text()) - log_before < 100000


def test_errors_carry_no_line_ends(tessera):
    """Text of a client that comes back in an error cannot be taken for another reply."""
    bystander = Bystander(tessera)
    connection = tessera.raw()
    for arguments in [
        ("NO\r\n+OK\r\nSUCH",),
        ("NOSUCH", "one\r\n+OK\r\n", "\n-ERR two"),
        ("CLIENT", "NO\r\n+OK"),
        ("CONFIG", "SET", "no\r\n+OK\r\nsuch", "1"),
    ]:
        connection.send_command(*arguments)
        line = connection.read_line()
        assert line.startswith(b"-ERR")
        assert b"\n" not in line and b"\r" not in line
        assert connection.command("PING") == "PONG"
    bystander.is_served()


def test_patterns_that_backtrack(tessera):
    """Matching takes no exponential time, nor a stack that grows with the pattern."""
    bystander = Bystander(tessera)
    connection = tessera.raw()
    assert connection.command("SET", "a" * 200, "x") == "OK"
    bad = "a*" * 60 + "b"
    assert connection.command("KEYS", bad) == []
    assert connection.command("KEYS", "*" * 100000 + "b") == []
    assert connection.command("SCAN", "0", "MATCH", bad, "COUNT", "1000")[1] == []
    assert connection.command("CONFIG", "GET", bad) == []
    assert connection.command("COMMAND", "LIST", "FILTERBY", "PATTERN", bad) == []
    bystander.is_served()


def test_query_buffer_limit(start_tessera):
    """One request larger than the limit is not taken, however lazily it comes."""
    server = start_tessera(client_query_buffer_limit="1mb")
    bystander = Bystander(server)
    connection = server.raw()
    connection.send(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$10000000\r\n")
    with contextlib.suppress(ConnectionError):
        connection.send(b"x" * 9000000)
    assert connection.read_until_closed() == b""
    assert bystander.connection.command("EXISTS", "k") == 0
    bystander.is_served()
    bystander.memory_grew_less_than(16 * MEGABYTE)


def test_monitor_that_nobody_reads(tessera):
    bystander = Bystander(tessera)
    monitor = tessera.raw()
    assert monitor.command("MONITOR") == "OK"
    value = "v" * 100000
    for _ in range(20):
        bystander.connection.send(encode_command("SET", "watched", value) * 100)
        bystander.connection.expect("+OK\r\n" * 100)
    bystander.is_served()
    bystander.memory_grew_less_than(96 * MEGABYTE)


def test_idle_clients_are_closed(start_tessera):
    """With a timeout, those who connect and say nothing go away, those who speak stay."""
    server = start_tessera(timeout=1)
    silent = [server.raw() for _ in range(50)]
    speaking = server.raw()
    start = time.monotonic()
    for connection in silent:
        while True:
            assert speaking.command("PING") == "PONG"
            connection.socket.settimeout(0.1)
            with contextlib.suppress(TimeoutError):
                assert connection.read_until_closed() == b""
                break
            assert time.monotonic() - start < 60, "an idle client was not closed"
    assert speaking.command("PING") == "PONG"
