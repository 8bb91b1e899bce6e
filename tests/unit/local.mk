# --- hsm
hsm_test_cppflags = $(unit_cppflags) $(P11KIT_CFLAGS)
hsm_test_ldadd = tests/unit/libsofthsm.la libhsm.la $(unit_ldadd) -ldl \
	-lpthread
check_LTLIBRARIES += tests/unit/libsofthsm.la
tests_unit_libsofthsm_la_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_libsofthsm_la_SOURCES = \
	tests/unit/softhsm.c \
	tests/unit/softhsm.h \
	tests/unit/unit.h

hsm_tests = \
	tests/unit/test_hsm_ckr \
	tests/unit/test_hsm_data \
	tests/unit/test_hsm_index \
	tests/unit/test_hsm_key \
	tests/unit/test_hsm_neighbours \
	tests/unit/test_hsm_pin \
	tests/unit/test_hsm_probe \
	tests/unit/test_hsm_session \
	tests/unit/test_hsm_template \
	tests/unit/test_hsm_token \
	tests/unit/test_hsm_uri \
	tests/unit/test_hsm_watchdog \
	tests/unit/test_hsm_wrap \
	tests/unit/test_hsm_wrapped
check_PROGRAMS += $(hsm_tests)
TESTS += $(hsm_tests)
tests_unit_test_hsm_ckr_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_ckr_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_data_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_data_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_index_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_index_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_key_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_key_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_neighbours_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_neighbours_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_pin_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_pin_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_probe_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_probe_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_session_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_session_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_template_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_template_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_token_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_token_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_uri_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_uri_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_watchdog_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_watchdog_LDADD = $(hsm_test_ldadd)
hsm_wrap_help = \
	tests/unit/unit.h \
	tests/unit/wraps.c \
	tests/unit/wraps.h
tests_unit_test_hsm_wrap_SOURCES = tests/unit/test_hsm_wrap.c $(hsm_wrap_help)
tests_unit_test_hsm_wrap_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_wrap_LDADD = $(hsm_test_ldadd)
tests_unit_test_hsm_wrapped_SOURCES = tests/unit/test_hsm_wrapped.c \
	$(hsm_wrap_help)
tests_unit_test_hsm_wrapped_CPPFLAGS = $(hsm_test_cppflags)
tests_unit_test_hsm_wrapped_LDADD = $(hsm_test_ldadd)
# --- store
store_tests = \
	tests/unit/test_ledger \
	tests/unit/test_ledger_find \
	tests/unit/test_pgsql \
	tests/unit/test_schema \
	tests/unit/test_schema_rows \
	tests/unit/test_sqlite \
	tests/unit/test_sqlite_index \
	tests/unit/test_store \
	tests/unit/test_store_ahead \
	tests/unit/test_store_backup \
	tests/unit/test_store_claim \
	tests/unit/test_store_cmk \
	tests/unit/test_store_group \
	tests/unit/test_store_ksr \
	tests/unit/test_store_later \
	tests/unit/test_store_life \
	tests/unit/test_store_migrate \
	tests/unit/test_store_plan
check_PROGRAMS += $(store_tests)
TESTS += $(store_tests)
unit_store_ldadd = libstore.la $(unit_ldadd)
unit_store_help = \
	tests/unit/storehelp.c \
	tests/unit/storehelp.h \
	tests/unit/storehelp_backend.c \
	tests/unit/storeserver.c \
	tests/unit/storeserver.h \
	tests/unit/unit.h
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c $(unit_store_help)
tests_unit_test_ledger_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ledger_LDADD = $(unit_store_ldadd)
tests_unit_test_ledger_find_SOURCES = tests/unit/test_ledger_find.c \
	$(unit_store_help)
tests_unit_test_ledger_find_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ledger_find_LDADD = $(unit_store_ldadd)
tests_unit_test_pgsql_SOURCES = tests/unit/test_pgsql.c $(unit_store_help)
tests_unit_test_pgsql_CPPFLAGS = $(unit_cppflags)
tests_unit_test_pgsql_LDADD = $(unit_store_ldadd)
tests_unit_test_schema_SOURCES = tests/unit/test_schema.c $(unit_store_help)
tests_unit_test_schema_CPPFLAGS = $(unit_cppflags)
tests_unit_test_schema_LDADD = $(unit_store_ldadd)
tests_unit_test_schema_rows_SOURCES = tests/unit/test_schema_rows.c \
	$(unit_store_help)
tests_unit_test_schema_rows_CPPFLAGS = $(unit_cppflags)
tests_unit_test_schema_rows_LDADD = $(unit_store_ldadd)
tests_unit_test_sqlite_SOURCES = tests/unit/test_sqlite.c $(unit_store_help)
tests_unit_test_sqlite_CPPFLAGS = $(unit_cppflags)
tests_unit_test_sqlite_LDADD = $(unit_store_ldadd)
tests_unit_test_sqlite_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=statfs -Wl,--wrap=sqlite3_busy_timeout
tests_unit_test_sqlite_index_SOURCES = tests/unit/test_sqlite_index.c \
	$(unit_store_help)
tests_unit_test_sqlite_index_CPPFLAGS = $(unit_cppflags)
tests_unit_test_sqlite_index_LDADD = $(unit_store_ldadd)
tests_unit_test_sqlite_index_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=sqlite3_prepare_v3
tests_unit_test_store_SOURCES = tests/unit/test_store.c $(unit_store_help)
tests_unit_test_store_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_LDADD = $(unit_store_ldadd)
tests_unit_test_store_ahead_SOURCES = tests/unit/test_store_ahead.c \
	$(unit_store_help)
tests_unit_test_store_ahead_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_ahead_LDADD = $(unit_store_ldadd)
tests_unit_test_store_backup_SOURCES = tests/unit/test_store_backup.c \
	$(unit_store_help)
tests_unit_test_store_backup_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_backup_LDADD = $(unit_store_ldadd)
tests_unit_test_store_backup_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=renameat2
tests_unit_test_store_claim_SOURCES = tests/unit/test_store_claim.c \
	$(unit_store_help)
tests_unit_test_store_claim_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_claim_LDADD = $(unit_store_ldadd)
tests_unit_test_store_cmk_SOURCES = tests/unit/test_store_cmk.c \
	$(unit_store_help)
tests_unit_test_store_cmk_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_cmk_LDADD = $(unit_store_ldadd)
tests_unit_test_store_group_SOURCES = tests/unit/test_store_group.c \
	$(unit_store_help)
tests_unit_test_store_group_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_group_LDADD = $(unit_store_ldadd)
tests_unit_test_store_ksr_SOURCES = tests/unit/test_store_ksr.c \
	$(unit_store_help)
tests_unit_test_store_ksr_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_ksr_LDADD = $(unit_store_ldadd)
tests_unit_test_store_later_SOURCES = tests/unit/test_store_later.c \
	$(unit_store_help)
tests_unit_test_store_later_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_later_LDADD = $(unit_store_ldadd)
tests_unit_test_store_life_SOURCES = tests/unit/test_store_life.c \
	$(unit_store_help)
tests_unit_test_store_life_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_life_LDADD = $(unit_store_ldadd)
tests_unit_test_store_migrate_SOURCES = tests/unit/test_store_migrate.c \
	$(unit_store_help)
tests_unit_test_store_migrate_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_migrate_LDADD = $(unit_store_ldadd)
tests_unit_test_store_plan_SOURCES = tests/unit/test_store_plan.c \
	$(unit_store_help)
tests_unit_test_store_plan_CPPFLAGS = $(unit_cppflags)
tests_unit_test_store_plan_LDADD = $(unit_store_ldadd)
# --- base and dns
# One test a module, named after it. Those of kmgr/dns share dnshelp.
check_LTLIBRARIES += tests/unit/libdnshelp.la
tests_unit_libdnshelp_la_CPPFLAGS = $(unit_cppflags)
tests_unit_libdnshelp_la_LIBADD = libdns.la $(unit_ldadd)
tests_unit_libdnshelp_la_SOURCES = \
	tests/unit/dnshelp.c \
	tests/unit/denialvectors.h \
	tests/unit/dnshelp.h \
	tests/unit/unit.h \
	tests/unit/vectors.h

unit_base = \
	tests/unit/test_buf \
	tests/unit/test_crypto \
	tests/unit/test_err \
	tests/unit/test_file \
	tests/unit/test_give_up \
	tests/unit/test_json \
	tests/unit/test_json_members \
	tests/unit/test_mem \
	tests/unit/test_merkle \
	tests/unit/test_pgpwords \
	tests/unit/test_process \
	tests/unit/test_progress \
	tests/unit/test_secret \
	tests/unit/test_spread \
	tests/unit/test_stop \
	tests/unit/test_syslog \
	tests/unit/test_text \
	tests/unit/test_told \
	tests/unit/test_when \
	tests/unit/test_workers \
	tests/unit/test_yaml
unit_dns = \
	tests/unit/test_alg \
	tests/unit/test_dnskey \
	tests/unit/test_ds \
	tests/unit/test_epp \
	tests/unit/test_ksr \
	tests/unit/test_lexer \
	tests/unit/test_message \
	tests/unit/test_name \
	tests/unit/test_nsec \
	tests/unit/test_nsec3 \
	tests/unit/test_rdata \
	tests/unit/test_resolve_chain \
	tests/unit/test_rrset \
	tests/unit/test_rrsig \
	tests/unit/test_tsig \
	tests/unit/test_timing \
	tests/unit/test_zonefile
check_PROGRAMS += $(unit_base) $(unit_dns)
TESTS += $(unit_base) $(unit_dns)

tests_unit_test_buf_CPPFLAGS = $(unit_cppflags)
tests_unit_test_buf_LDADD = $(unit_ldadd)
tests_unit_test_crypto_CPPFLAGS = $(unit_cppflags)
tests_unit_test_crypto_LDADD = $(unit_ldadd)
tests_unit_test_err_CPPFLAGS = $(unit_cppflags)
tests_unit_test_err_LDADD = $(unit_ldadd)
tests_unit_test_file_CPPFLAGS = $(unit_cppflags)
tests_unit_test_file_LDADD = $(unit_ldadd)
tests_unit_test_give_up_CPPFLAGS = $(unit_cppflags)
tests_unit_test_give_up_LDADD = $(unit_ldadd)
tests_unit_test_json_CPPFLAGS = $(unit_cppflags)
tests_unit_test_json_LDADD = $(unit_ldadd)
tests_unit_test_json_members_CPPFLAGS = $(unit_cppflags)
tests_unit_test_json_members_LDADD = $(unit_ldadd)
tests_unit_test_mem_CPPFLAGS = $(unit_cppflags)
tests_unit_test_mem_LDADD = $(unit_ldadd)
tests_unit_test_merkle_CPPFLAGS = $(unit_cppflags)
tests_unit_test_merkle_LDADD = $(unit_ldadd)
tests_unit_test_pgpwords_CPPFLAGS = $(unit_cppflags)
tests_unit_test_pgpwords_LDADD = $(unit_ldadd)
tests_unit_test_process_CPPFLAGS = $(unit_cppflags)
tests_unit_test_process_LDADD = $(unit_ldadd) -lpthread
tests_unit_test_progress_CPPFLAGS = $(unit_cppflags)
tests_unit_test_progress_LDADD = $(unit_ldadd)
tests_unit_test_secret_CPPFLAGS = $(unit_cppflags)
tests_unit_test_secret_LDADD = $(unit_ldadd)
tests_unit_test_spread_CPPFLAGS = $(unit_cppflags)
tests_unit_test_spread_LDADD = $(unit_ldadd)
tests_unit_test_stop_CPPFLAGS = $(unit_cppflags)
tests_unit_test_stop_LDADD = $(unit_ldadd)
tests_unit_test_syslog_CPPFLAGS = $(unit_cppflags)
tests_unit_test_syslog_LDADD = $(unit_ldadd)
tests_unit_test_text_CPPFLAGS = $(unit_cppflags)
tests_unit_test_text_LDADD = $(unit_ldadd)
tests_unit_test_told_CPPFLAGS = $(unit_cppflags)
tests_unit_test_told_LDADD = $(unit_ldadd)
tests_unit_test_when_CPPFLAGS = $(unit_cppflags)
tests_unit_test_when_LDADD = $(unit_ldadd)
tests_unit_test_workers_CPPFLAGS = $(unit_cppflags)
tests_unit_test_workers_LDADD = $(unit_ldadd)
tests_unit_test_yaml_CPPFLAGS = $(unit_cppflags)
tests_unit_test_yaml_LDADD = $(unit_ldadd)

tests_unit_test_alg_CPPFLAGS = $(unit_cppflags)
tests_unit_test_alg_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_dnskey_CPPFLAGS = $(unit_cppflags)
tests_unit_test_dnskey_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_ds_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ds_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_epp_CPPFLAGS = $(unit_cppflags)
tests_unit_test_epp_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_ksr_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ksr_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_lexer_CPPFLAGS = $(unit_cppflags)
tests_unit_test_lexer_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_message_CPPFLAGS = $(unit_cppflags)
tests_unit_test_message_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_name_CPPFLAGS = $(unit_cppflags)
tests_unit_test_name_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_nsec_CPPFLAGS = $(unit_cppflags)
tests_unit_test_nsec_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_nsec3_CPPFLAGS = $(unit_cppflags)
tests_unit_test_nsec3_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_rdata_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rdata_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_resolve_chain_CPPFLAGS = $(unit_cppflags)
tests_unit_test_resolve_chain_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_rrset_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rrset_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_rrsig_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rrsig_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_tsig_SOURCES = \
	tests/unit/test_tsig.c \
	tests/unit/tsighelp.c \
	tests/unit/tsighelp.h
tests_unit_test_tsig_CPPFLAGS = $(unit_cppflags)
tests_unit_test_tsig_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
tests_unit_test_timing_CPPFLAGS = $(unit_cppflags)
tests_unit_test_timing_LDADD = libdns.la $(unit_ldadd)
tests_unit_test_zonefile_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zonefile_LDADD = tests/unit/libdnshelp.la libdns.la $(unit_ldadd)
# --- kmgr/ksr
check_LTLIBRARIES += tests/unit/libksrhelp.la
tests_unit_libksrhelp_la_CPPFLAGS = $(unit_cppflags)
tests_unit_libksrhelp_la_SOURCES = \
	tests/unit/ksrhelp.c \
	tests/unit/ksrhelp.h \
	tests/unit/unit.h
ksr_ldadd = tests/unit/libksrhelp.la tests/unit/libdnshelp.la libksr.la \
	$(unit_ldadd)
unit_ksr_ldadd = tests/unit/libpolicyhelp.la tests/unit/libdnshelp.la \
	libksr.la libdns.la $(unit_ldadd)
unit_ksr = \
	tests/unit/test_codec_limits \
	tests/unit/test_codec_text \
	tests/unit/test_icann \
	tests/unit/test_icann_read \
	tests/unit/test_xml
check_PROGRAMS += $(unit_ksr)
TESTS += $(unit_ksr)

tests_unit_test_codec_limits_CPPFLAGS = $(unit_cppflags)
tests_unit_test_codec_limits_LDADD = $(ksr_ldadd)
tests_unit_test_codec_text_CPPFLAGS = $(unit_cppflags)
tests_unit_test_codec_text_LDADD = $(ksr_ldadd)
tests_unit_test_icann_CPPFLAGS = $(unit_cppflags)
tests_unit_test_icann_LDADD = $(unit_ksr_ldadd)
tests_unit_test_icann_read_CPPFLAGS = $(unit_cppflags)
tests_unit_test_icann_read_LDADD = $(unit_ksr_ldadd)
tests_unit_test_xml_CPPFLAGS = $(unit_cppflags)
tests_unit_test_xml_LDADD = $(unit_ksr_ldadd)

# --- policy
check_LTLIBRARIES += tests/unit/libpolicyhelp.la
tests_unit_libpolicyhelp_la_CPPFLAGS = $(unit_cppflags)
tests_unit_libpolicyhelp_la_LIBADD = libpolicy.la libdns.la $(unit_ldadd)
tests_unit_libpolicyhelp_la_SOURCES = \
	tests/unit/fixtures.c \
	tests/unit/fixtures.h \
	tests/unit/policymodel.c \
	tests/unit/policymodel.h \
	tests/unit/unit.h \
	tests/unit/zsks.c \
	tests/unit/zsks.h

unit_policy = \
	tests/unit/test_permit \
	tests/unit/test_permit_skr \
	tests/unit/test_policy \
	tests/unit/test_policy_fields \
	tests/unit/test_policy_fixtures \
	tests/unit/test_policy_golden \
	tests/unit/test_policy_property \
	tests/unit/test_policy_version \
	tests/unit/test_rules \
	tests/unit/test_rules_receiver \
	tests/unit/test_rules_zsks \
	tests/unit/test_ssh_key
unit_policy_ldadd = tests/unit/libpolicyhelp.la libpolicy.la libdns.la \
	$(unit_ldadd)
check_PROGRAMS += $(unit_policy)
TESTS += $(unit_policy)
EXTRA_DIST += tests/unit/golden

tests_unit_test_permit_CPPFLAGS = $(unit_cppflags)
tests_unit_test_permit_LDADD = $(unit_policy_ldadd)
tests_unit_test_permit_skr_CPPFLAGS = $(unit_cppflags)
tests_unit_test_permit_skr_LDADD = $(unit_policy_ldadd)
tests_unit_test_policy_CPPFLAGS = $(unit_cppflags)
tests_unit_test_policy_LDADD = $(unit_policy_ldadd)
tests_unit_test_policy_fields_CPPFLAGS = $(unit_cppflags)
tests_unit_test_policy_fields_LDADD = $(unit_policy_ldadd)
tests_unit_test_policy_fixtures_CPPFLAGS = $(unit_cppflags)
tests_unit_test_policy_fixtures_LDADD = $(unit_policy_ldadd)
tests_unit_test_policy_golden_CPPFLAGS = $(unit_cppflags)
tests_unit_test_policy_golden_LDADD = $(unit_policy_ldadd)
tests_unit_test_policy_property_CPPFLAGS = $(unit_cppflags)
tests_unit_test_policy_property_LDADD = $(unit_policy_ldadd)
tests_unit_test_policy_version_CPPFLAGS = $(unit_cppflags)
tests_unit_test_policy_version_LDADD = $(unit_policy_ldadd)
tests_unit_test_rules_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rules_LDADD = $(unit_policy_ldadd)
tests_unit_test_rules_receiver_SOURCES = \
	tests/unit/receiver.c \
	tests/unit/receiver.h \
	tests/unit/receivermutants.c \
	tests/unit/receivermutants.h \
	tests/unit/test_rules_receiver.c
tests_unit_test_rules_receiver_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rules_receiver_LDADD = tests/unit/libksrhelp.la \
	tests/unit/libdnshelp.la libksr.la $(unit_policy_ldadd)
tests_unit_test_rules_zsks_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rules_zsks_LDADD = $(unit_policy_ldadd)
# Those on requests and responses need real keys, and a request's maker.
check_LTLIBRARIES += tests/unit/libksrcase.la
tests_unit_libksrcase_la_CPPFLAGS = $(unit_cppflags)
tests_unit_libksrcase_la_SOURCES = \
	tests/unit/ksrcase.c \
	tests/unit/ksrcase.h \
	tests/unit/ksrmutants.c \
	tests/unit/ksrmutants.h \
	tests/unit/ksrmutants_keys.c \
	tests/unit/ksrmutants_limits.c \
	tests/unit/ksrmutants_time.c \
	tests/unit/ksrmutate.c \
	tests/unit/ksrmutate.h \
	tests/unit/skrcase.c \
	tests/unit/skrcase.h \
	tests/unit/unit.h
unit_rules_ksr = \
	tests/unit/test_requester \
	tests/unit/test_rules_files \
	tests/unit/test_rules_ksr \
	tests/unit/test_rules_skr \
	tests/unit/test_rules_skr_roll
unit_rules_ksr_ldadd = tests/unit/libksrcase.la libksr.la $(unit_policy_ldadd)
# Makes what tests/cli gives to check-ksr and sign-ksr.
check_PROGRAMS += tests/unit/ksrmaker
tests_unit_ksrmaker_CPPFLAGS = $(unit_cppflags)
tests_unit_ksrmaker_LDADD = $(unit_rules_ksr_ldadd)
check_PROGRAMS += $(unit_rules_ksr)
TESTS += $(unit_rules_ksr)
tests_unit_test_requester_CPPFLAGS = $(unit_cppflags)
tests_unit_test_requester_LDADD = $(unit_rules_ksr_ldadd)
tests_unit_test_rules_files_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rules_files_LDADD = $(unit_rules_ksr_ldadd)
tests_unit_test_rules_ksr_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rules_ksr_LDADD = $(unit_rules_ksr_ldadd)
tests_unit_test_rules_skr_roll_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rules_skr_roll_LDADD = $(unit_rules_ksr_ldadd)
tests_unit_test_rules_skr_CPPFLAGS = $(unit_cppflags)
tests_unit_test_rules_skr_LDADD = $(unit_rules_ksr_ldadd)
# --- engine
check_LTLIBRARIES += tests/unit/libendorsed.la
tests_unit_libendorsed_la_CPPFLAGS = $(unit_cppflags) $(CRYPTO_CFLAGS)
tests_unit_libendorsed_la_LIBADD = libengine.la $(CRYPTO_LIBS) $(unit_ldadd)
tests_unit_libendorsed_la_SOURCES = \
	tests/unit/endorsed.c \
	tests/unit/endorsed.h \
	tests/unit/unit.h
# Zones that the engine loads, without a token.
check_LTLIBRARIES += tests/unit/libzonestore.la
tests_unit_libzonestore_la_CPPFLAGS = $(unit_cppflags)
tests_unit_libzonestore_la_LIBADD = tests/unit/libendorsed.la $(unit_ldadd)
tests_unit_libzonestore_la_SOURCES = \
	$(unit_store_help) \
	tests/unit/zonestore.c \
	tests/unit/zonestore.h
unit_zone = \
	tests/unit/test_cmk \
	tests/unit/test_ds_fact \
	tests/unit/test_zone_facts \
	tests/unit/test_zone_life \
	tests/unit/test_zone_life_read \
	tests/unit/test_zone_life_signed \
	tests/unit/test_zone_life_step
unit_zone_ldadd = tests/unit/libzonestore.la $(unit_engine_ldadd)
check_PROGRAMS += $(unit_zone)
TESTS += $(unit_zone)
tests_unit_test_cmk_CPPFLAGS = $(unit_cppflags)
tests_unit_test_cmk_LDADD = $(unit_zone_ldadd)
tests_unit_test_ds_fact_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ds_fact_LDADD = $(unit_zone_ldadd)
tests_unit_test_zone_facts_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_facts_LDADD = $(unit_zone_ldadd)
tests_unit_test_zone_life_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_life_LDADD = $(unit_zone_ldadd)
tests_unit_test_zone_life_read_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_life_read_LDADD = $(unit_zone_ldadd)
tests_unit_test_zone_life_signed_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_life_signed_LDADD = $(unit_zone_ldadd)
tests_unit_test_zone_life_step_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_life_step_LDADD = $(unit_zone_ldadd)

unit_engine = \
	tests/unit/test_batch_proof \
	tests/unit/test_bulk \
	tests/unit/test_checkpoint \
	tests/unit/test_clock \
	tests/unit/test_config \
	tests/unit/test_config_template \
	tests/unit/test_ending \
	tests/unit/test_endorsement \
	tests/unit/test_endorsement_file \
	tests/unit/test_ledger_batch \
	tests/unit/test_ledger_file \
	tests/unit/test_proven \
	tests/unit/test_replay \
	tests/unit/test_replay_life \
	tests/unit/test_replay_many \
	tests/unit/test_ksk_end_check \
	tests/unit/test_ksk_rules \
	tests/unit/test_ksr_roles \
	tests/unit/test_life_mutants \
	tests/unit/test_life_population \
	tests/unit/test_lifeworld \
	tests/unit/test_oracle \
	tests/unit/test_oracle_anchors \
	tests/unit/test_oracle_property \
	tests/unit/test_pace \
	tests/unit/test_skr_layout \
	tests/unit/test_ssh_signature \
	tests/unit/test_witness \
	tests/unit/test_zone_history \
	tests/unit/test_zone_history_compare \
	tests/unit/test_zone_history_untold \
	tests/unit/test_zone_ttl
unit_engine_ldadd = tests/unit/libendorsed.la libengine.la $(unit_ldadd)
check_PROGRAMS += $(unit_engine)
TESTS += $(unit_engine)
tests_unit_test_batch_proof_CPPFLAGS = $(unit_cppflags)
tests_unit_test_batch_proof_LDADD = $(unit_engine_ldadd)
tests_unit_test_checkpoint_SOURCES = tests/unit/test_checkpoint.c \
	$(unit_store_help)
tests_unit_test_checkpoint_CPPFLAGS = $(unit_cppflags)
tests_unit_test_checkpoint_LDADD = $(unit_engine_ldadd)
tests_unit_test_clock_CPPFLAGS = $(unit_cppflags)
tests_unit_test_clock_LDADD = $(unit_engine_ldadd)
tests_unit_test_config_CPPFLAGS = $(unit_cppflags)
tests_unit_test_config_LDADD = $(unit_engine_ldadd)
tests_unit_test_config_template_CPPFLAGS = $(unit_cppflags)
tests_unit_test_config_template_LDADD = $(unit_engine_ldadd)
tests_unit_test_ending_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ending_LDADD = $(unit_engine_ldadd)
tests_unit_test_endorsement_CPPFLAGS = $(unit_cppflags)
tests_unit_test_endorsement_LDADD = $(unit_engine_ldadd)
tests_unit_test_endorsement_file_CPPFLAGS = $(unit_cppflags)
tests_unit_test_endorsement_file_LDADD = $(unit_engine_ldadd)
tests_unit_test_ksk_end_check_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ksk_end_check_LDADD = $(unit_engine_ldadd)
tests_unit_test_ksk_rules_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ksk_rules_LDADD = $(unit_engine_ldadd)
tests_unit_test_ledger_batch_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ledger_batch_LDADD = $(unit_engine_ldadd)
tests_unit_test_ledger_file_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ledger_file_LDADD = tests/unit/libpolicyhelp.la \
	$(unit_engine_ldadd)
tests_unit_test_proven_CPPFLAGS = $(unit_cppflags)
tests_unit_test_proven_LDADD = $(unit_engine_ldadd)
unit_ledger_help = \
	tests/unit/ledgerhelp.c \
	tests/unit/ledgerhelp.h \
	$(unit_store_help)
tests_unit_test_replay_SOURCES = tests/unit/test_replay.c $(unit_ledger_help)
tests_unit_test_replay_CPPFLAGS = $(unit_cppflags)
tests_unit_test_replay_LDADD = tests/unit/libpolicyhelp.la \
	$(unit_engine_ldadd)
tests_unit_test_replay_life_SOURCES = tests/unit/test_replay_life.c \
	$(unit_ledger_help)
tests_unit_test_replay_life_CPPFLAGS = $(unit_cppflags)
tests_unit_test_replay_life_LDADD = tests/unit/libpolicyhelp.la \
	$(unit_engine_ldadd)
tests_unit_test_replay_many_SOURCES = tests/unit/test_replay_many.c \
	$(unit_ledger_help)
tests_unit_test_replay_many_CPPFLAGS = $(unit_cppflags)
tests_unit_test_replay_many_LDADD = tests/unit/libpolicyhelp.la \
	$(unit_engine_ldadd)
tests_unit_test_ksr_roles_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ksr_roles_LDADD = $(unit_engine_ldadd)
unit_lifeworld = \
	tests/unit/lifeworld.c \
	tests/unit/lifeworld.h \
	tests/unit/lifeworld_follower.c \
	tests/unit/lifeworld_inner.h \
	tests/unit/lifeworld_judge.c \
	tests/unit/lifeworld_oracle.c \
	tests/unit/unit.h
unit_lifestory = \
	tests/unit/lifehost.c \
	tests/unit/lifehost.h \
	tests/unit/lifehost_inner.h \
	tests/unit/lifehost_others.c \
	tests/unit/lifehost_script.c \
	tests/unit/lifestory.c \
	tests/unit/lifestory.h \
	$(unit_lifeworld)
# Each function that can be taken away is wrapped: see lifegates.h.
tests_unit_test_life_mutants_SOURCES = \
	tests/unit/lifegates.c \
	tests/unit/lifegates.h \
	tests/unit/test_life_mutants.c \
	$(unit_lifestory)
tests_unit_test_life_mutants_CPPFLAGS = $(unit_cppflags)
tests_unit_test_life_mutants_LDADD = $(unit_engine_ldadd)
tests_unit_test_life_mutants_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=life_allowed \
	-Wl,--wrap=life_data_at \
	-Wl,--wrap=life_first_ds_at \
	-Wl,--wrap=life_policy_allows \
	-Wl,--wrap=life_refresh_at \
	-Wl,--wrap=timing_ds_s \
	-Wl,--wrap=timing_publish_s \
	-Wl,--wrap=timing_retire_s \
	-Wl,--wrap=timing_revoke_s
tests_unit_test_life_population_SOURCES = \
	tests/unit/test_life_population.c \
	$(unit_lifestory)
tests_unit_test_life_population_CPPFLAGS = $(unit_cppflags)
tests_unit_test_life_population_LDADD = $(unit_engine_ldadd)
tests_unit_test_lifeworld_SOURCES = tests/unit/test_lifeworld.c \
	$(unit_lifeworld)
tests_unit_test_lifeworld_CPPFLAGS = $(unit_cppflags)
tests_unit_test_lifeworld_LDADD = $(unit_engine_ldadd)
unit_oracle_zone = \
	tests/unit/oraclezone.c \
	tests/unit/oraclezone.h
tests_unit_test_oracle_SOURCES = tests/unit/test_oracle.c \
	$(unit_oracle_zone)
tests_unit_test_oracle_CPPFLAGS = $(unit_cppflags)
tests_unit_test_oracle_LDADD = $(unit_engine_ldadd)
tests_unit_test_oracle_anchors_SOURCES = tests/unit/test_oracle_anchors.c \
	$(unit_oracle_zone)
tests_unit_test_oracle_anchors_CPPFLAGS = $(unit_cppflags)
tests_unit_test_oracle_anchors_LDADD = $(unit_engine_ldadd)
tests_unit_test_oracle_property_SOURCES = \
	tests/unit/oraclemodel.c \
	tests/unit/oraclemodel.h \
	tests/unit/test_oracle_property.c
tests_unit_test_oracle_property_CPPFLAGS = $(unit_cppflags)
tests_unit_test_oracle_property_LDADD = $(unit_engine_ldadd)
# What it makes up is in the place of the engine's: see there.
tests_unit_test_bulk_SOURCES = \
	tests/unit/bulkhelp.c \
	tests/unit/bulkhelp.h \
	tests/unit/test_bulk.c
tests_unit_test_bulk_CPPFLAGS = $(unit_cppflags)
tests_unit_test_bulk_LDADD = $(unit_engine_ldadd)
tests_unit_test_bulk_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pthread_mutex_lock \
	-Wl,--wrap=pthread_cond_init -Wl,--wrap=pthread_cond_timedwait
tests_unit_test_pace_CPPFLAGS = $(unit_cppflags)
tests_unit_test_pace_LDADD = $(unit_engine_ldadd)
tests_unit_test_skr_layout_CPPFLAGS = $(unit_cppflags)
tests_unit_test_skr_layout_LDADD = $(unit_engine_ldadd)
tests_unit_test_ssh_signature_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ssh_signature_LDADD = $(unit_engine_ldadd)
tests_unit_test_ssh_signature_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=process_run
tests_unit_test_witness_CPPFLAGS = $(unit_cppflags)
tests_unit_test_witness_LDADD = $(unit_engine_ldadd)
tests_unit_test_witness_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=process_run \
	-Wl,--wrap=syslog_send
tests_unit_test_zone_history_SOURCES = \
	tests/unit/historyhelp.h \
	tests/unit/test_zone_history.c
tests_unit_test_zone_history_untold_SOURCES = \
	tests/unit/historyhelp.h \
	tests/unit/test_zone_history_untold.c
tests_unit_test_zone_history_untold_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_history_untold_LDADD = $(unit_engine_ldadd)
tests_unit_test_zone_history_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_history_LDADD = $(unit_engine_ldadd)
tests_unit_test_zone_ttl_SOURCES = tests/unit/test_zone_ttl.c \
	$(unit_store_help)
tests_unit_test_zone_ttl_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_ttl_LDADD = $(unit_engine_ldadd)
tests_unit_test_zone_history_compare_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_history_compare_LDADD = $(unit_engine_ldadd)
tests_unit_test_ssh_key_CPPFLAGS = $(unit_cppflags)
tests_unit_test_ssh_key_LDADD = $(unit_policy_ldadd)

# --- service
check_PROGRAMS += $(unit_health)
TESTS += $(unit_health)
unit_health = \
	tests/unit/test_health \
	tests/unit/test_health_network
unit_health_help = \
	tests/unit/healthzone.c \
	tests/unit/healthzone.h
unit_health_ldadd = tests/unit/libksrcase.la libservice.la $(unit_policy_ldadd)
tests_unit_test_health_SOURCES = tests/unit/test_health.c $(unit_health_help)
tests_unit_test_health_CPPFLAGS = $(unit_cppflags)
tests_unit_test_health_LDADD = $(unit_health_ldadd)
tests_unit_test_health_network_SOURCES = tests/unit/test_health_network.c \
	$(unit_health_help)
tests_unit_test_health_network_CPPFLAGS = $(unit_cppflags)
tests_unit_test_health_network_LDADD = $(unit_health_ldadd)
# --- what the life cycle looks like
unit_life_help = \
	tests/unit/fixtures.c \
	tests/unit/fixtures.h \
	tests/unit/lifehelp.c \
	tests/unit/lifehelp.h
unit_life_show = \
	tests/unit/test_life_show \
	tests/unit/test_life_todo \
	tests/unit/test_zone_future
check_PROGRAMS += $(unit_life_show)
TESTS += $(unit_life_show)
tests_unit_test_life_show_SOURCES = tests/unit/test_life_show.c \
	$(unit_life_help)
tests_unit_test_life_show_CPPFLAGS = $(unit_cppflags) $(EXPAT_CFLAGS)
tests_unit_test_life_show_LDADD = liblife.la $(unit_ldadd) $(EXPAT_LIBS)
tests_unit_test_life_todo_SOURCES = tests/unit/test_life_todo.c \
	$(unit_life_help)
tests_unit_test_life_todo_CPPFLAGS = $(unit_cppflags)
tests_unit_test_life_todo_LDADD = liblife.la $(unit_ldadd)
tests_unit_test_zone_future_SOURCES = tests/unit/test_zone_future.c \
	$(unit_life_help)
tests_unit_test_zone_future_CPPFLAGS = $(unit_cppflags)
tests_unit_test_zone_future_LDADD = $(unit_engine_ldadd)
# --- life
life_tests = \
	tests/unit/test_life_found \
	tests/unit/test_life_gate \
	tests/unit/test_life_plan \
	tests/unit/test_life_state \
	tests/unit/test_life_vectors \
	tests/unit/test_life_ways
check_PROGRAMS += $(life_tests)
TESTS += $(life_tests)
life_ldadd = liblife.la libbase.la $(unit_ldadd)
life_help = \
	tests/unit/lifecase.c \
	tests/unit/lifecase.h \
	tests/unit/unit.h
tests_unit_test_life_found_SOURCES = tests/unit/test_life_found.c $(life_help)
tests_unit_test_life_found_CPPFLAGS = $(unit_cppflags)
tests_unit_test_life_found_LDADD = $(life_ldadd)
tests_unit_test_life_gate_SOURCES = tests/unit/test_life_gate.c $(life_help)
tests_unit_test_life_gate_CPPFLAGS = $(unit_cppflags)
tests_unit_test_life_gate_LDADD = $(life_ldadd)
tests_unit_test_life_plan_SOURCES = tests/unit/test_life_plan.c $(life_help)
tests_unit_test_life_plan_CPPFLAGS = $(unit_cppflags)
tests_unit_test_life_plan_LDADD = $(life_ldadd)
tests_unit_test_life_state_SOURCES = tests/unit/test_life_state.c $(life_help)
tests_unit_test_life_state_CPPFLAGS = $(unit_cppflags)
tests_unit_test_life_state_LDADD = $(life_ldadd)
tests_unit_test_life_vectors_SOURCES = tests/unit/test_life_vectors.c $(life_help)
tests_unit_test_life_vectors_CPPFLAGS = $(unit_cppflags)
tests_unit_test_life_vectors_LDADD = $(life_ldadd)
tests_unit_test_life_ways_SOURCES = tests/unit/test_life_ways.c $(life_help)
tests_unit_test_life_ways_CPPFLAGS = $(unit_cppflags)
tests_unit_test_life_ways_LDADD = $(life_ldadd)
