#include "server/http/json.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

static void begin(struct json *json, const char *name)
{
    if (json->follows)
        text_buffer_add(&json->text, SPAN(","));
    json->follows = true;
    if (name != NULL)
        text_buffer_add_format(&json->text, "\"%s\":", name);
}

void json_open(struct json *json, const char *name, char bracket)
{
    ASSERT(bracket == '{' || bracket == '[');
    begin(json, name);
    text_buffer_add(&json->text, span_of(&bracket, 1));
    json->follows = false;
}

void json_close(struct json *json, char bracket)
{
    ASSERT(bracket == '}' || bracket == ']');
    text_buffer_add(&json->text, span_of(&bracket, 1));
    json->follows = true;
}

void json_integer(struct json *json, const char *name, int64_t value)
{
    char number[NUMBER_INTEGER_TEXT_MAX];

    begin(json, name);
    text_buffer_add(&json->text, span_of(number, number_format_integer(number, value)));
}

void json_number(struct json *json, const char *name, double value)
{
    begin(json, name);
    text_buffer_add_format(&json->text, "%.6g", value);
}

void json_boolean(struct json *json, const char *name, bool value)
{
    begin(json, name);
    text_buffer_add(&json->text, value ? SPAN("true") : SPAN("false"));
}

void json_span(struct json *json, const char *name, struct span value)
{
    begin(json, name);
    text_buffer_add(&json->text, SPAN("\""));
    for (size_t i = 0; i < value.length; i++) {
        char byte = value.data[i];

        if (byte < ' ' || byte > '~')
            byte = '?';
        if (byte == '"' || byte == '\\')
            text_buffer_add(&json->text, SPAN("\\"));
        text_buffer_add(&json->text, span_of(&byte, 1));
    }
    text_buffer_add(&json->text, SPAN("\""));
}

void json_text(struct json *json, const char *name, const char *value)
{
    json_span(json, name, span_of_string(value));
}
