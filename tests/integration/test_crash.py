"""SIGKILL at random moments under load: what was acknowledged is there afterwards, and every write as a whole.

Several clients write, each with keys of its own, things that can be checked without knowing how far a client has come:
counters, lists of consecutive numbers, pairs that are set together, transactions, scripts and moves over several shards.
After the kill the node starts again with the same directory, now and then with another number of shards.

Environment:
  TESSERA_SEED     repeats the choices of a run (not its moments); printed
  TESSERA_CRASHES  kills for each way of flushing and each number of shards
"""

import math
import os
import random
import select
import threading
import time

import pytest
from differential import new_seed
from servers import RawConnection, encode_command

CRASHES = int(os.environ.get("TESSERA_CRASHES", 4))
CLIENTS = 4
KEYS = 5
PIPELINE = 20
# What everysec may lose, and the time that the test itself needs to see that something was acknowledged.
EVERYSEC_SECONDS = 1.0
SLACK_SECONDS = 0.5
SCRIPT = b"redis.call('INCR', KEYS[1]) redis.call('XADD', KEYS[1] .. ':log', '*', 'n', redis.call('GET', KEYS[1])) return 1"


class Client:
    """One client's keys: what it has asked for, and what it was told has happened."""

    def __init__(self, number, random):
        self.number = number
        self.random = random
        self.sent = {}
        self.known = {}  # by subject: [(time, count)] of acknowledgements, the oldest may be dropped
        self.waiting = []

    def key(self, kind, index=0):
        return b"%s:%d:%d" % (kind, self.number, index)

    def begin(self, subject, *commands):
        """One more of the subject is asked for; the last command's reply says that it has happened."""
        self.sent[subject] = self.sent.get(subject, 0) + 1
        self.waiting += [None] * (len(commands) - 1) + [(subject, self.sent[subject])]
        return b"".join(encode_command(*words) for words in commands)

    def next(self):
        index = self.random.randrange(KEYS)
        kind = self.random.randrange(7)
        if kind == 0:
            return self.begin((b"count", index), [b"INCR", self.key(b"count", index)])
        if kind == 1:
            number = self.sent.get((b"list", index), 0) + 1
            return self.begin((b"list", index), [b"RPUSH", self.key(b"list", index), b"%d" % number])
        if kind == 2:
            number = b"%d" % (self.sent.get((b"pair", index), 0) + 1)
            words = [b"MSET", self.key(b"left", index), number, self.key(b"right", index), number]
            return self.begin((b"pair", index), words)
        if kind == 3:
            return self.begin(
                (b"both", index), [b"MULTI"], [b"INCR", self.key(b"one", index)],
                [b"HINCRBY", self.key(b"two", index), b"field", b"1"], [b"EXEC"],
            )  # fmt: skip
        if kind == 4:
            number = self.sent.get((b"queue", index), 0) + 1
            return self.begin((b"queue", index), [b"RPUSH", self.key(b"queue", index), b"%d" % number])
        if kind == 5:
            words = [b"LMOVE", self.key(b"queue", index), self.key(b"done", index), b"LEFT", b"RIGHT"]
            self.waiting.append(None)
            return encode_command(*words)
        return self.begin((b"script", index), [b"EVAL", SCRIPT, b"1", self.key(b"script", index)])

    def acknowledged(self, now):
        done = self.waiting.pop(0)
        if done is not None:
            self.known.setdefault(done[0], []).append((now, done[1]))

    def least(self, subject, until):
        """How many were known to have happened at that time."""
        return max((count for at, count in self.known.get(subject, []) if at <= until), default=0)

    def adopt(self, subject, count):
        self.sent[subject] = count
        self.known[subject] = [(0, count)]


def replies_in(buffer):
    """How many whole replies there are at the buffer's front, which are taken away. Errors are none here."""
    count = 0
    while True:
        length = reply_length(buffer, 0)
        if length is None:
            return count
        assert buffer[:1] != b"-", bytes(buffer[:200])
        del buffer[:length]
        count += 1


def reply_length(buffer, start):
    end = buffer.find(b"\r\n", start)
    if end < 0:
        return None
    kind, rest, behind = buffer[start : start + 1], bytes(buffer[start + 1 : end]), end + 2
    if kind == b"$" and rest != b"-1":
        behind += int(rest) + 2
        return behind - start if behind <= len(buffer) else None
    if kind == b"*":
        for _ in range(max(int(rest), 0)):
            length = reply_length(buffer, behind)
            if length is None:
                return None
            behind += length
    return behind - start


def write_until_killed(server, clients, seconds):
    """Load from all clients; returns the time of the kill."""
    connections = {}
    for client in clients:
        client.waiting.clear()
        connection = RawConnection(("127.0.0.1", server.port), 30).socket
        connections[connection] = client, bytearray()
    killed = []

    def kill():
        killed.append(time.monotonic())
        server.kill()

    timer = threading.Timer(seconds, kill)
    timer.start()
    while connections:
        readable, _, _ = select.select(list(connections), [], [], 0)
        for connection, (client, buffer) in list(connections.items()):
            try:
                if len(client.waiting) < PIPELINE:
                    connection.sendall(b"".join(client.next() for _ in range(client.random.randrange(1, PIPELINE))))
                if connection in readable:
                    data = connection.recv(1 << 16)
                    if not data:
                        raise ConnectionResetError
                    buffer += data
                    now = time.monotonic()
                    for _ in range(replies_in(buffer)):
                        client.acknowledged(now)
            except (ConnectionResetError, BrokenPipeError):
                connection.close()
                del connections[connection]
    timer.join()
    return killed[0]


def check_and_adopt(server, clients, until):
    """Everything acknowledged until then is there, nothing is there in part, nothing that was never asked for."""
    with server.client() as connection:
        for client in clients:
            for index in range(KEYS):
                check_client(connection, client, index, until)


def check_client(connection, client, index, until):
    def number(value):
        return int(value or 0)

    def counted(kind, count):
        subject = kind, index
        assert client.least(subject, until) <= count <= client.sent.get(subject, 0), (client.number, subject)
        client.adopt(subject, count)

    def numbers(kind):
        return [int(value) for value in connection.lrange(client.key(kind, index), 0, -1)]

    counted(b"count", number(connection.get(client.key(b"count", index))))
    found = numbers(b"list")
    assert found == list(range(1, len(found) + 1))
    counted(b"list", len(found))
    left, right = connection.mget(client.key(b"left", index), client.key(b"right", index))
    assert left == right
    counted(b"pair", number(left))
    one = number(connection.get(client.key(b"one", index)))
    assert one == number(connection.hget(client.key(b"two", index), "field"))
    counted(b"both", one)
    found = numbers(b"done") + numbers(b"queue")
    assert found == list(range(1, len(found) + 1))
    counted(b"queue", len(found))
    runs = number(connection.get(client.key(b"script", index)))
    entries = connection.xrange(client.key(b"script", index) + b":log")
    assert [int(fields[b"n"]) for _, fields in entries] == list(range(1, runs + 1))
    counted(b"script", runs)


@pytest.mark.limit(30 + 30 * CRASHES)
@pytest.mark.parametrize("shards", [1, 2, 4])
@pytest.mark.parametrize("policy", ["always", "everysec", "no"])
def test_nothing_acknowledged_is_lost(start_tessera, policy, shards):
    pick = random.Random(f"{new_seed()}/{policy}/{shards}")
    server = start_tessera(appendonly=True, appendfsync=policy, shards=shards, auto_aof_rewrite_percentage=0)
    clients = [Client(number, pick) for number in range(CLIENTS)]
    for crash in range(CRASHES):
        if crash % 3 == 1:
            server.client().bgrewriteaof()
        killed = write_until_killed(server, clients, pick.uniform(0.05, 0.6))
        server.directives["shards"] = shards if crash % 2 == 0 else pick.choice((1, 2, 4))
        server.start()
        # What was read after the kill had been acknowledged before it.
        until = {"always": math.inf, "everysec": killed - EVERYSEC_SECONDS - SLACK_SECONDS, "no": 0}[policy]
        check_and_adopt(server, clients, until)
