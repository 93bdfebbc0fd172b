#!/usr/bin/python3
"""Hit ratios under a limit on memory, beside another server: a cache that is asked by Zipf's law.

A client asks for keys and puts in those that are missing. Both servers get the same trace, the same
limit and the same settings.

  bench_eviction.py --other /path/to/valkey-server [--limit 32mb] [--requests 1500000] [--shards 1]
"""

import argparse
import bisect
import itertools
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import time

import redis

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BATCH = 100


def start(command, limit, policy):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    directory = tempfile.mkdtemp(prefix="bench-eviction-")
    process = subprocess.Popen(
        [*command, "--port", str(port), "--dir", directory, "--save", "", "--maxmemory", limit,
         "--maxmemory-policy", policy],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port)
    for _ in range(200):
        try:
            client.ping()
            return process, client
        except redis.ConnectionError:
            time.sleep(0.05)
    sys.exit(f"{command[0]} does not start")


def trace(keys, exponent, requests, shift):
    """Key numbers; with `shift`, popularity moves on to other keys from time to time."""
    generator = random.Random(1)
    weights = list(itertools.accumulate(1 / rank**exponent for rank in range(1, keys + 1)))
    order = list(range(keys))
    generator.shuffle(order)
    for number in range(requests):
        if shift and number % (requests // 10) == 0:
            moved = generator.sample(range(keys), keys // 20)
            for place in moved:
                other = generator.randrange(keys)
                order[place], order[other] = order[other], order[place]
        yield order[bisect.bisect_left(weights, generator.random() * weights[-1])]


def run(client, numbers, warm):
    hits = asked = 0
    seen = 0
    generator = random.Random(2)
    lengths = [generator.randrange(50, 200) for _ in range(4096)]
    while True:
        batch = list(itertools.islice(numbers, BATCH))
        if not batch:
            return hits / asked
        pipe = client.pipeline(transaction=False)
        for number in batch:
            pipe.get(f"key:{number}")
        answers = pipe.execute()
        pipe = client.pipeline(transaction=False)
        for number, answer in zip(batch, answers):
            if answer is None:
                pipe.set(f"key:{number}", "v" * lengths[number % 4096])
        pipe.execute()
        seen += len(batch)
        if seen > warm:
            asked += len(batch)
            hits += sum(answer is not None for answer in answers)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--other", required=True)
    parser.add_argument("--server", default=str(REPOSITORY / "build" / "tessera-server"))
    parser.add_argument("--limit", default="32mb")
    parser.add_argument("--keys", type=int, default=600000)
    parser.add_argument("--requests", type=int, default=1500000)
    parser.add_argument("--exponent", type=float, default=0.9)
    parser.add_argument("--shards", default="1")
    parser.add_argument("--shift", action="store_true")
    parser.add_argument("--policies", default="allkeys-lru,allkeys-lfu")
    options = parser.parse_args()
    print(f"{'policy':14s} {'server':10s} {'hits':>8s} {'keys':>9s} {'used':>12s} {'evicted':>9s} {'s':>6s}")
    for policy in options.policies.split(","):
        for name, command in (("tessera", [options.server, "--shards", options.shards]),
                              ("other", [options.other])):
            process, client = start(command, options.limit, policy)
            begun = time.monotonic()
            numbers = trace(options.keys, options.exponent, options.requests, options.shift)
            ratio = run(client, numbers, options.requests // 3)
            info = client.info()
            print(f"{policy:14s} {name:10s} {ratio:8.4f} {client.dbsize():9d} {info['used_memory']:12d} "
                  f"{info['evicted_keys']:9d} {time.monotonic() - begun:6.1f}", flush=True)
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
