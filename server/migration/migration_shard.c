#include "server/migration/migration_shard.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/migration/migration_flow.h"
#include "server/migration/slot_drop.h"
#include "server/shard/shard.h"

struct migration_shard *migration_shard_of(struct shard *shard)
{
    if (shard->migration == NULL) {
        shard->migration = memory_new_zeroed(1, sizeof(*shard->migration));
        list_init(&shard->migration->imports);
    }
    return shard->migration;
}

static void forget(struct migration_import_part *part)
{
    list_remove(&part->link);
    memory_free(part);
}

void migration_shard_free(struct shard *shard)
{
    struct migration_shard *self = shard->migration;

    if (self == NULL)
        return;
    ASSERT(self->flow == NULL);
    while (!list_empty(&self->imports))
        forget(list_entry(self->imports.next, struct migration_import_part, link));
    memory_free(self);
    shard->migration = NULL;
}

/* ---- Imports ---- */

static struct migration_import_part *find(const struct shard *shard, const struct node_id *name)
{
    if (shard->migration == NULL)
        return NULL;
    list_for_each (link, &shard->migration->imports) {
        struct migration_import_part *part = list_entry(link, struct migration_import_part, link);

        if (node_id_equal(&part->name, name))
            return part;
    }
    return NULL;
}

const struct migration_import_part *migration_shard_find(const struct shard *shard,
                                                         const struct node_id *name)
{
    return find(shard, name);
}

bool migration_shard_imports(const struct shard *shard, uint16_t slot)
{
    if (shard->migration == NULL)
        return false;
    list_for_each (link, &shard->migration->imports)
        if (slot_set_has(&list_entry(link, struct migration_import_part, link)->slots, slot))
            return true;
    return false;
}

void migration_shard_open(struct shard *shard, const struct node_id *name,
                          const struct slot_set *slots)
{
    struct migration_shard *self = migration_shard_of(shard);
    struct migration_import_part *part = memory_new_zeroed(1, sizeof(*part));

    shard_assert_owner(shard);
    ASSERT(find(shard, name) == NULL);
    part->name = *name;
    for (uint32_t slot = slot_set_from(slots, 0); slot < SLOT_COUNT;
         slot = slot_set_from(slots, slot + 1)) {
        if (node_shard_of(shard->node, (uint16_t)slot) != shard->index)
            continue;
        slot_set_add(&part->slots, slot);
        slot_drop_now(shard, (uint16_t)slot);
        keyspace_hide_slot(shard->keyspace, (uint16_t)slot, true);
    }
    list_push_back(&self->imports, &part->link);
}

void migration_shard_close(struct shard *shard, const struct node_id *name, bool taken)
{
    struct migration_import_part *part = find(shard, name);

    shard_assert_owner(shard);
    if (part == NULL)
        return;
    for (uint32_t slot = slot_set_from(&part->slots, 0); slot < SLOT_COUNT;
         slot = slot_set_from(&part->slots, slot + 1)) {
        if (taken)
            keyspace_hide_slot(shard->keyspace, (uint16_t)slot, false);
        else
            slot_drop_hidden(shard, (uint16_t)slot);
    }
    forget(part);
}

void migration_shard_drop(struct shard *shard, const struct slot_set *slots)
{
    shard_assert_owner(shard);
    migration_shard_of(shard);
    for (uint32_t slot = slot_set_from(slots, 0); slot < SLOT_COUNT;
         slot = slot_set_from(slots, slot + 1))
        if (node_shard_of(shard->node, (uint16_t)slot) == shard->index)
            slot_drop_hidden(shard, (uint16_t)slot);
}

void migration_shard_flushed(struct shard *shard)
{
    while (shard->migration != NULL && !list_empty(&shard->migration->imports)) {
        struct migration_import_part *part =
            list_entry(shard->migration->imports.next, struct migration_import_part, link);
        struct node_id name = part->name;

        migration_shard_close(shard, &name, true);
    }
}

void migration_shard_stop(struct shard *shard)
{
    if (shard->migration != NULL)
        migration_flow_stop(shard);
}

/* ---- Turns ---- */

bool migration_shard_turn(struct shard *shard, uint64_t since)
{
    bool more = slot_drop_turn(shard);

    return migration_flow_turn(shard, since) || more;
}

void migration_shard_yield(struct shard *shard)
{
    if (shard->migration != NULL)
        migration_flow_yield(shard);
}
