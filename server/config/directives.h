/*
 * The directives: one row each, which declares, names, defaults, bounds, flags and explains it.
 *
 * Included several times, each time with other definitions of the DIRECTIVE_ macros, all of which
 * it undefines at its end; so it has no include guard. deploy/tessera.conf is made from it. It is a
 * table and longer than other files for that reason.
 *
 *   SECTION(title, explanation)
 *   BOOLEAN(field, name, alias or NULL, initial, flags, explanation)
 *
 *   INTEGER, OCTAL, MEMORY (bytes), MEMORY_PERCENT, MEMORY_SHARE: (field, name, alias, initial,
 * low, high, flags, explanation)
 *
 *   TEXT(field, name, alias, initial, flags, explanation)
 *
 *   CHOICE, BITS (several words, or-ed): (field, name, alias, enum, initial, flags, explanation)
 *
 *   STRUCTURE(field, name, alias, struct, initial text, flags, explanation)
 */
/* clang-format off */

DIRECTIVE_SECTION("Network", "Where the node listens, and for whom.")
DIRECTIVE_STRUCTURE(bind, "bind", NULL, config_texts, "* -::*", CONFIG_MULTIPLE,
    "Addresses to listen on. '*' is every IPv4 address, '::*' every IPv6 one; an address behind '-' may be missing on this machine.")
DIRECTIVE_INTEGER(port, "port", NULL, 6379, 0, 65535, 0,
    "TCP port of the node; 0 listens on none. See tls-port.")
DIRECTIVE_INTEGER(shard_port_base, "shard-port-base", NULL, 0, 0, 65535, CONFIG_IMMUTABLE | CONFIG_RESTATABLE,
    "First of the consecutive ports on which the shards listen, one each, and as many more behind these for clients with TLS. 0 takes free ports of the kernel's choice.")
DIRECTIVE_TEXT(unixsocket, "unixsocket", NULL, "", CONFIG_IMMUTABLE,
    "Path of a Unix socket to listen on as well; empty for none.")
DIRECTIVE_OCTAL(unixsocketperm, "unixsocketperm", NULL, 0, 0, 0777, CONFIG_IMMUTABLE,
    "Permissions of the Unix socket, in octal; 0 leaves what the umask gives.")
DIRECTIVE_BOOLEAN(protected_mode, "protected-mode", NULL, true, 0,
    "Serve only clients of this machine while the default user has no password.")
DIRECTIVE_INTEGER(tcp_backlog, "tcp-backlog", NULL, 511, 0, INT32_MAX, CONFIG_IMMUTABLE,
    "Length of the queue of connections that wait to be accepted.")
DIRECTIVE_INTEGER(tcp_keepalive, "tcp-keepalive", NULL, 300, 0, INT32_MAX, 0,
    "Seconds of silence after which TCP asks whether the client is still there; 0 never asks.")
DIRECTIVE_INTEGER(timeout, "timeout", NULL, 0, 0, INT32_MAX, 0,
    "Seconds after which an idle client is disconnected; 0 never disconnects.")
DIRECTIVE_INTEGER(maxclients, "maxclients", NULL, 10000, 1, UINT32_MAX, 0,
    "Most client connections at one time.")
DIRECTIVE_MEMORY(proto_max_bulk_len, "proto-max-bulk-len", NULL, 536870912, 1048576, INT64_MAX, 0,
    "Longest single argument of a command.")
DIRECTIVE_MEMORY(client_query_buffer_limit, "client-query-buffer-limit", NULL, 1073741824, 1048576, INT64_MAX, 0,
    "Most received bytes of one client that wait to be executed.")
DIRECTIVE_STRUCTURE(client_output_buffer_limit, "client-output-buffer-limit", NULL, config_buffer_limits,
    "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60", CONFIG_MULTIPLE,
    "When to disconnect a client that does not read its replies: class, hard limit, soft limit, and the seconds the soft limit may be exceeded. 0 is no limit.")
DIRECTIVE_MEMORY_PERCENT(maxmemory_clients, "maxmemory-clients", NULL, 0, -100, INT64_MAX, 0,
    "Most memory of all clients' buffers together, in bytes or as a percentage of maxmemory; 0 is no limit.")
DIRECTIVE_INTEGER(http_port, "http-port", NULL, 0, 0, 65535, CONFIG_IMMUTABLE | CONFIG_RESTATABLE,
    "TCP port of the HTTP server, which has no passwords and changes nothing: /metrics for Prometheus, /healthz and /readyz for probes, /api/cluster as JSON, and a live view at /. 0 listens on none.")
DIRECTIVE_STRUCTURE(http_bind, "http-bind", NULL, config_texts, "127.0.0.1 -::1", CONFIG_MULTIPLE | CONFIG_IMMUTABLE | CONFIG_RESTATABLE,
    "Addresses of the HTTP server, as for bind.")
DIRECTIVE_TEXT(bind_source_addr, "bind-source-addr", NULL, "", 0,
    "Local address for outgoing connections; empty lets the kernel choose.")
DIRECTIVE_INTEGER(socket_mark_id, "socket-mark-id", NULL, 0, 0, UINT32_MAX, CONFIG_IMMUTABLE,
    "Mark (SO_MARK) to put on the listening sockets; 0 puts none.")

DIRECTIVE_SECTION("TLS", "Encrypted client connections. Files that change are read again within a second or two; connections stay. Unix sockets are never encrypted.")
DIRECTIVE_INTEGER(tls_port, "tls-port", NULL, 0, 0, 65535, 0,
    "TCP port of the node for clients with TLS; 0 listens on none. With 'port 0' it is the only one.")
DIRECTIVE_TEXT(tls_cert_file, "tls-cert-file", NULL, "", 0,
    "The node's certificate in PEM form, with the certificates that lead to its authority behind it.")
DIRECTIVE_TEXT(tls_key_file, "tls-key-file", NULL, "", 0,
    "The private key of the certificate.")
DIRECTIVE_TEXT(tls_key_file_pass, "tls-key-file-pass", NULL, "", CONFIG_SENSITIVE,
    "Password of the key file, if it is encrypted.")
DIRECTIVE_TEXT(tls_client_cert_file, "tls-client-cert-file", NULL, "", 0,
    "Certificate for connections that the node opens itself; empty is tls-cert-file.")
DIRECTIVE_TEXT(tls_client_key_file, "tls-client-key-file", NULL, "", 0,
    "The private key of that certificate.")
DIRECTIVE_TEXT(tls_client_key_file_pass, "tls-client-key-file-pass", NULL, "", CONFIG_SENSITIVE,
    "Password of that key file.")
DIRECTIVE_TEXT(tls_ca_cert_file, "tls-ca-cert-file", NULL, "", 0,
    "Certificates of the authorities whose clients are trusted.")
DIRECTIVE_TEXT(tls_ca_cert_dir, "tls-ca-cert-dir", NULL, "", 0,
    "Directory of such certificates, each under its hashed name.")
DIRECTIVE_CHOICE(tls_auth_clients, "tls-auth-clients", NULL, tls_auth_clients, TLS_AUTH_CLIENTS_YES, 0,
    "Must clients have a certificate? yes, no, or optional: only one that is trusted is accepted, but none will do.")
DIRECTIVE_TEXT(tls_protocols, "tls-protocols", NULL, "", 0,
    "Protocol versions, of TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; empty is the last two.")
DIRECTIVE_TEXT(tls_ciphers, "tls-ciphers", NULL, "", 0,
    "Ciphers up to TLSv1.2, as OpenSSL writes them; empty is OpenSSL's choice.")
DIRECTIVE_TEXT(tls_ciphersuites, "tls-ciphersuites", NULL, "", 0,
    "Ciphers of TLSv1.3, as OpenSSL writes them; empty is OpenSSL's choice.")
DIRECTIVE_BOOLEAN(tls_prefer_server_ciphers, "tls-prefer-server-ciphers", NULL, false, 0,
    "Take the first common cipher in the node's order, not in the client's.")
DIRECTIVE_TEXT(tls_dh_params_file, "tls-dh-params-file", NULL, "", 0,
    "Parameters for Diffie-Hellman ciphers up to TLSv1.2; empty takes suitable ones.")
DIRECTIVE_BOOLEAN(tls_session_caching, "tls-session-caching", NULL, true, 0,
    "Let clients that come back resume their session, which saves most of a handshake.")
DIRECTIVE_INTEGER(tls_session_cache_size, "tls-session-cache-size", NULL, 20480, 0, INT32_MAX, 0,
    "Sessions that the node remembers, of clients that cannot keep a ticket themselves; 0 is no limit.")
DIRECTIVE_INTEGER(tls_session_cache_timeout, "tls-session-cache-timeout", NULL, 300, 0, INT32_MAX, 0,
    "Seconds for which a session can be resumed.")
DIRECTIVE_INTEGER(tls_handshake_timeout_ms, "tls-handshake-timeout-ms", NULL, 10000, 1, INT32_MAX, 0,
    "Milliseconds after which a client that has not finished its handshake is disconnected.")
DIRECTIVE_BOOLEAN(tls_cluster, "tls-cluster", NULL, false, 0,
    "Nodes talk to each other by TLS: over the cluster bus, and to move keys. All nodes must agree.")
DIRECTIVE_BOOLEAN(tls_replication, "tls-replication", NULL, false, 0,
    "Follow a primary by TLS, at its tls-port.")

DIRECTIVE_SECTION("Threads", "How the node uses its cores.")
DIRECTIVE_INTEGER(shards, "shards", NULL, 0, 0, 64, CONFIG_IMMUTABLE | CONFIG_RESTATABLE,
    "Number of shards, each a thread with its part of the slots. 0 takes the cores that this process may really use: its affinity mask and its control group's CPU quota.")
DIRECTIVE_CHOICE(io_backend, "io-backend", NULL, io_backend, IO_BACKEND_AUTO, CONFIG_IMMUTABLE | CONFIG_RESTATABLE,
    "How the kernel is asked for input and output: uring, epoll, or auto, which takes io_uring where the node may have all that it needs of it, and epoll elsewhere.")
DIRECTIVE_INTEGER(watchdog_stall_ms, "watchdog-stall-ms", NULL, 1000, 1, INT32_MAX, 0,
    "Milliseconds without a heartbeat after which a shard is reported as stalled.")
DIRECTIVE_INTEGER(hz, "hz", NULL, 10, 0, INT32_MAX, 0,
    "How many times a second housekeeping runs; values outside 1 to 500 are brought inside.")
DIRECTIVE_BOOLEAN(dynamic_hz, "dynamic-hz", NULL, true, 0,
    "Run housekeeping more often while there are many clients.")

DIRECTIVE_SECTION("General", "The process, its log and its databases.")
DIRECTIVE_INTEGER(databases, "databases", NULL, 16, 1, INT32_MAX, CONFIG_IMMUTABLE,
    "Number of databases; a cluster has database 0 only.")
DIRECTIVE_CHOICE(loglevel, "loglevel", NULL, loglevel, LOGLEVEL_NOTICE, 0,
    "Least severe messages to log: debug, verbose, notice, warning or nothing.")
DIRECTIVE_TEXT(logfile, "logfile", NULL, "", CONFIG_IMMUTABLE,
    "File to log to; empty logs to standard output.")
DIRECTIVE_TEXT(dir, "dir", NULL, ".", CONFIG_PROTECTED,
    "Working directory: data files and nodes.conf live here.")
DIRECTIVE_TEXT(pidfile, "pidfile", NULL, "", CONFIG_IMMUTABLE,
    "File to write the process id to; empty for none.")
DIRECTIVE_BOOLEAN(daemonize, "daemonize", NULL, false, CONFIG_IMMUTABLE,
    "Only no: leave the background to the service manager.")
DIRECTIVE_CHOICE(supervised, "supervised", NULL, supervised, SUPERVISED_NO, CONFIG_IMMUTABLE,
    "Which supervisor to tell when the node is ready: no, systemd, upstart or auto.")
DIRECTIVE_BOOLEAN(set_proc_title, "set-proc-title", NULL, true, CONFIG_IMMUTABLE,
    "Show address and mode in the process title.")
DIRECTIVE_TEXT(proc_title_template, "proc-title-template", NULL, "{title} {listen-addr} {server-mode}", 0,
    "What the process title looks like.")
DIRECTIVE_BOOLEAN(crash_log_enabled, "crash-log-enabled", NULL, true, 0,
    "Write a report when the process crashes.")
DIRECTIVE_INTEGER(shutdown_timeout, "shutdown-timeout", NULL, 10, 0, INT32_MAX, 0,
    "Seconds that a shutdown waits for replicas to catch up.")
DIRECTIVE_BITS(shutdown_on_sigint, "shutdown-on-sigint", NULL, shutdown_mode, 0, CONFIG_MULTIPLE,
    "How SIGINT stops the node: default, or words out of save, nosave, now, force.")
DIRECTIVE_BITS(shutdown_on_sigterm, "shutdown-on-sigterm", NULL, shutdown_mode, 0, CONFIG_MULTIPLE,
    "How SIGTERM stops the node: default, or words out of save, nosave, now, force.")
DIRECTIVE_INTEGER(busy_reply_threshold, "busy-reply-threshold", "lua-time-limit", 5000, 0, INT64_MAX, 0,
    "Milliseconds that a script may run before other clients are told BUSY.")
DIRECTIVE_STRUCTURE(notify_keyspace_events, "notify-keyspace-events", NULL, config_notify, "", 0,
    "Which keyspace events are published, as letters: K keyspace channel, E keyevent channel, g generic, $ strings, l lists, s sets, h hashes, z sorted sets, x expired, e evicted, t streams, m missed, n new, d modules, A for g$lshzxetd. Empty publishes none.")
DIRECTIVE_INTEGER(tracking_table_max_keys, "tracking-table-max-keys", NULL, 1000000, 0, INT64_MAX, 0,
    "Most keys remembered for clients that track; 0 is no limit.")

DIRECTIVE_SECTION("Access", "Passwords, users and dangerous commands.")
DIRECTIVE_STRUCTURE(requirepass, "requirepass", NULL, config_password, "", CONFIG_SENSITIVE,
    "Password of the default user; empty asks for none.")
DIRECTIVE_TEXT(aclfile, "aclfile", NULL, "", CONFIG_IMMUTABLE,
    "File with the users; empty for none.")
DIRECTIVE_CHOICE(acl_pubsub_default, "acl-pubsub-default", NULL, pubsub_default, PUBSUB_DEFAULT_RESETCHANNELS, 0,
    "Channels of a new user: allchannels or resetchannels.")
DIRECTIVE_INTEGER(acllog_max_len, "acllog-max-len", NULL, 128, 0, INT64_MAX, 0,
    "Entries that ACL LOG keeps.")
DIRECTIVE_STRUCTURE(user, "user", NULL, config_users, "", CONFIG_FILE_ONLY | CONFIG_MULTIPLE | CONFIG_SENSITIVE,
    "A user and its rules, as ACL SETUSER takes them. May be given several times.")
DIRECTIVE_CHOICE(enable_protected_configs, "enable-protected-configs", NULL, protection, PROTECTION_NO, CONFIG_IMMUTABLE,
    "Who may change dir and dbfilename while the node runs: no, yes or local.")
DIRECTIVE_CHOICE(enable_debug_command, "enable-debug-command", NULL, protection, PROTECTION_NO, CONFIG_IMMUTABLE,
    "Who may use DEBUG: no, yes or local.")
DIRECTIVE_CHOICE(enable_module_command, "enable-module-command", NULL, protection, PROTECTION_NO, CONFIG_IMMUTABLE,
    "Who may use MODULE: no, yes or local.")

DIRECTIVE_SECTION("Memory", "How much memory the data may take, and what goes when it is full.")
DIRECTIVE_MEMORY_SHARE(maxmemory, "maxmemory", NULL, 0, 0, UINT64_MAX, 0,
    "Most memory of the node's data, in bytes or as a percentage of the memory that the process may use: the limit of its control groups at start, or else the machine's memory. 0 is no limit.")
DIRECTIVE_CHOICE(maxmemory_policy, "maxmemory-policy", NULL, maxmemory_policy, MAXMEMORY_NOEVICTION, 0,
    "Which keys go when memory is full: noeviction, or allkeys- or volatile- (keys with an expiry) with lru, lfu or random, or volatile-ttl.")
DIRECTIVE_INTEGER(maxmemory_samples, "maxmemory-samples", NULL, 5, 1, INT32_MAX, 0,
    "Keys looked at to find one to evict; more is more exact and slower.")
DIRECTIVE_INTEGER(maxmemory_eviction_tenacity, "maxmemory-eviction-tenacity", NULL, 10, 0, 100, 0,
    "How much time eviction may take from commands, 0 to 100.")
DIRECTIVE_INTEGER(lfu_log_factor, "lfu-log-factor", NULL, 10, 0, INT32_MAX, 0,
    "How slowly the counter of accesses grows.")
DIRECTIVE_INTEGER(lfu_decay_time, "lfu-decay-time", NULL, 1, 0, INT32_MAX, 0,
    "Minutes after which the counter of accesses loses one.")
DIRECTIVE_INTEGER(active_expire_effort, "active-expire-effort", NULL, 1, 1, 10, 0,
    "How hard expired keys that nobody reads are looked for, 1 to 10.")
DIRECTIVE_BOOLEAN(lazyfree_lazy_eviction, "lazyfree-lazy-eviction", NULL, false, 0,
    "Tell of evicted keys by UNLINK rather than by DEL. Large values are freed a little at a time anyway.")
DIRECTIVE_BOOLEAN(lazyfree_lazy_expire, "lazyfree-lazy-expire", NULL, false, 0,
    "The same for expired keys.")
DIRECTIVE_BOOLEAN(lazyfree_lazy_server_del, "lazyfree-lazy-server-del", NULL, false, 0,
    "Without effect: values that a command overwrites are freed a little at a time anyway.")
DIRECTIVE_BOOLEAN(lazyfree_lazy_user_del, "lazyfree-lazy-user-del", NULL, false, 0,
    "Without effect: DEL frees like UNLINK anyway.")
DIRECTIVE_BOOLEAN(lazyfree_lazy_user_flush, "lazyfree-lazy-user-flush", NULL, false, 0,
    "Without effect: what FLUSHALL and FLUSHDB have emptied is freed a little at a time anyway.")
DIRECTIVE_BOOLEAN(replica_lazy_flush, "replica-lazy-flush", "slave-lazy-flush", false, 0,
    "Let a replica free its old data a little at a time when it synchronises.")
DIRECTIVE_BOOLEAN(activedefrag, "activedefrag", NULL, true, 0,
    "Gather what is left after many keys have gone, in slices, so that the memory between it goes back to the system.")
DIRECTIVE_MEMORY(active_defrag_ignore_bytes, "active-defrag-ignore-bytes", NULL, 16777216, 1, INT64_MAX, 0,
    "Do so only when so much of the node's memory is holes ...")
DIRECTIVE_INTEGER(active_defrag_threshold_lower, "active-defrag-threshold-lower", NULL, 10, 0, 1000, 0,
    "... and so many percent of what is used.")
DIRECTIVE_INTEGER(active_defrag_threshold_upper, "active-defrag-threshold-upper", NULL, 100, 0, 1000, 0,
    "At so many percent the greatest effort is made.")
DIRECTIVE_INTEGER(active_defrag_cycle_min, "active-defrag-cycle-min", NULL, 1, 1, 99, 0,
    "Percent of a shard's time that it takes at the least ...")
DIRECTIVE_INTEGER(active_defrag_cycle_max, "active-defrag-cycle-max", NULL, 25, 1, 99, 0,
    "... and at the most.")

DIRECTIVE_SECTION("Encodings", "Up to which size a collection is kept in its compact form.")
DIRECTIVE_INTEGER(hash_max_listpack_entries, "hash-max-listpack-entries", "hash-max-ziplist-entries", 512, 0, INT64_MAX, 0,
    "Fields of a compact hash.")
DIRECTIVE_MEMORY(hash_max_listpack_value, "hash-max-listpack-value", "hash-max-ziplist-value", 64, 0, INT64_MAX, 0,
    "Longest field or value of a compact hash.")
DIRECTIVE_INTEGER(list_max_listpack_size, "list-max-listpack-size", "list-max-ziplist-size", -2, INT32_MIN, INT32_MAX, 0,
    "Size of a list's nodes: elements when positive; -1 to -5 are 4, 8, 16, 32 and 64 kilobytes.")
DIRECTIVE_INTEGER(list_compress_depth, "list-compress-depth", NULL, 0, 0, INT32_MAX, 0,
    "Nodes at each end of a list that stay uncompressed; 0 compresses none.")
DIRECTIVE_INTEGER(set_max_intset_entries, "set-max-intset-entries", NULL, 512, 0, INT64_MAX, 0,
    "Members of a compact set of integers.")
DIRECTIVE_INTEGER(set_max_listpack_entries, "set-max-listpack-entries", NULL, 128, 0, INT64_MAX, 0,
    "Members of another compact set.")
DIRECTIVE_MEMORY(set_max_listpack_value, "set-max-listpack-value", NULL, 64, 0, INT64_MAX, 0,
    "Longest member of a compact set.")
DIRECTIVE_INTEGER(zset_max_listpack_entries, "zset-max-listpack-entries", "zset-max-ziplist-entries", 128, 0, INT64_MAX, 0,
    "Members of a compact sorted set.")
DIRECTIVE_MEMORY(zset_max_listpack_value, "zset-max-listpack-value", "zset-max-ziplist-value", 64, 0, INT64_MAX, 0,
    "Longest member of a compact sorted set.")
DIRECTIVE_MEMORY(stream_node_max_bytes, "stream-node-max-bytes", NULL, 4096, 0, INT64_MAX, 0,
    "Bytes of a stream's node; 0 is no limit.")
DIRECTIVE_INTEGER(stream_node_max_entries, "stream-node-max-entries", NULL, 100, 0, INT64_MAX, 0,
    "Entries of a stream's node; 0 is no limit.")
DIRECTIVE_MEMORY(hll_sparse_max_bytes, "hll-sparse-max-bytes", NULL, 3000, 0, INT64_MAX, 0,
    "Bytes up to which a HyperLogLog stays sparse.")

DIRECTIVE_SECTION("Bloom filters", "What a filter is like that is made without being described.")
DIRECTIVE_TEXT(bf_error_rate, "bf-error-rate", NULL, "0.01", 0,
    "How often an item that was not added may be found, as a fraction; 0.25 at most.")
DIRECTIVE_INTEGER(bf_initial_size, "bf-initial-size", NULL, 100, 1, 1073741824, 0,
    "Items for which there is room at first.")
DIRECTIVE_INTEGER(bf_expansion_factor, "bf-expansion-factor", NULL, 2, 0, 32768, 0,
    "How many times larger each next part of a filter is; 0 is for filters that do not grow.")

DIRECTIVE_SECTION("Snapshots", "The RDB file.")
DIRECTIVE_STRUCTURE(save, "save", NULL, config_saves, "3600 1 300 100 60 10000", CONFIG_MULTIPLE,
    "Pairs of seconds and changes: save when that many keys changed in that time. \"\" never saves by itself.")
DIRECTIVE_TEXT(dbfilename, "dbfilename", NULL, "dump.rdb", CONFIG_PROTECTED,
    "Name of the RDB file inside dir.")
DIRECTIVE_BOOLEAN(rdbcompression, "rdbcompression", NULL, true, 0,
    "Compress strings in the RDB file.")
DIRECTIVE_BOOLEAN(rdbchecksum, "rdbchecksum", NULL, true, CONFIG_IMMUTABLE,
    "Write and check a checksum at the end of the RDB file.")
DIRECTIVE_INTEGER(rdb_version, "rdb-version", NULL, 11, 10, 11, 0,
    "Version of the format in which values are written: 11 is for Redis 7.2 and Valkey, 10 for Redis 7.0 as well. A hash with fields that expire is written for Valkey 9 in any case.")
DIRECTIVE_CHOICE(rdb_version_check, "rdb-version-check", NULL, rdb_version_check, RDB_VERSION_CHECK_STRICT, 0,
    "Which RDB files are loaded: strict, those of versions that are known, or relaxed: any, as long as what is in them is known.")
DIRECTIVE_BOOLEAN(rdb_del_sync_files, "rdb-del-sync-files", NULL, false, 0,
    "Delete RDB files that were only made to synchronise replicas.")
DIRECTIVE_BOOLEAN(rdb_save_incremental_fsync, "rdb-save-incremental-fsync", NULL, true, 0,
    "Flush the RDB file to disk piece by piece while it is written.")
DIRECTIVE_BOOLEAN(stop_writes_on_bgsave_error, "stop-writes-on-bgsave-error", NULL, true, 0,
    "Refuse writes while the last snapshot failed.")
DIRECTIVE_CHOICE(sanitize_dump_payload, "sanitize-dump-payload", NULL, sanitize_payload, SANITIZE_PAYLOAD_NO, 0,
    "Check loaded values thoroughly: no, yes, or clients (RESTORE only).")

DIRECTIVE_SECTION("Append-only file", "The log of writes.")
DIRECTIVE_BOOLEAN(appendonly, "appendonly", NULL, false, 0,
    "Log every write.")
DIRECTIVE_TEXT(appendfilename, "appendfilename", NULL, "appendonly.aof", CONFIG_IMMUTABLE,
    "First part of the names of the log's files.")
DIRECTIVE_TEXT(appenddirname, "appenddirname", NULL, "appendonlydir", CONFIG_IMMUTABLE,
    "Directory of the log's files, inside dir.")
DIRECTIVE_CHOICE(appendfsync, "appendfsync", NULL, appendfsync, APPENDFSYNC_EVERYSEC, 0,
    "When the log is forced to disk: always (before a write is answered), everysec, or no (when the kernel likes).")
DIRECTIVE_BOOLEAN(no_appendfsync_on_rewrite, "no-appendfsync-on-rewrite", NULL, false, 0,
    "Do not force the log to disk while a snapshot or a rewrite is written.")
DIRECTIVE_INTEGER(auto_aof_rewrite_percentage, "auto-aof-rewrite-percentage", NULL, 100, 0, INT32_MAX, 0,
    "Growth in percent since the last rewrite that starts the next; 0 never does.")
DIRECTIVE_MEMORY(auto_aof_rewrite_min_size, "auto-aof-rewrite-min-size", NULL, 67108864, 0, INT64_MAX, 0,
    "Size below which the log is not rewritten by itself.")
DIRECTIVE_BOOLEAN(aof_load_truncated, "aof-load-truncated", NULL, true, 0,
    "Load a log whose end is cut off, up to the cut, instead of refusing to start.")
DIRECTIVE_BOOLEAN(aof_use_rdb_preamble, "aof-use-rdb-preamble", NULL, true, 0,
    "Write the base of the log as RDB.")
DIRECTIVE_BOOLEAN(aof_rewrite_incremental_fsync, "aof-rewrite-incremental-fsync", NULL, true, 0,
    "Flush the log's base to disk piece by piece while it is written.")
DIRECTIVE_BOOLEAN(aof_timestamp_enabled, "aof-timestamp-enabled", NULL, false, 0,
    "Note the time in the log, for restoring a moment.")
DIRECTIVE_BOOLEAN(aof_disable_auto_gc, "aof-disable-auto-gc", NULL, false, 0,
    "Keep the log's old files instead of deleting them.")

DIRECTIVE_SECTION("Replication", "Copies of this node's data on others, or of another's here.")
DIRECTIVE_STRUCTURE(replicaof, "replicaof", "slaveof", config_endpoint, "", CONFIG_IMMUTABLE | CONFIG_MULTIPLE,
    "Host and port of the primary that this node copies; empty for none. REPLICAOF changes it.")
DIRECTIVE_STRUCTURE(masterauth, "masterauth", "primaryauth", config_password, "", CONFIG_SENSITIVE,
    "Password for the primary.")
DIRECTIVE_TEXT(masteruser, "masteruser", "primaryuser", "", CONFIG_SENSITIVE,
    "User for the primary; empty uses the password alone.")
DIRECTIVE_BOOLEAN(replica_serve_stale_data, "replica-serve-stale-data", "slave-serve-stale-data", true, 0,
    "Let a replica answer from old data while it has no link to its primary.")
DIRECTIVE_BOOLEAN(replica_read_only, "replica-read-only", "slave-read-only", true, 0,
    "Refuse writes on a replica.")
DIRECTIVE_BOOLEAN(replica_ignore_maxmemory, "replica-ignore-maxmemory", "slave-ignore-maxmemory", true, 0,
    "Let the primary alone decide what is evicted.")
DIRECTIVE_BOOLEAN(replica_ignore_disk_write_errors, "replica-ignore-disk-write-errors", NULL, false, 0,
    "Let a replica go on when it cannot write to disk.")
DIRECTIVE_INTEGER(replica_priority, "replica-priority", "slave-priority", 100, 0, INT32_MAX, 0,
    "Which replica Sentinel prefers to promote, the lowest first; 0 never.")
DIRECTIVE_BOOLEAN(replica_announced, "replica-announced", NULL, true, 0,
    "Tell Sentinel about this replica.")
DIRECTIVE_TEXT(replica_announce_ip, "replica-announce-ip", "slave-announce-ip", "", 0,
    "Address that this replica tells its primary; empty lets the primary see for itself.")
DIRECTIVE_INTEGER(replica_announce_port, "replica-announce-port", "slave-announce-port", 0, 0, 65535, 0,
    "Port that this replica tells its primary; 0 is its own.")
DIRECTIVE_MEMORY(repl_backlog_size, "repl-backlog-size", NULL, 1048576, 1, INT64_MAX, 0,
    "Recent writes kept for replicas that come back after a short break.")
DIRECTIVE_INTEGER(repl_backlog_ttl, "repl-backlog-ttl", NULL, 3600, 0, INT64_MAX, 0,
    "Seconds after the last replica has gone that these writes are kept; 0 keeps them for ever.")
DIRECTIVE_INTEGER(repl_timeout, "repl-timeout", NULL, 60, 1, INT32_MAX, 0,
    "Seconds of silence after which a replication link counts as broken.")
DIRECTIVE_INTEGER(repl_ping_replica_period, "repl-ping-replica-period", "repl-ping-slave-period", 10, 1, INT32_MAX, 0,
    "Seconds between a primary's pings to its replicas.")
DIRECTIVE_BOOLEAN(repl_disable_tcp_nodelay, "repl-disable-tcp-nodelay", NULL, false, 0,
    "Send to replicas in fewer, later packets.")
DIRECTIVE_BOOLEAN(repl_diskless_sync, "repl-diskless-sync", NULL, true, 0,
    "Send a full synchronisation without a file in between.")
DIRECTIVE_INTEGER(repl_diskless_sync_delay, "repl-diskless-sync-delay", NULL, 5, 0, INT32_MAX, 0,
    "Seconds to wait for more replicas before a full synchronisation starts.")
DIRECTIVE_INTEGER(repl_diskless_sync_max_replicas, "repl-diskless-sync-max-replicas", NULL, 0, 0, INT32_MAX, 0,
    "Replicas at which a full synchronisation starts without waiting longer; 0 waits the whole time.")
DIRECTIVE_CHOICE(repl_diskless_load, "repl-diskless-load", NULL, diskless_load, DISKLESS_LOAD_DISABLED, 0,
    "Where a replica puts a full synchronisation until it is complete: in a file (disabled), or in memory: swapdb, "
    "or, while it has no keys, on-empty-db. Its old data are there until then.")
DIRECTIVE_INTEGER(min_replicas_to_write, "min-replicas-to-write", "min-slaves-to-write", 0, 0, INT32_MAX, 0,
    "Replicas that must be in touch for writes to be accepted; 0 asks for none.")
DIRECTIVE_INTEGER(min_replicas_max_lag, "min-replicas-max-lag", "min-slaves-max-lag", 10, 0, INT32_MAX, 0,
    "Seconds since its last word up to which a replica counts as in touch.")
DIRECTIVE_CHOICE(propagation_error_behavior, "propagation-error-behavior", NULL, propagation_error, PROPAGATION_IGNORE, 0,
    "What a replica does with a replicated command that fails: ignore, panic or panic-on-replicas.")

DIRECTIVE_SECTION("Cluster", "This node among others.")
DIRECTIVE_BOOLEAN(cluster_enabled, "cluster-enabled", NULL, false, CONFIG_IMMUTABLE,
    "Be a node of a cluster.")
DIRECTIVE_TEXT(cluster_config_file, "cluster-config-file", NULL, "nodes.conf", CONFIG_IMMUTABLE,
    "File in which the node keeps its view of the cluster. It is the node's own: do not edit it.")
DIRECTIVE_INTEGER(cluster_port, "cluster-port", NULL, 0, 0, 65535, 0,
    "Port of the cluster bus; 0 is port + 10000.")
DIRECTIVE_TEXT(cluster_secret, "cluster-secret", NULL, "", CONFIG_SENSITIVE,
    "Secret that all nodes of the cluster share, of 16 characters or more: who does not prove it is not believed on the bus. Two are for changing it: the first is used, both are accepted. Nodes of Redis and Valkey know none.")
DIRECTIVE_BOOLEAN(cluster_secret_required, "cluster-secret-required", NULL, true, 0,
    "Believe no node without the secret; no is for a running cluster that gets its first one.")
DIRECTIVE_INTEGER(cluster_node_timeout, "cluster-node-timeout", NULL, 15000, 0, INT64_MAX, 0,
    "Milliseconds of silence after which a node counts as failing.")
DIRECTIVE_BOOLEAN(cluster_announce_shards, "cluster-announce-shards", NULL, true, 0,
    "Name each shard's own port in CLUSTER SLOTS and MOVED, so that clients reach the owning core at once.")
DIRECTIVE_BOOLEAN(cluster_claim_all_slots, "cluster-claim-all-slots", NULL, false, CONFIG_IMMUTABLE | CONFIG_RESTATABLE,
    "Take all slots at the first start: a cluster of one node, without a tool to set it up.")
DIRECTIVE_TEXT(cluster_announce_ip, "cluster-announce-ip", NULL, "", 0,
    "Address that other nodes and clients are told; empty is found out.")
DIRECTIVE_INTEGER(cluster_announce_port, "cluster-announce-port", NULL, 0, 0, 65535, 0,
    "Port that other nodes and clients are told; 0 is the port itself.")
DIRECTIVE_INTEGER(cluster_announce_tls_port, "cluster-announce-tls-port", NULL, 0, 0, 65535, 0,
    "TLS port that other nodes and clients are told; 0 is the port itself.")
DIRECTIVE_INTEGER(cluster_announce_bus_port, "cluster-announce-bus-port", NULL, 0, 0, 65535, 0,
    "Bus port that other nodes are told; 0 is the port itself.")
DIRECTIVE_TEXT(cluster_announce_hostname, "cluster-announce-hostname", NULL, "", 0,
    "Host name that other nodes and clients are told.")
DIRECTIVE_TEXT(cluster_announce_human_nodename, "cluster-announce-human-nodename", NULL, "", 0,
    "Name of the node for people, shown in logs.")
DIRECTIVE_CHOICE(cluster_preferred_endpoint_type, "cluster-preferred-endpoint-type", NULL, endpoint_type, ENDPOINT_IP, 0,
    "What clients are sent to: ip, hostname or unknown-endpoint.")
DIRECTIVE_BOOLEAN(cluster_require_full_coverage, "cluster-require-full-coverage", NULL, true, 0,
    "Serve only while every slot has an owner.")
DIRECTIVE_BOOLEAN(cluster_allow_reads_when_down, "cluster-allow-reads-when-down", NULL, false, 0,
    "Answer reads while the cluster is down.")
DIRECTIVE_BOOLEAN(cluster_allow_pubsubshard_when_down, "cluster-allow-pubsubshard-when-down", NULL, true, 0,
    "Serve sharded publish/subscribe while the cluster is down.")
DIRECTIVE_MEMORY(slot_migration_rate, "slot-migration-rate", NULL, 0, 0, INT64_MAX, 0,
    "Bytes per second that a migration of slots sends of what they hold; 0 sets no limit.")
DIRECTIVE_INTEGER(slot_migration_max_pause, "slot-migration-max-pause", NULL, 1000, 10, INT32_MAX, 0,
    "Milliseconds that writes to slots may wait at the end of their migration, which is given up then.")
DIRECTIVE_MEMORY(slot_migration_max_failover_repl_bytes, "slot-migration-max-failover-repl-bytes", NULL, 0, 0, INT64_MAX, 0,
    "So many bytes may be on their way when a migration of slots stops their writes to hand them over.")
DIRECTIVE_INTEGER(cluster_slot_migration_log_max_len, "cluster-slot-migration-log-max-len", NULL, 1000, 0, INT64_MAX, 0,
    "Migrations of slots that are over and still listed by CLUSTER GETSLOTMIGRATIONS.")
DIRECTIVE_INTEGER(cluster_migration_barrier, "cluster-migration-barrier", NULL, 1, 0, INT32_MAX, 0,
    "Replicas that must stay with a primary before one moves to a primary without any.")
DIRECTIVE_BOOLEAN(cluster_allow_replica_migration, "cluster-allow-replica-migration", NULL, true, 0,
    "Let replicas move to primaries that have none.")
DIRECTIVE_INTEGER(cluster_replica_validity_factor, "cluster-replica-validity-factor", "cluster-slave-validity-factor", 10, 0, INT32_MAX, 0,
    "How old, in node timeouts, a replica's data may be for it to take over; 0 is any age.")
DIRECTIVE_BOOLEAN(cluster_replica_no_failover, "cluster-replica-no-failover", "cluster-slave-no-failover", false, 0,
    "Never let this replica take over by itself.")
DIRECTIVE_INTEGER(cluster_manual_failover_timeout, "cluster-manual-failover-timeout", NULL, 5000, 1, INT32_MAX, 0,
    "Milliseconds that a failover which was asked for may take.")
DIRECTIVE_INTEGER(cluster_blacklist_ttl, "cluster-blacklist-ttl", NULL, 60, 1, INT32_MAX, 0,
    "Seconds for which a forgotten node is not let in again.")
DIRECTIVE_INTEGER(cluster_hung_shard_timeout, "cluster-hung-shard-timeout", NULL, 60000, 0, INT32_MAX, 0,
    "Milliseconds without a heartbeat of a shard after which this node is silent to others, so that a replica takes over; 0 is never.")
DIRECTIVE_MEMORY(cluster_link_sendbuf_limit, "cluster-link-sendbuf-limit", NULL, 0, 0, UINT64_MAX, 0,
    "Unsent bytes at which a bus link is dropped; 0 is no limit.")
DIRECTIVE_BOOLEAN(cluster_slot_stats_enabled, "cluster-slot-stats-enabled", NULL, true, 0,
    "Keep statistics per slot.")
DIRECTIVE_BOOLEAN(cluster_autopilot, "cluster-autopilot", NULL, false, 0,
    "Form, scale and mend the cluster without anybody's commands. Nodes tell their number by their cluster-announce-hostname, as pods of a StatefulSet do: NAME-0, NAME-1, ...; number 0 begins the cluster.")
DIRECTIVE_TEXT(cluster_autopilot_service, "cluster-autopilot-service", NULL, "", 0,
    "Name in the DNS that has an address for each node, ready or not, and behind a colon their port if it is not this node's: NAME[:PORT].")
DIRECTIVE_INTEGER(cluster_autopilot_primaries, "cluster-autopilot-primaries", NULL, 3, 1, 16384, 0,
    "Nodes that are to own slots. The cluster begins when so many see each other.")
DIRECTIVE_INTEGER(cluster_autopilot_replicas, "cluster-autopilot-replicas", NULL, 1, 0, 16384, 0,
    "Replicas that each primary is to have. Nodes with a number that primaries * (1 + replicas) does not reach give up their slots.")
DIRECTIVE_INTEGER(cluster_autopilot_drain_timeout, "cluster-autopilot-drain-timeout", NULL, 600, 0, INT32_MAX, 0,
    "Seconds for which a node that is told to stop, and has no replica that could take over, waits until its slots have moved to other nodes; 0 does not move them.")

DIRECTIVE_SECTION("Observation", "Slow commands and latencies.")
DIRECTIVE_INTEGER(slowlog_log_slower_than, "slowlog-log-slower-than", "commandlog-execution-slower-than", 10000, -1, INT64_MAX, 0,
    "Microseconds from which a command is logged as slow; 0 logs all, -1 none.")
DIRECTIVE_INTEGER(slowlog_max_len, "slowlog-max-len", "commandlog-slow-execution-max-len", 128, 0, INT64_MAX, 0,
    "Slow commands that are kept.")
DIRECTIVE_INTEGER(latency_monitor_threshold, "latency-monitor-threshold", NULL, 0, 0, INT64_MAX, 0,
    "Milliseconds from which an event is noted by the latency monitor; 0 notes none.")
DIRECTIVE_BOOLEAN(latency_tracking, "latency-tracking", NULL, true, 0,
    "Keep the distribution of each command's latency.")
DIRECTIVE_STRUCTURE(latency_tracking_info_percentiles, "latency-tracking-info-percentiles", NULL, config_percentiles, "50 99 99.9", CONFIG_MULTIPLE,
    "Which percentiles INFO shows.")

DIRECTIVE_SECTION("Accepted for compatibility",
    "Known so that configuration files and tools of other servers work; without effect here.")
DIRECTIVE_INTEGER(active_defrag_max_scan_fields, "active-defrag-max-scan-fields", NULL, 1000, 1, INT64_MAX, CONFIG_INERT, "")
DIRECTIVE_BOOLEAN(activerehashing, "activerehashing", NULL, true, CONFIG_INERT, "")
DIRECTIVE_BOOLEAN(always_show_logo, "always-show-logo", NULL, false, CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_INTEGER(io_threads, "io-threads", NULL, 1, 1, 128, CONFIG_IMMUTABLE | CONFIG_INERT, "See shards.")
DIRECTIVE_BOOLEAN(io_threads_do_reads, "io-threads-do-reads", NULL, false, CONFIG_IMMUTABLE | CONFIG_RESTATABLE | CONFIG_INERT, "")
DIRECTIVE_BOOLEAN(jemalloc_bg_thread, "jemalloc-bg-thread", NULL, true, CONFIG_INERT, "")
DIRECTIVE_BOOLEAN(crash_memcheck_enabled, "crash-memcheck-enabled", NULL, true, CONFIG_INERT, "")
DIRECTIVE_BOOLEAN(disable_thp, "disable-thp", NULL, true, CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_TEXT(ignore_warnings, "ignore-warnings", NULL, "", CONFIG_INERT, "")
DIRECTIVE_CHOICE(oom_score_adj, "oom-score-adj", NULL, oom_score, OOM_SCORE_NO, CONFIG_INERT, "")
DIRECTIVE_STRUCTURE(oom_score_adj_values, "oom-score-adj-values", NULL, config_oom_scores, "0 200 800", CONFIG_MULTIPLE | CONFIG_INERT, "")
DIRECTIVE_TEXT(server_cpulist, "server_cpulist", NULL, "", CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_TEXT(bio_cpulist, "bio_cpulist", NULL, "", CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_TEXT(aof_rewrite_cpulist, "aof_rewrite_cpulist", NULL, "", CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_TEXT(bgsave_cpulist, "bgsave_cpulist", NULL, "", CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_BOOLEAN(syslog_enabled, "syslog-enabled", NULL, false, CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_TEXT(syslog_ident, "syslog-ident", NULL, "redis", CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_CHOICE(syslog_facility, "syslog-facility", NULL, syslog_facility, SYSLOG_LOCAL0, CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_BOOLEAN(hide_user_data_from_log, "hide-user-data-from-log", NULL, true, CONFIG_INERT, "The log has no values in any case.")
DIRECTIVE_TEXT(locale_collate, "locale-collate", NULL, "", CONFIG_INERT, "Strings are compared byte by byte.")
DIRECTIVE_CHOICE(log_format, "log-format", NULL, log_format, LOG_FORMAT_LEGACY, CONFIG_INERT, "Only legacy.")
DIRECTIVE_CHOICE(log_timestamp_format, "log-timestamp-format", NULL, log_format, LOG_FORMAT_LEGACY, CONFIG_INERT, "Only legacy.")
DIRECTIVE_TEXT(availability_zone, "availability-zone", NULL, "", CONFIG_INERT, "")
DIRECTIVE_INTEGER(cluster_databases, "cluster-databases", NULL, 1, 1, 1, CONFIG_IMMUTABLE | CONFIG_INERT, "A cluster has one database.")
DIRECTIVE_CHOICE(cluster_config_save_behavior, "cluster-config-save-behavior", NULL, cluster_save, CLUSTER_SAVE_SYNC, CONFIG_INERT, "Always as sync.")
DIRECTIVE_BOOLEAN(mptcp, "mptcp", NULL, false, CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_BOOLEAN(repl_mptcp, "repl-mptcp", NULL, false, CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_TEXT(hash_seed, "hash-seed", NULL, "", CONFIG_IMMUTABLE | CONFIG_INERT, "")
DIRECTIVE_TEXT(debug_context, "debug-context", NULL, "", CONFIG_INERT | CONFIG_HIDDEN, "")
DIRECTIVE_BOOLEAN(enable_debug_assert, "enable-debug-assert", NULL, false, CONFIG_IMMUTABLE | CONFIG_INERT | CONFIG_HIDDEN, "")
DIRECTIVE_BOOLEAN(use_exit_on_panic, "use-exit-on-panic", NULL, false, CONFIG_INERT | CONFIG_HIDDEN, "")
DIRECTIVE_INTEGER(watchdog_period, "watchdog-period", NULL, 0, 0, INT32_MAX, CONFIG_INERT | CONFIG_HIDDEN, "See watchdog-stall-ms.")
DIRECTIVE_BOOLEAN(io_threads_always_active, "io-threads-always-active", NULL, false, CONFIG_INERT | CONFIG_HIDDEN, "")
DIRECTIVE_INTEGER(prefetch_batch_max_size, "prefetch-batch-max-size", NULL, 16, 0, 128, CONFIG_INERT, "")
DIRECTIVE_INTEGER(max_new_connections_per_cycle, "max-new-connections-per-cycle", NULL, 10, 1, 1000, CONFIG_INERT, "")
DIRECTIVE_INTEGER(max_new_tls_connections_per_cycle, "max-new-tls-connections-per-cycle", NULL, 1, 1, 1000, CONFIG_INERT, "")
DIRECTIVE_INTEGER(min_io_threads_avoid_copy_reply, "min-io-threads-avoid-copy-reply", NULL, 7, 0, INT32_MAX, CONFIG_INERT | CONFIG_HIDDEN, "")
DIRECTIVE_INTEGER(min_string_size_avoid_copy_reply, "min-string-size-avoid-copy-reply", NULL, 16384, 0, INT32_MAX, CONFIG_INERT | CONFIG_HIDDEN, "")
DIRECTIVE_INTEGER(min_string_size_avoid_copy_reply_threaded, "min-string-size-avoid-copy-reply-threaded", NULL, 65536, 0, INT32_MAX, CONFIG_INERT | CONFIG_HIDDEN, "")
DIRECTIVE_INTEGER(loading_process_events_interval_bytes, "loading-process-events-interval-bytes", NULL, 2097152, 1024, INT32_MAX, CONFIG_INERT | CONFIG_HIDDEN, "")
DIRECTIVE_INTEGER(active_defrag_cycle_us, "active-defrag-cycle-us", NULL, 500, 0, 100000, CONFIG_INERT, "")
DIRECTIVE_INTEGER(tls_auto_reload_interval, "tls-auto-reload-interval", NULL, 0, 0, INT32_MAX, CONFIG_INERT, "Files that change are always read again within a second or two.")
DIRECTIVE_INTEGER(commandlog_request_larger_than, "commandlog-request-larger-than", NULL, 1048576, -1, INT64_MAX, CONFIG_INERT, "Only slow commands are logged: see slowlog-log-slower-than.")
DIRECTIVE_INTEGER(commandlog_large_request_max_len, "commandlog-large-request-max-len", NULL, 128, 0, INT64_MAX, CONFIG_INERT, "")
DIRECTIVE_INTEGER(commandlog_reply_larger_than, "commandlog-reply-larger-than", NULL, 1048576, -1, INT64_MAX, CONFIG_INERT, "")
DIRECTIVE_INTEGER(commandlog_large_reply_max_len, "commandlog-large-reply-max-len", NULL, 128, 0, INT64_MAX, CONFIG_INERT, "")
DIRECTIVE_INTEGER(rdb_key_save_delay, "rdb-key-save-delay", NULL, 0, INT32_MIN, INT32_MAX, CONFIG_HIDDEN,
    "Microseconds that a snapshot rests after each key of a shard, for tests.")
DIRECTIVE_INTEGER(key_load_delay, "key-load-delay", NULL, 0, INT32_MIN, INT32_MAX, CONFIG_HIDDEN,
    "Microseconds that loading rests after each key of a shard; negative: after how many keys it rests for one.")
DIRECTIVE_BOOLEAN(dual_channel_replication_enabled, "dual-channel-replication-enabled", NULL, false, CONFIG_HIDDEN | CONFIG_INERT, "")
DIRECTIVE_BOOLEAN(extended_redis_compatibility, "extended-redis-compatibility", NULL, false, CONFIG_HIDDEN | CONFIG_INERT, "")

#undef DIRECTIVE_SECTION
#undef DIRECTIVE_BOOLEAN
#undef DIRECTIVE_INTEGER
#undef DIRECTIVE_OCTAL
#undef DIRECTIVE_MEMORY
#undef DIRECTIVE_MEMORY_PERCENT
#undef DIRECTIVE_MEMORY_SHARE
#undef DIRECTIVE_TEXT
#undef DIRECTIVE_CHOICE
#undef DIRECTIVE_BITS
#undef DIRECTIVE_STRUCTURE
