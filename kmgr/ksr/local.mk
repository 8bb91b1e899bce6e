noinst_LTLIBRARIES += libksr.la
libksr_la_CPPFLAGS = $(AM_CPPFLAGS) $(EXPAT_CFLAGS)
libksr_la_LIBADD = libdns.la libbase.la $(EXPAT_LIBS)
libksr_la_SOURCES = \
	kmgr/ksr/bind.c \
	kmgr/ksr/codec.c \
	kmgr/ksr/codec.h \
	kmgr/ksr/codec_inner.h \
	kmgr/ksr/cursor.c \
	kmgr/ksr/cursor.h \
	kmgr/ksr/icann.c \
	kmgr/ksr/icann.h \
	kmgr/ksr/icann_read.c \
	kmgr/ksr/icann_time.c \
	kmgr/ksr/icann_time.h \
	kmgr/ksr/icann_write.c \
	kmgr/ksr/knot.c \
	kmgr/ksr/make.c \
	kmgr/ksr/make.h \
	kmgr/ksr/text.c \
	kmgr/ksr/text.h \
	kmgr/ksr/text_records.c \
	kmgr/ksr/xml.c \
	kmgr/ksr/xml.h
