"""CLIENT TRACKING: clients that leave, whatever they are in the middle of."""

import re
import threading

import pytest
from servers import encode_command, wait_until
from test_tracking import NODES
from tracking import Node


@pytest.fixture(params=NODES, ids=lambda node: f"{node[0]}-{'cluster' if node[1] else 'alone'}")
def node(request, start_tessera):
    shards, cluster = request.param
    return Node(start_tessera(shards=shards, cluster_enabled=cluster), cluster)


def test_prefixes_of_clients_that_have_gone(node):
    """All shards are told of a prefix before its client is answered: that may close meanwhile."""
    for number in range(100):
        connection = node.server.raw()
        connection.send(encode_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", f"{number}:"))
        connection.reset()
    wait_until(lambda: node.info("clients", "tracking_clients") == len(node.probes))
    wait_until(lambda: node.info("stats", "tracking_total_prefixes") == 0)


def test_clients_that_are_gone_do_not_pile_up(start_tessera):
    node = Node(start_tessera(shards=2))
    for _ in range(20):
        clients = [node.client().track() for _ in range(20)]
        for client in clients:
            client("GET", "hot")
        for client in clients:
            client.connection.close()
    assert node.info("stats", "tracking_total_items") < 200


def test_connections_come_and_go_while_keys_change(node):
    keys = [f"key:{number}" for number in range(20)]
    stop = threading.Event()

    def write():
        connection = node.connection()
        number = 0
        while not stop.is_set():
            number += 1
            assert connection.command("SET", keys[number % 20], number) == "OK"

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(150):
            receiver = node.client()
            client = node.client()
            options = [(), ("BCAST",), ("BCAST", "PREFIX", "key:1"), ("REDIRECT", receiver.id),
                       ("BCAST", "REDIRECT", receiver.id, "NOLOOP")][number % 5]  # fmt: skip
            client.track(*options)
            client.connection.send(b"".join(encode_command("GET", key) for key in keys))
            if number % 2:
                receiver.connection.close()
            client.connection.close()
            receiver.connection.close()
    finally:
        stop.set()
        writer.join()
    wait_until(lambda: node.info("clients", "tracking_clients") == len(node.probes))
    wait_until(lambda: node.info("stats", "tracking_total_prefixes") == 0)
    assert re.search(rb"flags=t", node("CLIENT", "LIST"))
