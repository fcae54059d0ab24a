#include "reader.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "report.h"

/* Where in a record the next byte is. A FASTA record is a header and sequence lines; a FASTQ record goes on with a
 * line that starts with '+', and quality lines until there is one quality for each letter. */
enum place { BETWEEN, HEADER, LINE_START, SEQUENCE, PLUS, QUALITY };

enum { UNKNOWN = 0, FASTA = '>', FASTQ = '@' };

struct reader {
    struct sequence *sequence;
    const char *name;
    int format; /* the byte that starts a record */
    enum place place;
    uint64_t record;    /* the number of this record, from 1 */
    uint64_t letters;   /* of its sequence */
    uint64_t qualities; /* a carriage return at the end of a line included, until the line is complete */
    bool after_return;  /* the latest byte of the quality line was a carriage return */
};

typedef const unsigned char *bytes;

static void begin_record(struct reader *r)
{
    r->record++;
    r->letters = 0;
    r->qualities = 0;
    r->place = HEADER;
}

/* Each of the following takes in bytes of at ... end, at least one or else it moves to another place, and returns
 * where it stopped. */

static bytes take_between(struct reader *r, bytes at, bytes end)
{
    while (at < end && (*at == '\n' || *at == '\r'))
        at++;
    if (at == end)
        return end;
    if (r->format == UNKNOWN && *at != FASTA && *at != FASTQ)
        die("%s: neither FASTA nor FASTQ: it does not start with '>' or '@'", r->name);
    if (r->format == FASTQ && *at != FASTQ)
        die("%s: record %" PRIu64 " does not start with '@'", r->name, r->record + 1);
    r->format = *at;
    begin_record(r);
    return at;
}

static bytes take_rest_of_line(struct reader *r, bytes at, bytes end, enum place then)
{
    bytes newline = memchr(at, '\n', (size_t)(end - at));
    if (!newline)
        return end;
    r->place = then;
    return newline + 1;
}

static bytes take_line_start(struct reader *r, bytes at)
{
    r->place = SEQUENCE;
    if (*at == r->format) {
        if (r->format == FASTQ)
            die("%s: record %" PRIu64 " has no '+' line", r->name, r->record);
        sequence_break(r->sequence);
        begin_record(r);
    } else if (*at == '+' && r->format == FASTQ) {
        sequence_break(r->sequence);
        r->place = PLUS;
    }
    return at;
}

static bytes take_sequence(struct reader *r, bytes at, bytes end)
{
    bytes stop = sequence_append(r->sequence, at, end);
    r->letters += (uint64_t)(stop - at);
    if (stop == end)
        return end;
    switch (r->sequence->meaning[*stop]) {
    case BASE_NEWLINE:
        r->place = LINE_START;
        break;
    case BASE_BREAK:
        sequence_break(r->sequence);
        r->letters++;
        break;
    case BASE_BAD:
        die("%s: record %" PRIu64 ": byte 0x%02x within a sequence", r->name, r->record, *stop);
    }
    return stop + 1;
}

static void check_qualities(const struct reader *r)
{
    if (r->qualities != r->letters)
        die("%s: record %" PRIu64 " has %" PRIu64 " letters and %" PRIu64 " qualities", r->name, r->record, r->letters,
            r->qualities);
}

static bytes take_quality(struct reader *r, bytes at, bytes end)
{
    bytes newline = memchr(at, '\n', (size_t)(end - at));
    bytes stop = newline ? newline : end;
    r->qualities += (uint64_t)(stop - at);
    if (stop > at)
        r->after_return = stop[-1] == '\r';
    if (!newline)
        return end;
    r->qualities -= r->after_return;
    r->after_return = false;
    if (r->qualities >= r->letters) {
        check_qualities(r);
        r->place = BETWEEN;
    }
    return newline + 1;
}

static bytes take(struct reader *r, bytes at, bytes end)
{
    switch (r->place) {
    case BETWEEN:
        return take_between(r, at, end);
    case HEADER:
        return take_rest_of_line(r, at, end, LINE_START);
    case LINE_START:
        return take_line_start(r, at);
    case SEQUENCE:
        return take_sequence(r, at, end);
    case PLUS:
        return take_rest_of_line(r, at, end, QUALITY);
    case QUALITY:
        return take_quality(r, at, end);
    }
    return end;
}

static void finish(struct reader *r)
{
    sequence_break(r->sequence);
    if (r->format == UNKNOWN)
        die("%s: empty, no sequence in it", r->name);
    if (r->format == FASTA || r->place == BETWEEN)
        return;
    r->qualities -= r->after_return; /* the last line needs no newline */
    if (r->place != QUALITY || r->qualities < r->letters)
        die("%s: truncated: the file ends within record %" PRIu64, r->name, r->record);
    check_qualities(r);
}

void reader_read(struct input *in, struct sequence *s)
{
    struct reader r = {.sequence = s, .name = input_name(in)};
    bytes data;
    for (size_t size; (size = input_next(in, &data)) > 0;) {
        for (bytes at = data; at < data + size;)
            at = take(&r, at, data + size);
        progress("reading %s: %" PRIu64 " million bases", r.name, s->bases / 1000000);
    }
    finish(&r);
}
