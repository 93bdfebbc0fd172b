/*
 * The text of deploy/tessera.conf: every directive with its explanation and default.
 */
#ifndef SERVER_CONFIG_CONFIG_TEMPLATE_H
#define SERVER_CONFIG_CONFIG_TEMPLATE_H

#include <stddef.h>

/* The caller frees it with memory_free. */
char *config_template_text(size_t *length);

#endif
