/*
 * What is behind `struct bus`, for the files of the bus alone:
 *
 *   bus.c            links, messages, time
 *   bus_listening.c  the port, and moving to another one
 *   bus_strangers.c  who connects and is nobody that is known
 *   bus_proof.c      the cluster's secret
 */
#ifndef SERVER_BUS_BUS_STATE_H
#define SERVER_BUS_BUS_STATE_H

#include "cluster/cluster.h"
#include "proto/base/list.h"
#include "server/bus/bus.h"
#include "server/bus/bus_assembly.h"
#include "server/bus/bus_proof.h"
#include "server/bus/bus_report.h"
#include "server/link/link.h"
#include "server/reactor/reactor.h"
#include "server/shard/listening_address.h"

enum { BUS_BUCKETS = 1024 /* a power of two */ };

struct bus_link {
    uint64_t id;
    struct bus *bus;
    struct link *link;
    bool connected;
    bool up; /* as the caller knows it: connected, and proven where that is asked for */
    bool paused;
    time_ms created;
    int64_t heard_ms; /* monotonic: the last whole message, or when it was connected */
    struct bus_assembly assembly;
    struct bus_proof proof;
    struct list_link stranger; /* in bus->strangers, the oldest first */
    size_t held;               /* a stranger's part of bus->stranger_bytes */
    char remote[LINK_HOST_MAX];
    char local[LINK_HOST_MAX];
    char *host; /* to be connected to when the bus begins; or NULL */
    uint16_t port;
    struct bus_link *next; /* in the bucket */
};

/* The addresses that are listened on. */
struct bus_places;

struct bus {
    struct reactor *reactor;
    struct tls_context *const *tls; /* where the current one is */
    bool uses_tls;
    bool begun;
    const struct bus_events *events;
    void *context;
    struct bus_report *report;
    char *source;
    int64_t node_timeout_ms;
    size_t send_limit; /* 0: none */
    struct bus_secrets secrets;
    int64_t unproven_logged_ms;
    uint64_t inbound_number;
    uint32_t inbound_count;
    struct list_link strangers;
    uint32_t stranger_count;
    size_t stranger_bytes;
    struct bus_places *places;
    struct list_link leaving; /* listeners that the kernel still knows */
    struct bus_link *buckets[BUS_BUCKETS];
};

static inline bool bus_link_is_inbound(const struct bus_link *link)
{
    return (link->id & CLUSTER_LINK_INBOUND) != 0;
}

/* The link is of no use any more; the caller hears of it. */
void bus_link_fail(struct bus_link *link, bool overfull);

/* ---- bus_listening.c ---- */

/* Somebody has connected; bus.c takes it. */
void bus_accepted(struct bus *bus, int fd);
void bus_listening_retry(struct bus *bus);
void bus_listening_close(struct bus *bus);

/* ---- bus_strangers.c ---- */

/* One more is about to come: another one may have to go for it. */
void bus_strangers_make_room(struct bus *bus);
/* An inbound link is new. */
void bus_strangers_add(struct bus_link *link);
/* It is gone, or is known now; others are fine. */
void bus_strangers_remove(struct bus_link *link);
/* It holds more or less memory than before; others are fine. False: the link had to go for it. */
bool bus_strangers_account(struct bus_link *link);
/* Is the link a stranger's that has been silent for too long? */
bool bus_stranger_is_late(const struct bus_link *link, int64_t now);
/* The longest message that is taken from the link. */
uint32_t bus_strangers_message_max(const struct bus_link *link);

static inline bool bus_link_is_stranger(const struct bus_link *link)
{
    return list_linked(&link->stranger);
}

#endif
