#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attribute.h"
#include "calendar.h"

struct date {
    long year;
    int month, day; /* from 1 */
};

enum calendar { GREGORIAN, JULIAN, MIXED, NO_LEAP, ALL_LEAP, DAYS_360, UNKNOWN };

static const char *const calendar_names[] = {
    "proleptic_gregorian", "julian", "standard gregorian", "noleap 365_day", "all_leap 366_day", "360_day",
};

static const struct {
    const char *names;
    double seconds;
} units[] = {
    {"second seconds sec secs s", 1},
    {"minute minutes min mins", 60},
    {"hour hours hr hrs h", 3600},
    {"day days d", 86400},
};

static long divide_down(long a, long b)
{
    return a / b - (a % b < 0);
}

/* Counts days. A year is taken to begin in March, so that the leap day is its last. */
static long day_number(enum calendar calendar, struct date date)
{
    long year = date.year - (date.month <= 2), month = (date.month + 9) % 12;
    long days = 365 * year + (153 * month + 2) / 5 + date.day - 1;
    bool before_1582 =
        date.year < 1582 || (date.year == 1582 && (date.month < 10 || (date.month == 10 && date.day < 15)));

    if (calendar == MIXED)
        calendar = before_1582 ? JULIAN : GREGORIAN;
    switch (calendar) {
    case GREGORIAN:
        return days + divide_down(year, 4) - divide_down(year, 100) + divide_down(year, 400);
    case JULIAN:
        return days + divide_down(year, 4) - 2; /* the same day has the same number in both */
    case ALL_LEAP:
        return days + year;
    case DAYS_360:
        return 360 * year + 30 * month + date.day - 1;
    default:
        return days;
    }
}

/* The date of a day number: the last first of a month that is not later. */
static struct date find_date(enum calendar calendar, long number)
{
    struct date date = {divide_down(number, number < 0 ? 360 : 366) - 1, 1, 1}; /* not too late */

    while (day_number(calendar, (struct date){date.year + 1, 1, 1}) <= number)
        date.year++;
    while (date.month < 12 && day_number(calendar, (struct date){date.year, date.month + 1, 1}) <= number)
        date.month++;
    date.day = (int)(number - day_number(calendar, date)) + 1;
    return date;
}

static enum calendar find_calendar(const struct input *in, const struct axis *axis)
{
    char *name = attribute_text(in->file, axis->var, "calendar");
    enum calendar calendar = name ? GREGORIAN : MIXED;

    while (name && calendar < UNKNOWN && !list_has(calendar_names[calendar], name))
        calendar++;
    free(name);
    return calendar;
}

/* Reads "UNIT since DATE TIME": the seconds of a unit, and of the reference within its day. */
static bool parse_units(const char *text, double *unit, struct date *date, double *second)
{
    char word[32];
    int hour = 0, minute = 0;

    *second = 0;
    if (sscanf(text, " %31s since %ld-%d-%d%*1[ T]%d:%d:%lf", word, &date->year, &date->month, &date->day, &hour,
               &minute, second) < 4)
        return false;
    *second += 3600.0 * hour + 60.0 * minute;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (list_has(units[i].names, word)) {
            *unit = units[i].seconds;
            return labs(date->year) < 100000 && date->month >= 1 && date->month <= 12;
        }
    return false;
}

static void format_date(const struct axis *axis, struct date date, double second, bool hours, char label[TIME_LABEL])
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    bool climatological = axis->n == 12 && (date.year == 0 || date.year == 1);
    int minutes = (int)(second / 60);

    if (climatological)
        snprintf(label, TIME_LABEL, "%s", months[date.month - 1]);
    else if (hours)
        snprintf(label, TIME_LABEL, "%04ld-%02d-%02d %02d:%02d", date.year, date.month, date.day, minutes / 60,
                 minutes % 60);
    else
        snprintf(label, TIME_LABEL, "%04ld-%02d-%02d", date.year, date.month, date.day);
}

void time_label(const struct input *in, const struct axis *axis, size_t index, char label[TIME_LABEL])
{
    char *text = axis->var >= 0 ? attribute_text(in->file, axis->var, "units") : NULL;
    enum calendar calendar = axis->var >= 0 ? find_calendar(in, axis) : UNKNOWN;
    double value = axis->value ? axis->value[index] : (double)index + 1, unit, second;
    struct date date;

    snprintf(label, TIME_LABEL, "%.10g", value);
    if (text && calendar != UNKNOWN && parse_units(text, &unit, &date, &second) && fabs(value * unit) < 1e12) {
        double total = floor(second + value * unit + 0.5), days = floor(total / 86400);
        bool hours = axis->n > 1 && fabs(axis->value[1] - axis->value[0]) * unit < 86400;

        date = find_date(calendar, day_number(calendar, date) + (long)days);
        format_date(axis, date, total - days * 86400, hours, label);
    }
    free(text);
}
