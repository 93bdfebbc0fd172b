#include "server/shard/mailbox.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/observe/clock.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#ifndef TESSERA_THREAD_SANITIZED

#include <ck_pr.h>
#include <ck_ring.h>

/* One direction between two threads. */
struct channel {
    ck_ring_t ring;
    ck_ring_buffer_t slots[MAILBOX_RING_SIZE];
};

static void wait_a_moment(void)
{
    ck_pr_stall();
}

static void channel_init(struct channel *channel)
{
    ck_ring_init(&channel->ring, MAILBOX_RING_SIZE);
}

static bool channel_put(struct channel *channel, struct message *message)
{
    return ck_ring_enqueue_spsc(&channel->ring, channel->slots, message);
}

static struct message *channel_take(struct channel *channel)
{
    void *message = NULL;

    return ck_ring_dequeue_spsc(&channel->ring, channel->slots, &message) ? message : NULL;
}

/* For the sender never less than what is in, for the receiver never more. */
static uint32_t channel_size(struct channel *channel)
{
    return ck_ring_size(&channel->ring);
}

#else

/* ThreadSanitizer cannot see into ck_ring's inline assembly: the same ring in C11 atomics, for that
 * build alone. */
struct channel {
    _Atomic uint32_t head; /* read by the receiver */
    _Atomic uint32_t tail; /* written by the sender */
    struct message *slots[MAILBOX_RING_SIZE];
};

static void wait_a_moment(void)
{
}

static void channel_init(struct channel *channel)
{
    atomic_init(&channel->head, 0);
    atomic_init(&channel->tail, 0);
}

static bool channel_put(struct channel *channel, struct message *message)
{
    uint32_t tail = atomic_load_explicit(&channel->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&channel->head, memory_order_acquire);

    if (tail - head == MAILBOX_RING_SIZE)
        return false;
    channel->slots[tail % MAILBOX_RING_SIZE] = message;
    atomic_store_explicit(&channel->tail, tail + 1, memory_order_release);
    return true;
}

static struct message *channel_take(struct channel *channel)
{
    uint32_t head = atomic_load_explicit(&channel->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&channel->tail, memory_order_acquire);
    struct message *message;

    if (head == tail)
        return NULL;
    message = channel->slots[head % MAILBOX_RING_SIZE];
    atomic_store_explicit(&channel->head, head + 1, memory_order_release);
    return message;
}

static uint32_t channel_size(struct channel *channel)
{
    uint32_t head = atomic_load_explicit(&channel->head, memory_order_relaxed);

    return atomic_load_explicit(&channel->tail, memory_order_acquire) - head;
}

#endif

/* Ordinary messages leave some room in a ring for those that must not wait in an outbox. */
enum { CHANNEL_ORDINARY_MAX = MAILBOX_RING_SIZE - 8 };

static bool channel_empty(struct channel *channel)
{
    return channel_size(channel) == 0;
}

static bool channel_put_ordinary(struct channel *channel, struct message *message)
{
    return channel_size(channel) < CHANNEL_ORDINARY_MAX && channel_put(channel, message);
}

/* How often a thread that wakes up looks whether its data is back before it yields its core, and
 * then before it naps. */
enum { BORROWER_PATIENCE = 100, BORROWER_PATIENCE_LONG = 1000 };

/* Between two looks for a message: each look may take a cache line from its sender. */
enum { LINGER_PAUSES = 4 };

struct outbox {
    struct message *first;
    struct message *last;
};

/* AWAKE <-> ASLEEP by the owner, ASLEEP <-> BORROWED by another thread. */
enum rest { REST_AWAKE, REST_ASLEEP, REST_BORROWED };

struct mailbox {
    /* owner only */
    struct reactor *reactor;
    void *owner;
    struct post_office *office;
    struct outbox *outboxes;    /* by receiver: what its ring had no room for */
    bool *bell_due;             /* by receiver: something was put since the last flush */
    uint32_t outstanding;       /* messages posted and not back yet */
    struct message *kept_first; /* arrived in the middle of a script */
    struct message *kept_last;
    uint16_t index;
    bool waiting; /* some outbox is not empty */
    bool bells;   /* some bell is due */
    /* atomic: written by the owner, read by senders */
    _Alignas(64) _Atomic uint32_t rest; /* enum rest: changed by the owner and by borrowers */
    _Atomic bool open;
};

struct post_office {
    uint32_t count;
    struct mailbox *mailboxes;
    struct channel *channels; /* [sender * count + receiver] */
};

struct post_office *post_office_create(uint32_t mailboxes)
{
    struct post_office *office = memory_new_zeroed(1, sizeof(*office));
    size_t channels = (size_t)mailboxes * mailboxes;

    office->count = mailboxes;
    office->mailboxes = aligned_alloc(64, mailboxes * sizeof(*office->mailboxes));
    office->channels = aligned_alloc(64, (channels * sizeof(struct channel) + 63) / 64 * 64);
    ASSERT(office->mailboxes != NULL && office->channels != NULL);
    for (uint32_t i = 0; i < mailboxes; i++) {
        struct mailbox *mailbox = &office->mailboxes[i];

        *mailbox = (struct mailbox){.office = office, .index = (uint16_t)i};
        mailbox->outboxes = memory_new_zeroed(mailboxes, sizeof(struct outbox));
        mailbox->bell_due = memory_new_zeroed(mailboxes, sizeof(bool));
    }
    for (size_t i = 0; i < channels; i++)
        channel_init(&office->channels[i]);
    return office;
}

void post_office_destroy(struct post_office *office)
{
    for (uint32_t i = 0; i < office->count; i++) {
        memory_free(office->mailboxes[i].outboxes);
        memory_free(office->mailboxes[i].bell_due);
    }
    free(office->mailboxes);
    free(office->channels);
    memory_free(office);
}

static struct channel *channel_between(struct post_office *office, uint32_t sender,
                                       uint32_t receiver)
{
    return &office->channels[sender * office->count + receiver];
}

struct mailbox *mailbox_open(struct post_office *office, uint16_t index, struct reactor *reactor,
                             void *owner)
{
    struct mailbox *mailbox = &office->mailboxes[index];

    ASSERT(index < office->count);
    mailbox->reactor = reactor;
    mailbox->owner = owner;
    atomic_store_explicit(&mailbox->open, true, memory_order_release);
    return mailbox;
}

static void put(struct mailbox *self, struct message *message, uint16_t receiver)
{
    struct outbox *outbox = &self->outboxes[receiver];

    message->next = NULL;
    if (outbox->first != NULL) {
        outbox->last->next = message;
        outbox->last = message;
        return;
    }
    if (channel_put_ordinary(channel_between(self->office, self->index, receiver), message)) {
        self->bell_due[receiver] = true;
        self->bells = true;
        return;
    }
    outbox->first = outbox->last = message;
    self->waiting = true;
}

void mailbox_post(struct mailbox *self, struct message *message, uint16_t receiver)
{
    ASSERT(receiver < self->office->count);
    ASSERT(message->deliver != NULL && message->returned != NULL);
    message->sender = self->index;
    message->receiver = receiver;
    message->answered = false;
    self->outstanding++;
    put(self, message, receiver);
}

void message_return(struct mailbox *self, struct message *message)
{
    ASSERT(message->receiver == self->index);
    ASSERT(!message->answered);
    message->answered = true;
    put(self, message, message->sender);
}

void message_return_at_once(struct mailbox *self, struct message *message)
{
    uint16_t sender = message->sender;

    ASSERT(message->receiver == self->index);
    ASSERT(!message->answered);
    message->answered = true;
    ASSERT(channel_put(channel_between(self->office, self->index, sender), message));
    self->bell_due[sender] = self->bells = true;
}

static void deliver(struct mailbox *self, struct message *message)
{
    if (message->answered) {
        self->outstanding--;
        message->returned(message, self->owner);
    } else {
        message->deliver(message, self->owner);
    }
}

/* What came in the middle of a script goes before what came later. */
static void deliver_kept(struct mailbox *self)
{
    while (self->kept_first != NULL) {
        struct message *message = self->kept_first;

        self->kept_first = message->next;
        deliver(self, message);
    }
}

bool mailbox_drain(struct mailbox *self, uint64_t until_ticks)
{
    bool more = false;

    deliver_kept(self);
    for (uint32_t sender = 0; sender < self->office->count; sender++) {
        struct channel *channel = channel_between(self->office, sender, self->index);
        struct message *message;

        while ((message = channel_take(channel)) != NULL) {
            deliver(self, message);
            deliver_kept(self);
            if (clock_ticks() >= until_ticks)
                break;
        }
        more |= !channel_empty(channel);
    }
    return more;
}

static void keep(struct mailbox *self, struct message *message)
{
    message->next = NULL;
    if (self->kept_first == NULL)
        self->kept_first = message;
    else
        self->kept_last->next = message;
    self->kept_last = message;
}

void mailbox_drain_in_script(struct mailbox *self)
{
    for (uint32_t sender = 0; sender < self->office->count; sender++) {
        struct channel *channel = channel_between(self->office, sender, self->index);
        struct message *message;

        while ((message = channel_take(channel)) != NULL) {
            if (message->answered && message->prompt)
                deliver(self, message);
            else if (message->answered || message->refuse == NULL ||
                     !message->refuse(message, self->owner))
                keep(self, message);
        }
    }
}

static void outboxes_send(struct mailbox *self)
{
    self->waiting = false;
    for (uint32_t receiver = 0; receiver < self->office->count; receiver++) {
        struct outbox *outbox = &self->outboxes[receiver];
        struct channel *channel = channel_between(self->office, self->index, receiver);

        while (outbox->first != NULL) {
            struct message *message = outbox->first;
            struct message *next = message->next; /* once put, the message is another thread's */

            if (!channel_put_ordinary(channel, message)) {
                self->waiting = true;
                break;
            }
            outbox->first = next;
            self->bell_due[receiver] = self->bells = true;
        }
    }
}

void mailbox_flush(struct mailbox *self)
{
    if (self->waiting)
        outboxes_send(self);
    if (!self->bells)
        return;
    self->bells = false;
    /* Orders the rings' writes before the reads of `rest`; the other half is in
     * mailbox_may_sleep. */
    atomic_thread_fence(memory_order_seq_cst);
    for (uint32_t receiver = 0; receiver < self->office->count; receiver++) {
        struct mailbox *mailbox = &self->office->mailboxes[receiver];

        if (!self->bell_due[receiver])
            continue;
        self->bell_due[receiver] = false;
        if (atomic_load_explicit(&mailbox->open, memory_order_acquire) &&
            atomic_load_explicit(&mailbox->rest, memory_order_relaxed) != REST_AWAKE)
            reactor_ring_bell(self->reactor, mailbox->reactor);
    }
}

uint32_t mailbox_outstanding(const struct mailbox *self)
{
    return self->outstanding;
}

bool mailbox_is_backlogged(const struct mailbox *self)
{
    return self->waiting;
}

static bool has_arrived(const struct mailbox *self)
{
    for (uint32_t sender = 0; sender < self->office->count; sender++)
        if (!channel_empty(channel_between(self->office, sender, self->index)))
            return true;
    return false;
}

bool mailbox_linger(const struct mailbox *self, uint64_t until_ticks)
{
    do {
        if (has_arrived(self))
            return true;
        for (int i = 0; i < LINGER_PAUSES; i++)
            wait_a_moment();
    } while (clock_ticks() < until_ticks);
    return false;
}

bool mailbox_may_sleep(struct mailbox *self)
{
    if (self->kept_first != NULL)
        return false;
    atomic_store_explicit(&self->rest, REST_ASLEEP, memory_order_release);
    atomic_thread_fence(memory_order_seq_cst);
    if (has_arrived(self)) {
        mailbox_awake(self);
        return false;
    }
    return true;
}

void mailbox_awake(struct mailbox *self)
{
    const struct timespec nap = {.tv_nsec = 50000};
    uint32_t rest = atomic_load_explicit(&self->rest, memory_order_relaxed);

    if (rest == REST_AWAKE)
        return;
    for (uint32_t tries = 0;; tries++) {
        rest = REST_ASLEEP;
        if (atomic_compare_exchange_weak_explicit(&self->rest, &rest, REST_AWAKE,
                                                  memory_order_acquire, memory_order_relaxed))
            return;
        /* A borrower is done in no time, unless it has lost its core or runs something long. */
        if (tries > BORROWER_PATIENCE_LONG)
            nanosleep(&nap, NULL);
        else if (tries > BORROWER_PATIENCE)
            sched_yield();
    }
}

bool mailbox_borrow(struct mailbox *self, uint16_t receiver)
{
    struct mailbox *mailbox = &self->office->mailboxes[receiver];
    uint32_t rest = REST_ASLEEP;

    if (self->outboxes[receiver].first != NULL ||
        !channel_empty(channel_between(self->office, self->index, receiver)))
        return false;
    return atomic_compare_exchange_strong_explicit(&mailbox->rest, &rest, REST_BORROWED,
                                                   memory_order_acquire, memory_order_relaxed);
}

void mailbox_give_back(struct mailbox *self, uint16_t receiver)
{
    struct mailbox *mailbox = &self->office->mailboxes[receiver];

    ASSERT(atomic_load_explicit(&mailbox->rest, memory_order_relaxed) == REST_BORROWED);
    atomic_store_explicit(&mailbox->rest, REST_ASLEEP, memory_order_release);
}
