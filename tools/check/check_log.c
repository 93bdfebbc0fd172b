/* Logs: their commands, and the files that a manifest lists. */
#include "tools/check/check.h"

#include "proto/aof/aof_annotation.h"
#include "proto/aof/aof_manifest.h"
#include "proto/aof/aof_reader.h"
#include "proto/aof/aof_set.h"
#include "proto/base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Commands ---- */

struct reading {
    uint64_t commands;
    uint64_t transactions;
    uint64_t parts; /* of transactions over several shards */
    size_t open;    /* where the transaction that has not ended begins */
    bool is_open;
};

static void take_command(struct reading *reading, const struct aof_reader *reader)
{
    reading->commands++;
    if (span_is(reader->argv[0], "MULTI") && !reading->is_open) {
        reading->is_open = true;
        reading->open = reader->start;
    } else if (span_is(reader->argv[0], "EXEC")) {
        reading->transactions += reading->is_open;
        reading->is_open = false;
    }
}

static void take_annotation(const struct check_file *file, struct reading *reading,
                            const struct aof_reader *reader)
{
    struct aof_annotation annotation = aof_annotation_parse(reader->argv[0]);

    if (annotation.kind == AOF_ANNOTATION_SHARD)
        check_say(file->path, "written by shard %u of %u", annotation.shard, annotation.shards);
    reading->parts += annotation.kind == AOF_ANNOTATION_TRANSACTION;
}

static enum aof_status read_commands(const struct check_file *file, struct aof_reader *reader,
                                     uint64_t cut, struct reading *reading)
{
    for (;;) {
        enum aof_status status;

        if (reader->position >= cut)
            return AOF_END;
        status = aof_reader_next(reader);
        if (status == AOF_COMMAND)
            take_command(reading, reader);
        else if (status == AOF_ANNOTATION)
            take_annotation(file, reading, reader);
        else
            return status;
    }
}

/* What ends at this offset may be cut off there, or not. */
static enum check_status end_early(const struct check_file *file, size_t offset, bool may_be_torn,
                                   const struct check_options *options)
{
    if (may_be_torn)
        return check_file_cut(file, offset, options);
    check_say(file->path, "it is not the last file: nothing may be missing in it, and cutting it "
                          "would lose what is in the files behind it");
    return CHECK_DAMAGED;
}

enum check_status check_commands(const struct check_file *file, size_t start, uint64_t cut,
                                 bool may_be_torn, const struct check_options *options)
{
    struct aof_reader reader = aof_reader_of(file->bytes);
    struct reading reading = {0};
    enum aof_status status;
    size_t offset, position;

    reader.position = start;
    status = read_commands(file, &reader, cut, &reading);
    offset = reading.is_open ? reading.open : reader.start;
    position = reader.position;
    aof_reader_free(&reader);
    check_say(file->path,
              "%" PRIu64 " commands, %" PRIu64 " transactions, %" PRIu64
              " parts of transactions over several shards",
              reading.commands, reading.transactions, reading.parts);
    if (status == AOF_BAD) {
        check_say(file->path, "offset %zu: the record is malformed at offset %zu", reader.start,
                  position);
        return end_early(file, offset, may_be_torn, options);
    }
    if (status == AOF_TORN) {
        check_say(file->path, "offset %zu: a record is incomplete at the end of the file",
                  reader.start);
        return end_early(file, offset, may_be_torn, options);
    }
    if (cut != UINT64_MAX) {
        check_say(file->path,
                  "offset %" PRIu64 ": parts of a transaction over several shards are missing",
                  cut);
        return end_early(file, cut, may_be_torn, options);
    }
    if (reading.is_open) {
        check_say(file->path, "offset %zu: a transaction has no end", reading.open);
        return end_early(file, reading.open, may_be_torn, options);
    }
    return CHECK_FINE;
}

/* ---- All files of a manifest ---- */

struct set {
    struct check_file *files;
    struct aof_set_file *ends;
    char **paths;
    uint32_t count;
};

static bool add_file(struct set *set, const char *manifest, const char *name)
{
    const char *slash = strrchr(manifest, '/');
    int directory = slash == NULL ? 1 : (int)(slash - manifest);
    char *path;

    if (asprintf(&path, "%.*s/%s", directory, slash == NULL ? "." : manifest, name) < 0)
        abort();
    set->paths[set->count] = path;
    return check_file_open(&set->files[set->count++], path);
}

static bool open_set(struct set *set, const char *path, const struct aof_manifest *manifest)
{
    const struct aof_file *base = aof_manifest_base(manifest);
    bool ok = true;

    set->files = memory_new_zeroed(manifest->count, sizeof(*set->files));
    set->ends = memory_new_zeroed(manifest->count, sizeof(*set->ends));
    set->paths = memory_new_zeroed(manifest->count, sizeof(*set->paths));
    if (base != NULL)
        ok = add_file(set, path, base->name);
    for (uint32_t i = 0; i < manifest->count; i++)
        if (manifest->files[i].type == AOF_FILE_INCREMENT)
            ok &= add_file(set, path, manifest->files[i].name);
    for (uint32_t i = 0; i < set->count; i++)
        set->ends[i].bytes = set->files[i].bytes;
    return ok;
}

static void close_set(struct set *set)
{
    for (uint32_t i = 0; i < set->count; i++) {
        check_file_close(&set->files[i]);
        free(set->paths[i]);
    }
    memory_free(set->files);
    memory_free(set->ends);
    memory_free(set->paths);
}

static bool is_rdb(const struct check_file *file)
{
    return file->bytes.length > 0 && (file->bytes.data[0] == 'R' || file->bytes.data[0] == 'V');
}

static enum check_status check_one(const struct check_file *file, const struct aof_set_file *end,
                                   const struct check_options *options)
{
    size_t start = 0;

    if (is_rdb(file)) {
        enum check_status status = check_rdb(file, &start);

        if (status != CHECK_FINE || start == file->bytes.length)
            return status;
    }
    return check_commands(file, start, end->cut, end->may_be_torn, options);
}

enum check_status check_manifest(const char *path, const struct check_options *options)
{
    struct aof_manifest manifest = {0};
    struct check_file text;
    struct set set = {0};
    enum aof_manifest_error error;
    enum check_status worst = CHECK_FINE;
    uint32_t line;
    bool opened;

    if (!check_file_open(&text, path))
        return CHECK_IMPOSSIBLE;
    error = aof_manifest_parse(&manifest, text.bytes, &line);
    check_file_close(&text);
    if (error != AOF_MANIFEST_FINE) {
        check_say(path, "line %u: %s", line, aof_manifest_error_text(error));
        return CHECK_DAMAGED;
    }
    check_say(path, "a manifest of %u files", manifest.count);
    opened = open_set(&set, path, &manifest);
    if (!opened)
        worst = CHECK_DAMAGED;
    aof_set_judge(set.ends, set.count);
    for (uint32_t i = 0; opened && i < set.count; i++) {
        enum check_status status = check_one(&set.files[i], &set.ends[i], options);

        if (status > worst)
            worst = status;
    }
    close_set(&set);
    aof_manifest_free(&manifest);
    return worst;
}

/* ---- One file, of whatever kind ---- */

enum check_status check_path(const char *path, const struct check_options *options)
{
    struct aof_set_file end = {.may_be_torn = true, .cut = UINT64_MAX};
    enum check_status status;
    struct check_file file;
    size_t length = strlen(path);

    if (length > 9 && strcmp(path + length - 9, ".manifest") == 0)
        return check_manifest(path, options);
    if (!check_file_open(&file, path))
        return CHECK_IMPOSSIBLE;
    if (file.bytes.length == 0) {
        check_say(path, "an empty file");
        status = CHECK_FINE;
    } else {
        status = check_one(&file, &end, options);
    }
    check_file_close(&file);
    return status;
}
