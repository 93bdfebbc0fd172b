#include "tools/check/check.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
    "usage: tessera-check [--fix [--yes]] PATH ...\n"
    "\n"
    "PATH is an RDB file, an append-only file, its manifest, or the directory with the manifest.\n"
    "Says what is in each, and what is wrong with it where.\n"
    "\n"
    "  --fix   cut torn ends off append-only files, after asking\n"
    "  --yes   do not ask\n"
    "\n"
    "Exit status: 0 all is well, or was repaired; 1 something is damaged; 2 something cannot be\n"
    "looked at.\n";

static int is_manifest(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 9 && strcmp(entry->d_name + length - 9, ".manifest") == 0 &&
           strncmp(entry->d_name, "temp", 4) != 0;
}

static enum check_status check_directory(const char *path, const struct check_options *options)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_manifest, alphasort);
    enum check_status worst = CHECK_FINE;

    if (count <= 0) {
        check_say(path, "there is no manifest in this directory");
        if (count == 0)
            free(entries);
        return CHECK_IMPOSSIBLE;
    }
    for (int i = 0; i < count; i++) {
        enum check_status status = CHECK_IMPOSSIBLE;
        char *manifest;

        if (asprintf(&manifest, "%s/%s", path, entries[i]->d_name) >= 0) {
            status = check_manifest(manifest, options);
            free(manifest);
        }
        if (status > worst)
            worst = status;
        free(entries[i]);
    }
    free(entries);
    return worst;
}

static enum check_status check_any(const char *path, const struct check_options *options)
{
    struct stat status;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return check_directory(path, options);
    return check_path(path, options);
}

int main(int argc, char **argv)
{
    struct check_options options = {0};
    enum check_status worst = CHECK_FINE;
    int paths = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            return CHECK_FINE;
        }
        if (strcmp(argv[i], "--fix") == 0)
            options.fix = true;
        else if (strcmp(argv[i], "--yes") == 0)
            options.yes = true;
        else if (argv[i][0] == '-')
            paths = argc + 1;
        else
            paths++;
    }
    if (paths == 0 || paths > argc) {
        fputs(usage, stderr);
        return CHECK_IMPOSSIBLE;
    }
    for (int i = 1; i < argc; i++) {
        enum check_status status;

        if (argv[i][0] == '-')
            continue;
        status = check_any(argv[i], &options);
        check_say(argv[i], "%s",
                  status == CHECK_FINE      ? "all is well"
                  : status == CHECK_DAMAGED ? "DAMAGED"
                                            : "CANNOT BE LOOKED AT");
        if (status > worst)
            worst = status;
    }
    return (int)worst;
}
