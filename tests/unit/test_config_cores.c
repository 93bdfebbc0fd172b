/* Counting cores from the texts that the kernel gives. */
#include "server/config/cores.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

static void test_cpu_max(void **state)
{
    static const char *const bad[] = {"",          "max",      "100000",   "max 0", "0 100000",
                                      "-1 100000", "x 100000", "100000 x", "1 2 3", " max 100000"};
    struct cores_quota quota = {7, 7};

    (void)state;
    assert_true(cores_parse_cpu_max(SPAN("max 100000\n"), &quota));
    assert_int_equal(quota.quota, 0);
    assert_int_equal(quota.period, 100000);
    assert_true(cores_parse_cpu_max(SPAN("150000 100000\n"), &quota));
    assert_int_equal(quota.quota, 150000);
    for (size_t index = 0; index < sizeof(bad) / sizeof(bad[0]); index++)
        assert_false(cores_parse_cpu_max(span_of_string(bad[index]), &quota));
    assert_int_equal(quota.quota, 150000);
}

static void test_cfs(void **state)
{
    struct cores_quota quota = {7, 7};

    (void)state;
    assert_true(cores_parse_cfs(SPAN("-1\n"), SPAN("100000\n"), &quota));
    assert_int_equal(quota.quota, 0);
    assert_true(cores_parse_cfs(SPAN("400000\n"), SPAN("100000\n"), &quota));
    assert_int_equal(quota.quota, 400000);
    assert_false(cores_parse_cfs(SPAN("400000\n"), SPAN("0\n"), &quota));
    assert_false(cores_parse_cfs(SPAN(""), SPAN("100000\n"), &quota));
}

static void test_limit(void **state)
{
    (void)state;
    assert_int_equal(cores_limit(8, (struct cores_quota){0, 100000}), 8);
    assert_int_equal(cores_limit(8, (struct cores_quota){200000, 100000}), 2);
    assert_int_equal(cores_limit(8, (struct cores_quota){200001, 100000}), 3);
    assert_int_equal(cores_limit(8, (struct cores_quota){1000, 100000}), 1);
    assert_int_equal(cores_limit(2, (struct cores_quota){800000, 100000}), 2);
    assert_int_equal(cores_limit(2, (struct cores_quota){UINT64_MAX, 1}), 2);
    assert_int_equal(cores_limit(0, (struct cores_quota){0, 0}), 1);
}

static void test_usable(void **state)
{
    uint32_t cores = cores_usable();

    (void)state;
    assert_true(cores >= 1);
    assert_true((long)cores <= sysconf(_SC_NPROCESSORS_CONF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cpu_max),
        cmocka_unit_test(test_cfs),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_usable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
