#include "proto/aof/aof_set.h"

#include "proto/aof/aof_annotation.h"
#include "proto/aof/aof_reader.h"
#include "proto/base/memory.h"

#include <stdlib.h>

enum { SHARDS_MAX = 4096 }; /* in the annotation of a file: more are not believed */

/* One part of a transaction. */
struct mark {
    uint64_t transaction;
    uint64_t offset; /* of the annotation */
    uint32_t file;
    uint32_t parts; /* of the transaction, as this one says */
};

struct marks {
    struct mark *items;
    size_t count;
    size_t capacity;
};

static void add_mark(struct marks *marks, const struct aof_annotation *annotation, uint32_t file,
                     uint64_t offset)
{
    if (marks->count == marks->capacity) {
        marks->capacity = marks->capacity == 0 ? 256 : marks->capacity * 2;
        marks->items = memory_resize(marks->items, marks->capacity * sizeof(*marks->items));
    }
    marks->items[marks->count++] = (struct mark){.transaction = annotation->transaction,
                                                 .offset = offset,
                                                 .file = file,
                                                 .parts = annotation->parts};
}

/* ---- Looking for them ---- */

/* Behind an annotation: is the whole part there? */
static bool has_record(struct aof_reader *reader)
{
    enum aof_status status = aof_reader_next(reader);

    if (status != AOF_COMMAND || !span_is(reader->argv[0], "MULTI"))
        return status == AOF_COMMAND;
    do {
        status = aof_reader_next(reader);
    } while (status == AOF_ANNOTATION ||
             (status == AOF_COMMAND && !span_is(reader->argv[0], "EXEC")));
    return status == AOF_COMMAND;
}

/* The marks of one file, up to where it is torn. */
static void find_marks(struct aof_set_file *files, uint32_t index, struct marks *marks)
{
    struct aof_set_file *file = &files[index];
    struct aof_reader reader = aof_reader_of(file->bytes);
    enum aof_status status;

    /* Nearly always there are none, which is quickly seen. */
    if (file->bytes.length == 0 || file->bytes.data[0] != '#' ||
        memmem(file->bytes.data, file->bytes.length, "#TX:", 4) == NULL)
        return;
    do {
        struct aof_annotation annotation = {.kind = AOF_ANNOTATION_OTHER};
        size_t start;

        status = aof_reader_next(&reader);
        start = reader.start;
        if (status == AOF_ANNOTATION)
            annotation = aof_annotation_parse(reader.argv[0]);
        if (annotation.kind != AOF_ANNOTATION_TRANSACTION)
            continue;
        add_mark(marks, &annotation, index, start);
        if (!has_record(&reader)) {
            /* What cannot be read is somebody else's finding; this part is not there. */
            file->cut = start;
            break;
        }
    } while (status == AOF_COMMAND || status == AOF_ANNOTATION);
    aof_reader_free(&reader);
}

/* ---- Judging them ---- */

static int compare_marks(const void *first, const void *second)
{
    const struct mark *a = first;
    const struct mark *b = second;

    return a->transaction < b->transaction ? -1 : a->transaction > b->transaction;
}

static bool is_there(const struct aof_set_file *files, const struct mark *mark)
{
    return mark->offset < files[mark->file].cut;
}

/* The parts of one transaction. True: a file now ends earlier. */
static bool judge(struct aof_set_file *files, const struct mark *marks, size_t count)
{
    size_t present = 0;
    size_t parts = 0;
    bool changed = false;

    for (size_t i = 0; i < count; i++) {
        if (!is_there(files, &marks[i]))
            continue;
        present++;
        /* They all say the same, unless somebody else wrote them. */
        if (marks[i].parts > parts)
            parts = marks[i].parts;
    }
    if (present >= parts)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!is_there(files, &marks[i]))
            continue;
        files[marks[i].file].cut = marks[i].offset;
        changed = true;
    }
    return changed;
}

static bool judge_all(struct aof_set_file *files, const struct marks *marks)
{
    bool changed = false;

    for (size_t first = 0, next; first < marks->count; first = next) {
        next = first + 1;
        while (next < marks->count &&
               marks->items[next].transaction == marks->items[first].transaction)
            next++;
        changed |= judge(files, &marks->items[first], next - first);
    }
    return changed;
}

static void find_incomplete(struct aof_set_file *files, uint32_t count)
{
    struct marks marks = {0};

    for (uint32_t i = 0; i < count; i++)
        find_marks(files, i, &marks);
    if (marks.count > 0)
        qsort(marks.items, marks.count, sizeof(*marks.items), compare_marks);
    while (judge_all(files, &marks))
        ;
    memory_free(marks.items);
}

/* ---- Which files may be torn ---- */

/* What the first line of a file says of it. */
static struct aof_annotation origin_of(const struct aof_set_file *file, bool *is_empty)
{
    struct aof_reader reader = aof_reader_of(file->bytes);
    struct aof_annotation origin = {.kind = AOF_ANNOTATION_OTHER};

    if (file->bytes.length > 0 && file->bytes.data[0] == '#' &&
        aof_reader_next(&reader) == AOF_ANNOTATION)
        origin = aof_annotation_parse(reader.argv[0]);
    *is_empty = file->bytes.length == 0 ||
                (origin.kind == AOF_ANNOTATION_SHARD && reader.position == file->bytes.length);
    aof_reader_free(&reader);
    return origin;
}

/* From the last file backwards: the last one with something in it, and when shards have written
 * them, the last one of each. */
static void find_ends(struct aof_set_file *files, uint32_t count)
{
    bool seen[SHARDS_MAX] = {false};
    uint32_t shards = 0;
    bool found = false;

    for (uint32_t i = count; i-- > 0;) {
        bool is_empty;
        struct aof_annotation origin = origin_of(&files[i], &is_empty);

        if (is_empty)
            continue;
        if (origin.kind != AOF_ANNOTATION_SHARD || origin.shards > SHARDS_MAX) {
            files[i].may_be_torn = !found;
            return;
        }
        if ((found && origin.shards != shards) || seen[origin.shard])
            return;
        files[i].may_be_torn = seen[origin.shard] = found = true;
        shards = origin.shards;
    }
}

void aof_set_judge(struct aof_set_file *files, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        files[i].may_be_torn = false;
        files[i].cut = UINT64_MAX;
    }
    find_ends(files, count);
    find_incomplete(files, count);
}
