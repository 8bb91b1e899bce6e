noinst_LTLIBRARIES += libpolicy.la
libpolicy_la_LIBADD = libdns.la libbase.la
libpolicy_la_SOURCES = \
	policy/permit.h \
	policy/policy.h \
	policy/rules.h
