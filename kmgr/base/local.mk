noinst_LTLIBRARIES += libbase.la
libbase_la_CPPFLAGS = $(AM_CPPFLAGS) $(CRYPTO_CFLAGS) $(YAML_CFLAGS) \
	$(JANSSON_CFLAGS)
libbase_la_LIBADD = $(CRYPTO_LIBS) $(YAML_LIBS) $(JANSSON_LIBS)
libbase_la_SOURCES = \
	kmgr/base/buf.c \
	kmgr/base/buf.h \
	kmgr/base/crypto.c \
	kmgr/base/crypto.h \
	kmgr/base/crypto_hmac.c \
	kmgr/base/crypto_hmac.h \
	kmgr/base/crypto_inner.h \
	kmgr/base/crypto_key.c \
	kmgr/base/crypto_point.c \
	kmgr/base/crypto_private.c \
	kmgr/base/crypto_private.h \
	kmgr/base/crypto_sig.c \
	kmgr/base/crypto_verify.c \
	kmgr/base/err.c \
	kmgr/base/err.h \
	kmgr/base/file.c \
	kmgr/base/file.h \
	kmgr/base/file_out.c \
	kmgr/base/file_out.h \
	kmgr/base/give_up.c \
	kmgr/base/give_up.h \
	kmgr/base/int64.h \
	kmgr/base/json.c \
	kmgr/base/json.h \
	kmgr/base/json_canonical.c \
	kmgr/base/json_members.c \
	kmgr/base/json_members.h \
	kmgr/base/mem.c \
	kmgr/base/mem.h \
	kmgr/base/merkle.c \
	kmgr/base/merkle.h \
	kmgr/base/pgpwords.c \
	kmgr/base/pgpwords.h \
	kmgr/base/process.c \
	kmgr/base/process.h \
	kmgr/base/process_internal.h \
	kmgr/base/process_start.c \
	kmgr/base/progress.c \
	kmgr/base/progress.h \
	kmgr/base/secret.c \
	kmgr/base/secret.h \
	kmgr/base/spki.c \
	kmgr/base/spki.h \
	kmgr/base/spread.c \
	kmgr/base/spread.h \
	kmgr/base/stop.c \
	kmgr/base/stop.h \
	kmgr/base/syslog.c \
	kmgr/base/syslog.h \
	kmgr/base/text.c \
	kmgr/base/text.h \
	kmgr/base/told.c \
	kmgr/base/told.h \
	kmgr/base/when.c \
	kmgr/base/when.h \
	kmgr/base/worker.c \
	kmgr/base/workers.c \
	kmgr/base/workers.h \
	kmgr/base/workers_inner.h \
	kmgr/base/yaml.c \
	kmgr/base/yaml.h
