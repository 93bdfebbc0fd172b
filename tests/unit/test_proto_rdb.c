/* The primitives of RDB: against payloads that Redis 7.0 made, against themselves, torn, and false.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "proto/rdb/crc64.h"
#include "proto/rdb/dump_payload.h"
#include "proto/rdb/rdb_format.h"
#include "proto/rdb/rdb_reader.h"
#include "proto/rdb/rdb_writer.h"
#include "tests/unit/bytes_fixture.h"

#include <math.h>

static uint64_t bitwise(struct span bytes)
{
    uint64_t crc = 0;

    for (size_t i = 0; i < bytes.length; i++) {
        crc ^= (unsigned char)bytes.data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0x95ac9329ac4bc9b5 : crc >> 1;
    }
    return crc;
}

static void check_checksum(enum crc64_way way, struct random *random)
{
    char bytes[1000];

    for (size_t length = 0; length < sizeof(bytes); length++) {
        size_t offset = random_below(random, sizeof(bytes) - length);
        size_t cut = random_below(random, length + 1);
        const char *from = bytes + offset;
        uint64_t crc;

        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (char)random_next(random);
        crc = crc64_update_by(way, 0, span_of(from, cut));
        crc = crc64_update_by(way, crc, span_of(from + cut, length - cut));
        assert_int_equal(crc, bitwise(span_of(from, length)));
        assert_int_equal(crc, crc64_update(0, span_of(from, length)));
    }
}

static void test_checksum(void **state)
{
    struct random random;

    (void)state;
    random_seed(&random, 64);
    assert_int_equal(crc64_update(0, SPAN("123456789")), 0xe9c6d914c4b8d9ca);
    assert_int_equal(crc64_update(0, SPAN("")), 0);
    assert_true(crc64_way_exists(CRC64_TABLES));
    for (enum crc64_way way = CRC64_TABLES; way < CRC64_WAYS; way++)
        if (crc64_way_exists(way))
            check_checksum(way, &random);
}

static const struct {
    const char *payload;
    const char *value;
} strings_of_redis[] = {
    {"000568656c6c6f0a006372df766534200a", "hello"},
    {"00c0000a009840a778f8500308", "0"},
    {"00c0800a009966326d2f0c5bd9", "-128"},
    {"00c07f0a000db5eb315254c514", "127"},
    {"00c17fff0a001760822854808480", "-129"},
    {"00c1ff7f0a00495a37da17f4d52b", "32767"},
    {"00c2ff7fffff0a00aee34c4d06c68536", "-32769"},
    {"00c2ffffff7f0a002c74e59ee02eada1", "2147483647"},
    {"00c2000000800a00c74f873e33558187", "-2147483648"},
    {"000a323134373438333634380a00e7b129a34c1d76ee", "2147483648"},
    {"00033030370a007258e27b4c69bad9", "007"},
    {"00022d300a00d5411fd9d6d050cc", "-0"},
    {"00000a005d9b5c400f7fa2da", ""},
    {"001461616161616161616161616161616161616161610a0083b46b5e1b11acf1", "aaaaaaaaaaaaaaaaaaaa"},
    {"00c30615016161e00a000a00fd0cb36807413f68", "aaaaaaaaaaaaaaaaaaaaa"},
    {"00c3094040016161e033000161610a00c3659612ce1cc46c",
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    {"001a6162636465666768696a6b6c6d6e6f707172737475767778797a0a009e1b3f34abfc5f79",
     "abcdefghijklmnopqrstuvwxyz"},
};

enum { STRINGS_OF_REDIS = sizeof(strings_of_redis) / sizeof(strings_of_redis[0]) };

static void test_reads_what_redis_dumped(void **state)
{
    (void)state;
    for (int i = 0; i < STRINGS_OF_REDIS; i++) {
        struct span payload = bytes_of_hex(strings_of_redis[i].payload);
        struct rdb_string string;
        struct rdb_reader reader;
        struct span value;
        uint16_t version;
        uint8_t type;

        assert_true(dump_payload_open(payload, true, &value, &version));
        assert_int_equal(version, RDB_VERSION_REDIS_7_0);
        reader = rdb_reader_of(value);
        assert_true(rdb_reader_byte(&reader, &type));
        assert_int_equal(type, RDB_STRING);
        assert_true(rdb_reader_string(&reader, &string));
        assert_true(span_equal(string.bytes, span_of_string(strings_of_redis[i].value)));
        assert_int_equal(rdb_reader_left(&reader), 0);
        rdb_string_free(&string);
        bytes_free(payload);
    }
}

static void test_writes_what_redis_dumped(void **state)
{
    (void)state;
    for (int i = 0; i < STRINGS_OF_REDIS; i++) {
        struct span payload = bytes_of_hex(strings_of_redis[i].payload);
        struct rdb_writer writer;

        rdb_writer_init(&writer, true);
        rdb_writer_byte(&writer, RDB_STRING);
        rdb_writer_string(&writer, span_of_string(strings_of_redis[i].value));
        dump_payload_close(&writer, RDB_VERSION_REDIS_7_0);
        assert_true(span_equal(rdb_writer_span(&writer), payload));
        rdb_writer_free(&writer);
        bytes_free(payload);
    }
}

static void test_footer_guards_each_bit(void **state)
{
    struct span payload = bytes_of_hex("000568656c6c6f0a006372df766534200a");
    char *bytes = (char *)payload.data;
    struct span value;
    uint16_t version;

    (void)state;
    for (size_t bit = 0; bit < 8 * payload.length; bit++) {
        bytes[bit / 8] ^= (char)(1 << bit % 8);
        assert_false(dump_payload_open(payload, true, &value, &version));
        bytes[bit / 8] ^= (char)(1 << bit % 8);
    }
    for (size_t length = 0; length < payload.length; length++)
        assert_false(dump_payload_open(span_of(payload.data, length), true, &value, &version));
    /* Without the checksum, only the version and the length are looked at. */
    bytes[payload.length - 1] ^= 1;
    assert_true(dump_payload_open(payload, false, &value, &version));
    bytes[7] = 79;
    assert_false(dump_payload_open(payload, false, &value, &version));
    bytes[7] = RDB_VERSION_VALKEY;
    assert_true(dump_payload_open(payload, false, &value, &version));
    bytes[7] = RDB_VERSION_VALKEY_MAX + 1;
    assert_false(dump_payload_open(payload, false, &value, &version));
    bytes[7] = RDB_VERSION_REDIS_MAX + 1;
    assert_false(dump_payload_open(payload, false, &value, &version));
    bytes_free(payload);
}

static void test_lengths(void **state)
{
    static const uint64_t lengths[] = {0,     1,      63,         64,          16383,
                                       16384, 100000, UINT32_MAX, 0x100000000, UINT64_MAX};
    static const unsigned sizes[] = {1, 1, 1, 2, 2, 5, 5, 5, 9, 9};
    struct rdb_writer writer;
    struct rdb_reader reader;
    size_t written = 0;

    (void)state;
    rdb_writer_init(&writer, false);
    for (size_t i = 0; i < 10; i++) {
        rdb_writer_length(&writer, lengths[i]);
        assert_int_equal(writer.length - written, sizes[i]);
        written = writer.length;
    }
    reader = rdb_reader_of(rdb_writer_span(&writer));
    for (size_t i = 0; i < 10; i++) {
        uint64_t length;

        assert_true(rdb_reader_length(&reader, &length));
        assert_int_equal(length, lengths[i]);
    }
    assert_int_equal(rdb_reader_left(&reader), 0);
    rdb_writer_free(&writer);
}

/* Everything that the writer knows, read back; every shorter prefix is torn, and nothing else. */
static bool read_everything(struct rdb_reader *reader, bool compare)
{
    struct rdb_string long_text = {0}, text = {0}, number = {0}, wide = {0}, piece = {0};
    uint64_t module, one, length;
    int64_t time;
    double real, again;
    struct rdb_reader skipping;
    uint8_t byte;
    bool done;

    done = rdb_reader_byte(reader, &byte) && rdb_reader_length(reader, &length) &&
           rdb_reader_int64(reader, &time) && rdb_reader_double(reader, &real) &&
           rdb_reader_string(reader, &text) && rdb_reader_string(reader, &long_text) &&
           rdb_reader_string(reader, &number) && rdb_reader_string(reader, &wide);
    skipping = *reader;
    done = done && rdb_reader_length(reader, &module) && rdb_reader_module_unsigned(reader, &one) &&
           rdb_reader_module_double(reader, &again) && rdb_reader_module_string(reader, &piece) &&
           rdb_reader_length(reader, &length);
    if (compare) {
        assert_true(done);
        assert_int_equal(time, -5);
        assert_true(real == 1.5 && again == -HUGE_VAL);
        assert_true(span_equal(text.bytes, SPAN("tex\0t")));
        assert_int_equal(long_text.bytes.length, 5000);
        assert_true(span_equal(number.bytes, SPAN("-70000")));
        assert_true(span_equal(wide.bytes, SPAN("9223372036854775807")));
        assert_int_equal(module, UINT64_MAX - 1);
        assert_int_equal(one, 1);
        assert_true(span_equal(piece.bytes, SPAN("12")));
        assert_true(rdb_reader_skip_module(&skipping, &module));
        assert_ptr_equal(skipping.at, reader->at);
    }
    rdb_string_free(&text);
    rdb_string_free(&long_text);
    rdb_string_free(&piece);
    return done;
}

static void test_round_trip_and_torn(void **state)
{
    char *repeated = memory_new(5000);
    struct rdb_writer writer;

    (void)state;
    memset(repeated, 'r', 5000);
    rdb_writer_init(&writer, true);
    rdb_writer_byte(&writer, 200);
    rdb_writer_length(&writer, 70000);
    rdb_writer_int64(&writer, -5);
    rdb_writer_double(&writer, 1.5);
    rdb_writer_string(&writer, SPAN("tex\0t"));
    rdb_writer_string(&writer, span_of(repeated, 5000));
    rdb_writer_integer(&writer, -70000);
    rdb_writer_integer(&writer, INT64_MAX);
    rdb_writer_length(&writer, UINT64_MAX - 1);
    rdb_writer_module_unsigned(&writer, 1);
    rdb_writer_module_double(&writer, -HUGE_VAL);
    rdb_writer_module_string(&writer, SPAN("12"));
    rdb_writer_length(&writer, RDB_MODULE_END);
    assert_in_range(writer.length, 0, 300);
    for (size_t length = 0; length <= writer.length; length++) {
        struct span torn = bytes_copy(span_of(writer.bytes, length));
        struct rdb_reader reader = rdb_reader_of(torn);
        bool whole = length == writer.length;

        assert_int_equal(read_everything(&reader, whole), whole);
        assert_int_equal(reader.failed, !whole);
        assert_int_equal(reader.torn, !whole);
        bytes_free(torn);
    }
    rdb_writer_free(&writer);
    memory_free(repeated);
}

static void test_random_strings(void **state)
{
    struct random random;
    char bytes[2000];

    (void)state;
    random_seed(&random, 99);
    for (int i = 0; i < 3000; i++) {
        size_t length = random_below(&random, i % 2 ? 30 : sizeof(bytes));
        uint64_t variety = 1 + random_below(&random, 40);
        struct rdb_writer writer;
        struct rdb_reader reader;
        struct rdb_string string;

        for (size_t k = 0; k < length; k++)
            bytes[k] = (char)('0' + random_below(&random, variety));
        rdb_writer_init(&writer, i % 3 != 0);
        rdb_writer_string(&writer, span_of(bytes, length));
        assert_in_range(writer.length, 1, length + 2);
        reader = rdb_reader_of(rdb_writer_span(&writer));
        assert_true(rdb_reader_string(&reader, &string));
        assert_true(span_equal(string.bytes, span_of(bytes, length)));
        rdb_string_free(&string);
        reader = rdb_reader_of(rdb_writer_span(&writer));
        assert_true(rdb_reader_skip_string(&reader));
        assert_int_equal(rdb_reader_left(&reader), 0);
        rdb_writer_free(&writer);
    }
}

/* Strings that no honest writer makes; read and skipped alike. */
static void test_false_strings(void **state)
{
    static const char *const falsities[] = {
        "c4",                             /* an encoding that there is not */
        "ff",                             /* another */
        "82",                             /* a length that goes on in no known way */
        "80ffffffff61",                   /* longer than what there is */
        "81ffffffffffffffff61",           /* far longer */
        "c304810000ffffffffffffe00a0061", /* compressed from more than four bytes can hold */
        "c30480ffffffff6161e0",           /* the same within 32 bits */
        "c3040001616161",                 /* compressed from nothing */
        "c300050161",                     /* compressed to nothing */
        "c3c0050061",                     /* a length that is a string */
    };
    struct rdb_string string;

    (void)state;
    for (size_t i = 0; i < sizeof(falsities) / sizeof(falsities[0]); i++) {
        struct span bytes = bytes_of_hex(falsities[i]);
        struct rdb_reader reader = rdb_reader_of(bytes);

        assert_false(rdb_reader_string(&reader, &string));
        assert_true(reader.failed);
        assert_false(rdb_reader_string(&reader, &string));
        reader = rdb_reader_of(bytes);
        assert_false(rdb_reader_skip_string(&reader));
        bytes_free(bytes);
    }
}

/* Compressed bytes that break their promise; only decompressing finds that. */
static void test_false_compression(void **state)
{
    static const char *const falsities[] = {
        "c30515016161e00a",     /* one byte of the compressed ones is missing */
        "c30616016161e00a00",   /* they become less than was said */
        "c3061401616161e00a00", /* they become more */
        "c304152001e0ff",       /* refers to before the start */
        "c30203e001",           /* nothing before a reference */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(falsities) / sizeof(falsities[0]); i++) {
        struct span bytes = bytes_of_hex(falsities[i]);
        struct rdb_reader reader = rdb_reader_of(bytes);
        struct rdb_string string;

        assert_false(rdb_reader_string(&reader, &string));
        assert_null(string.owned);
        bytes_free(bytes);
    }
}

static void test_long_strings(void **state)
{
    struct span bytes = bytes_of_hex("c30615016161e00a000a");
    struct rdb_reader reader = rdb_reader_of(bytes);
    struct rdb_string string;

    (void)state;
    reader.string_max = 20;
    assert_false(rdb_reader_string(&reader, &string));
    reader = rdb_reader_of(bytes);
    reader.string_max = 21;
    assert_true(rdb_reader_string(&reader, &string));
    rdb_string_free(&string);
    bytes_free(bytes);
}

static void test_text_doubles(void **state)
{
    static const char *const falsities[] = {"fd",         "036e616e", "00",
                                            "0331302e31", "03202031", "fc31"};
    struct span bytes = bytes_of_hex("fefffe03312e35022d3304316533300a");
    struct rdb_reader reader = rdb_reader_of(bytes);
    double values[5];

    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(rdb_reader_text_double(&reader, &values[i]) || i == 5);
    assert_true(values[0] == HUGE_VAL && values[1] == -HUGE_VAL && values[2] == HUGE_VAL);
    assert_true(values[3] == 1.5 && values[4] == -3);
    bytes_free(bytes);
    for (size_t i = 0; i < sizeof(falsities) / sizeof(falsities[0]); i++) {
        /* The fourth has a byte too many, which is none of this reader's business. */
        bytes = bytes_of_hex(falsities[i]);
        reader = rdb_reader_of(bytes);
        assert_int_equal(rdb_reader_text_double(&reader, &values[0]), i == 3);
        bytes_free(bytes);
    }
}

static void test_counts(void **state)
{
    struct span bytes = bytes_of_hex("0461626364");
    struct rdb_reader reader = rdb_reader_of(bytes);
    uint64_t count;

    (void)state;
    assert_true(rdb_reader_count(&reader, 1, &count));
    assert_int_equal(count, 4);
    reader = rdb_reader_of(bytes);
    assert_false(rdb_reader_count(&reader, 2, &count));
    bytes_free(bytes);
    bytes = bytes_of_hex("81ffffffffffffffff61626364");
    reader = rdb_reader_of(bytes);
    assert_false(rdb_reader_count(&reader, 16, &count));
    bytes_free(bytes);
}

static void test_false_modules(void **state)
{
    static const char *const falsities[] = {"05", "0506", "0502", "0505ff", "050402", "0502c000"};
    uint64_t module;

    (void)state;
    for (size_t i = 0; i < sizeof(falsities) / sizeof(falsities[0]); i++) {
        struct span bytes = bytes_of_hex(falsities[i]);
        struct rdb_reader reader = rdb_reader_of(bytes);

        assert_false(rdb_reader_skip_module(&reader, &module));
        bytes_free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_reads_what_redis_dumped),
        cmocka_unit_test(test_writes_what_redis_dumped),
        cmocka_unit_test(test_footer_guards_each_bit),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_round_trip_and_torn),
        cmocka_unit_test(test_random_strings),
        cmocka_unit_test(test_false_strings),
        cmocka_unit_test(test_false_compression),
        cmocka_unit_test(test_long_strings),
        cmocka_unit_test(test_text_doubles),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_false_modules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
