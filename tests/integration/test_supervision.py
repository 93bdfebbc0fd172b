"""What the node tells whoever has started it, and the unit for systemd."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess

import pytest
from cluster_nodes import LIMIT, follow, make, meet, tessera_nodes, wait_agreed
from servers import LIMIT_FACTOR, REPOSITORY, TESSERA_SERVER, wait_until

UNIT = REPOSITORY / "deploy" / "systemd" / "tessera.service"
READY = "READY=1\nSTATUS=Ready to accept connections\n"
STOPPING = "STOPPING=1\nSTATUS=Stopping\n"
HANDS_OVER = "STATUS=Handing over what it serves before the end\nEXTEND_TIMEOUT_USEC=60000000\n"


class Supervisor:
    """The end of systemd's: a socket for messages, at a path or under an abstract name."""

    def __init__(self, name):
        self.name = str(name)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.name[1:] if self.name.startswith("@") else self.name)
        self.socket.setblocking(False)
        self.messages = []

    def told(self):
        """All that it has been told so far."""
        while True:
            try:
                self.messages.append(self.socket.recv(4096).decode())
            except BlockingIOError:
                return self.messages


@pytest.fixture
def supervise(monkeypatch):
    supervisors = []

    def begin(name):
        supervisors.append(Supervisor(name))
        monkeypatch.setenv("NOTIFY_SOCKET", str(name))
        return supervisors[-1]

    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("UPSTART_JOB", raising=False)
    yield begin
    for supervisor in supervisors:
        supervisor.socket.close()


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_of_start_and_end(start_tessera, supervise, tmp_path, abstract):
    supervisor = supervise(f"@tessera-test-{os.getpid()}" if abstract else tmp_path / "notify")
    server = start_tessera(supervised="systemd")
    wait_until(lambda: READY in supervisor.told())
    assert supervisor.told() == ["STATUS=Starting\n", READY]
    assert server.info("server")["process_supervised"] == "systemd"
    server.stop()
    assert supervisor.told()[2:] == [STOPPING]


def test_it_is_ready_when_the_data_are_there(start_tessera, supervise, tmp_path):
    """Whoever connects after READY=1 never hears that the node is loading."""
    supervisor = supervise(tmp_path / "notify")
    server = start_tessera(supervised="auto", save="900 1", enable_debug_command="yes")
    with server.client() as client:
        client.execute_command("DEBUG", "POPULATE", 100000)
        server.stop()
    before = len(supervisor.told())
    server.start(ready=False)
    wait_until(lambda: READY in supervisor.told()[before:], 60)
    with server.client() as client:
        assert client.dbsize() == 100000
    new = supervisor.told()[before:]
    assert new[0] == "STATUS=Starting\n" and new[-1] == READY
    assert all(re.match(r"STATUS=Loading: [\d.]+ %\nEXTEND_TIMEOUT_USEC=60000000\n$", text) for text in new[1:-1])


def test_systemd_waits_for_a_hand_over(start_tessera, supervise, tmp_path):
    """A replica is to take over and does not answer: the node asks for the time that it waits."""
    supervisor = supervise(tmp_path / "notify")
    old, new = tessera_nodes(
        start_tessera, 2, supervised="systemd", cluster_node_timeout=60000,
        cluster_manual_failover_timeout=int(60000 * LIMIT_FACTOR),
    )  # fmt: skip
    make([old])
    meet([old, new])
    follow(new, old)
    wait_agreed([old, new])
    new.server.freeze()
    try:
        old.server.process.terminate()
        wait_until(lambda: HANDS_OVER in supervisor.told(), LIMIT)
        assert STOPPING not in supervisor.told()
    finally:
        new.server.thaw()
    old.server.wait_exit()
    assert STOPPING in supervisor.told()


def test_nobody_to_tell(start_tessera, supervise, monkeypatch, tmp_path):
    server = start_tessera(supervised="auto")
    assert server.info("server")["process_supervised"] == "unknown"
    assert "NOTIFY_SOCKET" not in server.log_text()
    server = start_tessera(supervised="systemd")
    assert "supervised systemd: NOTIFY_SOCKET cannot be used" in server.log_text()
    for name in ("relative", "/" + "x" * 200, str(tmp_path / "nowhere")):
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        server = start_tessera(supervised="systemd")
        assert "supervised systemd: NOTIFY_SOCKET cannot be used" in server.log_text()


def test_who_is_not_to_be_told_is_not(start_tessera, supervise, tmp_path):
    supervisor = supervise(tmp_path / "notify")
    server = start_tessera()
    assert server.info("server")["process_supervised"] == "no"
    server.stop()
    assert supervisor.told() == []


def state_of(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0]


def test_upstart_sees_it_stop_once(start_tessera, supervise, monkeypatch):
    monkeypatch.setenv("UPSTART_JOB", "tessera")
    server = start_tessera(supervised="upstart", ready=False)
    try:
        wait_until(lambda: state_of(server.pid) == "T", 30, "the process stops itself")
    finally:
        os.kill(server.pid, signal.SIGCONT)
    server.wait_ready()
    assert server.info("server")["process_supervised"] == "upstart"


# ---- The unit ----


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True, timeout=60)


needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")


@pytest.fixture
def unit(tmp_path):
    """The unit, with a binary that exists."""
    text = UNIT.read_text()
    assert "ExecStart=/usr/bin/tessera-server /etc/tessera/tessera.conf" in text
    path = tmp_path / UNIT.name
    path.write_text(text.replace("/usr/bin/tessera-server", os.path.abspath(TESSERA_SERVER)))
    return path


@needs_systemd
def test_the_unit_is_sound(unit):
    result = analyze("verify", "--man=no", "--recursive-errors=no", unit)
    assert (result.returncode, result.stdout + result.stderr) == (0, "")


@needs_systemd
def test_the_unit_gives_little_away(unit):
    """systemd's own measure, of 10: what is worse than 2.0 is more than sockets and files need."""
    result = analyze("security", "--offline=yes", "--no-pager", "--threshold=20", unit)
    assert result.returncode == 0, result.stdout + result.stderr


def calls_of(names):
    """All system calls in what a unit's SystemCallFilter names."""
    calls = set()
    for name in names:
        lines = analyze("syscall-filter", name).stdout.splitlines()[1:] if name.startswith("@") else [name]
        words = {line.strip() for line in lines if line.strip() and not line.strip().startswith("#")}
        calls |= calls_of(words) if name.startswith("@") else words
    return calls


@needs_systemd
def test_the_unit_allows_io_uring():
    lines = re.findall(r"^SystemCallFilter=(~?)(.*)$", UNIT.read_text(), re.MULTILINE)
    allowed = calls_of(words for sign, text in lines if sign == "" for words in text.split())
    forbidden = calls_of(words for sign, text in lines if sign == "~" for words in text.split())
    needed = {"io_uring_setup", "io_uring_enter", "io_uring_register", "epoll_pwait2", "eventfd2", "futex", "mmap"}
    assert needed <= allowed - forbidden


def test_the_unit_has_room_for_clients():
    limit = int(re.search(r"^LimitNOFILE=(\d+)$", UNIT.read_text(), re.MULTILINE).group(1))
    template = (REPOSITORY / "deploy" / "tessera.conf").read_text()
    assert limit > int(re.search(r"^maxclients (\d+)$", template, re.MULTILINE).group(1)) + 1000
