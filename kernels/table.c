/* All kernel tables of one instruction set. */
#include "kernels/kernel.h"

#define PEL_FILE(file) extern const struct pel_kernel PEL_TABLE(file)[];
#include "kernels/list.h"
#undef PEL_FILE

#define PEL_TABLES_(isa) pel_tables_##isa
#define PEL_TABLES(isa)  PEL_TABLES_(isa)

extern const struct pel_kernel *const PEL_TABLES(PEL_ISA)[];
const struct pel_kernel *const PEL_TABLES(PEL_ISA)[] = {
#define PEL_FILE(file) PEL_TABLE(file),
#include "kernels/list.h"
#undef PEL_FILE
    NULL};
