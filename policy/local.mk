noinst_LTLIBRARIES += libpolicy.la
libpolicy_la_LIBADD = libdns.la libbase.la
libpolicy_la_SOURCES = \
	policy/permit.c \
	policy/permit.h \
	policy/policy.c \
	policy/policy.h \
	policy/policy_element.c \
	policy/policy_element.h \
	policy/policy_fields.c \
	policy/policy_fields.h \
	policy/policy_form.c \
	policy/policy_form.h \
	policy/policy_list.c \
	policy/policy_list.h \
	policy/policy_nearest.c \
	policy/policy_nearest.h \
	policy/policy_pattern.c \
	policy/policy_pattern.h \
	policy/policy_roll.c \
	policy/policy_value.c \
	policy/policy_value.h \
	policy/policy_yaml.c \
	policy/receiver_sigs.c \
	policy/receiver_sigs.h \
	policy/report.c \
	policy/report.h \
	policy/rules.c \
	policy/rules.h \
	policy/rules_ksk.c \
	policy/rules_peers.c \
	policy/rules_policy.c \
	policy/rules_policy_approvals.c \
	policy/rules_policy_ksr.c \
	policy/rules_receiver.c \
	policy/rules_receiver.h \
	policy/rules_window.c \
	policy/rules_zsk_set.c \
	policy/rules_zsks.c \
	policy/ssh_key.c \
	policy/ssh_key.h \
	policy/zsk_set.c \
	policy/zsk_set.h
