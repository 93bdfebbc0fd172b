"""COMMAND and its subcommands, compared with a redis-server for every command that both know.

Texts (summaries, complexities, notes, history) are our own; all else must be the same, with the same
reply types in RESP2 and RESP3.
"""

import random
import tomllib

import pytest
from servers import REPOSITORY

TABLES = REPOSITORY / "server" / "commands" / "table"
OWN_TEXTS = {b"summary", b"complexity", b"notes"}

# What the redis-server to compare with does not know yet: arity, flags, categories.
LATER = {
    "client|setinfo": (4, "noscript loading stale", "slow connection"),
    "client|no-touch": (3, "noscript loading stale", "slow connection"),
    "cluster|myshardid": (2, "stale", "slow"),
    "cluster|slot-stats": (-4, "loading stale", "slow"),
    "cluster|migrateslots": (-4, "admin stale no_async_loading", "admin slow dangerous"),
    "cluster|autopilot": (2, "stale", "slow"),
    "cluster|getslotmigrations": (2, "admin stale no_async_loading", "admin slow dangerous"),
    "cluster|cancelslotmigrations": (2, "admin stale no_async_loading", "admin slow dangerous"),
    "cluster|syncslots": (-3, "admin stale no_async_loading", "admin slow dangerous"),
    "script|show": (3, "noscript", "scripting slow"),
    "waitaof": (4, "blocking", "slow blocking connection"),
    "bf.add": (3, "write denyoom", "write slow bloom"),
    "bf.card": (2, "readonly fast", "read fast bloom"),
    "bf.exists": (3, "readonly fast", "read fast bloom"),
    "bf.info": (-2, "readonly fast", "read fast bloom"),
    "bf.insert": (-4, "write denyoom", "write slow bloom"),
    "bf.loadchunk": (4, "write denyoom", "write slow bloom"),
    "bf.madd": (-3, "write denyoom", "write slow bloom"),
    "bf.mexists": (-3, "readonly fast", "read fast bloom"),
    "bf.reserve": (-4, "write denyoom fast", "write fast bloom"),
    "bf.scandump": (3, "readonly", "read slow bloom"),
    "delifeq": (3, "write fast", "write string fast"),
    "hexpire": (-6, "write fast", "write hash fast"),
    "hpexpire": (-6, "write fast", "write hash fast"),
    "hexpireat": (-6, "write fast", "write hash fast"),
    "hpexpireat": (-6, "write fast", "write hash fast"),
    "httl": (-5, "readonly fast", "read hash fast"),
    "hpttl": (-5, "readonly fast", "read hash fast"),
    "hexpiretime": (-5, "readonly fast", "read hash fast"),
    "hpexpiretime": (-5, "readonly fast", "read hash fast"),
    "hpersist": (-5, "write fast", "write hash fast"),
    "hgetex": (-5, "write fast", "write hash fast"),
    "hsetex": (-6, "write denyoom fast", "write hash fast"),
    "hgetdel": (-5, "write fast", "write hash fast"),
    "msetex": (-4, "write denyoom movablekeys", "write string slow"),
}
# Commands that take one word more since: their arity there, and here.
WIDENED = {"zrank": (b"3", b"-3"), "zrevrank": (b"3", b"-3")}
# The version of redis-server that arguments and changes are compared with.
COMPARED_VERSION = (7, 0, 15)

GETKEYS_LINES = """
get k
GET k
get
get a b
set k v
set k v get
set k get
set k v ex 10 GeT xx
getex k persist
mget a
mget a b c
mset a 1 b 2
mset a 1 b
msetnx a 1 b 2 c 3
rename a b
rename a
copy a b replace
lcs a b idx
del a b c
object encoding k
object help
object nosuch k
object
memory usage k
memory usage k samples 0
memory stats
ping x
client list
client nosuch
config get x
nosuch x
object|encoding k
expire k 10
scan 0
move k 1
append k v
setrange k 0 v
cluster keyslot k
touch a b
exists a a a
""".strip().splitlines()


def read_typed(connection):
    """A reply with its types: (kind, bytes), (kind, [items]) or, for maps, (kind, [key, value ...])."""
    line = connection.read_line()
    kind, text = line[:1].decode(), line[1:]
    if kind == "$" and int(text) >= 0:
        data = connection.read_bytes(int(text))
        connection.read_bytes(2)
        return kind, data
    if kind in "*~%" and int(text) >= 0:
        count = int(text) * (2 if kind == "%" else 1)
        return kind, [read_typed(connection) for _ in range(count)]
    return kind, text


def ask(connection, *arguments):
    connection.send_command(*arguments)
    return read_typed(connection)


def strings(value):
    return [item[1].decode() for item in value[1]]


def entries(value):
    """The entries of a map, whichever way the protocol writes it."""
    kind, items = value
    assert kind in "*%"
    keys, values = items[::2], items[1::2]
    assert all(key[0] == "$" for key in keys)
    return dict(zip((key[1] for key in keys), values, strict=True))


def in_any_order(value):
    return value[0], sorted(value[1])


def is_compared(version):
    return tuple(int(number) for number in version.split(b".")) <= COMPARED_VERSION


def is_argument_compared(argument):
    since = entries(argument).get(b"since")
    return since is None or is_compared(since[1])


def comparable_map(value):
    """A map without our own texts (that they are there counts), its nested maps likewise."""
    result = {"kind": value[0]}
    for name, entry in entries(value).items():
        if name in OWN_TEXTS:
            entry = entry[0]
        elif name in (b"flags", b"doc_flags"):
            entry = in_any_order(entry)
        elif name == b"history":
            entry = entry[0], sorted(
                (item[0], item[1][0], item[1][1][0]) for item in entry[1] if is_compared(item[1][0][1])
            )
            if not entry[1]:
                continue
        elif name in (b"begin_search", b"find_keys", b"spec"):
            entry = comparable_map(entry)
        elif name == b"arguments":
            entry = entry[0], [comparable_map(each) for each in entry[1] if is_argument_compared(each)]
        elif name == b"subcommands":
            entry = entry[0]
        result[name] = entry
    return result


def comparable_info(value):
    kind, items = value
    assert kind == "*" and len(items) == 10
    name, arity, flags, first, last, step, categories, tips, keys, _subcommands = items
    return {
        "name": name, "arity": arity, "flags": in_any_order(flags), "keys": (first, last, step),
        "categories": in_any_order(categories), "tips": in_any_order(tips),
        "specifications": (keys[0], [comparable_map(key) for key in keys[1]]),
    }


def known_commands(connection):
    return set(strings(ask(connection, "COMMAND", "LIST")))


def rows_of_the_tables():
    names = set()
    for path in TABLES.glob("*.toml"):
        names |= set(tomllib.loads(path.read_text()))
    return names


@pytest.fixture(params=[2, 3], ids=["resp2", "resp3"])
def both(request, tessera, start_redis):
    """A connection to Tessera and one to a redis-server, in either protocol."""
    connections = tessera.raw(), start_redis().raw()
    for connection in connections:
        ask(connection, "HELLO", str(request.param))
    return connections


def test_every_row_can_be_run(tessera):
    assert known_commands(tessera.raw()) == rows_of_the_tables()


def test_info_is_the_same(both):
    ours, theirs = both
    common = sorted(known_commands(ours) & known_commands(theirs))
    assert rows_of_the_tables() - known_commands(theirs) == set(LATER)
    different = []
    for name in common:
        a, b = (ask(connection, "COMMAND", "INFO", name)[1][0] for connection in both)
        ours_now, theirs_now = comparable_info(a), comparable_info(b)
        if name in WIDENED:
            assert (theirs_now.pop("arity")[1], ours_now.pop("arity")[1]) == WIDENED[name]
        if ours_now != theirs_now:
            different.append((name, ours_now, theirs_now))
    assert not different


def test_docs_have_the_same_structure(both):
    ours, theirs = both
    different = []
    for name in sorted(known_commands(ours) & known_commands(theirs)):
        a, b = (ask(connection, "COMMAND", "DOCS", name) for connection in both)
        assert a[0] == b[0] and a[1][0] == b[1][0]
        if comparable_map(a[1][1]) != comparable_map(b[1][1]):
            different.append((name, comparable_map(a[1][1]), comparable_map(b[1][1])))
    assert not different


def test_later_commands(tessera):
    connection = tessera.raw()
    for name, (arity, flags, categories) in LATER.items():
        info = comparable_info(ask(connection, "COMMAND", "INFO", name)[1][0])
        assert info["arity"] == (":", str(arity).encode())
        assert strings(info["flags"]) == sorted(flags.split())
        assert strings(info["categories"]) == sorted("@" + word for word in categories.split())


def test_containers_hold_their_subcommands(both):
    ours, theirs = both
    common = known_commands(ours) & known_commands(theirs)
    for name in sorted(common):
        lists = []
        for connection in both:
            kind, subcommands = ask(connection, "COMMAND", "INFO", name)[1][0][1][9]
            names = {subcommand[1][0][1].decode() for subcommand in subcommands}
            docs = entries(ask(connection, "COMMAND", "DOCS", name)[1][1])
            documented = entries(docs.get(b"subcommands", ("*", [])))
            assert {key.decode() for key in documented} == names
            lists.append((kind, names & common))
        assert lists[0] == lists[1]


def test_all_at_once(both):
    for connection in both:
        top = {name for name in known_commands(connection) if "|" not in name}
        kind, rows = ask(connection, "COMMAND")
        assert kind == "*"
        assert {row[1][0][1].decode() for row in rows} == top
        assert len(ask(connection, "COMMAND", "INFO")[1]) == len(rows)
        assert ask(connection, "COMMAND", "COUNT") == (":", str(len(top)).encode())
        docs = ask(connection, "COMMAND", "DOCS")
        assert {name.decode() for name in entries(docs)} == top
    assert ask(both[0], "COMMAND", "INFO") == ask(both[0], "COMMAND")
    assert ask(both[0], "COMMAND", "DOCS")[0] == ask(both[1], "COMMAND", "DOCS")[0]


def test_names_not_known(both):
    ours, theirs = both
    for arguments in (
        ["INFO", "nosuch"], ["INFO", "client|nosuch"], ["INFO", "get|x"], ["INFO", "|"], ["INFO", ""],
        ["INFO", "client|list|x"], ["DOCS", "nosuch"], ["DOCS", "client|nosuch", "nosuch", ""],
        ["LIST", "FILTERBY", "ACLCAT", "nosuch"], ["LIST", "FILTERBY", "ACLCAT", "@read"],
        ["LIST", "FILTERBY", "MODULE", "nosuch"], ["LIST", "FILTERBY", "PATTERN", "nosuch*"],
        ["LIST", "FILTERBY", "nosuch", "x"], ["LIST", "nosuch"], ["LIST", "FILTERBY"],
        ["LIST", "FILTERBY", "PATTERN"], ["LIST", "FILTERBY", "PATTERN", "a", "b"],
        ["LIST", "nosuch", "PATTERN", "*"], ["COUNT", "x"], ["nosuch"], ["GETKEYS"], ["GETKEYS", "get"],
        ["HELP", "x"],
    ):
        assert ask(ours, "COMMAND", *arguments) == ask(theirs, "COMMAND", *arguments), arguments
    info = ask(ours, "COMMAND", "INFO", "nosuch", "GET", "get")[1]
    assert [item[1][0][1] for item in info[1:]] == [b"get", b"get"]
    assert len(ask(ours, "COMMAND", "DOCS", "get", "nosuch", "SET")[1]) in (2, 4)


@pytest.mark.parametrize(
    "filter_by",
    [("PATTERN", "*"), ("PATTERN", "CL*"), ("PATTERN", "*|[gs]et"), ("PATTERN", "?et"), ("aclcat", "READ"),
     ("ACLCAT", "dangerous"), ("aclcat", "connection"), ("ACLCAT", "fast"), ("ACLCAT", "keyspace")],
)
def test_list_filters(both, filter_by):
    ours, theirs = both
    common = known_commands(ours) & known_commands(theirs)
    lists = [ask(connection, "COMMAND", "LIST", "FILTERBY", *filter_by) for connection in both]
    assert lists[0][0] == lists[1][0] == "*"
    assert lists[0][1][0][0] == lists[1][1][0][0] == "$"
    assert set(strings(lists[0])) & common == set(strings(lists[1])) & common != set()


def test_pattern_that_would_backtrack(tessera):
    connection = tessera.raw()
    assert ask(connection, "COMMAND", "LIST", "FILTERBY", "PATTERN", "*a" * 20000 + "b") == ("*", [])


@pytest.mark.parametrize("subcommand", ["GETKEYS", "GETKEYSANDFLAGS"])
def test_getkeys(both, subcommand):
    for line in GETKEYS_LINES:
        ours, theirs = (ask(connection, "COMMAND", subcommand, *line.split()) for connection in both)
        assert ours == theirs, line


def test_getkeys_with_many_keys(both):
    keys = [f"key:{number}" for number in range(5000)]
    ours, theirs = (ask(connection, "COMMAND", "GETKEYS", "MGET", *keys) for connection in both)
    assert strings(ours) == keys
    assert ours == theirs


def test_getkeys_with_random_arguments(both):
    """Any command with any arguments: the answer that redis-server gives."""
    ours, theirs = both
    generator = random.Random(1)
    names = sorted((known_commands(ours) & known_commands(theirs)) - set(WIDENED))
    words = ["k", "get", "0", "1", "-1", "99999999999999999999", "keys", "store", "", "\x00"]
    for _ in range(2000):
        line = generator.choice(names).split("|")
        line += [generator.choice(words) for _ in range(generator.randrange(6))]
        if len(line) == 1:
            continue
        answers = [ask(connection, "COMMAND", "GETKEYSANDFLAGS", *line) for connection in both]
        assert answers[0] == answers[1], line


def test_help_names_every_subcommand(tessera):
    connection = tessera.raw()
    known = known_commands(connection)
    containers = {name.split("|")[0] for name in known if "|" in name}
    assert "client" in containers
    for container in sorted(containers):
        kind, lines = ask(connection, container, "HELP")
        assert kind == "*" and all(line[0] == "+" for line in lines)
        text = [line[1].decode() for line in lines]
        assert text[0].startswith(container.upper() + " <subcommand> ")
        for name in known:
            if name.startswith(container + "|"):
                subcommand = name.split("|")[1].upper()
                assert any(line.split()[0] == subcommand for line in text), name
