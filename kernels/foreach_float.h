/* Reads PEL_SELF once for each floating-point dtype. There: T is the element type, NAME(x) is x_f64 and the like,
 * U the unsigned and S the signed integer type of the same width, T_BITS that width, T_SIGNIFICAND the bits of the
 * significand stored (0 for integers). */
#define T             float
#define T_SUFFIX      f32
#define T_BITS        32
#define T_SIGNIFICAND 23
#define T_SIGNED      1
#include "kernels/foreach_one.h"

#define T             double
#define T_SUFFIX      f64
#define T_BITS        64
#define T_SIGNIFICAND 52
#define T_SIGNED      1
#include "kernels/foreach_one.h"
