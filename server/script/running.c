#include "server/script/running.h"

#include "proto/base/memory.h"
#include "server/observe/clock.h"
#include "server/shard/shard.h"

/* More is cut: others only look. */
enum { ARGUMENTS_MAX = 64, ARGUMENT_BYTES_MAX = 1024 };

struct running {
    enum script_kind kind;
    uint64_t started_ticks;
    struct span name;
    uint32_t argc;
    struct span argv[];
};

struct running_table {
    pthread_mutex_t lock;
    struct running *items[NODE_SHARDS_MAX];
};

struct running_table *running_create(void)
{
    struct running_table *table = memory_new_zeroed(1, sizeof(*table));

    pthread_mutex_init(&table->lock, NULL);
    return table;
}

void running_destroy(struct running_table *table)
{
    for (uint32_t i = 0; i < NODE_SHARDS_MAX; i++)
        memory_free(table->items[i]);
    pthread_mutex_destroy(&table->lock);
    memory_free(table);
}

static struct span cut(struct span bytes)
{
    if (bytes.length > ARGUMENT_BYTES_MAX)
        bytes.length = ARGUMENT_BYTES_MAX;
    return bytes;
}

static struct span copy_to(char **at, struct span bytes)
{
    struct span copy = span_of(*at, cut(bytes).length);

    if (copy.length > 0)
        memcpy(*at, bytes.data, copy.length);
    *at += copy.length;
    return copy;
}

static struct running *copy_of(const struct script_engine *engine)
{
    const struct script_run *run = engine->run;
    uint32_t argc = run->cmd->argc < ARGUMENTS_MAX ? run->cmd->argc : ARGUMENTS_MAX;
    size_t bytes = sizeof(struct running) + argc * sizeof(struct span) + cut(run->name).length;
    struct running *running;
    char *at;

    for (uint32_t i = 0; i < argc; i++)
        bytes += cut(run->cmd->argv[i]).length;
    running = memory_new(bytes);
    running->kind = run->kind;
    running->started_ticks = engine->started_ticks;
    running->argc = argc;
    at = (char *)(running->argv + argc);
    running->name = copy_to(&at, run->name);
    for (uint32_t i = 0; i < argc; i++)
        running->argv[i] = copy_to(&at, run->cmd->argv[i]);
    return running;
}

static void put(struct running_table *table, const struct script_engine *engine,
                struct running *running)
{
    struct running *before;

    pthread_mutex_lock(&table->lock);
    before = table->items[engine->shard->index];
    table->items[engine->shard->index] = running;
    pthread_mutex_unlock(&table->lock);
    memory_free(before);
}

void running_begin(struct running_table *table, const struct script_engine *engine)
{
    put(table, engine, copy_of(engine));
}

void running_end(struct running_table *table, const struct script_engine *engine)
{
    put(table, engine, NULL);
}

bool running_is_script_alone(struct running_table *table)
{
    bool script = false;
    bool function = false;

    pthread_mutex_lock(&table->lock);
    for (uint32_t i = 0; i < NODE_SHARDS_MAX; i++) {
        const struct running *running = table->items[i];

        script |= running != NULL && running->kind == SCRIPT_EVAL;
        function |= running != NULL && running->kind == SCRIPT_FUNCTION;
    }
    pthread_mutex_unlock(&table->lock);
    return script && !function;
}

void running_reply(struct running_table *table, struct reply *reply)
{
    const struct running *running = NULL;

    pthread_mutex_lock(&table->lock);
    for (uint32_t i = 0; i < NODE_SHARDS_MAX; i++)
        if (table->items[i] != NULL && table->items[i]->kind == SCRIPT_FUNCTION)
            running = table->items[i];
    if (running == NULL) {
        reply_null(reply);
    } else {
        reply_map(reply, 3);
        reply_bulk(reply, SPAN("name"));
        reply_bulk(reply, running->name);
        reply_bulk(reply, SPAN("command"));
        reply_array(reply, running->argc);
        for (uint32_t i = 0; i < running->argc; i++)
            reply_bulk(reply, running->argv[i]);
        reply_bulk(reply, SPAN("duration_ms"));
        reply_integer(reply,
                      (int64_t)(clock_ticks_to_us(clock_ticks() - running->started_ticks) / 1000));
    }
    pthread_mutex_unlock(&table->lock);
}
