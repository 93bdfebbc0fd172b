/*
 * Mailboxes between threads: nothing is lost, doubled or out of order between two threads, full
 * rings are survived, and sleepers are woken.
 */
#include "server/shard/mailbox.h"

#include "proto/base/memory.h"
#include "tests/unit/reactor_kinds.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum {
    PARTIES_MAX = 3,
#ifdef TESSERA_SANITIZED
    MESSAGES = 40000, /* by each party to each other */
#else
    MESSAGES = 300000,
#endif
    /* A bell that does not ring is a sleep that outlasts the test's alarm: the end is by count. */
    LONG_US = 3600ll * 1000 * 1000 / 2,
    NAP_US = 50,
    ALARM_SECONDS = 500,
};

struct party;

struct note {
    struct message message; /* first */
    uint32_t number;
    uint32_t times_delivered;
    uint32_t times_returned;
};

struct plan {
    uint32_t parties;
    uint32_t count;  /* notes to each other party */
    uint32_t window; /* notes on their way to each at most; 0: no bound */
    uint32_t burst;  /* notes posted to each per turn */
    bool slow;       /* takes one message of each sender per turn */
    bool borrows;    /* does what it can on the data of those who sleep */
    uint32_t hold;   /* a delivered note is returned when so many more have come */
};

struct exchange {
    struct plan plan;
    struct post_office *office;
    pthread_barrier_t barrier;
    _Atomic uint32_t busy; /* parties that still wait for notes */
    struct party *parties;
};

struct party {
    struct exchange *exchange;
    struct reactor *reactor;
    struct mailbox *mailbox;
    struct note *notes[PARTIES_MAX];      /* by receiver */
    uint32_t posted[PARTIES_MAX];         /* by receiver */
    uint32_t returned[PARTIES_MAX];       /* by receiver */
    uint32_t delivered[PARTIES_MAX];      /* by sender */
    struct message *held[PARTIES_MAX][8]; /* delivered, not yet returned */
    uint32_t held_count[PARTIES_MAX];
    uint64_t disorders;
    uint64_t ledger; /* counts what was delivered, or written by a borrower; plain on purpose */
    uint64_t borrowed;
    uint64_t turns;
    uint64_t backlogs;
    uint64_t sleeps;
    uint32_t index;
    pthread_t thread;
};

static void note_returned(struct message *message, void *sender)
{
    struct note *note = (struct note *)message;
    struct party *party = sender;

    note->times_returned++;
    party->returned[message->receiver]++;
}

static void return_held(struct party *party, uint32_t sender)
{
    for (uint32_t i = 0; i < party->held_count[sender]; i++)
        message_return(party->mailbox, party->held[sender][i]);
    party->held_count[sender] = 0;
}

static void note_delivered(struct message *message, void *receiver)
{
    struct note *note = (struct note *)message;
    struct party *party = receiver;
    uint32_t sender = message->sender;

    note->times_delivered++;
    party->ledger++;
    party->disorders += note->number != party->delivered[sender];
    party->delivered[sender]++;
    party->held[sender][party->held_count[sender]++] = message;
    if (party->held_count[sender] > party->exchange->plan.hold ||
        party->delivered[sender] == party->exchange->plan.count)
        return_held(party, sender);
}

/* Instead of a note, when the receiver sleeps: counted as one that has come and gone. */
static bool deliver_borrowed(struct party *party, struct note *note, uint32_t to)
{
    struct party *other = &party->exchange->parties[to];

    if (!party->exchange->plan.borrows || !mailbox_borrow(party->mailbox, (uint16_t)to))
        return false;
    note->times_delivered++;
    note->times_returned++;
    other->ledger++;
    other->disorders += note->number != other->delivered[party->index];
    other->delivered[party->index]++;
    mailbox_give_back(party->mailbox, (uint16_t)to);
    party->returned[to]++;
    party->borrowed++;
    return true;
}

static void post_some(struct party *party)
{
    const struct plan *plan = &party->exchange->plan;

    for (uint32_t to = 0; to < plan->parties; to++) {
        for (uint32_t i = 0; i < plan->burst && party->posted[to] < plan->count; i++) {
            uint32_t number = party->posted[to];
            struct note *note = &party->notes[to][number];

            if (to == party->index ||
                (plan->window > 0 && number - party->returned[to] >= plan->window))
                break;
            note->number = number;
            note->message = (struct message){.deliver = note_delivered, .returned = note_returned};
            party->posted[to]++;
            if (!deliver_borrowed(party, note, to))
                mailbox_post(party->mailbox, &note->message, (uint16_t)to);
        }
    }
}

/* When all of its own notes are back; then all of theirs are soon, too. */
static bool party_is_done(const struct party *party)
{
    const struct plan *plan = &party->exchange->plan;

    for (uint32_t other = 0; other < plan->parties; other++)
        if (other != party->index && party->returned[other] < plan->count)
            return false;
    return true;
}

static bool may_post(const struct party *party)
{
    const struct plan *plan = &party->exchange->plan;

    for (uint32_t to = 0; to < plan->parties; to++)
        if (to != party->index && party->posted[to] < plan->count &&
            (plan->window == 0 || party->posted[to] - party->returned[to] < plan->window))
            return true;
    return false;
}

static void woken(void *context)
{
    struct party *party = context;

    if (party->mailbox != NULL)
        mailbox_awake(party->mailbox);
}

static void turn(struct party *party, bool *more)
{
    int64_t timeout_us = 0;
    /* Who lends takes a nap now and then though there is something to do. */
    bool naps = party->exchange->plan.borrows && ++party->turns % 2 == 0;

    if (!*more && (naps || !may_post(party))) {
        timeout_us = naps ? NAP_US : LONG_US;
        if (mailbox_is_backlogged(party->mailbox)) {
            timeout_us = 200;
            party->backlogs++;
        } else if (!mailbox_may_sleep(party->mailbox)) {
            timeout_us = 0;
        }
    }
    reactor_turn(party->reactor, timeout_us);
    *more = mailbox_drain(party->mailbox, party->exchange->plan.slow ? 0 : UINT64_MAX);
    party->sleeps += timeout_us == LONG_US;
    post_some(party);
    mailbox_flush(party->mailbox);
}

/* Whoever is done goes on until all are, since others may still need its answers. */
static void *party_main(void *argument)
{
    struct party *party = argument;
    struct exchange *exchange = party->exchange;
    struct reactor_options options = {
        .kind = kind, .buffer_count = 8, .buffer_size = 4096, .woken = woken, .context = party};
    char error[256];
    bool more = true;
    bool done = false;

    party->reactor = reactor_create(&options, error);
    if (party->reactor == NULL)
        return NULL;
    party->mailbox = mailbox_open(exchange->office, (uint16_t)party->index, party->reactor, party);
    pthread_barrier_wait(&exchange->barrier);
    while (!done || atomic_load(&exchange->busy) > 0) {
        turn(party, &more);
        if (!done && party_is_done(party)) {
            done = true;
            /* The others may be asleep, waiting for nothing but the end. */
            if (atomic_fetch_sub(&exchange->busy, 1) == 1)
                for (uint32_t i = 0; i < exchange->plan.parties; i++)
                    reactor_ring_bell(party->reactor, exchange->parties[i].reactor);
            reactor_submit(party->reactor);
        }
    }
    pthread_barrier_wait(&exchange->barrier);
    reactor_destroy(party->reactor);
    return NULL;
}

static void assert_exact(const struct exchange *exchange)
{
    for (uint32_t i = 0; i < exchange->plan.parties; i++) {
        const struct party *party = &exchange->parties[i];

        assert_int_equal(party->disorders, 0);
        assert_int_equal(party->ledger,
                         (uint64_t)exchange->plan.count * (exchange->plan.parties - 1));
        for (uint32_t to = 0; to < exchange->plan.parties; to++) {
            for (uint32_t n = 0; to != i && n < exchange->plan.count; n++) {
                assert_int_equal(party->notes[to][n].times_delivered, 1);
                assert_int_equal(party->notes[to][n].times_returned, 1);
            }
        }
    }
}

static void run(const struct plan *plan)
{
    struct exchange exchange = {.plan = *plan, .busy = plan->parties};
    uint64_t sleeps = 0;
    uint64_t backlogs = 0;
    uint64_t borrowed = 0;

    exchange.office = post_office_create(plan->parties);
    exchange.parties = memory_new_zeroed(plan->parties, sizeof(struct party));
    pthread_barrier_init(&exchange.barrier, NULL, plan->parties);
    for (uint32_t i = 0; i < plan->parties; i++) {
        struct party *party = &exchange.parties[i];

        party->exchange = &exchange;
        party->index = i;
        for (uint32_t to = 0; to < plan->parties; to++)
            party->notes[to] = memory_new_zeroed(plan->count, sizeof(struct note));
        assert_int_equal(pthread_create(&party->thread, NULL, party_main, party), 0);
    }
    for (uint32_t i = 0; i < plan->parties; i++)
        pthread_join(exchange.parties[i].thread, NULL);
    assert_exact(&exchange);
    for (uint32_t i = 0; i < plan->parties; i++) {
        sleeps += exchange.parties[i].sleeps;
        backlogs += exchange.parties[i].backlogs;
        borrowed += exchange.parties[i].borrowed;
        for (uint32_t to = 0; to < plan->parties; to++)
            memory_free(exchange.parties[i].notes[to]);
    }

    print_message("%u parties: %llu sleeps, %llu borrowings, %llu waits with a backlog\n",
                  plan->parties, (unsigned long long)sleeps, (unsigned long long)borrowed,
                  (unsigned long long)backlogs);
    pthread_barrier_destroy(&exchange.barrier);
    memory_free(exchange.parties);
    post_office_destroy(exchange.office);
}

static void test_two_threads(void **state)
{
    (void)state;
    run(&(struct plan){
        .parties = 2,
        .count = MESSAGES,
        .window = 500,
        .burst = 64,
    });
}

static void test_three_threads(void **state)
{
    (void)state;
    run(&(struct plan){
        .parties = 3, .count = MESSAGES / 2, .window = 300, .burst = 20, .slow = true, .hold = 3});
}

/* All at once: most of them wait in outboxes, the answers too. */
static void test_rings_overflow(void **state)
{
    (void)state;
    run(&(struct plan){
        .parties = 3, .count = MESSAGES / 4, .burst = MESSAGES, .slow = true, .hold = 5});
}

/* One note at a time: nearly every turn is a sleep that the other side must end. */
static void test_sleepers_are_woken(void **state)
{
    (void)state;
    run(&(struct plan){
        .parties = 2,
        .count = MESSAGES / 10,
        .window = 1,
        .burst = 1,
    });
    run(&(struct plan){
        .parties = 3,
        .count = MESSAGES / 10,
        .window = 1,
        .burst = 1,
    });
}

/* Data that several threads write in turn, without waking its owner: nothing is lost or torn. */
static void test_sleepers_lend(void **state)
{
    (void)state;
    run(&(struct plan){
        .parties = 2, .count = MESSAGES / 4, .window = 50, .burst = 20, .borrows = true});
    run(&(struct plan){
        .parties = 3, .count = MESSAGES / 8, .window = 20, .burst = 20, .borrows = true});
}

/* ---- On one thread ---- */

static void nothing(void *context)
{
    (void)context;
}

struct pair {
    struct party parties[2];
    struct exchange exchange;
    struct note *notes;
};

static void pair_open(struct pair *pair, uint32_t notes)
{
    struct reactor_options options = {
        .kind = kind, .buffer_count = 8, .buffer_size = 4096, .woken = nothing};
    char error[256];

    memset(pair, 0, sizeof(*pair));
    pair->exchange.plan = (struct plan){.parties = 2, .count = notes};
    pair->exchange.office = post_office_create(2);
    for (uint16_t i = 0; i < 2; i++) {
        pair->parties[i].exchange = &pair->exchange;
        pair->parties[i].index = i;
        pair->parties[i].reactor = reactor_create(&options, error);
        assert_non_null(pair->parties[i].reactor);
        pair->parties[i].mailbox =
            mailbox_open(pair->exchange.office, i, pair->parties[i].reactor, &pair->parties[i]);
    }
    pair->notes = memory_new_zeroed(notes, sizeof(struct note));
    for (uint32_t i = 0; i < notes; i++) {
        pair->notes[i].number = i;
        pair->notes[i].message =
            (struct message){.deliver = note_delivered, .returned = note_returned};
    }
}

static void pair_close(struct pair *pair)
{
    for (uint32_t i = 0; i < 2; i++)
        reactor_destroy(pair->parties[i].reactor);
    post_office_destroy(pair->exchange.office);
    memory_free(pair->notes);
}

static void test_outbox_in_order(void **state)
{
    enum { COUNT = 3 * MAILBOX_RING_SIZE };
    struct pair pair;
    struct mailbox *sender;
    struct mailbox *receiver;

    (void)state;
    pair_open(&pair, COUNT);
    sender = pair.parties[0].mailbox;
    receiver = pair.parties[1].mailbox;
    assert_true(mailbox_may_sleep(receiver));
    for (uint32_t i = 0; i < COUNT; i++)
        mailbox_post(sender, &pair.notes[i].message, 1);
    assert_true(mailbox_is_backlogged(sender));
    assert_true(mailbox_linger(receiver, 0));
    assert_false(mailbox_may_sleep(receiver));
    /* Over time: one message, and more is waiting. */
    assert_true(mailbox_drain(receiver, 0));
    assert_int_equal(pair.parties[1].delivered[0], 1);
    assert_int_equal(mailbox_outstanding(sender), COUNT);
    while (pair.parties[0].returned[1] < COUNT) {
        mailbox_drain(receiver, UINT64_MAX);
        mailbox_flush(receiver);
        mailbox_drain(sender, UINT64_MAX);
        mailbox_flush(sender);
    }
    assert_int_equal(mailbox_outstanding(sender), 0);
    assert_false(mailbox_is_backlogged(sender));
    assert_false(mailbox_is_backlogged(receiver));
    assert_int_equal(pair.parties[1].disorders, 0);
    assert_false(mailbox_drain(receiver, UINT64_MAX));
    assert_false(mailbox_linger(receiver, 0));
    assert_true(mailbox_may_sleep(receiver));
    pair_close(&pair);
}

static void test_to_oneself(void **state)
{
    struct pair pair;
    struct mailbox *mailbox;

    (void)state;
    pair_open(&pair, 3);
    mailbox = pair.parties[0].mailbox;
    for (uint32_t i = 0; i < 3; i++)
        mailbox_post(mailbox, &pair.notes[i].message, 0);
    assert_false(mailbox_may_sleep(mailbox));
    mailbox_drain(mailbox, UINT64_MAX);
    mailbox_flush(mailbox);
    mailbox_drain(mailbox, UINT64_MAX);
    assert_int_equal(pair.parties[0].delivered[0], 3);
    assert_int_equal(pair.parties[0].returned[0], 3);
    assert_true(mailbox_may_sleep(mailbox));
    pair_close(&pair);
}

static void test_borrow_rules(void **state)
{
    struct pair pair;
    struct mailbox *mailbox;
    struct mailbox *other;

    (void)state;
    pair_open(&pair, 1);
    mailbox = pair.parties[0].mailbox;
    other = pair.parties[1].mailbox;
    assert_false(mailbox_borrow(mailbox, 1)); /* awake */
    assert_true(mailbox_may_sleep(other));
    assert_true(mailbox_borrow(mailbox, 1));
    assert_false(mailbox_borrow(mailbox, 1)); /* lent already */
    mailbox_give_back(mailbox, 1);
    assert_true(mailbox_borrow(mailbox, 1));
    mailbox_give_back(mailbox, 1);
    /* What was sent before comes first. */
    mailbox_post(mailbox, &pair.notes[0].message, 1);
    assert_false(mailbox_borrow(mailbox, 1));
    mailbox_awake(other);
    mailbox_drain(other, UINT64_MAX);
    assert_false(mailbox_borrow(mailbox, 1));
    assert_true(mailbox_may_sleep(other));
    assert_true(mailbox_borrow(mailbox, 1));
    mailbox_give_back(mailbox, 1);
    pair_close(&pair);
}

/* ---- What must not wait behind a full ring ---- */

static void urgent_delivered(struct message *message, void *receiver)
{
    struct party *party = receiver;

    message_return_at_once(party->mailbox, message);
}

static void test_return_at_once(void **state)
{
    enum { COUNT = 2 * MAILBOX_RING_SIZE };
    struct pair pair;
    struct note urgent = {.message = {.deliver = urgent_delivered, .returned = note_returned}};

    (void)state;
    pair_open(&pair, COUNT);
    for (uint32_t round = 1; round <= 3; round++) {
        /* The way from 1 to 0 is full, and more is waiting. */
        for (uint32_t i = 0; i < COUNT; i++)
            mailbox_post(pair.parties[1].mailbox, &pair.notes[i].message, 0);
        assert_true(mailbox_is_backlogged(pair.parties[1].mailbox));
        mailbox_post(pair.parties[0].mailbox, &urgent.message, 1);
        mailbox_drain(pair.parties[1].mailbox, 0);
        /* From here on party 1 stands still; its answer is in the ring all the same. */
        mailbox_drain(pair.parties[0].mailbox, UINT64_MAX);
        assert_int_equal(urgent.times_returned, round);
        while (pair.parties[1].returned[0] < COUNT * round) {
            mailbox_flush(pair.parties[0].mailbox);
            mailbox_flush(pair.parties[1].mailbox);
            mailbox_drain(pair.parties[1].mailbox, UINT64_MAX);
            mailbox_drain(pair.parties[0].mailbox, UINT64_MAX);
        }
    }
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outbox_in_order),    cmocka_unit_test(test_to_oneself),
        cmocka_unit_test(test_return_at_once),     cmocka_unit_test(test_two_threads),
        cmocka_unit_test(test_three_threads),      cmocka_unit_test(test_rings_overflow),
        cmocka_unit_test(test_sleepers_are_woken), cmocka_unit_test(test_sleepers_lend),
        cmocka_unit_test(test_borrow_rules),
    };

    alarm(ALARM_SECONDS);
    return RUN_WITH_EACH_KIND(tests);
}
