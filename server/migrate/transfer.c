#include "server/migrate/transfer.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/resp/reply.h"
#include "server/migrate/target_link.h"
#include "server/migrate/transfer_keys.h"
#include "server/shard/shard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    ANSWER_MAX = 64 * 1024,  /* a line */
    UNSENT_MAX = 512 * 1024, /* bytes waiting at which no further key is dumped */
};

/* ---- The end ---- */

static void free_own(struct transfer *transfer)
{
    memory_free(transfer->hold.slots);
    memory_free(transfer->order);
    memory_free(transfer->arrived);
    memory_free(transfer->unread);
    transfer->order = transfer->arrived = NULL;
    transfer->hold.slots = NULL;
    transfer->unread = NULL;
}

static void go_home(struct transfer *transfer)
{
    ASSERT(transfer->outcome != TRANSFER_UNDER_WAY);
    ASSERT(transfer->target == NULL);
    list_remove(&transfer->list_link);
    free_own(transfer);
    message_return(transfer->shard->mailbox, &transfer->message);
}

static void hold_ended(struct slot_hold *hold)
{
    go_home(list_entry(hold, struct transfer, hold));
}

static void let_go(struct transfer *transfer)
{
    transfer_keys_forget(transfer);
    slot_hold_end(&transfer->hold);
}

static void fail(struct transfer *transfer, const char *error)
{
    ASSERT(transfer->outcome == TRANSFER_UNDER_WAY);
    transfer->outcome = TRANSFER_FAILED;
    snprintf(transfer->error, sizeof(transfer->error), "%s", error);
    if (transfer->target != NULL)
        target_link_close(transfer->target);
    transfer->target = NULL;
    let_go(transfer);
}

/* In which step the link has failed. A refused connection is noticed, in Redis, by the first write.
 */
static const char *link_error(const struct transfer *transfer, int error)
{
    const struct target_link *target = transfer->target;
    bool refused = error == -ECONNREFUSED || error == -ECONNRESET;

    if (target == NULL || (!target->is_up && !refused))
        return "IOERR error or timeout connecting to the client";
    if (!target->is_up || transfer->next < transfer->key_count || link_unsent(target->link) > 0)
        return "IOERR error or timeout writing to target instance";
    return "IOERR error or timeout reading to target instance";
}

/* Everything has been answered. */
static void finish(struct transfer *transfer)
{
    transfer->outcome = transfer->error[0] != '\0' ? TRANSFER_FAILED
                        : transfer->sent_count > 0 ? TRANSFER_DONE
                                                   : TRANSFER_NO_KEYS;
    target_link_keep(transfer->target);
    transfer->target = NULL;
    let_go(transfer);
}

/* ---- Sending ---- */

static void greet(struct transfer *transfer)
{
    const struct transfer_request *request = transfer->request;
    bool has_user = request->user.length > 0;
    struct reply out;

    reply_init(&out, 2);
    if (request->password.data != NULL) {
        reply_array(&out, 2 + has_user);
        reply_bulk(&out, SPAN("AUTH"));
        if (has_user)
            reply_bulk(&out, request->user);
        reply_bulk(&out, request->password);
        transfer->greetings++;
    }
    if (transfer->target->database != request->target_database) {
        reply_array(&out, 2);
        reply_bulk(&out, SPAN("SELECT"));
        reply_bulk_integer(&out, request->target_database);
        transfer->target->database = request->target_database;
        transfer->greetings++;
    }
    if (out.length > 0)
        link_send(transfer->target->link, span_of(out.bytes, out.length));
    reply_free(&out);
}

static bool is_all_sent(const struct transfer *transfer)
{
    return transfer->next == transfer->key_count;
}

/* Dumps and sends as much as may wait. */
static void pump(struct transfer *transfer)
{
    struct link *link = transfer->target->link;

    while (!is_all_sent(transfer) && link_unsent(link) < UNSENT_MAX)
        if (transfer_keys_send(transfer, transfer->next++))
            transfer->progress = transfer->shard->now;
    if (is_all_sent(transfer) && transfer->answered == transfer->sent_count &&
        transfer->greetings == 0)
        finish(transfer);
}

static void target_up(void *context)
{
    struct transfer *transfer = context;

    transfer->progress = transfer->shard->now;
    greet(transfer);
    pump(transfer);
}

static void target_sent(void *context)
{
    struct transfer *transfer = context;

    transfer->progress = transfer->shard->now;
    pump(transfer);
}

/* ---- Hearing ---- */

static void note_error(struct transfer *transfer, struct span line)
{
    /* The first one is told. */
    if (transfer->error[0] == '\0')
        snprintf(transfer->error, sizeof(transfer->error),
                 "ERR Target instance replied with error: %.*s", (int)(line.length - 1),
                 line.data + 1);
    /* Who knows what it has selected. */
    transfer->target->database = TARGET_LINK_NO_DATABASE;
}

/* One line; false: it is no answer to what was asked. */
static bool take_answer(struct transfer *transfer, struct span line)
{
    bool refused = line.length > 0 && line.data[0] == '-';

    if (line.length == 0 || (line.data[0] != '+' && !refused))
        return false;
    if (refused)
        note_error(transfer, line);
    if (transfer->greetings > 0) {
        transfer->greetings--;
        transfer->astray |= refused;
        return true;
    }
    if (transfer->answered == transfer->sent_count)
        return false;
    if (!refused && !transfer->astray)
        transfer->arrived[transfer->arrived_count++] = transfer->order[transfer->answered];
    transfer->answered++;
    return true;
}

/* Takes the whole lines; false when they are nonsense. */
static bool take_answers(struct transfer *transfer, struct span bytes, size_t *taken)
{
    *taken = 0;
    for (;;) {
        const char *start = bytes.data + *taken;
        const char *end = memchr(start, '\n', bytes.length - *taken);
        size_t length;

        if (end == NULL)
            return bytes.length - *taken <= ANSWER_MAX;
        length = (size_t)(end - start);
        if (length > 0 && start[length - 1] == '\r')
            length--;
        if (!take_answer(transfer, span_of(start, length)))
            return false;
        *taken = (size_t)(end + 1 - bytes.data);
    }
}

/* What is left of the answers waits for the rest. */
static void keep_unread(struct transfer *transfer, struct span bytes)
{
    char *rest = bytes.length > 0 ? memory_copy(bytes.data, bytes.length) : NULL;

    memory_free(transfer->unread);
    transfer->unread = rest;
    transfer->unread_length = bytes.length;
}

static bool hear(struct transfer *transfer, struct span bytes)
{
    size_t taken;
    bool sound;

    if (transfer->unread_length > 0) {
        transfer->unread = memory_resize(transfer->unread, transfer->unread_length + bytes.length);
        memcpy(transfer->unread + transfer->unread_length, bytes.data, bytes.length);
        transfer->unread_length += bytes.length;
        bytes = span_of(transfer->unread, transfer->unread_length);
    }
    sound = take_answers(transfer, bytes, &taken);
    keep_unread(transfer, span_of(bytes.data + taken, bytes.length - taken));
    return sound;
}

static void target_received(void *context, struct span bytes)
{
    struct transfer *transfer = context;
    bool sound = hear(transfer, bytes);

    transfer->progress = transfer->shard->now;
    transfer_keys_delete(transfer);
    if (sound)
        pump(transfer);
    else
        fail(transfer, link_error(transfer, -EPROTO));
}

/* ---- The link ---- */

static void connect_target(struct transfer *transfer, bool fresh);

static void target_down(void *context, int error)
{
    struct transfer *transfer = context;
    bool again = transfer->target->reused && !transfer->retried && transfer->answered == 0;

    if (!again) {
        fail(transfer, link_error(transfer, error));
        return;
    }
    /* The peer has closed it while nobody used it. */
    target_link_close(transfer->target);
    transfer->target = NULL;
    transfer->retried = true;
    transfer->greetings = transfer->next = transfer->sent_count = 0;
    keep_unread(transfer, SPAN(""));
    transfer_keys_forget(transfer);
    connect_target(transfer, true);
}

static const struct target_link_user transfer_user = {
    .up = target_up, .received = target_received, .sent = target_sent, .down = target_down};

static void connect_target(struct transfer *transfer, bool fresh)
{
    const struct transfer_request *request = transfer->request;

    transfer->progress = transfer->shard->now;
    transfer->target = target_link_take(transfer->shard, request->host, request->port,
                                        request->timeout_ms, fresh, &transfer_user, transfer);
    if (transfer->target->is_up)
        target_up(transfer);
}

/* ---- The beginning ---- */

static void hold_begun(struct slot_hold *hold)
{
    struct transfer *transfer = list_entry(hold, struct transfer, hold);

    transfer->order = memory_new(transfer->key_count * sizeof(*transfer->order));
    transfer->arrived = memory_new(transfer->key_count * sizeof(*transfer->arrived));
    if (transfer->stopped) {
        fail(transfer, link_error(transfer, -ETIMEDOUT));
    } else if (!transfer_keys_exist(transfer)) {
        transfer->outcome = TRANSFER_NO_KEYS;
        let_go(transfer);
    } else {
        connect_target(transfer, false);
    }
}

static void transfer_deliver(struct message *message, void *receiver)
{
    struct transfer *transfer = (struct transfer *)message;
    struct shard *shard = receiver;

    shard_assert_owner(shard);
    transfer->shard = shard;
    transfer->progress = shard->now;
    list_push_back(&shard->transfers, &transfer->list_link);
    if (!transfer_keys_exist(transfer)) {
        transfer->outcome = TRANSFER_NO_KEYS;
        go_home(transfer);
        return;
    }
    transfer->hold = (struct slot_hold){.begun = hold_begun, .ended = hold_ended};
    transfer_keys_slots(transfer, &transfer->hold);
    slot_hold_begin(shard, &transfer->hold);
}

static void transfer_returned(struct message *message, void *sender)
{
    struct transfer *transfer = (struct transfer *)message;

    (void)sender;
    transfer->finished(transfer);
}

void transfer_start(struct transfer *transfer, struct shard *home, uint16_t owner)
{
    ASSERT(transfer->key_count > 0);
    transfer->message =
        (struct message){.deliver = transfer_deliver, .returned = transfer_returned};
    mailbox_post(home->mailbox, &transfer->message, owner);
}

/* ---- Time ---- */

/* One that talks to its target. */
static bool is_talking(const struct transfer *transfer)
{
    return transfer->outcome == TRANSFER_UNDER_WAY && transfer->target != NULL;
}

void transfers_tick(struct shard *shard)
{
    list_for_each_safe (link, following, &shard->transfers) {
        struct transfer *transfer = list_entry(link, struct transfer, list_link);

        if (is_talking(transfer) &&
            shard->now - transfer->progress >= transfer->request->timeout_ms)
            fail(transfer, link_error(transfer, -ETIMEDOUT));
    }
    target_links_age(shard);
}

void transfers_stop(struct shard *shard)
{
    list_for_each_safe (link, following, &shard->transfers) {
        struct transfer *transfer = list_entry(link, struct transfer, list_link);

        transfer->stopped = true;
        if (is_talking(transfer))
            fail(transfer, link_error(transfer, -ETIMEDOUT));
    }
    target_links_close(shard);
}
