/*
 * Authorities and certificates for one test, made in a directory of its own, and TLS contexts that
 * use them. No cmocka in here: fuzz targets use it as well.
 */
#ifndef TESTS_UNIT_TLS_FIXTURE_H
#define TESTS_UNIT_TLS_FIXTURE_H

#include "proto/base/assert.h"
#include "server/config/config.h"
#include "server/tls/tls_context.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TLS_FIXTURE_DAY_S = 24 * 60 * 60, TLS_FIXTURE_PATH_MAX = 128 };

/* A certificate and its key, in memory and as PEM files. */
struct tls_identity {
    X509 *certificate;
    EVP_PKEY *key;
    char certificate_path[TLS_FIXTURE_PATH_MAX];
    char key_path[TLS_FIXTURE_PATH_MAX];
};

static const char *tls_fixture_directory(void)
{
    static char path[] = "/tmp/test-tls-XXXXXX";
    static bool made;

    if (!made)
        ASSERT(mkdtemp(path) != NULL);
    made = true;
    return path;
}

static void tls_identity_write(struct tls_identity *identity, const char *name)
{
    FILE *file;

    snprintf(identity->certificate_path, TLS_FIXTURE_PATH_MAX, "%s/%s.crt", tls_fixture_directory(),
             name);
    snprintf(identity->key_path, TLS_FIXTURE_PATH_MAX, "%s/%s.key", tls_fixture_directory(), name);
    file = fopen(identity->certificate_path, "w");
    ASSERT(PEM_write_X509(file, identity->certificate) == 1);
    fclose(file);
    file = fopen(identity->key_path, "w");
    ASSERT(PEM_write_PrivateKey(file, identity->key, NULL, NULL, 0, NULL, NULL) == 1);
    fclose(file);
}

/* Signed by `issuer`; NULL: an authority. */
static struct tls_identity tls_identity_make(const char *name, const struct tls_identity *issuer)
{
    struct tls_identity identity = {.certificate = X509_new(), .key = EVP_EC_gen("P-256")};
    X509 *certificate = identity.certificate;
    X509_NAME *subject = X509_get_subject_name(certificate);

    ASSERT(certificate != NULL);
    ASSERT(identity.key != NULL);
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), (long)name[0] + (issuer != NULL));
    X509_gmtime_adj(X509_getm_notBefore(certificate), -TLS_FIXTURE_DAY_S);
    X509_gmtime_adj(X509_getm_notAfter(certificate), TLS_FIXTURE_DAY_S);
    X509_set_pubkey(certificate, identity.key);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate,
                         issuer == NULL ? subject : X509_get_subject_name(issuer->certificate));
    if (issuer == NULL) {
        X509_EXTENSION *authority =
            X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:TRUE");

        X509_add_ext(certificate, authority, -1);
        X509_EXTENSION_free(authority);
    }
    ASSERT(X509_sign(certificate, issuer == NULL ? identity.key : issuer->key, EVP_sha256()) > 0);
    tls_identity_write(&identity, name);
    return identity;
}

static void tls_identity_free(struct tls_identity *identity)
{
    unlink(identity->certificate_path);
    unlink(identity->key_path);
    X509_free(identity->certificate);
    EVP_PKEY_free(identity->key);
}

/* A node's context: shows `own`, trusts `authority`. More directives by name and value, NULL behind
 * the last one. */
static struct tls_context *tls_fixture_context(const struct tls_identity *own,
                                               const struct tls_identity *authority,
                                               const char *const *more)
{
    const char *const directives[] = {"tls-cert-file",
                                      own->certificate_path,
                                      "tls-key-file",
                                      own->key_path,
                                      "tls-ca-cert-file",
                                      authority->certificate_path,
                                      "tls-cluster",
                                      "yes",
                                      NULL};
    struct config *config = config_create();
    struct config_error problem;
    char error[TLS_ERROR_MAX];
    struct tls_context *context;

    for (const char *const *at = directives; *at != NULL; at += 2)
        ASSERT(config_set(config, span_of_string(at[0]), span_of_string(at[1]), &problem));
    for (const char *const *at = more; at != NULL && *at != NULL; at += 2)
        ASSERT(config_set(config, span_of_string(at[0]), span_of_string(at[1]), &problem));
    context = tls_context_create(config, error);
    if (context == NULL)
        fprintf(stderr, "%s\n", error);
    ASSERT(context != NULL);
    config_free(config);
    return context;
}

#endif
