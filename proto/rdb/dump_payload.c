#include "proto/rdb/dump_payload.h"

#include "proto/base/assert.h"
#include "proto/rdb/crc64.h"
#include "proto/rdb/rdb_format.h"
#include "proto/rdb/rdb_reader.h"

void dump_payload_close(struct rdb_writer *writer, uint16_t version)
{
    ASSERT(rdb_format_readable(version));
    rdb_writer_uint16(writer, version);
    rdb_writer_uint64(writer, crc64_update(0, rdb_writer_span(writer)));
}

bool dump_payload_open(struct span payload, bool check_sum, struct span *value, uint16_t *version)
{
    struct rdb_reader footer;
    uint64_t sum = 0;
    size_t length;

    if (payload.length < DUMP_PAYLOAD_FOOTER)
        return false;
    length = payload.length - DUMP_PAYLOAD_FOOTER;
    footer = rdb_reader_of(span_of(payload.data + length, DUMP_PAYLOAD_FOOTER));
    rdb_reader_uint16(&footer, version);
    rdb_reader_uint64(&footer, &sum);
    ASSERT(!footer.failed);
    if (!rdb_format_readable(*version))
        return false;
    if (check_sum && sum != crc64_update(0, span_of(payload.data, length + sizeof(*version))))
        return false;
    *value = span_of(payload.data, length);
    return true;
}
