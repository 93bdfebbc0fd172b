/*
 * The link to the primary: connected, introduced, synchronised, followed; and connected again when
 * it breaks.
 *
 *   AWAY -> CONNECTING -> GREETING -> ASKING -+-> (+CONTINUE) ----------------> FOLLOWING
 *     ^                                       |                                    ^
 *     |                                       +-> RECEIVING -> STORING -> LOADING -+
 *     +---- whatever goes wrong: the next try is a second later at the earliest
 *
 * Nothing that the primary sends, or stops to send, ends the node or takes its data away before
 * those that replace them are complete.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_PRIMARY_LINK_H
#define SERVER_REPLICATION_PRIMARY_LINK_H

#include "server/replication/apply.h"
#include "server/replication/replication_report.h"

#include <stdbool.h>
#include <stdint.h>

struct control;
struct primary_link;

struct primary_link *primary_link_create(struct control *control, struct apply *apply);
void primary_link_free(struct primary_link *self);

/* The data that the node begins with are of a primary's stream. */
void primary_link_restored(struct primary_link *self);

/* From now on this is the primary; what was before is dropped. `takes_over`: the first PSYNC says
 * FAILOVER, so that the other one becomes the primary by it. */
void primary_link_start(struct primary_link *self, const char *host, uint16_t port, bool tls,
                        bool takes_over);
/* There is none. */
void primary_link_stop(struct primary_link *self);
/* Breaks the connection; it is made again. */
void primary_link_drop(struct primary_link *self, const char *reason);

/* Every 100 ms. */
void primary_link_tick(struct primary_link *self);
/* Once a turn; how many microseconds the next one may wait (INT64_MAX: any). */
void primary_link_turn(struct primary_link *self);
int64_t primary_link_patience_us(const struct primary_link *self);

/* The stream has been applied further: the primary is told, if it has asked, or soon. */
void primary_link_advanced(struct primary_link *self, bool asked);

/* Is it followed? */
bool primary_link_is_up(const struct primary_link *self);
/* The node's data are not those of any moment of a primary: a load of them has not ended well. */
bool primary_link_is_incomplete(const struct primary_link *self);
/* What the node would load after a restart is a whole copy, if it once was in step with the
 * primary.
 */
bool primary_link_is_kept(const struct primary_link *self);
/* The data are being replaced. */
bool primary_link_is_loading(const struct primary_link *self);
/* The last answer to a FAILOVER was a refusal. */
bool primary_link_was_refused(const struct primary_link *self);

/* When the primary was heard of last; 0: never. */
time_ms primary_link_last_heard(const struct primary_link *self);

/* What INFO and ROLE tell, but for host and port. */
void primary_link_report(const struct primary_link *self, struct replication_link *report);

#endif
