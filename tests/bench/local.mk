# What scripts/bench measures with.
check_PROGRAMS += tests/bench/floor tests/bench/measure
tests_bench_floor_SOURCES = tests/bench/floor.c
tests_bench_floor_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
tests_bench_floor_LDADD = $(CRYPTO_LIBS) -ldl
tests_bench_measure_SOURCES = tests/bench/measure.c
