"""redis-py's scripts and locks: against a cluster with hash tags, and against a single node."""

import threading

import pytest
import redis
from servers import HOST, wait_until

SHARDS = 2
TAG = "{tag}"


@pytest.fixture(params=["cluster", "single"])
def connect(request, start_tessera):
    """Makes clients of the mode at hand."""
    if request.param == "single":
        return start_tessera(shards=SHARDS).client
    node = start_tessera(
        cluster_enabled=True, cluster_claim_all_slots=True, cluster_announce_shards=True, shards=SHARDS
    )
    return lambda: redis.RedisCluster(HOST, node.port)


def test_registered_scripts(connect):
    client = connect()
    add = client.register_script("return redis.call('incrby', KEYS[1], ARGV[1])")
    assert [add(keys=[f"{TAG}:{number % 3}"], args=[number]) for number in range(6)] == [0, 1, 2, 3, 5, 7]
    client.script_flush()
    # It loads the script again by itself.
    assert add(keys=[f"{TAG}:0"], args=[10]) == 13
    with pytest.raises(redis.ResponseError, match="not an integer"):
        add(keys=[f"{TAG}:0"], args=["x"])
    # Scripts run where their keys are, and are known there.
    assert [add(keys=[f"key{number}"], args=[number]) for number in range(50)] == list(range(50))


def test_scripts_in_pipelines(start_tessera):
    client = start_tessera(shards=SHARDS).client()
    add = client.register_script("return redis.call('incrby', KEYS[1], ARGV[1])")
    for transaction in (False, True):
        client.script_flush()
        with client.pipeline(transaction=transaction) as pipeline:
            for number in range(20):
                pipeline.set(f"key{number}", 0)
                add(keys=[f"key{number}"], args=[number], client=pipeline)
            assert pipeline.execute()[1::2] == list(range(20))


def test_locks(connect):
    client = connect()
    lock = client.lock(f"{TAG}:lock", timeout=20)
    assert lock.acquire(blocking=False)
    other = client.lock(f"{TAG}:lock", timeout=20)
    assert not other.acquire(blocking=False) and lock.locked() and lock.owned() and not other.owned()
    assert lock.extend(20) and client.pttl(f"{TAG}:lock") > 20000
    assert lock.reacquire() and client.pttl(f"{TAG}:lock") <= 20000
    other.local.token = b"not the owner's"
    with pytest.raises(redis.exceptions.LockNotOwnedError):
        other.release()
    lock.release()
    with pytest.raises(redis.exceptions.LockError):
        lock.release()
    assert client.lock(f"{TAG}:short", timeout=0.02).acquire()
    wait_until(lambda: client.lock(f"{TAG}:short", timeout=20).acquire(blocking=False))


def test_one_owner_at_a_time(connect):
    """Every thread counts one up, reading and writing separately."""
    rounds, workers = 15, 4

    def work():
        client = connect()
        for _ in range(rounds):
            with client.lock(f"{TAG}:lock", timeout=30, sleep=0.001):
                client.set(f"{TAG}:count", int(client.get(f"{TAG}:count") or 0) + 1)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert connect().get(f"{TAG}:count") == b"%d" % (rounds * workers)
