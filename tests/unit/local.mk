
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
