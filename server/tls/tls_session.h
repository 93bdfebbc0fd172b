/*
 * One connection's TLS, either side of it, between bytes and bytes: what was received goes in and
 * plaintext comes out, replies go in and records come out. Knows no socket.
 *
 *   received -> tls_session_feed -> OpenSSL -> tls_session_read -> requests
 *   replies -> tls_session_write -> OpenSSL -> tls_session_take -> to be sent
 *
 * The handshake happens in tls_session_read; what it has to say is there to be taken, too. The side
 * that connects begins it by tls_session_start.
 * Renegotiation is refused. Memory: OpenSSL holds a record of at most 16 kB while it is not
 * complete, and handshake messages up to its own limits; records that nobody takes end the session
 * at TLS_OUTPUT_MAX.
 *
 * Owner: one thread, that of the connection. Specifications: RFC 8446, RFC 5246.
 */
#ifndef SERVER_TLS_TLS_SESSION_H
#define SERVER_TLS_TLS_SESSION_H

#include "server/tls/tls_context.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct bio_st;

enum {
    TLS_RECORD_MAX = 16 * 1024, /* plaintext in one record */
    /* Plaintext that one tls_session_write takes at most. */
    TLS_WRITE_MAX = 4 * TLS_RECORD_MAX,
    /* Room for the records of one write, and for what the handshake has to say besides. */
    TLS_RECORD_OVERHEAD = 256,
    TLS_OUTPUT_MAX = 2 * (TLS_WRITE_MAX + 4 * TLS_RECORD_OVERHEAD),
};

enum tls_state {
    TLS_GOES_ON, /* all that was fed has been read */
    TLS_ENDED,   /* the peer has said that it says nothing more */
    TLS_FAILED,  /* not to be used any more; there may be an alert to be sent */
};

/* Bytes of records, from memory_new; whoever holds the value frees them. */
struct tls_output {
    char *bytes;
    size_t length;
    size_t capacity;
};

struct tls_session;

/* `host` as for tls_context_open. */
struct tls_session *tls_session_create(struct tls_context *context, enum tls_role role,
                                       const char *host);
void tls_session_destroy(struct tls_session *session);

/* TLS_ROLE_CONNECTS: makes the first word of the handshake, to be taken. False when it cannot. */
bool tls_session_start(struct tls_session *session);

/* Received bytes, to be read by tls_session_read until it gives nothing more: until then they stay
 * in place. Without any, what is left of those before is dropped. */
void tls_session_feed(struct tls_session *session, const char *bytes, size_t length);

/* The next plaintext. 0: there is none; *state says why. */
size_t tls_session_read(struct tls_session *session, char *to, size_t capacity,
                        enum tls_state *state);

/* How many bytes the next reads may give, for a buffer of the right size. */
size_t tls_session_expects(const struct tls_session *session);

/* Encrypts from the parts, from *part on and `*offset` bytes into it, TLS_WRITE_MAX bytes at most,
 * into full records; moves *part and *offset on. False when the session has failed. */
bool tls_session_write(struct tls_session *session, const struct iovec *parts, uint32_t count,
                       uint32_t *part, size_t *offset);

/* Says that nothing more will be written. */
void tls_session_end(struct tls_session *session);

/* Is there something to be sent? */
bool tls_session_has_output(const struct tls_session *session);
/* Hands it over: the caller frees the bytes. */
struct tls_output tls_session_take(struct tls_session *session);

/* Is the handshake over? */
bool tls_session_is_open(const struct tls_session *session);
/* Was it a short one, of a session known before? */
bool tls_session_is_resumed(const struct tls_session *session);
/* Why the session has failed, for the log. */
const char *tls_session_error(const struct tls_session *session);

/* ---- OpenSSL's side, for tls_context.c ---- */

int tls_session_take_input(struct bio_st *bio, char *to, int capacity);
int tls_session_put_output(struct bio_st *bio, const char *bytes, int length);
long tls_session_control(struct bio_st *bio, int command, long number, void *pointer);

#endif
