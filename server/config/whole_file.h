/*
 * Whole small files, read and replaced. Blocks: for the start and for threads that may wait.
 *
 * False leaves the reason in errno.
 */
#ifndef SERVER_CONFIG_WHOLE_FILE_H
#define SERVER_CONFIG_WHOLE_FILE_H

#include "server/config/text_buffer.h"

#include <sys/types.h>

/* Adds the file's bytes to `text`; EFBIG when there are more than `length_max`. */
bool whole_file_read(const char *path, size_t length_max, struct text_buffer *text);

/*
 * Writes a new file beside the old one, syncs it, renames it over the old one and syncs the
 * directory: after a crash there is the one or the other.
 */
bool whole_file_replace(const char *path, struct span text, mode_t mode);

/* The same without the syncs: after a crash of the machine the file may be anything, until
 * whole_file_sync has been called. */
bool whole_file_replace_unsynced(const char *path, struct span text, mode_t mode);
bool whole_file_sync(const char *path);

#endif
