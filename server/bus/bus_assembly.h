/*
 * Bytes of a bus link into whole messages.
 *
 * What a peer announces is not believed: room is made for bytes that have come, not for those that
 * are promised.
 *
 * Owner: the link. Plain data.
 */
#ifndef SERVER_BUS_BUS_ASSEMBLY_H
#define SERVER_BUS_BUS_ASSEMBLY_H

#include "proto/base/span.h"
#include "proto/bus/bus_message.h"

#include <stddef.h>
#include <stdint.h>

struct bus_assembly {
    char *bytes;
    size_t length;
    size_t first; /* of what has not been handed out */
    size_t capacity;
};

void bus_assembly_put(struct bus_assembly *assembly, struct span bytes);

/*
 * The next whole message: FINE, good until the next put. MORE: it is not all there; *length is what
 * it will be, as far as it says, or 0. BROKEN: these bytes are not of the bus.
 */
enum bus_result bus_assembly_next(struct bus_assembly *assembly, struct span *frame,
                                  uint32_t *length);

void bus_assembly_free(struct bus_assembly *assembly);

#endif
