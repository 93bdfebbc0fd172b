/*
 * string.find, match, gmatch and gsub.
 *
 * Lua's own matcher calls itself, and may take longer than the world has existed. This one keeps
 * the places where it could have gone another way on a stack of its own, at most one for each item
 * of the pattern, and makes a pause every so many steps: the state's hook may end it there.
 *
 *   pattern   a  .*  (  %d+  )  $        choices   [.*: 5 matched, could be 4, 3 ...]
 *                                                  [(  opened, to be undone]
 *                                                  [%d+: 2 matched, could be 1]
 */
#include "proto/base/assert.h"
#include "proto/base/span.h"
#include "server/script/library.h"

#include <ctype.h>
#include <lua5.1/lauxlib.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum {
    CAPTURES_MAX = LUA_MAXCAPTURES,
    CHOICES_FIRST = 24,
    STEPS_BETWEEN_PAUSES = 1 << 16,
    ESCAPE = '%',
};

/* Lengths of captures that have none. */
enum { LENGTH_OPEN = -1, LENGTH_POSITION = -2 };

struct capture {
    const char *start;
    ptrdiff_t length;
};

enum choice_kind {
    CHOICE_FEWER,   /* it has taken `count` more than it must */
    CHOICE_MORE,    /* it has taken as few as it must, up to `place` */
    CHOICE_WITHOUT, /* it has taken one, at `place`, and need not */
    CHOICE_OPENED,  /* to be undone: the last capture was begun */
    CHOICE_CLOSED,  /* to be undone: capture `count` was ended */
};

struct choice {
    enum choice_kind kind;
    const char *place; /* in the subject */
    const char *item;  /* in the pattern */
    const char *rest;  /* in the pattern, behind the item */
    size_t count;
};

struct matching {
    lua_State *lua;
    const char *subject;
    const char *subject_end;
    const char *pattern_end;
    const char *place; /* in the subject */
    const char *item;  /* in the pattern */
    size_t steps;      /* until the next pause */
    int level;         /* captures, open ones included */
    int slot;          /* of the Lua stack: holds the choices when they are many */
    struct choice *choices;
    size_t choice_count;
    size_t choice_capacity;
    struct capture captures[CAPTURES_MAX];
    struct choice first_choices[CHOICES_FIRST];
};

/* A pattern ends at its first NUL. `slot` is a place of the Lua stack that nobody else uses. */
static void matching_begin(struct matching *matching, lua_State *lua, struct span subject,
                           struct span pattern, int slot)
{
    ASSERT(slot > 0);
    matching->lua = lua;
    matching->subject = subject.data;
    matching->subject_end = subject.data + subject.length;
    matching->pattern_end = pattern.data + strnlen(pattern.data, pattern.length);
    matching->steps = STEPS_BETWEEN_PAUSES;
    matching->slot = slot;
    matching->choices = matching->first_choices;
    matching->choice_capacity = CHOICES_FIRST;
    matching->level = 0;
}

static inline void spend(struct matching *matching, size_t steps)
{
    if (__builtin_expect(matching->steps > steps, 1)) {
        matching->steps -= steps;
        return;
    }
    matching->steps = STEPS_BETWEEN_PAUSES;
    library_pause(matching->lua);
}

/* ---- Choices ---- */

static void grow(struct matching *matching)
{
    size_t capacity = matching->choice_capacity * 2;
    struct choice *choices = lua_newuserdata(matching->lua, capacity * sizeof(*choices));

    memcpy(choices, matching->choices, matching->choice_count * sizeof(*choices));
    lua_replace(matching->lua, matching->slot);
    matching->choices = choices;
    matching->choice_capacity = capacity;
}

static inline void choose(struct matching *matching, enum choice_kind kind, const char *rest,
                          size_t count)
{
    if (__builtin_expect(matching->choice_count == matching->choice_capacity, 0))
        grow(matching);
    matching->choices[matching->choice_count++] = (struct choice){.kind = kind,
                                                                  .place = matching->place,
                                                                  .item = matching->item,
                                                                  .rest = rest,
                                                                  .count = count};
}

/* ---- Single characters ---- */

static bool is_in_class(int byte, int class)
{
    bool is;

    switch (tolower(class)) {
    case 'a':
        is = isalpha(byte);
        break;
    case 'c':
        is = iscntrl(byte);
        break;
    case 'd':
        is = isdigit(byte);
        break;
    case 'l':
        is = islower(byte);
        break;
    case 'p':
        is = ispunct(byte);
        break;
    case 's':
        is = isspace(byte);
        break;
    case 'u':
        is = isupper(byte);
        break;
    case 'w':
        is = isalnum(byte);
        break;
    case 'x':
        is = isxdigit(byte);
        break;
    case 'z':
        is = byte == 0;
        break;
    default:
        return class == byte;
    }
    return is != (isupper(class) != 0);
}

/* A set from its '[' to behind its ']'. */
static bool is_in_set(int byte, const char *set, const char *end)
{
    const char *last = end - 1;
    const char *at = set + 1;
    bool inside = true;

    if (*at == '^') {
        inside = false;
        at++;
    }
    while (at < last) {
        if (*at == ESCAPE) {
            if (is_in_class(byte, (unsigned char)at[1]))
                return inside;
            at += 2;
        } else if (at[1] == '-' && at + 2 < last) {
            if ((unsigned char)at[0] <= byte && byte <= (unsigned char)at[2])
                return inside;
            at += 3;
        } else {
            if ((unsigned char)*at == byte)
                return inside;
            at++;
        }
    }
    return !inside;
}

/* Does the single-character item in item..rest take this byte? */
static inline bool takes(char subject, const char *item, const char *rest)
{
    int byte = (unsigned char)subject;

    switch (*item) {
    case '.':
        return true;
    case ESCAPE:
        return is_in_class(byte, (unsigned char)item[1]);
    case '[':
        return is_in_set(byte, item, rest);
    default:
        return (unsigned char)*item == byte;
    }
}

static inline bool takes_here(const struct matching *matching, const char *item, const char *rest)
{
    return matching->place < matching->subject_end && takes(*matching->place, item, rest);
}

/* Behind the single-character item, which is checked. */
static const char *item_end(const struct matching *matching, const char *item)
{
    const char *end = matching->pattern_end;
    const char *at = item + 1;

    if (*item == ESCAPE) {
        if (at == end)
            luaL_error(matching->lua, "malformed pattern (ends with '%%')");
        return at + 1;
    }
    if (*item != '[')
        return at;
    if (at < end && *at == '^')
        at++;
    /* The first one is of the set, even if it is the bracket. */
    do {
        if (at >= end)
            luaL_error(matching->lua, "malformed pattern (missing ']')");
        at += *at == ESCAPE && at + 1 < end ? 2 : 1;
    } while (at >= end || *at != ']');
    return at + 1;
}

/* ---- Captures ---- */

static bool capture_open(struct matching *matching)
{
    bool position = matching->item + 1 < matching->pattern_end && matching->item[1] == ')';

    if (matching->level >= CAPTURES_MAX)
        luaL_error(matching->lua, "too many captures");
    matching->captures[matching->level++] = (struct capture){
        .start = matching->place, .length = position ? LENGTH_POSITION : LENGTH_OPEN};
    choose(matching, CHOICE_OPENED, NULL, 0);
    matching->item += position ? 2 : 1;
    return true;
}

static bool capture_close(struct matching *matching)
{
    int index = matching->level - 1;

    while (index >= 0 && matching->captures[index].length != LENGTH_OPEN)
        index--;
    if (index < 0)
        luaL_error(matching->lua, "invalid pattern capture");
    matching->captures[index].length = matching->place - matching->captures[index].start;
    choose(matching, CHOICE_CLOSED, NULL, (size_t)index);
    matching->item++;
    return true;
}

static bool match_again(struct matching *matching)
{
    int index = matching->item[1] - '1';
    const struct capture *capture = &matching->captures[index < 0 ? 0 : index];

    if (index < 0 || index >= matching->level || capture->length == LENGTH_OPEN)
        luaL_error(matching->lua, "invalid capture index");
    if (capture->length < 0 || matching->subject_end - matching->place < capture->length)
        return false;
    spend(matching, (size_t)capture->length / 16 + 1);
    if (memcmp(capture->start, matching->place, (size_t)capture->length) != 0)
        return false;
    matching->place += capture->length;
    matching->item += 2;
    return true;
}

/* ---- Items of other kinds ---- */

/* %bxy */
static bool match_balanced(struct matching *matching)
{
    const char *at = matching->place;
    size_t depth = 1;
    char open;
    char close;

    if (matching->pattern_end - matching->item < 4)
        luaL_error(matching->lua, "unbalanced pattern");
    open = matching->item[2];
    close = matching->item[3];
    if (at == matching->subject_end || *at != open)
        return false;
    while (++at < matching->subject_end) {
        spend(matching, 1);
        if (*at == close) {
            if (--depth == 0) {
                matching->place = at + 1;
                matching->item += 4;
                return true;
            }
        } else if (*at == open) {
            depth++;
        }
    }
    return false;
}

/* %f[set]: between a byte that is not in the set, and one that is. */
static bool match_frontier(struct matching *matching)
{
    const char *set = matching->item + 2;
    char before = '\0';
    const char *rest;

    if (set >= matching->pattern_end || *set != '[')
        luaL_error(matching->lua, "missing '[' after '%%f' in pattern");
    rest = item_end(matching, set);
    if (matching->place > matching->subject)
        before = matching->place[-1];
    spend(matching, 1 + (size_t)(rest - set));
    /* Behind the last byte of a Lua string there is a NUL. */
    if (takes(before, set, rest) || !takes(*matching->place, set, rest))
        return false;
    matching->item = rest;
    return true;
}

/* As many as there are, beyond those taken already. */
static void take_all(struct matching *matching, const char *rest)
{
    const char *start = matching->place;
    size_t price = *matching->item == '[' ? (size_t)(rest - matching->item) : 1;
    size_t count;

    while (takes_here(matching, matching->item, rest)) {
        matching->place++;
        spend(matching, price);
    }
    count = (size_t)(matching->place - start);
    matching->place = start;
    /* At the end of the pattern nothing can fail any more. */
    if (count > 0 && rest + 1 < matching->pattern_end)
        choose(matching, CHOICE_FEWER, rest + 1, count);
    matching->place = start + count;
    matching->item = rest + 1;
}

/* One character, with the sign behind it that says how often. */
static bool match_single(struct matching *matching)
{
    const char *rest = item_end(matching, matching->item);
    bool taken = takes_here(matching, matching->item, rest);

    spend(matching, (size_t)(rest - matching->item));
    switch (rest < matching->pattern_end ? *rest : '\0') {
    case '?':
        if (taken)
            choose(matching, CHOICE_WITHOUT, rest + 1, 0);
        matching->place += taken;
        matching->item = rest + 1;
        return true;
    case '+':
        if (!taken)
            return false;
        matching->place++;
        take_all(matching, rest);
        return true;
    case '*':
        take_all(matching, rest);
        return true;
    case '-':
        choose(matching, CHOICE_MORE, rest + 1, 0);
        matching->item = rest + 1;
        return true;
    default:
        if (!taken)
            return false;
        matching->place++;
        matching->item = rest;
        return true;
    }
}

static bool match_escape(struct matching *matching)
{
    char kind = matching->item + 1 < matching->pattern_end ? matching->item[1] : '\0';

    if (kind == 'b')
        return match_balanced(matching);
    if (kind == 'f')
        return match_frontier(matching);
    if (isdigit((unsigned char)kind))
        return match_again(matching);
    return match_single(matching);
}

/* ---- A match ---- */

/* The next item; false when it does not match. */
static bool step(struct matching *matching)
{
    switch (*matching->item) {
    case '(':
        return capture_open(matching);
    case ')':
        return capture_close(matching);
    case ESCAPE:
        return match_escape(matching);
    case '$':
        if (matching->item + 1 < matching->pattern_end)
            return match_single(matching);
        matching->item++;
        return matching->place == matching->subject_end;
    default:
        return match_single(matching);
    }
}

/* The last choice, taken the other way; false when that leads nowhere either. */
static bool choose_again(struct matching *matching, struct choice *choice)
{
    switch (choice->kind) {
    case CHOICE_FEWER:
        matching->place = choice->place + --choice->count;
        matching->item = choice->rest;
        matching->choice_count -= choice->count == 0;
        return true;
    case CHOICE_MORE:
        matching->place = choice->place;
        matching->item = choice->rest;
        if (takes_here(matching, choice->item, choice->rest - 1)) {
            matching->place = ++choice->place;
            return true;
        }
        break;
    case CHOICE_WITHOUT:
        matching->place = choice->place;
        matching->item = choice->rest;
        matching->choice_count--;
        return true;
    case CHOICE_OPENED:
        matching->level--;
        break;
    case CHOICE_CLOSED:
        matching->captures[choice->count].length = LENGTH_OPEN;
        break;
    }
    matching->choice_count--;
    return false;
}

static bool back(struct matching *matching)
{
    while (matching->choice_count > 0) {
        struct choice *choice = &matching->choices[matching->choice_count - 1];

        spend(matching,
              choice->kind == CHOICE_MORE ? 1 + (size_t)(choice->rest - choice->item) : 1);
        if (choose_again(matching, choice))
            return true;
    }
    return false;
}

/* Where a match that begins here ends; NULL when there is none. */
static const char *match_at(struct matching *matching, const char *place, const char *pattern)
{
    matching->place = place;
    matching->item = pattern;
    matching->level = 0;
    matching->choice_count = 0;
    while (matching->item < matching->pattern_end)
        if (!step(matching) && !back(matching))
            return NULL;
    return matching->place;
}

/* ---- Results ---- */

/* Pushes capture `index`, or all of start..end when it is the first and there are none. */
static void push_capture(const struct matching *matching, int index, const char *start,
                         const char *end)
{
    const struct capture *capture = &matching->captures[index];

    if (index >= matching->level) {
        if (index != 0)
            luaL_error(matching->lua, "invalid capture index");
        lua_pushlstring(matching->lua, start, (size_t)(end - start));
    } else if (capture->length == LENGTH_OPEN) {
        luaL_error(matching->lua, "unfinished capture");
    } else if (capture->length == LENGTH_POSITION) {
        lua_pushinteger(matching->lua, capture->start - matching->subject + 1);
    } else {
        lua_pushlstring(matching->lua, capture->start, (size_t)capture->length);
    }
}

/* All of them; those of a match without captures are the match itself, if it is wanted. */
static int push_captures(const struct matching *matching, const char *start, const char *end)
{
    int count = matching->level == 0 && start != NULL ? 1 : matching->level;

    luaL_checkstack(matching->lua, count, "too many captures");
    for (int i = 0; i < count; i++)
        push_capture(matching, i, start, end);
    return count;
}

static struct span check_span(lua_State *lua, int index)
{
    size_t length;
    const char *bytes = luaL_checklstring(lua, index, &length);

    return span_of(bytes, length);
}

/* ---- find, match ---- */

/* Where to begin: positions count from 1, or from the end backwards. */
static size_t first_place(lua_State *lua, size_t length)
{
    ptrdiff_t place = luaL_optinteger(lua, 3, 1);

    if (place < 0)
        place += (ptrdiff_t)length + 1;
    if (place <= 1)
        return 0;
    return (size_t)place - 1 < length ? (size_t)place - 1 : length;
}

static int find_plain(lua_State *lua, struct span subject, struct span text, size_t first)
{
    const char *found = subject.data + first;

    if (text.length > 0)
        found = memmem(subject.data + first, subject.length - first, text.data, text.length);
    if (found == NULL) {
        lua_pushnil(lua);
        return 1;
    }
    lua_pushinteger(lua, found - subject.data + 1);
    lua_pushinteger(lua, found - subject.data + (ptrdiff_t)text.length);
    return 2;
}

static int find_or_match(lua_State *lua, bool find)
{
    struct span subject = check_span(lua, 1);
    struct span pattern = check_span(lua, 2);
    size_t first = first_place(lua, subject.length);
    const char *place = subject.data + first;
    struct matching matching;
    bool anchored;

    if (find && (lua_toboolean(lua, 4) || strpbrk(pattern.data, "^$*+?.([%-") == NULL))
        return find_plain(lua, subject, pattern, first);
    lua_pushnil(lua);
    matching_begin(&matching, lua, subject, pattern, lua_gettop(lua));
    anchored = *pattern.data == '^';
    do {
        const char *end = match_at(&matching, place, pattern.data + anchored);

        spend(&matching, 1);
        if (end == NULL)
            continue;
        if (!find)
            return push_captures(&matching, place, end);
        lua_pushinteger(lua, place - subject.data + 1);
        lua_pushinteger(lua, end - subject.data);
        return push_captures(&matching, NULL, NULL) + 2;
    } while (place++ < matching.subject_end && !anchored);
    lua_pushnil(lua);
    return 1;
}

static int pattern_find(lua_State *lua)
{
    return find_or_match(lua, true);
}

static int pattern_match(lua_State *lua)
{
    return find_or_match(lua, false);
}

/* ---- gmatch ---- */

/* Upvalues: subject, pattern, where to go on. */
static int next_match(lua_State *lua)
{
    struct span subject = check_span(lua, lua_upvalueindex(1));
    struct span pattern = check_span(lua, lua_upvalueindex(2));
    struct matching matching;

    lua_settop(lua, 1);
    matching_begin(&matching, lua, subject, pattern, 1);
    for (const char *place = subject.data + lua_tointeger(lua, lua_upvalueindex(3));
         place <= matching.subject_end; place++) {
        const char *end = match_at(&matching, place, pattern.data);

        spend(&matching, 1);
        if (end == NULL)
            continue;
        lua_pushinteger(lua, end - subject.data + (end == place));
        lua_replace(lua, lua_upvalueindex(3));
        return push_captures(&matching, place, end);
    }
    return 0;
}

static int pattern_gmatch(lua_State *lua)
{
    luaL_checkstring(lua, 1);
    luaL_checkstring(lua, 2);
    lua_settop(lua, 2);
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, next_match, 3);
    return 1;
}

/* ---- gsub ---- */

/* The replacement text: %0 is the match, %1 its first capture, and so on. */
static void add_text(const struct matching *matching, luaL_Buffer *buffer, const char *start,
                     const char *end)
{
    size_t length;
    const char *text = lua_tolstring(matching->lua, 3, &length);

    for (size_t i = 0; i < length; i++) {
        if (text[i] != ESCAPE) {
            luaL_addchar(buffer, text[i]);
            continue;
        }
        i++;
        if (!isdigit((unsigned char)text[i])) {
            luaL_addchar(buffer, text[i]);
        } else if (text[i] == '0') {
            luaL_addlstring(buffer, start, (size_t)(end - start));
        } else {
            push_capture(matching, text[i] - '1', start, end);
            luaL_addvalue(buffer);
        }
    }
}

/* What stands for the match in start..end, which stays when that is nil or false. */
static void add_replacement(const struct matching *matching, luaL_Buffer *buffer, const char *start,
                            const char *end)
{
    lua_State *lua = matching->lua;

    switch (lua_type(lua, 3)) {
    case LUA_TFUNCTION:
        lua_pushvalue(lua, 3);
        lua_call(lua, push_captures(matching, start, end), 1);
        break;
    case LUA_TTABLE:
        push_capture(matching, 0, start, end);
        lua_gettable(lua, 3);
        break;
    default:
        add_text(matching, buffer, start, end);
        return;
    }
    if (!lua_toboolean(lua, -1)) {
        lua_pop(lua, 1);
        lua_pushlstring(lua, start, (size_t)(end - start));
    } else if (!lua_isstring(lua, -1)) {
        luaL_error(lua, "invalid replacement value (a %s)", luaL_typename(lua, -1));
    }
    luaL_addvalue(buffer);
}

static int pattern_gsub(lua_State *lua)
{
    struct span subject = check_span(lua, 1);
    struct span pattern = check_span(lua, 2);
    int type = lua_type(lua, 3);
    int limit = luaL_optint(lua, 4, (int)(subject.length + 1));
    const char *place = subject.data;
    bool anchored = *pattern.data == '^';
    struct matching matching;
    luaL_Buffer buffer;
    int count = 0;

    luaL_argcheck(lua,
                  type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION ||
                      type == LUA_TTABLE,
                  3, "string/function/table expected");
    lua_settop(lua, 4);
    matching_begin(&matching, lua, subject, pattern, 4);
    luaL_buffinit(lua, &buffer);
    while (count < limit) {
        const char *end = match_at(&matching, place, pattern.data + anchored);

        spend(&matching, 1);
        if (end != NULL) {
            count++;
            add_replacement(&matching, &buffer, place, end);
        }
        if (end != NULL && end > place)
            place = end;
        else if (place < matching.subject_end)
            luaL_addchar(&buffer, *place++);
        else
            break;
        if (anchored)
            break;
    }
    luaL_addlstring(&buffer, place, (size_t)(matching.subject_end - place));
    luaL_pushresult(&buffer);
    lua_pushinteger(lua, count);
    return 2;
}

int library_pattern_open(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"find", pattern_find},    {"match", pattern_match}, {"gmatch", pattern_gmatch},
        {"gfind", pattern_gmatch}, {"gsub", pattern_gsub},   {NULL, NULL},
    };

    lua_newtable(lua);
    luaL_register(lua, NULL, functions);
    return 1;
}
