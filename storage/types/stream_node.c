#include "storage/types/stream_node.h"

#include "proto/base/assert.h"

#include <string.h>

enum {
    SIZE_SAME_FIELDS = 3,  /* elements of an entry beside its values: flags, ms, seq */
    SIZE_OTHER_FIELDS = 4, /* beside fields and values: their number too */
    /* Bytes of the numbers of an entry at most: flags, two differences, two numbers of elements. */
    ENTRY_NUMBERS_MAX = 2 + 10 + 10 + 6 + 6,
    /* Of a head without fields and of the numbers of a first entry, whose differences are 0. */
    FIRST_NUMBERS_MAX = (2 + 2 + 6 + 2) + (2 + 2 + 2 + 6),
};

static inline struct span body_of(const struct stream_node *node)
{
    return span_of(node->body, node->length);
}

static inline const char *skip(const char *element)
{
    return element + listpack_size(element);
}

static inline int64_t number_at(const char *element)
{
    if ((unsigned char)*element < 0x80)
        return (unsigned char)*element;
    return listpack_read(element).integer;
}

/* ---- Memory ---- */

static void resize(struct stream_node *node, struct heap *heap, size_t size)
{
    char *body = heap_allocate(heap, size);

    ASSERT(size <= UINT32_MAX - 4096);
    if (node->length > 0)
        memcpy(body, node->body, node->length);
    if (node->body != NULL)
        heap_release(heap, node->body, node->capacity);
    node->body = body;
    node->capacity = (uint32_t)heap_block_size(size);
}

void stream_node_release(struct stream_node *node, struct heap *heap)
{
    ASSERT(node->body != NULL);
    heap_release(heap, node->body, node->capacity);
    node->body = NULL;
}

void stream_node_seal(struct stream_node *node, struct heap *heap)
{
    if (heap_block_size(node->length) < node->capacity)
        resize(node, heap, node->length);
}

size_t stream_node_memory(const struct stream_node *node)
{
    return heap_block_size(node->capacity);
}

/* Makes sure of room behind the body. */
static void reserve(struct stream_node *node, struct heap *heap, size_t more)
{
    if (node->capacity - node->length < more)
        resize(node, heap, node->length + node->length / 2 + more);
}

/* Puts another number in the place of one in the head, which may move the rest. */
static void replace_number(struct stream_node *node, struct heap *heap, size_t offset,
                           uint64_t number)
{
    struct listpack_value value = listpack_value_of_integer((int64_t)number);
    size_t before = listpack_size(node->body + offset);
    size_t after = listpack_encoded_size(&value);

    if (after > before)
        reserve(node, heap, after - before);
    if (after != before)
        memmove(node->body + offset + after, node->body + offset + before,
                node->length - offset - before);
    node->length = (uint32_t)(node->length + after - before);
    listpack_write(node->body + offset, &value);
}

/* The head's first number is that of the entries, the second that of the deleted ones. */
static void write_counts(struct stream_node *node, struct heap *heap, uint64_t deleted_more)
{
    size_t offset;

    replace_number(node, heap, 0, node->count);
    if (deleted_more == 0)
        return;
    offset = listpack_size(node->body);
    replace_number(node, heap, offset, (uint64_t)number_at(node->body + offset) + deleted_more);
}

/* ---- Writing ---- */

static inline char *write_integer(char *place, int64_t integer)
{
    struct listpack_value value;

    if (integer >= 0 && integer < 128) {
        place[0] = (char)integer;
        place[1] = 1;
        return place + 2;
    }
    value = listpack_value_of_integer(integer);
    return listpack_write(place, &value);
}

static inline char *write_word(char *place, struct span word)
{
    struct listpack_value value = listpack_value(word);

    return listpack_write(place, &value);
}

/* The bytes that these words take as elements: every step-th from the first one on. */
static size_t words_size(const struct span *words, uint32_t count, uint32_t first, uint32_t step)
{
    size_t size = 0;

    for (uint32_t i = first; i < count; i += step) {
        struct listpack_value value = listpack_value(words[i]);

        size += listpack_encoded_size(&value);
    }
    return size;
}

void stream_node_create(struct stream_node *node, struct heap *heap, struct stream_id id,
                        struct stream_pairs pairs)
{
    char *place;

    ASSERT(pairs.count % 2 == 0);
    *node = (struct stream_node){.id = id};
    /* The head, and the first entry, so that a stream of one entry is as small as it can be. */
    resize(node, heap, words_size(pairs.words, pairs.count, 0, 1) + FIRST_NUMBERS_MAX);
    place = node->body;
    place = write_integer(place, 0);
    place = write_integer(place, 0);
    place = write_integer(place, pairs.count / 2);
    for (uint32_t i = 0; i < pairs.count; i += 2)
        place = write_word(place, pairs.words[i]);
    place = write_integer(place, 0);
    node->length = (uint32_t)(place - node->body);
    node->elements = 4 + pairs.count / 2;
    ASSERT(node->length <= node->capacity);
}

bool stream_node_takes(const struct stream_node *node, uint64_t text_bytes,
                       const struct stream_node_limits *limits)
{
    uint64_t most = limits->bytes == 0 || limits->bytes > STREAM_NODE_BYTES_MAX
                        ? STREAM_NODE_BYTES_MAX
                        : limits->bytes;

    if (node->length + (uint64_t)LISTPACK_FRAME + text_bytes >= most)
        return false;
    if (limits->entries == 0)
        return true;
    return (uint64_t)node->count + (uint64_t)number_at(skip(node->body)) < limits->entries;
}

/* Are these the fields of the head? */
static bool fields_are_same(const struct stream_node *node, struct stream_pairs pairs)
{
    const char *number = skip(skip(node->body));
    const char *field = skip(number);

    if ((uint64_t)number_at(number) != pairs.count / 2)
        return false;
    for (uint32_t i = 0; i < pairs.count; i += 2) {
        struct listpack_value value = listpack_value(pairs.words[i]);

        if (!listpack_equal(field, &value))
            return false;
        field = skip(field);
    }
    return true;
}

static size_t number_size(int64_t number)
{
    struct listpack_value value = listpack_value_of_integer(number);

    return listpack_encoded_size(&value);
}

/* What is written around the words of an entry. */
struct entry_numbers {
    bool same_fields;
    int64_t milliseconds;
    int64_t sequence;
    uint32_t fields;
    uint32_t size;
};

/* Room for an entry. Its exact size is worked out only when the room may not do. */
static void reserve_entry(struct stream_node *node, struct heap *heap, struct stream_pairs pairs,
                          const struct entry_numbers *numbers)
{
    uint32_t first = numbers->same_fields ? 1 : 0;
    uint32_t step = numbers->same_fields ? 2 : 1;
    size_t most = ENTRY_NUMBERS_MAX;

    for (uint32_t i = first; i < pairs.count; i += step)
        most += pairs.words[i].length + LISTPACK_OVERHEAD;
    if (node->capacity - node->length >= most)
        return;
    reserve(node, heap,
            words_size(pairs.words, pairs.count, first, step) + number_size(STREAM_ENTRY_FLAGS) +
                number_size(numbers->milliseconds) + number_size(numbers->sequence) +
                (numbers->same_fields ? 0 : number_size(numbers->fields)) +
                number_size(numbers->size));
}

void stream_node_append(struct stream_node *node, struct heap *heap, struct stream_id id,
                        struct stream_pairs pairs)
{
    bool same = fields_are_same(node, pairs);
    const struct entry_numbers numbers = {
        .same_fields = same,
        .milliseconds = (int64_t)(id.milliseconds - node->id.milliseconds),
        .sequence = (int64_t)(id.sequence - node->id.sequence),
        .fields = pairs.count / 2,
        .size = same ? pairs.count / 2 + SIZE_SAME_FIELDS : pairs.count + SIZE_OTHER_FIELDS,
    };
    char *place;

    reserve_entry(node, heap, pairs, &numbers);
    place = node->body + node->length;
    place = write_integer(place, same ? STREAM_ENTRY_SAME_FIELDS : 0);
    place = write_integer(place, numbers.milliseconds);
    place = write_integer(place, numbers.sequence);
    if (!same)
        place = write_integer(place, numbers.fields);
    for (uint32_t i = same ? 1 : 0; i < pairs.count; i += same ? 2 : 1)
        place = write_word(place, pairs.words[i]);
    place = write_integer(place, numbers.size);
    node->length = (uint32_t)(place - node->body);
    node->elements += numbers.size + 1;
    node->count++;
    ASSERT(node->length <= node->capacity);
    if (node->count < 128 && (unsigned char)node->body[0] < 128)
        node->body[0] = (char)node->count;
    else
        write_counts(node, heap, 0);
}

/* ---- Reading ---- */

/* Reads the entry that begins here. */
static void entry_read(const struct stream_node *node, const char *start,
                       struct stream_entry *entry)
{
    int64_t flags = number_at(start);
    const char *milliseconds = skip(start);
    const char *sequence = skip(milliseconds);
    const char *element = skip(sequence);
    const char *fields = skip(skip(node->body));

    entry->start = start;
    entry->deleted = (flags & STREAM_ENTRY_DELETED) != 0;
    entry->same_fields = (flags & STREAM_ENTRY_SAME_FIELDS) != 0;
    entry->id.milliseconds = node->id.milliseconds + (uint64_t)number_at(milliseconds);
    entry->id.sequence = node->id.sequence + (uint64_t)number_at(sequence);
    if (entry->same_fields) {
        entry->field_count = (uint32_t)number_at(fields);
        entry->field = skip(fields);
        entry->value = element;
        for (uint32_t i = 0; i < entry->field_count; i++)
            element = skip(element);
    } else {
        entry->field_count = (uint32_t)number_at(element);
        element = skip(element);
        entry->field = element;
        /* Without fields there is no value either; the size that follows is no harm. */
        entry->value = skip(element);
        for (uint64_t i = 0; i < (uint64_t)entry->field_count * 2; i++)
            element = skip(element);
    }
    entry->behind = skip(element);
}

/* What follows the head. */
static const char *first_start(const struct stream_node *node)
{
    const char *element = skip(skip(node->body));
    uint32_t fields = (uint32_t)number_at(element);

    for (uint32_t i = 0; i < fields + 2; i++)
        element = skip(element);
    return element;
}

static bool read_forward(const struct stream_node *node, const char *start,
                         struct stream_entry *entry)
{
    if (start == node->body + node->length)
        return false;
    entry_read(node, start, entry);
    return true;
}

static bool read_back(const struct stream_node *node, const char *behind,
                      struct stream_entry *entry)
{
    const char *element = listpack_previous(body_of(node), behind);
    uint32_t size = (uint32_t)number_at(element);

    /* That of the head. */
    if (size == 0)
        return false;
    for (uint32_t i = 0; i < size; i++)
        element = listpack_previous(body_of(node), element);
    entry_read(node, element, entry);
    return true;
}

bool stream_node_first(const struct stream_node *node, struct stream_entry *entry)
{
    return read_forward(node, first_start(node), entry);
}

bool stream_node_next(const struct stream_node *node, struct stream_entry *entry)
{
    return read_forward(node, entry->behind, entry);
}

bool stream_node_last(const struct stream_node *node, struct stream_entry *entry)
{
    return read_back(node, node->body + node->length, entry);
}

bool stream_node_previous(const struct stream_node *node, struct stream_entry *entry)
{
    return read_back(node, entry->start, entry);
}

bool stream_node_find(const struct stream_node *node, struct stream_id id,
                      struct stream_entry *entry)
{
    for (bool more = stream_node_first(node, entry); more; more = stream_node_next(node, entry)) {
        if (!entry->deleted && !stream_id_less(entry->id, id))
            return stream_id_equal(entry->id, id);
    }
    return false;
}

/* ---- Deleting ---- */

size_t stream_node_counts_size(const struct stream_node *node, size_t *after)
{
    size_t count = listpack_size(node->body);
    uint64_t deleted = (uint64_t)number_at(node->body + count);

    ASSERT(node->count > 0);
    *after = number_size((int64_t)node->count - 1) + number_size((int64_t)deleted + 1);
    return count + listpack_size(node->body + count);
}

void stream_node_delete(struct stream_node *node, struct heap *heap,
                        const struct stream_entry *entry)
{
    ASSERT(!entry->deleted && node->count > 0);
    ASSERT(entry->start >= node->body && entry->start < node->body + node->length);
    node->body[entry->start - node->body] |= STREAM_ENTRY_DELETED;
    node->count--;
    write_counts(node, heap, 1);
}

uint32_t stream_node_delete_front(struct stream_node *node, struct heap *heap, uint64_t count,
                                  struct stream_id id)
{
    struct stream_entry entry;
    uint32_t deleted = 0;

    for (bool more = stream_node_first(node, &entry); more && deleted < count;
         more = stream_node_next(node, &entry)) {
        if (entry.deleted)
            continue;
        if (!stream_id_less(entry.id, id))
            break;
        node->body[entry.start - node->body] |= STREAM_ENTRY_DELETED;
        deleted++;
    }
    ASSERT(deleted <= node->count);
    node->count -= deleted;
    if (deleted > 0)
        write_counts(node, heap, deleted);
    return deleted;
}
