/*
 * The identity of a node, or of a shard (a primary and its replicas): 40 characters of [0-9a-z], in
 * practice lower-case hexadecimal.
 */
#ifndef CLUSTER_NODE_ID_H
#define CLUSTER_NODE_ID_H

#include "proto/base/span.h"

enum { NODE_ID_LENGTH = 40 };

/* All NUL: none. */
struct node_id {
    char text[NODE_ID_LENGTH];
};

static inline struct span node_id_span(const struct node_id *id)
{
    return span_of(id->text, NODE_ID_LENGTH);
}

/* False when the text is no id. */
bool node_id_parse(struct span text, struct node_id *id);
bool node_id_equal(const struct node_id *a, const struct node_id *b);
/* Below, equal to or above 0, as for qsort. */
int node_id_compare(const struct node_id *a, const struct node_id *b);
bool node_id_empty(const struct node_id *id);

#endif
