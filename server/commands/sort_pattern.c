#include "server/commands/sort_pattern.h"

#include "proto/base/assert.h"
#include "proto/key_slot/key_slot.h"
#include "storage/types/hash.h"

bool sort_pattern_is_element(struct span pattern)
{
    return span_equal(pattern, SPAN("#"));
}

bool sort_pattern_names_keys(struct span pattern)
{
    return pattern.length > 0 && memchr(pattern.data, '*', pattern.length) != NULL;
}

bool sort_pattern_stays_in(struct span pattern, uint16_t slot)
{
    const char *open = memchr(pattern.data, '{', pattern.length);
    const char *star = memchr(pattern.data, '*', pattern.length);
    const char *end = pattern.data + pattern.length;
    const char *close;

    if (star == NULL)
        return key_slot(pattern) == slot;
    if (open == NULL || star < open)
        return false;
    close = memchr(open, '}', (size_t)(end - open));
    /* Without a hash tag, or with an element inside of it, the key may be anywhere. */
    return close != NULL && close > open + 1 && star > close && key_slot(pattern) == slot;
}

/* A pattern taken apart: prefix * suffix, and a field behind "->". */
struct parts {
    struct span prefix;
    struct span suffix;
    struct span field; /* data == NULL: none */
};

static bool take_apart(struct span pattern, struct parts *parts)
{
    const char *end = pattern.data + pattern.length;
    const char *star = memchr(pattern.data, '*', pattern.length);
    const char *arrow;

    if (star == NULL)
        return false;
    *parts = (struct parts){.prefix = span_of(pattern.data, (size_t)(star - pattern.data)),
                            .suffix = span_of(star + 1, (size_t)(end - star - 1))};
    arrow = memmem(parts->suffix.data, parts->suffix.length, "->", 2);
    if (arrow != NULL && arrow + 2 < end) {
        parts->field = span_of(arrow + 2, (size_t)(end - arrow - 2));
        parts->suffix.length = (size_t)(arrow - parts->suffix.data);
    }
    return true;
}

static bool read_key(const struct cmd *cmd, struct span name, struct span field,
                     struct text_buffer *found)
{
    struct key key = keyspace_key(cmd->keyspace, name);
    const struct entry *entry = cmd_read(cmd, &key);
    struct hash_field value;
    char scratch[ENTRY_SCRATCH];

    if (entry == NULL)
        return false;
    if (field.data == NULL) {
        if (entry_type(entry) != VALUE_STRING)
            return false;
        text_buffer_add(found, entry_string(entry, scratch));
        return true;
    }
    if (entry_type(entry) != VALUE_HASH || !hash_find(entry, field, cmd->now, &value))
        return false;
    text_buffer_add(found, value.value);
    return true;
}

bool sort_pattern_read(const struct cmd *cmd, struct span pattern, struct span element,
                       struct text_buffer *found)
{
    struct text_buffer name = {0};
    struct parts parts;
    bool is_there;

    if (sort_pattern_is_element(pattern)) {
        text_buffer_add(found, element);
        return true;
    }
    if (!take_apart(pattern, &parts))
        return false;
    text_buffer_add(&name, parts.prefix);
    text_buffer_add(&name, element);
    text_buffer_add(&name, parts.suffix);
    is_there = read_key(cmd, text_buffer_span(&name), parts.field, found);
    text_buffer_free(&name);
    return is_there;
}
