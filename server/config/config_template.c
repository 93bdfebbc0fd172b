#include "server/config/config_template.h"

#include "proto/base/assert.h"
#include "server/config/directive.h"

#include <inttypes.h>

enum { COLUMNS = 96 };

/* A paragraph as comment lines, broken at blanks. */
static void add_comment(struct text_buffer *out, struct span text)
{
    while (text.length > 0) {
        size_t length = text.length;

        if (length > COLUMNS) {
            length = COLUMNS;
            while (length > 0 && text.data[length] != ' ')
                length--;
            ASSERT(length > 0);
        }
        text_buffer_add(out, SPAN("# "));
        text_buffer_add(out, span_of(text.data, length));
        text_buffer_add(out, SPAN("\n"));
        if (length < text.length)
            length++;
        text = span_of(text.data + length, text.length - length);
    }
}

/* "Bytes." or "0 to 65535." and what else the row knows. */
static void add_facts(struct text_buffer *facts, const struct directive *directive)
{
    switch (directive->kind) {
    case DIRECTIVE_KIND_INTEGER:
        if (directive->high >= INT64_MAX || directive->high == INT32_MAX)
            text_buffer_add_format(facts, "At least %" PRId64 ".", directive->low);
        else
            text_buffer_add_format(facts, "%" PRId64 " to %" PRIu64 ".", directive->low,
                                   directive->high);
        break;
    case DIRECTIVE_KIND_MEMORY:
        text_buffer_add_format(facts, "Bytes, at least %" PRId64 "; units k, kb, m, mb, g, gb.",
                               directive->low);
        break;
    case DIRECTIVE_KIND_MEMORY_SHARE:
        text_buffer_add(facts, SPAN("Bytes, with units k, kb, m, mb, g, gb; or 1% to 100%."));
        break;
    case DIRECTIVE_KIND_BOOLEAN:
        text_buffer_add(facts, SPAN("yes or no."));
        break;
    case DIRECTIVE_KIND_CHOICE:
        text_buffer_add(facts, SPAN("One of:"));
        for (const struct config_choice *choice = directive->choices; choice->word != NULL;
             choice++)
            text_buffer_add_format(facts, " %s", choice->word);
        text_buffer_add(facts, SPAN("."));
        break;
    default:
        break;
    }
    if ((directive->flags & CONFIG_IMMUTABLE) != 0)
        text_buffer_add(facts,
                        facts->length > 0 ? SPAN(" At start only.") : SPAN("At start only."));
    if (directive->alias != NULL)
        text_buffer_add_format(facts, " Also called %s.", directive->alias);
}

static void add_directive(struct text_buffer *out, const struct directive *directive,
                          const struct config *defaults)
{
    struct text_buffer facts = {0};

    add_comment(out, span_of_string(directive->explanation));
    add_facts(&facts, directive);
    add_comment(out, text_buffer_span(&facts));
    text_buffer_free(&facts);
    if ((directive->flags & CONFIG_FILE_ONLY) != 0)
        text_buffer_add_format(out, "# %s ...\n", directive->name);
    else
        directive_format_lines(directive, defaults, out);
    text_buffer_add(out, SPAN("\n"));
}

char *config_template_text(size_t *length)
{
    struct config *defaults = config_create();
    struct text_buffer out = {0};

    add_comment(
        &out,
        SPAN("Settings of a Tessera node. Start it with: tessera-server /path/to/tessera.conf"));
    text_buffer_add(&out, SPAN("#\n"));
    add_comment(
        &out,
        SPAN("Each directive stands here with its default, so that a line may be removed as well "
             "as changed. Sizes take units: 1k is 1000 bytes, 1kb is 1024, and so on. "
             "'include PATH' reads another file at that place."));
    text_buffer_add(&out, SPAN("\n"));
    for (uint32_t index = 0; index < directive_count; index++) {
        const struct directive *directive = &directives[index];

        if (directive->kind == DIRECTIVE_KIND_SECTION) {
            text_buffer_add_format(&out, "######## %s ########\n", directive->name);
            add_comment(&out, span_of_string(directive->explanation));
            text_buffer_add(&out, SPAN("\n"));
        } else if ((directive->flags & CONFIG_HIDDEN) == 0) {
            add_directive(&out, directive, defaults);
        }
    }
    config_free(defaults);
    *length = out.length;
    return text_buffer_take(&out);
}
