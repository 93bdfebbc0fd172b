/*
 * What the backend by io_uring needs is tried out before it is chosen: that rings may be set up, as
 * many as there will be, with the features of Linux 6.1; that they take buffers, know every request
 * that is made of them, and may be entered. Profiles for containers forbid one or the other of it.
 */
#include "proto/base/memory.h"
#include "server/reactor/uring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROBE_BUFFERS = 8 };

static const uint8_t opcodes_needed[] = {
    IORING_OP_NOP,     IORING_OP_RECV,         IORING_OP_SEND,     IORING_OP_SENDMSG,
    IORING_OP_ACCEPT,  IORING_OP_ASYNC_CANCEL, IORING_OP_MSG_RING, IORING_OP_CONNECT,
    IORING_OP_TIMEOUT, IORING_OP_LINK_TIMEOUT, IORING_OP_WRITEV,   IORING_OP_FSYNC,
    IORING_OP_OPENAT,  IORING_OP_CLOSE,        IORING_OP_RENAMEAT, IORING_OP_UNLINKAT,
};

/* Has the administrator turned io_uring off for processes like this one? */
static bool is_disabled(void)
{
    char value = '0';
    int fd = open("/proc/sys/kernel/io_uring_disabled", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return false;
    if (read(fd, &value, 1) != 1)
        value = '0';
    close(fd);
    return value != '0';
}

static const char *cause_of(int error)
{
    switch (error) {
    case EPERM:
    case EACCES:
        return is_disabled() ? " (kernel.io_uring_disabled is set)"
                             : " (a seccomp profile or another policy forbids it)";
    case ENOSYS:
        return " (this kernel has none, or a seccomp profile hides it)";
    case EINVAL:
        return " (Linux 6.1 or newer is needed)";
    case ENOMEM:
        return " (memory, or the limit of locked memory, is too small)";
    default:
        return "";
    }
}

static int fail(char reason[REACTOR_REASON_MAX], const char *what, int error)
{
    snprintf(reason, REACTOR_REASON_MAX, "%s: %s%s", what, strerror(error), cause_of(error));
    return -error;
}

static int try_opcodes(struct io_uring *ring, char reason[REACTOR_REASON_MAX])
{
    struct io_uring_probe *probe = io_uring_get_probe_ring(ring);
    int result = 0;

    if (probe == NULL)
        return fail(reason, "io_uring cannot be asked what it knows", EINVAL);
    for (uint32_t i = 0; i < sizeof(opcodes_needed) && result == 0; i++) {
        if (io_uring_opcode_supported(probe, opcodes_needed[i]))
            continue;
        snprintf(reason, REACTOR_REASON_MAX, "this kernel's io_uring lacks operation %u",
                 opcodes_needed[i]);
        result = -EOPNOTSUPP;
    }
    io_uring_free_probe(probe);
    return result;
}

static int try_buffers(struct io_uring *ring, char reason[REACTOR_REASON_MAX])
{
    struct io_uring_buf_ring *buffers = uring_open_buffer_ring(ring, PROBE_BUFFERS);

    if (buffers == NULL)
        return fail(reason, "io_uring_register of receive buffers", errno);
    io_uring_unregister_buf_ring(ring, URING_BUFFER_GROUP);
    uring_free_buffer_ring(buffers, PROBE_BUFFERS);
    return 0;
}

static int try_entering(struct io_uring *ring, char reason[REACTOR_REASON_MAX])
{
    struct io_uring_cqe *completion;
    int result;

    io_uring_prep_nop(io_uring_get_sqe(ring));
    result = io_uring_submit_and_wait(ring, 1);
    if (result < 0)
        return fail(reason, "io_uring_enter", -result);
    if (io_uring_peek_cqe(ring, &completion) != 0)
        return fail(reason, "io_uring_enter", EAGAIN);
    io_uring_cqe_seen(ring, completion);
    return 0;
}

int uring_probe(uint32_t count, char reason[REACTOR_REASON_MAX])
{
    struct io_uring *rings = memory_new_zeroed(count, sizeof(*rings));
    uint32_t opened = 0;
    int result = 0;

    while (opened < count && result == 0) {
        result = uring_open_ring(&rings[opened]);
        if (result < 0)
            fail(reason, "io_uring_setup", -result);
        else
            opened++;
    }
    if (result == 0)
        result = try_buffers(&rings[0], reason);
    if (result == 0)
        result = try_opcodes(&rings[0], reason);
    if (result == 0)
        result = try_entering(&rings[0], reason);
    while (opened > 0)
        io_uring_queue_exit(&rings[--opened]);
    memory_free(rings);
    return result;
}
