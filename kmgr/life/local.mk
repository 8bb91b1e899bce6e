noinst_LTLIBRARIES += liblife.la
liblife_la_LIBADD = libbase.la
liblife_la_SOURCES = \
	kmgr/life/life.c \
	kmgr/life/life.h
