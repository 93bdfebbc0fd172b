#include "server/access/password.h"

#include "proto/base/assert.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

struct password password_hash(struct span text)
{
    struct password password;

    _Static_assert(PASSWORD_BYTES == SHA256_DIGEST_LENGTH, "the hash is SHA-256");
    SHA256((const unsigned char *)(text.length > 0 ? text.data : ""), text.length, password.bytes);
    return password;
}

bool password_equal(const struct password *a, const struct password *b)
{
    return CRYPTO_memcmp(a->bytes, b->bytes, PASSWORD_BYTES) == 0;
}

static int digit_of(char letter)
{
    if (letter >= '0' && letter <= '9')
        return letter - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool password_parse(struct span letters, struct password *password)
{
    if (letters.length != PASSWORD_LETTERS)
        return false;
    for (size_t i = 0; i < PASSWORD_BYTES; i++) {
        int high = digit_of(letters.data[2 * i]);
        int low = digit_of(letters.data[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        password->bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

void password_format(const struct password *password, char letters[PASSWORD_LETTERS])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < PASSWORD_BYTES; i++) {
        letters[2 * i] = digits[password->bytes[i] >> 4];
        letters[2 * i + 1] = digits[password->bytes[i] & 15];
    }
}
