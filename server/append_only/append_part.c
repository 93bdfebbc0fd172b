#include "server/append_only/append_part.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

struct append_transaction {
    uint64_t id;
    _Atomic uint32_t undurable;  /* parts that are not on the disk */
    _Atomic uint32_t references; /* parts that refer to it, and append_logs.transaction */
};

struct part {
    struct list_link link; /* in log->parts */
    struct append_transaction *transaction;
    uint64_t start;
    uint64_t end;
    bool durable;
};

static void release(struct append_transaction *transaction)
{
    if (atomic_fetch_sub(&transaction->references, 1) == 1)
        memory_free(transaction);
}

void append_part_add(struct append_log *log, uint64_t transaction, uint64_t start)
{
    struct append_logs *logs = log->logs;
    struct part *part = memory_new(sizeof(*part));

    if (logs->transaction == NULL || logs->transaction->id != transaction) {
        if (logs->transaction != NULL)
            release(logs->transaction);
        logs->transaction = memory_new_zeroed(1, sizeof(*logs->transaction));
        logs->transaction->id = transaction;
        atomic_store(&logs->transaction->references, 1);
    }
    atomic_fetch_add(&logs->transaction->undurable, 1);
    atomic_fetch_add(&logs->transaction->references, 1);
    *part = (struct part){
        .transaction = logs->transaction, .start = start, .end = append_log_appended(log)};
    list_push_back(&log->parts, &part->link);
}

uint64_t append_part_settle(struct append_log *log)
{
    bool completed = false;

    list_for_each (link, &log->parts) {
        struct part *part = list_entry(link, struct part, link);

        if (part->end > log->synced)
            break;
        if (part->durable)
            continue;
        part->durable = true;
        completed |= atomic_fetch_sub(&part->transaction->undurable, 1) == 1;
    }
    if (completed)
        append_log_tell_all(log);
    while (!list_empty(&log->parts)) {
        struct part *part = list_entry(log->parts.next, struct part, link);

        if (!part->durable || atomic_load(&part->transaction->undurable) > 0)
            return part->start < log->synced ? part->start : log->synced;
        list_remove(&part->link);
        release(part->transaction);
        memory_free(part);
    }
    return log->synced;
}

void append_part_forget(struct append_log *log)
{
    struct list_link *link;

    while ((link = list_pop_front(&log->parts)) != NULL) {
        struct part *part = list_entry(link, struct part, link);

        release(part->transaction);
        memory_free(part);
    }
}

void append_logs_forget_transaction(struct append_logs *logs)
{
    if (logs->transaction != NULL)
        release(logs->transaction);
    logs->transaction = NULL;
}
