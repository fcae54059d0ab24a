/* The list of peers that were built. */
#include "config.h"

#include "perf/peers.h"

#include <stdbool.h>
#include <string.h>

#include "lib/cpu.h"

enum { KINDS = 4 };

/* Plain loops, narrowest instruction set first. */
static const struct {
    enum pel_isa isa;
    const struct peer *table[KINDS];
    const struct acoustic_rows *rows;
} plain[] = {
    {PEL_ISA_SCALAR,
     {peers_loops_scalar, peers_sweep_scalar, peers_terms_scalar, peers_acoustic_scalar},
     peers_acoustic_rows_scalar},
#ifdef PEL_BUILD_AVX2
    {PEL_ISA_AVX2,
     {peers_loops_avx2, peers_sweep_avx2, peers_terms_avx2, peers_acoustic_avx2},
     peers_acoustic_rows_avx2},
#endif
#ifdef PEL_BUILD_AVX512
    {PEL_ISA_AVX512,
     {peers_loops_avx512, peers_sweep_avx512, peers_terms_avx512, peers_acoustic_avx512},
     peers_acoustic_rows_avx512},
#endif
#ifdef PEL_BUILD_NEON
    {PEL_ISA_NEON,
     {peers_loops_neon, peers_sweep_neon, peers_terms_neon, peers_acoustic_neon},
     peers_acoustic_rows_neon},
#endif
};

/* The widest instruction set that runs here. */
static size_t widest(void)
{
    size_t i = sizeof plain / sizeof plain[0] - 1;
    while (!pel_cpu()->has[plain[i].isa])
        i--;
    return i;
}

static const struct peer *plain_table(int kind)
{
    return plain[widest()].table[kind];
}

const struct acoustic_rows *peer_acoustic_rows(pel_dtype dtype)
{
    return &plain[widest()].rows[dtype == PEL_F64];
}

static bool serves(const struct peer *peer, const char *op, const char *shape, pel_dtype dtype)
{
    return strcmp(peer->op, op) == 0 && (peer->dtypes & 1u << dtype) &&
           (!peer->shape || (shape && strcmp(peer->shape, shape) == 0));
}

const struct peer *peer_of_rank(size_t rank, const char *op, const char *shape, pel_dtype dtype)
{
    const struct peer *const tables[] = {
        plain_table(0), plain_table(1), plain_table(2), plain_table(3), peers_series,
#ifdef PEL_HAVE_OPENBLAS
        peers_openblas,
#endif
#ifdef PEL_HAVE_CXX
        peers_cxx,
#endif
    };
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (const struct peer *peer = tables[i]; peer->name; peer++) {
            if (serves(peer, op, shape, dtype) && rank-- == 0)
                return peer;
        }
    }
    return NULL;
}
