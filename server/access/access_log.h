/*
 * What users were denied: the log of a shard's clients, which ACL LOG gathers and merges.
 *
 * The same denial again (reason, context, object and user) within a minute counts in its entry. The
 * log is bounded by acllog-max-len, and so is what it keeps of each text: who has not logged in can
 * fill it, but not more.
 *
 * Thread: the shard's.
 */
#ifndef SERVER_ACCESS_ACCESS_LOG_H
#define SERVER_ACCESS_ACCESS_LOG_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "proto/base/time.h"
#include "server/access/user.h"

#include <stdint.h>

struct connection;
struct shard;

enum access_context { ACCESS_TOP_LEVEL, ACCESS_MULTI, ACCESS_LUA };

enum {
    ACCESS_LOG_TEXT_MAX = 1024,
    ACCESS_LOG_MERGE_MS = 60000,
    /* So many of the newest entries are looked at for one to count in. */
    ACCESS_LOG_LOOKED_AT = 10,
    /* Denials inside one command (a script) that are kept until it is back with its client. */
    ACCESS_NOTES_MAX = 16,
};

struct access_entry {
    struct list_link link;
    uint64_t id;
    uint64_t count;
    enum access_reason reason;
    enum access_context context;
    struct span object; /* owned, like the other texts */
    struct span user_name;
    struct span client; /* as CLIENT LIST shows it */
    time_ms created;
    time_ms updated;
};

struct access_log {
    struct list_link entries; /* the newest first */
    uint64_t count;
};

struct access_log *access_log_create(void);
void access_log_destroy(struct access_log *log);
void access_log_clear(struct access_log *log);

/* Counts and logs a denial of a client of this shard. */
void access_log_add(struct connection *connection, enum access_reason reason,
                    enum access_context context, struct span object, struct span user_name);

/* ---- Denials in the middle of a command, on whichever shard runs it ---- */

struct access_note {
    enum access_reason reason;
    enum access_context context;
    struct span object; /* owned */
};

/* A plain value that belongs to the command; NULL notes where nobody listens. */
struct access_notes {
    struct access_note *notes;
    uint32_t count;
};

/* What is denied of `command`, by a check of its arguments. */
void access_notes_add(struct access_notes *notes, enum access_context context,
                      const struct command *command, const struct span *argv,
                      const struct access_denial *denial);

/* The command is back with its client, which may have gone: logs, and frees. */
void access_notes_settle(struct access_notes *notes, struct connection *connection,
                         const struct user *user);

/* What the log calls the object of a denial. */
struct span access_denial_object(const struct command *command, const struct span *argv,
                                 const struct access_denial *denial);

#endif
