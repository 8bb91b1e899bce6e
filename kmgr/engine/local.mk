noinst_LTLIBRARIES += libengine.la
libengine_la_LIBADD = libhsm.la libpolicy.la libstore.la libdns.la libbase.la \
	-lpthread
libengine_la_SOURCES = \
	kmgr/engine/bulk.c \
	kmgr/engine/bulk.h \
	kmgr/engine/cmk.c \
	kmgr/engine/cmk.h \
	kmgr/engine/cmk_create.c \
	kmgr/engine/cmk_create.h \
	kmgr/engine/config.c \
	kmgr/engine/config.h \
	kmgr/engine/event.c \
	kmgr/engine/event.h \
	kmgr/engine/identity.c \
	kmgr/engine/identity.h \
	kmgr/engine/intent.c \
	kmgr/engine/intent.h \
	kmgr/engine/key_record.c \
	kmgr/engine/key_record.h \
	kmgr/engine/ksk.c \
	kmgr/engine/ksk.h \
	kmgr/engine/ksk_create.c \
	kmgr/engine/ksk_create.h \
	kmgr/engine/ksk_endorse.c \
	kmgr/engine/ksk_endorse.h \
	kmgr/engine/ksk_rules.c \
	kmgr/engine/ksk_rules.h \
	kmgr/engine/plan.c \
	kmgr/engine/plan.h \
	kmgr/engine/recovery.c \
	kmgr/engine/recovery.h \
	kmgr/engine/session.c \
	kmgr/engine/session.h \
	kmgr/engine/signer.c \
	kmgr/engine/signer.h \
	kmgr/engine/statement.c \
	kmgr/engine/statement.h \
	kmgr/engine/tokens.c \
	kmgr/engine/tokens.h \
	kmgr/engine/trust.c \
	kmgr/engine/trust.h \
	kmgr/engine/verify.c \
	kmgr/engine/verify.h \
	kmgr/engine/verify_history.c \
	kmgr/engine/verify_index.c \
	kmgr/engine/verify_internal.h \
	kmgr/engine/verify_token.c \
	kmgr/engine/zsks.c \
	kmgr/engine/zsks.h \
	kmgr/engine/zsks_internal.h \
	kmgr/engine/zsks_sign.c
