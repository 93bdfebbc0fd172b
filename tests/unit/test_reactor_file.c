/*
 * Files by the reactor: what is written is there in order, errors are told once and with what was
 * written before, and injected faults do what they say.
 */
#include "proto/base/memory.h"
#include "server/reactor/file.h"
#include "server/reactor/file_fault.h"
#include "tests/unit/reactor_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { LARGE = 3 * 1024 * 1024 + 17, PARTS = 40 };

struct work {
    struct file_operation operation; /* first */
    uint32_t done;
    int result;
};

static char directory[64];
static char path[128];
static char new_path[128];
static const struct file_fault no_fault;

static void work_done(struct file_operation *operation, int result)
{
    struct work *work = (struct work *)operation;

    work->done++;
    work->result = result;
}

static int wait_for(struct work *work)
{
    assert_int_equal(work->done, 0);
    TURN_UNTIL(work->done > 0);
    return work->result;
}

static struct work work_new(void)
{
    return (struct work){.operation = {.done = work_done}};
}

static int open_file(const char *name, int flags)
{
    struct work work = work_new();

    file_open(&work.operation, reactor, name, flags, 0600);
    return wait_for(&work);
}

static int write_all(int fd, const char *bytes, size_t length, uint64_t offset, uint64_t *written)
{
    struct work work = work_new();
    struct iovec parts[PARTS];
    struct file_write write = {
        .fd = fd, .durable = true, .parts = parts, .part_count = PARTS, .offset = offset};
    int result;

    for (uint32_t i = 0; i < PARTS; i++) {
        size_t start = length * i / PARTS;

        parts[i] =
            (struct iovec){(char *)(uintptr_t)bytes + start, length * (i + 1) / PARTS - start};
    }
    file_write(&work.operation, reactor, &write);
    assert_true(file_operation_is_under_way(&work.operation));
    result = wait_for(&work);
    assert_false(file_operation_is_under_way(&work.operation));
    *written = work.operation.written;
    return result;
}

static char *pattern_new(size_t length)
{
    char *bytes = memory_new(length);

    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)(i % 251 ^ i / 251 % 241);
    return bytes;
}

static void assert_content(const char *name, const char *bytes, size_t length)
{
    char *found = memory_new(length + 1);
    int fd = open(name, O_RDONLY);
    size_t position = 0;
    ssize_t count;

    assert_true(fd >= 0);
    while ((count = read(fd, found + position, length + 1 - position)) > 0)
        position += (size_t)count;
    assert_int_equal(position, length);
    assert_memory_equal(found, bytes, length);
    close(fd);
    memory_free(found);
}

static int file_setup(void **state)
{
    snprintf(directory, sizeof(directory), "test-reactor-file-XXXXXX");
    if (mkdtemp(directory) == NULL)
        return 1;
    snprintf(path, sizeof(path), "%s/a", directory);
    snprintf(new_path, sizeof(new_path), "%s/b", directory);
    return setup(state);
}

static int file_teardown(void **state)
{
    for (int i = 0; i < FILE_FAULT_KINDS; i++)
        file_fault_set((enum file_fault_kind)i, 0, &no_fault);
    unlink(path);
    unlink(new_path);
    rmdir(directory);
    return teardown(state);
}

static void writes_and_syncs(void **state)
{
    char *bytes = pattern_new(LARGE);
    int fd = open_file(path, O_WRONLY | O_CREAT);
    struct work work = work_new();
    uint64_t written;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write_all(fd, bytes, LARGE, 0, &written), 0);
    assert_int_equal(written, LARGE);
    assert_content(path, bytes, LARGE);
    file_sync(&work.operation, reactor, fd);
    assert_int_equal(wait_for(&work), 0);
    work.done = 0;
    file_sync_data(&work.operation, reactor, fd);
    assert_int_equal(wait_for(&work), 0);
    work.done = 0;
    file_close(&work.operation, reactor, fd);
    assert_int_equal(wait_for(&work), 0);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    memory_free(bytes);
}

static void renames_and_unlinks(void **state)
{
    struct work work = work_new();

    (void)state;
    close(open_file(path, O_WRONLY | O_CREAT));
    file_rename(&work.operation, reactor, path, new_path);
    assert_int_equal(wait_for(&work), 0);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access(new_path, F_OK), 0);
    work.done = 0;
    file_unlink(&work.operation, reactor, new_path);
    assert_int_equal(wait_for(&work), 0);
    assert_int_equal(access(new_path, F_OK), -1);
    work.done = 0;
    file_unlink(&work.operation, reactor, new_path);
    assert_int_equal(wait_for(&work), -ENOENT);
    turn_idly();
    assert_int_equal(work.done, 1);
    assert_int_equal(open_file(new_path, O_RDONLY), -ENOENT);
}

static void reports_real_errors(void **state)
{
    char *bytes = pattern_new(LARGE);
    struct rlimit before;
    struct rlimit limit;
    uint64_t written;
    int fd = open_file(path, O_WRONLY | O_CREAT);

    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = (struct rlimit){.rlim_cur = LARGE / 2, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    assert_int_equal(write_all(fd, bytes, LARGE, 0, &written), -EFBIG);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(written, LARGE / 2);
    /* From where it stopped it goes on. */
    assert_int_equal(write_all(fd, bytes + written, LARGE - written, written, &written), 0);
    assert_content(path, bytes, LARGE);
    close(fd);
    assert_int_equal(write_all(fd, bytes, LARGE, 0, &written), -EBADF);
    assert_int_equal(written, 0);
    memory_free(bytes);
}

static void faults_of_writes(void **state)
{
    char *bytes = pattern_new(LARGE);
    int fd = open_file(path, O_WRONLY | O_CREAT);
    uint64_t written;

    (void)state;
    file_fault_set(FILE_FAULT_WRITE, 2, &(struct file_fault){.error = ENOSPC});
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(write_all(fd, bytes, LARGE, 0, &written), -ENOSPC);
        assert_int_equal(written, 0);
    }
    file_fault_set(FILE_FAULT_WRITE, 1, &(struct file_fault){.error = ENOSPC, .length_max = 5});
    assert_int_equal(write_all(fd, bytes, LARGE, 0, &written), -ENOSPC);
    assert_int_equal(written, 5);
    assert_content(path, bytes, 5);
    file_fault_set(FILE_FAULT_WRITE, 1, &(struct file_fault){.length_max = 5});
    assert_int_equal(write_all(fd, bytes, LARGE, 0, &written), 0);
    assert_int_equal(written, LARGE);
    assert_content(path, bytes, LARGE);
    file_fault_set(FILE_FAULT_SYNC, 1, &(struct file_fault){.error = EIO});
    assert_int_equal(write_all(fd, bytes, LARGE, 0, &written), -EIO);
    assert_int_equal(write_all(fd, bytes, LARGE, 0, &written), 0);
    close(fd);
    memory_free(bytes);
}

static void faults_of_others(void **state)
{
    struct work work = work_new();
    int fd = open_file(path, O_WRONLY | O_CREAT);

    (void)state;
    file_fault_set(FILE_FAULT_SYNC, 1, &(struct file_fault){.error = EIO});
    file_sync(&work.operation, reactor, fd);
    assert_int_equal(wait_for(&work), -EIO);
    file_fault_set(FILE_FAULT_RENAME, 1, &(struct file_fault){.error = EACCES});
    work.done = 0;
    file_rename(&work.operation, reactor, path, new_path);
    assert_int_equal(wait_for(&work), -EACCES);
    assert_int_equal(access(path, F_OK), 0);
    file_fault_set(FILE_FAULT_OPEN, 1, &(struct file_fault){.error = EMFILE});
    assert_int_equal(open_file(path, O_RDONLY), -EMFILE);
    file_fault_set(FILE_FAULT_UNLINK, 1, &(struct file_fault){.error = EPERM});
    work.done = 0;
    file_unlink(&work.operation, reactor, path);
    assert_int_equal(wait_for(&work), -EPERM);
    assert_int_equal(access(path, F_OK), 0);
    close(fd);
}

static int64_t monotonic_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void delays(void **state)
{
    struct work work = work_new();
    int fd = open_file(path, O_WRONLY | O_CREAT);
    int64_t start = monotonic_ms();

    (void)state;
    file_fault_set(FILE_FAULT_SYNC, 1, &(struct file_fault){.delay_ms = 60});
    file_sync(&work.operation, reactor, fd);
    assert_int_equal(wait_for(&work), 0);
    assert_true(monotonic_ms() - start >= 60);
    close(fd);
}

static void names_of_faults(void **state)
{
    enum file_fault_kind fault;

    (void)state;
    assert_true(file_fault_kind_of(SPAN("RENAME"), &fault));
    assert_int_equal(fault, FILE_FAULT_RENAME);
    assert_false(file_fault_kind_of(SPAN("renam"), &fault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(writes_and_syncs, file_setup, file_teardown),
        cmocka_unit_test_setup_teardown(renames_and_unlinks, file_setup, file_teardown),
        cmocka_unit_test_setup_teardown(reports_real_errors, file_setup, file_teardown),
        cmocka_unit_test_setup_teardown(faults_of_writes, file_setup, file_teardown),
        cmocka_unit_test_setup_teardown(faults_of_others, file_setup, file_teardown),
        cmocka_unit_test_setup_teardown(delays, file_setup, file_teardown),
        cmocka_unit_test(names_of_faults),
    };

    alarm(ALARM_SECONDS);
    return RUN_WITH_EACH_KIND(tests);
}
