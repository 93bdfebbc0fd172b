#include "storage/rdb_elements.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "storage/entry.h"

/* Reads the string that the elements lie in and looks at all of it. */
static bool open_block(struct rdb_elements *elements, uint32_t group)
{
    struct span bytes;

    if (!rdb_reader_string(elements->reader, &elements->block))
        return false;
    bytes = elements->block.bytes;
    switch (elements->form) {
    case RDB_ELEMENTS_LISTPACK:
        if (!listpack_validate(bytes, true, &elements->body))
            return false;
        elements->next = listpack_first(elements->body);
        return listpack_count(elements->body) % group == 0;
    case RDB_ELEMENTS_ZIPLIST:
        return ziplist_open(&elements->ziplist, bytes) && elements->ziplist.count % group == 0;
    case RDB_ELEMENTS_ZIPMAP:
        return zipmap_open(&elements->zipmap, bytes);
    default:
        return integer_set_validate(bytes, true, &elements->integers);
    }
}

bool rdb_elements_open(struct rdb_elements *elements, struct rdb_reader *reader,
                       enum rdb_elements_form form, uint32_t group)
{
    ASSERT(group > 0);
    elements->reader = reader;
    elements->form = form;
    elements->block = (struct rdb_string){0};
    elements->zipmap_value = (struct span){0};
    elements->index = 0;
    if (form == RDB_ELEMENTS_STRINGS) {
        if (!rdb_reader_count(reader, group, &elements->left))
            return false;
        elements->left *= group;
        return true;
    }
    if (open_block(elements, group))
        return true;
    rdb_string_free(&elements->block);
    return rdb_reader_fail(reader);
}

static bool next_string(struct rdb_elements *elements, struct span *element)
{
    if (elements->left == 0)
        return false;
    rdb_string_free(&elements->block);
    if (!rdb_reader_string(elements->reader, &elements->block))
        return false;
    elements->left--;
    *element = elements->block.bytes;
    return true;
}

static bool next_of_listpack(struct rdb_elements *elements, struct span *element)
{
    if (elements->next == NULL)
        return false;
    *element = listpack_text(elements->next, elements->scratch);
    elements->next = listpack_next(elements->body, elements->next);
    return true;
}

static bool next_of_zipmap(struct rdb_elements *elements, struct span *element)
{
    if (elements->zipmap_value.data != NULL) {
        *element = elements->zipmap_value;
        elements->zipmap_value.data = NULL;
        return true;
    }
    return zipmap_next(&elements->zipmap, element, &elements->zipmap_value);
}

static bool next_integer(struct rdb_elements *elements, struct span *element)
{
    int64_t value;

    if (elements->index == elements->integers.count)
        return false;
    value = integer_set_at(&elements->integers, elements->index++);
    *element = span_of(elements->scratch, number_format_integer(elements->scratch, value));
    return true;
}

static bool next_any(struct rdb_elements *elements, struct span *element)
{
    switch (elements->form) {
    case RDB_ELEMENTS_STRINGS:
        return next_string(elements, element);
    case RDB_ELEMENTS_LISTPACK:
        return next_of_listpack(elements, element);
    case RDB_ELEMENTS_ZIPLIST:
        if (!ziplist_next(&elements->ziplist, &elements->element))
            return false;
        *element = elements->element.bytes;
        return true;
    case RDB_ELEMENTS_ZIPMAP:
        return next_of_zipmap(elements, element);
    default:
        return next_integer(elements, element);
    }
}

bool rdb_elements_next(struct rdb_elements *elements, struct span *element)
{
    if (!next_any(elements, element))
        return false;
    /* No type holds more in an element. */
    return element->length <= LISTPACK_STRING_MAX || rdb_reader_fail(elements->reader);
}

void rdb_elements_close(struct rdb_elements *elements)
{
    rdb_string_free(&elements->block);
}

/* ---- Whole bodies ---- */

/* Comparing each with each is the faster way up to here. */
enum { COMPARED_MAX = 32 };

/* Is the element a string that would be an integer here? Those are not found by their text. */
static bool is_disguised(const struct listpack_value *value)
{
    int64_t integer;

    return !value->is_integer && value->string.length <= NUMBER_INTEGER_TEXT_MAX &&
           number_parse_integer(value->string, &integer);
}

static size_t text_length(const char *element, const struct listpack_value *value)
{
    return value->is_integer ? listpack_text_length(element) : value->string.length;
}

/* Is one of the elements before this one, each step-th, the same? */
static bool is_repeated(struct span body, const char *element, const struct listpack_value *value,
                        uint32_t step)
{
    const char *found = listpack_find(body, listpack_first(body), value, step);

    ASSERT_DEBUG(found != NULL);
    return found != element;
}

bool rdb_elements_as_body(const struct rdb_elements *elements, uint32_t step, struct rdb_body *body)
{
    ASSERT(elements->form == RDB_ELEMENTS_LISTPACK);
    *body = (struct rdb_body){.bytes = elements->body, .only_integers = true};
    if (body->bytes.length > ENTRY_INLINE_MAX)
        return false;
    for (const char *element = listpack_first(body->bytes); element != NULL;
         element = listpack_next(body->bytes, element)) {
        struct listpack_value value = listpack_read(element);
        size_t length = text_length(element, &value);

        if (body->count == COMPARED_MAX * step || is_disguised(&value) ||
            (body->count % step == 0 && is_repeated(body->bytes, element, &value, step)))
            return false;
        if (length > body->longest)
            body->longest = length;
        body->only_integers &= value.is_integer;
        body->count++;
    }
    return body->count > 0;
}
