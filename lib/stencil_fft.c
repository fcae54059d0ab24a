/* The spectrum of a grid, each mode times a power of its eigenvalue, and back.
 *
 * The eigenvalue of a mode is the sum of its taps' coefficients times roots of unity. It and its power, by repeated
 * squaring, are computed in long double, since squaring doubles the relative error each time: after s steps it is some
 * s times 2^-62. That, and some units in the last place that the two transforms lose, is the error of the result,
 * relative to its largest element. */
#include "lib/stencil_fft.h"

#include "config.h"

#include <float.h>

#if defined(PEL_HAVE_FFTW) && LDBL_MANT_DIG >= 64

#include <fftw3.h>
#include <math.h>
#include <pthread.h>

#include "lib/memory.h"
#include "lib/team.h"

enum {
    LEAST_STEPS = 512, /* that cost more than transforms and powers */
    CHUNK = 4096,      /* modes of a row that are computed at once */
    SPAN = 2 * PEL_STENCIL_MAX_RADIUS + 1,
};

struct pel_stencil_fft {
    fftw_plan forward, backward;
};

struct number {
    long double re, im;
};

struct powers {
    const struct pel_plan *plan;
    fftw_complex *modes;
    size_t row, chunks; /* modes of a row, and pieces of it */
    size_t steps;
};

/* FFTW plans in one thread at a time. */
static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

static struct number times(struct number a, struct number b)
{
    return (struct number){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static struct number power(struct number base, size_t exponent)
{
    struct number result = {1, 0};
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2)
            result = times(result, base);
        base = times(base, base);
    }
    return result;
}

/* exp(2 pi i mode offset / n) */
static struct number root(size_t mode, ptrdiff_t offset, size_t n)
{
    size_t turns = (size_t)(offset < 0 ? -offset : offset) % n * mode % n;
    long double angle = 6.283185307179586476925286766559005768L * (long double)turns / (long double)n;
    return (struct number){cosl(angle), offset < 0 ? -sinl(angle) : sinl(angle)};
}

/* What the taps come to on modes (z, y) of the slow axes, by their offset along the row. */
static void gather(const struct pel_plan *plan, size_t z, size_t y, struct number by_offset[SPAN])
{
    const struct pel_stencil_form *form = &plan->form;
    for (int i = 0; i < SPAN; i++)
        by_offset[i] = (struct number){0, 0};
    for (size_t k = 0; k < form->ntaps; k++) {
        const int32_t *offset = form->offset[k];
        struct number factor = times(root(z, offset[0], form->axis[0].n), root(y, offset[1], form->axis[1].n));
        struct number *sum = &by_offset[offset[2] + PEL_STENCIL_MAX_RADIUS];
        sum->re += (long double)((const double *)form->coef)[k] * factor.re;
        sum->im += (long double)((const double *)form->coef)[k] * factor.im;
    }
}

/* A polynomial in the root of the mode, lowest power first shifted to 0. */
static struct number eigenvalue(const struct number by_offset[SPAN], size_t x, size_t n)
{
    struct number step = root(x, 1, n), sum = by_offset[SPAN - 1];
    for (int i = SPAN - 2; i >= 0; i--) {
        sum = times(sum, step);
        sum.re += by_offset[i].re;
        sum.im += by_offset[i].im;
    }
    return times(sum, root(x, -PEL_STENCIL_MAX_RADIUS, n));
}

static void raise_modes(void *context, size_t index)
{
    const struct powers *powers = context;
    const struct pel_stencil_axis *axis = powers->plan->form.axis;
    size_t row = index / powers->chunks, begin = index % powers->chunks * CHUNK;
    size_t end = pel_stencil_smaller(powers->row, begin + CHUNK);
    long double scale = 1 / (long double)powers->plan->cells;
    struct number by_offset[SPAN];
    gather(powers->plan, row / axis[1].n, row % axis[1].n, by_offset);
    for (size_t x = begin; x < end; x++) {
        fftw_complex *mode = &powers->modes[row * powers->row + x];
        struct number factor = power(eigenvalue(by_offset, x, axis[2].n), powers->steps);
        struct number value = times(factor, (struct number){(*mode)[0], (*mode)[1]});
        (*mode)[0] = (double)(scale * value.re);
        (*mode)[1] = (double)(scale * value.im);
    }
}

/* Whether a mode is multiplied by a number, and FFTW takes the grid. */
static bool suits(const struct pel_plan *plan, unsigned flags)
{
    if (!(flags & PEL_FAST) || plan->dtype != PEL_F64 || plan->form.terms || plan->extent != plan->cells)
        return false;
    for (int a = 3 - plan->shape.ndim; a < 3; a++) {
        if (!plan->form.axis[a].periodic || plan->form.axis[a].n > INT32_MAX)
            return false;
    }
    return true;
}

static size_t modes_of_row(const struct pel_plan *plan)
{
    return plan->form.axis[2].n / 2 + 1;
}

void pel_stencil_fft_make(struct pel_plan *plan, unsigned flags)
{
    struct pel_stencil_fft *fft = suits(plan, flags) ? pel_memory_new(1, sizeof *fft) : NULL;
    if (!fft)
        return;
    /* Plans by estimate look at where arrays are, not at what is in them. */
    double real[2];
    fftw_complex mode[2];
    int n[3];
    for (int a = 0; a < 3; a++)
        n[a] = (int)plan->form.axis[a].n;
    pthread_mutex_lock(&planner);
    fft->forward = fftw_plan_dft_r2c(3, n, real, mode, FFTW_ESTIMATE | FFTW_UNALIGNED);
    fft->backward = fftw_plan_dft_c2r(3, n, mode, real, FFTW_ESTIMATE | FFTW_UNALIGNED);
    pthread_mutex_unlock(&planner);
    plan->fft = fft;
    if (!fft->forward || !fft->backward)
        pel_stencil_fft_free(plan);
}

void pel_stencil_fft_free(struct pel_plan *plan)
{
    struct pel_stencil_fft *fft = plan->fft;
    if (!fft)
        return;
    pthread_mutex_lock(&planner);
    fftw_destroy_plan(fft->forward);
    fftw_destroy_plan(fft->backward);
    pthread_mutex_unlock(&planner);
    pel_memory_free(fft);
    plan->fft = NULL;
}

size_t pel_stencil_fft_bytes(const struct pel_plan *plan)
{
    const struct pel_stencil_axis *axis = plan->form.axis;
    return plan->fft ? axis[0].n * axis[1].n * modes_of_row(plan) * sizeof(fftw_complex) : 0;
}

bool pel_stencil_fft_suits(const struct pel_plan *plan, size_t steps)
{
    return plan->fft && steps >= LEAST_STEPS;
}

void pel_stencil_fft_run(const struct pel_plan *plan, double *u, void *scratch, size_t steps, int threads)
{
    struct powers powers = {.plan = plan, .modes = scratch, .row = modes_of_row(plan), .steps = steps};
    powers.chunks = (powers.row + CHUNK - 1) / CHUNK;
    fftw_execute_dft_r2c(plan->fft->forward, u, powers.modes);
    pel_team_for(threads, plan->form.axis[0].n * plan->form.axis[1].n * powers.chunks, raise_modes, &powers);
    fftw_execute_dft_c2r(plan->fft->backward, powers.modes, u);
}

#else

void pel_stencil_fft_make(struct pel_plan *plan, unsigned flags)
{
    (void)plan;
    (void)flags;
}

void pel_stencil_fft_free(struct pel_plan *plan)
{
    (void)plan;
}

size_t pel_stencil_fft_bytes(const struct pel_plan *plan)
{
    (void)plan;
    return 0;
}

bool pel_stencil_fft_suits(const struct pel_plan *plan, size_t steps)
{
    (void)plan;
    (void)steps;
    return false;
}

void pel_stencil_fft_run(const struct pel_plan *plan, double *u, void *scratch, size_t steps, int threads)
{
    (void)plan;
    (void)u;
    (void)scratch;
    (void)steps;
    (void)threads;
}

#endif
