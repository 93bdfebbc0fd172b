/*
 * The files of a log, together: where each of them may end.
 *
 * A crash may leave the last file torn; where each shard has files of its own, the last one of
 * each. All before them must be whole.
 *
 * Writes over several shards have a part in each shard's file, marked by an annotation with the id
 * that the parts share and how many they are. After a crash a part's sisters may be missing. Then
 * none of it may be run, nor what comes behind a part in its file: that file ends before it. What
 * is cut off so may make other transactions incomplete, so it is looked again until nothing
 * changes.
 *
 * Pure; the bytes are borrowed, and may come from anybody.
 */
#ifndef PROTO_AOF_AOF_SET_H
#define PROTO_AOF_AOF_SET_H

#include "proto/base/span.h"

#include <stdint.h>

struct aof_set_file {
    struct span bytes;
    bool may_be_torn;
    uint64_t cut; /* what is from here on must not be run; UINT64_MAX: all may */
};

/* Fills `may_be_torn` and `cut` from the files' bytes, in the order of the manifest. */
void aof_set_judge(struct aof_set_file *files, uint32_t count);

#endif
