#include "proto/base/assert.h"
#include "server/bus/bus_state.h"

enum {
    STRANGERS_MAX = 1024,
    STRANGER_BYTES_MAX = 32 * 1024 * 1024, /* of all of them together */
    STRANGER_MESSAGE_MAX = 256 * 1024,
    STRANGER_SILENCE_MS = 10 * 1000,
    ADDRESS_CLASSES = 1024, /* a power of two */
};

void bus_strangers_add(struct bus_link *link)
{
    struct bus *bus = link->bus;

    ASSERT(bus_link_is_inbound(link));
    list_push_back(&bus->strangers, &link->stranger);
    bus->stranger_count++;
    atomic_store(&bus->report->strangers, bus->stranger_count);
}

void bus_strangers_remove(struct bus_link *link)
{
    struct bus *bus = link->bus;

    if (!bus_link_is_stranger(link))
        return;
    ASSERT(bus->stranger_bytes >= link->held);
    list_remove(&link->stranger);
    bus->stranger_count--;
    bus->stranger_bytes -= link->held;
    atomic_store(&bus->report->strangers, bus->stranger_count);
}

static uint32_t address_class(const struct bus_link *link)
{
    uint32_t hash = 2166136261u;

    for (const char *at = link->remote; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619u;
    return hash & (ADDRESS_CLASSES - 1);
}

static struct bus_link *stranger_of(struct list_link *link)
{
    return list_entry(link, struct bus_link, stranger);
}

/* The oldest link from where most of them come: whoever floods the port displaces himself. */
static struct bus_link *most_numerous(struct bus *bus)
{
    uint16_t counts[ADDRESS_CLASSES] = {0};
    struct bus_link *chosen = NULL;

    list_for_each (link, &bus->strangers)
        counts[address_class(stranger_of(link))]++;
    list_for_each (link, &bus->strangers) {
        struct bus_link *stranger = stranger_of(link);

        if (chosen == NULL || counts[address_class(stranger)] > counts[address_class(chosen)])
            chosen = stranger;
    }
    return chosen;
}

static struct bus_link *largest(struct bus *bus)
{
    struct bus_link *chosen = NULL;

    list_for_each (link, &bus->strangers) {
        struct bus_link *stranger = stranger_of(link);

        if (chosen == NULL || stranger->held > chosen->held)
            chosen = stranger;
    }
    return chosen;
}

static void displace(struct bus_link *link)
{
    ASSERT(link != NULL);
    atomic_fetch_add(&link->bus->report->displaced, 1);
    bus_link_fail(link, false);
}

void bus_strangers_make_room(struct bus *bus)
{
    while (bus->stranger_count >= STRANGERS_MAX)
        displace(most_numerous(bus));
}

bool bus_strangers_account(struct bus_link *link)
{
    struct bus *bus = link->bus;
    size_t held = link->assembly.capacity;

    if (!bus_link_is_stranger(link))
        return true;
    if (link->link != NULL)
        held += link_send_memory(link->link);
    bus->stranger_bytes += held - link->held;
    link->held = held;
    while (bus->stranger_bytes > STRANGER_BYTES_MAX) {
        struct bus_link *chosen = largest(bus);

        displace(chosen);
        if (chosen == link)
            return false;
    }
    return true;
}

bool bus_stranger_is_late(const struct bus_link *link, int64_t now)
{
    int64_t patience = link->bus->node_timeout_ms;

    if (patience < STRANGER_SILENCE_MS)
        patience = STRANGER_SILENCE_MS;
    return bus_link_is_stranger(link) && now - link->heard_ms > patience;
}

uint32_t bus_strangers_message_max(const struct bus_link *link)
{
    const struct bus_secrets *secrets = &link->bus->secrets;

    /* Who has proved nothing has nothing else to say. */
    if (secrets->count > 0 && secrets->required && !link->proof.proven)
        return bus_link_is_inbound(link) && link->proof.greeted ? STRANGER_MESSAGE_MAX
                                                                : BUS_HELLO_FRAME;
    return bus_link_is_stranger(link) ? STRANGER_MESSAGE_MAX : BUS_MESSAGE_MAX;
}
