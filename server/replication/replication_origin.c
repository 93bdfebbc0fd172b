#include "server/replication/replication_origin.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "proto/rdb/crc64.h"
#include "proto/replication/sync_answer.h"
#include "server/append_only/append_log.h"
#include "server/config/whole_file.h"
#include "server/control/control.h"
#include "server/dispatch/denial.h"
#include "server/observe/log.h"
#include "server/replication/replication_parts.h"
#include "server/replication/replication_stream.h"
#include "server/replication/role.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_LENGTH_MAX = 1024, FILE_MODE = 0644 };

static const char file_name[] = "replication.state";
static const char file_format[] =
    "id %40s\noffset %" SCNd64 "\ndatabase %" SCNd32 "\nlog %" SCNx64 "\n";

bool replication_origin_now(const struct control *control, struct snapshot_origin *origin)
{
    const struct replication *replication = control->replication;
    bool is_replica = atomic_load(&control->node->is_replica);

    *origin = (struct snapshot_origin){.database = -1};
    if (!replication->stream.has_backlog)
        return false;
    /* What a replica has is of use when it is all. */
    if (is_replica && !replication_state(control).complete)
        return false;
    memcpy(origin->id, replication->identity.id, sizeof(origin->id));
    origin->offset = replication->identity.offset;
    if (is_replica)
        origin->database = replication_apply_database(control);
    return true;
}

void replication_origin_fact(struct snapshot_origin *origin, struct span name, struct span text)
{
    int64_t number;

    if (span_equal(name, SPAN("repl-id")) && text.length == REPLICATION_ID_LENGTH) {
        memcpy(origin->id, text.data, text.length);
        origin->id[text.length] = '\0';
    } else if (span_equal(name, SPAN("repl-offset")) && number_parse_integer(text, &number)) {
        origin->offset = number;
    } else if (span_equal(name, SPAN("repl-stream-db")) && number_parse_integer(text, &number)) {
        origin->database = (int32_t)number;
    }
}

/* ---- Beside the log ---- */

/* Names and sizes of the log's files, whatever their order in the directory. */
static uint64_t look_of_log(const struct config *config)
{
    DIR *directory = opendir(config->appenddirname);
    struct dirent *entry;
    uint64_t look = 0;

    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        struct stat status;
        uint64_t sum;

        if (entry->d_name[0] == '.' || fstatat(dirfd(directory), entry->d_name, &status, 0) != 0)
            continue;
        sum = crc64_update(0, span_of_string(entry->d_name));
        sum = crc64_update(sum, span_of((const char *)&status.st_size, sizeof(status.st_size)));
        look += sum;
    }
    if (directory != NULL)
        closedir(directory);
    return look;
}

void replication_origin_recall(const struct config *config, struct snapshot_origin *origin)
{
    struct text_buffer text = {0};
    uint64_t look;

    *origin = (struct snapshot_origin){.database = -1};
    if (!whole_file_read(file_name, FILE_LENGTH_MAX, &text))
        return;
    text_buffer_add(&text, span_of("", 1));
    if (!config->appendonly ||
        sscanf(text.bytes, file_format, origin->id, &origin->offset, &origin->database, &look) !=
            4 ||
        look != look_of_log(config))
        *origin = (struct snapshot_origin){.database = -1};
    text_buffer_free(&text);
    /* What is written from now on is not at that offset any more. */
    if (unlink(file_name) != 0)
        *origin = (struct snapshot_origin){.database = -1};
}

/* Is all that was ever in the stream in the log's files? */
static bool log_is_whole(const struct node *node)
{
    return !node->abandoned && !atomic_load(&node->loading) &&
           atomic_load(&node->append_logs->promises) && !(atomic_load(&node->denials) & DENIAL_LOG);
}

void replication_origin_leave(struct control *control)
{
    const struct config *config = control->config;
    struct snapshot_origin origin;
    char text[FILE_LENGTH_MAX];
    int length;

    if (!config->appendonly || !log_is_whole(control->node) ||
        !replication_origin_now(control, &origin))
        return;
    length = snprintf(text, sizeof(text),
                      "id %s\noffset %" PRId64 "\ndatabase %" PRId32 "\nlog %" PRIx64 "\n",
                      origin.id, origin.offset, origin.database, look_of_log(config));
    if (!whole_file_replace(file_name, span_of(text, (size_t)length), FILE_MODE))
        log_warning("replication: %s cannot be written: %s", file_name, strerror(errno));
}

/* ---- Coming back ---- */

void replication_origin_restore(struct control *control, const struct snapshot_origin *origin,
                                void (*done)(struct control *control, void *context), void *context)
{
    /* They come from a file, which may say anything. */
    if (!sync_id_is_valid(span_of(origin->id, strlen(origin->id))) || origin->offset <= 0 ||
        origin->offset > SYNC_OFFSET_MAX) {
        done(control, context);
        return;
    }
    log_notice("replication: the data are those of %s at offset %" PRId64, origin->id,
               origin->offset);
    if (atomic_load(&control->node->is_replica)) {
        replication_stream_set(control, origin->id, origin->offset);
        role_restore(control, origin->offset, origin->database);
        done(control, context);
        return;
    }
    replication_stream_restore(control, origin->id, origin->offset, done, context);
}
