#include "server/shard/arguments.h"

#include "proto/base/memory.h"

struct span *arguments_copy(const struct span *argv, uint32_t argc)
{
    size_t bytes = 0;
    struct span *copy;
    char *place;

    for (uint32_t i = 0; i < argc; i++)
        bytes += argv[i].length;
    copy = memory_new(argc * sizeof(*copy) + bytes + 1);
    place = (char *)(copy + argc);
    for (uint32_t i = 0; i < argc; i++) {
        if (argv[i].length > 0)
            memcpy(place, argv[i].data, argv[i].length);
        copy[i] = span_of(place, argv[i].length);
        place += argv[i].length;
    }
    return copy;
}

struct span arguments_in_copy(struct span argument, const struct span *argv,
                              const struct span *copies, uint32_t argc)
{
    for (uint32_t i = 0; i < argc; i++)
        if (argv[i].data == argument.data && argv[i].length == argument.length)
            return copies[i];
    return argument;
}
