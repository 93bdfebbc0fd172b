/*
 * The patterns of SORT: names of keys, or of hash fields, in which '*' stands for an element.
 *
 *   weight_*     the string at weight_<element>
 *   user_*->age  the field age of the hash at user_<element>
 *   #            the element itself
 */
#ifndef SERVER_COMMANDS_SORT_PATTERN_H
#define SERVER_COMMANDS_SORT_PATTERN_H

#include "server/commands/cmd.h"
#include "server/config/text_buffer.h"

#include <stdint.h>

/* "#" */
bool sort_pattern_is_element(struct span pattern);

/* Is there a '*' in it, so that it names a key for each element? */
bool sort_pattern_names_keys(struct span pattern);

/* Are all keys that it names in this slot, whatever the elements are? */
bool sort_pattern_stays_in(struct span pattern, uint16_t slot);

/* Looks up what the pattern says for an element and adds it to `found`. False when there is no such
 * key or field, or it is of another type. */
bool sort_pattern_read(const struct cmd *cmd, struct span pattern, struct span element,
                       struct text_buffer *found);

#endif
