#include "server/tls/tls_files.h"

#include "server/config/config.h"

#include <string.h>
#include <sys/stat.h>

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct tls_file look_at(const char *path)
{
    struct stat status;

    if (path[0] == '\0' || stat(path, &status) != 0)
        return (struct tls_file){0};
    return (struct tls_file){.device = status.st_dev,
                             .inode = status.st_ino,
                             .size = (uint64_t)status.st_size,
                             .modified_ns = nanoseconds(status.st_mtim),
                             .changed_ns = nanoseconds(status.st_ctim)};
}

struct tls_files tls_files_look(const struct config *config)
{
    return (struct tls_files){.of = {
                                  look_at(config->tls_cert_file),
                                  look_at(config->tls_key_file),
                                  look_at(config->tls_client_cert_file),
                                  look_at(config->tls_client_key_file),
                                  look_at(config->tls_ca_cert_file),
                                  look_at(config->tls_ca_cert_dir),
                                  look_at(config->tls_dh_params_file),
                              }};
}

bool tls_files_equal(const struct tls_files *a, const struct tls_files *b)
{
    /* Integers without padding. */
    return memcmp(a, b, sizeof(*a)) == 0;
}
