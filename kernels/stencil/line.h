/* Many steps of a line under the taps of a cell and its two neighbours. A stretch of it is dealt to the lanes of
 * vectors, each of which gets cells that follow each other: so the neighbours of a vector are whole vectors, and
 * several steps run behind each other through the stretch with all that they need in registers. Near the ends of the
 * stretch that the vectors hold more cells become wrong with each step; the caller gives as many more. After Henretty
 * et al., Data layout transformation for stencil computations on short-vector SIMD architectures (2011). Read by
 * blocked.c, once without a dtype and once for each. */
#ifndef T

enum {
    LINE_STEPS = 4,                  /* at once */
    LINE_WINDOW = 3 * LINE_STEPS + 2 /* cells at an end of the line that are computed one by one */
};

#else

/* A stretch in lanes: cell low + lane * length + i is lane `lane` of vector i; before and behind there is room for as
 * many vectors as steps at once. */
struct NAME(stretch) {
    const struct pel_line *line;
    T *cell;          /* vectors, one behind the other */
    ptrdiff_t length; /* in vectors */
    ptrdiff_t low;
    T coef[3];
};

static T *NAME(place)(const struct NAME(stretch) * stretch, ptrdiff_t x)
{
    ptrdiff_t i = x - stretch->low;
    return stretch->cell + i % stretch->length * (ptrdiff_t)LANES + i / stretch->length;
}

/* Deals cells to lanes; beyond the ends of a line that is not periodic there are none that count. */
static void NAME(deal)(const struct NAME(stretch) * stretch)
{
    const struct pel_stencil_axis *axis = &stretch->line->form->axis[2];
    const T *from = stretch->line->from;
    ptrdiff_t n = (ptrdiff_t)axis->n, x = stretch->low;
    for (size_t lane = 0; lane < LANES; lane++) {
        for (ptrdiff_t i = 0; i < stretch->length; i++, x++) {
            ptrdiff_t at = x;
            if (axis->periodic)
                at = x < 0 ? x + n : x >= n ? (x - n) % n : x;
            stretch->cell[(size_t)i * LANES + lane] = at >= 0 && at < n ? from[at] : 0;
        }
    }
}

/* Cells at fixed sides keep their bits. */
static void NAME(gather)(const struct NAME(stretch) * stretch)
{
    const struct pel_line *line = stretch->line;
    const struct pel_stencil_axis *axis = &line->form->axis[2];
    T *to = line->to;
    ptrdiff_t x = stretch->low;
    for (size_t lane = 0; lane < LANES; lane++) {
        for (ptrdiff_t i = 0; i < stretch->length; i++, x++) {
            T value = stretch->cell[(size_t)i * LANES + lane];
            if (line->last && value != value && x >= (ptrdiff_t)axis->first && x < (ptrdiff_t)axis->last)
                value = (T)__builtin_nan("");
            if (x >= (ptrdiff_t)line->begin && x < (ptrdiff_t)line->end)
                to[x] = value;
        }
    }
}

/* The vectors before the first and behind the last: the lanes move by one. */
static ALWAYS_INLINE void NAME(surround)(T *cell, ptrdiff_t length, const ptrdiff_t steps)
{
    const VT zero = {0};
    const ptrdiff_t lanes = LANES;
    for (ptrdiff_t i = 0; i < steps; i++) {
        V(store)(cell + (i - steps) * lanes, V(earlier)(zero, V(load)(cell + (length + i - steps) * lanes)));
        V(store)(cell + (length + i) * lanes, V(later)(V(load)(cell + i * lanes), zero));
    }
}

/* Takes the next vector of the first step through all; returns what the last step makes. */
static ALWAYS_INLINE VT NAME(advance)(VT left[LINE_STEPS], VT middle[LINE_STEPS], VT right, const VT coef[3],
                                      const size_t steps)
{
    UNROLL for (size_t step = 0; step < steps; step++)
    {
        VT next = V(fma)(coef[2], right, V(fma)(coef[1], middle[step], coef[0] * left[step]));
        left[step] = middle[step];
        middle[step] = right;
        right = next;
    }
    return right;
}

/* All cells of the stretch by so many steps. */
static ALWAYS_INLINE void NAME(step)(const struct NAME(stretch) * stretch, const size_t steps)
{
    VT left[LINE_STEPS] = {{0}}, middle[LINE_STEPS] = {{0}};
    const ptrdiff_t behind = (ptrdiff_t)steps, lanes = LANES;
    T *cell = stretch->cell;
    const VT coef[3] = {V(set1)(stretch->coef[0]), V(set1)(stretch->coef[1]), V(set1)(stretch->coef[2])};
    NAME(surround)(cell, stretch->length, behind);
    for (ptrdiff_t i = -behind; i < behind; i++)
        NAME(advance)(left, middle, V(load)(cell + i * lanes), coef, steps);
    for (ptrdiff_t i = 0; i < stretch->length; i++)
        V(store)(cell + i * lanes, NAME(advance)(left, middle, V(load)(cell + (i + behind) * lanes), coef, steps));
}

/* Cells at one end of the line, one after the other. */
struct NAME(window) {
    size_t first, last;
    T cell[LINE_WINDOW];
};

static void NAME(open)(const struct NAME(stretch) * stretch, struct NAME(window) * window, bool high)
{
    size_t n = stretch->line->form->axis[2].n;
    window->first = high ? n - LINE_WINDOW : 0;
    window->last = window->first + LINE_WINDOW;
    for (size_t x = window->first; x < window->last; x++)
        window->cell[x - window->first] = *NAME(place)(stretch, (ptrdiff_t)x);
}

/* One step of the cells whose neighbours the window knows. */
static void NAME(step_window)(const struct NAME(stretch) * stretch, struct NAME(window) * window)
{
    const struct pel_stencil_form *form = stretch->line->form;
    const struct pel_stencil_axis *axis = &form->axis[2];
    struct NAME(window) before = *window;
    size_t begin = window->first ? window->first + 1 : axis->first;
    size_t end = window->last < axis->n ? window->last - 1 : axis->last;
    for (size_t x = begin; x < end; x++) {
        T value[3];
        for (size_t k = 0; k < 3; k++) {
            ptrdiff_t at = pel_stencil_index(axis, (ptrdiff_t)(x + k) - 1);
            value[k] = at < 0 ? *(const T *)form->outside : before.cell[(size_t)at - before.first];
        }
        T sum = stretch->coef[0] * value[0];
        for (size_t k = 1; k < 3; k++)
            sum = NAME(pel_stencil_fma)(stretch->coef[k], value[k], sum);
        window->cell[x - window->first] = sum;
    }
}

/* Puts the cells back that are right after so many steps while those of the stretch may not be. */
static void NAME(shut)(const struct NAME(stretch) * stretch, const struct NAME(window) * window, size_t steps)
{
    size_t begin = window->first ? window->last - steps - 1 : 0, end = window->first ? window->last : steps + 1;
    for (size_t x = begin; x < end; x++)
        *NAME(place)(stretch, (ptrdiff_t)x) = window->cell[x - window->first];
}

/* Steps of the whole stretch, of which the ends of the line that lie within it know more. */
static ALWAYS_INLINE void NAME(step_line)(const struct NAME(stretch) * stretch, const size_t steps)
{
    const struct pel_stencil_axis *axis = &stretch->line->form->axis[2];
    ptrdiff_t end = stretch->low + stretch->length * (ptrdiff_t)LANES;
    bool within[2] = {!axis->periodic && stretch->low <= 0, !axis->periodic && end >= (ptrdiff_t)axis->n};
    struct NAME(window) window[2];
    for (int side = 0; side < 2; side++) {
        if (within[side])
            NAME(open)(stretch, &window[side], side == 1);
    }
    NAME(step)(stretch, steps);
    for (int side = 0; side < 2; side++) {
        for (size_t step = 0; within[side] && step < steps; step++)
            NAME(step_window)(stretch, &window[side]);
        if (within[side])
            NAME(shut)(stretch, &window[side], steps);
    }
}

static void NAME(line)(const struct pel_line *line)
{
    const T *coef = line->form->coef;
    size_t cells = line->end - line->begin + 2 * line->steps, step = 0;
    struct NAME(stretch) stretch = {.line = line,
                                    .cell = (T *)line->room + LINE_STEPS * LANES,
                                    .length = (ptrdiff_t)((cells + LANES - 1) / LANES),
                                    .low = (ptrdiff_t)line->begin - (ptrdiff_t)line->steps,
                                    .coef = {coef[0], coef[1], coef[2]}};
    NAME(deal)(&stretch);
    for (; step + LINE_STEPS <= line->steps; step += LINE_STEPS)
        NAME(step_line)(&stretch, LINE_STEPS);
    for (; step < line->steps; step++)
        NAME(step_line)(&stretch, 1);
    NAME(gather)(&stretch);
}

#endif
