/*
 * Somebody who has to see the parts of a large object before they change: the walker, while it goes
 * through the object in pieces. An object has the address of its watch, or NULL.
 *
 * The functions may read the object and must not change it. Those that an object's kind does not
 * call are NULL.
 */
#ifndef STORAGE_OBJECT_WATCH_H
#define STORAGE_OBJECT_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct list_group;
struct list_node;
struct stream_consumer;
struct stream_group;
struct stream_id;
struct stream_node;

struct object_watch {
    /* Element tables and score trees: an element with this hash (of 64 or 32 bits) is about to
     * come, to change or to go. */
    void (*before_element)(struct object_watch *watch, uint64_t hash);

    /* Lists: the row of a group's nodes, or one of them, is about to change. */
    void (*before_group)(struct object_watch *watch, struct list_group *group);
    /* Behind that: what is in a node is about to change. */
    void (*before_node)(struct object_watch *watch, struct list_node *node);
    /* Behind that, of a change of few bytes: `gap` bytes are going to come in the place of
     * `removed` ones at `offset`, and after_node is called when they have, and whenever the block
     * of a node becomes another one. */
    void (*before_splice)(struct object_watch *watch, struct list_node *node, size_t offset,
                          size_t removed, size_t gap);
    void (*after_node)(struct object_watch *watch, struct list_node *node);
    /* Behind that: a node goes. True: its block is the watch's from now on. */
    bool (*takes_node)(struct object_watch *watch, struct list_node *node);

    /* Blocks of strings, and Bloom filters: bytes of a row (of a filter; else 0) are about to
     * change in place. */
    void (*before_bytes)(struct object_watch *watch, uint32_t row, size_t offset, size_t count);

    /* Streams: a node is about to change or, with `goes`, to go. True: it goes, and its body is the
     * watch's from now on. */
    bool (*before_stream_node)(struct object_watch *watch, struct stream_node *node, bool goes);
    /* One of a node's entries, which begins at `offset`, is about to be deleted, and `removed`
     * bytes at the front of the node to become `gap` other ones. */
    void (*before_stream_delete)(struct object_watch *watch, struct stream_node *node,
                                 size_t offset, size_t removed, size_t gap);
    /* Ids may be given again that nodes had before; hardly any node is left. */
    void (*before_ids_return)(struct object_watch *watch);
    /* What is in a group, but for pending entries, is about to change. */
    void (*before_stream_group)(struct object_watch *watch, struct stream_group *group);
    /* An entry is about to become pending, to change or not to be pending any more. */
    void (*before_pending)(struct object_watch *watch, struct stream_group *group,
                           const struct stream_id *id);
    /* Behind the same for all its entries: a consumer goes. */
    void (*before_consumer_goes)(struct object_watch *watch, struct stream_group *group,
                                 struct stream_consumer *consumer);
};

#endif
