"""The life of a StatefulSet whose pods run themselves as a cluster (cluster-autopilot).

Run in a network and a mount namespace of its own (test_autopilot.py does that): pods are processes
with addresses of the loopback device, and a small DNS server tells them, and nobody else, which there are.

  autopilot_life.py [OPTION ...] PHASE ...    phases in this order: form grow shrink roll replace scale; exits with 0
                                              when all went well and the workload has lost nothing

  --ipv6    pods have addresses of IPv6 only
  --tls     nodes and clients speak TLS only, and nodes are known by their names, as the chart sets it up
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from certificates import Authority, TlsConnection
from servers import (
    LIMIT_FACTOR,
    REPORT,
    SANITIZER_OPTIONS,
    TESSERA_SERVER,
    ErrorReply,
    RawConnection,
    arguments_of,
    wait_until,
)

SERVICE = "tessera.test"
RESOLVER = "127.0.0.53"
PORT = 6379
NODE_TIMEOUT_MS = int(2000 * LIMIT_FACTOR)
KEYS = 200
# Commands that a client of a cluster sends again; nothing else may come as an error.
REDIRECTS = ("MOVED", "ASK", "TRYAGAIN")


class NameServer(threading.Thread):
    """Answers questions for the service's addresses, and for those of single pods."""

    def __init__(self, pods):
        super().__init__(daemon=True)
        self.pods = pods
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((RESOLVER, 53))

    def addresses(self, name):
        return [pod.address for pod in self.pods if pod.exists and name in (SERVICE, pod.host)]

    def run(self):
        while True:
            question, sender = self.socket.recvfrom(512)
            self.socket.sendto(self.answer(question), sender)

    def answer(self, question):
        end, labels = 12, []
        while question[end]:
            labels.append(question[end + 1 : end + 1 + question[end]].decode())
            end += question[end] + 1
        kind = struct.unpack(">H", question[end + 1 : end + 3])[0]
        found = self.addresses(".".join(labels).lower())
        records = [self.record(address) for address in found if kind == self.kind(address)]
        status = 0x8180 if found else 0x8183
        header = question[:2] + struct.pack(">HHHHH", status, 1, len(records), 0, 0)
        return header + question[12 : end + 5] + b"".join(records)

    @staticmethod
    def kind(address):
        """A or AAAA."""
        return 28 if ":" in address else 1

    def record(self, address):
        packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
        return struct.pack(">HHHIH", 0xC00C, self.kind(address), 1, 0, len(packed)) + packed


class Network:
    """How pods are addressed, and how they are spoken with."""

    def __init__(self, ipv6, tls, root):
        self.ipv6 = ipv6
        self.authority = Authority(root / "authority") if tls else None
        self.pair = self.authority.issue("pods", hosts=f"DNS:*.{SERVICE}") if tls else None
        self.given = 0

    def new_address(self):
        self.given += 1
        if not self.ipv6:
            return f"127.0.{1 + self.given // 250}.{1 + self.given % 250}"
        address = f"fd00:7::{self.given:x}"
        subprocess.run(["ip", "-6", "address", "add", f"{address}/128", "dev", "lo", "nodad"], check=True)
        return address

    def directives(self):
        if not self.authority:
            return {"port": PORT}
        return {
            "port": 0, "tls_port": PORT, "tls_cert_file": self.pair.certificate, "tls_key_file": self.pair.key,
            "tls_ca_cert_file": self.authority.pair.certificate, "tls_auth_clients": False, "tls_cluster": True,
            "tls_replication": True, "cluster_preferred_endpoint_type": "hostname",
        }  # fmt: skip

    def connect(self, pod, limit):
        if not self.authority:
            return RawConnection((pod.address, PORT), limit)
        return TlsConnection(PORT, self.authority.client_context(), limit, host=pod.address, name=pod.host)


class Pod:
    """One process; its directory outlives it, its address does not."""

    def __init__(self, number, root, network):
        self.number = number
        self.name = f"pod-{number}"
        self.host = f"{self.name}.{SERVICE}"
        self.network = network
        self.directory = root / self.name
        self.directory.mkdir()
        self.exists = False
        self.ready = False  # may new clients be sent here?
        self.process = None
        self.address = None

    def start(self, primaries, replicas):
        self.address = self.network.new_address()
        self.exists = True
        directives = {
            "bind": self.address, **self.network.directives(), "shards": 2, "protected_mode": False, "dir": self.directory,
            "appendonly": True, "save": "", "cluster_enabled": True, "cluster_node_timeout": NODE_TIMEOUT_MS,
            "cluster_announce_ip": self.address, "cluster_announce_hostname": self.host,
            "cluster_autopilot": True, "cluster_autopilot_service": SERVICE,
            "cluster_autopilot_primaries": primaries, "cluster_autopilot_replicas": replicas,
        }  # fmt: skip
        environment = dict(os.environ, **SANITIZER_OPTIONS)
        with open(self.directory / "output.log", "ab") as output:
            self.process = subprocess.Popen(
                [TESSERA_SERVER, *arguments_of(directives)], env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, cwd=self.directory,
            )  # fmt: skip

    def runs(self):
        return self.process is not None and self.process.poll() is None

    def terminate(self):
        self.ready = False
        self.process.send_signal(signal.SIGTERM)

    def wait(self):
        status = self.process.wait(90 * LIMIT_FACTOR)
        assert status == 0, f"{self.name} ended with {status}"

    def ask(self, *command):
        with self.network.connect(self, limit=5) as connection:
            reply = connection.command(*command)
        if isinstance(reply, ErrorReply):
            raise ConnectionError(f"{self.name}: {reply}")  # it is loading, for instance
        return reply

    def nodes(self):
        return [line.split() for line in self.ask("CLUSTER", "NODES").decode().splitlines()]

    def is_calm(self):
        """Does its autopilot say that all is as wanted?"""
        return b"autopilot_calm:1" in self.ask("CLUSTER", "AUTOPILOT")

    def say(self, text):
        with open(self.directory / "output.log", "a", encoding="utf8") as output:
            output.write(f"----- {text}\n")


class Workload(threading.Thread):
    """Writes and reads as a client of a cluster does: it follows redirects and connects again, and whatever
    else is not right ends up in `errors`."""

    def __init__(self, cluster, number):
        super().__init__(daemon=True)
        self.cluster = cluster
        self.random = random.Random(number)
        self.prefix = f"w{number}"
        self.connections = {}
        self.slots = {}
        self.acknowledged = {}
        self.attempted = {}
        self.errors = []
        self.commands = 0
        self.longest = 0.0
        self.ended = threading.Event()

    def run(self):
        try:
            while not self.ended.is_set():
                self.write(f"{self.prefix}:{self.random.randrange(KEYS)}")
                self.check(f"{self.prefix}:{self.random.randrange(KEYS)}")
        except Exception as error:  # the thread's end must be seen
            self.errors.append(f"{self.prefix}: {error!r}")

    def write(self, key):
        value = self.attempted.get(key, 0) + 1
        self.attempted[key] = value
        if self.command("SET", key, value) == "OK":
            self.acknowledged[key] = value

    def check(self, key):
        if key not in self.acknowledged or self.acknowledged[key] != self.attempted[key]:
            return
        found = self.command("GET", key)
        if found is None or int(found) != self.acknowledged[key]:
            self.errors.append(f"{key} is {found}, not {self.acknowledged[key]}")

    def command(self, *arguments):
        begun = time.monotonic()
        where = self.slots.get(arguments[1])
        while time.monotonic() < begun + 60 * LIMIT_FACTOR:
            self.commands += 1
            where = where or self.cluster.some_host()
            reply = self.send(where, arguments)
            if reply is None and arguments[0] == "SET":
                where = None
            elif not isinstance(reply, (ErrorReply, ConnectionError)):
                self.slots[arguments[1]] = where
                self.longest = max(self.longest, time.monotonic() - begun)
                return reply
            elif isinstance(reply, ConnectionError):
                where = None
                time.sleep(0.02)
            elif str(reply).startswith("MOVED"):
                where = str(reply).split()[2].rsplit(":", 1)[0]
            elif str(reply).startswith(REDIRECTS) or self.cluster.down:
                where = None
                time.sleep(0.02)
            else:
                self.errors.append(f"{' '.join(map(str, arguments))}: {reply}")
                where = None
                time.sleep(0.1)
        raise AssertionError(f"{arguments} was not answered")

    def send(self, where, arguments):
        try:
            if where not in self.connections:
                self.connections[where] = self.cluster.connect(where)
            return self.connections[where].command(*arguments)
        except (OSError, ConnectionError) as error:
            connection = self.connections.pop(where, None)
            if connection:
                connection.close()
            return ConnectionError(str(error))

    def finish(self):
        self.ended.set()
        self.join()
        for key, value in self.acknowledged.items():
            found = int(self.command("GET", key) or 0)
            if not value <= found <= self.attempted[key]:
                self.errors.append(f"in the end {key} is {found}, not {value} to {self.attempted[key]}")


class StatefulSet:
    """What the controller does with pods, and what is to come of it."""

    def __init__(self, root, network, pods):
        self.pods = [Pod(number, root, network) for number in range(pods)]
        self.primaries = 3
        self.replicas = 1
        self.down = False  # is it expected that nobody serves?
        self.begun = time.monotonic()

    def log(self, text):
        print(f"{time.monotonic() - self.begun:7.2f} s: {text}", flush=True)
        for pod in self.pods:
            pod.say(text)

    def some_host(self):
        """As the service for clients has it: one of the pods that are ready."""
        return random.choice([pod.address for pod in self.pods if pod.ready] or [None])

    def connect(self, where):
        """By address or by name. Addresses are not given twice: who has one that is gone does not come through."""
        for pod in self.pods:
            if where in (pod.address, pod.host) and where is not None:
                return pod.network.connect(pod, limit=10)
        raise ConnectionError(f"nobody is at {where}")

    def scale(self, count):
        """Pods come at once and go at once, as with podManagementPolicy: Parallel."""
        going = [pod for pod in self.pods[count:] if pod.runs()]
        for pod in self.pods[:count]:
            if not pod.runs():
                pod.start(self.primaries, self.replicas)
        for pod in going:
            pod.terminate()
        for pod in going:
            pod.wait()
            pod.exists = False

    def restart(self, pod):
        pod.terminate()
        pod.wait()
        pod.start(self.primaries, self.replicas)

    def set_size(self, primaries, replicas):
        self.primaries, self.replicas = primaries, replicas
        for pod in self.pods:
            if pod.runs():
                pod.ask("CONFIG", "SET", "cluster-autopilot-primaries", primaries, "cluster-autopilot-replicas", replicas)

    def problem(self, count, primaries):
        """Why it is not yet as it is wanted; None: it is."""
        opinions = set()
        for pod in self.pods[:count]:
            if b"cluster_state:ok" not in pod.ask("CLUSTER", "INFO"):
                return f"{pod.name} calls the cluster failed"
            lines = [words for words in pod.nodes() if "noaddr" not in words[2]]
            live = [words for words in lines if "fail" not in words[2] and "handshake" not in words[2]]
            if len(live) != count:
                return f"{pod.name} knows {len(live)} of {count}"
            owners = [words for words in live if len(words) > 8]
            if len(owners) != primaries:
                return f"{pod.name} knows {len(owners)} owners of slots"
            if any("master" in words[2] for words in live if len(words) <= 8):
                return f"{pod.name} knows a primary without slots"
            if self.unevenness(owners) > 16384 / primaries / 8:
                return f"{pod.name} sees uneven shares"
            opinions.add(tuple(sorted((words[0], words[1].split("@")[0], *words[8:]) for words in live)))
        return None if len(opinions) == 1 else "pods disagree"

    @staticmethod
    def unevenness(owners):
        counts = []
        for words in owners:
            ends = [[int(end) for end in word.split("-")] for word in words[8:] if word[0] != "["]
            counts.append(sum(end[-1] - end[0] + 1 for end in ends))
        return max(counts) - min(counts)

    def wait(self, count, primaries, limit=60):
        last = [None]

        def is_wanted():
            try:
                last[0] = self.problem(count, primaries)
            except (OSError, ConnectionError) as error:
                last[0] = repr(error)
            return last[0] is None

        try:
            wait_until(is_wanted, limit)
        except AssertionError:
            raise AssertionError(f"the cluster does not come to {count} pods, {primaries} primaries: {last[0]}")
        for pod in self.pods[:count]:
            pod.ready = True
        self.log(f"{count} pods, {primaries} primaries: as wanted")


# ---- The phases ----


def form(cluster):
    cluster.log("three pods begin a cluster")
    cluster.scale(3)
    cluster.wait(3, 3)


def grow(cluster):
    cluster.log("three more: replicas")
    cluster.scale(6)
    cluster.wait(6, 3)


def shrink(cluster):
    cluster.log("back to three")
    cluster.scale(3)
    cluster.wait(3, 3)


def roll(cluster):
    """Pods without a replica give their slots to others first, and get some back."""
    count = sum(pod.runs() for pod in cluster.pods)
    for pod in reversed(cluster.pods[:count]):
        cluster.log(f"{pod.name} is restarted")
        cluster.restart(pod)
        cluster.wait(count, 3)


def replace(cluster):
    count = sum(pod.runs() for pod in cluster.pods)
    cluster.log("all pods are deleted, and come back with other addresses")
    cluster.down = True
    for pod in cluster.pods[:count]:
        pod.terminate()
    for pod in cluster.pods[:count]:
        pod.wait()
        pod.exists = False
    for pod in cluster.pods[:count]:
        pod.start(cluster.primaries, cluster.replicas)
    cluster.wait(count, 3)
    cluster.down = False


def scale(cluster):
    """Other numbers of primaries: slots move."""
    cluster.log("six primaries without replicas")
    cluster.set_size(6, 0)
    cluster.scale(6)
    cluster.wait(6, 6)
    cluster.log("back to three: first the size, then the pods")
    cluster.set_size(3, 0)
    wait_until(lambda: cluster.problem(3, 3) in (None, "pod-0 knows 6 of 3"), 60)
    wait_until(lambda: all(len(words) <= 8 for pod in cluster.pods[3:] for words in pod.nodes() if "myself" in words[2]), 60)
    cluster.scale(3)
    cluster.wait(3, 3)


PHASES = {phase.__name__: phase for phase in (form, grow, shrink, roll, replace, scale)}


def live(phases, network, root):
    cluster = StatefulSet(root, network, 6)
    NameServer(cluster.pods).start()
    workloads = []
    try:
        for name in phases:
            PHASES[name](cluster)
            if not workloads:
                workloads = [Workload(cluster, number) for number in range(2)]
                for workload in workloads:
                    workload.start()
        for workload in workloads:
            workload.finish()
        wait_until(lambda: all(pod.is_calm() for pod in cluster.pods if pod.runs()), 60)
    finally:
        for pod in cluster.pods:
            if pod.runs():
                pod.process.kill()
    errors = [error for workload in workloads for error in workload.errors]
    for pod in cluster.pods:
        report = REPORT.search((pod.directory / "output.log").read_text(errors="replace"))
        if report:
            errors.append(f"{pod.name} printed {report.group(0)!r}")
    kept = sum(len(workload.acknowledged) for workload in workloads)
    cluster.log(f"{sum(workload.commands for workload in workloads)} commands, {kept} keys, the longest "
                f"took {max(workload.longest for workload in workloads):.2f} s, {len(errors)} errors")  # fmt: skip
    assert not errors, "\n".join(errors[:20])
    assert kept > 0, "nothing was written"


def prepare():
    """The loopback device, and a resolver that asks the name server here."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as resolver:
        resolver.write(f"nameserver {RESOLVER}\noptions timeout:1 attempts:2\n")
    subprocess.run(["mount", "--bind", resolver.name, "/etc/resolv.conf"], check=True)
    os.unlink(resolver.name)


def main():
    root = pathlib.Path(tempfile.mkdtemp(prefix="tessera-test-autopilot-"))
    options = argparse.ArgumentParser()
    options.add_argument("--ipv6", action="store_true")
    options.add_argument("--tls", action="store_true")
    options.add_argument("phases", nargs="+", choices=PHASES, metavar="PHASE")
    chosen = options.parse_args()
    prepare()
    try:
        live(chosen.phases, Network(chosen.ipv6, chosen.tls, root), root)
    except AssertionError as error:
        print(error, flush=True)
        for log in sorted(root.glob("*/output.log")):
            print(f"===== {log.parent.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-60:]))
        return 1
    finally:
        if "TESSERA_KEEP" not in os.environ:
            shutil.rmtree(root, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
