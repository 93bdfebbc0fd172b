#include "server/loading/loading_fault.h"

#include "server/loading/loading_parts.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Signals have no argument of one's own. */
static struct loading *_Atomic watched;
static uintptr_t page_bytes;

static struct loading_part *part_at(struct loading *loading, uintptr_t address)
{
    for (uint32_t i = 0; loading != NULL && i < loading->part_count; i++) {
        struct loading_part *part = &loading->parts[i];

        if (address - (uintptr_t)part->bytes.data < part->bytes.length)
            return part;
    }
    return NULL;
}

/* Zeros from here to the end of the file. Calls nothing but mmap. */
static void on_bus_error(int number, siginfo_t *information, void *context)
{
    uintptr_t address = (uintptr_t)information->si_addr;
    struct loading_part *part = part_at(atomic_load(&watched), address);
    uintptr_t start = address & ~(page_bytes - 1);

    (void)context;
    if (part == NULL ||
        mmap((void *)start, (uintptr_t)part->bytes.data + part->bytes.length - start, PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
        /* Not ours: it comes again when this returns, and ends the process. */
        signal(number, SIG_DFL);
        return;
    }
    atomic_store(&part->shrank, true);
}

void loading_fault_watch(struct loading *loading)
{
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};

    if (loading == NULL) {
        action.sa_handler = SIG_DFL;
        action.sa_flags = 0;
    }
    page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    atomic_store(&watched, loading);
    sigaction(SIGBUS, &action, NULL);
}
