/* Moves of keys and loads, of 4 or 8 bytes each. */

typedef uint32_t __attribute__((may_alias)) load_4;
typedef uint64_t __attribute__((may_alias)) load_8;

static void collect(const void *from, size_t from_size, const uint64_t *order, size_t n, void *to, size_t to_size)
{
    const load_4 *from_4 = from;
    const load_8 *from_8 = from, *place = (const load_8 *)order;
    load_4 *to_4 = to;
    load_8 *to_8 = to;
    if (!from) {
        for (size_t i = 0; i < n; i++)
            to_4[i] = (uint32_t)place[i];
    } else if (to_size == 4) {
        for (size_t i = 0; i < n; i++)
            to_4[i] = from_4[place[i]];
    } else if (from_size == 4) {
        for (size_t i = 0; i < n; i++)
            to_8[i] = from_4[place[i]];
    } else {
        for (size_t i = 0; i < n; i++)
            to_8[i] = from_8[place[i]];
    }
}

static void number(uint64_t first, size_t n, void *to, size_t to_size)
{
    load_4 *to_4 = to;
    load_8 *to_8 = to;
    if (to_size == 4) {
        for (size_t i = 0; i < n; i++)
            to_4[i] = (uint32_t)(first + i);
    } else {
        for (size_t i = 0; i < n; i++)
            to_8[i] = first + i;
    }
}
