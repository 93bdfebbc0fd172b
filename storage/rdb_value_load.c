#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "storage/rdb_value_parts.h"
#include "storage/types/list_object.h"

#include <math.h>

static enum rdb_value_outcome load_string(struct rdb_value_load *load)
{
    const struct collection *target = &load->target;
    struct rdb_string string;

    if (!rdb_reader_string(load->reader, &string))
        return RDB_VALUE_BAD;
    keyspace_set_string(target->keyspace, target->database, target->key, string.bytes, TIME_NEVER);
    rdb_string_free(&string);
    return RDB_VALUE_LOADED;
}

/* ---- Lists ---- */

static void push(struct rdb_value_load *load, struct list_object *list, struct span bytes)
{
    struct listpack_value value = listpack_value(bytes);

    list_object_push(collection_heap(&load->target), list, &load->limits->list, LIST_TAIL, &value);
}

static bool push_elements(struct rdb_value_load *load, struct list_object *list,
                          enum rdb_elements_form form)
{
    struct rdb_elements elements;
    struct span element;

    if (!rdb_elements_open(&elements, load->reader, form, 1))
        return false;
    while (rdb_elements_next(&elements, &element))
        push(load, list, element);
    rdb_elements_close(&elements);
    return !load->reader->failed;
}

/* A string that is an element, however long; nobody writes an empty one like that. */
static bool push_plain(struct rdb_value_load *load, struct list_object *list)
{
    struct rdb_string string;

    if (!rdb_reader_string(load->reader, &string))
        return false;
    if (string.bytes.length > 0 && string.bytes.length <= LISTPACK_STRING_MAX)
        push(load, list, string.bytes);
    else
        rdb_reader_fail(load->reader);
    rdb_string_free(&string);
    return !load->reader->failed;
}

static bool push_listpack(struct rdb_value_load *load, struct list_object *list)
{
    struct rdb_string string;
    struct span body;

    if (!rdb_reader_string(load->reader, &string))
        return false;
    if (listpack_validate(string.bytes, true, &body))
        list_object_append_body(collection_heap(&load->target), list, &load->limits->list, body);
    else
        rdb_reader_fail(load->reader);
    rdb_string_free(&string);
    return !load->reader->failed;
}

static bool push_nodes(struct rdb_value_load *load, struct list_object *list, enum rdb_type type)
{
    uint64_t nodes;
    uint64_t container;

    if (!rdb_reader_count(load->reader, 1, &nodes))
        return false;
    for (; nodes > 0 && !load->reader->failed; nodes--) {
        if (type == RDB_LIST_QUICKLIST) {
            push_elements(load, list, RDB_ELEMENTS_ZIPLIST);
            continue;
        }
        if (!rdb_reader_length(load->reader, &container))
            return false;
        if (container == RDB_QUICKLIST_PLAIN)
            push_plain(load, list);
        else if (container == RDB_QUICKLIST_PACKED)
            push_listpack(load, list);
        else
            return rdb_reader_fail(load->reader);
    }
    return !load->reader->failed;
}

static void store_list(struct rdb_value_load *load, struct list_object *list)
{
    struct collection *target = &load->target;
    char body[ENTRY_INLINE_MAX];

    if (target->entry != NULL)
        collection_delete(target);
    if (list->bytes <= sizeof(body)) {
        list_object_gather(list, body);
        collection_set_inline(target, span_of(body, list->bytes));
        collection_discard(target, list);
    } else {
        collection_set_object(target, list);
    }
    list_type_settle(target, &load->limits->list);
}

enum rdb_value_outcome rdb_value_load_list(struct rdb_value_load *load, enum rdb_type type)
{
    struct list_object *list = list_object_create(collection_heap(&load->target));
    enum rdb_value_outcome outcome = RDB_VALUE_LOADED;
    bool sound;

    load->target.type = VALUE_LIST;
    if (type == RDB_LIST)
        sound = push_elements(load, list, RDB_ELEMENTS_STRINGS);
    else if (type == RDB_LIST_ZIPLIST)
        sound = push_elements(load, list, RDB_ELEMENTS_ZIPLIST);
    else
        sound = push_nodes(load, list, type);
    if (!sound)
        outcome = RDB_VALUE_BAD;
    else if (list->count == 0)
        outcome = RDB_VALUE_EMPTY;
    if (outcome == RDB_VALUE_LOADED)
        store_list(load, list);
    else
        collection_discard(&load->target, list);
    return outcome;
}

/* ---- Sets ---- */

static bool add_members(struct rdb_value_load *load, struct set_builder *builder,
                        struct rdb_elements *elements)
{
    struct span member;

    while (rdb_elements_next(elements, &member))
        if (!set_builder_add(builder, member))
            rdb_reader_fail(load->reader);
    return !load->reader->failed;
}

static enum rdb_value_outcome build_set(struct rdb_value_load *load, struct rdb_elements *elements)
{
    struct set_builder builder;
    bool sound;

    set_builder_init(&builder, &load->target);
    sound = add_members(load, &builder, elements);
    if (sound && builder.members.count > 0) {
        set_builder_finish(&builder, &load->target, &load->limits->set);
        return RDB_VALUE_LOADED;
    }
    set_builder_discard(&builder);
    return sound ? RDB_VALUE_EMPTY : RDB_VALUE_BAD;
}

/* A small set as it lies; one of integers alone is held otherwise. */
static bool store_members_body(struct rdb_value_load *load, const struct rdb_elements *elements)
{
    const struct set_limits *limits = &load->limits->set;
    struct collection *target = &load->target;
    struct rdb_body body;

    if (!rdb_elements_as_body(elements, 1, &body) || body.only_integers)
        return false;
    if (target->entry != NULL)
        collection_delete(target);
    collection_set_inline(target, body.bytes);
    collection_mark_expanded(target, body.count > limits->packed_entries ||
                                         body.longest > limits->packed_value);
    return true;
}

enum rdb_value_outcome rdb_value_load_set(struct rdb_value_load *load, enum rdb_type type)
{
    enum rdb_value_outcome outcome = RDB_VALUE_LOADED;
    enum rdb_elements_form form = type == RDB_SET_INTSET     ? RDB_ELEMENTS_INTSET
                                  : type == RDB_SET_LISTPACK ? RDB_ELEMENTS_LISTPACK
                                                             : RDB_ELEMENTS_STRINGS;
    struct rdb_elements elements;

    load->target.type = VALUE_SET;
    if (!rdb_elements_open(&elements, load->reader, form, 1))
        return RDB_VALUE_BAD;
    if (form != RDB_ELEMENTS_LISTPACK || !store_members_body(load, &elements))
        outcome = build_set(load, &elements);
    rdb_elements_close(&elements);
    return outcome;
}

/* ---- Sorted sets ---- */

static bool add_scored(struct rdb_value_load *load, struct score_tree *tree, struct span member,
                       double score)
{
    uint32_t hash = score_tree_hash(tree, member);
    double before;

    if (isnan(score) || score_tree_find(tree, member, hash, &before))
        return rdb_reader_fail(load->reader);
    score_tree_insert(tree, collection_heap(&load->target), score, member, hash);
    return true;
}

/* Would the element come last? Compact forms are in order. */
static bool comes_last(const struct score_tree *tree, double score, struct span member)
{
    struct score_bound bound = {SCORE_BOUND_ELEMENT, false, score, member};

    return score_tree_before(tree, &bound) == tree->count;
}

static bool add_packed(struct rdb_value_load *load, struct score_tree *tree,
                       struct rdb_elements *elements)
{
    char scratch[LISTPACK_SCRATCH];
    struct span member;
    struct span text;
    double score;

    while (rdb_elements_next(elements, &member)) {
        member = rdb_elements_keep(member, scratch);
        if (!rdb_elements_next(elements, &text) || !number_parse_double(text, &score) ||
            !comes_last(tree, score, member))
            rdb_reader_fail(load->reader);
        else
            add_scored(load, tree, member, score);
        if (load->reader->failed)
            break;
    }
    return !load->reader->failed;
}

static bool add_plain(struct rdb_value_load *load, struct score_tree *tree, enum rdb_type type)
{
    uint64_t count;
    /* The member and its score. */
    size_t least = type == RDB_ZSET_2 ? 9 : 2;

    if (!rdb_reader_count(load->reader, least, &count))
        return false;
    for (; count > 0; count--) {
        struct rdb_string member;
        double score;

        if (!rdb_reader_string(load->reader, &member))
            return false;
        if (member.bytes.length > LISTPACK_STRING_MAX)
            rdb_reader_fail(load->reader);
        if (type == RDB_ZSET_2 ? rdb_reader_double(load->reader, &score)
                               : rdb_reader_text_double(load->reader, &score))
            add_scored(load, tree, member.bytes, score);
        rdb_string_free(&member);
        if (load->reader->failed)
            return false;
    }
    return true;
}

/* The tree becomes the value, if what it was made from is sound. */
static enum rdb_value_outcome finish_tree(struct rdb_value_load *load, struct score_tree *tree,
                                          bool sound)
{
    uint32_t budget = UINT32_MAX;

    if (sound && tree->count > 0) {
        sorted_set_store(&load->target, tree, &load->limits->sorted_set);
        return RDB_VALUE_LOADED;
    }
    while (!score_tree_release(tree, collection_heap(&load->target), &budget))
        budget = UINT32_MAX;
    return sound ? RDB_VALUE_EMPTY : RDB_VALUE_BAD;
}

/* Are members and scores by turns in order, and the scores numbers? */
static bool is_ordered(struct span body)
{
    char scratch[2][LISTPACK_SCRATCH];
    char text[LISTPACK_SCRATCH];
    struct score_element before = {.score = -HUGE_VAL};
    uint32_t turn = 0;

    for (const char *place = listpack_first(body); place != NULL; turn++) {
        struct score_element element = {.member = listpack_text(place, scratch[turn % 2])};

        place = listpack_next(body, place);
        if (!number_parse_double(listpack_text(place, text), &element.score))
            return false;
        if (element.score < before.score ||
            (turn > 0 && element.score == before.score &&
             score_member_compare(element.member, before.member) <= 0))
            return false;
        before = element;
        place = listpack_next(body, place);
    }
    return true;
}

/* A small sorted set as it lies. */
static bool store_scored_body(struct rdb_value_load *load, const struct rdb_elements *elements)
{
    const struct sorted_set_limits *limits = &load->limits->sorted_set;
    struct collection *target = &load->target;
    struct rdb_body body;

    if (!rdb_elements_as_body(elements, 2, &body) || !is_ordered(body.bytes))
        return false;
    if (target->entry != NULL)
        collection_delete(target);
    collection_set_inline(target, body.bytes);
    collection_mark_expanded(target, body.count / 2 > limits->packed_entries ||
                                         body.longest > limits->packed_value);
    return true;
}

static enum rdb_value_outcome load_packed_scores(struct rdb_value_load *load,
                                                 enum rdb_elements_form form)
{
    enum rdb_value_outcome outcome = RDB_VALUE_LOADED;
    struct rdb_elements elements;
    struct score_tree tree;

    if (!rdb_elements_open(&elements, load->reader, form, 2))
        return RDB_VALUE_BAD;
    if (form != RDB_ELEMENTS_LISTPACK || !store_scored_body(load, &elements)) {
        score_tree_init(&tree, collection_hash_seed(&load->target));
        outcome = finish_tree(load, &tree, add_packed(load, &tree, &elements));
    }
    rdb_elements_close(&elements);
    return outcome;
}

enum rdb_value_outcome rdb_value_load_sorted_set(struct rdb_value_load *load, enum rdb_type type)
{
    struct score_tree tree;

    load->target.type = VALUE_SORTED_SET;
    if (type == RDB_ZSET_LISTPACK)
        return load_packed_scores(load, RDB_ELEMENTS_LISTPACK);
    if (type == RDB_ZSET_ZIPLIST)
        return load_packed_scores(load, RDB_ELEMENTS_ZIPLIST);
    score_tree_init(&tree, collection_hash_seed(&load->target));
    return finish_tree(load, &tree, add_plain(load, &tree, type));
}

/* ---- By type ---- */

static enum rdb_value_outcome dispatch(struct rdb_value_load *load, uint8_t type)
{
    switch (type) {
    case RDB_STRING:
        return load_string(load);
    case RDB_LIST:
    case RDB_LIST_ZIPLIST:
    case RDB_LIST_QUICKLIST:
    case RDB_LIST_QUICKLIST_2:
        return rdb_value_load_list(load, type);
    case RDB_SET:
    case RDB_SET_INTSET:
    case RDB_SET_LISTPACK:
        return rdb_value_load_set(load, type);
    case RDB_ZSET:
    case RDB_ZSET_2:
    case RDB_ZSET_ZIPLIST:
    case RDB_ZSET_LISTPACK:
        return rdb_value_load_sorted_set(load, type);
    case RDB_HASH:
    case RDB_HASH_ZIPMAP:
    case RDB_HASH_ZIPLIST:
    case RDB_HASH_LISTPACK:
    case RDB_HASH_2:
    case RDB_HASH_METADATA:
    case RDB_HASH_LISTPACK_EX:
        return rdb_value_load_hash(load, type);
    case RDB_STREAM_LISTPACKS:
    case RDB_STREAM_LISTPACKS_2:
    case RDB_STREAM_LISTPACKS_3:
        return rdb_value_load_stream(load, type);
    case RDB_MODULE_2:
        return rdb_value_load_bloom(load);
    default:
        return RDB_VALUE_BAD;
    }
}

/* Is the number one that this family gives this meaning? */
static bool is_of_family(uint8_t type, enum rdb_family family)
{
    if (type == RDB_HASH_2)
        return family == RDB_FAMILY_VALKEY;
    if (type == RDB_HASH_METADATA || type == RDB_HASH_LISTPACK_EX)
        return family == RDB_FAMILY_REDIS;
    return true;
}

enum rdb_value_outcome rdb_value_load(struct rdb_reader *reader, uint8_t type,
                                      enum rdb_family family, struct keyspace *keyspace,
                                      uint32_t database, const struct key *key,
                                      const struct rdb_value_limits *limits, time_ms now)
{
    struct rdb_value_load load = {.reader = reader, .limits = limits, .now = now};
    enum rdb_value_outcome outcome;

    if (!is_of_family(type, family))
        return RDB_VALUE_BAD;
    load.target = collection_open(keyspace, database, key, VALUE_LIST);
    outcome = dispatch(&load, type);
    ASSERT(outcome != RDB_VALUE_LOADED || !reader->failed);
    return outcome;
}
