"""The same random geo commands on Tessera and on redis-server: the same replies, in the same order."""

import random

import pytest
from differential import commands_to_run, new_seed, parse_raw, run_on_servers, spoil
from test_differential_zsets import data_set, same_reply

UNITS = (b"m", b"km", b"ft", b"mi", b"KM", b"Mi")
SIZES = (0, 1, 10, 300, 2500.5, 20000, 500000, 3e6, 1e7, 4e7)


class GeoGenerator:
    """Random geo commands over a few keys, with places all over the globe and in clusters."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.keys = [b"geo:%d" % i for i in range(5)] + [b"{geo}:%d" % i for i in range(2)]
        self.centers = [(self.random.uniform(-180, 180), self.random.uniform(-85, 85)) for _ in range(6)]
        self.centers += [(179.9, 0.5), (-179.9, 66.5), (0, 84.9), (0, -84.9), (0, 0)]
        self.makers = [
            (12, self.add), (3, self.distance), (3, self.position), (3, self.hash), (8, self.search), (4, self.store),
            (4, self.radius), (4, self.radius_by_member), (2, self.other),
        ]  # fmt: skip
        self.weights = [weight for weight, _ in self.makers]

    def command(self):
        return spoil(self, self.random.choices(self.makers, self.weights)[0][1](), self.stray)

    def stray(self):
        return self.random.choice((b"", b"junk", b"1", b"ANY", b"WITHDIST", b"STOREDIST", b"ASC"))

    def key(self):
        return self.random.choice(self.keys)

    def chance(self, probability):
        return self.random.random() < probability

    def member(self):
        return b"place:%d" % self.random.randrange(150)

    def point(self):
        pick = self.random
        if pick.random() < 0.02:
            return pick.choice(
                ((b"180.1", b"0"), (b"0", b"85.06"), (b"x", b"0"), (b"0", b"nan"), (b"inf", b"0"), (b"", b""),
                 (b"-181", b"-90"), (b"1e400", b"0"))
            )  # fmt: skip
        if pick.random() < 0.3:
            place = pick.uniform(-180, 180), pick.uniform(-85.05, 85.05)
        else:
            spread = pick.choice((0.0001, 0.01, 1, 20))
            longitude, latitude = pick.choice(self.centers)
            place = longitude + pick.uniform(-spread, spread), latitude + pick.uniform(-spread, spread)
        longitude, latitude = max(-180, min(180, place[0])), max(-85.05, min(85.05, place[1]))
        return b"%.*f" % (pick.randrange(9, 16), longitude), b"%.*f" % (pick.randrange(9, 16), latitude)

    def add(self):
        pick = self.random
        options = pick.choices((b"NX", b"XX", b"CH", b"ch"), k=pick.choice((0, 0, 0, 1, 2)))
        count = pick.choice((1, 1, 5, 20))
        words = [word for _ in range(count) for word in (*self.point(), self.member())]
        return [b"GEOADD", self.key(), *options, *words]

    def unit(self):
        return b"lightyear" if self.chance(0.02) else self.random.choice(UNITS)

    def size(self):
        pick = self.random
        if pick.random() < 0.03:
            return pick.choice((b"-1", b"x", b"nan", b"inf", b"1e300", b"0.0000001", b""))
        return b"%r" % (pick.choice(SIZES) * pick.uniform(0.5, 1.5))

    def distance(self):
        return [b"GEODIST", self.key(), self.member(), self.member(), *([self.unit()] if self.chance(0.5) else [])]

    def position(self):
        return [b"GEOPOS", self.key(), *(self.member() for _ in range(self.random.randrange(4)))]

    def hash(self):
        return [b"GEOHASH", self.key(), *(self.member() for _ in range(self.random.randrange(4)))]

    def count(self):
        count = self.random.choice((b"1", b"1", b"3", b"10", b"1000", b"0", b"-1", b"x"))
        return [b"COUNT", count, *([b"ANY"] if self.chance(0.4) else [])]

    def options(self, probability=0.4, shows=True):
        pick = self.random
        options = []
        if pick.random() < probability:
            options.append([pick.choice((b"ASC", b"DESC", b"asc"))])
        if pick.random() < probability:
            options.append(self.count())
        if shows:
            words = pick.sample((b"WITHCOORD", b"WITHDIST", b"WITHHASH"), pick.randrange(4))
            options += [[word] for word in words]
        pick.shuffle(options)
        return [word for option in options for word in option]

    def where(self):
        pick = self.random
        origin = [b"FROMMEMBER", self.member()] if self.chance(0.4) else [b"FROMLONLAT", *self.point()]
        if self.chance(0.5):
            shape = [b"BYRADIUS", self.size(), self.unit()]
        else:
            shape = [b"BYBOX", self.size(), self.size(), self.unit()]
        parts = [origin, shape]
        if self.chance(0.04):
            parts.append(pick.choice((origin, shape, [b"BYRADIUS", b"1", b"km"], [b"FROMMEMBER", b"x"])))
        elif self.chance(0.04):
            parts.pop(pick.randrange(2))
        pick.shuffle(parts)
        return [word for part in parts for word in part]

    def search(self):
        return [b"GEOSEARCH", self.key(), *self.where(), *self.options()]

    def store(self):
        options = [*self.options(shows=self.chance(0.05)), *([b"STOREDIST"] if self.chance(0.4) else [])]
        return [b"GEOSEARCHSTORE", self.random.choice((b"stored", b"{geo}:stored")), self.key(), *self.where(), *options]

    def radius_options(self):
        if not self.chance(0.3):
            return self.options()
        place = [self.random.choice((b"STORE", b"STOREDIST")), b"stored"]
        return [*self.options(shows=self.chance(0.05)), *place]

    def radius(self):
        name = self.random.choice((b"GEORADIUS", b"GEORADIUS_RO"))
        return [name, self.key(), *self.point(), self.size(), self.unit(), *self.radius_options()]

    def radius_by_member(self):
        name = self.random.choice((b"GEORADIUSBYMEMBER", b"GEORADIUSBYMEMBER_RO"))
        return [name, self.key(), self.member(), self.size(), self.unit(), *self.radius_options()]

    def other(self):
        pick = self.random
        key = self.key()
        return pick.choice(
            ([b"ZREM", key, self.member()], [b"ZRANGE", b"stored", b"0", b"-1", b"WITHSCORES"], [b"DEL", b"stored"],
             [b"ZCARD", key], [b"ZADD", key, b"-5", b"odd"], [b"ZADD", key, b"1e17", b"odd2"], [b"SET", b"stored", b"x"],
             [b"DEL", key] if pick.random() < 0.1 else [b"TYPE", key], [b"OBJECT", b"ENCODING", b"stored"])
        )  # fmt: skip


def same_geo_reply(words, ours, theirs):
    """Replies that differ: which of equally distant places comes first is nobody's concern."""
    if same_reply(words, ours, theirs):
        return True
    mine, other = parse_raw(ours), parse_raw(theirs)
    at_one_place = words[0].upper().startswith((b"GEOR", b"GEOS")) and {b"ASC", b"DESC", b"COUNT", b"asc"} & set(words)
    return bool(at_one_place and isinstance(mine, list) and isinstance(other, list) and tied(mine, other))


def tied(mine, other):
    return len(mine) == len(other) and sorted(map(repr, mine)) == sorted(map(repr, other))


@pytest.mark.limit(600)
@pytest.mark.parametrize("protocol, shards", [(2, 2), (3, 1)])
def test_random_commands(start_tessera, start_redis, protocol, shards):
    servers = start_tessera(shards=shards), start_redis()
    generator = GeoGenerator(f"{new_seed()}/{protocol}/{shards}")
    run_on_servers(servers, protocol, generator, commands_to_run(50000) // 2, same_geo_reply, data_set)
