noinst_LTLIBRARIES += liblife.la
liblife_la_LIBADD = libdns.la libbase.la
liblife_la_SOURCES = \
	kmgr/life/life.h \
	kmgr/life/life_apply.c \
	kmgr/life/life_copy.c \
	kmgr/life/life_core.h \
	kmgr/life/life_explain.c \
	kmgr/life/life_gate.c \
	kmgr/life/life_line.c \
	kmgr/life/life_line.h \
	kmgr/life/life_name.c \
	kmgr/life/life_plan.c \
	kmgr/life/life_policy.c \
	kmgr/life/life_roll.c \
	kmgr/life/life_simulate.c \
	kmgr/life/life_state.c \
	kmgr/life/life_svg.c \
	kmgr/life/life_svg.h \
	kmgr/life/life_text.c \
	kmgr/life/life_text.h \
	kmgr/life/life_time.c \
	kmgr/life/life_todo.c \
	kmgr/life/life_todo.h \
	kmgr/life/life_turns.c \
	kmgr/life/life_want.c \
	kmgr/life/life_why.c
