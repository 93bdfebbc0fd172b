/*
 * SORT and SORT_RO: the elements of a list, set or sorted set in order, by themselves or by other
 * keys, as they are or through other keys, replied or stored.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/access/user.h"
#include "server/commands/handlers.h"
#include "server/commands/sort_pattern.h"
#include "server/journal/effect.h"
#include "server/script/engine.h"
#include "server/shard/shard.h"
#include "storage/types/list_type.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct sort_options {
    bool descending;
    bool alphabetical;
    bool unsorted; /* BY a pattern that names no keys */
    bool has_limit;
    int64_t offset;
    int64_t count;
    uint32_t by; /* arguments; 0: without */
    uint32_t store;
    uint32_t get_count;
    uint32_t *gets;
};

/* A text in a buffer that may still move. */
struct piece {
    size_t start;
    size_t length;
};

struct sort_item {
    struct piece element;
    struct piece weight; /* alphabetical by other keys */
    double score;
    bool has_weight;
};

struct sort {
    struct cmd *cmd;
    struct sort_options options;
    struct sort_item *items;
    uint64_t count;
    uint64_t first; /* after LIMIT: what is wanted of them */
    uint64_t wanted;
    size_t own;               /* bytes of the elements in texts */
    struct text_buffer texts; /* elements and weights: what happens to their keys does not matter */
};

static struct span text_of(const struct sort *sort, struct piece piece)
{
    return span_of(sort->texts.bytes + piece.start, piece.length);
}

/* ---- Arguments ---- */

/* Keys that come from data may lie anywhere; in a cluster they must be known to lie here. */
static bool may_use_pattern(const struct cmd *cmd, uint32_t index, const char *option)
{
    struct key key = cmd_key(cmd, 1);
    struct span pattern = cmd->argv[index];

    if (__builtin_expect(cmd->user != NULL, 0) &&
        !access_check_all_keys(cmd->user, cmd->command, cmd->argv, cmd->argc)) {
        reply_error_format(cmd->reply,
                           "ERR %s option of SORT denied due to insufficient ACL permissions.",
                           option);
        return false;
    }
    if (!cmd->config->cluster_enabled || sort_pattern_is_element(pattern) ||
        sort_pattern_stays_in(pattern, key.slot))
        return true;
    reply_error_format(cmd->reply,
                       "ERR %s option of SORT denied in cluster mode when keys formed by the "
                       "pattern may be in different slots.",
                       option);
    return false;
}

static bool parse_by(const struct cmd *cmd, struct sort_options *options, uint32_t index)
{
    options->by = index;
    if (sort_pattern_names_keys(cmd->argv[index]))
        return may_use_pattern(cmd, index, "BY");
    options->unsorted = true;
    return true;
}

static bool parse_get(const struct cmd *cmd, struct sort_options *options, uint32_t index)
{
    options->gets[options->get_count++] = index;
    return may_use_pattern(cmd, index, "GET");
}

static bool parse_limit(const struct cmd *cmd, struct sort_options *options, uint32_t index)
{
    options->has_limit = true;
    return cmd_integer(cmd, index, &options->offset) &&
           cmd_integer(cmd, index + 1, &options->count);
}

/* The option at `index`; *step is how many arguments it took. */
static bool parse_option(const struct cmd *cmd, struct sort_options *options, uint32_t index,
                         uint32_t *step)
{
    uint32_t behind = cmd->argc - index - 1;
    bool stores = (cmd->command->flags & COMMAND_WRITE) != 0;

    *step = 2;
    if (cmd_argument_is(cmd, index, "LIMIT") && behind >= 2) {
        *step = 3;
        return parse_limit(cmd, options, index + 1);
    }
    if (cmd_argument_is(cmd, index, "BY") && behind >= 1)
        return parse_by(cmd, options, index + 1);
    if (cmd_argument_is(cmd, index, "GET") && behind >= 1)
        return parse_get(cmd, options, index + 1);
    if (cmd_argument_is(cmd, index, "STORE") && behind >= 1 && stores) {
        options->store = index + 1;
        return true;
    }
    *step = 1;
    if (cmd_argument_is(cmd, index, "ASC")) {
        options->descending = false;
    } else if (cmd_argument_is(cmd, index, "DESC")) {
        options->descending = true;
    } else if (cmd_argument_is(cmd, index, "ALPHA")) {
        options->alphabetical = true;
    } else {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    return true;
}

static bool parse(const struct cmd *cmd, struct sort_options *options)
{
    uint32_t step;

    options->gets = memory_new((size_t)cmd->argc * sizeof(uint32_t));
    for (uint32_t i = 2; i < cmd->argc; i += step)
        if (!parse_option(cmd, options, i, &step))
            return false;
    return true;
}

/* ---- Reading ---- */

static struct piece add_text(struct sort *sort, struct span text)
{
    struct piece piece = {sort->texts.length, text.length};

    text_buffer_add(&sort->texts, text);
    return piece;
}

static void add_item(struct sort *sort, struct span element)
{
    sort->items[sort->count++] = (struct sort_item){.element = add_text(sort, element)};
}

static void read_list(struct sort *sort, const struct entry *entry, bool backward)
{
    char scratch[LISTPACK_SCRATCH];
    struct list_place place;

    for (bool is_there = list_type_seek(entry, backward ? -1 : 0, &place); is_there;
         is_there = backward ? list_type_previous(&place) : list_type_next(&place))
        add_item(sort, listpack_text(place.element, scratch));
}

static void read_set(struct sort *sort, const struct entry *entry)
{
    struct set_iterator iterator = set_iterate(entry);
    struct span member;

    while (set_next(&iterator, &member))
        add_item(sort, member);
}

static void read_sorted_set(struct sort *sort, const struct entry *entry, bool backward)
{
    struct sorted_set_cursor cursor;
    struct score_element element;

    sorted_set_at(entry, backward ? sorted_set_count(entry) - 1 : 0, &cursor);
    for (; sorted_set_read(&cursor, &element); sorted_set_step(&cursor, backward))
        add_item(sort, element.member);
}

static uint64_t count_of(const struct entry *entry)
{
    switch (entry_type(entry)) {
    case VALUE_LIST:
        return list_type_length(entry);
    case VALUE_SET:
        return set_count(entry);
    default:
        return sorted_set_count(entry);
    }
}

/* False after replying WRONGTYPE. */
static bool read_elements(struct sort *sort)
{
    struct key key = cmd_key(sort->cmd, 1);
    const struct entry *entry = cmd_read(sort->cmd, &key);
    /* Unsorted, what has an order keeps it, in the direction that was asked for. */
    bool backward = sort->options.unsorted && sort->options.descending;

    if (entry == NULL)
        return true;
    if (entry_type(entry) != VALUE_LIST && entry_type(entry) != VALUE_SET &&
        entry_type(entry) != VALUE_SORTED_SET)
        return cmd_type_is(sort->cmd, entry, VALUE_LIST);
    sort->items = memory_new((size_t)count_of(entry) * sizeof(*sort->items));
    if (entry_type(entry) == VALUE_LIST)
        read_list(sort, entry, backward);
    else if (entry_type(entry) == VALUE_SET)
        read_set(sort, entry);
    else
        read_sorted_set(sort, entry, backward);
    sort->own = sort->texts.length;
    return true;
}

/* As strtod reads it: up to a NUL, nothing at all is 0, and blanks may stand before a number. */
static bool read_score(struct span text, double *score)
{
    char copy[512];
    char *end;
    size_t length;

    if (number_parse_double(text, score))
        return true;
    length = text.length > 0 ? strnlen(text.data, text.length) : 0;
    if (length >= sizeof(copy))
        return false;
    if (length > 0)
        memcpy(copy, text.data, length);
    copy[length] = '\0';
    errno = 0;
    *score = strtod(copy, &end);
    return *end == '\0' && errno != ERANGE && !isnan(*score);
}

/* What an element is compared by. False when that is to be a number and is none. */
static bool weigh(struct sort *sort, struct sort_item *item)
{
    struct span text = text_of(sort, item->element);

    if (sort->options.by > 0) {
        struct text_buffer found = {0};

        item->has_weight = sort_pattern_read(sort->cmd, sort->cmd->argv[sort->options.by],
                                             text_of(sort, item->element), &found);
        item->weight = add_text(sort, text_buffer_span(&found));
        text_buffer_free(&found);
        if (!item->has_weight)
            return true;
        text = text_of(sort, item->weight);
    }
    return sort->options.alphabetical || read_score(text, &item->score);
}

/* ---- Order ---- */

static int compare_texts(struct span a, struct span b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0;

    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_weights(const struct sort *sort, const struct sort_item *a,
                           const struct sort_item *b)
{
    if (sort->options.by == 0)
        return compare_texts(text_of(sort, a->element), text_of(sort, b->element));
    if (!a->has_weight || !b->has_weight)
        return a->has_weight - b->has_weight;
    return compare_texts(text_of(sort, a->weight), text_of(sort, b->weight));
}

static int compare(const void *left, const void *right, void *context)
{
    const struct sort *sort = context;
    const struct sort_item *a = left;
    const struct sort_item *b = right;
    int order;

    if (sort->options.alphabetical) {
        order = compare_weights(sort, a, b);
    } else {
        order = (a->score > b->score) - (a->score < b->score);
        /* Equal numbers have an order too, so that the result is always the same. */
        if (order == 0)
            order = compare_texts(text_of(sort, a->element), text_of(sort, b->element));
    }
    return sort->options.descending ? -order : order;
}

/* Many elements may name the same large value. */
static bool texts_are_too_long(const struct sort *sort)
{
    if (sort->texts.length - sort->own <= CMD_REPLY_BYTES_MAX)
        return false;
    cmd_reply_too_long(sort->cmd);
    return true;
}

/* False after replying that something is no number, or too long. */
static bool put_in_order(struct sort *sort)
{
    if (sort->options.unsorted)
        return true;
    for (uint64_t i = 0; i < sort->count; i++) {
        if (weigh(sort, &sort->items[i])) {
            if (texts_are_too_long(sort))
                return false;
            continue;
        }
        reply_error_literal(sort->cmd->reply,
                            "ERR One or more scores can't be converted into double");
        return false;
    }
    if (sort->count > 1)
        qsort_r(sort->items, sort->count, sizeof(*sort->items), compare, sort);
    return true;
}

static void limit(struct sort *sort)
{
    const struct sort_options *options = &sort->options;
    uint64_t offset = options->offset > 0 ? (uint64_t)options->offset : 0;

    sort->wanted = sort->count;
    if (!options->has_limit)
        return;
    sort->first = offset < sort->count ? offset : sort->count;
    sort->wanted = sort->count - sort->first;
    if (options->count >= 0 && (uint64_t)options->count < sort->wanted)
        sort->wanted = (uint64_t)options->count;
}

/* ---- The result ---- */

static void reply_items(const struct sort *sort)
{
    const struct sort_options *options = &sort->options;
    struct reply *reply = sort->cmd->reply;
    size_t start = reply->length;

    reply_array(reply, sort->wanted * (options->get_count > 0 ? options->get_count : 1));
    for (uint64_t i = sort->first; i < sort->first + sort->wanted; i++) {
        struct span element = text_of(sort, sort->items[i].element);

        if (options->get_count == 0)
            reply_bulk(reply, element);
        for (uint32_t get = 0; get < options->get_count; get++) {
            struct text_buffer found = {0};

            if (sort_pattern_read(sort->cmd, sort->cmd->argv[options->gets[get]], element, &found))
                reply_bulk(reply, text_buffer_span(&found));
            else
                reply_null(reply);
            text_buffer_free(&found);
            if (cmd_reply_is_too_long(sort->cmd, start))
                return;
        }
    }
}

/* The elements of the new list, behind the texts that are there; the old value of the key that they
 * are stored at may be among what GET reads. NULL after replying that they are too long. */
static struct piece *results_of(struct sort *sort, uint64_t count)
{
    const struct sort_options *options = &sort->options;
    struct piece *results = memory_new((size_t)(count + 1) * sizeof(*results));
    uint64_t done = 0;

    for (uint64_t i = sort->first; i < sort->first + sort->wanted; i++) {
        if (options->get_count == 0)
            results[done++] = sort->items[i].element;
        for (uint32_t get = 0; get < options->get_count; get++) {
            struct text_buffer found = {0};

            sort_pattern_read(sort->cmd, sort->cmd->argv[options->gets[get]],
                              text_of(sort, sort->items[i].element), &found);
            results[done++] = add_text(sort, text_buffer_span(&found));
            text_buffer_free(&found);
            if (texts_are_too_long(sort)) {
                memory_free(results);
                return NULL;
            }
        }
    }
    ASSERT(done == count);
    return results;
}

static void store_items(struct sort *sort)
{
    struct cmd *cmd = sort->cmd;
    struct key key = cmd_key(cmd, sort->options.store);
    struct list_limits limits = list_type_limits(cmd->config->list_max_listpack_size);
    uint64_t count = sort->wanted * (sort->options.get_count > 0 ? sort->options.get_count : 1);
    struct piece *results = results_of(sort, count);
    struct keyspace *keyspace = cmd_keyspace(cmd, &key);
    struct collection list;
    bool existed;

    if (results == NULL)
        return;
    existed = keyspace_delete(keyspace, cmd->database, &key, cmd->now);
    list = collection_open(keyspace, cmd->database, &key, VALUE_LIST);
    for (uint64_t i = 0; i < count; i++) {
        struct span text = text_of(sort, results[i]);

        list_type_push(&list, &limits, LIST_TAIL, &text, 1);
    }
    if (count > 0)
        cmd_changed(cmd, 'l', "sortstore", &key);
    else if (existed)
        cmd_changed(cmd, 'g', "del", &key);
    /* Fields of hashes that it has looked at may have expired since. */
    if (cmd->changes > 0 && (sort->options.by > 0 || sort->options.get_count > 0))
        effect_key(cmd, cmd->database, &key);
    reply_integer(cmd->reply, (int64_t)count);
    memory_free(results);
}

static bool is_in_script(const struct cmd *cmd)
{
    return cmd->shard != NULL &&
           atomic_load_explicit(&cmd->shard->script_state, memory_order_relaxed) != SCRIPT_IDLE;
}

static void run(struct sort *sort)
{
    struct cmd *cmd = sort->cmd;

    if (!parse(cmd, &sort->options) || !read_elements(sort))
        return;
    /* A set has no order of its own; what is stored, or seen by a script, is to be the same
     * everywhere. */
    if (sort->options.unsorted && (sort->options.store > 0 || is_in_script(cmd))) {
        struct key key = cmd_key(cmd, 1);
        const struct entry *entry = cmd_peek(cmd, &key);

        if (entry != NULL && entry_type(entry) == VALUE_SET) {
            sort->options.unsorted = false;
            sort->options.alphabetical = true;
            sort->options.by = 0;
        }
    }
    if (!put_in_order(sort))
        return;
    limit(sort);
    if (sort->options.store > 0)
        store_items(sort);
    else
        reply_items(sort);
}

static void sort_command(struct cmd *cmd)
{
    struct sort sort = {.cmd = cmd};

    run(&sort);
    text_buffer_free(&sort.texts);
    memory_free(sort.items);
    memory_free(sort.options.gets);
}

void command_sort(struct cmd *cmd)
{
    sort_command(cmd);
}

void command_sort_ro(struct cmd *cmd)
{
    sort_command(cmd);
}
