/* Reads PEL_SELF once for each dtype; see foreach_float.h. */
#include "kernels/foreach_integer.h"

#include "kernels/foreach_float.h"
