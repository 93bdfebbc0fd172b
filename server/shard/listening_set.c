#include "server/shard/listening_set.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/observe/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* What is being opened. */
struct opening {
    struct listening_set *set;
    const struct listening_set *current; /* or NULL */
    const struct config *config;
};

static uint16_t address_port(const union listening_address *address)
{
    return ntohs(address->any.sa_family == AF_INET6 ? address->v6.sin6_port : address->v4.sin_port);
}

static bool address_is_wildcard(const union listening_address *address)
{
    if (address->any.sa_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
    return address->v4.sin_addr.s_addr == INADDR_ANY;
}

static bool address_equal(const union listening_address *a, const union listening_address *b)
{
    if (a->any.sa_family != b->any.sa_family || address_port(a) != address_port(b))
        return false;
    if (a->any.sa_family == AF_INET6)
        return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0;
    return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

/*
 * SO_REUSEPORT would let two nodes of one user share a port unnoticed. Who is the first to want a
 * port therefore binds alone first: that fails when anybody else listens.
 */
static bool is_taken(const union listening_address *address)
{
    int fd = listening_address_open(address, 1, false);

    if (fd < 0)
        return errno == EADDRINUSE;
    close(fd);
    return false;
}

/* The same address as it is open now, or NULL. */
static const struct listening_place *find_open(const struct listening_set *current, uint32_t shard,
                                               const struct listening_place *wanted)
{
    if (current == NULL)
        return NULL;
    for (uint32_t i = 0; i < current->parts[shard].count; i++) {
        const struct listening_place *place = &current->parts[shard].places[i];

        if (place->own == wanted->own && place->tls == wanted->tls &&
            address_equal(&place->address, &wanted->address))
            return place;
    }
    return NULL;
}

/* Is the port one that the shard listens on now, on addresses of which this is one? Binding alone
 * would fail because of that. */
static bool overlaps_open(const struct listening_set *current, uint32_t shard,
                          const struct listening_place *wanted)
{
    if (current == NULL)
        return false;
    for (uint32_t i = 0; i < current->parts[shard].count; i++) {
        const struct listening_place *place = &current->parts[shard].places[i];

        if (place->own == wanted->own && place->tls == wanted->tls &&
            place->address.any.sa_family == wanted->address.any.sa_family &&
            address_port(&place->address) == address_port(&wanted->address) &&
            (address_is_wildcard(&place->address) || address_is_wildcard(&wanted->address)))
            return true;
    }
    return false;
}

/* Opens the place, or takes it over from what is open. -1 with errno set. */
static int open_place(const struct opening *opening, uint32_t shard, struct listening_place *place)
{
    const struct listening_place *open = find_open(opening->current, shard, place);
    /* The other shards come after the first to the node's port. */
    bool first = (place->own || shard == 0) && address_port(&place->address) != 0;

    if (open != NULL) {
        place->kept = true;
        return open->fd;
    }
    if (first && opening->current == NULL)
        listening_address_wait_free(&place->address);
    if (first && !overlaps_open(opening->current, shard, place) && is_taken(&place->address)) {
        errno = EADDRINUSE;
        return -1;
    }
    return listening_address_open(&place->address, (int)opening->config->tcp_backlog, true);
}

static uint16_t port_of(int fd)
{
    union listening_address address = {0};
    socklen_t length = sizeof(address);

    return getsockname(fd, &address.any, &length) == 0 ? address_port(&address) : 0;
}

/* Listens on all addresses; port 0 becomes what the kernel chooses for the first of them. `kind`
 * says whose port it is, and for whom. */
static bool open_port(const struct opening *opening, uint32_t shard, uint16_t port,
                      struct listening_place kind)
{
    struct listening_part *part = &opening->set->parts[shard];

    for (uint32_t i = 0; i < opening->config->bind.count; i++) {
        const char *word = opening->config->bind.items[i];
        struct listening_place *place = &part->places[part->count];
        bool optional;

        ASSERT(part->count < LISTENING_PLACES_MAX);
        *place = (struct listening_place){.fd = -1};
        if (!listening_address_parse(word, port, &place->address, &optional)) {
            log_warning("bind: '%s' is no address", word);
            return false;
        }
        place->own = kind.own;
        place->tls = kind.tls;
        place->fd = open_place(opening, shard, place);
        if (place->fd < 0 && optional && (kind.own || errno != EADDRINUSE))
            continue;
        if (place->fd < 0) {
            log_warning("shard %u cannot listen on %s %sport %u: %s", shard, word,
                        kind.tls ? "TLS " : "", port, strerror(errno));
            return false;
        }
        part->count++;
        if (kind.own) {
            port = port_of(place->fd);
            *(kind.tls ? &part->tls_port : &part->port) = port;
            listening_address_set_port(&place->address, port);
        }
    }
    return true;
}

/* The shard's own port, on the same addresses as the node's. */
static bool open_own(const struct opening *opening, uint32_t shard, bool tls)
{
    const struct config *config = opening->config;
    /* Behind the plain ones, whether these are open or not. */
    int64_t place = shard + (tls ? opening->set->shard_count : 0);
    int64_t wanted = config->shard_port_base != 0 ? config->shard_port_base + place : 0;

    if (wanted == 0 && !config->cluster_enabled)
        return true;
    if (wanted > UINT16_MAX) {
        log_warning("shard-port-base %d leaves no port for shard %u", (int)config->shard_port_base,
                    shard);
        return false;
    }
    if (wanted == 0 && opening->current != NULL)
        wanted =
            tls ? opening->current->parts[shard].tls_port : opening->current->parts[shard].port;
    return open_port(opening, shard, (uint16_t)wanted,
                     (struct listening_place){.own = true, .tls = tls});
}

/* The node's port, if it has one of this kind, and the shard's own. */
static bool open_both(const struct opening *opening, uint32_t shard, bool tls)
{
    int64_t port = tls ? opening->config->tls_port : opening->config->port;

    return port == 0 ||
           (open_port(opening, shard, (uint16_t)port, (struct listening_place){.tls = tls}) &&
            open_own(opening, shard, tls));
}

struct listening_set *listening_set_open(uint32_t shard_count, const struct config *config,
                                         const struct listening_set *current)
{
    struct listening_set *set =
        memory_new_zeroed(1, sizeof(*set) + shard_count * sizeof(set->parts[0]));
    struct opening opening = {.set = set, .current = current, .config = config};

    ASSERT(shard_count > 0);
    set->shard_count = shard_count;
    if (config->port == 0 && config->tls_port == 0)
        return set;
    if (config->bind.count > LISTENING_ADDRESSES_MAX) {
        log_warning("bind: more than %d addresses", LISTENING_ADDRESSES_MAX);
        listening_set_discard(set);
        return NULL;
    }
    for (uint32_t i = 0; i < shard_count; i++) {
        if (open_both(&opening, i, false) && open_both(&opening, i, true))
            continue;
        listening_set_discard(set);
        return NULL;
    }
    return set;
}

void listening_set_discard(struct listening_set *set)
{
    for (uint32_t i = 0; i < set->shard_count; i++)
        for (uint32_t k = 0; k < set->parts[i].count; k++)
            if (!set->parts[i].places[k].kept)
                close(set->parts[i].places[k].fd);
    memory_free(set);
}
