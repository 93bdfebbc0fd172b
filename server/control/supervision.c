#include "server/control/supervision.h"

#include "proto/base/assert.h"
#include "server/control/control.h"
#include "server/loading/loading.h"
#include "server/observe/log.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    PERIOD_MS = 2000,
    /* What goes on is given so much time, again and again. */
    PATIENCE_SECONDS = 60,
    MESSAGE_MAX = 256,
};

static const char *socket_name(void)
{
    const char *name = getenv("NOTIFY_SOCKET");

    return name != NULL && name[0] != '\0' ? name : NULL;
}

/* 0 or a negative errno. */
static int send_message(const char *name, const char *message)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(name);
    int fd;
    int result = 0;

    if (length >= sizeof(address.sun_path) || (name[0] != '/' && name[0] != '@'))
        return -EINVAL;
    memcpy(address.sun_path, name, length);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    if (sendto(fd, message, strlen(message), MSG_NOSIGNAL, (struct sockaddr *)&address,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
        result = -errno;
    close(fd);
    return result;
}

static void tell(const struct control *control, const char *message)
{
    if (control->node->supervised == SUPERVISED_SYSTEMD && socket_name() != NULL)
        send_message(socket_name(), message);
}

static enum supervised begin_systemd(void)
{
    int error = socket_name() != NULL ? send_message(socket_name(), "STATUS=Starting\n") : -ENOENT;

    if (error == 0)
        return SUPERVISED_SYSTEMD;
    log_warning("supervised systemd: NOTIFY_SOCKET cannot be used: %s", strerror(-error));
    return SUPERVISED_NO;
}

static enum supervised begin_upstart(void)
{
    if (getenv("UPSTART_JOB") != NULL)
        return SUPERVISED_UPSTART;
    log_warning("supervised upstart: there is no UPSTART_JOB");
    return SUPERVISED_NO;
}

enum supervised supervision_begin(enum supervised wanted)
{
    switch (wanted) {
    case SUPERVISED_NO:
        return SUPERVISED_NO;
    case SUPERVISED_SYSTEMD:
        return begin_systemd();
    case SUPERVISED_UPSTART:
        return begin_upstart();
    case SUPERVISED_AUTO:
        break;
    }
    if (socket_name() != NULL)
        return begin_systemd();
    return getenv("UPSTART_JOB") != NULL ? SUPERVISED_UPSTART : SUPERVISED_NO;
}

void supervision_ready(struct control *control)
{
    ASSERT(!control->supervision.ready);
    control->supervision.ready = true;
    log_notice("Ready to accept connections");
    tell(control, "READY=1\nSTATUS=Ready to accept connections\n");
    if (control->node->supervised == SUPERVISED_UPSTART)
        raise(SIGSTOP);
}

void supervision_tick(struct control *control, int64_t now)
{
    struct supervision *supervision = &control->supervision;
    const struct loading *loading = control->node->load;
    char message[MESSAGE_MAX];
    char status[MESSAGE_MAX / 2];

    if (control->node->supervised != SUPERVISED_SYSTEMD || now < supervision->next_ms)
        return;
    supervision->next_ms = now + PERIOD_MS;
    if (!supervision->ready && loading != NULL)
        snprintf(status, sizeof(status), "Loading: %.1f %%", 100 * loading_share(loading));
    else if (control->shutdown != NULL || control->signal_put_off != 0)
        snprintf(status, sizeof(status), "Saving what is to be saved before the end");
    else if (control->hand_over_until_ms != 0)
        snprintf(status, sizeof(status), "Handing over what it serves before the end");
    else
        return;
    snprintf(message, sizeof(message), "STATUS=%s\nEXTEND_TIMEOUT_USEC=%d\n", status,
             PATIENCE_SECONDS * 1000000);
    tell(control, message);
}

void supervision_stopping(struct control *control)
{
    tell(control, "STOPPING=1\nSTATUS=Stopping\n");
}
