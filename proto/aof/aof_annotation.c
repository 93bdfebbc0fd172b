#include "proto/aof/aof_annotation.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

#include <stdio.h>

#define TIME_MARK        "#TS:"
#define TRANSACTION_MARK "#TX:"
#define SHARD_MARK       "#TESSERA shard="
#define SHARDS_MARK      " shards="

/* Goes past a literal at the beginning. */
static bool take(struct span *line, struct span literal)
{
    if (line->length < literal.length || memcmp(line->data, literal.data, literal.length) != 0)
        return false;
    *line = span_of(line->data + literal.length, line->length - literal.length);
    return true;
}

/* A number up to something that is no digit. */
static bool take_number(struct span *line, uint64_t *value)
{
    size_t digits = 0;
    bool ok;

    while (digits < line->length && line->data[digits] >= '0' && line->data[digits] <= '9')
        digits++;
    ok = number_parse_unsigned(span_of(line->data, digits), value);
    *line = span_of(line->data + digits, line->length - digits);
    return ok;
}

static bool parse_transaction(struct span line, struct aof_annotation *annotation)
{
    uint64_t parts;

    if (!take_number(&line, &annotation->transaction) || !take(&line, SPAN(":")) ||
        !take_number(&line, &parts) || line.length > 0)
        return false;
    annotation->parts = (uint32_t)parts;
    return parts > 0 && parts <= UINT16_MAX && annotation->transaction > 0;
}

static bool parse_shard(struct span line, struct aof_annotation *annotation)
{
    uint64_t shard;
    uint64_t shards;

    if (!take_number(&line, &shard) || !take(&line, SPAN(SHARDS_MARK)) ||
        !take_number(&line, &shards) || shard >= shards || shards > UINT16_MAX)
        return false;
    annotation->shard = (uint32_t)shard;
    annotation->shards = (uint32_t)shards;
    return true;
}

struct aof_annotation aof_annotation_parse(struct span line)
{
    struct aof_annotation annotation = {.kind = AOF_ANNOTATION_OTHER};

    if (take(&line, SPAN(TIME_MARK)) && number_parse_integer(line, &annotation.seconds))
        annotation.kind = AOF_ANNOTATION_TIME;
    else if (take(&line, SPAN(TRANSACTION_MARK)) && parse_transaction(line, &annotation))
        annotation.kind = AOF_ANNOTATION_TRANSACTION;
    else if (take(&line, SPAN(SHARD_MARK)) && parse_shard(line, &annotation))
        annotation.kind = AOF_ANNOTATION_SHARD;
    return annotation;
}

size_t aof_annotation_format(const struct aof_annotation *annotation, char line[AOF_ANNOTATION_MAX])
{
    int length = 0;

    switch (annotation->kind) {
    case AOF_ANNOTATION_TIME:
        length = snprintf(line, AOF_ANNOTATION_MAX, TIME_MARK "%lld\r\n",
                          (long long)annotation->seconds);
        break;
    case AOF_ANNOTATION_TRANSACTION:
        ASSERT(annotation->transaction > 0 && annotation->parts > 0);
        length = snprintf(line, AOF_ANNOTATION_MAX, TRANSACTION_MARK "%llu:%u\r\n",
                          (unsigned long long)annotation->transaction, annotation->parts);
        break;
    case AOF_ANNOTATION_SHARD:
        ASSERT(annotation->shard < annotation->shards);
        length = snprintf(line, AOF_ANNOTATION_MAX, SHARD_MARK "%u" SHARDS_MARK "%u\r\n",
                          annotation->shard, annotation->shards);
        break;
    case AOF_ANNOTATION_OTHER:
        UNREACHABLE();
    }
    ASSERT(length > 0 && length < AOF_ANNOTATION_MAX);
    return (size_t)length;
}
