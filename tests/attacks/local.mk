# Every attack that kmgr-security(7) lists, really done.
check_PROGRAMS += tests/attacks/steal tests/attacks/wrapped

tests_attacks_steal_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
tests_attacks_steal_CFLAGS = $(WARN_CFLAGS)
tests_attacks_steal_LDFLAGS =
tests_attacks_steal_LDADD = -ldl
tests_attacks_steal_SOURCES = \
	tests/fault/p11shim_names.c \
	tests/attacks/steal.c \
	tests/attacks/steal.h \
	tests/attacks/steal_data.c \
	tests/attacks/steal_use.c \
	tests/attacks/steal_wrapped.c

tests_attacks_wrapped_LDADD = libhsm.la libdns.la libbase.la
tests_attacks_wrapped_SOURCES = tests/attacks/wrapped.c

attack_tests = \
	tests/attacks/00-table.bats \
	tests/attacks/10-store.bats \
	tests/attacks/12-tampering.bats \
	tests/attacks/14-life.bats \
	tests/attacks/16-facts.bats \
	tests/attacks/18-parent.bats \
	tests/attacks/20-rollback.bats \
	tests/attacks/22-ledger.bats \
	tests/attacks/30-token.bats \
	tests/attacks/40-resident.bats \
	tests/attacks/50-wrapped.bats \
	tests/attacks/60-roles.bats \
	tests/attacks/70-approvals.bats \
	tests/attacks/80-time.bats \
	tests/attacks/90-program.bats

TESTS += $(attack_tests)
EXTRA_DIST += \
	$(attack_tests) \
	tests/attacks/attack.bash
