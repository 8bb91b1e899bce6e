noinst_LTLIBRARIES += libhsm.la
libhsm_la_CPPFLAGS = $(AM_CPPFLAGS) $(P11KIT_CFLAGS) $(LIBP11_CFLAGS)
libhsm_la_LIBADD = libdns.la libbase.la $(LIBP11_LIBS) $(P11KIT_LIBS) -ldl \
	-lpthread
libhsm_la_SOURCES = \
	hsm/key.h \
	hsm/object.h \
	hsm/probe.h \
	hsm/token.h \
	hsm/uri.h
