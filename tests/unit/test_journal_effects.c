/*
 * What commands tell the journal, on a shard without a thread and with a clock that stands still.
 */
#include "server/shard/shard.h"
#include "tests/unit/command_fixture.h"

#define NOW  "1700000000000"
#define SOON "1700000100000" /* a hundred seconds later */

enum { RECORDED_MAX = 8192 };

struct effects_fixture {
    struct command_fixture *runner;
    struct node node;
    struct shard *shard;
    struct shard *shards[1];
    struct journal_reader reader;
    char recorded[RECORDED_MAX]; /* words with spaces between, commands with "; " between */
    size_t length;
    uint32_t records;
};

static void add_text(struct effects_fixture *fixture, const char *bytes, size_t length)
{
    assert_true(fixture->length + length < RECORDED_MAX);
    memcpy(fixture->recorded + fixture->length, bytes, length);
    fixture->length += length;
    fixture->recorded[fixture->length] = '\0';
}

/* RESP as text. */
static void take(struct journal_reader *reader, const struct journal_record *record)
{
    struct effects_fixture *fixture = list_entry(reader, struct effects_fixture, reader);
    const char *place = record->bytes.data;
    const char *end = place + record->bytes.length;
    char *next;

    fixture->records++;
    while (place < end) {
        long words = strtol(place + 1, &next, 10);

        assert_int_equal(*place, '*');
        if (fixture->length > 0)
            add_text(fixture, "; ", 2);
        place = next + 2;
        for (long i = 0; i < words; i++) {
            long length = strtol(place + 1, &next, 10);

            assert_int_equal(*place, '$');
            if (i > 0)
                add_text(fixture, " ", 1);
            add_text(fixture, next + 2, (size_t)length);
            place = next + 2 + length + 2;
        }
    }
    assert_ptr_equal(place, end);
}

static void take_cut(struct journal_reader *reader)
{
    (void)reader;
}

static void key_expired(void *context, uint32_t database, const struct entry *entry)
{
    recording_key_gone(context, database, entry_key(entry), SPAN("DEL"));
}

static int setup(void **state)
{
    struct effects_fixture *fixture = memory_new_zeroed(1, sizeof(*fixture));
    void *runner;

    fixture_setup(&runner);
    fixture->runner = runner;
    fixture->shard = aligned_alloc(64, (sizeof(*fixture->shard) + 63) / 64 * 64);
    memset(fixture->shard, 0, sizeof(*fixture->shard));
    fixture->shard->node = &fixture->node;
    fixture->shard->keyspace = fixture->runner->keyspace;
    fixture->shard->config = fixture->runner->config;
    fixture->shards[0] = fixture->shard;
    fixture->node.shard_count = 1;
    fixture->node.shards = fixture->shards;
    fixture->runner->shard = fixture->shard;
    fixture->reader = (struct journal_reader){.append = take, .cut = take_cut};
    keyspace_on_expired(fixture->runner->keyspace, key_expired, fixture->shard);
    journal_init(&fixture->shard->journal);
    journal_attach(&fixture->shard->journal, &fixture->reader);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct effects_fixture *fixture = *state;
    void *runner = fixture->runner;

    journal_detach(&fixture->shard->journal, &fixture->reader);
    journal_free(&fixture->shard->journal);
    free(fixture->shard);
    fixture_teardown(&runner);
    memory_free(fixture);
    return 0;
}

static const char *recorded_of(struct effects_fixture *fixture, const char *line)
{
    fixture->length = 0;
    fixture->recorded[0] = '\0';
    fixture->records = 0;
    fixture_run(fixture->runner, line);
    return fixture->recorded;
}

/* The command, and what is recorded of it: the same when that is NULL. */
struct row {
    const char *line;
    const char *recorded;
};

static void check(struct effects_fixture *fixture, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *expected = rows[i].recorded == NULL ? rows[i].line : rows[i].recorded;
        const char *recorded = recorded_of(fixture, rows[i].line);

        if (strcmp(recorded, expected) != 0)
            print_error("%s: %s\n", rows[i].line, fixture->runner->text);
        assert_string_equal(recorded, expected);
        assert_int_equal(fixture->records, expected[0] != '\0');
    }
}

#define CHECK(fixture, rows) check((fixture), (rows), sizeof(rows) / sizeof((rows)[0]))

static void test_strings(void **state)
{
    static const struct row rows[] = {
        {"SET k v", NULL},
        {"GET k", ""},
        {"SET k v NX", ""},
        {"SET k v EX 100", "SET k v PXAT " SOON},
        {"SET k w XX GET KEEPTTL", "SET k w KEEPTTL"},
        {"SET k v IFEQ w PX 100000", "SET k v PXAT " SOON},
        {"SETEX k 100 v", "SET k v PXAT " SOON},
        {"GETSET k v", "SET k v"},
        {"MSETEX 2 a 1 b 2 EX 100", "MULTI; SET a 1 PXAT " SOON "; SET b 2 PXAT " SOON "; EXEC"},
        {"INCRBYFLOAT a 0.25", "SET a 1.25 KEEPTTL"},
        {"DELIFEQ k x", ""},
        {"DELIFEQ k v", "DEL k"},
        {"GETDEL b", "DEL b"},
        {"SET p v EXAT 1", "DEL p"},
        {"BITFIELD f OVERFLOW FAIL INCRBY u2 0 9", NULL},
    };

    CHECK((struct effects_fixture *)*state, rows);
}

static void test_expiry(void **state)
{
    static const struct row rows[] = {
        {"EXPIRE k 100", ""},
        {"SET k v", NULL},
        {"EXPIRE k 100 NX", "PEXPIREAT k " SOON},
        {"EXPIRE k 100 NX", ""},
        {"GETEX k PERSIST", "PERSIST k"},
        {"GETEX k PX 100000", "PEXPIREAT k " SOON},
        {"PERSIST k", NULL},
        {"PEXPIREAT k " SOON, NULL},
        {"EXPIRE k -1", "DEL k"},
    };
    static const struct row later[] = {
        {"APPEND k w", "DEL k; APPEND k w"},
    };
    struct effects_fixture *fixture = *state;

    CHECK(fixture, rows);
    recorded_of(fixture, "SET k v PX 1");
    fixture->runner->now += 10;
    /* A record of its own, before that of the command. */
    assert_string_equal(recorded_of(fixture, later[0].line), later[0].recorded);
    assert_int_equal(fixture->records, 2);
    recorded_of(fixture, "SET k v PX 1");
    fixture->runner->now += 10;
    assert_string_equal(recorded_of(fixture, "GET k"), "DEL k");
}

static void test_chance_and_pops(void **state)
{
    static const struct row rows[] = {
        {"SADD s a", NULL},
        {"SPOP s", "SREM s a"},
        {"SADD s a b", NULL},
        {"SPOP s 3", "DEL s"},
        {"SPOP s", ""},
        {"RPUSH l a b c d e f", NULL},
        {"LMPOP 2 k l LEFT COUNT 2", "LPOP l 2"},
        {"BLPOP k l 0", "LPOP l"},
        {"BLMPOP 0 1 l RIGHT", "RPOP l 1"},
        {"BLMOVE l m LEFT RIGHT 0", "LMOVE l m LEFT RIGHT"},
        {"BRPOPLPUSH l m 0", "RPOPLPUSH l m"},
        {"ZADD z 1 a 2 b 3 c 4 d", NULL},
        {"ZMPOP 1 z MAX COUNT 2", "ZPOPMAX z 2"},
        {"BZPOPMIN z 0", "ZPOPMIN z"},
        {"BZMPOP 0 1 z MIN", "ZPOPMIN z 1"},
        {"BLPOP k 0", ""},
    };

    CHECK((struct effects_fixture *)*state, rows);
}

static void test_hashes(void **state)
{
    static const struct row rows[] = {
        {"HSET h a 1 b 2", NULL},
        {"HEXPIRE h 100 FIELDS 2 a x", "HPEXPIREAT h " SOON " FIELDS 1 a"},
        {"HINCRBY h a 1", NULL},
        {"HINCRBYFLOAT h a 0.5", "MULTI; HSET h a 2.5; HPEXPIREAT h " SOON " FIELDS 1 a; EXEC"},
        {"HSETEX h KEEPTTL FIELDS 2 a 5 c 6",
         "MULTI; HSET h a 5 c 6; HPEXPIREAT h " SOON " FIELDS 1 a; EXEC"},
        {"HGETEX h PERSIST FIELDS 2 a b", "HPERSIST h FIELDS 1 a"},
        {"HGETEX h EXAT 1 FIELDS 2 a x", "HDEL h a"},
        {"HGETDEL h FIELDS 2 b x", "HDEL h b"},
        {"HPEXPIRE h 5 FIELDS 1 c", "HPEXPIREAT h 1700000000005 FIELDS 1 c"},
        {"HSET h d 1", NULL},
    };
    static const struct row later[] = {
        /* Who repeats it may still find the field that is over here. */
        {"HINCRBY h c 3", "HSET h c 3"},
        {"HSETNX h c 1", ""},
    };
    struct effects_fixture *fixture = *state;

    CHECK(fixture, rows);
    fixture->runner->now += 10;
    CHECK(fixture, later);
}

static void test_streams(void **state)
{
    static const struct row rows[] = {
        {"XADD s * f v", "XADD s " NOW "-0 f v"},
        {"XADD s NOMKSTREAM MAXLEN ~ 100 * f v", "XADD s " NOW "-1 f v"},
        {"XADD s MAXLEN = 2 * f v", "XADD s MAXLEN = 2 " NOW "-2 f v"},
        {"XTRIM s MINID " NOW "-2", "XTRIM s MAXLEN = 1"},
        {"XGROUP CREATE s g 0", NULL},
        {"XREADGROUP GROUP g c STREAMS s >",
         "MULTI; XGROUP CREATECONSUMER s g c; XCLAIM s g c 0 " NOW "-2 TIME " NOW
         " RETRYCOUNT 1 FORCE JUSTID LASTID " NOW "-2; XGROUP SETID s g " NOW
         "-2 ENTRIESREAD 3; EXEC"},
        {"XREADGROUP GROUP g c STREAMS s >", ""},
        {"XREADGROUP GROUP g c STREAMS s 0",
         "XCLAIM s g c 0 " NOW "-2 TIME " NOW " RETRYCOUNT 2 FORCE JUSTID LASTID " NOW "-2"},
        {"XCLAIM s g d 0 " NOW "-2 TIME 1699999999999",
         "MULTI; XGROUP CREATECONSUMER s g d; XCLAIM s g d 0 " NOW
         "-2 TIME 1699999999999 RETRYCOUNT 3 FORCE JUSTID LASTID " NOW "-2; EXEC"},
        {"XDEL s " NOW "-2", NULL},
        {"XAUTOCLAIM s g c 0 0", "XACK s g " NOW "-2"},
    };

    CHECK((struct effects_fixture *)*state, rows);
}

static void test_whole_values(void **state)
{
    struct effects_fixture *fixture = *state;
    static const struct row rows[] = {
        {"BF.ADD b x", "MULTI; BF.RESERVE b 0.01 100 EXPANSION 2; BF.MADD b x; EXEC"},
        {"BF.RESERVE c 0.001 50 NONSCALING", NULL},
        {"RPUSH l b a", NULL},
        {"SORT l ALPHA STORE d", NULL},
    };

    CHECK(fixture, rows);
    /* What it looked at may be otherwise for who repeats it. */
    recorded_of(fixture, "SORT l BY nosort GET h:*->f GET # STORE d");
    assert_memory_equal(fixture->recorded, "RESTORE d 0 ", 12);
    assert_int_equal(fixture->records, 1);
}

static void test_nobody_reads(void **state)
{
    struct effects_fixture *fixture = *state;
    struct command_fixture *runner = fixture->runner;

    journal_detach(&fixture->shard->journal, &fixture->reader);
    runner->shard = NULL;
    assert_string_equal(recorded_of(fixture, "SET k v EX 100"), "");
    assert_int_equal(fixture->shard->journal.effects.capacity, 0);
    runner->shard = fixture->shard;
    journal_attach(&fixture->shard->journal, &fixture->reader);
}

#define EFFECTS_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EFFECTS_TEST(test_strings),         EFFECTS_TEST(test_expiry),
        EFFECTS_TEST(test_chance_and_pops), EFFECTS_TEST(test_hashes),
        EFFECTS_TEST(test_streams),         EFFECTS_TEST(test_whole_values),
        EFFECTS_TEST(test_nobody_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
