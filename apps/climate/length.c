/* The classic NetCDF formats (CDF-1, CDF-2, CDF-5) keep at the head where the data of each variable begin, and
 * nothing tells where the file ends. Format: NetCDF User's Guide, "File Format Specifications". */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "program.h"

/* Lengths are doubles: exact up to 2^53, and no header can make them overflow. */
struct header {
    FILE *stream;
    double length;                 /* of the file */
    bool damaged;                  /* the header goes on beyond the end of the file */
    int count_bytes, offset_bytes; /* 4 or 8 by the version of the format */
    double *dims;                  /* lengths; 0 stands for the record dimension */
    double ndims;
    double records;
};

static double read_number(struct header *h, int bytes)
{
    double number = 0;

    for (int i = 0; i < bytes; i++) {
        int byte = getc(h->stream);

        if (byte == EOF) {
            h->damaged = true;
            return 0;
        }
        number = number * 256 + byte;
    }
    return number;
}

static double read_count(struct header *h)
{
    return read_number(h, h->count_bytes);
}

/* Names and values fill units of four bytes. */
static double padded(double bytes)
{
    return 4 * ceil(bytes / 4);
}

static void skip_bytes(struct header *h, double bytes)
{
    if (bytes > h->length || fseek(h->stream, (long)padded(bytes), SEEK_CUR) != 0)
        h->damaged = true;
}

static double type_bytes(double type)
{
    static const double bytes[] = {0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8};

    return type < sizeof bytes / sizeof *bytes ? bytes[(int)type] : 0;
}

static double read_list_length(struct header *h)
{
    double n;

    read_number(h, 4); /* the tag, which says what is listed */
    n = read_count(h);
    if (n > h->length)
        h->damaged = true;
    return h->damaged ? 0 : n;
}

static void skip_attributes(struct header *h)
{
    double n = read_list_length(h);

    for (double i = 0; i < n && !h->damaged; i++) {
        double type;

        skip_bytes(h, read_count(h)); /* the name */
        type = read_number(h, 4);
        skip_bytes(h, type_bytes(type) * read_count(h));
    }
}

static void read_dims(struct header *h)
{
    h->ndims = read_list_length(h);
    h->dims = allocate((size_t)h->ndims, sizeof *h->dims);
    for (double i = 0; i < h->ndims && !h->damaged; i++) {
        skip_bytes(h, read_count(h));
        h->dims[(size_t)i] = read_count(h);
    }
}

struct extent {
    double begin, bytes; /* of one record, where there are records */
    bool record;
};

static struct extent read_variable(struct header *h)
{
    struct extent v = {0, 1, false};
    double n;

    skip_bytes(h, read_count(h));
    n = read_count(h);
    for (double i = 0; i < n && !h->damaged; i++) {
        double dim = read_count(h);
        double length = dim < h->ndims ? h->dims[(size_t)dim] : 0;

        if (length == 0 && i == 0)
            v.record = true;
        else
            v.bytes *= length;
    }
    skip_attributes(h);
    v.bytes *= type_bytes(read_number(h, 4));
    read_count(h); /* the size, which is capped and thus no help */
    v.begin = read_number(h, h->offset_bytes);
    return v;
}

/* The length that the header asks for. The records of all variables are interleaved, each padded; a variable that is
 * alone in its record is not. */
static double length_asked(struct header *h)
{
    double fixed_end = 0, record_end = 0, record_bytes = 0, nrecorded = 0;
    double n = read_list_length(h);

    for (double i = 0; i < n && !h->damaged; i++) {
        struct extent v = read_variable(h);

        if (v.record) {
            record_end = fmax(record_end, v.begin + v.bytes);
            record_bytes = nrecorded++ > 0 ? padded(record_bytes) + padded(v.bytes) : v.bytes;
        } else {
            fixed_end = fmax(fixed_end, v.begin + v.bytes);
        }
    }
    return h->records > 0 ? fmax(fixed_end, record_end + (h->records - 1) * record_bytes) : fixed_end;
}

/* Reads the magic number; false unless the format is a classic one with a known number of records. */
static bool read_version(struct header *h)
{
    double magic = read_number(h, 3), version = read_number(h, 1);

    if (magic != 0x434446 || (version != 1 && version != 2 && version != 5)) /* "CDF" */
        return false;
    h->count_bytes = version == 5 ? 8 : 4;
    h->offset_bytes = version == 1 ? 4 : 8;
    h->records = read_count(h);
    return h->records < (version == 5 ? 0x1p64 : 0x1p32) - 1; /* all ones: as many as the file has */
}

static void open_file(struct header *h, const char *path)
{
    long length = -1;

    h->stream = fopen(path, "rb");
    if (h->stream && fseek(h->stream, 0, SEEK_END) == 0)
        length = ftell(h->stream);
    if (length < 0 || fseek(h->stream, 0, SEEK_SET) != 0)
        die("%s: %s", path, strerror(errno));
    h->length = (double)length;
}

void input_check_length(const char *path)
{
    struct header h = {.stream = NULL};
    double asked = 0;

    open_file(&h, path);
    if (read_version(&h)) {
        read_dims(&h);
        skip_attributes(&h);
        asked = length_asked(&h);
        if (h.damaged)
            die("%s: the NetCDF header is damaged or cut off", path);
    }
    if (h.length < asked)
        die("%s: truncated: %.0f bytes where the NetCDF header asks for %.0f", path, h.length, asked);
    fclose(h.stream);
    free(h.dims);
}
