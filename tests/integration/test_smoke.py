"""The first things anybody does with a server."""

import subprocess

import pytest
from servers import TESSERA_SERVER, encode_command


def test_ping(tessera):
    assert tessera.client().ping() is True


def test_set_and_get_in_resp2(tessera):
    connection = tessera.raw()
    connection.send_command("SET", "key", "value")
    connection.expect("+OK\r\n")
    connection.send_command("GET", "key")
    connection.expect("$5\r\nvalue\r\n")
    connection.send_command("GET", "absent")
    connection.expect("$-1\r\n")


def test_set_and_get_in_resp3(tessera):
    connection = tessera.raw()
    greeting = connection.command("HELLO", "3")
    assert greeting[b"proto"] == 3
    assert greeting[b"role"] == b"master"
    assert connection.command("SET", "key", "value") == "OK"
    connection.send_command("GET", "key")
    connection.expect("$5\r\nvalue\r\n")
    connection.send_command("GET", "absent")
    connection.expect("_\r\n")


def test_inline_commands(tessera):
    connection = tessera.raw()
    connection.send("PING\r\n")
    connection.expect("+PONG\r\n")
    connection.send('SET key "two words\\x21"\n')
    connection.expect("+OK\r\n")
    connection.send("\r\n  GET   key\r\n")
    connection.expect("$10\r\ntwo words!\r\n")
    connection.send('SET key "no end\r\n')
    connection.expect("-ERR Protocol error: unbalanced quotes in request\r\n")
    assert connection.read_until_closed() == b""


def test_a_request_in_single_bytes(tessera):
    connection = tessera.raw()
    for byte in encode_command("SET", "key", "value") + encode_command("GET", "key"):
        connection.send(bytes([byte]))
    connection.expect("+OK\r\n$5\r\nvalue\r\n")


@pytest.mark.parametrize("shards", [1, 2])
def test_pipeline_of_10000(start_tessera, shards):
    connection = start_tessera(shards=shards).raw()
    count = 10000
    connection.send(b"".join(encode_command("SET", f"key:{i}", i) for i in range(count)))
    connection.expect(b"+OK\r\n" * count)
    connection.send(b"".join(encode_command("GET", f"key:{i}") for i in range(count)))
    expected = [b"%d" % i for i in range(count)]
    assert [connection.read_reply() for _ in range(count)] == expected


def test_quit_closes(tessera):
    connection = tessera.raw()
    connection.send_command("QUIT")
    connection.expect("+OK\r\n")
    assert connection.read_until_closed() == b""


def test_unknown_command(tessera):
    connection = tessera.raw()
    connection.send_command("NOSUCHCOMMAND", "one", "two")
    connection.expect(
        "-ERR unknown command 'NOSUCHCOMMAND', with args beginning with: 'one' 'two' \r\n"
    )


def test_sigterm_ends_cleanly_with_clients_connected(tessera):
    connection = tessera.raw()
    connection.command("SET", "key", "value")
    assert tessera.stop() == 0
    assert connection.read_until_closed() == b""


def test_shutdown_command(tessera):
    connection = tessera.raw()
    connection.send_command("SHUTDOWN", "NOSAVE")
    assert connection.read_until_closed() == b""
    assert tessera.wait_exit() == 0


def test_version():
    result = subprocess.run([TESSERA_SERVER, "--version"], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0
    assert "tessera" in result.stdout.lower()
    assert result.stderr == ""


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--no-such-directive", "1"], "no-such-directive"),
        (["--port", "not-a-number"], "port"),
        (["--appendonly", "perhaps"], "appendonly"),
        (["/does/not/exist.conf"], "/does/not/exist.conf"),
    ],
)
def test_bad_options_are_named_and_fail(tmp_path, arguments, words):
    result = subprocess.run(
        [TESSERA_SERVER, *arguments], capture_output=True, text=True, timeout=30, cwd=tmp_path
    )
    assert result.returncode == 1
    assert words in result.stderr + result.stdout
