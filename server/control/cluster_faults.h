/*
 * The faults of the bus that tests ask for, made: messages that do not arrive, links that break.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_CONTROL_CLUSTER_FAULTS_H
#define SERVER_CONTROL_CLUSTER_FAULTS_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct control;
struct node_id;

/* Does this message get lost? Then the link by which it came may be gone as well. */
bool cluster_faults_lose(struct control *control, uint64_t link, struct span frame);

/* Is this link, which is to be connected, to break instead? Then it is reported as down. */
bool cluster_faults_refuse(struct control *control, uint64_t link);

/* Breaks the link to this node (`to`), the one from it (`from`), or both. */
void cluster_faults_cut(struct control *control, const struct node_id *node, bool to, bool from);

#endif
