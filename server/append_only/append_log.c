#include "server/append_only/append_log.h"

#include "proto/aof/aof_annotation.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/append_only/append_part.h"
#include "server/config/config.h"
#include "server/dispatch/denial.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    NO_DATABASE = UINT32_MAX,
    SYNC_MS = 1000,
    RETRY_MS = 1000,
    /* Without `always`, so many bytes do not wait for the next millisecond. */
    GATHERED_MAX = 256 * 1024,
};

struct append_file {
    struct file_operation close; /* first */
    struct list_link link;
    uint64_t generation;
    uint64_t offset; /* bytes in it */
    int fd;
};

/* ---- Appending ---- */

static void put(struct append_log *log, struct span bytes)
{
    append_buffer_add(&log->buffer, log->generation, bytes);
}

static void annotate(struct append_log *log, const struct aof_annotation *annotation)
{
    char line[AOF_ANNOTATION_MAX];

    put(log, span_of(line, aof_annotation_format(annotation, line)));
}

static void put_select(struct append_log *log, uint32_t database)
{
    char number[NUMBER_INTEGER_TEXT_MAX];
    char command[64];
    size_t digits = number_format_integer(number, database);
    int length = snprintf(command, sizeof(command), "*2\r\n$6\r\nSELECT\r\n$%zu\r\n%.*s\r\n",
                          digits, (int)digits, number);

    put(log, span_of(command, (size_t)length));
    log->database = database;
}

/* What stands before a record: which file this is, the time, the database. */
static void put_surroundings(struct append_log *log, const struct journal_record *record)
{
    const struct shard *shard = log->shard;
    int64_t seconds = shard->now / 1000;

    if (!log->begun) {
        log->begun = true;
        annotate(log, &(struct aof_annotation){.kind = AOF_ANNOTATION_SHARD,
                                               .shard = shard->index,
                                               .shards = log->logs->count});
    }
    if (shard->config->aof_timestamp_enabled && seconds != log->annotated_seconds) {
        log->annotated_seconds = seconds;
        annotate(log, &(struct aof_annotation){.kind = AOF_ANNOTATION_TIME, .seconds = seconds});
    }
    if (log->database != record->database)
        put_select(log, record->database);
}

static void appended(struct append_log *log, uint64_t length)
{
    uint64_t backlog = log->buffer.length;

    atomic_store_explicit(&log->appended, append_log_appended(log) + length, memory_order_relaxed);
    atomic_store_explicit(&log->backlog, backlog, memory_order_relaxed);
    if (__builtin_expect(backlog > APPEND_BACKLOG_MAX / log->logs->count, 0) &&
        !atomic_load_explicit(&log->crowded, memory_order_relaxed)) {
        atomic_store_explicit(&log->crowded, true, memory_order_relaxed);
        log->due = true;
    }
}

static void append(struct journal_reader *reader, const struct journal_record *record)
{
    struct append_log *log = list_entry(reader, struct append_log, reader);
    uint64_t before = log->buffer.length;
    uint64_t start = append_log_appended(log);

    if (!(record->audience & JOURNAL_FOR_LOG))
        return;
    put_surroundings(log, record);
    if (record->parts > 1)
        annotate(log, &(struct aof_annotation){.kind = AOF_ANNOTATION_TRANSACTION,
                                               .transaction = record->transaction,
                                               .parts = record->parts});
    put(log, record->bytes);
    appended(log, log->buffer.length - before);
    if (record->parts > 1 && log->shard->config->appendfsync != APPENDFSYNC_NO)
        append_part_add(log, record->transaction, start);
}

/* ---- Cuts ---- */

static void cut_log(struct append_log *log)
{
    log->generation++;
    log->database = NO_DATABASE;
    log->begun = false;
    log->annotated_seconds = 0;
    log->due = true;
    atomic_store(&log->logs->generation, log->generation);
}

/* What the logs of all shards but the first have appended. */
static uint64_t appended_elsewhere(const struct append_logs *logs)
{
    uint64_t bytes = 0;

    for (uint32_t i = 1; i < logs->count; i++)
        bytes += append_log_appended(logs->of[i]);
    return bytes;
}

/* Shards are told of a cut one after the other. When since the last one nothing was written but to
 * the log of the first shard, which is read before the others of its set, that one will do. */
static void cut(struct journal_reader *reader)
{
    struct append_log *log = list_entry(reader, struct append_log, reader);
    struct append_logs *logs = log->logs;
    uint64_t elsewhere = appended_elsewhere(logs);

    if (logs->cut_calls++ % logs->count == 0)
        logs->cuts = elsewhere != logs->elsewhere_at_cut;
    logs->elsewhere_at_cut = elsewhere;
    if (logs->cuts)
        cut_log(log);
}

void append_logs_cut(struct append_logs *logs)
{
    logs->elsewhere_at_cut = appended_elsewhere(logs);
    for (uint32_t i = 0; i < logs->count; i++)
        cut_log(logs->of[i]);
}

/* ---- What others are told ---- */

struct news {
    struct message message; /* first */
};

static void news_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    shard->append_news = true;
    if (shard->append_log != NULL)
        shard->append_log->due = true;
    message_return(shard->mailbox, message);
}

static void news_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

/* Whoever waits for this log looks again. */
static void tell(struct append_log *log, uint64_t shards)
{
    struct shard *shard = log->shard;

    if (shards >> shard->index & 1) {
        shard->append_news = true;
        log->due = true;
    }
    for (uint16_t i = 0; i < log->logs->count; i++) {
        struct news *news;

        if (!(shards >> i & 1) || i == shard->index)
            continue;
        news = memory_new_zeroed(1, sizeof(*news));
        news->message = (struct message){.deliver = news_deliver, .returned = news_returned};
        mailbox_post(shard->mailbox, &news->message, i);
    }
}

static void tell_watchers(struct append_log *log)
{
    /* Who comes to watch from here on looks for himself once more. */
    if (atomic_load(&log->watchers) != 0)
        tell(log, atomic_exchange(&log->watchers, 0));
}

void append_log_tell_all(struct append_log *log)
{
    tell(log, log->logs->count == 64 ? UINT64_MAX : (1ull << log->logs->count) - 1);
}

/* ---- Errors ---- */

/* True when that is news. */
static bool note_failing(struct append_log *log)
{
    struct append_logs *logs = log->logs;
    struct node *node = log->shard->node;
    int error = log->write_error != 0 ? log->write_error : log->sync_error;
    int failing = 0;

    if (atomic_load_explicit(&log->failing, memory_order_relaxed) == error)
        return false;
    if (error != 0)
        log_warning("the append-only file of shard %u cannot be %s: %s; writes are refused",
                    log->shard->index, log->write_error != 0 ? "written" : "synced",
                    strerror(error));
    else
        log_notice("the append-only file of shard %u is written again", log->shard->index);
    pthread_mutex_lock(&logs->denial_lock);
    atomic_store(&log->failing, error);
    for (uint32_t i = 0; i < logs->count && failing == 0; i++)
        failing = atomic_load(&logs->of[i]->failing);
    if (failing != 0)
        atomic_store_explicit(&node->log_error, failing, memory_order_relaxed);
    denial_set(node, DENIAL_LOG, failing != 0);
    pthread_mutex_unlock(&logs->denial_lock);
    return true;
}

/* ---- Progress ---- */

static bool is_always(const struct append_log *log)
{
    return log->shard->config->appendfsync == APPENDFSYNC_ALWAYS &&
           !atomic_load_explicit(&log->logs->skips_sync, memory_order_relaxed);
}

static uint64_t acknowledgeable(const struct append_log *log, uint64_t durable)
{
    if (!atomic_load_explicit(&log->logs->promises, memory_order_relaxed))
        return UINT64_MAX;
    if (log->shard->config->appendfsync == APPENDFSYNC_ALWAYS)
        return is_always(log) ? durable : log->written;
    return atomic_load_explicit(&log->crowded, memory_order_relaxed) ? log->written : UINT64_MAX;
}

/* Publishes how far it is; true when that is news. */
static bool publish_positions(struct append_log *log)
{
    uint64_t durable = append_part_settle(log);
    uint64_t acknowledged;
    bool news;

    if (log->buffer.length <= APPEND_BACKLOG_MAX / log->logs->count / 2)
        atomic_store_explicit(&log->crowded, false, memory_order_relaxed);
    acknowledged = acknowledgeable(log, durable);
    atomic_store_explicit(&log->backlog, log->buffer.length, memory_order_relaxed);
    news = atomic_load_explicit(&log->durable, memory_order_relaxed) != durable ||
           atomic_load_explicit(&log->acknowledged, memory_order_relaxed) != acknowledged;
    if (news) {
        atomic_store(&log->durable, durable);
        atomic_store(&log->acknowledged, acknowledged);
    }
    return news;
}

static void publish(struct append_log *log)
{
    bool news = publish_positions(log);

    if (note_failing(log) || news)
        tell_watchers(log);
}

/* ---- Files ---- */

static struct append_file *first_file(const struct append_log *log)
{
    if (list_empty(&log->files))
        return NULL;
    return list_entry(log->files.next, struct append_file, link);
}

static void file_closed(struct file_operation *operation, int result)
{
    if (result < 0)
        log_warning("a file of the append-only log does not close: %s", strerror(-result));
    memory_free(operation);
}

static void close_first_file(struct append_log *log)
{
    struct append_file *file = first_file(log);

    list_remove(&file->link);
    file->close = (struct file_operation){.done = file_closed};
    file_close(&file->close, log->shard->reactor, file->fd);
}

/* The same by a thread that is not the shard's, or when nobody comes back for what is under way. */
static void drop_files_before(struct append_log *log, uint64_t generation)
{
    while (first_file(log) != NULL && first_file(log)->generation < generation) {
        struct append_file *file = first_file(log);

        list_remove(&file->link);
        close(file->fd);
        memory_free(file);
    }
}

void append_log_add_file(struct append_log *log, uint64_t generation, int fd)
{
    struct append_file *file = memory_new_zeroed(1, sizeof(*file));

    if (!list_empty(&log->files))
        ASSERT(list_entry(log->files.previous, struct append_file, link)->generation < generation);
    file->generation = generation;
    file->fd = fd;
    list_push_back(&log->files, &file->link);
    log->due = true;
}

/* Leaves files of generations of which everything is on the disk; false: not yet. */
static bool leave_generations(struct append_log *log)
{
    uint64_t generation = append_buffer_first_generation(&log->buffer, log->generation);
    bool left = generation == atomic_load_explicit(&log->finished, memory_order_relaxed);

    if (!left && (log->synced < log->written || log->syncing))
        return false;
    /* That of a generation in which nothing was written may come when it has been left already. */
    while (first_file(log) != NULL && first_file(log)->generation < generation)
        close_first_file(log);
    if (left)
        return true;
    atomic_store(&log->finished, generation);
    append_log_tell_all(log);
    return true;
}

static bool others_are_finished(const struct append_log *log, uint64_t generation)
{
    for (uint32_t i = 0; i < log->logs->count; i++) {
        const struct append_log *other = log->logs->of[i];

        /* One that has ended goes along with no cut any more. */
        if (atomic_load(&other->finished) < generation && !atomic_load(&other->stopped))
            return false;
    }
    return true;
}

/* ---- Syncing ---- */

/*
 * In a pause of a script that runs long, what the script writes comes to this log by the script's
 * thread, while this one is told what has become of its writes: they are noted, and settled in the
 * turn behind the script.
 */

static void sync_done(struct file_operation *operation, int result)
{
    struct append_log *log = list_entry(operation, struct append_log, sync);

    log->syncing = false;
    log->due = true;
    atomic_store_explicit(&log->sync_pending, false, memory_order_relaxed);
    log->sync_error = -result;
    if (result < 0)
        log->retry_at = log->shard->now + RETRY_MS;
    else if (log->synced < log->sync_until)
        log->synced = log->sync_until;
    if (!log->shard->in_pause)
        publish(log);
}

static void sync_start(struct append_log *log)
{
    ASSERT(!log->syncing);
    log->syncing = true;
    log->sync_until = log->written;
    atomic_store_explicit(&log->sync_pending, true, memory_order_relaxed);
    log->sync.done = sync_done;
    file_sync_data(&log->sync, log->shard->reactor, first_file(log)->fd);
}

static bool wants_sync(const struct append_log *log)
{
    return log->synced < log->sync_wanted;
}

/* Is there something that has to be on the disk now? */
static bool sync_is_due(struct append_log *log)
{
    const struct shard *shard = log->shard;

    if (log->synced == log->written || shard->now < log->retry_at)
        return false;
    /* The end of a generation, a policy that has changed to `always`, the end. */
    if (wants_sync(log) || log->stopping || is_always(log) ||
        append_buffer_first_generation(&log->buffer, log->generation) !=
            atomic_load_explicit(&log->finished, memory_order_relaxed))
        return true;
    if (shard->config->appendfsync != APPENDFSYNC_EVERYSEC ||
        atomic_load_explicit(&log->logs->skips_sync, memory_order_relaxed))
        return log->sync_error != 0;
    return shard->now >= log->sync_at || log->sync_at - shard->now > SYNC_MS;
}

static void sync_if_due(struct append_log *log)
{
    if (!sync_is_due(log))
        return;
    if (!log->syncing) {
        log->sync_at = log->shard->now + SYNC_MS;
        sync_start(log);
    } else if (log->shard->config->appendfsync == APPENDFSYNC_EVERYSEC) {
        /* Counted once per second. */
        log->sync_at = log->shard->now + SYNC_MS;
        atomic_fetch_add_explicit(&log->syncs_delayed, 1, memory_order_relaxed);
    }
}

/* ---- Writing ---- */

/* None of the writes under way counts: what they left behind is cut off. What cannot be cut off is
 * written over. */
static void take_back(struct append_log *log)
{
    struct append_file *file = first_file(log);

    if (ftruncate(file->fd, (off_t)file->offset) != 0)
        log_warning("the append-only file of shard %u may end in the middle of a record: %s",
                    log->shard->index, strerror(errno));
    log->write_count = 0;
    log->write_bytes = 0;
    log->write_failed = false;
    log->retry_at = log->shard->now + RETRY_MS;
}

/* The first of the writes under way has succeeded. */
static void take_first(struct append_log *log)
{
    struct append_write *write = &log->writes[log->write_first];

    log->write_first = (log->write_first + 1) % APPEND_WRITES_MAX;
    log->write_count--;
    log->write_bytes -= write->length;
    first_file(log)->offset += write->length;
    append_buffer_consume(&log->buffer, write->length);
    /* Earlier bytes that are not on the disk would not be there with these. */
    if (write->durable && log->synced == log->written)
        log->synced += write->length;
    log->written += write->length;
    log->write_error = 0;
}

static bool all_are_over(const struct append_log *log)
{
    for (uint32_t i = 0; i < log->write_count; i++)
        if (!log->writes[(log->write_first + i) % APPEND_WRITES_MAX].over)
            return false;
    return true;
}

/* Takes what is over, in order. */
static void settle_writes(struct append_log *log)
{
    while (!log->write_failed && log->write_count > 0 && log->writes[log->write_first].over) {
        int first = log->writes[log->write_first].result;

        log->write_failed = first != 0;
        if (first == 0)
            take_first(log);
        else
            log->write_error = -first;
    }
    /* An error is told once: what was written behind it cannot be believed. */
    if (log->write_failed && all_are_over(log))
        take_back(log);
}

static void write_done(struct file_operation *operation, int result)
{
    struct append_write *write = (struct append_write *)operation;
    struct append_log *log = write->log;

    write->over = write->in_file = true;
    write->result = result;
    log->due = true;
    if (log->shard->in_pause)
        return;
    settle_writes(log);
    publish(log);
}

static void write_in_file(struct file_operation *operation)
{
    struct append_write *write = (struct append_write *)operation;

    write->in_file = true;
    write->log->due = true;
}

/* Without `always` one write per millisecond is enough. */
static bool may_gather(const struct append_log *log)
{
    return !is_always(log) && !wants_sync(log) && !log->stopping &&
           log->written_at == log->shard->now && log->buffer.length < GATHERED_MAX;
}

/* Do those that are under way let another one begin? */
static bool may_follow(const struct append_log *log, bool durable)
{
    const struct append_write *last;

    if (log->write_count == 0)
        /* With `always` a write is over when all before it is on the disk. */
        return log->shard->now >= log->retry_at && (!durable || log->synced == log->written);
    if (log->write_count == APPEND_WRITES_MAX || log->write_failed || !durable)
        return false;
    /* Each flush costs the disk and the processor about the same, however little it is for: the
     * next one begins when as much has gathered as is under way. */
    if (log->buffer.length < 2 * log->write_bytes)
        return false;
    last = &log->writes[(log->write_first + log->write_count - 1) % APPEND_WRITES_MAX];
    return last->durable && last->in_file;
}

static void write_start(struct append_log *log, const struct append_file *file, bool durable)
{
    struct append_write *write =
        &log->writes[(log->write_first + log->write_count) % APPEND_WRITES_MAX];
    struct file_write request = {.fd = file->fd,
                                 .durable = durable,
                                 .parts = write->parts,
                                 .offset = file->offset + log->write_bytes};

    request.part_count = append_buffer_parts(&log->buffer, log->write_bytes, write->parts,
                                             APPEND_WRITE_PARTS, &write->length);
    if (request.part_count == 0)
        return;
    write->log = log;
    write->durable = durable;
    write->in_file = write->over = false;
    write->operation = (struct file_operation){.done = write_done, .in_file = write_in_file};
    log->write_count++;
    log->write_bytes += write->length;
    log->written_at = log->shard->now;
    file_write(&write->operation, log->shard->reactor, &request);
    if (!durable)
        return;
    /* Answers wait for it: it begins before this turn's are sent, also where the kernel's thread
     * for it shares the processor. */
    reactor_submit(log->shard->reactor);
    sched_yield();
}

static void write_if_due(struct append_log *log)
{
    uint64_t generation = append_buffer_first_generation(&log->buffer, 0);
    const struct append_file *file = first_file(log);
    bool durable = is_always(log);

    if (log->buffer.length == log->write_bytes || !may_follow(log, durable) || may_gather(log))
        return;
    if (file == NULL || file->generation != generation || !others_are_finished(log, generation))
        return;
    write_start(log, file, durable);
}

/* ---- Turns ---- */

/* Nobody is to wait for a log that is given up and cannot be written. */
static void give_up_if_failing(struct append_log *log)
{
    if (log->write_count > 0 || log->syncing || (log->write_error == 0 && log->sync_error == 0))
        return;
    log_warning("%llu bytes of the append-only file of shard %u were not written",
                (unsigned long long)log->buffer.length, log->shard->index);
    append_buffer_clear(&log->buffer);
    append_part_forget(log);
    log->written = log->synced = append_log_appended(log);
    log->write_error = log->sync_error = 0;
}

static void stop_if_idle(struct append_log *log)
{
    give_up_if_failing(log);
    if (!append_log_is_idle(log))
        return;
    drop_files_before(log, UINT64_MAX);
    publish(log);
    log->shard->append_log = NULL;
    atomic_store(&log->stopped, true);
    append_log_tell_all(log);
}

void append_log_turn(struct append_log *log)
{
    log->due = false;
    settle_writes(log);
    if (!leave_generations(log) || log->synced != log->written)
        sync_if_due(log);
    write_if_due(log);
    publish(log);
    if (__builtin_expect(log->stopping, 0))
        stop_if_idle(log);
}

time_ms append_log_deadline(const struct append_log *log)
{
    time_ms now = log->shard->now;

    if (now < log->retry_at)
        return log->retry_at;
    if (log->due)
        return now;
    if (log->buffer.length > log->write_bytes && log->write_count == 0)
        return now + 1;
    return TIME_NEVER;
}

bool append_log_is_due(const struct append_log *log)
{
    return log->due || (log->buffer.length > log->write_bytes && is_always(log));
}

bool append_log_is_idle(const struct append_log *log)
{
    return log->buffer.length == 0 && log->write_count == 0 && !log->syncing &&
           log->synced == log->written;
}

void append_log_want_sync(struct append_log *log)
{
    log->sync_wanted = append_log_appended(log);
    log->due = true;
}

/* ---- Life ---- */

struct append_log *append_log_create(struct append_logs *logs, struct shard *shard)
{
    struct append_log *log = memory_new_aligned(64, (sizeof(*log) + 63) / 64 * 64);

    memset(log, 0, sizeof(*log));
    log->logs = logs;
    log->shard = shard;
    log->reader.append = append;
    log->reader.cut = cut;
    log->database = NO_DATABASE;
    append_buffer_init(&log->buffer);
    list_init(&log->files);
    list_init(&log->parts);
    atomic_store(&log->acknowledged, UINT64_MAX);
    return log;
}

void append_log_destroy(struct append_log *log)
{
    ASSERT(!list_linked(&log->reader.link));
    drop_files_before(log, UINT64_MAX);
    append_part_forget(log);
    append_buffer_free(&log->buffer);
    memory_free(log);
}

void append_log_attach(struct append_log *log, uint64_t generation)
{
    ASSERT(append_log_is_idle(log));
    log->generation = generation;
    log->database = NO_DATABASE;
    log->begun = false;
    log->annotated_seconds = 0;
    log->stopping = false;
    log->due = true;
    log->write_error = log->sync_error = 0;
    atomic_store(&log->stopped, false);
    atomic_store(&log->finished, generation);
    drop_files_before(log, generation);
    log->shard->append_log = log;
    journal_attach(&log->shard->journal, &log->reader);
}

void append_log_detach(struct append_log *log)
{
    if (log->stopping)
        return;
    if (!list_linked(&log->reader.link)) {
        atomic_store(&log->stopped, true);
        return;
    }
    journal_detach(&log->shard->journal, &log->reader);
    log->stopping = true;
    log->due = true;
}
