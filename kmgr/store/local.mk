noinst_LTLIBRARIES += libstore.la
libstore_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
libstore_la_LIBADD = libbase.la $(SQLITE_LIBS)
libstore_la_SOURCES = \
	kmgr/store/ledger.h \
	kmgr/store/store.h
