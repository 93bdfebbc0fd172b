/* Rules of users and ACL files: whatever they say, they are refused or make a user whose
 * description makes the same one. */
#include "proto/base/assert.h"
#include "server/access/user_describe.h"
#include "server/access/user_rule.h"
#include "server/access/users_file.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct users *users, const struct config *config)
{
    struct text_buffer text = {0};
    struct text_buffer again = {0};
    struct text_buffer errors = {0};
    struct users *copy;

    for (uint32_t i = 0; i < users->count; i++) {
        user_describe(users->items[i], &text);
        text_buffer_add(&text, SPAN("\n"));
    }
    copy = users_file_parse(text_buffer_span(&text), "again", config, &errors);
    ASSERT(copy != NULL);
    for (uint32_t i = 0; i < copy->count; i++) {
        user_describe(copy->items[i], &again);
        text_buffer_add(&again, SPAN("\n"));
    }
    ASSERT(span_equal(text_buffer_span(&text), text_buffer_span(&again)));
    text_buffer_free(&text);
    text_buffer_free(&again);
    text_buffer_free(&errors);
    users_free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *config = config_create();
    struct text_buffer errors = {0};
    struct text_buffer line = {0};
    struct users *users =
        users_file_parse(span_of((const char *)data, size), "fuzz", config, &errors);

    if (users != NULL)
        check(users, config);
    users_free(users);
    text_buffer_add(&line, SPAN("user fuzz "));
    text_buffer_add(&line, span_of((const char *)data, size));
    users = users_file_parse(text_buffer_span(&line), "fuzz", config, &errors);
    if (users != NULL)
        check(users, config);
    users_free(users);
    text_buffer_free(&line);
    text_buffer_free(&errors);
    config_free(config);
    return 0;
}
