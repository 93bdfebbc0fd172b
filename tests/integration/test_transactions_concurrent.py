"""Transactions of many clients at once, and of clients that vanish: nothing in between, nothing lost, nothing left."""

import contextlib
import random
import threading

import pytest
from servers import HOST, TESSERA_SERVER, RawConnection, encode_command, is_sanitized, wait_until

SANITIZED = is_sanitized(TESSERA_SERVER)
TAGS = [f"{{{number}}}" for number in range(8)]
MODES = [(1, False), (2, False), (4, False), (2, True), (4, True)]


def scaled(count):
    return count // 10 if SANITIZED else count


@pytest.fixture(params=MODES, ids=lambda mode: f"{mode[0]}{'-cluster' if mode[1] else ''}")
def server(request, start_tessera):
    shards, cluster = request.param
    server = start_tessera(shards=shards, cluster_enabled=cluster)
    server.shards, server.cluster = shards, cluster
    if cluster:
        with server.raw() as connection:
            assert connection.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383) == "OK"
            wait_until(lambda: connection.command("SET", "probe", "x") == "OK", what="the cluster is up")
            assert connection.command("DEL", "probe") == 1
    return server


def pipeline_of(*commands):
    return b"".join(encode_command(*words) for words in commands)


def transaction(*commands):
    return pipeline_of(("MULTI",), *commands, ("EXEC",))


@contextlib.contextmanager
def in_background(*functions, to_their_end=False):
    """Runs each function(stop) in a thread while the body runs, or to_their_end; raises what they raise."""
    stop = threading.Event()
    errors = []

    def run(function):
        try:
            function(stop)
        except Exception as error:  # noqa: BLE001 (raised again below)
            errors.append(error)
            stop.set()

    threads = [threading.Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    try:
        yield stop
    finally:
        if not to_their_end:
            stop.set()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]


def nobody_watches(server):
    def is_quiet():
        clients = server.info("clients")
        return clients["watching_clients"] == 0 and clients["total_watched_keys"] == 0

    wait_until(is_quiet, what="no key is watched any more")


def test_nothing_in_between(server):
    """Keys that transactions keep equal are never seen unequal, nor lose an increment."""
    # Outside of cluster mode a transaction has keys on all shards.
    groups = [[f"{number}{tag}" for number in range(5)] for tag in TAGS[:4]]
    if not server.cluster:
        groups = [[f"{name}:{number}" for number in range(8)] for name in "ab"]
    rounds = scaled(600)

    def write(stop):
        connection = server.raw(limit=60)
        for number in range(rounds):
            if stop.is_set():
                return
            keys = groups[number % len(groups)]
            connection.send(transaction(*[("INCR", key) for key in keys]))
            connection.expect("+OK\r\n" + "+QUEUED\r\n" * len(keys))
            values = connection.read_reply()
            assert values == [values[0]] * len(keys)

    def read(stop):
        connection = server.raw(limit=60)
        while not stop.is_set():
            for keys in groups:
                connection.send(pipeline_of(("MGET", *keys)) + transaction(*[("GET", key) for key in keys]))
            for keys in groups:
                assert len(set(connection.read_reply())) == 1
                connection.expect("+OK\r\n" + "+QUEUED\r\n" * len(keys))
                assert len(set(connection.read_reply())) == 1

    with in_background(read, read), in_background(write, write, write, to_their_end=True):
        pass
    connection = server.raw()
    counts = [set(connection.command("MGET", *keys)) for keys in groups]
    assert all(len(count) == 1 for count in counts)
    assert sum(int(count.pop()) for count in counts) == 3 * rounds


def test_no_lost_update(server):
    """Counters by WATCH, GET, MULTI, SET, EXEC: what succeeded is what they show."""
    succeeded = [0] * 4
    failed = [0] * 4
    keys = [f"counter{tag}" for tag in TAGS[:2]]

    def count(me):
        def run(stop):
            connection = server.raw(limit=60)
            source = random.Random(me)
            while succeeded[me] < scaled(500) and not stop.is_set():
                watched = keys if not server.cluster else [source.choice(keys)]
                key = source.choice(watched)
                assert connection.command("WATCH", *watched) == "OK"
                value = int(connection.command("GET", key) or 0)
                connection.send(transaction(("SET", key, value + 1)))
                connection.expect("+OK\r\n+QUEUED\r\n")
                if connection.read_reply() is None:
                    failed[me] += 1
                else:
                    succeeded[me] += 1

        return run

    with in_background(*[count(me) for me in range(4)], to_their_end=True):
        pass
    connection = server.raw()
    assert sum(int(connection.command("GET", key) or 0) for key in keys) == sum(succeeded)
    print(f"{sum(failed)} of {sum(failed) + sum(succeeded)} attempts met another")
    nobody_watches(server)


def test_a_failed_watch_is_never_missed(server):
    """Every change behind WATCH, from whichever shard, makes EXEC fail; without one it runs."""
    clients = [server.raw() for _ in range(6)]
    source = random.Random(7)
    for number in range(scaled(1500)):
        watcher, writer = source.sample(clients, 2)
        tag = source.choice(TAGS)
        watched = [f"{name}{tag}" for name in source.sample("abcdef", source.randrange(1, 4))]
        touched = f"{source.choice('abcdef')}{tag}"
        assert watcher.command("WATCH", *watched) == "OK"
        assert writer.command("SET", touched, number) == "OK"
        watcher.send(transaction(("GET", touched)))
        watcher.expect("+OK\r\n+QUEUED\r\n")
        expected = None if touched in watched else [b"%d" % number]
        assert watcher.read_reply() == expected, (watched, touched)
    nobody_watches(server)


def random_session(source, cluster):
    """Bytes of a client that does much at once and ends anywhere."""
    tag = source.choice(TAGS)

    def key():
        return f"{source.randrange(20)}{tag if cluster else source.choice(TAGS)}"

    def data():
        return source.choice([
            ("SET", key(), "x" * source.choice((1, 100, 20000))), ("GET", key()), ("INCR", f"n{key()}"),
            ("DEL", key()), ("APPEND", key(), "y"),
        ])  # fmt: skip

    commands = []
    for _ in range(source.randrange(1, 12)):
        choice = source.randrange(10)
        if choice < 4:
            commands.append(("WATCH", *{key() for _ in range(source.randrange(1, 5))}))
        if choice == 4:
            commands.append(source.choice((("UNWATCH",), ("DISCARD",), ("EXEC",), ("RESET",), ("WATCH", key()))))
        if choice == 5:
            commands += [data(), ("PING",)]
        commands.append(("MULTI",))
        commands += [data() for _ in range(source.randrange(8))]
        if choice == 6:
            commands.append(source.choice((("DBSIZE",), ("CLIENT", "LIST"), ("PING",), ("NOSUCH",), ("SCAN", "0"),
                                           ("MULTI",), ("WATCH", key()), ("FLUSHALL",), ("SELECT", "1"),
                                           ("CLIENT", "KILL", "ID", "1"), ("SWAPDB", "0", "1"))))  # fmt: skip
        commands.append(source.choice((("EXEC",), ("EXEC",), ("EXEC",), ("EXEC",), ("DISCARD",), ("RESET",),
                                       ("QUIT",), ("PING",))))  # fmt: skip
    return pipeline_of(*commands)


def leave(source, connection):
    match source.randrange(4):
        case 0:
            connection.reset()
        case 1:
            connection.close()
        case 2:
            connection.socket.shutdown(1)
            connection.read_until_closed()
            connection.close()
        case 3:
            connection.send(encode_command("CLIENT", "KILL", "SKIPME", "no", "ID", "0"))
            connection.reset()


@pytest.mark.limit(240)
def test_clients_that_vanish(server):
    """Storms of transactions, cut off anywhere; a bystander's transactions go on."""
    source = random.Random(server.shards * 10 + server.cluster)
    bystander = server.raw(limit=60)
    for number in range(scaled(1200)):
        connection = RawConnection((HOST, server.port), limit=30)
        session = random_session(source, server.cluster)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.send(session[: source.choice([len(session), source.randrange(len(session))])])
            leave(source, connection)
        bystander.send(transaction(("SET", "{by}a", number), ("GET", "{by}a")))
        bystander.expect("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n")
        assert bystander.read_reply() == b"%d" % number
    wait_until(lambda: len(bystander.command("CLIENT", "LIST").splitlines()) == 1, what="one client left")
    nobody_watches(server)


@pytest.mark.limit(240)
def test_many_storms_at_once(server):
    """The same from several threads, against changes by others and the server's own rounds."""
    def storm(me):
        def run(stop):
            source = random.Random(me)
            for _ in range(scaled(300)):
                if stop.is_set():
                    return
                connection = RawConnection((HOST, server.port), limit=60)
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    connection.send(random_session(source, server.cluster))
                    leave(source, connection)

        return run

    def change(stop):
        names = [f"{number}{tag}" for tag in TAGS for number in range(20)]
        with server.raw(limit=60) as connection:
            while not stop.is_set():
                connection.send(b"".join(encode_command("SET", name, "x", "PX", "3") for name in names))
                connection.expect("+OK\r\n" * len(names))
                assert b"watching_clients" in connection.command("INFO", "clients")
                assert b"multi=" in connection.command("CLIENT", "LIST")

    storms = [storm(me) for me in range(3)]
    with in_background(change), in_background(*storms, to_their_end=True):
        pass
    bystander = server.raw()
    wait_until(lambda: len(bystander.command("CLIENT", "LIST").splitlines()) == 1, limit=30, what="one client left")
    nobody_watches(server)


@pytest.mark.parametrize("shards", [2, 4])
def test_stop_in_the_middle(start_tessera, shards):
    """SIGTERM while transactions, watches and sections are under way everywhere."""
    server = start_tessera(shards=shards)

    def load(me):
        def run(stop):
            source = random.Random(me)
            while not stop.is_set() and server.is_running():
                with contextlib.suppress(OSError), RawConnection((HOST, server.port)) as connection:
                    for _ in range(10):
                        connection.send(random_session(source, False))
                        connection.socket.recv(1 << 20)

        return run

    with in_background(*[load(number) for number in range(6)]):
        wait_until(lambda: server.info("stats")["total_commands_processed"] > scaled(5000))
        server.process.terminate()
        assert server.wait_exit() == 0
