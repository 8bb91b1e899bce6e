noinst_LTLIBRARIES += libksr.la
libksr_la_LIBADD = libdns.la libbase.la
libksr_la_SOURCES = \
	kmgr/ksr/bind.c \
	kmgr/ksr/codec.c \
	kmgr/ksr/codec.h \
	kmgr/ksr/codec_inner.h \
	kmgr/ksr/knot.c \
	kmgr/ksr/make.c \
	kmgr/ksr/make.h
	kmgr/ksr/text.c \
	kmgr/ksr/text.h \
	kmgr/ksr/text_records.c
