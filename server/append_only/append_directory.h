/*
 * The directory of the append-only file: which files it consists of, and their names.
 *
 *   appendonlydir/
 *     appendonly.aof.manifest        lists the others, in the order in which they are loaded
 *     appendonly.aof.3.base.rdb      all data at one moment
 *     appendonly.aof.7.incr.aof      what was written since: one file per shard in each set
 *     appendonly.aof.8.incr.aof
 *
 * What is here is the list in memory; append_only.c makes, lists and deletes the files.
 *
 * Owner: the control thread. append_directory_open blocks: for the start, or a change of settings.
 */
#ifndef SERVER_APPEND_ONLY_APPEND_DIRECTORY_H
#define SERVER_APPEND_ONLY_APPEND_DIRECTORY_H

#include "proto/aof/aof_manifest.h"
#include "server/config/text_buffer.h"

#include <stdbool.h>
#include <stdint.h>

struct config;

struct append_entry {
    char *name;
    uint64_t sequence;
    uint64_t generation; /* of an increment; 0: it was there at the start */
    enum aof_file_type type;
};

struct append_directory {
    char *path; /* absolute */
    char *name; /* appendfilename */
    struct append_entry *entries;
    uint32_t count;
    uint32_t capacity;
    uint64_t base_sequence; /* the last ones given */
    uint64_t increment_sequence;
    bool exists; /* there is a manifest on disk */
};

/* Makes the directory if there is none, reads its manifest if there is one, and moves the single
 * file of older servers in. False: the log says why. */
bool append_directory_open(struct append_directory *directory, const struct config *config);
void append_directory_close(struct append_directory *directory);

/* The file `name`, with its directory; the caller frees it. */
char *append_directory_file(const struct append_directory *directory, const char *name);
char *append_directory_manifest(const struct append_directory *directory);

/* Lists `count` more increments. */
void append_directory_add_set(struct append_directory *directory, uint64_t generation,
                              uint32_t count);
/* Takes that back. */
void append_directory_remove_set(struct append_directory *directory, uint64_t generation);

/* The name that the next base will have; the caller frees it. */
char *append_directory_next_base(const struct append_directory *directory, bool is_rdb);
/* Makes the file of that name the base: it stands for the base before, and all increments of
 * generations before `generation`. */
void append_directory_set_base(struct append_directory *directory, const char *name,
                               uint64_t generation);

/* Files that nothing refers to any more; NULL when there is none. */
const struct append_entry *append_directory_first_history(const struct append_directory *directory);
void append_directory_forget(struct append_directory *directory, const struct append_entry *entry);

/* The manifest. */
void append_directory_write(const struct append_directory *directory, struct text_buffer *text);

/* Bytes of the listed files. */
uint64_t append_directory_size(const struct append_directory *directory);

#endif
