"""The guides of deploy/README.md: each block of commands marked `sh` is run as it stands there.

Environment:
  TESSERA_GUIDE_NODES   how many nodes of a cluster of three are replaced; default 1
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading

import pytest
import redis
from clusters import Cluster, address
from servers import HOST, LIMIT_FACTOR, REPOSITORY, TESSERA_SERVER, free_port, wait_until

GUIDE = (REPOSITORY / "deploy" / "README.md").read_text()

JOINING = int(os.environ.get("TESSERA_GUIDE_NODES", "1"))


def blocks(heading):
    """What a section, without those below it, has to run."""
    section = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", GUIDE, re.MULTILINE | re.DOTALL).group(1)
    found = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert found
    return found


class Shell:
    """Runs blocks with variables; ends what they have left running."""

    def __init__(self, directory):
        self.directory = directory
        self.groups = []
        programs = directory / "programs"
        programs.mkdir()
        build = os.path.dirname(TESSERA_SERVER)
        for name, path in (("tessera-server", TESSERA_SERVER), ("tessera-check", f"{build}/tessera-check")):
            (programs / name).symlink_to(path)
        self.path = f"{programs}:{os.environ['PATH']}"
        self.log = directory / "output.log"

    def run(self, block, **variables):
        environment = {**os.environ, "PATH": self.path, **{name: str(value) for name, value in variables.items()}}
        with open(self.log, "ab") as output:
            process = subprocess.Popen(
                ["bash", "-euc", block], cwd=self.directory, env=environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        self.groups.append(process.pid)
        status = process.wait(60 * LIMIT_FACTOR)
        assert status == 0, f"{block}\n{self.log.read_text(errors='replace')[-4000:]}"

    def finish(self):
        self.signal(signal.SIGTERM)
        try:
            wait_until(lambda: not self.signal(0), 20, "all that was started has ended")
        finally:
            self.signal(signal.SIGKILL)

    def signal(self, number):
        """Sends it to what is left; is there anything?"""
        for group in list(self.groups):
            try:
                os.killpg(group, number)
            except ProcessLookupError:
                self.groups.remove(group)
        return bool(self.groups)


@pytest.fixture
def shell(tmp_path):
    shell = Shell(tmp_path)
    yield shell
    shell.finish()


@pytest.fixture(params=["redis-server", "valkey-server"])
def start_old(request, start_redis):
    """Factory of the servers that one moves away from."""
    program = shutil.which(request.param)
    if program is None:
        pytest.skip(f"{request.param} is not installed")
    return lambda **directives: start_redis(program=program, **directives)


def new_address():
    return f"{HOST}:{free_port()}"


def client_of(address):
    host, port = address.split(":")
    return redis.Redis(host=host, port=int(port), decode_responses=True)


class Writer(threading.Thread):
    """Counts on a server as long as it may, then on the next one, as clients that are led over do."""

    def __init__(self, addresses, acknowledged=0):
        super().__init__()
        self.clients = [client_of(address) for address in addresses]
        self.acknowledged = acknowledged
        self.error = None
        self.moved = threading.Event()
        self.over = threading.Event()

    def run(self):
        try:
            self.write()
        except (AssertionError, redis.RedisError) as error:
            self.error = error
            self.moved.set()

    def write(self):
        place = 0
        while not self.over.is_set():
            try:
                answer = self.clients[place].incr("counter")
            except redis.ReadOnlyError:
                place = 1 - place
                continue
            assert answer == self.acknowledged + 1, f"{answer} comes after {self.acknowledged}"
            self.acknowledged = answer
            if place:
                self.moved.set()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()
        if self.error:
            raise self.error


def test_quick_start(shell, tmp_path):
    single, cluster = blocks("Quick start")
    shell.run(single, PORT=free_port(), DIRECTORY=tmp_path)
    ports = [free_port() for _ in range(3)]
    shell.run(cluster, DIRECTORY=tmp_path, **{f"PORT_{index + 1}": port for index, port in enumerate(ports)})
    assert redis.RedisCluster(host=HOST, port=ports[1]).get("hello") == b"world"


def test_by_replica_and_back(shell, start_old, tmp_path):
    """A server is replaced, and put in its place again, below a client that counts."""
    (over,) = blocks("A single server, by replica")
    back, _ = blocks("Going back")
    old, new = address(start_old(repl_diskless_sync_delay=0)), new_address()
    client_of(old).rpush("list", *range(1000))
    with Writer([old, new]) as writer:
        shell.run(over, OLD=old, NEW=new, DIRECTORY=tmp_path)
        assert writer.moved.wait(30 * LIMIT_FACTOR)
        assert client_of(new).llen("list") == 1000
    assert int(client_of(new).get("counter")) == writer.acknowledged
    with Writer([new, old], writer.acknowledged) as again:
        shell.run(back, OLD=old, NEW=new)
        assert again.moved.wait(30 * LIMIT_FACTOR)
    assert int(client_of(old).get("counter")) == again.acknowledged
    assert client_of(old).llen("list") == 1000


def test_by_joining_the_cluster(shell, start_old, tmp_path):
    over, leave = blocks("A cluster, by joining it")
    olds = [start_old(cluster_enabled=True, cluster_node_timeout=5000, repl_diskless_sync_delay=0) for _ in range(3)]
    Cluster(olds).create()
    cluster = redis.RedisCluster(host=HOST, port=olds[0].port)
    keys = [f"key:{number}" for number in range(300)]
    for key in keys:
        cluster.set(key, key)
    for index, old in enumerate(olds[:JOINING]):
        new = new_address()
        (tmp_path / str(index)).mkdir()
        shell.run(over, OLD=address(old), NEW=new, DIRECTORY=tmp_path / str(index))
        shell.run(leave, OLD=address(old), NEW=new)
    moved = redis.RedisCluster(host=HOST, port=int(new.split(":")[1]))
    assert not {str(node.port) for node in moved.get_nodes()} & {str(old.port) for old in olds[:JOINING]}
    assert [moved.get(key) for key in keys] == [key.encode() for key in keys]


def test_by_files_and_back(shell, start_old, tmp_path):
    (over,) = blocks("By an RDB file")
    _, back = blocks("Going back")
    server = start_old()
    old, new = address(server), new_address()
    client_of(old).mset({f"key:{number}": number for number in range(1000)})
    shell.run(over, OLD=old, NEW=new, DIRECTORY=tmp_path)
    assert client_of(new).dbsize() == 1000
    client_of(new).set("more", "written since")
    other = new_address()
    shell.run(back, OLD=other, NEW=new, DIRECTORY=tmp_path)
    assert client_of(other).dbsize() == 1001
    assert client_of(other).get("more") == "written since"
