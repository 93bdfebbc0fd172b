#include "server/observe/redaction.h"

#include "proto/base/assert.h"
#include "server/config/config.h"

/* HELLO 3 AUTH user password SETNAME name: the two behind AUTH. */
static bool hello_hides(const struct span *argv, uint32_t index)
{
    return (index >= 3 && span_is(argv[index - 1], "AUTH")) ||
           (index >= 4 && span_is(argv[index - 2], "AUTH"));
}

/* MIGRATE ... AUTH password ..., AUTH2 user password. */
static bool migrate_hides(const struct span *argv, uint32_t index)
{
    return index >= 7 && (span_is(argv[index - 1], "AUTH") || span_is(argv[index - 1], "AUTH2") ||
                          span_is(argv[index - 2], "AUTH2"));
}

/* CONFIG SET name value ...: the values of secrets. */
static bool config_hides(const struct span *argv, uint32_t index)
{
    uint32_t flags;

    return index >= 3 && index % 2 == 1 && span_is(argv[1], "SET") &&
           config_flags(argv[index - 1], &flags) && (flags & CONFIG_SENSITIVE);
}

static bool is_hidden(const struct span *argv, uint32_t index)
{
    if (span_is(argv[0], "AUTH"))
        return true;
    if (span_is(argv[0], "HELLO"))
        return hello_hides(argv, index);
    if (span_is(argv[0], "CONFIG"))
        return config_hides(argv, index);
    if (span_is(argv[0], "ACL"))
        return index >= 2 && (span_is(argv[1], "SETUSER") || span_is(argv[1], "DELUSER") ||
                              span_is(argv[1], "GETUSER"));
    return span_is(argv[0], "MIGRATE") && migrate_hides(argv, index);
}

struct span redaction_argument(const struct span *argv, uint32_t argc, uint32_t index)
{
    ASSERT(index < argc);
    if (index > 0 && is_hidden(argv, index))
        return SPAN("(redacted)");
    return argv[index];
}
