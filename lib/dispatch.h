/* The pick: which kernel serves a request, with how many threads and which parameters, and why. */
#ifndef PEL_LIB_DISPATCH_H
#define PEL_LIB_DISPATCH_H

#include <pel/status.h>

#include "kernels/kernel.h"
#include "lib/rules.h"
#include "lib/text.h"

struct pel_pick {
    const struct pel_kernel *kernel;
    int team; /* threads to use, 1 ... request->threads */
    int32_t params[PEL_MAX_PARAMS];
    const char *source; /* what named it */
    struct {
        unsigned flags;
        int threads, ndim;
    } asked; /* of the request, for those who watch */
    int arm; /* of online tuning; 0: none */
};

/* Picks by, in this order: opts->variant, PEL_FORCE, the user's wisdom, the system's, the table tuned at build time,
 * the one shipped for this processor, the generic one, the model. PEL_ENOTSUP when opts->variant names what cannot run.
 * Reports under PEL_VERBOSE=dispatch. */
pel_status pel_dispatch(const struct pel_request *request, const pel_opts *opts, struct pel_pick *pick);

/* The pick for a call of up to PEL_SHORT elements that nobody watches, as long as pel lives: at hand in a few ns. Such
 * a call takes one thread, so nothing is counted for it. For reductions and scans. flags: of pel_opts. NULL: it is to
 * be dispatched like the others. */
enum { PEL_SHORT = 256 };
const struct pel_pick *pel_dispatch_short(enum pel_op op, pel_dtype dtype, unsigned flags, size_t n,
                                          const pel_opts *opts);

/* The threads at hand for n elements of operations that ask so first: those who watch, or want an explanation, are to
 * see the same picks. */
int pel_dispatch_threads(enum pel_op op, size_t n, const pel_opts *opts);

/* What would be picked on a processor that no table knows, and without wisdom: by the generic table and the model. */
pel_status pel_dispatch_generic(const struct pel_request *request, struct pel_pick *pick);

/* A decision, told in full. */
void pel_dispatch_explain(const struct pel_request *request, const struct pel_pick *pick, struct pel_text *text);

/* The tables in force, best first, with their origin. */
void pel_dispatch_explain_tables(struct pel_text *text);

/* Why this kernel cannot serve the request here, or NULL. */
const char *pel_kernel_barred(const struct pel_kernel *kernel, const struct pel_request *request);

/* Puts wisdom in force in place of the old one, NULL for none; false, and nothing has changed, when that is not what
 * is in force. Rules that were once in force, and what they point to, must stay for good. */
bool pel_dispatch_adopt(enum pel_wisdom_origin origin, const struct pel_rules *old, const struct pel_rules *rules);

#endif
