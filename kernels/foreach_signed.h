/* Reads PEL_SELF once for each signed integer dtype; see foreach_float.h. */
#define T             int32_t
#define T_SUFFIX      i32
#define T_BITS        32
#define T_SIGNIFICAND 0
#define T_SIGNED      1
#include "kernels/foreach_one.h"

#define T             int64_t
#define T_SUFFIX      i64
#define T_BITS        64
#define T_SIGNIFICAND 0
#define T_SIGNED      1
#include "kernels/foreach_one.h"
