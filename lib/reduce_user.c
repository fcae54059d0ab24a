/* Reductions by the caller's own functions, over a tree that depends on the number of elements alone. */
#include <pel/reduce.h>

#include <string.h>

#include "lib/check.h"
#include "lib/memory.h"
#include "lib/team.h"
#include "lib/trace.h"

enum { LEAVES = 1024, USUAL_BLOCK = 4096 };

/* A call: the leaves of the tree, each with its state. */
struct tree {
    const pel_user_reduction *user;
    size_t n, block, leaf; /* elements: of all, a block, a leaf */
    size_t stride;         /* bytes from state to state */
    char *states;
};

static void run_leaf(void *context, size_t index)
{
    const struct tree *tree = context;
    const pel_user_reduction *user = tree->user;
    void *state = tree->states + index * tree->stride;
    size_t start = index * tree->leaf, stop = tree->n - start < tree->leaf ? tree->n : start + tree->leaf;
    user->identity(user->context, state);
    for (size_t i = start, count; i < stop; i += count) {
        count = stop - i < tree->block ? stop - i : tree->block;
        user->fold(user->context, state, i, count);
    }
}

static void merge_leaves(void *context, size_t a, size_t b)
{
    const struct tree *tree = context;
    tree->user->merge(tree->user->context, tree->states + a * tree->stride, tree->states + b * tree->stride);
}

static pel_status check(const pel_user_reduction *user, const void *result, const pel_opts *opts)
{
    pel_status status = pel_check_opts(opts);
    if (status == PEL_OK && (!user || user->size < sizeof *user || !user->identity || !user->fold || !user->merge ||
                             user->state_bytes == 0 || !result))
        status = PEL_EINVAL;
    return status;
}

/* Blocks of a leaf: as few as make no more than LEAVES of them. */
static pel_status plant(struct tree *tree, size_t *leaves)
{
    size_t blocks = tree->n / tree->block + (tree->n % tree->block > 0);
    size_t blocks_of_leaf = blocks / LEAVES + (blocks % LEAVES > 0), bytes = tree->user->state_bytes;
    *leaves = blocks == 0 ? 1 : (blocks - 1) / blocks_of_leaf + 1;
    if (bytes > PTRDIFF_MAX / LEAVES - PEL_CACHE_LINE ||
        __builtin_mul_overflow(blocks_of_leaf, tree->block, &tree->leaf))
        return PEL_ERANGE;
    tree->stride = (bytes + PEL_CACHE_LINE - 1) / PEL_CACHE_LINE * PEL_CACHE_LINE;
    return PEL_OK;
}

pel_status pel_reduce_user(const pel_user_reduction *user, size_t n, void *result, const pel_opts *opts)
{
    size_t leaves;
    struct pel_scratch scratch;
    pel_status status = check(user, result, opts);
    if (status != PEL_OK)
        return status;
    struct tree tree = {.user = user, .n = n, .block = user->block ? user->block : USUAL_BLOCK};
    status = plant(&tree, &leaves);
    if (status != PEL_OK)
        return status;
    if (!pel_scratch_take(&scratch, leaves * tree.stride, opts))
        return PEL_ENOMEM;
    tree.states = scratch.data;
    int team = pel_team_threads(opts);
    team = leaves < (size_t)team ? (int)leaves : team;
    struct pel_span span;
    pel_trace_begin_own(&span, "reduce_user", NULL, team, n);
    pel_team_for(team, leaves, run_leaf, &tree);
    pel_team_reduce(team, leaves, merge_leaves, &tree);
    pel_trace_end(&span);
    memcpy(result, tree.states, user->state_bytes);
    pel_scratch_drop(&scratch);
    return PEL_OK;
}
