/*
 * What the node says it is.
 */
#ifndef SERVER_OBSERVE_VERSION_H
#define SERVER_OBSERVE_VERSION_H

#define TESSERA_VERSION    "0.1.0"
/* Clients and tools decide by this version what a server can do. */
#define COMPATIBLE_VERSION "7.2.4"

#endif
