/*
 * What a shard counts. Plain numbers of the owner; INFO and its kin gather them by message and add
 * them up.
 */
#ifndef SERVER_OBSERVE_STATISTICS_H
#define SERVER_OBSERVE_STATISTICS_H

#include "proto/base/span.h"
#include "proto/base/time.h"

#include <stdint.h>

enum {
    /* Buckets of a latency histogram: 8 per power of two, from 1 ns to over a minute. */
    HISTOGRAM_SUB_BITS = 3,
    HISTOGRAM_BUCKETS = 37 << HISTOGRAM_SUB_BITS,
    STATISTICS_ERRORS_MAX = 128,
    STATISTICS_ERROR_CODE_MAX = 32,
    /* Samples of the instantaneous rates in INFO. */
    RATE_SAMPLES = 16,
};

struct histogram {
    uint64_t count;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* Durations are nanoseconds. */
void histogram_add(struct histogram *histogram, uint64_t duration);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The duration below which `percent` of the values are (upper border of the bucket); 0 when empty.
 */
uint64_t histogram_percentile(const struct histogram *histogram, double percent);
/* Largest duration that falls into the bucket. */
uint64_t histogram_bucket_top(uint32_t bucket);

struct command_statistics {
    uint64_t calls;
    uint64_t ticks;            /* clock_ticks */
    uint64_t rejected;         /* refused before it ran */
    uint64_t failed;           /* ran and replied an error */
    struct histogram *latency; /* made at the first call, when latency-tracking is on */
    /* From when the request could have been taken up to the reply, of clients' calls with keys:
     * made with the other one. */
    struct histogram *response;
    uint64_t response_ticks; /* the sum of those */
};

struct error_statistics {
    char code[STATISTICS_ERROR_CODE_MAX];
    uint64_t count;
};

/* How fast a counter grows, over the last samples. */
struct rate {
    uint64_t counted;               /* the counter at the last sample */
    time_ms sampled;                /* when that was */
    uint64_t samples[RATE_SAMPLES]; /* per second */
    uint32_t next;
};

struct statistics {
    uint64_t commands;
    uint64_t connections_received;
    uint64_t connections_rejected;
    uint64_t bytes_received;
    uint64_t bytes_sent;
    uint64_t reads;  /* receives that were handled */
    uint64_t writes; /* sends that were asked for */
    uint64_t turns;
    uint64_t hops_sent;     /* commands of this shard's clients that ran elsewhere */
    uint64_t hops_served;   /* commands run here for other shards' clients */
    uint64_t hop_messages;  /* messages they travelled in */
    uint64_t hops_borrowed; /* of hops_sent: run here, on the data of a shard that slept */
    uint64_t sections;      /* exclusive sections begun here */
    uint64_t errors;        /* error replies */
    uint64_t changes;       /* keys changed */
    uint64_t output_limit_disconnections;
    uint64_t clients_evicted; /* maxmemory-clients */
    uint64_t query_limit_disconnections;
    uint64_t unexpected_errors;
    uint64_t authentications_failed;
    uint64_t denied_commands; /* by users' permissions */
    uint64_t denied_keys;
    uint64_t denied_channels;
    uint64_t expired_time_capped;
    uint64_t tls_handshakes;  /* that came to a good end */
    uint64_t tls_resumptions; /* of these: short ones, of sessions known before */
    uint64_t tls_handshakes_failed;
    uint64_t tls_handshakes_put_off; /* to a later turn, because there were many */
    struct command_statistics *commands_by_id;
    struct error_statistics *errors_by_code; /* STATISTICS_ERRORS_MAX of them */
    uint32_t error_codes;
    struct rate command_rate;
    struct rate receive_rate; /* bytes */
    struct rate send_rate;    /* bytes */
};

struct slot_statistics {
    uint64_t calls;
    uint64_t cpu_ns;
    uint64_t bytes_in;
    uint64_t bytes_out;
};

void command_statistics_track(struct command_statistics *of_command); /* makes the histograms */
void command_statistics_free(struct command_statistics *of_command);  /* what it points to */
void statistics_create(struct statistics *statistics);
void statistics_free(struct statistics *statistics);
/* Samples the rates; every 100 ms or so. */
void statistics_tick(struct statistics *statistics, time_ms now);
/* The average of the samples, per second. */
uint64_t rate_per_second(const struct rate *rate);
/* CONFIG RESETSTAT. */
void statistics_reset(struct statistics *statistics);

/* Counts an error reply by its code; `line` starts behind the '-'. */
void statistics_error(struct statistics *statistics, struct span line);

#endif
