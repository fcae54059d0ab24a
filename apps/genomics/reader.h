/* FASTA and FASTQ, told apart by content. */
#ifndef READER_H
#define READER_H

#include "input.h"
#include "sequence.h"

/* Appends all bases of an input to s. Ends the program when the input is neither, damaged, truncated or empty. */
void reader_read(struct input *in, struct sequence *s);

#endif
