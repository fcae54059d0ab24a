/* Output that is not wanted in the caches; read once per dtype by the kernels. It is gathered in a buffer that stays in
 * the first-level cache, since only whole vectors at aligned places can pass the caches by. */

#ifndef STREAM_PIECE
#define STREAM_PIECE 512 /* elements */
#endif
#define SIGNED__(bits) v_stream_i##bits
#define SIGNED_(bits)  SIGNED__(bits)

static void NAME(stream_all)(T *out, const T *buffer, size_t n)
{
    size_t ahead = -(uintptr_t)out % PEL_VBYTES / sizeof(T), i = ahead < n ? ahead : n;
    memcpy(out, buffer, i * sizeof(T));
    for (; i + LANES <= n; i += LANES)
        SIGNED_(T_BITS)((S *)(out + i), (VS)V(load)(buffer + i));
    memcpy(out + i, buffer + i, (n - i) * sizeof(T));
}

/* Where a scan stands, and its inner loop: the file that reads this one brings them. */
struct NAME(place);
static void NAME(scan_piece)(const T *in, T *out, size_t n, struct NAME(place) * place, unsigned how);

/* All of it at once, or piece by piece past the caches. */
static void NAME(scan_pieces)(const T *in, T *out, size_t n, struct NAME(place) * place, unsigned how)
{
    T buffer[STREAM_PIECE];
    if (!(how & PEL_SCAN_STREAMS)) {
        NAME(scan_piece)(in, out, n, place, how);
        return;
    }
    for (size_t i = 0, here; i < n; i += here) {
        here = n - i < STREAM_PIECE ? n - i : STREAM_PIECE;
        NAME(scan_piece)(in + i, buffer, here, place, how);
        NAME(stream_all)(out + i, buffer, here);
    }
    v_stream_end();
}

#undef SIGNED_
#undef SIGNED__
