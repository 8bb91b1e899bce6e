noinst_LTLIBRARIES += libhsm.la
libhsm_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(LIBP11_CFLAGS)
libhsm_la_LIBADD = libdns.la libbase.la $(LIBP11_LIBS) $(P11KIT_LIBS) -ldl \
	-lpthread
libhsm_la_SOURCES = \
	hsm/attr.c \
	hsm/attr.h \
	hsm/attr_report.c \
	hsm/attr_row.h \
	hsm/ckr.c \
	hsm/ckr.h \
	hsm/data.c \
	hsm/data.h \
	hsm/data_put.c \
	hsm/find.c \
	hsm/find.h \
	hsm/index.c \
	hsm/index.h \
	hsm/info.c \
	hsm/info.h \
	hsm/key.c \
	hsm/key.h \
	hsm/keygen.c \
	hsm/login.c \
	hsm/login.h \
	hsm/mech.c \
	hsm/mech.h \
	hsm/module.c \
	hsm/module.h \
	hsm/object.c \
	hsm/object.h \
	hsm/pair.c \
	hsm/pair.h \
	hsm/pin.c \
	hsm/pin.h \
	hsm/pin_ask.c \
	hsm/probe.c \
	hsm/probe.h \
	hsm/probe_alg.c \
	hsm/probe_seal.c \
	hsm/probe_value.c \
	hsm/probe_wrapped.c \
	hsm/pubkey.c \
	hsm/pubkey.h \
	hsm/record.c \
	hsm/record.h \
	hsm/run.c \
	hsm/run.h \
	hsm/session.c \
	hsm/session.h \
	hsm/sign.c \
	hsm/start.c \
	hsm/start.h \
	hsm/template.c \
	hsm/template.h \
	hsm/token.c \
	hsm/token.h \
	hsm/trial.c \
	hsm/trial.h \
	hsm/uri.c \
	hsm/uri.h \
	hsm/wrap.c \
	hsm/wrap.h \
	hsm/wrapped.c \
	hsm/wrapping.h \
	hsm/wreck.c \
	hsm/wreck.h
