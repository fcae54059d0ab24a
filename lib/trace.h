/* What pel says when it is asked to: lines on standard error under PEL_VERBOSE, events in the file PEL_TRACE. */
#ifndef PEL_LIB_TRACE_H
#define PEL_LIB_TRACE_H

#include <time.h>

#include "lib/dispatch.h"
#include "lib/env.h"
#include "lib/tools.h"

/* Writes "pel: topic: text" as one write, so that lines of several threads do not mix. */
void pel_trace_line(const char *topic, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An operation under way. PEL_VERBOSE=profile reports its end: what ran, and for how long; PEL_TRACE keeps it, and
 * tools are told of both. */
struct pel_span {
    bool live; /* anyone wants to know; if not, nothing else is set */
    const char *op, *dtype, *kernel, *source;
    int team;
    size_t n;                    /* elements; stencils: updates of cells */
    const struct pel_pick *pick; /* NULL: functions of the caller's */
    bool wanted, watched, tuned; /* by trace and profile, by tools, by online tuning */
    struct timespec start;
    void *begun[PEL_TOOLS]; /* only if watched */
    bool failed;            /* its time says nothing */
};

void pel_trace_start(struct pel_span *span, const struct pel_pick *pick, size_t n);
void pel_trace_finish(struct pel_span *span);

/* The pick must stay where it is until the end. Short calls feel what is written down for nobody. */
static inline void pel_trace_begin(struct pel_span *span, const struct pel_pick *pick, size_t n)
{
    span->live = pel_env()->watches || pick->arm > 0;
    if (span->live)
        pel_trace_start(span, pick, n);
}

static inline void pel_trace_end(struct pel_span *span)
{
    if (span->live)
        pel_trace_finish(span);
}

/* The same of one that may have failed, early and so quickly. */
static inline void pel_trace_end_with(struct pel_span *span, pel_status status)
{
    if (span->live) {
        span->failed = status != PEL_OK;
        pel_trace_finish(span);
    }
}

/* One that runs functions of the caller's on elements of this type, NULL: of several. */
void pel_trace_begin_own(struct pel_span *span, const char *op, const char *dtype, int team, size_t n);

/* What one thread does of it, for PEL_TRACE alone. */
struct pel_share {
    bool wanted;
    struct timespec start;
};
void pel_trace_begin_share(struct pel_share *share);
void pel_trace_end_share(const struct pel_share *share, const char *what);

#endif
