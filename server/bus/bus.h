/*
 * The cluster bus: the port that other nodes connect to, the links in both directions, and whole
 * messages on them. What the messages mean is not known here.
 *
 * Links have numbers: those that this node opens are numbered by the caller, those that others open
 * here, with CLUSTER_LINK_INBOUND set. A number is never used twice.
 *
 * Whoever connects may be anybody. Bytes that are not of the bus end their link; so does silence; a
 * link that does not read what it is sent is not read from either. Links of nobody that the caller
 * knows are few, have little memory together, and go when others need the room; large messages are
 * taken from known nodes alone. Where there is a secret (bus_proof.h), nobody is known who has not
 * proved it.
 *
 * Owner: the control thread. The events are called from the reactor's turn and from bus_tick, and
 * may call everything here but bus_close.
 */
#ifndef SERVER_BUS_BUS_H
#define SERVER_BUS_BUS_H

#include "proto/base/span.h"
#include "proto/base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bus;
struct bus_places;
struct bus_report;
struct config;
struct reactor;
struct tls_context;

struct bus_events {
    /* A link that was asked for is connected. */
    void (*up)(void *context, uint64_t id);
    /* A link is gone, or could not be connected. `overfull`: it did not take what it was sent. */
    void (*down)(void *context, uint64_t id, bool overfull);
    /* A whole message. All spans are borrowed for the call. */
    void (*packet)(void *context, uint64_t id, struct span frame, struct span remote,
                   struct span local);
    /* Is this the link of a node that is known? */
    bool (*trusts)(void *context, uint64_t id);
};

/* Listens on the addresses of `bind`. By tls-cluster all links have TLS, with the context that is
 * found at *tls then. Nothing is accepted or connected before bus_begin. What happens is counted in
 * *report. NULL with a logged reason. */
struct bus *bus_open(struct reactor *reactor, const struct config *config,
                     struct tls_context *const *tls, struct bus_report *report,
                     const struct bus_events *events, void *context);
void bus_begin(struct bus *bus);
/* Ends everything; no event is called any more. */
void bus_close(struct bus *bus);

/* Connects to a host's address or name. `up` or `down` follows. */
void bus_connect(struct bus *bus, uint64_t id, const char *host, uint16_t port);
/* Nothing of this link is reported any more; unknown numbers are fine. */
void bus_disconnect(struct bus *bus, uint64_t id);

/* Sends the bytes, which stay until release(owner), in any case called once. */
void bus_send(struct bus *bus, uint64_t id, struct span bytes, void (*release)(void *),
              void *owner);

/* Every 100 ms: what is to end by time or size, and what is to be tried again. */
void bus_tick(struct bus *bus);

/* New settings: limits, the time that connecting may take, secrets. */
void bus_settings(struct bus *bus, const struct config *config);

/* Moving: listens on the addresses that changed settings name, beside those that are open now. NULL
 * with a logged reason. Then either of the two: what was opened is listened on, and nothing else;
 * or all stays as it is. */
struct bus_places *bus_places_open(struct bus *bus, const struct config *changed);
void bus_places_adopt(struct bus *bus, struct bus_places *places);
void bus_places_discard(struct bus_places *places);

/* The port that is listened on. */
uint16_t bus_port(const struct bus *bus);

/* For CLUSTER LINKS. */
struct bus_link_state {
    uint64_t id;
    bool outbound;
    bool up;
    bool sending;       /* something waits to be sent */
    time_ms created;    /* wall clock */
    size_t send_memory; /* bytes allocated for what is to be sent ... */
    size_t send_used;   /* ... and used */
};

/* Calls `visit` for each link; it must not change them. */
void bus_visit(const struct bus *bus,
               void (*visit)(void *context, const struct bus_link_state *state), void *context);

#endif
