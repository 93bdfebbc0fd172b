/*
 * LCS: the longest common subsequence of two strings.
 *
 * L(i, j) is the length for the first i bytes of one and the first j of the other. Neighbours in a
 * row differ by 0 or 1, so a row is held as one bit per column and computed 64 columns at a time
 * (Crochemore, Iliopoulos, Pinzon, Reid: "A fast and practical bit-vector algorithm for the longest
 * common subsequence problem", 2001): a zero bit is a step up. The rows are kept to walk back over,
 * unless only the length is wanted.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "rows are read by the byte");

enum { WORD_BITS = 64, BYTE_VALUES = 256, CELL_BYTES = 4 };

struct lcs_options {
    bool length_only;
    bool index;
    bool with_match_length;
    int64_t minimum_match; /* shorter matches are left out of the index */
};

struct lcs {
    struct span a;                  /* one row per byte */
    struct span b;                  /* one column per byte */
    size_t words;                   /* of a row */
    size_t stride;                  /* bytes of a kept row */
    uint64_t *row;                  /* the row being computed */
    uint64_t *masks;                /* for each different byte of a: where b has it */
    uint32_t masks_of[BYTE_VALUES]; /* 1 + which of the masks; 0: none yet */
    unsigned char *rows;            /* the rows so far, or NULL */
    size_t length;
};

static const uint64_t *lcs_mask(struct lcs *lcs, unsigned char byte, uint32_t *mask_count)
{
    uint64_t *mask;

    if (lcs->masks_of[byte] != 0)
        return lcs->masks + (size_t)(lcs->masks_of[byte] - 1) * lcs->words;
    mask = lcs->masks + (size_t)*mask_count * lcs->words;
    lcs->masks_of[byte] = ++*mask_count;
    for (size_t j = 0; j < lcs->b.length; j++)
        mask[j / WORD_BITS] |= (uint64_t)((unsigned char)lcs->b.data[j] == byte) << j % WORD_BITS;
    return mask;
}

static size_t lcs_distinct_bytes(struct span bytes)
{
    bool seen[BYTE_VALUES] = {false};
    size_t count = 0;

    for (size_t i = 0; i < bytes.length; i++) {
        count += !seen[(unsigned char)bytes.data[i]];
        seen[(unsigned char)bytes.data[i]] = true;
    }
    return count;
}

/* The row's next state, given where its byte occurs in b. */
static void lcs_advance(uint64_t *row, const uint64_t *mask, size_t words)
{
    uint64_t carry = 0;

    for (size_t w = 0; w < words; w++) {
        uint64_t hit = row[w] & mask[w];
        uint64_t sum;
        uint64_t carried = __builtin_add_overflow(row[w], hit, &sum);

        carried |= __builtin_add_overflow(sum, carry, &sum);
        row[w] = sum | (row[w] & ~mask[w]);
        carry = carried;
    }
}

/* Fills in all rows. The caller frees with lcs_free. */
static void lcs_compute(struct lcs *lcs, struct span a, struct span b, bool keep_rows)
{
    uint32_t mask_count = 0;
    size_t mask_words;

    *lcs = (struct lcs){.a = a, .b = b};
    if (a.length == 0 || b.length == 0)
        return;
    lcs->words = (b.length + WORD_BITS - 1) / WORD_BITS;
    lcs->stride = (b.length + 7) / 8;
    mask_words = lcs_distinct_bytes(a) * lcs->words;
    lcs->masks = memory_new_zeroed(mask_words, sizeof(uint64_t));
    lcs->row = memory_new(lcs->words * sizeof(uint64_t));
    memset(lcs->row, 0xff, lcs->words * sizeof(uint64_t));
    if (keep_rows)
        lcs->rows = memory_new(a.length * lcs->stride);
    for (size_t i = 0; i < a.length; i++) {
        lcs_advance(lcs->row, lcs_mask(lcs, (unsigned char)a.data[i], &mask_count), lcs->words);
        if (keep_rows)
            memcpy(lcs->rows + i * lcs->stride, lcs->row, lcs->stride);
    }
    ASSERT(mask_count * lcs->words == mask_words);
    /* Bits behind the last column stay set: their masks are empty. */
    for (size_t w = 0; w < lcs->words; w++)
        lcs->length += (size_t)__builtin_popcountll(~lcs->row[w]);
    ASSERT(lcs->length <= a.length && lcs->length <= b.length);
}

static void lcs_free(struct lcs *lcs)
{
    memory_free(lcs->rows);
    memory_free(lcs->row);
    memory_free(lcs->masks);
}

/*
 * One step back from i rows and j columns: over a common byte (true), or else up when that loses
 * nothing and going left would, else left.
 */
static bool lcs_step_back(const struct lcs *lcs, size_t *i, size_t *j)
{
    const unsigned char *row = lcs->rows + (*i - 1) * lcs->stride;
    size_t column = *j - 1;

    if (lcs->a.data[*i - 1] == lcs->b.data[column]) {
        --*i;
        --*j;
        return true;
    }
    if ((row[column / 8] >> column % 8 & 1) == 0)
        --*i;
    else
        --*j;
    return false;
}

/* The subsequence itself. */
static void lcs_reply_string(const struct lcs *lcs, struct reply *reply)
{
    size_t i = lcs->a.length;
    size_t j = lcs->b.length;
    size_t left = lcs->length;
    char *bytes;

    if (left == 0) {
        reply_bulk(reply, SPAN(""));
        return;
    }
    bytes = memory_new(left);
    while (left > 0) {
        ASSERT(i > 0 && j > 0);
        if (lcs_step_back(lcs, &i, &j))
            bytes[--left] = lcs->a.data[i];
    }
    reply_bulk(reply, span_of(bytes, lcs->length));
    memory_free(bytes);
}

/* A run of common bytes, at a_start and b_start. */
struct lcs_match {
    size_t a_start;
    size_t b_start;
    size_t length;
};

/* Replies the run when it is long enough; returns how many were replied. */
static uint64_t lcs_reply_match(const struct lcs_match *match, const struct lcs_options *options,
                                struct reply *reply)
{
    if (match->length == 0 || (int64_t)match->length < options->minimum_match)
        return 0;
    reply_array(reply, options->with_match_length ? 3 : 2);
    reply_array(reply, 2);
    reply_integer(reply, (int64_t)match->a_start);
    reply_integer(reply, (int64_t)(match->a_start + match->length - 1));
    reply_array(reply, 2);
    reply_integer(reply, (int64_t)match->b_start);
    reply_integer(reply, (int64_t)(match->b_start + match->length - 1));
    if (options->with_match_length)
        reply_integer(reply, (int64_t)match->length);
    return 1;
}

/* The runs that make up the subsequence, last first, and its length. */
static void lcs_reply_index(const struct lcs *lcs, const struct lcs_options *options,
                            struct reply *reply)
{
    struct lcs_match match = {0};
    struct reply_deferred matches;
    uint64_t count = 0;
    size_t left = lcs->length;
    size_t i = lcs->a.length;
    size_t j = lcs->b.length;

    reply_map(reply, 2);
    reply_bulk(reply, SPAN("matches"));
    matches = reply_defer(reply);
    while (left > 0) {
        ASSERT(i > 0 && j > 0);
        if (!lcs_step_back(lcs, &i, &j))
            continue;
        left--;
        if (match.length == 0 || match.a_start != i + 1 || match.b_start != j + 1) {
            count += lcs_reply_match(&match, options, reply);
            match.length = 0;
        }
        match = (struct lcs_match){i, j, match.length + 1};
    }
    count += lcs_reply_match(&match, options, reply);
    reply_deferred_array(reply, matches, count);
    reply_bulk(reply, SPAN("len"));
    reply_integer(reply, (int64_t)lcs->length);
}

static bool lcs_options_parse(const struct cmd *cmd, struct lcs_options *options)
{
    *options = (struct lcs_options){0};
    for (uint32_t i = 3; i < cmd->argc; i++) {
        if (cmd_argument_is(cmd, i, "IDX")) {
            options->index = true;
        } else if (cmd_argument_is(cmd, i, "LEN")) {
            options->length_only = true;
        } else if (cmd_argument_is(cmd, i, "WITHMATCHLEN")) {
            options->with_match_length = true;
        } else if (cmd_argument_is(cmd, i, "MINMATCHLEN") && i + 1 < cmd->argc) {
            if (!cmd_integer(cmd, ++i, &options->minimum_match))
                return false;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    if (!options->index || !options->length_only)
        return true;
    reply_error_literal(cmd->reply,
                        "ERR If you want both the length and indexes, please just use IDX.");
    return false;
}

/* Time and memory grow with the product of the lengths. The limit is that of a table of 4-byte
 * cells, which is what users know; ours takes a fraction of it. */
static bool lcs_size_allowed(const struct cmd *cmd, struct span a, struct span b)
{
    size_t cells;
    size_t bytes;

    if (a.length >= UINT32_MAX - 1 || b.length >= UINT32_MAX - 1) {
        reply_error_literal(cmd->reply, "ERR String too long for LCS");
        return false;
    }
    if (!__builtin_mul_overflow(a.length + 1, b.length + 1, &cells) &&
        !__builtin_mul_overflow(cells, (size_t)CELL_BYTES, &bytes) &&
        bytes <= cmd->config->proto_max_bulk_len)
        return true;
    reply_error_literal(cmd->reply, "ERR Insufficient memory, transient memory for LCS exceeds "
                                    "proto-max-bulk-len");
    return false;
}

/* An entry's bytes; none for a missing key. */
static struct span lcs_string(const struct entry *entry, char scratch[ENTRY_SCRATCH])
{
    return entry == NULL ? SPAN("") : entry_string(entry, scratch);
}

void command_lcs(struct cmd *cmd)
{
    char scratch[2][ENTRY_SCRATCH];
    struct key keys[2];
    struct entry *entries[2];
    struct lcs_options options;
    struct lcs lcs;
    struct span a;
    struct span b;

    cmd_keys(cmd, 1, 1, 2, keys);
    cmd_read(cmd, &keys[0]);
    /* The second look-up may delete a key; the first entry is taken after it. */
    entries[1] = cmd_read(cmd, &keys[1]);
    entries[0] = cmd_peek(cmd, &keys[0]);
    for (uint32_t i = 0; i < 2; i++) {
        if (entries[i] != NULL && entry_type(entries[i]) != VALUE_STRING) {
            reply_error_literal(cmd->reply, "ERR The specified keys must contain string values");
            return;
        }
    }
    if (!lcs_options_parse(cmd, &options))
        return;
    a = lcs_string(entries[0], scratch[0]);
    b = lcs_string(entries[1], scratch[1]);
    if (!lcs_size_allowed(cmd, a, b))
        return;
    /* The length is the same either way, and long rows are cheaper than many. */
    if (options.length_only && a.length > b.length)
        lcs_compute(&lcs, b, a, false);
    else
        lcs_compute(&lcs, a, b, !options.length_only);
    if (options.index)
        lcs_reply_index(&lcs, &options, cmd->reply);
    else if (options.length_only)
        reply_integer(cmd->reply, (int64_t)lcs.length);
    else
        lcs_reply_string(&lcs, cmd->reply);
    lcs_free(&lcs);
}
