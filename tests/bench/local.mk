# What scripts/bench measures with.
check_PROGRAMS += tests/bench/floor tests/bench/measure \
	tests/bench/rows
tests_bench_floor_SOURCES = \
	tests/bench/floor.c \
	tests/bench/raw.c \
	tests/bench/raw.h \
	tests/bench/raw_pair.c
tests_bench_floor_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
tests_bench_floor_LDADD = $(CRYPTO_LIBS) -ldl
tests_bench_measure_SOURCES = tests/bench/measure.c
tests_bench_rows_SOURCES = tests/bench/rows.c
tests_bench_rows_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_bench_rows_LDADD = $(SQLITE_LIBS)
