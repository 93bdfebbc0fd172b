#!/usr/bin/env python3
"""How long a cluster is without one of its primaries: SIGKILL to the first write that its replica accepts.

usage: bench_failover.py [--server BINARY] [--timeouts 1000,500] [--runs 5]

Three primaries with a replica each, on this machine; the replica is asked to write every 2 ms.
"""

import argparse
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import redis

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
NODES = 6


def free_ports(count):
    """Ports whose bus ports are ports as well."""
    ports = []
    while len(ports) < count:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port <= 55535 and port not in ports:
            ports.append(port)
    return ports


def wait_for(condition, what, limit=60):
    end = time.monotonic() + limit
    while True:
        try:
            value = condition()
        except redis.RedisError:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            sys.exit(f"not within {limit} s: {what}")
        time.sleep(0.05)


def start(binary, ports, timeout, directory):
    processes = []
    for port in ports:
        home = pathlib.Path(directory, str(port))
        home.mkdir()
        command = [binary, "--port", str(port), "--cluster-enabled", "yes", "--cluster-node-timeout", str(timeout)]
        command += ["--save", "", "--repl-diskless-sync-delay", "0", "--dir", str(home)]
        processes.append(subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL))
    return processes


def measure(binary, timeout, directory):
    ports = free_ports(NODES)
    processes = start(binary, ports, timeout, directory)
    clients = [redis.Redis(port=port, decode_responses=True) for port in ports]
    try:
        wait_for(lambda: all(client.ping() for client in clients), "all nodes answer")
        subprocess.run(
            ["redis-cli", "--cluster", "create", *[f"127.0.0.1:{port}" for port in ports], "--cluster-replicas", "1",
             "--cluster-yes"],
            check=True, stdout=subprocess.DEVNULL,
        )
        wait_for(
            lambda: all(
                info["role"] == "master" or info["master_link_status"] == "up"
                for info in (client.info("replication") for client in clients)
            ),
            "all replicas are in step",
        )
        primary = clients[0].execute_command("CLUSTER", "MYID")
        replica = wait_for(lambda: port_of_replica(ports[1], primary), "the others know its replica")
        key = next(k for k in map(str, range(10000)) if clients[0].execute_command("CLUSTER", "KEYSLOT", k) < 5000)
        clients[0].set(key, "before")
        clients[0].wait(1, 1000)
        time.sleep(timeout / 1000)
        writer = redis.Redis(port=replica)
        processes[0].kill()
        began = time.monotonic()
        while time.monotonic() - began < 60:
            try:
                writer.set(key, "after")
                return time.monotonic() - began
            except redis.RedisError:
                time.sleep(0.002)
        sys.exit("the replica has not taken over")
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def raw_nodes(port):
    output = subprocess.run(["redis-cli", "-p", str(port), "cluster", "nodes"], check=True, capture_output=True, text=True)
    return output.stdout.splitlines()


def port_of_replica(asked, primary):
    lines = [line.split() for line in raw_nodes(asked)]
    return next((int(words[1].split("@")[0].split(":")[1]) for words in lines if words[3] == primary), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=str(REPOSITORY / "build" / "tessera-server"))
    parser.add_argument("--timeouts", default="1000,500")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    for timeout in map(int, options.timeouts.split(",")):
        times = []
        for _ in range(options.runs):
            with tempfile.TemporaryDirectory(prefix="failover-") as directory:
                times.append(measure(options.server, timeout, directory))
        shown = " ".join(f"{value:.3f}" for value in sorted(times))
        print(f"node timeout {timeout} ms: median {statistics.median(times):.3f} s, of {shown}", flush=True)


if __name__ == "__main__":
    main()
