/*
 * The directory in which the node's files are: the directive `dir`.
 *
 * A process has one, so it is entered before there are threads, and after that by the control
 * thread alone, which is also the one that opens files.
 */
#ifndef SERVER_CONFIG_WORKING_DIRECTORY_H
#define SERVER_CONFIG_WORKING_DIRECTORY_H

#include "server/config/config.h"

/* Enters config->dir and makes it the absolute path of where the process is then. False with errno
 * set, and the config as it was, when it cannot be entered. */
bool working_directory_enter(struct config *config);

#endif
