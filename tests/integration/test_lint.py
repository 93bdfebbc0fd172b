"""tools/lint finds what it is there to find: each rule sees small bad trees, and a good one."""

import importlib.machinery
import importlib.util
import subprocess
import sys

import pytest
from servers import REPOSITORY

LINT = REPOSITORY / "tools" / "lint"

GOOD_HEADER = """#ifndef PROTO_GOOD_H
#define PROTO_GOOD_H

#include <stdint.h>

uint32_t good(uint32_t value);

#endif
"""
GOOD_SOURCE = """#include "proto/good.h"

static const char *const words[] = {"time(0)", "atoi(x)"};

/* A comment may say io_uring_enter, strcpy() and fopen("x"). */
uint32_t good(uint32_t value)
{
    return value + (words[0] != words[1]);
}
"""


def long_function(lines):
    body = "".join(f"    value += {i};\n" for i in range(lines - 5))
    return f"\nint one(void)\n{{\n    int value = 0;\n{body}    return value;\n}}\n"


def lint(tree, *arguments):
    result = subprocess.run(
        [sys.executable, str(LINT), "--top", str(tree), *arguments],
        capture_output=True, text=True, timeout=60,
    )
    assert result.stderr == ""
    return result.returncode, result.stdout.splitlines()


@pytest.fixture
def tree(tmp_path):
    """Writes files into a tree that has a good header and source already."""

    def write(**files):
        everything = {"proto/good.h": GOOD_HEADER, "proto/good.c": GOOD_SOURCE, **files.pop("files", {})}
        for name, text in everything.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            if text.startswith("#!"):
                path.chmod(0o755)
        (tmp_path / ".clang-format").write_text((REPOSITORY / ".clang-format").read_text())
        return tmp_path

    return write


BAD = [
    ("layers", "storage/a.c", '#include "cluster/b.h"\n', 1, "storage may not include cluster/b.h"),
    ("layers", "proto/a.c", '\n#include "server/b.h"\n', 2, "proto may not include server/b.h"),
    ("layers", "proto/a.c", '#include "good.h"\n', 1, "not a path from the top"),
    ("layers", "server/a.c", '#include "../proto/good.h"\n', 1, "not a path from the top"),
    ("layers", "server/a.c", '#include "proto/gone.h"\n', 1, "there is no proto/gone.h"),
    ("purity", "storage/a.c", "#include <pthread.h>\n", 1, "<pthread.h>"),
    ("purity", "cluster/a.c", "#include <sys/socket.h>\n", 1, "<sys/socket.h>"),
    ("purity", "proto/a.h", "#include <time.h>\n", 1, "<time.h>"),
    ("purity", "storage/a.c", 'int a(void)\n{\n    return !fopen("x", "r");\n}\n', 3, "fopen()"),
    ("purity", "storage/a.c", "int a(void)\n{\n    return random();\n}\n", 3, "random()"),
    ("purity", "storage/a.c", 'int a(void)\n{\n    return !getenv("x");\n}\n', 3, "getenv()"),
    ("reserved", "server/dispatch/a.c", "struct io_uring_sqe *a;\n", 1, "io_uring_sqe"),
    ("reserved", "server/shard/shard.c", "#include <ck_ring.h>\n", 1, "ck_ring"),
    ("banned", "server/a.c", "int a(void)\n{\n    return atoi(b);\n}\n", 3, "atoi()"),
    ("banned", "tests/unit/a.c", "void a(void)\n{\n    strcpy (b, c);\n}\n", 3, "strcpy()"),
    ("function-length", "server/a.c", long_function(71), 2, "a function of 71 lines, at most 70"),
    ("file-length", "server/a.c", "int a;\n" * 801, 801, "801 lines, at most 800"),
    ("file-length", "tests/integration/a.py", "a = 1\n" * 801, 801, "801 lines, at most 800"),
    ("headers", "proto/a.h", "uint32_t a;\n", 1, "uint32_t"),
    ("headers", "storage/a.h", '#include "cluster/b.h"\n', 1, "cluster/b.h"),
    ("generated", "tools/generate-a", "#!/bin/sh\necho a.c is old\nexit 1\n", 1, "a.c is old"),
    ("format", "server/a.c", "int a;\nint  b;\n", 2, "tools/dev format"),
    ("whitespace", "README.md", "words\nwords \n", 2, "white space"),
    ("whitespace", "README.md", "words", 1, "the last line has no end"),
    ("marks", "server/a.c", "int a; /* TO" + "DO: b */\n", 1, "finish it"),
]


@pytest.mark.parametrize("rule, path, text, line, words", BAD)
def test_bad_tree(tree, rule, path, text, line, words):
    top = tree(files={"cluster/b.h": "#ifndef B\n#define B\n#endif\n", path: text})
    status, output = lint(top, rule)
    assert status == 1
    assert len(output) == 2, output
    assert output[0].startswith(f"{path}:{line}: {rule}: ")
    assert words in output[0]


def test_unknown_shell_construct(tree):
    if subprocess.run(["which", "shellcheck"], capture_output=True).returncode != 0:
        pytest.skip("shellcheck is not installed")
    status, output = lint(tree(files={"tools/a": "#!/bin/sh\necho $1\n"}), "shell")
    assert status == 1
    assert output[0].startswith("tools/a:2: shell: ")


def archive(top, source):
    """Compiles a source of storage into build/libstorage.a."""
    (top / "build").mkdir()
    object_file = top / "build" / (source.name + ".o")
    subprocess.run(["gcc", "-O2", "-fPIE", "-c", source, "-o", object_file], check=True)
    subprocess.run(["ar", "rc", top / "build" / "libstorage.a", object_file], check=True)


@pytest.mark.parametrize(
    "text",
    [
        "int counter;\n",
        "static int counter = 1;\nint a(void)\n{\n    return counter++;\n}\n",
        "int a(void)\n{\n    static int counter;\n    return counter++;\n}\n",
        "static _Thread_local int counter;\nint a(void)\n{\n    return counter++;\n}\n",
    ],
)
def test_mutable_global(tree, text):
    top = tree(files={"storage/a.c": text})
    (top / "proto" / "good.c").unlink()
    archive(top, top / "storage" / "a.c")
    status, output = lint(top, "globals")
    assert status == 1
    line = text[: text.index("counter")].count("\n") + 1
    assert output[0].startswith(f"storage/a.c:{line}: globals: counter")


def test_constants_are_no_globals(tree):
    text = 'const char *const words[] = {"a", "b"};\nconst int three = 3;\n'
    top = tree(files={"storage/a.c": text})
    (top / "proto" / "good.c").unlink()
    archive(top, top / "storage" / "a.c")
    assert lint(top, "globals")[0] == 0


def test_globals_need_a_build(tree):
    status, output = lint(tree(), "globals")
    assert status == 1
    assert "not built" in output[0]


def test_good_tree_has_no_findings(tree):
    table = "/*\n * Rows. It is\n * a table.\n */\n" + "ROW(one)\n" * 900
    generated = "/* Written by tools/generate-rows from rows. */\n" + "int  a;\n" * 900
    top = tree(files={
        "server/uses.c": '#include "proto/good.h"\n#include "server/rows.h"\n' + long_function(70),
        "server/rows.h": table,
        "server/made.c": generated,
        "server/reactor/ring.c": "void io_uring_enter(void);\n",
        "tools/generate-rows": "#!/bin/sh\nexit 0\n",
    })
    rules = [name for name in load_lint().RULES if name != "globals"]
    status, output = lint(top, *rules)
    assert (status, len(output)) == (0, 1), output


def test_generator_is_asked_with_check(tree):
    script = '#!/bin/sh\n[ "$*" = --check ]\n'
    assert lint(tree(files={"tools/generate-rows": script}), "generated")[0] == 0


def test_every_rule_has_a_bad_tree():
    covered = {case[0] for case in BAD} | {"globals", "shell"}
    assert covered == set(load_lint().RULES)


def load_lint():
    loader = importlib.machinery.SourceFileLoader("lint", str(LINT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("lint", loader))
    before = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module
