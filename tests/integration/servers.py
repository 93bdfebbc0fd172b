"""Servers under test: starting, talking to and ending Tessera and redis-server processes.

Environment:
  TESSERA_SERVER        the server binary; default <repository>/build/tessera-server
  REDIS_SERVER          the server to compare with; default redis-server
  TESSERA_IO_BACKEND    the io-backend of servers that are told none; default: the server's own
  TESSERA_LIMIT_FACTOR  multiplies every limit of time (sanitizer builds are slow); default 1
"""

import contextlib
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time

import redis

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
TESSERA_SERVER = os.environ.get("TESSERA_SERVER", str(REPOSITORY / "build" / "tessera-server"))
REDIS_SERVER = os.environ.get("REDIS_SERVER", "redis-server")
IO_BACKEND = os.environ.get("TESSERA_IO_BACKEND", "")
LIMIT_FACTOR = float(os.environ.get("TESSERA_LIMIT_FACTOR", "1"))
HOST = "127.0.0.1"

# What a server must never print, whatever a client does.
REPORT = re.compile(
    r"ERROR: AddressSanitizer|ERROR: LeakSanitizer|WARNING: ThreadSanitizer|runtime error:"
    r"|assertion failed|^unexpected: not",
    re.MULTILINE,
)

SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "halt_on_error=0:second_deadlock_stack=1",
}


def wait_until(condition, limit=10, what=None):
    """Calls condition() until it is true and returns that value; fails after `limit` seconds."""
    end = time.monotonic() + limit * LIMIT_FACTOR
    pause = 0.001
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            name = what or getattr(condition, "__name__", "condition")
            raise AssertionError(f"not within {limit * LIMIT_FACTOR:g} s: {name}")
        time.sleep(pause)
        pause = min(pause * 2, 0.1)


# Ports below those that the kernel gives to connections, so that none of these takes one before the
# server does, and below those of the cluster bus, 10000 above. A process that asks for ports takes a
# slice of them for itself alone: what a server of one test leaves for a moment is then nobody else's.
_PORTS = range(10000, 20000)
_SLICE = 100
_BUS_PORT_OFFSET = 10000
_slices = []  # sockets whose names say whose slices are: the kernel frees the names when a process ends
_ports_left = []


def _take_slice():
    for first in random.SystemRandom().sample(range(_PORTS.start, _PORTS.stop, _SLICE), len(_PORTS) // _SLICE):
        name = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            name.bind(f"\0tessera-tests-ports-{first}")
        except OSError:
            name.close()
            continue
        _slices.append(name)
        return list(range(first, first + _SLICE))
    raise AssertionError("all ports for tests are taken")


def _is_free(port):
    with socket.socket() as probe, socket.socket() as bus:
        try:
            probe.bind(("0.0.0.0", port))
            bus.bind(("0.0.0.0", port + _BUS_PORT_OFFSET))
        except OSError:
            return False
    return True


def free_ports(count):
    """The first of so many consecutive TCP ports that are free, as are the usual ones of the cluster
    bus, port + 10000; never given twice by this process, nor by two processes at the same time."""
    while True:
        if len(_ports_left) < count:
            _ports_left[:] = _take_slice()
        ports = _ports_left[:count]
        del _ports_left[:count]
        if all(map(_is_free, ports)):
            return ports[0]


def free_port():
    """One such port."""
    return free_ports(1)


def resident_bytes(pid):
    """Resident memory of a process."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {pid} has no memory")


def is_sanitized(binary):
    """Was the binary built with a sanitizer, which makes it slow and large?"""
    return bool(re.search(rb"__(asan|tsan)_init", pathlib.Path(shutil.which(binary) or binary).read_bytes()))


def cpu_seconds(pid):
    """Processor time, user and system, that a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def encode_command(*arguments):
    """The bytes of one request: an array of bulk strings."""
    parts = [b"*%d\r\n" % len(arguments)]
    for argument in arguments:
        if not isinstance(argument, (bytes, bytearray)):
            argument = str(argument).encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(argument), argument))
    return b"".join(parts)


class ErrorReply(Exception):
    """An error reply; str() of it is the line without the leading '-'. A value, not raised."""

    def __eq__(self, other):
        return isinstance(other, ErrorReply) and str(self) == str(other)

    __hash__ = Exception.__hash__


class Push(list):
    """A RESP3 push message."""


class RawConnection:
    """A TCP or unix socket that sends bytes as they are and reads replies as bytes or values."""

    def __init__(self, address, limit=10):
        if isinstance(address, str):
            family = socket.AF_UNIX
        else:
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(limit * LIMIT_FACTOR)
        self.socket.connect(address)
        if family != socket.AF_UNIX:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = bytearray()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        """Sends bytes (or text) as they are."""
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def send_command(self, *arguments):
        self.send(encode_command(*arguments))

    def command(self, *arguments):
        """Sends one command and returns its reply as a value."""
        self.send_command(*arguments)
        return self.read_reply()

    def _fill(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError(f"closed by the server after {bytes(self.buffer)!r}")
        self.buffer += data

    def read_bytes(self, count):
        """Exactly `count` bytes."""
        while len(self.buffer) < count:
            self._fill()
        data = bytes(self.buffer[:count])
        del self.buffer[:count]
        return data

    def read_line(self):
        """Up to the next CRLF, without it."""
        start = 0
        while True:
            end = self.buffer.find(b"\r\n", start)
            if end >= 0:
                line = bytes(self.buffer[:end])
                del self.buffer[: end + 2]
                return line
            start = max(0, len(self.buffer) - 1)
            self._fill()

    def expect(self, expected):
        """Reads as many bytes as `expected` has; they must be these."""
        expected = expected.encode() if isinstance(expected, str) else expected
        got = bytearray()
        while len(got) < len(expected):
            assert expected.startswith(bytes(got)), f"expected {expected!r}, got {bytes(got)!r}"
            if not self.buffer:
                self._fill()
            got += self.read_bytes(min(len(self.buffer), len(expected) - len(got)))
        assert bytes(got) == expected, f"expected {expected!r}, got {bytes(got)!r}"

    def read_reply(self):
        """One reply, RESP2 or RESP3, as a Python value; errors are ErrorReply values."""
        line = self.read_line()
        kind, text = line[:1], line[1:]
        if kind == b"+":
            return text.decode()
        if kind == b"-":
            return ErrorReply(text.decode())
        if kind in b":(":
            return int(text)
        if kind == b",":
            return float(text)
        if kind == b"#":
            return {b"t": True, b"f": False}[text]
        if kind == b"_":
            return None
        if kind in b"$!=":
            return self._read_bulk(kind, int(text))
        return self._read_aggregate(kind, int(text))

    def _read_bulk(self, kind, length):
        if length < 0:
            return None
        data = self.read_bytes(length)
        assert self.read_bytes(2) == b"\r\n", "a bulk string that does not end where it should"
        if kind == b"!":
            return ErrorReply(data.decode())
        return data[4:] if kind == b"=" else data

    def _read_aggregate(self, kind, length):
        if length < 0:
            return None
        if kind == b"%":
            return {_hashable(self.read_reply()): self.read_reply() for _ in range(length)}
        if kind == b"|":
            for _ in range(2 * length):
                self.read_reply()
            return self.read_reply()
        items = [self.read_reply() for _ in range(length)]
        if kind == b"~":
            return {_hashable(item) for item in items}
        assert kind in b"*>", f"not a reply type: {kind!r}"
        return Push(items) if kind == b">" else items

    def read_until_closed(self):
        """All that comes until the server closes (a reset counts as closing)."""
        data = bytes(self.buffer)
        self.buffer.clear()
        try:
            while True:
                chunk = self.socket.recv(1 << 16)
                if not chunk:
                    return data
                data += chunk
        except (ConnectionResetError, BrokenPipeError):
            return data

    def reset(self):
        """Closes with a TCP reset instead of an orderly end."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self):
        self.socket.close()


def _hashable(value):
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def arguments_of(directives):
    """Directives as command line arguments: cluster_enabled=True is --cluster-enabled yes.

    A list gives several arguments to one directive.
    """
    arguments = []
    for name, value in directives.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        words = ["yes" if item is True else "no" if item is False else str(item) for item in values]
        arguments += ["--" + name.replace("_", "-"), *words]
    return arguments


class Server:
    """One server process in a directory of its own."""

    def __init__(self, name, binary, directives, prefix=()):
        self.name = name
        self.binary = binary
        self.prefix = list(prefix)
        self.directives = dict(directives)
        if IO_BACKEND and binary == TESSERA_SERVER:
            self.directives.setdefault("io_backend", IO_BACKEND)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"tessera-test-{name}-"))
        self.own_port = "port" not in directives
        self.host = HOST
        self.process = None
        self.expected_exit = 0  # the status it must end with; None: any
        self._open = []

    @property
    def pid(self):
        return self.process.pid

    @property
    def log_path(self):
        return self.directory / "output.log"

    def log_text(self):
        """What the server has printed on standard output and error, over all its starts."""
        text = self.log_path.read_text(errors="replace") if self.log_path.exists() else ""
        logfile = self.directives.get("logfile")
        if logfile and (self.directory / logfile).exists():
            text += (self.directory / logfile).read_text(errors="replace")
        return text

    def start(self, ready=True):
        """Starts the process (again), and waits until it answers. A port taken meanwhile is changed."""
        for attempt in range(5):
            if self.own_port and (attempt > 0 or self.process is None):
                self.directives["port"] = free_port()
            self.port = int(self.directives["port"])
            self._spawn()
            if not ready:
                return self
            try:
                return self.wait_ready()
            except ServerGone:
                if not self.own_port or not re.search(r"[Aa]ddress already in use", self.log_text()):
                    raise
        raise AssertionError(f"{self.name}: no free port found")

    def _spawn(self):
        environment = dict(os.environ)
        for variable, options in SANITIZER_OPTIONS.items():
            environment[variable] = ":".join(filter(None, [options, os.environ.get(variable)]))
        command = [*self.prefix, self.binary, *arguments_of({"dir": self.directory, **self.directives})]
        with open(self.log_path, "ab") as output:
            self.process = subprocess.Popen(
                command, cwd=self.directory, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output,
            )
        self.expected_exit = 0

    def wait_ready(self, limit=15):
        """Waits until PING is answered, be it by a demand for authentication."""
        wait_until(self._answers, limit, f"{self.name} on port {self.port} answers PING")
        return self

    def _answers(self):
        if self.process.poll() is not None:
            raise ServerGone(f"{self.name} ended with {self.process.returncode}:\n{self.log_tail()}")
        try:
            with RawConnection((self.host, self.port), limit=2) as connection:
                connection.send_command("PING")
                reply = connection.read_line()
        except (OSError, ConnectionError):
            return False
        return reply.startswith((b"+PONG", b"-NOAUTH"))

    def log_tail(self, lines=60):
        return "\n".join(self.log_text().splitlines()[-lines:])

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def client(self, **options):
        """A redis-py client of this server; closed when the server is stopped by its fixture."""
        options = {"host": self.host, "port": self.port, "socket_timeout": 30 * LIMIT_FACTOR, **options}
        client = redis.Redis(**options)
        self._open.append(client)
        return client

    def raw(self, port=None, limit=10):
        """A raw connection to this server, or to another of its ports."""
        connection = RawConnection((self.host, port or self.port), limit)
        self._open.append(connection)
        return connection

    def info(self, section=None):
        """INFO as a dictionary."""
        with self.client() as client:
            return client.info(section) if section else client.info()

    def hops(self):
        """How many commands ran on another shard than the one that holds their connection."""
        return int(self.info("shards")["hops_total"])

    def resident_bytes(self):
        return resident_bytes(self.pid)

    def cpu_seconds(self):
        return cpu_seconds(self.pid)

    def wait_exit(self, limit=20):
        """Waits for the process to end by itself; returns its status (negative: a signal)."""
        try:
            return self.process.wait(limit * LIMIT_FACTOR)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} does not end within {limit * LIMIT_FACTOR:g} s")

    def stop(self, limit=20):
        """Ends the process by SIGTERM; it must exit by itself. Returns its status."""
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
        return self.wait_exit(limit)

    def freeze(self):
        """Stops it as SIGSTOP does, and waits until no thread of it goes on."""
        self.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: set(self._states_of_threads()) <= {"T", "Z"}, what=f"{self.name} stands still")

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def _states_of_threads(self):
        """A letter for each; without the kernel's own threads for io_uring."""
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                name, fields = (task / "stat").read_text().split("(", 1)[1].rsplit(") ", 1)
                if not name.startswith("iou-"):
                    yield fields[0]

    def kill(self):
        """SIGKILL, as a crash: its status is not held against it."""
        self.process.kill()
        self.process.wait()
        self.expected_exit = None

    def restart(self):
        """Stops it and starts it again with the same directory, port and directives."""
        self.stop()
        assert self.process.returncode == 0, f"exit status {self.process.returncode}"
        return self.start()

    def finish(self):
        """Ends it and returns what was wrong with its end: None, or a text."""
        for thing in self._open:
            thing.close()
        problem = self._end()
        report = REPORT.search(self.log_text())
        if report and problem is None:
            problem = f"{self.name} printed {report.group(0)!r}"
        if problem:
            problem += f"\n{self.log_report()}"
        shutil.rmtree(self.directory, ignore_errors=True)
        return problem

    def _end(self):
        if self.process is None:
            return None
        try:
            status = self.stop()
        except AssertionError as error:
            self.process.kill()
            self.process.wait()
            return str(error)
        if self.expected_exit is not None and status != self.expected_exit:
            end = f"died by signal {-status}" if status < 0 else f"exited with {status}"
            return f"{self.name} {end}, not {self.expected_exit}"
        return None

    def log_report(self):
        """The part of the log that explains a failure."""
        text = self.log_text()
        report = REPORT.search(text)
        if report:
            return text[max(0, report.start() - 500) : report.start() + 8000]
        return self.log_tail()


class ServerGone(AssertionError):
    """The server ended while it should have been answering."""
