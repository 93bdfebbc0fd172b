/*
 * The words of directives whose values are words. Names are looked up in any case. Where two words
 * mean the same, the first is the one that is shown.
 */
#ifndef SERVER_CONFIG_CONFIG_CHOICE_H
#define SERVER_CONFIG_CONFIG_CHOICE_H

#include "server/config/text_buffer.h"

#include <stdint.h>

struct config_choice {
    const char *word; /* NULL ends the list */
    uint32_t value;
};

/* One list per enum that a CHOICE or BITS row names: maxmemory_policy_choices ... */
extern const struct config_choice maxmemory_policy_choices[];
extern const struct config_choice appendfsync_choices[];
extern const struct config_choice loglevel_choices[];
extern const struct config_choice endpoint_type_choices[];
extern const struct config_choice protection_choices[];
extern const struct config_choice pubsub_default_choices[];
extern const struct config_choice sanitize_payload_choices[];
extern const struct config_choice diskless_load_choices[];
extern const struct config_choice propagation_error_choices[];
extern const struct config_choice tls_auth_clients_choices[];
extern const struct config_choice oom_score_choices[];
extern const struct config_choice supervised_choices[];
extern const struct config_choice rdb_version_check_choices[];
extern const struct config_choice log_format_choices[];
extern const struct config_choice cluster_save_choices[];
extern const struct config_choice syslog_facility_choices[];
extern const struct config_choice io_backend_choices[];
extern const struct config_choice shutdown_mode_choices[];

bool config_choice_find(const struct config_choice *choices, struct span word, uint32_t *value);

/* The word of a value; NULL when it has none. */
const char *config_choice_word(const struct config_choice *choices, uint32_t value);

/* The words whose bits are set, or the word of 0. */
void config_choice_format_bits(const struct config_choice *choices, uint32_t bits,
                               struct text_buffer *out);

#endif
