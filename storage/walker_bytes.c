/*
 * Long strings and Bloom filters: rows of bytes that change in place.
 *
 * A string's block is shared while it is written, so that it stays when the key gets another value;
 * where it is changed in place, and in filters, first the *chunks* that are about to change are
 * copied.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "storage/rdb_value_parts.h"
#include "storage/types/bloom.h"
#include "storage/types/stream_tree.h"
#include "storage/walker_value.h"

enum {
    CHUNK = 512,
    /* Shorter rows are written at a time, and compressed. */
    AT_ONCE_MAX = 128 * 1024,
};

/* A row of bytes, and what is written before it. */
struct row {
    struct rdb_writer head;
    struct span bytes;
};

/* A chunk as it was: the row's number and its own make the id. */
struct chunk_image {
    struct stream_id id;
    char *bytes;
};

struct walker_bytes {
    struct walker_value value;
    struct row *rows;
    uint32_t row_count;
    uint32_t row;      /* the one that is written */
    size_t offset;     /* all bytes of it before are written */
    bool is_row_begun; /* its head is written */
    struct rdb_writer tail;
    struct stream_tree images;
};

static struct walker_bytes *bytes_of(struct walker_value *value)
{
    return (struct walker_bytes *)value;
}

static struct heap *heap_of(const struct walker_value *value)
{
    return value->walker->keyspace->set.heap;
}

/* ---- Images ---- */

static size_t chunk_length(const struct row *row, uint64_t chunk)
{
    size_t left = row->bytes.length - chunk * CHUNK;

    return left < CHUNK ? left : CHUNK;
}

static void keep_chunk(struct walker_bytes *bytes, uint32_t row, uint64_t chunk)
{
    struct walker *walker = bytes->value.walker;
    struct stream_id id = {row, chunk};
    struct chunk_image *image;

    if (stream_tree_find(&bytes->images, id) != NULL)
        return;
    walker->memory -= bytes->images.memory;
    image = stream_tree_insert(&bytes->images, heap_of(&bytes->value), id);
    walker->memory += bytes->images.memory + CHUNK;
    image->bytes = heap_allocate(heap_of(&bytes->value), CHUNK);
    memcpy(image->bytes, bytes->rows[row].bytes.data + chunk * CHUNK,
           chunk_length(&bytes->rows[row], chunk));
}

static void before_bytes(struct object_watch *watch, uint32_t row, size_t offset, size_t count)
{
    struct walker_bytes *bytes = (struct walker_bytes *)watch;
    size_t end;

    /* What was added since is not of the cut. */
    if (row >= bytes->row_count || row < bytes->row)
        return;
    end = offset + count < bytes->rows[row].bytes.length ? offset + count
                                                         : bytes->rows[row].bytes.length;
    if (row == bytes->row && offset < bytes->offset)
        offset = bytes->offset;
    for (uint64_t chunk = offset / CHUNK; chunk * CHUNK < end; chunk++)
        keep_chunk(bytes, row, chunk);
}

static struct chunk_image *image_of(const struct walker_bytes *bytes, uint64_t chunk)
{
    if (bytes->images.count == 0)
        return NULL;
    return stream_tree_find(&bytes->images, (struct stream_id){bytes->row, chunk});
}

/* Where the bytes of a chunk of the present row are. */
static const char *chunk_at(const struct walker_bytes *bytes, uint64_t chunk)
{
    const struct chunk_image *image = image_of(bytes, chunk);

    return image != NULL ? image->bytes : bytes->rows[bytes->row].bytes.data + chunk * CHUNK;
}

static void release_image(struct walker_bytes *bytes, struct chunk_image *image)
{
    if (image == NULL || image->bytes == NULL)
        return;
    heap_release(heap_of(&bytes->value), image->bytes, CHUNK);
    image->bytes = NULL;
    bytes->value.walker->memory -= CHUNK;
}

/* ---- The value ---- */

static void make_rows(struct walker_bytes *bytes, uint32_t count)
{
    bytes->rows = memory_new_zeroed(count, sizeof(*bytes->rows));
    bytes->row_count = count;
    for (uint32_t i = 0; i < count; i++)
        rdb_writer_init(&bytes->rows[i].head, false);
}

static void begin_string(struct walker_bytes *bytes, const struct entry *entry)
{
    struct walker_value *value = &bytes->value;
    struct string_block *block = value->object;
    struct rdb_writer *head;

    string_block_share(block);
    make_rows(bytes, 1);
    bytes->rows[0].bytes = string_block_span(block);
    if (value->walker->options.format == WALKER_RDB) {
        walker_record_head(value->walker, &value->head, entry, RDB_STRING);
        return;
    }
    head = &value->head;
    walker_command_begin(head, value->expiry == TIME_NEVER ? 3 : 5);
    walker_command_word(head, SPAN("SET"));
    walker_command_word(head, walker_value_name(value));
    walker_command_bulk(head, block->length);
    rdb_writer_raw(&bytes->tail, SPAN("\r\n"));
    if (value->expiry == TIME_NEVER)
        return;
    walker_command_word(&bytes->tail, SPAN("PXAT"));
    walker_command_number(&bytes->tail, value->expiry);
}

static void begin_bloom(struct walker_bytes *bytes, const struct entry *entry)
{
    const struct bloom *bloom = bytes->value.object;

    ASSERT(bytes->value.walker->options.format == WALKER_RDB);
    walker_record_head(bytes->value.walker, &bytes->value.head, entry, RDB_MODULE_2);
    make_rows(bytes, bloom_filter_count(bloom));
    rdb_value_write_bloom_head(&bytes->value.head, bloom);
    for (uint32_t i = 0; i < bytes->row_count; i++) {
        rdb_value_write_bloom_before(&bytes->rows[i].head, bloom, i);
        bytes->rows[i].bytes = bloom_filter_span(bloom, i);
        rdb_value_write_bloom_behind(
            i + 1 < bytes->row_count ? &bytes->rows[i + 1].head : &bytes->tail, bloom, i);
    }
    rdb_writer_length(&bytes->tail, RDB_MODULE_END);
}

static size_t rows_memory(const struct walker_bytes *bytes)
{
    size_t memory = bytes->row_count * sizeof(*bytes->rows) + bytes->tail.capacity;

    for (uint32_t i = 0; i < bytes->row_count; i++)
        memory += bytes->rows[i].head.capacity;
    return memory;
}

static void begin(struct walker_value *value, const struct entry *entry)
{
    struct walker_bytes *bytes = bytes_of(value);

    rdb_writer_init(&bytes->tail, false);
    stream_tree_init(&bytes->images, sizeof(struct chunk_image));
    if (value->type == VALUE_STRING)
        begin_string(bytes, entry);
    else
        begin_bloom(bytes, entry);
    value->watch.before_bytes = before_bytes;
    value->walker->memory += rows_memory(bytes);
}

/* ---- Writing ---- */

static void write_row_at_once(struct walker_bytes *bytes, struct walker *walker)
{
    const struct row *row = &bytes->rows[bytes->row];
    char *whole = memory_new(row->bytes.length + 1);

    for (uint64_t chunk = 0; chunk * CHUNK < row->bytes.length; chunk++)
        memcpy(whole + chunk * CHUNK, chunk_at(bytes, chunk), chunk_length(row, chunk));
    rdb_writer_string(walker->out.writer, span_of(whole, row->bytes.length));
    memory_free(whole);
    bytes->offset = row->bytes.length;
}

/* True when the row is written. */
static bool write_row(struct walker_bytes *bytes, struct walker *walker)
{
    const struct row *row = &bytes->rows[bytes->row];
    bool is_rdb = walker->options.format == WALKER_RDB;

    if (!bytes->is_row_begun) {
        bytes->is_row_begun = true;
        rdb_writer_raw(walker->out.writer, rdb_writer_span(&row->head));
        if (is_rdb && row->bytes.length <= AT_ONCE_MAX) {
            write_row_at_once(bytes, walker);
            walker->work++;
            return true;
        }
        if (is_rdb)
            rdb_writer_length(walker->out.writer, row->bytes.length);
    }
    while (bytes->offset < row->bytes.length) {
        uint64_t chunk = bytes->offset / CHUNK;
        size_t length = chunk_length(row, chunk);

        if (walker_is_enough(walker))
            return false;
        rdb_writer_raw(walker->out.writer, span_of(chunk_at(bytes, chunk), length));
        release_image(bytes, image_of(bytes, chunk));
        bytes->offset += length;
    }
    return true;
}

static bool write(struct walker_value *value)
{
    struct walker_bytes *bytes = bytes_of(value);

    for (; bytes->row < bytes->row_count; bytes->row++) {
        if (!write_row(bytes, value->walker))
            return false;
        bytes->offset = 0;
        bytes->is_row_begun = false;
    }
    rdb_writer_raw(value->walker->out.writer, rdb_writer_span(&bytes->tail));
    return true;
}

static void end(struct walker_value *value)
{
    struct walker_bytes *bytes = bytes_of(value);
    uint32_t budget = UINT32_MAX;

    for (struct stream_tree_place place = stream_tree_first(&bytes->images);
         !stream_tree_is_end(place); place = stream_tree_next(place))
        release_image(bytes, stream_tree_at(&bytes->images, place));
    value->walker->memory -= bytes->images.memory + rows_memory(bytes);
    while (!stream_tree_release(&bytes->images, heap_of(value), &budget))
        budget = UINT32_MAX;
    for (uint32_t i = 0; i < bytes->row_count; i++)
        rdb_writer_free(&bytes->rows[i].head);
    rdb_writer_free(&bytes->tail);
    memory_free(bytes->rows);
}

const struct walker_value_kind walker_bytes_kind = {
    .size = sizeof(struct walker_bytes),
    .is_one = true,
    .begin = begin,
    .write = write,
    .end = end,
};
