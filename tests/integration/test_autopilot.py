"""Clusters that form, scale and mend themselves (cluster-autopilot), as pods of a StatefulSet do; see autopilot_life.py.

TESSERA_AUTOPILOT_PHASES: other phases than the short life of every run, as "form roll replace grow roll replace scale".
"""

import os
import pathlib
import signal
import subprocess
import sys

import pytest
from clusters import node_directives
from http_client import api, metrics, start_with_port
from servers import HOST, LIMIT_FACTOR, wait_until

LIFE = pathlib.Path(__file__).with_name("autopilot_life.py")
SHORT = "form grow shrink"
LONG_LIMIT = 900


def namespaces():
    """The command that gives a process a network and a mount namespace; None: it is not permitted here."""
    for options in (["--net", "--mount"], ["--user", "--map-root-user", "--net", "--mount"]):
        command = ["unshare", *options]
        try:
            check = subprocess.run(
                [*command, "sh", "-c", "ip link set lo up && mount --bind /etc/resolv.conf /etc/resolv.conf"],
                check=False, capture_output=True,
            )  # fmt: skip
        except FileNotFoundError:
            return None
        if check.returncode == 0:
            return command
    return None


def has_ipv6(command):
    """Can pods have addresses of IPv6 there?"""
    address = ["ip", "-6", "address", "add", "fd00:7::1/128", "dev", "lo", "nodad"]
    return subprocess.run([*command, *address], check=False, capture_output=True).returncode == 0


def test_the_life_of_a_stateful_set():
    """Of two, each in a network of its own: they mostly wait."""
    command = namespaces()
    if command is None:
        pytest.skip("network and mount namespaces are not permitted here")
    phases = os.environ.get("TESSERA_AUTOPILOT_PHASES", SHORT).split()
    lives = {
        options: subprocess.Popen([*command, sys.executable, LIFE, *options.split(), *phases], text=True, errors="replace",
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        for options in ("", "--tls --ipv6" if has_ipv6(command) else "--tls")
    }  # fmt: skip
    try:
        for options, life in lives.items():
            output, _ = life.communicate(timeout=LONG_LIMIT * LIMIT_FACTOR)
            assert life.returncode == 0, f"{options}\n{output}"
    finally:
        for life in lives.values():
            if life.poll() is None:
                os.killpg(life.pid, signal.SIGKILL)


def report_of(server):
    lines = server.client().execute_command("CLUSTER", "AUTOPILOT").decode().splitlines()
    return {name: value for name, _, value in (line.partition(":") for line in lines)}


def test_what_it_waits_for_is_told(start_tessera):
    server, port = start_with_port(start_tessera, **node_directives(
        cluster_autopilot_service=HOST, cluster_announce_hostname="pod-0.test", cluster_announce_ip=HOST,
    ))  # fmt: skip
    client = server.client()
    assert report_of(server)["autopilot_state"] == "off"
    assert "autopilot" not in api(port)["cluster"]
    client.config_set("cluster-autopilot", "yes")
    wait_until(lambda: report_of(server)["autopilot_state"] == "waits for more nodes to begin with: 1 of 3 are known", 30)
    told = report_of(server)
    assert told["autopilot_primaries_wanted"] == "3"
    assert told["autopilot_service_answered"] == "1"
    assert told["autopilot_last_step"] == ""
    assert metrics(port)("tessera_autopilot_calm") == 0

    client.config_set("cluster-autopilot-primaries", 1, "cluster-autopilot-replicas", 0)
    wait_until(lambda: report_of(server)["autopilot_calm"] == "1", 60)
    told, shown = report_of(server), api(port)["cluster"]["autopilot"]
    assert told["autopilot_state"] == shown["state"] == "all is as wanted"
    assert told["autopilot_last_step"] == shown["step"] == "begins the cluster, among 1 nodes"
    assert int(told["autopilot_last_step_time_ms"]) == shown["step_ms"] > 0
    assert metrics(port)("tessera_autopilot_calm") == 1
    client.config_set("cluster-autopilot", "no")
    wait_until(lambda: report_of(server)["autopilot_on"] == "0", 30)
