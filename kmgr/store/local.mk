noinst_LTLIBRARIES += libstore.la
libstore_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(PQ_CFLAGS)
libstore_la_LIBADD = libbase.la $(SQLITE_LIBS) -ldl
libstore_la_SOURCES = \
	kmgr/store/db.c \
	kmgr/store/db.h \
	kmgr/store/db_ahead.c \
	kmgr/store/db_ahead.h \
	kmgr/store/db_shut.c \
	kmgr/store/db_shut.h \
	kmgr/store/db_transaction.c \
	kmgr/store/ledger.c \
	kmgr/store/ledger.h \
	kmgr/store/ledger_find.c \
	kmgr/store/ledger_inner.h \
	kmgr/store/lock.c \
	kmgr/store/lock.h \
	kmgr/store/pgsql.c \
	kmgr/store/pgsql_inner.h \
	kmgr/store/pgsql_later.c \
	kmgr/store/pgsql_link.c \
	kmgr/store/pgsql_link.h \
	kmgr/store/pgsql_pq.c \
	kmgr/store/pgsql_pq.h \
	kmgr/store/pgsql_question.c \
	kmgr/store/pgsql_question.h \
	kmgr/store/pgsql_rows.c \
	kmgr/store/pgsql_setup.c \
	kmgr/store/pgsql_setup.h \
	kmgr/store/pgsql_shut.c \
	kmgr/store/pgsql_shut.h \
	kmgr/store/place.c \
	kmgr/store/place.h \
	kmgr/store/sqlite.c \
	kmgr/store/sqlite_setup.c \
	kmgr/store/sqlite_setup.h \
	kmgr/store/sqlite_shut.c \
	kmgr/store/sqlite_shut.h \
	kmgr/store/store.c \
	kmgr/store/store.h \
	kmgr/store/store_alg.c \
	kmgr/store/store_backup.c \
	kmgr/store/store_claim.c \
	kmgr/store/store_claim.h \
	kmgr/store/store_claim_holder.c \
	kmgr/store/store_claim_holder.h \
	kmgr/store/store_cmk.c \
	kmgr/store/store_copy.c \
	kmgr/store/store_copy.h \
	kmgr/store/store_foreign.c \
	kmgr/store/store_group.c \
	kmgr/store/store_group.h \
	kmgr/store/store_inner.h \
	kmgr/store/store_intent.c \
	kmgr/store/store_intent.h \
	kmgr/store/store_key.c \
	kmgr/store/store_life.c \
	kmgr/store/store_life.h \
	kmgr/store/store_ksk.c \
	kmgr/store/store_ksr.c \
	kmgr/store/store_ksr.h \
	kmgr/store/store_migrate.c \
	kmgr/store/store_migrate.h \
	kmgr/store/store_observe.c \
	kmgr/store/store_plan.c \
	kmgr/store/store_replace.c \
	kmgr/store/store_replace.h \
	kmgr/store/store_replace_inner.h \
	kmgr/store/store_server.c \
	kmgr/store/store_server.h \
	kmgr/store/store_stage.c \
	kmgr/store/store_plan.h \
	kmgr/store/store_zone.c \
	kmgr/store/store_zone.h
nodist_libstore_la_SOURCES = kmgr/store/schema.h
EXTRA_DIST += kmgr/store/schema.sql kmgr/store/schema_pgsql.awk

# The schema as C strings, one a backend: comments and empty lines go, quotes
# and backslashes are escaped.
BUILT_SOURCES += kmgr/store/schema.h
CLEANFILES += kmgr/store/schema.h
$(libstore_la_OBJECTS): kmgr/store/schema.h
schema_sql = $(srcdir)/kmgr/store/schema.sql
schema_awk = $(srcdir)/kmgr/store/schema_pgsql.awk
schema_quote = $(SED) -e 's/[\\"]/\\&/g' -e 's/^/	"/' -e 's/$$/\\n"/'
kmgr/store/schema.h: kmgr/store/schema.sql kmgr/store/schema_pgsql.awk
	$(AM_V_GEN)$(MKDIR_P) kmgr/store && \
	LC_ALL=C $(AWK) -f $(schema_awk) $(schema_sql) >$@.sql && \
	{ echo '/* Each is for one backend, and of no use to the other. */'; \
	echo 'static const char schema_sql[] __attribute__((unused)) ='; \
	$(SED) -e '/^--/d' -e '/^$$/d' $(schema_sql) | $(schema_quote); \
	echo '	"";'; \
	echo 'static const char schema_pgsql[] __attribute__((unused)) ='; \
	$(schema_quote) $@.sql; \
	echo '	"";'; } > $@.tmp && rm -f $@.sql && mv $@.tmp $@
