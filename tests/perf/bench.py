#!/usr/bin/env python3
"""Tessera beside redis-server under the same load, in one run.

usage: bench.py [--rounds 3] [--seconds 4] [--shards 1] [--cluster] [--load NAME ...] [--keys 200000]

The servers take turns, round by round, so that whatever else the machine does strikes both. The server
is pinned to core 0 and the load to core 1 where there are two (with --shards N the server may use all).
Load comes from memtier_benchmark where it is installed, from redis-benchmark otherwise. Printed are the
medians of the rounds: throughput, server CPU per operation (user and system time of the whole process:
the figure to trust when the load generator is the bottleneck), latency, and resident memory per key
beyond an empty server's; each with its ratio to redis-server's.
"""

import argparse
import csv
import io
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from servers import HOST, REDIS_SERVER, TESSERA_SERVER, Server, free_port, wait_until  # noqa: E402

VALUE_BYTES = 64
LOADS = {  # name: connections, pipeline
    "50-connections": (50, 1),
    "pipeline-10": (50, 10),
    "pipeline-30": (20, 30),
    "pipeline-100": (10, 100),
    "one-connection": (1, 30),
}
COLUMNS = (  # title, format, key
    ("kops/s", "{:.1f}", "throughput"),
    ("CPU us/op", "{:.3f}", "cpu"),
    ("p50 ms", "{:.3f}", "p50"),
    ("p99 ms", "{:.3f}", "p99"),
)


def pinned(core, command):
    return ["taskset", "-c", str(core), *command] if shutil.which("taskset") and os.cpu_count() > 1 else command


class Memtier:
    """memtier_benchmark: 1 SET to 4 GETs, random keys."""

    name = "memtier_benchmark, 1 SET to 4 GETs"

    def __init__(self, options):
        self.options = options

    def _run(self, server, *arguments):
        report = server.directory / "report.json"
        command = ["memtier_benchmark", "-s", HOST, "-p", str(server.port), "--hide-histogram", "-t", "1",
                   "-d", str(VALUE_BYTES), "--key-maximum", str(self.options.keys),
                   "--json-out-file", str(report), *map(str, arguments)]
        if self.options.cluster:
            command.append("--cluster-mode")
        subprocess.run(pinned(1, command), check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return json.loads(report.read_text())["ALL STATS"]["Totals"]

    def fill(self, server):
        self._run(server, "-c", 10, "--pipeline", 100, "--ratio", "1:0", "--key-pattern", "P:P", "-n", "allkeys")

    def load(self, server, connections, pipeline):
        totals = self._run(server, "-c", connections, "--pipeline", pipeline, "--ratio", "1:4",
                           "--key-pattern", "R:R", "--test-time", self.options.seconds)
        percentiles = totals.get("Percentile Latencies", {})
        return {
            "throughput": totals["Ops/sec"] / 1000,
            "operations": totals["Count"],
            "p50": percentiles.get("p50.00", 0),
            "p99": percentiles.get("p99.00", 0),
        }


class RedisBenchmark:
    """redis-benchmark: GETs of random keys, since it cannot mix. Its cluster mode wants several nodes: to the one
    node of a cluster it speaks by the node's own port."""

    name = "redis-benchmark, GETs"

    def __init__(self, options):
        self.options = options
        self.rate = {}  # operations per second seen, to make runs as long as asked for

    def _run(self, server, connections, pipeline, requests, *command):
        arguments = ["redis-benchmark", "-h", HOST, "-p", str(server.port), "--csv", "-c", str(connections),
                     "-P", str(pipeline), "-n", str(requests), "-r", str(self.options.keys), *command]
        result = subprocess.run(pinned(1, arguments), check=True, capture_output=True, text=True,
                                stdin=subprocess.DEVNULL)
        lines = [line for line in result.stdout.splitlines() if line.startswith('"')]
        return next(csv.DictReader(io.StringIO("\n".join(lines))))

    def fill(self, server):
        """Each key once, in order."""
        with server.client() as client:
            value = "v" * VALUE_BYTES
            for start in range(0, self.options.keys, 10000):
                pipeline = client.pipeline(transaction=False)
                for number in range(start, min(start + 10000, self.options.keys)):
                    pipeline.execute_command("SET", f"key:{number:012d}", value)
                pipeline.execute()

    def load(self, server, connections, pipeline):
        key = (server.name, connections, pipeline)
        requests = int(self.rate.get(key, 20000) * self.options.seconds)
        row = self._run(server, connections, pipeline, requests, "GET", "key:__rand_int__")
        rate = float(row["rps"])
        self.rate[key] = rate
        return {
            "throughput": rate / 1000,
            "operations": requests,
            "p50": float(row["p50_latency_ms"]),
            "p99": float(row["p99_latency_ms"]),
        }


def server_of(name, options):
    directives = {"save": "", "appendonly": False}
    if options.cluster:
        directives.update(cluster_enabled=True, cluster_port=free_port())
    if name == "redis":
        if options.cluster:
            directives["cluster_announce_ip"] = HOST
        return Server(name, REDIS_SERVER, directives, pinned(0, []))
    directives["shards"] = options.shards
    if options.cluster:
        directives.update(cluster_claim_all_slots=True, cluster_announce_shards=True)
    return Server(name, TESSERA_SERVER, directives, pinned(0, []) if options.shards == 1 else [])


def measure(name, options, generator, results):
    """One round with one server: all loads, into results[load][column][name]."""
    server = server_of(name, options)
    try:
        server.start()
        if options.cluster and name == "redis":
            take_all_slots(server)
        empty = server.resident_bytes()
        generator.fill(server)
        with server.client() as client:
            keys = client.dbsize()
        memory = (server.resident_bytes() - empty) / keys
        results.setdefault("memory", {}).setdefault("memory", {}).setdefault(name, []).append(memory)
        for load in options.load:
            before = server.cpu_seconds()
            figures = generator.load(server, *LOADS[load])
            figures["cpu"] = (server.cpu_seconds() - before) / figures.pop("operations") * 1e6
            for column, value in figures.items():
                results.setdefault(load, {}).setdefault(column, {}).setdefault(name, []).append(value)
    finally:
        problem = server.finish()
        if problem:
            print(problem, file=sys.stderr)


def take_all_slots(server):
    with server.raw() as connection:
        connection.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        wait_until(lambda: b"cluster_state:ok" in connection.command("CLUSTER", "INFO"))


def cell(figures, name, pattern):
    """A figure, with its ratio to redis-server's behind it."""
    value = statistics.median(figures[name])
    base = statistics.median(figures["redis"])
    ratio = f"({value / base:.2f})" if base else ""
    return f"{pattern.format(value):>9} {ratio:>6}"


def show(options, results, names):
    print(f"{'load':15} {'server':8}" + "".join(f" {title:>16}" for title, _, _ in COLUMNS))
    for load in options.load:
        for name in names:
            cells = [cell(results[load][key], name, pattern) for _, pattern, key in COLUMNS]
            print(f"{load:15} {name:8} " + " ".join(cells))
    for name in names:
        print(f"{'bytes per key':15} {name:8} " + cell(results["memory"]["memory"], name, "{:.1f}"))


def main():
    parser = argparse.ArgumentParser(prog="tools/dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="length of one measurement")
    parser.add_argument("--shards", type=int, default=1, help="shards of Tessera")
    parser.add_argument("--cluster", action="store_true", help="cluster mode, load that follows the cluster")
    parser.add_argument("--keys", type=int, default=200000)
    parser.add_argument("--load", action="append", choices=LOADS, help="these only")
    options = parser.parse_args()
    options.load = options.load or list(LOADS)
    generator = (Memtier if shutil.which("memtier_benchmark") else RedisBenchmark)(options)
    names = ["redis", "tessera"]
    results = {}
    print(f"{generator.name}, values of {VALUE_BYTES} bytes, {options.keys} keys, {options.rounds} rounds of "
          f"{options.seconds} s; in brackets the ratio to redis-server", flush=True)
    for _ in range(options.rounds):
        for name in names:
            measure(name, options, generator, results)
    show(options, results, names)


if __name__ == "__main__":
    main()
