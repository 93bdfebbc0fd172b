"""Nodes of a cluster that talk to each other: Tessera among themselves, and with redis-server."""

import contextlib
import os
import select
import socket
import struct
import subprocess

import pytest
from cluster_nodes import LIMIT, Node, directives, follow, make, meet, tessera_nodes, wait_agreed, wait_ok
from servers import LIMIT_FACTOR, encode_command, wait_until

HEADER = 2256


def links(node):
    rows = node("CLUSTER", "LINKS")
    return [{row[i].decode(): row[i + 1] for i in range(0, len(row), 2)} for row in rows]


def test_three_nodes(start_tessera):
    nodes = tessera_nodes(start_tessera, 3)
    make(nodes)
    for node in nodes:
        wait_until(lambda node=node: len(links(node)) == 4, LIMIT, "two links with each other node")
        assert sorted(row["direction"] for row in links(node)) == [b"from", b"from", b"to", b"to"]
        wait_until(
            lambda node=node: all(state == "connected" for _, _, _, state, _ in node.nodes().values()), LIMIT, "shown"
        )
        info = node.info()
        assert info["cluster_size"] == "3" and info["cluster_known_nodes"] == "3"
        assert int(info["cluster_stats_messages_received"]) >= int(info["cluster_stats_messages_pong_received"]) > 0
    epochs = [node.nodes()[node.id][2] for node in nodes]
    assert len(set(epochs)) == 3
    # Routing follows what the others have told.
    reply = nodes[0]("GET", "foo")
    assert str(reply) == f"MOVED 12182 127.0.0.1:{nodes[2].server.port}"


def test_failure_and_return(start_tessera):
    nodes = tessera_nodes(start_tessera, 3)
    make(nodes)
    lost = nodes[2].id
    nodes[2].server.freeze()
    try:
        wait_until(
            lambda: all("fail" in node.flags_of(lost) for node in nodes[:2]), LIMIT, "the two others find it failing"
        )
        assert nodes[0].info()["cluster_state"] == "fail"
        # One has found it failing by what the other reported, who may have been told no more than that.
        wait_until(
            lambda: sum(node("CLUSTER", "COUNT-FAILURE-REPORTS", lost) for node in nodes[:2]) >= 1, LIMIT, "reports"
        )
    finally:
        nodes[2].server.thaw()
    wait_ok(nodes)
    wait_until(lambda: not any("fail" in node.flags_of(lost) for node in nodes), LIMIT, "it is found well again")


def test_restart_from_nodes_conf(start_tessera):
    nodes = tessera_nodes(start_tessera, 3)
    make(nodes)
    before = nodes[1].id
    nodes[1].server.process.kill()
    nodes[1].server.process.wait()
    nodes[1].server.start()
    wait_ok(nodes)
    wait_agreed(nodes)
    assert nodes[1].id == before


def test_forget_and_reset(start_tessera):
    nodes = tessera_nodes(start_tessera, 3)
    meet(nodes)
    gone = nodes[2]
    for node in nodes[:2]:
        assert node("CLUSTER", "FORGET", gone.id) == "OK"
    assert gone("CLUSTER", "RESET", "HARD") == "OK"
    assert len(gone.nodes()) == 1
    assert all(len(node.nodes()) == 2 for node in nodes[:2])
    # It has a new name and may come in again.
    meet(nodes)


def test_a_replica_that_is_reset_keeps_nothing(start_tessera):
    """Not even what is on its way to it from its primary while it is reset."""
    nodes = tessera_nodes(start_tessera, 2)
    meet(nodes)
    primary, replica = nodes
    assert primary("CLUSTER", "ADDSLOTSRANGE", 0, 16383) == "OK"
    follow(replica, primary)
    wait_ok(nodes)
    with primary.server.raw() as writer:
        requests = [encode_command("SET", f"key:{number}", "x" * 100) for number in range(20000)]
        writer.send(b"".join(requests))
        assert replica("CLUSTER", "RESET") == "OK"
        assert replica("DBSIZE") == 0
        writer.expect("+OK\r\n" * len(requests))
    assert replica("DBSIZE") == 0
    assert next(iter(replica.nodes().values()))[0] == {"master"}


def test_what_counts_keys_does_not_wait_for_a_script(start_tessera):
    nodes = tessera_nodes(start_tessera, 2, busy_reply_threshold=50)
    make(nodes)
    slot = nodes[0]("CLUSTER", "KEYSLOT", "bar")
    with nodes[0].server.raw() as runner, nodes[0].server.raw() as other:
        runner.send_command("EVAL", "while true do end", 1, "bar")
        wait_until(lambda: "SCRIPT KILL would end it" in nodes[0].server.log_text(), LIMIT, "it runs for a while")
        for words in (
            ("RESET",), ("FLUSHSLOTS",), ("REPLICATE", nodes[1].id), ("SETSLOT", slot, "NODE", nodes[1].id)
        ):
            assert str(other.command("CLUSTER", *words)).startswith("BUSY Redis is busy running a script"), words
        wait_until(lambda: other.command("SCRIPT", "KILL") == "OK", LIMIT, "killed")
        runner.read_reply()
    wait_ok(nodes)


def is_heard(publisher, channel, subscriber):
    publisher("PUBLISH", channel, "hello")
    return select.select([subscriber.socket], [], [], 1)[0]


def test_mixed_with_redis(start_tessera, start_redis):
    nodes = tessera_nodes(start_tessera, 2)
    redis = Node(start_redis(**directives()))
    # Redis introduces itself to one, the other Tessera node is introduced by Tessera.
    assert redis("CLUSTER", "MEET", *nodes[0].address()) == "OK"
    make([*nodes, redis])
    everyone = [*nodes, redis]

    for publisher, listener, channel in ((redis, nodes[1], "a"), (nodes[0], redis, "b"), (nodes[0], nodes[1], "c")):
        with listener.server.raw() as subscriber:
            subscriber.command("SUBSCRIBE", channel)
            # Messages may be lost while links come and go: published until one has come.
            wait_until(lambda p=publisher, c=channel, s=subscriber: is_heard(p, c, s), LIMIT, "a message has come")
            assert subscriber.read_reply() == [b"message", channel.encode(), b"hello"]

    for lost in (redis, nodes[1]):
        rest = [node for node in everyone if node is not lost]
        name = lost.id
        lost.server.freeze()
        try:
            wait_until(lambda: all("fail" in node.flags_of(name) for node in rest), LIMIT, "it is found failing")
        finally:
            lost.server.thaw()
        wait_ok(everyone)
    wait_agreed(everyone)


def header(kind, length, sender=b"f" * 40, count=0, version=1):
    """A message's header without a body, of a node that nobody knows."""
    message = bytearray(length if length >= HEADER else HEADER)
    struct.pack_into(">4sIHHHH", message, 0, b"RCmb", length, version, 7000, kind, count)
    message[40:80] = sender
    struct.pack_into(">H", message, 2248, 17000)
    struct.pack_into(">H", message, 2250, 0x11)
    return bytes(message)


def ends(connection):
    """Does the node close the link?"""
    connection.settimeout(10 * LIMIT_FACTOR)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


def test_hostile_bytes(start_tessera):
    """Nothing that anybody sends to the bus ends the node, is believed, or takes its memory."""
    (node,) = tessera_nodes(start_tessera, 1)
    bus = node.address()[2]
    known = set(node.nodes())

    def connect():
        return socket.create_connection(("127.0.0.1", bus))

    for data in (
        b"GET / HTTP/1.0\r\n\r\n" + b"x" * 64,
        b"RCmb" + struct.pack(">I", 0) + b"\0" * 16,
        b"RCmb" + struct.pack(">I", 15) + b"\0" * 16,
        b"RCmb" + struct.pack(">I", 0xFFFFFFFF) + b"\0" * 16,
        # A stranger's message that would be large, and one that is too small for its kind.
        header(4, 60 * 1024 * 1024)[: 64 * 1024],
    ):
        with connect() as link:
            # The node may end it before it has come to the last of this.
            with contextlib.suppress(ConnectionError):
                link.sendall(data)
            assert ends(link)
    quiet = (
        header(0, HEADER, version=9),
        header(0, HEADER, count=65535),
        header(0, HEADER, sender=b"\xff" * 40),
        header(3, HEADER + 40),
        header(5, HEADER),
        header(6, HEADER),
        header(7, HEADER + 2096),
        header(8, HEADER),
        header(9, HEADER + 13),
        header(11, HEADER),
        header(4, HEADER + 8)[:-8] + struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF),
        header(10, HEADER + 8)[:-8] + struct.pack(">II", 0x80000000, 0x80000000),
    )
    with connect() as link:
        for data in quiet:
            link.sendall(data)
        # A PING by somebody unknown is answered, so all of these have been read by then.
        link.sendall(header(0, HEADER))
        link.settimeout(10 * LIMIT_FACTOR)
        answer = b""
        while len(answer) < HEADER:
            answer += link.recv(65536)
        assert answer.startswith(b"RCmb")
        for at in range(0, HEADER, 97):
            link.sendall(header(0, HEADER)[at : at + 97])
    assert set(node.nodes()) == known
    assert node("PING") == "PONG"


def test_many_links(start_tessera):
    (node,) = tessera_nodes(start_tessera, 1)
    bus = node.address()[2]
    for _ in range(3):
        connections = [socket.create_connection(("127.0.0.1", bus)) for _ in range(64)]
        for number, connection in enumerate(connections):
            connection.sendall(header(0, HEADER)[: HEADER if number % 2 else number * 30])
        for number, connection in enumerate(connections):
            if number % 3 == 0:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
    assert node("CLUSTER", "LINKS") == []
    assert node("PING") == "PONG"


def test_reader_that_does_not_read(start_tessera):
    """Who asks and does not read is not read from either: what waits for it stays bounded."""
    (node,) = tessera_nodes(start_tessera, 1)
    pid = node.server.pid
    with socket.create_connection(("127.0.0.1", node.address()[2])) as link:
        link.settimeout(0.5)
        sent = 0
        try:
            while sent < 256 * 1024 * 1024:
                sent += link.send(header(0, HEADER) * 64)
        except TimeoutError:
            pass
        assert sent < 256 * 1024 * 1024
        assert node("PING") == "PONG"
        resident = int(open(f"/proc/{pid}/statm", encoding="ascii").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        assert resident < 512 * 1024 * 1024


@pytest.mark.limit(240)
def test_redis_cli_create(start_tessera):
    nodes = tessera_nodes(start_tessera, 6)
    addresses = [f"127.0.0.1:{node.server.port}" for node in nodes]
    result = subprocess.run(
        ["redis-cli", "--cluster", "create", *addresses, "--cluster-replicas", "1", "--cluster-yes"],
        capture_output=True, text=True, timeout=100 * LIMIT_FACTOR, check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "All 16384 slots covered" in result.stdout
    wait_ok(nodes)
    wait_agreed(nodes)
    roles = [next(iter(node.flags_of(node.id) & {"master", "slave"})) for node in nodes]
    assert sorted(roles) == ["master"] * 3 + ["slave"] * 3
    primary = nodes[roles.index("master")]
    assert len(primary("CLUSTER", "REPLICAS", primary.id)) == 1


def test_addresses_that_change(start_tessera):
    """All nodes come back with other addresses; the names that they announce have the new ones."""
    nodes = [
        Node(
            start_tessera(
                **{
                    **directives(cluster_announce_hostname="localhost"),
                    "cluster_announce_ip": "",
                    "bind": [f"127.0.0.{host}", "127.0.0.1"],
                    "bind_source_addr": f"127.0.0.{host}",
                }
            )
        )
        for host in (2, 3, 4)
    ]
    for index, node in enumerate(nodes):
        node.address = lambda node=node, index=index: (
            f"127.0.0.{index + 2}", node.server.port, int(node.server.directives["cluster_port"]))
    make(nodes)
    assert b"127.0.0.3:" in nodes[0]("CLUSTER", "NODES")
    for node in nodes:
        node.server.process.kill()
        node.server.process.wait()
    for node in nodes:
        node.server.directives.update(bind="127.0.0.1", bind_source_addr="")
        node.server.start()
    wait_ok(nodes)
    wait_agreed(nodes)
    wait_until(lambda: all(b"127.0.0.3:" not in node("CLUSTER", "NODES") for node in nodes), LIMIT, "new addresses")
