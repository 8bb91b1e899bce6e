#include <pthread.h>
#include <sys/stat.h>

#include "hsm/fellows.h"

/* What a module has initialised is the process's, and so is this list. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct module *first;

static bool
is_in(const struct module *module)
{
	const struct module *m;

	for (m = first; m != NULL && m != module; m = m->next)
		;
	return m != NULL;
}

/* One file is one module, whatever its names; an instance is its token's. */
static bool
is_fellow(const struct module *module, const struct module *other)
{

	return module != other && module->dev == other->dev &&
	    module->ino == other->ino && !module->is_instance &&
	    !other->is_instance;
}

static void
identify(struct module *module, const char *path)
{
	struct stat st = { 0 };

	(void)stat(path, &st);
	module->dev = st.st_dev;
	module->ino = st.st_ino;
}

void
fellows_join(struct module *module, const char *path)
{

	(void)pthread_mutex_lock(&lock);
	if (!is_in(module)) {
		identify(module, path);
		module->next = first;
		first = module;
	}
	(void)pthread_mutex_unlock(&lock);
}

void
fellows_leave(struct module *module)
{
	struct module **place;

	(void)pthread_mutex_lock(&lock);
	for (place = &first; *place != NULL && *place != module;
	    place = &(*place)->next)
		;
	if (*place != NULL)
		*place = module->next;
	(void)pthread_mutex_unlock(&lock);
}

static void
move(struct module *to, struct module *from)
{

	to->ctx = from->ctx;
	to->slots = from->slots;
	to->n_slots = from->n_slots;
	from->ctx = NULL;
	from->slots = NULL;
	from->n_slots = 0;
}

void
fellows_take(struct module *module, const char *path)
{
	struct module *m;

	(void)pthread_mutex_lock(&lock);
	identify(module, path);
	for (m = first; m != NULL; m = m->next) {
		if (!is_fellow(module, m))
			continue;
		m->is_stale = true;
		if (m->ctx != NULL)
			move(module, m);
	}
	(void)pthread_mutex_unlock(&lock);
}

void
fellows_give(struct module *module)
{
	struct module *m;

	(void)pthread_mutex_lock(&lock);
	for (m = first; m != NULL && !is_fellow(module, m); m = m->next)
		;
	if (m != NULL && module->ctx != NULL)
		move(m, module);
	(void)pthread_mutex_unlock(&lock);
}
