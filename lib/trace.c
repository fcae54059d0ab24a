#include "lib/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/names.h"
#include "lib/online.h"
#include "lib/trace_file.h"
#include "lib/variant.h"

void pel_trace_line(const char *topic, const char *format, ...)
{
    char line[1024];
    int head = snprintf(line, sizeof line, "pel: %s: ", topic);
    va_list args;
    va_start(args, format);
    int body = vsnprintf(line + head, sizeof line - (size_t)head - 1, format, args);
    va_end(args);
    size_t length = (size_t)head + (body > 0 ? (size_t)body : 0);
    if (length > sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    /* A message that cannot be delivered has nowhere else to go. */
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written;
}

static void tell_tools(struct pel_span *span, void (*tell)(const pel_tool_call *, void **))
{
    char variant[128];
    pel_tool_call call = {.size = sizeof call,
                          .op = span->op,
                          .dtype = span->dtype,
                          .n = span->n,
                          .threads = span->team,
                          .variant = span->kernel,
                          .team = span->team,
                          .source = span->source};
    if (span->pick) {
        pel_variant_format(span->pick, variant, sizeof variant);
        call.flags = span->pick->asked.flags;
        call.threads = span->pick->asked.threads;
        call.ndim = span->pick->asked.ndim;
        call.variant = variant;
    }
    tell(&call, span->begun);
}

static void begin(struct pel_span *span)
{
    span->watched = pel_tools_watch();
    if (span->watched)
        tell_tools(span, pel_tools_begin);
    span->tuned = span->pick && span->pick->arm > 0;
    span->wanted = pel_env()->verbose_profile || pel_trace_file_open();
    if (span->wanted || span->tuned)
        clock_gettime(CLOCK_MONOTONIC, &span->start);
}

void pel_trace_start(struct pel_span *span, const struct pel_pick *pick, size_t n)
{
    const struct pel_kernel *kernel = pick->kernel;
    *span = (struct pel_span){.live = true,
                              .op = pel_op_name(kernel->op),
                              .dtype = pel_dtype_name(kernel->dtype),
                              .kernel = kernel->name,
                              .source = pick->source,
                              .team = pick->team,
                              .n = n,
                              .pick = pick};
    begin(span);
}

void pel_trace_begin_own(struct pel_span *span, const char *op, const char *dtype, int team, size_t n)
{
    span->live = pel_env()->watches;
    if (!span->live)
        return;
    *span = (struct pel_span){.live = true,
                              .op = op,
                              .dtype = dtype ? dtype : "of types of its own",
                              .kernel = "functions of the caller's",
                              .source = "the caller",
                              .team = team,
                              .n = n};
    begin(span);
}

static double nanoseconds(const struct pel_span *span)
{
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    return 1e9 * (double)(end.tv_sec - span->start.tv_sec) + (double)(end.tv_nsec - span->start.tv_nsec);
}

static void report(const struct pel_span *span)
{
    double ns = nanoseconds(span);
    pel_trace_line("profile", "%s %s n=%zu: %s, up to %d threads: %.3f us, %.3g ns an element", span->op, span->dtype,
                   span->n, span->kernel, span->team, ns * 1e-3, span->n ? ns / (double)span->n : 0.0);
}

static void keep(const struct pel_span *span)
{
    char name[64], arguments[256];
    snprintf(name, sizeof name, "%s %s", span->op, span->dtype);
    snprintf(arguments, sizeof arguments, "\"n\": %zu, \"kernel\": \"%s\", \"team\": %d, \"named by\": \"%s\"", span->n,
             span->kernel, span->team, span->source);
    pel_trace_file_add("operation", name, &span->start, arguments);
}

void pel_trace_finish(struct pel_span *span)
{
    if (span->tuned && !span->failed)
        pel_online_note(span->pick->arm, span->n, 1e-9 * nanoseconds(span));
    if (span->wanted && pel_trace_file_open())
        keep(span);
    if (span->wanted && pel_env()->verbose_profile)
        report(span);
    if (span->watched)
        tell_tools(span, pel_tools_end);
}

void pel_trace_begin_share(struct pel_share *share)
{
    share->wanted = pel_trace_file_open();
    if (share->wanted)
        clock_gettime(CLOCK_MONOTONIC, &share->start);
}

void pel_trace_end_share(const struct pel_share *share, const char *what)
{
    if (share->wanted)
        pel_trace_file_add("team", what, &share->start, "");
}
