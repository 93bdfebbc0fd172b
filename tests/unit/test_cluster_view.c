#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/cluster.h"
#include "cluster/nodes_conf.h"
#include "cluster/slot_shard.h"
#include "cluster/view_reply.h"
#include "proto/resp/reply_reader.h"

#define ID_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C  "cccccccccccccccccccccccccccccccccccccccc"
#define ID_D  "dddddddddddddddddddddddddddddddddddddddd"
#define SHARD "0123456789abcdef0123456789abcdef01234567"
#define ALONE(slots)                                                                               \
    ID_A " 10.0.0.1:7000@17000,,tls-port=0,shard-id=" SHARD                                        \
         " myself,master - 0 0 3 connected " slots "\n"
#define VARS "vars currentEpoch 7 lastVoteEpoch 0\n"

static struct cluster_view *view_of(const char *conf, const struct cluster_settings *settings,
                                    bool ok)
{
    struct topology topology;
    struct cluster_view *view;
    uint32_t line;

    topology_init(&topology);
    assert_int_equal(nodes_conf_parse(span_of_string(conf), &topology, &line), NODES_CONF_OK);
    for (uint32_t i = 0; i < topology.node_count; i++) {
        if (topology.nodes[i].id.text[0] == 'c')
            topology.nodes[i].replication_offset = 42;
    }
    view = view_create(&topology, settings, ok);
    topology_free(&topology);
    return view;
}

typedef void view_writer(const struct cluster_view *view, struct reply *reply);

/* To clients that have come by an address that does not matter here. */
static const struct view_asker plain_asker = {.client = VIEW_CLIENT_PLAIN};
static const struct view_asker tls_asker = {.client = VIEW_CLIENT_TLS};

static void reply_slots(const struct cluster_view *view, struct reply *reply)
{
    view_reply_slots(view, &plain_asker, reply);
}

static void reply_slots_by_tls(const struct cluster_view *view, struct reply *reply)
{
    view_reply_slots(view, &tls_asker, reply);
}

static void reply_shards(const struct cluster_view *view, struct reply *reply)
{
    view_reply_shards(view, &plain_asker, reply);
}

static void reply_nodes(const struct cluster_view *view, struct reply *reply)
{
    view_reply_nodes(view, &plain_asker, reply);
}

static void reply_nodes_by_tls(const struct cluster_view *view, struct reply *reply)
{
    view_reply_nodes(view, &tls_asker, reply);
}

static void expect(struct cluster_view *view, view_writer *write, uint8_t protocol,
                   const char *expected)
{
    struct reply reply;
    size_t length;

    reply_init(&reply, protocol);
    write(view, &reply);
    assert_int_equal(reply_reader_skip(span_of(reply.bytes, reply.length), &length), REPLY_READ_OK);
    assert_int_equal(length, reply.length);
    if (reply.length != strlen(expected) || memcmp(reply.bytes, expected, reply.length) != 0)
        print_message("got:\n%.*s\nexpected:\n%s\n", (int)reply.length, reply.bytes, expected);
    assert_int_equal(reply.length, strlen(expected));
    assert_memory_equal(reply.bytes, expected, reply.length);
    reply_free(&reply);
}

static void a_node_alone_describes_itself(void **state)
{
    const struct cluster_settings settings = {0};
    struct cluster_view *view = view_of(ALONE("1-3 5") VARS, &settings, false);

    (void)state;
    expect(view, reply_nodes, 2,
           "$99\r\n" ID_A " 10.0.0.1:7000@17000 myself,master - 0 0 3 connected 1-3 5\n\r\n");
    expect(view, reply_nodes, 3,
           "=103\r\ntxt:" ID_A " 10.0.0.1:7000@17000 myself,master - 0 0 3 connected 1-3 5\n\r\n");
    expect(view, reply_slots, 2,
           "*2\r\n*3\r\n:1\r\n:3\r\n*4\r\n$8\r\n10.0.0.1\r\n:7000\r\n$40\r\n" ID_A "\r\n*0\r\n"
           "*3\r\n:5\r\n:5\r\n*4\r\n$8\r\n10.0.0.1\r\n:7000\r\n$40\r\n" ID_A "\r\n*0\r\n");
    expect(view, reply_shards, 2,
           "*1\r\n*4\r\n$5\r\nslots\r\n*4\r\n:1\r\n:3\r\n:5\r\n:5\r\n$5\r\nnodes\r\n*1\r\n*14\r\n"
           "$2\r\nid\r\n$40\r\n" ID_A "\r\n$4\r\nport\r\n:7000\r\n$2\r\nip\r\n$8\r\n10.0.0.1\r\n"
           "$8\r\nendpoint\r\n$8\r\n10.0.0.1\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
           "$18\r\nreplication-offset\r\n:0\r\n$6\r\nhealth\r\n$6\r\nonline\r\n");
    expect(view, reply_shards, 3,
           "*1\r\n%2\r\n$5\r\nslots\r\n*4\r\n:1\r\n:3\r\n:5\r\n:5\r\n$5\r\nnodes\r\n*1\r\n%7\r\n"
           "$2\r\nid\r\n$40\r\n" ID_A "\r\n$4\r\nport\r\n:7000\r\n$2\r\nip\r\n$8\r\n10.0.0.1\r\n"
           "$8\r\nendpoint\r\n$8\r\n10.0.0.1\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
           "$18\r\nreplication-offset\r\n:0\r\n$6\r\nhealth\r\n$6\r\nonline\r\n");
    expect(view, view_reply_info, 2,
           "$306\r\ncluster_state:fail\r\ncluster_slots_assigned:4\r\ncluster_slots_ok:4\r\n"
           "cluster_slots_pfail:0\r\ncluster_slots_fail:0\r\ncluster_known_nodes:1\r\n"
           "cluster_size:1\r\ncluster_current_epoch:7\r\ncluster_my_epoch:3\r\n"
           "cluster_stats_messages_sent:0\r\ncluster_stats_messages_received:0\r\n"
           "total_cluster_links_buffer_limit_exceeded:0\r\n\r\n");
    expect(view, view_reply_my_id, 2, "$40\r\n" ID_A "\r\n");
    expect(view, view_reply_my_shard_id, 3, "$40\r\n" SHARD "\r\n");
    view_destroy(view);
}

static void without_slots_there_is_still_a_shard(void **state)
{
    const struct cluster_settings settings = {0};
    struct cluster_view *view = view_of(ALONE("") VARS, &settings, false);

    (void)state;
    expect(view, reply_slots, 2, "*0\r\n");
    expect(view, reply_shards, 3,
           "*1\r\n%2\r\n$5\r\nslots\r\n*0\r\n$5\r\nnodes\r\n*1\r\n%7\r\n"
           "$2\r\nid\r\n$40\r\n" ID_A "\r\n$4\r\nport\r\n:7000\r\n$2\r\nip\r\n$8\r\n10.0.0.1\r\n"
           "$8\r\nendpoint\r\n$8\r\n10.0.0.1\r\n$4\r\nrole\r\n$6\r\nmaster\r\n"
           "$18\r\nreplication-offset\r\n:0\r\n$6\r\nhealth\r\n$6\r\nonline\r\n");
    view_destroy(view);
}

#define HOSTED(host)                                                                               \
    ID_A " 10.0.0.1:7000@17000," host ",tls-port=0,shard-id=" SHARD                                \
         " myself,master - 0 0 3 connected 5\n" VARS
#define ENTRY       "*1\r\n*3\r\n:5\r\n:5\r\n*4\r\n"
#define PORT_AND_ID ":7000\r\n$40\r\n" ID_A "\r\n"

static void expect_moved(struct cluster_view *view, uint16_t slot, enum view_client client,
                         const char *expected)
{
    struct reply reply;

    reply_init(&reply, 2);
    view_reply_moved(view, slot, client, &reply);
    assert_int_equal(reply.length, strlen(expected));
    assert_memory_equal(reply.bytes, expected, reply.length);
    reply_free(&reply);
}

static void the_preferred_endpoint_is_named(void **state)
{
    static const struct {
        enum view_endpoint endpoint;
        const char *conf;
        const char *slots;
        const char *moved;
    } cases[] = {
        {VIEW_ENDPOINT_IP, HOSTED("h.example"),
         ENTRY "$8\r\n10.0.0.1\r\n" PORT_AND_ID "*2\r\n$8\r\nhostname\r\n$9\r\nh.example\r\n",
         "-MOVED 5 10.0.0.1:7000\r\n"},
        {VIEW_ENDPOINT_HOSTNAME, HOSTED("h.example"),
         ENTRY "$9\r\nh.example\r\n" PORT_AND_ID "*2\r\n$2\r\nip\r\n$8\r\n10.0.0.1\r\n",
         "-MOVED 5 h.example:7000\r\n"},
        {VIEW_ENDPOINT_HOSTNAME, HOSTED(""),
         ENTRY "$1\r\n?\r\n" PORT_AND_ID "*2\r\n$2\r\nip\r\n$8\r\n10.0.0.1\r\n",
         "-MOVED 5 ?:7000\r\n"},
        {VIEW_ENDPOINT_UNKNOWN, HOSTED("h.example"),
         ENTRY "$-1\r\n" PORT_AND_ID
               "*4\r\n$2\r\nip\r\n$8\r\n10.0.0.1\r\n$8\r\nhostname\r\n$9\r\nh.example\r\n",
         "-MOVED 5 :7000\r\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct cluster_settings settings = {.preferred_endpoint = cases[i].endpoint};
        struct cluster_view *view = view_of(cases[i].conf, &settings, true);

        expect(view, reply_slots, 2, cases[i].slots);
        expect_moved(view, 5, VIEW_CLIENT_PLAIN, cases[i].moved);
        expect_moved(view, 6, VIEW_CLIENT_PLAIN, "-CLUSTERDOWN Hash slot not served\r\n");
        view_destroy(view);
    }
}

static void peers_and_replicas_are_shown(void **state)
{
    const struct cluster_settings settings = {0};
    struct cluster_view *view = view_of(
        ID_A " 10.0.0.1:7000@17000,,shard-id=" SHARD " myself,master - 0 0 3 connected 0 [0->-" ID_B
             "]\n" ID_B " 10.0.0.2:7000@17000 master,fail - 5 6 7 disconnected 1\n" ID_C
             " 10.0.0.3:7000@17000,,shard-id=" SHARD " slave " ID_A " 0 0 3 connected\n" ID_D
             " 10.0.0.4:7000@17000,,shard-id=" SHARD " slave " ID_A " 0 0 3 connected\n" VARS,
        &settings, false);
    struct reply reply;

    (void)state;
    /* A replica that has never been in step (the fourth) is nothing to send clients to. */
    expect(view, reply_slots, 2,
           "*2\r\n*4\r\n:0\r\n:0\r\n*4\r\n$8\r\n10.0.0.1\r\n:7000\r\n$40\r\n" ID_A "\r\n*0\r\n"
           "*4\r\n$8\r\n10.0.0.3\r\n:7000\r\n$40\r\n" ID_C "\r\n*0\r\n"
           "*3\r\n:1\r\n:1\r\n*4\r\n$8\r\n10.0.0.2\r\n:7000\r\n$40\r\n" ID_B "\r\n*0\r\n");
    assert_int_equal(view->counts.slots_failed, 1);
    assert_int_equal(view->counts.size, 2);
    assert_int_equal(view->counts.reachable, 1);
    assert_ptr_equal(view_find_node(view, SPAN(ID_B)), &view->nodes[1]);
    assert_null(view_find_node(view, SPAN("b")));
    assert_null(view_find_node(view, SPAN(SHARD)));

    reply_init(&reply, 2);
    reply_nodes(view, &reply);
    reply_room(&reply, 1)[0] = '\0';
    assert_non_null(strstr(reply.bytes, " 3 connected 0 [0->-" ID_B "]\n"));
    assert_non_null(strstr(reply.bytes, ID_B " 10.0.0.2:7000@17000 master,fail - 5 6 7 disc"));
    assert_non_null(strstr(reply.bytes, " slave " ID_A " 0 0 3 connected\n"));
    reply_clear(&reply);
    reply_shards(view, &reply);
    reply_room(&reply, 1)[0] = '\0';
    assert_memory_equal(reply.bytes, "*2\r\n*4\r\n$5\r\nslots\r\n*2\r\n:0\r\n:0\r\n", 30);
    assert_non_null(strstr(reply.bytes, "$5\r\nnodes\r\n*3\r\n"));
    assert_non_null(strstr(reply.bytes, "$6\r\nhealth\r\n$4\r\nfail\r\n"));
    assert_non_null(strstr(reply.bytes, "$6\r\nhealth\r\n$7\r\nloading\r\n"));
    reply_free(&reply);
    view_destroy(view);
}

/* Walks the entries and checks that they cover `conf`'s slots with each slot's own port. */
static uint32_t check_runs(const struct cluster_view *view, enum view_client client)
{
    struct slot_range run;
    uint32_t count = 0, next = 0;

    for (uint32_t from = 0; view_next_run(view, from, client, &run); from = run.last + 1u) {
        uint16_t port = view_port(view, view_myself(view), run.first, client);

        for (; next < run.first; next++)
            assert_null(view_owner(view, (uint16_t)next));
        for (; next <= run.last; next++) {
            assert_ptr_equal(view_owner(view, (uint16_t)next), view_myself(view));
            assert_int_equal(view_port(view, view_myself(view), (uint16_t)next, client), port);
        }
        count++;
    }
    for (; next < SLOT_COUNT; next++)
        assert_null(view_owner(view, (uint16_t)next));
    return count;
}

static void announced_shards_have_entries_of_their_own(void **state)
{
    const uint16_t ports[] = {9000, 9001, 9002, 9003}, same[] = {9000, 9000, 9002, 9002};
    struct cluster_settings settings = {
        .announce_shards = true, .shard_port_count = 4, .shard_ports = ports};
    struct cluster_view *view = view_of(ALONE("0-16383") VARS, &settings, true);

    (void)state;
    assert_int_equal(check_runs(view, VIEW_CLIENT_PLAIN), SLOT_COUNT / slot_shard_block(4));
    assert_int_equal(view_port(view, view_myself(view), 128, VIEW_CLIENT_PLAIN), 9001);
    expect_moved(view, 300, VIEW_CLIENT_PLAIN, "-MOVED 300 10.0.0.1:9002\r\n");
    view_destroy(view);

    view = view_of(ALONE("100-300 600-601") VARS, &settings, true);
    assert_int_equal(check_runs(view, VIEW_CLIENT_PLAIN), 4);
    expect(view, reply_nodes, 2,
           "$109\r\n" ID_A
           " 10.0.0.1:7000@17000 myself,master - 0 0 3 connected 100-300 600-601\n\r\n");
    view_destroy(view);

    /* Neighbours with one port are one entry. */
    settings.shard_ports = same;
    view = view_of(ALONE("0-16383") VARS, &settings, true);
    assert_int_equal(check_runs(view, VIEW_CLIENT_PLAIN), SLOT_COUNT / slot_shard_block(4) / 2);
    view_destroy(view);

    settings.announce_shards = false;
    view = view_of(ALONE("0-16383") VARS, &settings, true);
    assert_int_equal(check_runs(view, VIEW_CLIENT_PLAIN), 1);
    assert_int_equal(view_port(view, view_myself(view), 128, VIEW_CLIENT_PLAIN), 7000);
    view_destroy(view);
}

#define BOTH_PORTS                                                                                 \
    ID_A " 10.0.0.1:7000@17000,,tls-port=7001,shard-id=" SHARD                                     \
         " myself,master - 0 0 3 connected 0-16383\n" VARS

static void clients_with_tls_are_told_of_ports_for_tls(void **state)
{
    const uint16_t ports[] = {9000, 9001, 9002, 9003}, tls_ports[] = {9100, 9101, 9102, 9103};
    struct cluster_settings settings = {.announce_shards = true,
                                        .shard_port_count = 4,
                                        .shard_ports = ports,
                                        .shard_tls_ports = tls_ports};
    struct cluster_view *view = view_of(BOTH_PORTS, &settings, true);

    (void)state;
    assert_int_equal(check_runs(view, VIEW_CLIENT_TLS), SLOT_COUNT / slot_shard_block(4));
    expect_moved(view, 300, VIEW_CLIENT_TLS, "-MOVED 300 10.0.0.1:9102\r\n");
    expect_moved(view, 300, VIEW_CLIENT_PLAIN, "-MOVED 300 10.0.0.1:9002\r\n");
    view_destroy(view);

    /* Without ports of the shards' own it is the node's. */
    settings.shard_tls_ports = NULL;
    view = view_of(BOTH_PORTS, &settings, true);
    assert_int_equal(check_runs(view, VIEW_CLIENT_TLS), 1);
    expect_moved(view, 300, VIEW_CLIENT_TLS, "-MOVED 300 10.0.0.1:7001\r\n");
    expect(view, reply_nodes_by_tls, 2,
           "$101\r\n" ID_A " 10.0.0.1:7001@17000 myself,master - 0 0 3 connected 0-16383\n\r\n");
    expect(view, reply_slots_by_tls, 2,
           "*1\r\n*3\r\n:0\r\n:16383\r\n*4\r\n$8\r\n10.0.0.1\r\n:7001\r\n$40\r\n" ID_A
           "\r\n*0\r\n");
    view_destroy(view);

    /* A node without TLS is better than none. */
    view = view_of(ALONE("0-16383") VARS, &settings, true);
    expect_moved(view, 300, VIEW_CLIENT_TLS, "-MOVED 300 10.0.0.1:7000\r\n");
    view_destroy(view);
}

static void results_have_the_texts_that_tools_match(void **state)
{
    static const struct {
        struct cluster_result result;
        bool error;
        const char *text;
    } cases[] = {
        {{.code = CLUSTER_OK, .details = {0}}, false, "OK"},
        {{.code = CLUSTER_EPOCH_BUMPED, .details = {5}}, false, "BUMPED 5"},
        {{.code = CLUSTER_SLOT_BUSY, .details = {16383}}, true, "ERR Slot 16383 is already busy"},
        {{.code = CLUSTER_RANGE_REVERSED, .details = {10, 5}},
         true,
         "ERR start slot number 10 is greater than end slot number 5"},
        {{.code = CLUSTER_INVALID_EPOCH, .details = {INT64_MIN}},
         true,
         "ERR Invalid config epoch specified: -9223372036854775808"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[CLUSTER_CODE_TEXT_MAX];
        size_t length = cluster_code_format(&cases[i].result, text);

        assert_int_equal(length, strlen(cases[i].text));
        assert_memory_equal(text, cases[i].text, length);
        assert_int_equal(cluster_code_is_error(cases[i].result.code), cases[i].error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_alone_describes_itself),
        cmocka_unit_test(without_slots_there_is_still_a_shard),
        cmocka_unit_test(the_preferred_endpoint_is_named),
        cmocka_unit_test(peers_and_replicas_are_shown),
        cmocka_unit_test(announced_shards_have_entries_of_their_own),
        cmocka_unit_test(clients_with_tls_are_told_of_ports_for_tls),
        cmocka_unit_test(results_have_the_texts_that_tools_match),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
