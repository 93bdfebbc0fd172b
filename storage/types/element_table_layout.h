/* What the files element_table*.c share. */
#ifndef STORAGE_TYPES_ELEMENT_TABLE_LAYOUT_H
#define STORAGE_TYPES_ELEMENT_TABLE_LAYOUT_H

#include "storage/types/element_directory.h"

enum { ELEMENT_WEIGHTS_BYTES = ELEMENT_TABLE_WEIGHTS * sizeof(uint32_t) };

/* Where a leaf with so many elements (not 0) is counted in at_weight. Each element of a leaf of
 * weight w has less than w bits of the hash, and of the elements' numbers, for itself. */
uint32_t element_table_weight(uint32_t depth, uint64_t count);

/* The elements of a leaf and of those behind it. */
uint64_t element_chain_count(const struct element_leaf *leaf);

/* The hash of an element in a leaf. */
uint64_t element_hash_of(const struct element_table *table, const char *bytes);

#endif
