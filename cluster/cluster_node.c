#include "cluster/cluster_node.h"

#include "proto/base/assert.h"

/* In the order in which texts list them. */
static const struct {
    enum cluster_node_flag flag;
    struct span word;
} flag_words[] = {
    {CLUSTER_NODE_MYSELF, {"myself", 6}},     {CLUSTER_NODE_PRIMARY, {"master", 6}},
    {CLUSTER_NODE_REPLICA, {"slave", 5}},     {CLUSTER_NODE_MAYBE_FAILED, {"fail?", 5}},
    {CLUSTER_NODE_FAILED, {"fail", 4}},       {CLUSTER_NODE_HANDSHAKE, {"handshake", 9}},
    {CLUSTER_NODE_NO_ADDRESS, {"noaddr", 6}}, {CLUSTER_NODE_NO_FAILOVER, {"nofailover", 10}},
};

enum { FLAG_WORDS = sizeof(flag_words) / sizeof(flag_words[0]) };

const struct cluster_node *cluster_node_find(const struct cluster_node *nodes, uint32_t count,
                                             const struct node_id *id)
{
    for (uint32_t i = 0; i < count; i++) {
        if (node_id_equal(&nodes[i].id, id))
            return &nodes[i];
    }
    return NULL;
}

uint64_t cluster_node_shown_epoch(const struct cluster_node *nodes, uint32_t count,
                                  const struct cluster_node *node)
{
    const struct cluster_node *primary;

    if (!(node->flags & CLUSTER_NODE_REPLICA))
        return node->config_epoch;
    primary = cluster_node_find(nodes, count, &node->primary_id);
    return primary != NULL ? primary->config_epoch : 0;
}

size_t cluster_node_format_flags(const struct cluster_node *node,
                                 char text[CLUSTER_NODE_FLAGS_TEXT_MAX])
{
    size_t length = 0;

    for (size_t i = 0; i < FLAG_WORDS; i++) {
        if (!(node->flags & flag_words[i].flag))
            continue;
        if (length > 0)
            text[length++] = ',';
        ASSERT(length + flag_words[i].word.length < CLUSTER_NODE_FLAGS_TEXT_MAX);
        memcpy(text + length, flag_words[i].word.data, flag_words[i].word.length);
        length += flag_words[i].word.length;
    }
    if (length > 0)
        return length;
    memcpy(text, "noflags", 7);
    return 7;
}

static bool cluster_node_parse_flag(struct span word, uint32_t *flags)
{
    for (size_t i = 0; i < FLAG_WORDS; i++) {
        if (span_equal(word, flag_words[i].word)) {
            *flags |= flag_words[i].flag;
            return true;
        }
    }
    return span_equal(word, SPAN("noflags"));
}

bool cluster_node_parse_flags(struct span text, uint32_t *flags)
{
    size_t start = 0;

    *flags = 0;
    for (size_t i = 0; i <= text.length; i++) {
        if (i < text.length && text.data[i] != ',')
            continue;
        if (!cluster_node_parse_flag(span_of(text.data + start, i - start), flags))
            return false;
        start = i + 1;
    }
    return true;
}

bool cluster_node_address_valid(struct span text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool alphanumeric =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!alphanumeric && c != '.' && c != '-' && c != ':' && c != '_' && c != '%')
            return false;
    }
    return true;
}

bool cluster_node_human_name_valid(struct span text)
{
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if (c <= ' ' || c >= 0x7f || c == ',' || c == '"' || c == '\'' || c == '=')
            return false;
    }
    return true;
}
