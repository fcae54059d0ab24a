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

#undef SIGNED_
#undef SIGNED__
