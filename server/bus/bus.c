#include "server/bus/bus.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/bus/bus_state.h"
#include "server/config/config.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    INBOUND_MAX = 16384,
    /* Unsent bytes at which nothing more is received by a link. */
    UNREAD_MAX = 1024 * 1024,
    /* Unsent bytes at which a link is given up when the settings name no limit. */
    UNSENT_MAX = 256 * 1024 * 1024,
    SILENCE_MIN_MS = 60 * 1000,
    SILENCE_TIMEOUTS = 4, /* in node timeouts */
    CONNECT_MIN_MS = 50,
    CLOSING_TURNS = 5, /* in which closed links come to their end */
    CLOSING_TURN_US = 1000,
    CONNECT_PARTS = 3, /* so much of a node timeout a connection may take */
    /* For the other end's proof, where it is required and where it is not; and how often it is
     * logged that there was none. */
    PROOF_MS = 1000,
    OPTIONAL_PROOF_MS = 200,
    UNPROVEN_LOG_MS = 10 * 1000,
};

/* ---- Links by number ---- */

static struct bus_link **bucket_of(struct bus *bus, uint64_t id)
{
    return &bus->buckets[(id * 0x9E3779B97F4A7C15u >> 32) & (BUS_BUCKETS - 1)];
}

static struct bus_link *find(struct bus *bus, uint64_t id)
{
    struct bus_link *link = *bucket_of(bus, id);

    while (link != NULL && link->id != id)
        link = link->next;
    return link;
}

static struct bus_link *add(struct bus *bus, uint64_t id)
{
    struct bus_link *link = memory_new_zeroed(1, sizeof(*link));
    struct bus_link **bucket = bucket_of(bus, id);
    uint8_t nonce[BUS_NONCE_SIZE];

    ASSERT(find(bus, id) == NULL);
    link->id = id;
    link->bus = bus;
    link->created = clock_now_ms();
    link->heard_ms = clock_monotonic_ms();
    link->next = *bucket;
    *bucket = link;
    bus->inbound_count += bus_link_is_inbound(link);
    ASSERT(getrandom(nonce, sizeof(nonce), 0) == sizeof(nonce));
    bus_proof_init(&link->proof, !bus_link_is_inbound(link), nonce);
    return link;
}

static void drop(struct bus_link *link)
{
    struct bus *bus = link->bus;
    struct bus_link **place = bucket_of(bus, link->id);

    while (*place != link)
        place = &(*place)->next;
    *place = link->next;
    bus->inbound_count -= bus_link_is_inbound(link);
    bus_strangers_remove(link);
    if (link->link != NULL)
        link_close(link->link);
    memory_free(link->host);
    bus_assembly_free(&link->assembly);
    memory_free(link);
}

void bus_link_fail(struct bus_link *link, bool overfull)
{
    struct bus *bus = link->bus;
    uint64_t id = link->id;

    drop(link);
    bus->events->down(bus->context, id, overfull);
}

/* ---- Proofs ---- */

/* The other end does not know the secret, or not the same one. */
static void refuse(struct bus_link *link)
{
    struct bus *bus = link->bus;
    uint64_t count = atomic_fetch_add(&bus->report->unproven, 1) + 1;
    int64_t now = clock_monotonic_ms();

    if (count == 1 || now - bus->unproven_logged_ms > UNPROVEN_LOG_MS) {
        bus->unproven_logged_ms = now;
        log_warning("%s does not prove that it knows the cluster's secret: not believed (link "
                    "number %llu of which that is so)",
                    link->remote, (unsigned long long)count);
    }
    bus_link_fail(link, false);
}

static void greet(struct bus_link *link)
{
    uint8_t bytes[BUS_GREETING_MAX];
    uint32_t length = bus_proof_greeting(&link->proof, bytes);

    link_send(link->link, span_of((const char *)bytes, length));
}

/* The link is of use to who has asked for it. */
static void become_up(struct bus_link *link)
{
    link->up = true;
    if (!bus_link_is_inbound(link))
        link->bus->events->up(link->bus->context, link->id);
}

/* Who has not answered with a proof in time is refused, or believed where none is required. */
static void look_for_proof(struct bus_link *link, int64_t now)
{
    bool required = link->bus->secrets.required;

    if (!link->connected || link->up ||
        now - link->heard_ms <= (required ? PROOF_MS : OPTIONAL_PROOF_MS))
        return;
    if (required)
        refuse(link);
    else
        become_up(link);
}

/* A message, unless it is a word of the proof. False: the link has gone. */
static bool take_frame(struct bus_link *link, struct span frame)
{
    struct bus *bus = link->bus;
    uint64_t id = link->id;
    enum bus_verdict verdict = BUS_VERDICT_BELIEVED;

    if (bus->secrets.count > 0)
        verdict = bus_proof_take(&link->proof, &bus->secrets, frame);
    switch (verdict) {
    case BUS_VERDICT_TAKEN:
        return true;
    case BUS_VERDICT_REFUSED:
        refuse(link);
        return false;
    case BUS_VERDICT_GREETED:
        if (bus_link_is_inbound(link))
            greet(link);
        else if (!link->up)
            become_up(link);
        return find(bus, id) != NULL;
    case BUS_VERDICT_BELIEVED:
        bus->events->packet(bus->context, id, frame, span_of_string(link->remote),
                            span_of_string(link->local));
        /* What it said may have ended it. */
        if (find(bus, id) == NULL)
            return false;
        if (bus_link_is_stranger(link) &&
            (link->proof.proven || bus->events->trusts(bus->context, id)))
            bus_strangers_remove(link);
        return true;
    }
    UNREACHABLE();
}

/* ---- What happens on a link ---- */

static void link_up(struct link *link)
{
    struct bus_link *bus_link = link_context(link);

    link_hosts(link, bus_link->remote, bus_link->local);
    bus_link->connected = true;
    bus_link->heard_ms = clock_monotonic_ms();
    if (bus_link->bus->secrets.count > 0 && !bus_link_is_inbound(bus_link))
        greet(bus_link);
    else
        become_up(bus_link);
}

static void link_received(struct link *link, struct span bytes)
{
    struct bus_link *bus_link = link_context(link);
    enum bus_result result;
    struct span frame;
    uint32_t length;

    bus_assembly_put(&bus_link->assembly, bytes);
    while ((result = bus_assembly_next(&bus_link->assembly, &frame, &length)) == BUS_FINE) {
        bus_link->heard_ms = clock_monotonic_ms();
        if (!take_frame(bus_link, frame))
            return;
    }
    if (result == BUS_BROKEN || length > bus_strangers_message_max(bus_link)) {
        log_verbose("the link of %s to the cluster bus does not speak its protocol: closed",
                    bus_link->remote);
        bus_link_fail(bus_link, false);
        return;
    }
    bus_strangers_account(bus_link);
}

static void link_sent(struct link *link)
{
    struct bus_link *bus_link = link_context(link);

    if (!bus_link->paused)
        return;
    bus_link->paused = false;
    link_resume(link);
}

static void link_down(struct link *link, int error)
{
    struct bus_link *bus_link = link_context(link);

    if (error != 0)
        log_debug("a link of the cluster bus is down: %s", strerror(-error));
    bus_link_fail(bus_link, false);
}

static const struct link_handler link_handler = {
    .up = link_up, .received = link_received, .sent = link_sent, .down = link_down};

/* NULL: links are plain. */
static struct tls_context *tls_of(const struct bus *bus)
{
    ASSERT(!bus->uses_tls || *bus->tls != NULL);
    return bus->uses_tls ? *bus->tls : NULL;
}

static void connect_now(struct bus_link *link, const char *host, uint16_t port)
{
    struct bus *bus = link->bus;
    struct link_options options = {.host = host,
                                   .port = port,
                                   .source = bus->source,
                                   .tls = tls_of(bus),
                                   .connect_limit_ms = bus->node_timeout_ms / CONNECT_PARTS};

    if (options.connect_limit_ms < CONNECT_MIN_MS)
        options.connect_limit_ms = CONNECT_MIN_MS;
    link->link = link_connect(bus->reactor, &options, &link_handler, link);
}

void bus_connect(struct bus *bus, uint64_t id, const char *host, uint16_t port)
{
    struct bus_link *link = add(bus, id);

    ASSERT(!bus_link_is_inbound(link));
    if (bus->begun) {
        connect_now(link, host, port);
        return;
    }
    link->host = memory_copy(host, strlen(host));
    link->port = port;
}

void bus_disconnect(struct bus *bus, uint64_t id)
{
    struct bus_link *link = find(bus, id);

    if (link != NULL)
        drop(link);
}

/* Whoever has to prove himself is told nothing before he has. */
static bool may_send(const struct bus_link *link)
{
    const struct bus_secrets *secrets = &link->bus->secrets;

    return link->link != NULL && (secrets->count == 0 || !secrets->required || link->proof.greeted);
}

void bus_send(struct bus *bus, uint64_t id, struct span bytes, void (*release)(void *), void *owner)
{
    struct bus_link *link = find(bus, id);
    uint8_t seal[BUS_SEAL_FRAME];

    if (link == NULL || !may_send(link)) {
        release(owner);
        return;
    }
    if (link->proof.greeted) {
        bus_proof_seal(&link->proof, bytes, seal);
        link_send(link->link, span_of((const char *)seal, sizeof(seal)));
    }
    link_send_shared(link->link, bytes, release, owner);
    if (link_unsent(link->link) <= UNREAD_MAX || link->paused || !bus_link_is_inbound(link))
        return;
    link->paused = true;
    link_pause(link->link);
}

/* ---- The port ---- */

void bus_accepted(struct bus *bus, int fd)
{
    struct bus_link *link;

    if (!bus->begun || bus->inbound_count >= INBOUND_MAX) {
        close(fd);
        return;
    }
    bus_strangers_make_room(bus);
    link = add(bus, CLUSTER_LINK_INBOUND | ++bus->inbound_number);
    bus_strangers_add(link);
    link->link = link_accept(bus->reactor, fd, tls_of(bus), &link_handler, link);
}

struct bus *bus_open(struct reactor *reactor, const struct config *config,
                     struct tls_context *const *tls, struct bus_report *report,
                     const struct bus_events *events, void *context)
{
    struct bus *bus;

    if (config->tls_cluster && *tls == NULL) {
        log_warning("tls-cluster needs a certificate and its key");
        return NULL;
    }
    bus = memory_new_zeroed(1, sizeof(*bus));
    list_init(&bus->strangers);
    list_init(&bus->leaving);
    bus->reactor = reactor;
    bus->tls = tls;
    bus->report = report;
    bus->events = events;
    bus->context = context;
    bus_settings(bus, config);
    bus->places = bus_places_open(bus, config);
    if (bus->places != NULL)
        return bus;
    bus_close(bus);
    return NULL;
}

void bus_begin(struct bus *bus)
{
    bus->begun = true;
    bus_listening_retry(bus);
    for (uint32_t i = 0; i < BUS_BUCKETS; i++) {
        for (struct bus_link *link = bus->buckets[i]; link != NULL; link = link->next)
            connect_now(link, link->host, link->port);
    }
}

void bus_close(struct bus *bus)
{
    for (uint32_t i = 0; i < BUS_BUCKETS; i++) {
        while (bus->buckets[i] != NULL)
            drop(bus->buckets[i]);
    }
    for (uint32_t i = 0; i < CLOSING_TURNS; i++)
        reactor_turn(bus->reactor, CLOSING_TURN_US);
    bus_listening_close(bus);
    memory_free(bus->source);
    memory_free(bus);
}

/* ---- Time and settings ---- */

static bool has_ended(const struct bus_link *link, int64_t now, bool *overfull)
{
    const struct bus *bus = link->bus;
    size_t limit = bus->send_limit != 0 ? bus->send_limit : UNSENT_MAX;
    int64_t silence = bus->node_timeout_ms * SILENCE_TIMEOUTS;

    if (silence < SILENCE_MIN_MS)
        silence = SILENCE_MIN_MS;
    *overfull = link_send_memory(link->link) > limit;
    return *overfull || bus_stranger_is_late(link, now) ||
           (bus_link_is_inbound(link) && now - link->heard_ms > silence);
}

static void look_at(struct bus_link *link, int64_t now)
{
    bool overfull;

    if (has_ended(link, now, &overfull))
        bus_link_fail(link, overfull);
    else if (bus_strangers_account(link))
        look_for_proof(link, now);
}

void bus_tick(struct bus *bus)
{
    int64_t now = clock_monotonic_ms();

    if (!bus->begun)
        return;
    bus_listening_retry(bus);
    for (uint32_t i = 0; i < BUS_BUCKETS; i++) {
        struct bus_link *link = bus->buckets[i];

        while (link != NULL) {
            uint64_t next = link->next != NULL ? link->next->id : 0;

            look_at(link, now);
            /* The event may have ended others. */
            link = next != 0 ? find(bus, next) : NULL;
        }
    }
}

/* Links of nodes that would not be believed now are made anew. */
static void renew_links(struct bus *bus)
{
    for (uint32_t i = 0; i < BUS_BUCKETS; i++) {
        struct bus_link *link = bus->buckets[i];

        while (link != NULL) {
            uint64_t next = link->next != NULL ? link->next->id : 0;

            if (link->link != NULL && !bus_proof_holds(&link->proof, &bus->secrets))
                bus_link_fail(link, false);
            link = next != 0 ? find(bus, next) : NULL;
        }
    }
}

static void take_secrets(struct bus *bus, const struct config *config)
{
    struct bus_secrets secrets =
        bus_secrets_of(span_of_string(config->cluster_secret), config->cluster_secret_required);

    if (bus_secrets_equal(&secrets, &bus->secrets))
        return;
    bus->secrets = secrets;
    renew_links(bus);
}

void bus_settings(struct bus *bus, const struct config *config)
{
    memory_free(bus->source);
    bus->source = memory_copy(config->bind_source_addr, strlen(config->bind_source_addr));
    /* A context that is there once stays. */
    if (*bus->tls != NULL)
        bus->uses_tls = config->tls_cluster;
    bus->node_timeout_ms = config->cluster_node_timeout;
    bus->send_limit = config->cluster_link_sendbuf_limit;
    take_secrets(bus, config);
}

void bus_visit(const struct bus *bus,
               void (*visit)(void *context, const struct bus_link_state *state), void *context)
{
    for (uint32_t i = 0; i < BUS_BUCKETS; i++) {
        for (const struct bus_link *link = bus->buckets[i]; link != NULL; link = link->next) {
            struct bus_link_state state = {.id = link->id,
                                           .outbound = !bus_link_is_inbound(link),
                                           .up = link->up,
                                           .created = link->created};

            /* Before bus_begin there is none. */
            if (link->link != NULL) {
                state.send_used = link_unsent(link->link);
                state.send_memory = link_send_memory(link->link);
                state.sending = state.send_used > 0;
            }
            visit(context, &state);
        }
    }
}
