"""Certificates for tests of TLS, made by openssl, and connections that use them."""

import contextlib
import pathlib
import socket
import ssl
import subprocess

from servers import HOST, LIMIT_FACTOR, RawConnection

PASSWORD = "correct horse"


def openssl(*arguments, **options):
    return subprocess.run(
        ["openssl", *map(str, arguments)], check=True, capture_output=True, stdin=subprocess.DEVNULL, **options
    )


class Pair:
    """A certificate and its key."""

    def __init__(self, directory, name):
        self.certificate = pathlib.Path(directory, f"{name}.crt")
        self.key = pathlib.Path(directory, f"{name}.key")

    def serial(self):
        return openssl("x509", "-in", self.certificate, "-noout", "-serial").stdout.decode().strip().split("=")[1]


class Authority:
    """A certificate authority with a directory of its own."""

    def __init__(self, directory, name="authority"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.pair = Pair(self.directory, name)
        self.serial = 100
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                "-subj", f"/CN={name}", "-keyout", self.pair.key, "-out", self.pair.certificate)

    def issue(self, name, algorithm=("ec", "ec_paramgen_curve:P-256"), directory=None, hosts="IP:127.0.0.1,DNS:localhost"):
        """A pair for a server or client with this name, on this machine or with other hosts' names."""
        pair = Pair(directory or self.directory, name)
        request, extensions = self.directory / f"{name}.csr", self.directory / f"{name}.ext"
        extensions.write_text(f"subjectAltName={hosts}\n")
        self.serial += 1
        openssl("req", "-newkey", algorithm[0], "-pkeyopt", algorithm[1], "-nodes", "-subj", f"/CN={name}",
                "-keyout", pair.key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.pair.certificate, "-CAkey", self.pair.key,
                "-set_serial", self.serial, "-days", "30", "-extfile", extensions, "-out", pair.certificate)
        return pair

    def encrypt_key(self, pair):
        """The pair with its key behind PASSWORD."""
        encrypted = Pair(self.directory, pair.certificate.stem + "-encrypted")
        encrypted.certificate.write_bytes(pair.certificate.read_bytes())
        openssl("pkey", "-in", pair.key, "-aes256", "-passout", f"pass:{PASSWORD}", "-out", encrypted.key)
        return encrypted

    def client_context(self, pair=None, **options):
        """An SSLContext that trusts this authority's servers."""
        context = ssl.create_default_context(cafile=self.pair.certificate)
        if pair:
            context.load_cert_chain(pair.certificate, pair.key)
        for name, value in options.items():
            setattr(context, name, value)
        return context

    def redis_options(self, pair=None):
        """For redis-py."""
        options = {"ssl": True, "ssl_ca_certs": str(self.pair.certificate)}
        if pair:
            options.update(ssl_certfile=str(pair.certificate), ssl_keyfile=str(pair.key))
        return options

    def cli_options(self, pair=None):
        """For redis-cli and redis-benchmark."""
        options = ["--tls", "--cacert", str(self.pair.certificate)]
        if pair:
            options += ["--cert", str(pair.certificate), "--key", str(pair.key)]
        return options


class TlsConnection(RawConnection):
    """A RawConnection behind a handshake."""

    def __init__(self, port, context, limit=10, session=None, host=HOST, name=None):
        super().__init__((host, port), limit)
        try:
            self.socket = context.wrap_socket(
                self.socket, server_hostname=name or host, session=session, suppress_ragged_eofs=False
            )
        except BaseException:
            self.close()
            raise

    def certificate_serial(self):
        return self.socket.getpeercert()["serialNumber"]


class MemoryTls:
    """TLS without a socket of its own: the test carries the bytes, whole or in pieces."""

    def __init__(self, port, context, limit=10):
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=HOST)
        self.socket = socket.create_connection((HOST, port), limit * LIMIT_FACTOR)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def push(self, piece=None):
        """Sends what TLS has to say, `piece` bytes at a time."""
        data = self.outgoing.read()
        for start in range(0, len(data), piece or len(data) or 1):
            self.socket.sendall(data[start : start + (piece or len(data))])
        return len(data)

    def pull(self, most=1 << 16):
        """Receives; False at the end of the stream."""
        data = self.socket.recv(most)
        self.incoming.write(data)
        return bool(data)

    def drive(self, step, piece=None, most=1 << 16):
        """Calls step() until it does not want to read any more."""
        while True:
            try:
                result = step()
                self.push(piece)
                return result
            except ssl.SSLWantReadError:
                self.push(piece)
                if not self.pull(most):
                    raise ConnectionError("closed by the server")

    def begin(self):
        """Says the first word of the handshake, and does not wait for the answer."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        self.push()

    def handshake(self, piece=None, most=1 << 16):
        self.drive(self.tls.do_handshake, piece, most)
        return self

    def send(self, data, piece=None):
        self.tls.write(data)
        self.push(piece)

    def read_bytes(self, count, most=1 << 16):
        data = b""
        while len(data) < count:
            data += self.drive(lambda: self.tls.read(count - len(data)), most=most)
        return data
