/*
 * What TLS costs a server: records read and written by tls_session, without sockets.
 *
 *   bench_tls CERTIFICATE KEY [bytes per record]
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/tls/tls_session.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 200, RECORDS = 100, PLAINTEXT_MAX = 65536 };

struct pair {
    struct tls_session *server;
    SSL *client;
    BIO *to_client;
    BIO *to_server;
};

static char plaintext[PLAINTEXT_MAX];

static double now_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Others use the machine as well: the best of the rounds is meant. */
static double least(double a, double b)
{
    return a < b ? a : b;
}

/* The server reads what the client has written; returns the plaintext's length. */
static size_t server_reads(struct pair *pair)
{
    enum tls_state state;
    size_t total = 0;
    char *bytes;
    long length = BIO_get_mem_data(pair->to_server, &bytes);

    tls_session_feed(pair->server, bytes, (size_t)length);
    for (size_t more;
         tls_session_expects(pair->server) > 0 &&
         (more = tls_session_read(pair->server, plaintext, PLAINTEXT_MAX, &state)) > 0;)
        total += more;
    (void)BIO_reset(pair->to_server);
    return total;
}

static size_t server_sends(struct pair *pair)
{
    struct tls_output output = tls_session_take(pair->server);

    if (output.length > 0)
        BIO_write(pair->to_client, output.bytes, (int)output.length);
    memory_free(output.bytes);
    return output.length;
}

static void open_pair(struct pair *pair, struct tls_context *context, SSL_CTX *client_context)
{
    pair->server = tls_session_create(context, TLS_ROLE_SERVES, NULL);
    pair->client = SSL_new(client_context);
    pair->to_client = BIO_new(BIO_s_mem());
    pair->to_server = BIO_new(BIO_s_mem());
    SSL_set_bio(pair->client, pair->to_client, pair->to_server);
    SSL_set_connect_state(pair->client);
    while (!tls_session_is_open(pair->server) || !SSL_is_init_finished(pair->client)) {
        SSL_do_handshake(pair->client);
        server_reads(pair);
        server_sends(pair);
    }
    /* Tickets. */
    SSL_read(pair->client, plaintext, 1);
}

static void close_pair(struct pair *pair)
{
    tls_session_destroy(pair->server);
    SSL_free(pair->client);
}

static void measure(struct tls_context *context, int version, size_t length)
{
    SSL_CTX *client_context = SSL_CTX_new(TLS_client_method());
    struct pair pair;
    double reading = 1e18, writing = 1e18, handshakes;

    SSL_CTX_set_max_proto_version(client_context, version);
    handshakes = now_us();
    for (int i = 0; i < 100; i++) {
        open_pair(&pair, context, client_context);
        close_pair(&pair);
    }
    handshakes = now_us() - handshakes;
    open_pair(&pair, context, client_context);
    for (int i = 0; i < ROUNDS; i++) {
        double start;

        for (int k = 0; k < RECORDS; k++)
            ASSERT(SSL_write(pair.client, plaintext, (int)length) == (int)length);
        start = now_us();
        ASSERT(server_reads(&pair) == length * RECORDS);
        reading = least(reading, now_us() - start);
        start = now_us();
        for (int k = 0; k < RECORDS; k++) {
            struct iovec part = {plaintext, length};
            uint32_t index = 0;
            size_t offset = 0;
            struct tls_output output;

            while (index < 1) {
                ASSERT(tls_session_write(pair.server, &part, 1, &index, &offset));
                output = tls_session_take(pair.server);
                memory_free(output.bytes);
            }
        }
        writing = least(writing, now_us() - start);
    }
    printf("%s %zu bytes: read %.2f us, write %.2f us per record; both sides' handshake %.0f us\n",
           SSL_get_version(pair.client), length, reading / RECORDS, writing / RECORDS,
           handshakes / 100);
    close_pair(&pair);
    SSL_CTX_free(client_context);
}

int main(int argc, char **argv)
{
    struct config *config = config_create();
    struct config_error problem;
    char error[TLS_ERROR_MAX];
    struct tls_context *context;
    size_t length = argc > 3 ? strtoul(argv[3], NULL, 10) : 1750;

    if (argc < 3 || length == 0 || length > PLAINTEXT_MAX) {
        fprintf(stderr, "usage: bench_tls CERTIFICATE KEY [bytes per record]\n");
        return 1;
    }
    config_set(config, SPAN("tls-cert-file"), span_of_string(argv[1]), &problem);
    config_set(config, SPAN("tls-key-file"), span_of_string(argv[2]), &problem);
    config_set(config, SPAN("tls-auth-clients"), SPAN("no"), &problem);
    context = tls_context_create(config, error);
    if (context == NULL) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    measure(context, TLS1_2_VERSION, length);
    measure(context, TLS1_3_VERSION, length);
    tls_context_release(context);
    config_free(config);
    return 0;
}
