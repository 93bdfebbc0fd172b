"""Files that are torn, malformed or incomplete: what is cut, what is refused, and what tessera-check says of them."""

import os
import pathlib
import random
import subprocess

import pytest
from differential import new_seed
from loading import make_values
from servers import TESSERA_SERVER, encode_command

CHECK = os.environ.get("TESSERA_CHECK", str(pathlib.Path(TESSERA_SERVER).parent / "tessera-check"))
SEED = new_seed()

COMMANDS = [
    encode_command("SELECT", 0),
    encode_command("SET", "a", 1),
    b"#TS:1700000000\r\n",
    encode_command("MULTI"),
    encode_command("INCR", "a"),
    encode_command("RPUSH", "list", "x", "y" * 30),
    encode_command("EXEC"),
    encode_command("RENAME", "list", "renamed"),
    encode_command("HSET", "h", "f", "v"),
]
LOG = b"".join(COMMANDS)


def check(*arguments, answer=""):
    run = subprocess.run([CHECK, *map(str, arguments)], capture_output=True, text=True, input=answer, timeout=60)
    return run.returncode, run.stdout + run.stderr


def ends():
    """Offsets at which the log may end: behind a command, but not inside a transaction."""
    offsets, at, inside = [0], 0, False
    for command in COMMANDS:
        at += len(command)
        if b"MULTI" in command:
            inside = True
        if b"EXEC" in command:
            inside = False
        if not inside:
            offsets.append(at)
    return offsets


def whole_before(cut):
    return max(end for end in ends() if end <= cut)


def refused(node):
    """The node did not start; its log's last words."""
    node.expected_exit = None
    assert node.wait_exit() == 1, node.log_tail()
    return node.log_text()


def test_every_prefix_is_found_torn(tmp_path):
    path = tmp_path / "log.aof"
    for cut in range(1, len(LOG)):
        path.write_bytes(LOG[:cut])
        status, said = check(path)
        assert status == (0 if cut in ends() else 1), (cut, said)
        if status:
            assert f"from offset {whole_before(cut)} on" in said
            assert check("--fix", "--yes", path)[0] == 0
            assert path.read_bytes() == LOG[: whole_before(cut)]
            assert check(path)[0] == 0


def test_fix_asks_first(tmp_path):
    path = tmp_path / "log.aof"
    path.write_bytes(LOG[:-3])
    assert check("--fix", path, answer="n\n")[0] == 1
    assert path.read_bytes() == LOG[:-3]
    assert check("--fix", path, answer="y\n")[0] == 0
    assert path.read_bytes() == LOG[: whole_before(len(LOG) - 3)]


@pytest.mark.parametrize("shards", [1, 2])
def test_torn_end_is_cut(start_tessera, tmp_path, shards):
    for number, cut in enumerate([5, 30, len(LOG) - 1, LOG.index(b"INCR"), LOG.index(b"RENAME") + 3]):
        directory = tmp_path / f"{number}"
        directory.mkdir()
        path = directory / "appendonly.aof"
        path.write_bytes(LOG[:cut])
        node = start_tessera(shards=shards, appendonly="yes", aof_load_truncated="no", dir=directory, ready=False)
        said = refused(node)
        assert "Unexpected end of file reading the append only file" in said
        assert f"at offset {whole_before(cut)}" in said
        assert path.read_bytes() == LOG[:cut]
        node = start_tessera(shards=shards, appendonly="yes", dir=directory)
        assert f"is cut from {cut} to {whole_before(cut)} bytes" in node.log_text()
        client = node.client()
        assert client.get("a") == (None if whole_before(cut) < 60 else b"1" if cut < LOG.index(b"EXEC") else b"2")
        # What is written from now on is behind what was kept.
        client.set("later", 1)
        before = sorted(client.scan_iter())
        assert node.stop() == 0
        node = start_tessera(shards=3 - shards, appendonly="yes", dir=directory)
        assert sorted(node.client().scan_iter()) == before


def test_zeros_at_the_end_are_cut(start_tessera, tmp_path):
    (tmp_path / "appendonly.aof").write_bytes(LOG[:-7] + bytes(4096))
    node = start_tessera(appendonly="yes", dir=tmp_path)
    assert node.client().get("a") == b"2"
    assert node.client().exists("h") == 0


@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize(
    "middle, what",
    [
        (b"*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n22\r\n", "is malformed at offset"),
        (b"hello\r\n", "is malformed at offset"),
        (encode_command("NOSUCH", "b"), "Unknown command 'NOSUCH'"),
        (encode_command("SET", "b"), "wrong number of arguments for 'SET'"),
        (encode_command("SELECT", 99), "is of a database that the node does not have"),
    ],
)
def test_malformed_middle_is_refused(start_tessera, tmp_path, shards, middle, what):
    start = ends()[-3]
    (tmp_path / "appendonly.aof").write_bytes(LOG[:start] + middle + LOG[start:])
    said = refused(start_tessera(shards=shards, appendonly="yes", dir=tmp_path, ready=False))
    assert what in said
    assert f"at offset {start}" in said
    assert "appendonly.aof" in said


def write_directory(directory, files):
    log = directory / "appendonlydir"
    log.mkdir()
    lines = []
    for number, content in enumerate(files, 1):
        name = f"appendonly.aof.{number}.incr.aof"
        (log / name).write_bytes(content)
        lines.append(f"file {name} seq {number} type i\n")
    (log / "appendonly.aof.manifest").write_text("".join(lines))
    return log


def of_shard(shard, shards, *commands):
    return b"#TESSERA shard=%d shards=%d\r\n" % (shard, shards) + b"".join(commands)


def test_only_the_last_file_may_be_torn(start_tessera, tmp_path):
    log = write_directory(tmp_path, [LOG[:-3], LOG])
    said = refused(start_tessera(appendonly="yes", dir=tmp_path, ready=False))
    assert "appendonly.aof.1.incr.aof" in said
    assert "it is not the last file" in said
    status, said = check("--fix", "--yes", log)
    assert status == 1
    assert "it is not the last file" in said


def test_last_file_of_each_shard_may_be_torn(start_tessera, tmp_path):
    first = encode_command("SET", "x", 1)
    second = encode_command("SET", "y", 1)
    files = [
        of_shard(0, 2, first), of_shard(1, 2, second),
        of_shard(0, 2, first, first[:-4]), of_shard(1, 2, second, second[:7]),
        of_shard(0, 2), b"",
    ]
    log = write_directory(tmp_path, files)
    status, said = check(log)
    assert status == 1
    assert said.count("a record is incomplete at the end of the file") == 2
    for shards in (1, 2, 3):
        node = start_tessera(shards=shards, appendonly="yes", dir=tmp_path)
        assert sorted(node.client().scan_iter()) == [b"x", b"y"]
        assert node.stop() == 0
    assert (log / "appendonly.aof.3.incr.aof").read_bytes() == files[2][:-len(first) + 4]
    assert (log / "appendonly.aof.4.incr.aof").read_bytes() == files[3][:-7]
    assert check(log)[0] == 0


def part(transaction, parts, *command):
    return b"#TX:%d:%d\r\n" % (transaction, parts) + encode_command(*command)


def test_transaction_with_a_missing_part(start_tessera, tmp_path):
    """All parts or none; and nothing behind a part that is dropped, which may make others incomplete."""
    files = [
        of_shard(0, 2, part(1, 2, "SET", "a1", 1), part(3, 2, "SET", "a3", 1), encode_command("SET", "lost", 1)),
        of_shard(1, 2, part(1, 2, "SET", "b1", 1), encode_command("SET", "kept", 1), part(2, 2, "SET", "b2", 1),
                 part(3, 2, "SET", "b3", 1)),
    ]
    log = write_directory(tmp_path, files)
    said = refused(start_tessera(appendonly="yes", aof_load_truncated="no", dir=tmp_path, ready=False))
    assert "parts of the transaction at offset" in said
    assert "appendonly.aof." in said
    status, said = check(log)
    assert status == 1
    assert said.count("parts of a transaction over several shards are missing") == 2
    for shards in (2, 1):
        node = start_tessera(shards=shards, appendonly="yes", dir=tmp_path)
        assert sorted(node.client().scan_iter()) == [b"a1", b"b1", b"kept"]
        assert node.stop() == 0
    assert check(log)[0] == 0


def test_part_without_its_record(start_tessera, tmp_path):
    """The annotation is there, its record is torn: that is cut as well."""
    whole = part(7, 2, "SET", "b7", 1)
    files = [of_shard(0, 2, encode_command("SET", "a", 1), part(7, 2, "SET", "a7", 1)), of_shard(1, 2, whole[:-5])]
    write_directory(tmp_path, files)
    node = start_tessera(shards=2, appendonly="yes", dir=tmp_path)
    assert sorted(node.client().scan_iter()) == [b"a"]


@pytest.mark.parametrize(
    "text, what",
    [
        ("file a seq 1\n", "Invalid AOF manifest file format"),
        ("file ../a seq 1 type b\n", "File can't be a path, just a filename"),
        ("file a seq 1 type b\nfile b seq 2 type b\n", "Found duplicate base file information"),
        ("file a seq 2 type i\nfile b seq 1 type i\n", "Found a non-monotonic sequence number"),
        ("file nowhere.aof seq 1 type i\n", "nowhere.aof cannot be opened: No such file or directory"),
        ("", "Found an empty AOF manifest"),
    ],
)
def test_manifests_that_are_refused(start_tessera, tmp_path, text, what):
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "a").write_bytes(b"")
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text(text)
    assert what in refused(start_tessera(appendonly="yes", dir=tmp_path, ready=False))


# ---- RDB ----


def snapshot(start_redis):
    server = start_redis()
    client = server.client()
    make_values(client)
    client.save()
    return (server.directory / "dump.rdb").read_bytes()


def small_snapshot(start_redis):
    server = start_redis()
    client = server.client()
    client.set("a", "b" * 100)
    client.rpush("l", 1, 2, 3)
    client.zadd("z", {"m": 1.5})
    client.xadd("x", {"f": "v"}, id="1-1")
    client.save()
    return (server.directory / "dump.rdb").read_bytes()


def test_every_prefix_of_a_snapshot_is_refused(start_redis, tmp_path):
    whole = small_snapshot(start_redis)
    path = tmp_path / "dump.rdb"
    path.write_bytes(whole)
    assert check(path)[0] == 0
    for cut in range(1, len(whole)):
        path.write_bytes(whole[:cut])
        status, said = check(path)
        assert status == 1, (cut, said)


@pytest.mark.parametrize("shards", [1, 2])
def test_snapshots_that_are_refused(start_redis, start_tessera, tmp_path, shards):
    whole = small_snapshot(start_redis)
    cases = {
        "Wrong signature": b"RODIS" + whole[5:],
        "Can't handle RDB format version (version 99)": b"REDIS0099" + whole[9:],
        "Unexpected EOF reading RDB file": whole[:-20],
        "Wrong RDB checksum": whole.replace(b"REDIS0010", b"REDIS0009"),
        "unknown type or opcode 240": whole[:-9] + b"\xf0" + whole[-8:],
        "there are keys of database 77 in it": whole.replace(b"\xfe\x00\xfb", b"\xfe\x40\x4d\xfb"),
    }
    for number, (what, content) in enumerate(cases.items()):
        directory = tmp_path / f"{number}"
        directory.mkdir()
        (directory / "dump.rdb").write_bytes(content)
        said = refused(start_tessera(shards=shards, dir=directory, ready=False))
        assert what in said
        assert "dump.rdb" in said


def test_checksum_is_not_looked_at_when_told_so(start_redis, start_tessera, tmp_path):
    whole = small_snapshot(start_redis)
    (tmp_path / "dump.rdb").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    node = start_tessera(dir=tmp_path, rdbchecksum="no")
    assert node.client().dbsize() == 4


def test_older_versions(start_tessera, tmp_path):
    """Without a checksum, with expiries in seconds, with values in their first forms."""

    def string(text):
        return bytes([len(text)]) + text

    body = b"\xfe\x00"
    body += b"\x00" + string(b"s") + string(b"value") + b"\x00" + string(b"i") + b"\xc1\x39\x30"
    body += b"\x01" + string(b"l") + b"\x02" + string(b"a") + string(b"b")
    body += b"\x02" + string(b"set") + b"\x02" + string(b"a") + string(b"b")
    body += b"\x03" + string(b"z") + b"\x02" + string(b"m") + string(b"1.5") + string(b"n") + b"\xfe"
    body += b"\x04" + string(b"h") + b"\x01" + string(b"f") + string(b"v")
    body += b"\x09" + string(b"zm") + string(b"\x01\x01f\x01\x00v\xff")
    body += b"\xfd" + (2**31 - 1).to_bytes(4, "little") + b"\x00" + string(b"later") + string(b"1")
    body += b"\xfd" + (10**9).to_bytes(4, "little") + b"\x00" + string(b"gone") + string(b"1")
    body += b"\xff"
    for version in (1, 4):
        (tmp_path / "dump.rdb").write_bytes(b"REDIS%04d" % version + body)
        assert check(tmp_path / "dump.rdb")[0] == 0
        for shards in (1, 2):
            node = start_tessera(shards=shards, dir=tmp_path, save="")
            client = node.client()
            assert client.dbsize() == 8
            assert client.get("s") == b"value" and client.get("i") == b"12345"
            assert client.lrange("l", 0, -1) == [b"a", b"b"]
            assert client.zscore("z", "n") == float("inf") and client.zscore("z", "m") == 1.5
            assert client.hgetall("h") == {b"f": b"v"} and client.hgetall("zm") == {b"f": b"v"}
            assert client.execute_command("EXPIRETIME", "later") == 2**31 - 1
            assert node.stop() == 0


def test_modules_are_refused(start_tessera, tmp_path):
    aux = b"\xf7\x81" + bytes(8) + b"\x02\x02\x02\x05\x00"
    (tmp_path / "dump.rdb").write_bytes(b"REDIS0010" + aux + b"\xff" + bytes(8))
    said = refused(start_tessera(dir=tmp_path, ready=False))
    assert "AUX module data I can't load: no matching module 'AAAAAAAAA'" in said


def test_damage_at_random(start_redis, start_tessera, tmp_path):
    """Whatever is in the file: the node serves it or says what is wrong, and does not crash."""
    whole = snapshot(start_redis)
    source = random.Random(SEED)
    for number in range(12):
        damaged = bytearray(whole[: source.choice([len(whole), source.randrange(9, len(whole))])])
        for _ in range(source.choice([1, 3, 30])):
            damaged[source.randrange(9, len(damaged))] = source.randrange(256)
        directory = tmp_path / f"{number}"
        directory.mkdir()
        (directory / "dump.rdb").write_bytes(damaged)
        node = start_tessera(shards=1 + number % 2, dir=directory, rdbchecksum="no", ready=False)
        assert check(directory / "dump.rdb")[0] in (0, 1), SEED
        node.expected_exit = None
        try:
            node.wait_ready()
        except AssertionError:
            assert node.process.poll() == 1, (SEED, node.log_tail())
