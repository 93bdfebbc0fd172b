"""What happens to the cluster meanwhile: several faults at once, drawn from a seed.

The draws are the same for the same seed; when each thing happens is not, for the processes have a pace of
their own. A fault takes nodes, or whole groups, for itself until it is over. A migration of slots takes none:
whoever takes part in it may be killed, stopped or cut off at any moment.
"""

import random
import signal
import threading
import time

from cluster import NODE_TIMEOUT, SLOTS, cli_address
from clusters import cli
from servers import wait_until

MOMENT = NODE_TIMEOUT / 1000  # seconds; about what it takes to find a node failed
AT_ONCE = 3


class Faults(threading.Thread):
    """`by_group`: a fault of one node keeps others from its group until that is whole again."""

    def __init__(self, cluster, seed, kinds, by_group):
        super().__init__(daemon=True)
        self.cluster = cluster
        self.chance = random.Random(seed)
        self.kinds = kinds
        self.by_group = by_group
        self.busy = set()  # nodes that have a fault
        self.under_way = {}  # threads, and whom they hold
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.started = time.monotonic()
        self.done = {}
        self.failures = []
        self.log = []

    def say(self, text):
        self.log.append(f"{time.monotonic() - self.started:7.3f} {text}")

    # ---- Choosing ----

    def run(self):
        while not self.stopping.wait(0.05 + self.chance.random() * 0.3):
            kind = self.chance.choice(self.kinds)
            if sum(thread.is_alive() for thread in self.under_way) < AT_ONCE:
                self.begin(kind)
        for thread in self.under_way:
            thread.join()

    def begin(self, kind):
        """Draws all that a fault needs, whether there is room for it or not."""
        numbers = random.Random(self.chance.random())
        nodes = list(self.cluster.nodes)
        numbers.shuffle(nodes)
        prepare = getattr(self, "choose_" + kind, self.choose_one)
        with self.lock:
            chosen = prepare([node for node in nodes if node not in self.busy], numbers)
            if chosen is None:
                return
            held = self.with_groups(chosen) if kind not in ("migrate",) else []
            self.busy.update(held)
        thread = threading.Thread(target=self.carry_out, args=(kind, chosen, held, numbers), daemon=True)
        self.under_way[thread] = held
        thread.start()

    def with_groups(self, chosen):
        if not self.by_group:
            return list(chosen)
        groups = {node.group for node in chosen}
        return [node for node in self.cluster.nodes if node.group in groups]

    def choose_one(self, free, _numbers):
        return free[:1] or None

    def choose_partition(self, free, numbers):
        """One node, or several, on one side of the cut."""
        return free[: numbers.randrange(1, 3)] or None

    def choose_migrate(self, _free, numbers):
        return self.giver_and_taker(self.cluster.nodes, numbers)

    def choose_reshard(self, free, numbers):
        """The classic way knows of no failover: who takes part in it is left alone meanwhile."""
        chosen = self.giver_and_taker(free, numbers)
        whole = chosen and all(member in free for node in chosen for member in self.cluster.members(node.group))
        return chosen if whole else None

    def giver_and_taker(self, nodes, numbers):
        leading = [node for node in nodes if node.server.is_running() and node not in self.busy and node.is_primary()]
        return numbers.sample(leading, 2) if len(leading) >= 2 else None

    def carry_out(self, kind, chosen, held, numbers):
        self.say(f"{kind} {' '.join(node.name for node in chosen)}")
        try:
            getattr(self, kind)(*([chosen] if kind == "partition" else chosen), numbers)
            for group in {node.group for node in held} if self.by_group else ():
                wait_until(lambda g=group: self.cluster.is_group_whole(g), 60, f"group {group} is whole after {kind}")
            self.done[kind] = self.done.get(kind, 0) + 1
        except Exception as error:
            self.failures.append(f"{kind} of {' '.join(node.name for node in chosen)}: {error!r}")
        finally:
            with self.lock:
                self.busy.difference_update(held)
            self.say(f"{kind} {' '.join(node.name for node in chosen)} is over")

    # ---- The faults ----

    def kill(self, node, numbers):
        node.kill()
        time.sleep(numbers.random() ** 2 * 3 * MOMENT)
        node.start()

    def wipe(self, node, numbers):
        """Killed, and its disk is lost."""
        node.kill()
        node.wipe()
        time.sleep(numbers.random() ** 2 * 3 * MOMENT)
        node.start()

    def pause(self, node, numbers):
        node.send_signal(signal.SIGSTOP)
        time.sleep(numbers.random() ** 2 * 4 * MOMENT)
        node.send_signal(signal.SIGCONT)

    def stop(self, node, _numbers):
        """Planned: it hands over, ends, and comes back."""
        node.stop()
        node.start()

    def partition(self, chosen, numbers):
        network = self.cluster.network
        inside = [node.index for node in chosen]
        outside = [node.index for node in self.cluster.nodes if node not in chosen]
        ways = numbers.choice([(True, True), (True, True), (True, False), (False, True)])
        for one in inside:
            for other in outside:
                if ways[0]:
                    network.cut(one, other)
                if ways[1]:
                    network.cut(other, one)
        time.sleep(numbers.random() * 4 * MOMENT)
        for one in inside:
            for other in outside:
                network.heal(one, other)
                network.heal(other, one)

    def migrate(self, source, target, numbers):
        """Some of the slots that it has, the atomic way; sometimes it is cancelled."""
        first = numbers.randrange(SLOTS)
        owned = self.ranges_of(source)
        if not owned:
            return
        first, last = numbers.choice(owned)
        last = min(last, first + numbers.randrange(1, 2000))
        reply = source("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", first, last, "NODE", target.id)
        self.say(f"slots {first}-{last} from {source.name} to {target.name}: {reply}")
        if numbers.random() < 0.1:
            source("CLUSTER", "CANCELSLOTMIGRATIONS")
        time.sleep(numbers.random() * 0.5)

    def ranges_of(self, node):
        own = [words[8:] for words in node.lines() if "myself" in words[2]]
        ends = [word.split("-") for words in own for word in words if word[0] != "["]
        return [(int(pair[0]), int(pair[-1])) for pair in ends]

    def reshard(self, source, target, numbers):
        """Some slots by redis-cli; when that could not finish, by its repair."""
        count = numbers.randrange(1, 40)
        result = cli("reshard", cli_address(source), "--cluster-from", source.id, "--cluster-to", target.id,
                     "--cluster-slots", count, "--cluster-yes")  # fmt: skip
        self.say(f"{count} slots from {source.name} to {target.name} by redis-cli: {result.returncode}")
        # The repair needs all nodes, so it may have to wait for the end of all other faults.
        while not self.stopping.is_set() and not self.is_settled(source, target):
            time.sleep(MOMENT)
        wait_until(lambda: self.is_settled(source, target), 60, "no slot is open after a reshard")

    def is_settled(self, *nodes):
        if not any(word[0] == "[" for node in nodes for words in node.lines() for word in words[8:]):
            return True
        result = cli("fix", cli_address(nodes[0]))
        self.say(f"redis-cli --cluster fix: {result.returncode}\n{result.stdout[-1500:]}")
        return False

    def finish(self):
        """No more of them; those that are under way come to their end."""
        self.stopping.set()
        self.join()
        for one in list(self.cluster.network.cuts):
            self.cluster.network.heal(*one)
        if self.failures:
            raise AssertionError("\n".join(self.failures))
