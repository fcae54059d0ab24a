/* Reads PEL_SELF once for each integer dtype; see foreach_float.h. */
#include "kernels/foreach_signed.h"

#define T             uint32_t
#define T_SUFFIX      u32
#define T_BITS        32
#define T_SIGNIFICAND 0
#define T_SIGNED      0
#include "kernels/foreach_one.h"

#define T             uint64_t
#define T_SUFFIX      u64
#define T_BITS        64
#define T_SIGNIFICAND 0
#define T_SIGNED      0
#include "kernels/foreach_one.h"
