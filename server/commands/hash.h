/* What the files hash*.c share. For the thread that runs the command. */
#ifndef SERVER_COMMANDS_HASH_H
#define SERVER_COMMANDS_HASH_H

#include "server/commands/cmd.h"
#include "storage/types/hash.h"

static inline struct hash_limits hash_limits_of(const struct config *config)
{
    return (struct hash_limits){
        .entries = (uint64_t)config->hash_max_listpack_entries,
        .value = (uint64_t)config->hash_max_listpack_value,
    };
}

/* The hash at argument 1 for a command that reads; *entry is NULL for an absent one. Replies
 * WRONGTYPE and returns false when the key holds something else. */
bool hash_read(const struct cmd *cmd, const struct entry **entry);

/* Replies with the value of a field, or null. False: it is absent. */
bool hash_reply_value(const struct cmd *cmd, const struct entry *entry, struct span name);

/* For effects: is the field still held, though its time is over? Then whoever repeats the command
 * may find it alive. False when nobody wants effects. */
bool hash_is_over(const struct cmd *cmd, const struct entry *entry, struct span name);

/* hash_effect.c: NAME key [time] FIELDS count name ..., for some of the fields that a command
 * names. */
struct hash_names {
    struct cmd *cmd;
    const struct key *key;
    struct span *names;
    uint32_t count;
};
/* Room for so many, if effects are wanted. */
void hash_names_begin(struct hash_names *names, struct cmd *cmd, const struct key *key,
                      uint32_t room);
void hash_names_add(struct hash_names *names, struct span name);
/* Ends it. These fields are gone: HDEL, */
void hash_names_deleted(struct hash_names *names);
/* or have no time any more: HPERSIST, */
void hash_names_persisted(struct hash_names *names);
/* or have this one: HPEXPIREAT. */
void hash_names_timed(struct hash_names *names, time_ms when);

/* Fields have been set, in pairs of name and value, and have the times that they have: HSET, and
 * HPEXPIREAT for those. Effects are wanted. */
void hash_effect_fields(struct cmd *cmd, const struct key *key, const struct entry *entry,
                        const struct span *pairs, uint32_t count);

#endif
