/* Geo commands, with the answers that Redis gives for well-known places. */
#include "storage/types/geo.h"
#include "tests/unit/command_fixture.h"

#include <math.h>

static void add_sicily(struct command_fixture *fixture)
{
    EXPECT_CHANGES(fixture, "GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania",
                   ":2", 1);
}

static void test_add(void **state)
{
    struct command_fixture *fixture = *state;

    add_sicily(fixture);
    EXPECT_REPLY(fixture, "ZSCORE Sicily Palermo", "$16\r\n3479099956230698");
    EXPECT_CHANGES(fixture, "GEOADD Sicily NX 0 0 Palermo", ":0", 0);
    EXPECT_CHANGES(fixture, "GEOADD Sicily XX CH 0 0 Palermo 1 1 new", ":1", 1);
    EXPECT_REPLY(fixture, "GEOADD Sicily NX XX 0 0 Palermo", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "GEOADD Sicily 0 0 a 0 0", REPLY_SYNTAX_ERROR);
    EXPECT_CHANGES(fixture, "GEOADD Sicily 0 0 a 200 100 b",
                   "-ERR invalid longitude,latitude pair 200.000000,100.000000", 0);
    EXPECT_REPLY(fixture, "GEOADD Sicily x 0 a", "-ERR value is not a valid float");
    EXPECT_REPLY(fixture, "ZCARD Sicily", ":2");
}

static void test_questions(void **state)
{
    struct command_fixture *fixture = *state;

    add_sicily(fixture);
    EXPECT_REPLY(fixture, "GEODIST Sicily Palermo Catania", "$11\r\n166274.1516");
    EXPECT_REPLY(fixture, "GEODIST Sicily Palermo Catania KM", "$8\r\n166.2742");
    EXPECT_REPLY(fixture, "GEODIST Sicily Palermo Catania mi", "$8\r\n103.3182");
    EXPECT_REPLY(fixture, "GEODIST Sicily Palermo none", "$-1");
    EXPECT_REPLY(fixture, "GEODIST Sicily Palermo Catania parsec",
                 "-ERR unsupported unit provided. please use M, KM, FT, MI");
    EXPECT_REPLY(fixture, "GEOHASH Sicily Palermo none", "*2\r\n$11\r\nsqc8b49rny0\r\n$-1");
    EXPECT_REPLY(fixture, "GEOPOS Sicily Palermo none",
                 "*2\r\n*2\r\n$20\r\n13.36138933897018433\r\n$20\r\n38.11555639549629859\r\n*-1");
    EXPECT_REPLY(fixture, "GEOPOS none a", "*1\r\n*-1");
    fixture->protocol = 3;
    EXPECT_REPLY(fixture, "GEOPOS Sicily Palermo",
                 "*1\r\n*2\r\n,13.36138933897018433\r\n,38.11555639549629859");
}

static void test_search(void **state)
{
    struct command_fixture *fixture = *state;

    add_sicily(fixture);
    EXPECT_REPLY(fixture, "GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC",
                 "*2\r\n$7\r\nCatania\r\n$7\r\nPalermo");
    EXPECT_REPLY(fixture, "GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km DESC WITHDIST",
                 "*2\r\n*2\r\n$7\r\nPalermo\r\n$8\r\n190.4424\r\n*2\r\n$7\r\nCatania\r\n$7\r\n"
                 "56.4413");
    EXPECT_REPLY(fixture, "GEORADIUSBYMEMBER_RO Sicily Palermo 10 m WITHHASH WITHCOORD COUNT 1",
                 "*1\r\n*3\r\n$7\r\nPalermo\r\n:3479099956230698\r\n*2\r\n"
                 "$20\r\n13.36138933897018433\r\n$20\r\n38.11555639549629859");
    EXPECT_CHANGES(fixture, "GEORADIUS Sicily 15 37 200 km STOREDIST near", ":2", 1);
    EXPECT_REPLY(fixture, "ZRANGE near 0 -1", "*2\r\n$7\r\nCatania\r\n$7\r\nPalermo");
    EXPECT_CHANGES(fixture, "GEOSEARCHSTORE near Sicily FROMLONLAT 0 0 BYRADIUS 1 m", ":0", 1);
    EXPECT_REPLY(fixture, "EXISTS near", ":0");
    EXPECT_REPLY(fixture, "GEORADIUS_RO Sicily 15 37 200 km STORE near", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "GEOSEARCH none FROMMEMBER a BYRADIUS 1 m", "*0");
    EXPECT_REPLY(fixture, "GEOSEARCH Sicily FROMMEMBER none BYRADIUS 1 m",
                 "-ERR could not decode requested zset member");
    EXPECT_REPLY(fixture, "GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 m ANY",
                 "-ERR the ANY argument requires COUNT argument");
    EXPECT_REPLY(fixture, "GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 1 m COUNT 0",
                 "-ERR COUNT must be > 0");
    EXPECT_REPLY(fixture, "GEOSEARCH Sicily FROMLONLAT 15 37 ASC DESC",
                 "-ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCH");
    EXPECT_REPLY(fixture, "GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS -1 m",
                 "-ERR radius cannot be negative");
}

static void test_polygon(void **state)
{
    struct command_fixture *fixture = *state;

    /* An L: the place in its notch is not inside. */
    fixture_run(fixture, "GEOADD g 1 1 low 1 8 up 8 1 right 8 8 notch 20 20 far");
    EXPECT_REPLY(fixture, "GEOSEARCH g BYPOLYGON 6 0 0 10 0 10 2 2 2 2 10 0 10 ASC",
                 "*3\r\n$3\r\nlow\r\n$2\r\nup\r\n$5\r\nright");
    EXPECT_REPLY(fixture, "GEOSEARCH g BYPOLYGON 3 0 0 30 0 0 30 COUNT 1 DESC", "*1\r\n$3\r\nlow");
    EXPECT_CHANGES(fixture, "GEOSEARCHSTORE to g BYPOLYGON 4 5 5 25 5 25 25 5 25", ":2", 1);
    EXPECT_REPLY(fixture, "GEOSEARCH g BYPOLYGON 2 0 0 1 1 ASC",
                 "-ERR GEOSEARCH BYPOLYGON must have at least 3 vertices");
    EXPECT_REPLY(fixture, "GEOSEARCH g BYPOLYGON 4 0 0 1 1 2 2",
                 "-ERR GEOSEARCH BYPOLYGON must have at least 3 vertices");
    EXPECT_REPLY(fixture, "GEOSEARCH g BYPOLYGON 9223372036854775807 0 0 1 1 2 2",
                 "-ERR GEOSEARCH BYPOLYGON must have at least 3 vertices");
    EXPECT_REPLY(fixture, "GEOSEARCH g FROMLONLAT 0 0 BYPOLYGON 3 0 0 1 1 2 2", REPLY_SYNTAX_ERROR);
    EXPECT_REPLY(fixture, "GEOSEARCH g BYPOLYGON 3 0 0 1 1 2 200",
                 "-ERR invalid longitude,latitude pair 2.000000,200.000000");
}

/* Distances are those from the center that Valkey finds. */
static void test_polygon_center(void **state)
{
    struct command_fixture *fixture = *state;

    fixture_run(fixture, "GEOADD g 151.22852593660355 -33.88116782387797 south "
                         "151.22953444719315 -33.874838625143106 east");
    EXPECT_REPLY(
        fixture,
        "GEOSEARCH g BYPOLYGON 11 151.21619137411474 -33.869643764947696 151.20408853981647 "
        "-33.87845382042545 151.2123775086366 -33.87864711938855 151.21046943124387 "
        "-33.87588862400425 151.21701035939626 -33.874286511854834 151.2239557405701 "
        "-33.8735722632175 151.22495056246407 -33.87893571656996 151.2274447496748 "
        "-33.882307713036354 151.23212935868654 -33.88136096120022 151.23097291274465 "
        "-33.87456240592362 151.22475424781445 -33.87099633192101 WITHDIST ASC",
        "*2\r\n*2\r\n$4\r\neast\r\n$8\r\n858.3013\r\n*2\r\n$5\r\nsouth\r\n$8\r\n929.4979");
}

/* Scores that are no places, distances across the globe: numbers at their edges. */
static void test_edges(void **state)
{
    struct command_fixture *fixture = *state;
    static const double scores[] = {0,        -1,        1e17,   1e300, -1e300,
                                    INFINITY, -INFINITY, 0x1p63, 0x1p64};

    for (size_t i = 0; i < sizeof(scores) / sizeof(scores[0]); i++) {
        struct geo_point point = geo_decode(scores[i]);

        assert_true(geo_point_valid(point));
        for (size_t j = 0; j < sizeof(scores) / sizeof(scores[0]); j++)
            assert_true(geo_distance(point, geo_decode(scores[j])) >= 0);
    }
    fixture_run(fixture, "ZADD z inf a -inf b -5 c");
    EXPECT_REPLY(fixture, "GEODIST z a a", "$6\r\n0.0000");
    fixture_run(fixture, "GEODIST z b c");
    fixture_run(fixture, "GEOHASH z a b c");
    for (double longitude = -180; longitude <= 180; longitude += 7.5) {
        struct geo_point point = {longitude, -longitude / 4};
        struct geo_point other = {longitude > 0 ? longitude - 180 : longitude + 180, longitude / 4};

        assert_true(geo_distance(point, other) <= 3.15 * GEO_EARTH_RADIUS);
        assert_true(fabs(geo_decode(geo_encode(point)).longitude - longitude) < 1e-5);
    }
}

/* Whatever lies in a shape is in one of its ranges. */
static void test_ranges_cover_shapes(void **state)
{
    static const double sizes[] = {0, 1, 500, 2e4, 5e5, 3e6};
    struct random random;

    (void)state;
    random_seed(&random, 5);
    for (unsigned round = 0; round < 4000; round++) {
        struct geo_shape shape = {
            .kind = round % 2 == 0 ? GEO_CIRCLE : GEO_BOX,
            .center = {random_unit(&random) * 300 - 150, random_unit(&random) * 120 - 60},
            .radius = sizes[round % 6],
            .width = sizes[round % 5],
            .height = sizes[(round + 1) % 6]};
        double reach = (shape.radius + shape.width) / 1e5 + 1e-5;
        struct geo_range ranges[GEO_CELLS];
        uint32_t count = geo_shape_ranges(&shape, ranges);

        for (unsigned i = 0; i < 20; i++) {
            struct geo_point point = shape.center;
            bool covered = false;
            double distance;
            double score;

            point.longitude += (random_unit(&random) - 0.5) * reach;
            point.latitude += (random_unit(&random) - 0.5) * reach;
            if (!geo_point_valid(point))
                continue;
            score = geo_encode(point);
            if (!geo_shape_contains(&shape, geo_decode(score), &distance))
                continue;
            for (uint32_t j = 0; j < count; j++)
                covered = covered || (score >= ranges[j].first && score < ranges[j].end);
            assert_true(covered);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_add),
        FIXTURE_TEST(test_questions),
        FIXTURE_TEST(test_search),
        FIXTURE_TEST(test_polygon),
        FIXTURE_TEST(test_polygon_center),
        FIXTURE_TEST(test_edges),
        cmocka_unit_test(test_ranges_cover_shapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
