# A PKCS#11 module that misbehaves on request before a real one, preloaded
# libraries that kill at a chosen write and that turn the clock, and a program
# that takes single steps.
# They are loaded into programs that have no sanitizer, and so have none.
# -rpath makes libtool build a shared object that is not installed.
check_LTLIBRARIES += tests/fault/p11shim.la tests/fault/killwrite.la \
	tests/fault/turnclock.la
check_PROGRAMS += tests/fault/p11steps

tests_fault_p11shim_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
tests_fault_p11shim_la_CFLAGS = $(WARN_CFLAGS)
tests_fault_p11shim_la_LDFLAGS = -module -avoid-version -rpath /nowhere \
	-export-symbols-regex '^C_GetFunctionList$$'
tests_fault_p11shim_la_LIBADD = $(CRYPTO_LIBS) -lpthread -ldl
tests_fault_p11shim_la_SOURCES = \
	tests/fault/p11shim.c \
	tests/fault/p11shim.h \
	tests/fault/p11shim_attr.c \
	tests/fault/p11shim_calls.h \
	tests/fault/p11shim_conf.c \
	tests/fault/p11shim_far.c \
	tests/fault/p11shim_faults.c \
	tests/fault/p11shim_gone.c \
	tests/fault/p11shim_names.c \
	tests/fault/p11shim_quirks.c \
	tests/fault/p11shim_tag.c

tests_fault_killwrite_la_CFLAGS = $(WARN_CFLAGS)
tests_fault_killwrite_la_LDFLAGS = -module -avoid-version -rpath /nowhere
tests_fault_killwrite_la_LIBADD = -lpthread -ldl
tests_fault_killwrite_la_SOURCES = tests/fault/killwrite.c

tests_fault_turnclock_la_CFLAGS = $(WARN_CFLAGS)
tests_fault_turnclock_la_LDFLAGS = -module -avoid-version -rpath /nowhere
tests_fault_turnclock_la_SOURCES = tests/fault/turnclock.c

tests_fault_p11steps_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS)
tests_fault_p11steps_CFLAGS = $(WARN_CFLAGS)
tests_fault_p11steps_LDFLAGS =
tests_fault_p11steps_LDADD = -ldl
tests_fault_p11steps_SOURCES = \
	tests/fault/p11shim_names.c \
	tests/fault/p11steps.c

TESTS += tests/fault/10-shim.bats
EXTRA_DIST += tests/fault/10-shim.bats

# Processes that die and tokens that fail, under kmgr itself.
TESTS += \
	tests/fault/20-crash.bats \
	tests/fault/30-fault.bats \
	tests/fault/40-run.bats \
	tests/fault/50-sessions.bats \
	tests/fault/60-hang.bats
EXTRA_DIST += \
	tests/fault/20-crash.bats \
	tests/fault/30-fault.bats \
	tests/fault/40-run.bats \
	tests/fault/50-sessions.bats \
	tests/fault/60-hang.bats \
	tests/fault/crash-loop \
	tests/fault/fault-loop \
	tests/fault/world.bash
