/*
 * The control groups of this process, of version 2 or 1: where their files are, so that limits of
 * CPU and memory can be read. A limit holds for a group and all below it, so each parent counts.
 *
 * A hierarchy is named by one of its controllers ("cpu", "memory"); the empty span is version 2's
 * only one. Functions that read texts are pure.
 */
#ifndef SERVER_CONFIG_CONTROL_GROUP_H
#define SERVER_CONFIG_CONTROL_GROUP_H

#include "proto/base/span.h"

#define CONTROL_GROUP_UNIFIED SPAN("")

/* The group's path in that hierarchy ("/" or "/a/b") out of /proc/self/cgroup; false: not there. */
bool control_group_path(struct span text, struct span controller, struct span *path);

/* Where that hierarchy is mounted and which group the mount's root is, out of /proc/self/mountinfo;
 * false: not mounted. Octal escapes are left as they are. */
bool control_group_mount(struct span text, struct span controller, struct span *root,
                         struct span *mount_point);

/* The part of a group's path below the mount's root. A container that sees a path outside of its
 * mount is at the mount's root: "". */
struct span control_group_below(struct span root, struct span path);

/* The text of a file in a group's directory, cut at the size of `room`; false: none. */
bool control_group_read(const char *directory, const char *name, char *room, size_t size,
                        struct span *text);

typedef void control_group_visit(const char *directory, void *context);

/* Visits the process's own group and every parent that is mounted. `root` is put before every path:
 * "" is this system. */
void control_group_walk(const char *root, struct span controller, control_group_visit *visit,
                        void *context);

#endif
