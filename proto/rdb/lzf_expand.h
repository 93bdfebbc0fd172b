/*
 * Expands what LZF has compressed: strings in RDB.
 *
 *   000lllll                     l + 1 bytes as they are follow
 *   lllddddd dddddddd            l + 2 bytes again that lie d + 1 bytes back   (l from 1 to 6)
 *   111ddddd llllllll dddddddd   the same, of l + 9 bytes
 *
 * Loading is mostly this: runs and copies are made by the word, where the library that compresses
 * goes byte by byte. The bytes may come from anybody. Pure.
 */
#ifndef PROTO_RDB_LZF_EXPAND_H
#define PROTO_RDB_LZF_EXPAND_H

#include "proto/base/span.h"

/* Fills `bytes` exactly. False: it is malformed, or of another length. */
bool lzf_expand(struct span compressed, char *bytes, size_t length);

#endif
