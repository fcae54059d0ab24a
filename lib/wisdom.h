/* Wisdom: tuned tables from files, as `pel tune --format json` writes them. A file is hostile until it is read: sizes
 * and ranges are checked, and on any doubt the tables stay as they are. */
#ifndef PEL_LIB_WISDOM_H
#define PEL_LIB_WISDOM_H

#include <stddef.h>

#include <pel/status.h>

#include "lib/rules.h"
#include "lib/text.h"

enum { PEL_WISDOM_VERSION = 1, PEL_WISDOM_MAX_BYTES = 1 << 20, PEL_WISDOM_MAX_RULES = 4096 };

/* Reads the system's file and the one named by PEL_WISDOM, once per process; for the dispatcher, before its first
 * pick. */
void pel_wisdom_consult(void);

/* Adds a line that names these two files. */
void pel_wisdom_tell_files(struct pel_text *text);

/* Adds the rules of a file to the wisdom of this origin. They replace older ones of the same key (all but the size).
 * Statuses as pel_wisdom_import. */
pel_status pel_wisdom_read(const char *path, enum pel_wisdom_origin origin);

/* Reads those rules of a text that this processor and this build can use into rule[0 ... PEL_WISDOM_MAX_RULES). *why,
 * unless PEL_OK, tells what is wrong. */
pel_status pel_wisdom_parse(const char *text, size_t length, struct pel_rule *rule, size_t *count, const char **why);

#endif
