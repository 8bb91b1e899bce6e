# Stores that say something else than the ledger and the token: one bit, one
# event, a whole life behind; two runs at once; and how long verify looks.
check_PROGRAMS += tests/history/flip
tests_history_flip_SOURCES = tests/history/flip.c
tests_history_flip_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_history_flip_LDADD = libengine.la $(SQLITE_LIBS)

check_PROGRAMS += tests/history/rewind
tests_history_rewind_SOURCES = tests/history/rewind.c
tests_history_rewind_LDADD = libengine.la

history_tests = \
	tests/history/10-flips.bats \
	tests/history/20-rollback.bats \
	tests/history/30-races.bats \
	tests/history/40-linear.bats \
	tests/history/50-year.bats
TESTS += $(history_tests)
EXTRA_DIST += $(history_tests) tests/history/life.bash tests/history/columns
