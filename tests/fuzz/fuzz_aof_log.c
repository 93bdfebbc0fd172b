/*
 * The input are the files of a log, divided by a line of "---". Each is read to its end; where it
 * is torn it can be cut, and is whole then. What is judged of the files together holds: cut as it
 * says, there is nothing more to cut. As a manifest, the input is refused or comes back as it was.
 */
#include "proto/aof/aof_manifest.h"
#include "proto/aof/aof_reader.h"
#include "proto/aof/aof_set.h"
#include "proto/base/assert.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILES_MAX = 6 };

static enum aof_status read_all(struct span bytes, size_t *start)
{
    struct aof_reader reader = aof_reader_of(bytes);
    enum aof_status status;

    do {
        size_t before = reader.position;

        status = aof_reader_next(&reader);
        ASSERT(reader.start == before);
        ASSERT(reader.position <= bytes.length);
        for (uint32_t i = 0; status == AOF_COMMAND && i < reader.argc; i++)
            ASSERT(reader.argv[i].data >= bytes.data &&
                   reader.argv[i].data + reader.argv[i].length < bytes.data + bytes.length);
    } while (status == AOF_COMMAND || status == AOF_ANNOTATION);
    *start = reader.start;
    aof_reader_free(&reader);
    return status;
}

static void read_one(struct span bytes)
{
    size_t start;
    enum aof_status status = read_all(bytes, &start);

    if (status == AOF_END)
        ASSERT(start == bytes.length);
    else
        ASSERT(read_all(span_of(bytes.data, start), &start) == AOF_END);
}

static void judge(struct span bytes)
{
    struct aof_set_file files[FILES_MAX];
    uint32_t count = 0;

    while (count < FILES_MAX) {
        const char *line = memmem(bytes.data, bytes.length, "---\n", 4);
        size_t length = line == NULL ? bytes.length : (size_t)(line - bytes.data);

        files[count++].bytes = span_of(bytes.data, length);
        if (line == NULL)
            break;
        bytes = span_of(line + 4, bytes.length - length - 4);
    }
    aof_set_judge(files, count);
    for (uint32_t i = 0; i < count; i++) {
        if (files[i].cut == UINT64_MAX)
            continue;
        ASSERT(files[i].cut < files[i].bytes.length);
        files[i].bytes.length = files[i].cut;
    }
    aof_set_judge(files, count);
    for (uint32_t i = 0; i < count; i++)
        ASSERT(files[i].cut == UINT64_MAX);
}

static void read_manifest(struct span bytes)
{
    struct aof_manifest manifest = {0};
    struct aof_manifest again = {0};
    char *text = NULL;
    size_t length = 0;
    uint32_t line;

    if (aof_manifest_parse(&manifest, bytes, &line) != AOF_MANIFEST_FINE) {
        ASSERT(manifest.count == 0);
        return;
    }
    text = malloc((size_t)manifest.count * AOF_MANIFEST_LINE_MAX);
    for (uint32_t i = 0; i < manifest.count; i++) {
        char formatted[AOF_MANIFEST_LINE_MAX];
        size_t used = aof_manifest_format_line(&manifest.files[i], formatted);

        memcpy(text + length, formatted, used);
        length += used;
    }
    ASSERT(aof_manifest_parse(&again, span_of(text, length), &line) == AOF_MANIFEST_FINE);
    ASSERT(again.count == manifest.count);
    for (uint32_t i = 0; i < manifest.count; i++)
        ASSERT(strcmp(again.files[i].name, manifest.files[i].name) == 0 &&
               again.files[i].sequence == manifest.files[i].sequence &&
               again.files[i].type == manifest.files[i].type);
    aof_manifest_free(&again);
    aof_manifest_free(&manifest);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *bytes = malloc(size + 1);

    memcpy(bytes, data, size);
    read_one(span_of(bytes, size));
    judge(span_of(bytes, size));
    read_manifest(span_of(bytes, size));
    free(bytes);
    return 0;
}
