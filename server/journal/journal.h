/*
 * The journal of a shard: what its writes did, as commands that do the same when they are run
 * again, handed to whoever reads along (the append-only file, replication, migrations).
 *
 * A record is the effect of one command, one transaction or one script. Its commands are rewritten
 * so that nothing in them depends on when, where or how often they run: absolute times, no chance,
 * nothing that waits (see effect.h). Nobody attached: nothing is recorded.
 *
 * Cluster mode off, a write over several shards leaves a record in each shard's journal, each with
 * that shard's part, which needs that shard's data alone. The parts belong together: `transaction`
 * and `parts` say so.
 *
 * Commands about the whole node (FLUSHALL, SWAPDB ...) with several shards: first every shard's
 * readers are told `cut`, then the command is in the journal of shard 0 alone. Functions (FUNCTION
 * LOAD ...) are in the journal of shard 0 as well, without a cut.
 *
 * Owner: the shard's thread, or whoever runs an exclusive section while the shard is parked, or has
 * borrowed its data while it sleeps. So a reader may be told of records by other threads than its
 * shard's, one at a time, and the shard may be asleep then.
 */
#ifndef SERVER_JOURNAL_JOURNAL_H
#define SERVER_JOURNAL_JOURNAL_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "server/journal/effects.h"

#include <stdbool.h>
#include <stdint.h>

/* For whom a record is: scripts may say so (redis.set_repl). */
enum journal_audience {
    JOURNAL_FOR_LOG = 1,
    JOURNAL_FOR_REPLICAS = 2,
    JOURNAL_FOR_ALL = JOURNAL_FOR_LOG | JOURNAL_FOR_REPLICAS,
};

/* As the slot of a record. */
enum {
    JOURNAL_NO_SLOT = EFFECTS_NO_SLOT,
    JOURNAL_MANY_SLOTS = EFFECTS_MANY_SLOTS,
};

struct journal_record {
    uint32_t database;    /* in which it begins and ends */
    uint16_t slot;        /* of its keys, or JOURNAL_NO_SLOT, JOURNAL_MANY_SLOTS */
    uint16_t parts;       /* how many shards' parts this write has; 0: it stands alone */
    uint64_t transaction; /* the parts' common id, unique in the node across restarts; 0: none */
    uint8_t audience;     /* enum journal_audience, as bits */
    struct span bytes;    /* RESP commands; several are framed by MULTI and EXEC in it already */
};

/* Embedded in a reader's own struct. */
struct journal_reader {
    struct list_link link;
    /* Copies what it needs: memory only, no waiting. Must not attach or detach anybody. */
    void (*append)(struct journal_reader *reader, const struct journal_record *record);
    /* All shards are parked: what follows must be replayed after everything before, of all shards.
     */
    void (*cut)(struct journal_reader *reader);
};

/* A key that a command over several shards has changed. */
struct journal_key {
    struct span name; /* a copy */
    uint32_t database;
};

struct journal {
    bool is_read;           /* somebody is attached */
    uint32_t depth;         /* transactions and scripts that run; their effects make one record */
    struct effects effects; /* of what runs now */
    struct list_link readers;
    struct journal_key *keys;
    uint32_t key_count;
    uint32_t key_capacity;
};

void journal_init(struct journal *journal);
void journal_free(struct journal *journal);

/* Readers are told of what happens from now on, in the order in which they came. A reader may be
 * attached to one journal; `link` need not be initialised. */
void journal_attach(struct journal *journal, struct journal_reader *reader);
void journal_detach(struct journal *journal, struct journal_reader *reader);

/* Hands a record to all readers. */
void journal_append(struct journal *journal, const struct journal_record *record);
/* Tells all readers of a cut. */
void journal_cut(struct journal *journal);

/* Remembers a key until journal_forget_keys; one that was remembered a moment ago not again. */
void journal_note_key(struct journal *journal, uint32_t database, struct span name);
void journal_forget_keys(struct journal *journal);

/* Hands on what `effects` holds as one record, if it holds anything. */
void journal_emit(struct journal *journal, uint64_t transaction, uint16_t parts);

#endif
