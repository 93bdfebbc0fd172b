/*
 * Messages of the cluster bus: what nodes of a Redis Cluster say to each other, from struct to
 * bytes and back.
 *
 *   0        8        16               40      80        2128     2168  2214      2248       2256
 *   | RCmb   | version| epochs, offset | sender| slots   | primary| ip  | ...     | ...      |
 *   | length | type   |                | id    | (bitmap)| id     |     |         | flags    | body
 *
 * Integers are big-endian. A message is plain data: spans and bitmaps of a decoded one point into
 * the bytes that it came from, those of one to be encoded to wherever the caller has them. Nothing
 * is allocated here.
 *
 * Decoding checks everything that the bytes say about themselves: lengths, counts, the ids'
 * letters, the addresses' letters, the extensions' bounds. What a decoded message says of the
 * cluster is for the reader to judge. Bits of flags that nobody knows are left in.
 *
 * Specification: Redis Cluster specification, protocol version 1, as Redis 7 and Valkey speak it.
 */
#ifndef PROTO_BUS_BUS_MESSAGE_H
#define PROTO_BUS_BUS_MESSAGE_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    BUS_FRAME_MIN = 16, /* bytes that say what a message is and how long */
    BUS_HEADER_SIZE = 2256,
    BUS_GOSSIP_SIZE = 104,
    BUS_ID_LENGTH = 40,
    BUS_IP_SIZE = 46, /* padded with NUL */
    BUS_SLOTS_SIZE = 2048,
    BUS_SHARDS_MAX = 1024,  /* ports that one extension may name */
    BUS_FORGOTTEN_MAX = 64, /* forgotten nodes that one message may name */
    BUS_MESSAGE_MAX =
        64 * 1024 * 1024, /* longer ones are refused: a peer is not believed that much */
};

enum bus_type {
    BUS_PING = 0,
    BUS_PONG = 1,
    BUS_MEET = 2,
    BUS_FAIL = 3,
    BUS_PUBLISH = 4,
    BUS_VOTE_REQUEST = 5, /* FAILOVER_AUTH_REQUEST */
    BUS_VOTE = 6,         /* FAILOVER_AUTH_ACK */
    BUS_UPDATE = 7,
    BUS_MANUAL_FAILOVER = 8, /* MFSTART */
    BUS_MODULE = 9,
    BUS_PUBLISH_SHARD = 10,
    BUS_TYPES = 11,
};

/* Of header.message_flags. */
enum bus_message_flag {
    BUS_PAUSED = 1u << 0,     /* the sender's clients are paused for a manual failover */
    BUS_FORCE_VOTE = 1u << 1, /* vote although the primary is not failing */
    BUS_EXTENSIONS = 1u << 2, /* the sender knows extensions */
};

/* What a Tessera node that runs itself tells of that (header.autopilot). */
enum bus_autopilot_flag {
    BUS_AUTOPILOT_ON = 1u << 0,
    BUS_AUTOPILOT_LEAVING = 1u << 1, /* it gives up its slots */
    BUS_AUTOPILOT_FORMED = 1u << 2,  /* it knows owners of slots: there is a cluster */
};

struct bus_header {
    uint16_t port;        /* of clients: with TLS when the bus has it, else without */
    uint16_t second_port; /* of the other kind of clients; 0: none */
    uint16_t bus_port;
    uint16_t flags;        /* the sender's node flags */
    bool state_ok;         /* the cluster's state as the sender sees it */
    uint8_t message_flags; /* enum bus_message_flag */
    uint64_t current_epoch;
    uint64_t config_epoch; /* of the primary whose slots these are */
    uint64_t offset;       /* of replication */
    const char *sender;    /* BUS_ID_LENGTH characters */
    const uint8_t *slots;  /* BUS_SLOTS_SIZE bytes: slot n is bit n % 8 of byte n / 8 */
    const char *primary;   /* BUS_ID_LENGTH characters; NULL: the sender is a primary */
    struct span ip;        /* empty: the address that the receiver sees */
    bool tessera;          /* the sender is one, and understands BUS_EXTENSION_SHARDS */
    uint8_t autopilot;     /* enum bus_autopilot_flag; 0 of others */
    bool hollow;           /* a primary that has lost its data, and says so; false of others */
    uint16_t primaries;    /* that it wants, with BUS_AUTOPILOT_ON */
};

/* What a node says about another one. */
struct bus_gossip {
    char id[BUS_ID_LENGTH];
    char ip[BUS_IP_SIZE];   /* ended by NUL */
    uint32_t ping_sent;     /* seconds since the epoch; 0: none outstanding */
    uint32_t pong_received; /* likewise; 0: never */
    uint16_t port;
    uint16_t second_port;
    uint16_t bus_port;
    uint16_t flags;
};

/* What a sender says about itself beyond the header. */
struct bus_forgotten {
    char id[BUS_ID_LENGTH];
    uint64_t seconds; /* for how long it is not to come back */
};

struct bus_extensions {
    struct span hostname;   /* data NULL: not said; empty: none */
    struct span human_name; /* likewise */
    const char *shard_id;   /* BUS_ID_LENGTH characters; NULL: not said */
    uint32_t forgotten_count;
    struct bus_forgotten forgotten[BUS_FORGOTTEN_MAX];
    /* The shards' own ports, big-endian as on the wire: shard_count of each kind, 0 for none. */
    uint16_t shard_count;
    uint16_t shard_block; /* slots per block */
    const uint8_t *shard_ports;
    const uint8_t *shard_tls_ports;
};

struct bus_message {
    enum bus_type type;
    bool light; /* Valkey's short form: there is no header */
    struct bus_header header;

    /* PING, PONG, MEET */
    uint32_t gossip_count;
    const uint8_t *gossip_bytes;           /* decoded: see bus_gossip_read */
    const struct bus_gossip *gossip;       /* to be encoded */
    const struct bus_extensions *extended; /* to be encoded; NULL: none */
    struct span extension_bytes;           /* decoded: see bus_extensions_read */
    uint16_t extension_count;

    /* FAIL, UPDATE */
    const char *node; /* BUS_ID_LENGTH characters */
    /* UPDATE */
    uint64_t node_epoch;
    const uint8_t *node_slots;
    /* PUBLISH, PUBLISH_SHARD; MODULE's contents are the payload */
    struct span channel;
    struct span payload;
};

enum bus_result {
    BUS_FINE,
    BUS_MORE,    /* the frame is not complete */
    BUS_BROKEN,  /* not the bus's protocol: the link is of no use any more */
    BUS_DROPPED, /* one message that is to be passed over */
};

/* How long the message is that begins with these bytes: FINE sets *length, also when not all of it
 * is there. */
enum bus_result bus_frame_length(struct span bytes, uint32_t *length);

/* `frame` is one message, as long as bus_frame_length says: asserted. FINE or DROPPED. */
enum bus_result bus_decode(struct span frame, struct bus_message *message);

/* The entry at `index` < gossip_count of a decoded message. */
void bus_gossip_read(const struct bus_message *message, uint32_t index, struct bus_gossip *gossip);

/* The extensions of a decoded message; unknown ones are passed over. False: they run out of their
 * bounds, or say what cannot be (the message is to be dropped as a whole then). */
bool bus_extensions_read(const struct bus_message *message, struct bus_extensions *extensions);

/* The bytes that bus_encode writes. */
uint32_t bus_encoded_size(const struct bus_message *message);
void bus_encode(const struct bus_message *message, uint8_t *bytes);

static inline bool bus_slot_get(const uint8_t *slots, uint32_t slot)
{
    return (slots[slot / 8] >> slot % 8 & 1) != 0;
}

static inline void bus_slot_set(uint8_t *slots, uint32_t slot)
{
    slots[slot / 8] |= (uint8_t)(1u << slot % 8);
}

#endif
