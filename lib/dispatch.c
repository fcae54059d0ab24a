/* Picks are resolved once per key into a schedule, thresholds in n that each name a few picks; a call then scans a few
 * numbers. Schedules are published through atomics and never freed while the library lives: a reader needs no lock. */
#include "lib/dispatch.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cpu.h"
#include "lib/env.h"
#include "lib/memory.h"
#include "lib/model.h"
#include "lib/names.h"
#include "lib/online.h"
#include "lib/registry.h"
#include "lib/team.h"
#include "lib/trace.h"
#include "lib/variant.h"
#include "lib/wisdom.h"

enum { NDIMS = 4, MAX_PICKS = 4 };

/* Up to this size the first pick that does not refuse the request is taken. */
struct segment {
    size_t n_upto;
    int count;
    struct pel_pick pick[MAX_PICKS];
};

struct schedule {
    struct schedule *older;   /* made before this one: keeps all of them within reach */
    struct segment segment[]; /* in ascending order, the last up to SIZE_MAX */
};

static _Atomic(const struct schedule *) schedules[PEL_NOPS][PEL_NDTYPES][2][NDIMS][PEL_THREAD_CLASSES];
static struct schedule *newest; /* under the lock */
static pthread_mutex_t resolving = PTHREAD_MUTEX_INITIALIZER;

static void lock(void)
{
    pthread_mutex_lock(&resolving);
}

static void unlock(void)
{
    pthread_mutex_unlock(&resolving);
}

/* A child of fork must not find the lock taken by a thread that it does not have. */
__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(lock, unlock, unlock);
}

static bool is_fast(const struct pel_request *request)
{
    return request->flags & PEL_FAST;
}

/* What bars a kernel from every request of these flags. */
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

/* Nomination: each source offers its picks, the sources best first, whose kernels may still refuse the request
 * (why_not). A taker says true when it has enough. */
typedef bool taker(void *context, const struct pel_request *request, const struct pel_pick *nominee);

static const char forced_source[] = "PEL_FORCE", model_source[] = "the model";

static void report_forced(const struct pel_request *request, const char *variant, const char *why)
{
    if (pel_env_reports())
        pel_trace_line("dispatch", "PEL_FORCE=%s:%s=%s passed over: %s", pel_op_name(request->op),
                       pel_dtype_name(request->dtype), variant, why);
}

static bool nominate_forced(const struct pel_request *request, taker *take, void *context)
{
    const struct pel_env *env = pel_env();
    for (int i = 0; i < env->nforces; i++) {
        const struct pel_force *force = &env->force[i];
        struct pel_pick pick;
        if (force->op != request->op || (force->dtype >= 0 && force->dtype != (int)request->dtype))
            continue;
        const char *why = "no such kernel or parameter";
        if (pel_variant_parse(force->variant, request->op, request->dtype, &pick)) {
            pick.source = forced_source;
            why = barred_always(pick.kernel, request->flags);
            if (!why && take(context, request, &pick))
                return true;
        }
        if (why)
            report_forced(request, force->variant, why);
    }
    return false;
}

static bool nominate_ruled(const struct pel_rules *table, const struct pel_request *request, taker *take, void *context)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct pel_rule *rule = &table->rule[i];
        if (request->n > rule->n_upto || !pel_rule_fits(rule, request))
            continue;
        if (strcmp(rule->variant, PEL_RULE_DEFAULT) == 0)
            return false;
        struct pel_pick pick = {.team = rule->team, .source = table->source};
        pick.kernel = pel_registry_find(rule->op, rule->dtype, rule->variant, strlen(rule->variant));
        if (!pick.kernel || barred_always(pick.kernel, request->flags))
            continue;
        pel_variant_params(pick.kernel, rule->params, pick.params);
        if (take(context, request, &pick))
            return true;
    }
    return false;
}

static bool nominate_modelled(const struct pel_request *request, taker *take, void *context)
{
    static const int32_t initial[PEL_MAX_PARAMS];
    struct pel_pick pick = {.source = model_source};
    while ((pick.kernel = pel_model_next(request, pick.kernel))) {
        if (barred_always(pick.kernel, request->flags))
            continue;
        pel_variant_params(pick.kernel, initial, pick.params);
        if (take(context, request, &pick))
            return true;
    }
    return false;
}

static void nominate(const struct pel_request *request, taker *take, void *context)
{
    struct pel_rules table;
    bool done = nominate_forced(request, take, context);
    for (size_t rank = 0; !done && pel_rules_of_rank(rank, &table); rank++)
        done = nominate_ruled(&table, request, take, context);
    if (!done)
        nominate_modelled(request, take, context);
}

/* Takes the first that serves this very request. */
static bool take_willing(void *context, const struct pel_request *request, const struct pel_pick *nominee)
{
    struct pel_pick *pick = context;
    const char *why = nominee->kernel->why_not ? nominee->kernel->why_not(request) : NULL;
    if (!why)
        *pick = *nominee;
    else if (nominee->source == forced_source)
        report_forced(request, nominee->kernel->name, why);
    return !why;
}

/* Everything below opts->variant; no kernel where none can run. */
static void resolve(const struct pel_request *request, struct pel_pick *pick)
{
    *pick = (struct pel_pick){0};
    nominate(request, take_willing, pick);
}

/* Takes those that requests of the key may fall to, down to one that never refuses. */
static bool take_for_key(void *context, const struct pel_request *request, const struct pel_pick *nominee)
{
    struct segment *segment = context;
    (void)request;
    for (int i = 0; i < segment->count; i++) {
        if (segment->pick[i].kernel == nominee->kernel)
            return false;
    }
    segment->pick[segment->count++] = *nominee;
    return segment->count == MAX_PICKS || !nominee->kernel->why_not;
}

static int ascending(const void *a_, const void *b_)
{
    const size_t *a = a_, *b = b_;
    return (*a > *b) - (*a < *b);
}

/* Sizes after which the pick may change, in ascending order, the last SIZE_MAX. Without bounds: how many there can be.
 */
static size_t find_bounds(const struct pel_request *request, size_t *bounds)
{
    struct pel_rules table;
    size_t count = 0, distinct = 0;
    for (size_t rank = 0; pel_rules_of_rank(rank, &table); rank++) {
        for (size_t i = 0; i < table.count; i++) {
            if (!pel_rule_fits(&table.rule[i], request))
                continue;
            if (bounds)
                bounds[count] = table.rule[i].n_upto;
            count++;
        }
    }
    if (!bounds)
        return count + 1;
    bounds[count++] = SIZE_MAX;
    qsort(bounds, count, sizeof *bounds, ascending);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || bounds[i] != bounds[i - 1])
            bounds[distinct++] = bounds[i];
    }
    return distinct;
}

static bool same_pick(const struct pel_pick *a, const struct pel_pick *b)
{
    return a->kernel == b->kernel && a->team == b->team && a->source == b->source &&
           memcmp(a->params, b->params, sizeof a->params) == 0;
}

static bool same_picks(const struct segment *a, const struct segment *b)
{
    int i = 0;
    while (i < a->count && i < b->count && same_pick(&a->pick[i], &b->pick[i]))
        i++;
    return i == a->count && i == b->count;
}

/* Neighbours that name the same picks become one segment. */
static void fill_schedule(struct schedule *schedule, const struct pel_request *request, const size_t *bounds,
                          size_t count)
{
    struct pel_request probe = *request;
    struct segment *last = NULL;
    for (size_t i = 0; i < count; i++) {
        struct segment segment = {.n_upto = bounds[i]};
        probe.n = bounds[i];
        nominate(&probe, take_for_key, &segment);
        if (last && same_picks(last, &segment))
            last->n_upto = segment.n_upto;
        else
            *(last = last ? last + 1 : schedule->segment) = segment;
    }
}

static const struct schedule *make_schedule(const struct pel_request *request)
{
    size_t most = find_bounds(request, NULL);
    size_t *bounds = pel_memory_new(most, sizeof *bounds);
    struct schedule *schedule = pel_memory_new(1, sizeof *schedule + most * sizeof *schedule->segment);
    if (bounds && schedule) {
        fill_schedule(schedule, request, bounds, find_bounds(request, bounds));
        schedule->older = newest;
        newest = schedule;
    } else {
        pel_memory_free(schedule);
        schedule = NULL;
    }
    pel_memory_free(bounds);
    return schedule;
}

/* The schedule of the request's key; NULL without memory, and then each call resolves for itself. */
static const struct schedule *schedule_of(const struct pel_request *request)
{
    _Atomic(const struct schedule *) *slot = &schedules[request->op][request->dtype][is_fast(request)]
                                                       [pel_request_ndim(request)][pel_thread_class(request->threads)];
    const struct schedule *schedule = atomic_load_explicit(slot, memory_order_acquire);
    if (schedule)
        return schedule;
    pel_wisdom_consult();
    lock();
    schedule = atomic_load_explicit(slot, memory_order_acquire);
    if (!schedule) {
        schedule = make_schedule(request);
        atomic_store_explicit(slot, schedule, memory_order_release);
    }
    unlock();
    return schedule;
}

static const struct pel_pick *willing(const struct segment *segment, const struct pel_request *request)
{
    for (int i = 0; i < segment->count; i++) {
        const struct pel_kernel *kernel = segment->pick[i].kernel;
        if (!kernel->why_not || !kernel->why_not(request))
            return &segment->pick[i];
    }
    return NULL;
}

/* NULL where the request is still to be resolved. */
static const struct pel_pick *find_scheduled(const struct pel_request *request)
{
    const struct schedule *schedule = schedule_of(request);
    if (!schedule)
        return NULL;
    const struct segment *segment = schedule->segment;
    while (request->n > segment->n_upto)
        segment++;
    return willing(segment, request);
}

const struct pel_pick *pel_dispatch_short(enum pel_op op, pel_dtype dtype, unsigned flags, size_t n,
                                          const pel_opts *opts)
{
    const struct pel_env *env = pel_env();
    if (n > PEL_SHORT || env->verbose_dispatch || env->watches || pel_online_is_on() || (opts && opts->variant))
        return NULL;
    return find_scheduled(&(struct pel_request){.op = op, .dtype = dtype, .flags = flags, .threads = 1, .n = n});
}

int pel_dispatch_threads(enum pel_op op, size_t n, const pel_opts *opts)
{
    if (n > PEL_SHORT)
        return pel_team_threads(opts);
    const char *family = pel_op_family(op);
    bool asks_first = (strcmp(family, "reduce") == 0 && op != PEL_OP_COLUMNS) ||
                      (strcmp(family, "scan") == 0 && op != PEL_OP_COMPACT);
    return asks_first ? 1 : pel_team_threads(opts);
}

static void pick_scheduled(const struct pel_request *request, struct pel_pick *pick)
{
    const struct pel_pick *scheduled = find_scheduled(request);
    if (scheduled)
        *pick = *scheduled;
    else
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
    bool reports = pel_env()->verbose_dispatch;
    if (opts && opts->variant) {
        if (!pel_variant_parse(opts->variant, request->op, request->dtype, pick) ||
            pel_kernel_barred(pick->kernel, request))
            return PEL_ENOTSUP;
        pick->source = "the call's options";
    } else if (reports) {
        pel_wisdom_consult();
        resolve(request, pick); /* reports as it goes */
    } else {
        pick_scheduled(request, pick);
    }
    if (!pick->kernel)
        return PEL_ENOTSUP;
    settle_team(request, pick);
    if (pel_online_is_on() && !(opts && opts->variant) && pick->source != forced_source)
        pel_online_choose(request, pick);
    pick->asked.flags = request->flags;
    pick->asked.threads = request->threads;
    pick->asked.ndim = pel_request_ndim(request);
    if (reports)
        pel_trace_line("dispatch", "%s %s n=%zu threads=%d: %s, team of %d, by %s", pel_op_name(request->op),
                       pel_dtype_name(request->dtype), request->n, request->threads, pick->kernel->name, pick->team,
                       pick->source);
    return PEL_OK;
}

pel_status pel_dispatch_generic(const struct pel_request *request, struct pel_pick *pick)
{
    struct pel_rules table;
    bool done = false;
    *pick = (struct pel_pick){0};
    for (size_t rank = PEL_WISDOM_ORIGINS; !done && pel_rules_of_rank(rank, &table); rank++)
        done = !table.cpu && nominate_ruled(&table, request, take_willing, pick);
    if (!done)
        nominate_modelled(request, take_willing, pick);
    if (!pick->kernel)
        return PEL_ENOTSUP;
    settle_team(request, pick);
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
    for (size_t rank = 0; pel_rules_of_rank(rank, &table); rank++) {
        bool knows = nominate_ruled(&table, request, take_willing, &pick);
        const char *says = knows ? pick.kernel->name : "nothing of this request";
        pel_text_add(text, "  %-20s %zu rules in force; says %s\n", table.source, table.count, says);
    }
    if (nominate_modelled(request, take_willing, &pick))
        pel_text_add(text, "  %-20s says %s\n", model_source, pick.kernel->name);
}

void pel_dispatch_explain(const struct pel_request *request, const struct pel_pick *pick, struct pel_text *text)
{
    pel_text_add(text, "%s %s n=%zu%s, %d thread%s at hand\n", pel_op_name(request->op), pel_dtype_name(request->dtype),
                 request->n, is_fast(request) ? " PEL_FAST" : "", request->threads, request->threads == 1 ? "" : "s");
    pel_text_add(text, "runs %s on %d thread%s, named by %s\n", pick->kernel->name, pick->team,
                 pick->team == 1 ? "" : "s", pick->source);
    for (int i = 0; i < PEL_MAX_PARAMS && pick->kernel->params[i].name; i++)
        pel_text_add(text, "  %s = %d\n", pick->kernel->params[i].name, (int)pick->params[i]);
    pel_text_add(text, "candidates:\n");
    struct pel_registry_walk walk = {0};
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, request->op, (int)request->dtype));)
        explain_candidate(kernel, request, pick, text);
    pel_text_add(text, "tables, best first:\n");
    explain_tables(request, text);
}

static void explain_table(const struct pel_rules *table, struct pel_text *text)
{
    pel_text_add(text, "  %s: %zu rules in force", table->source, table->count);
    if (table->made)
        pel_text_add(text, "; measured %s", table->made);
    if (table->cpu && table->count == 0)
        pel_text_add(text, "; they are for %s alone", table->cpu);
    pel_text_add(text, "\n");
}

void pel_dispatch_explain_tables(struct pel_text *text)
{
    struct pel_rules table;
    pel_wisdom_consult();
    pel_text_add(text, "tables, best first:\n");
    for (size_t rank = 0; pel_rules_of_rank(rank, &table); rank++)
        explain_table(&table, text);
    pel_text_add(text, "  the model\n");
}

bool pel_dispatch_adopt(enum pel_wisdom_origin origin, const struct pel_rules *old, const struct pel_rules *rules)
{
    lock();
    bool unchanged = pel_rules_wisdom(origin) == old;
    if (unchanged) {
        pel_rules_set_wisdom(origin, rules);
        _Atomic(const struct schedule *) *slot = &schedules[0][0][0][0][0];
        for (size_t i = 0; i < sizeof schedules / sizeof *slot; i++)
            atomic_store_explicit(&slot[i], NULL, memory_order_release);
    }
    unlock();
    return unchanged;
}
