/* Reads PEL_SELF once for each width of integers that are narrower than the dtypes; see foreach_float.h. */
#define T             uint8_t
#define T_SUFFIX      u8
#define T_BITS        8
#define T_SIGNIFICAND 0
#define T_SIGNED      0
#include "kernels/foreach_one.h"

#define T             uint16_t
#define T_SUFFIX      u16
#define T_BITS        16
#define T_SIGNIFICAND 0
#define T_SIGNED      0
#include "kernels/foreach_one.h"
