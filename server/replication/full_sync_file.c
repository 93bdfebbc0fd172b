#include "server/replication/full_sync_file.h"

#include "proto/base/assert.h"
#include "server/observe/log.h"
#include "server/replication/full_sync.h"
#include "server/replication/replicas.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_MAX = 256 * 1024, BYTES_AWAY_MAX = 4 * PIECE_MAX };

bool full_sync_file_open(struct full_sync_file *file, struct full_sync *sync, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status = {0};
    void *bytes = MAP_FAILED;

    if (fd >= 0 && fstat(fd, &status) == 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        log_warning("replication: %s cannot be read: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    unlink(path);
    if (bytes == MAP_FAILED)
        return false;
    file->sync = sync;
    file->bytes = span_of(bytes, (size_t)status.st_size);
    file->is_mapped = true;
    return true;
}

void full_sync_file_hold(struct full_sync_file *file, struct full_sync *sync,
                         const struct rdb_writer *writer)
{
    file->sync = sync;
    file->writer = *writer;
    file->bytes = rdb_writer_span(&file->writer);
}

void full_sync_file_close(struct full_sync_file *file)
{
    if (file->sync == NULL)
        return;
    if (file->is_mapped)
        munmap((void *)(uintptr_t)file->bytes.data, file->bytes.length);
    else
        rdb_writer_free(&file->writer);
    file->sync = NULL;
}

static void send_piece(struct full_sync_file *file, struct replica *replica)
{
    struct replica_feed *feed = replica_feed_new(replica);
    size_t length = file->bytes.length - (size_t)replica->data_sent;

    if (length > PIECE_MAX)
        length = PIECE_MAX;
    feed->sync = file->sync;
    feed->pieces[feed->count++] = span_of(file->bytes.data + replica->data_sent, length);
    replica->data_sent += length;
    full_sync_note_feed(file->sync);
    replica_feed_send(feed);
}

void full_sync_file_send(struct full_sync_file *file, struct replica *replica)
{
    if (replica->sync != file->sync || replica->leaving)
        return;
    while (replica->data_sent < file->bytes.length && replica->bytes_away < BYTES_AWAY_MAX)
        send_piece(file, replica);
    if (replica->data_sent == file->bytes.length)
        full_sync_has_all(replica);
}

void full_sync_file_begin(struct full_sync_file *file, struct replica *replica)
{
    char text[REPLICA_FEED_TEXT_MAX];
    int length = snprintf(text, sizeof(text), "$%zu\r\n", file->bytes.length);

    replica->data_sent = 0;
    replica_send_text(replica, span_of(text, (size_t)length));
    full_sync_file_send(file, replica);
}
