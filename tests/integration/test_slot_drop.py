"""Slots that come back while what is left of them is still being dropped."""

import redis.crc
from servers import HOST, wait_until
from test_slot_migration import cluster, migrate, node_id, state, wait_over  # noqa: F401

KEYS = 300000
SLOT = redis.crc.key_slot(b"t")


def fill(node):
    node.client().config_set("notify-keyspace-events", "KA")
    assert node.raw(limit=60).command("DEBUG", "POPULATE", KEYS, "{t}") == "OK"
    assert node.raw().command("CLUSTER", "COUNTKEYSINSLOT", SLOT) == KEYS


def open_slot(source, target):
    target.client().execute_command("CLUSTER", "SETSLOT", SLOT, "IMPORTING", node_id(source))
    source.client().execute_command("CLUSTER", "SETSLOT", SLOT, "MIGRATING", node_id(target))


def test_nothing_old_is_left_and_nothing_new_is_dropped(cluster):  # noqa: F811
    first, second = cluster((1, 1))
    names = [f"{{t}}:{number}" for number in range(200)]
    fill(first)
    before = first.raw()
    migrate(first, second, (SLOT, SLOT))
    assert wait_over(first) == "success"
    # At once it goes back, key by key, from where it has changed meanwhile.
    open_slot(second, first)
    assert before.command("CLUSTER", "COUNTKEYSINSLOT", SLOT) == 0
    second.client().delete(*names[100:])
    answer = second.raw(limit=30).command("MIGRATE", HOST, first.port, "", 0, 10000, "KEYS", *names[:100])
    assert answer == "OK"
    client = first.raw()
    assert sorted(map(bytes.decode, client.command("CLUSTER", "GETKEYSINSLOT", SLOT, KEYS))) == sorted(names[:100])


def test_keys_that_come_one_by_one_after_an_import_was_given_up(cluster):  # noqa: F811
    first, second = cluster((1, 1), slot_migration_rate=2000000)
    names = [f"{{t}}:{number}" for number in range(200)]
    fill(first)
    migrate(first, second, (SLOT, SLOT))
    wait_until(lambda: state(second) is not None)
    first.client().execute_command("CLUSTER", "CANCELSLOTMIGRATIONS")
    wait_until(lambda: state(second) in ("cancelled", "failed"))
    open_slot(first, second)
    assert first.raw(limit=30).command("MIGRATE", HOST, second.port, "", 0, 10000, "KEYS", *names) == "OK"
    client = second.raw()
    for _ in range(20):
        assert client.command("CLUSTER", "COUNTKEYSINSLOT", SLOT) == len(names)
    assert client.command("DBSIZE") == len(names)
