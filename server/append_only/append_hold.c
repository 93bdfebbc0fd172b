#include "server/append_only/append_hold.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_wait.h"
#include "server/connection/connection.h"
#include "server/connection/output.h"

#include <stdio.h>
#include <string.h>

struct append_mark {
    struct list_link link; /* in shard->append_held, while replies are held back */
    struct connection *connection;
    uint64_t noted;       /* shards with a position that no reply has waited for, a bit each */
    uint64_t held_for;    /* those that the held replies wait for */
    uint64_t wrote;       /* those with any position */
    uint64_t positions[]; /* by shard: of what is noted; behind them, of what is held for */
};

static const struct append_logs *logs_of(const struct connection *connection)
{
    return connection->shard->node->append_logs;
}

static uint64_t *held_positions(const struct append_mark *mark)
{
    struct append_mark *own = (struct append_mark *)(uintptr_t)mark;

    return own->positions + logs_of(mark->connection)->count;
}

/* ---- Noting ---- */

void append_hold_note(struct connection *connection, uint32_t index, uint64_t position)
{
    struct append_mark *mark = connection->append_mark;

    shard_assert_owner(connection->shard);
    if (position == 0 || connection->closed)
        return;
    if (mark == NULL) {
        mark =
            memory_new_zeroed(1, sizeof(*mark) + 2 * logs_of(connection)->count * sizeof(uint64_t));
        mark->connection = connection;
        connection->append_mark = mark;
    }
    mark->noted |= 1ull << index;
    mark->wrote |= 1ull << index;
    mark->positions[index] = position;
}

uint64_t append_hold_total(const struct node *node)
{
    const struct append_logs *logs = node->append_logs;
    uint64_t total = 0;

    for (uint32_t i = 0; logs != NULL && i < logs->count; i++)
        total += append_log_appended(logs->of[i]);
    return total;
}

void append_hold_note_all(struct connection *connection, uint64_t before)
{
    const struct node *node = connection->shard->node;

    if (append_hold_total(node) == before || connection->closed)
        return;
    for (uint32_t i = 0; i < node->shard_count; i++)
        append_hold_note(connection, i, append_log_appended(node->append_logs->of[i]));
}

/* ---- Holding ---- */

/* Strikes off the logs that have come far enough; true when none is left. */
static bool may_go(struct append_mark *mark)
{
    const struct append_logs *logs = logs_of(mark->connection);
    const uint64_t *positions = held_positions(mark);

    for (uint64_t left = mark->held_for; left != 0; left &= left - 1) {
        int index = __builtin_ctzll(left);

        if (atomic_load(&logs->of[index]->acknowledged) >= positions[index])
            mark->held_for &= ~(1ull << index);
    }
    return mark->held_for == 0;
}

/* Has to hear of every change of the logs that it waits for. */
static void watch(const struct append_mark *mark)
{
    const struct append_logs *logs = logs_of(mark->connection);

    for (uint64_t left = mark->held_for; left != 0; left &= left - 1)
        atomic_fetch_or(&logs->of[__builtin_ctzll(left)]->watchers,
                        1ull << mark->connection->shard->index);
}

/* The errno of a log that it waits for and that cannot be written; 0: there is none. */
static int failure_of(const struct append_mark *mark)
{
    const struct append_logs *logs = logs_of(mark->connection);
    int error = 0;

    for (uint64_t left = mark->held_for; left != 0 && error == 0; left &= left - 1)
        error = atomic_load(&logs->of[__builtin_ctzll(left)]->failing);
    return error;
}

/* True when it must wait, and will hear of what it waits for. */
static bool must_wait(struct append_mark *mark)
{
    if (may_go(mark))
        return false;
    watch(mark);
    /* It may have come so far just before it was watched. */
    return !may_go(mark);
}

bool append_hold(struct connection *connection)
{
    struct append_mark *mark = connection->append_mark;

    ASSERT(!connection->held_for_log);
    if (mark->noted == 0)
        return false;
    memcpy(held_positions(mark), mark->positions, logs_of(connection)->count * sizeof(uint64_t));
    mark->held_for = mark->noted;
    mark->noted = 0;
    if (!must_wait(mark))
        return false;
    connection->held_for_log = true;
    list_push_back(&connection->shard->append_held, &mark->link);
    if (failure_of(mark) != 0)
        connection->shard->append_news = true;
    return true;
}

bool append_hold_is_crowded(const struct connection *connection)
{
    const struct append_mark *mark = connection->append_mark;

    for (uint64_t left = mark->held_for; left != 0; left &= left - 1)
        if (atomic_load_explicit(&logs_of(connection)->of[__builtin_ctzll(left)]->crowded,
                                 memory_order_relaxed))
            return true;
    return false;
}

/* ---- Letting go ---- */

static void let_go(struct append_mark *mark)
{
    mark->connection->held_for_log = false;
    list_remove(&mark->link);
}

void append_hold_turn(struct shard *shard)
{
    struct list_link held;
    struct list_link *link;

    shard->append_news = false;
    if (__builtin_expect(!append_wait_is_empty(shard), 0)) {
        append_hold_watch_all(shard);
        append_wait_turn(shard);
    }
    if (!list_take_all(&shard->append_held, &held))
        return;
    while ((link = list_pop_front(&held)) != NULL) {
        struct append_mark *mark = list_entry(link, struct append_mark, link);
        struct connection *connection = mark->connection;
        int error = 0;

        list_push_back(&shard->append_held, &mark->link);
        if (must_wait(mark)) {
            error = failure_of(mark);
            if (error == 0)
                continue;
        }
        let_go(mark);
        if (error != 0)
            connection_fail_held(connection, error);
        else
            connection_send_held(connection);
    }
}

void append_hold_watch_all(const struct shard *shard)
{
    const struct append_logs *logs = shard->node->append_logs;

    for (uint32_t i = 0; i < logs->count; i++)
        atomic_fetch_or(&logs->of[i]->watchers, 1ull << shard->index);
}

bool append_hold_is_durable(const struct connection *connection)
{
    const struct append_mark *mark = connection->append_mark;
    const struct append_logs *logs = logs_of(connection);

    for (uint64_t left = mark != NULL ? mark->wrote : 0; left != 0; left &= left - 1) {
        int index = __builtin_ctzll(left);

        if (atomic_load(&logs->of[index]->durable) < mark->positions[index])
            return false;
    }
    return true;
}

void append_hold_drop(struct connection *connection)
{
    struct append_mark *mark = connection->append_mark;

    if (mark == NULL)
        return;
    if (connection->held_for_log)
        let_go(mark);
    connection->append_mark = NULL;
    memory_free(mark);
}
