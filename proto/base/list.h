/*
 * Intrusive doubly linked list: the links live in the element.
 *
 * A head is a link that points to itself when the list is empty. An element that is on no list
 * has a NULL `next` (list_link_clear), so membership can be asked.
 */
#ifndef PROTO_BASE_LIST_H
#define PROTO_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list_link {
    struct list_link *next;
    struct list_link *previous;
};

#define list_entry(link, type, member) ((type *)((char *)(link)-offsetof(type, member)))

#define list_for_each(cursor, head)                                                                \
    for (struct list_link *cursor = (head)->next; cursor != (head); cursor = cursor->next)

/* The current element may be removed in the body. */
#define list_for_each_safe(cursor, following, head)                                                \
    for (struct list_link *cursor = (head)->next, *following = cursor->next; cursor != (head);     \
         cursor = following, following = cursor->next)

static inline void list_init(struct list_link *head)
{
    head->next = head->previous = head;
}

static inline bool list_empty(const struct list_link *head)
{
    return head->next == head;
}

static inline void list_link_clear(struct list_link *link)
{
    link->next = link->previous = NULL;
}

static inline bool list_linked(const struct list_link *link)
{
    return link->next != NULL;
}

static inline void list_insert_between(struct list_link *link, struct list_link *before,
                                       struct list_link *after)
{
    link->previous = before;
    link->next = after;
    before->next = link;
    after->previous = link;
}

static inline void list_push_back(struct list_link *head, struct list_link *link)
{
    list_insert_between(link, head->previous, head);
}

static inline void list_push_front(struct list_link *head, struct list_link *link)
{
    list_insert_between(link, head, head->next);
}

static inline void list_remove(struct list_link *link)
{
    link->previous->next = link->next;
    link->next->previous = link->previous;
    list_link_clear(link);
}

/* Moves all elements to `taken`, a head that need not be initialised; false when there are none. */
static inline bool list_take_all(struct list_link *head, struct list_link *taken)
{
    if (list_empty(head))
        return false;
    list_insert_between(taken, head->previous, head);
    list_remove(head);
    list_init(head);
    return true;
}

/* Takes the first element off, or returns NULL when the list is empty. */
static inline struct list_link *list_pop_front(struct list_link *head)
{
    struct list_link *link = head->next;

    if (link == head)
        return NULL;
    list_remove(link);
    return link;
}

#endif
