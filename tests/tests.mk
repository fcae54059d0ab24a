# Tests: cmocka programs against the static core, so that internal functions can be called, and shell scripts for what
# is built.
AM_TESTS_ENVIRONMENT = srcdir='$(srcdir)'; CC='$(CC)'; CXX='$(CXX)'; NM='$(NM)'; export srcdir CC CXX NM;

TEST_EXTENSIONS = .sh
script_tests = \
	tests/app_climate.sh \
	tests/app_kmer.sh \
	tests/cli.sh \
	tests/docs.sh \
	tests/format.sh \
	tests/headers.sh \
	tests/readme.sh \
	tests/strict.sh \
	tests/rooms.sh \
	tests/symbols.sh
EXTRA_DIST += $(script_tests)
TESTS += $(script_tests)

if HAVE_CMOCKA
program_tests = \
	tests/test_accumulate \
	tests/test_adversary \
	tests/test_argsort \
	tests/test_axes \
	tests/test_bits \
	tests/test_budget \
	tests/test_caller \
	tests/test_compact \
	tests/test_dispatch \
	tests/test_energy \
	tests/test_env \
	tests/test_environment \
	tests/test_extreme \
	tests/test_fork \
	tests/test_histogram \
	tests/test_histogram_arguments \
	tests/test_histogram_weighted \
	tests/test_integer_sum \
	tests/test_memory \
	tests/test_online \
	tests/test_products \
	tests/test_records \
	tests/test_reduce_arguments \
	tests/test_rules \
	tests/test_running \
	tests/test_scan \
	tests/test_segment \
	tests/test_select \
	tests/test_series \
	tests/test_simulations \
	tests/test_sort \
	tests/test_sort_narrow \
	tests/test_sort_order \
	tests/test_sort_u128 \
	tests/test_sorted \
	tests/test_statistics \
	tests/test_stats \
	tests/test_stencil \
	tests/test_stencil_fft \
	tests/test_stencil_laws \
	tests/test_sum \
	tests/test_support \
	tests/test_system \
	tests/test_system_arguments \
	tests/test_team \
	tests/test_tools \
	tests/test_trace \
	tests/test_tune \
	tests/test_user \
	tests/test_wisdom
check_PROGRAMS += $(program_tests)
TESTS += $(program_tests)

check_LTLIBRARIES = libsupport.la
# A tool that test_tools lets watch; with a path it becomes a shared library. Without those the test passes it over.
if SHARED
check_LTLIBRARIES += tests/tool_lines.la
endif
tests_tool_lines_la_SOURCES = tests/tool_lines.c
tests_tool_lines_la_LIBADD =
tests_tool_lines_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
libsupport_la_SOURCES = tests/support.c tests/support.h
tests_test_bits_SOURCES = tests/test_bits.c tests/operations.c tests/operations.h tests/verbs.c tests/verbs.h
tests_test_bits_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_test_environment_SOURCES = tests/test_environment.c tests/environments.h tests/operations.c tests/operations.h
tests_test_budget_SOURCES = tests/test_budget.c tests/verbs.c tests/verbs.h
tests_test_budget_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_test_caller_LDADD = $(LDADD) -lm
tests_test_env_SOURCES = tests/test_env.c tests/operations.c tests/operations.h
tests_test_fork_SOURCES = tests/test_fork.c tests/operations.c tests/operations.h tests/verbs.c tests/verbs.h
tests_test_fork_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_test_memory_SOURCES = \
	tests/test_memory.c tests/operations.c tests/operations.h tests/wisdom_sample.c tests/wisdom_sample.h
tests_test_memory_LDADD = $(LDADD) $(JANSSON_LIBS)
tests_test_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=free
tests_test_online_SOURCES = tests/test_online.c tests/operations.c tests/operations.h
tests_test_team_SOURCES = tests/test_team.c tests/verbs.c tests/verbs.h
# clang warns of conversions in its own expansion of a taskloop.
tests_test_team_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS) -Wno-sign-conversion -Wno-conversion

# The test brings its own tuned table.
tests_test_dispatch_LDADD = libsupport.la libcore.la $(CMOCKA_LIBS)
tests_test_dispatch_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_registry_find,--wrap=pel_memory_new

tests_test_trace_SOURCES = tests/test_trace.c tests/operations.c tests/operations.h
tests_test_trace_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
tests_test_trace_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
tests_test_trace_LDADD = $(LDADD) $(JANSSON_LIBS)

# The tables that the library has.
tests_test_rules_LDADD = libsupport.la libtuned.la $(CMOCKA_LIBS)
tests_test_rules_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_cpu

tests_test_energy_LDADD = libsupport.la libperf.la libuntuned.la $(CMOCKA_LIBS)

tests_test_stats_LDADD = libsupport.la libperf.la libuntuned.la $(CMOCKA_LIBS)

tests_test_tune_LDADD = libsupport.la libperf.la libuntuned.la $(CMOCKA_LIBS)
tests_test_tune_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=entrant_run

tests_test_wisdom_SOURCES = tests/test_wisdom.c tests/wisdom_sample.c tests/wisdom_sample.h
tests_test_wisdom_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_memory_new

tests_test_compact_SOURCES = tests/test_compact.c tests/scarcity.c tests/scarcity.h
tests_test_compact_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take
tests_test_segment_SOURCES = tests/test_segment.c tests/scarcity.c tests/scarcity.h
tests_test_segment_LDADD = $(LDADD) -lm
tests_test_segment_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take
histogram_calls = tests/histogram_calls.c tests/histogram_calls.h
tests_test_histogram_SOURCES = tests/test_histogram.c $(histogram_calls)
tests_test_histogram_LDADD = $(LDADD) -lm
tests_test_histogram_arguments_SOURCES = tests/test_histogram_arguments.c $(histogram_calls)
tests_test_histogram_arguments_LDADD = $(LDADD) -lm
tests_test_histogram_weighted_SOURCES = tests/test_histogram_weighted.c tests/scarcity.c tests/scarcity.h
tests_test_histogram_weighted_LDADD = $(LDADD) -lm
tests_test_histogram_weighted_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take

float_oracle = tests/float_data.c tests/float_data.h tests/float_oracle.c tests/float_oracle.h
reductions = tests/reductions.c tests/reductions.h tests/operations.c tests/operations.h
tests_test_accumulate_SOURCES = tests/test_accumulate.c $(float_oracle) $(reductions)
tests_test_accumulate_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS)
tests_test_accumulate_LDADD = $(LDADD) $(MPFR_LIBS) -lm
tests_test_axes_SOURCES = tests/test_axes.c $(float_oracle)
tests_test_axes_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS)
tests_test_axes_LDADD = $(LDADD) $(MPFR_LIBS) -lm
tests_test_extreme_SOURCES = tests/test_extreme.c $(reductions)
tests_test_integer_sum_SOURCES = tests/test_integer_sum.c $(float_oracle) $(reductions)
tests_test_integer_sum_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS)
tests_test_integer_sum_LDADD = $(LDADD) $(MPFR_LIBS) -lm
tests_test_reduce_arguments_SOURCES = tests/test_reduce_arguments.c $(reductions)
tests_test_products_SOURCES = tests/test_products.c $(float_oracle) $(reductions)
tests_test_products_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS)
tests_test_products_LDADD = $(LDADD) $(MPFR_LIBS) -lm
tests_test_statistics_SOURCES = tests/test_statistics.c $(float_oracle) $(reductions)
tests_test_statistics_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS)
tests_test_statistics_LDADD = $(LDADD) $(MPFR_LIBS) -lm
tests_test_sum_SOURCES = tests/test_sum.c tests/environments.h $(float_oracle) $(reductions)
tests_test_sum_CFLAGS = $(AM_CFLAGS) $(MPFR_CFLAGS)
tests_test_sum_LDADD = $(LDADD) $(MPFR_LIBS) -lm

sort_oracle = tests/sort_data.c tests/sort_data.h tests/sort_oracle.c tests/sort_oracle.h
scarcity = tests/scarcity.c tests/scarcity.h
tests_test_adversary_SOURCES = tests/test_adversary.c $(sort_oracle)
tests_test_argsort_SOURCES = tests/test_argsort.c $(scarcity) $(sort_oracle)
tests_test_argsort_LDADD = $(LDADD) -lm
tests_test_argsort_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take
tests_test_records_SOURCES = tests/test_records.c $(scarcity) $(sort_oracle)
tests_test_records_LDADD = $(LDADD) -lm
tests_test_records_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take
tests_test_select_SOURCES = tests/test_select.c $(scarcity) $(sort_oracle)
tests_test_select_LDADD = $(LDADD) -lm
tests_test_select_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take
tests_test_series_SOURCES = tests/test_series.c $(scarcity) $(sort_oracle)
tests_test_series_LDADD = $(LDADD) -lm
tests_test_series_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take
tests_test_sort_SOURCES = tests/test_sort.c $(scarcity) $(sort_oracle)
tests_test_sort_narrow_SOURCES = tests/test_sort_narrow.c $(scarcity) $(sort_oracle)
tests_test_sort_narrow_LDADD = $(LDADD) -lm
tests_test_sort_narrow_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take
tests_test_sort_u128_SOURCES = tests/test_sort_u128.c $(scarcity) $(sort_oracle)
tests_test_sort_u128_LDADD = $(LDADD) -lm
tests_test_sort_u128_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take
tests_test_sorted_SOURCES = tests/test_sorted.c $(sort_oracle)
tests_test_sorted_LDADD = $(LDADD) -lm
tests_test_sort_LDADD = $(LDADD) -lm
tests_test_sort_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take

# Loops and row functions are compared bit for bit.
tests_test_simulations_CFLAGS = $(AM_CFLAGS) -ffp-contract=off
tests_test_user_SOURCES = tests/test_user.c $(scarcity)
tests_test_user_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pel_scratch_take

tests_test_stencil_SOURCES = tests/test_stencil.c tests/stencil_oracle.c tests/stencil_oracle.h
tests_test_stencil_fft_LDADD = $(LDADD) -lm
tests_test_stencil_laws_CPPFLAGS = $(AM_CPPFLAGS) $(FFTW_CFLAGS)
tests_test_stencil_laws_LDADD = $(LDADD) $(FFTW_LIBS) -lm

# What a program is linked with that says nothing else; the registry comes along, but no tuned table.
LDADD = libsupport.la libuntuned.la $(CMOCKA_LIBS)
AM_CPPFLAGS += $(CMOCKA_CFLAGS)
AM_LDFLAGS += $(OPENMP_CFLAGS)
endif

# With the thread sanitizer, LLVM's tool tells it what OpenMP synchronises; other libraries are not its business.
if TSAN
check_PROGRAMS += tests/planted_race
tests_planted_race_CFLAGS = $(AM_CFLAGS) $(OPENMP_CFLAGS)
AM_TESTS_ENVIRONMENT += \
	OMP_TOOL_LIBRARIES='$(LLVM_OPENMP)/libarcher.so'; export OMP_TOOL_LIBRARIES; \
	TSAN_OPTIONS='ignore_noninstrumented_modules=1 halt_on_error=1'; export TSAN_OPTIONS;
endif

# Checks that build all anew in a folder of their own, and take minutes; check-more runs every one but the long. What
# they do in detail is in tests/check_*.log.
more_checks = check-asan check-clang check-races check-qemu
long_checks = check-avx512
EXTRA_DIST += \
	tests/check_asan.sh tests/check_avx512.sh tests/check_clang.sh tests/check_qemu.sh tests/check_races.sh \
	tests/emulated_avx512.h tests/more.sh tests/planted_race.c tests/planted_race.sh
.PHONY: check-more $(more_checks) $(long_checks)
check-more:
	@result=0; for check in $(more_checks); do $(MAKE) $$check || result=1; done; exit $$result
$(more_checks) $(long_checks):
	@test=tests/`echo $@ | tr - _`; echo "$@: building and testing, see $$test.log"; \
	if $(MAKE) -s check-TESTS TESTS=$$test.sh TEST_SUITE_LOG=$$test-suite.log >/dev/null 2>&1; \
	then grep '^$@: ' $$test.log; else cat $$test.log; exit 1; fi
clean-local:
	rm -rf $(more_checks) $(long_checks)

# Fuzzes all that reads what others wrote: make fuzz [FUZZ_RUNS=...]. The sanitizers see the readers and what
# they call; the rest of the library is linked as it is.
FUZZ_CC = clang-14
FUZZ_RUNS = 200000
fuzz_flags = -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all
fuzz_link = $(AM_V_GEN)$(LIBTOOL) $(AM_V_lt) --tag=CC --mode=link $(FUZZ_CC) $(fuzz_flags) $(DEFS) $(AM_CPPFLAGS) \
	$(JANSSON_CFLAGS) -o $@
fuzz_wisdom_sources = \
	$(srcdir)/tests/fuzz_wisdom.c $(srcdir)/tests/wisdom_sample.c $(srcdir)/lib/cpu.c $(srcdir)/lib/names.c \
	$(srcdir)/lib/registry.c $(srcdir)/lib/text.c $(srcdir)/lib/variant.c $(srcdir)/lib/wisdom_json.c
fuzz_env_sources = $(srcdir)/tests/fuzz_env.c $(srcdir)/lib/cpu.c $(srcdir)/lib/names.c
fuzz_accumulator_sources = $(srcdir)/tests/fuzz_accumulator.c $(srcdir)/lib/accumulate.c $(srcdir)/lib/accumulator.c
fuzz_sequence_sources = \
	$(srcdir)/tests/fuzz_sequence.c $(srcdir)/apps/genomics/input.c $(srcdir)/apps/genomics/reader.c \
	$(srcdir)/apps/genomics/sequence.c
fuzzers = tests/fuzz_env tests/fuzz_wisdom tests/fuzz_accumulator tests/fuzz_sequence
EXTRA_DIST += tests/fuzz_accumulator.c tests/fuzz_env.c tests/fuzz_sequence.c tests/fuzz_wisdom.c
CLEANFILES += $(fuzzers)
tests/fuzz_wisdom: $(fuzz_wisdom_sources) libuntuned.la | $(BUILT_SOURCES)
	$(fuzz_link) $(fuzz_wisdom_sources) libuntuned.la $(JANSSON_LIBS) -lgomp -lm
tests/fuzz_env: $(fuzz_env_sources) $(srcdir)/lib/env.c | $(BUILT_SOURCES)
	$(fuzz_link) $(fuzz_env_sources)
tests/fuzz_accumulator: $(fuzz_accumulator_sources) libuntuned.la | $(BUILT_SOURCES)
	$(fuzz_link) $(fuzz_accumulator_sources) libuntuned.la -lgomp -lm
tests/fuzz_sequence: $(fuzz_sequence_sources) | $(BUILT_SOURCES)
	$(fuzz_link) $(fuzz_sequence_sources) -lz

.PHONY: fuzz
fuzz: $(fuzzers)
	for reader in $(fuzzers); do \
	$$reader -runs=$(FUZZ_RUNS) -max_len=4096 -print_final_stats=1 || exit 1; done
