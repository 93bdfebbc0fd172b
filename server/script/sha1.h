/*
 * SHA-1 (FIPS 180-4), the name that scripts are known by. Not for secrets.
 */
#ifndef SERVER_SCRIPT_SHA1_H
#define SERVER_SCRIPT_SHA1_H

#include "proto/base/span.h"

enum { SHA1_HEX_LENGTH = 40 };

/* Lower case, without a NUL. */
void sha1_hex(struct span bytes, char hex[SHA1_HEX_LENGTH]);

#endif
