#!/usr/bin/python3
"""What the process takes from the system, beside what it says that it uses.

  storm:  under maxmemory, values of one size after the other are written as fast as they go; the peak of
          the resident memory is shown against the limit. What the process has when it is empty is not
          counted with --from-base.
  delete: many keys, four of five of which are then deleted at random; the resident memory against what is
          used, at once and when things have settled.

  bench_memory.py storm|delete [--server COMMAND] [--limit 200mb] [--sizes 100,1000,3000,6000,12000] [--shards 1]
"""

import argparse
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

import redis

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BATCH = 100


def start(options, *extra):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    directory = tempfile.mkdtemp(prefix="bench-memory-")
    process = subprocess.Popen(
        [*options.server.split(), "--port", str(port), "--dir", directory, "--save", "", *extra],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port)
    for _ in range(200):
        try:
            client.ping()
            time.sleep(0.5)
            return process, client
        except redis.ConnectionError:
            time.sleep(0.05)
    sys.exit(f"{options.server} does not start")


def resident(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) * 1024


def sets(client, numbers, length):
    """As raw bytes: the client must not be what is measured."""
    connection = client.connection_pool.get_connection("SET")
    sock = connection._sock  # pylint: disable=protected-access
    answers = sock.makefile("rb")
    for first in range(0, len(numbers), BATCH):
        batch = numbers[first:first + BATCH]
        sock.sendall(b"".join(
            b"*3\r\n$3\r\nSET\r\n$%d\r\nkey:%d\r\n$%d\r\n%s\r\n"
            % (4 + len(str(number)), number, length(number), b"v" * length(number))
            for number in batch))
        for _ in batch:
            answers.readline()
    connection.disconnect()


def storm(options):
    limit = int(options.limit.rstrip("mb")) << 20
    process, client = start(options, "--maxmemory", str(limit), "--maxmemory-policy", options.policy)
    base = resident(process)
    peak = [0]
    running = True

    def watch():
        while running:
            peak[0] = max(peak[0], resident(process))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    number = 0
    print(f"limit {limit >> 20} MB, empty {base / 2**20:.1f} MB")
    for size in options.sizes.split(","):
        low, high = (int(part) for part in (size.split("-") * 2)[:2])
        lengths = [random.Random(number + i).randint(low, high) for i in range(997)]
        count = 3 * limit // ((low + high) // 2 + 40)
        peak[0] = 0
        begun = time.monotonic()
        sets(client, list(range(number, number + count)), lambda n: lengths[n % 997])
        seconds = time.monotonic() - begun
        number += count
        info = client.info("memory")
        print(f"values of {size:>10s}: peak {peak[0] / 2**20:7.1f} MB, over the limit by "
              f"{100 * (peak[0] - limit) / limit:5.1f} %, without the empty process "
              f"{100 * (peak[0] - base - limit) / limit:5.1f} %; used {info['used_memory'] / 2**20:7.1f} MB, "
              f"{count / seconds:8.0f} a second", flush=True)
    running = False
    watcher.join()
    return process


def delete(options):
    process, client = start(options)
    base = resident(process)
    empty = client.info("memory")["used_memory"]
    total = int(options.limit.rstrip("mb")) << 20
    process.terminate()
    process.wait()
    for size in options.sizes.split(","):
        process, client = start(options)
        low, high = (int(part) for part in (size.split("-") * 2)[:2])
        lengths = [random.Random(i).randint(low, high) for i in range(997)]
        count = total // ((low + high) // 2 + 40)
        sets(client, list(range(count)), lambda n: lengths[n % 997])
        full = resident(process)
        gone = random.Random(5).sample(range(count), count * 4 // 5)
        for first in range(0, len(gone), 1000):
            client.delete(*(f"key:{number}" for number in gone[first:first + 1000]))
        at_once = resident(process)
        settled = at_once
        for _ in range(options.patience * 10):
            time.sleep(0.1)
            settled = resident(process)
        used = client.info("memory")["used_memory"]
        print(f"values of {size:>10s}: full {full / 2**20:7.1f} MB, at once {at_once / 2**20:7.1f}, settled "
              f"{settled / 2**20:7.1f}, used {used / 2**20:7.1f}: {settled / used:5.2f}, without the empty process "
              f"{(settled - base) / (used - empty):5.2f}", flush=True)
        process.terminate()
        process.wait()
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["storm", "delete"])
    parser.add_argument("--server", default=str(REPOSITORY / "build" / "tessera-server") + " --shards 1")
    parser.add_argument("--limit", default="200mb")
    parser.add_argument("--policy", default="allkeys-lru")
    parser.add_argument("--sizes", default="100,1000,3000-12000,6000,400,9000,3000")
    parser.add_argument("--patience", type=int, default=8, help="seconds")
    options = parser.parse_args()
    process = {"storm": storm, "delete": delete}[options.what](options)
    if process is not None:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
