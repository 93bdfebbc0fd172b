/*
 * Two TLS sessions and a line between them that the input rules: it carries bytes in pieces,
 * spoils, drops, repeats and invents some, while both sides write and end as they are told.
 * Whatever happens, what is read is a beginning of what was written, and a session that has failed
 * gives and takes nothing more. Keys are new for every input: the same input need not do the same
 * twice.
 */
#include "proto/base/memory.h"
#include "server/tls/tls_session.h"
#include "tests/unit/tls_fixture.h"

#include <string.h>

enum { WRITTEN_MAX = 1 << 20, ON_LINE_MAX = 1 << 21, READ_MAX = 20000, STEPS_MAX = 400 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One direction. What is written are bytes by their position. */
struct direction {
    struct tls_session *from;
    struct tls_session *to;
    char *line; /* records on their way */
    size_t length;
    size_t written;
    size_t read;
    bool over; /* the reader has failed or ended */
};

struct input {
    const uint8_t *at;
    size_t left;
};

static struct tls_context *contexts[2];
static char pattern[WRITTEN_MAX];
static char lines[2][ON_LINE_MAX];

static uint8_t next(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

static size_t next_length(struct input *input)
{
    size_t low = next(input);

    /* Mostly short, sometimes beyond a write. */
    return low < 200 ? low : (low - 199) * (1 + (size_t)next(input)) * 6;
}

static void collect(struct direction *direction)
{
    struct tls_output output = tls_session_take(direction->from);

    if (output.length <= ON_LINE_MAX - direction->length) {
        memcpy(direction->line + direction->length, output.bytes != NULL ? output.bytes : "",
               output.length);
        direction->length += output.length;
    }
    memory_free(output.bytes);
}

static void write_some(struct direction *direction, struct input *input)
{
    struct iovec parts[3];
    uint32_t count = 1 + next(input) % 3;
    uint32_t part = 0;
    size_t offset = 0;
    size_t at = direction->written;

    for (uint32_t i = 0; i < count; i++) {
        size_t length = next_length(input);

        if (length > WRITTEN_MAX - at)
            length = WRITTEN_MAX - at;
        parts[i] = (struct iovec){pattern + at, length};
        at += length;
    }
    if (!tls_session_is_open(direction->from))
        return;
    while (part < count) {
        if (!tls_session_write(direction->from, parts, count, &part, &offset)) {
            ASSERT(tls_session_error(direction->from)[0] != '\0');
            return;
        }
        collect(direction);
    }
    direction->written = at;
}

/* The first bytes of the line arrive, from a place where nothing is behind them. */
static void deliver(struct direction *direction, size_t length, size_t capacity)
{
    char bytes[READ_MAX];
    enum tls_state state;
    char *arrived;
    size_t more;

    if (length > direction->length)
        length = direction->length;
    arrived = malloc(length + 1);
    memcpy(arrived, direction->line, length);
    memmove(direction->line, direction->line + length, direction->length - length);
    direction->length -= length;
    tls_session_feed(direction->to, arrived, length);
    do {
        more = tls_session_read(direction->to, bytes, capacity, &state);
        ASSERT(more <= capacity);
        ASSERT(more == 0 || !direction->over);
        ASSERT(more <= direction->written - direction->read);
        ASSERT(memcmp(bytes, pattern + direction->read, more) == 0);
        direction->read += more;
    } while (more > 0);
    direction->over = direction->over || state != TLS_GOES_ON;
    tls_session_feed(direction->to, NULL, 0);
    free(arrived);
}

static void spoil(struct direction *direction, struct input *input)
{
    size_t at = next_length(input);
    size_t length = next(input);

    if (direction->length == 0)
        return;
    at %= direction->length;
    if (length > direction->length - at)
        length = direction->length - at;
    switch (next(input) % 4) {
    case 0:
        direction->line[at] = (char)next(input);
        break;
    case 1:
        memmove(direction->line + at, direction->line + at + length,
                direction->length - at - length);
        direction->length -= length;
        break;
    case 2:
        if (direction->length + length > ON_LINE_MAX)
            break;
        memmove(direction->line + at + length, direction->line + at, direction->length - at);
        direction->length += length;
        break;
    default:
        for (size_t i = 0; i < length; i++)
            direction->line[at + i] = (char)next(input);
        break;
    }
}

static void step(struct direction *direction, struct input *input, uint8_t what)
{
    switch (what % 8) {
    case 0:
    case 1:
        write_some(direction, input);
        break;
    case 2:
        spoil(direction, input);
        break;
    case 3:
        if (next(input) % 8 == 0)
            tls_session_end(direction->from);
        break;
    case 4:
        deliver(direction, next_length(input), 1 + next(input));
        break;
    case 5:
        deliver(direction, next_length(input), READ_MAX);
        break;
    default:
        deliver(direction, ON_LINE_MAX, READ_MAX);
        break;
    }
}

static void shake(struct direction *there, struct direction *back)
{
    ASSERT(tls_session_start(there->from));
    for (int i = 0; i < 4; i++) {
        collect(there);
        deliver(there, ON_LINE_MAX, READ_MAX);
        collect(back);
        deliver(back, ON_LINE_MAX, READ_MAX);
    }
    ASSERT(tls_session_is_open(there->from));
    ASSERT(tls_session_is_open(there->to));
}

static void create_contexts(void)
{
    static const char *const protocols[2][3] = {{"tls-protocols", "TLSv1.2", NULL},
                                                {"tls-protocols", "TLSv1.3", NULL}};
    struct tls_identity authority = tls_identity_make("authority", NULL);
    struct tls_identity node = tls_identity_make("node", &authority);

    for (int i = 0; i < 2; i++)
        contexts[i] = tls_fixture_context(&node, &authority, protocols[i]);
    tls_identity_free(&authority);
    tls_identity_free(&node);
    rmdir(tls_fixture_directory());
    for (size_t i = 0; i < WRITTEN_MAX; i++)
        pattern[i] = (char)(i % 251 ^ i / 251 % 241);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};
    struct direction there = {0};
    struct direction back = {0};
    uint8_t kind = next(&input);

    if (contexts[0] == NULL)
        create_contexts();
    there.from = tls_session_create(contexts[kind & 1], TLS_ROLE_CONNECTS, "node.example");
    there.to = tls_session_create(contexts[kind & 1], TLS_ROLE_ACCEPTS, NULL);
    back.from = there.to;
    back.to = there.from;
    there.line = lines[0];
    back.line = lines[1];
    if (kind & 2)
        shake(&there, &back);
    else
        ASSERT(tls_session_start(there.from));
    for (int i = 0; i < STEPS_MAX && input.left > 0; i++) {
        uint8_t what = next(&input);
        struct direction *direction = what & 128 ? &back : &there;

        collect(&there);
        collect(&back);
        step(direction, &input, what);
    }
    tls_session_destroy(there.from);
    tls_session_destroy(there.to);
    return 0;
}
