#!/usr/bin/env python3
"""Slots that move: how long writers wait at the hand-over, and how fast much data goes over.

usage: bench_migration.py [--server BINARY] pause [--runs 30]
       bench_migration.py [--server BINARY] data [--megabytes 1024] [--which tessera,redis]

pause   slots go to and fro between two nodes while clients write to them without a break; for each
        hand-over the longest time that a write took, of those that were redirected included.
data    strings of 1 kB: CLUSTER MIGRATESLOTS between two Tessera nodes, and redis-cli --cluster
        reshard between two redis-servers, with the same data.
"""

import argparse
import multiprocessing
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import redis

from bench_failover import free_ports, wait_for

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
SLOTS = 16384
WRITERS = 2


class Pair:
    """Two nodes of a cluster, of which the first has all slots."""

    def __init__(self, binary, directory):
        self.ports = free_ports(2)
        self.processes = []
        for port in self.ports:
            home = pathlib.Path(directory, str(port))
            home.mkdir()
            command = [binary, "--port", str(port), "--cluster-enabled", "yes", "--save", "", "--dir", str(home)]
            command += ["--cluster-allow-replica-migration", "no"]
            self.processes.append(subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL))
        self.clients = [redis.Redis(port=port) for port in self.ports]

    def join(self):
        first, second = self.clients
        wait_for(lambda: first.ping() and second.ping(), "both answer")
        first.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, SLOTS - 1)
        second.execute_command("CLUSTER", "MEET", "127.0.0.1", self.ports[0])
        wait_for(lambda: all(b"cluster_state:ok" in self.raw(i, "cluster", "info") for i in (0, 1)), "they serve")
        wait_for(lambda: all(b"handshake" not in self.raw(i, "cluster", "nodes") for i in (0, 1)), "they have met")
        self.ids = [client.execute_command("CLUSTER", "MYID").decode() for client in self.clients]
        # Both are to know of the other that it is there to stay.
        time.sleep(2)

    def raw(self, index, *words):
        return subprocess.run(["redis-cli", "-p", str(self.ports[index]), *words], check=True, capture_output=True).stdout

    def migrate(self, source, first, last):
        """Seconds from MIGRATESLOTS to its success."""
        client = self.clients[source]
        began = time.monotonic()
        client.execute_command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", first, last, "NODE", self.ids[1 - source])
        while True:
            job = client.execute_command("CLUSTER", "GETSLOTMIGRATIONS")[-1]
            state = dict(zip(job[::2], job[1::2]))[b"state"]
            if state == b"success":
                return time.monotonic() - began
            if state in (b"failed", b"cancelled"):
                sys.exit(f"the migration has {state.decode()}: {job}")
            time.sleep(0.005)

    def end(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()


class Writer(multiprocessing.Process):
    """Writes one key where MOVED says, and notes the longest time; a process, so that no other thread is in its way."""

    def __init__(self, ports, number):
        super().__init__(daemon=True)
        self.ports = ports
        self.key = f"writer:{number}"
        self.longest = multiprocessing.Value("d", 0.0)
        self.writes = multiprocessing.Value("q", 0)
        self.stopping = multiprocessing.Event()

    def write(self, command):
        while True:
            answer, link = b"", self.links[self.port]
            link.sendall(command)
            while not answer.endswith(b"\r\n"):
                answer += link.recv(4096)
            if answer.startswith(b":"):
                return
            if not answer.startswith(b"-MOVED"):
                raise RuntimeError(answer)
            self.port = int(answer.rsplit(b":", 1)[1])

    def run(self):
        self.links = {port: socket.create_connection(("127.0.0.1", port)) for port in self.ports}
        self.port = self.ports[0]
        command = f"INCR {self.key}\r\n".encode()
        while not self.stopping.is_set():
            for _ in range(20):
                began = time.monotonic()
                self.write(command)
                self.longest.value = max(self.longest.value, time.monotonic() - began)
                self.writes.value += 1


def measure_pauses(binary, runs, directory):
    pair = Pair(binary, directory)
    times = []
    try:
        pair.join()
        writers = [Writer(pair.ports, number) for number in range(WRITERS)]
        for writer in writers:
            writer.start()
        for run in range(runs):
            time.sleep(0.3)
            for writer in writers:
                writer.longest.value = 0.0
            pair.migrate(run % 2, 0, SLOTS - 1)
            time.sleep(0.1)
            times.append(1000 * max(writer.longest.value for writer in writers))
        for writer in writers:
            writer.stopping.set()
            writer.join()
            assert writer.writes.value == int(pair.clients[runs % 2].get(writer.key)), "a write is lost"
    finally:
        pair.end()
    times.sort()
    print(f"longest write around {runs} hand-overs: median {statistics.median(times):.1f} ms, "
          f"90 % {times[int(0.9 * (runs - 1))]:.1f} ms, most {times[-1]:.1f} ms")


def fill(client, megabytes):
    pipe = client.pipeline(transaction=False)
    for number in range(megabytes * 1024):
        pipe.set(f"key:{number}", b"%01024d" % number)
        if number % 1000 == 999:
            pipe.execute()
    pipe.execute()


def measure_data(name, binary, megabytes, directory):
    pair = Pair(binary, directory)
    try:
        pair.join()
        fill(pair.clients[0], megabytes)
        keys = pair.clients[0].dbsize()
        began = time.monotonic()
        if name == "tessera":
            pair.migrate(0, 0, SLOTS - 1)
        else:
            command = ["redis-cli", "--cluster", "reshard", f"127.0.0.1:{pair.ports[0]}", "--cluster-from", pair.ids[0],
                       "--cluster-to", pair.ids[1], "--cluster-slots", str(SLOTS), "--cluster-yes"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - began
        assert pair.clients[1].dbsize() == keys, "keys are missing"
    finally:
        pair.end()
    print(f"{name}: {megabytes} MB in {keys} keys of {SLOTS} slots: {seconds:.2f} s, {megabytes / seconds:.0f} MB/s", flush=True)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=str(REPOSITORY / "build" / "tessera-server"))
    parser.add_argument("what", choices=["pause", "data"])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--which", default="tessera,redis")
    options = parser.parse_args()
    binaries = {"tessera": options.server, "redis": "redis-server"}
    with tempfile.TemporaryDirectory(prefix="migration-") as directory:
        if options.what == "pause":
            measure_pauses(options.server, options.runs, directory)
            return
        for name in options.which.split(","):
            measure_data(name, binaries[name], options.megabytes, directory)


if __name__ == "__main__":
    main()
