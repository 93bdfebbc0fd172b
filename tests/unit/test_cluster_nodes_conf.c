#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/nodes_conf.h"

#include <stdio.h>
#include <stdlib.h>

#define ID_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C  "cccccccccccccccccccccccccccccccccccccccc"
#define SHARD "0123456789abcdef0123456789abcdef01234567"
#define VARS  "vars currentEpoch 7 lastVoteEpoch 6\n"
#define MYSELF                                                                                     \
    ID_A " 10.0.0.1:7000@17000,,tls-port=0,shard-id=" SHARD " myself,master - 0 0 7 connected"

static const char whole[] =
    MYSELF " 0-5 7 100-200 [5->-" ID_B "] [9-<-" ID_B "]\n" ID_B
           " 10.0.0.2:7001@17001,b.example,tls-port=0,nodename=second,shard-id=" ID_C
           " master,fail? - 1700000000001 1700000000000 5 disconnected 8-99 16383\n" ID_C
           " ::1:7002@17002,,tls-port=7102,shard-id=" ID_C " slave,nofailover " ID_B
           " 0 1700000000002 5 connected\n" VARS;

static enum nodes_conf_error parse(const char *text, size_t length, uint32_t *line)
{
    struct topology topology;
    /* Of exactly this length on the heap, so that reading past it is seen. */
    char *copy = malloc(length + !length);
    enum nodes_conf_error error;

    memcpy(copy, text, length);
    topology_init(&topology);
    error = nodes_conf_parse(span_of(copy, length), &topology, line);
    topology_free(&topology);
    free(copy);
    return error;
}

static void expect(const char *text, enum nodes_conf_error error, uint32_t line)
{
    uint32_t found_line;
    enum nodes_conf_error found = parse(text, strlen(text), &found_line);

    if (found != error || found_line != line)
        print_message("line %u: %s for:\n%s\n", found_line, nodes_conf_error_text(found), text);
    assert_int_equal(found, error);
    assert_int_equal(found_line, line);
}

static void what_is_read_is_written_again(void **state)
{
    struct topology topology;
    struct text_builder text;
    uint32_t line;

    (void)state;
    topology_init(&topology);
    text_builder_init(&text);
    assert_int_equal(nodes_conf_parse(SPAN(whole), &topology, &line), NODES_CONF_OK);
    topology_check(&topology);
    nodes_conf_write(&topology, &text);
    assert_int_equal(text.length, sizeof(whole) - 1);
    assert_memory_equal(text.bytes, whole, text.length);
    text_builder_free(&text);
    topology_free(&topology);
}

static void whose_copy_this_is_stands_behind_the_epochs(void **state)
{
    static const char copy[] = MYSELF "\n" ID_B " 1.2.3.4:1@2 master - 0 0 0 connected\n"
                                      "vars currentEpoch 7 lastVoteEpoch 6 copyOf " ID_B "\n";
    struct topology topology;
    struct text_builder text;
    uint32_t line;

    (void)state;
    topology_init(&topology);
    assert_int_equal(nodes_conf_parse(SPAN(copy), &topology, &line), NODES_CONF_OK);
    assert_memory_equal(topology.copy_of.text, ID_B, NODE_ID_LENGTH);
    text_builder_init(&text);
    nodes_conf_write(&topology, &text);
    assert_memory_equal(text.bytes + text.length - 49, " copyOf " ID_B "\n", 49);
    text_builder_free(&text);
    topology_free(&topology);
    for (size_t length = 0; length < sizeof(copy) - 1; length++)
        assert_int_not_equal(parse(copy, length, &line), NODES_CONF_OK);
    expect(MYSELF "\nvars currentEpoch 7 lastVoteEpoch 6 copyOf me\n", NODES_CONF_BAD_VARIABLES, 2);
}

static void every_field_arrives(void **state)
{
    struct topology topology;
    const struct cluster_node *b, *c;
    const struct open_slot *open;
    uint32_t line;

    (void)state;
    topology_init(&topology);
    assert_int_equal(nodes_conf_parse(SPAN(whole), &topology, &line), NODES_CONF_OK);
    assert_int_equal(topology.node_count, 3);
    assert_int_equal(topology.myself, 0);
    assert_int_equal(topology.current_epoch, 7);
    assert_int_equal(topology.last_vote_epoch, 6);
    assert_int_equal(topology.owner[0], 0);
    assert_int_equal(topology.owner[6], SLOT_MAP_NOBODY);
    assert_int_equal(topology.owner[7], 0);
    assert_int_equal(topology.owner[8], 1);
    assert_int_equal(topology.owner[16383], 1);
    assert_int_equal(topology.open_slot_count, 2);
    open = topology_find_open_slot(&topology, 9, true);
    assert_non_null(open);
    assert_memory_equal(open->peer.text, ID_B, NODE_ID_LENGTH);
    assert_null(topology_find_open_slot(&topology, 9, false));
    assert_non_null(topology_find_open_slot(&topology, 5, false));

    b = &topology.nodes[1];
    assert_string_equal(b->ip, "10.0.0.2");
    assert_string_equal(b->hostname, "b.example");
    assert_string_equal(b->human_name, "second");
    assert_int_equal(b->flags, CLUSTER_NODE_PRIMARY | CLUSTER_NODE_MAYBE_FAILED);
    assert_int_equal(b->port, 7001);
    assert_int_equal(b->bus_port, 17001);
    assert_int_equal(b->ping_sent, 1700000000001);
    assert_int_equal(b->config_epoch, 5);
    assert_false(b->connected);
    c = &topology.nodes[2];
    assert_string_equal(c->ip, "::1");
    assert_int_equal(c->tls_port, 7102);
    assert_int_equal(c->flags, CLUSTER_NODE_REPLICA | CLUSTER_NODE_NO_FAILOVER);
    assert_memory_equal(c->primary_id.text, ID_B, NODE_ID_LENGTH);
    topology_free(&topology);
}

static void other_products_files_are_read(void **state)
{
    struct topology topology;
    uint32_t line;
    static const char tls[] = ID_A " 10.0.0.1:7100@17000,,tcp-port=7000,shard-id=" SHARD
                                   " myself,master - 0 0 7 connected\n" VARS;

    (void)state;
    /* Redis 7.0, without and with a host name; Redis 3, without a bus port. */
    expect(ID_A " 127.0.0.1:7000@17000 myself,master - 0 0 0 connected 0-16383\n" VARS,
           NODES_CONF_OK, 3);
    expect(ID_A " :0@0,host.example myself,master - 0 0 0 connected\n" VARS, NODES_CONF_OK, 3);
    expect(ID_A " 127.0.0.1:7000 myself,master - 0 0 0 connected\n" VARS, NODES_CONF_OK, 3);
    /* Valkey 8.1 and what may follow. */
    expect(ID_A " 127.0.0.1:7000@17000,,client-ipv4=1.2.3.4,tls-port=0,new=,shard-id=" SHARD
                " myself,master - 0 0 0 connected\n" VARS,
           NODES_CONF_OK, 3);
    /* Edited by hand. */
    expect("\n  \n" ID_A " 1.2.3.4:1@2  myself,master -  0 0 0 connected 5 \r\n\r\n" VARS "\n",
           NODES_CONF_OK, 7);
    expect(MYSELF "\nvars future 1 currentEpoch 1 lastVoteEpoch 1\n", NODES_CONF_OK, 3);
    /* A node that was being met is not worth remembering. */
    expect(MYSELF "\n" ID_B " 1.2.3.4:1@2 handshake - 0 0 0 disconnected\n" VARS, NODES_CONF_OK, 4);

    topology_init(&topology);
    assert_int_equal(nodes_conf_parse(SPAN(tls), &topology, &line), NODES_CONF_OK);
    assert_int_equal(topology.nodes[0].port, 7000);
    assert_int_equal(topology.nodes[0].tls_port, 7100);
    topology_free(&topology);
}

static void every_cut_is_noticed(void **state)
{
    uint32_t line;

    (void)state;
    for (size_t length = 0; length < sizeof(whole) - 1; length++)
        assert_int_not_equal(parse(whole, length, &line), NODES_CONF_OK);
    assert_int_equal(parse(whole, sizeof(whole) - 1, &line), NODES_CONF_OK);
}

static void no_damaged_byte_is_fatal(void **state)
{
    char damaged[sizeof(whole)];
    uint32_t line, refused = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(whole) - 1; i++) {
        static const char bytes[] = "\0 \n,-[@:9z\xff";

        for (size_t b = 0; b < sizeof(bytes) - 1; b++) {
            memcpy(damaged, whole, sizeof(whole));
            damaged[i] = bytes[b];
            refused += parse(damaged, sizeof(whole) - 1, &line) != NODES_CONF_OK;
        }
    }
    assert_true(refused > sizeof(whole));
}

static void what_does_not_fit_is_named(void **state)
{
    (void)state;
    expect("", NODES_CONF_NO_MYSELF, 1);
    expect(VARS, NODES_CONF_NO_MYSELF, 2);
    expect(MYSELF "\n", NODES_CONF_NO_VARIABLES, 2);
    expect(MYSELF "\nvars currentEpoch 7\n", NODES_CONF_BAD_VARIABLES, 2);
    expect(MYSELF "\nvars currentEpoch 7 lastVoteEpoch\n", NODES_CONF_BAD_VARIABLES, 2);
    expect(MYSELF "\nvars currentEpoch -7 lastVoteEpoch 1\n", NODES_CONF_BAD_VARIABLES, 2);
    expect(MYSELF "\nvars currentEpoch 18446744073709551615 lastVoteEpoch 1\n",
           NODES_CONF_BAD_VARIABLES, 2);
    expect(MYSELF " 16384\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " 99999999999\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " -1\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " 9-5\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " 5-\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " 5-7-9\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " 5-16384\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " 5 5\n" VARS, NODES_CONF_SLOT_TWICE, 1);
    expect(MYSELF " [5->-" ID_B "\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " [16384->-" ID_B "]\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " [5-=-" ID_B "]\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF " []\n" VARS, NODES_CONF_BAD_SLOT, 1);
    expect(MYSELF "\n" MYSELF "\n" VARS, NODES_CONF_NODE_TWICE, 2);
    expect(MYSELF "\n" ID_B " 1.2.3.4:1@2 myself,master - 0 0 0 connected\n" VARS,
           NODES_CONF_MYSELF_TWICE, 2);
    expect(MYSELF "\n" ID_B " 1.2.3.4:1@2 slave " ID_A " 0 0 0 connected 5\n" VARS,
           NODES_CONF_SLOT_MISPLACED, 2);
    expect(MYSELF "\n" ID_B " 1.2.3.4:1@2 master - 0 0 0 connected [5->-" ID_A "]\n" VARS,
           NODES_CONF_SLOT_MISPLACED, 2);
    expect("nonsense 1.2.3.4:1@2 myself,master - 0 0 0 connected\n", NODES_CONF_BAD_ID, 1);
    expect(ID_A " 1.2.3.4 myself,master - 0 0 0 connected\n", NODES_CONF_BAD_ADDRESS, 1);
    expect(ID_A " 1.2.3.4:65536@1 myself,master - 0 0 0 connected\n", NODES_CONF_BAD_ADDRESS, 1);
    expect(ID_A " 1.2.3.4:1@x myself,master - 0 0 0 connected\n", NODES_CONF_BAD_ADDRESS, 1);
    expect(ID_A " 1.2.3.4:60000 myself,master - 0 0 0 connected\n", NODES_CONF_BAD_ADDRESS, 1);
    expect(ID_A " 1.2.3.4:1@2,,shard-id=1 myself,master - 0 0 0 connected\n",
           NODES_CONF_BAD_AUXILIARY, 1);
    expect(ID_A " 1.2.3.4:1@2,,what myself,master - 0 0 0 connected\n", NODES_CONF_BAD_AUXILIARY,
           1);
    expect(ID_A " 1.2.3.4:1@2 myself,king - 0 0 0 connected\n", NODES_CONF_BAD_FLAGS, 1);
    expect(ID_A " 1.2.3.4:1@2 myself,master " ID_B " 0 0 0 connected\n", NODES_CONF_BAD_FLAGS, 1);
    expect(ID_A " 1.2.3.4:1@2 myself,master,slave - 0 0 0 connected\n", NODES_CONF_BAD_FLAGS, 1);
    expect(ID_A " 1.2.3.4:1@2 myself,slave x 0 0 0 connected\n", NODES_CONF_BAD_ID, 1);
    expect(ID_A " 1.2.3.4:1@2 myself,master - x 0 0 connected\n", NODES_CONF_BAD_NUMBER, 1);
    expect(ID_A " 1.2.3.4:1@2 myself,master - 0 0 -1 connected\n", NODES_CONF_BAD_NUMBER, 1);
    expect(ID_A " 1.2.3.4:1@2 myself,master - 0 0 0 maybe\n", NODES_CONF_BAD_LINK, 1);
    expect(ID_A " 1.2.3.4:1@2 myself,master - 0 0 0\n", NODES_CONF_TRUNCATED, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_written_again),
        cmocka_unit_test(whose_copy_this_is_stands_behind_the_epochs),
        cmocka_unit_test(every_field_arrives),
        cmocka_unit_test(other_products_files_are_read),
        cmocka_unit_test(every_cut_is_noticed),
        cmocka_unit_test(no_damaged_byte_is_fatal),
        cmocka_unit_test(what_does_not_fit_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
