#include "server/config/config_check.h"

#include "proto/base/number.h"
#include "server/bus/bus_proof.h"
#include "server/config/config.h"

static const char *check_file_name(struct span text)
{
    if (text.length == 0 || memchr(text.data, '/', text.length) != NULL)
        return "argument must be a file name without a directory";
    return NULL;
}

static const char *check_dbfilename(struct span text)
{
    if (memchr(text.data, '/', text.length) != NULL)
        return "dbfilename can't be a path, just a filename";
    return NULL;
}

static bool is_letter_or_digit(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z');
}

static const char *check_hostname(struct span text)
{
    if (text.length >= 256)
        return "Hostnames must be less than 256 characters";
    for (size_t index = 0; index < text.length; index++) {
        char byte = text.data[index];

        if (!is_letter_or_digit(byte) && byte != '-' && byte != '.')
            return "Hostnames may only contain alphanumeric characters, hyphens or dots";
    }
    return NULL;
}

static const char *check_human_name(struct span text)
{
    if (text.length >= 256)
        return "Announced human node name must be less than 256 characters";
    for (size_t index = 0; index < text.length; index++) {
        char byte = text.data[index];

        if (!is_letter_or_digit(byte) && byte != '-' && byte != '.' && byte != '_')
            return "Announced human node name contained invalid character";
    }
    return NULL;
}

/* An address goes into lines of nodes.conf and into packets of 46 bytes for it. */
static const char *check_address(struct span text)
{
    if (text.length >= 46)
        return "argument must be an address of less than 46 characters";
    for (size_t index = 0; index < text.length; index++) {
        char byte = text.data[index];

        if (!is_letter_or_digit(byte) && strchr(".:-_%", byte) == NULL)
            return "argument must be an address";
    }
    return NULL;
}

/* NAME[:PORT] */
static const char *check_service(struct span text)
{
    const char *error = "argument must be a name in the DNS, and may end in a port: NAME:PORT";
    const char *colon = memchr(text.data, ':', text.length);
    struct span name = text;
    int64_t port = 1;

    if (text.length == 0)
        return NULL;
    if (colon != NULL) {
        name.length = (size_t)(colon - text.data);
        if (!number_parse_integer(span_of(colon + 1, text.length - name.length - 1), &port))
            return error;
    }
    if (name.length == 0 || port < 1 || port > UINT16_MAX)
        return error;
    return check_hostname(name) == NULL ? NULL : error;
}

static const char *check_title_template(struct span text)
{
    static const char *const variables[] = {"title",    "listen-addr", "server-mode", "port",
                                            "tls-port", "unixsocket",  "config-file"};
    const char *error = "template format is invalid or contains unknown variables";
    const char *at = text.data;
    const char *end = text.data + text.length;

    while (at < end && *at == ' ')
        at++;
    if (at == end)
        return error;
    for (; at < end; at++) {
        bool known = false;

        if (*at != '{')
            continue;
        const char *name = ++at;

        if (at < end && *at == '{') /* {{ is a brace */
            continue;
        while (at < end && *at != '}')
            at++;
        struct span variable = span_of(name, (size_t)(at - name));

        for (size_t index = 0; index < sizeof(variables) / sizeof(variables[0]); index++)
            known = known || span_equal(variable, span_of_string(variables[index]));
        if (at == end || !known)
            return error;
    }
    return NULL;
}

static const char *check_error_rate(struct span text)
{
    double rate;

    if (!number_parse_double(text, &rate) || !(rate > 0) || !(rate < 1))
        return "argument must be a number between 0 and 1";
    return NULL;
}

const char *config_check_text(size_t offset, struct span text)
{
    static const struct {
        size_t offset;
        const char *(*check)(struct span text);
    } checks[] = {
        {offsetof(struct config, dbfilename), check_dbfilename},
        {offsetof(struct config, appendfilename), check_file_name},
        {offsetof(struct config, appenddirname), check_file_name},
        {offsetof(struct config, cluster_announce_hostname), check_hostname},
        {offsetof(struct config, cluster_announce_human_nodename), check_human_name},
        {offsetof(struct config, cluster_announce_ip), check_address},
        {offsetof(struct config, cluster_secret), bus_secrets_check},
        {offsetof(struct config, cluster_autopilot_service), check_service},
        {offsetof(struct config, proc_title_template), check_title_template},
        {offsetof(struct config, bf_error_rate), check_error_rate},
    };

    if (text.length > 0 && memchr(text.data, '\0', text.length) != NULL)
        return "argument must not contain a NUL byte";
    for (size_t index = 0; index < sizeof(checks) / sizeof(checks[0]); index++) {
        if (checks[index].offset == offset)
            return checks[index].check(text);
    }
    return NULL;
}

const char *config_check_number(size_t offset, uint64_t value)
{
    uint32_t both = SHUTDOWN_MODE_SAVE | SHUTDOWN_MODE_NOSAVE;

    if ((offset == offsetof(struct config, shutdown_on_sigint) ||
         offset == offsetof(struct config, shutdown_on_sigterm)) &&
        (value & both) == both)
        return "shutdown options SAVE and NOSAVE can't be used simultaneously";
    if (offset == offsetof(struct config, daemonize) && value)
        return "argument can only be 'no': leave the background to the service manager";
    return NULL;
}

uint64_t config_check_adjust(size_t offset, uint64_t value)
{
    static const struct {
        size_t offset;
        uint64_t low;
        uint64_t high;
    } ranges[] = {
        {offsetof(struct config, hz), 1, 500},
        {offsetof(struct config, repl_backlog_size), 16384, UINT64_MAX},
    };

    for (size_t index = 0; index < sizeof(ranges) / sizeof(ranges[0]); index++) {
        if (ranges[index].offset != offset)
            continue;
        if (value < ranges[index].low)
            return ranges[index].low;
        return value > ranges[index].high ? ranges[index].high : value;
    }
    return value;
}
