/* BITFIELD and BITFIELD_RO: integers of any width anywhere in a string. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/bitmap.h"
#include "server/commands/handlers.h"
#include "storage/types/bitmap.h"

enum field_action { FIELD_GET, FIELD_SET, FIELD_INCREASE };

/* What to do with a number that does not fit. */
enum field_overflow { OVERFLOW_WRAP, OVERFLOW_SATURATE, OVERFLOW_FAIL };

struct field_step {
    uint64_t offset; /* in bits */
    int64_t operand; /* of SET and INCRBY */
    uint8_t width;
    bool is_signed;
    uint8_t action;
    uint8_t overflow;
};

struct field_steps {
    struct field_step *steps;
    uint32_t count;
    bool writes;
    uint64_t written_end; /* behind the last bit that may be written */
};

/* i1 to i64 or u1 to u63. */
static bool field_type(const struct cmd *cmd, struct span text, struct field_step *step)
{
    int64_t width = 0;

    if (text.length > 1 && (text.data[0] == 'i' || text.data[0] == 'u')) {
        step->is_signed = text.data[0] == 'i';
        if (number_parse_integer(span_of(text.data + 1, text.length - 1), &width) && width >= 1 &&
            width <= (step->is_signed ? 64 : 63)) {
            step->width = (uint8_t)width;
            return true;
        }
    }
    reply_error_literal(cmd->reply, "ERR Invalid bitfield type. Use something like i16 u8. Note "
                                    "that u64 is not supported but i64 is.");
    return false;
}

static bool field_overflow(const struct cmd *cmd, uint32_t index, uint8_t *overflow)
{
    static const struct span words[] = {SPAN("WRAP"), SPAN("SAT"), SPAN("FAIL")};

    for (uint8_t i = 0; i < 3; i++) {
        if (span_equal_ignoring_case(words[i], cmd->argv[index])) {
            *overflow = i;
            return true;
        }
    }
    reply_error_literal(cmd->reply, "ERR Invalid OVERFLOW type specified");
    return false;
}

/* The arguments that follow the word GET, SET or INCRBY. */
static bool field_arguments(const struct cmd *cmd, uint32_t index, struct field_steps *steps,
                            struct field_step *step)
{
    if (!field_type(cmd, cmd->argv[index], step) ||
        !bitmap_offset(cmd, cmd->argv[index + 1], step->width, &step->offset))
        return false;
    if (step->action == FIELD_GET)
        return true;
    steps->writes = true;
    if (steps->written_end < step->offset + step->width)
        steps->written_end = step->offset + step->width;
    return cmd_integer(cmd, index + 2, &step->operand);
}

/* All of the arguments. Replies the first error. */
static bool field_parse(const struct cmd *cmd, struct field_steps *steps)
{
    uint8_t overflow = OVERFLOW_WRAP;
    uint32_t taken;

    for (uint32_t i = 2; i < cmd->argc; i += taken) {
        struct field_step *step = &steps->steps[steps->count];
        uint32_t left = cmd->argc - i - 1;

        *step = (struct field_step){.overflow = overflow};
        taken = 4;
        if (cmd_argument_is(cmd, i, "GET") && left >= 2) {
            step->action = FIELD_GET;
            taken = 3;
        } else if (cmd_argument_is(cmd, i, "SET") && left >= 3) {
            step->action = FIELD_SET;
        } else if (cmd_argument_is(cmd, i, "INCRBY") && left >= 3) {
            step->action = FIELD_INCREASE;
        } else if (cmd_argument_is(cmd, i, "OVERFLOW") && left >= 1) {
            if (!field_overflow(cmd, i + 1, &overflow))
                return false;
            taken = 2;
            continue;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
        if (!field_arguments(cmd, i + 1, steps, step))
            return false;
        steps->count++;
    }
    return true;
}

/* The number that these bits are. */
static __int128 field_number(const struct field_step *step, uint64_t bits)
{
    if (step->is_signed && (bits >> (step->width - 1) & 1) != 0)
        return (__int128)bits - ((__int128)1 << step->width);
    return bits;
}

/* Makes the number one that fits, as the step wishes. False: it is not to be written. */
static bool field_fit(const struct field_step *step, __int128 *number)
{
    __int128 range = (__int128)1 << step->width;
    __int128 least = step->is_signed ? -(range / 2) : 0;
    __int128 most = least + range - 1;

    if (*number >= least && *number <= most)
        return true;
    if (step->overflow == OVERFLOW_WRAP)
        *number = field_number(step, (uint64_t)*number & (uint64_t)(range - 1));
    else if (step->overflow == OVERFLOW_SATURATE)
        *number = *number < least ? least : most;
    return step->overflow != OVERFLOW_FAIL;
}

/* Does one step and replies; true when it changed a bit. *written: it did not fail. */
static bool field_write(const struct cmd *cmd, const struct field_step *step, char *bytes,
                        size_t length, bool *written)
{
    uint64_t bits = bitmap_field(span_of(bytes, length), step->offset, step->width);
    __int128 before = field_number(step, bits);
    __int128 number;

    /* An unsigned field takes a negative operand of SET for a large one. */
    if (step->action == FIELD_INCREASE)
        number = before + step->operand;
    else
        number = step->is_signed ? (__int128)step->operand : (__int128)(uint64_t)step->operand;
    if (!field_fit(step, &number)) {
        reply_null(cmd->reply);
        return false;
    }
    *written = true;
    bitmap_set_field(bytes, length, step->offset, step->width, (uint64_t)number);
    reply_integer(cmd->reply, (int64_t)(step->action == FIELD_INCREASE ? number : before));
    return number != before;
}

static void field_run_reads(const struct cmd *cmd, const struct key *key,
                            const struct field_steps *steps)
{
    const struct entry *entry = cmd_read(cmd, key);
    char scratch[ENTRY_SCRATCH];
    struct span bytes = SPAN("");

    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    if (entry != NULL)
        bytes = entry_string(entry, scratch);
    reply_array(cmd->reply, steps->count);
    for (uint32_t i = 0; i < steps->count; i++) {
        const struct field_step *step = &steps->steps[i];

        reply_integer(cmd->reply,
                      (int64_t)field_number(step, bitmap_field(bytes, step->offset, step->width)));
    }
}

/* The first byte that is written to. */
static size_t first_written(const struct field_steps *steps)
{
    uint64_t first = UINT64_MAX;

    for (uint32_t i = 0; i < steps->count; i++) {
        if (steps->steps[i].action != FIELD_GET && steps->steps[i].offset < first)
            first = steps->steps[i].offset;
    }
    ASSERT(first != UINT64_MAX);
    return first / 8;
}

static void field_run_writes(struct cmd *cmd, const struct key *key,
                             const struct field_steps *steps)
{
    const struct entry *entry = cmd_find(cmd, key);
    size_t needed = (steps->written_end + 7) / 8;
    size_t first = first_written(steps);
    size_t length = 0;
    bool written = false;
    bool changed;
    char *bytes;

    ASSERT(needed > 0);
    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    if (entry != NULL)
        length = entry_string_length(entry);
    /* The string grows even for a step that then fails. */
    changed = needed > length;
    if (changed)
        length = needed;
    keyspace_string_edit_part(cmd_keyspace(cmd, key), cmd->database, key, length, first,
                              needed - first, &bytes);
    reply_array(cmd->reply, steps->count);
    for (uint32_t i = 0; i < steps->count; i++) {
        const struct field_step *step = &steps->steps[i];

        if (step->action == FIELD_GET)
            reply_integer(cmd->reply,
                          (int64_t)field_number(step, bitmap_field(span_of(bytes, length),
                                                                   step->offset, step->width)));
        else if (field_write(cmd, step, bytes, length, &written))
            changed = true;
    }
    if (changed)
        cmd_changed(cmd, written ? '$' : CMD_NO_EVENT, "setbit", key);
}

static void field_run(struct cmd *cmd, bool read_only)
{
    struct key key = cmd_key(cmd, 1);
    struct field_steps steps = {.steps = memory_new(cmd->argc * sizeof(struct field_step))};

    if (field_parse(cmd, &steps)) {
        if (!steps.writes)
            field_run_reads(cmd, &key, &steps);
        else if (read_only)
            reply_error_literal(cmd->reply, "ERR BITFIELD_RO only supports the GET subcommand");
        else
            field_run_writes(cmd, &key, &steps);
    }
    memory_free(steps.steps);
}

void command_bitfield(struct cmd *cmd)
{
    field_run(cmd, false);
}

void command_bitfield_ro(struct cmd *cmd)
{
    field_run(cmd, true);
}
