/*
 * Any bytes on a link of the bus, in pieces: whole frames come out, none is longer or shorter than
 * it says, and memory is no more than what came. A node with a secret believes none of them, for
 * whoever sent them does not know it.
 *
 * The first byte: who connects, and how the rest is cut.
 */
#include "proto/base/assert.h"
#include "server/bus/bus_assembly.h"
#include "server/bus/bus_proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bus_secrets secrets;

static void take_frames(struct bus_assembly *assembly, struct bus_proof *proof)
{
    uint8_t greeting[BUS_GREETING_MAX];
    struct span frame;
    uint32_t length;

    while (bus_assembly_next(assembly, &frame, &length) == BUS_FINE) {
        struct bus_message message;

        ASSERT(frame.length == length);
        if (bus_decode(frame, &message) == BUS_FINE)
            ASSERT(bus_frame_kind(frame) == BUS_FRAME_MESSAGE);
        switch (bus_proof_take(proof, &secrets, frame)) {
        case BUS_VERDICT_BELIEVED:
            UNREACHABLE();
        case BUS_VERDICT_GREETED:
            ASSERT(!proof->connects);
            bus_proof_greeting(proof, greeting);
            break;
        case BUS_VERDICT_TAKEN:
        case BUS_VERDICT_REFUSED:
            break;
        }
        ASSERT(!proof->proven);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t nonce[BUS_NONCE_SIZE] = {1};
    struct bus_assembly assembly = {0};
    struct bus_proof proof;
    size_t piece, all = 0;

    if (size == 0)
        return 0;
    if (secrets.count == 0)
        secrets =
            bus_secrets_of(SPAN("a-secret-that-nobody-guesses another-one-that-is-old"), true);
    bus_proof_init(&proof, data[0] & 1, nonce);
    piece = 1 + (size_t)(data[0] >> 1) * 97;
    for (size_t at = 1; at < size; at += piece) {
        size_t length = size - at < piece ? size - at : piece;

        bus_assembly_put(&assembly, span_of((const char *)data + at, length));
        all += length;
        ASSERT(assembly.capacity <= 2 * all + (size_t)8 * 1024);
        take_frames(&assembly, &proof);
    }
    bus_assembly_free(&assembly);
    return 0;
}
