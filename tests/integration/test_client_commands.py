"""Commands about connections: greeting, authentication, CLIENT, MONITOR."""

import re

import pytest

from servers import HOST, ErrorReply, RawConnection, wait_until

LINE = re.compile(
    rb"id=\d+ addr=\S+:\d+ laddr=\S+:\d+ fd=\d+ name=\S* age=\d+ idle=\d+ flags=\S+ db=\d+ sub=\d+ "
    rb"psub=\d+ ssub=\d+ multi=-1 watch=0 qbuf=\d+ qbuf-free=\d+ argv-mem=\d+ multi-mem=\d+ rbs=\d+ "
    rb"rbp=\d+ obl=\d+ oll=\d+ omem=\d+ tot-mem=\d+ events=\w+ cmd=\S+ user=\S+ redir=-1 resp=[23] "
    rb"lib-name=\S* lib-ver=\S* tot-net-in=\d+ tot-net-out=\d+ tot-cmds=\d+"
)


@pytest.fixture(params=[1, 3])
def node(request, start_tessera):
    return start_tessera(shards=request.param, enable_debug_command="yes")


def connect(server, count=None):
    if count is None:
        return RawConnection((HOST, server.port))
    return [RawConnection((HOST, server.port)) for _ in range(count)]


def fields(line):
    return dict(word.split(b"=", 1) for word in line.split(b" "))


# What must be answered as redis-server does; ids and times are left out.
SAME = [
    ("PING",), ("PING", "x"), ("PING", "a", "b"), ("ECHO", "hello"), ("SELECT", "0"), ("SELECT", "16"),
    ("SELECT", "-1"), ("SELECT", "abc"), ("SELECT", "3000000000"), ("AUTH", "x"), ("AUTH", "a", "b"),
    ("AUTH", "default", "anything"), ("AUTH", "a", "b", "c"), ("HELLO", "4"), ("HELLO", "abc"),
    ("HELLO", "3", "foo"), ("HELLO", "2", "AUTH", "a"), ("HELLO", "2", "SETNAME"),
    ("HELLO", "2", "SETNAME", "a b"), ("HELLO", "2", "AUTH", "nobody", "x"), ("CLIENT", "GETNAME"),
    ("CLIENT", "SETNAME", "a b"), ("CLIENT", "SETNAME", "me"), ("CLIENT", "GETNAME"),
    ("CLIENT", "SETNAME", ""), ("CLIENT", "GETNAME"), ("CLIENT", "KILL", "ID", "x"),
    ("CLIENT", "KILL", "ID", "0"), ("CLIENT", "KILL", "TYPE", "wrong"), ("CLIENT", "KILL", "USER", "nobody"),
    ("CLIENT", "KILL", "SKIPME", "perhaps"), ("CLIENT", "KILL", "1.2.3.4:5"), ("CLIENT", "KILL", "ID", "1", "x"),
    ("CLIENT", "LIST", "TYPE", "wrong"), ("CLIENT", "LIST", "ID", "x"), ("CLIENT", "LIST", "x"),
    ("CLIENT", "REPLY", "x"), ("CLIENT", "NO-EVICT", "x"), ("CLIENT", "NO-EVICT", "on"),
    ("CLIENT", "NO-EVICT", "off"), ("CLIENT", "PAUSE", "x"), ("CLIENT", "PAUSE", "-1"),
    ("CLIENT", "PAUSE", "1", "x"), ("CLIENT", "UNPAUSE",), ("CLIENT", "UNBLOCK", "x"),
    ("CLIENT", "UNBLOCK", "1", "x"), ("CLIENT", "UNBLOCK", "1"), ("CLIENT", "GETREDIR"), ("RESET",), ("QUIT",),
]


def test_as_redis(node, start_redis):
    redis = start_redis()
    with connect(node) as ours, connect(redis) as theirs:
        for command in SAME:
            assert ours.command(*command) == theirs.command(*command), command


def test_hello(node, start_redis):
    with connect(node) as ours, connect(start_redis()) as theirs:
        for protocol in ("3", "2"):
            mine, other = ours.command("HELLO", protocol), theirs.command("HELLO", protocol)
            if protocol == "2":
                mine, other = (dict(zip(reply[::2], map(str, reply[1::2]))) for reply in (mine, other))
            assert list(mine) == list(other)
            for name in (b"server", b"proto", b"mode", b"role", b"modules"):
                assert mine[name] == other[name]
        assert ours.command("HELLO", "3", "SETNAME", "bob")[b"proto"] == 3
        assert ours.command("CLIENT", "GETNAME") == b"bob"
        assert ours.command("RESET") == "RESET"
        ours.send_command("GET", "nothing")
        ours.expect("$-1\r\n")


def test_password(start_tessera):
    node = start_tessera(requirepass="secret", shards=2)
    refused = ErrorReply("NOAUTH Authentication required.")
    wrong = ErrorReply("WRONGPASS invalid username-password pair or user is disabled.")
    with connect(node) as client:
        assert client.command("GET", "a") == refused
        for password in ("", "s", "secre", "secret1", "SECRET", "secretsecret"):
            assert client.command("AUTH", password) == wrong
            assert client.command("AUTH", "default", password) == wrong
            assert client.command("HELLO", "3", "AUTH", "default", password) == wrong
        assert str(client.command("HELLO", "3")).startswith("NOAUTH HELLO must be called")
        assert client.command("AUTH", "other", "secret") == wrong
        assert client.command("HELLO", "3", "AUTH", "default", "secret")[b"proto"] == 3
        assert client.command("GET", "a") is None
        assert client.command("RESET") == "RESET"
        assert client.command("GET", "a") == refused
        assert client.command("AUTH", "secret") == "OK"
        assert client.command("GET", "a") is None


def test_list(node):
    clients = connect(node, 9)
    ids = [client.command("CLIENT", "ID") for client in clients]
    for number, client in enumerate(clients):
        assert client.command("CLIENT", "SETNAME", f"client-{number}") == "OK"
    assert clients[1].command("CLIENT", "SETINFO", "LIB-NAME", "mine") == "OK"
    assert clients[1].command("CLIENT", "SETINFO", "lib-ver", "1.2") == "OK"
    assert str(clients[1].command("CLIENT", "SETINFO", "lib-ver", "1 2")).startswith("ERR lib-ver cannot")
    assert str(clients[1].command("CLIENT", "SETINFO", "x", "1")) == "ERR Unrecognized option 'x'"
    clients[2].command("SELECT", "3")
    clients[3].command("CLIENT", "NO-TOUCH", "ON")
    text = clients[0].command("CLIENT", "LIST")
    assert text.endswith(b"\n")
    lines = text.splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    listed = [int(fields(line)[b"id"]) for line in lines]
    assert listed == sorted(listed)
    by_id = {int(fields(line)[b"id"]): fields(line) for line in lines}
    assert set(ids) <= set(by_id)
    for number, id in enumerate(ids):
        assert by_id[id][b"name"] == b"client-%d" % number
    assert by_id[ids[0]][b"cmd"] == b"client|list"
    assert (by_id[ids[1]][b"lib-name"], by_id[ids[1]][b"lib-ver"]) == (b"mine", b"1.2")
    assert by_id[ids[2]][b"db"] == b"3"
    assert by_id[ids[3]][b"flags"] == b"T"
    chosen = clients[0].command("CLIENT", "LIST", "ID", ids[4], ids[2], 999999).splitlines()
    assert [int(fields(line)[b"id"]) for line in chosen] == sorted([ids[4], ids[2]])
    assert clients[0].command("CLIENT", "LIST", "TYPE", "pubsub") == b""
    assert len(clients[0].command("CLIENT", "LIST", "TYPE", "normal").splitlines()) == len(lines)
    info = clients[5].command("CLIENT", "INFO")
    assert LINE.fullmatch(info.rstrip(b"\n")) and fields(info)[b"name"] == b"client-5"


def test_kill(node):
    clients = connect(node, 8)
    ids = [client.command("CLIENT", "ID") for client in clients]
    addresses = {id: fields(clients[0].command("CLIENT", "LIST", "ID", id).rstrip(b"\n")) for id in ids}
    me = clients[0]
    assert me.command("CLIENT", "KILL", "ID", ids[1]) == 1
    assert clients[1].read_until_closed() == b""
    assert me.command("CLIENT", "KILL", addresses[ids[2]][b"addr"]) == "OK"
    assert clients[2].read_until_closed() == b""
    assert me.command("CLIENT", "KILL", "ADDR", addresses[ids[3]][b"addr"]) == 1
    assert clients[3].read_until_closed() == b""
    assert me.command("CLIENT", "KILL", "ID", ids[0]) == 0, "SKIPME is yes"
    assert me.command("CLIENT", "KILL", "MAXAGE", "1000") == 0
    assert me.command("CLIENT", "KILL", "TYPE", "normal", "LADDR", addresses[ids[0]][b"laddr"]) == 4
    for client in clients[4:]:
        assert client.read_until_closed() == b""
    wait_until(lambda: len(me.command("CLIENT", "LIST").splitlines()) == 1)
    me.send_command("CLIENT", "KILL", "ID", ids[0], "SKIPME", "no")
    me.send_command("PING")
    assert me.read_until_closed() == b":1\r\n"
    with connect(node) as other:
        other.send_command("CLIENT", "KILL", re.search(rb"addr=(\S+)", other.command("CLIENT", "INFO"))[1])
        assert other.read_until_closed() == b"+OK\r\n"


def test_reply_modes(node):
    with connect(node) as client:
        keys = [f"key{number}" for number in range(20)]
        client.send_command("CLIENT", "REPLY", "OFF")
        for key in keys:
            client.send_command("SET", key, key)
        client.send_command("CLIENT", "REPLY", "ON")
        client.expect("+OK\r\n")
        for key in keys:
            # The keys are on all shards: what is skipped is the next command, wherever it runs.
            client.send_command("CLIENT", "REPLY", "SKIP")
            client.send_command("GET", key)
            client.send_command("GET", key)
            client.expect(f"${len(key)}\r\n{key}\r\n")
        assert client.command("PING") == "PONG"


def test_pause(node):
    with connect(node) as admin, connect(node) as writer, connect(node) as reader:
        assert admin.command("CLIENT", "PAUSE", "100000", "WRITE") == "OK"
        assert reader.command("GET", "a") is None
        writer.send_command("SET", "a", "1")
        wait_until(lambda: b"blocked_clients:1\r\n" in admin.command("INFO", "clients"))
        assert admin.command("CLIENT", "PAUSE", "1", "WRITE") == "OK", "which makes it no shorter"
        for _ in range(3):
            assert admin.command("GET", "a") is None
        assert admin.command("CLIENT", "PAUSE", "100000") == "OK"
        reader.send_command("GET", "a")
        assert admin.command("CLIENT", "UNPAUSE") == "OK"
        assert writer.read_reply() == "OK"
        assert reader.read_reply() in (None, b"1")
        assert admin.command("GET", "a") == b"1"
        assert admin.command("CLIENT", "PAUSE", "50") == "OK"
        assert writer.command("GET", "a") == b"1", "after the pause has ended by itself"


def test_the_end_of_a_pause_under_load(node):
    """Others' commands that find the pause over leave nobody behind."""
    with connect(node) as admin, connect(node) as writer:
        for round in range(5):
            assert admin.command("CLIENT", "PAUSE", "30", "WRITE") == "OK"
            writer.send_command("SET", "a", round)
            while admin.command("GET", "a") != b"%d" % round:
                pass
            assert writer.read_reply() == "OK"


def test_quit_ends_the_pipeline(node):
    with connect(node) as client, connect(node) as other:
        client.send_command("SET", "a", "1")
        client.send_command("QUIT")
        client.send_command("SET", "a", "2")
        assert client.read_until_closed() == b"+OK\r\n+OK\r\n"
        assert other.command("GET", "a") == b"1"


LINE_OF_MONITOR = re.compile(r"(\d+)\.(\d{6}) \[(\d+) (\S+)\] (.*)")


def test_monitor(node):
    monitors = connect(node, 3)
    clients = connect(node, 3)
    for monitor in monitors:
        assert monitor.command("MONITOR") == "OK"
    expected = {}
    for number, client in enumerate(clients):
        client.command("SELECT", number)
        client.command("SET", f"k{number}", b'a"b\\c\n\r\t\a\b\x00\xff')
        client.command("AUTH", "secret")
        client.command("CLIENT", "LIST")  # of administrators: not shown
        expected["%s:%d" % client.socket.getsockname()] = [
            ("0", f'"SELECT" "{number}"'),
            (str(number), rf'"SET" "k{number}" "a\"b\\c\n\r\t\a\b\x00\xff"'),
            (str(number), '"AUTH" "(redacted)"'),
        ]
    for monitor in monitors:
        # Each client's commands in their order; two clients may be on different shards.
        shown = {address: [] for address in expected}
        for _ in range(3 * len(clients)):
            line = LINE_OF_MONITOR.fullmatch(monitor.read_reply())
            shown[line[4]].append((line[3], line[5]))
        assert shown == expected
    assert monitors[0].command("RESET") == "RESET"
    monitors[1].close()
    wait_until(lambda: clients[0].command("CLIENT", "LIST").count(b"flags=O ") == 1)
    clients[0].command("SET", "k", "v")
    assert monitors[2].read_reply().endswith('"RESET"'), "which is a command like any other"
    assert monitors[2].read_reply().endswith('"SET" "k" "v"')
    assert monitors[0].command("PING") == "PONG"


def test_commands_of_monitors_are_shown(node):
    with connect(node) as monitor, connect(node) as client:
        assert monitor.command("MONITOR") == "OK"
        client.command("SET", "a", "1")
        assert monitor.read_reply().endswith('"SET" "a" "1"')
