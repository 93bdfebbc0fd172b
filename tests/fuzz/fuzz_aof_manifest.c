/* Any bytes as the manifest of an append-only log: refused, or read, written and read again. */
#include "proto/aof/aof_manifest.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check_same(const struct aof_manifest *first, const struct aof_manifest *second)
{
    ASSERT(first->count == second->count);
    for (uint32_t i = 0; i < first->count; i++) {
        ASSERT(strcmp(first->files[i].name, second->files[i].name) == 0);
        ASSERT(first->files[i].sequence == second->files[i].sequence);
        ASSERT(first->files[i].type == second->files[i].type);
        ASSERT(strchr(first->files[i].name, '/') == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct aof_manifest manifest = {0};
    struct aof_manifest again = {0};
    uint32_t line;
    char *text;
    size_t used = 0;

    if (aof_manifest_parse(&manifest, span_of((const char *)bytes, length), &line) !=
        AOF_MANIFEST_FINE) {
        ASSERT(manifest.count == 0);
        return 0;
    }
    text = memory_new((size_t)manifest.count * AOF_MANIFEST_LINE_MAX);
    for (uint32_t i = 0; i < manifest.count; i++)
        used += aof_manifest_format_line(&manifest.files[i], text + used);
    ASSERT(aof_manifest_parse(&again, span_of(text, used), &line) == AOF_MANIFEST_FINE);
    check_same(&manifest, &again);
    aof_manifest_free(&manifest);
    aof_manifest_free(&again);
    memory_free(text);
    return 0;
}
