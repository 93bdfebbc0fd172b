#include "server/commands/sample.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/random.h"

enum {
    DRAW_RATIO = 8, /* from so many times more elements than are asked for, they are drawn */
    REPEATED_BYTES_MAX = 256 << 20, /* of a reply that says the same again and again */
    ELEMENT_BYTES_MIN = 6,          /* the shortest bulk */
};

bool sample_arguments(const struct cmd *cmd, struct span word, struct sample_request *request)
{
    int64_t count;

    ASSERT(cmd->argc > 2);
    if (word.length == 0 && cmd->argc > 3) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    if (!cmd_integer(cmd, 2, &count))
        return false;
    if (count < -INT64_MAX) {
        reply_error_literal(cmd->reply, "ERR value is out of range, value must between "
                                        "-9223372036854775807 and 9223372036854775807");
        return false;
    }
    request->with_word = cmd->argc > 3;
    if (cmd->argc > 4 || (request->with_word && !span_equal_ignoring_case(cmd->argv[3], word))) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    /* The length of the reply must be a number. */
    if (request->with_word && (count < -(INT64_MAX / 2) || count > INT64_MAX / 2)) {
        reply_error_literal(cmd->reply, "ERR value is out of range");
        return false;
    }
    request->repeats = count < 0;
    request->count = (uint64_t)(count < 0 ? -count : count);
    return true;
}

static void reply_header(const struct cmd *cmd, const struct sample_request *request,
                         uint64_t count)
{
    bool flat = request->with_word && cmd->reply->protocol == 2;

    reply_array(cmd->reply, flat ? count * 2 : count);
}

/* A few elements and a large number must not take all memory. */
static void reply_repeated(const struct cmd *cmd, const struct sample_request *request,
                           struct sample_source *source)
{
    bool fits = request->count <= REPEATED_BYTES_MAX / ELEMENT_BYTES_MIN;
    size_t start = cmd->reply->length;

    if (fits)
        reply_header(cmd, request, request->count);
    for (uint64_t i = 0; i < request->count && fits; i++) {
        source->draw(source, cmd->random);
        source->reply(source, cmd->reply);
        fits = cmd->reply->length - start <= REPEATED_BYTES_MAX;
    }
    if (!fits) {
        reply_truncate(cmd->reply, start);
        reply_error_literal(cmd->reply, "ERR value is out of range");
    }
}

static void reply_walking(const struct cmd *cmd, struct sample_source *source, uint64_t count)
{
    uint64_t there = source->count;

    for (; count > 0 && source->next(source); there--) {
        if (random_below(cmd->random, there) < count) {
            source->reply(source, cmd->reply);
            count--;
        }
    }
    ASSERT(count == 0);
}

/* Those drawn before are in a small hash table by what they are known by. */
static void reply_drawing(const struct cmd *cmd, struct sample_source *source, uint64_t count)
{
    uint64_t capacity = 16;
    uint64_t *drawn;

    while (capacity < count * 2)
        capacity *= 2;
    drawn = memory_new_zeroed(capacity, sizeof(*drawn));
    while (count > 0) {
        uint64_t known_by = source->draw(source, cmd->random);
        uint64_t place = (known_by * UINT64_C(0x9e3779b97f4a7c15)) >> 20;

        ASSERT_DEBUG(known_by != 0);
        while (drawn[place & (capacity - 1)] != 0 && drawn[place & (capacity - 1)] != known_by)
            place++;
        if (drawn[place & (capacity - 1)] != 0)
            continue;
        drawn[place & (capacity - 1)] = known_by;
        source->reply(source, cmd->reply);
        count--;
    }
    memory_free(drawn);
}

void sample_reply(const struct cmd *cmd, const struct sample_request *request,
                  struct sample_source *source)
{
    uint64_t count = request->count < source->count ? request->count : source->count;

    ASSERT(source->count > 0);
    if (request->repeats) {
        reply_repeated(cmd, request, source);
        return;
    }
    reply_header(cmd, request, count);
    if (source->draws_fast && count <= source->count / DRAW_RATIO)
        reply_drawing(cmd, source, count);
    else
        reply_walking(cmd, source, count);
}
