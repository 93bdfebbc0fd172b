#include "server/script/library_json.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

#include <limits.h>
#include <lua5.1/lauxlib.h>
#include <stdlib.h>
#include <strings.h>

enum token_type {
    TOKEN_OBJECT_BEGIN,
    TOKEN_OBJECT_END,
    TOKEN_ARRAY_BEGIN,
    TOKEN_ARRAY_END,
    TOKEN_STRING, /* pushed */
    TOKEN_NUMBER,
    TOKEN_BOOLEAN,
    TOKEN_NULL,
    TOKEN_COLON,
    TOKEN_COMMA,
    TOKEN_END,
    TOKEN_ERROR, /* its name is the error */
};

/* As errors call them. */
static const char *const token_names[] = {
    "T_OBJ_BEGIN", "T_OBJ_END", "T_ARR_BEGIN", "T_ARR_END", "T_STRING", "T_NUMBER",
    "T_BOOLEAN",   "T_NULL",    "T_COLON",     "T_COMMA",   "T_END",
};

struct token {
    enum token_type type;
    const char *at;
    const char *error;
    double number;
    bool boolean;
};

struct parser {
    lua_State *lua;
    struct library_json *json;
    const char *text;
    const char *end; /* the zero byte behind it */
    const char *at;
    int depth;
};

static void refuse(const struct parser *parser, const struct token *token, const char *expected)
{
    const char *found = token->type == TOKEN_ERROR ? token->error : token_names[token->type];

    luaL_error(parser->lua, "Expected %s but found %s at character %d", expected, found,
               (int)(token->at - parser->text + 1));
}

static void token_error(struct token *token, const char *at, const char *error)
{
    token->type = TOKEN_ERROR;
    token->at = at;
    token->error = error;
}

/* The number of "\uXXXX", -1 when these are no such bytes. Ends at the zero byte at the latest. */
static int hex_unit(const char *at)
{
    int unit = 0;

    if (at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = number_hexadecimal_digit(at[i]);

        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static size_t write_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* One "\uXXXX", or a surrogate pair of them. */
static bool take_code(struct parser *parser)
{
    int unit = hex_unit(parser->at);
    uint32_t code = (uint32_t)unit;
    struct library_buffer *buffer = parser->json->buffer;

    if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
        return false;
    parser->at += 6;
    if (unit >= 0xd800 && unit <= 0xdbff) {
        int low = hex_unit(parser->at);

        if (low < 0xdc00 || low > 0xdfff)
            return false;
        code = 0x10000 + ((uint32_t)(unit - 0xd800) << 10 | (uint32_t)(low - 0xdc00));
        parser->at += 6;
    }
    buffer->length += write_utf8(library_buffer_room(parser->lua, buffer, 4), code);
    return true;
}

/* What stands behind a backslash, 0 when it means nothing. */
static char unescaped(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

/* One escape, into the buffer. False: the token is the error. */
static bool take_escape(struct parser *parser, struct token *token)
{
    const char *start = parser->at;

    if (start[1] == 'u') {
        if (take_code(parser))
            return true;
        token_error(token, start, "invalid unicode escape code");
        return false;
    }
    if (unescaped(start[1]) == 0) {
        token_error(token, start, "invalid escape code");
        return false;
    }
    library_buffer_byte(parser->lua, parser->json->buffer, (uint8_t)unescaped(start[1]));
    parser->at += 2;
    return true;
}

/* Up to a quote, a backslash or a zero byte. */
static const char *plain_end(const char *at)
{
    while (*at != '"' && *at != '\\' && *at != 0)
        at++;
    return at;
}

static void take_string(struct parser *parser, struct token *token)
{
    const char *start = ++parser->at;
    struct library_buffer *buffer = parser->json->buffer;

    parser->at = plain_end(start);
    token->type = TOKEN_STRING;
    if (*parser->at == '"') {
        lua_pushlstring(parser->lua, start, (size_t)(parser->at++ - start));
        return;
    }
    buffer->length = 0;
    for (;;) {
        library_buffer_bytes(parser->lua, buffer, start, (size_t)(parser->at - start));
        if (*parser->at == 0) {
            token_error(token, parser->at, "unexpected end of string");
            return;
        }
        if (*parser->at == '"')
            break;
        if (!take_escape(parser, token))
            return;
        start = parser->at;
        parser->at = plain_end(start);
    }
    parser->at++;
    lua_pushlstring(parser->lua, buffer->data != NULL ? buffer->data : "", buffer->length);
}

/* Is this a number that strtod knows and JSON does not? */
static bool is_invalid_number(const char *at)
{
    if (*at == '+')
        return true;
    if (*at == '-')
        at++;
    if (*at == '0')
        return at[1] == 'x' || at[1] == 'X' || (at[1] >= '0' && at[1] <= '9');
    return strncasecmp(at, "inf", 3) == 0 || strncasecmp(at, "nan", 3) == 0;
}

static void take_number(struct parser *parser, struct token *token)
{
    char *end;

    token->type = TOKEN_NUMBER;
    token->number = strtod(parser->at, &end);
    if (end == parser->at || (!parser->json->decode_invalid && is_invalid_number(parser->at))) {
        token_error(token, parser->at, "invalid number");
        return;
    }
    ASSERT(end <= parser->end);
    parser->at = end;
}

static bool take_word(struct parser *parser, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(parser->end - parser->at) < length || memcmp(parser->at, word, length) != 0)
        return false;
    parser->at += length;
    return true;
}

static void take_other(struct parser *parser, struct token *token)
{
    char c = *parser->at;

    if (c == '-' || (c >= '0' && c <= '9')) {
        take_number(parser, token);
    } else if (take_word(parser, "true")) {
        token->type = TOKEN_BOOLEAN;
        token->boolean = true;
    } else if (take_word(parser, "false")) {
        token->type = TOKEN_BOOLEAN;
        token->boolean = false;
    } else if (take_word(parser, "null")) {
        token->type = TOKEN_NULL;
    } else if (parser->json->decode_invalid && is_invalid_number(parser->at) && c != '-') {
        take_number(parser, token);
    } else {
        token_error(token, parser->at, "invalid token");
    }
}

static struct token next_token(struct parser *parser)
{
    struct token token = {.type = TOKEN_END};
    const char *at = parser->at;

    while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r')
        at++;
    parser->at = at;
    token.at = at;
    switch (*at) {
    case 0: /* the text's end, or whatever follows a zero byte */
        return token;
    case '"':
        take_string(parser, &token);
        return token;
    case '{':
        token.type = TOKEN_OBJECT_BEGIN;
        break;
    case '}':
        token.type = TOKEN_OBJECT_END;
        break;
    case '[':
        token.type = TOKEN_ARRAY_BEGIN;
        break;
    case ']':
        token.type = TOKEN_ARRAY_END;
        break;
    case ':':
        token.type = TOKEN_COLON;
        break;
    case ',':
        token.type = TOKEN_COMMA;
        break;
    default:
        take_other(parser, &token);
        return token;
    }
    parser->at++;
    return token;
}

static void descend(struct parser *parser)
{
    parser->depth++;
    if (parser->depth <= parser->json->decode_depth_max && lua_checkstack(parser->lua, 5))
        return;
    luaL_error(parser->lua, "Found too many nested data structures (%d) at character %d",
               parser->depth, (int)(parser->at - parser->text));
}

static void push_value(struct parser *parser, const struct token *token);

static void push_object(struct parser *parser)
{
    struct token token;

    descend(parser);
    lua_newtable(parser->lua);
    token = next_token(parser);
    while (token.type != TOKEN_OBJECT_END) {
        if (token.type != TOKEN_STRING)
            refuse(parser, &token, "object key string");
        token = next_token(parser);
        if (token.type != TOKEN_COLON)
            refuse(parser, &token, "colon");
        token = next_token(parser);
        push_value(parser, &token);
        lua_rawset(parser->lua, -3);
        token = next_token(parser);
        if (token.type == TOKEN_OBJECT_END)
            break;
        if (token.type != TOKEN_COMMA)
            refuse(parser, &token, "comma or object end");
        token = next_token(parser);
        if (token.type == TOKEN_OBJECT_END)
            refuse(parser, &token, "object key string");
    }
    parser->depth--;
}

static void push_array(struct parser *parser)
{
    struct token token;

    descend(parser);
    lua_newtable(parser->lua);
    if (parser->json->array_metatable) {
        luaL_getmetatable(parser->lua, LIBRARY_JSON_ARRAY);
        lua_setmetatable(parser->lua, -2);
    }
    token = next_token(parser);
    for (int i = 1; token.type != TOKEN_ARRAY_END; i++) {
        push_value(parser, &token);
        lua_rawseti(parser->lua, -2, i);
        token = next_token(parser);
        if (token.type == TOKEN_ARRAY_END)
            break;
        if (token.type != TOKEN_COMMA)
            refuse(parser, &token, "comma or array end");
        token = next_token(parser);
        if (token.type == TOKEN_ARRAY_END)
            refuse(parser, &token, "value");
    }
    parser->depth--;
}

/* Pushes the value that begins with this token. The recursion ends at the depth that is set, or
 * where the Lua stack does. */
static void push_value(struct parser *parser, const struct token *token)
{
    switch (token->type) {
    case TOKEN_STRING:
        return;
    case TOKEN_NUMBER:
        lua_pushnumber(parser->lua, token->number);
        return;
    case TOKEN_BOOLEAN:
        lua_pushboolean(parser->lua, token->boolean);
        return;
    case TOKEN_NULL:
        lua_pushlightuserdata(parser->lua, NULL);
        return;
    case TOKEN_OBJECT_BEGIN:
        push_object(parser);
        return;
    case TOKEN_ARRAY_BEGIN:
        push_array(parser);
        return;
    default:
        refuse(parser, token, "value");
    }
}

void library_json_decode(lua_State *lua, struct library_json *json, const char *text, size_t length)
{
    struct parser parser = {
        .lua = lua, .json = json, .text = text, .end = text + length, .at = text};
    struct token token;

    ASSERT(text[length] == 0);
    if (length > INT_MAX)
        luaL_error(lua, "JSON text is too long");
    /* The first two characters of JSON are never zero, in UTF-8. */
    if (length >= 2 && (text[0] == 0 || text[1] == 0))
        luaL_error(lua, "JSON parser does not support UTF-16 or UTF-32");
    token = next_token(&parser);
    push_value(&parser, &token);
    token = next_token(&parser);
    if (token.type != TOKEN_END)
        refuse(&parser, &token, "the end");
}
