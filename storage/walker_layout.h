/*
 * What a walker is made of, and what keyspace*.c tells it: for storage/ alone.
 */
#ifndef STORAGE_WALKER_LAYOUT_H
#define STORAGE_WALKER_LAYOUT_H

#include "proto/rdb/rdb_format.h"
#include "storage/entry_layout.h"
#include "storage/keyspace_layout.h"
#include "storage/walker.h"

enum {
    /* No database is chosen yet in what is written. */
    WALKER_NO_DATABASE = -1,
    /* Before-images are gathered in blocks of about this size. */
    WALKER_BLOCK_BYTES = 32 * 1024,
    /* A step writes at most so many bytes for each element of its budget. */
    WALKER_ELEMENT_BYTES = 64,
};

/* Bytes, and which database was chosen in them last. */
struct walker_output {
    struct rdb_writer *writer;
    int64_t database;
};

/* Before-images that wait: whole records, of which the first chooses its database; or pieces of one
 * large value. */
struct walker_block {
    struct list_link link;
    struct rdb_writer bytes;
    int64_t database;
};

struct walker {
    struct keyspace *keyspace;
    struct walker_options options;
    struct list_link blocks; /* of walker_block, oldest first: small values */
    struct list_link values; /* of walker_value: large ones; the first may be written in part */
    size_t memory;
    uint64_t keys; /* that the walk has, written or about to be */

    /* The slots that are walked; `end` is the first behind them. */
    uint32_t first;
    uint32_t end;
    uint8_t stale_before; /* marks, when it began */

    /* How far the scan is: first the databases by space, then tables that were flushed. */
    uint32_t space;
    uint32_t slot;
    struct table_cursor cursor;
    bool scanned; /* all is */

    /* While a step runs. */
    struct walker_output out;
    size_t out_start;   /* bytes that were there before */
    uint64_t work;      /* elements done */
    uint64_t budget;    /* of elements */
    uint64_t remaining; /* entries until the scan looks up; the visitor sets it to 0 */
};

/* Has the step done what it may? */
static inline bool walker_is_enough(const struct walker *walker)
{
    return walker->work >= walker->budget ||
           walker->out.writer->length - walker->out_start >= walker->budget * WALKER_ELEMENT_BYTES;
}

/* ---- Blocks: walker_block.c ---- */

/* The last block of the list, with room, for the caller to write to; `*before` is for close. */
struct walker_block *walker_block_open(struct walker *walker, struct list_link *blocks,
                                       size_t *before);
void walker_block_close(struct walker *walker, const struct walker_block *block, size_t before);
/* Moves blocks into what the step writes. True: none is left. */
bool walker_blocks_write(struct walker *walker, struct list_link *blocks);
void walker_blocks_drop(struct walker *walker, struct list_link *blocks);

/* ---- Records: walker_record.c ---- */

/* Chooses the database, unless it is already. */
void walker_record_choose(const struct walker *walker, struct walker_output *out,
                          uint32_t database);

/* Writes the entry, small or not, as a whole. Returns its elements, about. */
uint64_t walker_record_write(const struct walker *walker, struct walker_output *out,
                             uint32_t database, const struct entry *entry);

/* What comes before the value in an RDB record, the type included. */
void walker_record_head(const struct walker *walker, struct rdb_writer *writer,
                        const struct entry *entry, enum rdb_type type);

/* The version of RDB by which values are written. */
uint16_t walker_record_version(const struct walker *walker);

/* The parts of a command. */
void walker_command_begin(struct rdb_writer *writer, uint32_t words);
void walker_command_word(struct rdb_writer *writer, struct span word);
/* What comes before the bytes of a word; "\r\n" is to follow them. */
void walker_command_bulk(struct rdb_writer *writer, size_t length);
void walker_command_number(struct rdb_writer *writer, int64_t number);

#endif
