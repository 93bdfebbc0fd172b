/*
 * What a handler tells the journal that its command did.
 *
 * A handler that says nothing is recorded as it was called, when it counted changes: that is right
 * for commands that do the same whenever they run again on the same data. Others say here what they
 * did, in commands that do (relative times become absolute, what was chosen by chance is named,
 * what waited becomes its plain form). All that one command says is one record.
 *
 * Each effect is about keys of one shard: the one of `key`. Nothing may be looked up, and thereby
 * expire, between the beginning of an effect and its last word.
 *
 * Where nobody reads the journal, all of this is one branch.
 */
#ifndef SERVER_JOURNAL_EFFECT_H
#define SERVER_JOURNAL_EFFECT_H

#include "server/commands/cmd.h"
#include "server/journal/effects.h"

/* Is anybody interested? To be asked first by those that would have to work for their effects. */
static inline bool effect_is_wanted(const struct cmd *cmd)
{
    return __builtin_expect(cmd->journalled, 0);
}

/* A command of so many words, which the caller adds. Only when effects are wanted (asserted). */
struct effects *effect_begin(struct cmd *cmd, const struct key *key, uint32_t words);

/* The command changed nothing that need be recorded, whatever it counted. */
static inline void effect_none(struct cmd *cmd)
{
    cmd->effects_told = true;
}

void effect_command_wanted(struct cmd *cmd, const struct key *key, const struct span *words,
                           uint32_t count);
/* A command of these words. */
static inline void effect_command(struct cmd *cmd, const struct key *key, const struct span *words,
                                  uint32_t count)
{
    if (effect_is_wanted(cmd))
        effect_command_wanted(cmd, key, words, count);
}

void effect_set_wanted(struct cmd *cmd, const struct key *key, struct span value, time_ms expiry);
/* The key was made this string; the expiry is one of keyspace_set_string. */
static inline void effect_set(struct cmd *cmd, const struct key *key, struct span value,
                              time_ms expiry)
{
    if (effect_is_wanted(cmd))
        effect_set_wanted(cmd, key, value, expiry);
}

void effect_named_wanted(struct cmd *cmd, const struct key *key, struct span name);
/* The key was deleted. */
static inline void effect_delete(struct cmd *cmd, const struct key *key)
{
    if (effect_is_wanted(cmd))
        effect_named_wanted(cmd, key, SPAN("DEL"));
}
/* NAME key. */
static inline void effect_named(struct cmd *cmd, const struct key *key, struct span name)
{
    if (effect_is_wanted(cmd))
        effect_named_wanted(cmd, key, name);
}

void effect_number_wanted(struct cmd *cmd, const struct key *key, struct span name, int64_t number);
/* NAME key number. */
static inline void effect_number(struct cmd *cmd, const struct key *key, struct span name,
                                 int64_t number)
{
    if (effect_is_wanted(cmd))
        effect_number_wanted(cmd, key, name, number);
}

/* The key expires at a time. */
static inline void effect_expire(struct cmd *cmd, const struct key *key, time_ms when)
{
    effect_number(cmd, key, SPAN("PEXPIREAT"), when);
}

/* Are the two keys on different shards, so that each needs an effect of its own? */
bool effect_is_apart(const struct cmd *cmd, const struct key *key, const struct key *other);

void effect_key_wanted(struct cmd *cmd, uint32_t database, const struct key *key);
/* The key is now what it is: its whole value, or that it is not there. For what cannot be told in
 * terms of what this shard has. */
static inline void effect_key(struct cmd *cmd, uint32_t database, const struct key *key)
{
    if (effect_is_wanted(cmd))
        effect_key_wanted(cmd, database, key);
}

#endif
