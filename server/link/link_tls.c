#include "server/link/link_tls.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"

#include <string.h>

struct link_tls {
    struct tls_session *session;
    struct tls_context *context;
    const char *side; /* for the log */
    bool failed;
    struct tls_output sending;
    /* what is not encrypted yet */
    uint32_t part;
    uint32_t part_count;
    size_t offset; /* in parts[part] */
    struct iovec parts[STREAM_SEND_PARTS_MAX];
};

static void fail(struct link_tls *tls)
{
    const char *error = tls_session_error(tls->session);

    tls->failed = true;
    if (tls_context_may_log(tls->context, clock_now_ms()))
        log_notice("TLS %s another node failed: %s", tls->side, error);
    else
        log_verbose("TLS %s another node failed: %s", tls->side, error);
}

struct link_tls *link_tls_create(struct tls_context *context, enum tls_role role, const char *host)
{
    struct link_tls *tls = memory_new_zeroed(1, sizeof(*tls));

    tls->context = tls_context_share(context);
    tls->session = tls_session_create(context, role, host);
    tls->side = role == TLS_ROLE_CONNECTS ? "to" : "from";
    if (role == TLS_ROLE_CONNECTS && !tls_session_start(tls->session))
        fail(tls);
    return tls;
}

void link_tls_free(struct link_tls *tls)
{
    tls_session_destroy(tls->session);
    tls_context_release(tls->context);
    memory_free(tls->sending.bytes);
    memory_free(tls);
}

bool link_tls_is_open(const struct link_tls *tls)
{
    return tls_session_is_open(tls->session);
}

bool link_tls_has_failed(const struct link_tls *tls)
{
    return tls->failed;
}

/* ---- Sending ---- */

void link_tls_put(struct link_tls *tls, const struct iovec *parts, uint32_t count)
{
    ASSERT(tls->part == tls->part_count);
    ASSERT(count <= STREAM_SEND_PARTS_MAX);
    memcpy(tls->parts, parts, count * sizeof(*parts));
    tls->part_count = count;
    tls->part = 0;
    tls->offset = 0;
}

enum link_tls_result link_tls_take(struct link_tls *tls, struct iovec *records)
{
    ASSERT(tls->sending.bytes == NULL);
    if (tls->part < tls->part_count && !tls->failed &&
        !tls_session_write(tls->session, tls->parts, tls->part_count, &tls->part, &tls->offset))
        fail(tls);
    /* The alert that says why it has failed leaves, too. */
    if (tls_session_has_output(tls->session)) {
        tls->sending = tls_session_take(tls->session);
        *records = (struct iovec){tls->sending.bytes, tls->sending.length};
        return LINK_TLS_RECORDS;
    }
    return tls->failed ? LINK_TLS_FAILED : LINK_TLS_NOTHING;
}

bool link_tls_sent(struct link_tls *tls)
{
    memory_free(tls->sending.bytes);
    tls->sending = (struct tls_output){0};
    return tls->part == tls->part_count;
}

/* ---- Receiving ---- */

void link_tls_feed(struct link_tls *tls, struct span bytes)
{
    tls_session_feed(tls->session, bytes.data, bytes.length);
}

size_t link_tls_read(struct link_tls *tls, char *to, size_t capacity, enum tls_state *state)
{
    size_t length = tls_session_read(tls->session, to, capacity, state);

    if (*state == TLS_FAILED && !tls->failed)
        fail(tls);
    return length;
}

/* ---- Going ---- */

void link_tls_end(struct link_tls *tls, struct stream *stream)
{
    struct tls_output last;

    tls_session_end(tls->session);
    last = tls_session_take(tls->session);
    if (last.length > 0)
        stream_send_last(stream, last.bytes, last.length);
    memory_free(last.bytes);
}
