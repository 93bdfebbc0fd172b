/*
 * The process: reads its settings, makes the node, and hands the main thread to the control loop.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/users_file.h"
#include "server/append_only/append_only.h"
#include "server/config/command_line.h"
#include "server/config/cores.h"
#include "server/config/memory_allowed.h"
#include "server/config/working_directory.h"
#include "server/control/control.h"
#include "server/control/supervision.h"
#include "server/loading/loading.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/observe/version.h"
#include "server/replication/replication_origin.h"
#include "server/replication/role.h"
#include "server/script/function_set.h"
#include "server/script/running.h"
#include "server/script/store.h"
#include "server/shard/listening.h"
#include "server/shard/listening_set.h"
#include "server/shard/shard.h"
#include "server/tls/tls_context.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

enum { OWN_DESCRIPTORS = 512 };

static void set_signals(void)
{
    struct sigaction stop = {.sa_handler = control_signal_stop};

    sigemptyset(&stop.sa_mask);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    /* There are no children; but the first process of a container is given those that others leave
     * behind, which then vanish by themselves when they end. */
    signal(SIGCHLD, SIG_IGN);
    /* A file that may not grow is an error of the write. */
    signal(SIGXFSZ, SIG_IGN);
}

/* Every client is a descriptor; some more are the node's own. Where the system allows fewer, so
 * many clients are served. */
static void raise_descriptor_limit(struct config *config)
{
    rlim_t wanted = (rlim_t)config->maxclients + OWN_DESCRIPTORS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted;
    if (limit.rlim_max < wanted)
        limit.rlim_max = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    wanted = limit.rlim_cur > OWN_DESCRIPTORS + 1 ? limit.rlim_cur - OWN_DESCRIPTORS : 1;
    log_warning("the limit of %llu open files allows %llu clients, not the %lld of maxclients",
                (unsigned long long)limit.rlim_cur, (unsigned long long)wanted,
                (long long)config->maxclients);
    config->maxclients = (int64_t)wanted;
}

static void make_run_id(char run_id[41])
{
    unsigned char bytes[20];

    ASSERT(getrandom(bytes, sizeof(bytes), 0) == sizeof(bytes));
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(run_id + 2 * i, 3, "%02x", bytes[i]);
}

static void node_init(struct node *node, const struct config *config, const char *executable,
                      const char *config_path)
{
    uint32_t shards = config->shards != 0 ? (uint32_t)config->shards : cores_usable();

    memset(node, 0, sizeof(*node));
    node->shard_count = shards > NODE_SHARDS_MAX ? NODE_SHARDS_MAX : shards;
    node->slot_block = slot_shard_block(node->shard_count);
    node->shards = memory_new_zeroed(node->shard_count, sizeof(struct shard *));
    node->office = post_office_create(node->shard_count + 1);
    node->started = clock_now_ms();
    ASSERT(getrandom(&node->hash_seed, sizeof(node->hash_seed), 0) == sizeof(node->hash_seed));
    make_run_id(node->run_id);
    /* There are fewer than one in a microsecond. */
    atomic_init(&node->last_transaction, (uint64_t)clock_now_us());
    node->config_path = config_path;
    node->executable = executable;
    node->cluster_enabled = config->cluster_enabled;
    node->databases = config->cluster_enabled ? 1 : (uint32_t)config->databases;
    node->scripts = script_store_create();
    node->functions = function_store_create();
    node->running = running_create();
    save_status_init(&node->save, node->started);
    role_prepare(node, config);
    section_queue_init(&node->sections);
    replication_report_init(&node->replication);
    pthread_barrier_init(&node->started_barrier, NULL, node->shard_count + 1);
}

/* What TLS needs, if it is wanted. */
static bool load_certificates(struct node *node, const struct config *config)
{
    char error[TLS_ERROR_MAX];

    if (!config_uses_tls(config))
        return true;
    node->tls_files = tls_files_look(config);
    node->tls = tls_context_create(config, error);
    if (node->tls == NULL)
        log_warning("TLS cannot be set up. %s", error);
    return node->tls != NULL;
}

static bool open_sockets(struct node *node, const struct config *config, const struct users *users)
{
    if (!load_certificates(node, config) || !listening_open_unix(node, config))
        return false;
    node->listening = listening_set_open(node->shard_count, config, NULL);
    if (node->listening == NULL)
        return false;
    for (uint16_t i = 0; i < node->shard_count; i++) {
        struct shard *shard = shard_create(node, i, config, users);

        if (node->tls != NULL)
            shard->tls = tls_context_share(node->tls);
        if (!listening_open(shard, node->listening))
            return false;
    }
    append_only_create(node);
    return true;
}

/* All shards run and have their reactor; or none is left running. */
static bool start_shards(struct node *node)
{
    bool well = true;

    for (uint32_t i = 0; i < node->shard_count; i++)
        if (!shard_start(node->shards[i])) {
            log_warning("cannot start a thread: %s", strerror(errno));
            _exit(1);
        }
    pthread_barrier_wait(&node->started_barrier);
    for (uint32_t i = 0; i < node->shard_count; i++) {
        if (node->shards[i]->reactor != NULL)
            continue;
        log_warning("shard %u cannot start: %s", i, node->shards[i]->start_error);
        well = false;
    }
    return well;
}

static void node_free(struct node *node)
{
    loading_close(node);
    append_only_destroy(node);
    for (uint32_t i = 0; i < node->shard_count; i++)
        if (node->shards[i] != NULL)
            shard_destroy(node->shards[i]);
    post_office_destroy(node->office);
    memory_free(node->listening);
    tls_context_release(node->tls);
    script_store_destroy(node->scripts);
    function_store_destroy(node->functions);
    running_destroy(node->running);
    replication_report_free(&node->replication);
    memory_free(node->shards);
}

/* What the node leaves in the file system goes with it. */
static void remove_traces(struct node *node, const char *unix_path, const char *pid_file)
{
    if (node->unix_socket >= 0) {
        close(node->unix_socket);
        unlink(unix_path);
    }
    if (pid_file != NULL)
        unlink(pid_file);
}

/* Its path, to be removed at the end; NULL without one. */
static char *write_pid_file(const struct config *config)
{
    FILE *file;

    if (config->pidfile[0] == '\0')
        return NULL;
    file = fopen(config->pidfile, "we");
    if (file == NULL) {
        log_warning("cannot write the pid file %s: %s", config->pidfile, strerror(errno));
        return NULL;
    }
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
    return memory_copy(config->pidfile, strlen(config->pidfile));
}

static bool prepare_data(struct node *node, const struct config *config)
{
    replication_origin_recall(config, &node->origin);
    return loading_prepare(node, config);
}

/* One reactor for each shard and one for the control thread. */
static bool choose_reactor(struct node *node, const struct config *config)
{
    bool possible = reactor_choose(config->io_backend, node->shard_count + 1, &node->io);
    const char *name = reactor_kind_name(node->io.kind);

    if (!possible)
        log_warning("io-backend %s cannot be had: %s", name, node->io.reason);
    else if (config->io_backend == IO_BACKEND_AUTO && node->io.kind == REACTOR_EPOLL)
        log_warning("io-backend: epoll, since io_uring cannot be had: %s", node->io.reason);
    else
        log_notice("io-backend: %s, %s", name, node->io.reason);
    return possible;
}

static int run(struct config *config, struct users *users, const char *executable,
               const char *config_path)
{
    struct node node;
    char *unix_path;
    char *pid_file;
    int code;

    set_signals();
    raise_descriptor_limit(config);
    node_init(&node, config, executable, config_path);
    node.supervised = supervision_begin(config->supervised);
    log_notice("Tessera %s starts: %u shards, cluster mode %s", TESSERA_VERSION, node.shard_count,
               node.cluster_enabled ? "on" : "off");
    if (!choose_reactor(&node, config) || !open_sockets(&node, config, users) ||
        !prepare_data(&node, config) || !start_shards(&node))
        /* Nothing has been served and nothing is to be saved. */
        _exit(1);
    /* The control thread frees the configuration, which CONFIG SET replaces. */
    unix_path = memory_copy(config->unixsocket, strlen(config->unixsocket));
    pid_file = write_pid_file(config);
    code = control_run(&node, config, users);
    remove_traces(&node, unix_path, pid_file);
    if (node.abandoned)
        /* What is under way still points into the node: nothing of it can be freed. */
        _exit(code);
    node_free(&node);
    memory_free(unix_path);
    memory_free(pid_file);
    return code;
}

/* Who may use the node; NULL with a logged reason. */
static struct users *read_users(const struct config *config)
{
    struct text_buffer errors = {0};
    struct users *users = users_file_start(config, &errors);

    if (users == NULL)
        fprintf(stderr, "*** The users are not usable: %.*s\n", (int)errors.length, errors.bytes);
    for (uint32_t i = 0; users != NULL && i < users->count; i++)
        if (!users->items[i]->enabled)
            log_notice("the user '%.*s' is off: its description does not say 'on'",
                       (int)users->items[i]->name.length, users->items[i]->name.data);
    text_buffer_free(&errors);
    return users;
}

/* Where the node's files are. */
static bool enter_directory(struct config *config)
{
    if (config->dir[0] == '\0' || working_directory_enter(config))
        return true;
    log_warning("cannot change to the directory %s: %s", config->dir, strerror(errno));
    return false;
}

/* What is accepted in a file but cannot be had. */
static bool is_possible(const struct config *config)
{
    if (config->daemonize) {
        log_warning("daemonize is not available: let a service manager run the node");
        return false;
    }
    if (config->cluster_enabled && config_bus_port(config) > UINT16_MAX) {
        log_warning("there is no port 10000 above the node's for the cluster bus: set "
                    "cluster-port");
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct command_line line;
    struct config_error error;
    struct config *config;
    struct users *users;
    char *path;
    int code;

    clock_init();
    if (!command_line_read(&line, argc, argv, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    if (line.help || line.version) {
        fputs(line.help ? command_line_help : "Tessera server v=" TESSERA_VERSION "\n", stdout);
        command_line_free(&line);
        return 0;
    }
    config = command_line_config(&line, &error);
    if (config == NULL) {
        if (error.line > 0)
            fprintf(stderr, "%s, line %u: %s\n", line.path, error.line, error.text);
        else
            fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    config->memory_allowed = memory_allowed();
    path = line.path != NULL ? realpath(line.path, NULL) : NULL;
    log_set_level(config->loglevel);
    if (!log_open(config->logfile)) {
        fprintf(stderr, "cannot open the log file %s: %s\n", config->logfile, strerror(errno));
        return 1;
    }
    if (!enter_directory(config) || !is_possible(config))
        return 1;
    users = read_users(config);
    if (users == NULL)
        return 1;
    code = run(config, users, argv[0], path != NULL ? path : "");
    free(path);
    command_line_free(&line);
    return code;
}
