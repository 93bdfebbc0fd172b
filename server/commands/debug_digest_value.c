#include "proto/base/assert.h"
#include "server/commands/debug_digest.h"
#include "storage/types/bloom.h"
#include "storage/types/hash.h"
#include "storage/types/list_type.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"
#include "storage/types/stream_group.h"

#include <xxhash.h>

struct digest digest_of(const struct text_buffer *fed)
{
    XXH128_canonical_t wide;
    XXH64_canonical_t narrow;
    struct digest digest;

    XXH128_canonicalFromHash(&wide, XXH3_128bits(fed->bytes, fed->length));
    XXH64_canonicalFromHash(&narrow, XXH3_64bits_withSeed(fed->bytes, fed->length, 1));
    memcpy(digest.bytes, wide.digest, sizeof(wide.digest));
    memcpy(digest.bytes + sizeof(wide.digest), narrow.digest, DIGEST_SIZE - sizeof(wide.digest));
    return digest;
}

void digest_mix(struct digest *into, const struct digest *other)
{
    for (uint32_t i = 0; i < DIGEST_SIZE; i++)
        into->bytes[i] ^= other->bytes[i];
}

void digest_feed_number(struct text_buffer *fed, uint64_t number)
{
    char bytes[8];

    for (uint32_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(number >> (8 * i));
    text_buffer_add(fed, span_of(bytes, sizeof(bytes)));
}

/* Lengths are fed too, so that what is cut differently differs. */
static void feed_text(struct text_buffer *fed, struct span text)
{
    digest_feed_number(fed, text.length);
    text_buffer_add(fed, text);
}

static void feed_id(struct text_buffer *fed, struct stream_id id)
{
    digest_feed_number(fed, id.milliseconds);
    digest_feed_number(fed, id.sequence);
}

/* ---- Things in order ---- */

static void feed_list(struct text_buffer *fed, const struct entry *entry)
{
    char scratch[LISTPACK_SCRATCH];
    struct list_place place;

    for (bool is_there = list_type_seek(entry, 0, &place); is_there;
         is_there = list_type_next(&place))
        feed_text(fed, listpack_text(place.element, scratch));
}

static void feed_sorted_set(struct text_buffer *fed, const struct entry *entry)
{
    struct sorted_set_cursor cursor;
    struct score_element element;

    sorted_set_at(entry, 0, &cursor);
    for (; sorted_set_read(&cursor, &element); sorted_set_step(&cursor, false)) {
        uint64_t bits;

        memcpy(&bits, &element.score, sizeof(bits));
        feed_text(fed, element.member);
        digest_feed_number(fed, bits);
    }
}

static void feed_group(struct text_buffer *fed, const struct stream_group *group)
{
    feed_text(fed, group->name);
    feed_id(fed, group->last_id);
    digest_feed_number(fed, group->pending.count);
    for (uint32_t i = 0; i < group->consumers.count; i++) {
        const struct stream_consumer *consumer = stream_consumer_at(group, i);

        feed_text(fed, consumer->name);
        digest_feed_number(fed, consumer->pending.count);
    }
}

static void feed_stream_entry(struct text_buffer *fed, const struct stream_entry *entry)
{
    struct stream_field field = stream_entry_first_field(entry);
    char scratch[LISTPACK_SCRATCH];

    feed_id(fed, entry->id);
    for (uint32_t i = 0; i < entry->field_count; i++) {
        if (i > 0)
            field = stream_entry_next_field(entry, field);
        feed_text(fed, listpack_text(field.field, scratch));
        feed_text(fed, listpack_text(field.value, scratch));
    }
}

static void feed_stream(struct text_buffer *fed, const struct entry *entry)
{
    const struct stream *stream = entry_object(entry);
    struct stream_cursor cursor;

    stream_cursor_open(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    while (stream_cursor_next(&cursor))
        feed_stream_entry(fed, &cursor.entry);
    feed_id(fed, stream->last_id);
    for (uint32_t i = 0; i < stream->groups.count; i++)
        feed_group(fed, stream_group_at(stream, i));
}

/* ---- Things without an order ---- */

/* One of several: `one` holds it, and is empty again afterwards. */
static void mix_one(struct digest *all, struct text_buffer *one)
{
    struct digest digest = digest_of(one);

    digest_mix(all, &digest);
    text_buffer_clear(one);
}

static void feed_digest(struct text_buffer *fed, const struct digest *digest)
{
    text_buffer_add(fed, span_of((const char *)digest->bytes, sizeof(digest->bytes)));
}

static void feed_set(struct text_buffer *fed, const struct entry *entry)
{
    struct set_iterator iterator = set_iterate(entry);
    struct text_buffer one = {0};
    struct digest all = {{0}};
    struct span member;

    while (set_next(&iterator, &member)) {
        text_buffer_add(&one, member);
        mix_one(&all, &one);
    }
    text_buffer_free(&one);
    digest_feed_number(fed, set_count(entry));
    feed_digest(fed, &all);
}

static void feed_hash(struct text_buffer *fed, const struct entry *entry, time_ms now)
{
    struct hash_iterator iterator = hash_iterate(entry, now);
    struct text_buffer one = {0};
    struct digest all = {{0}};
    struct hash_field field;

    while (hash_next(&iterator, &field)) {
        feed_text(&one, field.name);
        feed_text(&one, field.value);
        digest_feed_number(&one, (uint64_t)field.expiry);
        mix_one(&all, &one);
    }
    text_buffer_free(&one);
    digest_feed_number(fed, hash_length(entry, now));
    feed_digest(fed, &all);
}

static void feed_bloom(struct text_buffer *fed, const struct entry *entry)
{
    const struct bloom *bloom = entry_object(entry);

    digest_feed_number(fed, bloom_items(bloom));
    digest_feed_number(fed, bloom_options(bloom));
    digest_feed_number(fed, bloom_expansion(bloom));
    for (uint32_t i = 0; i < bloom_filter_count(bloom); i++) {
        digest_feed_number(fed, bloom_shape_of(bloom, i).capacity);
        digest_feed_number(fed, bloom_shape_of(bloom, i).hashes);
        feed_text(fed, bloom_filter_span(bloom, i));
    }
}

void digest_feed_value(struct text_buffer *fed, const struct entry *entry, time_ms now)
{
    char scratch[ENTRY_SCRATCH];

    digest_feed_number(fed, entry_type(entry));
    digest_feed_number(fed, (uint64_t)entry_expiry(entry));
    switch (entry_type(entry)) {
    case VALUE_STRING:
        feed_text(fed, entry_string(entry, scratch));
        break;
    case VALUE_LIST:
        feed_list(fed, entry);
        break;
    case VALUE_SET:
        feed_set(fed, entry);
        break;
    case VALUE_SORTED_SET:
        feed_sorted_set(fed, entry);
        break;
    case VALUE_HASH:
        feed_hash(fed, entry, now);
        break;
    case VALUE_STREAM:
        feed_stream(fed, entry);
        break;
    case VALUE_BLOOM:
        feed_bloom(fed, entry);
        break;
    default:
        break;
    }
}
