/*
 * The shards' figures, as the control thread knows them: what each has last said of itself, with
 * the time at which it did.
 *
 * A shard is asked by message and answers between two of its turns (or in the middle of a script
 * that runs long there), with a copy; so nothing is read while it changes. One that does not answer
 * is not asked again until it does, and nobody waits for it any longer: what it said before stays,
 * and gets older. All are asked when somebody wants to know, and every few seconds otherwise, so
 * that there is something to show of a shard that hangs when the first one asks.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_HTTP_FIGURES_H
#define SERVER_HTTP_FIGURES_H

#include "proto/base/span.h"
#include "server/commands/info.h"

#include <stdbool.h>
#include <stdint.h>

struct control;
struct figures;

/* One slot that has keys, or had commands. */
struct slot_figures {
    uint16_t slot;
    uint64_t keys;
    uint64_t calls; /* of commands for its keys */
    uint64_t cpu_ns;
    uint64_t bytes_in;
    uint64_t bytes_out;
};

struct figures *figures_open(struct control *control);
void figures_close(struct figures *figures);
void figures_tick(struct figures *figures, int64_t now);

/* Asks all shards that can be asked, also for their slots if the query has "slots=1". True: wait
 * for http_figures_are_here. */
bool figures_ask(struct figures *figures, struct span query);

/* The sum of what is known, for INFO's writers; released by figures_release_info. */
void figures_collect(const struct figures *figures, struct info *info);
void figures_release_info(struct info *info);

/* How old what is known of a shard is, in milliseconds. */
int64_t figures_age_ms(const struct figures *figures, uint32_t shard);

/* The shard's slots as they were when slots were asked for last. */
const struct slot_figures *figures_slots(const struct figures *figures, uint32_t shard,
                                         uint32_t *count);

#endif
