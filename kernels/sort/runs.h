/* Input that is in order already, or in reverse: found by a scan that ends at the first surprise. Read once per dtype.
 */

enum { NAME(scan_block) = 64 };

/* Whether each key goes with or after the one before it, or with or before it; clears what does not hold. */
static inline void NAME(scan_some)(const NAME(word) * keys, size_t n, bool descending, bool *sorted, bool *reversed)
{
    S code[NAME(scan_block)];
    bool rises = false, falls = false;
    NAME(encode_to)(code, keys, n, descending);
    for (size_t i = 1; i < n; i++) {
        rises |= code[i - 1] < code[i];
        falls |= code[i - 1] > code[i];
    }
    *sorted &= !falls;
    *reversed &= !rises;
}

static void NAME(scan)(const void *keys, size_t n, bool descending, bool *sorted, bool *reversed)
{
    for (size_t i = 0; i + 1 < n && (*sorted || *reversed); i += NAME(scan_block) - 1) {
        size_t left = n - i;
        NAME(scan_some)
        ((const NAME(word) *)keys + i, left < NAME(scan_block) ? left : NAME(scan_block), descending, sorted, reversed);
    }
}

static void NAME(reverse)(void *keys, size_t n, size_t from, size_t to)
{
    NAME(word) *key = keys;
    for (size_t i = from; i < to; i++) {
        U swap = key[i];
        key[i] = key[n - 1 - i];
        key[n - 1 - i] = swap;
    }
}
