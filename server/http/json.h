/*
 * Writing JSON: commas and quotes are seen to here. Pure.
 *
 *   json_open(&json, NULL, '{'); json_text(&json, "name", name); json_close(&json, '}');
 *
 * Within an array the name is NULL.
 */
#ifndef SERVER_HTTP_JSON_H
#define SERVER_HTTP_JSON_H

#include "server/config/text_buffer.h"

#include <stdbool.h>
#include <stdint.h>

struct json {
    struct text_buffer text;
    bool follows; /* something came before, on this level */
};

void json_open(struct json *json, const char *name, char bracket);
void json_close(struct json *json, char bracket);
void json_integer(struct json *json, const char *name, int64_t value);
void json_number(struct json *json, const char *name, double value);
void json_boolean(struct json *json, const char *name, bool value);
/* Bytes that are no printable ASCII are replaced: what is shown here are names and addresses. */
void json_span(struct json *json, const char *name, struct span value);
void json_text(struct json *json, const char *name, const char *value);

#endif
