#include "cluster/nodes_conf.h"

#include "cluster/node_line.h"
#include "proto/base/assert.h"
#include "proto/base/number.h"

#include <inttypes.h>

enum {
    FIELDS_BEFORE_SLOTS = 8,
    OLD_BUS_PORT_OFFSET = 10000, /* the bus port of a line that does not name one */
};

static const char *const error_texts[] = {
#define NODES_CONF_ERROR_TEXT(name, text) [name] = text,
    NODES_CONF_ERRORS(NODES_CONF_ERROR_TEXT)
#undef NODES_CONF_ERROR_TEXT
};

const char *nodes_conf_error_text(enum nodes_conf_error error)
{
    ASSERT((size_t)error < sizeof(error_texts) / sizeof(error_texts[0]));
    return error_texts[error];
}

void nodes_conf_write(const struct topology *topology, struct text_builder *text)
{
    for (uint32_t i = 0; i < topology->node_count; i++) {
        const struct cluster_node *node = &topology->nodes[i];

        if (node->flags & CLUSTER_NODE_HANDSHAKE)
            continue;
        node_line_append(
            &(struct node_line){
                .node = node,
                .index = (uint16_t)i,
                .owner = topology->owner,
                .shown_epoch =
                    cluster_node_shown_epoch(topology->nodes, topology->node_count, node),
                .auxiliary = true,
                .open_slots = topology->open_slots,
                .open_slot_count = topology->open_slot_count,
            },
            text);
    }
    text_builder_format(text, "vars currentEpoch %" PRIu64 " lastVoteEpoch %" PRIu64,
                        topology->current_epoch, topology->last_vote_epoch);
    /* Others skip what they do not know in this line. */
    if (!node_id_empty(&topology->copy_of))
        text_builder_format(text, " copyOf %.*s", NODE_ID_LENGTH, topology->copy_of.text);
    if (topology->version > 0)
        text_builder_format(text, " version %" PRIu64, topology->version);
    text_builder_append(text, SPAN("\n"));
}

/* Takes what stands before the next separator off `rest`; false when nothing is left. */
static bool nodes_conf_cut(struct span *rest, char separator, struct span *part)
{
    const char *end;

    if (rest->data == NULL)
        return false;
    end = rest->length > 0 ? memchr(rest->data, separator, rest->length) : NULL;
    if (end == NULL) {
        *part = *rest;
        *rest = (struct span){0};
        return true;
    }
    *part = span_of(rest->data, (size_t)(end - rest->data));
    *rest = span_of(end + 1, rest->length - part->length - 1);
    return true;
}

/* The next word of a line, however many spaces stand before it. */
static bool nodes_conf_word(struct span *line, struct span *word)
{
    while (nodes_conf_cut(line, ' ', word)) {
        if (word->length > 0)
            return true;
    }
    return false;
}

static bool nodes_conf_port(struct span text, uint16_t *port)
{
    uint64_t value;

    if (!number_parse_unsigned(text, &value) || value > UINT16_MAX)
        return false;
    *port = (uint16_t)value;
    return true;
}

/* Epochs count changes of the cluster: they leave room to go on counting. */
static bool nodes_conf_epoch(struct span text, uint64_t *epoch)
{
    return number_parse_unsigned(text, epoch) && *epoch <= INT64_MAX;
}

/* Copies into a field of `capacity` bytes, the NUL included. */
static bool nodes_conf_copy(struct span text, char *field, size_t capacity)
{
    if (text.length >= capacity)
        return false;
    if (text.length > 0)
        memcpy(field, text.data, text.length);
    field[text.length] = '\0';
    return true;
}

/* "<ip>:<port>@<bus port>"; the bus port may be missing. An IPv6 address has colons of its own. */
static bool nodes_conf_parse_address(struct span text, struct cluster_node *node)
{
    struct span rest = text, before;
    const char *colon;

    if (!nodes_conf_cut(&rest, '@', &before) || before.length == 0)
        return false;
    colon = memrchr(before.data, ':', before.length);
    if (colon == NULL)
        return false;

    struct span ip = span_of(before.data, (size_t)(colon - before.data));
    struct span port = span_of(colon + 1, before.length - ip.length - 1);

    if (!nodes_conf_port(port, &node->port) || !cluster_node_address_valid(ip) ||
        !nodes_conf_copy(ip, node->ip, sizeof(node->ip)))
        return false;
    if (rest.data != NULL)
        return nodes_conf_port(rest, &node->bus_port);
    if (node->port > UINT16_MAX - OLD_BUS_PORT_OFFSET)
        return false;
    node->bus_port = node->port > 0 ? (uint16_t)(node->port + OLD_BUS_PORT_OFFSET) : 0;
    return true;
}

/* "<name>=<value>": the ones that are known are taken, the others skipped. */
static bool nodes_conf_parse_auxiliary(struct span text, struct cluster_node *node)
{
    struct span value = text, name;

    if (!nodes_conf_cut(&value, '=', &name) || value.data == NULL || name.length == 0)
        return false;
    if (span_is(name, "tls-port"))
        return nodes_conf_port(value, &node->tls_port);
    if (span_is(name, "tcp-port")) {
        /* The port before the @ was the one for TLS. */
        node->tls_port = node->port;
        return nodes_conf_port(value, &node->port);
    }
    if (span_is(name, "shard-id"))
        return node_id_parse(value, &node->shard_id);
    if (span_is(name, "nodename"))
        return cluster_node_human_name_valid(value) &&
               nodes_conf_copy(value, node->human_name, sizeof(node->human_name));
    return true;
}

/* Address, host name and auxiliary fields, which commas divide. */
static enum nodes_conf_error nodes_conf_parse_place(struct span text, struct cluster_node *node)
{
    struct span part;

    nodes_conf_cut(&text, ',', &part);
    if (!nodes_conf_parse_address(part, node))
        return NODES_CONF_BAD_ADDRESS;
    if (!nodes_conf_cut(&text, ',', &part))
        return NODES_CONF_OK;
    if (!cluster_node_address_valid(part) ||
        !nodes_conf_copy(part, node->hostname, sizeof(node->hostname)))
        return NODES_CONF_BAD_ADDRESS;
    while (nodes_conf_cut(&text, ',', &part)) {
        if (!nodes_conf_parse_auxiliary(part, node))
            return NODES_CONF_BAD_AUXILIARY;
    }
    return NODES_CONF_OK;
}

static bool nodes_conf_slot(struct span text, uint16_t *slot)
{
    return nodes_conf_port(text, slot) && *slot < SLOT_COUNT;
}

/* "[<slot>->-<id>]" or "[<slot>-<-<id>]". */
static enum nodes_conf_error nodes_conf_parse_open_slot(struct span text, struct topology *topology)
{
    struct node_id peer;
    uint16_t slot;
    const char *dash;
    bool importing;

    if (text.length < 2 + 1 + 3 + NODE_ID_LENGTH || text.data[text.length - 1] != ']')
        return NODES_CONF_BAD_SLOT;
    text = span_of(text.data + 1, text.length - 2);
    dash = memchr(text.data, '-', text.length);
    if (dash == NULL || !nodes_conf_slot(span_of(text.data, (size_t)(dash - text.data)), &slot))
        return NODES_CONF_BAD_SLOT;

    struct span rest = span_of(dash, text.length - (size_t)(dash - text.data));

    if (rest.length != 3 + NODE_ID_LENGTH || rest.data[2] != '-' ||
        (rest.data[1] != '<' && rest.data[1] != '>'))
        return NODES_CONF_BAD_SLOT;
    importing = rest.data[1] == '<';
    if (!node_id_parse(span_of(rest.data + 3, NODE_ID_LENGTH), &peer))
        return NODES_CONF_BAD_ID;
    topology_open_slot(topology, slot, importing, &peer);
    return NODES_CONF_OK;
}

/* "5" or "5-9" of the node at `index`. */
static enum nodes_conf_error nodes_conf_parse_slots(struct span text, struct topology *topology,
                                                    uint32_t index)
{
    struct slot_range range;
    struct span first;
    uint16_t offender;

    nodes_conf_cut(&text, '-', &first);
    if (!nodes_conf_slot(first, &range.first))
        return NODES_CONF_BAD_SLOT;
    range.last = range.first;
    if (text.data != NULL && !nodes_conf_slot(text, &range.last))
        return NODES_CONF_BAD_SLOT;
    if (range.last < range.first)
        return NODES_CONF_BAD_SLOT;
    if (slot_map_check_free(topology->owner, &range, 1, &offender) != SLOT_MAP_FINE)
        return NODES_CONF_SLOT_TWICE;
    slot_map_assign(topology->owner, range, (uint16_t)index);
    return NODES_CONF_OK;
}

static enum nodes_conf_error nodes_conf_parse_all_slots(struct span rest, struct topology *topology,
                                                        uint32_t index)
{
    uint32_t flags = topology->nodes[index].flags;
    enum nodes_conf_error error = NODES_CONF_OK;
    struct span word;

    while (error == NODES_CONF_OK && nodes_conf_word(&rest, &word)) {
        bool open = word.data[0] == '[';

        if (!(flags & (open ? CLUSTER_NODE_MYSELF : CLUSTER_NODE_PRIMARY)))
            error = NODES_CONF_SLOT_MISPLACED;
        else if (open)
            error = nodes_conf_parse_open_slot(word, topology);
        else
            error = nodes_conf_parse_slots(word, topology, index);
    }
    return error;
}

static enum nodes_conf_error nodes_conf_parse_role(const struct span *fields,
                                                   struct cluster_node *node)
{
    uint32_t both = CLUSTER_NODE_PRIMARY | CLUSTER_NODE_REPLICA;

    if (!cluster_node_parse_flags(fields[2], &node->flags) || (node->flags & both) == both)
        return NODES_CONF_BAD_FLAGS;
    if (span_equal(fields[3], SPAN("-")))
        return NODES_CONF_OK;
    if (!node_id_parse(fields[3], &node->primary_id))
        return NODES_CONF_BAD_ID;
    return node->flags & CLUSTER_NODE_REPLICA ? NODES_CONF_OK : NODES_CONF_BAD_FLAGS;
}

static enum nodes_conf_error nodes_conf_parse_state(const struct span *fields,
                                                    struct cluster_node *node)
{
    if (!number_parse_integer(fields[4], &node->ping_sent) || node->ping_sent < 0 ||
        !number_parse_integer(fields[5], &node->pong_received) || node->pong_received < 0 ||
        !nodes_conf_epoch(fields[6], &node->config_epoch))
        return NODES_CONF_BAD_NUMBER;
    /* The column of a replica shows its primary's epoch. */
    if (node->flags & CLUSTER_NODE_REPLICA)
        node->config_epoch = 0;
    node->connected = span_equal(fields[7], SPAN("connected"));
    if (!node->connected && !span_equal(fields[7], SPAN("disconnected")))
        return NODES_CONF_BAD_LINK;
    return NODES_CONF_OK;
}

static enum nodes_conf_error nodes_conf_parse_fields(const struct span *fields,
                                                     struct cluster_node *node)
{
    enum nodes_conf_error error;

    if (!node_id_parse(fields[0], &node->id))
        return NODES_CONF_BAD_ID;
    error = nodes_conf_parse_place(fields[1], node);
    if (error == NODES_CONF_OK)
        error = nodes_conf_parse_role(fields, node);
    if (error == NODES_CONF_OK)
        error = nodes_conf_parse_state(fields, node);
    return error;
}

static enum nodes_conf_error nodes_conf_parse_node(const struct span *fields, struct span rest,
                                                   struct topology *topology)
{
    struct cluster_node parsed = {0}, *node;
    enum nodes_conf_error error = nodes_conf_parse_fields(fields, &parsed);
    uint32_t index = topology->node_count;

    if (error != NODES_CONF_OK)
        return error;
    /* Its name is a stand-in, and nobody knows it by that. */
    if (parsed.flags & CLUSTER_NODE_HANDSHAKE)
        return NODES_CONF_OK;
    if (topology_find_node(topology, &parsed.id) != NULL)
        return NODES_CONF_NODE_TWICE;
    node = topology_add_node(topology, &parsed.id);
    if (node == NULL)
        return NODES_CONF_TOO_MANY_NODES;
    *node = parsed;
    if (node->flags & CLUSTER_NODE_MYSELF) {
        if (topology->myself < TOPOLOGY_NODES_MAX)
            return NODES_CONF_MYSELF_TWICE;
        topology->myself = index;
    }
    return nodes_conf_parse_all_slots(rest, topology, index);
}

/* "vars <name> <value> ...": the two epochs must be there, names that are not known are skipped. */
static enum nodes_conf_error nodes_conf_parse_variables(struct span rest, struct topology *topology)
{
    struct span name, value;
    bool current = false, last_vote = false;

    while (nodes_conf_word(&rest, &name)) {
        uint64_t *number = NULL;

        if (!nodes_conf_word(&rest, &value))
            return NODES_CONF_BAD_VARIABLES;
        if (span_equal(name, SPAN("currentEpoch"))) {
            number = &topology->current_epoch;
            current = true;
        } else if (span_equal(name, SPAN("lastVoteEpoch"))) {
            number = &topology->last_vote_epoch;
            last_vote = true;
        } else if (span_equal(name, SPAN("copyOf")) && !node_id_parse(value, &topology->copy_of)) {
            return NODES_CONF_BAD_VARIABLES;
        } else if (span_equal(name, SPAN("version"))) {
            number = &topology->version;
        }
        if (number != NULL && !nodes_conf_epoch(value, number))
            return NODES_CONF_BAD_VARIABLES;
    }
    return current && last_vote ? NODES_CONF_OK : NODES_CONF_BAD_VARIABLES;
}

static enum nodes_conf_error nodes_conf_parse_line(struct span line, struct topology *topology,
                                                   bool *variables)
{
    struct span fields[FIELDS_BEFORE_SLOTS];

    if (!nodes_conf_word(&line, &fields[0]))
        return NODES_CONF_OK;
    if (span_equal(fields[0], SPAN("vars"))) {
        *variables = true;
        return nodes_conf_parse_variables(line, topology);
    }
    for (uint32_t i = 1; i < FIELDS_BEFORE_SLOTS; i++) {
        if (!nodes_conf_word(&line, &fields[i]))
            return NODES_CONF_TRUNCATED;
    }
    return nodes_conf_parse_node(fields, line, topology);
}

enum nodes_conf_error nodes_conf_parse(struct span text, struct topology *topology, uint32_t *line)
{
    enum nodes_conf_error error;
    bool variables = false;

    ASSERT(topology->node_count == 0);
    for (*line = 1; text.length > 0; ++*line) {
        const char *end = memchr(text.data, '\n', text.length);

        if (end == NULL)
            return NODES_CONF_TRUNCATED;

        size_t length = (size_t)(end - text.data);
        bool carriage_return = length > 0 && end[-1] == '\r';

        error = nodes_conf_parse_line(span_of(text.data, length - carriage_return), topology,
                                      &variables);
        if (error != NODES_CONF_OK)
            return error;
        text = span_of(end + 1, text.length - length - 1);
    }
    if (topology->myself == TOPOLOGY_NODES_MAX)
        return NODES_CONF_NO_MYSELF;
    return variables ? NODES_CONF_OK : NODES_CONF_NO_VARIABLES;
}
