/*
 * TIME, CONFIG RESETSTAT, MONITOR and LOLWUT.
 */
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/config/text_buffer.h"
#include "server/connection/connection.h"
#include "server/observe/clock.h"
#include "server/observe/monitor.h"
#include "server/observe/version.h"
#include "server/replication/replication_report.h"
#include "server/shard/gather.h"

void command_time(struct cmd *cmd)
{
    time_us now = clock_now_us();

    reply_array(cmd->reply, 2);
    reply_bulk_integer(cmd->reply, now / 1000000);
    reply_bulk_integer(cmd->reply, now % 1000000);
}

/* ---- CONFIG RESETSTAT ---- */

static void reset_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)gather;
    (void)part;
    statistics_reset(&shard->statistics);
    memset(shard->slot_statistics, 0, SLOT_COUNT * sizeof(*shard->slot_statistics));
    keyspace_statistics_reset(shard->keyspace);
}

static void reset_finish(struct gather *gather, struct reply *reply)
{
    (void)gather;
    reply_ok(reply);
}

void command_config_resetstat(struct cmd *cmd)
{
    replication_report_reset(cmd->shard->node);
    gather_all(cmd, 0, reset_visit, reset_finish);
}

/* ---- MONITOR ---- */

static void monitor_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)gather;
    (void)part;
    shard->monitors++;
}

static void monitor_finish(struct gather *gather, struct reply *reply)
{
    reply_ok(reply);
    if (gather->connection->closed)
        monitor_left(gather->asker);
    else
        monitor_join(gather->connection);
}

void command_monitor(struct cmd *cmd)
{
    if (cmd->section != NULL)
        reply_error_literal(cmd->reply, "ERR MONITOR isn't allowed for DENY BLOCKING client");
    else if (cmd->connection->monitor)
        reply_ok(cmd->reply);
    else
        gather_all(cmd, 0, monitor_visit, monitor_finish);
}

/* ---- LOLWUT ---- */

enum {
    MOSAIC_COLUMNS = 40,
    MOSAIC_ROWS = 16,
    MOSAIC_SIZE_MAX = 200,
};

/* How far a tile is from the centre of the picture, in steps around it; rows count double, since
 * letters are higher than wide. */
static uint32_t mosaic_ring(uint32_t column, uint32_t row, uint32_t columns, uint32_t rows)
{
    int64_t x = 2 * (int64_t)column + 1 - columns;
    int64_t y = 2 * (2 * (int64_t)row + 1 - rows);

    return (uint32_t)(((x < 0 ? -x : x) + (y < 0 ? -y : y)) / 4);
}

/* Tiles in rings about the centre, each ring of one kind, here and there one of another. */
static void mosaic(struct text_buffer *text, struct random *random, uint32_t columns, uint32_t rows)
{
    static const char *const tiles[] = {"\u2588", "\u2593", "\u2592", "\u2591", "\u25a3",
                                        "\u25a2", "\u25c6", "\u25c7", "\u00b7"};
    enum { TILES = sizeof(tiles) / sizeof(tiles[0]) };
    uint64_t first = random_below(random, TILES);
    uint64_t step = 1 + random_below(random, TILES - 1);

    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t column = 0; column < columns; column++) {
            uint64_t tile = (first + step * (mosaic_ring(column, row, columns, rows) / 2)) % TILES;

            if (random_below(random, 24) == 0)
                tile = random_below(random, TILES);
            text_buffer_add(text, span_of_string(tiles[tile]));
        }
        text_buffer_add(text, SPAN("\n"));
    }
}

static uint32_t mosaic_size(int64_t wanted)
{
    if (wanted < 1)
        return 1;
    return wanted < MOSAIC_SIZE_MAX ? (uint32_t)wanted : MOSAIC_SIZE_MAX;
}

/* LOLWUT [VERSION n] [columns [rows]]: one picture, whatever version is asked for. */
void command_lolwut(struct cmd *cmd)
{
    struct text_buffer text = {0};
    int64_t size[2] = {MOSAIC_COLUMNS, MOSAIC_ROWS};
    uint32_t first = 1;
    int64_t version;

    if (cmd->argc >= 3 && cmd_argument_is(cmd, 1, "VERSION")) {
        if (!cmd_integer(cmd, 2, &version))
            return;
        first = 3;
    }
    for (uint32_t i = first; i < cmd->argc && i - first < 2; i++)
        if (!cmd_integer(cmd, i, &size[i - first]))
            return;
    mosaic(&text, &cmd->connection->shard->random, mosaic_size(size[0]), mosaic_size(size[1]));
    text_buffer_add(&text, SPAN("\nEach tile in its place: Tessera " TESSERA_VERSION
                                ". Redis ver. " COMPATIBLE_VERSION "\n"));
    reply_verbatim(cmd->reply, "txt", text_buffer_span(&text));
    text_buffer_free(&text);
}
