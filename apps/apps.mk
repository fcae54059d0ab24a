# Programs built on the public interface alone.
if HAVE_NETCDF
bin_PROGRAMS += pel-climate
dist_man_MANS += apps/climate/pel-climate.1
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
	apps/climate/statistic.c apps/climate/statistic.h
pel_climate_CPPFLAGS = $(AM_CPPFLAGS) $(NETCDF_CFLAGS)
# Products and sums stay apart, so that unpacked values are the same on every processor.
pel_climate_CFLAGS = $(AM_CFLAGS) -ffp-contract=off
pel_climate_LDADD = libpel.la $(NETCDF_LIBS) -lm
