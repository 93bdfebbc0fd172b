#!/usr/bin/env python3
"""What a replica costs its primary, and how far it is behind: Tessera, and another server beside it.

usage: bench_replication.py [--server BINARY] [--peer BINARY] [--seconds 6] [--rounds 2] [--pipeline 16]

Writes per second at the primary (redis-benchmark, SET of 100 bytes) without a replica, and with one; then, while two
clients write one by one, how many milliseconds pass until a client that writes a key at the primary reads it from the replica.
Rounds alternate between the servers, so that both have the same machine.
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
KEYS = 100000
LAG_SAMPLES_MAX = 2000
LAG_CLIENTS = 2  # few enough for the machine not to be full


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(binary, directory):
    port = free_port()
    home = pathlib.Path(directory, str(port))
    home.mkdir()
    command = [binary, "--port", str(port), "--save", "", "--repl-diskless-sync-delay", "0", "--dir", str(home)]
    command += ["--client-output-buffer-limit", "replica", "0", "0", "0"]
    process = subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    wait_for(client.ping, "the server answers")
    return process, client, port


def wait_for(condition, what, limit=60):
    end = time.monotonic() + limit
    while True:
        try:
            if condition():
                return
        except redis.RedisError:
            pass
        if time.monotonic() > end:
            sys.exit(f"not within {limit} s: {what}")
        time.sleep(0.02)


def load(port, clients, pipeline):
    """Writes without end."""
    command = ["redis-benchmark", "-p", str(port), "-t", "set", "-c", str(clients), "-P", str(pipeline), "-d", "100"]
    command += ["-r", str(KEYS), "-n", "1000000000", "-q"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def end(process):
    process.kill()
    process.wait()


def writes_per_second(client, port, options):
    process = load(port, 20, options.pipeline)
    try:
        time.sleep(0.5)
        before, began = client.info("stats")["total_commands_processed"], time.monotonic()
        time.sleep(options.seconds)
        return (client.info("stats")["total_commands_processed"] - before) / (time.monotonic() - began)
    finally:
        end(process)


def lags(primary, replica, port, options):
    """Milliseconds from the answer of a write to its sight at the replica, while others write as well."""
    process = load(port, LAG_CLIENTS, 1)
    found = []
    try:
        time.sleep(0.5)
        until = time.monotonic() + options.seconds
        while time.monotonic() < until and len(found) < LAG_SAMPLES_MAX:
            value = str(len(found)).encode()
            primary.set("lag", value)
            began = time.monotonic()
            while replica.get("lag") != value:
                if time.monotonic() - began > 30:
                    sys.exit("the replica does not catch up")
            found.append((time.monotonic() - began) * 1000)
            time.sleep(0.002)
    finally:
        end(process)
    return found


def round_of(binary, options):
    with tempfile.TemporaryDirectory() as directory:
        processes = []
        try:
            process, primary, port = start(binary, directory)
            processes.append(process)
            alone = writes_per_second(primary, port, options)
            process, replica, _ = start(binary, directory)
            processes.append(process)
            replica.execute_command("REPLICAOF", "127.0.0.1", port)
            wait_for(lambda: replica.info("replication")["master_link_status"] == "up", "the replica follows")
            followed = writes_per_second(primary, port, options)
            return alone, followed, lags(primary, replica, port, options)
        finally:
            for process in processes:
                end(process)


def report(name, rounds):
    alone = statistics.mean(result[0] for result in rounds)
    followed = statistics.mean(result[1] for result in rounds)
    lag = sorted(value for result in rounds for value in result[2])
    print(f"{name}: {alone:,.0f} writes/s alone, {followed:,.0f} with a replica ({followed / alone:.2f}); "
          f"lag p50 {lag[len(lag) // 2]:.2f} ms, p99 {lag[len(lag) * 99 // 100]:.2f} ms, "
          f"most {lag[-1]:.2f} ms, {len(lag)} samples")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=REPOSITORY / "build" / "tessera-server")
    parser.add_argument("--peer", help="another server, measured beside it")
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--pipeline", type=int, default=16)
    options = parser.parse_args()
    servers = [str(pathlib.Path(binary).resolve()) for binary in (options.server, options.peer) if binary]
    rounds = {server: [] for server in servers}
    for _ in range(options.rounds):
        for server in servers:
            rounds[server].append(round_of(server, options))
    for server in servers:
        report(pathlib.Path(server).name, rounds[server])


if __name__ == "__main__":
    main()
