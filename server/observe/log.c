#include "server/observe/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_MAX_LENGTH = 1024 };

static _Atomic int log_descriptor = STDOUT_FILENO;
static _Atomic int log_level = LOGLEVEL_NOTICE;

bool log_open(const char *path)
{
    int descriptor = STDOUT_FILENO;

    if (path[0] != '\0')
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor < 0)
        return false;
    atomic_store(&log_descriptor, descriptor);
    return true;
}

void log_set_level(enum loglevel level)
{
    atomic_store_explicit(&log_level, (int)level, memory_order_relaxed);
}

void log_write(enum loglevel level, const char *format, ...)
{
    static const char marks[] = ".-*#";
    char line[LINE_MAX_LENGTH];
    struct timespec now;
    struct tm parts;
    size_t length;
    va_list arguments;
    int written;

    if ((int)level < atomic_load_explicit(&log_level, memory_order_relaxed))
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &parts);
    length = (size_t)snprintf(line, sizeof(line), "%d:M ", (int)getpid());
    length += strftime(line + length, sizeof(line) - length, "%d %b %Y %H:%M:%S", &parts);
    length += (size_t)snprintf(line + length, sizeof(line) - length, ".%03d %c ",
                               (int)(now.tv_nsec / 1000000), marks[level]);
    va_start(arguments, format);
    written = vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
    va_end(arguments);
    if (written < 0)
        return;
    for (size_t end = length + (size_t)written; length < end && length < sizeof(line) - 2; length++)
        if ((unsigned char)line[length] < ' ')
            line[length] = ' ';
    line[length++] = '\n';
    /* A log that cannot be written must not stop the node. */
    if (write(atomic_load(&log_descriptor), line, length) < 0)
        errno = 0;
}
