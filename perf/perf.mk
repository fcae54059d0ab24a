# The command `pel`, linked twice: as the first stage's tuner against the untuned library, and for users. It walks the
# registry, which the shared library hides, so it carries the library within it.
noinst_LTLIBRARIES += libperf.la
libperf_la_SOURCES = \
	perf/bench.c perf/bench.h perf/bench_dispatch.c perf/commands.h perf/contest.c perf/contest.h \
	perf/context.c perf/context.h perf/data.c perf/data.h perf/energy.c perf/energy.h perf/entrant.c \
	perf/gbench.c perf/gbench.h perf/info.c perf/json.h perf/measure.c perf/measure.h perf/peers.c perf/peers.h \
	perf/peers_series.c perf/program.c perf/program.h perf/select.c perf/select.h perf/stats.c perf/stats.h \
	perf/tune.c perf/tune.h perf/tune_eval.c perf/tune_eval.h perf/tune_gains.c perf/tune_judge.c \
	perf/tune_judge.h perf/tune_learn.c perf/tune_learn.h perf/tune_race.c perf/tune_race.h perf/tune_record.c \
	perf/tune_record.h perf/tune_search.c perf/tune_space.c perf/tune_space.h perf/tune_supervise.c \
	perf/tune_supervise.h perf/tune_t4.c perf/tune_t4.h perf/tune_table.c perf/tune_trial.c perf/tune_trial.h \
	perf/tune_table.h perf/tune_wisdom.c perf/tune_write.c perf/verify.c perf/wisdom.c perf/workload.c \
	perf/workload.h perf/workload_reduce.c perf/workload_axes.c perf/workload_compact.c \
	perf/workload_histogram.c perf/workload_order.c perf/workload_scan.c perf/workload_series.c \
	perf/workload_sort.c perf/workload_sorted.c perf/workload_stencil.c $(common_sources)
libperf_la_LIBADD = $(PEER_LIBS) $(CXX_RUNTIME) $(JANSSON_LIBS)
libperf_la_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)

# Peers: plain loops once per instruction set, and what other libraries offer.
PEER_LOOPS = perf/peers_loops.c perf/peers_sweep.c perf/peers_terms.c \
	perf/peers_acoustic.c
PEER_LIBS = libpeers_scalar.la
libpeers_scalar_la_SOURCES = $(PEER_LOOPS)
libpeers_scalar_la_CPPFLAGS = $(AM_CPPFLAGS) -DPEL_ISA=scalar
libpeers_scalar_la_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)

if BUILD_AVX2
PEER_LIBS += libpeers_avx2.la
libpeers_avx2_la_SOURCES = $(PEER_LOOPS)
libpeers_avx2_la_CPPFLAGS = $(AM_CPPFLAGS) -DPEL_ISA=avx2
libpeers_avx2_la_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS) $(AVX2_CFLAGS)
endif

if BUILD_AVX512
PEER_LIBS += libpeers_avx512.la
libpeers_avx512_la_SOURCES = $(PEER_LOOPS)
libpeers_avx512_la_CPPFLAGS = $(AM_CPPFLAGS) -DPEL_ISA=avx512
libpeers_avx512_la_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS) $(AVX512_CFLAGS)
endif

if BUILD_NEON
PEER_LIBS += libpeers_neon.la
libpeers_neon_la_SOURCES = $(PEER_LOOPS)
libpeers_neon_la_CPPFLAGS = $(AM_CPPFLAGS) -DPEL_ISA=neon
libpeers_neon_la_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS) $(NEON_CFLAGS)
endif

if HAVE_OPENBLAS
PEER_LIBS += libpeers_openblas.la
libpeers_openblas_la_SOURCES = perf/peers_openblas.c
libpeers_openblas_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENBLAS_CFLAGS)
libpeers_openblas_la_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
libpeers_openblas_la_LIBADD = $(OPENBLAS_LIBS)
endif

if HAVE_CXX
PEER_LIBS += libpeers_cxx.la
libpeers_cxx_la_SOURCES = perf/peers_cxx.cc
libpeers_cxx_la_CPPFLAGS = $(AM_CPPFLAGS) $(TBB_CFLAGS) $(HWY_CFLAGS)
libpeers_cxx_la_CXXFLAGS = $(AM_CXXFLAGS) $(OPENMP_CXXFLAGS) -std=c++17
libpeers_cxx_la_LIBADD = $(TBB_LIBS) $(HWY_LIBS)
CXX_RUNTIME = -lstdc++
endif

noinst_LTLIBRARIES += $(PEER_LIBS)

bin_PROGRAMS += pel
before_tuning += $(pel_OBJECTS)
pel_SOURCES = perf/main.c
pel_LDADD = libperf.la libtuned.la
pel_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)

noinst_PROGRAMS += pel-stage1
pel_stage1_SOURCES = perf/main.c
pel_stage1_LDADD = libperf.la libuntuned.la
pel_stage1_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)

dist_man_MANS += perf/pel.1
EXTRA_DIST += perf/drive perf/plot perf/tables
