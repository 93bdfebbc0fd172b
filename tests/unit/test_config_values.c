/* Single directives: types, borders, error texts, CONFIG SET's all or nothing, CONFIG GET's
 * patterns. */
#include "server/config/config.h"
#include "server/config/directive.h"
#include "server/config/memory_size.h"

#include "proto/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

static void set_ok(struct config *config, const char *name, const char *value)
{
    struct config_error error = {0};

    if (!config_set(config, span_of_string(name), span_of_string(value), &error))
        fail_msg("%s %s: %s", name, value, error.text);
}

static void set_fails(struct config *config, const char *name, const char *value, const char *text)
{
    struct config_error error = {0};
    struct config *before = config_copy(config);

    assert_false(config_set(config, span_of_string(name), span_of_string(value), &error));
    assert_string_equal(error.text, text);
    assert_true(config_equal(before, config));
    config_free(before);
}

struct seen {
    char text[1 << 15];
    uint32_t count;
};

static void see(void *context, struct span name, struct span value)
{
    struct seen *seen = context;
    size_t used = strlen(seen->text);

    snprintf(seen->text + used, sizeof(seen->text) - used, "%.*s=%.*s;", (int)name.length,
             name.data, (int)value.length, value.data);
    seen->count++;
}

static void assert_get(const struct config *config, const char *pattern, const char *expected)
{
    struct seen seen = {.count = 0};
    struct span span = span_of_string(pattern);

    config_get(config, &span, 1, see, &seen);
    assert_string_equal(seen.text, expected);
}

static void test_memory_sizes(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {
        {"0", 0},
        {"1", 1},
        {"1b", 1},
        {"1k", 1000},
        {"1kb", 1024},
        {"1Kb", 1024},
        {"2m", 2000000},
        {"2MB", 2097152},
        {"3g", 3000000000},
        {"3gb", 3221225472},
        {"007", 7},
        {"18446744073709551615", UINT64_MAX},
        {"17179869183gb", UINT64_MAX - (1u << 30) + 1},
    };
    static const char *const bad[] = {"",
                                      "gb",
                                      "k",
                                      "-1",
                                      "+1",
                                      " 1",
                                      "1 ",
                                      "1 kb",
                                      "1.5k",
                                      "1t",
                                      "1%",
                                      "1kbb",
                                      "0x10",
                                      "18446744073709551616",
                                      "17179869184gb",
                                      "99999999999999999999k"};

    (void)state;
    for (size_t index = 0; index < sizeof(good) / sizeof(good[0]); index++) {
        uint64_t bytes = 42;

        assert_true(memory_size_parse(span_of_string(good[index].text), &bytes));
        assert_true(bytes == good[index].bytes);
    }
    for (size_t index = 0; index < sizeof(bad) / sizeof(bad[0]); index++) {
        uint64_t bytes = 0;

        assert_false(memory_size_parse(span_of_string(bad[index]), &bytes));
    }
}

static void test_defaults(void **state)
{
    struct config *config = config_create();

    (void)state;
    assert_int_equal(config->port, 6379);
    assert_int_equal(config->maxclients, 10000);
    assert_int_equal(config->proto_max_bulk_len, 512u << 20);
    assert_int_equal(config->maxmemory_policy, MAXMEMORY_NOEVICTION);
    assert_true(config->protected_mode);
    assert_false(config->cluster_enabled);
    assert_int_equal(config->requirepass.length, 0);
    assert_int_equal(config->bind.count, 2);
    assert_string_equal(config->bind.items[1], "-::*");
    assert_int_equal(config->save.count, 3);
    assert_int_equal(config->save.items[2].changes, 10000);
    assert_int_equal(config->client_output_buffer_limit.of[CLIENT_CLASS_PUBSUB].soft_seconds, 60);
    assert_int_equal(config->latency_tracking_info_percentiles.count, 3);
    assert_string_equal(config->replicaof.host, "");
    assert_int_equal(config->list_max_listpack_size, -2);
    config_free(config);
}

/* Each default of the table is inside its own bounds and comes back from its own text. */
static void test_defaults_are_accepted(void **state)
{
    struct config *config = config_create();
    struct config *defaults = config_create();

    (void)state;
    for (uint32_t index = 0; index < directive_count; index++) {
        const struct directive *directive = &directives[index];
        struct text_buffer value = {0};

        if (directive->kind == DIRECTIVE_KIND_SECTION)
            continue;
        assert_ptr_equal(directive_find(span_of_string(directive->name), NULL), directive);
        directive_format(directive, defaults, &value);
        char *text = text_buffer_take(&value);

        set_ok(config, directive->name, text);
        memory_free(text);
    }
    assert_true(config_equal(config, defaults));
    config_free(config);
    config_free(defaults);
}

static void test_types_and_borders(void **state)
{
    struct config *config = config_create();

    (void)state;
    set_fails(config, "appendonly", "maybe", "argument must be 'yes' or 'no'");
    set_ok(config, "APPENDONLY", "YES");
    assert_true(config->appendonly);
    set_fails(config, "active-expire-effort", "0", "argument must be between 1 and 10 inclusive");
    set_fails(config, "active-expire-effort", "11", "argument must be between 1 and 10 inclusive");
    set_ok(config, "active-expire-effort", "10");
    set_fails(config, "timeout", "01", "argument couldn't be parsed into an integer");
    set_fails(config, "timeout", "99999999999999999999",
              "argument couldn't be parsed into an integer");
    set_fails(config, "maxclients", "-1", "argument must be between 1 and 4294967295 inclusive");
    set_fails(config, "slowlog-log-slower-than", "-2",
              "argument must be between -1 and 9223372036854775807 inclusive");
    set_fails(config, "maxmemory", "lots", "argument must be a memory value");
    set_fails(config, "repl-backlog-size", "0",
              "argument must be between 1 and 9223372036854775807 inclusive");
    set_fails(config, "unixsocketperm", "999", "argument couldn't be parsed as an octal number");
    set_fails(config, "unixsocketperm", "1000", "argument must be between 0 and 777 inclusive");
    set_ok(config, "unixsocketperm", "700");
    assert_int_equal(config->unixsocketperm, 0700);
    set_ok(config, "maxmemory-clients", "5%");
    assert_int_equal(config->maxmemory_clients, -5);
    assert_get(config, "maxmemory-clients", "maxmemory-clients=5%;");
    set_fails(config, "maxmemory-clients", "101%",
              "percentage argument must be less or equal to 100");
    set_fails(config, "maxmemory-clients", "-5%", "argument must be a memory or percent value");
    set_fails(config, "appendfsync", "sometimes",
              "argument(s) must be one of the following: everysec, always, no");
    set_ok(config, "lua-time-limit", "77");
    assert_int_equal(config->busy_reply_threshold, 77);
    set_ok(config, "hz", "0");
    assert_int_equal(config->hz, 1);
    set_ok(config, "hz", "100000");
    assert_int_equal(config->hz, 500);
    set_fails(config, "no-such", "1", "Bad directive or wrong number of arguments");
    config_free(config);
}

static void test_refused_values(void **state)
{
    struct config *config = config_create();
    struct config_error error;
    char long_name[300];

    (void)state;
    assert_false(config_set(config, SPAN("daemonize"), SPAN("yes"), &error));
    assert_non_null(strstr(error.text, "service manager"));
    assert_false(config_set(config, SPAN("dbfilename"), SPAN("a\0b"), &error));
    set_fails(config, "dbfilename", "../x", "dbfilename can't be a path, just a filename");
    set_fails(config, "proc-title-template", "{nope}",
              "template format is invalid or contains unknown variables");
    set_fails(config, "proc-title-template", "{title",
              "template format is invalid or contains unknown variables");
    set_ok(config, "proc-title-template", "{title} {port}");
    set_fails(config, "cluster-announce-hostname", "a_b",
              "Hostnames may only contain alphanumeric characters, hyphens or dots");
    memset(long_name, 'a', sizeof(long_name));
    assert_false(
        config_set(config, SPAN("cluster-announce-hostname"), span_of(long_name, 256), &error));
    assert_true(
        config_set(config, SPAN("cluster-announce-hostname"), span_of(long_name, 255), &error));
    assert_false(config_set(config, SPAN("cluster-announce-ip"), SPAN("1.2.3.4\nx"), &error));
    config_free(config);
}

static void test_lists(void **state)
{
    struct config *config = config_create();

    (void)state;
    set_ok(config, "save", "60 1");
    assert_int_equal(config->save.count, 1);
    assert_int_equal(config->save.items[0].seconds, 60);
    set_fails(config, "save", "60", "Invalid save parameters");
    set_fails(config, "save", "0 1", "Invalid save parameters");
    set_fails(config, "save", "1 -1", "Invalid save parameters");
    set_fails(config, "save", "1  1", "Invalid save parameters");
    set_ok(config, "save", "");
    assert_int_equal(config->save.count, 0);
    set_ok(config, "client-output-buffer-limit", "replica 1mb 1kb 5");
    assert_get(config, "client-output-buffer-limit",
               "client-output-buffer-limit=normal 0 0 0 slave 1048576 1024 5 pubsub 33554432 "
               "8388608 60;");
    set_fails(config, "client-output-buffer-limit", "normal 1",
              "Wrong number of arguments in buffer limit configuration.");
    set_fails(config, "client-output-buffer-limit", "other 1 1 1",
              "Invalid client class specified in buffer limit configuration.");
    set_fails(config, "client-output-buffer-limit", "normal 1 1 -1",
              "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
    set_ok(config, "latency-tracking-info-percentiles", "0 100 99.95");
    assert_get(config, "latency-tracking-info-percentiles",
               "latency-tracking-info-percentiles=0 100 99.95;");
    set_fails(config, "latency-tracking-info-percentiles", "100.1",
              "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
    set_fails(config, "oom-score-adj-values", "1 2", "wrong number of arguments");
    set_ok(config, "notify-keyspace-events", "g$lshzxetdKE");
    assert_get(config, "notify-keyspace-events", "notify-keyspace-events=AKE;");
    set_ok(config, "notify-keyspace-events", "Emn$d");
    assert_get(config, "notify-keyspace-events", "notify-keyspace-events=$dnEm;");
    set_fails(config, "notify-keyspace-events", "q",
              "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
    set_ok(config, "shutdown-on-sigterm", "now force");
    assert_get(config, "shutdown-on-sigterm", "shutdown-on-sigterm=now force;");
    set_fails(config, "shutdown-on-sigterm", "save nosave",
              "shutdown options SAVE and NOSAVE can't be used simultaneously");
    set_ok(config, "replicaof", "10.0.0.1 6380");
    assert_get(config, "slaveof", "slaveof=10.0.0.1 6380;");
    set_ok(config, "replicaof", "no one");
    assert_get(config, "replicaof", "replicaof=;");
    config_free(config);
}

static void change_fails(const struct config *config, const char *const *pairs, uint32_t count,
                         bool protected_allowed, const char *text)
{
    struct span spans[8];
    struct config_error error = {0};

    for (uint32_t index = 0; index < count; index++)
        spans[index] = span_of_string(pairs[index]);
    assert_null(config_change(config, spans, count, protected_allowed, &error));
    assert_string_equal(error.text, text);
}

static void test_maxmemory_share(void **state)
{
    struct config *config = config_create();
    struct config_error error;
    const struct span other[] = {SPAN("timeout"), SPAN("5")};

    (void)state;
    config->memory_allowed = 1 << 30;
    assert_int_equal(config_maxmemory(config), 0);
    set_ok(config, "maxmemory", "75%");
    assert_get(config, "maxmemory", "maxmemory=75%;");
    assert_int_equal(config_maxmemory(config), 3 << 28);
    struct config *changed = config_change(config, other, 2, false, &error);

    assert_int_equal(config_maxmemory(changed), 3 << 28);
    config_free(changed);
    set_ok(config, "maxmemory", "100%");
    assert_int_equal(config_maxmemory(config), 1 << 30);
    set_ok(config, "maxmemory", "1kb");
    assert_int_equal(config_maxmemory(config), 1024);
    set_ok(config, "maxmemory", "18446744073709551615");
    assert_get(config, "maxmemory", "maxmemory=18446744073709551615;");
    set_ok(config, "maxmemory", "18446744073709551540"); /* not 75% */
    assert_get(config, "maxmemory", "maxmemory=18446744073709551615;");
    set_fails(config, "maxmemory", "0%", "argument must be a memory value");
    set_fails(config, "maxmemory", "101%", "argument must be a memory value");
    set_fails(config, "maxmemory", "%", "argument must be a memory value");
    config_free(config);
}

static void test_change(void **state)
{
    struct config *config = config_create();
    struct config_error error;
    const struct span pairs[] = {SPAN("maxmemory"), SPAN("1kb"), SPAN("timeout"), SPAN("5")};
    const struct span restated[] = {SPAN("shards"), SPAN("0")};

    (void)state;
    struct config *changed = config_change(config, pairs, 4, false, &error);

    assert_non_null(changed);
    assert_int_equal(changed->maxmemory, 1024);
    assert_int_equal(changed->timeout, 5);
    assert_int_equal(config->maxmemory, 0);
    config_free(changed);
    change_fails(config, (const char *const[]){"timeout", "5", "Foo", "1"}, 4, false,
                 "ERR Unknown option or number of arguments for CONFIG SET - 'Foo'");
    change_fails(config, (const char *const[]){"user", "default on"}, 2, true,
                 "ERR Unknown option or number of arguments for CONFIG SET - 'user'");
    change_fails(config, (const char *const[]){"timeout", "5", "maxmemory", "x"}, 4, false,
                 "ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument "
                 "must be a memory value");
    change_fails(config, (const char *const[]){"DATABASES", "1"}, 2, true,
                 "ERR CONFIG SET failed (possibly related to argument 'DATABASES') - can't set "
                 "immutable config");
    change_fails(config, (const char *const[]){"shards", "3"}, 2, true,
                 "ERR CONFIG SET failed (possibly related to argument 'shards') - can't set "
                 "immutable config");
    changed = config_change(config, restated, 2, false, &error);
    assert_non_null(changed);
    config_free(changed);
    change_fails(config, (const char *const[]){"dir", "/"}, 2, false,
                 "ERR CONFIG SET failed (possibly related to argument 'dir') - can't set "
                 "protected config");
    change_fails(config, (const char *const[]){"timeout", "1", "Timeout", "1"}, 4, false,
                 "ERR CONFIG SET failed (possibly related to argument 'Timeout') - duplicate "
                 "parameter");
    config_free(config);
}

static void test_get_patterns(void **state)
{
    struct config *config = config_create();
    const struct span several[] = {SPAN("MaxClients"), SPAN("maxclient?"), SPAN("nothing"),
                                   SPAN("slave-priorit*")};
    struct seen seen = {.count = 0};

    (void)state;
    assert_get(config, "maxmemory", "maxmemory=0;");
    assert_get(config, "MAXMEM*s", "maxmemory-clients=0;maxmemory-samples=5;");
    assert_get(config, "user", "");
    assert_get(config, "rdb-key-save-delay", "rdb-key-save-delay=0;");
    assert_get(config, "rdb-key*", "");
    config_get(config, several, 4, see, &seen);
    assert_string_equal(seen.text, "MaxClients=10000;slave-priority=100;");
    config_free(config);
}

static void test_notify_class(void **state)
{
    (void)state;
    assert_int_equal(config_notify_class('$'), NOTIFY_STRING);
    assert_int_equal(config_notify_class('A'), NOTIFY_ALL);
    assert_int_equal(config_notify_class('q'), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_sizes),          cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_defaults_are_accepted), cmocka_unit_test(test_types_and_borders),
        cmocka_unit_test(test_refused_values),        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_maxmemory_share),       cmocka_unit_test(test_change),
        cmocka_unit_test(test_get_patterns),          cmocka_unit_test(test_notify_class),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
