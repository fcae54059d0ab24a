/* Dates of a time axis. */
#ifndef CLIMATE_CALENDAR_H
#define CLIMATE_CALENDAR_H

#include "input.h"

enum { TIME_LABEL = 64 };

/* A short name for one time of an axis: the month for a climatological year, else the date, or the bare number
 * where the units or the calendar are not understood. */
void time_label(const struct input *in, const struct axis *axis, size_t index, char label[TIME_LABEL]);

#endif
