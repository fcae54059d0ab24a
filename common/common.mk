# What every program of the tree links: how it ends, and output files that are whole or not there.
common_sources = common/die.h common/outfile.c common/outfile.h
