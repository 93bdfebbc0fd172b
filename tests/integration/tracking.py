"""What tests of CLIENT TRACKING share: nodes whose news can be waited for, and clients that keep it apart."""

import re

import nodes
from servers import Push, encode_command, wait_until


class Client:
    """A connection in RESP3: answers on one side, news on the other."""

    def __init__(self, connection, protocol=3):
        self.connection = connection
        self.news = []
        assert connection.command("HELLO", protocol)
        self.id = self("CLIENT", "ID")

    def _answer(self):
        while True:
            reply = self.connection.read_reply()
            if not isinstance(reply, Push):
                return reply
            self.news.append(list(reply))

    def __call__(self, *command):
        self.connection.send_command(*command)
        return self._answer()

    def pipeline(self, *commands):
        self.connection.send(b"".join(encode_command(*command) for command in commands))
        return [self._answer() for _ in commands]

    def track(self, *options):
        assert self("CLIENT", "TRACKING", "ON", *options) == "OK"
        return self

    def wait_news(self, count):
        """Reads until so many messages have come."""
        while len(self.news) < count:
            reply = self.connection.read_reply()
            assert isinstance(reply, Push), reply
            self.news.append(list(reply))

    def take(self):
        """What has come up to now, and nothing more of it later."""
        assert self("PING") == "PONG"
        news, self.news = self.news, []
        return news


def invalidate(*keys):
    return [b"invalidate", [key.encode() if isinstance(key, str) else key for key in keys]]


FORGET = [b"invalidate", None]


class Node(nodes.Node):
    """A server with somebody who writes, clients on chosen shards, and a way to know that no news is left."""

    def __init__(self, server, cluster=False):
        super().__init__(server, cluster)
        self.ports = [int(port) for port in re.findall(rb"shard\d+:port=(\d+)", self("INFO", "shards"))]
        self.sentinels = self._one_key_per_shard()
        self.probes = [self.client(shard).track() for shard in range(len(self.ports))]

    def info(self, section, field):
        return int(re.search(rb"%s:(\d+)" % field.encode(), self("INFO", section))[1])

    def keys_per_shard(self):
        return [int(keys) for keys in re.findall(rb"shard\d+:.*keys=(\d+)", self("INFO", "shards"))]

    def _one_key_per_shard(self):
        found = {}
        number = 0
        while len(found) < len(self.ports):
            key = f"sentinel:{number}"
            before = self.keys_per_shard()
            self("SET", key, 1)
            found.setdefault(next(i for i, count in enumerate(self.keys_per_shard()) if count > before[i]), key)
            self("DEL", key)
            number += 1
        return [found[shard] for shard in range(len(self.ports))]

    def connection(self, shard=None):
        port = self.server.port if shard is None else self.ports[shard]
        return self.server.raw(limit=30, port=port)

    def client(self, shard=None):
        return Client(self.connection(shard))

    def settle(self):
        """All news of changes up to now is on its way to its clients; what they are answered next comes behind it.

        News travels in order from shard to shard: what each shard says to each follows all of it. Twice,
        because redirected news travels twice.
        """
        for _ in range(2):
            for probe in self.probes:
                probe.pipeline(*(("GET", key) for key in self.sentinels))
                probe.news.clear()
            for key in self.sentinels:
                assert self("SET", key, 1) == "OK"
            for probe in self.probes:
                seen = set()
                while len(seen) < len(self.sentinels):
                    probe.wait_news(1)
                    message = probe.news.pop(0)
                    seen |= set(message[1] or self.sentinels)
                probe.news.clear()

    def news(self, client):
        """What the client has been told, now that everything has arrived."""
        self.settle()
        return [message for message in client.take() if not self.is_of_sentinels(message)]

    def is_of_sentinels(self, message):
        return isinstance(message[1], list) and {key.decode() for key in message[1]} <= set(self.sentinels)
