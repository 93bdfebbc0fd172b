#include "server/shard/listening_address.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { FREE_TRIES = 100, FREE_PAUSE_MS = 20 };

void listening_address_set_port(union listening_address *address, uint16_t port)
{
    if (address->any.sa_family == AF_INET6)
        address->v6.sin6_port = htons(port);
    else
        address->v4.sin_port = htons(port);
}

bool listening_address_parse(const char *word, uint16_t port, union listening_address *address,
                             bool *optional)
{
    *address = (union listening_address){0};
    *optional = *word == '-';
    if (*optional)
        word++;
    if (strcmp(word, "*") == 0)
        word = "0.0.0.0";
    if (strcmp(word, "::*") == 0)
        word = "::";
    if (inet_pton(AF_INET, word, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        listening_address_set_port(address, port);
        return true;
    }
    if (inet_pton(AF_INET6, word, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        listening_address_set_port(address, port);
        return true;
    }
    return false;
}

static socklen_t address_length(const union listening_address *address)
{
    return address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

int listening_address_open(const union listening_address *address, int backlog, bool shared)
{
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int yes = 1;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    /* Inherited by what is accepted. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
    if (address->any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
    if ((shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)) != 0) ||
        bind(fd, &address->any, address_length(address)) != 0 || listen(fd, backlog) != 0) {
        int error = errno;

        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

void listening_address_wait_free(const union listening_address *address)
{
    static const struct timespec pause = {.tv_nsec = FREE_PAUSE_MS * 1000000L};

    for (int i = 0; i < FREE_TRIES; i++) {
        int fd = listening_address_open(address, 1, false);

        if (fd >= 0)
            close(fd);
        if (fd >= 0 || errno != EADDRINUSE)
            return;
        nanosleep(&pause, NULL);
    }
}
