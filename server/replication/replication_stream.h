/*
 * The stream of this node: its id, its offset, and where its bytes come from.
 *
 * On a primary what the shards have handed over is merged (replication_merge.h) and put into the
 * backlog, with SELECT where the database changes. The journals are read from the first
 * synchronisation of a replica on, until the backlog is given up.
 *
 * Owner: the control thread, unless said otherwise.
 */
#ifndef SERVER_REPLICATION_REPLICATION_STREAM_H
#define SERVER_REPLICATION_REPLICATION_STREAM_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "proto/base/time.h"
#include "server/replication/backlog.h"
#include "server/replication/replication_merge.h"
#include "server/shard/section.h"

#include <stdbool.h>
#include <stdint.h>

struct control;
struct shard;

struct replication_stream {
    struct replication_merge *merge;
    struct backlog backlog;
    bool has_backlog;
    bool is_read;           /* the journals are, or will be as soon as a section has its turn */
    uint32_t changing;      /* such sections under way */
    uint32_t selected;      /* database; REPLICATION_NO_DATABASE: none */
    struct list_link marks; /* on their way through the merge */
    uint64_t last_mark;
    uint64_t look_at; /* in ticks: when the shards' records are looked for; 0: somebody rings */
};

enum { REPLICATION_NO_DATABASE = UINT32_MAX };

/* For replication.c. */
void replication_stream_open(struct control *control);
void replication_stream_close(struct control *control);
void replication_stream_settings(struct control *control);

/* By the thread of a shard: something has been handed over. */
void replication_stream_ring(struct shard *self);

/* Puts into the stream what has been handed over so far. True: there was something. */
bool replication_stream_collect(struct control *control);

/* The same, and whoever hands over next rings. */
void replication_stream_want_bell(struct control *control);

/* The same when it is due: once a turn. While there is much to collect nobody rings, which would
 * cost more than the records do; it is looked at several times per millisecond. */
void replication_stream_turn(struct control *control);
/* For how many microseconds that is not due; INT64_MAX: until somebody rings. */
int64_t replication_stream_patience_us(const struct control *control);

/* A moment in the stream, from a section to the merge. */
struct replication_mark {
    struct list_link link;
    uint64_t number;
    void (*reached)(struct control *control, struct replication_mark *mark, int64_t offset);
    void *context;
};

/* To be called before the section ... */
void replication_stream_expect(struct control *control, struct replication_mark *mark);
/* ... in it: the journals are read from here on, if they were not, and the mark is made ... */
void replication_stream_mark(struct section *section, const struct replication_mark *mark);
/* ... or only if they are read already ... */
void replication_stream_mark_if_read(struct section *section, const struct replication_mark *mark);
/* ... or instead of it. */
void replication_stream_forget(struct replication_mark *mark);

/* Makes a backlog where there is none, with a new id. */
void replication_stream_begin(struct control *control);
/* Reads the journals, without a cut of the data: `done` when what is written is in the stream. */
void replication_stream_read(struct control *control,
                             void (*done)(struct control *control, void *context), void *context);
/* Nobody has followed for long: the backlog and the id are given up. */
void replication_stream_end(struct control *control);

/* The node was stopped with this id and offset, and has come back with the same data: whoever was
 * there may go on. `done` when the journals are read; nothing is served before. */
void replication_stream_restore(struct control *control, const char *id, int64_t offset,
                                void (*done)(struct control *control, void *context),
                                void *context);

/* A command of the stream's own. */
void replication_stream_say(struct control *control, struct span command);
/* The next write names its database, for somebody who begins here. */
void replication_stream_deselect(struct control *control);

/* May a replica of the stream with this id go on with the byte at this offset? */
bool replication_stream_may_continue(const struct control *control, const char *id, int64_t offset);

/* Counts of the shards' records, as replication_source_appended says: has the stream come so far?
 */
bool replication_stream_has(const struct control *control, const uint64_t *positions);

#endif
