/* Elements compared with a value, or with the one before; read once per dtype. */

static void NAME(flag)(const void *x_, size_t n, pel_relation relation, const void *value_, uint8_t *flags)
{
    const T *x = x_, value = *(const T *)value_;
#define COMPARE(symbol, operator)                                                                                      \
    case symbol:                                                                                                       \
        for (size_t i = 0; i < n; i++)                                                                                 \
            flags[i] = x[i] operator value;                                                                            \
        break
    switch (relation) {
        COMPARE(PEL_LESS, <);
        COMPARE(PEL_LESS_EQUAL, <=);
        COMPARE(PEL_EQUAL, ==);
        COMPARE(PEL_NOT_EQUAL, !=);
        COMPARE(PEL_GREATER_EQUAL, >=);
        COMPARE(PEL_GREATER, >);
    }
#undef COMPARE
}

static void NAME(change)(const void *x_, size_t n, uint8_t *flags)
{
    const T *x = x_;
    for (size_t i = 0; i < n; i++)
        flags[i] = x[i + 1] != x[i];
}
