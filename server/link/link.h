/*
 * A link: bytes to and from another node, by a connection that this node has opened or accepted.
 * The cluster bus, the link to a primary, and whatever sends keys to another node use it.
 *
 *   link_connect -> (name looked up) -> (connected) -> up -> received ... -> down -> link_close
 *   link_accept  ----------------------------------> up -> received ... -> down -> link_close
 *
 * Thread: the one of the reactor it was made with, be it a shard's or the control thread's. The
 * handlers are called from reactor_turn, never from within a call of this file, and may call
 * everything here, link_close included. After link_close none of them is called any more, and the
 * link is not to be touched.
 *
 * What is sent before the link is up waits until then; what is sent to one that is down is dropped.
 * The queue has no limit of its own: whoever sends looks at link_unsent.
 *
 * By TLS both sides show certificates, which must be of the authorities that tls-ca-cert-* names;
 * no host's name is compared. The handshake has connect_limit_ms (accepted:
 * LINK_HANDSHAKE_LIMIT_MS).
 *
 * Errors are negative errnos; 0: the peer has ended the connection. -EPROTO: TLS has failed, the
 * log says why.
 */
#ifndef SERVER_LINK_LINK_H
#define SERVER_LINK_LINK_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct link;
struct link_freezer;
struct reactor;
struct tls_context;

struct link_handler {
    void (*up)(struct link *link); /* connected (TLS: and shaken hands); may be NULL */
    void (*received)(struct link *link, struct span bytes); /* borrowed for the call */
    void (*sent)(struct link *link);            /* the queue has become empty; may be NULL */
    void (*down)(struct link *link, int error); /* not connected or broken, told once: close it */
};

struct link_options {
    const char *host; /* an address, or a name to be looked up; not kept */
    uint16_t port;
    const char *source;           /* the address to connect from; NULL or "": any */
    struct tls_context *tls;      /* NULL: plain; the link takes a share of its own */
    int64_t connect_limit_ms;     /* for each address that the host has */
    struct link_freezer *freezer; /* of links that touch a shard's data: link_freezer.h; or NULL */
};

struct link *link_connect(struct reactor *reactor, const struct link_options *options,
                          const struct link_handler *handler, void *context);

enum { LINK_HANDSHAKE_LIMIT_MS = 10000 };

/* Takes the connected socket over. */
struct link *link_accept(struct reactor *reactor, int fd, struct tls_context *tls,
                         const struct link_handler *handler, void *context);

void *link_context(const struct link *link);

/* Copies the bytes into the queue. */
void link_send(struct link *link, struct span bytes);
/* Refers to the bytes, which stay in place until `release(owner)`: called once, also when they are
 * never sent, and from within this call when the link is down. */
void link_send_shared(struct link *link, struct span bytes, void (*release)(void *), void *owner);

/* Bytes that the kernel has not taken yet; and the memory that they take. */
size_t link_unsent(const struct link *link);
size_t link_send_memory(const struct link *link);

/* Stops and restarts receiving; what had been taken in before a pause is still handed over. */
void link_pause(struct link *link);
void link_resume(struct link *link);

enum { LINK_HOST_MAX = 46 }; /* an address as text, with its NUL */

/* Both ends' addresses, of a link that is or was up; "" when the system does not say. */
void link_hosts(const struct link *link, char remote[LINK_HOST_MAX], char local[LINK_HOST_MAX]);

/* Its socket; -1: there is none yet. */
int link_socket(const struct link *link);

/* Ends it. Nothing is called any more; it frees itself later. */
void link_close(struct link *link);

#endif
