/*
 * Bloom filters: BF.RESERVE, BF.ADD, BF.MADD, BF.INSERT, BF.EXISTS, BF.MEXISTS, BF.INFO, BF.CARD,
 * BF.SCANDUMP, BF.LOADCHUNK, with the arguments, replies and errors of RedisBloom.
 */
#include "storage/types/bloom.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/bloom.h"
#include "server/commands/handlers.h"
#include "server/journal/effect.h"

/* What RedisBloom says that a filter takes besides its bits. */
enum { CHAIN_SIZE = 32, FILTER_SIZE = 64 };

/* Replies and returns NULL when there is none. */
static struct bloom *bloom_of(const struct cmd *cmd, const struct entry *entry)
{
    if (entry == NULL)
        reply_error_literal(cmd->reply, "ERR not found");
    if (entry == NULL || !cmd_type_is(cmd, entry, VALUE_BLOOM))
        return NULL;
    return entry_object(entry);
}

/* ---- Making ---- */

/* A new filter for a key that is absent; false after having replied. */
static bool bloom_make(const struct cmd *cmd, struct collection *collection,
                       const struct bloom_wish *wish)
{
    struct bloom *bloom =
        bloom_create(collection_heap(collection), wish->error_rate, (uint64_t)wish->capacity,
                     (uint32_t)wish->expansion, wish->scaling && wish->expansion > 0);

    if (bloom == NULL) {
        reply_error_literal(cmd->reply, "ERR Insufficient memory to create filter");
        return false;
    }
    collection_set_object(collection, bloom);
    return true;
}

/* With all that directives would have said otherwise. */
static void bloom_tell_made(struct cmd *cmd, const struct key *key, const struct bloom_wish *wish)
{
    bool grows = wish->scaling && wish->expansion > 0;
    struct effects *effects;

    if (!effect_is_wanted(cmd))
        return;
    effects = effect_begin(cmd, key, grows ? 6 : 5);
    effects_word(effects, SPAN("BF.RESERVE"));
    effects_word(effects, key->name);
    effects_double(effects, wish->error_rate);
    effects_integer(effects, wish->capacity);
    effects_word(effects, grows ? SPAN("EXPANSION") : SPAN("NONSCALING"));
    if (grows)
        effects_integer(effects, wish->expansion);
}

static void bloom_tell_added(struct cmd *cmd, const struct key *key, uint32_t first)
{
    struct effects *effects;

    if (!effect_is_wanted(cmd))
        return;
    effects = effect_begin(cmd, key, 2 + cmd->argc - first);
    effects_word(effects, SPAN("BF.MADD"));
    effects_word(effects, key->name);
    effects_words(effects, cmd->argv + first, cmd->argc - first);
}

void command_bf_reserve(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection collection;
    struct bloom_wish wish;

    if (!bloom_reserve_arguments(cmd, &wish) ||
        !cmd_collection(cmd, &key, VALUE_BLOOM, &collection))
        return;
    if (collection.entry != NULL) {
        reply_error_literal(cmd->reply, "ERR item exists");
        return;
    }
    if (!bloom_make(cmd, &collection, &wish))
        return;
    cmd_changed(cmd, 'd', "bf.reserve", &key);
    bloom_tell_made(cmd, &key, &wish);
    reply_ok(cmd->reply);
}

/* ---- Adding ---- */

static void reply_added(const struct cmd *cmd, enum bloom_result result)
{
    if (result == BLOOM_FULL)
        reply_error_literal(cmd->reply, "ERR non scaling filter is full");
    else if (result == BLOOM_FAILED)
        reply_error_literal(cmd->reply, "ERR problem inserting into filter");
    else
        reply_boolean(cmd->reply, result == BLOOM_ADDED);
}

/* The filter to add to, made if it may be; NULL after having replied. */
static struct bloom *bloom_to_add_to(const struct cmd *cmd, struct collection *collection,
                                     const struct bloom_wish *wish, bool *created)
{
    *created = collection->entry == NULL && wish->create;
    if (*created && !bloom_make(cmd, collection, wish))
        return NULL;
    return bloom_of(cmd, collection->entry);
}

/* Adds the arguments from `first` on; answers an array, but for a single one when `single`. */
static void bloom_insert(struct cmd *cmd, uint32_t first, const struct bloom_wish *wish,
                         bool single)
{
    struct key key = cmd_key(cmd, 1);
    uint32_t count = cmd->argc - first;
    struct collection collection;
    struct bloom *bloom;
    uint8_t *results;
    uint32_t done = 0;
    bool created;
    bool changed;

    if (!cmd_collection(cmd, &key, VALUE_BLOOM, &collection))
        return;
    bloom = bloom_to_add_to(cmd, &collection, wish, &created);
    if (bloom == NULL)
        return;
    changed = created;
    results = memory_new(count);
    /* Nothing is tried after the item for which there is no room. */
    while (done < count && (done == 0 || results[done - 1] != BLOOM_FULL)) {
        results[done] =
            (uint8_t)bloom_add(collection_heap(&collection), bloom, cmd->argv[first + done]);
        changed = changed || results[done] == BLOOM_ADDED;
        done++;
    }
    if (!single)
        reply_array(cmd->reply, done);
    for (uint32_t i = 0; i < done; i++)
        reply_added(cmd, (enum bloom_result)results[i]);
    memory_free(results);
    if (changed)
        cmd_changed(cmd, 'd', "bf.add", &key);
    if (created)
        bloom_tell_made(cmd, &key, wish);
    if (changed)
        bloom_tell_added(cmd, &key, first);
}

void command_bf_add(struct cmd *cmd)
{
    struct bloom_wish wish = bloom_wish_initial(cmd);

    bloom_insert(cmd, 2, &wish, true);
}

void command_bf_madd(struct cmd *cmd)
{
    struct bloom_wish wish = bloom_wish_initial(cmd);

    bloom_insert(cmd, 2, &wish, false);
}

void command_bf_insert(struct cmd *cmd)
{
    struct bloom_wish wish;
    uint32_t first;

    if (bloom_insert_arguments(cmd, &wish, &first))
        bloom_insert(cmd, first, &wish, false);
}

/* ---- Asking ---- */

/* A key of another type has no items, as RedisBloom sees it. */
static void bloom_exists(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_read(cmd, &key);
    const struct bloom *bloom = NULL;

    if (entry != NULL && entry_type(entry) == VALUE_BLOOM)
        bloom = entry_object(entry);
    for (uint32_t i = 2; i < cmd->argc; i++)
        reply_boolean(cmd->reply, bloom != NULL && bloom_has(bloom, cmd->argv[i]));
}

void command_bf_exists(struct cmd *cmd)
{
    bloom_exists(cmd);
}

void command_bf_mexists(struct cmd *cmd)
{
    reply_array(cmd->reply, cmd->argc - 2);
    bloom_exists(cmd);
}

void command_bf_card(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_read(cmd, &key);

    if (!cmd_type_is(cmd, entry, VALUE_BLOOM))
        return;
    reply_integer(cmd->reply, entry == NULL ? 0 : (int64_t)bloom_items(entry_object(entry)));
}

/* The fields of BF.INFO, in its order. */
static const struct {
    struct span word;
    struct span name;
} info_rows[] = {
    {SPAN("CAPACITY"), SPAN("Capacity")},         {SPAN("SIZE"), SPAN("Size")},
    {SPAN("FILTERS"), SPAN("Number of filters")}, {SPAN("ITEMS"), SPAN("Number of items inserted")},
    {SPAN("EXPANSION"), SPAN("Expansion rate")},
};
enum { INFO_ROWS = sizeof(info_rows) / sizeof(info_rows[0]), INFO_EXPANSION = 4 };

static void reply_info(const struct cmd *cmd, const struct bloom *bloom, uint32_t row)
{
    const uint64_t values[INFO_ROWS] = {
        bloom_capacity(bloom),
        CHAIN_SIZE + FILTER_SIZE * (uint64_t)bloom_filter_count(bloom) + bloom_bytes(bloom),
        bloom_filter_count(bloom),
        bloom_items(bloom),
        bloom_expansion(bloom),
    };

    ASSERT(row < INFO_ROWS);
    if (row == INFO_EXPANSION && (bloom_options(bloom) & BLOOM_NO_SCALING) != 0)
        reply_null(cmd->reply);
    else
        reply_integer(cmd->reply, (int64_t)values[row]);
}

/* One field: RESP2 has no room for its name. */
static void reply_info_of(const struct cmd *cmd, const struct bloom *bloom, struct span word)
{
    for (uint32_t i = 0; i < INFO_ROWS; i++) {
        if (!span_equal_ignoring_case(info_rows[i].word, word))
            continue;
        if (cmd->reply->protocol == 2) {
            reply_array(cmd->reply, 1);
        } else {
            reply_map(cmd->reply, 1);
            reply_status(cmd->reply, info_rows[i].name);
        }
        reply_info(cmd, bloom, i);
        return;
    }
    reply_error_literal(cmd->reply, "Invalid information value");
}

void command_bf_info(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct bloom *bloom;

    if (cmd->argc > 3) {
        cmd_reply_wrong_arity(cmd);
        return;
    }
    bloom = bloom_of(cmd, cmd_read(cmd, &key));
    if (bloom == NULL)
        return;
    if (cmd->argc == 3) {
        reply_info_of(cmd, bloom, cmd->argv[2]);
        return;
    }
    reply_map(cmd->reply, INFO_ROWS);
    for (uint32_t i = 0; i < INFO_ROWS; i++) {
        reply_status(cmd->reply, info_rows[i].name);
        reply_info(cmd, bloom, i);
    }
}

/* ---- Dumps ---- */

void command_bf_scandump(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct bloom *bloom = bloom_of(cmd, cmd_read(cmd, &key));
    struct span chunk;
    int64_t cursor;
    char *header;

    if (bloom == NULL)
        return;
    if (!number_parse_integer(cmd->argv[2], &cursor)) {
        reply_error_literal(cmd->reply, "Second argument must be numeric");
        return;
    }
    reply_array(cmd->reply, 2);
    if (cursor == 0) {
        header = memory_new(bloom_header_length(bloom));
        bloom_write_header(bloom, header);
        reply_integer(cmd->reply, 1);
        reply_bulk(cmd->reply, span_of(header, bloom_header_length(bloom)));
        memory_free(header);
        return;
    }
    chunk = bloom_chunk(bloom, &cursor);
    reply_integer(cmd->reply, cursor);
    reply_bulk(cmd->reply, chunk);
}

static void load_header(struct cmd *cmd, const struct key *key, struct collection *collection)
{
    struct bloom *bloom = bloom_create_from_header(collection_heap(collection), cmd->argv[3]);

    if (bloom == NULL) {
        reply_error_literal(cmd->reply, "ERR received bad data");
        return;
    }
    collection_set_object(collection, bloom);
    cmd_changed(cmd, 'd', "bf.loadchunk", key);
    reply_ok(cmd->reply);
}

static void load_chunk(struct cmd *cmd, const struct key *key, struct bloom *bloom, int64_t cursor)
{
    switch (bloom_load_chunk(bloom, cursor, cmd->argv[3])) {
    case BLOOM_BAD_DATA:
        reply_error_literal(cmd->reply, "ERR received bad data");
        return;
    case BLOOM_NO_PLACE:
        reply_error_literal(cmd->reply, "ERR invalid offset - no link found");
        return;
    case BLOOM_TOO_LONG:
        reply_error_literal(cmd->reply, "ERR invalid chunk - Too big for current filter");
        return;
    case BLOOM_LOADED:
        cmd_changed(cmd, 'd', "bf.loadchunk", key);
        reply_ok(cmd->reply);
        return;
    }
}

void command_bf_loadchunk(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection collection;
    struct bloom *bloom;
    int64_t cursor;

    if (!number_parse_integer(cmd->argv[2], &cursor)) {
        reply_error_literal(cmd->reply, "ERR Second argument must be numeric");
        return;
    }
    if (!cmd_collection(cmd, &key, VALUE_BLOOM, &collection))
        return;
    if (collection.entry == NULL && cursor == 1) {
        load_header(cmd, &key, &collection);
        return;
    }
    bloom = bloom_of(cmd, collection.entry);
    if (bloom != NULL)
        load_chunk(cmd, &key, bloom, cursor);
}
