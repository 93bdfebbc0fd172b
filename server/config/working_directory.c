#include "server/config/working_directory.h"

#include "proto/base/assert.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

bool working_directory_enter(struct config *config)
{
    struct config_error error;
    char *path;
    bool set;

    ASSERT(config->dir != NULL);
    if (chdir(config->dir) != 0)
        return false;
    path = getcwd(NULL, 0);
    /* It cannot be named, having been removed or moved out of sight: the node is there anyway. */
    if (path == NULL)
        return true;
    set = config_set(config, SPAN("dir"), span_of_string(path), &error);
    ASSERT(set);
    free(path);
    return true;
}
