# Real tokens, zone signers, name servers and validators judge what kmgr does.
check_PROGRAMS += tests/interop/steal

tests_interop_steal_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
tests_interop_steal_CFLAGS = $(WARN_CFLAGS)
tests_interop_steal_LDFLAGS =
tests_interop_steal_LDADD = -ldl
tests_interop_steal_SOURCES = \
	tests/fault/p11shim_names.c \
	tests/interop/steal.c \
	tests/interop/steal.h \
	tests/interop/steal_use.c

interop_tests = \
	tests/interop/10-chain.bats \
	tests/interop/20-tokens.bats \
	tests/interop/30-cannot-leave.bats

TESTS += $(interop_tests)
EXTRA_DIST += \
	$(interop_tests) \
	tests/interop/dns.bash
