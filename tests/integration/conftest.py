"""Fixtures of the integration tests. The servers themselves are in servers.py.

  start_tessera(cluster_enabled=True, shards=2, ...) -> Server   a Tessera node, ready
  start_redis(...)                                   -> Server   a redis-server, ready

Each server gets a directory and a port of its own. At the end of the test Tessera must exit with 0
on SIGTERM, must not have died, and must not have printed a sanitizer's or an assertion's report. Neither
saves by itself unless asked to.
"""

import pytest

from limits import pytest_configure, pytest_runtest_call  # noqa: F401 (hooks)
from servers import (  # noqa: F401 (tests may import these from here)
    LIMIT_FACTOR,
    REDIS_SERVER,
    TESSERA_SERVER,
    RawConnection,
    Server,
    free_port,
    wait_until,
)

def _finish(servers):
    problems = []
    for server in servers:
        print(f"--- {server.name} on port {server.port}, end of its log\n{server.log_tail()}")
        problems.append(server.finish())
    return [problem for problem in problems if problem]


def _give_bus_port(directives):
    if directives.get("cluster_enabled") in (True, "yes"):
        directives.setdefault("cluster_port", free_port())


@pytest.fixture
def start_tessera():
    """Factory of Tessera nodes: start_tessera(requirepass="x", prefix=["taskset", ...], ready=True)."""
    servers = []

    def start(prefix=(), ready=True, **directives):
        _give_bus_port(directives)
        directives.setdefault("save", "")
        server = Server("tessera", TESSERA_SERVER, directives, prefix)
        server.port = 0
        servers.append(server)
        return server.start(ready)

    yield start
    problems = _finish(servers)
    if problems:
        pytest.fail("\n\n".join(problems), pytrace=False)


@pytest.fixture
def start_redis():
    """Factory of redis-servers, or of others of their kind; in cluster mode each has a free port for its bus too."""
    servers = []

    def start(prefix=(), ready=True, program=REDIS_SERVER, **directives):
        directives.setdefault("save", "")
        _give_bus_port(directives)
        server = Server("redis", program, directives, prefix)
        server.port = 0
        servers.append(server)
        return server.start(ready)

    yield start
    _finish(servers)


@pytest.fixture
def tessera(start_tessera):
    """One node with cluster mode off."""
    return start_tessera()
