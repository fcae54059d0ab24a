#include "lib/seats.h"

#include <stdatomic.h>

#include "lib/memory.h"

/* On a cache line of its own before each seat. */
struct head {
    atomic_flag taken;
};

static size_t stride(size_t bytes)
{
    return PEL_CACHE_LINE + (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
}

static struct head *head_of(char *seat)
{
    return (struct head *)(void *)(seat - PEL_CACHE_LINE);
}

static char *seat_at(const struct pel_seats *seats, int i)
{
    return seats->data + (size_t)i * stride(seats->bytes) + PEL_CACHE_LINE;
}

size_t pel_seats_bytes(size_t bytes, int count)
{
    return (size_t)count * stride(bytes);
}

void pel_seats_start(struct pel_seats *seats, char *data, size_t bytes, int count)
{
    *seats = (struct pel_seats){data, bytes, count};
    for (int i = 0; i < count; i++)
        atomic_flag_clear_explicit(&head_of(seat_at(seats, i))->taken, memory_order_relaxed);
}

char *pel_seats_take(const struct pel_seats *seats)
{
    int i = 0;
    while (seats->count > 1 &&
           atomic_flag_test_and_set_explicit(&head_of(seat_at(seats, i))->taken, memory_order_acquire))
        i = (i + 1) % seats->count;
    return seat_at(seats, i);
}

void pel_seats_leave(const struct pel_seats *seats, char *seat)
{
    if (seats->count > 1)
        atomic_flag_clear_explicit(&head_of(seat)->taken, memory_order_release);
}
