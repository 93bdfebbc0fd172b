/*
 * Passwords as users have them: SHA-256 of what the client says, shown as 64 hexadecimal letters.
 *
 * Pure; any thread.
 */
#ifndef SERVER_ACCESS_PASSWORD_H
#define SERVER_ACCESS_PASSWORD_H

#include "proto/base/span.h"

enum { PASSWORD_BYTES = 32, PASSWORD_LETTERS = 64 };

struct password {
    unsigned char bytes[PASSWORD_BYTES];
};

struct password password_hash(struct span text);

/* Takes the same time whatever the difference. */
bool password_equal(const struct password *a, const struct password *b);

/* Hexadecimal letters, lower case only; false for anything else. */
bool password_parse(struct span letters, struct password *password);
void password_format(const struct password *password, char letters[PASSWORD_LETTERS]);

#endif
