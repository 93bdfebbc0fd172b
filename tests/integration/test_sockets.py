"""Where a node listens, and what it says when it cannot."""

import os
import signal
import socket
import stat
import subprocess

import pytest
from servers import HOST, TESSERA_SERVER, RawConnection, free_port, free_ports, wait_until


def has_ipv6():
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
    return True


def ping(address):
    with RawConnection(address) as connection:
        return connection.command("PING")


def refused(address):
    try:
        RawConnection(address).close()
    except (ConnectionRefusedError, FileNotFoundError):
        return True
    return False


def run_to_the_end(directory, *arguments):
    """Starts a node that is to give up; (exit status, what it printed)."""
    command = [TESSERA_SERVER, "--dir", str(directory), *map(str, arguments)]
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60)
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("shards", [1, 4])
def test_several_addresses(start_tessera, shards):
    server = start_tessera(shards=shards, bind=["127.0.0.1", "127.0.0.2", "-::1"])
    assert ping(("127.0.0.1", server.port)) == "PONG"
    assert ping(("127.0.0.2", server.port)) == "PONG"
    assert refused(("127.0.0.3", server.port))
    if has_ipv6():
        with socket.create_connection(("::1", server.port)) as connection:
            connection.sendall(b"CLIENT INFO\r\n")
            assert b"addr=[::1]:" in connection.recv(1000)


def test_all_addresses(start_tessera):
    server = start_tessera(bind=["*", "-::*"])
    for address in ("127.0.0.1", "127.9.9.9"):
        assert ping((address, server.port)) == "PONG"


def test_missing_address(start_tessera, tmp_path):
    """One that the machine does not have: fatal, unless it is marked as optional."""
    absent = "203.0.113.7"
    status, text = run_to_the_end(tmp_path, "--port", free_port(), "--bind", "127.0.0.1", absent)
    assert status == 1
    assert absent in text and "annot assign requested address" in text
    server = start_tessera(bind=["127.0.0.1", "-" + absent], shards=2)
    assert ping((HOST, server.port)) == "PONG"


def test_nowhere_to_listen(tmp_path):
    status, text = run_to_the_end(tmp_path, "--port", 0)
    assert status == 1
    assert "listen" in text


@pytest.mark.parametrize("shards", [1, 3])
def test_port_in_use(start_tessera, tmp_path, shards):
    """By another node of the same user too, though a node's shards share a port."""
    server = start_tessera(shards=2)
    status, text = run_to_the_end(tmp_path, "--port", server.port, "--shards", shards)
    assert status == 1
    assert f"port {server.port}" in text and "ddress already in use" in text
    assert ping((HOST, server.port)) == "PONG"
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        status, text = run_to_the_end(tmp_path, "--port", port, "--shards", shards, "--bind", HOST)
    assert status == 1
    assert f"port {port}" in text


def test_port_can_be_used_again_at_once(start_tessera):
    """Connections of before that linger in the kernel are no hindrance."""
    server = start_tessera(shards=2)
    clients = [server.raw() for _ in range(10)]
    assert [client.command("PING") for client in clients] == ["PONG"] * 10
    server.restart()
    assert ping((HOST, server.port)) == "PONG"


@pytest.mark.parametrize("permissions", ["700", "770", "777", "0"])
@pytest.mark.parametrize("shards", [1, 3])
def test_unix_socket(start_tessera, permissions, shards):
    server = start_tessera(unixsocket="node.sock", unixsocketperm=permissions, shards=shards)
    path = str(server.directory / "node.sock")
    mode = stat.S_IMODE(os.stat(path).st_mode)
    assert stat.S_ISSOCK(os.stat(path).st_mode)
    assert oct(mode) == oct(int(permissions, 8) or 0o755)
    connections = [RawConnection(path) for _ in range(20)]
    for number, connection in enumerate(connections):
        assert connection.command("SET", f"k:{number}", "v") == "OK"
    assert b"addr=node.sock:0 laddr=node.sock:0" in connections[0].command("CLIENT", "INFO")
    assert connections[0].command("DBSIZE") == 20
    # A path that a dead node has left is taken over, one that is served ends with its node.
    server.kill()
    assert os.path.exists(path)
    server.start()
    assert ping(path) == "PONG"
    assert server.stop() == 0
    assert not os.path.exists(path)


def test_unix_socket_alone(start_tessera):
    server = start_tessera(port=0, unixsocket="node.sock", shards=2, ready=False)
    path = str(server.directory / "node.sock")
    wait_until(lambda: os.path.exists(path) and not refused(path))
    assert ping(path) == "PONG"
    with os.popen("ss -tlnp") as kernel:
        assert f"pid={server.pid}," not in kernel.read()
    with RawConnection(path) as connection:
        assert connection.command("CONFIG", "GET", "port") == [b"port", b"0"]


def test_unix_socket_that_cannot_be(tmp_path):
    status, text = run_to_the_end(tmp_path, "--port", free_port(), "--unixsocket", tmp_path / "no" / "node.sock")
    assert status == 1
    assert "node.sock" in text and "o such file" in text
    status, text = run_to_the_end(tmp_path, "--port", free_port(), "--unixsocket", "/tmp/" + "x" * 200)
    assert status == 1
    assert "too long" in text


def test_unix_socket_of_a_living_node(start_tessera, tmp_path):
    """A node started twice by mistake does not cut off the first one's clients."""
    server = start_tessera(unixsocket="node.sock")
    path = str(server.directory / "node.sock")
    status, _ = run_to_the_end(tmp_path, "--port", server.port, "--unixsocket", path)
    assert status == 1
    assert ping(path) == "PONG"


def test_ports_of_the_shards(start_tessera):
    base = free_ports(3)
    server = start_tessera(shards=3, shard_port_base=base, bind=["127.0.0.1", "127.0.0.2"])
    for port in (server.port, base, base + 1, base + 2):
        for address in ("127.0.0.1", "127.0.0.2"):
            assert ping((address, port)) == "PONG"


def test_port_of_a_shard_in_use(tmp_path):
    base = free_ports(3)
    with socket.socket() as other:
        other.bind((HOST, base + 2))
        other.listen()
        arguments = ["--port", free_port(), "--bind", HOST, "--shards", 3, "--shard-port-base", base]
        status, text = run_to_the_end(tmp_path, *arguments)
    assert status == 1
    assert "shard 2" in text and str(base + 2) in text


@pytest.mark.parametrize("seconds", [0, 1, 300])
def test_keepalive(start_tessera, seconds):
    server = start_tessera(tcp_keepalive=seconds)
    connection = server.raw()
    assert connection.command("PING") == "PONG"
    with os.popen(f"ss -tno state established sport = :{server.port}") as kernel:
        assert ("keepalive" in kernel.read()) == (seconds > 0)


def test_sighup_is_ignored(start_tessera):
    server = start_tessera(shards=2)
    connection = server.raw()
    assert connection.command("PING") == "PONG"
    for _ in range(3):
        server.process.send_signal(signal.SIGHUP)
    assert connection.command("PING") == "PONG"
    assert ping((HOST, server.port)) == "PONG"


def test_logfile(start_tessera, tmp_path):
    server = start_tessera(logfile="node.log", loglevel="verbose")
    wait_until(lambda: "Ready to accept connections" in (server.directory / "node.log").read_text())
    assert server.log_path.read_text() == ""
    server.stop()
    assert "stopped" in (server.directory / "node.log").read_text()
    # Appended, not replaced.
    server.start()
    wait_until(lambda: (server.directory / "node.log").read_text().count("Ready to accept connections") == 2)
    status, text = run_to_the_end(tmp_path, "--port", free_port(), "--logfile", tmp_path / "no" / "node.log")
    assert status == 1
    assert "node.log" in text
