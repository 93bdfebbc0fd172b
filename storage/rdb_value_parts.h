/*
 * What the files of rdb_value share: for them alone.
 */
#ifndef STORAGE_RDB_VALUE_PARTS_H
#define STORAGE_RDB_VALUE_PARTS_H

#include "storage/rdb_elements.h"
#include "storage/rdb_value.h"
#include "storage/types/bloom.h"
#include "storage/types/stream_group.h"

/* A value that is being loaded. */
struct rdb_value_load {
    struct rdb_reader *reader;
    struct collection target; /* its type is set by the function that loads it */
    const struct rdb_value_limits *limits;
    time_ms now;
};

/* ---- Collections, by type ---- */

enum rdb_value_outcome rdb_value_load_list(struct rdb_value_load *load, enum rdb_type type);
enum rdb_value_outcome rdb_value_load_set(struct rdb_value_load *load, enum rdb_type type);
enum rdb_value_outcome rdb_value_load_sorted_set(struct rdb_value_load *load, enum rdb_type type);
enum rdb_value_outcome rdb_value_load_hash(struct rdb_value_load *load, enum rdb_type type);
enum rdb_value_outcome rdb_value_load_stream(struct rdb_value_load *load, enum rdb_type type);
enum rdb_value_outcome rdb_value_load_bloom(struct rdb_value_load *load);

/* One node of a list: so many elements. */
void rdb_value_write_list_node(struct rdb_writer *writer, struct span body, uint32_t count);
void rdb_value_write_stream(struct rdb_writer *writer, const struct entry *entry,
                            enum rdb_type type);
/* Parts of a stream. Behind its number of nodes come those; then the counters; then groups, each
 * with its pending entries (id, time, deliveries), the number of its consumers, and those, each
 * with its ids. */
void rdb_value_write_stream_id(struct rdb_writer *writer, struct stream_id id);
void rdb_value_write_stream_node(struct rdb_writer *writer, const struct stream_node *node);
void rdb_value_write_stream_counters(struct rdb_writer *writer, const struct stream *stream);
void rdb_value_write_stream_group(struct rdb_writer *writer, const struct stream_group *group);
void rdb_value_write_stream_consumer(struct rdb_writer *writer,
                                     const struct stream_consumer *consumer, enum rdb_type type);
/* Parts of a Bloom filter: behind the head, for each filter what is before its bits, those as a
 * string, and what is behind. Then the module's end. */
void rdb_value_write_bloom_head(struct rdb_writer *writer, const struct bloom *bloom);
void rdb_value_write_bloom_before(struct rdb_writer *writer, const struct bloom *bloom,
                                  uint32_t filter);
void rdb_value_write_bloom_behind(struct rdb_writer *writer, const struct bloom *bloom,
                                  uint32_t filter);
void rdb_value_write_bloom(struct rdb_writer *writer, const struct entry *entry);

#endif
