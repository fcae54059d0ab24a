/* How much memory to use, and large pieces of it. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/* Three quarters of what this process may use: of the physical memory or of a lower limit of its control group. */
size_t memory_default(void);

/* Allocates size bytes, in huge pages where the system has them; never NULL. Release with free. */
void *memory_large(size_t size);

#endif
