/* How addresses of sockets are shown, and which are of the same machine. */
#include "server/connection/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

static void test_local(void **state)
{
    static const char *const local[] = {"127.0.0.1:1", "127.255.3.4:65535", "[::1]:6379"};
    static const char *const remote[] = {
        "10.0.0.1:1",   "128.0.0.1:1",       "1.127.0.0:1", "[::]:1", "[::2]:1",   "[::1:1]:1",
        "[fe80::1]:80", "[2001:db8::127]:1", "?:0",         "",       "12.7.0.1:1"};

    (void)state;
    for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
        assert_true(address_is_local(local[i]));
    for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
        assert_false(address_is_local(remote[i]));
}

/* A connected pair over the address; false where the machine has no such address. */
static bool connect_pair(int family, const struct sockaddr_storage *address, socklen_t length,
                         int fds[2])
{
    struct sockaddr_storage bound = *address;
    int listener = socket(family, SOCK_STREAM, 0);
    int off = 0;

    if (listener < 0)
        return false;
    if (family == AF_INET6)
        setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(listener, (struct sockaddr *)&bound, length) != 0 || listen(listener, 1) != 0) {
        close(listener);
        return false;
    }
    assert_int_equal(getsockname(listener, (struct sockaddr *)&bound, &length), 0);
    if (family == AF_INET6 && IN6_IS_ADDR_UNSPECIFIED(&((struct sockaddr_in6 *)&bound)->sin6_addr))
        inet_pton(AF_INET6, "::ffff:127.0.0.1", &((struct sockaddr_in6 *)&bound)->sin6_addr);
    fds[0] = socket(family, SOCK_STREAM, 0);
    assert_int_equal(connect(fds[0], (struct sockaddr *)&bound, length), 0);
    fds[1] = accept(listener, NULL, NULL);
    assert_true(fds[1] >= 0);
    close(listener);
    return true;
}

static void assert_shown(int fds[2], const char *prefix)
{
    char peer[CONNECTION_ADDRESS_MAX];
    char local[CONNECTION_ADDRESS_MAX];
    char peer_of_other[CONNECTION_ADDRESS_MAX];
    char local_of_other[CONNECTION_ADDRESS_MAX];

    address_describe(fds[1], NULL, peer, local);
    address_describe(fds[0], NULL, peer_of_other, local_of_other);
    assert_memory_equal(peer, prefix, strlen(prefix));
    assert_memory_equal(local, prefix, strlen(prefix));
    assert_string_equal(peer, local_of_other);
    assert_string_equal(local, peer_of_other);
    assert_true(address_is_local(peer));
    close(fds[0]);
    close(fds[1]);
}

static void test_version_4(void **state)
{
    struct sockaddr_storage address = {.ss_family = AF_INET};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
    int fds[2];

    (void)state;
    v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(connect_pair(AF_INET, &address, sizeof(*v4), fds));
    assert_shown(fds, "127.0.0.1:");
}

static void test_version_6(void **state)
{
    struct sockaddr_storage address = {.ss_family = AF_INET6};
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
    int fds[2];

    (void)state;
    v6->sin6_addr = in6addr_loopback;
    if (!connect_pair(AF_INET6, &address, sizeof(*v6), fds))
        skip();
    assert_shown(fds, "[::1]:");
}

/* An IPv4 client of a socket for both. */
static void test_version_4_in_6(void **state)
{
    struct sockaddr_storage address = {.ss_family = AF_INET6};
    int fds[2];

    (void)state;
    if (!connect_pair(AF_INET6, &address, sizeof(struct sockaddr_in6), fds))
        skip();
    assert_shown(fds, "127.0.0.1:");
}

static void test_unix_and_broken(void **state)
{
    char peer[CONNECTION_ADDRESS_MAX];
    char local[CONNECTION_ADDRESS_MAX];
    char long_path[300];

    (void)state;
    address_describe(-1, "/run/node.sock", peer, local);
    assert_string_equal(peer, "/run/node.sock:0");
    assert_string_equal(local, "/run/node.sock:0");
    address_describe(-1, NULL, peer, local);
    assert_string_equal(peer, "?:0");
    assert_string_equal(local, "?:0");
    memset(long_path, 'x', sizeof(long_path));
    long_path[sizeof(long_path) - 1] = '\0';
    address_describe(-1, long_path, peer, local);
    assert_int_equal(strlen(peer), CONNECTION_ADDRESS_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_local),           cmocka_unit_test(test_version_4),
        cmocka_unit_test(test_version_6),       cmocka_unit_test(test_version_4_in_6),
        cmocka_unit_test(test_unix_and_broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
