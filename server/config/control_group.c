#include "server/config/control_group.h"

#include "proto/base/assert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum {
    GROUPS_MAX = 8192,
    MOUNTS_MAX = 65536, /* of /proc/self/mountinfo; what lies beyond is not looked at */
    PATH_TEXT_MAX = 4096,
};

/* Takes the text up to `separator` off the front; the separator goes too. */
static struct span take_until(struct span *text, char separator)
{
    const char *found = text->length > 0 ? memchr(text->data, separator, text->length) : NULL;
    size_t length = found == NULL ? text->length : (size_t)(found - text->data);
    size_t used = found == NULL ? length : length + 1;
    struct span taken = span_of(text->data, length);

    *text = span_of(text->data + used, text->length - used);
    return taken;
}

/* Is `word` one of a list with commas? */
static bool list_has(struct span list, struct span word)
{
    while (list.length > 0) {
        if (span_equal(take_until(&list, ','), word))
            return true;
    }
    return false;
}

bool control_group_path(struct span text, struct span controller, struct span *path)
{
    while (text.length > 0) {
        struct span line = take_until(&text, '\n');
        struct span number = take_until(&line, ':');
        struct span controllers = take_until(&line, ':');
        bool unified = span_equal(number, SPAN("0")) && controllers.length == 0;
        bool wanted = controller.length == 0 ? unified : list_has(controllers, controller);

        if (wanted && line.length > 0 && line.data[0] == '/') {
            *path = line;
            return true;
        }
    }
    return false;
}

bool control_group_mount(struct span text, struct span controller, struct span *root,
                         struct span *mount_point)
{
    bool unified = controller.length == 0;

    while (text.length > 0) {
        /* id parent major:minor root mount-point options [fields ...] - type source super-options
         */
        struct span line = take_until(&text, '\n');

        for (int skip = 0; skip < 3; skip++)
            take_until(&line, ' ');
        struct span line_root = take_until(&line, ' ');
        struct span line_point = take_until(&line, ' ');

        while (line.length > 0 && !span_equal(take_until(&line, ' '), SPAN("-")))
            ;
        struct span type = take_until(&line, ' ');

        take_until(&line, ' ');
        if (unified ? !span_equal(type, SPAN("cgroup2"))
                    : !(span_equal(type, SPAN("cgroup")) && list_has(line, controller)))
            continue;
        *root = line_root;
        *mount_point = line_point;
        return true;
    }
    return false;
}

struct span control_group_below(struct span root, struct span path)
{
    if (root.length > 0 && root.data[root.length - 1] == '/')
        root.length--;
    if (path.length < root.length || !span_equal(span_of(path.data, root.length), root))
        return SPAN("");
    path = span_of(path.data + root.length, path.length - root.length);
    if (path.length > 0 && path.data[0] != '/')
        return SPAN("");
    if (path.length >= 3 && memcmp(path.data, "/..", 3) == 0)
        return SPAN("");
    return path.length == 1 ? SPAN("") : path;
}

/* ---- looking at the system ---- */

static bool read_text(const char *path, char *room, size_t size, struct span *text)
{
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    size_t length = 0;

    if (descriptor < 0)
        return false;
    while (length < size) {
        ssize_t count = read(descriptor, room + length, size - length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        length += (size_t)count;
    }
    close(descriptor);
    *text = span_of(room, length);
    return length > 0;
}

bool control_group_read(const char *directory, const char *name, char *room, size_t size,
                        struct span *text)
{
    char path[PATH_TEXT_MAX + 64];

    snprintf(path, sizeof(path), "%s/%s", directory, name);
    return read_text(path, room, size, text);
}

/* The process's own group in that hierarchy as a directory below `root`, and how much of it is the
 * mount point. false: there is none. */
static bool own_directory(const char *root, struct span controller, char directory[PATH_TEXT_MAX],
                          size_t *mount_length)
{
    char groups_room[GROUPS_MAX];
    char mounts_room[MOUNTS_MAX];
    struct span groups;
    struct span mounts;
    struct span path;
    struct span mount_root;
    struct span point;

    if (!control_group_read(root, "proc/self/cgroup", groups_room, sizeof(groups_room), &groups) ||
        !control_group_read(root, "proc/self/mountinfo", mounts_room, sizeof(mounts_room),
                            &mounts) ||
        !control_group_path(groups, controller, &path) ||
        !control_group_mount(mounts, controller, &mount_root, &point))
        return false;
    path = control_group_below(mount_root, path);
    *mount_length = strlen(root) + point.length;
    return snprintf(directory, PATH_TEXT_MAX, "%s%.*s%.*s", root, (int)point.length, point.data,
                    (int)path.length, path.data) < PATH_TEXT_MAX;
}

void control_group_walk(const char *root, struct span controller, control_group_visit *visit,
                        void *context)
{
    char directory[PATH_TEXT_MAX];
    size_t mount_length = 0;

    if (!own_directory(root, controller, directory, &mount_length))
        return;
    for (;;) {
        size_t length = strlen(directory);

        visit(directory, context);
        if (length <= mount_length)
            return;
        while (length > mount_length && directory[length] != '/')
            length--;
        directory[length] = '\0';
    }
}
