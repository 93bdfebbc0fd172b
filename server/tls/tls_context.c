#include "server/tls/tls_context.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/span.h"
#include "server/config/config.h"
#include "server/config/config_words.h"
#include "server/tls/tls_session.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { LOG_INTERVAL_MS = 1000 };

struct tls_context {
    SSL_CTX *ssl;      /* for TLS_ROLE_SERVES and TLS_ROLE_ACCEPTS */
    SSL_CTX *connects; /* for TLS_ROLE_CONNECTS */
    BIO_METHOD *method;
    _Atomic uint32_t references;
    _Atomic int64_t logged_ms;
};

/* Sessions are resumed only between connections that name the same context. */
static const unsigned char session_context[] = "tessera";
/* Nodes resume nothing: a client's ticket would stand for a certificate that nobody has seen. */
static const unsigned char node_session_context[] = "tessera-node";

void tls_error_take(char *text, unsigned long capacity, const char *otherwise)
{
    const char *data = NULL;
    int flags = 0;
    unsigned long code = ERR_peek_error_all(NULL, NULL, NULL, &data, &flags);
    const char *reason = ERR_reason_error_string(code);

    if (reason == NULL && code != 0 && ERR_SYSTEM_ERROR(code))
        reason = strerror(ERR_GET_REASON(code));
    snprintf(text, capacity, "%s%s%s", reason != NULL ? reason : otherwise,
             (flags & ERR_TXT_STRING) && data != NULL && data[0] != '\0' ? ": " : "",
             (flags & ERR_TXT_STRING) && data != NULL ? data : "");
    ERR_clear_error();
}

/* The reason with the directive and its value before it. */
static bool fail(char error[TLS_ERROR_MAX], const char *directive, const char *value)
{
    char reason[160];

    tls_error_take(reason, sizeof(reason), "it cannot be used");
    snprintf(error, TLS_ERROR_MAX, "%s %.180s: %s", directive, value, reason);
    return false;
}

/* ---- Protocols and ciphers ---- */

/* The words of tls-protocols as bits, lowest version first. */
static bool parse_protocols(const char *text, unsigned *versions)
{
    static const char *const names[] = {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"};
    struct config_words words = {0};
    bool known = true;

    *versions = 0;
    config_words_split_at_spaces(&words, span_of_string(text));
    for (uint32_t i = 0; i < words.count && known; i++) {
        known = false;
        for (unsigned k = 0; k < 4; k++) {
            if (!span_equal_ignoring_case(words.items[i], span_of_string(names[k])))
                continue;
            *versions |= 1u << k;
            known = true;
        }
    }
    config_words_free(&words);
    return known;
}

static bool set_protocols(SSL_CTX *ssl, const struct config *config, char error[TLS_ERROR_MAX])
{
    static const uint64_t refusals[] = {SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1, SSL_OP_NO_TLSv1_2,
                                        SSL_OP_NO_TLSv1_3};
    unsigned versions;

    if (!parse_protocols(config->tls_protocols, &versions)) {
        snprintf(error, TLS_ERROR_MAX,
                 "tls-protocols: only TLSv1, TLSv1.1, TLSv1.2 and TLSv1.3 are known, not all of "
                 "'%.100s'",
                 config->tls_protocols);
        return false;
    }
    if (versions == 0)
        versions = 1u << 2 | 1u << 3;
    for (unsigned k = 0; k < 4; k++)
        if (!(versions & 1u << k))
            SSL_CTX_set_options(ssl, refusals[k]);
    return true;
}

static bool set_parameters(SSL_CTX *ssl, const struct config *config, char error[TLS_ERROR_MAX])
{
    const char *path = config->tls_dh_params_file;
    EVP_PKEY *key = NULL;
    OSSL_DECODER_CTX *decoder;
    BIO *file;
    bool read;

    if (path[0] == '\0')
        return SSL_CTX_set_dh_auto(ssl, 1) == 1;
    file = BIO_new_file(path, "r");
    if (file == NULL)
        return fail(error, "tls-dh-params-file", path);
    decoder = OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", NULL, "DH",
                                            OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS, NULL, NULL);
    read = decoder != NULL && OSSL_DECODER_from_bio(decoder, file) == 1;
    OSSL_DECODER_CTX_free(decoder);
    BIO_free(file);
    if (read && SSL_CTX_set0_tmp_dh_pkey(ssl, key) == 1)
        return true;
    EVP_PKEY_free(key);
    return fail(error, "tls-dh-params-file", path);
}

static bool set_ciphers(SSL_CTX *ssl, const struct config *config, char error[TLS_ERROR_MAX])
{
    if (config->tls_ciphers[0] != '\0' && !SSL_CTX_set_cipher_list(ssl, config->tls_ciphers))
        return fail(error, "tls-ciphers", config->tls_ciphers);
    if (config->tls_ciphersuites[0] != '\0' &&
        !SSL_CTX_set_ciphersuites(ssl, config->tls_ciphersuites))
        return fail(error, "tls-ciphersuites", config->tls_ciphersuites);
    if (config->tls_prefer_server_ciphers)
        SSL_CTX_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
    return true;
}

/* ---- Certificates ---- */

static int give_password(char *buffer, int size, int writing, void *password)
{
    size_t length = strlen(password);

    (void)writing;
    if (length > (size_t)size)
        return -1;
    memcpy(buffer, password, length);
    return (int)length;
}

struct key_pair {
    const char *certificate_directive;
    const char *certificate;
    const char *key_directive;
    const char *key;
    const char *password;
};

static bool set_key_pair(SSL_CTX *ssl, const struct key_pair *pair, char error[TLS_ERROR_MAX])
{
    /* Also without a password, so that nobody is asked for one on the terminal. */
    SSL_CTX_set_default_passwd_cb(ssl, give_password);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, (void *)(uintptr_t)pair->password);
    if (SSL_CTX_use_certificate_chain_file(ssl, pair->certificate) != 1)
        return fail(error, pair->certificate_directive, pair->certificate);
    if (SSL_CTX_use_PrivateKey_file(ssl, pair->key, SSL_FILETYPE_PEM) != 1)
        return fail(error, pair->key_directive, pair->key);
    SSL_CTX_set_default_passwd_cb_userdata(ssl, (void *)(uintptr_t) "");
    return true;
}

static bool set_trust(SSL_CTX *ssl, const struct config *config, char error[TLS_ERROR_MAX])
{
    const char *file = config->tls_ca_cert_file;
    const char *directory = config->tls_ca_cert_dir;
    bool of_clients = config->tls_auth_clients != TLS_AUTH_CLIENTS_NO;

    if (file[0] == '\0' && directory[0] == '\0') {
        if (!of_clients && !config->tls_cluster && !config->tls_replication)
            return true;
        snprintf(error, TLS_ERROR_MAX,
                 "%s asks for certificates, and neither tls-ca-cert-file nor tls-ca-cert-dir says "
                 "whose to trust",
                 of_clients            ? "tls-auth-clients"
                 : config->tls_cluster ? "tls-cluster"
                                       : "tls-replication");
        return false;
    }
    if (file[0] != '\0' && SSL_CTX_load_verify_file(ssl, file) != 1)
        return fail(error, "tls-ca-cert-file", file);
    if (directory[0] != '\0' && SSL_CTX_load_verify_dir(ssl, directory) != 1)
        return fail(error, "tls-ca-cert-dir", directory);
    /* Whoever has several certificates chooses by these names. */
    if (file[0] != '\0' && (of_clients || config->tls_cluster))
        SSL_CTX_set_client_CA_list(ssl, SSL_load_client_CA_file(file));
    ERR_clear_error();
    return true;
}

static bool set_own_pair(SSL_CTX *ssl, const struct config *config, char error[TLS_ERROR_MAX])
{
    const struct key_pair pair = {"tls-cert-file", config->tls_cert_file, "tls-key-file",
                                  config->tls_key_file, config->tls_key_file_pass};

    if (pair.certificate[0] == '\0' || pair.key[0] == '\0') {
        snprintf(error, TLS_ERROR_MAX, "TLS needs tls-cert-file and tls-key-file");
        return false;
    }
    return set_key_pair(ssl, &pair, error);
}

/* What the node shows where it is the one that connects. */
static bool set_client_pair(SSL_CTX *ssl, const struct config *config, char error[TLS_ERROR_MAX])
{
    const struct key_pair pair = {"tls-client-cert-file", config->tls_client_cert_file,
                                  "tls-client-key-file", config->tls_client_key_file,
                                  config->tls_client_key_file_pass};

    if (pair.certificate[0] == '\0')
        return set_own_pair(ssl, config, error);
    return set_key_pair(ssl, &pair, error);
}

/* ---- Sessions ---- */

/* Tickets are kept by the client and sealed with this context's keys: whatever is replaced, nobody
 * resumes a session that the new settings would not have allowed. */
static void set_sessions(SSL_CTX *ssl, const struct config *config)
{
    SSL_CTX_set_session_id_context(ssl, session_context, sizeof(session_context) - 1);
    if (!config->tls_session_caching) {
        SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(ssl, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(ssl, 0);
        return;
    }
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_SERVER);
    SSL_CTX_sess_set_cache_size(ssl, (long)config->tls_session_cache_size);
    SSL_CTX_set_timeout(ssl, (long)config->tls_session_cache_timeout);
    /* Clients use the last one. */
    SSL_CTX_set_num_tickets(ssl, 1);
}

static bool set_common(SSL_CTX *ssl, const struct config *config, char error[TLS_ERROR_MAX])
{
    SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    /* An idle connection has no record buffers: 34 kB less. */
    SSL_CTX_set_mode(ssl, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return set_protocols(ssl, config, error);
}

static bool set_up(SSL_CTX *ssl, const struct config *config, char error[TLS_ERROR_MAX])
{
    SSL_CTX_set_options(ssl, SSL_OP_SINGLE_DH_USE | SSL_OP_SINGLE_ECDH_USE);
    if (config->tls_auth_clients == TLS_AUTH_CLIENTS_NO)
        SSL_CTX_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    else if (config->tls_auth_clients == TLS_AUTH_CLIENTS_OPTIONAL)
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    else
        SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    set_sessions(ssl, config);
    return set_common(ssl, config, error) && set_own_pair(ssl, config, error) &&
           set_trust(ssl, config, error) && set_ciphers(ssl, config, error) &&
           set_parameters(ssl, config, error);
}

static bool set_up_connects(SSL_CTX *ssl, const struct config *config, char error[TLS_ERROR_MAX])
{
    SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
    return set_common(ssl, config, error) && set_client_pair(ssl, config, error) &&
           set_trust(ssl, config, error) && set_ciphers(ssl, config, error);
}

/* ---- Life ---- */

static BIO_METHOD *method_create(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "session");

    ASSERT(method != NULL);
    BIO_meth_set_read(method, tls_session_take_input);
    BIO_meth_set_write(method, tls_session_put_output);
    BIO_meth_set_ctrl(method, tls_session_control);
    return method;
}

struct tls_context *tls_context_create(const struct config *config, char error[TLS_ERROR_MAX])
{
    struct tls_context *context = memory_new_zeroed(1, sizeof(*context));

    atomic_init(&context->references, 1);
    atomic_init(&context->logged_ms, -LOG_INTERVAL_MS);
    snprintf(error, TLS_ERROR_MAX, "OpenSSL cannot be set up");
    ERR_clear_error();
    context->method = method_create();
    context->ssl = SSL_CTX_new(TLS_server_method());
    context->connects = SSL_CTX_new(TLS_client_method());
    if (context->ssl != NULL && context->connects != NULL && set_up(context->ssl, config, error) &&
        set_up_connects(context->connects, config, error))
        return context;
    tls_context_release(context);
    return NULL;
}

struct tls_context *tls_context_share(struct tls_context *context)
{
    atomic_fetch_add_explicit(&context->references, 1, memory_order_relaxed);
    return context;
}

void tls_context_release(struct tls_context *context)
{
    if (context == NULL ||
        atomic_fetch_sub_explicit(&context->references, 1, memory_order_acq_rel) > 1)
        return;
    SSL_CTX_free(context->ssl);
    SSL_CTX_free(context->connects);
    BIO_meth_free(context->method);
    memory_free(context);
}

static bool is_address(const char *host)
{
    struct in6_addr address;

    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

static void take_role(SSL *ssl, enum tls_role role, const char *host)
{
    if (role == TLS_ROLE_CONNECTS) {
        if (host != NULL && !is_address(host))
            SSL_set_tlsext_host_name(ssl, host);
        SSL_set_connect_state(ssl);
        return;
    }
    SSL_set_accept_state(ssl);
    if (role == TLS_ROLE_SERVES)
        return;
    SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_set_session_id_context(ssl, node_session_context, sizeof(node_session_context) - 1);
    SSL_set_options(ssl, SSL_OP_NO_TICKET);
    SSL_set_num_tickets(ssl, 0);
}

struct ssl_st *tls_context_open(struct tls_context *context, struct tls_session *session,
                                enum tls_role role, const char *host)
{
    SSL *ssl = SSL_new(role == TLS_ROLE_CONNECTS ? context->connects : context->ssl);
    BIO *bio = BIO_new(context->method);

    ASSERT(ssl != NULL);
    ASSERT(bio != NULL);
    BIO_set_data(bio, session);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    take_role(ssl, role, host);
    return ssl;
}

bool tls_context_may_log(struct tls_context *context, int64_t now_ms)
{
    int64_t before = atomic_load_explicit(&context->logged_ms, memory_order_relaxed);

    return now_ms - before >= LOG_INTERVAL_MS &&
           atomic_compare_exchange_strong(&context->logged_ms, &before, now_ms);
}
