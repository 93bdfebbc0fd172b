#include "server/shard/listening.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/observe/log.h"
#include "server/shard/listening_set.h"
#include "server/shard/shard.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void accepted(struct listener *listener, int fd)
{
    struct listening *listening = (struct listening *)listener;
    struct shard *shard = listening->shard;

    if (fd >= 0) {
        listening->refused = false;
        connection_accept(shard, listening, fd);
        return;
    }
    if (listening->leaving) {
        reactor_unlisten(listener);
        return;
    }
    shard->statistics.unexpected_errors++;
    /* It is tried again with every tick: the first refusal says it all. */
    if (listening->refused)
        return;
    listening->refused = true;
    log_warning("shard %u cannot accept a connection: %s", shard->index, strerror(-fd));
}

static struct listening *add(struct shard *shard, int fd)
{
    struct listening *listening = memory_new(sizeof(*listening));

    ASSERT(fd >= 0);
    *listening = (struct listening){.listener = {.fd = fd, .accepted = accepted}, .shard = shard};
    list_push_back(&shard->listenings, &listening->link);
    return listening;
}

bool listening_open(struct shard *shard, const struct listening_set *set)
{
    const struct listening_part *part = &set->parts[shard->index];

    ASSERT(list_empty(&shard->listenings));
    for (uint32_t i = 0; i < part->count; i++)
        add(shard, part->places[i].fd)->is_tls = part->places[i].tls;
    shard->port = part->port;
    shard->tls_port = part->tls_port;
    if (shard->node->unix_socket >= 0) {
        int fd = fcntl(shard->node->unix_socket, F_DUPFD_CLOEXEC, 0);

        if (fd < 0) {
            log_warning("cannot share the Unix socket: %s", strerror(errno));
            return false;
        }
        add(shard, fd)->is_unix = true;
    }
    if (list_empty(&shard->listenings))
        log_warning("there is nothing to listen on: no port, no address, no unixsocket");
    return !list_empty(&shard->listenings);
}

/* A path that nobody serves any more may be taken over; a living node keeps its own. */
static bool unix_is_taken(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool taken;

    if (fd < 0)
        return false;
    /* EAGAIN: somebody listens and has a full backlog. */
    taken = connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 || errno == EAGAIN;
    close(fd);
    return taken;
}

bool listening_open_unix(struct node *node, const struct config *config)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    mode_t before;
    bool bound;

    node->unix_socket = -1;
    if (config->unixsocket[0] == '\0')
        return true;
    if (strlen(config->unixsocket) >= sizeof(address.sun_path)) {
        log_warning("unixsocket: the path is too long");
        return false;
    }
    memcpy(address.sun_path, config->unixsocket, strlen(config->unixsocket) + 1);
    if (unix_is_taken(&address)) {
        log_warning("cannot listen on %s: %s", config->unixsocket, strerror(EADDRINUSE));
        return false;
    }
    node->unix_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(config->unixsocket);
    /* The permissions are right from the first moment: nobody gets in between bind and chmod. */
    before = umask(config->unixsocketperm != 0 ? (mode_t)(~config->unixsocketperm & 0777)
                                               : (mode_t)0022);
    bound = bind(node->unix_socket, (struct sockaddr *)&address, sizeof(address)) == 0;
    umask(before);
    if (!bound || listen(node->unix_socket, (int)config->tcp_backlog) != 0) {
        log_warning("cannot listen on %s: %s", config->unixsocket, strerror(errno));
        return false;
    }
    return true;
}

static struct listening *listening_of(struct list_link *link)
{
    return list_entry(link, struct listening, link);
}

void listening_start(struct shard *shard)
{
    list_for_each (link, &shard->listenings)
        reactor_listen(shard->reactor, &listening_of(link)->listener);
}

void listening_retry(struct shard *shard)
{
    list_for_each_safe (link, following, &shard->listenings) {
        struct listening *listening = listening_of(link);

        if (listening->listener.armed)
            continue;
        if (listening->listener.closing) {
            list_remove(&listening->link);
            memory_free(listening);
        } else if (!listening->leaving) {
            reactor_listen(shard->reactor, &listening->listener);
        }
    }
}

void listening_stop(struct shard *shard)
{
    list_for_each (link, &shard->listenings)
        reactor_unlisten(&listening_of(link)->listener);
}

static bool is_in(const struct listening_part *part, int fd)
{
    for (uint32_t i = 0; i < part->count; i++)
        if (part->places[i].fd == fd)
            return true;
    return false;
}

/* Those who have connected already are served; whoever comes from now on is refused, and the
 * address is free. */
static void leave(struct listening *listening)
{
    int fd = listening->listener.fd;
    int backlog = (int)listening->shard->config->tcp_backlog;

    for (int i = 0; i <= backlog; i++) {
        int accepted_fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (accepted_fd < 0)
            break;
        accepted(&listening->listener, accepted_fd);
    }
    listening->leaving = true;
    /* What the reactor waits for fails by that, behind those that it has accepted. */
    shutdown(fd, SHUT_RDWR);
    if (!listening->listener.armed)
        reactor_unlisten(&listening->listener);
}

/* Leaves the addresses that are not in the part; the others' descriptors are noted in `open`. */
static uint32_t leave_others(struct shard *shard, const struct listening_part *part,
                             int open[LISTENING_PLACES_MAX])
{
    uint32_t count = 0;

    list_for_each (link, &shard->listenings) {
        struct listening *listening = listening_of(link);

        if (listening->is_unix || listening->leaving)
            continue;
        if (!is_in(part, listening->listener.fd)) {
            leave(listening);
            continue;
        }
        ASSERT(count < LISTENING_PLACES_MAX);
        open[count++] = listening->listener.fd;
    }
    return count;
}

static void listen_now(struct shard *shard, const struct listening_place *place)
{
    struct listening *listening = add(shard, place->fd);

    listening->is_tls = place->tls;
    reactor_listen(shard->reactor, &listening->listener);
}

void listening_adopt(struct shard *shard, const struct listening_set *set)
{
    const struct listening_part *part = &set->parts[shard->index];
    int open[LISTENING_PLACES_MAX];
    uint32_t open_count;

    shard_assert_owner(shard);
    open_count = shard->stopping ? 0 : leave_others(shard, part, open);
    for (uint32_t i = 0; i < part->count; i++) {
        int fd = part->places[i].fd;
        bool known = false;

        for (uint32_t k = 0; k < open_count; k++)
            known |= open[k] == fd;
        /* A shard that stops has closed those it knew, and leaves the others to the end. */
        if (!known && !shard->stopping)
            listen_now(shard, &part->places[i]);
    }
    shard->port = part->port;
    shard->tls_port = part->tls_port;
}

void listening_free(struct shard *shard)
{
    for (struct list_link *link; (link = list_pop_front(&shard->listenings)) != NULL;)
        memory_free(listening_of(link));
}
