#include "tools/check/check.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void check_say(const char *path, const char *format, ...)
{
    va_list arguments;

    printf("%s: ", path);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
}

bool check_file_open(struct check_file *file, const char *path)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    void *bytes = NULL;

    *file = (struct check_file){.path = path};
    if (descriptor < 0 || fstat(descriptor, &status) != 0) {
        check_say(path, "cannot be opened: %s", strerror(errno));
        if (descriptor >= 0)
            close(descriptor);
        return false;
    }
    if (!S_ISREG(status.st_mode)) {
        check_say(path, "is not a regular file");
        close(descriptor);
        return false;
    }
    if (status.st_size > 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (bytes == MAP_FAILED) {
        check_say(path, "cannot be mapped: %s", strerror(errno));
        return false;
    }
    if (bytes != NULL)
        file->bytes = span_of(bytes, (size_t)status.st_size);
    return true;
}

void check_file_close(struct check_file *file)
{
    if (file->bytes.length > 0)
        munmap((void *)(uintptr_t)file->bytes.data, file->bytes.length);
    file->bytes = (struct span){0};
}

static bool is_agreed(const struct check_file *file, uint64_t length,
                      const struct check_options *options)
{
    char answer[16];

    if (options->yes)
        return true;
    printf("%s: cut %" PRIu64 " bytes off, from offset %" PRIu64 " on? [y/N] ", file->path,
           file->bytes.length - length, length);
    fflush(stdout);
    return fgets(answer, sizeof(answer), stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

enum check_status check_file_cut(const struct check_file *file, uint64_t length,
                                 const struct check_options *options)
{
    int descriptor;
    bool ok;

    if (!options->fix) {
        check_say(file->path, "--fix would cut %" PRIu64 " bytes off, from offset %" PRIu64 " on",
                  file->bytes.length - length, length);
        return CHECK_DAMAGED;
    }
    if (!is_agreed(file, length, options)) {
        check_say(file->path, "left as it is");
        return CHECK_DAMAGED;
    }
    descriptor = open(file->path, O_WRONLY | O_CLOEXEC);
    ok = descriptor >= 0 && ftruncate(descriptor, (off_t)length) == 0 && fsync(descriptor) == 0;
    if (!ok)
        check_say(file->path, "cannot be cut: %s", strerror(errno));
    else
        check_say(file->path, "cut to %" PRIu64 " bytes", length);
    if (descriptor >= 0)
        close(descriptor);
    return ok ? CHECK_FINE : CHECK_IMPOSSIBLE;
}
