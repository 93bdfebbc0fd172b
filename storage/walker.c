#include "storage/walker.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/rdb/rdb_format.h"
#include "storage/walker_value.h"

enum {
    MARK_STEP = 16, /* between the marks of one walk and the next */
    /* So many marks before the present one may be found in entries when a walk begins. */
    MARKS_STALE_MAX = 2,
};
_Static_assert(ENTRY_WALK_MASK == 3 * MARK_STEP, "four marks");

/* ---- Marks of a walk that was given up ---- */

static void mark_entry(void *context, const struct entry *entry)
{
    entry_walk_mark_set((struct entry *)entry, *(const uint8_t *)context);
}

/* Entries of these slots may lack their mark. */
static void sweep_from(struct keyspace *keyspace, uint32_t first, uint32_t end)
{
    struct mark_sweep *sweep = &keyspace->mark_sweep;

    if (sweep->due && (sweep->first != first || sweep->end != end)) {
        first = 0;
        end = SLOT_COUNT;
    }
    *sweep = (struct mark_sweep){.due = true, .first = first, .end = end, .slot = first};
}

bool keyspace_marks_refresh(struct keyspace *keyspace, uint32_t *budget)
{
    struct mark_sweep *sweep = &keyspace->mark_sweep;
    uint64_t remaining = *budget;

    if (!sweep->due || keyspace->walker != NULL)
        return false;
    for (; sweep->space < keyspace->space_count && remaining > 0; sweep->space++) {
        struct database *database = keyspace->spaces[sweep->space];

        if (database == NULL)
            continue;
        while ((sweep->slot = keyspace_occupied_from(database, sweep->slot)) < sweep->end) {
            if (!table_scan(&database->tables[sweep->slot], &sweep->cursor, &remaining, mark_entry,
                            &keyspace->walk_marks[sweep->slot])) {
                *budget = 0;
                return true;
            }
            sweep->slot++;
            sweep->cursor = (struct table_cursor){0};
        }
        sweep->slot = sweep->first;
    }
    *budget = (uint32_t)remaining;
    if (sweep->space < keyspace->space_count)
        return true;
    *sweep = (struct mark_sweep){.due = false};
    keyspace->stale_marks = 0;
    return false;
}

/* The mark of those entries that the walk that begins has already. */
static void next_marks(struct walker *walker)
{
    struct keyspace *keyspace = walker->keyspace;

    if (keyspace->stale_marks > MARKS_STALE_MAX) {
        uint32_t budget;

        do
            budget = UINT32_MAX;
        while (keyspace_marks_refresh(keyspace, &budget));
    }
    for (uint32_t slot = walker->first; slot < walker->end; slot++)
        keyspace->walk_marks[slot] = (keyspace->walk_marks[slot] + MARK_STEP) & ENTRY_WALK_MASK;
    walker->stale_before = keyspace->stale_marks++;
}

/* ---- Beginning and end ---- */

struct walker *walker_begin(struct keyspace *keyspace, const struct walker_options *options)
{
    struct walker *walker = memory_new_zeroed(1, sizeof(*walker));

    ASSERT(keyspace->walker == NULL);
    walker->keyspace = keyspace;
    ASSERT(options->slot < SLOT_COUNT);
    walker->options = *options;
    walker->first = options->one_slot ? options->slot : 0;
    walker->end = options->one_slot ? options->slot + 1u : SLOT_COUNT;
    walker->slot = walker->first;
    list_init(&walker->blocks);
    list_init(&walker->values);
    next_marks(walker);
    for (uint32_t number = 0; number < keyspace->database_count; number++) {
        struct database *database = keyspace->databases[number];

        if (database == NULL)
            continue;
        database->kept = true;
        database->number_at_cut = number;
    }
    keyspace->walker = walker;
    return walker;
}

/* The walk is through with a database: if it was flushed, it may be taken apart. */
static void let_database_go(struct keyspace *keyspace, struct database *database)
{
    ASSERT(database->kept);
    database->kept = false;
    if (!database->detached)
        return;
    list_remove(&database->link);
    list_push_back(&keyspace->detached_databases, &database->link);
}

static void let_table_go(struct keyspace *keyspace, struct detached_table *detached)
{
    list_remove(&detached->link);
    list_push_back(&keyspace->detached_tables, &detached->link);
}

static void let_all_go(struct keyspace *keyspace)
{
    for (uint32_t space = 0; space < keyspace->space_count; space++) {
        if (keyspace->spaces[space] != NULL && keyspace->spaces[space]->kept)
            let_database_go(keyspace, keyspace->spaces[space]);
    }
    while (!list_empty(&keyspace->kept_tables))
        let_table_go(keyspace, list_entry(keyspace->kept_tables.next, struct detached_table, link));
}

/* All entries have the mark that they should have. */
static void marks_settled(const struct walker *walker)
{
    struct keyspace *keyspace = walker->keyspace;

    if (walker->options.one_slot) {
        keyspace->stale_marks = walker->stale_before;
        return;
    }
    keyspace->stale_marks = 0;
    keyspace->mark_sweep = (struct mark_sweep){.due = false};
}

void walker_end(struct walker *walker)
{
    struct keyspace *keyspace = walker->keyspace;

    ASSERT(keyspace->walker == walker);
    walker_values_drop(walker);
    walker_blocks_drop(walker, &walker->blocks);
    ASSERT(walker->memory == 0);
    keyspace->walker = NULL;
    if (!walker->scanned)
        sweep_from(keyspace, walker->first, walker->end);
    else
        marks_settled(walker);
    let_all_go(keyspace);
    memory_free(walker);
}

bool walker_concerns(const struct walker *walker, uint16_t slot)
{
    return walker->first <= slot && slot < walker->end;
}

size_t walker_memory(const struct walker *walker)
{
    return sizeof(*walker) + walker->memory;
}

uint64_t walker_keys(const struct walker *walker)
{
    return walker->keys;
}

bool walker_is_inside_value(const struct walker *walker)
{
    return walker_value_is_inside(walker);
}

/* ---- Before-images ---- */

void walker_before_change(struct walker *walker, struct database *database, uint16_t slot,
                          struct entry *entry)
{
    uint8_t mark = walker->keyspace->walk_marks[slot];
    struct walker_block *block;
    struct walker_output out;
    size_t before;

    if (entry_walk_mark_is(entry, mark) || !walker_concerns(walker, slot))
        return;
    entry_walk_mark_set(entry, mark);
    walker->keys++;
    if (walker_value_is_large(walker, entry)) {
        walker_value_begin(walker, database->number_at_cut, entry);
        return;
    }
    block = walker_block_open(walker, &walker->blocks, &before);
    out = (struct walker_output){&block->bytes, block->database};
    walker_record_write(walker, &out, database->number_at_cut, entry);
    block->database = out.database;
    walker_block_close(walker, block, before);
}

/* ---- Steps ---- */

/* A large value is written before the scan goes on. */
static bool is_pausing(const struct walker *walker)
{
    return walker_is_enough(walker) || !list_empty(&walker->values);
}

struct visit {
    struct walker *walker;
    uint32_t database; /* number at the cut */
    uint8_t mark;      /* of what the walk has */
};

static void visit(void *context, const struct entry *constant)
{
    const struct visit *visit = context;
    struct walker *walker = visit->walker;
    struct entry *entry = (struct entry *)constant;

    walker->work++;
    if (!entry_walk_mark_is(entry, visit->mark)) {
        entry_walk_mark_set(entry, visit->mark);
        walker->keys++;
        if (walker_value_is_large(walker, entry))
            walker_value_begin(walker, visit->database, entry);
        else
            walker->work += walker_record_write(walker, &walker->out, visit->database, entry) - 1;
    }
    if (is_pausing(walker))
        walker->remaining = 0;
}

/* True when the table is done. */
static bool scan_table(struct walker *walker, const struct table *table, uint32_t database,
                       uint32_t slot)
{
    struct visit context = {walker, database, walker->keyspace->walk_marks[slot]};

    walker->remaining = UINT64_MAX;
    if (!table_scan(table, &walker->cursor, &walker->remaining, visit, &context))
        return false;
    walker->cursor = (struct table_cursor){0};
    return true;
}

/* True when the database is done. */
static bool scan_database(struct walker *walker, struct database *database)
{
    while (!is_pausing(walker)) {
        uint32_t slot = keyspace_occupied_from(database, walker->slot);

        if (slot != walker->slot)
            walker->cursor = (struct table_cursor){0};
        walker->slot = slot;
        if (slot >= walker->end) {
            walker->slot = walker->first;
            let_database_go(walker->keyspace, database);
            return true;
        }
        if (scan_table(walker, &database->tables[slot], database->number_at_cut, slot))
            walker->slot++;
    }
    return false;
}

/* Slots that were flushed before the scan was there. */
static void scan_tables(struct walker *walker)
{
    struct list_link *kept = &walker->keyspace->kept_tables;

    while (!list_empty(kept)) {
        struct detached_table *detached = list_entry(kept->next, struct detached_table, link);

        if (is_pausing(walker) ||
            !scan_table(walker, &detached->table, detached->number_at_cut, detached->slot))
            return;
        let_table_go(walker->keyspace, detached);
    }
    walker->scanned = true;
}

static void scan(struct walker *walker)
{
    struct keyspace *keyspace = walker->keyspace;

    for (; walker->space < keyspace->space_count; walker->space++) {
        struct database *database = keyspace->spaces[walker->space];

        if (is_pausing(walker))
            return;
        if (database != NULL && database->kept && !scan_database(walker, database))
            return;
    }
    if (!walker->scanned)
        scan_tables(walker);
}

bool walker_step(struct walker *walker, struct rdb_writer *out, uint32_t budget)
{
    walker->out = (struct walker_output){out, WALKER_NO_DATABASE};
    walker->out_start = out->length;
    walker->work = 0;
    walker->budget = budget > 0 ? budget : 1;
    while (!walker_is_enough(walker)) {
        if (!walker_value_is_inside(walker) && !walker_blocks_write(walker, &walker->blocks))
            break;
        if (!list_empty(&walker->values))
            walker_value_write(walker);
        else if (!walker->scanned)
            scan(walker);
        else
            break;
    }
    return !walker->scanned || !list_empty(&walker->blocks) || !list_empty(&walker->values);
}
