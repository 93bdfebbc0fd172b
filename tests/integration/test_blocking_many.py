"""Many clients that wait for keys, and everything at once."""

import re

import pytest
from servers import TESSERA_SERVER, encode_command, is_sanitized, wait_until
from test_blocking import lone, node  # noqa: F401 (fixtures)
from test_shards import in_background

SANITIZED = is_sanitized(TESSERA_SERVER)




def test_thousands_of_waiters(node):
    count = 200 if SANITIZED else 1500
    one = node.key("one")
    keys = node.keys(count, "many")
    crowd = [node.server.raw(limit=60) for _ in range(count)]
    alone = [node.server.raw(limit=60) for _ in range(count)]
    for client in crowd:
        client.send_command("BLPOP", one, 1000)
    for client, key in zip(alone, keys):
        client.send_command("BLPOP", key, 1000)
    node.wait_blocked(2 * count)
    node.admin.send(b"".join(encode_command("RPUSH", key, key) for key in keys))
    for key, client in zip(keys, alone):
        assert node.admin.read_reply() == 1
        assert client.read_reply() == [key.encode(), key.encode()]
    assert node("RPUSH", one, *range(count // 2)) == count // 2
    node.wait_blocked(count - count // 2)
    node.admin.send(b"".join(encode_command("RPUSH", one, number) for number in range(count // 2, count)))
    for _ in range(count // 2, count):
        node.admin.read_reply()
    values = sorted(int(client.read_reply()[1]) for client in crowd)
    assert values == list(range(count))
    assert node("EXISTS", one) == 0


def consumer(node, keys, values):
    def run(_stop):
        connection = node.server.raw(limit=60)
        commands = (("BLPOP", *keys, 0), ("BLMPOP", 0, len(keys), *keys, "LEFT", "COUNT", 2), ("BRPOP", *keys, 0))
        while not values or values[-1] != b"the end":
            # No timeout: who is not woken stays for ever.
            reply = connection.command(*commands[len(values) % 3])[1]
            values.extend(reply if isinstance(reply, list) else [reply])

    return run


@pytest.mark.parametrize("several", [False, True], ids=["one key each", "many keys each"])
def test_each_element_goes_to_exactly_one(node, several):
    """Many push to many keys, many wait for all of them; nobody gets what another one got."""
    keys = node.keys(8)
    rounds = 20 if SANITIZED else 60
    taken = [[] for _ in keys]
    consumers = [
        consumer(node, keys[number:] + keys[:number] if several else [keys[number]], values)
        for number, values in enumerate(taken)
    ]

    def producer(number):
        def run(_stop):
            connection = node.server.raw(limit=60)
            for turn in range(rounds):
                pushes = [
                    encode_command("RPUSH", keys[(turn + place) % 8], f"{number}.{turn}.{place}a", f"{number}.{turn}.{place}b")
                    for place in range(4)
                ]
                connection.send(b"".join(pushes))
                for _ in pushes:
                    assert connection.read_reply() >= 1

        return run

    with in_background(*consumers):
        with in_background(*[producer(number) for number in range(4)]):
            pass
        wait_until(lambda: node("EXISTS", *keys) == 0, limit=60)
        node.wait_blocked(8)
        for key in keys:
            assert node("RPUSH", key, "the end") == 1
    everything = [value for values in taken for value in values[:-1]]
    assert len(everything) == len(set(everything)) == 4 * rounds * 8
    assert node("EXISTS", *keys) == 0
    assert node.blocked() == 0


def test_nothing_breaks_when_everything_happens(lone):
    """Waiters that time out, leave, are killed and unblocked, while others push and move."""
    keys = lone.keys(6)

    def calls():
        found = re.search(rb"cmdstat_blpop:calls=(\d+)", lone("INFO", "commandstats"))
        return int(found[1]) if found else 0

    def visitor(seed):
        def run(stop):
            turn = seed
            while not stop.is_set():
                connection = lone.server.raw(limit=60)
                for _ in range(20):
                    turn += 1
                    several = keys[turn % 3 : turn % 3 + 1 + turn % 4]
                    if turn % 5 == 0:
                        connection.command("BLMOVE", keys[turn % 6], keys[(turn + 1) % 6], "LEFT", "RIGHT", "0.01")
                    else:
                        connection.command("BLPOP", *several, "0.005")
                connection.send_command("BLPOP", *several, 0)
                connection.reset() if turn % 2 else connection.close()

        return run

    writers = [lone.server.raw(limit=60) for _ in range(3)]

    def writer(stop):
        connection = writers.pop()
        turn = 0
        while not stop.is_set():
            turn += 1
            connection.command("RPUSH", keys[turn % 6], turn, turn)
            if turn % 7 == 0:
                connection.command("RENAME", keys[turn % 6], keys[(turn + 3) % 6])
            if turn % 50 == 0:
                connection.command("FLUSHALL")

    def ender(stop):
        connection = writers.pop()
        turn = 0
        while not stop.is_set():
            turn += 1
            lines = connection.command("CLIENT", "LIST").decode().splitlines()
            found = [re.search(r"id=(\d+) .*flags=b ", line) for line in lines]
            for match in found[:3]:
                if match:
                    connection.command("CLIENT", "UNBLOCK", match[1], ("ERROR", "TIMEOUT")[turn % 2])
            for match in found[-1:]:
                if match and turn % 4 == 0:
                    connection.command("CLIENT", "KILL", "ID", match[1])

    def patient(function):
        def run(stop):
            while not stop.is_set():
                try:
                    function(stop)
                except (ConnectionError, OSError):
                    pass  # killed by `ender`

        return run

    with in_background(*[patient(visitor(seed)) for seed in range(6)], writer, writer, ender):
        wait_until(lambda: calls() > (500 if SANITIZED else 3000), limit=60)
    wait_until(lambda: lone.blocked() == 0, limit=30)
    # Nobody is left but who asks, and those who wrote.
    wait_until(lambda: len(lone.client_ids("")) == 4, limit=30)
    assert lone("FLUSHALL") == "OK"
    client = lone.block("BLPOP", *keys, 0)
    assert lone("RPUSH", keys[5], "last") == 1
    assert client.read_reply() == [keys[5].encode(), b"last"]
