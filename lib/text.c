#include "lib/text.h"

#include <stdarg.h>
#include <stdio.h>

pel_status pel_text_start(struct pel_text *text, char *data, size_t capacity)
{
    if (capacity > 0 && !data)
        return PEL_EINVAL;
    *text = (struct pel_text){data, capacity, 0};
    if (capacity > 0)
        data[0] = '\0';
    return PEL_OK;
}

void pel_text_add(struct pel_text *text, const char *format, ...)
{
    size_t room = text->length < text->capacity ? text->capacity - text->length : 0;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(room ? text->data + text->length : NULL, room, format, args);
    va_end(args);
    if (n > 0)
        text->length += (size_t)n;
}
