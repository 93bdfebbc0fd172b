/* Any text loads or is refused; what loads is rewritten to a text that loads as the same settings
 * and is rewritten as itself. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of((const char *)data, size);
    struct config *first = config_create();
    struct config *second = config_create();
    struct config_error error;
    size_t length = 0;
    size_t length_again = 0;

    if (config_load_text(first, text, &error)) {
        char *written = config_rewrite_text(first, text, &length);

        ASSERT(config_load_text(second, span_of(written, length), &error));
        ASSERT(config_equal(first, second));
        char *again = config_rewrite_text(second, span_of(written, length), &length_again);

        ASSERT(span_equal(span_of(written, length), span_of(again, length_again)));
        memory_free(again);
        memory_free(written);
        written = config_rewrite_text(first, SPAN(""), &length);
        config_free(second);
        second = config_create();
        ASSERT(config_load_text(second, span_of(written, length), &error));
        ASSERT(config_equal(first, second));
        memory_free(written);
    } else {
        ASSERT(error.line > 0);
        ASSERT(error.text[0] != '\0');
        ASSERT(memchr(error.text, '\n', strlen(error.text)) == NULL);
        /* Rewriting mends a bad file as far as it can. */
        char *written = config_rewrite_text(second, text, &length);

        memory_free(written);
    }
    config_free(first);
    config_free(second);
    return 0;
}
