/*
 * Messages between the threads of the node.
 *
 * Every ordered pair of threads has a bounded ring of its own, written by one and read by the
 * other. A message is made by its sender, delivered to the receiver, and comes back to the sender,
 * who alone frees it: what it points to stays where it is until then. A full ring is a normal case:
 * the message waits in the sender's outbox and goes with a later turn; nothing spins and nothing is
 * dropped. Between two threads messages keep their order.
 *
 * A thread that sleeps is woken by a bell, once per turn; one that is awake finds its messages by
 * itself.
 *
 * Thread: a mailbox belongs to its thread. mailbox_post is called by the sender's thread on the
 * sender's mailbox.
 */
#ifndef SERVER_SHARD_MAILBOX_H
#define SERVER_SHARD_MAILBOX_H

#include "server/reactor/reactor.h"

#include <stdbool.h>
#include <stdint.h>

enum { MAILBOX_RING_SIZE = 1024 };

struct mailbox;
struct post_office; /* all mailboxes of the node and the rings between them */

struct message {
    /* Runs on the receiver. It calls message_return, at once or later. */
    void (*deliver)(struct message *message, void *receiver);
    /* Runs on the sender when the message is back. */
    void (*returned)(struct message *message, void *sender);
    /* Instead of deliver, while the receiver is in the middle of a script: says no, and sends the
     * message back. False, or no such function: the message waits for the script's end. */
    bool (*refuse)(struct message *message, void *receiver);
    uint16_t sender;
    uint16_t receiver;
    bool answered;
    bool prompt;          /* `returned` may run in the middle of a script */
    struct message *next; /* in an outbox */
};

struct post_office *post_office_create(uint32_t mailboxes);
void post_office_destroy(struct post_office *office);

/* Opens mailbox `index` for this thread. `owner` is what deliver and returned are given. */
struct mailbox *mailbox_open(struct post_office *office, uint16_t index, struct reactor *reactor,
                             void *owner);

/* Sends a message whose deliver and returned are set. To oneself is allowed. */
void mailbox_post(struct mailbox *self, struct message *message, uint16_t receiver);

/* Sends a delivered message back; called by the receiver's thread. */
void message_return(struct mailbox *self, struct message *message);

/*
 * The same, past all that waits in the outbox: for a thread that stands still from here on and
 * could send nothing later. Rings keep room for it; between two threads there may be one such
 * message at a time.
 */
void message_return_at_once(struct mailbox *self, struct message *message);

/* Delivers what has arrived, until nothing is left or the time is `until_ticks` (clock_ticks); at
 * least one message of every sender. True when more is waiting. */
bool mailbox_drain(struct mailbox *self, uint64_t until_ticks);

/* The same in the middle of a script: delivers what does not mind, and keeps the rest, in order,
 * for the next mailbox_drain. */
void mailbox_drain_in_script(struct mailbox *self);

/* Sends what waits in the outboxes and rings the bells that are due; before a turn ends. */
void mailbox_flush(struct mailbox *self);

/* How many messages of this sender are not back yet. */
uint32_t mailbox_outstanding(const struct mailbox *self);

/* Does a full ring keep messages back? It empties without telling: the thread should look again
 * soon. */
bool mailbox_is_backlogged(const struct mailbox *self);

/* Looks out for a message until the time is `until_ticks`; true when one is there. For a thread
 * that expects an answer sooner than it could fall asleep and be woken. */
bool mailbox_linger(const struct mailbox *self, uint64_t until_ticks);

/*
 * Before sleeping: announces the sleep, and returns false when something has arrived meanwhile, so
 * that the thread must not sleep. From here to mailbox_awake the thread's data may be borrowed.
 */
bool mailbox_may_sleep(struct mailbox *self);

/* After sleeping: takes the thread's data back. Waits for a borrower that is just at work. */
void mailbox_awake(struct mailbox *self);

/*
 * Borrows what the thread of `receiver` owns while it sleeps: waking a thread for a few look-ups
 * costs more than doing them. False when it is awake, or has not taken all that this thread has
 * sent, which must come first. Whoever borrows gives back soon, and waits for nothing in between.
 */
bool mailbox_borrow(struct mailbox *self, uint16_t receiver);
void mailbox_give_back(struct mailbox *self, uint16_t receiver);

#endif
