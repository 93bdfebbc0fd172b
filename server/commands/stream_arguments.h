/*
 * What the commands on streams share: arguments, look-ups, and how ids and entries are replied.
 *
 * The functions that return bool have replied an error when they return false.
 */
#ifndef SERVER_COMMANDS_STREAM_ARGUMENTS_H
#define SERVER_COMMANDS_STREAM_ARGUMENTS_H

#include "server/commands/cmd.h"
#include "storage/types/stream.h"
#include "storage/types/stream_group.h"

/* ---- Ids ---- */

/* An id; without a sequence it gets the one that is named. */
bool stream_argument_id(const struct cmd *cmd, uint32_t index, uint64_t missing_sequence,
                        struct stream_id *id);
/* The same without a reply. */
bool stream_argument_is_id(const struct cmd *cmd, uint32_t index, struct stream_id *id);
/* The first and last id of a range: "-", "+", and with "(" the next one inside. */
bool stream_argument_start(const struct cmd *cmd, uint32_t index, struct stream_id *id);
bool stream_argument_end(const struct cmd *cmd, uint32_t index, struct stream_id *id);

void stream_reply_invalid_id(const struct cmd *cmd);

/* ---- Keys ---- */

/* For commands that read; *stream is NULL when there is none. */
bool stream_key_read(const struct cmd *cmd, const struct key *key, struct stream **stream);

/* For commands that change a stream. */
struct stream_target {
    struct collection collection;
    struct heap *heap;
    struct stream *stream; /* NULL when there is none */
};
bool stream_key_open(const struct cmd *cmd, const struct key *key, struct stream_target *target);
/* An empty stream where there was no key. */
void stream_key_create(struct stream_target *target);

/* Opens the stream at argument `key_index` and finds the group named behind it; NOGROUP without
 * the one or the other. `key` is borrowed by the target. */
bool stream_key_open_group(const struct cmd *cmd, const struct key *key, uint32_t group_index,
                           struct stream_target *target, struct stream_group **group);
/* "NOGROUP No such key '...' or consumer group '...'", with more text behind. */
void stream_reply_no_group(const struct cmd *cmd, struct span key, struct span group,
                           const char *more);
/* "NOGROUP No such consumer group '...' for key name '...'" */
void stream_reply_no_such_group(const struct cmd *cmd, struct span key, struct span group);
/* "ERR unknown subcommand or wrong number of arguments for '...'. Try ... HELP." */
void stream_reply_subcommand_syntax(const struct cmd *cmd);

/* The consumer with this name, made if need be; it has been seen now. */
struct stream_consumer *stream_seen_consumer(struct cmd *cmd, const struct key *key,
                                             struct stream_group *group, struct heap *heap,
                                             struct span name);

/* ---- Replies ---- */

void stream_reply_id(struct reply *reply, struct stream_id id);
void stream_reply_entry(struct reply *reply, const struct stream_entry *entry);

#endif
