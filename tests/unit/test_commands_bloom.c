/* BF.RESERVE, BF.ADD, BF.INSERT, BF.EXISTS, BF.INFO, dumps, and dumps that are not to be trusted.
 */
#include "storage/types/bloom.h"
#include "tests/unit/command_fixture.h"

#define REPLY_WRONGTYPE "-WRONGTYPE Operation against a key holding the wrong kind of value"
#define REPLY_BAD_DATA  "-ERR received bad data"
#define REPLY_NOT_FOUND "-ERR not found"

static void test_add_and_exists(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "BF.EXISTS key a", ":0");
    EXPECT_REPLY(fixture, "BF.CARD key", ":0");
    EXPECT_CHANGES(fixture, "BF.ADD key a", ":1", 1);
    EXPECT_CHANGES(fixture, "BF.ADD key a", ":0", 0);
    EXPECT_CHANGES(fixture, "BF.MADD key a b c b", "*4\r\n:0\r\n:1\r\n:1\r\n:0", 1);
    EXPECT_REPLY(fixture, "BF.EXISTS key b", ":1");
    EXPECT_REPLY(fixture, "BF.MEXISTS key a x c", "*3\r\n:1\r\n:0\r\n:1");
    EXPECT_REPLY(fixture, "BF.MEXISTS absent a x", "*2\r\n:0\r\n:0");
    EXPECT_REPLY(fixture, "BF.CARD key", ":3");
    EXPECT_REPLY(fixture, "TYPE key", "+MBbloom--");
    EXPECT_REPLY(fixture, "OBJECT ENCODING key", "$3\r\nraw");
    EXPECT_REPLY(fixture, "BF.INFO key",
                 "*10\r\n+Capacity\r\n:100\r\n+Size\r\n:240\r\n+Number of filters\r\n:1\r\n"
                 "+Number of items inserted\r\n:3\r\n+Expansion rate\r\n:2");
    EXPECT_REPLY(fixture, "BF.INFO key items", "*1\r\n:3");
    EXPECT_REPLY(fixture, "BF.INFO key nosuch", "-Invalid information value");
    EXPECT_REPLY(fixture, "BF.INFO key items x",
                 "-ERR wrong number of arguments for 'bf.info' command");
    EXPECT_REPLY(fixture, "BF.INFO absent", REPLY_NOT_FOUND);
    EXPECT_REPLY(fixture, "COPY key other", ":1");
    EXPECT_REPLY(fixture, "BF.ADD other d", ":1");
    EXPECT_REPLY(fixture, "BF.EXISTS key d", ":0");
    EXPECT_REPLY(fixture, "RENAME other third", "+OK");
    EXPECT_REPLY(fixture, "BF.CARD third", ":4");
    EXPECT_REPLY(fixture, "DEL third", ":1");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "BF.MADD key a z", "*2\r\n#f\r\n#t");
    EXPECT_REPLY(fixture, "BF.EXISTS key z", "#t");
    EXPECT_REPLY(fixture, "BF.INFO key EXPANSION", "%1\r\n+Expansion rate\r\n:2");
}

static void test_other_types(void **state)
{
    struct command_fixture *fixture = *state;

    EXPECT_REPLY(fixture, "SET key x", "+OK");
    EXPECT_REPLY(fixture, "BF.ADD key x", REPLY_WRONGTYPE);
    EXPECT_REPLY(fixture, "BF.RESERVE key 0.1 1", REPLY_WRONGTYPE);
    EXPECT_REPLY(fixture, "BF.INFO key", REPLY_WRONGTYPE);
    EXPECT_REPLY(fixture, "BF.CARD key", REPLY_WRONGTYPE);
    EXPECT_REPLY(fixture, "BF.SCANDUMP key 0", REPLY_WRONGTYPE);
    EXPECT_REPLY(fixture, "BF.LOADCHUNK key 1 x", REPLY_WRONGTYPE);
    EXPECT_REPLY(fixture, "BF.EXISTS key x", ":0");
    EXPECT_REPLY(fixture, "BF.ADD filter x", ":1");
    EXPECT_REPLY(fixture, "GET filter", REPLY_WRONGTYPE);
    EXPECT_REPLY(fixture, "SET filter x", "+OK");
}

struct row {
    const char *line;
    const char *expected;
};

static void test_reserve(void **state)
{
    struct command_fixture *fixture = *state;
    static const struct row rows[] = {
        {"BF.RESERVE key 0.001 50 EXPANSION 4", "+OK"},
        {"BF.RESERVE key 0.001 50", "-ERR item exists"},
        {"BF.INFO key expansion", "*1\r\n:4"},
        {"BF.RESERVE fixed 0.1 2 NONSCALING", "+OK"},
        {"BF.INFO fixed expansion", "*1\r\n$-1"},
        {"BF.RESERVE fixed2 0.1 2 expansion 0", "+OK"},
        {"BF.INFO fixed2 expansion", "*1\r\n$-1"},
        {"BF.MADD fixed a b c d", "*3\r\n:1\r\n:1\r\n-ERR non scaling filter is full"},
        {"BF.ADD fixed c", "-ERR non scaling filter is full"},
        {"BF.ADD fixed a", ":0"},
        {"BF.RESERVE new x 1", "-ERR bad error rate"},
        {"BF.RESERVE new nan 1", "-ERR bad error rate"},
        {"BF.RESERVE new 0 1", "-ERR error rate must be in the range (0.000000, 1.000000)"},
        {"BF.RESERVE new 1 1", "-ERR error rate must be in the range (0.000000, 1.000000)"},
        {"BF.RESERVE new 0.1 x", "-ERR bad capacity"},
        {"BF.RESERVE new 0.1 0", "-ERR capacity must be in the range [1, 1073741824]"},
        {"BF.RESERVE new 0.1 1073741825", "-ERR capacity must be in the range [1, 1073741824]"},
        {"BF.RESERVE new 0.1 1 EXPANSION", "-ERR no expansion"},
        {"BF.RESERVE new 0.1 1 EXPANSION x", "-ERR bad expansion"},
        {"BF.RESERVE new 0.1 1 EXPANSION -1", "-ERR expansion must be in the range [0, 32768]"},
        {"BF.RESERVE new 0.1 1 EXPANSION 32769", "-ERR expansion must be in the range [0, 32768]"},
        {"BF.RESERVE new 0.1 1 NONSCALING EXPANSION 2", "-Nonscaling filters cannot expand"},
        {"BF.RESERVE new 0.1 1 NONSCALING EXPANSION 2 x",
         "-ERR wrong number of arguments for 'bf.reserve' command"},
        {"BF.RESERVE new 1e-300 1073741824", "-ERR Insufficient memory to create filter"},
        {"EXISTS new", ":0"},
        {"BF.RESERVE new 0.9 100", "+OK"}, /* taken for 0.25 */
        {"BF.INFO new SIZE", "*1\r\n:152"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        EXPECT_REPLY(fixture, rows[i].line, rows[i].expected);
}

static void test_insert(void **state)
{
    struct command_fixture *fixture = *state;
    static const char arity[] = "-ERR wrong number of arguments for 'bf.insert' command";

    EXPECT_REPLY(fixture, "BF.INSERT key NOCREATE ITEMS a", REPLY_NOT_FOUND);
    EXPECT_CHANGES(fixture, "BF.INSERT key CAPACITY 500 ERROR 0.02 EXPANSION 3 ITEMS a b a",
                   "*3\r\n:1\r\n:1\r\n:0", 1);
    EXPECT_REPLY(fixture, "BF.INFO key CAPACITY", "*1\r\n:500");
    EXPECT_REPLY(fixture, "BF.INFO key EXPANSION", "*1\r\n:3");
    EXPECT_REPLY(fixture, "BF.INSERT key NOCREATE ITEMS ITEMS", "*1\r\n:1");
    EXPECT_REPLY(fixture, "BF.INSERT fixed NONSCALING CAPACITY 1 ITEMS a b c",
                 "*2\r\n:1\r\n-ERR non scaling filter is full");
    EXPECT_REPLY(fixture, "BF.INSERT fixed2 EXPANSION 0 CAPACITY 1 ITEMS a b",
                 "*2\r\n:1\r\n-ERR non scaling filter is full");
    EXPECT_REPLY(fixture, "BF.INSERT new CAPACITY 0 ITEMS a", "-Bad capacity");
    EXPECT_REPLY(fixture, "BF.INSERT new ERROR 1 ITEMS a", "-Bad error rate");
    EXPECT_REPLY(fixture, "BF.INSERT new EXPANSION x ITEMS a", "-Bad expansion");
    EXPECT_REPLY(fixture, "BF.INSERT new NOSUCH ITEMS a", "-Unknown argument received");
    EXPECT_REPLY(fixture, "BF.INSERT new '' ITEMS a", "-Unknown argument received");
    EXPECT_REPLY(fixture, "BF.INSERT new CAPACITY 10 ERROR", arity);
    EXPECT_REPLY(fixture, "BF.INSERT new CAPACITY 10", arity);
    EXPECT_REPLY(fixture, "BF.INSERT new NOCREATE ITEMS", arity);
    EXPECT_REPLY(fixture, "EXISTS new", ":0");
}

static void test_configured(void **state)
{
    struct command_fixture *fixture = *state;
    struct config_error error;

    assert_false(config_set(fixture->config, SPAN("bf-error-rate"), SPAN("1"), &error));
    assert_false(config_set(fixture->config, SPAN("bf-error-rate"), SPAN("nan"), &error));
    assert_true(config_set(fixture->config, SPAN("bf-error-rate"), SPAN("0.001"), &error));
    assert_true(config_set(fixture->config, SPAN("bf-initial-size"), SPAN("7"), &error));
    assert_true(config_set(fixture->config, SPAN("bf-expansion-factor"), SPAN("0"), &error));
    EXPECT_REPLY(fixture, "BF.ADD key a", ":1");
    EXPECT_REPLY(fixture, "BF.INFO key CAPACITY", "*1\r\n:7");
    EXPECT_REPLY(fixture, "BF.INFO key EXPANSION", "*1\r\n$-1");
    EXPECT_REPLY(fixture, "BF.RESERVE other 0.1 1", "+OK");
    EXPECT_REPLY(fixture, "BF.INFO other EXPANSION", "*1\r\n$-1");
    EXPECT_REPLY(fixture, "BF.INSERT third EXPANSION 3 ITEMS a", "*1\r\n:1");
    EXPECT_REPLY(fixture, "BF.INFO third EXPANSION", "*1\r\n$-1");
}

static struct span run_with(struct command_fixture *fixture, const char *command,
                            const char *cursor, struct span data)
{
    const struct span words[] = {SPAN("BF.LOADCHUNK"), span_of_string(command),
                                 span_of_string(cursor), data};

    return fixture_run_words(fixture, words, 4);
}

/* Made with RedisBloom: 100 items at 0.01, of which "item:0" to "item:4" were added. */
static const struct span dumped_header = SPAN(
    "\5\0\0\0\0\0\0\0\1\0\0\0\5\0\0\0\2\0\0\0\x90\0\0\0\0\0\0\0\x80\4\0\0\0\0\0\0\5\0\0\0\0\0\0\0"
    "\x7b\x14\xae\x47\xe1\x7a\x74\x3f\xe9\x86\x2f\xb2\x35\x0e\x26\x40\x08\0\0\0\x64\0\0\0\0\0\0\0"
    "\0");
static const struct {
    uint8_t place;
    uint8_t byte;
} dumped_bits[] = {
    {1, 0x10},   {2, 0x01},   {8, 0x02},   {9, 0x02},   {14, 0x01},  {16, 0x08},
    {19, 0x08},  {28, 0x02},  {33, 0x20},  {35, 0x80},  {37, 0x10},  {47, 0x44},
    {52, 0x40},  {58, 0x80},  {59, 0x80},  {60, 0x10},  {62, 0x02},  {65, 0x80},
    {68, 0x02},  {74, 0x20},  {76, 0x04},  {77, 0x09},  {91, 0x90},  {94, 0x04},
    {106, 0x20}, {108, 0x21}, {113, 0x08}, {115, 0x40}, {118, 0x04}, {119, 0x04},
    {127, 0x10}, {130, 0x20}, {135, 0x01}, {136, 0x40}, {139, 0x40}, {140, 0x08},
};

static void test_dump(void **state)
{
    struct command_fixture *fixture = *state;
    const struct span dump[] = {SPAN("BF.SCANDUMP"), SPAN("key"), SPAN("0")};
    const struct span chunk[] = {SPAN("BF.SCANDUMP"), SPAN("key"), SPAN("1")};
    char bits[144];
    char expected[144];
    struct span reply;

    EXPECT_REPLY(fixture, "BF.MADD key item:0 item:1 item:2 item:3 item:4",
                 "*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1");
    reply = fixture_run_words(fixture, dump, 3);
    assert_int_equal(reply.length, 15 + dumped_header.length);
    assert_memory_equal(reply.data, "*2\r\n:1\r\n$73\r\n", 13);
    assert_memory_equal(reply.data + 13, dumped_header.data, dumped_header.length);
    reply = fixture_run_words(fixture, chunk, 3);
    assert_memory_equal(reply.data, "*2\r\n:145\r\n$144\r\n", 16);
    memcpy(bits, reply.data + 16, sizeof(bits));
    memset(expected, 0, sizeof(expected));
    for (size_t i = 0; i < sizeof(dumped_bits) / sizeof(dumped_bits[0]); i++)
        expected[dumped_bits[i].place] = (char)dumped_bits[i].byte;
    assert_memory_equal(bits, expected, sizeof(bits));
    EXPECT_REPLY(fixture, "BF.SCANDUMP key 145", "*2\r\n:0\r\n$0\r\n");
    EXPECT_REPLY(fixture, "BF.SCANDUMP key -1", "*2\r\n:0\r\n$0\r\n");
    EXPECT_REPLY(fixture, "BF.SCANDUMP key 9223372036854775807", "*2\r\n:0\r\n$0\r\n");
    EXPECT_REPLY(fixture, "BF.SCANDUMP key x", "-Second argument must be numeric");
    EXPECT_REPLY(fixture, "BF.SCANDUMP absent 0", REPLY_NOT_FOUND);
    assert_true(span_equal(run_with(fixture, "copy", "1", dumped_header), SPAN("+OK\r\n")));
    EXPECT_REPLY(fixture, "BF.EXISTS copy item:0", ":0");
    assert_true(
        span_equal(run_with(fixture, "copy", "145", span_of(bits, sizeof(bits))), SPAN("+OK\r\n")));
    EXPECT_REPLY(fixture, "BF.MEXISTS copy item:0 item:4 item:5", "*3\r\n:1\r\n:1\r\n:0");
    EXPECT_REPLY(fixture, "BF.CARD copy", ":5");
}

static void expect_load(struct command_fixture *fixture, const char *key, const char *cursor,
                        struct span data, const char *expected)
{
    struct span reply = run_with(fixture, key, cursor, data);

    assert_int_equal(reply.length, strlen(expected) + 2);
    assert_memory_equal(reply.data, expected, strlen(expected));
}

static void test_hostile_chunks(void **state)
{
    struct command_fixture *fixture = *state;
    char bytes[200] = {0};

    expect_load(fixture, "key", "x", SPAN(""), "-ERR Second argument must be numeric");
    expect_load(fixture, "key", "2", SPAN("x"), REPLY_NOT_FOUND);
    expect_load(fixture, "key", "1", dumped_header, "+OK");
    expect_load(fixture, "key", "1", dumped_header, REPLY_BAD_DATA);
    expect_load(fixture, "key", "0", SPAN(""), REPLY_BAD_DATA);
    expect_load(fixture, "key", "-5", SPAN(""), REPLY_BAD_DATA);
    expect_load(fixture, "key", "-9223372036854775808", SPAN("x"), REPLY_BAD_DATA);
    expect_load(fixture, "key", "10", span_of(bytes, 11), REPLY_BAD_DATA);
    expect_load(fixture, "key", "10", span_of(bytes, 10), "-ERR invalid offset - no link found");
    expect_load(fixture, "key", "146", SPAN("x"), "-ERR invalid offset - no link found");
    expect_load(fixture, "key", "9223372036854775807", SPAN("x"),
                "-ERR invalid offset - no link found");
    expect_load(fixture, "key", "146", span_of(bytes, 145),
                "-ERR invalid chunk - Too big for current filter");
    expect_load(fixture, "key", "145", span_of(bytes, 1), "+OK");
    expect_load(fixture, "key", "145", span_of(bytes, 144), "+OK");
}

/* Every prefix of a header, and every header with another byte somewhere: refused, or a filter that
 * can be used. */
static void test_hostile_headers(void **state)
{
    struct command_fixture *fixture = *state;
    static const uint8_t values[] = {0, 1, 2, 0x7f, 0x80, 0xfe, 0xff};
    char bytes[128];

    for (size_t length = 0; length < dumped_header.length; length++)
        expect_load(fixture, "key", "1", span_of(dumped_header.data, length), REPLY_BAD_DATA);
    for (size_t place = 0; place < dumped_header.length; place++) {
        for (size_t i = 0; i < sizeof(values); i++) {
            memcpy(bytes, dumped_header.data, dumped_header.length);
            bytes[place] = (char)values[i];
            run_with(fixture, "key", "1", span_of(bytes, dumped_header.length));
            fixture_run(fixture, "BF.MADD key a b c");
            fixture_run(fixture, "BF.INFO key");
            fixture_run(fixture, "DEL key");
        }
    }
    /* Two filters of which the second is far too large. */
    memcpy(bytes, dumped_header.data, dumped_header.length);
    memcpy(bytes + dumped_header.length, bytes + 20, 53);
    bytes[8] = 2;
    bytes[0] = 10;
    expect_load(fixture, "key", "1", span_of(bytes, 126), "+OK");
    EXPECT_REPLY(fixture, "DEL key", ":1");
    bytes[dumped_header.length + 5] = 0x7f;
    bytes[dumped_header.length + 8 + 5] = 0x7f;
    expect_load(fixture, "key", "1", span_of(bytes, 126), REPLY_BAD_DATA);
}

/* DUMP and RESTORE. */
static void test_restore(void **state)
{
    struct command_fixture *fixture = *state;
    const struct span dump[] = {SPAN("DUMP"), SPAN("key")};
    struct span reply;
    struct span restore[] = {SPAN("RESTORE"), SPAN("copy"), SPAN("0"), SPAN("")};
    const char *payload;
    char *bytes;

    EXPECT_REPLY(fixture, "BF.INSERT key CAPACITY 3 ITEMS a b c d e f",
                 "*6\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1");
    reply = fixture_run_words(fixture, dump, 2);
    payload = strstr(reply.data, "\r\n") + 2;
    restore[3].length = reply.length - (size_t)(payload - reply.data) - 2;
    bytes = memory_copy(payload, restore[3].length);
    restore[3].data = bytes;
    assert_true(span_equal(fixture_run_words(fixture, restore, 4), SPAN("+OK\r\n")));
    EXPECT_REPLY(fixture, "BF.MEXISTS copy a f g", "*3\r\n:1\r\n:1\r\n:0");
    EXPECT_REPLY(fixture, "BF.INFO copy FILTERS", "*1\r\n:2");
    EXPECT_REPLY(fixture, "BF.CARD copy", ":6");
    EXPECT_REPLY(fixture, "DEL copy", ":1");
    while (restore[3].length > 0) {
        restore[3].length--;
        fixture_run_words(fixture, restore, 4);
        assert_memory_equal(fixture->text, "-ERR", 4);
    }
    memory_free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_add_and_exists), FIXTURE_TEST(test_other_types),
        FIXTURE_TEST(test_reserve),        FIXTURE_TEST(test_insert),
        FIXTURE_TEST(test_configured),     FIXTURE_TEST(test_dump),
        FIXTURE_TEST(test_hostile_chunks), FIXTURE_TEST(test_hostile_headers),
        FIXTURE_TEST(test_restore),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
