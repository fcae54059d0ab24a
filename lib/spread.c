#include "lib/spread.h"

#include "lib/accumulator.h"

void pel_spread(struct pel_big *spread, const struct pel_acc *xy, const struct pel_acc *x, const struct pel_acc *y,
                uint64_t n)
{
    struct pel_big whole, of_x, of_y, product;
    pel_big_of_acc(&whole, xy);
    pel_big_times(&whole, n);
    pel_big_of_acc(&of_x, x);
    pel_big_of_acc(&of_y, y);
    pel_big_product(&product, &of_x, &of_y);
    pel_big_minus(spread, &whole, &product);
}

void pel_spread_over(struct pel_acc *result, const struct pel_acc *xy, const struct pel_acc *x, const struct pel_acc *y,
                     uint64_t n, uint64_t ddof, bool root)
{
    struct pel_big dividend, divisor;
    if ((xy->flags | x->flags | y->flags) & PEL_ACC_NOT_FINITE) {
        pel_acc_clear(result);
        result->flags = PEL_ACC_NAN;
        return;
    }
    pel_spread(&dividend, xy, x, y, n);
    pel_big_of(&divisor, n);
    pel_big_times(&divisor, n - ddof);
    (root ? pel_big_root_of_quotient : pel_big_quotient)(result, &dividend, &divisor);
}
