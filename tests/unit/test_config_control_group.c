/* Control groups: from the texts that the kernel gives, and in a file system made up for it. */
#include "server/config/control_group.h"
#include "server/config/cores.h"
#include "server/config/memory_allowed.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

static void assert_path(const char *text, struct span controller, const char *expected)
{
    struct span path = SPAN("none");

    assert_int_equal(control_group_path(span_of_string(text), controller, &path), expected != NULL);
    if (expected != NULL)
        assert_true(span_equal(path, span_of_string(expected)));
}

static void test_group_path(void **state)
{
    const char *both =
        "12:memory:/docker/a\n5:cpu,cpuacct:/docker/b:c\n4:cpuset:/d\n0::/init.scope\n";

    (void)state;
    assert_path(both, CONTROL_GROUP_UNIFIED, "/init.scope");
    assert_path(both, SPAN("cpu"), "/docker/b:c");
    assert_path("0::/\n", CONTROL_GROUP_UNIFIED, "/");
    assert_path("0::/\n", SPAN("cpu"), NULL);
    assert_path("4:cpuset:/d\n", SPAN("cpu"), NULL);
    assert_path("", CONTROL_GROUP_UNIFIED, NULL);
    assert_path("0:\n0\n:::\n", CONTROL_GROUP_UNIFIED, NULL);
}

static void test_group_mount(void **state)
{
    struct span text = SPAN(
        "23 28 0:21 / /proc rw,nosuid shared:12 - proc proc rw\n"
        "30 24 0:26 / /sys/fs/cgroup/unified rw,nosuid shared:9 master:2 - cgroup2 cgroup2 rw\n"
        "31 24 0:27 /docker/b /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
        "32 24 0:28 /docker/b /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n");
    struct span root;
    struct span point;

    (void)state;
    assert_true(control_group_mount(text, CONTROL_GROUP_UNIFIED, &root, &point));
    assert_true(span_equal(root, SPAN("/")));
    assert_true(span_equal(point, SPAN("/sys/fs/cgroup/unified")));
    assert_true(control_group_mount(text, SPAN("cpu"), &root, &point));
    assert_true(span_equal(root, SPAN("/docker/b")));
    assert_true(span_equal(point, SPAN("/sys/fs/cgroup/cpu,cpuacct")));
    /* Every cut of the text is taken without reading beyond it. */
    for (size_t length = 0; length < text.length; length++)
        control_group_mount(span_of(text.data, length), SPAN("cpu"), &root, &point);
    assert_false(control_group_mount(SPAN("1 2 3\n\n"), SPAN("cpu"), &root, &point));
}

static void assert_below(const char *root, const char *path, const char *expected)
{
    struct span below = control_group_below(span_of_string(root), span_of_string(path));

    assert_true(span_equal(below, span_of_string(expected)));
}

static void test_path_below(void **state)
{
    (void)state;
    assert_below("/", "/", "");
    assert_below("/", "/a/b", "/a/b");
    assert_below("/a", "/a", "");
    assert_below("/a", "/a/b", "/b");
    assert_below("/a", "/ab", "");
    assert_below("/docker/x", "/", "");
    assert_below("/", "/../y", "");
}

static void test_parse_memory(void **state)
{
    static const char *const bad[] = {"", "\n", "maximum", "-1", "12 ", "1k"};
    uint64_t bytes = 7;

    (void)state;
    for (size_t index = 0; index < sizeof(bad) / sizeof(bad[0]); index++)
        assert_false(memory_allowed_parse(span_of_string(bad[index]), &bytes));
    assert_true(memory_allowed_parse(SPAN("1073741824\n"), &bytes));
    assert_true(bytes == 1 << 30);
    assert_true(memory_allowed_parse(SPAN("max\n"), &bytes));
    assert_true(bytes == UINT64_MAX);
}

/* ---- a system of files ---- */

static void write_file(const char *root, const char *path, const char *text)
{
    char name[512];
    FILE *file;

    snprintf(name, sizeof(name), "%s/%s", root, path);
    for (char *slash = strchr(name + strlen(root) + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(name, 0700);
        *slash = '/';
    }
    file = fopen(name, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int make_root(void **state)
{
    static char root[64];

    snprintf(root, sizeof(root), "/tmp/tessera-groups-XXXXXX");
    *state = mkdtemp(root);
    return *state == NULL;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static int remove_root(void **state)
{
    return nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* A pod's container in its own namespace of groups: it is at the mount's root. */
static void test_container(void **state)
{
    const char *root = *state;

    write_file(root, "proc/self/cgroup", "0::/\n");
    write_file(root, "proc/self/mountinfo", "30 24 0:26 / /groups rw - cgroup2 cgroup rw\n");
    assert_int_equal(cores_by_quota(root, 8), 8);
    assert_true(memory_allowed_by_groups(root, 1000) == 1000);
    write_file(root, "groups/memory.max", "600\n");
    write_file(root, "groups/cpu.max", "250000 100000\n");
    assert_int_equal(cores_by_quota(root, 8), 3);
    assert_true(memory_allowed_by_groups(root, 1000) == 600);
    assert_true(memory_allowed_by_groups(root, 500) == 500);
    write_file(root, "groups/memory.max", "max\n");
    assert_true(memory_allowed_by_groups(root, 1000) == 1000);
    write_file(root, "groups/memory.max", "0\n");
    assert_true(memory_allowed_by_groups(root, 1000) == 1000);
}

static void test_parents(void **state)
{
    const char *root = *state;

    write_file(root, "proc/self/cgroup", "0::/slice/pod/one\n");
    write_file(root, "proc/self/mountinfo", "30 24 0:26 / /groups rw - cgroup2 cgroup rw\n");
    write_file(root, "groups/slice/pod/one/memory.max", "max\n");
    write_file(root, "groups/slice/pod/memory.max", "700\n");
    write_file(root, "groups/slice/memory.max", "900\n");
    write_file(root, "groups/slice/pod/cpu.max", "max 100000\n");
    write_file(root, "groups/slice/cpu.max", "200000 100000\n");
    assert_true(memory_allowed_by_groups(root, 1000) == 700);
    assert_int_equal(cores_by_quota(root, 8), 2);
}

static void test_version_1(void **state)
{
    const char *root = *state;

    write_file(root, "proc/self/cgroup", "4:memory:/docker/a\n3:cpu,cpuacct:/docker/a\n");
    write_file(root, "proc/self/mountinfo",
               "31 24 0:27 /docker/a /groups/memory rw - cgroup cgroup rw,memory\n"
               "32 24 0:28 /docker/a /groups/cpu rw - cgroup cgroup rw,cpu,cpuacct\n");
    write_file(root, "groups/memory/memory.limit_in_bytes", "9223372036854771712\n");
    write_file(root, "groups/cpu/cpu.cfs_quota_us", "-1\n");
    write_file(root, "groups/cpu/cpu.cfs_period_us", "100000\n");
    assert_true(memory_allowed_by_groups(root, 1000) == 1000);
    assert_int_equal(cores_by_quota(root, 8), 8);
    write_file(root, "groups/memory/memory.limit_in_bytes", "800\n");
    write_file(root, "groups/cpu/cpu.cfs_quota_us", "100000\n");
    assert_true(memory_allowed_by_groups(root, 1000) == 800);
    assert_int_equal(cores_by_quota(root, 8), 1);
}

static void test_no_groups(void **state)
{
    (void)state;
    assert_true(memory_allowed_by_groups("/nowhere", 1000) == 1000);
    assert_int_equal(cores_by_quota("/nowhere", 4), 4);
    assert_true(memory_allowed() > 0);
}

#define WITH_FILES(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_group_path), cmocka_unit_test(test_group_mount),
        cmocka_unit_test(test_path_below), cmocka_unit_test(test_parse_memory),
        WITH_FILES(test_container),        WITH_FILES(test_parents),
        WITH_FILES(test_version_1),        cmocka_unit_test(test_no_groups),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
