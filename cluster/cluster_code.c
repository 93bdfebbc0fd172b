#include "cluster/cluster_code.h"

#include "proto/base/assert.h"

#include <stdio.h>

static const struct {
    bool error;
    const char *text;
} codes[CLUSTER_CODE_COUNT] = {
#define CLUSTER_CODE_ROW(name, is_error, format_text) [name] = {is_error, format_text},
    CLUSTER_CODES(CLUSTER_CODE_ROW)
#undef CLUSTER_CODE_ROW
};

bool cluster_code_is_error(enum cluster_code code)
{
    ASSERT(code < CLUSTER_CODE_COUNT);
    return codes[code].error;
}

size_t cluster_code_format(const struct cluster_result *result, char text[CLUSTER_CODE_TEXT_MAX])
{
    int length;

    ASSERT(result->code < CLUSTER_CODE_COUNT);
    /* No text has more than two numbers; those that it has not are passed over. */
    length = snprintf(text, CLUSTER_CODE_TEXT_MAX, codes[result->code].text, result->details[0],
                      result->details[1]);
    ASSERT(length > 0);
    ASSERT(length + 1 + NODE_ID_LENGTH < CLUSTER_CODE_TEXT_MAX);
    if (!node_id_empty(&result->id)) {
        text[length++] = ' ';
        memcpy(text + length, result->id.text, NODE_ID_LENGTH);
        length += NODE_ID_LENGTH;
    }
    return (size_t)length;
}
