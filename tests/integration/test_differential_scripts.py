"""The same random small scripts on Tessera and on redis-server: the same replies, byte for byte."""

import random

import pytest
from differential import commands_to_run, new_seed, read_raw
from servers import encode_command

SCRIPTS = 6000


class ScriptGenerator:
    """Scripts of a few statements, and values of every form that goes in or out."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def number(self):
        return self.random.choice(
            ("0", "1", "-1", "3.7", "-2.5", "1e15", "1e17", "-1e18", "9007199254740993", "0.1", "1e300", "-0", "1/0",
             str(self.random.randrange(-1000, 1000)))
        )  # fmt: skip

    def string(self):
        return self.random.choice(
            ("''", "'a'", "'12'", "'x y'", "'\\0b'", "'a\\r\\nb'", "('z'):rep(300)", "'\\255'", "KEYS[1]", "ARGV[1]", "ARGV[2]")
        )

    def short(self):
        """Short enough for a hash or list to stay in order."""
        return self.random.choice(("'a'", "'12'", "'x y'", "'\\0b'", "KEYS[1]", "ARGV[1]", "ARGV[2]"))

    def score(self):
        """Without digits that versions write differently."""
        return self.random.choice(("1", "-2.5", "3", "0.25", "1e15", "1/0", "'x'"))

    def value(self, depth=0):
        if depth > 3:
            return self.number()
        kind = self.random.randrange(16)
        if kind < 3:
            return self.number()
        if kind < 6:
            return self.string()
        if kind < 8:
            return self.random.choice(("true", "false", "nil"))
        if kind < 11:
            return "{" + ",".join(self.value(depth + 1) for _ in range(self.random.randrange(4))) + "}"
        return self.random.choice((
            lambda: "{ok=%s}" % self.string(),
            lambda: "{err=%s}" % self.random.choice(("'ERR a b'", "'x'", "'CODE x\\ny'")),
            lambda: "{double=%s}" % self.random.choice(("3.5", "1e20", "-0.25", "7")),
            lambda: "{map={[%s]=%s}}" % (self.random.choice(("1", "'k'", "true")), self.value(depth + 1)),
            lambda: "{set={[%s]=true}}" % self.random.choice(("1", "'k'")),
            lambda: "{big_number='%d'}" % self.random.randrange(10**30),
            lambda: "{verbatim_string={string=%s,format='txt'}}" % self.string(),
            lambda: "{1,2,nil,4}",
            lambda: "{a=1}",
            lambda: "redis.status_reply(%s)" % self.string(),
            lambda: "redis.error_reply(%s)" % self.random.choice(("'a'", "'ERR b'", "'-C d'", "5")),
            lambda: "redis.sha1hex(%s)" % self.string(),
        ))()  # fmt: skip

    def arguments(self):
        return self.random.choice((
            lambda: "'SET',KEYS[1],%s" % self.random.choice((self.string(), self.number())),
            lambda: "'GET',KEYS[1]", lambda: "'INCR',KEYS[1]", lambda: "'INCRBYFLOAT',KEYS[1],%s" % self.number(),
            lambda: "'RPUSH',KEYS[2],%s,%s" % (self.string(), self.number()), lambda: "'LRANGE',KEYS[2],0,-1",
            lambda: "'HSET','h',%s,%s" % (self.short(), self.short()), lambda: "'HGETALL','h'",
            lambda: "'SADD','s','m'", lambda: "'SMEMBERS','s'", lambda: "'ZADD','z',%s,'m'" % self.score(),
            lambda: "'ZRANGE','z',0,-1,'WITHSCORES'", lambda: "'ZSCORE','z','m'", lambda: "'DEL',KEYS[1],KEYS[2]",
            lambda: "'EXPIRE',KEYS[1],100", lambda: "'TTL',KEYS[1]", lambda: "'PING'", lambda: "'ECHO',%s" % self.string(),
            lambda: "'ECHO',%s" % self.number(), lambda: "'TYPE',KEYS[1]", lambda: "'NOSUCH'", lambda: "'GET'",
            lambda: "'GET',{}", lambda: "'MULTI'", lambda: "'LPUSH',KEYS[1],'x'", lambda: "'ZADD','z','x','y'",
            lambda: "", lambda: "'SELECT',%s" % self.random.choice(("0", "3", "'x'")), lambda: "'DBSIZE'",
            lambda: "'EVAL','return 1',0", lambda: "'STRLEN',KEYS[1]", lambda: "'COPY',KEYS[1],KEYS[2]",
        ))()  # fmt: skip

    def call(self):
        return "redis.%s(%s)" % (self.random.choice(("call", "pcall", "pcall")), self.arguments())

    def statement(self):
        return self.random.choice((
            lambda: "local a%d = %s" % (self.random.randrange(9), self.call()),
            self.call,
            lambda: "redis.setresp(%s)" % self.random.choice("233"),
            lambda: "math.randomseed(%d)" % self.random.randrange(-5, 1000),
            lambda: "local ok, e = pcall(function() %s end)" % self.call(),
            lambda: "local t = {} for i = 1, 5 do t[i] = i * 2 end",
        ))()  # fmt: skip

    def last(self):
        return self.random.choice((
            self.value, self.value, self.value, self.call, self.call,
            lambda: "{%s, %s}" % (self.call(), self.value()),
            lambda: "{pcall(redis.call, %s)}" % (self.arguments() or "1"),
            lambda: "{pcall(function() error(%s) end)}" % self.random.choice(("'x'", "'x', 0", "{err='E x'}", "'y', 2")),
            lambda: "tostring(%s)" % self.number(),
            lambda: "tostring(%s + %s)" % (self.number(), self.number()),
            lambda: "(function() math.randomseed(%d) return {math.random(1000), tostring(math.random()), "
                    "math.random(-5, 5)} end)()" % self.random.randrange(1000),
            lambda: "type(%s)" % self.value(),
            lambda: "nosuch", lambda: "nosuch.field", lambda: "KEYS[1] + 1", lambda: "#KEYS + #ARGV",
            lambda: "string.format('%%5.2f|%%s|%%q|%%d', %s, 'a', 'b\\n', 7)" % self.number(),
            lambda: "('a,b,,c'):gsub(',', ';')", lambda: "{('key:12'):match('^(%a+):(%d+)$')}",
            lambda: "{('abc'):byte(1, -1)}", lambda: "{unpack({1, 2, 3}, 2)}", lambda: "select('#', %s)" % self.value(),
            lambda: "table.concat({1, 2, 'x'}, ',')", lambda: "{tonumber(%s), tonumber('0x1f'), tonumber('z', 36)}" % self.string(),
            lambda: "cjson.encode(%s)" % self.random.choice(("{1,2,3}", "{a=1}", "'x'", "3.5", "{}", "{{1},{b={}}}")),
            lambda: "loadstring('return %s')()" % self.random.randrange(100),
        ))()  # fmt: skip

    def script(self):
        if self.random.random() < 0.03:
            text = self.random.choice(("return (", "x = 1", "local t = redis t.call = 1", "error('a')", "return", "",
                                       "setmetatable(_G, nil)", "rawset(math, 'x', 1)", "#!lua\nreturn 1", "#!x\n1",
                                       "#!lua flags=no-writes\nreturn redis.pcall('SET', KEYS[1], 1)"))  # fmt: skip
            return text
        lines = [self.statement() for _ in range(self.random.randrange(4))]
        return self.random.choice(("\n", " ")).join([*lines, f"return {self.last()}"])

    def command(self):
        name = b"EVAL_RO" if self.random.random() < 0.05 else b"EVAL"
        numkeys = b"2" if self.random.random() < 0.97 else self.random.choice((b"-1", b"9", b"x", b"0"))
        return [name, self.script().encode("latin1"), numkeys, b"k1", b"k2", b"17", b"text"]


@pytest.mark.limit(300)
@pytest.mark.parametrize("protocol", [2, 3])
def test_scripts_reply_the_same(start_tessera, start_redis, protocol):
    generator = ScriptGenerator(new_seed())
    ours = start_tessera(shards=1).raw()
    theirs = start_redis().raw()
    for connection in (ours, theirs):
        connection.command("HELLO", str(protocol))
    for _ in range(commands_to_run(SCRIPTS)):
        words = generator.command()
        replies = []
        for connection in (ours, theirs):
            connection.send(encode_command(*words))
            replies.append(read_raw(connection))
        assert replies[0] == replies[1], words[1].decode("latin1")
