"""What the tests of replicas share: becoming one, a proxy that cuts the link, waiting, comparing."""

import socket
import threading

from journal import data_set, differences
from servers import HOST, RawConnection, wait_until

LIMIT = 40


def replication(server):
    return server.info("replication")


def is_up(replica):
    return replication(replica).get("master_link_status") == "up"


def follow(replica, primary, port=None):
    """Makes `replica` one of `primary`, reached at `port`, and waits for the data."""
    with replica.client() as client:
        client.execute_command("REPLICAOF", HOST, port or primary.port)
    wait_until(lambda: is_up(replica), LIMIT, f"{replica.name} follows {primary.name}")


def wait_same_offset(primary, *replicas):
    """Waits until all that the primary has written has been applied by all; it must be quiet meanwhile."""

    def caught_up():
        offset = replication(primary)["master_repl_offset"]
        return all(
            is_up(replica) and replication(replica)["slave_repl_offset"] >= offset for replica in replicas
        )

    wait_until(caught_up, LIMIT, "replicas have caught up")


def assert_same_data(primary, *replicas, databases=16, field_times=False):
    """The same keys with the same values and times, once the replicas have caught up."""
    wait_same_offset(primary, *replicas)
    theirs = data_set(primary, databases, field_times)
    for replica in replicas:
        ours = data_set(replica, databases, field_times)
        assert ours == theirs, differences(ours, theirs)


class Proxy:
    """Hands bytes on between clients and a server, until it is told to cut what is connected."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.create_server((HOST, 0))
        self.port = self.listener.getsockname()[1]
        self.pairs = set()
        self.lock = threading.Lock()
        self.refuses = False
        self.bytes_left = None  # from the server, until it is cut by itself; None: for ever
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                if self.refuses:
                    client.close()
                    continue
                server = socket.create_connection((HOST, self.target))
            except OSError:
                if self.listener.fileno() < 0:
                    return
                client.close()
                continue
            pair = client, server
            with self.lock:
                self.pairs.add(pair)
            for source, sink in (pair, pair[::-1]):
                threading.Thread(target=self._pump, args=(pair, source, sink), daemon=True).start()

    def _pump(self, pair, source, sink):
        from_server = source is pair[1]
        try:
            while data := source.recv(1 << 16):
                if from_server and self.bytes_left is not None:
                    data = data[: self.bytes_left]
                    self.bytes_left -= len(data)
                sink.sendall(data)
                if from_server and self.bytes_left == 0:
                    self.bytes_left = None
                    break
        except OSError:
            pass
        self._close(pair)

    def _close(self, pair):
        with self.lock:
            self.pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        for pair in list(self.pairs):
            self._close(pair)

    def close(self):
        self.listener.close()
        self.cut()


class FakePrimary:
    """A primary made of bytes: answers the handshake, then says what the test wants."""

    def __init__(self):
        self.listener = socket.create_server((HOST, 0))
        self.listener.settimeout(LIMIT)
        self.port = self.listener.getsockname()[1]
        self.connection = None

    def accept(self):
        """Takes the next connection through the handshake; returns the words of its PSYNC."""
        self.connection = RawConnection.__new__(RawConnection)
        self.connection.socket = self.listener.accept()[0]
        self.connection.socket.settimeout(LIMIT)
        self.connection.buffer = bytearray()
        while True:
            words = self.read()
            if words[0] == b"PSYNC":
                return words
            self.send(b"+PONG\r\n" if words[0] == b"PING" else b"+OK\r\n")

    def read(self):
        """The next command of the replica, past the line ends that keep the link alive."""
        while True:
            line = self.connection.read_line() if not self.connection.buffer[:1] == b"\n" else b""
            if not line:
                del self.connection.buffer[:1]
                continue
            break
        count = int(line.lstrip(b"\n")[1:])
        words = []
        for _ in range(count):
            length = int(self.connection.read_line()[1:])
            words.append(self.connection.read_bytes(length + 2)[:-2])
        return words

    def send(self, data):
        self.connection.send(data)

    def close(self):
        if self.connection:
            self.connection.close()
        self.listener.close()
