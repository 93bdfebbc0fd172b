#include "server/journal/effects.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"

enum {
    BUFFER_FIRST = 4 * 1024,
    BUFFER_KEPT_MAX = 256 * 1024,
    HEADER_MAX = 1 + NUMBER_INTEGER_TEXT_MAX + 2,
};

static const struct span frame_begin = {"*1\r\n$5\r\nMULTI\r\n", 15};
static const struct span frame_end = {"*1\r\n$4\r\nEXEC\r\n", 14};

void effects_init(struct effects *effects)
{
    *effects = (struct effects){.slot = EFFECTS_NO_SLOT};
}

void effects_free(struct effects *effects)
{
    memory_free(effects->bytes);
    effects_init(effects);
}

static void reserve(struct effects *effects, size_t more)
{
    size_t capacity = effects->capacity;

    if (__builtin_expect(effects->length + more <= capacity, 1))
        return;
    if (capacity == 0)
        capacity = BUFFER_FIRST;
    while (capacity < effects->length + more)
        capacity *= 2;
    effects->bytes = memory_resize(effects->bytes, capacity);
    effects->capacity = capacity;
}

/* Within what has been reserved. */
static void put(struct effects *effects, struct span bytes)
{
    ASSERT_DEBUG(effects->length + bytes.length <= effects->capacity);
    if (bytes.length > 0)
        memcpy(effects->bytes + effects->length, bytes.data, bytes.length);
    effects->length += bytes.length;
}

static void put_header(struct effects *effects, char kind, uint64_t number)
{
    reserve(effects, HEADER_MAX);
    effects->bytes[effects->length++] = kind;
    effects->length += number_format_unsigned(effects->bytes + effects->length, number);
    put(effects, SPAN("\r\n"));
}

static void put_command(struct effects *effects, uint32_t words)
{
    ASSERT(effects->missing == 0);
    ASSERT(words > 0);
    put_header(effects, '*', words);
    effects->missing = words;
    effects->count++;
}

static void select_database(struct effects *effects, uint32_t database)
{
    put_command(effects, 2);
    effects_word(effects, SPAN("SELECT"));
    effects_integer(effects, database);
    effects->selected = database;
}

void effects_begin(struct effects *effects, uint32_t database, uint16_t slot, uint32_t words)
{
    if (effects->count == 0) {
        reserve(effects, frame_begin.length);
        effects->length = frame_begin.length;
        effects->database = effects->selected = database;
        effects->slot = slot;
    } else if (effects->slot != slot) {
        effects->slot = EFFECTS_MANY_SLOTS;
    }
    if (__builtin_expect(effects->selected != database, 0))
        select_database(effects, database);
    put_command(effects, words);
}

char *effects_room(struct effects *effects, size_t length)
{
    char *room;

    ASSERT(effects->missing > 0);
    effects->missing--;
    put_header(effects, '$', length);
    reserve(effects, length + 2);
    room = effects->bytes + effects->length;
    effects->length += length;
    put(effects, SPAN("\r\n"));
    return room;
}

void effects_word(struct effects *effects, struct span word)
{
    char *room = effects_room(effects, word.length);

    if (word.length > 0)
        memcpy(room, word.data, word.length);
}

void effects_words(struct effects *effects, const struct span *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        effects_word(effects, words[i]);
}

void effects_integer(struct effects *effects, int64_t number)
{
    char text[NUMBER_INTEGER_TEXT_MAX];

    effects_word(effects, span_of(text, number_format_integer(text, number)));
}

void effects_double(struct effects *effects, double number)
{
    char text[NUMBER_DOUBLE_TEXT_MAX];

    effects_word(effects, span_of(text, number_format_double(text, number)));
}

struct span effects_finish(struct effects *effects)
{
    ASSERT(effects->count > 0);
    ASSERT(effects->missing == 0);
    if (effects->count == 1)
        return span_of(effects->bytes + frame_begin.length, effects->length - frame_begin.length);
    if (effects->selected != effects->database)
        select_database(effects, effects->database);
    reserve(effects, frame_end.length);
    put(effects, frame_end);
    memcpy(effects->bytes, frame_begin.data, frame_begin.length);
    return span_of(effects->bytes, effects->length);
}

void effects_clear(struct effects *effects)
{
    effects->count = 0;
    effects->missing = 0;
    effects->length = 0;
    effects->slot = EFFECTS_NO_SLOT;
    if (__builtin_expect(effects->capacity > BUFFER_KEPT_MAX, 0)) {
        memory_free(effects->bytes);
        effects->bytes = NULL;
        effects->capacity = 0;
    }
}
