#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/bus/bus_state.h"
#include "server/config/config.h"
#include "server/observe/log.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { WORD_MAX = 64 };

struct bus_listener {
    struct listener listener; /* first */
    struct bus *bus;
    struct list_link leaving;
    char word[WORD_MAX]; /* of `bind` */
    uint16_t port;
    bool kept; /* taken over from the places before */
};

struct bus_places {
    uint16_t port;
    uint32_t count;
    struct bus_listener *of[LISTENING_ADDRESSES_MAX];
};

static void accepted(struct listener *listener, int fd)
{
    if (fd >= 0)
        bus_accepted(((struct bus_listener *)listener)->bus, fd);
}

/* Sockets that share a port need no order in which they come and go; but that another node has the
 * port is only seen by one that binds alone. -1 with errno set. */
static int open_socket(const struct bus *bus, const union listening_address *address,
                       const struct bus_places *places, int backlog)
{
    bool mine = bus->places != NULL && bus->places->port == places->port;
    int fd;

    if (bus->places == NULL)
        listening_address_wait_free(address);
    if (!mine) {
        fd = listening_address_open(address, 1, false);
        if (fd < 0)
            return -1;
        close(fd);
    }
    return listening_address_open(address, backlog, true);
}

static struct bus_listener *find_open(const struct bus *bus, const char *word, uint16_t port)
{
    const struct bus_places *places = bus->places;

    for (uint32_t i = 0; places != NULL && i < places->count; i++) {
        if (places->of[i]->port == port && strcmp(places->of[i]->word, word) == 0)
            return places->of[i];
    }
    return NULL;
}

static bool open_place(struct bus *bus, const struct config *config, const char *word,
                       struct bus_places *places)
{
    struct bus_listener *place = find_open(bus, word, places->port);
    union listening_address address;
    bool optional;
    int fd;

    if (place != NULL && place->kept)
        return true;
    if (place != NULL) {
        place->kept = true;
        places->of[places->count++] = place;
        return true;
    }
    if (strlen(word) >= WORD_MAX ||
        !listening_address_parse(word, places->port, &address, &optional)) {
        log_warning("bind: '%s' is no address", word);
        return false;
    }
    fd = open_socket(bus, &address, places, (int)config->tcp_backlog);
    if (fd < 0 && optional && errno != EADDRINUSE)
        return true;
    if (fd < 0) {
        log_warning("the cluster bus cannot listen on %s port %u: %s", word, places->port,
                    strerror(errno));
        return false;
    }
    place = memory_new_zeroed(1, sizeof(*place));
    place->listener.fd = fd;
    place->listener.accepted = accepted;
    place->listener.reactor = bus->reactor;
    place->bus = bus;
    place->port = places->port;
    memcpy(place->word, word, strlen(word));
    places->of[places->count++] = place;
    return true;
}

struct bus_places *bus_places_open(struct bus *bus, const struct config *changed)
{
    int64_t port = config_bus_port(changed);
    struct bus_places *places;

    if (port > UINT16_MAX) {
        log_warning("the port of the cluster bus would be %d: choose a cluster-port", (int)port);
        return NULL;
    }
    ASSERT(changed->bind.count <= LISTENING_ADDRESSES_MAX);
    places = memory_new_zeroed(1, sizeof(*places));
    places->port = (uint16_t)port;
    for (uint32_t i = 0; i < changed->bind.count; i++) {
        if (open_place(bus, changed, changed->bind.items[i], places))
            continue;
        bus_places_discard(places);
        return NULL;
    }
    return places;
}

void bus_places_discard(struct bus_places *places)
{
    for (uint32_t i = 0; i < places->count; i++) {
        struct bus_listener *place = places->of[i];

        if (place->kept) {
            place->kept = false;
            continue;
        }
        ASSERT(!place->listener.armed);
        close(place->listener.fd);
        memory_free(place);
    }
    memory_free(places);
}

/* What the kernel still knows must not move. */
static void leave(struct bus *bus, struct bus_listener *place)
{
    reactor_unlisten(&place->listener);
    list_push_back(&bus->leaving, &place->leaving);
}

static void free_those_that_left(struct bus *bus)
{
    list_for_each_safe (link, following, &bus->leaving) {
        struct bus_listener *place = list_entry(link, struct bus_listener, leaving);

        if (place->listener.armed)
            continue;
        list_remove(link);
        memory_free(place);
    }
}

void bus_places_adopt(struct bus *bus, struct bus_places *places)
{
    struct bus_places *before = bus->places;

    for (uint32_t i = 0; i < before->count; i++) {
        if (before->of[i]->kept)
            before->of[i]->kept = false;
        else
            leave(bus, before->of[i]);
    }
    memory_free(before);
    bus->places = places;
    if (bus->begun)
        bus_listening_retry(bus);
}

void bus_listening_retry(struct bus *bus)
{
    free_those_that_left(bus);
    for (uint32_t i = 0; i < bus->places->count; i++)
        reactor_listen(bus->reactor, &bus->places->of[i]->listener);
}

void bus_listening_close(struct bus *bus)
{
    for (uint32_t i = 0; bus->places != NULL && i < bus->places->count; i++)
        leave(bus, bus->places->of[i]);
    memory_free(bus->places);
    bus->places = NULL;
    for (free_those_that_left(bus); !list_empty(&bus->leaving); free_those_that_left(bus))
        reactor_turn(bus->reactor, 1000);
}

uint16_t bus_port(const struct bus *bus)
{
    return bus->places->port;
}
