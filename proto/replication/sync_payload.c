#include "proto/replication/sync_payload.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

/* So many bytes at the end may be the mark's first. */
enum { HELD_MAX = SYNC_MARK_LENGTH - 1 };

/* More than any file has. */
#define LENGTH_MAX (UINT64_MAX / 4)

bool sync_payload_begin(struct sync_payload *payload, struct span line)
{
    struct span word = SPAN("$EOF:");

    *payload = (struct sync_payload){.length = UINT64_MAX};
    if (line.length < 2 || line.data[0] != '$')
        return false;
    if (line.length == word.length + SYNC_MARK_LENGTH &&
        memcmp(line.data, word.data, word.length) == 0) {
        payload->has_mark = true;
        memcpy(payload->mark, line.data + word.length, SYNC_MARK_LENGTH);
        return true;
    }
    if (!number_parse_unsigned(span_of(line.data + 1, line.length - 1), &payload->length) ||
        payload->length == 0 || payload->length > LENGTH_MAX)
        return false;
    payload->left = payload->length;
    return true;
}

static size_t take_counted(struct sync_payload *payload, struct span bytes, struct span *piece)
{
    size_t used = bytes.length < payload->left ? bytes.length : (size_t)payload->left;

    *piece = span_of(bytes.data, used);
    payload->left -= used;
    payload->complete = payload->left == 0;
    return used;
}

/* The first so many of the held bytes are the payload's. */
static struct span let_go(struct sync_payload *payload, size_t count)
{
    ASSERT(count <= payload->held_length);
    memcpy(payload->freed, payload->held, count);
    payload->held_length -= count;
    memmove(payload->held, payload->held + count, payload->held_length);
    return span_of(payload->freed, count);
}

static void hold(struct sync_payload *payload, const char *bytes, size_t count)
{
    ASSERT(payload->held_length + count <= HELD_MAX);
    memcpy(payload->held + payload->held_length, bytes, count);
    payload->held_length += count;
}

/* Is there a mark that begins among the held bytes? Where. */
static bool find_early(const struct sync_payload *payload, struct span bytes, size_t *start)
{
    char seam[2 * HELD_MAX];
    size_t more = bytes.length < HELD_MAX ? bytes.length : HELD_MAX;
    const char *found;

    memcpy(seam, payload->held, payload->held_length);
    memcpy(seam + payload->held_length, bytes.data, more);
    found = memmem(seam, payload->held_length + more, payload->mark, SYNC_MARK_LENGTH);
    if (found == NULL)
        return false;
    *start = (size_t)(found - seam);
    return true;
}

/* There is no mark yet: gives on what cannot be part of one. */
static void pass(struct sync_payload *payload, struct span bytes, struct span pieces[2])
{
    size_t total = payload->held_length + bytes.length;
    size_t early = total > HELD_MAX ? total - HELD_MAX : 0;
    size_t own;

    if (early > payload->held_length)
        early = payload->held_length;
    pieces[0] = let_go(payload, early);
    own = payload->held_length + bytes.length > HELD_MAX
              ? payload->held_length + bytes.length - HELD_MAX
              : 0;
    pieces[1] = span_of(bytes.data, own);
    hold(payload, bytes.data + own, bytes.length - own);
}

static size_t take_marked(struct sync_payload *payload, struct span bytes, struct span pieces[2])
{
    const char *found;
    size_t start;

    if (payload->held_length > 0 && find_early(payload, bytes, &start)) {
        size_t held = payload->held_length;

        pieces[0] = let_go(payload, start);
        payload->held_length = 0;
        payload->complete = true;
        return start + SYNC_MARK_LENGTH - held;
    }
    found = memmem(bytes.data, bytes.length, payload->mark, SYNC_MARK_LENGTH);
    if (found == NULL) {
        pass(payload, bytes, pieces);
        return bytes.length;
    }
    pieces[0] = let_go(payload, payload->held_length);
    pieces[1] = span_of(bytes.data, (size_t)(found - bytes.data));
    payload->complete = true;
    return pieces[1].length + SYNC_MARK_LENGTH;
}

size_t sync_payload_take(struct sync_payload *payload, struct span bytes, struct span pieces[2])
{
    ASSERT(!payload->complete);
    pieces[0] = pieces[1] = span_of(bytes.data, 0);
    if (bytes.length == 0)
        return 0;
    if (!payload->has_mark)
        return take_counted(payload, bytes, &pieces[0]);
    return take_marked(payload, bytes, pieces);
}
