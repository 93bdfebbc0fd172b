/*
 * The id of a stream's entry: milliseconds and a sequence number, ordered by both.
 *
 * As text "<milliseconds>-<sequence>", in files 16 bytes, both numbers with the highest byte first.
 * Plain values; any thread.
 */
#ifndef STORAGE_TYPES_STREAM_ID_H
#define STORAGE_TYPES_STREAM_ID_H

#include "proto/base/span.h"

#include <stdint.h>

struct stream_id {
    uint64_t milliseconds;
    uint64_t sequence;
};

#define STREAM_ID_MIN ((struct stream_id){0, 0})
#define STREAM_ID_MAX ((struct stream_id){UINT64_MAX, UINT64_MAX})

enum {
    STREAM_ID_TEXT_MAX = 41, /* two numbers of 20 digits and what is between them */
    STREAM_ID_BYTES = 16,
};

static inline int stream_id_compare(struct stream_id a, struct stream_id b)
{
    if (a.milliseconds != b.milliseconds)
        return a.milliseconds < b.milliseconds ? -1 : 1;
    if (a.sequence != b.sequence)
        return a.sequence < b.sequence ? -1 : 1;
    return 0;
}

static inline bool stream_id_less(struct stream_id a, struct stream_id b)
{
    return a.milliseconds < b.milliseconds ||
           (a.milliseconds == b.milliseconds && a.sequence < b.sequence);
}

static inline bool stream_id_equal(struct stream_id a, struct stream_id b)
{
    return a.milliseconds == b.milliseconds && a.sequence == b.sequence;
}

/* The id next to this one; false, and unchanged, when there is none. */
bool stream_id_increment(struct stream_id *id);
bool stream_id_decrement(struct stream_id *id);

/* Writes no NUL; returns the length. */
size_t stream_id_format(char text[STREAM_ID_TEXT_MAX], struct stream_id id);

void stream_id_write(char bytes[STREAM_ID_BYTES], struct stream_id id);
struct stream_id stream_id_read(const char bytes[STREAM_ID_BYTES]);

enum stream_id_form {
    STREAM_ID_WHOLE,    /* milliseconds and sequence */
    STREAM_ID_PARTIAL,  /* milliseconds alone: the sequence is the one that was handed in */
    STREAM_ID_SEQUENCE, /* "<milliseconds>-*": the sequence, 0 here, is for the stream to choose */
    STREAM_ID_INVALID,
};

/* Reads the text of an id. The numbers are taken as leniently as clients are used to: with leading
 * zeros, spaces or a plus. */
enum stream_id_form stream_id_parse(struct span text, uint64_t missing_sequence,
                                    struct stream_id *id);

#endif
