"""TLS on the client ports: who gets in, what gets through, and that the rest does no harm."""

import os
import random
import socket
import ssl
import subprocess
import threading

import pytest
import redis

from certificates import PASSWORD, Authority, MemoryTls, TlsConnection, openssl
from servers import (
    HOST,
    LIMIT_FACTOR,
    RawConnection,
    TESSERA_SERVER,
    encode_command,
    free_port,
    is_sanitized,
    wait_until,
)

SANITIZED = is_sanitized(TESSERA_SERVER)
UPDATE_FAILED = "Unable to update TLS configuration. Check server logs."


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def stranger(tmp_path_factory):
    """An authority that nobody trusts, and a client of it."""
    other = Authority(tmp_path_factory.mktemp("tls-other"), "stranger")
    return other.issue("client-of-stranger")


@pytest.fixture(scope="session")
def server_pair(authority):
    return authority.issue("server")


@pytest.fixture(scope="session")
def client_pair(authority):
    return authority.issue("client")


@pytest.fixture
def start(start_tessera, authority, server_pair):
    """A node with a plain port and, as node.tls_port, one with TLS."""

    def start_node(**directives):
        port = directives.pop("tls_port", None) or free_port()
        pair = directives.pop("pair", server_pair)
        node = start_tessera(**{
            "tls_port": port, "tls_cert_file": pair.certificate, "tls_key_file": pair.key,
            "tls_ca_cert_file": authority.pair.certificate, "tls_auth_clients": "no", "loglevel": "verbose",
            **directives,
        })
        node.tls_port = port
        return node

    return start_node


def ping(port, context, **options):
    with TlsConnection(port, context, **options) as connection:
        return connection.command("PING")


def tls_clients(node):
    """How many connections the TLS port has."""
    with RawConnection((HOST, node.port)) as connection:
        lines = connection.command("CLIENT", "LIST").decode().splitlines()
    return sum(f"laddr={HOST}:{node.tls_port} " in line for line in lines)


def refused(port, context):
    """Is the client turned away, in the handshake or (with TLS 1.3) right behind it?"""
    try:
        return ping(port, context) != "PONG"
    except (ssl.SSLError, ConnectionError):
        return True


def set_error(client, *pairs):
    with pytest.raises(redis.ResponseError) as error:
        client.execute_command("CONFIG", "SET", *pairs)
    return str(error.value)


# ---- What gets through ----


def test_redis_py(start, authority):
    node = start(shards=2)
    client = redis.Redis(host=HOST, port=node.tls_port, **authority.redis_options())
    assert client.ping()
    value = os.urandom(3 << 20)
    assert client.set("large", value) and client.get("large") == value
    pipeline = client.pipeline(transaction=False)
    for number in range(5000):
        pipeline.set(f"key:{number}", "v" * (number % 300)).get(f"key:{number}")
    assert pipeline.execute() == [item for n in range(5000) for item in (True, b"v" * (n % 300))]
    assert client.blpop("nothing", timeout=0.05) is None
    assert node.info("stats")["tls_handshakes"] >= 1
    client.close()


def test_sizes(start, authority):
    """Replies around the size of a record, and many values in one reply."""
    node = start(shards=1)
    with TlsConnection(node.tls_port, authority.client_context(), limit=30) as connection:
        for size in (0, 1, 16356, 16384, 16385, 32768, 65535, 65536, 65537, 131072, 1 << 20):
            value = os.urandom(size)
            assert connection.command("SET", f"size:{size}", value) == "OK"
            assert connection.command("GET", f"size:{size}") == value
        names = [f"size:{size}" for size in (1, 65537, 0, 131072, 16384)] * 8
        assert [len(value) for value in connection.command("MGET", *names)] == [1, 65537, 0, 131072, 16384] * 8


def test_redis_cli(start, authority):
    node = start()
    answer = subprocess.run(
        ["redis-cli", "-h", HOST, "-p", str(node.tls_port), *authority.cli_options(), "SET", "key", "value"],
        capture_output=True, text=True, timeout=30 * LIMIT_FACTOR,
    )
    assert answer.stdout == "OK\n", answer
    assert node.client().get("key") == b"value"


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_s_client(start, authority, version):
    node = start()
    answer = subprocess.run(
        ["openssl", "s_client", "-connect", f"{HOST}:{node.tls_port}", "-quiet", f"-{version}", "-verify_return_error",
         "-CAfile", str(authority.pair.certificate)],
        input=b"PING\r\nQUIT\r\n", capture_output=True, timeout=30 * LIMIT_FACTOR,
    )
    assert answer.stdout == b"+PONG\r\n+OK\r\n", answer


def test_unix_socket_is_plain(start, tmp_path):
    path = str(tmp_path / "socket")
    start(unixsocket=path)
    with RawConnection(path) as connection:
        assert connection.command("PING") == "PONG"


def test_only_tls(start, authority):
    """`port 0`: nobody is served without TLS."""
    node = start(port=0, ready=False, shards=2)
    context = authority.client_context()
    wait_until(lambda: not refused_or_dead(node.tls_port, context))
    with TlsConnection(node.tls_port, context) as connection:
        info = connection.command("INFO", "server").decode()
    assert f"tcp_port:{node.tls_port}" in info
    assert "name=tcp" not in info and f"name=tls,bind=*,bind=-::*,port={node.tls_port}" in info


def refused_or_dead(port, context):
    try:
        return refused(port, context)
    except OSError:
        return True


def test_resumption(start, authority):
    """A client that comes back saves the long handshake, on any shard; not when sessions are off."""
    node = start(shards=2)
    context = authority.client_context(maximum_version=ssl.TLSVersion.TLSv1_2)
    for context in (context, authority.client_context()):
        with TlsConnection(node.tls_port, context) as connection:
            assert connection.command("PING") == "PONG"
            session = connection.socket.session
        before = node.info("stats")["tls_handshakes_resumed"]
        for _ in range(6):
            with TlsConnection(node.tls_port, context, session=session) as connection:
                assert connection.command("PING") == "PONG" and connection.socket.session_reused
        assert node.info("stats")["tls_handshakes_resumed"] == before + 6
    node.client().config_set("tls-session-caching", "no")
    with TlsConnection(node.tls_port, context, session=session) as connection:
        assert connection.command("PING") == "PONG" and not connection.socket.session_reused
        assert connection.socket.session is None or not connection.socket.session.has_ticket


# ---- Who gets in ----


def test_client_certificates(start, authority, client_pair, stranger):
    node = start(tls_auth_clients="yes")
    client = node.client()
    without, trusted = authority.client_context(), authority.client_context(client_pair)
    untrusted = authority.client_context(stranger)
    assert ping(node.tls_port, trusted) == "PONG"
    assert refused(node.tls_port, without) and refused(node.tls_port, untrusted)
    client.config_set("tls-auth-clients", "optional")
    assert ping(node.tls_port, trusted) == ping(node.tls_port, without) == "PONG"
    assert refused(node.tls_port, untrusted)
    client.config_set("tls-auth-clients", "no")
    assert ping(node.tls_port, untrusted) == "PONG"
    client.config_set("tls-auth-clients", "yes")
    assert refused(node.tls_port, without)
    assert "did not return a certificate" in node.log_text()
    assert "unable to get" in node.log_text() or "verify failed" in node.log_text()
    assert node.info("stats")["tls_handshakes_failed"] >= 4


def test_no_resumption_around_a_change(start, authority):
    """A session from before certificates were asked for opens no door after."""
    node = start()
    context = authority.client_context(maximum_version=ssl.TLSVersion.TLSv1_2)
    with TlsConnection(node.tls_port, context) as connection:
        assert connection.command("PING") == "PONG"
        session = connection.socket.session
    node.client().config_set("tls-auth-clients", "yes")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ping(node.tls_port, context, session=session)


def test_authority_directory(start, authority, client_pair, tmp_path):
    name = openssl("x509", "-in", authority.pair.certificate, "-noout", "-hash").stdout.decode().strip()
    (tmp_path / f"{name}.0").write_bytes(authority.pair.certificate.read_bytes())
    node = start(tls_auth_clients="yes", tls_ca_cert_file="", tls_ca_cert_dir=tmp_path)
    assert ping(node.tls_port, authority.client_context(client_pair)) == "PONG"
    assert refused(node.tls_port, authority.client_context())


def test_protocols_and_ciphers(start, authority):
    node = start()
    client = node.client()

    def cipher(**options):
        ciphers = options.pop("ciphers", None)
        context = authority.client_context(**options)
        if ciphers:
            context.set_ciphers(ciphers)
        with TlsConnection(node.tls_port, context) as connection:
            assert connection.command("PING") == "PONG"
            return connection.socket.cipher()

    assert cipher()[1] == "TLSv1.3"
    old = {"maximum_version": ssl.TLSVersion.TLSv1_2}
    client.config_set("tls-protocols", "TLSv1.3")
    assert cipher()[1] == "TLSv1.3"
    assert refused(node.tls_port, authority.client_context(**old))
    client.config_set("tls-protocols", "TLSv1.2")
    assert cipher()[1] == "TLSv1.2"
    ours, theirs = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"
    client.config_set("tls-ciphers", ours)
    assert cipher(ciphers=theirs, **old)[0] == theirs.split(":")[0]
    client.config_set("tls-prefer-server-ciphers", "yes")
    assert cipher(ciphers=theirs, **old)[0] == ours.split(":")[0]
    client.config_set("tls-ciphers", theirs.split(":")[0])
    context = authority.client_context(**old)
    context.set_ciphers(ours.split(":")[0])
    assert refused(node.tls_port, context)
    client.config_set("tls-protocols", "")
    client.config_set("tls-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256")
    assert cipher()[0] == "TLS_CHACHA20_POLY1305_SHA256"


def test_settings_all_or_nothing(start, authority, server_pair, tmp_path):
    """What cannot be used is refused with Redis's words, and nothing else of the same CONFIG SET is done."""
    node = start(hz=10)
    client = node.client(decode_responses=True)
    encrypted = authority.encrypt_key(server_pair)
    (tmp_path / "broken.pem").write_text("no certificate\n")
    before = client.config_get("*")
    for name, value in (
        ("tls-cert-file", "/nowhere.crt"), ("tls-cert-file", tmp_path / "broken.pem"), ("tls-cert-file", ""),
        ("tls-key-file", authority.pair.key), ("tls-key-file", encrypted.key), ("tls-ca-cert-file", "/nowhere.crt"),
        ("tls-protocols", "TLSv9"), ("tls-ciphers", "NOTHING"), ("tls-ciphersuites", "TLS_NOTHING"),
        ("tls-dh-params-file", tmp_path / "broken.pem"), ("tls-client-cert-file", "/nowhere.crt"),
    ):
        expected = f"CONFIG SET failed (possibly related to argument '{name}') - {UPDATE_FAILED}"
        assert set_error(client, name, str(value)) == expected
        assert set_error(client, "hz", "99", name, str(value)) == expected
        assert client.config_get("*") == before
        assert ping(node.tls_port, authority.client_context()) == "PONG"
    assert "tls-cert-file /nowhere.crt: No such file or directory" in node.log_text()
    assert "tls-auth-clients" in set_error(client, "tls-auth-clients", "yes", "tls-ca-cert-file", "")
    client.config_set("tls-key-file-pass", PASSWORD)
    client.config_set("tls-key-file", str(encrypted.key))
    assert ping(node.tls_port, authority.client_context()) == "PONG"
    assert PASSWORD not in node.log_text()


def test_start_refused(start_tessera, authority, server_pair):
    """A node that is to speak TLS and cannot does not start."""
    for directives in (
        {}, {"tls_cert_file": server_pair.certificate, "tls_key_file": server_pair.key},
        {"tls_cert_file": "/nowhere", "tls_key_file": server_pair.key, "tls_auth_clients": "no"},
    ):
        node = start_tessera(tls_port=free_port(), ready=False, **directives)
        assert node.wait_exit() == 1
        node.expected_exit = 1
        assert "TLS cannot be set up." in node.log_text()


def test_ports_change(start, authority):
    """TLS goes and comes, also on a port that was plain a moment ago; who is connected stays."""
    node = start(shards=2)
    context = authority.client_context()
    port = node.tls_port
    with TlsConnection(port, context) as stays:
        assert stays.command("CONFIG", "SET", "tls-port", "0") == "OK"
        assert stays.command("CONFIG", "SET", "port", port) == "OK"
        with RawConnection((HOST, port)) as plain:
            assert plain.command("PING") == "PONG"
            assert plain.command("CONFIG", "SET", "port", "0") == "OK"
            assert plain.command("CONFIG", "SET", "tls-port", port) == "OK"
            assert ping(port, context) == "PONG"
            taken = plain.command("CONFIG", "SET", "port", port)
            assert str(taken).endswith("'port') - Unable to listen on this port. Check server logs.")
        assert stays.command("PING") == "PONG"


# ---- Certificates that change ----


def replace(path, data):
    fresh = path.with_suffix(".fresh")
    fresh.write_bytes(data)
    os.replace(fresh, path)


class Load:
    """Clients that ask without pause, on connections that they keep."""

    def __init__(self, port, context, count=4):
        self.over, self.problems, self.rounds = threading.Event(), [], [0] * count
        self.threads = [threading.Thread(target=self._run, args=(port, context, i)) for i in range(count)]
        for thread in self.threads:
            thread.start()

    def _run(self, port, context, index):
        try:
            with TlsConnection(port, context, limit=30) as connection:
                while not self.over.is_set():
                    connection.send(encode_command("SET", f"load:{index}", self.rounds[index]) * 20)
                    assert [connection.read_reply() for _ in range(20)] == ["OK"] * 20
                    self.rounds[index] += 1
        except Exception as problem:  # noqa: BLE001 (whatever it is, the test is to see it)
            self.problems.append(problem)

    def stop(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        assert self.problems == []
        assert all(self.rounds)


def test_certificates_replaced_under_load(start, authority, tmp_path):
    pair = authority.issue("replaced", directory=tmp_path)
    newer = authority.issue("newer")
    node = start(pair=pair, shards=2)
    context = authority.client_context()

    def serial():
        with TlsConnection(node.tls_port, context) as connection:
            assert connection.command("PING") == "PONG"
            return int(connection.certificate_serial(), 16)

    first = serial()
    load = Load(node.tls_port, context)
    try:
        # The certificate alone does not fit the old key: the old pair stays.
        replace(pair.certificate, newer.certificate.read_bytes())
        wait_until(lambda: "cannot be used; those read before stay in use" in node.log_text())
        assert serial() == first
        replace(pair.key, newer.key.read_bytes())
        wait_until(lambda: serial() == int(newer.serial(), 16))
        rounds = list(load.rounds)
        wait_until(lambda: all(now > before for now, before in zip(load.rounds, rounds)))
        # Written in place and broken in the middle.
        warnings = node.log_text().count("cannot be used")
        pair.certificate.write_text("-----BEGIN CERTIFICATE-----\nnothing\n")
        wait_until(lambda: node.log_text().count("cannot be used") == warnings + 1)
        assert serial() == int(newer.serial(), 16)
        pair.certificate.unlink()
        wait_until(lambda: node.log_text().count("cannot be used") == warnings + 2)
        assert serial() == int(newer.serial(), 16)
        replace(pair.certificate, newer.certificate.read_bytes())
        wait_until(lambda: node.log_text().count("new connections use the new ones") == 2)
    finally:
        load.stop()


# ---- Torn and hostile bytes ----


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_torn_records(start, authority, version, piece):
    """Records that come in pieces, and replies that are taken in pieces."""
    node = start(shards=2)
    rng = random.Random(piece)
    context = authority.client_context(maximum_version=version)
    with MemoryTls(node.tls_port, context) as connection:
        connection.handshake(piece, piece)
        for round_number in range(5):
            value = rng.randbytes(rng.choice([1, 40, 3000, 20000]))
            request = encode_command("SET", f"torn:{round_number}", value) + encode_command("GET", f"torn:{round_number}")
            connection.send(request, piece)
            expected = b"+OK\r\n$%d\r\n%s\r\n" % (len(value), value)
            assert connection.read_bytes(len(expected), piece) == expected


def test_half_closed(start, authority):
    """A peer that says it has nothing more to say still gets its answers, and a good-bye."""
    node = start()
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with MemoryTls(node.tls_port, authority.client_context(maximum_version=version)) as connection:
            connection.handshake()
            connection.tls.write(encode_command("ECHO", "x" * 100) * 50)
            with pytest.raises(ssl.SSLWantReadError):
                connection.tls.unwrap()
            connection.push()
            expected = b"$100\r\n%s\r\n" % (b"x" * 100) * 50
            received = b""
            while connection.pull():
                pass
            try:
                while data := connection.tls.read(1 << 16):
                    received += data
            except (ssl.SSLZeroReturnError, ssl.SSLSyscallError):
                pass
            assert received == expected
    wait_until(lambda: tls_clients(node) == 0)


def test_orderly_end(start, authority):
    """QUIT, CLIENT KILL and the node's end are followed by TLS's own end."""
    node = start(shards=1)
    context = authority.client_context()
    with TlsConnection(node.tls_port, context) as connection:
        assert connection.command("QUIT") == "OK"
        assert connection.socket.recv(1) == b""
    with TlsConnection(node.tls_port, context) as connection:
        own = connection.command("CLIENT", "ID")
        assert node.raw().command("CLIENT", "KILL", "ID", own) == 1
        assert connection.socket.recv(1) == b""
    with TlsConnection(node.tls_port, context) as connection:
        assert connection.command("PING") == "PONG"
        node.stop()
        assert connection.socket.recv(1) == b""


def test_plaintext_on_the_tls_port(start):
    node = start()
    for words in (b"PING\r\n", encode_command("PING"), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
        with RawConnection((HOST, node.tls_port)) as connection:
            connection.send(words)
            assert not connection.read_until_closed().startswith(b"+")
    wait_until(lambda: node.info("stats")["tls_handshakes_failed"] == 3)
    assert "TLS handshake with 127.0.0.1:" in node.log_text() and "wrong version number" in node.log_text()
    assert "http request" in node.log_text()


def client_hello(context):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname=HOST).do_handshake()
    return outgoing.read()


def test_hostile_bytes(start, authority):
    """Bytes of all kinds, in the handshake and behind it, end connections and nothing else."""
    node = start(shards=2)
    rng = random.Random(7)
    context = authority.client_context()
    hello = client_hello(context)
    assert len(hello) > 100
    for number in range(60 if SANITIZED else 300):
        kind = number % 4
        data = bytearray(hello)
        if kind == 0:
            data = rng.randbytes(rng.randrange(1, 3000))
        elif kind == 1:
            for _ in range(rng.randrange(1, 8)):
                data[rng.randrange(len(data))] = rng.randrange(256)
        elif kind == 2:
            data = data[: rng.randrange(1, len(data))]
        else:
            data = b"\x16\x03\x01" + rng.randrange(1, 65536).to_bytes(2, "big") + rng.randbytes(500)
        with RawConnection((HOST, node.tls_port)) as connection:
            try:
                connection.send(bytes(data))
                connection.socket.shutdown(socket.SHUT_WR)
                connection.read_until_closed()
            except OSError:
                pass
    for _ in range(20):
        with MemoryTls(node.tls_port, context) as connection:
            connection.handshake()
            connection.tls.write(encode_command("PING"))
            data = bytearray(connection.outgoing.read())
            data[rng.randrange(5, len(data))] ^= 1
            connection.socket.sendall(data)
            with pytest.raises((ssl.SSLError, ConnectionError, OSError)):
                connection.read_bytes(7)
    assert ping(node.tls_port, context) == "PONG"
    wait_until(lambda: tls_clients(node) == 0)


def test_unfinished_handshakes(start, authority):
    """Who does not finish its handshake is closed, and costs little until then."""
    node = start(shards=1, tls_handshake_timeout_ms=60000)
    hello = client_hello(authority.client_context())
    count = 200
    before = node.resident_bytes()
    waiting = [RawConnection((HOST, node.tls_port)) for _ in range(count)]
    for number, connection in enumerate(waiting):
        connection.send(hello[: (number * 7) % len(hello)] if number % 2 else hello)
    wait_until(lambda: tls_clients(node) == count)
    assert ping(node.tls_port, authority.client_context()) == "PONG"
    if not SANITIZED:
        assert node.resident_bytes() - before < count * 200 * 1024
    node.client().config_set("tls-handshake-timeout-ms", "100")
    for connection in waiting:
        connection.read_until_closed()
        connection.close()
    wait_until(lambda: tls_clients(node) == 0)
    assert node.info("stats")["tls_handshakes_failed"] == count
    assert "it does not finish its TLS handshake" in node.log_text()


def test_renegotiation_is_refused(start, authority):
    node = start()
    process = subprocess.Popen(
        ["openssl", "s_client", "-connect", f"{HOST}:{node.tls_port}", "-tls1_2", "-CAfile",
         str(authority.pair.certificate)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    try:
        process.stdin.write("PING\r\n")
        process.stdin.flush()
        assert any("+PONG" in line for line in process.stdout)
        process.stdin.write("R\n")
        process.stdin.flush()
        output, _ = process.communicate(timeout=30 * LIMIT_FACTOR)
        assert "no renegotiation" in output, output
    finally:
        process.kill()
        process.wait()
    wait_until(lambda: tls_clients(node) == 0)


def test_too_many_clients(start, authority):
    node = start()
    context = authority.client_context()
    with TlsConnection(node.tls_port, context) as connection:
        assert connection.command("CONFIG", "SET", "maxclients", "1") == "OK"
        assert refused(node.tls_port, context)
        assert connection.command("PING") == "PONG"


# ---- Many, and slow ones ----


def test_a_thousand_connections(start, authority):
    node = start(shards=2)
    context = authority.client_context()
    count = 200 if SANITIZED else 1000
    before = node.resident_bytes()
    connections = [TlsConnection(node.tls_port, context, limit=60) for _ in range(count)]
    try:
        for _ in range(3):
            for number, connection in enumerate(connections):
                connection.send_command("SET", f"many:{number}", number)
            assert all(connection.read_reply() == "OK" for connection in connections)
        if not SANITIZED:
            # Without record buffers: those of OpenSSL alone would be 34 kB.
            assert (node.resident_bytes() - before) / count < 34 * 1024
        assert tls_clients(node) == count
    finally:
        for connection in connections:
            connection.close()
    wait_until(lambda: tls_clients(node) == 0)


def test_a_client_that_does_not_read(start, authority):
    """Its replies wait in bounded room, and it gets all of them when it reads at last."""
    node = start(shards=1)
    context = authority.client_context()
    value = os.urandom(1 << 20)
    node.client().set("large", value)
    count = 60
    before = node.resident_bytes()
    with TlsConnection(node.tls_port, context, limit=60) as connection:
        connection.send(encode_command("GET", "large") * count)
        with TlsConnection(node.tls_port, context) as other:
            assert other.command("PING") == "PONG"
        if not SANITIZED:
            assert node.resident_bytes() - before < 64 << 20
        for _ in range(count):
            assert connection.read_reply() == value


# ---- Clusters ----


def test_cluster_ports(start, authority):
    """Clients are told the ports that they can use, on every shard."""
    shards = 3
    node = start(cluster_enabled=True, cluster_claim_all_slots=True, shards=shards)
    context = authority.client_context()
    with TlsConnection(node.tls_port, context) as tls, node.raw() as plain:
        ports = [{entry[2][1] for entry in connection.command("CLUSTER", "SLOTS")} for connection in (tls, plain)]
        assert len(ports[0]) == len(ports[1]) == shards and not ports[0] & ports[1]
        assert f":{node.tls_port}@".encode() in tls.command("CLUSTER", "NODES")
        assert f":{node.port}@".encode() in plain.command("CLUSTER", "NODES")
        for connection in (tls, plain):
            described = connection.command("CLUSTER", "SHARDS")[0][3][0]
            described = dict(zip(described[::2], described[1::2]))
            assert (described[b"port"], described[b"tls-port"]) == (node.port, node.tls_port)
        for port in ports[0]:
            assert ping(port, context) == "PONG"
        for port in ports[1]:
            with RawConnection((HOST, port)) as connection:
                assert connection.command("PING") == "PONG"
        for index in range(shards):
            entry = node.info("shards")[f"shard{index}"]
            assert entry["port"] in ports[1] and entry["tls_port"] in ports[0]


def test_cluster_redis_py(start, authority):
    node = start(cluster_enabled=True, cluster_claim_all_slots=True, shards=2)
    hops = node.hops()
    client = redis.RedisCluster(host=HOST, port=node.tls_port, **authority.redis_options())
    for number in range(300):
        assert client.set(f"key:{number}", number)
    assert all(client.get(f"key:{number}") == str(number).encode() for number in range(300))
    assert node.hops() == hops
    client.close()


def test_handshakes_that_come_at_once(start, authority):
    """Far more than a turn has time for: the others are answered in between, and all come through."""
    node = start(shards=1, pair=authority.issue("slow", ("rsa", "rsa_keygen_bits:4096")))
    context = authority.client_context()
    clients = [MemoryTls(node.tls_port, context) for _ in range(60)]
    plain = node.raw()
    assert plain.command("PING") == "PONG"
    node.freeze()
    for client in clients:
        client.begin()
    plain.send_command("PING")
    node.thaw()
    assert plain.read_reply() == "PONG"
    for client in clients:
        client.handshake()
        client.send(encode_command("PING"))
        assert client.read_bytes(7) == b"+PONG\r\n"
        client.socket.close()
    statistics = plain.command("INFO", "stats").decode()
    assert int(statistics.split("tls_handshakes_put_off:")[1].split()[0]) >= len(clients) // 2
