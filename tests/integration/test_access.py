"""Users: ACL's commands, what is refused and how, what happens to clients when users change."""

import os
import subprocess

import pytest
import redis
from servers import TESSERA_SERVER, free_port, wait_until

# Versions of redis-py differ in what they make of WRONGPASS.
REFUSED = (redis.exceptions.AuthenticationError, redis.exceptions.ResponseError)
NOBODY = "invalid username-password|Authentication required"


def client(server, user=None, password=None, **options):
    return redis.Redis(port=server.port, username=user, password=password, decode_responses=True, **options)


def entry_with(server, **wanted):
    for entry in client(server).acl_log(128):
        if all(entry[name] == value for name, value in wanted.items()):
            return entry
    raise AssertionError(f"no entry with {wanted}")


@pytest.fixture(params=[1, 2])
def node(request, start_tessera):
    return start_tessera(shards=request.param)


def test_permissions_of_commands_keys_and_channels(node):
    admin = client(node)
    admin.execute_command("ACL", "SETUSER", "alice", "on", ">secret", "+get", "+set", "+publish", "~a*", "&news")
    alice = client(node, "alice", "secret")
    assert alice.set("a1", "x") and alice.get("a1") == "x"
    with pytest.raises(redis.exceptions.NoPermissionError, match="no permissions to run the 'del' command"):
        alice.delete("a1")
    for key in ("b1", "c1", "d1", "e1"):
        with pytest.raises(redis.exceptions.NoPermissionError, match="No permissions to access a key"):
            alice.get(key)
    assert alice.publish("news", "x") == 0
    with pytest.raises(redis.exceptions.NoPermissionError, match="No permissions to access a channel"):
        alice.publish("other", "x")
    assert entry_with(node, object="b1")["reason"] == "key"
    assert entry_with(node, object="other")["reason"] == "channel"
    statistics = admin.info("stats")
    assert statistics["acl_access_denied_key"] == 4
    assert statistics["acl_access_denied_cmd"] == 1
    assert statistics["acl_access_denied_channel"] == 1


def test_wrong_passwords_are_refused_and_logged_once(node):
    admin = client(node)
    admin.execute_command("ACL", "SETUSER", "alice", "on", ">secret")
    for _ in range(3):
        with pytest.raises(REFUSED, match=NOBODY):
            client(node, "alice", "wrong").ping()
    assert admin.info("stats")["acl_access_denied_auth"] == 3
    entries = [entry for entry in admin.acl_log(128) if entry["username"] == "alice"]
    assert sum(entry["count"] for entry in entries) == 3
    assert len(entries) == 1 and entries[0]["reason"] == "auth" and entries[0]["object"] == "AUTH"
    admin.execute_command("ACL", "SETUSER", "alice", "off")
    with pytest.raises(REFUSED, match=NOBODY):
        client(node, "alice", "secret").ping()


def test_transactions_are_checked_when_queued_and_when_run(node):
    admin = client(node)
    admin.execute_command("ACL", "SETUSER", "alice", "on", ">secret", "+@all", "~*")
    alice = client(node, "alice", "secret", single_connection_client=True)
    for keys in (("k",), ("k1", "k2", "k3", "k4", "k5")):
        alice.execute_command("MULTI")
        for key in keys:
            alice.execute_command("INCR", key)
        alice.execute_command("PING")
        admin.execute_command("ACL", "SETUSER", "alice", "-incr")
        replies = alice.execute_command("EXEC")
        for reply in replies[:-1]:
            assert str(reply).startswith("ACLs rules changed between the moment the transaction"), reply
        assert replies[-1] in (True, "PONG")
        assert admin.exists(*keys) == 0
        entry = entry_with(node, object="incr", context="multi")
        assert entry["client-info"]["cmd"] == "exec"
        admin.execute_command("ACL", "SETUSER", "alice", "+incr")
    alice.execute_command("MULTI")
    admin.execute_command("ACL", "SETUSER", "alice", "-incr")
    with pytest.raises(redis.exceptions.NoPermissionError):
        alice.execute_command("INCR", "k")
    with pytest.raises(redis.exceptions.ExecAbortError):
        alice.execute_command("EXEC")


def test_scripts_may_do_what_their_user_may(node):
    admin = client(node)
    admin.execute_command("ACL", "SETUSER", "alice", "on", ">secret", "+eval", "+set", "~a*")
    alice = client(node, "alice", "secret")
    # Keys on all shards.
    for name in ("a1", "a2", "a3", "a4", "a5"):
        assert alice.eval("return redis.call('set', KEYS[1], 'x')", 1, name) == "OK"
        with pytest.raises(redis.exceptions.ResponseError, match="can't run this command"):
            alice.eval("return redis.call('get', KEYS[1])", 1, name)
        assert alice.eval("return redis.acl_check_cmd('set', KEYS[1], 1)", 1, name) == 1
        assert alice.eval("return redis.acl_check_cmd('get', KEYS[1])", 1, name) is None
    entry = entry_with(node, object="get", context="lua")
    assert entry["username"] == "alice" and entry["client-info"]["cmd"] == "eval"


def test_sort_by_keys_that_may_not_be_read(node):
    admin = client(node)
    admin.rpush("list", 1, 2)
    admin.execute_command("ACL", "SETUSER", "alice", "on", ">secret", "+sort", "+sort_ro", "~list", "~w_*")
    alice = client(node, "alice", "secret")
    for command in ("SORT", "SORT_RO"):
        assert alice.execute_command(command, "list") == ["1", "2"]
        with pytest.raises(redis.exceptions.ResponseError, match="BY option of SORT denied due to insufficient"):
            alice.execute_command(command, "list", "BY", "w_*")
        with pytest.raises(redis.exceptions.ResponseError, match="GET option of SORT denied due to insufficient"):
            alice.execute_command(command, "list", "GET", "secret_*")
    with pytest.raises(redis.exceptions.NoPermissionError):
        alice.execute_command("SORT", "list", "STORE", "other")


def test_the_clients_of_a_deleted_user_are_closed(node):
    admin = client(node)
    admin.execute_command("ACL", "SETUSER", "alice", "on", ">secret", "+@all", "~*")
    others = [client(node, "alice", "secret", single_connection_client=True) for _ in range(5)]
    waiting = client(node, "alice", "secret").pubsub()
    waiting.subscribe()
    assert len([line for line in admin.client_list() if line["user"] == "alice"]) >= 5
    assert admin.execute_command("ACL", "DELUSER", "alice") == 1
    wait_until(lambda: not [line for line in admin.client_list() if line["user"] == "alice"])
    for other in others:
        with pytest.raises((redis.exceptions.ConnectionError, redis.exceptions.AuthenticationError)):
            other.ping()
    admin.execute_command("ACL", "SETUSER", "bob", "on", ">secret", "+@all", "~*")
    bob = client(node, "bob", "secret", single_connection_client=True, retry_on_timeout=False)
    assert bob.execute_command("ACL", "DELUSER", "bob") == 1


def test_subscribers_that_may_not_listen_any_longer_are_closed(node):
    admin = client(node)
    admin.execute_command("ACL", "SETUSER", "alice", "on", ">secret", "+@all", "&news", "&p*")
    names = ("one", "two", "three")
    listeners = []
    for name, method, topic in zip(names, ("subscribe", "psubscribe", "subscribe"), ("news", "p*", "p1")):
        listener = client(node, "alice", "secret", client_name=name).pubsub()
        getattr(listener, method)(topic)
        assert listener.get_message(timeout=5)
        listeners.append(listener)

    def connected():
        return sorted(line["name"] for line in admin.client_list() if line["name"])

    wait_until(lambda: connected() == sorted(names))
    admin.execute_command("ACL", "SETUSER", "alice", "resetchannels", "&news", "&p*", "&more")
    assert connected() == sorted(names)
    admin.execute_command("ACL", "SETUSER", "alice", "resetchannels", "&p*")
    wait_until(lambda: connected() == ["three", "two"])
    admin.execute_command("ACL", "SETUSER", "alice", "resetchannels", "&p1")
    wait_until(lambda: connected() == ["three"])


def test_who_waits_for_a_key_that_is_forbidden_now_is_told(node):
    admin = client(node)
    for number in range(4):
        admin.execute_command("ACL", "SETUSER", "alice", "reset", "on", ">secret", "+@all", "~*")
        alice = client(node, "alice", "secret", single_connection_client=True)
        alice.connection.send_command("BLPOP", f"list{number}", "0")
        wait_until(lambda: admin.info("clients")["blocked_clients"] == 1)
        admin.execute_command("ACL", "SETUSER", "alice", "resetkeys", "~other")
        assert admin.rpush(f"list{number}", "x") == 1
        with pytest.raises(redis.exceptions.NoPermissionError, match="access a key"):
            alice.connection.read_response()
        assert admin.llen(f"list{number}") == 1
        assert alice.ping()


def test_requirepass_is_the_password_of_the_default_user(start_tessera):
    node = start_tessera(requirepass="first")
    with pytest.raises(REFUSED, match=NOBODY):
        client(node).ping()
    admin = client(node, None, "first", single_connection_client=True)
    assert admin.ping()
    admin.config_set("requirepass", "second")
    assert client(node, "default", "second").ping()
    with pytest.raises(REFUSED, match=NOBODY):
        client(node, "default", "first").ping()
    admin.config_set("requirepass", "")
    assert client(node).ping()
    assert admin.execute_command("ACL", "LIST") == ["user default on nopass sanitize-payload ~* &* +@all"]


def test_a_password_may_have_any_bytes(start_tessera):
    """Replicas give it to their primaries."""
    password = bytes(range(256)) + b"\0"
    primary, replica = start_tessera(), start_tessera()
    admin, stranger = primary.raw(), primary.raw()
    assert admin.command("CONFIG", "SET", "requirepass", password) == "OK"
    assert admin.command("CONFIG", "GET", "requirepass") == [b"requirepass", password]
    stranger.command("RESET")
    for wrong in (b"", password[:1], password[:-1], password + b"\0"):
        assert "WRONGPASS" in str(stranger.command("AUTH", wrong))
    assert stranger.command("AUTH", password) == "OK"
    follower = client(replica)
    assert replica.raw().command("CONFIG", "SET", "masterauth", password[:-1]) == "OK"
    follower.replicaof("127.0.0.1", primary.port)
    wait_until(lambda: "WRONGPASS" in replica.log_text(), 40, what="a wrong password")
    assert replica.raw().command("CONFIG", "SET", "masterauth", password) == "OK"
    wait_until(lambda: follower.info("replication")["master_link_status"] == "up", 40, what="the link")


def test_users_survive_config_rewrite(tmp_path):
    path = tmp_path / "tessera.conf"
    path.write_text('user alice on >secret ~a "+get" (+set ~b)\n')
    port = free_port()

    def run():
        process = subprocess.Popen([str(TESSERA_SERVER), str(path), "--port", str(port), "--dir", str(tmp_path)])
        wait_until(lambda: answers(port))
        return process

    def answers(at):
        try:
            return redis.Redis(port=at).ping()
        except redis.exceptions.ConnectionError:
            return False

    process = run()
    admin = redis.Redis(port=port, decode_responses=True)
    admin.execute_command("ACL", "SETUSER", "bob", "on", "nopass", '~"odd\\', "+@read", "&c")
    before = admin.execute_command("ACL", "LIST")
    assert len(before) == 3
    assert admin.config_rewrite()
    process.terminate()
    assert process.wait(20) == 0
    process = run()
    assert redis.Redis(port=port, decode_responses=True).execute_command("ACL", "LIST") == before
    process.terminate()
    assert process.wait(20) == 0


def test_acl_file_is_loaded_and_saved(start_tessera, tmp_path):
    path = tmp_path / "users.acl"
    path.write_text("user alice on >secret ~a +get\nuser default on nopass ~* &* +@all\n")
    node = start_tessera(aclfile=str(path))
    admin = client(node)
    assert admin.execute_command("ACL", "USERS") == ["alice", "default"]
    admin.execute_command("ACL", "SETUSER", "bob", "on", "nopass", "+@all", "~*")
    bob = client(node, "bob", "x", single_connection_client=True)
    assert bob.ping()
    assert admin.execute_command("ACL", "SAVE")
    assert oct(os.stat(path).st_mode & 0o777) == "0o600"
    saved = admin.execute_command("ACL", "LIST")
    assert path.read_text().splitlines() == saved
    assert admin.execute_command("ACL", "LOAD")
    assert bob.ping()
    path.write_text("user alice on +nosuch\nuser alice off\n")
    with pytest.raises(redis.exceptions.ResponseError, match="no change to the previously active ACL rules"):
        admin.execute_command("ACL", "LOAD")
    assert admin.execute_command("ACL", "LIST") == saved
    path.write_text("\n")
    assert admin.execute_command("ACL", "LOAD")
    assert admin.execute_command("ACL", "USERS") == ["default"]
    with pytest.raises(redis.exceptions.ConnectionError):
        bob.connection.send_command("PING")
        bob.connection.read_response()


def test_malformed_selectors_are_errors(node):
    admin = client(node)
    for rules in (["("], [")"], ["(", "("], ["(+get"], ["((+get)"], ["(~a)", "(on)"], ["(\"", ")"], ["(", "", ")x"], ["(+get", ""]):
        with pytest.raises(redis.exceptions.ResponseError):
            admin.execute_command("ACL", "SETUSER", "alice", *rules)
    assert admin.execute_command("ACL", "GETUSER", "alice") is None
    pattern = "*a" * 500 + "b"
    admin.execute_command("ACL", "SETUSER", "alice", "on", "nopass", "+get", "~" + pattern)
    with pytest.raises(redis.exceptions.NoPermissionError):
        client(node, "alice", "x").get("a" * 5000)


def test_the_log_is_bounded(start_tessera):
    node = start_tessera(acllog_max_len=5)
    raw = client(node, single_connection_client=True)
    for number in range(20):
        with pytest.raises(REFUSED, match=NOBODY):
            raw.execute_command("AUTH", f"user{number}" + "x" * 10000, "wrong")
    entries = client(node).acl_log(100)
    assert len(entries) == 5
    assert all(len(entry["username"]) <= 1024 for entry in entries)
    assert client(node).acl_log_reset()
    assert client(node).acl_log() == []


def test_users_change_while_commands_are_under_way(start_tessera):
    """Hops, transactions and scripts of users that are replaced all the time."""
    node = start_tessera(shards=2)
    admin = client(node)
    admin.execute_command("ACL", "SETUSER", "alice", "on", ">secret", "+@all", "~*", "&a")
    alice = client(node, "alice", "secret", single_connection_client=True)
    for number in range(300):
        pipe = alice.pipeline(transaction=number % 2 == 0)
        for key in range(20):
            pipe.incr(f"k{key}")
            pipe.eval("return redis.call('get', KEYS[1])", 1, f"k{key}")
        admin.execute_command("ACL", "SETUSER", "alice", "-get" if number % 3 else "+get")
        pipe.execute(raise_on_error=False)
    assert admin.get("k0") == "300"
