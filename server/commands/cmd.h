/*
 * One command being run: what a handler sees.
 *
 * A handler of a data command (SCOPE_KEYS) reads its arguments, works on the keyspace that it is
 * given and writes one reply. It knows no socket, no connection and no shard, so that it runs the
 * same for a client here, for another shard's client, and for whatever else feeds commands.
 *
 * Lifetime: arguments and reply are borrowed for the call.
 */
#ifndef SERVER_COMMANDS_CMD_H
#define SERVER_COMMANDS_CMD_H

#include "proto/base/span.h"
#include "proto/base/time.h"
#include "proto/resp/reply.h"
#include "server/commands/command.h"
#include "server/config/config.h"
#include "server/dispatch/route.h"
#include "storage/collection.h"
#include "storage/keyspace.h"
#include "storage/types/listpack.h"

#include <stdint.h>

struct access_notes;
struct cmd_wait;
struct connection;
struct errand_asker;
struct random;
struct section;
struct shard;
struct user;

/* What a client that has waited in vain is told. */
enum cmd_wait_reply { WAIT_NULL_ARRAY, WAIT_NULL };

struct cmd {
    const struct command *command;
    const struct span *argv;
    uint32_t argc;
    uint32_t database;
    struct keyspace *keyspace; /* holds all keys of the command, unless there is a section */
    struct section *section;   /* several shards' keyspaces, their owners parked; or NULL */
    struct key first_key;      /* of argv[command->first_key], when that is not 0 */
    struct reply *reply;
    struct connection *connection; /* the client, for SCOPE_CONNECTION and SCOPE_NODE; else NULL */
    const struct config *config;   /* this shard's current settings */
    const struct user *user;       /* who runs it; NULL: somebody who may do everything */
    struct access_notes *notes;    /* takes what is denied in the middle of it; may be NULL */
    time_ms now;                   /* the same for all commands of a turn */
    uint64_t tracker;              /* its client, when that has CLIENT TRACKING on; see tracker.h */
    uint64_t changes;              /* keys changed by this command */
    struct route_pass pass;        /* what the cluster has still to say about its keys */
    bool no_touch;                 /* CLIENT NO-TOUCH: look-ups are no accesses */
    bool observed;                 /* somebody may want to know of changed keys */
    struct cmd_wait *wait;         /* its client can be kept waiting, see cmd_wait_for_keys */
    struct shard *shard;           /* that runs it; NULL when nobody observes its changes */
    struct random *random;         /* for commands whose result is to be random */
    struct errand_asker *asker;    /* takes the control thread's answer; or NULL */
    bool error_counted;            /* its error is one of a command that it ran */
    bool may_put_off;              /* a handler in a section may have its client wait further ... */
    bool put_off;                  /* ... and has done so: somebody else replies and wakes it */
    bool journalled;               /* somebody reads what it does, see effect.h */
    bool effects_told;             /* it has said what it did */
    uint8_t unrecorded;            /* for whom not, bits of enum journal_audience */
};

/* Argument `index` as a key: the first key was computed already. */
struct key cmd_key(const struct cmd *cmd, uint32_t index);

/* The keyspace that holds this key: a different one per key in an exclusive section only. */
struct keyspace *cmd_keyspace(const struct cmd *cmd, const struct key *key);

/* The keys at argument `first` and every `step` from there, `count` of them (all inside argv:
 * asserted), their entries on the way into the cache. For commands with many keys, a few dozen at a
 * time. */
void cmd_keys(const struct cmd *cmd, uint32_t first, uint32_t step, uint32_t count,
              struct key *keys);

/* Look-ups of a read or write command by key, honouring no_touch. */
struct entry *cmd_read(const struct cmd *cmd, const struct key *key);
struct entry *cmd_find(const struct cmd *cmd, const struct key *key);
/* A look-up that asks about the key without using its value (EXISTS, TYPE, TTL, OBJECT): a hit or a
 * miss, but no access. */
struct entry *cmd_inspect(const struct cmd *cmd, const struct key *key);
/* The key that a command reads is absent: for those that look it up otherwise. */
void cmd_missed(const struct cmd *cmd, const struct key *key);
/* A look-up that leaves no trace at all (MEMORY USAGE ...). */
struct entry *cmd_peek(const struct cmd *cmd, const struct key *key);

/* Checks the type; replies WRONGTYPE and returns false when the entry (may be NULL: fine) is
 * another. */
bool cmd_type_is(const struct cmd *cmd, const struct entry *entry, enum value_type type);

/* The collection at a key, for a command that changes it; notes the access. Replies WRONGTYPE and
 * returns false when the key holds another type. */
bool cmd_collection(const struct cmd *cmd, const struct key *key, enum value_type type,
                    struct collection *collection);

/*
 * Nothing is there for the command: its client waits until one of the keys (`count` arguments from
 * `first` on) holds a value of this type, or until the deadline (TIME_NEVER: for ever).
 *
 * True: the handler returns without a reply. It is run again from its beginning, with the same
 * arguments, when a key is ready. False: the command may not wait (in a transaction or script); the
 * handler replies as if the time were over.
 */
bool cmd_wait_for_keys(struct cmd *cmd, uint32_t first, uint32_t count, enum value_type type,
                       time_ms deadline, enum cmd_wait_reply at_timeout);

/* In later runs argument `index` is `value`: for arguments whose meaning would change ("$"). Before
 * cmd_wait_for_keys. */
void cmd_wait_with_argument(struct cmd *cmd, uint32_t index, struct span value);

/* The command is also run again when one of the keys is deleted or holds another type, and says
 * what it thinks of that. Together with cmd_wait_for_keys (XREADGROUP). */
void cmd_wait_until_gone(struct cmd *cmd);

/* Is this a later run, after a wait? */
bool cmd_has_waited(const struct cmd *cmd);

/* A timeout in seconds and fractions as the time at which it is over; TIME_NEVER for 0. Replies the
 * usual errors and returns false when it is none. */
bool cmd_timeout(const struct cmd *cmd, uint32_t index, time_ms *deadline);

/*
 * To be called for each key that a command changed, after the change. `event` is the keyspace
 * event's name ("set", "del", "expire", "incrby" ...), `class` its notification class letter ('$'
 * string, 'g' generic, ...).
 */
void cmd_changed(struct cmd *cmd, char class, const char *event, const struct key *key);
/* As a class: a change that no event tells of. */
enum { CMD_NO_EVENT = '\0' };
/* The same for a key of another database than the client's (COPY, MOVE). */
void cmd_changed_in(struct cmd *cmd, uint32_t database, char class, const char *event,
                    const struct key *key);
/* A further event of a change that was told already ("expire" behind "set"): not counted again. */
void cmd_event(struct cmd *cmd, char class, const char *event, const struct key *key);
void cmd_event_in(struct cmd *cmd, uint32_t database, char class, const char *event,
                  const struct key *key);
/* A key that is there, as far as it is, is about to be overwritten by commands after which Redis
 * takes it for a new one (RENAME, COPY, RESTORE). */
void cmd_event_overwritten(struct cmd *cmd, uint32_t database, const struct key *key);
/* A change that no event tells of, and WATCH does not see: of what is pending in a group of a
 * stream. */
void cmd_changed_inside(struct cmd *cmd, const struct key *key);

/* Argument as a number; replies the usual error and returns false when it is none. */
bool cmd_integer(const struct cmd *cmd, uint32_t index, int64_t *value);

/* Is argument `index` this keyword (any case)? `literal` is a string literal. */
#define cmd_argument_is(cmd, index, literal) span_is((cmd)->argv[index], literal)

/*
 * A short request may ask for the same large thing many times (HMGET, SORT ... GET, EXEC). Commands
 * for which what is stored does not bound the answer ask behind each part: is what is written from
 * `start` on longer than this? Then it is replaced by an error. Referenced bytes cost nothing and
 * do not count.
 */
enum { CMD_REPLY_BYTES_MAX = 1 << 30 };
bool cmd_reply_is_too_long(const struct cmd *cmd, size_t start);

/*
 * What is kept has lengths of 32 bits, but for strings: a key, or what a collection is to hold, may
 * not be longer than this, however much longer proto-max-bulk-len lets arguments be. Replies the
 * error and returns false when one is: before the handler, of each command.
 */
#define CMD_KEPT_BYTES_MAX LISTPACK_STRING_MAX
bool cmd_arguments_fit(const struct cmd *cmd);

/* The errors that many commands share. */
void cmd_reply_syntax_error(const struct cmd *cmd); /* ERR syntax error */
void cmd_reply_not_integer(const struct cmd *cmd); /* ERR value is not an integer or out of range */
void cmd_reply_wrong_arity(
    const struct cmd *cmd); /* ERR wrong number of arguments for '...' command */
void cmd_reply_no_such_key(const struct cmd *cmd); /* ERR no such key */
void cmd_reply_too_long(const struct cmd *cmd);    /* ERR reply is too long */

#endif
