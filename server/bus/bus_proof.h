/*
 * The proof that both ends of a bus link know the cluster's secret.
 *
 *   who connects                                   who accepts
 *        | -- HELLO, a nonce ------------------------> |
 *        | <- SEAL, HELLO, a nonce of its own -------- |   the first proof
 *        | -- SEAL, PING ----------------------------> |   the other one
 *        | <- SEAL, PONG ----------------------------- |
 *
 * A seal is HMAC-SHA256 of the number of sealed frames before it and of the frame behind it, under
 * a key for this link and direction alone: HMAC-SHA256 of the direction and both nonces under the
 * secret. So nothing that was ever sent is of use a second time, on another link, in another
 * order or the other way round, whatever the nodes' clocks say; and a node says nothing about the
 * cluster before the other end has proved itself. Nothing is encrypted: that is what tls-cluster
 * is for.
 *
 * To change the secret a node may have two: it sends proofs by the first and accepts both. Where
 * proofs are not required, who gives none is believed as well: so a cluster that runs gets its
 * first secret.
 *
 * Owner: the control thread. No socket, clock or randomness: nonces are handed in.
 */
#ifndef SERVER_BUS_BUS_PROOF_H
#define SERVER_BUS_BUS_PROOF_H

#include "proto/base/span.h"
#include "proto/bus/bus_seal.h"

#include <stdbool.h>
#include <stdint.h>

enum { BUS_SECRETS_MAX = 2, BUS_SECRET_LENGTH_MIN = 16, BUS_KEY_SIZE = 32 };

struct bus_key {
    uint8_t bytes[BUS_KEY_SIZE];
};

/* The node's secrets. */
struct bus_secrets {
    uint32_t count; /* 0: nobody proves anything */
    bool required;
    struct bus_key of[BUS_SECRETS_MAX]; /* made of the secrets; the first is one's own */
};

/* NULL, or what is wrong with the words. */
const char *bus_secrets_check(struct span words);
/* The words are fine: asserted. */
struct bus_secrets bus_secrets_of(struct span words, bool required);
bool bus_secrets_equal(const struct bus_secrets *a, const struct bus_secrets *b);

/* One end of a link. */
struct bus_proof {
    bool connects;
    bool greeted;     /* the other's nonce is known: what is sent is sealed */
    bool proven;      /* the other has proved itself */
    bool seal_waits;  /* a seal has come, and the frame behind it has not */
    bool plain;       /* a frame without proof was believed */
    uint64_t sealed;  /* frames sent with a proof ... */
    uint64_t checked; /* ... and received */
    uint8_t own_nonce[BUS_NONCE_SIZE];
    uint8_t nonce[BUS_NONCE_SIZE];
    uint8_t seal[BUS_SEAL_SIZE];
    struct bus_key own_secret; /* which secrets are in use, so that their end is noticed ... */
    struct bus_key secret;
    struct bus_key own_key; /* ... and what was made of them */
    struct bus_key key;
};

void bus_proof_init(struct bus_proof *proof, bool connects, const uint8_t nonce[BUS_NONCE_SIZE]);

enum bus_verdict {
    BUS_VERDICT_BELIEVED, /* a message for the cluster */
    BUS_VERDICT_TAKEN,    /* it was about the proof */
    BUS_VERDICT_GREETED,  /* the same, and the other end is known now: see bus_proof_greeting */
    BUS_VERDICT_REFUSED,  /* no proof, or a wrong one: the link is of no use */
};

/* What to make of a whole frame. There are secrets. */
enum bus_verdict bus_proof_take(struct bus_proof *proof, const struct bus_secrets *secrets,
                                struct span frame);

/* What to say first: who connects, when it is connected; who accepts, when it was greeted. The
 * length. */
enum { BUS_GREETING_MAX = BUS_SEAL_FRAME + BUS_HELLO_FRAME };
uint32_t bus_proof_greeting(struct bus_proof *proof, uint8_t bytes[BUS_GREETING_MAX]);

/* The seal to be sent ahead of this frame. The other end is greeted: asserted. */
void bus_proof_seal(struct bus_proof *proof, struct span frame, uint8_t seal[BUS_SEAL_FRAME]);

/* Is the link still to be believed by these secrets? */
bool bus_proof_holds(const struct bus_proof *proof, const struct bus_secrets *secrets);

#endif
