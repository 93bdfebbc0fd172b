#include "server/replication/backlog_spill.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILE_MODE = 0600 };

void *backlog_spill_take(size_t size)
{
    int fd = open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, FILE_MODE);
    void *memory = MAP_FAILED;

    if (fd < 0)
        return NULL;
    /* The room is there before anything is written: later it could only be missed by a signal. */
    if (posix_fallocate(fd, 0, (off_t)size) == 0)
        memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return memory == MAP_FAILED ? NULL : memory;
}

void backlog_spill_give_back(void *memory, size_t size)
{
    munmap(memory, size);
}
