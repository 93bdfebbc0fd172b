/*
 * Configuration files on disk. Blocks; for the start and for threads that may wait.
 *
 * Errors name the file. `include` takes glob patterns; relative paths are relative to the working
 * directory.
 */
#ifndef SERVER_CONFIG_CONFIG_FILE_IO_H
#define SERVER_CONFIG_CONFIG_FILE_IO_H

#include "server/config/config.h"

/* Loads the file over what the config holds. On false throw the config away. */
bool config_file_load(struct config *config, const char *path, struct config_error *error);

/*
 * Rewrites the file so that loading it gives `config`, through a temporary file beside it, so that
 * a crash leaves the old file or the new one. A missing file is made.
 */
bool config_file_rewrite(const struct config *config, const char *path, struct config_error *error);

#endif
