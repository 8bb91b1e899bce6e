/*
 * steal MODULE TOKEN PIN ID STEP...
 *
 * What somebody with the PIN can try on the key pair with CKA_ID ${ID} (hex):
 *
 *	make=ec|ed25519|rsa	first make it, as open as a key can be
 *	attack			read, wrap, copy, change and misuse both halves
 *	set=CKA_NAME		change only this attribute of the private half
 *	destroy			destroy both halves
 *
 * on the wrapping key with that id:
 *
 *	make=aes		first make it, as open as it can be
 *	wrap=FILE		a blob of a new P-256 key under it
 *	unwrap=FILE		all that can be tried with it and the blob; a
 *				P-256 key that he knows, wrapped under it, goes
 *				into FILE.own, and its public half, in DER,
 *				into FILE.pub
 *
 * and on data objects; here ${ID}, and for plant= the PIN too, may be "-":
 *
 *	records=APPLICATION	change, copy and destroy each one
 *	plant=N,APPLICATION,FILE
 *				put N of FILE there, public ones that nobody
 *				can destroy
 *
 * Each attempt is one line, "CLASS WHAT CKR_NAME". Nothing stops at a refusal.
 */

#include "tests/attacks/steal.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char yes = 1, no = 0;
static unsigned char text[] = "stolen";
static unsigned long mechanisms[] = { CKM_RSA_PKCS, CKM_RSA_X_509,
	CKM_SHA1_RSA_PKCS, CKM_ECDSA, CKM_EDDSA, CKM_ECDH1_DERIVE };

void
steal_say(const char *class, const char *what, ck_rv_t rv)
{
	const char *name = name_of_rv(rv);

	printf("%s %s ", class, what);
	if (name != NULL)
		printf("%s\n", name);
	else
		printf("0x%lx\n", rv);
	fflush(stdout);
}

void
steal_must(const char *what, ck_rv_t rv)
{

	if (rv == CKR_OK)
		return;
	steal_say("cannot", what, rv);
	exit(1);
}

/* --- reading, copying, changing ------------------------------------------ */

#define ATTR(type, value) { #type, { type, &(value), sizeof(value) } }

static const struct change {
	const char		*name;
	struct ck_attribute	 attr;
} changes[] = {
	ATTR(CKA_EXTRACTABLE, yes),
	ATTR(CKA_SENSITIVE, no),
	ATTR(CKA_PRIVATE, no),
	ATTR(CKA_TOKEN, no),
	ATTR(CKA_MODIFIABLE, yes),
	ATTR(CKA_COPYABLE, yes),
	ATTR(CKA_DESTROYABLE, yes),
	ATTR(CKA_SIGN, no),
	ATTR(CKA_DECRYPT, yes),
	ATTR(CKA_UNWRAP, yes),
	ATTR(CKA_DERIVE, yes),
	ATTR(CKA_SIGN_RECOVER, yes),
	ATTR(CKA_VERIFY, no),
	ATTR(CKA_ENCRYPT, yes),
	ATTR(CKA_WRAP, yes),
	ATTR(CKA_LABEL, text),
	ATTR(CKA_ALLOWED_MECHANISMS, mechanisms),
	ATTR(CKA_ID, text),		/* the last one: it loses the key */
};

static const struct secret {
	const char		*name;
	ck_attribute_type_t	 type;
} secrets[] = {
	{ "CKA_VALUE", CKA_VALUE },
	{ "CKA_PRIVATE_EXPONENT", CKA_PRIVATE_EXPONENT },
	{ "CKA_PRIME_1", CKA_PRIME_1 },
	{ "CKA_PRIME_2", CKA_PRIME_2 },
	{ "CKA_EXPONENT_1", CKA_EXPONENT_1 },
	{ "CKA_EXPONENT_2", CKA_EXPONENT_2 },
	{ "CKA_COEFFICIENT", CKA_COEFFICIENT },
};

/* A token may say OK and give nothing: that is not OK here. */
static void
try_read(struct thief *thief)
{
	unsigned char value[STEAL_MAX];
	struct ck_attribute attr;
	size_t i;
	ck_rv_t rv;

	for (i = 0; i < N(secrets); i++) {
		attr.type = secrets[i].type;
		attr.value = value;
		attr.value_len = sizeof(value);
		rv = thief->p11->C_GetAttributeValue(thief->session,
		    thief->priv, &attr, 1);
		if (rv == CKR_OK && (attr.value_len == (unsigned long)-1 ||
		    attr.value_len == 0))
			rv = CKR_ATTRIBUTE_TYPE_INVALID;
		steal_say("read", secrets[i].name, rv);
	}
}

static void
try_copy(struct thief *thief, const char *class, ck_object_handle_t object)
{
	struct ck_attribute attr;
	ck_object_handle_t copy;
	size_t i;
	ck_rv_t rv;

	for (i = 0; i < N(changes); i++) {
		attr = changes[i].attr;
		rv = thief->p11->C_CopyObject(thief->session, object, &attr, 1,
		    &copy);
		steal_say(class, changes[i].name, rv);
		if (rv == CKR_OK)
			(void)thief->p11->C_DestroyObject(thief->session,
			    copy);
	}
}

/* All of them, or the one of this name. */
static void
try_set(struct thief *thief, const char *class, ck_object_handle_t object,
    const char *name)
{
	struct ck_attribute attr;
	size_t i;

	for (i = 0; i < N(changes); i++) {
		if (name != NULL && strcmp(name, changes[i].name) != 0)
			continue;
		attr = changes[i].attr;
		steal_say(class, changes[i].name,
		    thief->p11->C_SetAttributeValue(thief->session, object,
		    &attr, 1));
	}
}

static void
attack(struct thief *thief)
{

	steal_tools(thief);
	try_read(thief);
	steal_by_wrapping(thief);
	steal_by_using(thief);
	try_copy(thief, "copy", thief->priv);
	try_copy(thief, "public-copy", thief->pub);
	try_set(thief, "set", thief->priv, NULL);
	try_set(thief, "public-set", thief->pub, NULL);
}

/* --- the key ------------------------------------------------------------- */

static const struct kind {
	const char		*name;
	ck_mechanism_type_t	 generate;
	struct ck_attribute	 what[2];
	size_t			 what_n;
} kinds[] = {
	{ "ec", CKM_EC_KEY_PAIR_GEN, { { CKA_EC_PARAMS,
	    "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", 10 } }, 1 },
	{ "ed25519", CKM_EC_EDWARDS_KEY_PAIR_GEN, { { CKA_EC_PARAMS,
	    "\x13\x0c""edwards25519", 14 } }, 1 },
	{ "rsa", CKM_RSA_PKCS_KEY_PAIR_GEN, { { CKA_MODULUS_BITS,
	    &(unsigned long){ 2048 }, sizeof(unsigned long) },
	    { CKA_PUBLIC_EXPONENT, "\x01\x00\x01", 3 } }, 2 },
};

/* Open to all, and private only as kmgr's are. */
static void
make(struct thief *thief, const struct kind *kind)
{
	struct ck_mechanism mech = { kind->generate, NULL, 0 };
	struct ck_attribute pub[] = {
		{ CKA_TOKEN, &yes, 1 },
		{ CKA_ID, thief->id, thief->id_len },
		{ CKA_VERIFY, &yes, 1 },
		{ CKA_ENCRYPT, &yes, 1 },
		{ CKA_WRAP, &yes, 1 },
		{ CKA_MODIFIABLE, &yes, 1 },
		kind->what[0],
		kind->what[1],
	};
	struct ck_attribute priv[] = {
		{ CKA_TOKEN, &yes, 1 },
		{ CKA_ID, thief->id, thief->id_len },
		{ CKA_PRIVATE, &yes, 1 },
		{ CKA_SENSITIVE, &no, 1 },
		{ CKA_EXTRACTABLE, &yes, 1 },
		{ CKA_MODIFIABLE, &yes, 1 },
		{ CKA_SIGN, &yes, 1 },
		{ CKA_DECRYPT, &yes, 1 },
		{ CKA_UNWRAP, &yes, 1 },
		{ CKA_DERIVE, &yes, 1 },
	};

	steal_must("make the key", thief->p11->C_GenerateKeyPair(
	    thief->session, &mech, pub, N(pub) - 2 + kind->what_n, priv,
	    N(priv), &thief->pub, &thief->priv));
}

static ck_object_handle_t
find(struct thief *thief, ck_object_class_t class)
{
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, thief->id, thief->id_len },
	};
	ck_object_handle_t object[2] = { 0 };
	unsigned long n = 0;

	steal_must("look for the key", thief->p11->C_FindObjectsInit(
	    thief->session, attrs, N(attrs)));
	steal_must("look for the key", thief->p11->C_FindObjects(
	    thief->session, object, N(object), &n));
	steal_must("look for the key", thief->p11->C_FindObjectsFinal(
	    thief->session));
	steal_must("find one key", n == 1 ? CKR_OK : CKR_OBJECT_HANDLE_INVALID);
	return object[0];
}

static void
make_kind(struct thief *thief, const char *name)
{
	size_t i;

	if (strcmp(name, "aes") == 0) {
		steal_make_wrapping(thief);
		return;
	}
	for (i = 0; i < N(kinds); i++)
		if (strcmp(name, kinds[i].name) == 0) {
			make(thief, &kinds[i]);
			return;
		}
	steal_must(name, CKR_ARGUMENTS_BAD);
}

static void
find_pair(struct thief *thief)
{

	thief->priv = find(thief, CKO_PRIVATE_KEY);
	thief->pub = find(thief, CKO_PUBLIC_KEY);
}

static void
attack_pair(struct thief *thief, const char *arg)
{

	(void)arg;
	find_pair(thief);
	attack(thief);
}

static void
set_one(struct thief *thief, const char *arg)
{

	find_pair(thief);
	try_set(thief, "set", thief->priv, arg);
}

static void
destroy_pair(struct thief *thief, const char *arg)
{

	(void)arg;
	find_pair(thief);
	steal_say("destroy", "private", thief->p11->C_DestroyObject(
	    thief->session, thief->priv));
	steal_say("destroy", "public", thief->p11->C_DestroyObject(
	    thief->session, thief->pub));
}

static void
wrap_one(struct thief *thief, const char *arg)
{

	thief->wrapping = find(thief, CKO_SECRET_KEY);
	steal_wrap(thief, arg);
}

static void
unwrap_all(struct thief *thief, const char *arg)
{

	thief->wrapping = find(thief, CKO_SECRET_KEY);
	steal_unwrap(thief, arg);
}

static const struct step {
	const char	*name;
	void		(*take)(struct thief *thief, const char *arg);
} steps[] = {
	{ "make", make_kind },
	{ "attack", attack_pair },
	{ "set", set_one },
	{ "destroy", destroy_pair },
	{ "wrap", wrap_one },
	{ "unwrap", unwrap_all },
	{ "records", steal_records },
	{ "plant", steal_plant },
};

static void
take(struct thief *thief, const char *step)
{
	const size_t len = strcspn(step, "=");
	size_t i;

	for (i = 0; i < N(steps); i++)
		if (strlen(steps[i].name) == len &&
		    memcmp(steps[i].name, step, len) == 0) {
			steps[i].take(thief, step + len + (step[len] == '='));
			return;
		}
	steal_must(step, CKR_ARGUMENTS_BAD);
}

/* --- the token ----------------------------------------------------------- */

static void
load(struct thief *thief, const char *path)
{
	CK_C_GetFunctionList get;
	void *image = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	if (image == NULL) {
		fprintf(stderr, "steal: %s\n", dlerror());
		exit(2);
	}
	*(void **)(&get) = dlsym(image, "C_GetFunctionList");
	steal_must("load the module", get == NULL ? CKR_GENERAL_ERROR :
	    get(&thief->p11));
	steal_must("initialize", thief->p11->C_Initialize(NULL));
}

static void
enter(struct thief *thief, const char *label, char *pin)
{
	ck_slot_id_t slots[32];
	struct ck_token_info info;
	unsigned long i, n = N(slots);
	const size_t len = strlen(label);

	steal_must("list slots", thief->p11->C_GetSlotList(1, slots, &n));
	for (i = 0; i < n; i++)
		if (thief->p11->C_GetTokenInfo(slots[i], &info) == CKR_OK &&
		    len < sizeof(info.label) && info.label[len] == ' ' &&
		    memcmp(info.label, label, len) == 0)
			break;
	steal_must("find the token", i < n ? CKR_OK : CKR_TOKEN_NOT_PRESENT);
	thief->slot = slots[i];
	steal_must("open a session", thief->p11->C_OpenSession(slots[i],
	    CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL,
	    &thief->session));
	if (strcmp(pin, "-") != 0)
		steal_must("log in", thief->p11->C_Login(thief->session,
		    CKU_USER, (unsigned char *)pin, strlen(pin)));
}

static void
read_id(struct thief *thief, const char *hex)
{
	unsigned int byte;

	if (strcmp(hex, "-") == 0)
		return;
	for (; thief->id_len < sizeof(thief->id) &&
	    sscanf(hex, "%2x", &byte) == 1; hex += 2)
		thief->id[thief->id_len++] = (unsigned char)byte;
	if (*hex != '\0' || thief->id_len == 0)
		steal_must("read the id", CKR_ARGUMENTS_BAD);
}

int
main(int argc, char **argv)
{
	static struct thief thief;
	int i;

	if (argc < 6) {
		fputs("usage: steal MODULE TOKEN PIN ID STEP...\n", stderr);
		return 2;
	}
	read_id(&thief, argv[4]);
	load(&thief, argv[1]);
	enter(&thief, argv[2], argv[3]);
	for (i = 5; i < argc; i++)
		take(&thief, argv[i]);
	return 0;
}
