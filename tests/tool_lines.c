/* A small tool: writes a line where an operation begins and one where it ends. */
#include <stdio.h>
#include <stdlib.h>

#include <pel/tools.h>

static void write_line(const char *what, const pel_tool_call *call)
{
    fprintf(stderr, "%s %s %s n=%zu flags=%u threads=%d ndim=%d team=%d %s, by %s\n", what, call->op, call->dtype,
            call->n, call->flags, call->threads, call->ndim, call->team, call->variant, call->source);
}

static void *begin(void *data, const pel_tool_call *call)
{
    write_line("begin", call);
    return data;
}

static void end(void *data, const pel_tool_call *call, void *begun)
{
    write_line(begun == data && call->size == sizeof *call ? "end" : "lost", call);
}

__attribute__((visibility("default"))) int pel_tool_start(unsigned version, pel_tool *tool)
{
    if (version != PEL_TOOL_VERSION || tool->size < sizeof *tool || getenv("TOOL_LINES_REFUSES"))
        return -1;
    *tool = (pel_tool){tool->size, tool, begin, end};
    return 0;
}
