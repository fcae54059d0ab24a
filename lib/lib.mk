# The framework. libcore is everything but the table tuned at build time; the first stage links it without that
# table, tunes, and the library proper adds the result.
noinst_LTLIBRARIES += libcore.la libuntuned.la libtuned.la
lib_LTLIBRARIES += libpel.la

noinst_HEADERS += \
	lib/accumulator.h \
	lib/big.h \
	lib/block.h \
	lib/budget.h \
	lib/cgroup.h \
	lib/check.h \
	lib/cpu.h \
	lib/dispatch.h \
	lib/element.h \
	lib/env.h \
	lib/fpenv.h \
	lib/histogram_job.h \
	lib/keyed.h \
	lib/memory.h \
	lib/merge.h \
	lib/model.h \
	lib/names.h \
	lib/offsets.h \
	lib/online.h \
	lib/reduce.h \
	lib/reduce_axes.h \
	lib/registry.h \
	lib/rule_rows.h \
	lib/rules.h \
	lib/scan_range.h \
	lib/seats.h \
	lib/select_hunt.h \
	lib/sort_home.h \
	lib/sort_runs.h \
	lib/sort_segments.h \
	lib/sort_spread.h \
	lib/spread.h \
	lib/stencil_fft.h \
	lib/stencil_line.h \
	lib/stencil_plan.h \
	lib/stencil_run.h \
	lib/stencil_sides.h \
	lib/stencil_single.h \
	lib/stencil_slices.h \
	lib/stencil_space.h \
	lib/stencil_system.h \
	lib/stencil_watch.h \
	lib/team.h \
	lib/text.h \
	lib/tools.h \
	lib/topology.h \
	lib/trace.h \
	lib/trace_file.h \
	lib/variant.h \
	lib/wisdom.h
EXTRA_DIST += lib/pel.map lib/tables/generic.def lib/tables/zen3.def lib/tables/zen4.def

libcore_la_SOURCES = \
	lib/accumulate.c \
	lib/accumulator.c \
	lib/argsort.c \
	lib/big.c \
	lib/budget.c \
	lib/cgroup.c \
	lib/compact.c \
	lib/cpu.c \
	lib/dispatch.c \
	lib/element.c \
	lib/env.c \
	lib/explain.c \
	lib/histogram.c \
	lib/histogram_bins.c \
	lib/histogram_weighted.c \
	lib/keyed.c \
	lib/keyed_spread.c \
	lib/memory.c \
	lib/merge.c \
	lib/model.c \
	lib/names.c \
	lib/online.c \
	lib/permute.c \
	lib/quantiles.c \
	lib/records.c \
	lib/reduce.c \
	lib/reduce_axes.c \
	lib/reduce_axes_layout.c \
	lib/reduce_axes_walk.c \
	lib/reduce_kinds.c \
	lib/reduce_segments.c \
	lib/reduce_user.c \
	lib/registry.c \
	lib/rules.c \
	lib/scan.c \
	lib/scan_segments.c \
	lib/search.c \
	lib/seats.c \
	lib/select.c \
	lib/select_hunt.c \
	lib/select_moves.c \
	lib/shipped.c \
	lib/sort.c \
	lib/sort_axis.c \
	lib/sort_home.c \
	lib/sort_runs.c \
	lib/sort_narrow.c \
	lib/sort_segments.c \
	lib/sort_spread.c \
	lib/spread.c \
	lib/sort_u128.c \
	lib/statistics.c \
	lib/stencil.c \
	lib/stencil_check.c \
	lib/stencil_fft.c \
	lib/stencil_line.c \
	lib/stencil_plain.c \
	lib/stencil_plan.c \
	lib/stencil_rows.c \
	lib/stencil_run.c \
	lib/stencil_sides.c \
	lib/stencil_single.c \
	lib/stencil_slices.c \
	lib/stencil_system.c \
	lib/stencil_system_plan.c \
	lib/stencil_tiling.c \
	lib/stencil_time.c \
	lib/stencil_watch.c \
	lib/team.c \
	lib/text.c \
	lib/tools.c \
	lib/topology.c \
	lib/trace.c \
	lib/trace_file.c \
	lib/unique.c \
	lib/variant.c \
	lib/wisdom.c \
	lib/wisdom_json.c \
	lib/wisdom_text.c
libcore_la_CPPFLAGS = $(AM_CPPFLAGS) $(FFTW_CFLAGS) $(HWLOC_CFLAGS) $(JANSSON_CFLAGS) \
	-DPEL_SYSTEM_WISDOM='"$(sysconfdir)/pel/wisdom.json"'
libcore_la_CFLAGS = $(AM_CFLAGS) $(EXACT_CFLAGS) $(OPENMP_CFLAGS)
libcore_la_LIBADD = $(KERNEL_LIBS) $(HWLOC_LIBS) $(JANSSON_LIBS) $(OPENBLAS_LIBS) $(FFTW_LIBS) -lm

libuntuned_la_SOURCES = lib/tuned.c
libuntuned_la_CPPFLAGS = $(AM_CPPFLAGS) -DPEL_UNTUNED
libuntuned_la_LIBADD = libcore.la
libuntuned_la_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)

libtuned_la_SOURCES = lib/tuned.c
libtuned_la_CPPFLAGS = $(AM_CPPFLAGS)
libtuned_la_LIBADD = libcore.la
libtuned_la_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS)

libpel_la_SOURCES =
libpel_la_LIBTOOLFLAGS =
libpel_la_LIBADD = libtuned.la
libpel_la_LDFLAGS = $(AM_LDFLAGS) $(OPENMP_CFLAGS) -no-undefined -version-info $(PEL_VERSION_INFO)
if HAVE_LD_MAP
libpel_la_LDFLAGS += -Wl,-z,relro,-z,now -Wl,--version-script=$(srcdir)/lib/pel.map
libpel_la_DEPENDENCIES = libtuned.la $(srcdir)/lib/pel.map
if !SANITIZED
# Sanitizers leave their names for the program to bring.
libpel_la_LDFLAGS += -Wl,-z,defs
endif
endif

pelincludedir = $(includedir)/pel
pelinclude_HEADERS = \
	include/pel/accumulate.h include/pel/axes.h include/pel/compact.h include/pel/export.h \
	include/pel/histogram.h include/pel/pel.h include/pel/reduce.h include/pel/scan.h include/pel/segment.h \
	include/pel/sort.h include/pel/statistics.h include/pel/status.h include/pel/stencil.h include/pel/system.h \
	include/pel/tools.h include/pel/tune.h include/pel/types.h
nodist_pelinclude_HEADERS = include/pel/version.h

# Second stage: the table that this machine's measurements give.
$(libtuned_la_OBJECTS): tuned.def
CLEANFILES += tuned.def tuned.def.of tuned.def.record
if TUNE
# Last of all that can be built without it: what make did at the same time would disturb the measurement.
# A program that was only linked again measures nothing new: what counts is what the first stage's library is made of.
tuned.def: pel-stage1$(EXEEXT) | $(before_tuning)
	@sum=`(echo '$(TUNE_FLAGS)'; cat .libs/libuntuned.a) | cksum`; \
	if test -s $@ && test "$$sum" = "`cat tuned.def.of 2>/dev/null`"; then touch $@; else \
	echo './pel-stage1$(EXEEXT) tune $(TUNE_FLAGS) --quiet --output $@' && \
	./pel-stage1$(EXEEXT) tune $(TUNE_FLAGS) --quiet --output $@ && echo "$$sum" > tuned.def.of; fi
else
tuned.def:
	$(AM_V_GEN)echo '/* not tuned: the shipped tables are in force */' > $@
endif
