#include "server/commands/command.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/command_lookup.h"
#include "server/commands/handlers.h"

/* A name folded into words, as command_lookup.h has it. */
struct folded {
    uint64_t first;
    uint64_t last;
};

static uint64_t load_64(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return word;
}

static uint64_t load_32(const char *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof(word));
    return word;
}

static inline struct folded fold(const char *name, size_t length)
{
    ASSERT_DEBUG(length > 0);
    if (length >= 8)
        return (struct folded){load_64(name), load_64(name + length - 8)};
    if (length >= 4)
        return (struct folded){load_32(name) | load_32(name + length - 4) << 32, 0};
    return (struct folded){(uint64_t)(unsigned char)name[0] |
                               (uint64_t)(unsigned char)name[length / 2] << 8 |
                               (uint64_t)(unsigned char)name[length - 1] << 16,
                           0};
}

const struct command *command_find(struct span name)
{
    const struct command_name *candidate;
    struct folded words;
    uint64_t mixed;

    if (name.length == 0)
        return NULL;
    words = fold(name.data, name.length);
    mixed = (words.first | COMMAND_NAME_CASE_BITS) +
            (words.last | COMMAND_NAME_CASE_BITS) * COMMAND_NAME_MIX + name.length;
    mixed *= command_name_multiplier;
    candidate = &command_names[command_name_places[mixed >> command_name_shift]];
    if (candidate->length != name.length ||
        (words.first | candidate->first_case) != candidate->first ||
        (words.last | candidate->last_case) != candidate->last)
        return NULL;
    if (name.length > 16 &&
        strncasecmp(name.data + 8, candidate->command->name + 8, name.length - 16) != 0)
        return NULL;
    return candidate->command;
}

static const struct command *find_subcommand(const struct command *container, struct span name)
{
    size_t prefix = strlen(container->name) + 1;

    for (uint16_t index = 0; index < container->subcommand_count; index++) {
        const struct command *command = container->subcommands[index];

        ASSERT_DEBUG(command->name[prefix - 1] == '|');
        if (span_equal_ignoring_case(name, span_of_string(command->name + prefix)))
            return command->run != NULL ? command : NULL;
    }
    return NULL;
}

const struct command *command_find_arguments(const struct span *argv, uint32_t argc,
                                             const struct command **container)
{
    const struct command *command = argc > 0 ? command_find(argv[0]) : NULL;

    *container = command;
    if (command == NULL || command->subcommand_count == 0 || argc == 1)
        return command;
    return find_subcommand(command, argv[1]);
}

const struct command *command_find_by_name(struct span name)
{
    const char *bar = name.length > 0 ? memchr(name.data, '|', name.length) : NULL;
    const struct command *container;
    size_t prefix;

    if (bar == NULL)
        return command_find(name);
    prefix = (size_t)(bar - name.data);
    container = command_find(span_of(name.data, prefix));
    if (container == NULL)
        return NULL;
    return find_subcommand(container, span_of(bar + 1, name.length - prefix - 1));
}

bool command_arity_ok(const struct command *command, uint32_t argc)
{
    ASSERT_DEBUG(command->arity != 0);
    if (command->arity > 0)
        return argc == (uint32_t)command->arity;
    return argc >= (uint32_t)-command->arity;
}

/* ---- Keys ---- */

/* The keys that one specification finds: first, first + step, ... last. All are arguments. */
struct key_range {
    int64_t first;
    int64_t last;
    int64_t step;
};

enum range_status { RANGE_FOUND, RANGE_ABSENT, RANGE_INVALID };

/* Where the specification begins; RANGE_ABSENT when its keyword is not there. */
/* Of a specification that COMMAND calls unknown: the key behind the last such keyword, or keys that
 * come from data and are none of the arguments. */
static enum range_status find_behind_keyword(const struct key_specification *specification,
                                             const struct span *argv, uint32_t argc, int64_t *begin)
{
    if (specification->keyword == NULL)
        return RANGE_ABSENT;
    for (int64_t index = (int64_t)argc - 2; index > 1; index--) {
        if (span_equal_ignoring_case(argv[index], span_of_string(specification->keyword))) {
            *begin = index + 1;
            return RANGE_FOUND;
        }
    }
    return RANGE_ABSENT;
}

static enum range_status find_begin(const struct key_specification *specification,
                                    const struct span *argv, uint32_t argc, int64_t *begin)
{
    int64_t step = specification->index > 0 ? 1 : -1;
    int64_t index;

    if (specification->begin == KEY_BEGIN_INDEX) {
        *begin = specification->index;
        return RANGE_FOUND;
    }
    if (specification->begin == KEY_BEGIN_UNKNOWN)
        return find_behind_keyword(specification, argv, argc, begin);
    if (specification->begin != KEY_BEGIN_KEYWORD)
        return RANGE_INVALID;
    /* The last argument is no keyword: nothing would follow it. Neither is the name. */
    index = specification->index > 0 ? specification->index : (int64_t)argc + specification->index;
    if (index > (int64_t)argc - 2 && step < 0)
        index = (int64_t)argc - 2;
    for (; index > 0 && index < (int64_t)argc - 1; index += step) {
        if (span_equal_ignoring_case(argv[index], span_of_string(specification->keyword))) {
            *begin = index + 1;
            return RANGE_FOUND;
        }
    }
    return RANGE_ABSENT;
}

static enum range_status find_range(const struct key_specification *specification,
                                    const struct command *command, const struct span *argv,
                                    uint32_t argc, struct key_range *range)
{
    int64_t begin;
    int64_t count;
    enum range_status status = find_begin(specification, argv, argc, &begin);

    if (status != RANGE_FOUND)
        return status;
    range->first = begin;
    range->step = specification->step > 0 ? specification->step : 1;
    if (specification->find == KEY_FIND_RANGE) {
        if (specification->last_key >= 0)
            range->last = begin + specification->last_key;
        else if (specification->limit <= 1)
            range->last = (int64_t)argc + specification->last_key;
        else
            range->last =
                begin + ((int64_t)argc - begin) / specification->limit + specification->last_key;
    } else if (specification->find == KEY_FIND_COUNT) {
        int64_t position = begin + specification->count_index;

        if (position <= 0 || position >= (int64_t)argc ||
            !number_parse_integer(argv[position], &count))
            return RANGE_INVALID;
        if (count == 0 && (command->flags & COMMAND_NO_MANDATORY_KEYS) != 0)
            return RANGE_ABSENT;
        /* Also keeps the product below from overflowing. */
        if (count <= 0 || count > (int64_t)argc)
            return RANGE_INVALID;
        range->first = begin + specification->first_key;
        range->last = range->first + (count - 1) * range->step;
    } else {
        range->last = begin;
    }
    if (range->first <= 0 || range->last < range->first || range->last >= (int64_t)argc)
        return RANGE_INVALID;
    return RANGE_FOUND;
}

/*
 * What happens to a key of a specification whose flags depend on the arguments: SET reads the old
 * value with GET only, BITFIELD does not write when all it does is GET.
 */
static uint32_t key_flags_now(const struct command *command,
                              const struct key_specification *specification,
                              const struct span *argv, uint32_t argc)
{
    struct span name = span_of_string(command->name);
    bool is_read = false;

    if ((specification->flags & KEY_VARIABLE_FLAGS) == 0)
        return specification->flags;
    if (span_is(name, "set")) {
        for (uint32_t index = 3; index < argc; index++)
            is_read |= span_is(argv[index], "get");
        return is_read ? KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE : KEY_OVERWRITE | KEY_UPDATE;
    }
    if (span_is(name, "bitfield")) {
        uint32_t index = 2;

        while (index + 2 < argc && span_is(argv[index], "get"))
            index += 3;
        return index >= argc ? KEY_READ_ONLY | KEY_ACCESS
                             : KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE;
    }
    return specification->flags & ~(uint32_t)KEY_VARIABLE_FLAGS;
}

bool command_keys_come_from_data(const struct command *command, uint32_t argc)
{
    /* SORT with nothing but its key needs no others. */
    if ((command->flags & COMMAND_MOVABLE_KEYS) == 0 || argc <= 2)
        return false;
    for (uint16_t i = 0; i < command->key_specification_count; i++) {
        const struct key_specification *specification = &command->key_specifications[i];

        if (specification->begin == KEY_BEGIN_UNKNOWN && specification->keyword == NULL)
            return true;
    }
    return false;
}

static bool is_migrate(const struct command *command)
{
    return command->key_specification_count == 2 &&
           command->key_specifications[1].flags & KEY_INCOMPLETE &&
           span_is(span_of_string(command->name), "migrate");
}

/* MIGRATE's keys: the third argument, or what is behind KEYS, for which the third must be empty. A
 * password may be the word KEYS as well. */
static int64_t migrate_keys(const struct command *command, const struct span *argv, uint32_t argc,
                            struct key_position *positions, uint32_t capacity)
{
    enum { KEY = 3, OPTIONS = 6 };
    uint32_t first = KEY;
    uint32_t end = KEY + 1;

    if (argc < OPTIONS)
        return -1;
    for (uint32_t i = OPTIONS; i < argc; i++) {
        if (span_is(argv[i], "AUTH")) {
            i++;
        } else if (span_is(argv[i], "AUTH2")) {
            i += 2;
        } else if (span_is(argv[i], "KEYS")) {
            if (argv[KEY].length > 0)
                return -1;
            first = i + 1;
            end = argc;
            break;
        }
    }
    for (uint32_t i = first; i < end && i - first < capacity; i++)
        positions[i - first] =
            (struct key_position){i, command->key_specifications[first > KEY].flags};
    return first == end ? -1 : (int64_t)(end - first);
}

int64_t command_keys(const struct command *command, const struct span *argv, uint32_t argc,
                     struct key_position *positions, uint32_t capacity)
{
    const struct key_specification *specification = command->key_specifications;
    int64_t count = 0;

    /* One key at a fixed place: most commands. */
    if (command->key_specification_count == 1 && command->first_key > 0 &&
        command->last_key == command->first_key && (command->flags & COMMAND_MOVABLE_KEYS) == 0 &&
        (uint32_t)command->first_key < argc) {
        if (capacity > 0)
            positions[0] = (struct key_position){(uint32_t)command->first_key,
                                                 key_flags_now(command, specification, argv, argc)};
        return 1;
    }
    if (is_migrate(command))
        return migrate_keys(command, argv, argc, positions, capacity);
    for (uint16_t index = 0; index < command->key_specification_count; index++, specification++) {
        struct key_range range;
        enum range_status status = find_range(specification, command, argv, argc, &range);
        uint32_t flags;

        if (status == RANGE_INVALID)
            return -1;
        if (status == RANGE_ABSENT)
            continue;
        flags = key_flags_now(command, specification, argv, argc);
        for (int64_t key = range.first; key <= range.last; key += range.step, count++) {
            if (count < (int64_t)capacity)
                positions[count] = (struct key_position){(uint32_t)key, flags};
        }
    }
    if (count == 0 && command->key_specification_count > 0 &&
        (command->flags & COMMAND_NO_MANDATORY_KEYS) == 0)
        return -1;
    return count;
}

bool command_may_change(const struct command *command)
{
    return command->flags & (COMMAND_WRITE | COMMAND_MAY_REPLICATE) ||
           command->run == command_pfcount || command->run == command_publish ||
           command->run == command_spublish;
}
