#include "server/tls/tls_session.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

enum {
    ERROR_MAX = 192,
    OUTPUT_SMALL = TLS_RECORD_MAX + 2 * TLS_RECORD_OVERHEAD,
    OUTPUT_LARGE = TLS_WRITE_MAX + 8 * TLS_RECORD_OVERHEAD,
};

struct tls_session {
    SSL *ssl;
    const char *input; /* fed and not yet taken by OpenSSL */
    size_t input_length;
    struct tls_output output;
    struct tls_context *context;
    bool open;
    bool ended; /* has said so */
    bool failed;
    char error[ERROR_MAX];
};

struct tls_session *tls_session_create(struct tls_context *context, enum tls_role role,
                                       const char *host)
{
    struct tls_session *session = memory_new_zeroed(1, sizeof(*session));

    session->context = tls_context_share(context);
    session->ssl = tls_context_open(context, session, role, host);
    return session;
}

void tls_session_destroy(struct tls_session *session)
{
    SSL_free(session->ssl);
    tls_context_release(session->context);
    memory_free(session->output.bytes);
    memory_free(session);
}

/* ---- OpenSSL's side ---- */

int tls_session_take_input(BIO *bio, char *to, int capacity)
{
    struct tls_session *session = BIO_get_data(bio);
    size_t length = session->input_length;

    BIO_clear_retry_flags(bio);
    if (length == 0 || capacity <= 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    if (length > (size_t)capacity)
        length = (size_t)capacity;
    memcpy(to, session->input, length);
    session->input += length;
    session->input_length -= length;
    return (int)length;
}

int tls_session_put_output(BIO *bio, const char *bytes, int length)
{
    struct tls_session *session = BIO_get_data(bio);
    struct tls_output *output = &session->output;
    size_t end = output->length + (size_t)length;

    BIO_clear_retry_flags(bio);
    if (length <= 0)
        return 0;
    if (end > TLS_OUTPUT_MAX)
        return -1;
    if (end > output->capacity) {
        output->capacity = end <= OUTPUT_SMALL   ? OUTPUT_SMALL
                           : end <= OUTPUT_LARGE ? OUTPUT_LARGE
                                                 : TLS_OUTPUT_MAX;
        output->bytes = memory_resize(output->bytes, output->capacity);
    }
    memcpy(output->bytes + output->length, bytes, (size_t)length);
    output->length = end;
    return length;
}

long tls_session_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

/* ---- Errors ---- */

/* OpenSSL tells failure from patience by what is in the thread's queue of errors. */
static void forget_errors(void)
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
}

static void fail(struct tls_session *session)
{
    long verified = SSL_get_verify_result(session->ssl);
    size_t length;

    if (session->failed)
        return;
    session->failed = true;
    tls_error_take(session->error, ERROR_MAX, "the connection broke");
    length = strlen(session->error);
    if (verified != X509_V_OK)
        snprintf(session->error + length, ERROR_MAX - length, " (%s)",
                 X509_verify_cert_error_string(verified));
}

bool tls_session_start(struct tls_session *session)
{
    ASSERT(!session->open);
    forget_errors();
    if (SSL_get_error(session->ssl, SSL_do_handshake(session->ssl)) == SSL_ERROR_WANT_READ)
        return true;
    fail(session);
    return false;
}

/* ---- Reading ---- */

void tls_session_feed(struct tls_session *session, const char *bytes, size_t length)
{
    session->input = bytes;
    session->input_length = length;
}

size_t tls_session_expects(const struct tls_session *session)
{
    /* The rest of a record brings all of it. */
    if (SSL_has_pending(session->ssl) || session->input_length > TLS_RECORD_MAX)
        return TLS_RECORD_MAX;
    return session->input_length;
}

size_t tls_session_read(struct tls_session *session, char *to, size_t capacity,
                        enum tls_state *state)
{
    size_t length = 0;
    int error;

    *state = session->failed ? TLS_FAILED : TLS_GOES_ON;
    ASSERT(capacity > 0);
    /* Between two records there is nothing to ask for. */
    if (session->failed || (session->input_length == 0 && !SSL_has_pending(session->ssl)))
        return 0;
    forget_errors();
    if (SSL_read_ex(session->ssl, to, capacity, &length) == 1) {
        session->open = true;
        return length;
    }
    error = SSL_get_error(session->ssl, 0);
    if (!session->open)
        session->open = SSL_is_init_finished(session->ssl) == 1;
    if (error == SSL_ERROR_WANT_READ) {
        ASSERT(session->input_length == 0);
        return 0;
    }
    if (error == SSL_ERROR_ZERO_RETURN) {
        /* What comes behind the end is nobody's. */
        session->input_length = 0;
        *state = TLS_ENDED;
        return 0;
    }
    session->input_length = 0;
    fail(session);
    *state = TLS_FAILED;
    return 0;
}

/* ---- Writing ---- */

static bool encrypt(struct tls_session *session, const char *bytes, size_t length)
{
    size_t written;

    forget_errors();
    /* All of it goes: the output has room for it. */
    if (SSL_write_ex(session->ssl, bytes, length, &written) == 1 && written == length)
        return true;
    fail(session);
    return false;
}

/* Gathers the next bytes of several parts, so that a header and its value share a record. */
static size_t gather(const struct iovec *parts, uint32_t count, uint32_t *part, size_t *offset,
                     char *to, size_t room)
{
    size_t length = 0;

    while (*part < count && length < room) {
        size_t left = parts[*part].iov_len - *offset;
        size_t taken = left < room - length ? left : room - length;

        memcpy(to + length, (const char *)parts[*part].iov_base + *offset, taken);
        length += taken;
        *offset += taken;
        if (*offset == parts[*part].iov_len) {
            *offset = 0;
            ++*part;
        }
    }
    return length;
}

bool tls_session_write(struct tls_session *session, const struct iovec *parts, uint32_t count,
                       uint32_t *part, size_t *offset)
{
    char record[TLS_RECORD_MAX];
    size_t room = TLS_WRITE_MAX;

    if (!session->open) {
        /* Messages that nobody asked for may come this early. */
        session->failed = true;
        snprintf(session->error, ERROR_MAX, "there is a message for it before its handshake");
    }
    while (*part < count && room > 0 && !session->failed) {
        const char *bytes = (const char *)parts[*part].iov_base + *offset;
        size_t length = parts[*part].iov_len - *offset;

        if (length >= TLS_RECORD_MAX || *part + 1 == count) {
            /* Where it lies: whole records, and what is last. */
            if (*part + 1 < count)
                length -= length % TLS_RECORD_MAX;
            if (length > room)
                length = room;
            *offset += length;
            if (*offset == parts[*part].iov_len) {
                *offset = 0;
                ++*part;
            }
        } else {
            length = gather(parts, count, part, offset, record,
                            room < TLS_RECORD_MAX ? room : TLS_RECORD_MAX);
            bytes = record;
        }
        if (length > 0 && !encrypt(session, bytes, length))
            return false;
        ASSERT(length <= room);
        room -= length;
    }
    return !session->failed;
}

void tls_session_end(struct tls_session *session)
{
    if (session->failed || session->ended || !session->open)
        return;
    session->ended = true;
    forget_errors();
    if (SSL_shutdown(session->ssl) < 0)
        ERR_clear_error();
}

bool tls_session_has_output(const struct tls_session *session)
{
    return session->output.length > 0;
}

struct tls_output tls_session_take(struct tls_session *session)
{
    struct tls_output output = session->output;

    session->output = (struct tls_output){0};
    return output;
}

bool tls_session_is_open(const struct tls_session *session)
{
    return session->open;
}

bool tls_session_is_resumed(const struct tls_session *session)
{
    return SSL_session_reused(session->ssl) == 1;
}

const char *tls_session_error(const struct tls_session *session)
{
    return session->error;
}
