noinst_LTLIBRARIES += liblife.la
liblife_la_LIBADD = libdns.la libbase.la
liblife_la_SOURCES = \
	kmgr/life/life.c \
	kmgr/life/life.h \
	kmgr/life/life_line.c \
	kmgr/life/life_line.h \
	kmgr/life/life_svg.c \
	kmgr/life/life_svg.h \
	kmgr/life/life_text.c \
	kmgr/life/life_text.h \
	kmgr/life/life_todo.c \
	kmgr/life/life_todo.h
