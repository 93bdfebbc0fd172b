#include "proto/aof/aof_manifest.h"
#include "proto/aof/aof_set.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/config/text_buffer.h"
#include "server/config/whole_file.h"
#include "server/loading/loading_fault.h"
#include "server/loading/loading_parts.h"
#include "server/observe/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MANIFEST_BYTES_MAX = 64 * 1024 * 1024 };

/* ---- One file ---- */

/* Opened and mapped. False: loading->error says why not, or errno is ENOENT. */
static bool map_file(struct loading *loading, struct loading_part *part)
{
    int descriptor = open(part->path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *bytes = NULL;
    bool mapped;

    if (descriptor < 0) {
        int error = errno;

        loading_fail(loading, "the file %s cannot be opened: %s", part->path, strerror(error));
        errno = error;
        return false;
    }
    if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
        close(descriptor);
        errno = 0;
        return loading_fail(loading, "%s is not a regular file", part->path);
    }
    if (status.st_size > 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    mapped = bytes != MAP_FAILED;
    if (!mapped)
        loading_fail(loading, "cannot map the file %s: %s", part->path, strerror(errno));
    close(descriptor);
    errno = 0;
    if (!mapped || bytes == NULL)
        return mapped;
    madvise(bytes, (size_t)status.st_size, MADV_SEQUENTIAL);
    madvise(bytes, (size_t)status.st_size, MADV_WILLNEED);
    part->bytes = span_of(bytes, (size_t)status.st_size);
    return true;
}

static struct loading_part *add_part(struct loading *loading, const char *directory,
                                     const char *name, bool is_log)
{
    struct loading_part *part;
    int length;

    loading->parts =
        memory_resize(loading->parts, (loading->part_count + 1) * sizeof(*loading->parts));
    part = &loading->parts[loading->part_count++];
    *part = (struct loading_part){.is_log = is_log, .cut = UINT64_MAX};
    length = directory == NULL ? asprintf(&part->path, "%s", name)
                               : asprintf(&part->path, "%s/%s", directory, name);
    ASSERT(length >= 0);
    part->before = loading->total_bytes;
    return part;
}

static bool open_part(struct loading *loading, struct loading_part *part)
{
    if (!map_file(loading, part))
        return false;
    loading->total_bytes += part->bytes.length;
    return true;
}

void loading_files_close(struct loading *loading)
{
    loading_fault_watch(NULL);
    for (uint32_t i = 0; i < loading->part_count; i++) {
        struct loading_part *part = &loading->parts[i];

        if (part->bytes.length > 0)
            munmap((void *)(uintptr_t)part->bytes.data, part->bytes.length);
        free(part->path);
    }
    memory_free(loading->parts);
    loading->parts = NULL;
    loading->part_count = 0;
}

/* ---- Where the files of a log may end ---- */

/* May they end where they must? */
static bool check_cut(struct loading *loading, const struct loading_part *part, uint64_t cut)
{
    if (!part->may_be_torn)
        return loading_fail(loading,
                            "Bad file format reading the append only file %s: parts of the "
                            "transaction at offset %" PRIu64 " are missing in other shards' "
                            "files, and it is not the last file: nothing may be missing in it",
                            part->path, cut);
    if (!loading->load_truncated)
        return loading_fail(loading,
                            "Unexpected end of file reading the append only file %s: parts of the "
                            "transaction at offset %" PRIu64 " are missing in other shards' "
                            "files. With aof-load-truncated yes it is cut there, and "
                            "tessera-check --fix cuts it",
                            part->path, cut);
    return true;
}

static bool judge_ends(struct loading *loading)
{
    struct aof_set_file *files = memory_new_zeroed(loading->part_count, sizeof(*files));
    bool ok = true;

    for (uint32_t i = 0; i < loading->part_count; i++)
        files[i].bytes = loading->parts[i].bytes;
    aof_set_judge(files, loading->part_count);
    for (uint32_t i = 0; ok && i < loading->part_count; i++) {
        loading->parts[i].may_be_torn = files[i].may_be_torn;
        atomic_store(&loading->parts[i].cut, files[i].cut);
        ok = files[i].cut == UINT64_MAX || check_cut(loading, &loading->parts[i], files[i].cut);
    }
    memory_free(files);
    return ok;
}

/* ---- The log ---- */

/* The one file that there was before there were manifests is named in a manifest before it is moved
 * to the directory: who was interrupted there has left it where it was. */
static bool open_base(struct loading *loading, const struct config *config, const char *name)
{
    struct loading_part *part = add_part(loading, config->appenddirname, name, true);

    if (strcmp(name, config->appendfilename) == 0 && access(part->path, F_OK) != 0 &&
        access(name, F_OK) == 0) {
        free(part->path);
        part->path = strdup(name);
    }
    return open_part(loading, part);
}

static bool open_listed(struct loading *loading, const struct config *config, struct span text)
{
    struct aof_manifest manifest = {0};
    const struct aof_file *base;
    uint32_t line;
    enum aof_manifest_error error = aof_manifest_parse(&manifest, text, &line);
    bool ok = true;

    if (error != AOF_MANIFEST_FINE)
        return loading_fail(loading, "the manifest of the append-only file, line %u: %s", line,
                            aof_manifest_error_text(error));
    base = aof_manifest_base(&manifest);
    if (base != NULL)
        ok = open_base(loading, config, base->name);
    for (uint32_t i = 0; ok && i < manifest.count; i++)
        if (manifest.files[i].type == AOF_FILE_INCREMENT)
            ok = open_part(loading,
                           add_part(loading, config->appenddirname, manifest.files[i].name, true));
    aof_manifest_free(&manifest);
    return ok;
}

/* The one file that there was before there were manifests. */
static bool open_single(struct loading *loading, const struct config *config)
{
    if (access(config->appendfilename, F_OK) != 0)
        return true;
    log_notice("the append-only file %s is one of before there were manifests",
               config->appendfilename);
    return open_part(loading, add_part(loading, NULL, config->appendfilename, true));
}

static bool open_log(struct loading *loading, const struct config *config)
{
    struct text_buffer text = {0};
    char *path;
    bool ok;

    ASSERT(asprintf(&path, "%s/%s.manifest", config->appenddirname, config->appendfilename) >= 0);
    if (whole_file_read(path, MANIFEST_BYTES_MAX, &text))
        ok = open_listed(loading, config, text_buffer_span(&text));
    else if (errno == ENOENT || errno == ENOTDIR)
        ok = open_single(loading, config);
    else
        ok = loading_fail(loading, "cannot read the manifest %s: %s", path, strerror(errno));
    if (ok && loading->part_count > 0)
        ok = judge_ends(loading);
    text_buffer_free(&text);
    free(path);
    return ok;
}

bool loading_files_open(struct loading *loading, const struct config *config)
{
    const char *path = loading->request.path;

    loading_fault_watch(loading);
    if (loading->request.source == LOADING_LOG)
        return open_log(loading, config);
    if (path == NULL)
        path = config->dbfilename;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return true;
    return open_part(loading, add_part(loading, NULL, path, false));
}

bool loading_files_are_whole(struct loading *loading)
{
    for (uint32_t i = 0; i < loading->part_count; i++) {
        if (!atomic_load(&loading->parts[i].shrank))
            continue;
        /* Whatever was wrong with what was read instead is of no interest. */
        atomic_store(&loading->failed, false);
        return loading_fail(loading, "%s has become shorter while it was read",
                            loading->parts[i].path);
    }
    return true;
}

/* ---- Cutting ---- */

static bool cut_file(struct loading *loading, const struct loading_part *part)
{
    uint64_t cut = atomic_load(&part->cut);
    int descriptor;
    bool ok;

    log_warning("%s is cut from %zu to %llu bytes: what is behind is torn or incomplete",
                part->path, part->bytes.length, (unsigned long long)cut);
    descriptor = open(part->path, O_WRONLY | O_CLOEXEC);
    ok = descriptor >= 0 && ftruncate(descriptor, (off_t)cut) == 0 && fsync(descriptor) == 0;
    if (!ok)
        loading_fail(loading, "cannot cut the torn end off %s: %s", part->path, strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return ok;
}

bool loading_files_cut(struct loading *loading)
{
    for (uint32_t i = 0; i < loading->part_count; i++)
        if (atomic_load(&loading->parts[i].cut) < loading->parts[i].bytes.length &&
            !cut_file(loading, &loading->parts[i]))
            return false;
    return true;
}
