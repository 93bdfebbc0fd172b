"""The container: what the Dockerfile says, without a container engine.

The server runs in namespaces as the first process, not as root, on a root file system that cannot be
written; under the seccomp profile; and the packages of the image have the libraries that it needs.

Environment:
  TESSERA_CONTAINER_ROOT   a directory, outside of the repository: the image's root file system is assembled
                           there by debootstrap (half a minute, the first time) and used as well
"""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

import pytest
from servers import LIMIT_FACTOR, REPOSITORY, TESSERA_SERVER, wait_until

CONTAINER = REPOSITORY / "deploy" / "container"
DOCKERFILE = (CONTAINER / "Dockerfile").read_text()
PROFILE = CONTAINER / "seccomp.json"
# In every Debian, or brought by others of the list.
IMPLIED = {"libc6", "libgcc-s1", "libstdc++6"}

# $1 is the root, the rest the server's command line, whose first directive is --dir.
ENTER = """
root=$1; data=$4; shift 2
chown 10001:10001 "$data"
mount --bind "$root" "$root"
mount --bind "$data" "$root/data"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec=10001:10001 "$root" tessera-server "$@" --dir /data
"""


def packages_of_stages():
    """The packages that each stage of the Dockerfile installs."""
    text = DOCKERFILE.replace("\\\n", " ")
    return [set(found.split()) for found in re.findall(r"--no-install-recommends ([^&\n]*)", text)]


def libraries():
    """Paths of the shared libraries that the server needs."""
    output = subprocess.run(["ldd", TESSERA_SERVER], check=True, capture_output=True, text=True).stdout
    return re.findall(r"(/\S+) \(", output)


def test_packages_of_the_image():
    build, runtime = packages_of_stages()
    tool = re.search(r"build_packages=\(([^)]*)\)", (REPOSITORY / "tools" / "dev").read_text()).group(1)
    assert build == set(tool.split())
    if not shutil.which("dpkg-query"):
        pytest.skip("not a Debian system")
    needed = set()
    for library in libraries():
        pattern = "*/" + "/".join(pathlib.Path(library).parts[-2:])  # /lib is /usr/lib
        owner = subprocess.run(["dpkg-query", "-S", pattern], capture_output=True, text=True)
        needed.add(owner.stdout.split(":")[0])
    assert needed - IMPLIED == runtime


# ---- In namespaces ----


def copied_root(directory):
    """The server and its libraries, and nothing else."""
    for library in libraries():
        place = directory / library.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, place)
    return directory


def debian_root(_directory):
    """The image's own packages, assembled once."""
    if "TESSERA_CONTAINER_ROOT" not in os.environ:
        pytest.skip("TESSERA_CONTAINER_ROOT is not set")
    if not shutil.which("debootstrap"):
        pytest.skip("debootstrap is not installed")
    root = pathlib.Path(os.environ["TESSERA_CONTAINER_ROOT"])
    if not (root / "var" / "lib" / "dpkg" / "status").exists():
        include = ",".join(sorted(packages_of_stages()[1]))
        subprocess.run(["debootstrap", "--variant=minbase", f"--include={include}", "bookworm", root], check=True)
    return root


@pytest.fixture(params=[copied_root, debian_root], ids=["copied", "debian"])
def root(request, tmp_path):
    if subprocess.run(["unshare", "-mpf", "true"], capture_output=True).returncode != 0:
        pytest.skip("no namespaces can be made here")
    root = request.param(tmp_path)
    root.chmod(0o755)
    for name in ("usr/local/bin", "data", "proc"):
        (root / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(TESSERA_SERVER, root / "usr/local/bin/tessera-server")
    return root


def children(pid):
    """Processes, dead ones too, whose parent it is."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rsplit(") ", 1)[1].split()[1]) == pid:
                found.append(int(path.parent.name))
        except OSError:
            pass
    return found


@pytest.mark.limit(300)
def test_first_process(root, start_tessera):
    prefix = ["unshare", "-mpf", "sh", "-ec", ENTER, "sh", str(root)]
    node = start_tessera(prefix=prefix, appendonly=True)
    (server,) = children(node.pid)
    status = pathlib.Path(f"/proc/{server}/status").read_text()
    assert re.search(r"NSpid:\t\d+\t1\n", status)
    assert re.search(r"Uid:\t10001\t10001\t10001\t10001\nGid:\t10001\t", status)
    assert re.search(r"CapEff:\t0+\n(?s:.*)NoNewPrivs:\t1\n", status)
    mounts = pathlib.Path(f"/proc/{server}/mountinfo").read_text()
    assert re.search(r" / ro[, ]", mounts) and re.search(r" /data rw[, ]", mounts)

    client = node.client()
    client.set("key", "value")
    assert client.save()
    orphan = ["nsenter", "-t", str(server), "-p", "sh", "-c", "sleep 0.1 & exit 0"]
    subprocess.run(orphan, check=True, timeout=20 * LIMIT_FACTOR)
    wait_until(lambda: not children(server), 20, "the orphan is gone")

    os.kill(server, signal.SIGTERM)
    assert node.wait_exit() == 0
    node.start()
    assert node.client().get("key") == b"value"
    os.kill(children(node.pid)[0], signal.SIGTERM)
    assert node.wait_exit() == 0


# ---- The profile ----


def confine(profile, without, command):
    """Becomes a command under the profile's filter; the named calls are refused as well."""
    import seccomp

    action = {"SCMP_ACT_ALLOW": seccomp.ALLOW}
    compare = {"SCMP_CMP_MASKED_EQ": seccomp.MASKED_EQ}
    described = json.loads(pathlib.Path(profile).read_text())
    filter = seccomp.SyscallFilter(seccomp.ERRNO(described["defaultErrnoRet"]))
    for rule in described["syscalls"]:
        arguments = [
            seccomp.Arg(item["index"], compare[item["op"]], item["value"], item["valueTwo"]) for item in rule.get("args", [])
        ]
        for name in rule["names"]:
            if name not in without:
                filter.add_rule(action.get(rule["action"]) or seccomp.ERRNO(rule["errnoRet"]), name, *arguments)
    filter.load()
    os.execv(command[0], command)


def confined(without=""):
    return [sys.executable, __file__, str(PROFILE), without]


@pytest.fixture
def profile():
    pytest.importorskip("seccomp")
    return json.loads(PROFILE.read_text())


@pytest.mark.parametrize("without, backend", [("", "uring"), ("io_uring_setup", "epoll")])
def test_under_the_profile(profile, start_tessera, without, backend):
    """And where an engine's own profile forbids io_uring."""
    node = start_tessera(prefix=confined(without), appendonly=True, shards=2)
    assert node.info("server")["io_backend"] == backend
    assert re.search(r"Seccomp:\t2\n", pathlib.Path(f"/proc/{node.pid}/status").read_text())
    replica = start_tessera(prefix=confined(without), replicaof=("localhost", node.port), shards=2)
    client = node.client()
    client.mset({f"key:{number}": "x" * 100 for number in range(1000)})
    client.eval("return redis.call('set', KEYS[1], 1)", 1, "by-script")
    client.bgsave()
    client.bgrewriteaof()
    wait_until(lambda: replica.client().dbsize() == 1001, 30, "the replica has all keys")
    wait_until(lambda: not client.info("persistence")["rdb_bgsave_in_progress"], 30, "the snapshot is written")
    node.restart()
    assert node.client().dbsize() == 1001


def test_profile_names_calls(profile):
    """None twice, and each is a call of Linux (those of other machines are unknown here)."""
    import seccomp

    names = [name for rule in profile["syscalls"] for name in rule["names"]]
    assert len(names) == len(set(names))
    for name in names:
        assert seccomp.resolve_syscall(seccomp.Arch(), name) >= 0, name


if __name__ == "__main__":
    confine(sys.argv[1], sys.argv[2].split(","), sys.argv[3:])
