#include "server/snapshot/snapshot_part.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/migration/migration_shard.h"
#include "server/observe/clock.h"
#include "server/shard/shard.h"
#include "storage/walker.h"

enum {
    /* Elements between two looks at the clock. */
    STEP_ELEMENTS = 32,
    /* A slice of a busy turn is this part of what the turn took ... */
    BUSY_SHARE = 5,
    /* ... within these bounds. */
    BUSY_US_MIN = 10,
    BUSY_US_MAX = 500,
    /* What is changed before it is written is kept meanwhile. When that comes to half of what it
     * may be, which is one part in so many of the data, the slice is the larger for it: walking is
     * cheaper than keeping. */
    IMAGES_PART = 20,
    IMAGES_MIN = 2 << 20,
    IMAGES_SLICES_MAX = 20,
    /* A turn that took less had next to nothing to do. */
    IDLE_US = 5,
    /* Its slice, while clients come and go, and when none has come for a while. */
    CALM_SLICE_US = 15,
    IDLE_SLICE_US = 200,
    CALM_US = 2000,
    /* A rest that is shorter is not slept through: shards sleep for so long at most. */
    REST_SHORT_US = 100000,
};

struct snapshot_part {
    struct shard *shard;
    struct snapshot_part_options options;
    struct walker *walker; /* NULL when it is over */
    struct snapshot_chunk *filling;
    struct snapshot_chunk *free;
    uint32_t away;       /* chunks that are not home */
    uint64_t busy_until; /* clock_ticks: the end of the last turn with work */
    uint64_t rest_until; /* likewise; for rdb-key-save-delay */
    struct snapshot_chunk chunks[SNAPSHOT_CHUNKS];
};

static void chunk_returned(struct message *message, void *sender);

void snapshot_part_begin(struct shard *shard, const struct snapshot_part_options *options)
{
    struct snapshot_part *part = memory_new_zeroed(1, sizeof(*part));
    struct walker_options walk = {.format = options->format == SNAPSHOT_RDB ? WALKER_RDB
                                                                            : WALKER_COMMANDS,
                                  .rdb_version = options->version,
                                  .compress = options->compress,
                                  .with_access = options->with_access};

    shard_assert_owner(shard);
    /* Chunks of the one before may still be on their way home from the control thread, by another
     * queue than this section's messages: it waits for them by itself. */
    ASSERT(shard->snapshot_part == NULL || shard->snapshot_part->walker == NULL);
    part->shard = shard;
    part->options = *options;
    for (uint32_t i = 0; i < SNAPSHOT_CHUNKS; i++) {
        struct snapshot_chunk *chunk = &part->chunks[i];

        chunk->part = part;
        chunk->number = options->number;
        chunk->shard = shard->index;
        rdb_writer_init(&chunk->writer, options->compress);
        chunk->next = part->free;
        part->free = chunk;
    }
    migration_shard_yield(shard);
    part->walker = walker_begin(shard->keyspace, &walk);
    shard->snapshot_part = part;
}

static void part_free(struct snapshot_part *part)
{
    for (uint32_t i = 0; i < SNAPSHOT_CHUNKS; i++)
        rdb_writer_free(&part->chunks[i].writer);
    if (part->shard->snapshot_part == part)
        part->shard->snapshot_part = NULL;
    memory_free(part);
}

static void end_walk(struct snapshot_part *part)
{
    walker_end(part->walker);
    part->walker = NULL;
    if (part->filling != NULL) {
        part->filling->next = part->free;
        part->free = part->filling;
        part->filling = NULL;
    }
}

void snapshot_part_give_up(struct shard *shard, uint64_t number)
{
    struct snapshot_part *part = shard->snapshot_part;

    shard_assert_owner(shard);
    if (part == NULL || part->options.number != number)
        return;
    if (part->walker != NULL)
        end_walk(part);
    if (part->away == 0)
        part_free(part);
}

void snapshot_part_free(struct shard *shard)
{
    struct snapshot_part *part = shard->snapshot_part;

    if (part == NULL)
        return;
    if (part->walker != NULL)
        end_walk(part);
    part_free(part);
}

/* ---- Chunks ---- */

static void chunk_send(struct snapshot_part *part, bool last)
{
    struct snapshot_chunk *chunk = part->filling;
    struct shard *shard = part->shard;

    chunk->goes_on = walker_is_inside_value(part->walker);
    chunk->last = last;
    chunk->keys_done = walker_keys(part->walker);
    chunk->memory = walker_memory(part->walker);
    ASSERT(!last || !chunk->goes_on);
    chunk->message = (struct message){
        .deliver = part->options.deliver, .returned = chunk_returned, .prompt = true};
    part->filling = NULL;
    part->away++;
    mailbox_post(shard->mailbox, &chunk->message, node_control_index(shard->node));
}

static void chunk_returned(struct message *message, void *sender)
{
    struct snapshot_chunk *chunk = (struct snapshot_chunk *)message;
    struct snapshot_part *part = chunk->part;

    (void)sender;
    ASSERT(part->away > 0);
    chunk->writer.length = 0;
    if (chunk->writer.capacity > SNAPSHOT_CHUNK_KEPT_MAX)
        rdb_writer_free(&chunk->writer);
    chunk->next = part->free;
    part->free = chunk;
    part->away--;
    if (part->walker == NULL && part->away == 0)
        part_free(part);
}

/* False: all are under way. */
static bool take_chunk(struct snapshot_part *part)
{
    if (part->filling != NULL)
        return true;
    part->filling = part->free;
    if (part->filling == NULL)
        return false;
    part->free = part->filling->next;
    /* Its full size at once: a buffer that grows step by step is copied as often. */
    rdb_writer_reserve(&part->filling->writer, SNAPSHOT_CHUNK_BYTES + SNAPSHOT_CHUNK_BYTES / 4);
    return true;
}

/* ---- Slices ---- */

/* How many times its usual share the slice takes. */
static uint64_t images_factor(const struct snapshot_part *part)
{
    size_t images = walker_memory(part->walker);
    size_t most = keyspace_used_memory(part->shard->keyspace) / IMAGES_PART;

    if (most < IMAGES_MIN)
        most = IMAGES_MIN;
    if (images <= most / 4)
        return 1;
    /* Five times from a half on: as long as the turn. */
    images = images * 10 / most;
    return images < IMAGES_SLICES_MAX ? images : IMAGES_SLICES_MAX;
}

/* How long the slice may be that begins now, in a turn that began at `since`. */
static uint64_t slice_ticks(struct snapshot_part *part, uint64_t now, uint64_t since)
{
    uint64_t busy = now - since;
    uint64_t ticks = busy / BUSY_SHARE;

    if (busy < clock_us_to_ticks(IDLE_US))
        return clock_us_to_ticks(
            now - part->busy_until < clock_us_to_ticks(CALM_US) ? CALM_SLICE_US : IDLE_SLICE_US);
    part->busy_until = now;
    ticks *= images_factor(part);
    if (ticks < clock_us_to_ticks(BUSY_US_MIN))
        return clock_us_to_ticks(BUSY_US_MIN);
    if (ticks > clock_us_to_ticks(BUSY_US_MAX))
        return clock_us_to_ticks(BUSY_US_MAX);
    return ticks;
}

/* False: the walk is over, or a chunk is needed that is not home. */
static bool step(struct snapshot_part *part, uint32_t elements)
{
    bool more;

    if (!take_chunk(part))
        return false;
    more = walker_step(part->walker, &part->filling->writer, elements);
    if (!more || part->filling->writer.length >= SNAPSHOT_CHUNK_BYTES)
        chunk_send(part, !more);
    if (!more)
        end_walk(part);
    return more;
}

/* With a rest after each key. True: it is a short one, not worth to sleep. */
static bool step_and_rest(struct snapshot_part *part, uint64_t now, int64_t delay_us)
{
    uint64_t keys = walker_keys(part->walker);

    if (now >= part->rest_until && step(part, 1))
        part->rest_until =
            now + clock_us_to_ticks((uint64_t)delay_us) * (walker_keys(part->walker) - keys);
    return part->walker != NULL && part->rest_until < now + clock_us_to_ticks(REST_SHORT_US);
}

bool snapshot_part_slice(struct shard *shard, uint64_t since)
{
    struct snapshot_part *part = shard->snapshot_part;
    uint64_t now = clock_ticks();
    uint64_t end;

    shard_assert_owner(shard);
    if (part->walker == NULL)
        return false;
    if (__builtin_expect(shard->config->rdb_key_save_delay > 0, 0))
        return step_and_rest(part, now, shard->config->rdb_key_save_delay);
    end = now + slice_ticks(part, now, since);
    while (step(part, STEP_ELEMENTS))
        if (clock_ticks() >= end)
            return part->filling != NULL || part->free != NULL;
    return false;
}
