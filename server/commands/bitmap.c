/* Strings as arrays of bits: SETBIT, GETBIT, BITCOUNT, BITPOS, BITOP. */
#include "storage/types/bitmap.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/bitmap.h"
#include "server/commands/handlers.h"
#include "storage/string_block.h"

bool bitmap_offset(const struct cmd *cmd, struct span text, uint32_t width, uint64_t *offset)
{
    bool in_fields = width > 0 && text.length > 0 && text.data[0] == '#';
    int64_t value;

    if (in_fields)
        text = span_of(text.data + 1, text.length - 1);
    if (number_parse_integer(text, &value) && value >= 0 &&
        !(in_fields && __builtin_mul_overflow(value, (int64_t)width, &value)) &&
        (uint64_t)value / 8 < (uint64_t)cmd->config->proto_max_bulk_len) {
        *offset = (uint64_t)value;
        return true;
    }
    reply_error_literal(cmd->reply, "ERR bit offset is not an integer or out of range");
    return false;
}

void command_setbit(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry;
    uint64_t offset;
    size_t length;
    size_t needed;
    int64_t bit;
    bool before;
    char *bytes;

    if (!bitmap_offset(cmd, cmd->argv[2], 0, &offset))
        return;
    if (!number_parse_integer(cmd->argv[3], &bit) || bit < 0 || bit > 1) {
        reply_error_literal(cmd->reply, "ERR bit is not an integer or out of range");
        return;
    }
    entry = cmd_find(cmd, &key);
    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    length = entry == NULL ? 0 : entry_string_length(entry);
    needed = offset / 8 + 1 > length ? offset / 8 + 1 : length;
    keyspace_string_edit_part(cmd_keyspace(cmd, &key), cmd->database, &key, needed, offset / 8, 1,
                              &bytes);
    before = bitmap_bit(span_of(bytes, needed), offset);
    bitmap_set_field(bytes, needed, offset, 1, (uint64_t)bit);
    if (needed > length || before != (bit == 1))
        cmd_changed(cmd, '$', "setbit", &key);
    reply_integer(cmd->reply, before);
}

void command_getbit(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry;
    char scratch[ENTRY_SCRATCH];
    uint64_t offset;

    if (!bitmap_offset(cmd, cmd->argv[2], 0, &offset))
        return;
    entry = cmd_read(cmd, &key);
    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    reply_integer(cmd->reply, entry != NULL && bitmap_bit(entry_string(entry, scratch), offset));
}

/* The bits that a command is to look at: from `first` on, before `end`. */
struct bit_range {
    uint64_t first;
    uint64_t end;
};

/* What the words [start [end [BYTE | BIT]]] ask for. */
struct bit_words {
    int64_t start;
    int64_t stop;
    uint32_t unit; /* bits that count as one */
    bool has_stop;
};

/* Reads them from argument `index` on; replies the error and returns false when they are none.
 * Looks at all of them whatever the key holds, as Redis does since 7.2. */
static bool parse_words(const struct cmd *cmd, uint32_t index, struct bit_words *words)
{
    *words = (struct bit_words){.stop = -1, .unit = 8, .has_stop = cmd->argc > index + 1};
    if (cmd->argc > index + 3) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    if (cmd->argc > index && !cmd_integer(cmd, index, &words->start))
        return false;
    if (cmd->argc > index + 2 && cmd_argument_is(cmd, index + 2, "BIT")) {
        words->unit = 1;
    } else if (cmd->argc > index + 2 && !cmd_argument_is(cmd, index + 2, "BYTE")) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    return !words->has_stop || cmd_integer(cmd, index + 1, &words->stop);
}

/* Positions are counted from the end when they are negative. Nothing is left of a range whose ends
 * have changed places. */
static struct bit_range range_of(const struct bit_words *words, uint64_t total)
{
    int64_t length = (int64_t)total / words->unit;
    int64_t start = words->start;
    int64_t stop = words->stop;

    ASSERT_DEBUG(total <= INT64_MAX);
    if (start < 0)
        start += length;
    if (stop < 0)
        stop += length;
    start = start < 0 ? 0 : start;
    stop = stop < 0 ? 0 : stop;
    if (stop >= length)
        stop = length - 1;
    if (start > stop)
        return (struct bit_range){0, 0};
    return (struct bit_range){(uint64_t)start * words->unit, ((uint64_t)stop + 1) * words->unit};
}

void command_bitcount(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry;
    char scratch[ENTRY_SCRATCH];
    struct bit_words words;
    struct bit_range range;
    struct span bytes;

    if (!parse_words(cmd, 2, &words))
        return;
    entry = cmd_read(cmd, &key);
    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    bytes = entry != NULL ? entry_string(entry, scratch) : SPAN("");
    range = range_of(&words, 8 * (uint64_t)bytes.length);
    /* Two ends before the string may have changed places too: BITPOS does not mind. */
    if (words.start < 0 && words.stop < 0 && words.start > words.stop)
        range.end = range.first;
    reply_integer(cmd->reply, (int64_t)bitmap_count(bytes, range.first, range.end));
}

void command_bitpos(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry;
    char scratch[ENTRY_SCRATCH];
    struct bit_words words;
    struct bit_range range;
    struct span bytes;
    uint64_t position;
    int64_t bit;

    if (!cmd_integer(cmd, 2, &bit))
        return;
    if (bit != 0 && bit != 1) {
        reply_error_literal(cmd->reply, "ERR The bit argument must be 1 or 0.");
        return;
    }
    if (!parse_words(cmd, 3, &words))
        return;
    entry = cmd_read(cmd, &key);
    if (entry == NULL) {
        reply_integer(cmd->reply, bit == 1 ? -1 : 0);
        return;
    }
    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    bytes = entry_string(entry, scratch);
    range = range_of(&words, 8 * (uint64_t)bytes.length);
    if (bitmap_find(bytes, range.first, range.end, bit == 1, &position))
        reply_integer(cmd->reply, (int64_t)position);
    else if (bit == 0 && !words.has_stop && range.first < range.end)
        /* Behind a string are zeros, unless the caller has said where to stop. */
        reply_integer(cmd->reply, 8 * (int64_t)bytes.length);
    else
        reply_integer(cmd->reply, -1);
}

/* ---- BITOP ---- */

static const struct {
    struct span word;
    enum bitmap_operation operation;
    uint32_t sources_min;
} bitop_rows[] = {
    {SPAN("AND"), BITMAP_AND, 1},         {SPAN("OR"), BITMAP_OR, 1},
    {SPAN("XOR"), BITMAP_XOR, 1},         {SPAN("NOT"), BITMAP_NOT, 1},
    {SPAN("DIFF"), BITMAP_DIFFERENCE, 2}, {SPAN("DIFF1"), BITMAP_DIFFERENCE_ONE, 2},
    {SPAN("ANDOR"), BITMAP_AND_OR, 2},    {SPAN("ONE"), BITMAP_ONE, 1},
};

/* Replies the error when the operation is unknown or has too few or too many sources. */
static bool bitop_operation(const struct cmd *cmd, uint32_t count, enum bitmap_operation *operation)
{
    for (size_t i = 0; i < sizeof(bitop_rows) / sizeof(bitop_rows[0]); i++) {
        if (!span_equal_ignoring_case(bitop_rows[i].word, cmd->argv[1]))
            continue;
        *operation = bitop_rows[i].operation;
        if (*operation == BITMAP_NOT && count != 1) {
            reply_error_literal(cmd->reply,
                                "ERR BITOP NOT must be called with a single source key.");
            return false;
        }
        if (count < bitop_rows[i].sources_min) {
            reply_error_format(cmd->reply,
                               "ERR BITOP %s must be called with at least two source keys.",
                               bitop_rows[i].word.data);
            return false;
        }
        return true;
    }
    cmd_reply_syntax_error(cmd);
    return false;
}

/* Finds the sources; numbers are written into their scratch. False after having replied. */
static bool bitop_sources(const struct cmd *cmd, struct span *sources, uint32_t count,
                          char (*scratch)[ENTRY_SCRATCH], size_t *length)
{
    *length = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct key key = cmd_key(cmd, 3 + i);
        const struct entry *entry = cmd_read(cmd, &key);

        if (!cmd_type_is(cmd, entry, VALUE_STRING))
            return false;
        sources[i] = entry == NULL ? SPAN("") : entry_string(entry, scratch[i]);
        if (sources[i].length > *length)
            *length = sources[i].length;
    }
    return true;
}

/* Makes the target the result, as bytes: even what reads as a number. It may be one of the sources,
 * so that a long result needs a block of its own. */
static void bitop_store(struct cmd *cmd, const struct key *key, enum bitmap_operation operation,
                        const struct span *sources, uint32_t count, size_t length)
{
    struct keyspace *keyspace = cmd_keyspace(cmd, key);
    struct string_block *block;
    char result[ENTRY_INLINE_MAX];
    char *bytes;

    ASSERT(length > 0);
    if (length > ENTRY_INLINE_MAX) {
        block = keyspace_string_block(keyspace, length);
        bitmap_combine(operation, sources, count, block->bytes, length);
        keyspace_set_block(keyspace, cmd->database, key, block);
    } else {
        bitmap_combine(operation, sources, count, result, length);
        keyspace_delete(keyspace, cmd->database, key, cmd->now);
        keyspace_string_edit(keyspace, cmd->database, key, length, &bytes);
        memcpy(bytes, result, length);
    }
    cmd_changed(cmd, '$', "set", key);
}

void command_bitop(struct cmd *cmd)
{
    uint32_t count = cmd->argc - 3;
    struct key target = cmd_key(cmd, 2);
    enum bitmap_operation operation;
    struct span *sources;
    char(*scratch)[ENTRY_SCRATCH];
    size_t length;

    if (!bitop_operation(cmd, count, &operation))
        return;
    sources = memory_new(count * sizeof(*sources));
    scratch = memory_new(count * sizeof(*scratch));
    if (bitop_sources(cmd, sources, count, scratch, &length)) {
        if (length > 0)
            bitop_store(cmd, &target, operation, sources, count, length);
        else if (keyspace_delete(cmd_keyspace(cmd, &target), cmd->database, &target, cmd->now))
            cmd_changed(cmd, 'g', "del", &target);
        reply_integer(cmd->reply, (int64_t)length);
    }
    memory_free(scratch);
    memory_free(sources);
}
