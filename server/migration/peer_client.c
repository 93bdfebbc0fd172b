#include "server/migration/peer_client.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/link/link.h"
#include "server/migration/migration_plan.h"

#include <stdio.h>
#include <string.h>

enum {
    CONNECT_LIMIT_MS = 5000,
    LINE_MAX = 512, /* of an answer; a longer one is cut */
    HEADER_MAX = NUMBER_INTEGER_TEXT_MAX + 3,
};

struct peer_client {
    struct link *link;
    const struct peer_client_handler *handler;
    void *context;
    uint32_t unanswered;
    bool authenticating;
    bool *closed; /* told while answers are handed out */
    char line[LINE_MAX];
    uint32_t line_length;
    char user[256];
    char password[MIGRATION_PASSWORD_MAX];
    size_t password_length;
};

static void put_header(struct link *link, char kind, uint64_t number)
{
    char header[HEADER_MAX];
    size_t length = 1;

    header[0] = kind;
    length += number_format_unsigned(header + 1, number);
    header[length++] = '\r';
    header[length++] = '\n';
    link_send(link, span_of(header, length));
}

void peer_client_send(struct peer_client *client, const struct span *words, uint32_t count)
{
    ASSERT(count > 0);
    put_header(client->link, '*', count);
    for (uint32_t i = 0; i < count; i++) {
        put_header(client->link, '$', words[i].length);
        link_send(client->link, words[i]);
        link_send(client->link, SPAN("\r\n"));
    }
    client->unanswered++;
}

/* ---- Answers ---- */

static void fail(struct peer_client *client, const char *reason)
{
    client->handler->failed(client, reason, client->context);
}

static void answer(struct peer_client *client)
{
    char reason[LINE_MAX + 64];
    struct span text = span_of(client->line + 1, client->line_length - 1);
    char kind = client->line[0];

    if (kind != '+' && kind != '-' && kind != ':') {
        fail(client, "The other node has answered with something strange");
        return;
    }
    ASSERT(client->unanswered > 0);
    client->unanswered--;
    if (!client->authenticating) {
        client->handler->answered(client, kind, text, client->context);
        return;
    }
    client->authenticating = false;
    if (kind == '+') {
        client->handler->ready(client, client->context);
        return;
    }
    snprintf(reason, sizeof(reason), "Failed to AUTH to target node: %.*s", (int)text.length,
             text.data);
    fail(client, reason);
}

static void received(struct link *link, struct span bytes)
{
    struct peer_client *client = link_context(link);
    bool closed = false;

    client->closed = &closed;
    for (size_t i = 0; i < bytes.length && !closed; i++) {
        if (bytes.data[i] == '\n') {
            if (client->line_length == 0 || client->unanswered == 0) {
                fail(client, "The other node has answered what was not asked");
                break;
            }
            answer(client);
            if (!closed)
                client->line_length = 0;
        } else if (bytes.data[i] != '\r' && client->line_length < LINE_MAX) {
            client->line[client->line_length++] = bytes.data[i];
        }
    }
    if (!closed)
        client->closed = NULL;
}

/* ---- Life ---- */

static void up(struct link *link)
{
    struct peer_client *client = link_context(link);
    struct span words[] = {SPAN("AUTH"), span_of_string(client->user),
                           span_of(client->password, client->password_length)};

    if (client->password_length == 0) {
        client->handler->ready(client, client->context);
        return;
    }
    client->authenticating = true;
    if (client->user[0] != '\0') {
        peer_client_send(client, words, 3);
    } else {
        words[1] = words[2];
        peer_client_send(client, words, 2);
    }
}

static void down(struct link *link, int error)
{
    struct peer_client *client = link_context(link);
    char reason[160];

    snprintf(reason, sizeof(reason), "Connection lost to target: %s",
             error != 0 ? strerror(-error) : "it was closed");
    fail(client, reason);
}

struct peer_client *peer_client_open(struct reactor *reactor,
                                     const struct peer_client_options *options,
                                     const struct peer_client_handler *handler, void *context)
{
    static const struct link_handler link_handler = {.up = up, .received = received, .down = down};
    struct peer_client *client = memory_new_zeroed(1, sizeof(*client));
    struct link_options link = {.host = options->host,
                                .port = options->port,
                                .tls = options->tls,
                                .connect_limit_ms = CONNECT_LIMIT_MS,
                                .freezer = options->freezer};

    client->handler = handler;
    client->context = context;
    snprintf(client->user, sizeof(client->user), "%s", options->user);
    ASSERT(options->password.length <= sizeof(client->password));
    client->password_length = options->password.length;
    if (client->password_length > 0)
        memcpy(client->password, options->password.data, client->password_length);
    client->link = link_connect(reactor, &link, &link_handler, client);
    return client;
}

uint32_t peer_client_unanswered(const struct peer_client *client)
{
    return client->unanswered;
}

void peer_client_close(struct peer_client *client)
{
    if (client == NULL)
        return;
    if (client->closed != NULL)
        *client->closed = true;
    link_close(client->link);
    memory_free(client);
}
