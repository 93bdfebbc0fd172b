/*
 * DEBUG's subcommands: for tests and developers, behind enable-debug-command.
 */
#ifndef SERVER_COMMANDS_DEBUG_H
#define SERVER_COMMANDS_DEBUG_H

#include "server/commands/cmd.h"

/* debug_digest.c */
command_handler debug_digest, debug_digest_value;

/* debug_reload.c */
command_handler debug_reload, debug_load_log;

/* debug_journal.c */
command_handler debug_journal;

/* debug_cluster.c */
command_handler debug_drop_packets, debug_close_on_drop, debug_keep_apart, debug_cluster_link;

/* debug_keys.c: those that look at, or make, keys */
command_handler debug_object, debug_populate, debug_htstats, debug_htstats_key;

#endif
