"""`port` and `bind` changed while the node runs."""

import contextlib
import socket
import subprocess

import pytest
import redis
from servers import HOST, TESSERA_SERVER, RawConnection, free_port, wait_until
from test_sockets import has_ipv6, ping, refused

ABSENT = "203.0.113.7"  # no machine has it
CANNOT_PORT = (
    "CONFIG SET failed (possibly related to argument 'port') - "
    "Unable to listen on this port. Check server logs."
)
CANNOT_BIND = (
    "CONFIG SET failed (possibly related to argument 'bind') - "
    "Failed to bind to specified addresses."
)


def config_set(client, *arguments):
    try:
        answer = client.execute_command("CONFIG", "SET", *arguments)
    except redis.ResponseError as error:
        return str(error)
    return answer.decode() if isinstance(answer, bytes) else answer


@pytest.fixture
def somebody():
    """A port on which another process listens, at one address only."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def shards_with_clients(server):
    return sum(
        1 for shard in server.info("shards").values() if isinstance(shard, dict) and shard["connections"] > 0
    )


@pytest.mark.parametrize("shards", [1, 3])
def test_port(start_tessera, shards):
    server = start_tessera(shards=shards, bind=["127.0.0.1"])
    client = server.client(decode_responses=True)
    stays = server.raw()
    assert stays.command("SET", "key", "value") == "OK"
    before = server.port
    # Back and forth: the address is free again when the answer is here.
    for _ in range(5):
        other = free_port()
        assert config_set(client, "port", other) == "OK"
        assert refused((HOST, before))
        with RawConnection((HOST, other)) as connection:
            assert connection.command("GET", "key") == b"value"
        assert client.config_get("port") == {"port": str(other)}
        assert config_set(client, "port", before) == "OK"
        assert refused((HOST, other))
        assert ping((HOST, before)) == "PONG"
    assert stays.command("GET", "key") == b"value"
    assert client.info("server")["tcp_port"] == before


def test_every_shard_listens(start_tessera):
    server = start_tessera(shards=3)
    client = server.client()
    assert config_set(client, "port", free_port()) == "OK"
    assert config_set(client, "port", server.port) == "OK"
    connections = [server.raw() for _ in range(64)]
    assert all(connection.command("PING") == "PONG" for connection in connections)
    assert shards_with_clients(server) == 3


def test_port_of_another(start_tessera, somebody):
    """Nothing changes, whatever else the command said, and whatever came first."""
    server = start_tessera(shards=2, maxmemory=0)
    client = server.client(decode_responses=True)
    before = client.config_get("*")
    assert config_set(client, "port", somebody) == CANNOT_PORT
    assert config_set(client, "maxmemory", 10000001, "port", somebody, "hz", 77) == CANNOT_PORT
    assert config_set(client, "bind", ABSENT) == CANNOT_BIND
    assert config_set(client, "bind", "999.1.1.1") == CANNOT_BIND
    assert config_set(client, "bind", f"127.0.0.1 {ABSENT}", "port", free_port()) == CANNOT_BIND
    assert config_set(client, "port", free_port(), "bind", f"127.0.0.1 {ABSENT}") == CANNOT_PORT
    assert config_set(client, "bind", " ".join(f"127.0.0.{i}" for i in range(1, 18))) == (
        "CONFIG SET failed (possibly related to argument 'bind') - Too many bind addresses specified."
    )
    assert client.config_get("*") == before
    assert ping((HOST, server.port)) == "PONG"
    assert config_set(client, "port", 70000) == (
        "CONFIG SET failed (possibly related to argument 'port') - "
        "argument must be between 0 and 65535 inclusive"
    )


def test_listening_is_undone(start_tessera):
    """What was opened is closed again when something else of the command fails."""
    server = start_tessera(shards=2, enable_protected_configs="yes")
    other = free_port()
    answer = config_set(server.client(), "port", other, "dir", "/no/such/directory")
    assert answer == "CONFIG SET failed (possibly related to argument 'dir') - No such file or directory"
    assert refused((HOST, other))
    assert ping((HOST, server.port)) == "PONG"
    assert config_set(server.client(), "port", other) == "OK"
    assert ping((HOST, other)) == "PONG"


@pytest.mark.parametrize("cluster", [False, True])
def test_bind(start_tessera, cluster):
    server = start_tessera(shards=2, bind=["*", "-::*"], cluster_enabled=cluster)
    client = server.client(decode_responses=True)
    assert ping(("127.0.0.2", server.port)) == "PONG"
    # From every address to some of them and back, at the same port.
    assert config_set(client, "bind", "127.0.0.1 127.0.0.2") == "OK"
    assert client.config_get("bind") == {"bind": "127.0.0.1 127.0.0.2"}
    assert ping(("127.0.0.2", server.port)) == "PONG"
    assert refused(("127.0.0.3", server.port))
    assert config_set(client, "bind", "127.0.0.3 127.0.0.1 -::1") == "OK"
    assert refused(("127.0.0.2", server.port))
    assert ping(("127.0.0.3", server.port)) == "PONG"
    if has_ipv6():
        with socket.create_connection(("::1", server.port)) as connection:
            connection.sendall(b"PING\r\n")
            assert connection.recv(100) == b"+PONG\r\n"
    assert config_set(client, "bind", "*") == "OK"
    assert ping(("127.0.0.2", server.port)) == "PONG"


def test_nowhere(start_tessera):
    """No port, or no address: only connections that are there go on."""
    server = start_tessera(shards=2)
    connection = server.raw()
    assert connection.command("CONFIG", "SET", "port", 0) == "OK"
    assert refused((HOST, server.port))
    assert connection.command("CONFIG", "SET", "port", server.port) == "OK"
    assert ping((HOST, server.port)) == "PONG"
    assert connection.command("CONFIG", "SET", "bind", "") == "OK"
    assert connection.command("CONFIG", "GET", "bind") == [b"bind", b""]
    assert refused((HOST, server.port))
    assert connection.command("CONFIG", "SET", "bind", "127.0.0.1") == "OK"
    assert ping((HOST, server.port)) == "PONG"


def slots_ports(connection):
    return {node[2][1] for node in connection.command("CLUSTER", "SLOTS")}


def test_shards_ports_follow(start_tessera):
    """In cluster mode: what CLUSTER SLOTS and MOVED name is what answers, after each change."""
    server = start_tessera(
        shards=2, cluster_enabled=True, cluster_claim_all_slots=True, cluster_announce_shards=True,
        bind=["127.0.0.1"],
    )
    connection = server.raw()
    own = slots_ports(connection)
    assert len(own) == 2
    other = free_port()
    assert connection.command("CONFIG", "SET", "port", other) == "OK"
    assert slots_ports(connection) == own
    assert b"%d@" % other in connection.command("CLUSTER", "NODES")
    assert connection.command("CONFIG", "SET", "bind", "127.0.0.1 127.0.0.2") == "OK"
    assert slots_ports(connection) == own
    for port in own:
        assert ping((HOST, port)) == ping(("127.0.0.2", port)) == "PONG"
    assert connection.command("CONFIG", "SET", "port", 0) == "OK"
    for port in own:
        assert refused((HOST, port))
    assert connection.command("CONFIG", "SET", "port", other) == "OK"
    for port in slots_ports(connection):
        assert ping((HOST, port)) == "PONG"


def test_shard_port_base(start_tessera):
    base = free_port()
    server = start_tessera(shards=1, shard_port_base=base, bind=["127.0.0.1"])
    client = server.client()
    assert config_set(client, "port", base) == CANNOT_PORT  # the shard's own
    assert config_set(client, "port", free_port()) == "OK"
    assert ping((HOST, base)) == "PONG"


def test_bus_port(start_tessera):
    """The bus port is 10000 above, unless cluster-port says otherwise."""
    server = start_tessera(cluster_enabled=True, cluster_port=0, port=free_port())
    assert config_set(server.client(), "port", 60000) == (
        "CONFIG SET failed (possibly related to argument 'port') - "
        "There is no room for a bus port 10000 above"
    )
    assert ping((HOST, server.port)) == "PONG"


def test_many_changes_at_once(start_tessera):
    """Several clients change it at the same time: the node listens on the last one and nowhere else."""
    server = start_tessera(shards=3)
    ports = [free_port() for _ in range(8)]
    connections = [server.raw() for _ in ports]
    for connection, port in zip(connections, ports):
        connection.send_command("CONFIG", "SET", "port", port)
    for connection in connections:
        assert connection.read_reply() == "OK"
    current = int(connections[0].command("CONFIG", "GET", "port")[1])
    assert current in ports
    for port in [server.port, *ports]:
        assert refused((HOST, port)) == (port != current)


@contextlib.contextmanager
def running(path):
    process = subprocess.Popen(
        [TESSERA_SERVER, path], cwd=path.parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(60) == 0


def test_rewrite(tmp_path):
    """CONFIG REWRITE keeps what was set, and the node starts from it."""
    path = tmp_path / "tessera.conf"
    first, other = free_port(), free_port()
    path.write_text(f'shards 2\nport {first}\nsave ""\n')
    with running(path):
        wait_until(lambda: not refused((HOST, first)))
        with RawConnection((HOST, first)) as connection:
            assert connection.command("CONFIG", "SET", "port", other, "bind", "127.0.0.1") == "OK"
            assert connection.command("CONFIG", "REWRITE") == "OK"
    with running(path):
        wait_until(lambda: not refused((HOST, other)))
        assert ping((HOST, other)) == "PONG"
        assert refused((HOST, first)) and refused(("127.0.0.2", other))


# What Redis does not let be set, and tools know to leave out.
SET_AT_START = {
    "aclfile", "always-show-logo", "appenddirname", "appendfilename", "aof-rewrite-cpulist", "bgsave-cpulist",
    "bio-cpulist", "cluster-config-file", "cluster-enabled", "cluster-port", "daemonize", "databases",
    "disable-thp", "enable-debug-command", "enable-module-command", "enable-protected-configs", "io-threads",
    "cluster-databases", "hash-seed", "mptcp", "repl-mptcp", "logfile", "pidfile", "rdbchecksum", "server_cpulist", "bio_cpulist", "aof_rewrite_cpulist",
    "bgsave_cpulist", "server-cpulist", "set-proc-title", "socket-mark-id", "supervised", "syslog-enabled",
    "syslog-facility", "syslog-ident", "tcp-backlog", "unixsocket", "unixsocketperm",
    "dbfilename", "dir", "replicaof", "slaveof",
}


def test_setting_each_to_itself(start_tessera):
    """Every other directive accepts the value that it has, and keeps it."""
    client = start_tessera().client(decode_responses=True)
    before = client.config_get("*")
    refusals = {
        name: answer
        for name, value in before.items()
        if name not in SET_AT_START and (answer := config_set(client, name, value)) != "OK"
    }
    assert refusals == {}
    assert client.config_get("*") == before
