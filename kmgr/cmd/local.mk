noinst_LTLIBRARIES += libcmd.la
libcmd_la_LIBADD = libengine.la
libcmd_la_SOURCES = \
	kmgr/cmd/args.c \
	kmgr/cmd/args.h \
	kmgr/cmd/cmd.c \
	kmgr/cmd/cmd_cmk.c \
	kmgr/cmd/cmd_cmk.h \
	kmgr/cmd/cmd_cmk_describe.c \
	kmgr/cmd/cmd_cmk_life.c \
	kmgr/cmd/cmd_ds.c \
	kmgr/cmd/cmd_endorsement.c \
	kmgr/cmd/cmd_event.c \
	kmgr/cmd/cmd_ds_fact.c \
	kmgr/cmd/cmd_findings.c \
	kmgr/cmd/cmd_findings.h \
	kmgr/cmd/cmd_help.c \
	kmgr/cmd/cmd_init.c \
	kmgr/cmd/cmd_ksk.c \
	kmgr/cmd/cmd_ksk.h \
	kmgr/cmd/cmd_ksk_create.c \
	kmgr/cmd/cmd_ksr_json.c \
	kmgr/cmd/cmd_ksr_make.c \
	kmgr/cmd/cmd_ksr_verify.c \
	kmgr/cmd/cmd_ksr_show.c \
	kmgr/cmd/cmd_ksr_show.h \
	kmgr/cmd/cmd_plan.c \
	kmgr/cmd/cmd_plan.h \
	kmgr/cmd/cmd_ledger.c \
	kmgr/cmd/cmd_ksk_describe.c \
	kmgr/cmd/cmd_ksk_end.c \
	kmgr/cmd/cmd_policy.c \
	kmgr/cmd/cmd_policy.h \
	kmgr/cmd/cmd_recover.c \
	kmgr/cmd/cmd_restore.c \
	kmgr/cmd/cmd_sign.c \
	kmgr/cmd/cmd_token.c \
	kmgr/cmd/cmd_trust_anchor.c \
	kmgr/cmd/cmd_verify.c \
	kmgr/cmd/command.c \
	kmgr/cmd/command.h \
	kmgr/cmd/commands.c \
	kmgr/cmd/table.c \
	kmgr/cmd/table.h
