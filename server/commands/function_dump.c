/*
 * FUNCTION DUMP and RESTORE: all libraries as one payload, as RDB files have them.
 *
 *   (FUNCTION2 opcode, text of a library) ..., the frame of dump_payload.h
 *
 * The payload names the RDB version of Redis 7.0: there is nothing in it that a later one changed,
 * and all that know functions can read it.
 */
#include "server/commands/handlers.h"

#include "proto/base/memory.h"
#include "proto/rdb/dump_payload.h"
#include "proto/rdb/rdb_format.h"
#include "proto/rdb/rdb_reader.h"
#include "server/commands/cmd.h"
#include "server/commands/function.h"
#include "server/journal/recording.h"
#include "server/script/engine.h"
#include "server/script/function_load.h"
#include "server/script/function_set.h"
#include "server/shard/shard.h"

#define PAYLOAD_ERROR "ERR DUMP payload version or checksum are wrong"

static void write_libraries(const struct cmd *cmd, struct rdb_writer *writer)
{
    struct function_set *set = function_store_get(cmd->shard->node->functions);

    rdb_writer_init(writer, true);
    for (uint32_t i = 0; i < set->library_count; i++) {
        rdb_writer_byte(writer, RDB_OPCODE_FUNCTION2);
        rdb_writer_string(writer, set->libraries[i]->code);
    }
    function_set_release(set);
}

void command_function_dump(struct cmd *cmd)
{
    struct rdb_writer writer;

    write_libraries(cmd, &writer);
    dump_payload_close(&writer, RDB_VERSION_REDIS_7_0);
    reply_bulk(cmd->reply, rdb_writer_span(&writer));
    rdb_writer_free(&writer);
}

/* ---- RESTORE ---- */

struct restored {
    struct function_library **libraries;
    uint32_t count;
    uint32_t capacity;
};

static void release(struct restored *restored)
{
    for (uint32_t i = 0; i < restored->count; i++)
        function_library_release(restored->libraries[i]);
    memory_free(restored->libraries);
}

static bool restore_one(struct cmd *cmd, struct restored *restored, struct span code)
{
    struct function_library *library;
    struct function_header header;

    if (!function_header_parse(&header, code, cmd->reply))
        return false;
    library = function_load(script_engine_of(cmd->shard), &header, code, NULL, cmd->reply);
    function_header_free(&header);
    if (library == NULL)
        return false;
    if (restored->count == restored->capacity) {
        restored->capacity = restored->capacity == 0 ? 8 : restored->capacity * 2;
        restored->libraries =
            memory_resize(restored->libraries, restored->capacity * sizeof(restored->libraries[0]));
    }
    restored->libraries[restored->count++] = library;
    return true;
}

static bool restore_next(struct cmd *cmd, struct restored *restored, struct rdb_reader *reader)
{
    struct rdb_string code = {.owned = NULL};
    uint8_t opcode;
    bool ok;

    if (!rdb_reader_byte(reader, &opcode) || opcode != RDB_OPCODE_FUNCTION2) {
        reply_error_literal(cmd->reply, "ERR given type is not a function");
        return false;
    }
    if (!rdb_reader_string(reader, &code)) {
        reply_error_literal(cmd->reply, "ERR Failed loading library data");
        return false;
    }
    ok = restore_one(cmd, restored, code.bytes);
    rdb_string_free(&code);
    return ok;
}

static bool restore_policy(const struct cmd *cmd, enum function_policy *policy)
{
    *policy = FUNCTION_APPEND;
    if (cmd->argc > 4)
        function_reply_wrong_arguments(cmd);
    else if (cmd->argc == 3 || cmd_argument_is(cmd, 3, "APPEND"))
        return true;
    else if (cmd_argument_is(cmd, 3, "REPLACE"))
        *policy = FUNCTION_REPLACE;
    else if (cmd_argument_is(cmd, 3, "FLUSH"))
        *policy = FUNCTION_FLUSH;
    else
        reply_error_literal(cmd->reply, "ERR Wrong restore policy given, value should be either "
                                        "FLUSH, APPEND or REPLACE.");
    return *policy != FUNCTION_APPEND;
}

static bool add_all(struct cmd *cmd, const struct restored *restored, enum function_policy policy)
{
    struct span name;
    const char *what = "Library";

    switch (function_store_add(cmd->shard->node->functions, restored->libraries, restored->count,
                               policy, &name)) {
    case FUNCTION_CONFLICT_NONE:
        return true;
    case FUNCTION_CONFLICT_NAME:
        what = "Function";
        break;
    case FUNCTION_CONFLICT_LIBRARY:
        break;
    }
    reply_error_format(cmd->reply, "ERR %s %.*s already exists", what, (int)name.length, name.data);
    return false;
}

/* All of them, or none and an error. */
static bool restore_all(struct cmd *cmd, struct span value, enum function_policy policy)
{
    struct rdb_reader reader = rdb_reader_of(value);
    struct restored restored = {.count = 0};
    bool ok = true;

    while (ok && rdb_reader_left(&reader) > 0)
        ok = restore_next(cmd, &restored, &reader);
    ok = ok && add_all(cmd, &restored, policy);
    release(&restored);
    return ok;
}

void command_function_restore(struct cmd *cmd)
{
    bool check_sum =
        !atomic_load_explicit(&cmd->shard->node->skips_checksums, memory_order_relaxed);
    enum function_policy policy;
    struct span value;
    uint16_t version;

    if (!restore_policy(cmd, &policy))
        return;
    if (!dump_payload_open(cmd->argv[2], check_sum, &value, &version)) {
        reply_error_literal(cmd->reply, PAYLOAD_ERROR);
        return;
    }
    if (recording_wants_section(cmd, command_function_restore) || !restore_all(cmd, value, policy))
        return;
    recording_functions(cmd);
    reply_ok(cmd->reply);
}
