#include "lib/registry.h"

#include <string.h>

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

/* Made by kernels/table.c, once per instruction set that is built. */
extern const struct pel_kernel *const pel_tables_scalar[];
extern const struct pel_kernel *const pel_tables_avx2[];
extern const struct pel_kernel *const pel_tables_avx512[];
extern const struct pel_kernel *const pel_tables_neon[];

static const struct pel_kernel *const *const isas[] = {
    pel_tables_scalar,
#ifdef PEL_BUILD_AVX2
    pel_tables_avx2,
#endif
#ifdef PEL_BUILD_AVX512
    pel_tables_avx512,
#endif
#ifdef PEL_BUILD_NEON
    pel_tables_neon,
#endif
};

static const struct pel_kernel *next_row(struct pel_registry_walk *walk)
{
    while (walk->isa < sizeof isas / sizeof isas[0]) {
        const struct pel_kernel *table = isas[walk->isa][walk->table];
        if (!table)
            *walk = (struct pel_registry_walk){walk->isa + 1, 0, 0};
        else if (!table[walk->row].name)
            *walk = (struct pel_registry_walk){walk->isa, walk->table + 1, 0};
        else
            return &table[walk->row++];
    }
    return NULL;
}

const struct pel_kernel *pel_registry_next(struct pel_registry_walk *walk, enum pel_op op, int dtype)
{
    const struct pel_kernel *kernel;
    do
        kernel = next_row(walk);
    while (kernel && ((op != PEL_NOPS && kernel->op != op) || (dtype >= 0 && (int)kernel->dtype != dtype)));
    return kernel;
}

const struct pel_kernel *pel_registry_find(enum pel_op op, pel_dtype dtype, const char *name, size_t length)
{
    struct pel_registry_walk walk = {0};
    const struct pel_kernel *kernel;
    do
        kernel = pel_registry_next(&walk, op, (int)dtype);
    while (kernel && (strlen(kernel->name) != length || memcmp(kernel->name, name, length) != 0));
    return kernel;
}
