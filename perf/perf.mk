# The command `pel`, linked twice: as the first stage's tuner against the untuned library, and for users. It walks the
# registry, which the shared library hides, so it carries the library within it.
noinst_LTLIBRARIES += libperf.la
libperf_la_SOURCES = \
	perf/commands.h perf/data.c perf/data.h perf/info.c perf/measure.c perf/measure.h perf/outfile.c perf/outfile.h \
	perf/program.c perf/program.h perf/select.c perf/select.h perf/stats.c perf/stats.h \
	perf/tune.c perf/tune.h perf/tune_race.c perf/tune_race.h perf/tune_record.c perf/tune_record.h perf/tune_search.c \
	perf/tune_space.c perf/tune_space.h perf/tune_supervise.c perf/tune_supervise.h perf/tune_table.c perf/tune_table.h \
	perf/tune_wisdom.c perf/tune_write.c perf/verify.c perf/workload.c perf/workload.h perf/workload_reduce.c \
	perf/workload_sort.c perf/workload_stencil.c

libperf_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
libperf_la_LIBADD = $(JANSSON_LIBS)

bin_PROGRAMS += pel
pel_SOURCES = perf/main.c
pel_LDADD = libperf.la libtuned.la
pel_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)

noinst_PROGRAMS += pel-stage1
pel_stage1_SOURCES = perf/main.c
pel_stage1_LDADD = libperf.la libuntuned.la
pel_stage1_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)
