"""What comes by links between nodes waits for the end of a script that runs long."""

import socket
import threading

import pytest

from servers import HOST, LIMIT_FACTOR, wait_until
from test_scripts_busy import Runner, wait_busy
from test_slot_migration import cluster, digests, fill, migrate, migrations, wait_over  # noqa: F401

# Looks at the key at both ends of a time that is long enough to be told of as busy.
LOOK_TWICE = """
local first = redis.call('GET', KEYS[1])
local begun = os.clock()
while os.clock() - begun < tonumber(ARGV[1]) do end
return {first, redis.call('GET', KEYS[1])}
"""
WRITE_TWICE = """
redis.call('INCR', KEYS[1])
local begun = os.clock()
while os.clock() - begun < tonumber(ARGV[1]) do end
return redis.call('INCR', KEYS[1])
"""


class Target:
    """A server that answers RESTORE when it is told to."""

    def __init__(self):
        self.listening = socket.create_server((HOST, 0))
        self.port = self.listening.getsockname()[1]
        self.asked = threading.Event()
        self.released = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        with self.listening, self.listening.accept()[0] as connection:
            connection.settimeout(30 * LIMIT_FACTOR)
            received = b""
            while b"SELECT" not in received or b"RESTORE" not in received or not received.endswith(b"\r\n"):
                received += connection.recv(65536)
            self.asked.set()
            self.released.wait(30 * LIMIT_FACTOR)
            connection.sendall(b"+OK\r\n+OK\r\n")
            connection.recv(1)


def test_a_key_that_has_arrived_stays_until_the_script_is_over(start_tessera):
    server = start_tessera(shards=1, busy_reply_threshold=50)
    target = Target()
    client = server.client()
    client.set("key", "value")
    moving = Runner(server, "MIGRATE", HOST, target.port, "key", 0, 2000 * int(LIMIT_FACTOR))
    assert target.asked.wait(10 * LIMIT_FACTOR)
    # It only reads, so the move does not keep it back; and it takes longer than MIGRATE would wait.
    script = Runner(server, "EVAL_RO", LOOK_TWICE, 1, "key", 2.5 * LIMIT_FACTOR)
    wait_busy(server)
    target.released.set()
    assert script.result() == [b"value", b"value"]
    assert moving.result() == b"OK"
    assert client.get("key") is None


@pytest.mark.parametrize("place", ["source", "target"])
def test_slots_move_around_a_long_script(cluster, place):  # noqa: F811
    source, target = nodes = cluster((1, 1), busy_reply_threshold=50)
    fill(source, 500)
    busy = nodes[place == "target"]
    slots = (0, 8000)
    # Of the first slots on the source, which stay there; none on the target has a key.
    words = (1, "count") if place == "source" else (0,)
    script = WRITE_TWICE if place == "source" else LOOK_TWICE.replace("redis.call('GET', KEYS[1])", "1")
    assert source.client().execute_command("CLUSTER", "KEYSLOT", "count") > slots[1]
    before = digests(nodes)
    source.client().config_set("slot-migration-rate", 200000)
    assert migrate(source, target, slots) == b"OK"
    wait_until(lambda: migrations(target), what="it has begun")
    runner = Runner(busy, "EVAL", script, *words, 0.5)
    wait_busy(busy)
    assert runner.result() == (2 if place == "source" else [1, 1])
    source.client().config_set("slot-migration-rate", 0)
    assert wait_over(source) == "success", migrations(source)[-1]
    source.client().delete("count")
    wait_until(lambda: sum(node.client().dbsize() for node in nodes) == len(before))
    assert digests(nodes) == before
