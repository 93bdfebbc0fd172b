/*
 * nodes.conf: what a node must remember of the cluster over a restart.
 *
 * Written in the form of Redis 7.2 (which Valkey and later Redis read): one line per node
 *
 *   <id> <ip>:<port>@<bus port>,<hostname>,tls-port=<n>,shard-id=<id> <flags> <primary id or ->
 * <ping sent> <pong received> <epoch> <connected|disconnected> [<slot>|<first>-<last>]... [<open
 * slot>]...
 *
 * and a last line `vars currentEpoch <n> lastVoteEpoch <n>`, with ` copyOf <id>` behind it on a
 * replica whose data are known to be all of that primary's (Redis skips words that it does not
 * know there). Open slots ("[5->-<id>]" leaving, "[5-<-<id>]" coming) stand on the line of the node
 * itself only.
 *
 * Read liberally: lines without bus port, hostname or auxiliary fields (older Redis), unknown
 * auxiliary fields (newer Valkey), blank lines, CR before LF. Everything else that does not fit is
 * an error with the number of its line: a file that is cut off anywhere does not parse, since the
 * last line must be there and must be ended.
 *
 * An empty file is an error as well; a server treats a file of no length as absent.
 */
#ifndef CLUSTER_NODES_CONF_H
#define CLUSTER_NODES_CONF_H

#include "cluster/text_builder.h"
#include "cluster/topology.h"

#define NODES_CONF_ERRORS(X)                                                                       \
    X(NODES_CONF_OK, "no error")                                                                   \
    X(NODES_CONF_TRUNCATED, "the line is cut off")                                                 \
    X(NODES_CONF_BAD_ID, "not a node id")                                                          \
    X(NODES_CONF_BAD_ADDRESS, "not an address")                                                    \
    X(NODES_CONF_BAD_AUXILIARY, "an auxiliary field is malformed")                                 \
    X(NODES_CONF_BAD_FLAGS, "unknown or contradictory flags")                                      \
    X(NODES_CONF_BAD_NUMBER, "not a number")                                                       \
    X(NODES_CONF_BAD_LINK, "not a link state")                                                     \
    X(NODES_CONF_BAD_SLOT, "invalid or out of range slot")                                         \
    X(NODES_CONF_SLOT_TWICE, "a slot has two owners")                                              \
    X(NODES_CONF_SLOT_MISPLACED, "only a primary has slots, and only this node open ones")         \
    X(NODES_CONF_NODE_TWICE, "a node has two lines")                                               \
    X(NODES_CONF_MYSELF_TWICE, "more than one node is marked as this one")                         \
    X(NODES_CONF_NO_MYSELF, "no node is marked as this one")                                       \
    X(NODES_CONF_NO_VARIABLES, "the line with the epochs is missing")                              \
    X(NODES_CONF_BAD_VARIABLES, "the line with the epochs is malformed")                           \
    X(NODES_CONF_TOO_MANY_NODES, "too many nodes")

#define NODES_CONF_ERROR_NAME(name, text) name,
enum nodes_conf_error { NODES_CONF_ERRORS(NODES_CONF_ERROR_NAME) };
#undef NODES_CONF_ERROR_NAME

const char *nodes_conf_error_text(enum nodes_conf_error error);

/* Appends the file's text. Nodes in handshake are left out. */
void nodes_conf_write(const struct topology *topology, struct text_builder *text);

/*
 * Reads a file's text into an initialised, empty topology. On an error *line is the line's number,
 * counted from 1 (the one behind the last for what is missing), and the topology is to be freed.
 */
enum nodes_conf_error nodes_conf_parse(struct span text, struct topology *topology, uint32_t *line);

#endif
