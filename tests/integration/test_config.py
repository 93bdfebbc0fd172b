"""CONFIG GET and CONFIG SET against redis-server: the same names, defaults and replies.

What differs on purpose stands in a table below, each with its reason.
"""

import os

import pytest
import redis

# Known to both, but the default is another.
OTHER_DEFAULTS = {
    "dir": "each runs in a directory of its own",
    "logfile": "set by the tests",
    "pidfile": "none unless asked for",
    "port": "set by the tests",
    "bind": "set by the tests",
    "save": "set by the tests",
    "daemonize": "set by the tests",
    "unixsocket": "set by the tests",
    "activedefrag": "costs little here",
    "active-defrag-ignore-bytes": "likewise",
}

# Not asked: redis-server's answer depends on the machine, or it would act on the value.
NOT_SET = {
    "appendonly": "starts a rewrite of the log",
    "activedefrag": "depends on the allocator it was built with",
    "bind": "acted on",
    "bind-source-addr": "acted on",
    "io-threads": "acted on",
    "io-threads-do-reads": "may be set to what it is, as in Valkey",
    "loglevel": "knows `nothing` here, a word of 7.2",
    "maxclients": "depends on the limit of open files",
    "masterauth": "any text",
    "oom-score-adj": "acted on",
    "oom-score-adj-values": "acted on",
    "cluster-announce-ip": "must be an address here",
    "cluster-port": "may change while the node runs here",
    "port": "acted on",
    "save": "longer numbers wrap there",
}

VALUES = [
    "", " ", "0", "1", "-1", "01", "+1", "2.5", "10", "11", "99", "100", "101", "1000", "1001", "1 ", "yes", "no", "YES", "maybe", "x",
    "65535", "65536", "2147483647", "2147483648", "4294967296", "9223372036854775807",
    "9223372036854775808", "1k", "1kb", "1KB", "1mb", "2G", "1tb", "5%", "101%", "%", "-5%", "1048575", "1048576", "always",
    "allkeys-lru", "ALLKEYS-LRU", "hostname", "clients", "disabled", "default", "nosave force",
    "save nosave", "default now", "AKE", "KEm", "Elg$", "q", "normal 1 2 3", "replica 1kb 1mb 0", "slave 1 1", "pubsub 1 1 x",
    "other 1 1 1", "50 99", "50  99", "100.5", "0 1e1", "allchannels", "panic",
]

# Words without digits, and numbers beyond 64 bits, pass for sizes there.
MEMORY_QUIRKS = ("", "k", "gb")


def settings(client, pattern="*"):
    return client.config_get(pattern)


def answer(client, *arguments):
    try:
        return str(client.execute_command("CONFIG", "SET", *arguments))
    except redis.ResponseError as error:
        return str(error)


def differences(ours, theirs, names):
    """Sets each name to each value on both, one after the other."""
    found = []
    for name in names:
        before = settings(theirs, name)[name]
        for value in VALUES:
            if value in MEMORY_QUIRKS and "memory" in answer(ours, name, value):
                continue
            if name == "maxmemory" and value.endswith("%"):
                continue  # a share of the memory: Tessera's own
            here, there = answer(ours, name, value), answer(theirs, name, value)
            if here != there:
                found.append((name, value, here, there))
            elif name not in OTHER_DEFAULTS and settings(ours, name) != settings(theirs, name):
                found.append((name, value, settings(ours, name), settings(theirs, name)))
        answer(ours, name, before)
        answer(theirs, name, before)
    return found


def names_to_set(theirs):
    return [
        name
        for name in sorted(settings(theirs))
        if name not in NOT_SET
    ]


@pytest.fixture
def both(start_tessera, start_redis):
    return start_tessera().client(decode_responses=True), start_redis().client(decode_responses=True)


def test_every_name_and_default(both):
    ours, theirs = map(settings, both)
    assert sorted(set(theirs) - set(ours)) == []
    other = {name: (ours[name], theirs[name]) for name in theirs if ours[name] != theirs[name]}
    assert {name: values for name, values in other.items() if name not in OTHER_DEFAULTS} == {}


def test_same_replies_to_set(both):
    ours, theirs = both
    assert differences(ours, theirs, names_to_set(theirs)) == []


@pytest.mark.parametrize(
    "pairs",
    [
        ["foo", "1"],
        ["hz", "2", "foo", "1"],
        ["hz", "2", "HZ", "3"],
        ["MAXMEMORY", "x"],
        ["DATABASES", "3"],
        ["databases", "3", "foo", "1"],
        ["foo", "1", "databases", "3"],
        ["hz", "5", "maxmemory", "lots"],
        ["Hash-Max-Ziplist-Value", "x"],
        ["hash-max-ziplist-value", "3", "hash-max-listpack-value", "4"],
        ["dir", "/"],
        ["dbfilename", "x"],
        ["cluster-announce-hostname", "a_b"],
        ["cluster-announce-hostname", "a" * 256],
        ["proc-title-template", "{foo}"],
        ["proc-title-template", ""],
    ],
)
def test_pairs(both, pairs):
    ours, theirs = both
    assert answer(ours, *pairs) == answer(theirs, *pairs)
    assert settings(ours, "hz") == settings(theirs, "hz")


def test_get_patterns(both):
    for patterns in (["maxm*", "maxmemory", "MaxMemory"], ["MaxClients"], ["nope"], ["slave-*"], ["?z"], ["[h]z"]):
        here, there = (client.execute_command("CONFIG", "GET", *patterns) for client in both)
        # redis-server's order is another in every process.
        assert sorted(zip(here[::2], here[1::2])) == sorted(zip(there[::2], there[1::2]))


def test_arity(both):
    for arguments in (["GET"], ["SET"], ["SET", "hz"], ["SET", "hz", "1", "timeout"]):
        replies = []
        for client in both:
            with pytest.raises(redis.ResponseError) as error:
                client.execute_command("CONFIG", *arguments)
            replies.append(str(error.value))
        assert replies[0] == replies[1]


def test_directory(start_tessera, tmp_path):
    """`dir` is where the process is, told as an absolute path, and CONFIG SET goes there."""
    server = start_tessera(enable_protected_configs="yes")
    client = server.client(decode_responses=True)
    start = os.readlink(f"/proc/{server.pid}/cwd")
    assert settings(client, "dir") == {"dir": start}
    (tmp_path / "below").mkdir()
    assert answer(client, "dir", str(tmp_path)) == "OK"
    assert answer(client, "dir", "./below/") == "OK"
    assert settings(client, "dir") == {"dir": str(tmp_path / "below")}
    assert os.readlink(f"/proc/{server.pid}/cwd") == str(tmp_path / "below")
    for refused, reason in (("", "No such file or directory"), ("/etc/passwd", "Not a directory")):
        assert answer(client, "hz", "77", "dir", refused) == (
            f"CONFIG SET failed (possibly related to argument 'dir') - {reason}"
        )
    assert settings(client, "dir") == {"dir": str(tmp_path / "below")}
    assert settings(client, "hz") == {"hz": "10"}


def test_set_reaches_every_connection(tessera):
    clients = [tessera.client(decode_responses=True) for _ in range(8)]
    clients[0].config_set("slowlog-max-len", 77)
    for client in clients:
        assert settings(client, "slowlog-max-len") == {"slowlog-max-len": "77"}
