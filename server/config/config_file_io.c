#include "server/config/config_file_io.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config_file.h"
#include "server/config/text_buffer.h"
#include "server/config/whole_file.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum {
    FILE_BYTES_MAX = 16 * 1024 * 1024,
    INCLUDE_DEPTH_MAX = 16,
    INCLUDES_MAX = 256,
};

static bool system_error(struct config_error *error, const char *what, const char *path)
{
    int reason = errno;

    error->line = 0;
    snprintf(error->text, sizeof(error->text), "Can't %s '%.200s': %s", what, path,
             strerror(reason));
    return false;
}

static bool load_into(struct config_loading *loading, const char *path, struct config_error *error)
{
    struct text_buffer text = {0};
    bool loaded = whole_file_read(path, FILE_BYTES_MAX, &text);

    if (!loaded) {
        system_error(error, "read", path);
    } else {
        loaded = config_loading_read(loading, text_buffer_span(&text), error);
        if (!loaded && loading->depth > 0 && !loading->named) {
            char reason[CONFIG_ERROR_MAX];

            loading->named = true;
            memcpy(reason, error->text, sizeof(reason));
            snprintf(error->text, sizeof(error->text), "%.150s: %.340s", path, reason);
        }
    }
    text_buffer_free(&text);
    return loaded;
}

static bool include_files(struct config_loading *loading, struct span path,
                          struct config_error *error)
{
    char *pattern = memory_copy(path.data, path.length);
    glob_t found;
    bool loaded = true;

    if (loading->depth >= INCLUDE_DEPTH_MAX) {
        snprintf(error->text, sizeof(error->text), "include '%.200s': includes nest too deeply",
                 pattern);
        loading->named = true;
        memory_free(pattern);
        return false;
    }
    loading->depth++;
    /* Without a match the pattern itself is tried, so that a missing file is an error. */
    if (glob(pattern, GLOB_NOCHECK, NULL, &found) != 0) {
        errno = ENOMEM;
        loaded = system_error(error, "look for", pattern);
    } else {
        for (size_t index = 0; index < found.gl_pathc && loaded; index++) {
            if (loading->included++ < INCLUDES_MAX) {
                loaded = load_into(loading, found.gl_pathv[index], error);
            } else {
                snprintf(error->text, sizeof(error->text), "too many includes");
                loaded = false;
            }
        }
        globfree(&found);
    }
    loading->depth--;
    memory_free(pattern);
    return loaded;
}

bool config_file_load(struct config *config, const char *path, struct config_error *error)
{
    struct config_loading loading;

    ASSERT(path != NULL);
    config_loading_init(&loading, config, include_files);
    bool loaded = load_into(&loading, path, error);

    config_loading_free(&loading);
    return loaded;
}

bool config_file_rewrite(const struct config *config, const char *path, struct config_error *error)
{
    struct text_buffer old = {0};
    struct stat status;
    mode_t mode = 0644;
    size_t length = 0;
    bool rewritten = true;

    ASSERT(path != NULL);
    if (stat(path, &status) == 0) {
        mode = status.st_mode & 0777;
        rewritten =
            whole_file_read(path, FILE_BYTES_MAX, &old) || system_error(error, "read", path);
    } else if (errno != ENOENT) {
        return system_error(error, "read", path);
    }
    if (rewritten) {
        char *text = config_rewrite_text(config, text_buffer_span(&old), &length);

        rewritten = whole_file_replace(path, span_of(text, length), mode) ||
                    system_error(error, "write", path);
        memory_free(text);
    }
    text_buffer_free(&old);
    return rewritten;
}
