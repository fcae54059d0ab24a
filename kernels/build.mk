# Every kernel file is compiled once for each instruction set, under another object name.
KERNEL_SOURCES = kernels/table.c $(KERNELS)

noinst_HEADERS = \
	kernels/kernel.h kernels/strict.h kernels/foreach_dtype.h kernels/foreach_float.h kernels/foreach_integer.h \
	kernels/foreach_narrow.h kernels/foreach_one.h kernels/foreach_signed.h kernels/simd/simd.h \
	kernels/simd/generic.h kernels/simd/scalar.h kernels/simd/avx2.h kernels/simd/avx512.h kernels/simd/neon.h \
	kernels/simd/split.h kernels/reduce/acc.h kernels/reduce/columns.h kernels/reduce/evidence_bits.h \
	kernels/reduce/evidence_flags.h kernels/reduce/few.h kernels/reduce/fold.h kernels/reduce/fold_terms.h \
	kernels/reduce/map.h kernels/reduce/product.h kernels/reduce/state.h kernels/scan/compact_leaf.h \
	kernels/scan/leaf.h kernels/scan/relation.h kernels/scan/stream.h kernels/histogram/edges.h \
	kernels/histogram/leaf.h kernels/histogram/places.h kernels/sort/bins.h kernels/sort/distribute.h \
	kernels/sort/flat.h kernels/sort/heap.h kernels/sort/leaf.h kernels/sort/leaves.h kernels/sort/network.h \
	kernels/sort/order.h kernels/sort/partition.h kernels/sort/random.h kernels/sort/rows.h \
	kernels/sort/ranges.h kernels/sort/ruler.h kernels/sort/runs.h kernels/sort/classify.h \
	kernels/sort/counting.h kernels/sort/moves.h kernels/sort/pack_leaf.h kernels/sort/records.h \
	kernels/sort/select.h kernels/sort/columns.h kernels/sort/each.h kernels/sort/integers.h \
	kernels/sort/lanes_leaf.h kernels/sort/segments_leaf.h kernels/sort/series.h kernels/sort/permute.h \
	kernels/sort/sorted.h kernels/sort/slots.h kernels/sort/tree.h kernels/sort/values.h \
	kernels/sort/sieve_leaf.h kernels/sort/wide.h kernels/sort/wide_heap.h kernels/stencil/bands.h \
	kernels/stencil/expand.h kernels/stencil/line.h kernels/stencil/near.h kernels/stencil/sweep.h

KERNEL_LIBS = libk_scalar.la
libk_scalar_la_SOURCES = $(KERNEL_SOURCES)
libk_scalar_la_CPPFLAGS = $(AM_CPPFLAGS) $(OPENBLAS_CFLAGS) -DPEL_ISA=scalar
libk_scalar_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS)

if BUILD_AVX2
KERNEL_LIBS += libk_avx2.la
libk_avx2_la_SOURCES = $(KERNEL_SOURCES)
libk_avx2_la_CPPFLAGS = $(AM_CPPFLAGS) -DPEL_ISA=avx2
libk_avx2_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS) $(AVX2_CFLAGS)
endif

if BUILD_AVX512
KERNEL_LIBS += libk_avx512.la
libk_avx512_la_SOURCES = $(KERNEL_SOURCES)
libk_avx512_la_CPPFLAGS = $(AM_CPPFLAGS) -DPEL_ISA=avx512
libk_avx512_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS) $(AVX512_CFLAGS)
endif

if BUILD_NEON
KERNEL_LIBS += libk_neon.la
libk_neon_la_SOURCES = $(KERNEL_SOURCES)
libk_neon_la_CPPFLAGS = $(AM_CPPFLAGS) -DPEL_ISA=neon
libk_neon_la_CFLAGS = $(AM_CFLAGS) $(KERNEL_CFLAGS) $(NEON_CFLAGS)
endif

noinst_LTLIBRARIES += $(KERNEL_LIBS)

# The registry's view of the list: PEL_FILE(reduce_fold) and so on.
BUILT_SOURCES += kernels/list.h
CLEANFILES += kernels/list.h
$(libk_scalar_la_OBJECTS) $(libk_avx2_la_OBJECTS) $(libk_avx512_la_OBJECTS) $(libk_neon_la_OBJECTS): | kernels/list.h
kernels/list.h: kernels/kernels.mk
	$(AM_V_GEN)$(MKDIR_P) kernels && for file in $(KERNELS); do echo "$$file"; done | \
	sed -e 's,^kernels/,,' -e 's,\.c$$,,' -e 's,/,_,g' -e 's,.*,PEL_FILE(&),' > $@.tmp && mv $@.tmp $@
