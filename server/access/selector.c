#include "server/access/selector.h"

#include "proto/base/assert.h"
#include "proto/base/glob.h"
#include "proto/base/memory.h"

/* ---- Its life ---- */

static uint32_t word_count(void)
{
    return (command_count + 63u) / 64;
}

static struct span text_copy(struct span text)
{
    return span_of(memory_copy(text.data, text.length), text.length);
}

static void text_free(struct span text)
{
    memory_free((char *)(uintptr_t)text.data);
}

/* Room for one more element of a list that grows by doubling. */
static void *grown(void *items, uint32_t count, size_t size)
{
    ASSERT(count < UINT32_MAX / 2);
    if ((count & (count - 1)) != 0)
        return items;
    return memory_resize(items, (count == 0 ? 1 : (size_t)count * 2) * size);
}

void selector_init(struct selector *selector, bool all_channels)
{
    *selector = (struct selector){
        .commands = memory_new_zeroed(word_count(), sizeof(uint64_t)),
        .all_channels = all_channels,
    };
}

void selector_copy(struct selector *to, const struct selector *from)
{
    selector_init(to, from->all_channels);
    to->all_commands = from->all_commands;
    to->future_commands = from->future_commands;
    to->all_keys = from->all_keys;
    memcpy(to->commands, from->commands, word_count() * sizeof(uint64_t));
    for (uint32_t i = 0; i < from->key_count; i++) {
        to->keys = grown(to->keys, i, sizeof(*to->keys));
        to->keys[i] =
            (struct selector_key){text_copy(from->keys[i].pattern), from->keys[i].permissions};
        to->key_count++;
    }
    for (uint32_t i = 0; i < from->channel_count; i++) {
        to->channels = grown(to->channels, i, sizeof(*to->channels));
        to->channels[i] = text_copy(from->channels[i]);
        to->channel_count++;
    }
    for (uint32_t i = 0; i < from->first_argument_count; i++) {
        to->first_arguments = grown(to->first_arguments, i, sizeof(*to->first_arguments));
        to->first_arguments[i] = (struct selector_first_argument){
            from->first_arguments[i].command, text_copy(from->first_arguments[i].text)};
        to->first_argument_count++;
    }
    for (uint32_t i = 0; i < from->rule_count; i++) {
        to->rules = grown(to->rules, i, sizeof(*to->rules));
        to->rules[i] =
            (struct selector_rule){from->rules[i].allows, text_copy(from->rules[i].name)};
        to->rule_count++;
    }
}

static void drop_keys(struct selector *selector)
{
    for (uint32_t i = 0; i < selector->key_count; i++)
        text_free(selector->keys[i].pattern);
    memory_free(selector->keys);
    selector->keys = NULL;
    selector->key_count = 0;
}

static void drop_channels(struct selector *selector)
{
    for (uint32_t i = 0; i < selector->channel_count; i++)
        text_free(selector->channels[i]);
    memory_free(selector->channels);
    selector->channels = NULL;
    selector->channel_count = 0;
}

static void drop_rules(struct selector *selector)
{
    for (uint32_t i = 0; i < selector->rule_count; i++)
        text_free(selector->rules[i].name);
    memory_free(selector->rules);
    selector->rules = NULL;
    selector->rule_count = 0;
}

static void drop_first_arguments(struct selector *selector)
{
    for (uint32_t i = 0; i < selector->first_argument_count; i++)
        text_free(selector->first_arguments[i].text);
    memory_free(selector->first_arguments);
    selector->first_arguments = NULL;
    selector->first_argument_count = 0;
}

void selector_free(struct selector *selector)
{
    drop_keys(selector);
    drop_channels(selector);
    drop_rules(selector);
    drop_first_arguments(selector);
    memory_free(selector->commands);
    *selector = (struct selector){0};
}

uint32_t selector_items(const struct selector *selector)
{
    return selector->key_count + selector->channel_count + selector->rule_count +
           selector->first_argument_count;
}

/* ---- Commands ---- */

void selector_set_all_commands(struct selector *selector, bool allowed)
{
    memset(selector->commands, allowed ? 0xff : 0, word_count() * sizeof(uint64_t));
    selector->future_commands = allowed;
    drop_rules(selector);
    drop_first_arguments(selector);
}

static void set_bit(struct selector *selector, uint16_t command, bool allowed)
{
    uint64_t bit = 1ull << (command % 64);

    ASSERT_DEBUG(command < command_count);
    if (allowed)
        selector->commands[command / 64] |= bit;
    else
        selector->commands[command / 64] &= ~bit;
}

static bool has_bit(const struct selector *selector, uint16_t command)
{
    return selector->commands[command / 64] >> (command % 64) & 1;
}

static void drop_first_arguments_of(struct selector *selector, uint16_t command)
{
    uint32_t kept = 0;

    if (selector->first_argument_count == 0)
        return;
    for (uint32_t i = 0; i < selector->first_argument_count; i++) {
        if (selector->first_arguments[i].command == command)
            text_free(selector->first_arguments[i].text);
        else
            selector->first_arguments[kept++] = selector->first_arguments[i];
    }
    selector->first_argument_count = kept;
    if (kept == 0)
        drop_first_arguments(selector);
    else
        selector->first_arguments = memory_resize(
            selector->first_arguments, (size_t)kept * 2 * sizeof(struct selector_first_argument));
}

void selector_set_command(struct selector *selector, const struct command *command, bool allowed)
{
    set_bit(selector, command->id, allowed);
    drop_first_arguments_of(selector, command->id);
    for (uint16_t i = 0; i < command->subcommand_count; i++)
        set_bit(selector, command->subcommands[i]->id, allowed);
}

void selector_set_category(struct selector *selector, uint32_t category, bool allowed)
{
    for (uint16_t id = 0; id < command_count; id++)
        if (commands[id]->categories & category)
            selector_set_command(selector, commands[id], allowed);
}

void selector_add_first_argument(struct selector *selector, const struct command *command,
                                 struct span text)
{
    for (uint32_t i = 0; i < selector->first_argument_count; i++)
        if (selector->first_arguments[i].command == command->id &&
            span_equal_ignoring_case(selector->first_arguments[i].text, text))
            return;
    selector->first_arguments = grown(selector->first_arguments, selector->first_argument_count,
                                      sizeof(*selector->first_arguments));
    selector->first_arguments[selector->first_argument_count++] =
        (struct selector_first_argument){command->id, text_copy(text)};
}

void selector_settle(struct selector *selector)
{
    selector->all_commands = true;
    for (uint16_t id = 0; id < command_count; id++)
        selector->all_commands &= has_bit(selector, id);
}

/* ---- The rules ---- */

/* A rule about a command says it all about its subcommands, too. */
static bool is_covered(struct span rule, struct span by)
{
    if (rule.length < by.length || memcmp(rule.data, by.data, by.length) != 0)
        return false;
    return rule.length == by.length || rule.data[by.length] == '|';
}

void selector_note_rule(struct selector *selector, struct span name, bool allows)
{
    struct span lower = text_copy(name);
    char *letters = (char *)(uintptr_t)lower.data;
    uint32_t kept = 0;

    for (size_t i = 0; i < lower.length; i++)
        if (letters[i] >= 'A' && letters[i] <= 'Z')
            letters[i] = (char)(letters[i] - 'A' + 'a');
    for (uint32_t i = 0; i < selector->rule_count; i++) {
        if (is_covered(selector->rules[i].name, lower))
            text_free(selector->rules[i].name);
        else
            selector->rules[kept++] = selector->rules[i];
    }
    selector->rule_count = kept;
    /* The list has been larger by then: its room is not a function of its length. */
    selector->rules = memory_resize(selector->rules, ((size_t)kept + 1) * sizeof(*selector->rules));
    selector->rules[selector->rule_count++] = (struct selector_rule){allows, lower};
}

/* ---- Keys and channels ---- */

void selector_add_key(struct selector *selector, struct span pattern, uint32_t permissions)
{
    ASSERT(!selector->all_keys);
    for (uint32_t i = 0; i < selector->key_count; i++)
        if (span_equal(selector->keys[i].pattern, pattern)) {
            selector->keys[i].permissions |= permissions;
            return;
        }
    selector->keys = grown(selector->keys, selector->key_count, sizeof(*selector->keys));
    selector->keys[selector->key_count++] = (struct selector_key){text_copy(pattern), permissions};
}

void selector_add_channel(struct selector *selector, struct span pattern)
{
    ASSERT(!selector->all_channels);
    for (uint32_t i = 0; i < selector->channel_count; i++)
        if (span_equal(selector->channels[i], pattern))
            return;
    selector->channels =
        grown(selector->channels, selector->channel_count, sizeof(*selector->channels));
    selector->channels[selector->channel_count++] = text_copy(pattern);
}

void selector_set_all_keys(struct selector *selector, bool allowed)
{
    drop_keys(selector);
    selector->all_keys = allowed;
}

void selector_set_all_channels(struct selector *selector, bool allowed)
{
    drop_channels(selector);
    selector->all_channels = allowed;
}

/* ---- Asking ---- */

void selector_keys_free(struct selector_keys *keys)
{
    if (keys->known && keys->positions != keys->few)
        memory_free(keys->positions);
}

static void find_keys(struct selector_keys *keys, const struct command *command,
                      const struct span *argv, uint32_t argc)
{
    uint32_t capacity = sizeof(keys->few) / sizeof(keys->few[0]);
    int64_t count = 0;

    if (command->key_specification_count > 0)
        count = command_keys(command, argv, argc, keys->few, capacity);
    keys->known = true;
    keys->positions = keys->few;
    /* Arguments that do not say where the keys are: such a command fails by itself. */
    keys->count = count > 0 ? (uint32_t)count : 0;
    if (keys->count > capacity) {
        keys->positions = memory_new(keys->count * sizeof(*keys->positions));
        command_keys(command, argv, argc, keys->positions, keys->count);
    }
}

bool selector_allows_key(const struct selector *selector, struct span key, uint32_t key_flags)
{
    uint32_t needed = 0;

    if (selector->all_keys)
        return true;
    if (key_flags & KEY_ACCESS)
        needed |= SELECTOR_READ;
    if (key_flags & (KEY_INSERT | KEY_DELETE | KEY_UPDATE))
        needed |= SELECTOR_WRITE;
    for (uint32_t i = 0; i < selector->key_count; i++)
        if ((selector->keys[i].permissions & needed) == needed &&
            glob_match(selector->keys[i].pattern, key, false))
            return true;
    return false;
}

bool selector_allows_channel(const struct selector *selector, struct span channel, bool literally)
{
    if (selector->all_channels)
        return true;
    for (uint32_t i = 0; i < selector->channel_count; i++) {
        struct span pattern = selector->channels[i];

        if (literally ? span_equal(pattern, channel) : glob_match(pattern, channel, false))
            return true;
    }
    return false;
}

bool selector_allows_command(const struct selector *selector, const struct command *command,
                             const struct span *argv, uint32_t argc)
{
    if (selector->all_commands || has_bit(selector, command->id) ||
        (command->flags & COMMAND_NO_AUTH))
        return true;
    for (uint32_t i = 0; i < selector->first_argument_count && argc > 1; i++)
        if (selector->first_arguments[i].command == command->id &&
            span_equal_ignoring_case(selector->first_arguments[i].text, argv[1]))
            return true;
    return false;
}

bool selector_reads_all_keys(const struct selector *selector)
{
    if (selector->all_keys)
        return true;
    for (uint32_t i = 0; i < selector->key_count; i++)
        if (span_equal(selector->keys[i].pattern, SPAN("*")) &&
            (selector->keys[i].permissions & SELECTOR_READ))
            return true;
    return false;
}

/* Which arguments are channels that must be allowed: from the second on, `count` of them. */
static uint32_t channels_of(const struct command *command, uint32_t argc, bool *literally)
{
    struct span name = span_of_string(command->name);

    *literally = false;
    if (span_is(name, "publish") || span_is(name, "spublish"))
        return 1;
    *literally = span_is(name, "psubscribe");
    if (*literally || span_is(name, "subscribe") || span_is(name, "ssubscribe"))
        return argc - 1;
    return 0;
}

static bool allows_channels(const struct selector *selector, const struct command *command,
                            const struct span *argv, uint32_t argc, uint32_t *argument)
{
    bool literally;
    uint32_t count;

    if (selector->all_channels || !(command->flags & COMMAND_PUBSUB))
        return true;
    count = channels_of(command, argc, &literally);
    for (uint32_t i = 1; i <= count && i < argc; i++) {
        *argument = i;
        if (!selector_allows_channel(selector, argv[i], literally))
            return false;
    }
    return true;
}

enum selector_answer selector_check(const struct selector *selector, const struct command *command,
                                    const struct span *argv, uint32_t argc,
                                    struct selector_keys *keys, uint32_t *argument)
{
    *argument = 0;
    if (!selector_allows_command(selector, command, argv, argc))
        return SELECTOR_NO_COMMAND;
    if (!selector->all_keys && command->key_specification_count > 0) {
        if (!keys->known)
            find_keys(keys, command, argv, argc);
        for (uint32_t i = 0; i < keys->count; i++) {
            const struct key_position *key = &keys->positions[i];

            *argument = key->index;
            if (!(key->flags & KEY_NOT_KEY) &&
                !selector_allows_key(selector, argv[key->index], key->flags))
                return SELECTOR_NO_KEY;
        }
    }
    return allows_channels(selector, command, argv, argc, argument) ? SELECTOR_ALLOWS
                                                                    : SELECTOR_NO_CHANNEL;
}
