/*
 * The command table: one row per command and subcommand, data only.
 *
 * The rows are generated from server/commands/table/<group>.toml by tools/generate-commands into
 * server/commands/command_table.c. Arity, key positions, ACL categories, COMMAND and its
 * documentation all come from here. Immutable after start; any thread may read it.
 */
#ifndef SERVER_COMMANDS_COMMAND_H
#define SERVER_COMMANDS_COMMAND_H

#include "proto/base/span.h"

#include <stdint.h>

struct cmd;

/* Runs one command: reads its arguments, writes exactly one reply (or arranges for one). */
typedef void command_handler(struct cmd *cmd);

/* The flags of COMMAND INFO, in the order in which Redis lists them; command_flag_names[] has their
 * words. */
enum command_flag {
    COMMAND_WRITE = 1u << 0,
    COMMAND_READONLY = 1u << 1,
    COMMAND_DENYOOM = 1u << 2,
    COMMAND_MODULE = 1u << 3,
    COMMAND_ADMIN = 1u << 4,
    COMMAND_PUBSUB = 1u << 5,
    COMMAND_NOSCRIPT = 1u << 6,
    COMMAND_BLOCKING = 1u << 7,
    COMMAND_LOADING = 1u << 8,
    COMMAND_STALE = 1u << 9,
    COMMAND_SKIP_MONITOR = 1u << 10,
    COMMAND_SKIP_SLOWLOG = 1u << 11,
    COMMAND_ASKING = 1u << 12,
    COMMAND_FAST = 1u << 13,
    COMMAND_NO_AUTH = 1u << 14,
    COMMAND_MAY_REPLICATE = 1u << 15,
    COMMAND_NO_MANDATORY_KEYS = 1u << 16,
    COMMAND_PROTECTED = 1u << 17,
    COMMAND_NO_ASYNC_LOADING = 1u << 18,
    COMMAND_NO_MULTI = 1u << 19,
    COMMAND_ALLOW_BUSY = 1u << 20,
    COMMAND_MOVABLE_KEYS = 1u << 21,
};

/* Where a command runs. */
enum command_scope {
    SCOPE_KEYS, /* on the shard that owns its keys; over several shards in an exclusive section */
    SCOPE_CONNECTION, /* on the shard that holds the connection */
    SCOPE_ANYWHERE, /* on whatever shard is at hand: that of the connection, or in a transaction or
                       script that of their keys; once the connection's earlier commands are
                       answered */
    SCOPE_NODE,     /* starts on the connection's shard once the connection's earlier commands are
                       answered, and asks other shards; may answer later */
    SCOPE_CONTROL,  /* the same, and waits for threads that must go on meanwhile, the control
                       thread for one: in a transaction see transaction_steps.h */
};

/* How a key specification finds its first key ... */
enum key_begin { KEY_BEGIN_NONE, KEY_BEGIN_INDEX, KEY_BEGIN_KEYWORD, KEY_BEGIN_UNKNOWN };
/* ... and the others. */
enum key_find { KEY_FIND_NONE, KEY_FIND_RANGE, KEY_FIND_COUNT, KEY_FIND_UNKNOWN };

/* Flags of a key specification, with Redis's meanings. */
enum key_flag {
    KEY_READ_ONLY = 1u << 0,  /* RO */
    KEY_READ_WRITE = 1u << 1, /* RW */
    KEY_OVERWRITE = 1u << 2,  /* OW */
    KEY_REMOVE = 1u << 3,     /* RM */
    KEY_ACCESS = 1u << 4,
    KEY_UPDATE = 1u << 5,
    KEY_INSERT = 1u << 6,
    KEY_DELETE = 1u << 7,
    KEY_NOT_KEY = 1u << 8,
    KEY_INCOMPLETE = 1u << 9,
    KEY_VARIABLE_FLAGS = 1u << 10,
};

struct key_specification {
    const char *notes; /* or NULL */
    uint32_t flags;
    enum key_begin begin;
    int32_t index; /* KEY_BEGIN_INDEX: argument of the first key; KEYWORD: where to look from */
    const char *keyword; /* KEY_BEGIN_KEYWORD; UNKNOWN: the key is behind the last of these words,
                            or NULL: the keys come from data */
    enum key_find find;
    int32_t last_key; /* RANGE: from the first key on, or from the end when negative */
    int32_t step;
    int32_t limit;       /* RANGE: 0 or 1: all; n: the n-th part of what is left */
    int32_t count_index; /* COUNT: argument with the number of keys, relative to begin */
    int32_t first_key;   /* COUNT: relative to begin */
};

struct command_documentation; /* see command_documentation.h */

struct command {
    const char *name;     /* lower case; "get", "client|list" */
    command_handler *run; /* NULL for a container that has subcommands only */
    int16_t arity;        /* exact, or at least -arity; the name counts */
    uint16_t id;          /* its place in commands[]: the index of per-command statistics */
    uint32_t flags;
    uint32_t categories; /* enum command_category bits; names in command_category_names[] */
    enum command_scope scope;
    /* The classic triple, all zero without keys: first argument that is a key, last (negative: from
     * the end), step. When the keys are just these (no MOVABLE_KEYS), no specification need be
     * looked at. */
    int16_t first_key;
    int16_t last_key;
    int16_t key_step;
    uint16_t key_specification_count;
    const struct key_specification *key_specifications;
    uint16_t subcommand_count;
    const struct command *const *subcommands;
    const struct command_documentation *documentation;
};

extern const struct command *const commands[]; /* top level and subcommands alike, by id */
extern const uint16_t command_count;

/* ACL categories, in Redis's order. */
enum command_category {
    CATEGORY_KEYSPACE = 1u << 0,
    CATEGORY_READ = 1u << 1,
    CATEGORY_WRITE = 1u << 2,
    CATEGORY_SET = 1u << 3,
    CATEGORY_SORTEDSET = 1u << 4,
    CATEGORY_LIST = 1u << 5,
    CATEGORY_HASH = 1u << 6,
    CATEGORY_STRING = 1u << 7,
    CATEGORY_BITMAP = 1u << 8,
    CATEGORY_HYPERLOGLOG = 1u << 9,
    CATEGORY_GEO = 1u << 10,
    CATEGORY_STREAM = 1u << 11,
    CATEGORY_PUBSUB = 1u << 12,
    CATEGORY_ADMIN = 1u << 13,
    CATEGORY_FAST = 1u << 14,
    CATEGORY_SLOW = 1u << 15,
    CATEGORY_BLOCKING = 1u << 16,
    CATEGORY_DANGEROUS = 1u << 17,
    CATEGORY_CONNECTION = 1u << 18,
    CATEGORY_TRANSACTION = 1u << 19,
    CATEGORY_SCRIPTING = 1u << 20,
    CATEGORY_BLOOM = 1u << 21,
};

/* Does it run a script or a function, which may run any command in turn? */
static inline bool command_is_script(const struct command *command)
{
    return command->scope == SCOPE_KEYS && (command->categories & CATEGORY_SCRIPTING) != 0;
}

/* May it change something here or elsewhere, if only what is remembered or said? */
bool command_may_change(const struct command *command);

/* The words of the bits, from bit 0 on: of categories, flags and key flags. */
extern const char *const command_category_names[];
extern const uint32_t command_category_count;
extern const char *const command_flag_names[];
extern const uint32_t command_flag_count;
extern const char *const key_flag_names[];
extern const uint32_t key_flag_count;

/* Top-level command by name, any case, NULL when unknown. A few nanoseconds: no allocation. */
const struct command *command_find(struct span name);

/* The row for these arguments: the subcommand's row where there is one; the container's own when it
 * stands alone (its arity then decides). NULL when unknown. *container is the top-level row (may be
 * NULL; then the command is unknown and not just the subcommand). */
const struct command *command_find_arguments(const struct span *argv, uint32_t argc,
                                             const struct command **container);

/* The row with this name as the table writes it ("get", "client|list"), any case; NULL when
 * unknown. */
const struct command *command_find_by_name(struct span name);

bool command_arity_ok(const struct command *command, uint32_t argc);

/* May it use keys that its arguments do not name, but data does (SORT BY and GET)? */
bool command_keys_come_from_data(const struct command *command, uint32_t argc);

/*
 * The positions of the keys among the arguments, in order. Returns how many there are, which may be
 * more than `capacity`; positions beyond it are not written. -1 when the arguments do not fit the
 * command's key specifications (bad numkeys ...). Never reads outside argv, whatever the arguments
 * say.
 *
 * Channels that are hashed to a slot count too; their positions carry KEY_NOT_KEY.
 */
struct key_position {
    uint32_t index;
    uint32_t flags; /* enum key_flag */
};
int64_t command_keys(const struct command *command, const struct span *argv, uint32_t argc,
                     struct key_position *positions, uint32_t capacity);

#endif
