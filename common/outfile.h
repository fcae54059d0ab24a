/* Output files that appear under their names only when they are complete, and that are on the disk by then. Errors
 * end the program. */
#ifndef PEL_COMMON_OUTFILE_H
#define PEL_COMMON_OUTFILE_H

#include <stddef.h>
#include <stdio.h>

struct outfile {
    const char *path; /* as given, for messages; it must outlive the file */
    char *target;     /* the file that path stands for: links are followed; NULL: written directly */
    char *temporary;  /* written here and renamed to the target at the end; NULL: written directly */
    int fd;
    FILE *stream; /* see outfile_stream; NULL: none */
};

/* Opens a temporary file beside path, early, so that a folder that cannot be written is found before the work. What
 * writes by name may write to file->temporary. Two open files of the same name, however spelt, are an error. */
void outfile_open(struct outfile *file, const char *path);

/* The same, but "-" (standard output), devices and pipes are written directly. */
void outfile_open_stream(struct outfile *file, const char *path);

/* Appends size bytes, all of them. */
void outfile_write(struct outfile *file, const void *data, size_t size);

/* The file as a stream, for what prints; it is closed with the file, and so are its errors found. */
FILE *outfile_stream(struct outfile *file);

/* Writes the file out to the disk and closes it, so that a late write error shows. */
void outfile_close(struct outfile *file);

/* Gives a closed file its final name. */
void outfile_publish(struct outfile *file);

/* Removes every temporary file; safe in a signal handler. */
void outfile_discard_all(void);

/* Lets interrupting signals remove the temporary files first. */
void outfile_catch_signals(void);

#endif
