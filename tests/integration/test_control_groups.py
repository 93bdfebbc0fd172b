"""What a container is allowed decides what a node takes: shards by its CPU quota, `maxmemory 75%` by its memory."""

import os
import pathlib

import pytest

GROUPS = pathlib.Path("/sys/fs/cgroup")
MEGABYTE = 1 << 20


class Group:
    """Control groups of this test's own, of version 2 or 1, below the mounts' roots."""

    LIMITS = {
        2: {"memory": ("memory.max", "{memory}"), "cpu": ("cpu.max", "{quota} 100000")},
        1: {"memory": ("memory.limit_in_bytes", "{memory}"), "cpu": ("cpu.cfs_quota_us", "{quota}")},
    }

    def __init__(self, name, **limits):
        self.directories = []
        version = 2 if (GROUPS / "cgroup.controllers").exists() else 1
        for controller, (file, form) in self.LIMITS[version].items():
            directory = GROUPS / name if version == 2 else GROUPS / controller / name
            if directory not in self.directories:
                directory.mkdir()
                self.directories.append(directory)
            (directory / file).write_text(form.format(**limits))

    def prefix(self):
        """For a command: enters the groups first."""
        enter = "; ".join(f"echo $$ > {directory}/cgroup.procs" for directory in self.directories)
        return ["sh", "-ec", f'{enter}; exec "$@"', "sh"]

    def remove(self):
        for directory in self.directories:
            directory.rmdir()


@pytest.fixture
def group():
    try:
        group = Group(f"tessera-test-{os.getpid()}", memory=512 * MEGABYTE, quota=100000)
    except OSError as error:
        pytest.skip(f"no control groups can be made here: {error}")
    yield group
    group.remove()


def test_limits_of_the_groups(group, start_tessera):
    node = start_tessera(prefix=group.prefix(), maxmemory="75%", maxmemory_policy="allkeys-lru")
    client = node.client()
    assert client.info("memory")["maxmemory"] == 384 * MEGABYTE
    assert client.info("shards")["shards"] == 1
    assert client.config_get("maxmemory") == {"maxmemory": "75%"}
    client.config_set("maxmemory", "50%")
    assert client.info("memory")["maxmemory"] == 256 * MEGABYTE


def test_share_of_the_machine(start_tessera):
    """Whatever limits this test runs in: the share is of no more than the machine has."""
    memory = start_tessera(maxmemory="50%", shards=1).client().info("memory")
    assert 0 < memory["maxmemory"] <= memory["total_system_memory"] / 2
