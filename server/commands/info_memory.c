/*
 * INFO's section about memory.
 */
#include "server/commands/info.h"

#include "server/script/function_set.h"
#include "server/script/store.h"
#include "server/shard/node.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

const char *info_human(char text[INFO_HUMAN_MAX], uint64_t bytes)
{
    static const char units[] = "KMGTP";
    double value = (double)bytes / 1024;
    uint32_t unit = 0;

    if (bytes < 1024) {
        snprintf(text, INFO_HUMAN_MAX, "%" PRIu64 "B", bytes);
        return text;
    }
    while (value >= 1024 && unit < sizeof(units) - 2) {
        value /= 1024;
        unit++;
    }
    snprintf(text, INFO_HUMAN_MAX, "%.2f%c", value, units[unit]);
    return text;
}

static double percent_of(double part, double whole)
{
    return whole > 0 ? part * 100 / whole : 0;
}

static double ratio_of(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static void take_value(void *context, struct span name, struct span value)
{
    (void)name;
    snprintf(context, INFO_HUMAN_MAX, "%.*s", (int)value.length, value.data);
}

static size_t resident_of(const struct info *info)
{
    return atomic_load_explicit(&info->node->resident_bytes, memory_order_relaxed);
}

static void write_used(const struct info *info, struct text_buffer *text)
{
    char used[INFO_HUMAN_MAX];
    char resident[INFO_HUMAN_MAX];
    char peak[INFO_HUMAN_MAX];

    text_buffer_add_format(text,
                           "used_memory:%zu\r\n"
                           "used_memory_human:%s\r\n"
                           "used_memory_rss:%zu\r\n"
                           "used_memory_rss_human:%s\r\n"
                           "used_memory_peak:%zu\r\n"
                           "used_memory_peak_human:%s\r\n"
                           "used_memory_peak_perc:%.2f%%\r\n"
                           "used_memory_overhead:%zu\r\n"
                           "used_memory_startup:0\r\n"
                           "used_memory_dataset:%zu\r\n"
                           "used_memory_dataset_perc:%.2f%%\r\n",
                           info->used_memory, info_human(used, info->used_memory),
                           resident_of(info), info_human(resident, resident_of(info)),
                           info->used_memory_peak, info_human(peak, info->used_memory_peak),
                           percent_of((double)info->used_memory, (double)info->used_memory_peak),
                           info->used_memory - info->data_memory, info->data_memory,
                           percent_of((double)info->data_memory, (double)info->used_memory));
}

/* Scripts and functions share a state per shard, which counts as the scripts'. */
static void write_scripts(const struct info *info, struct text_buffer *text)
{
    struct function_set *set = function_store_get(info->node->functions);
    struct script_store_figures figures = script_store_figures(info->node->scripts);
    size_t texts = figures.bytes + set->bytes;
    char states_human[INFO_HUMAN_MAX];
    char texts_human[INFO_HUMAN_MAX];

    info_human(states_human, info->total->script_memory);
    text_buffer_add_format(text,
                           "used_memory_lua:%zu\r\n"
                           "used_memory_vm_eval:%zu\r\n"
                           "used_memory_lua_human:%s\r\n"
                           "used_memory_scripts_eval:%" PRIu64 "\r\n"
                           "number_of_cached_scripts:%" PRIu64 "\r\n"
                           "number_of_functions:%" PRIu32 "\r\n"
                           "number_of_libraries:%" PRIu32 "\r\n"
                           "used_memory_vm_functions:0\r\n"
                           "used_memory_vm_total:%zu\r\n"
                           "used_memory_vm_total_human:%s\r\n"
                           "used_memory_functions:%zu\r\n"
                           "used_memory_scripts:%zu\r\n"
                           "used_memory_scripts_human:%s\r\n",
                           info->total->script_memory, info->total->script_memory, states_human,
                           figures.bytes, figures.scripts, set->function_count, set->library_count,
                           info->total->script_memory, states_human, set->bytes, texts,
                           info_human(texts_human, texts));
    function_set_release(set);
}

static void write_system(const struct info *info, struct text_buffer *text)
{
    uint64_t system = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t limit = config_maxmemory(info->config);
    struct span name = SPAN("maxmemory-policy");
    char system_human[INFO_HUMAN_MAX];
    char limit_human[INFO_HUMAN_MAX];
    char policy[INFO_HUMAN_MAX] = "";

    config_get(info->config, &name, 1, take_value, policy);
    text_buffer_add_format(text,
                           "allocator_allocated:%zu\r\n"
                           "allocator_active:%zu\r\n"
                           "allocator_resident:%zu\r\n"
                           "allocator_muzzy:%zu\r\n"
                           "total_system_memory:%" PRIu64 "\r\n"
                           "total_system_memory_human:%s\r\n",
                           info->allocator.allocated, info->allocator.active,
                           info->allocator.resident, info->allocator.muzzy, system,
                           info_human(system_human, system));
    write_scripts(info, text);
    text_buffer_add_format(text,
                           "maxmemory:%" PRIu64 "\r\n"
                           "maxmemory_human:%s\r\n"
                           "maxmemory_policy:%s\r\n",
                           limit, info_human(limit_human, limit), policy);
}

static void write_fragmentation(const struct info *info, struct text_buffer *text)
{
    double allocated = (double)info->allocator.allocated;
    double active = (double)info->allocator.active;
    double resident = (double)info->allocator.resident;
    double process = (double)resident_of(info);
    double used = (double)info->used_memory;

    text_buffer_add_format(text,
                           "allocator_frag_ratio:%.2f\r\n"
                           "allocator_frag_bytes:%.0f\r\n"
                           "allocator_rss_ratio:%.2f\r\n"
                           "allocator_rss_bytes:%.0f\r\n"
                           "rss_overhead_ratio:%.2f\r\n"
                           "rss_overhead_bytes:%.0f\r\n"
                           "mem_fragmentation_ratio:%.2f\r\n"
                           "mem_fragmentation_bytes:%.0f\r\n",
                           ratio_of(active, allocated), active - allocated,
                           ratio_of(resident, active), resident - active,
                           ratio_of(process, resident), process - resident, ratio_of(process, used),
                           process - used);
}

void info_write_memory(const struct info *info, struct text_buffer *text)
{
    write_used(info, text);
    write_system(info, text);
    write_fragmentation(info, text);
    text_buffer_add(text, SPAN("mem_not_counted_for_evict:0\r\n"));
    replication_report_write_memory(info->node, text);
    text_buffer_add_format(text,
                           "mem_clients_normal:%zu\r\n"
                           "mem_cluster_links:0\r\n"
                           "mem_aof_buffer:0\r\n"
                           "mem_allocator:%s\r\n"
                           "mem_overhead_db_hashtable_rehashing:0\r\n"
                           "active_defrag_running:%" PRIu32 "\r\n"
                           "lazyfree_pending_objects:%" PRIu64 "\r\n"
                           "lazyfreed_objects:%" PRIu64 "\r\n",
                           info->client_memory, allocator_name(),
                           info->total->defragmentation_effort, info->total->keyspace.reclaim_queue,
                           info->total->keyspace.reclaimed);
}
