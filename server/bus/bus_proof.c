#include "server/bus/bus_proof.h"

#include "proto/base/assert.h"
#include "proto/bus/bus_layout.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <string.h>

_Static_assert((int)BUS_KEY_SIZE == (int)BUS_SEAL_SIZE, "both are HMAC-SHA256");

/* Directions, as keys are made for them. */
#define TO_WHO_ACCEPTS  SPAN("tessera bus to who accepts")
#define TO_WHO_CONNECTS SPAN("tessera bus to who connects")

/* HMAC-SHA256 of the parts, one behind the other. */
static void authenticate(struct span key, const struct span *parts, uint32_t count,
                         uint8_t code[BUS_SEAL_SIZE])
{
    OSSL_PARAM parameters[] = {OSSL_PARAM_utf8_string("digest", (char *)"SHA256", 6),
                               OSSL_PARAM_END};
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = EVP_MAC_CTX_new(algorithm);
    size_t length = 0;

    ASSERT(context != NULL);
    ASSERT(EVP_MAC_init(context, (const unsigned char *)key.data, key.length, parameters) == 1);
    for (uint32_t i = 0; i < count; i++)
        ASSERT(EVP_MAC_update(context, (const unsigned char *)parts[i].data, parts[i].length) == 1);
    ASSERT(EVP_MAC_final(context, code, &length, BUS_SEAL_SIZE) == 1);
    ASSERT(length == BUS_SEAL_SIZE);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(algorithm);
}

static struct span key_span(const struct bus_key *key)
{
    return span_of((const char *)key->bytes, BUS_KEY_SIZE);
}

static bool key_equal(const struct bus_key *a, const struct bus_key *b)
{
    return CRYPTO_memcmp(a->bytes, b->bytes, BUS_KEY_SIZE) == 0;
}

/* ---- Secrets ---- */

/* The next word; false at the end. */
static bool next_word(struct span *rest, struct span *word)
{
    while (rest->length > 0 && *rest->data == ' ')
        *rest = span_of(rest->data + 1, rest->length - 1);
    *word = span_of(rest->data, 0);
    while (word->length < rest->length && rest->data[word->length] != ' ')
        word->length++;
    *rest = span_of(rest->data + word->length, rest->length - word->length);
    return word->length > 0;
}

const char *bus_secrets_check(struct span words)
{
    struct span word;
    uint32_t count = 0;

    while (next_word(&words, &word)) {
        if (word.length < BUS_SECRET_LENGTH_MIN)
            return "a cluster secret has at least 16 characters";
        if (++count > BUS_SECRETS_MAX)
            return "there may be two cluster secrets, the one to be used and the one before";
    }
    return NULL;
}

struct bus_secrets bus_secrets_of(struct span words, bool required)
{
    struct bus_secrets secrets = {.required = required};
    struct span label = SPAN("tessera cluster secret");
    struct span word;

    ASSERT(bus_secrets_check(words) == NULL);
    while (next_word(&words, &word))
        authenticate(word, &label, 1, secrets.of[secrets.count++].bytes);
    return secrets;
}

static bool has_secret(const struct bus_secrets *secrets, const struct bus_key *secret)
{
    for (uint32_t i = 0; i < secrets->count; i++) {
        if (key_equal(&secrets->of[i], secret))
            return true;
    }
    return false;
}

bool bus_secrets_equal(const struct bus_secrets *a, const struct bus_secrets *b)
{
    if (a->count != b->count || a->required != b->required)
        return false;
    for (uint32_t i = 0; i < a->count; i++) {
        if (!key_equal(&a->of[i], &b->of[i]))
            return false;
    }
    return true;
}

/* ---- A link ---- */

void bus_proof_init(struct bus_proof *proof, bool connects, const uint8_t nonce[BUS_NONCE_SIZE])
{
    *proof = (struct bus_proof){.connects = connects};
    memcpy(proof->own_nonce, nonce, BUS_NONCE_SIZE);
}

static struct bus_key link_key(const struct bus_proof *proof, const struct bus_key *secret,
                               bool sending)
{
    const uint8_t *first = proof->connects ? proof->own_nonce : proof->nonce;
    const uint8_t *second = proof->connects ? proof->nonce : proof->own_nonce;
    struct span parts[] = {proof->connects == sending ? TO_WHO_ACCEPTS : TO_WHO_CONNECTS,
                           span_of((const char *)first, BUS_NONCE_SIZE),
                           span_of((const char *)second, BUS_NONCE_SIZE)};
    struct bus_key key;

    authenticate(key_span(secret), parts, 3, key.bytes);
    return key;
}

static void seal_of(const struct bus_key *key, uint64_t number, struct span frame,
                    uint8_t code[BUS_SEAL_SIZE])
{
    uint8_t bytes[8];
    struct span parts[] = {span_of((const char *)bytes, sizeof(bytes)), frame};

    bus_put64(bytes, number);
    authenticate(key_span(key), parts, 2, code);
}

static bool is_sealed_by(const struct bus_proof *proof, const struct bus_key *key,
                         struct span frame)
{
    uint8_t code[BUS_SEAL_SIZE];

    seal_of(key, proof->checked, frame, code);
    return CRYPTO_memcmp(code, proof->seal, BUS_SEAL_SIZE) == 0;
}

/* Which of the secrets the other one uses is seen by its first proof. */
static bool check(struct bus_proof *proof, const struct bus_secrets *secrets, struct span frame)
{
    bool fine = proof->proven && is_sealed_by(proof, &proof->key, frame);

    for (uint32_t i = 0; i < secrets->count && !proof->proven && !fine; i++) {
        struct bus_key key = link_key(proof, &secrets->of[i], false);

        fine = is_sealed_by(proof, &key, frame);
        if (!fine)
            continue;
        proof->key = key;
        proof->secret = secrets->of[i];
    }
    proof->seal_waits = false;
    if (!fine)
        return false;
    proof->proven = true;
    proof->checked++;
    return true;
}

static enum bus_verdict take_hello(struct bus_proof *proof, const struct bus_secrets *secrets,
                                   struct span frame)
{
    /* Who connects has proved nothing yet; who accepts does it at once. */
    if (proof->greeted || proof->seal_waits != proof->connects)
        return BUS_VERDICT_REFUSED;
    memcpy(proof->nonce, bus_hello_nonce(frame), BUS_NONCE_SIZE);
    if (proof->connects && !check(proof, secrets, frame))
        return BUS_VERDICT_REFUSED;
    proof->greeted = true;
    proof->own_secret = secrets->of[0];
    proof->own_key = link_key(proof, &secrets->of[0], true);
    return BUS_VERDICT_GREETED;
}

static enum bus_verdict take_seal(struct bus_proof *proof, struct span frame)
{
    if (proof->seal_waits || (!proof->greeted && !proof->connects))
        return BUS_VERDICT_REFUSED;
    memcpy(proof->seal, bus_seal_proof(frame), BUS_SEAL_SIZE);
    proof->seal_waits = true;
    return BUS_VERDICT_TAKEN;
}

static enum bus_verdict take_message(struct bus_proof *proof, const struct bus_secrets *secrets,
                                     struct span frame)
{
    if (proof->seal_waits)
        return proof->greeted && check(proof, secrets, frame) ? BUS_VERDICT_BELIEVED
                                                              : BUS_VERDICT_REFUSED;
    /* Who has given proofs goes on giving them. */
    if (secrets->required || proof->proven)
        return BUS_VERDICT_REFUSED;
    proof->plain = true;
    return BUS_VERDICT_BELIEVED;
}

enum bus_verdict bus_proof_take(struct bus_proof *proof, const struct bus_secrets *secrets,
                                struct span frame)
{
    ASSERT(secrets->count > 0);
    switch (bus_frame_kind(frame)) {
    case BUS_FRAME_HELLO:
        return take_hello(proof, secrets, frame);
    case BUS_FRAME_SEAL:
        return take_seal(proof, frame);
    case BUS_FRAME_MESSAGE:
        return take_message(proof, secrets, frame);
    }
    UNREACHABLE();
}

uint32_t bus_proof_greeting(struct bus_proof *proof, uint8_t bytes[BUS_GREETING_MAX])
{
    if (proof->connects) {
        ASSERT(!proof->greeted);
        bus_hello_encode(proof->own_nonce, bytes);
        return BUS_HELLO_FRAME;
    }
    bus_hello_encode(proof->own_nonce, bytes + BUS_SEAL_FRAME);
    bus_proof_seal(proof, span_of((const char *)bytes + BUS_SEAL_FRAME, BUS_HELLO_FRAME), bytes);
    return BUS_SEAL_FRAME + BUS_HELLO_FRAME;
}

void bus_proof_seal(struct bus_proof *proof, struct span frame, uint8_t seal[BUS_SEAL_FRAME])
{
    uint8_t code[BUS_SEAL_SIZE];

    ASSERT(proof->greeted);
    seal_of(&proof->own_key, proof->sealed++, frame, code);
    bus_seal_encode(code, seal);
}

bool bus_proof_holds(const struct bus_proof *proof, const struct bus_secrets *secrets)
{
    if (secrets->count == 0)
        return !proof->greeted;
    if (proof->greeted && !has_secret(secrets, &proof->own_secret))
        return false;
    return proof->proven ? has_secret(secrets, &proof->secret) : !secrets->required;
}
