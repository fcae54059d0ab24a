/* Seats: memory that a thread has to itself while it works on an index of a phase. There are as many as threads, so
 * that whoever comes finds one free. */
#ifndef PEL_LIB_SEATS_H
#define PEL_LIB_SEATS_H

#include <stddef.h>

struct pel_seats {
    char *data;
    size_t bytes; /* of one */
    int count;
};

/* Bytes of memory for so many seats of so many bytes. */
size_t pel_seats_bytes(size_t bytes, int count);

/* Lays seats out in memory of that size, which starts on a cache line. */
void pel_seats_start(struct pel_seats *seats, char *data, size_t bytes, int count);

/* A seat that is free; it starts on a cache line. */
char *pel_seats_take(const struct pel_seats *seats);
void pel_seats_leave(const struct pel_seats *seats, char *seat);

#endif
