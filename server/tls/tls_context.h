/*
 * What all TLS connections of the node have in common, made from the tls-* directives: certificate
 * and key, whom to trust, protocols and ciphers, session tickets. One context has what it takes for
 * every role: for clients, and for both ends of a link between nodes.
 *
 * Immutable once made, and counted: shards hold one, and so does each connection, so that a
 * connection keeps what it began with when certificates are replaced. OpenSSL's own part is safe to
 * share between threads; what its connections take from it is taken in the handshake.
 *
 * Thread: made by the control thread (it reads files); shared and released by any.
 */
#ifndef SERVER_TLS_TLS_CONTEXT_H
#define SERVER_TLS_TLS_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct ssl_st;
struct tls_context;
struct tls_session;

enum { TLS_ERROR_MAX = 384 };

/* NULL, with one line for the log that says why, when the settings or their files do not do. */
struct tls_context *tls_context_create(const struct config *config, char error[TLS_ERROR_MAX]);

struct tls_context *tls_context_share(struct tls_context *context);
void tls_context_release(struct tls_context *context); /* NULL is fine */

/* Which side of a connection this is, and whom it trusts. */
enum tls_role {
    TLS_ROLE_SERVES,   /* a client connected: tls-auth-clients says whether it must be known */
    TLS_ROLE_ACCEPTS,  /* another node did: it must show a certificate of a known authority */
    TLS_ROLE_CONNECTS, /* this node did: the same of the other side */
};

/* For tls_session.c: one side of a connection, which reads and writes by the session. `host`, for
 * TLS_ROLE_CONNECTS: the name that was connected to, which the other side is told unless it is an
 * address; or NULL. */
struct ssl_st *tls_context_open(struct tls_context *context, struct tls_session *session,
                                enum tls_role role, const char *host);

/* Has nothing been logged about this context's strangers in the last second? */
bool tls_context_may_log(struct tls_context *context, int64_t now_ms);

/* What OpenSSL has to say about what has failed on this thread, one line; forgets it. */
void tls_error_take(char *text, unsigned long capacity, const char *otherwise);

#endif
