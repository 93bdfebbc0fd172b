"""A cluster under a checked workload while its nodes are killed, wiped, paused, cut off, stopped and resharded.

What is demanded is what asynchronous replication can promise, and no more:

`wait`    Three groups of a primary and one replica. A write counts as acknowledged when WAIT has said 1: both nodes
          have it, the primary also on its disk (appendfsync always), for it may be back before anybody takes over, and
          is then believed. It may be lost with both of them, so a group has one fault at a time, and none until
          its replica is in step again; several groups have faults at once. A disk may be lost with a node. Replicas
          stay in their groups: with another one WAIT 1 would not say which one has the write, and the other could win.
`disk`    The same shape; acknowledged is what WAITAOF 1 1 has said is on both disks. Both nodes of a group may be
          killed, paused and cut off at any time, together or in turn; disks stay.
`always`  Primaries alone, with appendfsync always. Acknowledged is what was answered; all nodes come back.

Moving slots by CLUSTER MIGRATESLOTS goes on meanwhile in all of them, with faults of those who take part. The
classic way of moving them (redis-cli --cluster reshard) has no protection against the failure of either side:
who takes part in one is left alone until no slot is open.

What must hold in the end, when all faults are over:
- the cluster becomes whole by itself: all agree, every slot has one owner, every replica is in step;
- every acknowledged write is there, once; no refused one is; what was answered before something else was sent
  stands before it, in lists that are appended to; two lists that are written together are the same;
- replicas have the data of their primaries, and nobody has keys of slots that are another's;
- no process has died by itself or printed an assertion's or a sanitizer's report.

Environment:
  TESSERA_CHAOS_SECONDS  how long faults go on, for each of the three; without it 2, and `always` is left out
  TESSERA_CHAOS_SEED     repeats the draws of a run; printed. Short runs have always the same
  TESSERA_CHAOS_NETWORK  proxies: no namespaces, even if they could be made
"""

import os
import random
import time

import pytest
from cluster import Cluster
from faults import Faults
from history import DONE, REFUSED, SURE, UNKNOWN, History
from network import network
from servers import LIMIT_FACTOR, wait_until
from workload import ACKNOWLEDGE_MS, Writer

SECONDS = float(os.environ.get("TESSERA_CHAOS_SECONDS", "2"))
WRITERS = 8
FAULTS = ["kill", "kill", "pause", "pause", "stop", "partition", "partition", "migrate", "migrate", "migrate", "reshard"]


class Mode:
    def __init__(self, primaries, replicas, acknowledge, kinds, by_group, **directives):
        self.primaries = primaries
        self.replicas = replicas
        self.acknowledge = acknowledge
        self.kinds = kinds
        self.by_group = by_group
        self.directives = directives


MODES = {
    "wait": Mode(3, 1, (("WAIT", 1, ACKNOWLEDGE_MS), (1,)), [*FAULTS, "wipe"], True, appendonly="yes", appendfsync="always"),
    "disk": Mode(3, 1, (("WAITAOF", 1, 1, ACKNOWLEDGE_MS), (1, 1)), FAULTS, False, appendonly="yes", appendfsync="always"),
    "always": Mode(6, 0, None, FAULTS, False, appendonly="yes", appendfsync="always"),
}


@pytest.fixture
def seed():
    drawn = random.SystemRandom().randrange(10**9) if "TESSERA_CHAOS_SECONDS" in os.environ else 1
    chosen = int(os.environ.get("TESSERA_CHAOS_SEED", drawn))
    print(f"TESSERA_CHAOS_SEED={chosen}")
    return chosen


@pytest.fixture
def start_cluster():
    """Factory of the cluster; in the end all its processes must end well."""
    clusters = []

    def start(*arguments, **directives):
        cluster = Cluster(network(), *arguments, **directives)
        clusters.append(cluster)
        cluster.start()
        return cluster

    yield start
    problems = []
    for cluster in clusters:
        for node in cluster.nodes:
            nodes = node.text("CLUSTER", "NODES") if node.server.is_running() else "it does not run"
            print(f"--- {node.name} {node.id} at {node.address}\n{nodes}\n{node.server.log_tail(400)}")
        problems += cluster.finish()
        cluster.network.close()
    if problems:
        pytest.fail("\n\n".join(problems), pytrace=False)


@pytest.mark.limit(120 + 3 * SECONDS)
@pytest.mark.parametrize("mode", MODES if "TESSERA_CHAOS_SECONDS" in os.environ else ["wait", "disk"])
def test_chaos(start_cluster, seed, mode):
    chosen = MODES[mode]
    chance = random.Random(f"{seed}/{mode}")
    cluster = start_cluster(chosen.primaries, chosen.replicas, [chance.choice([1, 2]) for _ in range(6)], **chosen.directives)
    addresses = [node.address for node in cluster.nodes]
    writers = [Writer(number, addresses, f"{seed}/{mode}", chosen.acknowledge) for number in range(WRITERS)]
    faults = Faults(cluster, f"{seed}/{mode}", chosen.kinds, chosen.by_group)
    for writer in writers:
        writer.start()
    try:
        wait_until(lambda: all(writer.total(SURE) > 0 or writer.failure for writer in writers), 30, "acknowledged writes")
        faults.start()
        time.sleep(SECONDS * LIMIT_FACTOR)
        faults.finish()
        cluster.wait_whole()
        for writer in writers:
            writer.finish()
        cluster.wait_whole()
        problems = [problem for writer in writers for problem in writer.problems()] + cluster.problems()
    finally:
        for writer in writers:
            writer.stopping.set()
        report(mode, writers, faults)
    assert problems == [], "\n".join(problems)


def report(mode, writers, faults):
    fates = {fate: sum(writer.total(fate) for writer in writers) for fate in (SURE, DONE, UNKNOWN, REFUSED)}
    print(f"{mode}: {fates}; faults {faults.done}")
    print("\n".join(faults.log))


# ---- The checker itself ----


def history(*fates):
    made = History()
    for identity, fate in enumerate(fates, 1):
        made.add(identity, fate)
    return made


@pytest.mark.parametrize(
    "fates, found, words",
    [
        ((SURE, SURE, SURE), [1, 2, 3], None),
        ((SURE, SURE, SURE), [1, 3], "lost"),
        ((SURE, DONE, SURE), [1, 3], None),
        ((SURE, SURE), [1, 2, 1], "doubled"),
        ((SURE, SURE), [2, 1], "stands before"),
        ((DONE, SURE), [2, 1], "stands before"),
        ((UNKNOWN, SURE), [2, 1], None),
        ((SURE, UNKNOWN), [2, 1], "stands before"),
        ((SURE, REFUSED), [1, 2], "refused"),
        ((SURE,), [1, 7], "never sent"),
    ],
)
def test_the_checker(fates, found, words):
    problems = " ".join(history(*fates).problems(found))
    assert problems == "" if words is None else words in problems
