"""The dashboard and the alerts in deploy/dashboards: Prometheus takes them, and the metrics that they name exist."""

import json
import re
import shutil
import subprocess

import pytest
from clusters import Cluster, node_directives
from http_client import metrics, start_with_port
from servers import LIMIT_FACTOR, REPOSITORY, wait_until

DASHBOARDS = REPOSITORY / "deploy" / "dashboards"
METRIC = re.compile(r"\b(?:redis|tessera)_\w+")


def expressions_of(panels):
    for panel in panels:
        for target in panel.get("targets", []):
            yield target["expr"]
        yield from expressions_of(panel.get("panels", []))


def dashboard():
    return json.loads((DASHBOARDS / "tessera.json").read_text())


def rule_expressions():
    return re.findall(r"^ +expr: (.+)$", (DASHBOARDS / "alerts.yaml").read_text(), re.MULTILINE)


def test_promtool_takes_the_rules():
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (Debian's prometheus)")
    checked = subprocess.run(["promtool", "check", "rules", str(DASHBOARDS / "alerts.yaml")], check=False, text=True,
                             capture_output=True, timeout=60 * LIMIT_FACTOR)  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(rule_expressions())} rules found" in checked.stdout


def test_promtool_takes_the_dashboards_expressions(tmp_path):
    """As rules, with Grafana's variables filled in."""
    if shutil.which("promtool") is None:
        pytest.skip("promtool is not installed (Debian's prometheus)")
    lines = ["groups:", "- name: dashboard", "  rules:"]
    for number, expression in enumerate(expressions_of(dashboard()["panels"])):
        filled = expression.replace("$__rate_interval", "1m").replace("$instance", ".*")
        lines += [f"  - record: dashboard:{number}", f"    expr: {json.dumps(filled)}"]
    (tmp_path / "rules.yaml").write_text("\n".join(lines) + "\n")
    checked = subprocess.run(["promtool", "check", "rules", str(tmp_path / "rules.yaml")], check=False, text=True,
                             capture_output=True, timeout=60 * LIMIT_FACTOR)  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_panels_do_not_overlap():
    places = [(p["gridPos"], p["title"]) for p in dashboard()["panels"]]
    for i, (a, title) in enumerate(places):
        for b, other in places[i + 1 :]:
            apart = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"] or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
            assert apart, (title, other)


def test_metrics_exist(start_tessera):
    """All that is named is told by a cluster with a replica, a migration and an append-only file."""
    named = {name for text in [*expressions_of(dashboard()["panels"]), *rule_expressions()] for name in METRIC.findall(text)}
    assert len(named) > 30
    directives = node_directives(appendonly=True, repl_diskless_sync_delay=0)
    started = [start_with_port(start_tessera, **directives) for _ in range(6)]
    ports = [port for _, port in started]
    cluster = Cluster([server for server, _ in started])
    cluster.create(replicas=1)
    connection = cluster.connections[0]
    connection.command("CONFIG", "SET", "slot-migration-rate", "1000")
    for i in range(60):
        for other in cluster.connections[:3]:
            other.command("SET", f"key{i}", "v" * 3000)
    connection.command("NO", "SUCH")
    assert connection.command("CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", "0", "5460", "NODE", cluster.id_of(1)) == "OK"

    def all_are_told():
        missing = named - set().union(*(metrics(port).names for port in ports))
        return not missing

    wait_until(all_are_told, 30)
    connection.command("CLUSTER", "CANCELSLOTMIGRATIONS")
