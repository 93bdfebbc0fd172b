/*
 * From a member's hash to the page of the score tree that holds it: the members themselves are
 * looked at there.
 *
 *   node of 2^bits slots ----> node (the next 8 bits of the hash)
 *                        \---> page: {count, depth}, hashes (4 bytes each), leaf ids (4 bytes each)
 *
 * An extendible hash in a trie: the hash's 32 bits are used from the top, up to 8 in each node. A
 * page is as large as its entries need, is split in two when it is full, and joined with its
 * other half when both are nearly empty; a node doubles up to 256 slots. So no change moves more
 * than one page and one node.
 *
 * Two entries may be equal. Owner: the score tree.
 */
#ifndef STORAGE_TYPES_SCORE_INDEX_H
#define STORAGE_TYPES_SCORE_INDEX_H

#include "storage/types/score_leaf.h"

#include <stdint.h>

struct score_index {
    uintptr_t root; /* a page or a node; 0 when there is no entry */
};

struct score_index_page {
    uint16_t count;
    uint16_t capacity;
    uint32_t depth;   /* bits of the hash that the slots of its node have in common for it */
    uint32_t words[]; /* hashes, then ids */
};

void score_index_add(struct score_index *index, struct score_space space, uint32_t hash,
                     uint32_t id);
/* The entry must be there (asserted). */
void score_index_remove(struct score_index *index, struct score_space space, uint32_t hash,
                        uint32_t id);
/* The entry (hash, from) becomes (hash, to). It must be there (asserted). */
void score_index_replace(struct score_index *index, uint32_t hash, uint32_t from, uint32_t to);
void score_index_prefetch(const struct score_index *index, uint32_t hash);

/* Where the entries with one hash are. */
struct score_index_probe {
    const struct score_index_page *page;
    uint32_t place;
    uint32_t hash;
};
struct score_index_probe score_index_probe(const struct score_index *index, uint32_t hash);
/* The next one; false when there is none left. */
bool score_index_probe_next(struct score_index_probe *probe, uint32_t *id);

/* The page that has the entries of this hash and its neighbours, NULL in an empty index, and the
 * first hash behind all of its possible ones (2^32 at the end). */
const struct score_index_page *score_index_page_of(const struct score_index *index, uint32_t hash,
                                                   uint64_t *end);
static inline uint32_t score_index_page_hash(const struct score_index_page *page, uint32_t place)
{
    return page->words[place];
}
static inline uint32_t score_index_page_id(const struct score_index_page *page, uint32_t place)
{
    return page->words[page->capacity + place];
}

/* The first entry that is the same as the one at `place`. */
uint32_t score_index_page_first(const struct score_index_page *page, uint32_t place);

/* Frees pages, counting *budget down by their entries; true when nothing is left. */
bool score_index_release(struct score_index *index, struct score_space space, uint32_t *budget);
struct score_index score_index_copy(const struct score_index *index, struct score_space space);

#endif
