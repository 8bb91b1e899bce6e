/*
 * p11steps MODULE STEP...
 *
 * Takes the steps in one process, each one call of the PKCS#11 module, and
 * prints "STEP CKR_NAME" for each, with what the call gave where that matters.
 * It goes on after an error: what a module does then is often the question.
 * The steps are in the table at the end; the token is the first one that is
 * initialized, the key pair is the last one made.
 */

#include "tests/fault/p11shim.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VALUE_MAX 1024

struct state {
	struct ck_function_list *p11;
	const char *arg; /* of the step, after the =, or "" */
	ck_slot_id_t slot;
	ck_session_handle_t session;
	ck_object_handle_t pub;
	ck_object_handle_t priv;
	bool is_rsa;
	unsigned char sig[VALUE_MAX];
	unsigned long sig_len;
	char note[2 * VALUE_MAX + 1];
};

static unsigned char yes = 1, no = 0;
static unsigned char digest[32] = "thirty-two bytes to be signed..";

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* How many functions the module has; none may be missing. */
static ck_rv_t
list_functions(struct state *st)
{
	size_t first = offsetof(struct ck_function_list, C_Initialize);
	void *functions[(sizeof(*st->p11) -
			    offsetof(struct ck_function_list, C_Initialize)) /
			sizeof(void *)];
	size_t i;

	memcpy(functions, (char *)st->p11 + first, sizeof(functions));
	for (i = 0; i < N(functions); i++)
		if (functions[i] == NULL)
			return CKR_FUNCTION_NOT_SUPPORTED;
	snprintf(st->note, sizeof(st->note), "%zu", N(functions));
	return CKR_OK;
}

static ck_rv_t
initialize(struct state *st)
{
	struct ck_c_initialize_args args = { .flags = CKF_OS_LOCKING_OK };

	return st->p11->C_Initialize(&args);
}

static ck_rv_t
finalize(struct state *st)
{

	return st->p11->C_Finalize(NULL);
}

static ck_rv_t
open_session(struct state *st)
{
	ck_slot_id_t slots[32];
	struct ck_token_info info;
	unsigned long i, n = sizeof(slots) / sizeof(slots[0]);
	ck_rv_t rv;

	rv = st->p11->C_GetSlotList(1, slots, &n);
	for (i = 0; rv == CKR_OK && i < n; i++) {
		rv = st->p11->C_GetTokenInfo(slots[i], &info);
		if (rv == CKR_OK && (info.flags & CKF_TOKEN_INITIALIZED) != 0)
			break;
	}
	if (rv != CKR_OK)
		return rv;
	if (i == n)
		return CKR_TOKEN_NOT_PRESENT;
	st->slot = slots[i];
	return st->p11->C_OpenSession(st->slot,
	    CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &st->session);
}

static ck_rv_t
token_flags(struct state *st)
{
	struct ck_token_info info;
	ck_rv_t rv = st->p11->C_GetTokenInfo(st->slot, &info);

	if (rv == CKR_OK)
		snprintf(st->note, sizeof(st->note), "0x%lx", info.flags);
	return rv;
}

static ck_rv_t
login(struct state *st)
{
	unsigned char pin[64];
	size_t len = strlen(st->arg);

	if (len > sizeof(pin))
		return CKR_PIN_LEN_RANGE;
	memcpy(pin, st->arg, len);
	return st->p11->C_Login(st->session, CKU_USER, pin, len);
}

static ck_rv_t
session_info(struct state *st)
{
	struct ck_session_info info;
	ck_rv_t rv = st->p11->C_GetSessionInfo(st->session, &info);

	if (rv == CKR_OK)
		snprintf(st->note, sizeof(st->note), "state=%lu", info.state);
	return rv;
}

/* A key pair as kmgr makes it: sealed, except that it can be destroyed. */
static ck_rv_t
generate(struct state *st, unsigned char *token)
{
	static unsigned char p256[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07 };
	static unsigned char exponent[] = { 0x01, 0x00, 0x01 };
	static unsigned char id[] = "p11steps";
	unsigned long bits = 2048;
	struct ck_mechanism mech = { .mechanism = CKM_EC_KEY_PAIR_GEN };
	struct ck_attribute pub[] = {
		{ CKA_TOKEN, token, 1 },
		{ CKA_ID, id, sizeof(id) },
		{ CKA_VERIFY, &yes, 1 },
		{ CKA_MODIFIABLE, &no, 1 },
		{ CKA_COPYABLE, &no, 1 },
		{ CKA_DESTROYABLE, &yes, 1 },
		{ CKA_EC_PARAMS, p256, sizeof(p256) },
		{ CKA_PUBLIC_EXPONENT, exponent, sizeof(exponent) },
	};
	struct ck_attribute priv[] = {
		{ CKA_TOKEN, token, 1 },
		{ CKA_ID, id, sizeof(id) },
		{ CKA_PRIVATE, &yes, 1 },
		{ CKA_SIGN, &yes, 1 },
		{ CKA_SENSITIVE, &yes, 1 },
		{ CKA_EXTRACTABLE, &no, 1 },
		{ CKA_MODIFIABLE, &no, 1 },
		{ CKA_COPYABLE, &no, 1 },
		{ CKA_DESTROYABLE, &yes, 1 },
	};

	if (st->is_rsa) {
		mech.mechanism = CKM_RSA_PKCS_KEY_PAIR_GEN;
		pub[N(pub) - 2] = (struct ck_attribute){ CKA_MODULUS_BITS,
			&bits, sizeof(bits) };
	}
	return st->p11->C_GenerateKeyPair(st->session, &mech, pub,
	    st->is_rsa ? N(pub) : N(pub) - 1, priv, N(priv), &st->pub,
	    &st->priv);
}

static ck_rv_t
generate_session(struct state *st)
{

	st->is_rsa = strcmp(st->arg, "rsa") == 0;
	return generate(st, &no);
}

static ck_rv_t
generate_token(struct state *st)
{

	st->is_rsa = strcmp(st->arg, "rsa") == 0;
	return generate(st, &yes);
}

static struct ck_mechanism
sign_mechanism(const struct state *st)
{

	return (struct ck_mechanism){
		.mechanism = st->is_rsa ? CKM_RSA_PKCS : CKM_ECDSA,
	};
}

static ck_rv_t
sign(struct state *st)
{
	struct ck_mechanism mech = sign_mechanism(st);
	ck_rv_t rv = st->p11->C_SignInit(st->session, &mech, st->priv);

	if (rv != CKR_OK)
		return rv;
	st->sig_len = 0;
	rv = st->p11->C_Sign(
	    st->session, digest, sizeof(digest), NULL, &st->sig_len);
	if (rv != CKR_OK)
		return rv;
	st->sig_len = sizeof(st->sig);
	return st->p11->C_Sign(
	    st->session, digest, sizeof(digest), st->sig, &st->sig_len);
}

static ck_rv_t
verify(struct state *st)
{
	struct ck_mechanism mech = sign_mechanism(st);
	ck_rv_t rv = st->p11->C_VerifyInit(st->session, &mech, st->pub);

	if (rv != CKR_OK)
		return rv;
	return st->p11->C_Verify(
	    st->session, digest, sizeof(digest), st->sig, st->sig_len);
}

/* Length first, then the value, as a careful caller does; noted in hex. */
static ck_rv_t
read_attribute(struct state *st, ck_object_handle_t object)
{
	unsigned char value[VALUE_MAX];
	struct ck_attribute attr = { .type = 0, .value = NULL };
	unsigned long i;
	ck_rv_t rv;

	if (!name_attr(st->arg, &attr.type))
		return CKR_ARGUMENTS_BAD;
	rv = st->p11->C_GetAttributeValue(st->session, object, &attr, 1);
	if (rv != CKR_OK)
		return rv;
	if (attr.value_len > sizeof(value))
		return CKR_BUFFER_TOO_SMALL;
	attr.value = value;
	rv = st->p11->C_GetAttributeValue(st->session, object, &attr, 1);
	for (i = 0; rv == CKR_OK && i < attr.value_len; i++)
		snprintf(st->note + 2 * i, 3, "%02x", value[i]);
	return rv;
}

static ck_rv_t
read_public(struct state *st)
{

	return read_attribute(st, st->pub);
}

static ck_rv_t
read_private(struct state *st)
{

	return read_attribute(st, st->priv);
}

/* C_CreateObject with one attribute of the caller's choice set to true. */
static ck_rv_t
create_data(struct state *st)
{
	unsigned long class = CKO_DATA;
	struct ck_attribute attrs[] = {
		{ CKA_CLASS, &class, sizeof(class) },
		{ CKA_TOKEN, &no, 1 },
		{ CKA_VALUE, digest, sizeof(digest) },
		{ 0, &yes, 1 },
	};
	ck_object_handle_t object;

	if (!name_attr(st->arg, &attrs[N(attrs) - 1].type))
		return CKR_ARGUMENTS_BAD;
	return st->p11->C_CreateObject(st->session, attrs, N(attrs), &object);
}

/* C_SetAttributeValue of the private key's label. */
static ck_rv_t
relabel(struct state *st)
{
	static unsigned char label[] = "other";
	struct ck_attribute attr = { CKA_LABEL, label, sizeof(label) - 1 };

	return st->p11->C_SetAttributeValue(st->session, st->priv, &attr, 1);
}

static ck_rv_t
copy(struct state *st)
{
	struct ck_attribute attr = { CKA_TOKEN, &no, 1 };
	ck_object_handle_t object;

	return st->p11->C_CopyObject(st->session, st->priv, &attr, 1, &object);
}

static ck_rv_t
destroy(struct state *st)
{
	ck_rv_t rv = st->p11->C_DestroyObject(st->session, st->priv);

	return rv != CKR_OK ? rv
	                    : st->p11->C_DestroyObject(st->session, st->pub);
}

static ck_rv_t
touch(struct state *st)
{
	int fd = open(st->arg, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd == -1 || close(fd) == -1 ? CKR_FUNCTION_FAILED : CKR_OK;
}

static ck_rv_t
remove_file(struct state *st)
{

	return unlink(st->arg) == -1 ? CKR_FUNCTION_FAILED : CKR_OK;
}

static const struct {
	const char *name;
	ck_rv_t (*take)(struct state *st);
} steps[] = {
	{ "list", list_functions },
	{ "init", initialize },
	{ "final", finalize },
	{ "open", open_session },
	{ "token-flags", token_flags },
	{ "login", login }, /* =PIN */
	{ "session", session_info },
	{ "gen", generate_session }, /* =ec or =rsa */
	{ "gen-token", generate_token },
	{ "sign", sign },
	{ "verify", verify },   /* what the last sign made */
	{ "pub", read_public }, /* =CKA_NAME */
	{ "priv", read_private },
	{ "data", create_data }, /* =CKA_NAME */
	{ "relabel", relabel },
	{ "copy", copy },
	{ "destroy", destroy },
	{ "touch", touch }, /* =FILE */
	{ "rm", remove_file },
};

static void
take_step(struct state *st, const char *step)
{
	size_t i, len = strcspn(step, "=");
	const char *name;
	ck_rv_t rv;

	st->arg = step[len] == '=' ? step + len + 1 : "";
	st->note[0] = '\0';
	for (i = 0; i < N(steps); i++)
		if (strlen(steps[i].name) == len &&
		    strncmp(steps[i].name, step, len) == 0)
			break;
	if (i == N(steps)) {
		fprintf(stderr, "p11steps: no such step: %s\n", step);
		exit(2);
	}
	rv = steps[i].take(st);
	name = name_of_rv(rv);
	printf("%s", steps[i].name);
	if (name != NULL)
		printf(" %s", name);
	else
		printf(" 0x%lx", rv);
	printf("%s%s\n", st->note[0] != '\0' ? " " : "", st->note);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	static struct state st;
	CK_C_GetFunctionList get;
	void *image;
	int i;

	if (argc < 3) {
		fputs("usage: p11steps MODULE STEP...\n", stderr);
		return 2;
	}
	image = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (image == NULL) {
		fprintf(stderr, "p11steps: %s\n", dlerror());
		return 2;
	}
	*(void **)(&get) = dlsym(image, "C_GetFunctionList");
	if (get == NULL || get(&st.p11) != CKR_OK) {
		puts("load failed");
		return 1;
	}
	for (i = 2; i < argc; i++)
		take_step(&st, argv[i]);
	return 0;
}
