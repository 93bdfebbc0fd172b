"""CLUSTER commands of a node alone, beside a redis-server in the same state where that has them too."""

import re
import struct

import pytest
from servers import ErrorReply, free_ports, wait_until

SLOTS = 16384


@pytest.fixture
def node(start_tessera):
    """A cluster node without slots; clients are told of one port."""
    return start_tessera(cluster_enabled=True, shards=2, cluster_announce_shards="no", cluster_announce_ip="127.0.0.1")


@pytest.fixture
def peer(start_redis):
    return start_redis(cluster_enabled=True, cluster_announce_ip="127.0.0.1")


def neutral(value, server, node_id):
    """A reply without what must differ: id, ports."""
    if isinstance(value, dict):
        return {key: neutral(item, server, node_id) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [neutral(item, server, node_id) for item in value]
    if isinstance(value, bytes):
        bus = str(server.directives["cluster_port"]).encode()
        value = value.replace(node_id, b"<id>")
        return value.replace(b":%d@%s" % (server.port, bus), b":<port>@<bus>")
    if value == server.port and not isinstance(value, bool):
        return "<port>"
    return value


class Side:
    """A connection to one of the two servers."""

    def __init__(self, server, protocol=2):
        self.server = server
        self.connection = server.raw()
        if protocol == 3:
            self.connection.command("HELLO", 3)

    def __call__(self, line):
        # An error is a reply as any other.
        node_id = self.connection.command("CLUSTER", "MYID")
        reply = self.connection.command(*line.split())
        return neutral(reply, self.server, node_id)


def info(connection):
    text = connection.command("CLUSTER", "INFO").decode()
    return dict(line.split(":") for line in text.split("\r\n") if line)


def wait_for_state(server, state):
    with server.raw() as connection:
        wait_until(lambda: info(connection)["cluster_state"] == state, what=f"cluster_state:{state}")


REFUSALS = """
CLUSTER ADDSLOTS
CLUSTER ADDSLOTS 1
CLUSTER ADDSLOTS 7 7
CLUSTER ADDSLOTS 7 100 7
CLUSTER ADDSLOTS 7 1 7
CLUSTER ADDSLOTS 1 99999
CLUSTER ADDSLOTS 16384
CLUSTER ADDSLOTS abc
CLUSTER ADDSLOTS -1
CLUSTER ADDSLOTS 01
CLUSTER ADDSLOTS 99999999999999999999
CLUSTER ADDSLOTSRANGE 1
CLUSTER ADDSLOTSRANGE 1 2 3
CLUSTER ADDSLOTSRANGE 10 5
CLUSTER ADDSLOTSRANGE 10 5 abc def
CLUSTER ADDSLOTSRANGE abc def 10 5
CLUSTER ADDSLOTSRANGE 20 30 25 26
CLUSTER ADDSLOTSRANGE 0 2
CLUSTER ADDSLOTSRANGE 20 16384
CLUSTER DELSLOTS
CLUSTER DELSLOTS 100
CLUSTER DELSLOTS 100 100
CLUSTER DELSLOTS 1 1
CLUSTER DELSLOTS abc
CLUSTER DELSLOTS 100 abc
CLUSTER DELSLOTSRANGE 20 30
CLUSTER DELSLOTSRANGE 1 3 2 2
CLUSTER DELSLOTSRANGE 10 5
CLUSTER DELSLOTSRANGE 1 2 3
CLUSTER FLUSHSLOTS now
CLUSTER RESET firm
CLUSTER RESET soft hard
cluster ReSet soft hard
CLUSTER SAVECONFIG now
CLUSTER KEYSLOT
CLUSTER COUNTKEYSINSLOT abc
CLUSTER COUNTKEYSINSLOT 16384
CLUSTER COUNTKEYSINSLOT -1
CLUSTER GETKEYSINSLOT abc 1
CLUSTER GETKEYSINSLOT 1 abc
CLUSTER GETKEYSINSLOT 1 -1
CLUSTER GETKEYSINSLOT 16384 1
CLUSTER COUNT-FAILURE-REPORTS nobody
CLUSTER MYID x
CLUSTER NODES x
CLUSTER SLOTS x
CLUSTER SHARDS x
CLUSTER LINKS x
CLUSTER INFO x
CLUSTER NONSENSE
CLUSTER
READONLY x
""".strip().splitlines()


def test_refusals_have_the_same_words(node, peer):
    sides = [Side(node), Side(peer)]
    for side in sides:
        assert side("CLUSTER ADDSLOTS 1 2 3 5") == "OK"
    for line in REFUSALS:
        ours, theirs = (side(line) for side in sides)
        assert isinstance(theirs, ErrorReply), line
        assert ours == theirs, line
    # No refusal has changed anything.
    ours, theirs = (side("CLUSTER SLOTS") for side in sides)
    assert ours == theirs
    assert [entry[:2] for entry in ours] == [[1, 3], [5, 5]]


@pytest.mark.parametrize("protocol", [2, 3])
def test_descriptions_have_the_same_shape(node, peer, protocol):
    sides = [Side(node, protocol), Side(peer, protocol)]
    lines = ["CLUSTER NODES", "CLUSTER SLOTS", "CLUSTER SHARDS", "CLUSTER LINKS", "CLUSTER MYID"]
    for change in ["PING", "CLUSTER ADDSLOTS 0 7 9", "CLUSTER DELSLOTS 7", "CLUSTER ADDSLOTSRANGE 100 200 16383 16383",
                   "CLUSTER DELSLOTSRANGE 150 160", "CLUSTER FLUSHSLOTS", "CLUSTER RESET"]:
        assert sides[0](change) == sides[1](change)
        for line in lines:
            ours, theirs = (side(line) for side in sides)
            assert ours == theirs, (change, line)


def test_bytes_of_the_descriptions_are_the_same(node, peer):
    """Down to the types of RESP3 that a value does not show (verbatim text, maps)."""
    for protocol in (2, 3):
        raw = []
        for server in (node, peer):
            with server.raw() as connection:
                if protocol == 3:
                    connection.command("HELLO", 3)
                node_id = connection.command("CLUSTER", "MYID")
                connection.command("CLUSTER", "ADDSLOTS", 1)
                for subcommand in ("NODES", "SLOTS", "SHARDS"):
                    connection.send_command("CLUSTER", subcommand)
                connection.send_command("ECHO", "end-of-replies")
                received = b""
                while not received.endswith(b"end-of-replies\r\n"):
                    received += connection.read_bytes(1)
            ports = b"%d|%d" % (server.port, int(server.directives["cluster_port"]))
            received = received.replace(node_id, b"<id>")
            # A port may have a digit more than the other's: the lengths are compared without.
            received = re.sub(rb"(?<![0-9.])(%s)(?![0-9])" % ports, b"<port>", received)
            raw.append(re.sub(rb"[$=][0-9]{2,}\r\n(?=txt|<id> )", b"<length>", received))
        assert raw[0] == raw[1]


def test_info_has_the_same_fields_and_values(node, peer):
    texts = []
    for server in (node, peer):
        connection = server.raw()
        assert connection.command("CLUSTER", "ADDSLOTSRANGE", 0, SLOTS - 1) == "OK"
        wait_for_state(server, "ok")
        texts.append(connection.command("CLUSTER", "INFO"))
    assert texts[0] == texts[1]


def test_the_state_follows_the_slots(node, peer):
    sides = [Side(node), Side(peer)]

    def same(line):
        ours, theirs = (side(line) for side in sides)
        assert ours == theirs, line
        return ours

    assert same("GET foo") == ErrorReply("CLUSTERDOWN Hash slot not served")
    assert same("CLUSTER ADDSLOTSRANGE 0 9000 9002 16383") == "OK"
    assert same("GET foo") == ErrorReply("CLUSTERDOWN The cluster is down")
    assert same("CLUSTER ADDSLOTS 9001") == "OK"
    for server in (node, peer):
        wait_for_state(server, "ok")
    assert same("SET foo bar") == "OK"
    assert same("MGET foo bar") == ErrorReply("CROSSSLOT Keys in request don't hash to the same slot")
    assert same("CLUSTER KEYSLOT foo") == 12182
    assert same("CLUSTER KEYSLOT {foo}.bar") == 12182
    assert same("CLUSTER COUNTKEYSINSLOT 12182") == 1
    assert same("CLUSTER COUNTKEYSINSLOT 12183") == 0
    assert same("CLUSTER GETKEYSINSLOT 12182 10") == [b"foo"]
    assert same("CLUSTER GETKEYSINSLOT 12182 0") == []
    assert isinstance(same("CLUSTER FLUSHSLOTS"), ErrorReply)
    assert isinstance(same("CLUSTER RESET"), ErrorReply)
    assert isinstance(same("CLUSTER RESET HARD"), ErrorReply)
    assert same("GET foo") == b"bar"
    assert same("FLUSHALL") == "OK"
    assert same("CLUSTER FLUSHSLOTS") == "OK"
    for server in (node, peer):
        wait_for_state(server, "fail")
    assert same("GET foo") == ErrorReply("CLUSTERDOWN Hash slot not served")
    assert same("SELECT 1") == ErrorReply("ERR SELECT is not allowed in cluster mode")


def test_every_slot_in_one_command(node):
    connection = node.raw()
    assert connection.command("CLUSTER", "ADDSLOTS", *range(SLOTS)) == "OK"
    assert info(connection)["cluster_slots_assigned"] == str(SLOTS)
    assert info(connection)["cluster_state"] == "ok"
    assert connection.command("CLUSTER", "DELSLOTS", *range(SLOTS)) == "OK"
    assert info(connection)["cluster_slots_assigned"] == "0"


def test_endpoints_are_announced_as_asked(node, peer):
    sides = [Side(node), Side(peer)]
    for change in ["CLUSTER ADDSLOTS 5", "CONFIG SET cluster-announce-ip 10.1.2.3",
                   "CONFIG SET cluster-announce-hostname h.example",
                   "CONFIG SET cluster-preferred-endpoint-type hostname",
                   "CONFIG SET cluster-preferred-endpoint-type unknown-endpoint",
                   "CONFIG SET cluster-announce-port 999 cluster-announce-bus-port 888"]:
        assert [side(change) for side in sides] == ["OK", "OK"], change
        for line in ("CLUSTER NODES", "CLUSTER SLOTS", "CLUSTER SHARDS"):
            # The redis-server takes some of it over with its next tick.
            theirs = sides[1](line)
            wait_until(lambda: sides[0](line) == sides[1](line), what=f"{change}: {line} as {theirs}")


def test_a_node_that_does_not_know_its_address_tells_the_one_it_was_reached_by(start_tessera):
    node = start_tessera(cluster_enabled=True, cluster_claim_all_slots="yes")
    connection = node.raw()
    assert {entry[2][0] for entry in connection.command("CLUSTER", "SLOTS")} == {b"127.0.0.1"}
    (shard,) = connection.command("CLUSTER", "SHARDS")
    (described,) = shard[3]
    assert described[described.index(b"endpoint") + 1] == b"127.0.0.1"


COMMANDS_OF_A_CLUSTER = """
CLUSTER INFO
CLUSTER NODES
CLUSTER SLOTS
CLUSTER SHARDS
CLUSTER LINKS
CLUSTER MYID
CLUSTER KEYSLOT a
CLUSTER COUNTKEYSINSLOT 5
CLUSTER GETKEYSINSLOT 5 1
CLUSTER ADDSLOTS 5
CLUSTER ADDSLOTSRANGE 5 6
CLUSTER DELSLOTS 5
CLUSTER DELSLOTSRANGE 5 6
CLUSTER FLUSHSLOTS
CLUSTER RESET
CLUSTER SAVECONFIG
CLUSTER COUNT-FAILURE-REPORTS a
READONLY
READWRITE
ASKING
""".strip().splitlines()


def test_without_cluster_mode_there_is_no_cluster(tessera, start_redis):
    peer = start_redis()
    ours, theirs = tessera.raw(), peer.raw()
    for line in COMMANDS_OF_A_CLUSTER:
        reply = ours.command(*line.split())
        assert reply == theirs.command(*line.split()), line
        assert reply == ErrorReply("ERR This instance has cluster support disabled")
    assert ours.command("CLUSTER", "SLOT-STATS", "SLOTSRANGE", 0, 1) == reply
    assert ours.command("CLUSTER", "MYSHARDID") == reply


def test_reset_soft_keeps_the_identity_and_hard_changes_it(node):
    connection = node.raw()
    names = [connection.command("CLUSTER", name) for name in ("MYID", "MYSHARDID")]
    assert all(re.fullmatch(rb"[0-9a-f]{40}", name) for name in names)
    assert names[0] != names[1]
    assert connection.command("CLUSTER", "ADDSLOTS", 1, 2) == "OK"
    assert connection.command("CLUSTER", "RESET") == "OK"
    assert connection.command("CLUSTER", "SLOTS") == []
    assert [connection.command("CLUSTER", name) for name in ("MYID", "MYSHARDID")] == names
    assert connection.command("CLUSTER", "RESET", "HARD") == "OK"
    others = [connection.command("CLUSTER", name) for name in ("MYID", "MYSHARDID")]
    assert not set(others) & set(names)


def test_a_restart_remembers(node):
    with node.raw() as connection:
        node_id = connection.command("CLUSTER", "MYID")
        shard_id = connection.command("CLUSTER", "MYSHARDID")
        assert connection.command("CLUSTER", "ADDSLOTSRANGE", 5, 100, 200, 200) == "OK"
        nodes = connection.command("CLUSTER", "NODES")
    path = node.directory / "nodes.conf"
    line, variables = path.read_text().splitlines()
    assert re.fullmatch(
        rf"{node_id.decode()} 127.0.0.1:{node.port}@{node.directives['cluster_port']},,tls-port=0,"
        rf"shard-id={shard_id.decode()} myself,master - 0 0 0 connected 5-100 200", line)
    assert re.fullmatch("vars currentEpoch 0 lastVoteEpoch 0 version [0-9]+", variables)
    # Not the answer alone is on disk: a crash behind it loses nothing.
    port = node.port
    node.kill()
    node.start()
    with node.raw() as connection:
        assert connection.command("CLUSTER", "MYID") == node_id
        assert connection.command("CLUSTER", "MYSHARDID") == shard_id
        # Its port may have been taken meanwhile.
        assert connection.command("CLUSTER", "NODES") == nodes.replace(b":%d@" % port, b":%d@" % node.port)
        path.unlink()
        assert connection.command("CLUSTER", "SAVECONFIG") == "OK"
        assert path.read_text().splitlines()[0] == line.replace(f":{port}@", f":{node.port}@")


def test_a_redis_70_file_is_taken_over(start_tessera, peer):
    """Stopping a redis-server and starting here in its place keeps its identity and slots."""
    with peer.raw() as connection:
        node_id = connection.command("CLUSTER", "MYID")
        assert connection.command("CLUSTER", "ADDSLOTSRANGE", 0, SLOTS - 1) == "OK"
        assert connection.command("CLUSTER", "SET-CONFIG-EPOCH", 3) == "OK"
    conf = (peer.directory / "nodes.conf").read_text()
    path = peer.directory / "taken-over.conf"
    path.write_text(conf)
    node = start_tessera(cluster_enabled=True, cluster_config_file=path)
    with node.raw() as connection:
        assert connection.command("CLUSTER", "MYID") == node_id
        fields = info(connection)
    assert fields["cluster_state"] == "ok"
    assert fields["cluster_my_epoch"] == fields["cluster_current_epoch"] == "3"


@pytest.mark.parametrize("damage", ["tail", "slot", "empty line of nonsense"])
def test_a_damaged_file_stops_the_start(node, damage):
    with node.raw() as connection:
        assert connection.command("CLUSTER", "ADDSLOTS", 5) == "OK"
    node.stop()
    path = node.directory / "nodes.conf"
    text = path.read_text()
    text = {"tail": text[:-1], "slot": text.replace("connected 5", "connected 16384")}.get(damage, "nonsense\n" + text)
    path.write_text(text)
    node.start(ready=False)
    assert node.wait_exit() != 0
    node.expected_exit = None
    assert "nodes.conf" in node.log_text()
    assert path.read_text() == text


@pytest.mark.parametrize("left", ["", "cut off"])
def test_a_crash_of_the_machine_costs_the_newest_file_alone(node, left):
    """The one before it is on the disk, and has another name as long as the newest is not."""
    with node.raw() as connection:
        node_id = connection.command("CLUSTER", "MYID")
        assert connection.command("CLUSTER", "SET-CONFIG-EPOCH", 7) == "OK"
    path = node.directory / "nodes.conf"
    kept = node.directory / "nodes.conf.synced"
    node.kill()
    kept.unlink(missing_ok=True)
    kept.write_text(path.read_text())
    path.write_text(left)
    node.start()
    with node.raw() as connection:
        assert connection.command("CLUSTER", "MYID") == node_id
        assert info(connection)["cluster_my_epoch"] == "7"
        assert connection.command("CLUSTER", "ADDSLOTS", 5) == "OK"
    node.stop()
    assert not kept.exists()
    assert "connected 5" in path.read_text()


def written_ahead(text):
    """A file ahead of nodes.conf with this text in it; see cluster_nodes_ahead.h."""
    numbers = struct.pack("<QQ", 1, len(text))
    checksum = 0
    for byte in numbers + text:
        checksum ^= byte
        for _ in range(8):
            checksum = checksum >> 1 ^ (0x95AC9329AC4BC9B5 if checksum & 1 else 0)
    area = b"TESSNODE" + numbers + struct.pack("<Q", checksum) + text
    return area.ljust(1 << 16, b"\0").ljust(1 << 17, b"\0")


@pytest.mark.parametrize("left", ["older", "newer", "torn", "none"])
def test_a_crash_of_the_machine_loses_no_epoch(node, left):
    """An epoch is on the disk ahead of nodes.conf, from where a node starts whose nodes.conf has not followed."""
    path = node.directory / "nodes.conf"
    with node.raw() as connection:
        node_id = connection.command("CLUSTER", "MYID")
        older = path.read_bytes()
        assert connection.command("CLUSTER", "SET-CONFIG-EPOCH", 7) == "OK"
    newer = path.read_bytes()
    node.kill()
    (node.directory / "nodes.conf.synced").unlink(missing_ok=True)
    (node.directory / "nodes.conf.ahead").write_bytes(written_ahead(older if left == "newer" else newer))
    if left == "none":
        path.unlink()
    else:
        path.write_bytes({"older": older, "newer": newer, "torn": newer[:-1]}[left])
    node.start()
    with node.raw() as connection:
        if left == "none":
            assert connection.command("CLUSTER", "MYID") != node_id
        else:
            assert connection.command("CLUSTER", "MYID") == node_id
            assert info(connection)["cluster_my_epoch"] == "7"
    node.stop()
    # What is left does not count any more.
    assert b"TESSNODE" not in (node.directory / "nodes.conf.ahead").read_bytes()


def test_shards_have_entries_with_ports_of_their_own(start_tessera):
    node = start_tessera(cluster_enabled=True, shards=4, cluster_claim_all_slots="yes")
    connection = node.raw()
    wait_for_state(node, "ok")
    entries = connection.command("CLUSTER", "SLOTS")
    assert len(entries) == SLOTS // 128
    covered = [slot for first, last, _ in entries for slot in range(first, last + 1)]
    assert covered == list(range(SLOTS))
    ports = [entry[2][1] for entry in entries]
    assert len(set(ports)) == 4
    assert ports == ports[:4] * (len(ports) // 4)
    assert len({entry[2][2] for entry in entries}) == 1
    # Whoever administers sees one node, with its main port.
    assert connection.command("CLUSTER", "NODES").count(b"\n") == 1
    assert b" :%d@" % node.port in connection.command("CLUSTER", "NODES")
    shards = connection.command("CLUSTER", "SHARDS")
    assert shards[0][1] == [0, SLOTS - 1]
    assert shards[0][3][0][2:4] == [b"port", node.port]

    before = node.hops()
    for first, _, target in entries[:8]:
        with node.raw(port=target[1]) as shard:
            for key in (f"key:{number}" for number in range(100_000)):
                if connection.command("CLUSTER", "KEYSLOT", key) // 128 == first // 128:
                    break
            assert shard.command("SET", key, "x") == "OK"
    assert node.hops() == before
    assert connection.command("CONFIG", "SET", "cluster-announce-shards", "no") == "OK"
    assert len(connection.command("CLUSTER", "SLOTS")) == 1


def test_ports_from_a_base(start_tessera):
    base = free_ports(3)
    node = start_tessera(cluster_enabled=True, shards=3, cluster_claim_all_slots="yes", shard_port_base=base)
    entries = node.raw().command("CLUSTER", "SLOTS")
    assert {entry[2][1] for entry in entries} == {base, base + 1, base + 2}
    for port in (base, base + 1, base + 2):
        with node.raw(port=port) as connection:
            assert connection.command("PING") == "PONG"


def test_slot_statistics(start_tessera):
    node = start_tessera(cluster_enabled=True, shards=2)
    connection = node.raw()
    connection.command("HELLO", 3)
    assert connection.command("CLUSTER", "ADDSLOTSRANGE", 1, SLOTS - 1) == "OK"
    assert connection.command("CONFIG", "SET", "cluster-require-full-coverage", "no") == "OK"
    for number in range(5):
        assert connection.command("SET", f"{{foo}}{number}", "x" * 100) == "OK"
    assert connection.command("SET", "bar", "x") == "OK"
    slot = connection.command("CLUSTER", "KEYSLOT", "foo")
    other = connection.command("CLUSTER", "KEYSLOT", "bar")

    assert [row[0] for row in connection.command("CLUSTER", "SLOT-STATS", "SLOTSRANGE", 0, 3)] == [1, 2, 3]
    [[found, metrics]] = connection.command("CLUSTER", "SLOT-STATS", "SLOTSRANGE", slot, slot)
    assert found == slot
    assert list(metrics) == [b"key-count", b"cpu-usec", b"network-bytes-in", b"network-bytes-out"]
    assert metrics[b"key-count"] == 5
    assert metrics[b"network-bytes-in"] > 500
    assert metrics[b"network-bytes-out"] >= 5 * len("+OK\r\n")
    rows = connection.command("CLUSTER", "SLOT-STATS", "ORDERBY", "key-count", "LIMIT", 3)
    assert [(row[0], row[1][b"key-count"]) for row in rows] == [(slot, 5), (other, 1), (1, 0)]
    rows = connection.command("CLUSTER", "SLOT-STATS", "ORDERBY", "key-count", "ASC")
    assert len(rows) == SLOTS - 1
    assert [row[0] for row in rows[-2:]] == [other, slot]
    assert connection.command("CONFIG", "RESETSTAT") == "OK"
    [[_, metrics]] = connection.command("CLUSTER", "SLOT-STATS", "SLOTSRANGE", slot, slot)
    assert list(metrics.values()) == [5, 0, 0, 0]
    assert connection.command("CONFIG", "SET", "cluster-slot-stats-enabled", "no") == "OK"
    [[_, metrics]] = connection.command("CLUSTER", "SLOT-STATS", "SLOTSRANGE", slot, slot)
    assert metrics == {b"key-count": 5}


def test_keys_of_a_slot(start_tessera):
    node = start_tessera(cluster_enabled=True, shards=2, cluster_claim_all_slots="yes")
    connection = node.raw()
    for tag in ("foo", "bar"):
        names = {f"{{{tag}}}{number}".encode() for number in range(50)}
        for name in names:
            assert connection.command("SET", name, "x") == "OK"
        slot = connection.command("CLUSTER", "KEYSLOT", tag)
        assert connection.command("CLUSTER", "COUNTKEYSINSLOT", slot) == 50
        assert set(connection.command("CLUSTER", "GETKEYSINSLOT", slot, 1000)) == names
        some = connection.command("CLUSTER", "GETKEYSINSLOT", slot, 7)
        assert len(set(some)) == 7
        assert set(some) <= names


def test_scripts_name_the_address_that_their_client_has_reached(start_tessera):
    """No address is announced or known from other nodes."""
    server = start_tessera(cluster_enabled=True, cluster_claim_all_slots="yes", cluster_announce_shards="no")
    client = server.raw()
    for name in ("SLOTS", "SHARDS"):
        told = client.command("CLUSTER", name)
        assert b"127.0.0.1" in re.findall(rb"[0-9.]+", repr(told).encode())
        assert client.command("EVAL", f"return redis.call('CLUSTER', '{name}')", 0) == told


def test_changes_from_many_clients_are_all_made(node):
    """Each change waits for the disk and the shards; none is lost, and each reads what it wrote."""
    connections = [node.raw() for _ in range(8)]
    for round_number in range(20):
        for index, connection in enumerate(connections):
            connection.send_command("CLUSTER", "ADDSLOTS", round_number * 8 + index)
            connection.send_command("CLUSTER", "SLOTS")
        for index, connection in enumerate(connections):
            assert connection.read_reply() == "OK"
            slot = round_number * 8 + index
            assert any(first <= slot <= last for first, last, _ in connection.read_reply())
    assert info(connections[0])["cluster_slots_assigned"] == "160"


def test_a_client_that_leaves_before_the_answer(node):
    for slot in range(50):
        connection = node.raw()
        connection.send_command("CLUSTER", "ADDSLOTS", slot)
        connection.reset()
    with node.raw() as connection:
        assert connection.command("CLUSTER", "ADDSLOTS", SLOTS - 1) == "OK"
        assert connection.command("CLUSTER", "SLOTS")[-1][0] == SLOTS - 1
