/*
 * Files beside epoll, which knows nothing of them: what may block is done by threads that the
 * reactor starts when it has more to do than they can. There is no order between operations, as
 * the kernel would give none.
 */
#include "server/reactor/epoll.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum {
    /* So many slow operations do not hold up the next one: a log's sync and its next write, a
     * snapshot, a large file that is removed. */
    WORKERS_MAX = 4,
};

struct file_workers {
    int bell; /* the reactor's */

    pthread_mutex_t lock;
    /* behind the lock */
    pthread_cond_t changed;
    struct list_link waiting; /* operations, by their watch's link */
    struct list_link over;
    uint32_t waiting_count;
    uint32_t idle_count;
    uint32_t worker_count;
    bool stopping;
    pthread_t workers[WORKERS_MAX];
};

static struct file_operation *operation_of(struct list_link *link)
{
    return list_entry(link, struct file_operation, watch.link);
}

/* ---- The workers ---- */

static int run_write(const struct file_operation *operation)
{
    uint32_t count;
    const struct iovec *parts = file_parts(operation, &count);

    return (int)pwritev(operation->fd, parts, (int)count, (off_t)operation->offset);
}

static int run_close(const struct file_operation *operation)
{
    int result = close(operation->fd);

    /* It is closed nevertheless. */
    return result != 0 && errno == EINTR ? 0 : result;
}

static int run_call(const struct file_operation *operation)
{
    switch (operation->kind) {
    case FILE_OPERATION_WRITE:
        return operation->syncing ? fdatasync(operation->fd) : run_write(operation);
    case FILE_OPERATION_SYNC:
        return fsync(operation->fd);
    case FILE_OPERATION_SYNC_DATA:
        return fdatasync(operation->fd);
    case FILE_OPERATION_OPEN:
        return open(operation->path, operation->flags | O_CLOEXEC, operation->mode);
    case FILE_OPERATION_CLOSE:
        return run_close(operation);
    case FILE_OPERATION_RENAME:
        return rename(operation->path, operation->new_path);
    case FILE_OPERATION_UNLINK:
        return unlink(operation->path);
    }
    return 0;
}

static void run(struct file_operation *operation)
{
    int result = run_call(operation);

    operation->result = result < 0 ? -errno : result;
}

static void ring(const struct file_workers *workers)
{
    uint64_t one = 1;

    ASSERT(write(workers->bell, &one, sizeof(one)) == sizeof(one));
}

/* The next operation, behind the lock; NULL at the end. */
static struct file_operation *wait_for_work(struct file_workers *workers)
{
    workers->idle_count++;
    while (list_empty(&workers->waiting) && !workers->stopping)
        pthread_cond_wait(&workers->changed, &workers->lock);
    workers->idle_count--;
    if (workers->stopping)
        return NULL;
    workers->waiting_count--;
    return operation_of(list_pop_front(&workers->waiting));
}

static void *worker_main(void *argument)
{
    struct file_workers *workers = argument;
    struct file_operation *operation;

    pthread_setname_np(pthread_self(), "file-worker");
    pthread_mutex_lock(&workers->lock);
    while ((operation = wait_for_work(workers)) != NULL) {
        bool first;

        pthread_mutex_unlock(&workers->lock);
        run(operation);
        pthread_mutex_lock(&workers->lock);
        first = list_empty(&workers->over);
        list_push_back(&workers->over, &operation->watch.link);
        if (first)
            ring(workers);
    }
    pthread_mutex_unlock(&workers->lock);
    return NULL;
}

static struct file_workers *workers_create(int bell)
{
    struct file_workers *workers = memory_new_zeroed(1, sizeof(*workers));

    workers->bell = bell;
    pthread_mutex_init(&workers->lock, NULL);
    pthread_cond_init(&workers->changed, NULL);
    list_init(&workers->waiting);
    list_init(&workers->over);
    return workers;
}

/* Behind the lock. A worker that cannot be had is done without. */
static void add_worker_if_short(struct file_workers *workers)
{
    uint32_t count = workers->worker_count;

    if (workers->waiting_count <= workers->idle_count || count == WORKERS_MAX)
        return;
    if (pthread_create(&workers->workers[count], NULL, worker_main, workers) == 0)
        workers->worker_count++;
}

/* False when there is nobody to do it. */
static bool workers_take(struct file_workers *workers, struct file_operation *operation)
{
    bool taken;

    pthread_mutex_lock(&workers->lock);
    list_push_back(&workers->waiting, &operation->watch.link);
    workers->waiting_count++;
    add_worker_if_short(workers);
    taken = workers->worker_count > 0;
    if (taken) {
        pthread_cond_signal(&workers->changed);
    } else {
        list_remove(&operation->watch.link);
        workers->waiting_count--;
    }
    pthread_mutex_unlock(&workers->lock);
    return taken;
}

/* ---- The reactor's side ---- */

static void file_step(struct reactor_watch *watch)
{
    struct file_operation *operation = list_entry(watch, struct file_operation, watch);

    if (operation->syncing)
        file_synced(operation, operation->result);
    else
        file_complete(operation, operation->result);
}

static void file_expired(struct reactor_timer *timer)
{
    file_step(&list_entry(timer, struct file_operation, timer)->watch);
}

void epoll_file_start(struct file_operation *operation)
{
    struct epoll *epoll = epoll_of(operation->reactor);

    operation->watch = (struct reactor_watch){.step = file_step};
    if (epoll->workers == NULL)
        epoll->workers = workers_create(epoll->bell);
    if (workers_take(epoll->workers, operation))
        return;
    run(operation);
    epoll_step_later(operation->reactor, &operation->watch);
}

void epoll_file_start_sync(struct file_operation *operation)
{
    ASSERT(operation->syncing);
    epoll_file_start(operation);
}

void epoll_file_wait(struct file_operation *operation, uint32_t delay_ms)
{
    operation->watch = (struct reactor_watch){.step = file_step};
    operation->timer = (struct reactor_timer){.expired = file_expired};
    operation->result = 0;
    if (delay_ms > 0)
        epoll_timer_start(operation->reactor, &operation->timer, delay_ms);
    else
        epoll_step_later(operation->reactor, &operation->watch);
}

void epoll_file_collect(struct epoll *epoll)
{
    struct file_workers *workers = epoll->workers;
    struct list_link *link;

    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    while ((link = list_pop_front(&workers->over)) != NULL)
        list_push_back(&epoll->due, link);
    pthread_mutex_unlock(&workers->lock);
}

void epoll_file_close(struct epoll *epoll)
{
    struct file_workers *workers = epoll->workers;

    if (workers == NULL)
        return;
    pthread_mutex_lock(&workers->lock);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->changed);
    pthread_mutex_unlock(&workers->lock);
    for (uint32_t i = 0; i < workers->worker_count; i++)
        pthread_join(workers->workers[i], NULL);
    pthread_cond_destroy(&workers->changed);
    pthread_mutex_destroy(&workers->lock);
    memory_free(workers);
}
