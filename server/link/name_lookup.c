#include "server/link/name_lookup.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/reactor/reactor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

/* The thread's stack: getaddrinfo loads and runs what the system is configured with. */
enum { LOOKUP_STACK = 256 * 1024 };

static _Atomic uint32_t lookups;

struct name_lookup {
    struct stream stream; /* first */
    void (*found)(void *context, const struct name_addresses *addresses);
    void *context;
};

/* What the thread has; it frees it. */
struct question {
    int fd;
    uint16_t port;
    char *host;
};

static size_t answer_size(uint32_t count)
{
    return offsetof(struct name_addresses, list) + count * sizeof(union host_address);
}

bool name_lookup_numeric(const char *host, uint16_t port, struct sockaddr_storage *address)
{
    memset(address, 0, sizeof(*address));
    if (inet_pton(AF_INET, host, &((struct sockaddr_in *)address)->sin_addr) == 1)
        address->ss_family = AF_INET;
    else if (inet_pton(AF_INET6, host, &((struct sockaddr_in6 *)address)->sin6_addr) == 1)
        address->ss_family = AF_INET6;
    else
        return false;
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons(port);
    return true;
}

/* ---- The look-up's thread ---- */

static void resolve(const struct question *question, struct name_addresses *addresses)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;

    if (getaddrinfo(question->host, NULL, &hints, &list) != 0) {
        addresses->error = -EHOSTUNREACH;
        return;
    }
    for (const struct addrinfo *item = list;
         item != NULL && addresses->count < LOOKUP_ADDRESSES_MAX; item = item->ai_next) {
        if (item->ai_family != AF_INET && item->ai_family != AF_INET6)
            continue;
        union host_address *address = &addresses->list[addresses->count++];

        if (item->ai_family == AF_INET6) {
            memcpy(&address->v6, item->ai_addr, sizeof(address->v6));
            address->v6.sin6_port = htons(question->port);
        } else {
            memcpy(&address->v4, item->ai_addr, sizeof(address->v4));
            address->v4.sin_port = htons(question->port);
        }
    }
    freeaddrinfo(list);
    if (addresses->count == 0)
        addresses->error = -EHOSTUNREACH;
}

static void *answer(void *context)
{
    struct question *question = context;
    struct name_addresses addresses = {0};

    resolve(question, &addresses);
    /* Nobody may want to know any more. */
    if (send(question->fd, &addresses, answer_size(addresses.count), MSG_NOSIGNAL) < 0)
        addresses.error = -errno;
    close(question->fd);
    memory_free(question->host);
    memory_free(question);
    atomic_fetch_sub(&lookups, 1);
    return NULL;
}

/* ---- The asker's side ---- */

static void conclude(struct name_lookup *lookup, const struct name_addresses *addresses)
{
    void (*found)(void *, const struct name_addresses *) = lookup->found;

    stream_close(&lookup->stream);
    found(lookup->context, addresses);
}

static void received(struct stream *stream, struct receive_buffer *buffer, size_t length)
{
    struct name_addresses addresses = {.error = -EIO};

    if (length >= answer_size(0) && length <= sizeof(addresses))
        memcpy(&addresses, buffer->bytes, length);
    receive_buffer_unpin(buffer);
    if (length != answer_size(addresses.count))
        addresses.error = -EIO;
    conclude((struct name_lookup *)stream, &addresses);
}

static void ended(struct stream *stream, int error)
{
    struct name_addresses addresses = {.error = error != 0 ? error : -EIO};

    conclude((struct name_lookup *)stream, &addresses);
}

static void finished(struct stream *stream)
{
    memory_free(stream);
}

static const struct stream_handler handler = {
    .received = received, .ended = ended, .finished = finished};

static bool start_thread(struct question *question)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int error;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, LOOKUP_STACK);
    error = pthread_create(&thread, &attributes, answer, question);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

struct name_lookup *name_lookup_start(struct reactor *reactor, const char *host, uint16_t port,
                                      void (*found)(void *context,
                                                    const struct name_addresses *addresses),
                                      void *context)
{
    struct question *question;
    struct name_lookup *lookup;
    int pair[2];

    ASSERT(found != NULL);
    if (atomic_fetch_add(&lookups, 1) >= LOOKUPS_MAX ||
        socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        atomic_fetch_sub(&lookups, 1);
        return NULL;
    }
    question = memory_new(sizeof(*question));
    *question =
        (struct question){.fd = pair[1], .port = port, .host = memory_copy(host, strlen(host))};
    if (!start_thread(question)) {
        close(pair[0]);
        close(pair[1]);
        memory_free(question->host);
        memory_free(question);
        atomic_fetch_sub(&lookups, 1);
        return NULL;
    }
    lookup = memory_new(sizeof(*lookup));
    stream_open(&lookup->stream, reactor, pair[0], &handler);
    lookup->found = found;
    lookup->context = context;
    return lookup;
}

void name_lookup_cancel(struct name_lookup *lookup)
{
    stream_close(&lookup->stream);
}
