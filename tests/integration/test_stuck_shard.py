"""One shard stands still: clients of the other are served, and what waits for it stays bounded."""

import contextlib
import threading

import pytest
from servers import LIMIT_FACTOR, TESSERA_SERVER, encode_command, is_sanitized, wait_until

MEGABYTE = 1 << 20
SLEEP_SECONDS = 5 * LIMIT_FACTOR


class Stuck:
    """A node of two shards, the second of which can be made to stand still."""

    def __init__(self, start):
        self.node = start(
            shards=2, cluster_enabled=True, cluster_claim_all_slots=True, cluster_announce_shards=True,
            enable_debug_command=True, watchdog_stall_ms=200,
        )
        slots = self.node.raw().command("CLUSTER", "SLOTS")
        self.port, self.stuck_port = sorted({entry[2][1] for entry in slots})
        self.sleeper = self.raw(self.stuck_port)

    def raw(self, port=None):
        return self.node.raw(port or self.port, limit=SLEEP_SECONDS * 4)

    def sleep(self):
        self.resident_before = self.node.resident_bytes()
        self.sleeper.send_command("DEBUG", "SLEEP", SLEEP_SECONDS)
        wait_until(lambda: "has been busy" in self.node.log_text(), what="a shard that stands still")

    def sleeps(self):
        return "goes on after" not in self.node.log_text()

    def grew_less_than(self, bound):
        bound = bound * 4 + 512 * MEGABYTE if is_sanitized(TESSERA_SERVER) else bound
        growth = self.node.resident_bytes() - self.resident_before
        assert growth < bound, f"grew by {growth >> 20} MB, bound {bound >> 20} MB"


@pytest.fixture
def stuck(start_tessera):
    return Stuck(start_tessera)


def test_more_waiting_clients_than_receive_buffers(stuck):
    """Each has a request at the shard that stands still; a client that asks for nothing there is served."""
    keys = [f"key:{i}" for i in range(16)]  # on both shards
    clients = [stuck.raw() for _ in range(700)]
    bystander = stuck.raw()
    stuck.sleep()
    for client in clients:
        client.send(b"".join(encode_command("GET", key) for key in keys))
    assert bystander.command("PING") == "PONG"
    assert stuck.sleeps()
    for client in clients:
        client.expect("$-1\r\n" * len(keys))


def test_requests_that_wait_are_bounded_by_their_bytes(stuck):
    client = stuck.raw()
    stuck.sleep()
    request = b"".join(encode_command("SET", f"key:{i}", "v" * 100000) for i in range(16))
    client.socket.settimeout(1)
    taken = 0
    with contextlib.suppress(TimeoutError):
        while taken < 400 * MEGABYTE:
            taken += client.socket.send(request)
    assert taken < 400 * MEGABYTE
    stuck.grew_less_than(64 * MEGABYTE)


def test_large_answers_that_wait_are_not_copied(stuck):
    size = 8 * MEGABYTE
    keys = [f"key:{i}" for i in range(16)]
    client = stuck.raw()
    for key in keys:
        assert client.command("SET", key, key[-1] * size) == "OK"
    stuck.sleep()
    client.send(b"".join(encode_command("GET", key) for key in keys * 4))
    assert stuck.raw().command("PING") == "PONG"
    stuck.grew_less_than(64 * MEGABYTE)
    for key in keys * 4:
        assert client.read_reply() == key[-1].encode() * size


def discard(connection):
    """Reads until the connection ends, from whichever side."""
    with contextlib.suppress(OSError):
        while connection.socket.recv(1 << 20):
            pass


def test_lines_for_monitors_that_wait_are_bounded(stuck):
    monitor = stuck.raw()
    assert monitor.command("MONITOR") == "OK"
    reader = threading.Thread(target=discard, args=(monitor,), daemon=True)
    client = stuck.raw()
    stuck.sleep()
    reader.start()
    lines = encode_command("ECHO", "x" * 10000) * 50
    for _ in range(400):
        client.send(lines)
        for _ in range(50):
            assert len(client.read_reply()) == 10000
    stuck.grew_less_than(96 * MEGABYTE)


def test_quoted_words_of_a_request_that_has_to_wait(start_tessera):
    """A command over several shards waits for the answers before it; its words are unquoted once."""
    connection = start_tessera(shards=2).raw()
    for i in range(50):
        connection.send(b"".join(b"SET key:%d v\r\n" % j for j in range(20)))
        connection.send('MSET "a\\x21%d" 1 "b c%d" "q\\x22z" "d %d" 3\r\nPING\r\n' % (i, i, i))
        connection.expect("+OK\r\n" * 21 + "+PONG\r\n")
        assert connection.command("MGET", f"a!{i}", f"b c{i}", f"d {i}") == [b"1", b'q"z', b"3"]
