#include "perf/tune_space.h"

#include <stdlib.h>
#include <string.h>

#include "lib/registry.h"
#include "lib/variant.h"
#include "perf/program.h"
#include "perf/tune_record.h"

/* Bytes of an array, from where a call costs more than its work to well outside a second-level cache. A factor of 8
 * still has a size within each level of any cache. */
enum { MIN_BYTES = 256, COARSE_FACTOR = 8, DENSE_FACTOR = 2 };

enum { MAX_CELLS = 1 << 16 };

size_t tune_grid_factor(bool dense)
{
    return dense ? DENSE_FACTOR : COARSE_FACTOR;
}

bool tune_is_smallest(const struct tune_cell *cell)
{
    return cell->n * pel_dtype_size(cell->key.dtype) <= MIN_BYTES;
}

bool tune_is_largest(const struct tune_cell *cell)
{
    return cell->n * pel_dtype_size(cell->key.dtype) > TUNE_MAX_BYTES / COARSE_FACTOR;
}

/* Whether a kernel is there that only PEL_FAST may use; else its calls run what the others run. */
static bool has_fast_kernel(enum pel_op op, pel_dtype dtype)
{
    struct pel_registry_walk walk = {0};
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, op, (int)dtype));) {
        if (kernel->traits & PEL_TRAIT_FAST)
            return true;
    }
    return false;
}

struct listing {
    const struct tune_options *options;
    struct tune_cell *cells;
    size_t count;
};

/* One thread, all, and with a dense grid the powers of two between. */
static void add_threads(struct listing *listing, struct tune_cell cell)
{
    const struct tune_options *options = listing->options;
    for (int threads = 1;;
         threads = options->dense && threads * 2 < options->threads ? threads * 2 : options->threads) {
        cell.key.threads = threads;
        if (listing->count < MAX_CELLS)
            listing->cells[listing->count++] = cell;
        if (threads == options->threads)
            return;
    }
}

static void add_operations(struct listing *listing, size_t bytes, bool fast)
{
    enum pel_op op = (enum pel_op)0;
    pel_dtype dtype = (pel_dtype)0;
    for (bool next = false; select_next(&listing->options->selected, next, &op, &dtype); next = true) {
        struct tune_cell cell = {.key = {.op = op, .dtype = dtype, .fast = fast}, .n = bytes / pel_dtype_size(dtype)};
        if (fast && !has_fast_kernel(op, dtype))
            continue;
        if (op != PEL_OP_STENCIL) {
            add_threads(listing, cell);
            continue;
        }
        for (cell.key.ndim = 1; cell.key.ndim <= 3; cell.key.ndim++)
            add_threads(listing, cell);
    }
}

/* Each cell that a proposal is for. */
static void add_proposed(struct listing *listing)
{
    for (size_t i = 0; i < listing->options->nproposals; i++) {
        const struct tune_cell *cell = &listing->options->proposals[i].cell;
        size_t known = 0;
        while (known < listing->count && !tune_same_cell(&listing->cells[known], cell))
            known++;
        if (known == listing->count && known < MAX_CELLS)
            listing->cells[listing->count++] = *cell;
    }
}

static void add_grid(struct listing *listing)
{
    bool dense = listing->options->dense;
    for (size_t bytes = MIN_BYTES; bytes <= TUNE_MAX_BYTES; bytes *= tune_grid_factor(dense)) {
        add_operations(listing, bytes, false);
        add_operations(listing, bytes, true);
    }
}

size_t tune_list_cells(const struct tune_options *options, struct tune_cell **cells)
{
    struct listing listing = {options, allocate(MAX_CELLS * sizeof(struct tune_cell)), 0};
    if (options->proposals)
        add_proposed(&listing);
    else if (options->cell.n > 0)
        listing.cells[listing.count++] = options->cell;
    else
        add_grid(&listing);
    *cells = listing.cells;
    return listing.count;
}

struct workload_spec tune_workload(const struct tune_cell *cell)
{
    struct workload_spec spec = {.op = cell->key.op, .dtype = cell->key.dtype, .n = cell->n, .data = DATA_UNIFORM};
    spec.seed = 1;
    spec.flags = cell->key.fast ? PEL_FAST : 0;
    if (cell->key.ndim > 0)
        spec.shape = (struct shape){.ndim = cell->key.ndim, .radius = 1, .box = false};
    return spec;
}

struct pel_request tune_request(const struct workload *workload, int threads, struct pel_stencil_shape *shape)
{
    const struct workload_spec *spec = &workload->spec;
    const struct stencil_problem *problem = workload->stencil;
    struct pel_request request = {spec->op, spec->dtype, spec->flags, threads, workload->elements, NULL, false};
    if (problem) {
        *shape = (struct pel_stencil_shape){.ndim = problem->shape.ndim,
                                            .row = problem->grid[2],
                                            .ntaps = problem->ntaps,
                                            .radius = problem->shape.radius,
                                            .terms = problem->shape.kind != SHAPE_TAPS};
        request.n = workload->elements / problem->steps;
        request.stencil = shape;
    }
    return request;
}

bool tune_same_pick(const struct pel_pick *a, const struct pel_pick *b)
{
    return a->kernel == b->kernel && a->team == b->team && memcmp(a->params, b->params, sizeof a->params) == 0;
}

static size_t add(struct tune_candidate *list, size_t count, const struct pel_pick *pick)
{
    for (size_t i = 0; i < count; i++) {
        if (tune_same_pick(&list[i].pick, pick))
            return count;
    }
    if (count < TUNE_MAX_CANDIDATES)
        list[count++] = (struct tune_candidate){.pick = *pick};
    return count;
}

size_t tune_list_candidates(const struct pel_request *request, struct tune_candidate *list)
{
    static const int32_t initial[PEL_MAX_PARAMS];
    struct pel_registry_walk walk = {0};
    size_t count = 0;
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, request->op, (int)request->dtype));) {
        struct pel_pick pick = {.kernel = kernel, .team = 1};
        if (pel_kernel_barred(kernel, request) || kernel->traits & PEL_TRAIT_REFERENCE)
            continue;
        pel_variant_params(kernel, initial, pick.params);
        count = add(list, count, &pick);
        pick.team = request->threads;
        count = add(list, count, &pick);
    }
    return count;
}

size_t tune_add_neighbours(const struct tune_candidate *of, bool dense, struct tune_candidate *list, size_t count)
{
    for (int i = 0; i < PEL_MAX_PARAMS && of->pick.kernel->params[i].name; i++) {
        const struct pel_param *param = &of->pick.kernel->params[i];
        struct pel_pick pick = of->pick;
        int32_t here = pick.params[i];
        for (int64_t value = param->low > 0 ? param->low : 1; value <= param->high; value *= 2) {
            pick.params[i] = (int32_t)value;
            if (dense || (value >= here / 2 && value <= 2 * (int64_t)here))
                count = add(list, count, &pick);
        }
    }
    return count;
}
