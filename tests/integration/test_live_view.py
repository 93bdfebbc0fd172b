"""The live view in a real browser: what it shows is what INFO says, while slots move."""

import json
import os
import shutil
import subprocess

import npm
import pytest
from clusters import Cluster, node_directives
from http_client import api, start_with_port
from servers import HOST, LIMIT_FACTOR, REPOSITORY, wait_until

COMPAT = REPOSITORY / "tests" / "compat"


class Browser:
    """The page of one node in Chromium, driven by tests/compat/view.js."""

    def __init__(self, port):
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
        if chromium is None:
            pytest.skip("Chromium is not installed")
        npm.install(COMPAT)
        self.process = subprocess.Popen(
            ["node", str(COMPAT / "view.js"), f"http://{HOST}:{port}/", chromium], cwd=COMPAT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "VIEW_LIMIT_MS": str(int(60000 * LIMIT_FACTOR))},
        )  # fmt: skip

    def read_line(self):
        line = self.process.stdout.readline()
        assert line, "the browser has ended"
        return json.loads(line)

    def await_launch(self):
        launched = self.read_line()
        if "unusable" in launched:
            pytest.skip(f"Chromium cannot be started here: {launched['unusable']}")

    def __call__(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self.read_line()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=30 * LIMIT_FACTOR)
        finally:
            self.process.kill()


@pytest.fixture
def browse():
    browsers = []

    def open_page(port):
        browsers.append(Browser(port))
        browsers[-1].await_launch()
        return browsers[-1]

    yield open_page
    for browser in browsers:
        browser.close()


@pytest.mark.limit(240)
def test_live_view_while_slots_move(start_tessera, browse):
    started = [start_with_port(start_tessera, **node_directives(shards=2)) for _ in range(3)]
    servers, ports = [server for server, _ in started], [port for _, port in started]
    page = browse(ports[0])
    cluster = Cluster(servers)
    cluster.create()
    source = cluster.connections[0]
    for i in range(2000):
        source.send_command("SET", f"{{key{i % 50}}}{i}", "v" * 1000)
    for _ in range(2000):
        source.read_reply()
    slots_before = cluster.slots_of(0)
    client = servers[0].client()

    def keys():
        return client.info("keyspace").get("db0", {"keys": 0})["keys"]

    def page_shows(**expected):
        """The page asks once a second, and is told of a shard that is slow as it was before."""
        return wait_until(lambda: expected.items() <= page("read").items(), 60)

    keys_before = keys()
    assert keys_before > 0
    page_shows(state="cluster ok", nodes=3, rows=3, shards=2, keys=keys_before,
               clients=client.info("clients")["connected_clients"])  # fmt: skip
    assert page("pixel", 0)["pixel"] != page("pixel", 8000)["pixel"]

    source.command("CONFIG", "SET", "slot-migration-rate", "100000")
    assert source.command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", "0", "4000", "NODE", cluster.id_of(1)) == "OK"
    moving = wait_until(lambda: page("read")["migrations"], 60)
    assert moving[0]["name"] == api(ports[0])["migrations"][-1]["name"]
    source.command("CONFIG", "SET", "slot-migration-rate", "0")
    wait_until(lambda: page("read")["migrations"][0]["state"] == "success", 60)
    wait_until(lambda: cluster.slots_of(0) == slots_before - 4001, 60)
    page_shows(keys=keys())
    assert keys() < keys_before

    def has_its_owners_colour():
        """But for the ripple of what is asked of the slots."""
        return all(abs(a - b) < 40 for a, b in zip(page("pixel", 0)["pixel"], page("pixel", 8000)["pixel"], strict=True))

    wait_until(has_its_owners_colour, 60)
    for scheme in ("dark", "light"):
        page("scheme", scheme)
        for mode in ("operations", "keys", "bytes", "owner"):
            page("mode", mode)
    source.command("CONFIG", "SET", "cluster-autopilot", "yes")  # on this node alone: it waits for the others
    wait_until(lambda: page("read")["autopilot"].startswith("autopilot: waits"), 60)
    last = page("read")
    assert last["complaints"] == []
    assert last["requests"] == [f"http://{HOST}:{ports[0]}"]
