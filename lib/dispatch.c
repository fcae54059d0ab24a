/* Picks are resolved once per key into a schedule, thresholds in n that each name a pick; a call then scans a few
 * numbers. Schedules are published through atomics and never freed while the library lives: a reader needs no lock. */
#include "lib/dispatch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "lib/cpu.h"
#include "lib/env.h"
#include "lib/memory.h"
#include "lib/model.h"
#include "lib/names.h"
#include "lib/registry.h"
#include "lib/trace.h"
#include "lib/variant.h"

enum { THREAD_CLASSES = 10, NDIMS = 4, MAX_SEGMENTS = 24 };

struct segment {
    size_t n_upto;
    struct pel_pick pick;
};

struct schedule {
    size_t count;
    struct segment segment[MAX_SEGMENTS];
};

static _Atomic(const struct schedule *) schedules[PEL_NOPS][PEL_NDTYPES][2][NDIMS][THREAD_CLASSES];
static _Atomic(const struct pel_rules *) imported;
static pthread_mutex_t resolving = PTHREAD_MUTEX_INITIALIZER;

static bool is_fast(const struct pel_request *request)
{
    return request->flags & PEL_FAST;
}

static int ndim_of(const struct pel_request *request)
{
    return request->stencil ? request->stencil->ndim : 0;
}

/* 1, 2, 3-4, 5-8, ... threads. */
static int thread_class(int threads)
{
    int class = 0;
    while (class < THREAD_CLASSES - 1 && 1 << class < threads)
        class ++;
    return class;
}

static const char *barred_always(const struct pel_kernel *kernel, unsigned flags)
{
    if (!pel_cpu()->has[kernel->isa])
        return "this processor lacks the instruction set";
    if (!pel_env_allows(kernel->isa))
        return "masked by PEL_MAX_ISA";
    if ((kernel->traits & PEL_TRAIT_FAST) && !(flags & PEL_FAST))
        return "only for PEL_FAST";
    return NULL;
}

const char *pel_kernel_barred(const struct pel_kernel *kernel, const struct pel_request *request)
{
    const char *why = barred_always(kernel, request->flags);
    return why || !kernel->why_not ? why : kernel->why_not(request);
}

/* The table of rank 0, 1, ...; false past the last. Tables of other processors come back empty. */
static bool table_of_rank(size_t rank, struct pel_rules *table)
{
    const struct pel_rules *const first[] = {atomic_load(&imported), &pel_tuned_rules};
    const struct pel_rules *rules = rank < 2 ? first[rank] : &pel_shipped_rules[rank - 2];
    if (rank >= 2 && !rules->source)
        return false;
    *table = rules ? *rules : (struct pel_rules){"imported wisdom", NULL, NULL, 0};
    if (table->cpu && strcmp(table->cpu, pel_cpu()->id) != 0)
        table->count = 0;
    return true;
}

/* Whether the rule is about requests of this key, whatever their size. */
static bool same_key(const struct pel_rule *rule, const struct pel_request *request)
{
    return rule->op == request->op && rule->dtype == request->dtype && rule->fast == is_fast(request) &&
           (rule->ndim == 0 || rule->ndim == ndim_of(request)) &&
           (rule->threads == 0 || thread_class(rule->threads) == thread_class(request->threads));
}

static const struct pel_kernel *kernel_of_rule(const struct pel_rule *rule)
{
    return pel_registry_find(rule->op, rule->dtype, rule->variant, strlen(rule->variant));
}

static bool pick_from_table(const struct pel_rules *table, const struct pel_request *request, struct pel_pick *pick)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct pel_rule *rule = &table->rule[i];
        if (request->n > rule->n_upto || !same_key(rule, request))
            continue;
        const struct pel_kernel *kernel = kernel_of_rule(rule);
        if (!kernel || pel_kernel_barred(kernel, request))
            continue;
        *pick = (struct pel_pick){.kernel = kernel, .team = rule->team, .source = table->source};
        pel_variant_params(kernel, rule->params, pick->params);
        return true;
    }
    return false;
}

/* PEL_FORCE: a name that cannot run falls through, as the promise to report it demands a line. */
static bool pick_forced(const struct pel_request *request, struct pel_pick *pick)
{
    const struct pel_env *env = pel_env();
    for (int i = 0; i < env->nforces; i++) {
        const struct pel_force *force = &env->force[i];
        if (force->op != request->op || (force->dtype >= 0 && force->dtype != (int)request->dtype))
            continue;
        if (pel_variant_parse(force->variant, request, pick)) {
            pick->source = "PEL_FORCE";
            return true;
        }
        if (env->verbose_dispatch)
            pel_trace_line("dispatch", "PEL_FORCE %s:%s=%s passed over: no such kernel, or it cannot run here",
                           pel_op_name(force->op), pel_dtype_name(request->dtype), force->variant);
    }
    return false;
}

/* Everything below opts->variant. */
static void resolve(const struct pel_request *request, struct pel_pick *pick)
{
    struct pel_rules table;
    bool found = pick_forced(request, pick);
    for (size_t rank = 0; !found && table_of_rank(rank, &table); rank++)
        found = pick_from_table(&table, request, pick);
    if (!found)
        pel_model_pick(request, pick);
}

static void add_bound(size_t *bounds, size_t *count, size_t bound)
{
    size_t at = *count;
    while (at > 0 && bounds[at - 1] > bound)
        at--;
    if (*count == MAX_SEGMENTS - 1 || bound == SIZE_MAX || (at > 0 && bounds[at - 1] == bound))
        return;
    memmove(bounds + at + 1, bounds + at, (*count - at) * sizeof *bounds);
    bounds[at] = bound;
    ++*count;
}

/* Sizes at which the pick may change. */
static size_t find_bounds(const struct pel_request *request, size_t *bounds)
{
    struct pel_rules table;
    size_t count = 0;
    for (size_t rank = 0; table_of_rank(rank, &table); rank++) {
        for (size_t i = 0; i < table.count; i++) {
            if (same_key(&table.rule[i], request))
                add_bound(bounds, &count, table.rule[i].n_upto);
        }
    }
    return count;
}

static const struct schedule *make_schedule(const struct pel_request *request)
{
    struct schedule *schedule = pel_memory_new(1, sizeof *schedule);
    if (!schedule)
        return NULL;
    size_t bounds[MAX_SEGMENTS];
    size_t count = find_bounds(request, bounds);
    struct pel_request probe = *request;
    for (size_t i = 0; i <= count; i++) {
        struct segment *segment = &schedule->segment[i];
        segment->n_upto = i < count ? bounds[i] : SIZE_MAX;
        probe.n = i == 0 ? segment->n_upto : bounds[i - 1] + 1;
        resolve(&probe, &segment->pick);
    }
    schedule->count = count + 1;
    return schedule;
}

/* The schedule of the request's key; NULL without memory, and then each call resolves for itself. */
static const struct schedule *schedule_of(const struct pel_request *request)
{
    _Atomic(const struct schedule *) *slot =
        &schedules[request->op][request->dtype][is_fast(request)][ndim_of(request)][thread_class(request->threads)];
    const struct schedule *schedule = atomic_load_explicit(slot, memory_order_acquire);
    if (schedule)
        return schedule;
    pthread_mutex_lock(&resolving);
    schedule = atomic_load_explicit(slot, memory_order_acquire);
    if (!schedule) {
        schedule = make_schedule(request);
        atomic_store_explicit(slot, schedule, memory_order_release);
    }
    pthread_mutex_unlock(&resolving);
    return schedule;
}

/* A schedule is resolved for one size of each segment; a kernel that minds more than the key may still refuse. */
static void pick_scheduled(const struct pel_request *request, struct pel_pick *pick)
{
    const struct schedule *schedule = schedule_of(request);
    if (!schedule) {
        resolve(request, pick);
        return;
    }
    size_t i = 0;
    while (request->n > schedule->segment[i].n_upto)
        i++;
    *pick = schedule->segment[i].pick;
    if (pick->kernel && pick->kernel->why_not && pick->kernel->why_not(request))
        resolve(request, pick);
}

static void settle_team(const struct pel_request *request, struct pel_pick *pick)
{
    if (pick->team == 0)
        pick->team = pel_model_team(request);
    if (pick->team == PEL_TEAM_ALL || pick->team > request->threads)
        pick->team = request->threads;
}

pel_status pel_dispatch(const struct pel_request *request, const pel_opts *opts, struct pel_pick *pick)
{
    if (opts && opts->variant) {
        if (!pel_variant_parse(opts->variant, request, pick))
            return PEL_ENOTSUP;
        pick->source = "the call's options";
    } else {
        pick_scheduled(request, pick);
    }
    if (!pick->kernel)
        return PEL_ENOTSUP;
    settle_team(request, pick);
    if (pel_env()->verbose_dispatch)
        pel_trace_line("dispatch", "%s %s n=%zu threads=%d: %s, team of %d, by %s", pel_op_name(request->op),
                       pel_dtype_name(request->dtype), request->n, request->threads, pick->kernel->name, pick->team,
                       pick->source);
    return PEL_OK;
}

/* Explains one candidate against the pick. */
static void explain_candidate(const struct pel_kernel *kernel, const struct pel_request *request,
                              const struct pel_pick *pick, struct pel_text *text)
{
    const char *why = pel_kernel_barred(kernel, request);
    if (kernel == pick->kernel)
        pel_text_add(text, "  %-20s chosen\n", kernel->name);
    else if (why)
        pel_text_add(text, "  %-20s cannot run: %s\n", kernel->name, why);
    else
        pel_text_add(text, "  %-20s could run; %s prefers %s%s\n", kernel->name, pick->source, pick->kernel->name,
                     kernel->traits & PEL_TRAIT_REFERENCE ? " (this one is the reference)" : "");
}

/* Explains what each table says of the request, in order of precedence. */
static void explain_tables(const struct pel_request *request, struct pel_text *text)
{
    struct pel_rules table;
    struct pel_pick pick;
    for (size_t rank = 0; table_of_rank(rank, &table); rank++) {
        const char *says = pick_from_table(&table, request, &pick) ? pick.kernel->name : "nothing of this request";
        pel_text_add(text, "  %-20s %zu rules in force; says %s\n", table.source, table.count, says);
    }
    pel_model_pick(request, &pick);
    pel_text_add(text, "  %-20s says %s\n", pick.source, pick.kernel->name);
}

pel_status pel_dispatch_explain(const struct pel_request *request, const pel_opts *opts, struct pel_text *text)
{
    struct pel_pick pick;
    pel_status status = pel_dispatch(request, opts, &pick);
    if (status != PEL_OK)
        return status;
    pel_text_add(text, "%s %s n=%zu%s, %d thread%s at hand\n", pel_op_name(request->op), pel_dtype_name(request->dtype),
                 request->n, is_fast(request) ? " PEL_FAST" : "", request->threads, request->threads == 1 ? "" : "s");
    pel_text_add(text, "runs %s on %d thread%s, named by %s\n", pick.kernel->name, pick.team, pick.team == 1 ? "" : "s",
                 pick.source);
    for (int i = 0; i < PEL_MAX_PARAMS && pick.kernel->params[i].name; i++)
        pel_text_add(text, "  %s = %d\n", pick.kernel->params[i].name, (int)pick.params[i]);
    pel_text_add(text, "candidates:\n");
    struct pel_registry_walk walk = {0};
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, request->op, (int)request->dtype));)
        explain_candidate(kernel, request, &pick, text);
    pel_text_add(text, "tables, best first:\n");
    explain_tables(request, text);
    return PEL_OK;
}

void pel_dispatch_explain_tables(struct pel_text *text)
{
    struct pel_rules table;
    pel_text_add(text, "tables, best first:\n");
    for (size_t rank = 0; table_of_rank(rank, &table); rank++)
        pel_text_add(text, "  %s: %zu rules in force\n", table.source, table.count);
    pel_text_add(text, "  the model\n");
}

/* Forgotten schedules stay allocated: a call that runs now may still read them. */
void pel_dispatch_adopt(const struct pel_rules *rules)
{
    pthread_mutex_lock(&resolving);
    atomic_store(&imported, rules);
    _Atomic(const struct schedule *) *slot = &schedules[0][0][0][0][0];
    for (size_t i = 0; i < sizeof schedules / sizeof *slot; i++)
        atomic_store_explicit(&slot[i], NULL, memory_order_release);
    pthread_mutex_unlock(&resolving);
}
