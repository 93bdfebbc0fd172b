/*
 * The settings of the node.
 *
 * A `struct config` does not change once it is published: shards hold a `const struct config *` and
 * read it without locks. A change makes a copy, which the server hands to every shard by message;
 * the old one is freed when the last has moved over.
 *
 * Each directive is one row of directives.h: type, name, alias, default, bounds, flags,
 * explanation. Its field is named like the directive with '_' for '-'. Booleans are bool, numbers
 * int64_t in the directive's own unit (the row says which), sizes uint64_t in bytes, texts char *
 * (never NULL, "" when unset), words enums, lists an array and a count. Names and error texts are
 * those of Redis 7 where it has the directive.
 *
 * Pure: no file, no clock, no global state; any thread may call anything on a config of its own.
 */
#ifndef SERVER_CONFIG_CONFIG_H
#define SERVER_CONFIG_CONFIG_H

#include "proto/base/span.h"

#include <stdint.h>

/* ---- The values of directives that are words; config_choice.c has the words. ---- */

enum maxmemory_policy {
    MAXMEMORY_VOLATILE_LRU,
    MAXMEMORY_VOLATILE_LFU,
    MAXMEMORY_VOLATILE_RANDOM,
    MAXMEMORY_VOLATILE_TTL,
    MAXMEMORY_ALLKEYS_LRU,
    MAXMEMORY_ALLKEYS_LFU,
    MAXMEMORY_ALLKEYS_RANDOM,
    MAXMEMORY_NOEVICTION,
};
enum appendfsync { APPENDFSYNC_EVERYSEC, APPENDFSYNC_ALWAYS, APPENDFSYNC_NO };
enum loglevel {
    LOGLEVEL_DEBUG,
    LOGLEVEL_VERBOSE,
    LOGLEVEL_NOTICE,
    LOGLEVEL_WARNING,
    LOGLEVEL_NOTHING
};
enum endpoint_type { ENDPOINT_IP, ENDPOINT_HOSTNAME, ENDPOINT_UNKNOWN };
/* Who may use a dangerous command or directive: nobody, everybody, clients on this machine. */
enum protection { PROTECTION_NO, PROTECTION_YES, PROTECTION_LOCAL };
enum pubsub_default { PUBSUB_DEFAULT_ALLCHANNELS, PUBSUB_DEFAULT_RESETCHANNELS };
enum sanitize_payload { SANITIZE_PAYLOAD_NO, SANITIZE_PAYLOAD_YES, SANITIZE_PAYLOAD_CLIENTS };
enum diskless_load {
    DISKLESS_LOAD_DISABLED,
    DISKLESS_LOAD_ON_EMPTY_DATABASE,
    DISKLESS_LOAD_SWAPDB
};
enum propagation_error { PROPAGATION_IGNORE, PROPAGATION_PANIC, PROPAGATION_PANIC_ON_REPLICAS };
enum tls_auth_clients { TLS_AUTH_CLIENTS_NO, TLS_AUTH_CLIENTS_YES, TLS_AUTH_CLIENTS_OPTIONAL };
enum oom_score { OOM_SCORE_NO, OOM_SCORE_RELATIVE, OOM_SCORE_ABSOLUTE };
enum log_format { LOG_FORMAT_LEGACY };
enum cluster_save { CLUSTER_SAVE_SYNC, CLUSTER_SAVE_BEST_EFFORT };
enum rdb_version_check { RDB_VERSION_CHECK_STRICT, RDB_VERSION_CHECK_RELAXED };
enum supervised { SUPERVISED_UPSTART, SUPERVISED_SYSTEMD, SUPERVISED_AUTO, SUPERVISED_NO };
enum syslog_facility { SYSLOG_USER, SYSLOG_LOCAL0 }; /* LOCAL0 + n is local<n> */
enum io_backend { IO_BACKEND_AUTO, IO_BACKEND_URING, IO_BACKEND_EPOLL };

/* shutdown-on-sigint, shutdown-on-sigterm: bits; none is "default". */
enum shutdown_mode {
    SHUTDOWN_MODE_SAVE = 1u << 0,
    SHUTDOWN_MODE_NOSAVE = 1u << 1,
    SHUTDOWN_MODE_NOW = 1u << 2,
    SHUTDOWN_MODE_FORCE = 1u << 3,
    SHUTDOWN_MODE_FAILOVER = 1u << 4, /* SHUTDOWN alone: a replica takes over first */
};

/* notify-keyspace-events: bits. NOTIFY_KEYSPACE and NOTIFY_KEYEVENT choose the channels. */
enum notify_class {
    NOTIFY_KEYSPACE = 1u << 0,  /* K */
    NOTIFY_KEYEVENT = 1u << 1,  /* E */
    NOTIFY_GENERIC = 1u << 2,   /* g */
    NOTIFY_STRING = 1u << 3,    /* $ */
    NOTIFY_LIST = 1u << 4,      /* l */
    NOTIFY_SET = 1u << 5,       /* s */
    NOTIFY_HASH = 1u << 6,      /* h */
    NOTIFY_ZSET = 1u << 7,      /* z */
    NOTIFY_EXPIRED = 1u << 8,   /* x */
    NOTIFY_EVICTED = 1u << 9,   /* e */
    NOTIFY_STREAM = 1u << 10,   /* t */
    NOTIFY_KEY_MISS = 1u << 11, /* m, not part of A */
    NOTIFY_MODULE = 1u << 12,   /* d */
    NOTIFY_NEW = 1u << 13,      /* n, not part of A */
    NOTIFY_ALL = NOTIFY_GENERIC | NOTIFY_STRING | NOTIFY_LIST | NOTIFY_SET | NOTIFY_HASH |
                 NOTIFY_ZSET | NOTIFY_EXPIRED | NOTIFY_EVICTED | NOTIFY_STREAM | NOTIFY_MODULE,
};

struct config_notify {
    uint32_t classes;
};

/* The bit of a class letter, 0 when there is none. */
uint32_t config_notify_class(char letter);

/* ---- The values of directives that are lists. ---- */

struct config_texts {
    char **items;
    uint32_t count;
};

/* Each item holds the words of one line, as config_words_split takes them. */
struct config_users {
    char **items;
    uint32_t count;
};

struct config_save {
    int64_t seconds;
    int64_t changes;
};
struct config_saves {
    struct config_save *items;
    uint32_t count;
};

struct config_percentiles {
    double *items;
    uint32_t count;
};

enum client_class {
    CLIENT_CLASS_NORMAL,
    CLIENT_CLASS_REPLICA,
    CLIENT_CLASS_PUBSUB,
    CLIENT_CLASSES
};

struct config_buffer_limit {
    uint64_t hard; /* bytes; 0: none */
    uint64_t soft; /* bytes; 0: none */
    int64_t soft_seconds;
};
struct config_buffer_limits {
    struct config_buffer_limit of[CLIENT_CLASSES];
};

struct config_oom_scores {
    int64_t of[3]; /* primary, replica, background process */
};

struct config_endpoint {
    char *host; /* "": none */
    int64_t port;
};

struct config_password {
    char *bytes; /* any; a NUL behind them. NULL: none */
    size_t length;
};

static inline struct span config_password_span(const struct config_password *password)
{
    return span_of(password->bytes, password->length);
}

/* ---- The settings. One field per row of directives.h. ---- */

struct config {
#define DIRECTIVE_SECTION(title, explanation)
#define DIRECTIVE_BOOLEAN(field, name, alias, initial, flags, explanation)            bool field;
#define DIRECTIVE_INTEGER(field, name, alias, initial, low, high, flags, explanation) int64_t field;
#define DIRECTIVE_OCTAL(field, name, alias, initial, low, high, flags, explanation)   int64_t field;
#define DIRECTIVE_MEMORY(field, name, alias, initial, low, high, flags, explanation)  uint64_t field;
/* Bytes, or a percentage of maxmemory when negative: -5 is 5%. */
#define DIRECTIVE_MEMORY_PERCENT(field, name, alias, initial, low, high, flags, explanation)       \
    int64_t field;
/* Bytes, or a share of memory_allowed: see config_share. */
#define DIRECTIVE_MEMORY_SHARE(field, name, alias, initial, low, high, flags, explanation)         \
    uint64_t field;
#define DIRECTIVE_TEXT(field, name, alias, initial, flags, explanation)         char *field;
#define DIRECTIVE_CHOICE(field, name, alias, type, initial, flags, explanation) enum type field;
#define DIRECTIVE_BITS(field, name, alias, type, initial, flags, explanation)   uint32_t field;
#define DIRECTIVE_STRUCTURE(field, name, alias, type, initial, flags, explanation)                 \
    struct type field;
#include "server/config/directives.h"
    /* No directive: what a maxmemory in percent is a share of (see memory_allowed.h). Set at start.
     */
    uint64_t memory_allowed;
};

enum config_flag {
    CONFIG_IMMUTABLE = 1u << 0, /* set at start only */
    CONFIG_SENSITIVE = 1u << 1, /* the value must not be logged */
    CONFIG_PROTECTED = 1u << 2, /* CONFIG SET only as enable-protected-configs says */
    CONFIG_HIDDEN = 1u << 3,    /* not in CONFIG GET with a pattern */
    CONFIG_INERT = 1u << 4,     /* accepted so that files of other servers load; without effect */
    CONFIG_FILE_ONLY = 1u << 6, /* unknown to CONFIG GET and CONFIG SET */
    CONFIG_MULTIPLE = 1u << 5,  /* the value is several words */
    /* Immutable, but may be set to what it is, so that tools can set again all that CONFIG GET has
     * told them: for directives that they do not know to leave out. */
    CONFIG_RESTATABLE = 1u << 7,
};

enum { CONFIG_ERROR_MAX = 512 };

struct config_error {
    char text[CONFIG_ERROR_MAX]; /* one line; starts without a code */
    uint32_t line;               /* of the configuration file, counted from 1; else 0 */
};

struct config *config_create(void); /* all defaults */
struct config *config_copy(const struct config *config);
void config_free(struct config *config); /* NULL is fine */
bool config_equal(const struct config *a, const struct config *b);

/* Is there anything that needs a certificate? */
bool config_uses_tls(const struct config *config);

/* The percentage that a MEMORY_SHARE field holds: the sizes just below UINT64_MAX stand for shares,
 * as no memory has them. 0: it holds bytes. */
uint32_t config_share(uint64_t value);

/* Bytes: maxmemory, also where it is a percentage; 0 is no limit. */
uint64_t config_maxmemory(const struct config *config);

/* The port of the cluster bus; above UINT16_MAX when there is no room for it. */
int64_t config_bus_port(const struct config *config);

/*
 * Sets one directive from text, as CONFIG SET and the configuration file give it; a value of
 * several words is one text with spaces between them. Ignores immutability: that is CONFIG SET's
 * business. Returns false with error->text ("argument must be 'yes' or 'no'", ...) and leaves the
 * config as it was.
 */
bool config_set(struct config *config, struct span name, struct span value,
                struct config_error *error);

/*
 * The changed copy that CONFIG SET publishes: all pairs or none. `pairs` is name, value, name,
 * value ...; `count` counts spans and is even. `protected_allowed`: may this client change
 * protected directives? Returns NULL with the complete error reply ("ERR ...") in error->text.
 */
struct config *config_change(const struct config *current, const struct span *pairs, uint32_t count,
                             bool protected_allowed, struct config_error *error);

/*
 * Calls `visit` once for each name or alias that matches one of the glob patterns, in the order of
 * the table, with the value as CONFIG GET prints it. A name asked for without a wildcard comes back
 * as it was spelled. The spans live for the call.
 */
typedef void config_visitor(void *context, struct span name, struct span value);
void config_get(const struct config *config, const struct span *patterns, uint32_t count,
                config_visitor *visit, void *context);

/* Flags of a directive by name or alias; false when there is none. */
bool config_flags(struct span name, uint32_t *flags);

#endif
