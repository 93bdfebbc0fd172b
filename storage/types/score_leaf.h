/*
 * A page of a score tree: elements in the order of (score, member bytes), packed.
 *
 *   +--------------------------+-----------+----------+------------------+---------------------+
 *   | count, bytes, size, wide | scores    | ends     | fingerprints     | members, one behind |
 *   | id                    12 | 4 or 8 ea.| 2 each   | 1 each           | the other           |
 *   +--------------------------+-----------+----------+------------------+---------------------+
 *
 * Scores are 32-bit integers as long as all of the page are ("narrow"), else doubles ("wide"). An
 * end says where a member ends; where it begins, the one before ended. A member longer than
 * SCORE_LEAF_MEMBER_MAX has a block of its own, its address takes its place in the page, and its
 * end has SCORE_LEAF_APART set. A fingerprint is the low byte of the member's hash; members are
 * found by it without looking at their bytes.
 *
 * A page is resized in small steps, so that hardly any of it is unused; every change may move it.
 * Owner: the tree. Scores are not NaN.
 */
#ifndef STORAGE_TYPES_SCORE_LEAF_H
#define STORAGE_TYPES_SCORE_LEAF_H

#include "proto/base/span.h"
#include "storage/heap.h"

#include <stdint.h>

enum {
    /* Fills a page of the heap almost without a rest. */
    SCORE_LEAF_SIZE_MAX = 2176,
    SCORE_LEAF_MEMBER_MAX = 200,
    SCORE_LEAF_APART = 0x8000,
    /* No member but one is empty: at most this many fit. */
    SCORE_LEAF_COUNT_MAX = SCORE_LEAF_SIZE_MAX / 8 + 1,
};

struct score_leaf {
    uint16_t count;
    uint16_t bytes; /* of the members */
    uint16_t size;  /* of the block of memory */
    uint16_t wide;
    uint32_t id; /* the tree's name for the page, which stays when it moves */
    char data[];
};

/* Where a tree's memory comes from, and where it is counted. */
struct score_space {
    struct heap *heap;
    size_t *used;
};

void *score_space_allocate(struct score_space space, size_t size);
void score_space_release(struct score_space space, void *block, size_t size);

struct score_element {
    double score;
    struct span member;
};

/* ---- Reading ---- */

double score_leaf_score(const struct score_leaf *leaf, uint32_t index);
struct span score_leaf_member(const struct score_leaf *leaf, uint32_t index);
struct score_element score_leaf_element(const struct score_leaf *leaf, uint32_t index);

/* How many elements have a lower score (or an equal one: `equal`). */
uint32_t score_leaf_before_score(const struct score_leaf *leaf, double score, bool equal);
/* How many elements are lower in (score, member) (or equal). */
uint32_t score_leaf_before_element(const struct score_leaf *leaf, double score, struct span member,
                                   bool equal);
/* How many members are lower (or equal) as bytes, in a page whose scores are all the same. */
uint32_t score_leaf_before_member(const struct score_leaf *leaf, struct span member, bool equal);

/* The element with this member, whose hash has this low byte; leaf->count when there is none. */
uint32_t score_leaf_find(const struct score_leaf *leaf, struct span member, uint8_t fingerprint);
/* The first element from `from` on with this fingerprint; leaf->count when there is none. */
uint32_t score_leaf_find_fingerprint(const struct score_leaf *leaf, uint32_t from,
                                     uint8_t fingerprint);

/* Bytes as strings are ordered: a prefix comes first. Negative, zero, positive. */
int score_member_compare(struct span left, struct span right);

/* ---- Changing ---- */

/* An empty page. */
struct score_leaf *score_leaf_create(struct score_space space, uint32_t id);
/* Is there room for one more without a split? */
bool score_leaf_fits(const struct score_leaf *leaf, double score, struct span member);
/* Puts the element at `index`; the page must have room for it (score_leaf_fits). Returns where the
 * page is now. */
struct score_leaf *score_leaf_insert(struct score_space space, struct score_leaf *leaf,
                                     uint32_t index, double score, struct span member,
                                     uint8_t fingerprint);
struct score_leaf *score_leaf_remove(struct score_space space, struct score_leaf *leaf,
                                     uint32_t index);
/* False, and nothing done, when the page would have to become wide for it. */
bool score_leaf_set_score(struct score_leaf *leaf, uint32_t index, double score);
/* Takes the elements from `index` on away into a new page. Returns it; *leaf is where the rest is.
 */
struct score_leaf *score_leaf_split(struct score_space space, struct score_leaf **leaf,
                                    uint32_t index, uint32_t id);
/* The index at which a split leaves about half of the bytes on either side; neither is empty. */
uint32_t score_leaf_middle(const struct score_leaf *leaf);
/* Would both together fill no more than `size`? */
bool score_leaf_joinable(const struct score_leaf *left, const struct score_leaf *right,
                         size_t size);
/* One page of two, with the id of the left one; both are gone. */
struct score_leaf *score_leaf_join(struct score_space space, struct score_leaf *left,
                                   struct score_leaf *right);
/* Frees the page and its members. */
void score_leaf_release(struct score_space space, struct score_leaf *leaf);
/* Bytes of the page that are in use. */
size_t score_leaf_used(const struct score_leaf *leaf);
/* The same page in another space. */
struct score_leaf *score_leaf_copy(struct score_space space, const struct score_leaf *leaf);

#endif
