#include "server/journal/recording.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/journal/effect.h"
#include "server/shard/exclusive.h"
#include "server/shard/section.h"
#include "server/shard/shard.h"

/* ---- The shards of a section ---- */

static bool section_has(const struct section *section, uint32_t index)
{
    return index == section->coordinator->index || (section->members >> index & 1);
}

static struct shard *next_of(const struct section *section, uint32_t *index)
{
    const struct node *node = section->coordinator->node;

    while (*index < node->shard_count) {
        uint32_t i = (*index)++;

        if (section_has(section, i))
            return node->shards[i];
    }
    return NULL;
}

bool recording_concerns_section(const struct section *section)
{
    uint32_t index = 0;
    const struct shard *shard;

    while ((shard = next_of(section, &index)) != NULL)
        if (shard->journal.is_read)
            return true;
    return false;
}

/* ---- Records ---- */

/* Effects for others than those before are another record. */
static struct effects *open_for(struct journal *journal, uint8_t audience)
{
    struct effects *effects = &journal->effects;

    if (!effects_empty(effects) && effects->audience != audience)
        journal_emit(journal, 0, 0);
    effects->audience = audience;
    return effects;
}

static struct shard *shard_of(const struct cmd *cmd, const struct key *key)
{
    return cmd->section != NULL ? section_shard(cmd->section, key) : cmd->shard;
}

struct effects *recording_open(const struct cmd *cmd, const struct key *key)
{
    return open_for(&shard_of(cmd, key)->journal, JOURNAL_FOR_ALL & ~cmd->unrecorded);
}

static void emit_section(const struct section *section)
{
    struct node *node = section->coordinator->node;
    uint64_t transaction = 0;
    uint32_t index = 0;
    uint16_t parts = 0;
    struct shard *shard;

    while ((shard = next_of(section, &index)) != NULL)
        parts += !effects_empty(&shard->journal.effects);
    if (parts == 0)
        return;
    if (parts > 1)
        transaction =
            atomic_fetch_add_explicit(&node->last_transaction, 1, memory_order_relaxed) + 1;
    index = 0;
    while ((shard = next_of(section, &index)) != NULL)
        journal_emit(&shard->journal, transaction, parts > 1 ? parts : 0);
}

/* All that is there becomes records, unless a transaction or script is under way. */
static void emit(struct shard *shard, const struct section *section)
{
    if (shard->journal.depth > 0)
        return;
    if (section != NULL)
        emit_section(section);
    else
        journal_emit(&shard->journal, 0, 0);
}

void recording_unit_begin(struct shard *shard, struct section *section)
{
    uint32_t index = 0;

    if (section == NULL) {
        shard->journal.depth++;
        return;
    }
    ASSERT(section_has(section, shard->index));
    while ((shard = next_of(section, &index)) != NULL)
        shard->journal.depth++;
}

void recording_unit_end(struct shard *shard, struct section *section)
{
    struct shard *member;
    uint32_t index = 0;

    ASSERT(shard->journal.depth > 0);
    if (section == NULL)
        shard->journal.depth--;
    while (section != NULL && (member = next_of(section, &index)) != NULL)
        member->journal.depth--;
    emit(shard, section);
}

/* ---- Commands ---- */

static void put_verbatim(struct cmd *cmd, struct shard *shard, uint16_t slot)
{
    struct effects *effects = open_for(&shard->journal, JOURNAL_FOR_ALL & ~cmd->unrecorded);

    effects_begin(effects, cmd->database, slot, cmd->argc);
    effects_words(effects, cmd->argv, cmd->argc);
    cmd->effects_told = true;
}

/* In a section: the only shard with keys of the command; NULL when there are several, or when it
 * may have looked at others. */
static struct shard *only_shard(const struct cmd *cmd)
{
    int64_t count = command_keys(cmd->command, cmd->argv, cmd->argc, NULL, 0);
    const struct node *node = cmd->section->coordinator->node;
    struct key_position *positions;
    uint64_t shards = 0;

    if (node->shard_count == 1)
        return cmd->shard;
    if (count <= 0 || command_keys_come_from_data(cmd->command, cmd->argc))
        return NULL;
    positions = memory_new((size_t)count * sizeof(*positions));
    command_keys(cmd->command, cmd->argv, cmd->argc, positions, (uint32_t)count);
    for (int64_t i = 0; i < count; i++)
        shards |= 1ull << node_shard_of(node, key_slot(cmd->argv[positions[i].index]));
    memory_free(positions);
    return __builtin_popcountll(shards) == 1 ? node->shards[__builtin_ctzll(shards)] : NULL;
}

static uint16_t slot_of(const struct cmd *cmd)
{
    struct key_position first;

    if (cmd->first_key.name.data != NULL)
        return cmd->first_key.slot;
    if (command_keys(cmd->command, cmd->argv, cmd->argc, &first, 1) < 1)
        return JOURNAL_NO_SLOT;
    return key_slot(cmd->argv[first.index]);
}

void recording_key_changed(struct cmd *cmd, uint32_t database, const struct key *key)
{
    journal_note_key(&cmd->shard->journal, database, key->name);
}

static void put_changed_keys(struct cmd *cmd)
{
    struct journal *journal = &cmd->shard->journal;

    for (uint32_t i = 0; i < journal->key_count; i++) {
        const struct journal_key *noted = &journal->keys[i];
        struct key key = keyspace_key(cmd->keyspace, noted->name);

        effect_key(cmd, noted->database, &key);
    }
}

static void put_changes(struct cmd *cmd)
{
    struct shard *shard;

    if (cmd->section == NULL) {
        put_verbatim(cmd, cmd->shard, slot_of(cmd));
        return;
    }
    shard = only_shard(cmd);
    if (shard != NULL)
        put_verbatim(cmd, shard, slot_of(cmd));
    else
        put_changed_keys(cmd);
}

void recording_nested_over(struct cmd *cmd)
{
    if (cmd->changes > 0 && !cmd->effects_told)
        put_changes(cmd);
    journal_forget_keys(&cmd->shard->journal);
}

void recording_command_over(struct cmd *cmd)
{
    recording_nested_over(cmd);
    emit(cmd->shard, cmd->section);
}

/* ---- Without a command ---- */

/* True by itself, whatever comes of what is under way: then it is not kept for that. */
static void record_alone(struct journal *journal, uint32_t database, const struct span *words,
                         uint32_t count)
{
    bool alone = effects_empty(&journal->effects);
    struct effects *effects;

    if (!journal->is_read)
        return;
    effects = open_for(journal, JOURNAL_FOR_ALL);
    effects_begin(effects, database, key_slot(words[1]), count);
    for (uint32_t i = 0; i < count; i++)
        effects_word(effects, words[i]);
    if (alone)
        journal_emit(journal, 0, 0);
}

void recording_key_gone(struct shard *shard, uint32_t database, struct span key, struct span name)
{
    const struct span words[] = {name, key};

    record_alone(&shard->journal, database, words, 2);
}

void recording_field_gone(struct shard *shard, uint32_t database, struct span key,
                          struct span field)
{
    const struct span words[] = {SPAN("HDEL"), key, field};

    record_alone(&shard->journal, database, words, 3);
}

void recording_message(struct cmd *cmd)
{
    uint8_t audience = JOURNAL_FOR_REPLICAS & (uint8_t)~cmd->unrecorded;
    struct effects *effects;

    if (!cmd->journalled || audience == 0)
        return;
    effects = open_for(&cmd->shard->journal, audience);
    effects_begin(effects, cmd->database, JOURNAL_NO_SLOT, cmd->argc);
    effects_words(effects, cmd->argv, cmd->argc);
    cmd->effects_told = true;
}

/* ---- The whole node ---- */

bool recording_wants_section(struct cmd *cmd, command_handler *run)
{
    if (cmd->section != NULL || cmd->shard->node->shard_count == 1 || !cmd->shard->journal.is_read)
        return false;
    exclusive_all(cmd, run);
    return true;
}

void recording_functions(struct cmd *cmd)
{
    struct node *node = cmd->shard->node;

    if (!cmd->shard->journal.is_read || !node->shards[0]->journal.is_read)
        return;
    ASSERT(cmd->section != NULL || node->shard_count == 1);
    put_verbatim(cmd, node->shards[0], JOURNAL_NO_SLOT);
    emit(node->shards[0], NULL);
}

void recording_whole_node(struct cmd *cmd)
{
    struct node *node = cmd->section->coordinator->node;

    if (node->shard_count > 1) {
        /* What a transaction has done so far comes before. */
        emit_section(cmd->section);
        for (uint32_t i = 0; i < node->shard_count; i++)
            journal_cut(&node->shards[i]->journal);
    }
    if (!node->shards[0]->journal.is_read)
        return;
    put_verbatim(cmd, node->shards[0], JOURNAL_NO_SLOT);
    if (node->shard_count > 1)
        journal_emit(&node->shards[0]->journal, 0, 0);
    else
        emit(node->shards[0], NULL);
}
