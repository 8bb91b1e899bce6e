#include "tests/unit/unit.h"

#include "tests/unit/wraps.h"

const uint8_t wraps_id[HSM_ID_LEN] = "the KSK's id ...";

struct hsm_key_spec
wraps_spec(enum alg alg)
{
	struct hsm_key_spec spec = { .alg = alg, .label = "kmgr1:wrap:test" };

	memset(spec.id, (int)alg, sizeof(spec.id));
	return spec;
}

struct hsm_wrap_key *
wraps_generate(struct softhsm_fixture *f, enum alg alg)
{
	struct hsm_key_spec spec = wraps_spec(alg);
	struct hsm_wrap_key *wrap = NULL;
	struct error err = ERR_INIT;

	unit_ok(hsm_wrap_generate(f->token, &spec, &wrap, &err), &err);
	assert_non_null(wrap);
	return wrap;
}

struct hsm_wrap_key *
wraps_find(struct softhsm_fixture *f, enum alg alg)
{
	struct hsm_key_spec spec = wraps_spec(alg);
	struct hsm_wrap_key *wrap = NULL;
	struct error err = ERR_INIT;

	unit_ok(hsm_wrap_find(f->token, spec.id, alg, &wrap, &err), &err);
	return wrap;
}

struct crypto_key *
wraps_create(struct hsm_wrap_key *wrap, enum alg alg, struct buf *blob)
{
	struct crypto_key *pub = NULL;
	struct error err = ERR_INIT;

	unit_ok(hsm_wrapped_create(wrap, alg, 2048, &pub, blob, &err), &err);
	assert_non_null(pub);
	return pub;
}

struct hsm_key *
wraps_open(struct hsm_wrap_key *wrap, const struct crypto_key *pub,
    const struct buf *blob)
{
	struct hsm_key *key = NULL;
	struct error err = ERR_INIT;

	unit_ok(hsm_wrapped_open(wrap, wraps_id, pub, blob->data, blob->len,
	    &key, &err), &err);
	return key;
}

void
wraps_signs(struct hsm_key *key, const struct crypto_key *pub)
{
	static const uint8_t tbs[] = "what a KSK signs";
	struct error err = ERR_INIT;
	uint8_t sig[HSM_SIG_MAX];
	size_t siglen = 0;

	unit_ok(hsm_key_sign(key, tbs, sizeof(tbs), sig, &siglen, &err), &err);
	unit_ok(crypto_key_verify(pub, tbs, sizeof(tbs), sig, siglen, &err),
	    &err);
}

size_t
wraps_count(void)
{
	struct ck_function_list *raw = softhsm_raw();
	ck_session_handle_t session = softhsm_raw_session("kmgr");
	ck_object_handle_t found[64];
	unsigned long n = 0;

	assert_int_equal(raw->C_FindObjectsInit(session, NULL, 0), CKR_OK);
	assert_int_equal(raw->C_FindObjects(session, found, 64, &n), CKR_OK);
	assert_int_equal(raw->C_FindObjectsFinal(session), CKR_OK);
	assert_int_equal(raw->C_CloseSession(session), CKR_OK);
	return n;
}

void
wraps_held(const struct hsm_attr *attrs, size_t n, size_t wanted)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (attrs[i].verdict != HSM_ATTR_HELD)
			fail_msg("%s asked %s got %s", attrs[i].name,
			    attrs[i].asked, attrs[i].got);
	assert_int_equal(n, wanted);
}

struct ck_attribute
wraps_bool(ck_attribute_type_t type, bool v)
{
	static unsigned char values[2] = { 0, 1 };
	const struct ck_attribute attr = { type, &values[v], 1 };

	return attr;
}
