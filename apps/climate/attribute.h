/* Attributes of NetCDF variables, read in the forms that the program needs. */
#ifndef CLIMATE_ATTRIBUTE_H
#define CLIMATE_ATTRIBUTE_H

#include <stdbool.h>

/* The text of an attribute as a new string; NULL if there is none or it is no text. */
char *attribute_text(int file, int var, const char *name);

/* Up to capacity numbers of an attribute; returns how many, 0 if there is none or it is not numeric. */
int attribute_numbers(int file, int var, const char *name, double *numbers, int capacity);

bool attribute_exists(int file, int var, const char *name);

/* True if list, words between single spaces, holds the word. */
bool list_has(const char *list, const char *word);

/* Copies all attributes but those on the skip list. Types that the classic format lacks become text or double;
 * those of the user's making are left out. */
void attributes_copy(int from, int from_var, int to, int to_var, const char *skip);

#endif
