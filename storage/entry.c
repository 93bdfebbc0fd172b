#include "storage/entry.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "storage/entry_layout.h"
#include "storage/object.h"

#include <string.h>

static int64_t integer_of(const struct entry *entry)
{
    int64_t value;

    memcpy(&value, entry_value(entry), sizeof(value));
    return value;
}

struct string_block *entry_block(const struct entry *entry)
{
    struct string_block *block;

    ASSERT_DEBUG(entry->encoding == ENCODING_BLOCK);
    memcpy(&block, entry_value(entry), sizeof(block));
    return block;
}

void *entry_object(const struct entry *entry)
{
    void *object;

    ASSERT(entry->encoding == ENCODING_OBJECT);
    memcpy(&object, entry_value(entry), sizeof(object));
    return object;
}

static void set_expiry(struct entry *entry, time_ms expiry)
{
    ASSERT(entry_is_volatile(entry));
    memcpy(entry->data, &expiry, sizeof(expiry));
}

/* ---- What an entry says ---- */

struct span entry_key(const struct entry *entry)
{
    return (struct span){(const char *)entry + entry_key_offset(entry->flags),
                         entry_key_length(entry)};
}

enum value_type entry_type(const struct entry *entry)
{
    return (enum value_type)entry->type;
}

enum value_encoding entry_encoding(const struct entry *entry)
{
    return (enum value_encoding)entry->encoding;
}

time_ms entry_expiry(const struct entry *entry)
{
    time_ms expiry;

    if (!entry_is_volatile(entry))
        return TIME_NEVER;
    memcpy(&expiry, entry->data, sizeof(expiry));
    return expiry;
}

const char *value_type_name(enum value_type type)
{
    static const char *const names[VALUE_TYPES] = {
        [VALUE_STRING] = "string",   [VALUE_LIST] = "list", [VALUE_SET] = "set",
        [VALUE_SORTED_SET] = "zset", [VALUE_HASH] = "hash", [VALUE_STREAM] = "stream",
        [VALUE_BLOOM] = "MBbloom--",
    };

    ASSERT((unsigned)type < VALUE_TYPES);
    return names[type];
}

static const char *string_encoding_name(const struct entry *entry)
{
    if (entry->encoding == ENCODING_INTEGER)
        return "int";
    if (entry->encoding == ENCODING_INLINE && entry->value_length <= ENTRY_EMBEDDED_MAX &&
        (entry->flags & ENTRY_RAW) == 0)
        return "embstr";
    return "raw";
}

const char *entry_encoding_name(const struct entry *entry)
{
    bool expanded = entry_is_expanded(entry);

    switch (entry->type) {
    case VALUE_STRING:
        return string_encoding_name(entry);
    case VALUE_LIST:
        return expanded ? "quicklist" : "listpack";
    case VALUE_SET:
        if (expanded)
            return "hashtable";
        return entry_holds_integers(entry) ? "intset" : "listpack";
    case VALUE_SORTED_SET:
        return expanded ? "skiplist" : "listpack";
    case VALUE_HASH:
        return expanded ? "hashtable" : "listpack";
    case VALUE_STREAM:
        return "stream";
    default:
        return "raw";
    }
}

struct span entry_inline(const struct entry *entry)
{
    ASSERT(entry->encoding == ENCODING_INLINE);
    return span_of(entry_value(entry), entry->value_length);
}

bool entry_holds_integers(const struct entry *entry)
{
    return (entry->flags & ENTRY_INTEGERS) != 0;
}

bool entry_is_expanded(const struct entry *entry)
{
    return (entry->flags & ENTRY_EXPANDED) != 0;
}

size_t entry_memory(const struct entry *entry)
{
    size_t size = heap_block_size(entry_size(entry));

    if (entry->encoding == ENCODING_OBJECT)
        size += object_kind_of((enum value_type)entry->type)->memory(entry_object(entry));
    return entry->encoding == ENCODING_BLOCK ? size + string_block_memory(entry_block(entry))
                                             : size;
}

int64_t entry_idle_seconds(const struct entry *entry, time_ms now)
{
    return (int64_t)(((uint64_t)(now / 1000) - entry->access) & 0xffffff);
}

struct span entry_string(const struct entry *entry, char scratch[ENTRY_SCRATCH])
{
    ASSERT(entry->type == VALUE_STRING);
    switch (entry->encoding) {
    case ENCODING_INTEGER:
        return span_of(scratch, number_format_integer(scratch, integer_of(entry)));
    case ENCODING_INLINE:
        return span_of(entry_value(entry), entry->value_length);
    default:
        return string_block_span(entry_block(entry));
    }
}

size_t entry_string_length(const struct entry *entry)
{
    char scratch[ENTRY_SCRATCH];

    return entry_string(entry, scratch).length;
}

bool entry_string_integer(const struct entry *entry, int64_t *value)
{
    char scratch[ENTRY_SCRATCH];

    ASSERT(entry->type == VALUE_STRING);
    if (entry->encoding == ENCODING_INTEGER) {
        *value = integer_of(entry);
        return true;
    }
    return number_parse_integer(entry_string(entry, scratch), value);
}

void entry_string_reply(const struct entry *entry, struct reply *reply)
{
    char scratch[ENTRY_SCRATCH];
    struct span bytes = entry_string(entry, scratch);

    if (bytes.length <= ENTRY_REPLY_COPY_MAX) {
        reply_bulk(reply, bytes);
        return;
    }
    string_block_share(entry_block(entry));
    reply_bulk_reference(reply, bytes, &entry_block(entry)->base);
}

/* ---- Making ---- */

struct entry_string_form entry_form_of_text(struct span bytes)
{
    return (struct entry_string_form){
        .bytes = bytes,
        .encoding = bytes.length <= ENTRY_INLINE_MAX ? ENCODING_INLINE : ENCODING_BLOCK};
}

struct entry_string_form entry_form_of_integer(int64_t value)
{
    return (struct entry_string_form){.encoding = ENCODING_INTEGER, .integer = value};
}

struct entry_string_form entry_form_of(struct span bytes)
{
    int64_t integer;

    if (bytes.length <= NUMBER_INTEGER_TEXT_MAX && number_parse_integer(bytes, &integer))
        return entry_form_of_integer(integer);
    return entry_form_of_text(bytes);
}

struct entry *entry_create(struct heap *heap, struct span name, enum value_type type,
                           enum value_encoding encoding, size_t value_length, time_ms expiry)
{
    uint8_t flags = (uint8_t)((expiry != TIME_NEVER ? ENTRY_VOLATILE : 0) |
                              (name.length > ENTRY_NARROW_KEY_MAX ? ENTRY_WIDE_KEY : 0));
    size_t offset = entry_key_offset(flags);
    struct entry *entry =
        heap_allocate(heap, offset + name.length + entry_value_size(encoding, value_length));

    ASSERT(name.length <= UINT32_MAX);
    ASSERT(value_length <= UINT16_MAX);
    *entry = (struct entry){
        .type = type,
        .encoding = encoding,
        .flags = flags,
        .key_length = (uint8_t)((flags & ENTRY_WIDE_KEY) != 0 ? 0 : name.length),
        .value_length = (uint16_t)value_length,
    };
    if (expiry != TIME_NEVER)
        set_expiry(entry, expiry);
    if ((flags & ENTRY_WIDE_KEY) != 0) {
        uint32_t length = (uint32_t)name.length;

        memcpy((char *)entry + offset - sizeof(length), &length, sizeof(length));
    }
    if (name.length > 0)
        memcpy((char *)entry + offset, name.data, name.length);
    return entry;
}

static size_t inline_length(const struct entry_string_form *form)
{
    return form->encoding == ENCODING_INLINE ? form->bytes.length : 0;
}

/* Writes the value for which the entry has the room. The bytes may overlap with it. */
static void write_value(struct heap *heap, struct entry *entry,
                        const struct entry_string_form *form)
{
    char *value = entry_value(entry);

    if (form->encoding == ENCODING_INTEGER) {
        memcpy(value, &form->integer, sizeof(form->integer));
    } else if (form->encoding == ENCODING_INLINE) {
        if (form->bytes.length > 0)
            memmove(value, form->bytes.data, form->bytes.length);
    } else {
        struct string_block *block = string_block_copy(heap, form->bytes);

        memcpy(value, &block, sizeof(block));
    }
    if (form->raw)
        entry->flags |= ENTRY_RAW;
    else
        entry->flags &= (uint8_t)~ENTRY_RAW;
}

struct entry *entry_create_string(struct heap *heap, struct span name,
                                  const struct entry_string_form *form, time_ms expiry)
{
    struct entry *entry =
        entry_create(heap, name, VALUE_STRING, form->encoding, inline_length(form), expiry);

    write_value(heap, entry, form);
    return entry;
}

struct entry *entry_create_block(struct heap *heap, struct span name, struct string_block *block,
                                 time_ms expiry, bool raw)
{
    struct entry *entry = entry_create(heap, name, VALUE_STRING, ENCODING_BLOCK, 0, expiry);

    ASSERT(block->heap == heap);
    memcpy(entry_value(entry), &block, sizeof(block));
    entry->flags |= raw ? ENTRY_RAW : 0;
    return entry;
}

struct entry *entry_create_like(struct heap *heap, struct span name, const struct entry *source,
                                bool same_heap, time_ms expiry)
{
    struct entry_string_form form = {
        .encoding = (enum value_encoding)source->encoding,
        .raw = (source->flags & ENTRY_RAW) != 0,
    };
    struct entry *entry;

    if (source->type != VALUE_STRING)
        return entry_create_collection_like(heap, name, source, expiry);
    if (source->encoding == ENCODING_BLOCK && same_heap) {
        string_block_share(entry_block(source));
        entry = entry_create_block(heap, name, entry_block(source), expiry, form.raw);
    } else {
        char scratch[ENTRY_SCRATCH];

        if (source->encoding == ENCODING_INTEGER)
            form.integer = integer_of(source);
        else
            form.bytes = entry_string(source, scratch);
        entry = entry_create_string(heap, name, &form, expiry);
    }
    entry->access = source->access;
    return entry;
}

void entry_release(struct heap *heap, struct entry *entry)
{
    if (entry->encoding == ENCODING_BLOCK)
        string_block_release(entry_block(entry));
    else if (entry->encoding == ENCODING_OBJECT)
        object_release(heap, (enum value_type)entry->type, entry_object(entry));
    entry_release_shell(heap, entry);
}

void entry_release_shell(struct heap *heap, struct entry *entry)
{
    heap_release(heap, entry, entry_size(entry));
}

/* ---- Changing ---- */

bool entry_overwrite(struct heap *heap, struct entry *entry, const struct entry_string_form *form,
                     time_ms expiry)
{
    struct string_block *before = NULL;
    size_t size = entry_key_offset(entry->flags) + entry_key_length(entry) +
                  entry_value_size(form->encoding, inline_length(form));

    if (entry->type != VALUE_STRING || entry_is_volatile(entry) != (expiry != TIME_NEVER))
        return false;
    if (heap_block_size(size) != heap_block_size(entry_size(entry)))
        return false;
    if (entry->encoding == ENCODING_BLOCK)
        before = entry_block(entry);
    if (expiry != TIME_NEVER)
        set_expiry(entry, expiry);
    if (before != NULL && form->encoding == ENCODING_BLOCK && before->holders == 1 &&
        string_block_memory(before) == string_block_memory_for(form->bytes.length)) {
        memmove(before->bytes, form->bytes.data, form->bytes.length);
        before->length = form->bytes.length;
        entry->flags &= (uint8_t)~ENTRY_RAW;
        return true;
    }
    write_value(heap, entry, form);
    entry->encoding = form->encoding;
    entry->value_length = (uint16_t)inline_length(form);
    /* Only now: the bytes may have come from there. */
    if (before != NULL)
        string_block_release(before);
    return true;
}

struct entry *entry_with_expiry(struct heap *heap, struct entry *entry, time_ms expiry)
{
    struct entry *other;
    size_t length = entry->encoding == ENCODING_INLINE ? entry->value_length : 0;

    if (entry_is_volatile(entry) == (expiry != TIME_NEVER)) {
        if (expiry != TIME_NEVER)
            set_expiry(entry, expiry);
        return entry;
    }
    other = entry_create(heap, entry_key(entry), (enum value_type)entry->type,
                         (enum value_encoding)entry->encoding, length, expiry);
    other->access = entry->access;
    other->flags |= entry->flags & (ENTRY_RAW | ENTRY_INTEGERS);
    memcpy(entry_value(other), entry_value(entry),
           entry_value_size((enum value_encoding)entry->encoding, length));
    heap_release(heap, entry, entry_size(entry));
    return other;
}

/* A string in the entry becomes one in a block. */
static struct entry *edit_into_block(struct heap *heap, struct entry *entry, struct span bytes,
                                     size_t length, char **writable)
{
    bool far = length > (1 << 20);
    struct string_block *block = string_block_create(
        heap, length, bytes.length > 0 ? string_block_growth(length) : length, far);
    struct entry *edited;

    if (!far)
        memset(block->bytes + bytes.length, 0, length - bytes.length);
    if (bytes.length > 0)
        memcpy(block->bytes, bytes.data, bytes.length);
    edited = entry_create_block(heap, entry_key(entry), block, entry_expiry(entry), true);
    edited->access = entry->access;
    entry_release(heap, entry);
    *writable = block->bytes;
    return edited;
}

struct entry *entry_edit(struct heap *heap, struct entry *entry, size_t length, size_t offset,
                         size_t count, char **bytes)
{
    char scratch[ENTRY_SCRATCH];
    struct span before = entry_string(entry, scratch);
    struct entry *edited = entry;

    if (length < before.length)
        length = before.length;
    if (entry->encoding == ENCODING_BLOCK) {
        struct string_block *block =
            string_block_edit_shown(heap, entry_block(entry), length, offset, count);

        memcpy(entry_value(entry), &block, sizeof(block));
        entry->flags |= ENTRY_RAW;
        *bytes = block->bytes;
        return entry;
    }
    if (length > ENTRY_INLINE_MAX)
        return edit_into_block(heap, entry, before, length, bytes);
    if (entry->encoding != ENCODING_INLINE ||
        heap_block_size(entry_size(entry)) !=
            heap_block_size(entry_size(entry) - before.length + length)) {
        edited = entry_create(heap, entry_key(entry), VALUE_STRING, ENCODING_INLINE, length,
                              entry_expiry(entry));
        edited->access = entry->access;
        if (before.length > 0)
            memcpy(entry_value(edited), before.data, before.length);
        entry_release(heap, entry);
    }
    edited->flags |= ENTRY_RAW;
    edited->value_length = (uint16_t)length;
    *bytes = entry_value(edited);
    memset(*bytes + before.length, 0, length - before.length);
    return edited;
}

struct entry *entry_relocate(struct heap *heap, struct entry *entry, uint64_t *moved,
                             uint64_t *kept)
{
    size_t size = entry_size(entry);

    if (entry->encoding == ENCODING_BLOCK) {
        struct string_block *before = entry_block(entry);
        struct string_block *block = string_block_relocate(heap, before);

        memcpy(entry_value(entry), &block, sizeof(block));
        *moved += block != before;
        *kept += block == before && heap_block_should_move(block, string_block_memory(block));
    }
    if (heap_block_should_move(entry, size)) {
        struct entry *other = heap_allocate(heap, size);

        memcpy(other, entry, size);
        heap_release(heap, entry, size);
        entry = other;
        (*moved)++;
    }
    return entry;
}
