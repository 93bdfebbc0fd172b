#include "cluster/node_id.h"

bool node_id_parse(struct span text, struct node_id *id)
{
    if (text.length != NODE_ID_LENGTH)
        return false;
    for (size_t i = 0; i < NODE_ID_LENGTH; i++) {
        char c = text.data[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z'))
            return false;
    }
    memcpy(id->text, text.data, NODE_ID_LENGTH);
    return true;
}

bool node_id_equal(const struct node_id *a, const struct node_id *b)
{
    return memcmp(a->text, b->text, NODE_ID_LENGTH) == 0;
}

int node_id_compare(const struct node_id *a, const struct node_id *b)
{
    return memcmp(a->text, b->text, NODE_ID_LENGTH);
}

bool node_id_empty(const struct node_id *id)
{
    return id->text[0] == '\0';
}
