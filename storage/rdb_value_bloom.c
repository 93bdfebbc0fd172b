/*
 * Bloom filters in RDB: as RedisBloom's module "MBbloom--" writes them, its version 4.
 *
 *   module id | items | filters | options | expansion |
 *   for each filter: capacity, error rate, hashes, bits per item, bits, exponent, bytes, items |
 *   end
 */
#include "proto/base/assert.h"
#include "storage/rdb_value_parts.h"
#include "storage/types/bloom.h"

enum {
    VERSION = 4,
    VERSION_WITH_OPTIONS = 2, /* the first whose filters may have the hash that is known here */
    VERSION_WITH_EXPANSION = 4,
    EXPANSION_BEFORE = 2,
    VERSION_BITS = 10,
};

/* A module's name is nine characters of six bits. */
static uint64_t module_name(const char *name)
{
    static const char characters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint64_t value = 0;

    for (; *name != '\0'; name++) {
        const char *character = strchr(characters, *name);

        ASSERT(character != NULL);
        value = value << 6 | (uint64_t)(character - characters);
    }
    return value;
}

void rdb_value_write_bloom_head(struct rdb_writer *writer, const struct bloom *bloom)
{
    rdb_writer_length(writer, module_name(value_type_name(VALUE_BLOOM)) << VERSION_BITS | VERSION);
    rdb_writer_module_unsigned(writer, bloom_items(bloom));
    rdb_writer_module_unsigned(writer, bloom_filter_count(bloom));
    rdb_writer_module_unsigned(writer, bloom_options(bloom));
    rdb_writer_module_unsigned(writer, bloom_expansion(bloom));
}

void rdb_value_write_bloom_before(struct rdb_writer *writer, const struct bloom *bloom,
                                  uint32_t filter)
{
    struct bloom_shape shape = bloom_shape_of(bloom, filter);

    rdb_writer_module_unsigned(writer, shape.capacity);
    rdb_writer_module_double(writer, shape.error_rate);
    rdb_writer_module_unsigned(writer, shape.hashes);
    rdb_writer_module_double(writer, shape.bits_per_item);
    rdb_writer_module_unsigned(writer, shape.bits);
    rdb_writer_module_unsigned(writer, shape.exponent);
    rdb_writer_length(writer, RDB_MODULE_STRING);
}

void rdb_value_write_bloom_behind(struct rdb_writer *writer, const struct bloom *bloom,
                                  uint32_t filter)
{
    rdb_writer_module_unsigned(writer, bloom_shape_of(bloom, filter).items);
}

void rdb_value_write_bloom(struct rdb_writer *writer, const struct entry *entry)
{
    const struct bloom *bloom = entry_object(entry);

    rdb_value_write_bloom_head(writer, bloom);
    for (uint32_t i = 0; i < bloom_filter_count(bloom); i++) {
        rdb_value_write_bloom_before(writer, bloom, i);
        rdb_writer_string(writer, bloom_filter_span(bloom, i));
        rdb_value_write_bloom_behind(writer, bloom, i);
    }
    rdb_writer_length(writer, RDB_MODULE_END);
}

/* A number that must fit 32 bits. */
static bool read_uint32(struct rdb_reader *reader, uint32_t *value)
{
    uint64_t wide;

    if (!rdb_reader_module_unsigned(reader, &wide) || wide > UINT32_MAX)
        return false;
    *value = (uint32_t)wide;
    return true;
}

/* The shape as far as it stands before the bytes. */
static bool read_shape(struct rdb_reader *reader, struct bloom_shape *shape)
{
    uint32_t exponent;

    *shape = (struct bloom_shape){0};
    if (!rdb_reader_module_unsigned(reader, &shape->capacity) ||
        !rdb_reader_module_double(reader, &shape->error_rate) ||
        !read_uint32(reader, &shape->hashes) ||
        !rdb_reader_module_double(reader, &shape->bits_per_item) ||
        !rdb_reader_module_unsigned(reader, &shape->bits) || !read_uint32(reader, &exponent) ||
        exponent > UINT8_MAX)
        return false;
    shape->exponent = (uint8_t)exponent;
    return true;
}

static bool read_filter(struct rdb_reader *reader, struct heap *heap, struct bloom *bloom)
{
    struct bloom_shape shape;
    struct rdb_string string;
    char *bytes = NULL;

    if (!read_shape(reader, &shape) || !rdb_reader_module_string(reader, &string))
        return false;
    if (rdb_reader_module_unsigned(reader, &shape.items) && shape.bits % 8 == 0 &&
        shape.bits / 8 == string.bytes.length)
        bytes = bloom_append(heap, bloom, &shape);
    if (bytes != NULL)
        memcpy(bytes, string.bytes.data, string.bytes.length);
    rdb_string_free(&string);
    return bytes != NULL;
}

/* What stands before the filters; *filters is how many there are. */
static struct bloom *read_header(struct rdb_reader *reader, struct heap *heap, uint64_t *items,
                                 uint32_t *filters)
{
    uint32_t expansion = EXPANSION_BEFORE;
    uint32_t options;
    uint64_t version;
    uint64_t module;

    if (!rdb_reader_length(reader, &module) ||
        module >> VERSION_BITS != module_name(value_type_name(VALUE_BLOOM)))
        return NULL;
    version = module & ((1u << VERSION_BITS) - 1);
    if (version < VERSION_WITH_OPTIONS || version > VERSION ||
        !rdb_reader_module_unsigned(reader, items) || !read_uint32(reader, filters) ||
        *filters == 0 || !read_uint32(reader, &options) ||
        (version >= VERSION_WITH_EXPANSION && !read_uint32(reader, &expansion)))
        return NULL;
    return bloom_create_empty(heap, options, expansion);
}

enum rdb_value_outcome rdb_value_load_bloom(struct rdb_value_load *load)
{
    struct heap *heap = collection_heap(&load->target);
    uint64_t end = RDB_MODULE_STRING;
    uint64_t items;
    uint32_t filters;
    struct bloom *bloom = read_header(load->reader, heap, &items, &filters);
    bool sound = bloom != NULL;

    for (; sound && filters > 0; filters--)
        sound = read_filter(load->reader, heap, bloom);
    if (sound && rdb_reader_length(load->reader, &end) && end == RDB_MODULE_END &&
        bloom_items(bloom) == items) {
        load->target.type = VALUE_BLOOM;
        if (load->target.entry != NULL)
            collection_delete(&load->target);
        collection_set_object(&load->target, bloom);
        return RDB_VALUE_LOADED;
    }
    if (bloom != NULL)
        bloom_discard(heap, bloom);
    return RDB_VALUE_BAD;
}
