/*
 * Errands: work that the control thread does for a client's command, while the client waits.
 *
 * Thread: errand_new, errand_start and `finish` on the connection's shard; `run` and errand_done on
 * the control thread.
 */
#ifndef SERVER_CONTROL_ERRAND_H
#define SERVER_CONTROL_ERRAND_H

#include "server/commands/cmd.h"
#include "server/shard/mailbox.h"

struct control;

/* Who takes the answer instead of the connection, which waits already: a transaction. By cmd.asker,
 * for the time of the errand; `answered` is called when `finish` has written. */
struct errand_asker {
    struct reply *reply;
    void (*answered)(struct errand_asker *asker);
    bool waits; /* an errand is under way for it */
};

struct errand {
    struct message message; /* first */
    struct shard *shard;
    struct connection *connection;
    const struct command *command;
    struct span *argv; /* a copy */
    uint32_t argc;
    void *context;              /* the caller's; freed with the errand */
    struct errand_asker *asker; /* or NULL */
    uint64_t started_ticks;
    void (*run)(struct control *control, struct errand *errand);
    void (*finish)(struct errand *errand, struct reply *reply);
};

/*
 * For a handler of SCOPE_CONTROL, or of SCOPE_NODE outside of a section. `run` calls errand_done,
 * at once or later; then `finish` writes the reply, also when the client has gone (nobody reads it
 * then).
 */
struct errand *errand_new(struct cmd *cmd,
                          void (*run)(struct control *control, struct errand *errand),
                          void (*finish)(struct errand *errand, struct reply *reply));
void errand_start(struct errand *errand);

void errand_done(struct control *control, struct errand *errand);

#endif
