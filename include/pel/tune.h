/* Dispatch made visible: which kernel a call would run, why, and tuned tables from files. */
#ifndef PEL_TUNE_H
#define PEL_TUNE_H

#include <stddef.h>

#include <pel/export.h>
#include <pel/status.h>
#include <pel/types.h>

PEL_BEGIN_DECLS

/* Explains the dispatch of one request as text: the chosen kernel and the table that named it, then every
 * candidate and why it was passed over.
 *   op:    an operation, mostly by its name in functions: "sum", "argmin", "scan", "sort", "sort_pairs", "top_k",
 *          "searchsorted", ...; "sort_u128" (with PEL_U64), "sort_i8" and "sort_i16" (with PEL_I32),
 *          "sort_u8" and "sort_u16" (with PEL_U32), "permute" (with PEL_U64), "stencil"
 *   n:     elements (stencil: cells of a 3-dimensional 7-point problem)
 *   opts:  flags, threads and variant of the call; NULL: the defaults
 * Writes into text[0 ... capacity), always terminated when capacity > 0; *length, unless NULL, gets the full length
 * without the terminator, as snprintf does. PEL_EINVAL (unknown op, dtype or flag; null text with capacity > 0),
 * PEL_ENOTSUP (the operation has no such dtype, or opts->variant cannot run); nothing is then written. Thread-safe. */
PEL_API pel_status pel_explain(const char *op, pel_dtype dtype, size_t n, const pel_opts *opts, char *text,
                               size_t capacity, size_t *length);

/* Threads that a call with these options would have at hand here: what cpuset, cgroup quota, OpenMP and the environment
 * leave; inside a parallel region, what that team has. A program's own threads may keep to the same number. NULL: the
 * defaults; at least 1, also for options that a call would refuse. Thread-safe. */
PEL_API int pel_threads(const pel_opts *opts);

/* Explains the machine as pel sees it: processor, instruction sets, caches, thread budget and where each limit
 * comes from, tables in force, what pel was built with. Text and length as in pel_explain. Thread-safe. */
PEL_API pel_status pel_info(char *text, size_t capacity, size_t *length);

/* Adds the rows of a wisdom file (as `pel tune` writes it) to the tables of this process; they then outrank the tables
 * built in. Rows of another processor, and of kernels that this build lacks, are skipped. On an error the tables
 * are as they were. PEL_EINVAL (null path), PEL_EIO, PEL_ECORRUPT, PEL_ENOMEM, PEL_ENOTSUP (another version of the
 * format, or a build without jansson). What is imported stays in memory for good, as calls may be using it.
 * Thread-safe; calls that run at the same time use either the old or the new tables. Results never change, only speed.
 */
PEL_API pel_status pel_wisdom_import(const char *path);

/* The same with the content of such a file, length bytes that need not be terminated. More than 1 MiB is PEL_ECORRUPT.
 * Thread-safe. */
PEL_API pel_status pel_wisdom_import_text(const char *text, size_t length);

/* Writes the rows in force that came from files and texts, and what online tuning has learned, in the same format and
 * for this processor, so that another process can import them. Text and length as in pel_explain. Thread-safe; where
 * rows are imported at the same time, the text has those from before or after. PEL_EINVAL, PEL_ENOMEM. */
PEL_API pel_status pel_wisdom_export(char *text, size_t capacity, size_t *length);

/* Turns online tuning on or off for this process; PEL_ONLINE=1 in the environment turns it on from the start. While it
 * is on, up to 1 % of the time that calls of at least 1024 elements take goes to other variants of the same operation,
 * dtype, number of threads and half octave of sizes, and one that proves more than 5 % quicker is taken from then on.
 * Choosing and timing add some 60 ns to such a call. Results never change: calls with PEL_FAST are left alone, as are
 * those that name a variant, stencils, whose plans keep their pick, and reductions and scans of segments or over axes.
 * Calls that run at the same time do not wait for each other: one chooses, the others take the default. What was
 * learned is part of pel_wisdom_export, and so can be saved. Thread-safe.
 * Method: P. Auer, N. Cesa-Bianchi and P. Fischer, "Finite-time analysis of the multiarmed bandit problem", Machine
 * Learning 47 (2002), whose exploration is here limited by its share of the time. */
PEL_API void pel_online(int on);

/* Forgets every row that came from a file: by pel_wisdom_import, by PEL_WISDOM, or from the system's wisdom.
 * Thread-safe. */
PEL_API void pel_wisdom_forget(void);

PEL_END_DECLS

#endif
