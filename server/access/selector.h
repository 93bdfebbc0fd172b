/*
 * One set of permissions: which commands, on which keys and channels.
 *
 * A user has one or more; a command may run when one of them allows all of it. Commands are a bit
 * each (by command->id); beside that the rules that led there are kept in their order, since a
 * selector is shown by them.
 *
 * Owner: the user it belongs to; what a published user has does not change. Pure; any thread may
 * read it.
 */
#ifndef SERVER_ACCESS_SELECTOR_H
#define SERVER_ACCESS_SELECTOR_H

#include "proto/base/span.h"
#include "server/commands/command.h"

#include <stdint.h>

enum selector_permission {
    SELECTOR_READ = 1u << 0,
    SELECTOR_WRITE = 1u << 1,
    SELECTOR_READ_WRITE = SELECTOR_READ | SELECTOR_WRITE,
};

/* Most patterns, channels, rules, first arguments and passwords of one user together: they are
 * searched one by one. */
enum { SELECTOR_ITEMS_MAX = 16384 };

struct selector_key {
    struct span pattern; /* owned */
    uint32_t permissions;
};

/* "+select|0": a command that is not allowed runs when its first argument is this one. */
struct selector_first_argument {
    uint16_t command;
    struct span text; /* owned */
};

/* "+get", "-@string", "+config|get". */
struct selector_rule {
    bool allows;
    struct span name; /* owned, lower case, without the sign */
};

struct selector {
    /* hot */
    bool all_commands; /* every bit is set */
    bool all_keys;
    bool all_channels;
    uint64_t *commands; /* a bit each, by command->id */
    struct selector_key *keys;
    uint32_t key_count;
    uint32_t channel_count;
    struct span *channels; /* owned, each too */
    struct selector_first_argument *first_arguments;
    uint32_t first_argument_count;
    /* for show */
    bool future_commands; /* the rules start from "+@all", not from "-@all" */
    uint32_t rule_count;
    struct selector_rule *rules;
};

void selector_init(struct selector *selector, bool all_channels);
void selector_copy(struct selector *to, const struct selector *from);
void selector_free(struct selector *selector);

/* Patterns, channels, rules and first arguments. */
uint32_t selector_items(const struct selector *selector);

/* ---- Changing ---- */

void selector_set_all_commands(struct selector *selector, bool allowed);
/* A command, and all its subcommands. */
void selector_set_command(struct selector *selector, const struct command *command, bool allowed);
void selector_set_category(struct selector *selector, uint32_t category, bool allowed);
void selector_add_first_argument(struct selector *selector, const struct command *command,
                                 struct span text);
void selector_add_key(struct selector *selector, struct span pattern, uint32_t permissions);
void selector_add_channel(struct selector *selector, struct span pattern);
void selector_set_all_keys(struct selector *selector, bool allowed);     /* drops the patterns */
void selector_set_all_channels(struct selector *selector, bool allowed); /* likewise */
/* Notes how the selector came to be, in place of rules that this one makes void. */
void selector_note_rule(struct selector *selector, struct span name, bool allows);
/* To be called after changes of commands. */
void selector_settle(struct selector *selector);

/* ---- Asking ---- */

enum selector_answer { SELECTOR_ALLOWS, SELECTOR_NO_COMMAND, SELECTOR_NO_KEY, SELECTOR_NO_CHANNEL };

/* The keys of a command's arguments, found once for all selectors of a user. */
struct selector_keys {
    bool known;
    uint32_t count;
    struct key_position *positions; /* `few` or allocated */
    struct key_position few[8];
};
void selector_keys_free(struct selector_keys *keys);

/* May this run? *argument is the key or channel that is refused. */
enum selector_answer selector_check(const struct selector *selector, const struct command *command,
                                    const struct span *argv, uint32_t argc,
                                    struct selector_keys *keys, uint32_t *argument);

bool selector_allows_key(const struct selector *selector, struct span key, uint32_t key_flags);
/* `literally`: only by the same pattern, not by one that matches (PSUBSCRIBE). */
bool selector_allows_channel(const struct selector *selector, struct span channel, bool literally);
bool selector_allows_command(const struct selector *selector, const struct command *command,
                             const struct span *argv, uint32_t argc);
/* May it read whatever key? */
bool selector_reads_all_keys(const struct selector *selector);

#endif
