/* A bandit for each kind of request at each half octave of sizes. Its arms are the default and every kernel that can
 * run, on one thread and on all. The default runs until it is known; then others are tried, a few times each, as long
 * as all trials together take no more than their share of the time that calls have taken. */
#include "lib/online.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <pel/tune.h>

#include "lib/env.h"
#include "lib/memory.h"
#include "lib/registry.h"
#include "lib/variant.h"

enum { SLOTS = PEL_ONLINE_RULES, ARMS = 16, TRIALS = 6 };

/* Trials may take this share of the time of all calls; an arm is taken when it is so much quicker than the default, and
 * tried no more when it is so much slower than the best. */
static const double most_share = 0.01, least_gain = 0.05, hopeless = 1.5;

/* Smaller calls are over in a microsecond or less, of which looking for an arm and at the clock would be too much. */
static const size_t least_n = 1024;

/* How much a new time counts against the old ones. */
static const double weight = 0.2;

struct arm {
    struct pel_pick pick;
    int count;
    double rate; /* seconds an element */
};

struct slot {
    bool taken;
    enum pel_op op;
    pel_dtype dtype;
    int threads, bin;
    int narms, next;      /* next: to be tried */
    struct arm arm[ARMS]; /* the first: the default, whatever that is for a call */
};

atomic_int pel_online_state = -1;

static const char source[] = "online tuning";

/* A call that finds it taken goes without, so that calls never wait for each other. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct slot *slots;      /* made with the first call, and kept */
static double total, in_trials; /* seconds */

static void take_lock(void)
{
    pthread_mutex_lock(&lock);
}

static void drop_lock(void)
{
    pthread_mutex_unlock(&lock);
}

/* A child of fork must not find the lock taken by a thread that it does not have. */
__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(take_lock, drop_lock, drop_lock);
}

bool pel_online_ask(void)
{
    int unknown = -1, on = pel_env()->online;
    atomic_compare_exchange_strong(&pel_online_state, &unknown, on);
    return atomic_load(&pel_online_state) > 0;
}

void pel_online(int on)
{
    atomic_store_explicit(&pel_online_state, on != 0, memory_order_relaxed);
}

/* Sizes from 2^k and from 1.5 * 2^k on. */
static int bin_of(size_t n)
{
    int k = 63 - __builtin_clzll((unsigned long long)n | 1);
    return 2 * k + (k > 0 && (n >> (k - 1) & 1));
}

static size_t bin_start(int bin)
{
    size_t power = (size_t)1 << (bin / 2);
    return bin % 2 ? power + power / 2 : power;
}

static void add_arm(struct slot *slot, const struct pel_pick *pick)
{
    if (slot->narms < ARMS)
        slot->arm[slot->narms++] = (struct arm){.pick = *pick};
}

static void fill_slot(struct slot *slot, const struct pel_request *request)
{
    static const int32_t initial[PEL_MAX_PARAMS];
    struct pel_registry_walk walk = {0};
    *slot = (struct slot){.taken = true,
                          .op = request->op,
                          .dtype = request->dtype,
                          .threads = request->threads,
                          .bin = bin_of(request->n),
                          .narms = 1};
    for (const struct pel_kernel *kernel; (kernel = pel_registry_next(&walk, request->op, (int)request->dtype));) {
        struct pel_pick pick = {.kernel = kernel, .team = 1, .source = source};
        if (kernel->traits & (PEL_TRAIT_REFERENCE | PEL_TRAIT_FAST) || pel_kernel_barred(kernel, request))
            continue;
        pel_variant_params(kernel, initial, pick.params);
        add_arm(slot, &pick);
        pick.team = request->threads;
        if (pick.team > 1)
            add_arm(slot, &pick);
    }
}

static bool is_of(const struct slot *slot, const struct pel_request *request)
{
    return slot->op == request->op && slot->dtype == request->dtype && slot->threads == request->threads &&
           slot->bin == bin_of(request->n);
}

/* By open addressing; NULL when there is no room nearby. */
static struct slot *slot_of(const struct pel_request *request)
{
    size_t hash = (((size_t)request->op * 31 + (size_t)request->dtype) * 31 + (size_t)request->threads) * 31 +
                  (size_t)bin_of(request->n);
    for (size_t i = 0; i < 16; i++) {
        struct slot *slot = &slots[(hash * 0x9e3779b1u + i) % SLOTS];
        if (!slot->taken)
            fill_slot(slot, request);
        if (is_of(slot, request))
            return slot;
    }
    return NULL;
}

/* The default, or an arm that is quicker beyond doubt. */
static int best_arm(const struct slot *slot)
{
    int best = 0;
    double limit = (1 - least_gain) * slot->arm[0].rate;
    for (int i = 1; i < slot->narms; i++) {
        const struct arm *arm = &slot->arm[i];
        if (arm->count >= TRIALS && arm->rate < limit) {
            limit = arm->rate;
            best = i;
        }
    }
    return best;
}

/* An arm to try, if there is one and time for it; else the best. */
static int choose_arm(struct slot *slot, size_t n)
{
    int best = best_arm(slot);
    double expected = 2 * slot->arm[0].rate * (double)n;
    if (slot->arm[0].count < TRIALS || in_trials + expected > most_share * total)
        return best;
    for (int i = 0; i < slot->narms; i++) {
        int at = (slot->next + i) % slot->narms;
        if (slot->arm[at].count >= TRIALS)
            continue;
        slot->next = at + 1;
        return at;
    }
    return best;
}

static bool is_for(const struct pel_request *request)
{
    /* A plan keeps its pick for as long as it lives, which no share could limit. */
    return !(request->flags & PEL_FAST) && !request->borrowed && request->op != PEL_OP_STENCIL && request->n >= least_n;
}

void pel_online_choose(const struct pel_request *request, struct pel_pick *pick)
{
    if (!is_for(request) || pthread_mutex_trylock(&lock) != 0)
        return;
    if (!slots)
        slots = pel_memory_new(SLOTS, sizeof *slots);
    struct slot *slot = slots ? slot_of(request) : NULL;
    if (slot) {
        int arm = choose_arm(slot, request->n);
        const struct pel_pick *chosen = &slot->arm[arm].pick;
        if (arm > 0 && pel_kernel_barred(chosen->kernel, request))
            arm = 0;
        if (arm > 0)
            *pick = *chosen;
        pick->arm = 1 + (int)(slot - slots) * ARMS + arm;
    }
    drop_lock();
}

/* On trial the quickest time counts, as the first ones find nothing in the caches; then a mean that forgets, to which a
 * time that disturbances made much longer is merely a longer one. */
static void learn(struct arm *arm, double rate)
{
    if (arm->count == 0 || (arm->count < TRIALS && rate < arm->rate))
        arm->rate = rate;
    else if (arm->count == TRIALS)
        arm->rate += weight * ((rate < 2 * arm->rate ? rate : 2 * arm->rate) - arm->rate);
    if (arm->count < TRIALS)
        arm->count++;
}

void pel_online_note(int arm, size_t n, double seconds)
{
    if (arm == 0 || n == 0 || pthread_mutex_trylock(&lock) != 0)
        return;
    total += seconds;
    struct slot *slot = &slots[(arm - 1) / ARMS];
    struct arm *ran = &slot->arm[(arm - 1) % ARMS];
    int best = best_arm(slot);
    if (ran != &slot->arm[0] && ran != &slot->arm[best])
        in_trials += seconds;
    learn(ran, seconds / (double)n);
    if (slot->arm[0].count > 0 && ran->rate > hopeless * slot->arm[best].rate)
        ran->count = TRIALS;
    drop_lock();
}

static int ascending(const void *a_, const void *b_)
{
    const struct pel_online_rule *a = a_, *b = b_;
    const size_t p[] = {a->rule.op, a->rule.dtype, (size_t)a->rule.threads, a->above};
    const size_t q[] = {b->rule.op, b->rule.dtype, (size_t)b->rule.threads, b->above};
    for (size_t i = 0; i < sizeof p / sizeof *p; i++) {
        if (p[i] != q[i])
            return p[i] < q[i] ? -1 : 1;
    }
    return 0;
}

static struct pel_online_rule rule_of(const struct slot *slot, const struct pel_pick *pick)
{
    struct pel_online_rule learned = {.above = bin_start(slot->bin) - 1};
    learned.rule = (struct pel_rule){.op = slot->op,
                                     .dtype = slot->dtype,
                                     .threads = slot->threads,
                                     .n_upto = bin_start(slot->bin + 1) - 1,
                                     .variant = pick->kernel->name,
                                     .team = pick->team};
    if (pick->team > 1 && pick->team == slot->threads)
        learned.rule.team = PEL_TEAM_ALL;
    memcpy(learned.rule.params, pick->params, sizeof pick->params);
    return learned;
}

size_t pel_online_rules(struct pel_online_rule *rules, size_t most)
{
    size_t count = 0;
    take_lock();
    for (size_t i = 0; slots && i < SLOTS && count < most; i++) {
        int best = slots[i].taken ? best_arm(&slots[i]) : 0;
        if (best > 0)
            rules[count++] = rule_of(&slots[i], &slots[i].arm[best].pick);
    }
    drop_lock();
    qsort(rules, count, sizeof *rules, ascending);
    return count;
}
