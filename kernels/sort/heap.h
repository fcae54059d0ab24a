/* Heapsort of codes: in place, never worse than n log n; the way out when a faster sort cannot go on. Read once per
 * type of code. J. W. J. Williams (1964), bottom-up sifting after R. W. Floyd. */

/* Sifts code down from the hole at i, in a heap with the largest on top. */
static void NAME(sift)(NAME(code) * heap, size_t i, size_t n, T code)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        child += child + 1 < n && heap[child] < heap[child + 1];
        if (heap[child] <= code)
            break;
        heap[i] = heap[child];
    }
    heap[i] = code;
}

static void NAME(heapsort)(NAME(code) * codes, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        NAME(sift)(codes, i, n, codes[i]);
    for (size_t i = n; i-- > 1;) {
        T last = codes[i];
        codes[i] = codes[0];
        NAME(sift)(codes, 0, i, last);
    }
}
