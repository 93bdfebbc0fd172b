#include "server/replication/primary_link.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "proto/replication/sync_answer.h"
#include "server/append_only/append_only.h"
#include "server/config/config.h"
#include "server/config/text_buffer.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/link/link.h"
#include "server/loading/loading.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/acknowledgement.h"
#include "server/replication/greeting.h"
#include "server/replication/payload.h"
#include "server/replication/replication.h"
#include "server/shard/shard.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

enum {
    RETRY_MS = 1000,
    SECOND_MS = 1000,
    LINE_MAX_BYTES = 1024,
    WORD_MAX_BYTES = 64,
    /* When the primary has asked, the disk is looked at more often for a while. */
    DISK_LOOK_US = 500,
    DISK_LOOKS_MS = 50,
};

enum primary_phase {
    PRIMARY_AWAY, /* to be connected */
    PRIMARY_CONNECTING,
    PRIMARY_GREETING,  /* the introduction is sent */
    PRIMARY_ASKING,    /* PSYNC is sent, or is to be */
    PRIMARY_AWAITING,  /* the data are being prepared */
    PRIMARY_RECEIVING, /* the data */
    PRIMARY_STORING,   /* they are all here, and on their way into the file */
    PRIMARY_LOADING,
    PRIMARY_FOLLOWING,
};

struct primary_link {
    struct control *control;
    struct apply *apply;
    char *host; /* NULL: there is no primary */
    uint16_t port;
    bool tls;
    bool takes_over;
    bool was_refused;
    struct link *link; /* NULL while away */
    struct replication_link_client client;
    enum primary_phase phase;
    bool paused;
    int64_t next_try_ms;   /* monotonic, as the next ones are */
    int64_t last_heard_ms; /* bytes came */
    int64_t next_word_ms;  /* the primary is to hear from here */
    time_ms last_heard;
    time_ms down_since;
    time_ms last_payload;
    struct greeting greeting;
    bool asked;        /* PSYNC is sent, */
    bool asked_whole;  /* and asks for everything */
    bool has_followed; /* the node's data are of a primary's stream, if only of its beginning */
    char line[LINE_MAX_BYTES];
    size_t line_length;
    struct acknowledgement acknowledgement;
    /* The primary has asked how far this node is, and hears again as soon as the stream is on the
     * disk up to here; -1: it need not. */
    int64_t owed;
    int64_t owed_since_ms;

    /* a full synchronisation */
    char id[SYNC_ID_LENGTH + 1];
    int64_t offset;
    struct payload *payload;
    uint64_t payload_total;
    bool loading;             /* from before the old data go until the new ones are there */
    bool incomplete;          /* see primary_link_is_incomplete */
    bool whole;               /* the data were loaded at the start, or are in step since */
    bool saved;               /* in the RDB file are these data, of whenever */
    int64_t stuck_at;         /* the stream could not be followed from here on; -1: it could */
    bool is_stuck;            /* twice: nothing but all data helps */
    struct text_buffer early; /* bytes of the stream that came before the data were loaded */
};

/* ---- Ends ---- */

static void set_phase(struct primary_link *self, enum primary_phase phase)
{
    if (self->phase == PRIMARY_FOLLOWING && phase != PRIMARY_FOLLOWING)
        self->down_since = self->control->now;
    self->phase = phase;
}

static void disconnect(struct primary_link *self)
{
    if (self->link != NULL)
        link_close(self->link);
    self->link = NULL;
    self->client.id = 0;
    self->owed = -1;
    self->paused = false;
    self->line_length = 0;
    text_buffer_clear(&self->early);
    /* What is being loaded is loaded to its end. */
    if (!self->loading) {
        payload_free(self->payload);
        self->payload = NULL;
    }
    /* A command that is not here to its end will come again. */
    apply_cut(self->apply);
    set_phase(self, PRIMARY_AWAY);
}

/* The next try follows at once if it was followed well. */
static void fail(struct primary_link *self)
{
    bool was_up = self->phase == PRIMARY_FOLLOWING;

    disconnect(self);
    self->next_try_ms = clock_monotonic_ms() + (was_up ? 0 : RETRY_MS);
}

void primary_link_drop(struct primary_link *self, const char *reason)
{
    if (self->link == NULL)
        return;
    log_warning("the link to the primary is given up: %s", reason);
    fail(self);
}

/* ---- Words to the primary ---- */

static void send_words(struct primary_link *self, const struct span *words, uint32_t count)
{
    struct text_buffer text = {0};

    greeting_command(&text, words, count);
    link_send(self->link, text_buffer_span(&text));
    text_buffer_free(&text);
}

static void acknowledge(struct primary_link *self)
{
    struct text_buffer text = {0};

    acknowledgement_write(&self->acknowledgement, self->control, apply_offset(self->apply), &text);
    link_send(self->link, text_buffer_span(&text));
    text_buffer_free(&text);
    self->next_word_ms = clock_monotonic_ms() + SECOND_MS;
}

/* The primary has asked. */
static void answer(struct primary_link *self)
{
    int64_t offset = apply_offset(self->apply);

    acknowledge(self);
    if (!acknowledgement_is_partial(&self->acknowledgement, offset))
        return;
    self->owed = offset;
    self->owed_since_ms = clock_monotonic_ms();
}

/* PSYNC, when everything of the stream before has been applied. */
static void ask(struct primary_link *self)
{
    const struct replication_identity *identity = replication_identity(self->control);
    bool whole = self->incomplete || self->is_stuck ||
                 (identity->offset == 0 && !self->has_followed && !self->takes_over);
    char digits[NUMBER_INTEGER_TEXT_MAX];
    struct span words[] = {SPAN("PSYNC"), SPAN("?"), SPAN("-1"), SPAN("FAILOVER")};

    if (self->asked || !apply_is_idle(self->apply) || self->loading)
        return;
    if (!whole) {
        words[1] = span_of(identity->id, REPLICATION_ID_LENGTH);
        words[2] = span_of(digits, number_format_integer(digits, identity->offset + 1));
        log_notice("Trying a partial resynchronization (request %s:%" PRId64 ").", identity->id,
                   identity->offset + 1);
    }
    self->asked = true;
    self->asked_whole = whole;
    send_words(self, words, self->takes_over ? 4 : 3);
}

/* ---- Following ---- */

static void follow(struct primary_link *self)
{
    set_phase(self, PRIMARY_FOLLOWING);
    self->down_since = 0;
    self->takes_over = false;
    self->has_followed = self->whole = true;
    acknowledgement_begin(&self->acknowledgement, self->control);
    acknowledge(self);
    cluster_driver_replication(self->control);
}

/* The same bytes would come again and again. */
static void note_stuck(struct primary_link *self)
{
    int64_t at = apply_read_offset(self->apply);

    self->is_stuck = at == self->stuck_at;
    self->stuck_at = at;
}

static void unstick(struct primary_link *self)
{
    self->is_stuck = false;
    self->stuck_at = -1;
}

static void take_stream(struct primary_link *self, struct span bytes)
{
    char error[APPLY_ERROR_MAX];

    if (!apply_put(self->apply, bytes, error)) {
        log_warning("the primary's stream cannot be followed: %s", error);
        note_stuck(self);
        fail(self);
        self->next_try_ms = clock_monotonic_ms() + RETRY_MS;
        return;
    }
    if (apply_is_full(self->apply) && !self->paused) {
        self->paused = true;
        link_pause(self->link);
    }
}

void primary_link_advanced(struct primary_link *self, bool asked)
{
    if (self->link == NULL || self->phase != PRIMARY_FOLLOWING)
        return;
    if (asked)
        answer(self);
    if (self->paused && !apply_is_full(self->apply)) {
        self->paused = false;
        self->last_heard_ms = clock_monotonic_ms();
        link_resume(self->link);
    }
}

/* ---- Loading ---- */

/* The primary's stream begins with a SELECT, but a replica's goes on in the middle of one. */
static uint32_t database_of(const struct control *control)
{
    const struct snapshot_origin *origin = &control->node->payload_origin;

    return origin->database >= 0 && origin->database < (int32_t)control->node->databases
               ? (uint32_t)origin->database
               : 0;
}

static void loaded(struct control *control, const char *error, void *context)
{
    struct primary_link *self = context;

    self->loading = false;
    self->incomplete = error != NULL;
    append_only_resume(control);
    if (error == NULL && !payload_keep_as(self->payload, control->config->dbfilename))
        log_warning("the primary's data cannot be kept as %s: %s", control->config->dbfilename,
                    strerror(errno));
    self->saved = payload_is_kept(self->payload);
    payload_free(self->payload);
    self->payload = NULL;
    if (error == NULL) {
        /* Also when the link is gone: the next one goes on from here. */
        self->has_followed = true;
        unstick(self);
        replication_stream_set(control, self->id, self->offset);
        apply_begin(self->apply, self->offset, database_of(control));
        log_notice("MASTER <-> REPLICA sync: Finished with success");
    }
    if (self->phase != PRIMARY_LOADING)
        return;
    if (error != NULL) {
        primary_link_drop(self, "its data cannot be loaded");
        return;
    }
    follow(self);
    if (self->early.length > 0)
        take_stream(self, text_buffer_span(&self->early));
    text_buffer_clear(&self->early);
    if (self->link == NULL || self->paused)
        return;
    self->last_heard_ms = clock_monotonic_ms();
    link_resume(self->link);
}

static void load(struct primary_link *self)
{
    struct loading_request request = {.source = LOADING_SNAPSHOT,
                                      .path = payload_path(self->payload),
                                      .flush = true,
                                      .done = loaded,
                                      .context = self};
    char error[LOADING_ERROR_MAX];

    ASSERT(apply_is_idle(self->apply));
    append_only_suspend(self->control);
    self->loading = true;
    /* What is there of the own data goes now. */
    self->incomplete = true;
    self->saved = false;
    set_phase(self, PRIMARY_LOADING);
    log_notice("MASTER <-> REPLICA sync: Loading DB in memory");
    /* On the disk first: what is there may not pass for a copy after a crash in between. */
    cluster_driver_replication(self->control);
    if (loading_start(self->control, &request, error))
        return;
    log_warning("the primary's data cannot be loaded: %s", error);
    self->loading = false;
    self->incomplete = false;
    append_only_resume(self->control);
    fail(self);
}

/* ---- Receiving the data ---- */

static void stored(void *context, const char *error)
{
    struct primary_link *self = context;

    if (error == NULL) {
        load(self);
        return;
    }
    log_warning("the primary's data cannot be used: %s", error);
    fail(self);
}

static void drained(void *context)
{
    struct primary_link *self = context;

    if (!self->paused || self->phase != PRIMARY_RECEIVING)
        return;
    self->paused = false;
    self->last_heard_ms = clock_monotonic_ms();
    link_resume(self->link);
}

static bool has_keys(const struct node *node)
{
    for (uint32_t i = 0; i < node->shard_count; i++)
        if (atomic_load_explicit(&node->shards[i]->has_keys, memory_order_relaxed))
            return true;
    return false;
}

/* repl-diskless-load: the disk is not touched. The node's own data stay until the others are here
 * and sound, whatever it says. */
static bool receives_into_memory(const struct control *control)
{
    switch (control->config->repl_diskless_load) {
    case DISKLESS_LOAD_DISABLED:
        return false;
    case DISKLESS_LOAD_ON_EMPTY_DATABASE:
        return !has_keys(control->node);
    case DISKLESS_LOAD_SWAPDB:
        return true;
    }
    UNREACHABLE();
}

static void begin_payload(struct primary_link *self, struct span line)
{
    bool in_memory = receives_into_memory(self->control);
    const char *where = in_memory ? "memory" : "disk";
    static const struct payload_observer observer = {.done = stored, .drained = drained};
    struct sync_payload frame;

    if (!sync_payload_begin(&frame, line)) {
        log_warning("Bad protocol from MASTER, the first byte is not '$' (we received '%.*s'), are "
                    "you sure the host and port are right?",
                    line.length > 64 ? 64 : (int)line.length, line.data);
        fail(self);
        return;
    }
    self->payload = payload_create(self->control->reactor, in_memory, &frame, &observer, self);
    if (self->payload == NULL) {
        log_warning("Opening the temp file needed for MASTER <-> REPLICA synchronization: %s",
                    strerror(errno));
        fail(self);
        return;
    }
    self->payload_total = frame.length;
    if (frame.has_mark)
        log_notice("MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF to %s",
                   where);
    else
        log_notice("MASTER <-> REPLICA sync: receiving %" PRIu64 " bytes from master to %s",
                   frame.length, where);
    set_phase(self, PRIMARY_RECEIVING);
}

/* Returns how much is left: what comes behind the data. */
static size_t take_payload(struct primary_link *self, struct span bytes)
{
    size_t left = payload_take(self->payload, bytes);

    self->last_payload = self->control->now;
    if (payload_is_received(self->payload)) {
        set_phase(self, PRIMARY_STORING);
        link_pause(self->link);
    } else if (payload_is_full(self->payload) && !self->paused) {
        self->paused = true;
        link_pause(self->link);
    }
    return left;
}

/* ---- Answers ---- */

static void continues(struct primary_link *self, const struct sync_answer *answer)
{
    struct control *control = self->control;
    const struct replication_identity *identity = replication_identity(control);

    if (answer->has_id && strcmp(answer->id, identity->id) != 0)
        log_notice("Master replication ID changed to %s", answer->id);
    replication_stream_continue(control, answer->has_id ? answer->id : identity->id);
    log_notice("Successful partial resynchronization with master.");
    apply_begin(self->apply, identity->offset, apply_database(self->apply));
    follow(self);
}

static void take_answer(struct primary_link *self, struct span line)
{
    struct sync_answer answer = sync_answer_parse(line);

    switch (answer.kind) {
    case SYNC_ANSWER_FULL:
        memcpy(self->id, answer.id, sizeof(self->id));
        self->offset = answer.offset;
        log_notice("Full resync from master: %s:%" PRId64, answer.id, answer.offset);
        self->takes_over = false;
        set_phase(self, PRIMARY_AWAITING);
        return;
    case SYNC_ANSWER_CONTINUE:
        if (!self->asked_whole) {
            continues(self, &answer);
            return;
        }
        break;
    case SYNC_ANSWER_LATER:
    case SYNC_ANSWER_REFUSED:
    case SYNC_ANSWER_STRANGE:
        break;
    }
    self->was_refused = self->takes_over;
    log_warning("the primary does not synchronise now: '%.*s'",
                line.length > 200 ? 200 : (int)line.length, line.data);
    fail(self);
}

static void take_line(struct primary_link *self, struct span line)
{
    /* Line ends alone say that the primary is alive. */
    if (line.length == 0)
        return;
    switch (self->phase) {
    case PRIMARY_GREETING:
        switch (greeting_take(&self->greeting, line)) {
        case GREETING_GOES_ON:
            break;
        case GREETING_COMPLETE:
            set_phase(self, PRIMARY_ASKING);
            ask(self);
            break;
        case GREETING_REFUSED:
            fail(self);
            break;
        }
        break;
    case PRIMARY_ASKING:
        if (self->asked)
            take_answer(self, line);
        else
            primary_link_drop(self, "it answers what it was not asked");
        break;
    case PRIMARY_AWAITING:
        if (line.data[0] == '-')
            primary_link_drop(self, "it cannot send its data");
        else
            begin_payload(self, line);
        break;
    default:
        UNREACHABLE();
    }
}

/* Takes bytes up to a line's end; returns how many. */
static size_t gather_line(struct primary_link *self, struct span bytes)
{
    const char *end = memchr(bytes.data, '\n', bytes.length);
    size_t used = end != NULL ? (size_t)(end + 1 - bytes.data) : bytes.length;
    size_t length;

    if (self->line_length + used > LINE_MAX_BYTES) {
        primary_link_drop(self, "it sends a line without an end");
        return bytes.length;
    }
    memcpy(self->line + self->line_length, bytes.data, used);
    self->line_length += used;
    if (end == NULL)
        return used;
    length = self->line_length - 1;
    self->line_length = 0;
    while (length > 0 && self->line[length - 1] == '\r')
        length--;
    take_line(self, span_of(self->line, length));
    return used;
}

static void received(struct link *link, struct span bytes)
{
    struct primary_link *self = link_context(link);

    self->last_heard_ms = clock_monotonic_ms();
    self->last_heard = self->control->now;
    atomic_fetch_add_explicit(&self->control->node->replication.bytes_received, bytes.length,
                              memory_order_relaxed);
    while (bytes.length > 0 && self->link == link) {
        size_t used = bytes.length;

        switch (self->phase) {
        case PRIMARY_RECEIVING:
            used = bytes.length - take_payload(self, bytes);
            break;
        case PRIMARY_STORING:
        case PRIMARY_LOADING:
            text_buffer_add(&self->early, bytes);
            break;
        case PRIMARY_FOLLOWING:
            take_stream(self, bytes);
            break;
        default:
            used = gather_line(self, bytes);
        }
        bytes = span_of(bytes.data + used, bytes.length - used);
    }
}

/* ---- Connecting ---- */

/* Clients may see it in CLIENT LIST, and end it. */
static void become_client(struct primary_link *self)
{
    struct replication_link_client *client = &self->client;

    client->id = atomic_fetch_add(&self->control->node->last_client_id, 1) + 1;
    client->since = self->control->now;
    client->fd = link_socket(self->link);
    address_describe(client->fd, NULL, client->address, client->local_address);
}

static void up(struct link *link)
{
    struct primary_link *self = link_context(link);
    struct text_buffer text = {0};

    log_notice("MASTER <-> REPLICA sync started: connected to %s:%u", self->host, self->port);
    set_phase(self, PRIMARY_GREETING);
    become_client(self);
    self->asked = false;
    self->last_heard_ms = clock_monotonic_ms();
    greeting_write(&self->greeting, self->control->config, self->tls, &text);
    link_send(link, text_buffer_span(&text));
    text_buffer_free(&text);
}

static void down(struct link *link, int error)
{
    struct primary_link *self = link_context(link);

    log_warning("%s: %s",
                self->phase == PRIMARY_CONNECTING ? "Error condition on socket for SYNC"
                                                  : "Connection with master lost",
                error == 0 ? "the primary has ended it" : strerror(-error));
    fail(self);
}

static const struct link_handler handler = {.up = up, .received = received, .down = down};

static void connect_to_primary(struct primary_link *self)
{
    const struct config *config = self->control->config;
    struct link_options options = {.host = self->host,
                                   .port = self->port,
                                   .source = config->bind_source_addr,
                                   .tls = self->tls ? self->control->node->tls : NULL,
                                   .connect_limit_ms = config->repl_timeout * SECOND_MS};

    ASSERT(!self->tls || options.tls != NULL);
    log_notice("Connecting to MASTER %s:%u", self->host, self->port);
    self->link = link_connect(self->control->reactor, &options, &handler, self);
    set_phase(self, PRIMARY_CONNECTING);
}

/* ---- Time ---- */

/* While this side does not read, the primary need not speak. */
static bool is_silent(const struct primary_link *self, int64_t now)
{
    return self->phase != PRIMARY_CONNECTING && self->phase != PRIMARY_STORING &&
           self->phase != PRIMARY_LOADING && !self->paused &&
           now - self->last_heard_ms > self->control->config->repl_timeout * SECOND_MS;
}

static void speak(struct primary_link *self, int64_t now)
{
    if (now < self->next_word_ms)
        return;
    self->next_word_ms = now + SECOND_MS;
    if (self->phase == PRIMARY_FOLLOWING)
        acknowledge(self);
    else if (self->phase == PRIMARY_STORING || self->phase == PRIMARY_LOADING)
        link_send(self->link, SPAN("\n"));
}

void primary_link_tick(struct primary_link *self)
{
    int64_t now = clock_monotonic_ms();

    if (self->host == NULL)
        return;
    if (self->link == NULL) {
        if (now >= self->next_try_ms && !self->loading &&
            !atomic_load(&self->control->node->loading))
            connect_to_primary(self);
        return;
    }
    if (is_silent(self, now)) {
        primary_link_drop(self, self->phase == PRIMARY_FOLLOWING
                                    ? "MASTER timeout: no data nor PING received..."
                                    : "Timeout of the synchronisation: nothing was received");
        return;
    }
    if (self->phase == PRIMARY_ASKING)
        ask(self);
    acknowledgement_tick(&self->acknowledgement, self->control, apply_offset(self->apply));
    speak(self, now);
}

void primary_link_turn(struct primary_link *self)
{
    if (self->owed < 0)
        return;
    acknowledgement_tick(&self->acknowledgement, self->control, apply_offset(self->apply));
    /* Also when the log has been switched off. */
    if (acknowledgement_is_partial(&self->acknowledgement, self->owed))
        return;
    self->owed = -1;
    acknowledge(self);
}

int64_t primary_link_patience_us(const struct primary_link *self)
{
    if (self->owed < 0 || clock_monotonic_ms() - self->owed_since_ms > DISK_LOOKS_MS)
        return INT64_MAX;
    return DISK_LOOK_US;
}

/* ---- Life ---- */

struct primary_link *primary_link_create(struct control *control, struct apply *apply)
{
    struct primary_link *self = memory_new_zeroed(1, sizeof(*self));

    self->control = control;
    self->apply = apply;
    self->owed = -1;
    self->whole = self->saved = control->node->load != NULL;
    unstick(self);
    return self;
}

void primary_link_restored(struct primary_link *self)
{
    self->has_followed = true;
}

void primary_link_start(struct primary_link *self, const char *host, uint16_t port, bool tls,
                        bool takes_over)
{
    primary_link_stop(self);
    self->host = memory_copy(host, strlen(host));
    self->port = port;
    self->tls = tls;
    self->takes_over = takes_over;
    self->was_refused = false;
    unstick(self);
    self->down_since = 0;
    self->last_heard = 0;
    self->next_try_ms = 0;
    primary_link_tick(self);
}

void primary_link_stop(struct primary_link *self)
{
    disconnect(self);
    memory_free(self->host);
    self->host = NULL;
}

void primary_link_free(struct primary_link *self)
{
    primary_link_stop(self);
    payload_free(self->payload);
    text_buffer_free(&self->early);
    memory_free(self);
}

/* ---- What is told of it ---- */

bool primary_link_is_up(const struct primary_link *self)
{
    return self->phase == PRIMARY_FOLLOWING;
}

bool primary_link_is_incomplete(const struct primary_link *self)
{
    return self->incomplete;
}

bool primary_link_is_kept(const struct primary_link *self)
{
    const struct config *config = self->control->config;

    return self->whole && !self->incomplete &&
           (config->appendonly ? append_only_keeps(self->control)
                               : self->saved && config->save.count > 0);
}

bool primary_link_is_loading(const struct primary_link *self)
{
    return self->loading;
}

bool primary_link_was_refused(const struct primary_link *self)
{
    return self->was_refused;
}

time_ms primary_link_last_heard(const struct primary_link *self)
{
    return self->last_heard;
}

static enum replication_link_phase phase_told(const struct primary_link *self)
{
    switch (self->phase) {
    case PRIMARY_AWAY:
        return self->host == NULL ? LINK_NONE : LINK_CONNECT;
    case PRIMARY_CONNECTING:
        return LINK_CONNECTING;
    case PRIMARY_GREETING:
    case PRIMARY_ASKING:
        return LINK_HANDSHAKE;
    case PRIMARY_AWAITING:
    case PRIMARY_RECEIVING:
    case PRIMARY_STORING:
    case PRIMARY_LOADING:
        return LINK_SYNC;
    case PRIMARY_FOLLOWING:
        return LINK_CONNECTED;
    }
    UNREACHABLE();
}

void primary_link_report(const struct primary_link *self, struct replication_link *report)
{
    report->phase = phase_told(self);
    report->client = self->client;
    report->last_heard = self->last_heard;
    report->down_since = self->down_since;
    report->sync_total = -1;
    if (report->phase == LINK_SYNC && self->payload != NULL) {
        if (self->payload_total != UINT64_MAX)
            report->sync_total = (int64_t)self->payload_total;
        report->sync_read = (int64_t)payload_received(self->payload);
        report->sync_last_read = self->last_payload;
    }
}
