"""Writers with a cluster client each, who know the fate of all that they have written."""

import random
import threading
import time

from history import DONE, REFUSED, SURE, UNKNOWN, Count, History
from servers import LIMIT_FACTOR, ErrorReply, RawConnection, wait_until

ANSWER_SECONDS = 1.5
ACKNOWLEDGE_MS = int(400 * LIMIT_FACTOR)
THINK_SECONDS = 0.002
LISTS = 12
# Errors that say: not done, but perhaps soon, or elsewhere.
REFUSALS = (
    "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING", "READONLY", "MASTERDOWN", "EXECABORT", "BUSY", "NOREPLICAS",
    "MISCONF", "CROSSSLOT",
)  # fmt: skip
BOTH = "redis.call('RPUSH', KEYS[1], ARGV[1]) return redis.call('RPUSH', KEYS[2], ARGV[1])"


class Client:
    """Follows redirects, and tells a write that was not done from one whose answer was lost."""

    def __init__(self, addresses, chance):
        self.addresses = addresses
        self.chance = chance
        self.connections = {}
        self.homes = {}  # where a key was served last

    def connection(self, address):
        if address not in self.connections:
            self.connections[address] = RawConnection(address, limit=ANSWER_SECONDS)
        return self.connections[address]

    def forget(self, address):
        connection = self.connections.pop(address, None)
        if connection is not None:
            connection.close()

    def _redirected(self, key, error):
        """Where to ask next, and whether by ASKING."""
        words = error.split()
        if words[0] not in ("MOVED", "ASK"):
            return None, False
        host, _, port = words[2].rpartition(":")
        if words[0] == "MOVED":
            self.homes[key] = (host, int(port))
        return (host, int(port)), words[0] == "ASK"

    def once(self, key, commands, address=None, asking=False):
        """Sends all in one go; the replies, or None when they were lost, and the address asked."""
        address = address or self.homes.get(key) or self.chance.choice(self.addresses)
        try:
            connection = self.connection(address)
        except OSError:
            self.homes.pop(key, None)
            return [ErrorReply("TRYAGAIN cannot be connected")], address
        try:
            for command in [("ASKING",)] * asking + list(commands):
                connection.send_command(*command)
            return [connection.read_reply() for _ in range(len(commands) + asking)][asking:], address
        except (OSError, AssertionError):
            self.forget(address)
            self.homes.pop(key, None)
            return None, address

    def write(self, key, commands, limit):
        """Until it is done, or lost, or was refused for so long; (fate, address, replies)."""
        end = time.monotonic() + limit
        address, asking = None, False
        while True:
            replies, asked = self.once(key, commands, address, asking)
            if replies is None:
                return UNKNOWN, asked, None
            inner = replies[-1] if isinstance(replies[-1], list) else []
            error = next((str(reply) for reply in [*replies, *inner] if isinstance(reply, ErrorReply)), None)
            if error is None:
                return DONE, asked, replies
            if not isinstance(replies[-1], ErrorReply) or not error.startswith(REFUSALS):
                raise AssertionError(f"{commands} was answered by {replies}")
            if time.monotonic() > end:
                return REFUSED, asked, replies
            address, asking = self._redirected(key, error)
            if asking and len(commands) > 1:
                address, asking = None, False
            if address is None:
                self.homes.pop(key, None)
                time.sleep(0.02)


class Writer(threading.Thread):
    """Appends to lists of its own: one alone, two together by transactions and scripts; and counts.

    `acknowledge`: the command that makes a write durable and the least that it must answer, or None when the
    answer to the write does.
    """

    def __init__(self, number, addresses, seed, acknowledge):
        super().__init__(daemon=True)
        self.number = number
        self.chance = random.Random(f"{seed}/{number}")
        self.client = Client(addresses, self.chance)
        self.acknowledge = acknowledge
        self.stopping = threading.Event()
        self.identity = 0
        self.histories = {}  # by key; of two keys that are written together they are the same object
        self.counts = {}
        self.failure = None

    def run(self):
        try:
            while not self.stopping.is_set():
                self.step()
                time.sleep(THINK_SECONDS)
        except Exception as error:  # shown by finish()
            self.failure = error

    def step(self):
        self.identity += 1
        tag = f"{{{self.number}.{self.chance.randrange(LISTS)}}}"
        kind = self.chance.randrange(4)
        if kind == 0:
            self.count("count" + tag)
        elif kind == 1:
            self.append([f"alone{tag}"], [("RPUSH", f"alone{tag}", self.identity)])
        else:
            keys = [f"first{tag}", f"second{tag}"]
            if kind == 2:
                appends = [("RPUSH", key, self.identity) for key in keys]
                self.append(keys, [("MULTI",), *appends, ("EXEC",)])
            else:
                self.append(keys, [("EVAL", BOTH, 2, *keys, self.identity)])

    def append(self, keys, commands):
        history = self.histories.setdefault(keys[0], History())
        for key in keys[1:]:
            self.histories[key] = history
        history.add(self.identity, self.fate_of(keys[0], commands))

    def count(self, key):
        self.counts.setdefault(key, Count()).add(self.fate_of(key, [("INCR", key)]))

    def fate_of(self, key, commands):
        fate, address, _ = self.client.write(key, commands, ANSWER_SECONDS)
        if fate != DONE:
            return fate
        if self.acknowledge is None:
            return SURE
        command, least = self.acknowledge
        replies, _ = self.client.once(key, [command], address)
        if replies is None or isinstance(replies[0], ErrorReply):
            return DONE
        numbers = replies[0] if isinstance(replies[0], list) else [replies[0]]
        return SURE if all(got >= wanted for got, wanted in zip(numbers, least)) else DONE

    def finish(self):
        self.stopping.set()
        self.join()
        if self.failure is not None:
            raise self.failure

    def read(self, key, *command):
        """It may be asked again: a connection of before may have ended with its node."""

        def answered():
            fate, _, replies = self.client.write(key, [command], 1)
            return replies if fate == DONE else None

        return wait_until(answered, 30, f"{command} is answered")[0]

    def problems(self):
        """What is wrong with all that this writer has written."""
        problems = []
        lists = {key: [int(one) for one in self.read(key, "LRANGE", key, 0, -1)] for key in self.histories}
        for key, history in self.histories.items():
            problems += [f"{key}: {problem}" for problem in history.problems(lists[key])]
            if key.startswith("first") and lists[key] != lists["second" + key[5:]]:
                problems.append(f"{key}: not the same as its twin: {sorted(set(lists[key]) ^ set(lists['second' + key[5:]]))}")
        for key, count in self.counts.items():
            problems += [f"{key}: {problem}" for problem in count.problems(int(self.read(key, "GET", key) or 0))]
        return problems

    def total(self, *fates):
        distinct = {id(history): history for history in list(self.histories.values())}.values()
        return sum(history.count(*fates) for history in distinct) + sum(
            count.fates[fate] for count in list(self.counts.values()) for fate in fates
        )
