/* PFDEBUG and PFSELFTEST. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "server/commands/handlers.h"
#include "server/commands/hyperloglog.h"

#include <math.h>
#include <stdio.h>

/* The longest of a run: "Z:16384 ". */
enum { RUN_TEXT_MAX = 16, SELF_TEST_ELEMENTS = 20000, SELF_TEST_SEED = 7 };

/* What a subcommand works on. */
struct debugged {
    struct key key;
    const struct entry *entry;
    struct span string;
};

/* Makes the value dense; *changed tells whether it was not. False after having replied. */
static bool make_dense(struct cmd *cmd, struct debugged *debugged, struct hyperloglog *hyperloglog,
                       bool *changed)
{
    *changed = !hyperloglog_is_dense(debugged->string);
    if (!hyperloglog_load(hyperloglog, debugged->string) || !hyperloglog_make_dense(hyperloglog)) {
        hyperloglog_reply_corrupt(cmd);
        return false;
    }
    if (*changed) {
        hyperloglog_store(cmd, &debugged->key, debugged->entry, hyperloglog);
        cmd_changed(cmd, CMD_NO_EVENT, "", &debugged->key);
    }
    return true;
}

static void debug_registers(struct cmd *cmd, struct debugged *debugged)
{
    uint8_t registers[HYPERLOGLOG_REGISTERS] = {0};
    struct hyperloglog hyperloglog;
    bool changed;

    if (!make_dense(cmd, debugged, &hyperloglog, &changed))
        return;
    if (!hyperloglog_merge(hyperloglog_string(&hyperloglog), registers))
        UNREACHABLE();
    reply_array(cmd->reply, HYPERLOGLOG_REGISTERS);
    for (uint32_t i = 0; i < HYPERLOGLOG_REGISTERS; i++)
        reply_integer(cmd->reply, registers[i]);
}

/* The runs as text, as far as the string is whole. */
static void debug_decode(struct cmd *cmd, struct debugged *debugged)
{
    struct span string = debugged->string;
    size_t runs = string.length < HYPERLOGLOG_LENGTH_MAX ? string.length : HYPERLOGLOG_LENGTH_MAX;
    size_t length = 0;
    size_t offset = HYPERLOGLOG_HEADER;
    char *text;

    if (hyperloglog_is_dense(string)) {
        reply_error_literal(cmd->reply, "ERR HLL encoding is not sparse");
        return;
    }
    text = memory_new(runs * RUN_TEXT_MAX);
    while (offset < string.length && offset < HYPERLOGLOG_LENGTH_MAX) {
        struct hyperloglog_run run = hyperloglog_run_at(string, offset);

        if (run.length == 0)
            break;
        if (run.value > 0)
            length +=
                (size_t)snprintf(text + length, RUN_TEXT_MAX, "v:%u,%u ", run.value, run.length);
        else
            length += (size_t)snprintf(text + length, RUN_TEXT_MAX, "%s:%u ",
                                       run.bytes == 1 ? "z" : "Z", run.length);
        offset += run.bytes;
    }
    reply_bulk(cmd->reply, span_of(text, length > 0 ? length - 1 : 0));
    memory_free(text);
}

static void debug_to_dense(struct cmd *cmd, struct debugged *debugged)
{
    struct hyperloglog hyperloglog;
    bool changed;

    if (make_dense(cmd, debugged, &hyperloglog, &changed))
        reply_integer(cmd->reply, changed);
}

void command_pfdebug(struct cmd *cmd)
{
    struct debugged debugged = {.key = cmd_key(cmd, 2)};
    char scratch[ENTRY_SCRATCH];

    debugged.entry = cmd_find(cmd, &debugged.key);
    if (debugged.entry == NULL) {
        reply_error_literal(cmd->reply, "ERR The specified key does not exist");
        return;
    }
    if (!hyperloglog_string_of(cmd, debugged.entry, scratch, &debugged.string))
        return;
    if (!cmd_argument_is(cmd, 1, "GETREG") && !cmd_argument_is(cmd, 1, "DECODE") &&
        !cmd_argument_is(cmd, 1, "ENCODING") && !cmd_argument_is(cmd, 1, "TODENSE"))
        reply_error_format(cmd->reply, "ERR Unknown PFDEBUG subcommand '%.*s'",
                           (int)(cmd->argv[1].length < 128 ? cmd->argv[1].length : 128),
                           cmd->argv[1].data);
    else if (cmd_argument_is(cmd, 1, "GETREG"))
        debug_registers(cmd, &debugged);
    else if (cmd_argument_is(cmd, 1, "DECODE"))
        debug_decode(cmd, &debugged);
    else if (cmd_argument_is(cmd, 1, "TODENSE"))
        debug_to_dense(cmd, &debugged);
    else if (hyperloglog_is_dense(debugged.string))
        reply_status(cmd->reply, SPAN("dense"));
    else
        reply_status(cmd->reply, SPAN("sparse"));
}

/* Counts different elements on the way to SELF_TEST_ELEMENTS in both forms, which must agree;
 * returns NULL or what is wrong. */
static const char *self_test(struct hyperloglog *sparse, struct hyperloglog *dense)
{
    struct random random;
    uint64_t cardinality;
    uint64_t other;

    random_seed(&random, SELF_TEST_SEED);
    hyperloglog_create(sparse);
    hyperloglog_create(dense);
    if (!hyperloglog_make_dense(dense))
        return "an empty one cannot be made dense";
    for (uint32_t i = 1; i <= SELF_TEST_ELEMENTS; i++) {
        uint64_t element = random_next(&random);
        struct span bytes = span_of((const char *)&element, sizeof(element));

        hyperloglog_raise(sparse, hyperloglog_mark_of(bytes), 3000);
        hyperloglog_raise(dense, hyperloglog_mark_of(bytes), 0);
        if (i % 1000 != 0)
            continue;
        if (!hyperloglog_count(hyperloglog_string(sparse), &cardinality) ||
            !hyperloglog_count(hyperloglog_string(dense), &other))
            return "a count fails";
        if (cardinality != other)
            return "sparse and dense count differently";
        /* Six times the standard error. */
        if (fabs((double)cardinality - i) > 0.05 * i)
            return "a count is far off";
    }
    return NULL;
}

void command_pfselftest(struct cmd *cmd)
{
    struct hyperloglog sparse;
    struct hyperloglog dense;
    const char *wrong = self_test(&sparse, &dense);

    if (wrong == NULL)
        reply_ok(cmd->reply);
    else
        reply_error_format(cmd->reply, "TESTFAILED %s", wrong);
}
