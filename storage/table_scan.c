#include "storage/table.h"

#include "proto/base/assert.h"

bool table_scan(const struct table *table, struct table_cursor *cursor, uint64_t *remaining,
                void (*visit)(void *context, const struct entry *entry), void *context)
{
    const uint32_t end = UINT32_C(1) << TABLE_POSITION_BITS;
    uint32_t position = cursor->prefix << (TABLE_POSITION_BITS - cursor->depth);
    /* Up to here all tags below the cursor's are done. */
    uint32_t scope_end = position + (UINT32_C(1) << (TABLE_POSITION_BITS - cursor->depth));

    ASSERT(cursor->depth <= TABLE_POSITION_BITS);
    ASSERT(cursor->tag < SEGMENT_TAG_END);
    while (table->root != 0 && position < end) {
        const struct segment *segment = segment_of_reference(table_reference_at(table, position));
        uint32_t shift = TABLE_POSITION_BITS - segment->depth;
        bool in_scope = segment->depth >= cursor->depth && position < scope_end;
        uint32_t tag;

        if (*remaining == 0) {
            /* Here, as if the segment had been begun. */
            *cursor =
                (struct table_cursor){segment->prefix, segment->depth, in_scope ? cursor->tag : 0};
            return false;
        }
        tag = segment_visit(segment, in_scope ? cursor->tag : 0, remaining, visit, context);
        if (tag != SEGMENT_TAG_END) {
            *cursor = (struct table_cursor){segment->prefix, segment->depth, tag};
            return false;
        }
        position = ((uint32_t)segment->prefix + 1) << shift;
    }
    return true;
}
