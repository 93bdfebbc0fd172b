/*
 * Reads the primitives of the RDB format from bytes in memory: lengths, strings, doubles, times.
 *
 * The bytes may come from anybody. Nothing outside them is read, whatever they say, and no length
 * is believed before as many bytes are there: what is allocated (strings that were compressed) is
 * at most RDB_EXPANSION_MAX times the bytes that it comes from, and at most `string_max`. Integers
 * are little-endian except the long forms of lengths, as the format has them.
 *
 * The first failure sticks: every later call fails as well, so that a caller may look only now and
 * then. `torn` tells bytes that end too early from bytes that no continuation makes right.
 *
 * Pure; the reader belongs to one thread and borrows the bytes.
 */
#ifndef PROTO_RDB_RDB_READER_H
#define PROTO_RDB_RDB_READER_H

#include "proto/base/span.h"

#include <stdint.h>

/* Three bytes of LZF stand for at most 264. */
enum { RDB_EXPANSION_MAX = 88 };

struct rdb_reader {
    const char *at;
    const char *end;
    uint64_t string_max; /* longer compressed strings are refused */
    bool failed;
    bool torn; /* failed because there were no more bytes */
};

static inline struct rdb_reader rdb_reader_of(struct span bytes)
{
    /* A library that counts in unsigned int decompresses them. */
    return (struct rdb_reader){
        .at = bytes.data, .end = bytes.data + bytes.length, .string_max = UINT32_MAX};
}

static inline size_t rdb_reader_left(const struct rdb_reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

/* Fails the reader for a reason of the caller's. Always false. */
bool rdb_reader_fail(struct rdb_reader *reader);

bool rdb_reader_byte(struct rdb_reader *reader, uint8_t *byte);
/* The next bytes as they lie. */
bool rdb_reader_raw(struct rdb_reader *reader, uint64_t length, struct span *bytes);
/* A fixed 16, 32 or 64 bits. */
bool rdb_reader_uint16(struct rdb_reader *reader, uint16_t *value);
bool rdb_reader_uint32(struct rdb_reader *reader, uint32_t *value);
bool rdb_reader_uint64(struct rdb_reader *reader, uint64_t *value);
/* The same 64 bits as a signed number: a time in milliseconds. */
bool rdb_reader_int64(struct rdb_reader *reader, int64_t *value);

/* A length or count; fails for the encodings that only strings have. */
bool rdb_reader_length(struct rdb_reader *reader, uint64_t *length);
/* A count of things of which each takes `least` bytes at least: fails when they cannot be there. */
bool rdb_reader_count(struct rdb_reader *reader, size_t least, uint64_t *count);

/* Eight bytes; may be any double, NaN too. */
bool rdb_reader_double(struct rdb_reader *reader, double *value);
/* The older form: a length of one byte and decimal text, or one of three bytes for NaN, +inf, -inf.
 * NaN fails. */
bool rdb_reader_text_double(struct rdb_reader *reader, double *value);

/* A string. Its bytes lie in the reader's, in `scratch` or in `owned`: the struct must stay where
 * it is while they are used, and be freed. */
struct rdb_string {
    struct span bytes;
    char *owned; /* or NULL */
    char scratch[24];
};
bool rdb_reader_string(struct rdb_reader *reader, struct rdb_string *string);
/* The same; what was compressed is put into `room`, if it is large enough. */
bool rdb_reader_string_in(struct rdb_reader *reader, struct rdb_string *string, char *room,
                          size_t room_length);
/* Gives back what rdb_reader_string allocated; to be called after success only, but may be called
 * for a zeroed struct. */
void rdb_string_free(struct rdb_string *string);

/* Goes past a string without making it. */
bool rdb_reader_skip_string(struct rdb_reader *reader);
/* Goes past the value of a module, from behind the type byte. *module is the module type's 64-bit
 * name. */
bool rdb_reader_skip_module(struct rdb_reader *reader, uint64_t *module);
/* A piece of a module's value, from the opcode on; fails when it is another kind. */
bool rdb_reader_module_unsigned(struct rdb_reader *reader, uint64_t *value);
bool rdb_reader_module_double(struct rdb_reader *reader, double *value);
bool rdb_reader_module_string(struct rdb_reader *reader, struct rdb_string *string);

#endif
