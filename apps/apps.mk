# Programs built on the public interface alone.

if HAVE_NETCDF
bin_PROGRAMS += pel-climate
dist_man_MANS += apps/climate/pel-climate.1
before_tuning += $(pel_climate_OBJECTS)
endif
pel_climate_SOURCES = \
	apps/climate/attribute.c apps/climate/attribute.h \
	apps/climate/calendar.c apps/climate/calendar.h \
	apps/climate/cells.c \
	apps/climate/decode.c \
	apps/climate/field.c apps/climate/field.h \
	apps/climate/grid.c \
	apps/climate/input.c apps/climate/input.h \
	apps/climate/length.c \
	apps/climate/main.c \
	apps/climate/output.c apps/climate/output.h \
	apps/climate/program.c apps/climate/program.h \
	apps/climate/report.c \
	apps/climate/run.c \
	apps/climate/sample.c \
	apps/climate/stat.c \
	apps/climate/statistic.c apps/climate/statistic.h \
	$(common_sources)
pel_climate_CPPFLAGS = $(AM_CPPFLAGS) $(NETCDF_CFLAGS)
# Products and sums stay apart, so that unpacked values are the same on every processor.
pel_climate_CFLAGS = $(AM_CFLAGS) $(EXACT_CFLAGS)
pel_climate_LDADD = libpel.la $(NETCDF_LIBS) -lm

if HAVE_ZLIB
bin_PROGRAMS += pel-kmer
dist_man_MANS += apps/genomics/pel-kmer.1
before_tuning += $(pel_kmer_OBJECTS)
endif
pel_kmer_SOURCES = \
	apps/genomics/count.c apps/genomics/count.h \
	apps/genomics/input.c apps/genomics/input.h \
	apps/genomics/kmer.c apps/genomics/kmer.h \
	apps/genomics/main.c \
	apps/genomics/memory.c apps/genomics/memory.h \
	apps/genomics/reader.c apps/genomics/reader.h \
	apps/genomics/report.c apps/genomics/report.h \
	apps/genomics/sequence.c apps/genomics/sequence.h \
	apps/genomics/spectrum.c apps/genomics/spectrum.h \
	apps/genomics/table.c apps/genomics/table.h \
	apps/genomics/workers.c apps/genomics/workers.h \
	$(common_sources)
pel_kmer_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS) -pthread
pel_kmer_LDADD = libpel.la $(ZLIB_LIBS)
EXTRA_DIST += apps/genomics/data/sample.fa.gz
