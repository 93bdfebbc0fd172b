"""Clients that go away in the middle of anything: what they have begun ends without them, and others are served."""

import contextlib
import random
import select

import pytest
from servers import RawConnection, encode_command, wait_until

CONNECTIONS = 1500
KEYS = [f"key:{number}" for number in range(8)] + ["{tag}a", "{tag}b"]
FUNCTIONS = "#!lua name=library\nserver.register_function('set', function(keys) return redis.call('SET', keys[1], 'x') end)"

# KEY, VALUE, NUMBER and USER stand for something by chance; ";" is between the commands of one request.
REQUESTS = [
    line.split()
    for line in """
    SET KEY VALUE ; INCR KEY ; GET KEY ; DEL KEY KEY KEY
    MSET KEY VALUE KEY VALUE KEY VALUE ; MGET KEY KEY KEY KEY ; EXISTS KEY KEY KEY
    RENAME KEY KEY ; COPY KEY KEY REPLACE ; MSETNX KEY VALUE KEY VALUE ; SWAPDB 0 1 ; MOVE KEY 1
    SADD KEY a b c ; SUNIONSTORE KEY KEY KEY ; SORT KEY BY nothing* STORE KEY
    RPUSH KEY VALUE VALUE ; LPOP KEY ; ZADD KEY 1 a ; XADD KEY * field VALUE
    BLPOP KEY KEY 5 ; BLMOVE KEY KEY LEFT RIGHT 5 ; BZPOPMIN KEY 5 ; XREAD BLOCK 5000 STREAMS KEY $
    MULTI ; SET KEY VALUE ; INCR KEY ; GET KEY ; EXEC
    WATCH KEY KEY ; MULTI ; SET KEY VALUE ; EXEC
    MULTI ; FLUSHALL ; CONFIG SET maxmemory 0 ; CLIENT LIST ; DBSIZE ; EXEC
    MULTI ; SET KEY VALUE
    SUBSCRIBE KEY KEY ; PSUBSCRIBE KEY* ; PUBLISH KEY VALUE ; UNSUBSCRIBE
    SSUBSCRIBE KEY ; SPUBLISH KEY VALUE ; PUBSUB CHANNELS ; PUBSUB NUMSUB KEY
    CLIENT TRACKING ON ; GET KEY ; CLIENT TRACKING OFF
    CLIENT TRACKING ON BCAST PREFIX KEY ; SET KEY VALUE
    CLIENT TRACKING ON REDIRECT NUMBER
    CLIENT LIST ; CLIENT KILL ID NUMBER ; CLIENT UNBLOCK NUMBER ; CLIENT PAUSE 20 WRITE ; CLIENT UNPAUSE
    CLIENT REPLY SKIP ; GET KEY ; CLIENT REPLY OFF ; HELLO 3 ; RESET ; MONITOR
    FLUSHALL ; FLUSHDB ASYNC ; DBSIZE ; KEYS * ; SCAN 0 ; RANDOMKEY
    WAIT 1 10 ; WAITAOF 1 0 10 ; ROLE ; FAILOVER TIMEOUT 10 ; FAILOVER ABORT
    BGREWRITEAOF ; CONFIG GET *
    BGSAVE ; SAVE ; DEBUG RELOAD ; DEBUG DIGEST ; DEBUG POPULATE 1000 ; DEBUG SLEEP 0.01
    FUNCTION LOAD REPLACE FUNCTIONS ; FCALL set 1 KEY ; FUNCTION LIST ; FUNCTION DUMP ; FUNCTION FLUSH
    SCRIPT LOAD nothing ; SCRIPT EXISTS sha ; SCRIPT FLUSH
    EVAL COUNT 1 KEY ; EVAL LONG 1 KEY ; EVAL LONG 1 KEY ; GET KEY
    ACL SETUSER USER on nopass ~* +@all ; AUTH USER any ; ACL LIST ; ACL SETUSER USER -@all ; ACL DELUSER USER
    INFO everything ; MEMORY STATS ; MEMORY PURGE ; LATENCY HISTOGRAM ; SLOWLOG GET ; CONFIG RESETSTAT
    SYNC
    REPLCONF listening-port 1 ; PSYNC ? -1 ; REPLCONF ACK 0
    CLUSTER SLOTS ; CLUSTER SHARDS ; CLUSTER NODES ; CLUSTER SLOT-STATS SLOTSRANGE 0 99 ; CLUSTER GETSLOTMIGRATIONS
    CLUSTER DELSLOTS NUMBER ; CLUSTER ADDSLOTS NUMBER ; CLUSTER SAVECONFIG ; CLUSTER BUMPEPOCH
    MIGRATE 127.0.0.1 1 KEY 0 50 ; DUMP KEY ; OBJECT ENCODING KEY
    """.strip().splitlines()
]
WORDS = {
    "KEY": lambda chance: chance.choice(KEYS),
    "VALUE": lambda chance: "v" * chance.choice([1, 1, 100, 70000]),
    "NUMBER": lambda chance: str(chance.randrange(500)),
    "USER": lambda chance: f"user{chance.randrange(3)}",
    "FUNCTIONS": lambda _: FUNCTIONS,
    "COUNT": lambda _: "return redis.call('INCR', KEYS[1])",
    "LONG": lambda _: "for i = 1, 20000 do redis.call('SET', KEYS[1], i) end",
}


def request(chance):
    """One or more commands."""
    commands = [[]]
    for word in chance.choice(REQUESTS):
        if word == ";":
            commands.append([])
        else:
            commands[-1].append(WORDS.get(word, lambda _, word=word: word)(chance))
    return b"".join(encode_command(*command) for command in commands)


def leave(connection, chance):
    if chance.random() < 0.5:
        connection.reset()
    else:
        connection.close()


def is_calm(server):
    """Nobody is left, and who comes is served. Asked anew each time: a CLIENT KILL may come late."""
    with contextlib.suppress(OSError), server.raw() as connection:
        connection.command("SCRIPT", "KILL")
        clients = connection.command("INFO", "clients")
        return (
            isinstance(clients, bytes)
            and b"connected_clients:1\r" in clients
            and isinstance(connection.command("DBSIZE"), int)
        )
    return False


@pytest.mark.limit(240)
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("cluster", [False, True], ids=["alone", "cluster"])
def test_clients_that_go_away(start_tessera, cluster, seed):
    chance = random.Random(seed)
    directives = {"cluster_enabled": True, "cluster_claim_all_slots": "yes"} if cluster else {}
    server = start_tessera(shards=3, appendonly=True, enable_debug_command="yes", busy_reply_threshold=5, **directives)
    staying = []
    for _ in range(CONNECTIONS):
        connection = server.raw()
        connection.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection.socket.send(b"".join(request(chance) for _ in range(chance.randrange(1, 4))))
        if chance.random() < 0.7:
            # At once, before the node has looked, or in the middle.
            select.select([connection.socket], [], [], chance.choice([0, 0, 0.0005, 0.003]))
            leave(connection, chance)
        else:
            staying.append(connection)
        if len(staying) > 20:
            leave(staying.pop(chance.randrange(len(staying))), chance)
    for connection in staying:
        leave(connection, chance)
    wait_until(lambda: is_calm(server), 20)
