#include "server/connection/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void describe(const struct sockaddr_storage *address, char text[CONNECTION_ADDRESS_MAX])
{
    char ip[INET6_ADDRSTRLEN];

    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;

        inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof(ip));
        snprintf(text, CONNECTION_ADDRESS_MAX, "%s:%u", ip, ntohs(v4->sin_port));
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

        inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof(ip));
        /* An IPv4 client of a socket for both is shown as what it is. */
        if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
            snprintf(text, CONNECTION_ADDRESS_MAX, "%s:%u", ip + strlen("::ffff:"),
                     ntohs(v6->sin6_port));
        else
            snprintf(text, CONNECTION_ADDRESS_MAX, "[%s]:%u", ip, ntohs(v6->sin6_port));
    } else {
        snprintf(text, CONNECTION_ADDRESS_MAX, "?:0");
    }
}

void address_describe(int fd, const char *unix_path, char peer[CONNECTION_ADDRESS_MAX],
                      char local[CONNECTION_ADDRESS_MAX])
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof(address);

    if (unix_path != NULL) {
        snprintf(peer, CONNECTION_ADDRESS_MAX, "%s:0", unix_path);
        snprintf(local, CONNECTION_ADDRESS_MAX, "%s:0", unix_path);
        return;
    }
    if (getpeername(fd, (struct sockaddr *)&address, &length) != 0)
        address.ss_family = AF_UNSPEC;
    describe(&address, peer);
    length = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        address.ss_family = AF_UNSPEC;
    describe(&address, local);
}

struct span address_host(const struct connection *connection)
{
    const char *address = connection->local_address;
    const char *colon = strrchr(address, ':');

    if (connection->is_unix || colon == NULL)
        return span_of(NULL, 0);
    if (*address == '[')
        return span_of(address + 1, (size_t)(colon - address) - 2);
    return span_of(address, (size_t)(colon - address));
}

bool address_is_local(const char *peer)
{
    return strncmp(peer, "127.", 4) == 0 || strncmp(peer, "[::1]:", 6) == 0;
}
