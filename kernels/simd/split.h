/* Tables for the word split on instruction sets without a compress instruction: for every mask of lanes, the order in
 * which the lanes whose bit is 0 come first and the others after, each in their own order. */
#ifndef PEL_SIMD_SPLIT_H
#define PEL_SIMD_SPLIT_H

#include <stdint.h>

/* Where lane i of `lanes` goes under the mask m. */
#define SPLIT_POPCOUNT(m) (unsigned)__builtin_popcount(m)
#define SPLIT_PLACE(m, i, lanes)                                                                                       \
    ((m) >> (i)&1 ? (lanes)-SPLIT_POPCOUNT((unsigned)(m) >> (i))                                                       \
                  : (i)-SPLIT_POPCOUNT((unsigned)(m) & ((1u << (i)) - 1)))

#define SPLIT_2(entry, m)  entry(m), entry((m) + 1)
#define SPLIT_4(entry, m)  SPLIT_2(entry, m), SPLIT_2(entry, (m) + 2)
#define SPLIT_16(entry, m) SPLIT_4(entry, m), SPLIT_4(entry, (m) + 4), SPLIT_4(entry, (m) + 8), SPLIT_4(entry, (m) + 12)
#define SPLIT_64(entry, m)                                                                                             \
    SPLIT_16(entry, m), SPLIT_16(entry, (m) + 16), SPLIT_16(entry, (m) + 32), SPLIT_16(entry, (m) + 48)
#define SPLIT_256(entry, m)                                                                                            \
    SPLIT_64(entry, m), SPLIT_64(entry, (m) + 64), SPLIT_64(entry, (m) + 128), SPLIT_64(entry, (m) + 192)

#if defined __x86_64__

/* Eight lane numbers of a byte each. */
#define SPLIT_BYTE(m, i) (uint64_t)(i) << 8 * SPLIT_PLACE(m, i, 8u)
#define SPLIT_ENTRY(m)                                                                                                 \
    SPLIT_BYTE(m, 0u) | SPLIT_BYTE(m, 1u) | SPLIT_BYTE(m, 2u) | SPLIT_BYTE(m, 3u) | SPLIT_BYTE(m, 4u) |                \
        SPLIT_BYTE(m, 5u) | SPLIT_BYTE(m, 6u) | SPLIT_BYTE(m, 7u)

static const uint64_t split_table[256] = {SPLIT_256(SPLIT_ENTRY, 0)};

#else

/* Sixteen byte numbers, those of four 32-bit lanes, in two halves. */
#define SPLIT_LANE(m, i, half)                                                                                         \
    (SPLIT_PLACE(m, i, 4u) / 2 == (half)                                                                               \
         ? (uint64_t)((i)*0x04040404u + 0x03020100u) << 32 * (SPLIT_PLACE(m, i, 4u) & 1)                               \
         : 0)
#define SPLIT_HALF(m, half)                                                                                            \
    SPLIT_LANE(m, 0u, half) | SPLIT_LANE(m, 1u, half) | SPLIT_LANE(m, 2u, half) | SPLIT_LANE(m, 3u, half)
#define SPLIT_ENTRY(m)                                                                                                 \
    {                                                                                                                  \
        SPLIT_HALF(m, 0), SPLIT_HALF(m, 1)                                                                             \
    }

static const uint64_t split_table[16][2] = {SPLIT_16(SPLIT_ENTRY, 0)};

#endif
#endif
