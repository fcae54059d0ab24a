/* Tools: shared libraries that watch the operations of a program that they were not linked with.
 *
 * PEL_TOOLS_LIBS=/path/count.so:/path/other.so names them, as LD_PRELOAD would: the first operation loads them, and
 * from then on each is called where an operation begins and ends. The variable is ignored in setuid programs. A library
 * that cannot be loaded, or starts no tool, is reported through PEL_VERBOSE and passed over. Without the variable an
 * operation pays nothing but a look at it.
 *
 * A tool includes this header and defines pel_tool_start; it needs not be linked with pel. */
#ifndef PEL_TOOLS_H
#define PEL_TOOLS_H

#include <stddef.h>

#include <pel/export.h>

PEL_BEGIN_DECLS

/* One operation: what was asked for, and what was picked for it. Valid until the function that it is given to returns,
 * but for the strings op, dtype and source, which stay for good. */
typedef struct pel_tool_call {
    size_t size;         /* of this object as pel knows it; later versions add members at the end */
    const char *op;      /* "sum", "sort", ...; "reduce_user", "sort_records", "system" for functions of the caller's */
    const char *dtype;   /* "f64"; a few words where there are several */
    size_t n;            /* elements; of stencils and systems, updates of cells */
    unsigned flags;      /* PEL_FAST | ..., of the call */
    int threads;         /* that it had at hand */
    int ndim;            /* dimensions of a stencil; 0 for other operations */
    const char *variant; /* what runs, with all parameters: "avx2/quick:team=2:alone_kib=32768" */
    int team;            /* threads that it runs on */
    const char *source;  /* what named it: "tuned at build", "user's wisdom", ... */
} pel_tool_call;

/* What pel calls. Both functions may be NULL, run on the thread that called the operation, at the same time on several,
 * and also in a child of fork. Operations that a tool itself calls are not told to any tool. */
typedef struct pel_tool {
    size_t size; /* of this object as pel knows it, set by pel */
    void *data;  /* handed to the functions */
    void *(*begin)(void *data, const pel_tool_call *call);
    void (*end)(void *data, const pel_tool_call *call, void *begun); /* begun: what begin returned, else NULL */
} pel_tool;

#define PEL_TOOL_VERSION 1

/* Defined by the tool, with default visibility: fills in the object and returns 0; anything else, when it cannot work
 * with this version, leaves the tool out. Called once in a process. */
int pel_tool_start(unsigned version, pel_tool *tool);

PEL_END_DECLS

#endif
