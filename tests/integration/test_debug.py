"""DEBUG: what tests of other servers use."""

import re

import pytest

from servers import HOST, ErrorReply, RawConnection, encode_command


def connect(server):
    return RawConnection((HOST, server.port))


@pytest.fixture(params=[1, 3])
def node(request, start_tessera):
    return start_tessera(shards=request.param, enable_debug_command="yes")


def test_is_refused_unless_allowed(start_tessera, start_redis):
    for allowed in ("no", "local"):
        with connect(start_tessera(enable_debug_command=allowed)) as ours:
            with connect(start_redis(enable_debug_command=allowed)) as theirs:
                assert ours.command("DEBUG", "SLEEP", "0") == theirs.command("DEBUG", "SLEEP", "0")


KINDS = "string integer double bignum null array set map attrib push verbatim true false nonsense".split()


def test_protocol(node, start_redis):
    with connect(node) as ours, connect(start_redis(enable_debug_command="yes")) as theirs:
        for protocol in ("2", "3"):
            for kind in KINDS:
                texts = []
                for connection in (ours, theirs):
                    connection.command("HELLO", protocol)
                    connection.send(encode_command("DEBUG", "PROTOCOL", kind) + encode_command("ECHO", "the end"))
                    text = b""
                    while not text.endswith(b"the end\r\n"):
                        text += connection.read_bytes(1)
                    texts.append(text)
                assert texts[0] == texts[1], (protocol, kind)


SAME = [
    ("SLEEP", "0"), ("SLEEP", "x"), ("SET-ACTIVE-EXPIRE", "1"), ("ERROR", "MYCODE text"), ("POPULATE", "x"),
    ("POPULATE", "-1"), ("OBJECT", "absent"), ("NONSENSE",), ("SLEEP",), ("HTSTATS-KEY", "text"), ("HTSTATS-KEY", "absent"),
    ("CHANGE-REPL-ID",), ("PAUSE-CRON", "1"), ("PAUSE-CRON", "0"), ("SET-SKIP-CHECKSUM-VALIDATION", "1"),
    ("QUICKLIST-PACKED-THRESHOLD", "100"), ("QUICKLIST-PACKED-THRESHOLD", "x"), ("REPLYBUFFER", "RESIZING", "0"),
    ("MALLCTL-STR", "version"), ("LOG", "hello"),
]


def test_as_redis(node, start_redis):
    with connect(node) as ours, connect(start_redis(enable_debug_command="yes")) as theirs:
        for connection in (ours, theirs):
            connection.command("SET", "text", "hello")
        for command in SAME:
            if command[0] == "MALLCTL-STR" and isinstance(ours.command("DEBUG", *command), ErrorReply):
                continue  # not jemalloc
            assert ours.command("DEBUG", *command) == theirs.command("DEBUG", *command), command
    assert "DEBUG LOG: hello" in node.log_text()


def test_populate(node):
    with connect(node) as client:
        assert client.command("DEBUG", "POPULATE", "100") == "OK"
        assert client.command("DBSIZE") == 100
        assert client.command("GET", "key:0") == b"value:0"
        assert client.command("GET", "key:99") == b"value:99"
        client.command("SET", "mine:1", "kept")
        assert client.command("DEBUG", "POPULATE", "5", "mine", "20") == "OK"
        assert client.command("GET", "mine:1") == b"kept"
        assert client.command("GET", "mine:4") == b"value:4" + b"\0" * 13
        assert client.command("DEBUG", "POPULATE", "1", "short", "3") == "OK"
        assert client.command("GET", "short:0") == b"val"


def test_object(node):
    shape = r"Value at:0x[0-9a-f]+ refcount:1 encoding:(\w+) serializedlength:(\d+) lru:\d+ lru_seconds_idle:\d+"
    with connect(node) as client:
        for value, encoding, length in (("1", "int", 2), ("1000", "int", 3), ("100000", "int", 5), ("hello", "embstr", 6),
                                        ("x" * 100, "raw", 13)):
            for key in ("a", "b", "c"):
                client.command("SET", key, value)
                found = re.fullmatch(shape, client.command("DEBUG", "OBJECT", key))
                assert (found[1], int(found[2])) == (encoding, length)


def digest(client):
    return client.command("DEBUG", "DIGEST")


def test_digest(start_tessera):
    """Equal data have equal digests, however they came about and on however many shards they lie."""
    seen = set()
    for shards, order in ((1, 1), (3, -1), (4, 1)):
        with connect(start_tessera(shards=shards, enable_debug_command="yes")) as client:
            assert digest(client) == "0" * 40
            for number in range(200)[::order]:
                client.command("SET", f"key:{number}", number)
            client.command("PEXPIREAT", "key:7", "4000000000000")
            client.command("SET", "gone", "x")
            client.command("DEL", "gone")
            seen.add(digest(client))
            before = digest(client)
            for change, undo in (
                (("SET", "key:1", "x"), ("SET", "key:1", "1")),
                (("SET", "new", "1"), ("DEL", "new")),
                (("PEXPIREAT", "key:7", "4000000000001"), ("PEXPIREAT", "key:7", "4000000000000")),
                (("PEXPIREAT", "key:8", "4000000000000"), ("PERSIST", "key:8")),
                (("MOVE", "key:9", "1"), None),
            ):
                client.command(*change)
                assert digest(client) != before, change
                if undo:
                    client.command(*undo)
                    assert digest(client) == before
    assert len(seen) == 1
    assert re.fullmatch("[0-9a-f]{40}", seen.pop())


def test_digest_of_values(node):
    with connect(node) as client:
        for key, value in (("a", "1"), ("b", "1"), ("c", "2")):
            client.command("SET", key, value)
        a, b, c, absent, again = client.command("DEBUG", "DIGEST-VALUE", "a", "b", "c", "absent", "a")
        assert a == b == again != c
        assert absent == b"0" * 40
        assert re.fullmatch(b"[0-9a-f]{40}", a)


def test_active_expiry_off(node):
    with connect(node) as client:
        assert client.command("DEBUG", "SET-ACTIVE-EXPIRE", "0") == "OK"
        for number in range(50):
            client.command("SET", f"key:{number}", "x", "PX", "1")
        assert client.command("DEBUG", "SLEEP", "0.3") == "OK"
        assert client.command("DBSIZE") == 50
        assert client.command("DEBUG", "SET-ACTIVE-EXPIRE", "1") == "OK"
        while client.command("DBSIZE") > 0:
            pass


def test_help_and_files(node):
    with connect(node) as client:
        lines = client.command("DEBUG", "HELP")
        assert len(lines) > 10 and all(isinstance(line, str) for line in lines)
        assert isinstance(client.command("DEBUG", "LOADAOF"), ErrorReply)
        assert b"number of elements: 0" in client.command("DEBUG", "HTSTATS", "0")
        assert isinstance(client.command("DEBUG", "HTSTATS", "99"), ErrorReply)


def test_reload(node):
    """Values of every type and form come back from RDB as they went."""
    with connect(node) as client:
        for size in (1, 20, 600):
            many = [f"item:{i}" for i in range(size)]
            pairs = [word for i, item in enumerate(many) for word in (i, item)]
            for words in (
                ("SET", f"string:{size}", "x" * size * 40),
                ("SET", f"integer:{size}", size),
                ("RPUSH", f"list:{size}", *many),
                ("SADD", f"set:{size}", *many),
                ("SADD", f"integers:{size}", *range(size)),
                ("ZADD", f"scores:{size}", *pairs),
                ("HSET", f"hash:{size}", *pairs),
                ("EXPIRE", f"hash:{size}", 1000 + size),
                ("PFADD", f"log:{size}", *many),
            ):
                assert not isinstance(client.command(*words), ErrorReply), words
        before = client.command("DEBUG", "DIGEST")
        names = sorted(client.command("KEYS", "*"))
        # A string that was edited is raw until it is read anew.
        named = [name for name in names if not name.startswith(b"log")]
        encodings = [client.command("OBJECT", "ENCODING", name) for name in named]
        assert client.command("DEBUG", "RELOAD") == "OK"
        assert client.command("DEBUG", "DIGEST") == before
        assert sorted(client.command("KEYS", "*")) == names
        assert [client.command("OBJECT", "ENCODING", name) for name in named] == encodings
        assert 0 < client.command("TTL", "hash:20") <= 1020
        assert isinstance(client.command("DEBUG", "RELOAD", "junk"), ErrorReply)


@pytest.mark.parametrize("how", ["SEGFAULT", "PANIC", "ASSERT"])
def test_ends_on_purpose(start_tessera, how):
    node = start_tessera(enable_debug_command="yes")
    node.expected_exit = None
    with connect(node) as client:
        client.send_command("DEBUG", how)
        assert client.read_until_closed() == b""
    assert node.process.wait(10) != 0
    node.log_path.write_text("")  # the report is what was asked for
