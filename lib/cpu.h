/* What this processor can do. */
#ifndef PEL_LIB_CPU_H
#define PEL_LIB_CPU_H

#include <stdbool.h>

#include "kernels/kernel.h"

struct pel_cpu {
    char id[48];    /* vendor, family and model, as tables name it: "GenuineIntel-6-207" */
    char brand[52]; /* as the processor calls itself; may be empty */
    bool has[PEL_NISAS];
};

/* Found out once, then constant. */
const struct pel_cpu *pel_cpu(void);

const char *pel_isa_name(enum pel_isa isa);

/* Whether processors of the family that this library was built for may have it. */
bool pel_isa_is_of_this_family(enum pel_isa isa);

/* The instruction set of this name, or PEL_NISAS. */
enum pel_isa pel_isa_named(const char *name);

#endif
