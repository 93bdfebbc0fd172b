/*
 * Elements by chance: what SRANDMEMBER, HRANDFIELD and ZRANDMEMBER have in common.
 *
 * With repetition elements are drawn one by one, and the length of the reply is bounded. Without,
 * a few of many are drawn, too, leaving out those drawn before; otherwise one walk takes each with
 * the probability that makes them as many as were asked for. Either way every choice is as likely
 * as every other; their order says nothing.
 *
 * For the thread that runs the command.
 */
#ifndef SERVER_COMMANDS_SAMPLE_H
#define SERVER_COMMANDS_SAMPLE_H

#include "server/commands/cmd.h"

/* `count [word]`: what the arguments from 2 on ask for. */
struct sample_request {
    uint64_t count;
    bool repeats;   /* the count was negative: any element may come several times */
    bool with_word; /* elements come in pairs with their value or score */
};

/* Reads a request; `word` is empty where there is none. Replies the error and returns false when
 * it is wrong. */
bool sample_arguments(const struct cmd *cmd, struct span word, struct sample_request *request);

/* Where the elements come from; the first member of a structure of the caller's. Nothing of what it
 * reads from may change or move meanwhile. */
struct sample_source {
    uint64_t count;  /* elements in all, at least one */
    bool draws_fast; /* drawing one does not walk over the others */
    /* Takes one by chance. Returns what it is known by: the same for the same one, never 0. */
    uint64_t (*draw)(struct sample_source *source, struct random *random);
    /* Takes the next one of a walk over all of them; false behind the last. */
    bool (*next)(struct sample_source *source);
    /* Writes the one that was taken last. */
    void (*reply)(const struct sample_source *source, struct reply *reply);
};

/* Replies with the elements as a list. */
void sample_reply(const struct cmd *cmd, const struct sample_request *request,
                  struct sample_source *source);

#endif
