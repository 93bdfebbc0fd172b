#include "server/snapshot/save_flush.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/shard/shard.h"
#include "server/snapshot/save.h"

/* To the control thread and back. */
struct flush_note {
    struct message message;        /* first */
    struct connection *connection; /* that waits; or NULL */
    bool saves;                    /* the file is to say so */
};

static void saved(struct control *control, const char *error, void *context)
{
    struct flush_note *note = context;

    /* The data are gone in any case; that the file could not say so is in the log. */
    (void)error;
    message_return(control->mailbox, &note->message);
}

static void deliver(struct message *message, void *receiver)
{
    struct control *control = receiver;
    bool saves = ((struct flush_note *)message)->saves && !control->stopping;

    /* What it would write is gone. */
    if (!control->stopping)
        save_cancel(control);
    if (saves)
        save_in_foreground(control, saved, message);
    else
        message_return(control->mailbox, message);
}

static void returned(struct message *message, void *sender)
{
    struct flush_note *note = (struct flush_note *)message;
    struct connection *connection = note->connection;

    (void)sender;
    if (connection != NULL && !connection->closed) {
        struct reply *reply = connection_reply_begin(connection);
        size_t start = reply->length;

        reply_ok(reply);
        connection_reply_end(connection, start);
    }
    if (connection != NULL)
        connection_wake(connection);
    memory_free(note);
}

bool save_after_flush(struct cmd *cmd)
{
    struct shard *shard = cmd->connection->shard;
    bool saves = cmd->config->save.count > 0;
    struct flush_note *note;

    /* It was deleted long ago, and this comes out of the log. */
    if (atomic_load(&shard->node->loading))
        return false;
    if (!saves && atomic_load(&shard->node->save.began) == 0)
        return false;
    note = memory_new_zeroed(1, sizeof(*note));
    note->saves = saves;
    note->message = (struct message){.deliver = deliver, .returned = returned};
    mailbox_post(shard->mailbox, &note->message, node_control_index(shard->node));
    if (!saves || !cmd->may_put_off)
        return false;
    note->connection = cmd->connection;
    cmd->put_off = true;
    if (cmd->connection->waiting == NULL)
        connection_wait(cmd->connection, note);
    else
        cmd->connection->waiting = note;
    return true;
}
