"""Several shards behave as one server: order, atomicity, and clients that come and go meanwhile."""

import contextlib
import random
import signal
import threading

import pytest
from servers import HOST, TESSERA_SERVER, ErrorReply, RawConnection, encode_command, is_sanitized, wait_until

SANITIZED = is_sanitized(TESSERA_SERVER)
SHARDS = [1, 2, 4]
CROSSSLOT = ErrorReply("CROSSSLOT Keys in request don't hash to the same slot")


def scaled(count):
    return count // 10 if SANITIZED else count


def spread(count, prefix="k"):
    """Keys whose slots are all over the place."""
    return [f"{prefix}:{number}" for number in range(count)]


@contextlib.contextmanager
def in_background(*functions):
    """Runs each function(stop) in a thread while the body runs; raises what they raise."""
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
        stop.set()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]


class Model:
    """What one client alone must be answered; values are bytes."""

    def __init__(self):
        self.databases = [{} for _ in range(16)]
        self.data = self.databases[0]

    def set(self, key, value):
        self.data[key] = value.encode()
        return "OK"

    def get(self, key):
        return self.data.get(key)

    def append(self, key, value):
        self.data[key] = self.data.get(key, b"") + value.encode()
        return len(self.data[key])

    def mset(self, *pairs):
        for key, value in zip(pairs[::2], pairs[1::2]):
            self.set(key, value)
        return "OK"

    def msetnx(self, *pairs):
        if any(key in self.data for key in pairs[::2]):
            return 0
        self.mset(*pairs)
        return 1

    def mget(self, *keys):
        return [self.data.get(key) for key in keys]

    def delete(self, *keys):
        return sum(self.data.pop(key, None) is not None for key in keys)

    def exists(self, *keys):
        return sum(key in self.data for key in keys)

    def select(self, number):
        self.data = self.databases[int(number)]
        return "OK"

    def dbsize(self):
        return len(self.data)

    def ping(self):
        return "PONG"

    def echo(self, text):
        return text.encode()

    def nosuch(self, *arguments):
        listed = " ".join(f"'{argument}'" for argument in arguments)
        return ErrorReply(f"ERR unknown command 'nosuch', with args beginning with: {listed} ")

    def incr(self, key):
        text = self.data.get(key, b"0")
        if text != b"%d" % int(text) or int(text) >= 2**63 - 1:
            return ErrorReply("ERR value is not an integer or out of range")
        value = int(text) + 1
        self.data[key] = b"%d" % value
        return value

    def flushdb(self):
        self.data.clear()
        return "OK"


def random_command(random_source, keys):
    """A command of one client, as its words; `delete` stands for DEL."""
    key = random_source.choice(keys)
    some = random_source.sample(keys, random_source.randint(1, 8))
    text = str(random_source.randint(0, 99))
    pairs = [word for name in some for word in (name, text)]
    return random_source.choices(
        [
            ("set", key, text), ("get", key), ("append", key, text), ("incr", key),
            ("mset", *pairs), ("msetnx", *pairs), ("mget", *some), ("delete", *some), ("exists", *some),
            ("ping",), ("echo", text), ("nosuch", text), ("dbsize",),
            ("select", random_source.choice("012")), ("flushdb",),
        ],
        weights=[20, 20, 6, 10, 4, 2, 4, 4, 3, 5, 5, 3, 1, 1, 0.2],
    )[0]


@pytest.mark.parametrize("shards", SHARDS)
@pytest.mark.parametrize("seed", range(3))
def test_random_pipelines_are_answered_in_order(start_tessera, shards, seed):
    source = random.Random(seed)
    connection = start_tessera(shards=shards).raw()
    model = Model()
    keys = spread(40)
    for _ in range(scaled(60)):
        commands = [random_command(source, keys) for _ in range(source.choice([1, 10, 300]))]
        data = b"".join(
            encode_command("del" if words[0] == "delete" else words[0], *words[1:]) for words in commands
        )
        while data:
            piece = source.choice([len(data), source.randint(1, len(data))])
            connection.send(data[:piece])
            data = data[piece:]
        for words in commands:
            expected = getattr(model, words[0])(*words[1:])
            assert connection.read_reply() == expected, (seed, words)


@pytest.mark.parametrize("shards", SHARDS)
def test_client_reply_modes_with_hops(start_tessera, shards):
    server = start_tessera(shards=shards)
    keys = spread(50)
    connection = server.raw()
    connection.send(b"".join(encode_command("SET", key, key) for key in keys))
    connection.expect("+OK\r\n" * len(keys))
    requests = []
    expected = []
    for number, key in enumerate(keys):
        if number % 3 == 0:
            requests.append(("CLIENT", "REPLY", "SKIP"))
        else:
            expected.append(key.encode())
        requests.append(("GET", key))
    requests += [("CLIENT", "REPLY", "OFF")] + [("APPEND", key, "+") for key in keys]
    requests += [("MSET", "k:0", "zero", "k:1", "one"), ("CLIENT", "REPLY", "SKIP"), ("PING",)]
    requests += [("CLIENT", "REPLY", "ON"), ("MGET", *keys[:3])]
    expected += ["OK", [b"zero", b"one", b"k:2+"]]
    connection.send(b"".join(encode_command(*words) for words in requests))
    assert [connection.read_reply() for _ in expected] == expected
    assert connection.command("PING") == "PONG"


@pytest.mark.parametrize("shards", SHARDS)
@pytest.mark.parametrize("size", [100, 16 * 1024, 100 * 1024, 3 * 1024 * 1024])
def test_big_values(start_tessera, shards, size):
    server = start_tessera(shards=shards)
    source = random.Random(size)
    connection, other = server.raw(), server.raw()
    values = {key: source.randbytes(size) for key in spread(8)}
    for client in (connection, other):
        client.send(b"".join(encode_command("SET", key, value) for key, value in values.items()))
        client.expect("+OK\r\n" * len(values))
        wanted = source.choices(list(values), k=20)
        client.send(b"".join(encode_command("GET", key) + encode_command("STRLEN", key) for key in wanted))
        for key in wanted:
            assert client.read_reply() == values[key]
            assert client.read_reply() == size
        assert client.command("MGET", *values) == list(values.values())
        assert client.command("SETRANGE", "k:0", size // 2, "changed") == size
        client.send_command("GET", "k:0")
        client.send_command("SET", "k:0", values["k:0"])
        assert client.read_reply()[size // 2 : size // 2 + 7] == b"changed"
        client.expect("+OK\r\n")


@pytest.mark.parametrize("shards", [2, 4])
def test_exclusive_sections_are_atomic(start_tessera, shards):
    """Nobody ever sees half of an MSET over all shards."""
    server = start_tessera(shards=shards)
    keys = spread(20)
    rounds = scaled(3000)
    server.client().mset(dict.fromkeys(keys, "start"))

    def write(name):
        def run(stop):
            connection = server.raw()
            for number in range(rounds):
                if stop.is_set():
                    return
                value = f"{name}:{number}"
                connection.send_command("MSET", *[word for key in keys for word in (key, value)])
                connection.expect("+OK\r\n")

        return run

    def single(stop):
        """Other work for every shard, with hops under way all the time."""
        connection = server.raw()
        while not stop.is_set():
            connection.send(b"".join(encode_command("INCR", f"n:{number}") for number in range(50)))
            first = connection.read_reply()
            assert [connection.read_reply() for _ in range(49)] == [first] * 49

    def read(stop):
        connection = server.raw()
        while not stop.is_set():
            for _ in range(4):
                connection.send_command("MGET", *keys)
            for _ in range(4):
                assert len(set(connection.read_reply())) == 1

    with in_background(single, read, read, read) as stop:
        with in_background(write("a"), write("b")) as stop_writers:
            wait_until(lambda: stop.is_set() or stop_writers.is_set() or
                       all(value.endswith(str(rounds - 1).encode()) for value in
                           server.client().mget(keys[:1])), limit=90)


def test_sections_wait_for_no_full_ring(start_tessera):
    """Shards that park have all their messages to the coordinator ahead of them, more than fit."""
    server = start_tessera(shards=2)
    connections = [server.raw() for _ in range(scaled(200))]
    # A command for no key between two of a key makes each of them a message.
    pipeline = b"".join(encode_command("GET", f"k:{n}") + b"PING\r\n" for n in range(400))
    for connection in connections:
        connection.send(pipeline)
    flusher = server.raw()
    for _ in range(20):
        flusher.send_command("FLUSHALL")
    flusher.expect("+OK\r\n" * 20)
    for connection in connections:
        connection.expect(b"$-1\r\n+PONG\r\n" * 400)


@pytest.mark.parametrize("shards", SHARDS)
def test_half_closed_clients_get_their_answers(start_tessera, shards):
    server = start_tessera(shards=shards)
    for count in (1, 3, 100, 3000):
        connection = server.raw()
        connection.send(b"".join(encode_command("SET", key, key) for key in spread(count)))
        connection.send_command("MSET", *spread(20))
        connection.send_command("DBSIZE")
        connection.socket.shutdown(1)
        expected = b"+OK\r\n" * (count + 1) + b":%d\r\n" % server_size(count)
        assert connection.read_until_closed() == expected
        server.client().flushall()


def server_size(count):
    """Keys there are after `count` SETs and the MSET behind them."""
    return len({*spread(count), *spread(20)[::2]})


@pytest.mark.parametrize("shards", [2, 4])
def test_connections_that_vanish_with_hops_in_flight(start_tessera, shards):
    server = start_tessera(shards=shards)
    source = random.Random(shards)
    keys = spread(100)
    pipelines = [
        b"".join(encode_command("GET", source.choice(keys)) for _ in range(200)),
        b"".join(encode_command("SET", f"x:{number}", "y" * 300) + b"PING\r\n" for number in range(100)),
        encode_command("MSET", *[word for number in range(50) for word in (f"x:{number}", "v")]) * 10,
        encode_command("MGET", *keys) * 20 + encode_command("FLUSHDB", "BAD") + encode_command("QUIT"),
        encode_command("DBSIZE") * 20 + encode_command("GET", "k:1") * 20,
    ]
    bystander = server.raw()
    bystander.send_command("MSET", *[word for key in keys for word in (key, key)])
    bystander.expect("+OK\r\n")
    for _ in range(scaled(1000)):
        connection = RawConnection((HOST, server.port))
        pipeline = source.choice(pipelines)
        connection.send(pipeline[: source.choice([len(pipeline), source.randrange(len(pipeline))])])
        match source.randrange(4):
            case 0:
                connection.reset()
            case 1:
                connection.close()
            case 2:
                connection.socket.shutdown(1)
                connection.close()
            case 3:
                connection.send(encode_command("CLIENT", "KILL", "SKIPME", "no", "ID", "0"))
                connection.reset()
        bystander.send_command("MGET", *keys)
        assert bystander.read_reply() == [key.encode() for key in keys]
    wait_until(lambda: len(bystander.command("CLIENT", "LIST").splitlines()) == 1, what="one client left")


@pytest.mark.parametrize("shards", SHARDS)
def test_whole_databases_while_writing(start_tessera, shards):
    server = start_tessera(shards=shards)

    def write(stop):
        connection = server.raw()
        while not stop.is_set():
            connection.send(b"".join(encode_command("SET", key, "v") for key in spread(200)))
            connection.expect("+OK\r\n" * 200)

    with in_background(write, write):
        connection = server.raw()
        for number in range(scaled(400)):
            match number % 4:
                case 0:
                    assert connection.command("FLUSHALL") == "OK"
                case 1:
                    assert 0 <= connection.command("DBSIZE") <= 200
                case 2:
                    assert connection.command("SWAPDB", "0", "1") == "OK"
                case 3:
                    assert set(connection.command("KEYS", "*")) <= {key.encode() for key in spread(200)}
    connection = server.raw()
    connection.send_command("FLUSHALL")
    connection.send_command("DBSIZE")
    connection.expect("+OK\r\n:0\r\n")


@pytest.mark.parametrize("shards", SHARDS)
def test_a_pipeline_of_100000(start_tessera, shards):
    server = start_tessera(shards=shards)
    connection = server.raw(limit=60)
    keys = spread(scaled(100000))
    data = b"".join(encode_command("SET", key, key) for key in keys)
    with in_background(lambda _stop: connection.send(data)):
        connection.expect(b"+OK\r\n" * len(keys))
    data = b"".join(encode_command("GET", key) for key in keys)
    with in_background(lambda _stop: connection.send(data)):
        for key in keys:
            assert connection.read_reply() == key.encode()
    assert connection.command("DBSIZE") == len(keys)


def test_300_connections_all_hopping(start_tessera):
    server = start_tessera(shards=4)
    keys = spread(64)
    connections = [server.raw(limit=30) for _ in range(300)]
    rounds = scaled(50)
    for round_number in range(rounds):
        for number, connection in enumerate(connections):
            connection.send(b"".join(encode_command("SET", f"{number}:{key}", round_number) for key in keys))
        for connection in connections:
            connection.send(encode_command("INCRBY", "total", 1))
        for connection in connections:
            connection.expect("+OK\r\n" * len(keys))
            assert connection.read_reply() > 0
    assert connections[0].command("GET", "total") == b"%d" % (300 * rounds)
    assert connections[0].command("DBSIZE") == 300 * len(keys) + 1
    for number, connection in enumerate(connections):
        values = connection.command("MGET", *[f"{number}:{key}" for key in keys])
        assert values == [b"%d" % (rounds - 1)] * len(keys)


@pytest.mark.parametrize("shards", SHARDS)
def test_2000_arguments_over_all_shards(start_tessera, shards):
    connection = start_tessera(shards=shards).raw()
    keys = spread(1000)
    pairs = [word for key in keys for word in (key, key)]
    for _ in range(5):
        connection.send(
            encode_command("MSET", *pairs) + encode_command("GET", "k:999") + encode_command("DEL", *keys, *keys)
            + encode_command("DBSIZE") + encode_command("PING")
        )
        connection.expect("+OK\r\n$5\r\nk:999\r\n:1000\r\n:0\r\n+PONG\r\n")
    # In many small pieces, so that the arguments are kept over many turns.
    data = encode_command("MSET", *pairs) + encode_command("MGET", *keys)
    for start in range(0, len(data), 777):
        connection.send(data[start : start + 777])
    connection.expect("+OK\r\n")
    assert connection.read_reply() == [key.encode() for key in keys]


def test_connections_come_and_go(start_tessera):
    server = start_tessera(shards=4)

    def churn(stop):
        for number in range(scaled(1500)):
            if stop.is_set():
                return
            with RawConnection((HOST, server.port)) as connection:
                assert connection.command("SET", f"k:{number}", number) == "OK"
                assert connection.command("GET", f"k:{number}") is not None

    with in_background(churn, churn, churn) as stop:
        bystander = server.raw()
        while not stop.is_set() and threading.active_count() > 1:
            assert bystander.command("PING") == "PONG"
            if not any(thread.is_alive() for thread in threading.enumerate()[1:]):
                break
    wait_until(lambda: len(bystander.command("CLIENT", "LIST").splitlines()) == 1, what="one client left")


@pytest.mark.parametrize("attempt", range(2))
def test_sigterm_under_load(start_tessera, attempt):
    """Exits with 0 though hops, sections and unread replies are under way."""
    server = start_tessera(shards=4)
    keys = spread(50)
    requests = [
        b"".join(encode_command("INCR", key) for key in keys) * 20,
        encode_command("MSET", *[word for key in keys for word in (key, "v")]) * 20,
        (encode_command("DBSIZE") + encode_command("GET", "k:3") + encode_command("CONFIG", "GET", "*")) * 20,
    ]

    def load(number):
        def run(_stop):
            with contextlib.suppress(OSError):
                connection = RawConnection((HOST, server.port))
                reads = number % 4 != 3
                while True:
                    connection.send(requests[number % len(requests)])
                    if reads:
                        connection.socket.recv(1 << 20)

        return run

    with in_background(*[load(number) for number in range(8)]):
        wait_until(lambda: server.info("stats")["total_commands_processed"] > 5000)
        server.process.send_signal(signal.SIGTERM if attempt == 0 else signal.SIGINT)
        assert server.wait_exit() == 0
    assert "did not end in time" not in server.log_text()


# ---- Cluster mode ----


def owned_server(start_tessera, shards=4):
    server = start_tessera(shards=shards, cluster_enabled=True)
    connection = server.raw()
    assert connection.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383) == "OK"
    wait_until(lambda: connection.command("SET", "probe", "x") == "OK", what="the cluster is up")
    return server, connection


def slot_of(connection, key):
    return connection.command("CLUSTER", "KEYSLOT", key)


def test_cluster_errors_about_slots(start_tessera):
    server = start_tessera(shards=4, cluster_enabled=True)
    connection = server.raw()
    assert str(connection.command("GET", "a")).startswith("CLUSTERDOWN")
    assert connection.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383) == "OK"
    wait_until(lambda: connection.command("SET", "a", "1") == "OK", what="the cluster is up")
    # "a" and "b" are in different slots, on the same shard or not.
    assert connection.command("MGET", "a", "b") == CROSSSLOT
    assert connection.command("MSET", *[word for key in spread(20) for word in (key, "v")]) == CROSSSLOT
    assert connection.command("MSET", "{t}1", "one", "{t}2", "two") == "OK"
    assert connection.command("MGET", "{t}1", "{t}2", "{t}3") == [b"one", b"two", None]
    slot = slot_of(connection, "a")
    assert connection.command("DEL", "a") == 1
    assert connection.command("CONFIG", "SET", "cluster-require-full-coverage", "no") == "OK"
    assert connection.command("CLUSTER", "DELSLOTS", slot) == "OK"
    unserved = ErrorReply("CLUSTERDOWN Hash slot not served")
    wait_until(lambda: connection.command("GET", "a") == unserved, what="the slot is not served")
    assert connection.command("GET", "{t}1") == b"one"
    assert connection.command("SELECT", "1") == ErrorReply("ERR SELECT is not allowed in cluster mode")


def shard_ports(connection):
    """[(first slot, last slot, port)] as CLUSTER SLOTS tells clients."""
    return [(entry[0], entry[1], entry[2][1]) for entry in connection.command("CLUSTER", "SLOTS")]


def test_no_hops_by_the_right_port(start_tessera):
    server, connection = owned_server(start_tessera)
    ranges = shard_ports(connection)
    ports = {port for _, _, port in ranges}
    assert len(ports) == 4, ranges
    keys = spread(400)
    by_port = {port: [] for port in ports}
    for key in keys:
        slot = slot_of(connection, key)
        by_port[next(port for first, last, port in ranges if first <= slot <= last)].append(key)
    before = server.hops()
    for port, mine in by_port.items():
        client = server.raw(port)
        client.send(b"".join(encode_command("SET", key, key) + encode_command("GET", key) for key in mine))
        for key in mine:
            client.expect("+OK\r\n$%d\r\n%s\r\n" % (len(key), key))
    assert server.hops() == before
    for port in ports:
        client = server.raw(port)
        client.send(b"".join(encode_command("GET", key) for key in keys))
        assert [client.read_reply() for _ in keys] == [key.encode() for key in keys]
    assert server.hops() - before == 3 * len(keys)
