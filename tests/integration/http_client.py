"""The HTTP port of a node: asking it, and reading its metrics."""

import http.client
import json
import re
import time

from servers import HOST, LIMIT_FACTOR, free_port

SAMPLE = re.compile(r"^(?P<name>\w+)(?:\{(?P<labels>[^}]*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def start_with_port(start, **directives):
    """A node with an HTTP port; returns it and the port."""
    port = free_port()
    return start(http_port=port, **directives), port


def get(port, path, method="GET", headers=None, limit=20):
    """Status, headers (names in lower case) and body."""
    connection = http.client.HTTPConnection(HOST, port, timeout=limit * LIMIT_FACTOR)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def text(port, path):
    status, _, body = get(port, path)
    return status, body.decode()


class Metrics:
    """Samples by name and labels."""

    def __init__(self, body):
        self.body = body
        self.samples = {}
        for line in body.splitlines():
            match = SAMPLE.match(line)
            if match:
                labels = frozenset(LABEL.findall(match["labels"] or ""))
                assert (match["name"], labels) not in self.samples, line
                self.samples[match["name"], labels] = float(match["value"])

    @property
    def names(self):
        return {name for name, _ in self.samples}

    def __call__(self, name, **labels):
        return self.samples[name, frozenset(labels.items())]

    def sum(self, name, **labels):
        return sum(value for (found, having), value in self.samples.items() if found == name and set(labels.items()) <= having)


def fresh(ask, ages, limit=60):
    """What ask() says once every shard has answered meanwhile: one that is slow is shown as it was before."""
    end = time.monotonic() + limit * LIMIT_FACTOR
    while True:
        begin = time.monotonic()
        said = ask()
        if max(ages(said)) <= time.monotonic() - begin:
            return said
        assert time.monotonic() < end, "no figures of some shard"


def metrics_now(port, path="/metrics"):
    status, _, body = get(port, path)
    assert status == 200
    return Metrics(body.decode())


def metrics(port, path="/metrics"):
    return fresh(
        lambda: metrics_now(port, path),
        lambda said: [value for (name, _), value in said.samples.items() if name == "tessera_shard_figures_age_seconds"],
    )


def api(port, path="/api/cluster"):
    def ask():
        status, headers, body = get(port, path)
        assert (status, headers["content-type"]) == (200, "application/json")
        return json.loads(body)

    return fresh(ask, lambda said: [shard["age_ms"] / 1000 for shard in said["node"]["shards"]])
