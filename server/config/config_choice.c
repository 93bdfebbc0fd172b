#include "server/config/config_choice.h"

#include "proto/base/assert.h"
#include "server/config/config.h"

#define CHOICES_END                                                                                \
    {                                                                                              \
        NULL, 0                                                                                    \
    }

const struct config_choice maxmemory_policy_choices[] = {
    {"volatile-lru", MAXMEMORY_VOLATILE_LRU},
    {"volatile-lfu", MAXMEMORY_VOLATILE_LFU},
    {"volatile-random", MAXMEMORY_VOLATILE_RANDOM},
    {"volatile-ttl", MAXMEMORY_VOLATILE_TTL},
    {"allkeys-lru", MAXMEMORY_ALLKEYS_LRU},
    {"allkeys-lfu", MAXMEMORY_ALLKEYS_LFU},
    {"allkeys-random", MAXMEMORY_ALLKEYS_RANDOM},
    {"noeviction", MAXMEMORY_NOEVICTION},
    CHOICES_END,
};
const struct config_choice appendfsync_choices[] = {
    {"everysec", APPENDFSYNC_EVERYSEC},
    {"always", APPENDFSYNC_ALWAYS},
    {"no", APPENDFSYNC_NO},
    CHOICES_END,
};
const struct config_choice loglevel_choices[] = {
    {"debug", LOGLEVEL_DEBUG},     {"verbose", LOGLEVEL_VERBOSE}, {"notice", LOGLEVEL_NOTICE},
    {"warning", LOGLEVEL_WARNING}, {"nothing", LOGLEVEL_NOTHING}, CHOICES_END,
};
const struct config_choice endpoint_type_choices[] = {
    {"ip", ENDPOINT_IP},
    {"hostname", ENDPOINT_HOSTNAME},
    {"unknown-endpoint", ENDPOINT_UNKNOWN},
    CHOICES_END,
};
const struct config_choice protection_choices[] = {
    {"no", PROTECTION_NO},
    {"yes", PROTECTION_YES},
    {"local", PROTECTION_LOCAL},
    CHOICES_END,
};
const struct config_choice pubsub_default_choices[] = {
    {"allchannels", PUBSUB_DEFAULT_ALLCHANNELS},
    {"resetchannels", PUBSUB_DEFAULT_RESETCHANNELS},
    CHOICES_END,
};
const struct config_choice sanitize_payload_choices[] = {
    {"no", SANITIZE_PAYLOAD_NO},
    {"yes", SANITIZE_PAYLOAD_YES},
    {"clients", SANITIZE_PAYLOAD_CLIENTS},
    CHOICES_END,
};
const struct config_choice diskless_load_choices[] = {
    {"disabled", DISKLESS_LOAD_DISABLED},
    {"on-empty-db", DISKLESS_LOAD_ON_EMPTY_DATABASE},
    {"swapdb", DISKLESS_LOAD_SWAPDB},
    CHOICES_END,
};
const struct config_choice propagation_error_choices[] = {
    {"ignore", PROPAGATION_IGNORE},
    {"panic", PROPAGATION_PANIC},
    {"panic-on-replicas", PROPAGATION_PANIC_ON_REPLICAS},
    CHOICES_END,
};
const struct config_choice tls_auth_clients_choices[] = {
    {"no", TLS_AUTH_CLIENTS_NO},
    {"yes", TLS_AUTH_CLIENTS_YES},
    {"optional", TLS_AUTH_CLIENTS_OPTIONAL},
    CHOICES_END,
};
const struct config_choice oom_score_choices[] = {
    {"no", OOM_SCORE_NO},
    {"yes", OOM_SCORE_RELATIVE},
    {"relative", OOM_SCORE_RELATIVE},
    {"absolute", OOM_SCORE_ABSOLUTE},
    CHOICES_END,
};
const struct config_choice log_format_choices[] = {
    {"legacy", LOG_FORMAT_LEGACY},
    {NULL, 0},
};

const struct config_choice cluster_save_choices[] = {
    {"sync", CLUSTER_SAVE_SYNC},
    {"best-effort", CLUSTER_SAVE_BEST_EFFORT},
    {NULL, 0},
};

const struct config_choice rdb_version_check_choices[] = {
    {"strict", RDB_VERSION_CHECK_STRICT},
    {"relaxed", RDB_VERSION_CHECK_RELAXED},
    {NULL, 0},
};

const struct config_choice supervised_choices[] = {
    {"upstart", SUPERVISED_UPSTART},
    {"systemd", SUPERVISED_SYSTEMD},
    {"auto", SUPERVISED_AUTO},
    {"no", SUPERVISED_NO},
    CHOICES_END,
};
const struct config_choice syslog_facility_choices[] = {
    {"user", SYSLOG_USER},          {"local0", SYSLOG_LOCAL0},
    {"local1", SYSLOG_LOCAL0 + 1u}, {"local2", SYSLOG_LOCAL0 + 2u},
    {"local3", SYSLOG_LOCAL0 + 3u}, {"local4", SYSLOG_LOCAL0 + 4u},
    {"local5", SYSLOG_LOCAL0 + 5u}, {"local6", SYSLOG_LOCAL0 + 6u},
    {"local7", SYSLOG_LOCAL0 + 7u}, CHOICES_END,
};
const struct config_choice io_backend_choices[] = {
    {"auto", IO_BACKEND_AUTO},
    {"uring", IO_BACKEND_URING},
    {"epoll", IO_BACKEND_EPOLL},
    CHOICES_END,
};
const struct config_choice shutdown_mode_choices[] = {
    {"default", 0},
    {"save", SHUTDOWN_MODE_SAVE},
    {"nosave", SHUTDOWN_MODE_NOSAVE},
    {"now", SHUTDOWN_MODE_NOW},
    {"force", SHUTDOWN_MODE_FORCE},
    CHOICES_END,
};

bool config_choice_find(const struct config_choice *choices, struct span word, uint32_t *value)
{
    ASSERT(choices != NULL);
    for (; choices->word != NULL; choices++) {
        if (span_equal_ignoring_case(word, span_of_string(choices->word))) {
            *value = choices->value;
            return true;
        }
    }
    return false;
}

const char *config_choice_word(const struct config_choice *choices, uint32_t value)
{
    ASSERT(choices != NULL);
    for (; choices->word != NULL; choices++) {
        if (choices->value == value)
            return choices->word;
    }
    return NULL;
}

void config_choice_format_bits(const struct config_choice *choices, uint32_t bits,
                               struct text_buffer *out)
{
    bool first = true;

    if (bits == 0) {
        text_buffer_add(out, span_of_string(config_choice_word(choices, 0)));
        return;
    }
    for (; choices->word != NULL; choices++) {
        if ((choices->value & bits) == 0)
            continue;
        text_buffer_add_format(out, first ? "%s" : " %s", choices->word);
        first = false;
    }
    ASSERT(!first);
}
