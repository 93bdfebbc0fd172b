#include "server/observe/monitor.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/command.h"
#include "server/connection/connection.h"
#include "server/observe/clock.h"
#include "server/observe/redaction.h"
#include "server/shard/gather.h"
#include "server/shard/shard.h"

#include <stdio.h>

/* Bytes of lines that wait for other shards to show them. */
enum { UNDER_WAY_MAX = 32 * 1024 * 1024 };

/* ---- Who monitors ---- */

void monitor_join(struct connection *connection)
{
    struct shard *shard = connection->shard;

    shard_assert_owner(shard);
    ASSERT(!connection->monitor);
    ASSERT(!connection->closed);
    connection->monitor = true;
    list_push_back(&shard->monitor_clients, &connection->monitor_link);
}

static void count_one_less(struct shard *shard, struct gather *gather, void *part)
{
    (void)gather;
    (void)part;
    ASSERT(shard->monitors > 0);
    shard->monitors--;
}

void monitor_left(struct shard *shard)
{
    shard_assert_owner(shard);
    gather_all_unasked(shard, NULL, 0, count_one_less, NULL);
}

/* ---- Lines ---- */

/* Writes an argument between quotes, what is not printable escaped. `text` has room for four bytes
 * per byte, and the quotes. */
static char *quote(char *text, struct span argument)
{
    static const char digits[] = "0123456789abcdef";
    static const char escaped[] = "\n\r\t\a\b";
    static const char letters[] = "nrtab";

    *text++ = '"';
    for (size_t i = 0; i < argument.length; i++) {
        unsigned char byte = (unsigned char)argument.data[i];
        const char *found = byte != 0 ? strchr(escaped, byte) : NULL;

        if (byte == '"' || byte == '\\' || found != NULL) {
            *text++ = '\\';
            *text++ = found != NULL ? letters[found - escaped] : (char)byte;
        } else if (byte >= ' ' && byte < 0x7f) {
            *text++ = (char)byte;
        } else {
            *text++ = '\\';
            *text++ = 'x';
            *text++ = digits[byte >> 4];
            *text++ = digits[byte & 15];
        }
    }
    *text++ = '"';
    return text;
}

char *monitor_line(time_us now, uint32_t database, const char *address, const struct span *argv,
                   uint32_t argc, size_t *length)
{
    size_t capacity = 64 + strlen(address);
    char *line;
    char *end;

    for (uint32_t i = 0; i < argc; i++)
        capacity += redaction_argument(argv, argc, i).length * 4 + 3;
    line = memory_new(capacity);
    end = line + snprintf(line, capacity, "+%lld.%06lld [%u %s]", (long long)(now / 1000000),
                          (long long)(now % 1000000), database, address);
    for (uint32_t i = 0; i < argc; i++) {
        *end++ = ' ';
        end = quote(end, redaction_argument(argv, argc, i));
    }
    *end++ = '\r';
    *end++ = '\n';
    *length = (size_t)(end - line);
    ASSERT(*length <= capacity);
    return line;
}

/* ---- Showing them ---- */

struct shown {
    const struct connection *but; /* who is not shown it, or NULL */
    size_t length;
    char line[];
};

static void show(struct shard *shard, struct gather *gather, void *part)
{
    const struct shown *shown = gather->context;

    (void)part;
    list_for_each (link, &shard->monitor_clients) {
        struct connection *connection = list_entry(link, struct connection, monitor_link);
        struct reply *reply;
        size_t start;

        if (connection == shown->but || connection->closing)
            continue;
        reply = connection_reply_begin(connection);
        start = reply->length;
        reply_raw(reply, span_of(shown->line, shown->length));
        connection_reply_end(connection, start);
    }
}

static void shown_by_all(struct gather *gather, struct reply *reply)
{
    const struct shown *shown = gather->context;

    (void)reply;
    gather->asker->monitor_bytes -= shown->length;
}

static void feed(struct shard *shard, struct shown *shown)
{
    shard->monitor_bytes += shown->length;
    gather_all_unasked(shard, shown, 0, show, shown_by_all);
}

/* A line from this address; NULL when it is not to be shown. */
static struct shown *shown_new(const struct shard *shard, const char *address, uint32_t database,
                               const struct command *command, const struct span *argv,
                               uint32_t argc)
{
    struct shown *shown;
    size_t length;
    char *line;

    shard_assert_owner(shard);
    /* Scripts are shown ahead of what they run, whatever the table, which tells what older servers
     * tell, says. */
    if (command->flags & COMMAND_ADMIN ||
        (command->flags & COMMAND_SKIP_MONITOR && !command_is_script(command)))
        return NULL;
    /* Other shards are far behind: the lines that they would show much later are left out. */
    if (shard->monitor_bytes > UNDER_WAY_MAX)
        return NULL;
    line = monitor_line(clock_now_us(), database, address, argv, argc, &length);
    shown = memory_new(sizeof(*shown) + length);
    shown->but = NULL;
    shown->length = length;
    memcpy(shown->line, line, length);
    memory_free(line);
    return shown;
}

void monitor_feed(struct shard *shard, const struct connection *connection, uint32_t database,
                  const struct command *command, const struct span *argv, uint32_t argc)
{
    struct shown *shown = shown_new(shard, connection->address, database, command, argv, argc);

    if (shown == NULL)
        return;
    /* A monitor that leaves hears no more. */
    if (strcmp(command->name, "reset") == 0)
        shown->but = connection;
    feed(shard, shown);
}

void monitor_feed_script(struct shard *shard, uint32_t database, const struct command *command,
                         const struct span *argv, uint32_t argc)
{
    struct shown *shown = shown_new(shard, "lua", database, command, argv, argc);

    if (shown != NULL)
        feed(shard, shown);
}
