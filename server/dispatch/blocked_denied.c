/*
 * Users have changed: who waits by a command that its user may not run any longer is told so. The
 * shard that decides about the wait looks at the arguments. So are all who wait when the node
 * becomes a replica: they wait for what others write, or would write themselves.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/access_log.h"
#include "server/connection/connection.h"
#include "server/dispatch/waiter.h"
#include "server/shard/shard.h"

#define ROLE_CHANGED                                                                               \
    "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)"

struct recheck {
    struct message message; /* first */
    struct waiter *waiter;
    struct connection *connection;
    const struct user *user;
    struct access_notes notes;
    bool role_changed; /* the user is not asked */
};

/* On the deciding shard. */
static void check(struct shard *shard, struct recheck *recheck)
{
    struct waiter *waiter = recheck->waiter;
    struct access_denial denial;
    char text[ACCESS_TEXT_MAX];

    shard_assert_owner(shard);
    if (recheck->role_changed && waiter->state == WAITER_WAITS) {
        blocked_refuse(shard, waiter, span_of_string(ROLE_CHANGED));
        return;
    }
    if (waiter->state != WAITER_WAITS || access_check(recheck->user, waiter->command, waiter->argv,
                                                      waiter->argc, waiter->database, &denial))
        return;
    access_notes_add(&recheck->notes, ACCESS_TOP_LEVEL, waiter->command, waiter->argv, &denial);
    access_denial_text(recheck->user, waiter->command, &denial, text);
    blocked_refuse(shard, waiter, span_of_string(text));
}

static void finish(struct recheck *recheck)
{
    access_notes_settle(&recheck->notes, recheck->connection, recheck->user);
    user_release(recheck->user);
    connection_unreference(recheck->connection);
    memory_free(recheck);
}

static void recheck_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    check(shard, (struct recheck *)message);
    message_return(shard->mailbox, message);
}

static void recheck_returned(struct message *message, void *sender)
{
    struct recheck *recheck = (struct recheck *)message;

    ASSERT(recheck->waiter->home == sender);
    blocked_elsewhere_visited(recheck->waiter);
    finish(recheck);
}

static void look_again(struct connection *connection, bool role_changed)
{
    struct waiter *waiter = connection->blocked;
    struct recheck *recheck;

    recheck = memory_new_zeroed(1, sizeof(*recheck));
    recheck->waiter = waiter;
    recheck->connection = connection;
    recheck->role_changed = role_changed;
    recheck->user = user_hold(connection->user);
    connection->references++;
    if (waiter->kind == WAITER_ELSEWHERE) {
        recheck->message =
            (struct message){.deliver = recheck_deliver, .returned = recheck_returned};
        blocked_elsewhere_visit(waiter, &recheck->message);
        return;
    }
    check(connection->shard, recheck);
    finish(recheck);
}

void blocked_user_changed(struct connection *connection)
{
    if (connection->blocked != NULL && !connection->user->unrestricted)
        look_again(connection, false);
}

void blocked_role_changed(struct shard *shard)
{
    list_for_each_safe (link, following, &shard->connections) {
        struct connection *connection = list_entry(link, struct connection, link);

        if (connection->blocked != NULL)
            look_again(connection, true);
        else if (connection->cut_short != NULL)
            connection->cut_short(connection, ROLE_CHANGED);
    }
}
