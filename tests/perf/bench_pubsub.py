#!/usr/bin/env python3
"""PUBLISH beside redis-server: server CPU for each message, with few and with many channels and patterns.

usage: bench_pubsub.py [--messages 100000] [--many 100000] [--shards 1]

Loads: nobody listens; one subscriber; many channels and as many patterns ("user:<number>:*") with one subscriber to
all, messages to channels that one of each matches; one channel with a thousand subscribers (a hundredth of the
messages). Printed is user and system time of the server process for each message.
"""

import argparse
import pathlib
import selectors
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))

from servers import REDIS_SERVER, TESSERA_SERVER, Server, encode_command  # noqa: E402

PIPELINE = 500


class Readers:
    """Reads what subscribers get, in one thread."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def subscribe(self, server, commands):
        connection = server.raw(limit=60)
        for words in commands:
            connection.send_command(*words)
            for _ in words[1:]:
                connection.read_reply()
        self.selector.register(connection.socket, selectors.EVENT_READ)

    def run(self):
        while not self.stopped.is_set():
            for key, _ in self.selector.select(timeout=0.1):
                key.fileobj.recv(1 << 18)

    def stop(self):
        self.stopped.set()
        self.thread.join()


def publish(server, channel_of, messages):
    publisher = server.raw(limit=60)
    before = server.cpu_seconds()
    for start in range(0, messages, PIPELINE):
        data = b"".join(encode_command("PUBLISH", channel_of(i), "x" * 64) for i in range(start, start + PIPELINE))
        publisher.send(data)
        for _ in range(PIPELINE):
            publisher.read_reply()
    return (server.cpu_seconds() - before) / messages * 1e6


def chunks(words, command):
    return [(command, *words[i : i + 1000]) for i in range(0, len(words), 1000)]


def loads(many):
    numbers = range(many)
    one = lambda i: f"user:{i * 7919 % many}:x"  # noqa: E731
    yield "nobody listens", [], one, 1
    yield "one subscriber", [[("SUBSCRIBE", "c")]], lambda _: "c", 1
    channels = chunks([f"user:{i}:x" for i in numbers], "SUBSCRIBE")
    yield f"{many} channels", [channels], one, 1
    patterns = chunks([f"user:{i}:*" for i in numbers], "PSUBSCRIBE")
    yield f"{many} channels, 1000 patterns", [channels + patterns[:1]], one, 1
    yield f"{many} channels, {many} patterns", [channels + patterns], one, 1
    yield "1000 subscribers", [[("SUBSCRIBE", "c")]] * 1000, lambda _: "c", 100


def measure(name, binary, directives, load, messages):
    title, subscriptions, channel_of, fraction = load
    readers = Readers()
    if name == "redis" and "patterns" in title and "1000 " not in title:
        fraction *= 100  # it looks at each of them
    server = Server(name, binary, directives)
    server.start()
    for commands in subscriptions:
        readers.subscribe(server, commands)
    readers.thread.start()
    found = publish(server, channel_of, max(messages // fraction, PIPELINE))
    readers.stop()
    server.stop()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100000)
    parser.add_argument("--many", type=int, default=100000)
    parser.add_argument("--shards", type=int, default=1)
    arguments = parser.parse_args()
    print(f"{'CPU us for a message':45} {'Tessera':>9} {'Redis':>9} {'ratio':>6}")
    for load in loads(arguments.many):
        ours = measure("tessera", TESSERA_SERVER, {"shards": arguments.shards}, load, arguments.messages)
        theirs = measure("redis", REDIS_SERVER, {"save": ""}, load, arguments.messages)
        print(f"{load[0]:45} {ours:9.2f} {theirs:9.2f} {ours / theirs:6.2f}", flush=True)


main()
