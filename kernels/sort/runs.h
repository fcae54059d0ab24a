/* Input that is in order already, or in reverse: found by a scan that ends at the first surprise. Read once per dtype.
 */

enum { NAME(scan_block) = 64 };

/* Whether each key goes with or after the one before it, or with or before it; clears what does not hold. Both are
 * encoded from memory: codes just stored would be slow to load one place off. */
static inline void NAME(scan_some)(const NAME(word) * keys, size_t n, const bool descending, bool *sorted,
                                   bool *reversed)
{
    S rises = 0, falls = 0;
    for (size_t i = 1; i < n; i++) {
        S before = (S)NAME(encode_one)(keys[i - 1], descending), code = (S)NAME(encode_one)(keys[i], descending);
        rises |= -(S)(before < code);
        falls |= -(S)(before > code);
    }
    *sorted &= !falls;
    *reversed &= !rises;
}

static void NAME(scan)(const void *keys, size_t n, bool descending, bool *sorted, bool *reversed)
{
    for (size_t i = 0; i + 1 < n && (*sorted || *reversed); i += NAME(scan_block) - 1) {
        size_t some = n - i < NAME(scan_block) ? n - i : NAME(scan_block);
        if (descending)
            NAME(scan_some)((const NAME(word) *)keys + i, some, true, sorted, reversed);
        else
            NAME(scan_some)((const NAME(word) *)keys + i, some, false, sorted, reversed);
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
