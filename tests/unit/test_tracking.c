/*
 * What a shard tells its own clients: keys that changed, a slot that is lost, a table that is full.
 * Without threads and sockets: the news is read from the connection's output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/connection/output.h"
#include "server/shard/shard.h"
#include "server/tracking/tracker.h"
#include "server/tracking/tracking_broadcast.h"
#include "server/tracking/tracking_client.h"

#include <stdio.h>
#include <stdlib.h>

enum { CLIENTS = 2 };

/* As much of a node as tracking looks at. */
struct fixture {
    struct node node;
    struct shard *shards[1];
    struct config *config;
    struct connection connections[CLIENTS];
    struct shard shard;
};

static int set_up(void **state)
{
    struct fixture *fixture = aligned_alloc(64, (sizeof(*fixture) + 63) / 64 * 64);
    struct shard *shard = &fixture->shard;

    memset(fixture, 0, sizeof(*fixture));
    fixture->config = config_create();
    fixture->shards[0] = shard;
    fixture->node.shards = fixture->shards;
    fixture->node.shard_count = 1;
    shard->node = &fixture->node;
    shard->config = fixture->config;
    shard->keyspace = keyspace_create(&(struct keyspace_options){.databases = 1, .hash_seed = 1});
    shard->reply_pool = reply_pool_create();
    shard->thread = pthread_self();
    shard->thread_id = (uint64_t)pthread_self();
    random_seed(&shard->random, 1);
    list_init(&shard->unflushed);
    blocked_init(&shard->blocked);
    tracking_init(&shard->tracking);
    for (uint32_t i = 0; i < CLIENTS; i++) {
        struct connection *connection = &fixture->connections[i];

        connection->shard = shard;
        connection->id = i + 1;
        connection->unrestricted = true;
        reply_init(&connection->reply, 3);
        list_init(&connection->owed);
        connection_index_add(&shard->connections_by_id, connection);
    }
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    struct shard *shard = &fixture->shard;

    for (uint32_t i = 0; i < CLIENTS; i++) {
        tracking_client_end(&fixture->connections[i], false);
        connection_index_remove(&shard->connections_by_id, &fixture->connections[i]);
        reply_free(&fixture->connections[i].reply);
    }
    connection_index_free(&shard->connections_by_id);
    tracking_free(&shard->tracking);
    blocked_free(&shard->blocked);
    reply_pool_destroy(shard->reply_pool);
    keyspace_destroy(shard->keyspace);
    config_free(fixture->config);
    free(fixture);
    return 0;
}

static struct key key_of(struct fixture *fixture, const char *name)
{
    return keyspace_key(fixture->shard.keyspace, span_of_string(name));
}

/* A client's GET. */
static void read_key(struct fixture *fixture, uint32_t client, const char *name)
{
    struct span words[] = {SPAN("get"), span_of_string(name)};
    struct cmd cmd = {.command = command_find(words[0]),
                      .argv = words,
                      .argc = 2,
                      .keyspace = fixture->shard.keyspace,
                      .first_key = key_of(fixture, name),
                      .tracker = fixture->connections[client].tracker};

    assert_non_null(cmd.command);
    if (cmd.tracker & TRACKER_REMEMBERS)
        tracking_remember(&fixture->shard, &cmd);
}

static void change_key(struct fixture *fixture, const char *name, uint64_t tracker)
{
    struct key key = key_of(fixture, name);

    if (fixture->shard.tracking.watching)
        tracking_key_changed(&fixture->shard, &key, tracker);
}

/* Ends the turn; the client's output is these bytes, and is taken. */
static void expect(struct fixture *fixture, uint32_t client, const char *expected)
{
    struct reply *reply = &fixture->connections[client].reply;

    while (tracking_is_due(&fixture->shard.tracking))
        tracking_turn(&fixture->shard);
    assert_int_equal(reply->length, strlen(expected));
    assert_memory_equal(reply->bytes == NULL ? "" : reply->bytes, expected, reply->length);
    reply_clear(reply);
}

#define NEWS_OF(count, keys) ">2\r\n$10\r\ninvalidate\r\n*" #count "\r\n" keys
#define NEWS_OF_ALL          ">2\r\n$10\r\ninvalidate\r\n_\r\n"

static void test_keys(void **state)
{
    struct fixture *fixture = *state;

    tracking_client_begin(&fixture->connections[0], (struct tracking_mode){0}, 0, 0);
    change_key(fixture, "a", 0);
    expect(fixture, 0, "");
    read_key(fixture, 0, "a");
    read_key(fixture, 1, "a");
    assert_int_equal(fixture->shard.tracking.table.items, 1);
    change_key(fixture, "a", 0);
    change_key(fixture, "a", 0);
    expect(fixture, 0, NEWS_OF(1, "$1\r\na\r\n"));
    expect(fixture, 1, "");
    assert_false(fixture->shard.tracking.watching);
    read_key(fixture, 0, "a");
    tracking_client_end(&fixture->connections[0], false);
    assert_int_equal(fixture->connections[0].tracker, 0);
    change_key(fixture, "a", 0);
    expect(fixture, 0, "");
}

static void test_lost_slot(void **state)
{
    struct fixture *fixture = *state;
    struct shard *shard = &fixture->shard;
    uint16_t slot = key_of(fixture, "{x}1").slot;

    tracking_client_begin(&fixture->connections[0], (struct tracking_mode){0}, 0, 0);
    tracking_client_begin(&fixture->connections[1], (struct tracking_mode){0}, 0, 0);
    read_key(fixture, 0, "{x}1");
    read_key(fixture, 1, "{x}1");
    read_key(fixture, 0, "{y}1");
    assert_int_not_equal(slot, key_of(fixture, "{y}1").slot);
    tracking_slot_lost(shard, (uint16_t)(slot ^ 1));
    expect(fixture, 0, "");
    tracking_slot_lost(shard, slot);
    assert_int_equal(shard->tracking.table.count, 1);
    expect(fixture, 0, NEWS_OF(1, "$4\r\n{x}1\r\n"));
    expect(fixture, 1, NEWS_OF(1, "$4\r\n{x}1\r\n"));
    tracking_slot_lost(shard, slot);
    expect(fixture, 0, "");
    change_key(fixture, "{y}1", 0);
    expect(fixture, 0, NEWS_OF(1, "$4\r\n{y}1\r\n"));
}

/* Many keys of one slot among those of others. */
static void test_lost_slot_of_many(void **state)
{
    struct fixture *fixture = *state;
    struct shard *shard = &fixture->shard;
    char name[32];

    tracking_client_begin(&fixture->connections[0], (struct tracking_mode){0}, 0, 0);
    for (uint32_t i = 0; i < 3000; i++) {
        snprintf(name, sizeof(name), "{%u}%u", i % 3, i);
        read_key(fixture, 0, name);
    }
    tracking_slot_lost(shard, key_of(fixture, "{1}").slot);
    assert_int_equal(shard->tracking.table.count, 2000);
    for (uint32_t i = 0; i < 3000; i++) {
        struct key key;

        snprintf(name, sizeof(name), "{%u}%u", i % 3, i);
        key = key_of(fixture, name);
        assert_int_equal(tracking_table_find(&shard->tracking.table, &key) != NULL, i % 3 != 1);
    }
}

static void subscribe(struct fixture *fixture, uint32_t client, struct span prefix)
{
    tracking_broadcast_hold(&fixture->shard, prefix);
    tracking_broadcast_visit(&fixture->shard, 0, prefix);
    tracking_broadcast_subscribe(fixture->connections[client].tracking, prefix);
}

/* Of keys with a prefix nobody knows which were there: everything is forgotten. */
static void test_lost_slot_and_prefixes(void **state)
{
    struct fixture *fixture = *state;

    tracking_client_begin(&fixture->connections[0], (struct tracking_mode){.broadcasts = true}, 0,
                          0);
    subscribe(fixture, 0, SPAN("p"));
    tracking_client_begin(&fixture->connections[1], (struct tracking_mode){0}, 0, 0);
    change_key(fixture, "p2", 0);
    change_key(fixture, "p1", 0);
    change_key(fixture, "q", 0);
    expect(fixture, 0, NEWS_OF(2, "$2\r\np1\r\n$2\r\np2\r\n"));
    tracking_slot_lost(&fixture->shard, 7);
    tracking_slot_lost(&fixture->shard, 8);
    expect(fixture, 0, NEWS_OF_ALL);
    expect(fixture, 1, "");
}

static void test_own_changes(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t i = 0; i < CLIENTS; i++) {
        tracking_client_begin(&fixture->connections[i],
                              (struct tracking_mode){.broadcasts = true, .no_loop = i == 0}, 0, 0);
        subscribe(fixture, i, SPAN(""));
    }
    change_key(fixture, "a", fixture->connections[0].tracker);
    change_key(fixture, "b", fixture->connections[1].tracker);
    expect(fixture, 0, NEWS_OF(1, "$1\r\nb\r\n"));
    expect(fixture, 1, NEWS_OF(2, "$1\r\na\r\n$1\r\nb\r\n"));
    change_key(fixture, "a", fixture->connections[0].tracker);
    expect(fixture, 0, "");
}

static void test_limit(void **state)
{
    struct fixture *fixture = *state;
    struct tracking *tracking = &fixture->shard.tracking;
    char name[16];

    fixture->config->tracking_table_max_keys = 10;
    tracking_client_begin(&fixture->connections[0], (struct tracking_mode){0}, 0, 0);
    for (uint32_t i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "k%u", i);
        read_key(fixture, 0, name);
        assert_true(tracking->table.count <= 10);
    }
    /* All that has been given up has been told. */
    while (tracking_is_due(tracking))
        tracking_turn(&fixture->shard);
    assert_true(fixture->connections[0].reply.length > 80 * 30);
    tracking_database_changed(&fixture->shard);
    assert_int_equal(tracking->table.count, 0);
    reply_clear(&fixture->connections[0].reply);
    expect(fixture, 0, NEWS_OF_ALL);
    assert_int_equal(tracking->leaving.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost_slot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost_slot_of_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lost_slot_and_prefixes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_own_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_limit, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
