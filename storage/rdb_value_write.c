#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "storage/rdb_value_parts.h"
#include "storage/types/hash_object.h"

#include <stdlib.h>

/* Collections beyond this are written plainly, however compact they are: readers refuse, and the
 * format cannot tell, listpacks of 4 GiB. */
#define PACKED_MAX ((size_t)1 << 30)

/* Elements of a list that are so long, alone in their node, are written as they are. */
enum { PLAIN_ELEMENT_MIN = 64 * 1024 };

/* ---- Which type ---- */

static bool has_volatile_fields(const struct entry *entry)
{
    const struct element_table *table =
        entry_type(entry) == VALUE_HASH ? hash_table_of(entry) : NULL;

    return table != NULL && table->volatile_count > 0;
}

uint16_t rdb_value_version(const struct entry *entry, uint16_t wanted)
{
    ASSERT(wanted == RDB_VERSION || wanted == RDB_VERSION_REDIS_7_0);
    return has_volatile_fields(entry) ? RDB_VERSION_VALKEY : wanted;
}

/* May it be one listpack, or one row of integers? */
static bool is_compact(const struct entry *entry)
{
    return !entry_is_expanded(entry) && entry_memory(entry) < PACKED_MAX;
}

enum rdb_type rdb_value_type(const struct entry *entry, uint16_t version)
{
    switch (entry_type(entry)) {
    case VALUE_STRING:
        return RDB_STRING;
    case VALUE_LIST:
        return RDB_LIST_QUICKLIST_2;
    case VALUE_SET:
        if (is_compact(entry) && entry_holds_integers(entry))
            return RDB_SET_INTSET;
        return is_compact(entry) && version >= RDB_VERSION ? RDB_SET_LISTPACK : RDB_SET;
    case VALUE_SORTED_SET:
        return is_compact(entry) ? RDB_ZSET_LISTPACK : RDB_ZSET_2;
    case VALUE_HASH:
        if (has_volatile_fields(entry))
            return RDB_HASH_2;
        return is_compact(entry) ? RDB_HASH_LISTPACK : RDB_HASH;
    case VALUE_STREAM:
        return version >= RDB_VERSION ? RDB_STREAM_LISTPACKS_3 : RDB_STREAM_LISTPACKS_2;
    default:
        return RDB_MODULE_2;
    }
}

/* ---- Listpacks that are put together ---- */

struct packing {
    struct rdb_writer bytes; /* room for the header, and then elements */
    uint64_t count;
};

static void packing_open(struct packing *packing)
{
    static const char header[LISTPACK_HEADER];

    rdb_writer_init(&packing->bytes, false);
    packing->count = 0;
    rdb_writer_raw(&packing->bytes, span_of(header, sizeof(header)));
}

static void packing_add(struct packing *packing, const struct listpack_value *value)
{
    listpack_write(rdb_writer_room(&packing->bytes, listpack_encoded_size(value)), value);
    packing->count++;
}

static void packing_add_bytes(struct packing *packing, struct span bytes)
{
    struct listpack_value value = listpack_value(bytes);

    packing_add(packing, &value);
}

/* A body as it lies. */
static void packing_add_body(struct packing *packing, struct span body, uint64_t count)
{
    rdb_writer_raw(&packing->bytes, body);
    packing->count += count;
}

/* Writes the listpack as a string and begins another. */
static void packing_flush(struct packing *packing, struct rdb_writer *writer)
{
    listpack_write_header(packing->bytes.bytes, packing->bytes.length - LISTPACK_HEADER,
                          packing->count);
    rdb_writer_byte(&packing->bytes, LISTPACK_END);
    rdb_writer_string(writer, rdb_writer_span(&packing->bytes));
    packing->bytes.length = LISTPACK_HEADER;
    packing->count = 0;
}

static void packing_close(struct packing *packing)
{
    rdb_writer_free(&packing->bytes);
}

/* ---- By type ---- */

static void write_string(struct rdb_writer *writer, const struct entry *entry)
{
    char scratch[ENTRY_SCRATCH];

    rdb_writer_string(writer, entry_string(entry, scratch));
}

static void write_node(struct rdb_writer *writer, struct packing *packing, struct span body,
                       uint32_t count)
{
    char scratch[LISTPACK_SCRATCH];

    if (count == 1 && body.length >= PLAIN_ELEMENT_MIN) {
        rdb_writer_length(writer, RDB_QUICKLIST_PLAIN);
        rdb_writer_string(writer, listpack_text(listpack_first(body), scratch));
        return;
    }
    rdb_writer_length(writer, RDB_QUICKLIST_PACKED);
    packing_add_body(packing, body, count);
    packing_flush(packing, writer);
}

void rdb_value_write_list_node(struct rdb_writer *writer, struct span body, uint32_t count)
{
    struct packing packing;

    packing_open(&packing);
    write_node(writer, &packing, body, count);
    packing_close(&packing);
}

static void write_list(struct rdb_writer *writer, const struct entry *entry)
{
    struct packing packing;
    struct list_place place;
    uint64_t nodes = 1;

    if (!list_type_seek(entry, 0, &place)) {
        rdb_writer_length(writer, 0);
        return;
    }
    while (list_type_next_body(&place))
        nodes++;
    rdb_writer_length(writer, nodes);
    packing_open(&packing);
    list_type_seek(entry, 0, &place);
    do
        write_node(writer, &packing, place.body, list_type_body_count(&place));
    while (list_type_next_body(&place));
    packing_close(&packing);
}

static int compare_integers(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* A sorted row of integers in their common width. */
static void write_row(struct rdb_writer *writer, const int64_t *values, uint32_t count,
                      uint32_t width)
{
    struct integer_set set = {.count = count, .width = width};
    char header[INTEGER_SET_HEADER];
    struct rdb_writer row;

    rdb_writer_init(&row, false);
    integer_set_write_header(header, &set);
    rdb_writer_raw(&row, span_of(header, sizeof(header)));
    for (uint32_t i = 0; i < count; i++) {
        char *place = rdb_writer_room(&row, width);

        for (uint32_t byte = 0; byte < width; byte++)
            place[byte] = (char)((uint64_t)values[i] >> (8 * byte));
    }
    rdb_writer_string(writer, rdb_writer_span(&row));
    rdb_writer_free(&row);
}

static void write_integer_set(struct rdb_writer *writer, const struct entry *entry)
{
    uint64_t count = set_count(entry);
    int64_t *values = memory_new(count * sizeof(*values));
    struct set_iterator iterator = set_iterate(entry);
    struct span member;
    uint32_t found = 0;
    uint32_t width = 2;

    ASSERT(count > 0 && count <= UINT32_MAX);
    while (set_next(&iterator, &member)) {
        bool read = number_parse_integer(member, &values[found]);

        ASSERT(read);
        if (integer_set_width(values[found]) > width)
            width = integer_set_width(values[found]);
        found++;
    }
    ASSERT(found == count);
    qsort(values, found, sizeof(*values), compare_integers);
    write_row(writer, values, found, width);
    memory_free(values);
}

static void write_set(struct rdb_writer *writer, const struct entry *entry, enum rdb_type type)
{
    struct set_iterator iterator = set_iterate(entry);
    struct packing packing;
    struct span member;

    if (type == RDB_SET_INTSET) {
        write_integer_set(writer, entry);
    } else if (type == RDB_SET) {
        rdb_writer_length(writer, set_count(entry));
        while (set_next(&iterator, &member))
            rdb_writer_string(writer, member);
    } else {
        packing_open(&packing);
        while (set_next(&iterator, &member))
            packing_add_bytes(&packing, member);
        packing_flush(&packing, writer);
        packing_close(&packing);
    }
}

/* From greatest to smallest: that is how readers build their lists fastest. */
static void write_scores(struct rdb_writer *writer, const struct entry *entry)
{
    struct sorted_set_cursor cursor;
    struct score_element element;
    uint64_t count = sorted_set_count(entry);

    rdb_writer_length(writer, count);
    sorted_set_at(entry, count - 1, &cursor);
    for (; sorted_set_read(&cursor, &element); sorted_set_step(&cursor, true)) {
        rdb_writer_string(writer, element.member);
        rdb_writer_double(writer, element.score);
    }
}

static void write_sorted_set(struct rdb_writer *writer, const struct entry *entry,
                             enum rdb_type type)
{
    struct sorted_set_cursor cursor;
    struct score_element element;
    struct packing packing;

    if (type == RDB_ZSET_2) {
        write_scores(writer, entry);
        return;
    }
    packing_open(&packing);
    sorted_set_at(entry, 0, &cursor);
    for (; sorted_set_read(&cursor, &element); sorted_set_step(&cursor, false)) {
        char text[NUMBER_DOUBLE_TEXT_MAX];
        struct listpack_value score = sorted_set_packed_score(element.score, text);

        packing_add_bytes(&packing, element.member);
        packing_add(&packing, &score);
    }
    packing_flush(&packing, writer);
    packing_close(&packing);
}

static void write_hash(struct rdb_writer *writer, const struct entry *entry, enum rdb_type type,
                       time_ms now)
{
    struct hash_iterator iterator;
    struct packing packing;
    struct hash_field field;

    /* A hash has fields, even when the time of all has come. */
    if (hash_length(entry, now) == 0)
        now = INT64_MIN;
    iterator = hash_iterate(entry, now);
    if (type == RDB_HASH_LISTPACK) {
        packing_open(&packing);
        while (hash_next(&iterator, &field)) {
            packing_add_bytes(&packing, field.name);
            packing_add_bytes(&packing, field.value);
        }
        packing_flush(&packing, writer);
        packing_close(&packing);
        return;
    }
    rdb_writer_length(writer, hash_length(entry, now));
    while (hash_next(&iterator, &field)) {
        rdb_writer_string(writer, field.name);
        rdb_writer_string(writer, field.value);
        if (type == RDB_HASH_2)
            rdb_writer_int64(writer, field.expiry == TIME_NEVER ? -1 : field.expiry);
    }
}

void rdb_value_write(struct rdb_writer *writer, const struct entry *entry, enum rdb_type type,
                     time_ms now)
{
    switch (entry_type(entry)) {
    case VALUE_STRING:
        write_string(writer, entry);
        break;
    case VALUE_LIST:
        write_list(writer, entry);
        break;
    case VALUE_SET:
        write_set(writer, entry, type);
        break;
    case VALUE_SORTED_SET:
        write_sorted_set(writer, entry, type);
        break;
    case VALUE_HASH:
        write_hash(writer, entry, type, now);
        break;
    case VALUE_STREAM:
        rdb_value_write_stream(writer, entry, type);
        break;
    case VALUE_BLOOM:
        rdb_value_write_bloom(writer, entry);
        break;
    default:
        UNREACHABLE();
    }
}
