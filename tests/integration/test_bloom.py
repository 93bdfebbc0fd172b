"""Bloom filters through the whole server: copies between shards, dumps in several chunks, dumps from strangers."""

import random

import pytest
from redis.exceptions import ResponseError

CHUNK_MAX = 16 << 20


def dump(client, key):
    """The pieces of a filter with the cursors that put them back."""
    pieces, cursor = [], 0
    while True:
        cursor, data = client.execute_command("BF.SCANDUMP", key, cursor)
        if cursor == 0:
            return pieces
        pieces.append((cursor, data))


def load(client, key, pieces):
    for cursor, data in pieces:
        assert client.execute_command("BF.LOADCHUNK", key, cursor, data) == b"OK"


def has(client, key, items):
    return client.execute_command("BF.MEXISTS", key, *items)


def test_copies_on_all_shards(start_tessera):
    client = start_tessera(shards=2).client()
    items = [f"item:{number}" for number in range(3000)]
    client.execute_command("BF.INSERT", "filter", "CAPACITY", 100, "ERROR", "0.001", "ITEMS", *items)
    payload = client.dump("filter")
    pieces = dump(client, "filter")
    for number in range(8):
        assert client.copy("filter", f"copy:{number}")
        client.restore(f"restored:{number}", 0, payload)
        load(client, f"loaded:{number}", pieces)
        client.rename(f"copy:{number}", f"moved:{number}")
    keys = [f"{name}:{number}" for name in ("moved", "restored", "loaded") for number in range(8)]
    for key in keys:
        assert client.execute_command("BF.INFO", key) == client.execute_command("BF.INFO", "filter")
        assert has(client, key, items) == [1] * len(items)
        assert client.dump(key) == payload
        assert client.execute_command("BF.ADD", key, "one more") == 1
    assert has(client, "filter", ["one more"]) == [0]
    assert client.delete(*keys) == len(keys)


def test_dump_in_chunks(tessera):
    client = tessera.client()
    client.execute_command("BF.RESERVE", "filter", "0.01", 20_000_000)
    client.execute_command("BF.MADD", "filter", *range(2000))
    pieces = dump(client, "filter")
    assert [len(data) for _, data in pieces[1:-1]] == [CHUNK_MAX] * (len(pieces) - 2)
    assert len(pieces) == 3
    # The bits in any order, once there is a header.
    load(client, "loaded", [pieces[0], *reversed(pieces[1:])])
    assert has(client, "loaded", range(2000)) == [1] * 2000
    assert has(client, "loaded", range(5000, 5020)) == [0] * 20
    assert dump(client, "loaded") == pieces


def test_random_dumps_do_no_harm(tessera):
    client = tessera.client()
    generator = random.Random(5)
    client.execute_command("BF.INSERT", "filter", "CAPACITY", 3, "ITEMS", *range(20))
    pieces = dump(client, "filter")
    header = bytearray(pieces[0][1])
    accepted = 0
    for _ in range(2000):
        changed = bytearray(header)
        for _ in range(generator.randrange(1, 4)):
            # The sizes stay: what is too large for the machine is another test's.
            place = generator.randrange(len(changed))
            if place >= 20 and (place - 20) % 53 < 16:
                continue
            changed[place] = generator.choice((0, 1, 127, 128, 255, generator.randrange(256)))
        client.delete("loaded")
        try:
            client.execute_command("BF.LOADCHUNK", "loaded", 1, bytes(changed))
        except ResponseError as error:
            assert str(error) == "received bad data"
            continue
        accepted += 1
        for cursor in (generator.randrange(-10, 300), generator.choice((2**63 - 1, -(2**63), 0, 1))):
            try:
                client.execute_command("BF.LOADCHUNK", "loaded", cursor, generator.randbytes(generator.randrange(40)))
            except ResponseError as error:
                assert "bad data" in str(error) or "invalid" in str(error)
        client.execute_command("BF.MADD", "loaded", *range(30))
        client.execute_command("BF.INFO", "loaded")
        assert client.restore("again", 0, client.dump("loaded"), replace=True) in (b"OK", True)
        client.execute_command("BF.SCANDUMP", "loaded", generator.randrange(-2, 300))
    assert accepted > 0


@pytest.mark.parametrize("capacity, rate", [(1 << 30, "1e-100"), (1 << 30, "1e-30")])
def test_too_large(tessera, capacity, rate):
    client = tessera.client()
    with pytest.raises(ResponseError, match="Insufficient memory"):
        client.execute_command("BF.RESERVE", "filter", rate, capacity)
    assert client.exists("filter") == 0
