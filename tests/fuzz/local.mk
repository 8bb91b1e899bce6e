# One target a parser, built with configure --enable-fuzzers CC=clang. A new
# one is three lines below, some seeds in seeds/<name>/ and, if it likes,
# words in seeds/<name>.dict; run-fuzz finds it by itself.
fuzz_ldflags = $(AM_LDFLAGS) $(FUZZ_LDFLAGS)
fuzz_base = libbase.la
fuzz_dns = libdns.la libbase.la
fuzz_policy = libpolicy.la libdns.la libbase.la

if FUZZERS
fuzz_programs = \
	tests/fuzz/fuzz_config \
	tests/fuzz/fuzz_denial \
	tests/fuzz/fuzz_dnskey \
	tests/fuzz/fuzz_endorsement \
	tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_ledger_file \
	tests/fuzz/fuzz_ksr \
	tests/fuzz/fuzz_message \
	tests/fuzz/fuzz_name \
	tests/fuzz/fuzz_policy \
	tests/fuzz/fuzz_ssh_key \
	tests/fuzz/fuzz_ssh_armor \
	tests/fuzz/fuzz_tsig \
	tests/fuzz/fuzz_uri \
	tests/fuzz/fuzz_when \
	tests/fuzz/fuzz_yaml \
	tests/fuzz/fuzz_zonefile
check_PROGRAMS += $(fuzz_programs)
TESTS += tests/fuzz/run-fuzz

tests_fuzz_fuzz_config_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_config_LDADD = libengine.la
tests_fuzz_fuzz_denial_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_denial_LDADD = $(fuzz_dns)
tests_fuzz_fuzz_dnskey_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_dnskey_LDADD = $(fuzz_dns)
tests_fuzz_fuzz_endorsement_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_endorsement_LDADD = libengine.la
tests_fuzz_fuzz_json_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_json_LDADD = $(fuzz_base)
tests_fuzz_fuzz_ledger_file_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ledger_file_LDADD = libengine.la
tests_fuzz_fuzz_ksr_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ksr_LDADD = libksr.la
tests_fuzz_fuzz_message_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_message_LDADD = $(fuzz_dns)
tests_fuzz_fuzz_name_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_name_LDADD = $(fuzz_dns)
tests_fuzz_fuzz_policy_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_policy_LDADD = $(fuzz_policy)
tests_fuzz_fuzz_ssh_key_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ssh_key_LDADD = $(fuzz_policy)
tests_fuzz_fuzz_ssh_armor_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_ssh_armor_LDADD = libengine.la
tests_fuzz_fuzz_tsig_SOURCES = \
	tests/fuzz/fuzz_tsig.c \
	tests/unit/tsighelp.c \
	tests/unit/tsighelp.h
tests_fuzz_fuzz_tsig_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_tsig_LDADD = $(fuzz_dns)
tests_fuzz_fuzz_uri_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_uri_LDADD = libhsm.la libbase.la
tests_fuzz_fuzz_when_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_when_LDADD = $(fuzz_base)
tests_fuzz_fuzz_yaml_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_yaml_LDADD = $(fuzz_base)
tests_fuzz_fuzz_zonefile_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_zonefile_LDADD = $(fuzz_dns)
endif

EXTRA_DIST += \
	tests/fuzz/fuzz.h \
	tests/fuzz/run-fuzz \
	tests/fuzz/seeds
