"""What the tests of replication share: replicas of any kind, waiting for them, comparing whole data sets."""

import socket
import threading

from journal import data_set, differences
from servers import HOST, wait_until


def offset(server):
    """How far the stream of a node is, with all that it has answered so far."""
    return int(server.info("replication")["master_repl_offset"])


def is_linked(replica):
    return replica.info("replication").get("master_link_status") == "up"


def catch_up(primary, replica, limit=60):
    """Waits until the replica has all that the primary has answered."""
    wanted = offset(primary)
    wait_until(
        lambda: is_linked(replica) and int(replica.info("replication")["slave_repl_offset"]) >= wanted,
        limit, f"the replica has come to {wanted}",
    )  # fmt: skip


def check_same_data(primary, replica, field_times=False, databases=16):
    """Nothing is written, and no key is about to expire: both hold the same."""
    catch_up(primary, replica)
    ours = data_set(primary, field_times=field_times, databases=databases)
    theirs = data_set(replica, field_times=field_times, databases=databases)
    found = differences(ours, theirs)
    assert not found, f"{len(found)} keys differ: {list(found.items())[:3]}"
    return ours


class Proxy:
    """A way to a server that can be cut, or made to pass nothing, while both ends stay as they are."""

    def __init__(self, port):
        self.target = port
        self.listener = socket.socket()
        self.listener.bind((HOST, 0))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        self.limit = None  # bytes to the client until the connection is cut
        self.flowing = threading.Event()
        self.flowing.set()
        self.passed = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection((HOST, self.target))
            self.pairs.append((client, server))
            threading.Thread(target=self._copy, args=(client, server, False), daemon=True).start()
            threading.Thread(target=self._copy, args=(server, client, True), daemon=True).start()

    def _copy(self, source, target, is_down):
        try:
            while data := source.recv(16384):
                if is_down:
                    self.flowing.wait()
                    self.passed += len(data)
                    if self.limit is not None and self.passed >= self.limit:
                        self.limit = None
                        self.cut()
                        return
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut_after(self, count):
        """Cuts all connections when so many bytes more have gone to the client."""
        self.passed = 0
        self.limit = count

    def cut(self):
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def close(self):
        self.flowing.set()
        self.listener.close()
        self.cut()
