/*
 * The elements of a collection in RDB, whatever they lie in, one after the other.
 *
 * Everything that they lie in is checked before the first element is handed out. For the files of
 * rdb_value.
 */
#ifndef STORAGE_RDB_ELEMENTS_H
#define STORAGE_RDB_ELEMENTS_H

#include "proto/rdb/rdb_reader.h"
#include "proto/rdb/ziplist.h"
#include "proto/rdb/zipmap.h"
#include "storage/types/integer_set.h"
#include "storage/types/listpack.h"

enum rdb_elements_form {
    RDB_ELEMENTS_STRINGS, /* a count, and as many strings */
    RDB_ELEMENTS_LISTPACK,
    RDB_ELEMENTS_ZIPLIST,
    RDB_ELEMENTS_ZIPMAP,
    RDB_ELEMENTS_INTSET,
};

struct rdb_elements {
    struct rdb_reader *reader;
    enum rdb_elements_form form;
    struct rdb_string block; /* that the elements lie in; STRINGS: the element itself */
    uint64_t left;           /* STRINGS */
    struct span body;        /* LISTPACK */
    const char *next;
    struct ziplist ziplist;
    struct ziplist_element element;
    struct zipmap zipmap;
    struct span zipmap_value; /* the second half of a pair, if data is not NULL */
    struct integer_set integers;
    uint32_t index; /* INTSET */
    char scratch[LISTPACK_SCRATCH];
};

/* False: the bytes are no such thing. `group`: elements come in so many; STRINGS counts groups. The
 * struct must stay where it is, and be closed after success. */
bool rdb_elements_open(struct rdb_elements *elements, struct rdb_reader *reader,
                       enum rdb_elements_form form, uint32_t group);
/* False at the end, and when the reader has failed. The element is good until the next call. */
bool rdb_elements_next(struct rdb_elements *elements, struct span *element);
void rdb_elements_close(struct rdb_elements *elements);

/* An element that is to outlive the next call: integers lie where that puts its own. */
static inline struct span rdb_elements_keep(struct span element, char scratch[LISTPACK_SCRATCH])
{
    if (element.length == 0 || element.length > LISTPACK_SCRATCH)
        return element;
    memcpy(scratch, element.data, element.length);
    return span_of(scratch, element.length);
}

/*
 * May a listpack become an entry's value as it is? Then it is short, each element is in the form in
 * which it would be written here, and of each step-th element there are no two alike. False says
 * nothing against it: its elements may be taken one by one.
 */
struct rdb_body {
    struct span bytes;
    uint32_t count; /* elements */
    size_t longest; /* of their texts */
    bool only_integers;
};
bool rdb_elements_as_body(const struct rdb_elements *elements, uint32_t step,
                          struct rdb_body *body);

#endif
