/*
 * Written by tools/generate-commands from server/commands/table/: change the tables, not this file.
 *
 * Long because it is data: one row for each command.
 */
/* clang-format off */
#include "server/commands/command.h"
#include "server/commands/command_documentation.h"
#include "server/commands/command_lookup.h"
#include "server/commands/handlers.h"

static const struct command row_object_encoding;
static const struct command row_object_freq;
static const struct command row_object_idletime;
static const struct command row_object_refcount;
static const struct command row_object_help;
static const struct command row_pubsub_channels;
static const struct command row_pubsub_numsub;
static const struct command row_pubsub_numpat;
static const struct command row_pubsub_shardnumsub;
static const struct command row_pubsub_help;
static const struct command row_pubsub_shardchannels;
static const struct command row_client_id;
static const struct command row_client_info;
static const struct command row_client_list;
static const struct command row_client_kill;
static const struct command row_client_setname;
static const struct command row_client_getname;
static const struct command row_client_getredir;
static const struct command row_client_tracking;
static const struct command row_client_caching;
static const struct command row_client_trackinginfo;
static const struct command row_client_setinfo;
static const struct command row_client_reply;
static const struct command row_client_no_evict;
static const struct command row_client_no_touch;
static const struct command row_client_pause;
static const struct command row_client_unpause;
static const struct command row_client_unblock;
static const struct command row_client_help;
static const struct command row_config_get;
static const struct command row_config_set;
static const struct command row_config_rewrite;
static const struct command row_config_resetstat;
static const struct command row_config_help;
static const struct command row_command_count;
static const struct command row_command_docs;
static const struct command row_command_getkeys;
static const struct command row_command_getkeysandflags;
static const struct command row_command_info;
static const struct command row_command_list;
static const struct command row_command_help;
static const struct command row_slowlog_get;
static const struct command row_slowlog_len;
static const struct command row_slowlog_reset;
static const struct command row_slowlog_help;
static const struct command row_latency_histogram;
static const struct command row_latency_history;
static const struct command row_latency_latest;
static const struct command row_latency_graph;
static const struct command row_latency_reset;
static const struct command row_latency_doctor;
static const struct command row_latency_help;
static const struct command row_memory_usage;
static const struct command row_memory_stats;
static const struct command row_memory_doctor;
static const struct command row_memory_purge;
static const struct command row_memory_malloc_stats;
static const struct command row_memory_help;
static const struct command row_acl_cat;
static const struct command row_acl_deluser;
static const struct command row_acl_dryrun;
static const struct command row_acl_genpass;
static const struct command row_acl_getuser;
static const struct command row_acl_list;
static const struct command row_acl_load;
static const struct command row_acl_log;
static const struct command row_acl_save;
static const struct command row_acl_setuser;
static const struct command row_acl_users;
static const struct command row_acl_whoami;
static const struct command row_acl_help;
static const struct command row_script_load;
static const struct command row_script_exists;
static const struct command row_script_show;
static const struct command row_script_flush;
static const struct command row_script_kill;
static const struct command row_script_debug;
static const struct command row_script_help;
static const struct command row_function_load;
static const struct command row_function_delete;
static const struct command row_function_dump;
static const struct command row_function_restore;
static const struct command row_function_stats;
static const struct command row_function_kill;
static const struct command row_function_flush;
static const struct command row_function_list;
static const struct command row_function_help;
static const struct command row_cluster_info;
static const struct command row_cluster_nodes;
static const struct command row_cluster_slots;
static const struct command row_cluster_shards;
static const struct command row_cluster_myid;
static const struct command row_cluster_myshardid;
static const struct command row_cluster_keyslot;
static const struct command row_cluster_countkeysinslot;
static const struct command row_cluster_getkeysinslot;
static const struct command row_cluster_addslots;
static const struct command row_cluster_addslotsrange;
static const struct command row_cluster_delslots;
static const struct command row_cluster_delslotsrange;
static const struct command row_cluster_flushslots;
static const struct command row_cluster_links;
static const struct command row_cluster_reset;
static const struct command row_cluster_saveconfig;
static const struct command row_cluster_slot_stats;
static const struct command row_cluster_count_failure_reports;
static const struct command row_cluster_meet;
static const struct command row_cluster_forget;
static const struct command row_cluster_replicate;
static const struct command row_cluster_failover;
static const struct command row_cluster_setslot;
static const struct command row_cluster_bumpepoch;
static const struct command row_cluster_set_config_epoch;
static const struct command row_cluster_replicas;
static const struct command row_cluster_slaves;
static const struct command row_cluster_help;
static const struct command row_cluster_migrateslots;
static const struct command row_cluster_autopilot;
static const struct command row_cluster_getslotmigrations;
static const struct command row_cluster_cancelslotmigrations;
static const struct command row_cluster_syncslots;
static const struct command row_xgroup_delconsumer;
static const struct command row_xgroup_create;
static const struct command row_xgroup_createconsumer;
static const struct command row_xgroup_destroy;
static const struct command row_xgroup_setid;
static const struct command row_xgroup_help;
static const struct command row_xinfo_consumers;
static const struct command row_xinfo_stream;
static const struct command row_xinfo_groups;
static const struct command row_xinfo_help;

static const struct key_specification keys_del[] = {
    {.flags = KEY_REMOVE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_del[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const char *const tips_del[] = {"request_policy:multi_shard", "response_policy:agg_sum"};
static const struct command_documentation documentation_del = {
    .group = "generic",
    .summary = "Deletes keys.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of keys; memory of large values is given back in the background.",
    .tip_count = 2, .tips = tips_del,
    .argument_count = 1, .arguments = arguments_del,
};
static const struct command row_del = {
    .name = "del",
    .run = command_del,
    .arity = -2,
    .id = 0,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_del,
    .documentation = &documentation_del,
};

static const struct key_specification keys_unlink[] = {
    {.flags = KEY_REMOVE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_unlink[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const char *const tips_unlink[] = {"request_policy:multi_shard", "response_policy:agg_sum"};
static const struct command_documentation documentation_unlink = {
    .group = "generic",
    .summary = "Deletes keys, leaving the release of their memory for later.",
    .since = "4.0.0",
    .complexity = "O(N) in the number of keys.",
    .tip_count = 2, .tips = tips_unlink,
    .argument_count = 1, .arguments = arguments_unlink,
};
static const struct command row_unlink = {
    .name = "unlink",
    .run = command_unlink,
    .arity = -2,
    .id = 1,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_unlink,
    .documentation = &documentation_unlink,
};

static const struct key_specification keys_exists[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_exists[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const struct command_history history_exists[] = {
    {"3.0.3", "Several keys may be given."},
};
static const char *const tips_exists[] = {"request_policy:multi_shard", "response_policy:agg_sum"};
static const struct command_documentation documentation_exists = {
    .group = "generic",
    .summary = "Counts which of the keys exist; a key named twice counts twice.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of keys.",
    .tip_count = 2, .tips = tips_exists,
    .history_count = 1, .history = history_exists,
    .argument_count = 1, .arguments = arguments_exists,
};
static const struct command row_exists = {
    .name = "exists",
    .run = command_exists,
    .arity = -2,
    .id = 2,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_exists,
    .documentation = &documentation_exists,
};

static const struct key_specification keys_type[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_type[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_type = {
    .group = "generic",
    .summary = "Names the type of the value at a key.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_type,
};
static const struct command row_type = {
    .name = "type",
    .run = command_type,
    .arity = 2,
    .id = 3,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_type,
    .documentation = &documentation_type,
};

static const struct key_specification keys_touch[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_touch[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const char *const tips_touch[] = {"request_policy:multi_shard", "response_policy:agg_sum"};
static const struct command_documentation documentation_touch = {
    .group = "generic",
    .summary = "Marks keys as just used and counts those that exist.",
    .since = "3.2.1",
    .complexity = "O(N) in the number of keys.",
    .tip_count = 2, .tips = tips_touch,
    .argument_count = 1, .arguments = arguments_touch,
};
static const struct command row_touch = {
    .name = "touch",
    .run = command_touch,
    .arity = -2,
    .id = 4,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_touch,
    .documentation = &documentation_touch,
};

static const struct key_specification keys_expire[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_expire_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "gt", .token = "GT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "lt", .token = "LT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_expire[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "seconds", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "condition", .since = "7.0.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_expire_2},
};
static const struct command_history history_expire[] = {
    {"7.0.0", "NX, XX, GT and LT."},
};
static const struct command_documentation documentation_expire = {
    .group = "generic",
    .summary = "Lets a key expire after so many seconds.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_expire,
    .argument_count = 3, .arguments = arguments_expire,
};
static const struct command row_expire = {
    .name = "expire",
    .run = command_expire,
    .arity = -3,
    .id = 5,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_expire,
    .documentation = &documentation_expire,
};

static const struct key_specification keys_pexpire[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_pexpire_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "gt", .token = "GT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "lt", .token = "LT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_pexpire[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "milliseconds", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "condition", .since = "7.0.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_pexpire_2},
};
static const struct command_history history_pexpire[] = {
    {"7.0.0", "NX, XX, GT and LT."},
};
static const struct command_documentation documentation_pexpire = {
    .group = "generic",
    .summary = "Lets a key expire after so many milliseconds.",
    .since = "2.6.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_pexpire,
    .argument_count = 3, .arguments = arguments_pexpire,
};
static const struct command row_pexpire = {
    .name = "pexpire",
    .run = command_pexpire,
    .arity = -3,
    .id = 6,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_pexpire,
    .documentation = &documentation_pexpire,
};

static const struct key_specification keys_expireat[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_expireat_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "gt", .token = "GT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "lt", .token = "LT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_expireat[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "unix-time-seconds", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "condition", .since = "7.0.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_expireat_2},
};
static const struct command_history history_expireat[] = {
    {"7.0.0", "NX, XX, GT and LT."},
};
static const struct command_documentation documentation_expireat = {
    .group = "generic",
    .summary = "Lets a key expire at a time in Unix seconds.",
    .since = "1.2.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_expireat,
    .argument_count = 3, .arguments = arguments_expireat,
};
static const struct command row_expireat = {
    .name = "expireat",
    .run = command_expireat,
    .arity = -3,
    .id = 7,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_expireat,
    .documentation = &documentation_expireat,
};

static const struct key_specification keys_pexpireat[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_pexpireat_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "gt", .token = "GT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "lt", .token = "LT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_pexpireat[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "unix-time-milliseconds", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "condition", .since = "7.0.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_pexpireat_2},
};
static const struct command_history history_pexpireat[] = {
    {"7.0.0", "NX, XX, GT and LT."},
};
static const struct command_documentation documentation_pexpireat = {
    .group = "generic",
    .summary = "Lets a key expire at a time in Unix milliseconds.",
    .since = "2.6.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_pexpireat,
    .argument_count = 3, .arguments = arguments_pexpireat,
};
static const struct command row_pexpireat = {
    .name = "pexpireat",
    .run = command_pexpireat,
    .arity = -3,
    .id = 8,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_pexpireat,
    .documentation = &documentation_pexpireat,
};

static const struct key_specification keys_ttl[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_ttl[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_history history_ttl[] = {
    {"2.8.0", "Answers -2 for an absent key."},
};
static const char *const tips_ttl[] = {"nondeterministic_output"};
static const struct command_documentation documentation_ttl = {
    .group = "generic",
    .summary = "Tells how many seconds a key has left.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_ttl,
    .history_count = 1, .history = history_ttl,
    .argument_count = 1, .arguments = arguments_ttl,
};
static const struct command row_ttl = {
    .name = "ttl",
    .run = command_ttl,
    .arity = 2,
    .id = 9,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_ttl,
    .documentation = &documentation_ttl,
};

static const struct key_specification keys_pttl[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_pttl[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_history history_pttl[] = {
    {"2.8.0", "Answers -2 for an absent key."},
};
static const char *const tips_pttl[] = {"nondeterministic_output"};
static const struct command_documentation documentation_pttl = {
    .group = "generic",
    .summary = "Tells how many milliseconds a key has left.",
    .since = "2.6.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_pttl,
    .history_count = 1, .history = history_pttl,
    .argument_count = 1, .arguments = arguments_pttl,
};
static const struct command row_pttl = {
    .name = "pttl",
    .run = command_pttl,
    .arity = 2,
    .id = 10,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_pttl,
    .documentation = &documentation_pttl,
};

static const struct key_specification keys_expiretime[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_expiretime[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_expiretime = {
    .group = "generic",
    .summary = "Tells when a key expires, in Unix seconds.",
    .since = "7.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_expiretime,
};
static const struct command row_expiretime = {
    .name = "expiretime",
    .run = command_expiretime,
    .arity = 2,
    .id = 11,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_expiretime,
    .documentation = &documentation_expiretime,
};

static const struct key_specification keys_pexpiretime[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_pexpiretime[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_pexpiretime = {
    .group = "generic",
    .summary = "Tells when a key expires, in Unix milliseconds.",
    .since = "7.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_pexpiretime,
};
static const struct command row_pexpiretime = {
    .name = "pexpiretime",
    .run = command_pexpiretime,
    .arity = 2,
    .id = 12,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_pexpiretime,
    .documentation = &documentation_pexpiretime,
};

static const struct key_specification keys_persist[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_persist[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_persist = {
    .group = "generic",
    .summary = "Takes the expiry off a key.",
    .since = "2.2.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_persist,
};
static const struct command row_persist = {
    .name = "persist",
    .run = command_persist,
    .arity = 2,
    .id = 13,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_persist,
    .documentation = &documentation_persist,
};

static const struct key_specification keys_rename[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_rename[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "newkey", .type = ARGUMENT_KEY, .key_specification = 1},
};
static const struct command_documentation documentation_rename = {
    .group = "generic",
    .summary = "Gives a key another name, replacing what had it.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_rename,
};
static const struct command row_rename = {
    .name = "rename",
    .run = command_rename,
    .arity = 3,
    .id = 14,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_rename,
    .documentation = &documentation_rename,
};

static const struct key_specification keys_renamenx[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_OVERWRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_renamenx[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "newkey", .type = ARGUMENT_KEY, .key_specification = 1},
};
static const struct command_history history_renamenx[] = {
    {"3.2.0", "Equal names are no error any more."},
};
static const struct command_documentation documentation_renamenx = {
    .group = "generic",
    .summary = "Gives a key another name if nothing has that name.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_renamenx,
    .argument_count = 2, .arguments = arguments_renamenx,
};
static const struct command row_renamenx = {
    .name = "renamenx",
    .run = command_renamenx,
    .arity = 3,
    .id = 15,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_renamenx,
    .documentation = &documentation_renamenx,
};

static const struct key_specification keys_copy[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_copy[] = {
    {.name = "source", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 1},
    {.name = "destination-db", .token = "DB", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "replace", .token = "REPLACE", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_copy = {
    .group = "generic",
    .summary = "Copies the value of a key to another key.",
    .since = "6.2.0",
    .complexity = "O(N) in the elements of the value; O(1) for a string.",
    .argument_count = 4, .arguments = arguments_copy,
};
static const struct command row_copy = {
    .name = "copy",
    .run = command_copy,
    .arity = -3,
    .id = 16,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_copy,
    .documentation = &documentation_copy,
};

static const struct key_specification keys_move[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_move[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "db", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_move = {
    .group = "generic",
    .summary = "Moves a key to another database.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_move,
};
static const struct command row_move = {
    .name = "move",
    .run = command_move,
    .arity = 3,
    .id = 17,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_move,
    .documentation = &documentation_move,
};

static const struct command_argument arguments_scan[] = {
    {.name = "cursor", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "pattern", .token = "MATCH", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "type", .token = "TYPE", .since = "6.0.0", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_scan[] = {
    {"6.0.0", "TYPE."},
};
static const char *const tips_scan[] = {"nondeterministic_output", "request_policy:special"};
static const struct command_documentation documentation_scan = {
    .group = "generic",
    .summary = "Walks over the keys of the database a step at a time.",
    .since = "2.8.0",
    .complexity = "O(1) per call in the usual case; O(N) in the number of keys for a whole walk.",
    .tip_count = 2, .tips = tips_scan,
    .history_count = 1, .history = history_scan,
    .argument_count = 4, .arguments = arguments_scan,
};
static const struct command row_scan = {
    .name = "scan",
    .run = command_scan,
    .arity = -2,
    .id = 18,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_scan,
};

static const struct command_argument arguments_keys[] = {
    {.name = "pattern", .type = ARGUMENT_PATTERN, .key_specification = -1},
};
static const char *const tips_keys[] = {"request_policy:all_shards", "nondeterministic_output_order"};
static const struct command_documentation documentation_keys = {
    .group = "generic",
    .summary = "Lists the keys that match a pattern.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of keys of the database.",
    .tip_count = 2, .tips = tips_keys,
    .argument_count = 1, .arguments = arguments_keys,
};
static const struct command row_keys = {
    .name = "keys",
    .run = command_keys_matching,
    .arity = 2,
    .id = 19,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_keys,
};

static const char *const tips_randomkey[] = {"request_policy:all_shards", "nondeterministic_output"};
static const struct command_documentation documentation_randomkey = {
    .group = "generic",
    .summary = "Names any one key of the database.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .tip_count = 2, .tips = tips_randomkey,
};
static const struct command row_randomkey = {
    .name = "randomkey",
    .run = command_randomkey,
    .arity = 1,
    .id = 20,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_randomkey,
};

static const struct command_documentation documentation_object = {
    .group = "generic",
    .summary = "Groups the commands that look into a stored value.",
    .since = "2.2.3",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_object[] = {&row_object_encoding, &row_object_freq, &row_object_idletime, &row_object_refcount, &row_object_help};
static const struct command row_object = {
    .name = "object",
    .run = NULL,
    .arity = -2,
    .id = 21,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 5,
    .subcommands = subcommands_object,
    .documentation = &documentation_object,
};

static const struct key_specification keys_object_encoding[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_object_encoding[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const char *const tips_object_encoding[] = {"nondeterministic_output"};
static const struct command_documentation documentation_object_encoding = {
    .group = "generic",
    .summary = "Names the form in which a value is kept in memory.",
    .since = "2.2.3",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_object_encoding,
    .argument_count = 1, .arguments = arguments_object_encoding,
};
static const struct command row_object_encoding = {
    .name = "object|encoding",
    .run = command_object_encoding,
    .arity = 3,
    .id = 22,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_object_encoding,
    .documentation = &documentation_object_encoding,
};

static const struct key_specification keys_object_freq[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_object_freq[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const char *const tips_object_freq[] = {"nondeterministic_output"};
static const struct command_documentation documentation_object_freq = {
    .group = "generic",
    .summary = "Returns the access counter of a key, which grows logarithmically.",
    .since = "4.0.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_object_freq,
    .argument_count = 1, .arguments = arguments_object_freq,
};
static const struct command row_object_freq = {
    .name = "object|freq",
    .run = command_object_freq,
    .arity = 3,
    .id = 23,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_object_freq,
    .documentation = &documentation_object_freq,
};

static const struct key_specification keys_object_idletime[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_object_idletime[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const char *const tips_object_idletime[] = {"nondeterministic_output"};
static const struct command_documentation documentation_object_idletime = {
    .group = "generic",
    .summary = "Tells for how many seconds nobody used a key.",
    .since = "2.2.3",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_object_idletime,
    .argument_count = 1, .arguments = arguments_object_idletime,
};
static const struct command row_object_idletime = {
    .name = "object|idletime",
    .run = command_object_idletime,
    .arity = 3,
    .id = 24,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_object_idletime,
    .documentation = &documentation_object_idletime,
};

static const struct key_specification keys_object_refcount[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_object_refcount[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const char *const tips_object_refcount[] = {"nondeterministic_output"};
static const struct command_documentation documentation_object_refcount = {
    .group = "generic",
    .summary = "Returns how many share the value.",
    .since = "2.2.3",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_object_refcount,
    .argument_count = 1, .arguments = arguments_object_refcount,
};
static const struct command row_object_refcount = {
    .name = "object|refcount",
    .run = command_object_refcount,
    .arity = 3,
    .id = 25,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_object_refcount,
    .documentation = &documentation_object_refcount,
};

static const struct command_documentation documentation_object_help = {
    .group = "generic",
    .summary = "Lists the subcommands with a line on each.",
    .since = "6.2.0",
    .complexity = "O(1)",
};
static const struct command row_object_help = {
    .name = "object|help",
    .run = command_object_help,
    .arity = 2,
    .id = 26,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_KEYSPACE | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_object_help,
};

static const struct key_specification keys_sort[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .notes = "The keys of BY and GET follow from the elements.",
     .begin = KEY_BEGIN_UNKNOWN,
     .find = KEY_FIND_UNKNOWN},
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .notes = "STORE may stand anywhere among the options.",
     .begin = KEY_BEGIN_UNKNOWN,
     .keyword = "STORE",
     .find = KEY_FIND_UNKNOWN},
};
static const struct command_argument arguments_sort_2[] = {
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_sort_4[] = {
    {.name = "asc", .token = "ASC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "desc", .token = "DESC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_sort[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "pattern", .token = "BY", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL, .key_specification = 1},
    {.name = "offset_count", .token = "LIMIT", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_sort_2},
    {.name = "pattern", .token = "GET", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE | ARGUMENT_MULTIPLE_TOKEN, .key_specification = 1},
    {.name = "order", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_sort_4},
    {.name = "sorting", .token = "ALPHA", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "destination", .token = "STORE", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL, .key_specification = 2},
};
static const struct command_documentation documentation_sort = {
    .group = "generic",
    .summary = "Returns the elements of a list, set or sorted set in order, or stores them.",
    .since = "1.0.0",
    .complexity = "O(N+M*log(M)) with N elements of which M are returned",
    .argument_count = 7, .arguments = arguments_sort,
};
static const struct command row_sort = {
    .name = "sort",
    .run = command_sort,
    .arity = -2,
    .id = 27,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_SET | CATEGORY_SORTEDSET | CATEGORY_LIST | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 3,
    .key_specifications = keys_sort,
    .documentation = &documentation_sort,
};

static const struct key_specification keys_sort_ro[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .notes = "The keys of BY and GET follow from the elements.",
     .begin = KEY_BEGIN_UNKNOWN,
     .find = KEY_FIND_UNKNOWN},
};
static const struct command_argument arguments_sort_ro_2[] = {
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_sort_ro_4[] = {
    {.name = "asc", .token = "ASC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "desc", .token = "DESC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_sort_ro[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "pattern", .token = "BY", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL, .key_specification = 1},
    {.name = "offset_count", .token = "LIMIT", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_sort_ro_2},
    {.name = "pattern", .token = "GET", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE | ARGUMENT_MULTIPLE_TOKEN, .key_specification = 1},
    {.name = "order", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_sort_ro_4},
    {.name = "sorting", .token = "ALPHA", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_sort_ro = {
    .group = "generic",
    .summary = "Returns the elements of a list, set or sorted set in order; stores nothing.",
    .since = "7.0.0",
    .complexity = "O(N+M*log(M)) with N elements of which M are returned",
    .argument_count = 6, .arguments = arguments_sort_ro,
};
static const struct command row_sort_ro = {
    .name = "sort_ro",
    .run = command_sort_ro,
    .arity = -2,
    .id = 28,
    .flags = COMMAND_READONLY | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_SORTEDSET | CATEGORY_LIST | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_sort_ro,
    .documentation = &documentation_sort_ro,
};

static const struct key_specification keys_dump[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_dump[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const char *const tips_dump[] = {"nondeterministic_output"};
static const struct command_documentation documentation_dump = {
    .group = "generic",
    .summary = "Serializes the value of a key, for RESTORE.",
    .since = "2.6.0",
    .complexity = "O(N) in the size of the value.",
    .tip_count = 1, .tips = tips_dump,
    .argument_count = 1, .arguments = arguments_dump,
};
static const struct command row_dump = {
    .name = "dump",
    .run = command_dump,
    .arity = 2,
    .id = 29,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_dump,
    .documentation = &documentation_dump,
};

static const struct key_specification keys_restore[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_restore[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "ttl", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "serialized-value", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "replace", .token = "REPLACE", .since = "3.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "absttl", .token = "ABSTTL", .since = "5.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "seconds", .token = "IDLETIME", .since = "5.0.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "frequency", .token = "FREQ", .since = "5.0.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_restore[] = {
    {"3.0.0", "REPLACE overwrites a key that exists."},
    {"5.0.0", "ABSTTL says that the time is absolute."},
    {"5.0.0", "IDLETIME and FREQ tell how the key was used."},
};
static const struct command_documentation documentation_restore = {
    .group = "generic",
    .summary = "Makes a key of what DUMP has returned.",
    .since = "2.6.0",
    .complexity = "O(N) in the size of the value, O(N*log(N)) for sorted sets.",
    .history_count = 3, .history = history_restore,
    .argument_count = 7, .arguments = arguments_restore,
};
static const struct command row_restore = {
    .name = "restore",
    .run = command_restore,
    .arity = -4,
    .id = 30,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_restore,
    .documentation = &documentation_restore,
};

static const struct command_argument arguments_wait[] = {
    {.name = "numreplicas", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "timeout", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const char *const tips_wait[] = {"request_policy:all_shards", "response_policy:agg_min"};
static const struct command_documentation documentation_wait = {
    .group = "generic",
    .summary = "Waits until replicas have the connection's earlier writes.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .tip_count = 2, .tips = tips_wait,
    .argument_count = 2, .arguments = arguments_wait,
};
static const struct command row_wait = {
    .name = "wait",
    .run = command_wait,
    .arity = 3,
    .id = 31,
    .flags = COMMAND_NOSCRIPT,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_NODE,
    .documentation = &documentation_wait,
};

static const struct key_specification keys_migrate[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 3,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE | KEY_INCOMPLETE,
     .begin = KEY_BEGIN_KEYWORD, .index = -2, .keyword = "KEYS",
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_migrate_2[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "empty_string", .token = "", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_migrate_7_1[] = {
    {.name = "username", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "password", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_migrate_7[] = {
    {.name = "password", .token = "AUTH", .since = "4.0.7", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "username_password", .token = "AUTH2", .since = "6.0.0", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_migrate_7_1},
};
static const struct command_argument arguments_migrate[] = {
    {.name = "host", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "port", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key_or_empty_string", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_migrate_2},
    {.name = "destination-db", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "timeout", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "copy", .token = "COPY", .since = "3.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "replace", .token = "REPLACE", .since = "3.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "authentication", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_migrate_7},
    {.name = "key", .token = "KEYS", .since = "3.0.6", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = 1},
};
static const struct command_history history_migrate[] = {
    {"3.0.0", "COPY and REPLACE."},
    {"3.0.6", "KEYS."},
    {"4.0.7", "AUTH."},
    {"6.0.0", "AUTH2."},
};
static const char *const tips_migrate[] = {"nondeterministic_output"};
static const struct command_documentation documentation_migrate = {
    .group = "generic",
    .summary = "Moves keys to another server, each as a whole.",
    .since = "2.6.0",
    .complexity = "That of DUMP and DEL here and of RESTORE there, and what it takes to send the values.",
    .tip_count = 1, .tips = tips_migrate,
    .history_count = 4, .history = history_migrate,
    .argument_count = 9, .arguments = arguments_migrate,
};
static const struct command row_migrate = {
    .name = "migrate",
    .run = command_migrate,
    .arity = -6,
    .id = 32,
    .flags = COMMAND_WRITE | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .first_key = 3, .last_key = 3, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_migrate,
    .documentation = &documentation_migrate,
};

static const struct key_specification keys_set[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE | KEY_VARIABLE_FLAGS,
     .notes = "With GET the old value is read too.",
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_set_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "comparison-value", .token = "IFEQ", .since = "8.1.0", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_set_4[] = {
    {.name = "seconds", .token = "EX", .since = "2.6.12", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "milliseconds", .token = "PX", .since = "2.6.12", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "unix-time-seconds", .token = "EXAT", .since = "6.2.0", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "unix-time-milliseconds", .token = "PXAT", .since = "6.2.0", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "keepttl", .token = "KEEPTTL", .since = "6.0.0", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_set[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "condition", .since = "2.6.12", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_set_2},
    {.name = "get", .token = "GET", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "expiration", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 5, .arguments = arguments_set_4},
};
static const struct command_history history_set[] = {
    {"2.6.12", "EX, PX, NX and XX."},
    {"6.0.0", "KEEPTTL."},
    {"6.2.0", "GET, EXAT and PXAT."},
    {"7.0.0", "NX and GET may be given together."},
    {"8.1.0", "IFEQ."},
};
static const struct command_documentation documentation_set = {
    .group = "string",
    .summary = "Stores a string under a key, whatever the key held before.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .history_count = 5, .history = history_set,
    .argument_count = 5, .arguments = arguments_set,
};
static const struct command row_set = {
    .name = "set",
    .run = command_set,
    .arity = -3,
    .id = 33,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_set,
    .documentation = &documentation_set,
};

static const struct key_specification keys_get[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_get[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_get = {
    .group = "string",
    .summary = "Returns the string that a key holds.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_get,
};
static const struct command row_get = {
    .name = "get",
    .run = command_get,
    .arity = 2,
    .id = 34,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_get,
    .documentation = &documentation_get,
};

static const struct key_specification keys_getex[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .notes = "The time to live may change.",
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_getex_1[] = {
    {.name = "seconds", .token = "EX", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "milliseconds", .token = "PX", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "unix-time-seconds", .token = "EXAT", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "unix-time-milliseconds", .token = "PXAT", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "persist", .token = "PERSIST", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_getex[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "expiration", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 5, .arguments = arguments_getex_1},
};
static const struct command_documentation documentation_getex = {
    .group = "string",
    .summary = "Returns the string of a key and may change when the key expires.",
    .since = "6.2.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_getex,
};
static const struct command row_getex = {
    .name = "getex",
    .run = command_getex,
    .arity = -2,
    .id = 35,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_getex,
    .documentation = &documentation_getex,
};

static const struct key_specification keys_getdel[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_getdel[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_getdel = {
    .group = "string",
    .summary = "Returns the string of a key and deletes the key.",
    .since = "6.2.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_getdel,
};
static const struct command row_getdel = {
    .name = "getdel",
    .run = command_getdel,
    .arity = 2,
    .id = 36,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_getdel,
    .documentation = &documentation_getdel,
};

static const struct key_specification keys_getset[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_getset[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_getset = {
    .group = "string",
    .summary = "Stores a string and returns the one it replaces.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .deprecated_since = "6.2.0",
    .replaced_by = "`SET` with the `!GET` argument",
    .argument_count = 2, .arguments = arguments_getset,
};
static const struct command row_getset = {
    .name = "getset",
    .run = command_getset,
    .arity = 3,
    .id = 37,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_getset,
    .documentation = &documentation_getset,
};

static const struct key_specification keys_setnx[] = {
    {.flags = KEY_OVERWRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_setnx[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_setnx = {
    .group = "string",
    .summary = "Stores a string if the key is absent.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_setnx,
};
static const struct command row_setnx = {
    .name = "setnx",
    .run = command_setnx,
    .arity = 3,
    .id = 38,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_setnx,
    .documentation = &documentation_setnx,
};

static const struct key_specification keys_setex[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_setex[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "seconds", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_setex = {
    .group = "string",
    .summary = "Stores a string that expires after so many seconds.",
    .since = "2.0.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_setex,
};
static const struct command row_setex = {
    .name = "setex",
    .run = command_setex,
    .arity = 4,
    .id = 39,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_setex,
    .documentation = &documentation_setex,
};

static const struct key_specification keys_psetex[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_psetex[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "milliseconds", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_psetex = {
    .group = "string",
    .summary = "Stores a string that expires after so many milliseconds.",
    .since = "2.6.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_psetex,
};
static const struct command row_psetex = {
    .name = "psetex",
    .run = command_psetex,
    .arity = 4,
    .id = 40,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_psetex,
    .documentation = &documentation_psetex,
};

static const struct key_specification keys_mset[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 2, .limit = 0},
};
static const struct command_argument arguments_mset_0[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_mset[] = {
    {.name = "key_value", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_mset_0},
};
static const char *const tips_mset[] = {"request_policy:multi_shard", "response_policy:all_succeeded"};
static const struct command_documentation documentation_mset = {
    .group = "string",
    .summary = "Stores several strings at once.",
    .since = "1.0.1",
    .complexity = "O(N) in the number of keys.",
    .tip_count = 2, .tips = tips_mset,
    .argument_count = 1, .arguments = arguments_mset,
};
static const struct command row_mset = {
    .name = "mset",
    .run = command_mset,
    .arity = -3,
    .id = 41,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 2,
    .key_specification_count = 1,
    .key_specifications = keys_mset,
    .documentation = &documentation_mset,
};

static const struct key_specification keys_msetnx[] = {
    {.flags = KEY_OVERWRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 2, .limit = 0},
};
static const struct command_argument arguments_msetnx_0[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_msetnx[] = {
    {.name = "key_value", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_msetnx_0},
};
static const char *const tips_msetnx[] = {"request_policy:multi_shard", "response_policy:agg_min"};
static const struct command_documentation documentation_msetnx = {
    .group = "string",
    .summary = "Stores several strings if all of the keys are absent.",
    .since = "1.0.1",
    .complexity = "O(N) in the number of keys.",
    .tip_count = 2, .tips = tips_msetnx,
    .argument_count = 1, .arguments = arguments_msetnx,
};
static const struct command row_msetnx = {
    .name = "msetnx",
    .run = command_msetnx,
    .arity = -3,
    .id = 42,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 2,
    .key_specification_count = 1,
    .key_specifications = keys_msetnx,
    .documentation = &documentation_msetnx,
};

static const struct key_specification keys_msetex[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 2},
};
static const struct command_argument arguments_msetex_1[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_msetex_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_msetex_3[] = {
    {.name = "seconds", .token = "EX", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "milliseconds", .token = "PX", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "unix-time-seconds", .token = "EXAT", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "unix-time-milliseconds", .token = "PXAT", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "keepttl", .token = "KEEPTTL", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_msetex[] = {
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "data", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_msetex_1},
    {.name = "condition", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_msetex_2},
    {.name = "expiration", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 5, .arguments = arguments_msetex_3},
};
static const char *const tips_msetex[] = {"request_policy:multi_shard", "response_policy:all_succeeded"};
static const struct command_documentation documentation_msetex = {
    .group = "string",
    .summary = "Stores several strings at once that expire together, if none or all of the keys are there.",
    .since = "8.4.0",
    .complexity = "O(N) in the number of keys.",
    .tip_count = 2, .tips = tips_msetex,
    .argument_count = 4, .arguments = arguments_msetex,
};
static const struct command row_msetex = {
    .name = "msetex",
    .run = command_msetex,
    .arity = -4,
    .id = 43,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_msetex,
    .documentation = &documentation_msetex,
};

static const struct key_specification keys_delifeq[] = {
    {.flags = KEY_REMOVE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_delifeq[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_delifeq = {
    .group = "string",
    .summary = "Deletes a key if it holds this string.",
    .since = "9.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_delifeq,
};
static const struct command row_delifeq = {
    .name = "delifeq",
    .run = command_delifeq,
    .arity = 3,
    .id = 44,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_delifeq,
    .documentation = &documentation_delifeq,
};

static const struct key_specification keys_mget[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_mget[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const char *const tips_mget[] = {"request_policy:multi_shard"};
static const struct command_documentation documentation_mget = {
    .group = "string",
    .summary = "Returns the strings of several keys.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of keys.",
    .tip_count = 1, .tips = tips_mget,
    .argument_count = 1, .arguments = arguments_mget,
};
static const struct command row_mget = {
    .name = "mget",
    .run = command_mget,
    .arity = -2,
    .id = 45,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_mget,
    .documentation = &documentation_mget,
};

static const struct key_specification keys_append[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_append[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_append = {
    .group = "string",
    .summary = "Adds bytes at the end of a string; an absent key counts as empty.",
    .since = "2.0.0",
    .complexity = "O(N) in the bytes added, on average.",
    .argument_count = 2, .arguments = arguments_append,
};
static const struct command row_append = {
    .name = "append",
    .run = command_append,
    .arity = 3,
    .id = 46,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_append,
    .documentation = &documentation_append,
};

static const struct key_specification keys_strlen[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_strlen[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_strlen = {
    .group = "string",
    .summary = "Returns the length of a string in bytes.",
    .since = "2.2.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_strlen,
};
static const struct command row_strlen = {
    .name = "strlen",
    .run = command_strlen,
    .arity = 2,
    .id = 47,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_strlen,
    .documentation = &documentation_strlen,
};

static const struct key_specification keys_setrange[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_setrange[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_setrange = {
    .group = "string",
    .summary = "Writes bytes into a string from an offset on, padding with zero bytes.",
    .since = "2.2.0",
    .complexity = "O(N) in the bytes written and padded.",
    .argument_count = 3, .arguments = arguments_setrange,
};
static const struct command row_setrange = {
    .name = "setrange",
    .run = command_setrange,
    .arity = 4,
    .id = 48,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_setrange,
    .documentation = &documentation_setrange,
};

static const struct key_specification keys_getrange[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_getrange[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "start", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "end", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_getrange = {
    .group = "string",
    .summary = "Returns the bytes of a string between two offsets.",
    .since = "2.4.0",
    .complexity = "O(N) in the bytes returned.",
    .argument_count = 3, .arguments = arguments_getrange,
};
static const struct command row_getrange = {
    .name = "getrange",
    .run = command_getrange,
    .arity = 4,
    .id = 49,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_getrange,
    .documentation = &documentation_getrange,
};

static const struct key_specification keys_substr[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_substr[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "start", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "end", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_substr = {
    .group = "string",
    .summary = "Older name of GETRANGE.",
    .since = "1.0.0",
    .complexity = "O(N) in the bytes returned.",
    .deprecated_since = "2.0.0",
    .replaced_by = "`GETRANGE`",
    .argument_count = 3, .arguments = arguments_substr,
};
static const struct command row_substr = {
    .name = "substr",
    .run = command_substr,
    .arity = 4,
    .id = 50,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_substr,
    .documentation = &documentation_substr,
};

static const struct key_specification keys_incr[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_incr[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_incr = {
    .group = "string",
    .summary = "Adds one to an integer.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_incr,
};
static const struct command row_incr = {
    .name = "incr",
    .run = command_incr,
    .arity = 2,
    .id = 51,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_incr,
    .documentation = &documentation_incr,
};

static const struct key_specification keys_decr[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_decr[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_decr = {
    .group = "string",
    .summary = "Subtracts one from an integer.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_decr,
};
static const struct command row_decr = {
    .name = "decr",
    .run = command_decr,
    .arity = 2,
    .id = 52,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_decr,
    .documentation = &documentation_decr,
};

static const struct key_specification keys_incrby[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_incrby[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "increment", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_incrby = {
    .group = "string",
    .summary = "Adds to an integer.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_incrby,
};
static const struct command row_incrby = {
    .name = "incrby",
    .run = command_incrby,
    .arity = 3,
    .id = 53,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_incrby,
    .documentation = &documentation_incrby,
};

static const struct key_specification keys_decrby[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_decrby[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "decrement", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_decrby = {
    .group = "string",
    .summary = "Subtracts from an integer.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_decrby,
};
static const struct command row_decrby = {
    .name = "decrby",
    .run = command_decrby,
    .arity = 3,
    .id = 54,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_decrby,
    .documentation = &documentation_decrby,
};

static const struct key_specification keys_incrbyfloat[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_incrbyfloat[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "increment", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_documentation documentation_incrbyfloat = {
    .group = "string",
    .summary = "Adds to a decimal number.",
    .since = "2.6.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_incrbyfloat,
};
static const struct command row_incrbyfloat = {
    .name = "incrbyfloat",
    .run = command_incrbyfloat,
    .arity = 3,
    .id = 55,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STRING | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_incrbyfloat,
    .documentation = &documentation_incrbyfloat,
};

static const struct key_specification keys_lcs[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lcs[] = {
    {.name = "key1", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "key2", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "len", .token = "LEN", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "idx", .token = "IDX", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "len", .token = "MINMATCHLEN", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withmatchlen", .token = "WITHMATCHLEN", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_lcs = {
    .group = "string",
    .summary = "Finds the longest subsequence that two strings share.",
    .since = "7.0.0",
    .complexity = "O(N*M) in the lengths of both strings.",
    .argument_count = 6, .arguments = arguments_lcs,
};
static const struct command row_lcs = {
    .name = "lcs",
    .run = command_lcs,
    .arity = -3,
    .id = 56,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_STRING | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_lcs,
    .documentation = &documentation_lcs,
};

static const struct key_specification keys_lpush[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lpush[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "element", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_lpush[] = {
    {"2.4.0", "More than one element."},
};
static const struct command_documentation documentation_lpush = {
    .group = "list",
    .summary = "Adds elements at the head of a list, one after the other.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of elements that are added.",
    .history_count = 1, .history = history_lpush,
    .argument_count = 2, .arguments = arguments_lpush,
};
static const struct command row_lpush = {
    .name = "lpush",
    .run = command_lpush,
    .arity = -3,
    .id = 57,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_lpush,
    .documentation = &documentation_lpush,
};

static const struct key_specification keys_rpush[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_rpush[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "element", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_rpush[] = {
    {"2.4.0", "More than one element."},
};
static const struct command_documentation documentation_rpush = {
    .group = "list",
    .summary = "Adds elements at the tail of a list, one after the other.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of elements that are added.",
    .history_count = 1, .history = history_rpush,
    .argument_count = 2, .arguments = arguments_rpush,
};
static const struct command row_rpush = {
    .name = "rpush",
    .run = command_rpush,
    .arity = -3,
    .id = 58,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_rpush,
    .documentation = &documentation_rpush,
};

static const struct key_specification keys_lpushx[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lpushx[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "element", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_lpushx[] = {
    {"4.0.0", "More than one element."},
};
static const struct command_documentation documentation_lpushx = {
    .group = "list",
    .summary = "Adds elements at the head of a list that exists.",
    .since = "2.2.0",
    .complexity = "O(N) in the number of elements that are added.",
    .history_count = 1, .history = history_lpushx,
    .argument_count = 2, .arguments = arguments_lpushx,
};
static const struct command row_lpushx = {
    .name = "lpushx",
    .run = command_lpushx,
    .arity = -3,
    .id = 59,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_lpushx,
    .documentation = &documentation_lpushx,
};

static const struct key_specification keys_rpushx[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_rpushx[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "element", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_rpushx[] = {
    {"4.0.0", "More than one element."},
};
static const struct command_documentation documentation_rpushx = {
    .group = "list",
    .summary = "Adds elements at the tail of a list that exists.",
    .since = "2.2.0",
    .complexity = "O(N) in the number of elements that are added.",
    .history_count = 1, .history = history_rpushx,
    .argument_count = 2, .arguments = arguments_rpushx,
};
static const struct command row_rpushx = {
    .name = "rpushx",
    .run = command_rpushx,
    .arity = -3,
    .id = 60,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_rpushx,
    .documentation = &documentation_rpushx,
};

static const struct key_specification keys_lpop[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lpop[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "count", .since = "6.2.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_lpop[] = {
    {"6.2.0", "The count."},
};
static const struct command_documentation documentation_lpop = {
    .group = "list",
    .summary = "Takes elements from the head of a list.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of elements that are taken.",
    .history_count = 1, .history = history_lpop,
    .argument_count = 2, .arguments = arguments_lpop,
};
static const struct command row_lpop = {
    .name = "lpop",
    .run = command_lpop,
    .arity = -2,
    .id = 61,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_lpop,
    .documentation = &documentation_lpop,
};

static const struct key_specification keys_rpop[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_rpop[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "count", .since = "6.2.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_rpop[] = {
    {"6.2.0", "The count."},
};
static const struct command_documentation documentation_rpop = {
    .group = "list",
    .summary = "Takes elements from the tail of a list.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of elements that are taken.",
    .history_count = 1, .history = history_rpop,
    .argument_count = 2, .arguments = arguments_rpop,
};
static const struct command row_rpop = {
    .name = "rpop",
    .run = command_rpop,
    .arity = -2,
    .id = 62,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_rpop,
    .documentation = &documentation_rpop,
};

static const struct key_specification keys_llen[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_llen[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_llen = {
    .group = "list",
    .summary = "Returns the length of a list.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_llen,
};
static const struct command row_llen = {
    .name = "llen",
    .run = command_llen,
    .arity = 2,
    .id = 63,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_LIST | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_llen,
    .documentation = &documentation_llen,
};

static const struct key_specification keys_lindex[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lindex[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "index", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_lindex = {
    .group = "list",
    .summary = "Returns the element at an index of a list.",
    .since = "1.0.0",
    .complexity = "O(N) in the distance from the nearer end, by whole nodes.",
    .argument_count = 2, .arguments = arguments_lindex,
};
static const struct command row_lindex = {
    .name = "lindex",
    .run = command_lindex,
    .arity = 3,
    .id = 64,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_lindex,
    .documentation = &documentation_lindex,
};

static const struct key_specification keys_lrange[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lrange[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "start", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "stop", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_lrange = {
    .group = "list",
    .summary = "Returns the elements between two indexes of a list.",
    .since = "1.0.0",
    .complexity = "O(S+N): S elements between the nearer end and the first one, by whole nodes, N elements returned.",
    .argument_count = 3, .arguments = arguments_lrange,
};
static const struct command row_lrange = {
    .name = "lrange",
    .run = command_lrange,
    .arity = 4,
    .id = 65,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_lrange,
    .documentation = &documentation_lrange,
};

static const struct key_specification keys_linsert[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_linsert_1[] = {
    {.name = "before", .token = "BEFORE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "after", .token = "AFTER", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_linsert[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "where", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_linsert_1},
    {.name = "pivot", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "element", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_linsert = {
    .group = "list",
    .summary = "Adds an element before or behind another one.",
    .since = "2.2.0",
    .complexity = "O(N) in the number of elements before the one that is looked for.",
    .argument_count = 4, .arguments = arguments_linsert,
};
static const struct command row_linsert = {
    .name = "linsert",
    .run = command_linsert,
    .arity = 5,
    .id = 66,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_linsert,
    .documentation = &documentation_linsert,
};

static const struct key_specification keys_lset[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lset[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "index", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "element", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_lset = {
    .group = "list",
    .summary = "Replaces the element at an index of a list.",
    .since = "1.0.0",
    .complexity = "O(N) in the distance from the nearer end, by whole nodes.",
    .argument_count = 3, .arguments = arguments_lset,
};
static const struct command row_lset = {
    .name = "lset",
    .run = command_lset,
    .arity = 4,
    .id = 67,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_lset,
    .documentation = &documentation_lset,
};

static const struct key_specification keys_lrem[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lrem[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "element", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_lrem = {
    .group = "list",
    .summary = "Removes elements that are equal to one.",
    .since = "1.0.0",
    .complexity = "O(N) in the length of the list.",
    .argument_count = 3, .arguments = arguments_lrem,
};
static const struct command row_lrem = {
    .name = "lrem",
    .run = command_lrem,
    .arity = 4,
    .id = 68,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_lrem,
    .documentation = &documentation_lrem,
};

static const struct key_specification keys_ltrim[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_ltrim[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "start", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "stop", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_ltrim = {
    .group = "list",
    .summary = "Keeps the elements between two indexes of a list alone.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of elements that go.",
    .argument_count = 3, .arguments = arguments_ltrim,
};
static const struct command row_ltrim = {
    .name = "ltrim",
    .run = command_ltrim,
    .arity = 4,
    .id = 69,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_ltrim,
    .documentation = &documentation_ltrim,
};

static const struct key_specification keys_lpos[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lpos[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "element", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "rank", .token = "RANK", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "num-matches", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "len", .token = "MAXLEN", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_lpos = {
    .group = "list",
    .summary = "Tells at which indexes a list has an element.",
    .since = "6.0.6",
    .complexity = "O(N) in the number of elements that are looked at.",
    .argument_count = 5, .arguments = arguments_lpos,
};
static const struct command row_lpos = {
    .name = "lpos",
    .run = command_lpos,
    .arity = -3,
    .id = 70,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_lpos,
    .documentation = &documentation_lpos,
};

static const struct key_specification keys_lmove[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_lmove_2[] = {
    {.name = "left", .token = "LEFT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "right", .token = "RIGHT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_lmove_3[] = {
    {.name = "left", .token = "LEFT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "right", .token = "RIGHT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_lmove[] = {
    {.name = "source", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 1},
    {.name = "wherefrom", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_lmove_2},
    {.name = "whereto", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_lmove_3},
};
static const struct command_documentation documentation_lmove = {
    .group = "list",
    .summary = "Takes an element from an end of one list and adds it to an end of another.",
    .since = "6.2.0",
    .complexity = "O(1)",
    .argument_count = 4, .arguments = arguments_lmove,
};
static const struct command row_lmove = {
    .name = "lmove",
    .run = command_lmove,
    .arity = 5,
    .id = 71,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_lmove,
    .documentation = &documentation_lmove,
};

static const struct key_specification keys_rpoplpush[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_rpoplpush[] = {
    {.name = "source", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 1},
};
static const struct command_documentation documentation_rpoplpush = {
    .group = "list",
    .summary = "Takes the tail of one list and makes it the head of another.",
    .since = "1.2.0",
    .complexity = "O(1)",
    .deprecated_since = "6.2.0",
    .replaced_by = "`LMOVE` with the `RIGHT` and `LEFT` arguments",
    .argument_count = 2, .arguments = arguments_rpoplpush,
};
static const struct command row_rpoplpush = {
    .name = "rpoplpush",
    .run = command_rpoplpush,
    .arity = 3,
    .id = 72,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_rpoplpush,
    .documentation = &documentation_rpoplpush,
};

static const struct key_specification keys_lmpop[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_lmpop_2[] = {
    {.name = "left", .token = "LEFT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "right", .token = "RIGHT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_lmpop[] = {
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "where", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_lmpop_2},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_lmpop = {
    .group = "list",
    .summary = "Takes elements from the first list that has any.",
    .since = "7.0.0",
    .complexity = "O(N+M): N keys, M elements that are taken.",
    .argument_count = 4, .arguments = arguments_lmpop,
};
static const struct command row_lmpop = {
    .name = "lmpop",
    .run = command_lmpop,
    .arity = -4,
    .id = 73,
    .flags = COMMAND_WRITE | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_lmpop,
    .documentation = &documentation_lmpop,
};

static const struct key_specification keys_blpop[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -2, .step = 1, .limit = 0},
};
static const struct command_argument arguments_blpop[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "timeout", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_history history_blpop[] = {
    {"6.0.0", "The timeout may have fractions."},
};
static const struct command_documentation documentation_blpop = {
    .group = "list",
    .summary = "Takes the head of the first list that has one; waits while none has.",
    .since = "2.0.0",
    .complexity = "O(N) in the number of keys.",
    .history_count = 1, .history = history_blpop,
    .argument_count = 2, .arguments = arguments_blpop,
};
static const struct command row_blpop = {
    .name = "blpop",
    .run = command_blpop,
    .arity = -3,
    .id = 74,
    .flags = COMMAND_WRITE | COMMAND_NOSCRIPT | COMMAND_BLOCKING,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_blpop,
    .documentation = &documentation_blpop,
};

static const struct key_specification keys_brpop[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -2, .step = 1, .limit = 0},
};
static const struct command_argument arguments_brpop[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "timeout", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_history history_brpop[] = {
    {"6.0.0", "The timeout may have fractions."},
};
static const struct command_documentation documentation_brpop = {
    .group = "list",
    .summary = "Takes the tail of the first list that has one; waits while none has.",
    .since = "2.0.0",
    .complexity = "O(N) in the number of keys.",
    .history_count = 1, .history = history_brpop,
    .argument_count = 2, .arguments = arguments_brpop,
};
static const struct command row_brpop = {
    .name = "brpop",
    .run = command_brpop,
    .arity = -3,
    .id = 75,
    .flags = COMMAND_WRITE | COMMAND_NOSCRIPT | COMMAND_BLOCKING,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_brpop,
    .documentation = &documentation_brpop,
};

static const struct key_specification keys_blmove[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_blmove_2[] = {
    {.name = "left", .token = "LEFT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "right", .token = "RIGHT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_blmove_3[] = {
    {.name = "left", .token = "LEFT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "right", .token = "RIGHT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_blmove[] = {
    {.name = "source", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 1},
    {.name = "wherefrom", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_blmove_2},
    {.name = "whereto", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_blmove_3},
    {.name = "timeout", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_documentation documentation_blmove = {
    .group = "list",
    .summary = "Takes an element from an end of one list and adds it to an end of another; waits while the first is empty.",
    .since = "6.2.0",
    .complexity = "O(1)",
    .argument_count = 5, .arguments = arguments_blmove,
};
static const struct command row_blmove = {
    .name = "blmove",
    .run = command_blmove,
    .arity = 6,
    .id = 76,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_NOSCRIPT | COMMAND_BLOCKING,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_blmove,
    .documentation = &documentation_blmove,
};

static const struct key_specification keys_brpoplpush[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_brpoplpush[] = {
    {.name = "source", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 1},
    {.name = "timeout", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_history history_brpoplpush[] = {
    {"6.0.0", "The timeout may have fractions."},
};
static const struct command_documentation documentation_brpoplpush = {
    .group = "list",
    .summary = "Takes the tail of one list and makes it the head of another; waits while the first is empty.",
    .since = "2.2.0",
    .complexity = "O(1)",
    .deprecated_since = "6.2.0",
    .replaced_by = "`BLMOVE` with the `RIGHT` and `LEFT` arguments",
    .history_count = 1, .history = history_brpoplpush,
    .argument_count = 3, .arguments = arguments_brpoplpush,
};
static const struct command row_brpoplpush = {
    .name = "brpoplpush",
    .run = command_brpoplpush,
    .arity = 4,
    .id = 77,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_NOSCRIPT | COMMAND_BLOCKING,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_brpoplpush,
    .documentation = &documentation_brpoplpush,
};

static const struct key_specification keys_blmpop[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_blmpop_3[] = {
    {.name = "left", .token = "LEFT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "right", .token = "RIGHT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_blmpop[] = {
    {.name = "timeout", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "where", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_blmpop_3},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_blmpop = {
    .group = "list",
    .summary = "Takes elements from the first list that has any; waits while none has.",
    .since = "7.0.0",
    .complexity = "O(N+M): N keys, M elements that are taken.",
    .argument_count = 5, .arguments = arguments_blmpop,
};
static const struct command row_blmpop = {
    .name = "blmpop",
    .run = command_blmpop,
    .arity = -5,
    .id = 78,
    .flags = COMMAND_WRITE | COMMAND_BLOCKING | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_LIST | CATEGORY_SLOW | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_blmpop,
    .documentation = &documentation_blmpop,
};

static const struct key_specification keys_sadd[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sadd[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_sadd[] = {
    {"2.4.0", "Several members at a time."},
};
static const struct command_documentation documentation_sadd = {
    .group = "set",
    .summary = "Adds members to a set, which is made when it is not there.",
    .since = "1.0.0",
    .complexity = "O(1) per member",
    .history_count = 1, .history = history_sadd,
    .argument_count = 2, .arguments = arguments_sadd,
};
static const struct command row_sadd = {
    .name = "sadd",
    .run = command_sadd,
    .arity = -3,
    .id = 79,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_sadd,
    .documentation = &documentation_sadd,
};

static const struct key_specification keys_srem[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_srem[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_srem[] = {
    {"2.4.0", "Several members at a time."},
};
static const struct command_documentation documentation_srem = {
    .group = "set",
    .summary = "Takes members out of a set; the last one takes the key with it.",
    .since = "1.0.0",
    .complexity = "O(1) per member",
    .history_count = 1, .history = history_srem,
    .argument_count = 2, .arguments = arguments_srem,
};
static const struct command row_srem = {
    .name = "srem",
    .run = command_srem,
    .arity = -3,
    .id = 80,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_srem,
    .documentation = &documentation_srem,
};

static const struct key_specification keys_sismember[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sismember[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_sismember = {
    .group = "set",
    .summary = "Tells whether a member is in a set.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_sismember,
};
static const struct command row_sismember = {
    .name = "sismember",
    .run = command_sismember,
    .arity = 3,
    .id = 81,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_sismember,
    .documentation = &documentation_sismember,
};

static const struct key_specification keys_smismember[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_smismember[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_smismember = {
    .group = "set",
    .summary = "Tells for each of several members whether it is in a set.",
    .since = "6.2.0",
    .complexity = "O(1) per member",
    .argument_count = 2, .arguments = arguments_smismember,
};
static const struct command row_smismember = {
    .name = "smismember",
    .run = command_smismember,
    .arity = -3,
    .id = 82,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_smismember,
    .documentation = &documentation_smismember,
};

static const struct key_specification keys_scard[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_scard[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_scard = {
    .group = "set",
    .summary = "Counts the members of a set.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_scard,
};
static const struct command row_scard = {
    .name = "scard",
    .run = command_scard,
    .arity = 2,
    .id = 83,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_scard,
    .documentation = &documentation_scard,
};

static const struct key_specification keys_smembers[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_smembers[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const char *const tips_smembers[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_smembers = {
    .group = "set",
    .summary = "Returns all members of a set.",
    .since = "1.0.0",
    .complexity = "O(N) with N members",
    .tip_count = 1, .tips = tips_smembers,
    .argument_count = 1, .arguments = arguments_smembers,
};
static const struct command row_smembers = {
    .name = "smembers",
    .run = command_smembers,
    .arity = 2,
    .id = 84,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_smembers,
    .documentation = &documentation_smembers,
};

static const struct key_specification keys_smove[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_smove[] = {
    {.name = "source", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 1},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_smove = {
    .group = "set",
    .summary = "Moves a member from one set to another.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_smove,
};
static const struct command row_smove = {
    .name = "smove",
    .run = command_smove,
    .arity = 4,
    .id = 85,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_smove,
    .documentation = &documentation_smove,
};

static const struct key_specification keys_spop[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_spop[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "count", .since = "3.2.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_spop[] = {
    {"3.2.0", "The count."},
};
static const char *const tips_spop[] = {"nondeterministic_output"};
static const struct command_documentation documentation_spop = {
    .group = "set",
    .summary = "Takes members out by chance and returns them.",
    .since = "1.0.0",
    .complexity = "O(1) for one, O(N) for N members",
    .tip_count = 1, .tips = tips_spop,
    .history_count = 1, .history = history_spop,
    .argument_count = 2, .arguments = arguments_spop,
};
static const struct command row_spop = {
    .name = "spop",
    .run = command_spop,
    .arity = -2,
    .id = 86,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_spop,
    .documentation = &documentation_spop,
};

static const struct key_specification keys_srandmember[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_srandmember[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "count", .since = "2.6.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_srandmember[] = {
    {"2.6.0", "The count, which may be negative."},
};
static const char *const tips_srandmember[] = {"nondeterministic_output"};
static const struct command_documentation documentation_srandmember = {
    .group = "set",
    .summary = "Returns members by chance and leaves them where they are.",
    .since = "1.0.0",
    .complexity = "O(1) for one, O(N) for N members",
    .tip_count = 1, .tips = tips_srandmember,
    .history_count = 1, .history = history_srandmember,
    .argument_count = 2, .arguments = arguments_srandmember,
};
static const struct command row_srandmember = {
    .name = "srandmember",
    .run = command_srandmember,
    .arity = -2,
    .id = 87,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_srandmember,
    .documentation = &documentation_srandmember,
};

static const struct key_specification keys_sinter[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sinter[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const char *const tips_sinter[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_sinter = {
    .group = "set",
    .summary = "Returns the members that all of the sets have.",
    .since = "1.0.0",
    .complexity = "O(N*M) with N members in the smallest of M sets",
    .tip_count = 1, .tips = tips_sinter,
    .argument_count = 1, .arguments = arguments_sinter,
};
static const struct command row_sinter = {
    .name = "sinter",
    .run = command_sinter,
    .arity = -2,
    .id = 88,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_sinter,
    .documentation = &documentation_sinter,
};

static const struct key_specification keys_sinterstore[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sinterstore[] = {
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 1},
};
static const struct command_documentation documentation_sinterstore = {
    .group = "set",
    .summary = "Makes a key the set of the members that all of the sets have.",
    .since = "1.0.0",
    .complexity = "O(N*M) with N members in the smallest of M sets",
    .argument_count = 2, .arguments = arguments_sinterstore,
};
static const struct command row_sinterstore = {
    .name = "sinterstore",
    .run = command_sinterstore,
    .arity = -3,
    .id = 89,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_sinterstore,
    .documentation = &documentation_sinterstore,
};

static const struct key_specification keys_sintercard[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_sintercard[] = {
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "limit", .token = "LIMIT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_sintercard = {
    .group = "set",
    .summary = "Counts the members that all of the sets have.",
    .since = "7.0.0",
    .complexity = "O(N*M) with N members in the smallest of M sets",
    .argument_count = 3, .arguments = arguments_sintercard,
};
static const struct command row_sintercard = {
    .name = "sintercard",
    .run = command_sintercard,
    .arity = -3,
    .id = 90,
    .flags = COMMAND_READONLY | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_sintercard,
    .documentation = &documentation_sintercard,
};

static const struct key_specification keys_sdiff[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sdiff[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const char *const tips_sdiff[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_sdiff = {
    .group = "set",
    .summary = "Returns the members of the first set that none of the others has.",
    .since = "1.0.0",
    .complexity = "O(N) with N members in all sets",
    .tip_count = 1, .tips = tips_sdiff,
    .argument_count = 1, .arguments = arguments_sdiff,
};
static const struct command row_sdiff = {
    .name = "sdiff",
    .run = command_sdiff,
    .arity = -2,
    .id = 91,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_sdiff,
    .documentation = &documentation_sdiff,
};

static const struct key_specification keys_sdiffstore[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sdiffstore[] = {
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 1},
};
static const struct command_documentation documentation_sdiffstore = {
    .group = "set",
    .summary = "Makes a key the set of what the first set has and none of the others.",
    .since = "1.0.0",
    .complexity = "O(N) with N members in all sets",
    .argument_count = 2, .arguments = arguments_sdiffstore,
};
static const struct command row_sdiffstore = {
    .name = "sdiffstore",
    .run = command_sdiffstore,
    .arity = -3,
    .id = 92,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_sdiffstore,
    .documentation = &documentation_sdiffstore,
};

static const struct key_specification keys_sunion[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sunion[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const char *const tips_sunion[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_sunion = {
    .group = "set",
    .summary = "Returns the members that any of the sets has.",
    .since = "1.0.0",
    .complexity = "O(N) with N members in all sets",
    .tip_count = 1, .tips = tips_sunion,
    .argument_count = 1, .arguments = arguments_sunion,
};
static const struct command row_sunion = {
    .name = "sunion",
    .run = command_sunion,
    .arity = -2,
    .id = 93,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_sunion,
    .documentation = &documentation_sunion,
};

static const struct key_specification keys_sunionstore[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sunionstore[] = {
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 1},
};
static const struct command_documentation documentation_sunionstore = {
    .group = "set",
    .summary = "Makes a key the set of the members that any of the sets has.",
    .since = "1.0.0",
    .complexity = "O(N) with N members in all sets",
    .argument_count = 2, .arguments = arguments_sunionstore,
};
static const struct command row_sunionstore = {
    .name = "sunionstore",
    .run = command_sunionstore,
    .arity = -3,
    .id = 94,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_sunionstore,
    .documentation = &documentation_sunionstore,
};

static const struct key_specification keys_sscan[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sscan[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "cursor", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "pattern", .token = "MATCH", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const char *const tips_sscan[] = {"nondeterministic_output"};
static const struct command_documentation documentation_sscan = {
    .group = "set",
    .summary = "Visits the members of a set a few at a time.",
    .since = "2.8.0",
    .complexity = "O(1) per call, O(N) for all N members",
    .tip_count = 1, .tips = tips_sscan,
    .argument_count = 4, .arguments = arguments_sscan,
};
static const struct command row_sscan = {
    .name = "sscan",
    .run = command_sscan,
    .arity = -3,
    .id = 95,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_sscan,
    .documentation = &documentation_sscan,
};

static const struct key_specification keys_bzmpop[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_bzmpop_3[] = {
    {.name = "min", .token = "MIN", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "max", .token = "MAX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_bzmpop[] = {
    {.name = "timeout", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "where", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_bzmpop_3},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_bzmpop = {
    .group = "sorted-set",
    .summary = "Pops the members with the lowest or highest scores from the first sorted set that has some, and waits for them if need be.",
    .since = "7.0.0",
    .complexity = "O(K)",
    .argument_count = 5, .arguments = arguments_bzmpop,
};
static const struct command row_bzmpop = {
    .name = "bzmpop",
    .run = command_bzmpop,
    .arity = -5,
    .id = 96,
    .flags = COMMAND_WRITE | COMMAND_BLOCKING | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_SLOW | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_bzmpop,
    .documentation = &documentation_bzmpop,
};

static const struct key_specification keys_bzpopmax[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -2, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bzpopmax[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "timeout", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_history history_bzpopmax[] = {
    {"6.0.0", "The timeout may have a fraction."},
};
static const struct command_documentation documentation_bzpopmax = {
    .group = "sorted-set",
    .summary = "Pops the member with the highest score from the first sorted set that has one, and waits for it if need be.",
    .since = "5.0.0",
    .complexity = "O(log(N))",
    .history_count = 1, .history = history_bzpopmax,
    .argument_count = 2, .arguments = arguments_bzpopmax,
};
static const struct command row_bzpopmax = {
    .name = "bzpopmax",
    .run = command_bzpopmax,
    .arity = -3,
    .id = 97,
    .flags = COMMAND_WRITE | COMMAND_NOSCRIPT | COMMAND_BLOCKING | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_FAST | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bzpopmax,
    .documentation = &documentation_bzpopmax,
};

static const struct key_specification keys_bzpopmin[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -2, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bzpopmin[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "timeout", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_history history_bzpopmin[] = {
    {"6.0.0", "The timeout may have a fraction."},
};
static const struct command_documentation documentation_bzpopmin = {
    .group = "sorted-set",
    .summary = "Pops the member with the lowest score from the first sorted set that has one, and waits for it if need be.",
    .since = "5.0.0",
    .complexity = "O(log(N))",
    .history_count = 1, .history = history_bzpopmin,
    .argument_count = 2, .arguments = arguments_bzpopmin,
};
static const struct command row_bzpopmin = {
    .name = "bzpopmin",
    .run = command_bzpopmin,
    .arity = -3,
    .id = 98,
    .flags = COMMAND_WRITE | COMMAND_NOSCRIPT | COMMAND_BLOCKING | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_FAST | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bzpopmin,
    .documentation = &documentation_bzpopmin,
};

static const struct key_specification keys_zadd[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zadd_1[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_zadd_2[] = {
    {.name = "gt", .token = "GT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "lt", .token = "LT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_zadd_5[] = {
    {.name = "score", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_zadd[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "condition", .since = "3.0.2", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zadd_1},
    {.name = "comparison", .since = "6.2.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zadd_2},
    {.name = "change", .token = "CH", .since = "3.0.2", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "increment", .token = "INCR", .since = "3.0.2", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "score_member", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_zadd_5},
};
static const struct command_history history_zadd[] = {
    {"2.4.0", "Several elements."},
    {"3.0.2", "XX, NX, CH and INCR."},
    {"6.2.0", "GT and LT."},
};
static const struct command_documentation documentation_zadd = {
    .group = "sorted-set",
    .summary = "Adds members with scores to a sorted set, or changes the scores of members that are there.",
    .since = "1.2.0",
    .complexity = "O(log(N))",
    .history_count = 3, .history = history_zadd,
    .argument_count = 6, .arguments = arguments_zadd,
};
static const struct command row_zadd = {
    .name = "zadd",
    .run = command_zadd,
    .arity = -4,
    .id = 99,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zadd,
    .documentation = &documentation_zadd,
};

static const struct key_specification keys_zcard[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zcard[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_zcard = {
    .group = "sorted-set",
    .summary = "Returns how many members a sorted set has.",
    .since = "1.2.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_zcard,
};
static const struct command row_zcard = {
    .name = "zcard",
    .run = command_zcard,
    .arity = 2,
    .id = 100,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zcard,
    .documentation = &documentation_zcard,
};

static const struct key_specification keys_zcount[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zcount[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "min", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "max", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_documentation documentation_zcount = {
    .group = "sorted-set",
    .summary = "Counts the members whose scores lie in a range.",
    .since = "2.0.0",
    .complexity = "O(log(N))",
    .argument_count = 3, .arguments = arguments_zcount,
};
static const struct command row_zcount = {
    .name = "zcount",
    .run = command_zcount,
    .arity = 4,
    .id = 101,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zcount,
    .documentation = &documentation_zcount,
};

static const struct key_specification keys_zdiff[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_zdiff[] = {
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "withscores", .token = "WITHSCORES", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_zdiff = {
    .group = "sorted-set",
    .summary = "Returns the members of the first sorted set that none of the others has.",
    .since = "6.2.0",
    .complexity = "O(L + (N-K)log(N))",
    .argument_count = 3, .arguments = arguments_zdiff,
};
static const struct command row_zdiff = {
    .name = "zdiff",
    .run = command_zdiff,
    .arity = -3,
    .id = 102,
    .flags = COMMAND_READONLY | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_zdiff,
    .documentation = &documentation_zdiff,
};

static const struct key_specification keys_zdiffstore[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_zdiffstore[] = {
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 1},
};
static const struct command_documentation documentation_zdiffstore = {
    .group = "sorted-set",
    .summary = "Stores the members of the first sorted set that none of the others has.",
    .since = "6.2.0",
    .complexity = "O(L + (N-K)log(N))",
    .argument_count = 3, .arguments = arguments_zdiffstore,
};
static const struct command row_zdiffstore = {
    .name = "zdiffstore",
    .run = command_zdiffstore,
    .arity = -4,
    .id = 103,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_zdiffstore,
    .documentation = &documentation_zdiffstore,
};

static const struct key_specification keys_zincrby[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zincrby[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "increment", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_zincrby = {
    .group = "sorted-set",
    .summary = "Adds to the score of a member, which starts at zero.",
    .since = "1.2.0",
    .complexity = "O(log(N))",
    .argument_count = 3, .arguments = arguments_zincrby,
};
static const struct command row_zincrby = {
    .name = "zincrby",
    .run = command_zincrby,
    .arity = 4,
    .id = 104,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zincrby,
    .documentation = &documentation_zincrby,
};

static const struct key_specification keys_zinter[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_zinter_3[] = {
    {.name = "sum", .token = "SUM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "min", .token = "MIN", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "max", .token = "MAX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_zinter[] = {
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "weight", .token = "WEIGHTS", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
    {.name = "aggregate", .token = "AGGREGATE", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_zinter_3},
    {.name = "withscores", .token = "WITHSCORES", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_zinter = {
    .group = "sorted-set",
    .summary = "Returns the members that all of the sorted sets have, with their scores combined.",
    .since = "6.2.0",
    .complexity = "O(N*K)",
    .argument_count = 5, .arguments = arguments_zinter,
};
static const struct command row_zinter = {
    .name = "zinter",
    .run = command_zinter,
    .arity = -3,
    .id = 105,
    .flags = COMMAND_READONLY | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_zinter,
    .documentation = &documentation_zinter,
};

static const struct key_specification keys_zintercard[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_zintercard[] = {
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "limit", .token = "LIMIT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_zintercard = {
    .group = "sorted-set",
    .summary = "Counts the members that all of the sorted sets have, up to a limit.",
    .since = "7.0.0",
    .complexity = "O(N*K)",
    .argument_count = 3, .arguments = arguments_zintercard,
};
static const struct command row_zintercard = {
    .name = "zintercard",
    .run = command_zintercard,
    .arity = -3,
    .id = 106,
    .flags = COMMAND_READONLY | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_zintercard,
    .documentation = &documentation_zintercard,
};

static const struct key_specification keys_zinterstore[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_zinterstore_4[] = {
    {.name = "sum", .token = "SUM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "min", .token = "MIN", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "max", .token = "MAX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_zinterstore[] = {
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 1},
    {.name = "weight", .token = "WEIGHTS", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
    {.name = "aggregate", .token = "AGGREGATE", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_zinterstore_4},
};
static const struct command_documentation documentation_zinterstore = {
    .group = "sorted-set",
    .summary = "Stores the members that all of the sorted sets have, with their scores combined.",
    .since = "2.0.0",
    .complexity = "O(N*K)",
    .argument_count = 5, .arguments = arguments_zinterstore,
};
static const struct command row_zinterstore = {
    .name = "zinterstore",
    .run = command_zinterstore,
    .arity = -4,
    .id = 107,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_zinterstore,
    .documentation = &documentation_zinterstore,
};

static const struct key_specification keys_zlexcount[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zlexcount[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "min", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "max", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_zlexcount = {
    .group = "sorted-set",
    .summary = "Counts the members in a range of bytes, where all scores are the same.",
    .since = "2.8.9",
    .complexity = "O(log(N))",
    .argument_count = 3, .arguments = arguments_zlexcount,
};
static const struct command row_zlexcount = {
    .name = "zlexcount",
    .run = command_zlexcount,
    .arity = 4,
    .id = 108,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zlexcount,
    .documentation = &documentation_zlexcount,
};

static const struct key_specification keys_zmpop[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_zmpop_2[] = {
    {.name = "min", .token = "MIN", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "max", .token = "MAX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_zmpop[] = {
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "where", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_zmpop_2},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_zmpop = {
    .group = "sorted-set",
    .summary = "Pops the members with the lowest or highest scores from the first sorted set that is not empty.",
    .since = "7.0.0",
    .complexity = "O(K)",
    .argument_count = 4, .arguments = arguments_zmpop,
};
static const struct command row_zmpop = {
    .name = "zmpop",
    .run = command_zmpop,
    .arity = -4,
    .id = 109,
    .flags = COMMAND_WRITE | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_zmpop,
    .documentation = &documentation_zmpop,
};

static const struct key_specification keys_zmscore[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zmscore[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_zmscore = {
    .group = "sorted-set",
    .summary = "Returns the scores of several members.",
    .since = "6.2.0",
    .complexity = "O(N)",
    .argument_count = 2, .arguments = arguments_zmscore,
};
static const struct command row_zmscore = {
    .name = "zmscore",
    .run = command_zmscore,
    .arity = -3,
    .id = 110,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zmscore,
    .documentation = &documentation_zmscore,
};

static const struct key_specification keys_zpopmax[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zpopmax[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "count", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_zpopmax = {
    .group = "sorted-set",
    .summary = "Pops the members with the highest scores.",
    .since = "5.0.0",
    .complexity = "O(log(N)*M)",
    .argument_count = 2, .arguments = arguments_zpopmax,
};
static const struct command row_zpopmax = {
    .name = "zpopmax",
    .run = command_zpopmax,
    .arity = -2,
    .id = 111,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zpopmax,
    .documentation = &documentation_zpopmax,
};

static const struct key_specification keys_zpopmin[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zpopmin[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "count", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_zpopmin = {
    .group = "sorted-set",
    .summary = "Pops the members with the lowest scores.",
    .since = "5.0.0",
    .complexity = "O(log(N)*M)",
    .argument_count = 2, .arguments = arguments_zpopmin,
};
static const struct command row_zpopmin = {
    .name = "zpopmin",
    .run = command_zpopmin,
    .arity = -2,
    .id = 112,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zpopmin,
    .documentation = &documentation_zpopmin,
};

static const struct key_specification keys_zrandmember[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrandmember_1[] = {
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "withscores", .token = "WITHSCORES", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_zrandmember[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "options", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zrandmember_1},
};
static const char *const tips_zrandmember[] = {"nondeterministic_output"};
static const struct command_documentation documentation_zrandmember = {
    .group = "sorted-set",
    .summary = "Returns members chosen by chance, with or without repetition.",
    .since = "6.2.0",
    .complexity = "O(N)",
    .tip_count = 1, .tips = tips_zrandmember,
    .argument_count = 2, .arguments = arguments_zrandmember,
};
static const struct command row_zrandmember = {
    .name = "zrandmember",
    .run = command_zrandmember,
    .arity = -2,
    .id = 113,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrandmember,
    .documentation = &documentation_zrandmember,
};

static const struct key_specification keys_zrange[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrange_3[] = {
    {.name = "byscore", .token = "BYSCORE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "bylex", .token = "BYLEX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_zrange_5[] = {
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_zrange[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "start", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "stop", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "sortby", .since = "6.2.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zrange_3},
    {.name = "rev", .token = "REV", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "offset_count", .token = "LIMIT", .since = "6.2.0", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zrange_5},
    {.name = "withscores", .token = "WITHSCORES", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_zrange[] = {
    {"6.2.0", "REV, BYSCORE, BYLEX and LIMIT."},
};
static const struct command_documentation documentation_zrange = {
    .group = "sorted-set",
    .summary = "Returns the members in a range of ranks, scores or bytes.",
    .since = "1.2.0",
    .complexity = "O(log(N)+M)",
    .history_count = 1, .history = history_zrange,
    .argument_count = 7, .arguments = arguments_zrange,
};
static const struct command row_zrange = {
    .name = "zrange",
    .run = command_zrange,
    .arity = -4,
    .id = 114,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrange,
    .documentation = &documentation_zrange,
};

static const struct key_specification keys_zrangebylex[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrangebylex_3[] = {
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_zrangebylex[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "min", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "max", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "offset_count", .token = "LIMIT", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zrangebylex_3},
};
static const struct command_documentation documentation_zrangebylex = {
    .group = "sorted-set",
    .summary = "Returns the members in a range of bytes, where all scores are the same.",
    .since = "2.8.9",
    .complexity = "O(log(N)+M)",
    .deprecated_since = "6.2.0",
    .replaced_by = "`ZRANGE` with the `BYLEX` argument",
    .argument_count = 4, .arguments = arguments_zrangebylex,
};
static const struct command row_zrangebylex = {
    .name = "zrangebylex",
    .run = command_zrangebylex,
    .arity = -4,
    .id = 115,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrangebylex,
    .documentation = &documentation_zrangebylex,
};

static const struct key_specification keys_zrangebyscore[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrangebyscore_4[] = {
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_zrangebyscore[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "min", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "max", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "withscores", .token = "WITHSCORES", .since = "2.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "offset_count", .token = "LIMIT", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zrangebyscore_4},
};
static const struct command_history history_zrangebyscore[] = {
    {"2.0.0", "WITHSCORES."},
};
static const struct command_documentation documentation_zrangebyscore = {
    .group = "sorted-set",
    .summary = "Returns the members in a range of scores.",
    .since = "1.0.5",
    .complexity = "O(log(N)+M)",
    .deprecated_since = "6.2.0",
    .replaced_by = "`ZRANGE` with the `BYSCORE` argument",
    .history_count = 1, .history = history_zrangebyscore,
    .argument_count = 5, .arguments = arguments_zrangebyscore,
};
static const struct command row_zrangebyscore = {
    .name = "zrangebyscore",
    .run = command_zrangebyscore,
    .arity = -4,
    .id = 116,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrangebyscore,
    .documentation = &documentation_zrangebyscore,
};

static const struct key_specification keys_zrangestore[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrangestore_4[] = {
    {.name = "byscore", .token = "BYSCORE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "bylex", .token = "BYLEX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_zrangestore_6[] = {
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_zrangestore[] = {
    {.name = "dst", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "src", .type = ARGUMENT_KEY, .key_specification = 1},
    {.name = "min", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "max", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "sortby", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zrangestore_4},
    {.name = "rev", .token = "REV", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "offset_count", .token = "LIMIT", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zrangestore_6},
};
static const struct command_documentation documentation_zrangestore = {
    .group = "sorted-set",
    .summary = "Stores the members in a range of another sorted set.",
    .since = "6.2.0",
    .complexity = "O(log(N)+M)",
    .argument_count = 7, .arguments = arguments_zrangestore,
};
static const struct command row_zrangestore = {
    .name = "zrangestore",
    .run = command_zrangestore,
    .arity = -5,
    .id = 117,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_zrangestore,
    .documentation = &documentation_zrangestore,
};

static const struct key_specification keys_zrank[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrank[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "withscore", .token = "WITHSCORE", .since = "7.2.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_zrank[] = {
    {"7.2.0", "WITHSCORE."},
};
static const struct command_documentation documentation_zrank = {
    .group = "sorted-set",
    .summary = "Returns how many members stand before a member, counted from the lowest score.",
    .since = "2.0.0",
    .complexity = "O(log(N))",
    .history_count = 1, .history = history_zrank,
    .argument_count = 3, .arguments = arguments_zrank,
};
static const struct command row_zrank = {
    .name = "zrank",
    .run = command_zrank,
    .arity = -3,
    .id = 118,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrank,
    .documentation = &documentation_zrank,
};

static const struct key_specification keys_zrem[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrem[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_zrem[] = {
    {"2.4.0", "Several members."},
};
static const struct command_documentation documentation_zrem = {
    .group = "sorted-set",
    .summary = "Removes members from a sorted set.",
    .since = "1.2.0",
    .complexity = "O(M*log(N))",
    .history_count = 1, .history = history_zrem,
    .argument_count = 2, .arguments = arguments_zrem,
};
static const struct command row_zrem = {
    .name = "zrem",
    .run = command_zrem,
    .arity = -3,
    .id = 119,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrem,
    .documentation = &documentation_zrem,
};

static const struct key_specification keys_zremrangebylex[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zremrangebylex[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "min", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "max", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_zremrangebylex = {
    .group = "sorted-set",
    .summary = "Removes the members in a range of bytes, where all scores are the same.",
    .since = "2.8.9",
    .complexity = "O(log(N)+M)",
    .argument_count = 3, .arguments = arguments_zremrangebylex,
};
static const struct command row_zremrangebylex = {
    .name = "zremrangebylex",
    .run = command_zremrangebylex,
    .arity = 4,
    .id = 120,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zremrangebylex,
    .documentation = &documentation_zremrangebylex,
};

static const struct key_specification keys_zremrangebyrank[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zremrangebyrank[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "start", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "stop", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_zremrangebyrank = {
    .group = "sorted-set",
    .summary = "Removes the members in a range of ranks.",
    .since = "2.0.0",
    .complexity = "O(log(N)+M)",
    .argument_count = 3, .arguments = arguments_zremrangebyrank,
};
static const struct command row_zremrangebyrank = {
    .name = "zremrangebyrank",
    .run = command_zremrangebyrank,
    .arity = 4,
    .id = 121,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zremrangebyrank,
    .documentation = &documentation_zremrangebyrank,
};

static const struct key_specification keys_zremrangebyscore[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zremrangebyscore[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "min", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "max", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_documentation documentation_zremrangebyscore = {
    .group = "sorted-set",
    .summary = "Removes the members in a range of scores.",
    .since = "1.2.0",
    .complexity = "O(log(N)+M)",
    .argument_count = 3, .arguments = arguments_zremrangebyscore,
};
static const struct command row_zremrangebyscore = {
    .name = "zremrangebyscore",
    .run = command_zremrangebyscore,
    .arity = 4,
    .id = 122,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zremrangebyscore,
    .documentation = &documentation_zremrangebyscore,
};

static const struct key_specification keys_zrevrange[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrevrange[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "start", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "stop", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "withscores", .token = "WITHSCORES", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_zrevrange = {
    .group = "sorted-set",
    .summary = "Returns the members in a range of ranks, from the highest score down.",
    .since = "1.2.0",
    .complexity = "O(log(N)+M)",
    .deprecated_since = "6.2.0",
    .replaced_by = "`ZRANGE` with the `REV` argument",
    .argument_count = 4, .arguments = arguments_zrevrange,
};
static const struct command row_zrevrange = {
    .name = "zrevrange",
    .run = command_zrevrange,
    .arity = -4,
    .id = 123,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrevrange,
    .documentation = &documentation_zrevrange,
};

static const struct key_specification keys_zrevrangebylex[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrevrangebylex_3[] = {
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_zrevrangebylex[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "max", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "min", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "offset_count", .token = "LIMIT", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zrevrangebylex_3},
};
static const struct command_documentation documentation_zrevrangebylex = {
    .group = "sorted-set",
    .summary = "Returns the members in a range of bytes from the last one down, where all scores are the same.",
    .since = "2.8.9",
    .complexity = "O(log(N)+M)",
    .deprecated_since = "6.2.0",
    .replaced_by = "`ZRANGE` with the `REV` and `BYLEX` arguments",
    .argument_count = 4, .arguments = arguments_zrevrangebylex,
};
static const struct command row_zrevrangebylex = {
    .name = "zrevrangebylex",
    .run = command_zrevrangebylex,
    .arity = -4,
    .id = 124,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrevrangebylex,
    .documentation = &documentation_zrevrangebylex,
};

static const struct key_specification keys_zrevrangebyscore[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrevrangebyscore_4[] = {
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_zrevrangebyscore[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "max", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "min", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "withscores", .token = "WITHSCORES", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "offset_count", .token = "LIMIT", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_zrevrangebyscore_4},
};
static const struct command_history history_zrevrangebyscore[] = {
    {"2.1.6", "The bounds may be exclusive."},
};
static const struct command_documentation documentation_zrevrangebyscore = {
    .group = "sorted-set",
    .summary = "Returns the members in a range of scores, from the highest down.",
    .since = "2.2.0",
    .complexity = "O(log(N)+M)",
    .deprecated_since = "6.2.0",
    .replaced_by = "`ZRANGE` with the `REV` and `BYSCORE` arguments",
    .history_count = 1, .history = history_zrevrangebyscore,
    .argument_count = 5, .arguments = arguments_zrevrangebyscore,
};
static const struct command row_zrevrangebyscore = {
    .name = "zrevrangebyscore",
    .run = command_zrevrangebyscore,
    .arity = -4,
    .id = 125,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrevrangebyscore,
    .documentation = &documentation_zrevrangebyscore,
};

static const struct key_specification keys_zrevrank[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zrevrank[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "withscore", .token = "WITHSCORE", .since = "7.2.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_zrevrank[] = {
    {"7.2.0", "WITHSCORE."},
};
static const struct command_documentation documentation_zrevrank = {
    .group = "sorted-set",
    .summary = "Returns how many members stand before a member, counted from the highest score.",
    .since = "2.0.0",
    .complexity = "O(log(N))",
    .history_count = 1, .history = history_zrevrank,
    .argument_count = 3, .arguments = arguments_zrevrank,
};
static const struct command row_zrevrank = {
    .name = "zrevrank",
    .run = command_zrevrank,
    .arity = -3,
    .id = 126,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zrevrank,
    .documentation = &documentation_zrevrank,
};

static const struct key_specification keys_zscan[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zscan[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "cursor", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "pattern", .token = "MATCH", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const char *const tips_zscan[] = {"nondeterministic_output"};
static const struct command_documentation documentation_zscan = {
    .group = "sorted-set",
    .summary = "Walks over the members of a sorted set, a part with each call.",
    .since = "2.8.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_zscan,
    .argument_count = 4, .arguments = arguments_zscan,
};
static const struct command row_zscan = {
    .name = "zscan",
    .run = command_zscan,
    .arity = -3,
    .id = 127,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zscan,
    .documentation = &documentation_zscan,
};

static const struct key_specification keys_zscore[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_zscore[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_zscore = {
    .group = "sorted-set",
    .summary = "Returns the score of a member.",
    .since = "1.2.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_zscore,
};
static const struct command row_zscore = {
    .name = "zscore",
    .run = command_zscore,
    .arity = 3,
    .id = 128,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_zscore,
    .documentation = &documentation_zscore,
};

static const struct key_specification keys_zunion[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_zunion_3[] = {
    {.name = "sum", .token = "SUM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "min", .token = "MIN", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "max", .token = "MAX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_zunion[] = {
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "weight", .token = "WEIGHTS", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
    {.name = "aggregate", .token = "AGGREGATE", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_zunion_3},
    {.name = "withscores", .token = "WITHSCORES", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_zunion = {
    .group = "sorted-set",
    .summary = "Returns the members of all of the sorted sets, with their scores combined.",
    .since = "6.2.0",
    .complexity = "O(N)",
    .argument_count = 5, .arguments = arguments_zunion,
};
static const struct command row_zunion = {
    .name = "zunion",
    .run = command_zunion,
    .arity = -3,
    .id = 129,
    .flags = COMMAND_READONLY | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_READ | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_zunion,
    .documentation = &documentation_zunion,
};

static const struct key_specification keys_zunionstore[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_zunionstore_4[] = {
    {.name = "sum", .token = "SUM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "min", .token = "MIN", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "max", .token = "MAX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_zunionstore[] = {
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 1},
    {.name = "weight", .token = "WEIGHTS", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
    {.name = "aggregate", .token = "AGGREGATE", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_zunionstore_4},
};
static const struct command_documentation documentation_zunionstore = {
    .group = "sorted-set",
    .summary = "Stores the members of all of the sorted sets, with their scores combined.",
    .since = "2.0.0",
    .complexity = "O(N)",
    .argument_count = 5, .arguments = arguments_zunionstore,
};
static const struct command row_zunionstore = {
    .name = "zunionstore",
    .run = command_zunionstore,
    .arity = -4,
    .id = 130,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_SORTEDSET | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_zunionstore,
    .documentation = &documentation_zunionstore,
};

static const struct key_specification keys_hset[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hset_1[] = {
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_hset[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field_value", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_hset_1},
};
static const struct command_history history_hset[] = {
    {"4.0.0", "Several fields at once."},
};
static const struct command_documentation documentation_hset = {
    .group = "hash",
    .summary = "Sets fields of a hash, new ones or existing ones.",
    .since = "2.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_hset,
    .argument_count = 2, .arguments = arguments_hset,
};
static const struct command row_hset = {
    .name = "hset",
    .run = command_hset,
    .arity = -4,
    .id = 131,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hset,
    .documentation = &documentation_hset,
};

static const struct key_specification keys_hsetnx[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hsetnx[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_hsetnx = {
    .group = "hash",
    .summary = "Sets a field of a hash unless it is there already.",
    .since = "2.0.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_hsetnx,
};
static const struct command row_hsetnx = {
    .name = "hsetnx",
    .run = command_hsetnx,
    .arity = 4,
    .id = 132,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hsetnx,
    .documentation = &documentation_hsetnx,
};

static const struct key_specification keys_hmset[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hmset_1[] = {
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_hmset[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field_value", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_hmset_1},
};
static const struct command_documentation documentation_hmset = {
    .group = "hash",
    .summary = "Sets fields of a hash and says nothing about how many were new.",
    .since = "2.0.0",
    .complexity = "O(N)",
    .deprecated_since = "4.0.0",
    .replaced_by = "`HSET` with multiple field-value pairs",
    .argument_count = 2, .arguments = arguments_hmset,
};
static const struct command row_hmset = {
    .name = "hmset",
    .run = command_hmset,
    .arity = -4,
    .id = 133,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hmset,
    .documentation = &documentation_hmset,
};

static const struct key_specification keys_hget[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hget[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_hget = {
    .group = "hash",
    .summary = "Returns the value of a field.",
    .since = "2.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_hget,
};
static const struct command row_hget = {
    .name = "hget",
    .run = command_hget,
    .arity = 3,
    .id = 134,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hget,
    .documentation = &documentation_hget,
};

static const struct key_specification keys_hmget[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hmget[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_hmget = {
    .group = "hash",
    .summary = "Returns the values of several fields, null for those that are absent.",
    .since = "2.0.0",
    .complexity = "O(N)",
    .argument_count = 2, .arguments = arguments_hmget,
};
static const struct command row_hmget = {
    .name = "hmget",
    .run = command_hmget,
    .arity = -3,
    .id = 135,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hmget,
    .documentation = &documentation_hmget,
};

static const struct key_specification keys_hgetall[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hgetall[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const char *const tips_hgetall[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_hgetall = {
    .group = "hash",
    .summary = "Returns all fields of a hash with their values.",
    .since = "2.0.0",
    .complexity = "O(N)",
    .tip_count = 1, .tips = tips_hgetall,
    .argument_count = 1, .arguments = arguments_hgetall,
};
static const struct command row_hgetall = {
    .name = "hgetall",
    .run = command_hgetall,
    .arity = 2,
    .id = 136,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hgetall,
    .documentation = &documentation_hgetall,
};

static const struct key_specification keys_hkeys[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hkeys[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const char *const tips_hkeys[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_hkeys = {
    .group = "hash",
    .summary = "Returns the names of all fields of a hash.",
    .since = "2.0.0",
    .complexity = "O(N)",
    .tip_count = 1, .tips = tips_hkeys,
    .argument_count = 1, .arguments = arguments_hkeys,
};
static const struct command row_hkeys = {
    .name = "hkeys",
    .run = command_hkeys,
    .arity = 2,
    .id = 137,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hkeys,
    .documentation = &documentation_hkeys,
};

static const struct key_specification keys_hvals[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hvals[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const char *const tips_hvals[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_hvals = {
    .group = "hash",
    .summary = "Returns the values of all fields of a hash.",
    .since = "2.0.0",
    .complexity = "O(N)",
    .tip_count = 1, .tips = tips_hvals,
    .argument_count = 1, .arguments = arguments_hvals,
};
static const struct command row_hvals = {
    .name = "hvals",
    .run = command_hvals,
    .arity = 2,
    .id = 138,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hvals,
    .documentation = &documentation_hvals,
};

static const struct key_specification keys_hlen[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hlen[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_hlen = {
    .group = "hash",
    .summary = "Counts the fields of a hash.",
    .since = "2.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_hlen,
};
static const struct command row_hlen = {
    .name = "hlen",
    .run = command_hlen,
    .arity = 2,
    .id = 139,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hlen,
    .documentation = &documentation_hlen,
};

static const struct key_specification keys_hstrlen[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hstrlen[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_hstrlen = {
    .group = "hash",
    .summary = "Returns how many bytes the value of a field has.",
    .since = "3.2.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_hstrlen,
};
static const struct command row_hstrlen = {
    .name = "hstrlen",
    .run = command_hstrlen,
    .arity = 3,
    .id = 140,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hstrlen,
    .documentation = &documentation_hstrlen,
};

static const struct key_specification keys_hexists[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hexists[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_hexists = {
    .group = "hash",
    .summary = "Tells whether a hash has a field.",
    .since = "2.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_hexists,
};
static const struct command row_hexists = {
    .name = "hexists",
    .run = command_hexists,
    .arity = 3,
    .id = 141,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hexists,
    .documentation = &documentation_hexists,
};

static const struct key_specification keys_hdel[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hdel[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_hdel[] = {
    {"2.4.0", "Several fields at once."},
};
static const struct command_documentation documentation_hdel = {
    .group = "hash",
    .summary = "Deletes fields, and the hash with its last one.",
    .since = "2.0.0",
    .complexity = "O(N)",
    .history_count = 1, .history = history_hdel,
    .argument_count = 2, .arguments = arguments_hdel,
};
static const struct command row_hdel = {
    .name = "hdel",
    .run = command_hdel,
    .arity = -3,
    .id = 142,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hdel,
    .documentation = &documentation_hdel,
};

static const struct key_specification keys_hincrby[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hincrby[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "increment", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_hincrby = {
    .group = "hash",
    .summary = "Adds an integer to the value of a field; an absent one counts as 0.",
    .since = "2.0.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_hincrby,
};
static const struct command row_hincrby = {
    .name = "hincrby",
    .run = command_hincrby,
    .arity = 4,
    .id = 143,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hincrby,
    .documentation = &documentation_hincrby,
};

static const struct key_specification keys_hincrbyfloat[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hincrbyfloat[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "increment", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_documentation documentation_hincrbyfloat = {
    .group = "hash",
    .summary = "Adds a number to the value of a field; an absent one counts as 0.",
    .since = "2.6.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_hincrbyfloat,
};
static const struct command row_hincrbyfloat = {
    .name = "hincrbyfloat",
    .run = command_hincrbyfloat,
    .arity = 4,
    .id = 144,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hincrbyfloat,
    .documentation = &documentation_hincrbyfloat,
};

static const struct key_specification keys_hrandfield[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hrandfield_1[] = {
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "withvalues", .token = "WITHVALUES", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_hrandfield[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "options", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_hrandfield_1},
};
static const char *const tips_hrandfield[] = {"nondeterministic_output"};
static const struct command_documentation documentation_hrandfield = {
    .group = "hash",
    .summary = "Returns fields that chance picks, with their values if wanted.",
    .since = "6.2.0",
    .complexity = "O(N)",
    .tip_count = 1, .tips = tips_hrandfield,
    .argument_count = 2, .arguments = arguments_hrandfield,
};
static const struct command row_hrandfield = {
    .name = "hrandfield",
    .run = command_hrandfield,
    .arity = -2,
    .id = 145,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hrandfield,
    .documentation = &documentation_hrandfield,
};

static const struct key_specification keys_hscan[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hscan[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "cursor", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "pattern", .token = "MATCH", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "novalues", .token = "NOVALUES", .since = "7.4.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const char *const tips_hscan[] = {"nondeterministic_output"};
static const struct command_documentation documentation_hscan = {
    .group = "hash",
    .summary = "Walks through the fields of a hash a few at a time.",
    .since = "2.8.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_hscan,
    .argument_count = 5, .arguments = arguments_hscan,
};
static const struct command row_hscan = {
    .name = "hscan",
    .run = command_hscan,
    .arity = -3,
    .id = 146,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hscan,
    .documentation = &documentation_hscan,
};

static const struct key_specification keys_hexpire[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hexpire_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "gt", .token = "GT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "lt", .token = "LT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_hexpire_3[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hexpire[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "seconds", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "condition", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_hexpire_2},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hexpire_3},
};
static const struct command_documentation documentation_hexpire = {
    .group = "hash",
    .summary = "Sets how many seconds fields have to live.",
    .since = "7.4.0",
    .complexity = "O(N)",
    .argument_count = 4, .arguments = arguments_hexpire,
};
static const struct command row_hexpire = {
    .name = "hexpire",
    .run = command_hexpire,
    .arity = -6,
    .id = 147,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hexpire,
    .documentation = &documentation_hexpire,
};

static const struct key_specification keys_hpexpire[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hpexpire_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "gt", .token = "GT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "lt", .token = "LT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_hpexpire_3[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hpexpire[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "milliseconds", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "condition", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_hpexpire_2},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hpexpire_3},
};
static const struct command_documentation documentation_hpexpire = {
    .group = "hash",
    .summary = "Sets how many milliseconds fields have to live.",
    .since = "7.4.0",
    .complexity = "O(N)",
    .argument_count = 4, .arguments = arguments_hpexpire,
};
static const struct command row_hpexpire = {
    .name = "hpexpire",
    .run = command_hpexpire,
    .arity = -6,
    .id = 148,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hpexpire,
    .documentation = &documentation_hpexpire,
};

static const struct key_specification keys_hexpireat[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hexpireat_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "gt", .token = "GT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "lt", .token = "LT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_hexpireat_3[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hexpireat[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "unix-time-seconds", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "condition", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_hexpireat_2},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hexpireat_3},
};
static const struct command_documentation documentation_hexpireat = {
    .group = "hash",
    .summary = "Sets the second at which fields expire.",
    .since = "7.4.0",
    .complexity = "O(N)",
    .argument_count = 4, .arguments = arguments_hexpireat,
};
static const struct command row_hexpireat = {
    .name = "hexpireat",
    .run = command_hexpireat,
    .arity = -6,
    .id = 149,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hexpireat,
    .documentation = &documentation_hexpireat,
};

static const struct key_specification keys_hpexpireat[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hpexpireat_2[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "gt", .token = "GT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "lt", .token = "LT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_hpexpireat_3[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hpexpireat[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "unix-time-milliseconds", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "condition", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_hpexpireat_2},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hpexpireat_3},
};
static const struct command_documentation documentation_hpexpireat = {
    .group = "hash",
    .summary = "Sets the millisecond at which fields expire.",
    .since = "7.4.0",
    .complexity = "O(N)",
    .argument_count = 4, .arguments = arguments_hpexpireat,
};
static const struct command row_hpexpireat = {
    .name = "hpexpireat",
    .run = command_hpexpireat,
    .arity = -6,
    .id = 150,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hpexpireat,
    .documentation = &documentation_hpexpireat,
};

static const struct key_specification keys_httl[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_httl_1[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_httl[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_httl_1},
};
static const struct command_documentation documentation_httl = {
    .group = "hash",
    .summary = "Returns how many seconds fields have to live.",
    .since = "7.4.0",
    .complexity = "O(N)",
    .argument_count = 2, .arguments = arguments_httl,
};
static const struct command row_httl = {
    .name = "httl",
    .run = command_httl,
    .arity = -5,
    .id = 151,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_httl,
    .documentation = &documentation_httl,
};

static const struct key_specification keys_hpttl[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hpttl_1[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hpttl[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hpttl_1},
};
static const struct command_documentation documentation_hpttl = {
    .group = "hash",
    .summary = "Returns how many milliseconds fields have to live.",
    .since = "7.4.0",
    .complexity = "O(N)",
    .argument_count = 2, .arguments = arguments_hpttl,
};
static const struct command row_hpttl = {
    .name = "hpttl",
    .run = command_hpttl,
    .arity = -5,
    .id = 152,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hpttl,
    .documentation = &documentation_hpttl,
};

static const struct key_specification keys_hexpiretime[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hexpiretime_1[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hexpiretime[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hexpiretime_1},
};
static const struct command_documentation documentation_hexpiretime = {
    .group = "hash",
    .summary = "Returns the second at which fields expire.",
    .since = "7.4.0",
    .complexity = "O(N)",
    .argument_count = 2, .arguments = arguments_hexpiretime,
};
static const struct command row_hexpiretime = {
    .name = "hexpiretime",
    .run = command_hexpiretime,
    .arity = -5,
    .id = 153,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hexpiretime,
    .documentation = &documentation_hexpiretime,
};

static const struct key_specification keys_hpexpiretime[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hpexpiretime_1[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hpexpiretime[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hpexpiretime_1},
};
static const struct command_documentation documentation_hpexpiretime = {
    .group = "hash",
    .summary = "Returns the millisecond at which fields expire.",
    .since = "7.4.0",
    .complexity = "O(N)",
    .argument_count = 2, .arguments = arguments_hpexpiretime,
};
static const struct command row_hpexpiretime = {
    .name = "hpexpiretime",
    .run = command_hpexpiretime,
    .arity = -5,
    .id = 154,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hpexpiretime,
    .documentation = &documentation_hpexpiretime,
};

static const struct key_specification keys_hpersist[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hpersist_1[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hpersist[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hpersist_1},
};
static const struct command_documentation documentation_hpersist = {
    .group = "hash",
    .summary = "Lets fields live for ever.",
    .since = "7.4.0",
    .complexity = "O(N)",
    .argument_count = 2, .arguments = arguments_hpersist,
};
static const struct command row_hpersist = {
    .name = "hpersist",
    .run = command_hpersist,
    .arity = -5,
    .id = 155,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hpersist,
    .documentation = &documentation_hpersist,
};

static const struct key_specification keys_hgetex[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .notes = "The times to live may change.",
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hgetex_1[] = {
    {.name = "seconds", .token = "EX", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "milliseconds", .token = "PX", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "unix-time-seconds", .token = "EXAT", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "unix-time-milliseconds", .token = "PXAT", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "persist", .token = "PERSIST", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_hgetex_2[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hgetex[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "expiration", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 5, .arguments = arguments_hgetex_1},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hgetex_2},
};
static const struct command_documentation documentation_hgetex = {
    .group = "hash",
    .summary = "Returns the values of fields and may change when they expire.",
    .since = "8.0.0",
    .complexity = "O(N)",
    .argument_count = 3, .arguments = arguments_hgetex,
};
static const struct command row_hgetex = {
    .name = "hgetex",
    .run = command_hgetex,
    .arity = -5,
    .id = 156,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hgetex,
    .documentation = &documentation_hgetex,
};

static const struct key_specification keys_hsetex[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hsetex_1[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_hsetex_2[] = {
    {.name = "fnx", .token = "FNX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "fxx", .token = "FXX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_hsetex_3[] = {
    {.name = "seconds", .token = "EX", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "milliseconds", .token = "PX", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "unix-time-seconds", .token = "EXAT", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "unix-time-milliseconds", .token = "PXAT", .type = ARGUMENT_UNIX_TIME, .key_specification = -1},
    {.name = "keepttl", .token = "KEEPTTL", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_hsetex_4_1[] = {
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_hsetex_4[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "data", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_hsetex_4_1},
};
static const struct command_argument arguments_hsetex[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "key-condition", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_hsetex_1},
    {.name = "fields-condition", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_hsetex_2},
    {.name = "expiration", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 5, .arguments = arguments_hsetex_3},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hsetex_4},
};
static const struct command_documentation documentation_hsetex = {
    .group = "hash",
    .summary = "Sets fields of a hash and when they expire.",
    .since = "8.0.0",
    .complexity = "O(N)",
    .argument_count = 5, .arguments = arguments_hsetex,
};
static const struct command row_hsetex = {
    .name = "hsetex",
    .run = command_hsetex,
    .arity = -6,
    .id = 157,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hsetex,
    .documentation = &documentation_hsetex,
};

static const struct key_specification keys_hgetdel[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_hgetdel_1[] = {
    {.name = "numfields", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "field", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_hgetdel[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "fields", .token = "FIELDS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_hgetdel_1},
};
static const struct command_documentation documentation_hgetdel = {
    .group = "hash",
    .summary = "Returns the values of fields and deletes them, and the hash with its last one.",
    .since = "8.0.0",
    .complexity = "O(N)",
    .argument_count = 2, .arguments = arguments_hgetdel,
};
static const struct command row_hgetdel = {
    .name = "hgetdel",
    .run = command_hgetdel,
    .arity = -5,
    .id = 158,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HASH | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_hgetdel,
    .documentation = &documentation_hgetdel,
};

static const struct command_argument arguments_psubscribe_0[] = {
    {.name = "pattern", .type = ARGUMENT_PATTERN, .key_specification = -1},
};
static const struct command_argument arguments_psubscribe[] = {
    {.name = "pattern", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 1, .arguments = arguments_psubscribe_0},
};
static const struct command_documentation documentation_psubscribe = {
    .group = "pubsub",
    .summary = "Subscribes the client to patterns: it gets what is published to channels that match.",
    .since = "2.0.0",
    .complexity = "O(N) in the patterns.",
    .argument_count = 1, .arguments = arguments_psubscribe,
};
static const struct command row_psubscribe = {
    .name = "psubscribe",
    .run = command_psubscribe,
    .arity = -2,
    .id = 159,
    .flags = COMMAND_PUBSUB | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_psubscribe,
};

static const struct command_argument arguments_publish[] = {
    {.name = "channel", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "message", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_publish = {
    .group = "pubsub",
    .summary = "Sends a message to the clients that have subscribed to a channel, or to a pattern that matches it.",
    .since = "2.0.0",
    .complexity = "O(N+M) in the clients that get it and the patterns that begin and end like the channel.",
    .argument_count = 2, .arguments = arguments_publish,
};
static const struct command row_publish = {
    .name = "publish",
    .run = command_publish,
    .arity = 3,
    .id = 160,
    .flags = COMMAND_PUBSUB | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST,
    .categories = CATEGORY_PUBSUB | CATEGORY_FAST,
    .scope = SCOPE_ANYWHERE,
    .documentation = &documentation_publish,
};

static const struct command_documentation documentation_pubsub = {
    .group = "pubsub",
    .summary = "Container of the commands that tell who listens to what.",
    .since = "2.8.0",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_pubsub[] = {&row_pubsub_channels, &row_pubsub_numsub, &row_pubsub_numpat, &row_pubsub_shardnumsub, &row_pubsub_help, &row_pubsub_shardchannels};
static const struct command row_pubsub = {
    .name = "pubsub",
    .run = NULL,
    .arity = -2,
    .id = 161,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 6,
    .subcommands = subcommands_pubsub,
    .documentation = &documentation_pubsub,
};

static const struct command_argument arguments_pubsub_channels[] = {
    {.name = "pattern", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_pubsub_channels = {
    .group = "pubsub",
    .summary = "Lists the channels that somebody has subscribed to.",
    .since = "2.8.0",
    .complexity = "O(N) in the channels.",
    .argument_count = 1, .arguments = arguments_pubsub_channels,
};
static const struct command row_pubsub_channels = {
    .name = "pubsub|channels",
    .run = command_pubsub_channels,
    .arity = -2,
    .id = 162,
    .flags = COMMAND_PUBSUB | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_pubsub_channels,
};

static const struct command_argument arguments_pubsub_numsub[] = {
    {.name = "channel", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_pubsub_numsub = {
    .group = "pubsub",
    .summary = "Tells how many clients have subscribed to channels.",
    .since = "2.8.0",
    .complexity = "O(N) in the channels asked about.",
    .argument_count = 1, .arguments = arguments_pubsub_numsub,
};
static const struct command row_pubsub_numsub = {
    .name = "pubsub|numsub",
    .run = command_pubsub_numsub,
    .arity = -2,
    .id = 163,
    .flags = COMMAND_PUBSUB | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_pubsub_numsub,
};

static const struct command_documentation documentation_pubsub_numpat = {
    .group = "pubsub",
    .summary = "Tells how many different patterns clients have subscribed to.",
    .since = "2.8.0",
    .complexity = "O(1)",
};
static const struct command row_pubsub_numpat = {
    .name = "pubsub|numpat",
    .run = command_pubsub_numpat,
    .arity = 2,
    .id = 164,
    .flags = COMMAND_PUBSUB | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_pubsub_numpat,
};

static const struct command_argument arguments_pubsub_shardnumsub[] = {
    {.name = "shardchannel", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_pubsub_shardnumsub = {
    .group = "pubsub",
    .summary = "Tells how many clients have subscribed to shard channels.",
    .since = "7.0.0",
    .complexity = "O(N) in the channels asked about.",
    .argument_count = 1, .arguments = arguments_pubsub_shardnumsub,
};
static const struct command row_pubsub_shardnumsub = {
    .name = "pubsub|shardnumsub",
    .run = command_pubsub_shardnumsub,
    .arity = -2,
    .id = 165,
    .flags = COMMAND_PUBSUB | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_pubsub_shardnumsub,
};

static const struct command_documentation documentation_pubsub_help = {
    .group = "pubsub",
    .summary = "Lists the subcommands with a line on each.",
    .since = "6.2.0",
    .complexity = "O(1)",
};
static const struct command row_pubsub_help = {
    .name = "pubsub|help",
    .run = command_help,
    .arity = 2,
    .id = 166,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_pubsub_help,
};

static const struct command_argument arguments_pubsub_shardchannels[] = {
    {.name = "pattern", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_pubsub_shardchannels = {
    .group = "pubsub",
    .summary = "Lists the shard channels that somebody has subscribed to.",
    .since = "7.0.0",
    .complexity = "O(N) in the channels.",
    .argument_count = 1, .arguments = arguments_pubsub_shardchannels,
};
static const struct command row_pubsub_shardchannels = {
    .name = "pubsub|shardchannels",
    .run = command_pubsub_shardchannels,
    .arity = -2,
    .id = 167,
    .flags = COMMAND_PUBSUB | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_pubsub_shardchannels,
};

static const struct command_argument arguments_punsubscribe[] = {
    {.name = "pattern", .type = ARGUMENT_PATTERN, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_punsubscribe = {
    .group = "pubsub",
    .summary = "Ends subscriptions to patterns, or to all of them.",
    .since = "2.0.0",
    .complexity = "O(N) in the patterns.",
    .argument_count = 1, .arguments = arguments_punsubscribe,
};
static const struct command row_punsubscribe = {
    .name = "punsubscribe",
    .run = command_punsubscribe,
    .arity = -1,
    .id = 168,
    .flags = COMMAND_PUBSUB | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_punsubscribe,
};

static const struct key_specification keys_spublish[] = {
    {.flags = KEY_NOT_KEY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_spublish[] = {
    {.name = "shardchannel", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "message", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_spublish = {
    .group = "pubsub",
    .summary = "Sends a message to the clients that have subscribed to a shard channel.",
    .since = "7.0.0",
    .complexity = "O(N) in the clients that get it.",
    .argument_count = 2, .arguments = arguments_spublish,
};
static const struct command row_spublish = {
    .name = "spublish",
    .run = command_spublish,
    .arity = 3,
    .id = 169,
    .flags = COMMAND_PUBSUB | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST,
    .categories = CATEGORY_PUBSUB | CATEGORY_FAST,
    .scope = SCOPE_ANYWHERE,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_spublish,
    .documentation = &documentation_spublish,
};

static const struct key_specification keys_ssubscribe[] = {
    {.flags = KEY_NOT_KEY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_ssubscribe[] = {
    {.name = "shardchannel", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_ssubscribe = {
    .group = "pubsub",
    .summary = "Subscribes the client to shard channels, which live with their hash slot.",
    .since = "7.0.0",
    .complexity = "O(N) in the channels.",
    .argument_count = 1, .arguments = arguments_ssubscribe,
};
static const struct command row_ssubscribe = {
    .name = "ssubscribe",
    .run = command_ssubscribe,
    .arity = -2,
    .id = 170,
    .flags = COMMAND_PUBSUB | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_ssubscribe,
    .documentation = &documentation_ssubscribe,
};

static const struct command_argument arguments_subscribe[] = {
    {.name = "channel", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_subscribe = {
    .group = "pubsub",
    .summary = "Subscribes the client to channels.",
    .since = "2.0.0",
    .complexity = "O(N) in the channels.",
    .argument_count = 1, .arguments = arguments_subscribe,
};
static const struct command row_subscribe = {
    .name = "subscribe",
    .run = command_subscribe,
    .arity = -2,
    .id = 171,
    .flags = COMMAND_PUBSUB | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_subscribe,
};

static const struct key_specification keys_sunsubscribe[] = {
    {.flags = KEY_NOT_KEY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_sunsubscribe[] = {
    {.name = "shardchannel", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_sunsubscribe = {
    .group = "pubsub",
    .summary = "Ends subscriptions to shard channels, or to all of them.",
    .since = "7.0.0",
    .complexity = "O(N) in the channels.",
    .argument_count = 1, .arguments = arguments_sunsubscribe,
};
static const struct command row_sunsubscribe = {
    .name = "sunsubscribe",
    .run = command_sunsubscribe,
    .arity = -1,
    .id = 172,
    .flags = COMMAND_PUBSUB | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_sunsubscribe,
    .documentation = &documentation_sunsubscribe,
};

static const struct command_argument arguments_unsubscribe[] = {
    {.name = "channel", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_unsubscribe = {
    .group = "pubsub",
    .summary = "Ends subscriptions to channels, or to all of them.",
    .since = "2.0.0",
    .complexity = "O(N) in the channels.",
    .argument_count = 1, .arguments = arguments_unsubscribe,
};
static const struct command row_unsubscribe = {
    .name = "unsubscribe",
    .run = command_unsubscribe,
    .arity = -1,
    .id = 173,
    .flags = COMMAND_PUBSUB | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_PUBSUB | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_unsubscribe,
};

static const struct command_documentation documentation_multi = {
    .group = "transactions",
    .summary = "Begins a transaction: what follows is kept until EXEC.",
    .since = "1.2.0",
    .complexity = "O(1)",
};
static const struct command row_multi = {
    .name = "multi",
    .run = command_multi,
    .arity = 1,
    .id = 174,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_FAST | CATEGORY_TRANSACTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_multi,
};

static const struct command_documentation documentation_exec = {
    .group = "transactions",
    .summary = "Runs the commands kept since MULTI, with nothing in between.",
    .since = "1.2.0",
    .complexity = "That of the commands it runs.",
};
static const struct command row_exec = {
    .name = "exec",
    .run = command_exec,
    .arity = 1,
    .id = 175,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_SKIP_SLOWLOG,
    .categories = CATEGORY_SLOW | CATEGORY_TRANSACTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_exec,
};

static const struct command_documentation documentation_discard = {
    .group = "transactions",
    .summary = "Gives up the commands kept since MULTI, and what is watched.",
    .since = "2.0.0",
    .complexity = "O(N) in the commands given up.",
};
static const struct command row_discard = {
    .name = "discard",
    .run = command_discard,
    .arity = 1,
    .id = 176,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_FAST | CATEGORY_TRANSACTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_discard,
};

static const struct key_specification keys_watch[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_watch[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const struct command_documentation documentation_watch = {
    .group = "transactions",
    .summary = "Makes the next EXEC run nothing if one of these keys has changed by then.",
    .since = "2.2.0",
    .complexity = "O(1) for each key.",
    .argument_count = 1, .arguments = arguments_watch,
};
static const struct command row_watch = {
    .name = "watch",
    .run = command_watch,
    .arity = -2,
    .id = 177,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_FAST | CATEGORY_TRANSACTION,
    .scope = SCOPE_NODE,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_watch,
    .documentation = &documentation_watch,
};

static const struct command_documentation documentation_unwatch = {
    .group = "transactions",
    .summary = "Forgets all watched keys.",
    .since = "2.2.0",
    .complexity = "O(1)",
};
static const struct command row_unwatch = {
    .name = "unwatch",
    .run = command_unwatch,
    .arity = 1,
    .id = 178,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_FAST | CATEGORY_TRANSACTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_unwatch,
};

static const struct command_argument arguments_ping[] = {
    {.name = "message", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const char *const tips_ping[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
static const struct command_documentation documentation_ping = {
    .group = "connection",
    .summary = "Answers PONG, or the argument.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .tip_count = 2, .tips = tips_ping,
    .argument_count = 1, .arguments = arguments_ping,
};
static const struct command row_ping = {
    .name = "ping",
    .run = command_ping,
    .arity = -1,
    .id = 179,
    .flags = COMMAND_FAST,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_ping,
};

static const struct command_argument arguments_echo[] = {
    {.name = "message", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_echo = {
    .group = "connection",
    .summary = "Answers with its argument.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_echo,
};
static const struct command row_echo = {
    .name = "echo",
    .run = command_echo,
    .arity = 2,
    .id = 180,
    .flags = COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_echo,
};

static const struct command_documentation documentation_quit = {
    .group = "connection",
    .summary = "Ends the connection.",
    .since = "1.0.0",
    .complexity = "O(1)",
};
static const struct command row_quit = {
    .name = "quit",
    .run = command_quit,
    .arity = -1,
    .id = 181,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST | COMMAND_NO_AUTH | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_quit,
};

static const struct command_documentation documentation_reset = {
    .group = "connection",
    .summary = "Puts the connection into the state it had when it was opened.",
    .since = "6.2.0",
    .complexity = "O(1)",
};
static const struct command row_reset = {
    .name = "reset",
    .run = command_reset,
    .arity = 1,
    .id = 182,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST | COMMAND_NO_AUTH | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_reset,
};

static const struct command_argument arguments_select[] = {
    {.name = "index", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_select = {
    .group = "connection",
    .summary = "Chooses the database that the connection works on.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_select,
};
static const struct command row_select = {
    .name = "select",
    .run = command_select,
    .arity = 2,
    .id = 183,
    .flags = COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_select,
};

static const struct command_argument arguments_hello_0_1[] = {
    {.name = "username", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "password", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_hello_0[] = {
    {.name = "protover", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "username_password", .token = "AUTH", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_hello_0_1},
    {.name = "clientname", .token = "SETNAME", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_hello[] = {
    {.name = "arguments", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_hello_0},
};
static const struct command_history history_hello[] = {
    {"6.2.0", "The version may be left out, to ask for the connection's state only."},
};
static const struct command_documentation documentation_hello = {
    .group = "connection",
    .summary = "Chooses the protocol version, and may log in and name the connection on the way.",
    .since = "6.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_hello,
    .argument_count = 1, .arguments = arguments_hello,
};
static const struct command row_hello = {
    .name = "hello",
    .run = command_hello,
    .arity = -1,
    .id = 184,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST | COMMAND_NO_AUTH | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_hello,
};

static const struct command_argument arguments_auth[] = {
    {.name = "username", .since = "6.0.0", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "password", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_history history_auth[] = {
    {"6.0.0", "A user name may be given."},
};
static const struct command_documentation documentation_auth = {
    .group = "connection",
    .summary = "Logs the connection in.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of the user's passwords.",
    .history_count = 1, .history = history_auth,
    .argument_count = 2, .arguments = arguments_auth,
};
static const struct command row_auth = {
    .name = "auth",
    .run = command_auth,
    .arity = -2,
    .id = 185,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST | COMMAND_NO_AUTH | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_auth,
};

static const struct command_documentation documentation_client = {
    .group = "connection",
    .summary = "Groups the commands about client connections.",
    .since = "2.4.0",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_client[] = {&row_client_id, &row_client_info, &row_client_list, &row_client_kill, &row_client_setname, &row_client_getname, &row_client_getredir, &row_client_tracking, &row_client_caching, &row_client_trackinginfo, &row_client_setinfo, &row_client_reply, &row_client_no_evict, &row_client_no_touch, &row_client_pause, &row_client_unpause, &row_client_unblock, &row_client_help};
static const struct command row_client = {
    .name = "client",
    .run = NULL,
    .arity = -2,
    .id = 186,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 18,
    .subcommands = subcommands_client,
    .documentation = &documentation_client,
};

static const struct command_documentation documentation_client_id = {
    .group = "connection",
    .summary = "Returns the number of this connection.",
    .since = "5.0.0",
    .complexity = "O(1)",
};
static const struct command row_client_id = {
    .name = "client|id",
    .run = command_client_id,
    .arity = 2,
    .id = 187,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_id,
};

static const char *const tips_client_info[] = {"nondeterministic_output"};
static const struct command_documentation documentation_client_info = {
    .group = "connection",
    .summary = "Describes this connection in one line.",
    .since = "6.2.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_client_info,
};
static const struct command row_client_info = {
    .name = "client|info",
    .run = command_client_info,
    .arity = 2,
    .id = 188,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_info,
};

static const struct command_argument arguments_client_list_0[] = {
    {.name = "normal", .token = "NORMAL", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "master", .token = "MASTER", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "replica", .token = "REPLICA", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "pubsub", .token = "PUBSUB", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_client_list_1[] = {
    {.name = "client-id", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_client_list[] = {
    {.name = "normal_master_replica_pubsub", .token = "TYPE", .since = "5.0.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_client_list_0},
    {.name = "id", .token = "ID", .since = "6.2.0", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 1, .arguments = arguments_client_list_1},
};
static const struct command_history history_client_list[] = {
    {"2.8.12", "id."},
    {"5.0.0", "TYPE."},
    {"6.0.0", "user."},
    {"6.2.0", "argv-mem, tot-mem, laddr, redir, and filtering by ID."},
    {"7.0.0", "resp, multi-mem, rbs and rbp."},
    {"7.0.3", "ssub."},
};
static const char *const tips_client_list[] = {"nondeterministic_output"};
static const struct command_documentation documentation_client_list = {
    .group = "connection",
    .summary = "Describes the connections, one line each.",
    .since = "2.4.0",
    .complexity = "O(N) in the number of connections.",
    .tip_count = 1, .tips = tips_client_list,
    .history_count = 6, .history = history_client_list,
    .argument_count = 2, .arguments = arguments_client_list,
};
static const struct command row_client_list = {
    .name = "client|list",
    .run = command_client_list,
    .arity = -2,
    .id = 189,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS | CATEGORY_CONNECTION,
    .scope = SCOPE_NODE,
    .documentation = &documentation_client_list,
};

static const struct command_argument arguments_client_kill_0_1_1[] = {
    {.name = "normal", .token = "NORMAL", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "master", .token = "MASTER", .since = "3.2.0", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "slave", .token = "SLAVE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "replica", .token = "REPLICA", .since = "5.0.0", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "pubsub", .token = "PUBSUB", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_client_kill_0_1[] = {
    {.name = "client-id", .token = "ID", .since = "2.8.12", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "normal_master_slave_pubsub", .token = "TYPE", .since = "2.8.12", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 5, .arguments = arguments_client_kill_0_1_1},
    {.name = "username", .token = "USER", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "ip:port", .token = "ADDR", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "ip:port", .token = "LADDR", .since = "6.2.0", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "yes/no", .token = "SKIPME", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_client_kill_0[] = {
    {.name = "ip:port", .deprecated_since = "2.8.12", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "new-format", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 6, .arguments = arguments_client_kill_0_1},
};
static const struct command_argument arguments_client_kill[] = {
    {.name = "filter", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_client_kill_0},
};
static const struct command_history history_client_kill[] = {
    {"2.8.12", "Filters as pairs of a word and a value."},
    {"2.8.12", "ID."},
    {"3.2.0", "TYPE master."},
    {"5.0.0", "TYPE replica, in place of slave, which still works."},
    {"6.2.0", "LADDR."},
};
static const struct command_documentation documentation_client_kill = {
    .group = "connection",
    .summary = "Ends the connections that match.",
    .since = "2.4.0",
    .complexity = "O(N) in the number of connections.",
    .history_count = 5, .history = history_client_kill,
    .argument_count = 1, .arguments = arguments_client_kill,
};
static const struct command row_client_kill = {
    .name = "client|kill",
    .run = command_client_kill,
    .arity = -3,
    .id = 190,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS | CATEGORY_CONNECTION,
    .scope = SCOPE_NODE,
    .documentation = &documentation_client_kill,
};

static const struct command_argument arguments_client_setname[] = {
    {.name = "connection-name", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_client_setname = {
    .group = "connection",
    .summary = "Names this connection.",
    .since = "2.6.9",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_client_setname,
};
static const struct command row_client_setname = {
    .name = "client|setname",
    .run = command_client_setname,
    .arity = 3,
    .id = 191,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_setname,
};

static const struct command_documentation documentation_client_getname = {
    .group = "connection",
    .summary = "Returns the name of this connection.",
    .since = "2.6.9",
    .complexity = "O(1)",
};
static const struct command row_client_getname = {
    .name = "client|getname",
    .run = command_client_getname,
    .arity = 2,
    .id = 192,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_getname,
};

static const struct command_documentation documentation_client_getredir = {
    .group = "connection",
    .summary = "Returns the client that this connection's invalidations are sent to.",
    .since = "6.0.0",
    .complexity = "O(1)",
};
static const struct command row_client_getredir = {
    .name = "client|getredir",
    .run = command_client_getredir,
    .arity = 2,
    .id = 193,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_getredir,
};

static const struct command_argument arguments_client_tracking_0[] = {
    {.name = "on", .token = "ON", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "off", .token = "OFF", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_client_tracking[] = {
    {.name = "status", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_client_tracking_0},
    {.name = "client-id", .token = "REDIRECT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "prefix", .token = "PREFIX", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE | ARGUMENT_MULTIPLE_TOKEN, .key_specification = -1},
    {.name = "bcast", .token = "BCAST", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "optin", .token = "OPTIN", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "optout", .token = "OPTOUT", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "noloop", .token = "NOLOOP", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_client_tracking = {
    .group = "connection",
    .summary = "Has this client told of changes of the keys that it reads, or of keys with certain prefixes.",
    .since = "6.0.0",
    .complexity = "O(P) in the number of prefixes.",
    .argument_count = 7, .arguments = arguments_client_tracking,
};
static const struct command row_client_tracking = {
    .name = "client|tracking",
    .run = command_client_tracking,
    .arity = -3,
    .id = 194,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_NODE,
    .documentation = &documentation_client_tracking,
};

static const struct command_argument arguments_client_caching_0[] = {
    {.name = "yes", .token = "YES", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "no", .token = "NO", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_client_caching[] = {
    {.name = "mode", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_client_caching_0},
};
static const struct command_documentation documentation_client_caching = {
    .group = "connection",
    .summary = "Says whether what the next command reads is tracked, in the modes OPTIN and OPTOUT.",
    .since = "6.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_client_caching,
};
static const struct command row_client_caching = {
    .name = "client|caching",
    .run = command_client_caching,
    .arity = 3,
    .id = 195,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_caching,
};

static const struct command_documentation documentation_client_trackinginfo = {
    .group = "connection",
    .summary = "Describes this client's tracking.",
    .since = "6.2.0",
    .complexity = "O(P) in the number of prefixes.",
};
static const struct command row_client_trackinginfo = {
    .name = "client|trackinginfo",
    .run = command_client_trackinginfo,
    .arity = 2,
    .id = 196,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_trackinginfo,
};

static const struct command_argument arguments_client_setinfo_0[] = {
    {.name = "libname", .token = "LIB-NAME", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "libver", .token = "LIB-VER", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_client_setinfo[] = {
    {.name = "attr", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_client_setinfo_0},
};
static const char *const tips_client_setinfo[] = {"request_policy:all_nodes", "response_policy:all_succeeded"};
static const struct command_documentation documentation_client_setinfo = {
    .group = "connection",
    .summary = "Notes the name or version of the client library.",
    .since = "7.2.0",
    .complexity = "O(1)",
    .tip_count = 2, .tips = tips_client_setinfo,
    .argument_count = 1, .arguments = arguments_client_setinfo,
};
static const struct command row_client_setinfo = {
    .name = "client|setinfo",
    .run = command_client_setinfo,
    .arity = 4,
    .id = 197,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_setinfo,
};

static const struct command_argument arguments_client_reply_0[] = {
    {.name = "on", .token = "ON", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "off", .token = "OFF", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "skip", .token = "SKIP", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_client_reply[] = {
    {.name = "on_off_skip", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 3, .arguments = arguments_client_reply_0},
};
static const struct command_documentation documentation_client_reply = {
    .group = "connection",
    .summary = "Turns replies on or off, or off for one command.",
    .since = "3.2.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_client_reply,
};
static const struct command row_client_reply = {
    .name = "client|reply",
    .run = command_client_reply,
    .arity = 3,
    .id = 198,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_reply,
};

static const struct command_argument arguments_client_no_evict_0[] = {
    {.name = "on", .token = "ON", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "off", .token = "OFF", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_client_no_evict[] = {
    {.name = "enabled", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_client_no_evict_0},
};
static const struct command_documentation documentation_client_no_evict = {
    .group = "connection",
    .summary = "Exempts this connection from being ended for lack of client memory.",
    .since = "7.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_client_no_evict,
};
static const struct command row_client_no_evict = {
    .name = "client|no-evict",
    .run = command_client_no_evict,
    .arity = 3,
    .id = 199,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_no_evict,
};

static const struct command_argument arguments_client_no_touch_0[] = {
    {.name = "on", .token = "ON", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "off", .token = "OFF", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_client_no_touch[] = {
    {.name = "enabled", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_client_no_touch_0},
};
static const struct command_documentation documentation_client_no_touch = {
    .group = "connection",
    .summary = "Keeps this connection's reads from counting as use of the keys.",
    .since = "7.2.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_client_no_touch,
};
static const struct command row_client_no_touch = {
    .name = "client|no-touch",
    .run = command_client_no_touch,
    .arity = 3,
    .id = 200,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_no_touch,
};

static const struct command_argument arguments_client_pause_1[] = {
    {.name = "write", .token = "WRITE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "all", .token = "ALL", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_client_pause[] = {
    {.name = "timeout", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "mode", .since = "6.2.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_client_pause_1},
};
static const struct command_history history_client_pause[] = {
    {"6.2.0", "WRITE, which lets reads through, and the argument for it."},
};
static const struct command_documentation documentation_client_pause = {
    .group = "connection",
    .summary = "Holds back the commands of all clients for a while.",
    .since = "2.9.50",
    .complexity = "O(1)",
    .history_count = 1, .history = history_client_pause,
    .argument_count = 2, .arguments = arguments_client_pause,
};
static const struct command row_client_pause = {
    .name = "client|pause",
    .run = command_client_pause,
    .arity = -3,
    .id = 201,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS | CATEGORY_CONNECTION,
    .scope = SCOPE_NODE,
    .documentation = &documentation_client_pause,
};

static const struct command_documentation documentation_client_unpause = {
    .group = "connection",
    .summary = "Ends a pause early.",
    .since = "6.2.0",
    .complexity = "O(N) in the number of clients held back.",
};
static const struct command row_client_unpause = {
    .name = "client|unpause",
    .run = command_client_unpause,
    .arity = 2,
    .id = 202,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS | CATEGORY_CONNECTION,
    .scope = SCOPE_NODE,
    .documentation = &documentation_client_unpause,
};

static const struct command_argument arguments_client_unblock_1[] = {
    {.name = "timeout", .token = "TIMEOUT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "error", .token = "ERROR", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_client_unblock[] = {
    {.name = "client-id", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "timeout_error", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_client_unblock_1},
};
static const struct command_documentation documentation_client_unblock = {
    .group = "connection",
    .summary = "Wakes a client that waits in a blocking command.",
    .since = "5.0.0",
    .complexity = "O(log N) in the number of connections.",
    .argument_count = 2, .arguments = arguments_client_unblock,
};
static const struct command row_client_unblock = {
    .name = "client|unblock",
    .run = command_client_unblock,
    .arity = -3,
    .id = 203,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS | CATEGORY_CONNECTION,
    .scope = SCOPE_NODE,
    .documentation = &documentation_client_unblock,
};

static const struct command_documentation documentation_client_help = {
    .group = "connection",
    .summary = "Lists the subcommands with a line on each.",
    .since = "5.0.0",
    .complexity = "O(1)",
};
static const struct command row_client_help = {
    .name = "client|help",
    .run = command_help,
    .arity = 2,
    .id = 204,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_client_help,
};

static const char *const tips_dbsize[] = {"request_policy:all_shards", "response_policy:agg_sum"};
static const struct command_documentation documentation_dbsize = {
    .group = "server",
    .summary = "Counts the keys of the database.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .tip_count = 2, .tips = tips_dbsize,
};
static const struct command row_dbsize = {
    .name = "dbsize",
    .run = command_dbsize,
    .arity = 1,
    .id = 205,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_READ | CATEGORY_FAST,
    .scope = SCOPE_NODE,
    .documentation = &documentation_dbsize,
};

static const struct command_argument arguments_flushdb_0[] = {
    {.name = "async", .token = "ASYNC", .since = "4.0.0", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "sync", .token = "SYNC", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_flushdb[] = {
    {.name = "async", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_flushdb_0},
};
static const struct command_history history_flushdb[] = {
    {"4.0.0", "ASYNC."},
    {"6.2.0", "SYNC."},
};
static const char *const tips_flushdb[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
static const struct command_documentation documentation_flushdb = {
    .group = "server",
    .summary = "Deletes every key of the database.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of keys of the database.",
    .tip_count = 2, .tips = tips_flushdb,
    .history_count = 2, .history = history_flushdb,
    .argument_count = 1, .arguments = arguments_flushdb,
};
static const struct command row_flushdb = {
    .name = "flushdb",
    .run = command_flushdb,
    .arity = -1,
    .id = 206,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_flushdb,
};

static const struct command_argument arguments_flushall_0[] = {
    {.name = "async", .token = "ASYNC", .since = "4.0.0", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "sync", .token = "SYNC", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_flushall[] = {
    {.name = "async", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_flushall_0},
};
static const struct command_history history_flushall[] = {
    {"4.0.0", "ASYNC."},
    {"6.2.0", "SYNC."},
};
static const char *const tips_flushall[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
static const struct command_documentation documentation_flushall = {
    .group = "server",
    .summary = "Deletes every key of every database.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of keys.",
    .tip_count = 2, .tips = tips_flushall,
    .history_count = 2, .history = history_flushall,
    .argument_count = 1, .arguments = arguments_flushall,
};
static const struct command row_flushall = {
    .name = "flushall",
    .run = command_flushall,
    .arity = -1,
    .id = 207,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_flushall,
};

static const struct command_argument arguments_swapdb[] = {
    {.name = "index1", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "index2", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_swapdb = {
    .group = "server",
    .summary = "Exchanges two databases.",
    .since = "4.0.0",
    .complexity = "O(N) in the clients that watch or wait for keys of the two.",
    .argument_count = 2, .arguments = arguments_swapdb,
};
static const struct command row_swapdb = {
    .name = "swapdb",
    .run = command_swapdb,
    .arity = 3,
    .id = 208,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_FAST | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_swapdb,
};

static const struct command_argument arguments_info[] = {
    {.name = "section", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_info[] = {
    {"7.0.0", "Several sections may be given."},
};
static const char *const tips_info[] = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"};
static const struct command_documentation documentation_info = {
    .group = "server",
    .summary = "Reports on the state of the server.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .tip_count = 3, .tips = tips_info,
    .history_count = 1, .history = history_info,
    .argument_count = 1, .arguments = arguments_info,
};
static const struct command row_info = {
    .name = "info",
    .run = command_info,
    .arity = -1,
    .id = 209,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_info,
};

static const struct command_documentation documentation_config = {
    .group = "server",
    .summary = "Groups the commands about settings.",
    .since = "2.0.0",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_config[] = {&row_config_get, &row_config_set, &row_config_rewrite, &row_config_resetstat, &row_config_help};
static const struct command row_config = {
    .name = "config",
    .run = NULL,
    .arity = -2,
    .id = 210,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 5,
    .subcommands = subcommands_config,
    .documentation = &documentation_config,
};

static const struct command_argument arguments_config_get_0[] = {
    {.name = "parameter", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_config_get[] = {
    {.name = "parameter", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 1, .arguments = arguments_config_get_0},
};
static const struct command_history history_config_get[] = {
    {"7.0.0", "Several patterns may be given."},
};
static const struct command_documentation documentation_config_get = {
    .group = "server",
    .summary = "Returns the settings whose names match.",
    .since = "2.0.0",
    .complexity = "O(N) in the number of patterns.",
    .history_count = 1, .history = history_config_get,
    .argument_count = 1, .arguments = arguments_config_get,
};
static const struct command row_config_get = {
    .name = "config|get",
    .run = command_config_get,
    .arity = -3,
    .id = 211,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_config_get,
};

static const struct command_argument arguments_config_set_0[] = {
    {.name = "parameter", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_config_set[] = {
    {.name = "parameter_value", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_config_set_0},
};
static const struct command_history history_config_set[] = {
    {"7.0.0", "Several settings may be given, which change together or not at all."},
};
static const char *const tips_config_set[] = {"request_policy:all_nodes", "response_policy:all_succeeded"};
static const struct command_documentation documentation_config_set = {
    .group = "server",
    .summary = "Changes settings.",
    .since = "2.0.0",
    .complexity = "O(N) in the number of settings.",
    .tip_count = 2, .tips = tips_config_set,
    .history_count = 1, .history = history_config_set,
    .argument_count = 1, .arguments = arguments_config_set,
};
static const struct command row_config_set = {
    .name = "config|set",
    .run = command_config_set,
    .arity = -4,
    .id = 212,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_config_set,
};

static const struct command_documentation documentation_config_rewrite = {
    .group = "server",
    .summary = "Writes the current settings into the configuration file.",
    .since = "2.8.0",
    .complexity = "O(1)",
};
static const struct command row_config_rewrite = {
    .name = "config|rewrite",
    .run = command_config_rewrite,
    .arity = 2,
    .id = 213,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_config_rewrite,
};

static const struct command_documentation documentation_config_resetstat = {
    .group = "server",
    .summary = "Sets the counters of INFO back to zero.",
    .since = "2.0.0",
    .complexity = "O(1)",
};
static const struct command row_config_resetstat = {
    .name = "config|resetstat",
    .run = command_config_resetstat,
    .arity = 2,
    .id = 214,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_config_resetstat,
};

static const struct command_documentation documentation_config_help = {
    .group = "server",
    .summary = "Lists the subcommands with a line on each.",
    .since = "5.0.0",
    .complexity = "O(1)",
};
static const struct command row_config_help = {
    .name = "config|help",
    .run = command_help,
    .arity = 2,
    .id = 215,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_config_help,
};

static const char *const tips_time[] = {"nondeterministic_output"};
static const struct command_documentation documentation_time = {
    .group = "server",
    .summary = "Returns the server's clock.",
    .since = "2.6.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_time,
};
static const struct command row_time = {
    .name = "time",
    .run = command_time,
    .arity = 1,
    .id = 216,
    .flags = COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST,
    .categories = CATEGORY_FAST,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_time,
};

static const char *const tips_command[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_command = {
    .group = "server",
    .summary = "Describes all commands.",
    .since = "2.8.13",
    .complexity = "O(N) in the number of commands.",
    .tip_count = 1, .tips = tips_command,
};
static const struct command *const subcommands_command[] = {&row_command_count, &row_command_docs, &row_command_getkeys, &row_command_getkeysandflags, &row_command_info, &row_command_list, &row_command_help};
static const struct command row_command = {
    .name = "command",
    .run = command_command,
    .arity = -1,
    .id = 217,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 7,
    .subcommands = subcommands_command,
    .documentation = &documentation_command,
};

static const struct command_documentation documentation_command_count = {
    .group = "server",
    .summary = "Counts the commands.",
    .since = "2.8.13",
    .complexity = "O(1)",
};
static const struct command row_command_count = {
    .name = "command|count",
    .run = command_command_count,
    .arity = 2,
    .id = 218,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_command_count,
};

static const struct command_argument arguments_command_docs[] = {
    {.name = "command-name", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const char *const tips_command_docs[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_command_docs = {
    .group = "server",
    .summary = "Returns the documentation of commands.",
    .since = "7.0.0",
    .complexity = "O(N) in the number of commands asked for.",
    .tip_count = 1, .tips = tips_command_docs,
    .argument_count = 1, .arguments = arguments_command_docs,
};
static const struct command row_command_docs = {
    .name = "command|docs",
    .run = command_command_docs,
    .arity = -2,
    .id = 219,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_command_docs,
};

static const struct command_documentation documentation_command_getkeys = {
    .group = "server",
    .summary = "Picks the keys out of a whole command.",
    .since = "2.8.13",
    .complexity = "O(N) in the number of its arguments.",
};
static const struct command row_command_getkeys = {
    .name = "command|getkeys",
    .run = command_command_getkeys,
    .arity = -4,
    .id = 220,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_command_getkeys,
};

static const struct command_documentation documentation_command_getkeysandflags = {
    .group = "server",
    .summary = "Picks the keys out of a whole command and tells what happens to each.",
    .since = "7.0.0",
    .complexity = "O(N) in the number of its arguments.",
};
static const struct command row_command_getkeysandflags = {
    .name = "command|getkeysandflags",
    .run = command_command_getkeysandflags,
    .arity = -4,
    .id = 221,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_command_getkeysandflags,
};

static const struct command_argument arguments_command_info[] = {
    {.name = "command-name", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_command_info[] = {
    {"7.0.0", "Without names it describes all."},
};
static const char *const tips_command_info[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_command_info = {
    .group = "server",
    .summary = "Describes the commands named, or all.",
    .since = "2.8.13",
    .complexity = "O(N) in the number of commands asked for.",
    .tip_count = 1, .tips = tips_command_info,
    .history_count = 1, .history = history_command_info,
    .argument_count = 1, .arguments = arguments_command_info,
};
static const struct command row_command_info = {
    .name = "command|info",
    .run = command_command_info,
    .arity = -2,
    .id = 222,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_command_info,
};

static const struct command_argument arguments_command_list_0[] = {
    {.name = "module-name", .token = "MODULE", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "category", .token = "ACLCAT", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "pattern", .token = "PATTERN", .type = ARGUMENT_PATTERN, .key_specification = -1},
};
static const struct command_argument arguments_command_list[] = {
    {.name = "filterby", .token = "FILTERBY", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_command_list_0},
};
static const char *const tips_command_list[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_command_list = {
    .group = "server",
    .summary = "Lists the names of the commands.",
    .since = "7.0.0",
    .complexity = "O(N) in the number of commands.",
    .tip_count = 1, .tips = tips_command_list,
    .argument_count = 1, .arguments = arguments_command_list,
};
static const struct command row_command_list = {
    .name = "command|list",
    .run = command_command_list,
    .arity = -2,
    .id = 223,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_command_list,
};

static const struct command_documentation documentation_command_help = {
    .group = "server",
    .summary = "Lists the subcommands with a line on each.",
    .since = "5.0.0",
    .complexity = "O(1)",
};
static const struct command row_command_help = {
    .name = "command|help",
    .run = command_help,
    .arity = 2,
    .id = 224,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_command_help,
};

static const struct command_documentation documentation_slowlog = {
    .group = "server",
    .summary = "Groups the commands about the log of slow commands.",
    .since = "2.2.12",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_slowlog[] = {&row_slowlog_get, &row_slowlog_len, &row_slowlog_reset, &row_slowlog_help};
static const struct command row_slowlog = {
    .name = "slowlog",
    .run = NULL,
    .arity = -2,
    .id = 225,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 4,
    .subcommands = subcommands_slowlog,
    .documentation = &documentation_slowlog,
};

static const struct command_argument arguments_slowlog_get[] = {
    {.name = "count", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_slowlog_get[] = {
    {"4.0.0", "Address and name of the client."},
};
static const char *const tips_slowlog_get[] = {"request_policy:all_nodes", "nondeterministic_output"};
static const struct command_documentation documentation_slowlog_get = {
    .group = "server",
    .summary = "Returns the latest entries of the slow log.",
    .since = "2.2.12",
    .complexity = "O(N) in the entries returned.",
    .tip_count = 2, .tips = tips_slowlog_get,
    .history_count = 1, .history = history_slowlog_get,
    .argument_count = 1, .arguments = arguments_slowlog_get,
};
static const struct command row_slowlog_get = {
    .name = "slowlog|get",
    .run = command_slowlog_get,
    .arity = -2,
    .id = 226,
    .flags = COMMAND_ADMIN | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_slowlog_get,
};

static const char *const tips_slowlog_len[] = {"request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output"};
static const struct command_documentation documentation_slowlog_len = {
    .group = "server",
    .summary = "Counts the entries of the slow log.",
    .since = "2.2.12",
    .complexity = "O(1)",
    .tip_count = 3, .tips = tips_slowlog_len,
};
static const struct command row_slowlog_len = {
    .name = "slowlog|len",
    .run = command_slowlog_len,
    .arity = 2,
    .id = 227,
    .flags = COMMAND_ADMIN | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_slowlog_len,
};

static const char *const tips_slowlog_reset[] = {"request_policy:all_nodes", "response_policy:all_succeeded"};
static const struct command_documentation documentation_slowlog_reset = {
    .group = "server",
    .summary = "Empties the slow log.",
    .since = "2.2.12",
    .complexity = "O(N) in the entries of the log.",
    .tip_count = 2, .tips = tips_slowlog_reset,
};
static const struct command row_slowlog_reset = {
    .name = "slowlog|reset",
    .run = command_slowlog_reset,
    .arity = 2,
    .id = 228,
    .flags = COMMAND_ADMIN | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_slowlog_reset,
};

static const struct command_documentation documentation_slowlog_help = {
    .group = "server",
    .summary = "Lists the subcommands with a line on each.",
    .since = "6.2.0",
    .complexity = "O(1)",
};
static const struct command row_slowlog_help = {
    .name = "slowlog|help",
    .run = command_help,
    .arity = 2,
    .id = 229,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_slowlog_help,
};

static const struct command_documentation documentation_latency = {
    .group = "server",
    .summary = "Groups the commands about latency.",
    .since = "2.8.13",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_latency[] = {&row_latency_histogram, &row_latency_history, &row_latency_latest, &row_latency_graph, &row_latency_reset, &row_latency_doctor, &row_latency_help};
static const struct command row_latency = {
    .name = "latency",
    .run = NULL,
    .arity = -2,
    .id = 230,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 7,
    .subcommands = subcommands_latency,
    .documentation = &documentation_latency,
};

static const struct command_argument arguments_latency_histogram[] = {
    {.name = "command", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const char *const tips_latency_histogram[] = {"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"};
static const struct command_documentation documentation_latency_histogram = {
    .group = "server",
    .summary = "Returns how the run times of commands are distributed.",
    .since = "7.0.0",
    .complexity = "O(N) in the number of commands reported on.",
    .tip_count = 3, .tips = tips_latency_histogram,
    .argument_count = 1, .arguments = arguments_latency_histogram,
};
static const struct command row_latency_histogram = {
    .name = "latency|histogram",
    .run = command_latency_histogram,
    .arity = -2,
    .id = 231,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_latency_histogram,
};

static const struct command_argument arguments_latency_history[] = {
    {.name = "event", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const char *const tips_latency_history[] = {"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"};
static const struct command_documentation documentation_latency_history = {
    .group = "server",
    .summary = "Returns the samples of one event with their times.",
    .since = "2.8.13",
    .complexity = "O(1)",
    .tip_count = 3, .tips = tips_latency_history,
    .argument_count = 1, .arguments = arguments_latency_history,
};
static const struct command row_latency_history = {
    .name = "latency|history",
    .run = command_latency_history,
    .arity = 3,
    .id = 232,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_latency_history,
};

static const char *const tips_latency_latest[] = {"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"};
static const struct command_documentation documentation_latency_latest = {
    .group = "server",
    .summary = "Returns the latest sample of each event.",
    .since = "2.8.13",
    .complexity = "O(1)",
    .tip_count = 3, .tips = tips_latency_latest,
};
static const struct command row_latency_latest = {
    .name = "latency|latest",
    .run = command_latency_latest,
    .arity = 2,
    .id = 233,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_latency_latest,
};

static const struct command_argument arguments_latency_graph[] = {
    {.name = "event", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const char *const tips_latency_graph[] = {"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"};
static const struct command_documentation documentation_latency_graph = {
    .group = "server",
    .summary = "Draws the samples of one event.",
    .since = "2.8.13",
    .complexity = "O(1)",
    .tip_count = 3, .tips = tips_latency_graph,
    .argument_count = 1, .arguments = arguments_latency_graph,
};
static const struct command row_latency_graph = {
    .name = "latency|graph",
    .run = command_latency_graph,
    .arity = 3,
    .id = 234,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_latency_graph,
};

static const struct command_argument arguments_latency_reset[] = {
    {.name = "event", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const char *const tips_latency_reset[] = {"request_policy:all_nodes", "response_policy:all_succeeded"};
static const struct command_documentation documentation_latency_reset = {
    .group = "server",
    .summary = "Forgets the samples of the events named, or of all.",
    .since = "2.8.13",
    .complexity = "O(1)",
    .tip_count = 2, .tips = tips_latency_reset,
    .argument_count = 1, .arguments = arguments_latency_reset,
};
static const struct command row_latency_reset = {
    .name = "latency|reset",
    .run = command_latency_reset,
    .arity = -2,
    .id = 235,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_latency_reset,
};

static const char *const tips_latency_doctor[] = {"nondeterministic_output", "request_policy:all_nodes", "response_policy:special"};
static const struct command_documentation documentation_latency_doctor = {
    .group = "server",
    .summary = "Explains the samples in plain text.",
    .since = "2.8.13",
    .complexity = "O(1)",
    .tip_count = 3, .tips = tips_latency_doctor,
};
static const struct command row_latency_doctor = {
    .name = "latency|doctor",
    .run = command_latency_doctor,
    .arity = 2,
    .id = 236,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_latency_doctor,
};

static const struct command_documentation documentation_latency_help = {
    .group = "server",
    .summary = "Lists the subcommands with a line on each.",
    .since = "2.8.13",
    .complexity = "O(1)",
};
static const struct command row_latency_help = {
    .name = "latency|help",
    .run = command_help,
    .arity = 2,
    .id = 237,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_latency_help,
};

static const struct command_documentation documentation_memory = {
    .group = "server",
    .summary = "Groups the commands about memory.",
    .since = "4.0.0",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_memory[] = {&row_memory_usage, &row_memory_stats, &row_memory_doctor, &row_memory_purge, &row_memory_malloc_stats, &row_memory_help};
static const struct command row_memory = {
    .name = "memory",
    .run = NULL,
    .arity = -2,
    .id = 238,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 6,
    .subcommands = subcommands_memory,
    .documentation = &documentation_memory,
};

static const struct key_specification keys_memory_usage[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_memory_usage[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "count", .token = "SAMPLES", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_memory_usage = {
    .group = "server",
    .summary = "Estimates the bytes that a key and its value take.",
    .since = "4.0.0",
    .complexity = "O(N) in the elements sampled.",
    .argument_count = 2, .arguments = arguments_memory_usage,
};
static const struct command row_memory_usage = {
    .name = "memory|usage",
    .run = command_memory_usage,
    .arity = -3,
    .id = 239,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_memory_usage,
    .documentation = &documentation_memory_usage,
};

static const char *const tips_memory_stats[] = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"};
static const struct command_documentation documentation_memory_stats = {
    .group = "server",
    .summary = "Returns where the memory is.",
    .since = "4.0.0",
    .complexity = "O(1)",
    .tip_count = 3, .tips = tips_memory_stats,
};
static const struct command row_memory_stats = {
    .name = "memory|stats",
    .run = command_memory_stats,
    .arity = 2,
    .id = 240,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_memory_stats,
};

static const char *const tips_memory_doctor[] = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"};
static const struct command_documentation documentation_memory_doctor = {
    .group = "server",
    .summary = "Explains the state of the memory in plain text.",
    .since = "4.0.0",
    .complexity = "O(1)",
    .tip_count = 3, .tips = tips_memory_doctor,
};
static const struct command row_memory_doctor = {
    .name = "memory|doctor",
    .run = command_memory_doctor,
    .arity = 2,
    .id = 241,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_memory_doctor,
};

static const char *const tips_memory_purge[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
static const struct command_documentation documentation_memory_purge = {
    .group = "server",
    .summary = "Asks the allocator to give unused memory back.",
    .since = "4.0.0",
    .complexity = "Grows with the memory allocated; may take long.",
    .tip_count = 2, .tips = tips_memory_purge,
};
static const struct command row_memory_purge = {
    .name = "memory|purge",
    .run = command_memory_purge,
    .arity = 2,
    .id = 242,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_memory_purge,
};

static const char *const tips_memory_malloc_stats[] = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"};
static const struct command_documentation documentation_memory_malloc_stats = {
    .group = "server",
    .summary = "Returns the allocator's own statistics.",
    .since = "4.0.0",
    .complexity = "Grows with the memory allocated; may take long.",
    .tip_count = 3, .tips = tips_memory_malloc_stats,
};
static const struct command row_memory_malloc_stats = {
    .name = "memory|malloc-stats",
    .run = command_memory_malloc_stats,
    .arity = 2,
    .id = 243,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_memory_malloc_stats,
};

static const struct command_documentation documentation_memory_help = {
    .group = "server",
    .summary = "Lists the subcommands with a line on each.",
    .since = "4.0.0",
    .complexity = "O(1)",
};
static const struct command row_memory_help = {
    .name = "memory|help",
    .run = command_help,
    .arity = 2,
    .id = 244,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_memory_help,
};

static const struct command_documentation documentation_debug = {
    .group = "server",
    .summary = "Groups the commands for tests and for finding faults.",
    .since = "1.0.0",
    .complexity = "That of the subcommand.",
    .system = true,
};
static const struct command row_debug = {
    .name = "debug",
    .run = command_debug,
    .arity = -2,
    .id = 245,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_debug,
};

static const struct command_documentation documentation_monitor = {
    .group = "server",
    .summary = "Streams every command that the server runs.",
    .since = "1.0.0",
};
static const struct command row_monitor = {
    .name = "monitor",
    .run = command_monitor,
    .arity = 1,
    .id = 246,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_monitor,
};

static const struct command_documentation documentation_save = {
    .group = "server",
    .summary = "Saves the data on disk and waits for it.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of keys.",
};
static const struct command row_save = {
    .name = "save",
    .run = command_save,
    .arity = 1,
    .id = 247,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_NO_ASYNC_LOADING | COMMAND_NO_MULTI,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_save,
};

static const struct command_argument arguments_bgsave[] = {
    {.name = "schedule", .token = "SCHEDULE", .since = "3.2.2", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_bgsave[] = {
    {"3.2.2", "SCHEDULE."},
};
static const struct command_documentation documentation_bgsave = {
    .group = "server",
    .summary = "Saves the data on disk while the server goes on.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_bgsave,
    .argument_count = 1, .arguments = arguments_bgsave,
};
static const struct command row_bgsave = {
    .name = "bgsave",
    .run = command_bgsave,
    .arity = -1,
    .id = 248,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_bgsave,
};

static const struct command_documentation documentation_bgrewriteaof = {
    .group = "server",
    .summary = "Rewrites the append-only file while the server goes on.",
    .since = "1.0.0",
    .complexity = "O(1)",
};
static const struct command row_bgrewriteaof = {
    .name = "bgrewriteaof",
    .run = command_bgrewriteaof,
    .arity = 1,
    .id = 249,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_bgrewriteaof,
};

static const struct command_documentation documentation_role = {
    .group = "server",
    .summary = "Tells whether the node is a primary or a replica, and of whom.",
    .since = "2.8.12",
    .complexity = "O(1)",
};
static const struct command row_role = {
    .name = "role",
    .run = command_role,
    .arity = 1,
    .id = 250,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST,
    .categories = CATEGORY_ADMIN | CATEGORY_FAST | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_role,
};

static const struct command_documentation documentation_replconf = {
    .group = "server",
    .summary = "Lets a replica tell of itself.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .system = true,
};
static const struct command row_replconf = {
    .name = "replconf",
    .run = command_replconf,
    .arity = -1,
    .id = 251,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_replconf,
};

static const struct command_argument arguments_psync[] = {
    {.name = "replicationid", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_psync = {
    .group = "server",
    .summary = "Lets a replica begin to follow, or go on.",
    .since = "2.8.0",
    .argument_count = 2, .arguments = arguments_psync,
};
static const struct command row_psync = {
    .name = "psync",
    .run = command_psync,
    .arity = -3,
    .id = 252,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_NO_ASYNC_LOADING | COMMAND_NO_MULTI,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_psync,
};

static const struct command_documentation documentation_sync = {
    .group = "server",
    .summary = "Sends all data, then the stream of writes.",
    .since = "1.0.0",
};
static const struct command row_sync = {
    .name = "sync",
    .run = command_sync,
    .arity = 1,
    .id = 253,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_NO_ASYNC_LOADING | COMMAND_NO_MULTI,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_sync,
};

static const struct command_argument arguments_waitaof[] = {
    {.name = "numlocal", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "numreplicas", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "timeout", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const char *const tips_waitaof[] = {"request_policy:all_shards", "response_policy:agg_min"};
static const struct command_documentation documentation_waitaof = {
    .group = "server",
    .summary = "Waits until the connection's earlier writes are on the disk, here and on replicas.",
    .since = "7.2.0",
    .complexity = "O(1)",
    .tip_count = 2, .tips = tips_waitaof,
    .argument_count = 3, .arguments = arguments_waitaof,
};
static const struct command row_waitaof = {
    .name = "waitaof",
    .run = command_waitaof,
    .arity = 4,
    .id = 254,
    .flags = COMMAND_BLOCKING,
    .categories = CATEGORY_SLOW | CATEGORY_BLOCKING | CATEGORY_CONNECTION,
    .scope = SCOPE_NODE,
    .documentation = &documentation_waitaof,
};

static const char *const tips_lastsave[] = {"nondeterministic_output"};
static const struct command_documentation documentation_lastsave = {
    .group = "server",
    .summary = "Returns when the data was saved on disk last.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_lastsave,
};
static const struct command row_lastsave = {
    .name = "lastsave",
    .run = command_lastsave,
    .arity = 1,
    .id = 255,
    .flags = COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST,
    .categories = CATEGORY_ADMIN | CATEGORY_FAST | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_lastsave,
};

static const struct command_argument arguments_replicaof_0_0[] = {
    {.name = "host", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "port", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_replicaof_0_1[] = {
    {.name = "no", .token = "NO", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "one", .token = "ONE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_replicaof_0[] = {
    {.name = "host-port", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_replicaof_0_0},
    {.name = "no-one", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_replicaof_0_1},
};
static const struct command_argument arguments_replicaof[] = {
    {.name = "args", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_replicaof_0},
};
static const struct command_documentation documentation_replicaof = {
    .group = "server",
    .summary = "Makes the node a replica of another one, or a primary.",
    .since = "5.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_replicaof,
};
static const struct command row_replicaof = {
    .name = "replicaof",
    .run = command_replicaof,
    .arity = 3,
    .id = 256,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_replicaof,
};

static const struct command_argument arguments_failover_0[] = {
    {.name = "host", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "port", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "force", .token = "FORCE", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_failover[] = {
    {.name = "target", .token = "TO", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_failover_0},
    {.name = "abort", .token = "ABORT", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "milliseconds", .token = "TIMEOUT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_failover = {
    .group = "server",
    .summary = "Lets a replica become the primary, and the node its replica, without losing a write.",
    .since = "6.2.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_failover,
};
static const struct command row_failover = {
    .name = "failover",
    .run = command_failover,
    .arity = -1,
    .id = 257,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_failover,
};

static const struct command_argument arguments_slaveof_0_0[] = {
    {.name = "host", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "port", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_slaveof_0_1[] = {
    {.name = "no", .token = "NO", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "one", .token = "ONE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_slaveof_0[] = {
    {.name = "host-port", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_slaveof_0_0},
    {.name = "no-one", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_slaveof_0_1},
};
static const struct command_argument arguments_slaveof[] = {
    {.name = "args", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_slaveof_0},
};
static const struct command_documentation documentation_slaveof = {
    .group = "server",
    .summary = "Makes the node a replica of another one, or a primary.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .deprecated_since = "5.0.0",
    .replaced_by = "`REPLICAOF`",
    .argument_count = 1, .arguments = arguments_slaveof,
};
static const struct command row_slaveof = {
    .name = "slaveof",
    .run = command_replicaof,
    .arity = 3,
    .id = 258,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_slaveof,
};

static const struct command_argument arguments_shutdown_0[] = {
    {.name = "nosave", .token = "NOSAVE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "save", .token = "SAVE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_shutdown[] = {
    {.name = "nosave_save", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_shutdown_0},
    {.name = "now", .token = "NOW", .since = "7.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "force", .token = "FORCE", .since = "7.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "abort", .token = "ABORT", .since = "7.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "failover", .token = "FAILOVER", .since = "9.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_shutdown[] = {
    {"7.0.0", "NOW, FORCE and ABORT."},
};
static const struct command_documentation documentation_shutdown = {
    .group = "server",
    .summary = "Saves if so configured and ends the server.",
    .since = "1.0.0",
    .complexity = "O(N) in the number of keys when it saves, otherwise O(1).",
    .history_count = 1, .history = history_shutdown,
    .argument_count = 5, .arguments = arguments_shutdown,
};
static const struct command row_shutdown = {
    .name = "shutdown",
    .run = command_shutdown,
    .arity = -1,
    .id = 259,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE | COMMAND_NO_MULTI | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_shutdown,
};

static const struct command_argument arguments_lolwut[] = {
    {.name = "version", .token = "VERSION", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_lolwut = {
    .group = "server",
    .summary = "Draws a picture and names the version.",
    .since = "5.0.0",
    .argument_count = 1, .arguments = arguments_lolwut,
};
static const struct command row_lolwut = {
    .name = "lolwut",
    .run = command_lolwut,
    .arity = -1,
    .id = 260,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_FAST,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_lolwut,
};

static const struct key_specification keys_restore_asking[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_restore_asking[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "ttl", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "serialized-value", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "replace", .token = "REPLACE", .since = "3.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "absttl", .token = "ABSTTL", .since = "5.0.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "seconds", .token = "IDLETIME", .since = "5.0.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "frequency", .token = "FREQ", .since = "5.0.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_restore_asking[] = {
    {"3.0.0", "REPLACE overwrites a key that exists."},
    {"5.0.0", "ABSTTL says that the time is absolute."},
    {"5.0.0", "IDLETIME and FREQ tell how the key was used."},
};
static const struct command_documentation documentation_restore_asking = {
    .group = "server",
    .summary = "RESTORE into a slot that is being imported: what MIGRATE sends.",
    .since = "3.0.0",
    .complexity = "O(N) in the size of the value, O(N*log(N)) for sorted sets.",
    .system = true,
    .history_count = 3, .history = history_restore_asking,
    .argument_count = 7, .arguments = arguments_restore_asking,
};
static const struct command row_restore_asking = {
    .name = "restore-asking",
    .run = command_restore,
    .arity = -4,
    .id = 261,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_ASKING,
    .categories = CATEGORY_KEYSPACE | CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_restore_asking,
    .documentation = &documentation_restore_asking,
};

static const struct command_documentation documentation_acl = {
    .group = "server",
    .summary = "Commands about users and what they may do.",
    .since = "6.0.0",
    .complexity = "As the subcommand.",
};
static const struct command *const subcommands_acl[] = {&row_acl_cat, &row_acl_deluser, &row_acl_dryrun, &row_acl_genpass, &row_acl_getuser, &row_acl_list, &row_acl_load, &row_acl_log, &row_acl_save, &row_acl_setuser, &row_acl_users, &row_acl_whoami, &row_acl_help};
static const struct command row_acl = {
    .name = "acl",
    .run = NULL,
    .arity = -2,
    .id = 262,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 13,
    .subcommands = subcommands_acl,
    .documentation = &documentation_acl,
};

static const struct command_argument arguments_acl_cat[] = {
    {.name = "categoryname", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_acl_cat = {
    .group = "server",
    .summary = "Lists the categories of commands, or the commands of one.",
    .since = "6.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_acl_cat,
};
static const struct command row_acl_cat = {
    .name = "acl|cat",
    .run = command_acl_cat,
    .arity = -2,
    .id = 263,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_acl_cat,
};

static const struct command_argument arguments_acl_deluser[] = {
    {.name = "username", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_acl_deluser = {
    .group = "server",
    .summary = "Deletes users and ends their connections.",
    .since = "6.0.0",
    .complexity = "O(N) in the number of users.",
    .argument_count = 1, .arguments = arguments_acl_deluser,
};
static const struct command row_acl_deluser = {
    .name = "acl|deluser",
    .run = command_acl_deluser,
    .arity = -3,
    .id = 264,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_acl_deluser,
};

static const struct command_argument arguments_acl_dryrun[] = {
    {.name = "username", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "command", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "arg", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_acl_dryrun = {
    .group = "server",
    .summary = "Tells whether a user may run a command, without running it.",
    .since = "7.0.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_acl_dryrun,
};
static const struct command row_acl_dryrun = {
    .name = "acl|dryrun",
    .run = command_acl_dryrun,
    .arity = -4,
    .id = 265,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_acl_dryrun,
};

static const struct command_argument arguments_acl_genpass[] = {
    {.name = "bits", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_acl_genpass = {
    .group = "server",
    .summary = "Makes a random password.",
    .since = "6.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_acl_genpass,
};
static const struct command row_acl_genpass = {
    .name = "acl|genpass",
    .run = command_acl_genpass,
    .arity = -2,
    .id = 266,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_acl_genpass,
};

static const struct command_argument arguments_acl_getuser[] = {
    {.name = "username", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_history history_acl_getuser[] = {
    {"6.2.0", "Patterns of channels."},
    {"7.0.0", "Selectors; patterns of keys and channels as the rules that they are."},
};
static const struct command_documentation documentation_acl_getuser = {
    .group = "server",
    .summary = "Tells what a user may do, rule by rule.",
    .since = "6.0.0",
    .complexity = "O(N) in the number of the user's rules.",
    .history_count = 2, .history = history_acl_getuser,
    .argument_count = 1, .arguments = arguments_acl_getuser,
};
static const struct command row_acl_getuser = {
    .name = "acl|getuser",
    .run = command_acl_getuser,
    .arity = 3,
    .id = 267,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_acl_getuser,
};

static const struct command_documentation documentation_acl_list = {
    .group = "server",
    .summary = "Lists the users, each as the line of an ACL file.",
    .since = "6.0.0",
    .complexity = "O(N) in the number of users.",
};
static const struct command row_acl_list = {
    .name = "acl|list",
    .run = command_acl_list,
    .arity = 2,
    .id = 268,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_acl_list,
};

static const struct command_documentation documentation_acl_load = {
    .group = "server",
    .summary = "Reads the users from the ACL file again.",
    .since = "6.0.0",
    .complexity = "O(N) in the number of users.",
};
static const struct command row_acl_load = {
    .name = "acl|load",
    .run = command_acl_load,
    .arity = 2,
    .id = 269,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_acl_load,
};

static const struct command_argument arguments_acl_log_0[] = {
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "reset", .token = "RESET", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_acl_log[] = {
    {.name = "operation", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_acl_log_0},
};
static const struct command_history history_acl_log[] = {
    {"7.2.0", "An id and times of entries."},
};
static const struct command_documentation documentation_acl_log = {
    .group = "server",
    .summary = "Lists what users were denied of late.",
    .since = "6.0.0",
    .complexity = "O(N) in the entries shown.",
    .history_count = 1, .history = history_acl_log,
    .argument_count = 1, .arguments = arguments_acl_log,
};
static const struct command row_acl_log = {
    .name = "acl|log",
    .run = command_acl_log,
    .arity = -2,
    .id = 270,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_NODE,
    .documentation = &documentation_acl_log,
};

static const struct command_documentation documentation_acl_save = {
    .group = "server",
    .summary = "Writes the users to the ACL file.",
    .since = "6.0.0",
    .complexity = "O(N) in the number of users.",
};
static const struct command row_acl_save = {
    .name = "acl|save",
    .run = command_acl_save,
    .arity = 2,
    .id = 271,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_acl_save,
};

static const struct command_argument arguments_acl_setuser[] = {
    {.name = "username", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "rule", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_history history_acl_setuser[] = {
    {"6.2.0", "Patterns of channels."},
    {"7.0.0", "Selectors; permissions to read and to write keys."},
};
static const struct command_documentation documentation_acl_setuser = {
    .group = "server",
    .summary = "Makes a user, or changes what it may do.",
    .since = "6.0.0",
    .complexity = "O(N) in the number of rules.",
    .history_count = 2, .history = history_acl_setuser,
    .argument_count = 2, .arguments = arguments_acl_setuser,
};
static const struct command row_acl_setuser = {
    .name = "acl|setuser",
    .run = command_acl_setuser,
    .arity = -3,
    .id = 272,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_acl_setuser,
};

static const struct command_documentation documentation_acl_users = {
    .group = "server",
    .summary = "Lists the names of the users.",
    .since = "6.0.0",
    .complexity = "O(N) in the number of users.",
};
static const struct command row_acl_users = {
    .name = "acl|users",
    .run = command_acl_users,
    .arity = 2,
    .id = 273,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_acl_users,
};

static const struct command_documentation documentation_acl_whoami = {
    .group = "server",
    .summary = "Names the user of the connection.",
    .since = "6.0.0",
    .complexity = "O(1)",
};
static const struct command row_acl_whoami = {
    .name = "acl|whoami",
    .run = command_acl_whoami,
    .arity = 2,
    .id = 274,
    .flags = COMMAND_NOSCRIPT | COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_acl_whoami,
};

static const struct command_documentation documentation_acl_help = {
    .group = "server",
    .summary = "Lists the subcommands with a line on each.",
    .since = "6.0.0",
    .complexity = "O(1)",
};
static const struct command row_acl_help = {
    .name = "acl|help",
    .run = command_help,
    .arity = 2,
    .id = 275,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_acl_help,
};

static const struct key_specification keys_eval[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .notes = "What the script does with its keys is not known beforehand.",
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_eval[] = {
    {.name = "script", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "arg", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_eval = {
    .group = "scripting",
    .summary = "Runs a script.",
    .since = "2.6.0",
    .complexity = "That of the script.",
    .argument_count = 4, .arguments = arguments_eval,
};
static const struct command row_eval = {
    .name = "eval",
    .run = command_eval,
    .arity = -3,
    .id = 276,
    .flags = COMMAND_NOSCRIPT | COMMAND_STALE | COMMAND_SKIP_MONITOR | COMMAND_NO_MANDATORY_KEYS | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_eval,
    .documentation = &documentation_eval,
};

static const struct key_specification keys_evalsha[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_evalsha[] = {
    {.name = "sha1", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "arg", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_evalsha = {
    .group = "scripting",
    .summary = "Runs a script that is known by its SHA1.",
    .since = "2.6.0",
    .complexity = "That of the script.",
    .argument_count = 4, .arguments = arguments_evalsha,
};
static const struct command row_evalsha = {
    .name = "evalsha",
    .run = command_evalsha,
    .arity = -3,
    .id = 277,
    .flags = COMMAND_NOSCRIPT | COMMAND_STALE | COMMAND_SKIP_MONITOR | COMMAND_NO_MANDATORY_KEYS | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_evalsha,
    .documentation = &documentation_evalsha,
};

static const struct key_specification keys_eval_ro[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .notes = "What the script does with its keys is not known beforehand.",
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_eval_ro[] = {
    {.name = "script", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "arg", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_eval_ro = {
    .group = "scripting",
    .summary = "Runs a script that may not write.",
    .since = "7.0.0",
    .complexity = "That of the script.",
    .argument_count = 4, .arguments = arguments_eval_ro,
};
static const struct command row_eval_ro = {
    .name = "eval_ro",
    .run = command_eval,
    .arity = -3,
    .id = 278,
    .flags = COMMAND_READONLY | COMMAND_NOSCRIPT | COMMAND_STALE | COMMAND_SKIP_MONITOR | COMMAND_NO_MANDATORY_KEYS | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_eval_ro,
    .documentation = &documentation_eval_ro,
};

static const struct key_specification keys_evalsha_ro[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_evalsha_ro[] = {
    {.name = "sha1", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "arg", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_evalsha_ro = {
    .group = "scripting",
    .summary = "Runs a script that is known by its SHA1 and may not write.",
    .since = "7.0.0",
    .complexity = "That of the script.",
    .argument_count = 4, .arguments = arguments_evalsha_ro,
};
static const struct command row_evalsha_ro = {
    .name = "evalsha_ro",
    .run = command_evalsha,
    .arity = -3,
    .id = 279,
    .flags = COMMAND_READONLY | COMMAND_NOSCRIPT | COMMAND_STALE | COMMAND_SKIP_MONITOR | COMMAND_NO_MANDATORY_KEYS | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_evalsha_ro,
    .documentation = &documentation_evalsha_ro,
};

static const struct command_documentation documentation_script = {
    .group = "scripting",
    .summary = "Groups the commands about scripts.",
    .since = "2.6.0",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_script[] = {&row_script_load, &row_script_exists, &row_script_show, &row_script_flush, &row_script_kill, &row_script_debug, &row_script_help};
static const struct command row_script = {
    .name = "script",
    .run = NULL,
    .arity = -2,
    .id = 280,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 7,
    .subcommands = subcommands_script,
    .documentation = &documentation_script,
};

static const struct command_argument arguments_script_load[] = {
    {.name = "script", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const char *const tips_script_load[] = {"request_policy:all_nodes", "response_policy:all_succeeded"};
static const struct command_documentation documentation_script_load = {
    .group = "scripting",
    .summary = "Makes a script known to the node, without running it.",
    .since = "2.6.0",
    .complexity = "O(N) in the length of the script.",
    .tip_count = 2, .tips = tips_script_load,
    .argument_count = 1, .arguments = arguments_script_load,
};
static const struct command row_script_load = {
    .name = "script|load",
    .run = command_script_load,
    .arity = 3,
    .id = 281,
    .flags = COMMAND_NOSCRIPT | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_script_load,
};

static const struct command_argument arguments_script_exists[] = {
    {.name = "sha1", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const char *const tips_script_exists[] = {"request_policy:all_shards", "response_policy:agg_logical_and"};
static const struct command_documentation documentation_script_exists = {
    .group = "scripting",
    .summary = "Tells which scripts the node knows.",
    .since = "2.6.0",
    .complexity = "O(N) in the scripts asked for.",
    .tip_count = 2, .tips = tips_script_exists,
    .argument_count = 1, .arguments = arguments_script_exists,
};
static const struct command row_script_exists = {
    .name = "script|exists",
    .run = command_script_exists,
    .arity = -3,
    .id = 282,
    .flags = COMMAND_NOSCRIPT,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_script_exists,
};

static const struct command_argument arguments_script_show[] = {
    {.name = "sha1", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_script_show = {
    .group = "scripting",
    .summary = "Shows the text of a script.",
    .since = "8.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_script_show,
};
static const struct command row_script_show = {
    .name = "script|show",
    .run = command_script_show,
    .arity = 3,
    .id = 283,
    .flags = COMMAND_NOSCRIPT,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_script_show,
};

static const struct command_argument arguments_script_flush_0[] = {
    {.name = "async", .token = "ASYNC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "sync", .token = "SYNC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_script_flush[] = {
    {.name = "async", .since = "6.2.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_script_flush_0},
};
static const struct command_history history_script_flush[] = {
    {"6.2.0", "SYNC and ASYNC."},
};
static const char *const tips_script_flush[] = {"request_policy:all_nodes", "response_policy:all_succeeded"};
static const struct command_documentation documentation_script_flush = {
    .group = "scripting",
    .summary = "Makes the node forget all scripts.",
    .since = "2.6.0",
    .complexity = "O(N) in the scripts.",
    .tip_count = 2, .tips = tips_script_flush,
    .history_count = 1, .history = history_script_flush,
    .argument_count = 1, .arguments = arguments_script_flush,
};
static const struct command row_script_flush = {
    .name = "script|flush",
    .run = command_script_flush,
    .arity = -2,
    .id = 284,
    .flags = COMMAND_NOSCRIPT,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_script_flush,
};

static const char *const tips_script_kill[] = {"request_policy:all_shards", "response_policy:one_succeeded"};
static const struct command_documentation documentation_script_kill = {
    .group = "scripting",
    .summary = "Ends the script that is running, if it has written nothing.",
    .since = "2.6.0",
    .complexity = "O(1)",
    .tip_count = 2, .tips = tips_script_kill,
};
static const struct command row_script_kill = {
    .name = "script|kill",
    .run = command_script_kill,
    .arity = 2,
    .id = 285,
    .flags = COMMAND_NOSCRIPT | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_script_kill,
};

static const struct command_argument arguments_script_debug_0[] = {
    {.name = "yes", .token = "YES", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "sync", .token = "SYNC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "no", .token = "NO", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_script_debug[] = {
    {.name = "mode", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 3, .arguments = arguments_script_debug_0},
};
static const struct command_documentation documentation_script_debug = {
    .group = "scripting",
    .summary = "Would choose how scripts are debugged; there is no debugger.",
    .since = "3.2.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_script_debug,
};
static const struct command row_script_debug = {
    .name = "script|debug",
    .run = command_script_debug,
    .arity = 3,
    .id = 286,
    .flags = COMMAND_NOSCRIPT,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_script_debug,
};

static const struct command_documentation documentation_script_help = {
    .group = "scripting",
    .summary = "Lists the subcommands with a line on each.",
    .since = "5.0.0",
    .complexity = "O(1)",
};
static const struct command row_script_help = {
    .name = "script|help",
    .run = command_help,
    .arity = 2,
    .id = 287,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_script_help,
};

static const struct key_specification keys_fcall[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .notes = "What the function does with its keys is not known beforehand.",
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_fcall[] = {
    {.name = "function", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "arg", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_fcall = {
    .group = "scripting",
    .summary = "Calls a function.",
    .since = "7.0.0",
    .complexity = "That of the function.",
    .argument_count = 4, .arguments = arguments_fcall,
};
static const struct command row_fcall = {
    .name = "fcall",
    .run = command_fcall,
    .arity = -3,
    .id = 288,
    .flags = COMMAND_NOSCRIPT | COMMAND_STALE | COMMAND_SKIP_MONITOR | COMMAND_NO_MANDATORY_KEYS | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_fcall,
    .documentation = &documentation_fcall,
};

static const struct key_specification keys_fcall_ro[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .notes = "What the function does with its keys is not known beforehand.",
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_COUNT, .count_index = 0, .first_key = 1, .step = 1},
};
static const struct command_argument arguments_fcall_ro[] = {
    {.name = "function", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "numkeys", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "arg", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_fcall_ro = {
    .group = "scripting",
    .summary = "Calls a function that does not write.",
    .since = "7.0.0",
    .complexity = "That of the function.",
    .argument_count = 4, .arguments = arguments_fcall_ro,
};
static const struct command row_fcall_ro = {
    .name = "fcall_ro",
    .run = command_fcall,
    .arity = -3,
    .id = 289,
    .flags = COMMAND_READONLY | COMMAND_NOSCRIPT | COMMAND_STALE | COMMAND_SKIP_MONITOR | COMMAND_NO_MANDATORY_KEYS | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_fcall_ro,
    .documentation = &documentation_fcall_ro,
};

static const struct command_documentation documentation_function = {
    .group = "scripting",
    .summary = "Groups the commands about libraries of functions.",
    .since = "7.0.0",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_function[] = {&row_function_load, &row_function_delete, &row_function_dump, &row_function_restore, &row_function_stats, &row_function_kill, &row_function_flush, &row_function_list, &row_function_help};
static const struct command row_function = {
    .name = "function",
    .run = NULL,
    .arity = -2,
    .id = 290,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 9,
    .subcommands = subcommands_function,
    .documentation = &documentation_function,
};

static const struct command_argument arguments_function_load[] = {
    {.name = "replace", .token = "REPLACE", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "function-code", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const char *const tips_function_load[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
static const struct command_documentation documentation_function_load = {
    .group = "scripting",
    .summary = "Loads a library.",
    .since = "7.0.0",
    .complexity = "O(N) in the length of its text.",
    .tip_count = 2, .tips = tips_function_load,
    .argument_count = 2, .arguments = arguments_function_load,
};
static const struct command row_function_load = {
    .name = "function|load",
    .run = command_function_load,
    .arity = -3,
    .id = 291,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_NOSCRIPT,
    .categories = CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_NODE,
    .documentation = &documentation_function_load,
};

static const struct command_argument arguments_function_delete[] = {
    {.name = "library-name", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const char *const tips_function_delete[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
static const struct command_documentation documentation_function_delete = {
    .group = "scripting",
    .summary = "Removes a library.",
    .since = "7.0.0",
    .complexity = "O(N) in the libraries.",
    .tip_count = 2, .tips = tips_function_delete,
    .argument_count = 1, .arguments = arguments_function_delete,
};
static const struct command row_function_delete = {
    .name = "function|delete",
    .run = command_function_delete,
    .arity = 3,
    .id = 292,
    .flags = COMMAND_WRITE | COMMAND_NOSCRIPT,
    .categories = CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_NODE,
    .documentation = &documentation_function_delete,
};

static const struct command_documentation documentation_function_dump = {
    .group = "scripting",
    .summary = "Gives all libraries as one payload.",
    .since = "7.0.0",
    .complexity = "O(N) in the bytes of the libraries.",
};
static const struct command row_function_dump = {
    .name = "function|dump",
    .run = command_function_dump,
    .arity = 2,
    .id = 293,
    .flags = COMMAND_NOSCRIPT,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_function_dump,
};

static const struct command_argument arguments_function_restore_1[] = {
    {.name = "flush", .token = "FLUSH", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "append", .token = "APPEND", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "replace", .token = "REPLACE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_function_restore[] = {
    {.name = "serialized-value", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "policy", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_function_restore_1},
};
static const char *const tips_function_restore[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
static const struct command_documentation documentation_function_restore = {
    .group = "scripting",
    .summary = "Loads the libraries of a payload.",
    .since = "7.0.0",
    .complexity = "O(N) in the bytes of the libraries.",
    .tip_count = 2, .tips = tips_function_restore,
    .argument_count = 2, .arguments = arguments_function_restore,
};
static const struct command row_function_restore = {
    .name = "function|restore",
    .run = command_function_restore,
    .arity = -3,
    .id = 294,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_NOSCRIPT,
    .categories = CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_NODE,
    .documentation = &documentation_function_restore,
};

static const char *const tips_function_stats[] = {"nondeterministic_output", "request_policy:all_shards", "response_policy:special"};
static const struct command_documentation documentation_function_stats = {
    .group = "scripting",
    .summary = "Tells which function is running, and how many there are.",
    .since = "7.0.0",
    .complexity = "O(1)",
    .tip_count = 3, .tips = tips_function_stats,
};
static const struct command row_function_stats = {
    .name = "function|stats",
    .run = command_function_stats,
    .arity = 2,
    .id = 295,
    .flags = COMMAND_NOSCRIPT | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_function_stats,
};

static const char *const tips_function_kill[] = {"request_policy:all_shards", "response_policy:one_succeeded"};
static const struct command_documentation documentation_function_kill = {
    .group = "scripting",
    .summary = "Ends the function that is running, if it has written nothing.",
    .since = "7.0.0",
    .complexity = "O(1)",
    .tip_count = 2, .tips = tips_function_kill,
};
static const struct command row_function_kill = {
    .name = "function|kill",
    .run = command_function_kill,
    .arity = 2,
    .id = 296,
    .flags = COMMAND_NOSCRIPT | COMMAND_ALLOW_BUSY,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_function_kill,
};

static const struct command_argument arguments_function_flush_0[] = {
    {.name = "async", .token = "ASYNC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "sync", .token = "SYNC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_function_flush[] = {
    {.name = "async", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_function_flush_0},
};
static const char *const tips_function_flush[] = {"request_policy:all_shards", "response_policy:all_succeeded"};
static const struct command_documentation documentation_function_flush = {
    .group = "scripting",
    .summary = "Removes all libraries.",
    .since = "7.0.0",
    .complexity = "O(N) in the functions removed.",
    .tip_count = 2, .tips = tips_function_flush,
    .argument_count = 1, .arguments = arguments_function_flush,
};
static const struct command row_function_flush = {
    .name = "function|flush",
    .run = command_function_flush,
    .arity = -2,
    .id = 297,
    .flags = COMMAND_WRITE | COMMAND_NOSCRIPT,
    .categories = CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_NODE,
    .documentation = &documentation_function_flush,
};

static const struct command_argument arguments_function_list[] = {
    {.name = "library-name-pattern", .token = "LIBRARYNAME", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withcode", .token = "WITHCODE", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const char *const tips_function_list[] = {"nondeterministic_output_order"};
static const struct command_documentation documentation_function_list = {
    .group = "scripting",
    .summary = "Lists the libraries that are loaded.",
    .since = "7.0.0",
    .complexity = "O(N) in the functions.",
    .tip_count = 1, .tips = tips_function_list,
    .argument_count = 2, .arguments = arguments_function_list,
};
static const struct command row_function_list = {
    .name = "function|list",
    .run = command_function_list,
    .arity = -2,
    .id = 298,
    .flags = COMMAND_NOSCRIPT,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_function_list,
};

static const struct command_documentation documentation_function_help = {
    .group = "scripting",
    .summary = "Lists the subcommands with a line on each.",
    .since = "7.0.0",
    .complexity = "O(1)",
};
static const struct command row_function_help = {
    .name = "function|help",
    .run = command_help,
    .arity = 2,
    .id = 299,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW | CATEGORY_SCRIPTING,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_function_help,
};

static const struct key_specification keys_pfadd[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_pfadd[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "element", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_pfadd = {
    .group = "hyperloglog",
    .summary = "Counts elements in a HyperLogLog, each different one once.",
    .since = "2.8.9",
    .complexity = "O(1) for each element.",
    .argument_count = 2, .arguments = arguments_pfadd,
};
static const struct command row_pfadd = {
    .name = "pfadd",
    .run = command_pfadd,
    .arity = -2,
    .id = 300,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_HYPERLOGLOG | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_pfadd,
    .documentation = &documentation_pfadd,
};

static const struct key_specification keys_pfcount[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS,
     .notes = "The count is remembered in the value.",
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_pfcount[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
};
static const struct command_documentation documentation_pfcount = {
    .group = "hyperloglog",
    .summary = "Tells how many different elements HyperLogLogs have seen, about.",
    .since = "2.8.9",
    .complexity = "O(1) for one key, mostly remembered; O(N) in the number of keys.",
    .argument_count = 1, .arguments = arguments_pfcount,
};
static const struct command row_pfcount = {
    .name = "pfcount",
    .run = command_pfcount,
    .arity = -2,
    .id = 301,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_HYPERLOGLOG | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_pfcount,
    .documentation = &documentation_pfcount,
};

static const struct key_specification keys_pfmerge[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_pfmerge[] = {
    {.name = "destkey", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "sourcekey", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 1},
};
static const struct command_documentation documentation_pfmerge = {
    .group = "hyperloglog",
    .summary = "Makes a HyperLogLog one that has seen what any of several have.",
    .since = "2.8.9",
    .complexity = "O(N) in the number of keys.",
    .argument_count = 2, .arguments = arguments_pfmerge,
};
static const struct command row_pfmerge = {
    .name = "pfmerge",
    .run = command_pfmerge,
    .arity = -2,
    .id = 302,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_HYPERLOGLOG | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = -1, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_pfmerge,
    .documentation = &documentation_pfmerge,
};

static const struct key_specification keys_pfdebug[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_pfdebug[] = {
    {.name = "subcommand", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_pfdebug = {
    .group = "hyperloglog",
    .summary = "Looks into a HyperLogLog.",
    .since = "2.8.9",
    .complexity = "N/A",
    .system = true,
    .argument_count = 2, .arguments = arguments_pfdebug,
};
static const struct command row_pfdebug = {
    .name = "pfdebug",
    .run = command_pfdebug,
    .arity = 3,
    .id = 303,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_ADMIN,
    .categories = CATEGORY_WRITE | CATEGORY_HYPERLOGLOG | CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_pfdebug,
    .documentation = &documentation_pfdebug,
};

static const struct command_documentation documentation_pfselftest = {
    .group = "hyperloglog",
    .summary = "Checks that HyperLogLogs count correctly.",
    .since = "2.8.9",
    .complexity = "N/A",
    .system = true,
};
static const struct command row_pfselftest = {
    .name = "pfselftest",
    .run = command_pfselftest,
    .arity = 1,
    .id = 304,
    .flags = COMMAND_ADMIN,
    .categories = CATEGORY_HYPERLOGLOG | CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_pfselftest,
};

static const struct command_documentation documentation_cluster = {
    .group = "cluster",
    .summary = "Groups the commands about the cluster.",
    .since = "3.0.0",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_cluster[] = {&row_cluster_info, &row_cluster_nodes, &row_cluster_slots, &row_cluster_shards, &row_cluster_myid, &row_cluster_myshardid, &row_cluster_keyslot, &row_cluster_countkeysinslot, &row_cluster_getkeysinslot, &row_cluster_addslots, &row_cluster_addslotsrange, &row_cluster_delslots, &row_cluster_delslotsrange, &row_cluster_flushslots, &row_cluster_links, &row_cluster_reset, &row_cluster_saveconfig, &row_cluster_slot_stats, &row_cluster_count_failure_reports, &row_cluster_meet, &row_cluster_forget, &row_cluster_replicate, &row_cluster_failover, &row_cluster_setslot, &row_cluster_bumpepoch, &row_cluster_set_config_epoch, &row_cluster_replicas, &row_cluster_slaves, &row_cluster_help, &row_cluster_migrateslots, &row_cluster_autopilot, &row_cluster_getslotmigrations, &row_cluster_cancelslotmigrations, &row_cluster_syncslots};
static const struct command row_cluster = {
    .name = "cluster",
    .run = NULL,
    .arity = -2,
    .id = 305,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 34,
    .subcommands = subcommands_cluster,
    .documentation = &documentation_cluster,
};

static const char *const tips_cluster_info[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_info = {
    .group = "cluster",
    .summary = "Reports on the cluster as this node sees it.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_cluster_info,
};
static const struct command row_cluster_info = {
    .name = "cluster|info",
    .run = command_cluster_info,
    .arity = 2,
    .id = 306,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_cluster_info,
};

static const char *const tips_cluster_nodes[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_nodes = {
    .group = "cluster",
    .summary = "Describes the nodes, one line each.",
    .since = "3.0.0",
    .complexity = "O(N) in the number of nodes.",
    .tip_count = 1, .tips = tips_cluster_nodes,
};
static const struct command row_cluster_nodes = {
    .name = "cluster|nodes",
    .run = command_cluster_nodes,
    .arity = 2,
    .id = 307,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_nodes,
};

static const struct command_history history_cluster_slots[] = {
    {"4.0.0", "Node identifiers."},
    {"7.0.0", "Further addresses of a node."},
};
static const char *const tips_cluster_slots[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_slots = {
    .group = "cluster",
    .summary = "Returns which nodes serve which slots.",
    .since = "3.0.0",
    .complexity = "O(N) in the number of nodes.",
    .deprecated_since = "7.0.0",
    .replaced_by = "`CLUSTER SHARDS`",
    .tip_count = 1, .tips = tips_cluster_slots,
    .history_count = 2, .history = history_cluster_slots,
};
static const struct command row_cluster_slots = {
    .name = "cluster|slots",
    .run = command_cluster_slots,
    .arity = 2,
    .id = 308,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_slots,
};

static const char *const tips_cluster_shards[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_shards = {
    .group = "cluster",
    .summary = "Returns the shards: their slots and their nodes.",
    .since = "7.0.0",
    .complexity = "O(N) in the number of nodes.",
    .tip_count = 1, .tips = tips_cluster_shards,
};
static const struct command row_cluster_shards = {
    .name = "cluster|shards",
    .run = command_cluster_shards,
    .arity = 2,
    .id = 309,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_shards,
};

static const struct command_documentation documentation_cluster_myid = {
    .group = "cluster",
    .summary = "Returns the identifier of this node.",
    .since = "3.0.0",
    .complexity = "O(1)",
};
static const struct command row_cluster_myid = {
    .name = "cluster|myid",
    .run = command_cluster_myid,
    .arity = 2,
    .id = 310,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_myid,
};

static const char *const tips_cluster_myshardid[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_myshardid = {
    .group = "cluster",
    .summary = "Returns the identifier of this node's shard.",
    .since = "7.2.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_cluster_myshardid,
};
static const struct command row_cluster_myshardid = {
    .name = "cluster|myshardid",
    .run = command_cluster_myshardid,
    .arity = 2,
    .id = 311,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_myshardid,
};

static const struct command_argument arguments_cluster_keyslot[] = {
    {.name = "key", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_cluster_keyslot = {
    .group = "cluster",
    .summary = "Returns the slot of a key.",
    .since = "3.0.0",
    .complexity = "O(N) in the bytes of the key.",
    .argument_count = 1, .arguments = arguments_cluster_keyslot,
};
static const struct command row_cluster_keyslot = {
    .name = "cluster|keyslot",
    .run = command_cluster_keyslot,
    .arity = 3,
    .id = 312,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_keyslot,
};

static const struct command_argument arguments_cluster_countkeysinslot[] = {
    {.name = "slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_cluster_countkeysinslot = {
    .group = "cluster",
    .summary = "Counts the keys of a slot on this node.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_cluster_countkeysinslot,
};
static const struct command row_cluster_countkeysinslot = {
    .name = "cluster|countkeysinslot",
    .run = command_cluster_countkeysinslot,
    .arity = 3,
    .id = 313,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_cluster_countkeysinslot,
};

static const struct command_argument arguments_cluster_getkeysinslot[] = {
    {.name = "slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const char *const tips_cluster_getkeysinslot[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_getkeysinslot = {
    .group = "cluster",
    .summary = "Lists keys of a slot on this node.",
    .since = "3.0.0",
    .complexity = "O(N) in the number of keys asked for.",
    .tip_count = 1, .tips = tips_cluster_getkeysinslot,
    .argument_count = 2, .arguments = arguments_cluster_getkeysinslot,
};
static const struct command row_cluster_getkeysinslot = {
    .name = "cluster|getkeysinslot",
    .run = command_cluster_getkeysinslot,
    .arity = 4,
    .id = 314,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_cluster_getkeysinslot,
};

static const struct command_argument arguments_cluster_addslots[] = {
    {.name = "slot", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_cluster_addslots = {
    .group = "cluster",
    .summary = "Takes slots that nobody serves.",
    .since = "3.0.0",
    .complexity = "O(N) in the number of slots.",
    .argument_count = 1, .arguments = arguments_cluster_addslots,
};
static const struct command row_cluster_addslots = {
    .name = "cluster|addslots",
    .run = command_cluster_addslots,
    .arity = -3,
    .id = 315,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_addslots,
};

static const struct command_argument arguments_cluster_addslotsrange_0[] = {
    {.name = "start-slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "end-slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_cluster_addslotsrange[] = {
    {.name = "start-slot_end-slot", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_cluster_addslotsrange_0},
};
static const struct command_documentation documentation_cluster_addslotsrange = {
    .group = "cluster",
    .summary = "Takes ranges of slots that nobody serves.",
    .since = "7.0.0",
    .complexity = "O(N) in the number of slots.",
    .argument_count = 1, .arguments = arguments_cluster_addslotsrange,
};
static const struct command row_cluster_addslotsrange = {
    .name = "cluster|addslotsrange",
    .run = command_cluster_addslotsrange,
    .arity = -4,
    .id = 316,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_addslotsrange,
};

static const struct command_argument arguments_cluster_delslots[] = {
    {.name = "slot", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_cluster_delslots = {
    .group = "cluster",
    .summary = "Forgets who serves the slots.",
    .since = "3.0.0",
    .complexity = "O(N) in the number of slots.",
    .argument_count = 1, .arguments = arguments_cluster_delslots,
};
static const struct command row_cluster_delslots = {
    .name = "cluster|delslots",
    .run = command_cluster_delslots,
    .arity = -3,
    .id = 317,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_delslots,
};

static const struct command_argument arguments_cluster_delslotsrange_0[] = {
    {.name = "start-slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "end-slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_cluster_delslotsrange[] = {
    {.name = "start-slot_end-slot", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_cluster_delslotsrange_0},
};
static const struct command_documentation documentation_cluster_delslotsrange = {
    .group = "cluster",
    .summary = "Forgets who serves ranges of slots.",
    .since = "7.0.0",
    .complexity = "O(N) in the number of slots.",
    .argument_count = 1, .arguments = arguments_cluster_delslotsrange,
};
static const struct command row_cluster_delslotsrange = {
    .name = "cluster|delslotsrange",
    .run = command_cluster_delslotsrange,
    .arity = -4,
    .id = 318,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_delslotsrange,
};

static const struct command_documentation documentation_cluster_flushslots = {
    .group = "cluster",
    .summary = "Gives up all slots of this node.",
    .since = "3.0.0",
    .complexity = "O(1)",
};
static const struct command row_cluster_flushslots = {
    .name = "cluster|flushslots",
    .run = command_cluster_flushslots,
    .arity = 2,
    .id = 319,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_flushslots,
};

static const char *const tips_cluster_links[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_links = {
    .group = "cluster",
    .summary = "Describes the connections to the other nodes.",
    .since = "7.0.0",
    .complexity = "O(N) in the number of nodes.",
    .tip_count = 1, .tips = tips_cluster_links,
};
static const struct command row_cluster_links = {
    .name = "cluster|links",
    .run = command_cluster_links,
    .arity = 2,
    .id = 320,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_links,
};

static const struct command_argument arguments_cluster_reset_0[] = {
    {.name = "hard", .token = "HARD", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "soft", .token = "SOFT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_cluster_reset[] = {
    {.name = "hard_soft", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_cluster_reset_0},
};
static const struct command_documentation documentation_cluster_reset = {
    .group = "cluster",
    .summary = "Makes this node forget its cluster.",
    .since = "3.0.0",
    .complexity = "O(N) in the number of nodes known, and in the number of keys if there are any.",
    .argument_count = 1, .arguments = arguments_cluster_reset,
};
static const struct command row_cluster_reset = {
    .name = "cluster|reset",
    .run = command_cluster_reset,
    .arity = -2,
    .id = 321,
    .flags = COMMAND_ADMIN | COMMAND_NOSCRIPT | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_reset,
};

static const struct command_documentation documentation_cluster_saveconfig = {
    .group = "cluster",
    .summary = "Writes the node's view of the cluster to its file.",
    .since = "3.0.0",
    .complexity = "O(1)",
};
static const struct command row_cluster_saveconfig = {
    .name = "cluster|saveconfig",
    .run = command_cluster_saveconfig,
    .arity = 2,
    .id = 322,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_saveconfig,
};

static const struct command_argument arguments_cluster_slot_stats_0_0[] = {
    {.name = "start-slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "end-slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_cluster_slot_stats_0_1_2[] = {
    {.name = "asc", .token = "ASC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "desc", .token = "DESC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_cluster_slot_stats_0_1[] = {
    {.name = "metric", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "limit", .token = "LIMIT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "order", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_cluster_slot_stats_0_1_2},
};
static const struct command_argument arguments_cluster_slot_stats_0[] = {
    {.name = "slotsrange", .token = "SLOTSRANGE", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_cluster_slot_stats_0_0},
    {.name = "orderby", .token = "ORDERBY", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 3, .arguments = arguments_cluster_slot_stats_0_1},
};
static const struct command_argument arguments_cluster_slot_stats[] = {
    {.name = "filter", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_cluster_slot_stats_0},
};
static const char *const tips_cluster_slot_stats[] = {"nondeterministic_output", "request_policy:all_shards"};
static const struct command_documentation documentation_cluster_slot_stats = {
    .group = "cluster",
    .summary = "Returns the use of this node's slots.",
    .since = "8.2.0",
    .complexity = "O(N) in the number of slots; O(N*log(N)) with ORDERBY.",
    .tip_count = 2, .tips = tips_cluster_slot_stats,
    .argument_count = 1, .arguments = arguments_cluster_slot_stats,
};
static const struct command row_cluster_slot_stats = {
    .name = "cluster|slot-stats",
    .run = command_cluster_slot_stats,
    .arity = -4,
    .id = 323,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_cluster_slot_stats,
};

static const struct command_argument arguments_cluster_count_failure_reports[] = {
    {.name = "node-id", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const char *const tips_cluster_count_failure_reports[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_count_failure_reports = {
    .group = "cluster",
    .summary = "Counts the nodes that report a node as failing.",
    .since = "3.0.0",
    .complexity = "O(N) in the number of reports.",
    .tip_count = 1, .tips = tips_cluster_count_failure_reports,
    .argument_count = 1, .arguments = arguments_cluster_count_failure_reports,
};
static const struct command row_cluster_count_failure_reports = {
    .name = "cluster|count-failure-reports",
    .run = command_cluster_count_failure_reports,
    .arity = 3,
    .id = 324,
    .flags = COMMAND_ADMIN | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_count_failure_reports,
};

static const struct command_argument arguments_cluster_meet[] = {
    {.name = "ip", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "port", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "cluster_bus_port", .since = "4.0.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_cluster_meet[] = {
    {"4.0.0", "The optional port of the bus."},
};
static const struct command_documentation documentation_cluster_meet = {
    .group = "cluster",
    .summary = "Introduces this node to another one, and so to its cluster.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_cluster_meet,
    .argument_count = 3, .arguments = arguments_cluster_meet,
};
static const struct command row_cluster_meet = {
    .name = "cluster|meet",
    .run = command_cluster_meet,
    .arity = -4,
    .id = 325,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_meet,
};

static const struct command_argument arguments_cluster_forget[] = {
    {.name = "node-id", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_cluster_forget = {
    .group = "cluster",
    .summary = "Removes a node from the cluster as this node sees it.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_cluster_forget,
};
static const struct command row_cluster_forget = {
    .name = "cluster|forget",
    .run = command_cluster_forget,
    .arity = 3,
    .id = 326,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_forget,
};

static const struct command_argument arguments_cluster_replicate[] = {
    {.name = "node-id", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_cluster_replicate = {
    .group = "cluster",
    .summary = "Makes this node a replica of another one.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_cluster_replicate,
};
static const struct command row_cluster_replicate = {
    .name = "cluster|replicate",
    .run = command_cluster_replicate,
    .arity = 3,
    .id = 327,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_replicate,
};

static const struct command_argument arguments_cluster_failover_0[] = {
    {.name = "force", .token = "FORCE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "takeover", .token = "TAKEOVER", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_cluster_failover[] = {
    {.name = "options", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_cluster_failover_0},
};
static const struct command_documentation documentation_cluster_failover = {
    .group = "cluster",
    .summary = "Has this replica take over from its primary.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_cluster_failover,
};
static const struct command row_cluster_failover = {
    .name = "cluster|failover",
    .run = command_cluster_failover,
    .arity = -2,
    .id = 328,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_failover,
};

static const struct command_argument arguments_cluster_setslot_1[] = {
    {.name = "node-id", .token = "IMPORTING", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "node-id", .token = "MIGRATING", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "node-id", .token = "NODE", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "stable", .token = "STABLE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_cluster_setslot[] = {
    {.name = "slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "subcommand", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 4, .arguments = arguments_cluster_setslot_1},
};
static const struct command_documentation documentation_cluster_setslot = {
    .group = "cluster",
    .summary = "Says whose a slot is, or that it is on its way.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_cluster_setslot,
};
static const struct command row_cluster_setslot = {
    .name = "cluster|setslot",
    .run = command_cluster_setslot,
    .arity = -4,
    .id = 329,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_setslot,
};

static const char *const tips_cluster_bumpepoch[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_bumpepoch = {
    .group = "cluster",
    .summary = "Gives this node the highest epoch.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_cluster_bumpepoch,
};
static const struct command row_cluster_bumpepoch = {
    .name = "cluster|bumpepoch",
    .run = command_cluster_bumpepoch,
    .arity = 2,
    .id = 330,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_bumpepoch,
};

static const struct command_argument arguments_cluster_set_config_epoch[] = {
    {.name = "config-epoch", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_cluster_set_config_epoch = {
    .group = "cluster",
    .summary = "Sets the epoch of a node that is new.",
    .since = "3.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_cluster_set_config_epoch,
};
static const struct command row_cluster_set_config_epoch = {
    .name = "cluster|set-config-epoch",
    .run = command_cluster_set_config_epoch,
    .arity = 3,
    .id = 331,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_set_config_epoch,
};

static const struct command_argument arguments_cluster_replicas[] = {
    {.name = "node-id", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const char *const tips_cluster_replicas[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_replicas = {
    .group = "cluster",
    .summary = "Lists the replicas of a primary.",
    .since = "5.0.0",
    .complexity = "O(N) in the number of nodes.",
    .tip_count = 1, .tips = tips_cluster_replicas,
    .argument_count = 1, .arguments = arguments_cluster_replicas,
};
static const struct command row_cluster_replicas = {
    .name = "cluster|replicas",
    .run = command_cluster_replicas,
    .arity = 3,
    .id = 332,
    .flags = COMMAND_ADMIN | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_replicas,
};

static const struct command_argument arguments_cluster_slaves[] = {
    {.name = "node-id", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const char *const tips_cluster_slaves[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_slaves = {
    .group = "cluster",
    .summary = "Lists the replicas of a primary.",
    .since = "3.0.0",
    .complexity = "O(N) in the number of nodes.",
    .deprecated_since = "5.0.0",
    .replaced_by = "`CLUSTER REPLICAS`",
    .tip_count = 1, .tips = tips_cluster_slaves,
    .argument_count = 1, .arguments = arguments_cluster_slaves,
};
static const struct command row_cluster_slaves = {
    .name = "cluster|slaves",
    .run = command_cluster_replicas,
    .arity = 3,
    .id = 333,
    .flags = COMMAND_ADMIN | COMMAND_STALE,
    .categories = CATEGORY_ADMIN | CATEGORY_SLOW | CATEGORY_DANGEROUS,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_slaves,
};

static const struct command_documentation documentation_cluster_help = {
    .group = "cluster",
    .summary = "Lists the subcommands with a line on each.",
    .since = "5.0.0",
    .complexity = "O(1)",
};
static const struct command row_cluster_help = {
    .name = "cluster|help",
    .run = command_help,
    .arity = 2,
    .id = 334,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_cluster_help,
};

static const struct command_documentation documentation_readonly = {
    .group = "cluster",
    .summary = "Lets this connection read from a replica.",
    .since = "3.0.0",
    .complexity = "O(1)",
};
static const struct command row_readonly = {
    .name = "readonly",
    .run = command_readonly,
    .arity = 1,
    .id = 335,
    .flags = COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_readonly,
};

static const struct command_documentation documentation_readwrite = {
    .group = "cluster",
    .summary = "Takes READONLY back.",
    .since = "3.0.0",
    .complexity = "O(1)",
};
static const struct command row_readwrite = {
    .name = "readwrite",
    .run = command_readwrite,
    .arity = 1,
    .id = 336,
    .flags = COMMAND_LOADING | COMMAND_STALE | COMMAND_FAST,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_readwrite,
};

static const struct command_documentation documentation_asking = {
    .group = "cluster",
    .summary = "Lets the next command use a slot that is being imported.",
    .since = "3.0.0",
    .complexity = "O(1)",
};
static const struct command row_asking = {
    .name = "asking",
    .run = command_asking,
    .arity = 1,
    .id = 337,
    .flags = COMMAND_FAST,
    .categories = CATEGORY_FAST | CATEGORY_CONNECTION,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_asking,
};

static const struct command_argument arguments_cluster_migrateslots_0_1[] = {
    {.name = "start-slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "end-slot", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_cluster_migrateslots_0[] = {
    {.name = "slotsrange-token", .token = "SLOTSRANGE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "range", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_cluster_migrateslots_0_1},
    {.name = "node-token", .token = "NODE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "node-id", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_cluster_migrateslots[] = {
    {.name = "migration-group", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 4, .arguments = arguments_cluster_migrateslots_0},
};
static const struct command_documentation documentation_cluster_migrateslots = {
    .group = "cluster",
    .summary = "Moves slots from this node to others, with their keys, while clients go on.",
    .since = "9.0.0",
    .complexity = "O(N) in the number of slots.",
    .argument_count = 1, .arguments = arguments_cluster_migrateslots,
};
static const struct command row_cluster_migrateslots = {
    .name = "cluster|migrateslots",
    .run = command_cluster_migrateslots,
    .arity = -4,
    .id = 338,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_DANGEROUS | CATEGORY_SLOW,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_migrateslots,
};

static const char *const tips_cluster_autopilot[] = {"nondeterministic_output"};
static const struct command_documentation documentation_cluster_autopilot = {
    .group = "cluster",
    .summary = "Tells what the autopilot of this node sees, does and waits for.",
    .since = "0.1.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_cluster_autopilot,
};
static const struct command row_cluster_autopilot = {
    .name = "cluster|autopilot",
    .run = command_cluster_autopilot,
    .arity = 2,
    .id = 339,
    .flags = COMMAND_STALE,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_autopilot,
};

static const struct command_documentation documentation_cluster_getslotmigrations = {
    .group = "cluster",
    .summary = "Lists the migrations of slots that are under way or were lately.",
    .since = "9.0.0",
    .complexity = "O(N) in the number of migrations.",
};
static const struct command row_cluster_getslotmigrations = {
    .name = "cluster|getslotmigrations",
    .run = command_cluster_getslotmigrations,
    .arity = 2,
    .id = 340,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_DANGEROUS | CATEGORY_SLOW,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_getslotmigrations,
};

static const struct command_documentation documentation_cluster_cancelslotmigrations = {
    .group = "cluster",
    .summary = "Gives up all migrations of slots that are under way.",
    .since = "9.0.0",
    .complexity = "O(N) in the number of migrations.",
};
static const struct command row_cluster_cancelslotmigrations = {
    .name = "cluster|cancelslotmigrations",
    .run = command_cluster_cancelslotmigrations,
    .arity = 2,
    .id = 341,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_DANGEROUS | CATEGORY_SLOW,
    .scope = SCOPE_CONTROL,
    .documentation = &documentation_cluster_cancelslotmigrations,
};

static const struct command_documentation documentation_cluster_syncslots = {
    .group = "cluster",
    .summary = "What nodes tell each other while slots move.",
    .since = "9.0.0",
    .complexity = "O(N) in the bytes that move.",
};
static const struct command row_cluster_syncslots = {
    .name = "cluster|syncslots",
    .run = command_cluster_syncslots,
    .arity = -3,
    .id = 342,
    .flags = COMMAND_ADMIN | COMMAND_STALE | COMMAND_NO_ASYNC_LOADING,
    .categories = CATEGORY_ADMIN | CATEGORY_DANGEROUS | CATEGORY_SLOW,
    .scope = SCOPE_NODE,
    .documentation = &documentation_cluster_syncslots,
};

static const struct key_specification keys_geoadd[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_geoadd_1[] = {
    {.name = "nx", .token = "NX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "xx", .token = "XX", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_geoadd_3[] = {
    {.name = "longitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "latitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_geoadd[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "condition", .since = "6.2.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_geoadd_1},
    {.name = "change", .token = "CH", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "longitude_latitude_member", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 3, .arguments = arguments_geoadd_3},
};
static const struct command_history history_geoadd[] = {
    {"6.2.0", "CH, NX and XX."},
};
static const struct command_documentation documentation_geoadd = {
    .group = "geo",
    .summary = "Adds members at places on the globe to a sorted set.",
    .since = "3.2.0",
    .complexity = "O(log(N))",
    .history_count = 1, .history = history_geoadd,
    .argument_count = 4, .arguments = arguments_geoadd,
};
static const struct command row_geoadd = {
    .name = "geoadd",
    .run = command_geoadd,
    .arity = -5,
    .id = 343,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_geoadd,
    .documentation = &documentation_geoadd,
};

static const struct key_specification keys_geodist[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_geodist_3[] = {
    {.name = "m", .token = "M", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "km", .token = "KM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "ft", .token = "FT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "mi", .token = "MI", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_geodist[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member1", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "member2", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "unit", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_geodist_3},
};
static const struct command_documentation documentation_geodist = {
    .group = "geo",
    .summary = "Returns the distance between two members.",
    .since = "3.2.0",
    .complexity = "O(log(N))",
    .argument_count = 4, .arguments = arguments_geodist,
};
static const struct command row_geodist = {
    .name = "geodist",
    .run = command_geodist,
    .arity = -4,
    .id = 344,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_geodist,
    .documentation = &documentation_geodist,
};

static const struct key_specification keys_geohash[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_geohash[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_geohash = {
    .group = "geo",
    .summary = "Returns the places of members as standard geohash strings.",
    .since = "3.2.0",
    .complexity = "O(log(N))",
    .argument_count = 2, .arguments = arguments_geohash,
};
static const struct command row_geohash = {
    .name = "geohash",
    .run = command_geohash,
    .arity = -2,
    .id = 345,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_geohash,
    .documentation = &documentation_geohash,
};

static const struct key_specification keys_geopos[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_geopos[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_geopos = {
    .group = "geo",
    .summary = "Returns the places of members as longitude and latitude.",
    .since = "3.2.0",
    .complexity = "O(N)",
    .argument_count = 2, .arguments = arguments_geopos,
};
static const struct command row_geopos = {
    .name = "geopos",
    .run = command_geopos,
    .arity = -2,
    .id = 346,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_geopos,
    .documentation = &documentation_geopos,
};

static const struct key_specification keys_georadius[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_KEYWORD, .index = 6, .keyword = "STORE",
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_KEYWORD, .index = 6, .keyword = "STOREDIST",
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_georadius_4[] = {
    {.name = "m", .token = "M", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "km", .token = "KM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "ft", .token = "FT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "mi", .token = "MI", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_georadius_8[] = {
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "any", .token = "ANY", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_georadius_9[] = {
    {.name = "asc", .token = "ASC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "desc", .token = "DESC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_georadius[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "longitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "latitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "radius", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "unit", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 4, .arguments = arguments_georadius_4},
    {.name = "withcoord", .token = "WITHCOORD", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withdist", .token = "WITHDIST", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withhash", .token = "WITHHASH", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_georadius_8},
    {.name = "order", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_georadius_9},
    {.name = "key", .token = "STORE", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL, .key_specification = 1},
    {.name = "key", .token = "STOREDIST", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL, .key_specification = 2},
};
static const struct command_history history_georadius[] = {
    {"6.2.0", "ANY."},
    {"7.0.0", "Units may be in upper case."},
};
static const struct command_documentation documentation_georadius = {
    .group = "geo",
    .summary = "Finds the members within a distance of a place, and may store them.",
    .since = "3.2.0",
    .complexity = "O(N+log(M))",
    .deprecated_since = "6.2.0",
    .replaced_by = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` argument",
    .history_count = 2, .history = history_georadius,
    .argument_count = 12, .arguments = arguments_georadius,
};
static const struct command row_georadius = {
    .name = "georadius",
    .run = command_georadius,
    .arity = -6,
    .id = 347,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 3,
    .key_specifications = keys_georadius,
    .documentation = &documentation_georadius,
};

static const struct key_specification keys_georadius_ro[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_georadius_ro_4[] = {
    {.name = "m", .token = "M", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "km", .token = "KM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "ft", .token = "FT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "mi", .token = "MI", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_georadius_ro_8[] = {
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "any", .token = "ANY", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_georadius_ro_9[] = {
    {.name = "asc", .token = "ASC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "desc", .token = "DESC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_georadius_ro[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "longitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "latitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "radius", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "unit", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 4, .arguments = arguments_georadius_ro_4},
    {.name = "withcoord", .token = "WITHCOORD", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withdist", .token = "WITHDIST", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withhash", .token = "WITHHASH", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_georadius_ro_8},
    {.name = "order", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_georadius_ro_9},
};
static const struct command_history history_georadius_ro[] = {
    {"6.2.0", "ANY."},
};
static const struct command_documentation documentation_georadius_ro = {
    .group = "geo",
    .summary = "Finds the members within a distance of a place.",
    .since = "3.2.10",
    .complexity = "O(N+log(M))",
    .deprecated_since = "6.2.0",
    .replaced_by = "`GEOSEARCH` with the `BYRADIUS` argument",
    .history_count = 1, .history = history_georadius_ro,
    .argument_count = 10, .arguments = arguments_georadius_ro,
};
static const struct command row_georadius_ro = {
    .name = "georadius_ro",
    .run = command_georadius_ro,
    .arity = -6,
    .id = 348,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_georadius_ro,
    .documentation = &documentation_georadius_ro,
};

static const struct key_specification keys_georadiusbymember[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_KEYWORD, .index = 5, .keyword = "STORE",
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_KEYWORD, .index = 5, .keyword = "STOREDIST",
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_georadiusbymember_3[] = {
    {.name = "m", .token = "M", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "km", .token = "KM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "ft", .token = "FT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "mi", .token = "MI", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_georadiusbymember_7[] = {
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "any", .token = "ANY", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_georadiusbymember_8[] = {
    {.name = "asc", .token = "ASC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "desc", .token = "DESC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_georadiusbymember[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "radius", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "unit", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 4, .arguments = arguments_georadiusbymember_3},
    {.name = "withcoord", .token = "WITHCOORD", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withdist", .token = "WITHDIST", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withhash", .token = "WITHHASH", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_georadiusbymember_7},
    {.name = "order", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_georadiusbymember_8},
    {.name = "key", .token = "STORE", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL, .key_specification = 1},
    {.name = "key", .token = "STOREDIST", .type = ARGUMENT_KEY, .flags = ARGUMENT_OPTIONAL, .key_specification = 2},
};
static const struct command_history history_georadiusbymember[] = {
    {"7.0.0", "Units may be in upper case."},
};
static const struct command_documentation documentation_georadiusbymember = {
    .group = "geo",
    .summary = "Finds the members within a distance of a member, and may store them.",
    .since = "3.2.0",
    .complexity = "O(N+log(M))",
    .deprecated_since = "6.2.0",
    .replaced_by = "`GEOSEARCH` and `GEOSEARCHSTORE` with the `BYRADIUS` and `FROMMEMBER` arguments",
    .history_count = 1, .history = history_georadiusbymember,
    .argument_count = 11, .arguments = arguments_georadiusbymember,
};
static const struct command row_georadiusbymember = {
    .name = "georadiusbymember",
    .run = command_georadiusbymember,
    .arity = -5,
    .id = 349,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 3,
    .key_specifications = keys_georadiusbymember,
    .documentation = &documentation_georadiusbymember,
};

static const struct key_specification keys_georadiusbymember_ro[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_georadiusbymember_ro_3[] = {
    {.name = "m", .token = "M", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "km", .token = "KM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "ft", .token = "FT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "mi", .token = "MI", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_georadiusbymember_ro_7[] = {
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "any", .token = "ANY", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_georadiusbymember_ro_8[] = {
    {.name = "asc", .token = "ASC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "desc", .token = "DESC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_georadiusbymember_ro[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "member", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "radius", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "unit", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 4, .arguments = arguments_georadiusbymember_ro_3},
    {.name = "withcoord", .token = "WITHCOORD", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withdist", .token = "WITHDIST", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withhash", .token = "WITHHASH", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_georadiusbymember_ro_7},
    {.name = "order", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_georadiusbymember_ro_8},
};
static const struct command_documentation documentation_georadiusbymember_ro = {
    .group = "geo",
    .summary = "Finds the members within a distance of a member.",
    .since = "3.2.10",
    .complexity = "O(N+log(M))",
    .deprecated_since = "6.2.0",
    .replaced_by = "`GEOSEARCH` with the `BYRADIUS` and `FROMMEMBER` arguments",
    .argument_count = 9, .arguments = arguments_georadiusbymember_ro,
};
static const struct command row_georadiusbymember_ro = {
    .name = "georadiusbymember_ro",
    .run = command_georadiusbymember_ro,
    .arity = -5,
    .id = 350,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_georadiusbymember_ro,
    .documentation = &documentation_georadiusbymember_ro,
};

static const struct key_specification keys_geosearch[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_geosearch_1_1[] = {
    {.name = "longitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "latitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_argument arguments_geosearch_1[] = {
    {.name = "member", .token = "FROMMEMBER", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "longitude_latitude", .token = "FROMLONLAT", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearch_1_1},
};
static const struct command_argument arguments_geosearch_2_0_1[] = {
    {.name = "m", .token = "M", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "km", .token = "KM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "ft", .token = "FT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "mi", .token = "MI", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_geosearch_2_0[] = {
    {.name = "radius", .token = "BYRADIUS", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "unit", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 4, .arguments = arguments_geosearch_2_0_1},
};
static const struct command_argument arguments_geosearch_2_1_2[] = {
    {.name = "m", .token = "M", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "km", .token = "KM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "ft", .token = "FT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "mi", .token = "MI", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_geosearch_2_1[] = {
    {.name = "width", .token = "BYBOX", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "height", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "unit", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 4, .arguments = arguments_geosearch_2_1_2},
};
static const struct command_argument arguments_geosearch_2_2_1[] = {
    {.name = "longitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "latitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_argument arguments_geosearch_2_2[] = {
    {.name = "num-vertices", .token = "BYPOLYGON", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "vertex", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearch_2_2_1},
};
static const struct command_argument arguments_geosearch_2[] = {
    {.name = "circle", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearch_2_0},
    {.name = "box", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 3, .arguments = arguments_geosearch_2_1},
    {.name = "polygon", .since = "9.0.0", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearch_2_2},
};
static const struct command_argument arguments_geosearch_3[] = {
    {.name = "asc", .token = "ASC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "desc", .token = "DESC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_geosearch_4[] = {
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "any", .token = "ANY", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_geosearch[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "from", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearch_1},
    {.name = "by", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 3, .arguments = arguments_geosearch_2},
    {.name = "order", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearch_3},
    {.name = "count", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearch_4},
    {.name = "withcoord", .token = "WITHCOORD", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withdist", .token = "WITHDIST", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "withhash", .token = "WITHHASH", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_geosearch[] = {
    {"7.0.0", "Units may be in upper case."},
    {"9.0.0", "BYPOLYGON."},
};
static const struct command_documentation documentation_geosearch = {
    .group = "geo",
    .summary = "Finds the members inside a circle, a box or a polygon.",
    .since = "6.2.0",
    .complexity = "O(N+log(M))",
    .history_count = 2, .history = history_geosearch,
    .argument_count = 8, .arguments = arguments_geosearch,
};
static const struct command row_geosearch = {
    .name = "geosearch",
    .run = command_geosearch,
    .arity = -7,
    .id = 351,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_geosearch,
    .documentation = &documentation_geosearch,
};

static const struct key_specification keys_geosearchstore[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_geosearchstore_2_1[] = {
    {.name = "longitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "latitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_argument arguments_geosearchstore_2[] = {
    {.name = "member", .token = "FROMMEMBER", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "longitude_latitude", .token = "FROMLONLAT", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearchstore_2_1},
};
static const struct command_argument arguments_geosearchstore_3_0_1[] = {
    {.name = "m", .token = "M", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "km", .token = "KM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "ft", .token = "FT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "mi", .token = "MI", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_geosearchstore_3_0[] = {
    {.name = "radius", .token = "BYRADIUS", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "unit", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 4, .arguments = arguments_geosearchstore_3_0_1},
};
static const struct command_argument arguments_geosearchstore_3_1_2[] = {
    {.name = "m", .token = "M", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "km", .token = "KM", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "ft", .token = "FT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "mi", .token = "MI", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_geosearchstore_3_1[] = {
    {.name = "width", .token = "BYBOX", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "height", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "unit", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 4, .arguments = arguments_geosearchstore_3_1_2},
};
static const struct command_argument arguments_geosearchstore_3_2_1[] = {
    {.name = "longitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "latitude", .type = ARGUMENT_DOUBLE, .key_specification = -1},
};
static const struct command_argument arguments_geosearchstore_3_2[] = {
    {.name = "num-vertices", .token = "BYPOLYGON", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "vertex", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearchstore_3_2_1},
};
static const struct command_argument arguments_geosearchstore_3[] = {
    {.name = "circle", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearchstore_3_0},
    {.name = "box", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 3, .arguments = arguments_geosearchstore_3_1},
    {.name = "polygon", .since = "9.0.0", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearchstore_3_2},
};
static const struct command_argument arguments_geosearchstore_4[] = {
    {.name = "asc", .token = "ASC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "desc", .token = "DESC", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_geosearchstore_5[] = {
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "any", .token = "ANY", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_geosearchstore[] = {
    {.name = "destination", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "source", .type = ARGUMENT_KEY, .key_specification = 1},
    {.name = "from", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearchstore_2},
    {.name = "by", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 3, .arguments = arguments_geosearchstore_3},
    {.name = "order", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearchstore_4},
    {.name = "count", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_geosearchstore_5},
    {.name = "storedist", .token = "STOREDIST", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_geosearchstore[] = {
    {"7.0.0", "Units may be in upper case."},
    {"9.0.0", "BYPOLYGON."},
};
static const struct command_documentation documentation_geosearchstore = {
    .group = "geo",
    .summary = "Stores the members inside a circle, a box or a polygon.",
    .since = "6.2.0",
    .complexity = "O(N+log(M))",
    .history_count = 2, .history = history_geosearchstore,
    .argument_count = 7, .arguments = arguments_geosearchstore,
};
static const struct command row_geosearchstore = {
    .name = "geosearchstore",
    .run = command_geosearchstore,
    .arity = -8,
    .id = 352,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_GEO | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 2, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_geosearchstore,
    .documentation = &documentation_geosearchstore,
};

static const struct key_specification keys_xadd[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .notes = "Trimming removes entries, so this is no mere insertion.",
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xadd_2_0[] = {
    {.name = "maxlen", .token = "MAXLEN", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "minid", .token = "MINID", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_xadd_2_1[] = {
    {.name = "equal", .token = "=", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "approximately", .token = "~", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_xadd_2[] = {
    {.name = "strategy", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_xadd_2_0},
    {.name = "operator", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_xadd_2_1},
    {.name = "threshold", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "count", .token = "LIMIT", .since = "6.2.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_xadd_3[] = {
    {.name = "auto_id", .token = "*", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "id", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_xadd_4[] = {
    {.name = "field", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_xadd[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "nomkstream", .token = "NOMKSTREAM", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "trim", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 4, .arguments = arguments_xadd_2},
    {.name = "id_or_auto", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_xadd_3},
    {.name = "field_value", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_xadd_4},
};
static const struct command_history history_xadd[] = {
    {"6.2.0", "NOMKSTREAM, MINID and LIMIT."},
    {"7.0.0", "Ids of which only the milliseconds are given."},
};
static const char *const tips_xadd[] = {"nondeterministic_output"};
static const struct command_documentation documentation_xadd = {
    .group = "stream",
    .summary = "Appends an entry to a stream, which is made if need be, and may trim the stream.",
    .since = "5.0.0",
    .complexity = "O(1) to append; O(N) to trim N entries",
    .tip_count = 1, .tips = tips_xadd,
    .history_count = 2, .history = history_xadd,
    .argument_count = 5, .arguments = arguments_xadd,
};
static const struct command row_xadd = {
    .name = "xadd",
    .run = command_xadd,
    .arity = -5,
    .id = 353,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xadd,
    .documentation = &documentation_xadd,
};

static const struct key_specification keys_xrange[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xrange[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "start", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "end", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_xrange[] = {
    {"6.2.0", "Ranges without their ends."},
};
static const struct command_documentation documentation_xrange = {
    .group = "stream",
    .summary = "Returns the entries between two ids.",
    .since = "5.0.0",
    .complexity = "O(log S + N) for N entries out of S",
    .history_count = 1, .history = history_xrange,
    .argument_count = 4, .arguments = arguments_xrange,
};
static const struct command row_xrange = {
    .name = "xrange",
    .run = command_xrange,
    .arity = -4,
    .id = 354,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xrange,
    .documentation = &documentation_xrange,
};

static const struct key_specification keys_xrevrange[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xrevrange[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "end", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "start", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_xrevrange[] = {
    {"6.2.0", "Ranges without their ends."},
};
static const struct command_documentation documentation_xrevrange = {
    .group = "stream",
    .summary = "Returns the entries between two ids, the last one first.",
    .since = "5.0.0",
    .complexity = "O(log S + N) for N entries out of S",
    .history_count = 1, .history = history_xrevrange,
    .argument_count = 4, .arguments = arguments_xrevrange,
};
static const struct command row_xrevrange = {
    .name = "xrevrange",
    .run = command_xrevrange,
    .arity = -4,
    .id = 355,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xrevrange,
    .documentation = &documentation_xrevrange,
};

static const struct key_specification keys_xlen[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xlen[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_xlen = {
    .group = "stream",
    .summary = "Returns how many entries a stream has.",
    .since = "5.0.0",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_xlen,
};
static const struct command row_xlen = {
    .name = "xlen",
    .run = command_xlen,
    .arity = 2,
    .id = 356,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_STREAM | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xlen,
    .documentation = &documentation_xlen,
};

static const struct key_specification keys_xdel[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xdel[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "id", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_xdel = {
    .group = "stream",
    .summary = "Deletes entries by their ids and returns how many were there.",
    .since = "5.0.0",
    .complexity = "O(log S) for each id, S being the entries of the stream",
    .argument_count = 2, .arguments = arguments_xdel,
};
static const struct command row_xdel = {
    .name = "xdel",
    .run = command_xdel,
    .arity = -3,
    .id = 357,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xdel,
    .documentation = &documentation_xdel,
};

static const struct key_specification keys_xtrim[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xtrim_1_0[] = {
    {.name = "maxlen", .token = "MAXLEN", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "minid", .token = "MINID", .since = "6.2.0", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_xtrim_1_1[] = {
    {.name = "equal", .token = "=", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "approximately", .token = "~", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_xtrim_1[] = {
    {.name = "strategy", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_xtrim_1_0},
    {.name = "operator", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_xtrim_1_1},
    {.name = "threshold", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "count", .token = "LIMIT", .since = "6.2.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_xtrim[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "trim", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 4, .arguments = arguments_xtrim_1},
};
static const struct command_history history_xtrim[] = {
    {"6.2.0", "MINID and LIMIT."},
};
static const char *const tips_xtrim[] = {"nondeterministic_output"};
static const struct command_documentation documentation_xtrim = {
    .group = "stream",
    .summary = "Deletes the oldest entries of a stream.",
    .since = "5.0.0",
    .complexity = "O(N) for N deleted entries, whole nodes at once",
    .tip_count = 1, .tips = tips_xtrim,
    .history_count = 1, .history = history_xtrim,
    .argument_count = 2, .arguments = arguments_xtrim,
};
static const struct command row_xtrim = {
    .name = "xtrim",
    .run = command_xtrim,
    .arity = -4,
    .id = 358,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xtrim,
    .documentation = &documentation_xtrim,
};

static const struct key_specification keys_xsetid[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xsetid[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "last-id", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "entries_added", .token = "ENTRIESADDED", .since = "7.0.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "max_deleted_entry_id", .token = "MAXDELETEDID", .since = "7.0.0", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_xsetid[] = {
    {"7.0.0", "ENTRIESADDED and MAXDELETEDID."},
};
static const struct command_documentation documentation_xsetid = {
    .group = "stream",
    .summary = "Sets the last id of a stream, and its counters.",
    .since = "5.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_xsetid,
    .argument_count = 4, .arguments = arguments_xsetid,
};
static const struct command row_xsetid = {
    .name = "xsetid",
    .run = command_xsetid,
    .arity = -3,
    .id = 359,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xsetid,
    .documentation = &documentation_xsetid,
};

static const struct key_specification keys_xread[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_KEYWORD, .index = 1, .keyword = "STREAMS",
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 2},
};
static const struct command_argument arguments_xread_2[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "id", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_xread[] = {
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "milliseconds", .token = "BLOCK", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "streams", .token = "STREAMS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_xread_2},
};
static const struct command_documentation documentation_xread = {
    .group = "stream",
    .summary = "Returns entries behind given ids from one or more streams, and may wait for some.",
    .since = "5.0.0",
    .complexity = "O(log S + N) for each stream, N being the entries returned",
    .argument_count = 3, .arguments = arguments_xread,
};
static const struct command row_xread = {
    .name = "xread",
    .run = command_xread,
    .arity = -4,
    .id = 360,
    .flags = COMMAND_READONLY | COMMAND_BLOCKING | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_READ | CATEGORY_STREAM | CATEGORY_SLOW | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_xread,
    .documentation = &documentation_xread,
};

static const struct key_specification keys_xreadgroup[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_KEYWORD, .index = 4, .keyword = "STREAMS",
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 2},
};
static const struct command_argument arguments_xreadgroup_0[] = {
    {.name = "group", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "consumer", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_argument arguments_xreadgroup_4[] = {
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 0},
    {.name = "id", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_argument arguments_xreadgroup[] = {
    {.name = "group_consumer", .token = "GROUP", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_xreadgroup_0},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "milliseconds", .token = "BLOCK", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "noack", .token = "NOACK", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "streams", .token = "STREAMS", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_xreadgroup_4},
};
static const struct command_documentation documentation_xreadgroup = {
    .group = "stream",
    .summary = "Returns entries of one or more streams to a consumer of a group, and may wait for some.",
    .since = "5.0.0",
    .complexity = "O(log S + N) for each stream, N being the entries returned",
    .argument_count = 5, .arguments = arguments_xreadgroup,
};
static const struct command row_xreadgroup = {
    .name = "xreadgroup",
    .run = command_xreadgroup,
    .arity = -7,
    .id = 361,
    .flags = COMMAND_WRITE | COMMAND_BLOCKING | COMMAND_MOVABLE_KEYS,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_SLOW | CATEGORY_BLOCKING,
    .scope = SCOPE_KEYS,
    .key_specification_count = 1,
    .key_specifications = keys_xreadgroup,
    .documentation = &documentation_xreadgroup,
};

static const struct key_specification keys_xack[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xack[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "group", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "id", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_xack = {
    .group = "stream",
    .summary = "Removes entries from those pending in a group and returns how many were.",
    .since = "5.0.0",
    .complexity = "O(log N) for each id, N being the pending entries",
    .argument_count = 3, .arguments = arguments_xack,
};
static const struct command row_xack = {
    .name = "xack",
    .run = command_xack,
    .arity = -4,
    .id = 362,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xack,
    .documentation = &documentation_xack,
};

static const struct key_specification keys_xclaim[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xclaim[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "group", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "consumer", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "min-idle-time", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "id", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
    {.name = "ms", .token = "IDLE", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "unix-time-milliseconds", .token = "TIME", .type = ARGUMENT_UNIX_TIME, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "count", .token = "RETRYCOUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "force", .token = "FORCE", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "justid", .token = "JUSTID", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "id", .token = "LASTID", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const char *const tips_xclaim[] = {"nondeterministic_output"};
static const struct command_documentation documentation_xclaim = {
    .group = "stream",
    .summary = "Makes a consumer the one that pending entries are for.",
    .since = "5.0.0",
    .complexity = "O(log N) for each id, N being the pending entries",
    .tip_count = 1, .tips = tips_xclaim,
    .argument_count = 11, .arguments = arguments_xclaim,
};
static const struct command row_xclaim = {
    .name = "xclaim",
    .run = command_xclaim,
    .arity = -6,
    .id = 363,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xclaim,
    .documentation = &documentation_xclaim,
};

static const struct key_specification keys_xautoclaim[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xautoclaim[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "group", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "consumer", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "min-idle-time", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "start", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "justid", .token = "JUSTID", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_xautoclaim[] = {
    {"7.0.0", "The reply names the entries that were no longer in the stream."},
};
static const char *const tips_xautoclaim[] = {"nondeterministic_output"};
static const struct command_documentation documentation_xautoclaim = {
    .group = "stream",
    .summary = "Makes a consumer the one that long pending entries are for, going through them in order.",
    .since = "6.2.0",
    .complexity = "O(N) for N entries looked at, 10 for each one of COUNT",
    .tip_count = 1, .tips = tips_xautoclaim,
    .history_count = 1, .history = history_xautoclaim,
    .argument_count = 7, .arguments = arguments_xautoclaim,
};
static const struct command row_xautoclaim = {
    .name = "xautoclaim",
    .run = command_xautoclaim,
    .arity = -6,
    .id = 364,
    .flags = COMMAND_WRITE | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xautoclaim,
    .documentation = &documentation_xautoclaim,
};

static const struct key_specification keys_xpending[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xpending_2[] = {
    {.name = "min-idle-time", .token = "IDLE", .since = "6.2.0", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "start", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "end", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "count", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "consumer", .type = ARGUMENT_STRING, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_xpending[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "group", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "filters", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 5, .arguments = arguments_xpending_2},
};
static const struct command_history history_xpending[] = {
    {"6.2.0", "IDLE, and ranges without their ends."},
};
static const char *const tips_xpending[] = {"nondeterministic_output"};
static const struct command_documentation documentation_xpending = {
    .group = "stream",
    .summary = "Tells of the entries that are pending in a group.",
    .since = "5.0.0",
    .complexity = "O(N) for N entries looked at; for the summary N is the number of consumers",
    .tip_count = 1, .tips = tips_xpending,
    .history_count = 1, .history = history_xpending,
    .argument_count = 3, .arguments = arguments_xpending,
};
static const struct command row_xpending = {
    .name = "xpending",
    .run = command_xpending,
    .arity = -3,
    .id = 365,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xpending,
    .documentation = &documentation_xpending,
};

static const struct command_documentation documentation_xgroup = {
    .group = "stream",
    .summary = "Groups of consumers of a stream.",
    .since = "5.0.0",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_xgroup[] = {&row_xgroup_delconsumer, &row_xgroup_create, &row_xgroup_createconsumer, &row_xgroup_destroy, &row_xgroup_setid, &row_xgroup_help};
static const struct command row_xgroup = {
    .name = "xgroup",
    .run = NULL,
    .arity = -2,
    .id = 366,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 6,
    .subcommands = subcommands_xgroup,
    .documentation = &documentation_xgroup,
};

static const struct key_specification keys_xgroup_delconsumer[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xgroup_delconsumer[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "groupname", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "consumername", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_xgroup_delconsumer = {
    .group = "stream",
    .summary = "Removes a consumer from a group, with what is pending for it.",
    .since = "5.0.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_xgroup_delconsumer,
};
static const struct command row_xgroup_delconsumer = {
    .name = "xgroup|delconsumer",
    .run = command_xgroup_delconsumer,
    .arity = 5,
    .id = 367,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xgroup_delconsumer,
    .documentation = &documentation_xgroup_delconsumer,
};

static const struct key_specification keys_xgroup_create[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xgroup_create_2[] = {
    {.name = "id", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "new_id", .token = "$", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_xgroup_create[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "groupname", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "id", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_xgroup_create_2},
    {.name = "mkstream", .token = "MKSTREAM", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "entries_read", .token = "ENTRIESREAD", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_xgroup_create[] = {
    {"7.0.0", "ENTRIESREAD."},
};
static const struct command_documentation documentation_xgroup_create = {
    .group = "stream",
    .summary = "Makes a group of consumers.",
    .since = "5.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_xgroup_create,
    .argument_count = 5, .arguments = arguments_xgroup_create,
};
static const struct command row_xgroup_create = {
    .name = "xgroup|create",
    .run = command_xgroup_create,
    .arity = -5,
    .id = 368,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xgroup_create,
    .documentation = &documentation_xgroup_create,
};

static const struct key_specification keys_xgroup_createconsumer[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xgroup_createconsumer[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "groupname", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "consumername", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_xgroup_createconsumer = {
    .group = "stream",
    .summary = "Makes a consumer of a group.",
    .since = "6.2.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_xgroup_createconsumer,
};
static const struct command row_xgroup_createconsumer = {
    .name = "xgroup|createconsumer",
    .run = command_xgroup_createconsumer,
    .arity = 5,
    .id = 369,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xgroup_createconsumer,
    .documentation = &documentation_xgroup_createconsumer,
};

static const struct key_specification keys_xgroup_destroy[] = {
    {.flags = KEY_READ_WRITE | KEY_DELETE,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xgroup_destroy[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "groupname", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_xgroup_destroy = {
    .group = "stream",
    .summary = "Removes a group of consumers.",
    .since = "5.0.0",
    .complexity = "O(N) for N pending entries",
    .argument_count = 2, .arguments = arguments_xgroup_destroy,
};
static const struct command row_xgroup_destroy = {
    .name = "xgroup|destroy",
    .run = command_xgroup_destroy,
    .arity = 4,
    .id = 370,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xgroup_destroy,
    .documentation = &documentation_xgroup_destroy,
};

static const struct key_specification keys_xgroup_setid[] = {
    {.flags = KEY_READ_WRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xgroup_setid_2[] = {
    {.name = "id", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "new_id", .token = "$", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_xgroup_setid[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "groupname", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "id", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_xgroup_setid_2},
    {.name = "entries_read", .token = "ENTRIESREAD", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_history history_xgroup_setid[] = {
    {"7.0.0", "ENTRIESREAD."},
};
static const struct command_documentation documentation_xgroup_setid = {
    .group = "stream",
    .summary = "Sets the id that a group has read to.",
    .since = "5.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_xgroup_setid,
    .argument_count = 4, .arguments = arguments_xgroup_setid,
};
static const struct command row_xgroup_setid = {
    .name = "xgroup|setid",
    .run = command_xgroup_setid,
    .arity = -5,
    .id = 371,
    .flags = COMMAND_WRITE,
    .categories = CATEGORY_WRITE | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xgroup_setid,
    .documentation = &documentation_xgroup_setid,
};

static const struct command_documentation documentation_xgroup_help = {
    .group = "stream",
    .summary = "Lists the subcommands.",
    .since = "5.0.0",
    .complexity = "O(1)",
};
static const struct command row_xgroup_help = {
    .name = "xgroup|help",
    .run = command_help,
    .arity = 2,
    .id = 372,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_xgroup_help,
};

static const struct command_documentation documentation_xinfo = {
    .group = "stream",
    .summary = "Tells of streams, their groups and consumers.",
    .since = "5.0.0",
    .complexity = "That of the subcommand.",
};
static const struct command *const subcommands_xinfo[] = {&row_xinfo_consumers, &row_xinfo_stream, &row_xinfo_groups, &row_xinfo_help};
static const struct command row_xinfo = {
    .name = "xinfo",
    .run = NULL,
    .arity = -2,
    .id = 373,
    .flags = 0,
    .categories = CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .subcommand_count = 4,
    .subcommands = subcommands_xinfo,
    .documentation = &documentation_xinfo,
};

static const struct key_specification keys_xinfo_consumers[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xinfo_consumers[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "groupname", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_history history_xinfo_consumers[] = {
    {"7.2.0", "inactive."},
};
static const char *const tips_xinfo_consumers[] = {"nondeterministic_output"};
static const struct command_documentation documentation_xinfo_consumers = {
    .group = "stream",
    .summary = "Tells of the consumers of a group.",
    .since = "5.0.0",
    .complexity = "O(1)",
    .tip_count = 1, .tips = tips_xinfo_consumers,
    .history_count = 1, .history = history_xinfo_consumers,
    .argument_count = 2, .arguments = arguments_xinfo_consumers,
};
static const struct command row_xinfo_consumers = {
    .name = "xinfo|consumers",
    .run = command_xinfo_consumers,
    .arity = 4,
    .id = 374,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xinfo_consumers,
    .documentation = &documentation_xinfo_consumers,
};

static const struct key_specification keys_xinfo_stream[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xinfo_stream_1[] = {
    {.name = "count", .token = "COUNT", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_argument arguments_xinfo_stream[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "full", .token = "FULL", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 1, .arguments = arguments_xinfo_stream_1},
};
static const struct command_history history_xinfo_stream[] = {
    {"6.0.0", "FULL."},
    {"7.0.0", "max-deleted-entry-id, entries-added, recorded-first-entry-id, entries-read and lag."},
};
static const struct command_documentation documentation_xinfo_stream = {
    .group = "stream",
    .summary = "Tells of a stream.",
    .since = "5.0.0",
    .complexity = "O(1)",
    .history_count = 2, .history = history_xinfo_stream,
    .argument_count = 2, .arguments = arguments_xinfo_stream,
};
static const struct command row_xinfo_stream = {
    .name = "xinfo|stream",
    .run = command_xinfo_stream,
    .arity = -3,
    .id = 375,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xinfo_stream,
    .documentation = &documentation_xinfo_stream,
};

static const struct key_specification keys_xinfo_groups[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_xinfo_groups[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_history history_xinfo_groups[] = {
    {"7.0.0", "entries-read and lag."},
};
static const struct command_documentation documentation_xinfo_groups = {
    .group = "stream",
    .summary = "Tells of the groups of a stream.",
    .since = "5.0.0",
    .complexity = "O(1)",
    .history_count = 1, .history = history_xinfo_groups,
    .argument_count = 1, .arguments = arguments_xinfo_groups,
};
static const struct command row_xinfo_groups = {
    .name = "xinfo|groups",
    .run = command_xinfo_groups,
    .arity = 3,
    .id = 376,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = 2, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_xinfo_groups,
    .documentation = &documentation_xinfo_groups,
};

static const struct command_documentation documentation_xinfo_help = {
    .group = "stream",
    .summary = "Lists the subcommands.",
    .since = "5.0.0",
    .complexity = "O(1)",
};
static const struct command row_xinfo_help = {
    .name = "xinfo|help",
    .run = command_help,
    .arity = 2,
    .id = 377,
    .flags = COMMAND_LOADING | COMMAND_STALE,
    .categories = CATEGORY_STREAM | CATEGORY_SLOW,
    .scope = SCOPE_CONNECTION,
    .documentation = &documentation_xinfo_help,
};

static const struct key_specification keys_setbit[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_setbit[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_setbit = {
    .group = "bitmap",
    .summary = "Sets or clears one bit of a string, which grows as needed.",
    .since = "2.2.0",
    .complexity = "O(1)",
    .argument_count = 3, .arguments = arguments_setbit,
};
static const struct command row_setbit = {
    .name = "setbit",
    .run = command_setbit,
    .arity = 4,
    .id = 378,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_BITMAP | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_setbit,
    .documentation = &documentation_setbit,
};

static const struct key_specification keys_getbit[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_getbit[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_getbit = {
    .group = "bitmap",
    .summary = "Returns one bit of a string; 0 behind its end.",
    .since = "2.2.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_getbit,
};
static const struct command row_getbit = {
    .name = "getbit",
    .run = command_getbit,
    .arity = 3,
    .id = 379,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_BITMAP | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_getbit,
    .documentation = &documentation_getbit,
};

static const struct key_specification keys_bitcount[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bitcount_1_2[] = {
    {.name = "byte", .token = "BYTE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "bit", .token = "BIT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_bitcount_1[] = {
    {.name = "start", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "end", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "index_unit", .since = "7.0.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_bitcount_1_2},
};
static const struct command_argument arguments_bitcount[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "index", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_bitcount_1},
};
static const struct command_history history_bitcount[] = {
    {"7.0.0", "Ends may count bits (BIT)."},
    {"8.0.0", "The end may be left out."},
};
static const struct command_documentation documentation_bitcount = {
    .group = "bitmap",
    .summary = "Counts the bits that are set, in all of a string or a part of it.",
    .since = "2.6.0",
    .complexity = "O(N) in the bytes looked at.",
    .history_count = 2, .history = history_bitcount,
    .argument_count = 2, .arguments = arguments_bitcount,
};
static const struct command row_bitcount = {
    .name = "bitcount",
    .run = command_bitcount,
    .arity = -2,
    .id = 380,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_BITMAP | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bitcount,
    .documentation = &documentation_bitcount,
};

static const struct key_specification keys_bitpos[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bitpos_2_1_1[] = {
    {.name = "byte", .token = "BYTE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "bit", .token = "BIT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_bitpos_2_1[] = {
    {.name = "end", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "index_unit", .since = "7.0.0", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_bitpos_2_1_1},
};
static const struct command_argument arguments_bitpos_2[] = {
    {.name = "start", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "end_index", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_bitpos_2_1},
};
static const struct command_argument arguments_bitpos[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "bit", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "index", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 2, .arguments = arguments_bitpos_2},
};
static const struct command_history history_bitpos[] = {
    {"7.0.0", "Ends may count bits (BIT)."},
};
static const struct command_documentation documentation_bitpos = {
    .group = "bitmap",
    .summary = "Finds the first bit that is set, or is not.",
    .since = "2.8.7",
    .complexity = "O(N) in the bytes looked at.",
    .history_count = 1, .history = history_bitpos,
    .argument_count = 3, .arguments = arguments_bitpos,
};
static const struct command row_bitpos = {
    .name = "bitpos",
    .run = command_bitpos,
    .arity = -3,
    .id = 381,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_BITMAP | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bitpos,
    .documentation = &documentation_bitpos,
};

static const struct key_specification keys_bitop[] = {
    {.flags = KEY_OVERWRITE | KEY_UPDATE,
     .begin = KEY_BEGIN_INDEX, .index = 2,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 3,
     .find = KEY_FIND_RANGE, .last_key = -1, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bitop[] = {
    {.name = "operation", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "destkey", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "key", .type = ARGUMENT_KEY, .flags = ARGUMENT_MULTIPLE, .key_specification = 1},
};
static const struct command_documentation documentation_bitop = {
    .group = "bitmap",
    .summary = "Combines strings bit by bit and stores the result.",
    .since = "2.6.0",
    .complexity = "O(N) in the bytes of all sources.",
    .argument_count = 3, .arguments = arguments_bitop,
};
static const struct command row_bitop = {
    .name = "bitop",
    .run = command_bitop,
    .arity = -4,
    .id = 382,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_BITMAP | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 2, .last_key = -1, .key_step = 1,
    .key_specification_count = 2,
    .key_specifications = keys_bitop,
    .documentation = &documentation_bitop,
};

static const struct key_specification keys_bitfield[] = {
    {.flags = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE | KEY_VARIABLE_FLAGS,
     .notes = "Fields are read and written.",
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bitfield_1_0[] = {
    {.name = "encoding", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_bitfield_1_1_0[] = {
    {.name = "wrap", .token = "WRAP", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "sat", .token = "SAT", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "fail", .token = "FAIL", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_bitfield_1_1_1_0[] = {
    {.name = "encoding", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "value", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_bitfield_1_1_1_1[] = {
    {.name = "encoding", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "increment", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_bitfield_1_1_1[] = {
    {.name = "encoding_offset_value", .token = "SET", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 3, .arguments = arguments_bitfield_1_1_1_0},
    {.name = "encoding_offset_increment", .token = "INCRBY", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 3, .arguments = arguments_bitfield_1_1_1_1},
};
static const struct command_argument arguments_bitfield_1_1[] = {
    {.name = "wrap_sat_fail", .token = "OVERFLOW", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 3, .arguments = arguments_bitfield_1_1_0},
    {.name = "write_operation", .type = ARGUMENT_ONEOF, .key_specification = -1, .argument_count = 2, .arguments = arguments_bitfield_1_1_1},
};
static const struct command_argument arguments_bitfield_1[] = {
    {.name = "encoding_offset", .token = "GET", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_bitfield_1_0},
    {.name = "write", .type = ARGUMENT_BLOCK, .key_specification = -1, .argument_count = 2, .arguments = arguments_bitfield_1_1},
};
static const struct command_argument arguments_bitfield[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "operation", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE, .key_specification = -1, .argument_count = 2, .arguments = arguments_bitfield_1},
};
static const struct command_documentation documentation_bitfield = {
    .group = "bitmap",
    .summary = "Reads, sets and increases integers of any width inside a string.",
    .since = "3.2.0",
    .complexity = "O(1) for each step.",
    .argument_count = 2, .arguments = arguments_bitfield,
};
static const struct command row_bitfield = {
    .name = "bitfield",
    .run = command_bitfield,
    .arity = -2,
    .id = 383,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_BITMAP | CATEGORY_SLOW,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bitfield,
    .documentation = &documentation_bitfield,
};

static const struct key_specification keys_bitfield_ro[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bitfield_ro_1[] = {
    {.name = "encoding", .type = ARGUMENT_STRING, .key_specification = -1},
    {.name = "offset", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_argument arguments_bitfield_ro[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "encoding_offset", .token = "GET", .type = ARGUMENT_BLOCK, .flags = ARGUMENT_OPTIONAL | ARGUMENT_MULTIPLE | ARGUMENT_MULTIPLE_TOKEN, .key_specification = -1, .argument_count = 2, .arguments = arguments_bitfield_ro_1},
};
static const struct command_documentation documentation_bitfield_ro = {
    .group = "bitmap",
    .summary = "Reads integers of any width inside a string.",
    .since = "6.0.0",
    .complexity = "O(1) for each step.",
    .argument_count = 2, .arguments = arguments_bitfield_ro,
};
static const struct command row_bitfield_ro = {
    .name = "bitfield_ro",
    .run = command_bitfield_ro,
    .arity = -2,
    .id = 384,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_BITMAP | CATEGORY_FAST,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bitfield_ro,
    .documentation = &documentation_bitfield_ro,
};

static const struct key_specification keys_bf_reserve[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_reserve[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "error_rate", .type = ARGUMENT_DOUBLE, .key_specification = -1},
    {.name = "capacity", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "expansion", .token = "EXPANSION", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "nonscaling", .token = "NONSCALING", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
};
static const struct command_documentation documentation_bf_reserve = {
    .group = "bloom",
    .summary = "Makes an empty Bloom filter.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 5, .arguments = arguments_bf_reserve,
};
static const struct command row_bf_reserve = {
    .name = "bf.reserve",
    .run = command_bf_reserve,
    .arity = -4,
    .id = 385,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM | COMMAND_FAST,
    .categories = CATEGORY_WRITE | CATEGORY_FAST | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_reserve,
    .documentation = &documentation_bf_reserve,
};

static const struct key_specification keys_bf_add[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_add[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "item", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_bf_add = {
    .group = "bloom",
    .summary = "Adds an item to a Bloom filter, which is made if it is absent.",
    .since = "1.0.0",
    .complexity = "O(K) in the number of hashes.",
    .argument_count = 2, .arguments = arguments_bf_add,
};
static const struct command row_bf_add = {
    .name = "bf.add",
    .run = command_bf_add,
    .arity = 3,
    .id = 386,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_add,
    .documentation = &documentation_bf_add,
};

static const struct key_specification keys_bf_madd[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_madd[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "item", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_bf_madd = {
    .group = "bloom",
    .summary = "Adds items to a Bloom filter, which is made if it is absent.",
    .since = "1.0.0",
    .complexity = "O(K*N) in the number of hashes and of items.",
    .argument_count = 2, .arguments = arguments_bf_madd,
};
static const struct command row_bf_madd = {
    .name = "bf.madd",
    .run = command_bf_madd,
    .arity = -3,
    .id = 387,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_madd,
    .documentation = &documentation_bf_madd,
};

static const struct key_specification keys_bf_insert[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_insert[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "capacity", .token = "CAPACITY", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "error", .token = "ERROR", .type = ARGUMENT_DOUBLE, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "expansion", .token = "EXPANSION", .type = ARGUMENT_INTEGER, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "nocreate", .token = "NOCREATE", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "nonscaling", .token = "NONSCALING", .type = ARGUMENT_PURE_TOKEN, .flags = ARGUMENT_OPTIONAL, .key_specification = -1},
    {.name = "items", .token = "ITEMS", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "item", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_bf_insert = {
    .group = "bloom",
    .summary = "Adds items to a Bloom filter, which is made as described if it is absent.",
    .since = "1.0.0",
    .complexity = "O(K*N) in the number of hashes and of items.",
    .argument_count = 8, .arguments = arguments_bf_insert,
};
static const struct command row_bf_insert = {
    .name = "bf.insert",
    .run = command_bf_insert,
    .arity = -4,
    .id = 388,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_insert,
    .documentation = &documentation_bf_insert,
};

static const struct key_specification keys_bf_exists[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_exists[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "item", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_bf_exists = {
    .group = "bloom",
    .summary = "Tells whether a Bloom filter has seen an item: surely not, or probably.",
    .since = "1.0.0",
    .complexity = "O(K) in the number of hashes.",
    .argument_count = 2, .arguments = arguments_bf_exists,
};
static const struct command row_bf_exists = {
    .name = "bf.exists",
    .run = command_bf_exists,
    .arity = 3,
    .id = 389,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_FAST | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_exists,
    .documentation = &documentation_bf_exists,
};

static const struct key_specification keys_bf_mexists[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_mexists[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "item", .type = ARGUMENT_STRING, .flags = ARGUMENT_MULTIPLE, .key_specification = -1},
};
static const struct command_documentation documentation_bf_mexists = {
    .group = "bloom",
    .summary = "Tells which items a Bloom filter has seen: surely not, or probably.",
    .since = "1.0.0",
    .complexity = "O(K*N) in the number of hashes and of items.",
    .argument_count = 2, .arguments = arguments_bf_mexists,
};
static const struct command row_bf_mexists = {
    .name = "bf.mexists",
    .run = command_bf_mexists,
    .arity = -3,
    .id = 390,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_FAST | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_mexists,
    .documentation = &documentation_bf_mexists,
};

static const struct key_specification keys_bf_info[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_info_1[] = {
    {.name = "capacity", .token = "CAPACITY", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "size", .token = "SIZE", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "filters", .token = "FILTERS", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "items", .token = "ITEMS", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
    {.name = "expansion", .token = "EXPANSION", .type = ARGUMENT_PURE_TOKEN, .key_specification = -1},
};
static const struct command_argument arguments_bf_info[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "single_value", .type = ARGUMENT_ONEOF, .flags = ARGUMENT_OPTIONAL, .key_specification = -1, .argument_count = 5, .arguments = arguments_bf_info_1},
};
static const struct command_documentation documentation_bf_info = {
    .group = "bloom",
    .summary = "Describes a Bloom filter.",
    .since = "1.0.0",
    .complexity = "O(1)",
    .argument_count = 2, .arguments = arguments_bf_info,
};
static const struct command row_bf_info = {
    .name = "bf.info",
    .run = command_bf_info,
    .arity = -2,
    .id = 391,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_FAST | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_info,
    .documentation = &documentation_bf_info,
};

static const struct key_specification keys_bf_card[] = {
    {.flags = KEY_READ_ONLY,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_card[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
};
static const struct command_documentation documentation_bf_card = {
    .group = "bloom",
    .summary = "Counts the different items that were added to a Bloom filter.",
    .since = "2.4.4",
    .complexity = "O(1)",
    .argument_count = 1, .arguments = arguments_bf_card,
};
static const struct command row_bf_card = {
    .name = "bf.card",
    .run = command_bf_card,
    .arity = 2,
    .id = 392,
    .flags = COMMAND_READONLY | COMMAND_FAST,
    .categories = CATEGORY_READ | CATEGORY_FAST | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_card,
    .documentation = &documentation_bf_card,
};

static const struct key_specification keys_bf_scandump[] = {
    {.flags = KEY_READ_ONLY | KEY_ACCESS,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_scandump[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "iterator", .type = ARGUMENT_INTEGER, .key_specification = -1},
};
static const struct command_documentation documentation_bf_scandump = {
    .group = "bloom",
    .summary = "Returns a Bloom filter in pieces.",
    .since = "1.0.0",
    .complexity = "O(N) in the bytes of the piece.",
    .argument_count = 2, .arguments = arguments_bf_scandump,
};
static const struct command row_bf_scandump = {
    .name = "bf.scandump",
    .run = command_bf_scandump,
    .arity = 3,
    .id = 393,
    .flags = COMMAND_READONLY,
    .categories = CATEGORY_READ | CATEGORY_SLOW | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_scandump,
    .documentation = &documentation_bf_scandump,
};

static const struct key_specification keys_bf_loadchunk[] = {
    {.flags = KEY_READ_WRITE | KEY_INSERT,
     .begin = KEY_BEGIN_INDEX, .index = 1,
     .find = KEY_FIND_RANGE, .last_key = 0, .step = 1, .limit = 0},
};
static const struct command_argument arguments_bf_loadchunk[] = {
    {.name = "key", .type = ARGUMENT_KEY, .key_specification = 0},
    {.name = "iterator", .type = ARGUMENT_INTEGER, .key_specification = -1},
    {.name = "data", .type = ARGUMENT_STRING, .key_specification = -1},
};
static const struct command_documentation documentation_bf_loadchunk = {
    .group = "bloom",
    .summary = "Puts a Bloom filter together from the pieces of BF.SCANDUMP.",
    .since = "1.0.0",
    .complexity = "O(N) in the bytes of the piece.",
    .argument_count = 3, .arguments = arguments_bf_loadchunk,
};
static const struct command row_bf_loadchunk = {
    .name = "bf.loadchunk",
    .run = command_bf_loadchunk,
    .arity = 4,
    .id = 394,
    .flags = COMMAND_WRITE | COMMAND_DENYOOM,
    .categories = CATEGORY_WRITE | CATEGORY_SLOW | CATEGORY_BLOOM,
    .scope = SCOPE_KEYS,
    .first_key = 1, .last_key = 1, .key_step = 1,
    .key_specification_count = 1,
    .key_specifications = keys_bf_loadchunk,
    .documentation = &documentation_bf_loadchunk,
};

const struct command *const commands[] = {
    &row_del,
    &row_unlink,
    &row_exists,
    &row_type,
    &row_touch,
    &row_expire,
    &row_pexpire,
    &row_expireat,
    &row_pexpireat,
    &row_ttl,
    &row_pttl,
    &row_expiretime,
    &row_pexpiretime,
    &row_persist,
    &row_rename,
    &row_renamenx,
    &row_copy,
    &row_move,
    &row_scan,
    &row_keys,
    &row_randomkey,
    &row_object,
    &row_object_encoding,
    &row_object_freq,
    &row_object_idletime,
    &row_object_refcount,
    &row_object_help,
    &row_sort,
    &row_sort_ro,
    &row_dump,
    &row_restore,
    &row_wait,
    &row_migrate,
    &row_set,
    &row_get,
    &row_getex,
    &row_getdel,
    &row_getset,
    &row_setnx,
    &row_setex,
    &row_psetex,
    &row_mset,
    &row_msetnx,
    &row_msetex,
    &row_delifeq,
    &row_mget,
    &row_append,
    &row_strlen,
    &row_setrange,
    &row_getrange,
    &row_substr,
    &row_incr,
    &row_decr,
    &row_incrby,
    &row_decrby,
    &row_incrbyfloat,
    &row_lcs,
    &row_lpush,
    &row_rpush,
    &row_lpushx,
    &row_rpushx,
    &row_lpop,
    &row_rpop,
    &row_llen,
    &row_lindex,
    &row_lrange,
    &row_linsert,
    &row_lset,
    &row_lrem,
    &row_ltrim,
    &row_lpos,
    &row_lmove,
    &row_rpoplpush,
    &row_lmpop,
    &row_blpop,
    &row_brpop,
    &row_blmove,
    &row_brpoplpush,
    &row_blmpop,
    &row_sadd,
    &row_srem,
    &row_sismember,
    &row_smismember,
    &row_scard,
    &row_smembers,
    &row_smove,
    &row_spop,
    &row_srandmember,
    &row_sinter,
    &row_sinterstore,
    &row_sintercard,
    &row_sdiff,
    &row_sdiffstore,
    &row_sunion,
    &row_sunionstore,
    &row_sscan,
    &row_bzmpop,
    &row_bzpopmax,
    &row_bzpopmin,
    &row_zadd,
    &row_zcard,
    &row_zcount,
    &row_zdiff,
    &row_zdiffstore,
    &row_zincrby,
    &row_zinter,
    &row_zintercard,
    &row_zinterstore,
    &row_zlexcount,
    &row_zmpop,
    &row_zmscore,
    &row_zpopmax,
    &row_zpopmin,
    &row_zrandmember,
    &row_zrange,
    &row_zrangebylex,
    &row_zrangebyscore,
    &row_zrangestore,
    &row_zrank,
    &row_zrem,
    &row_zremrangebylex,
    &row_zremrangebyrank,
    &row_zremrangebyscore,
    &row_zrevrange,
    &row_zrevrangebylex,
    &row_zrevrangebyscore,
    &row_zrevrank,
    &row_zscan,
    &row_zscore,
    &row_zunion,
    &row_zunionstore,
    &row_hset,
    &row_hsetnx,
    &row_hmset,
    &row_hget,
    &row_hmget,
    &row_hgetall,
    &row_hkeys,
    &row_hvals,
    &row_hlen,
    &row_hstrlen,
    &row_hexists,
    &row_hdel,
    &row_hincrby,
    &row_hincrbyfloat,
    &row_hrandfield,
    &row_hscan,
    &row_hexpire,
    &row_hpexpire,
    &row_hexpireat,
    &row_hpexpireat,
    &row_httl,
    &row_hpttl,
    &row_hexpiretime,
    &row_hpexpiretime,
    &row_hpersist,
    &row_hgetex,
    &row_hsetex,
    &row_hgetdel,
    &row_psubscribe,
    &row_publish,
    &row_pubsub,
    &row_pubsub_channels,
    &row_pubsub_numsub,
    &row_pubsub_numpat,
    &row_pubsub_shardnumsub,
    &row_pubsub_help,
    &row_pubsub_shardchannels,
    &row_punsubscribe,
    &row_spublish,
    &row_ssubscribe,
    &row_subscribe,
    &row_sunsubscribe,
    &row_unsubscribe,
    &row_multi,
    &row_exec,
    &row_discard,
    &row_watch,
    &row_unwatch,
    &row_ping,
    &row_echo,
    &row_quit,
    &row_reset,
    &row_select,
    &row_hello,
    &row_auth,
    &row_client,
    &row_client_id,
    &row_client_info,
    &row_client_list,
    &row_client_kill,
    &row_client_setname,
    &row_client_getname,
    &row_client_getredir,
    &row_client_tracking,
    &row_client_caching,
    &row_client_trackinginfo,
    &row_client_setinfo,
    &row_client_reply,
    &row_client_no_evict,
    &row_client_no_touch,
    &row_client_pause,
    &row_client_unpause,
    &row_client_unblock,
    &row_client_help,
    &row_dbsize,
    &row_flushdb,
    &row_flushall,
    &row_swapdb,
    &row_info,
    &row_config,
    &row_config_get,
    &row_config_set,
    &row_config_rewrite,
    &row_config_resetstat,
    &row_config_help,
    &row_time,
    &row_command,
    &row_command_count,
    &row_command_docs,
    &row_command_getkeys,
    &row_command_getkeysandflags,
    &row_command_info,
    &row_command_list,
    &row_command_help,
    &row_slowlog,
    &row_slowlog_get,
    &row_slowlog_len,
    &row_slowlog_reset,
    &row_slowlog_help,
    &row_latency,
    &row_latency_histogram,
    &row_latency_history,
    &row_latency_latest,
    &row_latency_graph,
    &row_latency_reset,
    &row_latency_doctor,
    &row_latency_help,
    &row_memory,
    &row_memory_usage,
    &row_memory_stats,
    &row_memory_doctor,
    &row_memory_purge,
    &row_memory_malloc_stats,
    &row_memory_help,
    &row_debug,
    &row_monitor,
    &row_save,
    &row_bgsave,
    &row_bgrewriteaof,
    &row_role,
    &row_replconf,
    &row_psync,
    &row_sync,
    &row_waitaof,
    &row_lastsave,
    &row_replicaof,
    &row_failover,
    &row_slaveof,
    &row_shutdown,
    &row_lolwut,
    &row_restore_asking,
    &row_acl,
    &row_acl_cat,
    &row_acl_deluser,
    &row_acl_dryrun,
    &row_acl_genpass,
    &row_acl_getuser,
    &row_acl_list,
    &row_acl_load,
    &row_acl_log,
    &row_acl_save,
    &row_acl_setuser,
    &row_acl_users,
    &row_acl_whoami,
    &row_acl_help,
    &row_eval,
    &row_evalsha,
    &row_eval_ro,
    &row_evalsha_ro,
    &row_script,
    &row_script_load,
    &row_script_exists,
    &row_script_show,
    &row_script_flush,
    &row_script_kill,
    &row_script_debug,
    &row_script_help,
    &row_fcall,
    &row_fcall_ro,
    &row_function,
    &row_function_load,
    &row_function_delete,
    &row_function_dump,
    &row_function_restore,
    &row_function_stats,
    &row_function_kill,
    &row_function_flush,
    &row_function_list,
    &row_function_help,
    &row_pfadd,
    &row_pfcount,
    &row_pfmerge,
    &row_pfdebug,
    &row_pfselftest,
    &row_cluster,
    &row_cluster_info,
    &row_cluster_nodes,
    &row_cluster_slots,
    &row_cluster_shards,
    &row_cluster_myid,
    &row_cluster_myshardid,
    &row_cluster_keyslot,
    &row_cluster_countkeysinslot,
    &row_cluster_getkeysinslot,
    &row_cluster_addslots,
    &row_cluster_addslotsrange,
    &row_cluster_delslots,
    &row_cluster_delslotsrange,
    &row_cluster_flushslots,
    &row_cluster_links,
    &row_cluster_reset,
    &row_cluster_saveconfig,
    &row_cluster_slot_stats,
    &row_cluster_count_failure_reports,
    &row_cluster_meet,
    &row_cluster_forget,
    &row_cluster_replicate,
    &row_cluster_failover,
    &row_cluster_setslot,
    &row_cluster_bumpepoch,
    &row_cluster_set_config_epoch,
    &row_cluster_replicas,
    &row_cluster_slaves,
    &row_cluster_help,
    &row_readonly,
    &row_readwrite,
    &row_asking,
    &row_cluster_migrateslots,
    &row_cluster_autopilot,
    &row_cluster_getslotmigrations,
    &row_cluster_cancelslotmigrations,
    &row_cluster_syncslots,
    &row_geoadd,
    &row_geodist,
    &row_geohash,
    &row_geopos,
    &row_georadius,
    &row_georadius_ro,
    &row_georadiusbymember,
    &row_georadiusbymember_ro,
    &row_geosearch,
    &row_geosearchstore,
    &row_xadd,
    &row_xrange,
    &row_xrevrange,
    &row_xlen,
    &row_xdel,
    &row_xtrim,
    &row_xsetid,
    &row_xread,
    &row_xreadgroup,
    &row_xack,
    &row_xclaim,
    &row_xautoclaim,
    &row_xpending,
    &row_xgroup,
    &row_xgroup_delconsumer,
    &row_xgroup_create,
    &row_xgroup_createconsumer,
    &row_xgroup_destroy,
    &row_xgroup_setid,
    &row_xgroup_help,
    &row_xinfo,
    &row_xinfo_consumers,
    &row_xinfo_stream,
    &row_xinfo_groups,
    &row_xinfo_help,
    &row_setbit,
    &row_getbit,
    &row_bitcount,
    &row_bitpos,
    &row_bitop,
    &row_bitfield,
    &row_bitfield_ro,
    &row_bf_reserve,
    &row_bf_add,
    &row_bf_madd,
    &row_bf_insert,
    &row_bf_exists,
    &row_bf_mexists,
    &row_bf_info,
    &row_bf_card,
    &row_bf_scandump,
    &row_bf_loadchunk,
};

const uint16_t command_count = 395;

const char *const command_flag_names[] = {
    "write", "readonly", "denyoom", "module", "admin", "pubsub",
    "noscript", "blocking", "loading", "stale", "skip_monitor", "skip_slowlog",
    "asking", "fast", "no_auth", "may_replicate", "no_mandatory_keys", "protected",
    "no_async_loading", "no_multi", "allow_busy", "movablekeys",
};

const uint32_t command_flag_count = 22;

const char *const command_category_names[] = {
    "keyspace", "read", "write", "set", "sortedset", "list",
    "hash", "string", "bitmap", "hyperloglog", "geo", "stream",
    "pubsub", "admin", "fast", "slow", "blocking", "dangerous",
    "connection", "transaction", "scripting", "bloom",
};

const uint32_t command_category_count = 22;

const char *const key_flag_names[] = {
    "RO", "RW", "OW", "RM", "access", "update",
    "insert", "delete", "not_key", "incomplete", "variable_flags",
};

const uint32_t key_flag_count = 11;

const struct command_name command_names[] = {
    {0, 0, 0, 0, 0, NULL},
    {0x00000000006c6564, 0x0000000000000000, 0x0000000000202020, 0x0000000000000000, 3, &row_del},
    {0x6b6e696c696c6e75, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_unlink},
    {0x7374736973697865, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_exists},
    {0x6570797465707974, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_type},
    {0x6863756f63756f74, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_touch},
    {0x6572697069707865, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_expire},
    {0x6572697070786570, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_pexpire},
    {0x7461657269707865, 0x7461657269707865, 0x2020202020202020, 0x2020202020202020, 8, &row_expireat},
    {0x6165726970786570, 0x7461657269707865, 0x2020202020202020, 0x2020202020202020, 9, &row_pexpireat},
    {0x00000000006c7474, 0x0000000000000000, 0x0000000000202020, 0x0000000000000000, 3, &row_ttl},
    {0x6c7474706c747470, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_pttl},
    {0x6974657269707865, 0x656d697465726970, 0x2020202020202020, 0x2020202020202020, 10, &row_expiretime},
    {0x7465726970786570, 0x656d697465726970, 0x2020202020202020, 0x2020202020202020, 11, &row_pexpiretime},
    {0x7473697373726570, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_persist},
    {0x656d616e616e6572, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_rename},
    {0x786e656d616e6572, 0x786e656d616e6572, 0x2020202020202020, 0x2020202020202020, 8, &row_renamenx},
    {0x79706f6379706f63, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_copy},
    {0x65766f6d65766f6d, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_move},
    {0x6e6163736e616373, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_scan},
    {0x7379656b7379656b, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_keys},
    {0x656b6d6f646e6172, 0x79656b6d6f646e61, 0x2020202020202020, 0x2020202020202020, 9, &row_randomkey},
    {0x7463656a656a626f, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_object},
    {0x74726f7374726f73, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_sort},
    {0x6f725f7474726f73, 0x0000000000000000, 0x2020002020202020, 0x0000000000000000, 7, &row_sort_ro},
    {0x706d7564706d7564, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_dump},
    {0x65726f7474736572, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_restore},
    {0x7469617774696177, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_wait},
    {0x657461727267696d, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_migrate},
    {0x0000000000746573, 0x0000000000000000, 0x0000000000202020, 0x0000000000000000, 3, &row_set},
    {0x0000000000746567, 0x0000000000000000, 0x0000000000202020, 0x0000000000000000, 3, &row_get},
    {0x7865746565746567, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_getex},
    {0x6c65647464746567, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_getdel},
    {0x7465737473746567, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_getset},
    {0x786e74656e746573, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_setnx},
    {0x7865746565746573, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_setex},
    {0x7865746574657370, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_psetex},
    {0x7465736d7465736d, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_mset},
    {0x786e74657465736d, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_msetnx},
    {0x786574657465736d, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_msetex},
    {0x71656669696c6564, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_delifeq},
    {0x7465676d7465676d, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_mget},
    {0x646e657065707061, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_append},
    {0x6e656c726c727473, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_strlen},
    {0x65676e6172746573, 0x65676e6172746573, 0x2020202020202020, 0x2020202020202020, 8, &row_setrange},
    {0x65676e6172746567, 0x65676e6172746567, 0x2020202020202020, 0x2020202020202020, 8, &row_getrange},
    {0x7274736273627573, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_substr},
    {0x72636e6972636e69, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_incr},
    {0x7263656472636564, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_decr},
    {0x7962726372636e69, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_incrby},
    {0x7962726372636564, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_decrby},
    {0x6c66796272636e69, 0x74616f6c66796272, 0x2020202020202020, 0x2020202020202020, 11, &row_incrbyfloat},
    {0x000000000073636c, 0x0000000000000000, 0x0000000000202020, 0x0000000000000000, 3, &row_lcs},
    {0x687375707375706c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_lpush},
    {0x6873757073757072, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_rpush},
    {0x786873757375706c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_lpushx},
    {0x7868737573757072, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_rpushx},
    {0x706f706c706f706c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_lpop},
    {0x706f7072706f7072, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_rpop},
    {0x6e656c6c6e656c6c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_llen},
    {0x7865646e646e696c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_lindex},
    {0x65676e616e61726c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_lrange},
    {0x74726573736e696c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_linsert},
    {0x7465736c7465736c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_lset},
    {0x6d65726c6d65726c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_lrem},
    {0x6d6972746972746c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_ltrim},
    {0x736f706c736f706c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_lpos},
    {0x65766f6d766f6d6c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_lmove},
    {0x7375706c706f7072, 0x687375706c706f70, 0x2020202020202020, 0x2020202020202020, 9, &row_rpoplpush},
    {0x706f706d6f706d6c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_lmpop},
    {0x706f706c6f706c62, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_blpop},
    {0x706f70726f707262, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_brpop},
    {0x65766f6d6f6d6c62, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_blmove},
    {0x75706c706f707262, 0x687375706c706f70, 0x2020202020202020, 0x2020202020202020, 10, &row_brpoplpush},
    {0x706f706d706d6c62, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_blmpop},
    {0x6464617364646173, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_sadd},
    {0x6d6572736d657273, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_srem},
    {0x65626d656d736973, 0x7265626d656d7369, 0x2020202020202020, 0x2020202020202020, 9, &row_sismember},
    {0x626d656d73696d73, 0x7265626d656d7369, 0x2020202020202020, 0x2020202020202020, 10, &row_smismember},
    {0x6472616372616373, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_scard},
    {0x737265626d656d73, 0x737265626d656d73, 0x2020202020202020, 0x2020202020202020, 8, &row_smembers},
    {0x65766f6d766f6d73, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_smove},
    {0x706f7073706f7073, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_spop},
    {0x6d656d646e617273, 0x7265626d656d646e, 0x2020202020202020, 0x2020202020202020, 11, &row_srandmember},
    {0x7265746e746e6973, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_sinter},
    {0x74737265746e6973, 0x65726f7473726574, 0x2020202020202020, 0x2020202020202020, 11, &row_sinterstore},
    {0x61637265746e6973, 0x647261637265746e, 0x2020202020202020, 0x2020202020202020, 10, &row_sintercard},
    {0x6666696466696473, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_sdiff},
    {0x6f74736666696473, 0x65726f7473666669, 0x2020202020202020, 0x2020202020202020, 10, &row_sdiffstore},
    {0x6e6f696e696e7573, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_sunion},
    {0x74736e6f696e7573, 0x65726f74736e6f69, 0x2020202020202020, 0x2020202020202020, 11, &row_sunionstore},
    {0x6e61637361637373, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_sscan},
    {0x706f706d706d7a62, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_bzmpop},
    {0x78616d706f707a62, 0x78616d706f707a62, 0x2020202020202020, 0x2020202020202020, 8, &row_bzpopmax},
    {0x6e696d706f707a62, 0x6e696d706f707a62, 0x2020202020202020, 0x2020202020202020, 8, &row_bzpopmin},
    {0x6464617a6464617a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_zadd},
    {0x647261637261637a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_zcard},
    {0x746e756f756f637a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_zcount},
    {0x666669646669647a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_zdiff},
    {0x6f7473666669647a, 0x65726f7473666669, 0x2020202020202020, 0x2020202020202020, 10, &row_zdiffstore},
    {0x79627263636e697a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_zincrby},
    {0x7265746e746e697a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_zinter},
    {0x61637265746e697a, 0x647261637265746e, 0x2020202020202020, 0x2020202020202020, 10, &row_zintercard},
    {0x74737265746e697a, 0x65726f7473726574, 0x2020202020202020, 0x2020202020202020, 11, &row_zinterstore},
    {0x6e756f6378656c7a, 0x746e756f6378656c, 0x2020202020202020, 0x2020202020202020, 9, &row_zlexcount},
    {0x706f706d6f706d7a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_zmpop},
    {0x65726f6363736d7a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_zmscore},
    {0x78616d70706f707a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_zpopmax},
    {0x6e696d70706f707a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_zpopmin},
    {0x6d656d646e61727a, 0x7265626d656d646e, 0x2020202020202020, 0x2020202020202020, 11, &row_zrandmember},
    {0x65676e616e61727a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_zrange},
    {0x796265676e61727a, 0x78656c796265676e, 0x2020202020202020, 0x2020202020202020, 11, &row_zrangebylex},
    {0x796265676e61727a, 0x65726f6373796265, 0x2020202020202020, 0x2020202020202020, 13, &row_zrangebyscore},
    {0x747365676e61727a, 0x65726f747365676e, 0x2020202020202020, 0x2020202020202020, 11, &row_zrangestore},
    {0x6b6e61726e61727a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_zrank},
    {0x6d65727a6d65727a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_zrem},
    {0x676e61726d65727a, 0x78656c796265676e, 0x2020202020202020, 0x2020202020202020, 14, &row_zremrangebylex},
    {0x676e61726d65727a, 0x6b6e617279626567, 0x2020202020202020, 0x2020202020202020, 15, &row_zremrangebyrank},
    {0x676e61726d65727a, 0x65726f6373796265, 0x2020202020202020, 0x2020202020202020, 16, &row_zremrangebyscore},
    {0x676e61727665727a, 0x65676e6172766572, 0x2020202020202020, 0x2020202020202020, 9, &row_zrevrange},
    {0x676e61727665727a, 0x78656c796265676e, 0x2020202020202020, 0x2020202020202020, 14, &row_zrevrangebylex},
    {0x676e61727665727a, 0x65726f6373796265, 0x2020202020202020, 0x2020202020202020, 16, &row_zrevrangebyscore},
    {0x6b6e61727665727a, 0x6b6e61727665727a, 0x2020202020202020, 0x2020202020202020, 8, &row_zrevrank},
    {0x6e6163736163737a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_zscan},
    {0x65726f636f63737a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_zscore},
    {0x6e6f696e696e757a, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_zunion},
    {0x74736e6f696e757a, 0x65726f74736e6f69, 0x2020202020202020, 0x2020202020202020, 11, &row_zunionstore},
    {0x7465736874657368, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_hset},
    {0x786e746574657368, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_hsetnx},
    {0x7465736d65736d68, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_hmset},
    {0x7465676874656768, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_hget},
    {0x7465676d65676d68, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_hmget},
    {0x6c6c617474656768, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_hgetall},
    {0x7379656b79656b68, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_hkeys},
    {0x736c61766c617668, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_hvals},
    {0x6e656c686e656c68, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_hlen},
    {0x6e656c7272747368, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_hstrlen},
    {0x7374736969786568, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_hexists},
    {0x6c6564686c656468, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_hdel},
    {0x79627263636e6968, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_hincrby},
    {0x66796272636e6968, 0x74616f6c66796272, 0x2020202020202020, 0x2020202020202020, 12, &row_hincrbyfloat},
    {0x656966646e617268, 0x646c656966646e61, 0x2020202020202020, 0x2020202020202020, 10, &row_hrandfield},
    {0x6e61637361637368, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_hscan},
    {0x6572697070786568, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_hexpire},
    {0x6572697078657068, 0x6572697078657068, 0x2020202020202020, 0x2020202020202020, 8, &row_hpexpire},
    {0x6165726970786568, 0x7461657269707865, 0x2020202020202020, 0x2020202020202020, 9, &row_hexpireat},
    {0x6572697078657068, 0x7461657269707865, 0x2020202020202020, 0x2020202020202020, 10, &row_hpexpireat},
    {0x6c7474686c747468, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_httl},
    {0x6c74747074747068, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_hpttl},
    {0x7465726970786568, 0x656d697465726970, 0x2020202020202020, 0x2020202020202020, 11, &row_hexpiretime},
    {0x6572697078657068, 0x656d697465726970, 0x2020202020202020, 0x2020202020202020, 12, &row_hpexpiretime},
    {0x7473697372657068, 0x7473697372657068, 0x2020202020202020, 0x2020202020202020, 8, &row_hpersist},
    {0x7865746574656768, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_hgetex},
    {0x7865746574657368, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_hsetex},
    {0x6c65647474656768, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_hgetdel},
    {0x6972637362757370, 0x6562697263736275, 0x2020202020202020, 0x2020202020202020, 10, &row_psubscribe},
    {0x6873696c6c627570, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_publish},
    {0x6275736273627570, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_pubsub},
    {0x63736275736e7570, 0x6562697263736275, 0x2020202020202020, 0x2020202020202020, 12, &row_punsubscribe},
    {0x6873696c62757073, 0x6873696c62757073, 0x2020202020202020, 0x2020202020202020, 8, &row_spublish},
    {0x6972637362757373, 0x6562697263736275, 0x2020202020202020, 0x2020202020202020, 10, &row_ssubscribe},
    {0x6269726373627573, 0x6562697263736275, 0x2020202020202020, 0x2020202020202020, 9, &row_subscribe},
    {0x63736275736e7573, 0x6562697263736275, 0x2020202020202020, 0x2020202020202020, 12, &row_sunsubscribe},
    {0x7263736275736e75, 0x6562697263736275, 0x2020202020202020, 0x2020202020202020, 11, &row_unsubscribe},
    {0x69746c75746c756d, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_multi},
    {0x6365786563657865, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_exec},
    {0x6472616363736964, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_discard},
    {0x6863746163746177, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_watch},
    {0x6863746161776e75, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_unwatch},
    {0x676e6970676e6970, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_ping},
    {0x6f6863656f686365, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_echo},
    {0x7469757174697571, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_quit},
    {0x7465736565736572, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_reset},
    {0x7463656c656c6573, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_select},
    {0x6f6c6c656c6c6568, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_hello},
    {0x6874756168747561, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_auth},
    {0x746e656965696c63, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_client},
    {0x657a697369736264, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_dbsize},
    {0x6264687373756c66, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_flushdb},
    {0x6c6c616873756c66, 0x6c6c616873756c66, 0x2020202020202020, 0x2020202020202020, 8, &row_flushall},
    {0x6264706170617773, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_swapdb},
    {0x6f666e696f666e69, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_info},
    {0x6769666e666e6f63, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_config},
    {0x656d6974656d6974, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_time},
    {0x646e616d6d6d6f63, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_command},
    {0x676f6c77776f6c73, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_slowlog},
    {0x79636e656574616c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_latency},
    {0x79726f6d6f6d656d, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_memory},
    {0x6775626575626564, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_debug},
    {0x726f7469696e6f6d, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_monitor},
    {0x6576617365766173, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_save},
    {0x6576617361736762, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_bgsave},
    {0x7469727765726762, 0x666f616574697277, 0x2020202020202020, 0x2020202020202020, 12, &row_bgrewriteaof},
    {0x656c6f72656c6f72, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_role},
    {0x666e6f636c706572, 0x666e6f636c706572, 0x2020202020202020, 0x2020202020202020, 8, &row_replconf},
    {0x636e79736e797370, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_psync},
    {0x636e7973636e7973, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_sync},
    {0x666f617474696177, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_waitaof},
    {0x657661737473616c, 0x657661737473616c, 0x2020202020202020, 0x2020202020202020, 8, &row_lastsave},
    {0x6f6163696c706572, 0x666f6163696c7065, 0x2020202020202020, 0x2020202020202020, 9, &row_replicaof},
    {0x7265766f6c696166, 0x7265766f6c696166, 0x2020202020202020, 0x2020202020202020, 8, &row_failover},
    {0x666f657676616c73, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_slaveof},
    {0x6e776f6474756873, 0x6e776f6474756873, 0x2020202020202020, 0x2020202020202020, 8, &row_shutdown},
    {0x7475776c776c6f6c, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_lolwut},
    {0x2d65726f74736572, 0x676e696b73612d65, 0x0020202020202020, 0x2020202020200020, 14, &row_restore_asking},
    {0x00000000006c6361, 0x0000000000000000, 0x0000000000202020, 0x0000000000000000, 3, &row_acl},
    {0x6c6176656c617665, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_eval},
    {0x6168736c6c617665, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_evalsha},
    {0x6f725f6c6c617665, 0x0000000000000000, 0x2020002020202020, 0x0000000000000000, 7, &row_eval_ro},
    {0x5f6168736c617665, 0x6f725f6168736c61, 0x0020202020202020, 0x2020002020202020, 10, &row_evalsha_ro},
    {0x7470697269726373, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_script},
    {0x6c6c61636c616366, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_fcall},
    {0x6f725f6c6c616366, 0x6f725f6c6c616366, 0x2020002020202020, 0x2020002020202020, 8, &row_fcall_ro},
    {0x6e6f6974636e7566, 0x6e6f6974636e7566, 0x2020202020202020, 0x2020202020202020, 8, &row_function},
    {0x6464616664616670, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_pfadd},
    {0x746e756f6f636670, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_pfcount},
    {0x65677265656d6670, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_pfmerge},
    {0x6775626565646670, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_pfdebug},
    {0x6574666c65736670, 0x74736574666c6573, 0x2020202020202020, 0x2020202020202020, 10, &row_pfselftest},
    {0x7265747373756c63, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_cluster},
    {0x796c6e6f64616572, 0x796c6e6f64616572, 0x2020202020202020, 0x2020202020202020, 8, &row_readonly},
    {0x7469727764616572, 0x6574697277646165, 0x2020202020202020, 0x2020202020202020, 9, &row_readwrite},
    {0x676e696b696b7361, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_asking},
    {0x6464616f616f6567, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_geoadd},
    {0x74736964646f6567, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_geodist},
    {0x68736168686f6567, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 7, &row_geohash},
    {0x736f706f706f6567, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_geopos},
    {0x75696461726f6567, 0x7375696461726f65, 0x2020202020202020, 0x2020202020202020, 9, &row_georadius},
    {0x75696461726f6567, 0x6f725f7375696461, 0x2020202020202020, 0x2020002020202020, 12, &row_georadius_ro},
    {0x75696461726f6567, 0x7265626d656d7962, 0x2020202020202020, 0x2020202020202020, 17, &row_georadiusbymember},
    {0x75696461726f6567, 0x6f725f7265626d65, 0x2020202020202020, 0x2020002020202020, 20, &row_georadiusbymember_ro},
    {0x63726165736f6567, 0x6863726165736f65, 0x2020202020202020, 0x2020202020202020, 9, &row_geosearch},
    {0x63726165736f6567, 0x65726f7473686372, 0x2020202020202020, 0x2020202020202020, 14, &row_geosearchstore},
    {0x6464617864646178, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_xadd},
    {0x65676e616e617278, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_xrange},
    {0x676e617276657278, 0x65676e6172766572, 0x2020202020202020, 0x2020202020202020, 9, &row_xrevrange},
    {0x6e656c786e656c78, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_xlen},
    {0x6c6564786c656478, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_xdel},
    {0x6d69727469727478, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_xtrim},
    {0x6469746574657378, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_xsetid},
    {0x6461657261657278, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_xread},
    {0x6f72676461657278, 0x70756f7267646165, 0x2020202020202020, 0x2020202020202020, 10, &row_xreadgroup},
    {0x6b6361786b636178, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 4, &row_xack},
    {0x6d69616c616c6378, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_xclaim},
    {0x616c636f74756178, 0x6d69616c636f7475, 0x2020202020202020, 0x2020202020202020, 10, &row_xautoclaim},
    {0x676e69646e657078, 0x676e69646e657078, 0x2020202020202020, 0x2020202020202020, 8, &row_xpending},
    {0x70756f726f726778, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_xgroup},
    {0x6f666e69666e6978, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_xinfo},
    {0x7469627462746573, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_setbit},
    {0x7469627462746567, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_getbit},
    {0x746e756f63746962, 0x746e756f63746962, 0x2020202020202020, 0x2020202020202020, 8, &row_bitcount},
    {0x736f707470746962, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 6, &row_bitpos},
    {0x706f74696f746962, 0x0000000000000000, 0x2020202020202020, 0x0000000000000000, 5, &row_bitop},
    {0x646c656966746962, 0x646c656966746962, 0x2020202020202020, 0x2020202020202020, 8, &row_bitfield},
    {0x646c656966746962, 0x6f725f646c656966, 0x2020202020202020, 0x2020002020202020, 11, &row_bitfield_ro},
    {0x72657365722e6662, 0x657672657365722e, 0x2020202020002020, 0x2020202020202000, 10, &row_bf_reserve},
    {0x6464612e612e6662, 0x0000000000000000, 0x2020200020002020, 0x0000000000000000, 6, &row_bf_add},
    {0x6464616d6d2e6662, 0x0000000000000000, 0x2020202020002020, 0x0000000000000000, 7, &row_bf_madd},
    {0x7265736e692e6662, 0x747265736e692e66, 0x2020202020002020, 0x2020202020200020, 9, &row_bf_insert},
    {0x74736978652e6662, 0x7374736978652e66, 0x2020202020002020, 0x2020202020200020, 9, &row_bf_exists},
    {0x736978656d2e6662, 0x7374736978656d2e, 0x2020202020002020, 0x2020202020202000, 10, &row_bf_mexists},
    {0x6f666e69692e6662, 0x0000000000000000, 0x2020202020002020, 0x0000000000000000, 7, &row_bf_info},
    {0x64726163632e6662, 0x0000000000000000, 0x2020202020002020, 0x0000000000000000, 7, &row_bf_card},
    {0x646e6163732e6662, 0x706d75646e616373, 0x2020202020002020, 0x2020202020202020, 11, &row_bf_scandump},
    {0x6364616f6c2e6662, 0x6b6e75686364616f, 0x2020202020002020, 0x2020202020202020, 12, &row_bf_loadchunk},
};

const uint16_t command_name_places[8192] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 48, 0, 0, 0, 0,
    0, 0, 146, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 164, 205, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 37, 0, 0, 0,
    0, 0, 234, 0, 0, 0, 0, 0, 0, 260, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 87, 0, 0, 0, 0,
    0, 153, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 257, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 199, 190, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 63, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 189, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 262, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 84, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 121, 0, 0, 0, 47, 0, 0, 0, 0, 258, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 259, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 133, 0, 0, 0, 0, 216, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 161, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 166, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 66, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 197, 0, 0, 148, 0, 0, 0, 0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 90, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 218, 0, 0, 0, 0, 0, 0, 0, 227, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 140, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 71, 0, 0, 0, 0, 24, 0, 0, 132, 0, 0, 177, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 94, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 171, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 208, 0, 0, 0, 0, 0, 0, 223, 0, 0, 0, 0, 0, 0, 0, 245,
    127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 97, 0, 0, 0, 0, 0, 0, 0, 0, 33, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 34, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 56, 0, 0, 0, 0, 0, 0, 0, 221, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 165, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 116, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 175, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 252, 0, 0, 0, 0, 43, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 249, 110, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 113, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 96,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 117, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 74, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 264, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 160, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 42,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 103, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 263, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 65, 0, 0, 0, 0,
    0, 0, 256, 0, 0, 0, 0, 0, 214, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 99, 0, 0, 0, 0, 53, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 196, 0, 0, 226, 38, 0, 0, 142, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 229,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 102, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 194, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 131, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 105, 0, 0, 154, 0, 0,
    0, 0, 0, 0, 0, 191, 0, 0, 0, 0, 0, 242, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 59, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 254, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 201, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 111, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 123,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    125, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 151, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 95, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 108, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 222, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 182, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    11, 0, 0, 0, 0, 0, 0, 49, 0, 0, 180, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 202, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 173, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 198, 0, 0, 0, 0, 0, 0, 134, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 224, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 145, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 139, 0, 0, 0, 0, 0, 0, 0, 138, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 186, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 233, 0, 0, 0, 79, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 213, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 23, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 85,
    0, 0, 0, 0, 0, 118, 0, 0, 0, 0, 235, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 135, 0, 0, 163, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 51, 0, 0, 0, 243, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 167,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 70, 0, 0, 0, 0, 0, 215, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 27, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 88, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 246, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 204, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    86, 0, 0, 0, 0, 240, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 55, 0, 0, 31, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 107, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 46, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 104, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 209, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 52, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 137, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 93, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    185, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 195, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 91, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 122, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 241, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 89, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 129, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 253, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 39, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 211, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 219, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 75, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 248, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 29, 0, 0, 0, 0, 0, 0, 0, 0, 0, 112,
    0, 0, 0, 0, 0, 0, 158, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 203, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 72, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 82, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 115, 0, 0, 0, 0, 0, 0, 0, 232, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 231, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 61, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 188, 0, 0, 0, 0, 0, 0, 0, 0, 0, 212, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 238, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 58, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 147, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 80, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 81, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 183, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 179, 0, 0, 0, 0, 0, 119, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 150, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 169, 0, 0, 0, 0, 0,
    0, 0, 0, 141, 0, 0, 0, 0, 0, 0, 0, 62, 0, 225, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 106, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 41, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    109, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 206, 136, 0, 0, 69, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 192, 0, 0, 0, 0, 244, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 143, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 178, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 220, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 157, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 230, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 251, 0, 78, 0,
    0, 0, 0, 0, 120, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 98, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 210, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 261, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 172, 0, 193, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 174, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    57, 0, 0, 92, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 76, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 101, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 156, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 124, 0, 0, 0, 0, 0, 0, 0, 159, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 67, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 130, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 149, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 35, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 176, 0, 0, 0, 0, 0, 0, 68, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 250, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 155, 0, 0, 0, 0, 0, 126, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 83, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 114, 0, 0, 0, 73, 0, 0, 0, 0, 0,
    0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 152, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 237,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 170, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 239, 0, 0, 0, 0, 144,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 168, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 247, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 217, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 162, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 207, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 181, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 228, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 236, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 22, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 184, 0, 0, 0, 187, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0,
};

const uint64_t command_name_multiplier = UINT64_C(0x1d41c110dac44d5b);
const uint32_t command_name_shift = 51;
