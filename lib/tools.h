/* Tools that PEL_TOOLS_LIBS names: told of each operation's begin and end (pel/tools.h). */
#ifndef PEL_LIB_TOOLS_H
#define PEL_LIB_TOOLS_H

#include <stdbool.h>

#include <pel/tools.h>

enum { PEL_TOOLS = 4 };

/* Whether there are any, for operations of the calling thread; the first time, loads them. */
bool pel_tools_watch(void);

/* begun[0 ... PEL_TOOLS) carries what each begin returned to its end. */
void pel_tools_begin(const pel_tool_call *call, void **begun);
void pel_tools_end(const pel_tool_call *call, void **begun);

#endif
