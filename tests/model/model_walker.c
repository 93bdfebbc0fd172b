/*
 * Random changes to keys of all types while walks begin, go on by steps and are given up. What a
 * walk has written, read back, is a copy of everything as it was when the walk began.
 *
 * TESSERA_MODEL_ROUNDS keyspaces, the first with TESSERA_MODEL_SEED.
 */
#include "proto/base/random.h"
#include "server/commands/debug_digest.h"
#include "storage/types/bloom.h"
#include "storage/types/stream_group.h"
#include "storage/walker.h"
#include "tests/model/walker_reader.h"

enum {
    DATABASES = 3,
    KEYS = 48,
    TYPES = 8,
    ROUNDS = 100,
    ELEMENTS = 3000, /* that a collection chooses from */
    GROUPS_OF_STREAM = 3,
    VALUE_BYTES = 200000,
};

struct model {
    struct keyspace *live;
    struct keyspace *copy; /* as the cut was */
    struct random random;
    time_ms now;
    struct walker *walker;
    struct walker_options options;
    struct rdb_writer out;
    uint64_t stream_ids;
    uint32_t hot;    /* tells a key that is changed often */
    uint64_t inside; /* steps that ended inside a value */
    uint64_t keys;
    uint64_t walks;
    char bytes[VALUE_BYTES];
};

static uint64_t below(struct model *model, uint64_t limit)
{
    return random_below(&model->random, limit);
}

static struct keyspace *make(uint64_t seed)
{
    return keyspace_create(
        &(struct keyspace_options){.databases = DATABASES, .hash_seed = 77, .random_seed = seed});
}

/* ---- One key ---- */

struct target {
    uint32_t database;
    uint32_t number;
    enum value_type type; /* that its number stands for */
    struct key key;
    char text[40];
};

static struct target choose(struct model *model, uint64_t share)
{
    static const enum value_type types[TYPES] = {VALUE_STRING, VALUE_HASH,  VALUE_SORTED_SET,
                                                 VALUE_SET,    VALUE_LIST,  VALUE_STREAM,
                                                 VALUE_BLOOM,  VALUE_STRING};
    struct target target = {.database = (uint32_t)below(model, DATABASES),
                            .number = (uint32_t)below(model, KEYS)};

    /* Half of all changes concern one key, which is deleted and moved less often. */
    if (below(model, share) == 0)
        target = (struct target){.database = model->hot % DATABASES, .number = model->hot % KEYS};
    target.type = types[target.number % TYPES];
    return target;
}

static void name(struct model *model, struct target *target)
{
    int length = snprintf(target->text, sizeof(target->text),
                          target->number % 3 == 0 ? "{tag}key%u" : "key%u", target->number);

    target->key = keyspace_key(model->live, span_of(target->text, (size_t)length));
}

static struct span element(struct model *model, char text[40])
{
    uint64_t number = below(model, ELEMENTS);

    if (number % 300 == 7) {
        /* Too long for a leaf. */
        return span_of(model->bytes, 700 + number);
    }
    return span_of(text, (size_t)snprintf(text, 40, number % 2 == 0 ? "%llu" : "element:%llu",
                                          (unsigned long long)number));
}

/* How many elements a change touches: most touch few, some build something large. */
static uint32_t many(struct model *model)
{
    return (uint32_t)below(model, below(model, 25) == 0 ? 1500 : 8) + 1;
}

/* Opens the collection; what is of another type goes first. */
static struct collection open_collection(struct model *model, struct target *target)
{
    struct collection collection =
        collection_open(model->live, target->database, &target->key, target->type);

    if (collection.entry != NULL && entry_type(collection.entry) != target->type) {
        keyspace_delete(model->live, target->database, &target->key, model->now);
        collection.entry = NULL;
    }
    return collection;
}

/* ---- Changes by type ---- */

static void change_string(struct model *model, struct target *target)
{
    size_t length = below(model, below(model, 10) == 0 ? VALUE_BYTES : 200);
    struct entry *entry = keyspace_find(model->live, target->database, &target->key, model->now);
    time_ms expiry =
        below(model, 4) == 0 ? model->now + (time_ms)below(model, 3000) + 1 : EXPIRY_KEEP;
    uint64_t how = below(model, 6);
    char *bytes;

    if (how == 0) {
        keyspace_set_integer(model->live, target->database, &target->key,
                             (int64_t)below(model, 100000), expiry);
    } else if (how <= 3 || (entry != NULL && entry_type(entry) != VALUE_STRING)) {
        keyspace_set_string(model->live, target->database, &target->key,
                            span_of(model->bytes, length), expiry);
    } else {
        size_t offset = below(model, length + 1);
        size_t before = entry == NULL ? 0 : entry_string_length(entry);

        if (how == 4)
            offset = before;
        if (below(model, 3) == 0)
            keyspace_string_edit(model->live, target->database, &target->key, offset + 8, &bytes);
        else
            keyspace_string_edit_part(model->live, target->database, &target->key, offset + 8,
                                      offset, 8, &bytes);
        snprintf(bytes + offset, 8, "%07llu", (unsigned long long)below(model, 10000000));
    }
}

static void change_hash(struct model *model, struct target *target)
{
    struct collection hash = open_collection(model, target);
    uint64_t how = below(model, 10);
    char text[40];
    char value[40];

    for (uint32_t i = many(model); i > 0; i--) {
        struct span field = element(model, text);
        time_ms expiry = how < 3 ? model->now + (time_ms)below(model, 3000) + 1 : HASH_EXPIRY_KEEP;

        if (how < 6) {
            int length = snprintf(value, sizeof(value), "value:%llu",
                                  (unsigned long long)below(model, 1000000));

            if (hash.entry == NULL && expiry == HASH_EXPIRY_KEEP)
                expiry = TIME_NEVER;
            hash_set(&hash, model->now, &reader_limits.hash, field, span_of(value, (size_t)length),
                     expiry);
        } else if (hash.entry != NULL && how == 6) {
            hash_set_expiry(&hash, model->now, field, TIME_NEVER);
        } else if (hash.entry != NULL) {
            hash_remove(&hash, model->now, field);
        }
    }
}

static void change_set(struct model *model, struct target *target)
{
    struct collection set = open_collection(model, target);
    uint64_t how = below(model, 3);
    char text[40];

    for (uint32_t i = many(model); i > 0; i--) {
        struct span member = element(model, text);

        if (how > 0)
            set_add(&set, member, &reader_limits.set);
        else if (set.entry != NULL)
            set_remove(&set, member);
    }
}

static void change_sorted_set(struct model *model, struct target *target)
{
    const struct sorted_set_options options = {0};
    struct collection set = open_collection(model, target);
    uint64_t how = below(model, 8);
    char text[40];

    if (how == 0 && set.entry != NULL) {
        uint64_t count = sorted_set_count(set.entry);
        uint64_t from = below(model, count);

        sorted_set_remove_ranks(&set, from, from + below(model, count - from) + 1);
        return;
    }
    for (uint32_t i = many(model); i > 0; i--) {
        struct span member = element(model, text);
        double score = (double)below(model, 1000) / (how == 7 ? 7 : 1);

        if (how > 2)
            sorted_set_add(&set, &options, &reader_limits.sorted_set, member, &score);
        else if (set.entry != NULL)
            sorted_set_remove(&set, member);
    }
}

static void shorten_list(struct model *model, struct collection *list, uint64_t how)
{
    const struct list_limits *limits = &reader_limits.list;
    uint64_t length = list_type_length(list->entry);

    if (how == 0) {
        uint64_t first = below(model, length);

        list_type_trim(list, limits, first, below(model, length - first + 1));
    } else {
        uint64_t most = below(model, 4) == 0 ? length : length < 12 ? length : 12;

        list_type_drop(list, limits, below(model, 2) == 0 ? LIST_HEAD : LIST_TAIL,
                       1 + below(model, most));
    }
}

static void change_list(struct model *model, struct target *target)
{
    const struct list_limits *limits = &reader_limits.list;
    struct collection list = open_collection(model, target);
    uint64_t how = below(model, 10);
    char text[40];

    if (how < 3 && list.entry != NULL) {
        shorten_list(model, &list, how);
        return;
    }
    for (uint32_t i = many(model); i > 0; i--) {
        struct span value = element(model, text);
        struct span other = element(model, model->bytes + VALUE_BYTES - 100);

        if (how < 7 || list.entry == NULL)
            list_type_push(&list, limits, how % 2 == 0 ? LIST_HEAD : LIST_TAIL, &value, 1);
        else if (how == 7)
            list_type_set(&list, limits, (int64_t)below(model, list_type_length(list.entry)),
                          value);
        else if (how == 8)
            list_type_insert(&list, limits, other, below(model, 2) == 0, value);
        else
            list_type_remove(&list, limits, value, (int64_t)below(model, 5) - 2);
    }
}

/* Back to the last entry that is there, if there is one. */
static void set_last_id(struct model *model, struct stream *stream, struct heap *heap)
{
    struct stream_id id;

    for (uint64_t i = below(model, below(model, 20) == 0 ? 2000 : 60); i > 0; i--)
        stream_delete(stream, heap, stream_last_entry_id(stream));
    id = stream_last_entry_id(stream);
    if (stream->length == 0)
        id.milliseconds = 1 + below(model, stream->last_id.milliseconds + 1);
    stream_set_last_id(stream, heap, id);
}

static void change_group(struct model *model, struct collection *collection)
{
    struct stream *stream = entry_object(collection->entry);
    struct heap *heap = collection_heap(collection);
    static const char *const names[GROUPS_OF_STREAM] = {"a", "bb", "ccc"};
    struct span group_name = span_of_string(names[below(model, GROUPS_OF_STREAM)]);
    struct span consumer_name = span_of_string(names[below(model, GROUPS_OF_STREAM)]);
    struct stream_group *group = stream_group_find(stream, group_name);
    struct stream_consumer *consumer;

    if (group == NULL) {
        stream_group_create(stream, heap, group_name, STREAM_ID_MIN, 0);
        return;
    }
    consumer = stream_consumer_find(group, consumer_name);
    if (consumer == NULL)
        consumer = stream_consumer_create(group, heap, consumer_name, model->now);
    for (uint32_t i = many(model); i > 0; i--) {
        struct stream_id id = {1 + below(model, model->stream_ids + 1), 0};

        if (below(model, 3) == 0) {
            stream_pending_remove(group, heap, id);
        } else {
            struct stream_pending *pending = stream_pending_give(group, heap, id, consumer);

            pending->delivered = model->now;
            pending->deliveries++;
        }
    }
    stream_group_show(group);
    consumer->seen = model->now;
    group->entries_read = (int64_t)below(model, 100);
    if (below(model, 10) == 0)
        stream_consumer_delete(group, heap, consumer);
    if (below(model, 8) == 0)
        collection_discard(collection, stream_group_detach(stream, heap, group));
}

static void change_stream(struct model *model, struct target *target)
{
    const struct stream_node_limits limits = {.bytes = 1200,
                                              .entries = target->number % 2 == 0 ? 3 : 12};
    struct collection collection = open_collection(model, target);
    struct heap *heap = collection_heap(&collection);
    uint64_t how = below(model, 8);
    struct stream *stream;
    char text[40];

    if (collection.entry == NULL)
        collection_set_object(&collection, stream_create(heap));
    stream = entry_object(collection.entry);
    if (how == 0) {
        struct stream_trim trim = {.by = STREAM_TRIM_LENGTH,
                                   .length = stream->length - below(model, stream->length / 8 + 2) %
                                                                  (stream->length + 1)};

        stream_trim(stream, heap, &trim);
        return;
    }
    if (how <= 2) {
        change_group(model, &collection);
        return;
    }
    if (how == 3 && below(model, 2) == 0) {
        set_last_id(model, stream, heap);
        return;
    }
    for (uint32_t i = many(model); i > 0; i--) {
        if (how > 4) {
            struct span words[2] = {SPAN("field"), element(model, text)};
            struct stream_id id = {stream->last_id.milliseconds + 1 + below(model, 2), 0};

            if (id.milliseconds > model->stream_ids)
                model->stream_ids = id.milliseconds;
            assert_true(stream_append(stream, heap, &limits, id, (struct stream_pairs){words, 2}));
        } else {
            stream_delete(stream, heap, (struct stream_id){below(model, model->stream_ids + 1), 0});
        }
    }
}

static void change_bloom(struct model *model, struct target *target)
{
    struct collection collection = open_collection(model, target);
    struct heap *heap = collection_heap(&collection);
    struct bloom *bloom;
    char text[40];

    if (collection.entry == NULL)
        collection_set_object(&collection,
                              bloom_create(heap, 0.01, 10 + below(model, 50000), 2, true));
    bloom = entry_object(collection.entry);
    if (below(model, 8) == 0) {
        size_t count = below(model, 200);

        bloom_load_chunk(bloom, (int64_t)(1 + count + below(model, bloom_bytes(bloom))),
                         span_of(model->bytes, count));
    }
    for (uint32_t i = many(model); i > 0; i--)
        bloom_add(heap, bloom, element(model, text));
}

static void change(struct model *model)
{
    struct target target = choose(model, 2);

    name(model, &target);
    switch (target.type) {
    case VALUE_HASH:
        change_hash(model, &target);
        break;
    case VALUE_SET:
        change_set(model, &target);
        break;
    case VALUE_SORTED_SET:
        change_sorted_set(model, &target);
        break;
    case VALUE_LIST:
        change_list(model, &target);
        break;
    case VALUE_STREAM:
        change_stream(model, &target);
        break;
    case VALUE_BLOOM:
        change_bloom(model, &target);
        break;
    default:
        change_string(model, &target);
    }
}

/* ---- Changes of keys and databases ---- */

static void transfer(struct model *model, struct target *target, bool copy)
{
    struct target to = choose(model, 100);

    /* To a key of the same type. */
    to.number = (uint32_t)((target->number + TYPES * below(model, KEYS / TYPES)) % KEYS);
    name(model, &to);
    if (keyspace_peek(model->live, target->database, &target->key, model->now) == NULL)
        return;
    keyspace_peek(model->live, to.database, &to.key, model->now);
    (copy ? keyspace_copy : keyspace_move)(model->live, target->database, &target->key, model->live,
                                           to.database, &to.key);
}

static void change_keys(struct model *model)
{
    struct target target = choose(model, 100);
    struct entry *entry;

    name(model, &target);
    switch (below(model, 8)) {
    case 0:
    case 1:
        keyspace_delete(model->live, target.database, &target.key, model->now);
        break;
    case 2:
    case 3:
        entry = keyspace_find(model->live, target.database, &target.key, model->now);
        if (entry != NULL)
            keyspace_set_expiry(
                model->live, target.database, &target.key,
                below(model, 3) == 0 ? TIME_NEVER : model->now + 1 + (time_ms)below(model, 3000));
        break;
    case 4:
        transfer(model, &target, true);
        break;
    case 5:
        transfer(model, &target, false);
        break;
    case 6:
        keyspace_set_string(model->live, target.database, &target.key, SPAN("over"), TIME_NEVER);
        break;
    default:
        keyspace_random(model->live, target.database, model->now);
    }
}

static void change_databases(struct model *model)
{
    uint32_t database = (uint32_t)below(model, DATABASES);
    struct target target = choose(model, 100);

    name(model, &target);
    switch (below(model, 12)) {
    case 0:
        keyspace_flush(model->live, database);
        break;
    case 1:
    case 2:
    case 3:
        keyspace_flush_slot(model->live, target.key.slot);
        break;
    default:
        keyspace_swap(model->live, database, target.database);
    }
}

static void act(struct model *model)
{
    uint64_t what = below(model, 1000);

    if (what < 850)
        change(model);
    else if (what < 960)
        change_keys(model);
    else if (what < 964)
        change_databases(model);
    else if (what < 980)
        keyspace_reclaim(model->live, 1 + (uint32_t)below(model, 200));
    else {
        model->now += (time_ms)below(model, 200);
        keyspace_set_time(model->live, model->now);
        keyspace_expire(model->live, model->now, 50);
    }
}

/* ---- The cut, and what must come of it ---- */

struct copying {
    struct model *model;
    uint32_t database;
};

static void copy_entry(void *context, const struct entry *entry)
{
    const struct copying *copying = context;
    const struct walker_options *options = &copying->model->options;
    struct key key = keyspace_key(copying->model->live, entry_key(entry));

    if (options->one_slot && key.slot != options->slot)
        return;
    keyspace_copy(copying->model->live, copying->database, &key, copying->model->copy,
                  copying->database, &key);
}

static void visit_all(struct keyspace *keyspace, uint32_t database, keyspace_visitor *visit,
                      void *context)
{
    assert_true(keyspace_scan(keyspace, database, 0, UINT64_MAX, visit, context) ==
                KEYSPACE_SCAN_END);
}

/* Most keys have the same one. */
static uint16_t some_slot(struct model *model)
{
    return key_slot(below(model, 3) == 0 ? SPAN("key1") : SPAN("{tag}"));
}

static void begin(struct model *model)
{
    model->options = (struct walker_options){
        .format = below(model, 4) == 0 ? WALKER_COMMANDS : WALKER_RDB,
        .rdb_version = below(model, 2) == 0 ? RDB_VERSION : RDB_VERSION_REDIS_7_0,
        .compress = below(model, 2) == 0,
        .with_access = below(model, 2) == 0,
        .one_slot = below(model, 3) == 0,
        .slot = some_slot(model),
    };
    model->copy = make(1);
    for (uint32_t database = 0; database < DATABASES; database++)
        visit_all(model->live, database, copy_entry, &(struct copying){model, database});
    rdb_writer_init(&model->out, model->options.compress);
    model->walker = walker_begin(model->live, &model->options);
}

/* False: all is out. */
static bool step(struct model *model)
{
    bool inside = walker_is_inside_value(model->walker);
    size_t before = model->out.length;
    uint32_t budget = 1 + (uint32_t)below(model, below(model, 10) == 0 ? 3000 : 150);
    bool more = walker_step(model->walker, &model->out, budget);

    if (!inside && model->out.length > before)
        assert_int_equal((unsigned char)model->out.bytes[before],
                         model->options.format == WALKER_RDB ? RDB_OPCODE_SELECTDB : '*');
    assert_false(!more && walker_is_inside_value(model->walker));
    assert_true(walker_memory(model->walker) > 0);
    model->inside += walker_is_inside_value(model->walker);
    return more;
}

struct comparing {
    struct model *model;
    struct keyspace *loaded;
    uint32_t database;
};

static void compare_entry(void *context, const struct entry *entry)
{
    const struct comparing *comparing = context;
    struct key key = keyspace_key(comparing->loaded, entry_key(entry));
    const struct entry *loaded = keyspace_peek(comparing->loaded, comparing->database, &key, 0);
    struct text_buffer fed[2] = {{0}};

    if (loaded == NULL)
        print_error("%.*s in %u is missing\n", (int)entry_key(entry).length, entry_key(entry).data,
                    comparing->database);
    assert_non_null(loaded);
    digest_feed_value(&fed[0], entry, 0);
    digest_feed_value(&fed[1], loaded, 0);
    if (memcmp(digest_of(&fed[0]).bytes, digest_of(&fed[1]).bytes, DIGEST_SIZE) != 0) {
        print_error("%.*s in %u (%s) differs\n", (int)entry_key(entry).length,
                    entry_key(entry).data, comparing->database, value_type_name(entry_type(entry)));
        fail();
    }
    text_buffer_free(&fed[0]);
    text_buffer_free(&fed[1]);
}

static void check(struct model *model)
{
    struct walker_reader reader = {
        .keyspace = make(2),
        .family = RDB_FAMILY_VALKEY,
        .expiry = TIME_NEVER,
    };

    (model->options.format == WALKER_RDB ? reader_rdb
                                         : reader_commands)(&reader, rdb_writer_span(&model->out));
    for (uint32_t database = 0; database < DATABASES; database++) {
        struct comparing comparing = {model, reader.keyspace, database};

        assert_int_equal(keyspace_size(model->copy, database),
                         keyspace_size(reader.keyspace, database));
        model->keys += keyspace_size(model->copy, database);
        visit_all(model->copy, database, compare_entry, &comparing);
    }
    keyspace_destroy(reader.keyspace);
}

static void end(struct model *model)
{
    walker_end(model->walker);
    model->walker = NULL;
    keyspace_destroy(model->copy);
    rdb_writer_free(&model->out);
}

static void walk(struct model *model)
{
    uint64_t patience = below(model, 5) == 0 ? below(model, 60) : UINT64_MAX;
    uint64_t pace = 1 + below(model, below(model, 3) == 0 ? 30 : 6);
    bool more = true;

    /* Given up at once, before entries have its mark. */
    while (below(model, 3) == 0) {
        model->options =
            (struct walker_options){.one_slot = below(model, 2) == 0, .slot = some_slot(model)};
        walker_end(walker_begin(model->live, &model->options));
    }
    begin(model);
    while (more && patience-- > 0) {
        for (uint64_t i = below(model, pace + 1); i > 0; i--)
            act(model);
        more = step(model);
    }
    if (!more)
        check(model);
    end(model);
}

/* A keyspace from its beginning to its end, with some walks. */
static void live(struct model *model, uint64_t seed)
{
    random_seed(&model->random, seed);
    model->now = 1000000;
    model->stream_ids = 0;
    model->hot = (uint32_t)below(model, DATABASES * KEYS);
    model->live = make(seed);
    keyspace_set_time(model->live, model->now);
    for (uint32_t i = 0; i < VALUE_BYTES; i++)
        model->bytes[i] = (char)('a' + (i * 7 + seed) % 23);
    for (uint64_t walks = 1 + below(model, 6); walks > 0; walks--) {
        for (uint64_t i = below(model, 1000); i > 0; i--)
            act(model);
        walk(model);
        model->walks++;
    }
    keyspace_destroy(model->live);
}

static void run(void **state)
{
    const char *seed_text = getenv("TESSERA_MODEL_SEED");
    const char *rounds = getenv("TESSERA_MODEL_ROUNDS");
    struct model *model = calloc(1, sizeof(*model));
    uint64_t first = seed_text != NULL ? strtoull(seed_text, NULL, 10) : 1;
    uint64_t count = rounds != NULL ? strtoull(rounds, NULL, 10) : ROUNDS;

    (void)state;
    for (uint64_t seed = first; seed < first + count; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        live(model, seed);
    }
    print_message("%llu walks, %llu keys, %llu steps ended inside a value\n",
                  (unsigned long long)model->walks, (unsigned long long)model->keys,
                  (unsigned long long)model->inside);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(run)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
