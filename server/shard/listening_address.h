/*
 * One address to listen on, as the words of `bind` name them.
 */
#ifndef SERVER_SHARD_LISTENING_ADDRESS_H
#define SERVER_SHARD_LISTENING_ADDRESS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { LISTENING_ADDRESSES_MAX = 16 }; /* in `bind` */

union listening_address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* False when the word is no address. *optional: the machine need not have it ("-::1"). */
bool listening_address_parse(const char *word, uint16_t port, union listening_address *address,
                             bool *optional);
void listening_address_set_port(union listening_address *address, uint16_t port);

/* A socket that listens, shared by several (SO_REUSEPORT) or alone; -1 with errno set. */
int listening_address_open(const union listening_address *address, int backlog, bool shared);

/* Returns when nobody listens there, or after two seconds. For the start: the kernel closes what a
 * killed process had in its rings a moment after the process has gone. */
void listening_address_wait_free(const union listening_address *address);

#endif
