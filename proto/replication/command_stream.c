#include "proto/replication/command_stream.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

enum {
    BLOCK_BYTES = 256 * 1024,
    /* What is announced is believed only so far ahead of what has come. */
    AHEAD_MAX = 1024 * 1024,
    ARGUMENTS_FIRST = 64,
};

static struct command_block *last_block(const struct command_stream *stream)
{
    return list_empty(&stream->blocks)
               ? NULL
               : list_entry(stream->blocks.previous, struct command_block, link);
}

void command_stream_init(struct command_stream *stream, int64_t offset, int64_t bulk_max)
{
    *stream = (struct command_stream){.start = offset, .offset = offset, .bulk_max = bulk_max};
    list_init(&stream->blocks);
    request_parser_reset(&stream->parser);
    stream->parser.argv = memory_new(ARGUMENTS_FIRST * sizeof(struct span));
    stream->parser.argv_capacity = ARGUMENTS_FIRST;
}

static void drop_block(struct command_stream *stream, struct command_block *block)
{
    list_remove(&block->link);
    stream->memory -= block->capacity;
    memory_free(block);
}

void command_stream_free(struct command_stream *stream)
{
    while (!list_empty(&stream->blocks))
        drop_block(stream, last_block(stream));
    memory_free(stream->parser.argv);
    stream->parser.argv = NULL;
}

/* ---- Bytes ---- */

/* How large the block should be that an unfinished command moves to. */
static size_t capacity_for(const struct command_stream *stream, size_t unread, size_t more)
{
    size_t needs = request_parser_needs(&stream->parser);
    size_t believed = unread + more + AHEAD_MAX;
    size_t capacity = unread + more + unread;

    if (needs > believed)
        needs = believed;
    if (needs > capacity)
        capacity = needs;
    return capacity < BLOCK_BYTES ? BLOCK_BYTES : capacity;
}

/* A block with what is unread of the one before at its beginning. */
static struct command_block *begin_block(struct command_stream *stream, size_t more)
{
    struct command_block *before = last_block(stream);
    size_t unread = before == NULL ? 0 : before->filled - before->parsed;
    size_t capacity = capacity_for(stream, unread, more);
    struct command_block *block = memory_new(sizeof(*block) + capacity);

    block->start = stream->offset;
    block->capacity = capacity;
    block->filled = unread;
    block->parsed = 0;
    if (unread > 0) {
        const char *from = before->bytes + before->parsed;

        memcpy(block->bytes, from, unread);
        request_parser_rebase(&stream->parser, from, block->bytes);
        before->filled = before->parsed;
    }
    /* A large command that grows leaves nothing behind. */
    if (before != NULL && before->parsed == 0)
        drop_block(stream, before);
    stream->memory += capacity;
    list_push_back(&stream->blocks, &block->link);
    return block;
}

void command_stream_put(struct command_stream *stream, struct span bytes)
{
    while (bytes.length > 0) {
        struct command_block *block = last_block(stream);
        size_t room;

        if (block == NULL || block->filled == block->capacity)
            block = begin_block(stream, bytes.length);
        room = block->capacity - block->filled;
        if (room > bytes.length)
            room = bytes.length;
        memcpy(block->bytes + block->filled, bytes.data, room);
        block->filled += room;
        bytes = span_of(bytes.data + room, bytes.length - room);
    }
}

/* ---- Commands ---- */

static void take_room(struct command_stream *stream)
{
    struct request_parser *parser = &stream->parser;

    parser->argv_capacity *= 2;
    parser->argv = memory_resize(parser->argv, parser->argv_capacity * sizeof(struct span));
}

/* Line ends between commands keep a link alive. */
static void skip_line_ends(struct command_stream *stream, struct command_block *block)
{
    while (block->parsed < block->filled &&
           (block->bytes[block->parsed] == '\n' || block->bytes[block->parsed] == '\r')) {
        block->parsed++;
        stream->offset++;
    }
}

static enum command_stream_status finish(struct command_stream *stream, struct command_block *block)
{
    struct request_parser *parser = &stream->parser;

    stream->start = stream->offset;
    stream->offset += (int64_t)parser->position;
    block->parsed += parser->position;
    stream->argv = parser->argv;
    stream->argc = parser->argc;
    request_parser_reset(parser);
    return COMMAND_STREAM_COMMAND;
}

enum command_stream_status command_stream_next(struct command_stream *stream)
{
    struct request_limits limits = {.count_max = INT32_MAX, .bulk_length_max = stream->bulk_max};
    struct command_block *block = stream->bad ? NULL : last_block(stream);

    if (block == NULL)
        return stream->bad ? COMMAND_STREAM_BAD : COMMAND_STREAM_NONE;
    for (;;) {
        char *at;

        if (stream->parser.position == 0 && stream->parser.argc == 0)
            skip_line_ends(stream, block);
        if (block->parsed == block->filled)
            return COMMAND_STREAM_NONE;
        at = block->bytes + block->parsed;
        if (*at != '*')
            break;
        switch (request_parse(&stream->parser, at, block->filled - block->parsed, &limits)) {
        case REQUEST_COMPLETE:
            if (stream->parser.argc == 0)
                goto bad;
            return finish(stream, block);
        case REQUEST_INCOMPLETE:
            return COMMAND_STREAM_NONE;
        case REQUEST_NEEDS_ROOM:
            take_room(stream);
            continue;
        case REQUEST_INVALID:
            goto bad;
        }
    }
bad:
    stream->bad = true;
    return COMMAND_STREAM_BAD;
}

/* ---- Blocks ---- */

void command_stream_visit(const struct command_stream *stream, int64_t from, int64_t to,
                          void (*visit)(void *context, struct span bytes), void *context)
{
    ASSERT(from <= to);
    list_for_each (link, &stream->blocks) {
        const struct command_block *block = list_entry(link, struct command_block, link);
        int64_t end = block->start + (int64_t)block->filled;
        int64_t stop = to < end ? to : end;

        if (from == to)
            return;
        if (from >= end)
            continue;
        ASSERT(from >= block->start);
        visit(context, span_of(block->bytes + (from - block->start), (size_t)(stop - from)));
        from = stop;
    }
    ASSERT(from == to);
}

void command_stream_release(struct command_stream *stream, int64_t offset)
{
    ASSERT(offset <= stream->offset);
    while (!list_empty(&stream->blocks)) {
        struct command_block *block = list_entry(stream->blocks.next, struct command_block, link);

        /* The last one goes on being filled. */
        if (block == last_block(stream) || block->start + (int64_t)block->filled > offset)
            return;
        drop_block(stream, block);
    }
}
