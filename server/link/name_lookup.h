/*
 * A host's name into addresses, without keeping the thread waiting: each look-up has a short-lived
 * thread of its own, which shares nothing with anybody but one end of a socket pair.
 *
 * Thread: one with a reactor. `found` is called once, from reactor_turn, unless the look-up is
 * cancelled. Numeric addresses are no matter for this: see name_lookup_numeric.
 */
#ifndef SERVER_LINK_NAME_LOOKUP_H
#define SERVER_LINK_NAME_LOOKUP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct reactor;
struct name_lookup;

enum {
    LOOKUP_ADDRESSES_MAX = 512, /* an answer is one message that a receive buffer takes */
    LOOKUPS_MAX = 64,           /* at a time, in the whole process */
};

union host_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

struct name_addresses {
    int error; /* a negative errno; 0: there is one at least */
    uint32_t count;
    union host_address list[LOOKUP_ADDRESSES_MAX];
};

/* Starts to look up; NULL when too many are under way or no thread can be had. */
struct name_lookup *name_lookup_start(struct reactor *reactor, const char *host, uint16_t port,
                                      void (*found)(void *context,
                                                    const struct name_addresses *addresses),
                                      void *context);

/* `found` is not called any more. */
void name_lookup_cancel(struct name_lookup *lookup);

/* False when the host is no numeric address. */
bool name_lookup_numeric(const char *host, uint16_t port, struct sockaddr_storage *address);

#endif
