# Unit tests speak TAP through cmocka, the rest through bats; automake's TAP
# driver counts both.
TEST_EXTENSIONS = .bats
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
BATS_LOG_DRIVER = $(LOG_DRIVER)
BATS_LOG_COMPILER = $(top_srcdir)/tests/lib/run-bats
# Unless TMPDIR says otherwise, they write to memory where there is enough.
AM_TESTS_ENVIRONMENT = \
	TMPDIR=`'$(abs_top_srcdir)/tests/lib/tmpdir'`; export TMPDIR; \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	srcdir='$(abs_top_srcdir)'; export srcdir; \
	builddir='$(abs_top_builddir)'; export builddir; \
	BATS='$(BATS)'; export BATS;

unit_ldadd = libbase.la $(CMOCKA_LIBS)
unit_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)

# Of free_port.
CLEANFILES += tests/last-port

include tests/fixtures/local.mk
include tests/unit/local.mk
include tests/fault/local.mk
include tests/fuzz/local.mk
include tests/cli/local.mk
include tests/attacks/local.mk
include tests/history/local.mk
include tests/interop/local.mk
include tests/bench/local.mk
