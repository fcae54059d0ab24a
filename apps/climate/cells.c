/* pel-climate cells: the cells of one field as text, for plotting. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "field.h"

/* Rows of longitude, latitude and value, an empty line after each latitude, as gnuplot takes a grid. */
static void print_cells(const struct field *f, const double *values)
{
    for (size_t y = 0; y < f->lat->n; y++) {
        for (size_t x = 0; x < f->lon->n; x++) {
            double value = values[y * f->lon->n + x];

            printf("%.9g\t%.9g\t", f->lon->value[x], f->lat->value[y]);
            if (isnan(value))
                printf("-\n");
            else
                printf("%.9g\n", value);
        }
        printf("\n");
    }
}

int command_cells(const struct request *request)
{
    struct input in;
    struct field *fields;
    struct block block;
    double *values;
    size_t n;

    input_open(&in, request->operands[0]);
    fields = field_select(&in, request, false, &n);
    if (!fields[0].lat->value || !fields[0].lon->value)
        die("%s: variable %s has no coordinates", in.path, fields[0].name);
    block = field_block(&fields[0], 0, 0);
    values = allocate(field_cells(&fields[0]), sizeof *values);
    field_read(&fields[0], &block, false, values);
    print_cells(&fields[0], values);
    free(values);
    free(fields);
    input_close(&in);
    return EXIT_SUCCESS;
}
