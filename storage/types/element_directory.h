/*
 * The directories of an element_table, which lead from a hash to its leaf. For element_*.c alone.
 *
 * A position is the 32 leading bits of a hash. A leaf of depth d stands in each place of its
 * directory whose positions share the leaf's d leading bits. A directory below another counts there
 * as a leaf of full depth.
 */
#ifndef STORAGE_TYPES_ELEMENT_DIRECTORY_H
#define STORAGE_TYPES_ELEMENT_DIRECTORY_H

#include "storage/key_hash.h"
#include "storage/types/element_leaf.h"

enum { ELEMENT_DIRECTORY_BITS = 10 };

#define ELEMENT_POSITION_END (UINT64_C(1) << ELEMENT_TABLE_DEPTH_MAX)
#define ELEMENT_DIRECTORY    (UINT64_C(1) << 63) /* of a reference: to a directory */
#define ELEMENT_ADDRESS_MASK ((UINT64_C(1) << 48) - 1)
#define ELEMENT_DEPTH_SHIFT  48 /* of a reference to a directory: its depth */

struct element_directory {
    uint8_t base;                                  /* bits of the hash that were used above it */
    uint8_t depth;                                 /* bits that it is indexed by */
    uint16_t at_depth[ELEMENT_DIRECTORY_BITS + 1]; /* leaves by depth, less `base` */
    uint64_t references[];
};
_Static_assert(sizeof(struct element_directory) == 24, "references are aligned");

static inline uint64_t element_hash(const struct element_table *table, struct span name)
{
    return key_hash(name, table->hash_seed) & table->hash_mask;
}

static inline uint64_t element_position(uint64_t hash)
{
    return hash >> (64 - ELEMENT_TABLE_DEPTH_MAX);
}

/* How many positions a leaf of this depth is for. */
static inline uint64_t element_span(uint32_t depth)
{
    return UINT64_C(1) << (ELEMENT_TABLE_DEPTH_MAX - depth);
}

static inline struct element_leaf *element_leaf_of(uint64_t reference)
{
    return (struct element_leaf *)reference;
}

static inline struct element_directory *element_directory_of(uint64_t reference)
{
    return (struct element_directory *)(reference & ELEMENT_ADDRESS_MASK);
}

/* The (first) leaf of a position; NULL in an empty table. */
static inline struct element_leaf *element_leaf_at(const struct element_table *table,
                                                   uint64_t position)
{
    uint64_t reference = table->root;
    uint32_t below = ELEMENT_TABLE_DEPTH_MAX;

    while ((reference & ELEMENT_DIRECTORY) != 0) {
        uint32_t depth = (uint32_t)(reference >> ELEMENT_DEPTH_SHIFT) & 0xff;

        below -= depth;
        reference = element_directory_of(reference)
                        ->references[(position >> below) & ((UINT64_C(1) << depth) - 1)];
    }
    return element_leaf_of(reference);
}

/* All references for the leaf's positions are to it now; one of them is `position`. */
void element_directory_refer(struct element_table *table, uint64_t position,
                             const struct element_leaf *leaf);

/* The leaf of this position and depth becomes two, which the caller refers to next. */
void element_directory_split(struct element_table *table, struct heap *heap, uint64_t position,
                             const struct element_leaf *leaf);

/* Two leaves of this depth have become `leaf`, to which the references go from now on. */
void element_directory_merge(struct element_table *table, struct heap *heap, uint64_t position,
                             const struct element_leaf *leaf);

/* The leaf that ends before `end` is gone: gives up the directories that end there as well. */
void element_directory_drop(struct element_table *table, struct heap *heap, uint64_t position,
                            uint64_t end);

/* A copy, with the same references, counted among the table's bytes. */
struct element_directory *element_directory_copy(struct element_table *table, struct heap *heap,
                                                 const struct element_directory *directory);
uint64_t element_directory_reference(const struct element_directory *directory);

#endif
