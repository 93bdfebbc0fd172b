"""A data set with every type, made by commands that logs must repeat exactly, and what it looks like from outside."""

import time

LIBRARY = "#!lua name=numbers\nredis.register_function('double', function(keys, arguments) return arguments[1] * 2 end)"


def make_values(client):
    """Keys of every type and every form in which they are stored."""
    pipe = client.pipeline(transaction=False)
    for number in range(40):
        pipe.set(f"string:{number}", "v" * number)
        pipe.set(f"integer:{number}", number * 7919 - 5000)
        pipe.rpush(f"list:{number}", *range(number + 1))
        pipe.sadd(f"integers:{number}", *range(number + 1))
        pipe.sadd(f"set:{number}", *(f"member{item}" for item in range(number + 1)))
        pipe.hset(f"hash:{number}", mapping={f"field{item}": item for item in range(number + 1)})
        pipe.zadd(f"sorted:{number}", {f"member{item}": item * 1.5 - 3 for item in range(number + 1)})
    pipe.set("long", bytes(range(256)) * 300)
    pipe.set("even", "a" * 40000)
    pipe.set("empty", "")
    pipe.rpush("long list", *(f"{item}" * (item % 40 + 1) for item in range(2000)))
    pipe.rpush("plain list", "x" * 20000, b"\0" * 9000, "end")
    pipe.sadd("large set", *(f"member{item}" for item in range(1000)))
    pipe.sadd("large integers", *(item * 10**9 for item in range(1000)))
    pipe.hset("large hash", mapping={f"field{item}": "v" * (item % 100) for item in range(1000)})
    pipe.zadd("large sorted", {f"member{item}": item / 7 for item in range(1000)})
    pipe.zadd("infinite", {"low": "-inf", "high": "inf", "tiny": 1e-300})
    pipe.pfadd("log", *range(3000))
    pipe.geoadd("cities", (13.361389, 38.115556, "Palermo", 15.087269, 37.502669, "Catania"))
    pipe.setbit("bits", 100000, 1)
    pipe.execute()
    make_streams(client)


def make_streams(client):
    for number in range(300):
        client.xadd("stream", {"number": number, "text": "t" * (number % 30)}, id=f"{number + 1}-{number % 3}")
    client.xdel("stream", "10-0", "11-1")
    client.xgroup_create("stream", "group", "5-0")
    client.xreadgroup("group", "alice", {"stream": ">"}, count=20)
    client.xreadgroup("group", "bob", {"stream": ">"}, count=5)
    client.xack("stream", "group", "6-2", "7-0")
    client.xadd("emptied", {"a": 1}, id="5-5")
    client.xdel("emptied", "5-5")


def make_expiries(client):
    later = int(time.time()) + 100000
    client.set("expires", "later", exat=later)
    client.hset("expires too", "field", "value")
    client.pexpireat("expires too", later * 1000 + 123)
    client.rpush("expires as well", *range(300))
    client.expireat("expires as well", later + 5)


def make_by_effects(client):
    """Commands over several keys, transactions, scripts, chance: what a log has to get right."""
    client.mset({f"{{m{number}}}": number for number in range(30)})
    client.delete(*(f"{{m{number}}}" for number in range(0, 30, 3)))
    client.unlink(*(f"{{m{number}}}" for number in range(1, 30, 3)))
    client.rename("string:1", "renamed")
    client.rename("list:5", "renamed list")
    client.copy("hash:7", "copied")
    client.sunionstore("union", "set:3", "set:9", "integers:4")
    client.zunionstore("zunion", ["sorted:3", "sorted:8", "set:2"])
    client.bitop("or", "bit result", "string:3", "string:9")
    client.pfmerge("log merged", "log")
    client.lmove("long list", "moved", "LEFT", "RIGHT")
    client.smove("set:4", "set:5", "member1")
    client.sort("integers:30", store="sorted copy", desc=True)
    client.spop("large set", 100)
    client.incrbyfloat("float", 1.1)
    client.getdel("string:2")
    client.append("string:5", "more")
    client.setrange("string:6", 3, "in")
    client.eval("redis.call('set', KEYS[1], 'by script'); redis.call('incr', KEYS[2])", 2, "script:1", "script:2")
    pipe = client.pipeline(transaction=True)
    for number in range(20):
        pipe.set(f"transaction:{number}", number)
    pipe.rename("transaction:3", "transaction renamed")
    pipe.sunionstore("transaction union", "set:1", "set:2")
    pipe.execute()
    client.execute_command("FUNCTION", "LOAD", LIBRARY)


def make_databases(client):
    client.execute_command("SELECT", 5)
    client.set("in five", 5)
    client.set("to be moved", 1)
    client.move("to be moved", 7)
    client.execute_command("SELECT", 6)
    client.mset({f"gone:{number}": 1 for number in range(10)})
    client.flushdb()
    client.set("in six", 6)
    client.execute_command("SWAPDB", 6, 9)
    client.execute_command("SELECT", 0)


def make_all(client):
    """`client` must keep to one connection (single_connection_client)."""
    make_values(client)
    make_expiries(client)
    make_by_effects(client)
    make_databases(client)


def value_of(client, name, kind):
    if kind == b"string":
        return client.get(name)
    if kind == b"list":
        return client.lrange(name, 0, -1)
    if kind == b"set":
        return sorted(client.smembers(name))
    if kind == b"hash":
        return sorted(client.hgetall(name).items())
    if kind == b"zset":
        return client.zrange(name, 0, -1, withscores=True)
    return stream_of(client, name)


def stream_of(client, name):
    whole = client.xinfo_stream(name)
    groups = client.xinfo_groups(name)
    pending = [
        [(entry["message_id"], entry["consumer"], entry["times_delivered"]) for entry in
         client.xpending_range(name, group["name"], "-", "+", 1000)]
        for group in groups
    ]
    consumers = [sorted(consumer["name"] for consumer in client.xinfo_consumers(name, group["name"])) for group in groups]
    facts = [whole[fact] for fact in ("length", "last-generated-id", "max-deleted-entry-id", "entries-added")]
    return (facts, client.xrange(name), groups, pending, consumers)


def describe(server, databases=16):
    """What clients see of all data: by database and name, type, time of expiry and value."""
    everything = {}
    with server.client(single_connection_client=True) as client:
        for database in range(databases):
            client.execute_command("SELECT", database)
            for name in sorted(client.scan_iter(count=1000)):
                kind = client.type(name)
                everything[database, name] = (kind, client.execute_command("PEXPIRETIME", name), value_of(client, name, kind))
        everything["functions"] = client.execute_command("FUNCTION", "LIST", "WITHCODE")
    return everything
