"""From socket to socket: a GET takes nothing from the allocator, nor does a SET that replaces a value."""

import mmap
import os
import struct

import pytest
from servers import encode_command

LIBRARY = os.environ.get("TESSERA_ALLOCATION_COUNTER", "")
ROUNDS = 200
PIPELINE = 50

pytestmark = pytest.mark.skipif(not LIBRARY, reason="the allocator is a sanitizer's")


class Counter:
    def __init__(self, path):
        path.write_bytes(bytes(mmap.PAGESIZE))
        with open(path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), mmap.PAGESIZE)

    def __call__(self):
        return struct.unpack("Q", self.map[:8])[0]


@pytest.fixture
def counted(start_tessera, tmp_path):
    counter = Counter(tmp_path / "count")
    prefix = ["env", f"LD_PRELOAD={LIBRARY}", f"ALLOCATION_COUNTER={tmp_path / 'count'}"]

    def start(**directives):
        server = start_tessera(prefix=prefix, **directives)
        assert counter() > 0, "starting takes memory: the counter does not count"
        return server, counter

    return start


def allocations(server, counter, request, reply):
    """What so many rounds take, once a few have brought every buffer to its size."""
    connection = server.raw()

    def run(rounds):
        for _ in range(rounds):
            connection.send(request)
            connection.expect(reply)

    run(20)
    before = counter()
    run(ROUNDS)
    return counter() - before


@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize("pipeline", [1, PIPELINE])
def test_get(counted, shards, pipeline):
    server, counter = counted(shards=shards)
    connection = server.raw()
    for i in range(pipeline):
        connection.command("SET", f"key:{i}", "v" * 64)
    request = b"".join(encode_command("GET", f"key:{i}") for i in range(pipeline))
    reply = (b"$64\r\n" + b"v" * 64 + b"\r\n") * pipeline
    assert allocations(server, counter, request, reply) == 0


@pytest.mark.parametrize("shards", [1, 2])
def test_set_that_replaces(counted, shards):
    server, counter = counted(shards=shards)
    request = b"".join(encode_command("SET", f"key:{i}", "v" * 64) for i in range(PIPELINE))
    assert allocations(server, counter, request, b"+OK\r\n" * PIPELINE) == 0


def test_what_allocates_is_counted(counted):
    server, counter = counted(shards=1)
    connection = server.raw()
    before = counter()
    connection.command("SET", "key", "v" * 5_000_000)
    assert counter() > before
