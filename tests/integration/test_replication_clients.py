"""What clients see of replication and may do about it: counts, the link among the clients, waits that end."""

import threading

import pytest
import redis
from replica import follow, is_up, replication, wait_same_offset
from servers import HOST, wait_until

NO_DELAY = {"repl_diskless_sync_delay": 0}


def pair(start_tessera, **directives):
    primary, replica = start_tessera(**NO_DELAY), start_tessera(**directives)
    follow(replica, primary)
    return primary, replica


def links(node):
    """The lines of CLIENT LIST that are links to a primary."""
    return [client for client in node.client().client_list() if "M" in client["flags"]]


def test_link_is_a_client(start_tessera):
    """CLIENT LIST TYPE master shows the link; CLIENT KILL ends it, by type, address and id; the stream goes on."""
    primary, replica = pair(start_tessera, shards=2)
    client = replica.client()
    address = f"{HOST}:{primary.port}"
    assert [link["addr"] for link in links(replica)] == [address]
    kills = [("TYPE", "master"), ("TYPE", "primary"), ("ADDR", address), ("ID",), (address,)]
    for count, words in enumerate(kills, start=1):
        wait_until(lambda: is_up(replica) and links(replica), 30, "the link is back")
        if words == ("ID",):
            words = ("ID", links(replica)[0]["id"])
        assert client.execute_command("CLIENT", "KILL", *words) in (1, True, b"OK", "OK")
        wait_until(lambda: primary.info("stats")["sync_partial_ok"] == count, 30, "it goes on where it was")
    wait_until(lambda: is_up(replica) and links(replica), 30, "the link is back")
    before = links(replica)
    client.execute_command("CLIENT", "KILL", "USER", "default", "SKIPME", "yes")
    assert [link["id"] for link in links(replica)] == [link["id"] for link in before]
    primary.client().set("a", 1)
    wait_same_offset(primary, replica)
    assert primary.info("stats")["sync_full"] == 1
    assert links(primary) == []


def test_link_is_killed_in_a_transaction(start_tessera):
    primary, replica = pair(start_tessera, shards=2)
    wait_until(lambda: links(replica), 30, "the link is told of")
    transaction = replica.client().pipeline(transaction=True)
    transaction.execute_command("CLIENT", "KILL", f"{HOST}:{primary.port}")
    transaction.execute()
    wait_until(lambda: primary.info("stats")["sync_partial_ok"] == 1, 30, "it goes on where it was")


def test_bytes_are_counted(start_tessera):
    primary, replica = pair(start_tessera)
    primary.client().set("a", "x" * 1000)
    wait_same_offset(primary, replica)
    assert primary.info("stats")["total_net_repl_output_bytes"] >= 1000
    assert replica.info("stats")["total_net_repl_input_bytes"] >= 1000
    for node in (primary, replica):
        node.client().config_resetstat()
        node.client().config_set("repl-ping-replica-period", 3600)
    assert primary.info("stats")["sync_full"] == 0


def test_role_is_told_at_once(start_tessera):
    """Behind REPLICAOF in the same transaction INFO tells the new role already."""
    primary, node = start_tessera(**NO_DELAY), start_tessera()
    transaction = node.client().pipeline(transaction=True)
    transaction.execute_command("REPLICAOF", HOST, primary.port)
    transaction.execute_command("INFO", "replication")
    assert transaction.execute()[1]["role"] == "slave"


def test_pings_follow_their_period(start_tessera):
    """None is sent because a replica has come; a shorter period counts from now on."""
    primary, replica = start_tessera(repl_ping_replica_period=3600, **NO_DELAY), start_tessera()
    follow(replica, primary)
    assert replication(primary)["master_repl_offset"] == 0
    primary.client().config_set("repl-ping-replica-period", 1)
    wait_until(lambda: replication(replica)["master_repl_offset"] > 0, 30, "a PING has come")


@pytest.mark.parametrize("way", ["swapdb", "on-empty-db"])
def test_data_are_received_into_memory(start_tessera, way):
    primary, replica = start_tessera(**NO_DELAY), start_tessera(repl_diskless_load=way, shards=2)
    primary.client().mset({f"key:{i}": "x" * 100 for i in range(1000)})
    follow(replica, primary)
    assert "to memory" in replica.log_text()
    assert replica.client().dbsize() == 1000
    # With keys, on-empty-db takes the disk.
    other = start_tessera(**NO_DELAY)
    follow(replica, other)
    assert ("to disk" in replica.log_text()) == (way == "on-empty-db")
    assert replica.client().dbsize() == 0


def later(call):
    """Calls it in a thread of its own; the result has the answer, or the error, when it is there."""
    result = []

    def run():
        try:
            result.append(call())
        except redis.RedisError as error:
            result.append(str(error))

    threading.Thread(target=run, daemon=True).start()
    return result


def waits(node, count=1):
    wait_until(lambda: node.info("clients")["blocked_clients"] == count, 30, "the client waits")


def test_waits_end_with_the_log(start_tessera):
    """Who waits for the log is told when it is switched off."""
    node = start_tessera(appendonly="yes", shards=2)
    node.client().set("a", 1)
    answer = later(lambda: node.client(socket_timeout=None).execute_command("WAITAOF", 1, 1, 0))
    waits(node)
    node.client().config_set("appendonly", "no")
    wait_until(lambda: answer, 30, "the wait ends")
    assert "WAITAOF cannot be used" in answer[0]


@pytest.mark.parametrize("command", [("WAIT", 1, 0), ("WAITAOF", 0, 1, 0)])
def test_waits_end_with_the_role(start_tessera, command):
    primary, node = start_tessera(**NO_DELAY), start_tessera(shards=2)
    node.client().set("a", 1)
    answer = later(lambda: node.client(socket_timeout=None).execute_command(*command))
    waits(node)
    follow(node, primary)
    wait_until(lambda: answer, 30, "the wait ends")
    assert answer[0].startswith("UNBLOCKED force unblock from blocking operation")


@pytest.mark.parametrize("command", [("WAIT", 1, 0), ("WAITAOF", 0, 1, 0)])
def test_waits_are_unblocked(tessera, command):
    for reason in ("TIMEOUT", "ERROR"):
        client = tessera.client(socket_timeout=None)
        number = client.client_id()
        answer = later(lambda: client.execute_command(*command))
        waits(tessera)
        assert tessera.client().execute_command("CLIENT", "UNBLOCK", number, reason) == 1
        wait_until(lambda: answer, 30, "the wait ends")
        assert ("UNBLOCKED" in str(answer[0])) == (reason == "ERROR")
