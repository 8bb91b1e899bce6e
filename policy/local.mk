noinst_LTLIBRARIES += libpolicy.la
libpolicy_la_LIBADD = libdns.la libbase.la
libpolicy_la_SOURCES = \
	policy/permit.h \
	policy/policy.c \
	policy/policy.h \
	policy/policy_element.c \
	policy/policy_element.h \
	policy/policy_fields.c \
	policy/policy_fields.h \
	policy/policy_roll.c \
	policy/policy_value.c \
	policy/policy_value.h \
	policy/policy_yaml.c \
	policy/rules.h
