/*
 * The files that a tls_context is made from, as they are in the file system: to see when they have
 * been replaced.
 *
 * Plain values; any thread.
 */
#ifndef SERVER_TLS_TLS_FILES_H
#define SERVER_TLS_TLS_FILES_H

#include <stdbool.h>
#include <stdint.h>

struct config;

enum { TLS_FILES_MAX = 8 };

/* All zero for a file that is not there. A link is followed. */
struct tls_file {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    int64_t modified_ns;
    int64_t changed_ns;
};

struct tls_files {
    struct tls_file of[TLS_FILES_MAX];
};

/* To be done before the files are read: what changes while they are is seen then. */
struct tls_files tls_files_look(const struct config *config);
bool tls_files_equal(const struct tls_files *a, const struct tls_files *b);

#endif
