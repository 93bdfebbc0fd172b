/*
 * The script engine of a shard: one Lua 5.1 state, made when the first script comes, for EVAL's
 * scripts and FUNCTION's libraries alike.
 *
 * What a script may see is built in sandbox.c, what it may call in api.c, how it runs commands in
 * invoke.c, how values change form in convert.c, and what happens to one that runs long in busy.c.
 *
 *   struct cmd (EVAL, FCALL) --> script_engine_run --> Lua --> redis.call --> script_invoke
 *        ^                                                                       |
 *        +-- its reply <-- convert.c <-- result                  handler <-------+
 *
 * Owner: the shard; touched by whoever has the shard's data. Lua functions, tables and references
 * of one engine mean nothing in another one.
 */
#ifndef SERVER_SCRIPT_ENGINE_H
#define SERVER_SCRIPT_ENGINE_H

#include "proto/base/span.h"
#include "proto/base/time.h"
#include "proto/resp/reply.h"
#include "server/commands/cmd.h"

#include <lua5.1/lua.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct connection;
struct function_cache;
struct script_cache;
struct shard;

/* What a script says about itself in its first line, and how it was called. */
enum script_flag {
    SCRIPT_NO_WRITES = 1u << 0,
    SCRIPT_ALLOW_OOM = 1u << 1,
    SCRIPT_ALLOW_STALE = 1u << 2,
    SCRIPT_NO_CLUSTER = 1u << 3,
    SCRIPT_ALLOW_CROSS_SLOT = 1u << 4,
    /* No first line at all: it may do what scripts could before there were flags. */
    SCRIPT_COMPATIBLE = 1u << 5,
};

/* One flag by its word in a first line or a function's list; 0 when there is no such word. */
uint32_t script_flag_of_word(struct span word);

/* SCRIPT_COMPATIBLE tells that its reference is not that of a function: what KILL must be. */
enum script_kind { SCRIPT_EVAL, SCRIPT_FUNCTION };

/* One run: filled by the handler of EVAL or FCALL. */
struct script_run {
    struct cmd *cmd;
    enum script_kind kind;
    /* The one that a function of the engine has in the registry (luaL_ref). */
    int reference;
    uint32_t flags;   /* enum script_flag */
    bool read_only;   /* EVAL_RO, FCALL_RO: writes are refused */
    struct span name; /* told in errors: the script's SHA1 in hex, or the function's name */
    const struct span *keys;
    uint32_t key_count;
    const struct span *arguments;
    uint32_t argument_count;
};

/* shard->script_state: other threads look at it, and end scripts by it; see busy.h. In this order.
 */
enum script_state {
    SCRIPT_IDLE,
    SCRIPT_RUNS,       /* for less than busy-reply-threshold, so far */
    SCRIPT_BUSY,       /* longer; has written nothing and may be killed */
    SCRIPT_BUSY_WROTE, /* longer, and may not */
    SCRIPT_KILLED,     /* somebody has asked for its end */
};

struct script_engine {
    lua_State *lua;
    lua_State *running; /* the state, or the coroutine of it, whose instructions run */
    struct shard *shard;
    const struct script_run *run; /* NULL between runs */
    struct script_cache *cache;   /* of EVAL's scripts, see cache.h */
    struct function_cache *functions;

    /* the run's */
    struct connection *caller; /* a session for commands that want one; never on any list */
    uint32_t database;
    uint8_t protocol; /* of what redis.call returns; redis.setresp */
    bool wrote;
    bool prefetches;     /* the entry of its first key is to be fetched */
    bool refused_memory; /* an allocation failed: Lua's own message says so */
    bool slot_known;     /* cluster mode: some key has said the slot */
    uint16_t slot;
    uint8_t unrecorded; /* redis.set_repl, as struct cmd has it */
    uint64_t random;    /* state of math.random */
    uint64_t started_ticks;
    uint64_t look_ticks; /* when the clock is looked at behind a command, next */
    time_us time;        /* that TIME has told the run; 0: nothing yet */
    uint32_t told;       /* values of its reply */
    uint64_t called;     /* commands that it has run */
    size_t largest;      /* block that Lua has asked for: an instruction may touch all of it */
    size_t largest_kept; /* of those that functions may have kept */
    uint32_t comparisons;
    uint32_t quick; /* runs in a row that took less than a millisecond, as far as that is counted */

    /* reused from run to run */
    struct reply scratch; /* of the command that is being called */
    struct span *argv;
    uint32_t argv_capacity;
    char *numbers; /* texts of arguments that are numbers */
    size_t numbers_capacity;

    size_t memory; /* bytes that Lua holds */
    size_t memory_peak;
    size_t collect_from; /* so much memory at the end of a script: garbage goes at once */
    int error_handler;   /* references in the registry */
    bool has_arguments;  /* KEYS and ARGV are among the globals */
    int globals;         /* of scripts: read-only outside, KEYS and ARGV are set inside */
};

/* The engine of a shard, made if need be. */
struct script_engine *script_engine_of(struct shard *shard);
void script_engine_destroy(struct script_engine *engine); /* NULL is fine */

/* The engine behind a state, for functions that Lua calls. */
struct script_engine *script_engine_of_lua(lua_State *lua);

/*
 * Runs a script or function and writes its reply, or its error, into cmd's. A script has KEYS and
 * ARGV as globals, a function as arguments.
 */
void script_engine_run(struct script_engine *engine, const struct script_run *run);

/* Replies what stands in the way of a run: flags against the node's mode, RO variants. True when
 * nothing does. */
bool script_engine_admits(const struct cmd *cmd, uint32_t flags, bool read_only);

/*
 * Compiles source text into a function on the stack, with `chunk` ("@user_script") as what errors
 * call it. False: the stack has the message instead. Bytecode is refused. The function's
 * environment are the globals of scripts (lua_setfenv gives it another one).
 */
bool script_engine_compile(struct script_engine *engine, struct span source, const char *chunk);

/*
 * Have all of the last runs been over soon? Then scripts wait for their turn with other commands,
 * which is faster. Otherwise each runs as soon as it has been read, so that nobody's command is
 * behind it when it runs long.
 */
bool script_engine_is_calm(const struct shard *shard);

/* Behind a run: of what it has left only functions may have `kept` something for later, so that
 * large blocks need no looking after any more. */
void script_engine_settle(struct script_engine *engine, bool kept);

/* From now on the instructions of this state run, or of this coroutine of it. Returns whose did. */
lua_State *script_engine_switch(struct script_engine *engine, lua_State *running);

/* Gives back what was kept for scripts that are no more. */
void script_engine_trim(struct script_engine *engine);

/* Bytes that the shard's state holds. */
size_t script_engine_memory(const struct shard *shard);

#endif
