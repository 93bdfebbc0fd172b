#include "server/script/sha1.h"

#include "proto/base/assert.h"

#include <openssl/evp.h>

void sha1_hex(struct span bytes, char hex[SHA1_HEX_LENGTH])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    ASSERT(EVP_Digest(bytes.data, bytes.length, digest, &length, EVP_sha1(), NULL) == 1);
    ASSERT(length * 2 == SHA1_HEX_LENGTH);
    for (unsigned i = 0; i < length; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
}
