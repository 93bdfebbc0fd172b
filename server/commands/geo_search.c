/* Searches: GEOSEARCH, GEOSEARCHSTORE, GEORADIUS and its relatives. */
#include "server/commands/geo_search.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/handlers.h"

#include <stdlib.h>

struct found {
    struct geo_point point;
    double distance; /* meters */
    double score;
    size_t member; /* where its bytes are */
    size_t length;
    uint64_t number; /* in the order of the search */
};

struct findings {
    struct found *found;
    uint64_t count;
    uint64_t capacity;
    char *bytes; /* the members */
    size_t used;
    size_t room;
};

static void findings_free(struct findings *findings)
{
    memory_free(findings->found);
    memory_free(findings->bytes);
}

static void findings_add(struct findings *findings, const struct score_element *element,
                         struct geo_point point, double distance)
{
    size_t length = element->member.length;

    if (findings->count == findings->capacity) {
        findings->capacity = findings->capacity == 0 ? 16 : 2 * findings->capacity;
        findings->found =
            memory_resize(findings->found, findings->capacity * sizeof(findings->found[0]));
    }
    if (findings->room - findings->used < length) {
        findings->room = 2 * findings->room + length;
        findings->bytes = memory_resize(findings->bytes, findings->room);
    }
    if (length > 0)
        memcpy(findings->bytes + findings->used, element->member.data, length);
    findings->found[findings->count] = (struct found){.point = point,
                                                      .distance = distance,
                                                      .score = element->score,
                                                      .member = findings->used,
                                                      .length = length,
                                                      .number = findings->count};
    findings->used += length;
    findings->count++;
}

static struct span found_member(const struct findings *findings, const struct found *found)
{
    return found->length == 0 ? SPAN("") : span_of(findings->bytes + found->member, found->length);
}

/* Looks at one range of scores; false when enough has been found. */
static bool search_range(const struct geo_search *search, struct geo_range range, uint64_t most,
                         struct findings *findings)
{
    struct score_bound bound = {.kind = SCORE_BOUND_SCORE, .score = range.first};
    struct sorted_set_cursor cursor;
    struct score_element element;

    sorted_set_at(search->entry, sorted_set_before(search->entry, &bound), &cursor);
    for (; sorted_set_read(&cursor, &element) && element.score < range.end;
         sorted_set_step(&cursor, false)) {
        struct geo_point point = geo_decode(element.score);
        double distance;

        if (!geo_shape_contains(&search->shape, point, &distance))
            continue;
        findings_add(findings, &element, point, distance);
        if (most > 0 && findings->count >= most)
            return false;
    }
    return true;
}

static int compare_ascending(const void *left, const void *right)
{
    const struct found *a = left;
    const struct found *b = right;

    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static int compare_descending(const void *left, const void *right)
{
    const struct found *a = left;
    const struct found *b = right;

    if (a->distance != b->distance)
        return a->distance > b->distance ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

static void find(const struct geo_search *search, struct findings *findings)
{
    struct geo_range ranges[GEO_CELLS];
    uint32_t count = geo_shape_ranges(&search->shape, ranges);

    for (uint32_t i = 0; i < count; i++) {
        if (!search_range(search, ranges[i], search->any ? search->count : 0, findings))
            break;
    }
    if (search->order != GEO_UNSORTED && findings->count > 0)
        qsort(findings->found, findings->count, sizeof(findings->found[0]),
              search->order == GEO_ASCENDING ? compare_ascending : compare_descending);
    if (search->count > 0 && findings->count > search->count)
        findings->count = search->count;
}

static void reply_findings(const struct cmd *cmd, const struct geo_search *search,
                           const struct findings *findings)
{
    uint64_t parts = 1u + search->with_distance + search->with_hash + search->with_point;

    reply_array(cmd->reply, findings->count);
    for (uint64_t i = 0; i < findings->count; i++) {
        const struct found *found = &findings->found[i];

        if (parts > 1)
            reply_array(cmd->reply, parts);
        reply_bulk(cmd->reply, found_member(findings, found));
        if (search->with_distance)
            geo_reply_distance(cmd->reply, found->distance / search->unit);
        if (search->with_hash)
            reply_integer(cmd->reply, (int64_t)found->score);
        if (search->with_point)
            geo_reply_point(cmd->reply, found->point);
    }
}

static void store_findings(struct cmd *cmd, const struct geo_search *search,
                           const struct findings *findings)
{
    struct key key = cmd_key(cmd, search->destination);
    struct collection destination = sorted_set_destination(cmd, &key);
    struct heap *heap = collection_heap(&destination);
    struct score_tree tree;

    score_tree_init(&tree, collection_hash_seed(&destination));
    for (uint64_t i = 0; i < findings->count; i++) {
        const struct found *found = &findings->found[i];
        struct span member = found_member(findings, found);

        score_tree_insert(&tree, heap,
                          search->store_distances ? found->distance / search->unit : found->score,
                          member, score_tree_hash(&tree, member));
    }
    sorted_set_store_and_reply(cmd, &key, &destination, &tree,
                               search->form == GEO_BY_OPTIONS ? "geosearchstore"
                                                              : "georadiusstore");
}

static void run(struct cmd *cmd, struct geo_search *search)
{
    struct findings findings = {.count = 0};

    if (geo_search_parse(cmd, search)) {
        if (search->entry != NULL)
            find(search, &findings);
        if (search->destination != 0)
            store_findings(cmd, search, &findings);
        else
            reply_findings(cmd, search, &findings);
    }
    findings_free(&findings);
    memory_free(search->vertices);
}

void command_geosearch(struct cmd *cmd)
{
    struct geo_search search = {.form = GEO_BY_OPTIONS, .source = 1};

    run(cmd, &search);
}

void command_geosearchstore(struct cmd *cmd)
{
    struct geo_search search = {
        .form = GEO_BY_OPTIONS, .source = 2, .stores = true, .destination = 1};

    run(cmd, &search);
}

void command_georadius(struct cmd *cmd)
{
    struct geo_search search = {.form = GEO_AROUND_POINT, .source = 1};

    run(cmd, &search);
}

void command_georadius_ro(struct cmd *cmd)
{
    struct geo_search search = {.form = GEO_AROUND_POINT, .source = 1, .read_only = true};

    run(cmd, &search);
}

void command_georadiusbymember(struct cmd *cmd)
{
    struct geo_search search = {.form = GEO_AROUND_MEMBER, .source = 1};

    run(cmd, &search);
}

void command_georadiusbymember_ro(struct cmd *cmd)
{
    struct geo_search search = {.form = GEO_AROUND_MEMBER, .source = 1, .read_only = true};

    run(cmd, &search);
}
