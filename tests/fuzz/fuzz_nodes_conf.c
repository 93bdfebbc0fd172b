/* Any bytes as nodes.conf: refused, or read into a topology that is written and read the same
 * again. */
#include "cluster/nodes_conf.h"
#include "proto/base/assert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct topology first, second;
    struct text_builder text, again;
    uint32_t line;

    topology_init(&first);
    topology_init(&second);
    text_builder_init(&text);
    text_builder_init(&again);
    if (nodes_conf_parse(span_of((const char *)data, size), &first, &line) == NODES_CONF_OK) {
        ASSERT(first.myself < first.node_count);
        nodes_conf_write(&first, &text);
        ASSERT(nodes_conf_parse(text_builder_span(&text), &second, &line) == NODES_CONF_OK);
        ASSERT(second.node_count == first.node_count);
        ASSERT(memcmp(first.owner, second.owner, sizeof(first.owner)) == 0);
        nodes_conf_write(&second, &again);
        ASSERT(span_equal(text_builder_span(&text), text_builder_span(&again)));
    }
    text_builder_free(&text);
    text_builder_free(&again);
    topology_free(&first);
    topology_free(&second);
    return 0;
}
