/* One of many sorts: in registers where it fits, else by another kernel. Read once per type of code, with integers.h
 * before. */

#include "kernels/sort/network.h"

static void NAME(sort_each)(NAME(code) * codes, size_t n)
{
    if (n > (size_t)(16 * NAME(lanes)))
        sort_integers(T_BITS == 32 ? PEL_I32 : PEL_I64, codes, n);
    else if (n > 1)
        NAME(sort_few)(codes, n);
}
