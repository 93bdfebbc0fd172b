/*
 * Where what runs meets the journal: when records begin and end, and what is in them.
 *
 * A command is one record, so is a transaction, and so is a script. Over several shards (in an
 * exclusive section) it is one record on each shard that it changed.
 *
 * A command whose keys lie on several shards, and which says nothing of its own (effect.h), is told
 * key by key: what each changed key has become.
 *
 * Thread: that of whoever runs the command: see journal.h.
 */
#ifndef SERVER_JOURNAL_RECORDING_H
#define SERVER_JOURNAL_RECORDING_H

#include "server/commands/cmd.h"
#include "server/journal/journal.h"

struct effects;
struct section;
struct shard;

/* Is anybody interested in what runs in this section? */
bool recording_concerns_section(const struct section *section);

/* The effects of the shard that holds the key, for one more effect of this command. */
struct effects *recording_open(const struct cmd *cmd, const struct key *key);

/* In a section: the command has changed a key. */
void recording_key_changed(struct cmd *cmd, uint32_t database, const struct key *key);

/* The handler has returned. */
void recording_command_over(struct cmd *cmd);
/* The same for a command inside a script. */
void recording_nested_over(struct cmd *cmd);

/* What runs until the end makes one record. They nest. `section` is NULL where there is none. */
void recording_unit_begin(struct shard *shard, struct section *section);
void recording_unit_end(struct shard *shard, struct section *section);

/* A key has gone without a command: it expired, or made room. `name` is DEL or UNLINK. */
void recording_key_gone(struct shard *shard, uint32_t database, struct span key, struct span name);
/* A field of a hash expired. */
void recording_field_gone(struct shard *shard, uint32_t database, struct span key,
                          struct span field);

/* What was published goes to replicas, whose clients may have subscribed; it is no data. */
void recording_message(struct cmd *cmd);

/* A command about the whole node, with all shards parked, is recorded as it was called. */
void recording_whole_node(struct cmd *cmd);

/* The same for a change of functions; with several shards it must be in a section, */
void recording_functions(struct cmd *cmd);
/* to which it is sent when this says so, to be run again there. */
bool recording_wants_section(struct cmd *cmd, command_handler *run);

#endif
