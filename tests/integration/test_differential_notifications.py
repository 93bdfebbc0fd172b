"""The keyspace events of the same random commands of all types on Tessera and on redis-server: names, keys and order."""

import pytest
from differential import commands_to_run, new_seed, raw_connections, run_batch
from test_differential_all import MixedGenerator
from test_differential_bits import BULK_MAX

MARK = b"end of batch"


def is_left_out(words, classes):
    """Redis 7.0 looks keys up before it looks at all arguments; and sets have an order of their own."""
    name = words[0].upper()
    return "m" in classes and (name in (b"BITPOS", b"BITCOUNT", b"XAUTOCLAIM") or name.startswith(b"SORT"))


def is_told_here_alone(words, theirs):
    """PFADD of several elements to bytes that are no sound HyperLogLog: those before the error are in, which Redis tells nobody."""
    return words[0].upper() == b"PFADD" and not theirs


def any_reply(*_):
    """What commands answer is for other tests."""
    return True


class Listener:
    """Reads what a server tells of its keys."""

    def __init__(self, server):
        self.connection = server.raw(limit=60)
        assert self.connection.command("PSUBSCRIBE", "__key*__:*")[2] == 1
        assert self.connection.command("SUBSCRIBE", MARK)[2] == 2

    def events(self):
        """Those until the mark."""
        found = []
        while True:
            message = self.connection.read_reply()
            if message[0] == b"message":
                return found
            found.append(tuple(message[2:]))


def compare(servers, generator, commands, classes):
    directives = {"proto_max_bulk_len": BULK_MAX, "notify_keyspace_events": classes}
    connections = raw_connections(servers, 2, **directives)
    listeners = [Listener(server) for server in servers]
    history = []
    for _ in range(commands):
        words = generator.command()
        run_batch(connections, [words], history, any_reply)
        del history[:-200]
        for connection in connections:
            if words[0].upper() in (b"MULTI", b"SELECT") or generator.inside:
                break
            connection.command("PUBLISH", MARK, "")
        else:
            ours, theirs = (listener.events() for listener in listeners)
            if ours != theirs and not is_left_out(words, classes) and not is_told_here_alone(words, theirs):
                lines = "\n".join(f"  {past}" for past in history if set(past[1:]) & set(words[1:]))
                pytest.fail(f"{words}\n  Tessera {ours}\n  Redis   {theirs}\nbefore:\n{lines}", pytrace=False)


@pytest.mark.limit(600)
@pytest.mark.parametrize("classes", ["KEA", "KEAmn", "Kg$", "Ezt"])
def test_events(start_tessera, start_redis, classes):
    servers = start_tessera(shards=1), start_redis()
    generator = MixedGenerator(f"{new_seed()}/{classes}")
    compare(servers, generator, commands_to_run(40000) // 4, classes)


def test_each_key_has_its_events_in_order(start_tessera):
    """Keys of several shards, changed by clients of several shards: each key's events, and its values, in step."""
    server = start_tessera(shards=2, notify_keyspace_events="KEA")
    listener = Listener(server)
    clients = [server.raw() for _ in range(4)]
    for number, client in enumerate(clients):
        client.send(b"".join(b"RPUSH key:%d x\r\nLPOP key:%d\r\n" % ((i % 8 * 4 + number,) * 2) for i in range(400)))
    for client in clients:
        for _ in range(800):
            client.read_reply()
    told = {}
    for _ in range(4 * 400 * 3 * 2):
        channel, payload = listener.connection.read_reply()[2:]
        if channel.startswith(b"__keyspace"):
            told.setdefault(channel, []).append(payload)
    assert len(told) == 32
    assert all(events == [b"rpush", b"lpop", b"del"] * 50 for events in told.values())


def test_expired_events_come_without_a_look(start_tessera):
    server = start_tessera(shards=2, notify_keyspace_events="Ex")
    listener = Listener(server)
    client = server.raw()
    names = {b"key:%d" % i for i in range(50)}
    for name in names:
        client.command("SET", name, "v", "PX", 20)
    assert {listener.connection.read_reply()[3] for _ in names} == names


def test_the_setting_as_it_is_kept(start_tessera, start_redis):
    ours, theirs = start_tessera().raw(), start_redis().raw()
    # Redis 7.0 does not show 'n' beside 'A'.
    for letters in ("", "A", "KA", "AKE", "KEAm", "KEgn", "Kg", "g$lshzxet", "g$lshzxetd", "Ednm", "KK", "m", "xyz", "q"):
        for connection in (ours, theirs):
            connection.send_command("CONFIG", "SET", "notify-keyspace-events", letters)
            connection.send_command("CONFIG", "GET", "notify-keyspace-events")
        assert str(ours.read_reply())[:20] == str(theirs.read_reply())[:20]
        assert ours.read_reply() == theirs.read_reply()
