/* Some fields of a hash: HRANDFIELD and HSCAN. */
#include "proto/base/assert.h"
#include "server/commands/collection_scan.h"
#include "server/commands/handlers.h"
#include "server/commands/hash.h"
#include "server/commands/sample.h"

/* ---- HRANDFIELD ---- */

struct hash_sample {
    struct sample_source source;
    const struct entry *entry;
    time_ms now;
    bool values;
    struct hash_iterator iterator;
    struct hash_field field;
};

/* Fields lie still meanwhile, so those of large hashes are known by their addresses. */
static uint64_t draw_field(struct sample_source *source, struct random *random)
{
    struct hash_sample *sample = (struct hash_sample *)source;
    bool found = hash_random(sample->entry, sample->now, random, &sample->field);

    ASSERT(found);
    return (uintptr_t)sample->field.name.data;
}

static bool next_field(struct sample_source *source)
{
    struct hash_sample *sample = (struct hash_sample *)source;

    return hash_next(&sample->iterator, &sample->field);
}

static void reply_field(const struct sample_source *source, struct reply *reply)
{
    const struct hash_sample *sample = (const struct hash_sample *)source;

    if (sample->values && reply->protocol > 2)
        reply_array(reply, 2);
    reply_bulk(reply, sample->field.name);
    if (sample->values)
        reply_bulk(reply, sample->field.value);
}

static void reply_one(const struct cmd *cmd)
{
    const struct entry *entry;
    struct hash_field field;

    if (!hash_read(cmd, &entry))
        return;
    if (entry != NULL && hash_random(entry, cmd->now, cmd->random, &field))
        reply_bulk(cmd->reply, field.name);
    else
        reply_null(cmd->reply);
}

void command_hrandfield(struct cmd *cmd)
{
    struct sample_request request;
    struct hash_sample sample;
    const struct entry *entry;
    uint64_t length;

    if (cmd->argc == 2) {
        reply_one(cmd);
        return;
    }
    if (!sample_arguments(cmd, SPAN("WITHVALUES"), &request) || !hash_read(cmd, &entry))
        return;
    length = hash_length(entry, cmd->now);
    if (length == 0) {
        reply_array(cmd->reply, 0);
        return;
    }
    sample = (struct hash_sample){
        .source = {.count = length,
                   .draws_fast = entry_encoding(entry) == ENCODING_OBJECT,
                   .draw = draw_field,
                   .next = next_field,
                   .reply = reply_field},
        .entry = entry,
        .now = cmd->now,
        .values = request.with_word,
        .iterator = hash_iterate(entry, cmd->now),
    };
    sample_reply(cmd, &request, &sample.source);
}

/* ---- HSCAN ---- */

static void scan_visit(void *context, const struct hash_field *field)
{
    struct collection_scan *scan = context;

    if (!collection_scan_shows(scan, field->name))
        return;
    reply_bulk(scan->reply, field->name);
    scan->elements++;
    if (scan->no_values)
        return;
    reply_bulk(scan->reply, field->value);
    scan->elements++;
}

void command_hscan(struct cmd *cmd)
{
    struct collection_scan scan;
    const struct entry *entry;
    uint64_t cursor;

    if (!collection_scan_open(cmd, VALUE_HASH, &scan, &entry))
        return;
    collection_scan_begin(cmd, &scan);
    cursor = hash_scan(entry, cmd->now, scan.cursor, scan.count, scan_visit, &scan);
    collection_scan_end(&scan, cursor);
}
