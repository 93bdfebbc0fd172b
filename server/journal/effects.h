/*
 * The effects of what is being run, as RESP commands one behind the other, until they are a record.
 *
 * One command stays as it is; several are framed by MULTI and EXEC. Where commands of a frame
 * belong to different databases there are SELECTs among them; the last leads back to the first
 * one's.
 *
 * Pure memory: bytes are copied in. The buffer is kept for the next record, unless it has become
 * large. Owner: the journal's.
 */
#ifndef SERVER_JOURNAL_EFFECTS_H
#define SERVER_JOURNAL_EFFECTS_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum effects_slot {
    EFFECTS_NO_SLOT = 0xffff,    /* of none (functions, commands about the whole node) */
    EFFECTS_MANY_SLOTS = 0xfffe, /* of several */
};

struct effects {
    char *bytes; /* room for a frame's beginning, then the commands */
    size_t length;
    size_t capacity;
    uint32_t count;    /* commands */
    uint32_t missing;  /* words of the last one that are still to come */
    uint32_t database; /* of the first one */
    uint32_t selected; /* of the last one */
    uint16_t slot;
    uint8_t audience; /* whose they are; see journal.h */
};

void effects_init(struct effects *effects);
void effects_free(struct effects *effects);

static inline bool effects_empty(const struct effects *effects)
{
    return effects->count == 0;
}

/* Begins a command of so many words, whose key is in this slot; they follow. */
void effects_begin(struct effects *effects, uint32_t database, uint16_t slot, uint32_t words);
void effects_word(struct effects *effects, struct span word);
void effects_integer(struct effects *effects, int64_t number);
void effects_words(struct effects *effects, const struct span *words, uint32_t count);
/* As text in base 10 that reads back as the same double. */
void effects_double(struct effects *effects, double number);
/* A word of so many bytes that the caller writes. */
char *effects_room(struct effects *effects, size_t length);

/* The whole as bytes, framed where needed; good until the next call of anything else. Then
 * effects_clear. */
struct span effects_finish(struct effects *effects);
void effects_clear(struct effects *effects);

#endif
