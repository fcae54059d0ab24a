/* pel, the Parallel Execution Layer: hierarchically parallel reduction, scan, sort and stencil kernels.
 *
 * A default result is a pure function of the input: the same bits for any number of threads, on every
 * instruction set, with every kernel variant and tuned table. PEL_FAST gives that up, call by call.
 *
 * Every function here may be called from any number of threads at the same time, as long as no two calls write
 * the same memory; within a caller's OpenMP region a call runs as tasks of that team. No function prints or aborts.
 * None keeps a pointer that it was given beyond its return, except plans (stencil.h, system.h): they own copies of
 * what describes them, but point to the arrays and contexts that their headers name, which must outlive them. */
#ifndef PEL_PEL_H
#define PEL_PEL_H

#include <pel/accumulate.h>
#include <pel/axes.h>
#include <pel/compact.h>
#include <pel/histogram.h>
#include <pel/reduce.h>
#include <pel/scan.h>
#include <pel/segment.h>
#include <pel/sort.h>
#include <pel/statistics.h>
#include <pel/status.h>
#include <pel/stencil.h>
#include <pel/system.h>
#include <pel/tools.h>
#include <pel/tune.h>
#include <pel/types.h>
#include <pel/version.h>

#endif
