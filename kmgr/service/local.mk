# What runs unattended: where ZSK sets come from and signed sets go to, what
# the parent serves, who is told, how a zone does.
noinst_LTLIBRARIES += libservice.la
libservice_la_LIBADD = libengine.la
libservice_la_SOURCES = \
	kmgr/service/hook.c \
	kmgr/service/hook.h
