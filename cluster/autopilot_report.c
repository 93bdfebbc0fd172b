#include "cluster/autopilot_report.h"

#include "cluster/text_builder.h"

#include <inttypes.h>

void autopilot_report_reply(const struct autopilot_report *report, struct reply *reply)
{
    struct text_builder text;

    text_builder_init(&text);
    text_builder_format(&text,
                        "autopilot_on:%d\r\n"
                        "autopilot_calm:%d\r\n"
                        "autopilot_state:%s\r\n"
                        "autopilot_last_step:%s\r\n"
                        "autopilot_last_step_time_ms:%" PRId64 "\r\n"
                        "autopilot_service_answered:%d\r\n"
                        "autopilot_service_addresses:%u\r\n",
                        report->on, report->calm, report->on ? report->state : "off", report->step,
                        report->step_time, report->resolved, report->addresses);
    text_builder_format(&text,
                        "autopilot_primaries_wanted:%u\r\n"
                        "autopilot_replicas_wanted:%u\r\n"
                        "autopilot_primaries:%u\r\n"
                        "autopilot_nodes:%u\r\n"
                        "autopilot_nodes_away:%u\r\n"
                        "autopilot_nodes_leaving:%u\r\n"
                        "autopilot_slots_to_move:%u\r\n",
                        report->primaries_wanted, report->replicas_wanted, report->primaries,
                        report->nodes, report->nodes_away, report->nodes_leaving,
                        report->slots_to_move);
    reply_verbatim(reply, "txt", text_builder_span(&text));
    text_builder_free(&text);
}
