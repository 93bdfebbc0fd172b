"""Who is believed on the cluster bus: the secret, strangers in great number, a bus that moves."""

import contextlib
import socket
import struct
import time

from cluster_nodes import LIMIT, Node, directives, make, meet, tessera_nodes, wait_agreed, wait_ok
from servers import HOST, LIMIT_FACTOR, free_port, resident_bytes, wait_until
from test_cluster_bus import HEADER, header

SECRET = "the-secret-of-this-cluster"
OTHER = "another-secret-that-came-later"


def figures(node):
    text = (node("INFO", "cluster") or b"").decode()
    return dict(line.split(":") for line in text.split() if ":" in line)


def config_set(nodes, *words):
    for node in nodes:
        assert node("CONFIG", "SET", *words) == "OK"


def ends(connection):
    """Does the node close the link, and what did it say before?"""
    connection.settimeout(10 * LIMIT_FACTOR)
    said = b""
    try:
        while data := connection.recv(65536):
            said += data
    except ConnectionResetError:
        pass
    return said


def unproven(*nodes):
    return sum(int(figures(node)["cluster_bus_links_unproven"]) for node in nodes)


def knows(node, other):
    return other.id in node.nodes()


def test_only_who_proves_it(start_tessera):
    """Nodes with the secret are one cluster; those without it, with another one, or with forged messages
    of a node's name are not believed, and told nothing."""
    nodes = tessera_nodes(start_tessera, 3, cluster_secret=SECRET)
    make(nodes)
    strangers = tessera_nodes(start_tessera, 1, cluster_secret=OTHER) + tessera_nodes(start_tessera, 1)
    for stranger in strangers:
        # It is seen by whoever hears the first proof, or none, in either direction.
        for one, other in ((stranger, nodes[0]), (nodes[0], stranger)):
            before = unproven(one, other)
            assert one("CLUSTER", "MEET", *other.address()) == "OK"
            wait_until(lambda one=one, other=other, before=before: unproven(one, other) > before, LIMIT, "refused")
        assert not any(knows(node, stranger) for node in nodes)
        assert not any(knows(stranger, node) for node in nodes)

    first, second = nodes[0].id.encode(), nodes[1].id.encode()
    slots = b"\xff" * 2048
    forged = {
        "FAIL": header(3, HEADER + 40, sender=second)[:HEADER] + nodes[2].id.encode(),
        "UPDATE": header(7, HEADER + 2096, sender=second)[:HEADER] + struct.pack(">Q", 1 << 40) + second + slots,
        "PING": header(0, HEADER, sender=second)[:80] + slots + header(0, HEADER)[2128:],
        "MFSTART": header(8, HEADER, sender=second),
    }
    for message in forged.values():
        with socket.create_connection(nodes[0].address()[::2]) as link:
            link.sendall(message)
            assert ends(link) == b""
    # Who says the node's own words to it again, or its HELLO, is not believed either.
    with socket.create_connection(nodes[0].address()[::2]) as link:
        link.sendall(hello(b"n" * 32))
        link.settimeout(10 * LIMIT_FACTOR)
        answer = b""
        while len(answer) < 48 + HEADER + 32:
            answer += link.recv(65536)
        with contextlib.suppress(ConnectionError):
            link.sendall(answer)
            link.sendall(answer[:48] + forged["FAIL"])
        ends(link)
    assert first.decode() in nodes[0].nodes()
    assert not any("fail" in flags for flags, *_ in nodes[0].nodes().values())
    wait_ok(nodes)
    wait_agreed(nodes)


def hello(nonce):
    return header(0x7348, HEADER + 32, sender=b"\0" * 40)[:HEADER] + nonce


def test_first_secret_and_the_next(start_tessera):
    """A cluster that runs gets its first secret, then another one, and is one cluster all the time."""
    nodes = tessera_nodes(start_tessera, 3, cluster_node_timeout=int(3000 * LIMIT_FACTOR))
    make(nodes)

    def agreed_after(*words):
        config_set(nodes, *words)
        wait_until(lambda: all(len(node("CLUSTER", "LINKS")) == 4 for node in nodes), LIMIT, "all links are there")
        assert all("fail" not in flags for node in nodes for flags, *_ in node.nodes().values())
        wait_ok(nodes)

    config_set(nodes, "cluster-secret-required", "no")
    agreed_after("cluster-secret", SECRET)
    agreed_after("cluster-secret-required", "yes")
    agreed_after("cluster-secret", f"{SECRET} {OTHER}")
    agreed_after("cluster-secret", f"{OTHER} {SECRET}")
    agreed_after("cluster-secret", OTHER)
    before = unproven(nodes[0])
    with socket.create_connection(nodes[0].address()[::2]) as link:
        link.sendall(header(0, HEADER, sender=nodes[1].id.encode()))
        assert ends(link) == b""
    assert unproven(nodes[0]) > before
    assert "at least 16 characters" in str(nodes[0]("CONFIG", "SET", "cluster-secret", "short"))


def test_redis_where_no_proof_is_required(start_tessera, start_redis):
    nodes = tessera_nodes(start_tessera, 2, cluster_secret=SECRET, cluster_secret_required="no")
    make([*nodes, Node(start_redis(**directives()))])


def crowd_is_bounded(node, begun):
    return int(figures(node)["cluster_bus_links_displaced"]) >= 1500 - 1024 or time.monotonic() > begun + 10


def test_strangers_in_great_number(start_tessera):
    """Links of nobody are few, have little memory, and do not keep nodes out."""
    nodes = tessera_nodes(start_tessera, 2)
    pid = nodes[0].server.pid
    address = nodes[0].address()[::2]
    before = resident_bytes(pid)
    crowd, begun = [], time.monotonic()
    # Half of a long message each: none of them is broken, and none is complete.
    part = header(4, 200 * 1024)[: 96 * 1024].ljust(96 * 1024, b"\0")
    try:
        for number in range(1500):
            link = socket.create_connection(address)
            crowd.append(link)
            if number % 3 == 0:
                link.setblocking(False)
                try:
                    link.send(part)
                except OSError:
                    pass
        # On a slow machine the first ones are let go for their silence before there are too many.
        wait_until(lambda: crowd_is_bounded(nodes[0], begun), LIMIT, "displaced")
        assert int(figures(nodes[0])["cluster_bus_links_unknown"]) <= 1024
        assert resident_bytes(pid) - before < 256 * 1024 * 1024
        # The crowd does not keep the node from its cluster.
        meet(nodes)
        nodes[0]("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        wait_ok(nodes)
        end = time.monotonic() + 60 * LIMIT_FACTOR
        while int(figures(nodes[0])["cluster_bus_links_unknown"]) > 0:
            assert time.monotonic() < end, "strangers that say nothing are let go"
            time.sleep(0.1)
        assert len(nodes[0]("CLUSTER", "LINKS")) == 2
    finally:
        for link in crowd:
            link.close()


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_the_bus_moves(start_tessera):
    """With `port`, `cluster-port` and `bind` the bus goes to another place, and the others follow."""
    nodes = tessera_nodes(start_tessera, 3)
    make(nodes)
    moving = nodes[2]

    def others_see(port, bus_port):
        return all(f":{port}@{bus_port}".encode() in node("CLUSTER", "NODES") for node in nodes)

    before = moving.address()[2]
    wanted = free_port() + 10000
    assert moving("CONFIG", "SET", "cluster-port", wanted) == "OK"
    assert listens(wanted)
    wait_until(lambda: not listens(before), LIMIT, "the port of before is left")
    wait_until(lambda: others_see(moving.server.port, wanted), LIMIT, "all know the new port of the bus")

    port = free_port()
    assert moving("CONFIG", "SET", "cluster-port", 0, "port", port) == "OK"
    moving.server.port = port
    moving.connection = None
    wait_until(lambda: others_see(port, port + 10000), LIMIT, "all know both new ports")
    assert moving("CONFIG", "SET", "bind", "127.0.0.1 127.0.0.2") == "OK"
    with socket.create_connection(("127.0.0.2", port + 10000)):
        pass
    with socket.socket() as other:
        other.bind((HOST, free_port()))
        other.listen()
        taken = other.getsockname()[1]
        assert "Unable to listen" in str(moving("CONFIG", "SET", "cluster-port", taken))
    wait_ok(nodes)
    # All of them can be reached anew where they say they are.
    nodes[0].server.process.kill()
    nodes[0].server.process.wait()
    nodes[0].server.start()
    nodes[0].connection = None
    wait_ok(nodes)
    wait_agreed(nodes)
