#include "server/append_only/append_directory.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/config/whole_file.h"
#include "server/observe/log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_MAX = 64 * 1024 * 1024 };

/* ---- Names ---- */

static char *joined(const char *left, const char *between, const char *right)
{
    struct text_buffer text = {0};

    text_buffer_add_format(&text, "%s%s%s", left, between, right);
    return text_buffer_take(&text);
}

char *append_directory_file(const struct append_directory *directory, const char *name)
{
    return joined(directory->path, "/", name);
}

char *append_directory_manifest(const struct append_directory *directory)
{
    return joined(directory->name, "", ".manifest");
}

static char *numbered(const struct append_directory *directory, uint64_t sequence,
                      const char *suffix)
{
    struct text_buffer text = {0};

    text_buffer_add_format(&text, "%s.%" PRIu64 "%s", directory->name, sequence, suffix);
    return text_buffer_take(&text);
}

char *append_directory_next_base(const struct append_directory *directory, bool is_rdb)
{
    return numbered(directory, directory->base_sequence + 1, is_rdb ? ".base.rdb" : ".base.aof");
}

/* ---- Entries ---- */

/* Takes the name over. */
static void insert(struct append_directory *directory, uint32_t index, struct append_entry entry)
{
    ASSERT(index <= directory->count);
    if (directory->count == directory->capacity) {
        directory->capacity = directory->capacity == 0 ? 8 : 2 * directory->capacity;
        directory->entries =
            memory_resize(directory->entries, directory->capacity * sizeof(*directory->entries));
    }
    memmove(directory->entries + index + 1, directory->entries + index,
            (directory->count - index) * sizeof(*directory->entries));
    directory->entries[index] = entry;
    directory->count++;
}

static void remove_entry(struct append_directory *directory, uint32_t index)
{
    memory_free(directory->entries[index].name);
    directory->count--;
    memmove(directory->entries + index, directory->entries + index + 1,
            (directory->count - index) * sizeof(*directory->entries));
}

void append_directory_add_set(struct append_directory *directory, uint64_t generation,
                              uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint64_t sequence = ++directory->increment_sequence;

        insert(directory, directory->count,
               (struct append_entry){.name = numbered(directory, sequence, ".incr.aof"),
                                     .sequence = sequence,
                                     .generation = generation,
                                     .type = AOF_FILE_INCREMENT});
    }
}

void append_directory_remove_set(struct append_directory *directory, uint64_t generation)
{
    for (uint32_t i = directory->count; i-- > 0;)
        if (directory->entries[i].generation == generation)
            remove_entry(directory, i);
}

void append_directory_set_base(struct append_directory *directory, const char *name,
                               uint64_t generation)
{
    for (uint32_t i = 0; i < directory->count; i++) {
        struct append_entry *entry = &directory->entries[i];

        if (entry->type == AOF_FILE_BASE ||
            (entry->type == AOF_FILE_INCREMENT && entry->generation < generation))
            entry->type = AOF_FILE_HISTORY;
    }
    insert(directory, 0,
           (struct append_entry){.name = memory_copy(name, strlen(name)),
                                 .sequence = ++directory->base_sequence,
                                 .type = AOF_FILE_BASE});
}

const struct append_entry *append_directory_first_history(const struct append_directory *directory)
{
    for (uint32_t i = 0; i < directory->count; i++)
        if (directory->entries[i].type == AOF_FILE_HISTORY)
            return &directory->entries[i];
    return NULL;
}

void append_directory_forget(struct append_directory *directory, const struct append_entry *entry)
{
    remove_entry(directory, (uint32_t)(entry - directory->entries));
}

static void write_type(const struct append_directory *directory, enum aof_file_type type,
                       struct text_buffer *text)
{
    char line[AOF_MANIFEST_LINE_MAX];

    for (uint32_t i = 0; i < directory->count; i++) {
        const struct append_entry *entry = &directory->entries[i];
        struct aof_file file = {
            .name = entry->name, .sequence = entry->sequence, .type = entry->type};

        if (entry->type == type)
            text_buffer_add(text, span_of(line, aof_manifest_format_line(&file, line)));
    }
}

void append_directory_write(const struct append_directory *directory, struct text_buffer *text)
{
    write_type(directory, AOF_FILE_BASE, text);
    write_type(directory, AOF_FILE_HISTORY, text);
    write_type(directory, AOF_FILE_INCREMENT, text);
}

uint64_t append_directory_size(const struct append_directory *directory)
{
    uint64_t size = 0;

    for (uint32_t i = 0; i < directory->count; i++) {
        char *path = append_directory_file(directory, directory->entries[i].name);
        struct stat status;

        if (directory->entries[i].type != AOF_FILE_HISTORY && stat(path, &status) == 0)
            size += (uint64_t)status.st_size;
        memory_free(path);
    }
    return size;
}

/* ---- Reading ---- */

static void take(struct append_directory *directory, const struct aof_file *file)
{
    insert(directory, directory->count,
           (struct append_entry){.name = memory_copy(file->name, strlen(file->name)),
                                 .sequence = file->sequence,
                                 .type = file->type});
    /* The highest number is not to be used again, by whichever file. */
    if (strstr(file->name, ".base.") != NULL || file->type == AOF_FILE_BASE) {
        if (file->sequence > directory->base_sequence)
            directory->base_sequence = file->sequence;
    } else if (file->sequence > directory->increment_sequence) {
        directory->increment_sequence = file->sequence;
    }
}

/* Increments that hold nothing: the spare ones, when the node ended. */
static void drop_empty(struct append_directory *directory)
{
    for (uint32_t i = directory->count; i-- > 0;) {
        char *path = append_directory_file(directory, directory->entries[i].name);
        struct stat status;

        if (directory->entries[i].type == AOF_FILE_INCREMENT && stat(path, &status) == 0 &&
            status.st_size == 0)
            directory->entries[i].type = AOF_FILE_HISTORY;
        memory_free(path);
    }
}

static bool read_manifest(struct append_directory *directory, const char *path)
{
    struct aof_manifest manifest = {0};
    struct text_buffer text = {0};
    enum aof_manifest_error error;
    uint32_t line;

    if (!whole_file_read(path, MANIFEST_MAX, &text)) {
        text_buffer_free(&text);
        log_warning("cannot read %s: %s", path, strerror(errno));
        return false;
    }
    error = aof_manifest_parse(&manifest, text_buffer_span(&text), &line);
    text_buffer_free(&text);
    if (error != AOF_MANIFEST_FINE) {
        log_warning("%s, line %u: %s", path, line, aof_manifest_error_text(error));
        return false;
    }
    for (uint32_t i = 0; i < manifest.count; i++)
        take(directory, &manifest.files[i]);
    aof_manifest_free(&manifest);
    directory->exists = true;
    return true;
}

/* The single file that servers before Redis 7 have is the base of a log in a directory. */
static bool adopt_single_file(struct append_directory *directory, const char *manifest)
{
    char *path = append_directory_file(directory, directory->name);
    struct text_buffer text = {0};
    bool moved;

    append_directory_set_base(directory, directory->name, 0);
    append_directory_write(directory, &text);
    /* In this order it can be repeated, wherever it ends. */
    moved = whole_file_replace(manifest, text_buffer_span(&text), 0644) &&
            rename(directory->name, path) == 0;
    if (moved)
        log_notice("%s has been moved to %s", directory->name, path);
    else
        log_warning("cannot move %s to %s: %s", directory->name, path, strerror(errno));
    directory->exists = moved;
    text_buffer_free(&text);
    memory_free(path);
    return moved;
}

/* That may have ended between its two steps. */
static void adopt_rest(const struct append_directory *directory)
{
    char *path = append_directory_file(directory, directory->name);

    for (uint32_t i = 0; i < directory->count; i++)
        if (directory->entries[i].type == AOF_FILE_BASE &&
            strcmp(directory->entries[i].name, directory->name) == 0 && access(path, F_OK) != 0 &&
            rename(directory->name, path) == 0)
            log_notice("%s has been moved to %s", directory->name, path);
    memory_free(path);
}

static bool read_or_adopt(struct append_directory *directory)
{
    char *name = append_directory_manifest(directory);
    char *manifest = append_directory_file(directory, name);
    bool fine = true;

    if (access(manifest, F_OK) == 0)
        fine = read_manifest(directory, manifest);
    else if (access(directory->name, F_OK) == 0)
        fine = adopt_single_file(directory, manifest);
    adopt_rest(directory);
    memory_free(name);
    memory_free(manifest);
    return fine;
}

bool append_directory_open(struct append_directory *directory, const struct config *config)
{
    char *path;

    *directory = (struct append_directory){0};
    if (mkdir(config->appenddirname, 0755) != 0 && errno != EEXIST) {
        log_warning("cannot make the directory %s: %s", config->appenddirname, strerror(errno));
        return false;
    }
    path = realpath(config->appenddirname, NULL);
    if (path == NULL) {
        log_warning("cannot use the directory %s: %s", config->appenddirname, strerror(errno));
        return false;
    }
    directory->path = memory_copy(path, strlen(path));
    free(path);
    directory->name = memory_copy(config->appendfilename, strlen(config->appendfilename));
    if (!read_or_adopt(directory)) {
        append_directory_close(directory);
        return false;
    }
    drop_empty(directory);
    return true;
}

void append_directory_close(struct append_directory *directory)
{
    while (directory->count > 0)
        remove_entry(directory, directory->count - 1);
    memory_free(directory->entries);
    memory_free(directory->path);
    memory_free(directory->name);
    *directory = (struct append_directory){0};
}
