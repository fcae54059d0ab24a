#include "spectrum.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <pel/pel.h>

#include "report.h"

static void append_large(struct spectrum *s, uint64_t count)
{
    if (s->large_count == s->large_size) {
        s->large_size = s->large_size * 2 + 256;
        s->large = realloc(s->large, s->large_size * sizeof *s->large);
        if (!s->large)
            die("out of memory");
    }
    s->large[s->large_count++] = count;
}

void spectrum_add(struct spectrum *s, uint64_t count)
{
    if (count < SPECTRUM_DENSE)
        s->dense[count]++;
    else
        append_large(s, count);
}

void spectrum_merge(struct spectrum *s, struct spectrum *other)
{
    for (size_t i = 0; i < SPECTRUM_DENSE; i++)
        s->dense[i] += other->dense[i];
    for (size_t i = 0; i < other->large_count; i++)
        append_large(s, other->large[i]);
    spectrum_free(other);
}

uint64_t spectrum_distinct(const struct spectrum *s)
{
    uint64_t distinct = s->large_count;
    for (size_t i = 0; i < SPECTRUM_DENSE; i++)
        distinct += s->dense[i];
    return distinct;
}

static void write_line(struct outfile *out, uint64_t count, uint64_t kmers)
{
    char line[64];
    int length = snprintf(line, sizeof line, "%" PRIu64 "\t%" PRIu64 "\n", count, kmers);
    outfile_write(out, line, (size_t)length);
}

void spectrum_write(struct spectrum *s, struct outfile *out)
{
    for (size_t i = 0; i < SPECTRUM_DENSE; i++)
        if (s->dense[i] > 0)
            write_line(out, i, s->dense[i]);
    pel_status status = pel_sort_u64(s->large, s->large_count, NULL);
    if (status != PEL_OK)
        die("cannot sort: %s", pel_strerror(status));
    for (size_t i = 0, end; i < s->large_count; i = end) {
        for (end = i + 1; end < s->large_count && s->large[end] == s->large[i];)
            end++;
        write_line(out, s->large[i], end - i);
    }
}

void spectrum_free(struct spectrum *s)
{
    free(s->large);
    s->large = NULL;
    s->large_count = s->large_size = 0;
}
