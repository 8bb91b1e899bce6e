/* Data objects: those that are there, and those that anybody can add. */

#include "tests/attacks/steal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OBJECTS_MAX 256

static unsigned char yes = 1, no = 0;
static unsigned char text[] = "stolen";
static ck_object_class_t data_class = CKO_DATA;

size_t
steal_read(const char *path, unsigned char *data, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t len = 0;

	if (f != NULL) {
		len = fread(data, 1, size, f);
		(void)fclose(f);
	}
	steal_must(path, len == 0 || len == size ? CKR_ARGUMENTS_BAD : CKR_OK);
	return len;
}

void
steal_write(const char *path, const unsigned char *data, size_t len)
{
	FILE *f = fopen(path, "wb");
	size_t done = 0;

	if (f != NULL) {
		done = fwrite(data, 1, len, f);
		done = fclose(f) == 0 ? done : 0;
	}
	steal_must(path, done == len ? CKR_OK : CKR_ARGUMENTS_BAD);
}

/* --- those that are there ------------------------------------------------ */

static const struct change {
	const char		*name;
	struct ck_attribute	 attr;
} changes[] = {
	{ "CKA_VALUE", { CKA_VALUE, text, sizeof(text) } },
	{ "CKA_LABEL", { CKA_LABEL, text, sizeof(text) } },
	{ "CKA_APPLICATION", { CKA_APPLICATION, text, sizeof(text) } },
	{ "CKA_MODIFIABLE", { CKA_MODIFIABLE, &yes, 1 } },
	{ "CKA_DESTROYABLE", { CKA_DESTROYABLE, &yes, 1 } },
	{ "CKA_PRIVATE", { CKA_PRIVATE, &no, 1 } },
};

static void
try_record(struct thief *thief, ck_object_handle_t object)
{
	struct ck_attribute attr;
	ck_object_handle_t copy;
	size_t i;

	for (i = 0; i < N(changes); i++) {
		attr = changes[i].attr;
		steal_say("copy", changes[i].name, thief->p11->C_CopyObject(
		    thief->session, object, &attr, 1, &copy));
		attr = changes[i].attr;
		steal_say("set", changes[i].name,
		    thief->p11->C_SetAttributeValue(thief->session, object,
		    &attr, 1));
	}
	steal_say("destroy", "record", thief->p11->C_DestroyObject(
	    thief->session, object));
}

void
steal_records(struct thief *thief, const char *application)
{
	char name[128];
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &data_class, sizeof(data_class) },
		{ CKA_APPLICATION, name, strlen(application) },
	};
	ck_object_handle_t objects[OBJECTS_MAX];
	unsigned long i, n = 0;

	(void)snprintf(name, sizeof(name), "%s", application);
	steal_must("look for records", thief->p11->C_FindObjectsInit(
	    thief->session, attrs, N(attrs)));
	steal_must("look for records", thief->p11->C_FindObjects(
	    thief->session, objects, N(objects), &n));
	steal_must("look for records", thief->p11->C_FindObjectsFinal(
	    thief->session));
	steal_must("find records", n > 0 ? CKR_OK : CKR_OBJECT_HANDLE_INVALID);
	for (i = 0; i < n; i++)
		try_record(thief, objects[i]);
}

/* --- those that anybody can add ------------------------------------------ */

void
steal_plant(struct thief *thief, const char *arg)
{
	unsigned char value[STEAL_MAX];
	char name[128], path[512];
	unsigned long i, n = 0;
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &data_class, sizeof(data_class) },
		{ CKA_TOKEN, &yes, 1 },
		{ CKA_PRIVATE, &no, 1 },
		{ CKA_MODIFIABLE, &no, 1 },
		{ CKA_DESTROYABLE, &no, 1 },
		{ CKA_LABEL, text, sizeof(text) - 1 },
		{ CKA_APPLICATION, name, 0 },
		{ CKA_VALUE, value, 0 },
	};
	ck_object_handle_t object = 0;
	ck_rv_t rv = CKR_OK;

	steal_must(arg, sscanf(arg, "%lu,%127[^,],%511s", &n, name,
	    path) == 3 ? CKR_OK : CKR_ARGUMENTS_BAD);
	attrs[6].value_len = strlen(name);
	attrs[7].value_len = steal_read(path, value, sizeof(value));
	for (i = 0; i < n && rv == CKR_OK; i++)
		rv = thief->p11->C_CreateObject(thief->session, attrs,
		    N(attrs), &object);
	steal_say("plant", name, rv);
	if (rv == CKR_OK)
		steal_say("destroy", name, thief->p11->C_DestroyObject(
		    thief->session, object));
}
