/* Input files as a stream of plain bytes: gzip, of any number of members, is recognised and inflated. */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct input;

/* Opens a file; "-" is standard input. With ahead, a thread of its own reads and inflates ahead of the caller. */
struct input *input_open(const char *path, bool ahead);

/* The name for messages. */
const char *input_name(const struct input *in);

/* Returns the size of the next block and points *data to it; 0 at the end. The block lives until the next call.
 * Errors end the program. */
size_t input_next(struct input *in, const unsigned char **data);

void input_close(struct input *in);

#endif
