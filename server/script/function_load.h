/*
 * From the source text of a library to its functions.
 *
 * The text begins with a line "#!lua name=<library>"; the rest is run once, with nothing but
 * redis.register_function, redis.log and constants in reach, for half a second at most. What it
 * registers are the functions. Their code sees the globals of scripts from then on, read-only; it
 * shares what is local to the text with the library's other functions, and nothing with other
 * libraries.
 *
 * Owner: the shard whose engine it is. Errors are replied.
 */
#ifndef SERVER_SCRIPT_FUNCTION_LOAD_H
#define SERVER_SCRIPT_FUNCTION_LOAD_H

#include "server/script/function_set.h"

#include <stdint.h>

struct reply;
struct script_engine;

struct function_header {
    struct span name; /* points into `owned` */
    struct span body; /* from the end of the first line on, so that lines keep their numbers */
    char *owned;
};

/* False: the error is replied. Else the header is to be freed. */
bool function_header_parse(struct function_header *header, struct span code, struct reply *reply);
void function_header_free(struct function_header *header);

/* What a library has registered: references in the registry of the engine, in the same order. */
struct function_references {
    int *items; /* memory_free */
    uint32_t count;
};

/*
 * Runs the text and returns the library, with one reference. NULL: the error is replied.
 * `references` may be NULL: then the compiled code is not kept.
 */
struct function_library *function_load(struct script_engine *engine,
                                       const struct function_header *header, struct span code,
                                       struct function_references *references, struct reply *reply);

#endif
