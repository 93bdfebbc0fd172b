/*
 * The store of libraries: all or none, names in any case, sets that stay as they are while somebody
 * holds them, and many random changes beside a plain list.
 */
#include "proto/base/random.h"
#include "server/script/function_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LIBRARIES = 12, FUNCTIONS = 30, ROUNDS = 20000 };

static struct function_library *library(const char *name, const char *function)
{
    struct function_entry entry = {.name = span_of_string(function), .flags = 5};

    return function_library_create(span_of_string(name), SPAN("#!lua"), &entry, 1);
}

static enum function_conflict add(struct function_store *store, struct function_library *one,
                                  enum function_policy policy)
{
    struct span name;
    enum function_conflict conflict = function_store_add(store, &one, 1, policy, &name);

    function_library_release(one);
    return conflict;
}

static bool has(struct function_store *store, const char *function)
{
    struct function_set *set = function_store_get(store);
    struct function_place place;
    bool found = function_set_find(set, span_of_string(function), &place);

    function_set_release(set);
    return found;
}

static void test_names(void **state)
{
    struct function_store *store = function_store_create();

    (void)state;
    assert_int_equal(add(store, library("lib", "f"), FUNCTION_APPEND), FUNCTION_CONFLICT_NONE);
    assert_true(has(store, "f"));
    assert_true(has(store, "F"));
    assert_false(has(store, "g"));
    assert_int_equal(add(store, library("lib", "g"), FUNCTION_APPEND), FUNCTION_CONFLICT_LIBRARY);
    assert_int_equal(add(store, library("LIB", "F"), FUNCTION_APPEND), FUNCTION_CONFLICT_NAME);
    assert_int_equal(add(store, library("LIB", "F"), FUNCTION_REPLACE), FUNCTION_CONFLICT_NAME);
    assert_int_equal(add(store, library("lib", "g"), FUNCTION_REPLACE), FUNCTION_CONFLICT_NONE);
    assert_false(has(store, "f"));
    assert_int_equal(add(store, library("LIB", "F"), FUNCTION_FLUSH), FUNCTION_CONFLICT_NONE);
    assert_false(has(store, "g"));
    assert_false(function_store_delete(store, SPAN("lib")));
    assert_true(function_store_delete(store, SPAN("LIB")));
    assert_false(has(store, "f"));
    function_store_destroy(store);
}

static void test_several_at_once(void **state)
{
    struct function_store *store = function_store_create();
    struct function_library *several[] = {library("a", "f"), library("b", "g"), library("a", "h")};
    struct span name;

    (void)state;
    assert_int_equal(function_store_add(store, several, 3, FUNCTION_REPLACE, &name),
                     FUNCTION_CONFLICT_LIBRARY);
    assert_true(span_equal(name, SPAN("a")));
    assert_int_equal(function_store_version(store), 0);
    assert_int_equal(function_store_add(store, several, 2, FUNCTION_APPEND, &name),
                     FUNCTION_CONFLICT_NONE);
    assert_int_equal(function_store_version(store), 1);
    assert_true(has(store, "f") && has(store, "g"));
    for (size_t i = 0; i < 3; i++)
        function_library_release(several[i]);
    function_store_destroy(store);
}

/* Who holds a set sees what was there, whatever happens meanwhile. */
static void test_held(void **state)
{
    struct function_store *store = function_store_create();
    struct function_place place;
    struct function_set *set;

    (void)state;
    add(store, library("lib", "f"), FUNCTION_APPEND);
    set = function_store_get(store);
    function_store_flush(store);
    assert_false(has(store, "f"));
    assert_true(function_set_find(set, SPAN("f"), &place));
    assert_int_equal(set->libraries[place.library]->functions[place.function].flags, 5);
    assert_true(function_set_library(set, SPAN("lib")) != NULL);
    function_set_release(set);
    function_store_destroy(store);
}

/* function -> library, 0 for none */
static uint32_t model[FUNCTIONS];

static struct function_library *random_library(struct random *random, uint32_t number,
                                               bool wanted[FUNCTIONS])
{
    struct function_entry entries[FUNCTIONS];
    char names[FUNCTIONS][16];
    uint32_t count = 0;
    char name[16];

    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        wanted[i] = random_below(random, 10) == 0 || (i == FUNCTIONS - 1 && count == 0);
        if (!wanted[i])
            continue;
        snprintf(names[count], sizeof(names[count]), random_below(random, 2) ? "f%u" : "F%u", i);
        entries[count] = (struct function_entry){.name = span_of_string(names[count])};
        count++;
    }
    snprintf(name, sizeof(name), "lib%u", number);
    return function_library_create(span_of_string(name), SPAN("code"), entries, count);
}

static bool model_has_library(uint32_t number)
{
    for (uint32_t i = 0; i < FUNCTIONS; i++)
        if (model[i] == number)
            return true;
    return false;
}

static void model_remove(uint32_t number)
{
    for (uint32_t i = 0; i < FUNCTIONS; i++)
        if (model[i] == number)
            model[i] = 0;
}

static enum function_conflict model_add(uint32_t number, const bool wanted[FUNCTIONS],
                                        enum function_policy policy)
{
    if (policy == FUNCTION_APPEND && model_has_library(number))
        return FUNCTION_CONFLICT_LIBRARY;
    for (uint32_t i = 0; i < FUNCTIONS; i++)
        if (wanted[i] && model[i] != 0 && model[i] != number)
            return FUNCTION_CONFLICT_NAME;
    model_remove(number);
    for (uint32_t i = 0; i < FUNCTIONS; i++)
        if (wanted[i])
            model[i] = number;
    return FUNCTION_CONFLICT_NONE;
}

static void check_all(struct function_store *store)
{
    struct function_set *set = function_store_get(store);
    uint32_t functions = 0;

    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        struct function_place place;
        char name[16];
        char owner[16];

        snprintf(name, sizeof(name), "f%u", i);
        snprintf(owner, sizeof(owner), "lib%u", model[i]);
        assert_int_equal(function_set_find(set, span_of_string(name), &place), model[i] != 0);
        if (model[i] == 0)
            continue;
        functions++;
        assert_true(span_equal(set->libraries[place.library]->name, span_of_string(owner)));
    }
    assert_int_equal(set->function_count, functions);
    for (uint32_t i = 1; i < set->library_count; i++)
        assert_true(set->libraries[i - 1]->number < set->libraries[i]->number);
    function_set_release(set);
}

static void test_random_changes(void **state)
{
    const char *given = getenv("TESSERA_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20;
    struct function_store *store = function_store_create();
    struct random random;

    (void)state;
    print_message("seed %llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t number = 1 + (uint32_t)random_below(&random, LIBRARIES);
        uint32_t what = (uint32_t)random_below(&random, 40);

        if (what == 0) {
            memset(model, 0, sizeof(model));
            function_store_flush(store);
        } else if (what < 10) {
            char name[16];

            snprintf(name, sizeof(name), "lib%u", number);
            assert_int_equal(function_store_delete(store, span_of_string(name)),
                             model_has_library(number));
            model_remove(number);
        } else {
            enum function_policy policy = what < 20 ? FUNCTION_APPEND : FUNCTION_REPLACE;
            bool wanted[FUNCTIONS];
            struct function_library *one = random_library(&random, number, wanted);

            assert_int_equal(add(store, one, policy), model_add(number, wanted, policy));
        }
        check_all(store);
    }
    function_store_destroy(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_several_at_once),
        cmocka_unit_test(test_held),
        cmocka_unit_test(test_random_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
