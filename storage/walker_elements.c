/*
 * Large hashes, sets and sorted sets, whose elements a file has in any order.
 *
 * The space of the elements' hashes is divided into equal *grains*, so many that there are some
 * elements in each. Before an element changes, the elements of its grain are written, all as they
 * are; the walk takes the grains in order and leaves out those that were written early. A grain
 * that is done, by the one or the other, is of no more interest: what comes into it is not of the
 * cut.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "proto/rdb/rdb_format.h"
#include "storage/types/hash_object.h"
#include "storage/types/score_tree.h"
#include "storage/walker_value.h"

enum {
    GRAIN_ELEMENTS = 4,
    GRAIN_BITS_MAX = 28,
    RUN_GRAINS_MAX = 64,   /* that the walk takes at a time */
    DONE_GRAINS_COST = 64, /* that are passed for the work of an element */
    BATCH_WORDS = 128,     /* of elements, in one command */
    SCORE_HASH_BITS = 32,
};

struct walker_elements {
    struct walker_value value;
    uint32_t bits;       /* leading ones of the hash, which number the grain */
    uint64_t next;       /* all grains before are done */
    unsigned char *done; /* a bit for each grain */
    uint64_t count;      /* at the cut */
    uint64_t written;
    uint64_t visited; /* the same, and those that were left out */
    bool with_expiry;
    /* Words of a command that is put together. */
    struct rdb_writer batch;
    uint32_t batch_words;
    struct rdb_writer *target; /* while elements are visited */
    bool skips_done;           /* those of grains that are done are left out */
};

static struct walker_elements *elements_of(struct walker_value *value)
{
    return (struct walker_elements *)value;
}

static uint64_t grains_of(const struct walker_elements *elements)
{
    return UINT64_C(1) << elements->bits;
}

static const struct element_table *table_of(const struct walker_elements *elements)
{
    /* A hash begins with its table; a set is one. */
    _Static_assert(offsetof(struct hash_object, table) == 0, "and so may be one or the other");
    return elements->value.object;
}

/* ---- Writing elements ---- */

static void flush_batch(struct walker_elements *elements)
{
    static const struct span words[VALUE_TYPES] = {
        [VALUE_HASH] = {"HSET", 4}, [VALUE_SET] = {"SADD", 4}, [VALUE_SORTED_SET] = {"ZADD", 4}};
    struct rdb_writer *writer = elements->target;

    if (elements->batch_words == 0)
        return;
    walker_command_begin(writer, 2 + elements->batch_words);
    walker_command_word(writer, words[elements->value.type]);
    walker_command_word(writer, walker_value_name(&elements->value));
    rdb_writer_raw(writer, rdb_writer_span(&elements->batch));
    elements->batch.length = 0;
    elements->batch_words = 0;
}

static void add_words(struct walker_elements *elements, struct span first,
                      const struct span *second)
{
    walker_command_word(&elements->batch, first);
    if (second != NULL)
        walker_command_word(&elements->batch, *second);
    elements->batch_words += second != NULL ? 2 : 1;
    if (elements->batch_words >= BATCH_WORDS)
        flush_batch(elements);
}

static void write_element_command(struct walker_elements *elements, const struct element *element)
{
    bool is_hash = elements->value.type == VALUE_HASH;
    struct rdb_writer *writer = elements->target;

    add_words(elements, element->name, is_hash ? &element->value : NULL);
    if (element->expiry == TIME_NEVER)
        return;
    flush_batch(elements);
    walker_command_begin(writer, 6);
    walker_command_word(writer, SPAN("HPEXPIREAT"));
    walker_command_word(writer, walker_value_name(&elements->value));
    walker_command_number(writer, element->expiry);
    walker_command_word(writer, SPAN("FIELDS"));
    walker_command_number(writer, 1);
    walker_command_word(writer, element->name);
}

static bool is_done(const struct walker_elements *elements, uint64_t grain)
{
    return (elements->done[grain / 8] >> (grain % 8) & 1) != 0;
}

static uint64_t grain_of(const struct walker_elements *elements, uint64_t hash)
{
    return elements->bits == 0 ? 0 : hash >> (64 - elements->bits);
}

static void visit_element(void *context, const struct element *element)
{
    struct walker_elements *elements = context;

    elements->visited++;
    if (elements->skips_done &&
        is_done(elements,
                grain_of(elements, element_table_hash(table_of(elements), element->name))))
        return;
    elements->written++;
    if (elements->value.walker->options.format == WALKER_COMMANDS) {
        write_element_command(elements, element);
        return;
    }
    rdb_writer_string(elements->target, element->name);
    if (elements->value.type == VALUE_HASH)
        rdb_writer_string(elements->target, element->value);
    if (elements->with_expiry)
        rdb_writer_int64(elements->target, element->expiry == TIME_NEVER ? -1 : element->expiry);
}

static void visit_score(void *context, const struct score_element *element)
{
    struct walker_elements *elements = context;
    char text[NUMBER_DOUBLE_TEXT_MAX];

    elements->visited++;
    elements->written++;
    if (elements->value.walker->options.format == WALKER_COMMANDS) {
        add_words(elements, span_of(text, number_format_double(text, element->score)),
                  &element->member);
        return;
    }
    rdb_writer_string(elements->target, element->member);
    rdb_writer_double(elements->target, element->score);
}

/* Writes the elements of some grains one behind the other. */
static void write_grains(struct walker_elements *elements, struct rdb_writer *target,
                         uint64_t first, uint64_t count)
{
    uint32_t below = 64 - elements->bits;
    uint64_t from = elements->bits == 0 ? 0 : first << below;
    uint64_t to = elements->bits == 0 ? UINT64_MAX : from + ((count << below) - 1);

    elements->target = target;
    if (elements->value.type == VALUE_SORTED_SET)
        score_tree_visit_hashes(elements->value.object, (uint32_t)(from >> SCORE_HASH_BITS),
                                (uint32_t)(to >> SCORE_HASH_BITS), visit_score, elements);
    else
        element_table_visit_hashes(table_of(elements), from, to, visit_element, elements);
    flush_batch(elements);
    elements->target = NULL;
}

/* ---- Grains ---- */

static void before_element(struct object_watch *watch, uint64_t hash)
{
    struct walker_elements *elements = (struct walker_elements *)watch;
    struct walker *walker = elements->value.walker;
    struct walker_block *block;
    uint64_t grain;
    size_t before;

    if (elements->value.type == VALUE_SORTED_SET)
        hash <<= SCORE_HASH_BITS;
    grain = grain_of(elements, hash);
    if (grain < elements->next || is_done(elements, grain))
        return;
    elements->done[grain / 8] |= (unsigned char)(1 << (grain % 8));
    block = walker_block_open(walker, &elements->value.blocks, &before);
    write_grains(elements, &block->bytes, grain, 1);
    walker_block_close(walker, block, before);
}

/* ---- The value ---- */

static size_t done_bytes(const struct walker_elements *elements)
{
    return (size_t)(grains_of(elements) / 8 + 1);
}

static void begin(struct walker_value *value, const struct entry *entry)
{
    struct walker_elements *elements = elements_of(value);
    enum rdb_type type = RDB_SET;

    elements->count = object_kind_of(value->type)->count(value->object);
    while (elements->bits < GRAIN_BITS_MAX &&
           elements->count >> (elements->bits + 1) >= GRAIN_ELEMENTS)
        elements->bits++;
    elements->done = memory_new_zeroed(done_bytes(elements), 1);
    value->walker->memory += done_bytes(elements);
    value->watch.before_element = before_element;
    rdb_writer_init(&elements->batch, false);
    if (value->walker->options.format == WALKER_COMMANDS)
        return;
    if (value->type == VALUE_SORTED_SET) {
        type = RDB_ZSET_2;
    } else if (value->type == VALUE_HASH) {
        elements->with_expiry = table_of(elements)->volatile_count > 0;
        type = elements->with_expiry ? RDB_HASH_2 : RDB_HASH;
    }
    walker_record_head(value->walker, &value->head, entry, type);
    rdb_writer_length(&value->head, elements->count);
}

/* The grains that are written next, of which the first is not done, end before this one. */
static uint64_t run_end(struct walker_elements *elements)
{
    bool is_sorted = elements->value.type == VALUE_SORTED_SET;
    uint64_t most = is_sorted ? RUN_GRAINS_MAX / 4 : RUN_GRAINS_MAX;
    uint64_t end = elements->next;

    for (; end < grains_of(elements) && end - elements->next < most; end++) {
        if (!is_done(elements, end))
            continue;
        /* A sorted set finds each element by its hash; a table has grains together in a leaf. */
        if (is_sorted)
            break;
        elements->skips_done = true;
    }
    return end;
}

static bool write(struct walker_value *value)
{
    struct walker_elements *elements = elements_of(value);
    struct walker *walker = value->walker;
    uint64_t grains = grains_of(elements);

    if (!walker_blocks_write(walker, &value->blocks))
        return false;
    while (elements->next < grains && !walker_is_enough(walker)) {
        uint64_t first = elements->next;
        uint64_t before = elements->visited;

        if (is_done(elements, first)) {
            elements->next++;
            walker->work += elements->next % DONE_GRAINS_COST == 0;
            continue;
        }
        elements->next = run_end(elements);
        write_grains(elements, walker->out.writer, first, elements->next - first);
        elements->skips_done = false;
        walker->work += elements->visited - before + 1;
    }
    if (elements->next < grains)
        return false;
    ASSERT(elements->written == elements->count);
    return true;
}

static void end(struct walker_value *value)
{
    struct walker_elements *elements = elements_of(value);

    value->walker->memory -= done_bytes(elements);
    memory_free(elements->done);
    rdb_writer_free(&elements->batch);
}

const struct walker_value_kind walker_elements_kind = {
    .size = sizeof(struct walker_elements),
    .begin = begin,
    .write = write,
    .end = end,
};
