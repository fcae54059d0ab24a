#include "lib/element.h"

/* Powers of two bound what an integer type can hold; whole numbers between them are exact. */
bool pel_element_can_hold(pel_dtype dtype, double x)
{
    double low = dtype == PEL_I32 ? -0x1p31 : dtype == PEL_I64 ? -0x1p63 : 0;
    double end = dtype == PEL_I32 ? 0x1p31 : dtype == PEL_U32 ? 0x1p32 : dtype == PEL_I64 ? 0x1p63 : 0x1p64;
    if (dtype == PEL_F32 || dtype == PEL_F64)
        return true;
    if (!(x >= low && x < end))
        return false;
    return x < 0 ? x == (double)(int64_t)x : x == (double)(uint64_t)x;
}

void pel_element_store(void *array, pel_dtype dtype, size_t i, double x)
{
    switch (dtype) {
    case PEL_F32:
        ((float *)array)[i] = (float)x;
        break;
    case PEL_F64:
        ((double *)array)[i] = x;
        break;
    case PEL_I32:
        ((int32_t *)array)[i] = (int32_t)x;
        break;
    case PEL_I64:
        ((int64_t *)array)[i] = (int64_t)x;
        break;
    case PEL_U32:
        ((uint32_t *)array)[i] = (uint32_t)x;
        break;
    case PEL_U64:
        ((uint64_t *)array)[i] = (uint64_t)x;
        break;
    }
}
