/* Text into a caller's buffer of any size, counted as snprintf counts. */
#ifndef PEL_LIB_TEXT_H
#define PEL_LIB_TEXT_H

#include <stddef.h>

#include <pel/status.h>

struct pel_text {
    char *data;
    size_t capacity;
    size_t length; /* that the whole text has, whether it fits or not */
};

/* Starts an empty text; PEL_EINVAL when there is capacity but no data. */
pel_status pel_text_start(struct pel_text *text, char *data, size_t capacity);

void pel_text_add(struct pel_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
