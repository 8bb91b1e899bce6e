/*
 * hsm/template.c, keygen.c, pubkey.c, sign.c, login.c: on SoftHSM behind
 * functions that differ as those of other modules do
 */
#include "tests/unit/unit.h"

#include "hsm/object.h"
#include "hsm/pair.h"
#include "hsm/pubkey.h"
#include "tests/unit/softhsm.h"

/* The functions bent here, and how; a module has no place to carry it. */
static struct ck_function_list *real, bent;
static struct {
	ck_attribute_type_t	refused[4];
	size_t			n_refused;
	ck_rv_t			refusal;
	unsigned int		fail_n;		/* so many generations fail */
	ck_rv_t			fail_rv;
	ck_attribute_type_t	forgotten;	/* inverted on its way */
	unsigned int		n_tries;
	unsigned int		flip_n;		/* the nth signature is wrong */
	unsigned int		n_short;	/* had a zero taken off */
	ck_flags_t		flags;
	ck_rv_t			sign_rv;
	bool			needs_raw_rsa;
	unsigned int		n_reads;
} how;

static int
setup(void **state)
{
	struct softhsm_fixture *f = softhsm_fixture_new();

	memset(&how, 0, sizeof(how));
	how.refusal = CKR_ATTRIBUTE_TYPE_INVALID;
	real = softhsm_bend(f, &bent);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{

	softhsm_fixture_free(*state);
	return 0;
}

static struct ck_attribute *
has(struct ck_attribute *list, unsigned long n, ck_attribute_type_t type)
{
	unsigned long i;

	for (i = 0; i < n; i++)
		if (list[i].type == type)
			return &list[i];
	return NULL;
}

static ck_rv_t
bent_generate(ck_session_handle_t session, struct ck_mechanism *mechanism,
    struct ck_attribute *public, unsigned long n_public,
    struct ck_attribute *private, unsigned long n_private,
    ck_object_handle_t *public_key, ck_object_handle_t *private_key)
{
	struct ck_attribute *attr;
	size_t i;

	how.n_tries++;
	if (how.fail_n > 0) {
		how.fail_n--;
		return how.fail_rv;
	}
	for (i = 0; i < how.n_refused; i++)
		if (has(private, n_private, how.refused[i]) != NULL ||
		    has(public, n_public, how.refused[i]) != NULL)
			return how.refusal;
	if (how.forgotten != 0 &&
	    (attr = has(private, n_private, how.forgotten)) != NULL)
		*(unsigned char *)attr->value ^= 1;
	return real->C_GenerateKeyPair(session, mechanism, public, n_public,
	    private, n_private, public_key, private_key);
}

static ck_rv_t
bent_sign(ck_session_handle_t session, unsigned char *data, unsigned long len,
    unsigned char *sig, unsigned long *sig_len)
{
	const ck_rv_t rv = real->C_Sign(session, data, len, sig, sig_len);

	if (how.flip_n > 0 && --how.flip_n == 0)
		sig[*sig_len - 1] ^= 1;
	/* A module that takes the signature for a number. */
	while (rv == CKR_OK && *sig_len > 128 && sig[0] == 0) {
		memmove(sig, sig + 1, --*sig_len);
		how.n_short++;
	}
	return rv;
}

/* The TPM module's RSA: no use without raw RSA among the mechanisms. */
static ck_rv_t
bent_sign_init(ck_session_handle_t session, struct ck_mechanism *mechanism,
    ck_object_handle_t key)
{
	unsigned long mechs[8];
	struct ck_attribute attr = { CKA_ALLOWED_MECHANISMS, mechs,
		sizeof(mechs) };

	if (how.sign_rv != CKR_OK)
		return how.sign_rv;
	if (how.needs_raw_rsa && real->C_GetAttributeValue(session, key,
	    &attr, 1) == CKR_OK && attr.value_len > 0)
		return CKR_MECHANISM_INVALID;
	return real->C_SignInit(session, mechanism, key);
}

static ck_rv_t
bent_values(ck_session_handle_t session, ck_object_handle_t object,
    struct ck_attribute *list, unsigned long n)
{
	const ck_rv_t rv = real->C_GetAttributeValue(session, object, list, n);
	struct ck_attribute *attr;

	how.n_reads++;
	if (rv != CKR_OK)
		return rv;
	/* Points as they are, numbers with a leading zero. */
	if ((attr = has(list, n, CKA_EC_POINT)) != NULL) {
		attr->value_len -= 2;
		memmove(attr->value, (char *)attr->value + 2,
		    attr->value_len);
	}
	if ((attr = has(list, n, CKA_MODULUS)) != NULL) {
		memmove((char *)attr->value + 1, attr->value,
		    attr->value_len++);
		*(char *)attr->value = 0;
	}
	if ((attr = has(list, n, CKA_PUBLIC_EXPONENT)) != NULL) {
		memmove((char *)attr->value + 1, attr->value,
		    attr->value_len++);
		*(char *)attr->value = 0;
	}
	return rv;
}

static ck_rv_t
bent_token_info(ck_slot_id_t slot, struct ck_token_info *info)
{
	const ck_rv_t rv = real->C_GetTokenInfo(slot, info);

	info->flags |= how.flags;
	return rv;
}

static struct hsm_key_spec
spec_of(enum alg alg, uint8_t id)
{
	struct hsm_key_spec spec = { .alg = alg, .bits = 2048,
		.label = "kmgr1:test" };

	memset(spec.id, id, sizeof(spec.id));
	return spec;
}

static size_t
n_left(struct hsm_token *token)
{
	struct hsm_object *objects = NULL;
	struct error err = ERR_INIT;
	size_t n = 99;

	unit_ok(hsm_object_list(token, &objects, &n, &err), &err);
	free(objects);
	return n;
}

/* Just these attributes are left out of the key that is made. */
static void
makes_without(struct softhsm_fixture *f, enum alg alg, uint8_t id,
    const char *const *names)
{
	struct hsm_key_spec spec = spec_of(alg, id);
	const struct hsm_attr *attrs;
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;
	size_t i, j, n;

	unit_ok(hsm_key_generate(f->token, &spec, &key, &err), &err);
	attrs = hsm_key_attrs(key, &n);
	for (i = 0; i < n; i++) {
		bool is_out = false;

		for (j = 0; names[j] != NULL; j++)
			is_out |= strcmp(attrs[i].name, names[j]) == 0;
		if ((attrs[i].verdict != HSM_ATTR_HELD) != is_out)
			fail_msg("%s %s is %s", attrs[i].half, attrs[i].name,
			    hsm_attr_verdict_name(attrs[i].verdict));
		if (is_out)
			assert_int_equal(attrs[i].verdict, HSM_ATTR_LEFT_OUT);
	}
	hsm_key_free(key);
}

static void
refuse(ck_attribute_type_t type)
{

	bent.C_GenerateKeyPair = bent_generate;
	how.refused[how.n_refused++] = type;
}

static void
test_fewest_left_out(void **state)
{
	static const char *const names[] = { "CKA_COPYABLE",
		"CKA_ALLOWED_MECHANISMS", NULL };
	struct softhsm_fixture *f = *state;

	refuse(CKA_COPYABLE);
	refuse(CKA_ALLOWED_MECHANISMS);
	makes_without(f, ALG_ECDSAP256SHA256, 1, names);
	assert_true(how.n_tries > 1);
	/* The next one knows. */
	how.n_tries = 0;
	makes_without(f, ALG_ECDSAP256SHA256, 2, names);
	assert_int_equal(how.n_tries, 1);
	makes_without(f, ALG_ED25519, 3, names);
}

static void
test_modifiable_refused(void **state)
{
	static const char *const names[] = { "CKA_MODIFIABLE", NULL };

	refuse(CKA_MODIFIABLE);
	how.refusal = CKR_TEMPLATE_INCONSISTENT;
	makes_without(*state, ALG_RSASHA256, 1, names);
}

/* SENSITIVE is never left out: then there is no key. */
static void
test_required(void **state)
{
	static const ck_attribute_type_t types[] = { CKA_SENSITIVE,
		CKA_EXTRACTABLE, CKA_PRIVATE, CKA_TOKEN, CKA_ID };
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 1);
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;
	size_t i;

	for (i = 0; i < N_OF(types); i++) {
		how.n_refused = 0;
		refuse(types[i]);
		unit_fails(hsm_key_generate(f->token, &spec, &key, &err),
		    &err, ERR_TOKEN,
		    "C_GenerateKeyPair: CKR_ATTRIBUTE_TYPE_INVALID");
		assert_null(key);
	}
	assert_int_equal(n_left(f->token), 0);
}

static void
generation_fails(struct softhsm_fixture *f, enum err_class class,
    const char *part)
{
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 1);
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	unit_fails(hsm_key_generate(f->token, &spec, &key, &err), &err, class,
	    part);
	assert_null(key);
	assert_int_equal(n_left(f->token), 0);
}

static void
test_value_could_leave(void **state)
{

	bent.C_GenerateKeyPair = bent_generate;
	how.forgotten = CKA_EXTRACTABLE;
	generation_fails(*state, ERR_TOKEN, "nothing of it is left in the "
	    "token: CKA_EXTRACTABLE of the private key reads true");
	how.forgotten = CKA_SENSITIVE;
	generation_fails(*state, ERR_TOKEN, "nothing of it is left in the "
	    "token: CKA_SENSITIVE of the private key reads false");
}

/* Accepted and forgotten is told, and no reason to refuse. */
static void
test_forgotten(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 1);
	const struct hsm_attr *attrs;
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;
	size_t i, n, n_differ = 0;

	bent.C_GenerateKeyPair = bent_generate;
	how.forgotten = CKA_MODIFIABLE;
	unit_ok(hsm_key_generate(f->token, &spec, &key, &err), &err);
	attrs = hsm_key_attrs(key, &n);
	for (i = 0; i < n; i++)
		if (attrs[i].verdict == HSM_ATTR_DIFFERS) {
			assert_string_equal(attrs[i].name, "CKA_MODIFIABLE");
			assert_string_equal(attrs[i].got, "true");
			n_differ++;
		}
	assert_int_equal(n_differ, 1);
	hsm_key_free(key);
}

static void
test_wrong_trial_signature(void **state)
{

	bent.C_Sign = bent_sign;
	how.flip_n = 1;
	generation_fails(*state, ERR_TOKEN,
	    "trial signature: the signature does not verify");
}

static void
test_undestroyable_remains(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 1);
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	bent.C_Sign = bent_sign;
	how.flip_n = 1;
	spec.destroy = HSM_UNDESTROYABLE;
	unit_fails(hsm_key_generate(f->token, &spec, &key, &err), &err,
	    ERR_TOKEN, "2 objects with CKA_ID 01010101010101010101010101010101"
	    " are left in the token");
}

/* After a failure of the device it is not made again by itself. */
static void
test_device_error(void **state)
{
	struct softhsm_fixture *f = *state;

	bent.C_GenerateKeyPair = bent_generate;
	how.fail_n = 1;
	how.fail_rv = CKR_DEVICE_ERROR;
	generation_fails(f, ERR_TOKEN, "nothing of it is left in the token: "
	    "C_GenerateKeyPair: CKR_DEVICE_ERROR (0x30)");
	assert_int_equal(how.n_tries, 1);
}

static void
test_token_full(void **state)
{
	struct softhsm_fixture *f = *state;
	struct hsm_key_spec spec = spec_of(ALG_ECDSAP256SHA256, 1);
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	bent.C_GenerateKeyPair = bent_generate;
	how.fail_n = 1;
	how.fail_rv = CKR_DEVICE_MEMORY;
	assert_int_equal(hsm_key_generate(f->token, &spec, &key, &err), -1);
	assert_int_equal(err.code, CKR_DEVICE_MEMORY);
	assert_non_null(strstr(err.hint, "full"));
	assert_int_equal(how.n_tries, 1);
}

/* One CKR_GENERAL_ERROR is no reason to leave anything out. */
static void
test_general_error_once(void **state)
{
	static const char *const none[] = { NULL };
	struct softhsm_fixture *f = *state;

	bent.C_GenerateKeyPair = bent_generate;
	how.fail_n = 1;
	how.fail_rv = CKR_GENERAL_ERROR;
	makes_without(f, ALG_ECDSAP256SHA256, 1, none);
	assert_int_equal(f->soft->n_starts, 2);
}

/* A key that can be made but not used is made with fewer limits. */
static void
test_unusable(void **state)
{
	static const char *const names[] = { "CKA_ALLOWED_MECHANISMS", NULL };
	struct softhsm_fixture *f = *state;

	bent.C_SignInit = bent_sign_init;
	how.needs_raw_rsa = true;
	makes_without(f, ALG_RSASHA256, 1, names);
	assert_int_equal(n_left(f->token), 2);
	how.sign_rv = CKR_MECHANISM_INVALID;
	generation_fails(f, ERR_TOKEN, "nothing");
}

static void
signs_once(struct hsm_key *key, unsigned int i)
{
	struct error err = ERR_INIT;
	uint8_t sig[HSM_SIG_MAX], tbs[4];
	size_t siglen;

	memcpy(tbs, &i, sizeof(tbs));
	unit_ok(hsm_key_sign(key, tbs, sizeof(tbs), sig, &siglen, &err), &err);
	unit_ok(crypto_key_verify(hsm_key_public(key), tbs, sizeof(tbs), sig,
	    siglen, &err), &err);
}

static struct hsm_key *
make_as(struct softhsm_fixture *f, enum alg alg, uint8_t id)
{
	struct hsm_key_spec spec = spec_of(alg, id);
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	unit_ok(hsm_key_generate(f->token, &spec, &key, &err), &err);
	return key;
}

static struct hsm_key *
make(struct softhsm_fixture *f, enum alg alg)
{

	return make_as(f, alg, (uint8_t)alg);
}

static void
test_public_forms(void **state)
{
	static const enum alg algs[] = { ALG_ECDSAP256SHA256,
		ALG_ECDSAP384SHA384, ALG_ED25519, ALG_RSASHA256 };
	struct softhsm_fixture *f = *state;
	struct hsm_key *key;
	size_t i;

	bent.C_GetAttributeValue = bent_values;
	for (i = 0; i < N_OF(algs); i++) {
		key = make(f, algs[i]);
		signs_once(key, 0);
		hsm_key_free(key);
	}
}

/* A module may look at its files anew with every call. */
static void
test_each_half_is_read_at_once(void **state)
{
	static const enum alg algs[] = { ALG_ECDSAP256SHA256, ALG_RSASHA256 };
	struct softhsm_fixture *f = *state;
	struct hsm_key *key;
	size_t i, n;

	bent.C_GetAttributeValue = bent_values;
	for (i = 0; i < N_OF(algs); i++) {
		how.n_reads = 0;
		key = make(f, algs[i]);
		assert_int_equal(how.n_reads, 2);
		(void)hsm_key_attrs(key, &n);
		assert_int_equal(n, 25);
		assert_string_equal(hsm_key_label(key), "kmgr1:test");
		hsm_key_free(key);
	}
}

struct other_kind {
	const struct hsm_key	*key;
	enum alg		 expected;
	struct crypto_key	*pub;
	const struct mech	*mech;
};

static int
read_other(struct hsm_token *token, ck_session_handle_t session, void *arg,
    struct error *err)
{
	struct other_kind *other = arg;

	other->mech = mech_find(other->expected);
	return pubkey_read(&token->module, session, other->key->public, NULL,
	    &other->mech, &other->pub, err);
}

/* What was expected is not believed. */
static void
test_another_kind_than_expected(void **state)
{
	static const enum alg algs[][2] = {
		{ ALG_ECDSAP256SHA256, ALG_RSASHA256 },
		{ ALG_RSASHA256, ALG_ECDSAP256SHA256 },
		{ ALG_ECDSAP384SHA384, ALG_ECDSAP256SHA256 },
		{ ALG_ECDSAP256SHA256, ALG_ED25519 },
	};
	struct softhsm_fixture *f = *state;
	struct error err = ERR_INIT;
	struct hsm_key *key;
	size_t i;

	for (i = 0; i < N_OF(algs); i++) {
		struct other_kind other = { .expected = algs[i][1] };
		const struct run run = { read_other, NULL, &other, RUN_ONCE };

		other.key = key = make_as(f, algs[i][0], (uint8_t)(i + 1));
		unit_ok(run_do(f->token, &run, &err), &err);
		assert_int_equal(other.mech->alg, algs[i][0]);
		assert_true(crypto_key_is_same(other.pub,
		    hsm_key_public(key)));
		crypto_key_free(other.pub);
		hsm_key_free(key);
	}
}

/* One RSA signature in 256 begins with a zero; all have 256 bytes. */
static void
test_short_signature(void **state)
{
	struct hsm_key *key = make(*state, ALG_RSASHA256);
	unsigned int i;

	bent.C_Sign = bent_sign;
	for (i = 0; i < 6000 && how.n_short == 0; i++)
		signs_once(key, i);
	assert_int_equal(how.n_short, 1);
	hsm_key_free(key);
}

static void
flags_refuse(struct softhsm_fixture *f, ck_flags_t flags, const char *part)
{
	struct error err = ERR_INIT;

	f->token->is_login_wanted = false;
	how.flags = flags;
	bent.C_GetTokenInfo = bent_token_info;
	unit_fails(hsm_token_login(f->token, &err), &err, ERR_TOKEN, part);
}

/* No try of a PIN is spent when the token says that few are left. */
static void
test_pin_flags(void **state)
{
	struct softhsm_fixture *f = *state;
	ck_session_handle_t session = softhsm_raw_session("kmgr");

	assert_int_equal(real->C_Logout(session), CKR_OK);
	flags_refuse(f, CKF_USER_PIN_FINAL_TRY, "CKF_USER_PIN_FINAL_TRY");
	flags_refuse(f, CKF_USER_PIN_LOCKED, "CKR_PIN_LOCKED (0xa4)");
	assert_int_equal(f->soft->n_logins, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fewest_left_out, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_modifiable_refused,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_required, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_value_could_leave, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_forgotten, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_wrong_trial_signature,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_undestroyable_remains,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_device_error, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_token_full, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_general_error_once,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(test_unusable, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_public_forms, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_each_half_is_read_at_once,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_another_kind_than_expected, setup, teardown),
		cmocka_unit_test_setup_teardown(test_short_signature, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(test_pin_flags, setup,
		    teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
