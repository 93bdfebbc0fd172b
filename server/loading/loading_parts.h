/*
 * What a load consists of: for the files of server/loading alone.
 *
 * A *part* is one file. All shards read the parts in their order. A part may begin with an RDB, and
 * go on with, or be nothing but, the commands of a log.
 */
#ifndef SERVER_LOADING_LOADING_PARTS_H
#define SERVER_LOADING_LOADING_PARTS_H

#include "proto/aof/aof_reader.h"
#include "proto/base/time.h"
#include "proto/rdb/rdb_file.h"
#include "server/dispatch/batch.h"
#include "server/loading/loading.h"
#include "server/shard/mailbox.h"
#include "server/shard/section.h"
#include "storage/rdb_value.h"

#include <stdatomic.h>

enum {
    LOADING_KEYS_AHEAD = 64,     /* keys whose tables are fetched while others are read */
    LOADING_COMMANDS_AHEAD = 32, /* the same for commands */
    LOADING_SPANS_AHEAD = 512,   /* their arguments */
    LOADING_STRIPE = 256 * 1024, /* bytes that one shard sums; the next ones are the next shard's */
    LOADING_WORDS_OF_FILE_MAX = 16, /* warnings of one kind that the log is told */
};

struct loading_part {
    char *path;
    struct span bytes;   /* mapped; empty: nothing is */
    uint64_t before;     /* bytes of the parts before this one */
    bool is_log;         /* there may be commands in it */
    bool may_be_torn;    /* its end, as far as the settings allow it */
    _Atomic bool shrank; /* since it was mapped: loading_fault.h */
    /* Where the commands end when that is not where the file does: before a torn record, or one
     * whose sisters are missing. UINT64_MAX: at the file's end. All shards find the same. */
    _Atomic uint64_t cut;
};

struct loading {
    /* immutable while shards load */
    struct node *node;
    struct loading_request request;
    struct loading_part *parts;
    uint32_t part_count;
    uint64_t total_bytes;
    time_ms started;          /* what has expired by then is not loaded */
    int64_t started_ticks_ms; /* monotonic */
    bool load_truncated;      /* aof-load-truncated */
    bool check_sum;           /* rdbchecksum */
    bool any_version;         /* rdb-version-check */
    bool has_strays;          /* keys of others' slots: to be dropped when the log is written */

    /* atomic */
    _Atomic bool failed;
    _Atomic uint64_t arrived; /* at meetings, all shards' together */
    _Atomic uint64_t met;     /* meetings that are over */
    _Atomic uint64_t empty_keys;
    _Atomic uint64_t strange_commands;
    pthread_mutex_t lock; /* of `error` */
    char error[LOADING_ERROR_MAX];

    /* control thread only */
    uint32_t shards_over;
    int64_t next_progress_ms; /* monotonic */

    struct loading_shard *shards;
};

enum loading_phase {
    LOADING_PART_BEGINS,
    LOADING_IN_RDB,
    LOADING_IN_COMMANDS,
    LOADING_AT_MEETING, /* a command waits until all shards have come to it */
    LOADING_IS_OVER,
};

/* A command that waits for the look-ups before it. */
struct loading_command {
    const struct command *command;
    const struct span *argv;
    struct key key;
    uint32_t argc;
    uint32_t database;
    bool has_key;
};

struct loading_shard {
    struct message message; /* first: tells the control thread that the shard is through */
    struct loading *loading;
    struct shard *shard;
    enum loading_phase phase;
    uint32_t part_index;
    uint32_t database; /* selected, in the RDB or by a command */
    struct rdb_value_limits limits;

    /* in an RDB */
    struct rdb_file file;
    struct rdb_record *records; /* keys that wait */
    struct key *keys;
    uint32_t *databases;
    uint32_t record_count;
    uint64_t sum;  /* of the own stripes, as if everything else were zeros */
    size_t summed; /* up to where `sum` stands */
    size_t looked; /* up to where it is known which stripes are own */

    /* in commands */
    struct aof_reader log;
    size_t commands_start;  /* where they begin in the file */
    size_t commands_end;    /* from there on */
    size_t transaction_end; /* where the EXEC of the transaction that is being read begins; 0 */
    struct loading_command *commands;
    uint32_t command_count;
    struct span *spans;
    uint32_t span_count;
    struct reply reply;
    struct connection *caller;
    struct batch_item meeting; /* the command that waits */
    uint64_t meetings;         /* that the shard has come to */
    bool coordinates;          /* it was the last to come, and its section is not over */
    struct section section;

    uint64_t rest_until; /* ticks; of key-load-delay */

    /* results, read by the control thread when the shard is through */
    uint64_t slots[SLOT_COUNT / 64]; /* cluster mode: those with keys */
    uint64_t keys_loaded;
    uint64_t keys_expired;
    uint64_t commands_run;
    uint64_t *file_sums; /* by part: of its RDB */
    uint64_t *file_ends; /* by part: how many bytes were summed; 0: no RDB */
    uint64_t *file_told; /* by part: the sum in the file */

    /* atomic */
    _Alignas(64) _Atomic uint64_t position; /* bytes of all parts */
};

/* Says no: the first shard that does so is heard. Always false. */
bool loading_fail(struct loading *loading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline struct loading_part *loading_part_of(const struct loading_shard *self)
{
    return &self->loading->parts[self->part_index];
}

/* ---- Life, loading.c ---- */

struct loading *loading_create(struct node *node, const struct config *config,
                               const struct loading_request *request);
void loading_free(struct loading *loading);
/* Its files are open: makes the shards' parts of it, and makes it the node's. */
void loading_go(struct loading *loading);

/* ---- At run time, loading_request.c ---- */

void loading_request_tick(struct control *control);

/* ---- Files, loading_files.c ---- */

/* Finds the parts and maps them. False: `error` says why not. With nothing to load there are no
 * parts. */
bool loading_files_open(struct loading *loading, const struct config *config);
void loading_files_close(struct loading *loading);
/* Cuts on disk what was cut while loading. False: the error is in loading->error. */
/* False: a file has become shorter meanwhile, as loading->error says now. */
bool loading_files_are_whole(struct loading *loading);
bool loading_files_cut(struct loading *loading);

/* ---- RDB, loading_rdb.c ---- */

/* Can the part be read at all? False: it has failed. */
bool loading_rdb_check(struct loading *loading, const struct loading_part *part);
/* Begins the RDB of the current part. */
bool loading_rdb_begin(struct loading_shard *self);
/* Reads some keys and loads those before. False: it has failed, or the RDB is over and the phase
 * is another. */
bool loading_rdb_step(struct loading_shard *self);
/* Gives up what waits. */
void loading_rdb_abandon(struct loading_shard *self);

/* ---- Commands, loading_log.c ---- */

/* From `start` on in the current part. */
void loading_log_begin(struct loading_shard *self, size_t start);
/* Reads some commands and runs them. False: as above, or all shards must meet first. */
bool loading_log_step(struct loading_shard *self);
/* Looks whether the meeting is over. */
bool loading_log_meet(struct loading_shard *self);

/* ---- Running commands, loading_replay.c ---- */

void loading_replay_open(struct loading_shard *self);
void loading_replay_close(struct loading_shard *self);
/* Runs one on this shard's data, or with a section on all. */
void loading_replay_run(struct loading_shard *self, const struct loading_command *command,
                        struct section *section);

#endif
