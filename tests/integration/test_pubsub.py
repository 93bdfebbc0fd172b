"""Publish and subscribe: over one shard and several, in both protocols, with clients that come, go and do not read."""

import random
import select
import threading
import time

import pytest
import redis
from servers import HOST, ErrorReply, RawConnection, encode_command, wait_until

CHANNELS = [f"channel:{i}" for i in range(16)]  # of several slots, so of several shards


@pytest.fixture(params=[1, 2, 3])
def server(request, start_tessera):
    return start_tessera(shards=request.param)


def raws(server, count):
    """Connections that shards share between them."""
    return [server.raw() for _ in range(count)]


def subscribe(connection, *channels, command="SUBSCRIBE"):
    connection.send_command(command, *channels)
    return [connection.read_reply() for _ in channels]


def test_every_subscriber_gets_each_message(server):
    subscribers = raws(server, 8)
    publishers = raws(server, 4)
    for subscriber in subscribers:
        subscribe(subscriber, *CHANNELS)
    for number, channel in enumerate(CHANNELS):
        assert publishers[number % 4].command("PUBLISH", channel, number) == 8
    for subscriber in subscribers:
        got = {tuple(subscriber.read_reply()) for _ in CHANNELS}
        assert got == {(b"message", c.encode(), b"%d" % n) for n, c in enumerate(CHANNELS)}


def test_who_is_confirmed_gets_what_is_published_next(server):
    """Confirmations and counts hold on every shard at once, whoever asks."""
    publishers = raws(server, 6)
    pick = random.Random(1)
    subscriber = server.raw()
    for turn in range(300):
        name = f"{turn}"
        command, what = pick.choice((("SUBSCRIBE", name), ("PSUBSCRIBE", name + "*"), ("SSUBSCRIBE", name)))
        publish = "SPUBLISH" if command == "SSUBSCRIBE" else "PUBLISH"
        assert subscribe(subscriber, what, command=command)[0][2] == 1
        assert pick.choice(publishers).command(publish, name, "x") == 1
        assert subscriber.read_reply()[-1] == b"x"
        subscribe(subscriber, what, command=command.replace("SUB", "UNSUB"))
        assert pick.choice(publishers).command(publish, name, "y") == 0


def test_counted_means_received(server):
    """A publisher that runs while others subscribe: who is counted has the message, who is not has it not."""
    publisher = server.raw()
    subscribers = raws(server, 12)
    counted = 0
    for turn in range(60):
        for subscriber in subscribers:
            subscriber.send_command("SUBSCRIBE", f"t{turn}", f"u{turn}", f"v{turn}")
        publisher.send(b"".join(b"PUBLISH t%d m%d\r\n" % (turn, turn) for _ in range(10)))
        counted += sum(publisher.read_reply() for _ in range(10))
        wait_until(lambda name=f"v{turn}": publisher.command("PUBSUB", "NUMSUB", name)[1] == 12)
        assert publisher.command("PUBLISH", f"v{turn}", "end") == 12
        for subscriber in subscribers:
            for _ in range(3):
                assert subscriber.read_reply()[0] == b"subscribe"
            while True:
                kind, channel, payload = subscriber.read_reply()
                assert kind == b"message"
                if payload == b"end":
                    break
                assert payload == b"m%d" % turn
                counted -= 1
    assert counted == 0


def test_messages_of_a_publisher_keep_their_order(server):
    subscribers = raws(server, 6)
    publishers = raws(server, 3)
    for subscriber in subscribers:
        subscribe(subscriber, "a", "b")
        subscribe(subscriber, "a*", command="PSUBSCRIBE")
    for number, publisher in enumerate(publishers):
        publisher.send(
            b"".join(
                b"SET k%d %d\r\nPUBLISH %s %d.%d\r\n" % (i, i, b"ab"[i % 2 : i % 2 + 1], number, i) for i in range(1000)
            )
        )
    for publisher in publishers:
        assert [publisher.read_reply() for _ in range(2000)] == ["OK", 12, "OK", 6] * 500
    for subscriber in subscribers:
        last = {}
        for _ in range(3 * 1500):
            message = subscriber.read_reply()
            publisher, number = map(int, message[-1].split(b"."))
            place = message[0], message[-2], publisher
            assert number > last.get(place, -1)
            last[place] = number


def test_what_was_written_before_is_seen(server):
    """A message tells of writes: whoever has it finds them done, on whatever shard."""
    writer, listener, reader = server.raw(), server.raw(), server.raw()
    subscribe(listener, "news")
    for i in range(500):
        writer.send(b"SET key:%d %d\r\nPUBLISH news %d\r\n" % (i, i, i))
        assert listener.read_reply() == [b"message", b"news", b"%d" % i]
        assert reader.command("GET", f"key:{i}") == b"%d" % i
        writer.read_reply(), writer.read_reply()


def test_transactions_publish_in_order(server):
    publisher, subscriber = server.raw(), server.raw()
    subscribe(subscriber, "c")
    expected = []
    data = b""
    for i in range(300):
        data += b"PUBLISH c %d.a\r\nMULTI\r\nSET {k%d}x 1\r\nPUBLISH c %d.b\r\nSET {k%d}y 1\r\nEXEC\r\nPUBLISH c %d.c\r\n" % (
            (i,) * 5
        )  # fmt: skip
        expected += [b"%d.%s" % (i, part) for part in (b"a", b"b", b"c")]
    publisher.send(data)
    for _ in range(300):
        replies = [publisher.read_reply() for _ in range(7)]
        assert replies[5] == ["OK", 1, "OK"]
    assert [subscriber.read_reply()[2] for _ in range(900)] == expected


def test_a_resp2_subscriber_may_do_little_else(server):
    connection = server.raw()
    subscribe(connection, "a")
    assert connection.command("GET", "x") == ErrorReply(
        "ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this "
        "context"
    )
    assert connection.command("PING") == [b"pong", b""]
    assert connection.command("PING", "x") == [b"pong", b"x"]
    assert connection.command("RESET") == "RESET"
    assert connection.command("PING") == "PONG"
    assert connection.command("PUBLISH", "a", "x") == 0


def test_a_resp3_subscriber_does_as_it_likes(server):
    connection = server.raw()
    connection.command("HELLO", 3)
    connection.send_command("SUBSCRIBE", "a", "b")
    assert connection.read_reply() == [b"subscribe", b"a", 1]
    assert connection.read_reply() == [b"subscribe", b"b", 2]
    connection.send(b"SET k v\r\nPUBLISH a m\r\nGET k\r\n")
    assert connection.read_reply() == "OK"
    assert connection.read_reply() == 1
    rest = [connection.read_reply(), connection.read_reply()]
    assert [b"message", b"a", b"m"] in rest and b"v" in rest
    connection.send(b"MULTI\r\nPUBLISH a 1\r\nGET k\r\nEXEC\r\n")
    assert [connection.read_reply() for _ in range(3)] == ["OK", "QUEUED", "QUEUED"]
    assert connection.read_reply() == [1, b"v"]
    assert connection.read_reply() == [b"message", b"a", b"1"]


def test_messages_reach_a_client_that_waits(server):
    waiting, other = server.raw(), server.raw()
    waiting.command("HELLO", 3)
    subscribe(waiting, "a")
    waiting.send_command("BLPOP", "list", 0)
    wait_until(lambda: server.info()["blocked_clients"] == 1)
    assert other.command("PUBLISH", "a", "m") == 1
    assert waiting.read_reply() == [b"message", b"a", b"m"]
    other.command("RPUSH", "list", "v")
    assert waiting.read_reply() == [b"list", b"v"]


def test_pubsub_tells_of_the_whole_node(server):
    connections = raws(server, 6)
    for number, connection in enumerate(connections):
        subscribe(connection, "all", f"own:{number}")
        subscribe(connection, "p*", f"q{number}*", command="PSUBSCRIBE")
        subscribe(connection, "{s}all", command="SSUBSCRIBE")
    asker = server.raw()
    channels = asker.command("PUBSUB", "CHANNELS")
    assert sorted(channels) == sorted([b"all"] + [b"own:%d" % i for i in range(6)])
    assert sorted(asker.command("PUBSUB", "CHANNELS", "own*")) == [b"own:%d" % i for i in range(6)]
    assert asker.command("PUBSUB", "NUMSUB", "all", "own:1", "none") == [b"all", 6, b"own:1", 1, b"none", 0]
    assert asker.command("PUBSUB", "NUMPAT") == 7
    assert asker.command("PUBSUB", "SHARDCHANNELS") == [b"{s}all"]
    assert asker.command("PUBSUB", "SHARDNUMSUB", "{s}all") == [b"{s}all", 6]
    info = server.info()
    assert (info["pubsub_channels"], info["pubsub_patterns"], info["pubsubshard_channels"]) == (7, 7, 1)
    assert info["pubsub_clients"] == 6
    described = asker.command("CLIENT", "LIST", "TYPE", "PUBSUB").decode().splitlines()
    assert len(described) == 6
    assert all(" flags=P " in line and " sub=2 psub=2 ssub=1 " in line for line in described)
    for connection in connections:
        connection.close()
    wait_until(lambda: asker.command("PUBSUB", "NUMPAT") == 0)
    wait_until(lambda: asker.command("PUBSUB", "NUMSUB", "all") == [b"all", 0])
    assert asker.command("PUBSUB", "CHANNELS") == []


def test_shard_channels_obey_slots(start_tessera):
    server = start_tessera(shards=2, cluster_enabled=True)
    client = server.raw()
    client.command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: "cluster_state:ok" in client.command("CLUSTER", "INFO").decode())
    subscriber = server.raw()
    assert subscribe(subscriber, "{a}1", "{a}2", command="SSUBSCRIBE")[1] == [b"ssubscribe", b"{a}2", 2]
    assert str(subscriber.command("SSUBSCRIBE", "a", "b")).startswith("CROSSSLOT")
    assert client.command("SPUBLISH", "{a}1", "m") == 1
    assert subscriber.read_reply() == [b"smessage", b"{a}1", b"m"]
    slot = client.command("CLUSTER", "KEYSLOT", "a")
    assert client.command("CLUSTER", "DELSLOTS", slot) == "OK"
    lost = sorted(subscriber.read_reply()[:2] for _ in range(2))
    assert lost == [[b"sunsubscribe", b"{a}1"], [b"sunsubscribe", b"{a}2"]]
    wait_until(lambda: str(client.command("SPUBLISH", "{a}1", "m")).startswith("CLUSTERDOWN"))
    assert client.command("PUBLISH", "{a}1", "m") == 0


def test_a_subscriber_that_does_not_read_is_closed(start_tessera):
    server = start_tessera(shards=2, client_output_buffer_limit="pubsub 1mb 0 0")
    slow, publisher = server.raw(), server.raw()
    good = server.raw()
    subscribe(slow, "c")
    subscribe(good, "c")
    payload = "x" * 50000
    for _ in range(2000):
        if publisher.command("PUBLISH", "c", payload) == 1:
            break
        good.read_reply()
    assert publisher.command("PUBSUB", "NUMSUB", "c") == [b"c", 1]
    assert server.info()["client_output_buffer_limit_disconnections"] == 1
    assert good.read_reply()[2] == payload.encode()


def test_large_messages(server):
    subscribers, publisher = raws(server, 6), server.raw()
    payload = bytes(range(256)) * 20000
    for number, subscriber in enumerate(subscribers):
        if number % 2:
            subscriber.command("HELLO", 3)
        subscribe(subscriber, "big")
        subscribe(subscriber, "b?g", command="PSUBSCRIBE")
    assert publisher.command("PUBLISH", "big", payload) == 12
    for subscriber in subscribers:
        assert subscriber.read_reply() == [b"message", b"big", payload]
        assert subscriber.read_reply() == [b"pmessage", b"b?g", b"big", payload]


def test_clients_come_and_go_under_load(server):
    """Subscribers vanish without a word while messages are on their way."""
    stop = threading.Event()
    errors = []

    def publish(seed):
        pick = random.Random(seed)
        try:
            connection = server.raw()
            while not stop.is_set():
                connection.send(b"".join(b"PUBLISH channel:%d x\r\n" % pick.randrange(16) for _ in range(50)))
                for _ in range(50):
                    assert connection.read_reply() >= 0
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=publish, args=(seed,)) for seed in range(2)]
    for thread in threads:
        thread.start()
    pick = random.Random(7)
    for _ in range(200):
        connection = server.raw()
        connection.send_command("SUBSCRIBE", *pick.sample(CHANNELS, 8))
        connection.send_command("PSUBSCRIBE", "chan*", f"channel:{pick.randrange(16)}*")
        if pick.random() < 0.5:
            for _ in range(10):
                connection.read_reply()
        (connection.reset if pick.random() < 0.5 else connection.close)()
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors
    asker = server.raw()
    wait_until(lambda: asker.command("PUBSUB", "CHANNELS") == [] and asker.command("PUBSUB", "NUMPAT") == 0)
    assert server.info()["pubsub_channels"] == 0


def test_many_subscribers_of_one_channel(start_tessera):
    server = start_tessera(shards=2, maxclients=4200)
    connections = raws(server, 2000)
    for connection in connections:
        connection.send_command("SUBSCRIBE", "c")
    for connection in connections:
        connection.read_reply()
    publisher = server.raw()
    assert publisher.command("PUBLISH", "c", "m") == 2000
    for connection in connections:
        assert connection.read_reply() == [b"message", b"c", b"m"]


def test_redis_py(server):
    client = redis.Redis(port=server.port, decode_responses=True)
    with client.pubsub() as listener:
        seen = []
        listener.subscribe(**{"a": seen.append})
        listener.psubscribe("p:*")
        for _ in range(2):
            assert listener.get_message(timeout=5)["type"].endswith("subscribe")
        assert client.publish("a", "1") == 1
        assert client.publish("p:x", "2") == 1
        message = None
        limit = time.monotonic() + 5
        while message is None and time.monotonic() < limit:
            message = listener.get_message(timeout=1)
        assert (message["type"], message["pattern"], message["data"]) == ("pmessage", "p:*", "2")
        assert [found["data"] for found in seen] == ["1"]


@pytest.mark.skipif(not hasattr(redis.cluster.ClusterPubSub, "ssubscribe"), reason="this redis-py has no shard channels")
def test_redis_py_sharded(start_tessera):
    server = start_tessera(shards=2, cluster_enabled=True)
    server.raw().command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_until(lambda: "cluster_state:ok" in server.raw().command("CLUSTER", "INFO").decode())
    cluster = redis.RedisCluster(host="127.0.0.1", port=server.port, decode_responses=True)
    listener = cluster.pubsub()
    listener.ssubscribe("{x}1", "{y}2")
    got = []

    def both():
        message = listener.get_sharded_message(ignore_subscribe_messages=True)
        if message is not None:
            got.append((message["type"], message["channel"], message["data"]))
        return len(got) == 2

    client = server.client()
    wait_until(lambda: client.execute_command("PUBSUB SHARDNUMSUB", "{x}1", "{y}2") == [b"{x}1", 1, b"{y}2", 1])
    assert cluster.spublish("{x}1", "one") == 1
    assert cluster.spublish("{y}2", "two") == 1
    wait_until(both)
    assert sorted(got) == [("smessage", "{x}1", "one"), ("smessage", "{y}2", "two")]
    listener.close()
    cluster.close()


def test_publishers_wait_for_a_shard_that_is_far_behind(start_tessera):
    """One shard does not read while its script runs: what is published elsewhere does not pile up without end."""
    server = start_tessera(
        cluster_enabled=True, cluster_claim_all_slots=True, cluster_announce_shards=True, shards=2,
        busy_reply_threshold=100,
    )  # fmt: skip
    client = server.client()
    wait_until(lambda: b"cluster_state:ok" in client.execute_command("CLUSTER", "INFO"), what="ok")
    slots = {entry[2][1]: entry[0] for entry in client.execute_command("CLUSTER", "SLOTS")}
    (busy_port, busy_slot), (port, _) = slots.items()
    key = next(f"k{i}" for i in range(10**6) if client.execute_command("CLUSTER", "KEYSLOT", f"k{i}") == busy_slot)
    subscriber = RawConnection((HOST, busy_port), 60)
    publisher = RawConnection((HOST, port), 60)
    other = RawConnection((HOST, port))
    subscribe(subscriber, "news")
    client.execute_command("CONFIG", "SET", "client-output-buffer-limit", "pubsub 0 0 0")
    looping = RawConnection((HOST, busy_port))
    looping.send_command("EVAL", "while true do end", "1", key)
    wait_until(lambda: "SCRIPT KILL would end it" in server.log_text(), what="busy")
    messages, size = 300, 1 << 20
    command = encode_command("PUBLISH", "news", "x" * size)
    sender = threading.Thread(target=lambda: [publisher.send(command) for _ in range(messages)], daemon=True)
    sender.start()
    taken = 0
    while taken < 60:
        assert publisher.read_reply() == 1
        taken += 1
    for _ in range(300):
        assert other.command("PING") == "PONG"
        while select.select([publisher.socket], [], [], 0)[0]:
            assert publisher.read_reply() == 1
            taken += 1
    assert taken < 100
    assert other.command("SCRIPT", "KILL") == "OK"
    for _ in range(messages):
        assert len(subscriber.read_reply()[2]) == size
    while taken < messages:
        assert publisher.read_reply() == 1
        taken += 1
    sender.join()
    assert other.command("PUBLISH", "news", "y") == 1
