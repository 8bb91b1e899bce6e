
hsm_test_cppflags = $(unit_cppflags) $(P11KIT_CFLAGS)
hsm_test_ldadd = libhsm.la $(unit_ldadd) -ldl
hsm_test_sources = \
	tests/unit/softhsm.c \
	tests/unit/softhsm.h \
	tests/unit/unit.h
hsm_tests = \
	tests/unit/test_hsm_key \
	tests/unit/test_hsm_token \
	tests/unit/test_hsm_uri
check_PROGRAMS += $(hsm_tests)
TESTS += $(hsm_tests)
tests_unit_test_hsm_key_SOURCES = tests/unit/test_hsm_key.c $(hsm_test_sources)
tests_unit_test_hsm_key_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_key_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_token_SOURCES = tests/unit/test_hsm_token.c \
	$(hsm_test_sources)
tests_unit_test_hsm_token_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_token_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_uri_SOURCES = tests/unit/test_hsm_uri.c \
	$(hsm_test_sources)
tests_unit_test_hsm_uri_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_uri_LDADD = $(hsm_test_ldadd)
# --- store
check_PROGRAMS += tests/unit/test_ledger tests/unit/test_schema \
	tests/unit/test_sqlite tests/unit/test_store
TESTS += tests/unit/test_ledger tests/unit/test_schema \
	tests/unit/test_sqlite tests/unit/test_store
unit_store_ldadd = libstore.la $(unit_ldadd)
unit_store_help = \
	tests/unit/storehelp.c \
	tests/unit/storehelp.h \
	tests/unit/unit.h
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c $(unit_store_help)
tests_unit_test_ledger_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ledger_LDADD = $(unit_store_ldadd)
tests_unit_test_schema_SOURCES = tests/unit/test_schema.c $(unit_store_help)
tests_unit_test_schema_CPPFLAGS = $(unit_cppflags)
tests_unit_test_schema_LDADD = $(unit_store_ldadd)
tests_unit_test_sqlite_SOURCES = tests/unit/test_sqlite.c $(unit_store_help)
tests_unit_test_sqlite_CPPFLAGS = $(unit_cppflags)
tests_unit_test_sqlite_LDADD = $(unit_store_ldadd)
tests_unit_test_sqlite_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=statfs -Wl,--wrap=sqlite3_busy_timeout
tests_unit_test_store_SOURCES = tests/unit/test_store.c $(unit_store_help)
tests_unit_test_store_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_LDADD = $(unit_store_ldadd)
