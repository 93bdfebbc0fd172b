/*
 * TLS between bytes and bytes: whole and torn records, writes of all sizes, strangers, garbage, and
 * ends at every moment. The other side is another session, or OpenSSL by itself where it does what
 * a session does not.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "server/tls/tls_session.h"
#include "tests/unit/tls_fixture.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { LARGE = 300 * 1000, ROUNDS_MAX = 20, RECORD_ALERT = 21, RECORD_DATA = 23 };

static struct tls_identity authority;
static struct tls_identity node;
static struct tls_context *contexts[2]; /* TLS 1.2 and 1.3 */
static char *pattern;                   /* LARGE bytes */

/* ---- Two sessions ---- */

struct pair {
    struct tls_session *server;
    struct tls_session *client;
};

struct text {
    char bytes[LARGE + 1];
    size_t length;
    enum tls_state state;
};

static struct text text; /* what was read last */

/* Feeds the bytes, `piece` at a time, and reads all that there is into `text`. */
static void feed(struct tls_session *session, const char *bytes, size_t length, size_t piece)
{
    text.length = 0;
    text.state = TLS_GOES_ON;
    for (size_t at = 0; at < length; at += piece) {
        size_t more;

        tls_session_feed(session, bytes + at, piece < length - at ? piece : length - at);
        do {
            more = tls_session_read(session, text.bytes + text.length,
                                    sizeof(text.bytes) - text.length, &text.state);
            text.length += more;
        } while (more > 0);
        tls_session_feed(session, NULL, 0);
    }
}

/* Carries what `from` has to say; false when that is nothing. */
static bool carry(struct tls_session *from, struct tls_session *to, size_t piece)
{
    struct tls_output output = tls_session_take(from);
    bool any = output.length > 0;

    feed(to, output.bytes, output.length, piece);
    memory_free(output.bytes);
    return any;
}

static struct pair pair_create(int version)
{
    struct pair pair = {tls_session_create(contexts[version], TLS_ROLE_ACCEPTS, NULL),
                        tls_session_create(contexts[version], TLS_ROLE_CONNECTS, "127.0.0.1")};

    assert_true(tls_session_start(pair.client));
    return pair;
}

static struct pair pair_open(int version, size_t piece)
{
    struct pair pair = pair_create(version);
    int rounds = 0;

    while (!tls_session_is_open(pair.server) || !tls_session_is_open(pair.client)) {
        assert_true(rounds++ < ROUNDS_MAX);
        carry(pair.client, pair.server, piece);
        carry(pair.server, pair.client, piece);
    }
    assert_string_equal(tls_session_error(pair.server), "");
    return pair;
}

static void pair_free(struct pair *pair)
{
    tls_session_destroy(pair->server);
    tls_session_destroy(pair->client);
}

/* The records of one write; the caller frees the bytes. */
static struct tls_output records_of(struct tls_session *session, const char *bytes, size_t length)
{
    struct iovec whole = {(char *)(uintptr_t)bytes, length};
    uint32_t part = 0;
    size_t offset = 0;

    assert_true(tls_session_write(session, &whole, 1, &part, &offset));
    assert_int_equal(part, 1);
    return tls_session_take(session);
}

static uint32_t records_in(const struct tls_output *output)
{
    uint32_t count = 0;
    size_t at = 0;

    while (at < output->length) {
        const unsigned char *header = (const unsigned char *)output->bytes + at;

        assert_int_equal(header[0], RECORD_DATA);
        at += 5 + (size_t)header[3] * 256 + header[4];
        count++;
    }
    assert_int_equal(at, output->length);
    return count;
}

/* ---- OpenSSL by itself ---- */

struct raw {
    SSL_CTX *context;
    SSL *ssl;
    BIO *in;
    BIO *out;
};

static struct raw raw_create(bool server, int version, SSL_SESSION *resumed)
{
    struct raw raw = {.context = SSL_CTX_new(server ? TLS_server_method() : TLS_client_method()),
                      .in = BIO_new(BIO_s_mem()),
                      .out = BIO_new(BIO_s_mem())};

    SSL_CTX_set_max_proto_version(raw.context, version == 0 ? TLS1_2_VERSION : TLS1_3_VERSION);
    if (server) {
        SSL_CTX_use_certificate(raw.context, node.certificate);
        SSL_CTX_use_PrivateKey(raw.context, node.key);
    }
    raw.ssl = SSL_new(raw.context);
    SSL_set_bio(raw.ssl, raw.in, raw.out);
    if (resumed != NULL)
        SSL_set_session(raw.ssl, resumed);
    if (server)
        SSL_set_accept_state(raw.ssl);
    else
        SSL_set_connect_state(raw.ssl);
    return raw;
}

static void raw_free(struct raw *raw)
{
    /* Otherwise its session would not be resumed. */
    SSL_set_shutdown(raw->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(raw->ssl);
    SSL_CTX_free(raw->context);
    ERR_clear_error();
}

static void raw_to_session(struct raw *raw, struct tls_session *session)
{
    char *bytes;
    long length = BIO_get_mem_data(raw->out, &bytes);

    feed(session, bytes, (size_t)length, (size_t)length + 1);
    (void)BIO_reset(raw->out);
}

static void session_to_raw(struct tls_session *session, struct raw *raw)
{
    struct tls_output output = tls_session_take(session);

    if (output.length > 0)
        BIO_write(raw->in, output.bytes, (int)output.length);
    memory_free(output.bytes);
}

/* False when one side refuses. */
static bool raw_shake(struct raw *raw, struct tls_session *session)
{
    char byte;

    for (int round = 0; round < 5; round++) {
        SSL_do_handshake(raw->ssl);
        raw_to_session(raw, session);
        session_to_raw(session, raw);
    }
    /* Tickets, or the alert of a server that does not want a certificate that it was shown. */
    SSL_read(raw->ssl, &byte, 1);
    return SSL_is_init_finished(raw->ssl) && tls_session_is_open(session) &&
           text.state != TLS_FAILED;
}

/* ---- Tests ---- */

static void test_handshake_in_pieces(void **state)
{
    static const size_t pieces[] = {1, 2, 3, 7, 64, 1000, LARGE};

    (void)state;
    for (int version = 0; version < 2; version++)
        for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
            struct pair pair = pair_open(version, pieces[i]);
            struct tls_output records = records_of(pair.client, pattern, 40000);

            feed(pair.server, records.bytes, records.length, pieces[i]);
            assert_int_equal(text.length, 40000);
            assert_memory_equal(text.bytes, pattern, 40000);
            memory_free(records.bytes);
            pair_free(&pair);
        }
}

/* A record cut anywhere gives nothing before its last byte, and then everything. */
static void test_every_cut(void **state)
{
    (void)state;
    for (int version = 0; version < 2; version++) {
        struct pair pair = pair_open(version, LARGE);

        for (size_t cut = 1, length = 2; cut < length; cut++) {
            struct tls_output records = records_of(pair.client, pattern, 100);

            length = records.length;
            feed(pair.server, records.bytes, cut, cut);
            assert_int_equal(text.length, 0);
            assert_int_equal(text.state, TLS_GOES_ON);
            feed(pair.server, records.bytes + cut, length - cut, length);
            assert_int_equal(text.length, 100);
            assert_memory_equal(text.bytes, pattern, 100);
            assert_int_equal(tls_session_expects(pair.server), 0);
            memory_free(records.bytes);
        }
        pair_free(&pair);
    }
}

/* Into a buffer that is smaller than a record, and many records from one feed. */
static void test_reading_by_bits(void **state)
{
    struct pair pair = pair_open(1, LARGE);
    char joined[64 * 130];
    size_t length = 0;
    size_t read = 0;
    enum tls_state how;
    char byte[3];

    (void)state;
    for (int i = 0; i < 64; i++) {
        struct tls_output records = records_of(pair.client, pattern + i * 100, 100);

        memcpy(joined + length, records.bytes, records.length);
        length += records.length;
        memory_free(records.bytes);
    }
    tls_session_feed(pair.server, joined, length);
    for (size_t more; tls_session_expects(pair.server) > 0; read += more) {
        more = tls_session_read(pair.server, byte, sizeof(byte), &how);
        assert_true(more > 0);
        assert_memory_equal(byte, pattern + read, more);
    }
    assert_int_equal(read, 6400);
    pair_free(&pair);
}

/* Parts of all sizes, empty ones too: they come in order, in full records, a bounded piece at a
 * time. */
static void test_writes(void **state)
{
    struct random random;

    (void)state;
    random_seed(&random, 7);
    for (int round = 0; round < 60; round++) {
        struct pair pair = pair_open(round % 2, LARGE);
        struct iovec parts[16];
        uint32_t count = 1 + (uint32_t)random_below(&random, 16);
        uint32_t part = 0;
        size_t total = 0;
        size_t offset = 0;
        size_t received = 0;

        for (uint32_t i = 0; i < count; i++) {
            size_t most = random_below(&random, 4) == 0 ? 60000 : 300;
            size_t length = random_below(&random, 5) == 0 ? 0 : random_below(&random, most);

            parts[i] = (struct iovec){pattern + total, length};
            total += length;
            if (total > LARGE - 60000)
                count = i + 1;
        }
        while (part < count) {
            struct tls_output output;

            assert_true(tls_session_write(pair.server, parts, count, &part, &offset));
            output = tls_session_take(pair.server);
            assert_true(output.length <= TLS_OUTPUT_MAX);
            feed(pair.client, output.bytes, output.length, output.length);
            assert_true(text.length <= TLS_WRITE_MAX);
            assert_true(part == count || text.length == TLS_WRITE_MAX);
            assert_true(records_in(&output) <= text.length / TLS_RECORD_MAX + count);
            assert_memory_equal(text.bytes, pattern + received, text.length);
            received += text.length;
            memory_free(output.bytes);
        }
        assert_int_equal(received, total);
        pair_free(&pair);
    }
}

static void test_records_are_full(void **state)
{
    struct pair pair = pair_open(1, LARGE);
    struct iovec parts[16];
    uint32_t part = 0;
    size_t offset = 0;
    struct tls_output output;

    (void)state;
    for (int i = 0; i < 16; i++)
        parts[i] = (struct iovec){pattern + i * 100, 100};
    assert_true(tls_session_write(pair.server, parts, 16, &part, &offset));
    output = tls_session_take(pair.server);
    assert_int_equal(records_in(&output), 1);
    memory_free(output.bytes);
    output = records_of(pair.server, pattern, TLS_WRITE_MAX);
    assert_int_equal(records_in(&output), TLS_WRITE_MAX / TLS_RECORD_MAX);
    memory_free(output.bytes);
    pair_free(&pair);
}

static void test_write_before_the_handshake(void **state)
{
    struct pair pair = pair_create(1);
    struct iovec whole = {pattern, 10};
    uint32_t part = 0;
    size_t offset = 0;

    (void)state;
    assert_false(tls_session_write(pair.server, &whole, 1, &part, &offset));
    assert_true(strlen(tls_session_error(pair.server)) > 0);
    assert_false(tls_session_has_output(pair.server));
    pair_free(&pair);
}

/* What is no handshake ends the session, with an alert at most. */
static void test_garbage(void **state)
{
    static const char *const lines[] = {"GET / HTTP/1.1\r\n\r\n", "*1\r\n$4\r\nPING\r\n",
                                        "PING\r\n", "\x80\x2e\x01\x03\x01",
                                        "\x16\x03\x01\x40\x01\x01"};
    struct random random;
    char bytes[600];

    (void)state;
    random_seed(&random, 11);
    for (int round = 0; round < 300; round++) {
        struct tls_session *session =
            tls_session_create(contexts[round % 2], TLS_ROLE_SERVES, NULL);
        size_t length = sizeof(bytes);
        struct tls_output output;

        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)random_below(&random, 256);
        if (round < 10) {
            memcpy(bytes, lines[round / 2], strlen(lines[round / 2]));
        } else if (round % 3 == 0) {
            /* Records by their headers. */
            memcpy(bytes, "\x16\x03\x01\x02\x00", 5);
        }
        feed(session, bytes, length, 1 + random_below(&random, length));
        assert_int_equal(text.length, 0);
        assert_false(tls_session_is_open(session));
        output = tls_session_take(session);
        assert_true(output.length <= 64);
        if (text.state == TLS_FAILED)
            assert_true(strlen(tls_session_error(session)) > 0);
        memory_free(output.bytes);
        tls_session_destroy(session);
    }
}

/* One bit of one record is another: nothing of it is read, and nothing behind it. */
static void test_tampered_records(void **state)
{
    (void)state;
    for (size_t at = 0, length = 1; at < length; at++) {
        struct pair pair = pair_open(1, LARGE);
        struct tls_output records = records_of(pair.client, pattern, 50);
        struct tls_output next = records_of(pair.client, pattern, 20000);
        struct iovec whole = {pattern, 10};
        uint32_t part = 0;
        size_t offset = 0;

        length = records.length;
        records.bytes[at] = (char)(records.bytes[at] ^ 1 << at % 8);
        feed(pair.server, records.bytes, length, length);
        if (text.state != TLS_FAILED)
            feed(pair.server, next.bytes, next.length, next.length);
        assert_int_equal(text.length, 0);
        assert_int_equal(text.state, TLS_FAILED);
        assert_false(tls_session_write(pair.server, &whole, 1, &part, &offset));
        /* And stays so. */
        feed(pair.server, next.bytes, next.length, next.length);
        assert_int_equal(text.state, TLS_FAILED);
        assert_int_equal(text.length, 0);
        memory_free(records.bytes);
        memory_free(next.bytes);
        pair_free(&pair);
    }
}

static void test_the_end(void **state)
{
    (void)state;
    for (int version = 0; version < 2; version++) {
        struct pair pair = pair_open(version, LARGE);
        struct tls_output records = records_of(pair.client, pattern, 77);
        struct tls_output end;
        char both[1000];

        tls_session_end(pair.client);
        tls_session_end(pair.client);
        end = tls_session_take(pair.client);
        assert_true(records.length + end.length <= sizeof(both));
        memcpy(both, records.bytes, records.length);
        memcpy(both + records.length, end.bytes, end.length);
        /* What comes before it counts. */
        feed(pair.server, both, records.length + end.length, sizeof(both));
        assert_int_equal(text.length, 77);
        assert_int_equal(text.state, TLS_ENDED);
        feed(pair.server, records.bytes, records.length, sizeof(both));
        assert_int_equal(text.length, 0);
        /* The other direction goes on. */
        memory_free(records.bytes);
        records = records_of(pair.server, pattern, 78);
        assert_int_equal(records_in(&records), 1);
        memory_free(records.bytes);
        memory_free(end.bytes);
        pair_free(&pair);
    }
}

/* Destroyed after each step of a handshake, and in the middle of a record. */
static void test_destroyed_in_the_middle(void **state)
{
    (void)state;
    for (int version = 0; version < 2; version++)
        for (int steps = 0; steps < 6; steps++) {
            struct pair pair = pair_create(version);

            for (int i = 0; i < steps; i++)
                carry(i % 2 == 0 ? pair.client : pair.server,
                      i % 2 == 0 ? pair.server : pair.client, 100);
            tls_session_end(pair.server);
            if (tls_session_is_open(pair.client)) {
                struct tls_output records = records_of(pair.client, pattern, 5000);

                feed(pair.server, records.bytes, 2500, 2500);
                memory_free(records.bytes);
            }
            pair_free(&pair);
        }
}

static void test_renegotiation(void **state)
{
    struct tls_session *session = tls_session_create(contexts[0], TLS_ROLE_SERVES, NULL);
    struct raw raw = raw_create(false, 0, NULL);
    struct tls_output output;

    (void)state;
    assert_true(raw_shake(&raw, session));
    assert_int_equal(SSL_renegotiate(raw.ssl), 1);
    SSL_do_handshake(raw.ssl);
    raw_to_session(&raw, session);
    assert_int_equal(text.length, 0);
    output = tls_session_take(session);
    /* No, and not more than that. */
    assert_true(output.length > 0 && output.length < 64);
    assert_int_equal(output.bytes[0], RECORD_ALERT);
    memory_free(output.bytes);
    tls_session_destroy(session);
    raw_free(&raw);
}

/* New keys on request: as often as the client likes, one answer each at most, and data in between.
 */
static void test_key_updates(void **state)
{
    struct tls_session *session = tls_session_create(contexts[1], TLS_ROLE_SERVES, NULL);
    struct raw raw = raw_create(false, 1, NULL);
    char back[64];

    (void)state;
    assert_true(raw_shake(&raw, session));
    for (int i = 0; i < 20; i++) {
        struct tls_output output;

        assert_int_equal(SSL_key_update(raw.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        assert_int_equal(SSL_write(raw.ssl, pattern, 33), 33);
        raw_to_session(&raw, session);
        assert_int_equal(text.length, 33);
        output = records_of(session, pattern, 44);
        assert_true(output.length < 256);
        BIO_write(raw.in, output.bytes, (int)output.length);
        memory_free(output.bytes);
        assert_int_equal(SSL_read(raw.ssl, back, sizeof(back)), 44);
        assert_memory_equal(back, pattern, 44);
    }
    tls_session_destroy(session);
    raw_free(&raw);
}

/* ---- Who is let in ---- */

static void test_nodes_show_certificates(void **state)
{
    (void)state;
    for (int version = 0; version < 2; version++) {
        struct raw raw = raw_create(false, version, NULL);
        struct tls_session *session = tls_session_create(contexts[version], TLS_ROLE_ACCEPTS, NULL);

        assert_false(raw_shake(&raw, session));
        assert_non_null(strstr(tls_session_error(session), "certificate"));
        tls_session_destroy(session);
        raw_free(&raw);
        raw = raw_create(false, version, NULL);
        SSL_use_certificate(raw.ssl, node.certificate);
        SSL_use_PrivateKey(raw.ssl, node.key);
        session = tls_session_create(contexts[version], TLS_ROLE_ACCEPTS, NULL);
        assert_true(raw_shake(&raw, session));
        tls_session_destroy(session);
        raw_free(&raw);
    }
}

/* A client's ticket is no node's certificate. */
static void test_tickets_do_not_make_nodes(void **state)
{
    (void)state;
    for (int version = 0; version < 2; version++) {
        struct raw raw = raw_create(false, version, NULL);
        struct tls_session *session = tls_session_create(contexts[version], TLS_ROLE_SERVES, NULL);
        SSL_SESSION *ticket;

        assert_true(raw_shake(&raw, session));
        ticket = SSL_get1_session(raw.ssl);
        assert_int_equal(SSL_SESSION_is_resumable(ticket), 1);
        tls_session_destroy(session);
        raw_free(&raw);
        raw = raw_create(false, version, ticket);
        session = tls_session_create(contexts[version], TLS_ROLE_SERVES, NULL);
        assert_true(raw_shake(&raw, session));
        assert_true(tls_session_is_resumed(session));
        tls_session_destroy(session);
        raw_free(&raw);
        raw = raw_create(false, version, ticket);
        session = tls_session_create(contexts[version], TLS_ROLE_ACCEPTS, NULL);
        assert_false(raw_shake(&raw, session));
        tls_session_destroy(session);
        raw_free(&raw);
        SSL_SESSION_free(ticket);
    }
}

static void test_server_name(void **state)
{
    static const char *const hosts[] = {"node-1.example", "127.0.0.1", "::1", NULL};

    (void)state;
    for (int i = 0; i < 4; i++) {
        struct raw raw = raw_create(true, 1, NULL);
        struct tls_session *session = tls_session_create(contexts[1], TLS_ROLE_CONNECTS, hosts[i]);
        const char *name;

        assert_true(tls_session_start(session));
        session_to_raw(session, &raw);
        assert_true(raw_shake(&raw, session));
        name = SSL_get_servername(raw.ssl, TLSEXT_NAMETYPE_host_name);
        if (i == 0)
            assert_string_equal(name, hosts[0]);
        else
            assert_null(name);
        tls_session_destroy(session);
        raw_free(&raw);
    }
}

static int make_contexts(void **state)
{
    static const char *const protocols[2][5] = {
        {"tls-protocols", "TLSv1.2", "tls-auth-clients", "no", NULL},
        {"tls-protocols", "TLSv1.3", "tls-auth-clients", "no", NULL},
    };

    (void)state;
    authority = tls_identity_make("authority", NULL);
    node = tls_identity_make("node", &authority);
    for (int i = 0; i < 2; i++)
        contexts[i] = tls_fixture_context(&node, &authority, protocols[i]);
    pattern = memory_new(LARGE);
    for (size_t i = 0; i < LARGE; i++)
        pattern[i] = (char)(i % 251 ^ i / 251 % 241);
    return 0;
}

static int free_contexts(void **state)
{
    (void)state;
    tls_context_release(contexts[0]);
    tls_context_release(contexts[1]);
    tls_identity_free(&authority);
    tls_identity_free(&node);
    rmdir(tls_fixture_directory());
    memory_free(pattern);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handshake_in_pieces),
        cmocka_unit_test(test_every_cut),
        cmocka_unit_test(test_reading_by_bits),
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_records_are_full),
        cmocka_unit_test(test_write_before_the_handshake),
        cmocka_unit_test(test_garbage),
        cmocka_unit_test(test_tampered_records),
        cmocka_unit_test(test_the_end),
        cmocka_unit_test(test_destroyed_in_the_middle),
        cmocka_unit_test(test_renegotiation),
        cmocka_unit_test(test_key_updates),
        cmocka_unit_test(test_nodes_show_certificates),
        cmocka_unit_test(test_tickets_do_not_make_nodes),
        cmocka_unit_test(test_server_name),
    };

    return cmocka_run_group_tests(tests, make_contexts, free_contexts);
}
