#include "server/replication/acknowledgement.h"

#include "proto/base/number.h"
#include "server/append_only/append_log.h"
#include "server/config/config.h"
#include "server/config/text_buffer.h"
#include "server/control/control.h"
#include "server/replication/greeting.h"

static bool is_logged(const struct control *control)
{
    return atomic_load_explicit(&control->node->append_logs->promises, memory_order_relaxed);
}

void acknowledgement_begin(struct acknowledgement *self, struct control *control)
{
    (void)control;
    *self = (struct acknowledgement){.durable = -1};
}

static bool is_durable(const struct acknowledgement *self, const struct append_logs *logs)
{
    for (uint32_t i = 0; i < logs->count; i++)
        if (atomic_load(&logs->of[i]->durable) < self->positions[i])
            return false;
    return true;
}

void acknowledgement_tick(struct acknowledgement *self, struct control *control, int64_t offset)
{
    const struct append_logs *logs = control->node->append_logs;

    if (!is_logged(control)) {
        self->pending = false;
        self->durable = -1;
        return;
    }
    if (self->pending && is_durable(self, logs)) {
        self->durable = self->offset;
        self->pending = false;
    }
    if (self->pending || offset == self->durable)
        return;
    /* What was applied before is in the logs: they are appended to before its shard answers. */
    self->pending = true;
    self->offset = offset;
    for (uint32_t i = 0; i < logs->count; i++)
        self->positions[i] = append_log_appended(logs->of[i]);
    if (is_durable(self, logs)) {
        self->durable = offset;
        self->pending = false;
    }
}

bool acknowledgement_is_partial(const struct acknowledgement *self, int64_t offset)
{
    return self->pending && self->durable < offset;
}

void acknowledgement_write(struct acknowledgement *self, struct control *control, int64_t offset,
                           struct text_buffer *text)
{
    char applied[NUMBER_INTEGER_TEXT_MAX];
    char durable[NUMBER_INTEGER_TEXT_MAX];
    struct span words[] = {SPAN("REPLCONF"), SPAN("ACK"), {0}, SPAN("FACK"), {0}};
    bool logged;

    acknowledgement_tick(self, control, offset);
    logged = self->durable >= 0;
    words[2] = span_of(applied, number_format_integer(applied, offset));
    if (logged)
        words[4] = span_of(durable, number_format_integer(durable, self->durable));
    greeting_command(text, words, logged ? 5 : 3);
}
