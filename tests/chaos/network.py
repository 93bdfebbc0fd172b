"""Networks that the test can cut: between which nodes, in which direction, silently and for a while.

`Namespaces` gives every node a network namespace of its own, with a cable to one bridge. A node that is
cut off from another has a wrong hardware address for it: what it sends goes nowhere, and nobody is told.
It needs root. `Proxies` is for everybody else: nodes are reached through forwarders, which stop reading
where the network is cut. Clients reach every node at any time, also those that other nodes do not reach.
"""

import contextlib
import os
import random
import selectors
import socket
import subprocess
import threading

from servers import HOST, free_port

NOWHERE = "02:00:00:00:00:01"


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Namespaces:
    def __init__(self):
        self.tag = f"tc{random.SystemRandom().randrange(16**6):06x}"
        self.subnet = "10.{}.{}".format(*(random.SystemRandom().randrange(1, 255) for _ in range(2)))
        self.count = 0
        self.cuts = set()
        ip("link", "add", f"{self.tag}b", "type", "bridge")
        try:
            ip("addr", "add", f"{self.subnet}.254/24", "dev", f"{self.tag}b")
            ip("link", "set", f"{self.tag}b", "up")
        except subprocess.CalledProcessError:
            self.close()
            raise

    def host(self, index):
        return f"{self.subnet}.{index + 1}"

    def _inside(self, index, *words):
        ip("netns", "exec", self._space(index), "ip", *words)

    def _space(self, index):
        return f"{self.tag}-{index}"

    def add(self):
        """A place for one more node: its directives, its prefix, and where the test reaches it."""
        index = self.count
        self.count += 1
        cable = f"{self.tag}{index}"
        ip("netns", "add", self._space(index))
        ip("link", "add", cable, "type", "veth", "peer", "name", "inside", "netns", self._space(index))
        ip("link", "set", cable, "master", f"{self.tag}b", "up")
        self._inside(index, "addr", "add", f"{self.host(index)}/24", "dev", "inside")
        self._inside(index, "link", "set", "inside", "up")
        self._inside(index, "link", "set", "lo", "up")
        directives = {"port": 7000, "protected_mode": "no", "cluster_announce_ip": self.host(index)}
        return directives, ["ip", "netns", "exec", self._space(index)], self.host(index)

    def announced(self, _index, server):
        return server.host, server.port

    def cut(self, one, other):
        """Nothing that `one` sends reaches `other`."""
        if (one, other) not in self.cuts:
            self.cuts.add((one, other))
            self._inside(one, "neigh", "replace", self.host(other), "lladdr", NOWHERE, "dev", "inside", "nud", "permanent")

    def heal(self, one, other):
        if (one, other) in self.cuts:
            self.cuts.remove((one, other))
            self._inside(one, "neigh", "del", self.host(other), "dev", "inside")

    def close(self):
        for index in range(self.count):
            subprocess.run(["ip", "netns", "del", self._space(index)], check=False, capture_output=True)
            subprocess.run(["ip", "link", "del", f"{self.tag}{index}"], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", f"{self.tag}b"], check=False, capture_output=True)


class Proxies:
    """Every node has a source address of its own, by which the forwarders know who connects."""

    def __init__(self):
        self.cuts = set()
        self.announces = []
        self.selector = selectors.DefaultSelector()
        self.waiting = {}  # sockets that are not read while the network is cut: where to, and which way
        self.lock = threading.Lock()
        self.stopping = False
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def add(self):
        index = len(self.announces)
        port, bus = free_port(), free_port()
        announced, announced_bus = (self._listen(index, target) for target in (port, bus))
        self.announces.append((HOST, announced))
        directives = {
            "port": port, "cluster_port": bus, "bind_source_addr": f"127.0.0.{100 + index}", "cluster_announce_ip": HOST,
            "cluster_announce_port": announced, "cluster_announce_bus_port": announced_bus,
        }  # fmt: skip
        return directives, [], HOST

    def announced(self, index, _server):
        return self.announces[index]

    def cut(self, one, other):
        self.cuts.add((one, other))

    def heal(self, one, other):
        self.cuts.discard((one, other))

    def _listen(self, index, target):
        listener = socket.create_server((HOST, free_port()))
        with self.lock:
            self.selector.register(listener, selectors.EVENT_READ, ("listener", index, target))
        return listener.getsockname()[1]

    def _accept(self, listener, index, target):
        connection, (source, _) = listener.accept()
        source = int(source.rsplit(".", 1)[1]) - 100
        try:
            onward = socket.create_connection((HOST, target), timeout=1)
        except OSError:
            connection.close()
            return
        for here, there, way in ((connection, onward, (source, index)), (onward, connection, (index, source))):
            here.settimeout(5)
            self.selector.register(here, selectors.EVENT_READ, ("stream", there, way))

    def _close(self, *both):
        for one in both:
            with contextlib.suppress(KeyError, ValueError):
                self.selector.unregister(one)
            self.waiting.pop(one, None)
            one.close()

    def _forward(self, here, there):
        try:
            data = here.recv(1 << 16)
            if data:
                there.sendall(data)
                return
        except OSError:
            pass
        self._close(here, there)

    def _resume(self):
        for here, (there, way) in list(self.waiting.items()):
            if way not in self.cuts:
                del self.waiting[here]
                self.selector.register(here, selectors.EVENT_READ, ("stream", there, way))

    def _run(self):
        while not self.stopping:
            with self.lock:
                self._resume()
                for key, _ in self.selector.select(0.02):
                    self._handle(key.fileobj, key.data)

    def _handle(self, here, data):
        if here.fileno() < 0:
            return
        if data[0] == "listener":
            self._accept(here, data[1], data[2])
        elif data[2] in self.cuts:
            self.selector.unregister(here)
            self.waiting[here] = data[1:]
        else:
            self._forward(here, data[1])

    def close(self):
        self.stopping = True
        self.thread.join()
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()
        for here in self.waiting:
            here.close()
        self.selector.close()


def network():
    """Namespaces where they may be made."""
    if os.geteuid() == 0 and os.environ.get("TESSERA_CHAOS_NETWORK") != "proxies":
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            made = Namespaces()
            try:
                made.add()
            except subprocess.CalledProcessError:
                made.close()
                raise
            made.close()
            return Namespaces()
    return Proxies()
