#include "lib/tools.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "lib/env.h"
#include "lib/trace.h"

static struct pel_tool tools[PEL_TOOLS];
static int ntools;

/* Within a tool: what it calls is its own business, and it must not meet itself. */
static _Thread_local bool inside;

static const char *load(const char *path, struct pel_tool *tool)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return dlerror();
    union {
        void *object;
        int (*start)(unsigned, pel_tool *);
    } symbol = {dlsym(library, "pel_tool_start")};
    if (!symbol.object)
        return "it has no function pel_tool_start";
    *tool = (struct pel_tool){.size = sizeof *tool};
    return symbol.start(PEL_TOOL_VERSION, tool) == 0 ? NULL : "it does not start";
}

static void load_all(void)
{
    char path[PEL_ENV_PATH];
    for (const char *list = pel_env()->tools; *list;) {
        size_t length = strcspn(list, ":");
        memcpy(path, list, length);
        path[length] = '\0';
        const char *why = ntools == PEL_TOOLS ? "more tools than pel keeps" : NULL;
        if (!why && length > 0)
            why = load(path, &tools[ntools]);
        if (length > 0 && !why)
            ntools++;
        else if (length > 0 && pel_env_reports())
            pel_trace_line("env", "PEL_TOOLS_LIBS=%s ignored: %s", path, why);
        list += length + (list[length] == ':');
    }
}

bool pel_tools_watch(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (!pel_env()->tools || inside)
        return false;
    inside = true;
    pthread_once(&once, load_all);
    inside = false;
    return ntools > 0;
}

void pel_tools_begin(const pel_tool_call *call, void **begun)
{
    inside = true;
    for (int i = 0; i < ntools; i++)
        begun[i] = tools[i].begin ? tools[i].begin(tools[i].data, call) : NULL;
    inside = false;
}

void pel_tools_end(const pel_tool_call *call, void **begun)
{
    inside = true;
    for (int i = ntools - 1; i >= 0; i--) {
        if (tools[i].end)
            tools[i].end(tools[i].data, call, begun[i]);
    }
    inside = false;
}
