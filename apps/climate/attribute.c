#include <stdlib.h>
#include <string.h>

#include <netcdf.h>

#include "attribute.h"
#include "program.h"

static char *string_attribute(int file, int var, const char *name, size_t length)
{
    char **strings = allocate(length, sizeof *strings);
    char *text = NULL;

    check_nc(nc_get_att_string(file, var, name, strings), name);
    if (length > 0 && strings[0])
        text = format_text("%s", strings[0]);
    nc_free_string(length, strings);
    free(strings);
    return text;
}

char *attribute_text(int file, int var, const char *name)
{
    nc_type type;
    size_t length;
    char *text;

    if (nc_inq_att(file, var, name, &type, &length) != NC_NOERR)
        return NULL;
    if (type == NC_STRING)
        return string_attribute(file, var, name, length);
    if (type != NC_CHAR)
        return NULL;
    text = allocate(length + 1, 1);
    check_nc(nc_get_att_text(file, var, name, text), name);
    return text;
}

int attribute_numbers(int file, int var, const char *name, double *numbers, int capacity)
{
    nc_type type;
    size_t length;
    double *all;

    if (nc_inq_att(file, var, name, &type, &length) != NC_NOERR)
        return 0;
    if (type == NC_CHAR || type >= NC_STRING)
        return 0;
    all = allocate(length, sizeof *all);
    check_nc(nc_get_att_double(file, var, name, all), name);
    if (length > (size_t)capacity)
        length = (size_t)capacity;
    memcpy(numbers, all, length * sizeof *all);
    free(all);
    return (int)length;
}

bool attribute_exists(int file, int var, const char *name)
{
    return nc_inq_attid(file, var, name, NULL) == NC_NOERR;
}

bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; length > 0 && (at = strstr(at, word)) != NULL; at++)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static void copy_extended(int from, int from_var, int to, int to_var, const char *name)
{
    double numbers[64];
    int n = attribute_numbers(from, from_var, name, numbers, 64);
    char *text = attribute_text(from, from_var, name);

    if (text)
        check_nc(nc_put_att_text(to, to_var, name, strlen(text), text), name);
    else if (n > 0)
        check_nc(nc_put_att_double(to, to_var, name, NC_DOUBLE, (size_t)n, numbers), name);
    free(text);
}

void attributes_copy(int from, int from_var, int to, int to_var, const char *skip)
{
    int n;

    check_nc(nc_inq_varnatts(from, from_var, &n), "attributes");
    for (int i = 0; i < n; i++) {
        char name[NC_MAX_NAME + 1];
        nc_type type;

        check_nc(nc_inq_attname(from, from_var, i, name), "attribute name");
        check_nc(nc_inq_atttype(from, from_var, name, &type), name);
        if (list_has(skip, name))
            continue;
        if (type <= NC_DOUBLE)
            check_nc(nc_copy_att(from, from_var, name, to, to_var), name);
        else
            copy_extended(from, from_var, to, to_var, name);
    }
}
