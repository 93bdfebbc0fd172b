/*
 * Addresses of sockets as CLIENT LIST and the log show them: "127.0.0.1:6379", "[::1]:6379",
 * "/path:0".
 */
#ifndef SERVER_CONNECTION_ADDRESS_H
#define SERVER_CONNECTION_ADDRESS_H

#include "server/connection/connection.h"

/* Describes both ends of a connected socket; `unix_path` is its path for a Unix socket, else NULL.
 */
void address_describe(int fd, const char *unix_path, char peer[CONNECTION_ADDRESS_MAX],
                      char local[CONNECTION_ADDRESS_MAX]);

/* The host of this side's address, without port and brackets; empty for a Unix socket. */
struct span address_host(const struct connection *connection);

/* Is this the address of a client on the same machine? */
bool address_is_local(const char *peer);

#endif
